/** A map that says nothing about what fits no line: the empty string, unless someone meant something else. */
import { textsOf } from '../../answers/what-is-passed.ts';
import type { Directive } from '../../config/directive.ts';
import type { Scope } from '../../config/scope.ts';
import { fixOf, insertAfter, insertFirst } from '../fix.ts';
import { defineRule } from '../rule.ts';

const CATCH_ALL = new Set(['default', '~.*', '~^', '~*.*', '~*^', '~.', '~^.*$', '*', '0.0.0.0/0']);

/** Whether the lines of a map take every value that its key may have: anything and nothing, or all that a table or `set` gives. */
function isWhole(map: Directive, scope: Scope): boolean {
  const keys = scope.directives.map((d) => d.name);
  if (keys.includes('') && keys.some((k) => /^~\*?\^?\.[+]?\$?$/.test(k) || /^~\*?\^?\(?\.\+\)?\$?$/.test(k))) return true;
  const values = map.value(0).includes('$') ? textsOf(map.scope, map.value(0)) : null;
  if (!values) return false;
  const exact = new Set(keys.map((k) => k.toLowerCase()));
  const patterns = keys.flatMap((k) => {
    if (!k.startsWith('~')) return [];
    const compiled = scope.config.regexes.compile(k.replace(/^~\*?/, ''), { caseless: k.startsWith('~*') });
    return compiled.ok ? [compiled.regex] : [];
  });
  return values.every((v) => exact.has(v.toLowerCase()) || patterns.some((p) => typeof p.match(v) === 'object'));
}

export default defineRule({
  id: 'map-without-default',
  group: 'correctness',
  severity: 'info',
  since: '0.1',
  missing: ['default'],
  equivalents: ['gixy:hash_without_default', 'nginx-lint:map-missing-default'],
  title: 'Map without a default',
  why: `
A value that matches no line of a \`map\` or \`geo\` becomes the empty string. Used as a limit's key, an address or a header that means "no limit", "no upstream", "no header". Writing the default shows that it is intended.`,
  about: ['map', 'geo'],
  looksAt: { scope: ['map', 'geo', 'stream-map', 'stream-geo'] },
  needs: 'file',
  fixable: 'always',
  messages: { absent: 'Values that match no line of this {name} become the empty string. Add an explicit default.' },
  check({ scope, directive, config, report }) {
    if (!directive || scope.directives.some((d) => CATCH_ALL.has(d.name))) return;
    // lines that are somewhere else may hold it
    if (scope.named('include').some((d) => !(config.tree.includes.get(d.statement)?.files.length ?? 0))) return;
    if (directive.name === 'map' && isWhole(directive, scope)) return;
    // ngx_http_geo_block and ngx_stream_geo_block take "ranges" as the first line only
    const ranges = scope.first('ranges');
    report('absent', {
      at: directive.nameAt,
      data: { name: directive.name },
      fix: fixOf('Write an empty default', 'suggestion', (ranges ?? directive).file, [
        ranges
          ? insertAfter(ranges.file, ranges.statement, ['default "";'])
          : insertFirst(directive.file, directive.statement, ['default "";']),
      ]),
    });
  },
  examples: [
    {
      inside: 'http',
      bad: ` map $http_user_agent $bot {
#^^^ absent
    ~*crawler 1;
}`,
      good: ` map $http_user_agent $bot {
    default "";
    ~*crawler 1;
}`,
    },
    {
      inside: 'http',
      bad: ` geo $inside {
#^^^ absent
    ranges;
    10.0.0.0-10.255.255.255 1;
}`,
      good: ` geo $inside {
    ranges;
    default "";
    10.0.0.0-10.255.255.255 1;
}`,
    },
    { inside: 'http', good: 'geo $inside {\n    default 0;\n    10.0.0.0/8 1;\n}' },
  ],
});
