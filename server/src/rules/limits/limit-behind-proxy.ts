/** Limits by address where the address is that of another proxy: all clients share one count, and everybody is locked out together. */
import { sourcesOf } from '../../answers/where-a-value-comes-from.ts';

import type { Config } from '../../config/config.ts';
import type { Directive } from '../../config/directive.ts';
import { namesOf } from '../../config/names.ts';
import type { Scope } from '../../config/scope.ts';
import { variablesIn } from '../../syntax/variable.ts';
import { defineRule, type Related } from '../rule.ts';
import { limitZones } from './_zones.ts';

/** Headers that only a proxy in front sets; a log line that names one proves nothing. */
const IN_FRONT = [
  'http_cf_connecting_ip',
  'http_true_client_ip',
  'http_x_forwarded_proto',
  'http_x_forwarded_host',
  'http_x_amzn_trace_id',
  'http_cloudfront_forwarded_proto',
];

function evidence(config: Config, scope: Scope): Related | null {
  const server = scope.enclosing('server', 'stream-server');
  for (const listen of server?.named('listen') ?? [])
    if (listen.values.includes('proxy_protocol'))
      return { at: listen.at(), message: 'connections come from a proxy that speaks the PROXY protocol' };
  if (server?.context === 'stream-server') return null;
  for (const name of IN_FRONT)
    for (const site of namesOf(config).references('variable', name, 'http')) {
      const used: Directive = site.directive;
      if (used.name === 'log_format') continue;
      const holder = used.scope.enclosing('server');
      if (holder && holder !== server) continue;
      return { at: { file: used.file.id, span: site.span }, message: 'a header that a proxy in front sets' };
    }
  const header = scope.value('real_ip_header');
  return header ? { at: header.at(), message: 'the header is named, and no set_real_ip_from says from whom it counts' } : null;
}

export default defineRule({
  id: 'limit-behind-proxy',
  group: 'limits',
  severity: 'warning',
  since: '0.1',
  missing: ['set_real_ip_from', 'real_ip_header'],
  title: 'Limit counts the address of the proxy in front',
  why: `
Behind a balancer or a content delivery network \`$remote_addr\` is the address of that proxy. A limit keyed on it counts all clients as one:
the first busy minute locks everyone out. \`set_real_ip_from\` with \`real_ip_header\` puts the client's address back, for requests from
the addresses that are listed.`,
  about: ['limit_req_zone', 'limit_conn_zone', 'set_real_ip_from', 'real_ip_header', '$binary_remote_addr'],
  looksAt: { config: true },
  needs: 'config',
  costly: true,
  messages: {
    shared: 'Behind a proxy all requests have its address, so "{zone}" limits all clients as one. Name the proxy with set_real_ip_from.',
  },
  check({ config, report }) {
    for (const { name, directive, uses, protocol } of [
      ...limitZones(config).map((z) => ({ ...z, protocol: 'http' as const })),
      ...limitZones(config, 'stream').map((z) => ({ ...z, protocol: 'stream' as const })),
    ]) {
      const key = directive.args[0];
      const read = key ? variablesIn(key).uses.flatMap((u) => [...sourcesOf(config, u.name.toLowerCase(), protocol)]) : [];
      if (!key || !read.some((name) => /^(binary_)?remote_addr$/.test(name))) continue;
      for (const use of uses) {
        if (use.scope.effective('set_real_ip_from').directives.length) continue;
        const why = evidence(config, use.scope);
        if (!why) continue;
        report('shared', {
          at: use.nameAt,
          data: { zone: name },
          related: [why, { at: directive.at(key), message: 'the key' }],
        });
      }
    }
  },
  examples: [
    {
      inside: 'http',
      bad: `limit_req_zone $binary_remote_addr zone=perip:10m rate=10r/s;
server {
    listen 80 proxy_protocol;
    limit_req zone=perip burst=20 nodelay;
#   ^^^^^^^^^ shared
}`,
      good: `limit_req_zone $binary_remote_addr zone=perip:10m rate=10r/s;
server {
    listen 80 proxy_protocol;
    set_real_ip_from 10.0.0.0/8;
    real_ip_header proxy_protocol;
    limit_req zone=perip burst=20 nodelay;
}`,
    },
    {
      inside: 'http',
      good: `log_format main '$remote_addr "$request" "$http_x_forwarded_for"';
limit_req_zone $binary_remote_addr zone=perip:10m rate=10r/s;
server { limit_req zone=perip burst=20 nodelay; }`,
    },
  ],
});
