// What each argument of a directive is: a path, a URL, the name of an upstream, a regular expression. Completion, semantic tokens,
// navigation and the value checks read this one table; what a directive's kind already says (a flag, a size) is derived from it.
// It describes; it does not check (value-check.ts does).
import { table } from '../base/table.ts';
import type { DirectiveFact } from './fact.ts';
import { type NameKind, type NamePart, type NameSpec, nameIn } from './names.ts';
import { findParameter, parameterTable } from './parameters.ts';

/** What an argument holds. */
export type ArgumentKind =
  | 'flag'
  | 'number'
  | 'size'
  | 'offset'
  | 'msec'
  | 'sec'
  | 'time'
  | 'rate'
  | 'percent'
  | 'status'
  /** one of `words` */
  | 'word'
  /** a file of the machine; `base` says what a relative one is relative to */
  | 'file'
  | 'folder'
  /** a file or folder, or the start of one */
  | 'path'
  /** a file name with masks */
  | 'glob'
  /** a file that nginx writes, or syslog:, stderr, memory: */
  | 'log'
  /** scheme://host[:port][/path] */
  | 'url'
  /** a path on this server, or @name where the directive takes one */
  | 'uri'
  /** host[:port] or unix:path */
  | 'address'
  | 'listen-address'
  /** an IP address or network, or a word */
  | 'network'
  | 'regex'
  | 'location'
  | 'condition'
  | 'server-name'
  | 'host'
  | 'header'
  | 'cookie'
  | 'mime'
  | 'charset'
  | 'method'
  | 'ciphers'
  | 'curves'
  | 'protocol'
  | 'openssl-command'
  | 'openssl-value'
  | 'variable'
  | 'name'
  | 'account'
  | 'environment'
  | 'mask'
  | 'function'
  | 'lua'
  | 'percent-or-number'
  | 'parameter'
  /** free text; with variables where the directive takes them */
  | 'text';

/** What a relative path is relative to: the folder of nginx.conf, the prefix, or the folder in which nginx was started. */
export type PathBase = 'configuration' | 'prefix' | 'started';

export interface ArgumentFact {
  readonly kind: ArgumentKind;
  /** Words with a meaning of their own besides (or, for `word`, instead of) what the kind says: off, auto, default. */
  readonly words?: readonly string[];
  readonly base?: PathBase;
  /** The name that the argument declares or uses. */
  readonly names?: NameSpec;
  readonly min?: number;
  readonly max?: number;
}

/** How an inner level relates to the outer ones. */
export type Inheritance =
  /** one value: the nearest level that has it */
  | 'single'
  /** all lines of the nearest level that has any; its own lines hide all outer ones */
  | 'list'
  /** not taken over by inner levels */
  | 'none'
  /** by rules of its own */
  | 'special';

interface Entry {
  readonly args: readonly ArgumentFact[];
  /** What all further arguments are. */
  readonly rest?: ArgumentFact;
  /** What the last argument is, when it differs and is not the only one. */
  readonly last?: ArgumentFact;
  readonly inheritance?: Inheritance;
}

const of = (kind: ArgumentKind, extra: Omit<ArgumentFact, 'kind'> = {}): ArgumentFact => ({ kind, ...extra });
const word = (...words: string[]): ArgumentFact => of('word', { words });
const text = of('text');
const off = (kind: ArgumentKind): ArgumentFact => of(kind, { words: ['off'] });
const conf = of('file', { base: 'configuration' });
const name = (role: NameSpec['role'], kind: NameKind, part: NamePart = 'whole', extra: Partial<ArgumentFact> = {}): ArgumentFact =>
  of('name', { names: { role, kind, part }, ...extra });
const definesVariable = of('variable', { names: { role: 'defines', kind: 'variable', part: 'dollar' } });
const usesVariable = of('variable', { names: { role: 'references', kind: 'variable', part: 'dollar' } });
const toUpstream: NameSpec = { role: 'references', kind: 'upstream', part: 'host' };
const toNamed: NameSpec = { role: 'references', kind: 'named-location', part: 'at' };
const parameter = of('parameter');
const network = of('network');
const header = of('header');
const uri = of('uri');
const regex = of('regex');
const LEVELS = ['debug', 'info', 'notice', 'warn', 'error', 'crit', 'alert', 'emerg'];
const jsFunction = of('function', { names: { role: 'references', kind: 'js-module', part: 'js-module' } });
/** The methods that `limit_except` and its like can name (ngx_methods_names). */
export const METHODS: readonly string[] = [
  'GET',
  'HEAD',
  'POST',
  'PUT',
  'DELETE',
  'MKCOL',
  'COPY',
  'MOVE',
  'OPTIONS',
  'PROPFIND',
  'PROPPATCH',
  'LOCK',
  'UNLOCK',
  'PATCH',
];

/** Directives of nginx, Plus and njs by name; `stream:name`, `mail:name` and `context/name` where one name means several things. */
const TABLE: Readonly<Record<string, Entry>> = table({
  // main and events
  include: { args: [of('glob', { base: 'configuration' })], inheritance: 'special' },
  env: { args: [of('environment')] },
  load_module: { args: [of('file', { base: 'prefix' })] },
  lock_file: { args: [of('file', { base: 'prefix' })] },
  pid: { args: [of('file', { base: 'prefix' })] },
  user: { args: [of('account'), of('account')] },
  worker_cpu_affinity: { args: [of('mask', { words: ['auto'] })], rest: of('mask') },
  worker_priority: { args: [text] },
  worker_processes: { args: [of('number', { words: ['auto'] })] },
  working_directory: { args: [of('folder', { base: 'started' })] },
  error_log: { args: [of('log', { base: 'prefix', words: ['stderr'] })], rest: word(...LEVELS), inheritance: 'list' },
  google_perftools_profiles: { args: [of('file', { base: 'prefix' })] },
  thread_pool: { args: [name('defines', 'thread-pool')], rest: parameter },
  ssl_engine: { args: [text] },
  use: { args: [word('select', 'poll', 'epoll', 'kqueue', 'eventport', '/dev/poll', 'iocp', 'rtsig')] },
  worker_connections: { args: [of('number')] },
  debug_connection: { args: [of('network', { words: ['unix:'] })] },

  // the core of http
  http: { args: [] },
  server: { args: [] },
  location: { args: [of('location')], last: of('location'), inheritance: 'none' },
  listen: { args: [of('listen-address')], rest: parameter, inheritance: 'none' },
  server_name: { args: [], rest: of('server-name'), inheritance: 'none' },
  'mail:server_name': { args: [of('host')], inheritance: 'single' },
  root: { args: [of('folder', { base: 'prefix' })], inheritance: 'special' },
  alias: { args: [of('path', { base: 'prefix' })], inheritance: 'special' },
  index: { args: [], rest: of('path'), inheritance: 'list' },
  try_files: { args: [], rest: of('path'), last: of('uri', { names: toNamed }), inheritance: 'none' },
  error_page: { args: [of('status')], rest: of('status'), last: of('uri', { names: toNamed }), inheritance: 'list' },
  post_action: { args: [of('uri', { names: toNamed, words: ['off'] })] },
  internal: { args: [] },
  limit_except: { args: [], rest: of('method', { words: METHODS }), inheritance: 'none' },
  default_type: { args: [of('mime')] },
  types: { args: [], inheritance: 'list' },
  keepalive_timeout: { args: [of('msec'), of('sec')] },
  directio: { args: [off('offset')] },
  aio: { args: [parameter] },
  disable_symlinks: { args: [parameter, parameter] },
  open_file_cache: { args: [parameter], rest: parameter },
  resolver: { args: [of('address')], rest: of('address'), inheritance: 'single' },
  gzip_disable: { args: [], rest: of('regex', { words: ['msie6'] }), inheritance: 'list' },
  expires: { args: [of('time', { words: ['epoch', 'max', 'off', 'modified'] }), of('time')] },
  add_header: { args: [header, text, parameter], inheritance: 'special' },
  add_trailer: { args: [header, text, parameter], inheritance: 'special' },
  satisfy: { args: [word('all', 'any')] },
  degradation: { args: [text] },
  image_filter: { args: [word('off', 'test', 'size', 'resize', 'crop', 'rotate'), of('text'), of('text')] },
  image_filter_jpeg_quality: { args: [of('number', { min: 1 })] },
  image_filter_webp_quality: { args: [of('number', { min: 1 })] },
  image_filter_sharpen: { args: [text] },
  early_hints: { args: [], rest: text },

  // access and authentication
  allow: { args: [of('network', { words: ['all', 'unix:'] })], inheritance: 'special' },
  deny: { args: [of('network', { words: ['all', 'unix:'] })], inheritance: 'special' },
  auth_basic: { args: [off('text')] },
  auth_basic_user_file: { args: [conf] },
  auth_request: { args: [off('uri')], inheritance: 'single' },
  auth_request_set: { args: [definesVariable, text], inheritance: 'list' },
  set_real_ip_from: { args: [of('network', { words: ['unix:'] })], inheritance: 'list' },
  real_ip_header: { args: [of('header', { words: ['X-Real-IP', 'X-Forwarded-For', 'proxy_protocol'] })] },
  valid_referers: { args: [], rest: of('server-name', { words: ['none', 'blocked', 'server_names'] }), inheritance: 'list' },
  secure_link: { args: [text] },
  secure_link_md5: { args: [text] },
  secure_link_secret: { args: [text] },
  auth_delay: { args: [of('msec')] },

  // rewrite
  rewrite: { args: [regex, uri, word('last', 'break', 'redirect', 'permanent')], inheritance: 'none' },
  return: { args: [of('status'), text], inheritance: 'none' },
  'stream:return': { args: [text], inheritance: 'none' },
  set: { args: [definesVariable, text], inheritance: 'none' },
  if: { args: [], rest: of('condition'), inheritance: 'none' },
  break: { args: [], inheritance: 'none' },
  rewrite_log: { args: [of('flag')] },

  // maps
  json_set: { args: [definesVariable, usesVariable, text] },
  map: { args: [text, definesVariable] },
  geo: { args: [usesVariable], last: definesVariable },
  num_map: { args: [usesVariable], last: definesVariable },
  split_clients: { args: [text, definesVariable] },
  geoip_country: { args: [of('file', { base: 'started' }), word('utf8')] },
  geoip_city: { args: [of('file', { base: 'started' }), word('utf8')] },
  geoip_org: { args: [of('file', { base: 'started' }), word('utf8')] },
  geoip_proxy: { args: [network], inheritance: 'list' },
  perl_set: { args: [definesVariable, of('function')] },
  perl: { args: [of('function')], inheritance: 'none' },
  perl_modules: { args: [of('folder', { base: 'prefix' })] },
  perl_require: { args: [text] },

  // logs and limits
  access_log: {
    args: [of('log', { base: 'prefix', words: ['off'] }), name('references', 'log-format')],
    rest: parameter,
    inheritance: 'list',
  },
  log_format: { args: [name('defines', 'log-format')], rest: text },
  open_log_file_cache: { args: [parameter], rest: parameter },
  limit_req: { args: [], rest: parameter, inheritance: 'list' },
  limit_req_zone: { args: [text], rest: parameter },
  limit_conn: { args: [name('references', 'limit-conn-zone'), of('number', { min: 1, max: 65535 })], inheritance: 'list' },
  limit_conn_zone: { args: [text], rest: parameter },
  limit_rate: { args: [of('size')] },
  keyval: { args: [text, definesVariable, parameter] },
  keyval_zone: { args: [], rest: parameter },
  session_log: { args: [name('references', 'session-log-zone', 'whole', { words: ['off'] })] },
  session_log_format: { args: [name('defines', 'session-log-format')], rest: text },
  session_log_zone: { args: [of('log', { base: 'prefix' })], rest: parameter },
  status_zone: { args: [name('defines', 'status-zone')] },

  // filters
  add_before_body: { args: [uri] },
  add_after_body: { args: [uri] },
  sub_filter: { args: [text, text], inheritance: 'list' },
  ancient_browser: { args: [], rest: text, inheritance: 'list' },
  ancient_browser_value: { args: [text], inheritance: 'single' },
  modern_browser: { args: [word('msie', 'gecko', 'opera', 'safari', 'konqueror', 'unlisted'), text], inheritance: 'list' },
  modern_browser_value: { args: [text], inheritance: 'single' },
  charset: { args: [off('charset')] },
  source_charset: { args: [off('charset')] },
  charset_map: { args: [of('charset'), of('charset')] },
  mirror: { args: [off('uri')], inheritance: 'list' },
  internal_redirect: { args: [uri] },
  xml_entities: { args: [of('file', { base: 'started' })] },
  xslt_stylesheet: { args: [of('file', { base: 'prefix' })], rest: text },
  xslt_param: { args: [of('text'), text], inheritance: 'list' },
  xslt_string_param: { args: [of('text'), text], inheritance: 'list' },
  userid_domain: { args: [of('host', { words: ['none'] })] },
  userid_expires: { args: [of('sec', { words: ['max', 'off'] })] },
  userid_mark: { args: [off('text')] },
  userid_name: { args: [of('cookie')] },
  userid_p3p: { args: [of('text', { words: ['none'] })] },
  userid_path: { args: [uri] },
  empty_gif: { args: [], inheritance: 'none' },
  flv: { args: [], inheritance: 'none' },
  mp4: { args: [], inheritance: 'none' },
  stub_status: { args: [text], inheritance: 'none' },
  hls: { args: [], inheritance: 'none' },
  f4f: { args: [], inheritance: 'none' },
  api: { args: [parameter], inheritance: 'none' },

  // proxying
  proxy_pass: { args: [of('url', { names: toUpstream })], inheritance: 'none' },
  grpc_pass: { args: [of('url', { names: toUpstream })], inheritance: 'none' },
  fastcgi_pass: { args: [of('address', { names: toUpstream })], inheritance: 'none' },
  uwsgi_pass: { args: [of('url', { names: toUpstream })], inheritance: 'none' },
  scgi_pass: { args: [of('address', { names: toUpstream })], inheritance: 'none' },
  memcached_pass: { args: [of('address', { names: toUpstream })], inheritance: 'none' },
  tunnel_pass: { args: [of('address', { names: toUpstream })], inheritance: 'none' },
  'stream:proxy_pass': { args: [of('address', { names: toUpstream })], inheritance: 'none' },
  pass: { args: [of('address')], inheritance: 'none' },
  proxy_redirect: { args: [of('url', { words: ['off', 'default'] }), text], inheritance: 'list' },
  proxy_cookie_domain: { args: [off('host'), of('host')], inheritance: 'list' },
  proxy_cookie_path: { args: [off('uri'), uri], inheritance: 'list' },
  proxy_cookie_flags: { args: [off('cookie')], rest: parameter, inheritance: 'list' },
  proxy_set_header: { args: [header, text], inheritance: 'list' },
  grpc_set_header: { args: [header, text], inheritance: 'list' },
  auth_http_header: { args: [header, text], inheritance: 'list' },
  proxy_set_body: { args: [text] },
  proxy_method: { args: [of('method', { words: METHODS })] },
  fastcgi_index: { args: [text] },
  fastcgi_param: { args: [of('environment'), text, parameter], inheritance: 'list' },
  uwsgi_param: { args: [of('environment'), text, parameter], inheritance: 'list' },
  scgi_param: { args: [of('environment'), text, parameter], inheritance: 'list' },
  fastcgi_split_path_info: { args: [regex] },
  fastcgi_catch_stderr: { args: [text], inheritance: 'list' },
  proxy_ssl_alpn: { args: [], rest: of('protocol'), inheritance: 'single' },
  uwsgi_string: { args: [text] },

  // upstream
  upstream: { args: [name('defines', 'upstream')] },
  'upstream/server': { args: [of('address')], rest: parameter },
  'stream-upstream/server': { args: [of('address')], rest: parameter },
  'upstream/keepalive': { args: [of('number', { min: 1 }), parameter] },
  hash: { args: [text, parameter] },
  'upstream/random': { args: [parameter, parameter] },
  'stream-upstream/random': { args: [parameter, parameter] },
  least_time: { args: [parameter, parameter] },
  'upstream/zone': { args: [name('defines', 'upstream-zone'), of('size')] },
  'stream-upstream/zone': { args: [name('defines', 'upstream-zone'), of('size')] },
  'upstream/sticky': { args: [word('cookie', 'route', 'learn')], rest: parameter },
  'upstream/state': { args: [of('file', { base: 'prefix' })] },
  'stream-upstream/state': { args: [of('file', { base: 'prefix' })] },
  queue: { args: [of('number', { min: 1 }), parameter] },
  match: { args: [name('defines', 'match')] },
  health_check: { args: [], rest: parameter },

  // TLS
  ssl_certificate: { args: [conf], inheritance: 'list' },
  ssl_certificate_key: { args: [conf], inheritance: 'list' },
  ssl_certificate_cache: { args: [parameter], rest: parameter },
  ssl_ciphers: { args: [of('ciphers')] },
  ssl_client_certificate: { args: [conf] },
  ssl_trusted_certificate: { args: [conf] },
  ssl_crl: { args: [conf] },
  ssl_dhparam: { args: [conf] },
  ssl_ecdh_curve: { args: [of('curves', { words: ['auto'] })] },
  ssl_ech_file: { args: [conf], inheritance: 'list' },
  ssl_conf_command: { args: [of('openssl-command'), of('openssl-value')], inheritance: 'list' },
  ssl_ocsp_cache: { args: [parameter] },
  ssl_ocsp_responder: { args: [of('url')] },
  ssl_password_file: { args: [conf] },
  ssl_session_cache: { args: [], rest: parameter },
  ssl_session_ticket_key: { args: [conf], inheritance: 'list' },
  ssl_stapling_file: { args: [conf] },
  ssl_stapling_responder: { args: [of('url')] },
  ssl_key_log: { args: [of('log', { base: 'configuration' })] },
  ssl_alpn: { args: [], rest: of('protocol'), inheritance: 'single' },
  quic_host_key: { args: [conf] },
  starttls: { args: [word('off', 'on', 'only')] },

  // mail
  protocol: { args: [word('imap', 'pop3', 'smtp')] },
  auth_http: { args: [of('url')], inheritance: 'single' },
  imap_capabilities: { args: [], rest: text, inheritance: 'list' },
  pop3_capabilities: { args: [], rest: text, inheritance: 'list' },
  smtp_capabilities: { args: [], rest: text, inheritance: 'list' },

  // Plus
  oidc_provider: { args: [name('defines', 'oidc-provider')] },
  auth_oidc: { args: [name('references', 'oidc-provider', 'whole', { words: ['off'] })] },
  session_store: { args: [name('references', 'keyval-zone')] },
  auth_jwt: { args: [off('text'), parameter] },
  auth_jwt_claim_set: { args: [definesVariable], rest: text },
  auth_jwt_header_set: { args: [definesVariable], rest: text },
  auth_jwt_key_file: { args: [conf] },
  auth_jwt_key_request: { args: [uri] },
  auth_jwt_type: { args: [word('signed', 'encrypted', 'nested')] },
  zone_sync_server: { args: [of('address'), parameter] },
  license_token: { args: [conf] },
  state_path: { args: [of('folder', { base: 'prefix' })] },
  usage_report: { args: [parameter, parameter] },
  proxy: { args: [of('address')] },
  'mail:proxy': { args: [of('flag')] },

  // njs
  // a file, or a name, the word from and a file; below the folder of nginx.conf (tried with njs on 1.22.1 and -p elsewhere)
  js_import: {
    args: [name('defines', 'js-module')],
    rest: text,
    last: { ...conf, names: { role: 'defines', kind: 'js-module', part: 'js-file' } },
  },
  js_include: { args: [of('file', { base: 'prefix' })] },
  js_path: { args: [of('folder', { base: 'prefix' })] },
  js_set: { args: [definesVariable, jsFunction, parameter] },
  js_var: { args: [definesVariable, text] },
  js_content: { args: [jsFunction], inheritance: 'none' },
  js_access: { args: [jsFunction] },
  js_preread: { args: [jsFunction] },
  js_filter: { args: [jsFunction] },
  js_header_filter: { args: [jsFunction] },
  js_body_filter: { args: [jsFunction, parameter] },
  js_periodic: { args: [jsFunction], rest: parameter },
  js_shared_dict_zone: { args: [], rest: parameter },
  js_preload_object: { args: [text], rest: text, last: of('file', { base: 'prefix' }) },
});

/** The families that the proxy modules share, by prefix; `S` in a name stands for it. */
const FAMILIES: Readonly<Record<string, Entry>> = table({
  S_hide_header: { args: [header], inheritance: 'list' },
  S_pass_header: { args: [header], inheritance: 'list' },
  S_cache_key: { args: [text] },
  S_cache_bypass: { args: [], rest: text, inheritance: 'list' },
  S_no_cache: { args: [], rest: text, inheritance: 'list' },
  S_cache_valid: { args: [], rest: of('status', { words: ['any'] }), last: of('sec'), inheritance: 'list' },
  S_cache_path: { args: [of('folder', { base: 'prefix' })], rest: parameter },
  S_temp_path: { args: [of('folder', { base: 'prefix' })], rest: of('number') },
  S_store: { args: [of('path', { base: 'prefix', words: ['on', 'off'] })] },
  S_store_access: { args: [], rest: text },
  S_bind: { args: [of('address', { words: ['off'] }), word('transparent')] },
  S_ssl_certificate: { args: [conf] },
  S_ssl_certificate_key: { args: [conf] },
  S_ssl_certificate_cache: { args: [parameter], rest: parameter },
  S_ssl_ciphers: { args: [of('ciphers')] },
  S_ssl_conf_command: { args: [of('openssl-command'), of('openssl-value')], inheritance: 'list' },
  S_ssl_crl: { args: [conf] },
  S_ssl_name: { args: [of('host')] },
  S_ssl_password_file: { args: [conf] },
  S_ssl_trusted_certificate: { args: [conf] },
  S_ssl_key_log: { args: [of('log', { base: 'configuration' })] },
  client_body_temp_path: { args: [of('folder', { base: 'prefix' })], rest: of('number') },
});
const CACHES = new Set(['proxy', 'fastcgi', 'uwsgi', 'scgi']);
const FAMILY = /^(proxy|fastcgi|uwsgi|scgi|grpc|memcached|tunnel|zone_sync|client_body)_/;

/** Third-party directives with arguments that matter to navigation: what declares a variable, what is a file. */
const THIRD: Readonly<Record<string, Entry>> = table({
  more_set_headers: { args: [], rest: header, inheritance: 'list' },
  more_clear_headers: { args: [], rest: header, inheritance: 'list' },
  more_set_input_headers: { args: [], rest: header, inheritance: 'list' },
  more_clear_input_headers: { args: [], rest: header, inheritance: 'list' },
  geoip2: { args: [of('file', { base: 'started' })] },
  geoip2_proxy: { args: [network] },
  modsecurity_rules_file: { args: [of('file', { base: 'configuration' })] },
  lua_shared_dict: { args: [name('defines', 'lua-dict'), of('size')] },
  upload_progress: { args: [name('defines', 'upload-zone'), of('size')] },
  track_uploads: { args: [name('references', 'upload-zone'), of('sec')] },
  report_uploads: { args: [name('references', 'upload-zone')] },
  dav_ext_lock_zone: { args: [], rest: name('defines', 'dav-lock-zone', 'zone') },
  dav_ext_lock: { args: [name('references', 'dav-lock-zone', 'zone')] },
  lua_package_path: { args: [text] },
  set_by_lua: { args: [definesVariable, of('lua')], rest: text, inheritance: 'none' },
  set_by_lua_block: { args: [definesVariable], inheritance: 'none' },
  set_by_lua_file: { args: [definesVariable, of('file', { base: 'prefix' })], rest: text, inheritance: 'none' },
  subs_filter: { args: [text, text], rest: text, inheritance: 'list' },
  acme_issuer: { args: [name('defines', 'acme-issuer')] },
  acme_certificate: { args: [name('references', 'acme-issuer')], rest: of('server-name') },
  ldap_server: { args: [name('defines', 'ldap-server')] },
  auth_ldap_servers: { args: [], rest: name('references', 'ldap-server') },
  echo: { args: [], rest: text, inheritance: 'none' },
  memc_pass: { args: [of('address', { names: toUpstream })], inheritance: 'none' },
  redis2_pass: { args: [of('address', { names: toUpstream })], inheritance: 'none' },
  drizzle_pass: { args: [of('address', { names: toUpstream })], inheritance: 'none' },
  passenger_app_root: { args: [of('folder', { base: 'started' })] },
  auth_pam_service_name: { args: [text] },
});
const SETS_FIRST = /^set_(?!cookie_flag|by_lua|real_ip)/;
const LUA_FILE = /_by_lua_file$/;
const LUA_CODE = /_by_lua$/;

/** What the kind alone says of the arguments. */
const BY_KIND: Readonly<Record<DirectiveFact['kind'], Entry>> = {
  custom: { args: [text], rest: text },
  flag: { args: [of('flag')] },
  string: { args: [text] },
  'string-array': { args: [text], rest: text },
  number: { args: [of('number')] },
  size: { args: [of('size')] },
  offset: { args: [of('offset')] },
  msec: { args: [of('msec')] },
  sec: { args: [of('sec')] },
  bufs: { args: [of('number', { min: 1 }), of('size', { min: 1 })] },
  enum: { args: [of('word')] },
  bitmask: { args: [], rest: of('word') },
  keyval: { args: [text, text] },
  complex: { args: [text] },
  'complex-size': { args: [of('size')] },
  predicates: { args: [], rest: text, inheritance: 'list' },
  'mime-types': { args: [], rest: of('mime', { words: ['*'] }), inheritance: 'list' },
  'path-levels': { args: [of('folder', { base: 'prefix' })], rest: of('number', { min: 1 }) },
  access: { args: [], rest: text },
  bind: { args: [of('address', { words: ['off'] }), word('transparent')] },
  'cache-path': { args: [of('folder', { base: 'prefix' })], rest: parameter },
  'cache-valid': { args: [], rest: of('status', { words: ['any'] }), last: of('sec'), inheritance: 'list' },
  charset: { args: [off('charset')] },
  param: { args: [of('environment'), text, parameter], inheritance: 'list' },
  obsolete: { args: [text] },
  'body-entry': { args: [text], rest: text },
};

/** The special entries in the bodies of map, geo, types and the like. */
const BODY: Readonly<Record<string, Entry>> = table({
  include: { args: [of('glob', { base: 'configuration' })] },
  default: { args: [text] },
  hostnames: { args: [] },
  volatile: { args: [] },
  ranges: { args: [] },
  delete: { args: [network] },
  proxy: { args: [network] },
  proxy_recursive: { args: [] },
  '*': { args: [text] },
});

const nginxOwn = (fact: DirectiveFact): boolean => fact.source === 'oss' || fact.source === 'plus' || fact.source === 'njs';
const own = (table: Readonly<Record<string, Entry>>, key: string): Entry | undefined =>
  Object.hasOwn(table, key) ? table[key] : undefined;

function cacheEntry(family: string): Entry {
  return { args: [name('references', `${family}-cache-zone` as NameKind, 'whole', { words: ['off'] })] };
}

function entryFor(fact: DirectiveFact): Entry {
  if (fact.kind === 'body-entry') return own(BODY, fact.name) ?? BY_KIND['body-entry'];
  if (nginxOwn(fact)) {
    const protocol = fact.module.startsWith('ngx_stream_') ? 'stream' : fact.module.startsWith('ngx_mail_') ? 'mail' : 'http';
    const found = own(TABLE, `${fact.contexts[0]}/${fact.name}`) ?? own(TABLE, `${protocol}:${fact.name}`) ?? own(TABLE, fact.name);
    if (found && (fact.kind === 'custom' || found.args.length + (found.rest ? 1 : 0) > 0)) return found;
    const family = FAMILY.exec(fact.name)?.[1];
    if (family) {
      const tail = fact.name.slice(family.length);
      if (tail === '_cache' && CACHES.has(family)) return cacheEntry(family);
      const shared = own(FAMILIES, `S${tail}`) ?? own(FAMILIES, fact.name);
      if (shared) return shared;
    }
    if (found) return found;
  } else {
    const found = own(THIRD, fact.name);
    if (found) return found;
    if (fact.source === 'set-misc-nginx-module' && SETS_FIRST.test(fact.name) && fact.args.min > 0)
      return { args: [definesVariable], rest: text, inheritance: 'none' };
    if (LUA_FILE.test(fact.name)) return { args: [of('file', { base: 'prefix' })], rest: text };
    if (LUA_CODE.test(fact.name)) return { args: [of('lua')], rest: text };
  }
  const byKind = BY_KIND[fact.kind];
  return fact.args.max === 0 ? { args: [] } : byKind;
}

const entries = new WeakMap<DirectiveFact, Entry>();
const entryOf = (fact: DirectiveFact): Entry => {
  let found = entries.get(fact);
  if (!found) entries.set(fact, (found = entryFor(fact)));
  return found;
};

/** Directives whose only argument is what is otherwise the last. */
const ALONE = new Set(['geo', 'num_map', 'js_import', 'js_preload_object']);

/** What the argument at `index` (0 is the first behind the name) of a directive with `count` arguments is; null beyond the last. */
export function argumentOf(fact: DirectiveFact, index: number, count: number): ArgumentFact | null {
  const entry = entryOf(fact);
  if (entry.last && index === count - 1 && (count > 1 || entry.args.length === 0 || ALONE.has(fact.name))) return entry.last;
  return entry.args[index] ?? entry.rest ?? null;
}

/** How inner levels treat the directive. Directives of a single level count as `single`. */
export function inheritanceOf(fact: DirectiveFact): Inheritance {
  const entry = entryOf(fact);
  if (entry.inheritance) return entry.inheritance;
  return fact.repeat?.twice === 'ok' && fact.repeat.effect === 'accumulate' && fact.contexts.length > 1 && !fact.args.block
    ? 'list'
    : 'single';
}

/** A name that a directive declares or uses. `at` is the UTF-16 offset in the argument's value. */
export interface NameUse {
  readonly role: NameSpec['role'];
  readonly kind: NameKind;
  readonly name: string;
  readonly argument: number;
  readonly at: number;
}

/**
 * The names that a directive with these arguments declares and uses; variables inside texts are not among them, only those that
 * an argument as a whole declares or names. A zone without a size (`limit_req zone=a`, `zone a` in a second upstream) is a use.
 */
export function namesIn(fact: DirectiveFact, args: readonly string[]): NameUse[] {
  const found: NameUse[] = [];
  const table = parameterTable(fact);
  args.forEach((value, argument) => {
    const what = argumentOf(fact, argument, args.length);
    if (what?.names && !what.words?.includes(value)) {
      const at = nameIn(value, what.names.part);
      if (at) {
        const sizeless = what.names.kind === 'upstream-zone' && args.length === 1;
        found.push({ role: sizeless ? 'references' : what.names.role, kind: what.names.kind, name: at.name, argument, at: at.at });
      }
    }
    if (!table || argument < table.from || argument > (table.to ?? argument)) return;
    const hit = findParameter(table.list, value);
    const spec = hit?.parameter.named;
    if (!hit || !spec) return;
    if (hit.value === null) {
      // `aio threads` is the pool named default
      if (spec.kind === 'thread-pool') found.push({ role: 'references', kind: spec.kind, name: 'default', argument, at: 0 });
      return;
    }
    const at = nameIn(hit.value, spec.part);
    // of a parameter that is given twice the last one declares
    const before = spec.role === 'defines' ? found.findIndex((f) => f.role === 'defines' && f.kind === spec.kind) : -1;
    if (at && before >= 0) found.splice(before, 1);
    if (at) found.push({ role: spec.role, kind: spec.kind, name: at.name, argument, at: hit.at + at.at });
  });
  if (fact.name === 'location' && fact.module === 'ngx_http_core_module' && args.length === 1) {
    const at = nameIn(args[0] ?? '', 'at');
    if (at) found.push({ role: 'defines', kind: 'named-location', name: at.name, argument: 0, at: 0 });
  }
  return found;
}
