/** A location for files without a root, beside a proxied rest: nginx looks in the folder it was compiled with. Shown by a request and its file. */

import { locationsOf } from '../../config/locations.ts';
import type { Scope } from '../../config/scope.ts';
import { PASS_DIRECTIVES } from '../../config/upstreams.ts';
import { proofOf } from '../../witness/requests.ts';
import { defineRule } from '../rule.ts';

const hasRoot = (scope: Scope): boolean => scope.effective('root').directives.length > 0;

export default defineRule({
  id: 'assets-without-root',
  group: 'correctness',
  severity: 'warning',
  since: '0.2',
  title: 'Static files without a root',
  why: `
A location that neither passes the request on nor has a \`root\` serves files of the folder \`html\` that nginx was compiled with. Beside an application that has the files, a block such as \`location ~* \\.(css|js)$ { expires 7d; }\` takes its style sheets away: 404 for all of them. \`proxy_pass\` is not inherited into it.

Give the block the \`root\` where the files are, or a \`proxy_pass\` of its own; a caching time for the application's files can be set with a \`map\` on \`$sent_http_content_type\` and \`expires\`.`,
  about: ['root', 'proxy_pass', 'expires'],
  looksAt: {
    outcome: ['location'],
    when: ({ location, scope, server }) => {
      if (!location || (location.kind !== 'regex' && location.kind !== 'prefix') || location.name === '/') return false;
      const rest = locationsOf(server.scope).prefix.get('/');
      if (!rest || !PASS_DIRECTIVES.some((p) => rest.scope.has(p)) || PASS_DIRECTIVES.some((p) => scope.has(p))) return false;
      // certificates are fetched through the compiled-in folder in many a guide
      return !location.name.includes('well-known') && !locationsOf(scope).all.length && !hasRoot(scope);
    },
  },
  needs: 'config',
  costly: true,
  messages: {
    none: '{from} is looked for as {file}, in the folder that nginx was compiled with: this location has no root, and proxy_pass is not inherited. Give it the root of the files, or a proxy_pass.',
  },
  check({ spot, report }) {
    const path = spot.paths.find((p) => !p.endsWith('/'));
    if (path === undefined || spot.has('internal', 'alias', 'try_files')) return;
    const trace = spot.ask({ path });
    const { kind, file } = trace.outcome;
    if (kind !== 'static' || file === null) return;
    const opener = spot.location!.directive;
    const proxied = locationsOf(spot.server.scope).all.find((l) => l.kind === 'prefix' && l.name === '/');
    report('none', {
      at: opener.at({ start: opener.statement.start, end: opener.args.at(-1)!.end }),
      data: { from: path, file },
      related: proxied ? [{ at: proxied.directive.nameAt, message: 'would pass it to the application' }] : [],
      witness: proofOf(trace, `${file}, 404 where it is not there`),
    });
  },
  examples: [
    {
      inside: 'server',
      bad: `location / {
    proxy_pass http://127.0.0.1:8000;
}
    location ~* \\.(css|js)$ {
#   ^^^^^^^^^^^^^^^^^^^^^^^ none
        expires 7d;
    }`,
      good: `root /srv/www;
location / {
    proxy_pass http://127.0.0.1:8000;
}
location ~* \\.(css|js)$ {
    expires 7d;
}`,
    },
    {
      inside: 'server',
      good: `location / {
    proxy_pass http://127.0.0.1:8000;
}
location = /favicon.ico {
    access_log off;
}
location ~ /\\. {
    deny all;
}
location ~ /\\.well-known {
    allow all;
}`,
    },
  ],
});
