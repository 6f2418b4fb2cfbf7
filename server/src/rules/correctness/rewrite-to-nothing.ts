/** A rewrite that leaves an empty path: nginx answers 500. Shown by the request. */
import { textsOf } from '../../answers/what-is-passed.ts';
import type { Directive } from '../../config/directive.ts';
import { definitionOf, indexOf } from '../../trace/index.ts';
import { variablesIn } from '../../trace/script.ts';
import { proofOf } from '../../witness/requests.ts';
import { directiveAt } from '../../witness/spots.ts';
import { defineRule } from '../rule.ts';

/** A value out of a table that has one for everything else, and none of them empty. */
function isNeverEmpty(d: Directive): boolean {
  const [name] = variablesIn(d.value(1));
  const table = name === undefined ? undefined : definitionOf(indexOf(d.scope.config), name)?.directive;
  const rows = table?.body?.directives ?? [];
  const isWhole =
    table?.name === 'split_clients'
      ? rows.some((row) => row.name === '*') || rows.reduce((sum, row) => sum + Number.parseFloat(row.name), 0) > 99.99
      : rows.some((row) => row.name === 'default');
  return isWhole && (textsOf(d.scope, `$${name}`)?.every((t) => t !== '') ?? false);
}

export default defineRule({
  id: 'rewrite-to-nothing',
  group: 'correctness',
  severity: 'warning',
  since: '0.2',
  title: 'Rewrite to an empty path',
  why: `
\`rewrite ^/api(.*)$ $1 break\` takes a prefix off. For \`/api\` itself nothing is left, and nginx ends the request with 500: "the rewritten URI has a zero length". Paths below work, so the fault shows with the bare prefix only.

Take the slash into the group, \`^/api(/.*)$\`, in a location that ends with a slash, or write \`^/api/?(.*)$ /$1\`.`,
  about: ['rewrite'],
  // with anything else in it the path is never empty
  looksAt: {
    outcome: ['rewrite'],
    when: (spot) =>
      spot.directives.some((d) => d.name === 'rewrite' && /^(?:\$\{?\w+\}?)+(?:\?.*)?$/s.test(d.value(1)) && !isNeverEmpty(d)),
  },
  needs: 'config',
  messages: {
    empty:
      '{from} is answered with 500: this rewrite leaves an empty path. Write a slash before {text}, and take the slash out of the group (^/prefix/?(.*)$).',
  },
  check({ spot, report }) {
    const own = spot.directives.filter((d) => d.name === 'rewrite');
    const { location } = spot;
    const bare = location?.kind === 'prefix' && !location.name.endsWith('/') ? [location.name] : [];
    for (const path of new Set([...bare, ...spot.paths])) {
      const trace = spot.ask({ path });
      if (trace.outcome.status !== 500) continue;
      const last = trace.steps.findLast((s) => s.said.endsWith('zero length: 500'));
      const by = last ? directiveAt(own, last.at) : null;
      if (!by) continue;
      report('empty', { at: by.at(), data: { from: path, text: by.value(1) }, witness: proofOf(trace) });
      return;
    }
  },
  examples: [
    {
      inside: 'server',
      bad: `location /api {
    rewrite ^/api(.*)$ $1 break;
#   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^ empty
    proxy_pass http://127.0.0.1:8000;
}`,
      good: `location /api {
    rewrite ^/api/?(.*)$ /$1 break;
    proxy_pass http://127.0.0.1:8000;
}`,
      witness: { request: 'GET http://www.example.test/api', outcome: '500', meant: '`GET / at 127.0.0.1:8000`' },
    },
    {
      inside: 'server',
      good: `location /api/ {
    rewrite ^/api(/.*)$ $1 break;
    proxy_pass http://127.0.0.1:8000;
}`,
    },
  ],
});
