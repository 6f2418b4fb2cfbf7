/** What nginx's own tokenizer and block parser refuse (ngx_conf_read_token, ngx_conf_parse): one finding for each cause, at its cause. */

import type { Span } from '../../base/span.ts';
import type { Config } from '../../config/config.ts';
import { longLua } from '../../syntax/cut.ts';
import { BUFFER, byteLength } from '../../syntax/lower.ts';
import type { SourceFile } from '../../syntax/statement.ts';
import { type Fix, fixOf, indentAt, replace } from '../fix.ts';
import { defineRule } from '../rule.ts';
import { stopOfBraces, stopOfQuote } from './_reading.ts';
import { endOf } from './_spans.ts';
import { type Cause, structureOf, swallowed } from './_structure.ts';
import { insteadAt } from './_wishes.ts';

const MESSAGES = {
  'missing-semicolon': 'The directive "{name}" is not terminated by ";". Add a semicolon here.',
  'missing-closing-brace':
    'The block "{name}" is never closed: unexpected end of file, expecting "}}". Add the brace where the block ends.',
  'missing-opening-brace': 'The block "{name}" has no opening "{{". Add it here.',
  'unexpected-closing-brace': 'Unexpected "}}": no block is open here. Remove it, or look for a missing "{{" above.',
  'unexpected-opening-brace': 'Unexpected "{{": a block needs a directive before it.',
  'unexpected-semicolon': 'Unexpected ";": there is no directive to end. Remove it.',
  'unterminated-string': 'This quote is never closed: nginx reads on to the end of the file. Add the closing {quote}.',
  'after-quote':
    'Unexpected text after a closing quote. Only white space, ";", "{{" or ")" may follow: quote the whole argument, or put a space between.',
  'brace-in-pattern': 'The brace in "{pattern}" opens a block, because the pattern has no quotes. Put the whole pattern in quotes.',
  'semicolon-in-value':
    'The value of {header} ends at its first semicolon, and what follows is read as a directive of its own. Put the whole value in quotes.',
  'word-too-long': 'This argument is longer than 4096 bytes, and nginx refuses it.',
  'lua-too-long':
    'What {sign} opens is longer than 4096 bytes, and nginx refuses the block: a text in Lua has to fit into its buffer. Put the program into a file, and name it with {instead}.',
  wide: '"{sign}" is not the semicolon of nginx but a letter to it. Type ";" instead.',
  foreign: '"{name}" begins no directive of nginx: {instead}.',
  'byte-order-mark': 'The file starts with a byte order mark, and nginx takes it for a part of the first directive. Remove it.',
} as const satisfies Record<Cause['fault'] | 'foreign' | 'lua-too-long' | 'wide', string>;

const NO_COLON = 'no colon stands behind a name in nginx: write "listen 80;", and braces around the lines of a block';

const TEXTS = Object.fromEntries(
  Object.entries(MESSAGES).map(([k, v]) => [k, v.replaceAll('{{', '{').replaceAll('}}', '}')]),
) as typeof MESSAGES;

/** The sign before a place that only looks like a semicolon: the full-width one, or the Greek question mark. Null where it is another. */
const wideBefore = (file: SourceFile, end: number): Span | null =>
  /[\uff1b\u037e]/.test(file.text.slice(end - 1, end)) ? { start: end - 1, end } : null;

/** Where nginx gives up on a fault whose cause stands further up: at the first directive that lands in the wrong block, or at the end. */
function nginxAt(config: Config, file: SourceFile, { fault, span, insert }: Cause): Span | null {
  const end = { start: file.text.length, end: file.text.length };
  switch (fault) {
    case 'missing-semicolon': {
      const next = /[^\s]/.exec(file.text.slice(insert ?? span.end).replace(/^(?:\s|#[^\n]*(?:\n|$))*/, (m) => ' '.repeat(m.length)));
      return next ? { start: (insert ?? span.end) + next.index, end: (insert ?? span.end) + next.index + 1 } : end;
    }
    case 'missing-opening-brace': {
      // the words run on to the next semicolon or brace
      const next = /[;{}]/.exec(file.text.slice(span.end));
      return next ? { start: span.end + next.index, end: span.end + next.index + 1 } : end;
    }
    case 'unterminated-string':
      return stopOfQuote(file.text, span.start);
    case 'missing-closing-brace':
    case 'unexpected-closing-brace':
      return (
        stopOfBraces(config, file, fault === 'missing-closing-brace' ? (insert ?? span.end) : span.end) ??
        (fault === 'missing-closing-brace' ? end : null)
      );
    default:
      return null;
  }
}

function repair(file: SourceFile, { fault, span, statement, insert }: Cause): Fix | null {
  switch (fault) {
    case 'missing-semicolon':
      return insert === null ? null : fixOf('Add ";"', 'safe', file, [replace({ start: insert, end: insert }, ';')]);
    case 'missing-opening-brace':
      return insert === null ? null : fixOf('Add "{"', 'safe', file, [replace({ start: insert, end: insert }, ' {')]);
    case 'unexpected-semicolon':
      return fixOf('Remove ";"', 'safe', file, [replace(span, '')]);
    case 'byte-order-mark':
      return fixOf('Remove the byte order mark', 'safe', file, [replace(span, '')]);
    case 'unexpected-closing-brace':
      return fixOf('Remove "}"', 'suggestion', file, [replace(span, '')]);
    case 'brace-in-pattern': {
      const text = file.text.slice(span.start, span.end);
      return fixOf('Quote the pattern', 'safe', file, [replace(span, `"${text}"`)]);
    }
    case 'semicolon-in-value': {
      const [, value, rest = ''] = /^(.*?)([ \t]+always)?$/s.exec(file.text.slice(span.start, span.end))!;
      return /["\\]/.test(value!) ? null : fixOf('Quote the value', 'suggestion', file, [replace(span, `"${value}"${rest}`)]);
    }
    case 'missing-closing-brace': {
      if (insert === null || !statement) return null;
      return fixOf('Add "}"', 'suggestion', file, [replace({ start: insert, end: insert }, `\n${indentAt(file, statement.start)}}`)]);
    }
    default:
      return null;
  }
}

interface Told {
  readonly message: keyof typeof TEXTS;
  readonly at: Span;
  readonly data: Readonly<Record<string, string>>;
  readonly fix: Fix | null;
}

/** What is told of a cause. A semicolon does not make a directive of what has come in from elsewhere, and one may only look like one. */
function toldOf(file: SourceFile, cause: Cause): Told {
  const { fault, span, statement, insert } = cause;
  if (fault === 'missing-semicolon') {
    const instead = statement && (insteadAt(file, statement.name) ?? (/^[a-z_]+:$/.test(statement.name.value) ? NO_COLON : null));
    if (instead) return { message: 'foreign', at: statement.name, data: { instead }, fix: null };
    const sign = insert === null ? null : wideBefore(file, insert);
    if (sign) return told(file, sign);
  }
  // an empty span could not be seen: the character before it is marked
  const at = span.end > span.start ? span : { start: Math.max(0, span.start - 1), end: span.end };
  return { message: fault, at, data: {}, fix: repair(file, cause) };
}

/** What is told of a sign that only looks like a semicolon. */
const told = (file: SourceFile, sign: Span): Told => ({
  message: 'wide',
  at: sign,
  data: { sign: file.text.slice(sign.start, sign.end) },
  fix: fixOf('Type ";"', 'safe', file, [replace(sign, ';')]),
});

export default defineRule({
  id: 'syntax',
  group: 'validity',
  severity: 'error',
  since: '0.1',
  equivalents: ['nginx-lint:unmatched-braces', 'nginx-lint:unclosed-quote', 'nginx-lint:missing-semicolon'],
  title: 'Syntax error',
  why: `
nginx reads a configuration as directives that end in a semicolon and blocks that end in a brace. One character too few, and everything
after it is read as something else: nginx then names the line where it gave up, which is often far below the mistake.

The finding is at the mistake itself, and there is one for each mistake.`,
  about: [],
  looksAt: [{ file: true }, { directive: '*' }],
  needs: 'file',
  contextFree: true,
  fixable: 'sometimes',
  messages: TEXTS,
  check({ config, directive, file, report }) {
    if (directive) {
      const { rawBody } = directive.statement;
      // ngx_http_lua_conf_read_lua_token sees as much of a block at once as its buffer holds
      if (rawBody && rawBody.end - rawBody.start > BUFFER / 3 && file.template === null)
        for (const { span, opening } of longLua(file.text, rawBody, BUFFER / 3))
          if (byteLength(file.text.slice(span.start, span.end)) > BUFFER)
            report('lua-too-long', {
              at: { start: span.start, end: span.start + opening.length },
              data: { sign: opening, instead: directive.name.replace(/_block$/, '_file') },
            });
      const at = swallowed(directive);
      if (at === null) return;
      const before = at === 0 ? directive.statement.name : directive.args[at - 1]!;
      const line = endOf(directive);
      const sign = wideBefore(file, before.end);
      const {
        message,
        at: place,
        data,
        fix,
      } = sign
        ? told(file, sign)
        : {
            message: 'missing-semicolon' as const,
            at: { start: before.start, end: before.end },
            data: { name: directive.name },
            fix: fixOf('Add ";"', 'safe', file, [replace({ start: before.end, end: before.end }, ';')]),
          };
      report(message, { at: place, data, related: [{ at: { file: file.id, span: line }, message: 'nginx -t reports this line.' }], fix });
      return;
    }
    for (const { fault, span, statement, insert } of structureOf(file, config.catalog).causes) {
      const name = statement?.name.value ?? '';
      const there = nginxAt(config, file, { fault, span, statement, insert });
      const { message, at, data, fix } = toldOf(file, { fault, span, statement, insert });
      report(message, {
        at,
        data: {
          name,
          header: statement?.args[0]?.value ?? '',
          quote: file.text[span.start] ?? '"',
          pattern: file.text.slice(span.start, span.end),
          ...data,
        },
        related:
          there && file.lines.lineAt(there.start) !== file.lines.lineAt(span.start)
            ? [{ at: { file: file.id, span: there }, message: 'nginx -t reports this line.' }]
            : [],
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
    {
      inside: 'http',
      bad: `
    gzip on
#        ^^ missing-semicolon
    sendfile on;
    server {
        listen 8080;
    }`,
      good: `
    gzip on;
    sendfile on;
    server {
        listen 8080;
    }`,
    },
    {
      inside: 'main',
      bad: `
events {
}
http {
    server {
        listen 8080;
        location / {
#       ^^^^^^^^ missing-closing-brace
            return 204;
    }
    server {
        listen 8081;
    }
}`,
      good: `
events {
}
http {
    server {
        listen 8080;
        location / {
            return 204;
        }
    }
    server {
        listen 8081;
    }
}`,
    },
    {
      inside: 'server',
      bad: `
    location ~ ^/\\d{4}/ {
#              ^^^^^^^^ brace-in-pattern
        return 204;
    }`,
      good: `
    location ~ "^/\\d{4}/" {
        return 204;
    }`,
    },
    {
      inside: 'server',
      bad: `
    add_header Content-Security-Policy default-src 'self'; script-src 'self' always;
#                                      ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ semicolon-in-value`,
      good: `
    add_header Content-Security-Policy "default-src 'self'; script-src 'self'" always;`,
    },
    {
      inside: 'http',
      bad: `
    map $uri $year {
        ~^/(\\d{2,4})$ $1;
#       ^^^^^^^^^^^^^ brace-in-pattern
        default 0;
    }`,
      good: `
    map $uri $year {
        "~^/(\\d{2,4})$" $1;
        default 0;
    }`,
    },
    {
      inside: 'server',
      bad: `
    if ($uri ~ ^/a{2}) {
#              ^^^^^^ brace-in-pattern
        return 404;
    }`,
      good: `
    if ($uri ~ "^/a{2}") {
        return 404;
    }`,
    },
    {
      inside: 'main',
      bad: `
events {
}
http {
    server {
        listen 8080;
        location / {
            return 204;
        } }
#         ^ unexpected-closing-brace
        location /a {
            return 204;
        }
    }
}`,
      good: `
events {
}
http {
    server {
        listen 8080;
        location / {
            return 204;
        }
        location /a {
            return 204;
        }
    }
}`,
    },
    {
      inside: 'server',
      bad: `location /help {
    content_by_lua_block {
        ngx.say([[
#               ^^ lua-too-long
${'<p>How to use it.</p>\n'.repeat(200)}]])
    }
}`,
      good: 'location /help {\n    content_by_lua_file /srv/lua/help.lua;\n}',
    },
  ],
});
