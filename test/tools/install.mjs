// Puts the npm packages in place. Imports node's own modules only, for it runs before there are any others.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { root } from './editor-tools.mjs';

/** Throws a sentence for people when this Node is too old. */
export function requireNode() {
  const major = Number(process.versions.node.split('.')[0]);
  if (major < 20) throw new Error(`Node 20 or later is needed; this is ${process.versions.node}.`);
}

/** True when node_modules is missing, or older than what package-lock.json asks for. */
export function stale() {
  const folder = path.join(root, 'node_modules');
  if (fs.lstatSync(folder, { throwIfNoEntry: false })?.isSymbolicLink()) return false; // someone else's, not ours to replace
  const installed = path.join(folder, '.package-lock.json');
  if (!fs.existsSync(installed)) return true;
  const { packages: wanted } = JSON.parse(fs.readFileSync(path.join(root, 'package-lock.json'), 'utf8'));
  const { packages: present } = JSON.parse(fs.readFileSync(installed, 'utf8'));
  return Object.entries(wanted).some(([name, { version, optional }]) => name && !optional && present[name]?.version !== version);
}

/** Runs `npm ci` when it is needed. Throws with npm's words when it fails. */
export function install() {
  if (!stale()) return false;
  const npm = spawnSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: root,
    encoding: 'utf8',
    shell: process.platform === 'win32',
  });
  if (npm.status !== 0) throw new Error(`npm ci failed:\n${npm.stdout}${npm.stderr}`);
  return true;
}
