/** What is not there yet when it is read, what is lost on the way to a program, and what only a client says of itself. */
import { http, stream, type Trial, tree } from '../trial.ts';

const PASS = 'proxy_pass http://127.0.0.1:8000;';
const PHP =
  'fastcgi_param QUERY_STRING $query_string; fastcgi_param SCRIPT_FILENAME $document_root$fastcgi_script_name; fastcgi_pass 127.0.0.1:9000;';
const CACHE = 'proxy_cache_path /c keys_zone=z:1m;\n';
const CERT = 'ssl_certificate a.pem; ssl_certificate_key a.key;';

/** A place that serves pieces of files, with its lines. */
const sliced = (lines: string, before = '', kept = 'proxy_cache_valid 200 206 1h;') =>
  http(`${CACHE}${before}server { location /v/ { slice 1m; proxy_cache z; ${kept} ${lines} ${PASS} } }`);
const RANGE = 'proxy_set_header Range $slice_range;';

/** A site of PHP with a fallback. */
const php = (fallback: string, script = `location ~ \\.php$ { ${PHP} }`, tried = '$uri $uri/') =>
  `root /srv/a; location / { try_files ${tried} ${fallback}; } ${script}`;

const USER = 'proxy_set_header X-Remote-User $remote_user;';
const BASIC = 'auth_basic staff; auth_basic_user_file /etc/nginx/pw;';
const edge = (inside: string, outer = '') => http(`${outer}\nserver { listen 443 ssl; server_name a.example.org; ${CERT} ${inside} }`);

export const TRIALS: readonly Trial[] = [
  {
    rule: 'answer-read-early',
    bad: [
      `location / { if ($upstream_http_x_private = yes) { return 403; } ${PASS} }`,
      `location / { if ($sent_http_content_type ~ html) { expires -1; } ${PASS} }`,
      `location / { if ($status = 404) { return 302 /start; } ${PASS} }`,
      `location /rpc { if ($request_body ~ "system.multicall") { return 403; } ${PASS} }`,
      `if ($request_body = "") { return 400; } location / { ${PASS} }`,
      `location / { set $by $upstream_addr; add_header X-By $by always; ${PASS} }`,
      `location / { set $hit "$upstream_cache_status"; add_header X-Hit $hit; ${PASS} }`,
      `location = /hook { return 200 $request_body; }`,
      http(
        `map $upstream_http_x_role $staff { default 0; staff 1; }\nserver { location /staff/ { if ($staff = 0) { return 403; } ${PASS} } }`,
      ),
      `location / { if ($upstream_status = 502) { rewrite ^ /down.html last; } ${PASS} } location = /down.html { root /srv/e; }`,
      `location /a/ { if ($request_method = POST) { set $sent $request_body; } proxy_set_header X-Sent $sent; ${PASS} }`,
      // the page for errors is another one
      `error_page 502 /down.html; location = /down.html { root /srv/e; } location / { if ($upstream_status = 404) { return 410; } ${PASS} }`,
    ],
    sane: [
      `location / { add_header X-By $upstream_addr; ${PASS} }`,
      `location / { proxy_intercept_errors on; error_page 404 = @old; ${PASS} } location @old { if ($upstream_http_x_moved) { return 301 $upstream_http_x_moved; } return 404; }`,
      `location / { error_page 500 502 /e.json; ${PASS} } location = /e.json { return 500 '{"status": $status}'; }`,
      `location /dl/ { internal; set $to $upstream_http_x_to; proxy_pass http://127.0.0.1:8001/$to; } location / { ${PASS} }`,
      `location /dl/ { set $to $upstream_http_x_to; proxy_pass $to; } location / { ${PASS} }`,
      http(`map $upstream_http_content_type $kept { default off; ~html -1; }\nserver { location / { expires $kept; ${PASS} } }`),
      `location / { if ($sent_http_connection) { return 204; } ${PASS} }`,
      `set $upstream_name app; location / { if ($upstream_name = app) { return 204; } }`,
      `location / { access_by_lua_block { ngx.req.read_body() } rewrite_by_lua_file a.lua; if ($request_body) { return 204; } ${PASS} }`,
      `location / { set_form_input $id; if ($request_body) { return 204; } ${PASS} }`,
      `location / { if ($http_x_status = 404) { return 410; } ${PASS} }`,
      `location / { proxy_set_header X-Body $request_body; ${PASS} }`,
      // sent here by an application, or by a page for errors that is another step
      `location /dl/ { if ($upstream_http_x_ok = "") { return 403; } root /srv/dl; } location / { ${PASS} }`,
      `location /s3/ { set $key $upstream_http_x_key; proxy_set_header Authorization $key; proxy_pass http://127.0.0.1:8001/; } location / { ${PASS} }`,
      `location / { error_page 502 = @then; ${PASS} } location @then { rewrite ^ /then/ last; } location /then/ { if ($upstream_status = 502) { return 503; } ${PASS} }`,
      `location / { post_action /done; ${PASS} } location = /done { set $was $upstream_status; proxy_pass http://127.0.0.1:8001/log?s=$was; }`,
      // names of somebody's own, set where nobody sees it
      http(`include /etc/nginx/vars/*.conf;\nserver { location / { if ($upstream_backend = blue) { return 302 /blue; } ${PASS} } }`),
      // a copy is made once the body has been read
      `location / { mirror /copy; ${PASS} } location = /copy { if ($request_body = "") { return 204; } proxy_pass http://127.0.0.1:9000$request_uri; }`,
      `location /s3/ { set $key $upstream_http_x_key; set $line "AWS $key"; proxy_set_header Authorization $line; proxy_pass http://127.0.0.1:8001/; } location / { ${PASS} }`,
      // whatever fails comes by the condition of the server a second time
      `error_page 404 /gone.html; if ($upstream_status = 404) { return 410; } location / { proxy_intercept_errors on; ${PASS} }`,
      `error_page 404 /shop/; location /shop/ { if ($upstream_status = 404) { return 410; } ${PASS} }`,
    ],
  },
  {
    rule: 'slice-incomplete',
    inside: 'http',
    bad: [
      sliced(`proxy_cache_key $host$request_uri; ${RANGE}`),
      sliced(RANGE),
      sliced('proxy_cache_key $uri$slice_range;'),
      sliced('proxy_cache_key $uri$slice_range; proxy_set_header Range $http_range;'),
      sliced(`proxy_cache_key $uri$slice_range; ${RANGE}`, '', 'proxy_cache_valid 200 301 1h;'),
      sliced(
        `proxy_cache_key $uri$slice_range; proxy_ignore_headers Cache-Control Expires X-Accel-Expires; ${RANGE}`,
        '',
        'proxy_cache_valid 1h;',
      ),
      sliced(`set $key $host$uri; proxy_cache_key $key; ${RANGE}`),
      `${CACHE}proxy_cache_key $uri;\nserver { slice 10m; ${RANGE} proxy_cache z; proxy_cache_valid any 1h; location / { ${PASS} } }`,
      // a list of headers replaces that of the server
      `${CACHE}server { slice 1m; ${RANGE} proxy_cache z; proxy_cache_valid 206 1h; proxy_cache_key $uri$slice_range; location / { proxy_set_header Host $host; ${PASS} } }`,
    ],
    sane: [
      sliced(`proxy_cache_key $host$uri$slice_range; ${RANGE}`),
      sliced(`proxy_cache_key "$host$uri $slice_range"; ${RANGE}`, '', 'proxy_cache_valid any 1h;'),
      sliced(`set $part $slice_range; proxy_cache_key $uri$part; proxy_set_header Range $part;`),
      sliced(
        `proxy_cache_key $uri$part; proxy_set_header Range $slice_range;`,
        'map $slice_range $part { default 0; ~^bytes=(?<from>.*)$ $from; }\n',
      ),
      sliced(`proxy_cache_key $uri$slice_range; ${RANGE}`, '', ''),
      // how long files are good is left to the application
      sliced(`proxy_cache_key $uri$slice_range; ${RANGE}`, '', 'proxy_cache_valid 301 302 10m; proxy_cache_valid 404 1m;'),
      // made by a script, or by a module
      sliced(`proxy_cache_key $key; ${RANGE}`, 'js_import k.js; js_set $key k.key;\n'),
      sliced(`set_md5 $key $uri$slice_range; proxy_cache_key $key; ${RANGE}`),
      // pieces that are not kept
      `server { location /v/ { slice 1m; ${RANGE} ${PASS} } }`,
      `${CACHE}server { slice 0; proxy_cache z; proxy_cache_valid 200 1h; location / { ${PASS} } }`,
      `${CACHE}server { location /v/ { slice 1m; proxy_cache off; ${RANGE} ${PASS} } }`,
      `${CACHE}server { slice 1m; location /s/ { root /srv/s; } }`,
      tree(
        `#- nginx.conf\nevents {}\nhttp { ${CACHE} server { location /v/ { include cache/*.conf; slice 1m; proxy_cache z; proxy_cache_key $uri; ${PASS} } } }\n`,
      ),
    ],
  },
  {
    rule: 'try-files-query-lost',
    bad: [
      php('/index.php'),
      php('/index.php', `location = /index.php { include fastcgi_params; ${PHP} }`, '$uri'),
      php('/app.php', `location ~ ^/app\\.php(/|$) { ${PHP} }`),
      php('"/index.php"'),
      `root /srv/a; location /blog/ { try_files $uri $uri/ /blog/index.php; } location ~ \\.php$ { ${PHP} }`,
      `root /srv/a; try_files $uri /index.php; location ~ \\.php$ { ${PHP} }`,
      php('/index.cgi', 'location = /index.cgi { scgi_param QUERY_STRING $args; scgi_pass 127.0.0.1:9000; }'),
    ],
    sane: [
      php('/index.php?$query_string'),
      php('/index.php$is_args$args'),
      php('/index.php?q=$uri&$args'),
      php('/404.php'),
      php('/thumb.php'),
      php('/index.html'),
      php('@front', `location @front { fastcgi_param SCRIPT_FILENAME /srv/a/index.php; ${PHP} }`),
      php('=404'),
      // the program is told the query by the line that keeps it
      php('/index.php', 'location = /index.php { fastcgi_param REQUEST_URI $request_uri; fastcgi_pass 127.0.0.1:9000; }'),
      http(
        `map $request_uri $asked { default ""; ~\\?(?<of>.*)$ $of; }\nserver { root /srv/a; location / { try_files $uri /index.php; } location = /index.php { fastcgi_param QUERY_STRING $asked; fastcgi_pass 127.0.0.1:9000; } }`,
      ),
      'root /srv/a; location / { try_files $uri /index.php; }',
      // the page for errors of files that are missing
      `root /srv/a; location ^~ /static/ { try_files $uri /index.php; expires 1y; } location ~ \\.php$ { ${PHP} }`,
      `root /srv/a; location ~* \\.(png|jpg)$ { try_files $uri /index.php; } location ~ \\.php$ { ${PHP} }`,
      `root /srv/a; location /build/ { try_files $uri /index.php; } location ~ \\.php$ { ${PHP} }`,
    ],
  },
  {
    rule: 'internal-header-passed',
    inside: 'http',
    bad: [
      edge(`location / { ${USER} ${PASS} }`),
      // inherited by a place without the login: "curl -u admin:x" is admin there
      `server { listen 80; ${USER} location / { ${BASIC} ${PASS} } location /pub { ${PASS} } }`,
      edge(`${USER} location /staff/ { ${BASIC} ${PASS} } location / { auth_basic off; ${PASS} }`),
      edge(`location / { proxy_set_header Remote-User "\${remote_user}"; ${PASS} }`),
      edge(`location / { proxy_set_header X-WEBAUTH-USER $remote_user; ${PASS} }`),
      `server { listen 80; location /a/ { ${BASIC} ${USER} ${PASS} } location /b/ { ${USER} proxy_pass http://127.0.0.1:9000; } }`,
      edge(`${BASIC} ${USER} location / { ${PASS} } location /api/ { auth_basic off; ${PASS} }`),
      // a condition comes before the password, and a refusal has none
      edge(`location / { ${BASIC} error_page 418 = @app; return 418; } location @app { ${USER} ${PASS} }`),
      edge(`location / { ${BASIC} error_page 401 = @app; root /srv/a; } location @app { ${USER} ${PASS} }`),
      edge(`location /a/ { ${BASIC} try_files $uri @app; } location / { try_files $uri @app; } location @app { ${USER} ${PASS} }`),
    ],
    sane: [
      edge(`location / { ${BASIC} ${USER} ${PASS} }`),
      edge(
        `auth_request /in; location / { ${USER} ${PASS} } location = /in { internal; auth_request off; proxy_pass http://127.0.0.1:9000; }`,
      ),
      `server { listen 80; location / { ${USER} ${PASS} } }`,
      edge(`location / { auth_pam staff; ${USER} ${PASS} }`),
      edge(`location / { access_by_lua_file who.lua; ${USER} ${PASS} }`),
      edge(`location / { limit_except GET { ${BASIC} } ${USER} ${PASS} }`),
      edge(`location / { deny all; ${USER} ${PASS} }`),
      edge(`location / { allow 10.0.0.0/8; deny all; ${USER} ${PASS} }`),
      edge(`location / { proxy_set_header X-Seen-User $remote_user; ${PASS} }`),
      edge(`location / { proxy_set_header X-Remote-User ""; ${PASS} }`),
      edge(`include who/*.conf; location / { ${USER} ${PASS} }`),
      edge(`location ~ \\.php$ { fastcgi_param REMOTE_USER $remote_user; fastcgi_pass 127.0.0.1:9000; }`),
      edge(`location / { if ($remote_user = "") { return 401; } ${USER} ${PASS} }`),
      // whoever comes to the fallback has been asked
      edge(`location / { ${BASIC} try_files $uri @app; } location @app { ${USER} ${PASS} }`),
      edge(`location / { ${BASIC} error_page 404 = @app; root /srv/a; } location @app { ${USER} ${PASS} }`),
    ],
  },
  {
    rule: 'udp-answer-awaited',
    bad: [
      stream('server { listen 514 udp; proxy_pass 10.0.0.5:514; proxy_responses 1; }'),
      stream('upstream logs { server 10.0.0.5:514; server 10.0.0.6:514; }\nserver { listen 514 udp reuseport; proxy_pass logs; }'),
      stream('proxy_responses 1;\nserver { listen 8125 udp; proxy_pass 10.0.0.5:8125; }'),
      stream('server { listen 2055 udp; listen [::]:2055 udp; proxy_pass 10.0.0.5:2055; proxy_timeout 5m; }'),
      stream('server { listen 514; listen 514 udp; proxy_pass 10.0.0.5:514; }'),
      stream('server { listen 10.0.0.1:12201 udp; proxy_pass 10.0.0.5:12201; proxy_bind $remote_addr transparent; }'),
      stream('server { listen 6343 udp; proxy_pass 10.0.0.5:6343; proxy_responses 2; }'),
      stream('upstream g { server 10.0.0.5:12201; server 10.0.0.6:12201; }\nserver { listen 12201 udp; proxy_pass g; proxy_responses 1; }'),
      stream('upstream g { hash $remote_addr; server 10.0.0.5:2055; server 10.0.0.6:2055; }\nserver { listen 2055 udp; proxy_pass g; }'),
    ],
    sane: [
      stream('server { listen 514 udp; proxy_pass 10.0.0.5:514; proxy_responses 0; }'),
      stream('proxy_responses 0;\nserver { listen 514 udp; proxy_pass 10.0.0.5:514; }'),
      stream('server { listen 53 udp; proxy_pass 10.0.0.5:53; proxy_responses 1; }'),
      stream('server { listen 162 udp; proxy_pass 10.0.0.5:162; proxy_responses 1; }'),
      stream('server { listen 514; proxy_pass 10.0.0.5:514; }'),
      stream('server { listen 51820 udp; proxy_pass 10.0.0.5:51820; }'),
      stream('server { listen 514 udp; listen 123 udp; proxy_pass 10.0.0.5:514; }'),
      stream('server { listen 9995; proxy_pass 10.0.0.5:9995; }'),
      // sessions end by themselves
      stream('server { listen 8125 udp; proxy_pass 10.0.0.5:8125; proxy_timeout 5s; }'),
      stream('proxy_timeout 30s;\nserver { listen 514 udp; proxy_pass 10.0.0.5:514; }'),
      // by its session a sender stays at one machine, which needs all that it says
      stream('upstream g { server 10.0.0.5:2055; server 10.0.0.6:2055; }\nserver { listen 2055 udp; proxy_pass g; }'),
      stream('upstream g { least_conn; server 10.0.0.5:12201; server 10.0.0.6:12201; }\nserver { listen 12201 udp; proxy_pass g; }'),
      http('server { listen 514; location / { proxy_pass http://10.0.0.5:514; } }'),
    ],
  },
  {
    rule: 'real-ip-ineffective',
    inside: 'http',
    bad: [
      'set_real_ip_from 173.245.48.0/20; set_real_ip_from 103.21.244.0/22;\nserver { location / { root /srv/a; } }',
      'server { set_real_ip_from 162.158.0.0/15; real_ip_recursive on; location / { root /srv/a; } }',
    ],
    sane: [
      'set_real_ip_from 173.245.48.0/20; real_ip_header CF-Connecting-IP;\nserver { location / { root /srv/a; } }',
      'set_real_ip_from 173.245.48.0/20;\nserver { real_ip_header X-Forwarded-For; location / { root /srv/a; } }',
      'set_real_ip_from 173.245.48.0/20;\nserver { include real/*.conf; include /etc/nginx/real.conf; location / { root /srv/a; } }',
      'set_real_ip_from 10.0.0.0/8;\nserver { location / { root /srv/a; } }',
      'geo $remote_addr $cdn { default 0; 173.245.48.0/20 1; }\nserver { location / { root /srv/a; } }',
      'server { set_real_ip_from 162.158.0.0/15; location / { real_ip_header CF-Connecting-IP; root /srv/a; } }',
    ],
  },
  {
    rule: 'http3-unreachable',
    settings: { nginx: '1.27.0' },
    inside: 'http',
    bad: [
      `server { listen 8443 quic reuseport; listen 443 ssl; ${CERT} add_header Alt-Svc 'h3=":443"; ma=3600'; location / { root /srv/a; } }`,
      `server { listen 4433 quic; listen 443 ssl; ${CERT} location / { add_header Alt-Svc 'h3=":443"'; root /srv/a; } }`,
    ],
    sane: [
      `server { listen 8443 quic reuseport; listen 443 ssl; ${CERT} add_header Alt-Svc 'h3=":8443"; ma=3600'; location / { root /srv/a; } }`,
      // published as 443, both of them
      `server { listen 8443 quic reuseport; listen 8443 ssl; ${CERT} add_header Alt-Svc 'h3=":443"; ma=3600'; location / { root /srv/a; } }`,
      `server { listen 8443 quic; listen 443 ssl; ${CERT} add_header Alt-Svc 'h3=":443"'; location / { root /srv/a; } }\nserver { listen 443 quic reuseport; listen 443 ssl; server_name b.test; ${CERT} }`,
      `server { listen 8443 quic; listen 443 quic reuseport; listen 443 ssl; ${CERT} add_header Alt-Svc 'h3=":443"'; location / { root /srv/a; } }`,
      `server { listen 8443 quic; listen 443 ssl; ${CERT} add_header Alt-Svc 'h3=":443", h3=":8443"'; location / { root /srv/a; } }`,
      `server { listen 8443 quic; listen 443 ssl; ${CERT} add_header Alt-Svc 'h3="cdn.example.org:443"'; location / { root /srv/a; } }`,
    ],
  },
  {
    rule: 'static-type-missing',
    inside: 'http',
    bad: [
      'types { text/html html; text/css css; application/javascript js; }\nserver { root /srv/a; location ~* \\.(css|js|mjs)$ { expires 1d; } }',
      'types { text/html html; text/css css; application/javascript js; }\ndefault_type application/octet-stream;\nserver { root /srv/a; location ~ \\.wasm$ { expires 1d; } }',
    ],
    sane: [
      'types { text/html html; text/css css; text/javascript js mjs; application/wasm wasm; }\nserver { root /srv/a; location ~* \\.(css|js|mjs|wasm)$ { expires 1d; } }',
      'include mime.types;\nserver { root /srv/a; location ~ \\.mjs$ { expires 1d; } }',
      'types { include more.types; text/css css; }\nserver { root /srv/a; location ~ \\.wasm$ { expires 1d; } }',
      'types { text/css css; }\nserver { root /srv/a; location ~ \\.mjs$ { types { } default_type text/javascript; } }',
      'types { text/css css; }\ndefault_type application/wasm;\nserver { root /srv/a; location ~ \\.wasm$ { expires 1d; } }',
      'types { text/css css; }\nserver { root /srv/a; location ~ \\.wasm$ { default_type application/wasm; } }',
      'types { text/css css; }\nserver { root /srv/a; location ~ \\.mjs$ { proxy_pass http://127.0.0.1:8000; } }',
      'types { text/css css; }\nserver { root /srv/a; location ~ \\.mjs\\.map$ { deny all; } }',
      'types { text/css css; }\nserver { root /srv/a; location ~ \\.wasm$ { types { } default_type application/octet-stream; } }',
      'types { text/css css; }\nserver { root /srv/a; location ~ \\.wasm$ { add_header Content-Type application/wasm; } }',
    ],
  },
  {
    rule: 'precompressed-without-encoding',
    bad: [
      'root /srv/g; location ~ \\.js\\.gz$ { types { } default_type application/javascript; }',
      'root /srv/g; location ~ \\.wasm\\.br$ { default_type application/wasm; types { } }',
      'root /srv/g; location ~* \\.(data|wasm|js)\\.gz$ { expires 1d; }',
      'root /srv/g; location ~ \\.css\\.gz$ { gzip_static on; types { text/css gz; } }',
      'location /build/ { root /srv/g; location ~ \\.(js|css)\\.br$ { add_header Vary Accept-Encoding; } }',
      'root /srv/g; add_header Content-Encoding gzip; location ~ \\.js\\.gz$ { add_header Cache-Control public; types { } default_type text/javascript; }',
    ],
    sane: [
      'root /srv/g; location ~ \\.js\\.gz$ { add_header Content-Encoding gzip; types { } default_type text/javascript; }',
      'root /srv/g; add_header Content-Encoding br; location ~ \\.wasm\\.br$ { types { } default_type application/wasm; }',
      'root /srv/g; location ~ \\.js\\.gz$ { deny all; }',
      'root /srv/g; location ~ \\.(js|css)\\.gz$ { return 404; }',
      'root /srv/g; location ~ \\.js\\.gz$ { internal; }',
      'root /srv/g; location ~ \\.(tar|sql)\\.gz$ { expires 1d; }',
      'root /srv/g; location ~ \\.gz$ { expires 1d; }',
      'root /srv/g; gzip_static on; location ~ \\.js$ { expires 1d; }',
      'root /srv/g; location ~ \\.js\\.gz$ { proxy_pass http://127.0.0.1:8000; }',
      'root /srv/g; location ~ \\.html\\.gz$ { add_header Content-Disposition attachment; }',
      'root /srv/g; location ~ \\.js\\.gz$ { more_set_headers "Content-Encoding: gzip"; }',
      // another file is sent
      'root /srv/g; location ~ \\.js\\.gz$ { rewrite ^(.*)\\.gz$ $1 last; }',
      // exports and archives that people come to store
      'root /srv/g; autoindex on; location ~ \\.(html|data)\\.gz$ { expires -1; }',
      'root /srv/g; location ~ \\.(data|sql|csv)\\.gz$ { expires -1; }',
      'root /srv/g; location ~ \\.data\\.gz$ { types { application/gzip gz; } }',
    ],
  },
];
