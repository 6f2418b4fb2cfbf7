/** Inlay hints, lenses, tokens and calls: what the editor draws into and around the text. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { callItems, incoming, outgoing } from '../../server/src/features/call-hierarchy.ts';
import { type InlayKind, inlayHints } from '../../server/src/features/inlay.ts';
import { type LensKind, lenses } from '../../server/src/features/lens.ts';
import { tokens } from '../../server/src/features/tokens.ts';
import { inside, world } from './world.ts';

const http = (text: string): string => `events {}\nhttp {\n${text}\n}\n`;

/** The one caller of inlayHints(): the text with its hints between double angle brackets, of the line with the mark `¶`. */
async function checkInlay(text: string, expected: string, kinds?: InlayKind[]): Promise<void> {
  const w = await world(text.replace('¶', '<|>'));
  const hints = inlayHints(w.configs[0]!, w.file, { start: 0, end: w.file.text.length }, (k) => kinds?.includes(k) ?? true);
  let out = w.file.text;
  for (const h of [...hints].reverse()) out = `${out.slice(0, h.offset)}«${h.label}»${out.slice(h.offset)}`;
  const line = w.file.lines.lineAt(w.offset);
  assert.equal(out.split('\n')[line]!.trim(), expected);
}

describe('inlay hints', () => {
  test('headers that a location loses', () =>
    checkInlay(
      http('add_header A 1;\nadd_header B 2;\nserver {\nlocation / {\nadd_header C 3;¶\n} }'),
      'add_header C 3;«without A, B of http»',
    ));
  test('behind the last own line, without those that it repeats', () =>
    checkInlay(
      http('add_header A 1;\nadd_header B 2;\nserver {\nadd_header X 3;\nadd_header a 3;¶\n}'),
      'add_header a 3;«without B of http»',
    ));
  test('nothing is lost', () => checkInlay(http('server {\nadd_header X 3;¶\n}'), 'add_header X 3;'));
  test('an include that is not seen may repeat them', () =>
    checkInlay(http('add_header A 1;\nserver {\ninclude hidden.conf;\nadd_header X 3;¶\n}'), 'add_header X 3;'));
  test('merged headers are not lost', () =>
    checkInlay(http('add_header A 1;\nserver {\nadd_header_inherit merge;\nadd_header X 3;¶\n}'), 'add_header X 3;'));
  test('the path that is sent on', () =>
    checkInlay(
      http('server { location /api/ {\nproxy_pass http://127.0.0.1:1/v2/;¶\n} }'),
      'proxy_pass http://127.0.0.1:1/v2/;«/api/… → /v2/…»',
    ));
  test('the path that stays', () =>
    checkInlay(http('server { location /api/ {\nproxy_pass http://127.0.0.1:1/api/;¶\n} }'), 'proxy_pass http://127.0.0.1:1/api/;'));
  test('no path in proxy_pass', () =>
    checkInlay(http('server { location /api/ {\nproxy_pass http://127.0.0.1:1;¶\n} }'), 'proxy_pass http://127.0.0.1:1;'));
  test('a rewrite with break decides for itself', () =>
    checkInlay(
      http('server { location /api/ {\nrewrite ^ /x break;\nproxy_pass http://127.0.0.1:1/v2/;¶\n} }'),
      'proxy_pass http://127.0.0.1:1/v2/;',
    ));
  test('files of a mask', () =>
    checkInlay('#- nginx.conf\nevents {}\nhttp {\ninclude c/*.conf;¶\n}\n#- c/a.conf\n\n#- c/b.conf\n\n', 'include c/*.conf;«2 files»'));
  test('no files', () => checkInlay(http('include c/*.conf;¶'), 'include c/*.conf;«no files»'));
  test('one file needs no count', () =>
    checkInlay('#- nginx.conf\nevents {}\nhttp {\ninclude a.conf;¶\n}\n#- a.conf\n\n', 'include a.conf;'));
  test('the port of a listen', () => checkInlay(http('server {\nlisten 127.0.0.1;¶\n}'), 'listen 127.0.0.1«:80»;'));
  test('the port of a bracketed address', () => checkInlay(http('server {\nlisten [::1];¶\n}'), 'listen [::1]«:80»;'));
  test('a bare port', () => checkInlay(http('server {\nlisten 8080;¶\n}'), 'listen 8080;'));
  test('the port of an upstream’s server', () => checkInlay(http('upstream a {\nserver app;¶\n}'), 'server app«:80»;'));
  test('sockets have none', () => checkInlay(http('upstream a {\nserver unix:/a;¶\n}'), 'server unix:/a;'));
  test('seconds behind hours', () => checkInlay(inside('location', 'proxy_read_timeout 1h30m;¶'), 'proxy_read_timeout 1h30m«= 5,400 s»;'));
  test('seconds need none', () => checkInlay(inside('location', 'proxy_read_timeout 90s;¶'), 'proxy_read_timeout 90s;'));
  test('parameters too', () =>
    checkInlay(
      inside('http', 'proxy_cache_path /c keys_zone=a:1m inactive=1d;¶'),
      'proxy_cache_path /c keys_zone=a:1m inactive=1d«= 86,400 s»;',
    ));
  test('bare bytes', () => checkInlay(inside('location', 'client_max_body_size 1048576;¶'), 'client_max_body_size 1048576«= 1 MiB»;'));
  test('each kind can be turned off', () => checkInlay(http('upstream a {\nserver app;¶\n}'), 'server app;', ['units']));
});

/** The one caller of lenses(). */
async function checkLenses(text: string, expected: string[], kinds: LensKind[] = ['preview', 'references', 'includedFrom']): Promise<void> {
  const w = await world(text);
  const found = lenses(w.configs, w.file, (k) => kinds.includes(k));
  assert.deepEqual(
    found.map((l) => `${w.file.lines.lineAt(l.span.start) + 1} ${l.title}`),
    expected,
  );
}

describe('lenses', () => {
  test('servers, locations and upstreams', () =>
    checkLenses(
      'events {}\nhttp {\nupstream a { server x; }\nserver {\nlocation / { proxy_pass http://a; }\nlocation /b { proxy_pass http://a/; }\n}\n}',
      ['3 2 references', '4 Preview'],
    ));
  test('one reference', () =>
    checkLenses(
      'events {}\nhttp {\nupstream a { server x; }\nserver { location / { proxy_pass http://a; } }\n}',
      ['3 1 reference'],
      ['references'],
    ));
  test('one whose name a variable carries', () =>
    checkLenses(
      'events {}\nhttp {\nupstream a { server x; }\nmap $uri $pool { default a; }\nserver { location / { proxy_pass http://$pool; } }\n}',
      ['3 1 reference'],
      ['references'],
    ));
  test('one that nobody uses', () => checkLenses('events {}\nhttp {\nupstream a { server x; }\n}', ['3 0 references']));
  test('included from one file', () =>
    checkLenses('#- nginx.conf\nevents {}\nhttp { include a.conf; }\n#- a.conf\n<|>gzip on;', ['1 included from nginx.conf']));
  test('twice', () =>
    checkLenses('#- nginx.conf\nevents {}\nhttp { server { include a.conf; } server { include a.conf; } }\n#- a.conf\n<|>gzip on;', [
      '1 included from nginx.conf, 2 times',
    ]));
  test('from two files', () =>
    checkLenses(
      '#- nginx.conf\nevents {}\nhttp { include a.conf; include b.conf; }\n#- b.conf\nserver { include a.conf; }\n#- a.conf\n<|>gzip on;',
      ['1 included from 2 files'],
    ));
  test('none in stream', () => checkLenses('events {}\nstream { server { listen 1; proxy_pass a:1; } }', []));
});

/** The one caller of tokens(): the words with a token, with its kind. */
async function checkTokens(text: string, expected: string[]): Promise<void> {
  const w = await world(text);
  const found = tokens(w.configs[0]!, w.file);
  assert.deepEqual(
    found.map((t) => `${w.file.text.slice(t.span.start, t.span.end)} ${[t.type, ...t.modifiers].join('.')}`),
    expected,
  );
}

describe('semantic tokens', () => {
  test('variables, inside quotes and braces', () =>
    checkTokens(inside('location', 'set $a 1;\nreturn 200 "x ${a} $host";'), [
      '$a variable.declaration',
      '200 number',
      '${a} variable',
      '$host variable.defaultLibrary',
    ]));
  test('captures', () => checkTokens(inside('location', 'rewrite ^/(a)$ /$1;'), ['/ regexp', 'a regexp', '$1 parameter']));
  test('expressions without their tilde', () =>
    checkTokens(http('map $uri $a { ~*^/x 1; }\nserver { server_name ~^w$; }'), [
      '$uri variable.defaultLibrary',
      '$a variable.declaration',
      '/x regexp',
      'w regexp',
    ]));
  test('a quoted expression', () => checkTokens(inside('server', 'location ~ "a{2}" { }'), ['a regexp']));
  test('groups, classes, escapes and anchors keep the colours of the grammar; a group that has a name is a parameter', () =>
    checkTokens(inside('server', 'location ~ ^/(?<year>\\d+)/[a-z]x\\.(?:jpe?g|png)$ { }'), [
      '/ regexp',
      'year parameter',
      '/ regexp',
      'x regexp',
      'jpe regexp',
      'g regexp',
      'png regexp',
    ]));
  test('numbers with units', () =>
    checkTokens(inside('location', 'proxy_read_timeout 60s;\nclient_max_body_size 10m;\nproxy_buffers 8 16k;\nroot /1;'), [
      '60s number',
      '10m number',
      '8 number',
      '16k number',
    ]));
  test('values of parameters', () =>
    checkTokens(http('upstream a { server x weight=2 fail_timeout=10s; }'), ['a class.declaration', '2 number', '10s number']));
  test('upstreams, zones, formats and named locations', () =>
    checkTokens(
      http(
        "upstream a { server x; }\nlog_format f '$uri';\nlimit_conn_zone $uri zone=z:1m;\nserver { access_log /x f; limit_conn z 1; location @n { } location / { try_files /a @n; proxy_pass http://a/x; } }",
      ),
      [
        'a class.declaration',
        'f type.declaration',
        '$uri variable.defaultLibrary',
        '$uri variable.defaultLibrary',
        'z type.declaration',
        'f type',
        'z type',
        '1 number',
        '@n function.declaration',
        '@n function',
        'a class',
      ],
    ));
  test('a host that is no upstream has none', () => checkTokens(inside('location', 'proxy_pass http://example.com;'), []));
  test('deprecated', () =>
    checkTokens(http('http2_max_field_size 4k;\nserver { listen 443 ssl http2; }'), [
      'http2_max_field_size property.deprecated',
      'http2 property.deprecated',
    ]));
  for (const [file, before, after] of [
    ['site.conf.erb', '<% if @tls -%>', '<% end -%>'],
    ['site.conf.epp', '<% if $tls { -%>', '<% } -%>'],
    ['site.conf.ejs', '<% if (tls) { %>', '<% } %>'],
    ['site.conf.tmpl', '{{ if .Tls }}', '{{ end }}'],
    ['site.conf.j2', '{% if tls %}', '{% endif %}'],
  ] as const)
    test(`what stands behind the tags of ${file}`, () =>
      checkTokens(
        `#- ${file}\nserver {\n${before}\nlocation ~ ^/a$ { return 301 $scheme://b; }\n${after}\nset $x 1;\n<|>proxy_read_timeout 60s;\n}`,
        ['/a regexp', '301 number', '$scheme variable.defaultLibrary', '$x variable.declaration', '60s number'],
      ));
  test('a placeholder as a whole statement', () =>
    checkTokens('#- site.conf.tmpl\nserver {\nlisten 80;\n<|>set $x $host;\n${EXTRA}\n}', [
      '$x variable.declaration',
      '$host variable.defaultLibrary',
    ]));
  test('a file that is read twice', () =>
    checkTokens('#- nginx.conf\nevents {}\nhttp { server { include a.conf; } server { include a.conf; } }\n#- a.conf\n<|>set $a $host;', [
      '$a variable.declaration',
      '$host variable.defaultLibrary',
    ]));
});

/** The one caller of the call hierarchy: `incoming → item → outgoing`. */
async function checkCalls(text: string, expected: { item: string; from?: string[]; to?: string[] }): Promise<void> {
  const w = await world(text);
  const [item] = callItems(w.configs, w.file, w.offset);
  assert.ok(item);
  assert.equal(item.name, expected.item);
  const configs = w.snapshot.configsOf(item.file);
  const show = (calls: ReturnType<typeof incoming>, file?: string): string[] =>
    calls.map(
      (c) => `${c.item.name}: ${c.from.map((s) => w.snapshot.file((file ?? c.item.file) as never)!.text.slice(s.start, s.end)).join(', ')}`,
    );
  if (expected.from) assert.deepEqual(show(incoming(configs, item)), expected.from);
  if (expected.to) assert.deepEqual(show(outgoing(configs, item), item.file), expected.to);
}

describe('call hierarchy', () => {
  const TREE =
    '#- nginx.conf\nevents {}\nhttp { include a.conf; server { include b.conf; } }\n#- a.conf\n\n#- b.conf\ninclude c.conf;\n#- c.conf\n\n';
  test('files call what they include', () =>
    checkCalls(TREE.replace('\nevents', '\n<|>\nevents'), { item: 'nginx.conf', from: [], to: ['a.conf: a.conf', 'b.conf: b.conf'] }));
  test('an include stands for its file', () =>
    checkCalls(TREE.replace('include b.conf', 'include b.c<|>onf'), {
      item: 'b.conf',
      from: ['nginx.conf: b.conf'],
      to: ['c.conf: c.conf'],
    }));
  const SITE = `events {}
http { server { server_name s;
  error_page 404 /404.html;
  location / { try_files $uri @app; }
  location /old { rewrite ^ /new last; }
  location /new { auth_request /auth; }
  location = /auth { internal; }
  location = /404.html { root /e; }
  location @app { proxy_pass http://127.0.0.1:1; }
} }`;
  test('a named location', () =>
    checkCalls(SITE.replace('location @app', 'loca<|>tion @app'), { item: 'location @app', from: ['location /: @app'], to: [] }));
  test('from where it is named', () => checkCalls(SITE.replace('$uri @app', '$uri @a<|>pp'), { item: 'location @app' }));
  test('an error page of the server', () =>
    checkCalls(SITE.replace('location = /404', 'loca<|>tion = /404'), { item: 'location = /404.html', from: ['server s: /404.html'] }));
  test('a rewrite', () =>
    checkCalls(SITE.replace('location /new', 'loca<|>tion /new'), {
      item: 'location /new',
      from: ['location /old: /new'],
      to: ['location = /auth: /auth'],
    }));
  test('the server calls its error pages', () =>
    checkCalls(SITE.replace('http { server', 'http { ser<|>ver'), { item: 'server s', to: ['location = /404.html: /404.html'] }));
});
