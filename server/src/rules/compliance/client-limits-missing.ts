/** Servers without a limit on connections or requests of one client. */
import { isAnsweredWhole } from '../../answers/where-a-line-counts.ts';
import { sourcesOf } from '../../answers/where-a-value-comes-from.ts';
import type { Directive } from '../../config/directive.ts';
import { serversOf } from '../../config/servers.ts';
import { variablesIn } from '../../trace/script.ts';
import { zoneOf } from '../limits/_zones.ts';
import { defineRule } from '../rule.ts';

/** What is the same for all clients of a server. */
const OF_THE_SERVER = new Set(['server_name', 'server_port', 'server_addr', 'host', 'http_host', 'scheme', 'uri', 'request_uri']);

/** A zone whose key is the same for everyone keeps nobody from taking all; one that is not seen may be any. */
function isByClient(limit: Directive): boolean {
  const zone = zoneOf(limit)?.directive;
  if (!zone) return true;
  const { config } = zone.scope;
  return variablesIn(zone.value(0)).some((name) => [...sourcesOf(config, name)].some((source) => !OF_THE_SERVER.has(source)));
}

export default defineRule({
  id: 'client-limits-missing',
  group: 'compliance',
  severity: 'info',
  default: false,
  since: '0.2',
  controls: { cis: ['5.2.4', '5.2.5'], stig: ['V-278380', 'V-278404'] },
  missing: ['limit_conn', 'limit_req'],
  title: 'No limit on what one client may ask for',
  why: `
A limit on connections (\`limit_conn\`) and one on requests (\`limit_req\`) by the client's address keep one client from taking all. The benchmarks want both. Behind a proxy the address has to be the client's, which the real_ip module sees to.`,
  about: ['limit_conn', 'limit_req', 'limit_conn_zone', 'limit_req_zone'],
  looksAt: { config: true },
  needs: 'config',
  messages: { none: 'This server limits no {what} by client. Declare a zone keyed on $binary_remote_addr and use it here.' },
  check({ config, report }) {
    if (!config.whole) return;
    for (const { scope } of serversOf(config)) {
      if (!scope.opener || isAnsweredWhole(scope)) continue;
      const lacks = (name: string): boolean =>
        ![...scope.effective(name).directives, ...scope.all.filter((d) => d.name === name)].some(isByClient);
      const what = [...(lacks('limit_conn') ? ['connections'] : []), ...(lacks('limit_req') ? ['requests'] : [])].join(' and no ');
      if (what) report('none', { at: scope.opener.nameAt, data: { what } });
    }
  },
  examples: [
    {
      inside: 'http',
      bad: `limit_req_zone $binary_remote_addr zone=rate:10m rate=10r/s;
 server {
#^^^^^^ none
    listen 80;
    limit_req zone=rate burst=20 nodelay;
    root /srv/site;
}`,
      good: `limit_req_zone $binary_remote_addr zone=rate:10m rate=10r/s;
limit_conn_zone $binary_remote_addr zone=open:10m;
server {
    listen 80;
    limit_req zone=rate burst=20 nodelay;
    limit_conn open 20;
    root /srv/site;
}`,
    },
  ],
});
