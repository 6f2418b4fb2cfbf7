/** A server that ends TLS itself passes on what the client says of the scheme. */
import { passesIn } from '../../answers/what-is-passed.ts';
import type { Directive } from '../../config/directive.ts';
import { namesOf } from '../../config/names.ts';
import type { Scope } from '../../config/scope.ts';
import { type Server, serverOf, serversOf } from '../../config/servers.ts';
import { fixOf, replace } from '../fix.ts';
import { defineRule, type Line } from '../rule.ts';

/** The header of the client, by itself or through `set`. */
function isOfTheClient(text: string, scope: Scope): boolean {
  if (/^\$\{?http_x_forwarded_(proto|scheme)\}?$/i.test(text)) return true;
  const name = /^\$\{?(\w+)\}?$/.exec(text)?.[1];
  const sites = name ? namesOf(scope.config).definitions('variable', name, 'http') : [];
  return (
    sites.length > 0 &&
    sites.every((s) => s.directive.name === 'set' && /^\$\{?http_x_forwarded_(proto|scheme)\}?$/i.test(s.directive.value(1)))
  );
}

/** The servers in which a line is in force where something is passed on. */
function serversWith(line: Directive): readonly Server[] {
  const own = serverOf(line.scope);
  if (own) return [own];
  return serversOf(line.scope.config).filter(({ scope }) =>
    passesIn(scope).some((d) => d.scope.effective(line.name).directives.includes(line)),
  );
}

/** The server ends TLS, and nobody in front of it does who is named. */
const endsTls = ({ scope, listens }: Server): boolean =>
  listens.some((l) => l.params.includes('ssl') || l.params.includes('quic')) &&
  !listens.some((l) => l.params.includes('proxy_protocol')) &&
  !scope.effective('set_real_ip_from').directives.length;

/** Whether the line sends the header: of a protocol with parameters a header is one that begins with HTTP_. */
const isHeader = ({ name: directive, values: [name = '', value = ''] }: Line): boolean =>
  // that one is nginx's own
  value !== '$scheme' &&
  (directive.endsWith('_param') ? /^http_x_forwarded_(proto|scheme)$/i : /^(http_)?x[-_]forwarded[-_](proto|scheme)$/i).test(name);

export default defineRule({
  id: 'forwarded-proto-from-client',
  group: 'wsgi',
  severity: 'warning',
  since: '0.2',
  title: 'X-Forwarded-Proto set by the client',
  why: `
This server terminates TLS itself: it is the one that knows whether a request came over HTTPS. \`$http_x_forwarded_proto\` is the header of the client.
Ordinary clients send none, so the application learns nothing: it redirects to HTTPS again and again, and its CSRF checks fail. And any client
may claim \`https\` over plain HTTP.

\`$scheme\` is what nginx knows. Where a balancer in front terminates TLS, name it with \`set_real_ip_from\`; the rule then does not report the header.`,
  about: ['proxy_set_header', '$scheme', 'set_real_ip_from'],
  looksAt: { directive: ['proxy_set_header', 'grpc_set_header', 'uwsgi_param', 'fastcgi_param', 'scgi_param'], where: isHeader },
  needs: 'config',
  fixable: 'always',
  messages: {
    client:
      '{name} is what the client claims: this server ends TLS itself, so ordinary requests have none, and anybody may send https. Use $scheme.',
  },
  check({ directive, scope, report }) {
    const name = directive.value(0);
    const word = directive.args[1];
    if (!directive.fact || !word) return;
    if (!isOfTheClient(word.value, scope) || !serversWith(directive).some(endsTls)) return;
    report('client', { at: word, data: { name }, fix: fixOf('Send $scheme', 'suggestion', directive.file, [replace(word, '$scheme')]) });
  },
  examples: [
    {
      inside: 'http',
      bad: `
server {
    listen 443 ssl;
    ssl_certificate site.pem;
    ssl_certificate_key site.key;
    location / {
        proxy_pass http://127.0.0.1:8000;
        proxy_set_header X-Forwarded-Proto $http_x_forwarded_proto;
#                                          ^^^^^^^^^^^^^^^^^^^^^^^ client
    }
}`,
      good: `
server {
    listen 443 ssl;
    ssl_certificate site.pem;
    ssl_certificate_key site.key;
    location / {
        proxy_pass http://127.0.0.1:8000;
        proxy_set_header X-Forwarded-Proto $scheme;
    }
}`,
    },
    {
      inside: 'http',
      good: `
server {
    listen 443 ssl;
    ssl_certificate site.pem;
    ssl_certificate_key site.key;
    set_real_ip_from 10.0.0.0/8;
    location / {
        proxy_pass http://127.0.0.1:8000;
        proxy_set_header X-Forwarded-Proto $http_x_forwarded_proto;
    }
}`,
    },
    {
      inside: 'http',
      good: `
server {
    listen 80;
    location / {
        proxy_pass http://127.0.0.1:8000;
        proxy_set_header X-Forwarded-Proto $http_x_forwarded_proto;
    }
}`,
    },
  ],
});
