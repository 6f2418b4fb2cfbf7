// Strict-Transport-Security in the answer to a plain request, where browsers ignore it, while the HTTPS side may go without. Shown by that request.
import { toBytes } from '../../base/bytes.ts';
import type { Directive } from '../../config/directive.ts';
import { chooseServer, listenersOf } from '../../config/servers.ts';
import type { Trace } from '../../trace/trace.ts';
import { proofOf, witnessesOf } from '../../witness/requests.ts';
import { requestAt, type Spot } from '../../witness/spots.ts';
import { fixOf, remove } from '../fix.ts';
import { defineRule } from '../rule.ts';
import { TLS_SERVER } from '../security/_examples.ts';

const NAME = 'strict-transport-security';

const headerOf = (trace: Trace): string | null =>
  trace.outcome.responseHeaders.find(([n, value]) => n.toLowerCase() === NAME && value !== '')?.[1] ?? null;

/** What the application sends is its own affair: it answers without headers here. */
const EMPTY = { upstream: { status: 200, headers: [] } } as const;

/** Whether a server name takes a host: itself, or a wildcard over it. */
function covers(wide: string, host: string): boolean {
  if (wide === host) return true;
  const suffix = wide.startsWith('*.') ? wide.slice(1) : wide.startsWith('.') ? wide : null;
  return suffix !== null && (host.endsWith(suffix) || host === suffix.slice(1));
}

/** Requests over plain HTTP to this place for hosts that this configuration also serves over TLS, each with what comes of it. */
function* plainRequests(spot: Spot): Generator<{ readonly host: string; readonly trace: Trace }> {
  for (const door of spot.doors) {
    if (door.scheme !== 'http' || door.name === null || door.listener.proxyProtocol) continue;
    const secure = listenersOf(spot.config)
      .filter((l) => l.ssl && !l.udp)
      .map((l) => chooseServer(l, toBytes(door.host)))
      .find(({ name, server }) => name !== null || server.names.some((n) => covers(n.text, door.host)));
    // the one server of both sides is right to send it
    if (!secure || secure.server === spot.server) continue;
    const request = requestAt(spot.config, door, { path: spot.path ?? '/' });
    yield { host: door.host, trace: witnessesOf(spot.config).ask(request, EMPTY) };
  }
}

/** The line makes the value: literally, or with variables. */
const isSent = (written: string, value: string): boolean => written === value || written.includes('$');

const isSecure = (listen: Directive): boolean => listen.values.includes('ssl') || listen.values.includes('quic');

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
  looksAt: {
    outcome: ['add_header'],
    when: (spot) => spot.directives.some((d) => d.name === 'add_header' && d.value(0).toLowerCase() === NAME),
  },
  needs: 'config',
  inForce: true,
  fixable: 'always',
  messages: {
    plain: 'Browsers ignore this header over plain HTTP. Set it in the server that speaks TLS for {name}.',
  },
  check({ spot, config, report }) {
    const lines = spot.directives.filter((d) => d.name === 'add_header' && d.value(0).toLowerCase() === NAME);
    for (const { host, trace } of plainRequests(spot)) {
      const value = headerOf(trace);
      const line = value === null ? undefined : lines.findLast((d) => isSent(d.value(1), value));
      if (value === null || !line) continue;
      // a file of headers that both sides include is right in one of them
      const uses = config.usesOf(line.statement, line.file.id);
      if (uses.length > 1 && uses.some((use) => use.scope.enclosing('server')?.named('listen').some(isSecure))) continue;
      return report('plain', {
        at: line.statement,
        data: { name: host },
        tag: 'unnecessary',
        fix: fixOf('Remove the header here', 'suggestion', line.file, [remove(line.file, line.statement)]),
        witness: proofOf(trace, `Strict-Transport-Security: ${value}`),
      });
    }
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
      witness: {
        request: 'GET http://example.com/users',
        outcome: 'Strict-Transport-Security: max-age=63072000',
        meant: '`301 https://example.com/users`',
      },
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
