/** Maps of the type of an answer with a row for `text/html`, where the application sends `text/html; charset=utf-8`: another text, which the row never equals. */
import { table } from '../../base/table.ts';
import type { Config } from '../../config/config.ts';
import type { Directive } from '../../config/directive.ts';
import { rowsOf } from '../../witness/values.ts';
import { fixOf, replace } from '../fix.ts';
import { defineRule } from '../rule.ts';
import { django, main, tree } from './_examples.ts';
import { sidesOf } from './_links.ts';

const PAGE = 'text/html';

/** What applications send for a page, in the letters that a map compares. */
const SENT = 'text/html; charset=utf-8';

const OF_TYPE = /^\$\{?(?:sent_http_content_type|upstream_http_content_type)\}?$/i;

/** Frameworks whose pages have a charset unless a view leaves it out. */
const WITH_CHARSET: Readonly<Record<string, string>> = table({
  django: 'Django',
  flask: 'Flask',
  fastapi: 'FastAPI',
  starlette: 'Starlette',
  quart: 'Quart',
});

/** The row of a map that is for pages and that a page with a charset does not equal; null where another row is for those. */
function rowOfPages(config: Config, map: Directive): Directive | null {
  if (!map.body || map.body.directives.some((d) => d.name === 'include' || d.name === 'hostnames' || d.statement.name.templated))
    return null;
  const rows = rowsOf(map);
  const takesSent = rows.some(({ key }) => {
    if (!key || typeof key === 'string') return false;
    if ('is' in key) return key.is.toLowerCase().startsWith(`${PAGE};`);
    if (!('matches' in key)) return true;
    const compiled = config.regexes.compile(key.matches, { caseless: key.caseless });
    return !compiled.ok || typeof compiled.regex.match(SENT) === 'object';
  });
  const row = rows.find(({ key }) => key && typeof key !== 'string' && 'is' in key && key.is.toLowerCase() === PAGE);
  const other = rows.find(({ directive }) => directive.name === 'default')?.value ?? '';
  return takesSent || !row || row.value === other ? null : row.directive;
}

/** PHP, by the script that it is told to run: it adds its default_charset to each type of text. */
const runsPhp = (pass: Directive): boolean =>
  pass.scope.enclosing('location')?.opener?.values.some((v) => /\\\.(?:php|\(\?:php)/.test(v)) === true;

/** The line by which a place uses a variable in what it sends. */
const lineWith = ({ scope }: Directive, name: string): Directive | undefined =>
  [...scope.effective('expires').directives, ...scope.effective('add_header').directives].find((d) =>
    new RegExp(`\\$(?:${name}\\b|\\{${name}\\})`, 'i').test(d.values.join(' ')),
  );

const SITE = (row: string): string =>
  main(`map $sent_http_content_type $policy {
    default "";
    ${row}
}
server {
    add_header Content-Security-Policy $policy always;
    location / {
        proxy_pass http://unix:/run/shop.sock;
    }
}`);

const PHP = (row: string): string =>
  main(`map $sent_http_content_type $kept {
    default 7d;
    ${row}
}
server {
    expires $kept;
    location ~ \\.php$ {
        fastcgi_pass unix:/run/php/php-fpm.sock;
    }
}`);

export default defineRule({
  id: 'map-misses-charset',
  group: 'wsgi',
  severity: 'warning',
  since: '0.2',
  title: 'Map of types that misses text/html with a charset',
  why: `
A \`map\` compares whole texts. Of a file \`$sent_http_content_type\` is \`text/html\` where \`expires\` and \`add_header\` ask for it, but an application's header is taken as it comes, and PHP, Django, Flask and FastAPI send \`text/html; charset=utf-8\`. A row \`text/html\` never equals that: pages get the value of \`default\`, which is meant for other types.

Write \`~^text/html\`: it takes both.`,
  about: ['map', 'expires', 'add_header', '$sent_http_content_type', '$upstream_http_content_type'],
  looksAt: { config: true },
  needs: 'config',
  fixable: 'always',
  fixChanges: ['response-headers'],
  messages: {
    missed:
      'This row is not for the pages of {by}: their type is "{sent}", which "text/html" does not equal, so {name} is {other} for them. Write "~^text/html".',
  },
  check({ config, deployment, report }) {
    const maps = config.main.all.filter((d) => d.name === 'map' && OF_TYPE.test(d.value(0)));
    if (!maps.length) return;
    const passes = [
      ...config.main.all
        .filter((d) => d.name === 'fastcgi_pass' && runsPhp(d))
        .map((pass) => ({ pass, by: 'PHP', sent: 'text/html; charset=UTF-8' })),
      ...sidesOf(config, deployment).flatMap(({ pass, application }) => {
        const by = WITH_CHARSET[application.framework?.declaration.name ?? ''];
        return by ? [{ pass, by, sent: SENT }] : [];
      }),
    ];
    for (const map of maps) {
      const row = rowOfPages(config, map);
      const name = map.value(1).replace(/[${}]/g, '');
      if (!row) continue;
      const used = passes.flatMap((p) => {
        const line = lineWith(p.pass, name);
        return line ? [{ ...p, line }] : [];
      });
      const [first] = used;
      if (!first) continue;
      const other = rowsOf(map).find(({ directive }) => directive.name === 'default')?.value ?? '';
      report('missed', {
        at: row.nameAt,
        // how long a browser keeps a page
        severity: used.every((u) => u.line.name === 'expires') ? 'info' : undefined,
        data: { by: first.by, sent: first.sent, name: `$${name}`, other: other === '' ? 'empty' : `"${other}"` },
        related: [
          { at: first.pass.at(), message: 'the application is asked here' },
          { at: first.line.at(), message: 'what it decides' },
        ],
        fix: fixOf('Write "~^text/html"', 'suggestion', row.file, [replace(row.statement.name, '~^text/html')]),
      });
    }
  },
  examples: [
    {
      bad: tree({ 'nginx.conf': SITE(`text/html "default-src 'self'";\n#   ^^^^^^^^^ missed`), ...django("ALLOWED_HOSTS = ['*']\n") }),
      good: tree({ 'nginx.conf': SITE(`~^text/html "default-src 'self'";`), ...django("ALLOWED_HOSTS = ['*']\n") }),
    },
    {
      bad: tree({ 'nginx.conf': PHP('text/html epoch;\n#   ^^^^^^^^^ missed') }),
      good: tree({ 'nginx.conf': PHP('"text/html; charset=utf-8" epoch;') }),
      fixed: tree({ 'nginx.conf': PHP('~^text/html epoch;') }),
    },
  ],
});
