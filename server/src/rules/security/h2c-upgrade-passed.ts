/** Upgrades to HTTP/2 without TLS that go through to the application, past the access rules of the server. Shown by what the application gets. */
import { restrictionsOf } from '../../answers/who-may-enter.ts';
import { BLOCKS, PerConfig, PerPart } from '../../config/asked.ts';
import type { Scope } from '../../config/scope.ts';
import type { Server } from '../../config/servers.ts';
import { proofOf } from '../../witness/requests.ts';
import { spotsOfServer } from '../../witness/spots.ts';
import { defineRule } from '../rule.ts';

/** Whether anything in a server is not for everyone. */
const isGuarded = new PerPart((server: Scope): boolean =>
  server.all.some((d) => (d.name === 'location' && d.body && restrictionsOf(d.body).length > 0) || d.name === 'internal'),
);

/** The locations of a server that keep people out. */
const guardedPlaces = new PerConfig(
  (config, server: Server) => spotsOfServer(config, server).filter((spot) => spot.location && restrictionsOf(spot.scope).length),
  BLOCKS,
);

export default defineRule({
  id: 'h2c-upgrade-passed',
  group: 'security',
  severity: 'warning',
  since: '0.2',
  title: 'HTTP/2 upgrade is passed on to the application',
  why: `
With \`proxy_set_header Upgrade $http_upgrade\` and \`Connection $http_connection\` a client may ask the application for an upgrade to HTTP/2 without TLS (\`Upgrade: h2c\`, \`Connection: Upgrade, HTTP2-Settings\`). Where the application agrees, nginx only relays bytes from then on: the client sends further requests for any path on that connection, and the access rules of the configuration are never consulted.

For WebSockets alone, pass the upgrade on for the word websocket only: a \`map $http_upgrade $upgrade { default ""; websocket websocket; }\`, and \`Connection\` from such a map, too.`,
  about: ['proxy_set_header', '$http_', 'map'],
  references: ['https://www.rfc-editor.org/rfc/rfc7540#section-3.2', 'https://cwe.mitre.org/data/definitions/444.html'],
  looksAt: {
    outcome: ['proxy_pass'],
    somewhere: ['proxy_set_header'],
    like: /^upgrade$/i,
    when: ({ scope, server }) =>
      scope.effective('proxy_set_header').directives.some((d) => d.value(0).toLowerCase() === 'upgrade') && isGuarded.of(server.scope),
  },
  needs: 'config',
  messages: {
    passed:
      'A client may switch to HTTP/2 with {upstream} here, and then asks for any path without {restriction} of "location {place}". Pass the upgrade on for websocket only.',
  },
  check({ spot, config, report }) {
    const trace = spot.ask({
      headers: [
        ['Connection', 'Upgrade, HTTP2-Settings'],
        ['Upgrade', 'h2c'],
        ['HTTP2-Settings', 'AAMAAABkAARAAAAAAAIAAAAA'],
      ],
    });
    const sent = trace.outcome.upstreamRequest;
    if (trace.outcome.kind !== 'proxy' || !sent) return;
    const got = (name: string): string => sent.headers.find(([n]) => n.toLowerCase() === name)?.[1] ?? '';
    // who speaks it wants the settings announced (RFC 7540, section 3.2.1)
    if (got('upgrade') !== 'h2c' || !/http2-settings/i.test(got('connection'))) return;
    const guarded = guardedPlaces.of(config, spot.server).find((s) => s !== spot);
    const line = spot.scope.effective('proxy_set_header').directives.find((d) => d.value(0).toLowerCase() === 'upgrade')!;
    const restriction = guarded && restrictionsOf(guarded.scope)[0];
    if (!guarded || !restriction) return;
    report('passed', {
      at: line.at(),
      data: { upstream: sent.upstream, restriction: restriction.name, place: guarded.location!.directive.values.join(' ') },
      related: [{ at: restriction.at(), message: 'not asked then' }],
      witness: proofOf(trace, `Upgrade: h2c arrives at ${sent.upstream}`),
    });
  },
  examples: [
    {
      inside: 'server',
      bad: `location /admin/ { deny all; }
location / {
    proxy_pass http://127.0.0.1:8000;
    proxy_http_version 1.1;
    proxy_set_header Upgrade $http_upgrade;
#   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ passed
    proxy_set_header Connection $http_connection;
}`,
      good: `location /admin/ { deny all; }
location / {
    proxy_pass http://127.0.0.1:8000;
    proxy_http_version 1.1;
    proxy_set_header Upgrade websocket;
    proxy_set_header Connection upgrade;
}`,
      witness: {
        request:
          'GET http://www.example.test/users, Connection: Upgrade, HTTP2-Settings, Upgrade: h2c, HTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA',
        outcome: 'Upgrade: h2c arrives at 127.0.0.1:8000',
        meant: 'no Upgrade header arrives',
      },
    },
  ],
});
