// `npm start [-- path]`: from a fresh clone to the extension in a real editor. Takes the VS Code of this machine when there is one, else serves one
// to the browser, on this machine alone and behind a secret in the address. Imports node's own modules only: nothing else may be installed yet.
// usage: node test/tools/start.mjs [--serve] [path]   --serve passes over the installed VS Code
import { spawn, spawnSync } from 'node:child_process';
import crypto from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { ensureNode, ensureServer, root, tools } from './editor-tools.mjs';
import { install, requireNode, stale } from './install.mjs';

const started = Date.now();
const say = (/** @type {string} */ line) => console.log(`${((Date.now() - started) / 1000).toFixed(1).padStart(5)} s  ${line}`);
const windows = process.platform === 'win32';

try {
  await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exit(1);
}

async function main() {
  const words = process.argv.slice(2);
  const [wanted] = words.filter((word) => !word.startsWith('--'));
  requireNode();
  const { folder, file } = wanted ? project(path.resolve(process.env.INIT_CWD ?? process.cwd(), wanted)) : sample();
  if (stale()) {
    say('installing npm packages (once, about half a minute)');
    install();
  }
  say('building the extension');
  const build = spawnSync(process.execPath, ['esbuild.mjs'], { cwd: root, encoding: 'utf8' });
  if (build.status !== 0) throw new Error(`The build failed:\n${build.stdout}${build.stderr}`);
  const code = words.includes('--serve') ? null : installedEditor();
  if (code) {
    spawn(code, [`--extensionDevelopmentPath=${root}`, folder, ...(file ? [file] : [])], {
      stdio: 'ignore',
      detached: true,
      shell: windows,
      env: wanted ? process.env : { ...process.env, PROXYLENS_WALKTHROUGH: '1' },
    }).unref();
    say(`${code} opens ${folder}`);
    return;
  }
  await serve(folder, file, wanted !== undefined);
}

/** A fresh copy of the sample, so that playing with it leaves this repository as it is. */
function sample() {
  const folder = path.join(root, 'out/sample/shop');
  fs.rmSync(folder, { recursive: true, force: true });
  fs.cpSync(path.join(root, 'test/sample'), folder, { recursive: true });
  say('the sample workspace is a Django shop behind nginx, flawed on purpose');
  return { folder, file: path.join(folder, 'nginx/conf.d/shop.conf') };
}

/**
 * A folder to open, or a file in its folder; of a folder the nearest nginx.conf is opened too.
 * @param {string} given
 */
function project(given) {
  if (!fs.existsSync(given)) throw new Error(`There is no ${given}.`);
  if (fs.statSync(given).isFile()) return { folder: path.dirname(given), file: given };
  let level = [given];
  for (let depth = 0; depth < 4; depth++) {
    const next = [];
    for (const folder of level)
      for (const entry of fs.readdirSync(folder, { withFileTypes: true })) {
        if (entry.isFile() && entry.name === 'nginx.conf') return { folder: given, file: path.join(folder, entry.name) };
        if (entry.isDirectory() && !entry.name.startsWith('.') && entry.name !== 'node_modules') next.push(path.join(folder, entry.name));
      }
    level = next;
  }
  return { folder: given, file: null };
}

/** The command of a desktop VS Code on this machine; null without one, and where no window can be shown. */
function installedEditor() {
  if (process.platform === 'linux' && !process.env.DISPLAY && !process.env.WAYLAND_DISPLAY) return null;
  return ['code', 'code-insiders', 'codium'].find((name) => spawnSync(name, ['--version'], { shell: windows }).status === 0) ?? null;
}

/**
 * Serves VS Code on a free port of 127.0.0.1 until Ctrl+C.
 * @param {string} folder @param {string | null} file
 * @param {boolean} own a person's own project: VS Code asks whether it is trusted, as it does everywhere
 */
async function serve(folder, file, own) {
  say('starting a VS Code of its own');
  const [node, entry] = await Promise.all([ensureNode(say), ensureServer(say)]);
  const data = path.join(tools, own ? 'profile-own' : 'profile');
  const settings = path.join(data, 'data/User/settings.json');
  if (!fs.existsSync(settings)) {
    fs.mkdirSync(path.dirname(settings), { recursive: true });
    const { 'security.workspace.trust.enabled': _, ...asked } = JSON.parse(
      fs.readFileSync(path.join(root, 'test/tools/editor-settings.json'), 'utf8'),
    );
    fs.writeFileSync(settings, JSON.stringify(own ? asked : { ...asked, 'security.workspace.trust.enabled': false }, null, 2));
  }
  const token = crypto.randomBytes(16).toString('hex');
  // every user of the machine sees the words of a command line
  const secret = path.join(fs.mkdtempSync(path.join(os.tmpdir(), 'proxylens-')), 'token');
  fs.writeFileSync(secret, token, { mode: 0o600 });
  process.once('exit', () => fs.rmSync(path.dirname(secret), { recursive: true, force: true }));
  const child = spawn(
    node,
    [
      entry,
      ...[
        '--host',
        '127.0.0.1',
        '--port',
        '0',
        '--connection-token-file',
        secret,
        '--accept-server-license-terms',
        '--telemetry-level',
        'off',
      ],
      ...['--server-data-dir', data, '--user-data-dir', path.join(data, 'data'), '--extensions-dir', path.join(data, 'extensions')],
      ...(own ? [] : ['--disable-workspace-trust', '--enable-smoke-test-driver']),
    ],
    {
      env: { ...process.env, EXTENSIONS_GALLERY: '{}', ...(own ? {} : { PROXYLENS_WALKTHROUGH: '1' }) },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  let output = '';
  /** @type {Promise<string>} */
  const listening = new Promise((resolve, reject) => {
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk) => {
        if (output.length < 100_000) output += chunk;
        const port = /listening on (\d+)/.exec(output)?.[1];
        if (port) resolve(port);
      });
    child.on('error', reject);
    child.on('exit', (code) => reject(new Error(`VS Code ended with ${code}:\n${output}`)));
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'])
    process.on(signal, () => {
      child.kill('SIGTERM');
      process.exit(0);
    });
  const host = `localhost:${await listening}`;
  const remote = (/** @type {string} */ of) => `vscode-remote://${host}${windows ? '/' + of.replaceAll('\\', '/') : of}`;
  const payload = [['extensionDevelopmentPath', remote(root.replace(/[\\/]$/, ''))], ...(file ? [['openFile', remote(file)]] : [])];
  const url = `http://${host}/?tkn=${token}&folder=${encodeURIComponent(folder)}&payload=${encodeURIComponent(JSON.stringify(payload))}`;
  say('VS Code is served on this machine. Open it in a browser; Ctrl+C ends it.');
  console.log(`\n${url}\n`);
  if (process.stdout.isTTY && !process.env.CI) openInBrowser(url);
  await new Promise((resolve) => child.on('exit', resolve));
}

/** @param {string} url */
function openInBrowser(url) {
  /** @type {Partial<Record<NodeJS.Platform, [string, string[]]>>} */
  const openers = { darwin: ['open', [url]], win32: ['cmd', ['/c', 'start', '""', url.replace(/&/g, '^&')]] };
  const [program, args] = openers[process.platform] ?? ['xdg-open', [url]];
  spawn(program, args, { stdio: 'ignore', detached: true })
    .on('error', () => {})
    .unref();
}
