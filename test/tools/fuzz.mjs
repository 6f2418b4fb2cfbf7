// The long campaigns, one after the other: generators of each kind with many more rounds than a run of the tests has time for.
// usage: npm run fuzz -- [--seed=N] [--scale=N] [word…]   a word is a part of a campaign's name; a failure names its seed
import { spawnSync } from 'node:child_process';
import path from 'node:path';

const option = (/** @type {string} */ name, /** @type {number} */ otherwise) => {
  const given = process.argv.find((w) => w.startsWith(`--${name}=`));
  return given ? Number(given.slice(name.length + 3)) : otherwise;
};
const seed = option('seed', Math.floor(Math.random() * 1e6));
const scale = option('scale', 1);
const words = process.argv.slice(2).filter((w) => !w.startsWith('--'));
const times = (/** @type {number} */ n) => String(Math.max(1, Math.round(n * scale)));

/** @type {readonly { name: string, files: string[], env: Record<string, string> }[]} */
const CAMPAIGNS = [
  { name: 'texts', files: ['abuse/texts'], env: { TEXTS: times(100_000) } },
  { name: 'protocol', files: ['abuse/protocol'], env: { PROTOCOL_SESSIONS: times(5000) } },
  { name: 'fixes', files: ['fixes/random'], env: { COUNT: times(5000) } },
  { name: 'templates', files: ['nginx/templates-rendered'], env: { RENDERINGS: times(3000) } },
  { name: 'hops', files: ['nginx/trace-hops'], env: { HOPS_REQUESTS: times(5000), HOPS_SEED: String(seed) } },
  { name: 'itself', files: ['nginx/trace-itself'], env: { ITSELF_REQUESTS: times(5000), ITSELF_SEED: String(seed) } },
  { name: 'writing', files: ['cli/write-files'], env: { COUNT: times(500) } },
  { name: 'incremental', files: ['incremental/'], env: {} },
  { name: 'server', files: ['lsp/fuzz'], env: { LSP_ROUNDS: times(300), LSP_SEED: String(seed) } },
  { name: 'syntax', files: ['syntax/incremental', 'syntax/oracle'], env: {} },
];

if (process.argv.includes('--help')) {
  console.log(`usage: npm run fuzz -- [--seed=N] [--scale=N] [word…]
The words are parts of the names of campaigns: ${CAMPAIGNS.map((c) => c.name).join(', ')}. --scale=0.1 is a tenth of each.
Without words all of them run, which takes hours.`);
  process.exit(0);
}

console.log(`seed ${seed}`);
/** @type {string[]} */
const failed = [];
for (const { name, files, env } of CAMPAIGNS.filter((c) => !words.length || words.some((w) => c.name.includes(w)))) {
  console.log(`\n── ${name}`);
  const { status } = spawnSync(process.execPath, [path.resolve('test/tools/unit.mjs'), ...files], {
    stdio: 'inherit',
    env: { ...process.env, SEED: String(seed), FC_SEED: String(seed), ...env },
  });
  if (status !== 0) failed.push(name);
}
console.log(failed.length ? `\nfailed: ${failed.join(', ')} (--seed=${seed})` : '\nnothing found');
process.exit(failed.length ? 1 : 0);
