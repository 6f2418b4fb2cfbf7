/** Requests to backends, what they answer, and what a cache keeps of it. */
const CC = 'Cache-Control';

import type { Answered, Area, AreaAsk } from './area.ts';

export const AREAS: readonly Area[] = [
  {
    name: 'proxy',
    http: `
  location /a/ { proxy_pass http://%E%/b/; } location /c { proxy_pass http://%E%/d; } location /e { proxy_pass http://%E%; } location ~ ^/f/(.*) { proxy_pass http://%E%/g/$1; } location /h { proxy_pass http://%E%/h$is_args$args; }
  location /i/ { rewrite ^/i/(.*) /j/$1 break; proxy_pass http://%E%/k/; } location /l { set $b %E%; proxy_pass http://$b; } location /m { proxy_pass http://%E%/; proxy_set_header X-U "$uri $request_uri"; proxy_set_header Host $http_host; proxy_set_header X-E ""; }
  location /n { proxy_pass http://%E%/o?x=1; } location /p { proxy_http_version 1.1; proxy_set_header Connection $http_connection; proxy_set_header Upgrade $http_upgrade; proxy_pass http://%E%; }
  location /q { proxy_method POST; proxy_set_body "b=$uri"; proxy_pass http://%E%; } location /r { proxy_pass_request_headers off; proxy_pass_request_body off; proxy_pass http://%E%; }
  location /s { proxy_redirect http://up.test/ /s/; proxy_redirect ~^https://(.*)$ http://x.$1; proxy_pass http://%E%; } location /t/ { proxy_pass http://%E%/u/; } location /v { proxy_redirect off; proxy_pass http://%E%; }
  location /w { proxy_hide_header X-Hide; proxy_pass_header Server; proxy_pass_header Date; proxy_ignore_headers X-Accel-Redirect; proxy_pass http://%E%; }
  location /x { proxy_cookie_domain a.int b.ext; proxy_cookie_path / /x/; proxy_cookie_flags ~ secure samesite=lax; proxy_pass http://%E%; }
  location /y { if ($arg_z) { proxy_pass http://%E2%; } proxy_pass http://%E%; }
  location /int/ { internal; alias html/; } location /acc { proxy_pass http://%E%; } location @nm { return 200 named; }
  location /le { limit_except GET { proxy_pass http://%E2%; } proxy_pass http://%E%; }
  location /post { proxy_pass http://%E%; post_action /pa; } location /pa { internal; proxy_pass http://%E2%/did?$args; }
  location /big { client_max_body_size 3; proxy_pass http://%E%; }
 `,
    files: { 'html/x.txt': 'XX' },
    asks: [
      'GET /a/x%20y?q=1',
      'GET /a',
      'GET /cx',
      'GET /e/%2f/..//x?',
      'GET /f/x%20y?z',
      'GET /h?a=b',
      'GET /h',
      'GET /i/x%3fy?z',
      'GET /l/x?y',
      'GET /m | Host: q:81 | X-E: 1',
      'GET /n?z',
      'GET /p | Connection: Upgrade | Upgrade: websocket',
      'GET /p',
      { send: 'POST /q', body: 'xx' },
      'GET /r | X: y',
      ...['http://up.test/z', 'https://sec.test/z', '/rel', 'rel', 'http://%E%/x'].map(
        (l): AreaAsk => ({ send: 'GET /s', answer: { status: 302, headers: [['Location', l]] } }),
      ),
      ...['/u/x', 'http://other/'].map((l): AreaAsk => ({ send: 'GET /t/', answer: { status: 301, headers: [['Location', l]] } })),
      { send: 'GET /v', answer: { status: 302, headers: [['Location', '/z']] } },
      {
        send: 'GET /e',
        answer: {
          status: 201,
          headers: [
            ['Location', '/z'],
            ['Refresh', '1; url=/q'],
          ],
        },
      },
      {
        send: 'GET /w',
        answer: {
          headers: [
            ['X-Hide', '1'],
            ['Server', 'S'],
            ['Date', 'D'],
            ['X-Accel-Redirect', '/int/x.txt'],
            ['X-Pad', '1'],
            ['X-Other', 'o'],
          ],
        },
      },
      {
        send: 'GET /x',
        answer: {
          headers: [
            ['Set-Cookie', 'a=b; Domain=a.int; Path=/q'],
            ['Set-Cookie', 'c=d'],
            ['Set-Cookie', 'e=f; HttpOnly; path=/; SameSite=Strict'],
          ],
        },
      },
      'GET /y?z=1',
      'GET /y',
      {
        send: 'GET /acc',
        answer: {
          headers: [
            ['X-Accel-Redirect', '/int/x.txt'],
            ['Content-Type', 'a/b'],
            ['Set-Cookie', 'x=y'],
            ['Content-Disposition', 'attachment'],
            ['X-Q', 'lost'],
          ],
        },
      },
      {
        send: 'GET /acc',
        answer: {
          headers: [
            ['X-Accel-Redirect', '@nm'],
            ['Content-Type', 'a/b'],
          ],
        },
      },
      { send: 'GET /acc', answer: { headers: [['X-Accel-Redirect', '/int/none']] } },
      { send: 'POST /acc', body: 'q', answer: { headers: [['X-Accel-Redirect', '/int/x.txt']] } },
      { send: 'HEAD /acc', answer: { headers: [['X-Accel-Redirect', '/int/x.txt']] } },
      { send: 'GET /acc', answer: { status: 403, headers: [['X-Accel-Redirect', '/int/x.txt']] } },
      { send: 'GET /acc', answer: { headers: [['X-Accel-Redirect', '/int/../int/x.txt?a=b']] } },
      {
        send: 'GET /acc',
        answer: {
          headers: [
            ['X-Accel-Limit-Rate', '100'],
            ['X-Accel-Charset', 'utf-8'],
            ['X-Accel-Expires', '10'],
            ['X-Accel-Buffering', 'no'],
          ],
        },
      },
      'GET /le',
      { send: 'POST /le', body: 'x' },
      'HEAD /le',
      'PUT /le',
      'GET /post?k=v',
      { send: 'POST /big', body: 'abcd' },
      { send: 'POST /big', body: 'abc' },
      { send: 'POST /e | Transfer-Encoding: chunked', body: '3\r\nabc\r\n0\r\n\r\n', input: { bodyLength: 3 } },
      { send: 'GET /e', answer: { status: 204 } },
      { send: 'GET /e', answer: { status: 304, headers: [['ETag', '"q"']] } },
      { send: 'GET /e | Range: bytes=0-1' },
      { send: 'GET /e | If-None-Match: "q"', answer: { headers: [['ETag', '"q"']] } },
      { send: 'GET /e HTTP/1.0 | -Host' },
      { send: 'GET /e', answer: { endless: true } },
      { send: 'GET /e', answer: { status: 999 } },
      { send: 'GET /e', answer: { status: 299, headers: [['Content-Type', 'text/html; charset=koi8-r; x=y']] } },
      { send: 'GET /e | Expect: 100-continue' },
      { send: 'GET /e | TE: gzip | Keep-Alive: 3 | Proxy-Connection: x | Trailer: X | Upgrade: h2c | X_under: 1' },
    ],
  },
  {
    name: 'params',
    http: `
  location /u { uwsgi_param SCRIPT_NAME /x; uwsgi_param HTTPS $https if_not_empty; uwsgi_param P $uri$is_args$args; uwsgi_pass %U%; } location /f { fastcgi_param A b; fastcgi_param HTTP_X "over"; fastcgi_param SCRIPT_FILENAME $document_root$fastcgi_script_name; fastcgi_index i.php; fastcgi_pass %F%; } location /s { scgi_param A b; scgi_pass %S%; }
  location ~ \\.php { fastcgi_split_path_info ^(.+\\.php)(/.*)$; fastcgi_param PI $fastcgi_path_info; fastcgi_param SN $fastcgi_script_name; fastcgi_pass %F%; }
  location /ui { uwsgi_intercept_errors on; uwsgi_pass %U%; error_page 404 =200 /ok; } location /ok { return 200 ok; }
  location /uc { uwsgi_hide_header X-H; uwsgi_ignore_headers X-Accel-Redirect; uwsgi_pass %U%; } location /um { uwsgi_modifier1 5; uwsgi_pass uwsgi://%U%; }
 `,
    asks: [
      'GET /u/x?y=1',
      'GET /f/',
      'GET /f/x | X: client',
      'GET /s',
      'GET /a/b.php/pi?x',
      'GET /b.phpx',
      { send: 'POST /u', body: 'hello' },
      { send: 'POST /s', body: 'hello' },
      { send: 'POST /f | Content-Type: text/x', body: 'abc' },
      ...['u', 'f', 's'].flatMap((p): AreaAsk[] => [
        { send: `GET /${p}`, answer: { status: 404 } },
        { send: `GET /${p}`, answer: { status: 302, headers: [['Location', '/rel']] } },
        { send: `GET /${p}`, answer: { status: 302, headers: [['Location', 'http://x/abs']] } },
        { send: `GET /${p}`, answer: { headers: [['X-Accel-Redirect', '/ok']] } },
        {
          send: `GET /${p}`,
          answer: {
            headers: [
              ['Status', '201 Made'],
              ['X-Powered-By', 'p'],
              ['Date', 'd'],
              ['Server', 's'],
            ],
          },
        },
        { send: `HEAD /${p}` },
      ]),
      { send: 'GET /ui', answer: { status: 404 } },
      {
        send: 'GET /uc',
        answer: {
          headers: [
            ['X-H', '1'],
            ['X-Accel-Redirect', '/ok'],
            ['X-K', '2'],
          ],
        },
      },
      'GET /um',
      'GET /u | A-b: 1 | a-B: 2 | X_y: 3',
    ],
  },
  {
    name: 'cache',
    cache: 'z',
    http: `proxy_cache_path %DIR%/c keys_zone=z:1m; server { listen 127.0.0.1:%PORT%; proxy_cache z; proxy_cache_valid 200 1m; proxy_cache_valid 404 5s; add_header X-C $upstream_cache_status always; proxy_cache_key $uri$is_args$args;
  location / { proxy_pass http://%E%; } location /meth { proxy_cache_methods POST; proxy_pass http://%E%; } location /noconv { proxy_cache_convert_head off; proxy_cache_key $request_method$uri; proxy_pass http://%E%; } location /bp { proxy_cache_bypass $arg_nc; proxy_no_cache $arg_ns; proxy_pass http://%E%; } location /any { proxy_cache_valid any 1m; proxy_pass http://%E%; } location /ign { proxy_ignore_headers Set-Cookie Cache-Control Vary; proxy_pass http://%E%; } location /mu { proxy_cache_min_uses 2; proxy_pass http://%E%; } location /off { proxy_cache off; proxy_pass http://%E%; } location /dyn { proxy_cache $arg_z; proxy_pass http://%E%; } } 
 `,
    asks: [
      ...(
        [
          ['/1', {}],
          ['/2', { status: 404 }],
          ['/3', { status: 500 }],
          ['/4', { headers: [['Set-Cookie', 'a=b']] }],
          ['/5', { headers: [[CC, 'no-cache']] }],
          ['/6', { headers: [['Vary', 'Accept']] }],
          ['/7', { headers: [['Vary', '*']] }],
          ['/8', { headers: [['X-Accel-Expires', '0']] }],
          [
            '/9',
            {
              headers: [
                ['ETag', '"e"'],
                ['Last-Modified', 'Thu, 01 Jan 2026 00:00:00 GMT'],
              ],
            },
          ],
          ['/10', { status: 301, headers: [['Location', '/q']] }],
          ['/any', { status: 500 }],
          [
            '/ign',
            {
              headers: [
                ['Set-Cookie', 'a=b'],
                [CC, 'private'],
                ['Vary', 'X'],
              ],
            },
          ],
          ['/off', {}],
          ['/dyn?z=z', {}],
          ['/dyn', {}],
          ['/bp', {}],
          ['/11', { headers: [['Accept-Ranges', 'bytes']], body: '0123456789' }],
          [
            '/12',
            {
              headers: [
                ['Content-Type', 'text/html'],
                ['Content-Encoding', 'gzip'],
                ['Vary', 'Accept-Encoding'],
              ],
            },
          ],
        ] as readonly (readonly [string, Answered])[]
      ).flatMap(([u, a]): AreaAsk[] => [
        { send: `GET ${u} | Accept: x`, answer: a },
        { send: `GET ${u} | Accept: x`, answer: a, wait: 30 },
        { send: `GET ${u} | Accept: y`, answer: a },
      ]),
      'HEAD /1',
      'HEAD /h1',
      'GET /h1',
      'POST /meth',
      'POST /meth',
      'POST /1',
      'GET /bp?nc=1',
      'GET /bp?ns=1',
      'GET /bp?ns=1',
      'GET /mu',
      'GET /mu',
      'GET /mu',
      'GET /noconv',
      'HEAD /noconv',
      'GET /9 | If-None-Match: "e"',
      'GET /9 | If-Modified-Since: Thu, 01 Jan 2026 00:00:00 GMT',
      'GET /11 | Range: bytes=0-3',
      'GET /1 | Range: bytes=0-1',
      'GET /r1 | Range: bytes=0-1',
      'GET /r1 | If-None-Match: "e"',
      'GET /12 | Accept-Encoding: gzip',
    ],
  },

  {
    name: 'xaccel',
    files: { 'html/x.txt': '0123456789', 'html/i/a.html': 'A' },
    http: `
  location /f/ { alias html/; internal; expires 1h; add_header X-L l; } location /px { internal; proxy_pass http://%E2%; } location /app { proxy_pass http://%E%; add_header X-App a; } location /hide { proxy_hide_header X-H; proxy_pass http://%E%; } location /int { proxy_intercept_errors on; error_page 404 =200 /f/x.txt; error_page 500 @n; error_page 403 /f/none; proxy_pass http://%E%; } location @n { internal; return 418 "n $uri"; } location /u { uwsgi_pass %U%; } location /fc { fastcgi_pass %F%; } location /lim { limit_except GET { deny all; } proxy_pass http://%E%; }
  location /rewr { internal; rewrite ^/rewr/(.*) /f/$1; } location /auth { auth_basic r; auth_basic_user_file htpasswd; proxy_pass http://%E%; } location /prot { internal; auth_basic r; auth_basic_user_file htpasswd; alias html/x.txt; }
 `,
    asks: [
      {
        send: 'GET /app',
        answer: {
          headers: [
            ['X-Accel-Redirect', '/f/x.txt'],
            ['Content-Type', 'a/b'],
            ['Content-Length', '0'],
            ['ETag', '"app"'],
            ['Last-Modified', 'Thu, 01 Jan 2026 00:00:00 GMT'],
            ['Cache-Control', 'private'],
            ['Expires', '0'],
          ],
          endless: true,
          body: '',
        },
      },
      { send: 'GET /app', answer: { headers: [['X-Accel-Redirect', '/px?q=1']] }, answer2: { headers: [['X-From', 'two']] } },
      { send: 'POST /app', body: 'abc', answer: { headers: [['X-Accel-Redirect', '/px']] }, answer2: {} },
      { send: 'GET /app', answer: { headers: [['X-Accel-Redirect', '/rewr/x.txt']] } },
      { send: 'GET /app', answer: { headers: [['X-Accel-Redirect', '/prot']] } },
      { send: 'GET /app', answer: { headers: [['X-Accel-Redirect', '@n']] } },
      { send: 'GET /app', answer: { headers: [['X-Accel-Redirect', '@none']] } },
      { send: 'GET /app', answer: { headers: [['X-Accel-Redirect', 'f/x.txt']] } },
      { send: 'GET /app', answer: { headers: [['X-Accel-Redirect', '/f/%78.txt']] } },
      { send: 'GET /app', answer: { headers: [['X-Accel-Redirect', '/f/../../x']] } },
      { send: 'GET /app | Range: bytes=0-3', answer: { headers: [['X-Accel-Redirect', '/f/x.txt']] } },
      { send: 'GET /app | If-None-Match: *', answer: { headers: [['X-Accel-Redirect', '/f/x.txt']] } },
      { send: 'GET /app', answer: { status: 206, headers: [['X-Accel-Redirect', '/f/x.txt']] } },
      {
        send: 'GET /app',
        answer: {
          status: 500,
          headers: [
            ['X-Accel-Redirect', '/f/x.txt'],
            ['Set-Cookie', 'a=1'],
            ['Set-Cookie', 'b=2'],
          ],
        },
      },
      { send: 'GET /u', answer: { headers: [['X-Accel-Redirect', '/f/x.txt']] } },
      {
        send: 'GET /fc',
        answer: {
          headers: [
            ['X-Accel-Redirect', '/f/x.txt'],
            ['X-Accel-Charset', 'utf-8'],
          ],
        },
      },
      { send: 'GET /int', answer: { status: 404 } },
      { send: 'GET /int', answer: { status: 500 } },
      { send: 'GET /int', answer: { status: 403 } },
      { send: 'POST /int', body: 'x', answer: { status: 404 } },
      { send: 'HEAD /int', answer: { status: 404 } },
      'GET /f/x.txt',
      'POST /lim',
      'GET /auth',
      'GET /auth | Authorization: Basic dXNlcjpzZWNyZXQ=',
    ],
  },
  {
    name: 'caches',
    cache: 'z',
    http: `proxy_cache_path %DIR%/c keys_zone=z:1m; fastcgi_cache_path %DIR%/f keys_zone=zf:1m; uwsgi_cache_path %DIR%/u keys_zone=zu:1m; scgi_cache_path %DIR%/s keys_zone=zs:1m; server { listen 127.0.0.1:%PORT%; add_header X-C $upstream_cache_status always; 
   location /a { proxy_cache z; proxy_cache_valid 1s; proxy_cache_revalidate on; proxy_pass http://%E%; } location /b { proxy_cache z; proxy_cache_valid 200 1s; proxy_cache_use_stale http_500 updating; proxy_pass http://%E%; } location /g { gzip on; gzip_types *; gzip_min_length 1; proxy_cache z; proxy_cache_valid 1m; proxy_pass http://%E%; } location /ie { proxy_cache z; proxy_cache_valid any 1m; proxy_intercept_errors on; error_page 404 /nf; proxy_pass http://%E%; } location /nf { return 200 nf; } location /u { uwsgi_cache zu; uwsgi_cache_key u$uri; uwsgi_cache_valid 1m; uwsgi_pass %U%; } location /ur { uwsgi_cache zu; uwsgi_cache_key u$uri; uwsgi_cache_valid 1s; uwsgi_cache_revalidate on; uwsgi_pass %U%; } location /s { scgi_cache zs; scgi_cache_key s$uri; scgi_cache_valid 1m; scgi_pass %S%; } location /h { proxy_cache z; proxy_cache_valid 1m; proxy_hide_header X-Q; expires 1h; proxy_pass http://%E%; } location /nb { proxy_cache z; proxy_cache_valid 1m; proxy_buffering off; proxy_pass http://%E%; } location /mx { proxy_cache z; proxy_cache_valid 1m; proxy_pass http://%E%; } }`,
    asks: [
      {
        send: 'GET /a',
        answer: {
          headers: [
            ['ETag', '"x"'],
            ['Last-Modified', 'Thu, 01 Jan 2026 00:00:00 GMT'],
          ],
        },
      },
      { send: 'GET /a', answer: {} },
      { send: 'GET /a', wait: 2100, answer: { status: 304, headers: [['ETag', '"x"']] } },
      { send: 'GET /a | If-None-Match: "x"', answer: {} },
      {
        send: 'GET /ur',
        answer: {
          headers: [
            ['ETag', '"x"'],
            ['Last-Modified', 'Thu, 01 Jan 2026 00:00:00 GMT'],
          ],
        },
      },
      { send: 'GET /ur', wait: 2100, answer: { status: 304, headers: [['ETag', '"x"']] } },
      { send: 'GET /b', answer: { headers: [['X-V', '1']] } },
      { send: 'GET /b', wait: 2100, answer: { status: 500, headers: [['X-V', '1']] } },
      { send: 'GET /b', answer: { headers: [['X-V', '1']] } },
      {
        send: 'GET /g',
        answer: {
          headers: [
            ['Content-Type', 'text/plain'],
            ['ETag', '"g"'],
          ],
          body: 'x'.repeat(50),
        },
      },
      { send: 'GET /g | Accept-Encoding: gzip', answer: {} },
      { send: 'GET /g', answer: {} },
      { send: 'GET /ie', answer: { status: 404 } },
      { send: 'GET /ie', answer: { status: 200 } },
      { send: 'GET /ie5', answer: { status: 500 } },
      { send: 'GET /ie5', answer: { status: 200 } },
      { send: 'GET /u', answer: { headers: [['X-A', '1']] } },
      { send: 'GET /u', answer: {} },
      { send: 'GET /s', answer: { headers: [['X-A', '1']] } },
      { send: 'GET /s', answer: {} },
      {
        send: 'GET /h',
        answer: {
          headers: [
            ['X-Q', '1'],
            ['X-R', '2'],
            ['Date', 'Thu, 01 Jan 2026 00:00:00 GMT'],
            ['Connection', 'close'],
            ['Server', 'up'],
          ],
        },
      },
      { send: 'GET /h', answer: {} },
      { send: 'HEAD /h', answer: {} },
      { send: 'GET /h | Range: bytes=0-0', answer: {} },
      { send: 'GET /nb', answer: {} },
      { send: 'GET /nb', answer: {} },
      ...(
        [
          ['Cache-Control', 'max-age=60'],
          ['Cache-Control', 's-maxage=0, max-age=60'],
          ['Cache-Control', 'max-age=0'],
          ['Cache-Control', 'no-store'],
          ['Cache-Control', 'max-age=60, private'],
          ['Expires', 'Thu, 01 Jan 2037 00:00:00 GMT'],
          ['Expires', '0'],
          ['X-Accel-Expires', '5'],
          ['X-Accel-Expires', '@1'],
          ['Vary', 'Accept-Encoding'],
          ['Pragma', 'no-cache'],
        ] as readonly (readonly [string, string])[]
      ).flatMap(([n, v], i): AreaAsk[] => [
        { send: `GET /mx${i}`, answer: { headers: [[n, v]] } },
        { send: `GET /mx${i}`, answer: { headers: [[n, v]] } },
      ]),
      { send: 'GET /mxr | Range: bytes=0-1', answer: { body: '0123456789' } },
      { send: 'GET /mxr | Range: bytes=0-1', answer: {} },
      { send: 'GET /mxa | Authorization: Basic eA==', answer: {} },
      { send: 'GET /mxa', answer: {} },
      { send: 'POST /mxa', answer: {} },
      { send: 'OPTIONS /mxa', answer: {} },
    ],
  },
];
