/**
 * Values by what a directive means, where its kind alone would say too little: the headers that carry a client's address, the resolvers that
 * there are, names of files of an index. They come before what the kind proposes, or instead of it.
 */
import { table } from '../../base/table.ts';
import type { Protocol } from '../../catalog/context.ts';

export interface Meaning {
  readonly rows: readonly (readonly [value: string, meaning: string])[];
  /** what the kind proposes has no place here */
  readonly only?: true;
}

const BIND: Meaning = {
  rows: [
    ['off', 'the system chooses'],
    ['127.0.0.1', 'this machine'],
    ['$server_addr', 'the address that took the request'],
    ['$remote_addr transparent', 'the client’s, needs root or CAP_NET_RAW and routes'],
  ],
  only: true,
};
const KEYS: Meaning = {
  rows: [
    ['$binary_remote_addr', 'address of the client, 4 or 16 bytes'],
    ['$server_name', 'name of the server'],
  ],
};

const MEANINGS: Readonly<Record<string, Meaning>> = table({
  real_ip_header: {
    rows: [
      ['X-Forwarded-For', 'list of addresses, the last one counts'],
      ['X-Real-IP', 'one address (the default)'],
      ['proxy_protocol', 'from the PROXY protocol'],
      ['CF-Connecting-IP', 'Cloudflare'],
      ['True-Client-IP', 'Akamai, Cloudflare'],
      ['Forwarded', 'RFC 7239'],
    ],
    only: true,
  },
  resolver: {
    rows: [
      ['127.0.0.11', 'Docker'],
      ['127.0.0.53', 'systemd-resolved'],
      ['127.0.0.1', 'a resolver on this machine'],
      ['valid=', 'how long answers are kept'],
      ['ipv6=off', 'IPv4 addresses only'],
    ],
    only: true,
  },
  // the others are those of other systems; Linux builds have them on request only (auto/modules)
  use: { rows: [['epoll', 'Linux']], only: true },
  env: {
    rows: [
      ['TZ', 'inherited already'],
      ['PATH', ''],
      ['HOME', ''],
      ['LANG', ''],
      ['OPENSSL_CONF', ''],
    ],
    only: true,
  },
  index: {
    rows: [
      ['index.html', 'the default'],
      ['index.htm', ''],
      ['index.php', ''],
    ],
    only: true,
  },
  expires: {
    rows: [
      ['30d', '30 days'],
      ['1h', '1 hour'],
      ['1y', '1 year'],
      ['max', 'ten years'],
      ['epoch', 'in the past: asked about each time'],
      ['off', 'the default'],
    ],
    only: true,
  },
  limit_req_zone: KEYS,
  limit_conn_zone: KEYS,
  'limit_conn_zone/stream': { rows: [['$binary_remote_addr', 'address of the client, 4 or 16 bytes']] },
});

/** What a directive's first argument means; null where its kind says enough. */
export const meaningOf = (name: string, index: number, protocol: Protocol | null): Meaning | null => {
  if (/^\w+_bind$/.test(name)) return index === 0 ? BIND : null;
  if (index > 0 && name !== 'index') return null;
  return MEANINGS[`${name}/${protocol}`] ?? MEANINGS[name] ?? null;
};
