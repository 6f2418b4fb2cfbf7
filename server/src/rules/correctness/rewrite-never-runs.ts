/** Rewrite directives behind one that always ends the rewriting. */
import { defineRule } from '../rule.ts';
import { removeUseless } from '../unused.ts';

const ENDING = /^(last|break|redirect|permanent)$/;
const PROBES = ['/', '/a', '/a/b.c', '/x y', '/%', '/index.php', '/é'];

export default defineRule({
  id: 'rewrite-never-runs',
  group: 'correctness',
  severity: 'info',
  since: '0.1',
  title: 'Rewrite that never runs',
  why: `
\`break\`, and a \`rewrite\` with \`last\`, \`break\`, \`redirect\` or \`permanent\` whose pattern fits every path, end the rewriting of their block. \`set\`, \`if\`, \`rewrite\` and \`return\` below them never run.`,
  about: ['rewrite', 'break'],
  looksAt: { directive: ['rewrite', 'break'] },
  needs: 'file',
  fixable: 'sometimes',
  messages: { dead: 'The {name} above always ends the rewriting, so this never runs. Remove it or move it above.' },
  check({ directive, scope, config, report }) {
    if (!['server', 'location', 'if-in-location', 'if-in-server'].includes(scope.context)) return;
    if (directive.name === 'rewrite') {
      if (!ENDING.test(directive.value(2)) && !/^(https?:\/\/|\$scheme)/.test(directive.value(1))) return;
      const compiled = config.regexes.compile(directive.value(0));
      if (!compiled.ok || !PROBES.every((p) => typeof compiled.regex.match(p) === 'object')) return;
      // only patterns that cannot fail are sure to fit what was not tried
      if (!/^\^?\(?(?:\/\??)?\(?(?:\.[*+])?\)?\)?\$?$/.test(directive.value(0))) return;
      // every path begins with a slash, so ^/ fits all
    }
    const all = scope.directives;
    for (const d of all.slice(all.indexOf(directive) + 1)) {
      if (!['rewrite', 'set', 'if', 'return', 'break'].includes(d.name)) continue;
      report('dead', {
        at: d.at(d.statement.name),
        data: { name: directive.name },
        related: [{ at: directive.at(), message: 'ends the rewriting' }],
        tag: 'unnecessary',
        fix: removeUseless('Remove it', d),
      });
    }
  },
  examples: [
    {
      inside: 'location',
      bad: `rewrite ^ /index.php last;
  rewrite ^/old /new last;
# ^^^^^^^ dead`,
      good: 'rewrite ^ /index.php last;',
    },
    // without the line nginx would not know the variable
    {
      inside: 'location',
      bad: `rewrite ^ /index.php last;
  set $part 1;
# ^^^ dead
add_header X-Part $part;`,
      good: 'set $part 1;\nrewrite ^ /index.php last;\nadd_header X-Part $part;',
      fixed: false,
    },
    { inside: 'location', good: 'rewrite ^/old /new last;\nrewrite ^/a /b last;' },
  ],
});
