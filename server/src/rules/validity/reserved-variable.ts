/** Definitions of variables that nginx has itself and lets nobody change (ngx_http_add_variable: "the duplicate … variable"). */
import { variableStatus } from '../../catalog/catalog.ts';
import { protocolOf } from '../../catalog/context.ts';
import { variablesDefinedBy } from '../../config/variables.ts';
import { defineRule } from '../rule.ts';
import { soundFact } from './_sound.ts';
import { isTemplated, spanIn } from './_spans.ts';
import { isAftermath } from './_structure.ts';

export default defineRule({
  id: 'reserved-variable',
  group: 'validity',
  severity: 'error',
  since: '0.1',
  title: 'Built-in variable redefined',
  why: `
\`set\`, \`map\`, \`geo\` and named groups of regular expressions make variables. Most built-in ones may not be made again: nginx refuses the
configuration with "the duplicate … variable". Exceptions are \`$args\`, \`$limit_rate\` and a few others.`,
  about: ['set', 'map', 'geo'],
  looksAt: { directive: '*' },
  contextFree: true,
  needs: 'file',
  messages: {
    reserved: 'The duplicate "{name}" variable: it is built into nginx and cannot be changed. Choose another name.',
    group: 'The duplicate "{name}" variable: this group has the name of a built-in variable. Choose another name.',
  },
  check({ config, directive, report }) {
    const { context } = directive.scope;
    const protocol = context === 'unknown' ? null : protocolOf(context);
    if (!protocol || protocol === 'mail' || isTemplated(directive) || isAftermath(directive, 'name')) return;
    const entries = context === 'map' || context === 'stream-map';
    if (!entries && !soundFact(directive)) return;
    for (const { name, word, at, length, capture } of variablesDefinedBy(directive)) {
      if (!capture && !word.value.startsWith('$')) continue;
      const fact = config.catalog.variable(name, protocol);
      if (!fact || fact.prefix || fact.changeable !== false || fact.userDefined || !variableStatus(fact, config.settings.target).known)
        continue;
      report(capture ? 'group' : 'reserved', { at: spanIn(word, at, length), data: { name } });
    }
  },
  examples: [
    { inside: 'server', bad: '    set $host example.com;\n#       ^^^^^ reserved', good: '    set $my_host example.com;' },
    { inside: 'server', bad: '    server_name ~^(?<host>.+)$;\n#                    ^^^^ group', good: '    server_name ~^(?<name>.+)$;' },
    {
      inside: 'http',
      bad: '    map $uri $request_uri { default 1; }\n#            ^^^^^^^^^^^^ reserved',
      good: '    map $uri $mapped { default 1; }',
    },
  ],
});
