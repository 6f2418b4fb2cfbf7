/** A container of nginx that is published on a port of its own, and a Host header that does not tell the application about it. */

import { headersSent, type SentHeader } from '../../answers/what-is-passed.ts';
import { isForThisMachine } from '../../answers/who-comes-to-a-container.ts';
import { endsBefore, toldScheme as knowsScheme } from '../../answers/who-speaks-tls.ts';
import type { Config } from '../../config/config.ts';
import type { Directive } from '../../config/directive.ts';
import type { Server } from '../../config/servers.ts';
import { frameworkTitle } from '../../deploy/application.ts';
import type { Deployment } from '../../deploy/deployment.ts';
import { publishedAs } from '../../deploy/reach.ts';
import { defineRule } from '../rule.ts';
import { sendHeader } from './_edits.ts';
import { django, main, tree } from './_examples.ts';
import { distinct, linksOf, outerPort, portOf, probe, publicHostOf, sentLine, sidesOf } from './_links.ts';

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

const OWN = (listen: string): string =>
  main(`server {
    ${listen}
    server_name shop.example.com;
    location / {
        proxy_pass http://unix:/run/shop.sock;
        proxy_set_header Host $host;
    }
}`);

/** Headers by which an application learns the port that its clients use. */
const TELL_PORT = /^(?:host|x-forwarded-host|x-forwarded-port)$/;

/** The line by which a header has the port of nginx's own listener in it. */
const ofListener = (pass: Directive): SentHeader | undefined =>
  headersSent(pass).find(({ name, value }) => TELL_PORT.test(name) && /\$\{?server_port\b/.test(value));

const STANDARD = { http: 80, https: 443 } as const;

/** The line by which a server takes requests of strangers on a port of its own, as far as nothing shows a proxy in front of it; null where something does. */
function publicListener(server: Server, port: number, config: Config, deployment: Deployment): Directive | null {
  if (deployment.containers.length || deployment.cluster.services.length) return null;
  const { scope } = server;
  if (scope.value('set_real_ip_from') || scope.all.some((d) => d.values.some((v) => /\$http_x_forwarded|\$proxy_protocol/.test(v))))
    return null;
  const listens = server.listens.filter((l) => l.addresses.some((a) => a.kind !== 'unix'));
  if (!listens.length) return null;
  for (const { addresses, params } of listens) {
    if (params.includes('proxy_protocol')) return null;
    for (const a of addresses)
      if (a.kind !== 'unix' && (a.port !== port || /^(?:127\.|::1$|\[::1\]$|localhost$)/.test(a.address))) return null;
  }
  // another server of the same nginx stands in front
  if (linksOf(config, deployment).some((l) => l.address.kind === 'tcp' && l.address.port === port)) return null;
  return listens[0]!.directive;
}

export default defineRule({
  id: 'published-port-lost',
  group: 'wsgi',
  severity: 'info',
  since: '0.2',
  title: 'Published port lost in the Host header',
  why: `
A container that is published as \`8080:80\` is requested with port 8080, and the browser says so in \`Host\` and \`Origin\`. \`$host\` is the name
without the port, and nginx itself only knows its port inside, so the application believes that it is on port 80: its absolute links,
redirects and cookies lead there (the same goes for \`X-Forwarded-Port $server_port\`), and Django compares \`Origin: http://name:8080\` with \`http://name\` and answers forms with 403.

\`$http_host\` is what the client sent, with its port. Where the machine in front of Docker publishes the site on 80 or 443 after all, the
mapping in the compose file is not what clients see, and there is nothing to do. The same holds for an nginx of the machine itself that listens on a
port of its own, \`listen 8082\`, unless a proxy or a router in front of it takes requests on 80 or 443.`,
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
    inner:
      'Clients use port {port}, and {framework} sees the host {host}, with the port inside the container: absolute links and redirects lead to a port that nobody publishes. Pass $http_host.',
    innerRefused:
      'Clients use port {port}, and {framework} sees the host {host}, with the port inside the container: it rejects forms, because their Origin differs ({why}). Pass $http_host.',
    told: 'Clients use port {port}, and the application is told {got} by {header}: that is the port inside the container. Pass {instead}.',
    ownLost:
      'This server listens on port {port} only, and {framework} sees the host {host} without it: absolute links and redirects lose the port. Pass $http_host.',
    ownRefused:
      'This server listens on port {port} only, and {framework} sees the host {host} without it: it rejects forms, because their Origin has the port ({why}). Pass $http_host.',
  },
  check({ config, deployment, report }) {
    const reported = new Set<string>();
    for (const side of distinct(sidesOf(config, deployment))) {
      const { server, from } = side;
      const { framework } = side.application;
      const line = sentLine(side, 'Host');
      if (!server || from?.networks === null || !framework || !line) continue;
      const scheme = portOf(server, 'https') !== null ? 'https' : 'http';
      const port = portOf(server, scheme);
      if (port === null) continue;
      const published = from ? publishedAs(from, port) : [];
      const outer = outerPort(from, port, scheme);
      // a port that differs within the container may reach the application in place of the one outside
      const inner = from !== null && published.length > 0 && outer !== port;
      if (outer === STANDARD[scheme] && !inner) continue;
      const listener = from ? null : publicListener(server, port, config, deployment);
      if (!published.length && !listener) continue;
      const name = publicHostOf(server) ?? 'localhost';
      const probed = probe(side, config, { scheme, host: name });
      const got = probed?.view.host.known ? probed.view.host.value.toLowerCase() : undefined;
      const isInner = inner && got === `${name}:${port}`;
      if (got === undefined || !(isInner || (got === name && outer !== STANDARD[scheme]))) continue;
      const key = `${line.file.id}#${line.statement.start}`;
      if (reported.has(key)) continue;
      reported.add(key);
      const { csrf } =
        probe(side, config, {
          scheme,
          host: name,
          method: 'POST',
          headers: [['Origin', `${scheme}://${name}${outer === STANDARD[scheme] ? '' : `:${outer}`}`]],
        })?.view ?? {};
      const refused = csrf?.known && csrf.value === 'refused' ? csrf.why : null;
      const message = isInner
        ? refused === null
          ? 'inner'
          : 'innerRefused'
        : listener
          ? refused === null
            ? 'ownLost'
            : 'ownRefused'
          : refused === null
            ? 'lost'
            : 'refused';
      report(message, {
        at: line.at(line.args.at(-1)!),
        severity: message === 'refused' || isInner ? 'warning' : undefined,
        data: { port: outer, framework: frameworkTitle(framework), host: got, why: refused ?? '' },
        related: [
          listener
            ? { at: listener.at(), message: `clients ask for port ${port}` }
            : { at: published[0]!.place, message: `published as ${outer}:${port}` },
        ],
        fix: sendHeader(side, 'Host', '$http_host', 'Pass the host with its port', 'suggestion'),
      });
    }
    // whatever the application is: a port of the container's own is told it
    for (const { pass, server, from } of linksOf(config, deployment)) {
      const sent = from && server ? ofListener(pass) : undefined;
      if (!from || !server || !sent || from.networks === null || knowsScheme(pass.scope) !== null || endsBefore(pass.scope)) continue;
      for (const scheme of ['http', 'https'] as const) {
        const port = portOf(server, scheme);
        const published = port === null ? [] : publishedAs(from, port);
        const key = `${sent.directive.file.id}#${sent.directive.statement.start}`;
        if (port === null || !published.length || reported.has(key)) continue;
        // who is published for this machine alone has a proxy in front, whose port clients use
        if (published.some((p) => p.published === port || isForThisMachine(p))) continue;
        reported.add(key);
        const outer = outerPort(from, port, scheme);
        report('told', {
          at: sent.directive.at(sent.directive.args.at(-1)!),
          severity: 'warning',
          data: {
            port: outer,
            got: port,
            header: sent.directive.value(0),
            instead: sent.name === 'x-forwarded-port' ? String(outer) : '$http_host',
          },
          related: [{ at: published[0]!.place, message: `published as ${outer}:${port}` }],
        });
      }
    }
  },
  examples: [
    {
      bad: tree({
        'nginx/nginx.conf': SITE('$http_host')
          .replace('listen 80', 'listen 8081')
          .replace(
            '$http_host;',
            '$http_host;\n        proxy_set_header X-Forwarded-Port $server_port;\n#                                         ^^^^^^^^^^^^ told',
          ),
        'compose.yaml': COMPOSE('80:8081'),
      }),
      good: tree({
        'nginx/nginx.conf': SITE('$http_host')
          .replace('listen 80', 'listen 8081')
          .replace('$http_host;', '$http_host;\n        proxy_set_header X-Forwarded-Port 80;'),
        'compose.yaml': COMPOSE('80:8081'),
      }),
      notOn122: 'the name of the upstream is resolved when nginx starts',
    },
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
      bad: tree({
        'nginx.conf': OWN('listen 8082;').replace('Host $host;', 'Host $host;\n#                             ^^^^^ ownRefused'),
        ...django(
          "ALLOWED_HOSTS = ['shop.example.com']\nMIDDLEWARE = ['django.middleware.common.CommonMiddleware', 'django.middleware.csrf.CsrfViewMiddleware']\n",
        ),
      }),
      fixed: tree({ 'nginx.conf': OWN('listen 8082;').replace('$host', '$http_host') }),
    },
    {
      good: tree({
        'nginx.conf': OWN('listen 127.0.0.1:8082;'),
        ...django("ALLOWED_HOSTS = ['shop.example.com']\n"),
      }),
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
    {
      bad: tree({
        'nginx/nginx.conf': SITE('$host:$server_port')
          .replace('listen 80', 'listen 8081')
          .replace('_port;', '_port;\n#                             ^^^^^^^^^^^^^^^^^^ innerRefused'),
        'compose.yaml': COMPOSE('80:8081'),
        ...django(
          "ALLOWED_HOSTS = ['shop.example.com']\nMIDDLEWARE = ['django.middleware.common.CommonMiddleware', 'django.middleware.csrf.CsrfViewMiddleware']\n",
        ),
      }),
      fixed: tree({ 'nginx/nginx.conf': SITE('$http_host').replace('listen 80', 'listen 8081') }),
    },
  ],
});
