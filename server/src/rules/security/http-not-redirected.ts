// Names that are served over TLS and, with their content, in plain HTTP as well.
import type { Scope } from '../../config/scope.ts';
import { type Listen, serversOf } from '../../config/servers.ts';
import { fixOf, insertInto } from '../fix.ts';
import { defineRule } from '../rule.ts';
import { inHead, isLoopback, isNobody, reachOf } from '../tls.ts';

/** Conditions and targets that send a plain request away: a redirect to https, or a variable that may hold one. */
const AWAY = /^(https:|\$)/;

/** The level ends or redirects requests before anything is served. */
function leaves(scope: Scope): boolean {
  for (const d of scope.directives) {
    if (d.name === 'return' && d.value(0) !== '200') return true;
    if (d.name === 'rewrite' && AWAY.test(d.value(1))) return true;
    if (d.name === 'if' && d.body && leaves(d.body)) return true;
  }
  return false;
}

/** Every location that a visitor's page comes from redirects; ACME challenges may stay. */
const allLeave = (scope: Scope): boolean => {
  const locations = scope.named('location').filter((d) => !d.values.some((v) => v.includes('.well-known')));
  return locations.length > 0 && locations.every((d) => d.body && leaves(d.body)) && locations.some((d) => d.values.includes('/'));
};

const isPublic = (l: Listen): boolean =>
  l.addresses.some((a) => a.kind !== 'unix' && !isLoopback(a.address)) &&
  !l.params.some((p) => ['ssl', 'quic', 'proxy_protocol'].includes(p));

export default defineRule({
  id: 'http-not-redirected',
  group: 'tls',
  severity: 'info',
  since: '0.1',
  missing: true,
  title: 'Site served over HTTPS and over plain HTTP',
  why: `A site with a certificate that answers on port 80 with the same pages leaves visitors on the plain side: links, old bookmarks and typed names stay there, cookies and passwords go in the clear. The plain server should do nothing but redirect (and answer ACME challenges, if it must).

Compared are server names, letter by letter. A redirect in any common form counts, the \`if\` blocks of certbot included. Servers on loopback addresses and sockets, and those behind the PROXY protocol, are left out.`,
  about: ['return', 'listen'],
  looksAt: { config: true },
  needs: 'config',
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
    for (const server of servers) {
      const reach = reachOf(server);
      const { opener } = server.scope;
      const listen = server.listens.find(isPublic);
      if (!reach.plain || !opener || !listen || leaves(server.scope) || allLeave(server.scope)) continue;
      const named = server.names.map((n) => n.text);
      const name = reach.tls ? (named.find((n) => n && !isNobody(n)) ?? null) : (named.find((n) => secure.has(n)) ?? null);
      if (name === null) continue;
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
