// The tests in a real VS Code: packs the extension, bundles what runs inside the hosts, and runs test/editor.
// usage: node test/tools/editor.mjs [--no-package] [--images] [word…]   a word is a part of a file's name in test/editor;
// --images takes the pictures that the documentation shows from this run
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
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
const run = spawnSync(process.execPath, ['--enable-source-maps', '--test', '--test-concurrency=1', ...reporters(), ...built], {
  stdio: 'inherit',
  // the bundled tests cannot tell where this repository lies from where they lie
  env: { ...process.env, PROXYLENS_TOOLS: tools },
});
if (run.status === 0 && process.argv.includes('--images'))
  for (const name of fs.readdirSync('server/docs/images')) {
    const taken = path.join('out/screenshots', name);
    if (fs.existsSync(taken)) fs.copyFileSync(taken, path.join('server/docs/images', name));
  }
process.exit(run.status ?? 1);
