/** A server that turns TLS handshakes away still gets requests: over an HTTP/2 connection that was opened for another name. */
import { Visitor } from '../../answers/visitor.ts';
import { entryOf } from '../../answers/who-may-enter.ts';
import { toBytes } from '../../base/bytes.ts';
import { matchLocation } from '../../config/locations.ts';
import { listenersOf } from '../../config/servers.ts';
import { fixOf, insertInto } from '../fix.ts';
import { defineRule } from '../rule.ts';
import { isOn } from '../tls.ts';

export default defineRule({
  id: 'misdirected-request-accepted',
  formerly: ['misdirected-request'],
  group: 'security',
  severity: 'hint',
  since: '0.1',
  missing: ['return', 'deny', 'rewrite', 'location'],
  equivalents: ['gixy:http2_misdirected_request'],
  title: 'Rejecting server does not answer 421',
  why: `
\`ssl_reject_handshake on\` ends handshakes for names that nobody serves. But a browser with an HTTP/2 connection to one name sends requests for other names over it when the certificate covers them. Such a request reaches the default server without a handshake of its own. 421 tells the browser to open a new connection; without it the server answers from its default root.`,
  about: ['ssl_reject_handshake', 'http2', 'return'],
  references: ['https://www.rfc-editor.org/rfc/rfc9110#section-15.5.20'],
  looksAt: { config: true },
  needs: 'file',
  fixable: 'sometimes',
  messages: { misdirected: 'Requests over reused HTTP/2 connections bypass ssl_reject_handshake. Answer them with "return 421;".' },
  check({ config, report }) {
    const seen = new Set<object>();
    for (const listener of listenersOf(config)) {
      const { scope } = listener.defaultServer;
      const { opener } = scope;
      if (!opener || seen.has(scope) || !(listener.ssl || listener.quic) || !isOn(scope, 'ssl_reject_handshake')) continue;
      if (!listener.http2 && !listener.quic && !listener.servers.some((s) => isOn(s.scope, 'http2'))) continue;
      const at = matchLocation(scope, toBytes('/no-such-page')).location?.scope ?? scope;
      if (entryOf(at) !== 'everybody' || new Visitor(at).rewrites().by) continue;
      seen.add(scope);
      report('misdirected', {
        at: scope.value('ssl_reject_handshake')!.at(),
        fix: fixOf('Answer 421', 'suggestion', opener.file, [
          insertInto(opener, ['return 421;'], (name) => name === 'ssl_reject_handshake'),
        ]),
      });
    }
  },
  examples: [
    {
      inside: 'http',
      bad: `server {
    listen 443 ssl http2 default_server;
    ssl_reject_handshake on;
#   ^^^^^^^^^^^^^^^^^^^^^^^^ misdirected
}`,
      good: `server {
    listen 443 ssl http2 default_server;
    ssl_reject_handshake on;
    return 421;
}`,
    },
    { inside: 'http', good: 'server {\n    listen 443 ssl default_server;\n    ssl_reject_handshake on;\n}' },
  ],
});
