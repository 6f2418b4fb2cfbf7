/** What a location is there for decides how much a finding weighs: a warning for pages and their application, an information beside them. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { lintText } from '../harness/rules.ts';

const severities = async (rule: string, server: string): Promise<string[]> => {
  const text = `events {}\nhttp {\nserver {\n${server}\n}\n}\n`;
  return (await lintText(text)).findings.filter((f) => f.rule === rule).map((f) => f.severity);
};

const HEADERS =
  'listen 443 ssl;\nssl_certificate c.pem;\nssl_certificate_key k.pem;\nadd_header Strict-Transport-Security "max-age=31536000" always;\n';
const APP = 'proxy_pass http://127.0.0.1:3000;';
const TLS = 'listen 443 ssl;\nssl_certificate c.pem;\nssl_certificate_key k.pem;\n';

for (const [rule, weighty, light] of [
  [
    'proxy-host-missing',
    [
      `location /shop/ { ${APP} }`,
      `location /apiary/ { ${APP} }`,
      `location / { expires max; ${APP} }`,
      `location ~ \\.(php|css)$ { ${APP} }`,
      `${TLS}ssl_client_certificate ca.pem;\nssl_verify_client optional;\nlocation / { ${APP} }`,
    ],
    [
      `location /_next/static/ { ${APP} }`,
      `location ~* \\.(?:css|js|jpe?g|woff2?)$ { ${APP} }`,
      `location /theme/ { expires 30d; ${APP} }`,
      `location /theme/ { add_header Cache-Control "public, max-age=31536000, immutable"; ${APP} }`,
      `location /openapi.json { ${APP} }`,
      `location /api/ { ${APP} }`,
      `location /shop-api/v2 { ${APP} }`,
      `location ~ ^/(?:v1|v2)/ { ${APP} }`,
      `location /fetchApi/orders/ { ${APP} }`,
      `location = /graphql { ${APP} }`,
      `location /api/docs { ${APP} }`,
      `location /swagger-ui.html { ${APP} }`,
      `location /static/ { ${APP} }`,
      `location = /.well-known/jwks.json { ${APP} }`,
      // programs with certificates of their own ask, and no application is seen
      `${TLS}ssl_client_certificate ca.pem;\nssl_verify_client on;\nlocation / { ${APP} }`,
    ],
  ],
  [
    'forwarded-headers-missing',
    [
      `${TLS}proxy_set_header Host $host;\nlocation / { return 204; }\nlocation /hook { ${APP} }`,
      `${TLS}proxy_set_header Host $host;\nerror_page 404 = @again;\nlocation / { root /srv; }\nlocation @again { rewrite ^ /again break; ${APP} }`,
      `${TLS}proxy_set_header Host $host;\nlocation /api/ { ${APP} }`,
      `${TLS}proxy_set_header Host $host;\nlocation /docsearch/ { ${APP} }`,
    ],
    [
      // without TLS the client's address is all that is lost
      `proxy_set_header Host $host;\nlocation /api/ { ${APP} }`,
      `location /charts/ { proxy_set_header Host $host; proxy_pass http://127.0.0.1:3001; }\nlocation / { proxy_set_header X-Forwarded-For $remote_addr; proxy_set_header X-Forwarded-Proto $scheme; ${APP} }`,
      `proxy_set_header Host $host;\nlocation / { return 301 https://$host$request_uri; }\nlocation /hook { ${APP} }`,
      `proxy_set_header Host $host;\nerror_page 404 = @page;\nlocation / { root /srv; }\nlocation @page { rewrite ^ /index.html break; ${APP} }`,
      `proxy_set_header Host $host;\nlocation /uploads/ { ${APP} }`,
      `proxy_set_header Host $host;\nlocation ~ ^/api-docs\\.json$ { ${APP} }`,
      `proxy_set_header Host $host;\nlocation /docs { ${APP} }`,
      `proxy_set_header Host $host;\nlocation = /logo.svg { ${APP} }`,
    ],
  ],
  [
    'header-inheritance-lost',
    [
      `${HEADERS}root /srv;\nlocation ~ \\.(html|js)$ { add_header Cache-Control public; }`,
      `${HEADERS}root /srv;\nlocation /media/ { add_header Cache-Control public; }`,
      `${HEADERS}root /srv;\nlocation / { add_header Cache-Control public; }`,
      `add_header Cross-Origin-Resource-Policy same-origin;\nroot /srv;\nlocation ~ \\.(css|js)$ { add_header Cache-Control public; }`,
      `${HEADERS}location /ready { add_header X-A b; ${APP} }`,
      `add_header X-Frame-Options DENY;\nlocation /api/ { if ($request_method = POST) { add_header X-A b; return 200 ok; } ${APP} }`,
      `proxy_set_header Host $host;\nlocation / { auth_request /session; ${APP} }\nlocation /sess { proxy_set_header Content-Length ""; ${APP} }`,
      `${HEADERS}error_page 404 500 /oops.html;\nlocation = /oops.html { root /srv/pages; add_header Cache-Control no-store; }`,
      `proxy_set_header X-Forwarded-Proto $scheme;\nlocation /api/ { proxy_set_header Host $http_host; ${APP} }`,
    ],
    [
      `add_header X-Frame-Options DENY;\nadd_header Content-Security-Policy "default-src 'self'";\nroot /srv;\nlocation ~* \\.(css|js|png)$ { add_header Vary Accept-Encoding; }`,
      `${HEADERS}root /srv;\nlocation ~ \\.(css|js)$ { add_header Cache-Control public; }`,
      `add_header X-Content-Type-Options nosniff;\nroot /srv;\nlocation ~* \\.(?:js|css|png|svg|woff2?)$ { expires 1y; add_header Cache-Control public; }`,
      `add_header X-Content-Type-Options nosniff;\nroot /srv;\nlocation /static/ { add_header Cache-Control public; }`,
      `${HEADERS}root /srv;\nlocation = /favicon.ico { add_header Cache-Control public; }`,
      `${HEADERS}root /srv;\nlocation ~* \\.(png|jpe?g|woff2)$ { add_header Cache-Control public; }`,
      `${HEADERS}location /health { add_header X-A b; return 200 ok; }`,
      `${HEADERS}error_page 500 502 /down.html;\nlocation = /down.html { root /srv/pages; add_header Cache-Control no-store; }`,
      `add_header X-Frame-Options DENY;\nlocation /api/ { if ($request_method = OPTIONS) { add_header Access-Control-Max-Age 600; return 204; } ${APP} }`,
      `proxy_set_header X-Forwarded-Proto $scheme;\nlocation /prints/ { proxy_set_header Host prints.example.org; ${APP} }`,
      `proxy_set_header Host $host;\nlocation ~ ^/bucket/([\\w-]+)/(\\w+)$ { proxy_set_header X-Real-IP $remote_addr; proxy_pass https://$1.s3.example.org/$2; }`,
      `proxy_set_header Host $host;\nlocation / { auth_request /-/session; ${APP} }\nlocation = /-/session { internal; proxy_pass_request_body off; proxy_set_header Content-Length ""; ${APP} }`,
    ],
  ],
  [
    'proxy-pass-slash-mismatch',
    ['location /shop { proxy_pass http://127.0.0.1:3000/; }', 'location /health { proxy_pass http://127.0.0.1:3000/internal/; }'],
    ['location /health { proxy_pass http://127.0.0.1:3000/; }', 'location /metrics { proxy_pass http://127.0.0.1:3000/; }'],
  ],
  [
    'directory-listing',
    [
      'root /srv/shop;\nindex index.php;\nlocation / { autoindex on; }\nlocation ~ \\.php$ { fastcgi_pass 127.0.0.1:9000; }',
      'root /home;\nlocation / { autoindex on; }',
      `location /uploads/ { alias /srv/site/uploads/; autoindex on; }\nlocation / { ${APP} }`,
      `location /old/ { alias /srv/private/; autoindex on; }\nlocation / { ${APP} }`,
      `location /backup/ { alias /srv/backup/; autoindex on; }\nlocation / { ${APP} }`,
      `location /backup/ { alias /srv/backup/; autoindex on; autoindex_localtime on; }\nlocation / { ${APP} }`,
    ],
    [
      'root /srv;\nindex index.html;\nlocation / { autoindex on; }',
      'root /srv/archive;\nindex index.html;\nautoindex on;\ntry_files $uri $uri/ $uri.html =404;',
      `location /static/ { alias /srv/static/; autoindex on; }\nlocation / { ${APP} }`,
      `location /photos/ { alias /srv/photos/; autoindex on; }\nlocation / { ${APP} }`,
      'root /srv/shop;\nlocation /films/ { alias /srv/films/; autoindex on; }\nlocation ~ \\.php$ { fastcgi_pass 127.0.0.1:9000; }',
      'root /srv/boot;\nlocation / { autoindex on; }',
      'error_page 502 /50x.html;\nlocation = /50x.html { root /srv/pages; }\nlocation / { root /srv/boot; autoindex on; }',
      `location /downloads/ { alias /srv/dl/; autoindex on; }\nlocation / { ${APP} }`,
      `location /photos/ { alias /srv/photos/; autoindex on; autoindex_exact_size off; }\nlocation / { ${APP} }`,
    ],
  ],
  [
    'content-type-by-add-header',
    [
      'location /greet { add_header Content-Type text/html; return 200 "hello $arg_name"; }',
      'location /motd { add_header Content-Type text/plain; root /srv; }',
      `location /health { add_header Content-Type text/plain; ${APP} }`,
    ],
    [
      'location /health { add_header Content-Type text/plain; return 200 ok; }',
      'location /motd { add_header Content-Type text/plain; return 200 hello; }',
      'location = /ip { add_header Content-Type text/plain; return 200 $remote_addr; }',
      'location = /.well-known/service { add_header Content-Type application/json; return 200 \'{"api":"https://$host/api"}\'; }',
      'location / { add_header Content-Type text/plain; return 503 "down for a while"; }',
      'location = /ready { access_log off; return 200 "up"; add_header Content-Type text/plain; }',
      'location /.well-known/acme-challenge/ { root /srv/acme; add_header Content-Type text/plain; }',
      'error_page 502 504 /down.html;\nlocation = /down.html { root /srv/pages; add_header Content-Type text/html; }',
    ],
  ],
] as const)
  describe(rule, () => {
    for (const text of weighty)
      test(`warning: ${text.split('\n').at(-1)}`, async () => assert.deepEqual(await severities(rule, text), ['warning']));
    for (const text of light)
      test(`info: ${text.split('\n').at(-1)}`, async () => assert.deepEqual(await severities(rule, text), ['info']));
  });

describe('who is asked', () => {
  test('where the host is lost, that finding names the other headers, and nothing else is told there', async () => {
    for (const text of [`location /shop/ { ${APP} }`, `${TLS}location /shop/ { proxy_set_header X-Real-IP $remote_addr; ${APP} }`]) {
      assert.deepEqual(await severities('proxy-host-missing', text), ['warning'], text);
      assert.deepEqual(await severities('forwarded-headers-missing', text), [], text);
    }
  });
  test('whoever asks for the health of one of several programs needs no name', async () => {
    const about = (name: string, more = ''): Promise<string[]> =>
      severities('proxy-host-missing', `location ${name} { ${more} proxy_pass http://127.0.0.1:3000/health; }`);
    assert.deepEqual(await about('/health/users', 'access_log off;'), []);
    assert.deepEqual(await about('/shop/health/ready'), []);
    // the health of people is another subject
    assert.deepEqual(await about('/health/patients'), ['warning']);
    assert.deepEqual(await about('/users/health-records', 'access_log off;'), ['warning']);
  });
  test('a store needs to know nobody, and another’s site is named', async () => {
    for (const text of [
      'location /db/ { proxy_pass http://127.0.0.1:5984/; }',
      'location / { proxy_pass http://127.0.0.1:19999; }',
      `location /actuator/ { ${APP} }`,
      'location /stats/ { proxy_pass http://stats.example.org/; proxy_set_header Host counter.example.org; }',
      'location /rabbitmq/ { proxy_pass http://127.0.0.1:8091; }',
      'location / { proxy_pass http://alertmanager:8080; }',
      `server_name haproxy.example.org;\nlocation / { ${APP} }`,
    ])
      for (const rule of ['forwarded-headers-missing', 'proxy-host-missing']) assert.deepEqual(await severities(rule, text), [], text);
  });
});

describe('an expression and what it takes from others', () => {
  const of = (name: string): string => `root /srv;\nlocation /static/ { alias /srv/shop/; }\nlocation ~ ${name} { expires 7d; }`;
  test('an ending takes files of the folder', async () =>
    assert.deepEqual(await severities('assets-without-root', of('\\.css$')), ['warning']));
  test('what is in the middle of paths does not', async () =>
    assert.deepEqual(await severities('assets-without-root', of('/.well-known')), []));
  test('nothing is below a file', async () =>
    assert.deepEqual(
      await severities(
        'assets-without-root',
        'root /srv;\nlocation /favicon.ico { alias /srv/i/favicon.ico; }\nlocation ~ \\.css$ { expires 7d; }',
      ),
      [],
    ));
  test('pictures within hidden folders are no secret', async () => {
    const rest = `location ~ \\.(png|js)$ { ${APP} }\nlocation ~ /\\. { deny all; }`;
    assert.deepEqual(await severities('access-list-outranked', rest), []);
    assert.equal((await severities('access-list-outranked', rest.replace('png|js', 'png|sql'))).length, 1);
  });
});

describe('two ifs of a location', () => {
  const both = (a: string, b: string): Promise<string[]> =>
    severities('unsafe-if', `root /srv;\nset $age 1d;\nlocation / { if (${a}) { expires 1d; } if (${b}) { add_header X-A b; } }`);
  for (const [a, b] of [
    ['$age != 0', '$age = 0'],
    ['$age = ""', '$age'],
    ['$host = a.test', '$host = b.test'],
    ['$uri ~ ^/a', '$uri !~ ^/a'],
    ['-f $request_filename', '!-f $request_filename'],
  ] as const)
    test(`not both hold: ${a}, ${b}`, async () => assert.deepEqual(await both(a, b), ['info', 'info']));
  for (const [a, b] of [
    ['$arg_a', '$arg_b'],
    ['$age != 0', '$age != 1d'],
    ['$age', '$age = 1d'],
    ['$uri ~ ^/a', '$uri !~* ^/a'],
    ['-f $request_filename', '!-d $request_filename'],
    ['$host = $arg_a', '$host = $arg_b'],
  ] as const)
    test(`both may hold: ${a}, ${b}`, async () => assert.deepEqual(await both(a, b), ['warning', 'warning']));
  test('the first gives the variable another text', async () =>
    assert.deepEqual(
      await severities(
        'unsafe-if',
        'root /srv;\nset $age 0;\nlocation / { if ($age = 0) { set $age 1; expires 1d; } if ($age = 1) { add_header X-A b; } }',
      ),
      ['warning', 'warning'],
    ));
});

describe('who wrote the headers before', () => {
  const about = (rest: string, more = ''): Promise<string[]> => {
    const tls = 'ssl_certificate c.pem;\nssl_certificate_key k.pem;';
    const text = `events {}\nhttp {\n${more}\nserver {\n${tls}\n${rest}\nlocation / { proxy_set_header Host $host; ${APP} }\n}\n}\n`;
    return lintText(text).then(({ findings }) => findings.filter((f) => f.rule === 'forwarded-headers-missing').map((f) => f.severity));
  };
  test('a server for this machine alone is asked by another program of it', async () => {
    assert.deepEqual(await about('listen 127.0.0.1:8080 ssl;'), []);
    assert.deepEqual(await about('listen unix:/run/inner.sock;'), []);
    assert.deepEqual(await about('listen 127.0.0.1:8080 ssl; listen 443 ssl;'), ['warning']);
    assert.deepEqual(await about('listen 10.0.0.5:8080 ssl;'), ['warning']);
  });
  test('a log that names the client by the header of a proxy', async () => {
    const format = (text: string): string => `log_format ours '${text}';`;
    assert.deepEqual(await about('listen 443 ssl;', format('$http_x_forwarded_for [$time_local] "$request"')), []);
    assert.deepEqual(await about('listen 443 ssl;', format('$remote_addr [$time_local] "$request" $http_x_forwarded_for')), ['warning']);
  });
});

test('what stands in a location that no path reaches counts nowhere', async () => {
  const listing = (name: string): Promise<string[]> =>
    severities('directory-listing', `root /srv;\nlocation ${name} { autoindex on; }\nlocation / { ${APP} }`);
  assert.deepEqual(await listing('/private/'), ['warning']);
  assert.deepEqual(await listing('^/private/'), []);
});

test('one file that nobody misses needs no root', async () => {
  const about = (text: string): Promise<string[]> => severities('assets-without-root', `${text}\nlocation / { ${APP} }`);
  assert.deepEqual(await about('location /favicon.ico { access_log off; log_not_found off; }'), []);
  assert.deepEqual(await about('location /static/ { expires 7d; }'), ['warning']);
});

test('a token of a certificate authority that no server gives out', async () => {
  const about = (other: string): Promise<string[]> => {
    const dead = 'server { listen 80; location /.well-known/acme-challenge/ { root /srv/acme; }\nreturn 301 https://$host$request_uri; }';
    return lintText(`events {}\nhttp {\n${dead}\n${other}\n}\n`).then(({ findings }) =>
      findings.filter((f) => f.rule === 'dead-directive-after-return').map((f) => f.severity),
    );
  };
  assert.deepEqual(await about(`server { listen 8443; location / { ${APP} } }`), ['warning']);
  assert.deepEqual(
    await about(`server { listen 8443; location /.well-known/acme-challenge/ { root /srv/acme; }\nlocation / { ${APP} } }`),
    ['info'],
  );
});

test('a script in a hidden folder is run, and tells nothing of it', async () => {
  const about = (first: string): Promise<string[]> =>
    severities('access-list-outranked', `root /srv;\n${first}\nlocation ~ /\\. { deny all; }`);
  assert.deepEqual(await about('location ~ \\.php$ { fastcgi_pass 127.0.0.1:9000; }'), []);
  assert.deepEqual(await about('location ~ \\.(txt|sql)$ { expires 1d; }'), ['warning']);
});

describe('one cause at several places', () => {
  const about = (rule: string, text: string) => lintText(text).then(({ findings }) => findings.filter((f) => f.rule === rule));
  const site = (lines: string): string => `events {}\nhttp {\nserver {\nlisten 80;\n${lines}\n}\n}\n`;
  test('a server without any request headers says so once', async () => {
    const [one, ...others] = await about('proxy-host-missing', site(`location / { ${APP} }\nlocation /api/ { ${APP} }`));
    assert.equal(others.length, 0);
    assert.deepEqual(
      one?.related.map((r) => r.message),
      ['the same here'],
    );
    assert.equal(one?.fixes[0]?.edits[0]?.edits.length, 2);
  });
  test('lists of their own are causes of their own', async () => {
    const own = (name: string): string => `location ${name} { proxy_set_header Host $host; ${APP} }`;
    assert.equal((await about('forwarded-headers-missing', site(`${own('/')}\n${own('/api/')}`))).length, 2);
  });
  test('what weighs less is told beside it', async () => {
    const found = await about('proxy-host-missing', site(`location / { ${APP} }\nlocation /_next/static/ { ${APP} }`));
    assert.deepEqual(
      found.map((f) => f.severity),
      ['warning', 'info'],
    );
  });
  test('both families of addresses lack the same word', async () => {
    const lines = 'listen 443;\nlisten [::]:443;\nssl_certificate c.pem;\nssl_certificate_key k.pem;\nroot /srv;';
    const found = await about('plain-on-443', `events {}\nhttp {\nserver {\n${lines}\n}\n}\n`);
    assert.equal(found.length, 1);
    assert.equal(found[0]?.fixes[0]?.edits[0]?.edits.length, 2);
  });
});

describe('how much a finding weighs', () => {
  const of = (rule: string, inside: string): Promise<string[]> =>
    lintText(`events {}\nhttp {\n${inside}\n}\n`).then(({ findings }) => findings.filter((f) => f.rule === rule).map((f) => f.severity));
  test('a limit that is left over beside others', async () => {
    const zone = (name: string): string => `limit_req_zone $binary_remote_addr zone=${name}:1m rate=9r/s;`;
    const applied = 'server { limit_req zone=b; root /srv; }';
    assert.deepEqual(await of('limit-without-zone-use', `${zone('a')}\nserver { root /srv; }`), ['warning']);
    assert.deepEqual(await of('limit-without-zone-use', `${zone('a')}\n${zone('b')}\n${applied}`), ['info']);
    assert.deepEqual(await of('limit-without-zone-use', `limit_conn_zone $server_name zone=a:1m;\n${zone('b')}\n${applied}`), ['warning']);
  });
  test('a target that clients choose, by who the clients are', async () => {
    const relay = (lines: string, to = '$host'): string =>
      `server { listen 80; ${lines} resolver 192.0.2.53; location / { proxy_pass http://${to}; } }`;
    assert.deepEqual(await of('server-side-request-forgery', relay('')), ['error']);
    assert.deepEqual(await of('server-side-request-forgery', relay('allow 10.0.0.0/8; deny all;', '$arg_to')), ['warning']);
    assert.deepEqual(await of('server-side-request-forgery', relay('allow 10.0.0.0/8; deny all;')), ['info']);
  });
  test('a line end that an application writes', async () => {
    const store = (lines: string): string => `server { location ~ ^/store/([^/]+)$ { ${lines} proxy_pass http://127.0.0.1:9000/$1; } }`;
    assert.deepEqual(await of('response-splitting', store('')), ['error']);
    assert.deepEqual(await of('response-splitting', store('internal;')), ['warning']);
  });
  test('files that are fetched in slices, and pictures, are no pages', async () => {
    const cache = (lines: string, name = '/'): string =>
      `proxy_cache_path /var/cache/a keys_zone=a:1m;\nserver { location ${name} { proxy_cache a; ${lines} proxy_ignore_headers Set-Cookie; ${APP} } }`;
    assert.deepEqual(await of('cache-key-leaks', cache('')), ['warning']);
    assert.deepEqual(await of('cache-key-leaks', cache('slice 1m; proxy_cache_key $uri$is_args$args$slice_range;')), ['info']);
    assert.deepEqual(await of('cache-key-leaks', cache('', '~ \\.(png|webp)$')), ['info']);
  });
  test('a cache of many names', async () => {
    const cache = (name: string, lines = ''): string =>
      `proxy_cache_path /var/cache/a keys_zone=a:1m;\nserver { server_name *.example.org; proxy_set_header Host $host; location ${name} { proxy_cache a; ${lines} ${APP} } }`;
    assert.deepEqual(await of('cache-key-leaks', cache('/')), ['warning']);
    assert.deepEqual(await of('cache-key-leaks', cache('/static/')), []);
    assert.deepEqual(await of('cache-key-leaks', cache('/', 'set $skip 0; if ($host ~ ^a) { set $skip 1; } proxy_no_cache $skip;')), []);
  });
  test('a pass in an if, with nothing beside it', async () => {
    const choice = (more: string): string =>
      `server { location / { ${more} if ($cookie_pool = blue) { proxy_pass http://127.0.0.1:1; } if ($cookie_pool = green) { proxy_pass http://127.0.0.1:2; } } }`;
    assert.deepEqual(await of('unsafe-if', choice('')), ['info', 'info']);
    assert.deepEqual(await of('unsafe-if', choice('try_files $uri /a.html;')), ['warning', 'warning']);
  });
  test('what try_files falls back to may have all files', async () => {
    const files = (last: string): string => `server { location / { try_files $uri ${last}; } location /app/ { ${APP} } }`;
    assert.deepEqual(await of('assets-without-root', files('/index.html')), ['warning']);
    assert.deepEqual(await of('assets-without-root', files('/app/index.html')), ['info']);
  });
  test('what only an application names need not have such an ending', async () => {
    const files = (lines: string): string =>
      `server { root /srv; location /kept/ { ${lines} alias /srv/kept-files/; } location ~ \\.css$ { expires 7d; } }`;
    assert.deepEqual(await of('assets-without-root', files('')), ['warning']);
    assert.deepEqual(await of('assets-without-root', files('internal;')), ['info']);
  });
  test('what people put there is shown as the text that it is', async () => {
    const uploads = (lines: string): string =>
      `server { root /srv; location ~ ^/sent/.*\\.php$ { ${lines} } location ~ \\.php$ { fastcgi_pass 127.0.0.1:9000; } }`;
    assert.deepEqual(await of('program-served-as-text', uploads('expires 1d;')), ['warning']);
    assert.deepEqual(await of('program-served-as-text', uploads('types { text/plain php; }')), []);
  });
  test('nobody asks for a page from elsewhere as a program would', async () => {
    const page = (name: string): string =>
      `server { listen 80; location ${name} { root /srv; add_header Access-Control-Allow-Origin *; add_header Access-Control-Allow-Headers X-A; } }`;
    assert.deepEqual(await of('cors-preflight-fails', page('/data/')), ['warning']);
    assert.deepEqual(await of('cors-preflight-fails', page('/start.html')), []);
  });
});
