/**
 * Puts the application's side together: from all files of a workspace to the applications that run, each with its server, listeners and framework.
 * Pure: texts in, plain data out. What the files do not decide stays unknown.
 */
import { basename, dirname, type FileId, pathOf, resolve } from '../base/file-id.ts';
import { type Place, samePlace } from '../base/span.ts';
import type { Application, ApplicationSource, Framework, Listener, UnreadEnvironment } from './application.ts';
import { type ServerCommand, serverCommands } from './command.ts';
import { type ComposeFile, type ComposeProject, type ComposeService, composeProjects, isCompose } from './compose.ts';
import { type DockerStage, type ImageCommand, imageServers, isDockerfile, readDockerfile } from './dockerfile.ts';
import { beyondEnvFile, type EnvDialect, isEnvFile, isEnvSample, readEnvFile, withoutSecrets } from './env-file.ts';
import { FRAMEWORKS } from './frameworks/all.ts';
import { type FrameworkDeclaration, mainFile, type ProjectReading } from './frameworks/framework.ts';
import { type Cluster, isManifest, NO_CLUSTER, readManifests } from './kubernetes.ts';
import { MappedText } from './mapped-text.ts';
import { saysHowItRuns } from './nginx-start.ts';
import { type CrossOriginProgram, crossOriginPrograms } from './node-cors.ts';
import { isNodeStart } from './node-port.ts';
import { readProcfile } from './procfile.ts';
import { type ModuleValues, type PyCall, PythonProject } from './python.ts';
import type { Python } from './python-tree.ts';
import { readServices } from './quadlet.ts';
import { SERVERS } from './servers/all.ts';
import type { Built, Reading, ServerDeclaration } from './servers/server.ts';
import { unknown } from './servers/unknown.ts';
import uwsgi from './servers/uwsgi.ts';
import { byDefault, certain, likely, placeOf, type Setting, unknownSetting, written } from './setting.ts';
import { closed, type Environment, MOST_OF_SCRIPT, NO_ENVIRONMENT, withVariables } from './shell.ts';
import { type ServedPage, type SinglePage, servedPages, singlePages } from './single-page.ts';
import { readSupervisor } from './supervisor.ts';
import { dropInOf, readService, readSocket, type ServiceUnit, type SocketUnit, type UnitFile, unitName, unitText } from './systemd.ts';
import { TooMuch, type Unread, whyUnread } from './unread.ts';
import { readVersions, type Versions } from './versions.ts';
import { programStarted, type StartedProgram } from './websockets.ts';

/** What starts an application, by name: whether the end of a long script could matter. */
const PROGRAMS = new RegExp(
  `\\b(${SERVERS.flatMap((s) => s.programs.flatMap((p) => p.names.map((n) => n.replaceAll('.', '\\.')))).join('|')})\\b`,
);

export interface Deployment {
  readonly applications: readonly Application[];
  /** Services of compose files, overrides merged. */
  readonly containers: readonly ComposeService[];
  /** The compose projects that they belong to. */
  readonly projects: readonly ComposeProject[];
  /** Services and Ingresses of Kubernetes. */
  readonly cluster: Cluster;
  /** Files that could not be read completely; what they say may be missing from everything else. */
  readonly unread: readonly Unread[];
  /** What the Dockerfile of a service makes: the stage that it runs. */
  readonly stages: ReadonlyMap<ComposeService, DockerStage>;
  /** The last stages of Dockerfiles that no service builds, as far as they say how nginx is started or how their health is checked. */
  readonly images: readonly { readonly file: FileId; readonly stage: DockerStage }[];
  /** Pages with a router in the browser that a Dockerfile puts into an image of nginx. */
  readonly pages: readonly ServedPage[];
  /** All pages with a router in the browser. */
  readonly singlePages: readonly SinglePage[];
  /** Programs for Node that answer other origins themselves. */
  readonly crossOrigin: readonly CrossOriginProgram[];
  /** Programs that need WebSockets and are started by a unit of the machine. */
  readonly started: readonly StartedProgram[];
  /** The files that were given. */
  readonly files: ReadonlyMap<FileId, string>;
}

export const NO_DEPLOYMENT: Deployment = {
  applications: [],
  containers: [],
  projects: [],
  cluster: NO_CLUSTER,
  unread: [],
  stages: new Map(),
  images: [],
  pages: [],
  singlePages: [],
  crossOrigin: [],
  started: [],
  files: new Map(),
};

export interface ReadOptions {
  /** Versions that a person set, by package; they win over what files say. */
  readonly versions?: Readonly<Record<string, string>>;
}

/** Reads all files of a workspace that `wanted` named. Without a Python grammar, Python files are not read. */
export function readDeployment(files: ReadonlyMap<FileId, string>, python: Python | null, options: ReadOptions = {}): Deployment {
  return new Reader(files, python, options).read();
}

interface Start {
  readonly source: ApplicationSource;
  readonly name: string;
  readonly command: ServerCommand;
  readonly container: ComposeService | null;
  readonly activation: SocketUnit | null;
  readonly workingDirectory: string | null;
  readonly files: readonly FileId[];
  readonly unread?: readonly UnreadEnvironment[];
  readonly unit?: ServiceUnit;
}

class Reader {
  private readonly applications: Application[] = [];
  private readonly started: StartedProgram[] = [];
  private readonly usedConfigs = new Set<FileId>();
  private readonly project: PythonProject | null;
  private readonly versions: Versions;

  private readonly files: ReadonlyMap<FileId, string>;
  private readonly unread = new Map<FileId, string>();
  /** Compose files that extend what is not there */
  private readonly damaged = new Map<FileId, string>();
  private readonly stages = new Map<ComposeService, DockerStage>();

  constructor(files: ReadonlyMap<FileId, string>, python: Python | null, options: ReadOptions) {
    this.files = new Map([...files].map(([file, text]) => [file, isEnvFile(pathOf(file)) ? withoutSecrets(text) : text]));
    this.project = python ? new PythonProject(python, this.files, (file, error) => this.failed(file, error)) : null;
    const versions = new Map(this.guarded([...this.files.keys()][0]!, NO_VERSIONS, () => readVersions(this.files)));
    for (const [name, version] of Object.entries(options.versions ?? {})) versions.set(name as never, byDefault(version));
    this.versions = versions;
  }

  /** What declarations of servers may ask. */
  private readonly reading: Reading = {
    text: (file) => this.files.get(file),
    find: (path, near) => this.find(path, near),
    python: (environment) => this.project?.withEnvironment(environment) ?? null,
    use: (file) => void this.usedConfigs.add(file),
  };

  private failed(file: FileId, error: unknown): void {
    if (!this.unread.has(file)) this.unread.set(file, whyUnread(error));
  }

  /** What a reader makes of a file; where it fails, that is said of the file, and the rest goes on. */
  private guarded<T>(file: FileId, otherwise: T, read: () => T): T {
    try {
      return read();
    } catch (error) {
      this.failed(file, error);
      return otherwise;
    }
  }

  read(): Deployment {
    for (const [file, text] of this.files) {
      const why = isEnvFile(pathOf(file)) ? beyondEnvFile(text) : null;
      if (why) this.failed(file, new TooMuch(why));
    }
    const named = (test: (name: string, path: string) => boolean): [FileId, string][] =>
      [...this.files].filter(([file]) => test(basename(file), pathOf(file)));
    const units = named((n) => unitName(n) !== null).flatMap(([file, text]): { file: FileId; name: string; text: string }[] => {
      const unit = unitText(basename(file), text);
      return unit === null ? [] : [{ file, name: unitName(basename(file))!, text: unit }];
    });
    const dropIns = this.dropIns(units);
    const sockets = units
      .filter((u) => u.name.endsWith('.socket'))
      .flatMap((u) => this.guarded(u.file, null, () => readSocket(u, dropIns(u))) ?? []);
    for (const u of units) if (u.name.endsWith('.service')) this.guarded(u.file, undefined, () => this.systemd(u, dropIns(u), sockets));
    for (const [file, text] of named((n, p) => isSupervisor(n, p))) this.guarded(file, undefined, () => this.supervisor(file, text));
    for (const [file, text] of named((n) => isProcfile(n))) this.guarded(file, undefined, () => this.procfile(file, text));
    const dockerfiles = new Map(
      named((n) => isDockerfile(n)).map(([file, text]) => [file, this.guarded<DockerStage[]>(file, [], () => readDockerfile(file, text))]),
    );
    const { projects, containers, built } = this.compose(dockerfiles);
    const manifests = [...this.files].filter(([file, text]) => /\.ya?ml$/.test(file) && !isCompose(pathOf(file), text) && isManifest(text));
    // a ConfigMap of one file is used in another: only where they cannot be read together, each is read by itself
    const { containers: pods, cluster } = manifests.length
      ? this.guarded(manifests[0]![0], NO_MANIFESTS, () => this.manifests(manifests))
      : NO_MANIFESTS;
    for (const container of pods) this.guarded(container.file, undefined, () => this.pod(container));
    for (const [file, stages] of dockerfiles) if (!built.has(file)) this.guarded(file, undefined, () => this.image(file, stages));
    for (const [file, text] of this.files)
      if (isShellScript(basename(file), text)) this.guarded(file, undefined, () => this.script(file, text));
    this.loneConfigs();
    this.loneCode();
    if (!this.applications.length && this.files.size) this.guarded([...this.files.keys()][0]!, undefined, () => this.loneProject());
    const unread: Unread[] = [
      ...[...this.unread].map(([file, why]) => ({ file, why })),
      ...[...this.damaged].flatMap(([file, why]) => (this.unread.has(file) ? [] : [{ file, why, damaged: true }])),
    ];
    const single = this.guarded([...this.files.keys()][0]!, [], () => singlePages(this.files));
    return {
      applications: this.applications,
      containers: [...containers, ...pods],
      projects,
      cluster,
      unread,
      stages: this.stages,
      images: [...dockerfiles].flatMap(([file, stages]) => {
        const stage = built.has(file) ? undefined : stages.at(-1);
        return stage && saysHowItRuns(stage) ? [{ file, stage }] : [];
      }),
      pages: this.guarded([...dockerfiles.keys()][0]!, [], () => servedPages(single, dockerfiles)),
      singlePages: single,
      crossOrigin: this.guarded([...this.files.keys()][0]!, [], () => crossOriginPrograms(this.files)),
      started: this.started,
      files: this.files,
    };
  }

  private manifests(files: readonly [FileId, string][]): ReturnType<typeof readManifests> {
    try {
      return readManifests(files);
    } catch (error) {
      if (files.length === 1) throw error;
      const each = files.map((one) => this.guarded(one[0], NO_MANIFESTS, () => readManifests([one])));
      return {
        containers: each.flatMap((e) => e.containers),
        cluster: {
          services: each.flatMap((e) => e.cluster.services),
          ingresses: each.flatMap((e) => e.cluster.ingresses),
        },
      };
    }
  }

  /** The files that add to a unit, in the order of their names: those beside it, or the only ones of the only unit that is called so. */
  private dropIns(
    units: readonly { readonly file: FileId; readonly name: string }[],
  ): (unit: (typeof units)[number]) => readonly UnitFile[] {
    /** by the folder of the unit that they are beside, and its name */
    const beside = new Map<string, UnitFile[]>();
    /** by the name of the unit, the folders of such files */
    const folders = new Map<string, Set<string>>();
    for (const [file, text] of this.files) {
      const name = dropInOf(pathOf(file));
      if (!name) continue;
      const key = `${dirname(dirname(file))}/${name}`;
      if (!beside.get(key)?.push({ file, text })) beside.set(key, [{ file, text }]);
      if (!folders.get(name)?.add(key)) folders.set(name, new Set([key]));
    }
    if (!beside.size) return () => [];
    const called = new Map<string, number>();
    for (const { name } of units) called.set(name, (called.get(name) ?? 0) + 1);
    return ({ file, name }) => {
      const all = folders.get(name);
      // elsewhere they count where there is one unit and one folder for it: several are of several machines
      const elsewhere = all?.size === 1 && called.get(name) === 1 ? [...all][0]! : '';
      return (beside.get(`${dirname(file)}/${name}`) ?? beside.get(elsewhere) ?? []).sort((a, b) =>
        basename(a.file) < basename(b.file) ? -1 : 1,
      );
    };
  }

  private systemd(source: UnitFile, dropIns: readonly UnitFile[], sockets: readonly SocketUnit[]): void {
    const { file } = source;
    const unit = readService(source, dropIns);
    if (!unit) return;
    const activation = sockets.find((s) => s.service === unit.name) ?? null;
    const named = unit.environmentFiles.map((f) => ({
      path: f.text.replace(/^-/, ''),
      required: !f.text.startsWith('-'),
      place: f.place(),
    }));
    const { variables, unread } = this.environmentFiles(
      named,
      (path) => this.find(path, file, 2) ?? this.within(unit.workingDirectory?.text, path),
      NO_ENVIRONMENT,
      'systemd',
    );
    const own = readService(source, dropIns, variables);
    for (const line of own?.starts ?? []) {
      const found = programStarted(line.text);
      if (found) this.started.push({ ...found, name: unit.name, place: line.place() });
    }
    const commands = own?.commands.length
      ? own.commands
      : (own?.starts ?? []).flatMap((s) => this.scripts(s.text.split(/\s+/), withVariables(own!.environment, variables), file));
    for (const command of commands) {
      // EnvironmentFile= wins over Environment= (systemd.exec(5))
      const environment = withVariables(command.environment, variables);
      this.start({
        source: 'systemd',
        name: unit.name,
        command: { ...command, environment },
        container: null,
        activation,
        workingDirectory: unit.workingDirectory?.text.includes('${') ? null : (unit.workingDirectory?.text ?? null),
        files: [file, ...dropIns.map((d) => d.file), ...(activation ? [activation.file] : [])],
        unread,
        unit,
      });
    }
  }

  /** The variables of files that a service names; what a file that is not in the workspace may set stays open as far as it decides something here. */
  private environmentFiles(
    files: readonly { readonly path: string; readonly required: boolean; readonly place: Place }[],
    locate: (path: string) => FileId | null,
    outer: Environment,
    dialect: EnvDialect,
  ): { variables: Environment; unread: UnreadEnvironment[] } {
    const variables = new Map<string, Setting<string>>();
    const unread: UnreadEnvironment[] = [];
    for (const named of files) {
      const file = locate(named.path);
      const text = file ? this.files.get(file) : undefined;
      if (file && text !== undefined) {
        const read = this.guarded(file, null, () => readEnvFile(file, text, outer, dialect));
        for (const [name, value] of read ?? []) variables.set(name, value);
        continue;
      }
      unread.push({ path: named.path, place: named.place });
      const why = `may be set in ${named.path}, which is not in the workspace`;
      for (const [name, fallback] of OPENED)
        if (!variables.has(name)) variables.set(name, unknownSetting(`${name} ${why}`, named.place, { env: name, fallback }));
      // a sample beside it names what the file is made of
      const sample = file ? this.sampleOf(file) : null;
      for (const [name, value] of sample
        ? this.guarded(sample, NO_SETTINGS, () => readEnvFile(sample, this.files.get(sample)!, outer, dialect))
        : [])
        if (!variables.has(name) || OPENED.has(name))
          variables.set(name, unknownSetting(why, placeOf(value), { env: name, fallback: likely(value) }));
    }
    return { variables, unread };
  }

  private sampleOf(file: FileId): FileId | null {
    const folder = dirname(file);
    const name = basename(file);
    const near = [...this.files.keys()].filter((f) => dirname(f) === folder && isEnvSample(f));
    return near.find((f) => basename(f).startsWith(`${name}.`) || basename(f).startsWith(`${name}-`)) ?? near[0] ?? null;
  }

  private supervisor(file: FileId, text: string): void {
    for (const program of readSupervisor(file, text))
      for (const command of program.commands.length
        ? program.commands
        : this.scripts(program.command?.text.split(/\s+/) ?? [], program.environment, file))
        this.start({
          ...LONE,
          source: 'supervisor',
          name: program.name,
          command,
          activation: program.socket,
          workingDirectory: program.directory?.text ?? null,
          files: [file],
        });
  }

  private procfile(file: FileId, text: string): void {
    for (const process of readProcfile(file, text, PLATFORM))
      for (const command of process.commands) this.start({ ...LONE, source: 'procfile', name: process.name, command, files: [file] });
  }

  private compose(dockerfiles: ReadonlyMap<FileId, readonly DockerStage[]>): {
    projects: ComposeProject[];
    containers: ComposeService[];
    built: Set<FileId>;
  } {
    const read = new Map<FileId, ComposeFile | null>();
    const composeFile = (file: FileId): ComposeFile | null => {
      let found = read.get(file);
      if (found === undefined) {
        const text = this.files.get(file);
        found = text === undefined ? null : this.guarded(file, null, () => readServices(file, text, this.beside(file)));
        read.set(file, found);
      }
      return found;
    };
    const projects = composeProjects(this.files, composeFile, (file, make) => this.guarded<ComposeProject | null>(file, null, make));
    for (const { file, why } of projects.flatMap((p) => p.damaged)) if (!this.damaged.has(file)) this.damaged.set(file, why);
    const containers = projects.flatMap((p) => p.services);
    const built = new Set<FileId>();
    for (const service of containers) {
      if (service.dockerfile) built.add(service.dockerfile);
      this.guarded(service.file, undefined, () => this.service(service, dockerfiles));
    }
    return { projects, containers, built };
  }

  /** The stages as this build makes them: with the values of its ARGs. */
  private stagesFor(service: ComposeService, all: ReadonlyMap<FileId, readonly DockerStage[]>): readonly DockerStage[] | undefined {
    if (service.recipe !== undefined) return readDockerfile(service.file, service.recipe, service.buildArgs);
    if (!service.dockerfile) return undefined;
    const stages = all.get(service.dockerfile);
    const text = this.files.get(service.dockerfile);
    return stages && service.buildArgs.size && text !== undefined ? readDockerfile(service.dockerfile, text, service.buildArgs) : stages;
  }

  private service(service: ComposeService, dockerfiles: ReadonlyMap<FileId, readonly DockerStage[]>): void {
    const stages = this.stagesFor(service, dockerfiles);
    const stage = stages?.find((s) => s.name !== null && s.name === service.buildTarget) ?? stages?.at(-1);
    if (stage) this.stages.set(service, stage);
    const { variables, unread } = this.environmentFiles(
      service.environmentFiles,
      (path) => resolve(dirname(service.file), path),
      this.beside(service.file),
      'dotenv',
    );
    const whole = withVariables(withVariables(stage?.environment ?? NO_ENVIRONMENT, variables), service.environment);
    // the environment of a container is what these files say, and nothing else
    const environment = unread.length || (service.dockerfile && !stages) ? whole : closed(whole);
    const entrypoint = service.entrypoint ?? stage?.entrypoint ?? null;
    const command = service.command ?? (service.entrypoint ? null : (stage?.command ?? null));
    const common = {
      source: 'compose',
      name: service.name,
      container: service,
      activation: null,
      workingDirectory: service.workingDir ?? stage?.workdir?.text ?? null,
      files: [service.file, ...(service.dockerfile && stages ? [service.dockerfile] : [])],
      unread,
    } as const;
    const near = service.dockerfile ?? service.file;
    const servers = this.servers(entrypoint, command, environment, near);
    for (const server of servers) this.start({ ...common, command: server });
    if (servers.length) return;
    const script = this.startedScript(entrypoint, command, near);
    if (script) this.add(script.server, script.built, { ...common, command: { place: script.place, environment } });
    else this.ofImage(service, stage, environment, common);
  }

  /** A container of a cluster: its variables are what the manifest says, where all of them are here. */
  private pod(container: ComposeService): void {
    const unread = container.environmentFiles.map(({ path, place }) => ({ path, place }));
    const why = 'may be set by what is not in the workspace';
    const opened = new Map(
      unread.length
        ? [...OPENED].map(([env, fallback]) => [env, unknownSetting<string>(`${env} ${why}`, unread[0]!.place, { env, fallback })])
        : [],
    );
    const whole = withVariables(opened, container.environment);
    const environment = unread.length ? whole : closed(whole);
    const common = {
      source: 'kubernetes',
      name: container.name,
      container,
      activation: null,
      workingDirectory: null,
      files: [container.file],
      unread,
    } as const;
    const servers = this.servers(container.entrypoint, container.command, environment, container.file);
    for (const command of servers) this.start({ ...common, command });
    if (servers.length) return;
    const script = this.startedScript(container.entrypoint, container.command, container.file);
    if (script) this.add(script.server, script.built, { ...common, command: { place: script.place, environment } });
    else this.ofImage(container, undefined, environment, common);
  }

  /** The `.env` file beside a compose file: the environment of Compose itself. */
  private beside(file: FileId): Environment {
    const env = resolve(dirname(file), './.env');
    const text = this.files.get(env);
    return text === undefined ? NO_ENVIRONMENT : this.guarded<Environment>(env, NO_ENVIRONMENT, () => readEnvFile(env, text));
  }

  /** `python app.py`: the server that the module starts by a call. */
  private startedScript(entrypoint: ImageCommand | null, command: ImageCommand | null, near: FileId): ReturnType<Reader['inCode']> {
    const words = [entrypoint, command].flatMap((c) => (c ? wordsOf(c) : []));
    const at = words.findIndex((w) => /(^|\/)(python|pypy)[0-9.]*$/.test(w));
    const name = at < 0 ? undefined : words.slice(at + 1).find((w) => !w.startsWith('-'));
    const file = name?.endsWith('.py') ? this.find(name, near) : null;
    const text = file ? this.files.get(file) : undefined;
    return file && text !== undefined ? this.inCode(file, text) : null;
  }

  /** A container without a command that the files show: what its image, or the one that it is built on, is known to start. */
  private ofImage(service: ComposeService, stage: DockerStage | undefined, environment: Environment, common: Omit<Start, 'command'>): void {
    const image = service.builds ? stage?.from : service.image;
    if (!image) return;
    const exposed = [...(stage?.expose ?? []), ...service.expose].map((e) => Number.parseInt(e.port, 10));
    const ports = [...new Set([...exposed, ...service.ports.map((p) => p.target)])].filter(Number.isInteger);
    const folder = service.builds && service.dockerfile ? `${dirname(service.dockerfile)}/` : null;
    const scripts =
      folder === null ? [] : [...this.files].filter(([file]) => file.startsWith(folder) && isNodeStart(file.slice(folder.length)));
    for (const server of SERVERS) {
      const built = server.image?.(image, { ports, environment, scripts });
      if (!built) continue;
      this.add(server, built, { ...common, command: { place: service.place, environment } });
      return;
    }
  }

  private image(file: FileId, stages: readonly DockerStage[]): void {
    const stage = stages.at(-1);
    if (!stage) return;
    for (const command of this.servers(stage.entrypoint, stage.command, stage.environment, file))
      this.start({
        ...LONE,
        source: 'dockerfile',
        name: basename(file),
        command,
        workingDirectory: stage.workdir?.text ?? null,
        files: [file],
      });
  }

  /** Servers of an image; where it starts a script of the project, those of the script. */
  private servers(entrypoint: ImageCommand | null, command: ImageCommand | null, environment: Environment, near: FileId): ServerCommand[] {
    const direct = imageServers(entrypoint, command, environment);
    if (direct.length) return direct;
    return [command, entrypoint].flatMap((c) => (c ? this.scripts(wordsOf(c), environment, near) : []));
  }

  /** Servers of the first of these words that is a script of the project and starts any. */
  private scripts(words: readonly string[], environment: Environment, near: FileId): ServerCommand[] {
    for (const word of words) {
      const script = word.startsWith('-') || word === '' ? null : this.find(word, near);
      const text = script ? this.files.get(script) : undefined;
      if (!script || text === undefined || !isShellScript(basename(script), text)) continue;
      const found = this.commandsIn(script, text, environment);
      this.usedConfigs.add(script);
      if (found.length) return found;
    }
    return [];
  }

  /** The servers that a script starts. It is read up to the limit, and that is said where a server is named after it. */
  private commandsIn(file: FileId, text: string, environment: Environment): ServerCommand[] {
    const end = Math.min(text.length, MOST_OF_SCRIPT);
    if (PROGRAMS.test(text.slice(end)))
      this.failed(file, new TooMuch(`it names a server after its first ${MOST_OF_SCRIPT / 1024} K characters, which alone are read`));
    return serverCommands(MappedText.verbatim(file, text.slice(0, end), { start: 0, end }), environment);
  }

  private script(file: FileId, text: string): void {
    if (this.usedConfigs.has(file)) return;
    const commands = this.commandsIn(file, text, NO_ENVIRONMENT);
    if (commands.length === 1) this.start({ ...LONE, source: 'script', name: basename(file), command: commands[0]!, files: [file] });
  }

  /** The file of the workspace that a path of the running machine means: the one with the longest equal end, then the nearest. */
  private find(path: string, near: FileId, least = 1): FileId | null {
    const parts = path.replace(/^\.\//, '').split('/').filter(Boolean).reverse();
    let best: FileId | null = null;
    let bestScore = 0;
    for (const file of this.files.keys()) {
      const own = pathOf(file).split('/').reverse();
      let same = 0;
      while (same < parts.length && same < own.length && parts[same] === own[same]) same++;
      if (same < Math.min(least, parts.length)) continue;
      const score = same * 100 + shared(pathOf(file), pathOf(near));
      if (score > bestScore) {
        best = file;
        bestScore = score;
      }
    }
    return best;
  }

  /** A file below the folder in which a service runs, where the checkout's own folder has another name: the only one whose path ends so. */
  private within(folder: string | undefined, path: string): FileId | null {
    const base = folder?.replace(/\/*$/, '/');
    if (!base || base === '/' || !path.startsWith(base)) return null;
    const same = [...this.files.keys()].filter((f) => pathOf(f).endsWith(`/${path.slice(base.length)}`));
    return same.length === 1 ? same[0]! : null;
  }

  private start(start: Start): void {
    const { server } = start.command;
    const behind = server.runs?.(start, this.reading);
    if (behind) {
      const command = { ...start.command, server: behind.server, args: behind.args };
      this.start({ ...start, command, files: [...start.files, behind.file] });
      return;
    }
    this.add(server, server.start(start, this.reading), start);
  }

  private add(
    server: ServerDeclaration,
    built: Built<unknown>,
    start: Omit<Start, 'command'> & { command: Pick<ServerCommand, 'place' | 'environment'> },
  ): void {
    const activated = start.activation ? activatedListeners(server, built, start.activation) : built.listeners;
    const { place, environment } = start.command;
    const framework = server.python ? this.guarded(place.file, null, () => this.framework(built.target, environment, place.file)) : null;
    const id = `${place.file}#${place.span.start}${start.container ? `@${start.container.name}` : ''}`;
    if (this.applications.some((a) => a.id === id)) return;
    this.applications.push({
      id,
      server,
      settings: built.settings,
      source: start.source,
      name: start.name,
      place,
      files: [
        ...new Set([...start.files, place.file, ...built.files, ...(framework ? framework.declaration.files(framework.settings) : [])]),
      ],
      container: start.container,
      activation: start.activation,
      unit: start.unit ?? null,
      environment,
      unreadEnvironment: start.unread ?? [],
      workingDirectory: start.workingDirectory,
      target: built.target,
      listeners: activated,
      worker: built.worker,
      workers: built.workers,
      threads: built.threads,
      requestTimeout: built.requestTimeout,
      keepalive: built.keepalive,
      framework,
      versions: this.versions,
    });
  }

  /** Configuration files that no command names: what starts them is not in the workspace. */
  private loneConfigs(): void {
    for (const [file, text] of this.files) {
      if (this.usedConfigs.has(file)) continue;
      for (const server of SERVERS) {
        const found = this.guarded(file, null, () => server.file?.(file, text, this.reading));
        if (!found) continue;
        this.lone(server, 'config', file, found.built, found.place);
        break;
      }
    }
  }

  /** `uvicorn.run(…)` and its like in a module, where no command starts the application. */
  private loneCode(): void {
    if (this.applications.length) return;
    for (const [file, text] of this.files) {
      const found = file.endsWith('.py') ? this.guarded(file, null, () => this.inCode(file, text)) : null;
      if (found) this.lone(found.server, 'code', file, found.built, found.place);
    }
  }

  /** The server that a module starts by a call. */
  private inCode(file: FileId, text: string): { server: ServerDeclaration; built: Built<unknown>; place: Place } | null {
    for (const server of SERVERS)
      if (server.calls?.test.test(text))
        for (const call of this.project?.module(file).calls ?? [])
          if (server.calls.callee.test(call.callee)) return { server, built: server.calls.read(call), place: call.at };
    return null;
  }

  /** A framework without a word about its server: rules about settings still hold. */
  private loneProject(): void {
    if (!this.project) return;
    const framework = this.framework(unknownSetting('no server is configured here'), NO_ENVIRONMENT, [...this.files.keys()][0]!);
    if (!framework) return;
    const file = mainFile(framework);
    const place: Place = { file, span: { start: 0, end: 0 } };
    const command = { place, environment: NO_ENVIRONMENT, server: unknown, args: [] };
    this.lone(unknown, 'project', file, unknown.start({ command, workingDirectory: null, files: [file] }, this.reading), place);
  }

  private lone(server: ServerDeclaration, source: ApplicationSource, file: FileId, built: Built<unknown>, place: Place): void {
    this.add(server, built, { ...LONE, source, name: basename(file), files: [file], command: { place, environment: NO_ENVIRONMENT } });
  }

  private framework(target: Setting<string>, environment: Environment, near: FileId): Framework | null {
    if (!this.project) return null;
    const project = environment.size || environment.closed ? this.project.withEnvironment(environment) : this.project;
    const name = likely(target) ?? '';
    const module = name
      .replace(/:.*$/, '')
      .replace(/\.py$/, '')
      .replace(/^.*\/(?=[^/]+\/[^/]+$)/, '')
      .replaceAll('/', '.');
    const file = module ? project.moduleFile(module, near) : null;
    const loaded = file ? project.module(file) : null;
    const whole = this.wholeProject({ project, loaded, environment, near, files: this.files.keys() });
    if (whole) return whole;
    if (loaded && file) {
      const object = /:([A-Za-z_]\w*)/.exec(name)?.[1] ?? null;
      const found = frameworkOf(withImports(project, loaded), project, object) ?? frameworkOf(this.aroundOf(project, file), project, null);
      if (found) return found;
    }
    if (target.from === 'unknown' || !file) return this.onlyFramework(project);
    return null;
  }

  /** A framework that is known by more than a call. */
  private wholeProject(reading: ProjectReading): Framework | null {
    for (const declaration of FRAMEWORKS) {
      const settings = declaration.project?.(reading);
      if (settings) return { declaration, settings };
    }
    return null;
  }

  /** The Python files of the folder in which an application lives, for factories that import little by name. */
  private aroundOf(project: PythonProject, file: FileId): ModuleValues[] {
    const folder = dirname(file);
    return [...this.files.keys()]
      .filter((f) => f.endsWith('.py') && (dirname(f) === folder || dirname(dirname(f)) === folder))
      .slice(0, 40)
      .map((f) => project.module(f));
  }

  /** The framework of the workspace when there is exactly one application of any kind. */
  private onlyFramework(project: PythonProject): Framework | null {
    const files = [...this.files.keys()];
    const whole = this.wholeProject({ project, loaded: null, environment: NO_ENVIRONMENT, near: files[0]!, files });
    if (whole) return whole;
    const makers = files.filter(
      (file) => file.endsWith('.py') && MAKING.test(this.files.get(file)!) && maker([project.module(file)], null) !== null,
    );
    return makers.length === 1 ? frameworkOf(withImports(project, project.module(makers[0]!)), project, null) : null;
  }
}

/** The words of a command, whatever the shell makes of them. */
const wordsOf = (command: ImageCommand): string[] =>
  command.form === 'exec' ? command.words.map((w) => w.text) : command.text.text.split(/[\s;&|]+/);

/** A script of a shell: by its name, or by its first line where it has no ending (`/start`, `gunicorn_start`). */
const isShellScript = (name: string, text: string): boolean =>
  name.endsWith('.sh') || (!name.includes('.') && /^#!\s*\/\S*(sh|env\s+(ba|da|z)?sh)\b/.test(text));

const NO_MANIFESTS: ReturnType<typeof readManifests> = { containers: [], cluster: NO_CLUSTER };
const NO_VERSIONS: Versions = new Map();
const NO_SETTINGS: ReadonlyMap<string, Setting<string>> = new Map();

const LONE = { container: null, activation: null, workingDirectory: null } as const;

/** A platform that starts a Procfile sets PORT to a number that the files do not know. */
const PLATFORM: Environment = new Map([['PORT', unknownSetting<string>('set by the platform', null, { env: 'PORT' })]]);

/**
 * What a file that is not read may well set, and what then changes the answer, with what holds where it does not (gunicorn's and uvicorn's default); other
 * variables are taken as not set there.
 */
const OPENED: ReadonlyMap<string, string> = new Map([['FORWARDED_ALLOW_IPS', '127.0.0.1']]);

function shared(a: string, b: string): number {
  const [left, right] = [a.split('/'), b.split('/')];
  let n = 0;
  while (n < left.length - 1 && n < right.length - 1 && left[n] === right[n]) n++;
  return n;
}

/** A module with those that it imports, and theirs, forty at most. */
function withImports(project: PythonProject, values: ModuleValues): ModuleValues[] {
  const found = new Map([[values.file, values]]);
  for (const module of found.values())
    for (const file of module.imported) if (!found.has(file) && found.size < 40) found.set(file, project.module(file));
  return [...found.values()];
}

/** A call that may make an application. */
const MAKING = new RegExp(`(${FRAMEWORKS.flatMap((f) => f.makes?.word ?? []).join('|')})\\s*\\(`);

/** The call that makes the application: the one that the named object was made by, else the first of any framework. */
function maker(modules: readonly ModuleValues[], object: string | null): { declaration: FrameworkDeclaration; made: PyCall } | null {
  const by = (call: PyCall): { declaration: FrameworkDeclaration; made: PyCall } | null => {
    const declaration = FRAMEWORKS.find((f) => f.makes?.callee.test(call.callee));
    return declaration ? { declaration, made: call } : null;
  };
  const calls = modules.flatMap((m) => m.calls);
  let value = object === null ? undefined : modules[0]?.names.get(object);
  for (let steps = 0; value?.kind === 'symbol' && value.source && steps < 8; steps++) {
    const { file, name } = value.source;
    value = modules.find((m) => m.file === file)?.names.get(name);
  }
  if (value?.kind === 'object') {
    const { at } = value;
    const named = calls.find((c) => samePlace(c.at, at));
    const found = named ? by(named) : null;
    if (found) return found;
  }
  for (const call of calls) {
    const found = by(call);
    if (found) return found;
  }
  return null;
}

function frameworkOf(modules: readonly ModuleValues[], project: PythonProject, object: string | null): Framework | null {
  const found = maker(modules, object);
  const settings = found?.declaration.read?.({ made: found.made, modules, project });
  return found && settings ? { declaration: found.declaration, settings } : null;
}

/** With a socket unit the service gets its sockets from systemd: gunicorn then ignores bind, uWSGI adds them, others need their descriptor option. */
function activatedListeners(server: ServerDeclaration, built: Built<unknown>, activation: SocketUnit): readonly Listener[] {
  const protocol = built.listeners[0]?.protocol ?? (server === uwsgi ? 'uwsgi' : 'http');
  const mode: Setting<string | null> = activation.mode
    ? written<string | null>(activation.mode.text.replace(/^0/, ''), activation.mode.place())
    : byDefault('666');
  const own = activation.listens.map(
    (l): Listener => ({ protocol, address: l.address, tls: false, router: false, by: 'ListenStream', mode }),
  );
  if (server.activation === 'only') return own;
  if (server.activation === 'and') return [...own, ...built.listeners];
  const uses = built.listeners.some((l) => certain(l.address)?.kind === 'fd');
  return uses ? [...own, ...built.listeners.filter((l) => certain(l.address)?.kind !== 'fd')] : built.listeners;
}

const isSupervisor = (name: string, path: string): boolean =>
  /^supervisord?.*\.(conf|ini)$/.test(name) || /\/supervisor(d|\.d|\/conf\.d)?\/[^/]+\.(conf|ini)$/.test(path);
const isProcfile = (name: string): boolean => /^Procfile(\.\w+)?$/.test(name);
