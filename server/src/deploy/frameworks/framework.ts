/**
 * The form of a web framework: one file in this folder holds all that is known of it. The reader of deployments, the view, the rules, titles and the questions of
 * `new` ask the declaration and nothing else; a new framework is a file here, whose default export `npm run generate` puts into the list.
 */
import type { FileId } from '../../base/file-id.ts';
import type { Place } from '../../base/span.ts';
import type { Application, Framework } from '../application.ts';
import type { Route } from '../django.ts';
import type { ModuleValues, PyCall, PythonProject } from '../python.ts';
import type { Entry } from '../python-value.ts';
import type { Environ, Refusal, Seen } from '../seen.ts';
import type { Setting } from '../setting.ts';
import type { Environment } from '../shell.ts';
import type { Package } from '../versions.ts';
import type { FrameworkView } from '../view.ts';

/** What a framework may ask that is known by its project and not by a call. */
export interface ProjectReading {
  readonly project: PythonProject;
  /** the module that the server loads; null where nobody knows it */
  readonly loaded: ModuleValues | null;
  readonly environment: Environment;
  /** a file of the deployment, next to which modules are looked for first */
  readonly near: FileId;
  /** all files that were read */
  readonly files: Iterable<FileId>;
}

/** What the call that makes the application belongs to. */
export interface ApplicationReading {
  readonly made: PyCall;
  /** the module that the server loads first, then those that it imports */
  readonly modules: readonly ModuleValues[];
  readonly project: PythonProject;
}

export interface FrameworkDeclaration<Settings = unknown> {
  readonly name: string;
  /** in messages */
  readonly title: string;
  /** the package whose version counts; null where versions change nothing that is known */
  readonly package: Package | null;
  /** what a server starts: a WSGI or an ASGI application, or one that only the framework's own server understands */
  readonly interface: 'wsgi' | 'asgi' | 'own';
  /** the form of `new` that fits: one of its frameworks; null where none does */
  readonly form: 'django' | 'flask' | 'fastapi' | 'wsgi' | null;
  /** what is called to make an application, by its word in the text and by its full name; left out where a project is known otherwise */
  readonly makes?: { readonly word: string; readonly callee: RegExp };
  read?(reading: ApplicationReading): Settings;
  /** a project that is known by more than a call; null where it is none of this framework's */
  project?(reading: ProjectReading): Settings | null;
  /** files that say something about it, that of the application or its settings first */
  files(settings: Settings): readonly FileId[];
  /** the folder in which its modules lie, where it is not that of the first file */
  folder?(settings: Settings): FileId;
  /** what it makes of its server's environ */
  view(settings: Settings, application: Application, environ: Environ): FrameworkView;

  // Facts that several rules ask; what is left out does not exist in this framework.

  /** the hosts that it answers to, with the name of the list; null: all */
  hosts?(settings: Settings): { readonly name: string; readonly list: Setting<readonly Entry[] | null> } | null;
  /** the bytes that a body may have, with the name of the setting */
  bodyLimit?(settings: Settings): { readonly name: string; readonly bytes: Setting<number | null> };
  /** the redirect of plain requests to HTTPS, where it is certainly on */
  toHttps?(settings: Settings): RedirectToHttps | null;
  webSockets?(settings: Settings): readonly Route[];
  /** all that its own table of routes takes; null where there may be more */
  routes?(settings: Settings): readonly Route[] | null;
  /** those routes exist in its ASGI application only, beside which it has one for WSGI */
  readonly webSocketsOverAsgi?: boolean;
  /** what answers other origins in its name: the headers of CORS are its own business then */
  cors?(settings: Settings): { readonly name: string; readonly place: Place | null } | null;
  /** the cookies that it sets by itself, with what decides whom a browser sends them back to */
  cookies?(settings: Settings): readonly CookieScope[];
  /** it takes the scheme from headers by itself, whatever its server believes */
  readsScheme?(settings: Settings): boolean;
  /** the header by which it learns that the client uses HTTPS, where it is another one than `X-Forwarded-Proto` */
  schemeHeader?(settings: Settings): string | undefined;
  /** its pages hold links that it builds from the script name */
  readonly linksByScriptName?: boolean;
  /** a route that ends in a slash, to which it redirects who asks without, with what makes it do so */
  addsSlash?(settings: Settings): { readonly name: string; readonly route: Route; readonly place: Place | null } | null;
  /** pages of documentation that ask for their description at a path of the application */
  hasDocs?(settings: Settings): boolean;
  /** the addresses that it gives them itself, before which it puts the root path */
  docs?(settings: Settings): readonly OwnPath[];
  /** ProxyFix and its like, which count values from the right */
  counted?(settings: Settings): ForwardedCounts | null;
  /** where the script name is set in its own settings */
  scriptNamePlace?(settings: Settings): Place | null;
}

/** An address within the application, with the argument that sets it. */
export interface OwnPath {
  readonly name: string;
  readonly path: string;
  readonly place: Place;
}

/** What redirects plain requests to HTTPS. */
export interface RedirectToHttps {
  /** as it is written there */
  readonly name: string;
  readonly place: Place | null;
  readonly status: number;
  /** the header whose `https` it takes for HTTPS, from anyone and whatever the server believes; left out where it asks for the scheme alone */
  readonly believes?: string;
}

/** Whom a browser sends a cookie back to: the hosts of its domain, for the paths below its path. */
export interface CookieScope {
  /** for a message: "session" */
  readonly cookie: string;
  /** null: the host that it came from alone */
  readonly domain: NamedSetting;
  readonly path: NamedSetting;
}

/** A setting that holds a text, with its name. */
export interface NamedSetting {
  readonly name: string;
  readonly value: Setting<string | null>;
}

/** How many values of each forwarded header are trusted (werkzeug.middleware.proxy_fix). */
export interface ForwardedCounts {
  readonly place: Place;
  readonly xFor: Setting<number>;
  readonly xProto: Setting<number>;
  readonly xHost: Setting<number>;
  readonly xPort: Setting<number>;
  readonly xPrefix: Setting<number>;
}

/** Types the settings of a declaration for its own file. */
export const declareFramework = <Settings>(declaration: FrameworkDeclaration<Settings>): FrameworkDeclaration<Settings> => declaration;

/** The settings of an application of this framework; null for another one's, and where the framework is not known. */
export const frameworkSettings = <Settings>(
  framework: Framework | null | undefined,
  declaration: FrameworkDeclaration<Settings>,
): Settings | null => (framework?.declaration === (declaration as FrameworkDeclaration) ? (framework.settings as Settings) : null);

/** What the framework of an application says to a question of its declaration; undefined where it has no such thing. */
export function asked<T>(
  framework: Framework | null | undefined,
  question: (declaration: FrameworkDeclaration) => ((settings: unknown) => T) | undefined,
): T | undefined {
  return framework ? question(framework.declaration)?.(framework.settings) : undefined;
}

/** The file that the application's settings are read from. */
export const mainFile = ({ declaration, settings }: Framework): FileId => declaration.files(settings)[0]!;

/** The 400 for a host that is not allowed. */
export const refusedHost = (allowed: Seen<boolean>): Refusal | null =>
  allowed.known && !allowed.value ? { by: 'framework', status: 400, why: allowed.why, places: allowed.places } : null;
