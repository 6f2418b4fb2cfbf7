/** `/*.php` in a regular expression: a pattern of the shell, in which the star repeats the slash. Shown by a path that it does not match. */
import type { Directive } from '../../config/directive.ts';
import type { Word } from '../../syntax/word.ts';
import { readCondition } from '../../trace/handlers/rewrite.ts';
import { samplesOf } from '../../witness/regex-samples.ts';
import { fixOf, replace } from '../fix.ts';
import { defineRule } from '../rule.ts';

/** Below a folder that is named: any number of slashes, one dot or any character, and the ending. Nobody means that. */
const GLOB = /(?<=[\w)\]}-])\/\*\\?\.(?=[\w(])/;

/** Variables that hold the path of a request. */
const PATHS = new Set(['uri', 'document_uri', 'request_uri', 'request_filename']);

/** The word of a directive that is a regular expression about paths, as it is compiled; null where it has none. */
function patternOf(directive: Directive): { readonly word: Word; readonly text: string; readonly caseless: boolean } | null {
  const { args } = directive;
  if (directive.name === 'rewrite') return args[0] ? { word: args[0], text: args[0].value, caseless: false } : null;
  if (directive.name === 'location') {
    const [modifier, word] = args;
    return word && args.length === 2 && /^~\*?$/.test(modifier!.value)
      ? { word, text: word.value, caseless: modifier!.value === '~*' }
      : null;
  }
  const condition = readCondition(directive);
  if (condition?.kind !== 'match' || !PATHS.has(condition.name)) return null;
  const word = args.findLast((a) => a.value !== ')');
  const last = args.at(-1) === word;
  return word
    ? { word, text: last ? word.value.replace(/\)$/, '') : word.value, caseless: args.some((a) => /^!?~\*$/.test(a.value)) }
    : null;
}

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
