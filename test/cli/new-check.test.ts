/**
 * What `new` writes beside a project is seen by `check .` as it lies, and nothing is found in it; what someone breaks afterwards, in whichever of its files, is.
 * A run takes some of the combinations, DEPLOYMENTS=all in the environment takes every one.
 */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { defaultModule, FRAMEWORKS, RUNS, serversFor, TLS_KINDS } from '../../server/src/snippets/deployment.ts';
import { django, flask, STREAMS } from '../deployment/projects.ts';
import { folder, run } from './cli.ts';

const PROJECTS = {
  django: django(''),
  flask: flask(''),
  fastapi: STREAMS,
  wsgi: { 'wsgi.py': 'def application(environ, start_response): ...\n' },
};

interface Combination {
  readonly framework: (typeof FRAMEWORKS)[number];
  readonly server: string;
  readonly tls: string;
  readonly runs: string;
}

const ALL: readonly Combination[] = FRAMEWORKS.flatMap((framework) =>
  serversFor(framework).flatMap((server) => TLS_KINDS.flatMap((tls) => RUNS.map((runs) => ({ framework, server, tls, runs })))),
);
const CHOSEN = process.env.DEPLOYMENTS === 'all' ? ALL : ALL.filter((_, i) => i % 61 === Math.floor(Date.now() / 86_400_000) % 61);

async function written({ framework, server, tls, runs }: Combination): Promise<string> {
  const dir = folder({ ...PROJECTS[framework], 'requirements.txt': framework === 'wsgi' ? '' : `${framework}\n` });
  const module =
    framework === 'django' ? defaultModule(framework, server as 'gunicorn', 'shop') : framework === 'wsgi' ? 'wsgi:application' : 'app:app';
  const { code, err } = await run(
    [
      ...['new', '--name', 'shop', '--framework', framework, '--server', server, '--module', module, '--domain', 'shop.example.org'],
      ...['--tls', tls, '--write', dir],
      ...(tls === 'acme' ? ['--nginx-version', '1.30.7'] : []),
      ...(runs === 'compose' ? ['--compose'] : server === 'granian' ? ['--port', '8000'] : []),
    ],
    { cwd: dir },
  );
  assert.equal(code, 0, err);
  return dir;
}

for (const combination of CHOSEN)
  test(`${combination.framework} under ${combination.server}, tls ${combination.tls}, ${combination.runs}`, async () => {
    const dir = await written(combination);
    for (const profile of ['strict', 'wsgi']) {
      const { code, out } = await run(['check', '.', '--profile', profile], { cwd: dir });
      assert.ok(code === 0 && /^No findings in [2-9]/m.test(out), `${profile}: ${out}`);
    }
  });

/** What is done to which file, and the rule that must speak. */
const DAMAGES: readonly (readonly [rule: string, file: string, from: string | RegExp, to: string])[] = [
  ['allowed-hosts-mismatch', 'shop/settings_production.py', 'ALLOWED_HOSTS = ["shop.example.org"]', 'ALLOWED_HOSTS = ["shop.example.net"]'],
  ['secure-proxy-header-mismatch', 'deploy/nginx/shop.conf', /proxy_set_header X-Forwarded-Proto .*\n/g, ''],
  ['socket-not-listened', 'deploy/nginx/shop.conf', 'unix:/run/shop.sock', 'unix:/run/shops.sock'],
];

test('what somebody breaks in one of the files is found with the others', async () => {
  const dir = await written({ framework: 'django', server: 'gunicorn', tls: 'own', runs: 'systemd' });
  for (const [rule, name, from, to] of DAMAGES) {
    const file = path.join(dir, name);
    const text = fs.readFileSync(file, 'utf8');
    const broken = text.replace(from, to);
    assert.notEqual(broken, text, name);
    fs.writeFileSync(file, broken);
    const { out } = await run(['check', '.', '--profile', 'wsgi'], { cwd: dir });
    fs.writeFileSync(file, text);
    assert.match(out, new RegExp(`\\b${rule}\\b`), `${name}: ${out}`);
  }
});

test('what the project says is what new begins with: where it runs, under what name, with which folders', async () => {
  const dir = folder({
    'docker-compose.yml':
      'services:\n  web:\n    build: .\n    command: gunicorn config.wsgi:application --bind 0.0.0.0:8000\n  nginx:\n    image: nginx:1.27\n',
    'manage.py': "import os\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'config.settings')\n",
    'config/settings.py':
      "ALLOWED_HOSTS = ['shop.example.org']\nSTATIC_URL = '/static/'\nSTATIC_ROOT = '/app/static'\nWSGI_APPLICATION = 'config.wsgi.application'\n",
    'config/wsgi.py': 'from django.core.wsgi import get_wsgi_application\napplication = get_wsgi_application()\n',
  });
  const made = async (...options: string[]): Promise<string> => (await run(['new', '--dry-run', ...options], { cwd: dir })).out;
  assert.match(await made(), /^Django under Gunicorn on port 8000 of its container.*shop\.example\.org/);
  assert.match(await made('--no-compose'), /^Django under Gunicorn on the unix socket/);
  assert.match(await made('--system', 'rhel'), /^Django under Gunicorn on the unix socket/);
});
