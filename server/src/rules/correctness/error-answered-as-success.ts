/** Errors of an application, and refusals of nginx's own, that clients get with the status 200. Shown by an answer of the application, or by a stranger's request. */
import { toBytes } from '../../base/bytes.ts';
import type { Directive } from '../../config/directive.ts';
import { locationOf, matchLocation } from '../../config/locations.ts';
import { PASS_DIRECTIVES } from '../../config/upstreams.ts';
import type { TraceOptions } from '../../trace/trace.ts';
import { isRefused } from '../../witness/access.ts';
import { proofOf } from '../../witness/requests.ts';
import { directiveAt, type Spot } from '../../witness/spots.ts';
import { type CheckInput, defineRule } from '../rule.ts';

/** Programs ask here, and they look at the status. */
const OF_PROGRAMS = /(?:^|[/^(])(?:api|rest|graphql|rpc|v\d+|webhooks?|oauth2?|auth|upload|ws)(?:[/$)]|$)/i;

const SUCCESS = /^=2\d\d$/;

/** The lines in force at a place that make a success of an error. */
const linesOf = ({ scope }: Spot): readonly Directive[] =>
  scope.effective('error_page').directives.filter((d) => d.values.some((v) => SUCCESS.test(v)));

/** A refusal of nginx's own that a line answers with a success: of a password, a subrequest or a list that lets somebody in. */
function tellRefused(spot: Spot, report: CheckInput<'refused' | 'prompt'>['report']): void {
  const { scope } = spot;
  const password = (scope.value('auth_basic')?.value(0) ?? 'off') !== 'off';
  const subrequest = (scope.value('auth_request')?.value(0) ?? 'off') !== 'off';
  const listed = scope.effective('allow').directives.some((d) => d.name === 'allow');
  if (!password && !subrequest && !listed) return;
  // a page of an application in the browser for whatever is not there
  const lines = linesOf(spot).filter((d) => !d.values.includes('404') && d.values.some((v) => v === '401' || v === '403'));
  for (const code of lines.length ? ['401', '403'] : []) {
    const first = spot.ask({}, subrequest ? { assume: { auth_request: code } } : {});
    if (!isRefused(first)) return;
    const open = first.assumptions.flatMap((a) => (a.id.startsWith('file:') ? [[a.id, 'file'] as const] : []));
    const trace = spot.ask({}, { assume: { ...(subrequest ? { auth_request: code } : {}), ...Object.fromEntries(open) } });
    const step = trace.steps.find((s) => s.phase === 'error-page' && s.at && s.said.startsWith(`${code} goes to`));
    const by = step && directiveAt(lines, step.at);
    const { status, kind } = trace.outcome;
    if (!by || status < 200 || status > 299 || kind === 'unknown') continue;
    // the mail proxy reads the verdict from a header, and wants 200 with it (ngx_mail_auth_http_module)
    if (trace.outcome.responseHeaders.some(([n]) => n.toLowerCase() === 'auth-status')) continue;
    report(code === '401' && password ? 'prompt' : 'refused', {
      at: by.at(),
      data: { from: spot.path ?? '/', error: code, code: String(status), equals: by.values.find((v) => SUCCESS.test(v))! },
      witness: proofOf(trace, `${status} for a refusal with ${code}`),
    });
    return;
  }
}

/** The place of the page sends a picture of one pixel. */
const isPixel = ({ server }: Spot, page: string): boolean =>
  page.startsWith('/') && (matchLocation(server.scope, toBytes(page)).location?.scope.has('empty_gif') ?? false);

export default defineRule({
  id: 'error-answered-as-success',
  group: 'correctness',
  severity: 'warning',
  since: '0.2',
  title: 'Error that clients get as a success',
  why: `
\`error_page 502 =200 /down.html\` replaces the status too: caches keep the page, crawlers index it in place of the real one, and monitoring sees a site that is well. With \`proxy_intercept_errors on\`, \`error_page 404 =200 /index.html\` of a page in the browser also answers a call of its API that failed: the script gets HTML and the status 200.

A refusal loses its meaning as well. Browsers ask for a password where the status is 401 only, so that with \`error_page 401 =200 /login.html\` beside \`auth_basic\` nobody gets in any more; and what \`auth_request\` or a list turns away looks like the page itself to caches, scripts and monitoring.

Leave the status as it is (\`error_page 502 /down.html;\`). Where an application in the browser wants its start page for unknown paths, set that line in the location that serves the pages.`,
  about: ['error_page', 'proxy_intercept_errors'],
  looksAt: {
    outcome: [...PASS_DIRECTIVES, 'auth_basic', 'auth_request', 'allow', 'error_page'],
    somewhere: ['error_page'],
    when: (spot) => linesOf(spot).length > 0,
  },
  needs: 'config',
  costly: true,
  messages: {
    prompt:
      'Nobody is asked for a password: browsers do so for 401 only, and {from} is answered with {code}. Drop {equals}, so that the status stays 401.',
    refused:
      'Who is refused at {from} ({error}) gets {code}: caches may keep this page as the real one, scripts and monitoring see a success. Drop {equals}.',
    down: 'When the application is down, {from} is answered with {code}: caches, crawlers and monitoring see no error. Drop {equals}.',
    api: 'When the application answers {from} with {error}, the client gets {code} and a page. Drop {equals}, or set this line where pages are served.',
  },
  check({ spot, report }) {
    const { scope } = spot;
    const lines = linesOf(spot);
    tellRefused(spot, report);
    if (!spot.has(...PASS_DIRECTIVES)) return;
    const path = spot.path ?? '/';
    const name = spot.ask({}).outcome.upstreamRequest?.upstream;
    if (name === undefined) return;
    const place = locationOf(scope);
    const ofPrograms = place !== null && place.name !== '/' && place.kind !== 'named' && OF_PROGRAMS.test(place.name);
    const tries: [message: 'down' | 'api', error: string, options: Pick<TraceOptions, 'upstreams'>][] = [
      ['down', '502', { upstreams: { [name]: { failure: 'refused' } } }],
      ['down', '504', { upstreams: { [name]: { failure: 'timeout' } } }],
      ['down', '500', { upstreams: { [name]: { status: 500, headers: [] } } }],
      ...(ofPrograms
        ? ['404', '400', '401', '403'].map((s): [message: 'api', error: string, options: Pick<TraceOptions, 'upstreams'>] => [
            'api',
            s,
            { upstreams: { [name]: { status: Number(s), headers: [] } } },
          ])
        : []),
    ];
    const told = new Set<unknown>();
    for (const [message, error, options] of tries) {
      let trace = spot.ask({}, options);
      // the page is there
      const open = trace.assumptions.flatMap((a) => (a.id.startsWith('file:') ? [[a.id, 'file'] as const] : []));
      if (open.length) trace = spot.ask({}, { ...options, assume: Object.fromEntries(open) });
      const step = trace.steps.find((s) => s.phase === 'error-page' && s.at && s.said.startsWith(`${error} goes to`));
      const by = step && directiveAt(lines, step.at);
      if (!by || told.has(by)) continue;
      const { status, kind } = trace.outcome;
      // another application that answers instead has an answer of its own
      if (status < 200 || status > 299 || (kind !== 'static' && kind !== 'return' && kind !== 'content')) continue;
      // a picture of one pixel that counts visits is the same, whoever is asked
      if (kind === 'content' && isPixel(spot, by.values.at(-1)!)) continue;
      told.add(by);
      report(message, {
        at: by.at(),
        data: { from: path, error, code: String(status), equals: by.values.find((v) => SUCCESS.test(v))! },
        related: [{ at: spot.directives.find((d) => PASS_DIRECTIVES.includes(d.name))!.at(), message: 'the application answers here' }],
        witness: proofOf(trace, `${status} for an answer ${error} of the application`),
      });
    }
  },
  examples: [
    {
      inside: 'server',
      bad: `location = /down.html { return 200 "back soon"; }
location / {
    error_page 502 504 =200 /down.html;
#   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ down
    proxy_pass http://127.0.0.1:8002;
}`,
      good: `location = /down.html { return 200 "back soon"; }
location / {
    error_page 502 504 /down.html;
    proxy_pass http://127.0.0.1:8002;
}`,
      fixed: false,
      witness: {
        request: 'GET http://www.example.test/users',
        outcome: '200 for an answer 502 of the application',
        meant: '`502` with the page',
      },
    },
    {
      inside: 'server',
      bad: `root /srv/site;
location /members/ {
    auth_basic "members";
    auth_basic_user_file members;
    error_page 401 =200 /login.html;
#   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ prompt
}`,
      good: `root /srv/site;
location /members/ {
    auth_basic "members";
    auth_basic_user_file members;
    error_page 401 /login.html;
}`,
      fixed: false,
    },
    {
      inside: 'server',
      bad: `location = /sorry { return 200 "for the office only"; }
location /office/ {
    allow 10.0.0.0/8;
    deny all;
    error_page 403 =200 /sorry;
#   ^^^^^^^^^^^^^^^^^^^^^^^^^^^ refused
    proxy_pass http://127.0.0.1:8000;
}`,
      good: `location = /sorry { return 200 "for the office only"; }
location /office/ {
    allow 10.0.0.0/8;
    deny all;
    error_page 403 /sorry;
    proxy_pass http://127.0.0.1:8000;
}`,
      fixed: false,
    },
    {
      inside: 'server',
      good: `error_page 404 =200 /index.html;
root /srv/www;
location / { try_files $uri =404; }
location /api/ { proxy_pass http://127.0.0.1:8000; }`,
    },
    {
      inside: 'server',
      good: `location / {
    error_page 502 =200 @other;
    proxy_pass http://127.0.0.1:8002;
}
location @other { proxy_pass http://127.0.0.1:8000; }`,
    },
  ],
});
