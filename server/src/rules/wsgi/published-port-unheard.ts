/** A port of nginx's container that is published, and on which no server of nginx listens. */
import type { Config } from '../../config/config.ts';
import { unseenIn } from '../../config/open.ts';
import { protocolScopes, type Server, serversOf } from '../../config/servers.ts';
import type { ComposePort, ComposeService } from '../../deploy/compose.ts';
import type { Deployment } from '../../deploy/deployment.ts';
import { runsNginxImage } from '../../deploy/inside.ts';
import { mountOf } from '../../deploy/reach.ts';
import type { Fix } from '../fix.ts';
import { defineRule } from '../rule.ts';
import { main, tree } from './_examples.ts';
import { nginxesOf } from './_links.ts';

/** The ports of a site that nginx's images bring along, where the project does not put another in its place. */
const OF_IMAGES = [80, 8080];

/** Whether a folder that a container mounts hides the site that the image brings along. */
const hidesSites = (from: ComposeService): boolean =>
  from.mounts.some(
    ({ source, target }) =>
      target.replace(/\/+$/, '') === '/etc/nginx/conf.d' && (from.pod !== undefined || (source !== null && /^[./~]/.test(source))),
  );

/** Whether a pod keeps the site of the image beside those that are put into its folder. */
const keepsSite = (from: ComposeService): boolean =>
  from.pod !== undefined && !hidesSites(from) && mountOf(from, '/etc/nginx/conf.d/default.conf') === undefined;

/** Ports on which something that is not seen may listen; null where it may be any. `from` is the container, where one is known. */
export function unseenPorts(config: Config, isOfNginx: boolean, from: ComposeService | null): readonly number[] | null {
  const scopes = [config.main, ...protocolScopes(config, 'http'), ...protocolScopes(config, 'stream'), ...protocolScopes(config, 'mail')];
  const { standIn, imageDefault } = config.tree;
  if (scopes.every((s) => unseenIn(s).length === 0))
    return imageDefault ? [imageDefault.port] : standIn && isOfNginx && from && keepsSite(from) ? OF_IMAGES : [];
  if (!standIn?.certain || !isOfNginx) return null;
  return standIn.path.endsWith('/conf.d/default.conf') || (from !== null && hidesSites(from)) ? [] : OF_IMAGES;
}

const allServers = (config: Config): Server[] => [...serversOf(config), ...serversOf(config, 'stream'), ...serversOf(config, 'mail')];

const isTcp = (params: readonly string[]): boolean => !params.includes('udp') && !params.includes('quic');

/** Whether a line takes connections by IPv6 alone, as the system has it where the line does not say otherwise. */
const isSixOnly = ({ addresses, params }: Server['listens'][number]): boolean =>
  addresses.every((a) => a.kind === 'inet6') && !params.includes('ipv6only=off');

/** The mapping with the port that nginx listens on; null where it is written in another way. */
function mapped(deployment: Deployment, port: ComposePort, to: number): Fix | null {
  const { file, span } = port.place;
  const text = deployment.files.get(file)?.slice(span.start, span.end) ?? '';
  const m = /^(["']?)((?:[\d.]+:)?\d+):\d+(\/tcp)?\1$/.exec(text);
  return m
    ? {
        title: `Publish port ${to} of the container`,
        safety: 'suggestion',
        edits: [{ file, edits: [{ span, newText: `"${m[2]}:${to}${m[3] ?? ''}"` }] }],
      }
    : null;
}

const COMPOSE = (ports: string): string =>
  `services:\n  nginx:\n    image: nginx:1.28\n    ports: [${ports}]\n    volumes: ["./nginx.conf:/etc/nginx/nginx.conf:ro"]\n`;

export default defineRule({
  id: 'published-port-unheard',
  group: 'wsgi',
  severity: 'warning',
  since: '0.2',
  title: 'A port of the container is published, and nginx does not listen on it',
  why: `
\`ports: ["80:8080"]\` maps port 80 of the machine to port 8080 in the container. Where no \`listen\` line names that port, the connection
is refused: the site cannot be reached, although both sides look right by themselves.

\`listen [::]:80\` is for IPv6 alone unless it says \`ipv6only=off\`. What is published for IPv4 is passed on to the IPv4 address of the container, where nobody listens.

A mapping is for TCP unless it says otherwise: a \`listen\` line with \`udp\` or \`quic\` needs \`"443:443/udp"\`.`,
  about: ['listen'],
  references: ['https://docs.docker.com/reference/compose-file/services/#ports'],
  looksAt: { config: true },
  needs: 'deployment',
  fixable: 'sometimes',
  messages: {
    udp: 'nginx listens on UDP port {port} ({what}), and only TCP is published: no packet of a client arrives. Publish "{outer}:{port}/udp" as well.',
    six: 'Port {outer} is published as port {port} of this container, where nginx listens on IPv6 only: "{address}" takes no connection by IPv4, and that is how Docker passes them on. Add "listen {port};".',
    alone:
      'Port {outer} is published as port {port} of this container, and no server of nginx listens there. Listen on {port}, or remove the mapping.',
    unheard:
      'Port {outer} is published as port {port} of this container, and no server of nginx listens there. Listen on {port}, or publish {own}.',
  },
  check({ config, deployment, report }) {
    for (const from of nginxesOf(config, deployment)) if (from.networks !== null && from.ports.length) ports(from);

    function ports(from: ComposeService): void {
      const unseen = unseenPorts(config, runsNginxImage(deployment, from), from);
      if (unseen === null) return;
      const servers = allServers(config);
      const listens = servers.flatMap((s) => s.listens);
      // an address that is not read, for a placeholder in it, may be any
      const read = new Set(listens.map((l) => l.directive));
      if (servers.some((s) => s.scope.named('listen').some((d) => !read.has(d) || d.args[0]?.templated))) return;
      const inside = (a: (typeof listens)[number]['addresses'][number]): boolean => a.kind !== 'unix';
      const heard = new Set([...unseen, ...listens.flatMap((l) => l.addresses.filter(inside).map((a) => a.port))]);
      const told = new Set<number>();
      const place = listens.find((l) => l.directive && l.addresses.some(inside));
      if (!place?.directive) return;
      const own = [...new Set(listens.flatMap((l) => l.addresses.filter(inside).map((a) => a.port)))];
      for (const { directive, addresses } of listens) {
        const what = directive?.values.includes('udp') ? 'udp' : directive?.values.includes('quic') ? 'quic' : null;
        const port = addresses.find(inside)?.port;
        if (!directive || what === null || port === undefined || told.has(port)) continue;
        const published = from.ports.filter((p) => p.target === port && p.published !== null);
        // what is published for nobody may be for neighbours only
        if (!published.length || published.some((p) => p.protocol === 'udp')) continue;
        told.add(port);
        report('udp', {
          at: directive.at(directive.args[0]!),
          // browsers get along without HTTP/3
          severity: what === 'quic' ? 'info' : undefined,
          data: { port, what, outer: published[0]!.published! },
          related: [{ at: published[0]!.place, message: `the service ${from.name} publishes it here` }],
        });
      }
      for (const port of from.networkMode === 'host' ? [] : from.ports) {
        if (port.published === null || port.protocol !== 'tcp' || port.hostIp?.includes(':') || unseen.includes(port.target)) continue;
        const there = listens.filter((l) => isTcp(l.params) && l.addresses.some((a) => inside(a) && a.port === port.target));
        const [first] = there;
        if (!first?.directive || told.has(port.target) || !there.every(isSixOnly)) continue;
        told.add(port.target);
        report('six', {
          at: first.directive.at(first.directive.args[0]!),
          data: { outer: port.published, port: port.target, address: first.directive.value(0) },
          related: [{ at: port.place, message: `the service ${from.name} publishes it here` }],
        });
      }
      for (const port of from.ports) {
        if (port.published === null || port.protocol !== 'tcp' || heard.has(port.target)) continue;
        // the listener that nothing outside leads to is what was meant
        const free = own.filter((p) => !from.ports.some((other) => other.target === p));
        const to = free.length === 1 ? free[0]! : null;
        const at = listens.find((l) => l.directive && l.addresses.some((a) => inside(a) && a.port === to)) ?? place;
        const others = from.ports.some((p) => p.protocol === 'tcp' && heard.has(p.target));
        report(to === null ? 'alone' : 'unheard', {
          at: at.directive!.at(at.directive!.args[0] ?? at.directive!.statement.name),
          // a port that is kept for TLS to come does no harm beside one that answers
          severity: others ? 'info' : undefined,
          data: { outer: port.published, port: port.target, own: to ?? '' },
          related: [{ at: port.place, message: `the service ${from.name} publishes it here` }],
          fix: to === null ? null : mapped(deployment, port, to),
        });
      }
    }
  },
  examples: [
    {
      bad: tree({
        'nginx.conf': main(`server {
    listen 8080;
#          ^^^^ unheard
    location / {
        return 204;
    }
}`),
        'compose.yaml': COMPOSE('"80:80"'),
      }),
      fixed: tree({ 'compose.yaml': COMPOSE('"80:8080"') }),
      good: tree({
        'nginx.conf': main('server {\n    listen 8080;\n    location / {\n        return 204;\n    }\n}'),
        'compose.yaml': COMPOSE('"80:8080", "127.0.0.1:8081:8080"'),
      }),
    },
    {
      bad: tree({
        'nginx.conf': main(`server {
    listen 80;
#          ^^ alone
    location / {
        return 204;
    }
}`),
        'compose.yaml': COMPOSE('"80:80", "443:443"'),
      }),
      good: tree({
        'nginx.conf': main('server {\n    listen 80;\n    location / {\n        return 204;\n    }\n}'),
        'compose.yaml': COMPOSE('"80:80", "443:443/udp"'),
      }),
    },
    {
      bad: tree({
        'nginx.conf':
          'events {}\nstream {\n    server {\n        listen 5353 udp;\n#              ^^^^ udp\n        proxy_pass 127.0.0.1:5300;\n    }\n}\n',
        'compose.yaml': COMPOSE('"5353:5353"'),
      }),
      good: tree({
        'nginx.conf': 'events {}\nstream {\n    server {\n        listen 5353 udp;\n        proxy_pass 127.0.0.1:5300;\n    }\n}\n',
        'compose.yaml': COMPOSE('"5353:5353/udp"'),
      }),
    },
    {
      // what the file that is not here brings may listen anywhere
      good: tree({
        'nginx.conf': main('include more.conf;\nserver {\n    listen 8080;\n    location / {\n        return 204;\n    }\n}'),
        'compose.yaml': COMPOSE('"80:80"'),
      }),
    },
    {
      bad: tree({
        'nginx.conf': main(`server {
    listen [::]:80;
#          ^^^^^^^ six
    location / {
        return 204;
    }
}`),
        'compose.yaml': COMPOSE('"80:80"'),
      }),
      good: tree({
        'nginx.conf': main('server {\n    listen [::]:80 ipv6only=off;\n    location / {\n        return 204;\n    }\n}'),
        'compose.yaml': COMPOSE('"80:80"'),
      }),
    },
  ],
});
