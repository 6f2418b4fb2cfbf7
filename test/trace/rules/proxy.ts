/** Section 10: what a backend gets, and what becomes of its answer. */
import { chapter, only, row, since, until } from '../rows.ts';

const B = 'http://127.0.0.1:9001';

export const PROXY_URI = chapter(
  'proxy_pass: the URI',
  row(
    'no URI part: the target as it was sent',
    `location / { proxy_pass ${B}; }`,
    ['GET /a%20b/../c?x=%20#f', '=> /a%20b/../c?x=%20#f'],
    ['GET //x', '=> //x'],
    ['GET /%2e%2E/', '400'],
    ['GET /?', '=> /?'],
    ['GET http://a/x?y', '=> /x?y'],
    ['GET http://a', '=> /'],
    ['GET http://a?y', '=> /?y'],
  ),
  row(
    'no URI part after a rewrite: the URI of now, escaped, with arguments',
    `location / { rewrite ^/r(.*)$ /to$1 break; proxy_pass ${B}; } location /l/ { rewrite ^/l/(.*)$ /n/$1 last; }`,
    ['GET /r/a%20b?x=1', '=> /to/a%20b?x=1'],
    ['GET /r/%2541', '=> /to/%2541'],
    ['GET /r//x', '=> /to/x'],
    ['GET /l/a%3Fb', '=> /n/a%3Fb'],
    ['GET /keep//x', '=> /keep//x'],
  ),
  row(
    'a URI part replaces the name of the location',
    `location /a/ { proxy_pass ${B}/; } location /b/ { proxy_pass ${B}/x/y/; } location /c { proxy_pass ${B}/; } location /d/ { proxy_pass ${B}/e; } location = /f { proxy_pass ${B}/g; } location /q/ { proxy_pass ${B}/?p=; }`,
    ['GET /a/x/y?z=1', '=> /x/y?z=1'],
    ['GET /a/', '=> /'],
    ['GET /b/z', '=> /x/y/z'],
    ['GET /cx', '=> /x'],
    ['GET /c/x', '=> //x'],
    ['GET /c', '=> /'],
    ['GET /d/x', '=> /ex'],
    ['GET /f?z', '=> /g?z'],
    ['GET /q/x', '=> /?p=x'],
    ['GET /a/b%20c', '=> /b%20c'],
    ['GET /a/b%2Fc', '=> /b/c'],
    ['GET /a/x/../y', '=> /y'],
    ['GET /a/b"c', '=> /b"c'],
    ['GET /a/%22b', '=> /%22b'],
    ['GET /a/é', '=> /é'],
    ['GET /a/%C3%A9', '=> /%C3%A9'],
    ['GET /a/x+y;z&w', '=> /x+y;z&w'],
    ['GET /a/%2B%3B', '=> /+;'],
  ),
  row(
    'a URI part after rewrite ... break is ignored',
    `location /a/ { rewrite ^/a/r/(.*)$ /other/$1 break; proxy_pass ${B}/base/; }`,
    ['GET /a/r/x', '=> /other/x'],
    ['GET /a/x', '=> /base/x'],
  ),
  row(
    'error_page, index and named locations: the URI of now',
    `location /e { error_page 418 = /to/e; error_page 419 = @n; if ($arg_n) { return 419; } return 418; } location /to/ { proxy_pass ${B}; } location @n { proxy_pass ${B}; }`,
    ['GET /e%20x?q=1', '=> /to/e'],
    ['GET /e%20x?n=1', '=> /e%20x?n=1'],
    ['GET /e/../e/y?n=1', '=> /e/../e/y?n=1'],
  ),
  row(
    'a named location reached unchanged passes the target on as it was sent',
    `location / { try_files /none @n; } location @n { proxy_pass ${B}; }`,
    ['GET /x//y%20z?q=1', '=> /x//y%20z?q=1'],
  ),
  row(
    'variables: a value without URI part, with URI part',
    `location /a { set $h 127.0.0.1:9001; proxy_pass http://$h; } location /b { set $h 127.0.0.1:9001; proxy_pass http://$h/x; } location /c { proxy_pass ${B}$request_uri; } location /d/ { proxy_pass ${B}/y$uri$is_args$args; } location ~ ^/e/(.*)$ { proxy_pass ${B}/f/$1; } location /g { proxy_pass ${B}?$args; }`,
    ['GET /a/x%20y?q', '=> /a/x%20y?q'],
    ['GET /b/z?q', '=> /x'],
    ['GET /c/%20?q', '=> /c/%20?q'],
    ['GET /d/z?q=1', '=> /y/d/z?q=1'],
    ['GET /e/z?q=1', '=> /f/z'],
    ['GET /g?q=1', '=> /?q=1'],
  ),
  row(
    'variables without an address',
    'location /a { proxy_pass http://$arg_h; } location /b { proxy_pass $arg_u; }',
    ['GET /a', '500'],
    ['GET /b?u=ftp://x', '500'],
    ['GET /a?h=name.invalid', '502'],
    ['GET /a?h=127.0.0.1:9001', { up: '/a?h=127.0.0.1:9001' }],
  ),
  row(
    'a declared group found by a variable',
    'upstream app { server 127.0.0.1:9001; }\nserver { listen 127.0.0.1:8080; location / { proxy_pass http://$arg_g; } location /u/ { proxy_pass http://$arg_g/x; } }',
    ['GET /?g=app', { up: '/?g=app', sent: { host: 'app' } }],
    ['GET /u/?g=app', { up: '/x' }],
  ),
  row(
    'a pass in an if and a limit_except: no URI part, the target as it was sent',
    `location /a/ { if ($arg_x) { proxy_pass ${B}; } proxy_pass ${B}/base/; } location /l/ { limit_except GET { proxy_pass ${B}; } proxy_pass ${B}/base/; }`,
    ['GET /a/q?x=1', '=> /a/q?x=1'],
    ['GET /a/q', '=> /base/q'],
    ['POST /l/q', '=> /l/q'],
    ['GET /l/q', '=> /base/q'],
  ),
);

const BODY = `proxy_http_version 1.1; location / { proxy_pass ${B}; }`;

export const PROXY_HEADERS = chapter(
  'proxy_pass: the header lines',
  until(
    '1.29.7',
    row('HTTP/1.0, Host of the target, Connection: close, the client’s lines', `location / { proxy_pass ${B}; }`, [
      'GET / | Host: a | User-Agent: x | Accept: */* | Connection: keep-alive | X-A: 1 | X-A: 2',
      { line: 'GET 1.0', lines: ['Host: 127.0.0.1:9001', 'Connection: close', 'User-Agent: x', 'Accept: */*', 'X-A: 1', 'X-A: 2'] },
    ]),
  ),
  since(
    '1.29.7',
    row('HTTP/1.1 and no Connection', `location / { proxy_pass ${B}; }`, [
      'GET / | Host: a | User-Agent: x | Connection: keep-alive | X-A: 1',
      { line: 'GET 1.1', lines: ['Host: 127.0.0.1:9001', 'User-Agent: x', 'X-A: 1'] },
    ]),
  ),
  row('lines about the connection are removed', `location / { proxy_pass ${B}; }`, [
    'GET / | TE: trailers | Keep-Alive: 3 | Expect: x | Upgrade: websocket | Connection: upgrade | X-A: 1',
    { sent: { te: null, 'keep-alive': null, expect: null, upgrade: null, 'x-a': '1' } },
  ]),
  until(
    '1.31.0',
    row('Proxy-Connection is passed on', `location / { proxy_pass ${B}; }`, [
      'GET / | Proxy-Connection: x',
      { sent: { 'proxy-connection': 'x' } },
    ]),
  ),
  since(
    '1.31.0',
    row('Proxy-Connection is removed', `location / { proxy_pass ${B}; }`, [
      'GET / | Proxy-Connection: x',
      { sent: { 'proxy-connection': null } },
    ]),
  ),
  row(
    '$proxy_host: with the port unless it is the usual one',
    `upstream app { server 127.0.0.1:9001; }\nserver { listen 127.0.0.1:8080; location /a { proxy_set_header X "$proxy_host $proxy_port"; proxy_pass ${B}; } location /b { proxy_set_header X "$proxy_host $proxy_port"; proxy_pass http://app; } location /c { proxy_set_header X "$proxy_host $proxy_port"; proxy_pass http://APP/; } }`,
    ['GET /a', { sent: { x: '127.0.0.1:9001 9001', host: '127.0.0.1:9001' } }],
    ['GET /b', { sent: { x: 'app 80', host: 'app' } }],
    ['GET /c', { sent: { x: 'APP 80', host: 'APP' } }],
  ),
  row(
    'proxy_set_header replaces; an empty value removes; several lines are sent',
    `location / { proxy_set_header X-A new; proxy_set_header X-B ""; proxy_set_header X-C 1; proxy_set_header x-c 2; proxy_set_header Host h; proxy_pass ${B}; }`,
    ['GET / | X-A: old | x-a: older | X-B: b | X-D: d', { sent: { 'x-a': 'new', 'x-b': null, 'x-c': ['1', '2'], 'x-d': 'd', host: 'h' } }],
  ),
  until(
    '1.31.4',
    row('an empty Host: none is sent', `location / { proxy_set_header Host ""; proxy_pass ${B}; }`, ['GET /', { sent: { host: null } }]),
  ),
  since(
    '1.31.4',
    row(
      'Host goes first; its last line counts; an empty one falls back to $proxy_host on 1.1, not on 1.0',
      `location / { proxy_set_header X 1; proxy_set_header Host one; proxy_set_header Host two; proxy_pass ${B}; } location /e { proxy_set_header Host ""; proxy_pass ${B}; } location /o { proxy_http_version 1.0; proxy_set_header Host ""; proxy_pass ${B}; }`,
      ['GET /', { lines: ['Host: two', 'X: 1'] }],
      ['GET /e', { sent: { host: '127.0.0.1:9001' } }],
      ['GET /o', { sent: { host: null } }],
    ),
  ),
  row(
    'the forms that people write',
    `location / { proxy_set_header Host $host; proxy_set_header X-Real-IP $remote_addr; proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for; proxy_set_header X-Forwarded-Proto $scheme; proxy_set_header X-Forwarded-Host $http_host; proxy_pass ${B}; }`,
    [
      'GET / | Host: A:81 | X-Forwarded-For: 1.1.1.1 | X-Real-IP: 6.6.6.6 | X-Forwarded-Proto: https',
      {
        sent: {
          host: 'a',
          'x-real-ip': '127.0.0.1',
          'x-forwarded-for': '1.1.1.1, 127.0.0.1',
          'x-forwarded-proto': 'http',
          'x-forwarded-host': 'A:81',
        },
      },
    ],
    ['GET / | X-Forwarded-For: 1.1.1.1 | X-Forwarded-For: 2.2.2.2', { sent: { 'x-forwarded-for': '1.1.1.1, 2.2.2.2, 127.0.0.1' } }],
    ['GET /', { sent: { 'x-forwarded-for': '127.0.0.1' } }],
  ),
  row(
    'WebSocket',
    `map $http_upgrade $connection_upgrade { default upgrade; "" close; }\nserver { listen 127.0.0.1:8080; location / { proxy_http_version 1.1; proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection $connection_upgrade; proxy_pass ${B}; } }`,
    ['GET / | Upgrade: websocket | Connection: Upgrade', { line: 'GET 1.1', sent: { upgrade: 'websocket', connection: 'upgrade' } }],
    ['GET /', { sent: { upgrade: null, connection: 'close' } }],
  ),
  row('keep-alive towards the backend', `location / { proxy_http_version 1.1; proxy_set_header Connection ""; proxy_pass ${B}; }`, [
    'GET / | Connection: close',
    { line: 'GET 1.1', sent: { connection: null } },
  ]),
  row(
    'the body: its length',
    BODY,
    ['POST /', { sent: { 'content-length': '3', 'transfer-encoding': null } }, { body: 'abc' }],
    ['POST /', { sent: { 'content-length': '0' } }, { body: '' }],
    ['GET /', { sent: { 'content-length': null } }],
  ),
  row(
    'proxy_pass_request_headers off, proxy_set_body, proxy_method',
    `location /a { proxy_pass_request_headers off; proxy_set_header X 1; proxy_pass ${B}; } location /b { proxy_set_body "b=$arg_x"; proxy_pass ${B}; } location /c { proxy_method PUT; proxy_pass ${B}; }`,
    ['GET /a | X-A: 1', { sent: { 'x-a': null, x: '1', host: '127.0.0.1:9001' } }],
    ['GET /b?x=12', { sent: { 'content-length': '4' } }],
    ['GET /c', { up: '/c', sent: { 'content-length': null } }],
  ),
  row(
    'the method goes on as it is',
    `location / { proxy_http_version 1.1; proxy_pass ${B}; }`,
    ['FOO /', { line: 'FOO 1.1' }],
    ['HEAD /', { line: 'HEAD 1.1' }],
  ),
);

const PARAMS = 'uwsgi_param A $uri; uwsgi_param E ""; uwsgi_param F "" if_not_empty; uwsgi_param HTTP_X_C set;';

export const PARAMS_OF = chapter(
  'uwsgi, FastCGI, SCGI: the parameters',
  until(
    '1.23.0',
    row(
      'the lines in order, then the client’s headers; repeated headers each by itself',
      `location / { ${PARAMS} uwsgi_pass 127.0.0.1:9002; }`,
      [
        'GET /x | X-A: 1 | X-A: 2 | X-C: c',
        { protocol: 'uwsgi', allParams: ['A=/x', 'E=', 'HTTP_X_C=set', 'HTTP_HOST=a', 'HTTP_X_A=1', 'HTTP_X_A=2'] },
      ],
    ),
  ),
  since(
    '1.23.0',
    row(
      'the lines in order, then the client’s headers; repeated headers are joined',
      `location / { uwsgi_param HTTP_HOST h; ${PARAMS} uwsgi_pass 127.0.0.1:9002; }`,
      [
        'GET /x | X-A: 1 | x-a: 2 | X-C: c | Cookie: a | Cookie: b',
        { allParams: ['HTTP_HOST=h', 'A=/x', 'E=', 'HTTP_X_C=set', 'HTTP_X_A=1, 2', 'HTTP_COOKIE=a; b'] },
      ],
    ),
  ),
  until(
    '1.29.5',
    row(
      'without param lines only headers go out',
      'location / { uwsgi_pass 127.0.0.1:9002; }',
      ['GET / | X-A: 1', { allParams: ['HTTP_HOST=a', 'HTTP_X_A=1'] }],
      ['GET / HTTP/1.0 | -Host', { allParams: [] }],
    ),
  ),
  since(
    '1.29.5',
    row(
      'HTTP_HOST is made of $host and the port',
      'location / { uwsgi_pass 127.0.0.1:9002; } location /own { uwsgi_param HTTP_HOST own; uwsgi_pass 127.0.0.1:9002; }',
      ['GET / | Host: B:81 | X-A: 1', { allParams: ['HTTP_HOST=b:81', 'HTTP_X_A=1'] }],
      ['GET / HTTP/1.0 | -Host', { allParams: ['HTTP_HOST=a'] }],
      ['GET /own', { allParams: ['HTTP_HOST=own'] }],
    ),
  ),
  row(
    'lines of a level replace the outer ones',
    'uwsgi_param A server; location / { uwsgi_pass 127.0.0.1:9002; } location /b { uwsgi_param B own; uwsgi_pass 127.0.0.1:9002; }',
    ['GET /', { params: { A: 'server', B: null } }],
    ['GET /b', { params: { A: null, B: 'own' } }],
  ),
  row(
    'the usual lines',
    'location / { uwsgi_param QUERY_STRING $query_string; uwsgi_param REQUEST_METHOD $request_method; uwsgi_param CONTENT_TYPE $content_type; uwsgi_param CONTENT_LENGTH $content_length; uwsgi_param REQUEST_URI $request_uri; uwsgi_param PATH_INFO $document_uri; uwsgi_param DOCUMENT_ROOT $document_root; uwsgi_param SERVER_PROTOCOL $server_protocol; uwsgi_param REQUEST_SCHEME $scheme; uwsgi_param HTTPS $https if_not_empty; uwsgi_param REMOTE_ADDR $remote_addr; uwsgi_param SERVER_PORT $server_port; uwsgi_param SERVER_NAME $server_name; root /srv/nginx/www; uwsgi_pass 127.0.0.1:9002; }',
    [
      'POST /a%20b?q=1 | Content-Type: x/y',
      {
        up: '/a%20b?q=1',
        params: {
          QUERY_STRING: 'q=1',
          REQUEST_METHOD: 'POST',
          CONTENT_TYPE: 'x/y',
          CONTENT_LENGTH: '3',
          PATH_INFO: '/a b',
          DOCUMENT_ROOT: '/srv/nginx/www',
          SERVER_PROTOCOL: 'HTTP/1.1',
          REQUEST_SCHEME: 'http',
          HTTPS: null,
          REMOTE_ADDR: '127.0.0.1',
          SERVER_PORT: '8080',
          SERVER_NAME: 'a',
        },
      },
      { body: 'abc' },
    ],
    ['GET /', { params: { CONTENT_LENGTH: '', CONTENT_TYPE: '' } }],
  ),
  row(
    'SCGI: CONTENT_LENGTH goes first',
    'location / { scgi_param SCGI 1; scgi_param A b; scgi_pass 127.0.0.1:9004; }',
    ['GET / | Host: a', { protocol: 'scgi', params: { CONTENT_LENGTH: '0', SCGI: '1', A: 'b', HTTP_HOST: 'a' } }],
    ['POST /', { params: { CONTENT_LENGTH: '3' } }, { body: 'abc' }],
  ),
  row(
    'FastCGI: script name, index and path info',
    'root /r; fastcgi_param S $fastcgi_script_name; fastcgi_param P $fastcgi_path_info; fastcgi_param F $document_root$fastcgi_script_name; location / { fastcgi_index i.php; fastcgi_pass 127.0.0.1:9003; } location ~ \\.php { fastcgi_split_path_info ^(.+?\\.php)(/.*)?$; fastcgi_pass 127.0.0.1:9003; }',
    ['GET /d/', { protocol: 'fastcgi', params: { S: '/d/i.php', P: '', F: '/r/d/i.php' } }],
    ['GET /d', { params: { S: '/d' } }],
    ['GET /x.php/a/b', { params: { S: '/x.php', P: '/a/b', F: '/r/x.php' } }],
    ['GET /x.php', { params: { S: '/x.php', P: '' } }],
  ),
  row(
    'if_not_empty, and a header that a line hides',
    'location / { fastcgi_param A $arg_a if_not_empty; fastcgi_param HTTP_X_A ""; fastcgi_pass 127.0.0.1:9003; }',
    ['GET / | X-A: 1 | X-B: 2', { params: { A: null, HTTP_X_A: null, HTTP_X_B: '2' } }],
    ['GET /?a=1', { params: { A: '1' } }],
  ),
  row('uwsgi_pass_request_headers off', 'location / { uwsgi_pass_request_headers off; uwsgi_param A 1; uwsgi_pass 127.0.0.1:9002; }', [
    'GET / | X-A: 1',
    { params: { A: '1', HTTP_X_A: null } },
  ]),
);

const from = (status: number, ...headers: [string, string][]): { answer: { status: number; headers: [string, string][] } } => ({
  answer: { status, headers },
});

export const ANSWERS = chapter(
  'What becomes of the answer',
  row(
    'hidden lines, shown lines, more hidden lines',
    `location / { proxy_pass ${B}; } location /p { proxy_pass_header Server; proxy_pass_header X-Pad; proxy_pass ${B}; } location /h { proxy_hide_header X-Powered-By; proxy_pass ${B}; } location /h/in { proxy_pass ${B}; }`,
    [
      'GET /',
      { gets: { 'x-pad': null, 'x-accel-expires': null, 'x-powered-by': 'p' } },
      from(200, ['Server', 's'], ['X-Pad', 'x'], ['X-Accel-Expires', '1'], ['X-Powered-By', 'p']),
    ],
    ['GET /p', { gets: { server: 's', 'x-pad': 'x' } }, from(200, ['Server', 's'], ['X-Pad', 'x'])],
    ['GET /h', { gets: { 'x-powered-by': null } }, from(200, ['X-Powered-By', 'p'])],
  ),
  row(
    'status and headers go through; add_header adds',
    `location / { add_header X-A mine; add_header X-B always always; proxy_pass ${B}; }`,
    ['GET /', { status: 200, gets: { 'x-a': ['theirs', 'mine'], 'x-b': 'always' } }, from(200, ['X-A', 'theirs'])],
    ['GET /', { status: 404, gets: { 'x-a': 'theirs', 'x-b': 'always' } }, from(404, ['X-A', 'theirs'])],
    ['GET /', { status: 500, gets: { 'x-b': 'always' } }, from(500)],
  ),
  row(
    'proxy_redirect default: the URL of proxy_pass becomes the location',
    `location /a/ { proxy_pass ${B}/b/; } location /c/ { proxy_pass ${B}; } location /off/ { proxy_redirect off; proxy_pass ${B}/b/; }`,
    ['GET /a/', '302 -> http://a:8080/a/x', from(302, ['Location', `${B}/b/x`])],
    ['GET /a/', '302 -> http://other/b/x', from(302, ['Location', 'http://other/b/x'])],
    ['GET /a/', '302 -> /x', from(302, ['Location', '/x'])],
    ['GET /c/', '302 -> http://a:8080/x', from(302, ['Location', `${B}/x`])],
    ['GET /c/', `302 -> ${B}`, from(302, ['Location', B])],
    ['GET /off/', `302 -> ${B}/b/x`, from(302, ['Location', `${B}/b/x`])],
    ['GET /a/', '201 -> http://a:8080/a/x', from(201, ['Location', `${B}/b/x`])],
  ),
  row(
    'a relative Location of the backend: absolute only when a rule touched it',
    `location /off/ { proxy_redirect off; proxy_pass ${B}; } location /r/ { proxy_redirect /x /y; proxy_pass ${B}; }`,
    ['GET /off/', '302 -> /x', from(302, ['Location', '/x'])],
    ['GET /r/', '302 -> http://a:8080/yz', from(302, ['Location', '/xz'])],
    ['GET /r/', '302 -> /q', from(302, ['Location', '/q'])],
  ),
  row(
    'proxy_redirect with prefixes, variables and regexes',
    `location / { proxy_redirect http://one/ https://$host/; proxy_redirect ~^http://([a-z]+)\\.two(:\\d+)?/(.*)$ /$1/$3; proxy_redirect ~*^HTTP://three/ /t/; proxy_pass ${B}; }`,
    ['GET /', '302 -> https://a/x', from(302, ['Location', 'http://one/x'])],
    ['GET /', '302 -> http://a:8080/sub/x?y', from(302, ['Location', 'http://sub.two:8/x?y'])],
    ['GET /', '302 -> http://a:8080/t/', from(302, ['Location', 'http://three/q'])],
    ['GET /', '302 -> http://four/q', from(302, ['Location', 'http://four/q'])],
  ),
  row(
    'Refresh',
    `location / { proxy_redirect http://b/ /c/; proxy_pass ${B}; }`,
    ['GET /', { gets: { refresh: '3; url=/c/x' } }, from(200, ['Refresh', '3; url=http://b/x'])],
    ['GET /', { gets: { refresh: '3' } }, from(200, ['Refresh', '3'])],
  ),
  row(
    'cookies',
    `location / { proxy_cookie_domain b.local a.org; proxy_cookie_path /app/ /; proxy_cookie_flags sid secure samesite=lax; proxy_cookie_flags ~ httponly; proxy_pass ${B}; } location /off { proxy_pass ${B}; }`,
    [
      'GET /',
      { gets: { 'set-cookie': 'sid=1; domain=a.org; path=/x; Secure; SameSite=Lax' } },
      from(200, ['Set-Cookie', 'sid=1; domain=b.local; path=/app/x']),
    ],
    ['GET /', { gets: { 'set-cookie': 'o=1; Path=/; HttpOnly' } }, from(200, ['Set-Cookie', 'o=1; Path=/app/'])],
    ['GET /', { gets: { 'set-cookie': 'o=1; Domain=.a.org; HttpOnly' } }, from(200, ['Set-Cookie', 'o=1; Domain=.B.LOCAL'])],
    ['GET /off', { gets: { 'set-cookie': 'o=1; Path=/app/' } }, from(200, ['Set-Cookie', 'o=1; Path=/app/'])],
  ),
  row(
    'X-Accel-Redirect',
    `location / { proxy_pass ${B}; } location /in/ { internal; alias /srv/nginx/www/; add_header X own; } location @n { return 200 "named $uri"; }`,
    [
      'GET /x',
      {
        status: 200,
        file: 'www/b.txt',
        gets: { 'content-disposition': 'attachment', 'x-other': null, x: 'own', 'content-type': 'x/y', 'set-cookie': 'a=1' },
      },
      from(
        200,
        ['X-Accel-Redirect', '/in/b.txt'],
        ['Content-Disposition', 'attachment'],
        ['X-Other', '1'],
        ['Content-Type', 'x/y'],
        ['Set-Cookie', 'a=1'],
      ),
    ],
    ['GET /x', '200 named /x', from(200, ['X-Accel-Redirect', '@n'])],
    ['GET /x', 'file www/sp ace.txt', from(200, ['X-Accel-Redirect', '/in/sp%20ace.txt'])],
    ['GET /x', '404', from(200, ['X-Accel-Redirect', '/in/../b.txt'])],
    ['POST /x', 'file www/b.txt', { ...from(200, ['X-Accel-Redirect', '/in/b.txt']), body: 'x' }],
    ['GET /in/b.txt', '404'],
  ),
  row('proxy_ignore_headers', `location / { proxy_ignore_headers X-Accel-Redirect; proxy_pass ${B}; }`, [
    'GET /x',
    { status: 200, gets: { 'x-accel-redirect': null, x: '1' } },
    from(200, ['X-Accel-Redirect', '/b'], ['X', '1']),
  ]),
  row(
    'proxy_intercept_errors: codes of error_page only',
    `proxy_intercept_errors on; error_page 404 =200 /e; error_page 500 /e; location / { proxy_pass ${B}; } location = /e { return 200 page; } location /off { proxy_intercept_errors off; proxy_pass ${B}; }`,
    ['GET /', { status: 200, body: 'page' }, from(404)],
    ['GET /', { status: 500, body: 'page' }, from(500)],
    ['GET /', { status: 403 }, from(403)],
    ['GET /off', { status: 404 }, from(404)],
  ),
  row(
    'a status of the backend is not nginx’s own: error_page leaves it alone',
    `error_page 502 404 =200 /e; location / { proxy_pass ${B}; } location = /e { return 200 page; }`,
    ['GET /', { status: 404 }, from(404)],
    ['GET /', { status: 502 }, from(502)],
  ),
  only(
    'the backend of the tests always answers',
    row(
      'no backend: 502; no answer in time: 504; error_page takes them',
      `location / { proxy_pass ${B}; } location /e { error_page 502 504 =503 /p; proxy_pass ${B}; } location = /p { return 200 page; }`,
      ['GET /', '502', { failure: 'refused' }],
      ['GET /', '504', { failure: 'timeout' }],
      ['GET /', '502', { failure: 'invalid' }],
      ['GET /e', '503 page', { failure: 'refused' }],
    ),
  ),
);
