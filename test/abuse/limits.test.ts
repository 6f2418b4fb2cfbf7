/**
 * No silent "not checked": every limit of the readers has a row that says what comes of hitting it, and what is a finding is hit here. A limit
 * that has no row fails, so that nobody adds one without a thought about what is said.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { FileId } from '../../server/src/base/file-id.ts';
import { BINARY, type FileText } from '../../server/src/base/file-system.ts';
import { MemoryFiles } from '../../server/src/base/memory-files.ts';
import { loadCatalog } from '../../server/src/catalog/catalog.ts';
import { fileOfPath } from '../../server/src/host/paths.ts';
import { cutFrom } from '../../server/src/project/deployed.ts';
import { embeddedIn } from '../../server/src/project/embedded.ts';
import { findProject } from '../../server/src/project/project.ts';

/**
 * finding: an error, and an exit code that is not 0 · stops: the command ends with words and a code of its own · unknown: the answer is unknown,
 * never "none" · shown: a list for people that says how many more there are · kept: how much is remembered or done at once · search: how far away
 * something is looked for · fact: of nginx
 */
type Outcome = 'finding' | 'stops' | 'unknown' | 'shown' | 'kept' | 'search' | 'fact';

/** The rooms that read foreign text, and the engine. */
const ROOMS = ['base', 'cli', 'config', 'deploy', 'host', 'project', 'syntax', 'trace'];

const LIMITS: Readonly<Record<string, Readonly<Record<string, Outcome>>>> = {
  'base/file-system.ts': { MAX_FILE_BYTES: 'finding' },
  'base/glob.ts': { MAX_FOLDERS: 'finding', MAX_NAMES: 'finding' },
  'base/pcre2.ts': { EDITOR_LIMITS: 'unknown' },
  'cli/baseline.ts': { MAX_BYTES: 'stops' },
  'cli/commands/trace.ts': { MAX_TEXT: 'stops', MAX_NAMES: 'stops', MOST_REDIRECTS: 'shown' },
  'cli/print/stylish.ts': { MAX_LINES: 'shown' },
  'config/carried.ts': { DEPTH: 'unknown' },
  'config/load.ts': {
    MAX_FILES: 'finding',
    MAX_VOLUME: 'finding',
    MAX_DEPTH: 'finding',
    MAX_SCRIPTS: 'unknown',
    MAX_STATEMENTS: 'finding',
    MAX_TEXT: 'unknown',
    MAX_PATHS: 'unknown',
    MAX_DETAILS: 'shown',
  },
  'config/names-beside.ts': { MAX_NAMES: 'search' },
  'config/renderings.ts': {
    MOST: 'unknown',
    MOST_OF_LARGE: 'unknown',
    MOST_DEFINITIONS: 'unknown',
    MOST_PAIRED: 'unknown',
    MOST_NESTED: 'unknown',
    MOST_QUESTIONS: 'unknown',
  },
  'deploy/compose.ts': { MAX_RANGE: 'unknown', MAX_SERVICES: 'finding', MAX_DEPTH: 'unknown' },
  'deploy/dockerfile.ts': { MAX_INSTRUCTIONS: 'finding' },
  'deploy/env-file.ts': { MAX_LENGTH: 'finding', MAX_VARIABLES: 'finding' },
  'deploy/fills.ts': { MOST: 'unknown' },
  'deploy/node-cors.ts': { MAX_LENGTH: 'unknown' },
  'deploy/node-port.ts': { MAX_LENGTH: 'unknown' },
  'deploy/php-sizes.ts': { MAX_LENGTH: 'unknown' },
  'deploy/procfile.ts': { MAX_PROCESSES: 'finding' },
  'deploy/python-tree.ts': { MAX_LENGTH: 'finding', MAX_DEPTH: 'unknown', MAX_KNOWN: 'kept' },
  'deploy/python.ts': { MAX_STEPS: 'unknown', MAX_MODULES: 'unknown', MAX_DEPTH: 'unknown', MAX_ITEMS: 'unknown' },
  'deploy/servers/php-fpm.ts': { MAX_LENGTH: 'finding' },
  'deploy/servers/pserve.ts': { MAX_LENGTH: 'finding' },
  'deploy/shell.ts': { MOST_OF_SCRIPT: 'finding', MOST_OF_SUBSTITUTION: 'unknown' },
  'deploy/systemd.ts': { MAX_ENTRIES: 'finding' },
  'deploy/unread.ts': { MAX_VALUE: 'finding' },
  'deploy/uwsgi.ts': { MAX_OPTIONS: 'finding' },
  // a package without its router is no page of one
  'deploy/single-page.ts': { MAX_LENGTH: 'unknown' },
  'deploy/versions.ts': { MAX_LENGTH: 'unknown' },
  'deploy/upload-routes.ts': { MOST_UPLOADS: 'search' },
  'deploy/wanted.ts': { MAX_FILES: 'search' },
  'deploy/yaml-text.ts': { MAX_LENGTH: 'finding', MAX_NODES: 'finding', MAX_ALIASES: 'finding' },
  'host/node-files.ts': { MAX_LINE: 'stops', MAX_INPUT: 'stops' },
  'project/boundary.ts': { MAX_UP: 'search', MAX_MARK_UP: 'search', MAX_MAIN_UP: 'search' },
  'project/units.ts': { MAX_DEPTH: 'search' },
  'project/content.ts': { MAX_STATEMENTS: 'search' },
  'project/embedded.ts': {
    MAX_LENGTH: 'finding',
    MAX_FOUND: 'finding',
    MAX_NODES: 'finding',
    MAX_WAY: 'finding',
    MAX_NESTED: 'finding',
    MOST_AGAIN: 'unknown',
    MOST_TURNS: 'unknown',
    MOST_INDENT: 'search',
  },
  'project/loose.ts': { MAX_LOOKED: 'search' },
  'project/mounts.ts': { MAX_SPAN: 'kept' },
  'project/misplaced.ts': { MAX_OTHERS: 'unknown' },
  'project/nix-text.ts': { MAX_DEPTH: 'search' },
  'project/project.ts': {
    MAX_HEADS: 'finding',
    MAX_PLACING: 'finding',
    MAX_HOSTS: 'finding',
    MAX_OTHERS: 'search',
    MAX_BESIDE: 'unknown',
    MAX_BESIDE_LENGTH: 'unknown',
  },
  'project/provisioning.ts': { MAX_LENGTH: 'finding', MAX_LAID: 'unknown', MAX_MASKS: 'unknown', MAX_RESOURCE: 'search' },
  'project/shell-words.ts': { MAX_WORDS: 'search', MAX_ALL: 'search', MOST_BEFORE: 'search' },
  'project/standin.ts': { MAX_OTHERS: 'unknown' },
  'project/walk.ts': { MAX_ENTRIES: 'finding', MAX_DEPTH: 'finding', MAX_IGNORE_BYTES: 'search' },
  'project/ways.ts': { MAX_WAYS: 'shown' },
  'syntax/lower.ts': { MAX_DEPTH: 'finding' },
  'syntax/template/condition.ts': { MOST: 'unknown' },
  'syntax/template/structure.ts': { MAX_DEPTH: 'unknown', MOST_ALTERNATIVES: 'unknown', MOST: 'unknown' },
  'trace/filters.ts': { MAX_OFFSET: 'fact' },
  'trace/hops.ts': { MAX_FOLLOWED: 'unknown' },
  'trace/itself.ts': { MAX_ROUNDS: 'unknown' },
  'trace/passwords.ts': { MOST_ROUNDS: 'unknown', MOST_COST: 'unknown', MOST_KEPT: 'kept' },
  'trace/read-batch.ts': { MOST_LINES: 'shown' },
  'trace/run.ts': { MAX_DEPTH: 'stops', MAX_VALUE: 'unknown' },
  'trace/ssi.ts': { MOST_PARAMETERS: 'fact' },
  'trace/variables.ts': { MAX_JSON_DEPTH: 'fact' },
};

test('every limit has a row, and every row its limit', () => {
  const found: string[] = [];
  for (const name of fs.readdirSync('server/src', { recursive: true }) as string[]) {
    if (!name.endsWith('.ts') || !ROOMS.includes(name.split(/[\\/]/)[0]!)) continue;
    const text = fs.readFileSync(path.join('server/src', name), 'utf8');
    const limits = text.matchAll(/^(?:export )?const ((?:MAX|MOST|DEPTH|LIMIT)(?:_[A-Z_]+)?|[A-Z]+_LIMITS?)\b(?::[^=]*)? = /gm);
    for (const [, limit] of limits) found.push(`${name.replaceAll('\\', '/')} ${limit}`);
    // a number in the place of a name has no row to stand in
    for (const [call] of text.matchAll(/\b(?:text|source|own|inner)\.slice\(0, \d{4,}[\d_]*\)/g)) found.push(`${name} ${call}`);
  }
  const rows = Object.entries(LIMITS).flatMap(([file, limits]) => Object.keys(limits).map((limit) => `${file} ${limit}`));
  assert.deepEqual(
    found.filter((l) => !rows.includes(l)),
    [],
  );
  assert.deepEqual(
    rows.filter((l) => !found.includes(l)),
    [],
  );
});

const SITE = 'events {}\nhttp { server { listen 80; location / { proxy_set_header Host $host; proxy_pass http://127.0.0.1:8000; } } }\n';
const lines = (count: number, line: (i: number) => string): string => Array.from({ length: count }, (_, i) => line(i)).join('\n');
const FILLER = '# a line that says nothing at all about how anything is started\n';
const long = (kilobytes: number): string => FILLER.repeat(Math.ceil((kilobytes * 1024) / FILLER.length));
const POD = 'apiVersion: v1\nkind: Pod\nmetadata: { name: web }\nspec:\n  containers:\n    - name: web\n      image: web\n';
const nested = (depth: number): string => `${'['.repeat(depth)}1${']'.repeat(depth)}`;

/** File → its text, and what is said of it. */
const APPLICATION: Readonly<Record<string, readonly [text: string, said: RegExp]>> = {
  'start.sh': [`#!/bin/sh\n${long(260)}exec gunicorn -b 127.0.0.1:8000 shop.wsgi\n`, /names a server after its first 256 K/],
  '.env': [lines(2100, (i) => `NAME_${i}=1`), /more than 2000 variables/],
  '.env.production': [`${long(260)}LATE=1\n`, /more than 256 K characters/],
  'pod.yaml': [`${POD}${long(520)}`, /more than 512 K characters/],
  'deploy.yaml': [`${POD}      args: [${'1,'.repeat(20_100)}]\n`, /more than 20000 values/],
  'service.yaml': [`apiVersion: v1\nkind: Service\nmetadata: { name: a }\nspec: ${nested(60)}\n`, /more than 40 levels/],
  'ingress.yaml': [
    `apiVersion: v1\nkind: Service\nmetadata: { name: &a b }\nspec:\n${lines(600, (i) => `  k${i}: *a`)}\n`,
    /more than 500 aliases/,
  ],
  'docker-compose.yml': [`services:\n${lines(1100, (i) => `  s${i}: { image: a }`)}\n`, /more than 1000 services/],
  Dockerfile: [`FROM a\n${lines(2100, (i) => `ENV A${i}=1`)}\n`, /more than 2000 instructions/],
  'web.Dockerfile': [`FROM a\nENV A0=0123456789abcdef\n${lines(16, (i) => `ENV A${i + 1}=\${A${i}}\${A${i}}`)}\n`, /grows beyond 64 K/],
  Procfile: [lines(600, (i) => `w${i}: gunicorn a:b`), /more than 500 processes/],
  'uwsgi.ini': [`[uwsgi]\nmodule = a\n${lines(2100, (i) => `set = a${i}`)}\n`, /more than 2000 options/],
  'pool.ini': [`[www]\nlisten = 9000\n${';'.repeat(260 * 1024)}\n`, /more than 256 K characters/],
  'shop.service': [`[Service]\nExecStart=/usr/bin/gunicorn a:b\n${lines(2100, (i) => `Environment=A${i}=1`)}\n`, /more than 2000 settings/],
  'manage.py': ['import os\nos.environ.setdefault("DJANGO_SETTINGS_MODULE", "settings")\n', /^$/],
  'settings.py': [`INSTALLED_APPS = []\n${long(1030)}`, /more than 1024 K characters/],
};

const HEREDOC = (i: number): string =>
  `cat > /etc/nginx/conf.d/s${i}.conf <<EOF\nserver { listen ${8000 + i}; location / { return 204; } }\nEOF\n`;
const inside = (depth: number): string => (depth ? `cat > s${depth}.sh <<E${depth}\n${inside(depth - 1)}E${depth}\n` : HEREDOC(0));
const HOSTS: Readonly<Record<string, readonly [text: string, said: RegExp]>> = {
  'big.sh': [`${long(1030)}${HEREDOC(1)}`, /more than 1024 K characters/],
  'many.sh': [lines(210, HEREDOC), /more than 200 configurations/],
  'nested.sh': [inside(8), /nested more than 4 deep/],
  'values.yaml': [`a: [${'1,'.repeat(60_000)}]\nb: |\n  server { listen 80; location / { return 204; } }\n`, /more than 50000 values/],
  'deep.yaml': [`a: ${nested(60)}\nb: |\n  server { listen 80; location / { return 204; } }\n`, /more than 40 levels deep/],
};

describe('what is hit is said, with an exit code', () => {
  let root = '';
  before(() => (root = fs.mkdtempSync(path.join(os.tmpdir(), 'proxylens-limits-'))));
  after(() => fs.rmSync(root, { recursive: true, force: true }));
  const check = (name: string, files: Readonly<Record<string, string>>): { readonly code: number | null; readonly said: string } => {
    const folder = path.join(root, name);
    fs.mkdirSync(path.join(folder, '.git'), { recursive: true });
    for (const [file, text] of Object.entries({ 'nginx.conf': SITE, ...files })) fs.writeFileSync(path.join(folder, file), text);
    const run = spawnSync(process.execPath, [path.resolve('dist/cli.cjs'), 'check', '--format', 'json', '.'], {
      cwd: folder,
      encoding: 'utf8',
      timeout: 300_000,
      maxBuffer: 1 << 28,
    });
    assert.equal(run.stderr, '');
    const report = JSON.parse(run.stdout) as { project: { notChecked: { path: string; why: string }[] } };
    return { code: run.status, said: report.project.notChecked.map((n) => `${path.basename(n.path)}: ${n.why}`).join('\n') };
  };

  test('files of the application', () => {
    const { code, said } = check('application', Object.fromEntries(Object.entries(APPLICATION).map(([file, [text]]) => [file, text])));
    assert.equal(code, 1, said);
    for (const [file, [, why]] of Object.entries(APPLICATION)) {
      const own = said.split('\n').filter((l) => l.startsWith(`${file}: `));
      assert.match(own.join(''), why, file);
    }
  });

  test('what lays files down, where it is about nginx', () => {
    const lays = (what: string): string => `file { '/etc/${what}/conf.d/a.conf': source => 'puppet:///modules/a/a.conf' }\n${long(520)}`;
    const { code, said } = check('provisioned', { 'init.pp': lays('nginx'), 'other.pp': lays('other') });
    assert.equal(code, 1, said);
    assert.match(said, /init\.pp could not be read completely: it holds more than 512 K characters/);
    assert.doesNotMatch(said, /other\.pp/);
  });

  test('a long file whose end holds nothing is no finding', () => {
    const crd = `---\napiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nspec:\n${lines(20_100, (i) => `  p${i}: { type: object, description: "of the object" }`)}\n`;
    const { said } = check('harmless', {
      'install.sh': `#!/bin/sh\n${long(260)}echo done\n`,
      '.env': `A=1\n${long(260)}`,
      'manifest.yaml': `${crd}---\n${POD}`,
    });
    assert.equal(said, '');
  });

  for (const [file, [text, why]] of Object.entries(HOSTS))
    test(`configurations inside ${file}`, () => {
      const said: string[] = [];
      embeddedIn(fileOfPath(`/p/${file}`), `/p/${file}`, text, (cut) => said.push(cut));
      assert.match(said.join(), why);
    });

  test('what a look through the project says is a finding', () => {
    const { code, said } = check('host', { 'big.sh': HOSTS['big.sh']![0] });
    assert.match(said, /nginx\.conf: Not all of this project is checked: big\.sh could not be read completely/);
    assert.equal(code, 1);
  });

  test('blocks inside blocks, and a file of nine megabytes', () => {
    const deep = check('deep', {
      'nginx.conf': `events {}\nhttp { server { ${'location /a { '.repeat(310)}bogus x; ${'} '.repeat(310)}} }\n`,
    });
    assert.match(deep.said, /300 levels deep/);
    assert.equal(deep.code, 1);
    const large = check('large', { 'nginx.conf': SITE.replace('http {', 'http { include large.conf;'), 'large.conf': '#'.repeat(9 << 20) });
    assert.match(large.said, /larger|too large|MB/);
    assert.equal(large.code, 1);
  });
});

describe('what a walk leaves out', () => {
  const look = async (files: Readonly<Record<string, string>>) => {
    const memory = new MemoryFiles(Object.entries(files).map(([name, text]) => [fileOfPath(`/p/${name}`), text] as const));
    return findProject({ folder: fileOfPath('/p'), system: false, bare: false, loose: false }, memory, { catalog: loadCatalog() });
  };

  test('folders more than 40 levels down', async () => {
    const project = await look({ 'nginx.conf': SITE, [`${'d/'.repeat(45)}a.conf`]: 'server { listen 81; }' });
    assert.match(project.cut.map((c) => c.why).join(), /more than 40 levels down/);
  });

  test('more files than are opened', async () => {
    const many = Object.fromEntries(Array.from({ length: 6100 }, (_, i) => [`sites/s${i}.conf`, '']));
    const project = await look({ 'nginx.conf': SITE, ...many });
    assert.match(project.cut.map((c) => c.why).join(), /^10[01] of 610[01] files that might be nginx configuration were not opened$/);
  });

  test('what was named is looked at first, and only what it lacks is told to whoever named it', async () => {
    const many = Object.fromEntries(Array.from({ length: 60_100 }, (_, i) => [`d${i % 60}/f${i}.txt`, '']));
    const memory = new MemoryFiles(
      Object.entries({ ...many, 'z/a/b/c/nginx/site.conf': 'server { listen 81; }' }).map(
        ([name, text]) => [fileOfPath(`/p/${name}`), text] as const,
      ),
    );
    const boundary = { folder: fileOfPath('/p'), system: false, bare: false, loose: false };
    const [z, deep] = ['z', 'z/a/b/c/nginx'].map((name) => fileOfPath(`/p/${name}`)) as [FileId, FileId];
    const others = Array.from({ length: 60 }, (_, i) => fileOfPath(`/p/d${i}`));
    for (const named of [z, deep]) {
      const project = await findProject(boundary, memory, { catalog: loadCatalog(), named: [named] });
      assert.deepEqual(project.configs, [fileOfPath('/p/z/a/b/c/nginx/site.conf')]);
      assert.deepEqual(cutFrom(project, [named]), [], 'all of it was looked at');
      assert.equal(cutFrom(project, others).length, 1);
      assert.equal(cutFrom(project, [boundary.folder]).length, 1);
    }
    const whole = await findProject(boundary, memory, { catalog: loadCatalog(), named: [boundary.folder] });
    assert.deepEqual(whole.configs, []);
    for (const asked of [boundary.folder, z, deep]) assert.equal(cutFrom(whole, [asked]).length, 1);
  });

  test('files that may be nginx configuration and cannot be read, by name or by ending', async () => {
    const denied = new Set(['secret.conf', 'sites-enabled/shop', 'notes', 'nginx.bin.conf'].map((name) => fileOfPath(`/p/${name}`)));
    const memory = new (class extends MemoryFiles {
      override async read(file: FileId): Promise<FileText | null> {
        if (!denied.has(file)) return super.read(file);
        return { text: '', problem: file.endsWith('.bin.conf') ? BINARY : 'permission denied' };
      }
    })(
      ['nginx.conf', 'secret.conf', 'sites-enabled/shop', 'notes', 'nginx.bin.conf', 'plain.conf'].map((name) => [
        fileOfPath(`/p/${name}`),
        name === 'nginx.conf' ? SITE : '#\n',
      ]),
    );
    const boundary = { folder: fileOfPath('/p'), system: false, bare: false, loose: false };
    const project = await findProject(boundary, memory, { catalog: loadCatalog() });
    assert.deepEqual(project.notSeen, [
      `3 files that may be nginx configuration cannot be read: nginx.bin.conf: ${BINARY}, secret.conf: permission denied, sites-enabled/shop: permission denied`,
    ]);
    assert.deepEqual(project.cut, [], 'what may not be read is no limit of ours');
  });
});
