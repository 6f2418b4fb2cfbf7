/** Sockets of one configuration that cannot be opened beside one another: nginx -t does not see it, the start of nginx fails. */
import { OF_A_SOCKET } from '../../answers/which-socket.ts';
import type { Config } from '../../config/config.ts';
import type { Directive } from '../../config/directive.ts';
import { type ListenAddress, pairText, type ServerProtocol, serversOf } from '../../config/servers.ts';
import type { Word } from '../../syntax/word.ts';
import { fixOf, removeArgument } from '../fix.ts';
import { defineRule } from '../rule.ts';

/** An address and port of a protocol, with what its lines ask of the socket. */
interface Socket extends ListenAddress {
  readonly protocol: ServerProtocol;
  /** the first line; null: no line says it, the server listens there by default */
  readonly directive: Directive | null;
  /** the first parameter that asks for a socket of its own, and its line */
  own: { readonly directive: Directive; readonly word: Word } | null;
  dual: { readonly directive: Directive; readonly word: Word } | null;
  reuse: boolean;
}

/** The sockets of TCP and of the file system that nginx opens, by port or path: of UDP several may be open. */
function socketsOf(config: Config): ReadonlyMap<string, readonly Socket[]> {
  const byPlace = new Map<string, Map<string, Socket>>();
  for (const protocol of ['http', 'stream', 'mail'] as const)
    for (const server of serversOf(config, protocol))
      for (const { directive, addresses, params } of server.listens) {
        if (directive && (!directive.fact || directive.args.some((a) => a.templated))) continue;
        if (params.includes('udp') || params.includes('quic')) continue;
        const word = (is: (value: string) => boolean) => {
          const found = directive?.args.slice(1).find((a) => is(a.value));
          return directive && found ? { directive, word: found } : null;
        };
        for (const address of addresses) {
          if (address.kind === 'name') continue;
          const place = address.kind === 'unix' ? address.address : String(address.port);
          const sockets = byPlace.get(place) ?? new Map<string, Socket>();
          byPlace.set(place, sockets);
          const key = `${protocol} ${pairText(address)}`;
          let socket = sockets.get(key);
          if (!socket) sockets.set(key, (socket = { ...address, protocol, directive, own: null, dual: null, reuse: false }));
          socket.own ??= word((value) => OF_A_SOCKET.test(value));
          socket.dual ??= address.kind === 'inet6' ? word((value) => value === 'ipv6only=off') : null;
          socket.reuse ||= params.includes('reuseport');
        }
      }
  return new Map([...byPlace].map(([place, sockets]) => [place, opened([...sockets.values()])]));
}

/** The sockets of one port without those that the one for all addresses serves, where nothing asks for one of their own. */
function opened(sockets: readonly Socket[]): readonly Socket[] {
  const all = new Set(sockets.filter((s) => s.wildcard).map((s) => `${s.protocol} ${s.kind}`));
  return sockets.filter((s) => s.wildcard || s.own || !all.has(`${s.protocol} ${s.kind}`));
}

/** Whether Linux refuses to open both. */
const exclude = (a: Socket, b: Socket): boolean =>
  !(a.reuse && b.reuse) &&
  (a.kind === b.kind ? a.address === b.address || a.wildcard || b.wildcard : (a.dual && a.wildcard) || (b.dual && b.wildcard)) === true;

export default defineRule({
  id: 'listen-address-taken',
  group: 'correctness',
  severity: 'warning',
  since: '0.2',
  title: 'Two sockets for one address and port',
  why: `
\`nginx -t\` reads the configuration and opens no sockets in earnest. Whether they can be open beside one another shows when nginx starts: \`bind() to 0.0.0.0:443 failed (98: Address already in use)\`, with nothing else running on that port.

Three ways lead there. \`ipv6only=off\` makes a socket for \`[::]\` take IPv4 as well, and a \`listen 80\` asks for the same once more; since nginx 1.3.4 the parameter is \`on\` by itself, and two lines are the way. A parameter of the socket (\`bind\`, \`backlog\`, \`reuseport\`, …) on \`listen 127.0.0.1:80\` asks for a socket of its own, while \`listen 80\` elsewhere has the port for all addresses. And http, stream and mail cannot share a port: who forwards TLS by its server name in stream listens there on 443, and the sites of http on another port of 127.0.0.1.

Linux refuses such a pair unless both lines say \`reuseport\`; other systems let some of them pass.`,
  about: ['listen'],
  looksAt: { config: true },
  needs: 'config',
  fixable: 'sometimes',
  messages: {
    dual: '"{parameter}" makes {address} take IPv4 as well, which {other} has: nginx -t passes, and nginx does not start (Address already in use). Remove the parameter.',
    own: '"{parameter}" asks for a socket for {address} alone, and {other} has the port: nginx -t passes, and nginx does not start (Address already in use). Put the parameter on the line of {other}.',
    protocol:
      '{address} is taken: the servers of {protocol} listen on {other}. nginx -t passes, and nginx does not start (Address already in use). Choose another address or port.',
  },
  check({ config, report }) {
    for (const sockets of socketsOf(config).values()) {
      if (sockets.length < 2) continue;
      const broad = sockets.filter((s) => s.wildcard);
      const first = new Map<string, Socket>();
      for (const socket of sockets) {
        const text = pairText(socket);
        const same = first.get(text);
        if (!same) first.set(text, socket);
        const other = same && exclude(same, socket) ? same : broad.find((b) => b !== socket && exclude(b, socket));
        if (!other) continue;
        // of a pair one is told
        if (socket.wildcard && !same && sockets.indexOf(other) > sockets.indexOf(socket)) continue;
        tell(socket, other);
      }
    }

    function tell(socket: Socket, other: Socket): void {
      const related = (s: Socket) => (s.directive ? [{ at: s.directive.at(s.directive.args[0]), message: 'has the port' }] : []);
      if (socket.protocol !== other.protocol) {
        if (!socket.directive) return;
        report('protocol', {
          at: socket.directive.at(socket.directive.args[0]),
          data: { address: pairText(socket), other: pairText(other), protocol: other.protocol },
          related: related(other),
        });
        return;
      }
      const [dual, beside] = socket.dual ? [socket, other] : [other, socket];
      const [message, one, apart] =
        socket.kind !== other.kind
          ? (['dual', dual, beside] as const)
          : (['own', socket.wildcard ? other : socket, socket.wildcard ? socket : other] as const);
      const asks = message === 'dual' ? one.dual : one.own;
      if (!asks) return;
      const { directive, word } = asks;
      report(message, {
        at: directive.at(word),
        data: { parameter: word.value, address: pairText(one), other: pairText(apart) },
        related: related(apart),
        fix:
          message === 'dual' || word.value === 'bind'
            ? fixOf(`Remove ${word.value}`, 'suggestion', directive.file, [removeArgument(directive.file, directive.statement, word)])
            : null,
      });
    }
  },
  examples: [
    {
      inside: 'server',
      bad: `listen 8080;
listen [::]:8080 ipv6only=off;
#                ^^^^^^^^^^^^ dual`,
      good: `listen 8080;
listen [::]:8080;`,
    },
    {
      inside: 'http',
      bad: `server { listen 8080; }
server { listen 127.0.0.1:8080 bind; }
#                              ^^^^ own`,
      good: `server { listen 8080; }
server { listen 127.0.0.1:8080; }`,
    },
    {
      inside: 'http',
      bad: `server { listen 127.0.0.1:8080 backlog=100; }
#                              ^^^^^^^^^^^ own
server { listen *:8080; }`,
      good: `server { listen 127.0.0.1:8080; }
server { listen *:8080 backlog=100; }`,
    },
    {
      inside: 'tree',
      bad: `#- nginx.conf
events {}
http {
    server { listen 8443 ssl; ssl_certificate a.pem; ssl_certificate_key a.key; }
}
stream {
    server { listen 8443; proxy_pass 127.0.0.1:9443; }
#                   ^^^^ protocol
}`,
      good: `#- nginx.conf
events {}
http {
    server { listen 127.0.0.1:9443 ssl; ssl_certificate a.pem; ssl_certificate_key a.key; }
}
stream {
    server { listen 8443; proxy_pass 127.0.0.1:9443; }
}`,
    },
    { inside: 'http', good: 'server { listen 8080 reuseport; }\nserver { listen [::]:8080 ipv6only=off reuseport; }' },
    { inside: 'http', good: 'server { listen [::]:8081 ipv6only=off; }\nserver { listen 8443; }' },
  ],
});
