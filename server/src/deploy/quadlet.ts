/**
 * Containers that systemd starts by Podman: a `.container` unit each (podman-systemd.unit(5), "Quadlet"). They take the form of Compose services; the units of
 * a folder are one project. Units of pods, networks and volumes are known by their names alone.
 */
import { basename, dirname, type FileId } from '../base/file-id.ts';
import { type ComposeFile, type ComposeMount, type ComposeService, isQuadlet, portsIn, readCompose } from './compose.ts';
import type { ImageCommand } from './dockerfile.ts';
import type { MappedText } from './mapped-text.ts';
import { type Environment, NO_ENVIRONMENT, shellCommands } from './shell.ts';
import { environmentIn, lastOf, type UnitEntry, unitEntries, values } from './systemd.ts';

const SECTION = 'Container';

/** Quadlet names a network or a volume after its unit; a path is none. */
const unitOf = (name: string): string => (name.includes('/') ? name : name.replace(/\.(network|volume)$/, ''));

function commandOf(entries: readonly UnitEntry[], key: string): ImageCommand | null {
  const value = lastOf(entries, SECTION, key);
  const words = value === null ? [] : (shellCommands(value, NO_ENVIRONMENT, 'systemd')[0]?.words ?? []);
  return value !== null && words.length ? { form: 'exec', words, place: value.place() } : null;
}

/** `./site.conf:/etc/nginx/conf.d/default.conf:ro,Z`, or a folder of the container alone. */
function volumeOf(value: MappedText): ComposeMount[] {
  const [first, second, options] = value.text.split(':');
  const place = value.place();
  if (second === undefined) return first ? [{ source: null, target: first, readOnly: false, place }] : [];
  return [{ source: unitOf(first!), target: second, readOnly: options?.split(',').includes('ro') ?? false, place }];
}

/** `type=bind,source=./site,target=/srv/site,ro`. */
function mountOf(value: MappedText): ComposeMount[] {
  const fields = new Map(
    value.text.split(',').map((field): [string, string] => [field.split('=')[0]!, field.slice(field.indexOf('=') + 1)]),
  );
  const of = (...names: string[]): string | undefined => names.flatMap((name) => fields.get(name) ?? [])[0];
  const target = of('target', 'destination', 'dst');
  const source = of('source', 'src');
  if (!target) return [];
  const readOnly = fields.has('ro') || fields.get('readonly') === 'true';
  return [{ source: source === undefined ? null : unitOf(source), target, readOnly, place: value.place() }];
}

/** Reads a Compose file or a unit of Podman, by its name. `environment` is that of Compose itself. Throws TooMuch for one that no project has. */
export const readServices = (file: FileId, text: string, environment: Environment = NO_ENVIRONMENT): ComposeFile =>
  isQuadlet(basename(file)) ? readQuadlet(file, text) : readCompose(file, text, environment);

/** The container that a unit starts, as a file of services with one of them. */
function readQuadlet(file: FileId, text: string): ComposeFile {
  const entries = unitEntries(file, text);
  const one = (key: string): string | null => lastOf(entries, SECTION, key)?.text ?? null;
  const all = (key: string): readonly MappedText[] => values(entries, SECTION, key);
  const head = entries.find((e) => e.section === SECTION);
  const image = lastOf(entries, SECTION, 'Image');
  const unit = basename(file).replace(/\.container$/, '');
  const networks = all('Network').map((n) => n.text.split(':')[0]!);
  const pod = one('Pod');
  const builds = image?.text.endsWith('.build') ?? false;
  const further = all('PodmanArgs').map((a) => a.text);
  const given = (options: RegExp): boolean => further.some((f) => options.test(f));
  const shared =
    networks.find((n) => n === 'host' || n === 'none' || n.endsWith('.container')) ??
    (given(/(^|\s)--(net|network|pod)\b/) ? 'by an argument' : null);
  const service: ComposeService | null = head
    ? {
        name: unit,
        file,
        place: head.keyPlace,
        image: builds ? null : image,
        imageName: builds || !image ? null : image.text,
        context: null,
        dockerfile: null,
        builds,
        buildTarget: null,
        buildArgs: new Map(),
        workingDir: one('WorkingDir'),
        command: commandOf(entries, 'Exec'),
        entrypoint: commandOf(entries, 'Entrypoint'),
        environment: environmentIn(entries, SECTION),
        environmentFiles: all('EnvironmentFile').map((f) => ({ path: f.text, required: !f.text.startsWith('-'), place: f.place() })),
        ports: all('PublishPort').flatMap((p) => portsIn(p.text, p.place())),
        expose: all('ExposeHostPort').map((p) => ({ port: p.text, place: p.place() })),
        // Podman's own network resolves no names
        networks: shared !== null || pod !== null ? null : networks.map(unitOf),
        networkMode: shared,
        hostNames: [one('ContainerName') ?? `systemd-${unit}`, ...all('NetworkAlias').map((a) => a.text)],
        links: new Map(),
        extraHosts: all('AddHost').map((h) => h.text.split(':')[0]!),
        mounts: [...all('Volume').flatMap(volumeOf), ...all('Mount').flatMap(mountOf)],
        mountsOpen: given(/(^|\s)(-v|--volumes?(-from)?|--mount)\b/),
        dependsOn: [],
        restartsWith: [],
        extends: null,
        replaces: new Set(),
        healthChecks: [],
        ...(pod === null ? {} : { pod: `${dirname(file)}/${pod}` }),
      }
    : null;
  return {
    file,
    services: service ? [service] : [],
    externalNetworks: new Set(),
    foreignVolumes: new Set(),
    includes: [],
    open: `other units may start more containers than those beside ${basename(file)}`,
  };
}
