/**
 * ngx_http_realip_module: the client's address from a header that a trusted proxy set. It takes one for a request, with the settings of the
 * server, else behind the choice of the location with those of that one.
 */
import { lower, toBytes } from '../../base/bytes.ts';
import type { Directive } from '../../config/directive.ts';
import { Slot } from '../../config/slot.ts';
import { ipText, type Net, readIpPort, readNet, readPlainIp } from '../networks.ts';
import type { Handler } from '../phases.ts';
import { forwarded } from '../realip.ts';
import { changes, type Run, type Verdict } from '../run.ts';

const nets = new Slot<Directive, readonly Net[]>();

function trustedBy(run: Run, lines: readonly Directive[]): { readonly nets: readonly Net[]; readonly unix: boolean } {
  const all: Net[] = [];
  let unix = false;
  for (const line of lines) {
    if (line.value(0) === 'unix:') {
      unix = true;
      continue;
    }
    let read = nets.get(line);
    if (!read) {
      const net = readNet(line.value(0));
      nets.set(line, (read = net ? [net] : []));
    }
    if (!read.length)
      run.report.assume({
        id: `host:${line.value(0)}`,
        what: `addresses of ${line.value(0)}`,
        otherwise: 'none',
        why: 'a host name is resolved when nginx starts',
        at: line,
      });
    all.push(...read);
  }
  return { nets: all, unix };
}

export const realipHandler: Handler = {
  module: 'ngx_http_realip_module',
  reads: ['set_real_ip_from', 'real_ip_header', 'real_ip_recursive'],
  run(run): Verdict {
    const from = run.lines('set_real_ip_from');
    if (!from.length || run.connection.originalAddress !== null) return 'declined';
    const header = run.directive('real_ip_header');
    const name = header?.value(0) ?? 'X-Real-IP';
    let lines: string[];
    if (name === 'proxy_protocol') {
      const source = run.input.proxyProtocol?.clientAddress;
      if (!source) return 'declined';
      lines = [source];
    } else if (name === 'X-Forwarded-For') lines = run.headerLines('x-forwarded-for');
    else {
      const value = run.header(lower(toBytes(name)));
      lines = value === null ? [] : [value];
    }
    takeAddress(run, this.module, name, lines, header ?? from[0]!);
    return 'declined';
  },
};

/** The address that a trusted peer names takes the place of the peer's. */
export function takeAddress(run: Run, module: string, name: string, lines: readonly string[], at: Directive): void {
  if (!lines.length) return;
  const from = run.lines('set_real_ip_from');
  const { nets: trusted, unix } = trustedBy(run, from);
  const peer = readPlainIp(run.connection.clientAddress);
  const bare = run.behaviour.readsBareBrackets;
  let found: ReturnType<typeof forwarded> = null;
  if (peer)
    found = forwarded({ ip: peer, port: run.connection.clientPort }, lines, trusted, {
      recursive: run.flag('real_ip_recursive', false),
      bare,
    });
  else if (unix && run.connection.clientAddress.startsWith('unix:')) found = readIpPort(lines.at(-1)!.split(',').at(-1)!.trim(), bare);
  const phase = run.phase === 0 ? 'post-read' : 'preaccess';
  if (!found) {
    const said = peer ? `${run.connection.clientAddress} keeps its address: not trusted, or ${name} holds none` : 'the address stays';
    // the location's settings are mostly the server's
    if (!run.report.has(module, said)) run.report.step({ phase, handler: module, at: from[0]!, said });
    return;
  }
  const before = run.connection.clientAddress;
  run.connection.originalAddress = before;
  run.connection.originalPort = run.connection.clientPort;
  run.connection.clientAddress = ipText(found.ip);
  run.connection.clientPort = name === 'proxy_protocol' ? (run.input.proxyProtocol?.clientPort ?? 50000) : found.port;
  run.report.step({
    phase,
    handler: module,
    at,
    said: `client address ${run.connection.clientAddress} from ${name}`,
    changed: changes({ $remote_addr: [before, run.connection.clientAddress] }),
  });
}
