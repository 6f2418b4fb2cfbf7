// Builds what is measured and runs test/bench/main.ts in one process of its own.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { build } from 'esbuild';

if (spawnSync(process.execPath, ['esbuild.mjs', '--minify'], { stdio: 'inherit' }).status !== 0) process.exit(1);
const out = path.resolve('out', 'bench.mjs');
await build({
  entryPoints: ['test/bench/main.ts'],
  outfile: out,
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node20',
  packages: 'external',
  logLevel: 'warning',
});
const run = spawnSync(process.execPath, [out, ...process.argv.slice(2)], { stdio: 'inherit' });
fs.rmSync(out);
process.exit(run.status ?? 1);
