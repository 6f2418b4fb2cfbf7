/** Whether two conditions of `if` can hold for one request. */
import type { Directive } from '../config/directive.ts';
import { readCondition } from '../trace/handlers/rewrite.ts';

/** A condition as a statement about one thing: which thing, what is said of it, and whether it is denied. */
interface Claim {
  readonly about: string;
  readonly says: string;
  readonly denied: boolean;
  /** a thing has one text, and a request is for one: two different ones exclude each other */
  readonly single: boolean;
}

/** The words of a condition without its brackets. */
const wordsOf = (at: Directive): string[] =>
  at.values
    .join(' ')
    .replace(/^\(\s*|\s*\)$/g, '')
    .split(/\s+/);

function claimOf(at: Directive): Claim | null {
  const condition = readCondition(at);
  if (!condition) return null;
  const words = wordsOf(at);
  switch (condition.kind) {
    case 'variable':
      // "" and "0" do not hold (ngx_http_script_if_code)
      return { about: condition.name, says: 'anything', denied: false, single: false };
    case 'equal':
    case 'not-equal': {
      const text = condition.value.literal;
      if (text === null) return null;
      const denied = condition.kind === 'not-equal';
      if (text === '') return { about: condition.name, says: 'anything', denied: !denied, single: false };
      return { about: condition.name, says: `= ${text}`, denied, single: true };
    }
    case 'match':
      return {
        about: condition.name,
        says: `${words[1]?.replace('!', '')} ${words.slice(2).join(' ')}`,
        denied: condition.negative,
        single: false,
      };
    case 'file':
      return { about: `-${condition.test}`, says: words.slice(1).join(' '), denied: condition.negative, single: false };
  }
}

/** Whether something between the two may give the variable another text: a `set`, or an expression with a capture of that name. */
const mayChange = (name: string, first: Directive): boolean =>
  first.body?.all.some((d) => (d.name === 'set' && d.value(0).toLowerCase() === `$${name}`) || !d.fact) === true ||
  first.scope.named('set').some((d) => d.value(0).toLowerCase() === `$${name}` && d.statement.start > first.statement.start);

/** Whether the first block sets what the second asks about to a text with which its condition does not hold: `set $a 1` above `if ($a = 0)`. */
function setsAgainst(first: Directive, second: Directive): boolean {
  const condition = readCondition(second);
  if (!condition || (condition.kind !== 'equal' && condition.kind !== 'not-equal') || condition.value.literal === null) return false;
  const isOfName = (d: Directive): boolean => d.name === 'set' && d.value(0).toLowerCase() === `$${condition.name}`;
  const set = first.body?.directives.findLast(isOfName);
  if (!set || set.value(1).includes('$') || (set.value(1) === condition.value.literal) !== (condition.kind === 'not-equal')) return false;
  const between = first.scope.directives.filter(
    (d) => d.statement.start > first.statement.start && d.statement.start < second.statement.start,
  );
  return !between.some((d) => isOfName(d) || d.body?.all.some(isOfName) || !d.fact);
}

/**
 * Whether no request meets the conditions of both `if` blocks, as of `$a = x` and `$a != x`, `$a = x` and `$a = y`, `-f $a` and `!-f $a`, or as the first
 * sets what the second looks at. False
 * where that is not certain.
 */
export function excludeEachOther(a: Directive, b: Directive): boolean {
  const [first, second] = a.statement.start <= b.statement.start ? [a, b] : [b, a];
  if (setsAgainst(first, second)) return true;
  const one = claimOf(first);
  const other = claimOf(second);
  if (!one || !other || one.about !== other.about || mayChange(one.about, first)) return false;
  if (one.says === other.says) return one.denied !== other.denied;
  return one.single && other.single && !one.denied && !other.denied;
}
