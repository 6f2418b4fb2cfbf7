/** Refused requests are answered with 503 unless told otherwise, which monitoring and clients take for a broken server. */
import { below } from '../../config/pieces.ts';
import { fixOf, insertBefore } from '../fix.ts';
import { defineRule } from '../rule.ts';

export default defineRule({
  id: 'limit-status-503',
  group: 'limits',
  severity: 'hint',
  since: '0.1',
  missing: ['limit_req_status', 'limit_conn_status'],
  title: 'Rate-limited requests answered with 503',
  why: `
\`limit_req\` and \`limit_conn\` refuse with 503, "Service Unavailable", by default. Clients then retry, crawlers slow down for the whole site,
and alarms go off. RFC 6585 has a status of its own for it: 429, "Too Many Requests".`,
  about: ['limit_req_status', 'limit_conn_status'],
  references: ['https://www.rfc-editor.org/rfc/rfc6585#section-4'],
  looksAt: { scope: ['http'] },
  needs: 'config',
  fixable: 'always',
  messages: { unavailable: 'Rejected requests get 503, as if the server were down. Set {name}_status to 429.' },
  check({ scope, report }) {
    for (const name of ['limit_req', 'limit_conn'] as const) {
      const open = below(scope, name).filter((d) => !d.scope.value(`${name}_status`));
      const first = open[0];
      if (!first) continue;
      const zone = scope.first(`${name}_zone`) ?? first;
      report('unavailable', {
        at: first.nameAt,
        data: { name },
        related: open.slice(1).map((d) => ({ at: d.nameAt, message: 'also refused with 503' })),
        fix: fixOf(`Set ${name}_status to 429`, 'suggestion', zone.file, [
          insertBefore(zone.file, zone.statement, [`${name}_status 429;`]),
        ]),
      });
    }
  },
  examples: [
    {
      inside: 'http',
      bad: `limit_req_zone $binary_remote_addr zone=perip:10m rate=10r/s;
server {
    limit_req zone=perip burst=20 nodelay;
#   ^^^^^^^^^ unavailable
}`,
      good: `limit_req_status 429;
limit_req_zone $binary_remote_addr zone=perip:10m rate=10r/s;
server {
    limit_req zone=perip burst=20 nodelay;
}`,
    },
  ],
});
