// Strict-Transport-Security that error pages go without.
import { fixOf } from '../fix.ts';
import { defineRule } from '../rule.ts';
import { appendWord } from '../tls.ts';

export default defineRule({
  id: 'hsts-without-always',
  group: 'tls',
  severity: 'info',
  since: '0.1',
  title: 'Strict-Transport-Security missing on error responses',
  why: `\`add_header\` adds its header to responses with a few codes only: 200, 201, 204, 206, 301, 302, 303, 304, 307 and 308. A visitor whose first answer is a 401, 404 or 502 does not learn that the host is HTTPS only. With \`always\` the header is there whatever the code.`,
  about: ['add_header'],
  looksAt: { directive: ['add_header'] },
  needs: 'file',
  fixable: 'always',
  messages: {
    always: 'Responses such as 401, 404 or 502 are sent without this header. Add "always".',
  },
  check({ directive, file, report }) {
    if (directive.value(0).toLowerCase() !== 'strict-transport-security' || directive.args.length !== 2) return;
    // an empty value sends no header
    if (directive.value(1) === '') return;
    const last = directive.args[1]!;
    report('always', { at: directive.args[0]!, fix: fixOf('Add "always"', 'suggestion', file, [appendWord(last, 'always')]) });
  },
  examples: [
    {
      inside: 'server',
      bad: `
add_header Strict-Transport-Security "max-age=63072000";
#          ^^^^^^^^^^^^^^^^^^^^^^^^^ always`,
      good: `
add_header Strict-Transport-Security "max-age=63072000" always;`,
    },
  ],
});
