/** aiohttp's own server: `web.run_app(app, …)` in code and `python -m aiohttp.web`. It takes everything from the connection. */
import type { Address } from '../address.ts';
import { fromOptions, integer, optionTable, parseOptions, text } from '../options.ts';
import type { PyCall } from '../python.ts';
import { asNumberOrNull, asTextOrNull, settingOf } from '../python-value.ts';
import { certain, convert, placeOf, type Setting, unknownSetting } from '../setting.ts';
import { type Built, declareServer, moduleWord, plain } from './server.ts';
import { unproxied } from './unproxied.ts';

const OPTIONS = optionTable([
  ['-H --hostname', 'host'],
  ['-P --port', 'port'],
  ['-U --path', 'path'],
]);

const PORT = 8080;

/** A path is a unix socket, in whose place no port is opened unless one is named. */
function addressesOf(host: Setting<string | null>, port: Setting<number | null>, path: Setting<string | null>): Setting<Address>[] {
  const socket = path.from === 'unknown' || path.value !== null;
  const named = host.from !== 'default' || port.from !== 'default';
  const name = certain(host);
  const number = certain(port);
  const tcp: Setting<Address> =
    name === undefined || number === undefined
      ? unknownSetting('depends on the environment', placeOf(port) ?? placeOf(host))
      : convert<string | number | null, Address>(port.from === 'default' ? host : port, () => ({
          kind: 'tcp',
          host: name ?? '',
          port: number ?? PORT,
        }));
  return [
    ...(socket ? [convert(path, (p): Address | undefined => (p === null ? undefined : { kind: 'unix', path: p }))] : []),
    ...(!socket || named ? [tcp] : []),
  ];
}

function fromCall(call: PyCall): Built<null> {
  const value = (name: string) => call.args.find((a) => a.name === name)?.value;
  const open = call.args.find((a) => a.name === '**');
  const addresses = open
    ? [unknownSetting<Address>('more arguments', open.value.at)]
    : addressesOf(
        settingOf<string | null>(value('host'), asTextOrNull, null),
        settingOf<number | null>(value('port'), asNumberOrNull, null),
        settingOf<string | null>(value('path'), asTextOrNull, null),
      );
  return plain(null, addresses, 'async', { target: unknownSetting('no application is named'), keepalive: 75 });
}

export default declareServer<null>({
  name: 'aiohttp',
  title: 'aiohttp’s server',
  package: { name: 'aiohttp', assumed: '3.12' },
  role: 'production',
  python: true,
  programs: [{ names: ['aiohttp.web'], module: true }],
  activation: 'fd',
  socketMode: '755',
  timeoutName: 'timeout',
  start({ command }) {
    const get = fromOptions(parseOptions(command.args, OPTIONS), command.environment, {});
    const addresses = addressesOf(
      get<string | null>('host', text, 'localhost'),
      get<number | null>('port', integer, PORT),
      get<string | null>('path', text, null),
    );
    return plain(null, addresses, 'async', { target: moduleWord(command.args), keepalive: 75 });
  },
  calls: { test: /\brun_app\s*\(/, callee: /^aiohttp\.web\.(web\.)?run_app$/, read: fromCall },
  environ: (application, _, request) => unproxied(application, request),
});
