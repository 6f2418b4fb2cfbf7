/**
 * Idle connections that nginx keeps, against the number that each server takes: with more than fit, requests to an idle server fail, the rule says so, and with
 * the number that its fix writes they are answered.
 */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import http from 'node:http';
import os from 'node:os';
import path from 'node:path';
import { describe, test } from 'node:test';
import { type FileId, fromPath } from '../../server/src/base/file-id.ts';
import { DEFAULT_SETTINGS } from '../../server/src/config/settings.ts';
import { withSettings } from '../../server/src/config/settings-file.ts';
import { RULES } from '../../server/src/rules/all.ts';
import { available, freePorts, OWN_PATHS, serve } from '../harness/nginx.ts';
import { fixTree, lintTree } from '../harness/rules.ts';
import { installed, PHP_FPM, PYTHON, startServer, UWSGI_PARAMS, withoutServers } from './real.ts';

const WSGI = `import time
def app(environ, start_response):
    time.sleep(0.1 if environ['PATH_INFO'] == '/slow' else 0)
    start_response('200 OK', [('Content-Type', 'text/plain'), ('Content-Length', '2')])
    return [b'ok']
`;
const ASGI = `import asyncio
async def app(scope, receive, send):
    if scope['type'] != 'http':
        return
    await asyncio.sleep(0.1 if scope['path'] == '/slow' else 0)
    await send({'type': 'http.response.start', 'status': 200, 'headers': [(b'content-length', b'2')]})
    await send({'type': 'http.response.body', 'body': b'ok'})
`;
const OVER_HTTP = 'proxy_http_version 1.1; proxy_set_header Connection ""; proxy_read_timeout 3s; proxy_pass http://kept;';
const OVER_FASTCGI =
  'include fastcgi_params; fastcgi_param SCRIPT_FILENAME {dir}/index.php; fastcgi_keep_conn on; fastcgi_read_timeout 3s; fastcgi_pass kept;';

interface Case {
  readonly name: string;
  readonly needs: string;
  readonly project: Readonly<Record<string, string>>;
  readonly command: readonly string[];
  readonly workers: number;
  readonly keepalive: number;
  readonly pass?: string;
  /** requests at once, then one after the other */
  readonly ask: readonly [number, number];
  readonly status: number;
}

const CASES: readonly Case[] = [
  {
    name: 'children of php-fpm',
    needs: 'php-fpm',
    project: {
      'php-fpm.d/www.conf':
        '[global]\nerror_log = /dev/null\n[www]\nlisten = 127.0.0.1:{app}\nuser = root\ngroup = root\npm = static\npm.max_children = 5\n',
      'index.php': '<?php if (str_starts_with($_SERVER["REQUEST_URI"], "/slow")) usleep(100000); echo "ok";\n',
    },
    command: [PHP_FPM, '--nodaemonize', '--allow-to-run-as-root', '--fpm-config', 'php-fpm.d/www.conf'],
    workers: 1,
    keepalive: 8,
    pass: OVER_FASTCGI,
    ask: [20, 0],
    status: 504,
  },
  {
    name: 'channels of Waitress',
    needs: 'waitress',
    project: { 'app.py': WSGI, Procfile: 'web: waitress-serve --listen=127.0.0.1:{app} --connection-limit=8 --threads=8 app:app\n' },
    command: ['/usr/bin/waitress-serve', '--listen=127.0.0.1:{app}', '--connection-limit=8', '--threads=8', 'app:app'],
    workers: 1,
    keepalive: 16,
    ask: [20, 0],
    status: 504,
  },
  {
    name: 'green threads of gunicorn',
    needs: 'gevent',
    project: {
      'app.py': WSGI,
      'gunicorn.conf.py': "bind = '127.0.0.1:{app}'\nworker_class = 'gevent'\nworker_connections = 5\nkeepalive = 30\n",
    },
    command: [PYTHON, '-m', 'gunicorn', 'app:app'],
    workers: 1,
    keepalive: 8,
    ask: [20, 0],
    status: 504,
  },
  {
    name: 'what uvicorn takes at once',
    needs: 'uvicorn',
    project: { 'app.py': ASGI, Procfile: 'web: uvicorn app:app --port {app} --limit-concurrency 10 --timeout-keep-alive 60\n' },
    command: [PYTHON, '-m', 'uvicorn', 'app:app', '--port', '{app}', '--limit-concurrency', '10', '--timeout-keep-alive', '60'],
    workers: 8,
    keepalive: 16,
    ask: [9, 60],
    status: 503,
  },
];

const statusOf = (port: number, target: string): Promise<number> =>
  new Promise((done, fail) => {
    const req = http.get({ host: '127.0.0.1', port, path: target, agent: false, timeout: 15_000 }, (res) => {
      res.resume().on('end', () => done(res.statusCode ?? 0));
    });
    req.on('error', fail).on('timeout', () => req.destroy(new Error('no answer within 15 s')));
  });

/** The statuses of the requests to a server that has just been started. */
async function answers(c: Case, folder: string, app: number, text: string): Promise<number[]> {
  const put = (s: string): string => s.replaceAll('{app}', String(app));
  const server = await startServer(c.command.map(put), folder, { host: '127.0.0.1', port: app });
  try {
    const nginx = await serve(
      ([port]) => text.replace('listen 80;', `listen 127.0.0.1:${port} reuseport;`).replace('http {', `http {\n${OWN_PATHS}`),
      {
        files: UWSGI_PARAMS,
        master: c.workers > 1,
      },
    );
    try {
      const port = nginx.ports[0]!;
      const out = await Promise.all(Array.from({ length: c.ask[0] }, () => statusOf(port, '/slow')));
      for (let i = 0; i < c.ask[1]; i++) out.push(await statusOf(port, '/'));
      return out;
    } finally {
      await nginx.stop();
    }
  } finally {
    await server.stop();
  }
}

describe('idle connections against the places of a server', { skip: withoutServers() }, () => {
  const rule = RULES.find((r) => r.id === 'keepalive-fills-server')!;
  for (const c of CASES.filter((one) => installed()?.[one.needs]))
    test(c.name, { timeout: 90_000 }, async () => {
      const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'proxylens-kept-'));
      const [app] = (await freePorts(1)) as [number];
      const put = (s: string): string => s.replaceAll('{dir}', folder).replaceAll('{app}', String(app));
      try {
        const root = fromPath(path.join(folder, 'nginx.conf'));
        const files = new Map<FileId, string>([
          [
            root,
            put(
              `worker_processes ${c.workers};\nevents {\n}\nhttp {\nupstream kept {\n    server 127.0.0.1:{app};\n    keepalive ${c.keepalive};\n}\nserver {\n    listen 80;\n    location / { ${c.pass ?? OVER_HTTP} }\n}\n}\n`,
            ),
          ],
        ]);
        for (const [name, text] of Object.entries({ ...UWSGI_PARAMS, ...c.project })) {
          const file = path.join(folder, name);
          fs.mkdirSync(path.dirname(file), { recursive: true });
          fs.writeFileSync(file, put(text));
          files.set(fromPath(file), put(text));
        }
        const settings = withSettings(DEFAULT_SETTINGS, { nginxVersion: available()!.version });
        const before = await answers(c, folder, app, files.get(root)!);
        assert.ok(before.includes(c.status), `nothing is refused: ${before}`);
        const found = await lintTree({ root, files }, [rule], settings);
        assert.equal(found.findings.length, 1, 'the rule finds it');
        const fixed = await fixTree({ root, files, marks: [] }, rule, settings);
        assert.deepEqual((await lintTree({ root, files: fixed.files }, [rule], settings)).findings, [], 'the fixed tree is silent');
        const after = await answers(c, folder, app, fixed.files.get(root)!);
        assert.deepEqual([...new Set(after)], [200], `not all are answered: ${after}`);
      } finally {
        fs.rmSync(folder, { recursive: true, force: true });
      }
    });
});
