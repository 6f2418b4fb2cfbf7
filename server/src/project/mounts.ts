/**
 * Where files of a project live once it is deployed: volumes and configs of compose files, COPY and ADD of Dockerfiles, volumes of Kubernetes,
 * template and copy tasks of Ansible, `-c` of commands. Pure over texts: nothing is built or run.
 */
import picomatch from 'picomatch';
import { basename, dirname, type FileId, isBelow, pathOf, relativePath, resolve } from '../base/file-id.ts';
import type { Place } from '../base/span.ts';
import { loadedBy } from '../config/settings.ts';
import { type Start, startOf } from '../deploy/brought.ts';
import {
  type ComposeFile,
  type ComposeProject,
  type ComposeService,
  composeProjects,
  isCompose,
  isQuadlet,
  mayBeCompose,
} from '../deploy/compose.ts';
import { commandWords, type DockerCopy, type DockerStage, type ImageCommand, isDockerfile, readDockerfile } from '../deploy/dockerfile.ts';
import { startsNginx } from '../deploy/inside.ts';
import { ofInterest } from '../deploy/kubernetes.ts';
import { readServices } from '../deploy/quadlet.ts';
import { likely, placeOf, type Setting, written } from '../deploy/setting.ts';
import { NO_ENVIRONMENT } from '../deploy/shell.ts';
import { whyUnread } from '../deploy/unread.ts';
import { child, scalarText, type YamlValue, yamlDocuments } from '../deploy/yaml-text.ts';
import { isCloudConfig, withoutMarks } from './embedded.ts';
import { type Image, imageOf, installedOn } from './images.ts';
import { clean, deployedPath, FOLDER_NAME, type Known, NGINX_FOLDERS, nearestPlace, type Placed, there, upTo } from './places.ts';
import { laidBy, linked, type Provisioner, provisionerOf, writtenTo } from './provisioning.ts';

/** One nginx that the project deploys: a service, an image, a host. */
export interface Instance {
  readonly name: string;
  readonly kind: 'compose' | 'dockerfile' | 'kubernetes' | 'systemd' | 'ansible' | Provisioner;
  readonly image: Image | null;
  /** an image of the project's own is built over `image`, and may hold more */
  readonly built?: boolean;
  readonly placed: readonly Placed[];
  /** the path of its main file, where a command names one */
  readonly main: string | null;
  /** the folder that the command which starts it names (`nginx -p /srv`), as written; null where it names none */
  readonly prefix?: string | null;
  /** directives of the main level that the command which starts it gives, without their semicolons (`nginx -g "daemon off;"`) */
  readonly given: readonly string[];
  /** those of them that the build has written into the main file that is there, whatever command starts it */
  readonly edited?: readonly string[];
  /** paths to which something is put that is not seen: of a variable, of the machine, of a volume, of another image */
  readonly unseen?: readonly string[];
  /** commands that may put files of nginx elsewhere, or change them, before it starts; null where it is not nginx itself that is started */
  readonly commands?: readonly string[] | null;
  readonly starts?: Start;
  /** what its environment says, as one string: it is written into templates */
  readonly variables?: string;
  readonly at: Place;
}

/** Instances that a file system of their own is made for; the others put files beside those of a host that nobody sees. */
export const OF_FOLDERS: readonly Instance['kind'][] = ['compose', 'dockerfile', 'kubernetes', 'systemd'];

/** Whether an instance is what a manifest or a script of a host puts there, whose name says nothing of its nginx. */
export const isProvisioned = ({ kind }: Instance): boolean => !OF_FOLDERS.includes(kind);

/** Instances that are made of images: what nobody mounts or copies into a folder of theirs is not there. */
export const OF_IMAGES: readonly Instance['kind'][] = ['compose', 'dockerfile', 'kubernetes'];

/** The stages of a Dockerfile, with the values that a build gives its ARGs. */
type Stages = (args?: ReadonlyMap<string, Setting<string>>) => DockerStage[];

/** Instances that several texts speak of; the order is that of the files. Texts that are none of these give nothing. */
export function instancesOf(texts: ReadonlyMap<FileId, string>, known: Known): Instance[] {
  const guarded = <T>(file: FileId, otherwise: T, read: () => T): T => {
    try {
      return read();
    } catch (error) {
      known.unread?.(file, whyUnread(error));
      return otherwise;
    }
  };
  const out: Instance[] = [];
  const stages = new Map<FileId, Stages>();
  for (const [file, text] of texts) if (isDockerfile(basename(file))) stages.set(file, (args) => readDockerfile(file, text, args));
  const { instances, built } = composeInstances(texts, { stages, known, guarded });
  const kubernetes = new Kubernetes(known);
  const laid = new Map<FileId, Instance>();
  for (const [file, text] of texts) {
    const name = basename(file);
    if (isCompose(pathOf(file), text) || provisionerOf(pathOf(file))) continue;
    if (/\.ya?ml$/.test(name))
      guarded(file, undefined, () => {
        const tasks = ansibleInstance(file, yamlDocuments(file, text, true), known);
        if (tasks) laid.set(file, tasks);
        else
          kubernetes.read(file, yamlDocuments(file, ofInterest(withoutMarks(text)), true), ({ span }) => text.slice(span.start, span.end));
      });
    else if (name.endsWith('.service')) {
      const starts = [...text.matchAll(/^\s*ExecStart\s*=(.*(?:\\\n.*)*)/gm)].map((start) => ({ start, said: startedBy(start[1]!) }));
      const told = starts.find(({ said }) => said.main !== null || loadedBy(said.given).length > 0);
      if (told)
        out.push({
          name,
          kind: 'systemd',
          image: null,
          placed: [],
          ...told.said,
          at: { file, span: { start: told.start.index, end: told.start.index + told.start[0].length } },
        });
    }
  }
  for (const [file, own] of stages) {
    if (built.has(file)) continue;
    guarded(file, undefined, () => {
      const made = dockerInstance(file, own(), null, null, known);
      if (made) out.push(made);
    });
  }
  for (const file of new Set([...texts.keys(), ...(known.hosts?.keys() ?? [])]))
    guarded(file, undefined, () => {
      const made = provisioning(file, texts.get(file) ?? '', known, laid.get(file) ?? null);
      if (made) laid.set(file, made);
    });
  return [...instances, ...out, ...kubernetes.instances(), ...laid.values()].filter(
    (i) => i.image !== null || i.main !== null || loadedBy(i.given).length > 0 || i.placed.some((p) => NGINX_FOLDERS.test(p.inside)),
  );
}

/** What a text of configuration management, or a script, puts where: what it copies and links, and what it writes itself. `tasks` are those of Ansible. */
function provisioning(file: FileId, text: string, known: Known, tasks: Instance | null): Instance | null {
  const name = basename(file);
  if (isCompose(pathOf(file), text) || isDockerfile(name)) return tasks;
  const kind = provisionerOf(pathOf(file)) ?? (isCloudConfig(text) ? 'script' : null);
  const { placed, links } = kind ? laidBy(kind, file, text, known) : { placed: [], links: [] };
  const all = linked({ placed: [...(tasks?.placed ?? []), ...placed, ...writtenTo(known.hosts?.get(file) ?? [])], links });
  const [first] = all;
  if (!first) return tasks;
  if (tasks) return { ...tasks, placed: all };
  return { name, kind: kind ?? 'script', image: null, placed: all, main: null, given: [], at: first.at };
}

/** True for files that may say where nginx's files live, by the path within the project. Others are not read for it. */
export function saysWhere(path: string): boolean {
  const name = path.slice(path.lastIndexOf('/') + 1);
  if (mayBeCompose(path) || isQuadlet(name) || isDockerfile(name) || name.endsWith('.service') || provisionerOf(path)) return true;
  if (!/\.ya?ml$/.test(name)) return false;
  return (
    /(^|\/)(tasks|handlers|playbooks?|templates|charts?|helm|k8s|kubernetes|kube|manifests?|kustomize|overlays|base|ansible|deploy(ment)?s?|docker|stacks?|swarm|nginx)\//i.test(
      path,
    ) ||
    /^(site|main|playbook|deploy|provision|setup|nginx|web|kustomization|configmap|stack|docker-stack|swarm)[\w.-]*\.ya?ml$/i.test(name)
  );
}

/** What the images of nginx and its relatives give nginx, where nobody gives it another command. */
const OF_IMAGE: readonly string[] = ['daemon off'];
const STARTED_SO: readonly (Image['distribution'] | undefined)[] = ['official', 'unprivileged', 'openresty', 'angie'];

/** The directives that an image's own command gives; none where another one is said. */
const givenByImage = (image: Image | null): readonly string[] => (STARTED_SO.includes(image?.distribution) ? OF_IMAGE : []);

/** Lines that load a library, which commands put into the main file that is there: `sed -i '1i load_module …;' /etc/nginx/nginx.conf`. */
const loadedByEdit = (...commands: readonly string[]): readonly string[] =>
  commands
    .filter((words) => words.includes('nginx.conf'))
    .flatMap((words) =>
      [...words.matchAll(/load_module[ \t]+["'\\]*([\w./-]+)["'\\]*[ \t]*;/g)].map(([, library]) => `load_module ${library}`),
    );

/** What a command that starts nginx says of its configuration: the main file of `-c`, the folder of `-p`, and the directives of `-g`. */
function startedBy(...commands: readonly string[]): Required<Pick<Instance, 'main' | 'prefix' | 'given'>> {
  const main = commands.flatMap(
    (words) => /(?:^|[\s"',[/])(?:nginx|openresty|angie)(?:-debug)?["']?[\s,].*?-c["'\s,]*([^\s"',\]]+)/.exec(words)?.[1] ?? [],
  )[0];
  const given = commands.flatMap((words) =>
    (/(?:^|[\s"',[/])(?:nginx|openresty|angie)(?:-debug)?["']?[\s,].*?(?<=[\s"',[])-g["'\s,\\]*((?:[^;{}]+;)+)/.exec(words)?.[1] ?? '')
      .split(';')
      .map((statement) => statement.replace(/\\?["']/g, '').trim())
      .filter((statement) => statement !== ''),
  );
  // a semicolon with a word behind it ends the command; the directives of -g end in one
  const prefix = commands.flatMap(
    (words) =>
      /(?:^|[\s"',[/])(?:nginx|openresty|angie)(?:-debug)?["']?[\s,](?:(?!&&|\||\n|;\s*\w).)*?(?<=[\s"',[])-p["'\s,]*([^\s"',\]]+)/.exec(
        words,
      )?.[1] ?? [],
  )[0];
  return { main: main ?? null, prefix: prefix ?? null, given };
}

/** The services of the Compose files as they are started; what a further file does not touch is told once. */
function composeInstances(
  texts: ReadonlyMap<FileId, string>,
  {
    stages,
    known,
    guarded,
  }: { stages: ReadonlyMap<FileId, Stages>; known: Known; guarded: <T>(file: FileId, otherwise: T, read: () => T) => T },
): { instances: Instance[]; built: Set<FileId> } {
  const read = new Map<FileId, ComposeFile | null>();
  const fileOf = (file: FileId): ComposeFile | null => {
    const text = texts.get(file);
    if (!read.has(file))
      read.set(
        file,
        text === undefined
          ? null
          : guarded(file, null, () => readServices(file, text, known.environment?.(dirname(file)) ?? NO_ENVIRONMENT)),
      );
    return read.get(file)!;
  };
  const projects = composeProjects(texts, fileOf, (file, make) => guarded<ComposeProject | null>(file, null, make));
  const built = new Set<FileId>();
  const instances: Instance[] = [];
  const told = new Set<ComposeService>();
  for (const project of projects)
    for (const service of project.services) {
      if (told.has(service)) continue;
      told.add(service);
      guarded(service.file, undefined, () => void instances.push(composeInstance(service, { stages, known, built })));
    }
  return { instances, built };
}

function composeInstance(
  service: ComposeService,
  { stages, known, built }: { stages: ReadonlyMap<FileId, Stages>; known: Known; built: Set<FileId> },
): Instance {
  const placed: Placed[] = [];
  const unseen: string[] = [];
  let image = imageOf(service.imageName ?? '');
  const replaced = service.command !== null || service.entrypoint !== null;
  let commands: readonly string[] | null = service.builds ? null : [];
  const started = [service.entrypoint, service.command].map(wordsOfCommand);
  let { main, prefix, given } = startedBy(...started);
  if (!replaced) given = givenByImage(image);
  const { recipe } = service;
  const from = recipe === undefined ? service.dockerfile : service.file;
  const own: Stages | undefined =
    recipe === undefined
      ? service.dockerfile === null
        ? undefined
        : stages.get(service.dockerfile)
      : (args) => readDockerfile(service.file, recipe, args);
  if (from && own) {
    built.add(from);
    const made = dockerInstance(from, own(settled(service.buildArgs)), service.context, service.buildTarget, known);
    image = made?.image ?? image;
    main ??= made?.main ?? null;
    if (!replaced) prefix = made?.prefix ?? null;
    commands = made?.commands ?? null;
    // another command changes nothing of the image's own files
    given = replaced ? [...given, ...(made?.edited ?? [])] : (made?.given ?? []);
    placed.push(...(made?.placed ?? []));
    unseen.push(...(made?.unseen ?? []));
  }
  const folder = dirname(service.file);
  for (const { source, target, content, place: at } of service.mounts) {
    if (!target.startsWith('/')) continue;
    const written = content && known.inner?.(content);
    if (written) placed.push({ inside: clean(target), file: written, at });
    // a bare word is a volume of Docker's own, an absolute path a folder of the machine
    const id = source !== null && /^\.{1,2}(\/|$)/.test(source) && !source.includes('$') ? resolve(folder, source) : null;
    if (id !== null && isBelow(id, known.boundary)) placed.push({ inside: clean(target), file: id, at });
    if (!written && (id === null || !there(id, known))) unseen.push(clean(target));
  }
  placed.push(...started.flatMap((words) => movedBy(words, placed, service.place, known)));
  const made = {
    name: service.name,
    kind: 'compose',
    image,
    placed: withTemplates(placed, known),
    main,
    prefix,
    given: [...given, ...loadedByEdit(...started)],
    unseen,
    commands: startsNginx(service.entrypoint, service.command) ? commands : null,
    starts: startOf(service),
    variables: JSON.stringify([
      [...service.environment].map(([name, s]) => [name, likely(s)]),
      service.environmentFiles.map((f) => f.path),
    ]),
    at: service.place,
  } as const;
  return service.builds ? { ...made, built: true } : made;
}

/** The values of a build where the shell that starts Compose sets nothing of its own; what only that shell has leaves the Dockerfile's own. */
const settled = (args: ReadonlyMap<string, Setting<string>>): ReadonlyMap<string, Setting<string>> =>
  new Map(
    [...args].flatMap(([name, setting]) => {
      const [value, place] = [likely(setting), placeOf(setting)];
      return value === undefined ? [] : [[name, place ? written(value, place) : setting]];
    }),
  );

/** A command as a line in which words are looked for. */
const wordsOfCommand = (command: ImageCommand | null): string => commandWords(command).join(' ');

const itemsOf = (value: YamlValue | undefined): readonly YamlValue[] => (value?.kind === 'list' ? value.items : []);
const wordsOf = (value: YamlValue | undefined): string =>
  value?.kind === 'scalar'
    ? value.text.text
    : itemsOf(value)
        .flatMap((i) => scalarText(i)?.text ?? [])
        .join(' ');

/** The official image writes conf.d/X from templates/X.template when it starts (20-envsubst-on-templates.sh). */
function withTemplates(placed: readonly Placed[], known: Known): Placed[] {
  const out = [...placed];
  for (const p of placed) {
    const m = /^\/etc\/nginx\/templates(?:\/(.*))?$/.exec(p.inside);
    if (!m) continue;
    const templates = known.files.has(p.file) ? [p.file] : [...known.files].filter((f) => isBelow(f, p.file) && f.endsWith('.template'));
    for (const file of templates) {
      const below = file === p.file ? (m[1] ?? basename(file)) : [m[1], relativePath(file, p.file)].filter(Boolean).join('/');
      if (below.endsWith('.template')) out.push({ inside: `/etc/nginx/conf.d/${below.replace(/\.template$/, '')}`, file, at: p.at });
    }
  }
  return out;
}

const INSTALLS =
  /\b(?:apt(?:-get)?|apk|dnf|yum|microdnf|zypper)\b[^\n]*?\b(?:install|add)\b[^\n&;|]*\b(nginx|nginx-full|nginx-light|nginx-extras|nginx-core|openresty)\b/;
/** A command that puts a file of nginx to its place: what is in it nobody sees. */
const BRINGS =
  /(?:>|\s-[oO]|\b(?:cp|mv|install|ln)\b[^\n;&|]*?)\s*(\/etc\/nginx\/(?:nginx\.conf|(?:conf|http|stream)\.d|sites-enabled)\b[^\s"'<>|;&]*)/g;

/** `envsubst < A > B`, `cp A B`, `mv A B`: a file that is there already, and the path that it is written to. */
const MOVES = /\b(?:envsubst\b[^;&|<>]*<\s*(\/[^\s"';&|<>]+)\s*>|(?:cp|mv)(?:\s+-\w+)*\s+(\/[^\s"';&|<>]+))\s+(\/[^\s"';&|<>]+)/g;

/** `cp /conf/* …`, `cp -r /conf/. …`: what is in a folder, not the folder. */
const ALL_OF_IT = /\/(?:\.|\*(?:\.\w+)?)$/;

/** What a command writes from files that are put into the same file system into nginx's own folder. */
function movedBy(command: string, placed: readonly Placed[], at: Place, known: Known): Placed[] {
  return [...command.replace(/\\\r?\n/g, ' ').matchAll(MOVES)].flatMap(([, read, copied, target]) => {
    const written = read ?? copied!;
    const from = clean(written.replace(ALL_OF_IT, '/'));
    const file = nearestPlace(placed, from);
    const isBelowIt = !ALL_OF_IT.test(written) && (target!.endsWith('/') || FOLDER_NAME.test(target!));
    const to = isBelowIt ? `${target!}/${from.replace(/^.*\//, '')}` : target!;
    return file && there(file, known) && NGINX_FOLDERS.test(to) && !to.includes('$') ? [{ inside: clean(to), file, at }] : [];
  });
}

/** What a stage makes: which nginx, and what of the project is put where. */
interface Made {
  readonly stage: DockerStage;
  readonly image: Image | null;
  readonly placed: readonly Placed[];
  readonly unseen: readonly string[];
}

/** What the last stage of a Dockerfile (or the one that is asked for) puts where. Null when it is not a image of nginx and holds nothing of it. */
function dockerInstance(
  file: FileId,
  stages: readonly DockerStage[],
  context: FileId | null,
  target: string | null,
  known: Known,
): Instance | null {
  const made: Made[] = [];
  const starts = stages.flatMap(({ runs, copies }) =>
    [...runs.map((r) => r.place()), ...copies.map((c) => c.place)].map((p) => p.span.start),
  );
  for (const stage of stages) {
    const base = stage.base.text.split(/\s+/).find((word) => !word.startsWith('--')) ?? '';
    const image =
      imageOf(base) ??
      (stage.runs.some((run) => INSTALLS.test(run.text)) ? installedOn(base, stage.runs.map((run) => run.text).join('\n')) : null);
    const placed = stage.runs.flatMap((run) => writtenBy(run.place(), starts, known));
    const unseen: string[] = [];
    for (const copy of stage.copies) {
      const put = copied(copy, made, file, context, known);
      placed.push(...put);
      if (!put.length && !copy.target.includes('$')) unseen.push(clean(copy.target));
    }
    for (const run of stage.runs) placed.push(...movedBy(run.text, placed, run.place(), known));
    unseen.push(
      ...stage.runs
        .flatMap((run) => [...run.text.matchAll(BRINGS)].map(([, path]) => clean(path!)))
        .filter((path) => !placed.some((p) => p.inside === path)),
    );
    made.push({ stage, image, placed, unseen });
  }
  const last = made.find(({ stage }) => target !== null && stage.name === target.toLowerCase()) ?? made.at(-1);
  if (!last) return null;
  const { image, stage } = last;
  const started = [stage.entrypoint, stage.command].map((command) =>
    command?.form === 'exec' ? command.words.map((w) => w.text).join(' ') : (command?.text.text ?? ''),
  );
  const placed = withTemplates([...last.placed, ...started.flatMap((words) => movedBy(words, last.placed, stage.place, known))], known);
  if (!image && !placed.some((p) => NGINX_FOLDERS.test(p.inside))) return null;
  const { unseen } = last;
  const { main, prefix, given } = startedBy(started.join(' '));
  const edited = loadedByEdit(...stage.runs.map((run) => run.text));
  return {
    name: basename(file),
    kind: 'dockerfile',
    image,
    built: true,
    placed,
    unseen,
    commands: startsNginx(stage.entrypoint, stage.command) ? stage.runs.map((run) => run.text) : null,
    main,
    prefix,
    given: [...(stage.entrypoint || stage.command ? given : givenByImage(image)), ...edited],
    edited,
    at: stage.place,
  };
}

/**
 * `cat <<EOF > /etc/nginx/conf.d/site.conf`, `echo '…' > /etc/nginx/nginx.conf`: the texts of a RUN at the paths that they are written to, also where its
 * documents hold them. `starts` are the offsets of all instructions that may hold some.
 */
function writtenBy(at: Place, starts: readonly number[], known: Known): Placed[] {
  const next = Math.min(...starts.filter((start) => start > at.span.start));
  return (known.hosts?.get(at.file) ?? []).flatMap(({ file, target, at: { span } }) =>
    target?.startsWith('/') && span.start >= at.span.start && span.start < next ? [{ inside: clean(target), file, at }] : [],
  );
}

function copied(
  { from, sources, target, intoFolder, place: at }: DockerCopy,
  before: readonly Made[],
  file: FileId,
  context: FileId | null,
  known: Known,
): Placed[] {
  if (target.includes('$')) return [];
  const to = clean(target);
  if (!sources.length) {
    const written = known.inner?.(at);
    return written ? [{ inside: to, file: written, at }] : [];
  }
  const out: Placed[] = [];
  const put = (source: FileId): void => {
    const name = basename(source);
    const into = known.files.has(source) && (intoFolder || sources.length > 1 || (FOLDER_NAME.test(to) && !FOLDER_NAME.test(name)));
    out.push({ inside: into ? clean(`${to}/${name}`) : to, file: source, at });
  };
  for (const source of sources) {
    if (/^https?:/.test(source) || source.includes('$')) continue;
    if (from !== null) {
      const other = before.find(({ stage }) => stage.name === from.toLowerCase()) ?? before[Number(from)];
      const covering = other ? nearestPlace(other.placed, clean(source.startsWith('/') ? source : `/${source}`)) : null;
      if (covering) put(covering);
      continue;
    }
    const bases = context ? [context] : upTo(dirname(file), known.boundary);
    if (/[*?[]/.test(source)) {
      for (const base of bases) {
        const matches = picomatch(source.replace(/^\.?\//, ''));
        const found = [...known.files].filter((f) => isBelow(f, base) && matches(relativePath(f, base)));
        for (const f of found) out.push({ inside: clean(`${to}/${basename(f)}`), file: f, at });
        if (found.length) break;
      }
      continue;
    }
    const base = bases.find((b) => there(resolve(b, './' + source), known));
    if (base) put(resolve(base, './' + source));
  }
  return out;
}

/** The values over which a task is repeated, each as what it puts into a text; a task without a loop is done once. Lists that variables hold are not known. */
function itemsIn(task: YamlValue): { fill(text: string): string }[] {
  const globs = child(task, 'with_fileglob');
  const name = scalarText(child(child(task, 'loop_control'), 'loop_var'))?.text ?? 'item';
  const variable = (fields: string): RegExp =>
    new RegExp(String.raw`\{\{\s*${name.replace(/\W/g, '')}${fields}\s*(?:\|\s*basename\s*(?:\|[^}]*)?)?\}\}`, 'g');
  const list = globs ?? child(task, 'loop') ?? child(task, 'with_items') ?? child(task, 'with_list');
  const query = /(?:lookup|query|q)\(\s*['"]fileglob['"]\s*,\s*['"]([^'"]+)['"]/.exec(scalarText(list)?.text ?? '')?.[1];
  if (query !== undefined) return [{ fill: (text) => text.replace(variable(''), (all) => (all.includes('basename') ? '' : query)) }];
  if (list?.kind !== 'list') return [{ fill: (text) => text }];
  return list.items.map((item) => ({
    fill: (text) => {
      if (item.kind === 'scalar') return text.replace(variable(''), (all) => (globs && all.includes('basename') ? '' : item.text.text));
      if (item.kind !== 'map') return text;
      return item.entries.reduce((t, { key, value }) => {
        const own = scalarText(value)?.text;
        const escaped = key.replace(/\W/g, '\\$&');
        return own === undefined ? t : t.replace(variable(String.raw`(?:\.${escaped}|\[['"]${escaped}['"]\])`), () => own);
      }, text);
    },
  }));
}

const TASK = /^(?:ansible\.(?:builtin|posix|legacy)\.)?(template|copy|file|synchronize)$/;

/** What a task takes where a variable says nothing else: `{{ site.template | default('site.conf.j2') }}`. */
const DEFAULTED = /^\{\{[^{}]*\|\s*default\(\s*['"]([^'"{}]+)['"][^{}()]*\)[^{}|]*\}\}$/;

/** Folders that files are put into, also where the destination does not end with a slash. */
const SITES_FOLDER = /\/(?:(?:conf|http)\.d|sites-(?:available|enabled)|snippets)$/;

/** Tasks of one file that lay files down; null when it holds none that concern nginx. */
function ansibleInstance(file: FileId, documents: readonly YamlValue[], known: Known): Instance | null {
  const placed: Placed[] = [];
  const links: { from: string; to: string; at: Place }[] = [];

  const folder = dirname(file);
  const role = /(^|\/)(tasks|handlers)$/.test(pathOf(folder)) ? dirname(folder) : null;
  const find = (source: string, kind: string): FileId | null => {
    const own = kind === 'template' ? 'templates' : 'files';
    for (const base of [...(role ? [resolve(role, own), role] : []), resolve(folder, own), folder]) {
      const id = resolve(base, './' + source.replace(/^(\.\.\/)?(templates|files)\//, (all, up: string | undefined) => (up ? '' : all)));
      if (there(id, known)) return id;
    }
    return null;
  };
  /** `with_fileglob: templates/*.j2`: the files that it means */
  const globbed = (mask: string, kind: string): FileId[] => {
    const own = kind === 'template' ? 'templates' : 'files';
    const plain = mask.replace(/^\{\{\s*(role_path|playbook_dir)\s*\}\}\//, '').replace(/^(\.\.?\/)+/, '');
    for (const base of [...(role ? [resolve(role, own), role] : []), resolve(folder, own), folder]) {
      const matches = picomatch(plain);
      const all = [...known.files].filter((f) => isBelow(f, base) && matches(relativePath(f, base)));
      if (all.length) return all;
    }
    return [];
  };
  const visit = (value: YamlValue, depth: number): void => {
    if (depth > 8) return;
    if (value.kind === 'list') for (const item of value.items) visit(item, depth + 1);
    if (value.kind !== 'map') return;
    for (const { key, value: inner } of value.entries) {
      const kind = TASK.exec(key)?.[1];
      if (kind) {
        const short = inner.kind === 'scalar' ? inner.text.text : '';
        const own = (name: string): string | undefined =>
          scalarText(child(inner, name))?.text ??
          new RegExp(String.raw`\b${name}=("[^"]*"|(?:\{\{.*?\}\}|\S)+)`).exec(short)?.[1]?.replaceAll('"', '');
        const written = { source: own('src'), dest: own('dest') ?? own('path') };
        if (kind === 'file' && own('state') !== 'link') continue;
        for (const item of itemsIn(value)) {
          const source = written.source && item.fill(written.source).replace(DEFAULTED, '$1');
          const dest = written.dest && deployedPath(item.fill(written.dest));
          if (!source || !dest) continue;
          const to = kind === 'file' ? deployedPath(source) : null;
          if (to) links.push({ from: dest, to, at: inner.place });
          if (kind === 'file' || source.includes('{{')) continue;
          const found = /[*?]/.test(source) ? globbed(source, kind) : [find(source, kind)];
          for (const id of found) {
            if (!id) continue;
            const isFile = known.files.has(id);
            // the contents of a folder are put where the source ends with a slash, else the folder itself
            const into = isFile ? dest.endsWith('/') || SITES_FOLDER.test(dest) : !source.endsWith('/');
            const name = basename(id.replace(/\/$/, '') as FileId).replace(/\.j2$/, '');
            placed.push({ inside: clean(into ? `${dest}/${name}` : dest), file: id.replace(/\/$/, '') as FileId, at: inner.place });
          }
        }
      } else if (['tasks', 'pre_tasks', 'post_tasks', 'block', 'rescue', 'always', 'handlers'].includes(key)) visit(inner, depth + 1);
    }
  };
  for (const document of documents) if (document.kind === 'list') visit(document, 0);
  return placed.length
    ? {
        name: basename(role ?? folder),
        kind: 'ansible',
        image: null,
        placed: linked({ placed, links }),
        main: null,
        given: [],
        at: placed[0]!.at,
      }
    : null;
}

/** Beyond the end of any text that is read. */
const MAX_SPAN = 1 << 30;

/** Deployments and the maps of kustomize that they mount; the maps of other kinds hold their texts themselves. */
class Kubernetes {
  private readonly pods: { readonly name: string; readonly at: Place; readonly spec: YamlValue; readonly raw: (place: Place) => string }[] =
    [];
  private readonly maps = new Map<string, { key: string; file: FileId; at: Place }[]>();

  constructor(private readonly known: Known) {}

  /** `raw` gives a part of the text as it is written, marks of templates and all: that is how names of maps are compared. */
  read(file: FileId, documents: readonly YamlValue[], raw: (place: Place) => string): void {
    for (const document of documents) {
      const spec = child(document, 'spec');
      const pod =
        scalarText(child(document, 'kind'))?.text === 'Pod'
          ? spec
          : (child(child(spec, 'template'), 'spec') ?? child(child(child(child(spec, 'jobTemplate'), 'spec'), 'template'), 'spec'));
      if (pod)
        this.pods.push({
          name: scalarText(child(child(document, 'metadata'), 'name'))?.text ?? basename(file),
          at: pod.place,
          spec: pod,
          raw,
        });
      for (const map of itemsOf(child(document, 'configMapGenerator'))) {
        const name = scalarText(child(map, 'name'))?.text;
        if (!name) continue;
        for (const item of itemsOf(child(map, 'files'))) {
          const text = scalarText(item)?.text ?? '';
          const [key, path] = text.includes('=') ? text.split('=') : [text.split('/').at(-1), text];
          const id = resolve(dirname(file), path ?? '');
          if (key && isBelow(id, this.known.boundary)) this.put(name, key, id, item.place);
        }
      }
      if (scalarText(child(document, 'kind'))?.text === 'ConfigMap') this.map(file, document, raw);
    }
  }

  private put(map: string, key: string, file: FileId, at: Place): void {
    const list = this.maps.get(map) ?? [];
    list.push({ key, file, at });
    this.maps.set(map, list);
  }

  /** A map that holds its texts, or that a chart fills with files (`.Files.Get`, `.Files.Glob` of Helm: paths from the folder of Chart.yaml). */
  private map(file: FileId, document: YamlValue, raw: (place: Place) => string): void {
    const name = child(child(document, 'metadata'), 'name');
    const data = document.kind === 'map' ? document.entries.find((e) => e.key === 'data') : undefined;
    if (name?.kind !== 'scalar' || !data) return;
    const map = raw(name.place);
    const chart = upTo(dirname(file), this.known.boundary).find((f) => this.known.files.has(resolve(f, './Chart.yaml')));
    const span = (from: Place, to: number): Place => ({ file, span: { start: from.span.end, end: Math.max(to, from.span.end) } });
    // a line of a template at the margin ends a block for YAML, and not for the chart
    const rest = /^[\s\S]*?(?=\n---|$(?![\s\S]))/.exec(raw({ file, span: { start: data.keyPlace.span.end, end: MAX_SPAN } }))![0];
    const end = data.keyPlace.span.end + rest.length;
    const entries = data.value.kind === 'map' ? data.value.entries : [];
    entries.forEach(({ key, keyPlace, value }, i) => {
      const got = /\.Files\.Get\s+\(?\s*"([^"{}]+)"/.exec(raw(span(keyPlace, entries[i + 1]?.keyPlace.span.start ?? end)))?.[1];
      const id = got !== undefined && chart ? resolve(chart, `./${got}`) : (this.known.inner?.(value.place) ?? null);
      if (id && (got === undefined || this.known.files.has(id))) this.put(map, key, id, keyPlace);
    });
    const masks = raw(span(data.keyPlace, end)).matchAll(/\.Files\.Glob\s+"([^"{}]+)"\s*\)?\s*\)?\.AsConfig/g);
    for (const [, mask] of chart ? masks : []) {
      const matches = picomatch(mask!);
      for (const id of this.known.files)
        if (isBelow(id, chart!) && matches(relativePath(id, chart!))) this.put(map, basename(id), id, data.keyPlace);
    }
  }

  instances(): Instance[] {
    return this.pods.flatMap(({ name, spec, raw }) => {
      const text = (value: YamlValue | undefined): string | null =>
        value?.kind === 'scalar' ? raw(value.place).replace(/^["']|["']$/g, '') : null;
      /** what is in a volume: the key as a file's name */
      const contents = (map: YamlValue | undefined): { key: string; file: FileId; at: Place }[] => {
        const name = text(child(map, 'name'));
        const all = name === null ? [] : (this.maps.get(name) ?? []);
        const items = itemsOf(child(map, 'items'));
        if (!items.length) return all;
        return items.flatMap((item) =>
          all.filter((e) => e.key === text(child(item, 'key'))).map((e) => ({ ...e, key: text(child(item, 'path')) ?? e.key })),
        );
      };
      const volumes = new Map(
        itemsOf(child(spec, 'volumes')).map((v) => [
          text(child(v, 'name')) ?? '',
          [child(v, 'configMap'), ...itemsOf(child(child(v, 'projected'), 'sources')).map((source) => child(source, 'configMap'))].flatMap(
            contents,
          ),
        ]),
      );
      return itemsOf(child(spec, 'containers')).flatMap((container): Instance[] => {
        const image = imageOf(scalarText(child(container, 'image'))?.text ?? '');
        const placed: Placed[] = [];
        const unseen: string[] = [];
        for (const mount of itemsOf(child(container, 'volumeMounts'))) {
          const path = scalarText(child(mount, 'mountPath'))?.text;
          const sub = scalarText(child(mount, 'subPath'))?.text;
          if (!path) continue;
          const before = placed.length;
          for (const { key, file, at } of volumes.get(text(child(mount, 'name')) ?? '') ?? [])
            if (sub === undefined) placed.push({ inside: clean(`${path}/${key}`), file, at });
            else if (sub === key) placed.push({ inside: clean(path), file, at });
          if (placed.length === before) unseen.push(clean(path));
        }
        return image || placed.length
          ? [
              {
                name,
                kind: 'kubernetes',
                image,
                placed,
                unseen,
                ...startedBy(`${wordsOf(child(container, 'command'))} ${wordsOf(child(container, 'args'))}`),
                ...(child(container, 'command') || child(container, 'args') ? {} : { given: givenByImage(image) }),
                at: container.place,
              },
            ]
          : [];
      });
    });
  }
}
