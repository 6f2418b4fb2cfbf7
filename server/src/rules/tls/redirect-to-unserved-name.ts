/** A redirect to the other name of a site, with or without `www.`, that no server with TLS has: another site answers, with its own certificate. Shown by the redirect. */
import { toBytes } from '../../base/bytes.ts';
import type { Config } from '../../config/config.ts';
import { chooseServer, type Listener, listenersOf, type Server } from '../../config/servers.ts';
import { follow, hostIn } from '../../witness/follow.ts';
import { locationHeader, proofOf } from '../../witness/requests.ts';
import { defineRule } from '../rule.ts';

const MOST_DOORS = 4;

/** The name with `www.` in front, or without it. */
const otherOf = (host: string): string => (host.startsWith('www.') ? host.slice(4) : `www.${host}`);

const isTls = (l: Listener): boolean => l.ssl && !l.udp && l.kind !== 'unix' && l.port === 443;

/** Who answers at 443 for a host that no server there is called, though one has the other name of the site; null where nothing is amiss. */
function strangerAt(config: Config, host: string): { readonly answers: Server; readonly meant: Server } | null {
  for (const listener of listenersOf(config).filter(isTls).slice(0, MOST_DOORS)) {
    const chosen = chooseServer(listener, toBytes(host));
    const other = chooseServer(listener, toBytes(otherOf(host)));
    if (chosen.name !== null || other.reason !== 'exact' || other.server === chosen.server) return null;
    return { answers: chosen.server, meant: other.server };
  }
  return null;
}

export default defineRule({
  id: 'redirect-to-unserved-name',
  group: 'tls',
  severity: 'warning',
  since: '0.2',
  missing: true,
  title: 'Redirect to a name without a server for HTTPS',
  why: `
Port 80 sends both \`example.org\` and \`www.example.org\` to HTTPS, and the server with the certificate is called by one of them only. The other name has no server at port 443, so the first server there answers, or the one with \`default_server\`: browsers warn of a certificate for another name, and show the pages of another site to whoever goes on.

Name both in \`server_name\` of the server with TLS, with a certificate for both, or redirect to the name that it has.`,
  about: ['server_name', 'return', 'listen'],
  references: ['https://nginx.org/en/docs/http/request_processing.html'],
  looksAt: { outcome: ['return', 'rewrite'], when: ({ config }) => listenersOf(config).some(isTls) },
  needs: 'config',
  messages: {
    unserved:
      'No server for HTTPS is called {host}: after this redirect {answers} answers, with a certificate for another name. Add {host} to "server_name" of {meant}, or redirect to {meant}.',
    refused:
      'No server for HTTPS is called {host}: after this redirect {answers} ends the TLS handshake (ssl_reject_handshake). Add {host} to "server_name" of {meant}, or redirect to {meant}.',
  },
  check({ spot, config, report }) {
    if (spot.unsure) return;
    for (const door of spot.doors.slice(0, MOST_DOORS)) {
      const { traces } = follow(config, spot.request({}, door));
      const [trace, second] = traces;
      if (!trace) continue;
      const host = /^https:\/\/([a-z\d.-]+)(?::443)?(?:[/?#]|$)/.exec(locationHeader(trace) ?? '')?.[1];
      const found = host === undefined ? null : strangerAt(config, host);
      if (!found) continue;
      // the stranger sends all names on to the one that the site has
      if (second && hostIn(locationHeader(second) ?? '') === otherOf(host!)) continue;
      const line = spot.directives.find((d) => d.name === 'return' || d.name === 'rewrite');
      if (!line) return;
      const nameOf = ({ names: [first] }: Server): string =>
        first && first.text !== '' && first.text !== '_' ? `the server ${first.text}` : 'the default server';
      const refuses = found.answers.scope.value('ssl_reject_handshake')?.value(0) === 'on';
      report(refuses ? 'refused' : 'unserved', {
        at: line.at(),
        data: { host: host!, answers: nameOf(found.answers), meant: otherOf(host!) },
        related: [{ at: found.meant.scope.opener!.nameAt, message: 'the server that was meant' }],
        witness: proofOf(trace),
      });
      return;
    }
  },
  examples: [
    {
      inside: 'http',
      bad: `server {
    listen 80;
    server_name shop.test www.shop.test;
    return 301 https://$host$request_uri;
#   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ unserved
}
server {
    listen 443 ssl default_server;
    server_name blog.test;
    ssl_certificate site.pem;
    ssl_certificate_key site.key;
    root /srv/blog;
}
server {
    listen 443 ssl;
    server_name shop.test;
    ssl_certificate site.pem;
    ssl_certificate_key site.key;
    root /srv/shop;
}`,
      good: `server {
    listen 80;
    server_name shop.test www.shop.test;
    return 301 https://shop.test$request_uri;
}
server {
    listen 443 ssl default_server;
    server_name blog.test;
    ssl_certificate site.pem;
    ssl_certificate_key site.key;
    root /srv/blog;
}
server {
    listen 443 ssl;
    server_name shop.test;
    ssl_certificate site.pem;
    ssl_certificate_key site.key;
    root /srv/shop;
}`,
      witness: {
        request: 'GET http://www.shop.test/users',
        outcome: '301 https://www.shop.test/users',
        meant: '`301 https://shop.test/users`',
      },
    },
  ],
});
