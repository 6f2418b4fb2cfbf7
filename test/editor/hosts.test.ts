// The same Mocha suite in both kinds of extension host: on node beside a VS Code server, and in a worker of the browser with no server at all.
import { createRequire } from 'node:module';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { ensureNewestWeb, ensureWeb } from '../tools/editor-tools.mjs';
import { freePort, openBrowser, root, runInHost, sampleWorkspace, startServer, workbenchUrl } from './host.ts';
import type { Result } from './suite/report.ts';
import type { OpenWeb } from './test-web.ts';

/** Makes a test of ours out of each of Mocha's, so that they are counted and named. */
async function retell(t: TestContext, results: readonly Result[]): Promise<void> {
  for (const { title, state, error, duration } of results)
    await t.test(`${title} (${duration} ms)`, { skip: state === 'pending' }, () => {
      if (error) throw new Error(error);
    });
  if (!results.length) throw new Error('no test ran');
}

test('the extension host on node', { timeout: 180_000 }, async (t) => {
  const [server, browser] = await Promise.all([startServer(), openBrowser()]);
  try {
    const url = workbenchUrl(server, sampleWorkspace(), [
      ['extensionDevelopmentPath', root],
      ['extensionTestsPath', path.join(root, 'out/editor/suite.node.cjs')],
    ]);
    await retell(t, await runInHost(browser.page, url));
  } finally {
    await browser.close();
    await server.stop();
  }
});

for (const [which, ensure] of [
  ['the oldest VS Code that the manifest admits', ensureWeb],
  ['the newest', ensureNewestWeb],
] as const)
  test(`the extension host in a browser: ${which}`, { timeout: 180_000 }, async (t) => {
    const { testWeb, data, commit } = await ensure(console.log);
    const { open } = createRequire(import.meta.url)(testWeb) as { open: OpenWeb };
    const port = await freePort();
    const [server, browser] = await Promise.all([
      open({
        browserType: 'none',
        host: '127.0.0.1',
        port,
        quality: 'stable',
        commit,
        testRunnerDataDir: data,
        folderPath: sampleWorkspace(),
        extensionDevelopmentPath: root,
        extensionTestsPath: path.join(root, 'out/editor/suite.web.js'),
      }),
      openBrowser(),
    ]);
    try {
      await retell(t, await runInHost(browser.page, `http://localhost:${port}`));
    } finally {
      await browser.close();
      server.dispose();
    }
  });
