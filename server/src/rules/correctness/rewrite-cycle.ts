/** Rewrites that lead back to themselves: nginx gives up after ten rounds with 500. Found by running them. */
import { fromBytes, toBytes } from '../../base/bytes.ts';
import type { Directive } from '../../config/directive.ts';
import { isOpen, locationsOf, matchLocation } from '../../config/locations.ts';
import type { Scope } from '../../config/scope.ts';
import { matchingRoot, pathsFor } from '../../witness/paths.ts';
import { samplesOf } from '../../witness/regex-samples.ts';
import { defineRule } from '../rule.ts';

/** NGX_HTTP_MAX_URI_CHANGES */
const MOST = 10;

const REDIRECT = /^(https?:\/\/|\$scheme)/i;

/** The path after a rewrite; null when it does not match, undefined when the text does not tell. */
function rewritten(rewrite: Directive, path: string): string | null | undefined {
  const compiled = rewrite.scope.config.regexes.compile(rewrite.value(0));
  if (!compiled.ok) return undefined;
  const m = compiled.regex.match(path);
  if (m === 'unknown') return undefined;
  if (m === 'no') return null;
  let open = false;
  const target = rewrite.value(1).replace(/\?.*$/s, '');
  const text = target.replace(/\$(?:\{(\w+)\}|([1-9])|(\w+))/g, (_, a?: string, b?: string, c?: string) => {
    const name = a ?? b ?? c ?? '';
    if (/^[1-9]$/.test(name)) return m.captures[Number(name)] ?? '';
    if (/^(uri|document_uri)$/i.test(name)) return path;
    const group = compiled.regex.names.find((n) => n.name === name)?.group;
    if (group !== undefined) return m.captures[group] ?? '';
    open = true;
    return '';
  });
  return open ? undefined : text.startsWith('/') ? text : undefined;
}

/** Runs the rewrites of locations from a path on; the steps when they come to no end, else null. */
function cycle(root: Scope, start: string): { steps: string[]; ring: readonly Directive[] } | null {
  let path = start;
  const changes: Directive[] = [];
  const steps = [path];
  for (let round = 0; round <= MOST; round++) {
    const { location, how } = matchLocation(root, toBytes(path));
    if (!location || isOpen(how) || how === 'slash-redirect') return null;
    let changed: Directive | null = null;
    for (const d of location.scope.directives) {
      // what an "if" or a script does depends on more than the path
      if (['if', 'return', 'break'].includes(d.name) || /_by_lua|^js_|^perl/.test(d.name)) return null;
      if (d.name !== 'rewrite') continue;
      const flag = d.value(2);
      const next = rewritten(d, path);
      if (next === null) continue;
      if (next === undefined || REDIRECT.test(d.value(1)) || flag === 'redirect' || flag === 'permanent' || flag === 'break') return null;
      path = next;
      changed = d;
      if (flag === 'last') break;
    }
    if (!changed) return null;
    steps.push(path);
    changes.push(changed);
    if (round < MOST) continue;
    // the rewrites of the rounds since this one ran before
    const before = changes.lastIndexOf(changed, -2);
    return { steps, ring: changes.slice(before + 1) };
  }
  return null;
}

/** Whether a path of the line's location that it changes leaves this location, and comes to its end. */
function comesOut(root: Scope, line: Directive, path: string): boolean {
  const at = (p: string): Scope | undefined => matchLocation(root, toBytes(p)).location?.scope;
  if (at(path) !== line.scope) return false;
  const next = rewritten(line, path);
  return typeof next === 'string' && next !== path && at(next) !== line.scope && cycle(root, path) === null;
}

/** Whether a line comes before another one of the same server. */
const comes = (d: Directive, other: Directive): boolean =>
  d !== other && (d.file.id === other.file.id ? d.statement.start < other.statement.start : d.file.id < other.file.id);

export default defineRule({
  id: 'rewrite-cycle',
  group: 'correctness',
  severity: 'error',
  since: '0.1',
  title: 'Rewrite loop',
  why: `
After \`rewrite … last\` nginx looks for the location of the new path. When that is the same location and the new path fits the same pattern, it loops; after ten changes nginx answers 500 and logs "rewrite or internal redirection cycle".

\`break\` instead of \`last\` stays in the location and ends the rewriting.`,
  about: ['rewrite'],
  looksAt: { directive: ['rewrite'] },
  needs: 'file',
  messages: {
    cycle:
      'This rewrite loops, and nginx answers 500 after 10 rounds: {steps} and so on. Use break, or a pattern that the new path does not match.',
  },
  check({ directive, scope, config, report }) {
    if (scope.context !== 'location') return;
    // only a changed path that chooses its location again can go round
    if (/^(break|redirect|permanent)$/.test(directive.value(2)) || REDIRECT.test(directive.value(1))) return;
    const root = matchingRoot(scope);
    if (root === scope) return;
    const location = scope.parent && locationsOf(scope.parent).all.find((l) => l.scope === scope);
    if (!location) return;
    const patterns = samplesOf(config.regexes, directive.value(0), { tries: 8, forms: (s) => [s, `/${s}`, location.name + s] });
    const paths = [...pathsFor(location, 8), ...patterns].filter((p) => p.startsWith('/') && !p.includes('//')).slice(0, 24);
    for (const path of paths) {
      const found = cycle(root, path);
      // of a ring the first line is told
      if (!found?.ring.includes(directive) || found.ring.some((d) => comes(d, directive))) continue;
      report('cycle', {
        at: directive.statement,
        // what the line is for works, and only paths go round that nobody asks for
        ...(paths.some((other) => comesOut(root, directive, other)) ? { severity: 'info' as const } : {}),
        data: {
          steps: found.steps
            .slice(0, 4)
            .map((s) => fromBytes(s))
            .join(' → '),
        },
      });
      return;
    }
  },
  examples: [
    {
      inside: 'server',
      bad: `location /app/ {
    rewrite ^/app/(.*)$ /app/index.php/$1 last;
#   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ cycle
}`,
      good: `location /app/ {
    rewrite ^/app/(.*)$ /app/index.php/$1 break;
}`,
    },
    { inside: 'server', good: 'location /old/ {\n    rewrite ^/old/(.*)$ /new/$1 last;\n}\nlocation /new/ { return 204; }' },
    { inside: 'server', good: 'location / {\n    rewrite ^/a$ /b last;\n}' },
    {
      inside: 'server',
      bad: `location ~ ^/files/r {
    rewrite ^/files/(?:r\\d+/)?(.*)$ /files/$1 last;
#   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ cycle
}`,
      good: `location ~ ^/files/r\\d+/ {
    rewrite ^/files/(?:r\\d+/)?(.*)$ /files/$1 last;
}`,
    },
  ],
});
