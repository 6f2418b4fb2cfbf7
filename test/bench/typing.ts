/**
 * What a client gets over the pipe, debounce included: a file of 10,000 lines with 1,000 findings is typed in as people type (letters, quotes,
 * braces, line breaks, a paste, undo), 80 to 150 ms between two keys, and each edit waits for its published findings.
 */
import fs from 'node:fs';
import { performance } from 'node:perf_hooks';
import { applyEdits } from '../../server/src/base/edit.ts';
import { Lines } from '../../server/src/base/lines.ts';
import { bigFile, random } from '../harness/generate-config.ts';
import { TestClient } from '../harness/lsp.ts';

const quantile = (list: readonly number[], q: number): number =>
  [...list].sort((a, b) => a - b)[Math.min(list.length - 1, Math.floor(list.length * q))] ?? 0;

type Kind = 'letters' | 'quotes' | 'braces' | 'line breaks' | 'paste and undo';

/** 10,000 lines; every site has lines with findings, which come to a thousand and more. */
export const flawed = (lines: number): string =>
  bigFile(lines).replaceAll(
    /^ {4}location \/static\/ \{\n {8}alias ([^;]+);/gm,
    (_, path) =>
      `    location /img { alias ${path}; }\n    location /media { alias ${path}; add_header X-Kind media; }\n    location /files { alias ${path}; add_header X-Kind files; }\n    location /old { rewrite ^/old/(.*)$ /$1 permanent; add_header X-Frame-Options DENY; }\n    location /api { proxy_pass http://127.0.0.1:8000; proxy_buffers 8 4k; }\n    location /docs { alias ${path}; }\n    location /more { alias ${path}; }\n    location /static/ {\n        alias ${path};`,
  );

/** Edits of the kinds, each with the text that undoes it; `at` is the offset that they are typed at. */
const TYPED: Readonly<Record<Kind, readonly string[]>> = {
  letters: [...'\n    gzip on; # typed'],
  quotes: ['\n    add_header X-Typed ', '"', 'a', '"', ' always', ';'],
  braces: ['\n    location /typed ', '{', '}'],
  'line breaks': ['\n', '\n', '\n'],
  'paste and undo': [
    Array.from({ length: 50 }, (_, i) => `\n    # pasted ${i}\n    location /pasted${i} { return 204; }`)
      .join('')
      .slice(1),
  ],
};

const pause = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));

/** Milliseconds of processor time that a process has used, in itself and in the system; NaN where there is no /proc. */
function processorTime(pid: number | undefined): number {
  try {
    const fields = fs
      .readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /, '')
      .split(' ');
    // clock ticks of a hundredth of a second (proc(5), USER_HZ)
    return (Number(fields[11]) + Number(fields[12])) * 10;
  } catch {
    return Number.NaN;
  }
}

/** Adds the rows of one server; `server` are node's arguments that start it, where it is not the one that was just built. */
export async function typing(uri: string, rows: [string, string, string][], server?: readonly string[], rounds = 8): Promise<void> {
  let text = flawed(10_000);
  const ms = (n: number): string => `${n.toFixed(0)} ms`;
  let client!: TestClient;
  /** Opens the file in servers of its own; `rest`: milliseconds between the handshake and the file. */
  const opening = async (rest: number): Promise<void> => {
    const opens: number[] = [];
    const whole: number[] = [];
    for (let i = 0; i < 4; i++) {
      if (client) await client.stop();
      // no folder is open: the file is all there is to read
      client = await TestClient.start(server ? { server } : {});
      if (rest) {
        await client.settled();
        await pause(rest);
      }
      const from = performance.now();
      const first = client.next((p) => p.uri === uri && p.version === 1, 30_000);
      client.open(uri, text, 1);
      await first;
      opens.push(performance.now() - from);
      await client.settled();
      const last = client.arrived.get(uri) ?? from;
      whole.push(last - from);
    }
    const what = `${text.split('\n').length.toLocaleString('en')} lines with ${client.shown(uri).length.toLocaleString('en')} findings`;
    const when = rest ? `after ${rest / 1000} s of rest` : 'right after the handshake';
    rows.push([`opening ${what}, ${when}, to the first`, ms(quantile(opens, 0)), '≤ 150 ms']);
    rows.push(['the same, to all', ms(quantile(whole, 0)), '≤ 350 ms']);
  };
  await opening(0);
  await opening(1000);
  const next = random(5);
  let version = 1;
  const took = new Map<Kind, number[]>();
  const used = processorTime(client.process.pid);
  const send = async (kind: Kind, start: number, end: number, newText: string): Promise<number> => {
    const lines = new Lines(text);
    const range = { start: lines.position(start), end: lines.position(end) };
    const wanted = ++version;
    const from = performance.now();
    const answer = client.next((p) => p.uri === uri && p.version === wanted, 30_000);
    client.change(uri, wanted, [{ range, text: newText }]);
    text = applyEdits(text, [{ span: { start, end }, newText }]);
    await answer;
    const time = performance.now() - from;
    // an editor keeps the last set of a file only
    client.published.splice(0, client.published.length - 1);
    const list = took.get(kind);
    if (list) list.push(time);
    else took.set(kind, [time]);
    await pause(Math.max(0, 80 + next() * 70 - time));
    return time;
  };
  for (let round = 0; round < rounds; round++)
    for (const kind of Object.keys(TYPED) as Kind[]) {
      const lines = new Lines(text);
      const start = lines.endOf(Math.floor(next() * (lines.count - 2)));
      let at = start;
      for (const piece of TYPED[kind]) {
        await send(kind, at, at, piece);
        at += piece.length;
      }
      await send(kind, start, at, '');
    }
  await client.settled();
  const keys = [...took.values()].reduce((n, list) => n + list.length, 0);
  const perKey = (processorTime(client.process.pid) - used) / keys;
  const all = [...took].flatMap(([kind, list]) => (kind === 'braces' ? [] : list));
  rows.push(['keystroke to the first findings of its text, as a client sees it, median', ms(quantile(all, 0.5)), '≤ 25 ms']);
  rows.push(['the same, 95th percentile', ms(quantile(all, 0.95)), '≤ 70 ms']);
  rows.push(['processor time for each of them, the rounds at rest among it', ms(perKey), '']);
  for (const [kind, list] of took)
    rows.push([
      `  ${kind}, median and 95th percentile`,
      `${ms(quantile(list, 0.5))}, ${ms(quantile(list, 0.95))}`,
      kind === 'braces' ? '≤ 50 ms' : '',
    ]);
  // what is shown at first takes the rest of the file as it was; the status tells when all that typing may change has been asked about
  const complete: number[] = [];
  const ready: number[] = [];
  client.connection.onNotification('proxylens/status', ({ state }: { state: string }) => {
    if (state === 'ready') ready.push(performance.now());
  });
  for (let i = 0; i < 8 * rounds; i++) {
    const lines = new Lines(text);
    const at = lines.endOf(Math.floor(next() * (lines.count - 2)));
    const from = performance.now();
    const first = await send('letters', at, at, ' ');
    const isReady = (): number | undefined => ready.find((time) => time >= from + first);
    while (isReady() === undefined) await pause(5);
    complete.push(isReady()! - from);
  }
  rows.push([
    'keystroke to the whole quick set, median and 95th percentile',
    `${ms(quantile(complete, 0.5))}, ${ms(quantile(complete, 0.95))}`,
    '',
  ]);
  // a hover during the whole round that follows a rest
  const waits: number[] = [];
  for (let i = 0; i < 6; i++) {
    await send('letters', text.length - 1, text.length - 1, ' ');
    await pause(405 + i * 8);
    const from = performance.now();
    await client.request('textDocument/hover', { textDocument: { uri }, position: { line: 12, character: 6 } });
    waits.push(performance.now() - from);
  }
  rows.push(['a hover while all rules run, at most', ms(quantile(waits, 1)), '≤ 30 ms']);
  await client.stop();
}
