// Makes the .vsix from a folder of its own, with a README that is right where it is read. An installed extension's page loads pictures from
// https addresses only and follows no other links: with the address of the repository they lead there, without it they are left out.
// usage: node test/tools/package.mjs [--out FILE] [--repository https://…]   the address is also taken from package.json, or from CI
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { shopWindow } from './shop-window.mjs';

const { values } = parseArgs({ options: { out: { type: 'string' }, repository: { type: 'string' } } });
/** @type {Record<string, any>} */
const manifest = JSON.parse(fs.readFileSync('package.json', 'utf8'));
const { GITHUB_SERVER_URL: host, GITHUB_REPOSITORY: name } = process.env;
/** @type {string | null} */
const address = values.repository ?? manifest.repository?.url ?? manifest.repository ?? (host && name ? `${host}/${name}` : null);
const repository =
  address
    ?.replace(/^git\+/, '')
    .replace(/\.git$/, '')
    .replace(/\/+$/, '') ?? null;
if (repository !== null && !/^https:\/\/[\w.-]+\/[\w./~-]+$/.test(repository)) {
  console.error(`--repository ${address}: not an https address of a repository`);
  process.exit(2);
}

/** @param {string} command @param {readonly string[]} args @param {string} [cwd] */
function run(command, args, cwd) {
  const { status } = spawnSync(command, args, { stdio: 'inherit', ...(cwd ? { cwd } : {}) });
  if (status !== 0) process.exit(status ?? 1);
}

run(process.execPath, ['esbuild.mjs', '--minify']);
const stage = path.resolve('out/package');
fs.rmSync(stage, { recursive: true, force: true });
for (const file of manifest.files) fs.cpSync(file, path.join(stage, file), { recursive: true });
for (const file of ['README.md', 'CHANGELOG.md'])
  fs.writeFileSync(path.join(stage, file), shopWindow(fs.readFileSync(file, 'utf8'), repository));
const { scripts: _scripts, devDependencies: _tools, ...shipped } = manifest;
if (repository !== null)
  Object.assign(shipped, {
    repository: { type: 'git', url: `${repository}.git` },
    bugs: { url: `${repository}/issues` },
    homepage: `${repository}#readme`,
  });
fs.writeFileSync(path.join(stage, 'package.json'), `${JSON.stringify(shipped, null, 2)}\n`);
const out = path.resolve(values.out ?? `${manifest.name}-${manifest.version}.vsix`);
fs.mkdirSync(path.dirname(out), { recursive: true });
const vsce = path.resolve('node_modules/@vscode/vsce/vsce');
run(
  process.execPath,
  [vsce, 'package', '--no-dependencies', '--allow-missing-repository', '--no-rewrite-relative-links', '--out', out],
  stage,
);
fs.rmSync(stage, { recursive: true });
