/** A program that is known to need WebSockets is proxied without the headers of their handshake. */

import type { Place } from '../../base/span.ts';
import { isLoopback } from '../../deploy/address.ts';
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

/** What runs a program: a container, or a unit of the machine. */
interface Runner {
  readonly program: SocketProgram;
  readonly name: string;
  readonly place: Place;
}

/** The program that a unit starts on the machine of nginx and that an address there leads to; null where several might be it. */
function unitAt({ address, from, reached }: Link, { started }: Deployment): Runner | null {
  if (address.kind !== 'tcp' || from !== null || reached.kind === 'listener' || !isLoopback(address.host)) return null;
  const found = started.filter((s) => s.port === address.port);
  return found.length === 1 ? found[0]! : null;
}

const UNIT = (command: string): string =>
  `[Service]\nUser=www-data\nWorkingDirectory=/srv/board\nExecStart=/srv/board/venv/bin/${command}\n`;

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

The rule knows the program by the image or the command of its container, or by the command of a unit that starts it on the same machine. Programs that do without WebSockets where there are none are not reported.`,
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
    if (!deployment.started.length && !deployment.containers.some(programOf)) return;
    const lost: (Runner & { link: Link; path: string; missing: readonly string[] })[] = [];
    /** Programs that a handshake reaches whole somewhere in a server: another way there is not the one that WebSockets take. */
    const arrives = new Set<string>();
    const way = ({ server }: Link, { place }: Runner): string => `${server?.index} ${place.file}#${place.span.start}`;
    const runnerOf = (link: Link): Runner | null => {
      if (link.target.kind !== 'proxy') return null;
      const service = containerAt(link, deployment, programOf);
      if (!service) return unitAt(link, deployment);
      const program = programOf(service);
      return program && { program, name: service.name, place: service.place };
    };
    for (const link of linksOf(config, deployment)) {
      const runner = link.server && runnerOf(link);
      if (!link.server || !runner) continue;
      const { program } = runner;
      const scheme = portOf(link.server, 'https') !== null ? 'https' : 'http';
      for (const path of pathsTo(link, program.path)) {
        const along = sendAlong(link, config, { scheme, path, headers: UPGRADE });
        if (!along) continue;
        const missing = lostOf(along.traced);
        if (missing.length) lost.push({ ...runner, link, path, missing });
        else arrives.add(way(link, runner));
        break;
      }
    }
    const reported = new Set<string>();
    for (const { link, path, missing, ...runner } of lost) {
      const { program, name, place } = runner;
      const at = link.pass.nameAt;
      const key = `${at.file}#${at.span.start}`;
      // a half of the handshake is said at its lines
      if (reported.has(key) || arrives.has(way(link, runner)) || !(missing.includes('Upgrade') && missing.includes('Connection'))) continue;
      reported.add(key);
      report('lost', {
        at,
        data: { program: program.title, path, missing: missing.join(', ') },
        related: [{ at: place, message: `${program.title} runs in ${name}` }],
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
    {
      settings: { nginx: '1.28.0' },
      bad: tree({
        'nginx.conf': site(`
        proxy_pass http://127.0.0.1:8600/;
#       ^^^^^^^^^^ lost
        proxy_set_header Host $host;`),
        'board.service': UNIT('streamlit run board.py --server.port 8600 --server.address 127.0.0.1'),
      }),
      fixed: tree({
        'nginx.conf': site(`
        proxy_pass http://127.0.0.1:8600/;
        proxy_set_header Host $host;
        proxy_http_version 1.1;
        proxy_set_header Upgrade $http_upgrade;
        proxy_set_header Connection "upgrade";`),
      }),
    },
    {
      settings: { nginx: '1.28.0' },
      good: tree({
        'nginx.conf': site(`
        proxy_pass http://127.0.0.1:8501;
        proxy_set_header Host $host;`),
        'board.service': UNIT('streamlit run board.py --server.port 8600'),
      }),
    },
  ],
});
