/** A log format that no log uses: dead text that the next reader takes for a part of the site. */
import { defineRule } from '../rule.ts';
import { unusedNames, unusedReport } from '../unused.ts';

export default defineRule({
  id: 'unused-log-format',
  group: 'correctness',
  severity: 'hint',
  since: '0.1',
  title: 'Unused log format',
  why: `
A \`log_format\` that no \`access_log\` names changes no log. Often the name after the path of the log was forgotten, and the log is written in the combined format.

The rule is silent when scripts (Lua, njs, Perl, SSI) or files that are not at hand may use the name.`,
  about: ['log_format', 'access_log'],
  looksAt: { config: true },
  needs: 'config',
  fixable: 'always',
  messages: { unused: 'Nothing uses the {kind} {name}. Remove it.' },
  check({ config, report }) {
    for (const site of unusedNames(config, 'log-format')) report('unused', unusedReport(site));
  },
  examples: [
    {
      inside: 'http',
      bad: `log_format timed '$remote_addr $request_time';
#          ^^^^^ unused
access_log logs/a.log;`,
      good: `log_format timed '$remote_addr $request_time';
access_log logs/a.log timed;`,
      fixed: false,
    },
  ],
});
