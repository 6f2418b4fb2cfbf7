/**
 * Compose files: services with their commands, networks, names, ports and mounts (the Compose specification). Variables of the file itself (`${TAG:-x}`)
 * take their default or stay unknown; `extends` and several files for one project are merged by `mergeCompose`.
 */
import { dirname, type FileId, resolve } from '../base/file-id.ts';
import type { Place } from '../base/span.ts';
import { execWords, type ImageCommand } from './dockerfile.ts';
import type { MappedText } from './mapped-text.ts';
import { type Setting, unknownSetting, written } from './setting.ts';
import { child, scalarText, type YamlValue, yamlDocuments } from './yaml-text.ts';

export interface ComposePort {
  readonly published: number | null;
  readonly target: number;
  readonly place: Place;
}

export interface ComposeMount {
  readonly source: string | null;
  readonly target: string;
  readonly readOnly: boolean;
  readonly place: Place;
}

export interface ComposeService {
  readonly name: string;
  readonly file: FileId;
  readonly place: Place;
  readonly image: MappedText | null;
  /** The Dockerfile that builds it, when one is named or implied. */
  readonly dockerfile: FileId | null;
  readonly buildTarget: string | null;
  readonly command: ImageCommand | null;
  readonly entrypoint: ImageCommand | null;
  readonly environment: ReadonlyMap<string, Setting<string>>;
  readonly environmentFiles: readonly MappedText[];
  readonly ports: readonly ComposePort[];
  readonly expose: readonly { readonly port: string; readonly place: Place }[];
  /** Names of networks, `default` when none is named; null with `network_mode`. */
  readonly networks: readonly string[] | null;
  readonly networkMode: string | null;
  /** All names under which other services of a common network reach it. */
  readonly hostNames: readonly string[];
  readonly mounts: readonly ComposeMount[];
  readonly dependsOn: readonly string[];
}

const interpolated = (text: string): string => text.replace(/\$\{([A-Za-z_]\w*):?-([^}]*)\}/g, '$2').replaceAll('$$', '$');

const strings = (value: YamlValue | undefined): MappedText[] =>
  value?.kind === 'list' ? value.items.flatMap((i) => scalarText(i) ?? []) : value?.kind === 'scalar' ? [value.text] : [];

const keysOf = (value: YamlValue | undefined): string[] =>
  value?.kind === 'map' ? value.entries.map((e) => e.key) : strings(value).map((s) => s.text);

function commandOf(value: YamlValue | undefined): ImageCommand | null {
  if (value?.kind === 'scalar') return { form: 'shell', text: value.text, place: value.place };
  if (value?.kind === 'list') return { form: 'exec', words: execWords(strings(value)), place: value.place };
  return null;
}

function environmentOf(value: YamlValue | undefined): Map<string, Setting<string>> {
  const out = new Map<string, Setting<string>>();
  const put = (name: string, text: string, place: Place): void => {
    const plain = interpolated(text);
    const open = /\$\{?([A-Za-z_]\w*)/.exec(plain);
    const fallback = plain !== text ? plain : undefined;
    if (open) out.set(name, unknownSetting(`depends on $${open[1]}`, place, { env: open[1] }));
    else if (fallback !== undefined && text.includes('${'))
      out.set(name, unknownSetting(`depends on the environment of compose`, place, { fallback }));
    else out.set(name, written(plain, place));
  };
  if (value?.kind === 'map') {
    for (const { key, value: v, keyPlace } of value.entries) {
      if (v.kind === 'scalar') put(key, v.text.text, v.place);
      else out.set(key, unknownSetting('passed on from the environment of compose', keyPlace, { env: key }));
    }
  } else {
    for (const item of strings(value)) {
      const equals = item.text.indexOf('=');
      if (equals < 0) out.set(item.text, unknownSetting('passed on from the environment of compose', item.place(), { env: item.text }));
      else put(item.text.slice(0, equals), item.text.slice(equals + 1), item.slice(equals + 1).place());
    }
  }
  return out;
}

function portsOf(value: YamlValue | undefined): ComposePort[] {
  if (value?.kind !== 'list') return [];
  return value.items.flatMap((item): ComposePort[] => {
    if (item.kind === 'scalar') {
      const m = /^(?:(?:\[[^\]]*\]|\d+\.[\d.]+):)?(?:(\d+)(?:-\d+)?:)?(\d+)(?:-\d+)?(?:\/\w+)?$/.exec(interpolated(item.text.text));
      return m ? [{ published: m[1] ? Number(m[1]) : null, target: Number(m[2]), place: item.place }] : [];
    }
    const target = Number(scalarText(child(item, 'target'))?.text);
    const published = Number(scalarText(child(item, 'published'))?.text);
    return Number.isInteger(target) ? [{ published: Number.isInteger(published) ? published : null, target, place: item.place }] : [];
  });
}

function mountsOf(value: YamlValue | undefined): ComposeMount[] {
  if (value?.kind !== 'list') return [];
  return value.items.flatMap((item): ComposeMount[] => {
    if (item.kind === 'scalar') {
      const parts = interpolated(item.text.text).split(':');
      if (parts.length === 1) return [{ source: null, target: parts[0]!, readOnly: false, place: item.place }];
      return [{ source: parts[0]!, target: parts[1]!, readOnly: parts[2]?.split(',').includes('ro') ?? false, place: item.place }];
    }
    const target = scalarText(child(item, 'target'))?.text;
    if (target === undefined) return [];
    const readOnly = scalarText(child(item, 'read_only'))?.text === 'true';
    return [{ source: scalarText(child(item, 'source'))?.text ?? null, target, readOnly, place: item.place }];
  });
}

export function readCompose(file: FileId, text: string): ComposeService[] {
  const services: ComposeService[] = [];
  for (const document of yamlDocuments(file, text)) {
    const all = child(document, 'services');
    if (all?.kind !== 'map') continue;
    for (const { key: name, keyPlace, value } of all.entries) {
      if (value.kind !== 'map') continue;
      const networks = child(value, 'networks');
      const build = child(value, 'build');
      const context = scalarText(build)?.text ?? scalarText(child(build, 'context'))?.text ?? '.';
      const dockerfileName = scalarText(child(build, 'dockerfile'))?.text ?? 'Dockerfile';
      const networkMode = scalarText(child(value, 'network_mode'))?.text ?? null;
      const aliases =
        networks?.kind === 'map' ? networks.entries.flatMap((n) => strings(child(n.value, 'aliases')).map((a) => a.text)) : [];
      const containerName = scalarText(child(value, 'container_name'))?.text;
      const hostname = scalarText(child(value, 'hostname'))?.text;
      services.push({
        name,
        file,
        place: keyPlace,
        image: scalarText(child(value, 'image')) ?? null,
        dockerfile:
          build && build.kind !== 'none' && !/^(https?:|git)/.test(context)
            ? resolve(resolve(dirname(file), context), dockerfileName)
            : null,
        buildTarget: scalarText(child(build, 'target'))?.text ?? null,
        command: commandOf(child(value, 'command')),
        entrypoint: commandOf(child(value, 'entrypoint')),
        environment: environmentOf(child(value, 'environment')),
        environmentFiles: strings(child(value, 'env_file')),
        ports: portsOf(child(value, 'ports')),
        expose: strings(child(value, 'expose')).map((e) => ({ port: e.text, place: e.place() })),
        networks: networkMode ? null : networks && networks.kind !== 'none' ? keysOf(networks) : ['default'],
        networkMode,
        hostNames: [...new Set([name, ...aliases, ...(containerName ? [containerName] : []), ...(hostname ? [hostname] : [])])],
        mounts: mountsOf(child(value, 'volumes')),
        dependsOn: keysOf(child(value, 'depends_on')),
      });
    }
  }
  return services;
}

/** Services of a base file with those of override files laid over them, as `docker compose -f a -f b` does for the fields that matter here. */
export function mergeCompose(base: readonly ComposeService[], over: readonly ComposeService[]): ComposeService[] {
  const merged = new Map(base.map((s) => [s.name, s]));
  for (const o of over) {
    const b = merged.get(o.name);
    merged.set(
      o.name,
      b
        ? {
            ...b,
            image: o.image ?? b.image,
            dockerfile: o.dockerfile ?? b.dockerfile,
            buildTarget: o.buildTarget ?? b.buildTarget,
            command: o.command ?? b.command,
            entrypoint: o.entrypoint ?? b.entrypoint,
            environment: new Map([...b.environment, ...o.environment]),
            environmentFiles: [...b.environmentFiles, ...o.environmentFiles],
            ports: [...b.ports, ...o.ports],
            expose: [...b.expose, ...o.expose],
            networks: o.networkMode
              ? null
              : b.networks && o.networks
                ? [...new Set([...b.networks, ...o.networks])]
                : (o.networks ?? b.networks),
            networkMode: o.networkMode ?? b.networkMode,
            hostNames: [...new Set([...b.hostNames, ...o.hostNames])],
            mounts: [...b.mounts, ...o.mounts],
            dependsOn: [...new Set([...b.dependsOn, ...o.dependsOn])],
          }
        : o,
    );
  }
  return [...merged.values()];
}

/** Whether two services share a network on which each resolves the other's names. */
export const shareNetwork = (a: ComposeService, b: ComposeService): boolean => {
  const networks = b.networks;
  return a.networks !== null && networks !== null && a.networks.some((n) => networks.includes(n));
};
