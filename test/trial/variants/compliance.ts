/** What the benchmarks ask for, on trial. */
import { http, main, server, stream, type Trial, tree } from '../trial.ts';

const APP = 'proxy_pass http://127.0.0.1:8000;';
const TLS = 'listen 443 ssl;\nssl_certificate /etc/ssl/a.pem;\nssl_certificate_key /etc/ssl/a.key;';
const TIMES = 'keepalive_timeout 10s;\nsend_timeout 5s;\nclient_header_timeout 10s;\nclient_body_timeout 10s;\n';
const ZONES = 'limit_req_zone $binary_remote_addr zone=r:10m rate=10r/s;\nlimit_conn_zone $binary_remote_addr zone=c:10m;\n';
const POST = 'limit_except GET HEAD POST { deny all; }';

export const TRIALS: readonly Trial[] = [
  {
    rule: 'access-log-off',
    bad: [
      http('access_log off;\nserver { listen 80; root /srv; }'),
      'location / { access_log off; proxy_pass http://127.0.0.1:1; }',
      'location / { if ($arg_quiet) { access_log off; } root /srv; }',
      'access_log "off";',
      http('access_log /var/log/nginx/a.log;\nserver { listen 80; access_log off; root /srv; }'),
      tree('#- nginx.conf\nevents {}\nhttp { server { include quiet.inc; root /srv; } }\n#- quiet.inc\naccess_log off;\n'),
      stream('server { listen 9000; access_log off; proxy_pass 127.0.0.1:1; }'),
    ],
    sane: [
      'access_log /var/log/nginx/off;',
      'access_log syslog:server=10.0.0.9 combined;',
      'access_log /dev/stdout combined if=$arg_log;',
      http('access_log /var/log/nginx/a.log combined buffer=32k;\nserver { listen 80; }'),
      'log_not_found off;\nlog_subrequest off;',
      'root /srv;',
      'error_log /dev/null crit;',
    ],
  },
  {
    rule: 'client-limits-missing',
    inside: 'http',
    bad: [
      'server { listen 80; root /srv; }',
      `${ZONES}server { listen 80; ${APP.replace('proxy', 'location / { proxy')} } }`,
      'limit_conn_zone $binary_remote_addr zone=c:10m;\nserver { listen 80; limit_conn c 10; root /srv; }',
      'limit_req_zone $host zone=r:10m rate=1r/s;\nlimit_conn_zone $server_name zone=c:10m;\nserver { listen 80; limit_req zone=r; limit_conn c 5; root /srv; }',
      `${ZONES}server { listen 80; limit_req zone=r; limit_conn c 5; root /srv; }\nserver { listen 81; limit_req zone=r; root /srv; }`,
      tree(`#- nginx.conf\nevents {}\nhttp { include zones.conf; server { listen 80; location / { ${APP} } } }\n#- zones.conf\n${ZONES}`),
    ],
    sane: [
      `${ZONES}server { listen 80; limit_req zone=r burst=5; limit_conn c 5; root /srv; }`,
      `${ZONES}limit_req zone=r burst=5;\nlimit_conn c 5;\nserver { listen 80; root /srv; }`,
      `${ZONES}server { listen 80; limit_req zone=r; limit_conn c 5; location / { ${APP} } location /x { ${APP} } }`,
      'server { listen 80; return 301 https://$host$request_uri; }',
      'limit_req_zone $remote_addr zone=r:10m rate=10r/s;\nlimit_conn_zone $remote_addr zone=c:10m;\nserver { listen 80; limit_req zone=r; limit_conn c 5; root /srv; }',
      tree(
        `#- nginx.conf\nevents {}\nhttp { ${ZONES} server { listen 80; include limits.inc; root /srv; } }\n#- limits.inc\nlimit_req zone=r;\nlimit_conn c 9;\n`,
      ),
    ],
  },
  {
    rule: 'client-timeouts-long',
    inside: 'http',
    bad: [
      'server { listen 80; }',
      `${TIMES}server { listen 80; send_timeout 60; }`,
      `${TIMES.replace('keepalive_timeout 10s', 'keepalive_timeout 0')}server { listen 80; }`,
      `${TIMES}server { listen 80; location /slow { client_body_timeout 5m; } }`,
      `${TIMES.replace('client_header_timeout 10s', 'client_header_timeout 11000ms')}server { listen 80; }`,
      tree(
        `#- nginx.conf\nevents {}\nhttp { include t.conf; server { listen 80; } }\n#- t.conf\n${TIMES.replace('send_timeout 5s', 'send_timeout 1m')}`,
      ),
      'send_timeout 10s;\nclient_header_timeout 10s;\nkeepalive_timeout 10s;\nserver { listen 80; }',
    ],
    sane: [
      `${TIMES}server { listen 80; }`,
      `${TIMES.replace('keepalive_timeout 10s', 'keepalive_timeout 10s 10s')}server { listen 80; }`,
      `server { listen 80; ${TIMES} }`,
      `${TIMES.replace('send_timeout 5s', 'send_timeout 9500ms')}server { listen 80; }`,
      tree(`#- nginx.conf\nevents {}\nhttp { include t.conf; server { listen 80; } }\n#- t.conf\n${TIMES}`),
      `${TIMES}server { listen 80; location / { proxy_read_timeout 300s; ${APP} } }`,
    ],
  },
  {
    rule: 'error-log-level-too-high',
    bad: [
      main('error_log /var/log/nginx/error.log error;\nevents {}'),
      main('error_log stderr;\nevents {}'),
      http('error_log syslog:server=10.0.0.9 crit;\nserver { listen 80; }'),
      'error_log /var/log/nginx/a.log notice;',
      'location / { error_log /var/log/nginx/a.log warn; }',
      main('events {}\nstream { error_log /var/log/nginx/s.log alert; server { listen 9; proxy_pass 127.0.0.1:1; } }'),
    ],
    sane: [
      main('error_log /var/log/nginx/error.log info;\nevents {}'),
      main('error_log stderr info;\nevents {}'),
      'error_log /var/log/nginx/a.log debug;',
      http('error_log syslog:server=10.0.0.9 info;\nserver { listen 80; }'),
      'access_log /var/log/nginx/a.log combined;',
      main('error_log "/var/log/nginx/my errors.log" info;\nevents {}'),
    ],
  },
  {
    rule: 'hidden-file-served',
    inside: 'http',
    bad: [
      'root /srv/www;\nserver { listen 80; }',
      'server { listen 80; location / { root /srv/www; } }',
      'server { listen 80; root /srv/www; location ~ /\\.ht { deny all; } }',
      'server { listen 80; root /srv/www; location / { try_files $uri @app; } location @app { proxy_pass http://127.0.0.1:8000; } }',
      'server { listen 80; location /static/ { alias /srv/static/; } location / { proxy_pass http://127.0.0.1:8000; } }',
      'server { listen 80; root /srv/www; location ^~ /files/ { } location ~ /\\. { deny all; } }',
      'server { listen 80; root /srv/www; location = /.git { deny all; } }',
    ],
    sane: [
      'server { listen 80; root /srv/www; location ~ /\\. { deny all; } }',
      'server { listen 80; root /srv/www; location ~ /\\.(?!well-known) { return 404; } }',
      'server { listen 80; location / { proxy_pass http://127.0.0.1:8000; } }',
      'server { listen 80; return 301 https://example.org$request_uri; }',
      'server { listen 80; root /srv/www; if ($uri ~ "/\\.") { return 404; } }',
      'server { listen 80; root /srv/www; location ~* (^|/)\\. { return 403; } }',
      tree(
        '#- nginx.conf\nevents {}\nhttp { server { listen 80; root /srv/www; include hidden.inc; } }\n#- hidden.inc\nlocation ~ /\\.(?!well-known/) { deny all; }\n',
      ),
    ],
  },
  {
    rule: 'method-not-limited',
    bad: [
      'location / { uwsgi_pass 127.0.0.1:3031; }',
      'location / { set $app 127.0.0.1:8000; proxy_pass http://$app; }',
      'location /api/ { proxy_pass http://127.0.0.1:8000; }\nlocation /x/ { limit_except GET { deny all; } proxy_pass http://127.0.0.1:8000; }',
      'location / { if ($request_method = TRACE) { return 405; } proxy_pass http://127.0.0.1:8000; }',
      'location / { if ($request_method = POST) { set $w 1; } fastcgi_pass 127.0.0.1:9000; }',
      `location / { limit_except GET { allow all; } ${APP} }`,
      tree(`#- nginx.conf\nevents {}\nhttp { server { location / { include app.inc; } } }\n#- app.inc\n${APP}\n`),
    ],
    sane: [
      `location / { ${POST} uwsgi_pass 127.0.0.1:3031; }`,
      `if ($request_method !~ ^(GET|HEAD|POST)$) { return 405; }\nlocation / { ${APP} }`,
      `location / { if ($request_method !~ "^(GET|HEAD|POST|PUT)$") { return 444; } ${APP} }`,
      http(`map $request_method $bad { default 1; GET 0; HEAD 0; POST 0; }\nserver { if ($bad) { return 405; } location / { ${APP} } }`),
      'location / { root /srv; }',
      `location / { internal; ${APP} }`,
      `location / { deny all; ${APP} }`,
      tree(`#- nginx.conf\nevents {}\nhttp { server { location / { include app.inc; } } }\n#- app.inc\n${POST}\n${APP}\n`),
    ],
  },
  {
    rule: 'tls-session-long',
    bad: [
      http(`ssl_session_timeout 1h;\nserver { ${TLS} }`),
      `${TLS}\nssl_session_timeout 960s;`,
      `${TLS}\nssl_session_timeout "1d";`,
      stream(`server { ${TLS} ssl_session_timeout 30m; proxy_pass 127.0.0.1:1; }`),
      `${TLS}\nssl_session_timeout 901;`,
      tree(`#- nginx.conf\nevents {}\nhttp { server { ${TLS} include tls.inc; } }\n#- tls.inc\nssl_session_timeout 4h;\n`),
    ],
    sane: [
      TLS,
      `${TLS}\nssl_session_timeout 15m;`,
      `${TLS}\nssl_session_timeout 900;`,
      `${TLS}\nssl_session_timeout 14m59s;`,
      stream(`server { ${TLS} ssl_session_timeout 5m; proxy_pass 127.0.0.1:1; }`),
      `${TLS}\nssl_session_cache shared:S:10m;\nssl_session_tickets off;`,
      tree(`#- nginx.conf\nevents {}\nhttp { server { ${TLS} include tls.inc; } }\n#- tls.inc\nssl_session_timeout 600000ms;\n`),
    ],
  },
  {
    rule: 'unknown-host-answered',
    inside: 'http',
    bad: [
      'server { listen 80; server_name a.example.org; root /srv; }',
      'server { listen 80 default_server; server_name _; root /srv; }',
      `server { ${TLS} server_name a.example.org; location / { ${APP} } }`,
      'server { listen 80; server_name a.example.org; return 200 hi; }\nserver { listen 80; server_name b.example.org; return 404; }',
      'server { listen 80 default_server; return 444; }\nserver { listen 81; server_name a.example.org; root /srv; }',
      tree(
        '#- nginx.conf\nevents {}\nhttp { include sites/*.conf; }\n#- sites/a.conf\nserver { listen 80; server_name a.example.org; root /srv; }\n#- sites/b.conf\nserver { listen 80; server_name b.example.org; return 444; }\n',
      ),
      'server { listen 80; server_name a.example.org; if ($http_user_agent ~ bot) { return 403; } root /srv; }',
    ],
    sane: [
      'server { listen 80 default_server; server_name _; return 444; }\nserver { listen 80; server_name a.example.org; root /srv; }',
      `server { ${TLS.replace('443 ssl', '443 ssl default_server')} ssl_reject_handshake on; }\nserver { ${TLS} server_name a.example.org; root /srv; }`,
      'server { listen 80; server_name a.example.org; if ($host != a.example.org) { return 421; } root /srv; }',
      'server { listen 80; server_name ""; return 404; }\nserver { listen 80; server_name a.example.org; root /srv; }',
      'server { listen 80 default_server; location / { deny all; } }\nserver { listen 80; server_name a.example.org; root /srv; }',
      tree(
        '#- nginx.conf\nevents {}\nhttp { include sites/*.conf; }\n#- sites/000.conf\nserver { listen 80; return 403; }\n#- sites/b.conf\nserver { listen 80; server_name b.example.org; root /srv; }\n',
      ),
    ],
  },
  {
    rule: 'upstream-headers-shown',
    bad: [
      'location / { uwsgi_pass 127.0.0.1:3031; }',
      'location / { fastcgi_pass 127.0.0.1:9000; fastcgi_hide_header Server; }',
      'location / { set $app 127.0.0.1:8000; proxy_pass http://$app; }',
      `proxy_hide_header X-Powered-By;\nlocation / { proxy_hide_header X-Runtime; ${APP} }`,
      'location / { proxy_hide_header X-Powered-By; uwsgi_pass 127.0.0.1:3031; }',
      `location / { proxy_hide_header X-Powered-By; ${APP} location /x/ { proxy_hide_header X-A; ${APP} } }`,
      `proxy_hide_header X-Powered-By;\nproxy_pass_header X-Powered-By;\nlocation / { ${APP} }`,
    ],
    sane: [
      `proxy_hide_header X-Powered-By;\nlocation / { ${APP} }`,
      http(`proxy_hide_header x-powered-by;\nserver { location / { ${APP} } }`),
      'location / { uwsgi_hide_header X-Powered-By; uwsgi_pass 127.0.0.1:3031; }',
      'location / { fastcgi_hide_header X-Powered-By; fastcgi_hide_header Server; fastcgi_pass 127.0.0.1:9000; }',
      'location / { root /srv; }',
      `location / { more_clear_headers X-Powered-By; ${APP} }`,
      tree(
        `#- nginx.conf\nevents {}\nhttp { server { location / { include app.inc; ${APP} } } }\n#- app.inc\nproxy_hide_header X-Powered-By;\n`,
      ),
    ],
  },
];
void server;
