/** What README.md and the pages beside it show is what the program does: commands run, samples are read, printed text is compared. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { parse } from 'yaml';
import { readSettings } from '../../server/src/config/settings-file.ts';

const PAGES = ['README.md', ...fs.readdirSync('server/docs').flatMap((name) => (name.endsWith('.md') ? [`server/docs/${name}`] : []))];
const cli = path.resolve('dist/cli.cjs');

/** The fenced blocks of a page, by language. */
const blocks = (page: string, language: string): string[] =>
  [...fs.readFileSync(page, 'utf8').matchAll(/^```(\S*)\n([\s\S]*?)^```$/gm)].flatMap((m) => (m[1] === language ? [m[2]!] : []));

let folder = '';
/** A folder of its own, where no other test leaves anything. */
const fresh = (name: string): string => {
  folder = path.join(scratch, name);
  fs.mkdirSync(path.join(folder, '.git'), { recursive: true });
  return folder;
};
let scratch = '';
const run = (args: readonly string[], input = '') =>
  spawnSync(process.execPath, [cli, ...args], { cwd: folder, input, encoding: 'utf8', env: { ...process.env, NO_COLOR: '1' } });

/** The words of a shell line, quotes taken off; comments end it. */
const words = (line: string): string[] => [...line.replace(/\s+#.*$/, '').matchAll(/'([^']*)'|(\S+)/g)].map((m) => m[1] ?? m[2]!);

before(() => {
  scratch = fs.mkdtempSync(path.join(os.tmpdir(), 'proxylens-documents-'));
  fresh('commands');
  const conf = 'events {}\nhttp { server { listen 80; server_name example.com; location / { return 200; } } }\n';
  for (const [file, text] of Object.entries({
    'nginx.conf': conf,
    'deploy/nginx/nginx.conf': conf,
    'manage.py': 'import os\nos.environ.setdefault("DJANGO_SETTINGS_MODULE", "shop.settings")\n',
    'shop/settings.py': 'ALLOWED_HOSTS = ["example.com"]\nWSGI_APPLICATION = "shop.wsgi.application"\n',
    'shop/wsgi.py': 'application = None\n',
    'deploy/nginx/site.proxytest.yaml':
      'config: nginx.conf\nrequests:\n  - { request: GET http://example.com/, expect: { status: 200 } }\n',
  })) {
    fs.mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
    fs.writeFileSync(path.join(folder, file), text);
  }
});
after(() => fs.rmSync(scratch, { recursive: true, force: true }));

describe('commands', () => {
  const lines = PAGES.flatMap((page) =>
    [...blocks(page, 'sh'), ...blocks(page, 'yaml').flatMap((b) => b.match(/(?<=run: ).*/g) ?? [])]
      .flatMap((block) => block.split('\n'))
      .flatMap((line) => line.replace(/\s+#.*$/, '').split(';'))
      .flatMap((line) => /(?:^|\|)\s*(proxylens [^|>]*)/.exec(line)?.[1]?.trim() ?? [])
      .map((line) => [page, line] as const),
  );
  test('there are some', () => assert.ok(lines.length > 10, String(lines.length)));
  for (const [page, line] of new Map(lines.map((l) => [l[1], l])).values())
    test(`${page}: ${line}`, () => {
      const dump = `# configuration file /etc/nginx/nginx.conf:\n${fs.readFileSync(path.join(folder, 'nginx.conf'), 'utf8')}`;
      const { status, stderr } = run(words(line).slice(1), dump);
      // a finding or a file that is not laid out is an answer; a call that is not understood is none
      assert.ok(status === 0 || status === 1, `${status}: ${stderr}`);
    });
});

test('the trace that README.md shows is what the program prints', () => {
  const [conf] = blocks('README.md', 'nginx');
  const shown = blocks('README.md', '').find((block) => block.startsWith('$ proxylens trace'));
  assert.ok(conf && shown);
  fs.writeFileSync(path.join(fresh('trace'), 'nginx.conf'), conf);
  const [line = '', ...printed] = shown.split('\n');
  const { stdout, status } = run(words(line.slice(2)).slice(1));
  assert.equal(status, 0);
  // how far the facts go, and that they have grown old, is the present's to say
  const timeless = (text: string): string => text.trim().replace(/\nknows nginx.*/, '');
  assert.equal(timeless(stdout), timeless(printed.join('\n')));
});

test('the settings that the pages show are read without a complaint', () => {
  const samples = PAGES.flatMap((page) => blocks(page, 'yaml')).filter((b) => /^(# \.proxylens\.yaml|nginxVersion:)/.test(b));
  assert.ok(samples.length >= 2);
  for (const sample of samples) assert.deepEqual(readSettings(sample).problems, []);
});

test('the request test that README.md shows is read and runs', () => {
  const sample = blocks('README.md', 'yaml').find((b) => b.startsWith('# site.proxytest.yaml'));
  assert.ok(sample);
  assert.equal(parse(sample).requests.length, 1);
  fs.writeFileSync(
    path.join(fresh('requests'), 'nginx.conf'),
    'events {}\nhttp { upstream django { server 10.0.0.5:8000; } server { listen 443 ssl; server_name example.com; ssl_certificate a.pem; ssl_certificate_key a.key; ' +
      'location /api/ { proxy_pass http://django; proxy_set_header X-Forwarded-Proto $scheme; } } }\n',
  );
  fs.writeFileSync(path.join(folder, 'site.proxytest.yaml'), sample);
  const { status, stdout, stderr } = run(['test']);
  assert.equal(status, 0, stdout + stderr);
});
