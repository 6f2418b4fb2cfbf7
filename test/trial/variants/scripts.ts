/** Programs and files that a client has a say in, lists that name the wrong half, and the same done right. */
import { http, main, server, stream, type Trial, tree } from '../trial.ts';

const PASS = 'proxy_pass http://127.0.0.1:8000;';
const TLS = 'listen 443 ssl; ssl_certificate a.pem; ssl_certificate_key a.key;';
const lua = (program: string, before = ''): string => `location = /run { ${before} content_by_lua_block { ${program} } }`;
const inc = (text: string, part: string) =>
  tree(`#- nginx.conf\nevents {}\nhttp { server { listen 80; server_name a.example.org; ${text} } }\n#- part.inc\n${part}\n`);
const USERS = 'auth_basic "a"; auth_basic_user_file users;';
const staff = (methods: string, block: string): string => `location /api/ { limit_except ${methods} { ${block} } ${PASS} }`;

export const TRIALS: readonly Trial[] = [
  {
    rule: 'client-text-in-script',
    inside: 'server',
    bad: [
      lua('local f = ngx.var.arg_f or "none" ; local h = io.popen("file " .. f); ngx.print(h:read("*a"))'),
      lua(
        'local h = ngx.req.get_headers()\nlocal host = h["X-To"]\nif not host then return ngx.exit(400) end\nos.execute("ping -c1 " .. host)',
      ),
      lua('ngx.req.read_body()\nlocal args = ngx.req.get_post_args()\nngx.log(ngx.INFO, args.code)\nload(args.code)()'),
      lua('dofile("/srv/plugins/" .. ngx.unescape_uri(ngx.var.arg_p) .. ".lua")'),
      lua('return ngx.exec(ngx.var.arg_to)'),
      lua('ngx.header.location = ngx.unescape_uri(ngx.var.arg_back)\nreturn ngx.exit(302)'),
      lua('ngx.header.content_type = "text/html"\nlocal a = ngx.req.get_uri_args(10)\nngx.say("<b>" .. a["q"] .. "</b>")'),
      `location = /run { content_by_lua 'os.execute("touch /srv/" .. ngx.var.cookie_name)'; }`,
      `location /via/ { set $to ""; rewrite_by_lua_block { ngx.var.to = ngx.var.http_x_to or "127.0.0.1:8000" } proxy_pass http://$to; }`,
      inc('location = /x { include part.inc; }', 'access_by_lua_block {\n local c = ngx.var.arg_c -- a command\n os.execute(c)\n}'),
    ],
    sane: [
      lua('local f = ngx.var.arg_f\nif not f or f:find("[^%w]") then return ngx.exit(400) end\nos.execute("file " .. f)'),
      lua('local m = ngx.re.match(ngx.var.arg_f, "^\\\\w+$")\nif m then os.execute("file " .. ngx.var.arg_f) end'),
      lua('local id = tonumber(ngx.var.arg_id)\nif id then os.execute("job " .. id) end'),
      lua('local known = { a = true }\nlocal f = ngx.var.arg_f\nif known[f] then os.execute("file " .. f) end'),
      lua('local f = clean(ngx.var.arg_f)\nos.execute("file " .. f)'),
      lua('os.execute("uptime") -- .. ngx.var.arg_f'),
      lua('return ngx.redirect(ngx.var.cookie_return_to or "/")'),
      lua('local r = ngx.location.capture("/part", { args = ngx.var.args })\nngx.print(r.body)'),
      lua('local t = require("resty.template")\nt.render("page.html", ngx.req.get_uri_args())', 'default_type text/html;'),
      lua('local to = ngx.var.arg_next\nif to and to:sub(1, 1) == "/" then return ngx.redirect(to) end'),
      lua('local args = ngx.req.get_uri_args()\nargs.f = args.f:gsub("[^%w]", "")\nos.execute("file " .. args.f)'),
      lua('ngx.say("Hello " .. ngx.req.get_uri_args().name)', 'default_type text/plain;'),
      lua('return ngx.redirect("/search?q=" .. ngx.var.arg_q)'),
      lua('local f = ngx.var.arg_f\nif f == "a" or f == "b" then return ngx.exec("/part/" .. f) end'),
      `location = /run { allow 127.0.0.1; deny all; content_by_lua_block { os.execute(ngx.var.arg_c) } }`,
      lua(
        'local a = ngx.req.get_uri_args()\nfor k, v in pairs(a) do if not allowed(k, v) then return ngx.exit(400) end end\nos.execute("job " .. a.id)',
      ),
      `listen 127.0.0.1:8081; ${lua('os.execute(ngx.var.arg_c)')}`,
    ],
  },
  {
    rule: 'code-from-writable-folder',
    inside: 'http',
    bad: [
      main('load_module /var/tmp/x.so; events {} http {}'),
      main('load_module "/dev/shm/modules/x.so"; events {} http {}'),
      'lua_package_cpath "/usr/lib/lua/?.so;/var/tmp/?.so;;"; server { listen 80; }',
      ...['/tmp', '/var/tmp', '/dev/shm'].map((folder) => `js_path ${folder}/njs/; server { listen 80; }`),
      'js_import main from /var/tmp/main.js; server { listen 80; }',
      'server { listen 80; location / { content_by_lua_file /var/tmp/hello.lua; } }',
      'include /var/tmp/sites/*.conf; server { listen 80; }',
      tree(
        '#- nginx.conf\nevents {}\nhttp { server { listen 80; location /up/ { alias /srv/in/; dav_methods PUT DELETE; auth_basic "a"; auth_basic_user_file u; } include /srv/in/conf/*.conf; } }\n',
      ),
    ],
    sane: [
      main('load_module modules/ngx_stream_module.so; events {} http {}'),
      main('pid /var/tmp/nginx.pid; events {} http { include /var/tmp/conf.d/*.conf; }'),
      main('load_module /usr/lib/nginx/modules/ngx_stream_module.so; events {} http {}'),
      'lua_package_path "/usr/share/lua/?.lua;;"; server { listen 80; }',
      'server { listen 80; location / { proxy_pass http://unix:/var/tmp/app.sock; } }',
      'server { listen 80; client_body_temp_path /var/tmp/body; location / { root /var/tmp/site; } }',
      'server { listen 80; location / { content_by_lua_file lua/hello.lua; } }',
      tree(
        '#- nginx.conf\nevents {}\nhttp { server { listen 80; location /up/ { alias /srv/in/; dav_methods DELETE; auth_basic "a"; auth_basic_user_file u; } include /srv/in/conf/*.conf; } }\n',
      ),
      tree(
        '#- nginx.conf\nevents {}\nhttp { server { listen 80; location /up/ { root /srv; dav_methods PUT; auth_basic "a"; auth_basic_user_file u; } include /srv/upstreams/*.conf; } }\n',
      ),
    ],
  },
  {
    rule: 'limit-except-inverted',
    inside: 'server',
    bad: [
      staff('POST PUT DELETE', USERS),
      staff('DELETE', `allow 192.168.0.0/16; deny all;`),
      staff('PATCH POST', `${USERS} allow 10.0.0.1; deny all;`),
      `location /dav/ { root /srv; dav_methods PUT MKCOL; limit_except PUT MKCOL { ${USERS} } }`,
      inc('location /api/ { include part.inc; }', `limit_except PUT POST { ${USERS} } ${PASS}`),
      `server_name b.example.org; location / { location /x/ { limit_except COPY MOVE { allow 10.0.0.0/8; deny all; } ${PASS} } }`,
    ],
    sane: [
      staff('GET', USERS),
      staff('GET POST PUT', USERS),
      staff('PUT DELETE', 'deny all;'),
      staff('PUT', USERS),
      staff('POST', USERS),
      staff('POST', 'allow 10.0.0.0/8; deny all;'),
      `location /in/ { allow 10.0.0.0/8; deny all; limit_except PUT { ${USERS} } ${PASS} }`,
      staff('GET PROPFIND OPTIONS', USERS),
    ],
  },
  {
    rule: 'incompatible-directives',
    inside: 'main',
    bad: [
      {
        inside: 'main',
        text: 'events {} mail { auth_http 127.0.0.1; server { listen 143; protocol imap; ssl on; starttls only; ssl_certificate a.pem; ssl_certificate_key a.key; } }',
        settings: { nginx: '1.22.1' },
      },
    ],
    sane: [
      main(
        'events {} mail { auth_http 127.0.0.1; server { listen 143; protocol imap; starttls on; ssl_certificate a.pem; ssl_certificate_key a.key; } }',
      ),
    ],
  },
  {
    rule: 'upstream-conflict',
    inside: 'http',
    bad: ['upstream r { keepalive 3; } server { listen 80; }'],
    sane: ['upstream r { nchan_redis_server redis://127.0.0.1; } server { listen 80; location / { nchan_redis_pass r; } }'],
  },
  {
    rule: 'duplicate-directive',
    inside: 'http',
    bad: ['nchan_shared_memory_size 10m; nchan_shared_memory_size 20m; server { listen 80; }'],
    sane: ['lua_package_path ""; lua_package_path "/usr/share/site/?.lua;;"; server { listen 80; }'],
  },
  {
    rule: 'limit-key-forgeable',
    inside: 'http',
    bad: [
      'limit_req_zone $request_id zone=a:1m rate=1r/s; server { listen 80; location = /login { limit_req zone=a; } }',
      'limit_req_zone $connection zone=a:1m rate=1r/s; server { listen 80; limit_req zone=a; }',
      'limit_conn_zone $request_id zone=a:1m; server { listen 80; limit_conn a 5; }',
    ],
    sane: [
      'limit_conn_zone $connection zone=a:1m; server { listen 80; limit_conn a 20; }',
      'limit_req_zone $server_name zone=a:1m rate=1000r/s; server { listen 80; limit_req zone=a; }',
    ],
  },
  {
    rule: 'allow-without-deny',
    inside: 'server',
    bad: [
      `listen 80; listen [::]:80; allow 10.0.0.0/8; deny 0.0.0.0/0; location / { ${PASS} }`,
      stream('server { listen 5000; listen [::]:5000; allow 10.0.0.0/8; deny 0.0.0.0/0; proxy_pass 127.0.0.1:5001; }'),
    ],
    sane: [
      `listen 80; allow 10.0.0.0/8; deny 0.0.0.0/0; location / { ${PASS} }`,
      `listen 80; listen [::]:80; allow 10.0.0.0/8; deny 0.0.0.0/0; deny ::/0; location / { ${PASS} }`,
      `listen 80; listen [::1]:80; allow 10.0.0.0/8; deny 0.0.0.0/0; location / { ${PASS} }`,
    ],
  },
  {
    rule: 'comparison-constant',
    inside: 'http',
    bad: [
      'map $arg_x $mode { a 1; b 2; } server { listen 80; location / { if ($mode = 3) { return 403; } return 204; } }',
      'geo $known { 10.0.0.0/8 yes; } server { listen 80; location / { if ($known != true) { return 403; } return 204; } }',
      server('set $ok 1; location / { if ($http_x = a) { set $no 1; } set $no 0; if ($no = 1) { return 403; } return 204; }'),
    ],
    sane: [
      'map $arg_x $mode { a 1; b 2; } server { listen 80; location / { if ($mode = 2) { return 403; } return 204; } }',
      'map $arg_x $mode { default $arg_x; b 2; } server { listen 80; location / { if ($mode = 3) { return 403; } return 204; } }',
      'map $arg_x $mode { include modes.map; b 2; } server { listen 80; location / { if ($mode = 3) { return 403; } return 204; } }',
      'geo $mode { 10.0.0.0/8 yes; } server { listen 80; set $mode maybe; location / { if ($mode = maybe) { return 403; } return 204; } }',
      server('location / { set $no 0; if ($http_x = a) { set $no 1; } if ($no = 1) { return 403; } return 204; }'),
      server(
        'location / { if ($http_x = a) { set $no 1; } if ($no) { return 403; } set $no 0; if ($arg_y) { set $no 1; } if ($no) { return 404; } return 204; }',
      ),
    ],
  },
  {
    rule: 'verdict-unread',
    inside: 'server',
    bad: [
      `${TLS} ssl_client_certificate /etc/pki/tls/certs/ca-bundle.crt; ssl_verify_client on; location / { ${PASS} }`,
      `${TLS} ssl_client_certificate a.pem; ssl_verify_client on; error_page 495 496 =200 @app; location / { ${PASS} } location @app { ${PASS} }`,
    ],
    sane: [
      `${TLS} ssl_client_certificate /etc/pki/tls/certs/ca-bundle.crt; ssl_verify_client on; location / { if ($ssl_client_s_dn !~ "CN=me") { return 403; } ${PASS} }`,
      `${TLS} ssl_client_certificate a.pem; ssl_verify_client on; error_page 495 496 @help; location / { ${PASS} } location @help { proxy_pass http://127.0.0.1:9000; }`,
      `${TLS} ssl_client_certificate a.pem; ssl_verify_client on; error_page 502 @app; location / { ${PASS} } location @app { ${PASS} }`,
    ],
  },
  {
    rule: 'server-side-request-forgery',
    inside: 'server',
    bad: [
      `location / { auth_request /ask; ${PASS} } location = /ask { internal; resolver 127.0.0.1; proxy_pass http://$http_x_auth_host/; }`,
      `location / { proxy_bind $http_x_real_ip transparent; ${PASS} }`,
      `location / { grpc_bind $cookie_from; grpc_pass 127.0.0.1:9000; }`,
    ],
    sane: [
      `location / { mirror /copy; ${PASS} } location = /copy { internal; proxy_pass http://127.0.0.1:8001$request_uri; }`,
      `location / { proxy_bind $remote_addr transparent; ${PASS} }`,
      `location / { proxy_bind $server_addr; ${PASS} }`,
      `location / { error_page 404 /f; ${PASS} } location = /f { internal; resolver 127.0.0.1; proxy_pass http://$upstream_http_x_next; }`,
    ],
  },
  {
    rule: 'request-header-wrong-value',
    inside: 'server',
    bad: [
      `location / { proxy_set_header X-Forwarded-For 127.0.0.1; ${PASS} }`,
      'location ~ ^/i\\.php$ { fastcgi_param REMOTE_ADDR 127.0.0.1; fastcgi_param SCRIPT_FILENAME /srv/i.php; fastcgi_pass 127.0.0.1:9000; }',
      'location / { uwsgi_param HTTP_X_REAL_IP ::1; uwsgi_pass 127.0.0.1:9000; }',
    ],
    sane: [
      `listen 127.0.0.1:8080; location / { proxy_set_header X-Real-IP 127.0.0.1; ${PASS} }`,
      `server_name abcdefgh.onion; location / { proxy_set_header X-Real-IP 127.0.0.1; ${PASS} }`,
      `location /cron/ { allow 10.0.0.0/8; deny all; proxy_set_header X-Real-IP 127.0.0.1; ${PASS} }`,
      `location / { proxy_set_header X-Backend 127.0.0.1; proxy_set_header X-Real-IP $remote_addr; ${PASS} }`,
    ],
  },
  {
    rule: 'security-header-without-effect',
    inside: 'server',
    bad: [
      `add_header Content-Security-Policy "default-src 'self'; script-src 'nonce-abc' 'strict-dynamic'"; location / { ${PASS} }`,
      `add_header Content-Security-Policy "script-src 'nonce-$cookie_n'"; location / { ${PASS} }`,
      `add_header Content-Security-Policy "script-src https://cdn.example.org data:"; location / { ${PASS} }`,
    ],
    sane: [
      `add_header Content-Security-Policy "script-src 'nonce-$request_id' 'strict-dynamic'"; location / { ${PASS} }`,
      `add_header Content-Security-Policy "script-src 'nonce-$ssi_nonce'"; location / { ${PASS} }`,
      `add_header Content-Security-Policy "default-src 'self'; img-src * data:; frame-ancestors https://*.example.org"; location / { ${PASS} }`,
      `add_header Referrer-Policy "unsafe-url, same-origin"; location / { ${PASS} }`,
    ],
  },
  {
    rule: 'private-file-served',
    inside: 'http',
    bad: [
      'fastcgi_cache_path /srv/site/c levels=1:2 keys_zone=c:1m; server { listen 80; root /srv/site; location / { try_files $uri =404; } }',
      main('working_directory /srv/site; worker_rlimit_core 1g; events {} http { server { listen 80; root /srv/site; } }'),
    ],
    sane: [
      'proxy_cache_path /srv/site/c keys_zone=c:1m; server { listen 80; location /s/ { alias /srv/site/static/; } }',
      'client_body_temp_path /srv/site/b; server { listen 80; root /srv/site; }',
      main('working_directory /srv/site; events {} http { server { listen 80; root /srv/site; } }'),
    ],
  },
  {
    rule: 'file-path-from-client',
    inside: 'server',
    bad: [
      `location / { proxy_store /srv/m/$http_x_name; ${PASS} }`,
      `location / { auth_basic "a"; auth_basic_user_file users/$arg_realm; ${PASS} }`,
    ],
    sane: [
      `location / { proxy_store on; root /srv/m; ${PASS} }`,
      http('map $cookie_team $team { default none; a a; b b; } server { listen 80; auth_basic "a"; auth_basic_user_file users/$team; }'),
    ],
  },
  {
    rule: 'upload-executed',
    inside: 'server',
    bad: [
      'location ~ ^/wp-content/uploads/.*\\.php$ { return 403; } location ~ \\.ph(?:p|p5|tml)$ { fastcgi_pass 127.0.0.1:9000; }',
      'location /media/ { root /srv; default_type image/svg+xml; }',
    ],
    sane: [
      'location ~ ^/uploads/.*\\.ph(?:p|p5|tml)$ { return 403; } location ~ \\.ph(?:p|p5|tml)$ { fastcgi_pass 127.0.0.1:9000; }',
      'location ~ ^/uploads/.*\\.php$ { return 403; } location ~ \\.php$ { fastcgi_pass 127.0.0.1:9000; }',
      'location /media/ { root /srv; default_type application/octet-stream; }',
    ],
  },
  {
    rule: 'alias-traversal',
    inside: 'http',
    bad: ['map $uri $rest { "~^/files(.*)$" $1; } server { listen 80; location /files { alias /srv/files/$rest; } }'],
    sane: [
      'map $uri $rest { "~^/files/(.*)$" $1; } server { listen 80; location /files/ { alias /srv/files/$rest; } }',
      'map $uri $rest { "~^/files(/.*)$" $1; } server { listen 80; location /files { alias /srv/files$rest; } }',
    ],
  },
  {
    rule: 'control-socket-exposed',
    inside: 'stream',
    bad: ['upstream d { server unix:/var/run/docker.sock; } server { listen 2375; proxy_pass d; }'],
    sane: ['server { listen 10.0.0.1:2375; proxy_pass unix:/var/run/docker.sock; }'],
  },
  {
    rule: 'internal-header-passed',
    inside: 'server',
    bad: [`ignore_invalid_headers off; location / { proxy_set_header X-Remote-User ""; ${PASS} }`],
    sane: [`ignore_invalid_headers off; location / { proxy_set_header X-Trace ""; ${PASS} }`],
  },
  {
    rule: 'origin-check-too-loose',
    inside: 'server',
    bad: [`location / { proxy_set_header Sec-Fetch-Site none; ${PASS} }`],
    sane: [`location / { proxy_set_header Sec-Fetch-Site $http_sec_fetch_site; ${PASS} }`],
  },
  {
    rule: 'filesystem-root-exposed',
    inside: 'server',
    bad: ['location ~ ^/home/(\\w+)/(.*)$ { alias /home/$1/$2; }', 'location /old/ { alias /var/backups/; }'],
    sane: ['location ~ ^/~(\\w+)(/.*)?$ { alias /home/$1/www$2; }', 'location ~ ^/home/(\\w+)/(.*)$ { internal; alias /home/$1/$2; }'],
  },
  {
    rule: 'body-length-overwritten',
    inside: 'server',
    bad: [`location / { proxy_set_body "a=$arg_a"; proxy_set_header Content-Length $content_length; ${PASS} }`],
    sane: [`location / { proxy_set_body ""; proxy_set_header Content-Length ""; ${PASS} }`],
  },
  {
    rule: 'cookie-without-flags',
    inside: 'server',
    bad: [`${TLS} userid v1; location / { ${PASS} }`],
    sane: [`userid on; location / { ${PASS} }`, `${TLS} userid log; location / { ${PASS} }`],
  },
  {
    rule: 'upstream-tls-unverified',
    inside: 'server',
    bad: [`location / { js_fetch_verify off; ${PASS} }`],
    sane: [`location / { js_fetch_verify on; ${PASS} }`],
  },
  {
    rule: 'host-spoofing',
    inside: 'server',
    bad: [`${TLS} location / { proxy_set_header Forwarded "for=$remote_addr;host=$http_x_forwarded_host"; ${PASS} }`],
    sane: [`${TLS} location / { proxy_set_header Forwarded "for=$remote_addr;host=$host;proto=$scheme"; ${PASS} }`],
  },
];
