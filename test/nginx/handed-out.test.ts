/** Promises of snippets that only a real nginx can keep: signatures of links, and logs that other programs read. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { describe, test } from 'node:test';
import { SNIPPETS } from '../../server/src/snippets/index.ts';
import { expand, missingOuter } from '../../server/src/snippets/snippet.ts';
import { OWN_PATHS, serve, withoutNginx } from '../harness/nginx.ts';

const snippet = (id: string): { text: string; outer: string } => {
  const found = SNIPPETS.find((s) => s.id === id)!;
  return { text: expand(found.body).text, outer: missingOuter(found, []).join('\n') };
};

/** The first line of the answer to a request of raw bytes. */
const raw = (port: number, bytes: Buffer): Promise<string> =>
  new Promise((done, fail) => {
    const socket = net.connect(port, '127.0.0.1', () => socket.write(bytes));
    let text = '';
    socket.setEncoding('latin1').on('data', (s: string) => (text += s));
    socket.on('close', () => done(text.split('\r\n')[0] ?? '')).on('error', fail);
    socket.setTimeout(5000, () => socket.destroy());
  });
const get = (port: number, target: string): Promise<string> =>
  raw(port, Buffer.from(`GET ${target} HTTP/1.1\r\nHost: example.com\r\nConnection: close\r\n\r\n`, 'latin1'));

describe('snippets at work', { skip: withoutNginx() }, () => {
  test('a signed link is good until its time', async () => {
    const nginx = await serve(
      ([port], folder) =>
        `events { worker_connections 16; }\nhttp {\n${OWN_PATHS}\nserver {\nlisten 127.0.0.1:${port};\n${snippet('secure-link')
          .text.replace('/etc/nginx/secure-link.conf', 'secret.conf')
          .replace('/srv/app/downloads/', `${folder}/files/`)}\n}\n}\n`,
      { files: { 'secret.conf': 'secure_link_md5 "$secure_link_expires$uri s3";\n', 'files/a.txt': 'a' } },
    );
    const signed = (expires: number, file: string): string =>
      `/downloads/a.txt?md5=${createHash('md5').update(`${expires}/downloads/${file} s3`).digest('base64url')}&expires=${expires}`;
    const later = Math.floor(Date.now() / 1000) + 600;
    try {
      assert.match(await get(nginx.ports[0]!, signed(later, 'a.txt')), / 200 /);
      assert.match(await get(nginx.ports[0]!, signed(later, 'b.txt')), / 403 /);
      assert.match(await get(nginx.ports[0]!, signed(1_600_000_000, 'a.txt')), / 410 /);
      assert.match(await get(nginx.ports[0]!, signed(later, 'a.txt').replace(String(later), String(later + 1))), / 403 /);
      assert.match(await get(nginx.ports[0]!, '/downloads/a.txt'), / 403 /);
    } finally {
      await nginx.stop();
    }
  });

  for (const id of ['json-log', 'ecs-log'])
    test(`every line of ${id} is JSON in UTF-8, whatever clients send`, async () => {
      const nginx = await serve(
        ([port]) =>
          `events { worker_connections 16; }\nhttp {\n${OWN_PATHS.replace('access_log off;', '')}\n${snippet(id).text.replace(
            /\/var\/log\/nginx\/\S+ (\S+) buffer=.*;/,
            'access.json $1;',
          )}\nserver {\nlisten 127.0.0.1:${port};\nreturn 204;\n}\n}\n`,
        {},
      );
      const agents = [
        'Mozilla/5.0',
        'quote " and \\ and \x01',
        'Zo\xc3\xab',
        '\xff\xfe',
        '\xc3',
        '\xe2\x82',
        '\xed\xa0\x80',
        '\xf0\x9f\x98\x80',
        '\xc0\xaf',
      ];
      for (const agent of agents)
        await raw(
          nginx.ports[0]!,
          Buffer.from(
            `GET /${agent.replace(/[\x01 ]/g, '')} HTTP/1.1\r\nHost: a\r\nUser-Agent: ${agent}\r\nConnection: close\r\n\r\n`,
            'latin1',
          ),
        );
      await raw(nginx.ports[0]!, Buffer.from('\xff\xff nonsense\r\n\r\n', 'latin1'));
      const log = fs.readFileSync(path.join(nginx.folder, 'access.json'));
      await nginx.stop();
      const text = new TextDecoder('utf-8', { fatal: true }).decode(log);
      const lines = text
        .trimEnd()
        .split('\n')
        .map((l) => JSON.parse(l) as Record<string, unknown>);
      assert.ok(lines.length >= agents.length, `${lines.length} lines`);
      const seen = lines.map((l) => l.agent ?? l['user_agent.original']);
      assert.ok(seen.includes('Zoë') && seen.includes('😀'), JSON.stringify(seen));
    });
});
