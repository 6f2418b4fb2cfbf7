/**
 * A key in one of many configurations, as a client sees it: a folder of files that no main file reads, and one of main files. What the editor does
 * for the others must not grow with their number as a square.
 */
import fs from 'node:fs';
import path from 'node:path';
import { performance } from 'node:perf_hooks';
import { pathToFileURL } from 'node:url';
import { TestClient } from '../harness/lsp.ts';

const site = (i: number): string =>
  `server {\n    listen 80;\n    server_name s${i}.example.com;\n    location / {\n        proxy_pass http://127.0.0.1:${8000 + (i % 1000)};\n        proxy_set_header Host $host;\n    }\n}\n`;

const FOLDERS: Readonly<Record<string, (i: number) => readonly [name: string, text: string]>> = {
  'files that no main file reads': (i) => [`sites/s${i}.conf`, site(i)],
  'main files': (i) => [`host${i}/nginx.conf`, `events {}\nhttp {\n${site(i)}}\n`],
};

const quantile = (list: readonly number[], q: number): number =>
  [...list].sort((a, b) => a - b)[Math.min(list.length - 1, Math.floor(list.length * q))] ?? 0;

const pause = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));

/** Milliseconds from a key to the findings of its text, in the middle of 20, in one of `count` files that lie in a folder of their own. */
async function keyAmong(
  folder: string,
  count: number,
  file: (i: number) => readonly [string, string],
  server?: readonly string[],
): Promise<number> {
  fs.mkdirSync(path.join(folder, '.git'), { recursive: true });
  for (let i = 0; i < count; i++) {
    const [name, text] = file(i);
    fs.mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    fs.writeFileSync(path.join(folder, name), text);
  }
  const client = await TestClient.start({ folder: pathToFileURL(folder).href, ...(server ? { server } : {}) });
  const [name, text] = file(7);
  const uri = pathToFileURL(path.join(folder, name)).href;
  client.open(uri, text, 1);
  await client.settled();
  const start = { line: 0, character: 0 };
  const took: number[] = [];
  for (let version = 2; version < 22; version++) {
    const from = performance.now();
    const answer = client.next((p) => p.uri === uri && p.version === version, 60_000);
    client.change(uri, version, [{ range: { start, end: start }, text: version % 2 ? ' ' : '#\n' }]);
    await answer;
    took.push(performance.now() - from);
    await pause(100);
  }
  await client.stop();
  return quantile(took, 0.5);
}

/** Adds a row for each kind of folder; `folder` is one that may be filled, `server` node's arguments that start another build. */
export async function many(folder: string, rows: [string, string, string][], short: boolean, server?: readonly string[]): Promise<void> {
  const size = short ? 250 : 500;
  for (const [kind, file] of Object.entries(FOLDERS)) {
    const at = (n: number): Promise<number> => keyAmong(path.join(folder, `${kind} ${n}`), n, file, server);
    const [few, more] = [await at(size), await at(2 * size)];
    rows.push([
      `a key in one of ${size} and of ${2 * size} ${kind}, to its findings`,
      `${few.toFixed(0)} ms, ${more.toFixed(0)} ms: ${(more / few).toFixed(1)} times`,
      '≤ 2.3 times',
    ]);
  }
}
