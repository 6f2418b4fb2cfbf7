/** aiohttp's web applications: nothing of a request is taken from forwarded headers (aiohttp/web_request.py of 3.8 to 3.12). */
import type { FileId } from '../../base/file-id.ts';
import { asNumber, settingOf } from '../python-value.ts';
import { type Environ, type Seen, seen, unseen } from '../seen.ts';
import { placeOf, type Setting } from '../setting.ts';
import type { FrameworkView } from '../view.ts';
import { declareFramework } from './framework.ts';

interface AiohttpSettings {
  readonly file: FileId;
  /** bytes of a body that `post()`, `read()` and their like take */
  readonly clientMaxSize: Setting<number | null>;
  /** a middleware of aiohttp_remotes, which reads forwarded headers by itself */
  readonly remotes: string | null;
}

function aiohttpView({ remotes, clientMaxSize }: AiohttpSettings, environ: Environ): FrameworkView {
  const sent = environ.headers.get('HTTP_HOST');
  const own = <T>(s: Seen<T>): Seen<T> => (remotes === null ? s : unseen(`depends on ${remotes}`, [placeOf(clientMaxSize)]));
  const host = own<string>(sent === undefined ? unseen('no Host is sent') : seen(sent, 'the Host header'));
  const scheme = own(environ.scheme);
  return {
    framework: 'aiohttp',
    refused: null,
    scheme,
    host,
    address: own(environ.remoteAddr),
    path: environ.pathInfo,
    scriptName: environ.scriptName,
    pathInfo: environ.pathInfo,
    secure: scheme.known ? seen(scheme.value === 'https', scheme.why, scheme.places) : unseen(scheme.why, scheme.places),
    hostAllowed: remotes === null ? seen(true, 'aiohttp takes every host') : unseen(`depends on ${remotes}`),
    csrf: seen('not checked', 'aiohttp checks no origin by itself'),
  };
}

export default declareFramework<AiohttpSettings>({
  name: 'aiohttp',
  title: 'aiohttp',
  package: null,
  interface: 'own',
  form: null,
  makes: { word: 'Application', callee: /^aiohttp\.web\.(web_app\.)?Application$/ },
  read: ({ made, modules }) => ({
    file: made.at.file,
    clientMaxSize: settingOf<number | null>(made.args.find((a) => a.name === 'client_max_size')?.value, asNumber, 1024 ** 2),
    remotes:
      modules
        .flatMap((m) => m.calls)
        .map((c) => /(?:^|\.)(XForwarded\w+|ForwardedRelaxed|ForwardedStrict|AllowedHosts|Cloudflare)$/.exec(c.callee)?.[1])
        .find((name) => name !== undefined) ?? null,
  }),
  files: (settings) => [settings.file],
  view: (settings, _, environ) => aiohttpView(settings, environ),
  bodyLimit: (settings) => ({ name: 'client_max_size', bytes: settings.clientMaxSize }),
});
