// TLS session tickets under a key that never changes.

import { isNginx, isVersionSaid } from '../../answers/which-build.ts';
import { reachOf, serversUnder, tlsListens } from '../../answers/which-socket.ts';
import { unseenInForce } from '../../config/effective.ts';
import type { Scope } from '../../config/scope.ts';
import { serversOf } from '../../config/servers.ts';
import { fixOf, insertAfter, replace } from '../fix.ts';
import { defineRule } from '../rule.ts';
import { hasUnseenFile, isInPlainServer, isOn, protocolIn, protocolsOf, sharedCache } from '../tls.ts';

/** From here on nginx changes the keys by itself, in the memory of a shared session cache. */
const ROTATES = '1.23.2';
const EXISTS = '1.5.9';

export default defineRule({
  id: 'session-tickets-not-rotated',
  formerly: ['session-tickets'],
  group: 'tls',
  severity: 'info',
  since: '0.1',
  controls: { cis: ['4.1.12'] },
  missing: ['ssl_session_tickets'],
  title: 'TLS session ticket key never rotates',
  why: `A session ticket is the session's secret, encrypted under a key of the server. With a TLS 1.2 ticket, whoever gets that key later can open recorded sessions, which undoes forward secrecy; so the key must change often. nginx makes a random key at its start and, before 1.23.2, keeps it until the next start or reload. From 1.23.2 on it changes the key by itself, but only when the sessions live in a shared \`ssl_session_cache\`.

The rule reports tickets of an nginx before 1.23.2 (when the version is known), and a written \`ssl_session_tickets on\` without a shared cache. Your own keys in \`ssl_session_ticket_key\` are yours to change.`,
  about: ['ssl_session_tickets', 'ssl_session_ticket_key', 'ssl_session_cache'],
  references: ['https://www.rfc-editor.org/rfc/rfc9325#section-3.4'],
  looksAt: [{ directive: ['ssl_session_tickets'] }, { scope: ['server', 'stream-server'] }],
  needs: 'config',
  inForce: true,
  fixable: 'sometimes',
  messages: {
    kept: 'nginx {version} keeps one ticket key until a reload. Turn tickets off, or update to 1.23.2.',
    unshared: 'Without a shared ssl_session_cache the ticket key stays until nginx is reloaded. Add one.',
  },
  check({ config, directive, scope, file, report }) {
    const { nginx } = config.settings.target;
    const rotates = isNginx(config, ROTATES);
    const version = nginx.text;
    // resumption in TLS 1.3 makes a fresh key all the same
    if (protocolsOf(scope).every((p) => p === 'TLSv1.3')) return;
    if (directive?.name === 'ssl_session_tickets') {
      if (directive.value(0).toLowerCase() !== 'on' || scope.value('ssl_session_ticket_key') || isInPlainServer(directive)) return;
      if (!rotates)
        report('kept', {
          at: directive.statement,
          data: { version },
          fix: fixOf('Turn tickets off', 'suggestion', file, [replace(directive.args[0]!, 'off')]),
        });
      else {
        const shared = (at: Scope): boolean => at.value('ssl_session_cache')?.values.some((v) => v.startsWith('shared:')) ?? false;
        const servers = serversUnder(directive).filter((s) => reachOf(s).tls && s.scope.value('ssl_session_tickets') === directive);
        // each server may have a cache of its own
        if (servers.length ? servers.every((s) => shared(s.scope)) : shared(scope)) return;
        if ([scope, ...servers.map((s) => s.scope)].some((at) => unseenInForce(at, 'ssl_session_cache').length)) return;
        const own = scope.named('ssl_session_cache').at(-1);
        const line = `ssl_session_cache ${sharedCache(config, protocolIn(scope))};`;
        report('unshared', {
          at: directive.statement,
          fix:
            own && own.file !== file
              ? null
              : fixOf('Add a shared session cache', 'suggestion', file, [
                  own ? replace(own.statement, line) : insertAfter(file, directive.statement, [line]),
                ]),
        });
      }
      return;
    }
    if ((scope.context !== 'server' && scope.context !== 'stream-server') || rotates || !isNginx(config, EXISTS) || !isVersionSaid(config))
      return;
    const server = serversOf(config, scope.context === 'server' ? 'http' : 'stream').find((s) => s.scope === scope);
    const listen = server && tlsListens(server)[0]?.directive;
    if (
      !listen ||
      hasUnseenFile(scope) ||
      scope.value('ssl_session_tickets') ||
      scope.value('ssl_session_ticket_key') ||
      isOn(scope, 'ssl_reject_handshake')
    )
      return;
    report('kept', {
      at: listen.at(listen.statement),
      data: { version },
      fix: fixOf('Turn tickets off', 'suggestion', listen.file, [insertAfter(listen.file, listen.statement, ['ssl_session_tickets off;'])]),
    });
  },
  examples: [
    {
      inside: 'http',
      settings: { nginx: '1.22.1' },
      bad: `
server {
    listen 443 ssl;
#   ^^^^^^^^^^^^^^^ kept
    ssl_certificate site.pem;
    ssl_certificate_key site.key;
}`,
      good: `
server {
    listen 443 ssl;
    ssl_session_tickets off;
    ssl_certificate site.pem;
    ssl_certificate_key site.key;
}`,
    },
    {
      inside: 'http',
      bad: `
  ssl_session_tickets on;
# ^^^^^^^^^^^^^^^^^^^^^^^ unshared`,
      fixed: `
  ssl_session_tickets on;
  ssl_session_cache shared:TLS:10m;`,
    },
    {
      inside: 'http',
      good: `
server {
    listen 443 ssl;
    ssl_certificate site.pem;
    ssl_certificate_key site.key;
    ssl_session_cache shared:TLS:10m;
    ssl_session_tickets on;
}`,
    },
  ],
});
