/** `/*.php` in a regular expression: a pattern of the shell, in which the star repeats the slash. Shown by a path that it does not match. */
import { samplesOf } from '../../witness/regex-samples.ts';
import { fixOf, replace } from '../fix.ts';
import { defineRule } from '../rule.ts';
import { patternOf } from './_path-patterns.ts';

/** Below a folder that is named: any number of slashes, one dot or any character, and the ending. Nobody means that. */
const GLOB = /(?<=[\w)\]}-])\/\*\\?\.(?=[\w(])/;

export default defineRule({
  id: 'glob-in-regex',
  group: 'correctness',
  severity: 'warning',
  since: '0.2',
  title: 'Shell pattern in a regular expression',
  why: `
In a regular expression \`*\` repeats what is before it: \`/uploads/*.php\` is \`/uploads\`, any number of slashes, one character and \`php\`. \`/uploads/shell.php\` is not among them, so a \`deny\` in such a location keeps nobody out, and a cache time in it counts for no file.

\`.*\` is any text, and \`\\.\` is a dot: \`/uploads/.*\\.php$\`.`,
  about: ['location', 'rewrite', 'if'],
  looksAt: { directive: ['location', 'rewrite', 'if'], where: ({ values }) => values.some((v) => GLOB.test(v)) },
  needs: 'file',
  fixable: 'always',
  messages: {
    glob: '{path} does not match: in a regular expression "/*" is any number of slashes, not any name. Write "{pattern}".',
  },
  check({ directive, file, config, report }) {
    const found = patternOf(directive);
    if (!found || found.word.templated || !GLOB.test(found.text)) return;
    const { word, text, caseless } = found;
    const written = config.regexes.compile(text, { caseless });
    if (!written.ok) return;
    // one name in the place of the star
    const path = samplesOf(config.regexes, text.replace(GLOB, '/name\\.'), { caseless, tries: 8 }).find(
      (p) => p.startsWith('/') && typeof written.regex.match(p) !== 'object',
    );
    if (path === undefined) return;
    report('glob', {
      at: directive.at(word),
      data: { path, pattern: text.replace(GLOB, '/.*\\.') },
      fix: fixOf('Match any name', 'suggestion', file, [replace(word, word.raw.replace(GLOB, '/.*\\.'))]),
    });
  },
  examples: [
    {
      inside: 'server',
      bad: `location ~* /uploads/*.php$ { deny all; }
#           ^^^^^^^^^^^^^^^ glob`,
      good: 'location ~* /uploads/.*\\.php$ { deny all; }',
    },
    {
      inside: 'server',
      bad: `rewrite ^/old/*\\.(gif|png)$ /pictures/moved.png;
#       ^^^^^^^^^^^^^^^^^^^ glob`,
      good: 'rewrite ^/old/.*\\.(gif|png)$ /pictures/moved.png;',
    },
    {
      inside: 'server',
      good: 'location ~ ^/api/*$ { return 204; }\nlocation ~ ^/*\\.git { return 404; }\nlocation ~ ^/img/*.*\\.png$ { return 204; }',
    },
  ],
});
