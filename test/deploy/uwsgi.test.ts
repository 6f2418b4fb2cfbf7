import assert from 'node:assert/strict';
import { test } from 'node:test';
import { certain, placeOf, written } from '../../server/src/deploy/setting.ts';
import { lastOption, optionsNamed, readUwsgi, uwsgiArguments, uwsgiSockets } from '../../server/src/deploy/uwsgi.ts';
import { at, covered } from './fixture.ts';

const INI = `; comment
[uwsgi]
project = shop
base = /srv/%(project)
socket = %(base)/run/%n.sock
http_socket = 127.0.0.1:9998
buffer-size=32768
  harakiri   =   20
env = A=b
env = C=$(HOME)
master
workers = 4 # not a comment
static-map = /static=/x
if-env = NOPE
threads = 7
endif =
[other]
socket = /other
`;

test('an ini file: order, repeats, aliases, placeholders, sections, and the place of each value', () => {
  const file = at('deploy/shop.ini');
  const options = readUwsgi(file, INI, new Map([['HOME', written('/root', { file, span: { start: 0, end: 0 } })]]))!;
  assert.equal(covered(INI, options.at), '[uwsgi]');
  const [socket, ...more] = uwsgiSockets(options);
  assert.equal(more.length, 0, 'http_socket is no option, and the other section is not read');
  assert.deepEqual(certain(socket!.address), { kind: 'unix', path: '/srv/shop/run/shop.sock' });
  assert.equal(covered(INI, placeOf(socket!.address)), '%(base)/run/%n.sock');
  assert.equal(socket!.protocol, 'uwsgi');
  const harakiri = lastOption(options, 'harakiri')!;
  assert.equal(harakiri.value.from === 'text' && harakiri.value.value, '20');
  assert.equal(covered(INI, harakiri.namePlace), 'harakiri');
  assert.deepEqual(
    optionsNamed(options, 'env').map((o) => o.value.from === 'text' && o.value.value),
    ['A=b', 'C=/root'],
  );
  const workers = lastOption(options, 'processes')!;
  assert.equal(workers.writtenName, 'workers');
  assert.equal(workers.value.from === 'text' && workers.value.value, '4 # not a comment');
  assert.equal(lastOption(options, 'threads')!.value.from, 'unknown');
});

test('protocol turns plain sockets, not the others', () => {
  const options = readUwsgi(at('a.ini'), '[uwsgi]\nsocket = :3031\nuwsgi-socket = :3032\nprotocol = http\nhttp-socket = [::1]:80\n')!;
  assert.deepEqual(
    uwsgiSockets(options).map((s) => [s.protocol, s.address.from === 'text' && s.address.value]),
    [
      ['http', { kind: 'tcp', host: '', port: 3031 }],
      ['uwsgi', { kind: 'tcp', host: '', port: 3032 }],
      ['http', { kind: 'tcp', host: '::1', port: 80 }],
    ],
  );
});

test('yaml and json say the same as ini', () => {
  const yaml = 'uwsgi:\n  socket: /run/a.sock\n  http-socket: :9997\n  env:\n    - A=1\n    - B=2\n  buffer-size: 8192\n';
  const options = readUwsgi(at('a.yaml'), yaml)!;
  assert.equal(uwsgiSockets(options).length, 2);
  assert.equal(covered(yaml, placeOf(uwsgiSockets(options)[0]!.address)), '/run/a.sock');
  assert.deepEqual(
    optionsNamed(options, 'env').map((o) => o.value.from === 'text' && o.value.value),
    ['A=1', 'B=2'],
  );
  const json = '{"uwsgi": {"socket": ["/run/x.sock", ":3032"], "master": true}}';
  const fromJson = readUwsgi(at('a.json'), json)!;
  assert.deepEqual(
    uwsgiSockets(fromJson).map((s) => s.address.from === 'text' && s.address.value),
    [
      { kind: 'unix', path: '/run/x.sock' },
      { kind: 'tcp', host: '', port: 3032 },
    ],
  );
  assert.equal(covered(json, placeOf(uwsgiSockets(fromJson)[1]!.address))?.replaceAll('"', ''), ':3032');
});

test('variables are options, and those of the command come after them', () => {
  const file = at('Dockerfile');
  const place = { file, span: { start: 0, end: 5 } };
  const options = uwsgiArguments(
    file,
    place,
    [],
    new Map([
      ['UWSGI_HTTP_SOCKET', written(':8000', place)],
      ['UWSGI_MASTER', written('1', place)],
    ]),
  );
  assert.deepEqual(
    uwsgiSockets(options).map((s) => [s.protocol, certain(s.address)]),
    [['http', { kind: 'tcp', host: '', port: 8000 }]],
  );
});
