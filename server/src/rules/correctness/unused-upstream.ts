/** An upstream that nothing passes to, or that nothing can: dead text that the next reader takes for a part of the site. */
import { passTargetOf } from '../../answers/what-is-passed.ts';
import { nearest } from '../../base/nearest.ts';
import { PASS_DIRECTIVES } from '../../config/upstreams.ts';
import { fixOf, replace } from '../fix.ts';
import { defineRule } from '../rule.ts';
import { unusedNames, unusedReport } from '../unused.ts';

/** What a name has that belongs into a pass directive: nginx divides an address into scheme, host, port and path before it looks for the name. */
function wrongPart(name: string): { readonly part: string; readonly bare: string } | null {
  const scheme = /^[a-z]+:\/\/([\w.-]+)/i.exec(name);
  if (scheme) return { part: 'scheme', bare: scheme[1]! };
  const other = /^([\w.-]+)(:\d+$|\/)/.exec(name);
  return other ? { part: other[2] === '/' ? 'path' : 'port', bare: other[1]! } : null;
}

export default defineRule({
  id: 'unused-upstream',
  group: 'correctness',
  severity: 'hint',
  since: '0.1',
  title: 'Unused upstream',
  why: `
An upstream that no pass directive names is a leftover: its servers look as if they were in use, and changes to it have no effect. Names that a variable may hold (in \`set\` or \`map\`) count as used.

A pass directive finds an upstream by the host of its address. A name with a scheme, a port or a path is none that it could have: \`upstream http://app\` leaves \`proxy_pass http://app\` without a group, and nginx looks for a host of that name.

The rule is silent about unused names when scripts (Lua, njs, Perl, SSI) or files that are not at hand may use the name.`,
  about: ['upstream', 'proxy_pass'],
  looksAt: [{ config: true }, { directive: ['upstream'] }],
  needs: 'config',
  fixable: 'sometimes',
  messages: {
    unused: 'Nothing uses the {kind} {name}. Remove it.',
    misspelt:
      'Nothing uses the upstream {name}, and {pass} names "{written}", which is no upstream: nginx asks DNS for it, and does not start where there is no such host. Write {name} there.',
    unnameable: 'No pass directive can name the upstream "{name}": its name has a {part}. {remedy}.',
  },
  check({ config, directive, file, report }) {
    if (directive) {
      const [word] = directive.args;
      const wrong = word && wrongPart(word.value);
      if (!wrong) return;
      report('unnameable', {
        at: word,
        severity: 'warning',
        data: {
          name: word.value,
          part: wrong.part,
          remedy: wrong.part === 'port' ? `Call it "${wrong.bare}", and pass to that name without a port` : `Call it "${wrong.bare}"`,
        },
        // with its new name a pass that says the port would be refused
        fix: wrong.part === 'port' ? null : fixOf(`Call it "${wrong.bare}"`, 'suggestion', file, [replace(word, wrong.bare)]),
      });
      return;
    }
    const sites = unusedNames(config, 'upstream', true).filter((s) => !wrongPart(s.name));
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
    {
      inside: 'http',
      bad: `upstream http://app { server 127.0.0.1:8001; }
#        ^^^^^^^^^^ unnameable
server {
    location / { proxy_pass http://app; }
}`,
      good: `upstream app { server 127.0.0.1:8001; }
server {
    location / { proxy_pass http://app; }
}`,
    },
    {
      inside: 'http',
      bad: `upstream app:8000 { server 127.0.0.1:8000; }
#        ^^^^^^^^ unnameable
server {
    location / { proxy_pass http://app:8000; }
}`,
      good: `upstream app_8000 { server 127.0.0.1:8000; }
server {
    location / { proxy_pass http://app_8000; }
}`,
      fixed: false,
    },
  ],
});
