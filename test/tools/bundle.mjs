// Turns test files into scripts that node runs: one way for all kinds of tests.
import fs from 'node:fs';
import path from 'node:path';
import { build } from 'esbuild';

/** Every test file below test/, with forward slashes. */
export const testFiles = () =>
  fs
    .readdirSync('test', { recursive: true })
    .map((file) => path.posix.join('test', String(file).replaceAll('\\', '/')))
    .filter((file) => /\.test\.tsx?$/.test(file));

/**
 * Bundles test files for node; packages stay outside.
 * @param {string[]} files relative to the working folder @param {string} outdir emptied before
 * @returns {Promise<string[]>} the scripts, in the order of the files
 */
export async function bundleTests(files, outdir) {
  fs.rmSync(outdir, { recursive: true, force: true });
  await build({
    entryPoints: files,
    outdir,
    outbase: '.',
    bundle: true,
    splitting: true,
    format: 'esm',
    outExtension: { '.js': '.mjs' },
    platform: 'node',
    target: 'node20',
    packages: 'external',
    sourcemap: 'inline',
    jsx: 'automatic',
    jsxImportSource: 'preact',
    logLevel: 'warning',
  });
  return files.map((file) => path.join(outdir, file.replace(/\.tsx?$/, '.mjs')));
}
