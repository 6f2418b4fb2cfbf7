/** Headers by which an application tells what it is made with, passed on to clients. Shown by an answer that has them. */
import { proofOf } from '../../witness/requests.ts';
import { defineRule } from '../rule.ts';

export default defineRule({
  id: 'upstream-headers-shown',
  group: 'compliance',
  severity: 'info',
  default: false,
  since: '0.2',
  controls: { cis: ['2.5.4'] },
  title: 'X-Powered-By of the application reaches clients',
  why: `
\`X-Powered-By\` says which language and version answers, which helps only an attacker. nginx writes its own \`Server\` and keeps the application's; the benchmark wants \`X-Powered-By\` hidden as well.`,
  about: ['proxy_hide_header', 'uwsgi_hide_header', 'fastcgi_hide_header'],
  looksAt: { outcome: ['proxy_pass', 'uwsgi_pass', 'fastcgi_pass', 'scgi_pass', 'grpc_pass'] },
  needs: 'config',
  messages: { shown: 'X-Powered-By of the application is passed on. Add "{family}_hide_header X-Powered-By;".' },
  check({ spot, report }) {
    const pass = spot.directives.find((d) => /^(?:proxy|uwsgi|fastcgi|scgi|grpc)_pass$/.test(d.name));
    if (!pass) return;
    // another module takes it away, after everything that the trace runs
    if (spot.scope.effective('more_clear_headers').directives.some((d) => d.values.some((v) => /^x-(powered-by|\*)$/i.test(v)))) return;
    const trace = spot.ask({}, { upstream: { status: 200, headers: [['X-Powered-By', 'PHP/8.1']] } });
    if (!trace.outcome.upstreamRequest || !trace.outcome.responseHeaders.some(([n]) => n.toLowerCase() === 'x-powered-by')) return;
    report('shown', {
      at: pass.nameAt,
      data: { family: pass.name.replace('_pass', '') },
      witness: proofOf(trace, 'X-Powered-By: PHP/8.1'),
    });
  },
  examples: [
    {
      inside: 'server',
      bad: `location / {
    proxy_pass http://127.0.0.1:8000;
#   ^^^^^^^^^^ shown
}`,
      good: `location / {
    proxy_hide_header X-Powered-By;
    proxy_pass http://127.0.0.1:8000;
}`,
      witness: { request: 'GET http://www.example.test/users', outcome: 'X-Powered-By: PHP/8.1', meant: 'no X-Powered-By' },
    },
  ],
});
