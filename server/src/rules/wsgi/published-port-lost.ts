/** A container of nginx that is published on a port of its own, and a Host header that does not tell the application about it. */
import { frameworkTitle } from '../../deploy/application.ts';
import { publishedAs } from '../../deploy/reach.ts';
import { defineRule } from '../rule.ts';
import { sendHeader } from './_edits.ts';
import { django, main, tree } from './_examples.ts';
import { distinct, outerPort, portOf, probe, publicHostOf, sentLine, sidesOf } from './_links.ts';

const COMPOSE = (ports: string): string =>
  `services:\n  web:\n    build: ./app\n    command: gunicorn shop.wsgi -b 0.0.0.0:8000\n  nginx:\n    image: nginx:1.28\n    ports: ["${ports}"]\n    volumes: ["./nginx:/etc/nginx"]\n`;

const SITE = (host: string): string =>
  main(`server {
    listen 80;
    server_name shop.example.com;
    location / {
        proxy_pass http://web:8000;
        proxy_set_header Host ${host};
    }
}`);

export default defineRule({
  id: 'published-port-lost',
  group: 'wsgi',
  severity: 'info',
  since: '0.2',
  title: 'Published port lost in the Host header',
  why: `
A container that is published as \`8080:80\` is requested with port 8080, and the browser says so in \`Host\` and \`Origin\`. \`$host\` is the name
without the port, and nginx itself only knows its port inside, so the application believes that it is on port 80: its absolute links,
redirects and cookies lead there, and Django compares \`Origin: http://name:8080\` with \`http://name\` and answers forms with 403.

\`$http_host\` is what the client sent, with its port. Where the machine in front of Docker publishes the site on 80 or 443 after all, the
mapping in the compose file is not what clients see, and there is nothing to do.`,
  about: ['proxy_set_header', '$host', '$http_host'],
  references: ['https://docs.djangoproject.com/en/stable/ref/settings/#csrf-trusted-origins'],
  looksAt: { config: true },
  needs: 'deployment',
  costly: true,
  fixable: 'sometimes',
  messages: {
    lost: 'The site is published on port {port}, and {framework} sees the host {host} without it: absolute links and redirects lose the port. Pass $http_host.',
    refused:
      'The site is published on port {port}, and {framework} sees the host {host} without it: it rejects forms, because their Origin has the port ({why}). Pass $http_host.',
  },
  check({ config, deployment, report }) {
    const reported = new Set<string>();
    for (const side of distinct(sidesOf(config, deployment))) {
      const { server, from } = side;
      const { framework } = side.application;
      const line = sentLine(side, 'Host');
      if (!server || !from || from.networks === null || !framework || !line) continue;
      const scheme = portOf(server, 'https') !== null ? 'https' : 'http';
      const port = portOf(server, scheme);
      if (port === null) continue;
      const published = publishedAs(from, port);
      const outer = outerPort(from, port, scheme);
      if (!published.length || outer === (scheme === 'https' ? 443 : 80)) continue;
      const name = publicHostOf(server) ?? 'localhost';
      const probed = probe(side, config, { scheme, host: name });
      if (!probed?.view.host.known || probed.view.host.value.toLowerCase() !== name) continue;
      const key = `${line.file.id}#${line.statement.start}`;
      if (reported.has(key)) continue;
      reported.add(key);
      const { csrf } =
        probe(side, config, { scheme, host: name, method: 'POST', headers: [['Origin', `${scheme}://${name}:${outer}`]] })?.view ?? {};
      const refused = csrf?.known && csrf.value === 'refused' ? csrf.why : null;
      report(refused === null ? 'lost' : 'refused', {
        at: line.at(line.args.at(-1)!),
        severity: refused === null ? undefined : 'warning',
        data: { port: outer, framework: frameworkTitle(framework), host: probed.view.host.value, why: refused ?? '' },
        related: [{ at: published[0]!.place, message: `published as ${outer}:${port}` }],
        fix: sendHeader(side, 'Host', '$http_host', 'Pass the host with its port', 'suggestion'),
      });
    }
  },
  examples: [
    {
      bad: tree({
        'nginx/nginx.conf': SITE('$host').replace('Host $host;', 'Host $host;\n#                             ^^^^^ refused'),
        'compose.yaml': COMPOSE('8080:80'),
        ...django(
          "ALLOWED_HOSTS = ['shop.example.com']\nMIDDLEWARE = ['django.middleware.common.CommonMiddleware', 'django.middleware.csrf.CsrfViewMiddleware']\n",
        ),
      }),
      fixed: tree({ 'nginx/nginx.conf': SITE('$http_host') }),
    },
    {
      bad: tree({
        'nginx/nginx.conf': SITE('$host').replace('Host $host;', 'Host $host;\n#                             ^^^^^ lost'),
        'compose.yaml': COMPOSE('8080:80'),
        ...django("ALLOWED_HOSTS = ['shop.example.com']\n"),
      }),
      fixed: tree({ 'nginx/nginx.conf': SITE('$http_host') }),
    },
    {
      good: tree({
        'nginx/nginx.conf': SITE('$host'),
        'compose.yaml': COMPOSE('80:80'),
        ...django("ALLOWED_HOSTS = ['shop.example.com']\n"),
      }),
      notOn122: 'the name of the upstream is resolved when nginx starts',
    },
    {
      good: tree({
        'nginx/nginx.conf': SITE('$http_host'),
        'compose.yaml': COMPOSE('8080:80'),
        ...django("ALLOWED_HOSTS = ['shop.example.com']\n"),
      }),
      notOn122: 'the name of the upstream is resolved when nginx starts',
    },
  ],
});
