/** A limit for uploads in a location whose requests are measured in another one: nginx asks where it selects a location, and not where it ends up. */
import { answeredFirst } from '../../answers/where-a-line-counts.ts';
import { toBytes } from '../../base/bytes.ts';
import { parseOffset } from '../../catalog/value-kind.ts';
import type { Directive } from '../../config/directive.ts';
import { unseenInForce } from '../../config/effective.ts';
import { isOpen, type Location, locationOf, matchLocation } from '../../config/locations.ts';
import { unseenOf } from '../../config/open.ts';
import type { Scope } from '../../config/scope.ts';
import { PASS_DIRECTIVES } from '../../config/upstreams.ts';
import { defineRule } from '../rule.ts';

const STANDARD = 1024 * 1024;

/** Whether a line that nobody sees may be on a level or around it in the server: there anything may be said. */
const mayBeSaid = (scope: Scope): boolean =>
  unseenOf(scope, 'client_max_body_size').length > 0 || (scope.context !== 'server' && scope.parent !== null && mayBeSaid(scope.parent));

/** The bytes that a body may have on a level; null where what holds for all sites decides, and nobody sees it. */
function sizeAt(scope: Scope): number | null {
  const line = scope.value('client_max_body_size');
  const read = line ? parseOffset(line.value(0)) : null;
  if (line?.args[0]?.templated || (read && !read.ok)) return null;
  if (read?.ok) return read.value === 0 ? Number.POSITIVE_INFINITY : read.value;
  return unseenInForce(scope, 'client_max_body_size').length ? null : STANDARD;
}

const textAt = (scope: Scope): string => scope.value('client_max_body_size')?.value(0) ?? '1m';

const isPass = (d: Directive): boolean => PASS_DIRECTIVES.includes(d.name);

/** Paths that only Git asks, which sends what is large in pieces without a length. */
const OF_GIT = /git-\(?(?:\?:)?(?:upload|receive)/;

/** Whether all requests of a level go to the named location: over try_files, or over an error page for the code that it returns. */
function leadsTo(line: Directive, name: string): boolean {
  if (line.values.at(-1) !== name) return false;
  if (line.name === 'try_files') return true;
  const code = line.name === 'error_page' ? answeredFirst(line.scope) : null;
  return code !== null && line.values.includes(String(code));
}

/** Where the path that a location's requests are sent on with is selected: its location, and the line that sends them. */
function movedTo(scope: Scope, server: Scope): { readonly by: Directive; readonly to: Location } | null {
  if (scope.directives.some((d) => isPass(d) || d.name === 'return' || d.name === 'if' || /_by_lua|^js_|^include$/.test(d.name)))
    return null;
  const by = scope.first('try_files') ?? scope.directives.find((d) => d.name === 'rewrite' && d.value(2) === 'last');
  if (!by || by.args.some((a) => a.templated)) return null;
  const text = (by.name === 'try_files' ? by.values.at(-1)! : by.value(1)).replace(/\?.*$|\$\{?is_args.*$/, '');
  const path = /^\/[^$]*/.exec(text)?.[0];
  if (!path) return null;
  const whole = path === text;
  // of a path that goes on nobody knows whether an expression takes it
  if (!whole && (by.name === 'try_files' || !path.endsWith('/'))) return null;
  const found = matchLocation(server, toBytes(whole ? path : `${path}proxylens`));
  const to = found.location;
  if (!to || isOpen(found.how) || to.scope === scope || (!whole && to.kind === 'prefix' && to.name.length > path.length)) return null;
  return to.scope.directives.some(isPass) ? { by, to } : null;
}

export default defineRule({
  id: 'body-limit-asked-elsewhere',
  group: 'upstreams',
  severity: 'warning',
  since: '0.2',
  title: 'Limit for uploads that another location decides',
  why: `
nginx compares the length of a body with \`client_max_body_size\` when it selects a location (ngx_http_core_find_config_phase), before \`try_files\` and error pages move the request. A named location is entered later: its limit is not asked, and the one of the location that was left has refused the body with 413 already. \`rewrite … last\` and a path at the end of \`try_files\` make nginx select again, so that the smallest limit on the way decides.

Set \`client_max_body_size\` in each of these locations, or once in the server. Bodies without a length (chunked) are counted while they are read, by the limit of the last location.`,
  about: ['client_max_body_size', 'try_files', 'rewrite'],
  references: ['https://nginx.org/en/docs/http/ngx_http_core_module.html#client_max_body_size'],
  looksAt: { directive: ['client_max_body_size'] },
  needs: 'config',
  messages: {
    entered:
      'The limit of {own} comes too late in {named}: bodies above {theirs} get 413 in {from}, before {by} leads here. Set client_max_body_size {own} there.',
    before: 'The limit of {own} is not asked in {named}: that of {from} is, before {by} leads here. Set client_max_body_size {own} there.',
    again:
      'The limit of {own} is not enough here: {by} sends the request on to {to}, where bodies above {theirs} get 413. Set client_max_body_size {own} there too.',
    after:
      'The limit of {own} does not decide here: {by} sends the request on to {to}, whose limit is asked as well. Set client_max_body_size {own} there too.',
  },
  check({ directive, scope, report }) {
    const server = scope.enclosing('server');
    if (scope.context !== 'location' || !server) return;
    const location = locationOf(scope);
    const own = sizeAt(scope);
    if (!location || own === null || own <= STANDARD) return;
    if (location.kind === 'named') {
      const lines = server.all.filter(
        (d) => d.scope !== scope && leadsTo(d, location.name) && !OF_GIT.test(d.scope.opener?.values.join(' ') ?? ''),
      );
      const smaller = lines.filter((d) => (sizeAt(d.scope) ?? 0) < own);
      const by = smaller[0];
      // one way with room enough may be that of the uploads
      if (!by || smaller.length < lines.length || lines.some((d) => mayBeSaid(d.scope))) return;
      const known = sizeAt(by.scope) !== null;
      report(known ? 'entered' : 'before', {
        at: directive.at(),
        ...(known ? {} : { severity: 'info' as const }),
        data: {
          own: directive.value(0),
          named: location.name,
          theirs: textAt(by.scope),
          from: placeName(by.scope),
          by: by.name,
        },
        related: [{ at: by.nameAt, message: 'leads here' }],
      });
      return;
    }
    const moved = movedTo(scope, server);
    const theirs = moved ? sizeAt(moved.to.scope) : null;
    if (!moved || (theirs ?? 0) >= own || mayBeSaid(moved.to.scope) || mayBeSaid(scope)) return;
    report(theirs === null ? 'after' : 'again', {
      at: directive.at(),
      ...(theirs === null ? { severity: 'info' as const } : {}),
      data: { own: directive.value(0), theirs: textAt(moved.to.scope), to: placeName(moved.to.scope), by: moved.by.name },
      related: [{ at: moved.to.directive.nameAt, message: 'is selected next' }],
    });
  },
  examples: [
    {
      inside: 'server',
      bad: `location / {
    try_files $uri @app;
}
location @app {
    client_max_body_size 50m;
#   ^^^^^^^^^^^^^^^^^^^^^^^^^ entered
    proxy_pass http://127.0.0.1:8000;
}`,
      good: `location / {
    client_max_body_size 50m;
    try_files $uri @app;
}
location @app {
    client_max_body_size 50m;
    proxy_pass http://127.0.0.1:8000;
}`,
    },
    {
      inside: 'server',
      bad: `location /upload/ {
    client_max_body_size 100m;
#   ^^^^^^^^^^^^^^^^^^^^^^^^^^ again
    rewrite ^/upload/(.*)$ /api/files/$1 last;
}
location /api/ {
    proxy_pass http://127.0.0.1:8000;
}`,
      good: `location /upload/ {
    client_max_body_size 100m;
    rewrite ^/upload/(.*)$ /api/files/$1 break;
    proxy_pass http://127.0.0.1:8000;
}
location /api/ {
    proxy_pass http://127.0.0.1:8000;
}`,
    },
    {
      inside: 'server',
      bad: `location / {
    client_max_body_size 64m;
#   ^^^^^^^^^^^^^^^^^^^^^^^^^ again
    try_files $uri /index.php$is_args$args;
}
location ~ \\.php$ {
    fastcgi_pass unix:/run/php/php-fpm.sock;
}`,
      good: `client_max_body_size 64m;
location / {
    try_files $uri /index.php$is_args$args;
}
location ~ \\.php$ {
    fastcgi_pass unix:/run/php/php-fpm.sock;
}`,
    },
  ],
});

const placeName = (scope: Scope): string =>
  scope.context === 'location' ? `location ${scope.opener?.values.join(' ') ?? ''}` : 'the server';
