/** A place of a TLS server that sends clients to plain HTTP of the same site, while other places of it are served over TLS. */

import type { Scope } from '../../config/scope.ts';
import { doubts, follow, hostIn } from '../../witness/follow.ts';
import { isRedirect, redirectTarget } from '../../witness/redirects.ts';
import { locationHeader, proofOf } from '../../witness/requests.ts';
import type { Spot } from '../../witness/spots.ts';
import { directiveAt } from '../../witness/spots.ts';
import { defineRule } from '../rule.ts';

/** The lines of a place that may name plain HTTP of the same site. */
const plainLines = (spot: Spot) =>
  spot.directives.filter((d) => {
    const [, host] = (isRedirect(d) && /^http:\/\/([^/?#]*)/i.exec(redirectTarget(d))) || [];
    return host !== undefined && (host.includes('$') || isOfSite(spot, host.toLowerCase().replace(/:\d*$/, '')));
  });

/** Whether a host is a name of the server, with the www. or without, or one that it is asked by. */
const isOfSite = ({ server, doors }: Spot, host: string): boolean =>
  doors.some((d) => d.host === host) || server.names.some((n) => bare(n.text) === bare(host));

/** An expression that every path matches. */
const ALL = /^(?:\^|\.\*|\^?\(\.\*\)\$?|\^\/?(?:\(?\.\*\)?)?\$?)$/;

/** Whether all that comes to a block is sent to plain HTTP, so that it has no pages of its own. */
function sendsAll(scope: Scope): boolean {
  const own = scope.directives.some(
    (d) => isRedirect(d) && /^http:\/\//i.test(redirectTarget(d)) && (d.name === 'return' || ALL.test(d.value(0))),
  );
  const locations = scope.scopes.filter((s) => s.context === 'location');
  return own || (locations.length > 0 && locations.every(sendsAll));
}

/** A name without the www. that sites have or have not. */
const bare = (host: string): string => host.toLowerCase().replace(/^www\./, '');

export default defineRule({
  id: 'https-redirected-to-http',
  group: 'tls',
  severity: 'warning',
  since: '0.2',
  title: 'Redirect from HTTPS to HTTP',
  why: `
A redirect that is written out with \`http://\` on a server that speaks TLS takes clients out of it: the next request, with its path, its query and every cookie without \`Secure\`, goes over the network in the clear. A form that is sent there is lost, scripts of a page cannot follow it (mixed content), and where port 80 leads back to HTTPS each visit costs two more requests.

Write \`https://\`, or \`$scheme\` where one server serves both. A server of which every answer is such a redirect has no pages of its own, and is not reported.`,
  about: ['return', 'rewrite', '$scheme'],
  looksAt: { outcome: ['return', 'rewrite'], when: (spot) => spot.doors.some((d) => d.scheme === 'https') && plainLines(spot).length > 0 },
  needs: 'config',
  costly: true,
  messages: {
    plain: 'A client that came by HTTPS is sent to plain HTTP: {from} is redirected to {to}. Write https:// here.',
  },
  check({ spot, config, report }) {
    const lines = plainLines(spot);
    if (sendsAll(spot.server.scope)) return;
    const told = new Set<unknown>();
    for (const door of spot.doors.filter((d) => d.scheme === 'https').slice(0, 3))
      for (const path of spot.somePaths(4))
        for (const probe of [{}, ...spot.variations.slice(0, 4)]) {
          const asked = { path, ...probe };
          const trace = spot.ask(asked, {}, door);
          const to = locationHeader(trace);
          const host = to === null || !/^http:\/\//i.test(to) ? null : hostIn(to);
          if (to === null || host === null || /^http:\/\/[^/?#]*:(?!80(?:[/?#]|$))\d/i.test(to)) continue;
          if (!isOfSite(spot, host)) continue;
          const step = trace.steps.findLast((s) => /^(?:return|redirect) 30/.test(s.said));
          const by = step ? directiveAt(lines, step.at) : null;
          // a way without an end is told by redirect-loop
          if (!by || told.has(by) || doubts(trace).length || follow(config, spot.request(asked, door)).loop) continue;
          told.add(by);
          report('plain', {
            at: by.at(),
            data: { from: `https://${door.host}${trace.request.target}`, to },
            witness: proofOf(trace),
          });
        }
  },
  examples: [
    {
      inside: 'http',
      bad: `server {
    listen 80;
    server_name example.org www.example.org;
    return 301 https://$host$request_uri;
}
server {
    listen 443 ssl;
    server_name example.org www.example.org;
    ssl_certificate site.pem;
    ssl_certificate_key site.key;
    if ($host = example.org) {
        return 301 http://www.example.org$request_uri;
#       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ plain
    }
    location / {
        root /srv/www;
    }
}`,
      good: `server {
    listen 80;
    server_name example.org www.example.org;
    return 301 https://$host$request_uri;
}
server {
    listen 443 ssl;
    server_name example.org www.example.org;
    ssl_certificate site.pem;
    ssl_certificate_key site.key;
    if ($host = example.org) {
        return 301 https://www.example.org$request_uri;
    }
    location / {
        root /srv/www;
    }
}`,
      witness: {
        request: 'GET https://example.org/users',
        outcome: '301 http://www.example.org/users',
        meant: '`301 https://www.example.org/users`',
      },
    },
    {
      inside: 'http',
      good: `server {
    listen 443 ssl;
    server_name example.org;
    ssl_certificate site.pem;
    ssl_certificate_key site.key;
    return 301 http://example.org$request_uri;
}`,
    },
  ],
});
