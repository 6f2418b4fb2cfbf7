/** Input that nobody would write on purpose: the command line answers it, in bounded time and memory, with a code of the contract. */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { describe, test } from 'node:test';
import { folder, run } from './cli.ts';

interface Answer {
  files: { path: string; diagnostics: { rule: string; severity: string; message: string }[] }[];
  summary: { files: number; error: number };
}

async function check(
  files: Record<string, string | Buffer>,
  prepare?: (dir: string) => void,
): Promise<{ code: number | null; answer: Answer | null }> {
  const dir = folder(files);
  prepare?.(dir);
  const { code, out } = await run(['check', '--format', 'json', 'nginx.conf'], { cwd: dir });
  return { code, answer: out ? (JSON.parse(out) as Answer) : null };
}

const rulesOf = (answer: Answer | null): string[] => [
  ...new Set(answer!.files.flatMap((f) => f.diagnostics.filter((d) => d.severity === 'error').map((d) => d.rule))),
];

describe('input that is too much', () => {
  for (const [name, text] of [
    ['100,000 braces without a name', 'events {}\nhttp {\n' + '{'.repeat(100_000)],
    ['30,000 blocks that are never closed', 'events {}\nhttp { server { ' + 'location / { '.repeat(30_000)],
    ['100,000 quotes', '"'.repeat(100_000)],
    ['100,000 semicolons', ';'.repeat(100_000)],
    ['100,000 closing braces', '}'.repeat(100_000)],
  ] as const)
    test(`${name}: one slip, one finding`, async () => {
      const { code, answer } = await check({ 'nginx.conf': text });
      assert.equal(code, 1);
      const slips = answer!.files[0]!.diagnostics.filter((d) => d.rule === 'syntax');
      assert.ok(slips.length >= 1 && slips.length <= 3, `${slips.length} findings`);
    });

  test('includes that double at every step are given up', async () => {
    const files: Record<string, string> = { 'nginx.conf': 'events {}\nhttp { include l0.conf; include l0.conf; }\n' };
    for (let i = 0; i < 30; i++) files[`l${i}.conf`] = `include l${i + 1}.conf;\ninclude l${i + 1}.conf;\n`;
    files['l30.conf'] = 'keepalive_requests 10;\n';
    const { answer } = await check(files);
    assert.ok(
      answer!.files.some((f) => f.diagnostics.some((d) => d.rule === 'not-checked' && d.message.includes('grows beyond all bounds'))),
    );
  });

  test('includes in a circle, by way of masks and links', async () => {
    const { code, answer } = await check(
      {
        'nginx.conf': 'events {}\nhttp { include d/*.conf; include d/up/d/*.conf; }\n',
        'd/a.conf': 'include d/*.conf;\n',
        'd/b.conf': 'include nginx.conf;\n',
      },
      (dir) => {
        fs.symlinkSync('..', path.join(dir, 'd/up'));
        fs.symlinkSync('self.conf', path.join(dir, 'd/self.conf'));
      },
    );
    assert.equal(code, 1);
    assert.deepEqual(rulesOf(answer), ['include-cycle']);
  });

  test('a mask over half a machine is given up', async () => {
    const files: Record<string, string> = { 'nginx.conf': 'events {}\nhttp { include many/*/*/x.conf; }\n' };
    const { answer } = await check(files, (dir) => {
      for (let i = 0; i < 50; i++) for (let j = 0; j < 50; j++) fs.mkdirSync(path.join(dir, `many/${i}/${j}`), { recursive: true });
      for (let i = 0; i < 2100; i++) fs.mkdirSync(path.join(dir, `many/wide${i}`), { recursive: true });
    });
    assert.match(answer!.files[0]!.diagnostics.map((d) => d.message).join('\n'), /matches too many files/);
  });

  for (const [name, text, code] of [
    ['random bytes', Buffer.from(Array.from({ length: 20_000 }, (_, i) => (i * 7919 + (i >> 3) * 31) & 255)), 3],
    ['Latin-1', Buffer.from('events {}\nhttp { server { listen 80; server_name \xe4.example.com; } } # gr\xf6\xdfer\n', 'latin1'), 0],
    ['CRLF and a byte order mark', '\ufeffevents {}\r\nhttp {\r\n  server {\r\n    listen 80;\r\n  }\r\n}\r\n', 1],
    ['UTF-16', Buffer.from('\ufeffevents {}\n', 'utf16le'), 3],
    ['nothing', '', 1],
  ] as const)
    test(name, async () => {
      assert.equal((await check({ 'nginx.conf': text })).code, code);
    });

  test('folders that are called like files', async () => {
    const { code } = await check({ 'nginx.conf': 'events {}\nhttp { include *.conf.d; include sub.conf; }\n' }, (dir) => {
      fs.mkdirSync(path.join(dir, 'sub.conf'));
      fs.mkdirSync(path.join(dir, 'x.conf.d'));
    });
    assert.equal(code, 0);
  });
});

describe('a dump that never came', () => {
  for (const [name, stdin] of [
    ['nothing', ''],
    [
      'what nginx says of a configuration that it refuses',
      'nginx: [emerg] unknown directive "x" in /etc/nginx/nginx.conf:1\nnginx: configuration file /etc/nginx/nginx.conf test failed\n',
    ],
  ] as const)
    test(`${name} on standard input is no clean configuration`, async () => {
      const { code, err } = await run(['check', '-'], { stdin });
      assert.equal(code, 3);
      assert.match(err, /^proxylens: standard input /);
    });
  test('an editor may send an empty file by its name', async () => {
    assert.equal((await run(['check', '-', '--stdin-path', 'conf.d/new.conf'], { stdin: '' })).code, 0);
  });
});

test('bytes that are no UTF-8 are refused with words, in a request file and on the command line', async () => {
  const dir = folder({
    'nginx.conf': 'events {}\nhttp { server { listen 80; location / { return 200 $uri; } } }\n',
    'raw.txt': Buffer.from('GET /caf\xe9 HTTP/1.1\r\nHost: a.test\r\n\r\n', 'latin1'),
    'lines.jsonl': Buffer.from('{"target":"/caf\xe9"}\n{"target":"/caf%E9","headers":{"Host":"a.test"}}\n', 'latin1'),
  });
  const raw = await run(['trace', 'nginx.conf', '--requests', 'raw.txt', '--format', 'jsonl'], { cwd: dir });
  assert.equal(raw.code, 2);
  assert.match((JSON.parse(raw.out) as { error: string }).error, /no UTF-8.*%E9/);
  const lines = await run(['trace', 'nginx.conf', '--requests', 'lines.jsonl', '--format', 'jsonl'], { cwd: dir });
  const [first, second] = lines.out
    .trim()
    .split('\n')
    .map((l) => JSON.parse(l) as { error?: string; outcome?: { status: number } });
  assert.match(first!.error!, /^line 1 has bytes that are no UTF-8/);
  assert.equal(second!.outcome!.status, 200);
  const named = await run(['trace', 'nginx.conf', 'http://a.test/caf\uFFFD'], { cwd: dir });
  assert.equal(named.code, 2);
  assert.match(named.err, /no UTF-8/);
});
