/** Rules of security on trial once more: written from what each rule is about, before anybody looked at what it says. */
import { http, main, stream, type Trial } from '../trial.ts';

const AUTH = 'auth_basic staff; auth_basic_user_file /etc/nginx/staff;';
const APP = 'proxy_pass http://127.0.0.1:8000;';
const LIST = 'allow 198.51.100.0/24; deny all;';
const TLS = 'listen 443 ssl; ssl_certificate a.pem; ssl_certificate_key a.key;';

export const TRIALS: readonly Trial[] = [
  {
    rule: 'access-list-ineffective',
    bad: [
      http('allow all; deny 203.0.113.9; server { location / { uwsgi_pass 127.0.0.1:3031; } }'),
      'location /metrics { allow 127.0.0.1; allow ::/0; allow 0.0.0.0/0; deny all; stub_status; }',
      'location ~ ^/(a|b)/ { deny all; allow 192.0.2.7; grpc_pass 127.0.0.1:50051; }',
    ],
    sane: [
      'location /metrics { deny 203.0.113.9; allow 203.0.113.0/24; deny all; stub_status; }',
      'location /x { allow ::1; allow 127.0.0.1; deny all; scgi_pass 127.0.0.1:4000; }',
    ],
  },
  {
    rule: 'access-list-outranked',
    bad: [
      `location /intern/ { ${AUTH} fastcgi_pass 127.0.0.1:9000; }\nlocation ~ \\.php$ { fastcgi_pass 127.0.0.1:9000; }`,
      `location /staff { satisfy any; ${LIST} ${AUTH} uwsgi_pass 127.0.0.1:3031; }\nlocation ~* \\.(xlsx|pdf)$ { uwsgi_pass 127.0.0.1:3031; }`,
    ],
    sane: [
      `location ^~ /intern/ { ${AUTH} fastcgi_pass 127.0.0.1:9000; }\nlocation ~ \\.php$ { fastcgi_pass 127.0.0.1:9000; }`,
      `location /intern/ { ${AUTH} ${APP} }\nlocation ~ \\.php$ { ${AUTH} fastcgi_pass 127.0.0.1:9000; }`,
    ],
  },
  {
    rule: 'access-list-passed-by-slashes',
    bad: [
      `merge_slashes off; location / { uwsgi_pass 127.0.0.1:3031; } location ^~ /staff/ { ${LIST} uwsgi_pass 127.0.0.1:3031; }`,
      http(`merge_slashes off; server { root /srv; location /keys/ { deny all; } location / { try_files $uri =404; } }`),
    ],
    sane: [
      `location / { uwsgi_pass 127.0.0.1:3031; } location ^~ /staff/ { ${LIST} uwsgi_pass 127.0.0.1:3031; }`,
      `merge_slashes off; ${LIST} location / { ${APP} } location /staff/ { ${APP} }`,
    ],
  },
  {
    rule: 'access-rules-bypassed',
    bad: [
      http(`${AUTH} server { location /version { return 200 "1.2.3"; } }`),
      `location /old/ { ${LIST} rewrite ^/old/(.*)$ https://inside.example/$1 redirect; }`,
      `auth_request /check; location = /check { internal; ${APP} } location /info { return 200 "node 7"; }`,
      `location /dump { ${AUTH} if ($arg_raw) { return 200 "raw"; } ${APP} }`,
    ],
    sane: [
      `${LIST} location / { ${APP} } location /gone { return 410; }`,
      `location /old/ { ${AUTH} rewrite ^/old/(.*)$ /new/$1 last; } location /new/ { ${AUTH} ${APP} }`,
      `location /dump { ${AUTH} if ($request_method = DELETE) { return 405; } ${APP} }`,
    ],
  },
  {
    rule: 'alias-slash-mismatch',
    bad: [
      'location ^~ /pics/ { alias /srv/media/pics; }',
      'set $base /srv/media; location /docs/ { alias $base; }',
      'location /v/ { if ($arg_x) { set $y 1; } alias "/srv/v"; }',
    ],
    sane: [
      'location ^~ /pics/ { alias /srv/media/pics/; }',
      'location = /pics/ { alias /srv/pics.html; }',
      'location ~ ^/docs/(.+)$ { alias /srv/docs/$1; }',
    ],
  },
  {
    rule: 'alias-traversal',
    bad: [
      'location ^~ /media { alias /srv/app/media/; }',
      'location /api { location /api/files { alias /srv/files/; } proxy_pass http://127.0.0.1:1; }',
      'set $m /srv/app/media/; location /media { alias $m; }',
    ],
    sane: [
      'location ^~ /media/ { alias /srv/app/media/; }',
      'location ~ ^/dl(?<rest>.*)$ { alias /srv/dl$rest; }',
      'location = /media { alias /srv/app/media/index.html; }',
      'location ~ ^/dl/(?<rest>[a-z]+\\.zip)$ { alias /srv/dl/$rest; }',
    ],
  },
  {
    rule: 'allow-without-deny',
    bad: [
      http('allow 10.0.0.0/8; allow fd00::/8; server { location / { scgi_pass 127.0.0.1:4000; } }'),
      'deny all; location /stats { allow 10.0.0.0/8; stub_status; }',
      stream('server { listen 5432; allow 10.0.0.0/8; proxy_pass 127.0.0.1:5433; }'),
    ],
    sane: [
      http('allow 10.0.0.0/8; deny all; server { location / { scgi_pass 127.0.0.1:4000; } }'),
      `location /s { satisfy any; allow 10.0.0.0/8; deny all; ${AUTH} ${APP} }`,
      stream('server { listen 5432; allow 10.0.0.0/8; deny all; proxy_pass 127.0.0.1:5433; }'),
    ],
  },
  {
    rule: 'auth-request-value-early',
    bad: [
      `location = /check { internal; ${APP} } location / { auth_request /check; auth_request_set $role $upstream_http_x_role; if ($role != admin) { return 403; } ${APP} }`,
      `auth_request /check; auth_request_set $who $upstream_http_x_who; location = /check { internal; ${APP} } location /me { set $copy $who; proxy_set_header X-Who $copy; ${APP} }`,
    ],
    sane: [
      `location = /check { internal; ${APP} } location / { auth_request /check; auth_request_set $role $upstream_http_x_role; proxy_set_header X-Role $role; ${APP} }`,
      `location = /check { internal; ${APP} } location / { auth_request /check; auth_request_set $role $upstream_http_x_role; uwsgi_param X_ROLE $role; uwsgi_pass 127.0.0.1:3031; }`,
    ],
  },
  {
    rule: 'auth-request-value-unset',
    bad: [
      `location = /check { internal; ${APP} } location / { auth_request /check; proxy_set_header X-User $upstream_http_x_user; ${APP} }`,
      `location = /check { internal; auth_request_set $u $upstream_http_x_user; ${APP} } location / { auth_request /check; uwsgi_param REMOTE_USER $u; uwsgi_pass 127.0.0.1:3031; }`,
      `location = /check { internal; ${APP} } location / { auth_request /check; fastcgi_param REMOTE_USER $upstream_http_x_user; fastcgi_pass 127.0.0.1:9000; }`,
    ],
    sane: [
      `location = /check { internal; ${APP} } location / { auth_request /check; auth_request_set $u $upstream_http_x_user; uwsgi_param REMOTE_USER $u; uwsgi_pass 127.0.0.1:3031; }`,
      `auth_request_set $u $upstream_http_x_user; auth_request /check; location = /check { internal; ${APP} } location / { proxy_set_header X-User $u; ${APP} }`,
    ],
  },
  {
    rule: 'basic-auth-over-http',
    bad: [
      http(`${AUTH} server { listen 8080; location / { ${APP} } }`),
      `listen [::]:80; location / { uwsgi_pass 127.0.0.1:3031; } location /staff/ { ${AUTH} uwsgi_pass 127.0.0.1:3031; }`,
      `listen 80; listen 443 ssl; ssl_certificate a.pem; ssl_certificate_key a.key; ${AUTH} location / { ${APP} }`,
    ],
    sane: [
      `${TLS} ${AUTH} location / { ${APP} }`,
      `listen 80; if ($scheme = http) { return 301 https://$host$request_uri; } ${AUTH} location / { ${APP} }`,
      `listen 127.0.0.1:80; ${AUTH} location / { ${APP} }`,
      `listen unix:/run/a.sock; ${AUTH} location / { ${APP} }`,
    ],
  },
  {
    rule: 'content-type-by-add-header',
    bad: [
      'location /api/ { add_header content-type application/json always; proxy_pass http://127.0.0.1:8000; }',
      http('add_header Content-Type text/plain; server { location / { return 200 ok; } }'),
    ],
    sane: [
      'location /api/ { default_type application/json; return 200 "{}"; }',
      'location /api/ { proxy_hide_header Content-Type; add_header Content-Type application/json; proxy_pass http://127.0.0.1:8000; }',
    ],
  },
  {
    rule: 'cookie-without-flags',
    bad: [
      'add_header Set-Cookie "lang=de; Path=/";',
      'location / { add_header Set-Cookie "sid=$request_id; HttpOnly" always; proxy_pass http://127.0.0.1:1; }',
      'proxy_cookie_flags ~ nosecure; location / { proxy_pass http://127.0.0.1:1; }',
    ],
    sane: [
      'add_header Set-Cookie "lang=de; Path=/; Secure; HttpOnly; SameSite=Lax";',
      'proxy_cookie_flags ~ secure httponly samesite=lax; location / { proxy_pass http://127.0.0.1:1; }',
    ],
  },
  {
    rule: 'cors-misconfigured',
    bad: [
      'set $o $http_origin; add_header Access-Control-Allow-Origin $o; add_header Access-Control-Allow-Credentials true;',
      http(
        'map $http_origin $cors { default $http_origin; } server { location / { add_header Access-Control-Allow-Origin $cors always; add_header Access-Control-Allow-Credentials "true" always; proxy_pass http://127.0.0.1:1; } }',
      ),
      'location /api { add_header Access-Control-Allow-Origin "https://a.example, https://b.example"; proxy_pass http://127.0.0.1:1; }',
    ],
    sane: [
      http(
        'map $http_origin $cors { default ""; ~^https://(www\\.)?shop\\.example$ $http_origin; } server { location / { add_header Access-Control-Allow-Origin $cors always; add_header Access-Control-Allow-Credentials "true" always; add_header Vary Origin always; proxy_pass http://127.0.0.1:1; } }',
      ),
      'location /fonts/ { add_header Access-Control-Allow-Origin *; root /srv; }',
    ],
  },
  {
    rule: 'dav-open',
    bad: [
      'location /up/ { root /srv; dav_methods PUT; }',
      http('dav_methods PUT MKCOL; server { root /srv; location /x { } }'),
      `location /up/ { root /srv; dav_methods PUT DELETE; satisfy any; allow all; ${AUTH} }`,
    ],
    sane: [
      `location /up/ { root /srv; dav_methods PUT; ${AUTH} }`,
      'location /up/ { root /srv; dav_methods PUT DELETE; limit_except GET { deny all; } }',
      'listen 127.0.0.1:81; location /up/ { root /srv; dav_methods PUT; }',
      'location /up/ { root /srv; dav_methods off; }',
    ],
  },
  {
    rule: 'default-server-implicit',
    inside: 'http',
    bad: [
      'server { listen 8443 ssl; server_name a.example; ssl_certificate a.pem; ssl_certificate_key a.key; }\nserver { listen 8443 ssl; server_name b.example; ssl_certificate a.pem; ssl_certificate_key a.key; }',
      'server { listen [::]:80; server_name a.example; }\nserver { listen [::]:80; server_name b.example; }',
    ],
    sane: [
      'server { listen 80; server_name a.example; }\nserver { listen 80 default_server; server_name b.example; }',
      'server { listen 80; server_name a.example; }\nserver { listen 8080; server_name b.example; }',
    ],
  },
  {
    rule: 'directory-listing',
    bad: [
      http('autoindex on; server { root /srv; }'),
      'location /pub { alias /srv/pub; autoindex on; if ($request_method = POST) { return 405; } }',
      `location /pub/ { root /srv; autoindex on; satisfy any; allow all; ${AUTH} }`,
    ],
    sane: [
      http('autoindex on; server { root /srv; autoindex off; }'),
      `location /pub/ { root /srv; autoindex on; ${LIST} }`,
      'location /pub/ { autoindex on; proxy_pass http://127.0.0.1:1; }',
      'location /pub/ { internal; root /srv; autoindex on; }',
    ],
  },
  {
    rule: 'exact-path-restricted-only',
    bad: [
      `location = /staff { ${LIST} ${APP} } location / { ${APP} }`,
      `location = /admin { ${AUTH} uwsgi_pass 127.0.0.1:3031; } location / { uwsgi_pass 127.0.0.1:3031; }`,
    ],
    sane: [
      `location = /staff { ${LIST} ${APP} } location /staff/ { ${LIST} ${APP} } location / { ${APP} }`,
      `location = /staff { ${LIST} ${APP} } location / { return 404; }`,
    ],
  },
  {
    rule: 'external-resolver',
    bad: [
      http('resolver 9.9.9.9 valid=30s; server { }'),
      stream('resolver [2606:4700:4700::1111]; server { listen 1; proxy_pass $x; }'),
      'location / { resolver 127.0.0.1 8.8.8.8; }',
    ],
    sane: [http('resolver 10.0.0.2; server { }'), 'resolver [::1]:5353;', 'resolver 169.254.169.253;'],
  },
  {
    rule: 'filesystem-root-exposed',
    bad: [
      'location /logs/ { alias /var/log/nginx/; }',
      'root /srv/../etc;',
      'set $r /; root $r; location / { try_files $uri =404; }',
      'location ~* ^/raw(/.*)$ { alias $1; }',
    ],
    sane: [
      'location /logs/ { internal; alias /var/log/nginx/; }',
      'root /srv/www/etc;',
      `location /logs/ { ${AUTH} ${LIST} alias /srv/logs/; }`,
    ],
  },
  {
    rule: 'forwarded-for-trusted',
    bad: [
      http(
        'set_real_ip_from 0.0.0.0/0; set_real_ip_from ::/0; real_ip_header X-Real-IP; server { location / { allow 10.0.0.0/8; deny all; proxy_pass http://127.0.0.1:1; } }',
      ),
      'if ($http_x_forwarded_for !~ ^10\\.) { return 403; }',
      http(
        'map $http_true_client_ip $staff { default 0; 192.0.2.7 1; } server { location / { if ($staff = 0) { return 404; } proxy_pass http://127.0.0.1:1; } }',
      ),
    ],
    sane: [
      http(
        'set_real_ip_from 10.0.0.0/8; real_ip_header X-Forwarded-For; server { location / { allow 10.0.0.0/8; deny all; proxy_pass http://127.0.0.1:1; } }',
      ),
      'if ($remote_addr !~ ^10\\.) { return 403; }',
      http('log_format f "$http_x_forwarded_for"; server { access_log /var/log/a f; }'),
    ],
  },
  {
    rule: 'h2c-upgrade-passed',
    bad: [
      `location /staff/ { ${LIST} ${APP} } location / { proxy_http_version 1.1; proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection $http_connection; ${APP} }`,
      http(
        `proxy_http_version 1.1; proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection $http_connection; server { location / { ${APP} } location /in/ { ${AUTH} ${APP} } }`,
      ),
    ],
    sane: [
      'location / { proxy_http_version 1.1; proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection $http_connection; proxy_pass http://127.0.0.1:1; }',
      'location / { proxy_http_version 1.1; proxy_set_header Upgrade websocket; proxy_set_header Connection upgrade; proxy_pass http://127.0.0.1:1; }',
      http(
        'map $http_upgrade $up { websocket websocket; default ""; } map $http_upgrade $co { websocket upgrade; default ""; } server { location / { proxy_http_version 1.1; proxy_set_header Upgrade $up; proxy_set_header Connection $co; proxy_pass http://127.0.0.1:1; } }',
      ),
    ],
  },
  {
    rule: 'header-inheritance-lost',
    bad: [
      http('add_header X-Frame-Options DENY always; server { location /s/ { add_header Cache-Control public; root /srv; } }'),
      http('uwsgi_param HTTP_X_REAL_IP $remote_addr; server { location / { uwsgi_param SCRIPT_NAME /a; uwsgi_pass 127.0.0.1:3031; } }'),
      'grpc_set_header X-Real-IP $remote_addr; location /g { grpc_set_header X-A b; grpc_pass 127.0.0.1:50051; }',
    ],
    sane: [
      http('add_header X-Frame-Options DENY always; server { location /s/ { expires 1d; root /srv; } }'),
      'add_header X-Frame-Options DENY always; location /s/ { add_header X-Frame-Options DENY always; add_header Cache-Control public; root /srv; }',
      'add_header X-Frame-Options DENY always; location = /x { internal; return 404; }',
    ],
  },
  {
    rule: 'header-without-always',
    bad: [
      http('add_header X-Content-Type-Options nosniff; server { location / { proxy_pass http://127.0.0.1:1; } }'),
      'location / { add_header Content-Security-Policy "default-src self"; uwsgi_pass 127.0.0.1:3031; }',
    ],
    sane: [
      'location / { add_header X-Content-Type-Options nosniff always; proxy_pass http://127.0.0.1:1; }',
      'location / { add_header X-Served-By a; proxy_pass http://127.0.0.1:1; }',
      'add_header X-Frame-Options DENY; return 301 https://a.example$request_uri;',
    ],
  },
  {
    rule: 'host-spoofing',
    bad: [
      'location / { set $h $http_x_forwarded_host; proxy_set_header Host $h; proxy_pass http://127.0.0.1:1; }',
      'location / { uwsgi_param HTTP_HOST $arg_host; uwsgi_pass 127.0.0.1:3031; }',
      'location / { grpc_set_header Host $http_x_host; grpc_pass 127.0.0.1:50051; }',
      'proxy_set_header Host $cookie_site; location / { proxy_pass http://127.0.0.1:1; }',
    ],
    sane: [
      'location / { set $h $host; proxy_set_header Host $h; proxy_pass http://127.0.0.1:1; }',
      'location / { proxy_set_header Host $proxy_host; proxy_pass http://127.0.0.1:1; }',
      'location / { proxy_set_header Host app.internal; proxy_pass http://127.0.0.1:1; }',
    ],
  },
  {
    rule: 'internal-header-passed',
    bad: [
      `location / { ${AUTH} proxy_set_header X-Authenticated-User $remote_user; ${APP} } location /api/ { ${APP} }`,
      `location /a/ { scgi_param HTTP_X_CLIENT_DN $ssl_client_s_dn; scgi_pass 127.0.0.1:4000; } location /b/ { scgi_pass 127.0.0.1:4000; }`,
      `location /a/ { ${AUTH} grpc_set_header X-User $remote_user; grpc_pass 127.0.0.1:50051; } location /b/ { grpc_pass 127.0.0.1:50051; }`,
    ],
    sane: [
      `location / { ${AUTH} proxy_set_header X-Authenticated-User $remote_user; ${APP} } location /api/ { proxy_set_header X-Authenticated-User ""; ${APP} }`,
      `proxy_set_header X-Authenticated-User $remote_user; ${AUTH} location / { ${APP} } location /api/ { ${APP} }`,
      `location /a/ { ${AUTH} fastcgi_param HTTP_X_USER $remote_user; fastcgi_pass 127.0.0.1:9000; } location /b/ { fastcgi_pass_request_headers off; fastcgi_pass 127.0.0.1:9000; }`,
    ],
  },
  {
    rule: 'internal-missing',
    bad: [
      'location /protected/ { root /srv; }',
      'location ^~ /private-files/ { alias /srv/files/; if ($request_method = POST) { return 405; } }',
    ],
    sane: [
      'location /protected/ { internal; root /srv; }',
      `location /protected/ { auth_request /check; root /srv; } location = /check { internal; ${APP} }`,
      `location /private/ { ${APP} }`,
    ],
  },
  {
    rule: 'misdirected-request-accepted',
    inside: 'http',
    bad: [
      'server { listen 443 ssl default_server; http2 on; ssl_reject_handshake on; } server { listen 443 ssl; server_name a.example; ssl_certificate a.pem; ssl_certificate_key a.key; }',
    ],
    sane: [
      'server { listen 443 ssl default_server; http2 on; ssl_reject_handshake on; return 421; } server { listen 443 ssl; server_name a.example; ssl_certificate a.pem; ssl_certificate_key a.key; }',
    ],
  },
  {
    rule: 'multiline-header',
    bad: [
      'add_header X-A "one\n two";',
      http('map $uri $v { default "a\n b"; } server { add_header X-V $v; }'),
      'location / { proxy_set_header X-B "x\n y"; proxy_pass http://127.0.0.1:1; }',
    ],
    sane: ['add_header X-A "one two";', 'return 200 "one\n two";', 'set $v "a; ";\nset $v "${v}b";\nadd_header X-V $v;'],
  },
  {
    rule: 'open-redirect',
    bad: [
      'return 302 $arg_next;',
      'location /go/ { rewrite ^/go/(.*)$ https://$1 redirect; }',
      'set $t $arg_url; location /out { return 301 https://$t; }',
      'location ~ ^/to/(.+)$ { absolute_redirect off; return 302 //$1; }',
      http('map $arg_lang $to { default $arg_u; de https://de.example/; } server { return 302 $to; }'),
    ],
    sane: [
      'return 302 https://login.example/?next=$arg_next;',
      'location ~ ^/to/(.+)$ { return 302 //$1; }',
      'location /go/ { rewrite ^/go/(.*)$ https://a.example/$1 redirect; }',
      'location ~ ^/([a-z]+)$ { return 302 https://$1.example.org/; }',
      http('map $arg_lang $to { default https://en.example/; de https://de.example/; } server { return 302 $to; }'),
    ],
  },
  {
    rule: 'origin-check-too-loose',
    bad: [
      'if ($http_origin !~ shop\\.example) { return 403; }',
      http(
        'map $http_origin $ok { ~https://shop\\.example$ 1; ~^https://.*shop\\.example 1; } server { add_header Access-Control-Allow-Origin $ok; }',
      ),
      'if ($http_referer ~* "^https?://shop.example") { set $in 1; }',
    ],
    sane: [
      'if ($http_origin !~ ^https://shop\\.example$) { return 403; }',
      http(
        'map $http_origin $ok { https://shop.example $http_origin; default ""; } server { add_header Access-Control-Allow-Origin $ok; }',
      ),
      'if ($http_referer ~ ^https://shop\\.example/) { set $in 1; }',
    ],
  },
  {
    rule: 'password-never-asked',
    bad: [
      'location / { auth_basic_user_file /etc/nginx/staff; proxy_pass http://127.0.0.1:1; }',
      http('auth_basic_user_file /etc/nginx/staff; server { location / { proxy_pass http://127.0.0.1:1; } }'),
    ],
    sane: [
      `location / { ${AUTH} ${APP} }`,
      http(`auth_basic_user_file /etc/nginx/staff; server { location / { auth_basic staff; ${APP} } }`),
    ],
  },
  {
    rule: 'program-served-as-text',
    bad: ['root /srv/www; index index.php; location / { try_files $uri $uri/ =404; }'],
    sane: [
      'root /srv/www; index index.php; location / { try_files $uri $uri/ =404; } location ~ ^/(index|login)\\.php { include snippets/run-php.conf; }',
      'root /srv/www; index index.php; location / { try_files $uri $uri/ =404; } location ~ \\.php$ { fastcgi_pass 127.0.0.1:9000; }',
      'root /srv/www; index index.html; location / { try_files $uri $uri/ =404; }',
    ],
  },
  {
    rule: 'real-ip-ineffective',
    bad: [
      http('real_ip_header X-Forwarded-For; server { location / { proxy_pass http://127.0.0.1:1; } }'),
      http('real_ip_header proxy_protocol; set_real_ip_from 10.0.0.0/8; server { listen 80; }'),
    ],
    sane: [
      http('real_ip_header X-Forwarded-For; set_real_ip_from 10.0.0.0/8; server { }'),
      http('real_ip_header proxy_protocol; set_real_ip_from 10.0.0.0/8; server { listen 80 proxy_protocol; }'),
    ],
  },
  {
    rule: 'referer-none-allowed',
    bad: ['location /dl/ { valid_referers none server_names; if ($invalid_referer) { return 403; } root /srv; }'],
    sane: ['location /dl/ { valid_referers server_names ~\\.example\\.; if ($invalid_referer) { return 403; } root /srv; }'],
  },
  {
    rule: 'regex-catastrophic',
    bad: [
      'location ~ ^/((\\w+)*)+\\.html$ { }',
      'if ($http_user_agent ~ "^(\\w+\\s?)*$") { return 403; }',
      http('map $uri $x { ~^/([a-z]+)+/end$ 1; } server { }'),
      'rewrite ^/(([a-z])+.)+[A-Z]+$ /x;',
    ],
    sane: [
      'location ~ ^/\\w+\\.html$ { }',
      'if ($http_user_agent ~ "^\\w+(\\s\\w+)*$") { return 403; }',
      'rewrite ^/([a-z]+\\.)+html$ /x;',
    ],
  },
  {
    rule: 'response-splitting',
    bad: [
      'location / { return 301 https://a.example$uri; }',
      'location ~ ^/x/([^/]*)$ { add_header X-Path $1; root /srv; }',
      'location / { set $p $document_uri; proxy_pass http://127.0.0.1:1; proxy_set_header X-Path $p; }',
    ],
    sane: [
      'location / { return 301 https://a.example$request_uri; }',
      'location ~ ^/x/(.*)$ { add_header X-Path $1; root /srv; }',
      'location ~ ^/x/(\\w+)$ { add_header X-Path $1; root /srv; }',
      'location / { return 200 $uri; }',
      'rewrite ^((?s).*)$ https://a.example$1 permanent;',
      'location ~ ^/x/([^/\\s]+)$ { return 301 /y/$1; }',
    ],
  },
  {
    rule: 'secret-in-config',
    bad: [
      'location / { proxy_set_header Authorization "Bearer eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.dBjftJeZ4CVPmB92K27uhbUJU1p1r_wW1gFWFOEjXk"; proxy_pass http://127.0.0.1:1; }',
      'location / { uwsgi_param HTTP_X_API_KEY "sk_live_4eC39HqLyjWDarjtT1zdp7dc"; uwsgi_pass 127.0.0.1:3031; }',
      'if ($http_x_api_key != "9f86d081884c7d659a2feaa0c55ad015") { return 403; }',
    ],
    sane: [
      'location / { proxy_set_header Authorization $http_authorization; proxy_pass http://127.0.0.1:1; }',
      'location / { proxy_set_header Authorization ""; proxy_pass http://127.0.0.1:1; }',
      'add_header X-Api-Version "2024-01-01";',
    ],
  },
  {
    rule: 'sensitive-files-served',
    bad: [
      'root /srv/shop; location / { try_files $uri @app; } location @app { proxy_pass http://unix:/srv/shop/gunicorn.sock; }',
      http(
        'upstream app { server unix:/home/web/shop/run/app.sock; } server { root /home/web/shop; location / { try_files $uri @app; } location @app { uwsgi_pass app; } }',
      ),
    ],
    sane: [
      'root /srv/shop/static; location / { try_files $uri @app; } location @app { proxy_pass http://unix:/srv/shop/gunicorn.sock; }',
      'root /srv/shop; location / { proxy_pass http://unix:/srv/shop/gunicorn.sock; }',
    ],
  },
  {
    rule: 'server-side-request-forgery',
    bad: [
      'location ~ ^/p/(?<h>[^/]+)/(.*)$ { resolver 127.0.0.1; proxy_pass http://$h/$2; }',
      'location / { resolver 127.0.0.1; grpc_pass grpc://$arg_b; }',
      'location / { resolver 127.0.0.1; fastcgi_pass $http_x_backend; }',
      http('map $cookie_node $n { default $cookie_node; } server { location / { resolver 127.0.0.1; uwsgi_pass $n; } }'),
      stream('resolver 127.0.0.1; server { listen 443; ssl_preread on; proxy_pass $ssl_preread_server_name:443; }'),
    ],
    sane: [
      http('map $cookie_node $n { default 10.0.0.1:80; b 10.0.0.2:80; } server { location / { proxy_pass http://$n; } }'),
      'location ~ ^/p/(?<h>a|b)/ { resolver 127.0.0.1; proxy_pass http://$h.internal.example; }',
      stream(
        'map $ssl_preread_server_name $b { default 10.0.0.1:443; a.example 10.0.0.2:443; } server { listen 443; ssl_preread on; proxy_pass $b; }',
      ),
    ],
  },
  {
    rule: 'status-page-exposed',
    bad: [
      'location = /nginx_status { stub_status; access_log off; }',
      `location /basic { satisfy any; allow all; ${AUTH} stub_status; }`,
      'location /s { if ($http_user_agent ~ curl) { return 403; } stub_status; }',
      'listen [::]:80; listen 127.0.0.1:80; location /s { stub_status; }',
    ],
    sane: [
      'location /s { allow 127.0.0.1; allow ::1; deny all; stub_status; }',
      'listen 127.0.0.1:8081; listen [::1]:8081; location /s { stub_status; }',
      http(`${LIST} server { location /s { stub_status; } }`),
      'location /s { if ($remote_addr != 10.0.0.9) { return 403; } stub_status; }',
    ],
  },
  {
    rule: 'unsafe-php-path',
    bad: [
      'location ~* \\.php$ { fastcgi_param SCRIPT_FILENAME $document_root$fastcgi_script_name; fastcgi_pass unix:/run/php.sock; }',
      http(
        'upstream php { server unix:/run/php.sock; } server { root /srv; location ~ \\.php { fastcgi_param SCRIPT_FILENAME $document_root$fastcgi_script_name; fastcgi_pass php; } }',
      ),
    ],
    sane: [
      'location ~ \\.php$ { try_files $uri =404; fastcgi_param SCRIPT_FILENAME $document_root$fastcgi_script_name; fastcgi_pass unix:/run/php.sock; }',
      'location / { fastcgi_param SCRIPT_FILENAME /srv/index.php; fastcgi_pass unix:/run/php.sock; }',
    ],
  },
  {
    rule: 'upload-executed',
    bad: [
      'root /srv; location /media/uploads/ { expires 1d; } location ~ \\.php$ { fastcgi_pass unix:/run/php.sock; fastcgi_param SCRIPT_FILENAME $document_root$fastcgi_script_name; }',
    ],
    sane: [
      'root /srv; location ^~ /media/uploads/ { expires 1d; } location ~ \\.php$ { fastcgi_pass unix:/run/php.sock; fastcgi_param SCRIPT_FILENAME $document_root$fastcgi_script_name; }',
      'root /srv; location /uploads/ { expires 1d; } location ~ \\.html$ { expires 1h; }',
    ],
  },
  {
    rule: 'verdict-unread',
    bad: [
      'location /img/ { valid_referers server_names; root /srv; }',
      `${TLS} ssl_client_certificate ca.pem; ssl_verify_client optional; location / { ${APP} }`,
      'location /s/ { secure_link $arg_md5,$arg_expires; secure_link_md5 "$secure_link_expires$uri k"; root /srv; }',
    ],
    sane: [
      'location /img/ { valid_referers server_names; if ($invalid_referer) { return 403; } root /srv; }',
      `${TLS} ssl_client_certificate ca.pem; ssl_verify_client optional; location / { proxy_set_header X-Verified $ssl_client_verify; ${APP} }`,
      `${TLS} ssl_client_certificate ca.pem; ssl_verify_client on; location / { ${APP} }`,
    ],
  },
  {
    rule: 'version-disclosed',
    bad: [http('server_tokens on; server { listen 80; }'), http('server_tokens off; server { server_tokens build; listen 80; }')],
    sane: [http('server_tokens off; server { listen 80; }')],
  },
  {
    rule: 'websocket-origin-unchecked',
    bad: [
      'location /ws { proxy_http_version 1.1; proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection upgrade; proxy_pass http://127.0.0.1:1; }',
    ],
    sane: [
      'location /ws { if ($http_origin != https://a.example) { return 403; } proxy_http_version 1.1; proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection upgrade; proxy_pass http://127.0.0.1:1; }',
    ],
  },
  {
    rule: 'workers-run-as-root',
    bad: [main('user root root;\nevents { }\nhttp { server { } }')],
    sane: [main('user www-data;\nevents { }\nhttp { server { } }')],
  },
];
