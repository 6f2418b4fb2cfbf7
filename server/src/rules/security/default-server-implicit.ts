/** Several servers on one socket and none marked as the default: the first in reading order takes what nobody claims. */
import { isSeenWhole, namedProtocols } from '../../answers/which-socket.ts';
import { listenersOf } from '../../config/servers.ts';
import { fixOf } from '../fix.ts';
import { defineRule } from '../rule.ts';
import { appendWord } from '../tls.ts';

export default defineRule({
  id: 'default-server-implicit',
  group: 'security',
  severity: 'hint',
  since: '0.1',
  missing: ['listen', 'server'],
  equivalents: ['gixy:default_server_flag'],
  title: 'Default server not declared',
  why: `
Requests for a host that no server names go to the default server of the socket. Without \`default_server\` that is the first one nginx reads, so a new file early in the alphabet changes who answers: scanners, old names and forged hosts reach an application that was not meant for them.`,
  about: ['listen', 'server_name'],
  references: ['https://nginx.org/en/docs/http/request_processing.html'],
  looksAt: { config: true },
  needs: 'file',
  fixable: 'sometimes',
  messages: {
    implicit: '{count} servers share {address} and none is the default, so the first one is. Add default_server to the intended one.',
  },
  check({ config, report }) {
    for (const listener of namedProtocols(config).flatMap((p) => listenersOf(config, p))) {
      if (listener.defaultBy || listener.servers.length < 2) continue;
      // another server of the socket may be the default by a line that is not seen
      if (!isSeenWhole(listener)) continue;
      const listen = listener.listens[0]?.directive;
      const place = listen ?? listener.servers[0]!.scope.opener;
      if (!place) continue;
      report('implicit', {
        at: listen ? listen.at() : place.nameAt,
        data: { count: listener.servers.length, address: listener.text },
        fix: listen
          ? fixOf('Make this server the default', 'suggestion', listen.file, [appendWord(listen.args[0]!, 'default_server')])
          : null,
      });
    }
  },
  examples: [
    {
      inside: 'http',
      bad: `server {
    listen 80;
#   ^^^^^^^^^^ implicit
    server_name a.example;
}
server {
    listen 80;
    server_name b.example;
}`,
      good: `server {
    listen 80 default_server;
    server_name a.example;
}
server {
    listen 80;
    server_name b.example;
}`,
    },
    // what a level may get that nobody sees is asked for by name: a file of certificates brings no listen
    {
      inside: 'http',
      good: 'include sites/*.conf;\nserver {\n    listen 80;\n    server_name a.example;\n}\nserver {\n    listen 80;\n    server_name b.example;\n}',
    },
    { inside: 'http', good: 'server {\n    listen 80;\n    server_name a.example;\n}' },
  ],
});
