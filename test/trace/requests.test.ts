/** Requests as people and programs write them: URLs of all kinds, JSON, raw requests, curl commands, HAR recordings. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { requestFromUrl } from '../../server/src/trace/from-url.ts';
import { originOf } from '../../server/src/trace/origin.ts';
import {
  curlCommands,
  type ReadRequest,
  requestFromCurl,
  requestFromJson,
  requestFromRaw,
  requestsFromHar,
} from '../../server/src/trace/read-requests.ts';
import type { RequestInput } from '../../server/src/trace/trace.ts';
import { configOf } from './config-of.ts';

const url = (text: string, more: Partial<Parameters<typeof requestFromUrl>[0]> = {}): RequestInput =>
  requestFromUrl({ url: text, ...more }) as RequestInput;
const header = (r: RequestInput, name: string): string | undefined => r.headers?.find(([n]) => n.toLowerCase() === name.toLowerCase())?.[1];
const input = (r: ReadRequest): RequestInput => ('problem' in r ? assert.fail(r.problem) : r.input);
const problem = (r: object): string => ('problem' in r ? String(r.problem) : assert.fail('it was read'));

describe('URLs', () => {
  test('of WebSockets begin as a request with the lines of a handshake, whoever asks', () => {
    for (const [text, scheme, client] of [
      ['ws://a.test/ws', 'http', 'browser'],
      ['wss://a.test/ws', 'https', 'curl'],
      ['wss://a.test/ws', 'https', undefined],
    ] as const) {
      const r = url(text, client ? { client } : {});
      assert.deepEqual([r.scheme, r.target, header(r, 'upgrade'), header(r, 'host')], [scheme, '/ws', 'websocket', 'a.test']);
      assert.match(header(r, 'connection') ?? '', /upgrade/i);
      assert.equal(r.headers!.filter(([n]) => n === 'Upgrade').length, 1);
    }
  });

  test('hosts that are not ASCII go out as punycode, logins as Authorization', () => {
    assert.equal(header(url('https://münchen.test:8443/a'), 'host'), 'xn--mnchen-3ya.test:8443');
    // user "bob", password "p@:w"
    assert.equal(header(url('http://bob:p%40:w@a.test/'), 'authorization'), `Basic ${Buffer.from('bob:p@:w').toString('base64')}`);
    assert.equal(header(url('http://bob@a.test/', { headers: [['Authorization', 'Bearer x']] }), 'authorization'), 'Bearer x');
    assert.equal(header(url('http://bob@a.test/'), 'host'), 'a.test');
  });

  test('a bare path is one of the given origin, and of none without', async () => {
    assert.equal(header(url('/app/?x', { origin: 'https://b.test:8443' }), 'host'), 'b.test:8443');
    assert.match(problem(requestFromUrl({ url: '/app/' })), /write the host/);
    const config = await configOf(
      'events {}\nhttp { server { listen unix:/s; server_name u.test; } server { listen 8443 ssl; server_name _ *.b.test; } }\n',
    );
    assert.equal(originOf(config), 'https://www.b.test:8443');
  });

  test('of streams give the name in the handshake and the port', () => {
    assert.deepEqual(url('tcp://Mail.example.com:993'), { target: '/', scheme: 'tcp', sni: 'mail.example.com', localPort: 993 });
    assert.equal(url('tcp://10.0.0.1:25').sni, null);
    assert.equal(url('tcp://10.0.0.1:25', { sni: 'x.test' }).sni, 'x.test');
    assert.equal(url('tcp://:25').localPort, 25);
  });

  test('what nginx does not speak, and addresses that are none, are refused in words', () => {
    assert.match(problem(requestFromUrl({ url: 'ftp://a.test/' })), /no ftp:\/\//);
    assert.match(problem(requestFromUrl({ url: 'http://a.test/', clientAddress: 'bogus' })), /"bogus" is no address/);
    assert.match(problem(requestFromUrl({ url: 'http://a.test:70000/' })), /70000 is no port/);
    // names and values that only look like those of objects
    assert.match(problem(requestFromUrl({ url: 'constructor://a.test/' })), /no constructor:/);
  });
});

describe('JSON', () => {
  test('header lines are a list of pairs or lines, or an object', () => {
    for (const headers of [[['Host', 'a.test']], ['Host: a.test'], { Host: 'a.test' }])
      assert.deepEqual(input(requestFromJson({ target: '/', headers })).headers, [['Host', 'a.test']]);
    assert.equal(input(requestFromJson({ target: '/', localPort: '80', httpVersion: 1 })).localPort, 80);
  });

  test('what is none is said with its field, and keeps the id of the line', () => {
    const cases: [unknown, RegExp][] = [
      [{ target: '/', headers: [['Host']] }, /^headers cannot be read/],
      [{ target: '/', headers: 'Host: a' }, /^headers/],
      [{ target: '/', headers: 7 }, /^headers/],
      [{ target: '/', localPort: 'http' }, /^localPort/],
      [{ target: '/', clientAddress: 'me' }, /^clientAddress/],
      [{ target: '/', scheme: 'gopher' }, /^scheme/],
      [{ target: 5 }, /^target/],
      [{}, /no target/],
      [[1], /no object/],
      [null, /no object/],
      [{ target: '/', upstreams: { a: 'maybe' } }, /a: maybe is no answer/],
    ];
    for (const [value, message] of cases) {
      const read = requestFromJson(value && typeof value === 'object' && !Array.isArray(value) ? { id: 7, ...value } : value);
      assert.match(problem(read), message);
      if (value && !Array.isArray(value)) assert.equal('problem' in read && read.id, '7');
    }
  });

  test('a URL stands for target, scheme, host and port', () => {
    const r = input(requestFromJson({ request: 'POST https://a.test:444/x', headers: { A: 'b' } }));
    assert.deepEqual(
      [r.method, r.scheme, r.target, r.localPort, header(r, 'host'), header(r, 'a')],
      ['POST', 'https', '/x', 444, 'a.test:444', 'b'],
    );
  });
});

test('a raw request', () => {
  const r = input(requestFromRaw('PUT /x?y HTTP/1.0\r\nHost: a.test:8080\r\nContent-Length: 3\r\n\r\näb'));
  assert.deepEqual([r.method, r.target, r.httpVersion, r.localPort, r.bodyLength], ['PUT', '/x?y', '1.0', 8080, 3]);
  assert.match(problem(requestFromRaw('hello\n')), /no request line/);
  assert.match(problem(requestFromRaw('GET / HTTP/1.1\nno header line\n')), /no header line/);
  assert.equal(input(requestFromRaw('GET https://b.test/ HTTP/1.1\n')).scheme, 'https');
});

test('the text of a body is a part of the request, and its length is told where HTTP/1 needs it', () => {
  const raw = input(requestFromRaw('POST / HTTP/1.1\r\nHost: a.test\r\nContent-Length: 3\r\n\r\näb'));
  assert.deepEqual([raw.body, raw.bodyLength], ['äb', 3]);
  const json = input(requestFromJson({ request: 'POST http://a.test/', body: '{"ä":1}' }));
  assert.deepEqual([json.body, json.bodyLength, header(json, 'content-length')], ['{"ä":1}', 8, '8']);
  const curl = input(requestFromCurl('curl -d a=1 -d b=2 http://a.test/'));
  assert.deepEqual([curl.body, header(curl, 'content-length')], ['a=1&b=2', '7']);
  assert.equal(input(requestFromCurl('curl -d @file http://a.test/')).body, undefined);
});

test('a header line without a colon is known as one', () => {
  const r = input(requestFromRaw('GET / HTTP/1.1\r\nHost: a.test\r\nFoo\r\nBar:\r\n\r\n'));
  assert.deepEqual(
    r.withoutColon?.map((i) => r.headers![i]),
    [['Foo', '']],
  );
});

describe('curl', () => {
  test('options as browsers and people write them', () => {
    const r = input(
      requestFromCurl("curl -sSLX DELETE 'https://a.test/x' -H 'A: it'\\''s' --compressed -H $'B: \\'q\\'' -ubob:pw -o /dev/null --http2"),
    );
    assert.deepEqual(
      [r.method, r.httpVersion, header(r, 'a'), header(r, 'b'), header(r, 'authorization'), header(r, 'user-agent')],
      ['DELETE', '2', "it's", "'q'", 'Basic Ym9iOnB3', 'curl/8.5.0'],
    );
  });

  test('data makes a POST with type and length, or a query', () => {
    const r = input(requestFromCurl('curl a.test/x -d a=1 --data-raw b=2'));
    assert.deepEqual(
      [r.method, header(r, 'content-type'), header(r, 'content-length')],
      ['POST', 'application/x-www-form-urlencoded', '7'],
    );
    assert.equal(input(requestFromCurl('curl -G a.test/x?c -d a=1')).target, '/x?c&a=1');
    assert.equal(header(input(requestFromCurl("curl a.test -H 'Accept:'")), 'accept'), undefined);
    assert.match(problem(requestFromCurl("curl 'a.test")), /quote/);
    assert.match(problem(requestFromCurl('curl -s')), /no URL/);
  });

  test('many commands, broken over lines', () => {
    assert.deepEqual(curlCommands("curl a.test \\\n  -I\n\ncurl 'b.test' ;\n# no\n").length, 2);
  });
});

test('every request of a HAR recording, and a word on what is none', () => {
  const read = requestsFromHar({
    log: {
      entries: [
        {
          request: {
            method: 'GET',
            url: 'https://a.test/q',
            httpVersion: 'h2',
            headers: [
              { name: ':authority', value: 'x' },
              { name: 'accept', value: '*/*' },
            ],
          },
        },
        { request: null },
      ],
    },
  });
  const r = input(read[0]!);
  assert.deepEqual(
    [r.id, r.httpVersion, r.headers],
    [
      '1',
      '2',
      [
        [':authority', 'a.test'],
        ['accept', '*/*'],
      ],
    ],
  );
  assert.match(problem(read[1]!), /entry 2 has no request/);
});
