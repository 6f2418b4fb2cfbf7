/** What a site trusts to others: methods, keys, sessions, files and headers that leave by a line which was meant otherwise, and the same done right. */
import { http, main, stream, type Trial, tree } from '../trial.ts';

const PASS = 'proxy_pass http://127.0.0.1:8000;';
const PHP = 'fastcgi_pass 127.0.0.1:9000;';
const TLS = 'listen 443 ssl; ssl_certificate a.pem; ssl_certificate_key a.key;';
const inc = (text: string, part: string) =>
  tree(`#- nginx.conf\nevents {}\nhttp { server { listen 80; server_name a.example.org; ${text} } }\n#- part.inc\n${part}\n`);
const KEPT = 'location /paid/ { internal; alias /srv/paid/; }';
const OWN = `location / { ${PASS} }`;
const site = (...lines: string[]) => http(`server { listen 80; server_name shop.example.org; ${lines.join(' ')} }`);
const AUTH = 'internal; proxy_pass http://127.0.0.1:9000; proxy_pass_request_body off; proxy_set_header Content-Length "";';
const verdicts = (key: string) =>
  http(
    `proxy_cache_path /var/cache/v keys_zone=v:1m; server { listen 80; location / { auth_request /ask; ${PASS} } location = /ask { ${AUTH} proxy_cache v; proxy_cache_valid 200 5m; ${key} } }`,
  );

export const TRIALS: readonly Trial[] = [
  {
    rule: 'method-from-client',
    inside: 'server',
    bad: [
      `location / { proxy_method $http_x_method; ${PASS} }`,
      `if ($request_method = DELETE) { return 405; } location / { proxy_method $arg_method; ${PASS} }`,
      `set $verb $request_method; location / { limit_except GET { deny all; } set $verb $cookie_verb; proxy_method $verb; ${PASS} }`,
      http(`map $http_x_verb $verb { "" GET; default $http_x_verb; } server { listen 80; proxy_method $verb; ${OWN} }`),
      http(
        `map $http_x_verb $verb { default $request_method; "~^(?<m>[A-Z]+)$" $m; } server { listen 80; location / { proxy_method $verb; ${PASS} } }`,
      ),
      inc('location / { include part.inc; }', `proxy_method $http_x_http_method_override; ${PASS}`),
    ],
    sane: [
      `location / { proxy_method GET; ${PASS} }`,
      `location / { proxy_method $request_method; ${PASS} }`,
      http(
        `map $request_method $verb { default $request_method; HEAD GET; } server { listen 80; location / { proxy_method $verb; ${PASS} } }`,
      ),
      http(
        `map $http_x_head $verb { default $request_method; yes HEAD; } server { listen 80; location / { proxy_method $verb; ${PASS} } }`,
      ),
      `listen 127.0.0.1:8081; location / { proxy_method $http_x_method; ${PASS} }`,
      'proxy_method $http_x_method; location / { root /srv/www; }',
    ],
  },
  {
    rule: 'secret-sent-to-client',
    inside: 'server',
    bad: [
      `location / { add_header Authorization "Basic dXNlcjpzM2NyZXQ="; ${PASS} }`,
      `location / { add_header Authorization "Bearer eyJhbGciOi.J9eyJzdWIi.x" always; ${PASS} }`,
      http(`map "" $key { default "k2J9dLwq82LmZx0PvTtE"; } server { listen 80; location / { add_header X-Api-Key $key; ${PASS} } }`),
      `set $token "s3cr3t-0f-the-backend"; location / { add_header X-Internal-Token $token; ${PASS} }`,
      `location / { add_header X-Debug "auth=$http_authorization"; ${PASS} }`,
      `location / { set $c $http_cookie; add_header X-Cookies $c always; ${PASS} }`,
      'location = /me { default_type application/json; return 200 \'{"s":"$cookie_sessionid"}\'; }',
      `error_page 404 @n; ${OWN} location @n { return 404 "cookies: $http_cookie"; }`,
    ],
    sane: [
      `location / { proxy_set_header Authorization "Basic dXNlcjpzM2NyZXQ="; ${PASS} }`,
      `location / { add_header X-Request-Id $request_id; add_header X-Version "2024-11-29-b1946ac9"; ${PASS} }`,
      http(`map $http_authorization $has { "" 0; default 1; } server { listen 80; location / { add_header X-Logged-In $has; ${PASS} } }`),
      `location / { add_header Set-Cookie "sessionid=$cookie_sessionid; Path=/; Secure; HttpOnly"; ${PASS} }`,
      `location / { add_header Access-Control-Allow-Headers "Authorization, X-Api-Key"; add_header X-CSRF-Token $cookie_csrftoken; ${PASS} }`,
      `auth_request /ask; location / { auth_request_set $t $upstream_http_x_token; add_header X-Auth-Token $t; ${PASS} } location = /ask { ${AUTH} }`,
      'location = /ask { internal; return 200 $http_cookie; }',
      'listen 127.0.0.1:8081; location / { return 200 $http_authorization; }',
      `location / { add_header WWW-Authenticate "Basic realm=staff"; add_header X-Api-Key ""; ${PASS} }`,
    ],
  },
  {
    rule: 'accel-redirect-from-outside',
    inside: 'http',
    bad: [
      site(OWN, KEPT, 'location /w/ { proxy_pass https://widgets.vendor.net/; }'),
      site(OWN, KEPT, 'location /w/ { proxy_pass http://api.other.co.uk; proxy_ignore_headers Cache-Control; }'),
      http(
        `upstream w { server w1.vendor.net:443; server w2.vendor.net:443; } server { listen 80; server_name shop.example.org; ${KEPT} ${OWN} location /w/ { proxy_pass https://w; } }`,
      ),
      site(OWN, 'location ~ ^/kept/(.+)$ { internal; root /srv; }', 'location /w/ { set $v widgets.vendor.net; proxy_pass https://$v; }'),
      site(
        OWN,
        'location /inner/ { internal; proxy_pass http://127.0.0.1:9000; }',
        'location ^~ /w/ { proxy_pass https://widgets.vendor.net; }',
      ),
      http(
        `proxy_ignore_headers X-Accel-Redirect; server { listen 80; server_name shop.example.org; ${KEPT} ${OWN} location /w/ { proxy_pass https://widgets.vendor.net; proxy_ignore_headers Expires; } }`,
      ),
      inc(`${OWN} include part.inc;`, `${KEPT} location /w/ { proxy_pass https://widgets.vendor.net/; }`),
    ],
    sane: [
      site(OWN, KEPT, 'location /w/ { proxy_pass https://widgets.vendor.net/; proxy_ignore_headers X-Accel-Redirect; }'),
      site('proxy_ignore_headers X-Accel-Redirect Expires;', OWN, KEPT, 'location /w/ { proxy_pass https://widgets.vendor.net/; }'),
      site(OWN, KEPT, 'location /w/ { proxy_pass https://media.example.org/; }'),
      site(KEPT, 'location / { proxy_pass http://unix:/run/shop.sock; }'),
      http(
        `upstream app { server unix:/run/shop.sock; server 10.0.0.4:8000; } server { listen 80; server_name shop.example.org; ${KEPT} location / { proxy_pass http://app; } }`,
      ),
      site(OWN, KEPT, 'location /w/ { proxy_pass http://widgets:8000/; } location /x/ { proxy_pass http://10.0.0.4/; }'),
      site(OWN, 'location /errors/ { internal; root /srv; }', 'location /w/ { proxy_pass https://widgets.vendor.net/; }'),
      site(OWN, `location = /ask { ${AUTH} }`, 'location /w/ { proxy_pass https://widgets.vendor.net/; }'),
      site(OWN, KEPT, 'location /w/ { allow 10.0.0.0/8; deny all; proxy_pass https://widgets.vendor.net/; }'),
      site(OWN, KEPT, 'location = /50x.html { internal; root /srv; }'),
      http(`server { listen 80; ${KEPT} ${OWN} location /w/ { proxy_pass https://widgets.vendor.net; } }`),
    ],
  },
  {
    rule: 'session-sent-outside',
    inside: 'http',
    bad: [
      site(OWN, 'location /stats/ { proxy_pass https://stats.vendor.net/; }'),
      site(OWN, 'location /stats/ { proxy_pass https://stats.vendor.net/; proxy_set_header Host stats.vendor.net; }'),
      site(`location /app/ { ${PHP} }`, 'location = /s.js { proxy_pass https://cdn.vendor.net/js/s.js; }'),
      http(
        `upstream s { server stats.vendor.net:443; } server { listen 80; server_name shop.example.org; ${OWN} location /stats/ { proxy_pass https://s; } }`,
      ),
      site(
        'proxy_set_header Cookie "";',
        OWN,
        'location /stats/ { proxy_set_header Host stats.vendor.net; proxy_pass https://stats.vendor.net/; }',
      ),
      site(OWN, 'location /stats/ { set $s stats.vendor.net; proxy_pass https://$s/; }'),
      inc(`${OWN} include part.inc;`, 'location /stats/ { proxy_pass https://stats.vendor.net/; }'),
    ],
    sane: [
      site(OWN, 'location /stats/ { proxy_pass https://stats.vendor.net/; proxy_set_header Cookie ""; }'),
      site('proxy_set_header Cookie "";', OWN, 'location /stats/ { proxy_pass https://stats.vendor.net/; }'),
      site(OWN, 'location /stats/ { proxy_pass https://stats.vendor.net/; proxy_pass_request_headers off; }'),
      site(OWN, 'location /media/ { proxy_pass https://pictures.s3.eu-central-1.amazonaws.com/; }'),
      site(OWN, 'location /media/ { proxy_pass https://media.example.org/; }'),
      site(OWN, 'location /b/ { proxy_pass http://unix:/run/b.sock; } location /c/ { proxy_pass http://[2001:db8::4]:8000; }'),
      site('location / { proxy_pass https://shop.vendor.net/; }'),
      site(OWN, 'location /api/ { proxy_pass http://api.svc.cluster.local:8000; } location /b/ { proxy_pass http://backend; }'),
      site('root /srv/www;', 'location /stats/ { proxy_pass https://stats.vendor.net/; }'),
      http(`server { listen 80; ${OWN} location /stats/ { proxy_pass https://stats.vendor.net/; } }`),
    ],
  },
  {
    rule: 'protecting-header-hidden',
    inside: 'server',
    bad: [
      `location / { ${PASS} proxy_hide_header Content-Security-Policy; }`,
      `proxy_hide_header content-security-policy; ${OWN}`,
      `${TLS} location / { ${PASS} proxy_hide_header Strict-Transport-Security; }`,
      `location / { ${PASS} proxy_hide_header X-Frame-Options; }`,
      `location ~ \\.php$ { ${PHP} fastcgi_hide_header Content-Security-Policy; }`,
      `add_header Content-Security-Policy "default-src 'self'"; location / { ${PASS} proxy_hide_header Content-Security-Policy; add_header X-Served-By a; }`,
      http(`proxy_hide_header Content-Security-Policy; server { listen 80; ${OWN} }`),
      inc('location / { include part.inc; }', `${PASS} proxy_hide_header Content-Security-Policy;`),
    ],
    sane: [
      `location / { ${PASS} proxy_hide_header Content-Security-Policy; add_header Content-Security-Policy "default-src 'self'"; }`,
      `proxy_hide_header Content-Security-Policy; add_header Content-Security-Policy "default-src 'self'" always; ${OWN}`,
      `location / { ${PASS} proxy_hide_header X-Frame-Options; add_header Content-Security-Policy "frame-ancestors 'self'"; }`,
      `location / { ${PASS} proxy_hide_header X-Powered-By; proxy_hide_header Server; }`,
      `location / { ${PASS} proxy_hide_header Strict-Transport-Security; }`,
      `proxy_hide_header Content-Security-Policy; location / { root /srv/www; }`,
      main(
        `load_module modules/ngx_http_headers_more_filter_module.so;\nevents {}\nhttp { server { listen 80; location / { ${PASS} proxy_hide_header Content-Security-Policy; more_set_headers "Content-Security-Policy: default-src 'self'"; } } }`,
      ),
      inc(
        `location / { ${PASS} proxy_hide_header Content-Security-Policy; include part.inc; }`,
        'add_header Content-Security-Policy "default-src \'self\'";',
      ),
    ],
  },
  {
    rule: 'ssi-in-uploads',
    inside: 'server',
    bad: [
      'ssi on; root /srv/site; location / { } location /uploads/ { expires 1d; }',
      'root /srv/site; location /user-files/ { ssi on; }',
      http('ssi on; server { listen 80; root /srv/site; location /media/ { } }'),
      'root /srv/site; ssi on; location ~ ^/attachments/ { autoindex off; }',
      'location /drop/ { ssi on; root /srv; dav_methods PUT; }',
      'ssi on; location /uploads/ { alias /srv/up/; types { text/html html; image/png png; } }',
      inc('root /srv/site; location /uploads/ { include part.inc; }', 'ssi on;'),
    ],
    sane: [
      'ssi on; root /srv/site; location / { } location /uploads/ { ssi off; }',
      'root /srv/site; location / { ssi on; } location /uploads/ { }',
      `ssi on; root /srv/site; location / { } location /uploads/ { ${PASS} }`,
      'ssi on; root /srv/site; location ~ ^/uploads/.+\\.(?:png|jpe?g)$ { }',
      'ssi on; location /uploads/ { alias /srv/up/; types { } default_type application/octet-stream; }',
      'ssi on; root /srv/site; location /uploads/ { internal; }',
      'listen 127.0.0.1:8080; ssi on; root /srv/site; location /uploads/ { }',
      'ssi on; root /srv/site; location /pages/ { }',
    ],
  },
  {
    rule: 'access-list-outranked',
    inside: 'server',
    bad: [
      'location /paid/ { internal; alias /srv/data/paid/; } location /files/ { alias /srv/data/paid/; }',
      'location /paid/ { internal; root /srv/store; } location /store/ { alias /srv/store/; }',
      'root /srv/site; location /sent/ { internal; alias /srv/site/private/; } location / { }',
      `root /srv/site; location /sent/ { internal; alias /srv/site/private/; } location / { try_files $uri @app; } location @app { ${PASS} }`,
      http(
        'server { listen 80; server_name a.example.org; root /srv/d; location /drafts/ { auth_basic x; auth_basic_user_file u; } } server { listen 80; server_name b.example.org; root /srv/d; }',
      ),
      http(
        'server { listen 80; server_name a.example.org; root /srv/d; location /drafts/ { deny all; } } server { listen 80; server_name b.example.org; root /srv; }',
      ),
      'location /v/ { secure_link $arg_h; secure_link_md5 "$uri secret"; if ($secure_link = "") { return 403; } root /srv; location ~ \\.mp4$ { expires 1h; } }',
      `${TLS} ssl_client_certificate ca.pem; ssl_verify_client optional; location /v1/ { if ($ssl_client_verify != SUCCESS) { return 403; } ${PASS} } location ~ ^/v1/export { ${PASS} }`,
      `location /v/ { if ($http_x_key != "k7Qz") { return 403; } ${PASS} location /v/list/ { ${PASS} } }`,
    ],
    sane: [
      'location /paid/ { internal; alias /srv/paid/; } location /files/ { alias /srv/files/; }',
      'location /paid/ { internal; alias /srv/data/paid/; } location /files/ { alias /srv/data/free/; }',
      'location /errors/ { internal; alias /srv/data/errors/; } location /data/ { alias /srv/data/; }',
      'root /srv/site; location /sent/ { internal; alias /srv/private/; } location / { }',
      'location /paid/ { internal; alias /srv/data/paid/; } location /files/ { allow 10.0.0.0/8; deny all; alias /srv/data/paid/; }',
      http(
        'server { listen 80; server_name a.example.org; root /srv/d; location /drafts/ { deny all; } } server { listen 80; server_name b.example.org; return 301 http://a.example.org$request_uri; }',
      ),
      http(
        'server { listen 80; server_name a.example.org; root /srv/d; location /drafts/ { deny all; } } server { listen 127.0.0.1:81; server_name b.example.org; root /srv/d; }',
      ),
      http(
        'server { listen 80; server_name a.example.org; root /srv/d; location /drafts/ { deny all; } } server { listen 80; server_name b.example.org; root /srv/d; location /drafts/ { deny all; } }',
      ),
      'location /v/ { if ($http_x_key != "k7Qz") { return 403; } root /srv; location ~ \\.mp4$ { if ($http_x_key != "k7Qz") { return 403; } expires 1h; } }',
      `${TLS} ssl_client_certificate ca.pem; ssl_verify_client optional; if ($ssl_client_verify != SUCCESS) { return 403; } location /v1/ { ${PASS} } location ~ ^/v1/export { ${PASS} }`,
      `location /v/ { if ($http_x_key != "k7Qz") { return 403; } ${PASS} location /v/static/ { ${PASS} } }`,
    ],
  },
  {
    rule: 'guard-forgeable',
    inside: 'server',
    bad: [
      `location /admin/ { if ($cookie_is_admin != "1") { return 403; } ${PASS} }`,
      http(
        `map $cookie_role $may { default 0; admin 1; } server { listen 80; location /backoffice/ { if ($may = 0) { return 403; } ${PASS} } }`,
      ),
      `set $ok 0; if ($arg_debug = "1") { set $ok 1; } location /debug/ { if ($ok = 0) { return 404; } ${PASS} }`,
      `location /internal/ { if ($arg_access != "yes") { return 403; } root /srv; }`,
    ],
    sane: [
      `location /admin/ { if ($cookie_admin_key != "k2J9dLwq82LmZx0PvTtE") { return 403; } ${PASS} }`,
      `location /admin/ { if ($arg_access != "k2J9dLwq82LmZx0PvTtE") { return 403; } ${PASS} }`,
      `location /beta/ { if ($cookie_beta != "1") { return 404; } ${PASS} }`,
      `location /admin/ { auth_basic x; auth_basic_user_file u; if ($cookie_is_admin != "1") { return 403; } ${PASS} }`,
      `location / { if ($cookie_debug != "1") { return 302 /soon; } ${PASS} }`,
      `location /shop/ { if ($arg_level = "1") { return 404; } ${PASS} }`,
    ],
  },
  {
    rule: 'cache-key-leaks',
    bad: [verdicts('proxy_cache_key $host;'), verdicts('proxy_cache_key $scheme$host$request_uri;'), verdicts('')],
    sane: [
      verdicts('proxy_cache_key $http_authorization;'),
      verdicts('proxy_cache_key "$host$http_cookie";'),
      verdicts('proxy_cache_key "$host$cookie_session";'),
      verdicts('proxy_cache_key $host$remote_addr;'),
      verdicts('proxy_cache_key $host; proxy_no_cache $http_cookie $http_authorization;'),
    ],
  },
  {
    rule: 'allow-without-deny',
    inside: 'server',
    bad: [
      `location / { limit_except GET { allow all; } ${PASS} }`,
      `location / { limit_except GET { allow 0.0.0.0/0; allow ::/0; } ${PASS} }`,
    ],
    sane: [
      `location / { limit_except GET { deny all; } ${PASS} }`,
      `location / { limit_except GET { allow all; auth_basic x; auth_basic_user_file u; } ${PASS} }`,
      `location / { allow 10.0.0.0/8; deny all; limit_except GET { allow all; } ${PASS} }`,
    ],
  },
  {
    rule: 'server-side-request-forgery',
    inside: 'server',
    bad: [
      'resolver 127.0.0.1; location ~ ^/f/(?<b>[a-z0-9.-]+)/(?<k>.*)$ { proxy_pass https://$b.s3.eu-central-1.amazonaws.com/$k; }',
      'resolver 127.0.0.1; location /f { proxy_pass https://$arg_app.herokuapp.com; }',
    ],
    sane: [
      'resolver 127.0.0.1; location ~ ^/f/(?<b>assets|media)/(?<k>.*)$ { proxy_pass https://$b.s3.eu-central-1.amazonaws.com/$k; }',
      'resolver 127.0.0.1; set $b pictures; location /f { proxy_pass https://$b.s3.amazonaws.com; }',
      'resolver 127.0.0.1; server_name ~^(?<t>[a-z]+)\\.example\\.org$; location / { proxy_pass https://$t.s3.amazonaws.com; }',
      'resolver 127.0.0.1; location ~ ^/f/(?<b>[a-z0-9]+)/$ { allow 10.0.0.0/8; deny all; proxy_pass https://$b.s3.amazonaws.com; }',
    ],
  },
  {
    rule: 'secure-link-forgeable',
    inside: 'server',
    bad: [
      'location /f/ { secure_link $arg_h,$arg_e; secure_link_md5 "$secure_link_expires$uri"; if ($secure_link != 1) { return 403; } root /srv; }',
      'location /f/ { secure_link $arg_h,$arg_e; secure_link_md5 "$secure_link_expires $uri $remote_addr"; if ($secure_link != 1) { return 403; } root /srv; }',
    ],
    sane: [
      'location /f/ { secure_link $arg_h,$arg_e; secure_link_md5 "$secure_link_expires$uri s3"; if ($secure_link != 1) { return 403; } root /srv; }',
      'set $salt abc; location /f/ { secure_link $arg_h,$arg_e; secure_link_md5 "$secure_link_expires$uri$salt"; if ($secure_link != 1) { return 403; } root /srv; }',
      'location /f/ { secure_link $arg_h,$arg_e; secure_link_md5 "$secure_link_expires$uri$http_x_key"; if ($secure_link != 1) { return 403; } root /srv; }',
    ],
  },
  {
    rule: 'status-page-exposed',
    inside: 'http',
    bad: [
      'server { listen 80; location /st/ { proxy_pass http://127.0.0.1:8081/; } } server { listen 127.0.0.1:8081; location /status { stub_status; } }',
      'server { listen 80; location /s { proxy_pass http://localhost:8081; } } server { listen 8081; location = /status { allow 127.0.0.1; deny all; stub_status; } }',
    ],
    sane: [
      'server { listen 80; location /st/ { deny all; proxy_pass http://127.0.0.1:8081/; } } server { listen 127.0.0.1:8081; location /status { stub_status; } }',
      'server { listen 80; location /app/ { proxy_pass http://127.0.0.1:8081/app/; } } server { listen 127.0.0.1:8081; location = /status { stub_status; } }',
      'server { listen 80; location / { proxy_pass http://127.0.0.1:8081; } location = /status { deny all; } } server { listen 127.0.0.1:8081; location = /status { stub_status; } }',
      'server { listen 80; location / { proxy_pass http://127.0.0.1:8081; } } server { listen 127.0.0.1:8081; set_real_ip_from 127.0.0.1; location = /status { allow 127.0.0.1; deny all; stub_status; } }',
    ],
  },
  {
    rule: 'exact-path-restricted-only',
    inside: 'server',
    bad: ['root /srv/app; location = /.git { deny all; }', `root /srv/app; location = /.svn { return 404; } location /api/ { ${PASS} }`],
    sane: [
      'root /srv/app; location = /.git { deny all; } location ~ /\\. { deny all; }',
      'root /srv/app; location = /.env { deny all; }',
      `location = /.git { deny all; } location /.git/ { deny all; } ${OWN}`,
    ],
  },
  {
    rule: 'upload-executed',
    inside: 'server',
    bad: [
      `location /media/ { alias /srv/media/; ${PHP} fastcgi_param SCRIPT_FILENAME $request_filename; }`,
      `root /srv; location /uploads/ { fastcgi_param SCRIPT_FILENAME $document_root$fastcgi_script_name; ${PHP} }`,
    ],
    sane: [
      `root /srv; location /uploads/ { fastcgi_param SCRIPT_FILENAME /srv/app/index.php; ${PHP} }`,
      `root /srv; location /media/ { deny all; fastcgi_param SCRIPT_FILENAME $document_root$fastcgi_script_name; ${PHP} }`,
      `root /srv; location /uploads/ { try_files $uri =404; } location = /index.php { fastcgi_param SCRIPT_FILENAME $document_root$fastcgi_script_name; ${PHP} }`,
    ],
  },
  {
    rule: 'internal-header-passed',
    inside: 'server',
    bad: [`location / { auth_request /ask; proxy_set_header X-User $http_x_user; ${PASS} } location = /ask { ${AUTH} }`],
    sane: [
      `location / { auth_request /ask; auth_request_set $u $upstream_http_x_user; proxy_set_header X-User $u; ${PASS} } location = /ask { ${AUTH} }`,
      `location / { proxy_set_header X-User $http_x_user; ${PASS} }`,
    ],
  },
  {
    rule: 'forwarded-for-trusted',
    inside: 'http',
    bad: [
      'geo $in { default 0; proxy 0.0.0.0/1; proxy 128.0.0.0/1; 10.0.0.0/8 1; } server { listen 80; location / { if ($in = 0) { return 403; } root /srv; } }',
      `map $http_x_forwarded_for $c { default $remote_addr; "~^(?<f>[^,]+)" $f; } server { ${TLS} location / { proxy_set_header X-Real-IP $c; ${PASS} } }`,
    ],
    sane: [
      'geo $in { default 0; proxy 10.0.0.2; proxy 192.0.2.0/24; 10.0.0.0/8 1; } server { listen 80; location / { if ($in = 0) { return 403; } root /srv; } }',
      `map $http_x_forwarded_for $c { default $remote_addr; } server { ${TLS} location / { proxy_set_header X-Real-IP $c; ${PASS} } }`,
    ],
  },
  {
    rule: 'database-exposed',
    inside: 'main',
    bad: [
      stream('map $server_port $to { 6379 10.0.0.5:6379; default 10.0.0.6:9999; } server { listen 6379; proxy_pass $to; }'),
      stream('server { listen 5432; proxy_pass unix:/run/postgresql/.s.PGSQL.5432; }'),
    ],
    sane: [
      stream(
        'map $server_port $to { 6379 10.0.0.5:6379; default 10.0.0.6:9999; } server { listen 6379; allow 10.0.0.0/8; deny all; proxy_pass $to; }',
      ),
      stream('server { listen 127.0.0.1:5432; proxy_pass unix:/run/postgresql/.s.PGSQL.5432; }'),
    ],
  },
  {
    rule: 'admin-tool-exposed',
    inside: 'server',
    bad: [
      'server_name db.example.org; location / { proxy_pass http://mongo-express:8081; }',
      'location /netdata/ { proxy_pass http://127.0.0.1:19999/; }',
      `location ~ ^/actuator(/|$) { ${PASS} }`,
    ],
    sane: [
      'server_name db.example.org; auth_basic x; auth_basic_user_file u; location / { proxy_pass http://mongo-express:8081; }',
      `location ~ ^/actuator/health$ { ${PASS} }`,
      `location ~ ^/actuators(/|$) { ${PASS} }`,
    ],
  },
  {
    rule: 'secret-logged',
    inside: 'http',
    bad: [
      'map $request_uri $b { default ""; "~^/login" $request_body; } log_format f "$remote_addr $b"; server { listen 80; access_log a.log f; }',
      'map $uri $k { default ""; ~^/api $http_authorization; } log_format f "$remote_addr $k"; server { listen 80; access_log a.log f; }',
    ],
    sane: ['map $request_body $b { default 1; "" 0; } log_format f "$remote_addr $b"; server { listen 80; access_log a.log f; }'],
  },
  {
    rule: 'open-redirect',
    inside: 'server',
    bad: [
      `location / { auth_request /ask; error_page 401 = @login; ${PASS} } location = /ask { ${AUTH} } location @login { return 302 https://$arg_sso/start; }`,
      'root /srv; error_page 404 @old; location @old { return 302 https://$arg_host$request_uri; }',
    ],
    sane: [
      `location / { auth_request /ask; error_page 401 = @login; ${PASS} } location = /ask { ${AUTH} } location @login { return 302 https://sso.example.org/start?rd=$arg_next; }`,
    ],
  },
  {
    rule: 'host-spoofing',
    inside: 'server',
    bad: [
      `${TLS} location / { ${PASS} proxy_redirect http://app/ https://$http_x_forwarded_host/; }`,
      `${TLS} proxy_redirect ~^http://[^/]+/(.*)$ $scheme://$http_x_host/$1; ${OWN}`,
    ],
    sane: [
      `${TLS} location / { ${PASS} proxy_redirect http://app/ https://$host/; }`,
      `${TLS} location / { ${PASS} proxy_redirect http://app/ $scheme://$server_name/; proxy_redirect off; }`,
      `listen 80; location / { ${PASS} proxy_redirect http://app/ https://$http_x_forwarded_host/; }`,
    ],
  },
  {
    rule: 'path-in-page',
    inside: 'server',
    bad: [
      'root /srv; location /docs/ { try_files $uri @n; } location @n { default_type text/html; return 404 "<p>No $uri</p>"; }',
      'root /srv; error_page 404 @n; location @n { default_type text/html; return 404 "<p>No $uri</p>"; }',
    ],
    sane: ['root /srv; error_page 404 @n; location @n { default_type text/plain; return 404 "No $uri"; }'],
  },
];
