/** mod_wsgi-express: an Apache of its own around mod_wsgi. Without `--trust-proxy-header` it ignores forwarded headers. */
import { fromOptions, integer, optionTable, pair, parseOptions, text } from '../options.ts';
import { type Seen, seen, unseen } from '../seen.ts';
import { placeOf, type Setting, unknownSetting, written } from '../setting.ts';
import { declareServer, plain } from './server.ts';
import { unproxied } from './unproxied.ts';

export interface ModWsgiSettings {
  /** headers that it was told to believe */
  readonly trusted: readonly Setting<string>[];
}

const OPTIONS = optionTable([
  ['--host', 'host'],
  ['--port', 'port'],
  ['--processes', 'processes'],
  ['--threads', 'threads'],
  ['--request-timeout', 'request_timeout'],
  ['--trust-proxy-header', 'trust_proxy_header', 'many'],
  ['--trust-proxy', 'trust_proxy', 'many'],
  [
    '--user --group --server-root --log-directory --log-level --mount-point --url-alias --application-type --entry-point --callable-object --document-root --setenv --include-file --working-directory --server-name --limit-request-body --queue-timeout --socket-timeout --python-path',
    'other',
  ],
  ['--log-to-terminal --reload-on-changes --startup-log --access-log --disable-reloading', 'other', 'flag'],
]);

export default declareServer<ModWsgiSettings>({
  name: 'mod-wsgi-express',
  title: 'mod_wsgi-express',
  package: null,
  role: 'production',
  python: true,
  programs: [{ names: ['mod_wsgi-express'], word: /^start-server$/ }],
  activation: 'fd',
  socketMode: '755',
  timeoutName: 'request-timeout',
  start({ command }) {
    const options = parseOptions(command.args, OPTIONS);
    const get = fromOptions(options, command.environment, {});
    const word = options.positional.find((w) => /\.(wsgi|py)$/.test(w.text));
    return plain(
      { trusted: options.settings.get('trust_proxy_header') ?? [] },
      [pair(get('host', text, ''), get('port', integer, 8000))],
      'threads',
      {
        target: word ? written(word.text, word.place) : unknownSetting('no application is named'),
        workers: get('processes', integer, 1),
        threads: get('threads', integer, 5),
        requestTimeout: get('request_timeout', integer, 60),
      },
    );
  },
  environ(application, { trusted }, request) {
    if (!trusted.length) return unproxied(application, request);
    const hidden = <T>(): Seen<T> => unseen('depends on --trust-proxy-header and --trust-proxy', trusted.map(placeOf));
    return unproxied(application, request, {
      scheme: hidden<string>(),
      remoteAddr: hidden<string>(),
      scriptName: seen('', 'nothing sets it'),
    });
  },
});
