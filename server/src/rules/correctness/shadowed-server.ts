/** Servers whose every name belongs to an earlier server on all of their sockets. */
import { type Listener, listenersOf, type ServerName, serversOf, shadowedNames } from '../../config/servers.ts';
import { defineRule } from '../rule.ts';

/** Patterns that take every host that has a character. */
const ANY = /^~\*?\^?\(?(?:\?<\w+>)?\.[*+]?\)?\$?$|^~\*?\^$/;

/** A pattern of an earlier server of the socket that takes all hosts of this one: the same, or any. Patterns are tried in the order of the text. */
const patternBefore = (name: ServerName, listener: Listener): ServerName | undefined =>
  name.kind !== 'regex'
    ? undefined
    : listener.servers
        .slice(0, listener.servers.indexOf(name.server))
        .flatMap((s) => s.names)
        .find((n) => n.kind === 'regex' && (n.text === name.text || ANY.test(n.text)));

/** Whether no request of the socket can find the name: taken by an earlier server, or one that no host has. */
const isOutrun = (name: ServerName, listener: Listener): boolean =>
  (name.kind === 'exact' && /.\.$/.test(name.text)) ||
  patternBefore(name, listener) !== undefined ||
  shadowedNames(listener).some((s) => s.name === name);

export default defineRule({
  id: 'shadowed-server',
  group: 'correctness',
  severity: 'warning',
  since: '0.1',
  title: 'Server that receives no requests',
  why: `
On one socket a name belongs to the first server that has it; nginx ignores it in later ones with a mere warning in its log. A server whose names are all taken and that is the default of no socket answers nobody: usually the copy of a file, or a link in \`sites-enabled\` beside the file in \`conf.d\`.

\`_\` is no wildcard but a name that no request has, so a server with it alone is reached only as the default.`,
  about: ['server_name', 'listen'],
  references: ['https://nginx.org/en/docs/http/request_processing.html'],
  missing: ['listen', 'server_name'],
  looksAt: { config: true },
  needs: 'config',
  messages: {
    taken: 'No request arrives here: {names} belongs to an earlier server on the same socket, and this one is not the default.',
    outrun: 'No request arrives here: an earlier pattern on the same socket takes every host that {names} takes. Put this one first.',
    dotted:
      'No request arrives here: nginx takes the dot off the end of the host that is asked for, so {names} is never found. Write it without the dot.',
    nameless:
      'No request arrives here: _ is a name that no request has, and another server is the default of {socket}. Add default_server, or a name.',
  },
  check({ config, report }) {
    for (const server of serversOf(config)) {
      const { opener } = server.scope;
      const sockets = listenersOf(config).filter((l) => l.servers.includes(server));
      if (!opener || !sockets.length || sockets.some((l) => l.defaultServer === server)) continue;
      // the same words of a template may stand for other names in another loop
      if (server.names.some((n) => n.directive?.args[n.argument]?.templated)) continue;
      if (sockets.every((l) => server.names.every((n) => shadowedNames(l).some((s) => s.name === n)))) {
        const by = shadowedNames(sockets[0]!).find((s) => s.name === server.names[0])!.by;
        report('taken', {
          at: server.names[0]!.directive?.at() ?? opener.nameAt,
          data: { names: server.names.map((n) => n.text || 'the empty name').join(', ') },
          related: [{ at: by.directive?.at() ?? by.server.scope.opener!.nameAt, message: 'the server that has the name' }],
        });
      } else if (server.names.every((n) => sockets.every((l) => isOutrun(n, l)))) {
        const by = server.names.map((n) => patternBefore(n, sockets[0]!)).find((p) => p);
        report(by ? 'outrun' : 'dotted', {
          at: server.names[0]!.directive?.at() ?? opener.nameAt,
          data: { names: server.names.map((n) => n.text).join(', ') },
          related: by ? [{ at: by.directive?.at() ?? by.server.scope.opener!.nameAt, message: 'takes these hosts before' }] : [],
        });
      } else if (server.names.every((n) => n.text === '_' || n.text === '__'))
        report('nameless', { at: server.names[0]!.directive?.at() ?? opener.nameAt, data: { socket: sockets[0]!.text } });
    }
  },
  examples: [
    {
      inside: 'http',
      bad: `server { listen 80; server_name a.example; }
server { listen 80; server_name a.example; }
#                   ^^^^^^^^^^^^^^^^^^^^^^ taken`,
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
  ],
});
