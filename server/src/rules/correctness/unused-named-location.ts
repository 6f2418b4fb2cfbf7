/** A named location that nothing leads to: dead text that the next reader takes for a part of the site. */
import { defineRule } from '../rule.ts';
import { unusedNames, unusedReport } from '../unused.ts';

export default defineRule({
  id: 'unused-named-location',
  group: 'correctness',
  severity: 'hint',
  since: '0.1',
  title: 'Unused named location',
  why: `
No request arrives in a named location by its path. Without a \`try_files\`, an \`error_page\` or a handler that names it, it is dead text, or the line that should lead there has another name.

The rule is silent when scripts (Lua, njs, Perl, SSI) or files that are not at hand may use the name.`,
  about: ['location', 'try_files', 'error_page'],
  looksAt: { config: true },
  needs: 'config',
  fixable: 'sometimes',
  messages: { unused: 'Nothing uses the {kind} {name}. Remove it.' },
  check({ config, report }) {
    for (const site of unusedNames(config, 'named-location')) report('unused', unusedReport(site));
  },
  examples: [
    {
      inside: 'http',
      bad: `server {
    location / { return 204; }
    location @app { proxy_pass http://127.0.0.1:8000; }
#            ^^^^ unused
}`,
      good: `server {
    location / { try_files $uri @app; }
    location @app { proxy_pass http://127.0.0.1:8000; }
}`,
      fixed: false,
    },
  ],
});
