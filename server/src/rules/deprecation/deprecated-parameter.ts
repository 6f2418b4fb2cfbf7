/** Parameters that the target still accepts under an old name, by the catalog's tables. */
import { isNginx } from '../../answers/which-build.ts';
import { findParameter, parameterStatus } from '../../catalog/parameters.ts';
import { fixOf, replace } from '../fix.ts';
import { defineRule } from '../rule.ts';
import { factFor, isJudged } from '../validity/_known.ts';

export default defineRule({
  id: 'deprecated-parameter',
  group: 'deprecation',
  severity: 'info',
  since: '0.1',
  title: 'Deprecated parameter',
  why: `
Parameters change like directives do: \`listen 80 default\` is the old spelling of \`default_server\` (since nginx 0.8.21), and
\`aio sendfile\` that of \`aio on\`. nginx accepts the old names for the time being, and its manual no longer lists them.`,
  about: ['listen', 'aio'],
  looksAt: { directive: ['listen', 'aio', 'server', 'keepalive', 'sticky'] },
  needs: 'file',
  fixable: 'sometimes',
  messages: { old: '"{name}" is an old spelling. Write "{successor}".' },
  check({ directive, config, report }) {
    if (!isJudged(directive)) return;
    const fact = factFor(directive);
    const table = fact?.parameters;
    if (!table) return;
    const { target } = config.settings;
    directive.args.forEach((word, i) => {
      if (i < table.from || i > (table.to ?? i)) return;
      const hit = findParameter(table.list, word.value)?.parameter;
      // the parameter http2 has a rule of its own
      if (!hit?.replacedBy || hit.name === 'http2' || !parameterStatus(hit, target).known) return;
      if (hit.deprecated !== undefined && !isNginx(config, hit.deprecated)) return;
      report('old', {
        at: word,
        data: { name: word.value, successor: hit.replacedBy },
        tag: 'deprecated',
        fix: fixOf(`Change to ${hit.replacedBy}`, 'safe', directive.file, [replace(word, hit.replacedBy)]),
      });
    });
  },
  examples: [
    {
      inside: 'server',
      bad: `listen 80 default;
#         ^^^^^^^ old`,
      good: 'listen 80 default_server;',
    },
    { inside: 'server', good: 'listen 80 default_server reuseport;' },
  ],
});
