/** `valid_referers none`: a request without a Referer passes, and any page can have it left out. */
import { fixOf, removeArgument } from '../fix.ts';
import { defineRule } from '../rule.ts';

export default defineRule({
  id: 'referer-none-allowed',
  group: 'security',
  severity: 'info',
  since: '0.1',
  equivalents: ['gixy:valid_referers'],
  title: 'Requests without a Referer are accepted',
  why: `
With \`none\`, a request without a Referer header is as good as one from your own pages. A foreign page sets \`Referrer-Policy: no-referrer\` and every link and form on it comes without one, so the check stops no one who knows of it.

Without \`none\`, people who typed the address or whose browser never sends the header are turned away: for images that is usually wanted, for pages it is not (nginx's own example has \`none\`). Protect forms with a token or with SameSite cookies rather than with the Referer.`,
  about: ['valid_referers', '$invalid_referer'],
  looksAt: { directive: ['valid_referers'] },
  needs: 'file',
  inForce: true,
  fixable: 'sometimes',
  messages: {
    none: 'Any page can suppress the Referer header, and "none" accepts such requests. Remove it where the check matters.',
  },
  check({ directive, file, report }) {
    const words = directive.args.filter((w) => w.value === 'none');
    for (const word of words)
      report('none', {
        at: word,
        fix:
          directive.args.length > words.length
            ? fixOf('Remove "none"', 'suggestion', file, [removeArgument(file, directive.statement, word)])
            : null,
      });
  },
  examples: [
    {
      inside: 'location',
      bad: `valid_referers none server_names *.example.com;
#              ^^^^ none`,
      good: 'valid_referers server_names *.example.com;',
    },
    {
      inside: 'location',
      bad: `valid_referers server_names none blocked;
#                           ^^^^ none`,
      good: 'valid_referers server_names blocked;',
    },
  ],
});
