/** Passwords that go over the network in the clear. */

import { Visitor } from '../../answers/visitor.ts';
import { hasTlsServer, reachOf, serversUnder } from '../../answers/which-socket.ts';
import { comesByAnother } from '../../answers/who-comes-to-a-container.ts';
import { isOfInnerNetwork, isOfInternet } from '../../answers/who-is-foreign.ts';
import { isLocalOnly } from '../../answers/who-may-enter.ts';
import { endsBefore } from '../../answers/who-speaks-tls.ts';
import { PerPart } from '../../config/asked.ts';
import type { Directive } from '../../config/directive.ts';
import { unseenInForce } from '../../config/effective.ts';
import type { Scope } from '../../config/scope.ts';
import { defineRule } from '../rule.ts';

/** The places of a server that ask for a password, by the line that is in force there. */
const placesOf = new PerPart((root: Scope): ReadonlyMap<Directive, readonly Scope[]> => {
  const places = root.all.flatMap((d) => (d.name === 'location' && d.body ? [d.body] : []));
  // a server whose every path has a location asks in those only
  const whole = places.some((at) => at.parent === root && at.opener?.value(0) === '/');
  const byLine = new Map<Directive, Scope[]>();
  for (const at of [...(whole ? [] : [root]), ...places]) {
    const line = at.value('auth_basic');
    if (!line || at.has('internal')) continue;
    const known = byLine.get(line);
    if (known) known.push(at);
    else byLine.set(line, [at]);
  }
  return byLine;
});

export default defineRule({
  id: 'basic-auth-over-http',
  group: 'security',
  severity: 'warning',
  since: '0.1',
  missing: ['listen', 'return', 'rewrite', 'if'],
  title: 'Basic authentication over plain HTTP',
  why: `
Basic authentication sends name and password with every request, merely encoded. Without TLS anyone on the path reads them. Serve the location over TLS only.

The rule looks at each plain socket, whatever its port, and at what a plain request gets there: where it is redirected first, no password is ever asked for. It is silent where something shows that another machine in front terminates TLS: realip, the PROXY protocol, a look at X-Forwarded-Proto, a socket that others do not reach, or a container that no client comes to by himself. Where a file that is not seen may show it, the finding is informational, and so it is where nothing speaks TLS and the server has no name of the internet: another machine may, or the network is one's own.`,
  about: ['auth_basic', 'listen'],
  looksAt: { directive: ['auth_basic'] },
  needs: 'config',
  messages: { plain: 'The password goes over the network in the clear: {socket} has no TLS. Serve this over TLS only.' },
  check({ directive, config, deployment, report }) {
    if (directive.value(0).toLowerCase() === 'off' || comesByAnother(config, deployment)) return;
    const server = serversUnder(directive).find((s) => reachOf(s).plain && !isLocalOnly(s.scope) && !endsBefore(s.scope) && asks(s.scope));
    if (!server) return;
    const plain = server.listens.find((l) => !l.params.includes('ssl') && !l.params.includes('quic'));

    /** Whether the line is in force somewhere in the server where a plain request gets as far as the password. */
    function asks(root: Scope): boolean {
      const places = placesOf.of(root).get(directive) ?? [];
      return places.some((at) => {
        const end = new Visitor(at, { scheme: 'http' }).rewrites();
        return !end.by && !end.unsure;
      });
    }
    report('plain', {
      at: directive.statement.name,
      data: { socket: plain?.directive ? `listen ${plain.directive.value(0)}` : 'port 80' },
      // a file that is not seen may name the machine in front that terminates TLS
      ...(unseenInForce(server.scope, 'set_real_ip_from').length ||
      isOfInnerNetwork(server) ||
      !(isOfInternet(server) || hasTlsServer(server.scope.config))
        ? { severity: 'info' }
        : {}),
    });
  },
  examples: [
    {
      inside: 'http',
      bad: `server {
    listen 80;
    location / {
        auth_basic "staff";
#       ^^^^^^^^^^ plain
        auth_basic_user_file /etc/nginx/htpasswd;
    }
}`,
      good: `server {
    listen 127.0.0.1:80;
    location / {
        auth_basic "staff";
        auth_basic_user_file /etc/nginx/htpasswd;
    }
}`,
    },
    {
      inside: 'http',
      good: 'server {\n    listen 80;\n    set_real_ip_from 10.0.0.1;\n    auth_basic "x";\n    auth_basic_user_file /etc/nginx/htpasswd;\n}',
    },
    {
      // the file for production publishes the port
      bad: `#- nginx.conf
events {}
http {
    server {
        listen 80;
        server_name shop.example.org;
        auth_basic staff;
#       ^^^^^^^^^^ plain
        auth_basic_user_file /etc/nginx/users;
    }
}
#- docker-compose.yml
services:
  nginx:
    image: nginx:1.30
    volumes: ["./nginx.conf:/etc/nginx/nginx.conf:ro"]
#- docker-compose.prod.yml
services:
  nginx:
    ports: ["80:80"]
`,
      good: `#- nginx.conf
events {}
http {
    server {
        listen 80;
        server_name shop.example.org;
        auth_basic staff;
        auth_basic_user_file /etc/nginx/users;
    }
}
#- docker-compose.yml
services:
  nginx:
    image: nginx:1.30
    volumes: ["./nginx.conf:/etc/nginx/nginx.conf:ro"]
`,
    },
  ],
});
