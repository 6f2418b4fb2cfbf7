/** Headers by which an application protects its pages, taken out of its answers with nothing in their place. */

import { placesOf } from '../../answers/where-a-line-counts.ts';
import { reachOf } from '../../answers/which-socket.ts';
import { isLocalOnly } from '../../answers/who-may-enter.ts';
import { table } from '../../base/table.ts';
import type { Scope } from '../../config/scope.ts';
import { serverOf } from '../../config/servers.ts';
import { PASS_DIRECTIVES } from '../../config/upstreams.ts';
import { defineRule } from '../rule.ts';

/** What each header keeps browsers from. */
const PROTECTS: Readonly<Record<string, string>> = table({
  'content-security-policy': 'scripts that were injected run',
  'strict-transport-security': 'browsers come over plain HTTP again',
  'x-frame-options': 'every site may frame the pages',
});

const HIDING = ['proxy', 'fastcgi', 'uwsgi', 'scgi', 'grpc'].map((family) => `${family}_hide_header`);

/** Whether a level sends a header by a line of its own, whatever module has it. */
const sends = (scope: Scope, name: string): boolean =>
  scope.effective('add_header').directives.some((d) => d.value(0).toLowerCase() === name) ||
  scope.effective('more_set_headers').directives.some((d) => d.values.some((v) => v.toLowerCase().startsWith(name)));

/** A policy that names who may frame pages says it better than X-Frame-Options. */
const isReplaced = (scope: Scope, name: string): boolean =>
  sends(scope, name) || (name === 'x-frame-options' && sends(scope, 'content-security-policy'));

const isScripted = (scope: Scope): boolean =>
  ['header_filter_by_lua', 'header_filter_by_lua_block', 'header_filter_by_lua_file', 'js_header_filter'].some(
    (name) => scope.effective(name).directives.length > 0,
  );

export default defineRule({
  id: 'protecting-header-hidden',
  group: 'security',
  severity: 'warning',
  since: '0.2',
  missing: ['add_header', 'more_set_headers'],
  title: 'Security header of the application taken out',
  why: `
\`proxy_hide_header Content-Security-Policy\` takes the policy out of the application's answers. Without an \`add_header\` of the same name in force at the same place, pages go out without any: a script that someone managed to inject runs, and other sites may frame the pages.

Remove the line, or send a policy of your own beside it. Remember that an \`add_header\` of an outer level counts only where the level has none of its own.`,
  about: HIDING.filter((name) => name !== 'scgi_hide_header'),
  references: [
    'https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_hide_header',
    'https://cwe.mitre.org/data/definitions/693.html',
  ],
  looksAt: { directive: HIDING, where: ({ values }) => PROTECTS[(values[0] ?? '').toLowerCase()] !== undefined },
  needs: 'config',
  messages: {
    hidden:
      'The {header} of the application is taken out here, and nothing is sent in its place: {harm}. Add one of your own with add_header, or remove this line.',
  },
  check({ directive, scope, report }) {
    const name = directive.value(0).toLowerCase();
    if (isLocalOnly(scope)) return;
    const family = directive.name.replace(/_hide_header$/, '_pass');
    const bare = placesOf(directive).filter(
      (place) =>
        PASS_DIRECTIVES.includes(family) && place.has(family) && !place.has('internal') && !isScripted(place) && !isReplaced(place, name),
    );
    const [place] = bare;
    if (!place) return;
    const server = serverOf(place);
    // over plain HTTP browsers pass over it
    if (name === 'strict-transport-security' && !(server && reachOf(server).tls)) return;
    report('hidden', {
      at: directive.at(),
      data: { header: directive.value(0), harm: PROTECTS[name]! },
      // what shows pages in frames of other names does so on purpose
      severity: name === 'x-frame-options' ? 'info' : 'warning',
    });
  },
  examples: [
    {
      inside: 'server',
      bad: `location / {
    proxy_pass http://127.0.0.1:8000;
    proxy_hide_header Content-Security-Policy;
#   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ hidden
}`,
      good: `location / {
    proxy_pass http://127.0.0.1:8000;
    proxy_hide_header Content-Security-Policy;
    add_header Content-Security-Policy "default-src 'self'" always;
}`,
      fixed: false,
    },
  ],
});
