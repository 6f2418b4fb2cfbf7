// Names that are served over TLS and, with their content, in plain HTTP as well.

import { reachOf } from '../../answers/which-socket.ts';
import { endsBefore } from '../../answers/who-speaks-tls.ts';
import type { Scope } from '../../config/scope.ts';
import { type Listen, type Server, serversOf } from '../../config/servers.ts';
import { answersAtOnce } from '../../witness/access.ts';
import { locationHeader, witnessesOf } from '../../witness/requests.ts';
import { fixOf, insertInto } from '../fix.ts';
import { defineRule } from '../rule.ts';
import { inHead, isLoopback, isNobody } from '../tls.ts';

const PAGES = ['/', '/a/page.html'];

const isPublic = (l: Listen): boolean =>
  l.addresses.some((a) => a.kind !== 'unix' && !isLoopback(a.address)) &&
  !l.params.some((p) => ['ssl', 'quic', 'proxy_protocol'].includes(p));

/** The server's own level sends every request on, with nothing in front of it: no page need be asked for. */
const sendsAllToTls = (scope: Scope): boolean =>
  answersAtOnce(scope) && /^30[12378]$/.test(scope.first('return')!.value(0)) && /^https:/i.test(scope.first('return')!.value(1));

export default defineRule({
  id: 'http-not-redirected',
  group: 'tls',
  severity: 'info',
  since: '0.1',
  controls: { cis: ['4.1.1'] },
  missing: ['return', 'rewrite', 'if', 'location'],
  title: 'HTTP not redirected to HTTPS',
  why: `A site with a certificate that answers on port 80 with the same pages leaves visitors on the plain side: links, old bookmarks and typed names stay there, cookies and passwords go in the clear. The plain server should do nothing but redirect (and answer ACME challenges, if it must).

Server names are compared letter by letter. Two pages are requested, as a browser would: where nginx redirects both to HTTPS, or refuses them, the rule is silent, however the redirect is written. A condition on the method, the browser or another host is no redirect. Servers on loopback addresses and sockets, and those behind the PROXY protocol, are left out.`,
  about: ['return', 'listen'],
  looksAt: { config: true },
  needs: 'config',
  // requests are traced
  costly: true,
  fixable: 'sometimes',
  messages: {
    both: 'This server answers {name} in plain HTTP too. Redirect to HTTPS.',
    other: '{name} is served over TLS elsewhere, and here in plain HTTP. Redirect to HTTPS.',
  },
  check({ config, report }) {
    const servers = serversOf(config);
    const secure = new Set(
      servers.filter((s) => reachOf(s).tls).flatMap((s) => s.names.flatMap((n) => (n.text && !isNobody(n.text) ? [n.text] : []))),
    );
    /** Whether a page comes over plain HTTP: neither a redirect to HTTPS nor a refusal. */
    const serves = (server: Server, { addresses }: Listen, name: string): boolean => {
      const address = addresses.find((a) => a.kind !== 'unix' && !isLoopback(a.address));
      if (!address || address.kind === 'unix') return false;
      const host = name.replace(/^\*\.|^\./, 'www.').replace(/\.\*$/, '.example');
      if (name.startsWith('~') || sendsAllToTls(server.scope)) return false;
      return PAGES.some((target) => {
        const trace = witnessesOf(config).ask({
          method: 'GET',
          target,
          scheme: 'http',
          ...(address.port === null ? {} : { localPort: address.port }),
          ...(address.wildcard ? {} : { localAddress: address.address }),
          headers: [['Host', host]],
        });
        const { outcome } = trace;
        const to = locationHeader(trace);
        return to === null ? outcome.status < 400 && outcome.kind !== 'closed' : !/^https:/i.test(to) && server.names.length > 0;
      });
    };
    for (const server of servers) {
      const reach = reachOf(server);
      const { opener } = server.scope;
      const listen = server.listens.find(isPublic);
      if (!reach.plain || !opener || !listen) continue;
      const named = server.names.map((n) => n.text);
      const name = reach.tls ? (named.find((n) => n && !isNobody(n)) ?? null) : (named.find((n) => secure.has(n)) ?? null);
      if (name === null || endsBefore(server.scope) || !serves(server, listen, name)) continue;
      const challenge = server.scope.named('location').some((d) => d.values.some((v) => v.includes('.well-known')));
      const lines = reach.tls
        ? ['if ($scheme = http) {', '    return 301 https://$host$request_uri;', '}']
        : ['return 301 https://$host$request_uri;'];
      const at = listen.directive ? listen.directive.at(listen.directive.statement) : opener.nameAt;
      report(reach.tls ? 'both' : 'other', {
        at,
        data: { name },
        fix: challenge ? null : fixOf('Redirect to HTTPS', 'suggestion', opener.file, [insertInto(opener, lines, inHead)]),
      });
    }
  },
  examples: [
    {
      inside: 'http',
      bad: `
server {
    listen 80;
#   ^^^^^^^^^^ both
    listen 443 ssl;
    server_name example.com;
    ssl_certificate site.pem;
    ssl_certificate_key site.key;
    location / {
        proxy_pass http://127.0.0.1:8000;
    }
}`,
      good: `
server {
    listen 80;
    listen 443 ssl;
    server_name example.com;
    ssl_certificate site.pem;
    ssl_certificate_key site.key;
    if ($scheme = http) {
        return 301 https://$host$request_uri;
    }
    location / {
        proxy_pass http://127.0.0.1:8000;
    }
}`,
    },
    {
      inside: 'http',
      bad: `
server {
    listen 80;
#   ^^^^^^^^^^ other
    server_name example.com;
    root /srv/site;
}
server {
    listen 443 ssl;
    server_name example.com;
    ssl_certificate site.pem;
    ssl_certificate_key site.key;
    root /srv/site;
}`,
      fixed: `
server {
    listen 80;
    server_name example.com;
    return 301 https://$host$request_uri;
    root /srv/site;
}
server {
    listen 443 ssl;
    server_name example.com;
    ssl_certificate site.pem;
    ssl_certificate_key site.key;
    root /srv/site;
}`,
    },
    {
      inside: 'http',
      good: `
server {
    if ($host = example.com) {
        return 301 https://$host$request_uri;
    }
    listen 80;
    server_name example.com;
    return 404;
}
server {
    listen 80;
    server_name www.example.com;
    location /.well-known/acme-challenge/ {
        root /var/www/acme;
    }
    location / {
        return 301 https://$host$request_uri;
    }
}
server {
    listen 443 ssl;
    server_name example.com www.example.com;
    ssl_certificate site.pem;
    ssl_certificate_key site.key;
}`,
    },
  ],
});
