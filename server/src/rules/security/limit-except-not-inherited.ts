/** Methods that limit_except refuses in a location, and that the locations inside of it let through: the block is not inherited. */
import { entryOf, restrictionsOf, speaksOfAccess } from '../../answers/who-may-enter.ts';
import type { Directive } from '../../config/directive.ts';
import type { Scope } from '../../config/scope.ts';
import { PASS_DIRECTIVES } from '../../config/upstreams.ts';
import { defineRule } from '../rule.ts';

/** Programs that get every method, and files that WebDAV changes; files alone are read with GET and HEAD only. */
const takesMethods = (scope: Scope): boolean =>
  PASS_DIRECTIVES.some((name) => scope.has(name)) || (scope.value('dav_methods')?.value(0) ?? 'off') !== 'off';

/** The locations inside of one, to any depth, that have no limit_except of their own. */
function* unlimited(scope: Scope): Generator<Directive> {
  for (const inner of scope.named('location'))
    if (inner.body && !inner.body.has('limit_except')) {
      yield inner;
      yield* unlimited(inner.body);
    }
}

export default defineRule({
  id: 'limit-except-not-inherited',
  group: 'security',
  severity: 'warning',
  since: '0.2',
  missing: ['limit_except', 'allow', 'deny', 'auth_basic', 'auth_request'],
  title: 'limit_except not inherited by a nested location',
  why: `
\`limit_except GET { deny all; }\` restricts methods in the location that holds it, and in no other: a location inside of it starts without the block, unlike with \`allow\`, \`deny\` and \`auth_basic\`. A POST or DELETE to a path that the inner location takes reaches the application.

Write the block into each location that passes requests on, or put a list that is inherited into the outer one.`,
  about: ['limit_except', 'location'],
  looksAt: { scope: ['location'], having: (names) => names.has('limit_except') && names.has('location') },
  needs: 'config',
  messages: {
    lost: 'Methods that "{block}" keeps out of {outer} get in here: limit_except is not inherited. Write the block into this location as well.',
  },
  check({ directive, scope, report }) {
    const block = scope.first('limit_except');
    if (!directive || !block?.body || !restrictionsOf(block.body).length) return;
    for (const inner of unlimited(scope)) {
      const body = inner.body!;
      if (!takesMethods(body) || speaksOfAccess(body) || entryOf(body) !== 'everybody') continue;
      report('lost', {
        at: inner.at(inner.args.at(-1)!),
        data: { block: `${block.name} ${block.values.join(' ')}`, outer: directive.values.join(' ') },
        related: [{ at: block.nameAt, message: 'counts for the outer location alone' }],
      });
    }
  },
  examples: [
    {
      inside: 'server',
      bad: `location /api/ {
    limit_except GET { deny all; }
    proxy_pass http://127.0.0.1:8000;
    location /api/v2/ {
#            ^^^^^^^^ lost
        proxy_pass http://127.0.0.1:8000;
    }
}`,
      good: `location /api/ {
    limit_except GET { deny all; }
    proxy_pass http://127.0.0.1:8000;
    location /api/v2/ {
        limit_except GET { deny all; }
        proxy_pass http://127.0.0.1:8000;
    }
}`,
    },
    {
      // files are not changed by a POST
      inside: 'server',
      good: `location /files/ {
    root /srv/site;
    limit_except GET { deny all; }
    location ~ \\.pdf$ {
        expires 1d;
    }
}`,
    },
  ],
});
