/** Preflights of CORS that nginx refuses, and requests whose answer lacks what the preflight had. Shown by the requests of a browser. */
import type { Directive } from '../../config/directive.ts';
import type { Scope } from '../../config/scope.ts';
import { PASS_DIRECTIVES } from '../../config/upstreams.ts';
import type { Trace } from '../../trace/trace.ts';
import { isBackend, isRefused } from '../../witness/access.ts';
import { proofOf } from '../../witness/requests.ts';
import { defineRule } from '../rule.ts';
import { ALLOW_ORIGIN, crossOrigin, IS_ALLOW_ORIGIN, lineOf, originsOf, SETTERS, valuesOf } from '../security/_cors.ts';

const ALLOW_METHODS = 'access-control-allow-methods';
const ALLOWED = [ALLOW_METHODS, 'access-control-allow-headers'];
/** Headers that count in the answer to a preflight alone: who writes one expects preflights. */
const OF_PREFLIGHTS = [ALLOW_METHODS, 'access-control-allow-headers', 'access-control-max-age'];

/** Names of what scripts ask, with JSON and tokens. */
const INTERFACE = /(?:^|[\W_])(?:api|graphql|rest|rpc|v\d+)(?:$|[\W_])/i;

/** A page or a part of one: what is asked for from elsewhere is data. */
const PAGE = /\.(?:html?|css|js|ico|png|svg)$/;

const MOST_METHODS = 4;

/** A return for OPTIONS alone. */
const answersOptions = (d: Directive): boolean =>
  d.name === 'return' && d.scope.opener?.name === 'if' && d.scope.opener.values.join().includes('OPTIONS');

/** Whether a location of the server answers OPTIONS: the interface is there, and what else has the headers of the server are its files. */
const answersPreflights = (server: Scope): boolean =>
  server.all.some(
    (d) =>
      d.name === 'return' &&
      d.scope.context === 'if-in-location' &&
      d.scope.opener?.values.join().includes('OPTIONS') &&
      /^20\d$/.test(d.value(0)),
  );

/** The authority of auth_request is told the method, so that it may let preflights in. */
const tellsMethod = ({ exchanges }: Trace): boolean =>
  exchanges.some(
    (e) => e.for === 'auth_request' && [...e.request.headers, ...(e.request.params ?? [])].some(([, v]) => v.includes('OPTIONS')),
  );

/** The line of an outer level counts where requests are passed on as well: it is for the program there, and not for the files beside it. */
const isForProgram = ({ scope, name }: Directive): boolean =>
  scope.all.some((d) => PASS_DIRECTIVES.includes(d.name) && d.scope !== scope && d.scope.effective(name).directives[0]?.scope === scope);

export default defineRule({
  id: 'cors-preflight-fails',
  group: 'correctness',
  severity: 'warning',
  since: '0.2',
  title: 'CORS works for the preflight or the request alone',
  why: `
Before a request that a plain form could not make (with \`Authorization\` or JSON, by PUT or DELETE) a browser sends \`OPTIONS\`, without cookies and without a password. Where nginx asks for credentials or refuses the method, that preflight ends with 401 or 403, and the request itself is never sent. A \`return\` in an \`if\` answers before the access phase.

The answer to the preflight has to allow what it asks for: \`Access-Control-Allow-Methods\` and \`Access-Control-Allow-Headers\`, next to the origin. An \`add_header\` in the \`if\` drops those around it.

The answer to the request needs \`Access-Control-Allow-Origin\` as well: lines in \`if ($request_method = OPTIONS)\` count for the preflight alone.`,
  about: ['add_header', 'auth_basic', 'auth_request', 'limit_except', 'if'],
  references: ['https://fetch.spec.whatwg.org/#cors-preflight-fetch'],
  looksAt: {
    outcome: ['location', 'server'],
    somewhere: [...SETTERS],
    like: IS_ALLOW_ORIGIN,
    when: (spot) => lineOf(spot, ALLOW_ORIGIN) !== null,
  },
  needs: 'config',
  messages: {
    refused:
      'The preflight of a page of {origin} gets a {status}, so the browser never sends its request: a preflight has no credentials. Answer it before with "if ($request_method = OPTIONS) { return 204; }".',
    method:
      'The preflight of a page of {origin} gets a {status}, so the browser never sends its request: OPTIONS is refused here. Let OPTIONS in, or answer it with "if ($request_method = OPTIONS) { return 204; }".',
    only: 'Only the preflight has Access-Control-Allow-Origin: the answer to {method} comes without it, and the browser keeps it from the page. Set the header outside of the condition as well.',
    bare: 'The preflight of a page of {origin} is answered without {header}, so the browser never sends its request. Set it in the answer to OPTIONS as well.',
    application:
      'nginx sends Access-Control-Allow-Origin with the preflight alone: unless the application sets it on the answer to {method}, the browser keeps that from the page. Set the header outside of the condition as well.',
  },
  check({ spot, report }) {
    const line = lineOf(spot, ALLOW_ORIGIN)!;
    if (spot.location?.kind === 'named') return;
    const answer =
      spot.directives.find(answersOptions) ?? spot.server.scope.all.find((d) => d.scope.context === 'if-in-server' && answersOptions(d));
    for (const origin of originsOf(spot)) {
      const preflight = spot.ask(crossOrigin(spot, origin, 'OPTIONS'), { upstream: { status: 200, headers: [] } });
      const isOpen = valuesOf(preflight, ALLOW_ORIGIN).length > 0 && !isBackend(preflight);
      if (!isOpen && !mayBeRefused(preflight) && !isAnsweredHere(preflight)) continue;
      const get = asked(origin, 'GET');
      if (valuesOf(get, ALLOW_ORIGIN).length > 0) {
        if (tellRefused(preflight, get, origin) || tellBare(preflight, origin)) return;
      } else if (isOpen) {
        const missing = methodsOf(preflight)
          .map((method) => ({ method, trace: asked(origin, method) }))
          .find(({ trace }) => trace.outcome.status < 300 && trace.outcome.kind !== 'closed' && !valuesOf(trace, ALLOW_ORIGIN).length);
        if (!missing) continue;
        const { method, trace } = missing;
        return report(isBackend(trace) ? 'application' : 'only', {
          at: line.at(),
          ...(isBackend(trace) ? { severity: 'info' as const } : {}),
          data: { method },
          witness: proofOf(trace, `${trace.outcome.status} without Access-Control-Allow-Origin`),
        });
      }
    }

    // a folder is answered by its index, which is looked for anew and in another place
    function asked(origin: string, method: string): Trace {
      const path = spot.path?.endsWith('/') ? spot.pathWhere((p) => !p.endsWith('/')) : undefined;
      return spot.ask(
        { ...crossOrigin(spot, origin, method), ...(path === undefined ? {} : { path }) },
        { upstream: { status: 200, headers: [] } },
      );
    }

    /** A refusal of nginx's own, or one that a subrequest may say, where preflights are expected. */
    function mayBeRefused(preflight: Trace): boolean {
      if (!OF_PREFLIGHTS.some((name) => lineOf(spot, name))) return false;
      return preflight.outcome.status >= 300 || preflight.exchanges.some((e) => e.for === 'auth_request');
    }

    function isAnsweredHere(preflight: Trace): boolean {
      const { status, kind } = preflight.outcome;
      return answer !== undefined && !isBackend(preflight) && status < 300 && kind !== 'closed';
    }

    /** Answered by nginx in an `if`, whose headers are not those of the place, or lack what a preflight asks for. */
    function tellBare(preflight: Trace, origin: string): boolean {
      if (!answer || !isAnsweredHere(preflight)) return false;
      const lacks = (name: string): boolean => !valuesOf(preflight, name).length;
      // which line drops the origin, the rule about lost lists says
      if (lacks(ALLOW_ORIGIN) && answer.scope.has('add_header')) return false;
      // what asks an interface has a method or a header that has to be allowed; a picture or a film is asked for without a preflight
      const isForPrograms = INTERFACE.test(spot.location?.name ?? '');
      const header = lacks(ALLOW_ORIGIN)
        ? 'Access-Control-Allow-Origin'
        : isForPrograms && ALLOWED.every(lacks)
          ? 'Access-Control-Allow-Headers'
          : null;
      if (header === null) return false;
      report('bare', {
        at: answer.at(),
        data: { origin, header },
        related: [{ at: line.at(), message: 'CORS is set up here' }],
        witness: proofOf(preflight, `${preflight.outcome.status} without ${header}`),
      });
      return true;
    }

    function tellRefused(preflight: Trace, get: Trace, origin: string): boolean {
      if (!mayBeRefused(preflight)) return false;
      const authority = spot.scope.value('auth_request');
      const isAsked = preflight.exchanges.some((e) => e.for === 'auth_request') && !tellsMethod(preflight);
      const denied = isAsked ? spot.ask(crossOrigin(spot, origin, 'OPTIONS'), { assume: { auth_request: '401' } }) : preflight;
      const { status } = denied.outcome;
      // nginx sends files for GET and HEAD only; who allows a header expects preflights
      const isFile =
        status === 405 &&
        get.outcome.kind === 'static' &&
        !isForProgram(line) &&
        lineOf(spot, 'access-control-allow-headers') !== null &&
        !PAGE.test(spot.location?.name ?? '');
      const isBesides = line.scope.context === 'server' && answersPreflights(line.scope) && !INTERFACE.test(spot.location?.name ?? '');
      if (status === 405 && get.outcome.kind === 'static' && isBesides) return false;
      if (status < 300 || !(isFile || isRefused(denied))) return false;
      // a password or a cookie opens the way for other requests; whom his address keeps out gets no answer to GET either
      const byMethod = isFile || !denied.steps.some((s) => s.said.endsWith(': 401'));
      if (byMethod && isRefused(get)) return false;
      const password = spot.scope.value('auth_basic');
      const cause = byMethod ? spot.directives.find((d) => d.name === 'limit_except') : isAsked ? authority : password;
      report(byMethod ? 'method' : 'refused', {
        at: line.at(),
        data: { origin, status },
        related: cause ? [{ at: cause.nameAt, message: 'refuses it' }] : [],
        witness: proofOf(denied, String(status)),
      });
      return true;
    }
  },
  examples: [
    {
      inside: 'server',
      bad: `location /api/ {
    add_header Access-Control-Allow-Origin https://shop.example.org always;
    if ($request_method = OPTIONS) {
        return 200 "";
#       ^^^^^^^^^^^^^^ bare
    }
    proxy_pass http://127.0.0.1:8000;
}`,
      good: `location /api/ {
    add_header Access-Control-Allow-Origin https://shop.example.org always;
    if ($request_method = OPTIONS) {
        add_header Access-Control-Allow-Origin https://shop.example.org;
        add_header Access-Control-Allow-Headers "Authorization, Content-Type";
        add_header Access-Control-Allow-Methods "GET, POST, PUT, DELETE";
        return 200 "";
    }
    proxy_pass http://127.0.0.1:8000;
}`,
    },
    {
      inside: 'server',
      bad: `location /api/ {
    auth_basic "API";
    auth_basic_user_file users;
    add_header Access-Control-Allow-Origin https://shop.example.org always;
#   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ refused
    add_header Access-Control-Allow-Headers Authorization always;
    proxy_pass http://127.0.0.1:8000;
}`,
      good: `location /api/ {
    auth_basic "API";
    auth_basic_user_file users;
    add_header Access-Control-Allow-Origin https://shop.example.org always;
    add_header Access-Control-Allow-Headers Authorization always;
    if ($request_method = OPTIONS) {
        return 204;
    }
    proxy_pass http://127.0.0.1:8000;
}`,
      witness: {
        request:
          'OPTIONS http://www.example.test/api/users, Origin: https://shop.example.org, Access-Control-Request-Method: PUT, Access-Control-Request-Headers: authorization',
        outcome: '401',
        meant: '`204`',
      },
    },
    {
      inside: 'server',
      bad: `location /api/ {
    limit_except GET POST {
        deny all;
    }
    add_header Access-Control-Allow-Origin https://shop.example.org always;
#   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ method
    add_header Access-Control-Allow-Headers Content-Type always;
    proxy_pass http://127.0.0.1:8000;
}`,
      good: `location /api/ {
    limit_except GET POST OPTIONS {
        deny all;
    }
    add_header Access-Control-Allow-Origin https://shop.example.org always;
    add_header Access-Control-Allow-Headers Content-Type always;
    proxy_pass http://127.0.0.1:8000;
}`,
    },
    {
      inside: 'server',
      bad: `location /prices {
    if ($request_method = OPTIONS) {
        add_header Access-Control-Allow-Origin https://shop.example.org always;
#       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ only
        add_header Access-Control-Allow-Methods "GET, PUT";
        return 204;
    }
    return 200 "[]";
}
location /api/ {
    if ($request_method = OPTIONS) {
        add_header Access-Control-Allow-Origin https://shop.example.org always;
#       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ application
        add_header Access-Control-Allow-Methods "GET, PUT";
        return 204;
    }
    proxy_pass http://127.0.0.1:8000;
}`,
      good: `location /prices {
    add_header Access-Control-Allow-Origin https://shop.example.org always;
    if ($request_method = OPTIONS) {
        add_header Access-Control-Allow-Origin https://shop.example.org always;
        add_header Access-Control-Allow-Methods "GET, PUT";
        return 204;
    }
    return 200 "[]";
}
location /api/ {
    add_header Access-Control-Allow-Origin https://shop.example.org always;
    if ($request_method = OPTIONS) {
        add_header Access-Control-Allow-Origin https://shop.example.org always;
        add_header Access-Control-Allow-Methods "GET, PUT";
        return 204;
    }
    proxy_pass http://127.0.0.1:8000;
}`,
    },
    {
      // the authority hears of the method, and fonts are asked for without a preflight
      inside: 'server',
      good: `location /api/ {
    auth_request /verify;
    add_header Access-Control-Allow-Origin https://shop.example.org always;
    add_header Access-Control-Allow-Headers Authorization always;
    proxy_pass http://127.0.0.1:8000;
}
location = /verify {
    internal;
    proxy_pass_request_body off;
    proxy_set_header Content-Length "";
    proxy_set_header X-Original-Method $request_method;
    proxy_pass http://127.0.0.1:8000;
}
location /fonts/ {
    auth_basic "Fonts";
    auth_basic_user_file users;
    add_header Access-Control-Allow-Origin https://shop.example.org always;
}`,
    },
  ],
});
/** The methods that the answer to a preflight names, but OPTIONS; PUT where it names none or all. */
function methodsOf(preflight: Trace): readonly string[] {
  const named = valuesOf(preflight, ALLOW_METHODS)
    .flatMap((v) => v.split(','))
    .map((v) => v.trim().toUpperCase())
    .filter((v) => /^(?:GET|POST|PUT|PATCH|DELETE)$/.test(v));
  return named.length ? named.slice(0, MOST_METHODS) : ['GET', 'POST'];
}
