/**
 * Where a brace or semicolon is missing, and which directives are in the wrong place only because of it. The parser knows that braces
 * do not pair; which one is wrong shows in the indentation and in what the blocks accept. One mistake is to be one finding.
 */

import { nearest } from '../../base/nearest.ts';
import type { Span } from '../../base/span.ts';
import { acceptsCount } from '../../catalog/arity.ts';
import { argsOf, type Catalog, statusOf, type Target } from '../../catalog/catalog.ts';
import { bodyOf, type Context, childContext, openingsOf } from '../../catalog/context.ts';
import type { DirectiveFact } from '../../catalog/fact.ts';
import { checkValues } from '../../catalog/value-check.ts';
import { asked, askedOfBlock, isAskedOfBlock, isRecorded } from '../../config/asked.ts';
import type { Config } from '../../config/config.ts';
import type { Directive } from '../../config/directive.ts';
import { Slot } from '../../config/slot.ts';
import { type BlockOracle, lackingBrace, repairedAt, surplusBrace } from '../../syntax/nesting.ts';
import type { SourceFile, Statement, SyntaxProblem } from '../../syntax/statement.ts';

export interface Cause {
  /**
   * `semicolon-in-value`: the value of a header has no quotes and goes on behind its first semicolon;
   * `brace-in-pattern`: a pattern without quotes has a quantifier like {4}, whose brace opens a block
   */
  readonly fault: SyntaxProblem['fault'] | 'brace-in-pattern' | 'semicolon-in-value';
  /** what to mark */
  readonly span: Span;
  readonly statement: Statement | null;
  /** where the missing brace or semicolon goes, when it is one that is missing */
  readonly insert: number | null;
}

interface Region extends Span {
  /** `place`: what is there may be in the wrong block; `all`: nothing there can be judged */
  readonly level: 'place' | 'all';
}

export interface Structure {
  readonly causes: readonly Cause[];
  readonly regions: readonly Region[];
  /** statements with a fault of their own words: their arguments are not to be judged */
  readonly broken: ReadonlySet<Statement>;
}

const structures = new WeakMap<SourceFile, { text: string; problems: SourceFile['problems']; structure: Structure }>();

/** The faults of a file at their causes. Kept until the text changes, be it back to what it was: then its statements are others. */
export function structureOf(file: SourceFile, catalog: Catalog): Structure {
  const known = structures.get(file);
  if (known?.text === file.text && known.problems === file.problems) return known.structure;
  const structure = diagnose(file, catalog);
  structures.set(file, { text: file.text, problems: file.problems, structure });
  return structure;
}

/** Whether anything in a file is not judged, or not as it stands, because of a fault before it; also where the parser has nothing to say. */
export function hasFaults(file: SourceFile, catalog: Catalog): boolean {
  const { regions, broken } = structureOf(file, catalog);
  return regions.length > 0 || broken.size > 0;
}

function* statementsIn(statements: readonly Statement[]): Generator<Statement> {
  for (const s of statements) {
    yield s;
    if (s.block) yield* statementsIn(s.block);
  }
}

interface BlockKinds {
  readonly always: boolean;
  readonly never: boolean;
}

const UNKNOWN_KINDS: BlockKinds = { always: false, never: false };

/** By directive and the block around it; asked about every statement of a text whose braces do not pair. */
const kindsKnown = new WeakMap<Catalog, Map<string, BlockKinds>>();

/** Whether a directive of that name opens a block: in blocks of the parent's name where it may be there, else anywhere. */
function blockKinds(catalog: Catalog, name: string, parent: Statement | null): BlockKinds {
  // a name that nobody knows is none to remember
  if (!catalog.directives(name).length) return UNKNOWN_KINDS;
  const around = parent && openingsOf(parent.name.value).length ? parent.name.value : '';
  let known = kindsKnown.get(catalog);
  if (!known) kindsKnown.set(catalog, (known = new Map()));
  const key = `${name} ${around}`;
  let kinds = known.get(key);
  if (!kinds) known.set(key, (kinds = kindsOf(catalog, name, around)));
  return kinds;
}

function kindsOf(catalog: Catalog, name: string, around: string): BlockKinds {
  const anywhere = catalog.directives(name).filter((f) => f.contexts.some((c) => bodyOf(c) === 'directives'));
  const children = around ? openingsOf(around).map((o) => o.child) : [];
  const there = anywhere.filter((f) => f.contexts.some((c) => children.includes(c)));
  const facts = there.length ? there : anywhere;
  return { always: facts.length > 0 && facts.every((f) => f.args.block), never: facts.length > 0 && facts.every((f) => !f.args.block) };
}

/** The first statement of a text, outer before inner, that meets a condition on its words and the block around it; a block that no edit touched is not looked at again. */
class First {
  private readonly within = new WeakMap<Catalog, WeakMap<Statement, Statement | null>>();

  constructor(private readonly test: (catalog: Catalog, s: Statement) => boolean) {}

  in(catalog: Catalog, list: readonly Statement[]): Statement | null {
    let known = this.within.get(catalog);
    if (!known) this.within.set(catalog, (known = new WeakMap()));
    for (const s of list) {
      if (this.test(catalog, s)) return s;
      if (!s.block) continue;
      let inner = known.get(s);
      if (inner === undefined) known.set(s, (inner = this.in(catalog, s.block)));
      if (inner) return inner;
    }
    return null;
  }
}

/** A line with a block that takes none, a block without its braces, and a block that took the name of the first one in it for an argument. */
const openedByMistake = new First((catalog, s) => s.open !== null && blockKinds(catalog, s.name.value, s.parent).never);
const withoutBlock = new First((catalog, s) => s.open === null && blockKinds(catalog, s.name.value, s.parent).always);
const mergedWithInner = new First(
  (catalog, s) => s.open !== null && blockKinds(catalog, s.name.value, s.parent).always && innerName(catalog, s) >= 0,
);

/** Whether the lines of such a block are entries of a table. */
const hasEntries = (name: string): boolean => openingsOf(name).some((o) => bodyOf(o.child) !== 'directives');

/** What blocks hold, by the catalog: their directives, and a location only what begins with its own name (ngx_http_core_location). */
function oracleOf(catalog: Catalog): BlockOracle {
  const accepts = (block: string, name: string): boolean => {
    const children = openingsOf(block).map((o) => o.child);
    if (!children.length || children.some((c) => bodyOf(c) !== 'directives')) return true;
    const facts = catalog.directives(name);
    return !facts.length || facts.some((f) => f.contexts.some((c) => children.includes(c)));
  };
  return {
    accepts,
    belongs(block, child) {
      if (!accepts(block.name.value, child.name.value)) return false;
      if (block.name.value !== 'location' || child.name.value !== 'location') return true;
      const [outer, inner] = [block, child].map((s) => (/^\/|^\^~$/.test(s.args[0]?.value ?? '') ? s.args.at(-1)!.value : null));
      return !outer || !inner || inner.startsWith(outer);
    },
  };
}

/** A quantifier's rest, as it comes after a brace that ended a word without a blank. */
const QUANTIFIER = /^\d+(?:,\d*)?\}/;

/** The word that goes on after the brace, to where white space, a semicolon or a brace of its own ends it. */
const WHOLE_PATTERN = /^(?:[^\s;{}"']|\{\d+(?:,\d*)?\})+/;

/** A brace that follows the last word without a blank and looks like the beginning of a quantifier. */
function isLikeCut(file: SourceFile, s: Statement): boolean {
  const word = s.args.at(-1) ?? s.name;
  return !!s.open && s.open.start === word.end && word.quote === '' && QUANTIFIER.test(file.text.slice(s.open.end, s.open.end + 12));
}

const cutWithin = new WeakMap<Statement, readonly Statement[]>();
const NONE: readonly Statement[] = [];

/** Such statements at and below one, in order; a block that no edit touched is not looked at again. */
function likeCut(file: SourceFile, s: Statement): readonly Statement[] {
  if (!s.open) return NONE;
  let found = cutWithin.get(s);
  if (!found) {
    const list = isLikeCut(file, s) ? [s] : [];
    for (const inner of s.block ?? []) if (inner.open) list.push(...likeCut(file, inner));
    cutWithin.set(s, (found = list.length ? list : NONE));
  }
  return found;
}

/** The pattern without quotes whose quantifier opens the statement's block; null when the brace was meant as one. */
function cutPattern(file: SourceFile, s: Statement): Span | null {
  if (!s.open) return null;
  const word = s.args.at(-1) ?? s.name;
  const whole = WHOLE_PATTERN.exec(file.text.slice(word.start, word.start + 4096))?.[0] ?? '';
  // the parenthesis that closes a condition is none of the pattern's
  const length = s.name.value === 'if' && whole.endsWith(')') ? whole.length - 1 : whole.length;
  return length > word.end - word.start ? { start: word.start, end: word.start + length } : null;
}

/** A header directive with what comes up to the next statement of its line, which begins like a word of it. */
const HEADER_LINE = /^(?:add_header|add_trailer|proxy_set_header)[ \t]+[^\s;{}"]+[ \t]+[^";{}\n]*;[ \t]*[a-z]$/i;
const HEADER = /^(?:add_header|add_trailer|proxy_set_header)$/i;

/** A header directive in its list of statements. */
interface InList {
  readonly list: readonly Statement[];
  readonly index: number;
}

const headersWithin = new WeakMap<Statement, readonly InList[]>();
const NO_HEADERS: readonly InList[] = [];

/** The header directives of a list that others follow, and those in its blocks; a block that no edit touched is not looked at again. */
function headersIn(list: readonly Statement[]): readonly InList[] {
  const found: InList[] = [];
  list.forEach((s, index) => {
    if (s.block) {
      let inner = headersWithin.get(s);
      if (!inner) {
        inner = headersIn(s.block);
        headersWithin.set(s, inner.length ? inner : NO_HEADERS);
      }
      found.push(...inner);
    } else if (s.args.length >= 2 && index + 1 < list.length && HEADER.test(s.name.value)) found.push({ list, index });
  });
  return found;
}

/** `add_header X-Frame-Options DENY; lsten 80;`: what follows is a directive of its own, as its writer meant it. */
const isMisspelt = ({ name: { value } }: Statement, catalog: Catalog): boolean =>
  /^[a-z]+(?:_[a-z]+)*$/.test(value) && value.length > 4 && nearest(value, catalog.names()) !== null;

/** Values of headers that nginx ends at a semicolon within them, with the statements into which it falls apart. */
function cutValues(file: SourceFile, catalog: Catalog): { header: Statement; value: Span; rest: readonly Statement[] }[] {
  const found: { header: Statement; value: Span; rest: readonly Statement[] }[] = [];
  for (const { list, index } of headersIn(file.body)) {
    const header = list[index]!;
    const next = list[index + 1]!;
    // most statements have a line of their own
    if (file.text.charCodeAt(header.end) === 10 || !HEADER_LINE.test(file.text.slice(header.start, next.start + 1))) continue;
    const line = file.lines.lineAt(header.start);
    const behind = list.slice(index + 1);
    const stop = behind.findIndex((s) => s.open || file.lines.lineAt(s.start) !== line || catalog.directives(s.name.value).length > 0);
    const rest = stop < 0 ? behind : behind.slice(0, stop);
    const last = rest.at(-1);
    if (last && !isMisspelt(rest[0]!, catalog))
      found.push({ header, value: { start: header.args[1]!.start, end: (last.args.at(-1) ?? last.name).end }, rest });
  }
  return found;
}

function diagnose(file: SourceFile, catalog: Catalog): Structure {
  const causes: Cause[] = [];
  const regions: Region[] = [];
  const broken = new Set<Statement>();
  const end = file.text.length;
  const braces = file.problems.some((p) => p.fault === 'missing-closing-brace' || p.fault === 'unexpected-closing-brace');
  // blocks without a brace and braces without a block: said by the rule about counts; here only what follows from them
  let opened: Statement | null = null;
  let lost: Statement | null = null;
  for (const s of file.body.flatMap((top) => likeCut(file, top))) {
    const pattern = cutPattern(file, s);
    if (!pattern) continue;
    causes.push({ fault: 'brace-in-pattern', span: pattern, statement: s, insert: null });
    regions.push({ start: s.start, end: Math.max(pattern.end, s.open!.end + 1), level: 'all' });
    opened ??= s;
  }
  for (const { header, value, rest } of cutValues(file, catalog)) {
    causes.push({ fault: 'semicolon-in-value', span: value, statement: header, insert: null });
    broken.add(header);
    regions.push({ start: rest[0]!.start, end: value.end, level: 'all' });
  }
  if (braces) {
    opened ??= openedByMistake.in(catalog, file.body);
    lost = withoutBlock.in(catalog, file.body);
  }
  const strayOpening = file.problems.find((p) => p.fault === 'unexpected-opening-brace');
  if (strayOpening) {
    const { start } = strayOpening.span;
    regions.push({ start, end: braces ? end : closingOf(file.text, start), level: 'place' });
  }
  const merged = braces && !lost ? mergedOpener(file, catalog) : null;
  let reported = false;
  if (merged) {
    reported = true;
    broken.add(merged.statement!);
    causes.push(merged);
    regions.push({ start: merged.statement!.open!.start, end, level: 'place' });
  }
  for (const problem of file.problems) {
    const { fault, span, statement } = problem;
    if (fault === 'missing-closing-brace') {
      if (reported || strayOpening) continue;
      if (opened && !lost) {
        reported = true;
        const known = causes.some((c) => c.statement === opened) && !(opened.parent && hasEntries(opened.parent.name.value));
        regions.push({ start: opened.open!.start, end, level: known ? 'place' : 'all' });
        continue;
      }
      // the parser has repaired the tree where columns told it the place
      const repaired = repairedAt(file, problem);
      const found = repaired ?? lackingBrace(file, statement!, oracleOf(catalog));
      reported = repaired === null;
      causes.push({ fault, span: found.mark, statement: found.block, insert: found.insert });
      if (!repaired) regions.push({ start: found.insert, end, level: 'place' });
    } else if (fault === 'unexpected-closing-brace') {
      if (reported) continue;
      reported = true;
      if (lost && lost.start < span.start) {
        regions.push({ start: lost.end, end: span.start, level: 'all' }, { start: span.start, end, level: 'place' });
        continue;
      }
      const at = surplusBrace(file, span);
      causes.push({ fault, span: at, statement: null, insert: null });
      regions.push({ start: at.start, end, level: 'place' });
    } else {
      const inOpened = opened !== null && span.start > opened.start && span.start < opened.end;
      if (inOpened && (fault === 'unexpected-semicolon' || fault === 'missing-semicolon')) continue;
      causes.push({ fault, span, statement, insert: problem.insertAt ?? null });
    }
    if (fault === 'unterminated-string' && statement) regions.push({ start: span.start, end, level: 'place' });
  }
  for (const { fault, span, statement } of file.problems)
    if (fault === 'after-quote' || fault === 'unterminated-string' || fault === 'word-too-long')
      for (const s of statement ? [statement] : statementsIn(file.body))
        if (s.start <= span.start && span.end <= (s.open ?? s).end + (s.open ? 0 : 1)) broken.add(s);
  // what no semicolon ends nginx never comes to judge
  for (const { fault, statement } of file.problems)
    if (fault === 'missing-semicolon' && statement && !statement.closed && !statement.open) broken.add(statement);
  return { causes: onePerPlace(onePerRun(causes, file.text)), regions, broken };
}

/** Where the brace at an offset is closed, by counting alone; the end of the text where it is not. */
function closingOf(text: string, open: number): number {
  let depth = 0;
  for (const m of text.slice(open).matchAll(/#[^\n]*|"(?:[^"\\]|\\[\s\S])*"|'(?:[^'\\]|\\[\s\S])*'|\$\{|[{}]/g)) {
    if (m[0] === '{') depth++;
    else if (m[0] === '}' && --depth <= 0) return open + m.index;
  }
  return text.length;
}

/** Which argument of a block is the name of the first block in it, whose opening brace is missing: `http server {`; -1 where none is. */
function innerName(catalog: Catalog, { name, args }: Statement): number {
  const children = openingsOf(name.value).map((o) => o.child);
  const isBlock = args.map((w) => w.quote === '' && children.some((child) => childContext(child, w.value) !== null));
  if (!isBlock.includes(true)) return -1;
  const arities = catalog.directives(name.value).filter((f) => f.source === 'oss' && f.args.block);
  return args.findIndex((_, i) => isBlock[i] && arities.some((f) => acceptsCount(f.args, i) && !acceptsCount(f.args, args.length)));
}

/** The first of such blocks as the cause of a file's faults. */
function mergedOpener(file: SourceFile, catalog: Catalog): Cause | null {
  const statement = mergedWithInner.in(catalog, file.body);
  if (!statement) return null;
  const { name, args } = statement;
  const before = args[innerName(catalog, statement) - 1] ?? name;
  return { fault: 'missing-opening-brace', span: { start: name.start, end: name.end }, statement, insert: before.end };
}

/** Braces or semicolons that are in a row without anything between them are one slip. */
const onePerRun = (causes: readonly Cause[], text: string): Cause[] =>
  causes.filter((c, i) => {
    const before = causes[i - 1];
    const stray = c.fault === 'unexpected-opening-brace' || c.fault === 'unexpected-semicolon';
    return !(stray && before?.fault === c.fault && text.slice(before.span.end, c.span.start).trim() === '');
  });

/** A quote that is never closed takes the semicolon behind it along: the quote is the cause. */
const onePerPlace = (causes: readonly Cause[]): Cause[] =>
  causes.filter(
    (c) =>
      c.fault !== 'missing-semicolon' ||
      !causes.some(
        (o) =>
          o !== c &&
          (o.fault === 'unterminated-string' || o.fault === 'after-quote') &&
          o.span.start >= (c.statement?.start ?? 0) &&
          o.span.end <= c.span.end + 1,
      ),
  );

const SOUND = {};

/** What of the faults of a file touches a block, told so that it stays the same where the block is moved as a whole. */
function faultsWithin({ regions, broken }: Structure, block: Statement | null): unknown[] {
  if (!block) return [...regions.flatMap((r) => [r.start, r.end, r.level]), ...broken];
  const told: unknown[] = [...broken].filter((s) => s.start >= block.start && s.end <= block.end);
  for (const r of regions)
    if (r.start < block.end && block.start < r.end)
      told.push(Math.max(0, r.start - block.start), Math.min(r.end, block.end) - block.start, r.level);
  return told;
}

/** The causes of a file's faults, for whoever depends on all of them. */
export const causesIn = (config: Config, file: SourceFile): readonly Cause[] =>
  asked(config, `causes in ${file.id}`, (c) => structureOf(file, c.catalog)).causes;

/** What the question about the faults of a file is called. */
const faultKeys = new WeakMap<SourceFile, string>();

function faultKeyOf(file: SourceFile): string {
  let key = faultKeys.get(file);
  if (key === undefined) faultKeys.set(file, (key = `faults of ${file.id}`));
  return key;
}

/** Notes that whoever is recorded depends on a file's faults as far as they touch the block at hand. */
function noteFaults(config: Config, file: SourceFile, key: string, statement: Statement): void {
  // of a file that the block includes all counts: the block has no place in it
  const holds = (block: Statement): boolean => {
    for (let at: Statement | null = statement; at; at = at.parent) if (at === block) return true;
    return false;
  };
  askedOfBlock(config, key, (c, block) => faultsWithin(structureOf(file, c.catalog), block && holds(block) ? block : null));
}

/** The faults of a directive's file, which whoever asks depends on as far as they touch the block at hand. */
function faultsAt({ file, scope, statement }: Directive): Structure {
  const { config } = scope;
  if (isRecorded()) {
    const key = faultKeyOf(file);
    if (!isAskedOfBlock(key)) noteFaults(config, file, key, statement);
  }
  return structureOf(file, config.catalog);
}

/** The faults that touch a directive, as a key for what depends on them: the same one for all directives that none touches. */
export function faultsOf(directive: Directive): object {
  const { statement } = directive;
  const structure = faultsAt(directive);
  const { regions, broken } = structure;
  if (!regions.length && !broken.size) return SOUND;
  return broken.has(statement) || regions.some((r) => r.start <= statement.start && statement.start < r.end) ? structure : SOUND;
}

const absent = new Slot<Directive, boolean>();

/** Whether a block, or one around it, is of a module that this nginx does not have: nginx stops at that block and sees nothing of what is inside. */
function isAbsent(opener: Directive): boolean {
  let known = absent.get(opener);
  if (known === undefined) {
    const { catalog, settings } = opener.scope.config;
    const states = catalog.directives(opener.name).map((f) => statusOf(f, settings.target));
    const own = states.length > 0 && states.every((s) => !s.known) && states.some((s) => !s.known && s.reason === 'module');
    absent.set(opener, (known = own || isOfAbsentBlock(opener)));
  }
  return known;
}

const isOfAbsentBlock = ({ scope: { opener } }: Directive): boolean => opener !== null && isAbsent(opener);

/**
 * True when a directive must not be judged because of a fault before it: `place` asks about where it stands, `name` about what it is.
 */
export function isAftermath(directive: Directive, about: 'place' | 'name'): boolean {
  if (isOfAbsentBlock(directive)) return true;
  const { regions } = faultsAt(directive);
  return regions.length > 0 && isWithin(regions, directive.statement, about);
}

const isWithin = (regions: readonly Region[], { start }: Statement, about: 'place' | 'name'): boolean =>
  regions.some((r) => r.start <= start && start < r.end && (about === 'place' || r.level === 'all'));

/** True when the words of the directive themselves are broken, or swallowed those of the next one. */
export const isBroken = (directive: Directive): boolean =>
  faultsAt(directive).broken.has(directive.statement) || swallowed(directive) !== null;

const splits = new Slot<Directive, { at: number | null }>();

/**
 * A missing semicolon makes the next directive's words arguments of this one. Gives the index of the argument that is the next
 * directive's name, when the directive is refused as it stands and would be accepted without it; null otherwise.
 */
export function swallowed(directive: Directive): number | null {
  if (isOneLine(directive) && countFits(directive)) return null;
  let known = splits.get(directive);
  if (!known) splits.set(directive, (known = { at: splitAt(directive) }));
  return known.at;
}

/** Whether all words of a directive are on the line of its name. */
function isOneLine({ file: { text }, statement: { name, args } }: Directive): boolean {
  const last = args.at(-1);
  if (!last) return true;
  for (let i = name.end; i < last.start; i++) if (text[i] === '\n' || text[i] === '\r') return false;
  return true;
}

/** Whether a directive has as many arguments as it takes, and a block where it takes one. Then what it has swallowed began a line of its own. */
function countFits({ fact, args, scope: { config }, statement }: Directive): boolean {
  if (!fact) return true;
  const arity = argsOf(fact, config.settings.target.nginx);
  const isBlock = statement.open !== null;
  return acceptsCount(arity, args.length) && (arity.block === isBlock || (!isBlock && !statement.closed));
}

function splitAt(directive: Directive): number | null {
  const { fact, args, scope, file, statement } = directive;
  const { context, config } = scope;
  if (!fact || context === 'unknown' || bodyOf(context) !== 'directives' || args.length === 0) return null;
  const { target } = config.settings;
  if (!statusOf(fact, target).known) return null;
  const arity = argsOf(fact, target.nginx);
  const values = directive.values;
  const fits = countFits(directive);
  let firstWrong = Number.POSITIVE_INFINITY;
  if (fits) {
    for (const f of checkValues(fact, values, target))
      if (f.severity === 'error' && f.argument >= 0) firstWrong = Math.min(firstWrong, f.argument);
    if (firstWrong === Number.POSITIVE_INFINITY) return null;
  }
  if (arity.block) return null;
  for (let k = 0; k < args.length; k++) {
    const word = args[k]!;
    if (word.quote !== '' || !offers(config.catalog, target, word.value, context)) continue;
    const before = k === 0 ? statement.name : args[k - 1]!;
    const newLine = file.lines.lineAt(before.end) < file.lines.lineAt(word.start);
    if (!newLine && (fits || k === 0)) continue;
    if (fits && firstWrong < k) continue;
    const head = values.slice(0, k);
    if (!acceptsCount(arity, k) || checkValues(fact, head, target).some((f) => f.severity === 'error')) continue;
    return k;
  }
  return null;
}

const offers = (catalog: Catalog, target: Target, name: string, context: Context): boolean =>
  offered(catalog, target, name, context) !== null;

/** The directive of a name that may stand in a context; null where there is none. */
export function offered(catalog: Catalog, target: Target, name: string, context: Context): DirectiveFact | null {
  const fact = /^[a-z_]\w*$/.test(name) ? catalog.directive(name, context, target) : null;
  return fact?.contexts.includes(context) === true && statusOf(fact, target).known ? fact : null;
}

/** The first word that begins a line, is the name of a directive of this place and has as many words behind it on the line as that one takes. */
export function swallowedAt({ args, file, scope, statement }: Directive): number | null {
  const { context, config } = scope;
  if (context === 'unknown') return null;
  const lineOf = (at: number): number => file.lines.lineAt(at);
  for (let k = 1; k < args.length; k++) {
    const word = args[k]!;
    const line = lineOf(word.start);
    if (word.quote !== '' || word.templated || lineOf(args[k - 1]!.end) === line || line === lineOf(statement.name.start)) continue;
    const { target } = config.settings;
    const fact = offered(config.catalog, target, word.value, context);
    if (!fact) continue;
    let rest = 0;
    while (k + rest + 1 < args.length && lineOf(args[k + rest + 1]!.start) === line) rest++;
    const arity = argsOf(fact, target.nginx);
    if (rest && !arity.block && acceptsCount(arity, rest)) return k;
  }
  return null;
}
