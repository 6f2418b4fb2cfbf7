/** With a variable in proxy_pass its URI is sent as it stands: every path becomes the same one. Shown by two requests that arrive alike. */

import { textsOf } from '../../answers/what-is-passed.ts';
import { PerPart } from '../../config/asked.ts';
import type { Directive } from '../../config/directive.ts';
import type { Scope } from '../../config/scope.ts';
import { hasVariables } from '../../config/upstreams.ts';
import type { Trace } from '../../trace/trace.ts';
import { proofOf } from '../../witness/requests.ts';
import type { Spot } from '../../witness/spots.ts';
import { defineRule } from '../rule.ts';

/** What the subrequests of a server ask for, with the folders above it: collected once for all of its places. */
const askedBySubrequests = new PerPart((server: Scope): ReadonlySet<string> => {
  const asked = server.all.filter((d) => d.name === 'auth_request' || d.name === 'mirror').map((d) => d.value(0));
  return new Set(asked.flatMap((uri) => [uri, ...[...uri.matchAll(/\//g)].map(({ index }) => uri.slice(0, index))]));
});

/** Places whose one target is meant: subrequests, and what only nginx itself asks for. */
const isOneTarget = ({ location, server, directives }: Spot): boolean =>
  !location || directives.some((d) => d.name === 'internal') || askedBySubrequests.of(server.scope).has(location.name);

/** Paths enough to tell: without a pattern or a condition one is like the next. */
const pathsOf = (spot: Spot): readonly string[] => spot.somePaths(spot.location?.kind === 'regex' || spot.has('if', 'rewrite') ? 6 : 3);

/** Without a URI the path goes on as it came, and $request_uri is all of it. */
const keepsAll = (pass: Directive): boolean =>
  /\$\{?request_uri\b/.test(pass.value(0)) ||
  (textsOf(pass.scope, pass.value(0))?.every((t) => /^https?:\/\/[^/?#:]+(?::\d+)?$/.test(t)) ?? false);

/**
 * Paths that a pattern without an end takes as well, below one that it is written for: of `/users/(\\d+)` those below `/users/7`. Where it asks
 * for the name of a file nothing is below.
 */
function belowPattern(spot: Spot, paths: readonly string[]): readonly string[] {
  const { location } = spot;
  if (location?.kind !== 'regex' || /\$\)?$|\\\.|\[\.\]/.test(location.name)) return [];
  return paths
    .map((path) => `${path.replace(/\/$/, '')}/users`)
    .filter((path) => !path.includes('%') && spot.takes(path))
    .slice(0, 2);
}

/** Whether a line clears the groups of the patterns before it, and has none of its own. */
const takesGroups = ({ name, values, scope }: Directive): boolean =>
  name === 'if'
    ? values.some((v) => /^!?~\*?$/.test(v))
    : name === 'rewrite' && scope.context === 'location' && !/(?<!\\)\((?!\?)/.test(values[0] ?? '');

export default defineRule({
  id: 'proxy-pass-drops-path',
  group: 'correctness',
  severity: 'warning',
  since: '0.2',
  title: 'Variable in proxy_pass drops the rest of the path',
  why: `
Without variables nginx appends what follows the location's name to the URI of \`proxy_pass\`. As soon as a variable is in it, the URI goes out as it is written: \`proxy_pass http://$app/;\` asks for \`/\`, whatever the client asked for, and what a \`rewrite … break\` has made of the path is dropped as well. The query is dropped too unless \`$is_args$args\` says it.

Omit the URI (\`proxy_pass http://$app;\`), which sends the path as it came or as \`rewrite\` left it, or write \`$request_uri\`.`,
  about: ['proxy_pass', '$request_uri', 'rewrite'],
  looksAt: {
    outcome: ['proxy_pass'],
    when: (spot) =>
      spot.location?.kind !== 'exact' &&
      spot.directives.some((d) => d.name === 'proxy_pass' && hasVariables(d.value(0)) && !keepsAll(d)) &&
      !isOneTarget(spot),
  },
  needs: 'config',
  costly: true,
  messages: {
    path: 'The rest of the path is dropped: {one} and {other} both arrive as {to}. With a variable in it the URI is sent as it is written; remove it, or use $request_uri.',
    query: 'The query is dropped: {one} arrives as {to}. With a variable in proxy_pass nothing is appended; append $is_args$args.',
  },
  check({ spot, report }) {
    const directive = spot.directives.findLast((d) => d.name === 'proxy_pass' && hasVariables(d.value(0)));
    const word = directive?.args[0];
    if (!directive || !word) return;
    // a group that a condition or a rewrite takes away is the fault of other rules, capture-overwritten and invalid-capture
    if (/\$[1-9]/.test(word.value) && spot.directives.some(takesGroups)) return;
    const arrived: { path: string; uri: string; to: string; trace: Trace }[] = [];
    const ask = (path: string): void => {
      const trace = spot.ask({ path, query: 'b=1' });
      const sent = trace.outcome.upstreamRequest;
      if (sent && trace.outcome.kind === 'proxy') arrived.push({ path, uri: sent.uri, to: `${sent.upstream} ${sent.uri}`, trace });
    };
    for (const path of pathsOf(spot)) {
      ask(path);
      // what arrives apart has its path; the query goes along with all of them, or with none
      if (arrived.some((a) => a.to !== arrived[0]!.to) && (arrived.length > 2 || arrived.some((a) => a.uri.includes('?')))) break;
    }
    const below = belowPattern(
      spot,
      arrived.map((a) => a.path),
    );
    for (const path of below) ask(path);
    const isSent = arrived.some((a) => a.uri.includes('?'));
    if (!below.length && isSent && arrived.some((a) => a.to !== arrived[0]!.to)) return;
    const [first, ...others] = arrived;
    if (!first) return;
    const name = spot.location?.name ?? '/';
    // what a pattern takes beyond its groups
    const rest = arrived.find((a) => below.includes(a.path));
    const start = rest && arrived.find((a) => a !== rest && a.to === rest.to && rest.path.startsWith(a.path));
    if (rest && start) {
      report('path', {
        at: word,
        data: { one: `${start.path}?b=1`, other: `${rest.path}?b=1`, to: rest.uri },
        // a pattern that ends with a name may stand for one thing
        severity: /[)/*+}]$/.test(name) ? 'warning' : 'info',
        witness: proofOf(rest.trace),
      });
      return;
    }
    // a part of the path may be in the address
    const same = others.find((o) => o.to === first.to);
    if (same) {
      if (!arrived.every((o) => o.to === first.to)) return;
      report('path', {
        at: word,
        data: { one: `${first.path}?b=1`, other: `${same.path}?b=1`, to: first.uri },
        // a name that stands for one thing, as /health does, may be meant so
        severity: spot.location?.kind === 'prefix' && !name.endsWith('/') ? 'info' : 'warning',
        witness: proofOf(first.trace),
      });
      return;
    }
    if (arrived.length > 1 && !isSent)
      report('query', { at: word, data: { one: `${first.path}?b=1`, to: first.uri }, severity: 'info', witness: proofOf(first.trace) });
  },
  examples: [
    {
      inside: 'server',
      bad: `set $app http://127.0.0.1:8000;
location /shop/ {
    proxy_pass $app/;
#              ^^^^^ path
}`,
      good: `set $app http://127.0.0.1:8000;
location /shop/ {
    proxy_pass $app;
}`,
      witness: {
        request: 'GET http://www.example.test/shop/users?b=1',
        outcome: 'GET / at 127.0.0.1:8000',
        meant: '`GET /users?b=1`',
      },
    },
    {
      inside: 'server',
      bad: `location /shop/ {
    set $app 127.0.0.1:8000;
    rewrite ^/shop/(.*)$ /$1 break;
    proxy_pass http://$app/;
#              ^^^^^^^^^^^^ path
}`,
      good: `location /shop/ {
    set $app 127.0.0.1:8000;
    rewrite ^/shop/(.*)$ /$1 break;
    proxy_pass http://$app;
}`,
    },
    {
      inside: 'server',
      bad: `location ~ ^/shop/(.*)$ {
    proxy_pass http://127.0.0.1:8000/$1;
#              ^^^^^^^^^^^^^^^^^^^^^^^^ query
}`,
      good: `location ~ ^/shop/(.*)$ {
    proxy_pass http://127.0.0.1:8000/$1$is_args$args;
}`,
    },
    {
      inside: 'server',
      bad: `location ~ /users/(?<id>\\d+) {
    set $app 127.0.0.1:8000;
    proxy_pass http://$app/people/$id$is_args$args;
#              ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ path
}`,
      good: `location ~ ^/users/(?<rest>\\d+.*)$ {
    set $app 127.0.0.1:8000;
    proxy_pass http://$app/people/$rest$is_args$args;
}`,
    },
    {
      inside: 'server',
      good: `set $app 127.0.0.1:8000;
location = /health { proxy_pass http://$app/status; }
location /all/ { proxy_pass http://$app$request_uri; }
location /check { internal; proxy_pass http://$app/auth; }
location ~ ^/(room-[a-z]+)$ { proxy_pass http://$1.rooms.example/$is_args$args; }`,
    },
  ],
});
