import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { applyEdits } from '../../server/src/base/edit.ts';
import { pathOf } from '../../server/src/base/file-id.ts';
import type { RawSettings } from '../../server/src/config/settings-file.ts';
import { refactorings } from '../../server/src/features/refactor/index.ts';
import { parts } from '../harness/rules.ts';
import { world } from './world.ts';

/**
 * The one caller of refactorings(). The selection lies between `<|>` and `<|`; without the latter it is a cursor. Every result must parse.
 * `expected` has the changed files by path; null: no refactoring of that title is offered.
 */
async function checkRefactor(
  text: string,
  title: RegExp,
  expected: Record<string, string> | null,
  settings: RawSettings = {},
): Promise<void> {
  const end = text.replace('<|>', '').indexOf('<|');
  const w = await world(end < 0 ? text : text.replace(/<\|(?!>)/, ''), settings);
  const selected = end < 0 ? 0 : text.replace('<|>', '').slice(0, end).length - text.indexOf('<|>');
  const found = refactorings(w.configs[0]!, w.file, { start: w.offset, end: w.offset + selected });
  const hit = found.find((r) => title.test(r.title));
  if (!expected) {
    assert.equal(hit, undefined, hit?.title);
    return;
  }
  assert.ok(hit, `not offered; there is: ${found.map((r) => r.title).join(' | ')}`);
  const after: Record<string, string> = {};
  for (const { file, edits } of hit.edits) after[pathOf(file).replace('/etc/nginx/', '')] = applyEdits(w.snapshot.file(file)!.text, edits);
  for (const { file, text } of hit.creates ?? []) after[pathOf(file).replace('/etc/nginx/', '')] = text;
  assert.deepEqual(after, expected);
  const { parser } = await parts();
  for (const [name, body] of Object.entries(after)) assert.deepEqual(parser.open(`file:///${name}` as never, body).problems, [], name);
}

const PROXY = '        proxy_set_header Host $host;\n        proxy_set_header X-Real-IP $remote_addr;\n';

describe('extract into an include', () => {
  test('a list of headers, wherever it is repeated', () =>
    checkRefactor(
      `events {}\nhttp {\n    server {\n        location /a {\n${PROXY.replace('proxy_set', 'proxy_<|>set')}        proxy_pass http://a;\n        }\n        location /b {\n${PROXY.replaceAll('        ', '\t')}        }\n    }\n}\n`,
      /Extract 2 proxy_set_header lines into snippets\/proxy-headers\.conf, 2 times/,
      {
        'nginx.conf':
          'events {}\nhttp {\n    server {\n        location /a {\n        include snippets/proxy-headers.conf;\n        proxy_pass http://a;\n        }\n        location /b {\n\tinclude snippets/proxy-headers.conf;\n        }\n    }\n}\n',
        'snippets/proxy-headers.conf': 'proxy_set_header Host $host;\nproxy_set_header X-Real-IP $remote_addr;\n',
      },
    ));
  test('in other files too', () =>
    checkRefactor(
      '#- nginx.conf\nevents {}\nhttp {\nadd_<|>header A 1;\nadd_header B 2;\ninclude a.conf;\n}\n#- a.conf\nserver {\nadd_header A 1;\nadd_header B "2";\n}\n',
      /2 times/,
      {
        'nginx.conf': 'events {}\nhttp {\ninclude snippets/headers.conf;\ninclude a.conf;\n}\n',
        'a.conf': 'server {\ninclude snippets/headers.conf;\n}\n',
        'snippets/headers.conf': 'add_header A 1;\nadd_header B 2;\n',
      },
    ));
  test('a selection with a block, its indentation taken off', () =>
    checkRefactor(
      'events {}\nhttp {\n    server {\n        <|>location / {\n            return 204;\n        }<|\n    }\n}\n',
      /Extract this into/,
      {
        'nginx.conf': 'events {}\nhttp {\n    server {\n        include snippets/part.conf;\n    }\n}\n',
        'snippets/part.conf': 'location / {\n    return 204;\n}\n',
      },
    ));
  test('lines inside a string keep their white space', () =>
    checkRefactor("events {}\nhttp {\n    <|>log_format a 'x'\n        '\n    y';<|\n}\n", /Extract this/, {
      'nginx.conf': 'events {}\nhttp {\n    include snippets/part.conf;\n}\n',
      'snippets/part.conf': "log_format a 'x'\n    '\n    y';\n",
    }));
  test('a single line is no list', () => checkRefactor('events {}\nhttp {\nadd_<|>header A 1;\n}\n', /Extract/, null));
  test('what is no list is none: rewrites, variables', () =>
    checkRefactor('events {}\nhttp {\nserver {\nrew<|>rite a b;\nrewrite c d;\nset $a 1;\nset $b 2;\n}\n}\n', /Extract/, null));
  test('a list ends where another begins', () =>
    checkRefactor(
      'events {}\nhttp {\nserver {\nproxy_set_<|>header A 1;\nproxy_set_header B 2;\nadd_header C 3;\n}\n}\n',
      /Extract 2 proxy_set_header lines into/,
      {
        'nginx.conf': 'events {}\nhttp {\nserver {\ninclude snippets/proxy-headers.conf;\nadd_header C 3;\n}\n}\n',
        'snippets/proxy-headers.conf': 'proxy_set_header A 1;\nproxy_set_header B 2;\n',
      },
    ));
  test('what shares its line stays', () => checkRefactor('events {}\nhttp { add_<|>header A 1; add_header B 1; }\n', /Extract/, null));
  test('not in a file that nobody includes', () => checkRefactor('#- x.conf\nadd_<|>header A 1;\nadd_header B 1;\n', /Extract/, null));
});

describe('inline an include', () => {
  test('with the indentation of its place', () =>
    checkRefactor(
      '#- nginx.conf\nevents {}\nhttp {\n    inc<|>lude a.conf;\n}\n#- a.conf\n\n# one\nserver {\n    listen 80;\n\n}\n',
      /Put the lines of a\.conf/,
      {
        'nginx.conf': 'events {}\nhttp {\n    # one\n    server {\n        listen 80;\n\n    }\n}\n',
      },
    ));
  test('several files in their order', () =>
    checkRefactor(
      '#- nginx.conf\nevents {}\nhttp {\n  inc<|>lude c/*.conf;\n}\n#- c/b.conf\ngzip on;\n#- c/a.conf\netag on;\n',
      /2 files/,
      { 'nginx.conf': 'events {}\nhttp {\n  etag on;\n  gzip on;\n}\n' },
    ));
  test('Lua keeps its lines', () =>
    checkRefactor(
      '#- nginx.conf\nevents {}\nhttp {\n    inc<|>lude a.conf;\n}\n#- a.conf\ninit_by_lua_block {\n  x = [[\n y]]\n}\n',
      /Put/,
      {
        'nginx.conf': 'events {}\nhttp {\n    init_by_lua_block {\n  x = [[\n y]]\n}\n}\n',
      },
    ));
  test('a broken file is left alone', () =>
    checkRefactor('#- nginx.conf\nevents {}\nhttp {\ninc<|>lude a.conf;\n}\n#- a.conf\ngzip on\n', /Put/, null));
  test('a mask without files too', () => checkRefactor('events {}\nhttp {\ninc<|>lude a/*.conf;\n}\n', /Put/, null));
});

describe('extract an upstream', () => {
  const HOST = 'proxy_set_header Host $host; ';
  test('every pass to the address goes there', () =>
    checkRefactor(
      `events {}\nhttp {\n    ${HOST}\n    server {\n        location / { proxy_pass http://127.0.0.1:80<|>00; }\n        location /b/ { proxy_pass http://127.0.0.1:8000/c/; }\n        location /d { proxy_pass http://127.0.0.1:8001; }\n    }\n}\n`,
      /^Extract 127\.0\.0\.1:8000 into an upstream, used 2 times$/,
      {
        'nginx.conf': `events {}\nhttp {\n    ${HOST}\n    upstream app {\n        server 127.0.0.1:8000;\n    }\n\n    server {\n        location / { proxy_pass http://app; }\n        location /b/ { proxy_pass http://app/c/; }\n        location /d { proxy_pass http://127.0.0.1:8001; }\n    }\n}\n`,
      },
    ));
  test('a free name, the port that the scheme implies', () =>
    checkRefactor(
      `events {}\nhttp {\n${HOST}\nupstream app { server x; }\nserver { location / { proxy_pass http://exam<|>ple.com/a; } }\n}\n`,
      /Extract example\.com:80/,
      {
        'nginx.conf': `events {}\nhttp {\n${HOST}\nupstream app { server x; }\nupstream app_2 {\n    server example.com:80;\n}\n\nserver { location / { proxy_pass http://app_2/a; } }\n}\n`,
      },
    ));
  test('a socket with a path behind it', () =>
    checkRefactor(
      `events {}\nhttp {\n${HOST}\nserver { location / { proxy_pass http://unix:/run/a.so<|>ck:/x; } }\n}\n`,
      /unix:\/run\/a\.sock into/,
      {
        'nginx.conf': `events {}\nhttp {\n${HOST}\nupstream app {\n    server unix:/run/a.sock;\n}\n\nserver { location / { proxy_pass http://app/x; } }\n}\n`,
      },
    ));
  test('uWSGI', () =>
    checkRefactor(
      'events {}\nhttp {\nserver { location / { uwsgi_pass unix:/run/a.so<|>ck; } }\n}\n',
      /^Extract unix:\/run\/a\.sock into an upstream$/,
      {
        'nginx.conf':
          'events {}\nhttp {\nupstream app {\n    server unix:/run/a.sock;\n}\n\nserver { location / { uwsgi_pass app; } }\n}\n',
      },
    ));
  test('says when the Host header changes', () =>
    checkRefactor('events {}\nhttp {\nserver { location / { proxy_pass http://a:<|>1; } }\n}\n', /its name is then sent as Host/, {
      'nginx.conf': 'events {}\nhttp {\nupstream app {\n    server a:1;\n}\n\nserver { location / { proxy_pass http://app; } }\n}\n',
    }));
  test('not for an upstream', () =>
    checkRefactor('events {}\nhttp {\nupstream a { server x; }\nserver { location / { proxy_pass http://<|>a; } }\n}\n', /Extract/, null));
  test('not for variables', () =>
    checkRefactor('events {}\nhttp {\nserver { location / { proxy_pass http://$<|>host; } }\n}\n', /Extract/, null));
  test('not for a name over TLS', () =>
    checkRefactor('events {}\nhttp {\nserver { location / { proxy_pass https://a<|>.b; } }\n}\n', /Extract/, null));
});

describe('if ($host …) into servers', () => {
  test('the name moves with the listens and what else applies', () =>
    checkRefactor(
      'events {}\nhttp {\nserver {\n    listen 80 default_server;\n    server_name a.example www.a.example;\n    add_header X 1;\n    i<|>f ($host = www.a.example) {\n        return 301 https://a.example$request_uri;\n    }\n    location / { }\n}\n}\n',
      /Make a server of its own for www\.a\.example/,
      {
        'nginx.conf':
          'events {}\nhttp {\nserver {\n    listen 80 default_server;\n    server_name a.example;\n    add_header X 1;\n    location / { }\n}\n\nserver {\n    listen 80;\n    server_name www.a.example;\n    add_header X 1;\n    return 301 https://a.example$request_uri;\n}\n}\n',
      },
    ));
  test('all names but one', () =>
    checkRefactor(
      'events {}\nhttp {\nserver {\n    listen 80;\n    server_name a b c;\n    i<|>f ($host != b) {\n        return 301 http://b$request_uri;\n    }\n}\n}\n',
      /for a c$/,
      {
        'nginx.conf':
          'events {}\nhttp {\nserver {\n    listen 80;\n    server_name a c;\n    return 301 http://b$request_uri;\n}\n\nserver {\n    listen 80;\n    server_name b;\n}\n}\n',
      },
    ));
  test('the last name of a server', () =>
    checkRefactor(
      'events {}\nhttp {\nserver {\n    listen 80;\n    server_name a;\n    i<|>f ($host = a) {\n        return 301 https://$host$request_uri;\n    }\n    return 404;\n}\n}\n',
      /for a$/,
      {
        'nginx.conf':
          'events {}\nhttp {\nserver {\n    listen 80;\n    server_name _;\n    return 404;\n}\n\nserver {\n    listen 80;\n    server_name a;\n    return 301 https://$host$request_uri;\n}\n}\n',
      },
    ));
  for (const [why, line] of [
    ['a name that the server does not have', 'if ($host = z) { return 404; }'],
    ['an expression', 'if ($host ~ a) { return 404; }'],
    ['more than a return', 'if ($host = a) { set $x 1; return 404; }'],
    ['something decides before', 'return 200;\nif ($host = a) { return 404; }'],
    [
      'a page of an error is a location of the server',
      'error_page 404 @gone;\nlocation @gone { return 410; }\nif ($host = a) { return 404; }',
    ],
    ['its name is used', 'add_header X $server_name;\nif ($host = a) { return 404; }'],
  ] as const)
    test(`not for ${why}`, () =>
      checkRefactor(
        `events {}\nhttp {\nserver {\nserver_name a b;\n${line.replace('if (', 'i<|>f (')}\n}\n}\n`,
        /server of its own/,
        null,
      ));
});

describe('changes of form', () => {
  test('wrap in a location', () =>
    checkRefactor('events {}\nhttp {\n    server {\n        <|>root /srv;\n        expires 1d;<|\n    }\n}\n', /Wrap these 2/, {
      'nginx.conf':
        'events {}\nhttp {\n    server {\n        location / {\n            root /srv;\n            expires 1d;\n        }\n    }\n}\n',
    }));
  test('not what may not stand there', () =>
    checkRefactor('events {}\nhttp {\nserver {\n<|>listen 80;\nroot /srv;<|\n}\n}\n', /Wrap/, null));
  for (const [why, text] of [
    ['beside other locations', 'location /a { }\n<|>expires 1d;<|\n'],
    ['in a location', 'location /a {\n<|>expires 1d;<|\n}\n'],
    ['of one line of a list', 'add_header A 1;\n<|>add_header B 2;<|\n'],
    ['what a server does before it looks for a location', '<|>rewrite a b last;<|\n'],
    ['with a named location in the selection', '<|>location @a { }\nexpires 1d;<|\n'],
  ] as const)
    test(`no wrapping ${why}`, () => checkRefactor(`events {}\nhttp {\nserver {\n${text}}\n}\n`, /Wrap/, null));
  test('sort the values of a set', () =>
    checkRefactor('http { gzip_ty<|>pes text/css "application/json" b/a; }', /Sort the values/, {
      'nginx.conf': 'http { gzip_types "application/json" b/a text/css; }',
    }));
  test('a value that stands there twice is left out', () =>
    checkRefactor('http { gzip_ty<|>pes text/xml text/css b/a TEXT/css; }', /Sort the values/, {
      'nginx.conf': 'http { gzip_types b/a TEXT/css text/xml; }',
    }));
  test('not what has an order', () => checkRefactor('http { server { ind<|>ex b a; } }', /Sort/, null));
  test('not the names of a server: the first is one of its values', () =>
    checkRefactor('http { server { server_na<|>me b a; } }', /Sort/, null));
  test('sort lines', () =>
    checkRefactor('http {\n<|>proxy_set_header B 2;\nproxy_set_header A 1;<|\n}', /Sort the 2 lines/, {
      'nginx.conf': 'http {\nproxy_set_header A 1;\nproxy_set_header B 2;\n}',
    }));
  test('not lines with one header twice', () =>
    checkRefactor('http {\n<|>proxy_set_header B 2;\nproxy_set_header A 1;\nproxy_set_header b 3;<|\n}', /Sort/, null));
  test('sort a map, its special entries first', () =>
    checkRefactor('http {\nma<|>p $uri $a {\n/b 1;\n/a 2;\ndefault 0;\n}\n}', /Sort the entries of the map/, {
      'nginx.conf': 'http {\nmap $uri $a {\ndefault 0;\n/a 2;\n/b 1;\n}\n}',
    }));
  test('not a map with expressions', () => checkRefactor('http {\nma<|>p $uri $a {\n~b 1;\n/a 2;\n}\n}', /Sort/, null));
  test('quote an expression', () =>
    checkRefactor('http { server { loca<|>tion ~ ^/a"b\\.c$ { } } }', /quotes/, {
      'nginx.conf': 'http { server { location ~ "^/a\\"b\\.c$" { } } }',
    }));
  test('in if, before the parenthesis', () =>
    checkRefactor('http { server { i<|>f ($uri ~ ^/a) { return 404; } } }', /quotes/, {
      'nginx.conf': 'http { server { if ($uri ~ "^/a") { return 404; } } }',
    }));
  test('with its tilde in a map', () =>
    checkRefactor('http { map $uri $a { ~^<|>/x 1; } }', /quotes/, { 'nginx.conf': 'http { map $uri $a { "~^/x" 1; } }' }));
  test('not twice', () => checkRefactor('http { server { loca<|>tion ~ "^/a" { } } }', /quotes/, null));
  test('http2 in all servers of the socket, and what their other sockets gain is said', () =>
    checkRefactor(
      'http {\nserver {\n    listen 80;\n    lis<|>ten 443 ssl http2;\n}\nserver {\n    listen 443 ssl;\n}\n}',
      /in all 2 servers of the socket \(then also on \*:80\)/,
      {
        'nginx.conf':
          'http {\nserver {\n    listen 80;\n    listen 443 ssl;\n    http2 on;\n}\nserver {\n    listen 443 ssl;\n    http2 on;\n}\n}',
      },
    ));
  test('http2 of all listens of the server', () =>
    checkRefactor('http {\nserver {\n    lis<|>ten 443 ssl http2;\n    listen [::]:443 ssl http2;\n}\n}', /HTTP\/2/, {
      'nginx.conf': 'http {\nserver {\n    listen 443 ssl;\n    listen [::]:443 ssl;\n    http2 on;\n}\n}',
    }));
  test('not for an nginx that lacks the directive', () =>
    checkRefactor('http { server { lis<|>ten 443 ssl http2; } }', /HTTP\/2/, null, { nginxVersion: '1.24.0' }));
  test('nothing in a broken file', () => checkRefactor('http { gzip_ty<|>pes text/css b/a', /./, null));
});
