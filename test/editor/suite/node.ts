// The entry for an extension host on node: what `extensionTestsPath` names, in Chromium and under @vscode/test-electron alike.
import { runAndReport } from './report.ts';

export async function run(): Promise<void> {
  const { default: Mocha } = await import('mocha');
  const mocha = new Mocha({ ui: 'bdd', timeout: 20_000, reporter: 'min' });
  mocha.suite.emit('pre-require', globalThis, 'node', mocha);
  await import('./editor.ts');
  await import('./node-only.ts');
  await runAndReport(mocha);
}
