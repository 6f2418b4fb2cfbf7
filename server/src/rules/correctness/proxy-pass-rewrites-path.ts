/** A URI in proxy_pass replaces the location's name and sends the path decoded and encoded again. */

import { locationOf } from '../../config/locations.ts';
import { passTarget } from '../../config/upstreams.ts';
import { type VariableUse, variablesIn } from '../../syntax/variable.ts';
import { defineRule } from '../rule.ts';

export default defineRule({
  id: 'proxy-pass-rewrites-path',
  group: 'correctness',
  severity: 'hint',
  default: false,
  since: '0.1',
  equivalents: ['nginx-lint:proxy-pass-with-uri', 'gixy:proxy_pass_normalized'],
  title: 'proxy_pass changes the path',
  why: `
With anything after the host, even a slash, nginx replaces the location's name by it and sends the decoded, merged path in a new encoding: \`%2F\` becomes \`/\`, \`//\` becomes \`/\`. Without a URI the path goes out as it came. Both are useful; the rule is for reviews, and off by default.`,
  about: ['proxy_pass'],
  looksAt: { directive: ['proxy_pass'] },
  needs: 'file',
  messages: {
    replaced: 'The path is decoded, and {prefix} is replaced by {uri}. Remove the URI where the upstream needs the original path.',
    decoded: 'The upstream gets the decoded path: %2F and %3F arrive as / and ?. Use $request_uri where it needs the original path.',
  },
  check({ directive, scope, report }) {
    const word = directive.args[0];
    if (!word || scope.context.startsWith('stream')) return;
    const target = passTarget(directive);
    if (target) {
      // an exact location has one path, which is replaced as a whole
      // behind a rewrite that breaks off nginx sends the path as that left it, and the URI does not count
      const rewritten = scope.named('rewrite').some((d) => d.value(2) === 'break');
      // the application is told of the prefix that it does not get: the replacement is meant
      const prefix = locationOf(scope)?.name.replace(/\/$/, '');
      const told = !!prefix && scope.effective('proxy_set_header').directives.some((d) => d.value(1) === prefix);
      if (target.uri && locationOf(scope)?.kind !== 'exact' && !rewritten && !told)
        report('replaced', { at: word, data: { prefix: locationOf(scope)?.name ?? 'the path', uri: target.uri } });
      return;
    }
    // the path as it was sent is in $uri then: rewrite puts it there as it is
    if (scope.named('rewrite').some((d) => d.value(1) === '$request_uri')) return;
    // the path begins behind a host that is written out, or with a slash
    const authority = /^\w+:\/\/[^/$]+/.exec(word.value)?.[0].length ?? /^[^/]*:\/\/[^/]*/.exec(word.value)?.[0].length ?? 0;
    const isPath = (u: VariableUse): boolean => u.name === 'uri' || u.name === 'document_uri';
    const decoded = variablesIn(word).uses.find((u) => isPath(u) || (u.capture && u.span.start - word.start >= authority));
    if (decoded) report('decoded', { at: decoded.span });
  },
  examples: [
    {
      inside: 'server',
      bad: `location /api/ { proxy_pass http://127.0.0.1:8000/; }
#                           ^^^^^^^^^^^^^^^^^^^^^^ replaced`,
      good: 'location /api/ { proxy_pass http://127.0.0.1:8000; }',
    },
    {
      inside: 'server',
      bad: `location ~ ^/u/(.*)$ { proxy_pass http://127.0.0.1:8000/$1; }
#                                                       ^^ decoded`,
      good: 'location ~ ^/u/(.*)$ { proxy_pass http://127.0.0.1:8000$request_uri; }',
    },
    { inside: 'server', good: 'location /app {\n    rewrite ^/app/(.*)$ /$1 break;\n    proxy_pass http://127.0.0.1:8000/app;\n}' },
    {
      inside: 'server',
      good: 'location /app/ {\n    proxy_pass http://127.0.0.1:8000/;\n    proxy_set_header X-Forwarded-Prefix /app;\n}',
    },
    { inside: 'server', good: 'location = /health { proxy_pass http://127.0.0.1:8000/status; }' },
    {
      inside: 'server',
      good: `location /one/ {
    rewrite ^ $request_uri;
    rewrite ^/one(/.*)$ $1 break;
    proxy_pass http://127.0.0.1:8000$uri;
}`,
    },
  ],
});
