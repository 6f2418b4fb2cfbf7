/** Quart: Flask's configuration over an ASGI scope (quart/asgi.py and quart/wrappers/base.py of 0.18 and 0.20). */
import type { Application } from '../application.ts';
import type { PyCall } from '../python.ts';
import { type Environ, joinedPath, type Seen, seen, unseen } from '../seen.ts';
import { isSince, type Package } from '../versions.ts';
import type { FrameworkView } from '../view.ts';
import { defaultPortCut, type FlaskSettings, flaskSettings, sessionCookie, trustedHost, trustedHosts } from './flask.ts';
import { declareFramework, refusedHost } from './framework.ts';
import { webSocketRoutes } from './starlette.ts';

const QUART: Package = { name: 'quart', assumed: '0.20' };

type QuartSettings = FlaskSettings;

function quartView(settings: QuartSettings, application: Application, environ: Environ): FrameworkView {
  const { scheme, scriptName: root } = environ;
  const sent = environ.headers.get('HTTP_HOST');
  const host = defaultPortCut(sent === undefined ? unseen('no Host is sent') : seen(sent, 'the Host header'), scheme);
  const hostAllowed: Seen<boolean> = isSince(application, QUART, '0.20')
    ? trustedHost(settings.trustedHosts, host)
    : seen(true, 'Quart takes every host');
  const address: Seen<string> =
    environ.remoteAddr.known && environ.remoteAddr.value === ''
      ? // Quart makes a header of it (asgi.py, _create_request_from_scope)
        environ.namelessClient
        ? seen('None', environ.remoteAddr.why, environ.remoteAddr.places)
        : seen('<local>', 'the server knows no client', environ.remoteAddr.places)
      : environ.remoteAddr;
  const scriptName: Seen<string> = root.known ? seen(root.value.replace(/\/+$/, ''), root.why, root.places) : root;
  const pathInfo = below(environ.pathInfo, root, isSince(application, QUART, '0.19'));
  const outside = pathInfo.known && pathInfo.value === ' ';
  return {
    framework: 'Quart',
    refused: outside
      ? { by: 'framework', status: 404, why: 'the path does not begin with the root path', places: root.places }
      : refusedHost(hostAllowed),
    scheme,
    host,
    address,
    path: joinedPath(scriptName, pathInfo),
    scriptName,
    pathInfo,
    secure: scheme.known
      ? seen(scheme.value === 'https' || scheme.value === 'wss', scheme.why, scheme.places)
      : unseen(scheme.why, scheme.places),
    hostAllowed,
    csrf: seen('not checked', 'Quart checks no origin by itself'),
  };
}

/** The path behind the root path, which Quart takes off from 0.19 on; a blank where it is not there. */
function below(path: Seen<string>, root: Seen<string>, cuts: boolean): Seen<string> {
  if (!path.known || !root.known) return path.known ? unseen(root.known ? '' : root.why) : path;
  if (root.value === '' || !cuts) return path;
  const at = path.value.indexOf(root.value);
  return seen(at < 0 ? ' ' : path.value.slice(at + root.value.length) || ' ', 'the path behind the root path', root.places);
}

const callsOf = (modules: readonly { readonly calls: readonly PyCall[] }[]): PyCall[] => modules.flatMap((m) => m.calls);

export default declareFramework<QuartSettings>({
  name: 'quart',
  title: 'Quart',
  package: QUART,
  interface: 'asgi',
  form: 'fastapi',
  makes: { word: 'Quart', callee: /(^|\.)Quart$/ },
  read: (reading) => ({ ...flaskSettings(reading), webSockets: webSocketRoutes(callsOf(reading.modules)) }),
  files: (settings) => [settings.file],
  view: quartView,
  hosts: (settings) => trustedHosts(settings.trustedHosts),
  bodyLimit: (settings) => ({ name: 'MAX_CONTENT_LENGTH', bytes: settings.maxContentLength }),
  cookies: sessionCookie,
  webSockets: (settings) => settings.webSockets,
});
