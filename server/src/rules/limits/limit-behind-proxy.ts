/** Limits by address where the address is that of another proxy: all clients share one count, and everyone is locked out together. */
import { sourcesOf } from '../../answers/where-a-value-comes-from.ts';
import { variablesIn } from '../../syntax/variable.ts';
import { defineRule } from '../rule.ts';
import { proxyInFront } from './_in-front.ts';
import { limitZones } from './_zones.ts';

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
        const why = proxyInFront(config, use.scope);
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
