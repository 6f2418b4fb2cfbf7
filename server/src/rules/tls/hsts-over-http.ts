// Strict-Transport-Security set for plain HTTP, where browsers ignore it, while the HTTPS side may go without.
import { sourcesOf } from '../../answers/where-a-value-comes-from.ts';
import { serverOf, serversOf } from '../../config/servers.ts';
import { variablesIn } from '../../trace/script.ts';
import { fixOf, remove } from '../fix.ts';
import { defineRule } from '../rule.ts';
import { TLS_SERVER } from '../security/_examples.ts';
import { isNobody, reachOf } from '../tls.ts';

/** Whether a server name takes every host of another one: itself, or a wildcard over it. */
function covers(wide: string, name: string): boolean {
  if (wide === name) return true;
  const suffix = wide.startsWith('*.') ? wide.slice(1) : wide.startsWith('.') ? wide : null;
  return suffix !== null && (name.endsWith(suffix) || (wide.startsWith('.') && name === wide.slice(1)));
}

export default defineRule({
  id: 'hsts-over-http',
  group: 'tls',
  severity: 'info',
  since: '0.1',
  title: 'Strict-Transport-Security over plain HTTP',
  why: `A browser ignores Strict-Transport-Security in a response that came without TLS, since anyone could have put it there, and the standard forbids sending it. A line in the port 80 server does nothing; it belongs into the server that answers on 443.

Where another machine terminates TLS, a plain server is right to send the header. The rule therefore speaks up only when this configuration serves the same name over TLS itself.`,
  about: ['add_header'],
  references: ['https://www.rfc-editor.org/rfc/rfc6797#section-7.2'],
  missing: ['listen'],
  looksAt: { directive: ['add_header'] },
  needs: 'config',
  fixable: 'always',
  messages: {
    plain: 'Browsers ignore this header over plain HTTP. Set it in the server that speaks TLS for {name}.',
  },
  check({ config, directive, scope, file, report }) {
    if (directive.value(0).toLowerCase() !== 'strict-transport-security') return;
    const server = serverOf(scope);
    if (!server || reachOf(server).tls || server.listens.some((l) => l.params.includes('proxy_protocol'))) return;
    // a value that hangs on what a proxy says is empty where it does not count
    if (
      variablesIn(directive.value(1)).some((v) =>
        [...sourcesOf(config, v)].some((s) => s.startsWith('http_') || /^(scheme|https)$/.test(s)),
      )
    )
      return;
    const overTls = serversOf(config).filter((s) => s !== server && reachOf(s).tls);
    // a file of headers that both include is right in one of them
    if (config.usesOf(directive.statement, directive.file.id).some((use) => overTls.some((s) => s === serverOf(use.scope)))) return;
    const wide = overTls.flatMap((s) => s.names.map((n) => n.text));
    const name = server.names.map((n) => n.text).find((n) => n && !isNobody(n) && wide.some((w) => covers(w, n)));
    if (name === undefined) return;
    report('plain', {
      at: directive.statement,
      data: { name },
      tag: 'unnecessary',
      fix: fixOf('Remove the header here', 'suggestion', file, [remove(file, directive.statement)]),
    });
  },
  examples: [
    {
      inside: 'http',
      bad: `
server {
    listen 80;
    server_name example.com;
    add_header Strict-Transport-Security "max-age=63072000" always;
#   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ plain
    return 301 https://$host$request_uri;
}
${TLS_SERVER}`,
      good: `
server {
    listen 80;
    server_name example.com;
    return 301 https://$host$request_uri;
}
${TLS_SERVER}`,
    },
    {
      inside: 'http',
      good: `
server {
    listen 80;
    server_name example.com;
    add_header Strict-Transport-Security "max-age=63072000" always;
}`,
    },
  ],
});
