/** `location ~ ^/x$` matches one path only; `location = /x` does so without an engine and before all others. */
import { toBytes } from '../../base/bytes.ts';
import type { Directive } from '../../config/directive.ts';
import { locationOf, locationsOf } from '../../config/locations.ts';
import { fixOf, replace } from '../fix.ts';
import { defineRule } from '../rule.ts';

/**
 * Where nginx takes `location = path`, and finds it: in the place of the line; beside a pattern around it, within which no names are looked for;
 * nowhere, since there is one of that name, which has its requests, or since no request for it comes here.
 */
function placeFor({ scope }: Directive, path: string): 'here' | 'outside' | null {
  if (locationsOf(scope).exact.has(toBytes(path))) return null;
  const outer = locationOf(scope);
  if (!outer) return 'here';
  if (outer.kind === 'prefix') return path.startsWith(outer.name) ? 'here' : null;
  const around = outer.directive.scope;
  const reached = outer.kind === 'regex' && typeof outer.regex?.match(path) === 'object';
  return reached && !locationOf(around) && !locationsOf(around).exact.has(toBytes(path)) ? 'outside' : null;
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
  messages: {
    exact: 'This pattern matches {path} only. Write "location = {path}".',
    outside:
      'This pattern matches {path} only. Write "location = {path}" beside {outer}, not in it: within a pattern nginx looks for no names. Repeat there what is inherited.',
  },
  check({ directive, config, file, report }) {
    const [modifier, word] = directive.args;
    if (directive.args.length !== 2 || !modifier || !word || (modifier.value !== '~' && modifier.value !== '~*') || word.templated) return;
    const m = /^\^(\/(?:[\w/~-]|\\[.\-/])*)\$$/.exec(word.value);
    if (!m) return;
    const path = m[1]!.replaceAll('\\', '');
    const compiled = config.regexes.compile(word.value, { caseless: modifier.value === '~*' });
    if (!compiled.ok || typeof compiled.regex.match(path) !== 'object') return;
    if (modifier.value === '~*' && /[a-z]/i.test(path)) return;
    const place = placeFor(directive, path);
    if (!place) return;
    report(place === 'here' ? 'exact' : 'outside', {
      at: directive.at(word),
      data: { path, outer: locationOf(directive.scope)?.name ?? '' },
      fix:
        place === 'here'
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
#              ^^^^^^^^^^^^^ outside
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
    // the other one has all its requests
    {
      inside: 'server',
      good: `location = /health { return 204; }
location ~ ^/health$ { return 503; }`,
    },
    { inside: 'server', good: 'location ~* ^/health$ { return 204; }' },
    { inside: 'server', good: 'location ~ ^/a?$ { return 204; }' },
  ],
});
