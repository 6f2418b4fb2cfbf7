/** Configurations of the kind that nginx's own tests are made of: small servers, each about one thing, asked from many sides. */
import type { Area } from './area.ts';

const ACCEL: [string, string][] = [
  ['X-A', 'one'],
  ['X-Accel-Charset', 'koi8-r'],
  ['X-Accel-Limit-Rate', '5000'],
  ['Content-Type', 'text/html'],
];
const XAR = (target: string): { headers: [string, string][] } => ({
  headers: [
    ['X-Accel-Redirect', target],
    ['Content-Type', 'text/blah'],
    ['Cache-Control', 'private'],
    ['X-Other', 'lost'],
    ['Set-Cookie', 'a=b; Path=/'],
    ['Expires', 'Thu, 01 Jan 2026 00:00:00 GMT'],
    ['Content-Disposition', 'inline'],
    ['Accept-Ranges', 'bytes'],
  ],
});

export const AREAS: readonly Area[] = [
  {
    name: 'absolute redirects',
    files: { 'www/dir/f': '' },
    http: `server { listen 127.0.0.1:%PORT%; server_name on.test; absolute_redirect on; root www; error_page 400 /return301;
        location / {} location /auto/ { proxy_pass http://%E%; } location "/auto sp/" { proxy_pass http://%E%; } location /return301 { return 301 /redirect; }
        location /return301/name { return 301 /redirect; server_name_in_redirect on; } location /return301/port { return 301 /redirect; port_in_redirect off; }
        location /i/ { alias www/dir/; } location ~ ^/re(.*)$ { return 302 $1?a=b#c; } location /host { return 303 //other/x; } location /q { return 308 ?x; } }
      server { listen 127.0.0.1:%PORT%; server_name off.test; absolute_redirect off; root www; location / {} location /auto/ { proxy_pass http://%E%; }
        location /return301 { return 301 /redirect; } location /return301/name { return 301 /redirect; server_name_in_redirect on; } }`,
    asks: ['on.test', 'off.test'].flatMap((host) =>
      [
        '/dir',
        '/dir?a=b',
        '/auto',
        '/auto?x',
        '/auto%20sp',
        '/return301',
        '/return301/name',
        '/return301/port',
        '/i',
        '/rex',
        '/host',
        '/q',
      ].flatMap((p) => [`GET ${p} | Host: ${host}`, `GET ${p} HTTP/1.0 | Host: ${host}:8080`]),
    ),
  },
  {
    name: 'headers and expires',
    files: { 'www/t.html': 'a text', 'www/e': '' },
    modified: { 'www/t.html': 1_700_000_000, 'www/e': 1_700_000_000 },
    http: `root www; map $arg_e $map { default off; epoch epoch; max max; hour 1h; neg -5m; zero 0; bad x; at @15h30m; mod modified; }
      server { listen 127.0.0.1:%PORT%; server_name a.test; add_header X-URI $uri; add_header X-Always $uri always; add_header X-Empty ""; add_header X-Var $sent_http_x_uri; expires epoch;
        location /t.html {} location /none { add_header X-Own own; return 404; } location /nocontent { return 204; } location /max { expires max; return 200; }
        location /min { expires -1; return 200 x; } location /zero { expires 0; return 200 x; } location /hour { expires +1h; return 200 x; } location /off { expires off; return 200 x; }
        location /map { expires $map; return 200 x; } location /mod { expires modified 10m; alias www/t.html; } location /modneg { expires modified -10s; alias www/t.html; }
        location /tz { expires @15h; alias www/e; } location /two { add_header Cache-Control a; add_header Cache-Control b; expires 1h; return 200 x; }
        location /lm { add_header Last-Modified "Mon, 28 Sep 1970 06:00:00 GMT"; alias www/t.html; } location /nolm { add_header Last-Modified ""; add_header ETag ""; alias www/t.html; }
        location /p { expires 1h; add_header Cache-Control public; proxy_pass http://%E%; } location /202 { add_header X-A a; return 202; } location /201 { add_header X-A a; return 201; }
        location /206 { add_header X-A a; return 206; } location /307 { add_header X-A a; return 307 /x; } location /400 { add_header X-A a; return 400; } }`,
    asks: [
      ...[
        '/t.html',
        '/none',
        '/nocontent',
        '/max',
        '/min',
        '/zero',
        '/hour',
        '/off',
        '/two',
        '/lm',
        '/nolm',
        '/202',
        '/201',
        '/206',
        '/307',
        '/400',
      ].map((p) => `GET ${p}`),
      ...['epoch', 'max', 'hour', 'neg', 'zero', 'bad', 'mod', ''].map((e) => `GET /map?e=${e}`),
      {
        send: 'GET /p',
        answer: {
          headers: [
            ['Cache-Control', 'no-store'],
            ['Cache-Control', 'private'],
            ['Expires', 'x'],
          ],
        },
      },
      { send: 'GET /p', answer: { status: 404, headers: [['Cache-Control', 'no-store']] } },
      'GET /t.html | If-Modified-Since: Mon, 28 Sep 1970 06:00:00 GMT',
      'GET /lm | If-Modified-Since: Mon, 28 Sep 1970 06:00:00 GMT',
      'HEAD /hour',
    ],
  },
  {
    name: 'many lines of one name',
    http: `location / { add_header X-Forwarded-For $http_x_forwarded_for; add_header X-Cookie $http_cookie; add_header X-Foo $http_foo; add_header X-Acc $http_accept; add_header X-C1 $cookie_foo; add_header X-C2 $cookie_bar; return 204; }
      location /s { add_header Cache-Control a; add_header Cache-Control b; add_header Link l1; add_header Link l2; add_header Foo f1; add_header Foo f2; add_header X-S "$sent_http_cache_control|$sent_http_link|$sent_http_foo" always; return 204; }
      location /p { add_header X-U "$upstream_http_set_cookie|$upstream_http_cache_control|$upstream_http_foo|$upstream_http_link|$upstream_cookie_a|$upstream_cookie_b" always; proxy_pass http://%E%; proxy_set_header X-All "$http_foo $http_cookie"; }
      location /u { uwsgi_param A a; uwsgi_param HTTP_X_BLAH ""; uwsgi_pass %U%; }`,
    asks: [
      'GET / | X-Forwarded-For: a | X-Forwarded-For: b | X-Forwarded-For: c',
      'GET / | Cookie: foo=1 | Cookie: bar=2 | Cookie: foo=3',
      'GET / | Foo: a | foo: b | FOO: c | Accept: x | Accept: y',
      'GET /s',
      {
        send: 'GET /p | Foo: 1 | Foo: 2 | Cookie: a | Cookie: b',
        answer: {
          headers: [
            ['Set-Cookie', 'a=1; Path=/'],
            ['Set-Cookie', 'b=2; HttpOnly'],
            ['Cache-Control', 'x'],
            ['Cache-Control', 'y'],
            ['Foo', 'f'],
            ['Foo', 'g'],
            ['Link', 'l'],
            ['Link', 'm'],
          ],
        },
      },
      'GET /u | X-Blah: 1 | Foo: 1 | Foo: 2 | Cookie: a | Cookie: b',
    ],
  },
  {
    name: 'tables of files that are included',
    files: {
      'conf/a.map': 'foo bar; *.wild.test w;',
      'conf/a.geo': '127.0.0.0/8 home;',
      'conf/when.conf': 'return 200 when;',
      'conf/no.conf': 'deny all;',
    },
    http: `map $arg_k $m { hostnames; default 0; include conf/*.map; } geo $g { include conf/a.geo; default far; }
      server { listen 127.0.0.1:%PORT%; server_name a.test; if ($arg_s) { include conf/when.conf; } location / { add_header X-M "$m $g"; return 204; }
        location /if { if ($arg_i) { include conf/when.conf; } return 204; } location /limit { limit_except GET { include conf/no.conf; } proxy_pass http://%E%; } }`,
    asks: [
      'GET /?k=foo',
      'GET /?k=x.wild.test',
      'GET /?k=FOO.',
      'GET /',
      'GET /?s=1',
      'GET /if',
      'GET /if?i=1',
      'GET /limit',
      'POST /limit',
    ],
  },
  {
    name: 'redirects as pages for old browsers',
    files: { 'www/ssi.html': 'X<!--#include virtual="/" -->X' },
    http: `root www; msie_refresh on; location / { return 301 text; } location /space { return 301 "a b"; } location /page { return 301; error_page 301 text; }
      location /missing { return 404; error_page 404 =307 http://a/x?$args; } location /down { return 503; error_page 503 http://a/x; } location /off { msie_refresh off; return 301 text; }
      location /ssi { ssi on; } location /other { return 303 http://a/; } location /odd { return 302 "!#%&'()*+,;<=>?@[]^_\`{|}~\\\\"; } location /sent { return 302 /x; add_header X-L $sent_http_location always; }
      location /rewrite { rewrite ^ /y permanent; } location /bytes { return 302 http://x$uri; }`,
    asks: [
      '/',
      '/space',
      '/page',
      '/missing?a=b',
      '/down',
      '/off',
      '/ssi.html',
      '/other',
      '/odd',
      '/sent',
      '/rewrite',
      '/bytes/%7f%ff%20',
    ].flatMap((p) => [
      `GET ${p} | User-Agent: MSIE 7`,
      `HEAD ${p} | User-Agent: MSIE 7`,
      `GET ${p} HTTP/1.0 | User-Agent: MSIE 7 Opera`,
      `GET ${p}`,
    ]),
  },
  {
    name: 'hosts',
    http: `server { listen 127.0.0.1:%PORT%; server_name _; location / { add_header X-Host $host; add_header X-Http $http_host; add_header X-Name $server_name; add_header X-Addr $server_addr; return 204; } }
      server { listen 127.0.0.1:%PORT%; server_name name.test *.wild.test end.* ~^re(?<n>\\d+)\\.test$ .dot.test; location / { add_header X-Host "$host $n"; add_header X-Name $server_name; return 204; } }`,
    asks: [
      ...[
        'name.test',
        'NAME.test',
        'name.test.',
        'name.test:80',
        'name.test.:80',
        'a.wild.test',
        'wild.test',
        'a.b.wild.test',
        'end.x',
        'end.x.y',
        're12.test',
        'rea.test',
        'dot.test',
        'x.dot.test',
        'xdot.test',
        '[abcd::ef98:0:7654:321]',
        '[abcd::ef98:0:7654:321]:80',
        '123.40.56.78:9000',
        '[::1',
        'www.domain.com.:80',
        'na me',
        'name.test/x',
        '.name',
        '..',
        'a..b',
        'a%00b',
        '%',
        'xn--a.test',
        '_',
        '-',
        '$host',
        '"',
        "'",
        'a_b.test',
        'name.test:',
        'name.test:x',
        ':80',
        '',
      ].map((h) => `GET / | Host: ${h}`),
      'GET http://name.test/x | Host: other.test',
      'GET http://NAME.test:8080/x?y | Host: other.test',
      'GET http://name.test?x | Host: other.test',
      'GET http:///x | Host: other.test',
      'GET http://name.test./ HTTP/1.0 | -Host',
      'GET / HTTP/1.0 | -Host',
      'GET / | -Host',
    ],
  },
  {
    name: 'X-Accel-Redirect',
    http: `location /proxy { proxy_pass http://%E%; add_header X-U $uri; proxy_cookie_path / /c/; } location /index.html { add_header X-C $content_type; add_header X-UE $upstream_http_expires; return 200 "$uri|$args|$request_method"; }
      location /internal { internal; return 200 i; } location @named { return 200 "n$uri$is_args$args $request_method"; } location /again { proxy_pass http://%E2%; }
      location /ignored { proxy_pass http://%E%; proxy_ignore_headers X-Accel-Redirect; } location /pass { proxy_pass http://%E%; proxy_pass_header X-Accel-Redirect; } location /ic { proxy_pass http://%E%; proxy_intercept_errors on; error_page 404 /index.html; }`,
    asks: [
      ...[
        '/index.html',
        '/index.html?a=b',
        '/foo%20bar/../index.html',
        '/internal',
        '@named',
        '@none',
        '/../x',
        '/none',
        'relative',
        '/index.html%00x',
        '/%2e%2e/',
        '/again',
      ].map((t) => ({ send: 'GET /proxy?q=1', answer: XAR(t), answer2: {} })),
      { send: 'POST /proxy', body: 'abc', answer: XAR('/index.html') },
      { send: 'POST /proxy', body: 'abc', answer: XAR('@named') },
      { send: 'HEAD /proxy', answer: XAR('/index.html') },
      { send: 'PUT /proxy', body: 'x', answer: XAR('/index.html') },
      { send: 'GET /ignored', answer: XAR('/index.html') },
      { send: 'GET /pass', answer: XAR('/index.html') },
      { send: 'GET /ic', answer: { status: 404, ...XAR('/internal') } },
    ],
  },
  {
    name: 'proxy_redirect',
    http: `location /default/ { proxy_pass http://%E%/sub/; } location /off/ { proxy_pass http://%E%/; proxy_redirect off; } location /expl/ { proxy_pass http://%E%/; proxy_redirect http://%E%/var_in_second/ /$host/; proxy_redirect ~*^http://([^/]+)/re/(.*)$ $scheme://$1/$2; proxy_redirect / /root/; }
      location /var/ { proxy_pass http://%E%/; set $v http://x.test; proxy_redirect $v /vv; proxy_redirect default; } location /empty/ { proxy_pass http://%E%/; proxy_redirect http://%E%/ ""; proxy_redirect ~^/cap(.*) $1; } location ~ ^/rx { proxy_pass http://%E%; proxy_redirect http://%E%/ /rx/; }
      location /vv/ { set $b %E%; proxy_pass http://$b/; }`,
    asks: ['/default/', '/off/', '/expl/', '/var/', '/empty/', '/rx', '/vv/'].flatMap((p) =>
      [
        'http://%E%/sub/x?y',
        'http://%E%/var_in_second/x',
        'HTTP://h/re/z',
        '/path',
        'rel',
        'http://x.test/y',
        '/capx',
        '//host/x',
        'http://%E%',
        '/',
      ].map((l) => ({
        send: `GET ${p}`,
        answer: {
          status: 302,
          headers: [
            ['Location', l],
            ['Refresh', `3; URL=${l}`],
          ] as [string, string][],
        },
      })),
    ),
  },
  {
    name: 'lines of the request that are passed on',
    http: `proxy_set_header X-Blah "blah"; proxy_hide_header X-Hidden;
      location / { proxy_pass http://%E%; proxy_pass_request_headers off; } location /body { proxy_pass http://%E%; proxy_pass_request_body off; proxy_set_header Content-Length ""; }
      location /none { proxy_pass http://%E%; proxy_set_header X-None ""; proxy_set_header Accept ""; } location /host { proxy_pass http://%E%; proxy_set_header Host $host:$server_port; proxy_set_header Connection $http_connection; proxy_set_header Upgrade $http_upgrade; proxy_http_version 1.1; }
      location /m { proxy_pass http://%E%; proxy_method POST; } location /mv { proxy_pass http://%E%; proxy_method $arg_m; } location /sb { proxy_pass http://%E%; proxy_set_body "body=$arg_b"; proxy_set_header Content-Type x; } location /ssb { proxy_pass http://%E%; proxy_set_body ""; }
      location /nest { proxy_set_header A a; location /nest/in { proxy_pass http://%E%; } location /nest/own { proxy_set_header B b; proxy_pass http://%E%; } if ($arg_if) { set $x y; } proxy_pass http://%E%; }
      location /lim { limit_except GET { deny all; } proxy_pass http://%E%/x; } location /te { proxy_pass http://%E%; proxy_http_version 1.1; proxy_set_header TE $http_te; }`,
    asks: [
      ...[
        '/',
        '/body',

        '/none',
        '/host',
        '/m',
        '/mv?m=PUT',
        '/sb?b=1',
        '/ssb',
        '/nest/in',
        '/nest/own',
        '/nest/x?if=1',
        '/lim',
        '/te',
      ].flatMap((p) => [
        `GET ${p} | Accept: a | X-Hidden: 1 | Connection: upgrade | Upgrade: websocket | TE: trailers | Keep-Alive: 3 | Proxy-Connection: x | Expect: y`,
        { send: `POST ${p} | Content-Type: t`, body: 'abcde' },
      ]),
      'HEAD /m',
      'GET /none HTTP/1.0',
    ],
  },
  {
    name: 'if and the handlers',
    http: `server { listen 127.0.0.1:%PORT%; server_name a.test;
      location / { proxy_pass http://%E%/root; if ($arg_a = x) { proxy_pass http://%E%; } if ($arg_b) { set $z b; } add_header X-Z "$z" always; }
      location /no-uri { proxy_pass http://%E%; if ($arg_a = x) { set $z 1; } } location /uri { proxy_pass http://%E%/nested; if ($arg_a) { expires 1h; } if ($arg_b) { add_header X-B b; } }
      location /st { if ($arg_a) { root /none; } root www; if ($arg_b) { return 403; } } location /rw { if ($arg_a) { rewrite ^ /uri last; } if ($arg_b) { break; } return 200 no; }
      location /hdr { add_header X-Out out; if ($arg_a) { add_header X-In in; } return 200 $arg_a; } location /multi { set $t ""; if ($arg_a) { set $t "\${t}a"; } if ($arg_b) { set $t "\${t}b"; } if ($t = ab) { return 200 both; } return 200 "one $t"; }
      location /f { if (-f %DIR%/nginx.conf) { return 200 file; } return 200 nofile; } location /nf { if (!-f %DIR%/none) { return 200 nofile; } } location /d { if (-d %DIR%) { return 200 dir; } } location /e { if (!-e %DIR%/$arg_f) { return 404; } return 200 e; }
      location /re { if ($arg_a ~* "^(A|b)(.)$") { return 200 "$1-$2"; } if ($arg_a !~ "^\\d+$") { return 200 nodigit; } return 200 digit; } location /cmp { if ($arg_a = "") { return 200 empty; } if ($arg_a != 0) { return 200 nonzero; } return 200 zero; } location /tr { if ($arg_a) { return 200 true; } return 200 false; } }`,
    files: { 'www/st': 'static' },
    asks: ['/', '/no-uri/x', '/uri/x', '/st', '/rw', '/hdr', '/multi', '/f', '/nf', '/d', '/e?f=nginx.conf', '/re', '/cmp', '/tr'].flatMap(
      (p) => ['', 'a=x', 'a=x&b=1', 'b=1', 'a=0', 'a=AZ', 'a=7'].map((q) => `GET ${p}${q && (p.includes('?') ? '&' : '?')}${q}`),
    ),
  },
  {
    name: 'answers that are intercepted',
    http: `proxy_intercept_errors on; uwsgi_intercept_errors on; error_page 401 500 502 503 /int; error_page 404 = @nf; error_page 403 =200 /ok; error_page 410 =301 http://gone.test/; location / { proxy_pass http://%E%; } location /u { uwsgi_param A b; uwsgi_pass %U%; } location /int { return 200 "int $status $upstream_status"; } location @nf { return 204; } location /ok { internal; return 200 ok; }
      location /off { proxy_intercept_errors off; proxy_pass http://%E%; } location /to { proxy_pass http://%E%; error_page 401 @p; } location @p { proxy_pass http://%E2%; } location /rec { recursive_error_pages on; proxy_pass http://%E%; error_page 500 /rec2; } location /rec2 { error_page 404 /int; return 404; } location /norec { error_page 500 /rec2; return 500; }`,
    asks: [200, 301, 304, 400, 401, 403, 404, 410, 500, 502, 503, 504].flatMap((status) =>
      ['/', '/u', '/off', '/to', '/rec', '/norec'].map((p) => ({
        send: `GET ${p}`,
        answer: {
          status,
          headers: [
            ['WWW-Authenticate', 'Basic realm=x'],
            ['X-A', 'a'],
            ['Location', '/z'],
          ] as [string, string][],
        },
        answer2: {},
      })),
    ),
  },
  {
    name: 'the next server',
    http: `upstream u { server %E%; server %E2%; } upstream d { server 127.0.0.1:1; server %E2%; } upstream b { server 127.0.0.1:1 max_fails=0; server %E2% backup; } upstream w { server %E% weight=2; server %E2%; ip_hash; } upstream all { server 127.0.0.1:1 max_fails=0; server 127.0.0.1:1 max_fails=0; }
      server { listen 127.0.0.1:%PORT%; server_name a.test; add_header X-U "$upstream_addr $upstream_status" always;
      location /d { proxy_pass http://d; } location /b { proxy_pass http://b; } location /all { proxy_pass http://all; error_page 502 /fb; } location /fb { return 200 "fb $status"; } location /w { proxy_pass http://w; }
      location /dn { proxy_pass http://d; proxy_next_upstream off; } location /one { proxy_pass http://d; proxy_next_upstream_tries 1; } }`,
    asks: ['/b', '/all', '/w', '/b', '/all'].flatMap((p) => [`GET ${p}`, { send: `POST ${p}`, body: 'a' }]),
  },
  {
    name: 'parts of files',
    reads: { boundary: /boundary=(\d+)/ },
    files: { 'www/t.html': '0123456789012345678901234567890123456789', 'www/i.bin': 'abcdefghij' },
    modified: { 'www/t.html': 1_700_000_000, 'www/i.bin': 1_700_000_000 },
    http: `root www; location / {} location /one { alias www; max_ranges 1; } location /no { alias www; max_ranges 0; } location /cs { alias www; charset utf-8; } location /ssi { alias www; ssi on; } location /gz { alias www; gzip on; gzip_min_length 1; } location /p { proxy_pass http://%E%; proxy_force_ranges on; } location /pf { proxy_pass http://%E%; } location /r { return 200 "0123456789"; } location /sub { alias www; sub_filter 0 x; }`,
    asks: [
      ...['/t.html', '/i.bin', '/one/t.html', '/no/t.html', '/cs/t.html', '/ssi/t.html', '/sub/t.html', '/r'].flatMap((p) =>
        [
          'bytes=0-9',
          'bytes=-5',
          'bytes=39-',
          'bytes=40-',
          'bytes=5-2',
          'bytes=0-0,-1',
          'bytes=0-4,2-6',
          'bytes= 1 - 3 ',
          'bytes=',
          'bytes=a',
          'bits=0-1',
          'bytes=0-99999999999999999999',
          'bytes=0-1,',
          'Bytes=0-1',
          'bytes=-0',
          'bytes=-100',
          'bytes=0-39',
        ].map((r) => `GET ${p} | Range: ${r}`),
      ),
      'GET /t.html | Range: bytes=0-1 | If-Range: "6553f100-28"',
      'GET /t.html | Range: bytes=0-1 | If-Range: W/"6553f100-28"',
      'GET /t.html | Range: bytes=0-1 | If-Range: Tue, 14 Nov 2023 22:13:20 GMT',
      'GET /t.html | Range: bytes=0-1 | If-Range: Tue, 14 Nov 2023 22:13:21 GMT',
      'GET /t.html | Range: bytes=0-1 | If-Range: x',
      'GET /gz/t.html | Range: bytes=0-1 | Accept-Encoding: gzip',
      'HEAD /t.html | Range: bytes=0-1',
      'GET /t.html HTTP/1.0 | Range: bytes=0-1',
      { send: 'GET /p | Range: bytes=0-1', answer: { headers: [['ETag', '"x"']], body: '0123456789' } },
      { send: 'GET /p | Range: bytes=0-1 | If-Range: "x"', answer: { headers: [['ETag', '"x"']], body: '0123456789' } },
      { send: 'GET /p | Range: bytes=0-1 | If-Range: "y"', answer: { headers: [['ETag', '"x"']], body: '0123456789' } },
      { send: 'GET /pf | Range: bytes=0-1', answer: { headers: [['Accept-Ranges', 'bytes']], body: '0123456789' } },
    ],
  },
  {
    name: 'lists of tries',
    files: { 'www/short': 's', 'www/d/index.html': 'i', 'www/found.html': 'f', 'www/a b': 'x', 'www/q?m': 'y' },
    folders: ['www/empty'],
    http: `root www; location / { try_files $uri $uri/ /fallback; } location /fallback { return 200 "fb $uri $args"; } location /nouri/ { try_files $uri /fallback; } location /short/ { try_files /short $uri =404; } location /code { try_files /none =402; } location /dirs { try_files $uri/ =404; } location /named { try_files /none @n; } location @n { return 200 "named $uri"; }
      location /args { try_files /none /fallback?q=$uri&$args; } location /alias/ { alias www/; try_files $uri $uri/ /fallback; } location ~ ^/rx/(.*)$ { alias www/$1; try_files "" /fallback; } location /var { try_files $arg_f /fallback; } location /px { try_files /none @px; } location @px { proxy_pass http://%E%; } location /self { try_files /none /self; } location /fd { try_files /d/ =404; } location /fs { try_files /d =404; } location /444 { try_files /none =444; } location /nest/ { try_files $uri @n; location /nest/in { } }`,
    asks: [
      '/',
      '/found.html',
      '/d',
      '/d/',
      '/empty/',
      '/none',
      '/a%20b',
      '/q%3Fm',
      '/nouri/x',
      '/short/x',
      '/code',
      '/dirs',
      '/d',
      '/named/z',
      '/args?z=1',
      '/alias/found.html',
      '/alias/none',
      '/alias/d/',
      '/rx/found.html',
      '/rx/none',
      '/var?f=/found.html',
      '/var?f=found.html',
      '/var',
      '/px?a=b',
      '/self',
      '/fd',
      '/fs',
      '/444',
      '/nest/in',
      '/nest/x',
    ].flatMap((p) => [`GET ${p}`, `POST ${p}`]),
  },
  {
    name: 'methods and lines that are odd',
    http: `ignore_invalid_headers off; location / { return 200 "$request_method $http_x_a $http_x_b"; } location /s { root www; } location /p { proxy_pass http://%E%; } server_tokens off; location /e { return 404; }`,
    asks: [
      'GET',
      'HEAD',
      'POST',
      'PUT',
      'DELETE',
      'OPTIONS',
      'PATCH',
      'TRACE',
      'CONNECT',
      'PROPFIND',
      'LOCK',
      'foo',
      'GET2',
      'X-Y',
      'X_Y',
      'get',
    ].flatMap((m) => [`${m} / | X-A: 1 | X_B: 2 | X.C: 3`, `${m} /s`, `${m} /p | X-A: 1 | X_B: 2 | X.C: 3`, `${m} /e`]),
  },
  {
    name: 'params that are merged',
    http: `fastcgi_param A outer; fastcgi_param HTTP_X_OUT ""; uwsgi_param A outer; scgi_param SCGI 1; scgi_param REQUEST_URI $request_uri;
      location / { fastcgi_pass %F%; } location /own { fastcgi_param B $uri; fastcgi_param HTTP_X_BLAH "blah"; fastcgi_param HTTP_HOST $host; fastcgi_pass %F%; } location /ne { fastcgi_param C $arg_c if_not_empty; fastcgi_param D "" if_not_empty; fastcgi_param A x; fastcgi_pass %F%; }
      location ~ ^(?<s>.+\\.php)(?<p>.*)$ { fastcgi_split_path_info ^(.+?\\.php)(/.*)?$; fastcgi_index index.php; fastcgi_param SCRIPT $fastcgi_script_name; fastcgi_param PI $fastcgi_path_info; fastcgi_param S "$s $p"; fastcgi_pass %F%; } location /dir/ { fastcgi_index i.php; fastcgi_param SCRIPT $document_root$fastcgi_script_name; fastcgi_pass %F%; root /r; }
      location /u { uwsgi_pass %U%; } location /uo { uwsgi_param QUERY_STRING $query_string; uwsgi_param REQUEST_METHOD $request_method; uwsgi_param CONTENT_LENGTH $content_length; uwsgi_param HTTPS $https if_not_empty; uwsgi_pass %U%; } location /un { uwsgi_pass_request_headers off; uwsgi_pass %U%; } location /s { scgi_pass %S%; } location /sx { scgi_param X $arg_x; scgi_pass %S%; }`,
    asks: [
      '/',
      '/own?q',
      '/ne?c=1',
      '/ne',
      '/a.php',
      '/a.php/info?x',
      '/a/',
      '/dir/',
      '/dir/x',
      '/u',
      '/uo?a=b',
      '/un',
      '/s',
      '/sx?x=%20',
    ].flatMap((p) => [`GET ${p} | X-Blah: 1 | X-Out: 2 | X_U: 3 | Content-Type: t`, { send: `POST ${p} | Content-Type: t`, body: 'abc' }]),
  },
  {
    name: 'maps',
    http: `map $args $m { default "d $uri"; "" empty; a first; "~^b(?<tail>.*)$" "re $tail"; "~*^C(.)" "ci $1"; \\default lit; x* star; volatile; } map $host $h { hostnames; default d; .a.test dot; *.b.test mask; c.* tail; exact.test e; } map "$args:$uri" $c { "a:/x" hit; "~^(\\w+):/(\\w+)$" "$2-$1"; default $args; } map $m $mm { "first" two; default $m; } map $http_none $n { default ""; } map $arg_i $i { default 0; 1 1; }
      server { listen 127.0.0.1:%PORT%; server_name _; location / { return 200 "$m|$h|$c|$mm|[$n]"; } location /set { set $args b2; return 200 "$m"; } location /if { if ($i) { return 200 yes; } return 200 no; } location /rw { rewrite ^ /x?$m? ; } location /pre { set $y $m; set $args a; return 200 "$y $m"; } }`,
    asks: ['', 'a', 'bxyz', 'cz', 'default', 'x*', 'xa', 'A']
      .flatMap((q) => ['/x', '/set', '/rw', '/pre'].map((p) => `GET ${p}?${q}`))
      .concat(
        ['a.test', 'x.a.test', 'x.b.test', 'b.test', 'c.x', 'exact.test', 'zz'].map((h) => `GET /x | Host: ${h}`),
        ['GET /if?i=1', 'GET /if', 'GET /if?i=0'],
      ),
  },
  {
    name: 'auth requests',
    http: `location /open { auth_request /auth-open; return 200 o; } location = /auth-open { return 204; } location /unauth { auth_request /auth-unauth; root www; } location = /auth-unauth { return 401; } location /open-static { auth_request /auth-open-static; root www; } location = /auth-open-static { return 200; } location /err { auth_request /auth-err; root www; } location = /auth-err { return 404; }
      location /proxy { auth_request /auth-proxy; auth_request_set $a $upstream_http_x_a; auth_request_set $s $upstream_status; add_header X-A "$a $s" always; error_page 401 /login?u=$uri; root www; } location = /auth-proxy { proxy_pass http://%E%/auth?$args; proxy_pass_request_body off; proxy_set_header Content-Length ""; proxy_set_header X-Original-URI $request_uri; proxy_set_header X-M $request_method; } location /login { return 200 "login $args"; }
      location /double { auth_request /auth-open; auth_request /auth-proxy; root www; } location /sat { satisfy any; auth_request /auth-unauth; allow 127.0.0.1; deny all; return 200 s; } location /sat2 { satisfy any; deny all; auth_request /auth-open; proxy_pass http://%E2%; } location /sub { auth_request /auth-sub; proxy_pass http://%E2%; } location = /auth-sub { auth_request /auth-unauth; return 200; } location /off { auth_request off; return 200 off; } location /redir { auth_request /auth-redir; proxy_pass http://%E2%; } location = /auth-redir { return 302 /x; } location /int { auth_request /auth-int; proxy_pass http://%E2%; } location = /auth-int { internal; rewrite ^ /auth-open last; }`.replace(
      /auth_request \/auth-open; auth_request \/auth-proxy;/,
      'auth_request /auth-proxy;',
    ),
    asks: [
      ...['/open', '/unauth', '/open-static', '/err', '/sat', '/sat2', '/sub', '/off', '/redir', '/int'].flatMap((p) => [
        `GET ${p}`,
        `HEAD ${p}`,
      ]),
      ...[200, 201, 204, 302, 401, 403, 404, 500].map((status) => ({
        send: 'GET /proxy?x=1',
        answer: {
          status,
          headers: [
            ['X-A', 'bob'],
            ['WWW-Authenticate', 'x'],
          ] as [string, string][],
        },
      })),
    ],
  },
  {
    name: 'escapes in rewrites',
    http: `location /t1 { rewrite ^/t1(.*)$ /t1?foo=$1? redirect; } location /t2 { rewrite ^ http://example.com/%20%2F redirect; } location /t3 { rewrite ^(.*)$ http://example.com$1? redirect; } location /t4 { rewrite ^/t4/(.*) /x/$1 break; return 200 "$uri|$request_uri|$args"; } location /t5 { rewrite ^/t5/(.*) /y?$1 break; return 200 "$uri|$args"; }
      location /t6 { set $a $uri; rewrite ^ /z?a=$a break; return 200 "$args"; } location /t7 { rewrite (.*) /$1?a=b&c=d break; return 200 "$uri|$args"; } location /t8 { proxy_pass http://%E%; rewrite ^/t8(.*)$ /n$1 break; } location /t9/ { proxy_pass http://%E%/r/; } location ~ ^/t10/(.*)$ { proxy_pass http://%E%/$1; } location ~ ^/t11/(.*)$ { proxy_pass http://%E%/$1$is_args$args; } location /t12 { return 301 $uri; } location /t13 { return 301 $request_uri; } location /t14 { rewrite ^ $uri/x? permanent; }`,
    asks: ['t1', 't2', 't3', 't4', 't5', 't6', 't7', 't8', 't9', 't10', 't11', 't12', 't13', 't14'].flatMap((t) =>
      [
        '/a%20b',
        '/%2F%3F%23',
        '/%25%2e',
        // what divides an answer into more lines is another tool's to read
        ...(['t12', 't14'].includes(t) ? [] : ['/a%0d%0ab']),
        '/%C3%A9',
        '/a+b&c=d',
        '/x?y=%20z&w',
        '/a%00b',
        '/%22%3C%3E%5C',
        '/a//b/./c/../d',
      ].map((p) => `GET /${t}${p}`),
    ),
  },
  {
    name: 'variables of requests inside of one another',
    files: { 'www/page.html': '<!--# include virtual="/piece?n=1" -->, <!--# include virtual="/piece?n=2" --> <!--# echo var="kind" -->' },
    http: `map $uri $kind { default other; /ask asked; /first one; } map $args $number { default none; ~n=(?<digit>.) "number $digit"; }
      server { listen 127.0.0.1:%PORT%; server_name a.test; root www;
        location = /ask { set $who "asked as $kind"; return 204; } location = /ask2 { set $who "ask2 of $uri"; proxy_set_header X-Kind "$kind $who"; proxy_pass http://%E%; }
        location /first { auth_request /ask; return 200 "$who, $kind"; } location /before { set $who before; set $seen "$kind"; auth_request /ask; proxy_set_header X-Seen "$who $seen $kind"; proxy_pass http://%E2%; }
        location /set { auth_request /ask2; auth_request_set $one $upstream_http_x_one; auth_request_set $two "$one and $upstream_status"; auth_request_set $where "$uri $request_uri $who"; proxy_set_header X "$two, $where, $kind"; proxy_pass http://%E2%; }
        location ~ ^/group/(?<tail>.*)$ { auth_request /inner/z; return 200 "$tail $1"; } location ~ ^/inner/(?<tail>.*)$ { return 204; }
        location /copied { set $who me; mirror /copy; add_header X-Who "$who $kind"; proxy_set_header X "$who $kind"; proxy_pass http://%E%; } location = /copy { internal; set $who "the copy"; proxy_set_header X "$who $kind"; proxy_pass http://%E2%; }
        location /kept { mirror /copy; alias www/; } location /unread { mirror /copy; mirror_request_body off; return 405; }
        location /whole { mirror /copy; proxy_http_version 1.1; proxy_request_buffering off; proxy_pass http://%E%; }
        location /body { proxy_set_body "$proxy_host and $proxy_port"; proxy_pass http://%E%; } location /round { auth_request /turn; return 200 x; } location = /turn { proxy_pass http://%E2%; } location @turn { proxy_pass http://%E2%; }
        location /here { set $who me; mirror /copy; add_header X-Who $who; return 200 x; }
        location /page.html { ssi on; } location /piece { return 200 "$number of $kind"; } }`,
    asks: [
      ...['/first', '/firstly', '/before', '/group/a', '/copied', '/here', '/page.html', '/page.html?n=7'].map((p) => `GET ${p}`),
      'GET /body',
      { send: 'GET /round', answer2: { headers: [['X-Accel-Redirect', '@turn']] } },
      ...['/kept/page.html', '/unread', '/whole'].map((p) => ({ send: `POST ${p}`, body: 'abc' })),
      ...[200, 403].map((status) => ({ send: 'GET /set?q', answer: { status, headers: [['X-One', '1']] as [string, string][] } })),
    ],
  },
  {
    name: 'the charset of packed answers',
    http: `charset utf-8; location / { proxy_pass http://%E%; } location /over { override_charset on; proxy_pass http://%E%; } location /gz { gzip on; gzip_min_length 0; gzip_proxied any; proxy_pass http://%E%; }`,
    asks: ['/', '/over', '/gz'].flatMap((p) =>
      ['br', 'identity', ''].flatMap((coding) =>
        ['text/html', 'text/html; charset=koi8-r', 'image/png'].map((type) => ({
          send: `GET ${p} | Accept-Encoding: gzip`,
          answer: { headers: [['Content-Type', type] as [string, string], ['Content-Encoding', coding] as [string, string]] },
        })),
      ),
    ),
  },
  {
    name: 'what is left when a request goes on elsewhere',
    files: { 'www/a.html': 'a', 'www/q.php': 'p' },
    http: `root %DIR%/www; add_header X-V "$proxy_host|$proxy_port|$upstream_addr|$upstream_http_x_a|$limit_rate" always; error_page 404 /none; error_page 500 = @n; types { text/html html; }
      location /none { default_type text/html; return 404 e; } location @n { default_type text/html; return 200 n; } location /p { proxy_intercept_errors on; limit_rate 100k; proxy_pass http://%E%/z; } location /xa { proxy_pass http://%E%; } location /q { proxy_intercept_errors on; error_page 404 = @q; proxy_pass http://%E%; } location @q { uwsgi_pass %U%; } location /ig { proxy_ignore_headers X-Accel-Charset X-Accel-Limit-Rate; proxy_pass http://%E%; }
      location ~ ^/kept { fastcgi_split_path_info ^/kept(.+?\\.php)(/.*)?$; set $p $fastcgi_path_info; try_files $fastcgi_script_name =404; fastcgi_param P "$p|$fastcgi_path_info|$fastcgi_script_name"; fastcgi_pass %F%; } location ~ \\.php { fastcgi_split_path_info ^(.+?\\.php)(/.*)?$; try_files $fastcgi_script_name =404; fastcgi_param P "$fastcgi_path_info|$fastcgi_script_name"; fastcgi_pass %F%; }`,
    asks: [
      ...['/p', '/q', '/ig'].flatMap((p) => [200, 404, 500].map((status) => ({ send: `GET ${p}`, answer: { status, headers: ACCEL } }))),
      ...['/a.html', '@n', '/nothing', '/q.php/x'].map((t) => ({
        send: 'GET /xa',
        answer: { headers: [...ACCEL, ['X-Accel-Redirect', t] as [string, string]] },
      })),
      ...['/q.php/a/b', '/q.php', '/kept/q.php/a/b', '/x.php/a'].map((p) => `GET ${p}`),
    ],
  },
];
