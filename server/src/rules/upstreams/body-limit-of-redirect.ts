/** A limit for uploads in the server that only redirects: the server that takes the uploads keeps the default of 1 MB. */
import { PerConfig } from '../../config/asked.ts';
import { unseenInForce } from '../../config/effective.ts';
import { unseenOf, unseenWithin } from '../../config/open.ts';
import { type Server, serverOf, serversOf } from '../../config/servers.ts';
import { fixOf, insertFirst } from '../fix.ts';
import { defineRule } from '../rule.ts';

const PASSES = /^(?:proxy|uwsgi|fastcgi|scgi|grpc)_pass$/;

/** Whether the server itself answers every request with a redirect: bodies are not looked at before that. */
const redirectsAll = ({ scope }: Server): boolean =>
  scope.directives.some((d) => d.name === 'return' && /^30[1278]$/.test(d.value(0))) ||
  (scope.scopes.some((s) => s.context === 'location') &&
    !scope.all.some((d) => PASSES.test(d.name) || d.name === 'include' || /^(?:root|alias|try_files|dav_methods)$/.test(d.name)) &&
    scope.scopes.every((s) => s.context !== 'location' || s.directives.some((d) => d.name === 'return' && /^30[1278]$/.test(d.value(0)))));

const namesOf = ({ names }: Server): string[] => names.map((n) => n.text.toLowerCase()).filter((n) => n !== '' && n !== '_');

const byName = new PerConfig((config): ReadonlyMap<string, readonly Server[]> => {
  const out = new Map<string, Server[]>();
  for (const server of serversOf(config))
    for (const name of namesOf(server)) {
      const list = out.get(name);
      if (list) list.push(server);
      else out.set(name, [server]);
    }
  return out;
});

export default defineRule({
  id: 'body-limit-of-redirect',
  group: 'upstreams',
  severity: 'warning',
  since: '0.2',
  title: 'Limit for uploads in the server that only redirects',
  why: `
\`client_max_body_size\` counts in the server that takes the request. Where one server redirects to HTTPS and another one is the site, a limit in the first does nothing: uploads go to the second, which has the default of 1 MB and answers 413.

Write the limit in the server that passes requests on, or in \`http\` for both.`,
  about: ['client_max_body_size', 'return'],
  looksAt: { directive: ['client_max_body_size'] },
  needs: 'config',
  ofShape: true,
  fixable: 'always',
  messages: {
    idle: 'This server only redirects: the limit has no effect here, and {name} over HTTPS has the default of 1 MB. Write it in that server.',
    unasked:
      'This server only redirects: the limit has no effect here. Write it in the server that takes the uploads, that of {name} over HTTPS.',
  },
  check({ config, directive, scope, report }) {
    if (scope.context !== 'server' || directive.values.some((v) => /^(?:0|1m|1024k|1048576)$/i.test(v))) return;
    const own = serverOf(scope);
    if (!own || !redirectsAll(own)) return;
    const names = namesOf(own);
    const site = names
      .flatMap((n) => byName.of(config).get(n) ?? [])
      .find(
        (s) =>
          s !== own &&
          s.scope.all.some((d) => PASSES.test(d.name)) &&
          !s.scope.all.some((d) => d.name === 'client_max_body_size') &&
          !s.scope.value('client_max_body_size') &&
          !unseenOf(s.scope, 'client_max_body_size').length &&
          !unseenWithin(s.scope, 'client_max_body_size').length,
      );
    const opener = site?.scope.opener;
    if (!site || !opener) return;
    const name = namesOf(site).find((n) => names.includes(n))!;
    // what holds for all sites may be written where nobody sees it
    const known = !unseenInForce(site.scope, 'client_max_body_size').length;
    report(known ? 'idle' : 'unasked', {
      at: directive.nameAt,
      ...(known ? {} : { severity: 'info' as const }),
      data: { name },
      related: [{ at: opener.nameAt, message: 'the server that takes the uploads' }],
      fix: fixOf('Write the limit in that server', 'suggestion', opener.file, [
        insertFirst(opener.file, opener.statement, [`client_max_body_size ${directive.value(0)};`]),
      ]),
    });
  },
  examples: [
    {
      inside: 'http',
      bad: `server {
    listen 80;
    server_name shop.example.org;
    client_max_body_size 50m;
#   ^^^^^^^^^^^^^^^^^^^^ idle
    return 301 https://shop.example.org$request_uri;
}
server {
    listen 443 ssl;
    server_name shop.example.org;
    ssl_certificate site.pem;
    ssl_certificate_key site.key;
    location / {
        proxy_pass http://127.0.0.1:8000;
    }
}`,
      good: `server {
    listen 80;
    server_name shop.example.org;
    return 301 https://shop.example.org$request_uri;
}
server {
    listen 443 ssl;
    server_name shop.example.org;
    client_max_body_size 50m;
    ssl_certificate site.pem;
    ssl_certificate_key site.key;
    location / {
        proxy_pass http://127.0.0.1:8000;
    }
}`,
      fixed: false,
    },
  ],
});
