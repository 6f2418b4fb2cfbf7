/** `flask run` and `app.run(…)`: Werkzeug's development server. */
import { fromOptions, integer, optionTable, pair, parseOptions, text } from '../options.ts';
import type { PyCall } from '../python.ts';
import { asNumber, asText, type Reader, settingOf } from '../python-value.ts';
import { type Setting, unknownSetting } from '../setting.ts';
import { declareServer, moduleWord, plain } from './server.ts';
import { unproxied } from './unproxied.ts';

const OPTIONS = optionTable([
  ['-h --host', 'host'],
  ['-p --port', 'port'],
  ['--cert', 'cert'],
  ['--key --extra-files --exclude-patterns', 'other'],
  ['--reload --no-reload --debugger --no-debugger --with-threads --without-threads --debug --no-debug', 'other', 'flag'],
]);

const argument = <T>(call: PyCall, name: string, index: number, read: Reader<T>, standard: T): Setting<T> => {
  const open = call.args.find((a) => a.name === '**');
  const value = call.args.find((a) => a.name === name)?.value ?? call.args.filter((a) => a.name === null)[index]?.value;
  return !value && open ? unknownSetting('more arguments', open.value.at) : settingOf(value, read, standard);
};

export default declareServer<null>({
  name: 'flask-run',
  title: "Flask's development server",
  package: null,
  role: 'development',
  python: true,
  programs: [{ names: ['flask'], word: /^run$/, anywhere: true, module: true }],
  activation: 'fd',
  socketMode: '755',
  timeoutName: 'timeout',
  start({ command }) {
    const get = fromOptions(parseOptions(command.args, OPTIONS), command.environment, {
      host: 'FLASK_RUN_HOST',
      port: 'FLASK_RUN_PORT',
      cert: 'FLASK_RUN_CERT',
    });
    const address = pair(get('host', text, '127.0.0.1'), get('port', integer, 5000));
    return plain(null, [address], 'threads', { target: moduleWord(command.args), certificate: get('cert', text, '') });
  },
  calls: {
    test: /\.run\s*\(/,
    callee: /^flask\.Flask\(\)\.run$/,
    read(call) {
      const address = pair(argument(call, 'host', 0, asText, '127.0.0.1'), argument(call, 'port', 1, asNumber, 5000));
      return plain(null, [address], 'threads', { target: unknownSetting('no application is named') });
    },
  },
  environ: (application, _, request) => unproxied(application, request),
});
