import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readDeployment } from '../../server/src/deploy/deployment.ts';
import { type ApplicationView, applicationViewOf } from '../../server/src/features/application-view.ts';
import { traceRequest } from '../../server/src/trace/request.ts';
import type { HeaderPair } from '../../server/src/trace/trace.ts';
import { loadedPython, tree } from '../deploy/fixture.ts';
import { configOf } from '../trace/config-of.ts';

const APPLICATION = tree(`#- manage.py
import os
os.environ.setdefault('DJANGO_SETTINGS_MODULE', 'shop.settings')
#- gunicorn.conf.py
bind = 'unix:/run/shop.sock'
#- shop/settings.py
ALLOWED_HOSTS = ['shop.example.com']
STATIC_URL = '/static/'
MIDDLEWARE = ['django.middleware.common.CommonMiddleware', 'django.middleware.csrf.CsrfViewMiddleware']
`);

async function sight(
  locations: string,
  request: { method?: string; headers: readonly HeaderPair[]; scheme?: 'http' | 'https' },
): Promise<ApplicationView | null> {
  const config = await configOf(`events {}\nhttp { server { listen 80; listen 443 ssl; server_name shop.example.com; ${locations} } }\n`);
  const { scheme = 'http', ...rest } = request;
  const trace = traceRequest(config, { target: '/cart', scheme, localPort: scheme === 'https' ? 443 : 80, ...rest });
  return applicationViewOf(trace, readDeployment(APPLICATION, await loadedPython()), config);
}

const lines = (s: ApplicationView | null): Record<string, string> =>
  Object.fromEntries((s?.lines ?? []).map((l) => [l.name, `${l.value}${l.good === null ? '' : l.good ? ' +' : ' -'}`]));
const HOST: HeaderPair = ['Host', 'shop.example.com'];
const PASS =
  'location / { proxy_pass http://unix:/run/shop.sock; proxy_set_header Host $host; proxy_set_header X-Forwarded-Proto $scheme; }';

test('what Django sees of a request as it should be', async () => {
  const found = await sight(`${PASS} location /static/ { alias /srv/static/; }`, { scheme: 'https', headers: [HOST] });
  assert.equal(found?.title, 'Django under gunicorn');
  assert.deepEqual(lines(found), {
    scheme: 'https +',
    host: 'shop.example.com +',
    client: 'nothing -',
    path: '/cart',
    SCRIPT_NAME: 'nothing',
    secure: 'true +',
    'allowed host': 'true +',
    CSRF: 'not checked +',
    'static files': 'nginx +',
  });
});

test('a foreign host is refused, an Origin that does not fit fails, static files go to the application', async () => {
  const refused = lines(await sight(PASS, { headers: [['Host', 'other.example']] }));
  assert.equal(refused.refused, '400 -');
  assert.equal(refused['static files'], 'the application -');
  const post = lines(
    await sight('location / { proxy_pass http://unix:/run/shop.sock; proxy_set_header Host $host; }', {
      method: 'POST',
      scheme: 'https',
      headers: [HOST, ['Origin', 'https://shop.example.com']],
    }),
  );
  assert.equal(post.CSRF, 'refused -');
  assert.equal(post.scheme, 'http -');
});

test('nothing is said where no application of the workspace listens', async () => {
  assert.equal(await sight('location / { proxy_pass http://127.0.0.1:3000; }', { headers: [HOST] }), null);
  assert.equal(await sight('location / { return 204; }', { headers: [HOST] }), null);
});
