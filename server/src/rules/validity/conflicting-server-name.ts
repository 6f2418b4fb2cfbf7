/** Names that an earlier server of the same address has: nginx warns and ignores them ("conflicting server name … ignored"). */
import { mayListenElsewhere, namedProtocols } from '../../answers/which-socket.ts';
import { listenersOf, shadowedNames } from '../../config/servers.ts';
import { defineRule } from '../rule.ts';

export default defineRule({
  id: 'conflicting-server-name',
  group: 'validity',
  severity: 'warning',
  since: '0.1',
  covers: ['shadowed-server'],
  title: 'Server name already taken',
  why: `
When two servers of one address and port share a name, the first one gets its requests and nginx warns that the second is ignored. A server
without \`server_name\` has the empty name, so that two of them conflict too.`,
  about: ['server_name', 'listen'],
  looksAt: { config: true },
  needs: 'config',
  messages: {
    shadowed: 'Conflicting server name "{name}" on {address}, ignored: an earlier server has it.',
    nameless: 'Conflicting server name "" on {address}, ignored: an earlier server without server_name gets its requests. Give it a name.',
  },
  check({ config, report }) {
    const said = new Set<string>();
    // in stream before 1.25.5 two servers of one address are refused
    for (const listener of namedProtocols(config).flatMap((p) => listenersOf(config, p)))
      for (const { name, by } of shadowedNames(listener)) {
        // the table of names is built for two servers and more (ngx_http_optimize_servers)
        if (listener.servers.length < 2 || mayListenElsewhere(name.server) || mayListenElsewhere(by.server)) continue;
        const { directive } = name;
        const opener = name.server.scope.opener;
        const at = directive ? directive.at(directive.args[name.argument]) : opener?.nameAt;
        if (!at) continue;
        const key = `${at.file} ${at.span.start} ${name.text}`;
        if (said.has(key) || (name.server === by.server && name.directive === by.directive && name.argument === by.argument)) continue;
        said.add(key);
        const first = by.directive ? by.directive.at(by.directive.args[by.argument]) : by.server.scope.opener?.nameAt;
        report(directive ? 'shadowed' : 'nameless', {
          at,
          data: { name: name.text, address: listener.text },
          ...(directive ? {} : { missing: ['server_name'] }),
          related: first ? [{ at: first, message: 'The name that counts is here.' }] : [],
        });
      }
  },
  examples: [
    {
      inside: 'http',
      bad: '    server { listen 8080; server_name a; }\n    server { listen 8080; server_name a; }\n#                                     ^ shadowed',
      good: '    server { listen 8080; server_name a; }\n    server { listen 8081; server_name a; }',
    },
    {
      inside: 'http',
      bad: '    server { listen 8080; }\n    server { listen 8080; }\n#   ^^^^^^ nameless',
      good: '    server { listen 8080; }\n    server { listen 8080; server_name a; }',
    },
  ],
});
