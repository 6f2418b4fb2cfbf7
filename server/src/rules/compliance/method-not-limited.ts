/** Methods that change things and are passed on or answered without a word about methods. Shown by a DELETE. */
import { isBackend } from '../../witness/access.ts';
import { outcomeText, proofOf } from '../../witness/requests.ts';
import { defineRule } from '../rule.ts';

export default defineRule({
  id: 'method-not-limited',
  group: 'compliance',
  severity: 'info',
  default: false,
  since: '0.2',
  controls: { cis: ['5.1.2'] },
  title: 'Every method is passed on',
  why: `
The benchmark wants only the methods let through that an application needs. nginx passes on whatever it can read, TRACE apart. \`limit_except GET HEAD POST { deny all; }\` in the location, or an \`if\` on \`$request_method\`, refuses the others.`,
  about: ['limit_except', '$request_method'],
  looksAt: { outcome: ['proxy_pass', 'uwsgi_pass', 'fastcgi_pass', 'scgi_pass'] },
  needs: 'config',
  messages: { any: 'Any method is passed on: {outcome}. Name those that are needed: limit_except GET HEAD POST { deny all; }.' },
  check({ spot, report }) {
    const pass = spot.directives.find((d) => /^(?:proxy|uwsgi|fastcgi|scgi)_pass$/.test(d.name));
    const trace = pass && spot.ask({ method: 'DELETE' });
    if (!trace || !isBackend(trace)) return;
    report('any', { at: pass.nameAt, data: { outcome: outcomeText(trace) }, witness: proofOf(trace) });
  },
  examples: [
    {
      inside: 'server',
      bad: `location / {
    proxy_pass http://127.0.0.1:8000;
#   ^^^^^^^^^^ any
}`,
      good: `location / {
    limit_except GET HEAD POST { deny all; }
    proxy_pass http://127.0.0.1:8000;
}`,
      witness: { request: 'DELETE http://www.example.test/users', outcome: 'DELETE /users at 127.0.0.1:8000', meant: '`403`' },
    },
  ],
});
