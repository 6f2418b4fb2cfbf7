/** nginx compares names of variables without case: `$Foo` and `$foo` are one, which a reader does not see. */
import { namesOf } from '../../config/names.ts';
import { fixOf, replace } from '../fix.ts';
import { defineRule } from '../rule.ts';

export default defineRule({
  id: 'mixed-case-variable',
  group: 'correctness',
  severity: 'hint',
  since: '0.1',
  equivalents: ['gixy:mixed_case_variable'],
  title: 'One variable written in different cases',
  why: `
\`$userId\` and \`$userid\` are the same variable to nginx, which turns all names into lower case. Two that look different overwrite each other, and a search for one spelling misses the other. Lower case with underscores is what nginx's own variables use.`,
  about: ['set', 'map'],
  looksAt: { config: true },
  needs: 'file',
  fixable: 'always',
  messages: {
    other: '${name} is the same variable as ${first}, because nginx ignores case in variable names. Write ${first}.',
    defined: 'nginx ignores case in variable names: ${name} is ${lower}. Write it in lower case.',
  },
  check({ config, report }) {
    for (const found of namesOf(config).ofKind('variable')) {
      if (!found.some((s) => s.upper)) continue;
      // the dash behind it says what is wrong: dash-in-variable
      if (found.some((s) => /^-\w/.test(s.directive.file.text.slice(s.span.end, s.span.end + 2)))) continue;
      const sites = found.map((s) => ({
        directive: s.directive,
        role: s.role,
        capture: s.capture,
        span: s.span,
        written: s.directive.file.text.slice(s.span.start, s.span.end),
      }));
      // spelled as the cookie and the argument are
      if (/^(cookie|arg)_/i.test(sites[0]!.written)) continue;
      const defining = sites.find((s) => s.role === 'defines');
      const first = defining?.written ?? found[0]!.name.toLowerCase();
      const consistent = defining !== undefined && sites.every((s) => s.written === first);
      for (const site of sites) {
        const place = { file: site.directive.file.id, span: { start: site.span.start, end: site.span.end } };
        if (consistent) {
          if (site !== defining || site.capture || !/[a-z]/.test(first)) continue;
          report('defined', {
            at: place,
            data: { name: first, lower: first.toLowerCase() },
            fix: {
              title: 'Write it in lower case everywhere',
              safety: 'suggestion',
              edits: [...new Set(sites.map((s) => s.directive.file.id))].map((file) => ({
                file,
                edits: [...new Map(sites.filter((s) => s.directive.file.id === file).map((s) => [s.span.start, s])).values()].map((s) =>
                  replace(s.span, first.toLowerCase()),
                ),
              })),
            },
          });
        } else if (site.written !== first)
          report('other', {
            at: place,
            data: { name: site.written, first },
            related: defining ? [{ at: defining.directive.at(defining.span), message: 'the first spelling' }] : [],
            fix: fixOf(`Write $${first}`, 'suggestion', site.directive.file, [replace(site.span, first)]),
          });
      }
    }
  },
  examples: [
    {
      inside: 'server',
      bad: `set $user_id 1;
add_header X-User $User_Id;
#                  ^^^^^^^ other`,
      good: `set $user_id 1;
add_header X-User $user_id;`,
    },
    {
      inside: 'server',
      bad: `set $userId 1;
#    ^^^^^^ defined
add_header X-User $userId;`,
      good: `set $userid 1;
add_header X-User $userid;`,
    },
    {
      inside: 'server',
      bad: `add_header X-Host $Host;
#                  ^^^^ other`,
      good: 'add_header X-Host $host;',
    },
  ],
});
