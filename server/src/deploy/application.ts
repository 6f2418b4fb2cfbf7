/**
 * One application as a proxy meets it: the server that listens, with its limits, trust and times, and the framework behind it. Every value has its place,
 * is the server's default, or is unknown with the reason.
 */
import type { FileId } from '../base/file-id.ts';
import type { Place } from '../base/span.ts';
import type { Address } from './address.ts';
import type { ComposeService } from './compose.ts';
import type { FrameworkDeclaration } from './frameworks/framework.ts';
import type { ServerDeclaration } from './servers/server.ts';
import type { Setting } from './setting.ts';
import type { Environment } from './shell.ts';
import type { ServiceUnit, SocketUnit } from './systemd.ts';
import type { Versions } from './versions.ts';

/** How a worker takes requests: one at a time, one in each thread, many in an event loop, or many as ASGI. */
export type WorkerKind = 'sync' | 'threads' | 'async' | 'asgi';

export type Protocol = 'http' | 'uwsgi' | 'fastcgi' | 'scgi';

export interface Listener {
  readonly protocol: Protocol;
  readonly address: Setting<Address>;
  readonly tls: boolean;
  /** uWSGI's `http`: a process of its own in front of the workers */
  readonly router: boolean;
  /** the words that name it, for messages: `socket`, `--bind`, `ListenStream` */
  readonly by: string;
  /** mode of the socket file as octal text, when it is written */
  readonly mode: Setting<string | null>;
}

/** The framework that makes the application, with its settings: `frameworkSettings` types them. */
export interface Framework {
  readonly declaration: FrameworkDeclaration;
  readonly settings: unknown;
}

export type ApplicationSource =
  | 'systemd'
  | 'supervisor'
  | 'procfile'
  | 'compose'
  | 'kubernetes'
  | 'dockerfile'
  | 'script'
  | 'config'
  | 'code'
  | 'project';

/** A file of variables that the deployment names and the workspace does not have. */
export interface UnreadEnvironment {
  readonly path: string;
  readonly place: Place;
}

export interface Application {
  /** Unique within a deployment and stable while its place does not move. */
  readonly id: string;
  readonly server: ServerDeclaration;
  /** The server's own settings: `settingsOf` types them. */
  readonly settings: unknown;
  readonly source: ApplicationSource;
  /** What people call it: the unit, process or service, else the file. */
  readonly name: string;
  /** The command, the section of the configuration file, or the line that makes it. */
  readonly place: Place;
  /** All files that say something about it. */
  readonly files: readonly FileId[];
  readonly container: ComposeService | null;
  readonly activation: SocketUnit | null;
  /** the unit of systemd that starts it */
  readonly unit: ServiceUnit | null;
  readonly environment: Environment;
  readonly unreadEnvironment: readonly UnreadEnvironment[];
  /** the folder in which it is started, as the unit or image says */
  readonly workingDirectory: string | null;
  readonly target: Setting<string>;
  readonly listeners: readonly Listener[];
  readonly worker: Setting<WorkerKind>;
  readonly workers: Setting<number>;
  readonly threads: Setting<number>;
  /** Seconds after which the server ends a request by itself; 0 is never. */
  readonly requestTimeout: Setting<number>;
  /** Seconds that an idle connection stays open; 0 closes after each response. */
  readonly keepalive: Setting<number>;
  readonly framework: Framework | null;
  readonly versions: Versions;
}

/** The server's name in messages. */
export const serverTitle = (application: Application): string => application.server.title;

/** The name of a framework as people write it. */
export const frameworkTitle = (framework: Framework): string => framework.declaration.title;
