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
  if (!scope.effective('add_header').directives.some((d) => SINGLE.test(d.value(0)))) return null;
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

/** Directives of a policy that say where something may be loaded from; without one `default-src` says it. */
const FETCHED = /^(?:script|style|img|font|connect|media|object|frame|child|worker|manifest)-src$/;

/** A policy by its directives, and what each lists, in small letters. */
const readPolicy = (value: string): ReadonlyMap<string, readonly string[]> =>
  new Map(
    value
      .toLowerCase()
      .split(';')
      .map((part) => part.trim().split(/\s+/))
      .filter(([name]) => name)
      .reverse()
      .map(([name, ...sources]) => [name!, sources]),
  );

/** Sources that say something by themselves, and none that lists of hosts can be compared with. */
const BEYOND_LISTS = /^'(?:nonce-|sha\d|strict-dynamic)/;

/** Whether a list surely leaves a source out that is written in another one. */
function leavesOut(list: readonly string[], source: string): boolean {
  if (list.includes(source) || source === "'none'" || source === "'report-sample'") return false;
  if (source.startsWith("'")) return source === "'unsafe-inline'" || source === "'unsafe-eval'" || !list.some((s) => !s.startsWith("'"));
  if (/^[a-z]+:$/.test(source)) return /^(?:data|blob):$/.test(source);
  const host = source.replace(/^[a-z]+:\/\//, '');
  return !list.some((s) => {
    const other = s.replace(/^[a-z]+:\/\//, '');
    if (s === '*' || /^(?:https?|wss?):$/.test(s) || other === host || host.startsWith('*')) return true;
    return (
      other.split('/')[0]!.replace(/:.*$/, '') === host.split('/')[0]!.replace(/:.*$/, '') ||
      (other.startsWith('*.') && host.includes(other.slice(1)))
    );
  });
}

/** Two policies of one list, of which one forbids what the other allows: browsers apply both. */
function policiesOf({ scope }: Spot): { one: Directive; other: Directive; name: string; source: string } | null {
  const lines = scope
    .effective('add_header')
    .directives.filter((d) => /^content-security-policy$/i.test(d.value(0)) && !d.value(1).includes('$') && d.value(1) !== '');
  for (const other of lines.length > 1 ? lines : [])
    for (const [name, sources] of readPolicy(other.value(1)))
      for (const one of lines) {
        if (one === other || !(FETCHED.test(name) || name === 'default-src' || name === 'frame-ancestors' || name === 'form-action'))
          continue;
        const policy = readPolicy(one.value(1));
        const list = policy.get(name) ?? (FETCHED.test(name) ? policy.get('default-src') : undefined);
        if (!list || [...list, ...sources].some((s) => BEYOND_LISTS.test(s) || s.includes('$'))) continue;
        const source = sources.find((s) => leavesOut(list, s));
        if (source !== undefined) return { one, other, name, source };
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

Two \`Content-Security-Policy\` lines are both applied: what one of them forbids stays forbidden, whatever the other allows. A second line is no way to allow one host more.

Keep one of the lines. What the application sends is replaced with \`proxy_hide_header\` and \`add_header\`, or with \`more_set_headers\` alone.`,
  about: ['add_header', 'proxy_hide_header'],
  references: ['https://www.rfc-editor.org/rfc/rfc7034#section-2.1'],
  looksAt: {
    outcome: ['add_header', 'more_set_headers', 'location', 'server'],
    somewhere: ['add_header'],
    when: (spot) => pairOf(spot) !== null || policiesOf(spot) !== null,
  },
  needs: 'config',
  messages: {
    policies:
      'Browsers apply both Content-Security-Policy lines: {source} in {name} is allowed here and forbidden by "{one}". Write one line that has all of it.',
    twice: '{name} is sent twice, as "{one}" and as "{other}": neither line replaces the other. Keep one of them.',
  },
  check({ spot, report }) {
    const { scope, path } = spot;
    const policies = path === undefined ? null : policiesOf(spot);
    if (policies && (policies.other.scope === scope || spot.location === null)) {
      const trace = spot.ask({ path: path! }, { upstream: { status: 200, headers: [] } });
      report('policies', {
        at: policies.other.at(),
        data: { source: policies.source, name: policies.name, one: policies.one.value(1) },
        related: [{ at: policies.one.at(), message: 'the other line' }],
        witness: proofOf(trace, `Content-Security-Policy: ${policies.one.value(1)}`),
      });
    }
    const pair = pairOf(spot);
    if (!pair) return;
    const [one, other] = pair;
    // told where the nearer of the two lines stands
    if (![one, other].some((l) => l.directive.scope === scope) && !(spot.location === null && other.directive.scope.context === 'http'))
      return;
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
      bad: `location / {
    add_header Content-Security-Policy "default-src 'self'" always;
    add_header Content-Security-Policy "script-src 'self' https://cdn.example.org" always;
#   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ policies
    proxy_pass http://127.0.0.1:8000;
}`,
      good: `location / {
    add_header Content-Security-Policy "default-src 'self'; script-src 'self' https://cdn.example.org" always;
    proxy_pass http://127.0.0.1:8000;
}`,
    },
    {
      inside: 'server',
      good: `location / {
    add_header Content-Security-Policy "default-src 'self' https:" always;
    add_header Content-Security-Policy "frame-ancestors 'none'; img-src https://pictures.example.org" always;
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
