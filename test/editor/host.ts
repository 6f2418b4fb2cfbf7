// A real VS Code for tests: the server out of the pinned tools, a workbench in Debian's Chromium, a profile of its own in a temporary folder.
// Nothing here knows what the extension does.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import util from 'node:util';
import { type BrowserContext, chromium, type Page } from 'playwright-core';
import { ensureNode, ensureServer } from '../tools/editor-tools.mjs';
import { MARK, type Result } from './suite/report.ts';

export const root = process.cwd();
export const screenshots = path.join(root, 'out/screenshots');

/** Settings under which a test is not disturbed by what VS Code offers to newcomers. */
const QUIET_SETTINGS = JSON.parse(fs.readFileSync(path.join(root, 'test/tools/editor-settings.json'), 'utf8')) as Record<string, unknown>;

/** A fresh folder that is removed when the test process ends. */
export function temporaryFolder(name: string): string {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), `proxylens-${name}-`));
  process.on('exit', () => fs.rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A copy of the sample workspace that a test may change. */
export function sampleWorkspace(): string {
  const folder = path.join(temporaryFolder('workspace'), 'shop');
  fs.cpSync(path.join(root, 'test/sample'), folder, { recursive: true });
  return folder;
}

export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = net.createServer().on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as net.AddressInfo;
      server.close(() => resolve(port));
    });
  });
}

export interface Server {
  /** what the page is opened at; localhost, for webviews need the name */
  readonly url: string;
  /** the authority of `vscode-remote:` URIs */
  readonly authority: string;
  stop(): Promise<void>;
}

export interface ServerOptions {
  /** a packaged extension to install */
  readonly vsix?: string;
  readonly settings?: Record<string, unknown>;
}

/** Starts a VS Code server on a free port of 127.0.0.1 and waits (30 s at most) until it answers. */
export async function startServer({ vsix, settings = {} }: ServerOptions = {}): Promise<Server> {
  const [node, entry] = await Promise.all([ensureNode(console.log), ensureServer(console.log)]);
  const folder = temporaryFolder('server');
  for (const kind of ['User', 'Machine']) {
    fs.mkdirSync(path.join(folder, 'data', kind), { recursive: true });
    fs.writeFileSync(
      path.join(folder, 'data', kind, 'settings.json'),
      JSON.stringify({ ...QUIET_SETTINGS, 'files.autoSave': 'off', 'editor.minimap.enabled': false, ...settings }),
    );
  }
  const env = { ...process.env, HOME: folder, XDG_CONFIG_HOME: folder, XDG_DATA_HOME: folder, EXTENSIONS_GALLERY: '{}' };
  const places = [
    '--user-data-dir',
    path.join(folder, 'data'),
    '--extensions-dir',
    path.join(folder, 'extensions'),
    '--accept-server-license-terms',
  ];
  if (vsix) {
    const install = spawn(node, [entry, ...places, '--install-extension', vsix], { env, stdio: ['ignore', 'pipe', 'pipe'] });
    const said = output(install);
    const [code] = await once(install, 'exit');
    if (code !== 0) throw new Error(`the extension could not be installed:\n${said()}`);
  }
  const port = await freePort();
  const child = spawn(
    node,
    [
      entry,
      ...['--host', '127.0.0.1', '--port', String(port), '--without-connection-token', '--telemetry-level', 'off'],
      ...['--server-data-dir', folder, ...places, '--disable-workspace-trust', '--enable-smoke-test-driver'],
    ],
    { env, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  const said = output(child);
  const stop = async (): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill('SIGTERM');
    const timer = setTimeout(() => child.kill('SIGKILL'), 5000);
    await exited;
    clearTimeout(timer);
  };
  process.on('exit', () => child.kill('SIGKILL'));
  const deadline = Date.now() + 30_000;
  for (;;) {
    if (child.exitCode !== null) throw new Error(`the VS Code server ended:\n${said()}`);
    const up = await fetch(`http://127.0.0.1:${port}/version`).then(
      (response) => response.ok,
      () => false,
    );
    if (up) break;
    if (Date.now() > deadline) {
      await stop();
      throw new Error(`the VS Code server did not come up:\n${said()}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return { url: `http://localhost:${port}`, authority: `localhost:${port}`, stop };
}

function output(child: ChildProcess): () => string {
  let text = '';
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => (text += chunk));
  return () => text;
}

/** The address of a workbench: a folder of the server's machine, and what the workbench is told at its start. */
export function workbenchUrl({ url, authority }: Server, folder: string, payload: [string, string][]): string {
  const remote = payload.map(([key, value]) => [key, value.startsWith('/') ? `vscode-remote://${authority}${value}` : value]);
  return `${url}/?folder=${encodeURIComponent(folder)}&payload=${encodeURIComponent(JSON.stringify(remote))}`;
}

export interface Browser {
  readonly context: BrowserContext;
  readonly page: Page;
  close(): Promise<void>;
}

/** Debian's Chromium with an empty profile in which webviews may use their service worker. */
export async function openBrowser(size = { width: 1280, height: 1000 }): Promise<Browser> {
  const profile = temporaryFolder('browser');
  fs.mkdirSync(path.join(profile, 'Default'));
  fs.writeFileSync(
    path.join(profile, 'Default/Preferences'),
    JSON.stringify({ profile: { cookie_controls_mode: 0, block_third_party_cookies: false } }),
  );
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    headless: true,
    viewport: size,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  return { context, page: context.pages()[0] ?? (await context.newPage()), close: () => context.close() };
}

/** What VS Code says to itself while it starts; not about the extension. */
const NOISE =
  /spdlog|native-watchdog|additional builtin|%s%s|Service Worker|Creating a socket|connection token|AgentHost|AccountPolicyGate|reconnection-grace|package\.nls|CodeExpectedError/;

/** Opens an address at which Mocha runs inside an extension host, and returns its results. Throws with what the host said when no result came. */
export async function runInHost(page: Page, url: string, seconds = 120): Promise<Result[]> {
  const lines: string[] = [];
  const results: Result[] = [];
  const ended = new Promise<number>((resolve) => void page.exposeFunction('codeAutomationExit', (code: number) => resolve(code)));
  await page.exposeFunction('codeAutomationLog', (_type: string, args: unknown[]) => {
    const line = util.format(...args);
    const mark = line.indexOf(MARK);
    if (mark >= 0) results.push(JSON.parse(line.slice(mark + MARK.length)));
    else if (!NOISE.test(line)) lines.push(line.slice(0, 2000));
  });
  if (process.env.PROXYLENS_VERBOSE) page.on('console', (message) => console.log(`[${message.type()}] ${message.text().slice(0, 1000)}`));
  page.on('pageerror', (error) => lines.push(`page error: ${error.stack ?? error.message}`));
  await page.goto(url);
  const code = await Promise.race([
    ended,
    new Promise<string>((resolve) => setTimeout(resolve, seconds * 1000, 'no answer in time').unref()),
  ]);
  const failed = results.some(({ state }) => state === 'failed');
  if (code === 0 || failed) return results;
  fs.mkdirSync(screenshots, { recursive: true });
  await page.screenshot({ path: path.join(screenshots, 'host-failed.png') });
  throw new Error(`the extension host ended with ${code}:\n${lines.join('\n')}`);
}
