/** Pages about nginx itself, open to everyone. */
import { isForPool } from '../../answers/what-a-place-is-for.ts';
import { passTargetOf } from '../../answers/what-is-passed.ts';
import { isForNeighbours } from '../../answers/who-comes-to-a-container.ts';
import { isOfInternet } from '../../answers/who-is-foreign.ts';
import { admitsStrangers, authenticationIn, isLocalOnly } from '../../answers/who-may-enter.ts';
import { toBytes } from '../../base/bytes.ts';
import { asked, PerConfig, PerPart } from '../../config/asked.ts';
import type { Directive } from '../../config/directive.ts';
import { locationOf, locationsOf, matchLocation } from '../../config/locations.ts';
import type { Scope } from '../../config/scope.ts';
import { type Server, serverOf, serversOf } from '../../config/servers.ts';
import { fixOf, insertAfter, replace } from '../fix.ts';
import { defineRule } from '../rule.ts';

const PAGES = [
  'stub_status',
  'status',
  'api',
  'vhost_traffic_status_display',
  'stream_server_traffic_status_display',
  'check_status',
  'sts_display',
  'nchan_stub_status',
  'rtmp_stat',
  'rtmp_control',
];

/** Pages for Prometheus and the like, by the whole name of a place. */
const METRICS = /^\^?(?:\/[\w-]+)?\/(?:metrics|actuator\/prometheus|prometheus\/metrics|server-status)\/?\$?$/;

/** A place for the monitoring that is passed on to the program which is watched. */
function isOfMonitoring({ name, scope }: Directive): boolean {
  const opener = scope.context === 'location' ? scope.opener : null;
  const place = opener?.values.at(-1) ?? '';
  if (name === 'proxy_pass') return METRICS.test(place);
  return isForPool(scope, place);
}

/** Addresses of this machine, as a pass names them. */
const LOOPBACK = /^(?:127\.\d+\.\d+\.\d+|localhost|\[::1\])$/;

const serversAt = new PerConfig((config): ReadonlyMap<number, readonly Server[]> => {
  const all = new Map<number, Server[]>();
  for (const server of serversOf(config))
    for (const port of new Set(server.listens.flatMap((l) => l.addresses.map((a) => a.port)))) {
      if (!all.has(port)) all.set(port, []);
      all.get(port)!.push(server);
    }
  return all;
});

/** A status page of another server here that lets this machine in alone, and to which a pass takes everybody: its path, and its line. */
function pageBehind(pass: Directive): { readonly path: string; readonly page: Directive } | null {
  const place = locationOf(pass.scope);
  const target = passTargetOf(pass);
  const server = pass.scope.enclosing('server');
  if (!target || target.upstream || place?.kind !== 'prefix' || !server || !LOOPBACK.test(target.host) || target.port === null) return null;
  const port = target.port;
  const others = asked(pass.scope.config, `servers at port ${port}`, (c) => serversAt.of(c).get(port)) ?? [];
  if (others.length !== 1 || others[0]!.scope === server) return null;
  for (const { scope: inner } of locationsOf(others[0]!.scope).all) {
    const page = PAGES.map((name) => inner.first(name)).find((d) => d !== undefined && d.value(0) !== 'off');
    const at = locationOf(inner);
    if (!page || !at || (at.kind !== 'exact' && at.kind !== 'prefix') || admitsStrangers(inner)) continue;
    // it may learn from a header who asks, or ask for a password as well
    if (inner.effective('set_real_ip_from').directives.length || authenticationIn(inner).length) continue;
    if (!isLocalOnly(inner) && !inner.effective('allow').directives.some((d) => d.name === 'allow' && /^127\.|^::1$/.test(d.value(0))))
      continue;
    const path: string | null =
      target.uri === '' ? at.name : at.name.startsWith(target.uri) ? place.name + at.name.slice(target.uri.length) : null;
    if (path === null || matchLocation(server, toBytes(path)).location !== place) continue;
    return { path, page };
  }
  return null;
}

/** Ports of the web: a server on any other may be there for the monitoring alone. */
const OF_WEB: ReadonlySet<number> = new Set([80, 443, 8080, 8443]);

/** A server that has nothing but pages about nginx, at a port of its own and without a name of the internet: who reaches that port is not seen. */
function isForMonitoring(scope: Scope): boolean {
  const server = serverOf(scope);
  if (!server || isOfInternet(server) || server.listens.some((l) => l.addresses.some((a) => OF_WEB.has(a.port)))) return false;
  return !hasMore.of(server.scope);
}

const hasMore = new PerPart((server: Scope): boolean => server.all.some((d) => /_pass$|^(?:root|alias|try_files|index)$/.test(d.name)));

export default defineRule({
  id: 'status-page-exposed',
  group: 'security',
  severity: 'warning',
  since: '0.1',
  missing: ['allow', 'auth_basic', 'auth_request'],
  covers: ['allow-without-deny'],
  equivalents: ['gixy:status_page_exposed'],
  title: 'Status page open to everyone',
  why: `
Status pages show how many people are on the site, which upstreams there are and how they are doing; the API of the commercial build can change them as well. Allow only the addresses of the monitoring.

A server that listens on a unix socket or a loopback address only needs nothing more. On a server that has nothing else, at a port of its own, it is an info: the network decides who gets there.`,
  about: ['stub_status', 'allow', 'deny'],
  looksAt: [{ directive: PAGES }, { directive: ['proxy_pass', 'fastcgi_pass'] }],
  needs: 'file',
  fixable: 'sometimes',
  messages: {
    open: 'Everybody can read this status page. Add allow lines for the monitoring and "deny all;".',
    metrics: 'Everybody can read the metrics of the application at {place}. Add allow lines for the monitoring and "deny all;".',
    pool: 'Everybody can read the status of PHP-FPM at {place}: processes, requests and scripts. Add allow lines for the monitoring and "deny all;".',
    behind:
      'Everybody can read the status page of the server behind at {path}: for that one each request comes from this machine, which it lets in. Add allow lines for the monitoring and "deny all;" here.',
    control: 'Everybody can record, redirect and end streams through this. Add allow lines for those who may and "deny all;".',
    writable: 'Everybody can change upstreams through this API. Add allow lines for those who may and "deny all;".',
  },
  check({ directive, scope, config, deployment, file, report }) {
    if (scope.context !== 'location' && scope.context !== 'server' && scope.context !== 'if-in-location') return;
    const passed = directive.name.endsWith('_pass');
    // few lead to such a page, and who is let in is the dearer question
    const behind = directive.name === 'proxy_pass' ? pageBehind(directive) : null;
    if (behind && admitsStrangers(scope)) {
      report('behind', {
        at: directive.at(directive.args[0]!),
        data: { path: behind.path },
        related: [{ at: behind.page.nameAt, message: 'lets this machine in, which asks now' }],
      });
      return;
    }
    if (passed && !isOfMonitoring(directive)) return;
    if (directive.value(0) === 'off' || !admitsStrangers(scope)) return;
    const server = serverOf(scope);
    if (server && isForNeighbours(config, deployment, server)) return;
    const writable = directive.name === 'api' && directive.values.includes('write=on');
    const own = scope.named('allow').filter((d) => d.file.id === file.id && d.statement.parent === directive.statement.parent);
    report(
      passed
        ? directive.name === 'fastcgi_pass'
          ? 'pool'
          : 'metrics'
        : writable
          ? 'writable'
          : directive.name === 'rtmp_control'
            ? 'control'
            : 'open',
      {
        // a list without its end is one defect with this, and said once
        at: own[0]?.statement ?? directive.statement.name,
        ...(passed && { data: { place: scope.opener!.values.at(-1)! } }),
        ...(passed || (!writable && directive.name !== 'rtmp_control' && isForMonitoring(scope)) ? { severity: 'info' as const } : {}),
        fix: fixOf('Let only this machine in', 'suggestion', file, [
          // what is behind a line that lets everybody in is never asked
          ...own.filter((d) => d.value(0) === 'all').map((d) => replace(d.args[0]!, '127.0.0.1')),
          insertAfter(file, own.at(-1)?.statement ?? directive.statement, own.length ? ['deny all;'] : ['allow 127.0.0.1;', 'deny all;']),
        ]),
      },
    );
  },
  examples: [
    {
      inside: 'server',
      bad: `location = /nginx_status {
    stub_status;
#   ^^^^^^^^^^^ open
}`,
      good: `location = /nginx_status {
    stub_status;
    allow 127.0.0.1;
    deny all;
}`,
    },
    {
      inside: 'server',
      bad: `location /metrics {
    proxy_pass http://127.0.0.1:9113;
#   ^^^^^^^^^^ metrics
}`,
      good: `location /metrics {
    proxy_pass http://127.0.0.1:9113;
    allow 127.0.0.1;
    deny all;
}`,
    },
    {
      inside: 'server',
      bad: `location ~ ^/(status|ping)$ {
    fastcgi_pass 127.0.0.1:9000;
#   ^^^^^^^^^^^^ pool
}`,
      fixed: false,
    },
    {
      inside: 'http',
      bad: `server {
    location /own/ {
        proxy_pass http://127.0.0.1:8081/;
#                  ^^^^^^^^^^^^^^^^^^^^^^ behind
    }
}
server {
    listen 127.0.0.1:8081;
    location = /status { stub_status; }
}`,
      good: `server {
    location /own/ {
        allow 10.0.0.0/8;
        deny all;
        proxy_pass http://127.0.0.1:8081/;
    }
}
server {
    listen 127.0.0.1:8081;
    location = /status { stub_status; }
}`,
      fixed: false,
    },
    { inside: 'http', good: 'server {\n    listen 127.0.0.1:8081;\n    location / { stub_status; }\n}' },
    { inside: 'server', good: 'location /status { stub_status; auth_basic "staff"; auth_basic_user_file /etc/nginx/htpasswd; }' },
    {
      inside: 'server',
      bad: `location = /nginx_status {
    stub_status;
    allow all;
#   ^^^^^^^^^^ open
}`,
      good: `location = /nginx_status {
    stub_status;
    allow 127.0.0.1;
    deny all;
}`,
    },
  ],
});
