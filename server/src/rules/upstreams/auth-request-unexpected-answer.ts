/** auth_request whose subrequest is answered by the configuration with something that nginx makes a 500 of: a redirect, a 404. */

import { toBytes } from '../../base/bytes.ts';
import { matchLocation } from '../../config/locations.ts';
import { unseenAround } from '../../config/open.ts';
import type { Trace } from '../../trace/trace.ts';
import { answersAtOnce } from '../../witness/access.ts';
import { proofOf } from '../../witness/requests.ts';
import { defineRule } from '../rule.ts';
import { isLetIn, WHERE_ASKED } from './_auth-request.ts';

/** The status of the subrequest that made a 500, where the configuration itself gives it: what a backend says is its own affair. */
function answered(trace: Trace): number | null {
  for (const { phase, said } of trace.steps) {
    const m = phase === 'access' ? /^subrequest \S+ answers (\d+): 500$/.exec(said) : null;
    if (m) return Number(m[1]);
  }
  return null;
}

/** Whether no backend was asked for the subrequest: what one says is its own affair. */
const isOwnAnswer = (trace: Trace): boolean =>
  !trace.steps.some(({ phase, said, exchange }) => phase === 'access' && said.startsWith('subrequest ') && exchange !== undefined);

export default defineRule({
  id: 'auth-request-unexpected-answer',
  group: 'upstreams',
  severity: 'warning',
  since: '0.2',
  title: 'auth_request answered with something else than yes or no',
  why: `
A subrequest of \`auth_request\` lets the client in with a code of 200 to 299, and denies access with 401 or 403. Everything else is an error to nginx: the client gets a 500, and the log says "auth request unexpected status". A redirect to the login page is such an answer when the location of the subrequest makes it itself.

The path of the subrequest is taken as it is written: a variable in it is no variable, and a location for what was meant is never asked.

Answer 401 there, and redirect the client with \`error_page 401\` in the location that was requested.`,
  about: ['auth_request', 'error_page'],
  references: ['https://nginx.org/en/docs/http/ngx_http_auth_request_module.html'],
  looksAt: WHERE_ASKED,
  needs: 'config',
  messages: {
    redirect:
      'The client gets a 500 for {from}: the subrequest {uri} is answered with {status}, and only 2xx, 401 and 403 count. Return 401 there, and redirect with "error_page 401" here.',
    status:
      'The client gets a 500 for {from}: the subrequest {uri} is answered with {status}, and only 2xx, 401 and 403 count. Return 401 or 403 there.',
    always:
      'Everybody is let in: "location {place}" answers the subrequest {uri} with {status} whoever asks. Pass it on to the service that knows the users.',
    page: 'Everybody is let in: no location is written for the subrequest {uri}, and it gets the page that answers every address, with 200. Add "location = {uri}".',
    nowhere:
      'The client gets a 500 for {from}: no location is written for the subrequest {uri}, and nginx looks for a file of that name. Add "location = {uri}".',
    literal:
      'The subrequest asks for {uri} as it is written: auth_request takes no variables. Write a path without one, and send the value in a header of its location.',
  },
  check({ spot, report }) {
    const line = spot.scope.value('auth_request')!;
    if (!spot.location) return;
    const path = spot.path;
    const uri = line.value(0);
    if (path === undefined || line.args[0]?.templated) return;
    const place = matchLocation(spot.server.scope, toBytes(uri)).location;
    if (/\$\{?\w/.test(uri)) {
      return report('literal', {
        at: line.at(line.args[0]),
        data: { uri },
        witness: proofOf(spot.ask({ path }), place ? `GET ${uri} at location ${place.directive.values.join(' ')}` : '500'),
      });
    }
    const answer = place && answersAtOnce(place.scope) ? place.scope.first('return') : undefined;
    if (place && answer && /^2\d\d$/.test(answer.value(0)) && !spot.unsure)
      return report('always', {
        at: line.at(),
        data: { place: place.directive.values.join(' '), uri, status: answer.value(0) },
        related: [{ at: answer.at(), message: 'lets everybody in' }],
        witness: proofOf(spot.ask({ path })),
      });
    for (const probe of [{}, ...spot.variations]) {
      const first = spot.ask({ path, ...probe });
      // of a file that no location is written for nobody expects that it is there
      const file = first.assumptions.find((a) => a.id.startsWith('file:') && a.id.endsWith(uri));
      const unwritten = file !== undefined && !place?.name.startsWith(uri.replace(/\/$/, ''));
      const trace = unwritten ? spot.ask({ path, ...probe }, { assume: { [file.id]: 'missing' } }) : first;
      const status = answered(trace);
      if (status === null && unwritten && isLetIn(trace) && isOwnAnswer(trace) && !(place && unseenAround(place.scope).length))
        return report('page', { at: line.at(), data: { uri }, witness: proofOf(trace) });
      if (status === null || (status === 404 && !unwritten && file)) continue;
      report(status >= 300 && status < 400 ? 'redirect' : unwritten ? 'nowhere' : 'status', {
        at: line.at(),
        data: { from: path, uri, status },
        related: place && !unwritten ? [{ at: place.directive.nameAt, message: `answers ${status}` }] : [],
        witness: proofOf(trace, '500'),
      });
      return;
    }
  },
  examples: [
    {
      inside: 'server',
      bad: `location / {
    auth_request /auth;
#   ^^^^^^^^^^^^^^^^^^^ always
    proxy_pass http://127.0.0.1:8000;
}
location = /auth {
    internal;
    return 200;
}`,
      good: `location / {
    auth_request /auth;
    proxy_pass http://127.0.0.1:8000;
}
location = /auth {
    internal;
    if ($cookie_session = "") {
        return 401;
    }
    return 200;
}`,
    },
    {
      inside: 'server',
      bad: `location / {
    auth_request /auth;
#   ^^^^^^^^^^^^^^^^^^^ redirect
    proxy_pass http://127.0.0.1:8000;
}
location = /auth {
    internal;
    if ($cookie_session = "") {
        return 302 /login;
    }
    return 204;
}`,
      good: `location / {
    auth_request /auth;
    error_page 401 = @login;
    proxy_pass http://127.0.0.1:8000;
}
location @login {
    return 302 https://login.example.org/;
}
location = /auth {
    internal;
    if ($cookie_session = "") {
        return 401;
    }
    return 204;
}`,
      witness: { request: 'GET http://www.example.test/users', outcome: '500', meant: '`302 https://login.example.org/`' },
    },
    {
      inside: 'server',
      bad: `location / {
    root /srv/site;
    auth_request /verify;
#   ^^^^^^^^^^^^^^^^^^^^^ nowhere
}`,
      good: `location / {
    root /srv/site;
    auth_request /verify;
}
location = /verify {
    internal;
    proxy_pass http://127.0.0.1:8000;
    proxy_pass_request_body off;
    proxy_set_header Content-Length "";
}`,
    },
    {
      inside: 'server',
      bad: `location ~ ^/rooms/(?<room>\\d+)$ {
    auth_request /may-enter/$room;
#                ^^^^^^^^^^^^^^^^ literal
    root /srv/site;
}
location ~ ^/may-enter/\\d+$ {
    internal;
    proxy_pass http://127.0.0.1:8000;
}`,
      good: `location ~ ^/rooms/(?<room>\\d+)$ {
    auth_request /may-enter;
    root /srv/site;
}
location = /may-enter {
    internal;
    proxy_pass http://127.0.0.1:8000;
    proxy_set_header X-Room $room;
}`,
    },
    {
      inside: 'server',
      bad: `root /srv/site;
location / {
    try_files $uri @page;
}
location @page {
    return 200 "start";
}
location /reports/ {
    auth_request /session;
#   ^^^^^^^^^^^^^^^^^^^^^^ page
}`,
      good: `root /srv/site;
location / {
    try_files $uri @page;
}
location @page {
    return 200 "start";
}
location /reports/ {
    auth_request /session;
}
location = /session {
    internal;
    proxy_pass http://127.0.0.1:8002;
    proxy_pass_request_body off;
    proxy_set_header Content-Length "";
}`,
    },
  ],
});
