/** `location ~ ^/x$` matches one path only; `location = /x` does so without an engine and before all others. */
import { fixOf, replace } from '../fix.ts';
import { defineRule } from '../rule.ts';

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
  looksAt: { directive: ['location'] },
  needs: 'file',
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
      fix: fixOf('Make it an exact location', 'suggestion', file, [replace({ start: modifier.start, end: word.end }, `= ${path}`)]),
    });
  },
  examples: [
    {
      inside: 'server',
      bad: `location ~ ^/health$ { return 204; }
#          ^^^^^^^^^ exact`,
      good: 'location = /health { return 204; }',
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
