// The hover texts of directives and variables, as text, by the name of the module or source. Made by `npm run generate`.
import ModSecurity$nginx from './ModSecurity-nginx.json' with { type: 'text' };
import array$var$nginx$module from './array-var-nginx-module.json' with { type: 'text' };
import drizzle$nginx$module from './drizzle-nginx-module.json' with { type: 'text' };
import echo$nginx$module from './echo-nginx-module.json' with { type: 'text' };
import encrypted$session$nginx$module from './encrypted-session-nginx-module.json' with { type: 'text' };
import form$input$nginx$module from './form-input-nginx-module.json' with { type: 'text' };
import headers$more$nginx$module from './headers-more-nginx-module.json' with { type: 'text' };
import iconv$nginx$module from './iconv-nginx-module.json' with { type: 'text' };
import lua$nginx$module from './lua-nginx-module.json' with { type: 'text' };
import memc$nginx$module from './memc-nginx-module.json' with { type: 'text' };
import naxsi from './naxsi.json' with { type: 'text' };
import nchan from './nchan.json' with { type: 'text' };
import nginx$acme from './nginx-acme.json' with { type: 'text' };
import nginx$auth$ldap from './nginx-auth-ldap.json' with { type: 'text' };
import nginx$ct from './nginx-ct.json' with { type: 'text' };
import nginx$dav$ext$module from './nginx-dav-ext-module.json' with { type: 'text' };
import nginx$http$rdns from './nginx-http-rdns.json' with { type: 'text' };
import nginx$module$stream$sts from './nginx-module-stream-sts.json' with { type: 'text' };
import nginx$module$sts from './nginx-module-sts.json' with { type: 'text' };
import nginx$module$vts from './nginx-module-vts.json' with { type: 'text' };
import nginx$opentracing from './nginx-opentracing.json' with { type: 'text' };
import nginx$otel from './nginx-otel.json' with { type: 'text' };
import nginx$push$stream$module from './nginx-push-stream-module.json' with { type: 'text' };
import nginx$rtmp$module from './nginx-rtmp-module.json' with { type: 'text' };
import nginx$upload$module from './nginx-upload-module.json' with { type: 'text' };
import nginx$upload$progress$module from './nginx-upload-progress-module.json' with { type: 'text' };
import nginx$upstream$fair from './nginx-upstream-fair.json' with { type: 'text' };
import nginx_cookie_flag_module from './nginx_cookie_flag_module.json' with { type: 'text' };
import nginx_upstream_check_module from './nginx_upstream_check_module.json' with { type: 'text' };
import ngx$fancyindex from './ngx-fancyindex.json' with { type: 'text' };
import ngx$http$auth$jwt$module from './ngx-http-auth-jwt-module.json' with { type: 'text' };
import ngx_brotli from './ngx_brotli.json' with { type: 'text' };
import ngx_cache_purge from './ngx_cache_purge.json' with { type: 'text' };
import ngx_conf_module from './ngx_conf_module.json' with { type: 'text' };
import ngx_core_module from './ngx_core_module.json' with { type: 'text' };
import ngx_devpoll_module from './ngx_devpoll_module.json' with { type: 'text' };
import ngx_epoll_module from './ngx_epoll_module.json' with { type: 'text' };
import ngx_errlog_module from './ngx_errlog_module.json' with { type: 'text' };
import ngx_event_core_module from './ngx_event_core_module.json' with { type: 'text' };
import ngx_eventport_module from './ngx_eventport_module.json' with { type: 'text' };
import ngx_events_module from './ngx_events_module.json' with { type: 'text' };
import ngx_google_perftools_module from './ngx_google_perftools_module.json' with { type: 'text' };
import ngx_http_access_module from './ngx_http_access_module.json' with { type: 'text' };
import ngx_http_addition_filter_module from './ngx_http_addition_filter_module.json' with { type: 'text' };
import ngx_http_api_module from './ngx_http_api_module.json' with { type: 'text' };
import ngx_http_auth_basic_module from './ngx_http_auth_basic_module.json' with { type: 'text' };
import ngx_http_auth_jwt_module from './ngx_http_auth_jwt_module.json' with { type: 'text' };
import ngx_http_auth_pam_module from './ngx_http_auth_pam_module.json' with { type: 'text' };
import ngx_http_auth_request_module from './ngx_http_auth_request_module.json' with { type: 'text' };
import ngx_http_auth_require_module from './ngx_http_auth_require_module.json' with { type: 'text' };
import ngx_http_autoindex_module from './ngx_http_autoindex_module.json' with { type: 'text' };
import ngx_http_browser_module from './ngx_http_browser_module.json' with { type: 'text' };
import ngx_http_charset_filter_module from './ngx_http_charset_filter_module.json' with { type: 'text' };
import ngx_http_copy_filter_module from './ngx_http_copy_filter_module.json' with { type: 'text' };
import ngx_http_core_module from './ngx_http_core_module.json' with { type: 'text' };
import ngx_http_dav_module from './ngx_http_dav_module.json' with { type: 'text' };
import ngx_http_degradation_module from './ngx_http_degradation_module.json' with { type: 'text' };
import ngx_http_empty_gif_module from './ngx_http_empty_gif_module.json' with { type: 'text' };
import ngx_http_f4f_module from './ngx_http_f4f_module.json' with { type: 'text' };
import ngx_http_fastcgi_module from './ngx_http_fastcgi_module.json' with { type: 'text' };
import ngx_http_flv_module from './ngx_http_flv_module.json' with { type: 'text' };
import ngx_http_geo_module from './ngx_http_geo_module.json' with { type: 'text' };
import ngx_http_geoip2_module from './ngx_http_geoip2_module.json' with { type: 'text' };
import ngx_http_geoip_module from './ngx_http_geoip_module.json' with { type: 'text' };
import ngx_http_grpc_module from './ngx_http_grpc_module.json' with { type: 'text' };
import ngx_http_gunzip_filter_module from './ngx_http_gunzip_filter_module.json' with { type: 'text' };
import ngx_http_gzip_filter_module from './ngx_http_gzip_filter_module.json' with { type: 'text' };
import ngx_http_gzip_module from './ngx_http_gzip_module.json' with { type: 'text' };
import ngx_http_gzip_static_module from './ngx_http_gzip_static_module.json' with { type: 'text' };
import ngx_http_headers_filter_module from './ngx_http_headers_filter_module.json' with { type: 'text' };
import ngx_http_hls_module from './ngx_http_hls_module.json' with { type: 'text' };
import ngx_http_image_filter_module from './ngx_http_image_filter_module.json' with { type: 'text' };
import ngx_http_index_module from './ngx_http_index_module.json' with { type: 'text' };
import ngx_http_internal_redirect_module from './ngx_http_internal_redirect_module.json' with { type: 'text' };
import ngx_http_json_module from './ngx_http_json_module.json' with { type: 'text' };
import ngx_http_keyval_module from './ngx_http_keyval_module.json' with { type: 'text' };
import ngx_http_limit_conn_module from './ngx_http_limit_conn_module.json' with { type: 'text' };
import ngx_http_limit_req_module from './ngx_http_limit_req_module.json' with { type: 'text' };
import ngx_http_log_module from './ngx_http_log_module.json' with { type: 'text' };
import ngx_http_map_module from './ngx_http_map_module.json' with { type: 'text' };
import ngx_http_memcached_module from './ngx_http_memcached_module.json' with { type: 'text' };
import ngx_http_mirror_module from './ngx_http_mirror_module.json' with { type: 'text' };
import ngx_http_module from './ngx_http_module.json' with { type: 'text' };
import ngx_http_mp4_module from './ngx_http_mp4_module.json' with { type: 'text' };
import ngx_http_num_map_module from './ngx_http_num_map_module.json' with { type: 'text' };
import ngx_http_oidc_module from './ngx_http_oidc_module.json' with { type: 'text' };
import ngx_http_perl_module from './ngx_http_perl_module.json' with { type: 'text' };
import ngx_http_proxy_connect_module from './ngx_http_proxy_connect_module.json' with { type: 'text' };
import ngx_http_proxy_module from './ngx_http_proxy_module.json' with { type: 'text' };
import ngx_http_proxy_protocol_vendor_module from './ngx_http_proxy_protocol_vendor_module.json' with { type: 'text' };
import ngx_http_random_index_module from './ngx_http_random_index_module.json' with { type: 'text' };
import ngx_http_realip_module from './ngx_http_realip_module.json' with { type: 'text' };
import ngx_http_referer_module from './ngx_http_referer_module.json' with { type: 'text' };
import ngx_http_rewrite_module from './ngx_http_rewrite_module.json' with { type: 'text' };
import ngx_http_scgi_module from './ngx_http_scgi_module.json' with { type: 'text' };
import ngx_http_secure_link_module from './ngx_http_secure_link_module.json' with { type: 'text' };
import ngx_http_session_log_module from './ngx_http_session_log_module.json' with { type: 'text' };
import ngx_http_slice_filter_module from './ngx_http_slice_filter_module.json' with { type: 'text' };
import ngx_http_split_clients_module from './ngx_http_split_clients_module.json' with { type: 'text' };
import ngx_http_ssi_filter_module from './ngx_http_ssi_filter_module.json' with { type: 'text' };
import ngx_http_ssl_module from './ngx_http_ssl_module.json' with { type: 'text' };
import ngx_http_status_module from './ngx_http_status_module.json' with { type: 'text' };
import ngx_http_stub_status_module from './ngx_http_stub_status_module.json' with { type: 'text' };
import ngx_http_sub_filter_module from './ngx_http_sub_filter_module.json' with { type: 'text' };
import ngx_http_substitutions_filter_module from './ngx_http_substitutions_filter_module.json' with { type: 'text' };
import ngx_http_try_files_module from './ngx_http_try_files_module.json' with { type: 'text' };
import ngx_http_tunnel_module from './ngx_http_tunnel_module.json' with { type: 'text' };
import ngx_http_upstream_conf_module from './ngx_http_upstream_conf_module.json' with { type: 'text' };
import ngx_http_upstream_hash_module from './ngx_http_upstream_hash_module.json' with { type: 'text' };
import ngx_http_upstream_hc_module from './ngx_http_upstream_hc_module.json' with { type: 'text' };
import ngx_http_upstream_ip_hash_module from './ngx_http_upstream_ip_hash_module.json' with { type: 'text' };
import ngx_http_upstream_keepalive_module from './ngx_http_upstream_keepalive_module.json' with { type: 'text' };
import ngx_http_upstream_least_conn_module from './ngx_http_upstream_least_conn_module.json' with { type: 'text' };
import ngx_http_upstream_least_time_module from './ngx_http_upstream_least_time_module.json' with { type: 'text' };
import ngx_http_upstream_module from './ngx_http_upstream_module.json' with { type: 'text' };
import ngx_http_upstream_random_module from './ngx_http_upstream_random_module.json' with { type: 'text' };
import ngx_http_upstream_sticky_module from './ngx_http_upstream_sticky_module.json' with { type: 'text' };
import ngx_http_upstream_zone_module from './ngx_http_upstream_zone_module.json' with { type: 'text' };
import ngx_http_userid_filter_module from './ngx_http_userid_filter_module.json' with { type: 'text' };
import ngx_http_uwsgi_module from './ngx_http_uwsgi_module.json' with { type: 'text' };
import ngx_http_v2_module from './ngx_http_v2_module.json' with { type: 'text' };
import ngx_http_v3_module from './ngx_http_v3_module.json' with { type: 'text' };
import ngx_http_xslt_filter_module from './ngx_http_xslt_filter_module.json' with { type: 'text' };
import ngx_iocp_module from './ngx_iocp_module.json' with { type: 'text' };
import ngx_kqueue_module from './ngx_kqueue_module.json' with { type: 'text' };
import ngx_mail_auth_http_module from './ngx_mail_auth_http_module.json' with { type: 'text' };
import ngx_mail_core_module from './ngx_mail_core_module.json' with { type: 'text' };
import ngx_mail_imap_module from './ngx_mail_imap_module.json' with { type: 'text' };
import ngx_mail_module from './ngx_mail_module.json' with { type: 'text' };
import ngx_mail_pop3_module from './ngx_mail_pop3_module.json' with { type: 'text' };
import ngx_mail_proxy_module from './ngx_mail_proxy_module.json' with { type: 'text' };
import ngx_mail_realip_module from './ngx_mail_realip_module.json' with { type: 'text' };
import ngx_mail_smtp_module from './ngx_mail_smtp_module.json' with { type: 'text' };
import ngx_mail_ssl_module from './ngx_mail_ssl_module.json' with { type: 'text' };
import ngx_mgmt_module from './ngx_mgmt_module.json' with { type: 'text' };
import ngx_openssl_cache_module from './ngx_openssl_cache_module.json' with { type: 'text' };
import ngx_openssl_module from './ngx_openssl_module.json' with { type: 'text' };
import ngx_pagespeed from './ngx_pagespeed.json' with { type: 'text' };
import ngx_quic_bpf_module from './ngx_quic_bpf_module.json' with { type: 'text' };
import ngx_regex_module from './ngx_regex_module.json' with { type: 'text' };
import ngx_rtsig_module from './ngx_rtsig_module.json' with { type: 'text' };
import ngx_security_headers from './ngx_security_headers.json' with { type: 'text' };
import ngx_stream_access_module from './ngx_stream_access_module.json' with { type: 'text' };
import ngx_stream_core_module from './ngx_stream_core_module.json' with { type: 'text' };
import ngx_stream_geo_module from './ngx_stream_geo_module.json' with { type: 'text' };
import ngx_stream_geoip_module from './ngx_stream_geoip_module.json' with { type: 'text' };
import ngx_stream_keyval_module from './ngx_stream_keyval_module.json' with { type: 'text' };
import ngx_stream_limit_conn_module from './ngx_stream_limit_conn_module.json' with { type: 'text' };
import ngx_stream_log_module from './ngx_stream_log_module.json' with { type: 'text' };
import ngx_stream_map_module from './ngx_stream_map_module.json' with { type: 'text' };
import ngx_stream_module from './ngx_stream_module.json' with { type: 'text' };
import ngx_stream_mqtt_filter_module from './ngx_stream_mqtt_filter_module.json' with { type: 'text' };
import ngx_stream_mqtt_preread_module from './ngx_stream_mqtt_preread_module.json' with { type: 'text' };
import ngx_stream_num_map_module from './ngx_stream_num_map_module.json' with { type: 'text' };
import ngx_stream_pass_module from './ngx_stream_pass_module.json' with { type: 'text' };
import ngx_stream_proxy_module from './ngx_stream_proxy_module.json' with { type: 'text' };
import ngx_stream_proxy_protocol_vendor_module from './ngx_stream_proxy_protocol_vendor_module.json' with { type: 'text' };
import ngx_stream_realip_module from './ngx_stream_realip_module.json' with { type: 'text' };
import ngx_stream_return_module from './ngx_stream_return_module.json' with { type: 'text' };
import ngx_stream_set_module from './ngx_stream_set_module.json' with { type: 'text' };
import ngx_stream_split_clients_module from './ngx_stream_split_clients_module.json' with { type: 'text' };
import ngx_stream_ssl_module from './ngx_stream_ssl_module.json' with { type: 'text' };
import ngx_stream_ssl_preread_module from './ngx_stream_ssl_preread_module.json' with { type: 'text' };
import ngx_stream_upstream_hash_module from './ngx_stream_upstream_hash_module.json' with { type: 'text' };
import ngx_stream_upstream_hc_module from './ngx_stream_upstream_hc_module.json' with { type: 'text' };
import ngx_stream_upstream_least_conn_module from './ngx_stream_upstream_least_conn_module.json' with { type: 'text' };
import ngx_stream_upstream_least_time_module from './ngx_stream_upstream_least_time_module.json' with { type: 'text' };
import ngx_stream_upstream_module from './ngx_stream_upstream_module.json' with { type: 'text' };
import ngx_stream_upstream_random_module from './ngx_stream_upstream_random_module.json' with { type: 'text' };
import ngx_stream_upstream_zone_module from './ngx_stream_upstream_zone_module.json' with { type: 'text' };
import ngx_stream_zone_sync_module from './ngx_stream_zone_sync_module.json' with { type: 'text' };
import ngx_thread_pool_module from './ngx_thread_pool_module.json' with { type: 'text' };
import njs from './njs.json' with { type: 'text' };
import passenger from './passenger.json' with { type: 'text' };
import rds$json$nginx$module from './rds-json-nginx-module.json' with { type: 'text' };
import redis2$nginx$module from './redis2-nginx-module.json' with { type: 'text' };
import replace$filter$nginx$module from './replace-filter-nginx-module.json' with { type: 'text' };
import set$misc$nginx$module from './set-misc-nginx-module.json' with { type: 'text' };
import srcache$nginx$module from './srcache-nginx-module.json' with { type: 'text' };
import stream$lua$nginx$module from './stream-lua-nginx-module.json' with { type: 'text' };
import testcookie$nginx$module from './testcookie-nginx-module.json' with { type: 'text' };
import xss$nginx$module from './xss-nginx-module.json' with { type: 'text' };
import zstd$nginx$module from './zstd-nginx-module.json' with { type: 'text' };

/** Texts by the name of their file; each a JSON object from the name of a directive, or `$` and that of a variable, to prose. */
export const PROSE_FILES: Readonly<Record<string, string>> = {
  'ModSecurity-nginx': ModSecurity$nginx,
  'array-var-nginx-module': array$var$nginx$module,
  'drizzle-nginx-module': drizzle$nginx$module,
  'echo-nginx-module': echo$nginx$module,
  'encrypted-session-nginx-module': encrypted$session$nginx$module,
  'form-input-nginx-module': form$input$nginx$module,
  'headers-more-nginx-module': headers$more$nginx$module,
  'iconv-nginx-module': iconv$nginx$module,
  'lua-nginx-module': lua$nginx$module,
  'memc-nginx-module': memc$nginx$module,
  naxsi: naxsi,
  nchan: nchan,
  'nginx-acme': nginx$acme,
  'nginx-auth-ldap': nginx$auth$ldap,
  'nginx-ct': nginx$ct,
  'nginx-dav-ext-module': nginx$dav$ext$module,
  'nginx-http-rdns': nginx$http$rdns,
  'nginx-module-stream-sts': nginx$module$stream$sts,
  'nginx-module-sts': nginx$module$sts,
  'nginx-module-vts': nginx$module$vts,
  'nginx-opentracing': nginx$opentracing,
  'nginx-otel': nginx$otel,
  'nginx-push-stream-module': nginx$push$stream$module,
  'nginx-rtmp-module': nginx$rtmp$module,
  'nginx-upload-module': nginx$upload$module,
  'nginx-upload-progress-module': nginx$upload$progress$module,
  'nginx-upstream-fair': nginx$upstream$fair,
  nginx_cookie_flag_module: nginx_cookie_flag_module,
  nginx_upstream_check_module: nginx_upstream_check_module,
  'ngx-fancyindex': ngx$fancyindex,
  'ngx-http-auth-jwt-module': ngx$http$auth$jwt$module,
  ngx_brotli: ngx_brotli,
  ngx_cache_purge: ngx_cache_purge,
  ngx_conf_module: ngx_conf_module,
  ngx_core_module: ngx_core_module,
  ngx_devpoll_module: ngx_devpoll_module,
  ngx_epoll_module: ngx_epoll_module,
  ngx_errlog_module: ngx_errlog_module,
  ngx_event_core_module: ngx_event_core_module,
  ngx_eventport_module: ngx_eventport_module,
  ngx_events_module: ngx_events_module,
  ngx_google_perftools_module: ngx_google_perftools_module,
  ngx_http_access_module: ngx_http_access_module,
  ngx_http_addition_filter_module: ngx_http_addition_filter_module,
  ngx_http_api_module: ngx_http_api_module,
  ngx_http_auth_basic_module: ngx_http_auth_basic_module,
  ngx_http_auth_jwt_module: ngx_http_auth_jwt_module,
  ngx_http_auth_pam_module: ngx_http_auth_pam_module,
  ngx_http_auth_request_module: ngx_http_auth_request_module,
  ngx_http_auth_require_module: ngx_http_auth_require_module,
  ngx_http_autoindex_module: ngx_http_autoindex_module,
  ngx_http_browser_module: ngx_http_browser_module,
  ngx_http_charset_filter_module: ngx_http_charset_filter_module,
  ngx_http_copy_filter_module: ngx_http_copy_filter_module,
  ngx_http_core_module: ngx_http_core_module,
  ngx_http_dav_module: ngx_http_dav_module,
  ngx_http_degradation_module: ngx_http_degradation_module,
  ngx_http_empty_gif_module: ngx_http_empty_gif_module,
  ngx_http_f4f_module: ngx_http_f4f_module,
  ngx_http_fastcgi_module: ngx_http_fastcgi_module,
  ngx_http_flv_module: ngx_http_flv_module,
  ngx_http_geo_module: ngx_http_geo_module,
  ngx_http_geoip2_module: ngx_http_geoip2_module,
  ngx_http_geoip_module: ngx_http_geoip_module,
  ngx_http_grpc_module: ngx_http_grpc_module,
  ngx_http_gunzip_filter_module: ngx_http_gunzip_filter_module,
  ngx_http_gzip_filter_module: ngx_http_gzip_filter_module,
  ngx_http_gzip_module: ngx_http_gzip_module,
  ngx_http_gzip_static_module: ngx_http_gzip_static_module,
  ngx_http_headers_filter_module: ngx_http_headers_filter_module,
  ngx_http_hls_module: ngx_http_hls_module,
  ngx_http_image_filter_module: ngx_http_image_filter_module,
  ngx_http_index_module: ngx_http_index_module,
  ngx_http_internal_redirect_module: ngx_http_internal_redirect_module,
  ngx_http_json_module: ngx_http_json_module,
  ngx_http_keyval_module: ngx_http_keyval_module,
  ngx_http_limit_conn_module: ngx_http_limit_conn_module,
  ngx_http_limit_req_module: ngx_http_limit_req_module,
  ngx_http_log_module: ngx_http_log_module,
  ngx_http_map_module: ngx_http_map_module,
  ngx_http_memcached_module: ngx_http_memcached_module,
  ngx_http_mirror_module: ngx_http_mirror_module,
  ngx_http_module: ngx_http_module,
  ngx_http_mp4_module: ngx_http_mp4_module,
  ngx_http_num_map_module: ngx_http_num_map_module,
  ngx_http_oidc_module: ngx_http_oidc_module,
  ngx_http_perl_module: ngx_http_perl_module,
  ngx_http_proxy_connect_module: ngx_http_proxy_connect_module,
  ngx_http_proxy_module: ngx_http_proxy_module,
  ngx_http_proxy_protocol_vendor_module: ngx_http_proxy_protocol_vendor_module,
  ngx_http_random_index_module: ngx_http_random_index_module,
  ngx_http_realip_module: ngx_http_realip_module,
  ngx_http_referer_module: ngx_http_referer_module,
  ngx_http_rewrite_module: ngx_http_rewrite_module,
  ngx_http_scgi_module: ngx_http_scgi_module,
  ngx_http_secure_link_module: ngx_http_secure_link_module,
  ngx_http_session_log_module: ngx_http_session_log_module,
  ngx_http_slice_filter_module: ngx_http_slice_filter_module,
  ngx_http_split_clients_module: ngx_http_split_clients_module,
  ngx_http_ssi_filter_module: ngx_http_ssi_filter_module,
  ngx_http_ssl_module: ngx_http_ssl_module,
  ngx_http_status_module: ngx_http_status_module,
  ngx_http_stub_status_module: ngx_http_stub_status_module,
  ngx_http_sub_filter_module: ngx_http_sub_filter_module,
  ngx_http_substitutions_filter_module: ngx_http_substitutions_filter_module,
  ngx_http_try_files_module: ngx_http_try_files_module,
  ngx_http_tunnel_module: ngx_http_tunnel_module,
  ngx_http_upstream_conf_module: ngx_http_upstream_conf_module,
  ngx_http_upstream_hash_module: ngx_http_upstream_hash_module,
  ngx_http_upstream_hc_module: ngx_http_upstream_hc_module,
  ngx_http_upstream_ip_hash_module: ngx_http_upstream_ip_hash_module,
  ngx_http_upstream_keepalive_module: ngx_http_upstream_keepalive_module,
  ngx_http_upstream_least_conn_module: ngx_http_upstream_least_conn_module,
  ngx_http_upstream_least_time_module: ngx_http_upstream_least_time_module,
  ngx_http_upstream_module: ngx_http_upstream_module,
  ngx_http_upstream_random_module: ngx_http_upstream_random_module,
  ngx_http_upstream_sticky_module: ngx_http_upstream_sticky_module,
  ngx_http_upstream_zone_module: ngx_http_upstream_zone_module,
  ngx_http_userid_filter_module: ngx_http_userid_filter_module,
  ngx_http_uwsgi_module: ngx_http_uwsgi_module,
  ngx_http_v2_module: ngx_http_v2_module,
  ngx_http_v3_module: ngx_http_v3_module,
  ngx_http_xslt_filter_module: ngx_http_xslt_filter_module,
  ngx_iocp_module: ngx_iocp_module,
  ngx_kqueue_module: ngx_kqueue_module,
  ngx_mail_auth_http_module: ngx_mail_auth_http_module,
  ngx_mail_core_module: ngx_mail_core_module,
  ngx_mail_imap_module: ngx_mail_imap_module,
  ngx_mail_module: ngx_mail_module,
  ngx_mail_pop3_module: ngx_mail_pop3_module,
  ngx_mail_proxy_module: ngx_mail_proxy_module,
  ngx_mail_realip_module: ngx_mail_realip_module,
  ngx_mail_smtp_module: ngx_mail_smtp_module,
  ngx_mail_ssl_module: ngx_mail_ssl_module,
  ngx_mgmt_module: ngx_mgmt_module,
  ngx_openssl_cache_module: ngx_openssl_cache_module,
  ngx_openssl_module: ngx_openssl_module,
  ngx_pagespeed: ngx_pagespeed,
  ngx_quic_bpf_module: ngx_quic_bpf_module,
  ngx_regex_module: ngx_regex_module,
  ngx_rtsig_module: ngx_rtsig_module,
  ngx_security_headers: ngx_security_headers,
  ngx_stream_access_module: ngx_stream_access_module,
  ngx_stream_core_module: ngx_stream_core_module,
  ngx_stream_geo_module: ngx_stream_geo_module,
  ngx_stream_geoip_module: ngx_stream_geoip_module,
  ngx_stream_keyval_module: ngx_stream_keyval_module,
  ngx_stream_limit_conn_module: ngx_stream_limit_conn_module,
  ngx_stream_log_module: ngx_stream_log_module,
  ngx_stream_map_module: ngx_stream_map_module,
  ngx_stream_module: ngx_stream_module,
  ngx_stream_mqtt_filter_module: ngx_stream_mqtt_filter_module,
  ngx_stream_mqtt_preread_module: ngx_stream_mqtt_preread_module,
  ngx_stream_num_map_module: ngx_stream_num_map_module,
  ngx_stream_pass_module: ngx_stream_pass_module,
  ngx_stream_proxy_module: ngx_stream_proxy_module,
  ngx_stream_proxy_protocol_vendor_module: ngx_stream_proxy_protocol_vendor_module,
  ngx_stream_realip_module: ngx_stream_realip_module,
  ngx_stream_return_module: ngx_stream_return_module,
  ngx_stream_set_module: ngx_stream_set_module,
  ngx_stream_split_clients_module: ngx_stream_split_clients_module,
  ngx_stream_ssl_module: ngx_stream_ssl_module,
  ngx_stream_ssl_preread_module: ngx_stream_ssl_preread_module,
  ngx_stream_upstream_hash_module: ngx_stream_upstream_hash_module,
  ngx_stream_upstream_hc_module: ngx_stream_upstream_hc_module,
  ngx_stream_upstream_least_conn_module: ngx_stream_upstream_least_conn_module,
  ngx_stream_upstream_least_time_module: ngx_stream_upstream_least_time_module,
  ngx_stream_upstream_module: ngx_stream_upstream_module,
  ngx_stream_upstream_random_module: ngx_stream_upstream_random_module,
  ngx_stream_upstream_zone_module: ngx_stream_upstream_zone_module,
  ngx_stream_zone_sync_module: ngx_stream_zone_sync_module,
  ngx_thread_pool_module: ngx_thread_pool_module,
  njs: njs,
  passenger: passenger,
  'rds-json-nginx-module': rds$json$nginx$module,
  'redis2-nginx-module': redis2$nginx$module,
  'replace-filter-nginx-module': replace$filter$nginx$module,
  'set-misc-nginx-module': set$misc$nginx$module,
  'srcache-nginx-module': srcache$nginx$module,
  'stream-lua-nginx-module': stream$lua$nginx$module,
  'testcookie-nginx-module': testcookie$nginx$module,
  'xss-nginx-module': xss$nginx$module,
  'zstd-nginx-module': zstd$nginx$module,
} as unknown as Record<string, string>;
