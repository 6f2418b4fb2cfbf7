/** `proxy_cache_valid any` with a long time: a moment's 500 is what everyone gets for hours. Shown by two requests while the application fails. */
import { sourcesOf } from '../../answers/where-a-value-comes-from.ts';
import { parseTime } from '../../catalog/value-kind.ts';
import type { Directive } from '../../config/directive.ts';
import { variablesIn } from '../../trace/script.ts';
import { proofOf } from '../../witness/requests.ts';
import { defineRule } from '../rule.ts';

/** Seconds for which an error may well stay; five minutes are a usual guard against a crowd. */
const BEARABLE = 600;

const isErrors = (d: Directive): boolean => d.args.length > 1 && d.values.slice(0, -1).some((v) => v === 'any' || /^5\d\d$/.test(v));

const keptFor = (d: Directive): number => {
  const read = parseTime(d.values.at(-1)!, 'sec');
  return read.ok ? read.value : 0;
};

/** A condition on the answer keeps some of them out of the cache. */
const sortsAnswers = (pass: Directive, family: string): boolean =>
  pass.scope
    .effective(`${family}_no_cache`)
    .directives.some((d) =>
      d.values.some((v) =>
        variablesIn(v).some((name) => [...sourcesOf(d.scope.config, name)].some((s) => /^(?:upstream_)?status$/.test(s))),
      ),
    );

export default defineRule({
  id: 'cache-stores-errors',
  group: 'upstreams',
  severity: 'warning',
  since: '0.2',
  title: 'Errors cached for a long time',
  why: `
\`any\` in \`proxy_cache_valid\` means every code that no other line names: 500, 502 from the application and 404 among them. When it fails for a second, the page that says so is stored, and everyone gets it until the time is over, although the application has long recovered.

Name the codes of good answers, and give errors a minute at most: \`proxy_cache_valid 200 301 1d; proxy_cache_valid any 1m;\`.`,
  about: ['proxy_cache_valid'],
  references: ['https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_cache_valid'],
  looksAt: {
    outcome: ['proxy_pass', 'uwsgi_pass', 'fastcgi_pass', 'scgi_pass'],
    somewhere: ['proxy', 'uwsgi', 'fastcgi', 'scgi'].map((f) => `${f}_cache_valid`),
    when: ({ scope }) =>
      ['proxy', 'uwsgi', 'fastcgi', 'scgi'].some(
        (f) =>
          (scope.value(`${f}_cache`)?.value(0) ?? 'off') !== 'off' &&
          scope.effective(`${f}_cache_valid`).directives.some((d) => isErrors(d) && keptFor(d) > BEARABLE),
      ),
  },
  needs: 'config',
  messages: {
    kept: 'An error of the application is stored for {time}: after one 500, everybody gets it for {path} until then. Name the codes of good answers, and give "any" a minute.',
  },
  check({ spot, report }) {
    const pass = spot.directives.find((d) => /^(?:proxy|uwsgi|fastcgi|scgi)_pass$/.test(d.name));
    const path = spot.pathWhere((p) => p.length > 1 && !p.endsWith('/')) ?? spot.path;
    if (!pass || path === undefined) return;
    const family = pass.name.replace(/_pass$/, '');
    const lines = spot.scope.effective(`${family}_cache_valid`).directives;
    // the first line that names the code counts (ngx_http_file_cache_valid)
    const line = lines.find((d) => isErrors(d));
    if (!line || keptFor(line) <= BEARABLE || line.args.at(-1)!.templated || sortsAnswers(pass, family)) return;
    const trace = spot.ask({ path }, { upstream: { status: 500, headers: [] } });
    if (trace.outcome.status !== 500 || !trace.steps.some((s) => /stored|cached/i.test(s.said))) return;
    report('kept', {
      at: line.at(),
      data: { time: line.values.at(-1)!, path },
      witness: proofOf(trace, 'HIT 500 for whoever asks next'),
    });
  },
  examples: [
    {
      inside: 'http',
      bad: `proxy_cache_path /var/cache/nginx/pages keys_zone=pages:10m inactive=2d;
server {
    location / {
        proxy_cache pages;
        proxy_cache_valid any 1d;
#       ^^^^^^^^^^^^^^^^^^^^^^^^^ kept
        proxy_pass http://127.0.0.1:8000;
    }
}`,
      good: `proxy_cache_path /var/cache/nginx/pages keys_zone=pages:10m inactive=2d;
server {
    location / {
        proxy_cache pages;
        proxy_cache_valid 200 1d;
        proxy_pass http://127.0.0.1:8000;
    }
}`,
      witness: {
        request: 'GET http://www.example.test/users',
        outcome: 'HIT 500 for whoever asks next',
        meant: 'an error is kept for a short time',
      },
    },
    {
      inside: 'http',
      good: `proxy_cache_path /var/cache/nginx/pages keys_zone=pages:10m inactive=2d;
server {
    location / {
        proxy_cache pages;
        proxy_cache_valid 200 1d;
        proxy_cache_valid any 1m;
        proxy_pass http://127.0.0.1:8000;
    }
}`,
    },
  ],
});
