/** A rewrite beside a pass that spoils it: the request leaves for another location, or arrives with a path that was not meant. */
import type { Location } from '../../config/locations.ts';
import { passTarget } from '../../config/upstreams.ts';
import type { Trace } from '../../trace/trace.ts';
import { isScripted } from '../../witness/follow.ts';
import { outcomeText, proofOf } from '../../witness/requests.ts';
import { directiveAt } from '../../witness/spots.ts';
import { tellingPaths } from '../../witness/telling.ts';
import { defineRule } from '../rule.ts';

const PASSES = ['proxy_pass', 'uwsgi_pass', 'fastcgi_pass', 'scgi_pass', 'grpc_pass'];

/** Whether a path goes on behind the slash after a prefix that has none: a pattern that begins with both leaves the prefix itself alone. */
const isBelow = (path: string, { kind, name }: Location): boolean =>
  kind === 'prefix' && !name.endsWith('/') && path.startsWith(`${name}/`) && path.length > name.length + 1;

export default defineRule({
  id: 'rewrite-misses-pass',
  group: 'correctness',
  severity: 'warning',
  since: '0.2',
  covers: ['rewrite-to-nothing'],
  title: 'A rewrite keeps requests from the pass beside it',
  why: `
A \`rewrite\` without a flag, or with \`last\`, chooses a location again for the new path. \`location /app/ { rewrite ^/app/(.*)$ /$1; proxy_pass …; }\` therefore never passes anything on: \`/users\` belongs to another location. With \`break\` the request stays.

After \`break\` the path goes on as the rewrite made it. It has to begin with a slash, for the application gets it as it is, and a URI in \`proxy_pass\` no longer counts.`,
  about: ['rewrite', 'proxy_pass'],
  looksAt: {
    outcome: ['rewrite'],
    when: (spot) =>
      spot.location !== null &&
      spot.scope.named('rewrite').length > 0 &&
      PASSES.some((p) => spot.scope.has(p)) &&
      !spot.has('return', 'if'),
  },
  needs: 'config',
  messages: {
    leaves: 'The {pass} here is never reached: {from} is rewritten to another location ({outcome}). Write "break" behind the replacement.',
    slash: 'The application is asked for "{to}", which begins with no slash. Begin the replacement with "/".',
    ignored: 'The URI {uri} of proxy_pass does not count after this rewrite: {from} arrives as {to}. Put {uri} into the replacement.',
  },
  check({ spot, report }) {
    const rewrites = spot.scope.named('rewrite');
    const pass = PASSES.flatMap((p) => spot.scope.named(p)).at(-1)!;
    const traces: Trace[] = [];
    const moved: Trace[] = [];
    let reaches = false;
    const paths = tellingPaths(spot, 8);
    const below = paths.filter((path) => isBelow(path, spot.location!));
    for (const path of below.length ? below : paths) {
      const trace = spot.ask({ path });
      traces.push(trace);
      if (trace.steps.some((s) => s.changed.some((c) => c.what === '$uri') && directiveAt(rewrites, s.at))) moved.push(trace);
      reaches ||= trace.steps.some((s) => s.phase === 'upstream' && directiveAt([pass], s.at));
      if (reaches && moved.length) break;
    }
    const [first] = moved;
    if (!first) return;
    const changing = new Set(first.steps.map((s) => (s.changed.length ? directiveAt(rewrites, s.at) : null)));
    const by = rewrites.find((r) => changing.has(r)) ?? rewrites[0]!;
    const from = first.request.target;
    const { upstreamRequest, location } = first.outcome;
    if (!reaches) {
      const elsewhere = location && directiveAt([spot.location!.directive], location.at) === null;
      // to itself it is another fault, and a question of files another one
      if (
        moved.length < traces.length ||
        (!elsewhere && location !== null) ||
        first.outcome.kind === 'redirect' ||
        first.outcome.status === 500
      )
        return;
      // the page of the prefix itself may be all that is passed on
      if (below.length && !paths.every((p) => below.includes(p)) && location && location.pattern !== '/') return;
      // the same program answers there
      if (upstreamRequest && pass.value(0).includes(upstreamRequest.upstream)) return;
      report('leaves', {
        at: by.at(),
        data: { pass: pass.name, from, outcome: outcomeText(first) },
        related: [{ at: pass.at(), message: 'never reached' }],
        witness: proofOf(first),
      });
      return;
    }
    if (!upstreamRequest || isScripted(first)) return;
    if (/^(?:http|grpc)/.test(upstreamRequest.protocol) && !upstreamRequest.uri.startsWith('/'))
      return report('slash', { at: by.at(), data: { to: upstreamRequest.uri }, witness: proofOf(first) });
    const uri = pass.name === 'proxy_pass' ? (passTarget(pass)?.uri ?? '') : '';
    if (uri.length > 1 && !upstreamRequest.uri.startsWith(uri.replace(/\/$/, '')) && by.value(2) === 'break')
      report('ignored', {
        at: by.at(),
        severity: 'info',
        data: { uri, from, to: upstreamRequest.uri },
        related: [{ at: pass.at(), message: 'has the URI' }],
        witness: proofOf(first),
      });
  },
  examples: [
    {
      inside: 'server',
      bad: `location /app/ {
    rewrite ^/app/(.*)$ /$1;
#   ^^^^^^^^^^^^^^^^^^^^^^^^ leaves
    proxy_pass http://127.0.0.1:8000;
}
location / { return 404; }`,
      good: `location /app/ {
    rewrite ^/app/(.*)$ /$1 break;
    proxy_pass http://127.0.0.1:8000;
}
location / { return 404; }`,
      witness: { request: 'GET http://www.example.test/app/users', outcome: '404', meant: '`GET /users at 127.0.0.1:8000`' },
    },
    {
      inside: 'server',
      bad: `location /app/ {
    rewrite ^/app/(.*)$ $1 break;
#   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ slash
    proxy_pass http://127.0.0.1:8000;
}`,
      good: `location /app/ {
    rewrite ^/app/(.*)$ /$1 break;
    proxy_pass http://127.0.0.1:8000;
}`,
    },
    {
      inside: 'server',
      bad: `location /app/ {
    rewrite ^/app/(.*)$ /$1 break;
#   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ ignored
    proxy_pass http://127.0.0.1:8000/v2/;
}`,
      good: `location /app/ {
    rewrite ^/app/(.*)$ /v2/$1 break;
    proxy_pass http://127.0.0.1:8000;
}`,
    },
    {
      inside: 'server',
      good: `location /old/ {
    rewrite ^/old/a$ /new/a last;
    proxy_pass http://127.0.0.1:8000;
}
location / { return 404; }`,
    },
  ],
});
