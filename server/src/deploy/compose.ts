/**
 * Compose files: services with their commands, networks, names, ports and mounts (the Compose specification). A project is a base file with what is laid over
 * it (`mergeCompose`), with what its services extend and with what it includes. Variables of the file itself take their value from the `.env` beside it, their
 * default, or stay unknown. Where something is not seen the project is open, with the reason.
 */

import { basename, dirname, type FileId, pathOf, resolve } from '../base/file-id.ts';
import type { Place } from '../base/span.ts';
import { execWords, type ImageCommand } from './dockerfile.ts';
import { interpolate } from './env-file.ts';
import { checksIn, type HealthCheck } from './health-check.ts';
import type { MappedText } from './mapped-text.ts';
import { type Setting, unknownSetting, written } from './setting.ts';
import { type Environment, NO_ENVIRONMENT } from './shell.ts';
import { counter, type Unread } from './unread.ts';
import { child, scalarText, type YamlValue, yamlDocuments } from './yaml-text.ts';

export interface ComposePort {
  /** on the machine; null for a port that Docker chooses */
  readonly published: number | null;
  readonly target: number;
  /** the machine's address that it is bound to; null for all of them */
  readonly hostIp: string | null;
  readonly protocol: string;
  readonly place: Place;
}

export interface ComposeMount {
  /** as written, with the variables put in that are known; null where Docker makes a volume or a config holds its text itself */
  readonly source: string | null;
  readonly target: string;
  readonly readOnly: boolean;
  readonly place: Place;
  /** the text that a config holds itself */
  readonly content?: Place;
}

/** A ConfigMap of Kubernetes that a container sees as a folder, or one key of it as a file. */
export interface MapMount {
  readonly map: string;
  readonly target: string;
  readonly key: string | null;
  /** its keys where kustomize makes it of files of the project */
  readonly files: readonly { readonly key: string; readonly file: FileId }[];
}

export interface EnvironmentFile {
  readonly path: string;
  readonly required: boolean;
  readonly place: Place;
}

export interface ComposeService {
  readonly name: string;
  readonly file: FileId;
  readonly place: Place;
  readonly image: MappedText | null;
  /** The name of the image with the variables put in that are known. */
  readonly imageName: string | null;
  /** The folder that COPY and ADD take files from; null where it is not built from one of the project's. */
  readonly context: FileId | null;
  /** The Dockerfile that builds it, when one is named or implied. */
  readonly dockerfile: FileId | null;
  /** The text of the file with everything blank but the Dockerfile that it holds itself (`dockerfile_inline`), so that places stay. */
  readonly recipe?: string;
  /** it has a `build` section, also where the Dockerfile is not one of the project's files */
  readonly builds: boolean;
  readonly buildTarget: string | null;
  /** values of the Dockerfile's ARGs */
  readonly buildArgs: ReadonlyMap<string, Setting<string>>;
  /** `working_dir`, which wins over the image's WORKDIR */
  readonly workingDir: string | null;
  readonly command: ImageCommand | null;
  readonly entrypoint: ImageCommand | null;
  readonly environment: ReadonlyMap<string, Setting<string>>;
  readonly environmentFiles: readonly EnvironmentFile[];
  /** what other programs read of a container: the routers of Traefik, the sites of Caddy; of Compose only */
  readonly labels?: ReadonlyMap<string, Setting<string>>;
  readonly ports: readonly ComposePort[];
  readonly expose: readonly { readonly port: string; readonly place: Place }[];
  /** Names of networks, `default` when none is named; null with `network_mode`. */
  readonly networks: readonly string[] | null;
  readonly networkMode: string | null;
  /** All names under which other services of a common network reach it. */
  readonly hostNames: readonly string[];
  /** Names that only this service knows for another one (`links`), and those of `extra_hosts` and `external_links`. */
  readonly links: ReadonlyMap<string, string>;
  readonly extraHosts: readonly string[];
  /** names of `external_links`, which Docker's name server knows */
  readonly externalLinks?: readonly string[];
  /** `dns` names servers that Docker's asks in turn */
  readonly asksOwnServers?: boolean;
  readonly mounts: readonly ComposeMount[];
  /** of Kubernetes only */
  readonly maps?: readonly MapMount[];
  /** more is mounted than the files say: `volumes_from`, variables */
  readonly mountsOpen: boolean;
  readonly dependsOn: readonly string[];
  /** services with which it is started again (`restart: true` below `depends_on`) */
  readonly restartsWith: readonly string[];
  /** Docker starts it again when it ends by itself (`restart`, `deploy.restart_policy`), or nobody knows; of Compose only */
  readonly comesAgain?: boolean;
  /** how many files a process of it may have open (`ulimits`, the soft limit); of Compose only */
  readonly openFiles?: { readonly soft: number; readonly place: Place } | null;
  /** where it says that nothing of its image may be written (`read_only`, `readOnlyRootFilesystem`) */
  readonly readOnly?: Place | null;
  /** the user that it runs as, as written, where it names another than its image */
  readonly user?: MappedText | null;
  /** where it says that it is not started as root (`runAsNonRoot`); of Kubernetes only */
  readonly notRoot?: Place | null;
  readonly extends: { readonly file: string | null; readonly service: string } | null;
  /** fields that an override takes away (`!reset`) or puts in place of the old ones (`!override`) */
  readonly replaces: ReadonlySet<string>;
  readonly healthChecks: readonly HealthCheck[];
  /** it says itself how its health is checked, or that it is not, whatever its image says */
  readonly checksItself?: boolean;
  /** ports under which its names are reached, where those are not its own: Kubernetes' Services. Null for Compose, whose names lead to the container itself */
  readonly forwards?: readonly { readonly port: number; readonly target: number }[];
  /** of Kubernetes only: its ports by their names */
  readonly portNames?: ReadonlyMap<string, number>;
  /** containers with the same pod share their addresses, the loopback's too */
  readonly pod?: string;
}

/** One file as it is written. */
export interface ComposeFile {
  readonly file: FileId;
  readonly services: readonly ComposeService[];
  /** networks that are made elsewhere: others may be on them */
  readonly externalNetworks: ReadonlySet<string>;
  /** volumes that may hold what no service puts there: external ones, and those with a driver or options of their own */
  readonly foreignVolumes: ReadonlySet<string>;
  readonly includes: readonly string[];
  /** why services may be missing here; null where none is */
  readonly open: string | null;
}

/** Files that are started together. */
export interface ComposeProject {
  readonly files: readonly FileId[];
  readonly services: readonly ComposeService[];
  readonly externalNetworks: ReadonlySet<string>;
  readonly foreignVolumes: ReadonlySet<string>;
  readonly open: string | null;
  /** what services extend and nobody can: Compose refuses the file */
  readonly damaged: readonly Unread[];
}

type Put = (text: string) => string;

/** True for the name of a unit of Podman's that starts a container. */
export const isQuadlet = (name: string): boolean => name.endsWith('.container');

/** True for a file that says which containers are started, by its path and, where it is at hand, its text. */
export const namesServices = (path: string, text?: string): boolean => isCompose(path, text) || isQuadlet(path);

const CALLED =
  /(?:^|\/)(?:(?:docker-)?compose(?:[.-][\w.-]+)?|docker-(?:stack|swarm)(?:[.-][\w.-]+)?|(?:stack|swarm)|[\w.-]+[.-](?:compose|stack))\.ya?ml$/i;

/** A folder for such files, in which they are called after what they are for, as in `compose/production.yaml`. */
const IN_FOLDER = /(?:^|\/)(?:docker-)?compose\/[\w.-]+\.ya?ml$/i;

/** True for a Compose file by its name or, where its text is at hand, by its folder. */
export const isCompose = (path: string, text?: string): boolean =>
  CALLED.test(path) || (text !== undefined && IN_FOLDER.test(path) && /^services:/m.test(text));

/** True for a path at which a Compose file may be. */
export const mayBeCompose = (path: string): boolean => CALLED.test(path) || IN_FOLDER.test(path);

/** A text with what Compose puts in; a variable whose value only the shell that starts Compose knows stays as it is written. */
const filled = (text: string, environment: Environment): string =>
  text.replace(/\$\$|\$\{[A-Za-z_]\w*(?:[^{}]|\$\{[^{}]*\})*\}|\$[A-Za-z_]\w*/g, (whole) => {
    const done = interpolate(whole, environment);
    return done.unknown.length && done.text === '' ? whole : done.text;
  });

const strings = (value: YamlValue | undefined): MappedText[] =>
  value?.kind === 'list' ? value.items.flatMap((i) => scalarText(i) ?? []) : value?.kind === 'scalar' ? [value.text] : [];

const keysOf = (value: YamlValue | undefined): string[] =>
  value?.kind === 'map' ? value.entries.map((e) => e.key) : strings(value).map((s) => s.text);

/** A command with what Compose itself puts in; variables that it does not know are left for the shell of the container. */
function commandOf(value: YamlValue | undefined, environment: Environment): ImageCommand | null {
  const put = (text: MappedText): MappedText => {
    if (!text.text.includes('$')) return text;
    const known = text.text.replace(/\$\$|\$\{([A-Za-z_]\w*)[^}]*\}|\$([A-Za-z_]\w*)/g, (whole, braced, bare) => {
      const set = environment.get(braced ?? bare);
      return whole === '$$' ? '$' : set?.from === 'text' ? interpolate(whole, environment).text : whole;
    });
    return known === text.text ? text : text.rewritten(known);
  };
  if (value?.kind === 'scalar') return { form: 'shell', text: put(value.text), place: value.place };
  if (value?.kind === 'list') return { form: 'exec', words: execWords(strings(value).map(put)), place: value.place };
  return null;
}

function environmentOf(value: YamlValue | undefined, outer: Environment): Map<string, Setting<string>> {
  const out = new Map<string, Setting<string>>();
  const put = (name: string, text: string, place: Place): void => {
    if (!text.includes('$')) {
      out.set(name, written(text, place));
      return;
    }
    const done = interpolate(text, outer);
    // the shell that starts Compose may set what the `.env` file does not
    const shell = [...text.replaceAll('$$', '').matchAll(/\$\{?([A-Za-z_]\w*)/g)]
      .map((m) => m[1]!)
      .find((n) => outer.get(n)?.from !== 'text');
    if (done.unknown.length) out.set(name, unknownSetting(`depends on $${done.unknown[0]}`, place, { env: done.unknown[0] }));
    else if (shell !== undefined)
      out.set(name, unknownSetting(`depends on $${shell} where Compose runs`, place, { env: shell, fallback: done.text }));
    else out.set(name, written(done.text, place));
  };
  const passed = (name: string, place: Place): void => {
    out.set(name, outer.get(name) ?? unknownSetting('passed on from the environment of compose', place, { env: name }));
  };
  if (value?.kind === 'map') {
    for (const { key, value: v, keyPlace } of value.entries) {
      if (v.kind === 'scalar') put(key, v.text.text, v.place);
      else if (v.kind === 'none' && v.tag !== '!reset') passed(key, keyPlace);
    }
  } else {
    for (const item of strings(value)) {
      const equals = item.text.indexOf('=');
      if (equals < 0) passed(item.text, item.place());
      else put(item.text.slice(0, equals), item.text.slice(equals + 1), item.slice(equals + 1).place());
    }
  }
  return out;
}

const environmentFilesOf = (value: YamlValue | undefined, put: Put): EnvironmentFile[] =>
  (value?.kind === 'list' ? value.items : value ? [value] : []).flatMap((item): EnvironmentFile[] => {
    const path = scalarText(item) ?? scalarText(child(item, 'path'));
    const required = scalarText(child(item, 'required'))?.text !== 'false';
    return path ? [{ path: put(path.text), required, place: path.place() }] : [];
  });

const PORT = /^(?:(\[[^\]]*\]|\d+\.[\d.]+|localhost):)?(?:(\d*)(?:-(\d+))?:)?(\d+)(?:-(\d+))?(?:\/(\w+))?$/;
const MAX_RANGE = 1000;

/** The ports of a short form: `8080:80`, `127.0.0.1:443:443/tcp`, `8000-8003:8000-8003`; none where it is none. */
export function portsIn(text: string, place: Place): ComposePort[] {
  const m = PORT.exec(text.trim());
  if (!m) return [];
  const [first, last] = [Number(m[4]), Number(m[5] ?? m[4])];
  const published = m[2] ? Number(m[2]) : null;
  const many = Math.min(Math.max(last - first, 0), MAX_RANGE) + 1;
  // a range of the machine for one port of the container: one of them is taken
  if (m[3] && last === first && Number(m[3]) !== published)
    return [{ published: null, target: first, hostIp: m[1] ?? null, protocol: m[6] ?? 'tcp', place }];
  return Array.from({ length: many }, (_, i) => ({
    published: published === null ? null : published + i,
    target: first + i,
    hostIp: m[1]?.replace(/^\[|\]$/g, '') ?? null,
    protocol: m[6] ?? 'tcp',
    place,
  }));
}

function portsOf(value: YamlValue | undefined, put: Put): ComposePort[] {
  if (value?.kind !== 'list') return [];
  return value.items.flatMap((item): ComposePort[] => {
    const { place } = item;
    if (item.kind === 'scalar') return portsIn(put(item.text.text), place);
    const text = (key: string): string | undefined => {
      const found = scalarText(child(item, key))?.text;
      return found === undefined ? undefined : put(found);
    };
    const target = Number(text('target'));
    const published = Number(text('published'));
    return Number.isInteger(target)
      ? [
          {
            published: Number.isInteger(published) ? published : null,
            target,
            hostIp: text('host_ip') ?? null,
            protocol: text('protocol') ?? 'tcp',
            place,
          },
        ]
      : [];
  });
}

function mountsOf(service: YamlValue, document: YamlValue, environment: Environment): { mounts: ComposeMount[]; open: boolean } {
  const mounts: ComposeMount[] = [];
  // the folder that Compose is started in is that of its file
  const put: Put = (text) => filled(text.replace(/^\$(?:PWD|\{PWD\})(?=\/|$)/, '.'), environment);
  let open = child(service, 'volumes_from') !== undefined;
  const add = (source: string | null, target: string, readOnly: boolean, place: Place, content?: Place): void => {
    if (target.includes('$') || target === '') open = true;
    else mounts.push({ source, target, readOnly, place, ...(content ? { content } : {}) });
  };
  const volumes = child(service, 'volumes');
  for (const item of volumes?.kind === 'list' ? volumes.items : []) {
    if (item.kind === 'scalar') {
      // a Windows drive is no separator
      const parts = put(item.text.text)
        .replace(/^([A-Za-z]):(?=[\\/])/, '$1\0')
        .split(':')
        .map((p) => p.replace('\0', ':'));
      if (parts.length === 1) add(null, parts[0]!, false, item.place);
      else add(parts[0]!, parts[1]!, parts[2]?.split(',').includes('ro') ?? false, item.place);
    } else {
      const target = scalarText(child(item, 'target'))?.text;
      const source = scalarText(child(item, 'source'))?.text;
      if (target === undefined) open = true;
      else add(source === undefined ? null : put(source), put(target), scalarText(child(item, 'read_only'))?.text === 'true', item.place);
    }
  }
  for (const tmpfs of strings(child(service, 'tmpfs'))) add(null, put(tmpfs.text).split(':')[0]!, false, tmpfs.place());
  const top = child(document, 'configs');
  const configs = child(service, 'configs');
  for (const item of configs?.kind === 'list' ? configs.items : []) {
    const name = scalarText(item)?.text ?? scalarText(child(item, 'source'))?.text;
    if (name === undefined) continue;
    const declared = child(top, name);
    const from = scalarText(child(declared, 'file'))?.text;
    const source = from === undefined ? null : put(from).replace(/^(?![./~$])/, './');
    add(source, put(scalarText(child(item, 'target'))?.text ?? `/${name}`), true, item.place, child(declared, 'content')?.place);
  }
  return { mounts, open };
}

const restartsOf = (value: YamlValue | undefined): string[] =>
  value?.kind === 'map' ? value.entries.flatMap((e) => (scalarText(child(e.value, 'restart'))?.text === 'true' ? [e.key] : [])) : [];

/** One number, or a soft and a hard limit. */
function openFilesOf(value: YamlValue | undefined, put: Put): { readonly soft: number; readonly place: Place } | null {
  const text = scalarText(value) ?? scalarText(child(value, 'soft'));
  const soft = text ? put(text.text) : '';
  return text && /^\d+$/.test(soft) ? { soft: Number(soft), place: text.place() } : null;
}

/** Where a word says yes; null where it says no, and where none is written. */
export const isTrue = (value: YamlValue | undefined): Place | null => (scalarText(value)?.text === 'true' ? value!.place : null);

/** Whether a container that ended is started again; an unknown word may say so. */
function comesAgain(service: YamlValue): boolean {
  const restart = scalarText(child(service, 'restart'))?.text ?? 'no';
  return (restart !== 'no' && restart !== 'false') || child(child(service, 'deploy'), 'restart_policy') !== undefined;
}

/** The request of a service's health check. */
function healthChecksOf(value: YamlValue | undefined, put: Put): readonly HealthCheck[] {
  const test = child(value, 'test');
  if (!test || scalarText(child(value, 'disable'))?.text === 'true') return [];
  const words = strings(test).map((s) => s.text);
  return checksIn(put(words.join(' ')), test.place);
}

/** The Dockerfile that a service holds itself, with the rest of its file blank; undefined where it names one, or writes it in another form than a block. */
function recipeOf(service: YamlValue, source: string): string | undefined {
  const inline = child(child(service, 'build'), 'dockerfile_inline');
  if (inline?.kind !== 'scalar') return undefined;
  const { start, end } = inline.place.span;
  const header = /^[|>][^\n]*/.exec(source.slice(start, end));
  if (!header) return undefined;
  const blank = (text: string): string => text.replace(/[^\n]/g, ' ');
  const from = start + header[0].length;
  return blank(source.slice(0, from)) + source.slice(from, end);
}

const REPLACEABLE = ['command', 'entrypoint', 'environment', 'env_file', 'ports', 'expose', 'networks', 'volumes', 'build', 'image'];

function serviceOf(file: FileId, name: string, place: Place, value: YamlValue, document: YamlValue, outer: Environment): ComposeService {
  const put: Put = (text) => interpolate(text, outer).text;
  const plain = (v: YamlValue | undefined): string | undefined => {
    const found = scalarText(v)?.text;
    return found === undefined ? undefined : put(found);
  };
  const networks = child(value, 'networks');
  const build = child(value, 'build');
  const builds = build !== undefined && build.kind !== 'none';
  const context = plain(build) ?? plain(child(build, 'context')) ?? '.';
  const dockerfileName = plain(child(build, 'dockerfile')) ?? 'Dockerfile';
  const image = scalarText(child(value, 'image')) ?? null;
  // Docker's client may reach the context over a network
  const folder = builds && !/^(https?:|git|ssh:)/.test(context) ? resolve(dirname(file), context) : null;
  const networkMode = plain(child(value, 'network_mode')) ?? null;
  const aliases =
    networks?.kind === 'map' ? networks.entries.flatMap((n) => strings(child(n.value, 'aliases')).map((a) => put(a.text))) : [];
  const names = [plain(child(value, 'container_name')), plain(child(value, 'hostname'))].filter((n) => n !== undefined);
  const extended = child(value, 'extends');
  const extendedService = plain(extended) ?? plain(child(extended, 'service'));
  const { mounts, open } = mountsOf(value, document, outer);
  const extraHosts = child(value, 'extra_hosts');
  const externalLinks = strings(child(value, 'external_links')).map((l) => l.text.split(':').at(-1)!);
  const tagged = REPLACEABLE.filter((key) => {
    const field = child(value, key);
    return field?.tag === '!reset' || field?.tag === '!override';
  });
  return {
    name,
    file,
    place,
    image,
    imageName: image && filled(image.text, outer),
    context: folder,
    dockerfile: child(build, 'dockerfile_inline') ? null : folder && resolve(folder, dockerfileName),
    builds,
    buildTarget: plain(child(build, 'target')) ?? null,
    buildArgs: environmentOf(child(build, 'args'), outer),
    workingDir: plain(child(value, 'working_dir')) ?? null,
    command: commandOf(child(value, 'command'), outer),
    entrypoint: commandOf(child(value, 'entrypoint'), outer),
    environment: environmentOf(child(value, 'environment'), outer),
    environmentFiles: environmentFilesOf(child(value, 'env_file'), put),
    labels: new Map([...environmentOf(child(value, 'labels'), outer), ...environmentOf(child(child(value, 'deploy'), 'labels'), outer)]),
    ports: portsOf(child(value, 'ports'), put),
    expose: strings(child(value, 'expose')).map((e) => ({ port: e.text, place: e.place() })),
    networks: networkMode ? null : networks && networks.kind !== 'none' ? keysOf(networks) : ['default'],
    networkMode,
    hostNames: [...new Set([name, ...aliases, ...names])],
    links: new Map(
      strings(child(value, 'links')).map((l) => {
        const [service, alias] = l.text.split(':');
        return [alias ?? service!, service!];
      }),
    ),
    extraHosts: [
      ...(extraHosts?.kind === 'map' ? keysOf(extraHosts) : strings(extraHosts).map((h) => h.text.split(/[:=]/)[0]!.trim())),
      ...externalLinks,
    ],
    externalLinks,
    asksOwnServers: child(value, 'dns') !== undefined,
    mounts,
    mountsOpen: open,
    dependsOn: keysOf(child(value, 'depends_on')),
    restartsWith: restartsOf(child(value, 'depends_on')),
    comesAgain: comesAgain(value),
    readOnly: isTrue(child(value, 'read_only')),
    user: scalarText(child(value, 'user')) ?? null,
    openFiles: openFilesOf(child(child(value, 'ulimits'), 'nofile'), put),
    extends: extendedService === undefined ? null : { file: plain(child(extended, 'file')) ?? null, service: extendedService },
    replaces: new Set(tagged),
    healthChecks: healthChecksOf(child(value, 'healthcheck'), put),
    checksItself: child(value, 'healthcheck') !== undefined,
  };
}

const MAX_SERVICES = 1000;

const entriesOf = (value: YamlValue | undefined) => (value?.kind === 'map' ? value.entries : []);

/** A network or volume that is made elsewhere. */
function isExternal(value: YamlValue): boolean {
  const external = child(value, 'external');
  return external !== undefined && scalarText(external)?.text !== 'false';
}

/** The first form of these files has its services at the top: every key is one, with an image or what builds it. */
const isOldForm = (document: YamlValue): boolean =>
  document.kind === 'map' &&
  document.entries.length > 0 &&
  document.entries.every(({ value }) => value.kind === 'map' && ['image', 'build', 'extends'].some((key) => child(value, key)));

/** Reads one file. `environment` is that of Compose itself: the `.env` file beside it. Throws TooMuch for one that no project has. */
export function readCompose(file: FileId, text: string, environment: Environment = NO_ENVIRONMENT): ComposeFile {
  const services: ComposeService[] = [];
  const externalNetworks = new Set<string>();
  const foreignVolumes = new Set<string>();
  const includes: string[] = [];
  let open: string | null = null;
  const count = counter(MAX_SERVICES, 'services');
  for (const document of yamlDocuments(file, text, true)) {
    const included = child(document, 'include');
    for (const item of included?.kind === 'list' ? included.items : [])
      for (const path of [...strings(item), ...strings(child(item, 'path'))]) includes.push(interpolate(path.text, environment).text);
    for (const { key, value } of entriesOf(child(document, 'networks'))) if (isExternal(value)) externalNetworks.add(key);
    for (const { key, value } of entriesOf(child(document, 'volumes')))
      if (isExternal(value) || child(value, 'driver') || child(value, 'driver_opts')) foreignVolumes.add(key);
    const all = child(document, 'services') ?? (isOldForm(document) ? document : undefined);
    if (all?.kind !== 'map') continue;
    for (const { key, keyPlace, value } of all.entries) {
      count();
      // a service that is no mapping is a slip of indentation: what else is at the wrong place nobody knows
      if (value.kind === 'map') {
        const recipe = recipeOf(value, text);
        const service = serviceOf(file, key, keyPlace, value, document, environment);
        services.push(recipe === undefined ? service : { ...service, recipe });
      } else if (value.tag !== '!reset') open ??= `${basename(file)} is not well formed`;
    }
  }
  return { file, services, externalNetworks, foreignVolumes, includes, open };
}

/** One service with another laid over it. */
function mergedService(b: ComposeService, o: ComposeService): ComposeService {
  const own = (key: string): boolean => o.replaces.has(key);
  const listed = <T>(key: string, left: readonly T[], right: readonly T[]): readonly T[] => (own(key) ? right : [...left, ...right]);
  const targets = new Set(o.mounts.map((m) => m.target));
  return {
    ...b,
    image: own('image') ? o.image : (o.image ?? b.image),
    imageName: own('image') ? o.imageName : (o.imageName ?? b.imageName),
    context: own('build') ? o.context : (o.context ?? b.context),
    dockerfile: own('build') ? o.dockerfile : (o.dockerfile ?? b.dockerfile),
    recipe: own('build') ? o.recipe : (o.recipe ?? b.recipe),
    builds: own('build') ? o.builds : o.builds || b.builds,
    buildTarget: o.buildTarget ?? b.buildTarget,
    buildArgs: new Map([...b.buildArgs, ...o.buildArgs]),
    healthChecks: o.healthChecks.length ? o.healthChecks : b.healthChecks,
    checksItself: o.checksItself || b.checksItself,
    workingDir: o.workingDir ?? b.workingDir,
    command: own('command') ? o.command : (o.command ?? b.command),
    entrypoint: own('entrypoint') ? o.entrypoint : (o.entrypoint ?? b.entrypoint),
    environment: own('environment') ? o.environment : new Map([...b.environment, ...o.environment]),
    environmentFiles: listed('env_file', b.environmentFiles, o.environmentFiles),
    labels: own('labels') ? o.labels : new Map([...(b.labels ?? []), ...(o.labels ?? [])]),
    ports: listed('ports', b.ports, o.ports),
    expose: listed('expose', b.expose, o.expose),
    networks: o.networkMode
      ? null
      : own('networks')
        ? o.networks
        : b.networks && o.networks
          ? mergedNetworks(b.networks, o.networks)
          : (o.networks ?? b.networks),
    networkMode: o.networkMode ?? b.networkMode,
    hostNames: [...new Set([...b.hostNames, ...o.hostNames])],
    links: new Map([...b.links, ...o.links]),
    extraHosts: [...b.extraHosts, ...o.extraHosts],
    externalLinks: [...(b.externalLinks ?? []), ...(o.externalLinks ?? [])],
    asksOwnServers: b.asksOwnServers === true || o.asksOwnServers === true,
    mounts: own('volumes') ? o.mounts : [...b.mounts.filter((m) => !targets.has(m.target)), ...o.mounts],
    mountsOpen: b.mountsOpen || o.mountsOpen,
    dependsOn: [...new Set([...b.dependsOn, ...o.dependsOn])],
    restartsWith: [...new Set([...b.restartsWith, ...o.restartsWith])],
    comesAgain: b.comesAgain || o.comesAgain,
    openFiles: o.openFiles ?? b.openFiles,
    readOnly: o.readOnly ?? b.readOnly,
    user: o.user ?? b.user,
  };
}

/** Networks add up; `default` is only there where no file names any. */
function mergedNetworks(a: readonly string[], b: readonly string[]): readonly string[] {
  const named = [...new Set([...a, ...b])].filter((n) => n !== 'default');
  return named.length ? named : ['default'];
}

/** Services of a base file with those of override files laid over them, as `docker compose -f a -f b` does for the fields that matter here. */
export function mergeCompose(base: readonly ComposeService[], over: readonly ComposeService[]): ComposeService[] {
  const merged = new Map(base.map((s) => [s.name, s]));
  for (const o of over) {
    const b = merged.get(o.name);
    merged.set(o.name, b ? mergedService(b, o) : o);
  }
  return [...merged.values()];
}

const MAX_DEPTH = 5;

/**
 * The project that these files form, the later laid over the earlier, with what services extend and what is included. `read` gives another file of the
 * workspace, null where there is none: the project is open then.
 */
export function composeProject(files: readonly ComposeFile[], read: (file: FileId) => ComposeFile | null): ComposeProject {
  let open: string | null = files.map((f) => f.open).find((o) => o !== null) ?? null;
  const all = new Set<FileId>(files.map((f) => f.file));
  const external = new Set(files.flatMap((f) => [...f.externalNetworks]));
  const foreign = new Set(files.flatMap((f) => [...f.foreignVolumes]));
  const damaged: Unread[] = [];
  const extended = (service: ComposeService, within: ComposeFile, above: readonly string[]): ComposeService => {
    if (!service.extends) return service;
    const whose = service.extends.file ?? basename(within.file);
    const other = service.extends.file === null ? within : read(resolve(dirname(within.file), service.extends.file));
    const base = other?.services.find((s) => s.name === service.extends!.service);
    const key = other ? `${other.file} ${service.extends.service}` : '';
    const circle = above.includes(key);
    if (!other || !base || circle || above.length >= MAX_DEPTH) {
      const why = circle
        ? `the service ${service.extends.service} extends itself in a circle`
        : !other
          ? `${service.name} extends ${whose}, which is not in the workspace`
          : !base
            ? `${service.name} extends ${service.extends.service}, which ${whose} does not have`
            : null;
      if (why !== null) damaged.push({ file: within.file, why });
      open ??= `${service.extends.file ?? service.extends.service}, which ${service.name} extends, is not in the workspace`;
      return { ...service, mountsOpen: true };
    }
    all.add(other.file);
    const merged = mergedService(extended(base, other, [...above, key]), service);
    return { ...merged, name: service.name, file: service.file, place: service.place, hostNames: service.hostNames };
  };
  const whole = (file: ComposeFile, depth: number): ComposeService[] => {
    const services: ComposeService[] = [];
    for (const path of file.includes) {
      const other = depth < MAX_DEPTH ? read(resolve(dirname(file.file), path)) : null;
      if (other) {
        all.add(other.file);
        for (const n of other.externalNetworks) external.add(n);
        for (const v of other.foreignVolumes) foreign.add(v);
        open ??= other.open;
        services.push(...whole(other, depth + 1));
      } else open ??= `${path}, which ${basename(file.file)} includes, is not in the workspace`;
    }
    return mergeCompose(
      services,
      file.services.map((s) => extended(s, file, [`${file.file} ${s.name}`])),
    );
  };
  const services = files.map((f) => whole(f, 0)).reduce<ComposeService[]>((base, over) => mergeCompose(base, over), []);
  return { files: [...all], services, externalNetworks: external, foreignVolumes: foreign, open, damaged };
}

/** Which files of one folder are started together: the base with its override, each further file over the base or alone, and all units of Podman. */
function groupsOf(folder: readonly ComposeFile[]): ComposeFile[][] {
  const units = folder.filter((g) => isQuadlet(basename(g.file)));
  const group = folder.filter((g) => !units.includes(g));
  const base = group.find((g) => /^(docker-)?compose\.ya?ml$/i.test(basename(g.file)));
  const override = group.find((g) => /^(docker-)?compose\.override\.ya?ml$/i.test(basename(g.file)));
  const out: ComposeFile[][] = [];
  if (base) out.push(override ? [base, override] : [base]);
  for (const g of group) {
    if (g === base || g === override) continue;
    const complete = g.services.every((s) => s.image || s.builds || s.extends);
    out.push(complete || !base ? [g] : [base, g]);
  }
  if (units.length) out.push(units);
  return out;
}

/**
 * The projects that the Compose files and units of Podman among `files` form, in their order, as they are started. `read` gives a file as it is written, null where there is
 * none; `guarded` runs what a file may make fail.
 */
export function composeProjects(
  files: ReadonlyMap<FileId, string>,
  read: (file: FileId) => ComposeFile | null,
  guarded: (file: FileId, make: () => ComposeProject) => ComposeProject | null,
): ComposeProject[] {
  const byFolder = new Map<FileId, ComposeFile[]>();
  for (const [file, text] of files) {
    const own = namesServices(pathOf(file), text) ? read(file) : null;
    if (own) byFolder.set(dirname(file), [...(byFolder.get(dirname(file)) ?? []), own]);
  }
  return [...byFolder.values()].flatMap((group) =>
    groupsOf(group).flatMap((together) => guarded(together[0]!.file, () => composeProject(together, read)) ?? []),
  );
}

/** Whether two services share a network on which each resolves the other's names. */
export const shareNetwork = (a: ComposeService, b: ComposeService): boolean => {
  const networks = b.networks;
  return a.networks !== null && networks !== null && a.networks.some((n) => networks.includes(n));
};
