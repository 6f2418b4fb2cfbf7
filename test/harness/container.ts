/** A program in the place of docker: it writes down what it is told, and lets an nginx of this machine read what was to be mounted. */
import fs from 'node:fs';
import path from 'node:path';

const SCRIPT = (log: string, nginx: string): string => `#!${process.execPath}
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { spawnSync } = require('node:child_process');
const args = process.argv.slice(2);
if (args[0] === 'ps') process.exit(0);
fs.appendFileSync(${JSON.stringify(log)}, JSON.stringify(args) + '\\n');
if (args[0] !== 'run') process.exit(0);
const [, source, target] = /source=([^,]*),target=([^,]*),readonly$/.exec(args[args.indexOf('--mount') + 1]);
const copy = fs.mkdtempSync(path.join(os.tmpdir(), 'proxylens-container-'));
fs.cpSync(source, copy, { recursive: true });
for (const name of fs.readdirSync(path.join(copy, 'files'))) {
  const file = path.join(copy, 'files', name);
  fs.writeFileSync(file, fs.readFileSync(file, 'utf8').replaceAll(target + '/', copy + '/'));
}
const rest = args.slice(args.indexOf('--entrypoint') + 3).map((a) => a.replaceAll(target + '/', copy + '/'));
const { status, stderr } = spawnSync(${JSON.stringify(nginx)}, rest, { encoding: 'utf8', timeout: 10000 });
process.stderr.write(stderr.replaceAll(copy + '/', target + '/'));
fs.rmSync(copy, { recursive: true });
process.exit(status ?? 125);
`;

/** Makes the program in a folder; `told` gives the arguments of each call so far but those that only ask whether it is there. */
export function fakeEngine(folder: string, nginx: string): { engine: string; told(): string[][] } {
  const engine = path.join(folder, 'docker.cjs');
  const log = path.join(folder, 'told.jsonl');
  fs.writeFileSync(log, '');
  fs.writeFileSync(engine, SCRIPT(log, nginx), { mode: 0o755 });
  return {
    engine,
    told: () =>
      fs
        .readFileSync(log, 'utf8')
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line) as string[]),
  };
}
