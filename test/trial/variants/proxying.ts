/** Rules on what is passed, cached, limited and answered on trial. */
import { http, location, server, stream, type Trial } from '../trial.ts';

const CACHE =
  'proxy_cache_path /c keys_zone=p:1m;\nuwsgi_cache_path /u keys_zone=u:1m;\nproxy_cache_valid 200 1m;\nuwsgi_cache_valid 200 1m;\n';
const cached = (lines: string, names = 'a.example'): ReturnType<typeof http> =>
  http(`${CACHE}server { server_name ${names}; location / { proxy_pass http://127.0.0.1:1; proxy_cache p; ${lines} } }`);

export const TRIALS: readonly Trial[] = [
  {
    rule: 'cache-key-leaks',
    bad: [
      cached('proxy_ignore_headers Set-Cookie; proxy_cache_bypass $cookie_sessionid;'),
      cached('proxy_ignore_headers Set-Cookie; proxy_cache_bypass $http_pragma;'),
      cached('proxy_ignore_headers Set-Cookie; proxy_hide_header Set-Cookie;'),
      http(
        `${CACHE}server { server_name a; location / { uwsgi_pass 127.0.0.1:1; uwsgi_cache u; uwsgi_cache_key $host$request_uri; uwsgi_ignore_headers Set-Cookie; } }`,
      ),
      cached('proxy_cache_key $request_uri; proxy_set_header Host $host;', '*.example'),
      http(`${CACHE}server { server_name *.example; location / { uwsgi_pass 127.0.0.1:1; uwsgi_cache u; uwsgi_cache_key $request_uri; } }`),
      cached('proxy_ignore_headers Cache-Control;'),
      http(
        `${CACHE}proxy_cache p; proxy_set_header Host $host; server { server_name *.example; location / { proxy_pass http://127.0.0.1:1; } }`,
      ),
      cached('proxy_ignore_headers Set-Cookie; proxy_no_cache $http_pragma;'),
    ],
    sane: [
      cached('proxy_ignore_headers Set-Cookie; proxy_cache_bypass $cookie_sessionid; proxy_no_cache $cookie_sessionid;'),
      cached('proxy_ignore_headers Set-Cookie; proxy_no_cache $http_cookie;'),
      cached(''),
      cached('proxy_cache_key $host$request_uri; proxy_set_header Host $host;', '*.example'),
      http(
        `${CACHE}map $http_cookie $session { default 0; ~sessionid 1; } server { server_name a; location / { uwsgi_pass 127.0.0.1:1; uwsgi_cache u; uwsgi_cache_key $host$request_uri; uwsgi_ignore_headers Set-Cookie; uwsgi_no_cache $session; uwsgi_cache_bypass $session; } }`,
      ),
      cached('proxy_ignore_headers Set-Cookie; proxy_cache_key $host$request_uri$cookie_sessionid;'),
      http(
        `${CACHE}server { server_name a; location /static/ { proxy_pass http://127.0.0.1:1; proxy_cache p; proxy_ignore_headers Set-Cookie; proxy_hide_header Set-Cookie; } }`,
      ),
    ],
  },
  {
    rule: 'cache-purge-open',
    bad: [
      server('location / { allow all; proxy_cache_purge PURGE; }'),
      server('auth_basic x;\nauth_basic_user_file h;\nlocation / { auth_basic off; proxy_cache_purge p $uri; }'),
      server('location / { proxy_cache_purge PURGE from all; }'),
      http(
        'map $request_method $purge { PURGE 1; default 0; }\nserver { location / { proxy_pass http://127.0.0.1:1; proxy_cache_purge $purge; } }',
      ),
      server('location ~ ^/purge(/.*)$ { proxy_cache_purge p $1; }'),
      server('if ($request_method !~ ^(GET|PURGE)$) { return 405; }\nlocation /purge/ { uwsgi_cache_purge u $uri; }'),
      server('location / { deny 192.0.2.1; proxy_cache_purge p $uri; }'),
    ],
    sane: [
      http(
        'geo $may { default 0; 10.0.0.0/8 1; }\nserver { location /purge/ { if ($may = 0) { return 403; } proxy_cache_purge p $uri; } }',
      ),
      http('server { listen 127.0.0.1:80; location /purge/ { proxy_cache_purge p $uri; } }'),
      server('location /purge/ { allow 10.0.0.0/8; deny all; proxy_cache_purge p $uri; }'),
      server('location / { proxy_cache_purge PURGE from 127.0.0.1 10.0.0.0/8; }'),
      http(
        'geo $ok { default 0; 10.0.0.0/8 1; }\nmap "$request_method:$ok" $purge { "PURGE:1" 1; default 0; }\nserver { location / { proxy_pass http://127.0.0.1:1; proxy_cache_purge $purge; } }',
      ),
      server('location /purge/ { internal; proxy_cache_purge p $uri; }'),
    ],
  },
  {
    rule: 'cache-without-lock',
    bad: [
      cached(''),
      cached('proxy_cache_lock on;'),
      cached('proxy_cache_use_stale updating;'),
      cached('proxy_cache_lock off; proxy_cache_use_stale updating;'),
      cached('proxy_cache_lock on; proxy_cache_use_stale error timeout;'),
      http(`${CACHE}uwsgi_cache u; server { location / { uwsgi_pass 127.0.0.1:1; uwsgi_cache_key $uri; } }`),
    ],
    sane: [
      cached('proxy_cache_lock on; proxy_cache_use_stale updating;'),
      cached('proxy_cache_lock on; proxy_cache_use_stale error timeout updating; proxy_cache_background_update on;'),
      http(
        `${CACHE}proxy_cache_lock on; proxy_cache_use_stale updating; server { location / { proxy_pass http://127.0.0.1:1; proxy_cache p; } }`,
      ),
      http(`${CACHE}server { location / { proxy_pass http://127.0.0.1:1; proxy_cache off; } }`),
    ],
  },
  {
    rule: 'invalid-capture',
    bad: [
      server('location ~ ^/e/(\\w+)$ { rewrite ^/nomatch$ /x; return 200 "$1"; }'),
      server('location ~ ^/a/(\\w+)$ { if ($http_x ~ foo) { return 301 /b/$1; } root /srv; }'),
      server('location ~ ^/a/(\\w+)$ { if ($http_x !~ foo) { return 301 /b/$1; } root /srv; }'),
      server('location ~ ^/a/(\\w+)$ { if ($http_user_agent ~* bot) { set $bot 1; } proxy_pass http://127.0.0.1:1/$1; }'),
      server('location ~ ^/a/\\w+$ { return 301 /b/$1; }'),
      server('location ~ ^/a/(\\w+)$ { return 301 /b/$2; }'),
      server('location /a/ { proxy_pass http://127.0.0.1:1/$1; }'),
      server('rewrite ^/a/.*$ /b/$1 last;'),
    ],
    sane: [
      server('location ~ ^/a/(\\w+)$ { return 301 /b/$1; }'),
      http('map $uri $m { ~^/u/(\\w+)$ 1; }\nserver { location / { if ($m) { return 200 "got[$1]"; } root /srv; } }'),
      server('location ~ ^/a/(\\w+)$ { if ($arg_x = 1) { return 301 /b/$1; } return 301 /c/$1; }'),
      server('location / { if ($http_x ~ (foo)) { return 301 /b/$1; } root /srv; }'),
      server('location ~ ^/a/(\\w+)$ { set $name $1; if ($http_x ~ foo) { return 403; } return 301 /b/$name; }'),
      server('location ~ ^/a/(?<name>\\w+)$ { if ($http_x ~ foo) { return 403; } return 301 /b/$name; }'),
      server('location / { rewrite ^/a/(.*)$ /b/$1 break; proxy_pass http://127.0.0.1:1; }'),
      server('server_name ~^(\\w+)\\.example$;\nlocation / { root /srv/$1; }'),
    ],
  },
  {
    rule: 'limit-never-runs',
    bad: [
      http('limit_req_zone $binary_remote_addr zone=z:1m rate=1r/s;\nserver { location / { limit_req zone=z; return 200; } }'),
      http(
        'limit_req_zone $binary_remote_addr zone=z:1m rate=1r/s;\nserver { limit_req zone=z; location / { return 200; } location /a { return 404; } }',
      ),
      http('limit_conn_zone $binary_remote_addr zone=z:1m;\nserver { limit_conn z 1; return 301 https://a.example; }'),
      http(
        'limit_req_zone $binary_remote_addr zone=z:1m rate=1r/s;\nserver { location / { limit_req zone=z; if ($arg_a) { return 403; } return 200; } }',
      ),
    ],
    sane: [
      http(
        'limit_req_zone $binary_remote_addr zone=z:1m rate=1r/s;\nserver { location / { limit_req zone=z; if ($arg_ok) { break; } return 403; proxy_pass http://127.0.0.1:1; } }',
      ),
      http(
        'limit_req_zone $binary_remote_addr zone=z:1m rate=1r/s;\nserver { location / { limit_req zone=z; rewrite ^/a /b break; return 404; proxy_pass http://127.0.0.1:1; } }',
      ),
      http(
        'limit_req_zone $binary_remote_addr zone=z:1m rate=1r/s;\nserver { limit_req zone=z; error_page 418 = @app; return 418; location @app { proxy_pass http://127.0.0.1:1; } }',
      ),
      http(
        'limit_req_zone $binary_remote_addr zone=z:1m rate=1r/s;\nserver { location / { limit_req zone=z; proxy_pass http://127.0.0.1:1; } }',
      ),
      http(
        'limit_req_zone $binary_remote_addr zone=z:1m rate=1r/s;\nserver { limit_req zone=z; location = /x { return 200; } location / { proxy_pass http://127.0.0.1:1; } }',
      ),
      http(
        'limit_req_zone $binary_remote_addr zone=z:1m rate=1r/s;\nserver { location / { limit_req zone=z; if ($arg_a) { return 403; } root /srv; } }',
      ),
    ],
  },
  {
    rule: 'websocket-upgrade-incomplete',
    inside: 'location',
    settings: { nginx: '1.22.1' },
    bad: [
      'proxy_pass http://127.0.0.1:1;\nproxy_http_version 1.1;\nproxy_set_header Upgrade $http_upgrade;\nproxy_set_header Connection "";',
      'proxy_pass http://127.0.0.1:1;\nproxy_http_version 1.1;\nproxy_set_header Upgrade $http_upgrade;\nproxy_set_header Connection keep-alive;',
      'proxy_pass http://127.0.0.1:1;\nproxy_http_version 1.1;\nproxy_set_header Upgrade $http_upgrade;',
      'proxy_pass http://127.0.0.1:1;\nproxy_set_header Upgrade $http_upgrade;\nproxy_set_header Connection upgrade;',
      'proxy_pass http://127.0.0.1:1;\nproxy_http_version 1.1;\nproxy_set_header Connection upgrade;',
      server(
        'proxy_http_version 1.1;\nproxy_set_header Upgrade $http_upgrade;\nproxy_set_header Connection "";\nlocation / { proxy_pass http://127.0.0.1:1; }',
      ),
    ],
    sane: [
      'proxy_pass http://127.0.0.1:1;\nproxy_http_version 1.1;\nproxy_set_header Upgrade $http_upgrade;\nproxy_set_header Connection "upgrade";',
      'proxy_pass http://127.0.0.1:1;\nproxy_http_version 1.1;\nproxy_set_header Upgrade "";\nproxy_set_header Connection "";',
      http(
        'map $http_upgrade $c { default upgrade; "" close; }\nserver { location / { proxy_pass http://127.0.0.1:1; proxy_http_version 1.1; proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection $c; } }',
      ),
      'proxy_pass http://127.0.0.1:1;\nproxy_http_version 1.1;\nproxy_set_header Upgrade $http_upgrade;\nproxy_set_header Connection $http_connection;',
      'proxy_pass http://127.0.0.1:1;\nproxy_http_version 1.1;\nproxy_set_header Connection "";',
      'proxy_pass http://127.0.0.1:1;',
    ],
  },
  {
    rule: 'connection-header-keepalive',
    inside: 'http',
    settings: { nginx: '1.22.1' },
    bad: [
      'map $http_upgrade $c { default upgrade; "" close; }\nupstream u { server 127.0.0.1:1; keepalive 8; }\nserver { location / { proxy_pass http://u; proxy_http_version 1.1; proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection $c; } }',
      'upstream u { server 127.0.0.1:1; keepalive 8; }\nserver { location / { fastcgi_pass u; } }',
      'upstream u { server 127.0.0.1:1; keepalive 8; }\nserver { location / { proxy_pass http://u; } }',
      'upstream u { server 127.0.0.1:1; keepalive 8; }\nserver { location / { set $b u; proxy_pass http://$b; } }',
      'upstream u { server 127.0.0.1:1; keepalive 8; }\nserver { location / { proxy_pass http://u$request_uri; } }',
      'proxy_http_version 1.1;\nupstream u { server 127.0.0.1:1; keepalive 8; }\nserver { location / { proxy_pass http://u; } }',
    ],
    sane: [
      'map $http_upgrade $c { default upgrade; "" ""; }\nupstream u { server 127.0.0.1:1; keepalive 8; }\nserver { location / { proxy_pass http://u; proxy_http_version 1.1; proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection $c; } }',
      'upstream u { server 127.0.0.1:1; keepalive 8; }\nserver { location / { fastcgi_pass u; fastcgi_keep_conn on; } }',
      'upstream u { server 127.0.0.1:1; keepalive 8; }\nserver { location / { proxy_pass http://u; proxy_http_version 1.1; proxy_set_header Connection ""; } }',
      'upstream u { server 127.0.0.1:1; }\nserver { location / { proxy_pass http://u; } }',
      'map $http_upgrade $c { default upgrade; "" close; }\nupstream u { server 127.0.0.1:1; }\nserver { location / { proxy_pass http://u; proxy_http_version 1.1; proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection $c; } }',
      'upstream u { server 127.0.0.1:1; keepalive 8; }\nserver { location / { uwsgi_pass u; } }',
    ],
  },
  {
    rule: 'sub-filter-on-gzip',
    bad: [
      server('sub_filter a b;\nlocation / { proxy_pass http://127.0.0.1:1; }'),
      location('sub_filter a b;\nuwsgi_pass 127.0.0.1:1;'),
      location('sub_filter a b;\nproxy_set_header Accept-Encoding gzip;\nproxy_pass http://127.0.0.1:1;'),
      location('sub_filter a b;\ngunzip on;\nproxy_pass http://127.0.0.1:1;'),
      location('sub_filter a b;\nproxy_pass http://127.0.0.1:1;'),
      http('sub_filter a b;\nserver { location / { location /x { proxy_pass http://127.0.0.1:1; } } }'),
    ],
    sane: [
      location('sub_filter a b;\nproxy_set_header Accept-Encoding "";\nproxy_pass http://127.0.0.1:1;'),
      location('sub_filter a b;\nroot /srv;'),
      location('sub_filter a b;\nproxy_set_header Accept-Encoding identity;\nproxy_pass http://127.0.0.1:1;'),
      location('sub_filter a b;\nuwsgi_param HTTP_ACCEPT_ENCODING "";\nuwsgi_pass 127.0.0.1:1;'),
      server('sub_filter a b;\nproxy_set_header Accept-Encoding "";\nlocation / { proxy_pass http://127.0.0.1:1; }'),
      location('proxy_pass http://127.0.0.1:1;'),
    ],
  },
  {
    rule: 'unused-upstream',
    inside: 'http',
    bad: [
      'upstream gone { server 127.0.0.1:1; }\nserver { location / { proxy_pass http://127.0.0.1:2; } }',
      'upstream old_app { server 127.0.0.1:1; }\nupstream app { server 127.0.0.1:1; }\nserver { location / { proxy_pass http://app; } }',
      'upstream gone { server 127.0.0.1:1; }\nserver { location / { proxy_pass http://127.0.0.1:2/$uri; } }',
    ],
    sane: [
      'upstream app_blue { server 127.0.0.1:1; }\nupstream app_green { server 127.0.0.1:2; }\nmap $cookie_c $color { default blue; green green; }\nserver { location / { proxy_pass http://app_$color; } }',
      'upstream svc-a { server 127.0.0.1:1; }\nserver { location ~ ^/(\\w+)/ { proxy_pass http://svc-$1; } }',
      'upstream a.example { server 127.0.0.1:1; }\nserver { location / { proxy_pass http://$host; } }',
      'upstream app { server 127.0.0.1:1; }\nmap $uri $b { default app; }\nserver { location / { proxy_pass http://$b; } }',
      'upstream app { server 127.0.0.1:1; }\nserver { location / { uwsgi_pass app; } }',
      'upstream x_app { server 127.0.0.1:1; }\nserver { location / { proxy_pass http://${arg_a}_app; } }',
    ],
  },
  {
    rule: 'unused-cache-zone',
    inside: 'http',
    bad: [
      'proxy_cache_path /c keys_zone=pages:1m;\nserver { }',
      'uwsgi_cache_path /c keys_zone=pages:1m;\nserver { location / { uwsgi_pass 127.0.0.1:1; } }',
    ],
    sane: [
      'proxy_cache_path /c keys_zone=pages:1m;\nmap $uri $zone { default pages; }\nserver { location / { proxy_pass http://127.0.0.1:1; proxy_cache $zone; } }',
      'proxy_cache_path /c keys_zone=pages:1m;\nserver { proxy_cache pages; }',
      'uwsgi_cache_path /c keys_zone=pages:1m;\nserver { uwsgi_cache pages; uwsgi_cache_key $uri; }',
      'proxy_cache_path /c keys_zone=c_a:1m;\nserver { location / { proxy_pass http://127.0.0.1:1; proxy_cache c_$arg_z; } }',
    ],
  },
  {
    rule: 'unused-named-location',
    bad: ['location @gone { return 404; }', 'location @gone { return 404; }\nlocation @a { return 404; }\nerror_page 404 @a;'],
    sane: [
      http('map $uri $fb { default @a; /x @b; }\nserver { error_page 404 = $fb; location @a { return 200; } location @b { return 201; } }'),
      'location / { try_files /x @$arg_who; }\nlocation @a { return 200; }',
      'location / { try_files /x @a; }\nlocation @a { return 200; }',
      'error_page 404 = @a;\nlocation @a { return 200; }',
    ],
  },
  {
    rule: 'unused-variable',
    bad: ['set $gone 1;', http('map $uri $gone { default 1; }\nserver { }')],
    sane: [
      'set $naxsi_extensive_log 1;',
      'set $redis_key $uri;\nlocation / { redis_pass 127.0.0.1:1; }',
      'set $memc_key $uri;',
      'set $a 1;\nreturn 200 $a;',
      'set $limit_rate 1k;',
    ],
  },
  {
    rule: 'login-unlimited',
    bad: [
      'location ~ ^/(register|login)$ { proxy_pass http://127.0.0.1:1; }',
      'location /users/sign_in { proxy_pass http://127.0.0.1:1; }',
      'location /api-token-auth/ { proxy_pass http://127.0.0.1:1; }',
      http('deny 192.0.2.7;\nserver { location /login { proxy_pass http://127.0.0.1:1; } }'),
      'location = /accounts/login/ { uwsgi_pass 127.0.0.1:1; }',
      'location ~ ^/api/(v1|v2)/token/$ { proxy_pass http://127.0.0.1:1; }',
    ],
    sane: [
      http(
        'limit_req_zone $binary_remote_addr zone=z:1m rate=1r/s;\nserver { location /login { limit_req zone=z; proxy_pass http://127.0.0.1:1; } }',
      ),
      'location /login { allow 10.0.0.0/8; deny all; proxy_pass http://127.0.0.1:1; }',
      'location /loginfo { proxy_pass http://127.0.0.1:1; }',
      'location /login { root /srv; }',
      'location /login { internal; proxy_pass http://127.0.0.1:1; }',
      'location /blog/ { proxy_pass http://127.0.0.1:1; }',
    ],
  },
  {
    rule: 'try-files-missing-fallback',
    bad: [
      'location / { root /srv; try_files $uri $uri/; }',
      'location / { root /srv; try_files $uri $uri/index.html; }',
      'location / { root /srv; try_files $uri $uri$is_args$args; }',
      'location / { root /srv; try_files $uri index.html; }',
      'location / { root /srv; try_files $uri 404; }',
      'location / { root /srv; try_files $uri $uri.html; }',
    ],
    sane: [
      'location / { try_files $uri $uri.html; }\nlocation ~ \\.html$ { root /srv; }',
      'location = /docs { try_files $uri $uri/; }\nlocation /docs/ { root /srv; }',
      'location / { try_files $uri /index.html; }',
      'location / { try_files $uri =404; }',
      'location / { try_files $uri @app; }\nlocation @app { proxy_pass http://127.0.0.1:1; }',
      'location / { try_files $uri /index.php$is_args$args; }\nlocation = /index.php { fastcgi_pass 127.0.0.1:1; }',
    ],
  },
  {
    rule: 'try-files-file-as-uri',
    bad: [
      'root /srv/site;\nlocation / { try_files $request_filename =404; }',
      'root /srv/site;\nlocation / { try_files $document_root$uri =404; }',
      'root /srv/site;\nlocation / { try_files /srv/site$uri =404; }',
      'root /srv/site;\nlocation / { try_files $uri /srv/site/index.html; }',
      'location / { root /srv/site; try_files $document_root/index.html =404; }',
      'root /srv/site;\nlocation / { try_files "${document_root}/a.html" =404; }',
    ],
    sane: [
      'root /srv/site;\nlocation / { try_files $uri =404; }',
      'root /;\nlocation / { try_files /srv/site$uri =404; }',
      'root /srv/site;\nlocation / { try_files /index.html =404; }',
      'root /srv/site;\nlocation / { try_files $uri $uri/ /srv/index.html; }',
    ],
  },
  {
    rule: 'regex-in-prefix-location',
    bad: [
      'location /api/* { root /srv; }',
      'location *.php { root /srv; }',
      'location /img/.*\\.png { root /srv; }',
      'location = /a$ { root /srv; }',
      'location ^~ /x/(a|b) { root /srv; }',
      'location /*.jpg { root /srv; }',
    ],
    sane: [
      'location /api/ { root /srv; }',
      'location ~ \\.php$ { root /srv; }',
      'location /a.b { root /srv; }',
      'location /a+b { root /srv; }',
      'location /@x { root /srv; }',
      'location = /a/~b { root /srv; }',
    ],
  },
  {
    rule: 'dns-resolved-once',
    bad: [
      location('proxy_pass https://api.example.com$request_uri;'),
      location('set $api api.example.com;\nproxy_pass https://$api$request_uri;'),
      http('upstream app { server 127.0.0.1:1; }\nserver { location / { proxy_pass http://app:8080$request_uri; } }'),
      stream('map $remote_addr $b { default a.example.com:443; }\nserver { listen 127.0.0.1:9000; proxy_pass $b; }'),
      location('proxy_pass https://api.example.com/$request_uri;'),
      location('proxy_pass https://api.example.com;'),
    ],
    sane: [
      location('resolver 127.0.0.1;\nproxy_pass https://api.example.com$request_uri;'),
      location('proxy_pass http://127.0.0.1:1$request_uri;'),
      location('set $b 127.0.0.1:1;\nproxy_pass http://$b;'),
      http('upstream app { server 127.0.0.1:1; }\nserver { location / { proxy_pass http://app$request_uri; } }'),
      stream('resolver 127.0.0.1;\nmap $remote_addr $b { default a.example.com:443; }\nserver { listen 127.0.0.1:9000; proxy_pass $b; }'),
      location('proxy_pass http://$host$request_uri;'),
    ],
  },
];
