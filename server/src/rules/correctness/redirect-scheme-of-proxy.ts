/** Redirects made of `$scheme` behind someone who ends TLS: nginx sees plain HTTP and says so to clients that came by HTTPS. */

import { sourcesOf } from '../../answers/where-a-value-comes-from.ts';
import { toldScheme } from '../../answers/who-speaks-tls.ts';
import { asked, PerConfig } from '../../config/asked.ts';
import type { Config } from '../../config/config.ts';
import type { Directive } from '../../config/directive.ts';
import { listenersOf } from '../../config/servers.ts';
import { readCondition } from '../../trace/handlers/rewrite.ts';
import { variablesIn } from '../../trace/script.ts';
import { hostIn } from '../../witness/follow.ts';
import { locationHeader, proofOf } from '../../witness/requests.ts';
import { directiveAt, type Spot } from '../../witness/spots.ts';
import { defineRule } from '../rule.ts';

/** The configuration itself says that a proxy is in front, and no listener of its own has these names with TLS. */
function behindProxy(spot: Spot): boolean {
  const declared = spot.scope.effective('set_real_ip_from').directives.length > 0 || spot.doors.some((d) => d.listener.proxyProtocol);
  return declared && hasNoTls(spot);
}

/** The same where a line reads what the proxy in front tells of its own connection. */
const isToldScheme = (spot: Spot): boolean => toldScheme(spot.scope) !== null && hasNoTls(spot);

function hasNoTls(spot: Spot): boolean {
  if (spot.doors.some((d) => d.scheme === 'https')) return false;
  return !spot.server.names.some((n) => isNameWithTls(spot.config, n.text));
}

const isNameWithTls = (config: Config, name: string): boolean => asked(config, `over TLS ${name}`, (c) => withTls.of(c).has(name));

/** A redirect to a path, before which nginx writes the scheme and the port of its own listener. */
const toPath = (line: Directive): boolean =>
  line.name === 'return'
    ? /^30[12378]$/.test(line.value(0)) && line.value(1).startsWith('/')
    : /^(?:permanent|redirect)$/.test(line.value(2)) && line.value(1).startsWith('/');

/** The names of the servers of TLS listeners. */
const withTls = new PerConfig(
  (config): ReadonlySet<string> =>
    new Set(listenersOf(config).flatMap((l) => (l.ssl ? l.servers.flatMap((s) => s.names.map((n) => n.text)) : []))),
);

const OWN_SIDE = new Set(['scheme', 'https', 'server_port']);

export default defineRule({
  id: 'redirect-scheme-of-proxy',
  group: 'correctness',
  severity: 'info',
  since: '0.2',
  title: 'Redirect uses the scheme of the inner connection',
  why: `
\`$scheme\` is the scheme of the connection to this nginx. Behind a load balancer that terminates TLS it is http for every request, also for clients that use HTTPS. \`return 301 $scheme://$host/new\` sends them to plain HTTP, and so does \`return 301 /new\`, before which nginx writes its own scheme and port; \`if ($scheme = http) { return 301 https://… }\` redirects all of them forever.

Take the scheme from the header that the balancer sets, with a map that knows \`https\` only, or redirect with a path (\`return 301 /new;\`) and \`absolute_redirect off\`.`,
  about: ['return', 'rewrite', '$scheme', 'set_real_ip_from', 'absolute_redirect'],
  looksAt: {
    outcome: ['return', 'rewrite'],
    when: (spot) =>
      (behindProxy(spot) || isToldScheme(spot)) &&
      spot.directives.some((d) => (d.name === 'return' || d.name === 'rewrite') && (/\$|https:/.test(d.values.join(' ')) || toPath(d))),
  },
  needs: 'config',
  costly: true,
  messages: {
    plain:
      'Behind the proxy named by set_real_ip_from, $scheme is the scheme of this connection: a client that came by https is sent to {to}. Use the proxy’s X-Forwarded-Proto, or redirect to a path.',
    port: 'Behind a proxy that ends TLS, a client is sent to {to}, with the scheme and the port of this listener, which it does not reach. Set absolute_redirect off.',
    loop: 'Behind the proxy named by set_real_ip_from, $scheme is http for everyone: a request for https://{host}{from} is redirected to itself, forever. Test $http_x_forwarded_proto.',
  },
  check({ spot, config, report }) {
    const told = new Set<unknown>();
    const own = spot.directives.filter((d) => d.name === 'return' || d.name === 'rewrite');
    for (const door of spot.doors.slice(0, 2))
      for (const path of spot.eachPath()) {
        const trace = spot.ask(
          {
            path,
            query: 'b=1',
            headers: [
              ['X-Forwarded-Proto', 'https'],
              ['X-Forwarded-Ssl', 'on'],
            ],
          },
          {},
          door,
        );
        const to = locationHeader(trace);
        const step = trace.steps.findLast((s) => /^(?:return|redirect) 30/.test(s.said));
        const by = step ? directiveAt(own, step.at) : null;
        if (to === null || !by || told.has(by) || hostIn(to) !== door.host) continue;
        const reads = (names: readonly string[]): boolean => names.some((v) => [...sourcesOf(config, v)].some((s) => OWN_SIDE.has(s)));
        const asked = trace.steps.some((s) => {
          const condition = s.said.startsWith('if ') && s.said.endsWith('yes') ? directiveAt(spot.directives, s.at) : null;
          const read = condition && readCondition(condition);
          return !!read && read.kind !== 'file' && reads([read.name]);
        });
        const again = to === `https://${door.host}${trace.request.target}` && asked;
        const plain = to.startsWith('http://') && reads(by.values.flatMap((v) => variablesIn(v)).filter((v) => v !== 'server_port'));
        // nginx itself wrote the port of the listener, at which no browser asks
        const port = toPath(by) && to.startsWith('http://') && door.port !== 80 && to.startsWith(`http://${door.host}:${door.port}/`);
        if (!port && (!behindProxy(spot) || (!again && !plain))) continue;
        told.add(by);
        report(port ? 'port' : again ? 'loop' : 'plain', {
          at: by.at(),
          data: { to, host: door.host, from: trace.request.target },
          severity: again ? 'warning' : 'info',
          witness: proofOf(trace),
        });
      }
  },
  examples: [
    {
      inside: 'http',
      bad: `server {
    listen 80;
    return 204;
}
server {
    listen 81;
    server_name example.org;
    location = / {
        return 302 /start/;
#       ^^^^^^^^^^^^^^^^^^^ port
    }
    location / {
        proxy_set_header X-Forwarded-Proto $http_x_forwarded_proto;
        proxy_pass http://127.0.0.1:8000;
    }
}`,
      good: `server {
    listen 80;
    return 204;
}
server {
    listen 81;
    server_name example.org;
    absolute_redirect off;
    location = / {
        return 302 /start/;
    }
    location / {
        proxy_set_header X-Forwarded-Proto $http_x_forwarded_proto;
        proxy_pass http://127.0.0.1:8000;
    }
}`,
      witness: {
        request: 'GET http://example.org:81/?b=1, X-Forwarded-Proto: https, X-Forwarded-Ssl: on',
        outcome: '302 http://example.org:81/start/',
        meant: '`/start/`',
      },
    },
    {
      inside: 'http',
      bad: `set_real_ip_from 10.0.0.0/8;
real_ip_header X-Forwarded-For;
server {
    listen 80;
    server_name example.org;
    if ($scheme != https) {
        return 301 https://$host$request_uri;
#       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ loop
    }
    location = /new {
        return 302 $scheme://$host/newer;
    }
}
server {
    listen 80;
    server_name other.example.org;
    set_real_ip_from 10.0.0.0/8;
    location = /old {
        return 302 $scheme://$host/new;
#       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ plain
    }
}`,
      good: `set_real_ip_from 10.0.0.0/8;
real_ip_header X-Forwarded-For;
map $http_x_forwarded_proto $outer_scheme {
    default http;
    https https;
}
server {
    listen 80;
    server_name example.org;
    if ($outer_scheme != https) {
        return 301 https://$host$request_uri;
    }
    location = /old {
        return 302 $outer_scheme://$host/new;
    }
}`,
      witness: {
        request: 'GET http://example.org/users?b=1, X-Forwarded-Proto: https, X-Forwarded-Ssl: on',
        outcome: '301 https://example.org/users?b=1',
        meant: 'the page',
      },
    },
    {
      inside: 'http',
      good: 'server {\n    listen 80;\n    server_name example.org;\n    location = /old { return 302 $scheme://$host/new; }\n}',
    },
  ],
});
