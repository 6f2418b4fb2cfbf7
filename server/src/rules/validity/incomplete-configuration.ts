/** What a configuration or a server must have at least: an events block, a listen, a handler, a protocol; and enough connections for its sockets. */

import { isNginx } from '../../answers/which-build.ts';
import { basename } from '../../base/file-id.ts';
import type { Config } from '../../config/config.ts';
import type { Directive } from '../../config/directive.ts';
import { everywhere } from '../../config/pieces.ts';
import type { Scope } from '../../config/scope.ts';
import { listenersOf, type Server, serversOf } from '../../config/servers.ts';
import { fixOf, insertFirst, remove } from '../fix.ts';
import { defineRule } from '../rule.ts';
import { factFor } from './_known.ts';
import { soundFact } from './_sound.ts';
import { causesIn } from './_structure.ts';

/** Directives that answer connections in stream: js_access, js_preread and js_filter only look at them (ngx_stream_js_module sets no handler). */
const HANDLERS = ['proxy_pass', 'return', 'pass', 'content_by_lua_block', 'content_by_lua_file', 'content_by_lua'];
const IMPLIED: ReadonlySet<number> = new Set([110, 143, 25, 587, 993, 995, 465]);

/** What Heroku's buildpack for PHP includes, by the name of its own file: the main file that it writes has the events. */
const OF_HEROKU = /^heroku\.conf(?:\.php)?$/;

/** Sockets that nginx opens: a wildcard takes the other addresses of its port in, unless they bind on their own. */
function socketCount(config: Config): number {
  let count = 0;
  for (const protocol of ['http', 'stream', 'mail'] as const) {
    const ports = new Map<string, { wild: boolean; addresses: number; bound: number }>();
    for (const l of listenersOf(config, protocol)) {
      if (l.kind === 'unix') {
        count++;
        continue;
      }
      const key = `${l.kind} ${l.port} ${l.udp}`;
      const port = ports.get(key) ?? { wild: false, addresses: 0, bound: 0 };
      ports.set(key, port);
      port.addresses++;
      port.wild ||= l.wildcard;
      if (
        !l.wildcard &&
        l.listens.some((x) =>
          x.params.some(
            (p) =>
              p === 'bind' ||
              /^(backlog|rcvbuf|sndbuf|so_keepalive|fastopen|setfib|accept_filter|ipv6only)=|^(deferred|reuseport)$/.test(p),
          ),
        )
      )
        port.bound++;
    }
    for (const p of ports.values()) count += p.wild ? 1 + p.bound : p.addresses;
  }
  return count;
}

export default defineRule({
  id: 'incomplete-configuration',
  group: 'validity',
  severity: 'error',
  since: '0.1',
  missing: true,
  title: 'Required directive missing',
  why: `
Every configuration has an \`events\` block, even an empty one. A server of stream or mail has a \`listen\`, one of mail a protocol (given, or
implied by a well-known port) and an \`auth_http\`, one of stream something that answers (before 1.27.1). There must be more
\`worker_connections\` than listening sockets.`,
  about: ['events', 'listen', 'protocol', 'auth_http', 'worker_connections'],
  looksAt: { config: true },
  needs: 'config',
  fixable: 'sometimes',
  messages: {
    events: 'No "events" section in configuration. Add one; it may be empty.',
    listen: 'No "listen" is defined for server. Add one.',
    handler: 'No handler for server: nothing answers its connections. nginx 1.27.1 and later take that. Add proxy_pass or return.',
    protocol: 'Unknown mail protocol for server: port {port} implies none. Add "protocol".',
    auth: 'No "auth_http" is defined for server. Add it here or in the mail block.',
    connections: '{count} worker_connections are not enough for {sockets} listening sockets. There must be more.',
    masks: '{masks} masks for {processes} worker processes: nginx warns and uses the last one for those that are left. Give one for each.',
    loaded: 'Module "{name}" is already loaded. Remove this line.',
    late: '"load_module" directive is specified too late. Move it above "{name}".',
  },
  check({ config, file, report }) {
    if (config.kind !== 'root') return;
    const { main } = config;
    const incomplete = [...config.tree.includes.values()].some((i) => i.problem !== null);
    const broken = causesIn(config, file).length > 0;
    // an events block in the wrong place, or one that is misspelt, is said there
    const misplaced = everywhere(config, 'events').length > 0 || main.directives.some((d) => d.statement.open && !factFor(d));
    if (!misplaced && !incomplete && !broken && !OF_HEROKU.test(basename(file.id))) {
      const first = main.directives.find((d) => d.file === file) ?? null;
      const span = first
        ? { start: first.statement.name.start, end: first.statement.name.end }
        : { start: 0, end: Math.min(1, file.text.length) };
      // under another name it may be a part of a main file that has one, where nobody says that nginx starts with it
      const part = !/nginx/i.test(basename(file.id)) && !config.tree.startedBy && !config.settings.pathMap.some(({ to }) => to === file.id);
      report('events', {
        at: { file: file.id, span },
        ...(part ? { severity: 'warning' as const } : {}),
        fix: fixOf('Add an events block', 'suggestion', file, [insertFirst(file, null, ['events { }'])]),
      });
    }
    const loaded = new Map<string, Directive>();
    for (const d of main.named('load_module')) {
      const name = /([^/]+)\.so$/.exec(d.value(0))?.[1];
      const before = name === undefined ? undefined : loaded.get(name);
      if (name === undefined) continue;
      if (before)
        report('loaded', {
          at: d.at(d.args[0]),
          data: { name },
          related: [{ at: before.nameAt, message: 'It is loaded here.' }],
          fix: fixOf('Remove this line', 'safe', d.file, [remove(d.file, d.statement)]),
        });
      else loaded.set(name, d);
    }
    const modules = main.directives.find((d) => ['events', 'http', 'stream', 'mail', 'thread_pool'].includes(d.name));
    if (modules) {
      const order = main.directives.indexOf(modules);
      for (const d of main.directives.slice(order))
        if (d.name === 'load_module')
          report('late', {
            at: d.nameAt,
            data: { name: modules.name },
            related: [{ at: modules.nameAt, message: 'Modules are counted from here on.' }],
          });
    }
    for (const server of serversOf(config, 'stream'))
      streamServer(server, config, (message, at) => report(message, { at: at.nameAt, related: closing(at) }));
    for (const server of serversOf(config, 'mail')) {
      const { opener } = server.scope;
      if (opener?.name !== 'server' || !factFor(opener)) continue;
      const listen = server.listens[0];
      if (!listen) {
        if (lacksListen(server.scope)) report('listen', { at: opener.nameAt });
        continue;
      }
      const protocol = server.scope.has('protocol');
      const ports = server.listens.flatMap((l) => l.addresses.map((a) => a.port));
      if (!protocol && !ports.some((p) => IMPLIED.has(p))) report('protocol', { at: opener.nameAt, data: { port: ports[0] ?? 0 } });
      else if (!server.scope.value('auth_http')) report('auth', { at: opener.nameAt });
    }
    const affinity = main.value('worker_cpu_affinity');
    const processes = Number(main.value('worker_processes')?.value(0) ?? 1);
    if (
      affinity &&
      soundFact(affinity) &&
      affinity.value(0) !== 'auto' &&
      affinity.args.length > 1 &&
      Number.isInteger(processes) &&
      affinity.args.length !== processes
    )
      report('masks', { at: affinity.nameAt, data: { masks: affinity.args.length, processes }, severity: 'warning' });
    const line = main.first('events')?.body?.first('worker_connections');
    const count = line && soundFact(line) && /^\d+$/.test(line.value(0)) ? Number(line.value(0)) : null;
    if (line && count !== null) {
      const sockets = socketCount(config);
      if (count < sockets + 1) report('connections', { at: line.at(line.args[0]), data: { count, sockets } });
    }
  },
  examples: [
    { inside: 'main', bad: '    http {\n#   ^^^^ events\n    }', good: 'events { }\n    http {\n    }' },
    { inside: 'stream', bad: '    server { return x; }\n#   ^^^^^^ listen', good: '    server { listen 127.0.0.1:9000; return x; }' },
    {
      inside: 'mail',
      bad: '    server { listen 127.0.0.1:9011; auth_http 127.0.0.1/a; }\n#   ^^^^^^ protocol',
      good: '    server { listen 127.0.0.1:9011; protocol imap; auth_http 127.0.0.1/a; }',
    },
    {
      inside: 'mail',
      bad: '    server { listen 127.0.0.1:9011; protocol imap; }\n#   ^^^^^^ auth',
      good: '    server { listen 127.0.0.1:143; auth_http 127.0.0.1/a; }',
    },
    {
      inside: 'stream',
      settings: { nginx: '1.22.1' },
      bad: '    server { listen 127.0.0.1:9000; }\n#   ^^^^^^ handler',
      good: '    server { listen 127.0.0.1:9000; return x; }',
    },
    {
      inside: 'main',
      bad: 'events { worker_connections 1; }\n#                           ^ connections\nhttp { server { listen 127.0.0.1:9101; } }',
      good: 'events { worker_connections 64; }\nhttp { server { listen 127.0.0.1:9101; } }',
    },
  ],
});

/** A directive that nobody knows may be a misspelt `listen`. */
const lacksListen = (scope: Scope): boolean => !scope.has('listen') && scope.directives.every((d) => factFor(d) !== null);

const closing = (d: Directive) => (d.statement.close ? [{ at: d.at(d.statement.close), message: 'nginx -t reports this line.' }] : []);

function streamServer(server: Server, config: Config, say: (message: 'listen' | 'handler', at: Directive) => void): void {
  const { scope } = server;
  const { opener } = scope;
  if (opener?.name !== 'server' || !factFor(opener)) return;
  if (!scope.has('listen')) {
    if (lacksListen(scope)) say('listen', opener);
  } else if (!isNginx(config, '1.27.1') && !scope.directives.some((d) => HANDLERS.includes(d.name) || !factFor(d))) say('handler', opener);
}
