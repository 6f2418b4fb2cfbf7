/** Requests as people and programs write them: URLs of all kinds, JSON, raw requests, curl commands, HAR recordings. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { requestFromCurl } from '../../server/src/trace/curl.ts';
import { readTests } from '../../server/src/trace/expect.ts';
import { requestFromUrl } from '../../server/src/trace/from-url.ts';
import { originOf } from '../../server/src/trace/origin.ts';
import { RequestLines } from '../../server/src/trace/read-batch.ts';
import { type ReadRequest, requestFromJson, requestFromRaw, requestsFromHar } from '../../server/src/trace/read-requests.ts';
import { traceRequest } from '../../server/src/trace/request.ts';
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

describe('a raw request', () => {
  test('is taken as it stands', () => {
    const r = input(requestFromRaw('PUT /x?y HTTP/1.0\r\nHost: a.test:8080\r\nContent-Length: 3\r\n\r\näb'));
    assert.deepEqual([r.method, r.target, r.httpVersion, r.localPort, r.bodyLength], ['PUT', '/x?y', '1.0', 8080, 3]);
    assert.match(problem(requestFromRaw('hello\n')), /no request line/);
    assert.deepEqual(input(requestFromRaw('\r\nGET /a HTTP/1.0\r\nX : 1\r\n folded\r\n\r\n', { origin: 'http://o.test' })).headers, [
      ['X ', '1'],
      [' folded', ''],
    ]);
    const absolute = input(requestFromRaw('GET http://b.test/x HTTP/1.1\nHost: a.test\n\n'));
    assert.deepEqual([absolute.target, absolute.headers], ['http://b.test/x', [['Host', 'a.test']]]);
    assert.equal(input(requestFromRaw('GET /a b HTTP/1.1\nHost: a.test\n')).target, '/a b');
    assert.deepEqual(input(requestFromRaw('GET / HTTP/2\nHost: a.test\n')).headers, [[':authority', 'a.test']]);
  });

  test('with a URL for its target is what people write for the two', () => {
    const r = input(requestFromRaw('POST https://b.test:444/x HTTP/1.1\nContent-Type: text/plain\n\nhi'));
    assert.deepEqual(
      [r.scheme, r.localPort, r.target, header(r, 'host'), header(r, 'content-length')],
      ['https', 444, '/x', 'b.test:444', '2'],
    );
  });

  test('came to a port where somebody listens', () => {
    const at = (text: string, ports: number[], origin = 'https://o.test:8443'): unknown[] => {
      const r = input(requestFromRaw(text, { origin, ports: new Set(ports) }));
      return [r.scheme, r.localPort];
    };
    const plain = 'GET / HTTP/1.1\nHost: a.test\n\n';
    assert.deepEqual(at(plain, [8443]), ['https', 8443]);
    assert.deepEqual(at(plain, [80, 8443]), ['http', undefined]);
    assert.deepEqual(at('GET / HTTP/1.1\nHost: a.test:8080\n\n', [8443]), ['http', 8080]);
    assert.deepEqual(at(plain, [443], 'https://a.test'), ['https', undefined]);
  });

  test('has the body that its lines announce', () => {
    const body = (lines: string, text: string): unknown[] => {
      const r = input(requestFromRaw(`POST / HTTP/1.1\r\nHost: a.test\r\n${lines}\r\n\r\n${text}`));
      return [r.body, r.bodyLength];
    };
    assert.deepEqual(body('Content-Length: 3', 'abcd\n'), ['abc', 3]);
    assert.deepEqual(body('Content-Length: 6', 'abc'), ['abc', 6]);
    assert.deepEqual(body('Transfer-Encoding: chunked', '3;x=y\r\näb\r\n1\r\nc\r\n0\r\n\r\n'), ['äbc', 4]);
    assert.match(problem(requestFromRaw('POST / HTTP/1.1\nTransfer-Encoding: chunked\n\nabc')), /chunks/);
    assert.deepEqual(body('A: b', '\n'), [undefined, undefined]);
  });
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

  test('what curl does by itself: dot segments, plus signs, h2c, other ports', () => {
    const target = (command: string): string => input(requestFromCurl(command)).target;
    assert.equal(target('curl a.test/a/b/../c/./d/..?x=/../'), '/a/c/?x=/../');
    assert.equal(target('curl --path-as-is a.test/a/../b'), '/a/../b');
    assert.equal(
      target("curl -G a.test/s --data-urlencode 'q=a b&c' --data-urlencode '=x/y' --data-urlencode '(z)'"),
      '/s?q=a+b%26c&x%2Fy&%28z%29',
    );
    assert.equal(target('curl -T up/file.bin http://a.test/dir/'), '/dir/file.bin');
    assert.equal(target('curl --request-target "*" -X OPTIONS a.test'), '*');
    assert.equal(header(input(requestFromCurl('curl --http2 http://a.test/')), 'upgrade'), 'h2c');
    assert.equal(input(requestFromCurl('curl --http2 https://a.test/')).httpVersion, '2');
    assert.equal(input(requestFromCurl('curl --connect-to a.test:80:127.0.0.1:8080 http://a.test/')).localPort, 8080);
    assert.equal(header(input(requestFromCurl("curl -A '' -r 0-99 a.test")), 'user-agent'), undefined);
    assert.equal(header(input(requestFromCurl('curl -r0-99 a.test')), 'range'), 'bytes=0-99');
  });

  test('a proxy for HTTP gets the whole URL, one of other kinds passes it on, and CONNECT is two requests', () => {
    const r = input(requestFromCurl('curl -x http://u:p@proxy.test:3128 --proxy-header "X-P: 1" http://a.test:81/x?y#z'));
    assert.deepEqual(
      [r.target, r.localPort, header(r, 'host'), header(r, 'proxy-authorization'), header(r, 'proxy-connection'), header(r, 'x-p')],
      ['http://a.test:81/x?y', 3128, 'a.test:81', 'Basic dTpw', 'Keep-Alive', '1'],
    );
    const bare = input(requestFromCurl('curl -xproxy.test a.test'));
    assert.deepEqual([bare.target, bare.localPort], ['http://a.test/', 1080]);
    assert.equal(input(requestFromCurl('curl -x socks5h://127.0.0.1:9050 http://a.test/x')).target, '/x');
    assert.equal(input(requestFromCurl('curl -x p.test:1 --noproxy .test http://a.test/x')).target, '/x');
    assert.match(problem(requestFromCurl('curl -x p.test:1 https://a.test/x')), /CONNECT a\.test:443/);
    assert.match(problem(requestFromCurl('curl -p -x p.test:1 http://a.test/x')), /CONNECT a\.test:80/);
  });

  test('where the connection goes: --resolve, --connect-to, sockets, the client’s own end', () => {
    const where = (options: string, url = 'http://a.test/'): unknown => {
      const { localAddress, localPort } = input(requestFromCurl(`curl ${options} ${url}`));
      return [localAddress, localPort];
    };
    assert.deepEqual(where('--resolve a.test:80:192.0.2.5,192.0.2.6'), ['192.0.2.5', undefined]);
    assert.deepEqual(where('--resolve a.test:443:192.0.2.5'), [undefined, undefined]);
    assert.deepEqual(where("--resolve '*:443:[2001:db8::1]'", 'https://b.test/'), ['2001:db8::1', undefined]);
    assert.deepEqual(where('--connect-to b.test:80:10.0.0.1:81 --connect-to ::10.0.0.2:82'), ['10.0.0.2', 82]);
    assert.deepEqual(where('--connect-to a.test:80:b.test: --resolve b.test:80:10.0.0.3'), ['10.0.0.3', undefined]);
    assert.deepEqual(where('--connect-to a.test:80:[::1]:8080'), ['::1', 8080]);
    assert.deepEqual(where('--unix-socket /run/n.sock'), ['unix:/run/n.sock', undefined]);
    assert.match(problem(requestFromCurl('curl --abstract-unix-socket n http://a.test/')), /abstract socket n/);
    assert.match(problem(requestFromCurl('curl --resolve a.test:127.0.0.1 a.test')), /host:port:address/);
    assert.match(problem(requestFromCurl('curl --connect-to b.test a.test')), /other-port/);
    const own = input(requestFromCurl('curl --interface 192.0.2.9 --local-port 4000-4100 -E me.pem https://a.test/'));
    assert.deepEqual([own.clientAddress, own.clientPort, own.clientCertificate], ['192.0.2.9', 4000, 'valid']);
  });

  test('the line of the PROXY protocol comes whatever the listener expects', async () => {
    const ask = async (listen: string, command: string): Promise<string> => {
      const config = await configOf(`http { server { listen ${listen}; return 200 "$proxy_protocol_addr"; } }`);
      const { outcome } = traceRequest(config, input(requestFromCurl(command)), {});
      return `${outcome.status} ${outcome.body}`;
    };
    assert.equal(await ask('80 proxy_protocol', 'curl --haproxy-clientip 192.0.2.1 http://a.test/'), '200 192.0.2.1');
    assert.equal(await ask('80 proxy_protocol', 'curl --haproxy-protocol http://a.test/'), '200 203.0.113.9');
    assert.match(await ask('80', 'curl --haproxy-protocol http://a.test/'), /^400/);
    assert.match(problem(requestFromCurl('curl --haproxy-clientip me http://a.test/')), /"me"/);
  });

  test('the length of a file is an assumption, of which the backend hears', async () => {
    const config = await configOf('http { client_max_body_size 2k; server { listen 80; location / { proxy_pass http://127.0.0.1:1; } } }');
    const of = (command: string, assume: Readonly<Record<string, string>> = {}): string => {
      const trace = traceRequest(config, input(requestFromCurl(command)), { assume });
      const line = trace.outcome.upstreamRequest?.headers.find(([n]) => n.toLowerCase() === 'content-length');
      return `${trace.outcome.status} ${line?.[1]} ${trace.assumptions.some((a) => a.id === 'body-length')}`;
    };
    for (const options of ['-F f=@photo.jpg', "-F 'f=<x' -F b=1", '-d @data', '--data-urlencode a@file', '-T file', '--json @file'])
      assert.equal(of(`curl ${options} http://a.test/`), '200 1000 true', options);
    assert.equal(of('curl -F f=@photo.jpg http://a.test/', { 'body-length': '3000' }), '413 undefined true');
    assert.equal(of("curl -F 'a=b;type=text/x' http://a.test/"), '200 159 false');
    assert.equal(of('curl -T - http://a.test/up < file'), '200 0 true');
    assert.match(problem(requestFromCurl('curl -G -d @file http://a.test/')), /into the query/);
    assert.match(problem(requestFromCurl('curl -d a=1 -F b=2 http://a.test/')), /curl refuses/);
    assert.match(problem(requestFromCurl('curl -b jar.txt http://a.test/')), /cookies from the file jar\.txt/);
    assert.match(problem(requestFromCurl('curl --aws-sigv4 aws:amz -u a:b http://a.test/')), /signs/);
    assert.equal(input(requestFromCurl('curl -s http://a.test/ 2>/dev/null | jq .')).target, '/');
  });

  test('what is not one request, or lies in a file, is said', () => {
    assert.match(problem(requestFromCurl('curl -H @lines a.test')), /file lines/);
    assert.match(problem(requestFromCurl('curl a.test b.test')), /2 URLs/);
    assert.match(problem(requestFromCurl('curl a.test/[1-9].png')), /pattern/);
    assert.equal(input(requestFromCurl('curl -g a.test/[1-9].png')).target, '/[1-9].png');
    assert.equal(input(requestFromCurl('curl http://[::1]/')).target, '/');
    assert.match(problem(requestFromCurl('curl a.test --next b.test')), /--next/);
    assert.equal(input(requestFromCurl('curl --data-raw @x a.test')).body, '@x');
    assert.equal(input(requestFromCurl('curl --data-binary @x a.test')).body, undefined);
  });

  test('commands for cmd.exe, as browsers copy them', () => {
    const r = input(
      requestFromCurl('curl ^"https://a.test/x?a=1^&b=^%^41^" ^\r\n  -H ^"accept: */*^" ^\r\n  --data-raw ^"^{^\\^"k^\\^":^\\^"v^\\^"^}^"'),
    );
    assert.deepEqual([r.target, header(r, 'accept'), r.body], ['/x?a=1&b=%41', '*/*', '{"k":"v"}']);
    assert.equal(header(input(requestFromCurl('curl "http://a.test/" ^\n  -H "x: a ^ b"')), 'x'), 'a ^ b');
  });
});

/** What a text of many lines holds: targets, and words where a line is none. */
const batch = (text: string): string[] => {
  const lines = new RequestLines({ origin: 'http://o.test' });
  const read = text.split('\n').flatMap((l) => lines.push(l));
  return [...read, ...lines.end()].map(({ read: r, line }) => `${line} ${'problem' in r ? `! ${r.problem}` : r.input.target}`);
};

test('a bad line among many is one answer, whatever it leaves open', () => {
  assert.deepEqual(
    batch(
      'GET /1\ncurl \'a.test/2\n{"target":"/3"}\ncurl a.test/4 \\\n  -I\n\ncurl $\'a.test/5\' ;\nnonsense here now\n{"target":"/6"}\ncurl "a.test/7\n/8\n',
    ).map((l) => l.replace(/!.*/, '!')),
    ['1 /1', '2 !', '3 /3', '4 /4', '7 /5', '8 !', '9 /6', '10 !', '11 !'],
  );
  assert.deepEqual(
    batch('http://a.test/1\nwss://a.test/2\nftp://a.test/3\n').map((l) => l.replace(/!.*ftp.*/, '! ftp')),
    ['1 /1', '2 /2', '3 ! ftp'],
  );
  assert.deepEqual(batch('\uFEFF[{"target":"/a"},\n 5, {"request":"PUT /b"}]'), ['null /a', 'null ! is no object', 'null /b']);
  assert.deepEqual(batch('GET /a HTTP/1.1\nHost: a.test\n\n### next\n\nPOST /b HTTP/1.1\nHost: a.test\n\nx=1'), ['null /a', 'null /b']);
  assert.equal(batch(`curl 'a.test\n${'x y z\n'.repeat(3000)}`).length, 3001);
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

describe('a request test', () => {
  const read = (request: string): ReturnType<typeof readTests> =>
    readTests(`requests:\n  - ${request}\n    expect: { status: 200 }\n`, 'http://o.test');

  test('takes a command of curl, a body, a name for the handshake', () => {
    const [one] = read('request: "curl -d a=1 -X PUT https://a.test/x"\n    headers: { X: 1 }\n    sni: other.test').tests;
    assert.deepEqual(
      [one?.request.method, one?.request.body, one?.request.sni, header(one!.request, 'x')],
      ['PUT', 'a=1', 'other.test', '1'],
    );
    const [two] = read('request: POST /x\n    body: abc\n    sni: null').tests;
    assert.deepEqual([two?.request.bodyLength, header(two!.request, 'content-length'), two?.request.sni], [3, '3', null]);
  });

  test('takes a request as a batch has it', () => {
    const [one] = read('request: { method: PUT, url: "https://a.test/x?y", headers: { X: 1 }, body: abc }\n    headers: { Y: 2 }').tests;
    assert.equal(one?.name, 'PUT https://a.test/x?y');
    assert.deepEqual(
      [one.request.target, one.request.scheme, one.request.bodyLength, header(one.request, 'x'), header(one.request, 'y')],
      ['/x?y', 'https', 3, '1', '2'],
    );
    assert.match(read('request: { method: PUT }').problems[0]!.message, /The request has no target/);
    assert.match(read('request: { url: /x, upstreams: { a: 502 } }').problems[0]!.message, /upstreams stand beside the request/);
  });

  test('says what is no request', () => {
    assert.match(read('request: GET /a HTTP/1.1').problems[0]!.message, /"GET \/a HTTP\/1.1" is no request/);
    assert.match(read('request: curl /a /b').problems[0]!.message, /curl command names 2 URLs/);
  });
});

test('a recording has its cookies, its forms and its handshakes as they were sent', () => {
  const read = requestsFromHar({
    log: {
      entries: [
        { request: { method: 'GET', url: 'https://a.test/', cookies: [{ name: 'a', value: '1' }], headers: [] } },
        { request: { url: 'wss://a.test/ws', httpVersion: 'HTTP/1.1', headers: [{ name: 'Upgrade', value: 'websocket' }] } },
        {
          request: {
            method: 'POST',
            url: 'http://a.test/',
            httpVersion: 'HTTP/1.1',
            postData: { mimeType: 'application/x-www-form-urlencoded', params: [{ name: 'a b', value: 'ü' }] },
          },
        },
        { request: { url: 'data:text/plain,x', headers: [] } },
      ],
    },
  });
  assert.equal(header(input(read[0]!), 'cookie'), 'a=1');
  assert.deepEqual(
    input(read[1]!).headers!.map(([n]) => n),
    ['Host', 'Upgrade'],
  );
  assert.deepEqual([input(read[2]!).body, header(input(read[2]!), 'content-length')], ['a%20b=%C3%BC', '12']);
  assert.match(problem(read[3]!), /data: URL is asked of no server/);
});
