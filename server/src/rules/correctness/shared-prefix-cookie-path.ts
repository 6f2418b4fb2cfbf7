/** Applications under prefixes that they do not know of set cookies for the whole site, and overwrite each other's. */

import type { Directive } from '../../config/directive.ts';
import { unseenInForce } from '../../config/effective.ts';
import { locationOf } from '../../config/locations.ts';
import { walk } from '../../config/scope.ts';
import { passTarget } from '../../config/upstreams.ts';
import { fixOf, insertAfter } from '../fix.ts';
import { defineRule } from '../rule.ts';

export default defineRule({
  id: 'shared-prefix-cookie-path',
  group: 'correctness',
  severity: 'info',
  since: '0.1',
  missing: ['proxy_cookie_path'],
  title: 'Applications under different prefixes share cookies',
  why: `
When \`location /shop/\` is proxied to \`/\` of an application, the application believes that it is at \`/\` and sets its cookies with \`Path=/\`. A second application of the same host does likewise; when both call their session "sessionid", each login ends the other.

\`proxy_cookie_path / /shop/\` moves the cookies under the prefix.`,
  about: ['proxy_cookie_path', 'proxy_pass'],
  looksAt: { scope: ['server'] },
  needs: 'file',
  ofShape: true,
  fixable: 'always',
  messages: {
    shared: 'Cookies of this application are set for the whole site, as are those of {other}. Add "proxy_cookie_path / {prefix};".',
  },
  check({ scope, report }) {
    const found: { pass: Directive; prefix: string; target: string }[] = [];
    for (const d of walk(scope)) {
      if (d.name !== 'proxy_pass' || d.scope.context !== 'location') continue;
      const location = locationOf(d.scope);
      const target = passTarget(d);
      if (target?.uri !== '/' || location?.kind !== 'prefix' || location.name === '/' || !location.name.endsWith('/')) continue;
      // who is told its prefix sets its cookies below it; who may set none has none
      if (
        d.scope
          .effective('proxy_set_header')
          .directives.some((h) => /^(x-forwarded-prefix|x-script-name|script[-_]name)$/i.test(h.value(0)))
      )
        continue;
      if (d.scope.effective('proxy_hide_header').directives.some((h) => h.value(0).toLowerCase() === 'set-cookie')) continue;
      // whose cookies have a path of their own meets nobody
      if (d.scope.effective('proxy_cookie_path').directives.length || unseenInForce(d.scope, 'proxy_cookie_path').length) continue;
      found.push({ pass: d, prefix: location.name, target: target.url });
    }
    if (new Set(found.map((f) => f.target)).size < 2) return;
    for (const { pass, prefix, target } of found) {
      report('shared', {
        at: pass.at(pass.args[0]!),
        data: { prefix, other: found.find((f) => f.target !== target)!.prefix },
        fix: fixOf('Move the cookies under the prefix', 'suggestion', pass.file, [
          insertAfter(pass.file, pass.statement, [`proxy_cookie_path / ${prefix};`]),
        ]),
      });
    }
  },
  examples: [
    {
      inside: 'server',
      bad: `location /shop/ {
    proxy_pass http://127.0.0.1:8001/;
#              ^^^^^^^^^^^^^^^^^^^^^^ shared
}
location /blog/ {
    proxy_pass http://127.0.0.1:8002/;
#              ^^^^^^^^^^^^^^^^^^^^^^ shared
}`,
      good: `location /shop/ {
    proxy_pass http://127.0.0.1:8001/;
    proxy_cookie_path / /shop/;
}
location /blog/ {
    proxy_pass http://127.0.0.1:8002/;
    proxy_cookie_path / /blog/;
}`,
    },
    { inside: 'server', good: 'location /api/ { proxy_pass http://127.0.0.1:8001/; }\nlocation / { proxy_pass http://127.0.0.1:8002; }' },
  ],
});
