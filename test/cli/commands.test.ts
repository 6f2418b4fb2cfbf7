/** The commands besides `check`, as programs and people call them. */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { describe, test } from 'node:test';
import { CLEAN, ends, FLAWED, folder, WELL } from './cli.ts';

const PROXY = `events {}
http {
    upstream app { server 127.0.0.1:8000; }
    server {
        listen 80;
        server_name example.com;
        location /app/ { proxy_pass http://app; proxy_set_header X-Kind kind; }
        location /old { return 301 https://example.com/app/; }
        location /files/ { root /srv; try_files $uri =404; }
        location /send/ { internal; alias /srv/private/; }
    }
}
`;

interface Trace {
  id?: string;
  version: number;
  steps: { phase: string; said: string }[];
  outcome: {
    kind: string;
    status: number;
    file: string | null;
    responseHeaders: [string, string][];
    upstreamRequest: { uri: string; headers: [string, string][]; upstream: string } | null;
  };
  error?: string;
}

describe('trace', () => {
  const cwd = folder({ 'nginx.conf': PROXY });

  test('JSON of the contract: what the application gets', async () => {
    const { out } = await ends(
      0,
      [
        'trace',
        'nginx.conf',
        'POST',
        'http://example.com/app/x?y=1',
        '-H',
        'User-Agent: curl/8',
        '--from',
        '198.51.100.7',
        '--format',
        'json',
      ],
      { cwd },
    );
    const trace = JSON.parse(out) as Trace;
    assert.equal(trace.version, 1);
    assert.equal(trace.outcome.kind, 'proxy');
    assert.equal(trace.outcome.status, 200);
    assert.equal(trace.outcome.upstreamRequest?.uri, '/app/x?y=1');
    assert.equal(trace.outcome.upstreamRequest.upstream, 'app');
    const header = (name: string): string | undefined =>
      trace.outcome.upstreamRequest?.headers.find(([n]) => n.toLowerCase() === name)?.[1];
    assert.equal(header('user-agent'), 'curl/8');
    assert.equal(header('x-kind'), 'kind');
    assert.equal(header('host'), 'app');
    assert.ok(trace.steps.length > 0);
  });

  test('a configuration that nginx refuses ends with 1, and its traces say so first', async () => {
    const dir = folder({ 'nginx.conf': 'events {}\nhttp {\n  server { listen 80; nonsense on; return 204; }\n}\n' });
    const { out } = await ends(1, ['trace', 'nginx.conf', 'GET http://a.test/'], { cwd: dir });
    assert.match(out, /nginx would not start: 1 error\.[\s\S]*nginx\.conf:3: .*nonsense[\s\S]*204/);
    const { out: batch } = await ends(1, ['trace', 'nginx.conf', '--requests', '-', '--format', 'jsonl'], {
      cwd: dir,
      stdin: '{"target":"/","headers":[["Host","a"]]}\n',
    });
    assert.equal((JSON.parse(batch) as { refusedBy: { rule: string }[] }).refusedBy[0]?.rule, 'unknown-directive');
  });

  test('what is assumed in vain, and answers of nobody, are wrong calls', async () => {
    const url = 'http://example.com/app/';
    await ends(2, ['trace', 'nginx.conf', url, '--assume', 'upstream-statuss=502'], { cwd, says: /upstream-statuss.*upstream-status/ });
    await ends(2, ['trace', 'nginx.conf', url, '--assume', 'upstream-status=down'], { cwd, says: /"down" is no answer/ });
    await ends(2, ['trace', 'nginx.conf', url, '--upstream', 'nobody=502'], { cwd, says: /nobody/ });
    await ends(2, ['trace', 'nginx.conf', url, '--upstream', 'app=down'], { cwd, says: /down is no answer/ });
  });

  test('text for people, a picture, a diagram', async () => {
    const url = 'http://example.com/app/';
    assert.match((await ends(0, ['trace', 'nginx.conf', url], { cwd })).out, /nginx\.conf:7/);
    assert.match((await ends(0, ['trace', 'nginx.conf', url, '--format', 'svg'], { cwd })).out, /^<svg [\s\S]*<\/svg>\s*$/);
    assert.match((await ends(0, ['trace', 'nginx.conf', url, '--format', 'mermaid'], { cwd })).out, /^(flowchart|graph|sequenceDiagram)/);
  });

  test('a batch answers line for line, in order, with the ids; a bad line is an answer too', async () => {
    const line = (id: string, target: string): string =>
      JSON.stringify({
        id,
        method: 'GET',
        target,
        scheme: 'http',
        httpVersion: '1.1',
        headers: [['Host', 'example.com']],
        clientAddress: '198.51.100.7',
        localAddress: '203.0.113.5',
        localPort: 80,
      });
    const good = `${line('b', '/app/1')}\n\n${line('a', '/old')}\n`;
    const { out } = await ends(0, ['trace', 'nginx.conf', '--requests', '-', '--format', 'jsonl'], { cwd, stdin: good });
    const answers = out
      .trimEnd()
      .split('\n')
      .map((l) => JSON.parse(l) as Trace);
    assert.deepEqual(
      answers.map((a) => [a.id, a.outcome.status]),
      [
        ['b', 200],
        ['a', 301],
      ],
    );
    const urls = 'GET http://example.com/app/1\n{"url":"http://example.com/app/2","headers":[["Accept","text/plain"]]}\n';
    const asked = (
      await ends(0, ['trace', 'nginx.conf', '--requests', '-', '--format', 'jsonl', '--client', 'curl'], { cwd, stdin: urls })
    ).out
      .trimEnd()
      .split('\n')
      .map((l) => (JSON.parse(l) as Trace).outcome.upstreamRequest!.headers.filter(([n]) => /^(?:user-agent|accept)$/i.test(n)));
    assert.deepEqual(asked, [
      [
        ['User-Agent', 'curl/8.5.0'],
        ['Accept', '*/*'],
      ],
      [
        ['User-Agent', 'curl/8.5.0'],
        ['Accept', 'text/plain'],
      ],
    ]);
    fs.writeFileSync(path.join(cwd, 'r.jsonl'), `nonsense\n[]\n{"id":"x"}\n${good}`);
    const mixed = (await ends(2, ['trace', 'nginx.conf', '--requests', 'r.jsonl', '--format', 'jsonl'], { cwd })).out
      .trimEnd()
      .split('\n')
      .map((l) => JSON.parse(l) as Trace);
    assert.equal(mixed.length, 5);
    assert.match(mixed[0]!.error ?? '', /line 1 is no JSON/);
    assert.ok(mixed[1]!.error && mixed[2]!.error);
    assert.equal(mixed[2]!.id, 'x');
    assert.equal(mixed[3]!.id, 'b');
  });

  test('--files: none, a list, this disk', async () => {
    const dir = folder({ 'nginx.conf': PROXY.replace('root /srv;', `root ${cwd};`), list: `${cwd}/files/a.txt\n` });
    const status = async (files: string, url: string): Promise<[number, string | null]> => {
      const { outcome } = JSON.parse(
        (await ends(0, ['trace', 'nginx.conf', `http://example.com${url}`, '--files', files, '--format', 'json'], { cwd: dir })).out,
      ) as Trace;
      return [outcome.status, outcome.file];
    };
    assert.deepEqual((await status('none', '/files/a.txt'))[0], 404);
    assert.deepEqual(await status('list', '/files/a.txt'), [200, `${cwd}/files/a.txt`]);
    assert.equal((await status('list', '/files/b.txt'))[0], 404);
    fs.mkdirSync(path.join(cwd, 'files'));
    fs.writeFileSync(path.join(cwd, 'files/b.txt'), '');
    assert.deepEqual(await status('disk', '/files/b.txt'), [200, `${cwd}/files/b.txt`]);
    await ends(3, ['trace', 'nginx.conf', 'http://example.com/', '--files', 'gone'], { cwd: dir, says: /no such list of paths/ });
  });

  test('what the application answers', async () => {
    const of = async (...more: string[]): Promise<Trace['outcome']> =>
      (JSON.parse((await ends(0, ['trace', 'nginx.conf', 'http://example.com/app/', '--format', 'json', ...more], { cwd })).out) as Trace)
        .outcome;
    assert.equal((await of('--upstream-status', '502')).status, 502);
    assert.equal((await of('--upstream-header', 'X-Accel-Redirect: /send/a.pdf', '--files', 'none')).status, 404);
  });

  for (const [code, args, words] of [
    [2, ['nginx.conf'], /missing request/],
    [2, ['nginx.conf', 'GET', 'http://a/', 'x'], /too many words/],
    [2, ['nginx.conf', 'http://a/', 'http://b/'], /too many words/],
    [2, ['http://a/'], /request without a configuration.*trace nginx\.conf http:\/\/a\//],
    [2, ['GET', 'http://a/'], /request without a configuration/],
    [2, ['nginx.conf', 'http://a/', '-H', 'nonsense'], /no header line/],
    [2, ['nginx.conf', '--requests', '-', '--from', 'nowhere'], /no address of a client/],
    [2, ['nginx.conf', '--requests', '-', '--follow'], /--follow is for one request/],
    [2, ['nginx.conf', '--requests', '-', '--http-version', '2'], /--http-version is for one request/],
    [2, ['nginx.conf', 'http://a/', '--upstream-status', 'x'], /no status/],
    [2, ['nginx.conf', 'http://a/', '--format', 'png'], /--format is one of/],
    [2, ['nginx.conf', 'http://a/', '--nope'], /unknown option/],
    [3, ['gone.conf', 'http://a/'], /gone\.conf: no such file/],
    [3, ['nginx.conf', '--requests', 'gone.jsonl', '--format', 'jsonl'], /gone\.jsonl/],
    [3, ['nginx.conf', '--requests', '.', '--format', 'jsonl'], /folder|cannot be read/],
  ] as const)
    test(`${code}: trace ${args.join(' ')}`, async () => {
      await ends(code, ['trace', ...args], { cwd, says: words });
    });

  test('the configuration may stand behind its request', async () => {
    const of = async (...args: string[]): Promise<string> => (await ends(0, ['trace', ...args], { cwd })).out;
    const usual = await of('nginx.conf', 'POST', 'http://example.com/app/');
    assert.equal(await of('POST', 'http://example.com/app/', 'nginx.conf'), usual);
    assert.equal(await of('POST http://example.com/app/', './nginx.conf'), usual);
  });
});

describe('test', () => {
  const suite = (expect: string): string =>
    `config: nginx.conf\nrequests:\n  - name: the application is asked\n    request: GET http://example.com/app/x\n    expect: ${expect}\n`;

  test('0 when all hold, 1 with the difference and the path when one does not', async () => {
    const cwd = folder({
      'a/nginx.conf': PROXY,
      'a/site.proxytest.yaml': suite('{ kind: proxy, upstream: app, uri: /app/x, upstreamHeaders: { X-Kind: /^k/, X-Other: null } }'),
    });
    assert.match((await ends(0, ['test'], { cwd })).out, /1 passed, 0 failed/);
    fs.writeFileSync(path.join(cwd, 'a/site.proxytest.yaml'), suite('{ uri: /x, status: 200 }'));
    const { out } = await ends(1, ['test', 'a'], { cwd });
    assert.match(out, /✕ the application is asked/);
    assert.match(out, /uri: expected "\/x", got "\/app\/x"/);
    assert.match(out, /nginx\.conf:7/);
    assert.match(out, /0 passed, 1 failed/);
    const json = JSON.parse((await ends(1, ['test', '--format', 'json', 'a/site.proxytest.yaml'], { cwd })).out) as {
      results: { ok: boolean; line: number; differences: { what: string }[] }[];
    };
    assert.deepEqual(
      json.results.map((r) => [r.ok, r.line, r.differences.map((d) => d.what)]),
      [[false, 2, ['uri']]],
    );
  });

  test('of several services the one that the file names, or the call', async () => {
    const site = (status: number): string => `server { listen 80; return ${status}; }\n`;
    const file = (service: string, status: number): string =>
      `config: nginx.conf\n${service}requests:\n  - request: GET http://localhost/\n    expect: { status: ${status} }\n`;
    const mounts = (name: string): string =>
      `  ${name}:\n    image: nginx:1.29\n    volumes: ["./nginx.conf:/etc/nginx/nginx.conf", "./${name}:/etc/nginx/conf.d"]\n`;
    const cwd = folder({
      'nginx.conf': 'events {}\nhttp { include /etc/nginx/conf.d/*.conf; }\n',
      'shop/site.conf': site(201),
      'admin/site.conf': site(202),
      'compose.yaml': `services:\n${mounts('shop')}${mounts('admin')}`,
      'shop.proxytest.yaml': file('service: shop\n', 201),
      'admin.proxytest.yaml': file('service: admin\n', 202),
      'other/any.proxytest.yaml': file('', 201).replace('nginx.conf', '../nginx.conf'),
      'other/gone.proxytest.yaml': file('service: shopp\n', 201).replace('nginx.conf', '../nginx.conf'),
      'other/list.proxytest.yaml': file('service: [shop]\n', 201),
    });
    await ends(0, ['test', 'shop.proxytest.yaml', 'admin.proxytest.yaml'], { cwd });
    await ends(1, ['test', 'shop.proxytest.yaml', '--service', 'admin'], { cwd });
    await ends(0, ['test', 'other/any.proxytest.yaml'], { cwd, says: /shop.*this is shop\. Name one with "service" in the file/s });
    await ends(2, ['test', 'other/gone.proxytest.yaml'], { cwd, says: /gone\.proxytest\.yaml:2: service shopp: .*by shop, admin/ });
    await ends(2, ['test', 'other/gone.proxytest.yaml', '--service', 'shoq'], { cwd, says: /--service shoq: .*by shop, admin/ });
    await ends(2, ['test', 'other/list.proxytest.yaml'], { cwd, says: /list\.proxytest\.yaml:2: service is the name of one service/ });
  });

  test('what cannot be run is said, and the rest runs', async () => {
    const cwd = folder({
      'nginx.conf': 'events {}\nhttp { server { listen 80; return 204; } }\n',
      'a.proxytest.yaml': 'config: elsewhere.conf\nrequests:\n  - request: GET http://a/\n    expect: { status: 204 }\n',
      'b.proxytest.yaml':
        'requests:\n  - request: GET http://b/\n    expect: { status: 204 }\n  - request: GET http://b/\n    expect: { colour: red }\n  - request: GET http://b/\n',
      'c.proxytest.yaml': 'requests:\n  - request: GET http://c/\n    expect: { status: 204\n',
      'd.proxytest.yaml': 'requests:\n  - request: { method: PUT, url: http://d/x }\n    expect: { status: 204 }\n',
    });
    const { out } = await ends(3, ['test'], {
      cwd,
      says: /elsewhere\.conf: no such file.*b\.proxytest\.yaml:4: Nothing is called "colour".*c\.proxytest\.yaml:4: /s,
    });
    assert.match(out, /✓ GET http:\/\/b\/\n.*✓ PUT http:\/\/d\/x\n\n2 passed, 0 failed/s);
    await ends(2, ['test', 'b.proxytest.yaml'], { cwd, says: /:4: Nothing.*:6: This request expects nothing/s });
    const json = JSON.parse((await ends(2, ['test', 'b.proxytest.yaml', '--format', 'json'], { cwd })).out) as {
      problems: string[];
      summary: { passed: number };
    };
    assert.deepEqual([json.problems.length, json.summary.passed], [2, 1]);
  });

  test('problems with their line; what cannot be read', async () => {
    const cwd = folder({
      'nginx.conf': PROXY,
      'a.proxytest.yaml': suite('{ colour: red }'),
      'b.proxytest.yaml': 'requests: [\n',
      'c.proxytest.yaml': suite('{ status: 200 }').replace('nginx.conf', 'gone.conf'),
    });
    await ends(2, ['test', 'a.proxytest.yaml'], { cwd, says: /a\.proxytest\.yaml:3: .*colour/ });
    await ends(2, ['test', 'b.proxytest.yaml'], { cwd, says: /b\.proxytest\.yaml:\d+: / });
    await ends(3, ['test', 'c.proxytest.yaml'], { cwd, says: /gone\.conf/ });
    await ends(3, ['test', 'gone.proxytest.yaml'], { cwd, says: /no such file/ });
    await ends(3, ['test'], { says: /no \*\.proxytest\.yaml found/ });
    await ends(2, ['test', '--format', 'xml'], { cwd, says: /--format is text or json/ });
  });
});

describe('format', () => {
  const UGLY = 'server {\nlisten   80;\n  location / { return 204; }\n}\n';
  const NICE = 'server {\n    listen 80;\n    location / { return 204; }\n}\n';

  test('a template engine is named on the command line, or in the settings', async () => {
    // `{lines}` alone in its line: a block without an end to nginx, whole lines to Python
    const text = 'server {\n  listen 80;\n  {lines}\n  root /srv;\n}\n';
    const made = 'server {\n    listen 80;\n    {lines}\n    root /srv;\n}\n';
    const cwd = folder({ 'a.cfg': text, '.git/HEAD': '' });
    await ends(2, ['format', 'a.cfg'], { cwd, says: /is missing/ });
    assert.equal((await ends(0, ['format', '--template', '*.cfg=python-format', 'a.cfg'], { cwd })).out, made);
    const set = folder({ 'a.cfg': text, '.git/HEAD': '', '.proxylens.yaml': 'templates: { "*.cfg": python-format }\n' });
    assert.equal((await ends(0, ['format', 'a.cfg'], { cwd: set })).out, made);
    await ends(2, ['format', '--template', '*.cfg=quill', 'a.cfg'], { cwd, says: /--template is one of/ });
  });

  test('prints, writes, checks', async () => {
    const cwd = folder({ 'nginx.conf': CLEAN, 'conf.d/a.conf': UGLY, 'notes.txt': UGLY });
    assert.equal((await ends(0, ['format', 'conf.d/a.conf'], { cwd })).out, NICE);
    assert.equal((await ends(0, ['format', '-'], { stdin: UGLY })).out, NICE);
    assert.equal((await ends(1, ['format', '--check', '.'], { cwd })).out, `${path.join('conf.d', 'a.conf')}\n`);
    assert.equal(fs.readFileSync(path.join(cwd, 'conf.d/a.conf'), 'utf8'), UGLY);
    await ends(0, ['format', '--write', '.'], { cwd });
    assert.equal(fs.readFileSync(path.join(cwd, 'conf.d/a.conf'), 'utf8'), NICE);
    assert.equal(fs.readFileSync(path.join(cwd, 'notes.txt'), 'utf8'), UGLY);
    await ends(0, ['format', '--check', '.'], { cwd });
    assert.match((await ends(0, ['format', '--indent', 'tab', '-'], { stdin: UGLY })).out, /^\tlisten 80;$/m);
  });

  test('a file with syntax errors is left alone, with the line; the others are still done', async () => {
    const broken = 'server {\nlisten 80;\n';
    const cwd = folder({ 'a.conf': broken, 'b.conf': UGLY });
    await ends(2, ['format', '--write', 'a.conf', 'b.conf'], { cwd, says: /a\.conf:1: The file is not formatted: .*"}" is missing/ });
    assert.equal(fs.readFileSync(path.join(cwd, 'a.conf'), 'utf8'), broken);
    assert.equal(fs.readFileSync(path.join(cwd, 'b.conf'), 'utf8'), NICE);
  });

  test('bytes that are no UTF-8 stay', async () => {
    const cwd = folder({ 'a.conf': Buffer.from(`# \xe9\n${UGLY}`, 'latin1') });
    await ends(0, ['format', '--write', 'a.conf'], { cwd });
    assert.deepEqual(fs.readFileSync(path.join(cwd, 'a.conf')), Buffer.from(`# \xe9\n${NICE}`, 'latin1'));
  });

  for (const [code, args, words] of [
    [2, ['--write', '--check', '.'], /exclude each other/],
    [2, ['--indent', '0', '-'], /--indent is/],
    [2, ['--write', '-'], /cannot be written in place/],
    [3, ['gone.conf'], /no such file/],
    [3, ['.'], /no nginx configuration found/],
  ] as const)
    test(`${code}: format ${args.join(' ')}`, async () => {
      await ends(code, ['format', ...args], { says: words });
    });
});

describe('rules, explain, new, and the rest', () => {
  test('rules as JSON has the fields of the contract', async () => {
    const rows = JSON.parse((await ends(0, ['rules', '--format', 'json'])).out) as Record<string, unknown>[];
    assert.ok(rows.length > 100);
    assert.equal(new Set(rows.map((r) => r.id)).size, rows.length);
    for (const r of rows) {
      for (const key of ['id', 'group', 'severity', 'title', 'since', 'docs'])
        assert.equal(typeof r[key], 'string', `${String(r.id)} ${key}`);
      assert.ok(['always', 'sometimes', 'never'].includes(String(r.fixable)));
      assert.equal(typeof r.default, 'boolean');
      for (const e of r.equivalents as string[]) assert.match(e, /^(gixy|nginx-lint):[\w-]+$/);
      assert.ok(fs.existsSync(path.resolve(String(r.docs))), `${String(r.docs)} is there`);
    }
    await ends(2, ['rules', '--format', 'xml'], { says: /--format is text or json/ });
  });

  test("explain prints a rule's page, also by another tool's name", async () => {
    const page = fs.readFileSync('server/docs/rules/alias-traversal.md', 'utf8');
    assert.equal((await ends(0, ['explain', 'alias-traversal'])).out, page);
    assert.equal((await ends(0, ['explain', 'gixy:alias_traversal'])).out, page);
    await ends(2, ['explain', 'nope'], { says: /there is no rule "nope"/ });
    await ends(2, ['explain'], { says: /missing required argument/ });
  });

  test('new writes files that check and format accept, and never over others', async () => {
    const cwd = folder();
    const args = [
      'new',
      '--name',
      'shop',
      '--framework',
      'django',
      '--server',
      'gunicorn',
      '--domain',
      'shop.example.com',
      '--tls',
      'letsencrypt',
      '--write',
      'out',
    ];
    await ends(0, args, { cwd });
    // what is there as it would be written is left as it is, what someone changed is not written over
    await ends(0, args, { cwd });
    fs.appendFileSync(path.join(cwd, 'out/gunicorn.conf.py'), 'preload_app = True\n');
    assert.match((await ends(0, [...args, '--dry-run'], { cwd })).out, /gunicorn\.conf\.py +\(there already, with another text\)/);
    await ends(2, args, { cwd, says: /gunicorn\.conf\.py is there already, with another text\. Nothing was written/ });
    assert.match((await ends(0, [...args, '--force'], { cwd })).out, /DEPLOY\.md/);
    assert.ok(!fs.readFileSync(path.join(cwd, 'out/gunicorn.conf.py'), 'utf8').includes('preload_app'));
    await ends(0, ['check', '--fail-on', 'warning', 'out'], { cwd });
    await ends(2, ['new', '--framework', 'rails'], { cwd, says: /--framework is one of/ });
    await ends(2, ['new', '--framework', 'fastapi', '--server', 'gunicorn'], { cwd, says: /gunicorn is not offered for fastapi/ });
    // a link out of the folder is not followed
    const outside = folder();
    fs.mkdirSync(path.join(cwd, 'linked'));
    fs.symlinkSync(outside, path.join(cwd, 'linked/deploy'));
    await ends(2, [...args.slice(0, -1), 'linked'], { cwd, says: /outside of/ });
    assert.deepEqual(fs.readdirSync(outside), []);
    assert.deepEqual(fs.readdirSync(path.join(cwd, 'linked')), ['deploy']);
  });

  test('new says in words where it cannot write', async () => {
    const cwd = folder({ 'manage.py': '', 'nginx.conf': '' });
    const args = ['new', '--framework', 'flask', '--name', 'app', '--domain', 'example.com', '--write'];
    await ends(3, [...args, 'nginx.conf'], { cwd, says: /a part of this path is a file, and no folder\. Nothing was written/ });
    await ends(3, [...args, 'nginx.conf/site'], { cwd, says: /a part of this path is a file, and no folder\. Nothing was written/ });
    // the kernel's own files take no folder, and its answer is that of a parent that is not there yet
    if (fs.existsSync('/proc/self')) await ends(3, [...args, '/proc/none'], { cwd, says: /no folder can be made there/ });
    assert.deepEqual(fs.readdirSync(cwd).sort(), ['manage.py', 'nginx.conf']);
  });

  test('help and version are 0, a missing command is 2', async () => {
    await ends(0, ['--help']);
    await ends(0, ['check', '--help']);
    assert.match((await ends(0, ['--version'])).out, /^\d+\.\d+\.\d+\nknows nginx up to \d+\.\d+\.\d+ \(\d+ \w+ \d+\)/);
    await ends(2, []);
    await ends(0, ['check', '-'], { stdin: WELL });
    await ends(1, ['check', '-'], { stdin: FLAWED });
  });
});
