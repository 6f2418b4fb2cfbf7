/** Each area of nginx's modules on a small configuration: what the trace says, and what nginx does, request by request. AREA names one. */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { traceRequest } from '../../server/src/trace/request.ts';
import type { HeaderPair, Trace, UpstreamAnswer } from '../../server/src/trace/trace.ts';
import { Echo } from '../harness/echo.ts';
import { RawClient } from '../harness/echo-client.ts';
import { available, OWN_PATHS, serve, withoutNginx } from '../harness/nginx.ts';
import { configAt } from '../trace/config-of.ts';
import { readSend } from '../trace/rows.ts';
import { AREAS as ANSWERS } from './areas/answers.ts';
import type { Area, AreaAsk } from './areas/area.ts';
import { AREAS as BACKENDS } from './areas/backends.ts';
import { AREAS as BODIES } from './areas/bodies.ts';
import { AREAS as FILES } from './areas/files.ts';
import { AREAS as LOCATIONS } from './areas/locations.ts';
import { AREAS as SERVERS } from './areas/servers.ts';
import { AREAS as SUITE } from './areas/suite.ts';
import { differences, echoed } from './trace-answers.ts';
import { disk } from './trace-compare.ts';

const PROTOCOLS = ['http', 'uwsgi', 'fastcgi', 'scgi'] as const;
/** a port on which nobody listens */
const DEAD = '127.0.0.1:1';

async function follow(area: Area): Promise<string[]> {
  const echoes = [await Echo.start(), await Echo.start()] as const;
  try {
    return await followWith(area, echoes);
  } finally {
    for (const echo of echoes) await echo.stop();
  }
}

async function followWith(area: Area, echoes: readonly [Echo, Echo]): Promise<string[]> {
  const addresses: Readonly<Record<string, string>> = {
    E: `127.0.0.1:${echoes[0].ports.http}`,
    E2: `127.0.0.1:${echoes[1].ports.http}`,
    U: `127.0.0.1:${echoes[0].ports.uwsgi}`,
    F: `127.0.0.1:${echoes[0].ports.fastcgi}`,
    S: `127.0.0.1:${echoes[0].ports.scgi}`,
  };
  let fill = (text: string): string => text;
  let source = '';
  const running = await serve(
    (ports, folder) => {
      const names: Readonly<Record<string, string>> = {
        ...addresses,
        DIR: folder,
        PORT: `${ports[0]!}`,
        PORT1: `${ports[1]!}`,
        PORT2: `${ports[2]!}`,
      };
      fill = (text): string => text.replace(/%([A-Z]+\d?)%/g, (all, name: string) => names[name] ?? all);
      const http = /(?:^|[\s;}])server \{/.test(area.http)
        ? area.http
        : `server { listen 127.0.0.1:%PORT%; server_name a.test; ${area.http} }`;
      source = fill(`worker_rlimit_nofile 2048;\nevents {}\nhttp {\n${OWN_PATHS}\n${http}\n}\n`);
      return source;
    },
    { files: area.files ?? {}, ports: 3, modules: 'none' },
  );
  const wrong: string[] = [];
  try {
    for (const folder of area.folders ?? []) fs.mkdirSync(path.join(running.folder, folder), { recursive: true });
    for (const [file, time] of Object.entries(area.modified ?? {})) fs.utimesSync(path.join(running.folder, file), time, time);
    const config = await configAt(path.join(running.folder, 'nginx.conf'), source, {
      prefix: running.folder,
      nginx: available()!.version,
      others: area.files ?? {},
    });
    const stored = new Map<string, UpstreamAnswer>();
    for (const one of area.asks) {
      const ask: AreaAsk = typeof one === 'string' ? { send: one } : one;
      const s = readSend(fill(ask.send.includes('Host:') || ask.send.includes('-Host') ? ask.send : `${ask.send} | Host: a.test`));
      const { body = '' } = ask;
      const headers = s.headers.filter(([n], i) => n !== 'Host' || i === s.headers.findIndex(([m]) => m === 'Host'));
      if (body !== '' && !headers.some(([n]) => /^(?:content-length|transfer-encoding)$/i.test(n)))
        headers.push(['Content-Length', String(body.length)]);
      const answers = [ask.answer ?? {}, ask.answer2 ?? ask.answer ?? {}].map((a) =>
        echoed({ ...a, ...(a.headers ? { headers: a.headers.map(([n, v]): HeaderPair => [n, fill(v)]) } : {}) }),
      );
      const upstreams: Record<string, UpstreamAnswer | UpstreamAnswer[]> = { [DEAD]: { failure: 'refused' } };
      for (const [i, echo] of echoes.entries()) {
        const { status, headers: sent } = answers[i]!;
        echo.answer = answers[i]!;
        echo.take();
        for (const p of PROTOCOLS) upstreams[`127.0.0.1:${echo.ports[p]}`] = Array<UpstreamAnswer>(40).fill({ status, headers: sent });
      }
      if (ask.wait) await wait(ask.wait);
      const port = running.ports[ask.port ?? 0]!;
      const input = {
        method: s.method,
        target: s.target,
        httpVersion: s.version,
        headers,
        clientAddress: '127.0.0.1',
        localAddress: '127.0.0.1',
        localPort: port,
        bodyLength: body.length,
        ...(ask.sni === undefined ? {} : { scheme: 'https' as const, sni: ask.sni }),
        ...ask.input,
      };
      const trace = (assume: Record<string, string>, upstream?: UpstreamAnswer, now = Math.floor(Date.now() / 1000)): Trace =>
        traceRequest(config, input, {
          files: disk,
          upstreams,
          assume: { ...assume, ...Object.fromEntries(Object.entries(ask.assume ?? {}).map(([k, v]) => [fill(k), fill(v)])) },
          now,
          ...(upstream ? { upstream } : {}),
        });
      // before nginx writes anything to the disk; a cache is asked about when nginx has said what it holds
      const before = trace({});
      const client = new RawClient(port, ask.sni);
      client.retryable = false;
      const head = `${s.method} ${s.target} HTTP/${s.version}\r\n${headers.map(([n, v]) => `${n}: ${v}\r\n`).join('')}\r\n`;
      const answer = await client.ask(head + body, s.method === 'HEAD').catch((error: unknown) => {
        throw new Error(`${ask.send}: ${String(error)}`);
      });
      client.close();
      if (before.exchanges.some((x) => x.for !== 'answer')) await wait(20);
      const assume: Record<string, string> = {};
      for (const [id, pattern] of Object.entries(area.reads ?? {})) {
        const value = answer?.headers.map(([n, v]) => pattern.exec(`${n}: ${v}`)?.[1]).find((v) => v !== undefined);
        if (value !== undefined) assume[id] = value;
      }
      let traced = before;
      if (area.cache) {
        const state = answer?.headers.find(([n]) => n === 'X-C')?.[1];
        if (state && state !== 'MISS' && state !== 'BYPASS') for (const zone of [area.cache, 'zu', 'zs']) assume[`cache:${zone}`] = state;
        traced = trace(assume, stored.get(s.target));
        if (state === 'MISS' || state === 'EXPIRED')
          if (!stored.has(s.target)) stored.set(s.target, { status: answers[0]!.status, headers: answers[0]!.headers });
      } else if (Object.keys(assume).length) traced = trace(assume);
      const taken = echoes.flatMap((e) => e.take());
      let found = differences(traced, answer, taken, s.method === 'HEAD');
      // the second may have changed between the two: nginx says in which one it answered
      const dated = Date.parse(answer?.headers.find(([n]) => n === 'Date')?.[1] ?? '') / 1000;
      if (found.length && dated && traced === before) {
        const again = differences(trace({}, undefined, dated), answer, taken, s.method === 'HEAD');
        if (!again.length) found = again;
      }
      if (found.length) wrong.push(`${ask.send}\n${found.join('\n')}`);
    }
  } finally {
    await running.stop();
  }
  return wrong;
}

for (const area of [...LOCATIONS, ...ANSWERS, ...BODIES, ...FILES, ...BACKENDS, ...SERVERS, ...SUITE])
  if (!process.env.AREA || area.name === process.env.AREA)
    test(area.name, { skip: withoutNginx(), timeout: 120_000 }, async () => {
      const wrong = await follow(area);
      assert.equal(wrong.length, 0, wrong.slice(0, Number(process.env.SHOWN ?? 5)).join('\n\n'));
    });
