/**
 * Which directives come first in a list. The order is our own: what reverse proxies are made of before what is rare. Names that are not
 * here follow by the alphabet, open source before the rest.
 */
import { table } from '../../base/table.ts';
import type { Context } from '../../catalog/context.ts';

const words = (text: string): readonly string[] => text.trim().split(/\s+/);

const PROXY = `proxy_pass proxy_set_header proxy_http_version proxy_read_timeout proxy_connect_timeout proxy_send_timeout proxy_buffering
  proxy_buffers proxy_buffer_size proxy_busy_buffers_size proxy_request_buffering proxy_redirect proxy_cache proxy_cache_valid proxy_cache_key
  proxy_cache_bypass proxy_no_cache proxy_cache_use_stale proxy_cache_lock proxy_next_upstream proxy_hide_header proxy_pass_header
  proxy_intercept_errors proxy_ssl_server_name proxy_ssl_name proxy_ssl_verify proxy_ssl_trusted_certificate proxy_cookie_path
  proxy_cookie_domain proxy_cookie_flags proxy_ignore_headers proxy_max_temp_file_size proxy_bind proxy_method`;
const UWSGI = 'uwsgi_pass uwsgi_param uwsgi_read_timeout fastcgi_pass fastcgi_param fastcgi_index fastcgi_split_path_info grpc_pass';
const COMMON = `include root index try_files return rewrite if set error_page add_header expires access_log error_log client_max_body_size
  gzip gzip_types gzip_min_length gzip_comp_level gzip_vary gzip_proxied allow deny auth_basic auth_basic_user_file auth_request
  limit_req limit_conn limit_rate satisfy alias internal default_type keepalive_timeout send_timeout client_body_timeout
  client_body_buffer_size sendfile tcp_nopush tcp_nodelay autoindex charset etag stub_status sub_filter resolver`;
const TLS = `ssl_certificate ssl_certificate_key ssl_protocols ssl_ciphers ssl_prefer_server_ciphers ssl_session_cache ssl_session_timeout
  ssl_session_tickets ssl_stapling ssl_stapling_verify ssl_trusted_certificate ssl_dhparam ssl_ecdh_curve ssl_client_certificate
  ssl_verify_client ssl_early_data ssl_reject_handshake`;

const ORDER: { readonly [context in Context]?: readonly string[] } = table({
  main: words('user worker_processes pid error_log events http include load_module worker_rlimit_nofile stream daemon env mail'),
  events: words('worker_connections multi_accept use accept_mutex'),
  http: words(`server include upstream map log_format access_log error_log sendfile keepalive_timeout default_type server_tokens gzip
    limit_req_zone limit_conn_zone proxy_cache_path client_max_body_size geo types ${PROXY} ${TLS} ${COMMON} split_clients real_ip_header
    set_real_ip_from real_ip_recursive server_names_hash_bucket_size map_hash_bucket_size types_hash_max_size large_client_header_buffers
    open_file_cache http2 variables_hash_max_size`),
  server: words(`listen server_name location ${TLS} http2 ${COMMON} ${PROXY} server_tokens real_ip_header set_real_ip_from
    client_header_timeout large_client_header_buffers merge_slashes`),
  location: words(`proxy_pass proxy_set_header ${COMMON} ${PROXY} ${UWSGI} location limit_except`),
  'if-in-server': words('return rewrite set break'),
  'if-in-location': words('return rewrite set break add_header proxy_pass access_log expires'),
  limit_except: words('allow deny auth_basic auth_basic_user_file'),
  upstream: words('server keepalive least_conn ip_hash zone hash keepalive_timeout keepalive_requests random'),
  stream: words(
    'server upstream map log_format access_log include ssl_preread proxy_timeout proxy_connect_timeout limit_conn_zone resolver',
  ),
  'stream-server': words(`listen proxy_pass ssl_preread proxy_timeout proxy_connect_timeout proxy_protocol ssl_certificate
    ssl_certificate_key ssl_protocols allow deny access_log proxy_ssl`),
  'stream-upstream': words('server least_conn hash zone random'),
  map: words('default include hostnames volatile'),
  'stream-map': words('default include hostnames volatile'),
  geo: words('default include proxy ranges delete'),
  mail: words('server auth_http server_name protocol proxy'),
  'mail-server': words('listen protocol server_name starttls ssl_certificate ssl_certificate_key'),
});

const ranks = new Map<Context, Map<string, number>>();

/** The place of a directive in its context's list, from 0; Infinity for those that have none. */
export function rankOf(context: Context, name: string): number {
  let table = ranks.get(context);
  if (!table) {
    table = new Map();
    for (const n of ORDER[context] ?? []) if (!table.has(n)) table.set(n, table.size);
    ranks.set(context, table);
  }
  return table.get(name) ?? Infinity;
}
