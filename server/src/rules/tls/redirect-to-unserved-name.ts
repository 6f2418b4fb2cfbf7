/** A redirect to the other name of a site, with or without `www.`, that no server with TLS has: another site answers, with its own certificate. Shown by the redirect. */
import { toBytes } from '../../base/bytes.ts';
import { asked, PerConfig } from '../../config/asked.ts';
import type { Config } from '../../config/config.ts';
import type { Directive } from '../../config/directive.ts';
import { unseenOf } from '../../config/open.ts';
import { chooseServer, type Listener, listenersOf, type Server, serversOf } from '../../config/servers.ts';
import { isRedirect, redirectTarget } from '../../witness/redirects.ts';
import { locationHeader, proofOf, witnessesOf } from '../../witness/requests.ts';
import { defineRule } from '../rule.ts';

const MOST_DOORS = 4;

/** The path that is asked for where the redirect leads. */
const PATH = '/users';

/** The name with `www.` in front, or without it. */
const otherOf = (host: string): string => (host.startsWith('www.') ? host.slice(4) : `www.${host}`);

const isTls = (l: Listener): boolean => l.ssl && !l.udp && l.kind !== 'unix' && l.port === 443;

/** The listeners for HTTPS; none where they are many, or where names of servers are filled in or stand in files that are not at hand. */
const doors = new PerConfig((config): readonly Listener[] => {
  const all = listenersOf(config).filter(isTls);
  const mayBeCalled = ({ scope }: Server): boolean =>
    unseenOf(scope, 'server_name').length > 0 || scope.named('server_name').some((d) => d.args.some((a) => a.templated));
  return all.length > MOST_DOORS || serversOf(config).some(mayBeCalled) ? [] : all;
});

const tlsDoors = (config: Config): readonly Listener[] => asked(config, 'doors for HTTPS', (c) => doors.of(c));

/** A listener with one server looks at no names. */
const isCalled = (listener: Listener, host: string): boolean => {
  const { name, server } = chooseServer(listener, toBytes(host));
  return name !== null || server.names.some((n) => n.text === host);
};

/** The hosts that no server for HTTPS is called, while one has the other name of the site. */
const unserved = new PerConfig((config): readonly string[] => {
  const found = new Set<string>();
  const all = doors.of(config);
  for (const { text, kind } of all.flatMap((l) => l.servers).flatMap((s) => s.names)) {
    if (kind !== 'exact') continue;
    for (const host of text.startsWith('www.') ? [`www.${text}`, text.slice(4)] : [`www.${text}`])
      if (!all.some((l) => isCalled(l, host))) found.add(host);
  }
  return [...found].sort();
});

const unservedHosts = (config: Config): readonly string[] => asked(config, 'names without a server for HTTPS', (c) => unserved.of(c));

/** The host that a target writes out to its end, or that of the request: `https://www.$host` is neither. */
const NAMED = /^(?:https?|\$scheme):\/\/(\$(?:http_)?host\b|[a-z\d.-]*[a-z\d])(?:[:/?]|$|\$\{?(?:request_uri|uri|document_uri|\d)\b)/i;

/** Whether a line may send someone who came by a door to one of the hosts; what the text leaves open may lead anywhere. */
function mayLeadTo(hosts: readonly string[], line: Directive, host: string): boolean {
  if (!isRedirect(line)) return false;
  const [, named] = NAMED.exec(redirectTarget(line)) ?? [];
  return !named || hosts.includes(named.startsWith('$') ? host : named.toLowerCase());
}

interface Stranger {
  readonly answers: Server;
  readonly meant: Server;
  readonly turnsAway: boolean;
}

/** Who answers at 443 for a host that no server there is called, though one has the other name of the site; null where nothing is amiss. */
function strangerAt(config: Config, host: string): Stranger | null {
  const chosen = tlsDoors(config).map((listener) => ({
    listener,
    own: chooseServer(listener, toBytes(host)),
    other: chooseServer(listener, toBytes(otherOf(host))),
  }));
  if (chosen.some(({ listener }) => isCalled(listener, host))) return null;
  const found = chosen.find(({ own, other }) => other.reason === 'exact' && other.server !== own.server);
  if (!found) return null;
  const { listener, own, other } = found;
  const trace = witnessesOf(config).ask({
    method: 'GET',
    target: PATH,
    scheme: 'https',
    localPort: listener.port,
    headers: [['Host', host]],
    ...(listener.wildcard || listener.kind === 'name' ? {} : { localAddress: listener.address }),
  });
  const turnsAway = trace.outcome.kind === 'closed';
  // one for all hosts sends them on, or knows them by itself
  const isForAll = !own.server.names.some((n) => n.kind !== 'exact' || n.text.includes('.'));
  if (locationHeader(trace) !== null || (isForAll && !turnsAway && trace.outcome.status < 400)) return null;
  return { answers: own.server, meant: other.server, turnsAway };
}

export default defineRule({
  id: 'redirect-to-unserved-name',
  group: 'tls',
  severity: 'warning',
  since: '0.2',
  missing: true,
  title: 'Redirect to a name without a server for HTTPS',
  why: `
Port 80 sends both \`example.org\` and \`www.example.org\` to HTTPS, and the server with the certificate is called by one of them only. The other name has no server at port 443, so the first server there answers, or the one with \`default_server\`: browsers warn where its certificate is for another name, and whoever goes on sees another site.

Name both in \`server_name\` of the server with TLS, with a certificate for both, or redirect to the name that it has.`,
  about: ['server_name', 'return', 'listen'],
  references: ['https://nginx.org/en/docs/http/request_processing.html'],
  looksAt: {
    outcome: ['return', 'rewrite'],
    when: ({ config, directives }) => directives.some(isRedirect) && unservedHosts(config).length > 0,
  },
  needs: 'config',
  messages: {
    unserved:
      'No server for HTTPS is called {host}: after this redirect {answers} answers, with its own pages and certificate. Add {host} to "server_name" of {meant}, or redirect to {meant}.',
    refused:
      'No server for HTTPS is called {host}: after this redirect {answers} ends the TLS handshake (ssl_reject_handshake). Add {host} to "server_name" of {meant}, or redirect to {meant}.',
    closed:
      'No server for HTTPS is called {host}: after this redirect {answers} closes the connection. Add {host} to "server_name" of {meant}, or redirect to {meant}.',
  },
  check({ spot, config, report }) {
    if (spot.unsure) return;
    const hosts = unservedHosts(config);
    for (const door of spot.doors.slice(0, MOST_DOORS)) {
      if (!spot.directives.some((d) => mayLeadTo(hosts, d, door.host))) continue;
      const trace = spot.ask({}, {}, door);
      const host = /^https:\/\/([a-z\d.-]+)(?::443)?(?:[/?#]|$)/.exec(locationHeader(trace) ?? '')?.[1];
      const found = host === undefined ? null : strangerAt(config, host);
      if (!found) continue;
      const line = spot.directives.find((d) => d.name === 'return' || d.name === 'rewrite');
      if (!line) return;
      const nameOf = ({ names: [name] }: Server): string =>
        name && name.text !== '' && name.text !== '_' ? `the server ${name.text}` : 'the default server';
      const rejects = found.answers.scope.value('ssl_reject_handshake')?.value(0) === 'on';
      report(rejects ? 'refused' : found.turnsAway ? 'closed' : 'unserved', {
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
