/**
 * Values by what a directive means, where its kind alone would say too little: the headers that carry a client's address, the resolvers that
 * there are, names of files of an index. They come before what the kind proposes, or instead of it.
 */
import { table } from '../../base/table.ts';
import type { Protocol } from '../../catalog/context.ts';

export interface Meaning {
  /** `again`: another word has to follow */
  readonly rows: readonly (readonly [value: string, meaning: string, again?: 'again'])[];
  /** what the kind proposes has no place here */
  readonly only?: true;
  /** every argument means this, not the first alone */
  readonly each?: true;
  /** another word has to follow all of them */
  readonly again?: true;
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

const BALANCED: Meaning = { rows: [['$remote_addr consistent', 'by client; a server more or less moves few of them']] };
const UNSEEN: Meaning = {
  rows: [
    ['X-Powered-By', 'what the application is made of'],
    ['Set-Cookie', 'where answers are shared'],
  ],
};
const KEY: Meaning = { rows: [['$scheme$host$request_uri', 'by URL']] };
const TLS_NAME: Meaning = {
  rows: [
    ['$proxy_host', 'host of proxy_pass (the default)'],
    ['$host', 'name that the client asked for'],
  ],
};
/** What makes an answer one for a single person. */
const PRIVATE: Meaning = {
  rows: [
    ['$http_authorization', 'who logged in by password or token'],
    ['$cookie_sessionid', 'who has Django’s session cookie'],
    ['$arg_nocache', 'who asks for it'],
  ],
};
const KEPT: Meaning = {
  rows: [
    ['200 301 302 10m', 'what succeeded'],
    ['404 1m', 'what is not there'],
    ['any 1m', 'whatever was answered'],
  ],
};
const CACHED_IN: Meaning = { rows: [['/var/cache/nginx/', 'where packages keep caches']] };

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
    each: true,
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
  valid_referers: {
    rows: [
      ['none blocked server_names', 'pages of this server, and requests that tell of no page'],
      ['server_names', 'the names of this server'],
      ['*.example.com', 'all names below one'],
      ['none', 'no Referer header; a name must be there too', 'again'],
      ['blocked', 'a Referer without its scheme; a name must be there too', 'again'],
    ],
    only: true,
    each: true,
  },
  auth_basic: {
    rows: [
      ['"Restricted"', 'what the browser shows when it asks'],
      ['off', 'nobody is asked'],
    ],
  },
  error_page: {
    rows: [
      ['404', 'not found'],
      ['500 502 503 504', 'the application fails'],
      ['403', 'forbidden'],
    ],
    again: true,
  },
  open_file_cache: { rows: [['max=1000 inactive=20s', 'a thousand files, forgotten after 20 seconds']] },
  ssl_session_cache: { rows: [['shared:SSL:10m', 'shared by all workers, about 40,000 sessions']] },
  proxy_http_version: { rows: [['1.1', 'keeps connections and takes WebSockets']] },
  proxy_redirect: {
    rows: [
      ['off', 'the Location header stays as the application wrote it'],
      ['default', 'the address of proxy_pass becomes the location’s name (the default)'],
    ],
  },
  hash: { rows: [...BALANCED.rows, ['$request_uri consistent', 'by URL, so that each server caches its own']] },
  'hash/stream': BALANCED,
  map: {
    rows: [
      ['$http_upgrade', 'what a WebSocket asks for'],
      ['$http_origin', 'origin of a page that asks from elsewhere'],
      ['$request_method', 'GET, POST …'],
      ['$http_user_agent', 'what the client calls itself'],
      ['$uri', 'the path'],
    ],
    again: true,
  },
  'map/stream': {
    rows: [
      ['$ssl_preread_server_name', 'name that the client asks for, with ssl_preread'],
      ['$remote_addr', 'address of the client'],
    ],
    again: true,
  },
  geo: {
    rows: [
      ['$remote_addr', 'address of the client (what it is without this word)'],
      ['$http_x_forwarded_for', 'behind proxies that are named in the body'],
    ],
    again: true,
  },
  split_clients: {
    rows: [
      ['$remote_addr', 'the same for all requests of a client'],
      ['$request_id', 'anew for each request'],
    ],
    again: true,
  },
  'split_clients/stream': { rows: [['$remote_addr', 'the same for all connections of a client']], again: true },
  'listen/stream': {
    rows: [
      ['9000', 'TCP on all IPv4 addresses'],
      ['443 ssl', 'TLS on all IPv4 addresses'],
      ['53 udp', 'UDP on all IPv4 addresses'],
    ],
  },
  alias: { rows: [['/srv/', '']] },
  fastcgi_index: { rows: [['index.php', '']] },
  fastcgi_split_path_info: { rows: [['^(.+?\\.php)(/.*)$', 'script, and the path behind it']] },
  secure_link: { rows: [['$arg_md5,$arg_expires', 'hash and end of validity, from the query']] },
  secure_link_md5: { rows: [['"$secure_link_expires$uri secret"', 'what the hash is made of']] },
  proxy_cookie_flags: {
    rows: [
      ['~ secure httponly samesite=lax', 'all cookies'],
      ['~ secure', 'all cookies, over HTTPS alone'],
    ],
    only: true,
  },
  worker_rlimit_nofile: { rows: [['65535', 'open files of a worker']] },
  thread_pool: { rows: [['default threads=32', 'the pool of aio threads']] },
  access_log: { rows: [['/var/log/nginx/access.log', '']] },
  'access_log/stream': { rows: [['/var/log/nginx/stream.log', '']], again: true },
  error_log: { rows: [['/var/log/nginx/error.log', '']] },
  pid: { rows: [['/run/nginx.pid', 'where systemd’s unit looks']] },
  auth_basic_user_file: { rows: [['/etc/nginx/htpasswd', 'made by htpasswd']] },
  'limit_conn_zone/stream': { rows: [['$binary_remote_addr', 'address of the client, 4 or 16 bytes']] },
});

/** Directives of several modules that mean the same. */
const FAMILIES: readonly (readonly [RegExp, Meaning])[] = [
  [/^\w+_bind$/, BIND],
  [/_(cache_bypass|no_cache)$/, PRIVATE],
  [/^(proxy|fastcgi|uwsgi|scgi)_cache_valid$/, KEPT],
  [/^(fastcgi|uwsgi|scgi)_cache_key$/, KEY],
  [/_(cache|temp)_path$/, CACHED_IN],
  [/^(proxy|fastcgi|uwsgi|scgi|grpc)_hide_header$/, UNSEEN],
  [/^proxy_ssl_name$/, TLS_NAME],
];

/** What an argument of a directive means; null where its kind says enough. */
export const meaningOf = (name: string, index: number, protocol: Protocol | null): Meaning | null => {
  const found = FAMILIES.find(([names]) => names.test(name))?.[1] ?? MEANINGS[`${name}/${protocol}`] ?? MEANINGS[name] ?? null;
  return found && (index === 0 || found.each) ? found : null;
};
