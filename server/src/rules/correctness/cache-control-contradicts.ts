/** `expires` beside an add_header for Cache-Control that says the contrary: both lines are sent. Shown by the answer. */
import type { Directive } from '../../config/directive.ts';
import type { Trace } from '../../trace/trace.ts';
import { proofOf } from '../../witness/requests.ts';
import { defineRule } from '../rule.ts';

interface Said {
  /** seconds; null: none named */
  readonly age: number | null;
  /** not to be stored, or to be asked about each time */
  readonly never: boolean;
  /** stored for long on purpose */
  readonly forLong: boolean;
}

function read(value: string): Said {
  const words = value.toLowerCase().split(/\s*,\s*/);
  const age = words.map((w) => /^max-age=(\d+)$/.exec(w)?.[1]).find((n) => n !== undefined);
  return {
    age: age === undefined ? null : Number(age),
    never: words.includes('no-store') || words.includes('no-cache') || age === '0',
    forLong: words.includes('immutable') || (age !== undefined && Number(age) > 0),
  };
}

const isOne = (d: Directive): boolean => d.value(0).toLowerCase() === 'cache-control' && d.value(1) !== '';

const lines = (trace: Trace): string[] =>
  trace.outcome.responseHeaders.filter(([n]) => n.toLowerCase() === 'cache-control').map(([, v]) => v);

export default defineRule({
  id: 'cache-control-contradicts',
  group: 'correctness',
  severity: 'warning',
  since: '0.2',
  title: 'Contradicting Cache-Control lines',
  why: `
\`expires\` sends a Cache-Control line of its own, \`max-age\` or \`no-cache\`, and \`add_header Cache-Control\` adds another one beside it; neither replaces the other. A browser takes both together: with \`no-store\` in one of them nothing is kept, whatever the other one says, and of two ages caches differ in which counts.

Say it once: \`expires\` for the age, with \`add_header Cache-Control public\` or \`immutable\` beside it, or \`add_header\` alone.`,
  about: ['expires', 'add_header'],
  references: ['https://www.rfc-editor.org/rfc/rfc9111#section-5.2.2'],
  looksAt: {
    outcome: ['expires', 'add_header', 'location'],
    somewhere: ['add_header'],
    like: /^cache-control$/i,
    when: ({ scope }) => {
      const own = scope.effective('add_header').directives.filter(isOne);
      return own.length > 1 || (own.length > 0 && !!scope.value('expires'));
    },
  },
  needs: 'config',
  messages: {
    never: 'The answer to {from} says both "{one}" and "{other}", and nothing is cached. Say it once: drop expires, or this line.',
    ages: 'The answer to {from} names two ages, "{one}" and "{other}", of which caches take either. Drop expires, or the max-age of this line.',
  },
  check({ spot, report }) {
    const path = spot.path;
    if (path === undefined) return;
    const own = spot.scope.effective('add_header').directives.filter(isOne);
    const line = own.at(-1)!;
    const expires = spot.scope.value('expires');
    // told where the later of the two lines stands
    if (line.scope !== spot.scope && expires?.scope !== spot.scope) return;
    const first = spot.ask({ path }, { upstream: { status: 200, headers: [] } });
    const there = first.assumptions.flatMap((a) => (a.id.startsWith('file:') ? [[a.id, 'file'] as const] : []));
    const trace =
      lines(first).length > 1 ? first : spot.ask({ path }, { upstream: { status: 200, headers: [] }, assume: Object.fromEntries(there) });
    const values = lines(trace);
    if (values.length < 2) return;
    const said = values.map(read);
    const contrary = said.some((s) => s.never) && said.some((s) => s.forLong);
    // a place that says for itself that nothing is kept gets what it wants, whatever the level above says
    if (contrary && expires && expires.scope !== line.scope && line.scope === spot.scope && read(line.value(1)).never) return;
    const ages = new Set(said.flatMap((s) => (s.age === null ? [] : [s.age])));
    if (!contrary && ages.size < 2) return;
    report(contrary ? 'never' : 'ages', {
      at: line.at(),
      data: { from: path, one: values[0]!, other: values[1]! },
      severity: contrary ? 'warning' : 'info',
      related: expires ? [{ at: expires.at(), message: 'sends a Cache-Control line, too' }] : [],
      witness: proofOf(trace, `Cache-Control: ${values[0]}`),
    });
  },
  examples: [
    {
      inside: 'server',
      bad: `location /feed {
    expires 30d;
    add_header Cache-Control "no-store";
#   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ never
    proxy_pass http://127.0.0.1:8000;
}`,
      good: `location /feed {
    add_header Cache-Control "no-store";
    proxy_pass http://127.0.0.1:8000;
}`,
      witness: {
        request: 'GET http://www.example.test/feed/users',
        outcome: 'Cache-Control: max-age=2592000',
        meant: 'one Cache-Control line',
      },
    },
    {
      inside: 'server',
      good: `expires 30d;
location = /env.js {
    add_header Cache-Control no-cache;
    proxy_pass http://127.0.0.1:8000;
}`,
    },
    {
      inside: 'server',
      good: `location /static/ {
    expires 30d;
    add_header Cache-Control "public, immutable";
    root /srv/site;
}`,
    },
  ],
});
