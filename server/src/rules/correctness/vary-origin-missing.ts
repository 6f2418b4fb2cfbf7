/** Answers that differ by Origin and may be kept, without a Vary that says so: one site gets the copy that was made for another. Shown by two requests. */
import { variablesIn } from '../../trace/script.ts';
import type { HeaderPair, Trace } from '../../trace/trace.ts';
import { proofOf } from '../../witness/requests.ts';
import type { Spot } from '../../witness/spots.ts';
import { defineRule } from '../rule.ts';
import { ALLOW_ORIGIN, crossOrigin, IS_ALLOW_ORIGIN, lineOf, originsOf, SETTERS, valuesOf } from '../security/_cors.ts';

/** Whether an answer says that it may be kept for a while. */
function mayBeKept(trace: Trace): string | null {
  const words = valuesOf(trace, 'cache-control').flatMap((v) => v.toLowerCase().split(/\s*,\s*/));
  if (words.some((w) => /^no-(?:cache|store)|^max-age=0$/.test(w))) return null;
  return words.find((w) => /^(?:s-)?max(?:age|-age)=[1-9]/.test(w) || w === 'immutable') ?? null;
}

const tellsVary = (trace: Trace): boolean => valuesOf(trace, 'vary').some((v) => /(?:^|[\s,])(?:origin|\*)(?:[\s,]|$)/i.test(v));

/** Fonts for two sites, with a line after the header. */
const fonts = (line: string): string => `map $http_origin $allowed {
    default "";
    https://app.example.com $http_origin;
    https://shop.example.com $http_origin;
}
server {
    location /fonts/ {
        proxy_pass http://127.0.0.1:8000;
        expires 30d;
        add_header Access-Control-Allow-Origin $allowed always;
${line}
    }
}`;

export default defineRule({
  id: 'vary-origin-missing',
  group: 'correctness',
  severity: 'warning',
  since: '0.2',
  title: 'Cached CORS answer without Vary: Origin',
  why: `
Where \`Access-Control-Allow-Origin\` depends on who asks, the answers to two sites differ, and to a page without an origin a third one is sent, without the header. A browser or a CDN that may keep the answer cannot know: it gives the first copy to the next page, the header names the wrong site, and the request fails, now and then, and only for some.

\`add_header Vary Origin always;\` beside it makes caches keep a copy for each origin. A value that is the same for everyone (\`*\`, or one site) needs none.`,
  about: ['add_header', 'map', 'expires'],
  references: ['https://fetch.spec.whatwg.org/#cors-protocol-and-http-caches', 'https://www.rfc-editor.org/rfc/rfc9110#section-12.5.5'],
  looksAt: {
    outcome: ['location', 'server'],
    somewhere: [...SETTERS],
    like: IS_ALLOW_ORIGIN,
    when: (spot) => isByOrigin(spot),
  },
  needs: 'config',
  messages: {
    kept: 'The answer to {origin} may be kept ({said}) and says nothing of Vary: the copy goes to pages of other sites, too, and their requests fail. Add "add_header Vary Origin always;".',
  },
  check({ spot, report }) {
    const line = lineOf(spot, ALLOW_ORIGIN)!;
    const path = spot.path;
    if (path === undefined || spot.location?.kind === 'named') return;
    let plain: Trace | undefined;
    for (const origin of originsOf(spot)) {
      const trace = ask(crossOrigin(spot, origin).headers);
      const value = valuesOf(trace, ALLOW_ORIGIN)[0];
      if (!value || value === '*' || trace.outcome.status >= 400) continue;
      const said = mayBeKept(trace);
      if (said === null || tellsVary(trace) || value === valuesOf((plain ??= ask([])), ALLOW_ORIGIN)[0]) continue;
      report('kept', {
        at: line.at(),
        data: { origin, said },
        witness: proofOf(trace, `${trace.outcome.status} without Vary`),
      });
      return;
    }

    function ask(headers: readonly HeaderPair[]): Trace {
      const first = spot.ask({ path: path!, headers }, { upstream: { status: 200, headers: [] } });
      const there = first.assumptions.flatMap((a) => (a.id.startsWith('file:') ? [[a.id, 'file'] as const] : []));
      return there.length
        ? spot.ask({ path: path!, headers }, { upstream: { status: 200, headers: [] }, assume: Object.fromEntries(there) })
        : first;
    }
  },
  examples: [
    {
      inside: 'http',
      bad: fonts('#       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ kept'),
      good: fonts('        add_header Vary Origin always;'),
      witness: {
        request: 'GET http://www.example.test/fonts/users, Origin: https://app.example.com',
        outcome: '200 without Vary',
        meant: 'a copy for each origin',
      },
    },
    {
      inside: 'server',
      good: `location /fonts/ {
    proxy_pass http://127.0.0.1:8000;
    expires 30d;
    add_header Access-Control-Allow-Origin *;
}`,
    },
  ],
});

/** Whether the value hangs on who asks: a variable of the line, or a condition around it. */
function isByOrigin(spot: Spot): boolean {
  const line = lineOf(spot, ALLOW_ORIGIN);
  return line !== null && (variablesIn(line.value(1)).length > 0 || line.scope.opener?.name === 'if');
}
