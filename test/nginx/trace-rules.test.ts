/** The tables of test/trace/rules asked of the real nginx: what they expect is what it does, as far as its version is one that a row is about. */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { test } from 'node:test';
import { fromBytes } from '../../server/src/base/bytes.ts';
import { atLeast, version } from '../../server/src/catalog/version.ts';
import { Echo, PLAIN_ANSWER } from '../harness/echo.ts';
import { RawClient } from '../harness/echo-client.ts';
import { available, OWN_PATHS, type Running, serve, withoutNginx } from '../harness/nginx.ts';
import { type Ask, differences, type Got, httpText, isWhole, ROW_FILES, type Row, readExpect, readSend } from '../trace/rows.ts';
import { CHAPTERS } from '../trace/rules/all.ts';

const PREFIX = '/srv/nginx';
/** ports as rows write them */
const LISTENING = [8080, 8081, 8443];
const BACKENDS = { 9001: 'http', 9002: 'uwsgi', 9003: 'fastcgi', 9004: 'scgi' } as const;

type Replace = (text: string) => string;

/** `used`: the ports that rows name, in the order of `ports`. */
function replacing(used: readonly number[], ports: readonly number[], echo: Echo, folder: string): Replace {
  const all = new Map(used.map((p, i) => [String(p), String(ports[i])]));
  for (const [p, name] of Object.entries(BACKENDS)) all.set(p, String(echo.ports[name]));
  return (text) => text.replace(/\b(?:8080|8081|8443|900[1-4])\b/g, (p) => all.get(p) ?? p).replaceAll(PREFIX, folder);
}

/** Every text in an expectation, with the ports of this run. */
const deep = <T>(value: T, replace: Replace): T =>
  typeof value === 'string'
    ? (replace(value) as T)
    : Array.isArray(value)
      ? (value.map((v) => deep(v, replace)) as T)
      : value !== null && typeof value === 'object'
        ? (Object.fromEntries(Object.entries(value).map(([k, v]) => [replace(k), deep(v, replace)])) as T)
        : value;

async function ask([send, expected, given = {}]: Ask, replace: Replace, portOf: (p: number) => number, echo: Echo): Promise<string[]> {
  const s = readSend(replaceAllButDoor(send, replace));
  const body = given.body ?? '';
  const headers = given.body === undefined ? s.headers : [...s.headers, ['Content-Length', String(body.length)]];
  const head =
    s.version === '0.9'
      ? `${s.method} ${s.target}\r\n`
      : `${s.method} ${s.target} HTTP/${s.version}\r\n${headers.map(([n, v]) => `${n}: ${v}\r\n`).join('')}\r\n`;
  const answer = given.answer;
  echo.answer = answer
    ? {
        status: answer.status ?? 200,
        headers: [
          ...(answer.headers ?? []).map(([n, v]) => [n, replace(v)] as const),
          ...(answer.status === 204 || answer.status === 304 ? [] : [['Content-Length', String((answer.body ?? 'ok\n').length)] as const]),
        ],
        body: answer.body ?? (answer.status === 204 || answer.status === 304 ? '' : 'ok\n'),
      }
    : { ...PLAIN_ANSWER, headers: [['Content-Length', '3']] };
  echo.take();
  const client = new RawClient(portOf(s.port), s.sni);
  try {
    const got = await client.ask(head + body, s.method === 'HEAD');
    const last = echo.take().at(-1);
    const text = got && fromBytes(got.body);
    const result: Got = {
      status: got?.status ?? 444,
      body: text,
      headers: (got?.headers ?? []).map(([n, v]) => [fromBytes(n), fromBytes(v)] as const),
      file: text !== null && ROW_FILES.includes(text.slice(0, -1)) ? text.slice(0, -1) : null,
      upstream: last
        ? {
            protocol: last.protocol,
            uri: fromBytes(last.uri ?? last.params?.find(([n]) => n === 'REQUEST_URI')?.[1] ?? ''),
            line: `${last.method} ${last.httpVersion ?? '-'}`,
            headers: last.headers.map(([n, v]) => [fromBytes(n), fromBytes(v)] as const),
            params: last.params?.map(([n, v]) => [fromBytes(n), fromBytes(v)] as const) ?? null,
          }
        : null,
    };
    const e = readExpect(expected);
    const wrong = differences(deep(e, replace), result);
    if (e.stored === undefined) return wrong;
    client.close();
    const again = await client.ask(head + body, s.method === 'HEAD');
    const state = again?.headers.find(([n]) => n.toLowerCase() === 'x-cache')?.[1] ?? 'none';
    return (state === 'HIT') === e.stored ? wrong : [...wrong, `stored: expected ${e.stored}, the second answer is ${state}`];
  } finally {
    client.close();
  }
}

/** The door of a request stays as rows write it. */
const replaceAllButDoor = (send: string, replace: Replace): string => {
  const m = /^(\d{4} )?(.*)$/s.exec(send)!;
  return (m[1] ?? '') + replace(m[2]!);
};

const files: Record<string, string> = { users: 'u:{PLAIN}p\n' };
for (const name of ROW_FILES) files[name] = `${name}\n`;

async function start(text: (ports: number[], folder: string) => string, ports: number): Promise<Running> {
  return serve((p, folder) => `worker_rlimit_nofile 2048;\nevents {}\nhttp {\n${OWN_PATHS}${text(p, folder)}\n}\n`, {
    files,
    ports,
    modules: 'none',
  });
}

async function checkRow(row: Row, replace: Replace, portOf: (p: number) => number, echo: Echo): Promise<void> {
  for (const a of row.asks) {
    if (a[2]?.only || a[2]?.http) continue;
    const wrong = await ask(a, replace, portOf, echo);
    if (wrong.length) assert.fail(`${a[0]}\n${wrong.join('\n')}`);
  }
}

const mine = available() ? version(available()!.version) : null;
const fits = (row: Row): boolean => mine !== null && !row.only && atLeast(mine, row.since) && !(row.until && atLeast(mine, row.until));

for (const { name, rows } of CHAPTERS)
  test(name, { skip: withoutNginx(), timeout: 120_000 }, async (t) => {
    const echo = await Echo.start();
    try {
      const small = rows.filter((r) => fits(r) && !isWhole(r));
      if (small.length) {
        let replaces: Replace[] = [];
        const running = await start((ports, folder) => {
          replaces = small.map((_, i) => replacing([8080], [ports[i]!], echo, folder));
          return small.map((r, i) => `# ${r.rule.replaceAll('\n', ' ')}\n${replaces[i]!(httpText(r))}`).join('\n');
        }, small.length);
        try {
          for (const [i, row] of small.entries()) await t.test(row.rule, () => checkRow(row, replaces[i]!, () => running.ports[i]!, echo));
        } finally {
          await running.stop();
        }
      }
      for (const row of rows.filter((r) => fits(r) && isWhole(r)))
        await t.test(row.rule, async () => {
          let replace: Replace = (s) => s;
          const used = LISTENING.filter((p) => row.config.includes(String(p)));
          const running = await start((ports, folder) => {
            replace = replacing(used, ports, echo, folder);
            return replace(httpText(row));
          }, used.length);
          try {
            fs.mkdirSync(`${running.folder}/www/empty`, { recursive: true });
            await checkRow(row, replace, (p) => running.ports[used.indexOf(p)]!, echo);
          } finally {
            await running.stop();
          }
        });
    } finally {
      await echo.stop();
    }
  });
