/**
 * What is not seen is unknown, never absent: why more may be on a level than its directives show. An include that found nothing, a
 * template that writes lines, a script, surroundings that nobody knows: each opens the level that it could fill, and the names that it could use.
 */
import { nearest } from '../base/nearest.ts';
import type { Place } from '../base/span.ts';
import { bodyOf } from '../catalog/context.ts';
import { isKnownLibrary, unlistedModule } from '../catalog/modules.ts';
import { blockAt } from '../syntax/place.ts';
import type { SourceFile, Statement } from '../syntax/statement.ts';
import { asked, PerConfig } from './asked.ts';
import type { Config } from './config.ts';
import type { Directive } from './directive.ts';
import type { Scope } from './scope.ts';
import { isNginxSaid, loadedBy } from './settings.ts';
import { SET_BESIDE_SITES, SET_BY_SITES } from './tree.ts';

export interface Unseen {
  /** for people: a clause such as `the file "tls.conf" is not seen` */
  readonly why: string;
  /** the directives that it may stand for; null for any */
  readonly only: RegExp | null;
  /** directives that it does not stand for, although it may for any other */
  readonly not?: readonly string[];
  /** it adds to the lines that are seen, and is no line of its own */
  readonly parameters?: true;
}

/** Directives of which a level may hold several lines: where it is not wholly seen, there may be more. */
const LISTS =
  /^(listen|server_name|server|location|if|allow|deny|access_log|error_page|rewrite|set|return|ssl_certificate(_key)?|.*_(set_header|param|hide_header|pass_header|cookie_.*|redirect|cache_valid)|add_(header|trailer)|more_.*|limit_(req|conn)|auth_basic|sub_filter)$/;

/** Whether more lines of a name may be on a level that shows some. */
export const mayHoldMore = (name: string): boolean => LISTS.test(name);

/** Directives whose parameters switch something on, so that one which a template fills in may be any of them: `ssl`, `proxy_protocol`. */
const SWITCHED_BY_PARAMETERS = ['listen'];

/** Directives of which each line names what it sets: a name that a template fills in may be any. */
const NAMED_BY_ARGUMENT =
  /^(proxy_set_header|grpc_set_header|add_header|add_trailer|(fastcgi|uwsgi|scgi)_param|proxy_hide_header|proxy_pass_header)$/;

/** What scripts do in the place of directives, by the directive that runs them. */
const SCRIPTS: readonly (readonly [RegExp, RegExp])[] = [
  [/^(header_filter_by_lua|js_header_filter|more_(set|clear)_headers)/, /^(add_header|add_trailer|proxy_hide_header|expires)$/],
  [
    /^((server_)?rewrite_by_lua|access_by_lua|js_access|more_(set|clear)_input_headers)/,
    /^(allow|deny|auth_|(proxy|grpc)_set_header$|limit_req|limit_conn|set$|return$)/,
  ],
];

/** How their names begin: most names are none of them. */
const SCRIPTED = /^(header_filter|js_|more_|server_rewrite_by|rewrite_by|access_by)/;

/** The blocks of a template into which it may write lines; null stands for the file's top level. */
const holes = new WeakMap<SourceFile, { readonly body: readonly Statement[]; readonly blocks: ReadonlySet<Statement | null> }>();

function blocksOf(file: SourceFile): ReadonlySet<Statement | null> {
  const known = holes.get(file);
  if (known?.body === file.body) return known.blocks;
  const blocks = new Set<Statement | null>();
  for (const hole of file.holes ?? []) blocks.add(blockAt(file, hole.start));
  const visit = (statements: readonly Statement[], parent: Statement | null): void => {
    for (const s of statements) {
      const first = s.args[0];
      if (s.name.templated || (first?.templated && (s.name.value === 'include' || NAMED_BY_ARGUMENT.test(s.name.value))))
        blocks.add(parent);
      if (s.block) visit(s.block, s);
    }
  };
  visit(file.body, null);
  holes.set(file, { body: file.body, blocks });
  return blocks;
}

/** The places of a level where a template writes lines that nobody sees. */
export function writtenInto(scope: Scope): readonly Place[] {
  const out: Place[] = [];
  for (const [file, parents] of blocksAround(scope))
    for (const hole of file.holes ?? []) if (parents.has(blockAt(file, hole.start))) out.push({ file: file.id, span: hole });
  return out;
}

const libraries = new PerConfig((config): string | null => {
  const all = [...loadedBy(config.settings.given), ...config.main.named('load_module').map((d) => d.value(0))];
  return all.find((file) => file !== '' && !isKnownLibrary(file)) ?? null;
});

/** A loaded library of which the catalog knows nothing, as it is written; null when there is none. */
export const unknownLibrary = (config: Config): string | null => libraries.of(config);

/** Names with one beginning that make up a module: nobody misspells so many in one way. */
const OF_A_FAMILY = 4;

const beginningOf = (name: string): string | null => /^[a-z][a-z0-9]{2,}(?=_|$)/.exec(name)?.[0] ?? null;

/** Beginnings of names that stand several times in a configuration and of which the catalog has none. */
const families = new PerConfig((config): ReadonlySet<string> => {
  const byBeginning = new Map<string, Set<string>>();
  for (const d of config.main.all) {
    if (d.fact !== null || d.scope.context === 'unknown' || bodyOf(d.scope.context) !== 'directives') continue;
    const beginning = beginningOf(d.name);
    if (beginning === null) continue;
    const names = byBeginning.get(beginning);
    if (names) names.add(d.name);
    else byBeginning.set(beginning, new Set([d.name]));
  }
  const known = new Set([...config.catalog.names()].map(beginningOf));
  return new Set([...byBeginning].flatMap(([beginning, names]) => (names.size >= OF_A_FAMILY && !known.has(beginning) ? [beginning] : [])));
});

/** The beginning that a name of no known module has in common with several others (`shop_cache`, `shop_ttl`, …): of a module of their own. */
export function unknownFamily(config: Config, name: string): string | null {
  const beginning = beginningOf(name);
  return beginning !== null && asked(config, `family ${beginning}`, (c) => families.of(c).has(beginning)) ? beginning : null;
}

const meant = new PerConfig(() => new Map<string, string | null>());

/** The directive that a word is spelled like, and was probably meant to be; null where none is near. */
export function meantBy(config: Config, word: string): string | null {
  const known = meant.of(config);
  let found = known.get(word);
  if (found === undefined) known.set(word, (found = nearest(word, config.catalog.names())));
  return found;
}

/** Directives of modules that nobody knows: they may do what any other does. A misspelt one stands for the one that is meant. */
function foreignIn(scope: Scope, into: Unseen[]): void {
  if (scope.context !== 'unknown' && bodyOf(scope.context) !== 'directives') return;
  const { config } = scope;
  const own = config.settings.ownDirectives;
  const library = unknownLibrary(config);
  const { level } = scope;
  for (let i = 0; i < level.length; i++) {
    const d = level[i]!;
    if (d.fact === null && d.name !== '' && !config.catalog.directives(d.name).length)
      if (own.some((o) => o.name === d.name)) into.push({ why: `what "${d.name}" does is not known`, only: null });
      else if (
        library !== null ||
        unlistedModule(d.name) !== null ||
        unknownFamily(config, d.name) !== null ||
        (d.statement.block !== null && !isNginxSaid(config.settings))
      )
        into.push({ why: `"${d.name}" is of a module that is not known`, only: null });
      else {
        const meant = meantBy(config, d.name);
        if (meant !== null)
          into.push({
            why: `"${d.name}" may be meant for ${meant}`,
            only: meant === 'include' ? null : new RegExp(`^${meant.replace(/\W/g, '\\$&')}$`),
          });
      }
  }
}

/** A line whose name no module has, and which may be meant for one that it is spelled like. */
export const isSlip = ({ fact, name, scope: { config } }: Directive): boolean =>
  fact === null && name !== '' && !config.catalog.directives(name).length && meantBy(config, name) !== null;

const NONE: readonly Unseen[] = [];

/** Why more may be on this level, without those around it; empty when all of it is seen. */
export function unseenIn(scope: Scope): readonly Unseen[] {
  scope.unseen ??= isPlain(scope) ? NONE : find(scope);
  return scope.unseen;
}

/** Whether a level has lines of nginx only, which hide nothing: most have. */
function isPlain({ opener, level }: Scope): boolean {
  if (!opener || opener.file.template !== null) return false;
  for (const { fact, name, file, args } of level) {
    if (fact === null || name === 'include' || file.template !== null || SCRIPTED.test(name)) return false;
    if (SWITCHED_BY_PARAMETERS.includes(name) && args.some((a) => a.templated)) return false;
  }
  return true;
}

function find(scope: Scope): readonly Unseen[] {
  const { config } = scope;
  const out: Unseen[] = [];
  if (!scope.opener && config.kind === 'fragment' && !config.tree.standIn) out.push({ why: 'its main file is not known', only: null });
  const { level } = scope;
  for (let i = 0; i < level.length; i++) {
    const d = level[i]!;
    if (d.name !== 'include') continue;
    const include = config.tree.includes.get(d.statement);
    const why = include ? include.unseen : `the file "${d.value(0)}" is not seen`;
    if (why === null) continue;
    // what is beside a site may declare any name; that it sets headers for all sites is known from the project's files and the package's main file
    const { standIn } = config.tree;
    const set = standIn?.certain ? [...SET_BY_SITES, ...SET_BESIDE_SITES] : SET_BY_SITES;
    const not = standIn && scope.context === 'http' && d.file === standIn.main ? set.filter((n) => !standIn.lists.has(n)) : [];
    out.push({ why, only: null, ...(not.length ? { not } : {}) });
  }
  for (let i = 0; i < level.length; i++) {
    const { name } = level[i]!;
    if (SCRIPTED.test(name)) for (const [by, only] of SCRIPTS) if (by.test(name)) out.push({ why: `"${name}" runs a script`, only });
  }
  for (const name of SWITCHED_BY_PARAMETERS)
    if (scope.named(name).some((d) => d.args.some((a) => a.templated)))
      out.push({ why: `a template fills in parameters of "${name}"`, only: new RegExp(`^${name}$`), parameters: true });
  foreignIn(scope, out);
  for (const [file, parents] of blocksAround(scope))
    for (const parent of parents) if (blocksOf(file).has(parent)) out.push({ why: 'a template writes lines there', only: null });
  return out.length ? out : NONE;
}

const NO_BLOCKS: ReadonlyMap<SourceFile, ReadonlySet<Statement | null>> = new Map();

/** The blocks that the lines of a level stand in, by the template that has them; null stands for the file's top level. */
function blocksAround({ opener, level, config }: Scope): ReadonlyMap<SourceFile, ReadonlySet<Statement | null>> {
  // most are of no template
  let found: Map<SourceFile, Set<Statement | null>> | null = null;
  const look = (file: SourceFile, parent: Statement | null): void => {
    if (file.template === null) return;
    found ??= new Map();
    const parents = found.get(file);
    if (parents) parents.add(parent);
    else found.set(file, new Set([parent]));
  };
  if (opener) look(opener.file, opener.statement);
  else look(config.files.get(config.root)!, null);
  for (let i = 0; i < level.length; i++) look(level[i]!.file, level[i]!.statement.parent);
  return found ?? NO_BLOCKS;
}

/** Why more of a directive may be on this level. */
export const unseenOf = (scope: Scope, name: string): readonly Unseen[] =>
  unseenIn(scope).filter((u) => (u.only === null || u.only.test(name)) && !u.not?.includes(name));

/** Why the answer to "which lines of this name are in force" is not certain: `unseenInForce` says it for one name, this for whatever a level may get. */
export function unseenAround(scope: Scope): readonly Unseen[] {
  const out: Unseen[] = [];
  for (let at: Scope | null = scope; at; at = at.parent) out.push(...unseenIn(at).filter((u) => u.only === null));
  return out;
}

/** Why more may be on one of the levels within a scope. */
export function unseenWithin(scope: Scope, name: string | null): readonly Unseen[] {
  const out: Unseen[] = [];
  for (const d of scope.all)
    if (d.body) out.push(...(name === null ? unseenIn(d.body).filter((u) => u.only === null) : unseenOf(d.body, name)));
  return out;
}
