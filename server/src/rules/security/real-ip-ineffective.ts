/** Lines that should put the client's address in place of a proxy's, and do not: nobody is trusted, or the address never comes. */
import { serversUnder } from '../../answers/which-socket.ts';
import type { Config } from '../../config/config.ts';
import type { Directive } from '../../config/directive.ts';
import { unseenInForce } from '../../config/effective.ts';
import { namesOf } from '../../config/names.ts';
import type { Scope } from '../../config/scope.ts';
import { type Server, serversOf } from '../../config/servers.ts';
import { defineRule } from '../rule.ts';

/** What only the PROXY protocol fills. */
const OF_THE_PROTOCOL = /\$\{?(proxy_protocol_(?:addr|port|server_addr|server_port))\b/;

const isIn = (scope: Scope, outer: Scope): boolean => {
  for (let at: Scope | null = scope; at; at = at.parent) if (at === outer) return true;
  return false;
};

/** The servers that the line is in force for. */
const serversFor = (directive: Directive): Server[] =>
  serversOf(directive.scope.config).filter(
    (s) => isIn(directive.scope, s.scope) || (isIn(s.scope, directive.scope) && s.scope.value(directive.name) === directive),
  );

/** Someone is trusted somewhere that the line is in force. */
const isTrusting = (directive: Directive, servers: readonly Server[]): boolean =>
  directive.scope.effective('set_real_ip_from').directives.length > 0 ||
  directive.scope.all.some((d) => d.name === 'set_real_ip_from') ||
  servers.some(
    (s) => s.scope.effective('set_real_ip_from').directives.length > 0 || s.scope.all.some((d) => d.name === 'set_real_ip_from'),
  );

/** Every connection to the servers comes by a socket of the file system, which no address is. */
const comesBySocket = (servers: readonly Server[]): boolean =>
  servers.every((s) => s.listens.length > 0 && s.listens.every((l) => l.directive?.value(0).startsWith('unix:')));

/** The lines that say whom the servers trust. */
function trustedBy(servers: readonly Server[]): readonly Directive[] {
  return servers.flatMap((s) => [
    ...s.scope.effective('set_real_ip_from').directives,
    ...s.scope.all.filter((d) => d.name === 'set_real_ip_from'),
  ]);
}

/** Some line takes the address out of the PROXY protocol. */
const isReadSomewhere = (config: Config): boolean =>
  ['proxy_protocol_addr', 'proxy_protocol_port'].some((v) => namesOf(config).references('variable', v, 'http').length > 0);

/** Networks of Cloudflare, as its published list has them. */
const OF_CLOUDFLARE =
  /^(?:173\.245\.48\.0\/20|103\.21\.244\.0\/22|103\.22\.200\.0\/22|103\.31\.4\.0\/22|141\.101\.64\.0\/18|108\.162\.192\.0\/18|190\.93\.240\.0\/20|188\.114\.96\.0\/20|197\.234\.240\.0\/22|198\.41\.128\.0\/17|162\.158\.0\.0\/15|172\.64\.0\.0\/13|131\.0\.72\.0\/22)$/;
const isOfCloudflare = (text: string): boolean => OF_CLOUDFLARE.test(text);

export default defineRule({
  id: 'real-ip-ineffective',
  group: 'security',
  severity: 'warning',
  since: '0.2',
  missing: ['set_real_ip_from', 'real_ip_header', 'listen'],
  title: 'real_ip_header without effect',
  why: `
\`real_ip_header\` counts only for connections from an address that \`set_real_ip_from\` trusts. Without one, with a network written as a single address, or with \`proxy_protocol\` on a listener that does not read it, \`$remote_addr\` stays the address of the proxy: lists, limits and logs are about the proxy and not about clients.

Without \`real_ip_header\` the address is taken from \`X-Real-IP\`. Cloudflare sends \`CF-Connecting-IP\` and \`X-Forwarded-For\`, so that naming its networks alone changes nothing, or takes what a client has written.

The PROXY protocol is read where \`listen\` has the parameter \`proxy_protocol\`.`,
  about: ['real_ip_header', 'set_real_ip_from', 'listen'],
  references: ['https://nginx.org/en/docs/http/ngx_http_realip_module.html'],
  looksAt: [
    { directive: ['real_ip_header', 'set_real_ip_from', 'listen', 'proxy_protocol'] },
    { directive: ['proxy_set_header', 'uwsgi_param', 'fastcgi_param'], where: ({ values }) => values.some((v) => OF_THE_PROTOCOL.test(v)) },
  ],
  needs: 'config',
  messages: {
    unused:
      'The address of the client comes with the PROXY protocol here, and nothing takes it: $remote_addr is the proxy for logs, lists and the application. Add "real_ip_header proxy_protocol" and set_real_ip_from.',
    empty: '{variable} is always empty: no listen of {server} has the parameter proxy_protocol. Add it, or use $remote_addr.',
    stream:
      'set_real_ip_from has no effect: no listen of {server} has the parameter proxy_protocol, and stream knows no other source. Add it where the proxy speaks the protocol.',
    protocol:
      'real_ip_header proxy_protocol has no effect: no listen of {server} has the parameter proxy_protocol. Add it where the proxy speaks the protocol.',
    socket:
      'real_ip_header has no effect: connections come by {socket}, and set_real_ip_from trusts addresses only. Add "set_real_ip_from unix:".',
    handed:
      'The PROXY line that goes out names the proxy that this connection came from, not the client: what came in with proxy_protocol counts only for whom set_real_ip_from trusts. Add it with the addresses of that proxy.',
    nobody: 'real_ip_header has no effect: no set_real_ip_from says which proxy to trust. Name the addresses of the proxy.',
    unread:
      'Cloudflare is trusted here, and its header is not read: without real_ip_header nginx takes X-Real-IP, which Cloudflare does not set. Add "real_ip_header CF-Connecting-IP".',
    network:
      '{text} is a single address, the address of a network, and no host has it: no proxy is trusted. Write the mask of the network, such as {network}.',
  },
  check({ directive, config, report }) {
    if (!config.whole) return;
    if (directive.scope.context.startsWith('stream')) return inStream();
    if (directive.name === 'listen') return listen();
    const text = directive.value(0);
    if (directive.name === 'set_real_ip_from') {
      const m = /^(\d+\.\d+\.\d+)\.0(?:\/32)?$/.exec(text);
      if (isOfCloudflare(text)) cloudflare();
      if (m) report('network', { at: directive.args[0]!, severity: 'info', data: { text, network: `${m[1]}.0/24` } });
      return;
    }
    if (directive.name !== 'real_ip_header') {
      const variable = directive.values.map((v) => OF_THE_PROTOCOL.exec(v)?.[1]).find(Boolean);
      if (!variable) return;
      const within = serversOf(config).filter((s) => isIn(directive.scope, s.scope) || isIn(s.scope, directive.scope));
      if (within.some((s) => unseenInForce(s.scope, 'listen').length)) return;
      if (within.length && !within.some((s) => s.listens.some((l) => l.params.includes('proxy_protocol'))))
        report('empty', {
          at: directive.at(),
          data: { variable: `$${variable}`, server: within.length === 1 ? 'the server' : 'the servers' },
        });
      return;
    }
    const servers = serversFor(directive);
    if (!servers.length || servers.some((s) => ['listen', 'set_real_ip_from'].some((name) => unseenInForce(s.scope, name).length))) return;
    const reads = servers.some((s) => s.listens.some((l) => l.params.includes('proxy_protocol')));
    if (text === 'proxy_protocol' && !reads)
      return report('protocol', {
        at: directive.at(),
        data: { server: servers.length === 1 ? 'the server' : 'the servers' },
        related: servers
          .slice(0, 4)
          .flatMap((s) => s.listens.flatMap((l) => (l.directive ? [{ at: l.directive.at(), message: 'reads no PROXY protocol' }] : []))),
      });
    if (!isTrusting(directive, servers)) {
      report('nobody', { at: directive.at(), severity: 'info' });
      return;
    }
    const trusted = trustedBy(servers);
    // unix: is the only word that trusts a socket (ngx_cidr_match)
    if (comesBySocket(servers) && trusted.every((d) => /^[\d.:a-f]+(?:\/\d+)?$/i.test(d.value(0))))
      report('socket', { at: directive.at(), data: { socket: servers[0]!.listens[0]!.directive!.value(0) } });

    /** Cloudflare is trusted, and the header that is read by default is none of its own: it is told once for a configuration. */
    function cloudflare(): void {
      const all = config.main.all.filter((d) => d.name === 'set_real_ip_from' && isOfCloudflare(d.value(0)));
      if (all[0] !== directive) return;
      const servers = serversOf(config).filter((s) => s.scope.effective('set_real_ip_from').directives.includes(directive));
      const reads = (s: Server): boolean =>
        s.scope.value('real_ip_header') !== undefined ||
        s.scope.all.some((d) => d.name === 'real_ip_header') ||
        unseenInForce(s.scope, 'real_ip_header').length > 0;
      if (!servers.length || servers.some(reads)) return;
      report('unread', { at: directive.nameAt });
    }

    /** In stream the address comes with the PROXY protocol or not at all (ngx_stream_realip_handler): there are no headers. */
    function inStream(): void {
      if (directive.name === 'proxy_protocol') handedOn();
      if (directive.name !== 'set_real_ip_from') return;
      const servers = serversUnder(directive).filter((s) => s.scope.effective('set_real_ip_from').directives.includes(directive));
      if (!servers.length || servers.some((s) => unseenInForce(s.scope, 'listen').length)) return;
      if (servers.some((s) => s.listens.some((l) => l.params.includes('proxy_protocol')))) return;
      report('stream', { at: directive.at(), data: { server: servers.length === 1 ? 'the server' : 'the servers' } });
    }

    /** What goes out is made of the address that the connection has (ngx_proxy_protocol_write), which only realip replaces. */
    function handedOn(): void {
      if (directive.value(0) !== 'on') return;
      const servers = serversUnder(directive).filter((s) => s.scope.value('proxy_protocol') === directive);
      if (!servers.length || servers.some((s) => ['listen', 'set_real_ip_from'].some((name) => unseenInForce(s.scope, name).length)))
        return;
      const lost = servers.filter(
        (s) => s.listens.some((l) => l.params.includes('proxy_protocol')) && !s.scope.effective('set_real_ip_from').directives.length,
      );
      if (lost.length === servers.length) report('handed', { at: directive.at() });
    }

    /** The PROXY protocol is read, and nothing of it is used. */
    function listen(): void {
      const { scope } = directive;
      if (!directive.values.includes('proxy_protocol') || scope.context !== 'server') return;
      // another proxy may say it once more by a header, or the application may be told from the variable itself
      if (scope.effective('real_ip_header').directives.length > 0 || isReadSomewhere(config)) return;
      if (unseenInForce(scope, 'real_ip_header').length) return;
      if (scope.all.some((d) => d.name === 'include' && !config.tree.includes.get(d.statement)?.files.length)) return;
      const about = scope.all.find(
        (d) =>
          (d.name === 'allow' && d.value(0) !== 'all') ||
          (/^(?:proxy_set_header|[a-z]+_param)$/.test(d.name) && /\$\{?(?:remote_addr|proxy_add_x_forwarded_for)\b/.test(d.value(1))),
      );
      if (about) report('unused', { at: directive.at(), related: [{ at: about.at(), message: 'about the address of the proxy' }] });
    }
  },
  examples: [
    {
      inside: 'stream',
      bad: `server {
    listen 5432;
    set_real_ip_from 10.0.0.0/8;
#   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^ stream
    allow 192.0.2.0/24;
    deny all;
    proxy_pass 192.0.2.9:5432;
}`,
      good: `server {
    listen 5432 proxy_protocol;
    set_real_ip_from 10.0.0.0/8;
    allow 192.0.2.0/24;
    deny all;
    proxy_pass 192.0.2.9:5432;
}`,
    },
    {
      inside: 'server',
      bad: `    listen 80 proxy_protocol;
#   ^^^^^^^^^^^^^^^^^^^^^^^^^ unused
location / {
    proxy_set_header X-Real-IP $remote_addr;
    proxy_pass http://127.0.0.1:8000;
}`,
      good: `listen 80 proxy_protocol;
set_real_ip_from 10.0.0.0/8;
real_ip_header proxy_protocol;
location / {
    proxy_set_header X-Real-IP $remote_addr;
    proxy_pass http://127.0.0.1:8000;
}`,
    },
    {
      inside: 'server',
      bad: `listen 80;
location / {
    proxy_set_header X-Forwarded-For $proxy_protocol_addr;
#   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ empty
    proxy_pass http://127.0.0.1:8000;
}`,
      good: `listen 80 proxy_protocol;
location / {
    proxy_set_header X-Forwarded-For $proxy_protocol_addr;
    proxy_pass http://127.0.0.1:8000;
}`,
    },
    {
      inside: 'http',
      bad: `
  set_real_ip_from 10.0.0.0/8;
  real_ip_header proxy_protocol;
# ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ protocol
  server { listen 80; }`,
      good: `set_real_ip_from 10.0.0.0/8;
real_ip_header proxy_protocol;
server { listen 80 proxy_protocol; }`,
    },
    {
      inside: 'server',
      bad: `
  real_ip_header X-Real-IP;
# ^^^^^^^^^^^^^^^^^^^^^^^^^ nobody`,
      good: `
  real_ip_header X-Real-IP;
  set_real_ip_from 10.0.0.7;`,
    },
    {
      inside: 'server',
      bad: `set_real_ip_from 172.20.0.0/32;
#                ^^^^^^^^^^^^^ network`,
      good: 'set_real_ip_from 172.20.0.0/16;',
    },
    {
      inside: 'http',
      bad: `
  server {
    listen unix:/run/inner.sock proxy_protocol;
    set_real_ip_from 0.0.0.0/0;
    real_ip_header proxy_protocol;
#   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ socket
  }`,
      good: `server {
    listen unix:/run/inner.sock proxy_protocol;
    set_real_ip_from unix:;
    real_ip_header proxy_protocol;
}`,
      notOn122: 'the folder of the socket is not there',
    },
    {
      inside: 'stream',
      bad: `server {
    listen 5432 proxy_protocol;
    proxy_protocol on;
#   ^^^^^^^^^^^^^^^^^^ handed
    proxy_pass 192.0.2.9:5432;
}`,
      good: `server {
    listen 5432 proxy_protocol;
    set_real_ip_from 10.0.0.0/8;
    proxy_protocol on;
    proxy_pass 192.0.2.9:5432;
}`,
    },
  ],
});
