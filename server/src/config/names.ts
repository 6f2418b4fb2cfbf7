/**
 * Every name of a configuration with its places: upstreams, zones, log formats, named locations, variables and captures. Definition,
 * references, rename, completion and the rules about unknown and unused names ask this one index.
 */

import type { FileId } from '../base/file-id.ts';
import type { Span } from '../base/span.ts';
import { argumentOf, mayDeclareName, mayName, namesIn } from '../catalog/arguments.ts';
import { type Protocol, protocolOf } from '../catalog/context.ts';
import type { NameKind } from '../catalog/names.ts';
import { valueSpan, variablesIn } from '../syntax/variable.ts';
import type { Word } from '../syntax/word.ts';
import { asked, noted, PerConfig } from './asked.ts';
import { carriedNames, type OpenUse } from './carried.ts';
import type { Config } from './config.ts';
import type { Directive } from './directive.ts';
import { readLocation } from './locations.ts';
import { everywhere, MemoPerBlock } from './pieces.ts';
import type { Scope, ScopeContext } from './scope.ts';
import { Slot } from './slot.ts';

export interface NameSite {
  readonly kind: NameKind;
  readonly name: string;
  /** `mentions`: a text that is compared with what the name brings about, such as that of proxy_redirect; it uses nothing, and moves with a rename */
  readonly role: 'defines' | 'references' | 'mentions';
  /** http and stream have names of their own; null for names of the whole process */
  readonly protocol: Protocol | null;
  readonly directive: Directive;
  /** the name alone, in the file of the directive */
  readonly span: Span;
  /** a named group of a regular expression defines the variable */
  readonly capture: boolean;
  /** whether it is written with a letter in upper case */
  readonly upper: boolean;
}

interface Part {
  readonly kind: NameKind;
  readonly name: string;
  readonly role: NameSite['role'];
  /** -1 is the directive's own name (entries of a map) */
  readonly word: number;
  /** offsets relative to the word's start in the file */
  readonly from: number;
  readonly to: number;
  readonly capture: boolean;
}

/** Names that http and stream share: threads and shared memory belong to the process. */
const PROCESS_WIDE: ReadonlySet<NameKind> = new Set<NameKind>(['thread-pool']);

/** Arguments of these kinds are patterns: a dollar sign in them is an anchor, not a variable. */
const PATTERNS = new Set(['regex', 'location', 'server-name', 'lua', 'variable']);

/** The directives that `regexesOf` reads, beside the entries of maps. */
const HAS_REGEXES: ReadonlySet<string> = new Set([
  'location',
  'server_name',
  'valid_referers',
  'rewrite',
  'fastcgi_split_path_info',
  'if',
  'proxy_redirect',
  'proxy_cookie_domain',
  'proxy_cookie_path',
  'proxy_cookie_flags',
  'uwsgi_redirect',
  'subs_filter',
]);

/** Whether `regexesOf` may find any in a directive of that name, in a block of that kind. */
export const mayHoldRegexes = ({ name, context }: { readonly name: string; readonly context: ScopeContext }): boolean =>
  context === 'map' || context === 'stream-map' || HAS_REGEXES.has(name);

/** Directives whose `~` arguments are regular expressions with captures, and where the expressions stand. */
export function regexesOf(directive: Directive): { word: Word; pattern: string; caseless: boolean; offset: number }[] {
  const { name, args, scope } = directive;
  const tilde = (word: Word): { word: Word; pattern: string; caseless: boolean; offset: number }[] => {
    if (!word.value.startsWith('~')) return [];
    const caseless = word.value.startsWith('~*');
    return [{ word, pattern: word.value.slice(caseless ? 2 : 1), caseless, offset: caseless ? 2 : 1 }];
  };
  const whole = (word: Word | undefined, caseless = false) => (word ? [{ word, pattern: word.value, caseless, offset: 0 }] : []);
  if (scope.context === 'map' || scope.context === 'stream-map') return tilde(directive.statement.name);
  switch (name) {
    case 'location': {
      const [a, b] = args;
      if (a && b && (a.value === '~' || a.value === '~*')) return whole(b, a.value === '~*');
      return args.length === 1 && a ? tilde(a) : [];
    }
    case 'server_name':
      // ngx_http_regex_compile is told to ignore case when the name holds an upper-case letter (ngx_http_core_server_name)
      return args.flatMap((w) => tilde(w).map((t) => ({ ...t, pattern: w.value.slice(1), offset: 1, caseless: /[A-Z]/.test(w.value) })));
    case 'valid_referers':
      return args.flatMap((w) => tilde(w).map((t) => ({ ...t, pattern: w.value.slice(1), offset: 1, caseless: true })));
    case 'rewrite':
    case 'fastcgi_split_path_info':
      return whole(args[0]);
    case 'if': {
      const at = args.findIndex((w) => /^!?~\*?$/.test(w.value));
      const word = at >= 0 ? args[at + 1] : undefined;
      if (!word) return [];
      const last = args.length === at + 2 && word.quote === '' && word.value.endsWith(')');
      return [{ word, pattern: last ? word.value.slice(0, -1) : word.value, caseless: args[at]!.value.endsWith('*'), offset: 0 }];
    }
    case 'proxy_redirect':
    case 'proxy_cookie_domain':
    case 'proxy_cookie_path':
    case 'proxy_cookie_flags':
    case 'uwsgi_redirect':
    case 'subs_filter':
      return args[0] ? tilde(args[0]) : [];
    default:
      return [];
  }
}

/** Whether a directive may name anything: most lines of a configuration do not. */
function mayHoldNames({ name, fact, scope: { context }, statement: { args } }: Directive): boolean {
  if (!fact || mayName(fact) || mayHoldRegexes({ name, context })) return true;
  for (const { value } of args) if (value.includes('$')) return true;
  return false;
}

/** Whether a directive may declare a name: most that hold names use them. */
const mayDeclare = ({ name, fact, scope: { context } }: Directive): boolean =>
  !fact || mayDeclareName(fact) || mayHoldRegexes({ name, context });

function partsOf(directive: Directive): readonly Part[] {
  const { statement, fact, scope } = directive;
  const { config } = scope;
  const parts: Part[] = [];
  const add = (kind: NameKind, name: string, role: Part['role'], word: number, span: Span, capture = false): void => {
    const base = word < 0 ? statement.name : statement.args[word]!;
    parts.push({ kind, name, role, word, from: span.start - base.start, to: span.end - base.start, capture });
  };
  const regexes = mayHoldRegexes({ name: statement.name.value, context: scope.context }) ? regexesOf(directive) : [];
  if (fact && mayName(fact))
    for (const use of namesIn(fact, directive.values)) {
      const word = statement.args[use.argument]!;
      if (!word.templated && !use.name.includes('$'))
        add(use.kind, use.name, use.role, use.argument, valueSpan(word, use.at, use.at + use.name.length));
    }
  const entries = scope.context === 'map' || scope.context === 'stream-map';
  if (fact?.variables !== false || fact?.name === 'log_format' || entries)
    for (let i = 0; i < statement.args.length; i++) {
      const word = statement.args[i]!;
      if (!word.value.includes('$') || regexes.some((r) => r.word === word)) continue;
      const kind = fact ? argumentOf(fact, i, statement.args.length)?.kind : undefined;
      if (kind && PATTERNS.has(kind)) continue;
      for (const use of variablesIn(word).uses) if (!use.capture) add('variable', use.name, 'references', i, use.nameSpan);
    }
  if (fact?.name === 'location' && readLocation(directive)?.modifier === '$') {
    const word = statement.args[0]!;
    if (!word.templated) add('variable', word.value.slice(1), 'references', 0, valueSpan(word, 1, word.value.length));
  }
  for (const { word, pattern, caseless, offset } of regexes) {
    if (!/\(\?(P?<|')/.test(pattern)) continue;
    const compiled = config.regexes.compile(pattern, { caseless });
    if (!compiled.ok) continue;
    const index = word === statement.name ? -1 : statement.args.indexOf(word);
    for (const { name } of compiled.regex.names) {
      const at = new RegExp(`\\(\\?(?:P?<|')${name}[>']`).exec(word.value);
      const from = at ? at.index + at[0].length - name.length - 1 : offset;
      add('variable', name, 'defines', index, at ? valueSpan(word, from, from + name.length) : { start: word.start, end: word.end }, true);
    }
  }
  if (parts.length > 1) parts.sort((a, b) => a.word - b.word || a.from - b.from);
  return parts;
}

const keyOf = (kind: NameKind, name: string, protocol: Protocol | null): string =>
  `${PROCESS_WIDE.has(kind) ? '' : (protocol ?? '')} ${kind} ${kind === 'variable' || kind === 'upstream' ? name.toLowerCase() : name}`;

class Site implements NameSite {
  private isUpper: boolean | undefined;

  constructor(
    readonly directive: Directive,
    readonly protocol: Protocol | null,
    private readonly part: Part,
  ) {}

  get kind(): NameKind {
    return this.part.kind;
  }

  get name(): string {
    return this.part.name;
  }

  get role(): NameSite['role'] {
    return this.part.role;
  }

  get capture(): boolean {
    return this.part.capture;
  }

  get upper(): boolean {
    if (this.isUpper === undefined) {
      const { span } = this;
      // a definition's name is told in lower case, so the text is looked at
      this.isUpper = /[A-Z]/.test(this.role === 'defines' ? this.directive.file.text.slice(span.start, span.end) : this.name);
    }
    return this.isUpper;
  }

  get span(): Span {
    const { statement } = this.directive;
    const { word, from, to } = this.part;
    const { start } = word < 0 ? statement.name : statement.args[word]!;
    return { start: start + from, end: start + to };
  }
}

type Sites = ReadonlyMap<string, readonly NameSite[]>;

interface Names {
  readonly sites: Sites;
  readonly inOrder: readonly NameSite[];
}

/** Of a line the names in it, with the key of each. */
type Keyed = readonly { readonly part: Part; readonly key: string }[];

const protocolIn = (context: ScopeContext): Protocol | null => (context === 'unknown' ? null : protocolOf(context));

/** Gives the names of lines one by one, reading those that have the same words in the same kind of block once. */
function keyedParts(): (directive: Directive) => Keyed {
  const known = new Map<ScopeContext, Map<string, Keyed>>();
  const read = (directive: Directive): Keyed =>
    partsOf(directive).map((part) => ({ part, key: keyOf(part.kind, part.name, protocolIn(directive.scope.context)) }));
  return (directive) => {
    const { file, statement, scope } = directive;
    // what is written in place of a mark, nobody knows
    if (file.template !== null || !statement.args.length) return read(directive);
    let lines = known.get(scope.context);
    if (!lines) known.set(scope.context, (lines = new Map()));
    const words = file.text.slice(statement.name.start, statement.args.at(-1)!.end);
    let parts = lines.get(words);
    if (!parts) lines.set(words, (parts = read(directive)));
    return parts;
  };
}

/** Every name of the lines that `may` holds of, one by one. */
function* sitesIn(directives: readonly Directive[], may: (directive: Directive) => boolean): Generator<readonly [key: string, NameSite]> {
  const partsIn = keyedParts();
  for (const directive of directives) {
    if (!may(directive)) continue;
    const protocol = protocolIn(directive.scope.context);
    for (const { part, key } of partsIn(directive)) yield [key, new Site(directive, protocol, part)];
  }
}

const names = new MemoPerBlock((directives): Names => {
  const sites = new Map<string, NameSite[]>();
  const inOrder: NameSite[] = [];
  for (const [key, site] of sitesIn(directives, mayHoldNames)) {
    push(sites, key, site);
    inOrder.push(site);
  }
  return { sites, inOrder };
});

/**
 * Apart from the rest: a check asks who declares a name, and seldom who uses it. A variable such as $host is read thousands of times and declared
 * nowhere.
 */
const declarations = new MemoPerBlock((directives): Sites => {
  const sites = new Map<string, NameSite[]>();
  for (const [key, site] of sitesIn(directives, mayDeclare)) if (site.role === 'defines') push(sites, key, site);
  return sites;
});

const carriedSites = new Slot<Directive, Map<string, NameSite>>();

/** One object for one place, over all revisions in which its directive stands. */
function carriedSite(directive: Directive, protocol: Protocol, part: Part): NameSite {
  let known = carriedSites.get(directive);
  if (!known) carriedSites.set(directive, (known = new Map()));
  const key = `${protocol} ${part.role} ${part.word} ${part.from} ${part.to} ${part.name}`;
  let site = known.get(key);
  if (!site) known.set(key, (site = new Site(directive, protocol, part)));
  return site;
}

/** Upstreams that variables carry to a pass directive, and the places that may name any. */
const carried = new PerConfig((config): { readonly sites: readonly NameSite[]; readonly open: readonly OpenUse[] } => {
  const { names: found, open } = carriedNames(config, (variable, protocol) => namesOf(config).definitions('variable', variable, protocol));
  const groups = new Set<string>();
  for (const d of everywhere(config, 'upstream'))
    groups.add(`${d.scope.context === 'stream' ? 'stream' : 'http'} ${d.value(0).toLowerCase()}`);
  const sites = found
    .filter((c) => groups.has(`${c.protocol} ${c.name}`))
    .map(({ directive, word, span, name, role, protocol }) => {
      const base = directive.args[word]!;
      const part = {
        kind: 'upstream',
        name,
        role,
        word,
        from: span.start - base.start,
        to: span.end - base.start,
        capture: false,
      } as const;
      return carriedSite(directive, protocol, part);
    });
  return { sites, open };
});

/** The server that a named location belongs to; null on the level of http, from where every server may take the line over. */
const ownerOf = (site: NameSite): Scope | null => site.directive.scope.enclosing('server');

const samePlace = (a: NameSite, b: NameSite): boolean =>
  a.directive.file === b.directive.file && a.span.start === b.span.start && a.span.end === b.span.end;

/** Apart from their callers: a question keeps all that is around it (asked.ts). */
const spelledAs = (config: Config, key: string): readonly NameSite[] => asked(config, `sites ${key}`, (c) => namesOf(c).sitesBy(key)) ?? [];

const carriedTo = (config: Config, name: string, protocol: Protocol | null): readonly NameSite[] =>
  asked(config, `carried ${keyOf('upstream', name, protocol)}`, (c) =>
    carried.of(c).sites.filter((s) => s.protocol === protocol && s.name === name.toLowerCase()),
  );

/** Whether a variable carries the name of any upstream: in most configurations none does. */
const anyCarried = (config: Config): boolean => asked(config, 'carried at all', (c) => carried.of(c).sites.length > 0);

const noteKind = (config: Config, kind: NameKind): void => noted(config, `names of ${kind}`, (c) => namesOf(c).groupsOf(kind).flat());

function merged(pieces: readonly Sites[]): Sites {
  if (pieces.length === 1) return pieces[0]!;
  const all = new Map<string, NameSite[]>();
  for (const piece of pieces)
    for (const [key, list] of piece) {
      const known = all.get(key);
      if (known) for (const site of list) known.push(site);
      else all.set(key, [...list]);
    }
  return all;
}

/** Where each name of a configuration is declared and used. */
export class NameIndex {
  private everySite: Sites | undefined;
  private everyDefinition: Sites | undefined;
  private everyFile: Map<FileId, NameSite[]> | undefined;
  private everyKind: Map<NameKind, (readonly NameSite[])[]> | undefined;

  constructor(private readonly config: Config) {}

  private get byKey(): Sites {
    return (this.everySite ??= merged([...names.of(this.config)].map(({ sites }) => sites)));
  }

  private get defining(): Sites {
    return (this.everyDefinition ??= merged([...declarations.of(this.config)]));
  }

  /** The places of each name of a kind. */
  groupsOf(kind: NameKind): readonly (readonly NameSite[])[] {
    if (!this.everyKind) {
      this.everyKind = new Map();
      for (const sites of this.byKey.values()) push(this.everyKind, sites[0]!.kind, sites);
    }
    return this.everyKind.get(kind) ?? [];
  }

  /** What `sites` is made of. */
  sitesBy(key: string): readonly NameSite[] | undefined {
    return this.byKey.get(key);
  }

  private get byFile(): Map<FileId, NameSite[]> {
    if (!this.everyFile) {
      this.everyFile = new Map();
      for (const { inOrder } of names.of(this.config)) for (const site of inOrder) push(this.everyFile, site.directive.file.id, site);
      for (const site of carried.of(this.config).sites) push(this.everyFile, site.directive.file.id, site);
    }
    return this.everyFile;
  }

  /** All places of a name, in nginx's reading order. Variables compare without case, as nginx does. */
  sites(kind: NameKind, name: string, protocol: Protocol | null): readonly NameSite[] {
    const key = keyOf(kind, name, protocol);
    const spelled = spelledAs(this.config, key);
    if (kind !== 'upstream') return spelled;
    const more = carriedTo(this.config, name, protocol);
    return more.length ? [...spelled, ...more.filter((s) => !spelled.some((t) => samePlace(s, t)))] : spelled;
  }

  /**
   * All places of the same name as that of a site. A named location belongs to its server: what is on the level of http, or in a file that
   * several servers include, joins theirs.
   */
  same(site: NameSite): readonly NameSite[] {
    const all = this.sites(site.kind, site.name, site.protocol);
    if (site.kind !== 'named-location') return all;
    const own = new Set<NameSite>([site]);
    const servers = new Set<Scope | null>([ownerOf(site)]);
    for (let grown = true; grown; ) {
      grown = false;
      for (const other of all) {
        if (own.has(other)) continue;
        const owner = ownerOf(other);
        if (!servers.has(null) && owner !== null && !servers.has(owner) && ![...own].some((s) => samePlace(s, other))) continue;
        own.add(other);
        servers.add(owner);
        grown = true;
      }
    }
    return all.filter((s) => own.has(s));
  }

  /** Places that may mean an upstream of that name, by a variable that no text decides. */
  openUses(name: string, protocol: Protocol | null): readonly OpenUse[] {
    return asked(this.config, `open uses ${protocol} ${name}`, (c) =>
      carried.of(c).open.filter((u) => u.protocol === protocol && u.pattern.test(name)),
    );
  }

  definitions(kind: NameKind, name: string, protocol: Protocol | null): readonly NameSite[] {
    const key = keyOf(kind, name, protocol);
    return asked(this.config, `definitions ${key}`, (c) => namesOf(c).defining.get(key)) ?? [];
  }

  references(kind: NameKind, name: string, protocol: Protocol | null): NameSite[] {
    return this.sites(kind, name, protocol).filter((s) => s.role === 'references');
  }

  /** The names that a cursor at the offset touches, the narrowest first. */
  at(file: FileId, offset: number): NameSite[] {
    const found = this.inFile(file).filter((s) => s.span.start <= offset && offset <= s.span.end);
    return found.sort((a, b) => a.span.end - a.span.start - (b.span.end - b.span.start));
  }

  /** Every name in a file, by the order in which nginx reads it; a file read twice has each twice. */
  inFile(file: FileId): readonly NameSite[] {
    return asked(this.config, `names in ${file}`, (c) => namesOf(c).byFile.get(file)) ?? [];
  }

  /** All names of one kind, with their places. */
  ofKind(kind: NameKind, protocol?: Protocol | null): (readonly NameSite[])[] {
    const out: (readonly NameSite[])[] = [];
    noteKind(this.config, kind);
    const isCarried = kind === 'upstream' && anyCarried(this.config);
    for (const sites of this.groupsOf(kind)) {
      const [first] = sites;
      if (protocol === undefined || PROCESS_WIDE.has(kind) || first!.protocol === protocol)
        out.push(isCarried ? this.sites(kind, first!.name, first!.protocol) : sites);
    }
    return out;
  }

  /** Every definition of one kind. */
  *defined(kind: NameKind, protocol?: Protocol | null): Generator<NameSite> {
    for (const sites of this.ofKind(kind, protocol)) for (const s of sites) if (s.role === 'defines') yield s;
  }
}

function push<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const list = map.get(key);
  if (list) list.push(value);
  else map.set(key, [value]);
}

const indexes = new PerConfig((config) => new NameIndex(config));

/** The index of a configuration, made when first asked for. */
export const namesOf = (config: Config): NameIndex => indexes.of(config);
