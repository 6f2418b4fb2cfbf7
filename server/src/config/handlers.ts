/** Directives that decide what answers a request in a location. */

/** Those that hand it on. An `if` in a location and a `limit_except` take them over from their location. */
export const PASSES: readonly string[] = [
  'proxy_pass',
  'fastcgi_pass',
  'uwsgi_pass',
  'scgi_pass',
  'grpc_pass',
  'memcached_pass',
  'tunnel_pass',
];

/** All that set a location's content handler; the last one in a block wins. */
export const CONTENT_HANDLERS: ReadonlySet<string> = new Set([
  ...PASSES,
  'empty_gif',
  'flv',
  'mp4',
  'stub_status',
  'perl',
  'js_content',
  'content_by_lua',
  'content_by_lua_block',
  'content_by_lua_file',
  'echo',
  'echo_exec',
  'api',
  'hls',
  'f4f',
  'status',
  // of modules that others write
  'rtmp_stat',
  'rtmp_control',
  'vhost_traffic_status_display',
  'stream_server_traffic_status_display',
  'nchan_publisher',
  'nchan_subscriber',
  'nchan_pubsub',
  'nchan_stub_status',
  'push_stream_publisher',
  'push_stream_subscriber',
  'push_stream_channels_statistics',
  'upload_pass',
  'drizzle_pass',
  'memc_pass',
  'redis2_pass',
  'check_status',
  'report_uploads',
]);
