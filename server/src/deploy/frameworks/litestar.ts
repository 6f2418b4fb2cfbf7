/** Litestar, by its documentation and source of 2.x (it is not packaged where this is tested): an ASGI scope, and a list of hosts of its own. */
import type { FileId } from '../../base/file-id.ts';
import type { Application } from '../application.ts';
import type { Route } from '../django.ts';
import { asEntries, asNumberOrNull, asText, type Entry, type PyValue, settingOf } from '../python-value.ts';
import { type Environ, joinedPath, type Seen, seen, unseen } from '../seen.ts';
import { placeOf, type Setting } from '../setting.ts';
import type { FrameworkView } from '../view.ts';
import { declareFramework, refusedHost } from './framework.ts';
import { webSocketRoutes } from './starlette.ts';

interface LitestarSettings {
  readonly file: FileId;
  /** `allowed_hosts`, a list or an AllowedHostsConfig; null for every host */
  readonly allowedHosts: Setting<readonly Entry[] | null>;
  /** `request_max_body_size`; null: no limit */
  readonly maxBody: Setting<number | null>;
  /** `path`, in front of every route */
  readonly path: Setting<string>;
  readonly webSockets: readonly Route[];
}

/** `allowed_hosts=[…]` and `allowed_hosts=AllowedHostsConfig(allowed_hosts=[…])`. */
const hostsValue = (value: PyValue | undefined): PyValue | undefined =>
  value?.kind === 'object' && /AllowedHostsConfig$/.test(value.callee)
    ? (value.args.find((a) => a.name === 'allowed_hosts') ?? value.args[0])?.value
    : value;

/** `*` is every host, `*.example.com` what is below; compared with the host before its port (litestar/middleware/allowed_hosts.py). */
function allowed({ allowedHosts: list }: LitestarSettings, host: Seen<string>): Seen<boolean> {
  if (list.from === 'unknown') return unseen(list.why, [list.place]);
  if (list.value === null) return seen(true, 'Litestar takes every host');
  if (!host.known) return unseen(host.why, host.places);
  const name = host.value.split(':')[0]!;
  const by = list.value.find(({ value }) => value === '*' || value === name || (value.startsWith('*.') && name.endsWith(value.slice(1))));
  return by ? seen(true, `allowed_hosts has ${by.value}`, [by.place]) : seen(false, `allowed_hosts does not have ${name}`, [placeOf(list)]);
}

function litestarView(settings: LitestarSettings, _: Application, environ: Environ): FrameworkView {
  const { scheme, scriptName, pathInfo } = environ;
  const sent = environ.headers.get('HTTP_HOST') ?? environ.headers.get('HTTP_X_FORWARDED_HOST');
  const host: Seen<string> = sent === undefined ? unseen('no Host is sent') : seen(sent, 'the Host header');
  const hostAllowed = allowed(settings, host);
  return {
    framework: 'Litestar',
    refused: refusedHost(hostAllowed),
    scheme,
    host,
    address: environ.remoteAddr,
    // what becomes of a path that a root path comes before was not tried
    path:
      scriptName.known && scriptName.value === ''
        ? joinedPath(scriptName, pathInfo)
        : unseen('depends on the root path', scriptName.places),
    scriptName,
    pathInfo,
    secure: scheme.known
      ? seen(scheme.value === 'https' || scheme.value === 'wss', scheme.why, scheme.places)
      : unseen(scheme.why, scheme.places),
    hostAllowed,
    csrf: seen('not checked', 'Litestar compares tokens and no origins'),
  };
}

export default declareFramework<LitestarSettings>({
  name: 'litestar',
  title: 'Litestar',
  package: null,
  interface: 'asgi',
  form: 'fastapi',
  makes: { word: 'Litestar', callee: /^litestar\.(app\.)?Litestar$/ },
  read: ({ made, modules }) => {
    const keyword = (name: string): PyValue | undefined => made.args.find((a) => a.name === name)?.value;
    return {
      file: made.at.file,
      allowedHosts: settingOf<readonly Entry[] | null>(
        hostsValue(keyword('allowed_hosts')),
        (v) => (v.kind === 'none' ? null : asEntries(v)),
        null,
      ),
      maxBody: settingOf(keyword('request_max_body_size'), asNumberOrNull, 10_000_000),
      path: settingOf(keyword('path'), asText, ''),
      webSockets: webSocketRoutes(modules.flatMap((m) => m.calls)),
    };
  },
  files: (settings) => [settings.file],
  view: litestarView,
  hosts: ({ allowedHosts }) =>
    allowedHosts.from !== 'unknown' && allowedHosts.value === null ? null : { name: 'allowed_hosts', list: allowedHosts },
  bodyLimit: ({ maxBody }) => ({ name: 'request_max_body_size', bytes: maxBody }),
  webSockets: (settings) => settings.webSockets,
});
