/** A limit of requests without a burst over whole pages: a browser asks for a page's parts at once, and all but one are refused. */
import { toBytes } from '../../base/bytes.ts';
import type { Directive } from '../../config/directive.ts';
import { matchLocation } from '../../config/locations.ts';
import type { Scope } from '../../config/scope.ts';
import { PASS_DIRECTIVES } from '../../config/upstreams.ts';
import { fixOf } from '../fix.ts';
import { defineRule } from '../rule.ts';
import { parameter, zoneOf } from './_zones.ts';

/** Keys that are one for all requests of a browser. */
const OF_CLIENT =
  /^\$\{?(?:binary_remote_addr|remote_addr|realip_remote_addr|http_x_forwarded_for|http_x_real_ip|http_cf_connecting_ip|proxy_add_x_forwarded_for)\}?(?:[:|_-]?\$\{?(?:server_name|host)\}?)?$/;

/** What a page asks for beside itself, where sites keep it. */
const PARTS = ['/site.css', '/static/site.css', '/assets/app.js', '/js/app.js'];

/** Names under which programs are asked and no pages. */
const NO_PAGES = /^(?:api|ws|wss|rpc|auth|oauth|hooks?|webhooks?|graphql|grpc|metrics|git|registry|mqtt)\b/i;

/** Seconds between two requests that browsers would notice: they send the parts of a page within some milliseconds. */
const NOTICED = 0.01;

const inWords = (seconds: number): string => (seconds >= 1 ? `${Math.round(seconds * 10) / 10} s` : `${Math.round(seconds * 1000)} ms`);

const answersPages = (scope: Scope): boolean => PASS_DIRECTIVES.some((name) => scope.has(name)) || scope.value('root') !== undefined;

/** Whether a page and all that it asks for come by the line. */
function takesParts(limit: Directive, server: Scope): boolean {
  return ['/', ...PARTS].every((path) => {
    const scope = matchLocation(server, toBytes(path)).location?.scope ?? server;
    return answersPages(scope) && !scope.has('return') && scope.effective('limit_req').directives.includes(limit);
  });
}

export default defineRule({
  id: 'limit-without-burst',
  group: 'limits',
  severity: 'info',
  since: '0.2',
  title: 'Limit without a burst over whole pages',
  why: `
nginx counts in milliseconds: \`rate=10r/s\` is one request in 100 ms, and without \`burst\` every one that comes sooner is refused (ngx_http_limit_req_lookup). A browser asks for the style sheets, scripts and pictures of a page at once, so that most of them get 503 and the page is shown without them, for a single visitor who did nothing wrong.

Give the limit room for a page, \`burst=20 nodelay\`, or leave static files out of it with a location of their own.`,
  about: ['limit_req', 'limit_req_zone'],
  references: ['https://nginx.org/en/docs/http/ngx_http_limit_req_module.html#limit_req'],
  looksAt: { directive: ['limit_req'], where: ({ values }) => !values.some((v) => /^burst=(?!0*$)/.test(v)) },
  needs: 'config',
  fixable: 'always',
  messages: {
    single:
      'Without burst one request in {gap} is let through: of a page with its style sheets and scripts the others get {status}. Add burst=20 nodelay.',
  },
  check({ directive, scope, report }) {
    const server = scope.enclosing('server');
    const isSite = scope.context === 'server' || (scope.context === 'location' && /^(?:\^~ )?\/$/.test(scope.opener!.values.join(' ')));
    const last = directive.args.at(-1);
    if (!server || !isSite || !last || directive.args.some((a) => a.templated)) return;
    const zone = zoneOf(directive);
    if (!zone?.rate || !OF_CLIENT.test(zone.directive.value(0)) || 1 / zone.rate < NOTICED) return;
    if (scope.value('limit_req_dry_run')?.value(0) === 'on') return;
    const names = server.named('server_name').flatMap((d) => d.values);
    if (names.length && names.every((n) => NO_PAGES.test(n))) return;
    if (!takesParts(directive, server)) return;
    const burst = directive.args.find((a) => a.value.startsWith('burst='));
    report('single', {
      at: directive.at(),
      data: { gap: inWords(1 / zone.rate), status: scope.value('limit_req_status')?.value(0) ?? '503' },
      related: [{ at: zone.directive.at(), message: `the rate: ${parameter(zone.directive, 'rate') ?? ''}` }],
      fix: fixOf('Let a page through at once', 'suggestion', directive.file, [
        burst
          ? { span: { start: burst.start, end: burst.end }, newText: 'burst=20 nodelay' }
          : { span: { start: last.end, end: last.end }, newText: ' burst=20 nodelay' },
      ]),
    });
  },
  examples: [
    {
      inside: 'http',
      bad: `limit_req_zone $binary_remote_addr zone=one:10m rate=5r/s;
server {
    location / {
        limit_req zone=one;
#       ^^^^^^^^^^^^^^^^^^^ single
        proxy_pass http://127.0.0.1:8000;
    }
}`,
      good: `limit_req_zone $binary_remote_addr zone=one:10m rate=5r/s;
server {
    location / {
        limit_req zone=one burst=20 nodelay;
        proxy_pass http://127.0.0.1:8000;
    }
}`,
    },
    {
      inside: 'http',
      good: `limit_req_zone $binary_remote_addr zone=one:10m rate=5r/s;
server {
    location = /login {
        limit_req zone=one;
        proxy_pass http://127.0.0.1:8000;
    }
    location / { proxy_pass http://127.0.0.1:8000; }
}`,
    },
    {
      inside: 'http',
      good: `limit_req_zone $binary_remote_addr zone=one:10m rate=5r/s;
server {
    location / {
        limit_req zone=one;
        proxy_pass http://127.0.0.1:8000;
    }
    location /static/ { alias /srv/static/; }
}`,
    },
  ],
});
