/** Redirects that lead back to the URL that was asked, directly or over other servers of the configuration. */
import { type Followed, follow, type Hop, hangsOnOthers, isCertain } from '../../witness/follow.ts';
import { proofOf, urlOf } from '../../witness/requests.ts';
import type { Door, Spot } from '../../witness/spots.ts';
import { joined, type Probe } from '../../witness/values.ts';
import { defineRule } from '../rule.ts';

const before = (a: NonNullable<Hop['by']>, b: NonNullable<Hop['by']>): boolean =>
  a.file.id === b.file.id ? a.statement.start < b.statement.start : a.file.id < b.file.id;

/** The directive that a loop is told at: the first of those that send the client on. */
const first = (loop: readonly Hop[]): Hop | null =>
  loop.reduce<Hop | null>((best, hop) => (hop.by && (!best?.by || before(hop.by, best.by)) ? hop : best), null);

/** Requests worth following from a spot: plain ones, and one for each condition. */
function* starts(spot: Spot): Generator<{ probe: Probe; door: Door }> {
  for (const door of spot.doors.slice(0, 6))
    for (const path of spot.paths.slice(0, 12)) {
      const plain: Probe = { path, query: 'b=1' };
      yield { probe: plain, door };
      if (path === spot.paths[0]) for (const variation of spot.variations.slice(0, 6)) yield { probe: joined(plain, variation), door };
    }
}

/** For a form without its slash that nginx then looks for on the disk: the same with a folder there. */
function withFolder(spot: Spot, followed: Followed, probe: Probe, door: Door): Followed | null {
  const { hops, loop } = followed;
  if (loop || hops.length !== 1) return null;
  const { request } = hops[0]!.trace;
  if (!/^[^?]+\/(?:\?|$)/.test(request.target) || /\/(?:\?|$)/.test(hops[0]!.to)) return null;
  const name = request.target.replace(/\/(?:\?.*)?$/, '');
  const next = spot.ask({ ...probe, path: name }, {}, door);
  const folder = next.assumptions.find((a) => a.id.startsWith('file:') && a.id.endsWith(name));
  if (!folder) return null;
  return follow(spot.config, spot.request(probe, door), { assume: { [folder.id]: 'folder' } });
}

export default defineRule({
  id: 'redirect-loop',
  group: 'correctness',
  severity: 'warning',
  since: '0.2',
  title: 'A redirect that leads back to itself',
  why: `
The Location that nginx answers with is a URL that comes to the same redirect again. Browsers ask about twenty times and then show "too many redirects"; the page is never seen.

The usual causes: a redirect to HTTPS that stands in the TLS server too, a redirect to \`www\` in the server that has both names, a rewrite that takes the slash off where nginx adds it for a folder.

The rule asks the configuration: it follows the redirects of made-up requests as long as they lead to a port and a server name of this very configuration. A condition on a header that only a proxy in front would set ends the way.`,
  about: ['return', 'rewrite'],
  looksAt: { outcome: ['return', 'rewrite'] },
  needs: 'config',
  costly: true,
  messages: {
    itself: 'A redirect to itself: {url} is sent to {to}, for ever. Send it to another URL, or only where it is needed.',
    round: 'A redirect loop: {url} is sent to {to}, and from there back again. Redirect in one of the two places only.',
    grows:
      'A redirect loop: {url} is sent to {to}, which is redirected again, and each round makes the URL longer. Leave out what is redirected already.',
    folder:
      'A redirect loop for folders: {url} is sent to {to}, and where a folder of that name is there nginx adds the slash again. Take the slash off only where no folder is (if (!-d $request_filename)).',
  },
  check({ spot, config, report }) {
    const redirects = spot.directives.filter(
      (d) => (d.name === 'return' && /^30|^http|^\$scheme/.test(d.value(0))) || d.name === 'rewrite',
    );
    const told = new Set<unknown>();
    if (!redirects.length) return;
    for (const { probe, door } of starts(spot)) {
      if (told.size === redirects.length) return;
      const plain = follow(config, spot.request(probe, door));
      const folder = plain.loop ? null : withFolder(spot, plain, probe, door);
      const followed = folder ?? plain;
      const { loop, grows } = followed;
      const hop = loop && first(loop);
      if (!loop || !hop?.by || told.has(hop.by) || !redirects.includes(hop.by)) continue;
      const all = spot.server.scope.all;
      if (loop.some((h) => (!folder && !isCertain(h.trace)) || hangsOnOthers(config, h.trace, all))) continue;
      told.add(hop.by);
      const others = new Set(loop.flatMap((h) => (h.by && h.by !== hop.by ? [h.by] : [])));
      report(folder ? 'folder' : grows ? 'grows' : loop.length === 1 ? 'itself' : 'round', {
        at: hop.by.at(),
        data: { url: urlOf(hop.trace.request), to: hop.to },
        severity: folder ? 'info' : 'warning',
        related: [...others].map((d) => ({ at: d.at(), message: 'sends the client back' })),
        witness: proofOf(hop.trace),
      });
    }
  },
  examples: [
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
  ],
});
