// The entry for an extension host in a browser's worker.
import { runAndReport } from './report.ts';

export async function run(): Promise<void> {
  await import('mocha/mocha.js');
  const mocha = (globalThis as unknown as { mocha: BrowserMocha }).mocha;
  mocha.setup({ ui: 'bdd', timeout: 20_000, reporter: 'json' });
  await import('./editor.ts');
  await runAndReport(mocha);
}
