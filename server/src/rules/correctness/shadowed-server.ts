/** Servers whose every name belongs to an earlier server on all of their sockets. */
import { mayListenElsewhere, namedProtocols } from '../../answers/which-socket.ts';
import type { Config } from '../../config/config.ts';
import { type Listener, listenersOf, type Server, type ServerName, serversOf, shadowedNames } from '../../config/servers.ts';
import { defineRule } from '../rule.ts';

/** Patterns that take every host that has a character. */
const ANY = /^~\*?\^?\(?(?:\?<\w+>)?\.[*+]?\)?\$?$|^~\*?\^$/;

/** What the names of one socket come to, found out once for all of its servers. */
class Socket {
  private readonly taken: ReadonlyMap<ServerName, ServerName>;
  /** by its text the first server that has a pattern, as it counts among the servers of the socket */
  private readonly patterns = new Map<string, { readonly at: number; readonly name: ServerName }>();
  /** exact names and masks by their text */
  private readonly fixed = new Map<string, ServerName[]>();
  private any: { readonly at: number; readonly name: ServerName } | null = null;
  private readonly order = new Map<Server, number>();

  constructor(readonly listener: Listener) {
    // the names of a server that may not be at this socket are taken from nobody
    this.taken = new Map(
      shadowedNames(listener)
        .filter(({ by }) => !mayListenElsewhere(by.server))
        .map((s) => [s.name, s.by]),
    );
    for (const [at, server] of listener.servers.entries()) {
      this.order.set(server, at);
      if (mayListenElsewhere(server)) continue;
      for (const name of server.names) {
        if (name.kind !== 'regex') {
          const list = this.fixed.get(name.text);
          if (list) list.push(name);
          else this.fixed.set(name.text, [name]);
          continue;
        }
        if (!this.patterns.has(name.text)) this.patterns.set(name.text, { at, name });
        if (!this.any && ANY.test(name.text)) this.any = { at, name };
      }
    }
  }

  /** The name of an earlier server that nginx takes this one for; undefined when there is none. */
  takenBy(name: ServerName): ServerName | undefined {
    return this.taken.get(name);
  }

  /** A pattern of an earlier server that takes all hosts of this one: the same, or any. Patterns are tried in the order of the text. */
  patternBefore(name: ServerName): ServerName | undefined {
    if (name.kind !== 'regex') return undefined;
    const own = this.order.get(name.server) ?? -1;
    const before = [this.patterns.get(name.text), this.any].filter((p) => p != null && p.at < own).sort((a, b) => a!.at - b!.at);
    return before[0]?.name;
  }

  /** A name without a pattern that takes every host of a pattern: nginx looks for exact names and masks first (ngx_http_find_virtual_server). */
  nameBefore(name: ServerName): ServerName | undefined {
    // of a choice the end is that of the last one only
    if (name.kind !== 'regex' || name.text.replace(/\([^()]*\)/g, '').includes('|')) return undefined;
    const whole = /^~\^((?:[a-z0-9-]|\\\.)+)\$$/.exec(name.text)?.[1]?.replaceAll('\\', '');
    const end = /((?:\\\.[a-z0-9-]+){2,})\$$/.exec(name.text)?.[1]?.replaceAll('\\', '');
    const others = (text: string): ServerName | undefined => this.fixed.get(text)?.find((n) => n.server !== name.server);
    if (whole !== undefined && others(whole)) return others(whole);
    for (let rest = end ?? ''; rest; rest = rest.slice(rest.indexOf('.', 1))) {
      const found = others(`*${rest}`) ?? others(rest);
      if (found) return found;
      if (rest.indexOf('.', 1) < 0) break;
    }
    return undefined;
  }

  /** Whether no request of the socket can find the name: taken by an earlier server, or one that no host has. */
  isOutrun(name: ServerName): boolean {
    return (
      (name.kind === 'exact' && /.\.$/.test(name.text)) ||
      this.patternBefore(name) !== undefined ||
      this.nameBefore(name) !== undefined ||
      this.taken.has(name)
    );
  }
}

/** Of two that are to be the default of one socket nginx refuses the second: which of them is meant is that finding's. */
const isDefault = ({ params }: Server['listens'][number]): boolean => params.includes('default_server') || params.includes('default');

/** The sockets of each server. */
function socketsOf(config: Config): ReadonlyMap<Server, readonly Socket[]> {
  const out = new Map<Server, Socket[]>();
  for (const listener of namedProtocols(config).flatMap((p) => listenersOf(config, p))) {
    const socket = new Socket(listener);
    for (const server of new Set(listener.servers)) {
      const list = out.get(server);
      if (list) list.push(socket);
      else out.set(server, [socket]);
    }
  }
  return out;
}

export default defineRule({
  id: 'shadowed-server',
  group: 'correctness',
  severity: 'warning',
  since: '0.1',
  title: 'Server that receives no requests',
  why: `
On one socket a name belongs to the first server that has it; nginx ignores it in later ones with only a warning in its log. A server whose names are all taken and that is the default of no socket never answers: usually it is the copy of a file, or a link in \`sites-enabled\` beside the file in \`conf.d\`.

\`_\` is not a wildcard but a name that no request has, so a server with it alone is reached only as the default.`,
  about: ['server_name', 'listen'],
  references: ['https://nginx.org/en/docs/http/request_processing.html'],
  missing: ['listen', 'server_name'],
  looksAt: { config: true },
  needs: 'config',
  messages: {
    taken: 'No request arrives here: {names} belongs to an earlier server on the same socket, and this one is not the default.',
    outrun: 'No request arrives here: an earlier pattern on the same socket takes every host that {names} takes. Put this one first.',
    named:
      'No request arrives here: exact names and masks count before patterns, and another server has one for every host that {names} takes. Write the name without a pattern.',
    elsewhere:
      'Hosts that {names} is written for go to another server: exact names and masks count before patterns, so this one gets only what no name fits. Write the name without a pattern.',
    dotted:
      'No request arrives here: nginx takes the dot off the end of the host that is asked for, so {names} is never found. Write it without the dot.',
    nameless:
      'No request arrives here: _ is a name that no request has, and another server is the default of {socket}. Add default_server, or a name.',
  },
  check({ config, report }) {
    const all = socketsOf(config);
    for (const server of namedProtocols(config).flatMap((p) => serversOf(config, p))) {
      const { opener } = server.scope;
      const sockets = all.get(server) ?? [];
      if (!opener || !sockets.length) continue;
      const named = server.names.map((n) => sockets.every((s) => s.nameBefore(n)) && sockets[0]!.nameBefore(n));
      if (sockets.some((s) => s.listener.defaultServer === server)) {
        const [by] = named;
        if (by && named.every(Boolean) && !server.names.some((n) => n.directive?.args[n.argument]?.templated))
          report('elsewhere', {
            at: server.names[0]!.directive?.at() ?? opener.nameAt,
            data: { names: server.names.map((n) => n.text).join(', ') },
            related: [{ at: by.directive?.at() ?? by.server.scope.opener!.nameAt, message: 'takes these hosts before' }],
          });
        continue;
      }
      // the same words of a template may stand for other names in another loop
      if (server.names.some((n) => n.directive?.args[n.argument]?.templated)) continue;
      if (sockets.every((s) => server.names.every((n) => s.takenBy(n)))) {
        const by = sockets[0]!.takenBy(server.names[0]!)!;
        const [name] = server.names;
        // at the word of which nginx itself says that it is ignored: where that is told, this is the same again
        report('taken', {
          at: name!.directive?.at(name!.directive.args[name!.argument]) ?? opener.nameAt,
          data: { names: server.names.map((n) => n.text || 'the empty name').join(', ') },
          related: [{ at: by.directive?.at() ?? by.server.scope.opener!.nameAt, message: 'the server that has the name' }],
        });
      } else if (server.names.every((n) => sockets.every((s) => s.isOutrun(n)))) {
        const before = server.names.map((n) => sockets[0]!.patternBefore(n)).find((p) => p);
        const by = before ?? server.names.map((n) => sockets[0]!.nameBefore(n)).find((p) => p);
        report(before ? 'outrun' : by ? 'named' : 'dotted', {
          at: server.names[0]!.directive?.at() ?? opener.nameAt,
          data: { names: server.names.map((n) => n.text).join(', ') },
          related: by ? [{ at: by.directive?.at() ?? by.server.scope.opener!.nameAt, message: 'takes these hosts before' }] : [],
        });
      } else if (server.names.every((n) => n.text === '_' || n.text === '__') && !server.listens.some(isDefault))
        report('nameless', { at: server.names[0]!.directive?.at() ?? opener.nameAt, data: { socket: sockets[0]!.listener.text } });
    }
  },
  examples: [
    {
      inside: 'http',
      bad: `server { listen 80; server_name a.example; }
server { listen 80; server_name a.example; }
#                               ^^^^^^^^^ taken`,
      good: `server { listen 80; server_name a.example; }
server { listen 80; server_name b.example; }`,
    },
    {
      inside: 'http',
      bad: `server { listen 80; server_name a.example; }
server { listen 80; server_name _; }
#                   ^^^^^^^^^^^^^^ nameless`,
      good: `server { listen 80; server_name a.example; }
server { listen 80 default_server; server_name _; }`,
    },
    {
      inside: 'stream',
      notOn122: 'servers of stream have names since 1.25.5',
      bad: `server { listen 8443 ssl; ssl_certificate a.pem; ssl_certificate_key a.key; server_name a.example; proxy_pass 192.0.2.9:1; }
server { listen 8443 ssl; ssl_certificate a.pem; ssl_certificate_key a.key; server_name a.example; proxy_pass 192.0.2.9:2; }
#                                                                                       ^^^^^^^^^ taken`,
      good: `server { listen 8443 ssl; ssl_certificate a.pem; ssl_certificate_key a.key; server_name a.example; proxy_pass 192.0.2.9:1; }
server { listen 8443 ssl; ssl_certificate a.pem; ssl_certificate_key a.key; server_name b.example; proxy_pass 192.0.2.9:2; }`,
    },
    {
      inside: 'http',
      bad: `server { listen 80; server_name ~^admin\\.example\\.org$; deny all; }
#                   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ named
server { listen 80 default_server; server_name *.example.org; }`,
      good: `server { listen 80; server_name admin.example.org; deny all; }
server { listen 80 default_server; server_name *.example.org; }`,
    },
  ],
});
