/** A program that is known to need WebSockets is proxied without the headers of their handshake. */

import type { ComposeService } from '../../deploy/compose.ts';
import type { Deployment } from '../../deploy/deployment.ts';
import { type SocketProgram, socketProgram } from '../../deploy/websockets.ts';
import { defineRule } from '../rule.ts';
import { main, site, tree } from './_examples.ts';
import { containerBehind, type Link, linksOf, pathsTo, portOf, sendAlong } from './_links.ts';
import { lostOf, passesOn, UPGRADE } from './_upgrade.ts';

/** The container that an address leads to: by its name, by a port that it publishes, or on the network of the machine by its own port. */
function containerAt(link: Link, deployment: Deployment, programOf: (s: ComposeService) => SocketProgram | null) {
  const { address } = link;
  const onHost =
    address.kind === 'tcp' &&
    deployment.containers.find(
      (s) =>
        s.networkMode === 'host' &&
        programOf(s)?.port === address.port &&
        !deployment.containers.some((o) => o.hostNames.includes(address.host)),
    );
  return onHost || containerBehind(link, deployment);
}

const COMPOSE = (image: string): string =>
  `services:\n  nginx:\n    image: nginx:1.28\n    ports: ["80:80"]\n    volumes: ["./nginx.conf:/etc/nginx/nginx.conf:ro"]\n  app:\n    ${image}\n`;

export default defineRule({
  id: 'websocket-not-passed',
  group: 'wsgi',
  severity: 'warning',
  since: '0.2',
  missing: ['proxy_set_header', 'location'],
  title: 'Program needs WebSockets that are not passed on',
  why: `
Streamlit, Jupyter, Home Assistant and others draw their pages over a WebSocket. \`Upgrade\` and \`Connection\` are hop-by-hop headers: nginx drops the
first and replaces the second, so that the handshake arrives as an ordinary request. The page is loaded, and then waits forever, or says that the
connection is lost.

The rule knows the program by the image or the command of its container. Programs that do without WebSockets where there are none are not reported.`,
  about: ['proxy_pass', 'proxy_set_header', 'proxy_http_version', '$http_upgrade'],
  references: ['https://nginx.org/en/docs/http/websocket.html'],
  looksAt: { config: true },
  needs: 'deployment',
  costly: true,
  fixable: 'always',
  messages: {
    lost: '{program} needs WebSockets, and the handshake for {path} arrives without {missing}: its pages do not connect. Pass the upgrade on.',
  },
  check({ config, deployment, report }) {
    const known = new Map<ComposeService, SocketProgram | null>();
    const programOf = (service: ComposeService): SocketProgram | null => {
      let found = known.get(service);
      if (found === undefined) known.set(service, (found = socketProgram(deployment, service)));
      return found;
    };
    if (!deployment.containers.some(programOf)) return;
    const lost: { link: Link; service: ComposeService; program: SocketProgram; path: string; missing: readonly string[] }[] = [];
    /** Programs that a handshake reaches whole somewhere in a server: another way there is not the one that WebSockets take. */
    const arrives = new Set<string>();
    const way = ({ server }: Link, { file, name }: ComposeService): string => `${server?.index} ${file}#${name}`;
    for (const link of linksOf(config, deployment)) {
      const service = link.server && link.target.kind === 'proxy' ? containerAt(link, deployment, programOf) : undefined;
      const program = service && programOf(service);
      if (!link.server || !service || !program) continue;
      const scheme = portOf(link.server, 'https') !== null ? 'https' : 'http';
      for (const path of pathsTo(link, program.path)) {
        const along = sendAlong(link, config, { scheme, path, headers: UPGRADE });
        if (!along) continue;
        const missing = lostOf(along.traced);
        if (missing.length) lost.push({ link, service, program, path, missing });
        else arrives.add(way(link, service));
        break;
      }
    }
    const reported = new Set<string>();
    for (const { link, service, program, path, missing } of lost) {
      const at = link.pass.nameAt;
      const key = `${at.file}#${at.span.start}`;
      // a half of the handshake is said at its lines
      if (reported.has(key) || arrives.has(way(link, service)) || !(missing.includes('Upgrade') && missing.includes('Connection')))
        continue;
      reported.add(key);
      report('lost', {
        at,
        data: { program: program.title, path, missing: missing.join(', ') },
        related: [{ at: service.place, message: `${program.title} runs in ${service.name}` }],
        ...passesOn(link.pass, missing),
      });
    }
  },
  examples: [
    {
      settings: { nginx: '1.28.0' },
      bad: tree({
        'nginx.conf': site(`
        proxy_pass http://app:8501;
#       ^^^^^^^^^^ lost
        proxy_set_header Host $host;`),
        'compose.yaml': COMPOSE('command: streamlit run app.py'),
      }),
      fixed: tree({
        'nginx.conf': site(`
        proxy_pass http://app:8501;
        proxy_set_header Host $host;
        proxy_http_version 1.1;
        proxy_set_header Upgrade $http_upgrade;
        proxy_set_header Connection "upgrade";`),
      }),
    },
    {
      bad: tree({
        'nginx.conf': main(`server {
    listen 80;
    location / {
        proxy_pass http://192.168.1.10:8123;
#       ^^^^^^^^^^ lost
        proxy_set_header Host $host;
    }
}`),
        'compose.yaml': COMPOSE('image: ghcr.io/home-assistant/home-assistant:stable\n    network_mode: host'),
      }),
      fixed: tree({
        'nginx.conf': main(`server {
    listen 80;
    location / {
        proxy_pass http://192.168.1.10:8123;
        proxy_set_header Host $host;
        proxy_set_header Upgrade $http_upgrade;
        proxy_set_header Connection "upgrade";
    }
}`),
      }),
    },
    {
      good: tree({
        'nginx.conf': main(`server {
    listen 80;
    location / {
        proxy_pass http://192.168.1.10:8123;
        proxy_set_header Host $host;
    }
    location /api/websocket {
        proxy_pass http://192.168.1.10:8123;
        proxy_http_version 1.1;
        proxy_set_header Host $host;
        proxy_set_header Upgrade $http_upgrade;
        proxy_set_header Connection "upgrade";
    }
}`),
        'compose.yaml': COMPOSE('image: ghcr.io/home-assistant/home-assistant:stable\n    network_mode: host'),
      }),
    },
    {
      good: tree({
        'nginx.conf': site(`
        proxy_pass http://app:8096;
        proxy_set_header Host $host;`),
        'compose.yaml': COMPOSE('image: jellyfin/jellyfin:10.10'),
      }),
    },
  ],
});
