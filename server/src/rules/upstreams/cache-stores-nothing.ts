/** A cache that is never told for how long an answer is good. Shown by what the trace says of an answer, with and without headers of its own. */
import { isPrivateAddress } from '../../answers/who-may-enter.ts';
import { proofOf } from '../../witness/requests.ts';
import type { Spot } from '../../witness/spots.ts';
import { defineRule } from '../rule.ts';

const FAMILIES = ['proxy', 'fastcgi', 'uwsgi', 'scgi'] as const;

/** What an application may send to say for how long its answer is good. */
const TOLD: readonly (readonly [string, string])[] = [
  ['Cache-Control', 'max-age=60'],
  ['Expires', 'Thu, 01 Jan 2099 00:00:00 GMT'],
  ['X-Accel-Expires', '60'],
];

/** The family of a place that caches what it is answered, and never says for how long. */
const familyOf = ({ scope }: Spot) =>
  FAMILIES.find(
    (f) =>
      scope.has(`${f}_pass`) &&
      (scope.value(`${f}_cache`)?.value(0) ?? 'off') !== 'off' &&
      !scope.effective(`${f}_cache_valid`).directives.length &&
      scope.value(`${f}_buffering`)?.value(0) !== 'off',
  );

/** Servers of the open network say for themselves how long their files are good; programs of one's own mostly do not. */
const isOwn = (upstream: string): boolean => {
  const host = upstream.replace(/:\d+$/, '').replace(/^\[|\]$/g, '');
  return upstream.startsWith('unix:') || isPrivateAddress(host) || !host.includes('.') || /\.(?:local|internal|lan|svc)$/.test(host);
};

export default defineRule({
  id: 'cache-stores-nothing',
  group: 'upstreams',
  severity: 'info',
  since: '0.2',
  title: 'Cache without a lifetime',
  why: `
\`proxy_cache\` names a zone and stores an answer only when something says for how long it is good: the answer's own \`Cache-Control\`, \`Expires\` or \`X-Accel-Expires\`, or \`proxy_cache_valid\` for its code. Django, Flask and FastAPI send none of these headers by themselves, so without \`proxy_cache_valid\` every request is a MISS. With the headers ignored as well (\`proxy_ignore_headers\`) nothing can ever be stored.

Name a time for the codes that may be kept, \`proxy_cache_valid 200 301 10m;\`, or let the application send \`Cache-Control: public, max-age=…\` for the pages that may. An answer with \`Set-Cookie\` is not stored in any case. Where \`proxy_no_cache\` or \`proxy_cache_bypass\` says what is not to be kept, the rule takes it that the application decides on the rest.`,
  about: ['proxy_cache', 'proxy_cache_valid', 'proxy_ignore_headers'],
  references: ['https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_cache_valid'],
  looksAt: {
    outcome: FAMILIES.map((f) => `${f}_pass`),
    somewhere: FAMILIES.map((f) => `${f}_cache`),
    when: (spot) => familyOf(spot) !== undefined,
  },
  needs: 'config',
  costly: true,
  missing: FAMILIES.flatMap((f) => [`${f}_cache_valid`, `${f}_ignore_headers`]),
  messages: {
    never:
      'Nothing is ever stored in {zone}: {name} leaves out what the application says of the lifetime, and no {valid} gives one. Add "{valid} 200 10m".',
    untold:
      'Only responses that say so themselves are stored in {zone}: no {valid} gives a lifetime, and without Cache-Control or Expires from the application each request is a MISS. Add "{valid} 200 10m", or send the header.',
  },
  check({ spot, report }) {
    const family = familyOf(spot);
    if (!family || spot.unsure) return;
    const cache = spot.scope.value(`${family}_cache`)!;
    const stores = (headers: readonly (readonly [string, string])[]) => {
      const trace = spot.ask({}, { upstream: { status: 200, headers } });
      return trace.cache && trace.outcome.upstreamRequest ? { trace, store: trace.cache.store } : null;
    };
    const plain = stores([]);
    if (!plain || plain.store) return;
    const data = { zone: cache.value(0), valid: `${family}_cache_valid` };
    const ignored = spot.scope.value(`${family}_ignore_headers`);
    const told = stores(TOLD);
    if (
      ignored &&
      told &&
      !told.store &&
      ['cache-control', 'expires', 'x-accel-expires'].every((n) => ignored.values.some((v) => v.toLowerCase() === n))
    ) {
      report('never', {
        at: ignored.at(),
        data: { ...data, name: ignored.name },
        severity: 'warning',
        related: [{ at: cache.at(), message: 'the cache' }],
        witness: proofOf(told.trace, 'MISS each time, nothing is stored'),
      });
      return;
    }
    // who says what is not to be kept leaves the rest to the application knowingly
    if (['no_cache', 'cache_bypass'].some((n) => spot.scope.effective(`${family}_${n}`).directives.length)) return;
    if (!told?.store || !isOwn(plain.trace.outcome.upstreamRequest!.upstream)) return;
    report('untold', { at: cache.at(), data, witness: proofOf(plain.trace, 'MISS each time, nothing is stored') });
  },
  examples: [
    {
      inside: 'http',
      bad: `proxy_cache_path /var/cache/nginx/pages keys_zone=pages:10m;
server {
    location / {
        proxy_cache pages;
#       ^^^^^^^^^^^^^^^^^^ untold
        proxy_pass http://127.0.0.1:8000;
    }
}`,
      good: `proxy_cache_path /var/cache/nginx/pages keys_zone=pages:10m;
server {
    location / {
        proxy_cache pages;
        proxy_cache_valid 200 10m;
        proxy_pass http://127.0.0.1:8000;
    }
}`,
      witness: {
        request: 'GET http://www.example.test/users',
        outcome: 'MISS each time, nothing is stored',
        meant: 'HIT for whoever asks next',
      },
    },
    {
      inside: 'http',
      bad: `uwsgi_cache_path /var/cache/nginx/pages keys_zone=pages:10m;
server {
    location / {
        uwsgi_cache pages;
        uwsgi_cache_key $scheme$host$request_uri;
        uwsgi_ignore_headers Cache-Control Expires X-Accel-Expires Set-Cookie;
#       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ never
        uwsgi_pass 127.0.0.1:3031;
    }
}`,
      good: `uwsgi_cache_path /var/cache/nginx/pages keys_zone=pages:10m;
uwsgi_cache_valid 200 5m;
server {
    location / {
        uwsgi_cache pages;
        uwsgi_cache_key $scheme$host$request_uri;
        uwsgi_ignore_headers Cache-Control Expires X-Accel-Expires Set-Cookie;
        uwsgi_pass 127.0.0.1:3031;
    }
}`,
    },
    {
      inside: 'http',
      good: `proxy_cache_path /var/cache/nginx/files keys_zone=files:10m;
server {
    location / {
        proxy_cache files;
        proxy_pass http://files.example.org;
    }
}`,
      notOn122: 'the name of the upstream is resolved when nginx starts',
    },
  ],
});
