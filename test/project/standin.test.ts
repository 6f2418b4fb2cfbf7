/** Files that no main file includes: which main file is in, in which context, and what is said of them then. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { fromPath } from '../../server/src/base/file-id.ts';
import { reportOn } from '../../server/src/cli/report.ts';
import { isStock } from '../../server/src/config/stock.ts';
import { MAIN_FILES } from '../../server/src/project/main-files.ts';
import type { Finding } from '../../server/src/rules/rule.ts';
import { requestFromUrl } from '../../server/src/trace/from-url.ts';
import { traceRequest } from '../../server/src/trace/request.ts';
import type { Trace } from '../../server/src/trace/trace.ts';
import type { Files } from './sides.ts';
import { fragmentOf, mainOf, parts, saidOf } from './tree.ts';
import { checked, edited, inMemory } from './world.ts';

const contextOf = async (text: string): Promise<string> => (await fragmentOf(text)).contexts[0]!;

describe('the context of a fragment', () => {
  for (const [what, text, context] of [
    ['a server with locations is one of http', '#- a.conf\nserver { listen 80; location / { return 204; } }', 'http'],
    ['a server that passes to an address is one of stream', '#- a.conf\nserver { listen 3306; proxy_pass 10.0.0.9:3306; }', 'stream'],
    ['a server with a protocol is one of mail', '#- a.conf\nserver { listen 143; protocol imap; }', 'mail'],
    ['lines of headers are those of a location', '#- a.conf\nproxy_pass http://a;\nproxy_set_header Host $host;', 'location'],
    [
      'locations of a server, one of them named',
      '#- a.conf\nlocation / { try_files $uri @app; }\nlocation @app { proxy_pass http://a; }',
      'server',
    ],
    ['locations', '#- a.conf\nlocation /api/ { proxy_pass http://a; }', 'server'],
    ['servers of a group', '#- a.conf\nserver 10.0.0.1:80;\nleast_conn;', 'upstream'],
    ['what main alone allows', '#- a.conf\nload_module modules/x.so;\n', 'main'],
  ] as const)
    test(what, async () => assert.equal(await contextOf(text), context));
});

describe('a fragment within the main file that stands in', () => {
  test('a block for streams alone is a part that a main file takes in, but under the main file’s own name', async () => {
    const text = 'stream {\n  server {\n    listen 6443;\n    proxy_pass 10.0.0.1:6443;\n  }\n}\n';
    const project = async (name: string) =>
      (await checked(inMemory({ [`lb/${name}`]: text }), ['lb'])).findings.filter((f) => f.rule === 'incomplete-configuration');
    assert.deepEqual(await project('balancer.conf'), []);
    assert.equal((await project('nginx.conf')).length, 1);
  });
  test('what nginx refuses is refused', async () => {
    const said = await saidOf(await fragmentOf('#- site.conf\nserver {\n listen 80;\n location /x { proxy_pass 192.0.2.1:81; }\n}'));
    assert.ok(
      said.some((s) => /^site\.conf:3 proxy-pass-form-invalid \(error\)/.test(s)),
      said.join('\n'),
    );
  });
  test('what comes of a request is judged as in a main file of its own', async () => {
    const said = await saidOf(
      await fragmentOf('#- site.conf\nserver {\n listen 80;\n location /shop {\n  proxy_pass http://10.0.0.7:8000/;\n }\n}'),
    );
    assert.ok(
      said.some((s) => s.startsWith('site.conf:4 proxy-pass-slash-mismatch')),
      said.join('\n'),
    );
  });
  for (const [what, line, rule] of [
    [
      'a named location that the server lacks',
      'location / { error_page 404 = @lost; proxy_pass http://127.0.0.1:8000; }',
      'unknown-named-location',
    ],
    ['a list of folders for everybody', 'location /files/ { autoindex on; }', 'directory-listing'],
    ['a password file that nobody asks', 'location / { auth_basic_user_file users; }', 'password-never-asked'],
    ['referers that nobody refuses', 'location /img/ { valid_referers server_names; }', 'verdict-unread'],
    [
      'a script below no root',
      'location / { root /srv/site; index index.php; } location ~ \\.php$ { fastcgi_pass unix:/run/php.sock; include fastcgi.conf; }',
      'script-not-found',
    ],
    ['one address in the place of a network', 'set_real_ip_from 10.0.0.0; real_ip_header X-Real-IP;', 'real-ip-ineffective'],
    [
      'a condition whose settings are lost',
      'location / { try_files $uri =404; if ($arg_a) { proxy_pass http://127.0.0.1:8000; } }',
      'unsafe-if',
    ],
  ] as const)
    test(`what a server says of itself is judged: ${what}`, async () => {
      const said = await saidOf(await fragmentOf(`#- site.conf\nserver {\n listen 80;\n server_name a.example.com;\n ${line}\n}`));
      assert.ok(
        said.some((s) => s.startsWith(`site.conf:4 ${rule}`)),
        said.join('\n'),
      );
    });
  for (const [what, line, rule, beside] of [
    [
      'a tool for everybody',
      'location /prometheus/ { proxy_pass http://prometheus:9090; proxy_set_header Host $host; }',
      'admin-tool-exposed',
      'ssl_client_certificate ca.pem;\nssl_verify_client on;',
    ],
    ['gRPC over HTTP/1.1', 'location / { grpc_pass grpc://127.0.0.1:50051; }', 'grpc-without-http2', 'http2 on;'],
    [
      'a way around an access list',
      'location /staff/ { allow 10.0.0.0/8; deny all; rewrite ^/staff/(.*)$ /app/$1 last; } location /app/ { proxy_pass http://127.0.0.1:8000; }',
      'access-list-outranked',
      null,
    ],
    [
      'pages with cookies in the cache',
      'location / { proxy_cache pages; proxy_ignore_headers Set-Cookie; proxy_cache_valid 200 1m; proxy_pass http://127.0.0.1:8000; }',
      'cache-key-leaks',
      'proxy_no_cache $cookie_session;\nproxy_cache_bypass $cookie_session;',
    ],
  ] as const)
    test(`what sites set and no file beside them does is known: ${what}`, async () => {
      const site = `server {\n listen 80;\n server_name a.example.com;\n ${line}\n}\n`;
      const told = async (files: Readonly<Record<string, string>>): Promise<boolean> =>
        (await checked(inMemory({ 'p/.git/HEAD': 'ref: x', 'p/conf.d/site.conf': site, ...files }), ['p/conf.d/site.conf'])).findings.some(
          (f) => f.rule === rule,
        );
      assert.ok(await told({}));
      if (beside !== null) assert.ok(!(await told({ 'p/conf.d/all.conf': `${beside}\n` })));
    });
  test('what another file beside it may say is not', async () => {
    const said = await saidOf(
      await fragmentOf(
        '#- site.conf\nserver {\n listen 80 proxy_protocol;\n allow 10.0.0.0/8;\n deny all;\n location / { proxy_pass http://127.0.0.1:8000; proxy_set_header X-Real-IP $remote_addr; include b.inc; }\n error_page 404 @lost;\n include c.inc;\n}\nserver { listen 80; underscores_in_headers on; }',
      ),
    );
    for (const rule of ['unknown-named-location', 'real-ip-ineffective', 'setting-of-default-only'])
      assert.ok(!said.some((s) => s.includes(rule)), said.join('\n'));
  });
  test('nothing is said within the stand-in, and its lines contradict nothing as long as the place is a guess', async () => {
    const text = '#- conf.d/tuning.conf\nsendfile on;\nkeepalive_timeout 20s;\naccess_log off;\n';
    assert.deepEqual(
      (await saidOf(await fragmentOf(text))).filter((s) => s.includes('(error)')),
      [],
    );
  });
  test('where the project says the place, a line that the image’s main file has already is a duplicate, as for nginx', async () => {
    const text = '#- tuning.conf\nkeepalive_timeout 20s;\n';
    const config = await fragmentOf(text, {
      path: '/etc/nginx/conf.d/tuning.conf',
      distribution: 'official',
      of: 'nginx:1.29',
      whole: true,
    });
    assert.deepEqual(
      (await saidOf(config)).filter((s) => s.includes('(error)')),
      ['tuning.conf:1 duplicate-directive (error)'],
    );
    assert.equal(config.tree.standIn?.readAs, '/etc/nginx/conf.d/tuning.conf of nginx:1.29');
  });
  test('its includes are followed, from its folder and the one above', async () => {
    const config = await fragmentOf(
      '#- conf.d/site.conf\nserver { listen 80; include snippets/a.inc; include b.inc; }\n#- snippets/a.inc\nroot /a;\n#- conf.d/b.inc\nindex b;\n',
    );
    assert.deepEqual(
      [...config.files.keys()].filter((f) => !isStock(f)).map((f) => f.split('/').at(-1)),
      ['site.conf', 'a.inc', 'b.inc'],
    );
  });
});

describe('built-in files', () => {
  test('an include of nginx’s own file is answered where the project has none, and by the project’s where it has one', async () => {
    const own = await mainOf(
      '#- nginx.conf\nevents {}\nhttp { include mime.types; server { location / { include uwsgi_params; include proxy_params; } } }\n#- uwsgi_params\nuwsgi_param A b;',
    );
    const read = [...own.files.keys()].map((f) => `${isStock(f) ? 'stock' : 'own'} ${f.split('/').at(-1)}`);
    assert.deepEqual(read, ['own nginx.conf', 'stock mime.types', 'own uwsgi_params', 'stock proxy_params']);
  });
  test('params that are copied beside a site are nginx’s own; another file of the same name in a foreign folder is not', async () => {
    const { stock } = await parts();
    for (const path of ['other/mime.types', '/etc/apache2/mime.types', '/srv/app/my_uwsgi_params'])
      assert.equal(stock.find(path), null, path);
    for (const path of [
      './uwsgi_params',
      '/srv/app/uwsgi_params',
      '/etc/nginx/snippets/fastcgi-php.conf',
      '/usr/local/nginx/conf/mime.types',
      '/etc/letsencrypt/options-ssl-nginx.conf',
    ])
      assert.ok(stock.find(path), path);
  });
  test('every built-in text and every main file parses, and every main file is in order', async () => {
    const { parser } = await parts();
    for (const [name, { text }] of Object.entries(MAIN_FILES)) {
      const config = await mainOf(`#- nginx.conf\n${text}`);
      assert.deepEqual(
        (await saidOf(config)).filter((s) => s.includes('(error)')),
        [],
        name,
      );
      assert.deepEqual(parser.open(config.root, text).problems, []);
    }
  });
});

describe('what a site passes on is known without its main file', () => {
  const SITE = 'server {\n    listen 80;\n    location / {\n        proxy_pass http://127.0.0.1:8000;\n    }\n}\n';
  const HEADERS =
    'proxy_set_header Host $host;\nproxy_set_header X-Forwarded-For $remote_addr;\nproxy_set_header X-Forwarded-Proto $scheme;\n';
  const HOST = ['proxy-host-missing'];
  const rows: readonly (readonly [string, Files, readonly string[]])[] = [
    ['nothing is passed on, for no main file of a package sets headers', { 'site.conf': SITE }, HOST],
    ['in a folder of Debian', { 'sites-available/site': SITE }, HOST],
    ['in a template', { 'templates/site.conf.j2': SITE.replace('listen 80;', 'listen 80;\n    server_name {{ name }};') }, HOST],
    ['where the image is known', { 'site.conf': SITE, Dockerfile: 'FROM nginx:1.29\nCOPY site.conf /etc/nginx/conf.d/\n' }, HOST],
    ['a file that may lie beside it sets them for all sites', { 'site.conf': SITE, 'conf.d/headers.conf': HEADERS }, []],
    [
      'a file beside it sets them in a location of its own',
      { 'site.conf': SITE, 'other.conf': SITE.replace('proxy_pass', `${HEADERS}proxy_pass`) },
      HOST,
    ],
    ['an include of the server is not seen', { 'site.conf': SITE.replace('listen 80;', 'listen 80; include headers.conf;') }, []],
    ['an include of the location is not seen', { 'site.conf': SITE.replace('proxy_pass', 'include headers.conf; proxy_pass') }, []],
    ['a template writes lines into the server', { 'site.conf.j2': SITE.replace('listen 80;', 'listen 80;\n    {{ extra }}') }, []],
    ['the server around it is not seen', { 'part.conf': 'location / {\n    proxy_pass http://127.0.0.1:8000;\n}\n' }, []],
    [
      'uwsgi without params',
      { 'site.conf': SITE.replace('proxy_pass http://127.0.0.1:8000', 'uwsgi_pass 127.0.0.1:8000') },
      ['uwsgi-params-missing'],
    ],
    [
      'uwsgi with those of nginx',
      { 'site.conf': SITE.replace('proxy_pass http://127.0.0.1:8000', 'include uwsgi_params; uwsgi_pass 127.0.0.1:8000') },
      [],
    ],
  ];
  const about = new Set(['forwarded-headers-missing', 'proxy-host-missing', 'uwsgi-params-missing']);
  for (const [what, files, rules] of rows)
    test(what, async () => {
      const memory = inMemory({ '.git/HEAD': '', ...files });
      const [name = ''] = Object.keys(files);
      const of = (found: readonly Finding[]): string[] => [...new Set(found.map((f) => f.rule).filter((r) => about.has(r)))].sort();
      const file = fromPath(`/checkout/project/${name}`);
      assert.deepEqual(of((await checked(memory, [name])).findings), rules, 'the file');
      assert.deepEqual(of((await checked(memory, ['.'])).findings.filter((f) => f.at.file === file)), rules, 'the folder');
      assert.deepEqual(of((await edited(memory, [name])).findings(file)), rules, 'the editor');
    });
});

test('of a destination whose last name a variable fills in the folder counts', async () => {
  const site = 'server { listen 80; server_name a.example; root /srv; }\n';
  const files = (dest: string) =>
    inMemory({
      'playbook.yml': '- hosts: all\n  roles: [web]\n',
      'roles/web/tasks/main.yml': `- template: { src: site.conf.j2, dest: "${dest}" }\n`,
      'roles/web/templates/site.conf.j2': site,
    });
  const readAs = async (dest: string): Promise<string | undefined> =>
    (await checked(files(dest), ['.'])).asked[0]!.config.tree.standIn?.readAs;
  assert.equal(
    await readAs('/etc/nginx/sites-available/{{ site }}.conf'),
    '/etc/nginx/sites-available/site.conf of Debian’s nginx, as if it were enabled, though nothing that is seen links to it',
  );
  assert.equal(await readAs('/etc/nginx/http.d/{{ site }}'), '/etc/nginx/http.d/site.conf of Alpine’s nginx');
  assert.equal(await readAs('/etc/angie/http.d/{{ site }}'), '/etc/angie/http.d/site.conf of Angie');
  assert.match((await readAs('{{ folder }}/site.conf')) ?? '', /^\/etc\/nginx\/conf\.d\/site\.conf of nginx/);
});

test('a site of Angie’s folder is read within the main file of Angie’s package, by its flavour', async () => {
  const { asked } = await checked(
    inMemory({ '.git/HEAD': '', 'angie/http.d/shop.conf': 'server { listen 80; root /srv; status_zone shop; }\n' }),
    ['.'],
  );
  const { config } = asked[0]!;
  assert.equal(config.tree.standIn?.readAs, '/etc/angie/http.d/shop.conf of Angie');
  assert.equal(config.settings.target.flavour, 'angie');
  const read = reportOn(asked, [], () => true).readAs.find((r) => r.id === config.subject);
  assert.deepEqual([read?.product, read?.inside], ['Angie', 'the angie.conf of Angie']);
});

describe('a request to a file within a stand-in', () => {
  const traced = async (text: string, destination: Parameters<typeof fragmentOf>[1] = null): Promise<Trace> => {
    const request = requestFromUrl({ url: 'http://example.com/page.html' });
    if ('problem' in request) throw new Error(request.problem);
    return traceRequest(await fragmentOf(text, destination), request);
  };
  const site = '#- site.conf\nserver {\n listen 80;\n location /x/ { return 204; }\n}\n';

  test('is looked up in the folder that the package was built with, which is assumed where the package is', async () => {
    const { outcome, assumptions } = await traced(site);
    assert.equal(outcome.file, '/etc/nginx/html/page.html');
    const { assumed, why } = assumptions.find((a) => a.id === 'prefix')!;
    assert.equal(assumed, '/etc/nginx/');
    assert.equal(why, '--prefix names it, else the one that nginx is built with, as nginx -V says');
    const debian = await traced(site, {
      path: '/etc/nginx/sites-enabled/site.conf',
      distribution: 'debian',
      of: null,
      whole: false,
    });
    assert.equal(debian.outcome.file, '/usr/share/nginx/html/page.html');
  });

  test('names no place of blocks that were put around the file', async () => {
    const { steps, outcome } = await traced('#- part.conf\nlocation /page {\n return 204;\n}\n');
    assert.equal(outcome.status, 204);
    assert.deepEqual(
      steps.flatMap((s) => (s.at ? [`${s.at.path.split('/').at(-1)}:${s.at.range.start.line + 1}`] : [])),
      ['part.conf:1', 'part.conf:2'],
    );
    assert.equal(steps.find((s) => s.phase === 'server')?.at, null);
  });
});
