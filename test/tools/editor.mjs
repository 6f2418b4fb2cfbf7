// The tests in a real VS Code: packs the extension, bundles what runs inside the hosts, and runs test/editor.
// usage: node test/tools/editor.mjs [--no-package] [--images] [word…]   a word is a part of a file's name in test/editor;
// --images takes the pictures that the documentation shows from this run
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { bundleTests, testFiles } from './bundle.mjs';
import { ensureNode, ensureServer, ensureWeb, tools } from './editor-tools.mjs';
import { reporters } from './reporters.mjs';
import { bundleSuites } from './suites.mjs';

const words = process.argv.slice(2).filter((word) => !word.startsWith('--'));
const files = testFiles().filter((file) => file.startsWith('test/editor/') && (!words.length || words.some((word) => file.includes(word))));
if (!files.length) {
  console.error(`no editor test matches ${words.join(' ')}`);
  process.exit(2);
}
await Promise.all([ensureNode(console.log), ensureServer(console.log), ensureWeb(console.log)]);

fs.mkdirSync('out/editor', { recursive: true });
const vsix = 'out/editor/proxylens.vsix';
if (!process.argv.includes('--no-package') || !fs.existsSync(vsix)) {
  const pack = spawnSync('npm', ['run', '-s', 'package', '--', '--out', vsix], { encoding: 'utf8', shell: process.platform === 'win32' });
  if (pack.status !== 0) {
    console.error(pack.stdout + pack.stderr);
    process.exit(1);
  }
}
await bundleSuites('out/editor');
const built = await bundleTests(files, path.resolve('out/editor/tests'));

/** @typedef {{ passed: number, failed: number, skipped: number, failures: string[], retried?: string[] }} Counts */
/**
 * Runs one file with a browser and a server of its own.
 * @param {string} file @param {NodeJS.ProcessEnv} env
 * @returns {Counts}
 */
function runFile(file, env = {}) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'proxylens-editor-'));
  try {
    const counts = path.join(folder, 'counts.json');
    const { status } = spawnSync(
      process.execPath,
      ['--enable-source-maps', '--test', '--test-concurrency=1', ...reporters(counts), file],
      // the bundled tests cannot tell where this repository lies from where they lie
      { stdio: 'inherit', env: { ...process.env, PROXYLENS_TOOLS: tools, ...env } },
    );
    const read = fs.existsSync(counts) ? fs.readFileSync(counts, 'utf8') : '';
    /** @type {Counts} */
    const found = read ? JSON.parse(read) : { passed: 0, failed: 0, skipped: 0, failures: [] };
    if (status !== 0 && !found.failed) return { ...found, failed: 1, failures: [path.basename(file)] };
    return found;
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

// A browser and an editor on a busy machine lose a click now and then. What failed is run once more, from the start and with twice the
// patience; that it was needed is printed here and in the summary of `npm test`.
/** @type {Counts} */
const total = { passed: 0, failed: 0, skipped: 0, failures: [], retried: [] };
for (const file of built) {
  let found = runFile(file);
  if (found.failed) {
    const failures = found.failures.map((name) => `${path.basename(file).replace(/\.mjs$/, '')}: ${name}`);
    console.log(`\nfailed: ${failures.join('; ')}. Once more, with twice the patience:\n`);
    found = runFile(file, { PATIENCE: '60000' });
    if (!found.failed) total.retried?.push(...failures);
  }
  total.passed += found.passed;
  total.failed += found.failed;
  total.skipped += found.skipped;
  total.failures.push(...found.failures);
}
for (const name of total.retried ?? []) console.log(`passed at the second try: ${name}`);
if (process.env.PROXYLENS_COUNTS) fs.writeFileSync(process.env.PROXYLENS_COUNTS, JSON.stringify(total));
const passed = total.failed === 0;
if (passed && process.argv.includes('--images'))
  for (const name of fs.readdirSync('server/docs/images')) {
    const taken = path.join('out/screenshots', name);
    if (fs.existsSync(taken)) fs.copyFileSync(taken, path.join('server/docs/images', name));
  }
process.exit(passed ? 0 : 1);
