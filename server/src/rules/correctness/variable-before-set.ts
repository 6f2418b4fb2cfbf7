/** `if`, `set`, `rewrite` and `return` run in the order of the text: a value that is set below is not there yet. */
import { namesOf } from '../../config/names.ts';
import { variablesIn } from '../../syntax/variable.ts';
import { defineRule } from '../rule.ts';

const REWRITE = new Set(['if', 'set', 'return', 'rewrite']);

export default defineRule({
  id: 'variable-before-set',
  group: 'correctness',
  severity: 'warning',
  since: '0.1',
  title: 'Variable used before it is set',
  why: `
The directives of the rewrite module (\`if\`, \`set\`, \`rewrite\`, \`return\`) are run one after the other as they stand in the file. Read above its \`set\`, a variable is empty, and nginx writes "using uninitialized variable" into the log. Other directives come later and may stand anywhere.`,
  about: ['set', 'if', 'return'],
  looksAt: { directive: [...REWRITE] },
  needs: 'file',
  messages: { early: '${name} is set further down, so it is empty here. Move the set up.' },
  check({ directive, scope, config, report }) {
    for (const word of directive.args)
      for (const use of variablesIn(word).uses) {
        if (use.capture || (directive.name === 'set' && word === directive.args[0])) continue;
        if (config.catalog.variable(use.name, 'http')) continue;
        const definitions = namesOf(config).definitions('variable', use.name, 'http');
        if (!definitions.length || definitions.some((s) => s.capture || s.directive.name !== 'set' || s.directive.scope !== scope))
          continue;
        const order = scope.directives;
        const here = order.indexOf(directive);
        if (definitions.some((s) => order.indexOf(s.directive) <= here)) continue;
        report('early', {
          at: use.span,
          data: { name: use.name },
          related: [{ at: definitions[0]!.directive.at(), message: 'set here' }],
        });
      }
  },
  examples: [
    {
      inside: 'server',
      bad: `if ($maintenance) { return 503; }
#   ^^^^^^^^^^^^ early
set $maintenance 1;`,
      good: `set $maintenance 1;
if ($maintenance) { return 503; }`,
    },
    { inside: 'server', good: 'add_header X-Stage $stage;\nset $stage live;' },
  ],
});
