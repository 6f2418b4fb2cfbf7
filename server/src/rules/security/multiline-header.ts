/** Line ends inside a header's value: obsolete folding that clients and proxies read differently, or refuse. */
import { definitionsFor } from '../../answers/where-a-value-comes-from.ts';
import type { Word } from '../../syntax/word.ts';
import { mayCarryLineEnd } from '../data-flow.ts';
import { fixOf, replace } from '../fix.ts';
import { defineRule } from '../rule.ts';

/** A backslash at the end of a line, by which a shell would join the two: nginx has no such escape. */
const CONTINUED = /\\\r?\n[ \t]*/g;

export default defineRule({
  id: 'multiline-header',
  group: 'security',
  severity: 'warning',
  since: '0.1',
  equivalents: ['gixy:add_header_multiline'],
  title: 'Header value spans several lines',
  why: `
A long Content-Security-Policy is easier to read on several lines, but nginx sends the line ends along. Folded headers were deprecated by HTTP/1.1's revision: HTTP/2 clients refuse the response, some browsers ignore the header, and some proxies take the second line for a header of its own.

Write the value on one line. A line end within a value of \`set\` or \`map\` is carried along; a long value can be put together from several \`set\` lines, each without one.`,
  about: ['add_header', 'proxy_set_header'],
  references: ['https://www.rfc-editor.org/rfc/rfc9112#section-5.2'],
  looksAt: {
    directive: [
      'add_header',
      'add_trailer',
      'proxy_set_header',
      'grpc_set_header',
      'more_set_headers',
      'more_set_input_headers',
      'auth_basic',
      'return',
      'rewrite',
    ],
    where: ({ values }) => values.some((v) => mayCarryLineEnd(v) || /[\r\n]/.test(v)),
  },
  needs: 'file',
  inForce: true,
  fixable: 'sometimes',
  fixChanges: ['response-headers', 'request-headers'],
  messages: {
    folded: 'This value holds a line end, which goes out with the header. Write it on one line.',
    carried: 'The value of {variable} holds a line end, which goes out with the header. Write it on one line where it is set.',
  },
  check({ directive, scope, file, report }) {
    const words: Word[] = [];
    if (directive.name.startsWith('more_')) {
      let option = false;
      for (const word of directive.args) {
        if (!option && !word.value.startsWith('-')) words.push(word);
        option = word.value === '-t' || word.value === '-s';
      }
    } else if (directive.name === 'auth_basic') words.push(...directive.args.slice(0, 1));
    else if (directive.name !== 'return' || /^30[12378]$/.test(directive.value(0))) words.push(...directive.args.slice(1, 2));
    for (const word of words) {
      const maker = definitionsFor(scope.config, word.value).find((d) => /[\r\n]/.test(d.args.at(-1)?.value ?? ''));
      if (maker)
        report('carried', {
          at: word,
          data: { variable: word.value },
          related: [{ at: maker.at(maker.args.at(-1)!), message: 'the line end stands here' }],
        });
      if (/[\r\n]/.test(word.value))
        report('folded', {
          at: word,
          fix: fixOf('Put the value on one line', 'safe', file, [
            replace(word, word.raw.replace(CONTINUED, '').replace(/\s*(\r?\n|\\r|\\n)\s*/g, ' ')),
          ]),
        });
    }
  },
  examples: [
    {
      inside: 'server',
      bad: `add_header Content-Security-Policy "default-src 'self';
#                                  ^^^^^^^^^^^^^^^^^^^^ folded
    img-src *";`,
      good: `add_header Content-Security-Policy "default-src 'self'; img-src *";`,
    },
    { inside: 'server', good: 'add_header X-Frame-Options DENY\n    always;' },
    {
      inside: 'server',
      bad: `add_header Access-Control-Allow-Headers "Range,\\
#                                       ^^^^^^^^ folded
If-None-Match";`,
      good: `add_header Access-Control-Allow-Headers "Range,If-None-Match";`,
    },
  ],
});
