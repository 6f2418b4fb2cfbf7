/** Places that are open on purpose, lists that admit everybody by parts, and what a pattern takes beyond its end. */
import { http, type Trial, tree } from '../trial.ts';

const PASS = 'proxy_pass http://127.0.0.1:8000;';
const AUTH = 'auth_basic staff; auth_basic_user_file staff;';
const V = 'set $app 127.0.0.1:8000;';

export const TRIALS: readonly Trial[] = [
  {
    rule: 'secret-in-config',
    inside: 'server',
    bad: ["location /dl/ { secure_link_secret k7Qz-91xA; if ($secure_link = '') { return 403; } rewrite ^ /files/$secure_link; }"],
    sane: ["location /dl/ { secure_link_secret change-me; if ($secure_link = '') { return 403; } rewrite ^ /files/$secure_link; }"],
  },
  {
    rule: 'access-list-outranked',
    inside: 'server',
    bad: [
      `${AUTH}\nlocation / { uwsgi_pass 127.0.0.1:3031; }\nuwsgi_param PATH_INFO $document_uri;\nlocation /open/ { auth_basic off; rewrite ^/open(/.*)$ $1 break; uwsgi_pass 127.0.0.1:3031; }`,
      `${AUTH}\nroot /srv/site;\nlocation / { }\nlocation /get/ { auth_basic off; alias /srv/site/; }`,
      `location / { allow 10.0.0.0/8; deny all; ${PASS} }\nlocation /hooks/ { allow all; proxy_pass http://127.0.0.1:8000/; }`,
      `auth_request /check;\nlocation = /check { internal; proxy_pass http://127.0.0.1:4180; }\nlocation / { ${PASS} }\nlocation /api/ { auth_request off; proxy_pass http://127.0.0.1:8000/; }`,
      `${AUTH}\nlocation /wiki/ { ${AUTH} ${PASS} }\nlocation ~ \\.xml$ { auth_basic off; ${PASS} }`,
      `allow 10.0.0.0/8; deny all;\nlocation /ops/ { allow 10.1.2.3; deny all; ${PASS} }\nlocation ~ \\.csv$ { allow all; ${PASS} }`,
    ],
    sane: [
      `${AUTH}\nlocation / { ${PASS} }\nlocation = /health { auth_basic off; proxy_pass http://127.0.0.1:8000/health; }`,
      `${AUTH}\nlocation / { ${PASS} }\nlocation /static/ { auth_basic off; alias /srv/site/static/; }`,
      `${AUTH}\nlocation / { ${PASS} }\nlocation ^~ /.well-known/acme-challenge/ { auth_basic off; root /srv/acme; }`,
      `${AUTH}\nlocation / { ${PASS} }\nlocation /api/ { auth_basic off; proxy_pass http://127.0.0.1:9000/; }`,
      `${AUTH}\nlocation / { ${PASS} }\nlocation /hooks/ { auth_basic off; proxy_pass http://127.0.0.1:8000/hooks/github/; }`,
      `location /admin/ { ${AUTH} ${PASS} }\nlocation ~* \\.(css|js|png)$ { auth_basic off; ${PASS} }`,
      `location /admin/ { ${AUTH} ${PASS} }\nlocation ~ ^/admin/.*\\.json$ { auth_basic off; ${PASS} }`,
      `${AUTH}\nroot /srv/site;\nlocation / { }\nlocation ~ \\.pdf$ { auth_basic off; }`,
      `${AUTH}\nlocation / { ${PASS} }\nlocation /blog/ { auth_basic off; ${PASS} }`,
    ],
  },
  {
    rule: 'access-list-ineffective',
    inside: 'server',
    bad: [
      `location /ops/ { allow 0.0.0.0/1; allow 128.0.0.0/1; deny all; ${PASS} }`,
      `allow 128.0.0.0/2; allow 192.0.0.0/2; allow 0.0.0.0/1; deny all;\nlocation / { ${PASS} }`,
      `location /ops/ { deny 0.0.0.0/1; deny 128.0.0.0/1; allow 192.168.7.0/24; ${PASS} }`,
      `location /ops/ { satisfy any; allow 0.0.0.0/1; allow 128.0.0.0/1; deny all; ${AUTH} ${PASS} }`,
      `listen [::]:80;\nlocation /ops/ { allow ::/1; allow 8000::/1; allow 10.0.0.0/8; deny all; ${PASS} }`,
      `location /ops/ { allow 0.0.0.0/2; allow 64.0.0.0/2; allow 128.0.0.0/2; allow 192.0.0.0/3; deny all; ${PASS} }`,
      http(
        'server { listen 80; location /dav/ { limit_except GET { allow 0.0.0.0/1; allow 128.0.0.0/1; deny all; } proxy_pass http://127.0.0.1:8000; } }',
      ),
      tree(
        '#- nginx.conf\nevents {}\nstream { server { listen 5432; allow 0.0.0.0/1; allow 128.0.0.0/1; deny all; proxy_pass 127.0.0.1:5433; } }\n',
      ),
    ],
    sane: [
      `location /ops/ { allow 0.0.0.0/1; deny all; ${PASS} }`,
      `location /ops/ { allow 10.0.0.0/9; allow 10.128.0.0/9; deny all; ${PASS} }`,
      `location /ops/ { deny 10.0.0.0/9; allow 10.0.0.0/8; deny all; ${PASS} }`,
      `location /ops/ { allow ::/1; allow 8000::/1; allow 10.0.0.0/8; deny all; ${PASS} }`,
      `listen [::]:80;\nlocation /ops/ { allow fd00::/8; allow fe80::/10; allow 10.0.0.0/8; deny all; ${PASS} }`,
      `${AUTH}\nlocation / { ${PASS} location /open/ { satisfy any; allow all; ${PASS} } }`,
      `${AUTH}\nlocation / { ${PASS} }\nlocation ^~ /.well-known/acme-challenge/ { satisfy any; allow all; root /srv/acme; }`,
    ],
  },
  {
    rule: 'proxy-pass-drops-path',
    inside: 'server',
    bad: [
      `location ~ /users/(?<n>\\d+) { ${V} proxy_pass http://$app/x/$n; }`,
      `resolver 127.0.0.1;\nlocation ~ ^/(\\w+)/api/ { proxy_pass http://$1.internal:8000/api$is_args$args; }`,
      `location ~* ^/shop/(de|en) { ${V} proxy_pass http://$app/lang/$1?q=1; }`,
      `location ~ "^/t/([0-9]{2})" { ${V} proxy_pass http://$app/tenant/$1; }`,
      `location ~ /archive/ { ${V} proxy_pass http://$app/old/; }`,
      `location ~ ^/v(?<v>\\d)/ { ${V} proxy_pass http://$app/$v/; }`,
    ],
    sane: [
      `location ~ ^/users/(\\d+)$ { ${V} proxy_pass http://$app/x/$1$is_args$args; }`,
      `location ~ ^/users/(\\d+)(.*) { ${V} proxy_pass http://$app/x/$1$2$is_args$args; }`,
      `location ~ ^/img/(\\w+)\\.png { ${V} proxy_pass http://$app/thumbs/$1.png$is_args$args; }`,
      `location ~ ^/(\\w+)/api/ { proxy_pass http://$1.internal:8000$request_uri; }`,
      `location ~ /users/(\\d+) { ${V} proxy_pass http://$app; }`,
      `location ~ ^/users/(\\d+) { ${V} proxy_pass http://$app$uri$is_args$args; }`,
    ],
  },
  {
    rule: 'redirect-target-malformed',
    inside: 'http',
    bad: [
      `server { listen 80; server_name ~^(?<t>\\w+)\\.example\\.org$; location / { ${PASS} proxy_redirect http://127.0.0.1:8000/ https://$server_name/; } }`,
      `server { listen 80; server_name *.example.org; proxy_redirect ~^http://[^/]+/(.*)$ http://$server_name/$1; location / { ${PASS} } }`,
      `server { listen 80; server_name ~^www\\d\\.example\\.org$; root /srv/site; error_page 404 http://$server_name/gone; }`,
      `server { listen 80; server_name ~^(?<t>\\w+)\\.example\\.org$; location / { error_page 502 http://$server_name/down; error_page 404 http://$server_name/no; ${PASS} } }`,
      `server { listen 80 default_server; server_name _; location / { ${PASS} proxy_redirect http://127.0.0.1:8000/ http://$server_name/; } }`,
      `server { listen 80; server_name www.*; location / { ${PASS} proxy_redirect http://127.0.0.1:8000/ $scheme://$server_name/; } }`,
    ],
    sane: [
      `server { listen 80; server_name a.example.org *.example.org; location / { ${PASS} proxy_redirect http://127.0.0.1:8000/ https://$server_name/; } }`,
      `server { listen 80; server_name ~^(?<t>\\w+)\\.example\\.org$; location / { ${PASS} proxy_redirect http://127.0.0.1:8000/ https://$t.example.org/; } }`,
      `server { listen 80; server_name .example.org; location / { ${PASS} proxy_redirect http://127.0.0.1:8000/ http://$server_name/; } }`,
      `server { listen 80; server_name *.example.org; location / { ${PASS} proxy_redirect default; } }`,
      `server { listen 80; server_name *.example.org; root /srv/site; error_page 404 http://$host/gone; }`,
      `server { listen 80; server_name *.example.org; proxy_redirect http://127.0.0.1:8000/ http://$server_name/; root /srv/site; }`,
    ],
  },
  {
    rule: 'redirect-loop',
    inside: 'http',
    bad: [
      'server { listen 80; server_name a.example; if ($http_x_forwarded_proto != "https") { return 301 $scheme://$host$request_uri; } root /srv; }',
      'server { listen 80; server_name a.example; if ($http_x_forwarded_proto = http) { return 301 http://a.example$request_uri; } root /srv; }',
      'server { listen 80; server_name www.a.example a.example; root /srv; if ($http_host != "www.a.example") { rewrite ^ http://a.example$request_uri permanent; } }',
      'server { listen 80; server_name a.example; location / { rewrite ^ $scheme://$host$request_uri redirect; } }',
    ],
    sane: [
      'server { listen 80; server_name a.example; if ($http_x_forwarded_proto != "https") { return 301 https://$host$request_uri; } root /srv; }',
      'server { listen 80; server_name a.example; if ($http_x_forwarded_proto = https) { return 301 http://$host$request_uri; } root /srv; }',
      'server { listen 80; server_name a.example www.a.example; root /srv; if ($http_host = "www.a.example") { rewrite ^ http://a.example$request_uri? permanent; } }',
    ],
  },
  {
    rule: 'redirect-query-twice',
    inside: 'http',
    bad: [
      'server { listen 80; server_name www.a.example a.example; root /srv; if ($host != www.a.example) { rewrite ^ http://www.a.example$request_uri permanent; } }',
    ],
    sane: [
      'server { listen 80; server_name www.a.example a.example; root /srv; if ($host != www.a.example) { rewrite ^ http://www.a.example$request_uri? permanent; } }',
    ],
  },
  {
    rule: 'password-never-asked',
    inside: 'server',
    bad: [
      `root /srv; location /a/ { ${AUTH} } location /b/ { auth_basic_user_file staff; }`,
      `${AUTH}\nroot /srv; location /b/ { auth_basic off; location /b/c/ { auth_basic_user_file other; } }`,
    ],
    sane: [
      `root /srv; location /a/ { ${AUTH} } location /b/ { auth_basic_user_file staff; location /b/in/ { auth_basic staff; } }`,
      `root /srv; auth_basic_user_file staff; location /a/ { auth_basic staff; } location /b/ { }`,
      `${AUTH}\nroot /srv; location /b/ { auth_basic_user_file other; }`,
    ],
  },
  {
    rule: 'auth-request-value-unset',
    inside: 'server',
    bad: [
      `auth_request /auth; location / { proxy_set_header X-User $u; ${PASS} } location = /auth { internal; auth_request_set $u $upstream_http_x_user; proxy_pass http://127.0.0.1:4180; }`,
    ],
    sane: [
      `auth_request /auth; auth_request_set $u $upstream_http_x_user; location / { proxy_set_header X-User $u; ${PASS} } location = /auth { internal; proxy_pass http://127.0.0.1:4180; }`,
    ],
  },
  {
    rule: 'error-page-fails-too',
    inside: 'server',
    bad: [
      `root /srv; error_page 503 @m; location @m { rewrite ^ /down.html last; } location / { if (-f /srv/off) { return 503; } ${PASS} }`,
      `root /srv; error_page 503 /down.html; location / { if (-f $document_root/off) { return 503; } ${PASS} } location = /down.html { ${PASS} }`,
    ],
    sane: [
      `root /srv; error_page 503 @m; location @m { rewrite ^ /down.html break; } location / { if (-f /srv/off) { return 503; } ${PASS} }`,
      `root /srv; error_page 503 @m; location @m { proxy_pass http://127.0.0.1:9999; } location / { if (-f /srv/off) { return 503; } ${PASS} }`,
      `root /srv; error_page 503 /down.html; location = /down.html { } location / { if (-f $document_root/off) { return 503; } ${PASS} }`,
    ],
  },
  {
    rule: 'proxy-host-missing',
    inside: 'http',
    bad: [
      `server { listen 80; server_name ~^(?<t>\\w+)\\.example\\.org$; location / { proxy_set_header Host $server_name; ${PASS} } }`,
      `server { listen 80; server_name *.example.org; proxy_set_header Host $server_name; location / { ${PASS} } }`,
      `server { listen 80 default_server; server_name _; location / { proxy_set_header Host "$server_name:$server_port"; ${PASS} } }`,
    ],
    sane: [
      `server { listen 80; server_name shop.example.org *.example.org; location / { proxy_set_header Host $server_name; ${PASS} } }`,
      `server { listen 80; server_name .example.org; location / { proxy_set_header Host $server_name; ${PASS} } }`,
      `server { listen 80; server_name ~^(?<t>\\w+)\\.example\\.org$; location / { proxy_set_header Host $t.inner; ${PASS} } }`,
    ],
  },
  {
    rule: 'auth-request-body-announced',
    inside: 'server',
    bad: [
      'location /api/ { auth_request /a; root /srv; }\nlocation = /a { internal; fastcgi_param CONTENT_LENGTH $content_length; fastcgi_pass 127.0.0.1:9000; }',
    ],
    sane: [
      'location /api/ { auth_request /a; root /srv; }\nlocation = /a { internal; scgi_param REQUEST_METHOD $request_method; scgi_pass 127.0.0.1:9000; }',
    ],
  },
];
