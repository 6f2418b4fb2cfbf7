/** Inheritance: which directives are in force in a scope. Facts from request-phases section 8 (ngx_http_merge_locations and the modules' merge functions). */
import { table } from '../base/table.ts';
import { bodyOf } from '../catalog/context.ts';
import type { Directive } from './directive.ts';
import { CONTENT_HANDLERS, PASSES } from './handlers.ts';
import { mayHoldMore, type Unseen, unseenOf } from './open.ts';
import type { Scope } from './scope.ts';

export interface Effective {
  /** the directives in force, in file order; empty when the default is */
  readonly directives: readonly Directive[];
  readonly origin: Scope | 'default';
  /** directives of outer scopes that these hide */
  readonly shadowed: readonly Directive[];
}

/** Directives that no inner level takes over. */
const NOT_INHERITED = new Set([
  ...CONTENT_HANDLERS,
  'rewrite',
  'return',
  'set',
  'if',
  'break',
  'try_files',
  'limit_except',
  'location',
  'server',
  'server_name',
  'listen',
  'upstream',
  'include',
]);

/** Names that form one list: a line of either at a level hides the outer lines of both. */
const ACCESS = ['allow', 'deny'];
const FOLDER = ['root', 'alias'];
const ONE_LIST: Record<string, readonly string[]> = table({ allow: ACCESS, deny: ACCESS, root: FOLDER, alias: FOLDER });

const NO_LINES: readonly Directive[] = [];

const isNestedConfiguration = (scope: Scope): boolean => scope.context === 'if-in-location' || scope.context === 'limit_except';

const lists = new WeakMap<readonly Directive[], Map<readonly string[], readonly Directive[]>>();

/** A level's lines of several names, in order. By the level: that of http may hold thousands of servers, and each of their locations asks. */
function ownOf({ level }: Scope, names: readonly string[]): readonly Directive[] {
  let known = lists.get(level);
  if (!known) lists.set(level, (known = new Map()));
  let list = known.get(names);
  if (!list) known.set(names, (list = level.filter((d) => names.includes(d.name))));
  return list;
}

/** Of these a level adds its lines to those of the level around it (ngx_http_headers_more_merge_loc_conf). */
const JOINED = new Set(['more_set_headers', 'more_clear_headers', 'more_set_input_headers', 'more_clear_input_headers']);

const isHeader = (name: string): boolean => name === 'add_header' || name === 'add_trailer';

/** Whether a level has nothing of its own to say about a name: what is in force around it is in force there. */
export function isHandedOn(scope: Scope, name: string): boolean {
  const names = ONE_LIST[name];
  if (names ? names.some((n) => scope.has(n)) : scope.has(name)) return false;
  if (scope.context !== 'unknown' && bodyOf(scope.context) === 'entries') return false;
  // headers may be cut off by another directive
  return !isHeader(name) && (!NOT_INHERITED.has(name) || (PASSES.includes(name) && isNestedConfiguration(scope)));
}

/**
 * The directives of that name in force in `scope`: its own, else those of the nearest outer scope that has any.
 * `merge` (add_header_inherit, since 1.29.3) adds outer lines after the own ones; `off` stops at the own ones.
 */
export function effective(scope: Scope, name: string): Effective {
  const names = ONE_LIST[name];
  // most lists are those of one level, which are taken as they are
  let found: readonly Directive[] = NO_LINES;
  let shadowed: readonly Directive[] = NO_LINES;
  let origin: Scope | 'default' = 'default';
  // a level with lines of its own hides what stands further out, unless it says merge; one without lines hands on what it was given
  let closed = false;
  for (let at: Scope | null = scope; at; at = at.parent) {
    const lines = names ? ownOf(at, names) : at.named(name);
    if (lines.length) {
      if (!closed) {
        found = found.length ? [...found, ...lines] : lines;
        if (origin === 'default') origin = at;
      } else shadowed = shadowed.length ? [...shadowed, ...lines] : lines;
    }
    if (at.context !== 'unknown' && bodyOf(at.context) === 'entries') break;
    if (NOT_INHERITED.has(name) && !(PASSES.includes(name) && isNestedConfiguration(at))) break;
    const inherit = isHeader(name) ? headerInherit(at, `${name}_inherit`) : JOINED.has(name) ? 'merge' : 'on';
    if (inherit === 'off') break;
    closed ||= lines.length > 0 && inherit !== 'merge';
  }
  return { directives: found, origin, shadowed };
}

/**
 * Why other lines than those of `effective` may be in force: a level that nginx asks before them, or with them, is not wholly seen. Empty where
 * the answer is known. Lines of a level hide those around it, be they seen or not; nginx takes no second one of most.
 */
export function unseenInForce(scope: Scope, name: string): readonly Unseen[] {
  const names = ONE_LIST[name] ?? [name];
  const out: Unseen[] = [];
  for (let at: Scope | null = scope; at; at = at.parent) {
    const level = at;
    const own = names.some((n) => level.has(n));
    const more = !own || mayHoldMore(name);
    for (const n of names) if (mayStand(at, n)) out.push(...unseenOf(at, n).filter((u) => more || u.parameters));
    if (own || (at.context !== 'unknown' && bodyOf(at.context) === 'entries')) break;
    if (NOT_INHERITED.has(name) && !(PASSES.includes(name) && isNestedConfiguration(at))) break;
  }
  return out;
}

/** Whether a line of the name on this level would count at all. */
const mayStand = ({ context, config }: Scope, name: string): boolean =>
  context === 'unknown' || bodyOf(context) === 'entries' || config.catalog.directives(name).some((f) => f.contexts.includes(context));

function headerInherit(scope: Scope, name: string): string {
  for (let at: Scope | null = scope; at; at = at.parent) {
    const line = at.first(name);
    if (line) return line.value(0);
  }
  return 'on';
}
