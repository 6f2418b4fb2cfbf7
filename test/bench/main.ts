/** `npm run bench`: how fast the server is, in tables and ratios. Nothing here passes or fails. */
import { spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { fileId } from '../../server/src/base/file-id.ts';
import { NodeFiles } from '../../server/src/host/node-files.ts';
import { loadParts } from '../../server/src/host/parts.ts';
import { ended } from '../../server/src/lsp/publish.ts';
import { lint } from '../../server/src/rules/run.ts';
import { Workspace } from '../../server/src/workspace/workspace.ts';
import { bigFile, bigTree, random } from '../harness/generate-config.ts';
import { TestClient } from '../harness/lsp.ts';
import { publisherOf } from '../harness/publisher.ts';
import { features } from './features.ts';
import { many } from './many.ts';
import { memory } from './memory.ts';
import { projects } from './project.ts';
import { squares } from './squares.ts';
import { traces } from './traces.ts';
import { flawed, typing } from './typing.ts';

export const rows: [string, string, string][] = [];
const ms = (n: number): string => (n < 10 ? n.toFixed(2) : n.toFixed(0)) + ' ms';
export const quantile = (list: readonly number[], q: number): number =>
  [...list].sort((a, b) => a - b)[Math.min(list.length - 1, Math.floor(list.length * q))] ?? 0;
const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'proxylens-bench-'));

function write(name: string, files: Record<string, string>): string {
  for (const [file, text] of Object.entries(files)) {
    const target = path.join(dir, name, file);
    fs.mkdirSync(path.dirname(target), { recursive: true });
    fs.writeFileSync(target, text);
  }
  return path.join(dir, name);
}

async function keystrokes(): Promise<void> {
  const text = bigFile(10_000);
  const folder = write('one', { 'nginx.conf': text });
  const parts = await loadParts();
  const file = fileId(pathToFileURL(path.join(folder, 'nginx.conf')).href);
  const make = () => new Workspace(parts.parser, parts.engine, new NodeFiles());
  const opens: number[] = [];
  let workspace = make();
  for (let i = 0; i < 5; i++) {
    workspace = make();
    const from = performance.now();
    workspace.apply({ kind: 'folders', folders: [fileId(pathToFileURL(folder).href)] });
    workspace.apply({ kind: 'open', file, text, version: 1 });
    await workspace.settle();
    ended(publisherOf({ workspace, rules: parts.rules }).steps(workspace.snapshot(), false));
    opens.push(performance.now() - from);
  }
  rows.push(['open 10,000 lines, all rules', ms(quantile(opens, 0.5)), '< 150 ms']);
  const next = random(7);
  const times: number[] = [];
  const whole: number[] = [];
  const publisher = publisherOf({ workspace, rules: parts.rules });
  let version = 1;
  const lines = text.split('\n').length;
  for (let place = 0; place < 40; place++) {
    const source = workspace.snapshot().file(file)!;
    let offset = source.lines.endOf(Math.floor(next() * lines));
    for (const letter of '\n  gzip on;') {
      const from = performance.now();
      workspace.apply({ kind: 'edit', file, edits: [[{ span: { start: offset, end: offset }, newText: letter }]], version: ++version });
      await workspace.settle();
      const snapshot = workspace.snapshot();
      const found = ended(publisher.steps(snapshot, true));
      publisher.diagnostics(snapshot, found.get(file) ?? []);
      times.push(performance.now() - from);
      offset += letter.length;
    }
    const from = performance.now();
    ended(publisher.steps(workspace.snapshot(), false));
    whole.push(performance.now() - from);
  }
  rows.push(['keystroke to diagnostics in 10,000 lines, median', ms(quantile(times, 0.5)), '≤ 10 ms']);
  rows.push(['the same, 95th percentile', ms(quantile(times, 0.95)), '≤ 30 ms']);
  rows.push(['all rules again once the typing rests', ms(quantile(whole, 0.5)), '']);
  const byRule = new Map<string, number>();
  lint(workspace.snapshot().configs[0]!, parts.rules, { timings: { now: () => performance.now(), byRule } });
  const slowest = [...byRule].sort((a, b) => b[1] - a[1]).slice(0, 12);
  console.log('\nSlowest rules on 10,000 lines\n');
  for (const [id, t] of slowest) console.log(`  ${t.toFixed(2).padStart(8)} ms  ${id}`);
}

const SMALL = 'events {}\nhttp {\n    server {\n        location /img { alias /data/img/; }\n    }\n}\n';

async function firstDiagnostics(): Promise<void> {
  const folder = write('small', {
    'nginx.conf': SMALL,
  });
  const times: number[] = [];
  for (let i = 0; i < 7; i++) {
    const from = performance.now();
    const client = await TestClient.start({ folder: pathToFileURL(folder).href });
    await (client.published.length ? Promise.resolve() : client.next(() => true));
    times.push(performance.now() - from);
    await client.stop();
  }
  rows.push(['start of the process to first diagnostics', ms(quantile(times, 0.5)), '< 400 ms']);
}

/** Milliseconds of processor time of all processes that this one has waited for; NaN where there is no /proc. */
function childrenTime(): number {
  try {
    const fields = fs
      .readFileSync('/proc/self/stat', 'utf8')
      .replace(/^.*\) /, '')
      .split(' ');
    // clock ticks of a hundredth of a second (proc(5), USER_HZ)
    return (Number(fields[13]) + Number(fields[14])) * 10;
  } catch {
    return Number.NaN;
  }
}

async function manyFiles(format: string): Promise<void> {
  const folder = write('many', bigTree(1000));
  const used = childrenTime();
  const lines = Object.values(bigTree(1000)).reduce((n, t) => n + t.split('\n').length, 0);
  const from = performance.now();
  const child = spawn(process.execPath, ['dist/cli.cjs', 'check', '--format', format, folder], { stdio: ['ignore', 'ignore', 'inherit'] });
  let peak = 0;
  const watch = setInterval(() => {
    try {
      peak = Math.max(peak, Number(/VmHWM:\s+(\d+)/.exec(fs.readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1] ?? 0));
    } catch {
      // not Linux, or it has just ended
    }
  }, 20);
  await new Promise((done) => child.once('exit', done));
  clearInterval(watch);
  const took = performance.now() - from;
  rows.push([
    `check --format ${format}: 1,001 files, ${lines.toLocaleString('en')} lines, all rules`,
    `${ms(took)}, processor ${ms(childrenTime() - used)}`,
    '≤ 1,500 ms',
  ]);
  rows.push(['its memory at most', `${Math.round(peak / 1024)} MB`, '< 500 MB']);
}

function nginx(): void {
  const found = spawnSync('nginx', ['-v'], { encoding: 'utf8' });
  if (found.error) return;
  const prefix = write('nginx', {
    'nginx.conf': bigFile(10_000)
      .replaceAll(/^.*ssl_certificate.*\n/gm, '')
      .replaceAll('listen 443 ssl', 'listen 127.0.0.1:18443')
      .replaceAll(/^.*access_log.*\n/gm, ''),
    'logs/x': '',
  });
  const time = (command: string, args: string[]): number => {
    const from = childrenTime();
    for (let i = 0; i < 10; i++) spawnSync(command, args, { stdio: 'ignore' });
    return (childrenTime() - from) / 10;
  };
  const bare = time(process.execPath, ['-e', '0']);
  const small = time(process.execPath, ['dist/cli.cjs', 'check', path.join(write('small', { 'nginx.conf': SMALL }), 'nginx.conf')]);
  rows.push(['processor time: node by itself', ms(bare), '']);
  rows.push(['proxylens check of a small file', `${ms(small)}, ${(small / bare).toFixed(1)} times node`, '≤ 2.7 times']);
  const theirs = time('nginx', ['-t', '-q', '-p', prefix, '-c', path.join(prefix, 'nginx.conf'), '-g', 'pid nginx.pid; error_log stderr;']);
  const ours = time(process.execPath, ['dist/cli.cjs', 'check', path.join(prefix, 'nginx.conf')]);
  const validity = time(process.execPath, ['dist/cli.cjs', 'check', '--profile', 'validity', path.join(prefix, 'nginx.conf')]);
  rows.push(['nginx -t on 10,000 lines, processor time of the process', ms(theirs), '']);
  rows.push([
    'proxylens check --profile validity on the same',
    `${ms(validity)}, ${(validity / theirs).toFixed(1)} times nginx -t`,
    '≤ 10 times',
  ]);
  rows.push(['proxylens check with all rules on the same', `${ms(ours)}, ${(ours / theirs).toFixed(1)} times nginx -t`, '']);
}

/** A folder with another build of the project, which is measured in the same run: `--before=FOLDER`. */
const before = process.argv.find((arg) => arg.startsWith('--before='))?.slice('--before='.length);
const only = process.argv.slice(2).filter((arg) => !arg.startsWith('--'));
/** Everything but the memory of long sessions, in a few minutes: less typing, smaller shapes. */
const short = process.argv.includes('--short');
const rounds = short ? 2 : 8;
const wanted = (part: string): boolean => (only.length ? only.includes(part) : !short || part !== 'memory');
try {
  if (wanted('keystrokes')) await keystrokes();
  if (wanted('project')) {
    const { files, settled, processor, pause, usual } = await projects(path.join(dir, 'many'));
    rows.push([`a workspace of ${files.toLocaleString('en')} files is known`, `${ms(settled)}, processor ${ms(processor)}`, '< 1,500 ms']);
    rows.push(['the longest pause of the event loop meanwhile', `${ms(pause)} at best, ${ms(usual)} in the middle`, '< 30 ms']);
  }
  if (wanted('typing')) {
    const folder = write('typed', { 'nginx.conf': flawed(10_000) });
    const uri = pathToFileURL(path.join(folder, 'nginx.conf')).href;
    if (before) {
      const earlier: typeof rows = [];
      await typing(uri, earlier, [path.resolve(before, 'dist/cli.cjs'), 'lsp', '--stdio'], rounds);
      rows.push(...earlier.map(([what, value]): [string, string, string] => [`before: ${what}`, value, '']));
    }
    await typing(uri, rows, undefined, rounds);
  }
  if (wanted('many')) {
    if (before) {
      const earlier: typeof rows = [];
      await many(path.join(dir, 'before'), earlier, short, [path.resolve(before, 'dist/cli.cjs'), 'lsp', '--stdio']);
      rows.push(...earlier.map(([what, value]): [string, string, string] => [`before: ${what}`, value, '']));
    }
    await many(path.join(dir, 'now'), rows, short);
  }
  if (wanted('memory')) {
    const { few, many } = await memory();
    const mb = (n: number): string => `${(n / 1048576).toFixed(1)} MB`;
    rows.push(['memory after 1,000 edits, and after 20,000', `${mb(few)}, ${mb(many)}: ${(many / few).toFixed(2)} times`, '≤ 1.3 times']);
  }
  if (wanted('start')) await firstDiagnostics();
  if (wanted('tree')) for (const format of ['stylish', 'json']) await manyFiles(format);
  if (wanted('nginx')) nginx();
  if (wanted('trace')) await traces(pathToFileURL(write('trace', { 'nginx.conf': bigFile(10_000) })).href, rows);
  if (wanted('squares')) {
    const word = only[only.indexOf('squares') + 1] ?? '';
    console.log('\nTwice the size, and how many times as long it takes (goal: ≤ 2.3)\n');
    for await (const { shape, size, half, whole, rules } of short ? squares(word, 1, 0.5) : squares(word)) {
      const slowest = rules.map(([id, t]) => `${id} ${ms(t)}`).join(', ');
      console.log(
        `  ${`${size.toLocaleString('en')} ${shape}`.padEnd(42)} ${ms(half).padStart(9)} ${ms(whole).padStart(9)}  ${(whole / half).toFixed(1)}  ${slowest}`,
      );
    }
  }
  if (wanted('features')) {
    write('one', { 'nginx.conf': bigFile(10_000) });
    write('many', bigTree(1000));
    await features(dir, rows);
  }
  console.log(`\nProxylens on ${os.cpus()[0]?.model.trim() ?? 'this machine'}, ${os.cpus().length} cores, node ${process.version}\n`);
  const wide = Math.max(...rows.map((r) => r[0].length));
  for (const [what, value, goal] of rows) console.log(`  ${what.padEnd(wide)}  ${value.padEnd(34)} ${goal}`);
} finally {
  fs.rmSync(dir, { recursive: true, force: true });
}
