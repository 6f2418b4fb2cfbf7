/** The query that a client sends arrives twice: in `$request_uri` or `$args`, and once more as `rewrite` or a second variable appends it. */
import { textsOf } from '../../answers/what-is-passed.ts';
import { mayHoldQuery } from '../../answers/where-a-value-comes-from.ts';
import type { Directive } from '../../config/directive.ts';
import { variablesIn } from '../../trace/script.ts';
import { locationHeader, proofOf } from '../../witness/requests.ts';
import { directiveAt } from '../../witness/spots.ts';
import { withQuery } from '../../witness/telling.ts';
import { defineRule } from '../rule.ts';

const QUERY = 'b=1';

/** How often the query is in a URL, what is a parameter's value left aside (`?next=/a?b=1`). */
function times(url: string): number {
  const query = url.slice(url.indexOf('?') + 1);
  if (!url.includes('?') || /=[^&?]*\//.test(query)) return 0;
  return query.split(/[?&]/).filter((p) => p === QUERY).length;
}

/** Whether the values that make a target may hold the query more than once; a variable of one's own may hold anything but constants. */
function mayHoldTwice(d: Directive): boolean {
  let count = 0;
  for (const name of variablesIn(d.name === 'return' ? d.value(1) || d.value(0) : d.value(0))) {
    if (/^(?:args|query_string|request_uri|request)$/.test(name)) count++;
    else if (!isBuiltin(name) && textsOf(d.scope, `$${name}`) === null) count += 2;
  }
  return count > 1;
}

/**
 * Whether a replacement may hold the query, or a question mark behind which rewrite appends it to what another brings. Groups are of the path,
 * but an expression without any leaves those of a condition.
 */
const mayBringQuery = (d: Directive): boolean =>
  d.value(0).includes('(')
    ? variablesIn(d.value(1)).some((name) => !/^\d$/.test(name) && mayHoldQuery(d.scope, name))
    : /\?|\$\{?\d/.test(d.value(1)) || variablesIn(d.value(1)).some((name) => mayHoldQuery(d.scope, name));

/** Variables of nginx's own that hold no query. */
const isBuiltin = (name: string): boolean =>
  /^(?:\d|uri|document_uri|host|http_host|scheme|server_(?:name|port|addr)|is_args|hostname|remote_addr|request_method|proxy_host|https?_\w+|arg_\w+|cookie_\w+)$/.test(
    name,
  );

export default defineRule({
  id: 'redirect-query-twice',
  group: 'correctness',
  severity: 'warning',
  since: '0.2',
  title: 'Query string passed on twice',
  why: `
\`$request_uri\` holds the query already, and \`rewrite\` appends the query of the request to every replacement that does not end in a question mark. \`rewrite ^ https://$host$request_uri permanent\` so sends \`/page?b=1\` to \`/page?b=1?b=1\`, and \`rewrite ^/x$ /y?$args last\` asks for \`/y?b=1&b=1\`.

End the replacement of a rewrite with a question mark, or use \`return\` with \`$request_uri\`, which appends nothing.`,
  about: ['rewrite', 'return', '$request_uri', '$args'],
  looksAt: {
    outcome: ['return', 'rewrite', 'proxy_pass'],
    when: (spot) =>
      spot.directives.some(
        (d) =>
          (d.name === 'rewrite' && mayBringQuery(d)) ||
          // what holds the query once cannot double it
          ((d.name === 'return' || d.name === 'proxy_pass') && mayHoldTwice(d)),
      ),
  },
  needs: 'config',
  costly: true,
  messages: {
    location: 'The query is doubled: {from} is redirected to {to}. End the replacement of rewrite with "?", or name the query once.',
    inside:
      'The query is doubled: {from} goes on with the arguments {to}. Drop $args, rewrite appends it; or end the replacement with "?".',
    upstream: 'The query is doubled: the upstream is asked for {to}. $request_uri holds the query already.',
  },
  check({ spot, report }) {
    const told = new Set<unknown>();
    const own = spot.directives.filter((d) => d.name === 'return' || d.name === 'rewrite' || d.name === 'proxy_pass');
    for (const probe of withQuery(spot, QUERY, !spot.directives.some((d) => d.name === 'proxy_pass' && mayHoldTwice(d)))) {
      const trace = spot.ask(probe);
      const from = `${probe.path}?${probe.query}`;
      const location = locationHeader(trace);
      const { upstreamRequest } = trace.outcome;
      let doubled = false;
      for (const step of trace.steps) {
        const directive = directiveAt(own, step.at);
        if (!directive) continue;
        const args = step.changed.find((c) => c.what === '$args')?.to ?? null;
        const sent = location !== null && /^(?:return|redirect) 30/.test(step.said) && times(location) > 1;
        const moved = directive.name === 'rewrite' && args !== null && times(`?${args}`) > 1;
        const passed = !doubled && step.phase === 'upstream' && upstreamRequest !== null && times(upstreamRequest.uri) > 1;
        doubled ||= moved;
        if ((!sent && !moved && !passed) || told.has(directive)) continue;
        told.add(directive);
        const to = sent ? location : moved ? args : upstreamRequest!.uri;
        report(sent ? 'location' : moved ? 'inside' : 'upstream', {
          at: directive.at(),
          data: { from, to },
          witness: moved && !sent ? proofOf(trace, `$args is ${args}`) : proofOf(trace),
        });
      }
    }
  },
  examples: [
    {
      inside: 'http',
      bad: `server {
    listen 80;
    server_name old.example.org;
    rewrite ^ https://new.example.org$request_uri permanent;
#   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ location
}`,
      good: `server {
    listen 80;
    server_name old.example.org;
    rewrite ^ https://new.example.org$request_uri? permanent;
}`,
      witness: {
        request: 'GET http://old.example.org/users?b=1',
        outcome: '301 https://new.example.org/users?b=1?b=1',
        meant: '`301 https://new.example.org/users?b=1`',
      },
    },
    {
      inside: 'server',
      bad: `location = /find {
    return 302 /search$is_args$args&$query_string;
#   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ location
}`,
      good: `location = /find {
    return 302 /search$is_args$args;
}`,
    },
    {
      inside: 'server',
      bad: `    rewrite ^/find$ /search?$args last;
#   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ inside
location /search { return 204; }`,
      good: `rewrite ^/find$ /search?$args? last;
location /search { return 204; }`,
    },
    {
      inside: 'server',
      bad: `location /api/ {
    set $app 127.0.0.1:8000;
    proxy_pass http://$app$request_uri$is_args$args;
#   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ upstream
}`,
      good: `location /api/ {
    set $app 127.0.0.1:8000;
    proxy_pass http://$app$request_uri;
}`,
    },
    {
      inside: 'server',
      good: 'location /login { return 302 /sso?next=$request_uri; }\nlocation /a { return 302 /sso?next=$request_uri&$args; }',
    },
    { inside: 'server', good: 'rewrite ^/a/(.*)$ /b/$1?old=1 permanent;' },
  ],
});
