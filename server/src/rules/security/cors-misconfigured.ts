/** CORS headers that let any site read what is the user's, or that no browser accepts. Shown by a request of a foreign page. */
import type { Directive } from '../../config/directive.ts';
import type { Trace } from '../../trace/trace.ts';
import { proofOf } from '../../witness/requests.ts';
import type { Spot } from '../../witness/spots.ts';
import { defineRule } from '../rule.ts';

const ALLOW_ORIGIN = 'access-control-allow-origin';
const FOREIGN = 'https://evil.test';

const valuesOf = (trace: Trace, name: string): string[] =>
  trace.outcome.responseHeaders.filter(([n]) => n.toLowerCase() === name).map(([, v]) => v);

const isCredentialed = (trace: Trace): boolean => valuesOf(trace, 'access-control-allow-credentials').some((v) => v.trim() === 'true');

/** The add_header line in force that gives a header; of several the last. */
function lineOf(spot: Spot, name: string): Directive | null {
  const own = spot.directives.filter((d) => d.name === 'add_header' && d.value(0).toLowerCase() === name);
  return own.at(-1) ?? spot.scope.effective('add_header').directives.findLast((d) => d.value(0).toLowerCase() === name) ?? null;
}

/** Words that a page's origin may be, as a list would have them. */
const isList = (value: string): boolean => value.trim().split(/[\s,]+/).length > 1;

export default defineRule({
  id: 'cors-misconfigured',
  group: 'security',
  severity: 'warning',
  since: '0.2',
  title: 'CORS headers open to any site or invalid',
  why: `
\`Access-Control-Allow-Origin\` names the one site whose pages may read the answer. Who sends back \`$http_origin\`, whatever it is, together with \`Access-Control-Allow-Credentials: true\`, lets every page on the web read what the user sees when he is logged in. \`null\` is no harmless value: a sandboxed frame of any site has this origin.

Browsers refuse \`*\` together with credentials, two origins in one value, and the header sent twice: the page that it was written for does not work.

Choose the origin with a \`map\` of \`$http_origin\` that lists your own sites and is empty otherwise (nginx sends no header then), and send \`Vary: Origin\`.`,
  about: ['add_header', 'map', '$http_'],
  references: ['https://fetch.spec.whatwg.org/#http-cors-protocol', 'https://cwe.mitre.org/data/definitions/942.html'],
  looksAt: {
    outcome: ['location', 'server'],
    when: (spot) => lineOf(spot, ALLOW_ORIGIN) !== null,
  },
  needs: 'config',
  messages: {
    reflected:
      'Any site may read the answers with the user’s credentials: a page of {origin} gets its own origin back. Choose the origin with a map that lists your own sites.',
    null: 'A page in a sandboxed frame of any site has the origin null, and may read the answers with the user’s credentials. Name a site.',
    star: 'No browser takes credentials for Access-Control-Allow-Origin "*": such requests fail. Name the origin, or leave Access-Control-Allow-Credentials out.',
    list: 'Access-Control-Allow-Origin takes one origin, and browsers refuse "{value}". Choose one with a map of $http_origin.',
    twice: 'Access-Control-Allow-Origin is sent {count} times, and browsers refuse that. Keep one of the lines.',
  },
  check({ spot, report }) {
    const line = lineOf(spot, ALLOW_ORIGIN)!;
    const probes = ['GET', 'OPTIONS'].map((method) => ({ method }));
    const tell = (message: 'reflected' | 'null' | 'star' | 'list' | 'twice', trace: Trace, data: Record<string, string | number>): void => {
      const value = valuesOf(trace, ALLOW_ORIGIN)[0]!;
      const credentials = lineOf(spot, 'access-control-allow-credentials');
      report(message, {
        at: line.at(),
        data,
        related: credentials && message !== 'twice' && message !== 'list' ? [{ at: credentials.at(), message: 'with credentials' }] : [],
        witness: proofOf(trace, `Access-Control-Allow-Origin: ${value}`),
      });
    };
    for (const probe of probes)
      for (const origin of [FOREIGN, 'null']) {
        const trace = spot.ask({ ...probe, headers: [['Origin', origin]] }, { upstream: { status: 200, headers: [] } });
        const values = valuesOf(trace, ALLOW_ORIGIN).filter((v) => v !== '');
        const [value] = values;
        if (value === undefined) continue;
        if (values.length > 1) return tell('twice', trace, { count: values.length });
        if (isList(value)) return tell('list', trace, { value });
        if (!isCredentialed(trace)) continue;
        if (value === '*') return tell('star', trace, {});
        if (value === 'null') return tell('null', trace, {});
        if (value === origin) return tell('reflected', trace, { origin });
      }
  },
  examples: [
    {
      inside: 'server',
      bad: `location /api/ {
    add_header Access-Control-Allow-Origin $http_origin;
#   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ reflected
    add_header Access-Control-Allow-Credentials true;
    proxy_pass http://127.0.0.1:8000;
}`,
      good: `location /api/ {
    add_header Access-Control-Allow-Origin https://shop.example.com;
    add_header Access-Control-Allow-Credentials true;
    proxy_pass http://127.0.0.1:8000;
}`,
    },
    {
      inside: 'server',
      bad: `location /api/ {
    add_header Access-Control-Allow-Origin *;
#   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ star
    add_header Access-Control-Allow-Credentials true;
    proxy_pass http://127.0.0.1:8000;
}
location /fonts/ {
    add_header Access-Control-Allow-Origin "https://a.example.com https://b.example.com";
#   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ list
    proxy_pass http://127.0.0.1:8000;
}
location /both/ {
    add_header Access-Control-Allow-Origin https://a.example.com;
    add_header Access-Control-Allow-Origin https://b.example.com;
#   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ twice
    proxy_pass http://127.0.0.1:8000;
}`,
      good: `location /api/ {
    add_header Access-Control-Allow-Credentials true;
    proxy_pass http://127.0.0.1:8000;
}
location /fonts/ {
    add_header Access-Control-Allow-Origin "https://a.example.com";
    proxy_pass http://127.0.0.1:8000;
}
location /both/ {
    add_header Access-Control-Allow-Origin https://b.example.com;
    proxy_pass http://127.0.0.1:8000;
}`,
    },
    {
      inside: 'server',
      bad: `location /api/ {
    add_header Access-Control-Allow-Origin null;
#   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ null
    add_header Access-Control-Allow-Credentials true;
    proxy_pass http://127.0.0.1:8000;
}`,
      good: `location /api/ {
    proxy_pass http://127.0.0.1:8000;
}`,
    },
    {
      inside: 'http',
      good: `map $http_origin $cors {
    default "";
    "~^https://([a-z0-9-]+\\.)?example\\.com$" $http_origin;
}
server {
    location / {
        add_header Access-Control-Allow-Origin $cors;
        add_header Access-Control-Allow-Credentials true;
        add_header Vary Origin;
        proxy_pass http://127.0.0.1:8000;
    }
    location /open/ {
        add_header Access-Control-Allow-Origin $http_origin;
        proxy_pass http://127.0.0.1:8000;
    }
}`,
    },
  ],
});
