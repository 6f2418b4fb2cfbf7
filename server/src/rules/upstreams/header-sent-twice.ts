/** Two lines for one header in force together: an include and a line of one's own, mostly. nginx sends both. */
import { isNginx, isVersionSaid } from '../../answers/which-build.ts';
import { PerPart } from '../../config/asked.ts';
import type { Directive } from '../../config/directive.ts';
import type { Scope } from '../../config/scope.ts';
import { defineRule } from '../rule.ts';

/** Headers of which a second line is refused by gunicorn and h11, and by others soon. */
const SINGLE = new Set(['host', 'content-type', 'content-length', 'transfer-encoding']);
/** of the hop, not for the application */
const OWN = new Set(['connection', 'keep-alive', 'te', 'upgrade']);

const LISTS = ['proxy_set_header', 'grpc_set_header'] as const;

const isSent = (d: Directive): boolean => d.args.length === 2 && d.value(1) !== '';

const keyOf = (d: Directive): string => `${d.name} ${d.value(0).toLowerCase()}`;

/** The first line of a level for each header that is sent. */
const firstLines = new PerPart((scope: Scope): ReadonlyMap<string, Directive> => {
  const first = new Map<string, Directive>();
  for (const list of LISTS) for (const d of scope.named(list)) if (isSent(d) && !first.has(keyOf(d))) first.set(keyOf(d), d);
  return first;
});

export default defineRule({
  id: 'header-sent-twice',
  group: 'upstreams',
  severity: 'info',
  since: '0.2',
  title: 'Request header sent twice',
  why: `
Lines of \`proxy_set_header\` do not replace each other: each is sent. Two lines for one name on a level, such as one in an included file and one below it, give the application the header twice. gunicorn from 26.1 on answers 400 to two Host or Content-Type headers, h11 (hypercorn, plain uvicorn) to two Host headers; for other headers an application sees both values joined with a comma, or one of them.

From nginx 1.31.4 on Host is the exception: only the last line of it is sent.`,
  about: ['proxy_set_header'],
  references: ['https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_set_header'],
  looksAt: { directive: LISTS },
  needs: 'file',
  ofShape: true,
  messages: {
    refused: '{name} is set twice here, and nginx sends both lines: gunicorn and others answer 400. Keep one of them.',
    last: '{name} is set twice here: nginx {version} sends the last line only, versions before 1.31.4 send both. Keep one of them.',
    both: '{name} is set twice here, and nginx sends both lines: applications join them or take one. Keep one of them.',
  },
  check({ directive, scope, config, report }) {
    const name = directive.value(0);
    const lower = name.toLowerCase();
    if (!isSent(directive) || OWN.has(lower) || name.includes('$')) return;
    const first = firstLines.of(scope).get(keyOf(directive));
    // a line that a template fills in may be anything
    if (!first || first === directive || [first, directive].some((d) => d.statement.name.templated || d.args.some((a) => a.templated)))
      return;
    const own = scope.opener?.file;
    const [at, other] = first.file === own && directive.file !== own ? [first, directive] : [directive, first];
    const { nginx } = config.settings.target;
    const last = lower === 'host' && isNginx(config, '1.31.4');
    report(last ? 'last' : SINGLE.has(lower) ? 'refused' : 'both', {
      at: at.at(),
      data: { name, version: nginx.text },
      severity: SINGLE.has(lower) && !(last && isVersionSaid(config)) ? 'warning' : 'info',
      related: [{ at: other.at(), message: 'the other line' }],
    });
  },
  examples: [
    {
      inside: 'location',
      settings: { nginx: '1.30.7' },
      bad: `
  proxy_set_header Host $http_host;
  proxy_set_header host $host;
# ^^^^^^^^^^^^^^^^^^^^^^^^^^^^ refused
  proxy_pass http://127.0.0.1:8000;`,
      good: `
  proxy_set_header Host $host;
  proxy_pass http://127.0.0.1:8000;`,
    },
    {
      inside: 'location',
      settings: { nginx: '1.31.9' },
      bad: `
  proxy_set_header Host $http_host;
  proxy_set_header Host $host;
# ^^^^^^^^^^^^^^^^^^^^^^^^^^^^ last
  proxy_pass http://127.0.0.1:8000;`,
    },
    {
      inside: 'tree',
      bad: `#- nginx.conf
events { }
http {
    server {
        location / {
            proxy_set_header X-Forwarded-Proto https;
#           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ both
            include params.conf;
            proxy_pass http://127.0.0.1:8000;
        }
    }
}
#- params.conf
proxy_set_header X-Forwarded-Proto $scheme;`,
    },
    {
      inside: 'server',
      good: `
proxy_set_header Host $http_host;
location / {
    proxy_set_header Host $host;
    proxy_set_header X-Real-IP "";
    proxy_set_header X-Real-IP $remote_addr;
    proxy_pass http://127.0.0.1:8000;
}`,
    },
  ],
});
