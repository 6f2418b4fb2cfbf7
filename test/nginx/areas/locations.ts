/** Rewrites, maps, files and error pages. */
const CC = 'Cache-Control';

import type { Area } from './area.ts';

export const AREAS: readonly Area[] = [
  {
    name: 'rewrite-vars',
    http: `
  location /a { rewrite ^/a/(.*)$ /b/$1?x=1 last; }
  location /b { return 200 "$uri|$args|$1"; }
  location /c { rewrite ^/c/(.)(.)$ /d?a=$1&b=$2? break; return 200 "$uri|$args|$request_uri"; }
  location /e { if ($arg_q ~ "^(\\w+)-(\\w+)$") { set $m "$2-$1"; } return 200 "[$m]"; }
  location /f { rewrite ^ http://o.test$request_uri permanent; }
  location /g { rewrite ^/g(.*)$ https://o.test$1? redirect; }
  location /h { rewrite /h/(.*) $1 last; }
  location /i { rewrite ^ $scheme://x/$uri; }
  location /j { return 302 /rel?$args; }
  location /k { return 307 k; }
  location /l { return http://z.test/; }
  location /m { return 200; }
  location /n { return 404 "not $uri\\n"; }
  location /o { return 301; }
  location /p { set $x $uri; rewrite ^/p /q$x break; return 200 $x-$uri; }
  location /q/ { rewrite "^/q/([a-z]{2})/(.*)$" /m/$2?lang=$1 last; return 403; }
  location /r { if (!-e $request_filename) { rewrite ^(.*)$ /b$1 last; break; } }
  location /s { if ($http_x = "") { return 200 empty; } if ($http_x != one) { return 200 "not one"; } return 200 one; }
  location /t { if ($http_cookie ~* "id=([^;]+)(?:;|$)") { set $id $1; } return 200 "id $id"; }
  location /u { rewrite ^/u/(?<rest>.+)$ /b/$rest last; }
 `,
    asks: [
      'GET /a/x%20y?z=2',
      'GET /a/',
      'GET /c/xy?k=1',
      'GET /e?q=ab-cd',
      'GET /e?q=ab',
      'GET /f/x?y',
      'GET /g/%20x?y',
      'GET /h/x',
      'GET /h//x',
      'GET /i/t',
      'GET /j?x=1',
      'GET /k',
      'GET /l',
      'GET /m',
      'GET /n/x',
      'GET /o',
      'GET /p/z',
      'GET /q/de/x?y=1',
      'GET /q/x',
      'GET /r/y',
      'GET /s',
      'GET /s | X: one',
      'GET /s | X: two',
      'GET /t | Cookie: a=b; id=77',
      'GET /t | Cookie: id=',
      'GET /u/some/thing?x',
      'HEAD /n/x',
      'POST /m',
      'GET /o HTTP/1.0',
    ],
  },
  {
    name: 'map',
    http: `
  map $arg_a $m { default d; "" empty; a A; B b; ~^x(.)$ re-$1; ~*^y re; "\\default" lit; *.com s; 10 ten; }
  map $http_host $h { hostnames; default none; example.com ex; *.example.org star; .dot.net dot; mail.* mail; ~^re(?<n>\\d+)\\.x $n; }
  map "$arg_a:$arg_b" $c { volatile; "1:2" both; ~^1: one; default $uri; }
  map $arg_a $nodefault { a 1; }
  map $m $second { A fromA; default "$m+$arg_b"; }
  server { listen 127.0.0.1:%PORT%; location / { return 200 "$m|$h|$c|$nodefault|$second"; } }
 `,
    asks: [
      'GET /',
      'GET /?a=a',
      'GET /?a=A',
      'GET /?a=b',
      'GET /?a=xq',
      'GET /?a=xqq',
      'GET /?a=YES',
      'GET /?a=default',
      'GET /?a=1&b=2',
      'GET /?a=1&b=3',
      'GET /?a=10',
      'GET / | Host: example.com',
      'GET / | Host: EXAMPLE.com:80',
      'GET / | Host: a.example.org',
      'GET / | Host: example.org',
      'GET / | Host: dot.net',
      'GET / | Host: x.dot.net',
      'GET / | Host: mail.foo',
      'GET / | Host: mail',
      'GET / | Host: re12.x',
      'GET / | Host: example.com.',
    ],
  },
  {
    name: 'tryfiles',
    files: { 'html/a.txt': 'A', 'html/d/index.html': 'DI', 'html/e/x': 'x', 'html/404.html': 'nf' },
    folders: ['html/empty'],
    http: `
  location / { try_files $uri $uri/ /404.html; }
  location /t1 { try_files $uri.txt $uri.html =404; }
  location /t2/ { try_files /a.txt =500; }
  location /t3 { try_files $arg_f @n; }
  location @n { return 200 "named $uri $args"; }
  location /t4 { try_files nothing /b?$args&x=1; }
  location /b { return 200 "b $args $uri"; }
  location /t5/ { alias %DIR%/html/; try_files $uri $uri/ /a.txt; }
  location ~ ^/t6/(.*)$ { alias %DIR%/html/$1; try_files "" =404; }
  location /t7 { try_files /empty/ =404; }
  location /t8 { root html; try_files /none =204; }
  location /t9 { try_files /none =301; }
  location /t10 { try_files /none $uri/index.html /none2; }
  location /e/ { index y x; }
  location /none2 { return 201 ok; }
 `,
    asks: [
      'GET /',
      'GET /a.txt',
      'GET /d',
      'GET /d/',
      'GET /d?x=1',
      'GET /zz',
      'GET /empty',
      'GET /empty/',
      'GET /t1',
      'GET /t2/x',
      'GET /t3?f=/a.txt',
      'GET /t3?f=/q&y',
      'GET /t4?q=1',
      'GET /t5/a.txt',
      'GET /t5/d/',
      'GET /t5/zz',
      'GET /t6/a.txt',
      'GET /t6/zz',
      'GET /t7',
      'GET /t8',
      'GET /t9',
      'GET /t10',
      'GET /e/',
      'POST /a.txt',
      'PUT /a.txt',
      'DELETE /zz',
      'OPTIONS /a.txt',
      'GET /a.txt/',
      'GET /a.txt/x',
    ],
  },
  {
    name: 'errorpage',
    files: { 'html/e404.html': 'E404', 'html/e50.html': 'E50' },
    http: `
  error_page 404 /e404.html; error_page 500 502 503 504 /e50.html; error_page 403 =200 /ok; error_page 401 @auth; error_page 410 = /gone; error_page 405 http://o.test/405?$uri; error_page 418 /tea;
  location / { }
  location = /ok { return 200 "ok $uri $status"; }
  location @auth { add_header X-A b always; return 401 "auth"; }
  location /401 { return 401; } location /403 { return 403; } location /410 { return 410; } location = /gone { return 204; }
  location /405 { return 405; } location /418 { return 418; } location /tea { return 200 tea; }
  location /500 { return 500; }
  location /503 { error_page 503 =429 /e404.html; return 503; }
  location /504 { error_page 504 = @f; return 504; } location @f { proxy_pass http://%E%; }
  location /deny { deny all; error_page 403 /denied.html; }
  location /intern { internal; return 200 x; }
  location /p { proxy_pass http://%E%; proxy_intercept_errors on; }
  location /p2 { proxy_pass http://%E%; proxy_intercept_errors on; error_page 404 =200 /e50.html; }
  location /p3 { proxy_pass http://%E%; proxy_intercept_errors on; error_page 301 302 = @f; }
  location /rec { recursive_error_pages on; error_page 404 /rec2; return 404; } location /rec2 { error_page 404 /e404.html; recursive_error_pages on; return 404; }
  location /post { error_page 405 =200 /e404.html; }
  location /dead { proxy_pass http://127.0.0.1:1; }
 `,
    asks: [
      'GET /zz',
      'GET /401',
      'GET /403',
      'GET /410',
      'GET /405',
      'GET /418',
      'GET /500',
      'GET /503',
      'GET /504?x=1',
      'POST /504',
      'GET /deny',
      'GET /intern',
      'GET /e404.html',
      'GET /dead',
      'POST /post/x',
      { send: 'GET /p/x', answer: { status: 404 } },
      { send: 'GET /p/x', answer: { status: 500, headers: [['X-H', '1']] } },
      { send: 'GET /p/x', answer: { status: 401, headers: [['WWW-Authenticate', 'Basic realm=x']] } },
      { send: 'GET /p2', answer: { status: 404 } },
      { send: 'GET /p3', answer: { status: 302, headers: [['Location', '/loc']] } },
      { send: 'HEAD /p/x', answer: { status: 404 } },
      'GET /rec',
      'HEAD /500',
      { send: 'POST /p/x', body: 'abc', answer: { status: 503 } },
      { send: 'GET /p', answer: { status: 418 } },
    ],
  },
  {
    name: 'headers',
    http: `
  add_header X-S s; add_header X-A a always; expires 1h;
  location /a { } location /b { add_header X-B $upstream_status; proxy_pass http://%E%; }
  location /c { expires -1; return 200 x; } location /d { expires max; add_header Cache-Control "immutable"; return 200; }
  location /e { expires $arg_e; return 200; } location /f { expires epoch; return 404; }
  location /g { expires @10h; return 200; }
  location /h { add_header X-H "$sent_http_x_h2"; add_header X-H2 v; return 200; }
  location /i { add_header Set-Cookie "a=$arg_a; path=/"; add_header Set-Cookie b=2; return 302 /x; }
  location /j { expires off; add_header "" x; return 200; }
 `,
    asks: [
      'GET /a',
      'GET /b',
      { send: 'GET /b', answer: { status: 500 } },
      {
        send: 'GET /b',
        answer: {
          headers: [
            [CC, 'private'],
            ['Expires', 'Thu, 01 Jan 2026 00:00:00 GMT'],
          ],
        },
      },
      'GET /c',
      'GET /d',
      'GET /e?e=5m',
      'GET /e?e=off',
      'GET /e?e=junk',
      'GET /e',
      'GET /f',
      'GET /g',
      'GET /h',
      'GET /i?a=1',
      'GET /j',
    ],
  },
  {
    name: 'index',
    files: { 'html/i/b.html': 'b', 'html/j/index.htm': 'h', 'html/l/one': '1', 'html/l/two.txt': '22' },
    folders: ['html/k', 'html/l/sub'],
    http: `
  location /i/ { index a.html b.html; } location /j/ { index index.html index.htm; } location /k/ { index none /abs; } location /abs { return 200 "abs $uri"; }
  location /l/ { autoindex on; } location /l2/ { alias %DIR%/html/l/; autoindex on; autoindex_format json; } location /l3/ { alias %DIR%/html/l/; autoindex on; autoindex_exact_size off; autoindex_localtime on; }
  location /l4/ { alias %DIR%/html/l/; autoindex on; autoindex_format xml; } location /l5/ { alias %DIR%/html/l/; autoindex on; autoindex_format jsonp; }
  location /m/ { index $arg_i.html; root html; }
  location /nodir/ { autoindex on; }
 `,
    asks: [
      'GET /i/',
      'GET /j/',
      'GET /k/',
      'GET /l/',
      'GET /l',
      'HEAD /l/',
      'GET /l2/',
      'GET /l3/',
      'GET /l4/',
      'GET /l5/',
      'GET /l5/?callback=x',
      'GET /m/?i=x',
      'POST /l/',
      'GET /nodir/',
      'GET /i',
      'GET /i?x',
      'POST /i/',
      'PUT /i/',
    ],
  },
];
