/**
 * Kubernetes manifests as far as they say how an application is reached: the containers of workloads with their commands, variables and volumes, the Services that
 * give them names and ports, and the Ingresses that lead to those. Containers take the form of Compose services, with the ports that a Service forwards. Helm's
 * templates are not rendered, and not read.
 */
import { basename, dirname, type FileId, hostFileOf, isWithin, resolve } from '../base/file-id.ts';
import type { Place } from '../base/span.ts';
import { type ComposeMount, type ComposeService, type EnvironmentFile, isTrue, type MapMount } from './compose.ts';
import { execWords, type ImageCommand } from './dockerfile.ts';
import { isSecret } from './env-file.ts';
import { type HealthCheck, withAgent } from './health-check.ts';
import type { MappedText } from './mapped-text.ts';
import { type Setting, unknownSetting, written } from './setting.ts';
import { child, scalarText, type YamlValue, yamlDocuments } from './yaml-text.ts';

/** Whether a text is a manifest that this reads, or a file of kustomize that makes ConfigMaps. */
export const isManifest = (text: string): boolean =>
  !text.includes('{{') &&
  (/^configMapGenerator:/m.test(text) ||
    (/^apiVersion:/m.test(text) &&
      /^kind:\s*["']?(Deployment|StatefulSet|DaemonSet|ReplicaSet|Pod|Service|ConfigMap|Ingress)\b/m.test(text)));

interface Manifest {
  readonly file: FileId;
  readonly kind: string;
  readonly name: string;
  readonly namespace: string;
  readonly body: YamlValue;
}

export interface ServicePort {
  readonly port: number;
  readonly name: string | null;
  /** a number, or the name of a container's port */
  readonly target: string;
  readonly place: Place;
}

/** A Service of a cluster that has an address of its own. */
export interface ClusterService {
  readonly name: string;
  readonly namespace: string;
  readonly ports: readonly ServicePort[];
  /** the containers of the pods that it selects */
  readonly containers: readonly ComposeService[];
  readonly place: Place;
}

/** Where an Ingress sends what it takes. */
export interface IngressPath {
  readonly host: MappedText | null;
  readonly path: MappedText | null;
  readonly service: MappedText;
  /** a number, or the name of a port of the Service */
  readonly port: MappedText | null;
}

export interface Ingress {
  readonly name: string;
  readonly namespace: string;
  /** what is said to its controller, by the name without `nginx.ingress.kubernetes.io/`; null for another controller than ingress-nginx */
  readonly annotations: ReadonlyMap<string, MappedText> | null;
  readonly paths: readonly IngressPath[];
  readonly place: Place;
}

export interface Cluster {
  readonly services: readonly ClusterService[];
  readonly ingresses: readonly Ingress[];
}

export const NO_CLUSTER: Cluster = { services: [], ingresses: [] };

const text = (value: YamlValue | undefined): string | undefined => scalarText(value)?.text;
const items = (value: YamlValue | undefined): readonly YamlValue[] => (value?.kind === 'list' ? value.items : []);
const pairs = (value: YamlValue | undefined): Map<string, string> =>
  new Map(
    value?.kind === 'map'
      ? value.entries.flatMap((e): [string, string][] => (e.value.kind === 'scalar' ? [[e.key, e.value.text.text]] : []))
      : [],
  );

/** Kinds of objects that nothing here reads, with definitions of several thousand lines each. */
const UNREAD_KINDS = /^kind:\s*["']?(?:CustomResourceDefinition|ClusterRole|Role|ClusterRoleBinding|RoleBinding|ServiceAccount|CRD)\b/m;

/** A bundle without the objects that nothing here reads, everything else in its place: what an operator ships is megabytes of definitions. */
export function ofInterest(source: string): string {
  if (!UNREAD_KINDS.test(source)) return source;
  return source
    .split(/^(?=---)/m)
    .map((document) => (UNREAD_KINDS.test(document) ? document.replace(/[^\n]/g, ' ').replace(/^ {3}/, '---') : document))
    .join('');
}

function manifests(file: FileId, source: string): Manifest[] {
  return yamlDocuments(file, ofInterest(source), true)
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

type MapFiles = MapMount['files'];

/** The ConfigMaps that kustomize makes of files, by their names. */
function generatedMaps(files: readonly (readonly [FileId, string])[]): ReadonlyMap<string, MapFiles> {
  const out = new Map<string, MapFiles>();
  for (const [file, source] of files)
    if (source.includes('configMapGenerator:'))
      for (const document of yamlDocuments(file, ofInterest(source), true))
        for (const map of items(child(document, 'configMapGenerator'))) {
          const name = text(child(map, 'name'));
          const entries = items(child(map, 'files')).flatMap((item) => {
            const written = text(item) ?? '';
            const equals = written.indexOf('=');
            const path = written.slice(equals + 1);
            return path
              ? [{ key: equals < 0 ? path.slice(path.lastIndexOf('/') + 1) : written.slice(0, equals), file: resolve(dirname(file), path) }]
              : [];
          });
          if (name) out.set(name, [...(out.get(name) ?? []), ...entries]);
        }
  return out;
}

/** The ConfigMaps that a container mounts. */
function mapsOf(container: YamlValue, spec: YamlValue | undefined, generated: ReadonlyMap<string, MapFiles>): MapMount[] {
  const volumes = items(child(spec, 'volumes'));
  return items(child(container, 'volumeMounts')).flatMap((mount): MapMount[] => {
    const volume = volumes.find((v) => text(child(v, 'name')) === text(child(mount, 'name')));
    const map = text(child(child(volume, 'configMap'), 'name'));
    const target = text(child(mount, 'mountPath'));
    return map && target
      ? [{ map, target: target.replace(/(.)\/+$/, '$1'), key: text(child(mount, 'subPath')) ?? null, files: generated.get(map) ?? [] }]
      : [];
  });
}

/**
 * What a container mounts, by a name that all who mount the same have: an emptyDir is one for its pod, a claim for its namespace, a hostPath a folder of the machine.
 * `open` where something of it is not known.
 */
function mountsOf(
  container: YamlValue,
  spec: YamlValue | undefined,
  pod: string,
  namespace: string,
): { mounts: ComposeMount[]; open: boolean } {
  const volumes = items(child(spec, 'volumes'));
  let open = false;
  const mounts = items(child(container, 'volumeMounts')).flatMap((mount): ComposeMount[] => {
    const name = text(child(mount, 'name'));
    const target = text(child(mount, 'mountPath'));
    const volume = volumes.find((v) => text(child(v, 'name')) === name);
    if (!target || !name) {
      open = true;
      return [];
    }
    const claim = text(child(child(volume, 'persistentVolumeClaim'), 'claimName'));
    const machine = text(child(child(volume, 'hostPath'), 'path'));
    const map = text(child(child(volume, 'configMap'), 'name'));
    const within = text(child(mount, 'subPath'));
    const own = child(volume, 'emptyDir')
      ? `emptyDir ${pod} ${name}`
      : claim !== undefined
        ? `claim ${namespace}/${claim}`
        : map !== undefined
          ? `ConfigMap ${namespace}/${map}`
          : machine?.startsWith('/')
            ? machine.replace(/(.)\/+$/, '$1')
            : null;
    const source =
      own === null || child(mount, 'subPathExpr') ? null : within === undefined ? own : `${own}/${within.replace(/^\/+|\/+$/g, '')}`;
    return [{ source, target: target.replace(/(.)\/+$/, '$1'), readOnly: text(child(mount, 'readOnly')) === 'true', place: mount.place }];
  });
  return { mounts, open };
}

/** Where a container has a configuration that is a key of a ConfigMap which it mounts; null for a file that is none. `sourceOf` gives the text of a file. */
export function mountedKey(service: ComposeService, file: FileId, sourceOf: (file: FileId) => string | undefined): string | null {
  if (!service.maps?.length) return null;
  const pathOf = (mount: MapMount, key: string): string => (mount.key === null ? `${mount.target}/${key}` : mount.target);
  if (!isWithin(file)) {
    for (const mount of service.maps)
      for (const made of mount.files) if (made.file === file && (mount.key ?? made.key) === made.key) return pathOf(mount, made.key);
    return null;
  }
  const host = hostFileOf(file);
  const source = sourceOf(host);
  if (source === undefined) return null;
  const key = basename(file);
  const document = Number(/\/(\d+)\.data$/.exec(dirname(file))?.[1]);
  const map = Number.isInteger(document) ? mapIn(host, source, document) : null;
  if (map === null) return null;
  const mount = service.maps.find((m) => m.map === map && (m.key === null || m.key === key));
  return mount ? pathOf(mount, key) : null;
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
        headers: withAgent(
          'Kubernetes',
          headers.flatMap((h) => (h === own ? [] : [[text(child(h, 'name')) ?? '', text(child(h, 'value')) ?? ''] as const])),
        ),
        follows: own === undefined,
        by: `the ${name} of Kubernetes`,
        place: get.place,
      },
    ];
  });
}

/** Stands for the address that a cluster gives a pod. */
export const POD_ADDRESS = '10.0.0.1';

/** The containers of all workloads; those of one pod share its addresses. */
export function readManifests(files: readonly (readonly [FileId, string])[]): { containers: ComposeService[]; cluster: Cluster } {
  const all = files.flatMap(([file, source]) => manifests(file, source));
  const services = all.filter((m) => m.kind === 'Service');
  const generated = generatedMaps(files);
  const selects = new Map<Manifest, ComposeService[]>(services.map((s) => [s, []]));
  const containers = all.flatMap((workload): ComposeService[] => {
    const template = workload.kind === 'Pod' ? workload.body : child(child(workload.body, 'spec'), 'template');
    const spec = child(template, 'spec');
    const labels = pairs(child(child(template, 'metadata'), 'labels'));
    // one that starts before the others and goes on beside them is one of them
    const containers = [
      ...items(child(spec, 'containers')),
      ...items(child(spec, 'initContainers')).filter((c) => text(child(c, 'restartPolicy')) === 'Always'),
    ];
    const pod = `${workload.namespace}/${workload.kind}/${workload.name}`;
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
    const made = containers.map((container): ComposeService => {
      const own = items(child(container, 'ports')).flatMap((p) => {
        const number = Number(text(child(p, 'containerPort')));
        return Number.isInteger(number) ? [{ number, name: text(child(p, 'name')) ?? '', place: p.place }] : [];
      });
      const forwards = selected.flatMap((s) =>
        portsOf(s).flatMap(({ port, target }) => {
          const number = /^\d+$/.test(target) ? Number(target) : own.find((o) => o.name === target)?.number;
          return number === undefined ? [] : [{ port, target: number }];
        }),
      );
      const { mounts, open } = mountsOf(container, spec, pod, workload.namespace);
      const { variables, missing } = variablesOf(container, all);
      const [ownRights, podRights] = [child(container, 'securityContext'), child(spec, 'securityContext')];
      const name = text(child(container, 'name')) ?? workload.name;
      const image = scalarText(child(container, 'image')) ?? null;
      return {
        name: containers.length > 1 ? `${workload.name}/${name}` : workload.name,
        file: workload.file,
        place: container.place,
        image,
        imageName: null,
        context: null,
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
        mounts,
        maps: mapsOf(container, spec, generated),
        mountsOpen: open || child(child(workload.body, 'spec'), 'volumeClaimTemplates') !== undefined,
        dependsOn: [],
        restartsWith: [],
        readOnly: isTrue(child(ownRights, 'readOnlyRootFilesystem')),
        user: scalarText(child(ownRights, 'runAsUser')) ?? scalarText(child(podRights, 'runAsUser')) ?? null,
        notRoot: isTrue(child(ownRights, 'runAsNonRoot') ?? child(podRights, 'runAsNonRoot')),
        extends: null,
        replaces: new Set(),
        healthChecks: probesOf(container, own),
        // the names of a headless Service are the addresses of its pods: each port of theirs is reached
        forwards: selected.some(isHeadless) ? undefined : forwards,
        portNames: new Map(own.flatMap((o): [string, number][] => (o.name ? [[o.name, o.number]] : []))),
        pod,
      };
    });
    for (const s of selected) selects.get(s)!.push(...made);
    return made;
  });
  const withAddress = services.filter((s) => !isHeadless(s) && text(child(child(s.body, 'spec'), 'type')) !== 'ExternalName');
  return {
    containers,
    cluster: {
      services: withAddress.map((s) => ({
        name: s.name,
        namespace: s.namespace,
        ports: portsOf(s),
        containers: selects.get(s)!,
        place: (child(child(s.body, 'metadata'), 'name') ?? s.body).place,
      })),
      ingresses: all.filter((m) => m.kind === 'Ingress').map(ingressOf),
    },
  };
}

const isHeadless = ({ body }: Manifest): boolean => text(child(child(body, 'spec'), 'clusterIP')) === 'None';

const portsOf = ({ body }: Manifest): ServicePort[] =>
  items(child(child(body, 'spec'), 'ports')).flatMap((p) => {
    const port = Number(text(child(p, 'port')));
    return Number.isInteger(port)
      ? [{ port, name: text(child(p, 'name')) ?? null, target: text(child(p, 'targetPort')) ?? String(port), place: p.place }]
      : [];
  });

const PREFIX = 'nginx.ingress.kubernetes.io/';

/** Classes that the guides of other controllers name, which read no annotation of ingress-nginx. */
const OF_OTHERS =
  /traefik|haproxy|kong|contour|istio|cilium|apisix|ambassador|emissary|skipper|envoy|tailscale|cloudflare|openshift|^(?:alb|gce(?:-internal)?|azure.*|webapprouting.*application-gateway)$/i;

function ingressOf({ name, namespace, body }: Manifest): Ingress {
  const spec = child(body, 'spec');
  const given = child(child(body, 'metadata'), 'annotations');
  const entries = given?.kind === 'map' ? given.entries : [];
  const annotations = new Map(
    entries.flatMap(({ key, value }): [string, MappedText][] =>
      key.startsWith(PREFIX) && value.kind === 'scalar' ? [[key.slice(PREFIX.length), value.text]] : [],
    ),
  );
  const by =
    text(child(spec, 'ingressClassName')) ??
    entries.flatMap((e) => (e.key === 'kubernetes.io/ingress.class' ? (text(e.value) ?? []) : []))[0];
  const backend = (value: YamlValue | undefined): Pick<IngressPath, 'service' | 'port'>[] => {
    const service = child(value, 'service');
    const named = scalarText(child(service, 'name')) ?? scalarText(child(value, 'serviceName'));
    const port = child(service, 'port');
    return named
      ? [
          {
            service: named,
            port: scalarText(child(port, 'number')) ?? scalarText(child(port, 'name')) ?? scalarText(child(value, 'servicePort')) ?? null,
          },
        ]
      : [];
  };
  const paths = items(child(spec, 'rules')).flatMap((rule) =>
    items(child(child(rule, 'http'), 'paths')).flatMap((one) =>
      backend(child(one, 'backend')).map((b) => ({
        ...b,
        host: scalarText(child(rule, 'host')) ?? null,
        path: scalarText(child(one, 'path')) ?? null,
      })),
    ),
  );
  const standard = backend(child(spec, 'defaultBackend')).map((b) => ({ ...b, host: null, path: null }));
  return {
    name,
    namespace,
    annotations: !OF_OTHERS.test(by ?? '') && (annotations.size > 0 || /nginx/i.test(by ?? '')) ? annotations : null,
    paths: [...paths, ...standard],
    place: body.place,
  };
}
