/** The application's own port is published beside nginx's: clients get past everything that nginx does. */
import { isLoopback } from '../../deploy/address.ts';
import { serverTitle } from '../../deploy/application.ts';
import { publishedAs } from '../../deploy/reach.ts';
import { certain } from '../../deploy/setting.ts';
import { defineRule } from '../rule.ts';
import { site, tree } from './_examples.ts';
import { distinct, sidesOf } from './_links.ts';

const COMPOSE = (ports: string): string =>
  `services:\n  web:\n    build: ./app\n    command: gunicorn shop.wsgi -b 0.0.0.0:8000\n${ports}  nginx:\n    image: nginx:1.28\n    ports: ["80:80"]\n    volumes: ["./nginx:/etc/nginx"]\n`;

export default defineRule({
  id: 'application-published',
  group: 'wsgi',
  severity: 'info',
  since: '0.2',
  title: 'Application reachable past nginx',
  why: `
\`ports\` of a service opens the port on every address of the machine, and Docker does so past the firewall rules of ufw. A client that asks for
the application's port bypasses nginx: its TLS, its access rules and its limits, and its \`X-Forwarded-For\` and \`X-Forwarded-Proto\` are
whatever it says, which the application believes where it trusts every proxy.

nginx reaches the service by its name without \`ports\`. For a developer's browser, publish on \`127.0.0.1:8000:8000\`.`,
  about: ['proxy_pass'],
  references: ['https://docs.docker.com/engine/network/packet-filtering-firewalls/#docker-and-ufw'],
  looksAt: { config: true },
  needs: 'deployment',
  fixable: 'sometimes',
  messages: {
    past: '{server} of the service {name} is published on port {port} too: clients reach it without going through nginx. Remove the mapping, or publish it on 127.0.0.1.',
  },
  check({ config, deployment, report }) {
    const seen = new Set<string>();
    for (const { application, listener, from, pass } of distinct(sidesOf(config, deployment))) {
      const { container } = application;
      const address = certain(listener.address);
      // only where nginx itself is published: else this is not what clients ask
      if (!from?.ports.length || !container || container === from || address?.kind !== 'tcp' || isLoopback(address.host)) continue;
      for (const port of publishedAs(container, address.port)) {
        const key = `${port.place.file}#${port.place.span.start}`;
        if (seen.has(key) || (port.hostIp !== null && isLoopback(port.hostIp))) continue;
        seen.add(key);
        const text = deployment.files.get(port.place.file)?.slice(port.place.span.start, port.place.span.end) ?? '';
        const short = /^(["']?)(\d+:\d+)\1$/.exec(text);
        report('past', {
          at: port.place,
          data: { server: serverTitle(application), name: container.name, port: port.published! },
          related: [{ at: pass.nameAt, message: 'nginx passes requests on here' }],
          fix: short
            ? {
                title: `Publish it on 127.0.0.1 only`,
                safety: 'suggestion',
                edits: [{ file: port.place.file, edits: [{ span: port.place.span, newText: `"127.0.0.1:${short[2]}"` }] }],
              }
            : null,
        });
      }
    }
  },
  examples: [
    {
      bad: tree({
        'nginx/nginx.conf': site(`
        proxy_pass http://web:8000;`),
        'compose.yaml': COMPOSE('    ports:\n      - "8000:8000"\n#       ^^^^^^^^^^^ past\n'),
      }),
      fixed: tree({ 'compose.yaml': COMPOSE('    ports:\n      - "127.0.0.1:8000:8000"\n') }),
      good: tree({
        'nginx/nginx.conf': site(`
        proxy_pass http://web:8000;`),
        'compose.yaml': COMPOSE('    expose: ["8000"]\n'),
      }),
      notOn122: 'the name of the upstream is resolved when nginx starts',
    },
  ],
});
