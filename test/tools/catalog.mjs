// `npm run catalog`: bundles the comparison of the catalog with nginx's sources and binaries, and runs it.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { build } from 'esbuild';

const out = path.resolve('out', `catalog-${process.pid}.mjs`);
await build({
  entryPoints: ['server/src/generate/catalog-main.ts'],
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
process.exitCode = run.status ?? 1;
