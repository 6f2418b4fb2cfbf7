/** Words of Apache's rewriting and logging, which nginx takes for plain text: `%{HTTP_HOST}`, `\L$1`, `%h`. */
import type { Word } from '../../syntax/word.ts';
import { defineRule, type Line } from '../rule.ts';

/** Apache's variables whose names are nothing else's; what a template fills in has other names. */
const VARIABLE =
  /%\{(?:HTTP_(?:HOST|USER_AGENT|REFERER|COOKIE|ACCEPT)|HTTPS|REQUEST_(?:URI|FILENAME|METHOD|SCHEME)|QUERY_STRING|THE_REQUEST|(?:ENV|HTTP|SSL):[\w-]+)\}/;

/** Letters of a group made small or large, as Perl and sed do. */
const CASED = /\\[LUlu]\$\{?\d/;

/** A field of Apache's log: a header or a variable in braces with its letter, or the fields that begin its formats. */
const LOGGED = /%\{[\w-]+\}[ioeCnx](?![\w$])|^"?%h %l %u/;

/** The form in which template engines have their places. */
const OF_ENGINES = /%\{[A-Za-z_][\w.:]*\}(?![ioeCnx])/g;

const REWRITING = ['return', 'rewrite', 'if', 'set', 'proxy_redirect', 'proxy_pass', 'add_header', 'proxy_set_header', 'error_page'];

const leftIn = (name: string, text: string): 'variable' | 'cased' | 'logged' | null =>
  name === 'log_format' ? (LOGGED.test(text) ? 'logged' : null) : VARIABLE.test(text) ? 'variable' : CASED.test(text) ? 'cased' : null;

const concerns = ({ name, values }: Line): boolean => values.some((v) => v.length < 4000 && /[%\\]/.test(v) && leftIn(name, v) !== null);

/** What nginx calls the same. */
const USE: readonly (readonly [RegExp, string])[] = [
  [/HTTP_HOST/, '$host'],
  [/REQUEST_URI|THE_REQUEST/, '$request_uri'],
  [/QUERY_STRING/, '$args'],
  [/REQUEST_SCHEME/, '$scheme'],
  [/HTTPS/, '$https'],
  [/REQUEST_METHOD/, '$request_method'],
  [/HTTP_USER_AGENT/, '$http_user_agent'],
  [/HTTP_REFERER/, '$http_referer'],
  [/HTTP_COOKIE/, '$http_cookie'],
  [/REQUEST_FILENAME/, '$request_filename'],
];

export default defineRule({
  id: 'apache-syntax-left',
  group: 'correctness',
  severity: 'warning',
  since: '0.2',
  title: 'Apache’s variables in nginx',
  why: `
A rule that was translated from Apache keeps words that mean something there only. \`%{HTTP_HOST}\` is plain text to nginx: the client is redirected to \`https://%{HTTP_HOST}/\`, and a condition that compares it never holds. \`\\L$1\` makes no small letters: the backslash and the L are sent. A \`log_format\` of \`%h %l %u\` writes these letters into each line.

nginx's variables begin with a dollar sign: \`$host\`, \`$request_uri\`, \`$args\`, \`$remote_addr\`. There is none that changes the case of letters; a \`map\` or a script does that.`,
  about: ['rewrite', 'return', 'if', 'log_format', '$host', '$request_uri'],
  looksAt: { directive: [...REWRITING, 'log_format'], where: concerns },
  needs: 'file',
  messages: {
    variable: '{text} is a variable of Apache, and plain text to nginx. Write {use}.',
    cased: '{text} does not change the case of letters in nginx: the backslash and the letter are sent as they are. Use a map or a script.',
    logged:
      '{text} is a field of Apache’s log, and nginx writes these letters into each line. Use variables such as $remote_addr and $request.',
  },
  check({ directive, report }) {
    const found = directive.args.flatMap((word: Word) => {
      const kind = leftIn(directive.name, word.value);
      return kind ? [{ word, kind }] : [];
    })[0];
    if (!found) return;
    const { word, kind } = found;
    const pattern = kind === 'variable' ? VARIABLE : kind === 'cased' ? CASED : LOGGED;
    const text = pattern.exec(word.value)![0].replace(/^"/, '');
    const offset = word.raw.indexOf(text);
    const span = offset < 0 ? word : { start: word.start + offset, end: word.start + offset + text.length };
    // a place that a template's engine fills in, or a file in which it fills in others of this form
    const { file } = directive;
    if (file.marks?.some((m) => m.start < span.end && m.end > span.start)) return;
    if ([...file.text.matchAll(OF_ENGINES)].some(([written]) => !VARIABLE.test(written))) return;
    // a page that shows the words
    if (directive.name === 'return' && /^2\d\d$/.test(directive.value(0))) return;
    const use = USE.find(([name]) => name.test(text))?.[1] ?? 'a variable of nginx';
    report(kind, { at: span, data: { text, use } });
  },
  examples: [
    {
      inside: 'server',
      bad: `rewrite ^/shop/(.*)$ "https://%{HTTP_HOST}/store/$1" permanent;
#                             ^^^^^^^^^^^^ variable`,
      good: 'rewrite ^/shop/(.*)$ "https://$host/store/$1" permanent;',
    },
    {
      inside: 'server',
      bad: `location ~ [A-Z] {
    rewrite ^(.*)$ \\L$1 permanent;
#                  ^^^^ cased
}`,
      good: `location ~ [A-Z] {
    return 404;
}`,
    },
    {
      inside: 'http',
      bad: `log_format combined_own '%h %l %u %t "%r" %>s';
#                        ^^^^^^^^ logged`,
      good: `log_format combined_own '$remote_addr - $remote_user [$time_local] "$request" $status';`,
    },
  ],
});
