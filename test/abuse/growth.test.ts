/**
 * Short texts in which very many ways lead to one value: whoever asks where a value comes from looks at each line once, not at each way. And a
 * block of very many lines: what a session notes of each is no list of all before it.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileId } from '../../server/src/base/file-id.ts';
import { MemoryFiles } from '../../server/src/base/memory-files.ts';
import { readSettings } from '../../server/src/config/settings-file.ts';
import { mayDeclare } from '../../server/src/config/unseen-names.ts';
import { format } from '../../server/src/features/format.ts';
import { ended } from '../../server/src/lsp/publish.ts';
import { embeddedIn } from '../../server/src/project/embedded.ts';
import { lint } from '../../server/src/rules/run.ts';
import proxyHostMissing from '../../server/src/rules/upstreams/proxy-host-missing.ts';
import { PLACEHOLDERS } from '../../server/src/syntax/template/placeholders.ts';
import { requestFromUrl } from '../../server/src/trace/from-url.ts';
import { traceRequest } from '../../server/src/trace/request.ts';
import { Workspace } from '../../server/src/workspace/workspace.ts';
import { parser } from '../harness/assets.ts';
import { publisherOf } from '../harness/publisher.ts';
import { parts } from '../harness/rules.ts';
import { configOf } from '../trace/config-of.ts';

/** ms of the processor for one text, on a machine that does ten other things */
const LIMIT = 8000;
const N = 60;
const rep = (line: (i: number) => string, n = N): string => Array.from({ length: n }, (_, i) => line(i)).join('\n');

/** Lines of http, and lines of the server, that give `$v` its value. */
const VALUES: Readonly<Record<string, readonly [string, string]>> = {
  'a value made of itself in conditions': ['', rep((i) => `if ($arg_a${i}) { set $v "\${v}a"; }`)],
  'a value made of itself': ['', rep(() => 'set $v "${v}a";')],
  'two values made of each other': ['', rep(() => 'set $v "${w}a$w"; set $w "${v}b$v";')],
  'values made of the next one': ['', `${rep((i) => `set $x${i} "$x${i + 1}$x${i + 1}";`)}\nset $x${N} $arg_q;\nset $v $x0;`],
  'maps of which each row leads to the next map': [
    `${rep((j) => `map $arg_k${j} $m${j} { default $m${j + 1}; ${rep((i) => `a${i} "x${i}$m${j + 1}";`)} }`, 8)}\nmap $host $m8 { default $http_x; }`,
    'set $v $m0;',
  ],
  'maps that begin with slashes': [
    `${rep((j) => `map $arg_k${j} $m${j} { default $m${j + 1}; ${rep((i) => `a${i} $m${j + 1};`)} }`, 4)}\nmap $host $m4 { default $request_uri; }`,
    'set $v $m0;',
  ],
};

const USES = [
  'add_header X-V $v;',
  'location /a { proxy_pass http://$v; proxy_set_header Host $v; }',
  'location /b { return 302 https://b.example$v; }',
  'location /c { root /srv/$v; try_files $v $uri =404; }',
  'location /d { limit_req zone=z; proxy_cache k; proxy_cache_key $v; proxy_pass http://127.0.0.1:8000; }',
  `location /e { proxy_pass ${'$v'.repeat(40)}; }`,
];

async function isQuick(text: string): Promise<void> {
  const { rules } = await parts();
  const config = await configOf(`#- nginx.conf\n${text}`);
  const from = process.cpuUsage();
  lint(config, rules);
  const { user, system } = process.cpuUsage(from);
  assert.ok((user + system) / 1000 < LIMIT, `${(user + system) / 1000} ms`);
}

for (const [name, [http, server]] of Object.entries(VALUES))
  test(name, () =>
    isQuick(
      `events {}\nhttp {\nproxy_cache_path /c keys_zone=k:1m;\nmap $arg_z $key { default $m0; b $m1; }\nlimit_req_zone $key zone=z:1m rate=1r/s;\n${http}\nserver {\nlisten 80;\nserver_name a.example;\n${server}\n${USES.join('\n')}\n}\n}\n`,
    ),
  );

test('a pass to dozens of variables in one word', () =>
  isQuick(`events {}\nhttp {\nserver {\nlisten 80;\nset $to app;\nlocation / { proxy_pass ${'$to'.repeat(40)}; }\n}\n}\n`));

test('a range of geo that holds all addresses', () =>
  isQuick(
    `events {}\nhttp {\ngeo $g {\nranges;\n${rep((i) => `0.0.0.${i}-255.255.255.254 ${i};\ndelete 0.0.0.${i}-255.255.255.254;`)}\n}\nserver { listen 80; add_header X-G $g; root /srv; }\n}\n`,
  ));

test('a block of thousands of lines, as a session judges it', async () => {
  const { parser, engine, rules } = await parts();
  const file = fileId('file:///growth/nginx.conf');
  const workspace = new Workspace(parser, engine, new MemoryFiles([]));
  const lines = rep((i) => `set $v${i} ${i};\nadd_header X-V${i} $v${i};`, 10_000);
  const text = `events {}\nhttp {\nserver {\nlisten 80;\n${lines}\n}\n}\n`;
  workspace.apply({ kind: 'open', file, text, version: 1 });
  await workspace.settle();
  const publisher = publisherOf({ workspace, rules });
  const from = process.cpuUsage();
  ended(publisher.steps(workspace.snapshot(), true));
  const { user, system } = process.cpuUsage(from);
  assert.ok((user + system) / 1000 < LIMIT, `${(user + system) / 1000} ms`);
});

test('names that try_files looks for below a root which is longer than any path', async () => {
  const n = 8000;
  const config = await configOf(
    `#- nginx.conf\nevents {}\nhttp {\nserver {\nlisten 80;\nroot /srv/${'$host'.repeat(2 * n)};\nlocation / { try_files ${'$uri '.repeat(n)}=404; }\n}\n}\n`,
  );
  const request = requestFromUrl({ url: `http://${'a'.repeat(20)}.example/x` });
  if ('problem' in request) throw new Error(request.problem);
  const { rss } = process.memoryUsage();
  const { outcome } = traceRequest(config, request);
  assert.equal(outcome.status, 404);
  // a copy of each path would be 5 GB
  assert.ok(process.memoryUsage().rss - rss < 500 * 1024 * 1024);
});

test('beginnings of marks that nothing ends', async () => {
  const nginx = await parser();
  for (const part of ['{{', '{%', '{#', '<%', '<#if a>', '{% if', '{{.']) {
    const began = process.cpuUsage();
    nginx.open(fileId('file:///marks/nginx.conf'), `events {}\nhttp {\n# ${part.repeat(40_000)}\n}\n`).dispose();
    const { user, system } = process.cpuUsage(began);
    assert.ok((user + system) / 1000 < LIMIT / 4, `${part}: ${Math.round((user + system) / 1000)} ms`);
  }
});

test('a line of brackets, in each of which a placeholder might begin', () => {
  for (const part of ['[', '[ab] ', '[a b] ', 'x[ab', '<', '{a']) {
    const from = process.cpuUsage();
    `\nreturn 200 ${part.repeat(80_000)};`.replace(PLACEHOLDERS, '');
    const { user, system } = process.cpuUsage(from);
    assert.ok((user + system) / 1000 < LIMIT, `${part}: ${(user + system) / 1000} ms`);
  }
});

test('here-documents that nothing ends, and quotes within a word of a shell', () => {
  const began = process.cpuUsage();
  for (const text of [
    `${rep(() => 'cat <<EOF', 40_000)}\nserver { listen 80; }\n`,
    `${rep((i) => `m${i} x\ncat <<m${i}`, 20_000)}\nserver { listen 80; }\n`,
    `echo "server { listen 80; root /srv; add_header X a${'\\"'.repeat(80_000)}; }" > site.conf\n`,
  ])
    embeddedIn(fileId('file:///srv/setup.sh'), '/srv/setup.sh', text);
  const { user, system } = process.cpuUsage(began);
  assert.ok((user + system) / 1000 < LIMIT / 4, `${Math.round((user + system) / 1000)} ms`);
});

test('lists that are longer than what a call takes as arguments', async () => {
  const most = 150_000;
  const rows = `map $uri $v {\n${rep((i) => `    /a${i}   ${i};`, most)}\n}\n`;
  const document = (await parser()).open(fileId('file:///etc/nginx/conf.d/map.conf'), rows);
  assert.ok('edits' in format(document, { indent: '    ' }));
  document.update(
    Array.from({ length: most }, (_, i) => ({ span: { start: rows.length - most + i, end: rows.length - most + i }, newText: ' ' })),
  );
  assert.equal(document.text.length, rows.length + most);
  document.dispose();
  const config = await configOf(`events {}\nhttp {\nserver {\n${rep(() => 'include unseen.conf;', most)}\n}\n}`);
  assert.equal(mayDeclare(config, 'variable').length, 1);
});

test('a settings file of very many lines is read once, not each line against all others', () => {
  const from = process.cpuUsage();
  const { problems } = readSettings(`rules:\n${rep((i) => `  none-${i}: off`, 100_000)}\nno-setting: 1\n`);
  const { user, system } = process.cpuUsage(from);
  assert.equal(problems.length, 1);
  assert.ok((user + system) / 1000 < LIMIT, `${(user + system) / 1000} ms`);
});

test('very many locations of a server that asks for certificates: whether one passes the host on is asked of the server once', async () => {
  const config = await configOf(
    `events {}\nhttp {\nserver {\nlisten 443 ssl;\nssl_certificate a;\nssl_certificate_key b;\nssl_client_certificate c;\nssl_verify_client on;\n${rep((i) => `location /a${i} { proxy_pass http://127.0.0.1:8000; }`, 12_000)}\n}\n}`,
  );
  const from = process.cpuUsage();
  const found = lint(config, [proxyHostMissing]);
  const { user, system } = process.cpuUsage(from);
  assert.ok(found.length > 0);
  assert.ok((user + system) / 1000 < LIMIT, `${(user + system) / 1000} ms`);
});
