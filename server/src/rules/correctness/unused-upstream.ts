/** An upstream that nothing passes to: dead text that the next reader takes for a part of the site. */
import { defineRule } from '../rule.ts';
import { unusedNames, unusedReport } from '../unused.ts';

export default defineRule({
  id: 'unused-upstream',
  group: 'correctness',
  severity: 'hint',
  since: '0.1',
  title: 'Unused upstream',
  why: `
An upstream that no pass directive names is a leftover: its servers look as if they were in use, and changes to it have no effect. Names that a variable may hold (in \`set\` or \`map\`) count as used.

The rule is silent when scripts (Lua, njs, Perl, SSI) or files that are not at hand may use the name.`,
  about: ['upstream', 'proxy_pass'],
  looksAt: { config: true },
  needs: 'config',
  fixable: 'always',
  messages: { unused: 'Nothing uses the {kind} {name}. Remove it.' },
  check({ config, report }) {
    for (const site of unusedNames(config, 'upstream', true)) report('unused', unusedReport(site));
  },
  examples: [
    {
      inside: 'http',
      bad: `upstream old { server 127.0.0.1:8001; }
#        ^^^ unused
server {
    location / { proxy_pass http://127.0.0.1:8000; }
}`,
      good: `upstream app { server 127.0.0.1:8001; }
server {
    location / { proxy_pass http://app; }
}`,
      fixed: false,
    },
  ],
});
