/** `manage.py runserver`: Django's development server. */
import { type Address, tcpAddress } from '../address.ts';
import { byDefault, type Setting, unknownSetting, written } from '../setting.ts';
import type { ShellWord } from '../shell.ts';
import { declareServer, moduleWord, plain } from './server.ts';
import { unproxied } from './unproxied.ts';

function addressOf(args: readonly ShellWord[]): Setting<Address> {
  const word = args.find((w) => !w.text.startsWith('-'));
  if (!word) return byDefault<Address>({ kind: 'tcp', host: '127.0.0.1', port: 8000 });
  const address = tcpAddress(word.text.replace(/^0:/, '0.0.0.0:'), { host: '127.0.0.1' });
  return address && !word.unknown.length ? written(address, word.place) : unknownSetting('not an address', word.place);
}

export default declareServer<null>({
  name: 'runserver',
  title: "Django's runserver",
  package: null,
  role: 'development',
  python: true,
  programs: [{ names: ['manage.py', 'django-admin', 'django'], word: /^runserver(_plus)?$/ }],
  activation: 'fd',
  socketMode: '755',
  timeoutName: 'timeout',
  start: ({ command }) => plain(null, [addressOf(command.args)], 'threads', { target: moduleWord(command.args) }),
  environ: (application, _, request) => unproxied(application, request),
});
