/** What the preview is told beside the trace: reasons in plain words with their fix, what was not seen, who set the headers, where to begin. */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import type { CodeAction } from 'vscode-languageserver';
import { whyNot } from '../../client/src/view/trace/why-not.ts';
import type {
  LooksLikeResult,
  OverviewResult,
  SuggestResult,
  TestsResult,
  TraceParams,
  TraceResult,
} from '../../server/src/lsp/protocol.ts';
import { TestClient } from '../harness/lsp.ts';

const folders: string[] = [];
after(() => {
  TestClient.stopAll();
  for (const dir of folders) fs.rmSync(dir, { recursive: true, force: true });
});

async function opened(files: Record<string, string>): Promise<{ client: TestClient; uri(name: string): string }> {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'proxylens-'));
  folders.push(dir);
  for (const [name, text] of Object.entries(files)) {
    fs.mkdirSync(path.dirname(path.join(dir, name)), { recursive: true });
    fs.writeFileSync(path.join(dir, name), text);
  }
  const client = await TestClient.start({ folder: pathToFileURL(dir).href });
  await client.settled();
  return { client, uri: (name) => pathToFileURL(path.join(dir, name)).href };
}

const DJANGO = {
  'manage.py': "import os\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'shop.settings')\n",
  'gunicorn.conf.py': "bind = '127.0.0.1:8000'\n",
  'shop/settings.py':
    "ALLOWED_HOSTS = ['shop.example.com']\nDEBUG = False\nSECURE_SSL_REDIRECT = True\nSECURE_PROXY_SSL_HEADER = ('HTTP_X_FORWARDED_PROTO', 'https')\n",
};
const SITE = (inside: string): string => `events {}
http {
    server {
        listen 80;
        server_name shop.example.com;
        return 301 https://$host$request_uri;
    }
    server {
        listen 443 ssl;
        server_name shop.example.com;
        ssl_certificate c.pem;
        ssl_certificate_key k.pem;
        add_header X-Frame-Options DENY;
        add_header X-Content-Type-Options nosniff always;
        location /static/ { root /srv; }
        location / {
            proxy_pass http://127.0.0.1:8000;
            proxy_set_header Host $host;
            ${inside}
        }
    }
}
`;
const ask = (url: string, more: Partial<TraceParams> = {}): Omit<TraceParams, 'uri'> => ({
  request: { method: 'GET', url, headers: [], clientAddress: '203.0.113.9' },
  assume: {},
  ...more,
});

test('a missing X-Forwarded-Proto is said in words of the application, with the fix and the loop that comes of it', async () => {
  const { client, uri } = await opened({ ...DJANGO, 'nginx/nginx.conf': SITE('include tls-extra.conf;') });
  const main = uri('nginx/nginx.conf');
  const { urls } = await client.request<SuggestResult>('proxylens/suggestRequests', { uri: main });
  assert.equal(urls[0], 'https://shop.example.com/', 'a page of the application over HTTPS comes first');
  const result = await client.request<TraceResult>('proxylens/trace', { uri: main, ...ask(urls[0] ?? '') });
  assert.ok(result.ok);
  const scheme = result.application?.lines.find((l) => l.name === 'scheme');
  assert.equal(
    scheme?.says,
    'nginx does not send X-Forwarded-Proto, so Django takes this request for plain HTTP. With SECURE_SSL_REDIRECT on, every page redirects to itself.',
  );
  assert.equal(result.line.next, 'https://shop.example.com/');
  assert.deepEqual(result.unseen, ['the file "tls-extra.conf" is not seen']);
});

test('the fix stands beside the verdict where the level is wholly seen', async () => {
  const { client, uri } = await opened({ ...DJANGO, 'nginx/nginx.conf': SITE('') });
  const result = await client.request<TraceResult>('proxylens/trace', {
    uri: uri('nginx/nginx.conf'),
    ...ask('https://shop.example.com/'),
  });
  assert.ok(result.ok);
  const scheme = result.application?.lines.find((l) => l.name === 'scheme');
  assert.match(scheme?.finding?.fix ?? '', /X-Forwarded-Proto/);
  const frame = result.answer.find((h) => h.name === 'X-Frame-Options');
  assert.deepEqual([frame?.value, frame?.by], ['DENY', 'nginx.conf:13']);
  // the second line of a list is the second line
  assert.equal(result.answer.find((h) => h.name === 'X-Content-Type-Options')?.by, 'nginx.conf:14');
  assert.equal(result.answer.find((h) => h.name === 'Server')?.by, 'nginx');
});

test('the answer of a backend is given by its name, headers included', async () => {
  const { client, uri } = await opened({ ...DJANGO, 'nginx/nginx.conf': SITE('proxy_set_header X-Forwarded-Proto $scheme;') });
  const given = { answers: { '127.0.0.1:8000': { status: '404', headers: [['X-Own', 'yes']] as [string, string][] } } };
  const result = await client.request<TraceResult>('proxylens/trace', {
    uri: uri('nginx/nginx.conf'),
    ...ask('https://shop.example.com/a', given),
  });
  assert.ok(result.ok);
  assert.equal(result.line.status, 404);
  assert.deepEqual(
    result.answer.filter((h) => h.name === 'X-Own').map((h) => [h.value, h.by]),
    [['yes', 'the application']],
  );
});

test('where nobody listens, the ways out are told: where somebody does, and the line that is missing', async () => {
  const { client, uri } = await opened({ ...DJANGO, 'nginx/nginx.conf': SITE('') });
  const main = uri('nginx/nginx.conf');
  const wayOut = async (url: string) => {
    const result = await client.request<TraceResult>('proxylens/trace', { uri: main, ...ask(url) });
    assert.ok(result.ok);
    return result.wayOut;
  };
  const way = await wayOut('https://shop.example.com:8443/cart?x=1');
  assert.deepEqual(way?.urls, ['https://shop.example.com/cart?x=1', 'http://shop.example.com/cart?x=1']);
  assert.equal(way?.port, 8443);
  assert.equal(way?.line?.text, '\n        listen 8443 ssl;');
  assert.equal(way?.line?.range.start.line, 8, 'behind the listen of the server that has the certificate');
  assert.equal((await wayOut('http://shop.example.com:8080/'))?.line?.text, '\n        listen 8080;');
  assert.equal(await wayOut('https://shop.example.com/'), null);
  const other = await wayOut('http://other.example.org:81/');
  assert.deepEqual([other?.server, other?.line], [null, null], 'no server has the name');
});

test('a server without a certificate is not told to speak TLS', async () => {
  const { client, uri } = await opened({
    'nginx/nginx.conf': 'events {}\nhttp {\n    server {\n        listen 80;\n        server_name a.test;\n        return 204;\n    }\n}\n',
  });
  const result = await client.request<TraceResult>('proxylens/trace', { uri: uri('nginx/nginx.conf'), ...ask('https://a.test/') });
  assert.ok(result.ok);
  assert.deepEqual(result.wayOut?.urls, ['http://a.test/']);
  assert.equal(result.wayOut?.line, null);
  assert.equal(result.wayOut?.server?.title, 'a.test');
});

test('every short reason of a loser has its sentence', async () => {
  const { client, uri } = await opened({
    'nginx/nginx.conf': `events {}
http {
    server {
        listen 80 default_server;
        server_name _;
        return 204;
    }
    server {
        listen 80;
        server_name a.test *.b.test;
        location = /exact { return 204; }
        location / { return 204; }
        location /app/ { return 204; }
        location ^~ /fixed/ { return 204; }
        location ~ \\.php$ { return 204; }
        location ~ \\.(php|html)$ { return 204; }
        location @named { return 204; }
    }
    server { listen 80; server_name www.b.test; return 204; }
    server { listen 80; server_name ~^w.*\\.b\\.test$; return 204; }
}
`,
  });
  const seen = new Set<string>();
  for (const path of ['/exact', '/app/x', '/fixed/a.php', '/x.php', '/other'])
    for (const host of ['a.test', 'www.b.test', 'x.b.test', 'nobody.test']) {
      const result = await client.request<TraceResult>('proxylens/trace', {
        uri: uri('nginx/nginx.conf'),
        ...ask(`http://${host}${path}`),
      });
      assert.ok(result.ok);
      for (const station of result.line.down)
        for (const { why } of station.losers) {
          seen.add(why.slice(why.lastIndexOf(': ') + 2));
          assert.ok(whyNot(why, station.fact), why);
        }
    }
  assert.ok(seen.size >= 8, [...seen].join('; '));
});

test('a placeholder of a template is nobody’s host', async () => {
  const text = 'server { listen 80; server_name {{ names }}; location / { proxy_pass http://127.0.0.1:8000; } }\n';
  const { client, uri } = await opened({ 'nginx/site.conf.j2': text });
  client.open(uri('nginx/site.conf.j2'), text);
  await client.settled();
  const { urls } = await client.request<SuggestResult>('proxylens/suggestRequests', { uri: uri('nginx/site.conf.j2') });
  assert.equal(urls[0], 'http://example.com/');
  assert.ok(urls.every((u) => !u.includes('{{')));
});

test('a finding with a request leads to it, where the client has the preview', async () => {
  const text = `events {}
http {
    server {
        listen 80;
        server_name shop.example.com;
        location / { return 301 http://shop.example.com$request_uri; }
    }
}
`;
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'proxylens-'));
  folders.push(dir);
  fs.mkdirSync(path.join(dir, 'nginx'));
  fs.writeFileSync(path.join(dir, 'nginx/nginx.conf'), text);
  const uri = pathToFileURL(path.join(dir, 'nginx/nginx.conf')).href;
  const client = await TestClient.start({ folder: pathToFileURL(dir).href, initializationOptions: { previews: true } });
  client.open(uri, text);
  await client.settled();
  const found = client.shown(uri).find((d) => d.code === 'redirect-loop');
  assert.ok(found, 'the loop is found without asking');
  const actions = await client.request<CodeAction[]>('textDocument/codeAction', {
    textDocument: { uri },
    range: found.range,
    context: { diagnostics: [found] },
  });
  const action = actions.find((a) => a.title === 'Preview the request of this finding');
  const [, , request] = action?.command?.arguments ?? [];
  assert.match((request as { url: string }).url, /^http:\/\/shop\.example\.com\//);
});

test('the overview has the parts of a configuration, their findings and what was assumed', async () => {
  const { client, uri } = await opened({ ...DJANGO, 'nginx/nginx.conf': SITE('include tls-extra.conf;') });
  const { roots } = await client.request<OverviewResult>('proxylens/overview', {});
  assert.deepEqual(
    roots.map((r) => r.uri),
    [uri('nginx/nginx.conf')],
  );
  const group = (label: string) => roots[0]?.items.find((i) => i.label === label)?.children ?? [];
  assert.deepEqual(
    group('Servers').map((s) => [s.label, s.detail, s.children.map((l) => `${l.label} ${l.detail}`)]),
    [
      ['shop.example.com', '80', []],
      ['shop.example.com', '443 ssl', ['/static/ ', '/ → 127.0.0.1:8000']],
    ],
  );
  assert.deepEqual(
    group('Applications').map((a) => a.label),
    ['Django under gunicorn'],
  );
  assert.ok(group('Assumed').some((a) => a.label === 'include tls-extra.conf' && a.at !== null));
});

test('a snippet stands in the overview with every place that reads it', async () => {
  const { client, uri } = await opened({
    'nginx.conf':
      'events {}\nhttp {\n    include sites/*.conf;\n    server {\n        listen 80;\n        location /a { include proxy.inc; }\n        location /b { include proxy.inc; }\n    }\n}\n',
    'proxy.inc': 'proxy_pass http://127.0.0.1:8000;\n',
    'sites/one.conf': 'server { listen 81; include proxy-less.inc; }\n',
    'proxy-less.inc': 'return 204;\n',
  });
  const { roots } = await client.request<OverviewResult>('proxylens/overview', {});
  const snippets = roots[0]?.items.find((i) => i.label === 'Snippets')?.children ?? [];
  assert.deepEqual(
    snippets.map((s) => [s.label, s.detail, s.at?.uri, s.children.map((c) => `${c.label} in ${c.detail}`)]),
    [
      ['proxy-less.inc', 'read at 1 place', uri('proxy-less.inc'), ['one.conf:1 in server']],
      ['proxy.inc', 'read at 2 places', uri('proxy.inc'), ['nginx.conf:6 in location /a', 'nginx.conf:7 in location /b']],
    ],
  );
});

test('request tests say what they ask, so that the preview can show it', async () => {
  const { client, uri } = await opened({ 'nginx.conf': 'events {}\nhttp { server { listen 80; return 204; } }\n' });
  const text = `config: nginx.conf
requests:
  - name: empty
    request: http://www.example.com/a?b=1
    expect: {status: 204}
  - name: posted
    request: POST http://www.example.com:80/form
    headers: {X-Token: "7"}
    expect: {status: 200}
`;
  const { root, tests } = await client.request<TestsResult>('proxylens/tests', { uri: uri('web.proxytest.yaml'), text });
  assert.equal(root, uri('nginx.conf'));
  assert.deepEqual(
    tests.map(({ name, line, ok, request: { url, method, headers } }) => [name, line, ok, method, url, headers]),
    [
      ['empty', 2, true, 'GET', 'http://www.example.com/a?b=1', []],
      ['posted', 5, false, 'POST', 'http://www.example.com:80/form', [['X-Token', '7']]],
    ],
  );
});

test('request tests are asked of what the command line would ask them of: service, maps, version, a file in another folder', async () => {
  const mounts = (name: string): string =>
    `  ${name}:\n    image: nginx:1.29\n    volumes: ["./nginx.conf:/etc/nginx/nginx.conf", "./${name}:/etc/nginx/conf.d"]\n`;
  const { client, uri } = await opened({
    'nginx.conf': 'events {}\nhttp { include /etc/nginx/conf.d/*.conf; }\n',
    'shop/site.conf': 'server { listen 80; return 201; }\n',
    'admin/site.conf': 'server { listen 80; return 202; }\n',
    'compose.yaml': `services:\n${mounts('shop')}${mounts('admin')}`,
    'own/main.conf': 'events {}\nhttp { include /srv/sites/*; }\n',
    'sites/a': 'server { listen 80; return 203; }\n',
  });
  const ask = async (head: string, status: number, name = 'web.proxytest.yaml'): Promise<string> => {
    const text = `${head}requests:\n  - request: http://localhost/\n    expect: { status: ${status} }\n`;
    const { tests, problems } = await client.request<TestsResult>('proxylens/tests', { uri: uri(name), text });
    return [...problems.map((p) => `${p.line}: ${p.message}`), ...tests.map((t) => (t.ok ? 'holds' : t.message.split('\n')[0]!))].join();
  };
  assert.equal(await ask('config: nginx.conf\nservice: shop\n', 201), 'holds');
  assert.equal(await ask('config: nginx.conf\nservice: admin\n', 202), 'holds');
  assert.equal(await ask('config: nginx.conf\nservice: admin\n', 201), 'status: expected 201, got "202"');
  assert.match(await ask('config: nginx.conf\nservice: shopp\n', 201), /^1: service shopp: .*by shop, admin\.$/);
  assert.equal(await ask('config: ../own/main.conf\nmap: { /srv/sites: ../sites }\n', 203, 'tests/a.proxytest.yaml'), 'holds');
  assert.equal(await ask('config: sites/a\n', 203), 'holds', 'a file that no main file includes');
  assert.match(await ask('config: main.conf\n', 203), /^0: main\.conf: there is no such file\.$/, 'none of another folder is meant');
});

test('what a text is, its form decides', async () => {
  const { client } = await opened({});
  const is = async (text: string): Promise<boolean> =>
    (await client.request<LooksLikeResult>('proxylens/looksLike', { uri: 'untitled:myapp.conf', text })).nginx;
  assert.equal(await is('server {\n    listen 80;\n    location / { proxy_pass http://127.0.0.1:8000; }\n}\n'), true);
  assert.equal(await is('server {\n  host = "a"\n  port = 1\n}\n'), false);
  assert.equal(await is('[server]\nlisten = 80\n'), false);
});
