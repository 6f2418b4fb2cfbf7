/** gevent's and eventlet's WSGI servers, which code starts: `WSGIServer(('', 8000), app)`, `wsgi.server(eventlet.listen(('', 8000)), app)`. Both ignore forwarded headers. */
import { type Address, tcpAddress } from '../address.ts';
import type { PyCall } from '../python.ts';
import type { PyValue } from '../python-value.ts';
import { type Setting, unknownSetting, written } from '../setting.ts';
import { declareServer, plain } from './server.ts';
import { unproxied } from './unproxied.ts';

/** `('0.0.0.0', 8000)`, `':8000'`, `8000`, or what `eventlet.listen` was given. */
function addressOf(value: PyValue | undefined): Setting<Address> {
  if (!value) return unknownSetting('no address is given');
  if (value.kind === 'object' && /(^|\.)listen$/.test(value.callee)) return addressOf(value.args[0]?.value);
  if (value.kind === 'number') return written<Address>({ kind: 'tcp', host: '', port: value.value }, value.at);
  const [host, port] = value.kind === 'list' ? value.items : [];
  if (host?.kind === 'string' && port?.kind === 'number')
    return written<Address>({ kind: 'tcp', host: host.value, port: port.value }, port.at);
  const address = value.kind === 'string' ? tcpAddress(value.value, { host: '' }) : undefined;
  return address ? written(address, value.at) : unknownSetting('not an address that the text shows', value.at);
}

export default declareServer<null>({
  name: 'gevent',
  title: 'the WSGI server of gevent',
  package: { name: 'gevent', assumed: '24.2' },
  role: 'production',
  python: true,
  programs: [],
  activation: 'fd',
  socketMode: '755',
  timeoutName: 'timeout',
  start: () => plain(null, [], 'async', { target: unknownSetting('no application is named') }),
  calls: {
    test: /\bWSGIServer\s*\(|\bwsgi\.server\s*\(/,
    callee: /^gevent\.(pywsgi|wsgi)\.WSGIServer$|^eventlet\.wsgi\.server$/,
    read: (call: PyCall) => plain(null, [addressOf(call.args[0]?.value)], 'async', { target: unknownSetting('no application is named') }),
  },
  environ: (application, _, request) => unproxied(application, request),
});
