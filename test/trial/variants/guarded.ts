/** What a reviewer of security asks of a site: refusals that look like successes, text of clients in pages, secrets in logs, databases for everyone. */
import { http, stream, type Trial, tree } from '../trial.ts';

const PASS = 'proxy_pass http://127.0.0.1:8000;';
const ASKS = 'auth_basic "staff"; auth_basic_user_file staff;';
const UPGRADES = 'proxy_http_version 1.1; proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection "upgrade";';
const LOGGED = 'access_log logs/a.log l;\nserver { listen 80; root /srv; }';
const edge = (text: string) => http(`server { listen 443 ssl; ssl_certificate a.pem; ssl_certificate_key a.key; ${text} }`);

export const TRIALS: readonly Trial[] = [
  {
    rule: 'database-exposed',
    inside: 'stream',
    bad: [
      'server { listen 6379; proxy_pass 10.0.0.5:6379; }',
      'upstream keys { server 10.0.0.5:6379; server 10.0.0.6:6379 backup; }\nserver { listen 0.0.0.0:16379; proxy_pass keys; }',
      'server { listen 11211; listen [::]:11211; proxy_pass 127.0.0.1:11211; proxy_timeout 5s; }',
      'server { listen 3306; allow all; proxy_pass 127.0.0.1:3306; }',
      'server { listen 443 ssl; ssl_certificate a.pem; ssl_certificate_key a.key; proxy_pass 10.0.0.9:5432; }',
      'server { listen 27017; deny 10.0.0.66; proxy_pass 10.0.0.9:27017; }',
      stream('server { listen 5672; proxy_pass 192.168.7.2:5672; }'),
      tree('#- nginx.conf\nevents {}\nstream { include part.inc; }\n#- part.inc\nserver { listen 9200; proxy_pass 10.0.0.5:9200; }\n'),
    ],
    sane: [
      'server { listen 6379; allow 10.0.0.0/8; deny all; proxy_pass 10.0.0.5:6379; }',
      'server { listen 127.0.0.1:3306; proxy_pass 10.0.0.5:3306; }',
      'server { listen 10.0.0.1:5432; listen unix:/run/pg.sock; proxy_pass 10.0.0.5:5432; }',
      'server { listen 6380 ssl; ssl_certificate a.pem; ssl_certificate_key a.key; ssl_client_certificate ca.pem; ssl_verify_client on; proxy_pass 10.0.0.5:6379; }',
      'server { listen 5000; proxy_pass 10.0.0.5:5000; }',
      'allow 192.168.0.0/16;\ndeny all;\nserver { listen 27017; proxy_pass 10.0.0.5:27017; }',
      'server { listen 11211; include access.inc; proxy_pass 10.0.0.5:11211; }',
      {
        inside: 'tree',
        text: '#- nginx.conf\nevents {}\nstream { server { listen 6379; proxy_pass redis:6379; } }\n',
        files: {
          'compose.yaml':
            'services:\n  nginx:\n    image: nginx:1.28\n    ports: ["80:80"]\n    volumes: ["./nginx.conf:/etc/nginx/nginx.conf:ro"]\n  redis:\n    image: redis:7\n',
        },
      },
    ],
  },
  {
    rule: 'error-answered-as-success',
    inside: 'server',
    bad: [
      `root /srv; error_page 401 =200 /login.html; location /a/ { ${ASKS} }`,
      `root /srv; location /a/ { ${ASKS} error_page 401 403 =200 /login.html; ${PASS} }`,
      `root /srv; location = /sorry.html { allow all; } location /a/ { allow 10.0.0.0/8; deny all; error_page 403 =200 /sorry.html; }`,
      `location = /check { internal; proxy_pass http://127.0.0.1:9000; } location /a/ { auth_request /check; error_page 401 =200 @form; ${PASS} } location @form { return 200 "log in"; }`,
      `location = /check { internal; proxy_pass http://127.0.0.1:9000; } location /a/ { auth_request /check; error_page 403 =200 /login; ${PASS} } location = /login { proxy_pass http://127.0.0.1:8001; }`,
      tree(
        `#- nginx.conf\nevents {}\nhttp { server { listen 80; root /srv; location /a/ { ${ASKS} include part.inc; } } }\n#- part.inc\nerror_page 401 =201 /login.html;\n`,
      ),
    ],
    sane: [
      `root /srv; location /a/ { ${ASKS} error_page 401 /login.html; }`,
      `root /srv; location /a/ { ${ASKS} error_page 401 =403 /login.html; }`,
      `root /srv; error_page 403 404 =200 /index.html; location /a/ { allow 10.0.0.0/8; deny all; }`,
      'root /srv; error_page 403 =200 /index.html; location ~ /\\. { deny all; }',
      `location = /check { internal; proxy_pass http://127.0.0.1:9000; } location /a/ { auth_request /check; error_page 401 =302 /login; ${PASS} }`,
      `root /srv; error_page 401 =200 /login.html; location / { index a.html; }`,
      `root /srv; location /a/ { ${ASKS} } location /b/ { error_page 401 =200 /login.html; }`,
    ],
  },
  {
    rule: 'path-in-page',
    inside: 'server',
    bad: [
      'root /srv; sub_filter "@path@" $uri; location / { index a.html; }',
      `location / { ${PASS} sub_filter "</head>" "<base href='$document_uri'></head>"; }`,
      `location ~ ^/shop/(?<rest>.*)$ { ${PASS} sub_filter "@rest@" "$rest"; }`,
      'root /srv; location / { sub_filter "@from@" "$http_referer"; }',
      `location / { ${PASS} sub_filter "</body>" "<script>go('$arg_next')</script></body>"; }`,
      'set $said $arg_text; location = /say { default_type text/html; return 200 "<p>$said</p>"; }',
      'location = /say { default_type text/html; return 404 "<p>$http_user_agent</p>"; }',
      'location = /go { default_type text/html; return 200 "<meta http-equiv=refresh><a href=\'$arg_to\'>go</a>"; }',
    ],
    sane: [
      'root /srv; location / { sub_filter "@path@" $request_uri; }',
      'root /srv; location / { sub_filter "@nonce@" $request_id; sub_filter_once off; }',
      `location / { ${PASS} sub_filter "http://127.0.0.1:8000" "https://$host"; }`,
      `location / { ${PASS} sub_filter "http://app" "$http_x_forwarded_proto://$http_host"; }`,
      'root /srv; location = /index.html { sub_filter "@path@" $uri; }',
      http('map $arg_lang $lang { default en; de de; }\nserver { listen 80; root /srv; location / { sub_filter "@lang@" $lang; } }'),
      'location = /say { default_type text/plain; return 200 "$arg_text"; }',
      'location = /say { default_type application/json; return 200 \'{"text": "$arg_text"}\'; }',
      'location = /me { default_type text/html; return 200 "<p>$remote_addr $host</p>"; }',
    ],
  },
  {
    rule: 'secret-logged',
    inside: 'http',
    bad: [
      `map $http_authorization $who { default $http_authorization; }\nlog_format l '$who';\n${LOGGED}`,
      `map $http_authorization $token { "~^Bearer (?<t>.+)$" $t; }\nlog_format l '$remote_addr $token';\n${LOGGED}`,
      `map $cookie_sessionid $s { "" none; default $cookie_sessionid; }\nmap $s $shown { default "s=$s"; }\nlog_format l '$shown';\n${LOGGED}`,
      `map $arg_token $t { default $arg_token; }\nlog_format l escape=json '{"t":"$t"}';\n${LOGGED}`,
      `map $http_cookie $id { "~*sid=([^;]+)" $1; }\nlog_format l '$id';\n${LOGGED}`,
      `map $http_x_api_key $key { default $http_x_api_key; "" $remote_addr; }\nlog_format l '$key';\n${LOGGED}`,
    ],
    sane: [
      `map $http_authorization $given { default yes; "" no; }\nlog_format l '$given';\n${LOGGED}`,
      `map $http_authorization $kind { "~^(Basic|Bearer) " $1; }\nlog_format l '$kind';\n${LOGGED}`,
      `map $cookie_sessionid $short { "~^(.{6})" $1; }\nlog_format l '$short';\n${LOGGED}`,
      `map $http_authorization $who { default $remote_user; }\nlog_format l '$who';\n${LOGGED}`,
      `map $http_cookie $lang { "~lang=(de|en)" $1; }\nlog_format l '$lang';\n${LOGGED}`,
      `map $http_authorization $who { default $http_authorization; }\nlog_format l '$who';\nserver { listen 80; root /srv; }`,
    ],
  },
  {
    rule: 'response-header-twice',
    inside: 'server',
    bad: [
      `add_header Content-Security-Policy "default-src 'self'"; add_header Content-Security-Policy "default-src 'self' https://cdn.example.org"; location / { ${PASS} }`,
      `location / { add_header Content-Security-Policy "script-src 'self'" always; add_header Content-Security-Policy "script-src 'self' 'unsafe-inline'" always; ${PASS} }`,
      `location / { add_header Content-Security-Policy "img-src 'self' data:"; add_header Content-Security-Policy "img-src 'self'; script-src 'self'"; ${PASS} }`,
      `location / { add_header Content-Security-Policy "default-src 'none'"; add_header content-security-policy "style-src 'self'"; ${PASS} }`,
      `location / { add_header Content-Security-Policy "frame-ancestors 'none'"; add_header Content-Security-Policy "frame-ancestors https://portal.example.org"; ${PASS} }`,
      tree(
        `#- nginx.conf\nevents {}\nhttp { server { listen 80; add_header Content-Security-Policy "default-src 'self'; font-src https://fonts.example.org"; include part.inc; location / { ${PASS} } } }\n#- part.inc\nadd_header Content-Security-Policy "default-src 'self'";\n`,
      ),
    ],
    sane: [
      `location / { add_header Content-Security-Policy "default-src 'self' https://cdn.example.org"; ${PASS} }`,
      `location / { add_header Content-Security-Policy "default-src 'self'"; add_header Content-Security-Policy "frame-ancestors 'none'"; ${PASS} }`,
      `location / { add_header Content-Security-Policy "default-src https:"; add_header Content-Security-Policy "img-src https://a.example.org"; ${PASS} }`,
      `location / { add_header Content-Security-Policy "script-src 'self'"; add_header Content-Security-Policy-Report-Only "script-src 'self' https://a.example.org"; ${PASS} }`,
      `location / { add_header Content-Security-Policy "script-src 'self'"; add_header Content-Security-Policy "script-src 'nonce-$request_id'"; ${PASS} }`,
      `location / { add_header Content-Security-Policy "upgrade-insecure-requests"; add_header Content-Security-Policy "default-src 'self'"; ${PASS} }`,
      `add_header Content-Security-Policy "default-src 'self'"; location /a/ { add_header Content-Security-Policy "default-src 'self' https://a.example.org"; ${PASS} }`,
    ],
  },
  {
    rule: 'origin-check-too-loose',
    inside: 'location',
    bad: [
      `${PASS} ${UPGRADES} proxy_set_header Origin "";`,
      `${PASS} ${UPGRADES} proxy_set_header origin http://localhost:8888;`,
      `${PASS} ${UPGRADES} proxy_set_header Origin $scheme://$host;`,
      `${PASS} proxy_set_header Upgrade websocket; proxy_set_header Connection upgrade; proxy_set_header Origin "";`,
      http(
        `map $http_upgrade $up { default upgrade; "" close; }\nserver { listen 80; proxy_set_header Origin ""; proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection $up; location / { ${PASS} } }`,
      ),
      tree(
        `#- nginx.conf\nevents {}\nhttp { server { listen 80; location /ws { include part.inc; ${PASS} } } }\n#- part.inc\n${UPGRADES}\nproxy_set_header Origin "";\n`,
      ),
    ],
    sane: [
      `${PASS} ${UPGRADES} proxy_set_header Origin $http_origin;`,
      `${PASS} ${UPGRADES}`,
      `${PASS} proxy_set_header Origin "";`,
      `if ($http_origin !~ "^https://app\\.example\\.org$") { return 403; }\n${PASS} ${UPGRADES} proxy_set_header Origin "";`,
      http(
        `map $http_origin $told { default ""; "https://app.example.org" http://127.0.0.1:8000; }\nserver { listen 80; location / { ${PASS} ${UPGRADES} proxy_set_header Origin $told; } }`,
      ),
      http(`server { listen 127.0.0.1:80; location / { ${PASS} ${UPGRADES} proxy_set_header Origin ""; } }`),
    ],
  },
  {
    rule: 'open-redirect',
    inside: 'server',
    bad: [
      'absolute_redirect off; rewrite ^/(.*)/$ /$1 permanent; root /srv;',
      'absolute_redirect off; location /old/ { rewrite ^/old(/.*)$ $1 redirect; }',
      'location /out/ { rewrite ^/out/(.*)$ $1 redirect; }',
      'location = /go { add_header Refresh "0; url=$arg_next"; return 200 ""; }',
      'location = /go { add_header refresh "5;$arg_to" always; root /srv; }',
      'merge_slashes off; absolute_redirect off; location /old { rewrite ^/old(.*)$ $1 redirect; }',
    ],
    sane: [
      'rewrite ^/(.*)/$ /$1 permanent; root /srv;',
      'absolute_redirect off; rewrite ^/([\\w-][\\w/-]*)/$ /$1 permanent; root /srv;',
      'absolute_redirect off; location /old/ { rewrite ^/old/(.*)$ /new/$1 redirect; }',
      'location = /go { add_header Refresh "0; url=/home"; return 200 ""; }',
      'location = /go { add_header Refresh "0; url=https://www.example.org/?to=$arg_next"; return 200 ""; }',
      'location /r/ { rewrite ^/r/(\\w+)$ /$1 redirect; }',
    ],
  },
  {
    rule: 'host-spoofing',
    inside: 'location',
    bad: [
      `${PASS} proxy_set_header X-Forwarded-Prefix $http_x_forwarded_prefix;`,
      `${PASS} proxy_set_header X-Script-Name $http_x_script_name;`,
      'uwsgi_pass 127.0.0.1:3031; uwsgi_param SCRIPT_NAME $http_script_name;',
      'fastcgi_pass 127.0.0.1:9000; fastcgi_param SCRIPT_NAME $http_x_script_name;',
      edge(`location / { ${PASS} proxy_set_header X-Forwarded-Prefix $http_x_forwarded_prefix; }`),
      http(
        `map $http_x_forwarded_prefix $prefix { default $http_x_forwarded_prefix; "" /shop; }\nserver { listen 80; location / { ${PASS} proxy_set_header X-Forwarded-Prefix $prefix; } }`,
      ),
    ],
    sane: [
      `${PASS} proxy_set_header X-Forwarded-Prefix /shop;`,
      `${PASS} proxy_set_header X-Script-Name "";`,
      'uwsgi_pass 127.0.0.1:3031; uwsgi_param SCRIPT_NAME /shop;',
      'fastcgi_pass 127.0.0.1:9000; fastcgi_param SCRIPT_NAME $fastcgi_script_name;',
      http(
        `set_real_ip_from 10.0.0.2;\nserver { listen 80; location / { ${PASS} proxy_set_header X-Forwarded-Prefix $http_x_forwarded_prefix; } }`,
      ),
      http(
        `map $http_x_forwarded_prefix $prefix { default ""; /shop /shop; }\nserver { listen 80; location / { ${PASS} proxy_set_header X-Forwarded-Prefix $prefix; } }`,
      ),
      http(`server { listen 127.0.0.1:80; location / { ${PASS} proxy_set_header X-Forwarded-Prefix $http_x_forwarded_prefix; } }`),
    ],
  },
  {
    rule: 'access-list-outranked',
    inside: 'server',
    bad: [
      'root /srv; location / { try_files /private$uri $uri =404; } location /private/ { deny all; }',
      `root /srv; location / { try_files /private$uri @app; } location @app { ${PASS} } location /private/ { ${ASKS} }`,
      'root /srv; location /dl/ { rewrite ^/dl(/.*)$ $1 break; try_files /store$uri =404; } location /store/ { deny all; }',
      'root /srv; location / { try_files $uri /files$uri /none.html; } location ^~ /files/ { allow 10.0.0.0/8; deny all; }',
      'root /srv; location / { try_files /private$document_uri =404; } location /private/ { deny all; }',
      tree(
        '#- nginx.conf\nevents {}\nhttp { server { listen 80; root /srv; location / { include part.inc; } location /private/ { deny all; } } }\n#- part.inc\ntry_files /private$uri =404;\n',
      ),
    ],
    sane: [
      'root /srv; location / { try_files $uri =404; } location /private/ { deny all; }',
      'root /srv; location / { try_files /a/b$uri =404; } location /c/ { deny all; }',
      'root /srv; location / { try_files /open$uri $uri =404; } location /private/ { deny all; }',
      'root /srv; location / { try_files /cache$uri.html $uri =404; } location /cache/ { deny all; }',
      'root /srv; location / { try_files /page-cache$uri $uri =404; } location /page-cache/ { deny all; }',
      `root /srv; location / { ${ASKS} try_files /private$uri =404; } location /private/ { deny all; }`,
      'root /srv; location / { try_files $uri /private/index.html; } location /private/ { allow all; }',
    ],
  },
];
