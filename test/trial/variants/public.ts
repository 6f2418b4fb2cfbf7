/** What people ask about in public, and the same things done right. */
import { http, type Trial, tree } from '../trial.ts';

const PASS = 'proxy_pass http://127.0.0.1:8000;';
const HEADERS = 'proxy_set_header Host $host; proxy_set_header X-Forwarded-Proto $scheme;';
const CERT = 'ssl_certificate a.pem; ssl_certificate_key a.key;';
const inc = (inside: string, text: string) =>
  tree(`#- nginx.conf\nevents {}\nhttp { ${inside.replace('@', 'include part.inc;')} }\n#- part.inc\n${text}\n`);

const TWO = 'upstream live { server 10.0.0.1:5000; server 10.0.0.2:5000; }';
const LIVE = 'proxy_http_version 1.1; proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection upgrade; proxy_pass http://live;';
const SITE = `server { listen 443 ssl; server_name shop.example.org; ${CERT} location / { ${PASS} } }`;

export const TRIALS: readonly Trial[] = [
  {
    rule: 'header-name-misspelled',
    inside: 'server',
    bad: [
      `location / { proxy_set_header X-Forwarded-Fro $proxy_add_x_forwarded_for; ${HEADERS} ${PASS} }`,
      `proxy_set_header X-Forward-Proto $scheme;\nlocation / { ${PASS} }`,
      'location / { uwsgi_param HTTP_X_FORWARED_FOR $remote_addr; uwsgi_pass unix:/run/app.sock; }',
      'location / { grpc_set_header X-Forwarded-Hots $host; grpc_pass grpc://127.0.0.1:50051; }',
      `location /api/ { add_header Access-Control-Allow-Header "Authorization" always; ${PASS} }`,
      'add_header Strict-Transport-Securty "max-age=63072000" always;\nlocation / { root /srv; }',
      'add_header x-frame-option DENY;\nlocation / { root /srv; }',
      inc('server { listen 80; location / { @ } }', `add_header Content-Securty-Policy "default-src 'self'";\nroot /srv;`),
    ],
    sane: [
      `location / { proxy_set_header X-Forwarded-Port $server_port; ${HEADERS} ${PASS} }`,
      `location / { proxy_set_header X-Forwarded-Ssl on; proxy_set_header X-Forwarded-By nginx; ${PASS} }`,
      'location / { uwsgi_param HTTP_X_REAL_IP $remote_addr; uwsgi_param SERVER_NAMES x; uwsgi_pass unix:/run/app.sock; }',
      'add_header X-Frame-Options DENY;\nadd_header X-Cache-Status $upstream_cache_status;\nlocation / { root /srv; }',
      `location / { proxy_set_header X-Forwarded-Proto $scheme; proxy_set_header X-Forward-Proto $scheme; ${PASS} }`,
      'add_header Content-Security-Policy-Report-Only "default-src self";\nlocation / { root /srv; }',
      `location / { proxy_set_header X-Forwarded-User $remote_user; proxy_set_header X-Original-URI $request_uri; ${PASS} }`,
    ],
  },
  {
    rule: 'variable-without-dollar',
    inside: 'server',
    bad: [
      `location / { proxy_set_header X-Real-IP remote_addr; ${PASS} }`,
      `location / { proxy_set_header X-Forwarded-Proto scheme; ${PASS} }`,
      'location / { include uwsgi_params; uwsgi_param HTTP_X_REQUEST_ID request_id; uwsgi_pass unix:/run/app.sock; }',
      'location / { add_header X-Cache upstream_cache_status; root /srv; }',
      'location / { return 301 https://server_name$request_uri; }',
      'location / { rewrite ^ https://$host/request_uri permanent; }',
      http(
        `map http_upgrade $up { default upgrade; '' close; }\nserver { listen 80; location / { proxy_set_header Connection $up; ${PASS} } }`,
      ),
      http('upstream a { hash request_uri; server 10.0.0.1; server 10.0.0.2; }\nserver { listen 80; location / { proxy_pass http://a; } }'),
      inc(
        'map $http_upgrade $going { default 1; } server { listen 80; location / { @ } }',
        'set $was http_user_agent;\nadd_header X-W $was;\nroot /srv;',
      ),
    ],
    sane: [
      `location / { proxy_set_header X-Real-IP $remote_addr; proxy_set_header X-Role host; ${PASS} }`,
      `location / { proxy_set_header X-Forwarded-Proto https; proxy_set_header X-Forwarded-Host example.org; ${PASS} }`,
      'location / { include uwsgi_params; uwsgi_param UWSGI_SCHEME https; uwsgi_param SERVER_MODE worker_one; uwsgi_pass unix:/run/app.sock; }',
      'location / { return 301 https://host.example.org$request_uri; }',
      'location / { return 301 https://$host$request_uri; }\nlocation /docs { return 301 https://docs.example.org/request_uri; }',
      http(
        'upstream a { hash $request_uri consistent; server 10.0.0.1; server 10.0.0.2; }\nserver { listen 80; location / { proxy_pass http://a; } }',
      ),
      'set $kind static_file;\nlocation / { add_header X-Kind $kind; root /srv; }',
    ],
  },
  {
    rule: 'path-pattern-without-slash',
    inside: 'server',
    bad: [
      `rewrite ^blog/(\\d+)$ /posts/$1 permanent;\nlocation / { ${PASS} }`,
      `location / { rewrite ^api/v1/(.*)$ /v1/$1 break; ${PASS} }`,
      'location ~ ^(admin|staff)/ { deny all; }',
      'location ~* ^wp-content/uploads/.*\\.php$ { deny all; }',
      `rewrite ^http://example\\.org/(.*)$ https://example.org/$1 permanent;\nlocation / { ${PASS} }`,
      `rewrite ^www\\.example\\.org/(.*)$ https://example.org/$1 permanent;\nlocation / { ${PASS} }`,
      inc('server { listen 80; @ }', 'location ~ ^\\.env { deny all; }'),
      `if ($http_user_agent ~ bot) { rewrite ^index\\.html$ /bots.html last; }\nlocation / { ${PASS} }`,
    ],
    sane: [
      `rewrite ^/blog/(\\d+)$ /posts/$1 permanent;\nlocation / { ${PASS} }`,
      `rewrite blog/(\\d+)$ /posts/$1 permanent;\nlocation / { ${PASS} }`,
      `rewrite ^(.*)/$ $1 permanent;\nlocation / { ${PASS} }`,
      'location ~ ^/?(admin|staff)/ { deny all; }',
      'location ~ (^|/)\\. { deny all; }',
      `rewrite ^ https://example.org$request_uri? permanent;\nlocation / { ${PASS} }`,
      'root /srv;\nlocation / { try_files $uri index.php; }\nlocation ~ ^index\\.php$ { return 204; }',
      `location ~ ^.+\\.php$ { ${PASS} }`,
      `rewrite ^$ / last;\nlocation / { ${PASS} }`,
    ],
  },
  {
    rule: 'typographic-quote',
    inside: 'server',
    bad: [
      'location / { return 200 “ok”; }',
      'location / { add_header X-A ‘b’; root /srv; }',
      'add_header Link “</a.css>;rel=preload”;\nlocation / { root /srv; }',
      'location / { if ($arg_a = „x“) { return 403; } root /srv; }',
      `location / { proxy_set_header X-Site «main»; ${PASS} }`,
      inc('server { listen 80; location / { @ } }', 'auth_basic “Staff”;\nauth_basic_user_file users;'),
    ],
    sane: [
      'location / { return 200 "ok"; }',
      'location / { return 200 "she said “ok”"; }',
      "location / { add_header X-A 'l’été'; root /srv; }",
      'location / { return 200 l’été; }',
      '# a “comment”\nlocation / { root /srv; }',
      'location /“x”/ { root /srv; }',
    ],
  },
  {
    rule: 'certificate-file-mistaken',
    inside: 'http',
    bad: [
      'server { listen 443 ssl; ssl_certificate /etc/letsencrypt/live/a.example/cert.pem; ssl_certificate_key /etc/letsencrypt/live/a.example/privkey.pem; }',
      'server { listen 443 ssl; ssl_certificate /etc/letsencrypt/archive/a.example/cert3.pem; ssl_certificate_key /etc/letsencrypt/archive/a.example/privkey3.pem; }',
      'server { listen 443 ssl; ssl_certificate /etc/letsencrypt/live/a.example/chain.pem; ssl_certificate_key /etc/letsencrypt/live/a.example/privkey.pem; }',
      'server { listen 443 ssl; ssl_certificate /etc/letsencrypt/live/a.example/privkey.pem; ssl_certificate_key /etc/letsencrypt/live/a.example/fullchain.pem; }',
      'ssl_certificate /etc/ssl/site.key;\nssl_certificate_key /etc/ssl/site.crt;\nserver { listen 443 ssl; }',
      'server { listen 443 ssl; ssl_certificate /etc/dehydrated/certs/a.example/cert.pem; ssl_certificate_key /etc/dehydrated/certs/a.example/privkey.pem; }',
      inc(
        'server { listen 443 ssl; @ }',
        'ssl_certificate /certs/letsencrypt/live/a.example/cert.pem;\nssl_certificate_key /certs/letsencrypt/live/a.example/privkey.pem;',
      ),
    ],
    sane: [
      'server { listen 443 ssl; ssl_certificate /etc/letsencrypt/live/a.example/fullchain.pem; ssl_certificate_key /etc/letsencrypt/live/a.example/privkey.pem; ssl_trusted_certificate /etc/letsencrypt/live/a.example/chain.pem; }',
      'server { listen 443 ssl; ssl_certificate /etc/nginx/certs/cert.pem; ssl_certificate_key /etc/nginx/certs/key.pem; }',
      'server { listen 443 ssl; ssl_certificate /certs/both.pem; ssl_certificate_key /certs/both.pem; }',
      'server { listen 443 ssl; ssl_certificate /certs/site.key; ssl_certificate_key /certs/site.key; }',
      'server { listen 443 ssl; ssl_certificate /certs/$ssl_server_name.crt; ssl_certificate_key /certs/$ssl_server_name.key; }',
      'server { listen 443 ssl; ssl_certificate /etc/ssl/chain.pem; ssl_certificate_key /etc/ssl/site.pem; }',
      'server { listen 443 ssl; ssl_certificate "data:$cert"; ssl_certificate_key "data:$key"; }',
    ],
  },
  {
    rule: 'tls-on-80',
    inside: 'http',
    bad: [
      `server { listen 80 ssl; server_name a.example; ${CERT} location / { ${PASS} } }`,
      `server { listen [::]:80 ssl; server_name a.example; ${CERT} location / { ${PASS} } }`,
      `server { listen 80 default_server ssl; listen 443 ssl; ${CERT} location / { ${PASS} } }`,
      `server { listen 0.0.0.0:80 ssl; ${CERT} return 301 https://a.example$request_uri; }`,
      `server { listen 80 ssl http2; ${CERT} location / { root /srv; } }`,
      inc('server { @ server_name a.example; location / { root /srv; } }', `listen 80 ssl;\n${CERT}`),
    ],
    sane: [
      `server { listen 80; listen 443 ssl; ${CERT} location / { ${PASS} } }`,
      `server { listen 8080 ssl; ${CERT} location / { ${PASS} } }`,
      `server { listen 80 ssl proxy_protocol; ${CERT} location / { ${PASS} } }`,
      `server { listen 80 ssl; ${CERT} error_page 497 =301 https://$host$request_uri; location / { ${PASS} } }`,
      `error_page 497 =301 https://$host$request_uri;\nserver { listen 80 ssl; ${CERT} location / { ${PASS} } }`,
      `server { listen 8443 ssl; listen 80; ${CERT} location / { ${PASS} } }`,
    ],
  },
  {
    rule: 'quic-not-announced',
    inside: 'http',
    bad: [
      `server { listen 443 quic; listen 443 ssl; ${CERT} location / { ${PASS} } }`,
      `server { listen 443 quic reuseport; listen [::]:443 quic reuseport; listen 443 ssl; http3 on; ${CERT} root /srv; }`,
      `server { listen 8443 quic; listen 8443 ssl; ${CERT} location / { root /srv; } }`,
      `server { listen 443 ssl; listen 443 quic; ${CERT} add_header X-A b; location / { ${PASS} } }`,
      inc('server { @ location / { root /srv; } }', `listen 443 quic;\nlisten 443 ssl;\n${CERT}`),
      `server { listen 443 quic; listen 443 ssl; ${CERT} location / { add_header X-Protocol $server_protocol; ${PASS} } }`,
    ],
    sane: [
      `server { listen 443 quic; listen 443 ssl; ${CERT} add_header Alt-Svc 'h3=":443"; ma=86400' always; location / { ${PASS} } }`,
      `add_header Alt-Svc 'h3=":443"';\nserver { listen 443 quic; listen 443 ssl; ${CERT} location / { ${PASS} } }`,
      `server { listen 443 quic; listen 443 ssl; ${CERT} location / { add_header alt-svc 'h3=":443"'; ${PASS} } }`,
      `server { listen 443 quic; ${CERT} location / { root /srv; } }`,
      `server { listen 443 ssl; ${CERT} location / { ${PASS} } }`,
      `server { listen 443 quic; listen 443 ssl; ${CERT} include parts/*.conf; location / { ${PASS} } }`,
    ],
  },
  {
    rule: 'socketio-without-affinity',
    inside: 'http',
    bad: [
      `${TWO}\nserver { listen 80; location /socket.io/ { ${LIVE} } }`,
      `${TWO}\nserver { listen 80; location ~ ^/socket\\.io { ${LIVE} } }`,
      `${TWO}\nserver { listen 80; location ^~ /app/socket.io { ${LIVE} } }`,
      `upstream live { least_conn; server 10.0.0.1:5000; server 10.0.0.2:5000; keepalive 8; }\nserver { listen 80; location /socket.io { ${LIVE} } }`,
      `${TWO}\nserver { listen 80; location /sockjs/ { ${LIVE} } }`,
      `upstream live { server unix:/run/a.sock; server unix:/run/b.sock; }\nserver { listen 80; location /engine.io/ { ${LIVE} } }`,
      inc(`${TWO} server { listen 80; location /socket.io/ { @ } }`, LIVE.replaceAll('; ', ';\n')),
    ],
    sane: [
      `upstream live { ip_hash; server 10.0.0.1:5000; server 10.0.0.2:5000; }\nserver { listen 80; location /socket.io/ { ${LIVE} } }`,
      `upstream live { hash $remote_addr consistent; server 10.0.0.1:5000; server 10.0.0.2:5000; }\nserver { listen 80; location /socket.io/ { ${LIVE} } }`,
      `upstream live { server 10.0.0.1:5000; }\nserver { listen 80; location /socket.io/ { ${LIVE} } }`,
      `upstream live { server 10.0.0.1:5000; server 10.0.0.2:5000 down; }\nserver { listen 80; location /socket.io/ { ${LIVE} } }`,
      `upstream live { server 10.0.0.1:5000; server 10.0.0.2:5000 backup; }\nserver { listen 80; location /socket.io/ { ${LIVE} } }`,
      `${TWO}\nserver { listen 80; location /ws/ { ${LIVE} } }`,
      'server { listen 80; location /socket.io/ { proxy_pass http://127.0.0.1:5000; } }',
      `${TWO}\nserver { listen 80; location = /socket.io.js { ${LIVE} } }`,
    ],
  },
  {
    rule: 'body-limit-of-redirect',
    inside: 'http',
    bad: [
      `server { listen 80; server_name shop.example.org; client_max_body_size 20m; return 301 https://$host$request_uri; }\n${SITE}`,
      `server { listen 80; server_name shop.example.org; client_max_body_size 1g; location / { return 308 https://$host$request_uri; } }\n${SITE}`,
      `${SITE}\nserver { listen 80; server_name www.example.org shop.example.org; client_max_body_size 100M; return 302 https://shop.example.org$request_uri; }`,
      `server { listen 80; server_name shop.example.org; client_max_body_size 20m; return 301 https://$host$request_uri; }\nserver { listen 443 ssl; server_name shop.example.org; ${CERT} location / { uwsgi_pass unix:/run/app.sock; } }`,
      inc(
        `server { listen 80; server_name shop.example.org; @ return 301 https://$host$request_uri; } ${SITE}`,
        'client_max_body_size 64m;',
      ),
      `server { listen 80; listen [::]:80; server_name .example.org; client_max_body_size 0m5; client_max_body_size 20m; return 301 https://$host$request_uri; }\n${SITE.replace('shop.example.org', '.example.org')}`.replace(
        'client_max_body_size 0m5; ',
        '',
      ),
    ],
    sane: [
      `server { listen 80; server_name shop.example.org; return 301 https://$host$request_uri; }\n${SITE.replace('location', 'client_max_body_size 20m; location')}`,
      `client_max_body_size 50m;\nserver { listen 80; server_name shop.example.org; client_max_body_size 20m; return 301 https://$host$request_uri; }\n${SITE}`,
      `server { listen 80; server_name other.example.org; client_max_body_size 20m; return 301 https://$host$request_uri; }\n${SITE}`,
      `server { listen 80; server_name shop.example.org; client_max_body_size 20m; location / { ${PASS} } }\n${SITE}`,
      `server { listen 80; server_name shop.example.org; client_max_body_size 1m; return 301 https://$host$request_uri; }\n${SITE}`,
      `server { listen 80; server_name shop.example.org; client_max_body_size 20m; return 301 https://$host$request_uri; }\n${SITE.replace(PASS, `client_max_body_size 20m; ${PASS}`)}`,
    ],
  },
  {
    rule: 'resolver-unused',
    inside: 'http',
    bad: [
      `resolver 127.0.0.11;\nserver { listen 80; location / { proxy_pass http://app:8000; } }`,
      'upstream app { server web:8000; }\nserver { listen 80; resolver 127.0.0.11 valid=5s; location / { proxy_pass http://app; } }',
      'server { listen 80; location / { resolver 10.0.0.2; proxy_pass http://api.internal; } }',
      'server { listen 80; resolver 127.0.0.11 ipv6=off; resolver_timeout 5s; location / { grpc_pass grpc://api:50051; } }',
      'server { listen 80; resolver 127.0.0.11; location / { include uwsgi_params; uwsgi_pass app:3031; } }',
      inc('server { listen 80; @ location / { proxy_pass http://app:8000/; } }', 'resolver 127.0.0.11 valid=30s;'),
    ],
    sane: [
      'resolver 127.0.0.11;\nserver { listen 80; location / { set $a app; proxy_pass http://$a:8000; } }',
      'upstream app { zone app 64k; resolver 127.0.0.11; server web:8000 resolve; }\nserver { listen 80; location / { proxy_pass http://app; } }',
      `resolver 9.9.9.9;\nserver { listen 443 ssl; ssl_stapling on; ${CERT} location / { proxy_pass http://app:8000; } }`,
      'resolver 127.0.0.11;\nserver { listen 80; location / { proxy_pass http://127.0.0.1:8000; } }',
      'resolver 127.0.0.11;\nserver { listen 80; location / { proxy_pass http://app:8000$request_uri; } }',
      'resolver 127.0.0.11;\nserver { listen 80; location / { proxy_pass http://localhost:8000; } }',
    ],
  },
  {
    rule: 'invalid-server-name',
    inside: 'http',
    bad: [
      'server { listen 80; server_name a.example, b.example; }',
      'server { listen 80; server_name a.example,b.example; }',
      'server { listen 80; server_name app.*.example; }',
      'server { listen 80; server_name default_server; }\nserver { listen 80; server_name b.example; }',
      'server { listen 80; server_name "a.example b.example"; }',
      'server { listen 80; server_name ^a\\.example$; }',
      'server { listen 80; server_name (www.)?a.example; }',
      'server { listen 80; server_name $host; }',
    ],
    sane: [
      'server { listen 80; server_name "~^(www\\.)?a\\.example$" $hostname; }',
      'server { listen 80; server_name _ default ssl localhost [::1] "" 10.0.0.1; }',
      'server { listen 80; server_name a_b.example xn--bcher-kva.example; }',
      'server { listen 80; server_name "~^(a{1,2})\\.example$"; }',
      'server { listen 80; server_name .a.example b.*; }',
    ],
  },
  {
    rule: 'access-list-outranked',
    inside: 'server',
    bad: [
      `location /admin/ { auth_basic "Staff"; auth_basic_user_file users; rewrite ^/admin/(.*)$ /app/$1; }\nlocation /app/ { ${PASS} }`,
      `location /dl/ { auth_request /who; rewrite ^/dl/(.*)$ /kept/$1 last; }\nlocation = /who { internal; proxy_pass http://127.0.0.1:9000; }\nlocation /kept/ { internal; alias /srv/kept/; }`,
      'root /srv/site;\nlocation /hidden/ { deny all; }\nlocation /all/ { alias /srv/site/; }',
      'location /hidden/ { deny all; alias /srv/data/hidden/; }\nlocation /data/ { root /srv; }',
      `root /srv/wp;\nlocation ~ \\.php$ { fastcgi_param SCRIPT_FILENAME $document_root$fastcgi_script_name; fastcgi_pass unix:/run/php.sock; }\nlocation ~* /uploads/.*\\.php$ { deny all; }`,
    ],
    sane: [
      `location /admin/ { auth_basic "Staff"; auth_basic_user_file users; rewrite ^/admin/(.*)$ /app/$1 break; ${PASS} }`,
      `location /admin/ { allow 10.0.0.0/8; deny all; rewrite ^ /login last; }\nlocation /login { ${PASS} }`,
      `location /admin/ { allow 10.0.0.0/8; deny all; rewrite ^/admin/(.*)$ /app/$1 last; }\nlocation /app/ { allow 10.0.0.0/8; deny all; ${PASS} }`,
      `location /admin/ { allow 10.0.0.0/8; deny all; rewrite ^/admin/public/(.*)$ /open/$1 last; ${PASS} }\nlocation /open/ { root /srv; }`,
      'location /hidden/ { deny all; alias /srv/data/hidden/; }\nlocation /data/ { alias /srv/open/; }',
      'root /srv/site;\nlocation /hidden/ { deny all; }\nlocation /assets/ { alias /srv/site/assets/; }',
    ],
  },
  {
    rule: 'secret-in-config',
    inside: 'http',
    bad: [
      inc(
        'server { listen 80; @ }',
        'location /dl/ {\n    secure_link $arg_m;\n    secure_link_md5 "$uri kV7tq2Lm";\n    if ($secure_link = "") { return 403; }\n    alias /srv/dl/;\n}',
      ),
    ],
    sane: [
      'server { listen 80; location / { secure_link $arg_m; secure_link_md5 "$uri$remote_addr"; if ($secure_link = "") { return 403; } root /srv; } }',
    ],
  },
  {
    rule: 'header-inheritance-lost',
    inside: 'server',
    bad: [
      `location /api/ { add_header Access-Control-Allow-Origin * always; if ($request_method = 'OPTIONS') { add_header Access-Control-Max-Age 600; return 204; } ${PASS} }`,
    ],
    sane: [`location /api/ { add_header Access-Control-Allow-Origin * always; if ($request_method = 'OPTIONS') { return 204; } ${PASS} }`],
  },
  {
    rule: 'control-socket-exposed',
    inside: 'server',
    bad: [
      'location / { proxy_pass http://unix:/var/run/docker.sock; }',
      'location /v1.43/ { proxy_pass http://unix:/run/docker.sock:/; }',
      'location / { proxy_pass http://unix:/run/podman/podman.sock; }',
      'location /rpc { proxy_pass http://unix:/var/run/supervisor.sock:/RPC2; }',
      'location / { proxy_pass http://10.0.0.9:2375; }',
      http(
        'upstream engine { server unix:/var/run/docker.sock fail_timeout=0; }\nserver { listen 80; location / { proxy_pass http://engine; } }',
      ),
      inc('server { listen 80; location /docker/ { @ } }', 'proxy_pass http://unix:/var/run/docker.sock:/;'),
    ],
    sane: [
      'location / { allow 10.0.0.5; deny all; proxy_pass http://unix:/var/run/docker.sock; }',
      'location / { auth_basic "x"; auth_basic_user_file users; proxy_pass http://unix:/var/run/docker.sock; }',
      http('server { listen 127.0.0.1:8080; location / { proxy_pass http://unix:/var/run/docker.sock; } }'),
      http(
        `server { listen 443 ssl; ${CERT} ssl_client_certificate ca.pem; ssl_verify_client on; location / { proxy_pass http://unix:/var/run/docker.sock; } }`,
      ),
      'location / { proxy_pass http://unix:/run/gunicorn.sock; }',
      'location / { internal; proxy_pass http://unix:/var/run/docker.sock; }',
      'location / { proxy_pass http://unix:/srv/docker.sock.d/app.sock; }',
    ],
  },
  {
    rule: 'verdict-unread',
    inside: 'server',
    bad: [
      'location /dl/ { secure_link $arg_s,$arg_t; secure_link_md5 "$secure_link_expires$uri$remote_addr"; if ($secure_link = "") { return 404; } alias /srv/dl/; }',
    ],
    sane: [
      'location /dl/ { secure_link $arg_s; secure_link_md5 "$uri$remote_addr"; if ($secure_link = "") { return 404; } alias /srv/dl/; }',
      'location /dl/ { secure_link $arg_s,$arg_t; secure_link_md5 "$secure_link_expires$uri$remote_addr"; if ($secure_link != 1) { return 404; } alias /srv/dl/; }',
    ],
  },
  {
    rule: 'auth-request-unexpected-answer',
    inside: 'server',
    bad: [`location / { auth_request /who; ${PASS} }\nlocation = /who { return 204; }`],
    sane: [`location / { auth_request /who; ${PASS} }\nlocation = /who { internal; if ($cookie_s = "") { return 401; } return 204; }`],
  },
  {
    rule: 'try-files-fallback-elsewhere',
    inside: 'server',
    bad: [`location /shop/ { alias /srv/shop/; try_files $uri $uri/ /index.html; }\nlocation / { ${PASS} }`],
    sane: [`location /shop/ { alias /srv/shop/; try_files $uri @app; }\nlocation @app { ${PASS} }\nlocation / { ${PASS} }`],
  },
  {
    rule: 'open-redirect',
    inside: 'server',
    bad: ['location /x { error_page 403 $arg_next; deny all; }'],
    sane: ['location /x { error_page 403 /login?next=$arg_next; deny all; }\nlocation /login { return 200 ok; }'],
  },
];
