/** The address of a container is asked for once, when nginx starts; a container that is made again has another one. */
import { canResolveServers } from '../../answers/which-build.ts';
import { shareNetwork } from '../../deploy/compose.ts';
import { defineRule } from '../rule.ts';
import { main, site, tree } from './_examples.ts';
import { linksOf } from './_links.ts';

const COMPOSE = (depends: string): string =>
  `services:\n  web:\n    build: ./app\n    command: gunicorn shop.wsgi -b 0.0.0.0:8000\n  nginx:\n    image: nginx:1.28\n    volumes: ["./nginx:/etc/nginx"]\n${depends}`;

export default defineRule({
  id: 'service-address-kept',
  group: 'wsgi',
  severity: 'hint',
  since: '0.2',
  title: 'Service address resolved only at start',
  why: `
The name of a service is looked up when nginx reads its configuration, and never again. A service that is rebuilt and restarted without
nginx may get another address: every request ends in 502, or reaches the container that now has the old address, until nginx is restarted.

Restart nginx with the service (\`depends_on\` with \`restart: true\`, or \`nginx -s reload\` after each deployment), or let nginx ask Docker's
resolver: \`resolver 127.0.0.11\` with the name in a variable, from nginx 1.27.3 on with \`resolve\` after the server of an upstream that has
a \`zone\`.`,
  about: ['proxy_pass', 'server', 'resolver', 'upstream'],
  references: ['https://docs.docker.com/reference/compose-file/services/#depends_on'],
  looksAt: { config: true },
  needs: 'deployment',
  fixable: 'never',
  messages: {
    once: 'The address of the service {name} is resolved once, at start: after {name} is recreated, nginx answers 502 until it is restarted. {advice}.',
  },
  check({ config, deployment, report }) {
    const canResolve = canResolveServers(config);
    const seen = new Set<string>();
    for (const link of linksOf(config, deployment)) {
      const { from } = link;
      // a Service of Kubernetes keeps its address, whatever becomes of its pods
      if (!from || from.networks === null || from.pod !== undefined) continue;
      // what is in a variable is looked up while nginx runs
      if (link.address.kind !== 'tcp' || (!link.member && link.pass.value(0).includes('$'))) continue;
      const { host } = link.address;
      const linked = from.links.get(host);
      const service = deployment.containers.find(
        (s) => s !== from && (s.name === linked || s.hostNames.includes(host)) && shareNetwork(s, from),
      );
      const directive = link.member?.directive ?? link.pass;
      if (!service || seen.has(host) || from.restartsWith.includes(service.name) || directive.values.includes('resolve')) continue;
      seen.add(host);
      report('once', {
        at: directive.at(directive.args[0] ?? directive.statement.name),
        data: {
          name: service.name,
          advice: canResolve
            ? 'Restart it together with nginx, or let an upstream with resolve and resolver 127.0.0.11 follow it'
            : 'Restart it together with nginx, or follow it with resolver 127.0.0.11 and a variable',
        },
        related: [{ at: service.place, message: `the service ${service.name}` }],
      });
    }
  },
  examples: [
    {
      bad: tree({
        'nginx/nginx.conf': site(`
        proxy_pass http://web:8000;
#                  ^^^^^^^^^^^^^^^ once`),
        'compose.yaml': COMPOSE('    depends_on: [web]\n'),
      }),
    },
    {
      good: tree({
        'nginx/nginx.conf': site(`
        proxy_pass http://web:8000;`),
        'compose.yaml': COMPOSE('    depends_on:\n      web: { condition: service_started, restart: true }\n'),
      }),
      notOn122: 'the name of the upstream is resolved when nginx starts',
    },
    {
      good: tree({
        'nginx/nginx.conf': main(`resolver 127.0.0.11;
server {
    location / {
        set $app http://web:8000;
        proxy_pass $app;
    }
}`),
        'compose.yaml': COMPOSE(''),
      }),
    },
  ],
});
