/** A cache whose answers are never stored because buffering is off. Shown by what the trace says of a request's answer. */
import { PerConfig } from '../../config/asked.ts';
import type { Directive } from '../../config/directive.ts';
import type { Scope } from '../../config/scope.ts';
import { proofOf } from '../../witness/requests.ts';
import { defineRule } from '../rule.ts';

const FAMILIES = ['proxy', 'fastcgi', 'uwsgi', 'scgi'] as const;

/** A line of conditions that hold for every request: one of them is a constant. */
const constantIn = (scope: Scope, name: string): Directive | undefined =>
  scope.effective(name).directives.find((d) => d.values.some((v) => !v.includes('$') && v !== '' && v !== '0'));

/** The zones from which places of a family of modules are answered. */
const zonesInUse = new PerConfig(
  (config, family: string): ReadonlySet<string> =>
    new Set(
      config.main.all
        .filter(
          (d) =>
            d.name === `${family}_pass` &&
            d.scope.value(`${family}_buffering`)?.value(0) !== 'off' &&
            !constantIn(d.scope, `${family}_cache_bypass`) &&
            !constantIn(d.scope, `${family}_no_cache`),
        )
        .flatMap((d) => d.scope.value(`${family}_cache`)?.value(0) ?? []),
    ),
);

/** Other places are answered from the zone. */
const isOfUse = (cache: Directive, family: string): boolean => zonesInUse.of(cache.scope.config, family).has(cache.value(0));

/** The cache of a level around, switched off where it is not wanted, for events or an administration; or its pages are renewed here for others. */
const isMeant = (cache: Directive, off: Directive, scope: Scope, family: string): boolean =>
  ((off.scope !== cache.scope && cache.scope.all.includes(off)) ||
    (off.name === `${family}_cache_bypass` && !constantIn(scope, `${family}_no_cache`))) &&
  isOfUse(cache, family);

export default defineRule({
  id: 'cache-without-buffering',
  group: 'upstreams',
  severity: 'warning',
  since: '0.2',
  title: 'Cache without buffering stores nothing',
  why: `
nginx stores an answer while it buffers it. With \`proxy_buffering off\` the answer goes straight to the client: each request is a MISS, the application is asked every time, and \`proxy_cache_lock\` makes clients wait for a file that never comes.

Leave buffering on where answers are cached. For a single answer that must stream, the application can send \`X-Accel-Buffering: no\`.

A line in a location that switches off the cache of the level around it, and a place that always asks and renews what others answer from, are not reported.`,
  about: ['proxy_cache', 'proxy_buffering'],
  looksAt: {
    outcome: FAMILIES.map((f) => `${f}_pass`),
    somewhere: FAMILIES.map((f) => `${f}_cache`),
    when: ({ scope }) =>
      FAMILIES.some(
        (f) =>
          scope.has(`${f}_pass`) &&
          !!scope.value(`${f}_cache`) &&
          (scope.value(`${f}_buffering`)?.value(0) === 'off' ||
            constantIn(scope, `${f}_no_cache`) ||
            constantIn(scope, `${f}_cache_bypass`)),
      ),
  },
  needs: 'config',
  costly: true,
  messages: {
    always:
      'No request is answered from {zone}: {name} has a constant, so it holds for every request. Name a variable that is empty for pages to cache.',
    never: 'Nothing is stored in {zone}: {name} is off, so every request is a MISS. Turn buffering on where responses are cached.',
  },
  check({ spot, report }) {
    for (const family of FAMILIES) {
      const off = spot.scope.value(`${family}_buffering`);
      const cache = spot.scope.value(`${family}_cache`);
      const always = constantIn(spot.scope, `${family}_no_cache`) ?? constantIn(spot.scope, `${family}_cache_bypass`);
      if (always && cache && cache.value(0) !== 'off' && spot.scope.has(`${family}_pass`)) {
        if (isMeant(cache, always, spot.scope, family)) continue;
        const trace = spot.ask({}, { upstream: { status: 200, headers: [['Cache-Control', 'max-age=60']] } });
        if (trace.outcome.upstreamRequest && trace.cache)
          report('always', {
            at: always.at(),
            data: { zone: cache.value(0), name: always.name },
            related: [{ at: cache.at(), message: 'the cache' }],
            witness: proofOf(trace, 'MISS each time, the application is asked'),
          });
        continue;
      }
      if (!spot.scope.has(`${family}_pass`) || off?.value(0) !== 'off' || !cache || cache.value(0) === 'off') continue;
      if (isMeant(cache, off, spot.scope, family)) continue;
      const trace = spot.ask({}, { upstream: { status: 200, headers: [['Cache-Control', 'max-age=60']] } });
      if (!trace.outcome.upstreamRequest || !trace.cache || trace.cache.store) continue;
      report('never', {
        at: off.at(),
        data: { zone: cache.value(0), name: `${family}_buffering` },
        related: [{ at: cache.at(), message: 'the cache' }],
        witness: proofOf(trace, 'MISS each time, nothing is stored'),
      });
    }
  },
  examples: [
    {
      inside: 'http',
      bad: `proxy_cache_path /var/cache/nginx/pages keys_zone=pages:10m;
server {
    location / {
        proxy_cache pages;
        proxy_no_cache $cookie_session 1;
#       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ always
        proxy_pass http://127.0.0.1:8000;
    }
}`,
      good: `proxy_cache_path /var/cache/nginx/pages keys_zone=pages:10m;
server {
    location / {
        proxy_cache pages;
        proxy_no_cache $cookie_session;
        proxy_pass http://127.0.0.1:8000;
    }
}`,
      witness: {
        request: 'GET http://www.example.test/users',
        outcome: 'MISS each time, the application is asked',
        meant: 'HIT from the second request on',
      },
    },
    {
      inside: 'http',
      bad: `proxy_cache_path /var/cache/nginx/pages keys_zone=pages:10m;
server {
    proxy_cache pages;
    proxy_cache_valid 200 5m;
    proxy_buffering off;
#   ^^^^^^^^^^^^^^^^^^^^ never
    location / { proxy_pass http://127.0.0.1:8000; }
}`,
      good: `proxy_cache_path /var/cache/nginx/pages keys_zone=pages:10m;
server {
    proxy_cache pages;
    proxy_cache_valid 200 5m;
    location / { proxy_pass http://127.0.0.1:8000; }
    location /events/ {
        proxy_cache off;
        proxy_buffering off;
        proxy_pass http://127.0.0.1:8000;
    }
}`,
    },
  ],
});
