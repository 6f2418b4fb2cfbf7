/** The last argument of try_files is no file to test but where to go: `$uri/` there sends the request round in a circle. */
import { fixOf, replace } from '../fix.ts';
import { defineRule } from '../rule.ts';

export default defineRule({
  id: 'try-files-missing-fallback',
  group: 'correctness',
  severity: 'warning',
  since: '0.1',
  title: 'try_files ends with a file instead of a fallback',
  why: `
nginx tests all arguments of \`try_files\` but the last: that one is the path, the named location or the \`=code\` to go on with when nothing was found. With \`$uri/\` at the end a missing file makes nginx start over with the same path until it gives up with 500.`,
  about: ['try_files'],
  looksAt: { directive: ['try_files'] },
  needs: 'file',
  fixable: 'always',
  messages: { last: '{last} is where nginx goes when nothing is found, so a missing file ends in 500. Add =404, or what shall answer.' },
  check({ directive, file, report }) {
    const word = directive.args.at(-1);
    if (!word || !/^\$\{?(uri|document_uri|request_filename)\}?(\/|\.html?)?$/.test(word.value)) return;
    report('last', {
      at: word,
      data: { last: word.value },
      fix: fixOf('End with =404', 'suggestion', file, [replace({ start: word.end, end: word.end }, ' =404')]),
    });
  },
  examples: [
    {
      inside: 'location',
      bad: `try_files $uri $uri/;
#              ^^^^^ last`,
      good: 'try_files $uri $uri/ =404;',
    },
    { inside: 'location', good: 'try_files $uri /index.php?$args;' },
  ],
});
