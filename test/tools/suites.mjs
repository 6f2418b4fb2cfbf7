// Bundles the Mocha suites of test/editor that run inside extension hosts, one script for each kind of host.
import { build } from 'esbuild';

/** @param {string} outdir */
export async function bundleSuites(outdir) {
  /** @type {import('esbuild').BuildOptions} */
  const common = { bundle: true, sourcemap: 'inline', format: 'cjs', logLevel: 'warning' };
  await Promise.all([
    build({
      ...common,
      entryPoints: ['test/editor/suite/node.ts'],
      outfile: `${outdir}/suite.node.cjs`,
      platform: 'node',
      target: 'node20',
      external: ['vscode', 'mocha'],
    }),
    build({
      ...common,
      entryPoints: ['test/editor/suite/web.ts'],
      outfile: `${outdir}/suite.web.js`,
      platform: 'browser',
      external: ['vscode'],
      define: { global: 'globalThis' },
    }),
  ]);
}
