/** How many arguments a directive takes, and whether a block follows (ngx_conf_handler, in its order: terminator, then count). */
import { isAskedFor } from '../../answers/which-branch.ts';
import { checkCount } from '../../catalog/arity.ts';
import { argsOf } from '../../catalog/catalog.ts';
import { laterRelease } from '../../catalog/changes.ts';
import type { Word } from '../../syntax/word.ts';
import { type Fix, fixOf, replace } from '../fix.ts';
import { defineRule } from '../rule.ts';
import { factFor, isJudged, isOwn } from './_known.ts';
import { endOf, spanOfWords } from './_spans.ts';
import { isAftermath, isBroken } from './_structure.ts';

export default defineRule({
  id: 'wrong-argument-count',
  group: 'validity',
  severity: 'error',
  since: '0.1',
  title: 'Wrong number of arguments',
  why: `
nginx counts the arguments of a directive before it looks at them, and refuses a wrong number with "invalid number of arguments". A
frequent cause is a value with spaces in it that is not quoted. Directives that open a block need "{", all others need ";".`,
  about: [],
  looksAt: { directive: '*' },
  contextFree: true,
  ofShape: true,
  needs: 'file',
  fixable: 'sometimes',
  messages: {
    count: 'Invalid number of arguments in "{name}" directive: it {takes}, and {count}.',
    signs:
      'Invalid number of arguments in "{name}" directive: it {takes}, and {count}. A directive and its value have no "=" between them. Remove it.',
    lines: 'Invalid number of arguments in "{name}" directive: it {takes}, and {count}. Write a line for each, such as "{line};".',
    texts: 'Invalid number of arguments in "{name}" directive: it {takes}, and {count}. A value with spaces in it is quoted.',
    future: 'Invalid number of arguments in "{name}" directive: it {takes} before nginx {since}, this is {target}, and {count}.',
    unopened: 'Directive "{name}" has no opening "{brace}". It opens a block.',
    unended: 'Directive "{name}" is not terminated by ";". It opens no block.',
    bodiless: 'Directive "{name}" has no opening "{brace}". The regular expression before it holds one: quote it.',
  },
  check({ config, directive, report }) {
    if (!isJudged(directive) || isAftermath(directive, 'name')) return;
    const { name, statement, args, file } = directive;
    const own = config.settings.ownDirectives.find((d) => d.name === name);
    const fact = factFor(directive);
    if (!fact && !own) return;
    if (isOwn(config, name) && fact) return;
    if (isBroken(directive)) return;
    const block = fact ? argsOf(fact, config.settings.target.nginx).block : own!.block;
    const opens = statement.open !== null;
    const line = { at: { file: file.id, span: endOf(directive) }, message: 'nginx -t reports this line.' };
    const elsewhere = file.lines.lineAt(line.at.span.start) !== file.lines.lineAt(statement.name.start);
    if (opens !== block && (opens || statement.closed))
      return report(opens ? 'unended' : 'unopened', {
        at: opens ? statement.open! : statement.name,
        data: { name, brace: '{' },
        related: elsewhere && !opens ? [line] : [],
      });
    const arity = fact
      ? argsOf(fact, config.settings.target.nginx)
      : { min: own!.min, max: own!.max, counts: null, flag: false, block, any: false, estimated: false };
    if (arity.estimated || args.some((a) => a.templated)) return;
    const wrong =
      own && !fact
        ? args.length < own.min || (own.max !== null && args.length > own.max)
          ? { few: args.length < own.min, text: `takes ${own.min} to ${own.max ?? 'any number of'} arguments` }
          : null
        : checkCount(arity, args.length);
    if (!wrong) return;
    const kept = wrong.few ? args.length : Math.max(...(arity.counts ?? [own?.max ?? 0]).filter((c) => c < args.length), 0);
    const extra = args.slice(kept);
    const count = args.length === 0 ? 'none is given' : args.length === 1 ? 'one is given' : `${args.length} are given`;
    const fixes: Fix[] = [];
    const signs = args.filter((a) => a.raw === '=');
    if (!wrong.few && signs.length)
      fixes.push(
        fixOf(
          'Remove the "="',
          'suggestion',
          file,
          signs.map(({ start, end }) => replace({ start, end: file.text[end] === ' ' ? end + 1 : end }, '')),
        ),
      );
    else if (!wrong.few && kept === 1 && args.every((a) => a.quote === '') && fact && (fact.kind === 'string' || fact.kind === 'complex'))
      fixes.push(
        fixOf('Quote the value', 'suggestion', file, [
          replace(spanOfWords(args), `"${file.text.slice(args[0]!.start, args.at(-1)!.end)}"`),
        ]),
      );
    const { nginx } = config.settings.target;
    const since = fact && laterRelease(nginx, (v) => !checkCount(argsOf(fact, v), args.length));
    report(since ? 'future' : wrong.few ? 'count' : kindOf(name, args), {
      at: wrong.few ? statement.name : spanOfWords(extra),
      ...(since && isAskedFor(directive) ? { severity: 'hint' as const } : {}),
      data: {
        name,
        takes: wrong.text,
        count,
        since: since?.text ?? '',
        target: nginx.text,
        line: `${name} ${args[0]?.raw.replace(/,$/, '') ?? ''}`,
      },
      related: elsewhere ? [line] : [],
      fix: fixes,
    });
  },
  examples: [
    { inside: 'http', bad: '    gzip on off;\n#           ^^^ count', good: 'gzip on;' },
    { inside: 'http', bad: '    proxy_set_header Host;\n#   ^^^^^^^^^^^^^^^^ count', good: 'proxy_set_header Host $host;' },
    {
      inside: 'upstream',
      settings: { nginx: '1.22.1' },
      bad: '    server 10.0.0.1;\n    keepalive 8 local;\n#               ^^^^^ future',
      good: '    server 10.0.0.1;\n    keepalive 8;',
    },
    { inside: 'http', bad: '    server;\n#   ^^^^^^ unopened', good: 'server { listen 8080; }' },
    { inside: 'http', bad: '    gzip on { }\n#           ^ unended', good: 'gzip on;' },
    {
      inside: 'server',
      bad: '    proxy_set_body some text;\n#                       ^^^^ count',
      good: '    proxy_set_body "some text";',
    },
    { inside: 'server', bad: '    root = /srv/site;\n#          ^^^^^^^^^ signs', good: '    root /srv/site;' },
    {
      inside: 'location',
      bad: '    allow 10.0.0.1, 10.0.0.2;\n#                   ^^^^^^^^ lines',
      good: '    allow 10.0.0.1;\n    allow 10.0.0.2;',
    },
  ],
});

/** Directives of one argument of which there is a line for each. */
const LINES: ReadonlySet<string> = new Set(['allow', 'deny', 'set_real_ip_from', 'debug_connection']);
const LINES_BY_NAME = /_(?:hide|pass)_header$/;
/** Those whose last argument is a text that people write. */
const TEXTS: ReadonlySet<string> = new Set(['return', 'set', 'add_header', 'add_trailer', 'ssl_ciphers']);
const TEXTS_BY_NAME = /_(?:set_header|param)$/;

/** What is said of more arguments than there may be. */
function kindOf(name: string, args: readonly Word[]): 'signs' | 'lines' | 'texts' | 'count' {
  if (args.some((a) => a.raw === '=')) return 'signs';
  if (LINES.has(name) || LINES_BY_NAME.test(name)) return 'lines';
  return TEXTS.has(name) || TEXTS_BY_NAME.test(name) ? 'texts' : 'count';
}
