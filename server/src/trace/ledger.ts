/**
 * What a trace does with each directive of nginx that a request may meet: it is read by the code of this room, it changes neither the path
 * nor the answer, or it is not simulated and told so. A test holds this against the catalog: a directive that is in none of them fails it.
 */

/** Modules of nginx itself whose directives change what a client gets and that are not followed. */
export const UNFOLLOWED_MODULES: ReadonlySet<string> = new Set([
  'ngx_http_addition_filter_module',
  'ngx_http_addition_module',
  'ngx_http_image_filter_module',
  'ngx_http_perl_module',
  'ngx_http_ssi_filter_module',
  'ngx_http_ssi_module',
  'ngx_http_sub_filter_module',
  'ngx_http_sub_module',
  'ngx_http_xslt_filter_module',
  'ngx_http_xslt_module',
  'ngx_http_js_module',
]);

/** Single directives of followed modules that are not. */
export const UNFOLLOWED_NAMES: ReadonlySet<string> = new Set([
  'add_trailer',
  'add_trailer_inherit',
  'charset_map',
  'source_charset',
  'proxy_store',
  'fastcgi_store',
  'uwsgi_store',
  'scgi_store',
  'disable_symlinks',
  'early_hints',
  'uwsgi_string',
  'proxy_pass_trailers',
  'fastcgi_catch_stderr',
  'memcached_gzip_flag',
  'msie_refresh',
  'degrade',
]);

/** Directives that change neither the way of a request nor what the client gets, with the reason. Whole names. */
export const HARMLESS: readonly (readonly [why: string, names: RegExp])[] = [
  ['what is logged', /^(?:access_log|error_log|log_format|log_not_found|log_subrequest|open_log_file_cache)$/],
  [
    'how names are stored in memory',
    /^(?:\w+_hash_(?:bucket|max)_size|gzip_hash|variables_hash_\w+|optimize_(?:host|server)_names|connection_pool_size|request_pool_size|(?:spdy|http2)_pool_size|(?:spdy|http2)_streams_index_size)$/,
  ],
  [
    'how bytes are read from the disk and sent',
    /^(?:aio|aio_write|directio(?:_alignment)?|read_ahead|sendfile|sendfile_max_chunk|output_buffers|postpone_output|postpone_gzipping|open_file_cache\w*|tcp_nodelay|tcp_nopush|send_lowat|subrequest_output_buffer_size|mp4_(?:max_)?buffer_size|mp4_start_key_frame|gzip_(?:buffers|comp_level|no_buffer|window)|gunzip_buffers)$/,
  ],
  [
    'how fast and in what pieces bytes pass, and where they lie meanwhile',
    /^(?:limit_rate_after|\w+_limit_rate|\w+_send_lowat|\w+_socket_(?:keepalive|rcvbuf|sndbuf)|\w+_temp_(?:path|file_write_size)|\w+_header_buffer_size|client_body_(?:in_file_only|in_single_buffer|temp_path)|tunnel_buffer_size)$/,
  ],
  [
    'what happens when a side is late or gone',
    /^(?:\w+_ignore_client_abort|lingering_\w+|reset_timedout_connection|keepalive_(?:min_timeout|time)|auth_delay|resolver_timeout|tunnel_\w+|fastcgi_keep_conn)$/,
  ],
  ['the body is no part of a trace, and its length is sent all the same', /^\w+_pass_request_body$/],
  ['of the packet around the parameters', /^uwsgi_modifier[12]$/],
  ['from which address backends are asked', /^\w+_bind$/],
  ['a part of the mark that userid gives, which is assumed as a whole', /^userid_service$/],
  ['how long a cache waits, and where it lies: its zone is read', /^(?:\w+_cache_lock_age|\w+_cache_path|\w+_store_access)$/],
  ['whether the handshake with a backend succeeds is part of what the backend answers', /^(?:proxy|grpc|uwsgi)_ssl_\w+$/],
  [
    'how the handshake with the client is made: it is taken to succeed',
    /^ssl_(?:buffer_size|certificate_(?:cache|compression|key)|client_certificate|conf_command|crl|dhparam|ecdh_curve|ech_file|ocsp\w*|password_file|session_\w+|stapling\w*|trusted_certificate|verify_depth)$/,
  ],
  ['limits and times of a protocol that a single request does not reach', /^(?:spdy|http2|http3|quic)_\w+$/],
  ['values are assumptions wherever a variable of it is used', /^geoip_\w+$/],
  ['gone from nginx for long', /^(?:satisfy_any|limit_zone|\w+_redirect_errors|\w+_upstream_(?:fail_timeout|max_fails))$/],
];

/** Why a directive changes nothing that a trace tells; null where it may. */
export const harmlessBecause = (name: string): string | null => HARMLESS.find(([, names]) => names.test(name))?.[0] ?? null;
