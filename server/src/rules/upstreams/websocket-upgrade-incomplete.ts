/** A WebSocket handshake needs HTTP/1.1, the Upgrade header and a Connection header that names it (RFC 6455 section 4.1). */

import { isForFiles } from '../../answers/what-a-place-is-for.ts';
import { passTargetOf, requestHeader, requestHeaders } from '../../answers/what-is-passed.ts';
import { isNginx, isVersionSaid } from '../../answers/which-build.ts';
import { hasUnknownInclude } from '../../answers/who-may-enter.ts';
import type { Directive } from '../../config/directive.ts';
import { locationOf } from '../../config/locations.ts';
import type { Scope } from '../../config/scope.ts';
import { programCalled } from '../../deploy/websockets.ts';
import { addToList, fixAcross, outside, replace, setLine } from '../fix.ts';
import { defineRule } from '../rule.ts';
import { sharedList } from '../shared.ts';

/** Values of `Connection` that ask for no upgrade. */
const NAMES_NO_UPGRADE = /^(?:keep-alive|close)?$/i;

/** Names that nobody gives to anything but a place for WebSockets, or the libraries that open them. */
const MEANT =
  /(?:^|[/^(|])(?:wss?|websockets?|socket\\?\.io|sockjs|signalr|actioncable|_stcore\/stream|notifications\/hub(?!\/negotiate)|api\/kernels|queue\/join)(?:[/$)|?]|$)/i;

/** The program that a pass leads to, where its name says so. */
function programOf(pass: Directive): string | null {
  const target = passTargetOf(pass);
  if (!target) return null;
  const names = [target.upstream?.name ?? target.host, ...(target.upstream?.servers.map((s) => s.host) ?? [])];
  return names.flatMap((n) => (n && programCalled(n)?.title) || [])[0] ?? null;
}

/** Whether another place of the server hands upgrades on, to whomever. */
const isUpgradedElsewhere = (scope: Scope): boolean =>
  scope.enclosing('server')?.all.some((d) => d.name === 'proxy_pass' && requestHeader(d.scope, 'Upgrade')) ?? true;

export default defineRule({
  id: 'websocket-upgrade-incomplete',
  group: 'upstreams',
  severity: 'warning',
  since: '0.1',
  missing: ['proxy_set_header', 'proxy_http_version'],
  title: 'WebSocket upgrade headers incomplete',
  why: `
\`Upgrade\` and \`Connection\` hold from hop to hop, so nginx drops both unless they are set again, and the upgrade exists in HTTP/1.1 only. All
three belong together: \`proxy_http_version 1.1\` (the default since nginx 1.29.7), \`proxy_set_header Upgrade $http_upgrade\` and
\`proxy_set_header Connection "upgrade"\`. With one missing the application answers 400 or 426. While the version is not set, the rule hints at older ones.

Where the location also takes plain requests, a map makes \`Connection\` depend on what the client asked for.`,
  about: ['proxy_http_version', 'proxy_set_header', '$http_'],
  references: ['https://nginx.org/en/docs/http/websocket.html', 'https://www.rfc-editor.org/rfc/rfc6455#section-4.1'],
  looksAt: { directive: ['proxy_pass'] },
  needs: 'file',
  fixable: 'sometimes',
  fixChanges: ['request-headers', 'request-line', 'timing'],
  messages: {
    connection: 'Upgrade is passed on without a Connection header that names it, so no WebSocket opens. Set Connection to "upgrade".',
    upgrade: 'Connection says "upgrade", and no Upgrade header is passed on, so no WebSocket opens. Set Upgrade to $http_upgrade.',
    condition:
      'WebSocket handshakes are passed on here without Upgrade and Connection, so none opens. Set both, and HTTP/1.1, in the location around the if: proxy_set_header is not allowed inside.',
    named:
      'A WebSocket handshake to {place} arrives without Upgrade and Connection, so none opens. Set proxy_http_version 1.1, Upgrade to $http_upgrade and Connection to "upgrade".',
    program:
      '{program} opens a WebSocket for everything that its pages do, and it arrives here without Upgrade and Connection: the page stays empty. Set proxy_http_version 1.1, Upgrade to $http_upgrade and Connection to "upgrade".',
    older:
      'Before nginx 1.29.7 Upgrade is passed on with HTTP/1.0 here, so no WebSocket opens. Set proxy_http_version 1.1, or say which nginx it is.',
    version: 'Upgrade is passed on with HTTP/1.0, so no WebSocket opens. Set proxy_http_version 1.1.',
  },
  check({ directive, scope, config, deployment, report }) {
    if (directive.fact?.module !== 'ngx_http_proxy_module') return;
    const upgrade = requestHeader(scope, 'Upgrade');
    // of several lines one that names the upgrade is enough
    const connection =
      requestHeaders(scope, 'Connection').find((d) => !NAMES_NO_UPGRADE.test(d.value(1))) ?? requestHeader(scope, 'Connection');
    const place = outside(directive);
    const modern = isNginx(config, '1.29.7');
    const written = scope.value('proxy_http_version')?.value(0);
    /** nothing says HTTP/1.1, and not every nginx that may run this speaks it by itself */
    const bare = written === undefined && !(modern && isVersionSaid(config));
    const say = (message: 'connection' | 'upgrade' | 'version' | 'older', headers: string[]): void => {
      const others = bare ? ['proxy_http_version 1.1;'] : [];
      const lines = [...others, ...headers];
      report(message, {
        at: directive.statement.name,
        ...(message === 'older' ? { severity: 'info' as const } : {}),
        related: [upgrade, connection].flatMap((d) => (d ? [{ at: d.at(), message: 'the header that is passed on' }] : [])),
        fix: fixAcross('Complete the handshake', 'safe', [
          headers.length || bare
            ? { file: place.file, edit: addToList(place, 'proxy_set_header', headers, others) }
            : setLine(place, 'proxy_http_version', '1.1'),
        ]),
        shared: lines.length
          ? sharedList(scope, directive.file.id, 'proxy_set_header', [{ title: 'Complete the handshake', safety: 'safe', lines }])
          : null,
      });
    };
    if (upgrade && upgrade.value(1) === '') return;
    if (upgrade && (!connection || NAMES_NO_UPGRADE.test(connection.value(1)))) {
      if (!connection) say('connection', ['proxy_set_header Connection "upgrade";']);
      // the line is for connections that are kept; where WebSockets are meant it has to name the upgrade
      else
        report('connection', {
          at: connection.at(),
          related: [{ at: directive.nameAt, message: 'passed on here' }],
          fix: {
            title: 'Complete the handshake',
            safety: 'suggestion',
            edits: [{ file: connection.file.id, edits: [replace(connection.args[1]!, '"upgrade"')] }],
          },
        });
      return;
    }
    if (!upgrade && connection && /^upgrade$/i.test(connection.value(1)))
      return say('upgrade', ['proxy_set_header Upgrade $http_upgrade;']);
    const location = locationOf(scope);
    // with the application at hand its own routes say whether one is opened here, with the containers what they run
    const program =
      !upgrade && !deployment.containers.length && location && location.kind !== 'regex' && location.kind !== 'named' && !isForFiles(scope)
        ? programOf(directive)
        : null;
    const isMeant = location !== null && location !== undefined && location.kind !== 'named' && MEANT.test(location.name);
    if (
      !upgrade &&
      (!connection || program !== null) &&
      location &&
      (isMeant || (program !== null && location.kind === 'prefix' && !isUpgradedElsewhere(scope))) &&
      !deployment.applications.length &&
      !hasUnknownInclude(scope)
    )
      return report(isMeant ? 'named' : 'program', {
        at: directive.nameAt,
        data: { place: `"location ${location.directive.values.join(' ')}"`, program: program ?? '' },
        severity: 'info',
        fix: fixAcross('Complete the handshake', 'suggestion', [
          {
            file: place.file,
            edit: addToList(
              place,
              'proxy_set_header',
              ['proxy_set_header Upgrade $http_upgrade;', 'proxy_set_header Connection "upgrade";'],
              bare ? ['proxy_http_version 1.1;'] : [],
            ),
          },
        ]),
      });
    if (!upgrade) {
      // the very condition says what is passed here
      const { opener } = scope;
      if (opener?.name === 'if' && /\$\{?http_upgrade\b/.test(opener.values.join(' ')) && !/^!|!~|!=/.test(opener.values[1] ?? ''))
        report('condition', {
          at: directive.statement.name,
          related: [{ at: opener.at({ start: opener.statement.start, end: opener.args.at(-1)!.end }), message: 'WebSockets only' }],
        });
      return;
    }
    if ((written ?? (modern ? '1.1' : '1.0')) === '1.0') say('version', []);
    else if (bare) say('older', []);
  },
  examples: [
    {
      inside: 'server',
      bad: `location /socket.io/ {
    proxy_pass http://127.0.0.1:3000;
#   ^^^^^^^^^^ named
}`,
      good: `location /socket.io/ {
    proxy_pass http://127.0.0.1:3000;
    proxy_http_version 1.1;
    proxy_set_header Upgrade $http_upgrade;
    proxy_set_header Connection "upgrade";
}`,
    },
    {
      inside: 'server',
      bad: `location / {
    if ($http_upgrade ~* websocket) {
        proxy_pass http://127.0.0.1:8001;
#       ^^^^^^^^^^ condition
    }
    proxy_pass http://127.0.0.1:8000;
}`,
      fixed: false,
    },
    {
      inside: 'server',
      bad: `location /ws/ {
    proxy_pass http://127.0.0.1:8000;
    proxy_http_version 1.1;
    proxy_set_header Upgrade $http_upgrade;
    proxy_set_header Connection keep-alive;
#   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ connection
}`,
      good: `location /ws/ {
    proxy_pass http://127.0.0.1:8000;
    proxy_http_version 1.1;
    proxy_set_header Upgrade $http_upgrade;
    proxy_set_header Connection "upgrade";
}`,
    },
    {
      inside: 'server',
      bad: `location /ws/ {
    proxy_pass http://127.0.0.1:8000;
#   ^^^^^^^^^^ connection
    proxy_set_header Upgrade $http_upgrade;
}`,
      good: `location /ws/ {
    proxy_pass http://127.0.0.1:8000;
    proxy_set_header Upgrade $http_upgrade;
    proxy_http_version 1.1;
    proxy_set_header Connection "upgrade";
}`,
    },
    {
      inside: 'server',
      bad: `location /ws/ {
    proxy_pass http://127.0.0.1:8000;
#   ^^^^^^^^^^ older
    proxy_set_header Upgrade $http_upgrade;
    proxy_set_header Connection "upgrade";
}`,
      good: `location /ws/ {
    proxy_pass http://127.0.0.1:8000;
    proxy_set_header Upgrade $http_upgrade;
    proxy_set_header Connection "upgrade";
    proxy_http_version 1.1;
}`,
    },
    {
      inside: 'server',
      settings: { nginx: '1.22.1' },
      bad: `location /ws/ {
    proxy_pass http://127.0.0.1:8000;
#   ^^^^^^^^^^ version
    proxy_set_header Upgrade $http_upgrade;
    proxy_set_header Connection "upgrade";
}`,
      good: `location /ws/ {
    proxy_pass http://127.0.0.1:8000;
    proxy_set_header Upgrade $http_upgrade;
    proxy_set_header Connection "upgrade";
    proxy_http_version 1.1;
}`,
    },
    {
      inside: 'server',
      bad: `location /ws/ {
    proxy_pass http://127.0.0.1:8000;
#   ^^^^^^^^^^ upgrade
    proxy_set_header Connection upgrade;
}`,
      good: `location /ws/ {
    proxy_pass http://127.0.0.1:8000;
    proxy_set_header Connection upgrade;
    proxy_http_version 1.1;
    proxy_set_header Upgrade $http_upgrade;
}`,
    },
    {
      inside: 'http',
      bad: `upstream streamlit {
    server 127.0.0.1:8501;
}
server {
    location / {
        proxy_pass http://streamlit;
#       ^^^^^^^^^^ program
        proxy_set_header Host $host;
    }
}`,
      fixed: false,
    },
  ],
});
