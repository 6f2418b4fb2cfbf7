/** `fastapi run`: uvicorn with other defaults. */
import { flag, fromOptions, integer, optionTable, pair, parseOptions, text } from '../options.ts';
import { certain } from '../setting.ts';
import { declareServer, moduleWord, plain } from './server.ts';
import { UVICORN_PACKAGE, type UvicornSettings, uvicornEnviron, uvicornTrust, uvicornTrusts } from './uvicorn.ts';

const OPTIONS = optionTable([
  ['--host', 'host'],
  ['--port', 'port'],
  ['--workers', 'workers'],
  ['--root-path', 'root_path'],
  ['--forwarded-allow-ips', 'forwarded_allow_ips'],
  ['--proxy-headers', 'proxy_headers', 'flag'],
  ['--no-proxy-headers', 'proxy_headers', 'no'],
  ['--app -e --entrypoint', 'other'],
  ['--reload --no-reload', 'other', 'flag'],
]);

/** The declaration of one of the two commands. */
export const fastapiCommand = (word: 'run' | 'dev') =>
  declareServer<UvicornSettings>({
    name: `fastapi-${word}`,
    title: `uvicorn (fastapi ${word})`,
    package: UVICORN_PACKAGE,
    role: word === 'dev' ? 'development' : 'production',
    python: true,
    programs: [{ names: ['fastapi'], word: word === 'run' ? /^run$/ : /^dev$/ }],
    activation: 'fd',
    socketMode: '666',
    timeoutName: 'timeout',
    start({ command }) {
      const get = fromOptions(parseOptions(command.args, OPTIONS), command.environment, {
        workers: 'WEB_CONCURRENCY',
        forwarded_allow_ips: 'FORWARDED_ALLOW_IPS',
        host: 'UVICORN_HOST',
        port: 'UVICORN_PORT',
      });
      const address = pair(get('host', text, word === 'run' ? '0.0.0.0' : '127.0.0.1'), get('port', integer, 8000));
      const settings: UvicornSettings = {
        addresses: [address],
        workers: get('workers', integer, 1),
        proxyHeaders: get('proxy_headers', flag, true),
        forwardedAllowIps: get('forwarded_allow_ips', text, '127.0.0.1'),
        rootPath: get('root_path', text, ''),
        limitConcurrency: { from: 'default', value: 0 },
        certificate: { from: 'default', value: '' },
        timeoutKeepAlive: { from: 'default', value: 5 },
        target: moduleOfFile(certain(moduleWord(command.args)), command.args),
      };
      return plain(settings, [address], 'asgi', { target: settings.target, workers: settings.workers, keepalive: 5 });
    },
    environ: (application, settings, request) => uvicornEnviron(application, request, uvicornTrust(settings)),
    trusts: (application, settings, peer) => uvicornTrusts(application, uvicornTrust(settings), peer),
    trust: {
      name: '--forwarded-allow-ips',
      list: (settings) => settings.forwardedAllowIps,
      option: (value) => `--forwarded-allow-ips='${value}'`,
      address: () => true,
    },
    rootPath: (prefix) => `--root-path ${prefix}`,
  });

/** `fastapi run app/main.py`: the file is the module. */
function moduleOfFile(named: string | undefined, words: Parameters<typeof moduleWord>[0]): UvicornSettings['target'] {
  const word = words.find((w) => /\.py$/.test(w.text));
  return named === undefined && word ? { from: 'text', value: word.text, place: word.place } : moduleWord(words);
}

export default fastapiCommand('run');
