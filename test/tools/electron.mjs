// `npm run test:electron`: the Mocha suite of test/editor in a desktop VS Code, where one can be had: downloaded, or named by VSCODE_EXECUTABLE.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { downloadAndUnzipVSCode, runTests } from '@vscode/test-electron';
import { root } from './editor-tools.mjs';
import { bundleSuites } from './suites.mjs';

const build = spawnSync(process.execPath, ['esbuild.mjs'], { cwd: root, stdio: 'inherit' });
if (build.status !== 0) process.exit(1);
await bundleSuites('out/editor');

const version = process.env.VSCODE_VERSION ?? 'stable';
let vscodeExecutablePath = process.env.VSCODE_EXECUTABLE;
if (!vscodeExecutablePath) {
  try {
    vscodeExecutablePath = await downloadAndUnzipVSCode({ version, timeout: 30_000 });
  } catch (error) {
    console.error(`A desktop VS Code (${version}) cannot be downloaded here: ${error instanceof Error ? error.message : String(error)}`);
    console.error('Name an installed one with VSCODE_EXECUTABLE, or run "npm test -- editor": the same suite in a served VS Code.');
    process.exit(1);
  }
}
if (process.platform === 'linux' && !process.env.DISPLAY && !process.env.WAYLAND_DISPLAY)
  console.error('There is no display: run it under xvfb-run if it does not start.');
const temporary = fs.mkdtempSync(path.join(os.tmpdir(), 'proxylens-electron-'));
const workspace = path.join(temporary, 'shop');
fs.cpSync('test/sample', workspace, { recursive: true });
try {
  await runTests({
    vscodeExecutablePath,
    extensionDevelopmentPath: root,
    extensionTestsPath: path.join(root, 'out/editor/suite.node.cjs'),
    launchArgs: [workspace, '--disable-extensions', '--disable-workspace-trust', `--user-data-dir=${path.join(temporary, 'data')}`],
  });
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
} finally {
  fs.rmSync(temporary, { recursive: true, force: true });
}
