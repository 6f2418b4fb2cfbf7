/**
 * The form of an application server: one file in this folder holds all that is known of it. Readers, the view, rules and titles ask the declaration and nothing
 * else; a new server is a file here, whose default export `npm run generate` puts into the list.
 */
import type { FileId } from '../../base/file-id.ts';
import type { Place } from '../../base/span.ts';
import type { Address } from '../address.ts';
import type { Application, Listener, Protocol, WorkerKind } from '../application.ts';
import type { ServerCommand } from '../command.ts';
import type { MappedText } from '../mapped-text.ts';
import type { SentParam } from '../php-sizes.ts';
import type { PyCall, PythonProject } from '../python.ts';
import type { Environ, Seen, UpstreamRequest } from '../seen.ts';
import { byDefault, certain, type Setting, unknownSetting } from '../setting.ts';
import type { Environment, ShellWord } from '../shell.ts';
import type { Package } from '../versions.ts';

/** What a server's settings say, before the surroundings are known. */
export interface Built<Settings> {
  readonly settings: Settings;
  readonly listeners: readonly Listener[];
  readonly target: Setting<string>;
  readonly worker: Setting<WorkerKind>;
  readonly workers: Setting<number>;
  readonly threads: Setting<number>;
  /** seconds after which the server ends a request by itself; 0 is never */
  readonly requestTimeout: Setting<number>;
  /** seconds that an idle connection stays open; 0 closes after each response */
  readonly keepalive: Setting<number>;
  readonly files: readonly FileId[];
}

/** A command that starts the server, and where it is started. */
export interface Start {
  readonly command: ServerCommand;
  readonly workingDirectory: string | null;
  readonly files: readonly FileId[];
}

/** What a declaration may ask of the workspace while it reads. */
export interface Reading {
  /** the text of a file, secrets written over */
  text(file: FileId): string | undefined;
  /** the file that a path of the running machine means; null where the workspace has none */
  find(path: string, near: FileId): FileId | null;
  /** Python files as a process with these variables reads them; null without a grammar of Python */
  python(environment: Environment): PythonProject | null;
  /** says that a command uses the file, so that it is no configuration of its own */
  use(file: FileId): void;
}

/** A server that something else than a command shows: a configuration file, a call in code. */
export interface Found<Settings> {
  readonly built: Built<Settings>;
  readonly place: Place;
}

/** How a command line is known: `waitress-serve`, `python -m waitress`, `flask … run`, `manage.py runserver`. */
export interface Program {
  /** names of the program; a path in front of it is no matter */
  readonly names: readonly string[];
  /** the word after the name that must be there: next to it, or anywhere with `anywhere` */
  readonly word?: RegExp;
  readonly anywhere?: boolean;
  /** it is also run as `python -m NAME` */
  readonly module?: boolean;
}

/** What a version has not. */
export interface Lack {
  /** the setting as written, for a message: `worker_class "eventlet"` */
  readonly setting: string;
  readonly version: string;
  /** "it was removed in 26.0.0" */
  readonly why: string;
  /** what to do, as a sentence without its period */
  readonly instead: string;
  readonly place: Place | null;
}

/** A bound on the bytes of a request. */
export interface BodyLimit {
  /** the setting, in the server's words */
  readonly name: string;
  /** 0 for any number */
  readonly bytes: Setting<number>;
  /** what becomes of more: it is refused, thrown away while the application runs without it, or only files as large as that are */
  readonly beyond: 'refused' | 'dropped' | 'files';
}

/** A bound on what comes before the body of a request: its line, its headers. */
export interface HeadLimit {
  /** the setting, in the server's words */
  readonly name: string;
  /** what it bounds, for a message: "a header" */
  readonly of: string;
  /** bytes; 0 for any number */
  readonly bytes: Setting<number>;
  /** what the client gets in place of the answer; a server that only ends the connection is a 502 of nginx */
  readonly status: number;
}

/** A bound on the connections of a server that idle ones count against. */
export interface ConnectionLimit {
  /** the setting, in its words */
  readonly name: string;
  /** as it is set */
  readonly setting: Setting<number>;
  /** how many connections that is, with all workers; undefined where something else decides too */
  readonly count: number | undefined;
  /** what becomes of one more: it waits until another ends, or is answered with 503 */
  readonly beyond: 'waits' | 'refused';
}

export interface ServerDeclaration<Settings = unknown> {
  readonly name: string;
  /** in messages */
  readonly title: string;
  /** the package whose version counts; null where versions change nothing that is known */
  readonly package: Package | null;
  /** `development`: made for a developer's machine, not for what nginx comes before */
  readonly role: 'production' | 'development';
  readonly programs: readonly Program[];
  /** the application server of a language other than Python has no framework that is read here */
  readonly python: boolean;
  /** paths of its configuration files, where other names than those of wanted.ts are meant */
  readonly files?: RegExp;
  start(start: Start, reading: Reading): Built<Settings>;
  /** a program that only starts another server: that one, the words of its command line, and the file that says so; null where none does */
  runs?(
    start: Start,
    reading: Reading,
  ): { readonly server: ServerDeclaration; readonly args: readonly ShellWord[]; readonly file: FileId } | null;
  /** a container of which the files show no command: what its image is known to start */
  image?(
    image: MappedText,
    container: {
      readonly ports: readonly number[];
      readonly environment: Environment;
      /** start files of a program for Node beside its Dockerfile */
      readonly scripts: readonly (readonly [FileId, string])[];
    },
  ): Built<Settings> | null;
  /** a configuration file that no command names */
  file?(file: FileId, text: string, reading: Reading): Found<Settings> | null;
  /** calls in code that start it, where no command does */
  readonly calls?: { readonly test: RegExp; readonly callee: RegExp; read(call: PyCall): Built<Settings> };
  /** with a socket unit of systemd: `only` those sockets, `and` its own, or where it is told a descriptor (`fd`) */
  readonly activation: 'only' | 'and' | 'fd';
  /** what it makes of a request before the framework sees it */
  environ(application: Application, settings: Settings, request: UpstreamRequest): Environ;
  /**
   * Whether it believes the forwarded headers of a connection from `peer` ('' for a unix socket, undefined when the network decides the address); left out by
   * servers that have no list of proxies.
   */
  trusts?(application: Application, settings: Settings, peer: string | undefined): Seen<boolean>;
  /** the list of trusted proxies: its value, its name in a message, and the line or option that names one */
  readonly trust?: {
    readonly name: string;
    list(settings: Settings): Setting<unknown>;
    /** an option for the end of the command line */
    option?(value: string): string;
    /** a line for its configuration file */
    line?(value: string): string;
    /** the client's address is taken from the headers as well */
    address(settings: Settings): boolean;
    /** headers of a proxy that is not trusted still reach the application, which may read them by itself; left out where that is no question */
    passes?(application: Application, settings: Settings): boolean;
  };
  /** a setting that asks for what the installed version has not, so that the server does not start; null where nothing is known against it */
  lacks?(application: Application, settings: Settings): Lack | null;
  /** a socket file's mode where nobody sets one */
  readonly socketMode: string;
  /** what ends a request, in its words */
  readonly timeoutName: string;
  /** what ends a request before its workers do: a process of its own that takes the connections */
  routerTimeout?(settings: Settings): { readonly name: string; readonly seconds: Setting<number> };
  /** what closes an idle connection, in its words; left out where nobody can set it */
  readonly keepaliveName?: string;
  /** how many connections it takes at a time, idle ones among them; null where nothing bounds them */
  connections?(application: Application, settings: Settings): ConnectionLimit | null;
  /**
   * The bytes that the server itself takes, the most important limit first.
   * @param sent the params that nginx sends with each request
   */
  bodyLimits?(settings: Settings, files: ReadonlyMap<FileId, string>, sent: readonly SentParam[]): readonly BodyLimit[];
  /** The bytes that it takes before the body of a request that comes by this protocol, the smallest limit first. */
  headLimits?(application: Application, settings: Settings, protocol: string): readonly HeadLimit[];
  /** what sets a prefix, as an option for the end of the command line */
  rootPath?(prefix: string): string;
}

/** Types the settings of a declaration for its own file. */
export const declareServer = <Settings>(declaration: ServerDeclaration<Settings>): ServerDeclaration<Settings> => declaration;

/** The settings of an application that this server runs; null for another server's. */
export const settingsOf = <Settings>(application: Application, declaration: ServerDeclaration<Settings>): Settings | null =>
  application.server === (declaration as ServerDeclaration) ? (application.settings as Settings) : null;

/** A listener on an address; `tls`: it takes nothing else. */
export const listenerOf = (address: Setting<Address>, by: string, protocol: Protocol = 'http', tls = false): Listener => ({
  protocol,
  address,
  tls,
  router: false,
  by,
  mode: byDefault(null),
});

/** A server with few settings of its own. */
export function plain<Settings>(
  settings: Settings,
  addresses: readonly Setting<Address>[],
  worker: WorkerKind | undefined,
  more: {
    target: Setting<string>;
    workers?: Setting<number>;
    threads?: Setting<number>;
    requestTimeout?: Setting<number>;
    keepalive?: number;
    protocol?: Protocol;
    files?: readonly FileId[];
    /** the file of a certificate, with which it speaks TLS; empty where there is none */
    certificate?: Setting<string>;
  },
): Built<Settings> {
  return {
    settings,
    listeners: addresses.map((a) => listenerOf(a, 'address', more.protocol, !!(more.certificate && certain(more.certificate)))),
    target: more.target,
    worker: worker ? byDefault(worker) : unknownSetting('no server is configured here'),
    workers: more.workers ?? byDefault(1),
    threads: more.threads ?? byDefault(1),
    requestTimeout: more.requestTimeout ?? byDefault(0),
    keepalive: byDefault(more.keepalive ?? 0),
    files: more.files ?? [],
  };
}

/** The first word that names a module and an object, `app:app`. */
export function moduleWord(words: readonly ShellWord[]): Setting<string> {
  const word = words.find((w) => /^[\w.]+:[\w.()]+$/.test(w.text));
  return word ? { from: 'text', value: word.text, place: word.place } : unknownSetting('no application is named');
}
