/**
 * What an application sees of a request that nginx sends it: scheme, host, client, path and script name as its server and framework compute them,
 * whether a name is allowed, whether the CSRF origin check passes, and which limit refuses it before. What the files do not decide is unknown, with the reason.
 */
import type { Place } from '../base/span.ts';
import { isLoopback } from './address.ts';
import type { Application } from './application.ts';
import { djangoView } from './view-django.ts';
import { flaskView, starletteView } from './view-frameworks.ts';
import { environOf } from './view-servers.ts';

/** The request as the trace has it (`outcome.upstreamRequest`): the exact headers, and for uwsgi, fastcgi and scgi the exact params. */
export interface UpstreamRequest {
  readonly protocol: string;
  readonly upstream: string;
  readonly servers: readonly string[];
  readonly method: string | null;
  readonly uri: string;
  readonly httpVersion: string | null;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly params: readonly (readonly [name: string, value: string])[] | null;
}

/** The client before the proxy, for what the application ought to see. */
export interface Client {
  readonly address: string;
  readonly scheme: string;
  /** as in the client's Host header, with the port where it sent one */
  readonly host: string;
}

/** Something that the application sees: a value with its reason, or the reason why nobody can tell. */
export type Seen<T> =
  | { readonly known: true; readonly value: T; readonly why: string; readonly places: readonly Place[] }
  | {
      readonly known: false;
      readonly why: string;
      readonly places: readonly Place[] /** what it is when nothing is set elsewhere */;
      readonly likely?: T;
    };

export const seen = <T>(value: T, why: string, places: readonly (Place | null)[] = []): Seen<T> => ({
  known: true,
  value,
  why,
  places: places.filter((p) => p !== null),
});

export const unseen = <T>(why: string, places: readonly (Place | null)[] = [], likely?: T): Seen<T> => ({
  known: false,
  why,
  places: places.filter((p) => p !== null),
  ...(likely === undefined ? {} : { likely }),
});

/** The value when it is certain. */
export const surely = <T>(s: Seen<T>): T | undefined => (s.known ? s.value : undefined);

export interface Refusal {
  readonly by: 'server' | 'framework';
  /** what nginx gets; 502 where the connection ends without an answer */
  readonly status: number;
  readonly why: string;
  readonly places: readonly Place[];
}

export interface AppView {
  /** `gunicorn`, `uWSGI`, … */
  readonly server: string;
  /** `Django`, … */
  readonly framework: string | null;
  /** What ends the request before a view runs; null when nothing does, as far as the files say. */
  readonly refused: Refusal | null;
  readonly scheme: Seen<string>;
  /** with the port where it has one */
  readonly host: Seen<string>;
  /** the client's address; '' where the server knows none */
  readonly address: Seen<string>;
  /** the whole path, script name included */
  readonly path: Seen<string>;
  readonly scriptName: Seen<string>;
  /** what is routed */
  readonly pathInfo: Seen<string>;
  readonly secure: Seen<boolean>;
  readonly hostAllowed: Seen<boolean>;
  readonly csrf: Seen<'not checked' | 'passes' | 'refused'>;
  /** Whether scheme, host and address are the client's own: false is what people notice as wrong links, loops and log lines. */
  readonly agrees: { readonly scheme: boolean | null; readonly host: boolean | null; readonly address: boolean | null };
}

/**
 * The view of one request. `client` is only compared with, never mixed in. Facts: Django, Werkzeug, gunicorn, uWSGI, uvicorn, Daphne and Hypercorn sources
 * and runs against them (test/deployment).
 */
export function applicationView(application: Application, request: UpstreamRequest, client: Client): AppView {
  const environ = environOf(application, request);
  const { framework } = application;
  const view =
    framework?.kind === 'django'
      ? djangoView(framework, application, environ)
      : framework?.kind === 'flask'
        ? flaskView(framework.settings, application, environ)
        : framework
          ? starletteView(framework.settings, application, environ)
          : plainView(environ);
  const same = <T>(s: Seen<T>, expected: T): boolean | null => (s.known ? s.value === expected : null);
  return {
    server: environ.server,
    framework: view.framework,
    refused: environ.refused ?? view.refused,
    scheme: view.scheme,
    host: view.host,
    address: view.address,
    path: view.path,
    scriptName: view.scriptName,
    pathInfo: view.pathInfo,
    secure: view.secure,
    hostAllowed: view.hostAllowed,
    csrf: view.csrf,
    agrees: {
      scheme: same(view.scheme, client.scheme),
      host: view.host.known ? sameHost(view.host.value, client.host, client.scheme) : null,
      address: same(view.address, client.address),
    },
  };
}

/** Equal but for case and the scheme's own port. */
const sameHost = (a: string, b: string, scheme: string): boolean => {
  const port = scheme === 'https' ? /:443$/ : /:80$/;
  return a.toLowerCase().replace(port, '') === b.toLowerCase().replace(port, '');
};

/** What a framework adds to its server's environ. */
export interface FrameworkView extends Omit<AppView, 'server' | 'agrees'> {}

/** What a server hands to the application, in WSGI's words also for ASGI. */
export interface Environ {
  readonly server: string;
  readonly interface: 'wsgi' | 'asgi';
  readonly refused: Refusal | null;
  readonly method: string;
  readonly scheme: Seen<string>;
  readonly remoteAddr: Seen<string>;
  readonly serverName: Seen<string>;
  readonly serverPort: Seen<string>;
  readonly scriptName: Seen<string>;
  readonly pathInfo: Seen<string>;
  /** Headers as `HTTP_X_FORWARDED_PROTO`, repeated ones joined as the server joins them. */
  readonly headers: ReadonlyMap<string, string>;
}

function plainView(environ: Environ): FrameworkView {
  const host = environ.headers.get('HTTP_HOST');
  const unknownFramework = 'the framework is not known';
  return {
    framework: null,
    refused: null,
    scheme: environ.scheme,
    host: host === undefined ? unseen('no Host is sent') : seen(host, 'the Host header'),
    address: environ.remoteAddr,
    path: joinedPath(environ.scriptName, environ.pathInfo),
    scriptName: environ.scriptName,
    pathInfo: environ.pathInfo,
    secure: unseen(unknownFramework),
    hostAllowed: unseen(unknownFramework),
    csrf: unseen(unknownFramework),
  };
}

/** SCRIPT_NAME without its last slash, and PATH_INFO. */
export function joinedPath(scriptName: Seen<string>, pathInfo: Seen<string>): Seen<string> {
  if (!scriptName.known) return unseen(scriptName.why, scriptName.places);
  if (!pathInfo.known) return unseen(pathInfo.why, pathInfo.places);
  return seen(
    `${scriptName.value.replace(/\/$/, '')}/${pathInfo.value.replace('/', '')}`,
    scriptName.value ? 'script name and path' : 'the path',
    scriptName.places,
  );
}

/** The address from which nginx connects, as the server sees it: '' for a unix socket, undefined when the network decides. */
export function peerOf(request: UpstreamRequest): string | undefined {
  const server = request.servers[0];
  if (server === undefined) return undefined;
  if (server.startsWith('unix:') || server.startsWith('/')) return '';
  const host = server.replace(/:\d+$/, '').replace(/^\[|\]$/g, '');
  if (host === '::1') return '::1';
  return isLoopback(host) ? '127.0.0.1' : undefined;
}
