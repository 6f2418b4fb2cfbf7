/** `if`, `set`, `rewrite` and `return` run in the order of the text: a value that is set below is not there yet. */
import { type NameSite, namesOf } from '../../config/names.ts';
import type { Scope } from '../../config/scope.ts';
import { variablesIn } from '../../syntax/variable.ts';
import { defineRule } from '../rule.ts';

const REWRITE = new Set(['if', 'set', 'return', 'rewrite']);

/** The server's part of the rewriting reads it, and only locations set it; an error page brings a request there a second time. */
function isLater(scope: Scope, definitions: readonly NameSite[]): boolean {
  const server = scope.context === 'server' ? scope : scope.context === 'if-in-server' ? scope.enclosing('server') : null;
  if (!server || server.all.some((d) => d.name === 'error_page' || d.name === 'try_files')) return false;
  return definitions.every((s) => s.directive.scope.enclosing('location') !== null);
}

export default defineRule({
  id: 'variable-before-set',
  group: 'correctness',
  severity: 'warning',
  since: '0.1',
  title: 'Variable used before it is set',
  why: `
The directives of the rewrite module (\`if\`, \`set\`, \`rewrite\`, \`return\`) are run one after the other in file order. Read above its \`set\`, a variable is empty, and nginx writes "using uninitialized variable" into the log. Other directives run later and may be anywhere.`,
  about: ['set', 'if', 'return'],
  looksAt: { directive: [...REWRITE] },
  needs: 'file',
  messages: {
    later:
      '${name} is set in a location only, and the server reads it before the location is chosen: it is empty here. Set it in the server, or use map.',
    early: '${name} is set further down, so it is empty here. Move the set up.',
  },
  check({ directive, scope, config, report }) {
    for (const word of directive.args)
      for (const use of variablesIn(word).uses) {
        if (use.capture || (directive.name === 'set' && word === directive.args[0])) continue;
        if (config.catalog.variable(use.name, 'http')) continue;
        const definitions = namesOf(config).definitions('variable', use.name, 'http');
        if (!definitions.length || definitions.some((s) => s.capture || s.directive.name !== 'set')) continue;
        if (isLater(scope, definitions)) {
          report('later', {
            at: use.span,
            data: { name: use.name },
            related: [{ at: definitions[0]!.directive.at(), message: 'set here' }],
          });
          continue;
        }
        if (definitions.some((s) => s.directive.scope !== scope)) continue;
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
