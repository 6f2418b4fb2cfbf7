/** Error pages that end in the same error: behind the application that is down, under the condition or the list that refused. Shown by a request. */
import { passedBy, passesIn } from '../../answers/what-is-passed.ts';
import { toBytes } from '../../base/bytes.ts';
import { parseOffset } from '../../catalog/value-kind.ts';
import { PerConfig } from '../../config/asked.ts';
import type { Config } from '../../config/config.ts';
import type { Directive } from '../../config/directive.ts';
import { locationOf, matchLocation, namedLocation } from '../../config/locations.ts';
import type { Scope } from '../../config/scope.ts';
import { PASS_DIRECTIVES } from '../../config/upstreams.ts';
import type { Trace, TraceOptions } from '../../trace/trace.ts';
import { answersAtOnce } from '../../witness/access.ts';
import { hangsOnOthers } from '../../witness/follow.ts';
import { proofOf } from '../../witness/requests.ts';
import { directiveAt, type Spot } from '../../witness/spots.ts';
import type { Probe } from '../../witness/values.ts';
import { defineRule } from '../rule.ts';

const REFUSES = ['return', 'deny', 'auth_basic', 'auth_request'];

/** The requests that may end in an error here, with what the application and the disk are taken to say. */
function* tries(spot: Spot): Generator<[Probe, Pick<TraceOptions, 'assume' | 'upstreams'>]> {
  if (mayFailForUpstreams(spot)) {
    // whoever is asked is down, for the page as well
    const name = spot.ask({}).outcome.upstreamRequest?.upstream;
    for (const failure of name === undefined ? [] : failuresOf(spot)) yield [{}, { upstreams: { [name!]: { failure } } }];
  }
  if (!mayFailForRefused(spot)) return;
  yield [{}, {}];
  for (const variation of spot.variations) yield [variation, {}];
  // conditions on files, the usual switch of a maintenance page
  for (const a of spot.ask({}).assumptions)
    if (a.id.startsWith('file:') && a.assumed !== 'file') yield [{}, { assume: { [a.id]: 'file' } }];
    else if (a.id.startsWith('auth_request') && a.choices.includes('401')) yield [{}, { assume: { [a.id]: '401' } }];
}

/** The bytes that a body may have in a scope; 0: any number. */
function bodyLimit(scope: Scope): number {
  const line = scope.value('client_max_body_size');
  const read = line ? parseOffset(line.value(0)) : null;
  return read === null ? 1024 * 1024 : read.ok ? read.value : 0;
}

/** Pages for an application that is down, in a place that takes smaller bodies than the application does. */
function smallerPages(spot: Spot): readonly { line: Directive; page: string; limit: number; place: Scope }[] {
  if (!spot.has(...PASS_DIRECTIVES) || !spot.scope.value('client_max_body_size')) return [];
  const own = bodyLimit(spot.scope);
  return spot.scope.effective('error_page').directives.flatMap((line) => {
    const page = line.values.at(-1)!;
    if (!/^\/[^$?]*$/.test(page) || !line.values.some((v) => /^50[234]$/.test(v))) return [];
    const place = matchLocation(spot.server.scope, toBytes(page)).location?.scope ?? spot.server.scope;
    const limit = bodyLimit(place);
    return limit === 0 || (own !== 0 && own <= limit) ? [] : [{ line, page, limit, place }];
  });
}

/** A page that is asked for with the client's length, in a place where that is too large: 413 takes its place (find_config_phase). */
function cutPage(spot: Spot): { line: Directive; limit: string; trace: Trace } | null {
  const pages = smallerPages(spot);
  const upstream = pages.length ? spot.ask({}).outcome.upstreamRequest?.upstream : undefined;
  if (upstream === undefined) return null;
  for (const { line, page, limit, place } of pages) {
    const trace = spot.ask(
      { method: 'POST', headers: [['Content-Length', String(limit + 1)]] },
      { upstreams: { [upstream]: { failure: 'refused' } } },
    );
    if (trace.outcome.status !== 413 || !trace.steps.some((s) => s.phase === 'error-page' && s.said.includes(`goes to ${page}`))) continue;
    return { line, limit: place.value('client_max_body_size')?.value(0) ?? '1m', trace };
  }
  return null;
}

/** What nginx answers with by itself when an application is down. */
const isForUpstreams = (page: Directive): boolean => page.values.slice(0, -1).some((v) => v === '502' || v === '504');

/** The failures of an application that pages of the spot are for; one of them where a page is for both. */
function failuresOf({ scope }: Spot): readonly ('refused' | 'timeout')[] {
  const pages = scope.effective('error_page').directives.map((d) => d.values.slice(0, -1));
  if (pages.every((codes) => codes.includes('502') === codes.includes('504'))) return ['refused'];
  return ['refused', 'timeout'];
}

const returns = new PerConfig((_: Config, server: Scope) => server.all.filter((d) => d.name === 'return'));

/** Whether a page is for a code that something of the spot or of its server refuses with. */
function isForRefused({ scope, directives, server, config }: Spot, page: Directive): boolean {
  const codes = page.values.slice(0, -1);
  const asked = (name: string): boolean => scope.effective(name).directives.length > 0;
  return (
    [...directives, ...returns.of(config, server.scope)].some(
      (d) => d.name === 'return' && (codes.includes(d.value(0)) || d.value(0).includes('$')),
    ) ||
    (codes.includes('403') && (asked('deny') || asked('auth_request'))) ||
    (codes.includes('401') && (asked('auth_basic') || asked('auth_request'))) ||
    (codes.includes('500') && asked('auth_request'))
  );
}

/** What in a page's place or around it may end its request in an error, or lead it elsewhere. */
const DECIDES = new Set([
  ...PASS_DIRECTIVES,
  'return',
  'rewrite',
  'if',
  'try_files',
  'limit_except',
  'error_page',
  'deny',
  'allow',
  'satisfy',
]);
const decides = (d: Directive): boolean => DECIDES.has(d.name) || /^auth_|^limit_|_by_lua|^js_|^perl|^include$/.test(d.name);

/** Whether something of a server's own level holds for its error pages as well. An include that nobody sees leaves the spot open. */
const led = new PerConfig((_: Config, server: Scope) =>
  server.directives.some((d) => d.name !== 'error_page' && d.name !== 'include' && decides(d)),
);

const PASSES: ReadonlySet<string> = new Set(PASS_DIRECTIVES);

/** Whether the place of a page may end in an error, too: not where it answers itself, nor where a file or another application does. */
function mayEndInError(scope: Scope, page: Directive): boolean {
  if (answersAtOnce(scope)) {
    const line = scope.first('return')!;
    return /^[45]/.test(line.value(0)) && line.args.length === 1;
  }
  if (['deny', 'auth_basic', 'auth_request', 'auth_jwt'].some((name) => scope.effective(name).directives.length > 0)) return true;
  const deciding = scope.directives.filter((d) => d.name === 'location' || decides(d));
  if (!deciding.every((d) => PASSES.has(d.name))) return true;
  // an application that is not down has the page
  return deciding.length > 0 && (isForUpstreams(page) || page.values.includes('503'));
}

/** The error pages of a level of a server that may end in an error as well. */
function failing(config: Config, scope: Scope, server: Scope): readonly Directive[] {
  const pages = scope.effective('error_page').directives;
  const isDecided = pages.length > 0 && led.of(config, server);
  return pages.filter((page) => {
    const uri = page.values.at(-1) ?? '';
    if (uri.startsWith('@')) {
      // the server's own lines of the rewrite phase are not run again (ngx_http_named_location)
      const named = namedLocation(server, uri);
      return !named || mayEndInError(named.scope, page);
    }
    if (isDecided || !/^\/[\w./-]+$/.test(uri)) return !/^https?:\/\//.test(uri);
    const { location } = matchLocation(server, toBytes(uri));
    return !location || location.parent !== null || mayEndInError(location.scope, page);
  });
}

const failingOfServer = new PerConfig((config: Config, server: Scope) => failing(config, server, server));

/** The error pages of a spot that may end in an error as well; most spots have those of their server. */
const mayFail = ({ scope, server, config }: Spot): readonly Directive[] =>
  scope.effective('error_page').origin === server.scope.effective('error_page').origin
    ? failingOfServer.of(config, server.scope)
    : failing(config, scope, server.scope);

const mayFailForUpstreams = (spot: Spot): boolean => spot.has(...PASS_DIRECTIVES) && mayFail(spot).some(isForUpstreams);

const mayFailForRefused = (spot: Spot): boolean =>
  REFUSES.some((name) => spot.has(name) || spot.scope.effective(name).directives.length > 0) &&
  mayFail(spot).some((page) => isForRefused(spot, page));

/** The error_page station of a trace whose page ended in the same error. */
function failed(trace: Trace): Trace['steps'][number] | null {
  const { kind, status, file } = trace.outcome;
  if ((kind !== 'error' && kind !== 'return') || trace.outcome.body !== null || file !== null || status < 400) return null;
  // where the disk decides the page may well be there
  if (trace.assumptions.some((a) => a.id.startsWith('file:') && !a.chosen)) return null;
  const step = trace.steps.find((s) => s.phase === 'error-page' && s.at && s.said.startsWith(`${status} goes to`));
  return step ?? null;
}

/**
 * The error_page station of a request that a file turns away, maintenance that is, and whose page the very application is asked for that gets
 * no requests then.
 */
function passedOn(spot: Spot, trace: Trace, { assume }: Pick<TraceOptions, 'assume'>): Trace['steps'][number] | null {
  if (!assume || !Object.keys(assume).some((id) => id.startsWith('file:'))) return null;
  const own = spot.ask({}).outcome;
  const { upstreamRequest, kind } = trace.outcome;
  if (!upstreamRequest || kind !== own.kind || upstreamRequest.upstream !== own.upstreamRequest?.upstream) return null;
  return trace.steps.find((s) => s.phase === 'error-page' && s.at && s.said.startsWith('503 goes to')) ?? null;
}

/** The applications of a server for whose failures this error_page holds, as they are asked. */
const applicationsUnder = (page: Directive, server: Scope): readonly string[] =>
  passesIn(server)
    .filter((pass) => pass.scope.effective('error_page').directives.includes(page))
    .flatMap((pass) => passedBy(pass).targets.map((t) => t.upstream?.name ?? `${t.host}:${t.port}`));

/** The place is for pages of errors alone, by its name. */
const isPlaceOf = ({ location }: Spot, page: string): boolean =>
  (location?.kind === 'exact' || location?.kind === 'prefix') && location.name.length > 1 && page.startsWith(location.name);

export default defineRule({
  id: 'error-page-fails-too',
  group: 'correctness',
  severity: 'warning',
  since: '0.2',
  title: 'Error page that fails with the same error',
  why: `
The page of \`error_page\` is a request of its own inside nginx: it goes through the server's rewrites, the access lists and the locations again. A page for 502 whose path is passed to the application that is down, a maintenance page under the same \`if\` that answers 503, a page for 403 in a server that denies everyone: each ends in its own error, and nginx shows its built-in plain text.

Give the page a location of its own, with a \`root\`, outside of what denies requests: \`location = /down.html { root /srv/errors; internal; }\`. An \`if\` of the server holds for it as well; put it into the location of the application, or let it ask for the path too.`,
  about: ['error_page', 'internal'],
  looksAt: {
    outcome: ['server', 'location'],
    somewhere: ['error_page'],
    when: (spot) => smallerPages(spot).length > 0 || mayFailForUpstreams(spot) || mayFailForRefused(spot),
  },
  needs: 'config',
  costly: true,
  messages: {
    gone: '{page} is passed to the application that just failed, so this page for {code} is never shown. Serve it from a location of its own.',
    partly:
      '{page} is passed to the application that just failed where that is {application}, so this page for {code} is not shown then. Serve it from a location of its own.',
    cut: 'A request with a body of more than {limit} gets 413 and not {page} while the application is down: client_max_body_size holds for the page too, and is smaller there. Set client_max_body_size 0 in the location of the page.',
    passed:
      'The page for 503 is {page}, and that is passed to {application}, which is to get no requests while {file} is there. Serve it as a file: end the rewrite with break, or give the page a location of its own.',
    again: '{page} is never shown: requested as the page for {code} it ends in {code} again, because {why}. Exclude the page from that.',
  },
  check({ spot, config, report }) {
    const cut = cutPage(spot);
    if (cut) {
      const page = cut.line.args.at(-1)!;
      report('cut', {
        at: cut.line.at(page),
        data: { page: page.value, limit: cut.limit },
        severity: 'info',
        witness: proofOf(cut.trace, '413, and not the page'),
      });
    }
    const told = new Set<unknown>();
    const pages = spot.scope.effective('error_page').directives;
    for (const [probe, options] of tries(spot)) {
      const trace = spot.ask(probe, options);
      const passed = passedOn(spot, trace, options);
      const step = passed ?? failed(trace);
      const by = step && directiveAt(pages, step.at);
      if (!step || !by || told.has(by)) continue;
      if (passed) {
        told.add(by);
        const { upstream, uri } = trace.outcome.upstreamRequest!;
        const file = Object.keys(options.assume ?? {})[0]!.slice('file:'.length);
        report('passed', { at: by.at(by.args.at(-1)), data: { page: uri, application: upstream, file }, witness: proofOf(trace) });
        continue;
      }
      const after = trace.steps.slice(trace.steps.indexOf(step) + 1);
      const upstreams = trace.steps.filter((s) => s.phase === 'upstream');
      const gone = after.some((s) => s.phase === 'upstream') && new Set(upstreams.map((s) => s.said.replace(/^.* to /, ''))).size === 1;
      const code = String(trace.outcome.status);
      const page = by.args.at(-1)!;
      if (gone) {
        const location = trace.outcome.location;
        told.add(by);
        // where another one fails, this one may well have the page
        const several = new Set(applicationsUnder(by, spot.server.scope)).size > 1;
        // another application has the pages, at a place of their own: only who asks for one by its path finds it down
        if (several && isPlaceOf(spot, page.value)) continue;
        report(several ? 'partly' : 'gone', {
          at: by.at(page),
          data: { page: page.value, code, application: spot.ask({}).outcome.upstreamRequest?.upstream ?? '' },
          related: location
            ? spot.server.scope.all.flatMap((d) =>
                d.name === 'location' && directiveAt([d], location.at) ? [{ at: d.nameAt, message: 'takes the page' }] : [],
              )
            : [],
          witness: proofOf(trace, `${code}, nginx’s own page`),
        });
        continue;
      }
      const refusing = after.findLast((s) => s.at && (s.said.startsWith('return ') || s.phase === 'access'));
      const what = refusing ? directiveAt(config.main.all, refusing.at) : null;
      if (!what || hangsOnOthers(config, trace, spot.server.scope.all)) continue;
      told.add(by);
      report('again', {
        at: by.at(page),
        data: {
          page: page.value,
          code,
          why:
            `${what.name} ${what.values.join(' ')}`.trim() +
            (locationOf(what.scope) ? ' holds there too' : ' of the server holds for it too'),
        },
        related: [{ at: what.at(), message: 'refuses the page as well' }],
        witness: proofOf(trace, `${code}, nginx’s own page`),
      });
    }
  },
  examples: [
    {
      inside: 'server',
      bad: `error_page 502 504 /down.html;
#                  ^^^^^^^^^^ cut
location / {
    client_max_body_size 50m;
    proxy_pass http://127.0.0.1:8002;
}
location = /down.html { root /srv/errors; internal; }`,
      good: `error_page 502 504 /down.html;
client_max_body_size 50m;
location / {
    proxy_pass http://127.0.0.1:8002;
}
location = /down.html { root /srv/errors; internal; }`,
    },
    {
      inside: 'server',
      bad: `error_page 502 504 /down.html;
#                  ^^^^^^^^^^ gone
location / { proxy_pass http://127.0.0.1:8002; }`,
      good: `error_page 502 504 /down.html;
location = /down.html { root /var/www/errors; }
location / { proxy_pass http://127.0.0.1:8002; }`,
      witness: { request: 'GET http://www.example.test/users', outcome: '502, nginx’s own page', meant: '502 with the page `/down.html`' },
    },
    {
      inside: 'server',
      bad: `error_page 502 504 /down.html;
#                  ^^^^^^^^^^ partly
location / { proxy_pass http://127.0.0.1:8002; }
location /api/ { proxy_pass http://127.0.0.1:8003; }`,
      good: `error_page 502 504 /down.html;
location = /down.html { root /var/www/errors; }
location / { proxy_pass http://127.0.0.1:8002; }
location /api/ { proxy_pass http://127.0.0.1:8003; }`,
    },
    {
      inside: 'server',
      bad: `root /srv/www;
error_page 503 /closed.html;
#              ^^^^^^^^^^^^ again
if ($http_cookie !~ staff) {
    return 503;
}
location / { proxy_pass http://127.0.0.1:8000; }`,
      good: `root /srv/www;
error_page 503 /closed.html;
location = /closed.html { internal; }
location / {
    if ($http_cookie !~ staff) {
        return 503;
    }
    proxy_pass http://127.0.0.1:8000;
}`,
    },
    {
      inside: 'server',
      bad: `root /srv/www;
deny all;
error_page 403 /sorry.html;
#              ^^^^^^^^^^^ again`,
      good: `root /srv/www;
deny all;
error_page 403 /sorry.html;
location = /sorry.html { allow all; }`,
    },
    {
      inside: 'server',
      good: 'error_page 502 504 @other;\nlocation / { proxy_pass http://127.0.0.1:8002; }\nlocation @other { return 503 closed; }',
    },
    {
      inside: 'server',
      bad: `root /srv/site;
error_page 503 @maintenance;
#              ^^^^^^^^^^^^ passed
location @maintenance { rewrite ^ /maintenance.html last; }
location / {
    if (-f $document_root/maintenance.on) {
        return 503;
    }
    proxy_pass http://127.0.0.1:8000;
}
location = /maintenance.html {
    proxy_pass http://127.0.0.1:8000;
}`,
      good: `root /srv/site;
error_page 503 @maintenance;
location @maintenance { rewrite ^ /maintenance.html break; }
location / {
    if (-f $document_root/maintenance.on) {
        return 503;
    }
    proxy_pass http://127.0.0.1:8000;
}
location = /maintenance.html {
    proxy_pass http://127.0.0.1:8000;
}`,
    },
  ],
});
