/** Error pages that nginx writes itself, with its own name on them. Shown by a request that ends in one. */
import { isAnsweredWhole } from '../../answers/where-a-line-counts.ts';
import { proofOf } from '../../witness/requests.ts';
import { defineRule } from '../rule.ts';

export default defineRule({
  id: 'default-error-page',
  group: 'compliance',
  severity: 'info',
  default: false,
  since: '0.2',
  controls: { cis: ['2.5.2'] },
  missing: ['error_page'],
  title: 'Error pages of nginx itself',
  why: `
The pages that nginx answers errors with end with its name, and tell visitors and scanners which server this is. The benchmark wants custom error pages and no default page of the package as the site. \`server_tokens off\` removes the version but not the name.`,
  about: ['error_page', 'server_tokens'],
  looksAt: {
    outcome: ['server'],
    when: ({ server }) =>
      !isAnsweredWhole(server.scope) && !server.scope.all.some((d) => d.name === 'error_page') && !server.scope.value('error_page'),
  },
  needs: 'config',
  messages: {
    own: 'Errors of this server are answered with nginx’s own page, which names nginx. Set error_page 404 and error_page 500 502 503 504.',
  },
  check({ spot, report }) {
    const { opener } = spot.server.scope;
    if (!opener) return;
    const first = spot.ask({ path: '/no-such-page' }, { upstream: { failure: 'refused' } });
    const missing = first.assumptions.flatMap((a) => (a.id.startsWith('file:') ? [[a.id, 'missing'] as const] : []));
    const trace = missing.length
      ? spot.ask({ path: '/no-such-page' }, { upstream: { failure: 'refused' }, assume: Object.fromEntries(missing) })
      : first;
    const { status, kind } = trace.outcome;
    if (kind === 'closed' || status < 400 || status === 401) return;
    report('own', { at: opener.nameAt, witness: proofOf(trace, `${status}, nginx’s own page`) });
  },
  examples: [
    {
      inside: 'http',
      bad: ` server {
#^^^^^^ own
    listen 80;
    root /srv/site;
}`,
      good: `server {
    listen 80;
    root /srv/site;
    error_page 404 /404.html;
    error_page 500 502 503 504 /50x.html;
}`,
      witness: {
        request: 'GET http://www.example.test/no-such-page',
        outcome: '404, nginx’s own page',
        meant: '404 with a page of the site',
      },
    },
  ],
});
