/** Section 10.6: what a cache does. Every path is asked once, so that nothing of it is kept yet. */
import { chapter, only, row, since, until } from '../rows.ts';

const PASS = 'proxy_pass http://127.0.0.1:9001;';
const cached = (text: string): string =>
  `proxy_cache_path /srv/nginx/cache keys_zone=z:1m;\nmap $arg_zone $zone { default z; none off; }\nserver { listen 127.0.0.1:8080; server_name a; proxy_cache z; add_header X-Cache $upstream_cache_status always; ${text} }`;
const from = (status: number, ...headers: [string, string][]): { answer: { status: number; headers: [string, string][] } } => ({
  answer: { status, headers },
});

export const CACHE = chapter(
  'Caching',
  row(
    'a lifetime from *_cache_valid: by status, any, without codes 200, 301, 302',
    cached(
      `location /s { proxy_cache_valid 200 5m; ${PASS} } location /d { proxy_cache_valid 1h; ${PASS} } location /y { proxy_cache_valid any 1m; ${PASS} } location /n { ${PASS} } location /z { proxy_cache_valid 200 0; ${PASS} }`,
    ),
    ['GET /s1', { gets: { 'x-cache': 'MISS' }, stored: true, valid: 300 }, from(200)],
    ['GET /s2', { stored: false }, from(404)],
    ['GET /d1', { stored: true, valid: 3600 }, from(302, ['Location', '/'])],
    ['GET /d2', { stored: false }, from(404)],
    ['GET /y1', { stored: true, valid: 60 }, from(404)],
    ['GET /n1', { stored: false, valid: null }, from(200)],
    ['GET /z1', { stored: false }, from(200)],
  ),
  row(
    'a lifetime from the answer: X-Accel-Expires, s-maxage, max-age, Expires',
    cached(`proxy_cache_valid 10m; location / { ${PASS} }`),
    ['GET /1', { stored: true, valid: 60 }, from(200, ['X-Accel-Expires', '60'], ['Cache-Control', 'max-age=100'])],
    ['GET /2', { stored: true, valid: 30 }, from(200, ['Cache-Control', 'max-age=100, s-maxage=30'])],
    ['GET /3', { stored: true, valid: 100 }, from(200, ['Cache-Control', 'max-age=100'])],
    ['GET /4', { stored: true }, from(200, ['Expires', 'Thu, 31 Dec 2099 23:55:55 GMT'])],
    ['GET /5', { stored: false }, from(200, ['Expires', 'Thu, 01 Jan 2015 00:00:00 GMT'])],
    ['GET /6', { stored: false }, from(200, ['Expires', '0'])],
    ['GET /7', { stored: false }, from(200, ['X-Accel-Expires', '0'])],
    ['GET /8', { stored: false }, from(200, ['Cache-Control', 'max-age=0'])],
    ['GET /9', { stored: true, valid: 600 }, from(200, ['X-Accel-Expires', 'x'])],
    ['GET /10', { stored: true, valid: 100 }, from(404, ['Cache-Control', 'max-age=100'])],
  ),
  row(
    'what forbids it: Set-Cookie, Cache-Control, Vary: *',
    cached(
      `proxy_cache_valid 10m; location / { ${PASS} } location /i { proxy_ignore_headers Set-Cookie Cache-Control Vary Expires X-Accel-Expires; ${PASS} }`,
    ),
    ['GET /1', { stored: false }, from(200, ['Set-Cookie', 'a=1'])],
    ['GET /2', { stored: false }, from(200, ['Cache-Control', 'no-cache'])],
    ['GET /3', { stored: false }, from(200, ['Cache-Control', 'private, max-age=9'])],
    ['GET /4', { stored: false }, from(200, ['Cache-Control', 'No-Store'])],
    ['GET /5', { stored: false }, from(200, ['Vary', '*'])],
    ['GET /6', { stored: true }, from(200, ['Vary', 'Cookie'])],
    [
      'GET /i1',
      { stored: true, valid: 600 },
      from(200, ['Set-Cookie', 'a=1'], ['Cache-Control', 'no-store'], ['Vary', '*'], ['Expires', '0'], ['X-Accel-Expires', '0']),
    ],
    ['GET /7 | Authorization: Basic dTpw', { stored: true }, from(200)],
  ),
  since(
    '1.23.0',
    row(
      'X-Accel-Expires and Cache-Control go before what the other lines refuse, in any order',
      cached(`location / { ${PASS} }`),
      ['GET /1', { stored: true, valid: 60 }, from(200, ['Cache-Control', 'no-cache'], ['X-Accel-Expires', '60'])],
      ['GET /2', { stored: true, valid: 60 }, from(200, ['Expires', '0'], ['Cache-Control', 'max-age=60'])],
      ['GET /3', { stored: true, valid: 60 }, from(200, ['X-Accel-Expires', '60'], ['Cache-Control', 'no-cache'])],
    ),
  ),
  until(
    '1.23.0',
    row(
      'before 1.23.0 the order of the lines counts',
      cached(`location / { ${PASS} }`),
      ['GET /1', { stored: false }, from(200, ['Cache-Control', 'no-cache'], ['X-Accel-Expires', '60'])],
      ['GET /2', { stored: false }, from(200, ['Expires', '0'], ['Cache-Control', 'max-age=60'])],
      ['GET /3', { stored: true, valid: 60 }, from(200, ['X-Accel-Expires', '60'], ['Cache-Control', 'no-cache'])],
    ),
  ),
  row(
    'proxy_no_cache and proxy_cache_bypass',
    cached(
      `proxy_cache_valid 10m; location /n { proxy_no_cache $arg_n $cookie_n; ${PASS} } location /b { proxy_cache_bypass $http_pragma; ${PASS} }`,
    ),
    ['GET /n1', { stored: true }, from(200)],
    ['GET /n2?n=0', { stored: true }, from(200)],
    ['GET /n3?n=1', { stored: false }, from(200)],
    ['GET /n4 | Cookie: n=1', { stored: false }, from(200)],
    ['GET /b1 | Pragma: x', { gets: { 'x-cache': 'BYPASS' } }, from(200)],
    ['GET /b2', { gets: { 'x-cache': 'MISS' }, stored: true }, from(200)],
  ),
  row(
    'methods: GET and HEAD, and those of proxy_cache_methods; HEAD is fetched as GET',
    cached(
      `proxy_cache_valid 10m; location / { ${PASS} } location /p { proxy_cache_methods POST; proxy_cache_key $uri; ${PASS} } location /h { proxy_cache_convert_head off; ${PASS} } location /off { proxy_cache off; ${PASS} } location /v { proxy_cache $zone; ${PASS} }`,
    ),
    ['HEAD /1', { sent: { 'if-none-match': null }, gets: { 'x-cache': 'MISS' }, stored: true }, from(200)],
    ['POST /2', { gets: { 'x-cache': null }, stored: false }, from(200)],
    ['POST /p1', { gets: { 'x-cache': 'MISS' }, stored: true, key: '/p1' }, from(200)],
    ['GET /off', { gets: { 'x-cache': null }, stored: false }, from(200)],
    ['GET /v1', { gets: { 'x-cache': 'MISS' }, stored: true }, from(200)],
    ['GET /v2?zone=none', { gets: { 'x-cache': null }, stored: false }, from(200)],
  ),
  only(
    'the test reads methods only where the header lines are compared',
    row(
      'HEAD goes out as GET, unless proxy_cache_convert_head is off',
      cached(
        `location / { proxy_http_version 1.1; ${PASS} } location /h { proxy_http_version 1.1; proxy_cache_convert_head off; ${PASS} } location /off { proxy_http_version 1.1; proxy_cache off; ${PASS} }`,
      ),
      ['HEAD /1', { line: 'GET 1.1' }],
      ['HEAD /h1', { line: 'HEAD 1.1' }],
      ['HEAD /off', { line: 'HEAD 1.1' }],
    ),
  ),
  only(
    'the key stays inside nginx',
    row(
      'the key is the scheme, the host of proxy_pass and the URI as it is sent',
      cached(
        `location / { ${PASS} } location /a/ { proxy_pass http://127.0.0.1:9001/b/; } location /k { proxy_cache_key "$host$uri"; ${PASS} }`,
      ),
      ['GET /x%20y?q=1', { key: 'http://127.0.0.1:9001/x%20y?q=1' }],
      ['GET /a/x?q=1', { key: 'http://127.0.0.1:9001/b/x?q=1' }],
      ['GET /k/x%20y?q=1', { key: 'a/k/x y' }],
    ),
  ),
  row(
    'lines with conditions and ranges are not passed on while a cache is there',
    cached(`location / { ${PASS} } location /off { proxy_cache off; ${PASS} }`),
    [
      'GET /1 | If-None-Match: "x" | If-Modified-Since: Thu, 01 Jan 2015 00:00:00 GMT | If-Match: * | Range: bytes=0-1 | If-Range: "x" | If-Unmodified-Since: Thu, 01 Jan 2099 00:00:00 GMT',
      {
        sent: {
          'if-none-match': null,
          'if-modified-since': null,
          'if-match': null,
          range: null,
          'if-range': null,
          'if-unmodified-since': null,
        },
      },
    ],
    ['GET /off | If-None-Match: "x" | Range: bytes=0-1', { sent: { 'if-none-match': '"x"', range: 'bytes=0-1' } }],
  ),
  row(
    'conditions of the client are judged on an answer that may be kept',
    cached(`proxy_cache_valid 1m; location / { ${PASS} }`),
    ['GET /1 | If-None-Match: "x"', { status: 304, gets: { etag: '"x"' } }, from(200, ['ETag', '"x"'])],
    ['GET /2 | If-None-Match: "a", W/"x"', { status: 304 }, from(200, ['ETag', '"x"'])],
    ['GET /3 | If-None-Match: "y"', { status: 200 }, from(200, ['ETag', '"x"'])],
    ['GET /4 | If-None-Match: "x"', { status: 200 }, from(200, ['ETag', '"x"'], ['Set-Cookie', 'a=1'])],
    [
      'GET /5 | If-Modified-Since: Thu, 01 Jan 2015 00:00:00 GMT',
      { status: 304 },
      from(200, ['Last-Modified', 'Thu, 01 Jan 2015 00:00:00 GMT']),
    ],
    [
      'GET /6 | If-Modified-Since: Fri, 02 Jan 2015 00:00:00 GMT',
      { status: 200 },
      from(200, ['Last-Modified', 'Thu, 01 Jan 2015 00:00:00 GMT']),
    ],
    ['GET /7 | If-Match: "y"', { status: 412 }, from(200, ['ETag', '"x"'])],
    [
      'GET /8 | If-Unmodified-Since: Thu, 01 Jan 2015 00:00:00 GMT',
      { status: 412 },
      from(200, ['Last-Modified', 'Fri, 02 Jan 2015 00:00:00 GMT']),
    ],
  ),
  only(
    'needs two requests',
    row(
      'an answer from the cache asks no backend',
      cached(`location / { ${PASS} }`),
      ['GET /1', { status: 200, up: null, kind: 'proxy', gets: { 'x-cache': 'HIT' } }, { assume: { 'cache:z': 'HIT' } }],
      ['GET /1', { status: 200, up: '/1', gets: { 'x-cache': 'EXPIRED' } }, { assume: { 'cache:z': 'EXPIRED' } }],
    ),
  ),
  row(
    'uwsgi: the key must be given, conditions are hidden',
    'uwsgi_cache_path /srv/nginx/cache keys_zone=z:1m;\nserver { listen 127.0.0.1:8080; location / { uwsgi_cache z; uwsgi_cache_key $request_uri; uwsgi_cache_valid 1m; add_header X-Cache $upstream_cache_status; uwsgi_pass 127.0.0.1:9002; } }',
    [
      'GET /1 | If-None-Match: "x" | Range: bytes=0-1',
      { params: { HTTP_IF_NONE_MATCH: null, HTTP_RANGE: null }, gets: { 'x-cache': 'MISS' }, stored: true, key: '/1' },
      from(200),
    ],
  ),
);
