/** Redirects made of `$scheme` behind someone who ends TLS: nginx sees plain HTTP and says so to clients that came by HTTPS. */

import { sourcesOf } from '../../answers/where-a-value-comes-from.ts';
import { asked, PerConfig } from '../../config/asked.ts';
import type { Config } from '../../config/config.ts';
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
  if (!declared || spot.doors.some((d) => d.scheme === 'https')) return false;
  return !spot.server.names.some((n) => isNameWithTls(spot.config, n.text));
}

const isNameWithTls = (config: Config, name: string): boolean => asked(config, `over TLS ${name}`, (c) => withTls.of(c).has(name));

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
\`$scheme\` is the scheme of the connection to this nginx. Behind a load balancer that terminates TLS it is http for every request, also for clients that use HTTPS. \`return 301 $scheme://$host/new\` sends them to plain HTTP; \`if ($scheme = http) { return 301 https://… }\` redirects all of them forever.

Take the scheme from the header that the balancer sets, with a map that knows \`https\` only, or redirect with a path (\`return 301 /new;\`) and \`absolute_redirect off\`.`,
  about: ['return', 'rewrite', '$scheme', 'set_real_ip_from', 'absolute_redirect'],
  looksAt: {
    outcome: ['return', 'rewrite'],
    when: (spot) =>
      behindProxy(spot) &&
      spot.directives.some((d) => (d.name === 'return' || d.name === 'rewrite') && /\$|https:/.test(d.values.join(' '))),
  },
  needs: 'config',
  costly: true,
  messages: {
    plain:
      'Behind the proxy named by set_real_ip_from, $scheme is the scheme of this connection: a client that came by https is sent to {to}. Use the proxy’s X-Forwarded-Proto, or redirect to a path.',
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
        if (!again && !plain) continue;
        told.add(by);
        report(again ? 'loop' : 'plain', {
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
