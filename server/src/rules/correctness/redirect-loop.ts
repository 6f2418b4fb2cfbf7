/** Redirects that lead back to the URL that was asked, directly or over other servers of the configuration. */

import type { Config } from '../../config/config.ts';
import type { Directive } from '../../config/directive.ts';
import { everywhere } from '../../config/pieces.ts';
import { listenersFor } from '../../config/servers.ts';
import { definitionOf, indexOf } from '../../trace/index.ts';
import { variablesIn } from '../../trace/script.ts';
import type { Trace } from '../../trace/trace.ts';
import { doubts, type Followed, follow, type Hop, hangsOnOthers, isScripted, surelyEnds } from '../../witness/follow.ts';
import { isRedirect, mayComeBack } from '../../witness/redirects.ts';
import { locationHeader, proofOf, urlOf } from '../../witness/requests.ts';
import { type Door, ownOf, type Spot, spotOf } from '../../witness/spots.ts';
import { mayMove, tellingDoors, tellingPaths } from '../../witness/telling.ts';
import { joined, type Probe } from '../../witness/values.ts';
import { defineRule } from '../rule.ts';

const before = (a: NonNullable<Hop['by']>, b: NonNullable<Hop['by']>): boolean =>
  a.file.id === b.file.id ? a.statement.start < b.statement.start : a.file.id < b.file.id;

/** The directive that a loop is told at: the first of those that send the client on. */
const first = (loop: readonly Hop[]): Hop | null =>
  loop.reduce<Hop | null>((best, hop) => (hop.by && (!best?.by || before(hop.by, best.by)) ? hop : best), null);

/**
 * The hop of a loop at which this spot tells it: at the first line where that is its own, and at one of its own where the spot of the first
 * comes to no loop by itself, for it knows nothing of the paths of other places.
 */
function toldAt(spot: Spot, loop: readonly Hop[], redirects: readonly Directive[]): Hop | null {
  const hop = first(loop);
  if (!hop?.by || redirects.includes(hop.by)) return hop;
  const owner = spotOf(spot.config, hop.by.scope);
  const own = loop.find((h) => h.by && redirects.includes(h.by)) ?? null;
  if (!own || !owner || owner === spot) return null;
  for (const { probe, door } of starts(owner, [hop.by]))
    for (const { followed } of worlds(owner, probe, door)) if (followed.loop && first(followed.loop)?.by === hop.by) return null;
  return own;
}

/** The lines of the rewrite phase that a request of the spot comes by, those of the server first. */
const comesBy = ({ server, location, scope }: Spot): readonly Directive[] => [...ownOf(server.scope), ...(location ? ownOf(scope) : [])];

/** Paths of a spot that one of its lines may redirect, and not to where the way surely ends: where each of them asks for a path, one that fits none is not. */
function pathsOf(spot: Spot, redirects: readonly Directive[], paths: readonly string[], door: Door): readonly string[] {
  if (redirects.some((d) => d.name === 'error_page')) return paths;
  return paths.filter((path) => mayMove(spot, path, QUERY, door) && !surelyEnds(spot, path, QUERY, door));
}

const QUERY = 'b=1';

/** Whether what a client brings along, beside host and target, may decide whether and where a line of the spot sends him. */
function hangsOnClient(spot: Spot, redirects: readonly Directive[]): boolean {
  const lines = comesBy(spot);
  if (redirects.some((d) => d.name === 'error_page') && lines.some((d) => d.name === 'deny')) return true;
  const deciding = lines.filter((d) => DECIDING.has(d.name));
  const read = new Set(deciding.flatMap((d) => (d.name === 'set' ? d.values.slice(1) : d.values)).flatMap((v) => variablesIn(v)));
  return deciding.some((d) =>
    d.name === 'if'
      ? // a condition that only remembers something at which none of these lines looks decides nothing
        !d.body?.directives.every((inner) => inner.name === 'set' && !read.has(inner.value(0).slice(1).toLowerCase()))
      : d.values.some((v) => variablesIn(v).some((name) => isBrought(spot.config, name))),
  );
}

const DECIDING = new Set(['if', 'set', 'return', 'rewrite', 'error_page']);

const isBrought = (config: Config, name: string): boolean =>
  /^(?:http_(?!host$)|cookie_|arg_)/.test(name) || definitionOf(indexOf(config), name)?.by === 'map';

/** Requests worth following from a spot: plain ones, and one for each condition. */
function* starts(spot: Spot, redirects: readonly Directive[]): Generator<{ probe: Probe; door: Door }> {
  const all = tellingPaths(spot, 12);
  let variations: readonly Probe[] | null = null;
  for (const [i, door] of tellingDoors(spot).slice(0, 6).entries()) {
    const paths = pathsOf(spot, redirects, all, door);
    // further ways in differ by their host and scheme, and not by the path
    for (const path of i < 2 ? paths : paths.slice(0, Math.ceil(paths.length / 3))) {
      const plain: Probe = { path, query: QUERY };
      yield { probe: plain, door };
      if (path !== paths[0] || i >= 2) continue;
      variations ??= hangsOnClient(spot, redirects) ? spot.variations.slice(0, 6) : [];
      for (const variation of variations) yield { probe: joined(plain, variation), door };
    }
  }
}

/** What the disk or another server may be like, by the names of the trace's assumptions. */
interface World {
  readonly kind: 'plain' | 'folder' | 'file' | 'stranger';
  readonly followed: Followed;
  /** what is there, for the message */
  readonly what: string;
}

/** For a form without its slash that nginx then looks for on the disk: the same with a folder there. */
function folderOf(spot: Spot, { hops, loop }: Followed, probe: Probe, door: Door): Record<string, string> | null {
  if (loop || hops.length !== 1) return null;
  const { request } = hops[0]!.trace;
  if (!/^[^?]+\/(?:\?|$)/.test(request.target) || /\/(?:\?|$)/.test(hops[0]!.to)) return null;
  const name = request.target.replace(/\/(?:\?.*)?$/, '');
  const next = spot.ask({ ...probe, path: name }, {}, door);
  const folder = next.assumptions.find((a) => a.id.startsWith('file:') && a.id.endsWith(name));
  return folder ? { [folder.id]: 'folder' } : null;
}

/** Files that conditions look for whatever is asked, such as the one that turns maintenance on. */
function flagFiles(traces: readonly Trace[]): Record<string, string> {
  const found: Record<string, string> = {};
  for (const trace of traces)
    for (const a of trace.assumptions) {
      if (a.chosen || a.assumed !== 'missing' || !a.id.startsWith('file:') || a.why !== 'the disk decides') continue;
      const path = trace.request.target.replace(/\?.*$/, '').replace(/\/$/, '');
      if (path !== '' && !a.id.includes(path)) found[a.id] = 'file';
    }
  return found;
}

/** Hops of a way that ends without a loop, from which on its query may have made an end of it. */
const GROWING = 4;

/** The way of a request, and where that comes to an end the same under what else may be: a folder, a file, a visitor who has not logged in. */
function* worlds(spot: Spot, probe: Probe, door: Door): Generator<World> {
  const { config } = spot;
  const first = spot.request(probe, door);
  const plain = follow(config, first);
  yield { kind: 'plain', followed: plain, what: '' };
  if (plain.loop) return;
  // a query that doubles with each round ends the way with 414: without one there may be no end
  if (plain.grows || plain.hops.length >= GROWING) {
    const bare = follow(config, spot.request({ ...probe, query: null }, door));
    yield { kind: 'plain', followed: bare, what: '' };
    if (bare.loop) return;
  }
  const folder = folderOf(spot, plain, probe, door);
  if (folder) yield { kind: 'folder', followed: follow(config, first, { assume: folder }, true), what: '' };
  const files = flagFiles(plain.traces.slice(0, 1));
  const [name] = Object.keys(files);
  if (name) yield { kind: 'file', followed: follow(config, first, { assume: files }), what: name.slice('file:'.length) };
  const asked = plain.traces
    .flatMap((t) => t.assumptions)
    .filter((a) => a.id.startsWith('auth_request') && a.choices.includes('401') && !a.chosen);
  if (asked.length) {
    const assume = Object.fromEntries(asked.map((a) => [a.id, '401']));
    yield { kind: 'stranger', followed: follow(config, first, { assume }), what: asked[0]!.what };
  }
}

const isIndexFile = (id: string): boolean => /\/index\.\w+$|\/default\.\w+$/.test(id);

/**
 * The index file on which a loop rests; null: it rests on nothing that is not known; false: on something else. For the home page the folder
 * and the index file that the configuration names are there.
 */
function indexFile(loop: readonly Hop[]): string | null | false {
  let found: string | null = null;
  for (const { trace } of loop)
    for (const a of doubts(trace)) {
      if (!/^\/(?:\?|$)/.test(trace.request.target) || !a.id.startsWith('file:')) return false;
      if (a.assumed === 'file' && isIndexFile(a.id)) found = a.id.slice('file:'.length);
      else if (a.assumed !== 'folder') return false;
    }
  return found ?? (loop.every((h) => doubts(h.trace).length === 0) ? null : false);
}

/**
 * Clients come to this TLS listener by themselves: the server has no plain one, where a balancer would send what it has decrypted, and nobody
 * in front is trusted anywhere.
 */
function isOwnEdge({ config, server }: Spot, door: Door): boolean {
  if (door.scheme !== 'https' || door.listener.proxyProtocol || door.name === null) return false;
  if (listenersFor(config, server).some((l) => !l.ssl)) return false;
  return !everywhere(config, 'set_real_ip_from').length && !everywhere(config, 'real_ip_header').length;
}

const PROTO = 'X-Forwarded-Proto';

/**
 * Whatever a proxy in front says about the scheme, the client is sent to the plain URL that he came by: one who asks without TLS is told so in
 * X-Forwarded-Proto each time.
 */
function leadsToPlainAgain(spot: Spot, { to, trace }: Hop, probe: Probe, door: Door): boolean {
  if (trace.request.scheme !== 'http' || door.scheme !== 'http' || to !== urlOf(trace.request)) return false;
  const others = (probe.headers ?? []).filter(([n]) => n !== PROTO);
  const told = (scheme: string): Trace => spot.ask({ ...probe, headers: [...others, [PROTO, scheme]] }, {}, door);
  const [plain, secure] = [told('http'), told('https')];
  return locationHeader(plain) === to && locationHeader(secure) !== to;
}

export default defineRule({
  id: 'redirect-loop',
  group: 'correctness',
  severity: 'warning',
  since: '0.2',
  title: 'Redirect loop',
  why: `
The Location that nginx answers with is a URL that leads to the same redirect again. Browsers ask about twenty times and then show "too many redirects"; the page is never seen.

The usual causes: a redirect to HTTPS that is also in the TLS server, a redirect to \`www\` in the server that has both names, a rewrite that removes the slash where nginx adds it for a folder.

The rule traces requests through the configuration and follows their redirects as long as they lead to a port and a server name of this configuration. It stops at a condition on a header that only a proxy in front would set.`,
  about: ['return', 'rewrite', 'error_page'],
  looksAt: {
    outcome: ['return', 'rewrite', 'error_page'],
    when: ({ config, server, directives }) => directives.some((d) => isRedirect(d) && mayComeBack(config, server, d)),
  },
  needs: 'config',
  costly: true,
  messages: {
    itself: 'A redirect to itself: {url} is sent to {to}, forever. Send it to another URL, or only where it is needed.',
    round: 'A redirect loop: {url} is sent to {to}, and from there back again. Redirect in one of the two places only.',
    grows:
      'A redirect loop: {url} is sent to {to}, which is redirected again, and each round makes the URL longer. Exclude what is already redirected.',
    direct:
      'A redirect loop for whoever comes to this listener directly: browsers send no X-Forwarded-Proto, so {url} is sent to {to}, forever. TLS ends here: drop the test, or trust the proxy in front with set_real_ip_from.',
    index:
      'A redirect loop: {url} is sent to {to}, where nginx goes on to the index file {what} by itself and comes to the same redirect. Redirect only what was asked for (if ($request_uri ~ ^/index)).',
    flag: 'A redirect loop while {what} is there: {url} is sent to {to}, and that is redirected as well. Exclude the target, or answer with 503 and an error page.',
    login:
      'A redirect loop for anyone who is not logged in: {url} is sent to {to}, which asks {what} as well. Exempt the login page (auth_request off).',
    folder:
      'A redirect loop for folders: {url} is sent to {to}, and where a folder of that name exists nginx adds the slash again. Strip the slash only where there is no folder (if (!-d $request_filename)).',
  },
  check({ spot, config, report }) {
    const redirects = spot.directives.filter(isRedirect);
    const told = new Set<unknown>();
    if (!redirects.length) return;
    for (const { probe, door } of starts(spot, redirects)) {
      if (told.size === redirects.length) return;
      for (const { kind, followed, what } of worlds(spot, probe, door)) {
        const { loop, grows } = followed;
        const hop = loop && toldAt(spot, loop, redirects);
        if (!loop || !hop?.by || told.has(hop.by)) continue;
        const all = spot.server.scope.all;
        if (loop.some((h) => isScripted(h.trace))) continue;
        const hangs = loop.some((h) => hangsOnOthers(config, h.trace, all));
        if (hangs && kind === 'plain' && loop.length === 1 && leadsToPlainAgain(spot, hop, probe, door)) {
          told.add(hop.by);
          report('itself', { at: hop.by.at(), data: { url: urlOf(hop.trace.request), to: hop.to }, witness: proofOf(hop.trace) });
          continue;
        }
        if (hangs) {
          // over TLS a browser comes to nginx itself, unless someone in front is known
          if (kind !== 'plain' || loop.length > 1 || hop.trace.request.headers.length > 1 || !isOwnEdge(spot, door)) continue;
          told.add(hop.by);
          report('direct', {
            at: hop.by.at(),
            data: { url: urlOf(hop.trace.request), to: hop.to },
            witness: proofOf(hop.trace),
            missing: ['set_real_ip_from', 'real_ip_header'],
          });
          continue;
        }
        const index = kind === 'folder' ? null : indexFile(loop);
        if (index === false) continue;
        told.add(hop.by);
        const others = new Set(loop.flatMap((h) => (h.by && h.by !== hop.by ? [h.by] : [])));
        const plain = index ? 'index' : grows ? 'grows' : loop.length === 1 ? 'itself' : 'round';
        // of a login page its own request is the telling one
        const shown = (kind === 'stranger' && grows && loop[1]) || hop;
        report(kind === 'folder' ? 'folder' : kind === 'file' ? 'flag' : kind === 'stranger' ? 'login' : plain, {
          at: hop.by.at(),
          data: { url: urlOf(shown.trace.request), to: shown.to, what: index ?? what },
          severity: kind === 'folder' ? 'info' : 'warning',
          related: [...others].map((d) => ({ at: d.at(), message: 'sends the client back' })),
          witness: proofOf(shown.trace),
        });
      }
    }
  },
  examples: [
    {
      inside: 'server',
      bad: `root /srv/www;
index index.html;
location = /index.html {
    return 301 /;
#   ^^^^^^^^^^^^^ index
}`,
      good: `root /srv/www;
index index.html;
if ($request_uri ~ ^/index\\.html) {
    return 301 /;
}`,
      witness: { request: 'GET http://www.example.test/', outcome: '301 http://www.example.test/', meant: '`200 /srv/www/index.html`' },
    },
    {
      inside: 'server',
      bad: `root /srv/www;
rewrite ^/(.*)\\.html$ /$1 permanent;
location = /about {
    return 301 /about.html;
#   ^^^^^^^^^^^^^^^^^^^^^^^ round
}`,
      good: `root /srv/www;
rewrite ^/(.*)\\.html$ /$1 permanent;
location / {
    try_files $uri $uri.html =404;
}`,
    },
    {
      inside: 'server',
      bad: `root /srv/www;
if (-f /srv/www/down.html) {
    return 302 /down.html;
#   ^^^^^^^^^^^^^^^^^^^^^^ flag
}
location / { proxy_pass http://127.0.0.1:8000; }`,
      good: `root /srv/www;
error_page 503 /down.html;
location = /down.html { }
location / {
    if (-f /srv/www/down.html) {
        return 503;
    }
    proxy_pass http://127.0.0.1:8000;
}`,
    },
    {
      inside: 'server',
      bad: `location / {
    auth_request /auth;
    error_page 401 = @login;
    proxy_pass http://127.0.0.1:8000;
}
location @login {
    return 302 /login?next=$request_uri;
#   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ login
}
location = /auth {
    internal;
    proxy_pass http://127.0.0.1:8001;
    proxy_pass_request_body off;
    proxy_set_header Content-Length "";
}`,
      good: `location / {
    auth_request /auth;
    error_page 401 = @login;
    proxy_pass http://127.0.0.1:8000;
}
location = /login { proxy_pass http://127.0.0.1:8000; }
location @login {
    return 302 /login?next=$request_uri;
}
location = /auth {
    internal;
    proxy_pass http://127.0.0.1:8001;
    proxy_pass_request_body off;
    proxy_set_header Content-Length "";
}`,
    },
    {
      inside: 'http',
      bad: `server {
    listen 80;
    server_name shop.example.org;
    location / {
        allow 10.0.0.0/8;
        deny all;
        error_page 403 http://shop.example.org/denied;
#       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ itself
        root /srv/www;
    }
}`,
      good: `server {
    listen 80;
    server_name shop.example.org;
    location = /denied {
        return 403 "members only";
    }
    location / {
        allow 10.0.0.0/8;
        deny all;
        error_page 403 http://shop.example.org/denied;
        root /srv/www;
    }
}`,
    },
    {
      inside: 'http',
      bad: `server {
    listen 80 default_server;
    server_name _;
    return 301 $scheme://www.example.org$request_uri;
#   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ itself
}
server {
    listen 81;
    server_name www.example.org;
    root /srv/www;
}`,
      good: `server {
    listen 80 default_server;
    server_name _;
    return 301 http://www.example.org:81$request_uri;
}
server {
    listen 81;
    server_name www.example.org;
    root /srv/www;
}`,
    },
    {
      inside: 'http',
      bad: `server {
    listen 80;
    server_name shop.example.org;
    location / {
        return 301 http://$host$request_uri;
#       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ itself
    }
}`,
      good: `server {
    listen 80;
    server_name shop.example.org;
    location / {
        return 301 https://$host$request_uri;
    }
}`,
    },
    {
      inside: 'http',
      bad: `server {
    listen 80;
    server_name example.org www.example.org;
    return 301 http://www.example.org$request_uri;
#   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ itself
}`,
      good: `server {
    listen 80;
    server_name example.org;
    return 301 http://www.example.org$request_uri;
}
server {
    listen 80;
    server_name www.example.org;
    root /srv/www;
}`,
    },
    {
      inside: 'http',
      bad: `server {
    listen 80;
    server_name one.example.org;
    return 302 http://two.example.org$request_uri;
#   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ round
}
server {
    listen 80;
    server_name two.example.org;
    rewrite ^ http://one.example.org$request_uri? permanent;
}`,
    },
    {
      inside: 'http',
      bad: `server {
    listen 80;
    server_name example.org;
    location / {
        return 302 /en$request_uri;
#       ^^^^^^^^^^^^^^^^^^^^^^^^^^^ grows
    }
}`,
    },
    {
      inside: 'http',
      good: `server {
    listen 80;
    server_name example.org;
    location / {
        return 302 /en$request_uri;
    }
    location /en/ {
        root /srv/www;
    }
}`,
    },
    {
      inside: 'http',
      bad: `server {
    listen 80;
    server_name example.org;
    root /srv/www;
    rewrite ^/(.*)/$ /$1 permanent;
#   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ folder
    location / {
        try_files $uri $uri/ =404;
    }
}`,
      good: `server {
    listen 80;
    server_name example.org;
    root /srv/www;
    if (!-d $request_filename) {
        rewrite ^/(.*)/$ /$1 permanent;
    }
    location / {
        try_files $uri $uri/ =404;
    }
}`,
    },
    {
      inside: 'http',
      bad: `server {
    listen 443 ssl;
    ssl_certificate a.pem;
    ssl_certificate_key a.key;
    server_name example.org;
    if ($http_x_forwarded_proto != https) {
        return 301 https://$host$request_uri;
#       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ direct
    }
}`,
      good: `set_real_ip_from 10.0.0.0/8;
real_ip_header X-Forwarded-For;
server {
    listen 443 ssl;
    ssl_certificate a.pem;
    ssl_certificate_key a.key;
    server_name example.org;
    if ($http_x_forwarded_proto != https) {
        return 301 https://$host$request_uri;
    }
}`,
    },
    {
      inside: 'http',
      good: `server {
    listen 80;
    listen 443 ssl;
    ssl_certificate a.pem;
    ssl_certificate_key a.key;
    server_name example.org;
    if ($http_x_forwarded_proto != https) {
        return 301 https://$host$request_uri;
    }
}`,
    },
    {
      inside: 'http',
      good: `server {
    listen 80 default_server;
    server_name _;
    location / {
        if ($cookie_seen = "") {
            add_header Set-Cookie seen=1;
            return 302 $request_uri;
        }
    }
}`,
    },
    {
      inside: 'http',
      bad: `server {
    listen 80;
    server_name shop.example.org;
    root /srv/www;
    if ($http_x_forwarded_proto != https) {
        return 301 $scheme://$host$request_uri;
#       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ itself
    }
}`,
      good: `server {
    listen 80;
    server_name shop.example.org;
    root /srv/www;
    if ($http_x_forwarded_proto != https) {
        return 301 https://$host$request_uri;
    }
}`,
    },
  ],
});
