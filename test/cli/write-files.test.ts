/** Writing over a person's files: all of a group or none, below what was named, the old text or the new and never a part of one. */
import assert from 'node:assert/strict';
import { fork, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, describe, test } from 'node:test';
import { setTimeout as rest } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { writeFiles } from '../../server/src/host/write-files.ts';

const OLD = `# old\n${'a line of the old text;\n'.repeat(8000)}# end of old\n`;
const NEW = `# new\n${'a line of the new text, which is longer;\n'.repeat(9000)}# end of new\n`;

/** In a process of its own this file writes forever, until it is killed. */
const writer = process.env.PROXYLENS_TEST_WRITER;
if (writer) {
  process.send?.('begins');
  for (;;) {
    const from = fs.readFileSync(writer, 'utf8');
    await writeFiles([[{ path: writer, from, text: from === OLD ? NEW : OLD }]], [path.dirname(writer)]);
  }
}

const folders: string[] = [];
function folder(files: Readonly<Record<string, string>> = {}): string {
  const made = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'proxylens-write-')));
  folders.push(made);
  for (const [name, text] of Object.entries(files)) {
    fs.mkdirSync(path.dirname(path.join(made, name)), { recursive: true });
    fs.writeFileSync(path.join(made, name), text);
  }
  return made;
}
after(() => {
  for (const made of folders) fs.rmSync(made, { recursive: true, force: true });
});
const read = (...parts: string[]): string => fs.readFileSync(path.join(...parts), 'utf8');
/** Hidden files that a write has left behind. */
const left = (where: string): string[] => fs.readdirSync(where).filter((name) => name.startsWith('.'));

describe('files are written', () => {
  test('with their mode and their bytes: a file that is not UTF-8 keeps its encoding', async () => {
    const at = folder();
    const file = path.join(at, 'a.conf');
    fs.writeFileSync(file, Buffer.from([0x23, 0xe9, 0x0a]), { mode: 0o640 });
    fs.chmodSync(file, 0o640);
    const report = await writeFiles([[{ path: file, from: '#é\n', text: '#éé\n' }]], [at]);
    assert.deepEqual(report, { written: [file], refused: [] });
    assert.deepEqual([...fs.readFileSync(file)], [0x23, 0xe9, 0xe9, 0x0a]);
    assert.equal(fs.statSync(file).mode & 0o777, 0o640);
    assert.deepEqual(left(at), []);
  });

  test('through a link that stays inside, which remains a link', async () => {
    const at = folder({ 'real/a.conf': 'old' });
    fs.symlinkSync('real/a.conf', path.join(at, 'link.conf'));
    const link = path.join(at, 'link.conf');
    assert.deepEqual((await writeFiles([[{ path: link, from: 'old', text: 'new' }]], [at])).written, [link]);
    assert.equal(read(at, 'real/a.conf'), 'new');
    assert.ok(fs.lstatSync(link).isSymbolicLink());
  });

  test('in place where the file has a second name', async () => {
    const at = folder({ 'a.conf': 'the old and longer text' });
    fs.linkSync(path.join(at, 'a.conf'), path.join(at, 'b.conf'));
    const file = path.join(at, 'a.conf');
    assert.deepEqual((await writeFiles([[{ path: file, from: 'the old and longer text', text: 'new' }]], [at])).written, [file]);
    assert.equal(read(at, 'b.conf'), 'new');
    assert.deepEqual(left(at), []);
  });
});

describe('files are left alone', () => {
  test('outside of what was named, also by a linked folder or file', async () => {
    const outside = folder({ 'a.conf': 'old' });
    const at = folder();
    fs.symlinkSync(outside, path.join(at, 'folder'));
    fs.symlinkSync(path.join(outside, 'a.conf'), path.join(at, 'b.conf'));
    for (const name of ['folder/a.conf', 'b.conf', '../x.conf']) {
      const file = path.join(at, name);
      const { written, refused } = await writeFiles([[{ path: file, from: name.startsWith('..') ? null : 'old', text: 'new' }]], [at]);
      assert.deepEqual(written, [], name);
      assert.match(refused[0]!.why, /^outside of /, name);
    }
    assert.equal(read(outside, 'a.conf'), 'old');
  });

  test('when they changed or went away after they were read', async () => {
    const at = folder({ 'a.conf': 'newer' });
    const report = await writeFiles(
      [[{ path: path.join(at, 'a.conf'), from: 'old', text: 'new' }], [{ path: path.join(at, 'b.conf'), from: 'old', text: 'new' }]],
      [at],
    );
    assert.deepEqual(
      report.refused.map((r) => r.why),
      ['the file changed after it was read', 'the file is gone since it was read'],
    );
    assert.equal(read(at, 'a.conf'), 'newer');
  });

  test('the other files of a fix too, when one is read-only; another fix is written', async () => {
    const at = folder({ 'a.conf': 'old', 'b.conf': 'old', 'c.conf': 'old' });
    fs.chmodSync(path.join(at, 'b.conf'), 0o444);
    const writing = (name: string) => ({ path: path.join(at, name), from: 'old', text: 'new' });
    const report = await writeFiles([[writing('a.conf'), writing('b.conf')], [writing('c.conf')]], [at]);
    assert.deepEqual(report.written, [path.join(at, 'c.conf')]);
    assert.deepEqual(
      report.refused.map((r) => path.basename(r.path)),
      ['b.conf', 'a.conf'],
    );
    assert.deepEqual(
      ['a.conf', 'b.conf', 'c.conf'].map((name) => read(at, name)),
      ['old', 'old', 'new'],
    );
  });

  const mounts = process.platform === 'linux' && process.getuid?.() === 0;
  test('on a full disk: the first file of the fix keeps its old text', {
    skip: mounts ? false : 'only root can mount a small disk',
  }, async () => {
    const at = folder();
    const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=320k', 'tmpfs', at], { encoding: 'utf8' });
    assert.equal(mounted.status, 0, mounted.stderr);
    try {
      const text = 'a'.repeat(40_000);
      for (const name of ['a.conf', 'b.conf', 'c.conf']) fs.writeFileSync(path.join(at, name), text);
      fs.linkSync(path.join(at, 'c.conf'), path.join(at, 'd.conf'));
      const big = 'b'.repeat(300_000);
      const writing = (name: string, to: string) => ({ path: path.join(at, name), from: text, text: to });
      const report = await writeFiles([[writing('a.conf', `${text}\n`), writing('b.conf', big)], [writing('c.conf', big)]], [at]);
      assert.deepEqual(report.written, []);
      assert.match(report.refused.find((r) => r.path.endsWith('b.conf'))!.why, /no space left/);
      for (const name of ['a.conf', 'b.conf', 'c.conf', 'd.conf']) assert.equal(read(at, name), text, name);
      assert.deepEqual(left(at), []);
    } finally {
      assert.equal(spawnSync('umount', [at]).status, 0);
    }
  });
});

test('a process that is killed while it writes leaves the old text or the new', async () => {
  const at = folder({ 'a.conf': OLD });
  const file = path.join(at, 'a.conf');
  const seen = new Set<string>();
  for (let i = 0; i < Number(process.env.COUNT ?? 20); i++) {
    const child = fork(fileURLToPath(import.meta.url), {
      env: { ...process.env, PROXYLENS_TEST_WRITER: file },
      stdio: 'ignore',
      execArgv: [],
    });
    const ended = new Promise((resolve) => child.once('exit', resolve));
    await new Promise((resolve) => child.once('message', resolve));
    await rest(3 + Math.random() * 30);
    child.kill('SIGKILL');
    await ended;
    const text = read(file);
    assert.ok(text === OLD || text === NEW, `round ${i}: ${text.length} characters`);
    seen.add(text);
  }
  assert.equal(seen.size, 2, 'the rounds were too short to write anything');
});
