/** A format of the log without quotes: nginx puts its words together, and the blanks between them are in no line. */
import type { Word } from '../../syntax/word.ts';
import { fixOf } from '../fix.ts';
import { defineRule } from '../rule.ts';

/** Two words without quotes, with nothing at the ends that meet that parts values in a log by itself. */
const isJoined = (left: Word, right: Word, between: string): boolean =>
  left.quote === '' && right.quote === '' && !between.includes('\n') && /[\w}\])]$/.test(left.value) && /^(?:[$\w[(]|-$)/.test(right.value);

export default defineRule({
  id: 'log-format-words-joined',
  group: 'correctness',
  severity: 'warning',
  since: '0.2',
  title: 'Log format without quotes loses its blanks',
  why: `
The words of \`log_format\` are put together without anything between them. That is made for a format that goes over several lines, each of them in quotes with its blanks inside. Without quotes the blanks only part the words: \`$remote_addr - $status\` is logged as \`192.0.2.7-200\`, and \`"$request"\` loses its quotes. No program that reads logs can take such lines apart.`,
  about: ['log_format'],
  references: ['https://nginx.org/en/docs/http/ngx_http_log_module.html#log_format'],
  looksAt: { directive: ['log_format'], where: ({ values }) => values.length > 2 },
  needs: 'file',
  fixable: 'sometimes',
  messages: {
    joined: 'The blanks between the words are not logged: "{left} {right}" becomes "{left}{right}". Put the format in quotes.',
  },
  check({ directive, file, report }) {
    const words = directive.args.slice(1);
    const between = (left: Word, right: Word): string => file.text.slice(left.end, right.start);
    if (words.some((w) => w.templated)) return;
    const at = words.findIndex((w, i) => i > 0 && isJoined(words[i - 1]!, w, between(words[i - 1]!, w)));
    if (at < 0) return;
    const format = words[0]!.value.startsWith('escape=') ? words.slice(1) : words;
    const span = { start: format[0]!.start, end: format.at(-1)!.end };
    const text = file.text.slice(span.start, span.end);
    report('joined', {
      at: { start: words[at - 1]!.start, end: words[at]!.end },
      data: { left: words[at - 1]!.value, right: words[at]!.value },
      fix: /['\\#]/.test(text)
        ? null
        : fixOf('Put the format in quotes', 'suggestion', file, [{ span, newText: `'${text.replace(/\s+/g, ' ')}'` }]),
    });
  },
  examples: [
    {
      inside: 'http',
      bad: `log_format plain $remote_addr - $status "$request";
#                ^^^^^^^^^^^^^^ joined`,
      good: `log_format plain '$remote_addr - $status "$request"';`,
    },
    {
      inside: 'stream',
      bad: `log_format plain $remote_addr [$time_local] $protocol;
#                ^^^^^^^^^^^^^^^^^^^^^^^^^^ joined`,
      good: "log_format plain '$remote_addr [$time_local] $protocol';",
    },
    {
      inside: 'http',
      good: `log_format main '$remote_addr [$time_local] '
                '"$request" $status';
log_format fields $time_iso8601,
                  $remote_addr,
                  $status;
log_format json escape=json '{"path":"$uri",' '"status":$status}';
log_format one $remote_addr;`,
    },
  ],
});
