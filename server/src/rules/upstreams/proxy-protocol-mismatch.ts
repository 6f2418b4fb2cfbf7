/** A listener of this nginx and a server of it that passes to that listener: one of the two speaks the PROXY protocol, the other does not. */
import { passedBy } from '../../answers/what-is-passed.ts';
import { isSeenWhole } from '../../answers/which-socket.ts';
import type { Config } from '../../config/config.ts';
import type { Directive } from '../../config/directive.ts';
import { type Listener, listenersAt } from '../../config/servers.ts';
import { defineRule } from '../rule.ts';

/** Where a pass goes on this machine: a socket's path, or a loopback address with its port. */
interface Here {
  readonly host: string;
  readonly port: number | null;
}

const LOOPBACK = /^(?:127\.\d+\.\d+\.\d+|localhost|\[?::1\]?)$/i;

/** The only address that a pass directive asks, if it is one of this machine; null for groups of several, names and what a request decides. */
function addressHere(pass: Directive): Here | null {
  const { targets, whole } = passedBy(pass);
  const [target, ...others] = targets;
  if (!whole || !target || others.length) return null;
  const members = target.upstream?.servers ?? [];
  const [member] = members;
  if (target.upstream && (members.length !== 1 || !member)) return null;
  const kind = member ? member.kind : target.kindOfHost;
  const host = (member ? member.host : target.host).replace(/^unix:/, '');
  const port = member ? member.port : target.port;
  if (kind === 'unix') return { host, port: null };
  return port !== null && LOOPBACK.test(host) ? { host: host.replace(/^\[|\]$/g, ''), port } : null;
}

/** Whether a listener takes what is sent there. */
const takes = (l: Listener, { host, port }: Here): boolean =>
  port === null
    ? l.kind === 'unix' && l.address === host
    : l.kind !== 'unix' &&
      l.port === port &&
      (l.wildcard ? l.kind === 'inet' || l.dualStack || host === '::1' : l.address === (host === 'localhost' ? '127.0.0.1' : host));

/** The listeners of TCP that an address leads to, of whatever protocol. */
const takersOf = (config: Config, here: Here): readonly Listener[] =>
  (['http', 'stream', 'mail'] as const).flatMap((protocol) =>
    listenersAt(config, here.port, protocol).filter((l) => !l.udp && takes(l, here)),
  );

const PAIR = (sends: string, takes: string, mark = ''): string => `events {
}
stream {
    server {
        listen 443;${sends}
        proxy_pass 127.0.0.1:8443;${mark}
    }
}
http {
    server {
        listen 127.0.0.1:8443${takes};
        return 204;
    }
}
`;

export default defineRule({
  id: 'proxy-protocol-mismatch',
  group: 'upstreams',
  severity: 'warning',
  since: '0.2',
  missing: ['proxy_protocol', 'listen'],
  title: 'PROXY protocol spoken on one side only',
  why: `
\`proxy_protocol on\` in a server of \`stream\` sends one line before everything else, \`PROXY TCP4 192.0.2.1 …\`, so that the next server learns the client's address. Who listens there has to expect it: \`listen 8443 ssl proxy_protocol\`. Without that parameter nginx takes the line for a request and answers 400, or for a broken TLS handshake.

The other way round is no better: a listener with \`proxy_protocol\` wants that line of everyone, and closes each connection that begins otherwise ("broken header … while reading PROXY protocol"). Clients that come directly need a listener of their own. \`proxy_pass\` of \`http\` never sends the line.`,
  about: ['proxy_protocol', 'listen', 'proxy_pass'],
  references: ['https://nginx.org/en/docs/stream/ngx_stream_proxy_module.html#proxy_protocol'],
  looksAt: { directive: ['proxy_pass'] },
  needs: 'config',
  messages: {
    unexpected:
      'Every connection begins with a PROXY line here, and {address} does not expect it: clients get 400 or a broken connection. Add proxy_protocol to that listen line, or drop it here.',
    unsent:
      '{address} closes every connection from here: it expects a PROXY line first, and this server sends none. Set "proxy_protocol on" here, or drop the parameter of that listen line.',
    plain:
      '{address} closes every connection from here: it expects a PROXY line first, which proxy_pass of http cannot send. Pass to a listener without proxy_protocol.',
  },
  check({ directive, scope, config, report }) {
    const inStream = scope.context === 'stream-server';
    // datagrams have no such line
    if (inStream && scope.named('listen').every((d) => d.values.includes('udp'))) return;
    const here = addressHere(directive);
    const found = here ? takersOf(config, here) : [];
    const [listener] = found;
    if (!listener || !found.every((l) => l.proxyProtocol === listener.proxyProtocol)) return;
    const switchedOn = inStream ? scope.value('proxy_protocol') : null;
    const sends = switchedOn?.value(0) === 'on';
    if (switchedOn?.args[0]?.templated || sends === listener.proxyProtocol) return;
    const line = listener.listens.find((l) => l.directive && (!sends || !l.params.includes('proxy_protocol')))?.directive;
    if (!line || line.args.some((a) => a.templated)) return;
    // another server at the address may have the parameter
    if (sends && !(config.whole && isSeenWhole(listener))) return;
    report(sends ? 'unexpected' : inStream ? 'unsent' : 'plain', {
      at: directive.at(directive.args[0]),
      data: { address: listener.text },
      related: [
        { at: line.at(), message: sends ? 'nothing expects the line here' : 'the line is expected here' },
        ...(sends ? [{ at: switchedOn!.at(), message: 'the line is sent here' }] : []),
      ],
    });
  },
  examples: [
    {
      inside: 'main',
      bad: PAIR('\n        proxy_protocol on;', '', '\n#                  ^^^^^^^^^^^^^^ unexpected'),
      good: PAIR('\n        proxy_protocol on;', ' proxy_protocol'),
    },
    {
      inside: 'main',
      bad: PAIR('', ' proxy_protocol', '\n#                  ^^^^^^^^^^^^^^ unsent'),
      good: PAIR('', ''),
    },
    {
      inside: 'http',
      bad: `server {
    listen 8080;
    location / {
        proxy_pass http://127.0.0.1:8081;
#                  ^^^^^^^^^^^^^^^^^^^^^ plain
    }
}
server {
    listen 8081 proxy_protocol;
    return 204;
}`,
      good: `server {
    listen 8080;
    location / {
        proxy_pass http://127.0.0.1:8082;
    }
}
server {
    listen 8081 proxy_protocol;
    listen 127.0.0.1:8082;
    return 204;
}`,
    },
    // the balancer on another machine is none of this file's business
    { inside: 'http', good: 'server {\n    listen 8081 proxy_protocol;\n    return 204;\n}' },
  ],
});
