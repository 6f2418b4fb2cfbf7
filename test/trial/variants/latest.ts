/** Rules that came last, and variants that others lacked. */
import { APP, compose, files, main as page, THREE } from '../projects.ts';
import { http, type Trial, tree } from '../trial.ts';

const PASS = 'proxy_pass http://127.0.0.1:8000;';
const CERT = 'ssl_certificate a.pem; ssl_certificate_key a.key;';
const inc = (inside: string, text: string) =>
  tree(`#- nginx.conf\nevents {}\nhttp { ${inside.replace('@', 'include part.inc;')} }\n#- part.inc\n${text}\n`);

const CACHE = 'proxy_cache_path /c keys_zone=z:1m;\n';

export const TRIALS: readonly Trial[] = [
  {
    rule: 'cache-stores-nothing',
    inside: 'http',
    bad: [
      `${CACHE}proxy_cache z;\nserver { listen 80; location / { ${PASS} } }`,
      'uwsgi_cache_path /c keys_zone=z:1m;\nserver { listen 80; location / { uwsgi_cache z; uwsgi_cache_key $uri; uwsgi_pass unix:/run/app.sock; } }',
      `${CACHE}upstream app { server app:8000; }\nserver { listen 80; location /api/ { proxy_cache z; proxy_cache_lock on; proxy_pass http://app; } }`,
      `${CACHE}server { listen 80; location / { proxy_cache z; proxy_ignore_headers Cache-Control Expires X-Accel-Expires; ${PASS} } }`,
      'fastcgi_cache_path /c keys_zone=z:1m;\nserver { listen 80; location ~ \\.php$ { fastcgi_cache z; fastcgi_cache_key $uri; fastcgi_pass unix:/run/php.sock; } }',
      `${CACHE}server { listen 80; proxy_cache z; location /a/ { proxy_cache_valid 200 1m; ${PASS} } location /b/ { ${PASS} } }`,
      inc(
        'proxy_cache_path /c keys_zone=z:1m; server { listen 80; location / { @ } }',
        'proxy_cache z;\nproxy_cache_key $uri;\nproxy_pass http://127.0.0.1:8000;',
      ),
    ],
    sane: [
      `${CACHE}proxy_cache_valid 5m;\nserver { listen 80; location / { proxy_cache z; ${PASS} } }`,
      `${CACHE}server { listen 80; location / { proxy_cache z; proxy_cache_valid any 10s; proxy_ignore_headers Cache-Control Expires X-Accel-Expires; ${PASS} } }`,
      `${CACHE}proxy_cache z;\nserver { listen 80; location / { proxy_cache off; ${PASS} } }`,
      `${CACHE}server { listen 80; location / { proxy_cache z; proxy_pass http://198.51.100.7; } }`,
      inc(
        'proxy_cache_path /c keys_zone=z:1m; @ server { listen 80; location / { proxy_cache z; proxy_pass http://127.0.0.1:8000; } }',
        'proxy_cache_valid 200 1h;',
      ),
      tree(
        '#- nginx.conf\nevents {}\nhttp { proxy_cache_path /c keys_zone=z:1m; include caching.d/*.conf; server { listen 80; location / { proxy_cache z; proxy_pass http://127.0.0.1:8000; } } }\n',
      ),
      `${CACHE}server { listen 80; location / { proxy_cache z; proxy_buffering off; ${PASS} } }`,
    ],
  },
  {
    rule: 'access-list-outranked',
    inside: 'server',
    bad: [
      `root /srv/www;\nlocation /members/ { if ($cookie_member = "") { return 403; } }\nlocation ~ \\.(mp4|pdf)$ { expires 7d; }`,
      `location /ops/ { if ($remote_addr !~ "^10\\.") { return 404; } ${PASS} }\nlocation ~ ^/\\w+/export { ${PASS} proxy_read_timeout 300; }`,
      'location /ops { if ($arg_key != "9f2") { return 403; } uwsgi_pass 127.0.0.1:3031; }\nlocation ~ \\.csv$ { uwsgi_pass 127.0.0.1:3031; }',
      `location / { ${PASS} location ~ ^/staff/(?!login) { allow 10.0.0.0/8; deny all; ${PASS} } location = /staff/people { ${PASS} } }`,
      `location /staff/ { allow 10.0.0.0/8; deny all; ${PASS} }\nlocation ~ ^/(en|de)/ { rewrite ^/\\w\\w(/.*)$ $1 break; ${PASS} }`,
      `location /staff/ { allow 10.0.0.0/8; deny all; ${PASS} }\nlocation ~ ^/[a-z]+/people { ${PASS} proxy_buffering off; }`,
    ],
    sane: [
      `root /srv/www;\nlocation ^~ /members/ { if ($cookie_member = "") { return 403; } }\nlocation ~ \\.(mp4|pdf)$ { expires 7d; }`,
      `location /shop/ { if ($http_user_agent ~* "bot") { return 403; } ${PASS} }\nlocation ~ \\.json$ { ${PASS} }`,
      `location /files/ { if ($request_method !~ ^(GET|HEAD)$) { return 405; } ${PASS} }\nlocation ~ \\.json$ { ${PASS} }`,
      `location /img/ { valid_referers none blocked server_names; if ($invalid_referer) { return 403; } root /srv/www; }\nlocation ~ \\.png$ { root /srv/www; }`,
      `root /srv/www;\nlocation /members/ { if ($cookie_member = "") { return 403; } ${PASS} }\nlocation ~ \\.css$ { expires 7d; }`,
      `location /ops/ { if ($http_x_key != "k") { return 403; } ${PASS} }\nlocation ~ \\.json$ { if ($http_x_key != "k") { return 403; } ${PASS} }`,
      `location / { ${PASS} location ~ ^/staff/(?!login) { allow 10.0.0.0/8; deny all; ${PASS} } location = /staff/login { ${PASS} } }`,
    ],
  },
  {
    rule: 'forwarded-for-trusted',
    inside: 'http',
    bad: [
      `server { listen 80; location / { proxy_set_header X-Forwarded-For $http_x_forwarded_for; ${PASS} } }`,
      `server { listen 443 ssl; ${CERT} location / { proxy_set_header X-Real-IP $http_x_real_ip; ${PASS} } }`,
      `proxy_set_header X-Forwarded-For $http_x_forwarded_for;\nserver { listen 80; location / { ${PASS} } }`,
      'server { listen 80; location / { uwsgi_param HTTP_X_FORWARDED_FOR $http_x_forwarded_for; uwsgi_pass 127.0.0.1:3031; } }',
      `server { listen 80; location / { set $who $http_x_forwarded_for; proxy_set_header X-Real-IP $who; ${PASS} } }`,
      `map $http_x_forwarded_for $who { ~^(?<first>[\\d.]+) $http_x_forwarded_for; }\nserver { listen 80; location / { proxy_set_header X-Real-IP $who; ${PASS} } }`,
    ],
    sane: [
      `server { listen 80; location / { proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for; ${PASS} } }`,
      `server { listen 80; location / { proxy_set_header X-Forwarded-For "$http_x_forwarded_for, $remote_addr"; ${PASS} } }`,
      `real_ip_header X-Forwarded-For;\nset_real_ip_from 10.0.0.0/8;\nserver { listen 80; location / { proxy_set_header X-Forwarded-For $http_x_forwarded_for; ${PASS} } }`,
      `server { listen 127.0.0.1:8080; location / { proxy_set_header X-Forwarded-For $http_x_forwarded_for; ${PASS} } }`,
      `map $http_x_real_ip $who { "" $remote_addr; default $http_x_real_ip; }\nserver { listen 80; location / { proxy_set_header X-Real-IP $who; ${PASS} } }`,
      `server { listen 80 proxy_protocol; location / { proxy_set_header X-Forwarded-For $http_x_forwarded_for; ${PASS} } }`,
      `server { listen 80; location / { proxy_set_header X-Original-For $http_x_forwarded_for; ${PASS} } }`,
    ],
  },
  {
    rule: 'assets-without-root',
    inside: 'http',
    bad: [
      'server { listen 80; location / { try_files $uri $uri/ =404; } }',
      `server { listen 80; location / { try_files $uri @app; } location @app { root /srv; ${PASS} } }`,
      `server { listen 80; location / { ${PASS} } location /static/ { try_files $uri =404; } }`,
      'server { listen 80; location / { try_files $uri.html /index.html; } }',
      'server { listen 80; location ~ ^/docs/ { try_files $document_uri /docs/index.html; } }',
      inc('server { listen 80; location / { @ } }', 'try_files $uri /index.html;'),
    ],
    sane: [
      'root /srv;\nserver { listen 80; location / { try_files $uri $uri/ =404; } }',
      `server { listen 80; location / { try_files /none @app; } location @app { ${PASS} } }`,
      `server { listen 80; location / { try_files "" @app; } location @app { ${PASS} } }`,
      'server { listen 80; location /a/ { alias /srv/a/; try_files $uri =404; } }',
      'server { listen 80; root /srv; location / { location /x/ { try_files $uri =404; } } }',
      `server { listen 80; location / { ${PASS} } location /.well-known/acme-challenge/ { try_files $uri =404; } }`,
      tree('#- nginx.conf\nevents {}\nhttp { server { listen 80; include roots/*.conf; location / { try_files $uri =404; } } }\n'),
    ],
  },
  {
    rule: 'variable-before-set',
    inside: 'server',
    bad: [
      'location /api/ { set $to 127.0.0.1:8000; location /api/v2/ { proxy_pass http://$to; } }',
      'location /a/ { set $home /srv/a; location ~ \\.css$ { root $home; } }',
      'location / { set $lang de; location ~ ^/x/(\\d+) { return 302 /$lang/$1; } }',
      `location / { set $site a; location /b/ { proxy_set_header X-Site $site; ${PASS} } ${PASS} }`,
      `error_page 500 /500.html;\nlocation / { set $site a; location /b/ { add_header X-Site $site; ${PASS} } }`,
      'location / { set $app 1; location /b/ { uwsgi_param APP $app; uwsgi_pass 127.0.0.1:3031; } }',
    ],
    sane: [
      'set $to 127.0.0.1:8000;\nlocation /api/ { location /api/v2/ { proxy_pass http://$to; } }',
      'location /api/ { set $to 127.0.0.1:8000; proxy_pass http://$to; }',
      'location /api/ { set $to a; location /api/v2/ { set $to 127.0.0.1:8000; proxy_pass http://$to; } }',
      'location /a/ { set $home /srv/a; root $home; }',
      `location / { if ($arg_a) { set $site a; } proxy_set_header X-Site $site; ${PASS} }`,
      'location /a/ { set $k 1; rewrite ^/a/(.*) /a/b/$1 last; location /a/b/ { proxy_pass http://127.0.0.1:8000/$k; } }',
    ],
  },
  {
    rule: 'address-not-limited',
    inside: 'http',
    bad: [
      `server { listen 80; location / { ${PASS} } }`,
      'server { listen 80; location / { uwsgi_pass 127.0.0.1:3031; } }',
      `server { listen 443 ssl; ${CERT} root /srv; }`,
      'server { listen 80; auth_basic x; auth_basic_user_file h; root /srv; }',
      'server { listen 80; root /srv; }\nserver { listen 81; allow 10.0.0.0/8; deny all; root /srv; }',
      inc('server { listen 80; @ }', 'root /srv;'),
    ],
    sane: [
      'server { listen 80; allow 10.0.0.0/8; deny all; root /srv; }',
      'allow 10.0.0.0/8;\ndeny all;\nserver { listen 80; root /srv; }',
      `server { listen 80; location /admin/ { allow 10.0.0.0/8; deny all; ${PASS} } location / { ${PASS} } }`,
      'server { listen 80; return 301 https://$host$request_uri; }',
      inc('server { listen 80; root /srv; @ }', 'allow 192.168.0.0/16;\ndeny all;'),
      'server { listen 127.0.0.1:80; allow 127.0.0.1; deny all; root /srv; }',
    ],
  },
  {
    rule: 'default-error-page',
    inside: 'http',
    bad: [
      `server { listen 80; location / { ${PASS} } }`,
      'server { listen 80; server_tokens off; root /srv; }',
      `server { listen 443 ssl; ${CERT} root /srv; }`,
      'server { listen 80; location / { uwsgi_pass 127.0.0.1:3031; } }',
      'server { listen 80; root /srv; location / { try_files $uri =404; } }',
      inc('server { listen 80; @ }', 'root /srv;'),
    ],
    sane: [
      'error_page 404 /404.html;\nerror_page 500 502 503 504 /50x.html;\nserver { listen 80; root /srv; }',
      'server { listen 80; root /srv; error_page 404 /404.html; error_page 500 502 503 504 /50x.html; location = /404.html { internal; } location = /50x.html { internal; } }',
      'server { listen 80; return 301 https://$host$request_uri; }',
      'server { listen 80; return 444; }',
      'server { listen 80; root /srv; error_page 400 401 403 404 500 502 503 504 /error.html; }',
      inc('server { listen 80; root /srv; @ }', 'error_page 404 /404.html;\nerror_page 500 502 503 504 /50x.html;'),
    ],
  },
  {
    rule: 'header-buffers-large',
    inside: 'http',
    bad: [
      'server { listen 80; root /srv; }',
      'large_client_header_buffers 4 8k;\nserver { listen 80; root /srv; }',
      'server { listen 80; large_client_header_buffers 2 4k; root /srv; }',
      'large_client_header_buffers 8 32k;\nserver { listen 80; root /srv; }',
      inc('@ server { listen 80; root /srv; }', 'large_client_header_buffers 4 16k;'),
      'large_client_header_buffers 2 2048;\nserver { listen 80; root /srv; }',
    ],
    sane: [
      'large_client_header_buffers 2 1k;\nserver { listen 80; root /srv; }',
      'server { listen 80; large_client_header_buffers 2 1k; root /srv; }',
      'large_client_header_buffers 2 1024;\nserver { listen 80; root /srv; }',
      inc('@ server { listen 80; root /srv; }', 'large_client_header_buffers 2 1k;'),
      'large_client_header_buffers 1 1k;\nserver { listen 80; root /srv; }',
      'large_client_header_buffers 2 1k;\nclient_header_buffer_size 1k;\nserver { listen 80; return 204; }',
    ],
  },
  {
    rule: 'log-format-sparse',
    inside: 'http',
    bad: [
      "log_format a '$request $status';\naccess_log /tmp/a.log a;\nserver { root /srv; }",
      "log_format a '$remote_addr $status $time_local';\nserver { access_log /tmp/a.log a; root /srv; }",
      'log_format a \'$remote_addr [$time_local] "$request"\';\naccess_log /tmp/a.log a;\nserver { root /srv; }',
      'log_format a escape=json \'{"uri":"$uri"}\';\naccess_log /tmp/a.log a;\nserver { root /srv; }',
      "log_format a '$remote_addr $request $status';\nserver { location / { access_log /tmp/a.log a; root /srv; } }",
      inc('@ access_log /tmp/a.log a; server { root /srv; }', "log_format a '$host';"),
    ],
    sane: [
      'access_log /tmp/a.log;\nserver { root /srv; }',
      'access_log /tmp/a.log combined;\nserver { root /srv; }',
      'log_format a \'$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent\';\naccess_log /tmp/a.log a;\nserver { root /srv; }',
      'log_format a escape=json \'{"t":"$time_iso8601","a":"$remote_addr","r":"$request","s":$status}\';\naccess_log /tmp/a.log a;\nserver { root /srv; }',
      "log_format a '$msec $remote_addr $request_method $request_uri $status';\naccess_log /tmp/a.log a;\nserver { root /srv; }",
      inc('@ access_log /tmp/a.log a; server { root /srv; }', "log_format a '$remote_addr $time_local $request $status';"),
    ],
  },
  {
    rule: 'log-kept-local',
    inside: 'main',
    bad: [
      'error_log /var/log/nginx/e.log;\nevents {}\nhttp { access_log /var/log/nginx/a.log; server { } }',
      'events {}\nerror_log syslog:server=192.0.2.7 info;\nhttp { access_log /var/log/nginx/a.log; server { } }',
      'events {}\nerror_log /var/log/nginx/e.log;\nhttp { access_log syslog:server=192.0.2.7; server { } }',
      'error_log syslog:server=192.0.2.7;\nevents {}\nhttp { server { } }',
      'error_log syslog:server=unix:/dev/log;\nevents {}\nhttp { access_log syslog:server=unix:/dev/log; server { } }',
      tree(
        '#- nginx.conf\nevents {}\nerror_log syslog:server=192.0.2.7;\nhttp { include a.conf; }\n#- a.conf\naccess_log /var/log/nginx/a.log;\nserver { }\n',
      ),
    ],
    sane: [
      'error_log syslog:server=192.0.2.7 info;\nevents {}\nhttp { access_log syslog:server=192.0.2.7 combined; server { } }',
      'error_log syslog:server=logs.example:514 info;\nevents {}\nhttp { access_log syslog:server=logs.example:514,tag=web combined; server { } }',
      'error_log /var/log/nginx/e.log;\nerror_log syslog:server=192.0.2.7;\nevents {}\nhttp { access_log /var/log/nginx/a.log;\naccess_log syslog:server=192.0.2.7; server { } }',
      'events {}\nhttp { error_log syslog:server=192.0.2.7; access_log syslog:server=192.0.2.7; server { } }',
      'error_log syslog:server=[2001:db8::7] info;\nevents {}\nhttp { access_log syslog:server=[2001:db8::7]; server { } }',
      tree(
        '#- nginx.conf\nevents {}\nerror_log syslog:server=192.0.2.7;\nhttp { include a.conf; }\n#- a.conf\naccess_log syslog:server=192.0.2.7;\nserver { }\n',
      ),
    ],
  },
  {
    rule: 'port-unexpected',
    bad: [
      'listen 8081;',
      'listen [::]:81;',
      'listen 0.0.0.0:3000;',
      'listen *:9000;',
      http('server { listen 80; listen 1234; root /srv; }'),
      inc('server { @ }', 'listen 8888;'),
    ],
    sane: [
      'listen 80;',
      `listen 443 ssl;\n${CERT}`,
      'listen 8080;',
      'listen 127.0.0.1:9000;',
      'listen unix:/run/a.sock;',
      `listen [::]:8443 ssl;\n${CERT}`,
    ],
  },
  {
    rule: 'runtime-file-exposed',
    inside: 'main',
    bad: [
      'pid /var/tmp/web/nginx.pid;\nevents {}',
      'pid /var/tmp/n.pid;\nevents {}',
      'working_directory /tmp;\nevents {}',
      'pid /srv/www/nginx.pid;\nevents {}\nhttp { server { root /srv/www; } }',
      'working_directory /srv/www/cores;\nevents {}\nhttp { server { location / { root /srv/www; } } }',
      tree('#- nginx.conf\ninclude p.conf;\nevents {}\n#- p.conf\npid /tmp/a/nginx.pid;\n'),
    ],
    sane: [
      'pid /run/nginx.pid;\nevents {}',
      'pid /var/run/nginx.pid;\nevents {}\nhttp { server { root /srv/www; } }',
      'working_directory /var/lib/nginx;\nevents {}',
      'events {}',
      'pid logs/nginx.pid;\nevents {}',
      tree('#- nginx.conf\ninclude p.conf;\nevents {}\n#- p.conf\npid /run/nginx.pid;\n'),
    ],
  },
  {
    rule: 'stapling-off',
    inside: 'http',
    bad: [
      `server { listen 443 ssl; ${CERT} root /srv; }`,
      `${CERT}\nserver { listen 443 ssl; root /srv; }`,
      `server { listen 443 ssl; ${CERT} ssl_stapling off; }`,
      `server { listen [::]:8443 ssl; ${CERT} }`,
      `server { listen 443 ssl; ${CERT} ssl_stapling_verify on; }`,
      inc('server { listen 443 ssl; @ }', CERT),
    ],
    sane: [
      `server { listen 443 ssl; ${CERT} ssl_stapling on; ssl_stapling_verify on; }`,
      `ssl_stapling on;\nssl_stapling_verify on;\nserver { listen 443 ssl; ${CERT} }`,
      'server { listen 443 ssl; ssl_certificate /etc/letsencrypt/live/a/fullchain.pem; ssl_certificate_key /etc/letsencrypt/live/a/privkey.pem; }',
      'server { listen 80; root /srv; }',
      'server { listen 443 ssl; ssl_reject_handshake on; }',
      inc(`server { listen 443 ssl; ${CERT} @ }`, 'ssl_stapling on;\nssl_stapling_verify on;'),
    ],
  },
  {
    rule: 'upstream-without-client-certificate',
    bad: [
      'location / { proxy_pass https://10.0.0.5; }',
      http('upstream app { server 10.0.0.5:443; }\nserver { location / { proxy_pass https://app; } }'),
      'location / { uwsgi_pass suwsgi://10.0.0.5:3031; }',
      'location / { grpc_pass grpcs://10.0.0.5:50051; }',
      'location / { location /a/ { proxy_pass https://10.0.0.5/a/; } }',
      inc('server { location / { @ } }', 'proxy_pass https://10.0.0.5:8443;'),
    ],
    sane: [
      'location / { proxy_pass http://10.0.0.5; }',
      'location / { proxy_pass https://10.0.0.5; proxy_ssl_certificate a.pem; proxy_ssl_certificate_key a.key; }',
      'proxy_ssl_certificate a.pem;\nproxy_ssl_certificate_key a.key;\nlocation / { proxy_pass https://10.0.0.5; }',
      'location / { uwsgi_pass 10.0.0.5:3031; }',
      'location / { grpc_ssl_certificate a.pem; grpc_ssl_certificate_key a.key; grpc_pass grpcs://10.0.0.5:50051; }',
      inc(
        'server { location / { proxy_pass https://10.0.0.5:8443; @ } }',
        'proxy_ssl_certificate a.pem;\nproxy_ssl_certificate_key a.key;',
      ),
    ],
  },
  {
    rule: 'setting-of-default-only',
    inside: 'http',
    bad: [
      'server { listen 80 default_server; return 444; }\nserver { listen 80; server_name a.example; ignore_invalid_headers off; }',
      'server { listen 80; server_name a.example; }\nserver { listen 80; server_name b.example; underscores_in_headers on; }',
      'server { listen 80; server_name a.example; }\nserver { listen 80; server_name b.example; client_header_buffer_size 16k; }',
      'server { listen 80; server_name a.example; }\nserver { listen 80; server_name b.example; client_header_timeout 5s; }',
      'server { listen 80; server_name a.example; }\nserver { listen 80; server_name b.example c.example; client_header_timeout 120s; }',
      inc('server { listen 80; server_name a.example; } server { listen 80; server_name b.example; @ }', 'underscores_in_headers on;'),
    ],
    sane: [
      'underscores_in_headers on;\nserver { listen 80; server_name a.example; }\nserver { listen 80; server_name b.example; }',
      'server { listen 80 default_server; underscores_in_headers on; }\nserver { listen 80; server_name b.example; }',
      'server { listen 80; server_name a.example; }\nserver { listen 81; server_name b.example; underscores_in_headers on; }',
      'server { listen 80; server_name a.example; underscores_in_headers on; }\nserver { listen 80; server_name b.example; underscores_in_headers on; }',
      'server { listen 80; server_name a.example; underscores_in_headers on; }',
      'server { listen 80; server_name a.example; }\nserver { listen 80; server_name b.example; client_max_body_size 10m; }',
    ],
  },
  {
    rule: 'response-header-twice',
    bad: [
      'add_header X-Frame-Options DENY;\nadd_header X-Frame-Options SAMEORIGIN;\nlocation / { root /srv; }',
      http(
        'add_header Strict-Transport-Security max-age=1 always;\nadd_header Strict-Transport-Security max-age=63072000 always;\nserver { listen 443 ssl; ssl_certificate a.pem; ssl_certificate_key a.key; root /srv; }',
      ),
      'location / { add_header x-frame-options DENY; add_header X-Frame-Options SAMEORIGIN; root /srv; }',
      'add_header X-Frame-Options DENY always;\nlocation / { more_set_headers "X-Frame-Options: SAMEORIGIN"; root /srv; }',
      'location / { add_header X-Frame-Options DENY; add_header X-Frame-Options SAMEORIGIN; uwsgi_pass 127.0.0.1:3031; }',
      inc('server { add_header X-Frame-Options DENY; @ root /srv; }', 'add_header X-Frame-Options SAMEORIGIN;'),
    ],
    sane: [
      'add_header X-Frame-Options DENY;\nlocation / { root /srv; }',
      'add_header X-Frame-Options DENY;\nlocation / { add_header X-Frame-Options SAMEORIGIN; root /srv; }',
      'add_header Link "</a>";\nadd_header Link "</b>";\nroot /srv;',
      'add_header Set-Cookie a=1;\nadd_header Set-Cookie b=2;\nroot /srv;',
      'add_header X-A 1;\nadd_header X-B 2;\nroot /srv;',
      'location /a { add_header X-Frame-Options DENY; root /srv; }\nlocation /b { add_header X-Frame-Options SAMEORIGIN; root /srv; }',
    ],
  },
  {
    rule: 'listen-ipv6-missing',
    bad: [http('server { listen 81; listen [::]:81; server_name a.example; }\nserver { listen 81; server_name d.example; }')],
    sane: [],
  },
  { rule: 'location-without-slash-redirect', bad: ['listen 8088;\nlocation ^~ /x/ { uwsgi_pass 127.0.0.1:3031; }'], sane: [] },
  { rule: 'deprecated-parameter', bad: [], sane: ['listen [::]:80 default_server;'] },
  {
    rule: 'deprecated-variable',
    bad: [],
    sane: [
      'add_header X-A $ssl_client_fingerprint;',
      `location / { proxy_set_header X-V $ssl_client_verify; ${PASS} }`,
      http('log_format a $ssl_client_escaped_cert;\nserver { access_log /tmp/a.log a; }'),
    ],
  },
  { rule: 'static-without-expires', bad: ['location /media/ { root /srv; }'], sane: [] },
  { rule: 'alias-traversal', bad: ['location /files { alias /srv/files/; autoindex on; }'], sane: [] },
  {
    rule: 'buffering-off',
    bad: [],
    sane: [
      'location / { uwsgi_buffering on; uwsgi_pass 127.0.0.1:3031; }',
      'location / { proxy_buffers 8 16k; proxy_pass http://127.0.0.1:1; }',
    ],
  },
  {
    rule: 'request-buffering-off',
    bad: [],
    sane: [
      'location / { uwsgi_request_buffering on; uwsgi_pass 127.0.0.1:3031; }',
      'location / { client_body_buffer_size 1m; proxy_pass http://127.0.0.1:1; }',
    ],
  },
  { rule: 'setting-of-another-module', bad: [], sane: ['location / { fastcgi_read_timeout 300s; fastcgi_pass 127.0.0.1:9000; }'] },
  { rule: 'websocket-upgrade-wrong', bad: [], sane: [`location /x { proxy_http_version 1.1; proxy_set_header Connection ""; ${PASS} }`] },
  {
    rule: 'forwarded-allow-ips-mismatch',
    bad: [
      compose(
        'gunicorn main:app -k uvicorn.workers.UvicornWorker -b 0.0.0.0:8000 --forwarded-allow-ips 127.0.0.1',
        `location / { ${THREE} proxy_pass http://web:8000; }`,
      ),
    ],
    sane: [],
  },
  {
    rule: 'socket-not-listened',
    bad: [],
    sane: [
      files({
        'nginx.conf': page(`server { listen 80; ${APP} }`),
        'app/gunicorn.conf.py': "bind = ['unix:/run/shop.sock', '127.0.0.1:8000']\nwsgi_app = 'shop:app'",
      }),
    ],
  },
];
