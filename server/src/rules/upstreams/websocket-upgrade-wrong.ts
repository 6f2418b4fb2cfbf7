/** WebSocket handshakes that are passed on with other words than a handshake has. Shown by what the application gets. */

import { requestHeader } from '../../answers/what-is-passed.ts';
import { isAssumed } from '../../answers/where-a-value-comes-from.ts';
import { PerPart } from '../../config/asked.ts';
import type { Directive } from '../../config/directive.ts';
import { definitionOf, indexOf } from '../../trace/index.ts';
import type { Trace } from '../../trace/trace.ts';
import { proofOf } from '../../witness/requests.ts';
import { defineRule } from '../rule.ts';

const HANDSHAKE: Trace['request']['headers'] = [
  ['Connection', 'Upgrade'],
  ['Upgrade', 'websocket'],
  ['Sec-WebSocket-Version', '13'],
  ['Sec-WebSocket-Key', 'dGhlIHNhbXBsZSBub25jZQ=='],
];

const sent = (trace: Trace, name: string): string =>
  trace.outcome.upstreamRequest?.headers
    .filter(([n]) => n.toLowerCase() === name)
    .map(([, v]) => v)
    .join(', ') ?? '';

/** Names of places where WebSockets are. */
const MEANT = /ws|sock|live|stream|hub|cable|chat|realtime|notif/i;

/** A dollar sign that begins no variable: nginx does not start with it, and that is told. */
const isBroken = (d: Directive): boolean => /\$(?![\w{])/.test(d.value(1));

/** The line's value as it is in words that a client may choose by a header of its own. */
const isSwitch = (d: Directive): boolean => d.value(1) === '';

/** The two lines of nginx's own guide: what the client says, and the word, or a map that gives it for whatever the client says. */
function isUsual(upgrade: Directive, connection: Directive): boolean {
  if (!/^\$\{?http_upgrade\}?$/.test(upgrade.value(1))) return false;
  const word = connection.value(1);
  if (/^upgrade$/i.test(word)) return true;
  const [, name] = /^\$\{?(\w+)\}?$/.exec(word) ?? [];
  const defined = name === undefined ? undefined : definitionOf(indexOf(connection.scope.config), name);
  if (defined?.by !== 'map' || !/^\$\{?http_upgrade\}?$/.test(defined.directive.value(0))) return false;
  const rows = defined.directive.body?.directives ?? [];
  return (
    rows.every((row) => row.name === 'default' || (row.name === '' && row.values.length === 1)) &&
    rows.some((row) => row.name === 'default' && /^upgrade$/i.test(row.value(0)))
  );
}

/** A map that has the word, for another text than a handshake brings: upgrades are meant. */
function upgradesSome({ scope, values }: Directive): boolean {
  const [, name] = /^\$\{?(\w+)\}?$/.exec(values[1] ?? '') ?? [];
  const defined = name === undefined ? undefined : definitionOf(indexOf(scope.config), name);
  return defined?.by === 'map' && /^\$\{?http_upgrade\}?$/.test(defined.directive.value(0)) && hasRowForSome.of(defined.directive);
}

const hasRowForSome = new PerPart((table: Directive): boolean =>
  (table.body?.directives ?? []).some((row) => /web/i.test(row.name) && /^upgrade$/i.test(row.value(0))),
);

export default defineRule({
  id: 'websocket-upgrade-wrong',
  group: 'upstreams',
  severity: 'warning',
  since: '0.2',
  title: 'WebSocket upgrade headers changed',
  why: `
A handshake needs \`Upgrade: websocket\` and a \`Connection\` that names Upgrade (RFC 6455, section 4.1). A \`Connection\` whose map gives another word, or an \`Upgrade\` that is filled from the variable meant for \`Connection\`, sends something else, and the application answers 400 or 426.

Pass on \`$http_upgrade\` as \`Upgrade\`, and as \`Connection\` the word upgrade, or a map that gives it where \`$http_upgrade\` is not empty.`,
  about: ['proxy_set_header', 'map', '$http_'],
  references: ['https://www.rfc-editor.org/rfc/rfc6455#section-4.1'],
  looksAt: {
    outcome: ['proxy_pass'],
    somewhere: ['proxy_set_header'],
    like: /^upgrade$/i,
    when: ({ scope }) => {
      const upgrade = requestHeader(scope, 'Upgrade');
      const connection = requestHeader(scope, 'Connection');
      return (
        !!upgrade &&
        !!connection &&
        !isSwitch(upgrade) &&
        !isBroken(upgrade) &&
        !isBroken(connection) &&
        !isUsual(upgrade, connection) &&
        scope.value('proxy_http_version')?.value(0) !== '1.0'
      );
    },
  },
  needs: 'config',
  messages: {
    always:
      'Every request arrives as an upgrade to {got}, plain pages and forms too, and the application refuses them. Set Upgrade to $http_upgrade, and Connection to a map of it.',
    upgrade: 'No WebSocket opens: a handshake arrives with "Upgrade: {got}". Set Upgrade to $http_upgrade.',
    connection:
      'No WebSocket opens: a handshake arrives with "Connection: {got}". Set Connection to upgrade, or to a map of $http_upgrade that gives it.',
  },
  check({ spot, report }) {
    const { scope } = spot;
    // a place for everything: whoever opens a page asks for no upgrade
    const plain = spot.location?.name === '/' && spot.location.kind === 'prefix' ? spot.ask({}) : null;
    if (plain?.outcome.kind === 'proxy' && sent(plain, 'upgrade') !== '' && /upgrade/i.test(sent(plain, 'connection')))
      return report('always', {
        at: requestHeader(scope, 'Upgrade')!.at(),
        data: { got: sent(plain, 'upgrade') },
        witness: proofOf(plain, `Upgrade: ${sent(plain, 'upgrade')} arrives at ${plain.outcome.upstreamRequest!.upstream}`),
      });
    const trace = spot.ask({ headers: HANDSHAKE });
    const request = trace.outcome.upstreamRequest;
    if (trace.outcome.kind !== 'proxy' || !request || request.httpVersion === '1.0') return;
    const upgrade = requestHeader(scope, 'Upgrade')!;
    const connection = requestHeader(scope, 'Connection')!;
    // a table in a file that is not seen makes the word
    if (isAssumed(trace, scope.config, `${upgrade.value(1)} ${connection.value(1)}`)) return;
    const got = { upgrade: sent(trace, 'upgrade'), connection: sent(trace, 'connection') };
    if (got.upgrade.toLowerCase() !== 'websocket') {
      // nothing of it is passed on: meant for requests that need no upgrade
      if (got.upgrade === '' || !/upgrade/i.test(got.upgrade + got.connection)) return;
      return report('upgrade', {
        at: upgrade.at(),
        data: { got: got.upgrade },
        witness: proofOf(trace, `Upgrade: ${got.upgrade} arrives at ${request.upstream}`),
      });
    }
    // without a name that says so it may be for requests that are kept alive, with a line that is always written
    if (/^(?:close)?$/i.test(got.connection) && !MEANT.test(spot.location?.name ?? '') && !upgradesSome(connection)) return;
    // a line that says so is the business of websocket-upgrade-incomplete
    if (/^(?:close|keep-alive)?$/i.test(connection.value(1))) return;
    if (got.connection.split(',').some((word) => word.trim().toLowerCase() === 'upgrade')) return;
    report('connection', {
      at: connection.at(),
      data: { got: got.connection || '(none)' },
      related: [{ at: upgrade.at(), message: 'the upgrade is passed on here' }],
      witness: proofOf(trace, `Connection: ${got.connection} arrives at ${request.upstream}`),
    });
  },
  examples: [
    {
      inside: 'server',
      bad: `location / {
    proxy_pass http://127.0.0.1:8000;
    proxy_http_version 1.1;
    proxy_set_header Upgrade websocket;
#   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ always
    proxy_set_header Connection upgrade;
}`,
      good: `location / {
    proxy_pass http://127.0.0.1:8000;
    proxy_http_version 1.1;
    proxy_set_header Upgrade $http_upgrade;
    proxy_set_header Connection upgrade;
}`,
      witness: {
        request: 'GET http://www.example.test/users',
        outcome: 'Upgrade: websocket arrives at 127.0.0.1:8000',
        meant: 'Upgrade and Connection as the client sent them',
      },
    },
    {
      inside: 'http',
      bad: `map $http_upgrade $connecting { default keep-alive; }
server {
    location /ws/ {
        proxy_pass http://127.0.0.1:8000;
        proxy_http_version 1.1;
        proxy_set_header Upgrade $http_upgrade;
        proxy_set_header Connection $connecting;
#       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ connection
    }
}`,
      good: `map $http_upgrade $connecting { default keep-alive; websocket upgrade; }
server {
    location /ws/ {
        proxy_pass http://127.0.0.1:8000;
        proxy_http_version 1.1;
        proxy_set_header Upgrade $http_upgrade;
        proxy_set_header Connection $connecting;
    }
}`,
    },
    {
      inside: 'http',
      bad: `map $http_upgrade $upgrading {
    default upgrade;
    ""      close;
}
server {
    location /ws/ {
        proxy_pass http://127.0.0.1:8000;
        proxy_http_version 1.1;
        proxy_set_header Upgrade $upgrading;
#       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ upgrade
        proxy_set_header Connection $upgrading;
    }
}`,
      good: `map $http_upgrade $upgrading {
    default upgrade;
    ""      close;
}
server {
    location /ws/ {
        proxy_pass http://127.0.0.1:8000;
        proxy_http_version 1.1;
        proxy_set_header Upgrade $http_upgrade;
        proxy_set_header Connection $upgrading;
    }
}`,
    },
    {
      good: `#- nginx.conf
events {}
http {
    include maps/*.conf;
    server {
        location /ws/ {
            proxy_pass http://127.0.0.1:8000;
            proxy_http_version 1.1;
            proxy_set_header Upgrade $http_upgrade;
            proxy_set_header Connection $connection_upgrade;
        }
    }
}
`,
      notOn122: 'the file with the map is not there',
    },
    {
      inside: 'server',
      good: `location /ws/ {
    proxy_pass http://127.0.0.1:8000;
    proxy_http_version 1.1;
    proxy_set_header Upgrade websocket;
    proxy_set_header Connection Upgrade;
}`,
    },
  ],
});
