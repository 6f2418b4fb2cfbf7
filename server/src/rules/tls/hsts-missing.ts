// HTTPS sites that never tell browsers to come back over HTTPS only.

import { isAnsweredFirst } from '../../answers/where-a-line-counts.ts';
import { isAssumed } from '../../answers/where-a-value-comes-from.ts';
import { reachOf } from '../../answers/which-socket.ts';
import { isLocalOnly } from '../../answers/who-may-enter.ts';
import { toBytes } from '../../base/bytes.ts';
import type { Config } from '../../config/config.ts';
import { matchLocation } from '../../config/locations.ts';
import type { Scope } from '../../config/scope.ts';
import { serverOf } from '../../config/servers.ts';
import type { Trace } from '../../trace/trace.ts';
import { isScripted } from '../../witness/follow.ts';
import { proofOf } from '../../witness/requests.ts';
import { spotOf } from '../../witness/spots.ts';
import { fixOf } from '../fix.ts';
import { defineRule } from '../rule.ts';
import { TLS_SERVER } from '../security/_examples.ts';
import { sharedList } from '../shared.ts';
import { addHeaders, isNobody, rejects, setsHeader } from '../tls.ts';

const NAME = 'strict-transport-security';

/** Whether the site's answers tell it: by a line of the server, or in the location that takes the home page. */
function isTold(server: Scope): boolean {
  const inForce = (at: Scope): boolean => setsHeader(at, NAME, false);
  if (inForce(server)) return true;
  if (!setsHeader(server, NAME)) return false;
  // somewhere below: in the location that answers for the site, or anywhere where that one only sends people on
  const home = matchLocation(server, toBytes('/')).location?.scope;
  return !home || setsHeader(home, NAME) || isAnsweredFirst(home) || home.has('rewrite');
}

const LINES = ['add_header Strict-Transport-Security "max-age=63072000" always;'];

/** What a visitor of the site's home page gets over TLS; null where nobody can say. */
function homePage(config: Config, server: Scope): Trace | null {
  const spot = spotOf(config, server);
  const door = spot?.doors.find((d) => d.scheme === 'https');
  if (!spot || !door || spot.unsure) return null;
  const trace = spot.ask({ path: '/' }, { upstream: { status: 200, headers: [] } }, door);
  return trace.outcome.kind === 'unknown' || isScripted(trace) ? null : trace;
}

/** What the lines in force send, where it hangs on something, so that the line alone says nothing. */
const variableOf = (server: Scope): string | undefined =>
  server
    .effective('add_header')
    .directives.find((d) => d.value(0).toLowerCase() === NAME && d.value(1).includes('$'))
    ?.value(1);

const isSent = ({ outcome }: Trace): boolean => outcome.responseHeaders.some(([n, v]) => n.toLowerCase() === NAME && v !== '');

export default defineRule({
  id: 'hsts-missing',
  group: 'tls',
  severity: 'info',
  since: '0.1',
  controls: { cis: ['4.1.8'], owasp: ['14.4.5'] },
  missing: ['add_header'],
  equivalents: ['gixy:hsts_header'],
  title: 'HTTPS site without Strict-Transport-Security',
  why: `A visitor who types a name, or follows an old link, starts in plain HTTP; anyone on the path can answer that request instead of the redirect. With a Strict-Transport-Security header a browser remembers that this host is HTTPS only, and asks no other way.

The rule looks at every server that speaks TLS, with the headers in force there after inheritance, its locations included. An application may send the header itself (Django's \`SECURE_HSTS_SECONDS\`): then suppress the rule there. Servers that refuse connections, and catch-alls without a site's name, are left out.

Start with a small max-age. The header cannot be taken back while browsers remember it.`,
  about: ['add_header'],
  references: ['https://www.rfc-editor.org/rfc/rfc6797'],
  looksAt: { scope: ['server'] },
  needs: 'file',
  ofShape: true,
  costly: true,
  fixable: 'always',
  messages: {
    missing: 'This HTTPS server sends no Strict-Transport-Security. Add it, unless the application sends it.',
  },
  check({ config, scope, report }) {
    const server = serverOf(scope);
    const { opener } = scope;
    if (!server || !opener || !reachOf(server).tls || rejects(scope)) return;
    if (server.names.every((n) => isNobody(n.text)) || isLocalOnly(scope)) return;
    // a line that is lost on the way by inheritance is another rule's, one whose variable is empty here is none
    const told = isTold(scope);
    const value = variableOf(scope);
    if (told && value === undefined) return;
    const shown = config.whole ? homePage(config, scope) : null;
    if (shown ? isSent(shown) || (value !== undefined && isAssumed(shown, config, value)) : told) return;
    report('missing', {
      at: opener.nameAt,
      ...(shown ? { witness: proofOf(shown, `${shown.outcome.status} without Strict-Transport-Security`) } : {}),
      fix: fixOf('Add Strict-Transport-Security', 'suggestion', opener.file, [addHeaders(opener, scope, LINES)]),
      shared: sharedList(scope, opener.file.id, 'add_header', [
        { title: 'Add Strict-Transport-Security', safety: 'suggestion', lines: LINES },
      ]),
    });
  },
  examples: [
    {
      inside: 'http',
      bad: `
map $host $hsts {
    www.example.com "max-age=63072000";
}
  server {
# ^^^^^^ missing
    listen 443 ssl;
    server_name example.com;
    ssl_certificate site.pem;
    ssl_certificate_key site.key;
    add_header Strict-Transport-Security $hsts always;
  }`,
      fixed: false,
    },
    {
      inside: 'http',
      bad: `
  server {
# ^^^^^^ missing
    listen 443 ssl;
    server_name example.com;
    ssl_certificate site.pem;
    ssl_certificate_key site.key;
  }`,
      good: `
  server {
    listen 443 ssl;
    server_name example.com;
    ssl_certificate site.pem;
    ssl_certificate_key site.key;
    add_header Strict-Transport-Security "max-age=63072000" always;
  }`,
    },
    {
      inside: 'http',
      bad: `
add_header X-Frame-Options DENY;
  server {
# ^^^^^^ missing
    listen 443 ssl;
    ssl_certificate site.pem;
    ssl_certificate_key site.key;
  }`,
      fixed: `
add_header X-Frame-Options DENY;
  server {
    listen 443 ssl;
    ssl_certificate site.pem;
    ssl_certificate_key site.key;
    add_header X-Frame-Options DENY;
    add_header Strict-Transport-Security "max-age=63072000" always;
  }`,
    },
    {
      inside: 'http',
      good: `
add_header Strict-Transport-Security "max-age=63072000" always;
server {
    listen 80;
    server_name example.com;
    return 301 https://$host$request_uri;
}
${TLS_SERVER}
server {
    listen 443 ssl default_server;
    ssl_reject_handshake on;
}`,
    },
  ],
});
