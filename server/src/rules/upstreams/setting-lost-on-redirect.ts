/** Settings of a location that try_files or an error page leaves for a named one: what is said here is not read there. */
import { answeredFirst } from '../../answers/where-a-line-counts.ts';
import type { Directive } from '../../config/directive.ts';
import { namedLocation } from '../../config/locations.ts';
import type { Scope } from '../../config/scope.ts';
import { defineRule } from '../rule.ts';

const SETTING = /^(proxy|uwsgi|fastcgi|scgi|grpc)_(?!pass$|cache_path$|temp_path$)/;
/** Headers of a response that pages and interfaces need, and plain files hardly do: they are meant for what the application answers. */
const FOR_ANSWERS =
  /^(?:access-control-allow-(?:methods|headers|credentials)|strict-transport-security|content-security-policy|x-frame-options)$/i;
/** What belongs to these: one line of CORS is told with the others. */
const OF_CORS = /^access-control-/i;

const PASS = /^(proxy|uwsgi|fastcgi|scgi|grpc)_pass$/;

/** The named location that every request here ends in: after try_files, or by `return CODE` with an error page. */
function destination(line: Directive): string | null {
  const { scope } = line;
  const last = line.values.at(-1) ?? '';
  if (!last.startsWith('@')) return null;
  if (line.name === 'try_files') return last;
  const code = answeredFirst(scope);
  return code !== null && line.values.includes(String(code)) ? last : null;
}

export default defineRule({
  id: 'setting-lost-on-redirect',
  group: 'upstreams',
  severity: 'info',
  since: '0.2',
  title: 'Setting lost on an internal redirect',
  why: `
\`try_files … @app\` and \`error_page 418 = @app\` move the request to the named location, and from there on its settings are in force, with those of the server around it. What \`proxy_set_header\`, \`proxy_read_timeout\` or \`uwsgi_param\` say in the location that was left is not read.

With \`add_header\` it is the same: the files that \`try_files\` finds are sent with the headers of this location, and what comes of \`@app\` without them. A page of another origin then reads none of its answers, and HSTS is never seen.

Write the settings into the named location, or give this location a pass of its own. Limits on the body and access rules are different: they are asked before the request moves.`,
  about: ['try_files', 'error_page', 'proxy_set_header', 'proxy_read_timeout', 'add_header'],
  looksAt: { directive: ['try_files', 'error_page'] },
  needs: 'file',
  ofShape: true,
  messages: {
    lost: '{name} has no effect here: {by} leads to {named}, where it does not apply. Move it there, or pass the request from this location.',
    header:
      'What {named} answers comes without {header}: {by} leads there, and add_header counts only in the location where a request ends. Write it there as well, or in the server.',
  },
  check({ directive, scope, deployment, report }) {
    const named = destination(directive);
    const server = scope.enclosing('server');
    if (!named || !server || scope.context !== 'location') return;
    const to = namedLocation(server, named);
    // a pass here, or in what is inside, reads them
    if (!to || scope.all.some((d) => PASS.test(d.name) || d.name === 'include' || /_by_lua|^js_/.test(d.name))) return;
    const family = to.scope.directives.flatMap((d) => PASS.exec(d.name)?.[1] ?? [])[0];
    if (!family) return;
    const lost = scope.named('add_header').filter((d) => d.scope === scope && isFor(to.scope, d));
    // an application that is seen may send them itself, which the rules about headers that are sent twice ask
    const own = deployment.applications.length > 0;
    const first = lost.find((d) => FOR_ANSWERS.test(d.value(0)) && (!own || OF_CORS.test(d.value(0))));
    const told = lost.filter((d) => d === first || (OF_CORS.test(first?.value(0) ?? '') ? OF_CORS : FOR_ANSWERS).test(d.value(0)));
    if (first)
      report('header', {
        at: first.at(),
        data: { header: told.map((d) => d.value(0)).join(', '), by: directive.name, named },
        related: [
          ...told.filter((d) => d !== first).map((d) => ({ at: d.at(), message: 'and this one' })),
          { at: to.directive.nameAt, message: 'the location that passes' },
        ],
      });
    for (const line of scope.directives) {
      if (SETTING.exec(line.name)?.[1] !== family) continue;
      // said there as well, in the same words
      if (to.scope.named(line.name).some((d) => d.values.join(' ') === line.values.join(' '))) continue;
      report('lost', {
        at: line.at(),
        data: { name: line.name, by: directive.name, named },
        related: [{ at: to.directive.nameAt, message: 'the location that passes' }],
      });
    }

    /** Whether the named location sends no such header of its own. */
    function isFor(there: Scope, line: Directive): boolean {
      const name = line.value(0).toLowerCase();
      return !there.effective('add_header').directives.some((d) => d.value(0).toLowerCase() === name);
    }
  },
  examples: [
    {
      inside: 'server',
      bad: `location = /import {
    proxy_read_timeout 900s;
#   ^^^^^^^^^^^^^^^^^^^^^^^^ lost
    try_files /dev/null @api;
}
location @api { proxy_pass http://127.0.0.1:8000; }`,
      good: `location = /import {
    proxy_read_timeout 900s;
    proxy_pass http://127.0.0.1:8000;
}
location @api { proxy_pass http://127.0.0.1:8000; }`,
    },
    {
      inside: 'server',
      bad: `location /old/ {
    error_page 418 = @api;
    proxy_set_header X-Old 1;
#   ^^^^^^^^^^^^^^^^^^^^^^^^^ lost
    return 418;
}
location @api { proxy_pass http://127.0.0.1:8000; }`,
      good: `location /old/ {
    error_page 418 = @api;
    return 418;
}
location @api { proxy_pass http://127.0.0.1:8000; proxy_set_header X-Old 1; }`,
    },
    { inside: 'server', good: 'location / { try_files $uri @api; expires 1h; }\nlocation @api { proxy_pass http://127.0.0.1:8000; }' },
    {
      inside: 'server',
      bad: `root /srv/shop;
location / {
    add_header Access-Control-Allow-Origin https://shop.example.org always;
    add_header Access-Control-Allow-Headers Authorization always;
#   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ header
    try_files $uri @api;
}
location @api { proxy_pass http://127.0.0.1:8000; }`,
      good: `root /srv/shop;
add_header Access-Control-Allow-Origin https://shop.example.org always;
add_header Access-Control-Allow-Headers Authorization always;
location / {
    try_files $uri @api;
}
location @api { proxy_pass http://127.0.0.1:8000; }`,
    },
  ],
});
