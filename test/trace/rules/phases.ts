/** Section 5: the order of the phases, access, limits, the client's address. */
import { chapter, only, row, since, until } from '../rows.ts';

const ZONES = 'limit_req_zone $arg_k zone=q:1m rate=1r/s;\nlimit_conn_zone $arg_k zone=c:1m;\n';
const NO_HISTORY = 'a test has no requests before it';

export const PHASES = chapter(
  'Phases, access, limits',
  row(
    'return goes before access, credentials and try_files',
    'auth_basic x; auth_basic_user_file users; deny all; location / { return 200 ok; } location /t { try_files /none =404; return 200 ok; } location /a { root /srv/nginx/www; }',
    ['GET /', '200 ok'],
    ['GET /t', '200 ok'],
    ['GET /a', '403'],
  ),
  row(
    'server rewrite, location, rewrite, access, try_files, content',
    'set $v s; location / { set $v "${v}l"; allow all; try_files /none @n; } location @n { return 200 "${v}n"; }',
    ['GET /', '200 sln'],
  ),
  row(
    'allow and deny: the first rule that fits, none allows',
    'root /srv/nginx/www; location /b.txt { deny 127.0.0.2; allow 127.0.0.0/8; deny all; } location /a.html { deny 127.0.0.1; allow all; } location /app.js { deny 10.0.0.0/8; }',
    ['GET /b.txt', 'file www/b.txt'],
    ['GET /a.html', '403'],
    ['GET /app.js', 'file www/app.js'],
    ['GET /b.txt', '403', { clientAddress: '10.1.1.1', only: 'another client' }],
    ['GET /app.js', '403', { clientAddress: '10.1.1.1', only: 'another client' }],
    ['GET /b.txt', '403', { clientAddress: '2001:db8::1', only: 'another client' }],
    ['GET /app.js', '403', { clientAddress: '::ffff:10.0.0.1', only: 'another client' }],
  ),
  row(
    'rules of a level replace those of the outer one',
    'deny all; root /srv/nginx/www; location /b.txt { allow 127.0.0.1; } location /a.html { }',
    ['GET /b.txt', 'file www/b.txt'],
    ['GET /a.html', '403'],
  ),
  row(
    'auth_basic: 401 with the realm, 403 without the file',
    'root /srv/nginx/www; auth_basic "the realm"; auth_basic_user_file users; location /a.html { auth_basic_user_file none; } location /app.js { auth_basic off; }',
    ['GET /b.txt', { status: 401, gets: { 'www-authenticate': 'Basic realm="the realm"' } }],
    ['GET /b.txt | Authorization: Basic dTpw', 'file www/b.txt'],
    ['GET /b.txt | Authorization: Basic dTp4', { status: 401, gets: { 'www-authenticate': 'Basic realm="the realm"' } }],
    ['GET /b.txt | Authorization: Basic bm86cA==', '401'],
    ['GET /b.txt | Authorization: Bearer x', '401'],
    ['GET /a.html | Authorization: Basic dTpw', '403'],
    ['GET /a.html', '401'],
    ['GET /app.js', 'file www/app.js'],
  ),
  row(
    '$remote_user is what the header says, also where nothing is checked',
    'location / { return 200 "$remote_user"; }',
    ['GET / | Authorization: Basic dTpw', '200 u'],
    ['GET /', '200 '],
  ),
  row(
    'satisfy any: one that allows is enough, 401 goes before 403',
    'root /srv/nginx/www; satisfy any; auth_basic r; auth_basic_user_file users; location /b.txt { deny all; } location /a.html { allow 127.0.0.1; deny all; } location /app.js { }',
    ['GET /b.txt', { status: 401, gets: { 'www-authenticate': 'Basic realm="r"' } }],
    ['GET /b.txt | Authorization: Basic dTpw', 'file www/b.txt'],
    ['GET /a.html', 'file www/a.html'],
    ['GET /app.js', '401'],
  ),
  row('satisfy any with rules alone: 403', 'root /srv/nginx/www; satisfy any; location /b.txt { deny all; }', ['GET /b.txt', '403']),
  row(
    'satisfy all: every handler must allow',
    'root /srv/nginx/www; auth_basic r; auth_basic_user_file users; location /b.txt { deny all; } location /a.html { allow all; }',
    ['GET /b.txt | Authorization: Basic dTpw', '403'],
    ['GET /a.html', '401'],
    ['GET /a.html | Authorization: Basic dTpw', 'file www/a.html'],
  ),
  row(
    'auth_request: 2xx allows, 401 and 403 deny, anything else is 500',
    'root /srv/nginx/www; location /b.txt { auth_request /ok; } location /a.html { auth_request /no; } location /app.js { auth_request /who; } location /50x.html { auth_request /odd; } location /ok { return 204; } location /no { return 403; } location /who { return 401; } location /odd { return 404; }',
    ['GET /b.txt', 'file www/b.txt'],
    ['GET /a.html', '403'],
    ['GET /app.js', '401'],
    ['GET /50x.html', '500'],
  ),
  row(
    'auth_request_set of $args sets what a backend is asked',
    'location / { auth_request /auth; auth_request_set $args "who=$upstream_status"; proxy_pass http://127.0.0.1:9001; } location = /auth { internal; proxy_pass http://127.0.0.1:9001/check; }',
    ['GET /a%20b?x=1', { up: '/a%20b?who=200' }, { answer: {}, assume: { auth_request: '200' } }],
  ),
  row(
    'auth_request_set',
    'location / { auth_request /auth; auth_request_set $who $upstream_http_x_user; auth_request_set $s $upstream_status; proxy_set_header X-Who $who; proxy_set_header X-S $s; proxy_pass http://127.0.0.1:9001; } location = /auth { internal; proxy_pass http://127.0.0.1:9001/check; }',
    [
      'GET /',
      { status: 200, up: '/', sent: { 'x-who': 'bob', 'x-s': '200' } },
      { answer: { headers: [['X-User', 'bob']] }, assume: { auth_request: '200', 'auth_request:x_user': 'bob' } },
    ],
    [
      'GET /',
      { status: 401, gets: { 'www-authenticate': 'Basic realm="up"' } },
      {
        answer: { status: 401, headers: [['WWW-Authenticate', 'Basic realm="up"']] },
        assume: { auth_request: '401', 'auth_request:www_authenticate': 'Basic realm="up"' },
      },
    ],
  ),
  row(
    'limits on requests pass the first one',
    `${ZONES}server { listen 127.0.0.1:8080; limit_req zone=q burst=2 nodelay; location / { proxy_pass http://127.0.0.1:9001; } location /r { return 200 ok; } }`,
    ['GET /', '=> /'],
    ['GET /?k=1', '=> /?k=1'],
    ['GET /r?k=1', '200 ok'],
  ),
  only(
    NO_HISTORY,
    row(
      'a request over a limit: limit_req_status, limit_conn_status; an empty key is not limited',
      `${ZONES}server { listen 8080; limit_req zone=q burst=2; limit_conn c 3; root /srv/nginx/www; location /b.txt { limit_req_status 429; } location /a.html { limit_req_dry_run on; } location /app.js { limit_conn_status 430; } }`,
      ['GET /b.txt?k=1', '429', { assume: { 'limit_req:q': 'over' } }],
      ['GET /dir/?k=1', '503', { assume: { 'limit_req:q': 'over' } }],
      ['GET /a.html?k=1', 'file www/a.html', { assume: { 'limit_req:q': 'over' } }],
      ['GET /app.js?k=1', '430', { assume: { 'limit_conn:c': 'over' } }],
      ['GET /b.txt', 'file www/b.txt', { assume: { 'limit_req:q': 'over', 'limit_conn:c': 'over' } }],
    ),
  ),
  row(
    'realip: the address of a trusted peer is replaced by the last one',
    'set_real_ip_from 127.0.0.0/8; real_ip_header X-Forwarded-For; return 200 "$remote_addr $realip_remote_addr";',
    ['GET / | X-Forwarded-For: 1.2.3.4', '200 127.0.0.1 127.0.0.1'.replace('127.0.0.1 127', '1.2.3.4 127')],
    ['GET / | X-Forwarded-For: 1.2.3.4, 5.6.7.8', '200 5.6.7.8 127.0.0.1'],
    ['GET / | X-Forwarded-For: 1.2.3.4 | X-Forwarded-For: 5.6.7.8', '200 5.6.7.8 127.0.0.1'],
    ['GET / | X-Forwarded-For: x', '200 127.0.0.1 127.0.0.1'],
    ['GET / | X-Real-IP: 9.9.9.9', '200 127.0.0.1 127.0.0.1'],
    ['GET /', '200 127.0.0.1 127.0.0.1'],
    ['GET / | X-Forwarded-For: 1.2.3.4', '200 10.0.0.1 10.0.0.1', { clientAddress: '10.0.0.1', only: 'another client' }],
    ['GET / | X-Forwarded-For: [2001:db8::1]:99', '200 2001:db8::1 127.0.0.1'],
    ['GET / | X-Forwarded-For: 1.2.3.4:99', '200 1.2.3.4 127.0.0.1'],
  ),
  since(
    '1.27.3',
    row(
      'realip and geo read an IPv6 address in brackets without a port',
      'geo $g { proxy 127.0.0.1; default d; 2001:db8::/32 doc; }\nserver { listen 8080; set_real_ip_from 127.0.0.1; real_ip_header X-Real-IP; return 200 "$remote_addr<$remote_port>$g"; }',
      ['GET / | X-Real-IP: [2001:db8::1]', '200 2001:db8::1<>doc'],
      [
        'GET / | X-Forwarded-For: [2001:db8::1]',
        { status: 200, body: '127.0.0.1<50000>doc' },
        { only: 'the port of the client is its own' },
      ],
    ),
  ),
  until(
    '1.27.3',
    row(
      'an IPv6 address in brackets without a port is none',
      'geo $g { proxy 127.0.0.1; default d; 2001:db8::/32 doc; }\nserver { listen 8080; set_real_ip_from 127.0.0.1; real_ip_header X-Real-IP; return 200 "$remote_addr $g"; }',
      ['GET / | X-Real-IP: [2001:db8::1]', '200 127.0.0.1 d'],
      ['GET / | X-Forwarded-For: [2001:db8::1]', '200 127.0.0.1 d'],
      ['GET / | X-Forwarded-For: [2001:db8::1]:9', '200 127.0.0.1 doc'],
    ),
  ),
  row(
    'real_ip_recursive: the last one that is not trusted',
    'set_real_ip_from 127.0.0.1; set_real_ip_from 10.0.0.0/8; real_ip_header X-Forwarded-For; real_ip_recursive on; return 200 "$remote_addr";',
    ['GET / | X-Forwarded-For: 1.2.3.4, 5.6.7.8, 10.0.0.1', '200 5.6.7.8'],
    ['GET / | X-Forwarded-For: 10.0.0.2, 10.0.0.1', '200 10.0.0.2'],
    ['GET / | X-Forwarded-For: 1.1.1.1, x, 10.0.0.1', '200 10.0.0.1'],
  ),
  row('real_ip_header is X-Real-IP', 'set_real_ip_from 127.0.0.1; return 200 "$remote_addr";', [
    'GET / | X-Real-IP: 9.9.9.9 | X-Forwarded-For: 1.2.3.4',
    '200 9.9.9.9',
  ]),
  row(
    'realip in a location comes before access',
    'root /srv/nginx/www; location /b.txt { set_real_ip_from 127.0.0.1; allow 9.9.9.9; deny all; }',
    ['GET /b.txt | X-Real-IP: 9.9.9.9', 'file www/b.txt'],
    ['GET /b.txt', '403'],
  ),
  row(
    'mirror: the request is copied, its own way is not changed',
    'location / { mirror /m; proxy_pass http://127.0.0.1:9001; } location = /m { internal; return 204; }',
    ['GET /x', '=> /x'],
  ),
);
