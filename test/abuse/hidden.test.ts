/** What a file holds that is nothing of nginx, and what is built to stop a reader: nothing of the first is said, and the second is one message. */
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { readTests } from '../../server/src/trace/expect.ts';

const cli = path.resolve('dist/cli.cjs');
let folder = '';
before(() => (folder = fs.mkdtempSync(path.join(os.tmpdir(), 'proxylens-hidden-'))));
after(() => fs.rmSync(folder, { recursive: true, force: true }));

function project(name: string, files: Readonly<Record<string, string>>): string {
  const root = path.join(folder, name);
  fs.mkdirSync(path.join(root, '.git'), { recursive: true });
  for (const [file, text] of Object.entries(files)) fs.writeFileSync(path.join(root, file), text);
  return root;
}
const run = (cwd: string, ...args: string[]) => spawnSync(process.execPath, [cli, ...args], { cwd, encoding: 'utf8', timeout: 120_000 });

describe('an included file of another kind is not quoted', () => {
  const SECRETS: Readonly<Record<string, string>> = {
    'an environment file': 'TOKEN_OF_PAYMENTS=tr0ub4dor\nOTHER=second\n',
    'one word': 'correcthorsebatterystaple\n',
    'a line of passwords': 'root:$6$saltsalt$hashhashhash:19000:0:99999:7:::\nbin:*:19000:0:99999:7:::\n',
    'a key': '-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQ\n-----END PRIVATE KEY-----\n',
  };
  for (const [what, text] of Object.entries(SECRETS))
    for (const format of ['stylish', 'sarif'])
      test(`${what}, ${format}`, () => {
        const root = project(`${what} ${format}`, {
          secret: text,
          'nginx.conf': 'events {}\nhttp {\n    include secret;\n    server { listen 80; return 204; }\n}\n',
        });
        const { status, stdout, stderr } = run(root, 'check', '--format', format, 'nginx.conf');
        assert.equal(status, 1, stderr);
        for (const word of text.split(/[\s=:]+/).filter((w) => w.length > 8)) {
          assert.ok(!stdout.includes(word), `${word} in ${stdout}`);
          assert.ok(!stderr.includes(word), stderr);
        }
      });

  test('a misspelt directive is still named', () => {
    const root = project('misspelt', {
      'part.conf': 'prxy_pas http://127.0.0.1:8000;\n',
      'nginx.conf': 'events {}\nhttp { server { listen 80; location / { include part.conf; } } }\n',
    });
    assert.match(run(root, 'check', 'nginx.conf').stdout, /"prxy_pas"/);
  });
});

test('a request test whose aliases stand for lists of aliases is one message', () => {
  const lines = ['config: nginx.conf', 'a: &a [x, x, x, x, x, x, x, x, x]'];
  for (const [i, name] of [...'bcdefghij'].entries()) lines.push(`${name}: &${name} [${Array(9).fill(`*${'abcdefghi'[i]}`).join(', ')}]`);
  const { problems, tests } = readTests([...lines, 'requests:', '  - { request: GET http://a/, expect: *j }', ''].join('\n'));
  assert.deepEqual(tests, []);
  assert.match(problems[0]?.message ?? '', /expands to too much/);
});

test('a directive without its arguments stops no rule', () => {
  const bare = [
    'error_page',
    'return',
    'rewrite',
    'try_files',
    'proxy_pass',
    'if',
    'set',
    'alias',
    'root',
    'add_header',
    'proxy_set_header',
  ];
  const root = project('bare', {
    'nginx.conf': `events {}\nhttp { ${bare.join('; ')}; server { listen 80; ${bare.join('; ')}; location / { ${bare.join('; ')}; } } }\n`,
  });
  const { status, stderr } = run(root, 'check', 'nginx.conf');
  assert.equal(status, 1, stderr);
  assert.doesNotMatch(stderr, /a rule failed|internal error/);
});

test('a pattern of three thousand parentheses stops no rule', () => {
  const nested = (n: number): string => `${'('.repeat(n)}a${')'.repeat(n)}`;
  for (const n of [200, 1500]) {
    const root = project(`nested ${n}`, {
      'nginx.conf': `events {}\nhttp { server { listen 80; location ~ "^${nested(n)}+$" { return 204; } } }\n`,
    });
    const { status, stderr } = run(root, 'check', 'nginx.conf');
    assert.ok(status === 0 || status === 1, stderr);
    assert.doesNotMatch(stderr, /a rule failed/);
  }
});

test('lines are counted as nginx counts them: by line feeds', () => {
  const root = project('cr', { 'nginx.conf': 'events {}\r http { server { listen 80; bogus x; } }\n' });
  assert.match(run(root, 'check', '--only', 'validity', 'nginx.conf').stdout, /^\s+1:\d+\s+error\s+Unknown directive "bogus"/m);
});

for (const header of ['Garbage\r\n\r\n', 'Content-Length: many\r\n\r\n{}', 'Content-Type: text/plain\r\n\r\n{}'])
  test(`a broken header ends the language server: ${JSON.stringify(header)}`, async () => {
    const child = spawn(process.execPath, [cli, 'lsp', '--stdio'], { stdio: ['pipe', 'ignore', 'pipe'] });
    let said = '';
    child.stderr.on('data', (chunk) => (said += String(chunk)));
    const ended = new Promise<number | null>((resolve) => child.on('exit', resolve));
    child.stdin.write(header);
    // the input stays open, as a client's does
    const limit = setTimeout(() => child.kill(), 60_000);
    assert.equal(await ended, 1, said);
    clearTimeout(limit);
    assert.match(said, /no language server protocol/);
  });
