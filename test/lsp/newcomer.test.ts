/**
 * What people stumbled over who used the product for the first time, each in the smallest project that shows it. What it looks like is held in
 * test/editor; here is what the command line and the server say.
 */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import type { CodeAction, CodeLens } from 'vscode-languageserver';
import { folder, run, SAMPLE } from '../cli/cli.ts';
import { TestClient } from '../harness/lsp.ts';

after(() => TestClient.stopAll());

const sample = (): string => {
  const dir = path.join(folder(), 'shop');
  fs.cpSync(SAMPLE, dir, { recursive: true });
  return dir;
};
const findings = async (cwd: string, ...args: string[]): Promise<string[]> => {
  const { out } = await run(['check', ...args, '--format', 'json'], { cwd });
  const { files } = JSON.parse(out) as { files: { path: string; diagnostics: { rule: string; range: { start: { line: number } } }[] }[] };
  return files.flatMap((f) => f.diagnostics.map((d) => `${d.rule} ${path.basename(f.path)}:${d.range.start.line + 1}`)).sort();
};
const trace = async (cwd: string, ...args: string[]): Promise<string> => (await run(['trace', ...args], { cwd })).out;

test('a forgotten semicolon ends the path where the text breaks: nothing is invented behind it', async () => {
  const cwd = folder({
    'nginx.conf':
      'events {}\nhttp {\n    server {\n        listen 80;\n        server_name example.com\n        location / {\n            proxy_pass http://127.0.0.1:8000\n        }\n    }\n}\n',
  });
  const { code, out } = await run(['trace', 'nginx.conf', 'http://example.com/'], { cwd });
  assert.equal(code, 1);
  assert.match(out, /nginx would not start/);
  assert.doesNotMatch(out, /index\.html|\b200\b/);
});

test('an env_file takes nothing away of what is found: it is read where it lies, and one that does not lie there is an assumption', async () => {
  const cwd = sample();
  const before = await findings(cwd, '.');
  const compose = path.join(cwd, 'docker-compose.yml');
  const text = fs.readFileSync(compose, 'utf8');
  fs.writeFileSync(compose, text.replace('    build: .\n', '    build: .\n    env_file: .env\n'));
  assert.deepEqual(await findings(cwd, '.'), before, 'the file is not there');
  fs.writeFileSync(path.join(cwd, '.env'), 'DJANGO_SECRET_KEY=abc\n');
  assert.deepEqual(await findings(cwd, '.'), before);
  assert.ok(
    before.some((f) => f.startsWith('secure-proxy-header-mismatch')),
    before.join(', '),
  );
});

test('nginx’s own params need not be committed: the application gets them, and the path says so', async () => {
  const cwd = folder({
    'nginx.conf':
      'events {}\nhttp {\n    server {\n        listen 8080;\n        location / { include uwsgi_params; uwsgi_pass unix:/run/app.sock; }\n    }\n}\n',
    'app.py': 'from flask import Flask\napp = Flask(__name__)\n',
    'uwsgi.ini': '[uwsgi]\nmodule = app:app\nsocket = /run/app.sock\n',
  });
  const said = await trace(cwd, 'nginx.conf', 'http://127.0.0.1:8080/items?x=1');
  assert.match(said, /1[0-9] parameters over uwsgi/);
  assert.match(said, /PATH_INFO\s+\/items/);
  assert.match(said, /nginx's own files.*uwsgi_params/);
});

const SITE =
  'server {\n    listen 80;\n    server_name a.test;\n    location /img { alias /srv/img/; }\n    location / { proxy_pass http://127.0.0.1:8000; }\n}\n';
for (const [name, text] of [
  ['deploy/myapp.conf', SITE],
  ['wordpress.conf', SITE],
  ['site.conf.erb', SITE.replace('a.test', '<%= @name %>')],
  ['default', SITE],
  [
    'k8s/edge.yaml',
    `kind: ConfigMap\napiVersion: v1\nmetadata: {name: edge}\ndata:\n  default.conf: |\n${SITE.replace(/^(?=.)/gm, '    ')}`,
  ],
] as const)
  test(`what is nginx is found by what stands in it: ${name}`, async () => {
    assert.ok((await findings(folder({ [name]: text }), '.')).some((f) => f.startsWith('alias-traversal')));
  });

test('a folder without nginx in it is named as it was given', async () => {
  const { code, err } = await run(['check', '.'], { cwd: folder({ 'a.txt': 'x\n' }) });
  assert.equal(code, 3);
  assert.doesNotMatch(err, /\.\. Name/, 'no full stop behind a dot');
});

test('the folder and its main file are judged alike', async () => {
  const cwd = sample();
  assert.deepEqual(await findings(cwd, 'nginx'), await findings(cwd, 'nginx/nginx.conf'));
});

test('an upstream named by a placeholder counts its uses', async () => {
  const text =
    'upstream {{ app_name }} { server 127.0.0.1:8000; }\nserver {\n    listen 80;\n    location / { proxy_pass http://{{ app_name }}; }\n}\n';
  const cwd = folder({ 'nginx/site.conf.j2': text });
  const client = await TestClient.start({ folder: pathToFileURL(cwd).href });
  const uri = pathToFileURL(path.join(cwd, 'nginx/site.conf.j2')).href;
  client.open(uri, text);
  await client.settled();
  const lenses = await client.request<CodeLens[]>('textDocument/codeLens', { textDocument: { uri } });
  assert.ok(
    lenses.some((l) => l.command?.title === '1 reference'),
    lenses.map((l) => l.command?.title).join(', '),
  );
});

test('a port out of the environment leads to the application, and a variable that nobody sets is found', async () => {
  const cwd = folder({
    'docker-compose.yml':
      'services:\n  app:\n    build: .\n    command: gunicorn app:app --bind 0.0.0.0:8000\n  proxy:\n    image: nginx:1.27\n    environment: { APP_PORT: "8000" }\n    volumes: ["./templates:/etc/nginx/templates:ro"]\n',
    'app.py': 'from flask import Flask\napp = Flask(__name__)\n',
    'templates/default.conf.template':
      'upstream app { server app:${APP_PORT}; }\nserver {\n    listen 80;\n    server_name a.test;\n    client_max_body_size ${MAX_UPLOAD};\n    location / { proxy_pass http://app; proxy_set_header Host $host; }\n}\n',
  });
  assert.match(await trace(cwd, 'templates/default.conf.template', 'http://a.test/'), /Flask under gunicorn sees/);
  assert.ok((await findings(cwd, '.')).some((f) => f.startsWith('envsubst-leaves-placeholder')));
});

test('both Cache-Control lines are told, each with its value', async () => {
  const cwd = folder({
    'nginx.conf':
      'events {}\nhttp {\n    server {\n        listen 80;\n        location / { root /srv; expires 30d; add_header Cache-Control "public, immutable"; }\n    }\n}\n',
  });
  const said = await trace(cwd, 'nginx.conf', 'http://localhost/a.css');
  assert.match(said, /Cache-Control: max-age=2592000/);
  assert.match(said, /Cache-Control: public, immutable/);
});

test('a page of an application is text/html, which gzip compresses; the assumption has a name', async () => {
  const cwd = folder({
    'nginx.conf':
      'events {}\nhttp {\n    gzip on;\n    server {\n        listen 80;\n        location / { proxy_pass http://127.0.0.1:8000; }\n    }\n}\n',
  });
  const said = await trace(cwd, 'nginx.conf', 'http://localhost/');
  assert.match(said, /content-type = text\/html/);
  assert.match(said, /compressed with gzip/);
});

test('the redirect loop that the rules find is the path that is drawn', async () => {
  const cwd = sample();
  const said = await trace(cwd, 'nginx/nginx.conf', 'https://shop.example.com/');
  assert.match(said, /301 https:\/\/shop\.example\.com\/, to itself: a loop/);
  assert.match(said, /takes this request for plain HTTP/);
  assert.match(said, /takes the request for plain HTTP: nginx does not send X-Forwarded-Proto/);
  assert.doesNotMatch(said, /secure_scheme_headers/, 'words of another program');
});

test('a form is sent as browsers send it: its Origin is what is checked', async () => {
  const cwd = sample();
  const said = await trace(cwd, 'nginx/nginx.conf', 'https://shop.example.com/accounts/login/', '--client', 'post');
  assert.match(said, /Origin: https:\/\/shop\.example\.com/);
  assert.match(said, /CSRF\s+passes {2}The origin of the form is accepted/);
});

test('a WebSocket is asked for as one, and may be taken up', async () => {
  const cwd = folder({
    'nginx.conf':
      'events {}\nhttp {\n    server {\n        listen 80;\n        location / { proxy_pass http://127.0.0.1:8000; proxy_http_version 1.1; proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection upgrade; }\n    }\n}\n',
  });
  assert.match(await trace(cwd, 'nginx.conf', 'ws://localhost/ws'), /answer {2}101/);
});

test('what two locations include is found once, and fixed in the file that they share', async () => {
  const cwd = folder({
    'nginx.conf':
      'events {}\nhttp {\n    server {\n        listen 80;\n        location /a/ { proxy_pass http://127.0.0.1:8000; include proxy.inc; }\n        location /b/ { proxy_pass http://127.0.0.1:8000; include proxy.inc; }\n    }\n}\n',
    'proxy.inc': 'proxy_set_header Host $host;\n',
  });
  const about = (await findings(cwd, 'nginx.conf')).filter((f) => f.startsWith('forwarded-headers-missing'));
  assert.deepEqual(about, ['forwarded-headers-missing proxy.inc:1']);
  await run(['check', '--fix=suggested', '.'], { cwd });
  assert.match(fs.readFileSync(path.join(cwd, 'proxy.inc'), 'utf8'), /X-Forwarded-For[\s\S]*X-Forwarded-Proto/);
  assert.doesNotMatch(fs.readFileSync(path.join(cwd, 'nginx.conf'), 'utf8'), /X-Forwarded/);
});

test('a finding whose reason stands in another file has its light bulb where it is shown', async () => {
  const site = 'server {\n    listen 80;\n    location / { limit_req zone=one; return 204; }\n}\n';
  const cwd = folder({
    'nginx/nginx.conf': 'events {}\nhttp {\n    limit_req_zone $binary_remote_addr zone=one:1m rate=1r/s;\n    include conf.d/*.conf;\n}\n',
    'nginx/conf.d/a.conf': site,
  });
  const client = await TestClient.start({ folder: pathToFileURL(cwd).href });
  const uri = pathToFileURL(path.join(cwd, 'nginx/conf.d/a.conf')).href;
  client.open(uri, site);
  await client.settled();
  const mark = client.shown(uri).find((d) => d.code === 'limit-status-503');
  assert.ok(
    mark,
    client
      .shown(uri)
      .map((d) => d.code)
      .join(', '),
  );
  const actions = await client.request<CodeAction[]>('textDocument/codeAction', {
    textDocument: { uri },
    range: mark.range,
    context: { diagnostics: [mark] },
  });
  assert.ok(
    actions.some((a) => /429/.test(a.title)),
    actions.map((a) => a.title).join(', '),
  );
});

test('a placeholder as the name of a server stands for any name: so for the one that is asked for, unless a server is written with it', async () => {
  const cwd = folder({
    'site.conf.template':
      'server { listen 80 default_server; server_name _; return 444; }\nserver { listen 80; server_name ${DOMAIN}; return 204; }\nserver { listen 80; server_name other.test; return 410; }\n',
  });
  const asked = (host: string, ...more: string[]): Promise<string> => trace(cwd, 'site.conf.template', `http://${host}/`, ...more);
  assert.match(await asked('shop.test'), /answer {2}204[\s\S]*DOMAIN = shop\.test/);
  assert.match(await asked('other.test'), /answer {2}410/);
  assert.match(await asked('shop.test', '--assume', 'DOMAIN=b.test'), /answer {2}closed/);
});

test('what nginx -T printed is several files: opened as one it gets no findings of one', async () => {
  const site = 'server {\n    listen 80;\n    location /img { alias /srv/img/; }\n}\n';
  const dump = `# configuration file /etc/nginx/nginx.conf:\nevents {}\nhttp { include conf.d/*.conf; }\n\n# configuration file /etc/nginx/conf.d/a.conf:\n${site}\n`;
  const cwd = folder({ 'web.conf': dump, 'site.conf': site });
  const client = await TestClient.start({ folder: pathToFileURL(cwd).href });
  const uri = (name: string): string => pathToFileURL(path.join(cwd, name)).href;
  client.open(uri('web.conf'), dump);
  client.open(uri('site.conf'), site);
  await client.settled();
  const codes = (name: string) => client.published.findLast((p) => p.uri === uri(name))?.diagnostics.map((d) => d.code) ?? [];
  assert.ok(codes('site.conf').includes('alias-traversal'));
  assert.deepEqual(codes('web.conf'), []);
});

test('the first word of a new file is named in what is said of it', async () => {
  const client = await TestClient.start({ folder: pathToFileURL(folder({})).href });
  const uri = pathToFileURL(path.join(folder({}), 'new.conf')).href;
  client.open(uri, 'serv');
  await client.settled();
  assert.deepEqual(
    client.shown(uri).map((d) => d.message),
    ['The directive "serv" is not terminated by ";". Add a semicolon here.'],
  );
});

test('a header that nginx does not send is told as that, in the words of nginx', async () => {
  const { out } = await run(['check', '--only', 'secure-proxy-header-mismatch', '.'], { cwd: sample() });
  assert.match(out, /for Django the request is HTTP \(nginx does not send X-Forwarded-Proto\)/);
  assert.doesNotMatch(out, /HTTP_X_FORWARDED_PROTO|secure_scheme_headers/);
});
