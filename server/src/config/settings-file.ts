/** `.proxylens.yaml`: read, checked, and laid over the defaults. Every mistake is said with its place; none stops the rest from counting. */
import { isMap, isScalar, LineCounter, parseDocument } from 'yaml';
import type { Span } from '../base/span.ts';
import { ANY_MODULE, type Build, moduleSet } from '../catalog/modules.ts';
import { parseVersion } from '../catalog/version.ts';
import type { Ignore, Level, MozillaProfile, OwnDirective, PathMap, Profile, Settings } from './settings.ts';

export interface SettingsProblem {
  readonly span: Span;
  readonly message: string;
}

/** The shape of the file, also of the editor's settings and of the command line's options; every key may be absent. */
export interface RawSettings {
  nginxVersion?: string;
  opensslVersion?: string;
  flavour?: string;
  build?: string;
  modules?: string[];
  root?: string[];
  prefix?: string;
  pathMap?: Record<string, string>;
  profile?: string;
  mozilla?: string;
  rules?: Record<string, string>;
  ignore?: { paths?: string[]; rules?: string[] }[];
  directives?: { name?: string; contexts?: string[]; min?: number; max?: number | null; block?: boolean }[];
  variables?: string[];
  environment?: boolean;
}

export const SETTINGS_NAMES = ['.proxylens.yaml', '.proxylens.yml'];
const KEYS = [
  'nginxVersion',
  'opensslVersion',
  'flavour',
  'build',
  'modules',
  'root',
  'prefix',
  'pathMap',
  'profile',
  'mozilla',
  'rules',
  'ignore',
  'directives',
  'variables',
  'environment',
];
const LEVELS: readonly string[] = ['error', 'warning', 'info', 'hint', 'off'];
const FLAVOURS: readonly string[] = ['oss', 'plus', 'openresty', 'angie'];
const BUILDS: readonly string[] = ['any', 'plain', 'debian', 'official', 'openresty', 'angie', 'plus'];
const PROFILES: readonly string[] = ['recommended', 'strict', 'wsgi', 'validity'];
const MOZILLA: readonly string[] = ['modern', 'intermediate', 'old'];

/** Reads the text of a settings file. Spans are UTF-16 offsets into it. Never throws. */
export function readSettings(text: string): { raw: RawSettings; problems: SettingsProblem[] } {
  const problems: SettingsProblem[] = [];
  const lines = new LineCounter();
  const doc = parseDocument(text, { lineCounter: lines, merge: true });
  for (const e of doc.errors) problems.push({ span: { start: e.pos[0], end: e.pos[1] }, message: e.message.split('\n')[0] ?? e.message });
  if (doc.errors.length || doc.contents === null) return { raw: {}, problems };
  if (!isMap(doc.contents)) {
    problems.push({
      span: { start: 0, end: text.length },
      message: 'The settings file must be a mapping, such as "nginxVersion: 1.27.3".',
    });
    return { raw: {}, problems };
  }
  for (const { key } of doc.contents.items) {
    if (!isScalar(key) || !key.range) continue;
    if (!KEYS.includes(String(key.value)))
      problems.push({
        span: { start: key.range[0], end: key.range[1] },
        message: `There is no setting "${String(key.value)}". Known are ${KEYS.join(', ')}.`,
      });
  }
  const raw = doc.toJS({ maxAliasCount: 100 }) as RawSettings;
  const span = (key: string): Span => {
    const pair = (doc.contents as { items: { key: unknown; value: unknown }[] }).items.find((i) => isScalar(i.key) && i.key.value === key);
    const range = (pair?.value as { range?: [number, number, number] } | null)?.range;
    return range ? { start: range[0], end: range[1] } : { start: 0, end: 0 };
  };
  for (const { key, message } of check(raw)) problems.push({ span: span(key), message });
  return { raw, problems };
}

function* check(raw: RawSettings): Generator<{ key: string; message: string }> {
  const oneOf = (key: keyof RawSettings, allowed: readonly string[]): string | null =>
    raw[key] === undefined || allowed.includes(String(raw[key]))
      ? null
      : `${key} is one of ${allowed.join(', ')}, not "${String(raw[key])}".`;
  const simple: [keyof RawSettings, readonly string[]][] = [
    ['flavour', FLAVOURS],
    ['build', BUILDS],
    ['profile', PROFILES],
    ['mozilla', MOZILLA],
  ];
  for (const [key, allowed] of simple) {
    const message = oneOf(key, allowed);
    if (message) yield { key, message };
  }
  for (const key of ['nginxVersion', 'opensslVersion'] as const)
    if (raw[key] !== undefined && !parseVersion(String(raw[key])))
      yield { key, message: `"${String(raw[key])}" is no version such as 1.27.3.` };
  for (const [id, level] of Object.entries(raw.rules ?? {}))
    if (!LEVELS.includes(String(level)))
      yield { key: 'rules', message: `The level of ${id} is one of ${LEVELS.join(', ')}, not "${String(level)}".` };
  for (const own of raw.directives ?? [])
    if (typeof own?.name !== 'string') yield { key: 'directives', message: 'Each directive needs a name.' };
}

const list = (value: unknown): string[] =>
  Array.isArray(value) ? value.map(String) : value === undefined || value === null ? [] : [String(value)];
const pick = <T extends string>(value: unknown, allowed: readonly string[], otherwise: T): T =>
  allowed.includes(String(value)) ? (String(value) as T) : otherwise;

/** Lays one layer of settings over another; unusable values leave the lower layer as it is. */
export function withSettings(base: Settings, raw: RawSettings): Settings {
  const nginx = raw.nginxVersion === undefined ? null : parseVersion(String(raw.nginxVersion));
  const openssl = raw.opensslVersion === undefined ? null : parseVersion(String(raw.opensslVersion));
  const flavour = pick(raw.flavour, FLAVOURS, base.target.flavour);
  const modules =
    raw.build === undefined && raw.modules === undefined
      ? base.target.modules
      : raw.build === 'any' || (raw.build === undefined && base.target.modules === ANY_MODULE)
        ? ANY_MODULE
        : moduleSet(pick<Build>(raw.build, BUILDS, 'plain'), list(raw.modules));
  const directives: OwnDirective[] = (raw.directives ?? []).flatMap((d) =>
    typeof d?.name === 'string'
      ? [{ name: d.name, contexts: list(d.contexts), min: d.min ?? 0, max: d.max === undefined ? null : d.max, block: d.block ?? false }]
      : [],
  );
  const maps: PathMap[] = Object.entries(raw.pathMap ?? {}).map(([from, to]) => ({ from, to: String(to) }));
  const rules: Record<string, Level> = { ...base.rules };
  for (const [id, level] of Object.entries(raw.rules ?? {})) if (LEVELS.includes(String(level))) rules[id] = String(level) as Level;
  const ignore: Ignore[] = (raw.ignore ?? []).map((i) => ({ paths: list(i?.paths), rules: list(i?.rules) }));
  return {
    target: { nginx: nginx ?? base.target.nginx, openssl: openssl ?? base.target.openssl, flavour, modules },
    versionFrom: nginx ? 'setting' : base.versionFrom,
    prefix: raw.prefix ?? base.prefix,
    pathMap: [...maps, ...base.pathMap],
    profile: pick<Profile>(raw.profile, PROFILES, base.profile),
    rules,
    mozillaProfile: pick<MozillaProfile>(raw.mozilla, MOZILLA, base.mozillaProfile),
    ownDirectives: [...base.ownDirectives, ...directives],
    ownVariables: [...base.ownVariables, ...list(raw.variables)],
    ignore: [...base.ignore, ...ignore],
    environment: raw.environment ?? base.environment,
  };
}
