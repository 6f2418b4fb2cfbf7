/**
 * Branches of a template: which alternatives there are, under which conditions each is written, and whether two places are ever written
 * together. One model, asked by everyone.
 */
import type { Span } from '../../base/span.ts';
import { ALWAYS, all, type Condition, combinations, conditionOf, factsOf, holds, negation, variablesOf } from './condition.ts';
import { type Engine, type Mark, notationOf } from './engines.ts';

export interface Branch extends Span {
  /** alternatives of one choice have the same number, and at most one of them is written in one turn */
  readonly choice: number;
  readonly index: number;
  readonly kind: 'condition' | 'loop' | 'definition' | 'dropped' | 'plain';
  /** under which it is written, with the conditions around it */
  readonly when: Condition;
  /** the text of its own condition, of what its loop goes over, or the name of the definition; '' for the last alternative */
  readonly test: string;
  readonly outer: Branch | null;
}

export type Coexistence = 'yes' | 'no' | 'unknown';

/** Conditions further in decide nothing that anyone could follow. */
const MAX_DEPTH = 40;

/** Alternatives of one choice whose conditions are read. */
const MOST_ALTERNATIVES = 100;

/** Beyond that many combinations nobody asks which of them can be. */
const MOST = 1024;

/** The branches and loops of a template, by its marks. */
export class Structure {
  /** in the order of their starts, outer before inner */
  readonly branches: readonly Branch[];

  constructor(engine: Engine, marks: readonly Mark[]) {
    this.branches = branchesOf(engine, marks);
  }

  /** The innermost branch that holds a place whole. */
  around(place: Span): Branch | null {
    let found: Branch | null = null;
    for (const b of this.branches) {
      if (b.start > place.start) break;
      if (place.end <= b.end) found = b;
    }
    return found;
  }

  /** Branches around a place, innermost first. */
  chain(place: Span): Branch[] {
    const out: Branch[] = [];
    for (let b = this.around(place); b; b = b.outer) out.push(b);
    return out;
  }

  /** What decides whether a place is written. */
  when(place: Span): Condition {
    return this.around(place)?.when ?? ALWAYS;
  }

  /**
   * Whether two places are written together. `yes`: the one is never written without the other; `no`: never both; `unknown`: it depends on
   * values, or on the turns of a loop.
   */
  coexist(a: Span, b: Span): Coexistence {
    if (!this.branches.length) return 'yes';
    const [chainA, chainB] = [this.chain(a), this.chain(b)];
    if (chainA[0] === chainB[0]) return 'yes';
    const shared = chainA.filter((x) => chainB.includes(x));
    const loops = shared.some((x) => x.kind === 'loop');
    const definition = (chain: Branch[]): Branch | undefined => chain.find((x) => x.kind === 'definition');
    if (definition(chainA) !== definition(chainB)) return 'unknown';
    const apart = chainA.some((x) => chainB.some((y) => x.choice === y.choice && x.index !== y.index));
    if (apart) return loops ? 'unknown' : 'no';
    const [whenA, whenB] = [chainA[0]?.when ?? ALWAYS, chainB[0]?.when ?? ALWAYS];
    const variables = variablesOf([whenA, whenB]);
    const ways = combinations(variables, MOST);
    if (!ways) return 'unknown';
    let both = 0;
    let onlyA = 0;
    let onlyB = 0;
    for (const way of ways) {
      const facts = factsOf(variables, way);
      const [inA, inB] = [holds(whenA, facts), holds(whenB, facts)];
      if (inA && inB) both++;
      else if (inA) onlyA++;
      else if (inB) onlyB++;
    }
    if (!both) return loops ? 'unknown' : 'no';
    return onlyA && onlyB ? 'unknown' : 'yes';
  }
}

interface Open {
  readonly id: number;
  readonly mark: Mark;
  readonly outer: Branch | null;
  /** conditions of the alternatives so far */
  readonly before: Condition[];
  readonly turn: string;
  current: { -readonly [K in keyof Branch]: Branch[K] };
}

/** The facts that `.x` names in Go, or a loop's variable elsewhere, are others in each loop. */
function mentions(locals: readonly string[]): (text: string) => boolean {
  const words = locals.filter((l) => l !== '.' && l !== '@');
  const named = words.length ? new RegExp(`(?<![\\w.])(${words.map((w) => w.replace(/[$@]/g, '\\$&')).join('|')})(?!\\w)`) : null;
  const dot = locals.includes('.') ? /(?<![\w$)])\./ : null;
  return (text) => (named?.test(text) ?? false) || (dot?.test(text) ?? false);
}

function branchesOf(engine: Engine, marks: readonly Mark[]): Branch[] {
  const notation = notationOf(engine);
  const out: Branch[] = [];
  const stack: Open[] = [];
  let ids = 0;

  const condition = (text: string): Condition => {
    if (stack.length > MAX_DEPTH) return ALWAYS;
    const loops = stack.filter((o) => o.mark.sort.locals?.length);
    const inner = loops.findLast((o) => mentions(o.mark.sort.locals!)(text));
    const read = conditionOf(text, notation, () => inner !== undefined, inner?.turn ?? '');
    return read;
  };
  const begin = (open: Omit<Open, 'current'>, start: number, when: Condition, test: string): Open['current'] => {
    const begins = open.mark.sort.begins!;
    const deep = stack.length > MAX_DEPTH;
    const kind = deep ? 'plain' : begins === 'case' ? 'condition' : begins;
    const branch = {
      start,
      end: start,
      choice: open.id,
      index: open.before.length,
      kind,
      when: deep ? (open.outer?.when ?? ALWAYS) : all([open.outer?.when ?? ALWAYS, when]),
      test,
      outer: open.outer,
    };
    out.push(branch);
    return branch;
  };

  for (const mark of marks) {
    const { sort } = mark;
    if (sort.role === 'open') {
      const outer = stack.at(-1)?.current ?? null;
      const id = ids++;
      const test = (sort.test ?? '').replace(/\s+/g, ' ').trim();
      const open = { id, mark, outer, before: [] as Condition[], turn: `(in loop ${id})` };
      let own: Condition = ALWAYS;
      if (sort.begins === 'condition') {
        own = condition(test);
        if (sort.inverse) own = negation(own);
      } else if (sort.begins === 'loop') own = { kind: 'fact', text: `any of ${test}` };
      // what is between `case` and its first `when` is white space
      else if (sort.begins === 'case') own = { kind: 'fact', text: `before the alternatives of ${id}` };
      const current = begin(open, mark.end, own, sort.begins === 'definition' ? (sort.name ?? '') : test);
      if (sort.begins !== 'case') open.before.push(own);
      stack.push({ ...open, current });
    } else if (sort.role === 'middle') {
      const open = stack.at(-1);
      if (!open) continue;
      open.current.end = mark.start;
      stack.pop();
      let own: Condition = ALWAYS;
      if (sort.test !== undefined) {
        const subject = (open.mark.sort.test ?? '').replace(/\s+/g, ' ').trim();
        own =
          open.mark.sort.begins === 'case'
            ? {
                kind: 'any',
                of: sort.test
                  .split(/,| or /)
                  .map((v): Condition => ({ kind: 'equal', text: subject, value: v.trim().replace(/^(["'])(.*)\1$/, '$2') })),
              }
            : condition(sort.test);
      }
      // of a choice with very many alternatives only this is followed: that none of the others is written
      const when: Condition =
        open.before.length > MOST_ALTERNATIVES
          ? { kind: 'equal', text: `the alternatives of ${open.id}`, value: String(open.before.length) }
          : all([...open.before.map(negation), own]);
      const next = { ...open, current: begin(open, mark.end, when, (sort.test ?? '').trim()) };
      open.before.push(own);
      stack.push(next);
    } else if (sort.role === 'close') {
      const open = stack.pop();
      if (open) open.current.end = mark.start;
    }
  }
  // a choice that nothing ends reaches to the end, or nowhere: it is being typed
  const unclosed = new Set(stack.map((o) => o.id));
  return out
    .filter((b) => !unclosed.has(b.choice))
    .map((b) => b)
    .sort((a, b) => a.start - b.start || b.end - a.end);
}
