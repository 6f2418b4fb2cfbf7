/** Variables of a deployment: where they are written, which of two wins, what is a secret, and what a file that is missing leaves open. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { composeProject, readCompose } from '../../server/src/deploy/compose.ts';
import { readDeployment } from '../../server/src/deploy/deployment.ts';
import { interpolate, readEnvFile } from '../../server/src/deploy/env-file.ts';
import django from '../../server/src/deploy/frameworks/django.ts';
import { frameworkSettings } from '../../server/src/deploy/frameworks/framework.ts';
import { certain, likely, type Setting, written } from '../../server/src/deploy/setting.ts';
import { at, covered, loadedPython, tree } from './fixture.ts';

const plain = (variables: ReadonlyMap<string, Setting<string>>): Record<string, string | undefined> =>
  Object.fromEntries([...variables].map(([name, s]) => [name, certain(s)]));

test('a file of variables: quotes, comments, export, references, and places', () => {
  const text = `# names
export HOST=example.com   # the site
PORT = 8000
GREETING="two
lines"
LITERAL='$HOST'
URL=https://\${HOST}:\${PORT:-1}/\${NONE:-x}
EMPTY=
`;
  const read = readEnvFile(at('.env'), text);
  assert.deepEqual(plain(read), {
    HOST: 'example.com',
    PORT: '8000',
    GREETING: 'two\nlines',
    LITERAL: '$HOST',
    URL: 'https://example.com:8000/x',
    EMPTY: '',
  });
  const host = read.get('HOST')!;
  assert.equal(host.from === 'text' && covered(text, host.place), 'example.com');
});

test('systemd puts no variables in', () => {
  assert.deepEqual(plain(readEnvFile(at('x.env'), 'A=1\nB=$A\n; C=2\n', new Map(), 'systemd')), { A: '1', B: '$A' });
});

test('secrets have a name and no value, in the variables and in the text that is kept', async () => {
  const files = tree(`#- compose.yaml
services:
  web:
    image: x
    command: gunicorn shop.wsgi
    env_file: .env
#- .env
DJANGO_SECRET_KEY=hush1
DB_PASSWORD="hush2"
REDIS_URL=redis://:hush3@cache/0
API_TOKEN: hush4
RSA_PRIVATE="-----BEGIN
hush5
-----END"
PORT=80
`);
  const deployment = readDeployment(files, null);
  const { environment } = deployment.applications[0]!;
  assert.equal(certain(environment.get('PORT')!), '80');
  for (const name of ['DJANGO_SECRET_KEY', 'DB_PASSWORD', 'REDIS_URL', 'API_TOKEN'])
    assert.equal(likely(environment.get(name)!), undefined, name);
  assert.ok(!JSON.stringify([...deployment.files]).includes('hush'));
  assert.equal(deployment.files.get(at('.env'))!.length, files.get(at('.env'))!.length);
});

test('what Compose puts in: values, defaults, alternatives, dollars', () => {
  const environment = new Map([
    ['A', written('1', { file: at('.env'), span: { start: 0, end: 0 } })],
    ['E', written('', { file: at('.env'), span: { start: 0, end: 0 } })],
  ]);
  const cases: [string, string, string[]][] = [
    ['$A-${A}', '1-1', []],
    ['${E:-x}${E-x}', 'x', []],
    ['${N:-${A}}', '1', []],
    ['${A:+y}${N:+y}', 'y', []],
    ['$$A', '$A', []],
    ['${N}', '', ['N']],
    ['${N:?must be set}', '', ['N']],
  ];
  for (const [text, value, unknown] of cases) {
    const done = interpolate(text, environment);
    assert.equal(done.text, value, text);
    assert.deepEqual([...new Set(done.unknown)], text.includes('+') ? done.unknown : unknown, text);
  }
});

const DJANGO = `#- app/manage.py
import os
os.environ.setdefault('DJANGO_SETTINGS_MODULE', 'shop.settings')
#- app/shop/settings.py
import os
ALLOWED_HOSTS = os.environ.get('HOSTS', 'default.example').split(',')
`;

async function hosts(files: string): Promise<{ certain: string[] | undefined; likely: string[] | undefined; unread: string[] }> {
  const deployment = readDeployment(tree(files + DJANGO), await loadedPython());
  const application = deployment.applications[0]!;
  const { allowedHosts } = frameworkSettings(application.framework, django)!.settings;
  return {
    certain: certain(allowedHosts)?.map((e) => e.value),
    likely: likely(allowedHosts)?.map((e) => e.value),
    unread: application.unreadEnvironment.map((u) => u.path),
  };
}

const compose = (lines: string): string =>
  `#- compose.yaml\nservices:\n  web:\n    image: shop\n    command: gunicorn shop.wsgi -b :8000\n${lines}`;

test('env_file in all its forms; environment wins over it, the later file over the earlier', async () => {
  const env = '#- one.env\nHOSTS=one.example\n#- two.env\nHOSTS=two.example\n';
  for (const [lines, expected] of [
    ['    env_file: one.env\n', 'one.example'],
    ['    env_file: [one.env, two.env]\n', 'two.example'],
    ['    env_file:\n      - path: ./one.env\n        required: false\n', 'one.example'],
    ['    env_file: one.env\n    environment:\n      HOSTS: here.example\n', 'here.example'],
    ['    env_file: one.env\n    environment: ["HOSTS=here.example"]\n', 'here.example'],
    // nobody sets it: the container has no other variables, so the code's own value holds
    ['', 'default.example'],
    ['    environment:\n      HOSTS: ${SITE:-x.example}\n#- .env\nSITE=site.example\n', 'site.example'],
  ] as const) {
    const found = await hosts(compose(lines) + env);
    assert.deepEqual(found.certain, [expected], lines);
    assert.deepEqual(found.unread, [], lines);
  }
});

test('a file that is missing leaves open what it may set, and a sample of it tells what that is', async () => {
  const missing = await hosts(compose('    env_file: .env\n'));
  assert.deepEqual(missing, { certain: undefined, likely: ['default.example'], unread: ['.env'] });
  const sample = await hosts(compose('    env_file: .env\n') + '#- .env.example\nHOSTS=a.example,b.example\n');
  assert.deepEqual(sample, { certain: undefined, likely: ['a.example', 'b.example'], unread: ['.env'] });
});

test('EnvironmentFile= wins over Environment=, and is found by the end of its path', async () => {
  const unit = `#- deploy/shop.service
[Service]
Environment=HOSTS=unit.example
EnvironmentFile=-/etc/default/shop
ExecStart=/srv/venv/bin/gunicorn shop.wsgi
#- deploy/default/shop
HOSTS="file.example"
`;
  assert.deepEqual((await hosts(unit)).certain, ['file.example']);
});

test('a .env that the code itself reads is likely, not certain', async () => {
  const files = `#- Procfile
web: gunicorn shop.wsgi
#- .env
HOSTS=dot.example
#- app/shop/settings.py
import os
from dotenv import load_dotenv
load_dotenv()
ALLOWED_HOSTS = os.environ.get('HOSTS', 'default.example').split(',')
#- app/manage.py
import os
os.environ.setdefault('DJANGO_SETTINGS_MODULE', 'shop.settings')
`;
  const deployment = readDeployment(tree(files), await loadedPython());
  const { settings } = frameworkSettings(deployment.applications[0]!.framework, django)!;
  assert.equal(certain(settings.allowedHosts), undefined);
  assert.deepEqual(
    likely(settings.allowedHosts)?.map((e) => e.value),
    ['dot.example'],
  );
});

test('tags of Compose: !reset takes away, !override replaces; extends, include and what is missing', () => {
  const files = tree(`#- compose.yaml
include: [more.yaml]
services:
  web:
    image: shop
    ports: ["8000:8000"]
    environment: { A: 1 }
  api:
    extends: { file: base.yaml, service: common }
    environment: { B: 2 }
networks:
  front: { external: true }
#- compose.override.yaml
services:
  web:
    ports: !reset []
    environment: !override
      C: 3
#- base.yaml
services:
  common:
    image: base
    environment: { A: 1 }
#- more.yaml
services:
  db: { image: postgres }
`);
  const read = (file: Parameters<typeof readCompose>[0]): ReturnType<typeof readCompose> | null =>
    files.has(file) ? readCompose(file, files.get(file)!) : null;
  const whole = composeProject([read(at('compose.yaml'))!, read(at('compose.override.yaml'))!], read);
  const service = (name: string) => whole.services.find((s) => s.name === name)!;
  assert.equal(whole.open, null);
  assert.deepEqual([...whole.externalNetworks], ['front']);
  assert.deepEqual(whole.services.map((s) => s.name).sort(), ['api', 'db', 'web']);
  assert.deepEqual(service('web').ports, []);
  assert.deepEqual([...service('web').environment.keys()], ['C']);
  assert.equal(service('api').image?.text, 'base');
  assert.deepEqual([...service('api').environment.keys()], ['A', 'B']);
  files.delete(at('base.yaml'));
  assert.match(composeProject([read(at('compose.yaml'))!], read).open ?? '', /base\.yaml/);
});

test('ports: ranges, addresses, protocols and the long form', () => {
  const text = `services:
  a:
    ports:
      - "80:8080"
      - 127.0.0.1:8443:443
      - "443:443/udp"
      - "9000-9001:7000-7001"
      - "3000"
      - { target: 5000, published: "5001", host_ip: 127.0.0.1 }
      - "\${P:-81}:81"
`;
  assert.deepEqual(
    readCompose(at('compose.yaml'), text).services[0]!.ports.map((p) => [p.hostIp, p.published, p.target, p.protocol]),
    [
      [null, 80, 8080, 'tcp'],
      ['127.0.0.1', 8443, 443, 'tcp'],
      [null, 443, 443, 'udp'],
      [null, 9000, 7000, 'tcp'],
      [null, 9001, 7001, 'tcp'],
      [null, null, 3000, 'tcp'],
      ['127.0.0.1', 5001, 5000, 'tcp'],
      [null, 81, 81, 'tcp'],
    ],
  );
});
