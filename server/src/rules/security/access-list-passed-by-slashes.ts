/** merge_slashes off: `//admin/` is no path below /admin/, but the same file and mostly the same page. Shown by the request. */
import { restrictionsOf } from '../../answers/who-may-enter.ts';
import type { Trace } from '../../trace/trace.ts';
import { admitted, isBackend, isGivenOut, keepsOut } from '../../witness/access.ts';
import { outcomeText, proofOf } from '../../witness/requests.ts';
import type { Spot } from '../../witness/spots.ts';
import { defineRule } from '../rule.ts';

/** The trace with the file that it looks for there. */
function found(spot: Spot, trace: Trace, path: string): Trace {
  const file = trace.assumptions.find((a) => a.id.startsWith('file:'));
  return file ? spot.ask({ path }, { assume: { [file.id]: 'file' } }) : trace;
}

export default defineRule({
  id: 'access-list-passed-by-slashes',
  group: 'security',
  severity: 'warning',
  since: '0.2',
  title: 'Access rules bypassed by two slashes',
  why: `
nginx merges slashes before it chooses the location. With \`merge_slashes off\` it does not: \`//admin/\` does not begin like \`location /admin/\`, so another location answers, without the list or the password. The file system takes both for the same file, and many applications do so with paths.

Leave \`merge_slashes\` on. Where an application needs the slashes, for URLs within paths, refuse the protected part with two as well: \`location ~ ^/+admin(/|$)\`.`,
  about: ['merge_slashes', 'location', 'allow', 'deny', 'auth_basic'],
  references: ['https://nginx.org/en/docs/http/ngx_http_core_module.html#merge_slashes'],
  looksAt: {
    outcome: ['deny', 'auth_basic', 'auth_request', 'auth_jwt'],
    somewhere: ['merge_slashes'],
    when: ({ location, scope }) =>
      (location?.kind === 'prefix' || location?.kind === 'exact' || location?.kind === 'regex') &&
      location.name.length > 1 &&
      scope.value('merge_slashes')?.value(0).toLowerCase() === 'off' &&
      restrictionsOf(scope).length > 0,
  },
  needs: 'config',
  messages: {
    passed:
      '{restriction} of {place} is bypassed with merge_slashes off: {path} is another location and gets {outcome}. Leave merge_slashes on, or refuse ^/+{name} as well.',
  },
  check({ spot, report }) {
    const plain = spot.ask({});
    const path = spot.path;
    if (path === undefined || !keepsOut(plain)) return;
    const own = found(spot, admitted(spot, path), path);
    const other = found(spot, spot.ask({ path: `/${path}` }), `/${path}`);
    if (keepsOut(other) || !isGivenOut(other)) return;
    const file = other.outcome.file?.replace(/\/+/g, '/');
    const same = isBackend(own)
      ? isBackend(other) && other.outcome.upstreamRequest?.upstream === own.outcome.upstreamRequest?.upstream
      : isBackend(other) || (file !== undefined && (file === own.outcome.file || (own.outcome.file === null && file.endsWith(path))));
    if (!same) return;
    const line = restrictionsOf(spot.scope)[0]!;
    const off = spot.scope.value('merge_slashes')!;
    report('passed', {
      at: spot.location!.directive.at(spot.location!.directive.args.at(-1)!),
      data: {
        restriction: line.name,
        place: `"location ${spot.location!.directive.values.join(' ')}"`,
        path: `/${path}`,
        outcome: outcomeText(other),
        // of an expression what follows its own beginning
        name: spot.location!.kind === 'regex' ? spot.location!.name.replace(/^\^?\\?\//, '') : spot.location!.name.replace(/^\/|\/$/g, ''),
      },
      related: [
        { at: off.at(), message: 'slashes are kept' },
        { at: line.at(), message: 'not asked' },
      ],
      witness: proofOf(other),
    });
  },
  examples: [
    {
      inside: 'server',
      bad: `merge_slashes off;
location /admin/ {
#        ^^^^^^^ passed
    deny all;
    proxy_pass http://127.0.0.1:8000;
}
location / {
    proxy_pass http://127.0.0.1:8000;
}`,
      good: `location /admin/ {
    deny all;
    proxy_pass http://127.0.0.1:8000;
}
location / {
    proxy_pass http://127.0.0.1:8000;
}`,
      witness: { request: 'GET http://www.example.test//admin/users', outcome: 'GET //admin/users at 127.0.0.1:8000', meant: '`403`' },
    },
    {
      inside: 'server',
      bad: `merge_slashes off;
location ~ ^/(staff|reports)/ {
#          ^^^^^^^^^^^^^^^^^^ passed
    deny all;
    proxy_pass http://127.0.0.1:8000;
}
location / {
    proxy_pass http://127.0.0.1:8000;
}`,
      good: `merge_slashes off;
location ~ ^/+(staff|reports)/ {
    deny all;
    proxy_pass http://127.0.0.1:8000;
}
location / {
    proxy_pass http://127.0.0.1:8000;
}`,
    },
    {
      inside: 'server',
      good: `merge_slashes off;
location ~ ^/+admin/ {
    deny all;
    proxy_pass http://127.0.0.1:8000;
}
location / {
    proxy_pass http://127.0.0.1:8000;
}`,
    },
  ],
});
