/** The condition of `if` (ngx_http_rewrite_if_condition): one variable, one comparison or one test of a file, in parentheses. */
import type { Directive } from '../../config/directive.ts';
import type { Word } from '../../syntax/word.ts';
import { fixOf, replace } from '../fix.ts';
import { defineRule } from '../rule.ts';
import { soundFact } from './_sound.ts';
import { spanOfWords } from './_spans.ts';

type Fault = 'parenthesis' | 'closing' | 'surplus' | 'operator' | 'equals' | 'test' | 'operand' | 'negation' | 'form' | 'empty' | 'quoted';

/** What nginx refuses, with the words to mark; null when the condition is accepted. */
function faultOf({ args }: Directive): { fault: Fault; words: readonly Word[] } | null {
  const values = args.map((a) => a.value);
  const first = args[0]!;
  if (!values[0]!.startsWith('(')) return { fault: 'parenthesis', words: args };
  let from = 0;
  if (values[0] === '(') from = 1;
  else values[0] = values[0]!.slice(1);
  let last = args.length - 1;
  const end = values[last] ?? '';
  if (!end.endsWith(')')) return { fault: 'closing', words: [args[last]!] };
  if (end === ')') last--;
  else values[last] = end.slice(0, -1);
  const words = values.slice(from, last + 1);
  if (!words.length) return { fault: 'empty', words: args };
  const head = words[0]!;
  const marked = args.slice(from, last + 1);
  const operator = words[1];
  if (head.length > 1 && head.startsWith('$')) {
    if (words.length === 1) return null;
    if (operator === '==' || operator === '===') return { fault: 'equals', words: [marked[1]!] };
    if (words.length !== 3)
      return { fault: words.length === 2 ? 'operand' : 'surplus', words: words.length === 2 ? marked : marked.slice(3) };
    return /^(?:!?=|!?~\*?)$/.test(operator!) && operator !== '!' ? null : { fault: 'operator', words: [marked[1]!] };
  }
  if (/^!?-.$/s.test(head)) {
    if (words.length !== 2)
      return { fault: words.length === 1 ? 'operand' : 'surplus', words: words.length === 1 ? [marked[0]!] : marked.slice(2) };
    return /^!?-[fdex]$/.test(head) ? null : { fault: 'test', words: [marked[0]!] };
  }
  if (head.startsWith('!')) return { fault: 'negation', words: marked };
  return { fault: first.quote !== '' || head.startsWith('"') || head.startsWith("'") ? 'quoted' : 'form', words: marked };
}

export default defineRule({
  id: 'invalid-condition',
  group: 'validity',
  severity: 'error',
  since: '0.1',
  title: 'Invalid if condition',
  why: `
The condition of \`if\` is not an expression language: it is one variable by itself, one comparison of a variable with "=", "!=", "~", "~*", "!~"
or "!~*", or one test "-f", "-d", "-e" or "-x" (each with an optional "!" before the hyphen) of a path. There is no "and", no "or", no "==".
Spaces around the operator are required. Several conditions are combined with a \`map\`.`,
  about: ['if', 'map'],
  looksAt: { directive: ['if'] },
  needs: 'file',
  fixable: 'sometimes',
  messages: {
    parenthesis: 'Invalid condition "{text}": it must be in parentheses.',
    closing: 'Invalid condition "{text}": the closing parenthesis is missing.',
    surplus: 'Invalid condition: "{text}" is surplus. Compare one variable with one value; quote a value with spaces.',
    operator: 'Unexpected "{text}" in condition. Use "=", "!=", "~", "~*", "!~" or "!~*".',
    equals: 'Unexpected "{text}" in condition. nginx compares with a single "=".',
    test: 'Invalid condition "{text}". The tests of files are "-f", "-d", "-e" and "-x".',
    operand: 'Invalid condition "{text}": an operand is missing. Put spaces around the operator.',
    negation: 'Invalid condition "{text}": "!" does not negate a variable. Compare with "" or "0", or use a map.',
    form: 'Invalid condition "{text}". Begin with a variable, or with a test of a file such as -f.',
    quoted: 'Invalid condition "{text}". The variable must not be quoted.',
    empty: 'Invalid condition "{text}": the parentheses are empty.',
  },
  check({ directive, file, report }) {
    if (soundFact(directive)?.module !== 'ngx_http_rewrite_module') return;
    const found = faultOf(directive);
    if (!found) return;
    const span = spanOfWords(found.words.length ? found.words : directive.args);
    const text = file.text.slice(span.start, span.end);
    const { fault } = found;
    const all = spanOfWords(directive.args);
    report(fault, {
      at: span,
      data: { text },
      fix:
        fault === 'equals'
          ? fixOf('Change to "="', 'safe', file, [replace(span, '=')])
          : fault === 'parenthesis'
            ? fixOf('Add the parentheses', 'suggestion', file, [replace(all, `(${file.text.slice(all.start, all.end)})`)])
            : null,
    });
  },
  examples: [
    { inside: 'server', bad: '    if ($host == a) { return 403; }\n#             ^^ equals', good: '    if ($host = a) { return 403; }' },
    { inside: 'server', bad: '    if $args { return 403; }\n#      ^^^^^ parenthesis', good: '    if ($args) { return 403; }' },
    {
      inside: 'server',
      bad: '    if ($uri = a b) { return 403; }\n#                ^^ surplus',
      good: '    if ($uri = "a b") { return 403; }',
    },
    { inside: 'server', bad: '    if (!$args) { return 403; }\n#      ^^^^^^^^ negation', good: '    if ($args = "") { return 403; }' },
    { inside: 'server', bad: '    if (-z $uri) { return 403; }\n#      ^^^ test', good: '    if (!-e $uri) { return 403; }' },
  ],
});
