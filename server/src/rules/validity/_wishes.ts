/**
 * Names that people and programs write although no nginx has them: wishes that nginx fulfils in another way, and words of other servers. Each
 * with what is to be written instead.
 */
import { table } from '../../base/table.ts';
import type { SourceFile } from '../../syntax/statement.ts';
import type { Word } from '../../syntax/word.ts';

const NO_ELSE = 'nginx has no "else": write a second "if", or choose the value with a map';
const COMMENT = 'a comment begins with "#"';
const TO_HTTPS = 'write "return 301 https://$host$request_uri;" in the server that listens on port 80';
const WEBSOCKETS =
  'write "proxy_http_version 1.1;", "proxy_set_header Upgrade $http_upgrade;" and "proxy_set_header Connection upgrade;" in the location';
const CORS = 'send the headers of CORS with add_header, such as "add_header Access-Control-Allow-Origin https://app.example.com always;"';
const HEADER = 'add_header adds to what clients get, proxy_set_header to what is sent on';
const BODY = 'the largest body is set by client_max_body_size';
const TIMEOUT = 'how long nginx waits for the application is set by proxy_read_timeout';
const RATE = 'declare a zone with limit_req_zone in the http block, and apply it with limit_req';
const LOGIN = 'a login takes auth_basic and auth_basic_user_file';
const ADDRESSES = 'addresses are let in and kept out by allow and deny';
const FILES = 'a folder of files is served by a location with root or alias';
const PASS = 'requests are passed on by proxy_pass';
const STRIP = 'the part of the path that the location names is replaced where proxy_pass has a path: "proxy_pass http://app/;"';
const ROUND = 'a group takes its servers in turn without any directive: remove the line';
const BALANCE = 'a group takes its servers in turn; other ways are least_conn, ip_hash, hash and random';
const HSTS = 'write "add_header Strict-Transport-Security max-age=31536000 always;"';
const COMPRESS = 'compression is switched on by gzip';
const CACHE = 'what browsers keep is set by expires, what nginx keeps by proxy_cache';
const METHODS = 'methods are limited by limit_except, in a location';
const LOOP = 'nginx has no loops and no "switch": choose a value with map';
const VERSION = 'the version in headers and error pages is switched off by server_tokens';

/** What Apache's httpd calls so, and what nginx calls it. */
const httpd = (own: string): string => `it is a directive of Apache httpd, for which nginx has ${own}`;
const caddy = (own: string): string => `it is a directive of Caddy, for which nginx has ${own}`;
const haproxy = (own: string): string => `it is a keyword of HAProxy, for which nginx has ${own}`;

/** By the name, in small letters. */
const WISHES: Readonly<Record<string, string>> = table({
  else: NO_ELSE,
  elseif: NO_ELSE,
  elsif: NO_ELSE,
  elif: NO_ELSE,
  switch: LOOP,
  case: LOOP,
  for: LOOP,
  foreach: LOOP,
  while: LOOP,
  '//': COMMENT,
  '/*': COMMENT,
  '*/': COMMENT,
  '/**': COMMENT,
  '<!--': COMMENT,
  '--': COMMENT,
  websocket: WEBSOCKETS,
  websockets: WEBSOCKETS,
  enable_websocket: WEBSOCKETS,
  enable_websockets: WEBSOCKETS,
  proxy_websocket: WEBSOCKETS,
  proxy_websockets: WEBSOCKETS,
  websocket_upgrade: WEBSOCKETS,
  ssl_redirect: TO_HTTPS,
  force_ssl: TO_HTTPS,
  force_ssl_redirect: TO_HTTPS,
  force_https: TO_HTTPS,
  https_redirect: TO_HTTPS,
  redirect_https: TO_HTTPS,
  redirect_to_https: TO_HTTPS,
  http_to_https: TO_HTTPS,
  redirect: 'a redirect is "return 301 https://…;", or rewrite with "permanent"',
  redirect_permanent: 'a redirect is "return 301 https://…;", or rewrite with "permanent"',
  permanent_redirect: 'a redirect is "return 301 https://…;", or rewrite with "permanent"',
  cors: CORS,
  enable_cors: CORS,
  add_cors: CORS,
  cors_allow_origin: CORS,
  cors_allow_methods: CORS,
  cors_allow_headers: CORS,
  cors_allow_credentials: CORS,
  access_control_allow_origin: CORS,
  allow_origin: CORS,
  headers: HEADER,
  set_header: HEADER,
  response_header: HEADER,
  add_response_header: HEADER,
  add_request_header: HEADER,
  max_body_size: BODY,
  body_size: BODY,
  max_upload_size: BODY,
  upload_max_size: BODY,
  upload_max_filesize: BODY,
  post_max_size: BODY,
  client_max_upload_size: BODY,
  request_timeout: TIMEOUT,
  upstream_timeout: TIMEOUT,
  backend_timeout: TIMEOUT,
  proxy_timeout_read: TIMEOUT,
  ratelimit: RATE,
  limit_requests: RATE,
  request_limit: RATE,
  basic_auth: LOGIN,
  auth_basic_enabled: LOGIN,
  htpasswd: LOGIN,
  whitelist: ADDRESSES,
  blacklist: ADDRESSES,
  ip_whitelist: ADDRESSES,
  ip_blacklist: ADDRESSES,
  allow_ip: ADDRESSES,
  deny_ip: ADDRESSES,
  block_ip: ADDRESSES,
  static: FILES,
  static_files: FILES,
  serve_static: FILES,
  proxy_to: PASS,
  proxy_url: PASS,
  proxy_target: PASS,
  upstream_pass: PASS,
  pass_proxy: PASS,
  strip_prefix: STRIP,
  strip_path: STRIP,
  proxy_strip_prefix: STRIP,
  proxy_strip_path: STRIP,
  round_robin: ROUND,
  roundrobin: ROUND,
  'round-robin': ROUND,
  balance: BALANCE,
  load_balance: BALANCE,
  load_balancing: BALANCE,
  lb_method: BALANCE,
  hsts: HSTS,
  enable_hsts: HSTS,
  ssl_hsts: HSTS,
  strict_transport_security: HSTS,
  x_frame_options: 'write "add_header X-Frame-Options DENY always;"',
  x_content_type_options: 'write "add_header X-Content-Type-Options nosniff always;"',
  content_security_policy: 'write "add_header Content-Security-Policy \\"…\\" always;"',
  referrer_policy: 'write "add_header Referrer-Policy same-origin always;"',
  compress: COMPRESS,
  compression: COMPRESS,
  enable_gzip: COMPRESS,
  cache: CACHE,
  enable_cache: CACHE,
  browser_cache: CACHE,
  cache_control: CACHE,
  allowed_methods: METHODS,
  allow_methods: METHODS,
  hide_version: VERSION,
  server_signature: httpd('server_tokens'),
  servertokens: httpd('server_tokens'),
  serversignature: httpd('server_tokens'),
  rewriteengine: httpd('no switch: a rewrite is on where it is written'),
  rewriterule: httpd('rewrite'),
  rewritecond: httpd('if and map'),
  rewritebase: httpd('no word: paths of nginx begin with a slash'),
  documentroot: httpd('root'),
  servername: httpd('server_name'),
  serveralias: httpd('server_name, which takes several names'),
  proxypass: httpd('proxy_pass'),
  proxypassreverse: httpd('proxy_redirect, which is on by itself'),
  proxypreservehost: httpd('"proxy_set_header Host $host;"'),
  requestheader: httpd('proxy_set_header'),
  errordocument: httpd('error_page'),
  directoryindex: httpd('index'),
  allowoverride: httpd('nothing: nginx reads no .htaccess'),
  customlog: httpd('access_log'),
  errorlog: httpd('error_log'),
  sslengine: httpd('"ssl" on the listen line'),
  sslcertificatefile: httpd('ssl_certificate'),
  sslcertificatekeyfile: httpd('ssl_certificate_key'),
  reverse_proxy: caddy('proxy_pass'),
  file_server: caddy('root, and autoindex for lists'),
  encode: caddy('gzip'),
  frontend: haproxy('server'),
  backend: haproxy('upstream'),
  default_backend: haproxy('proxy_pass'),
  use_backend: haproxy('proxy_pass in a location'),
  timeout_client: TIMEOUT,
  timeout_server: TIMEOUT,
});

const NUMBERS = 'the numbers of the lines came in by copying: delete them';

/** What comes in with a text that is copied, by how it looks where a name should stand. */
const COPIED: readonly (readonly [mark: RegExp, told: string])[] = [
  [/^(?:<{7}|={7}|>{7}|\|{7})$/, 'a merge is unfinished here: keep one of its sides, and delete the lines with the marks'],
  [/^(?:`{3}|~{3})/, 'it fences code in Markdown: delete the line'],
  [/^\d{1,5}[:.)|]$/, NUMBERS],
  [/^(?:[+-]|@@)$/, 'the marks of a diff came in by copying: delete them, and the lines that the diff takes out'],
  [/^\[?(?:\.{3}|…)\]?$/, 'it stands for lines that an example leaves out: write them, or delete it'],
  [/^(?:[\w.-]+@[\w.-]+:\S*)?[#$%>]$|^[\w.-]+@[\w.-]+:\S*[#$]/, 'the prompt of a shell came in by copying: delete the line'],
  [/^&(?:amp|lt|gt|quot|apos|nbsp|#\d+|#x[\da-f]+)\b/i, 'a web page writes a character so: type the character itself'],
];

/** What is to be written instead of a name that no nginx has; null where nobody can tell. */
export const insteadOf = (name: string): string | null =>
  WISHES[name.toLowerCase()] ??
  COPIED.find(([mark]) => mark.test(name))?.[1] ??
  (/^<\/?(?:VirtualHost|Directory|Location|IfModule|Files)/i.test(name) ? httpd('blocks with braces, server and location') : null);

/** Whether a word that begins a line counts the lines: the line before begins with the number before, or the next with the next. */
function countsLines({ text }: SourceFile, { start, end, value }: Word): boolean {
  if (!/^\d{1,5}$/.test(value)) return false;
  const number = Number(value);
  const next = /^[^\n]*\n[ \t]*(\d{1,5})\b/.exec(text.slice(end, end + MOST_OF_LINES))?.[1];
  const before = /(?:^|\n)[ \t]*(\d{1,5})\b[^\n]*\n[ \t]*$/.exec(text.slice(Math.max(0, start - MOST_OF_LINES), start))?.[1];
  return Number(next) === number + 1 || Number(before) === number - 1;
}

/** How much of the text around a word is looked at for the numbers of lines, in UTF-16 units. */
const MOST_OF_LINES = 400;

/** The same of a name where it stands, which may be the number of its line. */
export const insteadAt = (file: SourceFile, name: Word): string | null =>
  insteadOf(name.value) ?? (countsLines(file, name) ? NUMBERS : null);

/** All such names, for tests. */
export const WISHED: readonly string[] = Object.keys(WISHES);
