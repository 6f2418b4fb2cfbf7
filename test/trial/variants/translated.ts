/** Names as clients write them, keys of clients, nginx behind itself, and what was left of another server's language. */
import { http, stream, type Trial, tree } from '../trial.ts';

const PASS = 'proxy_pass http://127.0.0.1:8000;';
const inc = (inside: string, text: string) =>
  tree(`#- nginx.conf\nevents {}\nhttp { ${inside.replace('@', 'include part.inc;')} }\n#- part.inc\n${text}\n`);

const two = (guard: string, rest = `location / { ${PASS} }`) =>
  http(`server { listen 80; server_name www.example.org admin.example.org; ${guard} ${rest} }`);

/** A server at the front that passes to another of the same nginx. */
const front = (list: string, outer = '', pass = 'proxy_pass http://127.0.0.1:8081;', inner = 'listen 127.0.0.1:8081;') =>
  http(
    `server { listen 80; location / { ${outer} ${pass} } }\nserver { ${inner} location / { ${list} auth_basic staff; auth_basic_user_file staff; ${PASS} } }`,
  );
const ANY = 'satisfy any; allow 127.0.0.1; deny all;';

const CACHE = 'proxy_cache_path /c keys_zone=z:1m;\n';
const KEPT = 'proxy_cache z; proxy_cache_valid 200 206 1m;';

const CERT = 'ssl_certificate a.pem; ssl_certificate_key a.key;';
/** Two sites with TLS, the first of which answers for names that nobody has. */
const sites = (plain: string, named = 'shop.test', first = 'server_name blog.test;', shown = 'root /srv/blog;') =>
  `server { listen 80; ${plain} }\nserver { listen 443 ssl default_server; ${first} ${CERT} ${shown} }\nserver { listen 443 ssl; server_name ${named}; ${CERT} root /srv/shop; }`;
const BOTH = 'server_name shop.test www.shop.test;';

export const TRIALS: readonly Trial[] = [
  {
    rule: 'redirect-to-unserved-name',
    inside: 'http',
    bad: [
      sites(`${BOTH} return 301 https://$host$request_uri;`),
      sites(`${BOTH} return 301 https://www.shop.test$request_uri;`),
      sites(`${BOTH} return 301 https://shop.test$request_uri;`, 'www.shop.test'),
      sites(`${BOTH} rewrite ^ https://www.shop.test$request_uri? permanent;`),
      sites(`${BOTH} location / { return 308 https://$host$request_uri; }`),
      // a part of the name is written out
      sites('server_name shop.test; return 301 https://www.$host$request_uri;'),
      sites('server_name shop.test; return 301 https://www.$server_name$request_uri;'),
      sites('server_name shop.test; rewrite ^ https://www.${host}$request_uri? permanent;'),
      sites('server_name www.shop.test; if ($host ~ ^www\\.(.+)$) { return 301 https://$1$request_uri; }', 'www.shop.test'),
      `server { listen 80; ${BOTH} return 301 https://$host$request_uri; }
server { listen 443 ssl default_server; ssl_reject_handshake on; }
server { listen 443 ssl; server_name shop.test; ${CERT} root /srv/shop; }`,
      sites(`${BOTH} return 301 https://$http_host$request_uri;`),
      `${sites(`${BOTH} return 301 https://shop.test$request_uri;`)}\nserver { listen 443 ssl; server_name m.shop.test; ${CERT} return 302 https://www.shop.test$request_uri; }`,
      inc(
        `@ server { listen 443 ssl default_server; server_name blog.test; ${CERT} root /srv/b; } server { listen 443 ssl; server_name shop.test; ${CERT} root /srv/s; }`,
        `server { listen 80; ${BOTH} return 301 https://$host$request_uri; }`,
      ),
      sites(`${BOTH} return 301 https://$host$request_uri;`, 'shop.test', 'server_name _; ssl_reject_handshake on;'),
      sites(`${BOTH} return 301 https://$host$request_uri;`, 'shop.test', 'server_name _; return 444;'),
    ],
    sane: [
      sites(`${BOTH} return 301 https://$host$request_uri;`, 'shop.test www.shop.test'),
      sites(`${BOTH} return 301 https://shop.test$request_uri;`),
      sites(`${BOTH} return 301 https://$host$request_uri;`, '.shop.test'),
      sites(`${BOTH} return 301 https://$host$request_uri;`, 'shop.test *.shop.test'),
      `server { listen 80; ${BOTH} return 301 https://$host$request_uri; }\nserver { listen 443 ssl; server_name shop.test; ${CERT} root /srv/shop; }`,
      sites(`${BOTH} return 301 https://$host$request_uri;`, 'shop.test', 'server_name www.shop.test;'),
      sites('server_name other.test; return 301 https://www.other.test$request_uri;'),
      `include /etc/nginx/unseen/*.conf;\n${sites(`${BOTH} return 301 https://$host$request_uri;`)}`,
      sites(`${BOTH} return 301 https://$host:8443$request_uri;`),
      // whoever is not named is sent on to the name of the site, with a certificate for both
      `server { listen 80; ${BOTH} return 301 https://$host$request_uri; }
server { listen 443 ssl default_server; server_name _; ${CERT} return 301 https://shop.test$request_uri; }
server { listen 443 ssl; server_name shop.test; ${CERT} root /srv/shop; }`,
      sites(`${BOTH} return 301 https://$host$request_uri;`, 'shop.test ~^www\\.'),
      // one site for all names sends them on, or knows them,
      sites(`${BOTH} return 301 https://$host$request_uri;`, 'shop.test', 'server_name _;', 'return 301 https://shop.test$request_uri;'),
      sites(`${BOTH} return 301 https://$host$request_uri;`, 'shop.test', '', `location / { ${PASS} }`),
      `server { listen 80; ${BOTH} return 301 https://$host$request_uri; }\nserver { listen 192.0.2.1:443 ssl; server_name blog.test; ${CERT} root /b; }\nserver { listen 192.0.2.1:443 ssl; server_name shop.test; ${CERT} root /s; }\nserver { listen 192.0.2.2:443 ssl; server_name www.shop.test; ${CERT} root /w; }`,
      sites(`${BOTH} return 301 https://$host$request_uri;`, 'shop.test; include /etc/nginx/unseen/*.conf'),
      sites(`${BOTH} return 301 https://$host$request_uri;`, 'shop.test {{ names }}'),
      sites(`${BOTH} return 301 https://$host$request_uri;`, 'shop.test', 'server_name blog.test {{ names }};'),
    ],
  },
  {
    rule: 'access-by-raw-host',
    inside: 'http',
    bad: [
      two('if ($http_host = admin.example.org) { return 403; }'),
      two('if ($http_host ~ ^admin\\.) { return 403; }'),
      two('if ($http_host ~* ^admin\\.example\\.org$) { return 403; }'),
      two('', `location / { if ($http_host = "admin.example.org") { return 401; } ${PASS} }`),
      two('if ($http_host = admin.example.org) { return 403; }', 'root /srv/site;'),
      `map $http_host $kept { default 0; admin.example.org 1; }\n${two('if ($kept) { return 403; }').text}`,
      `map $http_host $kept { default ""; ~^admin yes; }\n${two('if ($kept = yes) { return 403; }').text}`,
      inc(
        `server { listen 80; server_name www.example.org admin.example.org; @ location / { ${PASS} } }`,
        'if ($http_host = admin.example.org) { return 403; }',
      ),
      two('if ($http_host = admin.example.org) { return 403; }', 'location / { uwsgi_pass unix:/run/app.sock; }'),
    ],
    sane: [
      two('if ($host = admin.example.org) { return 403; }'),
      two('if ($http_host != www.example.org) { return 403; }'),
      two('if ($http_host !~ ^(www|admin)\\.example\\.org$) { return 403; }'),
      two('if ($http_host = old.example.org) { return 301 https://www.example.org$request_uri; }'),
      two('if ($http_host ~* ^admin) { return 403; }'),
      two('if ($http_host = admin.example.org) { return 403; }', 'location / { return 204; }'),
      two('if ($http_host = "") { return 403; }'),
      two('include /etc/nginx/unseen/*.conf; if ($http_host = admin.example.org) { return 403; }'),
      two('if ($http_host = admin.example.org) { return 403; } if ($host = admin.example.org) { return 403; }'),
      `map $http_host $kept { default 1; www.example.org 0; admin.example.org 0; }\n${two('if ($kept) { return 403; }').text}`,
      two('if ($http_host = admin.example.org) { return 403; }', `location / { access_by_lua_file guard.lua; ${PASS} }`),
    ],
  },
  {
    rule: 'memcached-key-from-client',
    inside: 'server',
    bad: [
      'location = /c { set $memcached_key $arg_k; memcached_pass 127.0.0.1:11211; }',
      'location /c { set $memcached_key "${cookie_key}"; memcached_pass 127.0.0.1:11211; }',
      'set $memcached_key $http_x_key;\nlocation /c { memcached_pass 127.0.0.1:11211; }',
      'location /c { set $k $arg_k; set $memcached_key $k; memcached_pass 127.0.0.1:11211; }',
      'location /c { set $memcached_key $args; memcached_pass unix:/run/memcached.sock; }',
      'location ~ ^/c/(.+)$ { set $memcached_key $1; memcached_pass 127.0.0.1:11211; }',
      'location /c { if ($arg_k) { set $memcached_key $arg_k; } memcached_pass 127.0.0.1:11211; }',
      inc('server { location /c { @ memcached_pass 127.0.0.1:11211; } }', 'set $memcached_key $arg_key;'),
    ],
    sane: [
      'location /c { set $memcached_key $uri; memcached_pass 127.0.0.1:11211; }',
      'location /c { set $memcached_key "$uri?$args"; memcached_pass 127.0.0.1:11211; }',
      'location /c { set $memcached_key page:$arg_k; memcached_pass 127.0.0.1:11211; }',
      'location ~ ^/c/([0-9a-f]{32})$ { set $memcached_key $1; memcached_pass 127.0.0.1:11211; }',
      'location /c { internal; set $memcached_key $arg_k; memcached_pass 127.0.0.1:11211; }',
      'location /c { allow 10.0.0.0/8; deny all; set $memcached_key $arg_k; memcached_pass 127.0.0.1:11211; }',
      'location /c { if ($arg_k !~ ^page:\\d+$) { return 404; } set $memcached_key $arg_k; memcached_pass 127.0.0.1:11211; }',
      'location /c { set $memcached_key $request_uri; memcached_pass 127.0.0.1:11211; }',
      http(
        'map $arg_k $key { default none; a page:a; }\nserver { location /c { set $memcached_key $key; memcached_pass 127.0.0.1:11211; } }',
      ),
      'location /c { set $memcached_key $arg_k; return 204; }',
      'location /c { set $memcached_key $arg_k; set $memcached_key "page:$memcached_key"; memcached_pass 127.0.0.1:11211; }',
      'set $memcached_key $arg_k;\nlocation /c { set $memcached_key $uri; memcached_pass 127.0.0.1:11211; }',
      'location ~ ^/img/(.+\\.png)$ { set $memcached_key $1; memcached_pass 127.0.0.1:11211; }',
      'location ~ ^/c/(page_.+)$ { set $memcached_key $1; memcached_pass 127.0.0.1:11211; }',
    ],
  },
  {
    rule: 'own-proxy-admitted',
    inside: 'http',
    bad: [
      front(ANY),
      front('satisfy any; allow 127.0.0.0/8; allow 10.0.0.0/8; deny all;'),
      front(ANY, 'proxy_set_header Host $host; proxy_set_header X-Real-IP $remote_addr;'),
      front(ANY, '', 'proxy_pass http://localhost:8081;'),
      front(ANY, '', 'proxy_pass http://127.0.0.1:8081/;', 'listen 8081;'),
      http(
        `upstream inner { server 127.0.0.1:8081; }\nserver { listen 80; location / { proxy_pass http://inner; } }\nserver { listen 127.0.0.1:8081; satisfy any; allow 127.0.0.1; deny all; auth_basic a; auth_basic_user_file a; location / { ${PASS} } }`,
      ),
      http(
        `server { listen 80; location /in/ { proxy_pass http://127.0.0.1:8081/; } }\nserver { listen 127.0.0.1:8081; location / { ${ANY} auth_basic a; auth_basic_user_file a; root /srv; } }`,
      ),
    ],
    sane: [
      front(
        ANY,
        'proxy_set_header X-Real-IP $remote_addr;',
        undefined,
        'listen 127.0.0.1:8081; set_real_ip_from 127.0.0.1; real_ip_header X-Real-IP;',
      ),
      front('satisfy any; allow 10.0.0.0/8; deny all;'),
      front('allow 127.0.0.1; deny all;'),
      front(ANY, 'auth_basic staff; auth_basic_user_file staff;'),
      front(ANY, 'allow 10.0.0.0/8; deny all;'),
      front('satisfy any; deny 127.0.0.1; allow 10.0.0.0/8; deny all;'),
      front(ANY, '', 'proxy_pass http://127.0.0.1:9000;'),
      front(ANY, '', 'proxy_pass http://10.0.0.5:8081;', 'listen 10.0.0.4:8081;'),
      front(`include /etc/nginx/unseen/*.conf; ${ANY}`),
      front(ANY, 'proxy_bind 192.0.2.7;'),
      front(ANY, 'proxy_bind $remote_addr transparent;'),
      front(ANY, '', 'proxy_pass http://127.0.0.1:8081; } } server { listen 127.0.0.1:80 default_server; location / {').text.replace(
        'listen 80;',
        'listen 127.0.0.1:82;',
      ),
    ],
  },
  {
    rule: 'sub-filter-first-only',
    inside: 'location',
    bad: [
      `${PASS} sub_filter 'href="/' 'href="/x/';`,
      `${PASS} sub_filter 'src="/static/' 'src="/x/static/';`,
      `${PASS} sub_filter "url(/" "url(/x/";`,
      `${PASS} sub_filter http://127.0.0.1:8000 https://$host;`,
      `${PASS} sub_filter 'http://old.example.org/' 'https://new.example.org/';`,
      `${PASS} sub_filter '"/assets/' '"/x/assets/'; sub_filter_types text/css;`,
      http(`sub_filter 'action="/' 'action="/x/';\nserver { location / { ${PASS} } }`),
      `${PASS} sub_filter '<a href="/' '<a href="/x/';`,
    ],
    sane: [
      `${PASS} sub_filter 'href="/' 'href="/x/'; sub_filter_once off;`,
      `${PASS} sub_filter 'href="/' 'href="/x/'; sub_filter_once on;`,
      `${PASS} sub_filter '</head>' '<link rel="stylesheet" href="/x.css"></head>';`,
      `${PASS} sub_filter '<base href="/">' '<base href="/x/">';`,
      `${PASS} sub_filter '<html lang="en">' '<html lang="de">';`,
      `${PASS} sub_filter 'src="/app.js"' 'src="/x/app.js"';`,
      http(`sub_filter_once off;\nserver { location / { ${PASS} sub_filter 'href="/' 'href="/x/'; } }`),
      `include /etc/nginx/unseen/*.conf; ${PASS} sub_filter 'href="/' 'href="/x/';`,
      `${PASS} sub_filter 'old name' 'new name';`,
      `${PASS} sub_filter '<base href="/' '<base href="/x/';`,
      `${PASS} sub_filter '<link rel="canonical" href="https://old.example.org/' '<link rel="canonical" href="https://new.example.org/';`,
      `${PASS} sub_filter '<form method="post" action="/' '<form method="post" action="/x/';`,
      `${PASS} sub_filter 'window.location.href="/' 'window.location.href="/x/';`,
    ],
  },
  {
    rule: 'apache-syntax-left',
    inside: 'server',
    bad: [
      'return 301 "https://%{HTTP_HOST}$request_uri";',
      'location / { rewrite ^(.*)$ "https://www.example.org%{REQUEST_URI}" redirect; }',
      'location / { proxy_set_header X-Forwarded-Proto "%{REQUEST_SCHEME}"; proxy_pass http://127.0.0.1:8000; }',
      'location / { rewrite ^/(.*)$ /\\L$1 permanent; }',
      'set $tls "%{HTTPS}"; if ($tls = off) { return 301 https://$host$request_uri; }',
      http('log_format a "%h %l %u %t";\nserver { access_log /var/log/a a; }'),
      'add_header X-Env "%{ENV:STAGE}";',
    ],
    sane: [
      'return 301 https://$host$request_uri;',
      'location / { rewrite ^/a%20b$ /c permanent; }',
      http('log_format a "$remote_addr $request";\nserver { access_log /var/log/a a; }'),
      'server_name "%{site_name}";',
      'location ~ \\.\\L { return 404; }',
      'add_header X-Note "100% of $host";',
      http('log_format a escape=json \'{"%{user}": "$remote_user"}\';\nserver { access_log /var/log/a a; }'),
      'if ($request_uri ~ "%{2}") { return 400; }',
      'return 200 "RewriteCond %{HTTPS} off";',
      'set $release "%{RELEASE}"; add_header X-Host "%{HTTP_HOST}";',
    ],
  },
  {
    rule: 'udp-setting-on-tcp',
    inside: 'stream',
    bad: [
      'server { listen 53; proxy_pass 192.0.2.1:53; proxy_responses 1; }',
      'server { listen 192.0.2.9:514; proxy_pass 192.0.2.1:514; proxy_responses 0; }',
      'server { listen 53; listen [::]:53; proxy_pass 192.0.2.1:53; proxy_requests 1; }',
      'upstream dns { server 192.0.2.1:53; }\nserver { listen 53 reuseport; proxy_pass dns; proxy_timeout 1s; proxy_responses 1; }',
      'server { listen 1812; proxy_requests 1; proxy_responses 1; proxy_pass 192.0.2.1:1812; }',
      tree(
        '#- nginx.conf\nevents {}\nstream { server { listen 53; include dns.inc; } }\n#- dns.inc\nproxy_pass 192.0.2.1:53;\nproxy_responses 1;\n',
      ),
    ],
    sane: [
      'server { listen 53 udp; proxy_pass 192.0.2.1:53; proxy_responses 1; }',
      'server { listen 53; listen 53 udp; proxy_pass 192.0.2.1:53; proxy_responses 1; }',
      'server { listen 53; proxy_pass 192.0.2.1:53; proxy_timeout 1s; }',
      'proxy_responses 1;\nserver { listen 53; proxy_pass 192.0.2.1:53; }\nserver { listen 53 udp; proxy_pass 192.0.2.1:53; }',
      'server { include /etc/nginx/unseen/*.conf; proxy_pass 192.0.2.1:53; proxy_responses 1; }',
      'server { listen 53; include /etc/nginx/unseen/*.conf; proxy_pass 192.0.2.1:53; proxy_responses 1; }',
      'server { listen 53 udp reuseport; proxy_pass 192.0.2.1:53; proxy_requests 1; proxy_responses 1; }',
      stream('server { listen 443; proxy_pass 192.0.2.1:443; proxy_timeout 1h; }'),
    ],
  },
  {
    rule: 'pass-without-scheme',
    inside: 'server',
    bad: [
      'set $to 127.0.0.1:8000; location / { proxy_pass $to; }',
      'location / { set $to app; proxy_pass $to; }',
      'location / { set $to app:8000; proxy_pass $to/api/; }',
      http('map $host $to { default a.internal:80; b.example.org b.internal:80; }\nserver { location / { proxy_pass $to; } }'),
      http('split_clients $remote_addr $to { 50% a:80; * b:80; }\nserver { location / { proxy_pass $to; } }'),
      'location / { set $name app; set $to $name:8000; proxy_pass $to; }',
      inc('server { @ location / { proxy_pass $to; } }', 'set $to app.internal:8080;'),
    ],
    sane: [
      'set $to http://127.0.0.1:8000; location / { proxy_pass $to; }',
      'location / { set $to app:8000; proxy_pass http://$to; }',
      http('map $host $to { default http://a; b.example.org b.internal:80; }\nserver { location / { proxy_pass $to; } }'),
      'location / { set $scheme_of https; set $to app; proxy_pass $scheme_of://$to; }',
      'location / { include /etc/nginx/unseen/*.conf; set $to app:8000; proxy_pass $to; }',
      'location / { set $to $arg_to; proxy_pass $to; }',
      'location / { set $to unix:/run/app.sock; uwsgi_pass $to; }',
      'location / { set $to ""; if ($arg_a) { set $to http://a; } proxy_pass $to; }',
      'rewrite_by_lua_file choose.lua; location / { set $to none; proxy_pass $to; }',
      'set $proto ""; location / { access_by_lua_block { choose() } proxy_pass $proto://app; }',
      'set $to none; location /a { set $to http://a:80; rewrite ^ /all last; } location /all { internal; proxy_pass $to; }',
      'set $to none; location /a { set $to http://a:80; try_files /x @all; } location @all { proxy_pass $to; }',
      'location / { set $to BACKEND_URL; proxy_pass $to; }',
      tree('#- part.conf\nserver { listen 4443; set $to db.internal:5432; proxy_pass $to; }\n'),
    ],
  },
  {
    rule: 'unkeyed-header-passed',
    inside: 'http',
    bad: [
      `${CACHE}map $http_user_agent $device { default desktop; ~*mobile phone; }\nserver { location / { ${KEPT} proxy_cache_key $host$request_uri; proxy_set_header X-Device-Type $device; ${PASS} } }`,
      `${CACHE}map $http_accept_language $lang { default en; ~*^de de; }\nserver { location / { ${KEPT} proxy_set_header X-Language $lang; ${PASS} } }`,
      `${CACHE}map $cookie_theme $theme { default light; dark dark; }\nserver { location / { ${KEPT} proxy_cache_key $uri; proxy_set_header X-Theme $theme; ${PASS} } }`,
      `${CACHE}server { location / { ${KEPT} proxy_set_header Range $http_range; ${PASS} } }`,
    ],
    sane: [
      `${CACHE}map $http_user_agent $device { default desktop; ~*mobile phone; }\nserver { location / { ${KEPT} proxy_cache_key $host$request_uri$device; proxy_set_header X-Device-Type $device; ${PASS} } }`,
      `${CACHE}map $http_user_agent $device { default desktop; ~*mobile phone; }\nserver { location / { proxy_set_header X-Device-Type $device; ${PASS} } }`,
      `${CACHE}map $http_user_agent $bot { default 0; ~*bot 1; }\nserver { location / { ${KEPT} proxy_set_header X-Bot $bot; ${PASS} } }`,
      `${CACHE}map $http_user_agent $device { default desktop; ~*mobile desktop; }\nserver { location / { ${KEPT} proxy_set_header X-Device $device; ${PASS} } }`,
      `${CACHE}server { location / { ${KEPT} slice 1m; proxy_cache_key $uri$slice_range; proxy_set_header Range $slice_range; ${PASS} } }`,
      `${CACHE}server { location / { ${KEPT} proxy_cache_key $uri$http_range; proxy_set_header Range $http_range; ${PASS} } }`,
      `${CACHE}map $http_accept_language $lang { default en; ~*^de de; }\nserver { location / { ${KEPT} proxy_no_cache $lang; proxy_set_header X-Language $lang; ${PASS} } }`,
      `${CACHE}map $http_user_agent $device { default desktop; ~*mobile phone; }\nserver { proxy_set_header X-Device $device; location / { ${PASS} } location /static/ { ${KEPT} ${PASS} } }`,
      `${CACHE}map $http_user_agent $device { default desktop; ~*mobile phone; }\nserver { proxy_set_header X-Device $device; location / { ${PASS} } location ~* \\.(css|js|png)$ { ${KEPT} ${PASS} } }`,
      `${CACHE}map $http_user_agent $device { default desktop; ~*mobile phone; }\nserver { location / { ${KEPT} proxy_cache_key "{{ key }}"; proxy_set_header X-Device $device; ${PASS} } }`,
      `${CACHE}map $device $zone { default z; phone y; }\nproxy_cache_path /d keys_zone=y:1m;\nmap $http_user_agent $device { default desktop; ~*mobile phone; }\nserver { location / { proxy_cache $zone; proxy_cache_valid 200 1m; proxy_set_header X-Device $device; ${PASS} } }`,
    ],
  },
  {
    rule: 'forwarded-proto-wrong',
    inside: 'server',
    bad: [
      `listen 80; location / { proxy_set_header X-Forwarded-Proto $scheme; proxy_set_header X-Forwarded-Ssl on; ${PASS} }`,
      `listen 8080; proxy_set_header Front-End-Https on; proxy_set_header X-Forwarded-Proto $scheme; location / { ${PASS} }`,
    ],
    sane: [
      `listen 80; location / { proxy_set_header X-Forwarded-Proto https; proxy_set_header X-Forwarded-Ssl on; ${PASS} }`,
      `listen 443 ssl; ssl_certificate a.pem; ssl_certificate_key a.key; location / { proxy_set_header X-Forwarded-Proto $scheme; proxy_set_header X-Forwarded-Ssl on; ${PASS} }`,
      `listen 80; location / { proxy_set_header X-Forwarded-Proto $scheme; proxy_set_header X-Forwarded-Ssl off; ${PASS} }`,
      `listen 80; location / { proxy_set_header X-Forwarded-Ssl on; ${PASS} }`,
      `listen 80; return 301 https://$host$request_uri; location / { proxy_set_header X-Forwarded-Proto $scheme; proxy_set_header X-Forwarded-Ssl on; ${PASS} }`,
      `listen {{ port }}; location / { proxy_set_header X-Forwarded-Proto $scheme; proxy_set_header X-Forwarded-Ssl on; ${PASS} }`,
      `listen 80; include /etc/nginx/unseen/*.conf; location / { proxy_set_header X-Forwarded-Proto $scheme; proxy_set_header X-Forwarded-Ssl on; ${PASS} }`,
    ],
  },
  {
    rule: 'unreachable-location',
    inside: 'server',
    bad: [
      `location /shop { location ~ ^/api/ { ${PASS} } return 404; }`,
      `location /app/ { location ~* ^/static/.+\\.css$ { expires 1d; } ${PASS} }`,
      `location = /a { location ~ ^/b { return 204; } ${PASS} }`,
    ],
    sane: [
      `location /shop { location ~ ^/shop/api/ { ${PASS} } return 404; }`,
      `location /shop { location ~ /api/ { ${PASS} } return 404; }`,
      `location / { location ~ ^/api/ { ${PASS} } return 404; }`,
      `location /shop/api/v1 { location ~ ^/shop { ${PASS} } return 404; }`,
      `location /shop { location ~ ^/(?:shop|api)/ { ${PASS} } return 404; }`,
      `location /shop { location ~ ^/sho?p/x { ${PASS} } return 404; }`,
      `location /shop { location ~ ^/a*shop { ${PASS} } return 404; }`,
      `location /shop { location ~ ^/a?/?shop { ${PASS} } return 404; }`,
    ],
  },
  {
    rule: 'cors-misconfigured',
    inside: 'location',
    bad: [
      `add_header Access-Control-Allow-Origin https://a.example.org; add_header Access-Control-Allow-Methods "GET POST PUT"; ${PASS}`,
      `add_header Access-Control-Allow-Origin * always; add_header Access-Control-Allow-Headers "Content-Type; Authorization"; ${PASS}`,
    ],
    sane: [
      `add_header Access-Control-Allow-Origin https://a.example.org always; add_header Access-Control-Allow-Methods "GET, POST,PUT"; ${PASS}`,
      `add_header Access-Control-Allow-Origin https://a.example.org always; add_header Access-Control-Allow-Methods GET always; ${PASS}`,
    ],
  },
];
