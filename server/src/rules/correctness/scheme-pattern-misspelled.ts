/** `^http?://` in a pattern: the question mark makes the p optional, and https does not match. */
import type { Directive } from '../../config/directive.ts';
import type { Word } from '../../syntax/word.ts';
import { fixOf, replace } from '../fix.ts';
import { defineRule } from '../rule.ts';

/** The scheme with the question mark behind its p. */
const MISSPELLED = /(?<!\w)http\?:(?:\\?\/){2}/;

/** The words of a condition, and those that begin the rows of a map, that are such patterns. */
function wordsOf(directive: Directive): readonly Word[] {
  if (directive.name === 'if') return directive.args.slice(1);
  return (directive.body?.directives ?? []).flatMap((row) => (row.statement.name.value.startsWith('~') ? [row.statement.name] : []));
}

export default defineRule({
  id: 'scheme-pattern-misspelled',
  group: 'correctness',
  severity: 'warning',
  since: '0.2',
  title: 'Pattern of URLs that leaves https out',
  why: `
In a regular expression \`?\` makes the letter before it optional: \`^http?://\` matches \`htt://\` and \`http://\`, and not \`https://\`. A list of origins or referers written so lets nobody in whose page came over TLS, which is every page by now.

Write \`^https?://\`: the s is what may be missing.`,
  about: ['if', 'map', '$http_'],
  looksAt: [{ directive: ['if'], where: ({ values }) => values.some((v) => MISSPELLED.test(v)) }, { directive: ['map'] }],
  needs: 'file',
  fixable: 'always',
  fixChanges: ['answer', 'response-headers', 'request-headers', 'server'],
  messages: {
    optional: '"{text}" does not match https://: the question mark makes the p optional. Write https?.',
  },
  check({ directive, file, report }) {
    for (const word of wordsOf(directive)) {
      const m = word.templated ? null : MISSPELLED.exec(word.value);
      const offset = m ? word.raw.indexOf(m[0]) : -1;
      if (!m || offset < 0) continue;
      const span = { start: word.start + offset, end: word.start + offset + 'http?'.length };
      report('optional', {
        at: span,
        data: { text: m[0] },
        fix: fixOf('Write https?', 'suggestion', file, [replace(span, 'https?')]),
      });
    }
  },
  examples: [
    {
      inside: 'server',
      bad: `set $from '';
if ($http_origin ~ '^http?://(app|www)\\.example\\.com$') {
#                    ^^^^^ optional
    set $from $http_origin;
}
location / {
    add_header Access-Control-Allow-Origin $from;
    return 204;
}`,
      good: `set $from '';
if ($http_origin ~ '^https?://(app|www)\\.example\\.com$') {
    set $from $http_origin;
}
location / {
    add_header Access-Control-Allow-Origin $from;
    return 204;
}`,
    },
    {
      inside: 'http',
      bad: `map $http_referer $own {
    default 0;
    ~^http?://www\\.example\\.com/ 1;
#     ^^^^^ optional
}`,
      good: `map $http_referer $own {
    default 0;
    ~^https?://www\\.example\\.com/ 1;
}`,
    },
  ],
});
