/** Rules about groups, headers to the application, limits, deprecated words and speed, on trial. */
import { http, main, stream, type Trial } from '../trial.ts';

const APP = 'proxy_pass http://127.0.0.1:8000;';
const CERT = 'ssl_certificate /etc/ssl/a.pem;\nssl_certificate_key /etc/ssl/a.key;';
const THREE =
  'proxy_set_header Host $host; proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for; proxy_set_header X-Forwarded-Proto $scheme;';

export const TRIALS: readonly Trial[] = [
  {
    rule: 'all-servers-down',
    inside: 'http',
    bad: [
      'upstream u { server 127.0.0.1:1 down; }',
      'upstream u { server 127.0.0.1:1 down; server 127.0.0.1:2 weight=2 down; }',
      'upstream u { ip_hash; server 127.0.0.1:1 down; server [::1]:2 down; keepalive 4; }',
      http('upstream u { include s.inc; }', { files: { 's.inc': 'server 127.0.0.1:1 down;\n' } }),
      stream('upstream u { server 127.0.0.1:1 down; }\nserver { listen 9; proxy_pass u; }'),
      'upstream u { server 127.0.0.1:1 down; server 127.0.0.1:2 down backup; }',
    ],
    sane: [
      'upstream u { server 127.0.0.1:1 down; server 127.0.0.1:2; }',
      'upstream u { server 127.0.0.1:1 down; server 127.0.0.1:2 backup; }',
      http('upstream u { include s/*.inc; server 127.0.0.1:1 down; }', { files: { 's/a.inc': 'server 127.0.0.1:2;\n' } }),
      'upstream u { server 127.0.0.1:1; }',
    ],
  },
  {
    rule: 'auth-request-body-announced',
    bad: [
      `auth_request /auth;\nlocation = /auth { internal; ${APP} }\nlocation / { ${APP} }`,
      `location / { auth_request /auth; ${APP} }\nlocation = /auth { internal; proxy_pass http://127.0.0.1:1/check; proxy_pass_request_body off; }`,
      `location / { auth_request /_a; uwsgi_pass 127.0.0.1:2; }\nlocation /_a { proxy_pass http://127.0.0.1:1; proxy_set_header X-Original-URI $request_uri; }`,
    ],
    sane: [
      `location / { auth_request /auth; ${APP} }\nlocation = /auth { internal; proxy_pass http://127.0.0.1:1; proxy_pass_request_body off; proxy_set_header Content-Length ""; }`,
      `proxy_pass_request_body off;\nproxy_set_header Content-Length "";\nlocation / { auth_request /auth; root /srv; }\nlocation = /auth { internal; proxy_pass http://127.0.0.1:1; }`,
      `location / { auth_request /auth; ${APP} }\nlocation = /auth { internal; return 204; }`,
      `location = /auth { internal; ${APP} }`,
    ],
  },
  {
    rule: 'backup-with-hash',
    inside: 'http',
    bad: [
      'upstream u { server 127.0.0.1:1; server 127.0.0.1:2 backup; ip_hash; }',
      'upstream u { server 127.0.0.1:1; server 127.0.0.1:2 backup; hash $uri; }',
      'upstream u { server 127.0.0.1:1; server 127.0.0.1:2 backup; hash $uri consistent; }',
      'upstream u { server 127.0.0.1:1; server 127.0.0.1:2 backup; random two; }',
      stream('upstream u { server 127.0.0.1:1; server 127.0.0.1:2 backup; hash $remote_addr; }\nserver { listen 9; proxy_pass u; }'),
    ],
    sane: [
      'upstream u { server 127.0.0.1:1; server 127.0.0.1:2 backup; least_conn; }',
      'upstream u { ip_hash; server 127.0.0.1:1; server 127.0.0.1:2; }',
      'upstream u { server 127.0.0.1:1; server 127.0.0.1:2 backup; keepalive 8; }',
      'upstream u { least_conn; server 127.0.0.1:1; server 127.0.0.1:2 backup; }',
    ],
  },
  {
    rule: 'body-size-default',
    bad: [
      `location / { ${APP} }`,
      'location / { uwsgi_pass 127.0.0.1:1; }',
      http('upstream u { server 127.0.0.1:1; }\nserver { location / { try_files $uri @a; } location @a { proxy_pass http://u; } }'),
    ],
    sane: [
      `client_max_body_size 10m;\nlocation / { ${APP} }`,
      http(`client_max_body_size 1m;\nserver { location / { ${APP} } }`),
      'deny all;',
      'root /srv;',
      'return 301 https://a.example$request_uri;',
      'location / { return 204; }',
      http(`include b.inc;\nserver { location / { ${APP} } }`, { files: { 'b.inc': 'client_max_body_size 4m;\n' } }),
    ],
  },
  {
    rule: 'buffering-off',
    bad: [
      `location / { proxy_buffering off; ${APP} }`,
      `proxy_buffering off;\nlocation / { ${APP} }`,
      'location / { uwsgi_buffering off; uwsgi_pass 127.0.0.1:1; }',
      'location / { fastcgi_buffering off; fastcgi_pass 127.0.0.1:1; }',
      http('proxy_buffering off;\nserver { }'),
    ],
    sane: [
      `location / { proxy_buffering on; ${APP} }`,
      `location / { ${APP} }`,
      `location /events { proxy_buffering off; proxy_read_timeout 24h; ${APP} }`,
      `location / { proxy_buffer_size 8k; ${APP} }`,
    ],
  },
  {
    rule: 'cache-without-buffering',
    inside: 'http',
    bad: [
      `proxy_cache_path /c keys_zone=z:1m;\nserver { location / { proxy_cache z; proxy_buffering off; ${APP} } }`,
      `proxy_cache_path /c keys_zone=z:1m;\nproxy_buffering off;\nserver { location / { proxy_cache z; ${APP} } }`,
      'uwsgi_cache_path /c keys_zone=z:1m;\nserver { uwsgi_buffering off; location / { uwsgi_cache z; uwsgi_cache_key $uri; uwsgi_pass 127.0.0.1:1; } }',
      `proxy_cache_path /c keys_zone=z:1m;\nproxy_cache z;\nserver { location / { proxy_buffering off; ${APP} } }`,
      'fastcgi_cache_path /c keys_zone=z:1m;\nserver { location / { fastcgi_cache z; fastcgi_cache_key $uri; fastcgi_buffering off; fastcgi_pass 127.0.0.1:1; } }',
    ],
    sane: [
      `proxy_cache_path /c keys_zone=z:1m;\nserver { location / { proxy_cache z; ${APP} } }`,
      `proxy_cache_path /c keys_zone=z:1m;\nproxy_cache z;\nserver { location /sse { proxy_cache off; proxy_buffering off; ${APP} } }`,
      `proxy_cache_path /c keys_zone=z:1m;\nproxy_buffering off;\nserver { location / { proxy_cache z; proxy_buffering on; ${APP} } }`,
      `proxy_cache_path /c keys_zone=z:1m;\nserver { location / { proxy_cache z; uwsgi_buffering off; ${APP} } }`,
    ],
  },
  {
    rule: 'forwarded-headers-missing',
    bad: [
      `location / { proxy_set_header Host $host; ${APP} }`,
      `location / { ${APP} }`,
      http(`proxy_set_header X-Forwarded-For $remote_addr;\nserver { location / { proxy_set_header Host $host; ${APP} } }`),
      'set $up 127.0.0.1:8000;\nlocation / { proxy_set_header Host $host; proxy_pass http://$up; }',
      'location / { proxy_set_header Host $host; proxy_pass http://127.0.0.1:8000$request_uri; }',
      http(
        'upstream app { server unix:/run/g.sock; }\nserver { location / { try_files $uri @a; } location @a { proxy_set_header Host $host; proxy_pass http://app; } }',
      ),
    ],
    sane: [
      `location / { ${THREE} ${APP} }`,
      `${THREE}\nlocation / { ${APP} }`,
      http(`${THREE}\nserver { location / { location /a { ${APP} } } }`),
      `location / { proxy_set_header Host $host; proxy_set_header X-Real-IP $remote_addr; proxy_set_header X-Forwarded-Proto $scheme; ${APP} }`,
      http(`server { location / { include proxy_params; ${APP} } }`),
      `location / { proxy_set_header Host $host; proxy_set_header Forwarded "for=$remote_addr;proto=$scheme"; ${APP} }`,
      'location /b { proxy_pass https://bucket.s3.amazonaws.com; }',
      'location / { uwsgi_pass 127.0.0.1:1; include uwsgi_params; }',
    ],
  },
  {
    rule: 'forwarded-proto-wrong',
    bad: [
      http(`server { listen 80; listen 443 ssl; ${CERT} location / { proxy_set_header X-Forwarded-Proto https; ${APP} } }`),
      http(`server { listen 443 ssl; ${CERT} location / { proxy_set_header X-Forwarded-Proto http; ${APP} } }`),
      http(`proxy_set_header X-Forwarded-Proto http;\nserver { listen 443 ssl; ${CERT} location / { ${APP} } }`),
      http(
        `map $host $p { default http; }\nserver { listen 443 ssl; ${CERT} location / { proxy_set_header X-Forwarded-Proto $p; ${APP} } }`,
      ),
      http(`server { listen 443 ssl; ${CERT} location / { uwsgi_param UWSGI_SCHEME http; uwsgi_pass 127.0.0.1:1; } }`),
      http(`server { listen 80; listen 443 ssl; ${CERT} location / { uwsgi_param HTTPS on; uwsgi_pass 127.0.0.1:1; } }`),
      http(`server { listen 443 ssl; ${CERT} location / { grpc_set_header X-Forwarded-Proto http; grpc_pass 127.0.0.1:1; } }`),
    ],
    sane: [
      http(`server { listen 80; listen 443 ssl; ${CERT} location / { proxy_set_header X-Forwarded-Proto $scheme; ${APP} } }`),
      http(`server { listen 443 ssl; ${CERT} location / { proxy_set_header X-Forwarded-Proto https; ${APP} } }`),
      http(`server { listen 80; location / { proxy_set_header X-Forwarded-Proto $http_x_forwarded_proto; ${APP} } }`),
      http(
        `server { listen 80; listen 443 ssl; ${CERT} if ($scheme = http) { return 301 https://$host$request_uri; } location / { proxy_set_header X-Forwarded-Proto https; ${APP} } }`,
      ),
      http(`server { listen 80; location / { proxy_set_header X-Forwarded-Proto https; ${APP} } }`),
      http(
        `map $http_x_forwarded_proto $p { default $http_x_forwarded_proto; "" $scheme; }\nserver { listen 80; set_real_ip_from 10.0.0.0/8; location / { proxy_set_header X-Forwarded-Proto $p; ${APP} } }`,
      ),
      http(`server { listen 443 ssl; ${CERT} location / { uwsgi_param UWSGI_SCHEME $scheme; uwsgi_pass 127.0.0.1:1; } }`),
    ],
  },
  {
    rule: 'header-sent-twice',
    bad: [
      `location / { proxy_set_header Host $host; proxy_set_header Host $http_host; ${APP} }`,
      `proxy_set_header X-A 1;\nproxy_set_header x-a 2;\nlocation / { ${APP} }`,
      http(`server { location / { include p.inc; proxy_set_header Host $host; ${APP} } }`, {
        files: { 'p.inc': 'proxy_set_header Host $http_host;\n' },
      }),
      'location / { grpc_set_header A 1; grpc_set_header A 2; grpc_pass 127.0.0.1:1; }',
      `location / { proxy_set_header X-Forwarded-For $remote_addr; proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for; ${APP} }`,
    ],
    sane: [
      `proxy_set_header Host $host;\nlocation / { proxy_set_header Host $http_host; ${APP} }`,
      `location / { proxy_set_header Host $host; proxy_set_header X-Host $host; ${APP} }`,
      `location / { proxy_set_header Connection ""; proxy_set_header Upgrade ""; ${APP} }`,
      `location / { add_header X-A 1; add_header X-A 2; ${APP} }`,
      `location / { proxy_set_header X-A ""; proxy_set_header X-A 1; ${APP} }`,
    ],
  },
  {
    rule: 'proxy-host-missing',
    bad: [
      `location / { ${APP} }`,
      `proxy_set_header Host $host;\nlocation / { proxy_set_header X-A b; ${APP} }`,
      'set $up 127.0.0.1:8000;\nlocation / { proxy_pass http://$up; }',
      http('upstream backend { server 127.0.0.1:1; }\nserver { location / { proxy_pass http://backend; } }'),
      'location / { proxy_pass http://localhost:8000/app/; }',
      'location / { proxy_pass http://unix:/run/a.sock; }',
      http('upstream b { server 10.0.0.1:1; }\nmap $uri $u { default b; }\nserver { location / { proxy_pass http://$u; } }'),
    ],
    sane: [
      `location / { proxy_set_header Host $host; ${APP} }`,
      `proxy_set_header Host $http_host;\nlocation / { location /a { ${APP} } }`,
      'location / { proxy_pass https://bucket.example.com; }',
      http(`server { location / { include proxy_params; ${APP} } }`),
      'location / { uwsgi_pass 127.0.0.1:1; }',
      `location / { proxy_set_header host a.example; ${APP} }`,
    ],
  },
  {
    rule: 'request-buffering-off',
    bad: [
      `location / { proxy_request_buffering off; ${APP} }`,
      'location / { uwsgi_request_buffering off; uwsgi_pass 127.0.0.1:1; }',
      'location / { fastcgi_request_buffering off; fastcgi_pass 127.0.0.1:1; }',
      `proxy_request_buffering off;\nlocation / { ${APP} }`,
      'location / { scgi_request_buffering off; scgi_pass 127.0.0.1:1; }',
    ],
    sane: [
      `location / { proxy_request_buffering on; ${APP} }`,
      `location / { ${APP} }`,
      `location /v2/ { proxy_request_buffering off; client_max_body_size 0; ${APP} }`,
      `location /v2/ { proxy_request_buffering off; client_max_body_size 4g; ${APP} }`,
    ],
  },
  {
    rule: 'retry-not-idempotent',
    inside: 'http',
    bad: [
      'upstream u { server 127.0.0.1:1; server 127.0.0.1:2; }\nserver { location / { proxy_next_upstream error timeout non_idempotent; proxy_pass http://u; } }',
      'upstream u { server 127.0.0.1:1; server 127.0.0.1:2; }\nserver { location / { uwsgi_next_upstream error non_idempotent; uwsgi_pass u; } }',
      'upstream u { server 127.0.0.1:1; server 127.0.0.1:2; server 127.0.0.1:3; }\nserver { location / { proxy_read_timeout 600s; proxy_pass http://u; } }',
      'upstream u { server 127.0.0.1:1; server 127.0.0.1:2; server 127.0.0.1:3; }\nproxy_read_timeout 10m;\nserver { location / { proxy_pass http://u; } }',
      'upstream u { server 127.0.0.1:1; server 127.0.0.1:2; server 127.0.0.1:3; }\nserver { location / { fastcgi_read_timeout 600s; fastcgi_pass u; } }',
      'upstream u { server 127.0.0.1:1; server 127.0.0.1:2; server 127.0.0.1:3; }\nserver { location / { grpc_read_timeout 600s; grpc_pass u; } }',
    ],
    sane: [
      'upstream u { server 127.0.0.1:1; server 127.0.0.1:2; }\nserver { location / { proxy_next_upstream error timeout; proxy_pass http://u; } }',
      'upstream u { server 127.0.0.1:1; }\nserver { location / { proxy_read_timeout 600s; proxy_pass http://u; } }',
      'upstream u { server 127.0.0.1:1; server 127.0.0.1:2; }\nserver { location / { proxy_read_timeout 600s; proxy_next_upstream off; proxy_pass http://u; } }',
      'upstream u { server 127.0.0.1:1; server 127.0.0.1:2; server 127.0.0.1:3; }\nserver { location / { proxy_read_timeout 600s; proxy_next_upstream_tries 1; proxy_pass http://u; } }',
      'upstream u { server 127.0.0.1:1; server 127.0.0.1:2; server 127.0.0.1:3; }\nserver { location / { proxy_read_timeout 600s; proxy_next_upstream error; proxy_pass http://u; } }',
      'upstream u { server 127.0.0.1:1; server 127.0.0.1:2; }\nserver { location / { proxy_read_timeout 30s; proxy_pass http://u; } }',
    ],
  },
  {
    rule: 'setting-lost-on-redirect',
    bad: [
      `location / { proxy_read_timeout 300s; try_files $uri @app; }\nlocation @app { ${APP} }`,
      `location / { proxy_set_header X-A b; try_files $uri @app; }\nlocation @app { ${APP} }`,
      'location / { uwsgi_param A b; try_files /x @app; }\nlocation @app { uwsgi_pass 127.0.0.1:1; }',
      `location /up { proxy_send_timeout 9s; error_page 418 = @app; return 418; }\nlocation @app { ${APP} }`,
    ],
    sane: [
      `location / { try_files $uri @app; }\nlocation @app { proxy_read_timeout 300s; ${APP} }`,
      `proxy_read_timeout 300s;\nlocation / { try_files $uri @app; }\nlocation @app { ${APP} }`,
      `location / { client_max_body_size 5m; try_files $uri @app; }\nlocation @app { ${APP} }`,
      `location / { proxy_read_timeout 9s; error_page 502 = @down; ${APP} }\nlocation @down { return 503; }`,
      `location / { expires 1h; try_files $uri @app; }\nlocation @app { ${APP} }`,
    ],
  },
  {
    rule: 'setting-of-another-module',
    bad: [
      'location / { proxy_read_timeout 300s; uwsgi_pass 127.0.0.1:1; }',
      'location / { proxy_set_header Host $host; uwsgi_pass 127.0.0.1:1; }',
      `location / { uwsgi_param A b; ${APP} }`,
      'location / { fastcgi_read_timeout 9s; grpc_pass 127.0.0.1:1; }',
      `location / { uwsgi_read_timeout 90s; ${APP} }`,
    ],
    sane: [
      'location / { uwsgi_read_timeout 300s; uwsgi_pass 127.0.0.1:1; }',
      `location / { proxy_read_timeout 300s; ${APP} }`,
      `proxy_read_timeout 300s;\nlocation / { uwsgi_pass 127.0.0.1:1; }\nlocation /b { ${APP} }`,
      `location / { fastcgi_read_timeout 9s; location ~ \\.php$ { fastcgi_pass 127.0.0.1:9; } ${APP} }`,
    ],
  },
  {
    rule: 'single-server-never-marked-down',
    inside: 'http',
    bad: [
      'upstream u { server 127.0.0.1:1 max_fails=3; }',
      'upstream u { server 127.0.0.1:1 fail_timeout=30s; }',
      'upstream u { server unix:/run/a.sock max_fails=2 fail_timeout=5s; keepalive 2; }',
      'upstream u { server [::1]:1 max_fails=1; }',
      stream('upstream u { server 127.0.0.1:1 max_fails=3; }\nserver { listen 9; proxy_pass u; }'),
    ],
    sane: [
      'upstream u { server 127.0.0.1:1 max_fails=3; server 127.0.0.1:2; }',
      'upstream u { server unix:/run/a.sock fail_timeout=0; }',
      'upstream u { server 127.0.0.1:1 max_fails=0; }',
      'upstream u { server app.example:1 max_fails=3; }',
    ],
  },
  {
    rule: 'timeouts-inverted',
    bad: [
      `location / { proxy_connect_timeout 300s; ${APP} }`,
      http('proxy_connect_timeout 10m;\nserver { }'),
      'location / { uwsgi_connect_timeout 600; uwsgi_pass 127.0.0.1:1; }',
      'keepalive_timeout 10s 60s;',
      'location / { fastcgi_connect_timeout 5m; fastcgi_pass 127.0.0.1:1; }',
    ],
    sane: [
      `location / { proxy_connect_timeout 5s; ${APP} }`,
      `location / { proxy_read_timeout 300s; ${APP} }`,
      'keepalive_timeout 65s 60s;',
      'keepalive_timeout 75;',
      `location / { proxy_connect_timeout 75s; ${APP} }`,
    ],
  },
  {
    rule: 'upstream-keepalive-missing',
    inside: 'http',
    settings: { nginx: '1.22.1' },
    bad: [
      'upstream u { server 127.0.0.1:1; }\nserver { location / { proxy_pass http://u; } }',
      'upstream u { server 10.0.0.1:1; server 10.0.0.2:1; least_conn; }\nserver { location / { proxy_pass https://u; } }',
      'upstream u { server 127.0.0.1:1; }\nserver { set $x u; location / { proxy_pass http://$x; } }',
    ],
    sane: [
      'upstream u { server 127.0.0.1:1; keepalive 16; }\nserver { location / { proxy_pass http://u; } }',
      'upstream u { server unix:/run/a.sock; }\nserver { location / { proxy_pass http://u; } }',
      http('upstream u { server 127.0.0.1:1; }\nserver { location / { proxy_pass http://u; } }', { settings: { nginx: '1.31.5' } }),
      'upstream u { server 127.0.0.1:1; }\nserver { location / { uwsgi_pass u; } }',
    ],
  },
  {
    rule: 'upstream-zone-missing',
    inside: 'http',
    bad: [
      main(
        'worker_processes auto;\nevents { }\nhttp { upstream u { server 127.0.0.1:1 max_conns=5; server 127.0.0.1:2; }\nserver { location / { proxy_pass http://u; } } }',
      ),
      main(
        'worker_processes 4;\nevents { }\nhttp { upstream u { least_conn; server 127.0.0.1:1 max_conns=5; }\nserver { location / { proxy_pass http://u; } } }',
      ),
    ],
    sane: [
      'upstream u { zone u 64k; server 127.0.0.1:1 max_conns=5; }\nserver { location / { proxy_pass http://u; } }',
      'upstream u { server 127.0.0.1:1; server 127.0.0.1:2; }\nserver { location / { proxy_pass http://u; } }',
    ],
  },
  {
    rule: 'websocket-upgrade-wrong',
    bad: [
      http(
        `map $http_upgrade $connection_upgrade { default upgrade; "" close; }\nserver { location /ws { proxy_http_version 1.1; proxy_set_header Upgrade $connection_upgrade; proxy_set_header Connection upgrade; ${APP} } }`,
      ),
      `location /ws { proxy_http_version 1.1; proxy_set_header Upgrade $http_connection; proxy_set_header Connection "upgrade"; ${APP} }`,
    ],
    sane: [
      `location /ws { proxy_http_version 1.1; proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection upgrade; ${APP} }`,
      http(
        `map $http_upgrade $c { default upgrade; "" close; }\nserver { location /ws { proxy_http_version 1.1; proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection $c; ${APP} } }`,
      ),
      `location /ws { proxy_http_version 1.1; proxy_set_header Upgrade websocket; proxy_set_header Connection upgrade; ${APP} }`,
    ],
  },
  {
    rule: 'burst-without-nodelay',
    inside: 'http',
    bad: [
      'limit_req_zone $binary_remote_addr zone=z:1m rate=1r/s;\nserver { location / { limit_req zone=z burst=20; } }',
      'limit_req_zone $binary_remote_addr zone=z:1m rate=10r/m;\nlimit_req zone=z burst=50;\nserver { }',
      http('limit_req_zone $binary_remote_addr zone=z:1m rate=1r/s;\nserver { include l.inc; }', {
        files: { 'l.inc': 'limit_req burst=30 zone=z;\n' },
      }),
    ],
    sane: [
      'limit_req_zone $binary_remote_addr zone=z:1m rate=1r/s;\nserver { location / { limit_req zone=z burst=20 nodelay; } }',
      'limit_req_zone $binary_remote_addr zone=z:1m rate=1r/s;\nserver { location / { limit_req zone=z burst=20 delay=8; } }',
      'limit_req_zone $binary_remote_addr zone=z:1m rate=1r/s;\nserver { location / { limit_req zone=z; } }',
      'limit_req_zone $binary_remote_addr zone=z:1m rate=100r/s;\nserver { location / { limit_req zone=z burst=20; } }',
    ],
  },
  {
    rule: 'dry-run-left-on',
    inside: 'http',
    bad: [
      'limit_req_zone $binary_remote_addr zone=z:1m rate=1r/s;\nserver { limit_req zone=z; limit_req_dry_run on; }',
      'limit_req_dry_run on;\nlimit_req_zone $binary_remote_addr zone=z:1m rate=1r/s;\nserver { location / { limit_req zone=z; } }',
      'limit_conn_zone $binary_remote_addr zone=z:1m;\nserver { location / { limit_conn z 1; limit_conn_dry_run on; } }',
      stream(
        'limit_conn_zone $binary_remote_addr zone=z:1m;\nserver { listen 9; limit_conn z 1; limit_conn_dry_run on; proxy_pass 127.0.0.1:1; }',
      ),
    ],
    sane: [
      'limit_req_zone $binary_remote_addr zone=z:1m rate=1r/s;\nserver { limit_req zone=z; limit_req_dry_run off; }',
      'limit_req_zone $binary_remote_addr zone=z:1m rate=1r/s;\nserver { limit_req zone=z; }',
      'limit_req_dry_run on;\nlimit_req_zone $binary_remote_addr zone=z:1m rate=1r/s;\nserver { limit_req_dry_run off; limit_req zone=z; }',
    ],
  },
  {
    rule: 'limit-behind-proxy',
    inside: 'http',
    bad: [
      'limit_req_zone $binary_remote_addr zone=z:1m rate=1r/s;\nserver { listen 80 proxy_protocol; location / { limit_req zone=z; } }',
      'map $uri $k { default $binary_remote_addr; }\nlimit_req_zone $k zone=z:1m rate=1r/s;\nserver { listen 80 proxy_protocol; location / { limit_req zone=z; } }',
      'limit_conn_zone $remote_addr zone=z:1m;\nserver { listen 80 proxy_protocol; limit_conn z 5; }',
      stream('limit_conn_zone $binary_remote_addr zone=z:1m;\nserver { listen 9 proxy_protocol; limit_conn z 1; proxy_pass 127.0.0.1:1; }'),
    ],
    sane: [
      'limit_req_zone $binary_remote_addr zone=z:1m rate=1r/s;\nset_real_ip_from 10.0.0.0/8;\nreal_ip_header proxy_protocol;\nserver { listen 80 proxy_protocol; location / { limit_req zone=z; } }',
      'limit_req_zone $binary_remote_addr zone=z:1m rate=1r/s;\nserver { listen 80; location / { limit_req zone=z; } }',
      'limit_req_zone $proxy_protocol_addr zone=z:1m rate=1r/s;\nserver { listen 80 proxy_protocol; location / { limit_req zone=z; } }',
    ],
  },
  {
    rule: 'limit-key-constant',
    inside: 'http',
    bad: [
      'limit_req_zone all zone=z:1m rate=1r/s;\nserver { limit_req zone=z; }',
      'limit_conn_zone "x" zone=z:1m;\nserver { limit_conn z 5; }',
      'limit_req_zone binary_remote_addr zone=z:1m rate=1r/s;\nserver { limit_req zone=z; }',
      stream('limit_conn_zone all zone=z:1m;\nserver { listen 9; limit_conn z 5; proxy_pass 127.0.0.1:1; }'),
    ],
    sane: [
      'limit_req_zone $binary_remote_addr zone=z:1m rate=1r/s;\nserver { limit_req zone=z; }',
      'limit_req_zone $server_name zone=z:1m rate=1r/s;\nserver { limit_req zone=z; }',
      'limit_req_zone a$uri zone=z:1m rate=1r/s;\nserver { limit_req zone=z; }',
    ],
  },
  {
    rule: 'limit-key-forgeable',
    inside: 'http',
    bad: [
      'limit_req_zone $http_x_forwarded_for zone=z:1m rate=1r/s;\nserver { limit_req zone=z; }',
      'limit_req_zone $arg_user zone=z:1m rate=1r/s;\nserver { limit_req zone=z; }',
      'limit_req_zone $cookie_sid$uri zone=z:1m rate=1r/s;\nserver { limit_req zone=z; }',
      'map $http_x_real_ip $k { default $http_x_real_ip; "" $binary_remote_addr; }\nlimit_req_zone $k zone=z:1m rate=1r/s;\nserver { limit_req zone=z; }',
      'limit_conn_zone $http_user_agent zone=z:1m;\nserver { limit_conn z 4; }',
      'limit_req_zone $proxy_add_x_forwarded_for zone=z:1m rate=1r/s;\nserver { limit_req zone=z; }',
      'limit_req_zone $http_authorization zone=z:1m rate=1r/s;\nserver { location /login { limit_req zone=z; } }',
    ],
    sane: [
      'limit_req_zone $binary_remote_addr zone=z:1m rate=1r/s;\nserver { limit_req zone=z; }',
      'limit_req_zone $binary_remote_addr$uri zone=z:1m rate=1r/s;\nserver { limit_req zone=z; }',
      'limit_req_zone $server_name zone=z:1m rate=1r/s;\nserver { limit_req zone=z; }',
      'map $http_user_agent $k { default ""; ~bot bot; }\nlimit_req_zone $k zone=z:1m rate=1r/s;\nserver { limit_req zone=z; }',
      'geo $limited { default 1; 10.0.0.0/8 0; }\nmap $limited $k { 0 ""; 1 $binary_remote_addr; }\nlimit_req_zone $k zone=z:1m rate=1r/s;\nserver { limit_req zone=z; }',
    ],
  },
  {
    rule: 'limit-status-503',
    inside: 'http',
    bad: [
      'limit_req_zone $binary_remote_addr zone=z:1m rate=1r/s;\nserver { limit_req zone=z; }',
      'limit_conn_zone $binary_remote_addr zone=z:1m;\nserver { location / { limit_conn z 5; } }',
      'limit_req_zone $binary_remote_addr zone=z:1m rate=1r/s;\nlimit_conn_status 429;\nserver { location / { limit_req zone=z; } }',
    ],
    sane: [
      'limit_req_zone $binary_remote_addr zone=z:1m rate=1r/s;\nlimit_req_status 429;\nserver { limit_req zone=z; }',
      'limit_req_zone $binary_remote_addr zone=z:1m rate=1r/s;\nserver { location / { limit_req zone=z; limit_req_status 444; } }',
      'limit_req_zone $binary_remote_addr zone=z:1m rate=1r/s;\nserver { }',
    ],
  },
  {
    rule: 'limit-without-zone-use',
    inside: 'http',
    bad: [
      'limit_req_zone $binary_remote_addr zone=z:1m rate=1r/s;\nserver { }',
      'limit_conn_zone $binary_remote_addr zone=z:1m;\nserver { }',
      'limit_req_zone $binary_remote_addr zone=a:1m rate=1r/s;\nlimit_req_zone $binary_remote_addr zone=b:1m rate=1r/s;\nserver { limit_req zone=a; }',
      stream('limit_conn_zone $binary_remote_addr zone=z:1m;\nserver { listen 9; proxy_pass 127.0.0.1:1; }'),
      'limit_req_zone $binary_remote_addr zone=z:1m rate=1r/s;\nlimit_conn_zone $binary_remote_addr zone=c:1m;\nserver { limit_conn c 1; }',
    ],
    sane: [
      'limit_req_zone $binary_remote_addr zone=z:1m rate=1r/s;\nserver { location / { if ($arg_x) { } limit_req zone=z; } }',
      http('limit_req_zone $binary_remote_addr zone=z:1m rate=1r/s;\nserver { include l.inc; }', {
        files: { 'l.inc': 'limit_req zone=z;\n' },
      }),
      'limit_req_zone $binary_remote_addr zone=z:1m rate=1r/s;\ninclude sites/*.conf;\nserver { }',
      'limit_conn_zone $binary_remote_addr zone=z:1m;\nlimit_conn z 10;\nserver { }',
    ],
  },
  {
    rule: 'zone-too-small',
    inside: 'http',
    bad: [
      'limit_req_zone $binary_remote_addr zone=z:32k rate=1r/s;\nserver { limit_req zone=z; }',
      'limit_conn_zone $binary_remote_addr zone=z:32k;\nserver { limit_conn z 5; }',
      'proxy_cache_path /c keys_zone=z:64k max_size=100g;\nserver { location / { proxy_cache z; proxy_pass http://127.0.0.1:1; } }',
    ],
    sane: [
      'limit_req_zone $binary_remote_addr zone=z:10m rate=1r/s;\nserver { limit_req zone=z; }',
      'limit_req_zone $server_name zone=z:32k rate=1r/s;\nserver { limit_req zone=z; }',
      'proxy_cache_path /c keys_zone=z:10m max_size=1g;\nserver { location / { proxy_cache z; proxy_pass http://127.0.0.1:1; } }',
    ],
  },
  {
    rule: 'deprecated-directive',
    settings: { nginx: '1.31.5' },
    bad: [
      'location / { http2_push_preload on; }',
      http('http2_max_requests 5;\nserver { }', { settings: { nginx: '1.20.0' } }),
      http('http2_idle_timeout 5m;\nserver { }', { settings: { nginx: '1.20.0' } }),
      http('server { ssl_prefer_server_ciphers on; listen 80; http2_recv_timeout 9s; }', { settings: { nginx: '1.19.7' } }),
    ],
    sane: [
      'keepalive_requests 1000;',
      'location / { root /srv; }',
      http('http2_max_requests 5;\nserver { }', { settings: { nginx: '1.18.0' } }),
    ],
  },
  {
    rule: 'deprecated-parameter',
    bad: [
      'listen 80 default;',
      http('server { listen [::]:80 default; }'),
      http('server { include l.inc; }', { files: { 'l.inc': 'listen 8080 default;\n' } }),
      'listen 443 default ssl;\nssl_certificate a;\nssl_certificate_key b;',
    ],
    sane: ['listen 80 default_server;', 'listen 80;', 'location / { aio on; }', 'location / { expires default; }'],
  },
  {
    rule: 'deprecated-variable',
    bad: [
      `location / { proxy_set_header X-Cert $ssl_client_cert; ${APP} }`,
      'location / { uwsgi_param CERT "$ssl_client_cert"; uwsgi_pass 127.0.0.1:1; }',
      http("log_format a '$ssl_client_cert';\nserver { access_log x a; }"),
      http('map $ssl_client_cert $has { "" 0; default 1; }\nserver { if ($has) { return 204; } }'),
    ],
    sane: [
      `location / { proxy_set_header X-Cert $ssl_client_escaped_cert; ${APP} }`,
      `location / { proxy_set_header X-Cert $ssl_client_raw_cert; ${APP} }`,
      `location / { proxy_set_header X-Dn $ssl_client_s_dn; ${APP} }`,
    ],
  },
  {
    rule: 'listen-http2',
    settings: { nginx: '1.31.5' },
    bad: [
      `listen 443 ssl http2;\n${CERT}`,
      `listen [::]:443 http2 ssl;\n${CERT}`,
      http(`server { include l.inc; ${CERT} }`, { files: { 'l.inc': 'listen 443 ssl http2 default_server;\n' } }),
      'listen 80 http2;',
    ],
    sane: [
      `listen 443 ssl;\nhttp2 on;\n${CERT}`,
      http(`server { listen 443 ssl http2; ${CERT} }`, { settings: { nginx: '1.22.1' } }),
      'listen 443 quic;',
    ],
  },
  {
    rule: 'ssl-directive-deprecated',
    settings: { nginx: '1.22.1' },
    bad: [
      `listen 443;\nssl on;\n${CERT}`,
      http(`ssl on;\n${CERT}\nserver { listen 443; }`),
      http(`server { include s.inc; ${CERT} listen 443 ssl; }`, { files: { 's.inc': 'ssl on;\n' } }),
      `listen 80;\nssl off;`,
      {
        inside: 'mail',
        text: 'auth_http 127.0.0.1:9;\nserver { listen 993; protocol imap; ssl on; ssl_certificate a; ssl_certificate_key b; }',
      },
    ],
    sane: [`listen 443 ssl;\n${CERT}`, 'listen 80;'],
  },
  {
    rule: 'access-log-unbuffered',
    bad: [
      'access_log /var/log/nginx/a.log;',
      'access_log logs/a.log combined;',
      http('access_log /var/log/nginx/a.log;\nserver { }'),
      http('server { include l.inc; }', { files: { 'l.inc': 'access_log /var/log/a.log;\n' } }),
      'location /a { access_log /var/log/a.log combined if=$loggable; }',
    ],
    sane: [
      'access_log off;',
      'access_log /var/log/nginx/a.log combined buffer=32k;',
      'access_log /dev/stdout;',
      'access_log /proc/self/fd/1;',
      'access_log syslog:server=127.0.0.1;',
      'access_log /var/log/$host.log;',
      'access_log /var/log/a.log combined gzip flush=5m;',
      http('access_log logs/x.log combined buffer=32k;\nserver { access_log logs/x.log combined buffer=32k; }'),
    ],
  },
  {
    rule: 'error-log-missing',
    inside: 'main',
    bad: [
      'events { }\nhttp { server { } }',
      'events { }\nhttp { server { error_log a; } server { listen 81; } }',
      'events { }\nstream { server { listen 9; proxy_pass 127.0.0.1:1; } }',
    ],
    sane: [
      'error_log /var/log/e.log;\nevents { }\nhttp { }',
      'events { }\nhttp { error_log /var/log/e.log warn; server { } }',
      'events { }\nhttp { server { error_log a; } }',
      main('include e.conf;\nevents { }\nhttp { }', { files: { 'e.conf': 'error_log stderr;\n' } }),
    ],
  },
  {
    rule: 'open-file-cache-missing',
    bad: [
      `location / { try_files $uri @a; }\nlocation @a { ${APP} }`,
      'root /srv;\nlocation / { try_files $uri $uri/ =404; }',
      http('open_file_cache off;\nserver { location / { try_files $uri /index.html; } }'),
      'try_files $uri /index.html;',
    ],
    sane: [
      'open_file_cache max=100;\nlocation / { try_files $uri =404; }',
      http('open_file_cache max=100;\nserver { location / { try_files $uri =404; } }'),
      `location / { try_files "" @a; }\nlocation @a { ${APP} }`,
      `location / { try_files /nonexistent @a; }\nlocation @a { ${APP} }`,
      `location / { try_files /.none @a; }\nlocation @a { ${APP} }`,
      'location / { try_files =404 =404; }',
    ],
  },
  {
    rule: 'rlimit-below-connections',
    inside: 'main',
    bad: [
      'worker_rlimit_nofile 1024;\nevents { worker_connections 4096; }',
      'worker_rlimit_nofile 100;\nevents { }',
      'events { worker_connections 4096; }',
      'worker_rlimit_nofile 2048;\nevents { worker_connections 2048; }',
    ],
    sane: [
      'worker_rlimit_nofile 8192;\nevents { worker_connections 4096; }',
      'worker_rlimit_nofile 65535;\nevents { worker_connections 1024; }',
      'events { worker_connections 512; }',
      'worker_rlimit_nofile 2048;\nevents { }',
      'events { }',
    ],
  },
  {
    rule: 'worker-connections-low',
    inside: 'main',
    bad: [
      'events { worker_connections 512; }',
      'events { worker_connections 64; }',
      'events { }\nhttp { }',
      'events { multi_accept on; }\nhttp { }',
    ],
    sane: [
      main('events { include e.inc; }', { files: { 'e.inc': 'worker_connections 2048;\n' } }),
      'events { worker_connections 1024; }',
      'events { worker_connections 4096; }',
      'events { include more.inc; }',
    ],
  },
  {
    rule: 'worker-processes-missing',
    inside: 'main',
    bad: ['events { }\nhttp { }', 'user www-data;\nevents { worker_connections 1024; }\nhttp { }', 'events { }\nstream { }'],
    sane: [
      'worker_processes auto;\nevents { }',
      'worker_processes 4;\nevents { }',
      main('include w.conf;\nevents { }', { files: { 'w.conf': 'worker_processes 2;\n' } }),
    ],
  },
];
