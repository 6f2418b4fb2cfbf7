// Bundles the test files that match the arguments (default: all unit tests) and runs them with node's own test runner.
// usage: node test/tools/unit.mjs [--all] [--without=WORD]… [word…]   a word is a part of a path below test/
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { bundleTests, testFiles } from './bundle.mjs';
import { reporters } from './reporters.mjs';

const SLOW = ['test/nginx/', 'test/editor/', 'test/bench/', 'test/deployment/'];
const words = process.argv.slice(2).filter((w) => !w.startsWith('--'));
const without = process.argv.flatMap((w) => (w.startsWith('--without=') ? [w.slice('--without='.length)] : []));
const all = process.argv.includes('--all');
const files = testFiles()
  .filter((f) => !f.startsWith('test/editor/') && !without.some((w) => f.includes(w)))
  .filter((f) => (words.length ? words.some((w) => f.includes(w)) : all || !SLOW.some((s) => f.startsWith(s))));
if (!files.length) {
  console.error(`no test file matches ${words.join(' ')}`);
  process.exit(2);
}
const outdir = path.resolve('out', words.length ? `test-${process.pid}` : 'test');
const built = await bundleTests(files, outdir);
// Node keeps one core free, which leaves a single file at a time on a machine with two.
const atOnce = `--test-concurrency=${Math.max(2, os.availableParallelism())}`;
// A file that hangs is named, and takes the rest of the run with it no more.
const timeout = `--test-timeout=${30 * 60_000}`;
const run = spawnSync(process.execPath, ['--enable-source-maps', '--test', atOnce, timeout, ...reporters(), ...built], {
  stdio: 'inherit',
});
if (words.length) fs.rmSync(outdir, { recursive: true, force: true });
process.exit(run.status ?? 1);
