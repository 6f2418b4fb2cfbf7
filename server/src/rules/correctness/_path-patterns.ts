// Where a regular expression about paths stands in a line. It reports nothing.
import type { Directive } from '../../config/directive.ts';
import type { Word } from '../../syntax/word.ts';
import { readCondition } from '../../trace/handlers/rewrite.ts';

/** Variables that hold the path of a request. */
const PATHS = new Set(['uri', 'document_uri', 'request_uri', 'request_filename']);

/** The word of a `location`, `rewrite` or `if` line that is a regular expression about paths, as it is compiled; null where it has none. */
export function patternOf(directive: Directive): { readonly word: Word; readonly text: string; readonly caseless: boolean } | null {
  const { args } = directive;
  if (directive.name === 'rewrite') return args[0] ? { word: args[0], text: args[0].value, caseless: false } : null;
  if (directive.name === 'location') {
    const [modifier, word] = args;
    return word && args.length === 2 && /^~\*?$/.test(modifier!.value)
      ? { word, text: word.value, caseless: modifier!.value === '~*' }
      : null;
  }
  const condition = readCondition(directive);
  if (condition?.kind !== 'match' || !PATHS.has(condition.name)) return null;
  const word = args.findLast((a) => a.value !== ')');
  const last = args.at(-1) === word;
  return word
    ? { word, text: last ? word.value.replace(/\)$/, '') : word.value, caseless: args.some((a) => /^!?~\*$/.test(a.value)) }
    : null;
}
