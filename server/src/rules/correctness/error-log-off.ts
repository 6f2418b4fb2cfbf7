/** `error_log off` writes a file with the name "off": unlike access_log, error_log has no such word; and `error_log warn` one with the name "warn". */
import { fixOf, replace } from '../fix.ts';
import { defineRule } from '../rule.ts';

/** Levels of a log, which are the second word of the line. */
const LEVELS = /^(debug|info|notice|warn|error|crit|alert|emerg)$/;

export default defineRule({
  id: 'error-log-off',
  group: 'correctness',
  severity: 'warning',
  since: '0.1',
  equivalents: ['gixy:error_log_off'],
  title: 'error_log off writes to a file named off',
  why: `
\`off\` is a word of \`access_log\`. To \`error_log\` it is the name of a file, which nginx opens below its prefix and fills. Errors then go where nobody looks.

A level alone is taken for the file as well: \`error_log warn\` fills a file "warn" with errors. The level is the second word. \`access_log on\` writes a file "on".

Keep the log and raise its level (\`crit\`, \`emerg\`); to discard it, \`/dev/null\` says so.`,
  about: ['error_log', 'access_log'],
  looksAt: { directive: ['error_log', 'access_log'] },
  needs: 'file',
  fixable: 'always',
  messages: {
    off: 'This writes a file named "{value}". Use /dev/null, or keep the log with a higher level.',
    access: 'This writes a file named "{value}": access_log takes the name of a file, or off. Name the file.',
    level: '"{value}" is a level, and the first word is a file: errors go to a file named "{value}". Name the file first.',
  },
  check({ directive, file, report }) {
    const word = directive.args[0];
    if (!word) return;
    const { value } = word;
    if (directive.name === 'access_log') {
      const meant = /^(on|true|yes)$/i.test(value) ? '/var/log/nginx/access.log' : /^(none|false)$/i.test(value) ? 'off' : null;
      if (meant) report('access', { at: word, data: { value }, fix: fixOf(`Write ${meant}`, 'suggestion', file, [replace(word, meant)]) });
    } else if (directive.args.length === 1 && LEVELS.test(value))
      report('level', {
        at: word,
        data: { value },
        fix: fixOf('Name the usual file first', 'suggestion', file, [replace(word, `/var/log/nginx/error.log ${value}`)]),
      });
    else if (/^(off|none|false)$/i.test(value))
      report('off', {
        at: word,
        data: { value },
        fix: fixOf('Write to /dev/null', 'safe', file, [replace(word, directive.args.length > 1 ? '/dev/null' : '/dev/null emerg')]),
      });
  },
  examples: [
    {
      inside: 'server',
      bad: `error_log off;
#         ^^^ off`,
      good: 'error_log /dev/null emerg;',
    },
    {
      inside: 'server',
      bad: `error_log warn;
#         ^^^^ level`,
      good: 'error_log logs/error.log warn;',
      fixed: 'error_log /var/log/nginx/error.log warn;',
    },
    {
      inside: 'server',
      bad: `access_log on;
#          ^^ access`,
      good: 'access_log logs/access.log;',
      fixed: 'access_log /var/log/nginx/access.log;',
    },
    { inside: 'server', good: 'access_log off;\nerror_log /var/log/nginx/error.log crit;' },
  ],
});
