/**
 * One directive at a time: every line of a long list is put on the server level and into all kinds of locations, and a fixed set of requests is
 * sent to the real nginx and traced. A directive that changes an answer and that the trace does not follow shows here; it must be one that the
 * trace names as not simulated.
 */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { traceRequest } from '../../server/src/trace/request.ts';
import { Echo, type EchoAnswer, PLAIN_ANSWER } from '../harness/echo.ts';
import { type Answer, RawClient } from '../harness/echo-client.ts';
import { available, OWN_PATHS, type Running, serve, withoutNginx } from '../harness/nginx.ts';
import { configAt } from '../trace/config-of.ts';
import { ROW_FILES } from '../trace/rows.ts';
import { compare, disk } from './trace-compare.ts';
import { LINES } from './trace-lines.ts';

const TEXT = 'a text that is long enough to be compressed, ';

/** Locations that the line is put into. */
const locations = (echo: Echo): Record<string, string[]> => ({
  '/': [],
  '/list/': ['alias www/listing/;', 'autoindex on;'],
  '/proxy/': [`proxy_pass http://127.0.0.1:${echo.ports.http}/p/;`],
  '/plain/': [`proxy_pass http://127.0.0.1:${echo.ports.http};`],
  '/uwsgi/': ['uwsgi_param A $uri;', `uwsgi_pass 127.0.0.1:${echo.ports.uwsgi};`],
  '/fastcgi/': ['fastcgi_param A $uri;', `fastcgi_pass 127.0.0.1:${echo.ports.fastcgi};`],
  '/scgi/': ['scgi_param A $uri;', `scgi_pass 127.0.0.1:${echo.ports.scgi};`],
  '/return': [`return 200 "${TEXT}";`],
  '/html': ['default_type text/html;', `return 200 "<html><head></head><body>${TEXT}</body></html>";`],
  '/refuse': ['return 403;'],
  '/redirect': ['return 301 /x;'],
  '/gif': ['empty_gif;'],
  '/try': ['try_files /none /b.txt =404;'],
});

interface Request {
  readonly send: string;
  readonly answer?: EchoAnswer;
  readonly body?: string;
}

const answer = (status: number, headers: [string, string][], body = 'ok, a body with some length to it\n'): EchoAnswer => ({
  status,
  headers: [...headers, ...(status === 304 || status === 204 ? [] : [['Content-Length', String(body.length)] as const])],
  body: status === 304 || status === 204 ? '' : body,
});

const HTML = answer(200, [
  ['Content-Type', 'text/html'],
  ['ETag', '"abc"'],
  ['Last-Modified', 'Thu, 01 Jan 2015 00:00:00 GMT'],
  ['Set-Cookie', 'sid=1; Path=/p/'],
  ['Cache-Control', 'private'],
  ['X-Accel-Expires', '10'],
  ['Server', 'echo'],
]);
const MOVED = answer(302, [['Location', '/p/next']]);
const ERROR = answer(500, [['Content-Type', 'text/html']]);
const PLAIN = answer(200, [['Content-Type', 'text/plain']]);

const REQUESTS: readonly Request[] = [
  ...[
    '/',
    '/b.txt',
    '/a.html',
    '/none',
    '/dir',
    '/dir/',
    '/listing/',
    '/list/',
    '/app.js',
    '//b.txt',
    '/.hidden',
    '/return',
    '/html',
    '/refuse',
    '/redirect',
    '/gif',
    '/try',
  ].map((p) => ({
    send: `GET ${p}`,
  })),
  ...['/b.txt', '/return', '/none', '/gif', '/html'].map((p) => ({ send: `HEAD ${p}` })),
  ...['/app.js', '/a.html', '/return', '/html', '/list/', '/refuse', '/gif'].map((p) => ({ send: `GET ${p}\nAccept-Encoding: gzip` })),
  ...['/b.txt', '/html', '/refuse'].map((p) => ({ send: `GET ${p} HTTP/1.0` })),
  { send: 'GET /b.txt\nIf-None-Match: *' },
  { send: 'GET /b.txt\nIf-Modified-Since: Thu, 01 Jan 2099 00:00:00 GMT' },
  { send: 'GET /b.txt\nX_Under: 1\nUser-Agent: Mozilla/4.0 (compatible; MSIE 6.0; Windows)' },
  { send: 'GET /refuse\nUser-Agent: Mozilla/5.0 Chrome/99' },
  { send: 'POST /b.txt', body: 'abc' },
  { send: 'PUT /b.txt', body: 'abc' },
  { send: 'DELETE /dir/' },
  { send: 'POST /return', body: 'abc' },
  ...['/proxy/', '/plain/', '/uwsgi/', '/fastcgi/', '/scgi/'].flatMap((p): Request[] => [
    { send: `GET ${p}x?y=1\nX-A: 1\nX_Under: 2\nCookie: a=1\nAccept-Encoding: gzip`, answer: HTML },
    { send: `GET ${p}x`, answer: MOVED },
    { send: `GET ${p}x`, answer: ERROR },
    { send: `GET ${p}x\nIf-None-Match: "abc"\nRange: bytes=0-1`, answer: PLAIN },
    { send: `HEAD ${p}x`, answer: HTML },
    { send: `POST ${p}x\nContent-Type: a/b`, body: 'abc', answer: PLAIN },
    { send: `GET ${p}`, answer: answer(404, []) },
    { send: `GET ${p}x HTTP/1.0\nConnection: keep-alive\nReferer: http://r/`, answer: answer(204, []) },
  ]),
];

interface Cell {
  readonly line: string;
  readonly host: string;
  readonly level: 'server' | 'location';
}

const nameOf = (line: string): string => /^\S+?(?=[\s;{])/.exec(line)![0];

function block(cell: Cell, echo: Echo): string {
  const has = (lines: readonly string[]): boolean =>
    lines.some((l) => nameOf(l) === nameOf(cell.line) || (nameOf(cell.line) === 'root' && nameOf(l) === 'alias'));
  const inner = Object.entries(locations(echo)).map(
    ([head, lines]) => `location ${head} { ${lines.join(' ')} ${cell.level === 'location' && !has(lines) ? cell.line : ''} }`,
  );
  return `server { listen 127.0.0.1:PORT; server_name ${cell.host}; ${nameOf(cell.line) === 'root' && cell.level === 'server' ? '' : 'root www;'} ${cell.level === 'server' ? cell.line : ''}\n${inner.join('\n')} }`;
}

interface Row {
  readonly cell: Cell;
  readonly send: string;
  readonly wrong: string;
  readonly named: boolean;
}

test('one directive at a time', { skip: withoutNginx(), timeout: 300_000 }, async () => {
  const only = process.env.LINE;
  let cells = LINES.flatMap((line, i): Cell[] =>
    (['server', 'location'] as const).map((level) => ({ line, level, host: `${level[0]}${i}.test` })),
  ).filter((c) => !only || c.line.includes(only));
  const echo = await Echo.start();
  const files: Record<string, string> = { users: 'u:{PLAIN}p\n' };
  for (const name of ROW_FILES) files[name] = `${name}\n`;
  files['www/a.html'] = `<html><head></head><body>${TEXT}</body></html>\n`;
  const dropped: string[] = [];
  const rows: Row[] = [];
  let asked = 0;
  try {
    let running: Running | null = null;
    let text = '';
    while (!running) {
      try {
        running = await serve(
          ([port]) => {
            text = `worker_rlimit_nofile 2048;\nevents { worker_connections 1024; }\nhttp {\nserver_names_hash_max_size 4096;\nvariables_hash_max_size 4096;\nproxy_headers_hash_max_size 4096;\n${OWN_PATHS}\nproxy_cache_path cache keys_zone=kept:1m;\n${cells
              .map((c) => block(c, echo))
              .join('\n')
              .replaceAll('PORT', String(port))}\n}\n`;
            return text;
          },
          { files, modules: 'none' },
        );
      } catch (error) {
        const at = /\[emerg\].* in \S+:(\d+)/.exec(String(error));
        const before = at ? text.split('\n').slice(0, Number(at[1])) : [];
        const host = before.findLast((l) => l.includes('server_name '))?.match(/server_name (\S+);/)?.[1];
        const bad = cells.find((c) => c.host === host);
        if (!bad) throw error;
        dropped.push(`${bad.level} ${bad.line}: ${/\[emerg\] \S+ (.*)/.exec(String(error))?.[1]}`);
        cells = cells.filter((c) => c !== bad);
      }
    }
    try {
      const port = running.ports[0]!;
      const config = await configAt(path.join(running.folder, 'nginx.conf'), text, { prefix: running.folder, nginx: available()!.version });
      const client = new RawClient(port);
      for (const cell of cells)
        for (const q of REQUESTS) {
          const [first = '', ...lines] = q.send.split('\n');
          const m = /^(\S+) (\S+)(?: HTTP\/(.*))?$/.exec(first)!;
          const [, method = '', target = '', version = '1.1'] = m;
          const headers: [string, string][] = [
            ['Host', cell.host],
            ...lines.map((l): [string, string] => [l.slice(0, l.indexOf(':')), l.slice(l.indexOf(':') + 2)]),
            ...(q.body === undefined ? [] : [['Content-Length', String(q.body.length)] as [string, string]]),
          ];
          const reply = q.answer ?? PLAIN_ANSWER;
          const trace = traceRequest(
            config,
            { method, target, httpVersion: version, headers, clientAddress: '127.0.0.1', localAddress: '127.0.0.1', localPort: port },
            {
              files: disk,
              upstream: { status: reply.status, headers: reply.headers },
              now: Math.floor(Date.now() / 1000),
              assume: { 'last-modified': 'older', hostname: os.hostname().toLowerCase() },
            },
          );
          echo.answer = reply;
          echo.take();
          client.retryable = trace.outcome.kind !== 'closed';
          asked++;
          let got: Answer | null;
          try {
            got = await client.ask(
              `${method} ${target} HTTP/${version}\r\n${headers.map(([n, v]) => `${n}: ${v}\r\n`).join('')}\r\n${q.body ?? ''}`,
              method === 'HEAD',
            );
          } catch (error) {
            client.close();
            rows.push({
              cell,
              send: q.send.replaceAll('\n', ' | '),
              wrong: `${String(error)}, trace: ${trace.outcome.status}`,
              named: false,
            });
            continue;
          }
          const wrong = compare(trace, got, echo.take(), { method, answer: reply });
          if (wrong.length)
            rows.push({
              cell,
              send: q.send.replaceAll('\n', ' | '),
              wrong: wrong.map((d) => `${d.what}\n    nginx: ${d.nginx}\n    trace: ${d.trace}`).join('\n  '),
              named: trace.notSimulated.some((n) => n.directive === nameOf(cell.line)),
            });
        }
      client.close();
    } finally {
      await running.stop();
    }
  } finally {
    await echo.stop();
  }
  const unnamed = rows.filter((r) => !r.named);
  const byLine = new Map<string, Row[]>();
  for (const r of rows) {
    const key = `${r.named ? '(named) ' : ''}${r.cell.level}: ${r.cell.line}`;
    byLine.set(key, [...(byLine.get(key) ?? []), r]);
  }
  fs.mkdirSync('out', { recursive: true });
  fs.writeFileSync(
    'out/trace-directives.md',
    [
      `nginx ${available()!.version}: ${asked} requests, ${rows.length} disagree, ${unnamed.length} of them for a directive that is not named as not simulated.`,
      ...dropped.map((d) => `- refused: ${d}`),
      ...[...byLine].map(
        ([k, list]) =>
          `\n## ${k} (${list.length})\n\n${list
            .slice(0, 4)
            .map((r) => `- ${r.send}\n  ${r.wrong}`)
            .join('\n')}`,
      ),
    ].join('\n'),
  );
  console.log(`${asked} requests, ${rows.length} disagree, ${unnamed.length} of them unnamed, ${dropped.length} lines refused`);
  assert.deepEqual(
    unnamed.slice(0, 10).map((r) => `${r.cell.level}: ${r.cell.line}: ${r.send}\n  ${r.wrong}`),
    [],
  );
});
