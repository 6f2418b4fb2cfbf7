/** `location ~ ^/x$` matches one path only; `location = /x` does so without an engine and before all others. */
import { toBytes } from '../../base/bytes.ts';
import type { Directive } from '../../config/directive.ts';
import { locationOf, locationsOf } from '../../config/locations.ts';
import { fixOf, replace } from '../fix.ts';
import { defineRule } from '../rule.ts';

/** Whether nginx takes `location = path` in the place of a line: no other one of that name beside it, and within the location around it. */
function mayStand({ scope }: Directive, path: string): boolean {
  if (locationsOf(scope).exact.has(toBytes(path))) return false;
  const outer = locationOf(scope);
  return !outer || (outer.kind === 'prefix' && path.startsWith(outer.name));
}

export default defineRule({
  id: 'regex-could-be-exact',
  group: 'correctness',
  severity: 'hint',
  since: '0.1',
  equivalents: ['gixy:regex_exact_match'],
  title: 'Regular expression that matches a single path',
  why: `
A pattern between \`^\` and \`$\` without any choice in it is one path. As a regular expression it is tried after all prefixes and only when the patterns above do not match; an exact location is found at once and always wins.`,
  about: ['location'],
  looksAt: { directive: ['location'], where: ({ values: [modifier] }) => modifier === '~' || modifier === '~*' },
  needs: 'file',
  ofShape: true,
  fixable: 'sometimes',
  messages: { exact: 'This pattern matches {path} only. Write "location = {path}".' },
  check({ directive, config, file, report }) {
    const [modifier, word] = directive.args;
    if (directive.args.length !== 2 || !modifier || !word || (modifier.value !== '~' && modifier.value !== '~*') || word.templated) return;
    const m = /^\^(\/(?:[\w/~-]|\\[.\-/])*)\$$/.exec(word.value);
    if (!m) return;
    const path = m[1]!.replaceAll('\\', '');
    const compiled = config.regexes.compile(word.value, { caseless: modifier.value === '~*' });
    if (!compiled.ok || typeof compiled.regex.match(path) !== 'object') return;
    if (modifier.value === '~*' && /[a-z]/i.test(path)) return;
    report('exact', {
      at: directive.at(word),
      data: { path },
      fix: mayStand(directive, path)
        ? fixOf('Make it an exact location', 'suggestion', file, [replace({ start: modifier.start, end: word.end }, `= ${path}`)])
        : null,
    });
  },
  examples: [
    {
      inside: 'server',
      bad: `location ~ ^/health$ { return 204; }
#          ^^^^^^^^^ exact`,
      good: 'location = /health { return 204; }',
    },
    // no location of a name is within a pattern
    {
      inside: 'server',
      bad: `location ~ ^/api/ {
    location ~ ^/api/health$ { return 204; }
#              ^^^^^^^^^^^^^ exact
    proxy_pass http://127.0.0.1:8000;
}`,
      good: `location ~ ^/api/ {
    proxy_pass http://127.0.0.1:8000;
}
location = /api/health { return 204; }`,
      fixed: false,
    },
    {
      inside: 'server',
      bad: `location ~ ^/robots\\.txt$ { return 204; }
#          ^^^^^^^^^^^^^^ exact`,
      good: 'location = /robots.txt { return 204; }',
    },
    { inside: 'server', good: 'location ~* ^/health$ { return 204; }' },
    { inside: 'server', good: 'location ~ ^/a?$ { return 204; }' },
  ],
});
