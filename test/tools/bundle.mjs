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
  const mutant = process.env.MUTANT ? JSON.parse(process.env.MUTANT) : null;
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
    plugins: mutant ? [mutated(mutant)] : [],
  });
  return files.map((file) => path.join(outdir, file.replace(/\.tsx?$/, '.mjs')));
}

/**
 * One place of one source file changed on the way into the bundle (mutants.mjs); the file stays as it is.
 * @param {{ file: string; from: string; to: string }} mutant @returns {import('esbuild').Plugin}
 */
const mutated = ({ file, from, to }) => ({
  name: 'mutant',
  setup({ onLoad }) {
    const target = path.resolve(file);
    onLoad({ filter: /\.ts$/ }, (args) =>
      args.path === target ? { contents: fs.readFileSync(target, 'utf8').replace(from, () => to), loader: 'ts' } : undefined,
    );
  },
});
