/** Statuses, variables, conditions, nested locations, compressed files and character sets. */
const T = 1767225600;

import type { Area, AreaAsk } from './area.ts';

const AGENTS = [
  'Mozilla/4.0 (compatible; MSIE 5.5; Windows)',
  'Mozilla/4.0 (compatible; MSIE 6.0; Windows)',
  'Mozilla/5.0 (Windows; rv:1.9.0.1) Gecko/2008',
  'Mozilla/5.0 (Windows; rv:0.8) Gecko/2008',
  'Opera/9.0 (X)',
  'Opera 8.5',
  'Mozilla/4.0 (compatible; MSIE 6.0; X) Opera 9.0',
  'Mozilla/4.72 [en] (X11)',
  'Lynx/2.8',
  'curl/7',
  '',
  'Mozilla/5.0 (Macintosh) AppleWebKit/85.5 Safari/85',
  'Mozilla/5.0 (compatible; Konqueror/3.1; Linux)',
  'MSIE 6',
  'xMSIE 6.0',
];

export const AREAS: readonly Area[] = [
  {
    name: 'passwords of crypt',
    files: {
      users: [
        'six:$6$abcdefgh$ltjgWl6579NluT/Vi1nwEvcil.G5Nbc4NiXZaNGStk8PSwGfQv72N2CKPPrVACtLtip/cZ/1GM/O6IND4WQhG.',
        'five:$5$rounds=1000$s$fNwvCAfnJYXhRNr1ADVjR/h65xl.UQ.nm1DNYsrYLO9',
        'b:$2b$05$abcdefghijklmnopqrstuue73ccPeu6jOIGNYCxh9sGEWx4Cb.zJm',
        'y:$2y$06$abcdefghijklmnopqrstuuYKqv.96pXUpgIkx3Ccog8WEqHmbEWUW',
        '',
      ].join('\n'),
    },
    http: 'auth_basic r; auth_basic_user_file users; location / { return 200 $remote_user; }',
    asks: ['six:secret', 'six:secre', 'five:sécret', 'five:x', 'b:sécret', 'b:y', 'y:sécret', 'y:', 'z:z'].map(
      (login) => `GET / | Authorization: Basic ${Buffer.from(login).toString('base64')}`,
    ),
  },
  {
    name: 'captures that a map replaces while a value is written',
    http: `map $uri $m { default x; "~^/([a-z]+)/" "n-$1"; } server { listen 127.0.0.1:%PORT%; server_name a.test; root /srv/none;
      location ~ \\.1 { add_header A "[$1$m]"; return 200 x; } location ~ \\.2 { set $x "[$1$m]"; return 200 "[$x]"; }
      location ~ \\.3 { rewrite "[.](.)" "/z$1$m" break; return 200 "[$uri]"; } location ~ \\.4 { rewrite "[.](.)" "/z$1$m" redirect; }
      location ~ \\.5 { if ($m = "$1$m") { return 200 eq; } return 200 ne; } location ~ \\.6 { root /tmp/$1$m; }
      location ~ \\.7 { error_page 404 /e$1$m; return 404; } location ~ \\.8 { add_header A "[$1]"; add_header B "$m"; return 200 x; }
      location ~ \\.9 { return 301 /$1$m; } location ~ \\.(a) { return 200 "$1$m"; } location ~ \\.(b.*)$ { proxy_set_header A "$1"; proxy_set_header B $m; proxy_pass http://%E%; }
      location ~ \\.c { proxy_set_header A "$1"; proxy_set_header B $m; proxy_pass http://%E%; } location ~ \\.d { proxy_pass http://%E%/$1$m; }
      location ~ \\.e { uwsgi_param A "$1-"; uwsgi_param B $m; uwsgi_pass %U%; } location ~ \\.f { alias /tmp/$1$m; }
      location ~ \\.g { proxy_set_header B $m; proxy_set_header A "$1"; proxy_pass http://%E%; } }`,
    asks: [...'123456789acdefg'].map((c) => `GET /static/x.${c}`).concat(['GET /ab/x.bcdefgh', 'GET /abcdefgh/x.b', 'GET /a/x.a']),
  },
  {
    name: 'ranges of geo that replace each other',
    http: `geo $arg_a $g { ranges; default d; 10.1.0.0-10.1.255.255 one; 10.0.0.0-10.3.255.255 all; 10.2.0.7-10.2.0.9 some; 10.3.0.0-10.3.255.255 three; 10.0.255.250-10.0.255.255 edge; delete 10.1.0.0-10.1.255.255; delete 10.2.0.0-10.2.0.9; delete 10.0.255.250-10.0.255.255; }
      server { listen 127.0.0.1:%PORT%; server_name a.test; location / { return 200 $g; } }`,
    asks: ['0.0.1', '0.255.249', '0.255.250', '1.0.0', '1.9.9', '2.0.6', '2.0.7', '2.0.9', '2.0.10', '3.0.0', '3.255.255', '4.0.0'].map(
      (a) => `GET /?a=10.${a}`,
    ),
  },
  {
    name: 'volatile maps and the captures that they leave',
    http: `map $arg_k $v { volatile; default -; "~^(.)(.)" "$2$1"; ~o$ "o$1"; } map $v$arg_j $w { "~(.)$" "<$1>"; default none; } map x$arg_k $u { volatile; ~^xa "a$1"; default "$arg_j$v"; }
      server { listen 127.0.0.1:%PORT%; server_name a.test; location ~ ^/p(.*)$ { set $s "$u$v$w$1"; return 200 "$v,$u,$w,$v,$1|$s"; } location ~ ^/q(.*)$ { proxy_set_header A "$u$1"; proxy_set_header B "$v$w$1"; proxy_pass http://%E%/$v$u; }
      location ~ ^/r(.*)$ { rewrite ^/r(.*) /s$v$u$1; return 200 "$uri $v$1"; } location / { add_header A "$u$v$1"; add_header B "$w$u"; return 200 "$1$v$w$u"; } }`,
    asks: ['pz', 'qz', 'rz', 'z'].flatMap((p) => ['', 'abc', 'zo', 'o', 'a', 'co'].map((k) => `GET /${p}?k=${k}&j=${k && 'y'}`)),
  },
  {
    name: 'spaces around the values of an application',
    http: `location / { proxy_pass http://%E%; add_header X-Seen "[$upstream_http_x_a]"; }`,
    asks: [
      {
        send: 'GET /',
        answer: {
          headers: [
            ['X-A', '  between  words  '],
            ['Set-Cookie', 'a=b; '],
            ['Location', ' /x '],
          ],
        },
      },
    ],
  },
  {
    name: 'limit_rate as a variable',
    http: `add_header X-R "$limit_rate"; location /a { limit_rate 4k; return 200 a; } location /b { return 200 b; } location /c { limit_rate $arg_r; return 200 c; } location /s { set $limit_rate 2m; return 200 s; }`,
    asks: ['GET /a', 'GET /b', 'GET /c?r=1m', 'GET /c?r=x', 'GET /s'],
  },
  {
    name: 'browser',
    http: `modern_browser msie 6.0; modern_browser gecko 1.0.0; modern_browser opera 9.0; modern_browser safari 413; modern_browser konqueror 3.0; ancient_browser Lynx netscape4; ancient_browser_value "old"; location / { return 200 "$modern_browser|$ancient_browser|$msie"; } location /u { modern_browser unlisted; modern_browser_value new; return 200 "$modern_browser|$ancient_browser"; }  location /a { ancient_browser curl; return 200 "$modern_browser|$ancient_browser"; } location /n { modern_browser gecko 2.0; return 200 "$modern_browser|$ancient_browser"; }`,
    asks: ['/', '/u', '/a', '/n'].flatMap((p) => AGENTS.map((u) => (u === '' ? `GET ${p}` : `GET ${p} | User-Agent: ${u}`))),
  },

  {
    name: 'polish',
    files: { 'html/v.flv': 'FLVxxxxxxxxxxxxxxxxxxxxxxx', 'html/r/a.txt': 'a', 'html/v.mp4': 'notmp4' },
    http: `
  location /204 { return 204 "x"; } location /499 { return 499; } location /tf { try_files /none =200; } location /d { return 200 "$date_gmt|$date_local"; } location /v.flv { flv; } location /v.mp4 { mp4; } location /st { stub_status; } location /gif { empty_gif; } location /444 { return 444; } location /99 { return 999; } location /600 { return 600; } location /100 { return 150; } location /304 { return 304 x; } location /412 { return 412 "x"; } location /201 { return 201 "x"; } location /206 { return 206 "x"; } location /416 { return 416; } location /402 { return 402; } location /408 { return 408; } location /495 { return 495; } location /497 { return 497; } location /507 { return 507; } location /451 { return 451; } location /421 { return 421; } location /429 { return 429; } location /303 { return 303 /x; } location /308 { return 308 /x; } location /305 { return 305 /x; }
  location /b { return 200 "\xe9\xff"; } location /u { return 200 "é$arg_x"; } location /rand/ { alias html/r/; random_index on; }
 `,
    asks: [
      '204',
      '499',
      'd',
      'v.flv?start=500',
      'v.flv?start=x',
      'v.mp4',
      'st',
      '444',
      '99',
      '600',
      '100',
      '304',
      '412',
      '201',
      '206',
      '416',
      '402',
      '408',
      '495',
      '497',
      '507',
      '421',
      '429',
      '303',
      '308',
      '305',
      'u?x=%E9',
      'rand/',
      'gif',
    ]
      .flatMap((p) => [`GET /${p}`])
      .concat([
        'GET /v.flv?start=5 | Range: bytes=0-3',
        'GET /gif | If-Modified-Since: Mon, 28 Sep 1970 06:00:00 GMT',
        'HEAD /gif',
        'POST /gif',
        'POST /st',
        'HEAD /st',
        'DELETE /v.flv',
        'GET /201 | If-None-Match: x',
        'GET /412 | Accept-Encoding: gzip',
        'GET /u | Host: [ab..cd::1]',
        'GET /u | Host: [::1',
        'GET /u?x=\u00e9',
      ]),
  },
  {
    name: 'georange',
    http: `geo $arg_ip $g { ranges; default d; 1.0.0.0-1.0.0.255 a; 1.0.0.100-1.0.0.200 b; 2.0.0.0-2.0.0.0 one; 1.0.0.120-1.0.0.130 c; delete 1.0.0.201-1.0.0.255; } geo $arg_ip $h { ranges; default d; 10.0.0.0-10.1.255.255 x; 10.0.255.0-10.1.0.5 y; } server { listen 127.0.0.1:%PORT%; return 200 "$g $h"; }`,
    asks: [
      '1.0.0.0',
      '1.0.0.49',
      '1.0.0.50',
      '1.0.0.99',
      '1.0.0.110',
      '1.0.0.120',
      '1.0.0.121',
      '1.0.0.149',
      '1.0.0.150',
      '1.0.0.155',
      '1.0.0.161',
      '1.0.0.200',
      '1.0.0.201',
      '2.0.0.0',
      '2.0.0.1',
      '10.0.254.9',
      '10.0.255.1',
      '10.1.0.5',
      '10.1.0.6',
    ].map((i) => `GET /?ip=${i}`),
  },
  {
    name: 'vars',
    http: `location / { return 200 "$request_length|$http_host|$host|$is_args|$query_string|$content_length|$content_type|$remote_user|$server_protocol|$request|$request_body|$nginx_version|$document_root|$request_filename|$realpath_root|$limit_rate|$args|$arg_a|$arg_A|$cookie_x|$sent_http_server|$status|$connection_requests|$pipe|$request_completion|$bytes_sent|$body_bytes_sent|$https|$scheme|$http2|$uid_got|$proxy_host|$upstream_addr"; } location /set { set $args "q=1&r=2"; set $limit_rate 5k; return 200 "$args $arg_q $arg_r $is_args $limit_rate $query_string"; } location /sent { add_header X-A b; return 200 "$sent_http_x_a"; } location /lvl { set $a 1; location /lvl/in { return 200 "[$a]"; } }  location /nm { return 200 "$http_x_y $http_x-y \${arg_q}z $1 $$"; }`.replace(
      ' $$',
      '',
    ),
    asks: [
      'GET /?a=1&A=2 | Cookie: x=1; X=2',
      'POST / | Content-Type: a/b',
      'GET / HTTP/1.0 | -Host',
      { send: 'POST /', body: 'hello' },
      'GET /set?q=0',
      'GET /sent',
      'GET /lvl/in',
      'GET /nm?q=1 | X-Y: v',
      'GET /?a&b=&a=2',
      'GET /?&a=5',
      'GET /?xa=1&a=2',
      'GET /?a=1;b=2',
    ],
  },
  {
    name: 'ifs',
    files: { 'html/f': 'f', 'html/x.sh': '#!' },
    folders: ['html/dd'],
    http: `
  location / { if (-f $request_filename) { return 200 file; } if (-d $request_filename) { return 200 dir; } if (!-e $request_filename) { return 200 none; } }
  location /a { set $x ""; if ($arg_q) { set $x q; } if ($arg_r = "1") { set $x "\${x}r"; } if ($x = "qr") { return 200 both; } return 200 "x=$x"; }
  location /b { if ($request_method = POST) { add_header X-P 1; } if ($arg_h) { add_header X-H 1; } return 200 b; }
  location /c { if ($arg_p) { proxy_pass http://%E%; } return 200 c; }
  location /d { proxy_set_header X-D outer; if ($arg_p) { proxy_pass http://%E%; break; } proxy_pass http://%E2%; }
  location /e { if ($http_user_agent ~* (curl|wget)) { return 403 "no $1"; } if ($http_user_agent !~ Mozilla) { return 406; } return 200; }
  location /g { if ($arg_q) { rewrite ^ /a?q=1 last; } try_files /f =404; }
  location /h { gzip on; if ($arg_x) { gzip off; expires 1d; } alias html/f; }
  location /i { if ($arg_x) { root html/dd; } root html; }
  location /j { limit_except GET HEAD { deny all; } return 200 j; } location /k { limit_except GET { deny all; } alias html/f; } location /l { limit_except POST { auth_basic x; auth_basic_user_file users; } alias html/f; }
  location = /eq { if ($uri = /eq) { return 200 eq; } } location ~ ^/re(?<num>\\d+)$ { if ($num ~ ^1) { return 200 "one $num"; } return 200 "$num"; }
 `,
    asks: [
      '/f',
      '/dd',
      '/zz',
      '/dd/',
      '/a',
      '/a?q=1',
      '/a?r=1',
      '/a?q=1&r=1',
      '/a?q=0',
      '/b',
      '/b?h=1',
      '/c',
      '/c?p=1',
      '/d',
      '/d?p=1',
      '/e',
      '/g',
      '/g?q=1',
      '/h',
      '/h?x=1',
      '/i/f',
      '/i/f?x=1',
      '/j',
      '/k',
      '/l',
      '/eq',
      '/re12',
      '/re22',
    ]
      .map((p) => `GET ${p}`)
      .concat([
        'POST /b?h=1',
        'POST /b',
        'GET /e | User-Agent: Curl/7',
        'GET /e | User-Agent: Mozilla',
        'POST /j',
        'POST /k',
        'POST /l',
        'GET /l',
        'HEAD /k',
      ]),
  },
  {
    name: 'gzipstatic',
    files: { 'html/a.js': 'x'.repeat(100), 'html/a.js.gz': 'GZ', 'html/b.js': 'b' },
    modified: { 'html/a.js.gz': T },
    http: `types { application/javascript js; } gzip_static on; location / { } location /v/ { alias html/; gzip_vary on; } location /al/ { alias html/; gzip_static always; } location /o/ { alias html/; gzip_static off; gzip on; gzip_types application/javascript; gzip_min_length 10; } location /pr/ { alias html/; gzip_proxied any; } location /h10/ { alias html/; gzip_http_version 1.0; } location /dis/ { alias html/; gzip_disable "Mozilla/4"; }`,
    asks: ['/', '/v/', '/al/', '/o/', '/pr/', '/h10/', '/dis/'].flatMap((p) =>
      ['a.js', 'b.js'].flatMap((f) => [
        `GET ${p}${f}`,
        `GET ${p}${f} | Accept-Encoding: gzip`,
        `GET ${p}${f} HTTP/1.0 | Accept-Encoding: gzip`,
        `GET ${p}${f} | Accept-Encoding: gzip | Via: 1.1 p`,
        `GET ${p}${f} | Accept-Encoding: gzip;q=0`,
        `GET ${p}${f} | Accept-Encoding: gzip | User-Agent: Mozilla/4.0`,
      ]),
    ),
  },
  {
    name: 'charset',
    files: { 'html/a.html': 'a', 'html/b.css': 'b', 'html/c.txt': 'c' },
    http: `types { text/html html; text/css css; text/plain txt; } charset utf-8; location / { } location /t/ { alias html/; charset_types text/css; } location /off/ { alias html/; charset off; } location /v/ { alias html/; charset $arg_c; } location /p { proxy_pass http://%E%; } location /po { proxy_pass http://%E%; override_charset on; } location /r { return 301 /x; } location /e { return 404; } location /ret { return 200 x; } location /dt { default_type "text/html; charset=koi8-r"; return 200 x; }`,
    asks: [
      '/a.html',
      '/b.css',
      '/c.txt',
      '/t/a.html',
      '/t/b.css',
      '/t/c.txt',
      '/off/a.html',
      '/v/a.html?c=x',
      '/v/a.html',
      '/v/a.html?c=',
      '/r',
      '/e',
      '/ret',
      '/dt',
    ]
      .map((p): string | AreaAsk => `GET ${p}`)
      .concat(
        ['text/html', 'text/html; charset=x', 'text/html;charset=x', 'text/css', 'text/html; a=b', 'application/json', ''].flatMap(
          (t): AreaAsk[] => ['/p', '/po'].map((p): AreaAsk => ({ send: `GET ${p}`, answer: { headers: t ? [['Content-Type', t]] : [] } })),
        ),
      ),
  },
  {
    name: 'recoding',
    files: { 'html/a.html': 'Привет, мир ✓ abc', 'html/b.txt': 'plain' },
    http: `charset_map koi8-r utf-8 { C0 D18E ; C1 D0B0 ; D0 D0BF ; D2 D180 ; C9 D0B8 ; D7 D0B2 ; C5 D0B5 ; D4 D182 ; F0 D09F ; CD D0BC ; 41 C38B ; }
  charset_map windows-1251 koi8-r { E0 C1 ; E1 C2 ; CF F0 ; } charset_map utf-8 ascii-x { C0 41 ; }
  server { listen 127.0.0.1:%PORT%; types { text/html html; text/css css; text/plain txt; }
   location /k/ { alias html/; source_charset utf-8; charset koi8-r; } location /same/ { alias html/; source_charset UTF-8; charset utf-8; } location /unk/ { alias html/; source_charset $arg_s; charset $arg_d; }
   location /r { source_charset utf-8; charset koi8-r; return 200 "при ю ✓ A"; } location /to { default_type text/html; source_charset koi8-r; charset utf-8; return 200 "A abc"; } location /w { default_type text/plain; source_charset windows-1251; charset koi8-r; return 200 "abc"; }
   location /mv { source_charset utf-8; charset koi8-r; return 301 /x; } location /er { source_charset utf-8; charset koi8-r; return 404; } location /ty { default_type a/b; source_charset utf-8; charset koi8-r; return 200 "при"; } location /ca { default_type a/b; charset_types a/b; source_charset utf-8; charset koi8-r; return 200 "при"; }
   location /p { source_charset koi8-r; charset utf-8; proxy_pass http://%E%; } location /o { override_charset on; charset koi8-r; proxy_pass http://%E%; } location /l { proxy_pass http://%E%; } location /sub { source_charset utf-8; charset koi8-r; default_type text/html; sub_filter при ПРИ; return 200 "при мир"; } }`,
    asks: [
      'GET /k/a.html',
      'HEAD /k/a.html',
      'GET /k/b.txt',
      'GET /k/a.html | Range: bytes=0-3',
      'GET /same/a.html',
      'GET /unk/a.html?s=utf-8&d=koi8-r',
      'GET /unk/a.html?s=koi8-r&d=koi8-r',
      'GET /unk/a.html?s=utf-8&d=other',
      'GET /unk/a.html?s=other&d=other',
      'GET /unk/a.html?d=utf-8',
      'GET /unk/a.html?s=utf-8',
      'GET /r',
      'GET /r HTTP/1.0',
      'GET /to',
      'GET /w',
      'GET /mv',
      'GET /er',
      'GET /ty',
      'GET /ca',
      'GET /sub',
      ...(
        [
          ['Content-Type', 'text/html'],
          ['Content-Type', 'text/html; charset=koi8-r'],
          ['Content-Type', 'text/html; charset=utf-8'],
          ['Content-Type', 'text/html; charset="utf-8"'],
          ['Content-Type', 'text/css; charset=utf-8'],
          ['Content-Type', 'text/html; charset=nobody'],
          ['X-Accel-Charset', 'utf-8'],
          ['X-Accel-Charset', 'nobody'],
          ['Content-Encoding', 'br'],
        ] as readonly (readonly [string, string])[]
      ).flatMap(([n, v]): AreaAsk[] =>
        ['/p', '/o', '/l'].map(
          (p): AreaAsk => ({
            send: `GET ${p}`,
            answer: {
              headers:
                n === 'Content-Type'
                  ? [[n, v]]
                  : [
                      ['Content-Type', 'text/html'],
                      [n, v],
                    ],
            },
          }),
        ),
      ),
    ],
  },
  {
    name: 'limits',
    http: `limit_req_zone $binary_remote_addr zone=r:1m rate=1r/m; limit_conn_zone $arg_k zone=c:1m; server { listen 127.0.0.1:%PORT%; location /r { limit_req zone=r; return 200; } location /rf { limit_req zone=r; alias html/index.html; } location /c { limit_conn c 1; alias html/index.html; add_header X-S "$limit_conn_status" always; } location /b { client_max_body_size 5; return 200; } location /bp { client_max_body_size 5; proxy_pass http://%E%; } location /b0 { client_max_body_size 0; proxy_pass http://%E%; } location /bs { client_max_body_size 5; alias html/index.html; } }`,
    asks: [
      'GET /r',
      'GET /rf',
      'GET /c',
      'GET /c?k=1',
      { send: 'POST /b', body: '123456' },
      { send: 'POST /b', body: '12345' },
      { send: 'POST /bp', body: '123456' },
      { send: 'POST /b0', body: '123456' },
      { send: 'GET /bs', body: '123456' },
      { send: 'POST /bp | Expect: 100-continue', body: '12345' },
    ],
  },
  {
    name: 'nested',
    http: `location /a { location /a/b { location = /a/b/c { return 200 abc; } return 200 ab; } location ~ x$ { return 200 ax; } return 200 a; } location ^~ /s { location ~ y { return 200 sy; } return 200 s; } location ~ ^/s { return 200 re; } location @n { return 200 n; } location /t { try_files /none @n; } location /p/ { proxy_pass http://%E%/; location /p/q { proxy_pass http://%E%/qq; } location ~ z { proxy_pass http://%E2%; } } location /auto/ { proxy_pass http://%E%; } location /inh { add_header A 1; proxy_set_header X 1; location /inh/a { proxy_pass http://%E%; } location /inh/b { add_header B 2; proxy_set_header Y 2; proxy_pass http://%E%; } }`,
    asks: [
      '/a',
      '/a/b',
      '/a/b/c',
      '/a/bx',
      '/ax',
      '/s',
      '/sy',
      '/t',
      '/p/',
      '/p/x',
      '/p/q',
      '/p/qr',
      '/p/z',
      '/p',
      '/auto',
      '/auto?x=1',
      '/auto/',
      '/inh/a',
      '/inh/b',
    ].map((p) => `GET ${p}`),
  },

  {
    name: 'early',
    files: { 'html/e.html': 'E' },
    http: `server { listen 127.0.0.1:%PORT%; server_name a.test; error_page 400 /e400; error_page 405 /e405; error_page 413 /e413; error_page 414 494 = /e494; error_page 501 505 /e5; large_client_header_buffers 2 1k; client_max_body_size 10; location /e4 { return 200 "p $uri $request_method $status"; } location /e5 { return 200 e5; } location / { root html; } location /up { proxy_pass http://%E%; } keepalive_timeout 5 9; }
   server { listen 127.0.0.1:%PORT1% ssl; server_name s.test; ssl_certificate cert.pem; ssl_certificate_key key.pem; error_page 497 =301 https://$host$request_uri; location / { return 200 s; } } 
   server { listen 127.0.0.1:%PORT2%; keepalive_timeout 0; client_body_timeout 5; chunked_transfer_encoding off; location / { return 200 k; } location /ch { proxy_pass http://%E%; } }`,
    asks: [
      'GET /%zz',
      'GET / | Host: a b',
      'GET /x | -Host',
      'TRACE /',
      'CONNECT /',
      'FOO /e.html',
      'POST /e.html',
      'PUT /e.html',
      { send: 'POST /up', body: '01234567890' },
      { send: 'POST /up | Transfer-Encoding: chunked', body: 'b\r\n01234567890\r\n0\r\n\r\n', input: { bodyLength: 11 } },
      { send: 'POST / | Transfer-Encoding: gzip', body: '' },
      { send: 'POST / | Content-Length: x', body: '' },
      `GET /${'a'.repeat(1100)}`,
      `GET / | X: ${'a'.repeat(1100)}`,
      'GET /e.html | A: 1 | : x',
      'GET / | Bad Name: x',
      'GET /e.html | X_Y: 1',
      { send: 'GET /q?x=1 | Host: s.test:9', port: 1 },
      { send: 'GET /q | Host: s.test', port: 1, sni: 's.test' },
      { send: 'GET /', port: 2 },
      { send: 'GET / | Connection: keep-alive', port: 2 },
      { send: 'GET /ch', port: 2, answer: { endless: true } },
      { send: 'GET /ch', port: 2 },
      'GET /e.html HTTP/1.0',
      'GET /e.html HTTP/1.0 | Connection: keep-alive',
      'GET /e.html | Connection: close',
      'GET /e.html | Connection: Keep-Alive, Upgrade',
      'HEAD /e.html HTTP/1.0',
      'GET /e.html?a#b',
      'GET http://a.test:81/e.html',
      'GET http://b.test',
      'GET http://b.test?x',
      'GET https://a.test/e.html',
      'GET http:///e.html',
      'GET //e.html//',
      'GET /./e.html',
      'GET /e.html%00',
      'GET /e.html%2f',
      'GET /E.html',
      'OPTIONS /',
      'GET /e.html | Host: a.test | Host: a.test',
      'GET /e.html | Content-Length: 0 | Content-Length: 0',
      'GET /e.html | If-Modified-Since: a | If-Modified-Since: b',
      'GET /e.html | Transfer-Encoding: chunked | Content-Length: 3',
    ],
  },
  {
    name: 'satisfy',
    http: `location /any { satisfy any; allow 1.2.3.4; deny all; auth_basic r; auth_basic_user_file htpasswd; alias html/index.html; } location /all { satisfy all; allow 127.0.0.1; deny all; auth_basic r; auth_basic_user_file htpasswd; alias html/index.html; } location /any2 { satisfy any; allow all; auth_basic r; auth_basic_user_file htpasswd; alias html/index.html; } location /ar { satisfy any; deny all; auth_request /no; alias html/index.html; } location /ar2 { satisfy any; auth_basic r; auth_basic_user_file htpasswd; auth_request /ok; alias html/index.html; } location /no { return 403; } location /ok { return 204; } location /ret { satisfy any; deny all; return 200; } location /un { deny unix:; allow all; alias html/index.html; } location /v6 { deny ::/0; allow 127.0.0.1; deny all; alias html/index.html; } location /ordr { allow 127.0.0.1; deny 127.0.0.1; alias html/index.html; } location /nest { deny all; location /nest/in { alias html/index.html; } location /nest/ok { allow all; alias html/index.html; } }`,
    asks: ['/any', '/all', '/any2', '/ar', '/ar2', '/ret', '/un', '/v6', '/ordr', '/nest', '/nest/in', '/nest/ok'].flatMap((p) => [
      `GET ${p}`,
      `GET ${p} | Authorization: Basic dXNlcjpzZWNyZXQ=`,
      `GET ${p} | Authorization: Basic dXNlcjpubw==`,
    ]),
  },
  {
    name: 'headers2',
    http: `add_header X-0 0; location /a { return 200 a; } location /b { add_header X-1 "$arg_x"; return 200 b; } location /c { add_header X-2 2 always; return 404; } location /d { return 404; } location /e { add_header Content-Type x/y; return 200 e; } location /f { add_header Date x; add_header Server y; add_header Connection z; add_header Location /q; return 200 f; } location /g { add_header Cache-Control a; add_header Cache-Control b; expires 1h; return 200; } location /h { proxy_pass http://%E%; add_header Set-Cookie n=1; proxy_hide_header Set-Cookie; } location /i { proxy_pass http://%E%; add_header Vary Origin; add_header ETag ""; add_header Last-Modified ""; } location /j { expires modified -1h; alias html/index.html; } location /k { expires @24h; return 200; } location /l { default_type ""; return 200 l; } location /m { types { } default_type a/b; alias html/index.html; } location /n.HTML { return 200 n; } location /o { return 200; default_type application/json; }`,
    asks: ['/a', '/b', '/b?x=1', '/c', '/d', '/e', '/f', '/g', '/j', '/k', '/l', '/m', '/n.HTML', '/o']
      .map((p): string | AreaAsk => `GET ${p}`)
      .concat([
        {
          send: 'GET /h',
          answer: {
            headers: [
              ['Set-Cookie', 'a=1'],
              ['Set-Cookie', 'b=1'],
            ],
          },
        },
        {
          send: 'GET /i',
          answer: {
            headers: [
              ['Vary', 'Cookie'],
              ['ETag', '"x"'],
              ['Last-Modified', 'Thu, 01 Jan 2026 00:00:00 GMT'],
            ],
          },
        },
      ]),
  },
  {
    name: 'a list of browsers in http itself',
    http: `modern_browser msie 5.0; modern_browser gecko 1.0; modern_browser_value new; server { listen 127.0.0.1:%PORT%; server_name a.test; location / { return 200 "$modern_browser|$ancient_browser"; } location /own { modern_browser msie 5.0; return 200 "$modern_browser|$ancient_browser"; } }`,
    asks: ['/', '/own'].flatMap((p) =>
      [
        'Mozilla/4.0 (compatible; MSIE 6.0; Windows NT 5.1)',
        'Mozilla/4.0 (compatible; MSIE 4.0)',
        'Mozilla/5.0 (X11; rv:128.0) Gecko',
        '9.0',
        'x9.1',
      ].map((agent) => `GET ${p} | User-Agent: ${agent}`),
    ),
  },
];
