/** A zone that nothing uses: dead text that the next reader takes for a part of the site. */
import { defineRule } from '../rule.ts';
import { unusedNames, unusedReport } from '../unused.ts';

export default defineRule({
  id: 'unused-zone',
  group: 'correctness',
  severity: 'hint',
  since: '0.1',
  title: 'Unused shared memory zone',
  why: `
A zone of shared memory that nothing reads or fills only takes memory. Limits that are declared and never applied are the concern of another rule.

The rule is silent when scripts (Lua, njs, Perl, SSI) or files that are not at hand may use the name.`,
  about: ['keyval_zone', 'keyval'],
  looksAt: { config: true },
  needs: 'config',
  fixable: 'always',
  messages: { unused: 'Nothing uses the {kind} {name}. Remove it.' },
  check({ config, report }) {
    for (const site of unusedNames(config, 'keyval-zone')) report('unused', unusedReport(site));
  },
  examples: [
    {
      inside: 'http',
      bad: `keyval_zone zone=flags:32k;
#                ^^^^^ unused
server {
    location / { proxy_pass http://127.0.0.1:8000; }
}`,
      good: `keyval_zone zone=flags:32k;
keyval $arg_f $flag zone=flags;
server {
    location / { return 200 $flag; }
}`,
      fixed: false,
      settings: { flavour: 'plus' },
      notOn122: 'keyval is a part of the commercial build',
    },
  ],
});
