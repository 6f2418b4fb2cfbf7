/**
 * Kubernetes manifests as far as they say how an application is reached: the containers of workloads with their commands and variables, and the Services that
 * give them names and ports. They take the form of Compose services, with the ports that a Service forwards. Helm's templates are not rendered, and not read.
 */
import type { FileId } from '../base/file-id.ts';
import type { Place } from '../base/span.ts';
import type { ComposeService, EnvironmentFile, HealthCheck, MapMount } from './compose.ts';
import { execWords, type ImageCommand } from './dockerfile.ts';
import { isSecret } from './env-file.ts';
import type { MappedText } from './mapped-text.ts';
import { type Setting, unknownSetting, written } from './setting.ts';
import { child, scalarText, type YamlValue, yamlDocuments } from './yaml-text.ts';

/** Whether a text is a manifest that this reads. */
export const isManifest = (text: string): boolean =>
  !text.includes('{{') &&
  /^apiVersion:/m.test(text) &&
  /^kind:\s*["']?(Deployment|StatefulSet|DaemonSet|ReplicaSet|Pod|Service|ConfigMap)\b/m.test(text);

interface Manifest {
  readonly file: FileId;
  readonly kind: string;
  readonly name: string;
  readonly namespace: string;
  readonly body: YamlValue;
}

interface ServicePort {
  readonly port: number;
  /** a number, or the name of a container's port */
  readonly target: string;
}

const text = (value: YamlValue | undefined): string | undefined => scalarText(value)?.text;
const items = (value: YamlValue | undefined): readonly YamlValue[] => (value?.kind === 'list' ? value.items : []);
const pairs = (value: YamlValue | undefined): Map<string, string> =>
  new Map(
    value?.kind === 'map'
      ? value.entries.flatMap((e): [string, string][] => (e.value.kind === 'scalar' ? [[e.key, e.value.text.text]] : []))
      : [],
  );

function manifests(file: FileId, source: string): Manifest[] {
  return yamlDocuments(file, source)
    .flatMap((document) => (text(child(document, 'kind')) === 'List' ? items(child(document, 'items')) : [document]))
    .flatMap((body): Manifest[] => {
      const metadata = child(body, 'metadata');
      const kind = text(child(body, 'kind'));
      const name = text(child(metadata, 'name'));
      return kind && name ? [{ file, kind, name, namespace: text(child(metadata, 'namespace')) ?? 'default', body }] : [];
    });
}

function exec(value: YamlValue | undefined): ImageCommand | null {
  const words = items(value).flatMap((i) => scalarText(i) ?? []);
  return value?.kind === 'list' && words.length ? { form: 'exec', words: execWords(words), place: value.place } : null;
}

/** The variables of a container: `env`, and the ConfigMaps of `envFrom`; what is not in the workspace is named. */
function variablesOf(
  container: YamlValue,
  all: readonly Manifest[],
): { variables: Map<string, Setting<string>>; missing: EnvironmentFile[] } {
  const variables = new Map<string, Setting<string>>();
  const missing: EnvironmentFile[] = [];
  const configMap = (name: string | undefined): YamlValue | undefined =>
    child(all.find((m) => m.kind === 'ConfigMap' && m.name === name)?.body, 'data');
  for (const from of items(child(container, 'envFrom'))) {
    const map = scalarText(child(child(from, 'configMapRef'), 'name'));
    const secret = scalarText(child(child(from, 'secretRef'), 'name'));
    const data = configMap(map?.text);
    const prefix = text(child(from, 'prefix')) ?? '';
    if (data?.kind === 'map')
      for (const { key, value } of data.entries)
        if (value.kind === 'scalar') variables.set(prefix + key, visible(prefix + key, value.text));
    if (secret || (map && !data)) {
      const named = (map ?? secret)!;
      missing.push({ path: `${map ? 'ConfigMap' : 'Secret'} ${named.text}`, required: true, place: named.place() });
    }
  }
  for (const variable of items(child(container, 'env'))) {
    const name = text(child(variable, 'name'));
    if (!name) continue;
    const value = scalarText(child(variable, 'value'));
    const key = child(child(variable, 'valueFrom'), 'configMapKeyRef');
    const known = value ?? scalarText(child(configMap(text(child(key, 'name'))), text(child(key, 'key')) ?? ''));
    variables.set(name, known ? visible(name, known) : unknownSetting('set by valueFrom', variable.place, { env: name }));
  }
  return { variables, missing };
}

/** The ConfigMaps that a container mounts. */
function mapsOf(container: YamlValue, spec: YamlValue | undefined): MapMount[] {
  const volumes = items(child(spec, 'volumes'));
  return items(child(container, 'volumeMounts')).flatMap((mount): MapMount[] => {
    const volume = volumes.find((v) => text(child(v, 'name')) === text(child(mount, 'name')));
    const map = text(child(child(volume, 'configMap'), 'name'));
    const target = text(child(mount, 'mountPath'));
    return map && target ? [{ map, target: target.replace(/(.)\/+$/, '$1'), key: text(child(mount, 'subPath')) ?? null }] : [];
  });
}

/** The name of the ConfigMap that a document of a manifest is, counted from 0; null for other documents. */
export function mapIn(file: FileId, source: string, document: number): string | null {
  const body = yamlDocuments(file, source)[document];
  return text(child(body, 'kind')) === 'ConfigMap' ? (text(child(child(body, 'metadata'), 'name')) ?? null) : null;
}

/** `$(NAME)` refers to another variable, which is left to the cluster. */
function visible(name: string, value: MappedText): Setting<string> {
  const place: Place = value.place();
  if (isSecret(name, value.text)) return unknownSetting('the value of a secret is not read', place, { env: name });
  return /\$\(/.test(value.text) ? unknownSetting('refers to other variables', place, { env: name }) : written(value.text, place);
}

/** The HTTP probes of a container: the kubelet asks the address of the pod, and follows a redirect that stays on the host it asked for (RedirectChecker of its prober). */
function probesOf(container: YamlValue, ports: readonly { readonly name: string | undefined; readonly number: number }[]): HealthCheck[] {
  return ['startupProbe', 'readinessProbe', 'livenessProbe'].flatMap((name): HealthCheck[] => {
    const get = child(child(container, name), 'httpGet');
    const port = text(child(get, 'port'));
    const number = port === undefined ? undefined : /^\d+$/.test(port) ? Number(port) : ports.find((p) => p.name === port)?.number;
    if (!get || number === undefined || text(child(get, 'scheme'))?.toUpperCase() === 'HTTPS') return [];
    const headers = items(child(get, 'httpHeaders'));
    const own = headers.find((h) => text(child(h, 'name'))?.toLowerCase() === 'host');
    const host = text(child(get, 'host')) ?? POD_ADDRESS;
    return [
      {
        host,
        port: number,
        path: text(child(get, 'path')) ?? '/',
        sentHost: text(child(own, 'value')) ?? `${host}:${number}`,
        follows: own === undefined,
        by: `the ${name} of Kubernetes`,
        place: get.place,
      },
    ];
  });
}

/** Stands for the address that a cluster gives a pod. */
const POD_ADDRESS = '10.0.0.1';

/** The containers of all workloads; those of one pod share its addresses. */
export function readManifests(files: readonly (readonly [FileId, string])[]): ComposeService[] {
  const all = files.flatMap(([file, source]) => manifests(file, source));
  const services = all.filter((m) => m.kind === 'Service');
  return all.flatMap((workload): ComposeService[] => {
    const template = workload.kind === 'Pod' ? workload.body : child(child(workload.body, 'spec'), 'template');
    const spec = child(template, 'spec');
    const labels = pairs(child(child(template, 'metadata'), 'labels'));
    const containers = items(child(spec, 'containers'));
    if (!containers.length || !['Deployment', 'StatefulSet', 'DaemonSet', 'ReplicaSet', 'Pod'].includes(workload.kind)) return [];
    const selected = services.filter((s) => {
      const selector = pairs(child(child(s.body, 'spec'), 'selector'));
      return s.namespace === workload.namespace && selector.size > 0 && [...selector].every(([k, v]) => labels.get(k) === v);
    });
    const hostNames = selected.flatMap(({ name, namespace }) => [
      name,
      `${name}.${namespace}`,
      `${name}.${namespace}.svc`,
      `${name}.${namespace}.svc.cluster.local`,
    ]);
    return containers.map((container): ComposeService => {
      const own = items(child(container, 'ports')).flatMap((p) => {
        const number = Number(text(child(p, 'containerPort')));
        return Number.isInteger(number) ? [{ number, name: text(child(p, 'name')) ?? '', place: p.place }] : [];
      });
      const forwards = selected.flatMap((s) =>
        items(child(child(s.body, 'spec'), 'ports')).flatMap((p) => {
          const port = Number(text(child(p, 'port')));
          const target: ServicePort['target'] = text(child(p, 'targetPort')) ?? String(port);
          const number = /^\d+$/.test(target) ? Number(target) : own.find((o) => o.name === target)?.number;
          return Number.isInteger(port) && number !== undefined ? [{ port, target: number }] : [];
        }),
      );
      const { variables, missing } = variablesOf(container, all);
      const name = text(child(container, 'name')) ?? workload.name;
      const image = scalarText(child(container, 'image')) ?? null;
      return {
        name: containers.length > 1 ? `${workload.name}/${name}` : workload.name,
        file: workload.file,
        place: container.place,
        image,
        dockerfile: null,
        builds: false,
        buildTarget: null,
        buildArgs: new Map(),
        workingDir: text(child(container, 'workingDir')) ?? null,
        entrypoint: exec(child(container, 'command')),
        command: exec(child(container, 'args')),
        environment: variables,
        environmentFiles: missing,
        ports: [],
        expose: own.map((o) => ({ port: String(o.number), place: o.place })),
        networks: [`the cluster's ${workload.namespace}`],
        networkMode: null,
        hostNames,
        links: new Map(),
        extraHosts: [],
        mounts: [],
        maps: mapsOf(container, spec),
        mountsOpen: true,
        dependsOn: [],
        restartsWith: [],
        extends: null,
        replaces: new Set(),
        healthChecks: probesOf(container, own),
        forwards,
        pod: `${workload.namespace}/${workload.kind}/${workload.name}`,
      };
    });
  });
}
