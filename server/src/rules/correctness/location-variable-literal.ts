/** `location $name` in a version that takes the name for a prefix: no URI begins with a dollar sign and the name of a variable. */
import { hasPredicates } from '../../config/locations.ts';
import { defineRule } from '../rule.ts';

export default defineRule({
  id: 'location-variable-literal',
  group: 'correctness',
  severity: 'warning',
  since: '0.2',
  title: 'Variable in a location name is taken literally',
  why: `
From nginx 1.31.5 on \`location $name { }\` takes the requests for which the variable is neither empty nor \`0\`. Earlier versions silently accept the same line and take the name literally: a prefix that begins with a dollar sign, which no request has.

Before 1.31.5 do the same with \`if\` in the server, or with a \`map\` that chooses the upstream.`,
  about: ['location'],
  looksAt: { directive: ['location'], where: ({ values: [name = ''] }) => name.startsWith('$') },
  needs: 'file',
  messages: {
    literal: '"{name}" is no variable here in nginx {version} but a literal prefix, so no request arrives. It needs 1.31.5 or later.',
  },
  check({ directive, config, report }) {
    const { nginx } = config.settings.target;
    const [word] = directive.args;
    if (!word || directive.args.length !== 1 || word.templated || hasPredicates(nginx) || !/^\$\w+$/.test(word.value)) return;
    report('literal', { at: directive.at(word), data: { name: word.value, version: nginx.text } });
  },
  examples: [
    {
      inside: 'server',
      settings: { nginx: '1.30.7' },
      bad: `location $cookie_beta { return 204; }
#        ^^^^^^^^^^^^ literal`,
      good: 'if ($cookie_beta) { return 204; }',
    },
    { inside: 'server', notOn122: 'predicate locations came with 1.31.5', good: 'location $cookie_beta { return 204; }' },
  ],
});
