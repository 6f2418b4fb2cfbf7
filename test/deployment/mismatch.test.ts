/**
 * Each mismatch for real: the tree as it is makes the real servers answer wrongly, the rule says so, its quick fix changes the files, and the same
 * servers started from the fixed files answer rightly while the rule is silent.
 */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import http from 'node:http';
import os from 'node:os';
import path from 'node:path';
import { describe, test } from 'node:test';
import { type FileId, fromPath, pathOf } from '../../server/src/base/file-id.ts';
import { DEFAULT_SETTINGS } from '../../server/src/config/settings.ts';
import { withSettings } from '../../server/src/config/settings-file.ts';
import { RULES } from '../../server/src/rules/all.ts';
import { available, freePorts, OWN_PATHS, serve } from '../harness/nginx.ts';
import { fixTree, lintTree } from '../harness/rules.ts';
import { django, PHP } from './projects.ts';
import { installed, PHP_FPM, PYTHON, Slots, startServer, UWSGI_PARAMS, withoutServers } from './real.ts';

interface Case {
  readonly rule: string;
  readonly name: string;
  /** lines of the http block; {port} is nginx's own, {app} the application's port, {dir} the folder */
  readonly nginx: string;
  readonly project: Readonly<Record<string, string>>;
  readonly command: readonly string[];
  readonly ask: {
    readonly path: string;
    readonly headers?: Readonly<Record<string, string>>;
    readonly method?: string;
    readonly body?: string;
  };
  /** what is wrong in the answer before */
  readonly before: (answer: Answer) => boolean;
  readonly after: (answer: Answer) => boolean;
}

interface Answer {
  readonly status: number;
  readonly location: string | undefined;
  readonly report: Record<string, unknown>;
}

const GUNICORN = [PYTHON, '-m', 'gunicorn', 'shop.wsgi:application'];
const UWSGI = ['uwsgi', '--ini', 'uwsgi.ini'];
const PHP_COMMAND = [PHP_FPM, '--nodaemonize', '--allow-to-run-as-root', '--fpm-config', 'php-fpm.d/www.conf'];
const BIND = { 'gunicorn.conf.py': "bind = 'unix:{dir}/app.sock'\n" };
const INI = (socket: string): Record<string, string> => ({
  'uwsgi.ini': `[uwsgi]\nplugins = python3\nchdir = {dir}\nmodule = shop.wsgi:application\nneed-app = true\nsocket-timeout = 1\n${socket}\n`,
});
const HOST = 'proxy_set_header Host $host;';
const server = (lines: string): string => `server {\n    listen 127.0.0.1:{port};\n    server_name shop.example.com;\n    ${lines}\n}`;
const shop = { Host: 'shop.example.com' };

const CASES: readonly Case[] = [
  {
    rule: 'protocol-mismatch',
    name: 'proxy_pass to uWSGI’s socket',
    nginx: server('location / {\n        proxy_pass http://unix:{dir}/app.sock;\n    }'),
    project: { ...django(''), ...INI('socket = {dir}/app.sock') },
    command: UWSGI,
    ask: { path: '/x', headers: shop },
    before: (a) => a.status === 502,
    after: (a) => a.status === 200,
  },
  {
    rule: 'protocol-mismatch',
    name: 'uwsgi_pass to gunicorn',
    nginx: server('location / {\n        uwsgi_pass unix:{dir}/app.sock;\n        uwsgi_read_timeout 1s;\n    }'),
    project: { ...django(''), ...BIND },
    command: GUNICORN,
    ask: { path: '/x', headers: shop },
    before: (a) => a.status !== 200,
    after: (a) => a.status === 200,
  },
  {
    rule: 'socket-not-listened',
    name: 'another path',
    nginx: server('location / {\n        proxy_pass http://unix:{dir}/other.sock;\n    }'),
    project: { ...django(''), ...BIND },
    command: GUNICORN,
    ask: { path: '/x', headers: shop },
    before: (a) => a.status === 502,
    after: (a) => a.status === 200,
  },
  {
    rule: 'uwsgi-params-missing',
    name: 'no params at all',
    nginx: server('location / {\n        uwsgi_pass unix:{dir}/app.sock;\n    }'),
    project: { ...django(''), ...INI('socket = {dir}/app.sock') },
    command: UWSGI,
    ask: { path: '/x', headers: shop },
    before: (a) => a.status !== 200,
    after: (a) => a.status === 200 && a.report.path === '/x',
  },
  {
    rule: 'allowed-hosts-mismatch',
    name: 'a name that Django refuses',
    nginx: server(`location / {\n        proxy_pass http://unix:{dir}/app.sock;\n        ${HOST}\n    }`),
    project: { ...django("ALLOWED_HOSTS = ['www.example.com']"), ...BIND },
    command: GUNICORN,
    ask: { path: '/x', headers: shop },
    before: (a) => a.status === 400,
    after: (a) => a.status === 200 && a.report.host === 'shop.example.com',
  },
  {
    rule: 'allowed-hosts-mismatch',
    name: 'the upstream’s name with an underscore',
    nginx: `upstream shop_app {\n    server unix:{dir}/app.sock;\n}\n${server('location / {\n        proxy_pass http://shop_app;\n    }')}`,
    project: { ...django("ALLOWED_HOSTS = ['*']"), ...BIND },
    command: GUNICORN,
    ask: { path: '/x', headers: shop },
    before: (a) => a.status === 400,
    after: (a) => a.status === 200 && a.report.host === 'shop.example.com',
  },
  {
    rule: 'use-x-forwarded-host-mismatch',
    name: 'the client chooses the host',
    nginx: server(`location / {\n        proxy_pass http://unix:{dir}/app.sock;\n        ${HOST}\n    }`),
    project: { ...django("ALLOWED_HOSTS = ['*']\nUSE_X_FORWARDED_HOST = True"), ...BIND },
    command: GUNICORN,
    ask: { path: '/x', headers: { ...shop, 'X-Forwarded-Host': 'evil.example' } },
    before: (a) => a.report.host === 'evil.example',
    after: (a) => a.report.host === 'shop.example.com',
  },
  {
    rule: 'secure-proxy-header-mismatch',
    name: 'the client makes its request secure',
    nginx: server(`location / {\n        proxy_pass http://unix:{dir}/app.sock;\n        ${HOST}\n    }`),
    project: { ...django("SECURE_PROXY_SSL_HEADER = ('HTTP_X_FORWARDED_PROTO', 'https')"), ...BIND },
    command: GUNICORN,
    ask: { path: '/x', headers: { ...shop, 'X-Forwarded-Proto': 'https' } },
    before: (a) => a.report.secure === true,
    after: (a) => a.report.secure === false,
  },
  {
    rule: 'script-name-prefix-missing',
    name: 'a prefix that Django does not know',
    nginx: server(`location /shop/ {\n        proxy_pass http://unix:{dir}/app.sock:/;\n        ${HOST}\n    }`),
    project: { ...django("ALLOWED_HOSTS = ['*']"), ...BIND },
    command: GUNICORN,
    ask: { path: '/shop/x', headers: shop },
    before: (a) => a.report.path === '/x',
    after: (a) => a.report.path === '/shop/x' && a.report.pathInfo === '/x',
  },
  {
    rule: 'script-name-prefix-missing',
    name: 'a prefix that is there twice',
    nginx: server(`location /shop/ {\n        proxy_pass http://unix:{dir}/app.sock;\n        ${HOST}\n    }`),
    project: { ...django("ALLOWED_HOSTS = ['*']\nFORCE_SCRIPT_NAME = '/shop'"), ...BIND },
    command: GUNICORN,
    ask: { path: '/shop/x', headers: shop },
    before: (a) => a.report.path === '/shop/shop/x',
    after: (a) => a.report.path === '/shop/x' && a.report.pathInfo === '/x',
  },
  {
    rule: 'script-name-prefix-missing',
    name: 'SCRIPT_NAME without the path',
    nginx: server(
      `location /shop/ {\n        proxy_pass http://127.0.0.1:{app}/;\n        proxy_set_header SCRIPT_NAME /shop;\n        ${HOST}\n    }`,
    ),
    project: { ...django("ALLOWED_HOSTS = ['*']"), 'gunicorn.conf.py': "bind = '127.0.0.1:{app}'\n" },
    command: GUNICORN,
    ask: { path: '/shop/x', headers: shop },
    before: (a) => a.status === 500,
    after: (a) => a.report.path === '/shop/x' && a.report.pathInfo === '/x',
  },
  {
    rule: 'static-through-application',
    name: 'static files of nobody',
    nginx: server(`location / {\n        proxy_pass http://unix:{dir}/app.sock;\n        ${HOST}\n    }`),
    project: {
      ...django("ALLOWED_HOSTS = ['*']\nSTATIC_URL = '/static/'\nSTATIC_ROOT = '{dir}/collected'"),
      ...BIND,
      'collected/a.css': '{"path": "from the disk"}',
    },
    command: GUNICORN,
    ask: { path: '/static/a.css', headers: shop },
    before: (a) => a.report.path === '/static/a.css',
    after: (a) => a.report.path === 'from the disk',
  },
  {
    rule: 'static-root-mismatch',
    name: 'root instead of alias',
    nginx: server(
      `location /static/ {\n        root {dir}/collected;\n    }\n    location / {\n        proxy_pass http://unix:{dir}/app.sock;\n    }`,
    ),
    project: {
      ...django("ALLOWED_HOSTS = ['*']\nSTATIC_URL = '/static/'\nSTATIC_ROOT = '{dir}/collected'"),
      ...BIND,
      'collected/a.css': '{"path": "from the disk"}',
    },
    command: GUNICORN,
    ask: { path: '/static/a.css', headers: shop },
    before: (a) => a.status === 404,
    after: (a) => a.report.path === 'from the disk',
  },
  {
    rule: 'body-limit-mismatch',
    name: 'a body that Django allows',
    nginx: server(`location / {\n        proxy_pass http://unix:{dir}/app.sock;\n        ${HOST}\n    }`),
    project: {
      ...django(
        "ALLOWED_HOSTS = ['*']\nDATA_UPLOAD_MAX_MEMORY_SIZE = 4 * 1024 * 1024\nMIDDLEWARE = ['django.middleware.common.CommonMiddleware']",
      ),
      ...BIND,
    },
    command: GUNICORN,
    ask: { path: '/x', headers: { ...shop, 'Content-Type': 'text/plain' }, method: 'POST', body: 'x'.repeat(2 * 1024 * 1024) },
    before: (a) => a.status === 413,
    after: (a) => a.status === 200,
  },
  {
    rule: 'body-limit-mismatch',
    name: 'a cookie that uWSGI’s buffer cannot hold',
    nginx: server('location / {\n        include uwsgi_params;\n        uwsgi_pass unix:{dir}/app.sock;\n    }'),
    project: { ...django("ALLOWED_HOSTS = ['*']"), ...INI('socket = {dir}/app.sock\nbuffer-size = 5000') },
    command: UWSGI,
    ask: { path: '/x', headers: { ...shop, Cookie: 'a='.padEnd(6000, 'v') } },
    before: (a) => a.status === 502,
    after: (a) => a.status === 200,
  },
  {
    rule: 'script-filename-under-alias',
    name: 'php-fpm below an alias',
    nginx: server(
      'location /wiki/ {\n        alias {dir}/;\n        location ~ \\.php$ {\n            include fastcgi_params;\n            fastcgi_param SCRIPT_FILENAME $document_root$fastcgi_script_name;\n            fastcgi_pass unix:{dir}/app.sock;\n        }\n    }',
    ),
    project: PHP,
    command: PHP_COMMAND,
    ask: { path: '/wiki/index.php', headers: shop },
    before: (a) => a.status === 404,
    after: (a) => a.status === 200 && a.report.scriptName === '/wiki/index.php',
  },
  {
    rule: 'path-info-lost',
    name: 'php-fpm without the path behind the script',
    nginx: server(
      'location ~ [^/]\\.php(/|$) {\n        root {dir};\n        fastcgi_split_path_info ^(.+?\\.php)(/.*)$;\n        try_files $fastcgi_script_name =404;\n        include fastcgi_params;\n        fastcgi_param SCRIPT_FILENAME $document_root$fastcgi_script_name;\n        fastcgi_param PATH_INFO $fastcgi_path_info;\n        fastcgi_pass unix:{dir}/app.sock;\n    }',
    ),
    project: PHP,
    command: PHP_COMMAND,
    ask: { path: '/index.php/news/7', headers: shop },
    before: (a) => a.status === 200 && a.report.pathInfo === '',
    after: (a) => a.report.pathInfo === '/news/7',
  },
  {
    rule: 'forwarded-allow-ips-mismatch',
    name: 'uvicorn on a unix socket',
    nginx: server(
      `location / {\n        proxy_pass http://unix:{dir}/app.sock;\n        ${HOST}\n        proxy_set_header X-Forwarded-Proto https;\n        proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;\n    }`,
    ),
    project: {
      ...django("ALLOWED_HOSTS = ['*']"),
      'run.sh': '#!/bin/sh\nexec /usr/bin/uvicorn shop.asgi:application --uds {dir}/app.sock\n',
    },
    command: ['/bin/sh', 'run.sh'],
    ask: { path: '/x', headers: shop },
    before: (a) => a.report.scheme === 'http' && a.report.address === '',
    after: (a) => a.report.scheme === 'https' && a.report.address === '127.0.0.1',
  },
];

async function tried(files: ReadonlyMap<FileId, string>, folder: string, c: Case, ports: { nginx: number; app: number }): Promise<Answer> {
  for (const [file, text] of files) {
    fs.mkdirSync(path.dirname(pathOf(file)), { recursive: true });
    fs.writeFileSync(pathOf(file), text);
  }
  const listens = c.nginx.includes('{app}') ? { host: '127.0.0.1', port: ports.app } : { path: path.join(folder, 'app.sock') };
  fs.rmSync(path.join(folder, 'app.sock'), { force: true });
  const app = await startServer(c.command, folder, listens);
  try {
    const text = fs.readFileSync(path.join(folder, 'nginx.conf'), 'utf8').replace('http {', `http {\n${OWN_PATHS}`);
    const nginx = await serve(([port]) => text.replaceAll(`127.0.0.1:${ports.nginx};`, `127.0.0.1:${port};`), { files: UWSGI_PARAMS });
    try {
      return await ask(nginx.ports[0]!, c.ask);
    } finally {
      await nginx.stop();
    }
  } finally {
    await app.stop();
  }
}

function ask(port: number, { path: target, headers, method = 'GET', body }: Case['ask']): Promise<Answer> {
  return new Promise((done, fail) => {
    const req = http.request(
      { host: '127.0.0.1', port, path: target, method, headers: { ...headers }, agent: false, timeout: 15_000 },
      (res) => {
        let text = '';
        res.setEncoding('utf8').on('data', (s: string) => (text += s));
        res.on('end', () => {
          let report: Record<string, unknown> = {};
          try {
            report = JSON.parse(text) as Record<string, unknown>;
          } catch {
            // an error page
          }
          done({ status: res.statusCode ?? 0, location: res.headers.location, report });
        });
      },
    );
    req.on('error', fail).on('timeout', () => req.destroy(new Error('no answer within 15 s')));
    req.end(body);
  });
}

const slots = new Slots();

describe('mismatches for real: wrong, found, fixed, right', { skip: withoutServers(), concurrency: true }, () => {
  for (const c of CASES.filter((one) => one.command !== PHP_COMMAND || installed()?.['php-fpm']))
    test(`${c.rule}: ${c.name}`, { timeout: 90_000 }, async () => {
      const rule = RULES.find((r) => r.id === c.rule);
      assert.ok(rule, 'the rule is there');
      await slots.take();
      const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'proxylens-mismatch-'));
      const [nginxPort, appPort] = (await freePorts(2)) as [number, number];
      const put = (s: string): string =>
        s.replaceAll('{dir}', folder).replaceAll('{port}', String(nginxPort)).replaceAll('{app}', String(appPort));
      const files = new Map<FileId, string>();
      const root = fromPath(path.join(folder, 'nginx.conf'));
      files.set(root, `events {\n}\nhttp {\n${put(c.nginx)}\n}\n`);
      // nginx's own lists of params are beside it
      for (const [name, text] of Object.entries({ ...UWSGI_PARAMS, ...c.project })) files.set(fromPath(path.join(folder, name)), put(text));
      const settings = withSettings(DEFAULT_SETTINGS, { nginxVersion: available()!.version });
      try {
        const before = await tried(files, folder, c, { nginx: nginxPort, app: appPort });
        assert.ok(c.before(before), `the tree is not wrong as it should be: ${JSON.stringify(before)}`);
        const found = await lintTree({ root, files }, [rule], settings);
        assert.ok(found.findings.length > 0, 'the rule finds it');
        const fixed = await fixTree({ root, files, marks: [] }, rule, settings);
        const left = await lintTree({ root, files: fixed.files }, [rule], settings);
        assert.deepEqual(
          left.findings.map((f) => f.message),
          [],
          'the fixed tree is silent',
        );
        const answer = await tried(fixed.files, folder, c, { nginx: nginxPort, app: appPort });
        assert.ok(c.after(answer), `the fixed tree is not right: ${JSON.stringify(answer)}\n${[...fixed.files.values()].join('\n---\n')}`);
      } finally {
        fs.rmSync(folder, { recursive: true, force: true });
        slots.give();
      }
    });
});
