/** What is beside or below an unconditional `return` and can never run. */
import { isForChallenge } from '../../answers/what-a-place-is-for.ts';
import { lastWordOf } from '../../answers/where-a-line-counts.ts';
import type { Directive } from '../../config/directive.ts';
import { readLocation } from '../../config/locations.ts';
import type { Scope } from '../../config/scope.ts';
import { serversOf } from '../../config/servers.ts';
import { PASS_DIRECTIVES } from '../../config/upstreams.ts';
import { defineRule } from '../rule.ts';
import { removeUseless } from '../unused.ts';

const REWRITE = new Set(['rewrite', 'set', 'return', 'if', 'break']);
const CONTENT = new Set([...PASS_DIRECTIVES, 'try_files', 'stub_status', 'empty_gif']);

/** Whether the token of a certificate authority is looked for here and in no other server: the authority follows redirects, and finds it nowhere. */
const isOnlyChallenge = (location: Directive, server: Scope): boolean =>
  location.body !== null &&
  isForChallenge(location.body) &&
  !serversOf(server.config).some(
    (s) => s.scope !== server && s.scope.all.some((d) => d.name === 'location' && d.body !== null && isForChallenge(d.body)),
  );

export default defineRule({
  id: 'dead-directive-after-return',
  group: 'correctness',
  severity: 'info',
  since: '0.1',
  title: 'Directive that return makes unreachable',
  why: `
\`return\` ends the request in the rewrite phase. Rewrites below it never run, nor do \`proxy_pass\` or \`try_files\` beside it, wherever they are. In a server it comes before any location is looked for: an \`/.well-known/acme-challenge/\` beside \`return 301\` never answers, and certificates are not renewed. Put the return into \`location /\`.

Named locations stay reachable by \`error_page\`, since nginx jumps directly to them.`,
  about: ['return', 'location'],
  looksAt: { directive: ['return'] },
  needs: 'file',
  fixable: 'sometimes',
  messages: {
    below: 'The return above ends the request, so this never runs. Remove it or move it above.',
    beside: 'The return in this block answers every request, so {name} never does. Remove one of them.',
    location: 'The return of the server answers before a location is selected, so this one never does. Move the return into "location /".',
  },
  check({ directive, scope, report }) {
    if (!['server', 'location', 'if-in-location', 'if-in-server'].includes(scope.context) || scope.first('return') !== directive) return;
    const all = scope.directives;
    const here = all.indexOf(directive);
    const dead = (d: Directive, message: 'below' | 'beside' | 'location', at = d.at(d.statement.name)): void =>
      report(message, {
        at,
        data: { name: d.name },
        related: [{ at: directive.at(), message: 'the return' }],
        ...(message === 'location' && isOnlyChallenge(d, scope) ? { severity: 'warning' as const } : {}),
        tag: 'unnecessary',
        fix: message === 'below' ? removeUseless('Remove it', d) : null,
      });
    // a return that an "if", rewrite or break above may keep from running is still the last word of its block
    const word = lastWordOf(scope);
    if (!word) return;
    const { conditional, early } = word;
    all.forEach((d, i) => {
      if (i > here && REWRITE.has(d.name)) dead(d, 'below');
      else if (scope.context.includes('location') && CONTENT.has(d.name) && !conditional) dead(d, 'beside');
      else if (scope.context === 'server' && d.name === 'location' && scope.opener) {
        const read = readLocation(d);
        if (read && read.modifier !== '@' && !early) dead(d, 'location', d.at({ start: d.statement.name.start, end: d.args.at(-1)!.end }));
      }
    });
  },
  examples: [
    {
      inside: 'server',
      bad: `location /a/ {
    return 301 /b/;
    rewrite ^ /c/ last;
#   ^^^^^^^ below
}`,
      good: `location /a/ {
    return 301 /b/;
}`,
    },
    {
      inside: 'server',
      bad: ` location /.well-known/acme-challenge/ { root /var/www/acme; }
#^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ location
return 301 https://$host$request_uri;`,
      good: `location /.well-known/acme-challenge/ { root /var/www/acme; }
location / { return 301 https://$host$request_uri; }`,
    },
    { inside: 'server', good: 'error_page 503 @sorry;\nreturn 503;\nlocation @sorry { root /var/www/sorry; }' },
    { inside: 'server', good: 'location / {\n    if ($arg_x) { return 403; }\n    proxy_pass http://127.0.0.1:8000;\n}' },
  ],
});
