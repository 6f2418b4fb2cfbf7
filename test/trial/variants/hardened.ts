/** What a review for security looks for beside the well-known faults: paths, logs and limits that clients decide, and the same done right. */
import { http, stream, type Trial, tree } from '../trial.ts';

const PASS = 'proxy_pass http://127.0.0.1:8000;';
const PHP = 'fastcgi_pass 127.0.0.1:9000;';
const logged = (format: string, more = '') =>
  http(`${more}\nlog_format own ${format};\nserver { listen 80; access_log logs/a.log own; root /srv/site; }`);
export const TRIALS: readonly Trial[] = [
  {
    rule: 'file-path-from-client',
    inside: 'server',
    bad: [
      'location /get { alias $arg_path; }',
      'location /theme/ { root /srv/themes/$cookie_theme; }',
      'location /p { root /srv; try_files /pages/$http_x_page.html =404; }',
      'location /p { root /srv; try_files /skin-$cookie_skin/index.html =404; }',
      'location /d/ { set $f $arg_file; alias /srv/data/$f; }',
      http('map $arg_v $v { default $arg_v; "" latest; }\nserver { listen 80; location /docs/ { root /srv/docs/$v; } }'),
      `location ~ \\.php$ { fastcgi_param SCRIPT_FILENAME /srv/$http_x_app/index.php; ${PHP} }`,
      `location / { fastcgi_param SCRIPT_FILENAME /srv/i.php; fastcgi_param PHP_ADMIN_VALUE "auto_prepend_file=$arg_f"; ${PHP} }`,
      'access_log /var/log/nginx/$arg_site.log;',
      tree('#- nginx.conf\nevents {}\nhttp { server { listen 80; location /f { include f.inc; } } }\n#- f.inc\nalias /srv/f/$arg_n;\n'),
    ],
    sane: [
      http('map $arg_theme $theme { default light; dark dark; }\nserver { listen 80; location / { root /srv/themes/$theme; } }'),
      'root /srv/www/$host;\nlocation / { try_files $uri $uri/index.html =404; }',
      'location /get { internal; alias /srv/files/$arg_path; }',
      'location /get { if ($arg_n !~ "^[a-z0-9]+$") { return 404; } alias /srv/files/$arg_n; }',
      `location / { root /srv; try_files /cache/$uri /page.php?id=$arg_id; }`,
      // no folder is called "index.php?…" or "page-…", so that the system follows no ../ there
      'location / { root /srv; try_files $uri $uri/ /index.html /index.php$is_args$args =404; }',
      'location /p { root /srv; try_files /page-$arg_id.html =404; }',
      `location / { fastcgi_param SCRIPT_FILENAME $document_root$fastcgi_script_name; fastcgi_param HTTP_X_APP $http_x_app; ${PHP} }`,
      'access_log /var/log/nginx/$host.log;',
      'location ~ ^/u/(?<who>[a-z]+)/(?<f>.+)$ { alias /home/$who/public/$f; }',
    ],
  },
  {
    rule: 'private-file-served',
    inside: 'server',
    bad: [
      'root /srv/www;\nlocation /x/ { auth_basic "x"; auth_basic_user_file /srv/www/.htpasswd; }',
      'location /files/ { alias /srv/files/; }\naccess_log /srv/files/access.log;',
      'root /srv/www;\nerror_log /srv/www/log/error.log;',
      http('access_log /srv/www/access.log;\nserver { listen 80; root /srv/www; }'),
      'listen 443 ssl;\nssl_certificate /srv/www/c.pem;\nssl_certificate_key /srv/www/c.key;\nroot /srv/www;',
      http('root /srv/www;\nserver { listen 80; auth_basic_user_file /srv/www/users; location / { auth_basic off; } }'),
      tree(
        '#- nginx.conf\nevents {}\nhttp { server { listen 80; root /srv/www/; include log.inc; } }\n#- log.inc\naccess_log /srv/www/logs/a.log;\n',
      ),
    ],
    sane: [
      'root /srv/www/public;\naccess_log /srv/www/logs/access.log;',
      'root /srv/www;\nlocation ~ /\\. { deny all; }\nlocation /x/ { auth_basic "x"; auth_basic_user_file /srv/www/.htpasswd; }',
      `root /srv/www;\nlocation / { auth_basic "x"; auth_basic_user_file /srv/www/users; ${PASS} }`,
      'root /srv/www;\naccess_log /srv/www-logs/access.log;',
      'root /srv/www;\naccess_log /srv/www/logs/a.log;\nlocation /logs/ { return 404; }',
      'root /srv/www;\nauth_basic "all";\nauth_basic_user_file /srv/www/users;',
      'root /usr/share/nginx/html;\naccess_log /dev/stdout;\nerror_log stderr;',
      tree('#- nginx.conf\nevents {}\nhttp { server { listen 80; root /srv/www; access_log /srv/www/a.log; include more.d/*.inc; } }\n'),
    ],
  },
  {
    rule: 'secret-logged',
    bad: [
      logged("'$remote_addr $http_cookie'"),
      logged("'$remote_addr $cookie_sessionid'"),
      logged('escape=json \'{"a":"$http_authorization"}\''),
      logged("'$remote_addr $arg_token'"),
      logged("'$remote_addr'\n' ${http_x_api_key}'"),
      logged("'$request_body'"),
      logged("'$upstream_http_set_cookie'"),
    ],
    sane: [
      logged("'$remote_user $status'"),
      logged("'$remote_addr $has'", 'map $http_authorization $has { "" 0; default 1; }'),
      logged("'$cookie_lang $cookie_theme'"),
      logged("'$http_referer $http_user_agent $arg_page'"),
      logged("'$request_length $body_bytes_sent'"),
      http("log_format own '$http_authorization';\nserver { listen 80; root /srv; }"),
      logged("'$http_x_request_id $sent_http_content_type'"),
    ],
  },
  {
    rule: 'log-values-unescaped',
    bad: [
      logged("escape=none '$remote_addr $request'"),
      logged('escape=none \'{"q":"$args"}\''),
      logged("escape=none '$http_x_forwarded_for $status'"),
      logged('\'{"agent":"$http_user_agent"}\''),
      logged('\'{ "uri":"$request_uri" }\''),
      logged("escape=none\n    '$time_iso8601 '\n    '$uri'"),
      logged('\'{"user":"$remote_user",\'\n\'"status":$status}\''),
    ],
    sane: [
      logged('escape=json \'{"agent":"$http_user_agent"}\''),
      logged('\'$remote_addr "$request" "$http_user_agent"\''),
      logged("escape=none '$status $request_time'"),
      logged("escape=default '$remote_addr $args'"),
      logged('\'{"status":$status,"host":"$host"}\''),
      http("log_format own escape=none '$request';\nserver { listen 80; root /srv; }"),
      logged("escape=none '$line'", 'map $status $line { default "{}"; }'),
    ],
  },
  {
    rule: 'buffers-exhaust-memory',
    inside: 'server',
    bad: [
      `client_body_buffer_size 256m;\nlocation / { ${PASS} }`,
      `location / { proxy_buffers 128 1m; ${PASS} }`,
      `location / { fastcgi_buffers 1024 128k; ${PHP} }`,
      'large_client_header_buffers 16 1m;',
      http(`client_header_buffer_size 16m;\nserver { listen 80; location / { ${PASS} } }`),
      `location / { proxy_buffer_size 128m; proxy_buffers 8 16m; proxy_busy_buffers_size 128m; ${PASS} }`,
      'location / { uwsgi_buffers 64 2m; uwsgi_pass 127.0.0.1:3031; }',
    ],
    sane: [
      `client_body_buffer_size 1m;\nclient_max_body_size 2g;\nlocation / { ${PASS} }`,
      `location / { proxy_buffers 32 64k; proxy_buffer_size 64k; ${PASS} }`,
      'large_client_header_buffers 8 64k;',
      `location / { fastcgi_buffers 64 64k; ${PHP} }`,
      'client_header_buffer_size 4k;',
      `location / { proxy_max_temp_file_size 2g; proxy_temp_file_write_size 128k; ${PASS} }`,
      'location / { uwsgi_buffers 16 32k; uwsgi_pass 127.0.0.1:3031; }',
    ],
  },
  {
    rule: 'burst-defeats-rate',
    bad: [
      http(
        `limit_req_zone $binary_remote_addr zone=a:1m rate=1r/m;\nserver { listen 80; location /login { limit_req zone=a burst=100 nodelay; ${PASS} } }`,
      ),
      http(
        `limit_req_zone $binary_remote_addr zone=a:1m rate=10r/m;\nserver { listen 80; limit_req zone=a burst=1000 nodelay; location / { ${PASS} } }`,
      ),
      http('limit_req_zone $server_name zone=a:1m rate=1r/s;\nlimit_req zone=a burst=9999 nodelay;\nserver { listen 80; root /srv; }'),
      http(
        'limit_req_zone $binary_remote_addr zone=a:1m rate=2r/s;\nserver { listen 80; location /a { limit_req zone=a nodelay burst=8000; root /srv; } }',
      ),
      http(
        'limit_req_zone $binary_remote_addr zone=a:1m rate=30r/m;\nserver { listen 80; location /a { limit_req burst=2000 zone=a nodelay; root /srv; } }',
      ),
      tree(
        '#- nginx.conf\nevents {}\nhttp { limit_req_zone $binary_remote_addr zone=a:1m rate=1r/s; server { listen 80; include l.inc; root /srv; } }\n#- l.inc\nlimit_req zone=a burst=5000 nodelay;\n',
      ),
    ],
    sane: [
      http(
        'limit_req_zone $binary_remote_addr zone=a:1m rate=5r/m;\nserver { listen 80; location /login { limit_req zone=a burst=10 nodelay; root /srv; } }',
      ),
      http(
        'limit_req_zone $binary_remote_addr zone=a:1m rate=100r/s;\nserver { listen 80; limit_req zone=a burst=5000 nodelay; root /srv; }',
      ),
      http('limit_req_zone $binary_remote_addr zone=a:1m rate=5r/m;\nserver { listen 80; limit_req zone=a burst=500; root /srv; }'),
      http('limit_req_zone $binary_remote_addr zone=a:1m rate=1r/s;\nserver { listen 80; limit_req zone=a burst=50 nodelay; root /srv; }'),
      http('limit_req_zone $binary_remote_addr zone=a:1m rate=1r/m;\nserver { listen 80; limit_req zone=a; root /srv; }'),
      http(
        'limit_req_zone $binary_remote_addr zone=a:1m rate=20r/s;\nserver { listen 80; limit_req zone=a burst=200 delay=100; root /srv; }',
      ),
    ],
  },
  {
    rule: 'security-header-without-effect',
    inside: 'server',
    bad: [
      'add_header X-Frame-Options "ALLOW-FROM https://a.example.org" always;',
      'location / { add_header x-frame-options allowall; root /srv; }',
      'add_header X-Content-Type-Options no-sniff;',
      'add_header Referrer-Policy "default";',
      `add_header Content-Security-Policy "script-src * 'unsafe-inline'; object-src 'none'" always;`,
      'add_header Content-Security-Policy "default-src none; img-src self";',
      `add_header Content-Security-Policy "default-src https: 'unsafe-inline' data:";`,
      tree(
        '#- nginx.conf\nevents {}\nhttp { server { listen 80; include h.inc; root /srv; } }\n#- h.inc\nadd_header X-Frame-Options NONE;\n',
      ),
    ],
    sane: [
      'add_header X-Frame-Options DENY always;\nadd_header X-Content-Type-Options nosniff always;',
      'add_header X-Frame-Options "sameorigin";',
      'add_header Referrer-Policy "no-referrer, strict-origin-when-cross-origin";',
      `add_header Content-Security-Policy "default-src 'self'; script-src 'self' 'unsafe-inline' https://cdn.example.org";`,
      `add_header Content-Security-Policy "script-src 'nonce-$request_id' 'strict-dynamic' 'unsafe-inline' https:; base-uri 'none'";`,
      `add_header Content-Security-Policy "frame-ancestors 'self' https://intranet.example.org";`,
      'add_header X-Frame-Options $frames;\nset $frames DENY;',
      'add_header Content-Security-Policy "upgrade-insecure-requests";',
    ],
  },
  {
    rule: 'path-in-page',
    inside: 'server',
    bad: [
      'location / { default_type text/html; return 200 "<p>$uri</p>"; }',
      'default_type text/html;\nlocation /a/ { return 404 "<b>$document_uri</b>"; }',
      'location ~ ^/t/(.*)$ { default_type text/html; return 200 "<title>$1</title>"; }',
      'location /x/ { set $page $uri; default_type text/html; return 403 "No $page"; }',
      'location ~ ^/u/(?<who>[^/]+) { default_type "text/html; charset=utf-8"; return 200 "Hello $who"; }',
      tree(
        '#- nginx.conf\nevents {}\nhttp { default_type text/html; server { listen 80; location / { include r.inc; } } }\n#- r.inc\nreturn 410 "<p>$uri is gone</p>";\n',
      ),
    ],
    sane: [
      'location / { default_type text/plain; return 200 "$uri"; }',
      'default_type text/html;\nlocation / { return 404 "<b>$request_uri</b>"; }',
      'location ~ ^/t/([a-z]+)$ { default_type text/html; return 200 "<title>$1</title>"; }',
      'location / { default_type application/json; return 200 "{}$uri"; }',
      'default_type text/html;\nlocation / { return 301 https://www.example.org$request_uri; }',
      'default_type text/html;\nlocation / { return 200 "<p>$host $remote_addr</p>"; }',
      'default_type text/html;\nlocation = /a { return 200 "<p>$uri</p>"; }',
    ],
  },
  {
    rule: 'forwarded-for-trusted',
    bad: [
      http('set_real_ip_from 52.0.0.0/8;\nreal_ip_header X-Forwarded-For;\nserver { listen 80; root /srv; }'),
      http('geo $in { default 0; proxy ::/0; proxy 0.0.0.0/0; 10.0.0.0/8 1; }\nserver { listen 80; if ($in = 0) { return 403; } }'),
    ],
    sane: [
      http(
        'set_real_ip_from 104.16.0.0/13;\nset_real_ip_from 10.0.0.0/8;\nreal_ip_header CF-Connecting-IP;\nserver { listen 80; root /srv; }',
      ),
      http('geo $in { default 0; proxy 10.0.0.0/8; 192.168.0.0/16 1; }\nserver { listen 80; if ($in = 0) { return 403; } }'),
    ],
  },
  {
    rule: 'internal-header-passed',
    inside: 'server',
    bad: [
      `location / { fastcgi_param REMOTE_USER $http_x_user; ${PHP} }`,
      'location / { uwsgi_param REMOTE_USER $cookie_user; uwsgi_pass 127.0.0.1:3031; }',
    ],
    sane: [
      `location / { fastcgi_param REMOTE_USER $remote_user; ${PHP} }`,
      'location / { uwsgi_param REMOTE_USER ""; uwsgi_pass 127.0.0.1:3031; }',
    ],
  },
  {
    rule: 'verdict-unread',
    bad: [
      'listen 443 ssl; ssl_certificate a.pem; ssl_certificate_key a.key; ssl_client_certificate c.pem; ssl_verify_client optional_no_ca; location / { proxy_set_header X-Dn $ssl_client_s_dn; proxy_pass http://127.0.0.1:8000; }',
      stream(
        'server { listen 8883 ssl; ssl_certificate a.pem; ssl_certificate_key a.key; ssl_client_certificate c.pem; ssl_verify_client optional; proxy_pass 10.0.0.5:1883; }',
      ),
    ],
    sane: [
      'listen 443 ssl; ssl_certificate a.pem; ssl_certificate_key a.key; ssl_client_certificate c.pem; ssl_verify_client optional_no_ca; location / { proxy_set_header X-Cert $ssl_client_escaped_cert; proxy_set_header X-Dn $ssl_client_s_dn; proxy_pass http://127.0.0.1:8000; }',
      stream(
        'server { listen 8883 ssl; ssl_certificate a.pem; ssl_certificate_key a.key; ssl_client_certificate c.pem; ssl_verify_client on; proxy_pass 10.0.0.5:1883; }',
      ),
    ],
  },
  {
    rule: 'open-redirect',
    inside: 'server',
    bad: [
      'location = /sso { if ($arg_to ~ "^https://www\\.example\\.org") { return 302 $arg_to; } return 302 /; }',
      http('map $args $to { default /home; "~(?:^|&)next=(?<to_>[^&]+)$" $to_; }\nserver { listen 80; location = /j { return 302 $to; } }'),
    ],
    sane: [
      'location = /sso { if ($arg_to ~ "^https://www\\.example\\.org/") { return 302 $arg_to; } return 302 /; }',
      http('map $args $to { default /home; "~(?:^|&)next=(/[a-z/]+)$" /app$1; }\nserver { listen 80; location = /j { return 302 $to; } }'),
    ],
  },
  {
    rule: 'server-side-request-forgery',
    inside: 'server',
    bad: ['location ~ ^/p(?<rest>.*)$ { resolver 127.0.0.1; proxy_pass http://api.internal$rest; }'],
    sane: ['location ~ ^/p(?<rest>/.*)$ { resolver 127.0.0.1; proxy_pass http://api.internal$rest; }'],
  },
  {
    rule: 'internal-missing',
    inside: 'server',
    bad: [
      'location / { proxy_set_header X-Accel-Mapping /srv/a/=/send/; proxy_pass http://127.0.0.1:8000; }\nlocation /send/ { alias /srv/a/; }',
    ],
    sane: [
      'location / { proxy_set_header X-Accel-Mapping /srv/a/=/send/; proxy_pass http://127.0.0.1:8000; }\nlocation /send/ { internal; alias /srv/a/; }',
    ],
  },
  {
    rule: 'secret-in-config',
    inside: 'server',
    bad: ['location /h { proxy_pass http://127.0.0.1:8000/h?access_token=k3Jd82hfLq0s; }'],
    sane: ['location /h { proxy_pass http://127.0.0.1:8000/h?token=$arg_token; }'],
  },
  {
    rule: 'limit-key-forgeable',
    bad: [
      http(
        'limit_req_zone $binary_remote_addr$request_uri zone=l:10m rate=5r/m;\nserver { listen 80; location /login { limit_req zone=l; proxy_pass http://127.0.0.1:8000; } }',
      ),
    ],
    sane: [
      http(
        'limit_req_zone $binary_remote_addr$uri zone=l:10m rate=5r/m;\nserver { listen 80; location /login { limit_req zone=l; proxy_pass http://127.0.0.1:8000; } }',
      ),
    ],
  },
];
