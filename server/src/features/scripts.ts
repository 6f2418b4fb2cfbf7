/** Functions of njs files under a cursor: where they are exported, who calls them, and what another name would change. */
import type { FileEdit, TextEdit } from '../base/edit.ts';
import { type Place, type Span, touches } from '../base/span.ts';
import type { Config } from '../config/config.ts';
import { namesOf } from '../config/names.ts';
import { type Exported, type FunctionUse, functionUses, type Script, scriptOf } from '../config/scripts.ts';
import type { SourceFile } from '../syntax/statement.ts';
import { cursorAt } from './cursor.ts';

export interface FunctionHit {
  readonly use: FunctionUse;
  readonly exported: Exported | null;
  /** all calls of the same function, in every configuration */
  readonly uses: readonly FunctionUse[];
}

/** The function that a word calls at the offset, behind its module's point. */
export function functionAt(configs: readonly Config[], file: SourceFile, offset: number): FunctionHit | null {
  const all = configs.flatMap((config) => [...functionUses(config)]);
  const use = all.find((u) => u.file.id === file.id && touches(u.span, offset));
  if (!use) return null;
  const same = (u: FunctionUse): boolean =>
    u.name === use.name && (use.script ? u.script?.id === use.script.id : u.module.name === use.module.name);
  return { use, exported: use.script?.exported.get(use.name) ?? null, uses: all.filter(same) };
}

/** Where the function is exported. */
export const exportOf = ({ use, exported }: FunctionHit): Place[] =>
  use.script && exported ? [{ file: use.script.id, span: exported.span }] : [];

/** The places where the configuration uses a function of a script. */
export const callsOf = ({ uses }: FunctionHit): Place[] => uses.map((u) => ({ file: u.file.id, span: u.span }));

/** The script that a js_import under the cursor names. */
export function importedAt(configs: readonly Config[], file: SourceFile, offset: number): Script | null {
  const { statement, word } = cursorAt(file, offset);
  if (statement?.name.value !== 'js_import' || word !== statement.args.at(-1)) return null;
  for (const config of configs) {
    const script = config.tree.scripts?.get(word.value);
    if (script) return script;
  }
  return null;
}

/** The edits of a new name; a function that the script declares keeps its own, and is exported by the new one. */
export function renameFunction(hit: FunctionHit, name: string): { edits: readonly FileEdit[] } | { refused: string } {
  const { use, exported, uses } = hit;
  if (!/^[A-Za-z_$][\w$]*$/.test(name)) return { refused: 'A function is called by a name of letters, digits, _ and $.' };
  if (!use.script || !exported)
    return { refused: `The file of the module "${use.module.name}" exports no "${use.name}" that is seen here.` };
  if (use.script.exported.has(name)) return { refused: `${use.script.id.split('/').at(-1)} exports "${name}" already.` };
  const byFile = new Map<FileEdit['file'], Map<number, TextEdit>>();
  const add = (file: FileEdit['file'], span: Span, newText: string): void => {
    const own = byFile.get(file) ?? new Map<number, TextEdit>();
    own.set(span.start, { span, newText });
    byFile.set(file, own);
  };
  for (const u of uses) add(u.file.id, u.span, name);
  add(use.script.id, exported.span, exported.shorthand ? `${name}: ${use.name}` : name);
  return { edits: [...byFile].map(([file, own]) => ({ file, edits: [...own.values()] })) };
}

/** The functions that the imported modules give, as a directive calls them. */
export const callable = (config: Config, protocol: 'http' | 'stream'): { readonly label: string; readonly script: Script }[] =>
  [...namesOf(config).defined('js-module', protocol)].flatMap((site) => {
    const script = scriptOf(config, site);
    return script ? [...script.exported.keys()].map((name) => ({ label: `${site.name}.${name}`, script })) : [];
  });
