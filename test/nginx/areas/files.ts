/** What the disk decides, and links and cookies that nginx makes itself. */
const T = 1767225600; // 2026-01-01

import crypto from 'node:crypto';
import type { Area } from './area.ts';

const digest = (text: string): crypto.Hash => crypto.createHash('md5').update(text);
/** as secure_link has it */
const md5 = (text: string): string => digest(text).digest('base64url');
const hex = (text: string): string => digest(text).digest('hex');

export const AREAS: readonly Area[] = [
  {
    name: 'notmod',
    files: { 'html/f.txt': '0123456789', 'html/g.html': '<p>hello world, this is a page of more than twenty bytes</p>' },
    modified: { 'html/f.txt': T, 'html/g.html': T },
    http: `
  location / { } location /off { alias html/f.txt; if_modified_since off; } location /before { alias html/f.txt; if_modified_since before; } location /noetag { alias html/f.txt; etag off; }
  location /gz { alias html/g.html; gzip on; gzip_min_length 1; default_type text/html; } location /exp { alias html/f.txt; expires modified 1h; }
  location /ah { alias html/f.txt; add_header Last-Modified "Fri, 02 Jan 2026 00:00:00 GMT"; add_header ETag '"mine"'; }
  location /ah2 { alias html/f.txt; add_header Last-Modified ""; } location /mr { alias html/f.txt; max_ranges 1; } location /mr0 { alias html/f.txt; max_ranges 0; }
 `,
    asks: [
      'GET /f.txt',
      'HEAD /f.txt',
      'GET /f.txt | If-Modified-Since: Thu, 01 Jan 2026 00:00:00 GMT',
      'GET /f.txt | If-Modified-Since: Fri, 02 Jan 2026 00:00:00 GMT',
      'GET /before | If-Modified-Since: Fri, 02 Jan 2026 00:00:00 GMT',
      'GET /off | If-Modified-Since: Thu, 01 Jan 2026 00:00:00 GMT',
      'GET /f.txt | If-None-Match: "6955b900-a"',
      'GET /f.txt | If-None-Match: W/"6955b900-a"',
      'GET /f.txt | If-None-Match: "x", "6955b900-a"',
      'GET /f.txt | If-None-Match: *',
      'GET /noetag | If-None-Match: *',
      'GET /noetag | If-None-Match: "6955b900-a"',
      'GET /f.txt | If-Match: "6955b900-a"',
      'GET /f.txt | If-Match: W/"6955b900-a"',
      'GET /f.txt | If-Match: "no"',
      'GET /f.txt | If-Unmodified-Since: Thu, 01 Jan 2026 00:00:00 GMT',
      'GET /f.txt | If-Unmodified-Since: Wed, 31 Dec 2025 00:00:00 GMT',
      'GET /f.txt | Range: bytes=0-3',
      'GET /f.txt | Range: bytes=5-',
      'GET /f.txt | Range: bytes=-3',
      'GET /f.txt | Range: bytes=20-',
      'GET /f.txt | Range: bytes=0-1,3-4',
      'GET /f.txt | Range: bytes=0-3 | If-Range: "6955b900-a"',
      'GET /f.txt | Range: bytes=0-3 | If-Range: "x"',
      'GET /f.txt | Range: bytes=0-3 | If-Range: Thu, 01 Jan 2026 00:00:00 GMT',
      'GET /f.txt | Range: bytes=0-3 | If-Range: Fri, 02 Jan 2026 00:00:00 GMT',
      'GET /gz | Accept-Encoding: gzip',
      'GET /gz | Accept-Encoding: gzip | If-None-Match: W/"6955b900-3c"',
      'GET /exp',
      'GET /ah',
      'GET /ah | If-None-Match: "mine"',
      'GET /ah2 | If-Modified-Since: Thu, 01 Jan 2026 00:00:00 GMT',
      'GET /mr | Range: bytes=0-1,3-4',
      'GET /mr0 | Range: bytes=0-1',
      'GET /f.txt | If-Modified-Since: junk',
      'GET /f.txt | If-None-Match: "no" | If-Modified-Since: Thu, 01 Jan 2026 00:00:00 GMT',
      'GET /f.txt | Range: bytes=0-1 | If-Unmodified-Since: junk',
      'GET /none.txt | If-Match: x',
    ],
  },
  {
    name: 'auth',
    files: {
      users:
        'plain:{PLAIN}p\nsha:{SHA}W6ph5Mm5Pz8GgiULbPgzG37mj9g=\nssha:{SSHA}mBMKg9Ki/o5pU1Jgkz1ZBvNBd7BzYWx0\napr:$apr1$rVyio1Wt$TJHQzMjvVSG3pcYYjhEZV1\n#com:{PLAIN}x\nextra:{PLAIN}q:comment\n',
    },
    http: `
  auth_basic "r $arg_r"; auth_basic_user_file users; location / { return 200 "$remote_user"; } location /f { } location /off { auth_basic off; } location /nof { auth_basic_user_file none; } location /v { auth_basic $arg_b; }
 `,
    asks: [
      'plain:p',
      'plain:x',
      'sha:password',
      'sha:x',
      'ssha:x',
      'apr:myPassword',
      'apr:no',
      'com:x',
      '#com:x',
      'extra:q',
      'extra:q:comment',
      'nouser:x',
      ':x',
      'plain',
    ]
      .map((c) => `GET /f?r=R | Authorization: Basic ${Buffer.from(c).toString('base64')}`)
      .concat([
        'GET /f',
        'GET /off',
        'GET /nof | Authorization: Basic cGxhaW46cA==',
        'GET /v',
        'GET /v?b=off',
        'GET /v?b=x',
        'GET /',
        'GET / | Authorization: basic  cGxhaW46cA==',
        'GET / | Authorization: Basic !!!',
      ]),
  },
  {
    name: 'dav',
    files: { 'html/a.txt': 'a', 'html/d/x': 'x' },
    folders: ['html/e', 'html/e/sub'],
    http: `dav_methods PUT DELETE MKCOL COPY MOVE; create_full_put_path on; dav_access user:rw;
  location / { } location /nof/ { alias html/; create_full_put_path off; } location /min/ { alias html/; min_delete_depth 2; } location /none/ { dav_methods off; }
 `,
    asks: [
      { send: 'PUT /n.txt', body: 'abc' },
      { send: 'PUT /n.txt', body: 'abcd' },
      { send: 'PUT /q/r/s.txt', body: 'x' },
      { send: 'PUT /nof/zz/r.txt', body: 'x' },
      { send: 'PUT /e/', body: 'x' },
      { send: 'PUT /e', body: 'x' },
      { send: 'PUT /m.txt | Date: Thu, 01 Jan 2026 00:00:00 GMT', body: 'x' },
      { send: 'PUT /m.txt | Content-Range: bytes 0-1/2', body: 'xx' },
      'PUT /zero',
      'DELETE /a.txt',
      'DELETE /a.txt',
      'DELETE /d',
      'DELETE /d/',
      'DELETE /zz',
      'DELETE /zz/',
      'MKCOL /mk',
      'MKCOL /mk/',
      'MKCOL /mk/',
      'MKCOL /x/y/z/',
      'MKCOL /e/',
      'COPY /n.txt',
      'COPY /n.txt | Destination: /c.txt',
      'COPY /n.txt | Destination: http://a.test/c.txt',
      'COPY /n.txt | Destination: http://a.test/c.txt | Overwrite: F',
      'COPY /n.txt | Destination: http://other/c.txt',
      'COPY /n.txt | Destination: c.txt',
      'COPY /n.txt | Destination: /e',
      'COPY /e/ | Destination: /e2/',
      'COPY /e/ | Destination: /e2',
      'COPY /e | Destination: /e5',
      'MOVE /e | Destination: /e5',
      'COPY /nothing | Destination: /e3',
      'MOVE /c.txt | Destination: /c2.txt',
      'MOVE /c.txt | Destination: /c3.txt',
      'MOVE /e2/ | Destination: /e4/',
      'MOVE /c2.txt | Destination: /no/dir/x',
      'DELETE /min/c2.txt',
      'DELETE /c2.txt | Depth: 0',
      'DELETE /c2.txt | Depth: 1',
      'DELETE /e/ | Depth: 0',
      'DELETE /e/ | Depth: infinity',
      { send: 'DELETE /n.txt', body: 'x' },
      'COPY /n.txt | Destination: /n.txt',
      'PUT /none/x',
      'COPY /m.txt | Destination: /c9.txt | Depth: 1',
      'COPY /m.txt | Destination: /c9.txt | Overwrite: X',
      'GET /n.txt',
      'PROPFIND /',
      { send: 'MKCOL /mk3/', body: 'abc' },
    ],
  },
  {
    name: 'userid',
    reads: { uid: /^Set-Cookie: u=([^;]+)/ },
    http: `userid on; userid_name u; userid_domain x.test; userid_path /p; userid_expires 1d; userid_p3p "policyref=x"; location / { return 200 "$uid_got|$uid_set"; } location /log { userid log; return 200 "$uid_got|$uid_set"; } location /v1 { userid v1; return 200 x; } location /off { userid off; return 200; } location /max { userid_expires max; userid_flags secure httponly samesite=lax; return 200; } location /mark { userid_mark A; return 200 "$uid_got|$uid_set"; }
 `,
    asks: [
      'GET /',
      'GET / | Cookie: u=fwAAAWV1VFoAAAAAAwMDAw==',
      'GET / | Cookie: u=junk',
      'GET /log',
      'GET /log | Cookie: u=fwAAAWV1VFoAAAAAAwMDAw==',
      'GET /v1',
      'GET /off',
      'GET /max',
      'GET /mark | Cookie: u=fwAAAWV1VFoAAAAAAwMDAw==',
    ],
  },
  {
    name: 'slice',
    files: { 'html/s.txt': '0123456789abcdef' },
    http: `location / { slice 4; } location /p { slice 4; proxy_pass http://%E%; proxy_set_header Range $slice_range; add_header X-R $slice_range; } location /p2 { slice 4; proxy_pass http://%E%; }`,
    asks: [
      'GET /s.txt',
      'GET /s.txt | Range: bytes=5-9',
      {
        send: 'GET /p',
        answer: {
          status: 206,
          body: '0123',
          headers: [
            ['Content-Range', 'bytes 0-3/4'],
            ['ETag', '"x"'],
          ],
        },
      },
      { send: 'GET /p', answer: { status: 200, body: '0123' } },
      { send: 'GET /p', answer: { status: 206, body: '0123', headers: [['Content-Range', 'bytes 4-7/8']] } },
      {
        send: 'GET /p | Range: bytes=1-2',
        answer: {
          status: 206,
          body: '0123',
          headers: [
            ['Content-Range', 'bytes 0-3/4'],
            ['ETag', '"x"'],
          ],
        },
      },
      { send: 'GET /p2', answer: {} },
      { send: 'GET /p', answer: { status: 404 } },
    ],
  },
  {
    name: 'securelink',
    http: `location /s { secure_link $arg_md5,$arg_e; secure_link_md5 "$secure_link_expires$uri sec"; return 200 "[$secure_link|$secure_link_expires]"; } location /n { secure_link $arg_md5; secure_link_md5 "x$uri"; if ($secure_link = "") { return 403; } if ($secure_link = 0) { return 410; } return 200 ok; } location /p/ { secure_link_secret word; return 200 "[$secure_link]"; }`,
    asks: [
      `GET /s?md5=${md5('9999999999/s sec')}&e=9999999999`,
      `GET /s?md5=${md5('1000/s sec')}&e=1000`,
      'GET /s?md5=x&e=1',
      'GET /s',
      `GET /s?md5=${md5('/s sec')}`,
      `GET /n?md5=${md5('x/n')}`,
      'GET /n?md5=junkjunkjunkjunkjunkjj',
      'GET /p/aaaa/file',
      'GET /p/' + hex('link.htmlword') + '/link.html',
      'GET /p/x',
      'GET /p/' + hex('a/bword') + '/a/b?x',
    ],
  },
  {
    name: 'several ranges of a file, and links with a secret further out',
    files: { 'www/r.html': 'X'.repeat(90) + 'Y'.repeat(10), 'www/r.bin': 'Z'.repeat(50) },
    modified: { 'www/r.html': 1_700_000_000, 'www/r.bin': 1_700_000_000 },
    http: `root www; location /c/ { alias www/; charset utf-8; } location /two/ { alias www/; max_ranges 2; }
        location /o/ { secure_link_secret word; location /o/md5 { secure_link $arg_h; secure_link_md5 word; return 200 "[$secure_link]"; } location /o/in/ { return 200 "[$secure_link]"; } }`,
    reads: { boundary: /boundary=(\d{20})/ },
    asks: [
      ...['/r.html', '/c/r.html', '/two/r.html', '/r.bin'].flatMap((p) =>
        ['0-9, 90-', '-5, 0-0, 3-4', '0-1, 1000-, 2-3', '0-1,0-1'].map((r) => `GET ${p} | Range: bytes=${r}`),
      ),
      'GET /o/md5?h=xH0YcGfGz5UyRfEotf3mKg',
      'GET /o/md5?h=bad',
      'GET /o/md5',
      'GET /o/in/0123456789abcdef0123456789abcdef/x',
    ],
  },
];
