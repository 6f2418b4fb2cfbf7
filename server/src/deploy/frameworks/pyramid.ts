/** Pyramid: WebOb's request over a WSGI environ (webob/request.py of 1.8). */
import type { FileId } from '../../base/file-id.ts';
import type { Application } from '../application.ts';
import { type Environ, joinedPath, type Seen, seen, unseen } from '../seen.ts';
import type { FrameworkView } from '../view.ts';
import { declareFramework } from './framework.ts';

interface PyramidSettings {
  readonly file: FileId;
}

function pyramidView(_: PyramidSettings, __: Application, environ: Environ): FrameworkView {
  const { scheme, scriptName, pathInfo } = environ;
  const sent = environ.headers.get('HTTP_HOST');
  const chain = environ.headers.get('HTTP_X_FORWARDED_FOR');
  const own: Seen<string> =
    environ.serverName.known && environ.serverPort.known
      ? seen(`${environ.serverName.value}:${environ.serverPort.value}`, 'no Host is sent: SERVER_NAME and SERVER_PORT')
      : unseen('no Host is sent');
  return {
    framework: 'Pyramid',
    refused: null,
    scheme,
    host: sent === undefined ? own : seen(sent, 'the Host header'),
    address:
      chain === undefined
        ? environ.remoteAddr
        : seen(chain.split(',')[0]!.trim(), 'client_addr is the first address of X-Forwarded-For, which the client may have written'),
    path: joinedPath(scriptName, pathInfo),
    scriptName,
    pathInfo,
    secure: scheme.known ? seen(scheme.value === 'https', scheme.why, scheme.places) : unseen(scheme.why, scheme.places),
    hostAllowed: seen(true, 'Pyramid takes every host'),
    csrf: seen('not checked', 'whether views check their origin is not read here'),
  };
}

export default declareFramework<PyramidSettings>({
  name: 'pyramid',
  title: 'Pyramid',
  package: null,
  interface: 'wsgi',
  form: 'wsgi',
  makes: { word: 'make_wsgi_app', callee: /(^|\.)make_wsgi_app$/ },
  read: ({ made }) => ({ file: made.at.file }),
  files: (settings) => [settings.file],
  view: pyramidView,
  linksByScriptName: true,
});
