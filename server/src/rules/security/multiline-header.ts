/** Line ends inside a header's value: obsolete folding that clients and proxies read differently, or refuse. */
import type { Word } from '../../syntax/word.ts';
import { fixOf, replace } from '../fix.ts';
import { defineRule } from '../rule.ts';

export default defineRule({
  id: 'multiline-header',
  group: 'security',
  severity: 'warning',
  since: '0.1',
  equivalents: ['gixy:add_header_multiline'],
  title: 'The value of a header spans several lines',
  why: `
A long Content-Security-Policy is easier to read on several lines, but nginx sends the line ends along. Folded headers were given up with HTTP/1.1's revision: HTTP/2 clients refuse the response, some browsers ignore the header, and some proxies take the second line for a header of its own.

Write the value on one line, or put it together with \`set\` or \`map\`.`,
  about: ['add_header', 'proxy_set_header'],
  references: ['https://www.rfc-editor.org/rfc/rfc9112#section-5.2'],
  looksAt: {
    directive: ['add_header', 'add_trailer', 'proxy_set_header', 'grpc_set_header', 'more_set_headers', 'more_set_input_headers'],
  },
  needs: 'file',
  fixable: 'always',
  fixChanges: ['response-headers', 'request-headers'],
  messages: { folded: 'This value holds a line end, which goes out with the header. Write it on one line.' },
  check({ directive, file, report }) {
    const words: Word[] = [];
    if (directive.name.startsWith('more_')) {
      let option = false;
      for (const word of directive.args) {
        if (!option && !word.value.startsWith('-')) words.push(word);
        option = word.value === '-t' || word.value === '-s';
      }
    } else words.push(...directive.args.slice(1, 2));
    for (const word of words)
      if (/[\r\n]/.test(word.value))
        report('folded', {
          at: word,
          fix: fixOf('Put the value on one line', 'safe', file, [replace(word, word.raw.replace(/\s*(\r?\n|\\r|\\n)\s*/g, ' '))]),
        });
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
  ],
});
