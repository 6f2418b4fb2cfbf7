/** How many clients or cache entries a zone can remember; when it is full, limits hit the innocent and caches forget. */
import { parseOffset, parseSize } from '../../catalog/value-kind.ts';
import { variablesIn } from '../../syntax/variable.ts';
import { defineRule } from '../rule.ts';
import { limitZones, parameter } from './_zones.ts';

/** Bytes of one state on 64-bit machines, from the manual's figures: 8 thousand states of 128 bytes, 16 thousand of 64, in a megabyte. */
const STATE = { limit_req: 128, limit_conn: 64 } as const;
/** A megabyte of keys_zone holds about 8 thousand keys. */
const CACHE_KEY = 131;
const FEW = 1000;
const LARGE_ENTRY = 4 * 1024 * 1024;

/** Keys of which there are as many as servers, not as clients. */
const FEW_VALUES = /^(server_name|server_addr|server_port|scheme|hostname|request_method|host)$/;

const inMegabytes = (bytes: number): string => `${Math.round((bytes / 1024 / 1024) * 10) / 10} MB`;

export default defineRule({
  id: 'zone-too-small',
  group: 'limits',
  severity: 'info',
  since: '0.1',
  title: 'Zone too small',
  why: `
A zone remembers one state for each key: about 8,000 clients in a megabyte for \`limit_req_zone\`, 16,000 for \`limit_conn_zone\`. When it is
full, nginx drops the oldest states, and if there is still no room answers with the error of the limit, whoever asks.

The \`keys_zone\` of a cache holds about 8,000 entries in a megabyte. A cache with a large \`max_size\` and a small zone never fills its disk.`,
  about: ['limit_req_zone', 'limit_conn_zone', 'proxy_cache_path'],
  looksAt: [{ config: true }, { directive: ['proxy_cache_path', 'fastcgi_cache_path', 'uwsgi_cache_path', 'scgi_cache_path'] }],
  needs: 'config',
  messages: {
    states: 'The zone "{name}" remembers about {count} clients. Give it more memory: {advice} holds {more}.',
    entries:
      'The zone "{name}" holds about {count} entries, so {max} are used only when an entry has {each} on average. Give it more memory.',
  },
  check({ config, directive, report }) {
    if (directive) {
      const [name = '', text = ''] = (parameter(directive, 'keys_zone') ?? '').split(':');
      const size = parseSize(text);
      const max = parseOffset(parameter(directive, 'max_size') ?? '');
      if (!size.ok || !max.ok) return;
      const count = Math.floor(size.value / CACHE_KEY);
      if (count === 0 || max.value / count < LARGE_ENTRY) return;
      report('entries', {
        at: directive.args.find((a) => a.value.startsWith('keys_zone='))!,
        data: { name, count, max: parameter(directive, 'max_size') ?? '', each: inMegabytes(max.value / count) },
      });
      return;
    }
    for (const protocol of ['http', 'stream'] as const)
      for (const { kind, name, directive: zone, size } of limitZones(config, protocol)) {
        const key = zone.args[0];
        if (size === null || !key) continue;
        const { uses } = variablesIn(key);
        if (!uses.some((u) => !FEW_VALUES.test(u.name))) continue;
        const count = Math.floor(size / STATE[kind]);
        if (count >= FEW) continue;
        report('states', {
          at: zone.at(zone.args.find((a) => a.value.startsWith('zone='))!),
          data: { name, count, advice: '10m', more: Math.floor((10 * 1024 * 1024) / STATE[kind]) },
        });
      }
  },
  examples: [
    {
      inside: 'http',
      bad: `limit_req_zone $binary_remote_addr zone=perip:64k rate=10r/s;
#                                  ^^^^^^^^^^^^^^ states
server { limit_req zone=perip; }`,
      good: `limit_req_zone $binary_remote_addr zone=perip:10m rate=10r/s;
server { limit_req zone=perip; }`,
    },
    {
      inside: 'http',
      bad: `proxy_cache_path /var/cache/nginx keys_zone=files:1m max_size=200g;
#                                 ^^^^^^^^^^^^^^^^^^ entries`,
      good: 'proxy_cache_path /var/cache/nginx keys_zone=files:100m max_size=200g;',
    },
    { inside: 'http', good: 'limit_conn_zone $server_name zone=perserver:32k;\nserver { limit_conn perserver 100; }' },
  ],
});
