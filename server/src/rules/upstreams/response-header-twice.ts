/** A header of the answer that nginx sends twice with different values: add_header does not replace what another line has set. */
import type { Directive } from '../../config/directive.ts';
import { proofOf } from '../../witness/requests.ts';
import type { Spot } from '../../witness/spots.ts';
import { defineRule } from '../rule.ts';

/** Headers of which a browser takes one value, or none when there are two. CORS has a rule of its own, Cache-Control too. */
const SINGLE =
  /^(?:x-frame-options|strict-transport-security|x-content-type-options|content-type|referrer-policy|x-xss-protection|cross-origin-(?:opener|embedder|resource)-policy|access-control-max-age|etag|location)$/i;

interface Line {
  readonly directive: Directive;
  readonly name: string;
  readonly value: string;
}

/** The lines in force that set headers of the answer. */
function linesOf({ scope }: Spot): Line[] {
  const added = scope
    .effective('add_header')
    .directives.map((directive) => ({ directive, name: directive.value(0), value: directive.value(1) }));
  const set = scope.effective('more_set_headers').directives.flatMap((directive) =>
    directive.values.flatMap((v) => {
      const m = /^([\w-]+):\s*(.*)$/s.exec(v);
      return m && directive.values[0] !== '-s' && directive.values[0] !== '-t' ? [{ directive, name: m[1]!, value: m[2]! }] : [];
    }),
  );
  return [...added, ...set].filter((l) => l.value !== '');
}

/** The first pair of lines for one header; of more_set_headers the last replaces the others. */
function pairOf(spot: Spot): [Line, Line] | null {
  const { scope } = spot;
  if (!scope.effective('add_header').directives.length) return null;
  const lines = linesOf(spot).filter((l) => SINGLE.test(l.name));
  for (const line of lines) {
    if (line.directive.name !== 'add_header') continue;
    const other = lines.find(
      (l) =>
        l !== line &&
        l.name.toLowerCase() === line.name.toLowerCase() &&
        (l.directive.name !== 'add_header' || l.directive !== line.directive),
    );
    if (other) return other.directive.name === 'add_header' ? [line, other] : [other, line];
  }
  return null;
}

export default defineRule({
  id: 'response-header-twice',
  group: 'upstreams',
  severity: 'warning',
  since: '0.2',
  title: 'Response header sent twice',
  why: `
\`add_header\` adds a line; it replaces none, neither that of another \`add_header\` on the level nor what \`more_set_headers\` has set. Of some headers two are as good as none: browsers ignore \`X-Frame-Options\` with two different values, and take the first \`Strict-Transport-Security\` only.

Keep one of the lines. What the application sends is replaced with \`proxy_hide_header\` and \`add_header\`, or with \`more_set_headers\` alone.`,
  about: ['add_header', 'proxy_hide_header'],
  references: ['https://www.rfc-editor.org/rfc/rfc7034#section-2.1'],
  looksAt: {
    outcome: ['add_header', 'more_set_headers', 'location', 'server'],
    somewhere: ['add_header'],
    when: (spot) => pairOf(spot) !== null,
  },
  needs: 'config',
  messages: {
    twice: '{name} is sent twice, as "{one}" and as "{other}": neither line replaces the other. Keep one of them.',
  },
  check({ spot, report }) {
    const [one, other] = pairOf(spot)!;
    const { scope } = spot;
    // told where the nearer of the two lines stands
    if (![one, other].some((l) => l.directive.scope === scope) && !(spot.location === null && other.directive.scope.context === 'http'))
      return;
    const path = spot.path;
    if (path === undefined) return;
    const trace = spot.ask({ path }, { upstream: { status: 200, headers: [] } });
    const count = trace.outcome.responseHeaders.filter(([n]) => n.toLowerCase() === other.name.toLowerCase()).length;
    // what a module that is not simulated sets comes on top
    if (count < (one.directive.name === 'add_header' ? 2 : 1)) return;
    report('twice', {
      at: other.directive.at(),
      data: { name: other.name, one: one.value, other: other.value },
      severity: one.value === other.value ? 'info' : 'warning',
      related: [{ at: one.directive.at(), message: 'the other line' }],
      witness: proofOf(trace, `${other.name}: ${other.value}`),
    });
  },
  examples: [
    {
      inside: 'server',
      bad: `location / {
    add_header X-Frame-Options DENY always;
    add_header X-Frame-Options SAMEORIGIN always;
#   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ twice
    proxy_pass http://127.0.0.1:8000;
}`,
      good: `location / {
    add_header X-Frame-Options DENY always;
    proxy_pass http://127.0.0.1:8000;
}`,
      witness: { request: 'GET http://www.example.test/users', outcome: 'X-Frame-Options: SAMEORIGIN', meant: 'one X-Frame-Options line' },
    },
    {
      inside: 'server',
      bad: `location / {
    add_header X-Frame-Options SAMEORIGIN always;
#   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ twice
    more_set_headers "X-Frame-Options: DENY";
    proxy_pass http://127.0.0.1:8000;
}`,
      good: `location / {
    more_set_headers "X-Frame-Options: DENY";
    proxy_pass http://127.0.0.1:8000;
}`,
    },
    {
      inside: 'server',
      good: `add_header X-Frame-Options DENY always;
location /frame/ {
    add_header X-Frame-Options SAMEORIGIN always;
    proxy_pass http://127.0.0.1:8000;
}`,
    },
  ],
});
