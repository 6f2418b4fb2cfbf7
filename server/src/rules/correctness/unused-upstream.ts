/** An upstream that nothing passes to: dead text that the next reader takes for a part of the site. */
import { passTargetOf } from '../../answers/what-is-passed.ts';
import { PASS_DIRECTIVES } from '../../config/upstreams.ts';
import { fixOf, replace } from '../fix.ts';
import { defineRule } from '../rule.ts';
import { unusedNames, unusedReport } from '../unused.ts';
import { nearest } from '../validity/_guess.ts';

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
  messages: {
    unused: 'Nothing uses the {kind} {name}. Remove it.',
    misspelt:
      'Nothing uses the upstream {name}, and {pass} names "{written}", which is no upstream: nginx asks DNS for it, and does not start where there is no such host. Write {name} there.',
  },
  check({ config, report }) {
    const sites = unusedNames(config, 'upstream', true);
    if (!sites.length) return;
    // names that are passed to and are no group, nor look like a host of some network
    const strangers = config.main.all.flatMap((pass) => {
      if (!PASS_DIRECTIVES.includes(pass.name) || pass.value(0).includes('$')) return [];
      const target = passTargetOf(pass);
      return target && !target.upstream && target.kindOfHost === 'name' && !/\.|^localhost$/.test(target.host)
        ? [{ pass, host: target.host }]
        : [];
    });
    for (const site of sites) {
      const meant = strangers.find(({ host }) => nearest(host, [site.name]) !== null);
      if (meant)
        report('misspelt', {
          at: meant.pass.at(meant.pass.args[0]),
          severity: 'warning',
          data: { name: site.name, pass: meant.pass.name, written: meant.host },
          related: [{ at: site.directive.at({ start: site.span.start, end: site.span.end }), message: 'the upstream' }],
          fix: fixOf(`Write ${site.name}`, 'suggestion', meant.pass.file, [
            replace(meant.pass.args[0]!, meant.pass.value(0).replace(meant.host, site.name)),
          ]),
        });
      else report('unused', unusedReport(site));
    }
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
    {
      inside: 'http',
      bad: `upstream backend { server 127.0.0.1:8001; }
server {
    location / { proxy_pass http://backends/; }
#                           ^^^^^^^^^^^^^^^^ misspelt
}`,
      good: `upstream backend { server 127.0.0.1:8001; }
server {
    location / { proxy_pass http://backend/; }
}`,
    },
  ],
});
