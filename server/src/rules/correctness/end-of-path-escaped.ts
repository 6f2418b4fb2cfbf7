/** `\$` at the end of a regular expression about paths: a dollar sign in the path, where its end is meant. Shown by a path that it does not match. */
import { samplesOf } from '../../witness/regex-samples.ts';
import { fixOf, replace } from '../fix.ts';
import { defineRule } from '../rule.ts';
import { patternOf } from './_path-patterns.ts';

/** An odd number of backslashes before the last dollar sign. */
const ESCAPED = /(?<!\\)(?:\\\\)*\\\$$/;

/** A variable with a backslash: the file is put through a shell that takes the backslashes away. */
const FOR_SHELL = /\\\$\{?[A-Za-z_]/;

export default defineRule({
  id: 'end-of-path-escaped',
  group: 'correctness',
  severity: 'warning',
  since: '0.2',
  title: 'Escaped dollar sign at the end of a regular expression',
  why: `
\`\\$\` is a dollar sign as a character. \`location ~ \\.php\\$\` matches \`/index.php$\`, which nobody asks for, and not \`/index.php\`: the request goes to another location, which may send the script's source.

A \`$\` by itself is the end of the path. The backslash is usually left over from a shell script, where it keeps the shell from reading a variable.`,
  about: ['location', 'rewrite', 'if'],
  looksAt: { directive: ['location', 'rewrite', 'if'], where: ({ values }) => values.some((v) => /\\\$\)?$/.test(v)) },
  needs: 'file',
  fixable: 'always',
  messages: {
    escaped: '{path} does not match: "\\$" is a dollar sign in the path, not its end. Write "{pattern}".',
  },
  check({ directive, file, config, report }) {
    const found = patternOf(directive);
    if (!found || found.word.templated || !ESCAPED.test(found.text) || FOR_SHELL.test(file.text)) return;
    const { word, text, caseless } = found;
    // nginx reads two backslashes as one
    if (!ESCAPED.test(word.raw.replace(/["')]+$/, ''))) return;
    const pattern = text.replace(/\\\$$/, '$');
    const [written, meant] = [text, pattern].map((p) => config.regexes.compile(p, { caseless }));
    if (!written?.ok || !meant?.ok) return;
    const path = samplesOf(config.regexes, pattern, { caseless, tries: 8 })
      // an expression without ^ leaves the beginning open
      .map((p) => (p.startsWith('/') ? p : `/page${p}`))
      .find((p) => typeof meant.regex.match(p) === 'object' && typeof written.regex.match(p) !== 'object');
    if (path === undefined) return;
    report('escaped', {
      at: directive.at(word),
      data: { path, pattern },
      fix: fixOf('Match the end of the path', 'suggestion', file, [replace(word, word.raw.replace(/\\\$(?=["']?\)?["']?$)/, '$'))]),
    });
  },
  examples: [
    {
      inside: 'server',
      bad: `location ~ \\.php\\$ { return 404; }
#          ^^^^^^^ escaped`,
      good: 'location ~ \\.php$ { return 404; }',
    },
    {
      inside: 'server',
      bad: `rewrite ^/old\\$ /new permanent;
#       ^^^^^^^ escaped`,
      good: 'rewrite ^/old$ /new permanent;',
    },
    {
      inside: 'server',
      good: 'location ~ ^/price/\\d+\\$$ { return 204; }\nlocation ~ ^/\\$metadata { return 204; }\nlocation ~ ^/a\\\\$ { return 204; }',
    },
  ],
});
