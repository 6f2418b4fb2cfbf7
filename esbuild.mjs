// Bundles everything that ships into `dist/`: the client for both extension hosts, the server for node and for a browser worker, the command
// line, the webviews; and lays the wasm files beside them. Type checking is tsc's work, not done here.
// usage: node esbuild.mjs [--watch] [--minify]
import { spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, context } from 'esbuild';
import { createMessageConnection, StreamMessageReader, StreamMessageWriter } from 'vscode-jsonrpc/node';
import { bill, materials, notices } from './test/tools/materials.mjs';

const require = createRequire(import.meta.url);
const root = path.dirname(fileURLToPath(import.meta.url));
const options = new Set(process.argv.slice(2));
for (const option of options)
  if (!['--watch', '--minify'].includes(option)) {
    console.error(`unknown option ${option}`);
    process.exit(2);
  }

/** The ESM build of the tree-sitter runtime asks import.meta.url, which is undefined in our script outputs; the other one does not. */
const treeSitter = require.resolve('web-tree-sitter').replace(/\.js$/, '.cjs');

/** @type {import('esbuild').BuildOptions} */
const common = {
  absWorkingDir: root,
  bundle: true,
  minify: options.has('--minify'),
  sourcemap: options.has('--minify') ? false : 'linked',
  charset: 'utf8',
  legalComments: 'none', // they are in THIRD-PARTY-NOTICES.txt
  metafile: true,
  logLevel: 'warning',
  alias: { 'web-tree-sitter': treeSitter },
};
/** Node's own modules that a package asks for at its start and uses where we never come: bcryptjs to make salts, commander for commands that are programs of their own. */
const SELDOM = [
  [/[\\/]bcryptjs[\\/]/, /^crypto$/],
  [/[\\/]commander[\\/]/, /^node:child_process$/],
];

/**
 * Such a module is loaded when something of it is used: together they take as long as a fifth of node's own start.
 * @type {import('esbuild').Plugin}
 */
const seldom = {
  name: 'seldom',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^(?:crypto|node:child_process)$/ }, ({ path: name, importer }) =>
      SELDOM.some(([asks, asked]) => asks.test(importer) && asked.test(name)) ? { path: name, namespace: 'seldom' } : null,
    );
    onLoad({ filter: /./, namespace: 'seldom' }, ({ path: name }) => ({
      contents: `module.exports = new Proxy({}, { get: (_, member) => require(${JSON.stringify(name)})[member] });`,
    }));
  },
};

/** @type {import('esbuild').BuildOptions} */
const node = { ...common, plugins: [seldom], platform: 'node', format: 'cjs', target: 'node20', mainFields: ['module', 'main'] };
/** @type {import('esbuild').BuildOptions} */
const browser = {
  ...common,
  platform: 'browser',
  target: 'es2022',
  // the tree-sitter runtime names node's modules in branches that a browser never takes
  external: ['fs', 'fs/promises', 'module', 'path', 'url', 'node:*'],
};

const views = fs.existsSync('client/src/view')
  ? fs
      .readdirSync('client/src/view', { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && fs.existsSync(`client/src/view/${entry.name}/main.tsx`))
      .map((entry) => entry.name)
  : [];

/** @type {import('esbuild').BuildOptions[]} */
const bundles = [
  { ...node, entryPoints: ['client/src/extension.node.ts'], outfile: 'dist/client/extension.node.cjs', external: ['vscode'] },
  {
    ...browser,
    format: 'cjs',
    entryPoints: ['client/src/extension.browser.ts'],
    outfile: 'dist/client/extension.browser.js',
    external: ['vscode'],
  },
  { ...node, entryPoints: ['server/src/lsp/node.ts'], outfile: 'dist/server/node.cjs' },
  { ...browser, format: 'iife', entryPoints: ['server/src/lsp/browser.ts'], outfile: 'dist/server/browser.js' },
  { ...node, entryPoints: ['server/src/cli/launch.ts'], outfile: 'dist/cli.cjs', banner: { js: '#!/usr/bin/env node' } },
  {
    ...node,
    charset: 'ascii',
    entryPoints: ['server/src/cli/main.ts'],
    outfile: 'dist/program.cjs',
    // as cli/launch.ts runs it
    banner: { js: '(function (exports, require, module, __filename, __dirname) {' },
    footer: { js: '})' },
  },
  ...views.map((name) => ({
    ...browser,
    format: /** @type {const} */ ('iife'),
    jsx: /** @type {const} */ ('automatic'),
    jsxImportSource: 'preact',
    entryPoints: [`client/src/view/${name}/main.tsx`],
    outfile: `dist/view/${name}.js`,
    loader: /** @type {const} */ ({ '.ttf': 'file', '.svg': 'text' }),
    assetNames: '[name]',
  })),
];

/** Package (or folder of this repository) and file of each wasm module that the server loads. */
const WASM = [
  require.resolve('web-tree-sitter/web-tree-sitter.wasm'),
  path.join(root, 'server/grammar/tree-sitter-nginx.wasm'),
  path.join(root, 'server/pcre2/pcre2.wasm'),
  path.join(path.dirname(require.resolve('tree-sitter-python/package.json')), 'tree-sitter-python.wasm'),
];

fs.rmSync(path.join(root, 'dist'), { recursive: true, force: true });
fs.mkdirSync(path.join(root, 'dist/wasm'), { recursive: true });
for (const file of WASM) fs.copyFileSync(file, path.join(root, 'dist/wasm', path.basename(file)));

if (options.has('--watch')) {
  for (const options of bundles) await (await context({ ...options, logLevel: 'info' })).watch();
} else {
  const built = await Promise.all(bundles.map((options) => build(options)));
  writeMaterials(built.flatMap(({ metafile }) => Object.keys(metafile?.inputs ?? {})));
  fs.chmodSync(path.join(root, 'dist/cli.cjs'), 0o755);
  await leaveCompiled();
}

/** What leaves compiled code in the bundle's folder when it ends, under a name. */
function leaving(/** @type {string} */ name) {
  return { ...process.env, PROXYLENS_BUILD_CACHE: path.join(root, 'dist', name) };
}

/**
 * Runs the command line over the sample and over a few lines, and a language server in which a file is opened and typed in; leaves what V8 has
 * compiled for each beside the bundle (cli/launch.ts).
 */
async function leaveCompiled() {
  const served = serve();
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'proxylens-build-'));
  const short = path.join(folder, 'nginx.conf');
  fs.writeFileSync(short, 'events {}\nhttp {\n    server {\n        location / { proxy_pass http://127.0.0.1:8000; }\n    }\n}\n');
  for (const [name, checked] of /** @type {const} */ ([
    ['program.cache', path.join(root, 'test/sample')],
    ['short.cache', short],
  ])) {
    spawnSync(process.execPath, [path.join(root, 'dist/cli.cjs'), 'check', checked], { env: leaving(name), stdio: 'ignore' });
  }
  fs.rmSync(folder, { recursive: true });
  await served;
}

/** A site as there are many, with what most rules have something to say about, or to make sure of. */
function site(/** @type {number} */ n) {
  return `    upstream app${n} { server 127.0.0.1:${8000 + n} max_fails=3; keepalive 16; }
    server {
        listen 443 ssl;
        server_name s${n}.example.com www.s${n}.example.com;
        ssl_certificate /etc/ssl/s${n}.pem;
        ssl_certificate_key /etc/ssl/s${n}.key;
        access_log /var/log/nginx/s${n}.log main;
        add_header Strict-Transport-Security "max-age=63072000" always;
        location /img { alias /srv/s${n}/img/; add_header X-Kind img; }
        location ~ ^/media/(?<file>[\\w./-]+)$ { root /srv/s${n}; }
        location /old { rewrite ^/old/(.*)$ /$1 permanent; }
        location /app/ {
            limit_req zone=general burst=20 nodelay;
            proxy_pass http://app${n};
            proxy_set_header Host $host;
            proxy_set_header X-Forwarded-Proto $scheme;
        }
        location /api { proxy_pass http://127.0.0.1:9000; }
        error_page 502 /down.html;
        location = /down.html { root /srv/s${n}; internal; }
    }
`;
}

/** A session of the language server, from its start to its end. */
async function serve() {
  const child = spawn(process.execPath, [path.join(root, 'dist/cli.cjs'), 'lsp', '--stdio'], {
    env: leaving('server.cache'),
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  const ended = new Promise((done) => child.once('exit', done));
  const connection = createMessageConnection(new StreamMessageReader(child.stdout), new StreamMessageWriter(child.stdin));
  connection.onRequest('client/registerCapability', () => null);
  connection.onRequest('window/workDoneProgress/create', () => null);
  connection.onRequest('workspace/configuration', (/** @type {{ items: unknown[] }} */ { items }) => items.map(() => null));
  connection.listen();
  const uri = 'file:///sites/nginx.conf';
  const textDocument = { uri };
  const position = { line: 1, character: 9 };
  const range = { start: position, end: position };
  await connection.sendRequest('initialize', {
    processId: process.pid,
    rootUri: null,
    workspaceFolders: null,
    capabilities: {
      textDocument: { publishDiagnostics: { relatedInformation: true }, completion: { completionItem: { snippetSupport: true } } },
      workspace: { configuration: true, workspaceFolders: true, didChangeWatchedFiles: { dynamicRegistration: true } },
    },
  });
  await connection.sendNotification('initialized', {});
  const head = 'events {}\nhttp {\n    gzip on;\n    log_format main \'$remote_addr "$request"\';\n';
  const zone = '    limit_req_zone $binary_remote_addr zone=general:10m rate=10r/s;\n';
  const text = `${head}${zone}${Array.from({ length: 24 }, (_, n) => site(n)).join('')}}\n`;
  await connection.sendNotification('textDocument/didOpen', { textDocument: { ...textDocument, languageId: 'nginx', version: 1, text } });
  await connection.sendRequest('proxylens/settled', {});
  for (const [i, letter] of [...'\n    g'].entries())
    await connection.sendNotification('textDocument/didChange', {
      textDocument: { ...textDocument, version: 2 + i },
      contentChanges: [{ range: { start: { line: 2, character: 12 }, end: { line: 2, character: 12 } }, text: letter }],
    });
  await connection.sendRequest('textDocument/completion', { textDocument, position: { line: 2, character: 12 } });
  await connection.sendRequest('textDocument/hover', { textDocument, position });
  await connection.sendRequest('textDocument/codeAction', { textDocument, range, context: { diagnostics: [] } });
  await connection.sendRequest('proxylens/settled', {});
  await connection.sendRequest('shutdown');
  await connection.sendNotification('exit');
  await ended;
  connection.dispose();
}

/**
 * Leaves the licences of all that is bundled, and the bill of materials, in `dist/`.
 * @param {string[]} bundled
 */
function writeMaterials(bundled) {
  const product = JSON.parse(fs.readFileSync(path.join(root, 'package.json'), 'utf8'));
  const list = materials(root, [...bundled, ...WASM]);
  fs.writeFileSync(path.join(root, 'dist/THIRD-PARTY-NOTICES.txt'), notices(list));
  fs.writeFileSync(path.join(root, 'dist/sbom.cdx.json'), `${bill(product, list)}\n`);
}
