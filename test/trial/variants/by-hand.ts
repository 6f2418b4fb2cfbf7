/** Variants of faults that a reviewer looks for: headers of headers-more, tables that judge, groups that climb, pages and programs left open. */
import type { Trial } from '../trial.ts';

const PASS = 'proxy_pass http://127.0.0.1:8000;';
const TLS = 'listen 443 ssl; ssl_certificate a.pem; ssl_certificate_key a.key;';
const ASKED = 'ssl_client_certificate ca.pem; ssl_verify_client optional;';
const SIGNED = 'secure_link $arg_md5,$arg_expires; secure_link_md5 "$secure_link_expires$uri";';
const SCRIPT = 'fastcgi_param SCRIPT_FILENAME $document_root$fastcgi_script_name; fastcgi_pass unix:/run/php.sock;';
const CREDENTIALS = 'more_set_headers "Access-Control-Allow-Credentials: true";';

export const TRIALS: readonly Trial[] = [
  {
    rule: 'cors-misconfigured',
    inside: 'server',
    bad: [
      `location / { more_set_headers "Access-Control-Allow-Origin: $http_origin"; ${CREDENTIALS} ${PASS} }`,
      `more_set_headers "Access-Control-Allow-Origin: $http_origin" "Access-Control-Allow-Credentials: true";\nlocation / { more_set_headers "X-A: b"; ${PASS} }`,
      `location / { more_set_headers "access-control-allow-origin: *"; add_header Access-Control-Allow-Credentials true; ${PASS} }`,
      `location / { more_set_headers -s "200 204" "X-A: b" "Access-Control-Allow-Origin: $http_origin" "Access-Control-Allow-Credentials: true"; ${PASS} }`,
    ],
    sane: [
      `location / { more_set_headers "Access-Control-Allow-Origin: https://app.example.org"; ${CREDENTIALS} ${PASS} }`,
      `location / { more_set_headers "Access-Control-Allow-Origin: *"; ${PASS} }`,
      `location / { more_set_headers "Access-Control-Allow-Origin: $http_origin"; more_clear_headers "Access-Control-*"; ${CREDENTIALS} ${PASS} }`,
      `location / { more_set_headers -s 404 "Access-Control-Allow-Origin: $http_origin"; more_set_headers -s 500 "Access-Control-Allow-Credentials: true"; return 204; }`,
    ],
  },
  {
    rule: 'verdict-unread',
    inside: 'http',
    bad: [
      `map $ssl_client_verify $bad { FAILED 1; default 0; }\nserver { ${TLS} ${ASKED} if ($bad) { return 403; } ${'root /srv;'} }`,
      `map $ssl_client_verify $bad { default ""; FAILED yes; }\nserver { ${TLS} ${ASKED} location / { if ($bad = yes) { return 403; } ${PASS} } }`,
      `map $secure_link $good { "" 0; default 1; }\nserver { listen 80; location / { ${SIGNED} if ($good = 0) { return 403; } root /srv; } }`,
      `map $secure_link $good { "0" 0; default 1; }\nserver { listen 80; location / { ${SIGNED} if ($good = 0) { return 403; } root /srv; } }`,
    ],
    sane: [
      `map $ssl_client_verify $bad { FAILED 1; NONE 1; default 0; }\nserver { ${TLS} ${ASKED} if ($bad) { return 403; } root /srv; }`,
      `map $ssl_client_verify $bad { SUCCESS 0; FAILED 1; default 1; }\nserver { ${TLS} ${ASKED} if ($bad) { return 403; } root /srv; }`,
      `map $ssl_client_verify $bad { ~^FAILED 1; NONE 1; default 0; }\nserver { ${TLS} ${ASKED} if ($bad) { return 403; } root /srv; }`,
      `map $ssl_client_verify $bad { FAILED 1; default 0; }\nserver { ${TLS} ${ASKED} include /etc/nginx/unseen/*.conf; if ($bad) { return 403; } root /srv; }`,
      `map $secure_link $good { "" 0; "0" 0; default 1; }\nserver { listen 80; location / { ${SIGNED} if ($good = 0) { return 403; } root /srv; } }`,
      `map $secure_link $good { 1 1; default 0; }\nserver { listen 80; location / { ${SIGNED} if ($good = 0) { return 403; } root /srv; } }`,
      `map $secure_link $why { "" forged; "0" late; default ""; }\nserver { listen 80; location / { ${SIGNED} if ($why) { return 403; } root /srv; } }`,
    ],
  },
  {
    rule: 'proxy-pass-slash-mismatch',
    inside: 'server',
    bad: [
      'location ~ ^/v2(.*)$ { proxy_pass http://127.0.0.1:8000/inner/$1$is_args$args; }',
      'location ~* ^/files(?<rest>.*)$ { proxy_pass http://127.0.0.1:8000/public/$rest; }',
    ],
    sane: [
      'location ~ ^/v2/(.*)$ { proxy_pass http://127.0.0.1:8000/inner/$1$is_args$args; }',
      'location ~ ^/files/(?<rest>[\\w-]+)$ { proxy_pass http://127.0.0.1:8000/public/$rest; }',
      'location ~ ^/v2(/.*)?$ { proxy_pass http://127.0.0.1:8000/inner$1$is_args$args; }',
    ],
  },
  {
    rule: 'auth-request-unexpected-answer',
    inside: 'server',
    bad: [
      `root /srv;\nlocation / { try_files $uri $uri/ /index.html; }\nlocation /api/ { auth_request /verify; ${PASS} }`,
      'root /srv;\nlocation / { try_files $uri /app.html; }\nlocation /media/ { auth_request /_check; }',
    ],
    sane: [
      `root /srv;\nlocation / { try_files $uri $uri/ /index.html; }\nlocation /api/ { auth_request /verify; ${PASS} }\nlocation = /verify { internal; ${PASS} }`,
      `location / { ${PASS} }\nlocation /api/ { auth_request /verify; ${PASS} }`,
      `root /srv;\nlocation / { try_files $uri @app; }\nlocation @app { ${PASS} }\nlocation /media/ { auth_request /api/check; }`,
      'root /srv;\nlocation / { try_files $uri /front.php?$query_string; }\nlocation ~ \\.php$ { fastcgi_pass 127.0.0.1:9000; }\nlocation /media/ { auth_request /api/check; }',
      `root /srv;\nlocation / { try_files $uri =404; error_page 404 = @app; }\nlocation @app { ${PASS} }\nlocation /media/ { auth_request /api/check; }`,
      'root /srv;\nlocation / { include /etc/nginx/unseen/*.conf; try_files $uri /index.html; }\nlocation /media/ { auth_request /api/check; }',
    ],
  },
  {
    rule: 'limit-key-forgeable',
    inside: 'http',
    bad: [
      'map $arg_probe $key { 1 ""; default $binary_remote_addr; }\nlimit_req_zone $key zone=a:1m rate=1r/s;\nserver { listen 80; limit_req zone=a burst=5; root /srv; }',
      'map $cookie_vip $key { "" $binary_remote_addr; default ""; }\nlimit_req_zone $key zone=a:1m rate=1r/s;\nserver { listen 80; limit_req zone=a burst=5; root /srv; }',
    ],
    sane: [
      'map $arg_probe $key { k3jd82jdnb63gdk1 ""; default $binary_remote_addr; }\nlimit_req_zone $key zone=a:1m rate=1r/s;\nserver { listen 80; limit_req zone=a burst=5; root /srv; }',
      'map $request_method $key { POST $binary_remote_addr; default ""; }\nlimit_req_zone $key zone=a:1m rate=1r/s;\nserver { listen 80; limit_req zone=a burst=5; root /srv; }',
      'map $http_authorization $key { "" $binary_remote_addr; default ""; }\nlimit_req_zone $key zone=a:1m rate=1r/s;\nserver { listen 80; limit_req zone=a burst=5; root /srv; }',
      'map $cookie_vip $key { include /etc/nginx/unseen/keys.map; "" $binary_remote_addr; default ""; }\nlimit_req_zone $key zone=a:1m rate=1r/s;\nserver { listen 80; limit_req zone=a burst=5; root /srv; }',
      'map $http_x_probe $key { ${PROBE_KEY} ""; default $binary_remote_addr; }\nlimit_req_zone $key zone=a:1m rate=1r/s;\nserver { listen 80; limit_req zone=a burst=5; root /srv; }',
    ],
  },
  {
    rule: 'client-text-in-script',
    inside: 'server',
    bad: [
      'location = /a { content_by_lua_block {\nlocal http = require("resty.http").new()\nlocal res = http:request_uri(ngx.var.arg_url)\nngx.print(res.body)\n} }',
      'location = /a { content_by_lua_block {\nlocal s = ngx.socket.tcp()\ns:connect(ngx.req.get_uri_args().host, 80)\n} }',
      'location = /a { content_by_lua_block {\nrequire(ngx.var.arg_m).run()\n} }',
      'location = /a { content_by_lua_block {\nlocal url = ngx.var.arg_url\nlocal http = require("resty.http").new()\nlocal res = http:request_uri(url .. "/status")\n} }',
    ],
    sane: [
      'location = /a { content_by_lua_block {\nlocal http = require("resty.http").new()\nlocal res = http:request_uri("http://127.0.0.1:8000/" .. ngx.var.arg_page)\nngx.print(res.body)\n} }',
      'location = /a { content_by_lua_block {\nlocal s = ngx.socket.tcp()\ns:connect("127.0.0.1", 6379)\n} }',
      'location = /a { content_by_lua_block {\nlocal http = require("resty.http").new()\nlocal url = "http://127.0.0.1:8000/verify?token=" .. ngx.var.arg_token\nlocal res = http:request_uri(url)\nngx.print(res.status)\n} }',
      'location = /a { content_by_lua_block {\nrequire("pages." .. ngx.var.arg_m).run()\n} }',
      'location = /a { content_by_lua_block {\nlocal path = "/go/" .. ngx.var.arg_x\nngx.redirect(path)\n} }',
      'location = /a { content_by_lua_block {\nlocal path = "/parts/" .. ngx.var.arg_x\nngx.exec(path)\n} }',
      'location = /a { content_by_lua_block {\nlocal hosts = { a = "10.0.0.1" }\nlocal s = ngx.socket.tcp()\ns:connect(hosts[ngx.var.arg_h] or "10.0.0.2", 80)\n} }',
    ],
  },
  {
    rule: 'status-page-exposed',
    inside: 'server',
    bad: ['location /nchan { nchan_stub_status; }', 'location /stat { rtmp_stat all; }', 'location /control { rtmp_control all; }'],
    sane: [
      'location /nchan { nchan_stub_status; allow 127.0.0.1; deny all; }',
      'location /stat { rtmp_stat all; allow 10.0.0.0/8; deny all; }',
      'location /control { internal; rtmp_control all; }',
    ],
  },
  {
    rule: 'admin-tool-exposed',
    inside: 'server',
    bad: [
      'server_name a.example.org;\nlocation /ollama/ { proxy_pass http://127.0.0.1:11434/; }',
      `server_name a.example.org;\nlocation /debug/vars { ${PASS} }`,
      `server_name a.example.org;\nlocation ^~ /manager/html { ${PASS} }`,
      'server_name a.example.org;\nlocation = /adminer.php { fastcgi_pass 127.0.0.1:9000; }',
      'server_name a.example.org;\nlocation = /phpinfo.php { fastcgi_pass 127.0.0.1:9000; }',
    ],
    sane: [
      'server_name a.example.org;\nlocation /ollama/ { auth_basic x; auth_basic_user_file u; proxy_pass http://127.0.0.1:11434/; }',
      `server_name a.example.org;\nlocation /manager/ { ${PASS} }`,
      `server_name a.example.org;\nlocation /debug/variables/ { ${PASS} }`,
      'server_name a.example.org;\nlocation = /info.php { fastcgi_pass 127.0.0.1:9000; }',
      'server_name a.example.org;\nset $up http://llm:8000;\nlocation /v1/ { resolver 127.0.0.1; proxy_pass $up; }',
      'server_name a.example.org;\nset $up temporal:7233;\nlocation / { resolver 127.0.0.1; grpc_pass $up; }',
    ],
  },
  {
    rule: 'database-exposed',
    inside: 'stream',
    bad: [
      'server { listen 9092; proxy_pass 10.0.0.4:9092; }',
      'upstream z { server 10.0.0.4:2181; server 10.0.0.5:2181; }\nserver { listen 2181; proxy_pass z; }',
      'server { listen 445; proxy_pass 10.0.0.4:445; }',
      'server { listen 15900; proxy_pass 10.0.0.4:5900; }',
    ],
    sane: [
      'server { listen 9092; allow 10.0.0.0/8; deny all; proxy_pass 10.0.0.4:9092; }',
      'server { listen 127.0.0.1:2181; proxy_pass 10.0.0.4:2181; }',
      'server { listen 8443; proxy_pass 10.0.0.4:8443; }',
      'map $ssl_preread_server_name $to { default 10.0.0.4:443; bus.example.org 10.0.0.5:9092; }\nserver { listen 443; ssl_preread on; proxy_pass $to; }',
      'geo $inner { default 0; 10.0.0.0/8 1; }\nmap $inner $to { 1 10.0.0.4:9092; 0 127.0.0.1:9; }\nserver { listen 9092; proxy_pass $to; }',
      'upstream nfs-web { server 127.0.0.1:9000; }\nserver { listen 81; proxy_pass nfs-web; }',
      'upstream b { server localhost:443; }\nmap $server_port $to { default b; }\nserver { listen 8444; proxy_pass $to; }',
    ],
  },
  {
    rule: 'secret-in-config',
    inside: 'location',
    bad: [
      'uwsgi_param SECRET_KEY p9Kd-2nd84Hs; uwsgi_pass 127.0.0.1:3031;',
      'fastcgi_param APP_API_KEY 7f3b9c1d2e4a; fastcgi_pass 127.0.0.1:9000;',
    ],
    sane: [
      'uwsgi_param SECRET_KEY_FILE /run/secrets/key; uwsgi_pass 127.0.0.1:3031;',
      'fastcgi_param DB_PASSWORD /run/secrets/database; fastcgi_pass 127.0.0.1:9000;',
      'fastcgi_param DB_PASSWORD $db_password; fastcgi_pass 127.0.0.1:9000;',
      'fastcgi_param DB_PASSWORD ""; fastcgi_pass 127.0.0.1:9000;',
      'fastcgi_param DB_PASSWORD REPLACE_ME; fastcgi_param API_KEY __API_KEY__; fastcgi_param APP_SECRET placeholder; fastcgi_pass 127.0.0.1:9000;',
      'fastcgi_param DB_PASSWORD vault:secret/data/db; fastcgi_param API_KEY file:///run/secrets/key; fastcgi_pass 127.0.0.1:9000;',
      'fastcgi_param REQUIRE_PASSWORD sometimes; fastcgi_param ALLOW_API_KEY required; fastcgi_pass 127.0.0.1:9000;',
    ],
  },
  {
    rule: 'request-header-wrong-value',
    inside: 'location',
    bad: [
      `proxy_set_header X-Real-IP $proxy_add_x_forwarded_for; ${PASS}`,
      'uwsgi_param HTTP_X_REAL_IP $proxy_add_x_forwarded_for; uwsgi_pass 127.0.0.1:3031;',
    ],
    sane: [`proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for; ${PASS}`, `proxy_set_header X-Real-IP $remote_addr; ${PASS}`],
  },
  {
    rule: 'open-redirect',
    inside: 'http',
    bad: [
      'map $arg_to $where { default /; "~^https://a\\.example\\.org/|b\\.example\\.org/" $arg_to; }\nserver { listen 80; location = /go { return 302 $where; } }',
      'server { listen 80; location = /out { more_set_headers "Location: $arg_next"; return 302; } }',
      'server { listen 80; location = /out { more_set_headers "Refresh: 3; url=$arg_next"; root /srv; } }',
      'server { listen 80; server_name a.example.org; location = /lang { return 302 https://$arg_lang.example.org/; } }',
    ],
    sane: [
      'map $arg_to $where { default /; "~^https://(?:a|b)\\.example\\.org/" $arg_to; }\nserver { listen 80; location = /go { return 302 $where; } }',
      'server { listen 80; location = /out { more_set_headers "Location: /bye?to=$arg_next"; return 302; } }',
      'server { listen 80; location = /out { more_set_headers -s 404 "Location: $arg_next"; return 302 /bye; } }',
      'map $arg_lang $name { default en; de de; }\nserver { listen 80; server_name a.example.org; location = /lang { return 302 https://$name.example.org/; } }',
    ],
  },
  {
    rule: 'directory-listing',
    inside: 'server',
    bad: ['location /backups/ { root /srv; fancyindex on; }', 'location / { root /srv; index index.html; fancyindex on; }'],
    sane: ['location /backups/ { root /srv; fancyindex on; allow 10.0.0.0/8; deny all; }', 'location /a/ { root /srv; fancyindex off; }'],
  },
  {
    rule: 'exact-path-restricted-only',
    inside: 'server',
    bad: [
      `root /srv;\nlocation = /wp-login.php { allow 10.0.0.0/8; deny all; ${SCRIPT} }\nlocation ~ \\.php$ { fastcgi_split_path_info ^(.+\\.php)(/.+)$; ${SCRIPT} }`,
      `root /srv;\nlocation = /xmlrpc.php { deny all; }\nlocation ~ [^/]\\.php(/|$) { fastcgi_split_path_info ^(.+?\\.php)(/.*)$; if (!-f $document_root$fastcgi_script_name) { return 404; } ${SCRIPT} }`,
    ],
    sane: [
      `root /srv;\nlocation = /wp-login.php { allow 10.0.0.0/8; deny all; ${SCRIPT} }\nlocation ~ \\.php$ { try_files $uri =404; ${SCRIPT} }`,
      `root /srv;\nlocation ^~ /wp-login.php { allow 10.0.0.0/8; deny all; fastcgi_split_path_info ^(.+\\.php)(/.+)$; ${SCRIPT} }\nlocation ~ \\.php$ { fastcgi_split_path_info ^(.+\\.php)(/.+)$; ${SCRIPT} }`,
      `root /srv;\nlocation = /wp-login.php { allow 10.0.0.0/8; deny all; ${SCRIPT} }\nlocation ~ ^/index\\.php(/|$) { fastcgi_split_path_info ^(.+\\.php)(/.+)$; ${SCRIPT} }`,
    ],
  },
  {
    rule: 'internal-header-passed',
    inside: 'server',
    bad: [
      `location / { proxy_set_header X-Webauth-User $http_x_webauth_user; ${PASS} }`,
      `allow 10.0.0.0/8; deny all; location / { proxy_set_header X-Authenticated-Email $http_x_authenticated_email; ${PASS} }`,
    ],
    sane: [
      `allow 10.0.0.5; deny all; location / { proxy_set_header X-Webauth-User $http_x_webauth_user; ${PASS} }`,
      `listen 127.0.0.1:80; location / { proxy_set_header X-Webauth-User $http_x_webauth_user; ${PASS} }`,
    ],
  },
];
