/** What `nginx -t` is given of a project: the real one refuses what it refuses of the project, and accepts a sane one, wherever its files belong. */
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import type { TestPlanResult } from '../../server/src/lsp/protocol.ts';
import { TestClient } from '../harness/lsp.ts';
import { available, withoutNginx } from '../harness/nginx.ts';

const folders: string[] = [];
const temporary = (): string => {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'proxylens-'));
  folders.push(dir);
  return dir;
};
after(() => {
  TestClient.stopAll();
  for (const dir of folders) fs.rmSync(dir, { recursive: true, force: true });
});

/** Plans the main file of a project and asks the real nginx. */
async function judged(project: string): Promise<{ code: number | null; output: string; plan: Extract<TestPlanResult, { ok: true }> }> {
  const client = await TestClient.start({ folder: pathToFileURL(project).href });
  await client.settled();
  const folder = temporary();
  const plan = await client.request<TestPlanResult>('proxylens/testPlan', {
    uri: pathToFileURL(path.join(project, 'nginx/nginx.conf')).href,
    folder,
  });
  assert.ok(plan.ok, JSON.stringify(plan));
  for (const one of plan.folders) fs.mkdirSync(path.join(folder, one), { recursive: true });
  for (const f of plan.files) fs.writeFileSync(path.join(folder, f.path), f.text);
  if (plan.certificate)
    execFileSync(
      'openssl',
      [
        ...['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=proxylens.test'],
        ...['-keyout', path.join(folder, 'dummy.key'), '-out', path.join(folder, 'dummy.crt')],
      ],
      { stdio: 'ignore' },
    );
  const args = ['-t', '-c', path.join(folder, plan.main), ...(plan.pid ? [] : ['-g', `pid ${path.join(folder, 'run/nginx.pid')};`])];
  const run = spawnSync(available()!.binary, args, { encoding: 'utf8', timeout: 10_000 });
  return { code: run.status, output: run.stderr, plan };
}

test('the sample: its own includes are read, and its errors are found at their lines', { skip: withoutNginx() }, async () => {
  const project = path.join(temporary(), 'shop');
  fs.cpSync('test/sample', project, { recursive: true });
  const first = await judged(project);
  const shop = first.plan.files.find((f) => f.uri.endsWith('/conf.d/shop.conf'));
  assert.match(first.output, new RegExp(`unknown directive "proxy_read_timout" in .*/${shop?.path}:34`));
  const file = path.join(project, 'nginx/conf.d/shop.conf');
  fs.writeFileSync(file, fs.readFileSync(file, 'utf8').replace('proxy_read_timout', 'proxy_read_timeout'));
  assert.match((await judged(project)).output, /zero size shared memory zone "logins"/);
  fs.writeFileSync(file, fs.readFileSync(file, 'utf8').replace('zone=logins', 'zone=login'));
  const fixed = await judged(project);
  assert.equal(fixed.code, 0, fixed.output);
});

test('users, certificates, sockets, ports and names of another machine are no reason to refuse', { skip: withoutNginx() }, async () => {
  const project = temporary();
  fs.mkdirSync(path.join(project, 'nginx'));
  fs.writeFileSync(
    path.join(project, 'nginx/nginx.conf'),
    `user nobody-here;
pid /run/elsewhere/nginx.pid;
error_log /var/log/elsewhere/error.log warn;
events {}
http {
    include mime.types;
    access_log /var/log/elsewhere/access.log;
    proxy_cache_path /var/cache/elsewhere keys_zone=c:1m;
    client_body_temp_path /var/elsewhere/body;
    resolver dns.internal.test valid=10s;
    upstream app { server web.internal.test:8000; server unix:/run/a.sock; }
    server {
        listen 80 default_server;
        listen 10.1.2.3:443 ssl;
        listen [2001:db8::1]:443 ssl;
        listen unix:/run/elsewhere/n.sock;
        ssl_certificate /etc/ssl/elsewhere.pem;
        ssl_certificate_key /etc/ssl/elsewhere.key;
        ssl_dhparam /etc/ssl/dh.pem;
        location / { proxy_pass http://app; }
        location /b/ { proxy_pass http://other.internal.test:9000/x/; }
    }
}
`,
  );
  const { code, output, plan } = await judged(project);
  assert.equal(code, 0, output);
  assert.deepEqual(plan.unseen, []);
  for (const word of ['the user', 'certificates', 'names of hosts', 'logs']) assert.ok(plan.replaced.includes(word), word);
  const [main] = plan.files;
  assert.equal(
    main?.text.split('\n').length,
    fs.readFileSync(path.join(project, 'nginx/nginx.conf'), 'utf8').split('\n').length,
    'no line moves',
  );
});

test('an include that nobody saw is named', { skip: withoutNginx() }, async () => {
  const project = temporary();
  fs.mkdirSync(path.join(project, 'nginx'));
  fs.writeFileSync(path.join(project, 'nginx/nginx.conf'), 'events {}\nhttp { server { listen 8080; include /opt/secret/site.conf; } }\n');
  const { code, plan } = await judged(project);
  assert.equal(code, 0);
  assert.deepEqual(plan.unseen, ['/opt/secret/site.conf']);
});
