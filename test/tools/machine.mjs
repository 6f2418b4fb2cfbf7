// Readies this machine for the tests that need real programs: on Debian and Ubuntu it installs what is missing, elsewhere it says what is.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { transformSync } from 'esbuild';
import { root } from './editor-tools.mjs';

/** Runs a module of TypeScript that imports nothing. @param {string} file */
const typed = (file) => {
  const { code } = transformSync(fs.readFileSync(path.join(root, file), 'utf8'), { loader: 'ts', format: 'esm' });
  return import(`data:text/javascript,${encodeURIComponent(code)}`);
};
const { APT_PACKAGES } = await typed('test/harness/apt.ts');

/**
 * What a kind of test needs: Debian's packages, and the programs by which it is known on other systems that all is there.
 * @type {Record<string, { packages: readonly string[], programs: readonly string[] }>}
 */
const NEEDS = {
  nginx: { packages: APT_PACKAGES, programs: ['nginx', 'openssl'] },
  applications: {
    packages: [
      'python3',
      'python3-django',
      'gunicorn',
      'python3-gunicorn',
      'uwsgi',
      'uwsgi-plugin-python3',
      'uvicorn',
      'python3-uvicorn',
      'python3-waitress',
      'python3-gevent',
      'python3-quart',
      'python3-pyramid',
      'python3-aiohttp',
      'python3-fastapi',
      'php-fpm',
    ],
    programs: ['python3', 'gunicorn', 'uwsgi', 'uvicorn'],
  },
  chromium: { packages: ['chromium'], programs: ['chromium'] },
  neovim: { packages: ['neovim'], programs: ['nvim'] },
};

const run = (/** @type {string} */ program, /** @type {string[]} */ args) => spawnSync(program, args, { encoding: 'utf8' });
const present = (/** @type {string} */ program) => run(process.platform === 'win32' ? 'where' : 'which', [program]).status === 0;

/** The packages of a list that dpkg does not have. @param {readonly string[]} packages */
function missingPackages(packages) {
  const { stdout } = run('dpkg-query', ['-W', '-f', '${Package} ${db:Status-Status}\n', ...packages]);
  const installed = new Set(stdout.split('\n').flatMap((line) => (line.endsWith(' installed') ? [line.split(' ')[0]] : [])));
  return packages.filter((name) => !installed.has(name));
}

/** How this process becomes root: nothing to add, sudo, or not at all. */
function asRoot() {
  if (process.getuid?.() === 0) return [];
  if (present('sudo') && (process.stdin.isTTY || run('sudo', ['-n', 'true']).status === 0)) return ['sudo'];
  return null;
}

/**
 * Installs packages; no service is started by it, for a policy in the way that Debian provides forbids it meanwhile.
 * @param {readonly string[]} packages @param {string[]} prefix
 * @returns {string | null} what went wrong
 */
function aptInstall(packages, prefix) {
  const apt = (/** @type {string[]} */ ...args) => {
    const line = [...prefix, 'env', 'DEBIAN_FRONTEND=noninteractive', 'apt-get', '-qq', ...args];
    return spawnSync(line[0] ?? '', line.slice(1), { encoding: 'utf8', stdio: ['inherit', 'pipe', 'pipe'] });
  };
  const policy = '/usr/sbin/policy-rc.d';
  const sh = (/** @type {string} */ script) => {
    const line = [...prefix, 'sh', '-c', script];
    return spawnSync(line[0] ?? '', line.slice(1), { encoding: 'utf8', stdio: ['inherit', 'pipe', 'pipe'] });
  };
  const ours = !fs.existsSync(policy) && sh(`printf '#!/bin/sh\\nexit 101\\n' > ${policy} && chmod 755 ${policy}`).status === 0;
  try {
    apt('update');
    const { status, stderr } = apt('install', '-y', '--no-install-recommends', ...packages);
    return status === 0 ? null : stderr.trim().split('\n').slice(-3).join(' ');
  } finally {
    if (ours) sh(`rm -f ${policy}`);
  }
}

/**
 * Makes sure of the needs, in one go.
 * @param {readonly string[]} needs keys of NEEDS
 * @param {(line: string) => void} say
 * @returns {Map<string, string>} what could not be had, with the reason in words
 */
export function ensureMachine(needs, say) {
  /** @type {Map<string, string>} */
  const lacking = new Map();
  if (!present('dpkg-query') || !present('apt-get')) {
    for (const need of needs) {
      const absent = NEEDS[need]?.programs.filter((program) => !present(program)) ?? [];
      if (absent.length)
        lacking.set(
          need,
          `${absent.join(', ')} ${absent.length > 1 ? 'are' : 'is'} not installed, and packages are installed on Debian and Ubuntu only`,
        );
    }
    return lacking;
  }
  const missing = missingPackages([...new Set(needs.flatMap((need) => NEEDS[need]?.packages ?? []))]);
  if (!missing.length) return lacking;
  const prefix = asRoot();
  if (prefix) say(`apt-get install ${missing.join(' ')}`);
  const failure = prefix ? aptInstall(missing, prefix) : 'this user may not install packages';
  const still = new Set(missingPackages(missing));
  for (const need of needs) {
    const absent = NEEDS[need]?.packages.filter((name) => still.has(name)) ?? [];
    if (absent.length) lacking.set(need, `${failure ?? 'apt-get left out'}: ${absent.join(' ')}`);
  }
  return lacking;
}
