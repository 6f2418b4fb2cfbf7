/** Location patterns that match anywhere in the path: `\.php` also fits `/a.phpx/b`. */

import { samplesOf } from '../../witness/regex-samples.ts';
import { fixOf, replace } from '../fix.ts';
import { defineRule } from '../rule.ts';

/** A file's extension, by itself. */
const EXTENSION = /^\\\.\w+$/;

/** An anchor anywhere: whoever wrote it thought of an end. */
const ANCHOR = /^(?:\\[^AzZ]|\[\^?\]?(?:\\.|[^\]\\])*\]|[^\\[^$])*(?:[$^]|\\[AzZ])/;

export default defineRule({
  id: 'unanchored-regex',
  group: 'correctness',
  severity: 'hint',
  default: false,
  since: '0.1',
  equivalents: ['gixy:unanchored_regex'],
  title: 'Location pattern without an anchor',
  why: `
A pattern without \`^\` and without \`$\` fits anywhere: \`/admin\` is in \`/static/admin.css\` as well, and \`\\.php\` in \`/img.php.png\`. Where that is meant the rule is noise, so it is off by default; \`strict\` turns it on.`,
  about: ['location'],
  looksAt: { directive: ['location'] },
  needs: 'file',
  fixable: 'sometimes',
  messages: { open: 'This pattern matches anywhere in the path, {path} too. Anchor it with ^ or $.' },
  check({ directive, file, config, report }) {
    const [modifier, word] = directive.args;
    if (directive.args.length !== 2 || !modifier || !word || (modifier.value !== '~' && modifier.value !== '~*')) return;
    if (ANCHOR.test(word.value)) return;
    const caseless = modifier.value === '~*';
    const compiled = config.regexes.compile(word.value, { caseless });
    if (!compiled.ok) return;
    for (const sample of samplesOf(config.regexes, word.value, { caseless, tries: 6 })) {
      const path = `/before${sample.startsWith('/') ? '' : '/x'}${sample}behind`;
      const m = compiled.regex.match(path);
      if (typeof m !== 'object' || m.index === 0) continue;
      // a path is meant to begin with its slash, an extension to end the name; anything else only its author knows
      const fix =
        word.quote !== '' || /\|/.test(word.value)
          ? null
          : word.raw.startsWith('/')
            ? `^${word.raw}`
            : EXTENSION.test(word.raw)
              ? `${word.raw}$`
              : null;
      report('open', {
        at: directive.at(word),
        data: { path },
        fix: fix === null ? null : fixOf(`Anchor it: ${fix}`, 'suggestion', file, [replace(word, fix)]),
      });
      return;
    }
  },
  examples: [
    {
      inside: 'server',
      bad: `location ~ \\.php { return 204; }
#          ^^^^^ open`,
      good: 'location ~ \\.php$ { return 204; }',
    },
    { inside: 'server', good: 'location ~ ^/admin { return 204; }' },
    {
      inside: 'server',
      bad: `location ~ /v1/(.*) { return 204; }
#          ^^^^^^^^ open`,
      good: 'location ~ ^/v1/(.*) { return 204; }',
    },
    { inside: 'server', good: 'location ~ \\.php(/|$) { return 204; }' },
    { inside: 'server', good: 'location ~ /(a|b)/.*$ { return 204; }' },
  ],
});
