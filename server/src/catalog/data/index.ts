// The data files of the catalog, as text: one JSON.parse of a string is faster at start than an object literal of the same size. Made by `npm run generate`.
import angie from './angie.json' with { type: 'text' };
import array$var$nginx$module from './array-var-nginx-module.json' with { type: 'text' };
import core from './core.json' with { type: 'text' };
import drizzle$nginx$module from './drizzle-nginx-module.json' with { type: 'text' };
import echo$nginx$module from './echo-nginx-module.json' with { type: 'text' };
import encrypted$session$nginx$module from './encrypted-session-nginx-module.json' with { type: 'text' };
import events from './events.json' with { type: 'text' };
import form$input$nginx$module from './form-input-nginx-module.json' with { type: 'text' };
import headers$more$nginx$module from './headers-more-nginx-module.json' with { type: 'text' };
import http$access from './http-access.json' with { type: 'text' };
import http$addition from './http-addition.json' with { type: 'text' };
import http$api from './http-api.json' with { type: 'text' };
import http$auth$basic from './http-auth-basic.json' with { type: 'text' };
import http$auth$jwt from './http-auth-jwt.json' with { type: 'text' };
import http$auth$request from './http-auth-request.json' with { type: 'text' };
import http$autoindex from './http-autoindex.json' with { type: 'text' };
import http$browser from './http-browser.json' with { type: 'text' };
import http$charset from './http-charset.json' with { type: 'text' };
import http$core from './http-core.json' with { type: 'text' };
import http$dav from './http-dav.json' with { type: 'text' };
import http$degradation from './http-degradation.json' with { type: 'text' };
import http$empty$gif from './http-empty-gif.json' with { type: 'text' };
import http$fastcgi from './http-fastcgi.json' with { type: 'text' };
import http$flv from './http-flv.json' with { type: 'text' };
import http$geo from './http-geo.json' with { type: 'text' };
import http$geoip from './http-geoip.json' with { type: 'text' };
import http$grpc from './http-grpc.json' with { type: 'text' };
import http$gunzip from './http-gunzip.json' with { type: 'text' };
import http$gzip from './http-gzip.json' with { type: 'text' };
import http$gzip$static from './http-gzip-static.json' with { type: 'text' };
import http$headers from './http-headers.json' with { type: 'text' };
import http$image$filter from './http-image-filter.json' with { type: 'text' };
import http$index from './http-index.json' with { type: 'text' };
import http$json from './http-json.json' with { type: 'text' };
import http$limit$conn from './http-limit-conn.json' with { type: 'text' };
import http$limit$req from './http-limit-req.json' with { type: 'text' };
import http$log from './http-log.json' with { type: 'text' };
import http$map from './http-map.json' with { type: 'text' };
import http$memcached from './http-memcached.json' with { type: 'text' };
import http$mirror from './http-mirror.json' with { type: 'text' };
import http$mp4 from './http-mp4.json' with { type: 'text' };
import http$oidc from './http-oidc.json' with { type: 'text' };
import http$perl from './http-perl.json' with { type: 'text' };
import http$proxy from './http-proxy.json' with { type: 'text' };
import http$random$index from './http-random-index.json' with { type: 'text' };
import http$realip from './http-realip.json' with { type: 'text' };
import http$referer from './http-referer.json' with { type: 'text' };
import http$rewrite from './http-rewrite.json' with { type: 'text' };
import http$scgi from './http-scgi.json' with { type: 'text' };
import http$secure$link from './http-secure-link.json' with { type: 'text' };
import http$slice from './http-slice.json' with { type: 'text' };
import http$split$clients from './http-split-clients.json' with { type: 'text' };
import http$ssi from './http-ssi.json' with { type: 'text' };
import http$ssl from './http-ssl.json' with { type: 'text' };
import http$status from './http-status.json' with { type: 'text' };
import http$stub$status from './http-stub-status.json' with { type: 'text' };
import http$sub from './http-sub.json' with { type: 'text' };
import http$tunnel from './http-tunnel.json' with { type: 'text' };
import http$upstream from './http-upstream.json' with { type: 'text' };
import http$userid from './http-userid.json' with { type: 'text' };
import http$uwsgi from './http-uwsgi.json' with { type: 'text' };
import http$v2 from './http-v2.json' with { type: 'text' };
import http$v3 from './http-v3.json' with { type: 'text' };
import http$xslt from './http-xslt.json' with { type: 'text' };
import iconv$nginx$module from './iconv-nginx-module.json' with { type: 'text' };
import lua$nginx$module from './lua-nginx-module.json' with { type: 'text' };
import mail$auth$http from './mail-auth-http.json' with { type: 'text' };
import mail$core from './mail-core.json' with { type: 'text' };
import mail$protocols from './mail-protocols.json' with { type: 'text' };
import mail$proxy from './mail-proxy.json' with { type: 'text' };
import mail$realip from './mail-realip.json' with { type: 'text' };
import mail$ssl from './mail-ssl.json' with { type: 'text' };
import memc$nginx$module from './memc-nginx-module.json' with { type: 'text' };
import modsecurity$nginx from './modsecurity-nginx.json' with { type: 'text' };
import naxsi from './naxsi.json' with { type: 'text' };
import nchan from './nchan.json' with { type: 'text' };
import nginx$acme from './nginx-acme.json' with { type: 'text' };
import nginx$auth$ldap from './nginx-auth-ldap.json' with { type: 'text' };
import nginx$cookie$flag$module from './nginx-cookie-flag-module.json' with { type: 'text' };
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
import nginx$upstream$check$module from './nginx-upstream-check-module.json' with { type: 'text' };
import nginx$upstream$fair from './nginx-upstream-fair.json' with { type: 'text' };
import nginx$vod$module from './nginx-vod-module.json' with { type: 'text' };
import ngx$brotli from './ngx-brotli.json' with { type: 'text' };
import ngx$cache$purge from './ngx-cache-purge.json' with { type: 'text' };
import ngx$fancyindex from './ngx-fancyindex.json' with { type: 'text' };
import ngx$http$auth$jwt$module from './ngx-http-auth-jwt-module.json' with { type: 'text' };
import ngx$http$auth$pam$module from './ngx-http-auth-pam-module.json' with { type: 'text' };
import ngx$http$geoip2$module from './ngx-http-geoip2-module.json' with { type: 'text' };
import ngx$http$proxy$connect$module from './ngx-http-proxy-connect-module.json' with { type: 'text' };
import ngx$http$substitutions$filter$module from './ngx-http-substitutions-filter-module.json' with { type: 'text' };
import ngx$pagespeed from './ngx-pagespeed.json' with { type: 'text' };
import ngx$security$headers from './ngx-security-headers.json' with { type: 'text' };
import njs from './njs.json' with { type: 'text' };
import passenger from './passenger.json' with { type: 'text' };
import plus$http from './plus-http.json' with { type: 'text' };
import plus$mgmt from './plus-mgmt.json' with { type: 'text' };
import plus$stream from './plus-stream.json' with { type: 'text' };
import rds$json$nginx$module from './rds-json-nginx-module.json' with { type: 'text' };
import redis2$nginx$module from './redis2-nginx-module.json' with { type: 'text' };
import replace$filter$nginx$module from './replace-filter-nginx-module.json' with { type: 'text' };
import set$misc$nginx$module from './set-misc-nginx-module.json' with { type: 'text' };
import srcache$nginx$module from './srcache-nginx-module.json' with { type: 'text' };
import stream$access from './stream-access.json' with { type: 'text' };
import stream$core from './stream-core.json' with { type: 'text' };
import stream$geo from './stream-geo.json' with { type: 'text' };
import stream$geoip from './stream-geoip.json' with { type: 'text' };
import stream$limit$conn from './stream-limit-conn.json' with { type: 'text' };
import stream$log from './stream-log.json' with { type: 'text' };
import stream$lua$nginx$module from './stream-lua-nginx-module.json' with { type: 'text' };
import stream$map from './stream-map.json' with { type: 'text' };
import stream$pass from './stream-pass.json' with { type: 'text' };
import stream$proxy from './stream-proxy.json' with { type: 'text' };
import stream$realip from './stream-realip.json' with { type: 'text' };
import stream$return from './stream-return.json' with { type: 'text' };
import stream$set from './stream-set.json' with { type: 'text' };
import stream$split$clients from './stream-split-clients.json' with { type: 'text' };
import stream$ssl from './stream-ssl.json' with { type: 'text' };
import stream$ssl$preread from './stream-ssl-preread.json' with { type: 'text' };
import stream$upstream from './stream-upstream.json' with { type: 'text' };
import stream$zone$sync from './stream-zone-sync.json' with { type: 'text' };
import testcookie$nginx$module from './testcookie-nginx-module.json' with { type: 'text' };
import xss$nginx$module from './xss-nginx-module.json' with { type: 'text' };
import zstd$nginx$module from './zstd-nginx-module.json' with { type: 'text' };

/** The text of every data file, in the order of their names. Each is a JSON array of RawModule (catalog.ts). */
export const DATA_FILES: readonly string[] = [
  angie,
  array$var$nginx$module,
  core,
  drizzle$nginx$module,
  echo$nginx$module,
  encrypted$session$nginx$module,
  events,
  form$input$nginx$module,
  headers$more$nginx$module,
  http$access,
  http$addition,
  http$api,
  http$auth$basic,
  http$auth$jwt,
  http$auth$request,
  http$autoindex,
  http$browser,
  http$charset,
  http$core,
  http$dav,
  http$degradation,
  http$empty$gif,
  http$fastcgi,
  http$flv,
  http$geo,
  http$geoip,
  http$grpc,
  http$gunzip,
  http$gzip,
  http$gzip$static,
  http$headers,
  http$image$filter,
  http$index,
  http$json,
  http$limit$conn,
  http$limit$req,
  http$log,
  http$map,
  http$memcached,
  http$mirror,
  http$mp4,
  http$oidc,
  http$perl,
  http$proxy,
  http$random$index,
  http$realip,
  http$referer,
  http$rewrite,
  http$scgi,
  http$secure$link,
  http$slice,
  http$split$clients,
  http$ssi,
  http$ssl,
  http$status,
  http$stub$status,
  http$sub,
  http$tunnel,
  http$upstream,
  http$userid,
  http$uwsgi,
  http$v2,
  http$v3,
  http$xslt,
  iconv$nginx$module,
  lua$nginx$module,
  mail$auth$http,
  mail$core,
  mail$protocols,
  mail$proxy,
  mail$realip,
  mail$ssl,
  memc$nginx$module,
  modsecurity$nginx,
  naxsi,
  nchan,
  nginx$acme,
  nginx$auth$ldap,
  nginx$cookie$flag$module,
  nginx$ct,
  nginx$dav$ext$module,
  nginx$http$rdns,
  nginx$module$stream$sts,
  nginx$module$sts,
  nginx$module$vts,
  nginx$opentracing,
  nginx$otel,
  nginx$push$stream$module,
  nginx$rtmp$module,
  nginx$upload$module,
  nginx$upload$progress$module,
  nginx$upstream$check$module,
  nginx$upstream$fair,
  nginx$vod$module,
  ngx$brotli,
  ngx$cache$purge,
  ngx$fancyindex,
  ngx$http$auth$jwt$module,
  ngx$http$auth$pam$module,
  ngx$http$geoip2$module,
  ngx$http$proxy$connect$module,
  ngx$http$substitutions$filter$module,
  ngx$pagespeed,
  ngx$security$headers,
  njs,
  passenger,
  plus$http,
  plus$mgmt,
  plus$stream,
  rds$json$nginx$module,
  redis2$nginx$module,
  replace$filter$nginx$module,
  set$misc$nginx$module,
  srcache$nginx$module,
  stream$access,
  stream$core,
  stream$geo,
  stream$geoip,
  stream$limit$conn,
  stream$log,
  stream$lua$nginx$module,
  stream$map,
  stream$pass,
  stream$proxy,
  stream$realip,
  stream$return,
  stream$set,
  stream$split$clients,
  stream$ssl,
  stream$ssl$preread,
  stream$upstream,
  stream$zone$sync,
  testcookie$nginx$module,
  xss$nginx$module,
  zstd$nginx$module,
] as unknown as string[];
