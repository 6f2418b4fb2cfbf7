/**
 * What an application sees of a request that nginx sends it: scheme, host, client, path and script name as its server and framework compute them,
 * whether a name is allowed, whether the CSRF origin check passes, and which limit refuses it before. What the files do not decide is unknown, with the reason.
 */
import type { Application } from './application.ts';
import { asked, type RedirectToHttps } from './frameworks/framework.ts';
import { type Environ, joinedPath, type Refusal, type Seen, seen, surely, type UpstreamRequest, unseen } from './seen.ts';
import { environOf } from './servers/asked.ts';

/** The client before the proxy, for what the application ought to see. */
export interface Client {
  readonly address: string;
  readonly scheme: string;
  /** as in the client's Host header, with the port where it sent one */
  readonly host: string;
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
  const view = framework ? framework.declaration.view(framework.settings, application, environ) : plainView(environ);
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

/** The redirect to HTTPS that a request gets because it counts as a plain one; null where it does not, or nobody can tell. */
export function redirectToHttps({ framework }: Application, { secure }: AppView, request: UpstreamRequest): RedirectToHttps | null {
  const redirect = asked(framework, (d) => d.toHttps) ?? null;
  if (!redirect || surely(secure) !== false) return null;
  const believed = redirect.believes?.toLowerCase();
  return request.headers.some(([name, value]) => name.toLowerCase() === believed && value === 'https') ? null : redirect;
}

/** Equal but for case and the scheme's own port. */
const sameHost = (a: string, b: string, scheme: string): boolean => {
  const port = scheme === 'https' ? /:443$/ : /:80$/;
  return a.toLowerCase().replace(port, '') === b.toLowerCase().replace(port, '');
};

/** What a framework adds to its server's environ. */
export interface FrameworkView extends Omit<AppView, 'server' | 'agrees'> {}

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
