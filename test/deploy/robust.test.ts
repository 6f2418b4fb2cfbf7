/** Broken texts: readers never throw, end in time, and every place that they give is in its file. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FileId } from '../../server/src/base/file-id.ts';
import { readDeployment } from '../../server/src/deploy/deployment.ts';
import { loadedPython, tree } from './fixture.ts';

const SEED = `#- manage.py
import os
os.environ.setdefault('DJANGO_SETTINGS_MODULE', 'shop.settings.prod')
#- shop/settings/base.py
from pathlib import Path
import os
BASE_DIR = Path(__file__).resolve().parent.parent
DEBUG = os.environ.get('DEBUG', '') == '1'
ALLOWED_HOSTS = [h.strip() for h in os.environ.get('HOSTS', 'a.b, c').split(',') if h]
STATIC_ROOT = BASE_DIR / "static"; STATIC_URL = f'/{"static"}/'
MIDDLEWARE = ['a', *[]] + ['b']
if DEBUG: MIDDLEWARE.insert(0, 'x')
#- shop/settings/prod.py
from .base import *
SECURE_PROXY_SSL_HEADER = ('HTTP_X_FORWARDED_PROTO', 'https')
DATABASES = {'default': {'ENGINE': 'x', **{}}}
#- shop/wsgi.py
import os
from django.core.wsgi import get_wsgi_application
application = get_wsgi_application()
#- app.service
[Service]
Environment="A=b c" 'D=e'
ExecStart=/usr/bin/gunicorn \\
  --bind unix:/run/a.sock -w 3 \\
  shop.wsgi:application
#- app.socket
[Socket]
ListenStream=/run/a.sock
#- uwsgi.ini
[uwsgi]
socket = %(base)/x.sock
base = /srv/$(HOME)/@(x)
mount = /app=shop.wsgi
env = A=%d%n%%
#- uwsgi.yaml
uwsgi:
  socket: [":1", "/x"]
  master: true
#- docker-compose.yml
x: &x { image: nginx }
services:
  web: { <<: *x, build: ., command: "sh -c 'gunicorn -b :8000 shop.wsgi'", ports: ["80:80"], environment: [A=b, C] }
  api:
    command: ["uvicorn", "--uds", "/x.sock", "app:app"]
    volumes: [a:/b, {type: bind, source: ./x, target: /y}]
#- Dockerfile
FROM python AS base
ENV A=b \\
  C="d e"
CMD ["gunicorn", "-b", "0.0.0.0:$PORT", "shop.wsgi"]
#- Procfile
web: FOO=bar gunicorn shop.wsgi -b \${X:-127.0.0.1:9} 2>&1 | tee log
#- supervisord.conf
[program:x]
command=gunicorn -b unix:/run/%(program_name)s.sock x:y
environment=A="1",B='2'
#- requirements.txt
django==4.2.1
gunicorn>=20
#- app.py
from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix
app = Flask(__name__)
app.wsgi_app = ProxyFix(app.wsgi_app, x_for=1)
`;

/** A small generator with a fixed seed: the same texts on every machine. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1664525 + 1013904223) % 4294967296;
    return state / 4294967296;
  };
}

const PIECES = [
  '\\',
  '"',
  "'",
  '\n',
  '${',
  '$(',
  '%(',
  '[',
  ']',
  '{',
  '}',
  ':',
  '#',
  '&a ',
  '*a',
  '<<',
  '\t',
  '😀',
  '\u0000',
  '(',
  ')',
  '=',
  ',',
  '- ',
  '/',
  '-b ',
  'import ',
  '%',
  '\r\n',
];

function mutated(text: string, next: () => number): string {
  let out = text;
  for (let i = 0; i < 1 + next() * 4; i++) {
    const at = Math.floor(next() * out.length);
    const length = Math.floor(next() * 6);
    const piece = PIECES[Math.floor(next() * PIECES.length)]!;
    out = next() < 0.15 ? out.slice(0, at) : out.slice(0, at) + (next() < 0.7 ? piece : '') + out.slice(at + length);
  }
  return out;
}

/** Every place anywhere in a value, checked against its file. */
function checkPlaces(value: unknown, files: ReadonlyMap<FileId, string>, seen = new Set<object>()): number {
  if (typeof value !== 'object' || value === null || seen.has(value)) return 0;
  seen.add(value);
  let count = 0;
  const { file, span } = value as { file?: FileId; span?: { start: number; end: number } };
  if (typeof file === 'string' && span && file !== ('' as string)) {
    const text = files.get(file);
    assert.ok(text !== undefined, `a place in a file that was not given: ${file}`);
    assert.ok(span.start >= 0 && span.start <= span.end && span.end <= text.length, `${file} ${span.start}-${span.end} of ${text.length}`);
    count++;
  }
  const inner = value instanceof Map ? [...value.values()] : Object.values(value);
  for (const v of inner) count += checkPlaces(v, files, seen);
  return count;
}

test('the whole tree is read, with many places', async () => {
  const files = tree(SEED);
  const { applications, containers } = readDeployment(files, await loadedPython());
  assert.ok(applications.length >= 6);
  assert.ok(checkPlaces([applications, containers], files) > 50);
});

test('400 mutants: no error, every place in its file, no mutant takes long', { timeout: 120_000 }, async () => {
  const python = await loadedPython();
  const next = random(20_240_607);
  const original = tree(SEED);
  let slowest = 0;
  for (let i = 0; i < 400; i++) {
    const files = new Map([...original].map(([file, text]) => [file, next() < 0.4 ? mutated(text, next) : text]));
    const from = performance.now();
    const { applications, containers } = readDeployment(files, python);
    slowest = Math.max(slowest, performance.now() - from);
    checkPlaces([applications, containers], files);
  }
  assert.ok(slowest < 2000, `${slowest.toFixed(0)} ms`);
});
