import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ServerCommand, serverCommands } from '../../server/src/deploy/command.ts';
import { readCompose } from '../../server/src/deploy/compose.ts';
import { imageServers, readDockerfile } from '../../server/src/deploy/dockerfile.ts';
import { MappedText } from '../../server/src/deploy/mapped-text.ts';
import { readProcfile } from '../../server/src/deploy/procfile.ts';
import { NO_ENVIRONMENT } from '../../server/src/deploy/shell.ts';
import { readService, readSocket, unitEntries } from '../../server/src/deploy/systemd.ts';
import { at, covered } from './fixture.ts';

const file = at('x');
const commands = (text: string): ServerCommand[] =>
  serverCommands(MappedText.verbatim(file, text, { start: 0, end: text.length }), NO_ENVIRONMENT);
const words = (c: ServerCommand | undefined): string[] => c?.args.map((w) => w.text) ?? [];

for (const [text, program, args] of [
  ['gunicorn shop.wsgi', 'gunicorn', ['shop.wsgi']],
  [
    'exec /srv/venv/bin/gunicorn -b unix:/run/a.sock shop.wsgi:application',
    'gunicorn',
    ['-b', 'unix:/run/a.sock', 'shop.wsgi:application'],
  ],
  ['python manage.py migrate && gunicorn shop.wsgi --bind=0.0.0.0:80', 'gunicorn', ['shop.wsgi', '--bind=0.0.0.0:80']],
  ['python3.11 -m uvicorn app:app --port 8001', 'uvicorn', ['app:app', '--port', '8001']],
  ['poetry run gunicorn "a b"', 'gunicorn', ['a b']],
  ["sh -c 'sleep 1; exec daphne -u /run/d.sock shop.asgi:application'", 'daphne', ['-u', '/run/d.sock', 'shop.asgi:application']],
  ['PORT=5000 DEBUG= hypercorn app:app -b 0.0.0.0:$PORT', 'hypercorn', ['app:app', '-b', '0.0.0.0:5000']],
  ['sudo -u www-data env A=1 uwsgi --ini x.ini > log 2>&1 &', 'uwsgi', ['--ini', 'x.ini']],
  ['./wait-for-it.sh db:5432 -t 30 -- gunicorn a:b', 'gunicorn', ['a:b']],
  ['newrelic-admin run-program gunicorn a:b', 'gunicorn', ['a:b']],
  ['python -u manage.py runserver 0.0.0.0:8000', 'runserver', ['0.0.0.0:8000']],
] as const)
  test(`command: ${text}`, () => {
    const [found, ...more] = commands(text);
    assert.equal(found?.server.name, program);
    assert.deepEqual(words(found), [...args]);
    assert.equal(more.length, 0);
    for (const word of found!.args) if (!/["$]/.test(text)) assert.equal(covered(text, word.place), word.text);
  });

for (const text of [
  'echo gunicorn',
  'pip install gunicorn',
  'pkill gunicorn',
  'python app.py',
  'python manage.py migrate',
  'which uwsgi',
  '# gunicorn a:b',
])
  test(`no server: ${text}`, () => assert.deepEqual(commands(text), []));

test('a unit: continued lines, comments between, environment, specifiers, places', () => {
  const text = `[Unit]
Description=x
[Service]
User=shop
Environment="DJANGO_SETTINGS_MODULE=shop.settings" A=1
Environment=B=two\\x20words
RuntimeDirectory=%p
WorkingDirectory=/srv/shop
ExecStart=/srv/venv/bin/gunicorn \\
    --workers 3 \\
# a comment
    --bind unix:%t/%p/%N.sock \\
    shop.wsgi:application
`;
  const unit = readService({ file: at('shop.service'), text })!;
  assert.deepEqual(words(unit.commands[0]), ['--workers', '3', '--bind', 'unix:/run/shop/shop.sock', 'shop.wsgi:application']);
  assert.equal(covered(text, unit.commands[0]!.args[1]!.place), '3');
  assert.equal(covered(text, unit.commands[0]!.args[3]!.place), 'unix:%t/%p/%N.sock');
  assert.equal(covered(text, unit.commands[0]!.args[4]!.place), 'shop.wsgi:application');
  const settings = unit.environment.get('DJANGO_SETTINGS_MODULE');
  assert.equal(settings?.from === 'text' && settings.value, 'shop.settings');
  const spaced = unit.environment.get('B');
  assert.equal(spaced?.from === 'text' && spaced.value, 'two words');
  assert.equal(unit.workingDirectory?.text, '/srv/shop');
  assert.equal(unitEntries(at('a.service'), text).length, 7);
  const socket = readSocket({
    file: at('shop.socket'),
    text: '[Socket]\nListenStream=/run/shop.sock\nListenStream=8000\nSocketMode=0600\n',
  })!;
  assert.equal(socket.service, 'shop.service');
  assert.deepEqual(
    socket.listens.map((l) => l.address.from === 'text' && l.address.value),
    [
      { kind: 'unix', path: '/run/shop.sock' },
      { kind: 'tcp', host: '', port: 8000 },
    ],
  );
});

test('files that add to a unit: an empty line takes away what was before', () => {
  const unit = readService(
    { file: at('shop.service'), text: '[Service]\nUser=shop\nExecStart=/srv/venv/bin/gunicorn -b :8000 shop.wsgi\n' },
    [
      { file: at('shop.service.d/10-user.conf'), text: '[Service]\nUser=www-data\n' },
      {
        file: at('shop.service.d/20-start.conf'),
        text: '[Service]\nExecStart=\nExecStart=/srv/venv/bin/gunicorn -b unix:%t/%N.sock shop.wsgi\n',
      },
    ],
  )!;
  assert.deepEqual(unit.commands.map(words), [['-b', 'unix:/run/shop.sock', 'shop.wsgi']]);
  assert.equal(unit.commands[0]!.place.file, at('shop.service.d/20-start.conf'));
  assert.equal(unit.user?.text, 'www-data');
});

test('a Procfile', () => {
  const text = 'release: python manage.py migrate\nweb: gunicorn shop.wsgi --log-file -\n';
  const [release, web] = readProcfile(at('Procfile'), text, NO_ENVIRONMENT);
  assert.equal(release!.commands.length, 0);
  assert.equal(web!.commands[0]!.server.name, 'gunicorn');
  assert.equal(covered(text, web!.commands[0]!.place), 'gunicorn shop.wsgi --log-file -');
});

test('a Dockerfile: the last stage, exec and shell form, entrypoint with arguments', () => {
  const text = `FROM python:3.12 AS base
ENV PORT=8000 \\
    NAME="a b"
FROM base
EXPOSE 8000/tcp
WORKDIR /app
CMD ["gunicorn", "-b", "0.0.0.0:8000", "shop.wsgi"]
`;
  const stage = readDockerfile(at('Dockerfile'), text).at(-1)!;
  const [server] = imageServers(stage.entrypoint, stage.command, stage.environment);
  assert.deepEqual(words(server), ['-b', '0.0.0.0:8000', 'shop.wsgi']);
  assert.equal(covered(text, server!.args[1]!.place), '0.0.0.0:8000');
  assert.equal(stage.expose[0]!.port, '8000/tcp');
  const name = stage.environment.get('NAME');
  assert.equal(name?.from === 'text' && name.value, 'a b');
  const shell = readDockerfile(at('Dockerfile'), 'FROM x\nENV PORT=9\nCMD exec gunicorn --bind :$PORT shop.wsgi\n').at(-1)!;
  assert.deepEqual(words(imageServers(shell.entrypoint, shell.command, shell.environment)[0]), ['--bind', ':9', 'shop.wsgi']);
  const entry = readDockerfile(at('Dockerfile'), 'FROM x\nENTRYPOINT ["/entrypoint.sh"]\nCMD ["uvicorn", "app:app"]\n').at(-1)!;
  assert.deepEqual(words(imageServers(entry.entrypoint, entry.command, entry.environment)[0]), ['app:app']);
});

test('compose: anchors, lists and strings, networks and names, ports and mounts', () => {
  const text = `x-app: &app
  build: .
  environment:
    DJANGO_SETTINGS_MODULE: shop.settings
    SECRET: \${SECRET}
services:
  web:
    <<: *app
    container_name: shop-web
    command: >
      gunicorn shop.wsgi
      --bind 0.0.0.0:8000
    volumes: ["static:/srv/static", "./x:/y:ro"]
    networks:
      back: { aliases: [app] }
  nginx:
    image: nginx:1.27
    ports: ["80:80", "127.0.0.1:8443:443"]
    networks: [back, front]
    depends_on: [web]
`;
  const [web, nginx] = readCompose(at('compose.yaml'), text).services;
  assert.deepEqual(web!.hostNames, ['web', 'app', 'shop-web']);
  assert.equal(web!.dockerfile, at('Dockerfile'));
  assert.equal(web!.environment.get('SECRET')?.from, 'unknown');
  const [server] = imageServers(web!.entrypoint, web!.command, web!.environment);
  assert.deepEqual(words(server), ['shop.wsgi', '--bind', '0.0.0.0:8000']);
  assert.equal(covered(text, server!.args[2]!.place), '0.0.0.0:8000');
  assert.deepEqual(
    web!.mounts.map((m) => [m.source, m.target, m.readOnly]),
    [
      ['static', '/srv/static', false],
      ['./x', '/y', true],
    ],
  );
  assert.deepEqual(
    nginx!.ports.map((p) => [p.published, p.target]),
    [
      [80, 80],
      [8443, 443],
    ],
  );
  assert.deepEqual(nginx!.networks, ['back', 'front']);
});
