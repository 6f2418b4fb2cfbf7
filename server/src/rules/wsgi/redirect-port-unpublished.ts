/** Redirects carry the port that nginx listens on, or none, and a container may publish its port under another number. */
import { isAnsweredFirst } from '../../answers/where-a-line-counts.ts';
import { fromBytes } from '../../base/bytes.ts';
import type { Config } from '../../config/config.ts';
import type { Directive } from '../../config/directive.ts';
import { type Location, type LocationLevel, locationsOf } from '../../config/locations.ts';
import type { Scope } from '../../config/scope.ts';
import { serversOf } from '../../config/servers.ts';
import { PASS_DIRECTIVES } from '../../config/upstreams.ts';
import type { ComposePort, ComposeService } from '../../deploy/compose.ts';
import type { Deployment } from '../../deploy/deployment.ts';
import { projectOf, publishedAs } from '../../deploy/reach.ts';
import type { Word } from '../../syntax/word.ts';
import { traceRequest } from '../../trace/request.ts';
import type { Files } from '../../trace/trace.ts';
import { fixOf, insertInto, replace } from '../fix.ts';
import { defineRule } from '../rule.ts';
import { main, tree } from './_examples.ts';
import { nginxesOf, outerPort, portOf, publicHostOf } from './_links.ts';

const COMPOSE = 'services:\n  nginx:\n    image: nginx:1.28\n    ports: ["80:8080"]\n    volumes: ["./nginx:/etc/nginx"]\n';

const PUBLISHED = (tls: string): string => COMPOSE.replace('["80:8080"]', `["80:80", "${tls}"]`);
const TLS = (target: string): string =>
  main(`server {
    listen 80;
    server_name shop.example.com;
    return 301 ${target}
}
server {
    listen 443 ssl;
    server_name shop.example.com;
    ssl_certificate /etc/ssl/site.pem;
    ssl_certificate_key /etc/ssl/site.key;
    return 204;
}`);

function* below(level: LocationLevel): Generator<Location> {
  for (const location of level.all) {
    yield location;
    yield* below(locationsOf(location.scope));
  }
}

/** Every path is a folder: nginx then redirects to the path with a slash, where it looks at files at all. */
const FOLDERS: Files = { stat: () => 'folder' };

/** Paths for which nginx may send a redirect of its own: a folder below the location, and the location's name without its slash. */
function pathsIn(server: Scope): string[] {
  const paths = ['/docs'];
  for (const { kind, bytes, scope } of below(locationsOf(server))) {
    if ((kind !== 'prefix' && kind !== 'exact') || isAnsweredFirst(scope) || scope.has('rewrite')) continue;
    const name = fromBytes(bytes);
    if (!name.startsWith('/')) continue;
    // nobody asks for the folders of style sheets and pictures: only where pages are served, or an application
    const pages =
      name === '/' || scope.has('index') || scope.has('autoindex') || scope.value('try_files')?.values.includes('$uri/') === true;
    if (!pages && !PASS_DIRECTIVES.some((d) => scope.has(d))) continue;
    paths.push(name.endsWith('/') ? `${name}docs` : name);
    if (name.endsWith('/') && name !== '/') paths.push(name.slice(0, -1));
  }
  return [...new Set(paths)].slice(0, 40);
}

/** Names that programs ask for, with what is below them: nobody asks for them without their slash. */
const OF_PROGRAMS =
  /^\/\.well-known\/|^\/(?:api|rest|rpc)\/|^\/(?:[\w-]+\/)*(?:api|rest|rpc|graphql|v\d+|internal|ws|wss|websocket|socket\.io|hubs?|events|sse|stream|webhooks?|hooks?|ai)$/i;

/** Paths that a line sends on to another path of this server, as `return 301 /new/` does: nginx puts its own port before it. */
function sentOnIn(server: Scope): string[] {
  return [...below(locationsOf(server))].flatMap(({ kind, bytes, scope }) => {
    if (kind !== 'prefix' && kind !== 'exact') return [];
    const name = fromBytes(bytes);
    const line = scope.first('return');
    if (line) return /^30[12378]$/.test(line.value(0)) && line.value(1).startsWith('/') ? [name] : [];
    // what an expression takes is tried: a page below, and one that ends in a slash
    const moves = scope.named('rewrite').some((d) => /^(?:permanent|redirect)$/.test(d.value(2)) && /^[/$]/.test(d.value(1)));
    return moves ? [name, ...(kind === 'prefix' ? ['docs', 'docs/'].map((page) => name.replace(/\/?$/, `/${page}`)) : [])] : [];
  });
}

/** The host of a target, with the port of nginx's own listener. */
const OWN_PORT = /(?<=^(?:\$scheme|https?):\/\/)\$(?:host|server_name):\$server_port\b/;

/** The lines of a server that send browsers on with the port of nginx's own listener. */
function* withOwnPort(scope: Scope): Generator<{ line: Directive; word: Word; authority: string }> {
  for (const line of scope.directives) {
    if (line.body) yield* withOwnPort(line.body);
    const word = line.name === 'return' || line.name === 'rewrite' ? line.args[1] : undefined;
    const authority = word && OWN_PORT.exec(word.value)?.[0];
    if (word && authority && word.raw.includes(authority)) yield { line, word, authority };
  }
}

/** A target on HTTPS that names no port: the host as the client sent it without its port, or a name that is written out. */
const TO_HTTPS = /^https:\/\/(\$(?:host|server_name)|[\w-]+(?:\.[\w-]+)+)(?=[/?$]|$)/;

/** The lines of a server that send browsers to HTTPS without a port, with the word that says where and its part up to the end of the host. */
function* toHttpsIn(scope: Scope): Generator<{ line: Directive; word: Word; authority: string }> {
  for (const line of scope.directives) {
    if (line.body) yield* toHttpsIn(line.body);
    const word = line.name === 'return' || line.name === 'rewrite' ? line.args[1] : undefined;
    const authority = TO_HTTPS.exec(line.value(1))?.[0];
    if (word && authority && word.raw.includes(authority)) yield { line, word, authority };
  }
}

/** Where a container publishes TLS, if that is on another port than the one that browsers take and nothing of its project is published on 443. */
function tlsElsewhere(config: Config, deployment: Deployment, from: ComposeService): ComposePort | null {
  const services = projectOf(deployment, from)?.services ?? [from];
  if (services.some((s) => s.networks === null || s.ports.some((p) => p.published === 443))) return null;
  for (const server of serversOf(config)) {
    const port = portOf(server, 'https');
    const found = port === null ? undefined : publishedAs(from, port)[0];
    if (found) return found;
  }
  return null;
}

export default defineRule({
  id: 'redirect-port-unpublished',
  group: 'wsgi',
  severity: 'warning',
  since: '0.2',
  title: 'Redirect to an unpublished port',
  why: `
For a folder without its slash, for the name of a proxied location without its slash, and for a \`return\` to a path, nginx answers with its own redirect. The URL
consists of the name and of the port that nginx listens on. In a container that is published as \`80:8080\`, that is \`http://name:8080/docs/\`,
where nothing answers.

\`absolute_redirect off\` sends the path alone, and the browser stays where it is. \`port_in_redirect off\` helps where the outer port is the
standard one.

A redirect that is written out, \`return 301 https://$host$request_uri\`, names no port, so that browsers take 443. In a container that is published as
\`8443:443\` that is another one. Where something in front of the machine leads 443 to it, there is nothing to do.`,
  about: ['absolute_redirect', 'port_in_redirect', 'listen'],
  looksAt: { config: true },
  needs: 'deployment',
  costly: true,
  fixable: 'always',
  missing: ['absolute_redirect', 'port_in_redirect', 'return', 'rewrite', 'location'],
  messages: {
    closed:
      'For {path} nginx redirects to {url}, and the container publishes its port {port} as {outer}: {there}. Set absolute_redirect off.',
    own: 'This sends browsers to port {port}, which is the one inside of the container: it is published as {outer}, and nothing answers there. Use $http_host, which has the port that the client asked for.',
    tls: 'This sends browsers to port 443 of {host}, and the container publishes its port {port} as {outer}: unless something in front of it has 443, nothing answers there. Name the port: {url}.',
  },
  check({ config, deployment, report }) {
    const nginxes = nginxesOf(config, deployment);
    const asTheyAre = new Set(nginxes.flatMap((n) => n.ports.flatMap((p) => (p.published === p.target ? [p.target] : []))));
    for (const from of nginxes) {
      if (from.networks === null) continue;
      const tls = tlsElsewhere(config, deployment, from);
      for (const server of tls ? serversOf(config) : []) {
        const plain = portOf(server, 'http');
        if (plain === null || !publishedAs(from, plain).length) continue;
        for (const { line, word, authority } of toHttpsIn(server.scope)) {
          const text = line.value(1);
          const host = authority.slice('https://'.length);
          if (!host.startsWith('$') && !serversOf(config).some((s) => s.names.some((n) => n.text === host))) continue;
          const url = `${authority}:${tls!.published}${text.slice(authority.length)}`;
          const end = word.start + word.raw.indexOf(authority) + authority.length;
          report('tls', {
            at: line.at(word),
            severity: 'info',
            data: { host: publicHostOf(server) ?? 'the host', port: tls!.target, outer: tls!.published!, url },
            related: [{ at: tls!.place, message: `published as ${tls!.published}:${tls!.target}` }],
            fix: fixOf('Name the published port', 'suggestion', line.file, [replace({ start: end, end }, `:${tls!.published}`)]),
          });
        }
      }
      for (const server of serversOf(config)) {
        const inner = server.listens.flatMap((l) => l.addresses.flatMap((a) => (a.kind === 'unix' ? [] : a.port)));
        const lost = inner.filter((port) => publishedAs(from, port).length > 0);
        // another container may run the same file, and publish its port as it is
        if (!lost.length || lost.some((port) => asTheyAre.has(port) || publishedAs(from, port).some((p) => p.published === port))) continue;
        for (const { line, word, authority } of withOwnPort(server.scope))
          report('own', {
            at: line.at(word),
            data: { port: lost[0]!, outer: publishedAs(from, lost[0]!)[0]!.published! },
            related: [{ at: publishedAs(from, lost[0]!)[0]!.place, message: 'published here' }],
            fix: fixOf('Use $http_host', 'suggestion', line.file, [
              replace(
                word,
                word.raw.replace(authority, () => '$http_host'),
              ),
            ]),
          });
      }
      for (const server of serversOf(config)) {
        const opener = server.scope.opener;
        if (!opener || isAnsweredFirst(server.scope) || server.scope.has('rewrite')) continue;
        for (const listen of server.listens) {
          const address = listen.addresses[0];
          if (!address || address.kind === 'unix' || !listen.directive) continue;
          const scheme = listen.params.includes('ssl') ? 'https' : 'http';
          const published = publishedAs(from, address.port);
          if (!published.length || published.some((p) => p.published === address.port)) continue;
          const outer = outerPort(from, address.port, scheme);
          const name = publicHostOf(server) ?? 'localhost';
          const host = outer === (scheme === 'https' ? 443 : 80) ? name : `${name}:${outer}`;
          const all = pathsIn(server.scope)
            .map((path) => ({ path, url: redirectOf(path), rare: path.endsWith('/docs') || OF_PROGRAMS.test(path) }))
            .concat(sentOnIn(server.scope).map((path) => ({ path, url: redirectOf(path, true), rare: false })))
            .filter(({ url }) => url !== null && !from.ports.some((p) => p.published === portIn(url)));
          const found = all.find((f) => !f.rare) ?? all[0];
          if (!found) continue;
          const asked = portIn(found.url!);
          const other = projectOf(deployment, from)?.services.find((s) => s.ports.some((p) => p.published === asked));
          // what is in front of the machine may lead its own port here: browsers come by that one, and stay there
          const mayBeLed = !other && asked === (scheme === 'https' ? 443 : 80);
          report('closed', {
            at: listen.directive.at(listen.directive.args[0] ?? listen.directive.statement.name),
            // whether such a folder is there the files tell, which are not seen
            ...(found.rare || mayBeLed ? { severity: 'info' as const } : {}),
            data: {
              path: found.path,
              url: found.url!,
              port: address.port,
              outer,
              there: other
                ? `the service ${other.name} answers there`
                : mayBeLed
                  ? `unless something in front of it has port ${asked}, nothing answers there`
                  : 'nothing answers there',
            },
            related: [{ at: published[0]!.place, message: `published as ${outer}:${address.port}` }],
            fix: fixOf('Send redirects without host and port', 'suggestion', opener.file, [
              insertInto(opener, ['absolute_redirect off;'], (n) => n === 'listen' || n === 'server_name'),
            ]),
          });
          break;

          function redirectOf(path: string, written = false): string | null {
            const { outcome } = traceRequest(
              config,
              {
                target: path,
                scheme,
                headers: [['Host', host]],
                localPort: address!.port,
                clientAddress: '203.0.113.9',
                httpVersion: '1.1',
              },
              { files: FOLDERS },
            );
            if (![301, ...(written ? [302, 303, 307, 308] : [])].includes(outcome.status ?? 0)) return null;
            const url = outcome.responseHeaders.find(([n]) => n.toLowerCase() === 'location')?.[1] ?? '';
            return url.startsWith(`${scheme}://`) && (written || url.endsWith(`${path}/`)) ? url : null;
          }
        }
      }
    }
  },
  examples: [
    {
      bad: tree({
        'nginx/nginx.conf': main(`server {
    listen 8080;
#          ^^^^ closed
    server_name shop.example.com;
    root /srv/www;
    location / {
        index index.html;
    }
}`),
        'compose.yaml': COMPOSE,
      }),
      good: tree({
        'nginx/nginx.conf': main(`server {
    listen 8080;
    server_name shop.example.com;
    absolute_redirect off;
    root /srv/www;
    location / {
        index index.html;
    }
}`),
        'compose.yaml': COMPOSE,
      }),
    },
    {
      bad: tree({
        'nginx/nginx.conf': main(`server {
    listen 8080;
#          ^^^^ closed
    server_name shop.example.com;
    location / {
        return 404;
    }
    location = /old {
        return 308 /new/;
    }
}`),
        'compose.yaml': COMPOSE,
      }),
      good: tree({
        'nginx/nginx.conf': main(`server {
    listen 8080;
    server_name shop.example.com;
    absolute_redirect off;
    location / {
        return 404;
    }
    location = /old {
        return 308 /new/;
    }
}`),
        'compose.yaml': COMPOSE,
      }),
    },
    {
      bad: tree({
        'nginx/nginx.conf': TLS('https://$host$request_uri;\n#              ^^^^^^^^^^^^^^^^^^^^^^^^^ tls'),
        'compose.yaml': PUBLISHED('8443:443'),
      }),
      fixed: tree({ 'nginx/nginx.conf': TLS('https://$host:8443$request_uri;') }),
    },
    {
      good: tree({ 'nginx/nginx.conf': TLS('https://$host$request_uri;'), 'compose.yaml': PUBLISHED('443:443') }),
    },
    {
      good: tree({
        'nginx/nginx.conf': main('server {\n    listen 80;\n    root /srv/www;\n}'),
        'compose.yaml': COMPOSE.replace('80:8080', '80:80'),
      }),
    },
    {
      bad: tree({
        'nginx/nginx.conf': main(`server {
    listen 8080;
    server_name cloud.example.com;
    location = /old {
        return 301 $scheme://$host:$server_port/new/;
#                  ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ own
    }
    location / {
        return 404;
    }
}`),
        'compose.yaml': COMPOSE,
      }),
      good: tree({
        'nginx/nginx.conf': main(`server {
    listen 8080;
    server_name cloud.example.com;
    location = /old {
        return 301 $scheme://$http_host/new/;
    }
    location / {
        return 404;
    }
}`),
        'compose.yaml': COMPOSE,
      }),
    },
  ],
});

const portIn = (url: string): number => Number(/^https?:\/\/[^/]*?:(\d+)\//.exec(url)?.[1] ?? (url.startsWith('https') ? 443 : 80));
