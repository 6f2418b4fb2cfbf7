/** `.proxylens.yaml`: read, checked, and laid over the defaults. Every mistake is said with its place; none stops the rest from counting. */
import { parse as parseToml, TomlError } from 'smol-toml';
import { isAlias, isMap, isScalar, isSeq, parseDocument } from 'yaml';
import { type FileId, pathOf, resolve } from '../base/file-id.ts';
import type { Span } from '../base/span.ts';
import { table } from '../base/table.ts';
import { BUILDS, coreOf, FLAVOURS, isRelease } from '../catalog/flavours.ts';
import { ANY_MODULE, moduleSet } from '../catalog/modules.ts';
import { parseVersion } from '../catalog/version.ts';
import { ENGINE_NAMES } from '../syntax/template/engines.ts';
import { LEVELS, MOZILLA, PROFILES, PROJECT_KEYS, PROJECT_SETTINGS, type RawSettings, type Shape } from './declared.ts';
import type { ChosenEngine, Ignore, Level, OwnDirective, PathMap, Settings } from './settings.ts';

export type { RawSettings };

export interface SettingsProblem {
  readonly span: Span;
  readonly message: string;
}

export const SETTINGS_NAMES = ['.proxylens.yaml', '.proxylens.yml'];
/** nginx-lint's own settings, of which the rules that are switched off are taken over where there is not a file of ours. */
export const NGINX_LINT_NAME = '.nginx-lint.toml';
/** The names of rules, which this layer does not know by itself. */
export interface RuleNames {
  /** true for a rule or a group */
  has(name: string): boolean;
  /** our rules that answer to a rule of nginx-lint */
  ofNginxLint(name: string): readonly string[];
  /** the rule or group that someone who wrote this may have meant */
  near(name: string): string | null;
}

/** What is said of a name that is none of a rule. */
export function noSuchRule(names: RuleNames, name: string, what: 'rule' | 'rule or group' = 'rule or group'): string {
  const near = names.near(name);
  return `there is no ${what} "${name}". ${near === null ? '' : `Did you mean "${near}"? `}"proxylens rules" lists them.`;
}

export interface SettingsRead {
  readonly raw: RawSettings;
  readonly problems: SettingsProblem[];
}

const FILE: Readonly<Record<string, Shape>> = table(Object.fromEntries(PROJECT_KEYS.map((key) => [key, PROJECT_SETTINGS[key].shape])));

const WANTED: Readonly<Record<Shape['is'], string>> = {
  text: 'a text',
  version: 'a version such as 1.27.3',
  truth: 'true or false',
  count: 'a number from 0 on',
  limit: 'a number from 0 on, or null',
  one: 'one word',
  list: 'a list',
  map: 'a mapping of names to values',
  record: 'a mapping',
};

/** Reads the text of a settings file; what is wrong is left out of `raw`. Spans are UTF-16 offsets into the text. Never throws. */
export function readSettings(text: string, names?: RuleNames): SettingsRead {
  const problems: SettingsProblem[] = [];
  // the place is the span's, not a part of the words; the parser compares every key with every other
  const doc = parseDocument(text, { prettyErrors: false, uniqueKeys: false });
  for (const e of doc.errors) problems.push({ span: { start: e.pos[0], end: e.pos[1] }, message: e.message });
  if (doc.errors.length || doc.contents === null || (isScalar(doc.contents) && doc.contents.value === null)) return { raw: {}, problems };
  if (!isMap(doc.contents)) {
    problems.push({
      span: { start: 0, end: text.length },
      message: 'The settings file must be a mapping, such as "nginxVersion: 1.27.3".',
    });
    return { raw: {}, problems };
  }
  const wrong = (node: unknown, message: string): undefined => {
    const range = (node as { range?: [number, number, number] | null } | null)?.range;
    problems.push({ span: range ? { start: range[0], end: range[1] } : { start: 0, end: 0 }, message });
    return undefined;
  };
  const read = (given: unknown, shape: Shape, name: string): unknown => {
    const node = isAlias(given) ? given.resolve(doc) : given;
    const unfit = (): undefined =>
      wrong(node, `${name} is ${shape.is === 'one' ? `one of ${Object.keys(shape.of).join(', ')}` : WANTED[shape.is]}${shown(node)}.`);
    if (shape.is === 'list')
      return isSeq(node) ? node.items.map((i) => read(i, shape.item, `An entry of ${name}`)).filter((v) => v !== undefined) : unfit();
    if (shape.is === 'map' || shape.is === 'record') {
      if (!isMap(node)) return unfit();
      const out: Record<string, unknown> = {};
      const ids = new Set<string>();
      for (const { key, value } of node.items) {
        const id = String(isScalar(key) ? key.value : key);
        if (ids.has(id)) {
          wrong(key, `"${id}" is here twice. Keep one.`);
          continue;
        }
        ids.add(id);
        if (shape.is === 'map') {
          if (shape.rules && names && !names.has(id)) wrong(key, noSuchRule(names, id).replace(/^t/, 'T'));
          else if (value !== null) out[id] = read(value, shape.value, shape.rules ? `The level of ${id}` : `${name}: ${id}`);
        } else if (!Object.hasOwn(shape.fields, id))
          wrong(key, `There is no setting "${id}". Known are ${Object.keys(shape.fields).join(', ')}.`);
        else if (value !== null && !(isScalar(value) && value.value === null && shape.fields[id]!.is !== 'limit'))
          out[id] = read(value, shape.fields[id]!, id);
      }
      for (const [id, value] of Object.entries(out)) if (value === undefined) delete out[id];
      if (shape.is === 'record' && shape.required && !(shape.required in out)) return wrong(node, `${name} needs "${shape.required}".`);
      return out;
    }
    if (!isScalar(node)) return unfit();
    const { value } = node;
    // YAML takes 1.30 for the number 1.3: versions and words are what is written
    const words = typeof value === 'string' ? value : (node.source ?? String(value));
    switch (shape.is) {
      case 'text':
        return value === null ? unfit() : words;
      case 'version':
        return isRelease(words) ? words : unfit();
      case 'one':
        // an unquoted off is a word in YAML 1.2 and false in 1.1
        return words in shape.of ? words : value === false && 'off' in shape.of ? 'off' : unfit();
      case 'truth':
        return typeof value === 'boolean' ? value : unfit();
      default:
        return (Number.isInteger(value) && (value as number) >= 0) || (value === null && shape.is === 'limit') ? value : unfit();
    }
  };
  return { raw: read(doc.contents, { is: 'record', fields: FILE }, 'The settings file') as RawSettings, problems };
}

const shown = (node: unknown): string => (isScalar(node) ? `, not "${node.source ?? String(node.value)}"` : '');

/**
 * What nginx-lint's settings mean for us: its tables `[rules.NAME]` with `enabled = false` switch off the rules of ours that answer to
 * NAME. Everything else in the file is nginx-lint's own business. Never throws.
 */
export function readNginxLint(text: string, names: RuleNames): SettingsRead {
  try {
    const { rules } = parseToml(text);
    const off = Object.entries(rules && typeof rules === 'object' ? rules : {}).flatMap(([name, table]) =>
      table && typeof table === 'object' && (table as { enabled?: unknown }).enabled === false ? names.ofNginxLint(name) : [],
    );
    return { raw: off.length ? { rules: Object.fromEntries(off.map((id) => [id, 'off'])) } : {}, problems: [] };
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    const lines = text.split('\n');
    const start = lines.slice(0, error.line - 1).reduce((n, l) => n + l.length + 1, 0) + error.column - 1;
    const message = error.message.split('\n')[0]!.replace(/^Invalid TOML document: /, '');
    return { raw: {}, problems: [{ span: { start, end: start }, message: `This is no TOML: ${message}.` }] };
  }
}

/** The same settings with relative paths made absolute: they hang from the folder of the file that holds them. */
export function basedOn(raw: RawSettings, folder: FileId): RawSettings {
  const at = (path: string): string => (/^[a-z][a-z0-9+.-]*:\/\//i.test(path) ? path : resolve(folder, path));
  return {
    ...raw,
    ...(raw.pathMap ? { pathMap: Object.fromEntries(Object.entries(raw.pathMap).map(([from, to]) => [from, at(String(to))])) } : {}),
    ...(raw.root ? { root: list(raw.root).map(at) } : {}),
    ...(raw.prefix !== undefined && !raw.prefix.startsWith('/') ? { prefix: pathOf(resolve(folder, raw.prefix)) } : {}),
  };
}

const list = (value: unknown): string[] =>
  Array.isArray(value) ? value.map(String) : value === undefined || value === null ? [] : [String(value)];
/** The editor's settings come unchecked. */
const many = <T>(value: readonly T[] | undefined): readonly T[] => (Array.isArray(value) ? (value as readonly T[]) : []);
const pick = <T extends string>(value: unknown, allowed: Readonly<Record<T, string>>, otherwise: T): T =>
  String(value) in allowed ? (String(value) as T) : otherwise;

/** Lays one layer of settings over another; unusable values leave the lower layer as it is. */
export function withSettings(base: Settings, raw: RawSettings): Settings {
  const openssl = raw.opensslVersion === undefined ? null : parseVersion(String(raw.opensslVersion));
  const flavour = pick(raw.flavour, FLAVOURS, base.target.flavour);
  const nginx = raw.nginxVersion === undefined ? null : coreOf(flavour, String(raw.nginxVersion));
  const modules =
    raw.build === undefined && raw.modules === undefined
      ? base.target.modules
      : raw.build === 'any' || (raw.build === undefined && base.target.modules === ANY_MODULE)
        ? ANY_MODULE
        : moduleSet(pick(raw.build, BUILDS, 'plain'), list(raw.modules));
  const directives: OwnDirective[] = many(raw.directives).flatMap((d) =>
    typeof d?.name === 'string'
      ? [{ name: d.name, contexts: list(d.contexts), min: d.min ?? 0, max: d.max === undefined ? null : d.max, block: d.block ?? false }]
      : [],
  );
  const maps: PathMap[] = Object.entries(raw.pathMap ?? {}).map(([from, to]) => ({ from, to: String(to) }));
  const rules: Record<string, Level> = { ...base.rules };
  for (const [id, level] of Object.entries(raw.rules ?? {})) if (String(level) in LEVELS) rules[id] = String(level) as Level;
  const ignore: Ignore[] = many(raw.ignore).map((i) => ({ paths: list(i?.paths), rules: list(i?.rules) }));
  const engines: ChosenEngine[] = Object.entries(raw.templates ?? {}).flatMap(([mask, engine]) =>
    ENGINE_NAMES.includes(String(engine)) ? [{ mask, engine: String(engine) }] : [],
  );
  return {
    target: { nginx: nginx ?? base.target.nginx, openssl: openssl ?? base.target.openssl, flavour, modules },
    versionFrom: nginx ? 'setting' : base.versionFrom,
    flavourFrom: raw.flavour !== undefined && String(raw.flavour) in FLAVOURS ? 'setting' : base.flavourFrom,
    opensslFrom: openssl ? 'setting' : base.opensslFrom,
    given: base.given,
    startPrefix: base.startPrefix,
    slim: base.slim,
    prefix: raw.prefix ?? base.prefix,
    pathMap: [...maps, ...base.pathMap],
    profile: pick(raw.profile, PROFILES, base.profile),
    rules,
    mozillaProfile: pick(raw.mozilla, MOZILLA, base.mozillaProfile),
    ownDirectives: [...base.ownDirectives, ...directives],
    ownVariables: [...base.ownVariables, ...list(raw.variables)],
    ignore: [...base.ignore, ...ignore],
    engines: [...base.engines, ...engines],
    environment: raw.environment ?? base.environment,
  };
}
