/**
 * A configuration of templates as it may be written out: few renderings, chosen so that every two branches are seen together and each
 * without the other, where that can be. What is said of a template is what holds in all renderings that have the place.
 */

import type { FileId } from '../base/file-id.ts';
import type { Place } from '../base/span.ts';
import { type Context, childContext } from '../catalog/context.ts';
import { parseVersion, type Version } from '../catalog/version.ts';
import { blockAt } from '../syntax/place.ts';
import type { RenderedFile, SourceFile, Statement } from '../syntax/statement.ts';
import {
  type Condition,
  combinations,
  compareNumbers,
  countOf,
  type Facts,
  factsOf,
  holds,
  type Variable,
  variablesOf,
} from '../syntax/template/condition.ts';
import { neutralValue } from '../syntax/template/engines.ts';
import { meets } from '../syntax/template.ts';
import type { Word } from '../syntax/word.ts';
import { PerConfig } from './asked.ts';
import { Config, type Engine } from './config.ts';
import type { Directive } from './directive.ts';
import { fragmentContext } from './fragment.ts';
import type { ScopeContext } from './scope.ts';
import type { Settings } from './settings.ts';
import type { Include, Tree } from './tree.ts';

export interface RenderedConfig {
  readonly config: Config;
  /** whether a place is written in this rendering; places in files that are no templates always are */
  has(place: Place): boolean;
}

/** All combinations are taken up to this many, beyond it those that matter for pairs of branches. */
const EVERY = 8;
const MOST = 14;
/** characters of templates from which on fewer renderings must do */
const LARGE = 60_000;
const MOST_OF_LARGE = 6;
/** Definitions that are judged, of all templates together. */
const MOST_DEFINITIONS = 30;
/** With more conditions than that each is shown both ways, and pairs are left to chance. */
const MOST_PAIRED = 120;

const renderings = new PerConfig((config) => make(config));

/** The renderings of a configuration; null when it has no branches, and is what it is. */
export const renderingsOf = (config: Config): readonly RenderedConfig[] | null => renderings.of(config);

function make(config: Config): readonly RenderedConfig[] | null {
  const templates = [...config.files.values()].filter((f) => f.structure?.branches.some((b) => b.kind !== 'plain') && f.rendered);
  if (!templates.length) return null;
  const branches = templates.flatMap((f) => f.structure!.branches.filter((b) => b.kind !== 'definition' && b.kind !== 'dropped'));
  const conditions = [...new Map(branches.map((b) => [JSON.stringify(b.when), b.when])).values()];
  const variables = variablesOf(conditions).map((v) => (v.kind === 'version' ? versionsFor(v, config.settings) : v));
  const size = templates.reduce((n, f) => n + f.text.length, 0);
  const ways = choicesFor(variables, conditions, size > LARGE ? MOST_OF_LARGE : MOST);
  const out: RenderedConfig[] = [];
  for (const way of ways) {
    const facts = factsOf(variables, way);
    out.push(rendered(config, templates, facts, settingsFor(config.settings, facts)));
  }
  const definitions = templates.flatMap((file) =>
    file.structure!.branches.filter((b) => b.kind === 'definition').map(({ choice }) => ({ file, choice })),
  );
  for (const { file, choice } of definitions.slice(0, MOST_DEFINITIONS))
    for (const way of ways.slice(0, 2)) {
      const made = definition(config, file, choice, factsOf(variables, way));
      if (made) out.push(made);
    }
  return out;
}

/** A version that someone named, or a file, is the only one; otherwise a template is for all that its conditions tell apart. */
function versionsFor(v: Variable & { kind: 'version' }, settings: Settings): Variable {
  const { major, minor, patch } = settings.target.nginx;
  const own = [major, minor, patch];
  if (settings.versionFrom !== 'default') return { kind: 'version', versions: [own] };
  const [, ...others] = v.versions;
  return { kind: 'version', versions: [compareNumbers(own, v.versions[0]!) > 0 ? own : v.versions[0]!, ...others] };
}

function settingsFor(settings: Settings, { version }: Facts): Settings {
  const { nginx } = settings.target;
  if (!version || compareNumbers([nginx.major, nginx.minor, nginx.patch], version) === 0) return settings;
  return { ...settings, target: { ...settings.target, nginx: parseVersion(version.join('.')) as Version } };
}

function rendered(config: Config, templates: readonly SourceFile[], facts: Facts, settings: Settings): RenderedConfig {
  const files = new Map<FileId, SourceFile>(config.files);
  const excluded = new Map<FileId, RenderedFile>();
  for (const file of templates) {
    const one = file.rendered!({ facts, definition: null });
    files.set(file.id, one);
    excluded.set(file.id, one);
  }
  const tree: Tree = { ...config.tree, files, includes: includesFor(config.tree, excluded) };
  const made = new Config(tree, engineOf(config), settings, config.kind, config.main.context, config.contexts);
  return {
    config: made,
    has: ({ file, span }) => !meets(excluded.get(file)?.excluded ?? [], span.start, Math.max(span.end, span.start + 1)),
  };
}

/** Definitions within definitions are followed this far. */
const MOST_NESTED = 8;

/** The contexts in which the body of a definition is written, and whether each of them is certain; none where no place of these files does. */
function contextsOfUse(config: Config, name: string, depth = 0): { contexts: Context[]; certain: boolean } {
  const out = new Set<Context>();
  let certain = true;
  const { standIn } = config.tree;
  for (const file of config.files.values())
    for (const use of file.uses ?? []) {
      if (use.name !== name) continue;
      const around = file.structure?.chain({ start: use.at, end: use.at }).find((b) => b.kind === 'definition');
      let block = blockAt(file, use.at);
      const openers: string[] = [];
      for (; block && !(around && block.start < around.start); block = block.parent) openers.unshift(block.name.value);
      let roots: readonly ScopeContext[];
      if (around) {
        const outer =
          depth < MOST_NESTED && around.test !== name ? contextsOfUse(config, around.test, depth + 1) : { contexts: [], certain: false };
        roots = outer.contexts;
        certain &&= outer.certain && roots.length > 0;
      } else {
        roots = file.id === config.root ? config.contexts : config.scopesOf(file.id).map((s) => s.context);
        // where nobody says what the file is in, only what a block of its own holds is certain
        if (config.kind === 'fragment' && !(standIn?.certain ?? false) && !openers.length) certain = false;
      }
      for (const root of roots) {
        let context: ScopeContext | null = root;
        for (const opener of openers) context = context && context !== 'unknown' ? childContext(context, opener) : null;
        if (context && context !== 'unknown') out.add(context);
        else certain = false;
      }
    }
  return { contexts: [...out], certain: certain && out.size > 0 };
}

/** The body of a definition: judged where it is written, and as a fragment where nobody sees that. */
function definition(config: Config, file: SourceFile, number: number, facts: Facts): RenderedConfig | null {
  const one = file.rendered!({ facts, definition: number });
  const [first] = one.body;
  // a part of a line: `{{ define "name" }}app{{ end }}`
  if (!first || (one.body.length === 1 && !first.closed && !first.block)) return null;
  const name = file.structure!.branches.find((b) => b.kind === 'definition' && b.choice === number)!.test;
  const used = contextsOfUse(config, name);
  const contexts = used.contexts.length ? used.contexts : fragmentContext(one, config.catalog).contexts;
  const tree: Tree = {
    root: file.id,
    files: new Map([[file.id, one]]),
    includes: includesFor(config.tree, new Map([[file.id, one]])),
    disk: config.tree.disk,
    ...(used.certain ? { written: true } : {}),
  };
  const made = new Config(tree, engineOf(config), config.settings, 'fragment', contexts[0], contexts);
  return {
    config: made,
    has: (place) => place.file === file.id && !meets(one.excluded, place.span.start, Math.max(place.span.end, place.span.start + 1)),
  };
}

const engineOf = (config: Config): Engine => ({ catalog: config.catalog, regexes: config.regexes });

/** How the includes of a tree were answered, for the statements of other readings of the same texts: the same place, the same answer. */
function includesFor(tree: Tree, readings: ReadonlyMap<FileId, SourceFile>): ReadonlyMap<Statement, Include> {
  const byPlace = new Map<string, Include>();
  const out = new Map<Statement, Include>();
  for (const [statement, include] of tree.includes)
    if (readings.has(include.file)) byPlace.set(`${include.file} ${statement.start}`, include);
    else out.set(statement, include);
  const visit = (file: FileId, statements: readonly Statement[]): void => {
    for (const s of statements) {
      const include = s.name.value === 'include' ? byPlace.get(`${file} ${s.start}`) : undefined;
      if (include) out.set(s, include);
      if (s.block) visit(file, s.block);
    }
  };
  if (byPlace.size) for (const [id, file] of readings) visit(id, file.body);
  return out;
}

/** Numbers that look like chance and are the same in every run. */
function* numbers(): Generator<number, never> {
  for (let state = 0x2545f491; ; ) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    yield state >>> 0;
  }
}

/**
 * Choices that show every pair of branches in each way in which they can stand: both, the one, the other, neither. Greedy: of several
 * chances the one that shows most that was not seen before.
 */
function choicesFor(variables: readonly Variable[], conditions: readonly Condition[], most: number): number[][] {
  const every = combinations(variables, EVERY);
  if (every) return every;
  const seen = new Set<number>();
  const n = conditions.length;
  const chance = numbers();
  const shownBy = (way: readonly number[]): number[] => {
    const facts = factsOf(variables, way);
    const there = conditions.map((c) => holds(c, facts));
    const fresh: number[] = [];
    for (let i = 0; i < n; i++)
      for (let k = i; k < (n > MOST_PAIRED ? i + 1 : n); k++) {
        const key = (i * n + k) * 4 + (there[i] ? 2 : 0) + (there[k] ? 1 : 0);
        if (!seen.has(key)) fresh.push(key);
      }
    return fresh;
  };
  const out: number[][] = [];
  const take = (way: number[]): void => {
    out.push(way);
    for (const key of shownBy(way)) seen.add(key);
  };
  take(variables.map(() => 0));
  take(variables.map((v) => countOf(v) - 1));
  const tries = n > 100 ? 4 : 16;
  while (out.length < most) {
    let best: number[] | null = null;
    let gain = 0;
    for (let t = 0; t < tries; t++) {
      const way = variables.map((v) => chance.next().value % countOf(v));
      const shown = shownBy(way).length;
      if (shown > gain) [best, gain] = [way, shown];
    }
    if (!best) break;
    take(best);
  }
  return out;
}

/** What a person may decide about a template before it is written out. */
export interface TemplateQuestion {
  /** the text of the condition, or the placeholder's name */
  readonly id: string;
  readonly kind: 'condition' | 'value';
  readonly assumed: string;
  /** empty: any text */
  readonly choices: readonly string[];
  readonly given: boolean;
  /** the file that says so, where the project knows the value */
  readonly from: string | null;
}

/** A value that the project gives a placeholder. */
export interface KnownValue {
  readonly value: string;
  /** the file and the line that do, for people */
  readonly from: string;
}

export type KnownValues = Readonly<Record<string, readonly KnownValue[]>>;

const HOLDS = 'yes';
const HOLDS_NOT = 'no';
const ANOTHER = 'another';
/** Questions beyond that are too many for a person. */
const MOST_QUESTIONS = 40;

/** The names of the placeholders in all templates of a configuration. */
export const placeholdersOf = (config: Config): ReadonlySet<string> =>
  new Set([...config.files.values()].flatMap((f) => (f.template === null ? [] : (f.placeholders ?? []))));

/** The templates of a configuration: each trace asks for them, and files are many. */
const templatesIn = new PerConfig((config): readonly SourceFile[] =>
  [...config.files.values()].filter((f) => f.template !== null && f.rendered),
);

const written = new PerConfig(() => new Map<string, { config: Config; questions: TemplateQuestion[] }>());

/**
 * The configuration as its templates are written out with what is given: conditions by their text (`yes`, `no`, or a value), placeholders by
 * their names. What is not given: conditions hold, placeholders take the first value that the project knows, else they stay. Null when no file is a template.
 */
export function writtenOut(
  config: Config,
  given: Readonly<Record<string, string>>,
  known: KnownValues = {},
): { config: Config; questions: readonly TemplateQuestion[] } | null {
  const templates = templatesIn.of(config);
  if (!templates.length) return null;
  const key = JSON.stringify([Object.entries(given).sort(), Object.entries(known).sort()]);
  const before = written.of(config);
  let made = before.get(key);
  if (!made) before.set(key, (made = write(config, templates, given, known)));
  return made;
}

/** A port for a placeholder of which nobody knows the value: its name is none, and nginx would refuse it. */
const ANY_PORT = '8000';

/** The placeholders that templates have as the port of an address, and nowhere as what is listened on. */
function portsIn(templates: readonly SourceFile[]): ReadonlySet<string> {
  const ports = new Set<string>();
  const listened = new Set<string>();
  for (const { marks = [], text, lines } of templates)
    for (const { name, start } of marks) {
      if (name === null) continue;
      if (/[\w\]})>]:$/.test(text.slice(Math.max(0, start - 2), start))) ports.add(name);
      const line = text.slice(lines.startOf(lines.position(start).line), start);
      if (/\blisten\b[^;]*$/.test(line)) listened.add(name);
    }
  return new Set([...ports].filter((name) => !listened.has(name)));
}

/**
 * What stands for the whole address of a pass, which nginx takes with a scheme only, by the placeholder: `proxy_pass {{ backend }};`, and the
 * scheme alone in front of one. In stream an address has none.
 */
function addressesIn(config: Config, templates: readonly SourceFile[]): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  const begins = (word: Word, file: SourceFile): void => {
    const mark = file.marks?.find((m) => m.start === word.start + (word.quote ? 1 : 0));
    if (!mark?.name) return;
    const host = neutralValue(mark.name) ?? mark.name.match(/[A-Za-z_]\w*/g)?.at(-1) ?? 'upstream';
    found.set(mark.name, file.text.startsWith('://', mark.end) ? 'http' : `http://${host}`);
  };
  const sets = new Map<string, Directive[]>();
  for (const d of config.main.all) {
    if (d.name !== 'set' || !d.args[1]) continue;
    const known = sets.get(d.value(0));
    if (known) known.push(d);
    else sets.set(d.value(0), [d]);
  }
  for (const { name, fact, args, file } of config.main.all) {
    const word = args[0];
    if (name !== 'proxy_pass' || fact?.module !== 'ngx_http_proxy_module' || !word) continue;
    if (word.templated) begins(word, file);
    const variable = /^\$\{?(\w+)/.exec(word.value)?.[1];
    // what many passes read is looked at once
    for (const set of sets.get(`$${variable}`) ?? []) begins(set.args[1]!, set.file);
    sets.delete(`$${variable}`);
  }
  for (const { marks = [], text } of found.size ? templates : [])
    for (const m of marks) if (m.name !== null && text.slice(m.start - 3, m.start) === '://') found.delete(m.name);
  return found;
}

/**
 * What stands for the beginning of a location's path, which has a slash: `location ${PREFIX} {`. Where nothing else is the location of all paths in that
 * level, the placeholder may be.
 */
function pathsIn(config: Config, templates: readonly SourceFile[]): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const { name, args, file, scope } of config.main.all) {
    const word = args.at(-1);
    if (name !== 'location' || !word?.templated || args[0]!.value.startsWith('~')) continue;
    const quote = word.quote ? 1 : 0;
    const mark = file.marks?.find((m) => m.start === word.start + quote);
    const own = mark?.name && neutralValue(mark.name);
    if (!mark?.name || !own) continue;
    const isAll = mark.end === word.end - quote && !scope.named('location').some((d) => d.values.at(-1) === '/');
    if (!isAll || !found.has(mark.name)) found.set(mark.name, isAll ? '/' : `/${own}`);
  }
  // what is written as the name of a host or of a file, too, is no path
  for (const { marks = [], text } of found.size ? templates : [])
    for (const m of marks)
      if (m.name !== null && /[\w/:.-]/.test(text[m.start - 1] ?? '') && !/^[/\s;"'{?]/.test(text[m.end] ?? '')) found.delete(m.name);
  return found;
}

function write(
  config: Config,
  templates: readonly SourceFile[],
  given: Readonly<Record<string, string>>,
  known: KnownValues,
): { config: Config; questions: TemplateQuestion[] } {
  const branches = templates.flatMap((f) => f.structure?.branches.filter((b) => b.kind !== 'definition' && b.kind !== 'dropped') ?? []);
  const variables = variablesOf(branches.map((b) => b.when)).map((v) => (v.kind === 'version' ? versionsFor(v, config.settings) : v));
  const questions: TemplateQuestion[] = [];
  const choices = variables.map((v) => {
    if (v.kind === 'version') return 0;
    const answer = Object.hasOwn(given, v.text) ? given[v.text]! : null;
    const names = v.kind === 'fact' ? [HOLDS, HOLDS_NOT] : v.values.map((value) => value ?? ANOTHER);
    const found = answer === null ? -1 : names.indexOf(answer);
    const chosen = found >= 0 ? found : answer !== null && v.kind === 'value' ? names.length - 1 : 0;
    questions.push({
      id: v.text,
      kind: 'condition',
      assumed: answer ?? names[chosen]!,
      choices: v.kind === 'fact' ? names : [],
      given: answer !== null,
      from: null,
    });
    return chosen;
  });
  const facts = factsOf(variables, choices);
  const values = new Map<string, string>();
  const addresses = addressesIn(config, templates);
  const ports = portsIn(templates);
  const paths = pathsIn(config, templates);
  const defaults = new Map<string, string>();
  for (const { marks = [] } of templates)
    for (const m of marks) if (m.name !== null && m.otherwise !== null && !defaults.has(m.name)) defaults.set(m.name, m.otherwise);
  for (const name of new Set(templates.flatMap((f) => f.placeholders ?? []))) {
    const compared = questions.find((q) => q.id === name);
    if (compared) {
      // what a condition holds it against is what is written in its place
      if (!compared.choices.length && compared.assumed !== ANOTHER) values.set(name, compared.assumed);
      continue;
    }
    const answer = Object.hasOwn(given, name) ? given[name]! : null;
    const offers = Object.hasOwn(known, name) ? known[name]! : [];
    const value =
      answer ?? offers[0]?.value ?? defaults.get(name) ?? addresses.get(name) ?? paths.get(name) ?? (ports.has(name) ? ANY_PORT : null);
    if (value !== null) values.set(name, value);
    questions.push({
      id: name,
      kind: 'value',
      assumed: value ?? neutralValue(name) ?? name,
      choices: offers.map((o) => o.value),
      given: answer !== null,
      from: answer === null ? (offers[0]?.from ?? (defaults.has(name) ? 'a default in the template' : null)) : null,
    });
  }
  const files = new Map<FileId, SourceFile>(config.files);
  const readings = new Map<FileId, SourceFile>();
  for (const file of templates) readings.set(file.id, file.rendered!({ facts, definition: null, values }));
  for (const [id, file] of readings) files.set(id, file);
  const tree: Tree = { ...config.tree, files, includes: includesFor(config.tree, readings) };
  const settings = settingsFor(config.settings, facts);
  const made = new Config(tree, engineOf(config), settings, config.kind, config.main.context, config.contexts);
  return { config: made, questions: questions.slice(0, MOST_QUESTIONS) };
}
