/** `error_log off` writes a file with the name "off": unlike access_log, error_log has no such word. */
import { fixOf, replace } from '../fix.ts';
import { defineRule } from '../rule.ts';

export default defineRule({
  id: 'error-log-off',
  group: 'correctness',
  severity: 'warning',
  since: '0.1',
  equivalents: ['gixy:error_log_off'],
  title: 'error_log off writes to a file named off',
  why: `
\`off\` is a word of \`access_log\`. To \`error_log\` it is the name of a file, which nginx opens below its prefix and fills. Errors then go where nobody looks.

Keep the log and raise its level (\`crit\`, \`emerg\`); to discard it, \`/dev/null\` says so.`,
  about: ['error_log'],
  looksAt: { directive: ['error_log'] },
  needs: 'file',
  fixable: 'always',
  messages: { off: 'This writes a file named "{value}". Use /dev/null, or keep the log with a higher level.' },
  check({ directive, file, report }) {
    const word = directive.args[0];
    if (!word || !/^(off|none|false)$/i.test(word.value)) return;
    report('off', {
      at: word,
      data: { value: word.value },
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
    { inside: 'server', good: 'access_log off;\nerror_log /var/log/nginx/error.log crit;' },
  ],
});
