/** Header names one slip away from one that applications or browsers read: nginx sends any name, and nobody looks at this one. */
import { HEADER_LIST, headerOf } from '../../answers/what-is-passed.ts';
import type { Directive } from '../../config/directive.ts';
import { fixOf, replace } from '../fix.ts';
import { defineRule } from '../rule.ts';
import { headerOfVariable, meantRequestHeader, meantResponseHeader } from './_header-names.ts';

const REQUEST = Object.values(HEADER_LIST);
const RESPONSE = ['add_header', 'add_trailer'];

const isRequest = (name: string): boolean => REQUEST.includes(name);

/** The name that a line says, as it is written. */
const nameIn = (line: Directive): string => (line.name.endsWith('_param') ? (headerOf(line) ?? '') : line.value(0));

export default defineRule({
  id: 'header-name-misspelled',
  group: 'correctness',
  severity: 'warning',
  since: '0.2',
  title: 'Misspelled header name',
  why: `
nginx sends whatever name a line says. An application looks for \`X-Forwarded-For\` and finds nothing in \`X-Forward-For\`; a browser ignores \`Access-Control-Allow-Header\` and \`Referer-Policy\`, whose right names are \`Access-Control-Allow-Headers\` and \`Referrer-Policy\`. Nothing in a log says so.

A name that differs in a letter or two from a usual one is reported, unless the usual one is set as well; and so are one with its colon, to which nginx adds another, and the name of the variable that CGI, WSGI and PHP make of a header, \`HTTP_X_FORWARDED_PROTO\`, in the place of the header's own.`,
  about: ['proxy_set_header', 'add_header', 'uwsgi_param', 'fastcgi_param'],
  references: ['https://www.iana.org/assignments/http-fields/http-fields.xhtml'],
  looksAt: {
    directive: [...REQUEST, ...RESPONSE],
    where: ({ name, values }) =>
      name.endsWith('_param')
        ? /^http_/i.test(values[0] ?? '')
        : !!(isRequest(name) ? meantRequestHeader(values[0] ?? '') : meantResponseHeader(values[0] ?? '')),
  },
  needs: 'file',
  fixable: 'always',
  messages: {
    request: 'No application reads the header "{name}": {meant} is meant. Correct the name.',
    variable:
      '"{name}" is the variable that a program makes of the header {meant}; of a header of that name it makes HTTP_{made}, at which nobody looks. Write {meant}.',
    underscored:
      'Servers that make variables of headers may take "{name}" for {meant}, all others drop it or look for the right name. Write {meant}.',
    response: 'No browser knows the header "{name}": {meant} is meant. Correct the name.',
  },
  check({ directive, scope, file, report }) {
    const word = directive.args[0];
    if (!word || word.templated) return;
    const name = nameIn(directive);
    const request = isRequest(directive.name);
    const meant = request ? meantRequestHeader(name) : meantResponseHeader(name);
    if (!meant) return;
    const lower = meant.toLowerCase();
    // whoever sends both names sends the right one
    if (scope.effective(directive.name).directives.some((d) => nameIn(d).toLowerCase() === lower)) return;
    const text = directive.name.endsWith('_param') ? `HTTP_${meant.toUpperCase().replaceAll('-', '_')}` : meant;
    // HTTP_X_FORWARDED_PROTO is made of either
    const underscored = request && name.replaceAll('_', '-').toLowerCase() === lower;
    const variable = request && !directive.name.endsWith('_param') && headerOfVariable(name) !== null;
    report(variable ? 'variable' : underscored ? 'underscored' : request ? 'request' : 'response', {
      at: word,
      ...(underscored && { severity: 'info' as const }),
      data: { name, meant, made: name.toUpperCase().replaceAll('-', '_') },
      fix: fixOf(`Write ${text}`, 'suggestion', file, [replace(word, text)]),
    });
  },
  examples: [
    {
      inside: 'location',
      bad: `proxy_set_header X-Forward-For $proxy_add_x_forwarded_for;
#                ^^^^^^^^^^^^^ request
proxy_set_header X-Forwarded-Proto $scheme;
proxy_set_header Host $host;
proxy_pass http://127.0.0.1:8000;`,
      good: `proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
proxy_set_header X-Forwarded-Proto $scheme;
proxy_set_header Host $host;
proxy_pass http://127.0.0.1:8000;`,
    },
    {
      inside: 'location',
      bad: `add_header Referer-Policy same-origin;
#          ^^^^^^^^^^^^^^ response`,
      good: 'add_header Referrer-Policy same-origin;',
    },
    {
      inside: 'location',
      bad: `add_header Cache-Control: no-store;
#          ^^^^^^^^^^^^^^ response`,
      good: 'add_header Cache-Control no-store;',
    },
    {
      inside: 'location',
      bad: `proxy_set_header X_Forwarded_Proto $scheme;
#                ^^^^^^^^^^^^^^^^^ underscored
proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
proxy_set_header Host $host;
proxy_pass http://127.0.0.1:8000;`,
      good: `proxy_set_header X-Forwarded-Proto $scheme;
proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
proxy_set_header Host $host;
proxy_pass http://127.0.0.1:8000;`,
    },
    {
      inside: 'location',
      bad: `proxy_set_header HTTP_X_FORWARDED_PROTO https;
#                ^^^^^^^^^^^^^^^^^^^^^^ variable
proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
proxy_set_header Host $host;
proxy_pass http://127.0.0.1:8000;`,
      good: `proxy_set_header X-Forwarded-Proto https;
proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
proxy_set_header Host $host;
proxy_pass http://127.0.0.1:8000;`,
    },
    { inside: 'location', good: 'add_header X-Robots-Tag noindex;\nadd_header X-Forwarded-Path $uri;' },
  ],
});
