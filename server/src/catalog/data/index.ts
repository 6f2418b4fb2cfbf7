// The data files of the catalog, as text: one JSON.parse of a string is faster at start than an object literal of the same size.
import arrayVarNginxModule from './array-var-nginx-module.json' with { type: 'text' };
import core from './core.json' with { type: 'text' };
import drizzleNginxModule from './drizzle-nginx-module.json' with { type: 'text' };
import echoNginxModule from './echo-nginx-module.json' with { type: 'text' };
import encryptedSessionNginxModule from './encrypted-session-nginx-module.json' with { type: 'text' };
import events from './events.json' with { type: 'text' };
import formInputNginxModule from './form-input-nginx-module.json' with { type: 'text' };
import headersMoreNginxModule from './headers-more-nginx-module.json' with { type: 'text' };
import httpAccess from './http-access.json' with { type: 'text' };
import httpAddition from './http-addition.json' with { type: 'text' };
import httpApi from './http-api.json' with { type: 'text' };
import httpAuthBasic from './http-auth-basic.json' with { type: 'text' };
import httpAuthJwt from './http-auth-jwt.json' with { type: 'text' };
import httpAuthRequest from './http-auth-request.json' with { type: 'text' };
import httpAutoindex from './http-autoindex.json' with { type: 'text' };
import httpBrowser from './http-browser.json' with { type: 'text' };
import httpCharset from './http-charset.json' with { type: 'text' };
import httpCore from './http-core.json' with { type: 'text' };
import httpDav from './http-dav.json' with { type: 'text' };
import httpDegradation from './http-degradation.json' with { type: 'text' };
import httpEmptyGif from './http-empty-gif.json' with { type: 'text' };
import httpFastcgi from './http-fastcgi.json' with { type: 'text' };
import httpFlv from './http-flv.json' with { type: 'text' };
import httpGeo from './http-geo.json' with { type: 'text' };
import httpGeoip from './http-geoip.json' with { type: 'text' };
import httpGrpc from './http-grpc.json' with { type: 'text' };
import httpGunzip from './http-gunzip.json' with { type: 'text' };
import httpGzip from './http-gzip.json' with { type: 'text' };
import httpGzipStatic from './http-gzip-static.json' with { type: 'text' };
import httpHeaders from './http-headers.json' with { type: 'text' };
import httpImageFilter from './http-image-filter.json' with { type: 'text' };
import httpIndex from './http-index.json' with { type: 'text' };
import httpLimitConn from './http-limit-conn.json' with { type: 'text' };
import httpLimitReq from './http-limit-req.json' with { type: 'text' };
import httpLog from './http-log.json' with { type: 'text' };
import httpMap from './http-map.json' with { type: 'text' };
import httpMemcached from './http-memcached.json' with { type: 'text' };
import httpMirror from './http-mirror.json' with { type: 'text' };
import httpMp4 from './http-mp4.json' with { type: 'text' };
import httpOidc from './http-oidc.json' with { type: 'text' };
import httpPerl from './http-perl.json' with { type: 'text' };
import httpProxy from './http-proxy.json' with { type: 'text' };
import httpRandomIndex from './http-random-index.json' with { type: 'text' };
import httpRealip from './http-realip.json' with { type: 'text' };
import httpReferer from './http-referer.json' with { type: 'text' };
import httpRewrite from './http-rewrite.json' with { type: 'text' };
import httpScgi from './http-scgi.json' with { type: 'text' };
import httpSecureLink from './http-secure-link.json' with { type: 'text' };
import httpSlice from './http-slice.json' with { type: 'text' };
import httpSplitClients from './http-split-clients.json' with { type: 'text' };
import httpSsi from './http-ssi.json' with { type: 'text' };
import httpSsl from './http-ssl.json' with { type: 'text' };
import httpStatus from './http-status.json' with { type: 'text' };
import httpStubStatus from './http-stub-status.json' with { type: 'text' };
import httpSub from './http-sub.json' with { type: 'text' };
import httpTunnel from './http-tunnel.json' with { type: 'text' };
import httpUpstream from './http-upstream.json' with { type: 'text' };
import httpUserid from './http-userid.json' with { type: 'text' };
import httpUwsgi from './http-uwsgi.json' with { type: 'text' };
import httpV2 from './http-v2.json' with { type: 'text' };
import httpV3 from './http-v3.json' with { type: 'text' };
import httpXslt from './http-xslt.json' with { type: 'text' };
import iconvNginxModule from './iconv-nginx-module.json' with { type: 'text' };
import luaNginxModule from './lua-nginx-module.json' with { type: 'text' };
import mailAuthHttp from './mail-auth-http.json' with { type: 'text' };
import mailCore from './mail-core.json' with { type: 'text' };
import mailProtocols from './mail-protocols.json' with { type: 'text' };
import mailProxy from './mail-proxy.json' with { type: 'text' };
import mailRealip from './mail-realip.json' with { type: 'text' };
import mailSsl from './mail-ssl.json' with { type: 'text' };
import memcNginxModule from './memc-nginx-module.json' with { type: 'text' };
import modsecurityNginx from './modsecurity-nginx.json' with { type: 'text' };
import naxsi from './naxsi.json' with { type: 'text' };
import nchan from './nchan.json' with { type: 'text' };
import nginxAcme from './nginx-acme.json' with { type: 'text' };
import nginxAuthLdap from './nginx-auth-ldap.json' with { type: 'text' };
import nginxCookieFlagModule from './nginx-cookie-flag-module.json' with { type: 'text' };
import nginxCt from './nginx-ct.json' with { type: 'text' };
import nginxDavExtModule from './nginx-dav-ext-module.json' with { type: 'text' };
import nginxHttpRdns from './nginx-http-rdns.json' with { type: 'text' };
import nginxModuleStreamSts from './nginx-module-stream-sts.json' with { type: 'text' };
import nginxModuleSts from './nginx-module-sts.json' with { type: 'text' };
import nginxModuleVts from './nginx-module-vts.json' with { type: 'text' };
import nginxOpentracing from './nginx-opentracing.json' with { type: 'text' };
import nginxOtel from './nginx-otel.json' with { type: 'text' };
import nginxPushStreamModule from './nginx-push-stream-module.json' with { type: 'text' };
import nginxRtmpModule from './nginx-rtmp-module.json' with { type: 'text' };
import nginxUploadModule from './nginx-upload-module.json' with { type: 'text' };
import nginxUploadProgressModule from './nginx-upload-progress-module.json' with { type: 'text' };
import nginxUpstreamCheckModule from './nginx-upstream-check-module.json' with { type: 'text' };
import nginxUpstreamFair from './nginx-upstream-fair.json' with { type: 'text' };
import nginxVodModule from './nginx-vod-module.json' with { type: 'text' };
import ngxBrotli from './ngx-brotli.json' with { type: 'text' };
import ngxCachePurge from './ngx-cache-purge.json' with { type: 'text' };
import ngxFancyindex from './ngx-fancyindex.json' with { type: 'text' };
import ngxHttpAuthJwtModule from './ngx-http-auth-jwt-module.json' with { type: 'text' };
import ngxHttpAuthPamModule from './ngx-http-auth-pam-module.json' with { type: 'text' };
import ngxHttpGeoip2Module from './ngx-http-geoip2-module.json' with { type: 'text' };
import ngxHttpProxyConnectModule from './ngx-http-proxy-connect-module.json' with { type: 'text' };
import ngxHttpSubstitutionsFilterModule from './ngx-http-substitutions-filter-module.json' with { type: 'text' };
import ngxPagespeed from './ngx-pagespeed.json' with { type: 'text' };
import ngxSecurityHeaders from './ngx-security-headers.json' with { type: 'text' };
import njs from './njs.json' with { type: 'text' };
import passenger from './passenger.json' with { type: 'text' };
import plusHttp from './plus-http.json' with { type: 'text' };
import plusMgmt from './plus-mgmt.json' with { type: 'text' };
import plusStream from './plus-stream.json' with { type: 'text' };
import rdsJsonNginxModule from './rds-json-nginx-module.json' with { type: 'text' };
import redis2NginxModule from './redis2-nginx-module.json' with { type: 'text' };
import replaceFilterNginxModule from './replace-filter-nginx-module.json' with { type: 'text' };
import setMiscNginxModule from './set-misc-nginx-module.json' with { type: 'text' };
import srcacheNginxModule from './srcache-nginx-module.json' with { type: 'text' };
import streamAccess from './stream-access.json' with { type: 'text' };
import streamCore from './stream-core.json' with { type: 'text' };
import streamGeo from './stream-geo.json' with { type: 'text' };
import streamGeoip from './stream-geoip.json' with { type: 'text' };
import streamLimitConn from './stream-limit-conn.json' with { type: 'text' };
import streamLog from './stream-log.json' with { type: 'text' };
import streamLuaNginxModule from './stream-lua-nginx-module.json' with { type: 'text' };
import streamMap from './stream-map.json' with { type: 'text' };
import streamPass from './stream-pass.json' with { type: 'text' };
import streamProxy from './stream-proxy.json' with { type: 'text' };
import streamRealip from './stream-realip.json' with { type: 'text' };
import streamReturn from './stream-return.json' with { type: 'text' };
import streamSet from './stream-set.json' with { type: 'text' };
import streamSplitClients from './stream-split-clients.json' with { type: 'text' };
import streamSsl from './stream-ssl.json' with { type: 'text' };
import streamSslPreread from './stream-ssl-preread.json' with { type: 'text' };
import streamUpstream from './stream-upstream.json' with { type: 'text' };
import streamZoneSync from './stream-zone-sync.json' with { type: 'text' };
import testcookieNginxModule from './testcookie-nginx-module.json' with { type: 'text' };
import xssNginxModule from './xss-nginx-module.json' with { type: 'text' };
import zstdNginxModule from './zstd-nginx-module.json' with { type: 'text' };

/** The text of every data file, in the order of their names. Each is a JSON array of RawModule (catalog.ts). */
export const DATA_FILES: readonly string[] = [
  arrayVarNginxModule,
  core,
  drizzleNginxModule,
  echoNginxModule,
  encryptedSessionNginxModule,
  events,
  formInputNginxModule,
  headersMoreNginxModule,
  httpAccess,
  httpAddition,
  httpApi,
  httpAuthBasic,
  httpAuthJwt,
  httpAuthRequest,
  httpAutoindex,
  httpBrowser,
  httpCharset,
  httpCore,
  httpDav,
  httpDegradation,
  httpEmptyGif,
  httpFastcgi,
  httpFlv,
  httpGeo,
  httpGeoip,
  httpGrpc,
  httpGunzip,
  httpGzip,
  httpGzipStatic,
  httpHeaders,
  httpImageFilter,
  httpIndex,
  httpLimitConn,
  httpLimitReq,
  httpLog,
  httpMap,
  httpMemcached,
  httpMirror,
  httpMp4,
  httpOidc,
  httpPerl,
  httpProxy,
  httpRandomIndex,
  httpRealip,
  httpReferer,
  httpRewrite,
  httpScgi,
  httpSecureLink,
  httpSlice,
  httpSplitClients,
  httpSsi,
  httpSsl,
  httpStatus,
  httpStubStatus,
  httpSub,
  httpTunnel,
  httpUpstream,
  httpUserid,
  httpUwsgi,
  httpV2,
  httpV3,
  httpXslt,
  iconvNginxModule,
  luaNginxModule,
  mailAuthHttp,
  mailCore,
  mailProtocols,
  mailProxy,
  mailRealip,
  mailSsl,
  memcNginxModule,
  modsecurityNginx,
  naxsi,
  nchan,
  nginxAcme,
  nginxAuthLdap,
  nginxCookieFlagModule,
  nginxCt,
  nginxDavExtModule,
  nginxHttpRdns,
  nginxModuleStreamSts,
  nginxModuleSts,
  nginxModuleVts,
  nginxOpentracing,
  nginxOtel,
  nginxPushStreamModule,
  nginxRtmpModule,
  nginxUploadModule,
  nginxUploadProgressModule,
  nginxUpstreamCheckModule,
  nginxUpstreamFair,
  nginxVodModule,
  ngxBrotli,
  ngxCachePurge,
  ngxFancyindex,
  ngxHttpAuthJwtModule,
  ngxHttpAuthPamModule,
  ngxHttpGeoip2Module,
  ngxHttpProxyConnectModule,
  ngxHttpSubstitutionsFilterModule,
  ngxPagespeed,
  ngxSecurityHeaders,
  njs,
  passenger,
  plusHttp,
  plusMgmt,
  plusStream,
  rdsJsonNginxModule,
  redis2NginxModule,
  replaceFilterNginxModule,
  setMiscNginxModule,
  srcacheNginxModule,
  streamAccess,
  streamCore,
  streamGeo,
  streamGeoip,
  streamLimitConn,
  streamLog,
  streamLuaNginxModule,
  streamMap,
  streamPass,
  streamProxy,
  streamRealip,
  streamReturn,
  streamSet,
  streamSplitClients,
  streamSsl,
  streamSslPreread,
  streamUpstream,
  streamZoneSync,
  testcookieNginxModule,
  xssNginxModule,
  zstdNginxModule,
] as unknown as string[];
