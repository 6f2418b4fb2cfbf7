/** Servers, groups, addresses, access and filters. */
import zlib from 'node:zlib';
import type { Area, AreaAsk } from './area.ts';

const GZIPPED = zlib.gzipSync('hello').toString('latin1');

export const AREAS: readonly Area[] = [
  {
    name: 'upstream',
    http: `
  upstream u1 { server %E% max_fails=0; server %E2% backup; } upstream u2 { ip_hash; server %E%; server %E2%; } upstream u3 { hash $arg_k; server %E%; server %E2% weight=2; } upstream u4 { hash $arg_k consistent; server %E%; server %E2%; }
  upstream u5 { server %E% down; server %E2%; } upstream u6 { server 127.0.0.1:1 max_fails=0; server %E2% backup; } upstream u7 { server %E% down; } upstream u8 { server 127.0.0.1:1; } upstream u9 { keepalive 2; server %E%; }
  upstream u10 { server 127.0.0.1:1 max_fails=0; server 127.0.0.1:1 max_fails=0; }
  server { listen 127.0.0.1:%PORT%; add_header X-A "$upstream_addr|$upstream_status" always; 
  location /1 { proxy_pass http://u1; } location /2 { proxy_pass http://u2; } location /3 { proxy_pass http://u3; } location /4 { proxy_pass http://u4; } location /5 { proxy_pass http://u5/x; } location /6 { proxy_pass http://u6; } location /7 { proxy_pass http://u7; } location /8 { proxy_pass http://u8; } location /9 { proxy_pass http://u9; proxy_http_version 1.1; proxy_set_header Connection ""; } location /10 { proxy_pass http://u10; proxy_next_upstream_tries 1; } location /11 { proxy_pass http://u10; }
  location /12 { set $n u1; proxy_pass http://$n; } location /13 { set $n u1; proxy_pass http://$n/foo; } location /14 { proxy_pass http://u1; proxy_next_upstream http_503; } location /15 { set $n nosuch; proxy_pass http://$n; } }
 `,
    asks: [
      'GET /1',
      'GET /2',
      ...'abcdefgh'.split('').map((k) => `GET /3?k=${k}`),
      ...'abcdefgh'.split('').map((k) => `GET /4?k=${k}`),
      'GET /5',
      'GET /6',
      'GET /7',
      'GET /8',
      'GET /9',
      'GET /10',
      'GET /11',
      'GET /12',
      'GET /13',
      { send: 'GET /14', answer: { status: 503 } },
      { send: 'POST /14', answer: { status: 503 } },
      'GET /15',
    ],
  },
  {
    name: 'realip',
    http: `set_real_ip_from 127.0.0.0/8; set_real_ip_from 10.0.0.0/8; location / { real_ip_header X-Real-IP; return 200 "$remote_addr $realip_remote_addr"; } location /f { real_ip_header X-Forwarded-For; return 200 "$remote_addr"; } location /r { real_ip_header X-Forwarded-For; real_ip_recursive on; return 200 "$remote_addr"; } location /acc { real_ip_header X-Forwarded-For; allow 1.2.3.0/24; deny all; return 200; } location /acc2 { real_ip_header X-Forwarded-For; allow 1.2.3.0/24; deny all; } location /d { deny 127.0.0.1; alias html/index.html; } location /e { deny 1.1.1.1; allow 127.0.0.0/8; deny all; alias html/index.html; }`,
    asks: [
      'GET / | X-Real-IP: 1.2.3.4',
      'GET / | X-Real-IP: junk',
      'GET / | X-Real-IP: 1.2.3.4:99',
      'GET / | X-Real-IP: [2001:db8::1]:88',
      'GET /f | X-Forwarded-For: 1.1.1.1, 2.2.2.2',
      'GET /f | X-Forwarded-For: 1.1.1.1 | X-Forwarded-For: 3.3.3.3',
      'GET /r | X-Forwarded-For: 1.1.1.1, 10.0.0.5, 127.0.0.3',
      'GET /r | X-Forwarded-For: 10.0.0.1',
      'GET /r | X-Forwarded-For: a, 10.0.0.1',
      'GET /acc | X-Forwarded-For: 1.2.3.4',
      'GET /acc2 | X-Forwarded-For: 1.2.3.4',
      'GET /acc2',
      'GET /d',
      'GET /e',
    ],
  },
  {
    name: 'filters',
    files: { 'html/u.html': 'hello hello world world', 'html/b.txt': 'BEFORE', 'html/a.txt': 'AFTER', 'html/k.txt': 'k' },
    http: `location / { } location /sub { alias html/u.html; default_type text/html; sub_filter hello "bye$arg_x"; sub_filter_once off; } location /sub1 { alias html/u.html; default_type text/html; sub_filter HELLO bye; sub_filter world x; } location /add { alias html/u.html; default_type text/html; add_before_body /b.txt; add_after_body /a.txt; } location /ch { alias html/u.html; default_type text/html; charset utf-8; } location /p { proxy_pass http://%E%; gunzip on; charset utf-8; } location /gz { gzip on; gzip_types *; gzip_min_length 1; gzip_vary on; proxy_pass http://%E%; } location /gp { gzip on; gzip_proxied expired no-cache; gzip_types text/plain; gzip_min_length 1; proxy_pass http://%E%; } location /ret { sub_filter a b; sub_filter_types text/plain; return 200 "banana"; } location /at { add_trailer X-T v; return 200 x; } location /at2 { add_trailer X-T "$request_uri" always; proxy_pass http://%E%; }
   charset_map koi8-r windows-1251 { C0 FE; }`.replace(/charset_map.*/s, ''),
    asks: [
      'GET /ch',
      { send: 'GET /p', answer: { headers: [['Content-Type', 'text/html']] } },
      {
        send: 'GET /p',
        answer: {
          headers: [
            ['Content-Type', 'text/html'],
            ['Content-Encoding', 'gzip'],
            ['ETag', '"x"'],
            ['Accept-Ranges', 'bytes'],
            ['Last-Modified', 'Thu, 01 Jan 2026 00:00:00 GMT'],
          ],
          body: GZIPPED,
        },
      },
      {
        send: 'GET /gz | Accept-Encoding: gzip',
        answer: {
          headers: [
            ['Content-Type', 'text/html'],
            ['ETag', '"x"'],
            ['Vary', 'Cookie'],
          ],
          body: 'x'.repeat(100),
        },
      },
      { send: 'GET /gz', answer: { headers: [['Content-Type', 'text/html']] } },
      {
        send: 'GET /gp | Accept-Encoding: gzip | Via: 1.1 x',
        answer: {
          headers: [
            ['Content-Type', 'text/plain'],
            ['Cache-Control', 'no-cache'],
          ],
          body: 'x'.repeat(100),
        },
      },
      {
        send: 'GET /gp | Accept-Encoding: gzip | Via: 1.1 x',
        answer: { headers: [['Content-Type', 'text/plain']], body: 'x'.repeat(100) },
      },
      'GET /ret',
      'HEAD /ret',
      'GET /at',
      'GET /at2',
      'GET /at HTTP/1.0',
    ],
  },
  {
    name: 'geo',
    http: `geo $g { default d; 127.0.0.1 me; 10.0.0.0/8 ten; } geo $arg_ip $g2 { default x; proxy 127.0.0.1; 1.0.0.0/8 one; 1.2.0.0/16 onetwo; delete 1.2.0.0/16; 2001:db8::/32 six; 2.2.2.2 two; } geo $arg_ip $g3 { ranges; default no; 1.0.0.0-1.0.0.255 a; 1.0.0.10-1.0.0.20 b; } split_clients "$arg_k" $sp { 10% ten; 50% half; * rest; } geo $g4 { proxy 127.0.0.0/8; default d4; 9.9.9.9 nine; } server { listen 127.0.0.1:%PORT%; return 200 "$g|$g2|$g3|$sp|$g4"; }`,
    asks: [
      'GET /',
      'GET /?ip=1.2.3.4&k=a',
      'GET /?ip=1.0.0.15&k=b',
      'GET /?ip=1.0.0.5&k=c',
      'GET /?ip=2001:db8::5&k=d',
      'GET /?ip=2.2.2.2',
      'GET /?ip=junk',
      'GET / | X-Forwarded-For: 9.9.9.9',
    ],
  },
  {
    name: 'referer',
    http: `server { listen 127.0.0.1:%PORT%; server_name zz.test ~^w(\\d)\\.t$ *.wild.test; valid_referers none blocked server_names ex.com *.ex.org mail.* ~^re\\. path.com/x; location / { return 200 "[$invalid_referer]"; } location /nb { valid_referers only.com; if ($invalid_referer) { return 403; } return 200; } }`,
    asks: [
      '',
      'junk',
      'http://a.test/',
      'https://a.test:8080/x',
      'http://w1.t/',
      'http://b.wild.test/',
      'http://ex.com',
      'http://x.ex.org/q',
      'http://ex.org/',
      'http://mail.foo/',
      'http://re.x/',
      'http://path.com/x/y',
      'http://path.com/z',
      'HTTP://EX.COM/',
      'ftp://ex.com/',
      'http://',
      'http://ex.com.evil/',
      'http://user@ex.com/',
    ]
      .flatMap((r) => ['/', '/nb'].map((to) => (r ? `GET ${to} | Referer: ${r}` : `GET ${to}`)))
      .concat(['GET / | Referer: ']),
  },
  {
    name: 'servers',
    http: `server { listen 127.0.0.1:%PORT%; server_name first; return 200 "first $server_name $host $http_host"; } server { listen 127.0.0.1:%PORT%; server_name a.test *.a.test; absolute_redirect off; location /d { return 301 /x; } location / { return 200 "a $server_name"; } } server { listen 127.0.0.1:%PORT% default_server; server_name _; return 200 "def $host"; } server { listen 127.0.0.1:%PORT%; server_name ~^(?<sub>.+)\\.re\\.test$; return 200 "re $sub"; } server { listen 127.0.0.1:%PORT%; server_name www.mask.* .dot.test; location / { return 200 mask; } location /red { server_name_in_redirect on; port_in_redirect off; return 302 /y; } } server { listen 127.0.0.1:%PORT%; server_name ""; return 200 empty; }`,
    asks: [
      'GET /',
      'GET / | Host: first',
      'GET / | Host: x.a.test',
      'GET / | Host: zz.re.test',
      'GET / | Host: www.mask.com',
      'GET / | Host: dot.test',
      'GET / | Host: q.dot.test',
      'GET / | Host: nope',
      'GET / | Host: A.TEST:99',
      'GET / HTTP/1.0 | -Host',
      'GET / | -Host',
      'GET /d',
      'GET /red | Host: www.mask.de',
      'GET http://first/x | Host: a.test',
      'GET / | Host: ',
      'GET / | Host: a.test.',
      'GET / | Host: a..test',
      'GET / | Host: a/b',
      'GET / | Host: [::1]:80',
      'GET / | Host: a.test:x',
      'GET / | Host: a_b',
    ],
  },
  {
    name: 'uri',
    http: `location / { return 200 "$uri|$request_uri|$args"; } location = /x { return 200 exact; } location ^~ /pre { return 200 pre; } location ~* \\.(a|b)$ { return 200 re; } location /n/ { location ~ q { return 200 nested; } return 200 n; }`,
    asks: [
      '/a//b',
      '/a/./b',
      '/a/../b',
      '/../a',
      '/a%2fb',
      '/a%00',
      '/%zz',
      '/x',
      '/x/',
      '/X',
      '/prefix.a',
      '/t.A',
      '/n/q',
      '/n/z',
      '/a?b?c',
      '/a#f',
      '/a b',
      '/%20',
      '/a;b',
      '/a\\b',
      '/a%3fb?c',
      '//',
      '/.',
      '/..',
      '/...',
      '/a/..%2f',
      '*',
    ]
      .map((p) => `GET ${p}`)
      .concat(['OPTIONS *', 'get /', 'FOO /', 'GET /x HTTP/1.2', 'PURGE /', 'M-SEARCH /', 'PATCH /']),
  },
  {
    name: 'merge',
    http: `merge_slashes off; location / { return 200 "$uri"; } location /a/ { return 200 a; }`,
    asks: ['GET /a//b', 'GET //a/', 'GET /a/../b//c'],
  },
  {
    name: 'sslredir',
    http: `server { listen 127.0.0.1:%PORT%; server_name a.test; return 301 https://$host$request_uri; } server { listen 127.0.0.1:%PORT1% ssl; server_name a.test; ssl_certificate cert.pem; ssl_certificate_key key.pem; add_header Strict-Transport-Security "max-age=1" always; location / { return 200 "$scheme $https $ssl_server_name"; } location /r { return 301 /q; } location /d { alias html; } } server { listen 127.0.0.1:%PORT1% ssl; server_name b.test; ssl_certificate cert.pem; ssl_certificate_key key.pem; ssl_verify_client optional_no_ca; return 200 "b $ssl_client_verify"; } server { listen 127.0.0.1:%PORT1% ssl; server_name rej.test; ssl_reject_handshake on; }`,
    asks: [
      'GET /x?y',
      { send: 'GET /', port: 1, sni: 'a.test' },
      { send: 'GET /r', port: 1, sni: 'a.test' },
      { send: 'GET /d', port: 1, sni: 'a.test' },
      { send: 'GET / | Host: b.test', port: 1, sni: 'b.test' },
      { send: 'GET / | Host: b.test', port: 1, sni: 'a.test' },
      { send: 'GET / | Host: a.test', port: 1, sni: 'b.test' },
      { send: 'GET /', port: 1 },
      { send: 'GET /', port: 1, sni: 'zzz.test' },
    ],
  },
  {
    name: 'authreq',
    http: `location /a { auth_request /auth; auth_request_set $u $upstream_http_x_user; auth_request_set $st $upstream_status; proxy_set_header X-User $u; add_header X-St "$st $u"; proxy_pass http://%E2%; } location = /auth { internal; proxy_pass http://%E%; proxy_pass_request_body off; proxy_set_header Content-Length ""; proxy_set_header X-Original-URI $request_uri; } location /b { auth_request /401; alias html/index.html; } location /401 { return 401; } location /403 { return 403; } location /c { auth_request /403; alias html/index.html; } location /d { auth_request /200; auth_request_set $z $sent_http_x_q; add_header X-Z $z; alias html/index.html; } location /200 { add_header X-Q q; return 200; } location /e { satisfy any; deny all; auth_request /auth; alias html/index.html; } location /f { auth_request /auth; error_page 401 = @login; proxy_pass http://%E2%; } location @login { return 302 /login?next=$request_uri; } location /g { auth_request off; return 200; } location /h { auth_request /500; alias html/index.html; } location /500 { return 500; } location /m { mirror /mm; proxy_pass http://%E%; } location /mm { internal; proxy_pass http://%E2%$request_uri; }`,
    asks: [
      ...[200, 204, 401, 403, 500, 302].flatMap((s): AreaAsk[] => [
        {
          send: 'GET /a?x=1',
          answer: {
            status: s,
            headers: [
              ['X-User', 'bob'],
              ['WWW-Authenticate', 'Bearer'],
            ],
          },
          answer2: {},
        },
        { send: 'GET /f?x=1&y', answer: { status: s }, answer2: {} },
        { send: 'GET /e', answer: { status: s }, answer2: {} },
      ]),
      'GET /b',
      'GET /c',
      'GET /d',
      'GET /g',
      'GET /h',
      { send: 'POST /a', body: 'xx', answer: { status: 200 }, answer2: {} },
      'GET /m?x=1',
      { send: 'POST /m', body: 'xy' },
    ],
  },
];
