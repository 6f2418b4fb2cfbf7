/** What nginx's own tokenizer and block parser refuse (ngx_conf_read_token, ngx_conf_parse): one finding for each cause, at its cause. */
import type { SyntaxFault } from '../../syntax/statement.ts';
import { fixOf, replace } from '../fix.ts';
import { defineRule } from '../rule.ts';

const MESSAGES = {
  'missing-semicolon': 'The directive "{name}" is not terminated by ";". Add a semicolon here.',
  'missing-closing-brace': 'The block "{name}" is never closed: unexpected end of file, expecting "}}".',
  'unexpected-closing-brace': 'Unexpected "}}": no block is open here. Remove it, or look for a missing "{{" above.',
  'unexpected-opening-brace': 'Unexpected "{{": a block needs a directive before it.',
  'unexpected-semicolon': 'Unexpected ";": there is no directive to end. Remove it.',
  'unterminated-string': 'This quote is never closed: nginx reads on to the end of the file. Add the closing {quote}.',
  'after-quote':
    'Unexpected text after a closing quote. Only white space, ";", "{{" or ")" may follow: quote the whole argument, or put a space between.',
  'word-too-long': 'This argument is longer than 4096 bytes, and nginx refuses it.',
  'byte-order-mark': 'The file starts with a byte order mark, and nginx takes it for a part of the first directive. Remove it.',
} as const satisfies Record<SyntaxFault, string>;

const TEXTS = Object.fromEntries(
  Object.entries(MESSAGES).map(([k, v]) => [k, v.replaceAll('{{', '{').replaceAll('}}', '}')]),
) as typeof MESSAGES;

export default defineRule({
  id: 'syntax',
  group: 'validity',
  severity: 'error',
  since: '0.1',
  equivalents: ['nginx-lint:unmatched-braces', 'nginx-lint:unclosed-quote', 'nginx-lint:missing-semicolon'],
  title: 'The text is no nginx configuration',
  why: `
nginx reads a configuration as directives that end in a semicolon and blocks that end in a brace. One character too few, and everything
behind it is read as something else: nginx then names the line where it gave up, which is often far below the mistake.

The finding stands where the mistake is, and there is one for each mistake.`,
  about: [],
  looksAt: { file: true },
  needs: 'file',
  fixable: 'sometimes',
  messages: TEXTS,
  check({ file, report }) {
    // an empty span could not be seen: the character before it is marked
    for (const { fault, span, statement } of file.problems) {
      const name = statement?.name.value ?? '';
      const fix =
        fault === 'missing-semicolon'
          ? fixOf('Add ";"', 'safe', file, [replace({ start: span.end, end: span.end }, ';')])
          : fault === 'unexpected-semicolon'
            ? fixOf('Remove ";"', 'safe', file, [replace(span, '')])
            : fault === 'byte-order-mark'
              ? fixOf('Remove the byte order mark', 'safe', file, [replace(span, '')])
              : fault === 'unexpected-closing-brace'
                ? fixOf('Remove "}"', 'suggestion', file, [replace(span, '')])
                : null;
      report(fault, {
        at: span.end > span.start ? span : { start: Math.max(0, span.start - 1), end: span.end },
        data: { name, quote: file.text[span.start] ?? '"' },
        fix,
      });
    }
  },
  examples: [
    {
      inside: 'main',
      bad: `events {
}
http {
    gzip on
#         ^ missing-semicolon
}`,
      good: `events {
}
http {
    gzip on;
}`,
      fixed: false,
    },
    { inside: 'http', bad: 'gzip on;;\n#       ^ unexpected-semicolon', good: 'gzip on;' },
  ],
});
