// `npm test`: everything, from a fresh clone, in sections. A section that fails does not keep the next from running.
// Imports node's own modules only: the first section installs the others.
// usage: node test/tools/test.mjs [section…]   install, machine and build always run
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { root } from './editor-tools.mjs';
import { install, requireNode } from './install.mjs';

/** @typedef {{ passed: number, failed: number, skipped: number, retried?: string[] }} Counts */
/** @typedef {{ id: string, title: string, needs?: string[], command: string[], counts?: boolean }} Section */

const unit = ['node', 'test/tools/unit.mjs'];
/** @type {Section[]} */
const SECTIONS = [
  { id: 'types', title: 'Type check', command: ['npm', 'run', '-s', 'typecheck'] },
  { id: 'lint', title: 'Lint', command: ['npm', 'run', '-s', 'lint'] },
  { id: 'unused', title: 'Nothing unused', command: ['npm', 'run', '-s', 'unused'] },
  { id: 'copies', title: 'Nothing written twice', command: ['npm', 'run', '-s', 'copies'] },
  { id: 'generated', title: 'Generated files are up to date', command: ['node', 'test/tools/generate.mjs', '--check'] },
  {
    id: 'unit',
    title: 'Unit tests, with the layers and the grammar',
    command: [...unit, '--without=test/lsp/', '--without=test/cli/'],
    counts: true,
  },
  { id: 'lsp', title: 'Language server over JSON-RPC', needs: ['neovim'], command: [...unit, 'test/lsp/'], counts: true },
  { id: 'cli', title: 'Command line', command: [...unit, 'test/cli/'], counts: true },
  { id: 'nginx', title: 'The real nginx', needs: ['nginx'], command: [...unit, 'test/nginx/'], counts: true },
  {
    id: 'deployment',
    title: 'Real applications behind nginx',
    needs: ['nginx', 'applications'],
    command: [...unit, 'test/deployment/'],
    counts: true,
  },
  { id: 'editor', title: 'VS Code in Chromium', needs: ['chromium'], command: ['node', 'test/tools/editor.mjs'], counts: true },
];

const wanted = process.argv.slice(2);
for (const word of wanted)
  if (!SECTIONS.some(({ id }) => id === word)) {
    console.error(`There is no section ${word}. Known are ${SECTIONS.map(({ id }) => id).join(', ')}.`);
    process.exit(2);
  }
const sections = SECTIONS.filter(({ id }) => !wanted.length || wanted.includes(id));
/** @type {Counts} */
const total = { passed: 0, failed: 0, skipped: 0 };
/** What needed a second try, by name.
 * @type {string[]} */
const retried = [];
/** @type {{ title: string, seconds: number, words: string }[]} */
const summary = [];
/** @type {Map<string, string>} */
let lacking = new Map();

/** @param {string} title @param {() => Promise<Counts>} work */
async function section(title, work) {
  console.log(`\n── ${title}`);
  const start = Date.now();
  /** @type {Counts} */
  let counts;
  try {
    counts = await work();
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error));
    counts = { passed: 0, failed: 1, skipped: 0 };
  }
  for (const key of /** @type {const} */ (['passed', 'failed', 'skipped'])) total[key] += counts[key];
  for (const name of counts.retried ?? []) retried.push(name);
  const words = counts.failed ? `${counts.failed} failed` : counts.skipped && !counts.passed ? 'skipped' : 'passed';
  summary.push({
    title,
    seconds: (Date.now() - start) / 1000,
    words: counts.skipped && counts.passed ? `${words}, ${counts.skipped} skipped` : words,
  });
  return counts.failed === 0;
}
const one = { passed: 1, failed: 0, skipped: 0 };

/**
 * Runs a program with its output on the screen.
 * @param {string[]} command @param {NodeJS.ProcessEnv} env
 * @returns {Promise<number>} its exit code
 */
function run([program = '', ...args], env = {}) {
  const child = spawn(program === 'node' ? process.execPath : program, args, {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, ...env },
    shell: process.platform === 'win32' && program !== 'node',
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code) => resolve(code ?? 1));
  });
}

/** @param {Section} section @returns {Promise<Counts>} */
async function runSection({ needs = [], command, counts }) {
  const reasons = needs.flatMap((need) => lacking.get(need) ?? []);
  if (reasons.length) {
    console.log(`skipped: ${reasons.join('; ')}`);
    return process.env.CI === 'true' ? { passed: 0, failed: 1, skipped: 0 } : { passed: 0, failed: 0, skipped: 1 };
  }
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'proxylens-counts-'));
  const file = path.join(folder, 'counts.json');
  try {
    const code = await run(command, counts ? { PROXYLENS_COUNTS: file } : {});
    if (!counts) return code === 0 ? one : { passed: 0, failed: 1, skipped: 0 };
    const read = fs.existsSync(file) ? fs.readFileSync(file, 'utf8') : '';
    /** @type {Counts} */
    const found = read ? JSON.parse(read) : { passed: 0, failed: 0, skipped: 0 };
    if (code !== 0 && found.failed === 0) found.failed = 1;
    if (process.env.CI === 'true' && found.skipped) {
      console.error(`${found.skipped} skipped, which CI does not allow`);
      return { ...found, failed: found.failed + found.skipped, skipped: 0 };
    }
    return found;
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

requireNode();
const ready = await section('npm packages', async () => {
  console.log(install() ? 'installed' : 'in place');
  return one;
});
if (ready) {
  const needs = [...new Set(sections.flatMap((section) => section.needs ?? []))];
  if (needs.length)
    await section('Programs of this machine', async () => {
      const { ensureMachine } = await import('./machine.mjs');
      lacking = ensureMachine(needs, console.log);
      for (const [need, reason] of lacking) console.log(`${need}: ${reason}`);
      return one;
    });
  await section('Build', async () => ((await run(['node', 'esbuild.mjs'])) === 0 ? one : { passed: 0, failed: 1, skipped: 0 }));
  for (const each of sections) await section(each.title, () => runSection(each));
}

console.log('\n── Summary');
for (const { title, seconds, words } of summary) console.log(`${seconds.toFixed(1).padStart(7)} s  ${title}: ${words}`);
for (const name of retried) console.log(`         passed at the second try: ${name}`);
console.log(`\n${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
process.exit(total.failed ? 1 : 0);
