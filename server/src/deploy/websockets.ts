/**
 * Programs whose pages need a WebSocket, known by the image or the command of their container, or by the name of a host. Sources: the documentation of
 * each on reverse proxies, and reports of people whose proxy lacked the headers (such as louislam/uptime-kuma#865 and #1250). A path only chooses the
 * location that is asked about.
 */
import type { Place } from '../base/span.ts';
import { table } from '../base/table.ts';
import type { ComposeService } from './compose.ts';
import type { Deployment } from './deployment.ts';
import { commandWords } from './dockerfile.ts';
import { imageOf } from './inside.ts';

export interface SocketProgram {
  readonly title: string;
  /** a path at which it takes WebSockets, from its own root */
  readonly path: string;
  /** the port that it listens on if nothing says otherwise */
  readonly port: number;
  /** the word of a host or group that nobody gives to anything else */
  readonly called?: RegExp;
}

/** A word within a name: `my-streamlit-1`. */
const word = (own: string): RegExp => new RegExp(`(?:^|[-_.])(?:${own})(?:$|[-_.\\d])`, 'i');

const PROGRAMS = table({
  streamlit: { title: 'Streamlit', path: '/_stcore/stream', port: 8501, called: word('streamlit') },
  jupyter: { title: 'Jupyter', path: '/api/kernels/1/channels', port: 8888, called: word('jupyter(?:lab)?') },
  jupyterhub: { title: 'JupyterHub', path: '/user/u/api/kernels/1/channels', port: 8000, called: word('jupyterhub') },
  bokeh: { title: 'Bokeh', path: '/app/ws', port: 5006 },
  chainlit: { title: 'Chainlit', path: '/ws/socket.io/', port: 8000 },
  marimo: { title: 'marimo', path: '/ws', port: 2718 },
  reflex: { title: 'Reflex', path: '/_event/', port: 8000 },
  'home-assistant': { title: 'Home Assistant', path: '/api/websocket', port: 8123, called: word('home-?assistant|hass') },
  'uptime-kuma': { title: 'Uptime Kuma', path: '/socket.io/', port: 3001, called: word('uptime-?kuma') },
  'code-server': { title: 'code-server', path: '/stable', port: 8080, called: word('code-server') },
  'node-red': { title: 'Node-RED', path: '/comms', port: 1880, called: word('node-?red') },
  mattermost: { title: 'Mattermost', path: '/api/v4/websocket', port: 8065 },
  ttyd: { title: 'ttyd', path: '/ws', port: 7681 },
  zigbee2mqtt: { title: 'Zigbee2MQTT', path: '/api', port: 8080 },
  'open-webui': { title: 'Open WebUI', path: '/ws/socket.io/', port: 8080 },
  novnc: { title: 'noVNC', path: '/websockify', port: 6080, called: word('no-?vnc|websockify') },
  frigate: { title: 'Frigate', path: '/ws', port: 5000 },
} as const satisfies Record<string, SocketProgram>);

type Name = keyof typeof PROGRAMS;

/** Images by their name without the tag, its registry or not. */
const IMAGES: readonly (readonly [RegExp, Name])[] = [
  [/(^|\/)(home-assistant|linuxserver)\/(home-assistant|homeassistant)$|(^|\/)homeassistant\/[\w-]+$/, 'home-assistant'],
  [/(^|\/)louislam\/uptime-kuma$/, 'uptime-kuma'],
  [/(^|\/)(codercom|linuxserver)\/code-server$/, 'code-server'],
  [/(^|\/)jupyter\/[\w-]+-notebook$/, 'jupyter'],
  [/(^|\/)jupyterhub\/jupyterhub$/, 'jupyterhub'],
  [/(^|\/)nodered\/node-red$/, 'node-red'],
  [/(^|\/)mattermost\/mattermost-(team|enterprise)-edition$/, 'mattermost'],
  [/(^|\/)tsl0922\/ttyd$/, 'ttyd'],
  [/(^|\/)(koenkk\/)?zigbee2mqtt$/, 'zigbee2mqtt'],
  [/(^|\/)open-webui\/open-webui$/, 'open-webui'],
  [/(^|\/)blakeblackshear\/frigate$/, 'frigate'],
];

/** Commands, with the word that must follow some of them. */
const COMMANDS: readonly (readonly [RegExp, Name])[] = [
  [/(^|[\s/])streamlit\s+run\b/, 'streamlit'],
  [/(^|[\s/])(jupyter[\s-](lab|notebook|server)|start-notebook\.(sh|py)|voila)\b/, 'jupyter'],
  [/(^|[\s/])jupyterhub(\s|$)/, 'jupyterhub'],
  [/(^|[\s/])(bokeh|panel)\s+serve\b/, 'bokeh'],
  [/(^|[\s/])chainlit\s+run\b/, 'chainlit'],
  [/(^|[\s/])marimo\s+(run|edit)\b/, 'marimo'],
  [/(^|[\s/])reflex\s+run\b/, 'reflex'],
  [/(^|[\s/])code-server(\s|$)/, 'code-server'],
  [/(^|[\s/])ttyd(\s|$)/, 'ttyd'],
];

const CALLED = new RegExp(
  Object.values<SocketProgram>(PROGRAMS)
    .flatMap(({ called }) => called?.source ?? [])
    .join('|'),
  'i',
);

/** The program that a host or a group is called after; null for every other name. */
export const programCalled = (name: string): SocketProgram | null =>
  // one look for the most names, which are of none
  CALLED.test(name) ? (Object.values<SocketProgram>(PROGRAMS).find(({ called }) => called?.test(name)) ?? null) : null;

/** One of these programs that a unit of the machine starts, with the port that it listens on there. */
export interface StartedProgram {
  readonly program: SocketProgram;
  readonly port: number;
  /** the unit's, such as `board.service` */
  readonly name: string;
  readonly place: Place;
}

/** The port that a command of one of these programs names, in any of the ways in which they take it. */
const PORT = /(?:^|\s)(?:--(?:\w+\.)*port|-p)(?:=|\s+)(\S+)/;

/** What may say the port of a command that does not name it: a variable, or a file of settings. */
const ELSEWHERE = /[Pp]ort\b|\$\{?\w|\s(?:-[cf]|--config\S*)(?:[\s=]|$)/;

/** Ports that anything may listen on: at these nobody is known by the port alone. */
const SHARED: ReadonlySet<number> = new Set([5000, 8000, 8080]);

/** The program that a command starts and its port; null for another command, and where the port is not written out. */
export function programStarted(command: string): { readonly program: SocketProgram; readonly port: number } | null {
  const name = COMMANDS.find(([test]) => test.test(command))?.[1];
  if (name === undefined) return null;
  const program: SocketProgram = PROGRAMS[name];
  const named = PORT.exec(command)?.[1];
  if (named === undefined) return ELSEWHERE.test(command) || SHARED.has(program.port) ? null : { program, port: program.port };
  return /^\d{2,5}$/.test(named) ? { program, port: Number(named) } : null;
}

/** The program that a container runs, where it is one of those; null for every other. */
export function socketProgram(deployment: Deployment, service: ComposeService): SocketProgram | null {
  const stage = deployment.stages.get(service);
  const image = imageOf(deployment, service);
  const words = [...commandWords(service.entrypoint ?? stage?.entrypoint), ...commandWords(service.command ?? stage?.command)].join(' ');
  const name =
    COMMANDS.find(([command]) => command.test(words))?.[1] ?? (image === undefined ? undefined : IMAGES.find(([i]) => i.test(image))?.[1]);
  return name === undefined ? null : PROGRAMS[name];
}
