/** charset_map declared twice or between equal charsets, and recodings without a table (ngx_http_charset_map_block, ngx_http_charset_postconfiguration). */
import { isNginx } from '../../answers/which-build.ts';
import type { Directive } from '../../config/directive.ts';
import { everywhere } from '../../config/pieces.ts';
import type { Scope } from '../../config/scope.ts';
import { defineRule } from '../rule.ts';
import { soundFact } from './_sound.ts';

/** A charset that is named, not switched off and no variable; null otherwise. */
function charsetOf(scope: Scope, name: string): { line: Directive; charset: string } | null {
  const line = scope.value(name);
  if (!line || !soundFact(line)) return null;
  const charset = line.value(0);
  return (charset === 'off' && name === 'charset') || charset.startsWith('$') ? null : { line, charset: charset.toLowerCase() };
}

export default defineRule({
  id: 'charset-conflict',
  group: 'validity',
  severity: 'error',
  since: '0.1',
  missing: ['charset', 'source_charset', 'charset_map'],
  title: 'Duplicate or missing charset_map',
  why: `
\`charset_map\` makes the table between two charsets, for both directions, and each pair once. Where \`source_charset\` and \`charset\` differ, a
table between the two is needed.`,
  about: ['charset_map', 'charset', 'source_charset'],
  looksAt: [
    { directive: ['charset_map'] },
    {
      scope: ['http', 'server', 'location', 'if-in-location'],
      having: (names) => names.has('charset') || names.has('source_charset'),
    },
  ],
  needs: 'config',
  messages: {
    order: '"charset_map" with "utf-8" charset should be given in the second column. Swap the two charsets and their columns.',
    same: '"charset_map" between the same charsets "{from}" and "{to}".',
    twice: 'Duplicate "charset_map" between "{from}" and "{to}": one table serves both directions.',
    missing: 'No "charset_map" between the charsets "{from}" and "{to}". Add one, or remove source_charset.',
  },
  check({ config, directive, scope, report }) {
    if (directive?.name === 'charset_map' && scope === directive.scope) {
      if (!soundFact(directive)) return;
      const [from = '', to = ''] = directive.values;
      const data = { from, to };
      if (from.toLowerCase() === 'utf-8' && to.toLowerCase() !== 'utf-8' && isNginx(config, '1.29.0'))
        return report('order', { at: directive.args[0]!, data });
      if (from.toLowerCase() === to.toLowerCase()) return report('same', { at: directive.args[1]!, data });
      const pair = (d: Directive): string =>
        d.values
          .map((v) => v.toLowerCase())
          .sort()
          .join(' ');
      const tables = everywhere(config, 'charset_map').filter((d) => soundFact(d));
      const before = tables.find((d) => pair(d) === pair(directive));
      if (before && before !== directive)
        report('twice', {
          at: directive.args[1]!,
          data,
          // ngx_http_charset_map_block compares with the first table only; a later pair of equals is accepted, and one of them unused
          severity: before === tables[0] ? 'error' : 'warning',
          related: [{ at: before.nameAt, message: 'The first one is here.' }],
        });
      return;
    }
    if (!scope.has('charset') && !scope.has('source_charset')) return;
    const source = charsetOf(scope, 'source_charset');
    const target = charsetOf(scope, 'charset');
    if (!source || !target || source.charset === target.charset) return;
    const found = everywhere(config, 'charset_map').some((d) => {
      const pair = d.values.map((v) => v.toLowerCase());
      return pair.includes(source.charset) && pair.includes(target.charset);
    });
    const own = target.line.scope === scope ? target.line : source.line;
    if (!found) report('missing', { at: own.at(own.args[0]), data: { from: source.charset, to: target.charset } });
  },
  examples: [
    { inside: 'http', bad: '    charset_map a a { }\n#                 ^ same', good: '    charset_map a b { }' },
    {
      inside: 'http',
      bad: '    charset_map a b { }\n    charset_map b a { }\n#                 ^ twice',
      good: '    charset_map a b { }\n    charset_map a c { }',
    },
    { inside: 'server', bad: '    source_charset koi8-r;\n    charset utf-8;\n#           ^^^^^ missing', good: '    charset utf-8;' },
  ],
});
