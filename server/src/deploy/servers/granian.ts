/**
 * Granian, by its documentation and source (it is not packaged where this is tested): command line and `GRANIAN_` variables. It leaves forwarded headers to
 * `granian.utils.proxies`, which the application must be wrapped in.
 */
import type { Address } from '../address.ts';
import { fromOptions, integer, optionTable, pair, parseOptions, target, text } from '../options.ts';
import { seen, unseen } from '../seen.ts';
import { certain, convert, placeOf, type Setting } from '../setting.ts';
import { declareServer, plain } from './server.ts';
import { unproxied } from './unproxied.ts';

export interface GranianSettings {
  readonly interface: Setting<string>;
  readonly rootPath: Setting<string>;
}

const OPTIONS = optionTable([
  ['--host', 'host'],
  ['--port', 'port'],
  ['--uds', 'uds'],
  ['--uds-permissions', 'uds_permissions'],
  ['--interface', 'interface'],
  ['--workers', 'workers'],
  ['--blocking-threads', 'blocking_threads'],
  ['--url-path-prefix', 'url_path_prefix'],
  ['--ssl-certificate', 'ssl_certificate'],
  [
    '--http --runtime-threads --runtime-mode --threads --threading-mode --loop --backlog --backpressure --http1-buffer-size --http1-header-read-timeout --log-level --log-config --access-log-fmt --ssl-keyfile --ssl-keyfile-password --process-name --pid-file --working-dir --env-files --static-path-route --static-path-mount --static-path-expires --workers-lifetime --workers-kill-timeout --respawn-interval --reload-paths',
    'other',
  ],
  ['--ws --no-ws --reload --no-reload --factory --no-factory --access-log --no-access-log --log --no-log', 'other', 'flag'],
]);

/** click's `auto_envvar_prefix`: each option is also a variable. */
const VARIABLES = Object.fromEntries(
  ['host', 'port', 'uds', 'uds_permissions', 'interface', 'workers', 'blocking_threads', 'url_path_prefix', 'ssl_certificate'].map((n) => [
    n,
    `GRANIAN_${n.toUpperCase()}`,
  ]),
);

export default declareServer<GranianSettings>({
  name: 'granian',
  title: 'Granian',
  package: { name: 'granian', assumed: '2.5' },
  role: 'production',
  python: true,
  programs: [{ names: ['granian'], module: true }],
  activation: 'fd',
  socketMode: '755',
  timeoutName: 'timeout',
  start({ command }) {
    const options = parseOptions(command.args, OPTIONS);
    const get = fromOptions(options, command.environment, VARIABLES);
    const uds = get<string | null>('uds', text, null);
    const address: Setting<Address> =
      uds.from === 'default'
        ? pair(get('host', text, '127.0.0.1'), get('port', integer, 8000))
        : convert(uds, (path): Address | undefined => (path === null ? undefined : { kind: 'unix', path }));
    const settings: GranianSettings = { interface: get('interface', text, 'rsgi'), rootPath: get('url_path_prefix', text, '') };
    const wsgi = certain(settings.interface) === 'wsgi';
    const built = plain(settings, [address], wsgi ? 'threads' : 'asgi', {
      target: target(options),
      workers: get('workers', integer, 1),
      threads: get('blocking_threads', integer, 1),
      certificate: get('ssl_certificate', text, ''),
    });
    const mode = get<string | null>('uds_permissions', text, null);
    return { ...built, listeners: built.listeners.map((l) => ({ ...l, mode })) };
  },
  environ(application, { interface: kind, rootPath }, request) {
    const root = certain(rootPath);
    const isWsgi = certain(kind) === 'wsgi';
    const hidden = 'depends on --url-path-prefix';
    return unproxied(application, request, {
      interface: isWsgi ? 'wsgi' : 'asgi',
      scriptName: root === undefined ? unseen(hidden) : seen(root, root ? '--url-path-prefix' : 'nothing sets it', [placeOf(rootPath)]),
      // what becomes of the path below a prefix was not tried
      ...(root === '' ? {} : { pathInfo: unseen(hidden, [placeOf(rootPath)]) }),
    });
  },
  rootPath: (prefix) => `--url-path-prefix ${prefix}`,
});
