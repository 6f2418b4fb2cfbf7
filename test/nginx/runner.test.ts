import assert from 'node:assert/strict';
import http from 'node:http';
import { after, test } from 'node:test';
import { available, judge, loadModules, OWN_PATHS, type Running, serve, withoutNginx } from '../harness/nginx.ts';

const skip = withoutNginx();
const running: Running[] = [];
after(() => Promise.all(running.map((r) => r.stop())));

test('an accepted configuration', { skip }, async () => {
  const said = await judge('events { }\nhttp { server { listen 127.0.0.1:9001; return 204; } }');
  assert.deepEqual(
    { ...said, messages: [] },
    {
      ok: true,
      level: null,
      message: null,
      file: null,
      line: null,
      warnings: [],
      messages: [],
      environment: false,
    },
  );
});

test('a refusal names message, file and line, also in an included file', { skip }, async () => {
  const said = await judge({ 'nginx.conf': 'events { }\nhttp { include sites/*.conf; }', 'sites/a.conf': 'server {\n  gzip yes;\n}' });
  assert.equal(said.ok, false);
  assert.equal(said.level, 'emerg');
  assert.equal(said.message, 'invalid value "yes" in "gzip" directive, it must be "on" or "off"');
  assert.deepEqual([said.file, said.line, said.environment], ['sites/a.conf', 2, false]);
});

test('files of one judgment are gone in the next', { skip }, async () => {
  await judge({ 'nginx.conf': 'events { } include more.conf;', 'more.conf': '' });
  await judge({ 'nginx.conf': 'events { } include more.conf;', 'more.conf': '' });
  const said = await Promise.all([1, 2].map(() => judge('events { }\ninclude more.conf;')));
  for (const one of said) assert.deepEqual([one.ok, one.environment, one.line], [false, true, 2]);
});

test('warnings are listed and do not refuse', { skip }, async () => {
  const said = await judge('events { }\nhttp {\n  server { server_name a/b; listen 127.0.0.1:9002; }\n}');
  assert.equal(said.ok, true);
  assert.deepEqual(
    said.warnings.map((w) => [w.line, w.text]),
    [[3, 'server name "a/b" has suspicious symbols']],
  );
});

test('provide makes files, folders, hosts and accounts', { skip }, async () => {
  const config = `
user nobody-here;
pid /run/app/nginx.pid;
events { }
http {
  include /etc/nginx/mime.types;
  include /etc/nginx/conf.d/*.conf;
  access_log /var/log/app/access.log;
  proxy_cache_path /var/cache/app keys_zone=a:1m;
  upstream app { server app:8000; server other.internal:8000; }
  server {
    listen 127.0.0.1:9443 ssl;
    ssl_certificate /etc/letsencrypt/live/example.com/fullchain.pem;
    ssl_certificate_key /etc/letsencrypt/live/example.com/privkey.pem;
    ssl_dhparam /etc/ssl/dhparam.pem;
    location / { proxy_pass http://app; proxy_cache a; }
    location /b { include uwsgi_params; uwsgi_pass backend:3031; }
  }
}`;
  const strict = await judge(config.replace(/proxy_cache.*/, ''));
  assert.equal(strict.environment, true);
  const said = await judge(config, { provide: true });
  assert.deepEqual([said.ok, said.message], [true, null]);
});

test('all dynamic modules of the machine load together', { skip }, async () => {
  assert.ok(available()!.modules.length > 0);
  const said = await judge('events { }\nhttp { }', { modules: 'all' });
  assert.deepEqual([said.ok, said.message], [true, null]);
  const written = await judge(`${loadModules()}events { }\nhttp { }`);
  assert.deepEqual([written.ok, written.message], [true, null]);
});

test('a mutated path cannot reach folders of the machine', { skip: skip || process.getuid?.() !== 0 }, async () => {
  await assert.rejects(judge('events { } http { proxy_temp_path /etc; }'), /outside the test folder/);
});

test('a server answers and stops', { skip }, async () => {
  const server = await serve(([port]) => `events { }\nhttp { ${OWN_PATHS} server { listen 127.0.0.1:${port}; return 200 "hello"; } }`);
  running.push(server);
  const body = await new Promise<string>((done, fail) => {
    http
      .get({ port: server.ports[0], host: '127.0.0.1' }, (answer) => {
        let text = '';
        answer.on('data', (d) => (text += d)).on('end', () => done(text));
      })
      .on('error', fail);
  });
  assert.equal(body, 'hello');
  await server.stop();
  await assert.rejects(
    serve(([port]) => `events { }\nhttp { server { listen 127.0.0.1:${port} nonsense; } }`),
    /did not start: .*nonsense/s,
  );
});
