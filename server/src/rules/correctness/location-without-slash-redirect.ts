/** The 301 from `/app` to `/app/` that nginx makes by itself, with an address that clients behind another proxy do not reach. */

import { toBytes } from '../../base/bytes.ts';
import { locationOf, matchLocation } from '../../config/locations.ts';
import { serverOf } from '../../config/servers.ts';
import { fixAcross, fixOf, insertFirst, setLine } from '../fix.ts';
import { defineRule } from '../rule.ts';
import { isOn } from '../tls.ts';

export default defineRule({
  id: 'location-without-slash-redirect',
  group: 'correctness',
  severity: 'hint',
  since: '0.1',
  missing: ['location', 'absolute_redirect', 'port_in_redirect'],
  title: 'Redirect to the slash form uses the wrong port or scheme',
  why: `
With \`location /app/\` and a pass directive in it, nginx answers \`/app\` with a redirect to \`/app/\`. It writes scheme, host and port of its own socket into it. Behind another proxy, in a container with a mapped port, or behind a TLS terminator, the client is sent to a port or scheme that it cannot reach.

\`absolute_redirect off\` omits scheme, host and port.`,
  about: ['absolute_redirect', 'port_in_redirect', 'location'],
  looksAt: { directive: ['location'], where: ({ values }) => /.\/$/.test(values.at(-1) ?? '') },
  needs: 'config',
  ofShape: true,
  fixable: 'always',
  messages: { absolute: '{path} is redirected to {address}{path}/, an address of this socket. Set absolute_redirect off.' },
  check({ directive, scope, report }) {
    const server = scope.enclosing('server');
    if (!server) return;
    const location = directive.body && locationOf(directive.body);
    if (!location?.autoRedirect || location.kind !== 'prefix' || location.name === '/') return;
    const path = location.name.slice(0, -1);
    if (matchLocation(server, toBytes(path)).how !== 'slash-redirect' || !isOn(scope, 'absolute_redirect', true)) return;
    const addresses = serverOf(scope)?.listens.flatMap((l) => (l.directive ? l.addresses : [])) ?? [];
    const inner = addresses.filter((a) => a.kind === 'unix' || (a.port !== 80 && a.port !== 443));
    if (!addresses.length || inner.length !== addresses.length || !isOn(scope, 'port_in_redirect', true)) return;
    const port = inner[0]!.kind === 'unix' ? '' : `:${inner[0]!.port}`;
    const scheme = serverOf(scope)!.listens.every((l) => !l.directive || l.params.includes('ssl')) ? 'https' : 'http';
    const opener = server.opener;
    if (!opener) return;
    // the line in force, which may be one of a location around this one
    const line = scope.value('absolute_redirect');
    report('absolute', {
      at: directive.at(directive.args.at(-1)!),
      data: { path, address: `${scheme}://…${port}` },
      fix: line
        ? fixAcross('Set absolute_redirect off', 'suggestion', [setLine(line, 'absolute_redirect', 'off')])
        : fixOf('Set absolute_redirect off', 'suggestion', opener.file, [
            insertFirst(opener.file, opener.statement, ['absolute_redirect off;']),
          ]),
    });
  },
  examples: [
    {
      inside: 'http',
      bad: `server {
    listen 8080;
    location /app/ { proxy_pass http://127.0.0.1:8000; }
#            ^^^^^ absolute
}`,
      good: `server {
    absolute_redirect off;
    listen 8080;
    location /app/ { proxy_pass http://127.0.0.1:8000; }
}`,
    },
    {
      inside: 'http',
      bad: `server {
    listen 8080;
    absolute_redirect off;
    location / {
        absolute_redirect on;
        location /app/ { proxy_pass http://127.0.0.1:8000; }
#                ^^^^^ absolute
    }
}`,
      fixed: `server {
    listen 8080;
    absolute_redirect off;
    location / {
        absolute_redirect off;
        location /app/ { proxy_pass http://127.0.0.1:8000; }
    }
}`,
      good: `server {
    listen 8080;
    location / {
        absolute_redirect off;
        location /app/ { proxy_pass http://127.0.0.1:8000; }
    }
}`,
    },
    { inside: 'http', good: 'server {\n    listen 80;\n    location /app/ { proxy_pass http://127.0.0.1:8000; }\n}' },
  ],
});
