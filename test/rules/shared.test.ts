// What several places share is told once, at the list that lacks it; a place that differs keeps its own finding.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { fileId, pathOf } from '../../server/src/base/file-id.ts';
import { DEFAULT_SETTINGS } from '../../server/src/config/settings.ts';
import { exampleTree, fixAll, lintText, lintTree, parts } from '../harness/rules.ts';

const TLS = 'ssl_certificate a.pem; ssl_certificate_key a.key;';
const DJANGO = `#- app/manage.py
import os
os.environ.setdefault('DJANGO_SETTINGS_MODULE', 'shop.settings')
#- app/shop/settings.py
WSGI_APPLICATION = 'shop.wsgi.application'
ROOT_URLCONF = 'shop.urls'
MIDDLEWARE = ['django.middleware.security.SecurityMiddleware']
SECURE_PROXY_SSL_HEADER = ('HTTP_X_FORWARDED_PROTO', 'https')
SECURE_SSL_REDIRECT = True
USE_X_FORWARDED_HOST = True
ALLOWED_HOSTS = ['shop.example.com']
#- app/Procfile
web: gunicorn -b 127.0.0.1:8000 shop.wsgi
`;

/** Where a rule speaks: `file:line`, then how many related places there are in nginx.conf, and the title of the first fix. */
async function spoken(text: string, ids: readonly string[]): Promise<string[]> {
  const { rules } = await parts();
  const tree = exampleTree({}, text);
  const { findings, sides } = await lintTree(tree, rules, DEFAULT_SETTINGS);
  return findings
    .filter((f) => ids.includes(f.rule))
    .map((f) => {
      const line = sides.get(f.at.file)!.lines.lineAt(f.at.span.start) + 1;
      const others = f.related.filter((r) => r.at.file === tree.root).length;
      return `${f.rule} ${pathOf(f.at.file).replace('/etc/nginx/', '')}:${line} +${others} ${f.fixes[0]?.title ?? ''}`;
    });
}

const site = (...locations: string[]): string => `#- nginx.conf
events {}
http {
server { listen 443 ssl; server_name shop.example.com; ${TLS}
${locations.join('\n')}
} }
`;

describe('a list that several places share', () => {
  test('is the place of what the application misses', async () => {
    const shop = 'include sent.conf; proxy_pass http://127.0.0.1:8000;';
    const text = `${site(`location / { ${shop} }`, `location /a/ { ${shop} }`, `location /b/ { ${shop} }`)}#- sent.conf
proxy_set_header X-Real-IP $remote_addr;
${DJANGO}`;
    const ids = ['secure-proxy-header-mismatch', 'allowed-hosts-mismatch', 'use-x-forwarded-host-mismatch', 'proxy-host-missing'];
    const of = (what: string) => `${what} in sent.conf, used by 3 locations`;
    assert.deepEqual((await spoken(text, ids)).sort(), [
      `allowed-hosts-mismatch sent.conf:1 +3 ${of('Pass the host on')}`,
      `proxy-host-missing sent.conf:1 +3 ${of('Pass the host on')}`,
      `secure-proxy-header-mismatch sent.conf:1 +3 ${of('Send X-Forwarded-Proto $scheme')}`,
      `use-x-forwarded-host-mismatch sent.conf:1 +3 ${of('Set X-Forwarded-Host to $host')}`,
    ]);
  });

  test('stays as it is where one of them does not miss it: the others are one finding, with a fix at each', async () => {
    const text = `${site(
      'location / { include sent.conf; proxy_pass http://127.0.0.1:8000; }',
      'location /a/ { include sent.conf; proxy_pass http://127.0.0.1:8000; }',
      'location /b/ { include sent.conf; proxy_set_header Host $host; proxy_pass http://127.0.0.1:8000; }',
    )}#- sent.conf
proxy_set_header X-Real-IP $remote_addr;
`;
    assert.deepEqual(await spoken(text, ['proxy-host-missing']), ['proxy-host-missing nginx.conf:4 +1 Pass the host on, at 2 places']);
    const tree = exampleTree({}, text);
    const { files } = await fixAll(tree, DEFAULT_SETTINGS, false);
    assert.equal(files.get(tree.root)!.match(/proxy_set_header Host \$host;/g)?.length, 3);
    assert.doesNotMatch(files.get(fileId('file:///etc/nginx/sent.conf'))!, /Host/);
  });

  test('brings params, handshakes and headers of answers, too', async () => {
    const text = `${site(
      'include answers.conf;',
      'location / { include params.conf; uwsgi_pass 127.0.0.1:8000; }',
      'location /a/ { include params.conf; uwsgi_pass 127.0.0.1:8000; }',
      'location /ws/ { include socket.conf; proxy_pass http://127.0.0.1:1; }',
      'location /wt/ { include socket.conf; proxy_pass http://127.0.0.1:2; }',
      `} server { listen 443 ssl; server_name b.example.com; ${TLS} include answers.conf; location / { root /srv/b; }`,
    )}#- answers.conf
add_header X-Frame-Options DENY always;
#- params.conf
uwsgi_param PATH_INFO $document_uri;
#- socket.conf
proxy_set_header Host $host;
proxy_set_header Upgrade $http_upgrade;
`;
    assert.deepEqual(await spoken(text, ['uwsgi-params-missing', 'websocket-upgrade-incomplete', 'hsts-missing']), [
      'hsts-missing answers.conf:1 +2 Add Strict-Transport-Security in answers.conf, used by 2 servers',
      'uwsgi-params-missing params.conf:1 +2 Include uwsgi_params in params.conf, used by 2 locations',
      'websocket-upgrade-incomplete socket.conf:2 +2 Complete the handshake in socket.conf, used by 2 locations',
    ]);
  });

  test('is silenced at one of its users, and where it stands', async () => {
    const lines = 'include sent.conf; proxy_pass http://127.0.0.1:8000;';
    const [one, two] = [`location / { ${lines} }`, `location /a/ { ${lines} }`];
    const SENT = '#- sent.conf\nproxy_set_header X-Real-IP $remote_addr;\n';
    const comment = '# proxylens-ignore proxy-host-missing: the name is meant';
    const ids = ['proxy-host-missing', 'unused-suppression'];
    assert.deepEqual(await spoken(`${site(comment, one, two)}${SENT}`, ids), ['proxy-host-missing nginx.conf:6 +0 Pass the host on']);
    assert.deepEqual(await spoken(`${site(one, two)}${SENT.replace('conf\n', `conf\n${comment}\n`)}`, ids), []);
  });
});

test('a line that is included twice is told of once, though each way has other words', async () => {
  const text = `#- nginx.conf
events {}
http {
server { listen 80; server_name a.example.com; include to.conf; }
server { listen 80; server_name b.example.com; include to.conf; }
}
#- to.conf
return 301 http://$host$request_uri;
`;
  assert.deepEqual(
    (await spoken(text, ['redirect-loop'])).map((s) => s.split(' +')[0]),
    ['redirect-loop to.conf:1'],
  );
});

test('lines that send a client what the application was to be told are pointed at, by each rule that misses it', async () => {
  const lines = 'add_header Host $host;\nadd_header X-Forwarded-For $remote_addr;\nadd_header X-Kind page;';
  for (const [rule, before] of [
    ['proxy-host-missing', ''],
    ['forwarded-headers-missing', 'proxy_set_header Host $host;'],
  ] as const) {
    const text = (more: string) =>
      `events {}\nhttp {\nserver {\nlisten 80;\nlocation / {\nproxy_pass http://127.0.0.1:8000;\n${before}\n${more}\n}\n}\n}\n`;
    const pointed = async (more: string): Promise<number> => {
      const [finding] = (await lintText(text(more))).findings.filter((f) => f.rule === rule);
      assert.ok(finding, rule);
      return finding.related.filter((r) => r.message.startsWith('add_header')).length;
    };
    assert.equal(await pointed(lines), 2, rule);
    assert.equal(await pointed('add_header X-Kind page;'), 0, rule);
  }
});

test('a finding that two servers share at one place weighs as it does where it weighs more, in whichever order they come', async () => {
  const plain = 'server { listen 80; include api.conf; }';
  const tls = 'server { listen 443 ssl; ssl_certificate c.pem; ssl_certificate_key k.pem; include api.conf; }';
  for (const servers of [
    [plain, tls],
    [tls, plain],
  ]) {
    const { findings } = await lintText(
      `#- nginx.conf\nevents {}\nhttp {\n${servers.join('\n')}\n}\n#- api.conf\nlocation /api/ { proxy_pass http://127.0.0.1:8000; }\n`,
    );
    const told = findings.filter((f) => f.rule === 'proxy-host-missing');
    assert.deepEqual(
      told.map((f) => f.severity),
      ['warning'],
      servers[0],
    );
  }
});

test('a list that is missing as a whole is one finding, which weighs as much as the heaviest of its lines', async () => {
  const api = async (lines: string) =>
    (await lintText(`events {}\nhttp {\nserver {\n${lines}\nlocation /api/ { proxy_pass http://127.0.0.1:8000; }\n}\n}\n`)).findings
      .filter((f) => ['proxy-host-missing', 'forwarded-headers-missing'].includes(f.rule))
      .map((f) => `${f.rule} ${f.severity}`);
  assert.deepEqual(await api('listen 443 ssl;\nssl_certificate c.pem;\nssl_certificate_key k.pem;'), ['proxy-host-missing warning']);
  assert.deepEqual(await api('listen 80;'), ['proxy-host-missing info']);
  assert.deepEqual(await api('listen 80;\nproxy_set_header Host $host;'), ['forwarded-headers-missing info']);
});
