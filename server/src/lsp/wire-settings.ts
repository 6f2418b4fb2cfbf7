/** The editor's section `proxylens` as it comes over the wire: what of it is the project's, and what is the editor's own. */
import {
  declared,
  EDITOR_SETTINGS,
  type EditorDeclared,
  type EditorSettings,
  PROJECT_KEYS,
  type RawSettings,
  type Shape,
} from '../config/declared.ts';

/** The value at `a.b` of nested objects; undefined where there is none. */
function at(section: unknown, key: string): unknown {
  let value = section;
  for (const step of key.split('.')) {
    if (!value || typeof value !== 'object' || !Object.hasOwn(value, step)) return undefined;
    value = (value as Record<string, unknown>)[step];
  }
  return value;
}

/** A value that someone set, else undefined: empty texts, lists and objects leave it to the project. */
function given(value: unknown, shape: Shape): unknown {
  if (value === null || value === undefined || value === '') return undefined;
  if (shape.is === 'truth') return value === 'on' ? true : value === 'off' ? false : typeof value === 'boolean' ? value : undefined;
  if (shape.is === 'list' && typeof value === 'string') return [value];
  return typeof value === 'object' && !Object.keys(value).length ? undefined : value;
}

/** What the section sets of the project. */
export function projectSettings(section: unknown): RawSettings {
  const raw: Record<string, unknown> = {};
  for (const key of PROJECT_KEYS) {
    const { editor, shape } = declared(key);
    const value = editor && given(at(section, editor.key), shape);
    if (value !== undefined) raw[key] = value;
  }
  return raw as RawSettings;
}

const fits = (value: unknown, { shape }: EditorDeclared): boolean =>
  shape.is === 'one' ? typeof value === 'string' && value in shape.of : typeof value === (shape.is === 'truth' ? 'boolean' : 'string');

/** What the section sets of the editor; a value that does not fit counts as not set. */
export function editorSettings(section: unknown): EditorSettings {
  const out: Record<string, unknown> = {};
  for (const [key, setting] of Object.entries<EditorDeclared>(EDITOR_SETTINGS)) {
    const value = at(section, key);
    out[key] = fits(value, setting) ? value : setting.default;
  }
  return out as EditorSettings;
}
