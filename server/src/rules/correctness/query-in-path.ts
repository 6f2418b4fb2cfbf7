/** A rewrite whose variables bring a question mark: it becomes a character of the path. */
import { mayHoldQuery } from '../../answers/where-a-value-comes-from.ts';
import { variablesIn } from '../../trace/script.ts';
import { proofOf } from '../../witness/requests.ts';
import { directiveAt } from '../../witness/spots.ts';
import { withQuery } from '../../witness/telling.ts';
import { defineRule } from '../rule.ts';

export default defineRule({
  id: 'query-in-path',
  group: 'correctness',
  severity: 'warning',
  since: '0.2',
  title: 'Rewrite that puts the query into the path',
  why: `
Only a literal question mark divides the replacement of a \`rewrite\` into path and arguments. One that comes out of a variable, \`$is_args\` or \`$request_uri\`, is taken for a character of the path: no file has that name, and an upstream is asked for \`/search%3Fb=1\`.

\`rewrite\` appends the query by itself; leave it out of the replacement. To ask for the URL as it came, pass it on with \`proxy_pass\` without a URI.`,
  about: ['rewrite', '$is_args', '$request_uri'],
  looksAt: {
    outcome: ['rewrite'],
    when: ({ directives }) =>
      directives.some(
        (d) =>
          d.name === 'rewrite' &&
          !/^(?:redirect|permanent)$/.test(d.value(2)) &&
          variablesIn(d.value(1)).some((name) => mayHoldQuery(d.scope, name)),
      ),
  },
  needs: 'config',
  costly: true,
  messages: {
    inPath:
      'The question mark becomes a part of the path: {from} is looked for as {to}, an upstream gets %3F. Drop the query, rewrite appends it.',
  },
  check({ spot, report }) {
    const told = new Set<unknown>();
    const own = spot.directives.filter((d) => d.name === 'rewrite');
    for (const probe of withQuery(spot, 'b=1', true)) {
      const { path } = probe;
      const trace = spot.ask(probe);
      // a path that is taken up again and cut afterwards is on its way: what counts is where it ends
      const last = trace.steps.findLast((s) => s.changed.some((c) => c.what === '$uri'));
      const to = last?.changed.find((c) => c.what === '$uri')?.to ?? '';
      const by = last ? directiveAt(own, last.at) : null;
      // proxy_pass with $uri sends the question mark on as it is, and the upstream reads it as one
      const { upstreamRequest, file } = trace.outcome;
      const param = upstreamRequest?.params?.find(([n]) => n === 'PATH_INFO')?.[1];
      const ends = upstreamRequest ? upstreamRequest.uri.includes('%3F') || param?.includes('?') : file?.includes('?');
      if (!by || told.has(by) || !ends || path.includes('%3F')) continue;
      told.add(by);
      report('inPath', { at: by.at(), data: { from: `${path}?${probe.query}`, to }, witness: proofOf(trace) });
    }
  },
  examples: [
    {
      inside: 'server',
      bad: `location /find {
    rewrite ^ /search$is_args$args last;
#   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ inPath
}
location /search { proxy_pass http://127.0.0.1:8000; }`,
      good: `location /find {
    rewrite ^ /search last;
}
location /search { proxy_pass http://127.0.0.1:8000; }`,
      witness: {
        request: 'GET http://www.example.test/find/users?b=1',
        outcome: 'GET /search%3Fb=1?b=1 at 127.0.0.1:8000',
        meant: '`GET /search?b=1 at 127.0.0.1:8000`',
      },
    },
    {
      inside: 'server',
      good: `location /api/ {
    rewrite ^ $request_uri;
    rewrite ^/api(/.*) $1 break;
    proxy_pass http://127.0.0.1:8000$uri;
}`,
    },
  ],
});
