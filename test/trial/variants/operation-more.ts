/** Further variants of the rules on old spellings, limits, speed and upstreams. */
import { http, main, type Trial, tree } from '../trial.ts';

const APP = 'proxy_pass http://127.0.0.1:8000;';
const CERT = 'ssl_certificate a.pem; ssl_certificate_key a.key;';
const Z = 'limit_req_zone $binary_remote_addr zone=z:10m rate=5r/s;\n';
const inc = (inside: string, text: string, settings = {}) => ({
  ...tree(`#- nginx.conf\nevents {}\nhttp { ${inside.replace('@', 'include part.inc;')} }\n#- part.inc\n${text}\n`),
  settings,
});
const on = (nginx: string, text: string) => http(text, { settings: { nginx } });

export const TRIALS: readonly Trial[] = [
  {
    rule: 'deprecated-directive',
    bad: [
      on('1.29.0', 'http2_push_preload on;\nserver { listen 80; }'),
      on('1.22.1', 'server { listen 443 ssl http2; ssl_certificate a.pem; ssl_certificate_key a.key; http2_idle_timeout 60s; }'),
      inc('@ server { listen 80; }', 'http2_max_requests 100;', { nginx: '1.24.0' }),
    ],
    sane: [
      on('1.31.5', 'keepalive_requests 100;\nserver { listen 80; }'),
      on('1.18.0', 'http2_max_requests 100;\nserver { listen 80; }'),
      on('1.27.0', 'server { listen 443 ssl; http2 on; ssl_certificate a.pem; ssl_certificate_key a.key; }'),
    ],
  },
  {
    rule: 'deprecated-parameter',
    bad: [http('server { listen 127.0.0.1:80 default; }'), inc('server { @ }', 'listen 443 ssl default;')],
    sane: ['listen 80 default_server;', 'aio on;'],
  },
  {
    rule: 'deprecated-variable',
    bad: [
      http('log_format a $ssl_client_cert;\nserver { access_log /tmp/a a; }'),
      inc('server { location / { @ } }', `proxy_set_header X-Cert "$ssl_client_cert";\n${APP}`),
    ],
    sane: [
      `location / { proxy_set_header X-Cert $ssl_client_escaped_cert; ${APP} }`,
      `location / { proxy_set_header X-Cert $ssl_client_raw_cert; ${APP} }`,
      `location / { proxy_set_header X-Dn $ssl_client_s_dn; ${APP} }`,
    ],
  },
  {
    rule: 'listen-http2',
    bad: [
      on('1.26.0', `server { listen [::]:443 ssl http2; listen 443 ssl http2; ${CERT} }`),
      inc(`server { @ ${CERT} }`, 'listen 443 ssl http2;', { nginx: '1.28.0' }),
      on('1.30.0', 'server { listen 8080 http2; location / { grpc_pass grpc://127.0.0.1:1; } }'),
    ],
    sane: [
      on('1.24.0', `server { listen 443 ssl http2; ${CERT} }`),
      on('1.28.0', `server { listen 443 ssl; http2 on; ${CERT} }`),
      on('1.28.0', `server { listen 443 ssl; ${CERT} }`),
    ],
  },
  {
    rule: 'ssl-directive-deprecated',
    bad: [on('1.22.1', `server { listen 443; ssl on; ${CERT} }`), inc(`server { listen 443; @ ${CERT} }`, 'ssl on;', { nginx: '1.24.0' })],
    sane: [
      on('1.22.1', `server { listen 443 ssl; ${CERT} }`),
      on('1.31.5', `server { listen 443 ssl; ${CERT} ssl_protocols TLSv1.2; }`),
      on('1.14.0', `server { listen 443; ssl on; ${CERT} }`),
      on('1.31.5', 'server { listen 80; }'),
    ],
  },
  {
    rule: 'burst-without-nodelay',
    inside: 'http',
    bad: [
      'limit_req_zone $binary_remote_addr zone=z:1m rate=1r/s;\nlimit_req zone=z burst=30;\nserver { listen 80; }',
      'limit_req_zone $binary_remote_addr zone=z:1m rate=30r/m;\nserver { location /login { limit_req zone=z burst=10; proxy_pass http://127.0.0.1:1; } }',
      inc('limit_req_zone $binary_remote_addr zone=z:1m rate=1r/s; server { @ }', 'limit_req zone=z burst=60;'),
    ],
    sane: [
      'limit_req_zone $binary_remote_addr zone=z:1m rate=1r/s;\nserver { limit_req zone=z burst=30 nodelay; }',
      'limit_req_zone $binary_remote_addr zone=z:1m rate=100r/s;\nserver { limit_req zone=z burst=50; }',
      'limit_req_zone $binary_remote_addr zone=z:1m rate=1r/s;\nserver { limit_req zone=z burst=30 delay=20; }',
    ],
  },
  {
    rule: 'dry-run-left-on',
    bad: [http('limit_conn_dry_run on;\nserver { listen 80; }'), inc('server { location / { @ } }', 'limit_req_dry_run on;')],
    sane: ['limit_req_dry_run off;', http(`${Z}server { limit_req zone=z; }`), 'limit_conn_dry_run off;'],
  },
  {
    rule: 'limit-behind-proxy',
    inside: 'http',
    bad: [
      `${Z}server { listen 80 proxy_protocol; limit_req zone=z; root /srv; }`,
      `${Z}server { real_ip_header X-Forwarded-For; limit_req zone=z; root /srv; }`,
      `${Z}map $http_cf_connecting_ip $seen { default 1; "" 0; }\nserver { limit_req zone=z; if ($seen = 0) { return 403; } root /srv; }`,
    ],
    sane: [
      `${Z}set_real_ip_from 10.0.0.0/8;\nreal_ip_header X-Forwarded-For;\nserver { limit_req zone=z; root /srv; }`,
      `${Z}server { limit_req zone=z; root /srv; }`,
      `${Z}server { listen 80 proxy_protocol; set_real_ip_from 10.0.0.0/8; real_ip_header proxy_protocol; limit_req zone=z; root /srv; }`,
      'limit_req_zone $proxy_protocol_addr zone=p:1m rate=1r/s;\nserver { listen 80 proxy_protocol; limit_req zone=p; root /srv; }',
    ],
  },
  {
    rule: 'limit-key-constant',
    inside: 'http',
    bad: [
      'limit_conn_zone all zone=c:1m;\nserver { limit_conn c 100; }',
      inc('@ server { limit_req zone=k; }', 'limit_req_zone key zone=k:1m rate=5r/s;'),
      'limit_req_zone "global" zone=k:1m rate=5r/s;\nserver { limit_req zone=k; }',
    ],
    sane: [
      'limit_req_zone $server_name zone=k:1m rate=5r/s;\nserver { limit_req zone=k; }',
      'limit_conn_zone $binary_remote_addr zone=c:1m;\nserver { limit_conn c 10; }',
      'limit_req_zone "$binary_remote_addr$uri" zone=k:1m rate=5r/s;\nserver { limit_req zone=k; }',
    ],
  },
  {
    rule: 'limit-key-forgeable',
    bad: [],
    sane: [
      http('limit_req_zone $binary_remote_addr$request_uri zone=k:1m rate=5r/s;\nserver { limit_req zone=k; }'),
      http('limit_req_zone $ssl_client_fingerprint zone=k:1m rate=5r/s;\nserver { limit_req zone=k; }'),
    ],
  },
  {
    rule: 'limit-never-runs',
    bad: [
      http(`${Z}server { limit_req zone=z; location / { return 204; } location /x { return 301 /y; } }`),
      inc(`${Z}server { location /p { @ return 200 ok; } }`, 'limit_req zone=z;'),
    ],
    sane: [],
  },
  {
    rule: 'limit-status-503',
    inside: 'http',
    bad: [
      `${Z}server { location / { limit_req zone=z; ${APP} } }`,
      'limit_conn_zone $binary_remote_addr zone=c:1m;\nserver { limit_conn c 5; root /srv; }',
      inc(`${Z}server { @ root /srv; }`, 'limit_req zone=z;'),
    ],
    sane: [
      `${Z}limit_req_status 429;\nserver { limit_req zone=z; root /srv; }`,
      `${Z}server { limit_req zone=z; limit_req_status 429; root /srv; }`,
      `${Z}server { root /srv; }`,
    ],
  },
  {
    rule: 'limit-without-zone-use',
    inside: 'http',
    bad: [
      'limit_conn_zone $binary_remote_addr zone=c:1m;\nserver { root /srv; }',
      inc('@ server { root /srv; }', 'limit_req_zone $binary_remote_addr zone=z:1m rate=1r/s;'),
    ],
    sane: [`${Z}server { location / { limit_req zone=z; ${APP} } }`, `${Z}limit_req zone=z;\nserver { root /srv; }`],
  },
  {
    rule: 'zone-too-small',
    inside: 'http',
    bad: [
      'limit_conn_zone $binary_remote_addr zone=c:32k;\nserver { limit_conn c 5; }',
      'proxy_cache_path /tmp/c keys_zone=k:512k max_size=100g;\nserver { root /srv; }',
      inc('@ server { limit_req zone=z; }', 'limit_req_zone $binary_remote_addr zone=z:48k rate=1r/s;'),
    ],
    sane: [
      'limit_conn_zone $binary_remote_addr zone=c:10m;\nserver { limit_conn c 5; }',
      'proxy_cache_path /tmp/c keys_zone=k:100m max_size=10g;\nserver { root /srv; }',
      'limit_req_zone $server_name zone=z:32k rate=100r/s;\nserver { limit_req zone=z; }',
    ],
  },
  {
    rule: 'access-log-unbuffered',
    bad: [inc('server { @ }', 'access_log /var/log/nginx/a.log combined;')],
    sane: [],
  },
  {
    rule: 'error-log-missing',
    bad: [
      main('events {}\nhttp { server { error_log /tmp/a.log; } server { } }'),
      main('worker_processes 1;\nevents {}\nhttp { access_log /tmp/a.log; server { } }'),
      tree('#- nginx.conf\nevents {}\nhttp { include a.conf; }\n#- a.conf\nserver { listen 80; }\n'),
    ],
    sane: [
      main('error_log stderr;\nevents {}\nhttp { }'),
      tree('#- nginx.conf\nevents {}\nhttp { include a.conf; }\n#- a.conf\nerror_log /tmp/e.log warn;\nserver { listen 80; }\n'),
    ],
  },
  {
    rule: 'gzip-off',
    bad: [
      main('events {}\nhttp { server { root /srv; } }'),
      main(`events {}\nhttp { server { location / { ${APP} } } }`),
      main('events {}\nhttp { server { root /srv; } server { return 301 https://$host$request_uri; } }'),
      tree('#- nginx.conf\nevents {}\nhttp { include a.conf; }\n#- a.conf\nserver { listen 80; root /srv; }\n'),
      main('events {}\nhttp { gzip_types text/css; server { root /srv; } }'),
    ],
    sane: [
      main('events {}\nhttp { gzip on; server { root /srv; } }'),
      main('events {}\nhttp { server { gzip on; root /srv; } }'),
      main('events {}\nhttp { server { return 301 https://$host$request_uri; } }'),
      main('events {}\nhttp { brotli on; gzip on; server { root /srv; } }'),
    ],
  },
  {
    rule: 'keepalive-requests-low',
    bad: [
      http('keepalive_requests 50;\nserver { root /srv; }'),
      'keepalive_requests 10;\nroot /srv;',
      inc('server { @ root /srv; }', 'keepalive_requests 100;'),
      on('1.18.0', 'server { root /srv; }'),
    ],
    sane: [
      http('keepalive_requests 1000;\nserver { root /srv; }'),
      'keepalive_timeout 0;\nkeepalive_requests 10;',
      on('1.28.0', 'server { root /srv; }'),
    ],
  },
  {
    rule: 'open-file-cache-missing',
    bad: [
      http('server { root /srv; location / { try_files $uri $uri/ =404; } }'),
      inc('server { root /srv; location / { @ } }', 'try_files $uri /index.html;'),
    ],
    sane: [],
  },
  {
    rule: 'rlimit-below-connections',
    bad: [
      main('worker_rlimit_nofile 512;\nevents { worker_connections 1024; }\nhttp { server { } }'),
      tree(
        '#- nginx.conf\nworker_rlimit_nofile 1024;\ninclude e.conf;\nhttp { server { } }\n#- e.conf\nevents { worker_connections 4096; }\n',
      ),
    ],
    sane: [main('worker_rlimit_nofile 65535;\nevents { worker_connections 4096; }\nhttp { server { } }')],
  },
  {
    rule: 'root-in-location',
    bad: [
      'location / { root /srv/www; }',
      'location / { root /srv/www; }\nlocation /a { root /srv/www; }',
      `location / { root /srv/www; try_files $uri @app; }\nlocation @app { ${APP} }`,
      inc('server { location / { @ } }', 'root /srv/www;'),
    ],
    sane: [
      'root /srv/www;\nlocation / { expires 1d; }',
      'root /srv/www;\nlocation /a/ { root /srv/other; }',
      'location /.well-known/acme-challenge/ { root /srv/acme; }\nlocation / { return 301 https://$host$request_uri; }',
      `location / { ${APP} }\nlocation /static/ { root /srv; }`,
    ],
  },
  {
    rule: 'sendfile-tcp-nopush-unpaired',
    bad: [
      http('sendfile on;\nserver { root /srv; }'),
      http('tcp_nopush on;\nserver { root /srv; }'),
      'tcp_nopush on;\nsendfile off;\nroot /srv;',
      inc('@ server { root /srv; }', 'sendfile on;'),
      'sendfile on;\nlocation / { root /srv; }',
    ],
    sane: [
      http('sendfile on;\ntcp_nopush on;\nserver { root /srv; }'),
      http('tcp_nopush on;\nserver { sendfile on; root /srv; }'),
      http('sendfile on;\nserver { tcp_nopush on; root /srv; }'),
      http('server { root /srv; }'),
    ],
  },
  {
    rule: 'static-without-expires',
    bad: [
      'location /static/ { alias /srv/static/; }',
      'location ~* \\.(css|js|png)$ { root /srv; }',
      'root /srv;\nlocation /assets/ { try_files $uri =404; }',
      inc('server { location /static/ { @ } }', 'alias /srv/static/;'),
    ],
    sane: ['location /static/ { alias /srv/static/; expires 7d; }'],
  },
  {
    rule: 'worker-connections-low',
    bad: [
      main('events { worker_connections 256; }\nhttp { server { } }'),
      main('events { worker_connections 512; multi_accept on; }\nhttp { server { } }'),
    ],
    sane: [
      main('events { worker_connections 4096; }\nhttp { server { } }'),
      tree('#- nginx.conf\ninclude e.conf;\nhttp { server { } }\n#- e.conf\nevents { worker_connections 2048; }\n'),
    ],
  },
  {
    rule: 'worker-processes-missing',
    bad: [
      main('events {}\nhttp { server { } }'),
      main('events { worker_connections 1024; }\nstream { server { listen 9; proxy_pass 127.0.0.1:1; } }'),
      tree('#- nginx.conf\nuser www-data;\nevents {}\nhttp { include a.conf; }\n#- a.conf\nserver { }\n'),
    ],
    sane: [
      main('worker_processes auto;\nevents {}\nhttp { server { } }'),
      main('worker_processes 4;\nevents {}\nhttp { server { } }'),
      tree('#- nginx.conf\ninclude w.conf;\nevents {}\nhttp { server { } }\n#- w.conf\nworker_processes 2;\n'),
    ],
  },
  {
    rule: 'all-servers-down',
    inside: 'http',
    bad: [],
    sane: [
      'upstream u { server 127.0.0.1:1 down; server 127.0.0.1:2; }\nserver { location / { proxy_pass http://u; } }',
      'upstream u { server 127.0.0.1:1 down; server 127.0.0.1:2 backup; }\nserver { location / { proxy_pass http://u; } }',
    ],
  },
  {
    rule: 'auth-request-body-announced',
    bad: [
      `location / { auth_request /a; ${APP} }\nlocation = /a { internal; set $auth 127.0.0.1:9000; proxy_pass http://$auth/verify; proxy_pass_request_body off; }`,
      `location / { auth_request /a; ${APP} }\nlocation = /a { internal; proxy_pass http://127.0.0.1:9000/check; proxy_set_header X-A 1; }`,
      inc(`server { location / { auth_request /a; ${APP} } location = /a { internal; @ } }`, 'proxy_pass http://127.0.0.1:9000;'),
    ],
    sane: [
      `location / { auth_request /a; ${APP} }\nlocation = /a { internal; proxy_pass http://127.0.0.1:9000; proxy_pass_request_body off; proxy_set_header Content-Length ""; }`,
      'location / { auth_request /a; root /srv; }\nlocation = /a { internal; return 204; }',
    ],
  },
  {
    rule: 'backup-with-hash',
    bad: [
      inc('upstream u { server 127.0.0.1:1; server 127.0.0.1:2 backup; @ } server { location / { proxy_pass http://u; } }', 'hash $uri;'),
    ],
    sane: [
      http('upstream u { hash $uri; server 127.0.0.1:1; server 127.0.0.1:2; }\nserver { location / { proxy_pass http://u; } }'),
      http('upstream u { server 127.0.0.1:1; server 127.0.0.1:2 backup; }\nserver { location / { proxy_pass http://u; } }'),
    ],
  },
  {
    rule: 'body-size-default',
    bad: [
      http(`server { location / { ${APP} } }`),
      'location / { uwsgi_pass 127.0.0.1:3031; }',
      'location /up { fastcgi_pass 127.0.0.1:9000; }',
    ],
    sane: [],
  },
  {
    rule: 'buffering-off',
    bad: [inc('server { location / { @ proxy_pass http://127.0.0.1:1; } }', 'proxy_buffering off;')],
    sane: [`location / { proxy_buffering on; ${APP} }`, `location / { ${APP} }`],
  },
  {
    rule: 'cache-without-buffering',
    bad: [
      http(
        'proxy_cache_path /tmp/c keys_zone=k:1m;\nproxy_buffering off;\nserver { location / { proxy_cache k; proxy_pass http://127.0.0.1:1; } }',
      ),
    ],
    sane: [
      http(
        'proxy_cache_path /tmp/c keys_zone=k:1m;\nserver { proxy_buffering off; location / { proxy_buffering on; proxy_cache k; proxy_pass http://127.0.0.1:1; } }',
      ),
      http(
        'proxy_cache_path /tmp/c keys_zone=k:1m;\nserver { location / { proxy_cache off; proxy_buffering off; proxy_pass http://127.0.0.1:1; } }',
      ),
    ],
  },
  {
    rule: 'cache-without-lock',
    bad: [],
    sane: [http('proxy_cache_path /tmp/c keys_zone=k:1m;\nserver { location / { proxy_cache off; proxy_pass http://127.0.0.1:1; } }')],
  },
  {
    rule: 'header-sent-twice',
    bad: [inc('server { location / { proxy_set_header X-A 1; @ proxy_pass http://127.0.0.1:1; } }', 'proxy_set_header x-a 2;')],
    sane: [`proxy_set_header X-A 1;\nlocation / { proxy_set_header X-A 2; ${APP} }`],
  },
  {
    rule: 'request-buffering-off',
    bad: [inc('server { location / { @ proxy_pass http://127.0.0.1:1; } }', 'proxy_request_buffering off;')],
    sane: [`location / { proxy_request_buffering on; ${APP} }`, `location / { ${APP} }`],
  },
  {
    rule: 'setting-lost-on-redirect',
    bad: [
      `location /up { client_body_timeout 5m; proxy_send_timeout 5m; try_files /none @app; }\nlocation @app { ${APP} }`,
      'location /r { uwsgi_read_timeout 600s; try_files $uri @app; }\nlocation @app { uwsgi_pass 127.0.0.1:3031; }',
    ],
    sane: [`proxy_read_timeout 300s;\nlocation /r { try_files $uri @app; }\nlocation @app { ${APP} }`],
  },
  {
    rule: 'setting-of-another-module',
    bad: ['location / { proxy_send_timeout 300s; scgi_pass 127.0.0.1:3031; }'],
    sane: [`location / { proxy_read_timeout 300s; ${APP} }`, 'location / { uwsgi_read_timeout 300s; uwsgi_pass 127.0.0.1:3031; }'],
  },
  {
    rule: 'single-server-never-marked-down',
    bad: [inc('upstream u { @ } server { location / { proxy_pass http://u; } }', 'server 127.0.0.1:1 max_fails=3 fail_timeout=10s;')],
    sane: [
      http('upstream u { server 127.0.0.1:1; }\nserver { location / { proxy_pass http://u; } }'),
      http('upstream u { server 127.0.0.1:1 max_fails=3; server 127.0.0.1:2; }\nserver { location / { proxy_pass http://u; } }'),
    ],
  },
  {
    rule: 'timeouts-inverted',
    bad: [inc('server { location / { @ proxy_pass http://127.0.0.1:1; } }', 'proxy_connect_timeout 300s;')],
    sane: [`location / { proxy_connect_timeout 5s; proxy_read_timeout 60s; ${APP} }`],
  },
  {
    rule: 'upstream-keepalive-missing',
    bad: [
      on('1.26.0', 'upstream u { server 10.0.0.1:8000; }\nserver { location / { proxy_pass http://u; } }'),
      on(
        '1.28.0',
        'upstream u { server 10.0.0.1:8000; server 10.0.0.2:8000; }\nserver { set $up u; location / { proxy_pass http://$up; } }',
      ),
      on(
        '1.22.1',
        'upstream u { server 10.0.0.1:8000; }\nserver { location / { proxy_http_version 1.1; proxy_set_header Connection ""; proxy_pass http://u; } }',
      ),
    ],
    sane: [
      on(
        '1.26.0',
        'upstream u { server 10.0.0.1:8000; keepalive 16; }\nserver { location / { proxy_http_version 1.1; proxy_set_header Connection ""; proxy_pass http://u; } }',
      ),
      on('1.31.5', 'upstream u { server 10.0.0.1:8000; }\nserver { location / { proxy_pass http://u; } }'),
    ],
  },
  {
    rule: 'upstream-zone-missing',
    inside: 'http',
    bad: [
      main(
        'worker_processes 8;\nevents {}\nhttp { upstream u { server 127.0.0.1:1 max_conns=10; server 127.0.0.1:2; } server { location / { proxy_pass http://u; } } }',
      ),
      main(
        'worker_processes auto;\nevents {}\nstream { upstream u { server 127.0.0.1:1 max_conns=10; } server { listen 9000; proxy_pass u; } }',
      ),
      main(
        'worker_processes auto;\nevents {}\nhttp { upstream u { server 127.0.0.1:1; server 127.0.0.1:2 max_conns=3 backup; } server { location / { uwsgi_pass u; } } }',
      ),
      tree(
        '#- nginx.conf\nworker_processes 2;\nevents {}\nhttp { upstream u { include part.inc; } server { location / { proxy_pass http://u; } } }\n#- part.inc\nserver 127.0.0.1:1 max_conns=3;\n',
      ),
    ],
    sane: [
      'upstream u { zone u 64k; server 127.0.0.1:1 max_conns=10; }\nserver { location / { proxy_pass http://u; } }',
      'upstream u { server 127.0.0.1:1; }\nserver { location / { proxy_pass http://u; } }',
      'upstream u { server 127.0.0.1:1; server 127.0.0.1:2 weight=2; }\nserver { location / { proxy_pass http://u; } }',
      'upstream u { ip_hash; server 127.0.0.1:1; server 127.0.0.1:2; }\nserver { location / { proxy_pass http://u; } }',
    ],
  },
  {
    rule: 'websocket-upgrade-wrong',
    bad: [
      `location /ws { proxy_http_version 1.1; proxy_set_header Upgrade $http_connection; proxy_set_header Connection upgrade; ${APP} }`,
      `location /ws { proxy_http_version 1.1; proxy_set_header Upgrade $http_connection; proxy_set_header Connection $http_upgrade; ${APP} }`,
      http(
        `map $http_upgrade $connection_upgrade { default upgrade; "" close; }\nserver { location / { proxy_http_version 1.1; proxy_set_header Upgrade $connection_upgrade; proxy_set_header Connection $connection_upgrade; ${APP} } }`,
      ),
      inc(
        `server { location / { @ ${APP} } }`,
        'proxy_http_version 1.1;\nproxy_set_header Upgrade $http_connection;\nproxy_set_header Connection "upgrade";',
      ),
    ],
    sane: [
      `location /ws { proxy_http_version 1.1; proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection upgrade; ${APP} }`,
      http(
        `map $http_upgrade $connection_upgrade { default upgrade; "" close; }\nserver { location / { proxy_http_version 1.1; proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection $connection_upgrade; ${APP} } }`,
      ),
      `location / { ${APP} }`,
    ],
  },
  {
    rule: 'cache-inactive-below-valid',
    inside: 'http',
    bad: [
      'proxy_cache_path /tmp/c keys_zone=k:1m;\nserver { location / { proxy_cache k; proxy_cache_valid 200 1d; proxy_pass http://127.0.0.1:1; } }',
      'proxy_cache_path /tmp/c keys_zone=k:1m inactive=1h;\nproxy_cache k;\nproxy_cache_valid 200 302 12h;\nserver { location / { proxy_pass http://127.0.0.1:1; } }',
      'uwsgi_cache_path /tmp/c keys_zone=k:1m;\nserver { location / { uwsgi_cache k; uwsgi_cache_key $uri; uwsgi_cache_valid 200 7d; uwsgi_pass 127.0.0.1:1; } }',
      'proxy_cache_path /tmp/c keys_zone=k:1m inactive=30m;\nserver { proxy_cache_valid 200 2h; location / { proxy_cache k; proxy_pass http://127.0.0.1:1; } }',
      'fastcgi_cache_path /tmp/c keys_zone=k:1m inactive=10m;\nserver { location / { fastcgi_cache k; fastcgi_cache_key $uri; fastcgi_cache_valid 200 1d; fastcgi_pass 127.0.0.1:1; } }',
      inc(
        'proxy_cache_path /tmp/c keys_zone=k:1m; server { location / { proxy_cache k; @ proxy_pass http://127.0.0.1:1; } }',
        'proxy_cache_valid 200 7d;',
      ),
    ],
    sane: [
      'proxy_cache_path /tmp/c keys_zone=k:1m inactive=7d;\nserver { location / { proxy_cache k; proxy_cache_valid 200 1d; proxy_pass http://127.0.0.1:1; } }',
      'proxy_cache_path /tmp/c keys_zone=k:1m;\nserver { location / { proxy_cache k; proxy_cache_valid 200 5m; proxy_pass http://127.0.0.1:1; } }',
      'proxy_cache_path /tmp/c keys_zone=k:1m;\nserver { location / { proxy_cache k; proxy_pass http://127.0.0.1:1; } }',
      'proxy_cache_path /tmp/c keys_zone=k:1m;\nserver { location / { proxy_cache off; proxy_cache_valid 200 1d; proxy_pass http://127.0.0.1:1; } }',
      'proxy_cache_path /tmp/c keys_zone=k:1m inactive=1d;\nserver { location / { proxy_cache k; proxy_cache_valid 200 1d; proxy_pass http://127.0.0.1:1; } }',
      'proxy_cache_path /tmp/a keys_zone=a:1m;\nproxy_cache_path /tmp/b keys_zone=b:1m inactive=2d;\nserver { location / { proxy_cache b; proxy_cache_valid 200 1d; proxy_pass http://127.0.0.1:1; } }',
    ],
  },
  {
    rule: 'cache-stores-errors',
    inside: 'http',
    bad: [
      'proxy_cache_path /tmp/c keys_zone=k:1m inactive=2d;\nserver { location / { proxy_cache k; proxy_cache_valid any 12h; proxy_pass http://127.0.0.1:1; } }',
      'proxy_cache_path /tmp/c keys_zone=k:1m inactive=2d;\nserver { location / { proxy_cache k; proxy_cache_valid 200 1d; proxy_cache_valid any 1h; proxy_pass http://127.0.0.1:1; } }',
      'uwsgi_cache_path /tmp/c keys_zone=k:1m inactive=2d;\nserver { location / { uwsgi_cache k; uwsgi_cache_key $uri; uwsgi_cache_valid any 1d; uwsgi_pass 127.0.0.1:1; } }',
      'proxy_cache_path /tmp/c keys_zone=k:1m inactive=2d;\nproxy_cache k;\nproxy_cache_valid any 1d;\nserver { location / { proxy_pass http://127.0.0.1:1; } }',
      'proxy_cache_path /tmp/c keys_zone=k:1m inactive=2d;\nserver { location / { proxy_cache k; proxy_cache_valid 200 500 502 1d; proxy_pass http://127.0.0.1:1; } }',
      inc(
        'proxy_cache_path /tmp/c keys_zone=k:1m inactive=2d; server { location / { proxy_cache k; @ proxy_pass http://127.0.0.1:1; } }',
        'proxy_cache_valid any 6h;',
      ),
    ],
    sane: [
      'proxy_cache_path /tmp/c keys_zone=k:1m;\nserver { location / { proxy_cache k; proxy_cache_valid 200 1d; proxy_pass http://127.0.0.1:1; } }',
      'proxy_cache_path /tmp/c keys_zone=k:1m;\nserver { location / { proxy_cache k; proxy_cache_valid 200 1d; proxy_cache_valid any 1m; proxy_pass http://127.0.0.1:1; } }',
      'proxy_cache_path /tmp/c keys_zone=k:1m;\nserver { location / { proxy_cache k; proxy_cache_valid 10m; proxy_pass http://127.0.0.1:1; } }',
      'proxy_cache_path /tmp/c keys_zone=k:1m;\nserver { location / { proxy_cache_valid any 1d; proxy_pass http://127.0.0.1:1; } }',
      'proxy_cache_path /tmp/c keys_zone=k:1m;\nserver { location / { proxy_cache k; proxy_cache_valid 200 301 404 1h; proxy_pass http://127.0.0.1:1; } }',
      'proxy_cache_path /tmp/c keys_zone=k:1m;\nserver { location / { proxy_cache k; proxy_cache_valid any 30s; proxy_pass http://127.0.0.1:1; } }',
    ],
  },
  {
    rule: 'grpc-without-http2',
    inside: 'http',
    bad: [
      'server { listen 80; location / { grpc_pass 127.0.0.1:50051; } }',
      `server { listen 443 ssl; ${CERT} location / { grpc_pass grpcs://127.0.0.1:50051; } }`,
      'upstream g { server 127.0.0.1:50051; }\nserver { listen 80; location /pkg.Service/ { grpc_pass grpc://g; } }',
      'server { listen 50051; location / { set $g 127.0.0.1:50052; grpc_pass grpc://$g; } }',
      `server { listen 443 ssl; http2 off; ${CERT} location / { grpc_pass grpc://127.0.0.1:50051; } }`,
      inc('server { listen 80; location / { @ } }', 'grpc_pass grpc://127.0.0.1:50051;'),
    ],
    sane: [
      'server { listen 80; http2 on; location / { grpc_pass grpc://127.0.0.1:50051; } }',
      'http2 on;\nserver { listen 80; location / { grpc_pass grpc://127.0.0.1:50051; } }',
      on('1.22.1', 'server { listen 80 http2; location / { grpc_pass grpc://127.0.0.1:50051; } }'),
      `server { listen 443 ssl http2; ${CERT} location / { grpc_pass grpc://127.0.0.1:50051; } }`,
      `server { listen 443 quic; listen 443 ssl; http2 on; ${CERT} location / { grpc_pass grpc://127.0.0.1:50051; } }`,
      'server { listen 80; location / { proxy_pass http://127.0.0.1:50051; } }',
    ],
  },
  {
    rule: 'auth-request-unexpected-answer',
    bad: [
      `location / { auth_request /a; ${APP} }\nlocation = /a { internal; return 302 /login; }`,
      `location / { auth_request /a; ${APP} }\nlocation = /a { internal; if ($cookie_s = "") { return 301 https://login.example/; } return 204; }`,
      `auth_request /a;\nlocation / { ${APP} }\nlocation = /a { auth_request off; internal; return 404; }`,
      `location / { auth_request /a; ${APP} }\nlocation = /a { internal; rewrite ^ /login redirect; }`,
      `location / { auth_request /a; ${APP} }\nlocation = /a { internal; return 503; }`,
      `location / { auth_request /nowhere; root /srv; }`,
    ],
    sane: [
      `location / { auth_request /a; ${APP} }\nlocation = /a { internal; proxy_pass http://127.0.0.1:9000; proxy_pass_request_body off; proxy_set_header Content-Length ""; }`,
      `location / { auth_request /a; ${APP} }\nlocation = /a { internal; if ($cookie_s = "") { return 401; } return 204; }`,
      `location / { auth_request /a; error_page 401 = @login; ${APP} }\nlocation @login { return 302 /login; }\nlocation = /a { internal; return 401; }`,
      `location / { auth_request off; ${APP} }`,
      `location / { auth_request /a; ${APP} }\nlocation = /a { internal; return 403; }`,
      `location / { auth_request /a; ${APP} }\nlocation = /a { internal; if ($cookie_s = "") { return 401; } return 200; }`,
    ],
  },
];
