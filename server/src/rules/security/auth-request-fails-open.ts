/** auth_request whose refusal ends in an error page that gives out what was to be protected. Shown by a stranger's request. */
import { headersSent } from '../../answers/what-is-passed.ts';
import { toBytes } from '../../base/bytes.ts';
import type { Directive } from '../../config/directive.ts';
import { matchLocation } from '../../config/locations.ts';
import type { Scope } from '../../config/scope.ts';
import { PASS_DIRECTIVES } from '../../config/upstreams.ts';
import type { Trace } from '../../trace/trace.ts';
import { isBackend, isGivenOut } from '../../witness/access.ts';
import { keysTo } from '../../witness/guards.ts';
import { outcomeText, proofOf } from '../../witness/requests.ts';
import { directiveAt } from '../../witness/spots.ts';
import { defineRule } from '../rule.ts';
import { isLetIn, WHERE_ASKED } from '../upstreams/_auth-request.ts';

/** What the answer of the subrequest makes of the request: refused, forbidden, and the service that knows the users is down. */
const REFUSALS = ['401', '403', '500'] as const;

/** The same page of the same application, or the same file. */
function isSame(own: Trace, other: Trace): boolean {
  const [a, b] = [own.outcome.upstreamRequest, other.outcome.upstreamRequest];
  if (isBackend(own)) return isBackend(other) && !!a && !!b && a.protocol === b.protocol && a.upstream === b.upstream && a.uri === b.uri;
  return own.outcome.file !== null && !isBackend(other) && own.outcome.file === other.outcome.file;
}

/** Whether the page itself goes out, be it under the status of the refusal: without "=" error_page keeps that. */
const isHandedOut = ({ outcome: { kind } }: Trace): boolean => !['return', 'error', 'closed', 'unknown', 'redirect'].includes(kind);

/** The location says to the application by a text of its own that nobody is logged in: whoever wrote it lets guests in on purpose. */
const marksGuests = ({ directives }: Scope, guarded: ReadonlySet<string>): boolean =>
  directives
    .filter((d) => PASS_DIRECTIVES.includes(d.name))
    .some((pass) => headersSent(pass).some((h) => guarded.has(h.name) && !h.value.includes('$')));

/** The headers and parameters in which the application is told who asks. */
const identityIn = ({ directives }: Scope): ReadonlySet<string> =>
  new Set(
    directives
      .filter((d) => PASS_DIRECTIVES.includes(d.name))
      .flatMap((pass: Directive) => headersSent(pass))
      .map((h) => h.name),
  );

const CACHES = PASS_DIRECTIVES.map((name) => name.replace(/_pass$/, '_cache'));

/** Whether something of a subrequest's place, or of its server, may answer with success for a service that is down: a page, another place, a cache. */
const mayAnswerFor = (place: Scope, server: Scope): boolean =>
  ['error_page', ...CACHES].some((name) => place.effective(name).directives.length > 0) ||
  ['rewrite', 'if', 'try_files'].some((name) => place.has(name) || server.has(name));

/** How the subrequest of the examples is answered: by nginx itself, or by a service. */
const BY_COOKIE = `location = /auth {
    internal;
    if ($cookie_session = "") { return 401; }
    return 204;
}`;
const BY_SERVICE = `location = /auth {
    internal;
    proxy_pass http://127.0.0.1:8002;
    proxy_pass_request_body off;
    proxy_set_header Content-Length "";
}`;

export default defineRule({
  id: 'auth-request-fails-open',
  group: 'security',
  severity: 'warning',
  since: '0.2',
  title: 'auth_request that lets in whom it refuses',
  why: `
A refusal of \`auth_request\` is an error like any other: \`error_page\` decides on what the client gets. A named location there that passes the request on to the same application gives out the page that was refused, and a line with 500 does so while the service that knows the users is down. The access phase runs again in the new location, so one that inherits \`auth_request\` from the server keeps its protection.

Answer 401 with a login page or a redirect, 403 with a page of your own, and 500 with a page that says so. Where guests may come in on purpose, set the header that names the user to \`""\` in the location for guests: the rule is silent then, and nobody can claim a name.`,
  about: ['auth_request', 'error_page'],
  references: ['https://nginx.org/en/docs/http/ngx_http_auth_request_module.html'],
  looksAt: WHERE_ASKED,
  needs: 'config',
  messages: {
    refused:
      'Who is refused gets in: error_page leads {code} of the subrequest {uri} to a place that asks nobody and gives out the same ({outcome}). Return a login page or {code} there.',
    answered:
      'While the service of {uri} cannot be asked, everybody gets in: an error page answers the subrequest with success. Leave the status of the error as it is.',
    down: 'While {uri} cannot be asked, everybody gets in: error_page leads 500 to a place that asks nobody and gives out the same ({outcome}). Return an error there.',
  },
  check({ spot, report }) {
    const { scope, path } = spot;
    const line = scope.value('auth_request')!;
    if (!spot.location || path === undefined || spot.unsure) return;
    const pages = scope.effective('error_page').directives;
    // what becomes of somebody who may enter
    const place = line.value(0).includes('$') ? null : matchLocation(spot.server.scope, toBytes(line.value(0))).location;
    let own: Trace | undefined;
    for (const probe of place ? [{}, ...keysTo(spot.config, [place.scope])] : [{}]) {
      const trace = spot.ask({ path, ...probe });
      if (!isLetIn(trace)) continue;
      own = trace;
      break;
    }
    const told = new Set<Directive>();
    if (!own || !isGivenOut(own)) return;
    const auth = own.exchanges.find((e) => e.for === 'auth_request')?.request.upstream;
    if (auth !== undefined && (!place || mayAnswerFor(place.scope, spot.server.scope))) {
      const failed = spot.ask({ path }, { upstreams: { [auth]: { failure: 'refused' } } });
      const verdict = failed.steps.find((s) => s.phase === 'access' && /^subrequest \S+ asked of .* answers 2\d\d, allowed$/.test(s.said));
      const page = place?.scope.effective('error_page').directives.find((d) => d.values.some((v) => /^50\d$/.test(v)));
      if (verdict)
        report('answered', {
          at: (page ?? line).at(),
          data: { uri: line.value(0) },
          related: page ? [{ at: line.at(), message: 'lets in with a code of 200 to 299' }] : [],
          witness: proofOf(failed, `${outcomeText(failed)} while ${auth} is down`),
        });
    }
    for (const code of REFUSALS) {
      if (!pages.some((d) => d.values.includes(code))) continue;
      const trace = spot.ask({ path }, { assume: { auth_request: code } });
      const step = trace.steps.find((s) => s.phase === 'error-page' && s.at && s.said.startsWith(`${code} goes to`));
      const by = step && directiveAt(pages, step.at);
      if (!by || told.has(by) || !isHandedOut(trace) || !isSame(own, trace)) continue;
      const end = spot.server.scope.all.find((d) => d.body && d.name === 'location' && d.values.at(-1) === by.values.at(-1));
      if (end?.body && marksGuests(end.body, identityIn(scope))) continue;
      told.add(by);
      report(code === '500' ? 'down' : 'refused', {
        at: by.at(),
        data: { code, uri: line.value(0), outcome: outcomeText(trace) },
        related: [{ at: line.at(), message: 'asked for nothing' }],
        witness: proofOf(trace, `${outcomeText(trace)} after ${code} of ${line.value(0)}`),
      });
    }
  },
  examples: [
    {
      inside: 'server',
      bad: `location / {
    auth_request /auth;
    error_page 401 403 = @app;
#   ^^^^^^^^^^^^^^^^^^^^^^^^^^ refused
    proxy_pass http://127.0.0.1:8000;
}
location @app {
    proxy_pass http://127.0.0.1:8000;
}
${BY_COOKIE}`,
      good: `location / {
    auth_request /auth;
    error_page 401 = @login;
    proxy_pass http://127.0.0.1:8000;
}
location @login {
    return 302 /login/;
}
${BY_COOKIE}`,
      witness: {
        request: 'GET http://www.example.test/users',
        outcome: 'GET /users at 127.0.0.1:8000 after 401 of /auth',
        meant: '`302 /login/`',
      },
    },
    {
      inside: 'server',
      bad: `location /reports/ {
    auth_request /auth;
    error_page 500 = @app;
#   ^^^^^^^^^^^^^^^^^^^^^^ down
    proxy_pass http://127.0.0.1:8000;
}
location @app {
    proxy_pass http://127.0.0.1:8000;
}
${BY_SERVICE}`,
      good: `location /reports/ {
    auth_request /auth;
    error_page 500 /down.html;
    proxy_pass http://127.0.0.1:8000;
}
location = /down.html {
    root /srv/site;
}
${BY_SERVICE}`,
    },
    {
      inside: 'server',
      bad: `location / {
    auth_request /auth;
    proxy_pass http://127.0.0.1:8000;
}
location = /auth {
    internal;
    error_page 502 504 =200 /unknown;
#   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ answered
    proxy_pass http://127.0.0.1:8002;
    proxy_pass_request_body off;
    proxy_set_header Content-Length "";
}
location = /unknown {
    internal;
    return 200;
}`,
      good: `location / {
    auth_request /auth;
    proxy_pass http://127.0.0.1:8000;
}
${BY_SERVICE}`,
    },
    {
      // guests are told apart on purpose
      inside: 'server',
      good: `location / {
    auth_request /auth;
    auth_request_set $user $upstream_http_x_user;
    error_page 401 = @guests;
    proxy_set_header X-User $user;
    proxy_pass http://127.0.0.1:8000;
}
location @guests {
    proxy_set_header X-User "";
    proxy_pass http://127.0.0.1:8000;
}
${BY_SERVICE}`,
    },
  ],
});
