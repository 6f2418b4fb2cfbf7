import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { applyEdits } from '../../server/src/base/edit.ts';
import { pathOf } from '../../server/src/base/file-id.ts';
import type { Place } from '../../server/src/base/span.ts';
import { completion } from '../../server/src/features/completion.ts';
import { folds, selections } from '../../server/src/features/folding.ts';
import { links } from '../../server/src/features/links.ts';
import { definitions, highlights, references } from '../../server/src/features/navigation.ts';
import { rename, renameRange } from '../../server/src/features/rename.ts';
import { type OutlineSymbol, outline, workspaceSymbols } from '../../server/src/features/symbols.ts';
import { Proofs } from '../../server/src/fixes/prove.ts';
import { RULES } from '../../server/src/rules/all.ts';
import { inside, type World, world } from './world.ts';

const http = (text: string): string => `events {}\nhttp {\n${text}\n}\n`;
const show = (w: World, place: Place): string => {
  const text = w.snapshot.file(place.file)!.text.slice(place.span.start, place.span.end);
  return `${w.fixture.show(place)} ${text}`.trim();
};

/** The one caller of definitions(). */
async function checkDefinition(text: string, expected: string[]): Promise<void> {
  const w = await world(text);
  assert.deepEqual(
    definitions(w.configs, w.file, w.offset).map((p) => show(w, p)),
    expected,
  );
}

/** The one caller of references(), declarations included. */
async function checkReferences(text: string, expected: string[], withDeclaration = true): Promise<void> {
  const w = await world(text);
  assert.deepEqual(
    references(w.configs, w.file, w.offset, withDeclaration).map((p) => show(w, p)),
    expected,
  );
}

const SITE =
  '#- nginx.conf\nevents {}\nhttp {\ninclude up.conf;\ninclude site.conf;\n}\n#- up.conf\nupstream app { server a:1; }\n#- site.conf\n';

describe('definition', () => {
  test('an upstream in another file', () =>
    checkDefinition(`${SITE}server { location / { proxy_pass http://a<|>pp/x; } }`, ['up.conf:1:10 app']));
  test('whatever the case', () => checkDefinition(`${SITE}server { location / { proxy_pass http://A<|>PP; } }`, ['up.conf:1:10 app']));
  test('for uWSGI', () => checkDefinition(`${SITE}server { location / { uwsgi_pass a<|>pp; } }`, ['up.conf:1:10 app']));
  test('a host with a port is that upstream too: nginx refuses the port', () =>
    checkDefinition(http('upstream app { server a:1; }\nserver { location / { proxy_pass http://ap<|>p:80; } }'), ['nginx.conf:3:10 app']));
  test('a name from another protocol', () =>
    checkDefinition('events {}\nhttp { upstream app { server a:1; } }\nstream { server { listen 1; proxy_pass a<|>pp; } }', []));
  test('a zone of requests', () =>
    checkDefinition(http('limit_req_zone $uri zone=one:1m rate=1r/s;\nserver { limit_req zone=o<|>ne; }'), ['nginx.conf:3:26 one']));
  test('a zone of connections', () =>
    checkDefinition(http('limit_conn_zone $uri zone=two:1m;\nserver { limit_conn t<|>wo 1; }'), ['nginx.conf:3:27 two']));
  test('a cache', () =>
    checkDefinition(http('proxy_cache_path /c keys_zone=st:1m;\nserver { proxy_cache s<|>t; }'), ['nginx.conf:3:31 st']));
  test('a log format', () => checkDefinition(http("log_format long '$uri';\nserver { access_log /a l<|>ong; }"), ['nginx.conf:3:12 long']));
  test('a named location', () =>
    checkDefinition(inside('server', 'location @a { }\nlocation / { try_files /x @<|>a; }'), ['nginx.conf:4:10 @a']));
  test('a named location of an error page', () =>
    checkDefinition(inside('server', 'location @a { }\nerror_page 502 = @<|>a;'), ['nginx.conf:4:10 @a']));
  test('a variable of set, twice', () =>
    checkDefinition(inside('server', 'set $a 1;\nset $a 2;\nreturn 200 $<|>a;'), ['nginx.conf:4:6 a', 'nginx.conf:5:6 a']));
  test('a variable of map', () =>
    checkDefinition(http('map $uri $kind { default 1; }\nserver { return 200 "x${k<|>ind}"; }'), ['nginx.conf:3:11 kind']));
  test('a variable of geo', () =>
    checkDefinition(http('geo $land { default 1; }\nserver { return 200 $la<|>nd; }'), ['nginx.conf:3:6 land']));
  test('a captured name', () => checkDefinition(http('server { location ~ ^/(?<id>a)$ { return 200 $i<|>d; } }'), ['nginx.conf:3:26 id']));
  test('a module of JavaScript', () =>
    checkDefinition(http('js_import main from js/a.js;\nserver { location / { js_content ma<|>in.hello; } }'), ['nginx.conf:3:11 main']));
  test('a module that is called like its file', () =>
    checkDefinition(http('js_import js/util.js;\nserver { location / { js_content ut<|>il.hello; } }'), ['nginx.conf:3:14 util']));
  const pages = (line: string): string =>
    inside('server', `location / { ${line} }\nlocation = /auth { internal; }\nlocation /pages/ { internal; }\nlocation ~ \\.php$ { }`);
  for (const [line, expected] of [
    ['auth_request /au<|>th;', 'nginx.conf:5:12 /auth'],
    ['mirror /au<|>th;', 'nginx.conf:5:12 /auth'],
    ['error_page 404 =200 /pages/4<|>04.html;', 'nginx.conf:6:10 /pages/'],
    ['try_files $uri /ind<|>ex.php?$args;', undefined],
    ['try_files $uri /ind<|>ex.php;', 'nginx.conf:7:12 \\.php$'],
    ['rewrite ^/a /pa<|>ges/b last;', 'nginx.conf:6:10 /pages/'],
  ] as const)
    test(`the location that takes the path of ${line.replace('<|>', '')}`, () => checkDefinition(pages(line), expected ? [expected] : []));
  test('whatever name completion proposes', async () => {
    const text = `events {}
http {
upstream app { server 127.0.0.1:1; }
upstream other { server 127.0.0.1:2; }
proxy_cache_path /c keys_zone=pages:1m;
uwsgi_cache_path /d keys_zone=answers:1m;
limit_req_zone $uri zone=reqs:1m rate=1r/s;
limit_conn_zone $uri zone=conns:1m;
log_format long '$uri';
map $cookie_a $pool { default app; 1 other; }
split_clients $uri $part { 10% app; * other; }
server {
listen 80;
access_log /a long;
error_page 404 @gone;
error_page 500 /pages/500;
auth_request /auth;
location = /auth { internal; }
location /pages/ { internal; }
location @gone { return 410; }
location @app { uwsgi_pass app; uwsgi_cache answers; }
location / { proxy_pass http://app; proxy_cache pages; limit_req zone=reqs; limit_conn conns 1; mirror /pages/; }
location /a { try_files $uri @app; }
location /b { proxy_pass http://$pool; }
location /c { proxy_pass http://$part; post_action @gone; }
}
}
stream {
upstream db { server 127.0.0.1:3; }
log_format short '$status';
limit_conn_zone $remote_addr zone=few:1m;
server { listen 1; proxy_pass db; access_log /b short; limit_conn few 1; }
}
`;
    const without: string[] = [];
    let followed = 0;
    for (const word of text.matchAll(/(?<=[ =/])@?[a-z/]+\b\/?/g)) {
      const w = await world(`${text.slice(0, word.index)}<|>${text.slice(word.index + word[0].length)}`);
      const found = completion(w.configs, w.file, w.offset);
      for (const item of found?.items.filter((i) => i.kind === 'name' && i.label !== 'combined') ?? []) {
        const after = applyEdits(w.file.text, [{ span: found!.span, newText: item.label }]);
        const at = found!.span.start + item.label.length;
        const next = await world(`${after.slice(0, at)}<|>${after.slice(at)}`);
        followed++;
        if (!definitions(next.configs, next.file, next.offset).length)
          without.push(`${text.slice(text.lastIndexOf('\n', word.index) + 1, word.index)}${item.label}`);
      }
    }
    assert.ok(followed > 40, `${followed} names`);
    assert.deepEqual([...new Set(without)], []);
  });
  test('nginx’s own has none', () => checkDefinition(http('server { return 200 $ho<|>st; }'), []));
  test('an include', () => checkDefinition(SITE.replace('up.conf;', 'up.<|>conf;'), ['up.conf:1:1']));
  test('a mask gives all its files', () =>
    checkDefinition('#- nginx.conf\nevents {}\nhttp { include c/*.<|>conf; }\n#- c/b.conf\n\n#- c/a.conf\n\n', [
      'c/a.conf:1:1',
      'c/b.conf:1:1',
    ]));
  test('from an include that is read twice, one place', () =>
    checkDefinition(
      '#- nginx.conf\nevents {}\nhttp { upstream app { server a; } server { include l.conf; } server { include l.conf; } }\n#- l.conf\nlocation / { proxy_pass http://a<|>pp; }',
      ['nginx.conf:2:17 app'],
    ));
});

describe('references', () => {
  test('across files', () =>
    checkReferences(
      `${SITE}server { location / { proxy_pass http://a<|>pp/x; }\nlocation /b { proxy_pass http://app; } }`,
      ['up.conf:1:10 app', 'site.conf:1:41 app', 'site.conf:2:34 app'].map((x) => x.replace('2:34', '2:33')),
    ));
  test('without the declaration', () =>
    checkReferences(`${SITE}server { location / { proxy_pass http://a<|>pp; } }`, ['site.conf:1:41 app'], false));
  test('from the declaration', () =>
    checkReferences(http('upstream a<|>pp { server x; }\nserver { location / { proxy_pass http://app; } }'), [
      'nginx.conf:3:10 app',
      'nginx.conf:4:41 app',
    ]));
  test('a variable, in quotes and conditions', () =>
    checkReferences(http('map $uri $k { default 1; }\nserver { if ($<|>k = 1) { return 200 "a$k"; } }'), [
      'nginx.conf:3:11 k',
      'nginx.conf:4:15 k',
      'nginx.conf:4:38 k',
    ]));
  test('nginx’s own variable', () =>
    checkReferences(inside('server', 'return 200 $ho<|>st$host;'), ['nginx.conf:4:13 host', 'nginx.conf:4:18 host']));
  test('the including sites of a file, from its top', () =>
    checkReferences(
      '#- nginx.conf\nevents {}\nhttp { server { include a.conf; } server { include "a.conf"; } }\n#- a.conf\n<|>\ngzip on;',
      ['nginx.conf:2:25 a.conf', 'nginx.conf:2:52 "a.conf"'],
    ));
  test('names that look alike are not it', () =>
    checkReferences(
      http(
        'upstream app { server x; }\nupstream app2 { server y; }\nserver { location / { proxy_pass http://a<|>pp; } location /b { proxy_pass http://app2; } }',
      ),
      ['nginx.conf:3:10 app', 'nginx.conf:5:41 app'],
    ));
});

describe('highlights', () => {
  test('writes and reads in this file', async () => {
    const w = await world(inside('server', 'set $a 1;\nreturn 200 $<|>a;'));
    assert.deepEqual(
      highlights(w.configs, w.file, w.offset).map((h) => `${h.kind} ${h.span.start}`),
      [`write ${w.file.text.indexOf('$a') + 1}`, `read ${w.file.text.lastIndexOf('$a') + 1}`],
    );
  });
});

/** The one caller of rename(): the changed files by path, or the refusal. */
async function checkRename(text: string, name: string, expected: Record<string, string> | RegExp): Promise<void> {
  const w = await world(text);
  const answer = rename(w.configs, w.file, w.offset, name, (config, edits, called, declared) =>
    new Proofs(config, (file, text) => w.workspace.parse(file, text), RULES).against(edits, declared, called),
  );
  if (expected instanceof RegExp) {
    assert.ok('refused' in answer, 'it was not refused');
    assert.match(answer.refused, expected);
    return;
  }
  assert.ok('edits' in answer, 'refused' in answer ? answer.refused : '');
  const after = Object.fromEntries(
    answer.edits.map(({ file, edits }) => [pathOf(file).replace('/etc/nginx/', ''), applyEdits(w.snapshot.file(file)!.text, edits)]),
  );
  assert.deepEqual(after, expected);
}

const only = (text: string): Record<string, string> => ({ 'nginx.conf': text });

describe('rename', () => {
  test('an upstream across files', () =>
    checkRename(`${SITE}server { location / { proxy_pass http://a<|>pp/x; } }`, 'web', {
      'up.conf': 'upstream web { server a:1; }\n',
      'site.conf': 'server { location / { proxy_pass http://web/x; } }',
    }));
  test('from its declaration', () =>
    checkRename(
      http('upstream a<|>pp { server x; }\nserver { location / { fastcgi_pass app; } }'),
      'php',
      only(http('upstream php { server x; }\nserver { location / { fastcgi_pass php; } }')),
    ));
  test('inside quotes', () =>
    checkRename(
      http('upstream a<|>pp { server x; }\nserver { location / { proxy_pass "http://app/"; } }'),
      'b',
      only(http('upstream b { server x; }\nserver { location / { proxy_pass "http://b/"; } }')),
    ));
  test('a variable with and without braces', () =>
    checkRename(
      inside('server', 'set $o<|>ld 1;\nreturn 200 "$old ${old}x $older";'),
      'new',
      only(inside('server', 'set $new 1;\nreturn 200 "$new ${new}x $older";')),
    ));
  test('with the dollar sign typed too', () =>
    checkRename(inside('server', 'set $o<|>ld 1;'), '$new', only(inside('server', 'set $new 1;'))));
  test('in a condition', () =>
    checkRename(
      inside('server', 'set $o<|>ld 1;\nif ($old) { return 404; }'),
      'n',
      only(inside('server', 'set $n 1;\nif ($n) { return 404; }')),
    ));
  test('a variable of a map, in its values elsewhere', () =>
    checkRename(
      http('map $uri $a<|>b { default 1; }\nmap $ab $c { default $ab; }'),
      'x',
      only(http('map $uri $x { default 1; }\nmap $x $c { default $x; }')),
    ));
  test('a captured name in the name of a server, which is the same server with it', () =>
    checkRename(
      `events {}\nhttp { server { listen 80; server_name ~^(?<si<|>te>\\w+)\\.example$; root /srv/$site; } server { listen 80; server_name other.example; return 200 $server_name; } }`,
      'who',
      {
        'nginx.conf': `events {}\nhttp { server { listen 80; server_name ~^(?<who>\\w+)\\.example$; root /srv/$who; } server { listen 80; server_name other.example; return 200 $server_name; } }`,
      },
    ));
  test('a captured name', () =>
    checkRename(
      inside('server', 'location ~ ^/(?<o<|>ld>a)$ { return 200 $old; }'),
      'new',
      only(inside('server', 'location ~ ^/(?<new>a)$ { return 200 $new; }')),
    ));
  test('in a log format', () =>
    checkRename(
      http("map $uri $a<|>b { default 1; }\nlog_format f '$ab [$ab]';"),
      'x',
      only(http("map $uri $x { default 1; }\nlog_format f '$x [$x]';")),
    ));
  test('a zone', () =>
    checkRename(
      http('limit_req_zone $uri zone=o<|>ne:1m rate=1r/s;\nserver { limit_req zone=one burst=2; }'),
      'login',
      only(http('limit_req_zone $uri zone=login:1m rate=1r/s;\nserver { limit_req zone=login burst=2; }')),
    ));
  test('a zone of connections', () =>
    checkRename(
      http('limit_conn_zone $uri zone=one:1m;\nserver { limit_conn o<|>ne 2; }'),
      'x',
      only(http('limit_conn_zone $uri zone=x:1m;\nserver { limit_conn x 2; }')),
    ));
  test('a cache', () =>
    checkRename(
      http('proxy_cache_path /c keys_zone=a<|>b:1m;\nserver { proxy_cache ab; }'),
      'x',
      only(http('proxy_cache_path /c keys_zone=x:1m;\nserver { proxy_cache x; }')),
    ));
  test('a log format', () =>
    checkRename(
      http("log_format a<|>b '$uri';\nserver { access_log /x ab; }"),
      'x',
      only(http("log_format x '$uri';\nserver { access_log /x x; }")),
    ));
  test('a named location; the sign is added', () =>
    checkRename(
      inside('server', 'location @<|>a { }\nlocation / { try_files /x @a; }\nerror_page 502 @a;'),
      'b',
      only(inside('server', 'location @b { }\nlocation / { try_files /x @b; }\nerror_page 502 @b;')),
    ));
  test('a file that is read twice is changed once', () =>
    checkRename('#- nginx.conf\nevents {}\nhttp { server { include a.conf; } server { include a.conf; } }\n#- a.conf\nset $a<|>b 1;', 'x', {
      'a.conf': 'set $x 1;',
    }));
  test('an upstream of stream leaves that of http', () =>
    checkRename(
      'events {}\nhttp { upstream a { server x; } }\nstream { upstream a<|> { server x:1; } server { listen 1; proxy_pass a; } }',
      'b',
      only('events {}\nhttp { upstream a { server x; } }\nstream { upstream b { server x:1; } server { listen 1; proxy_pass b; } }'),
    ));
  test('not nginx’s own variable', () => checkRename(inside('server', 'return 200 $ho<|>st;'), 'x', /nginx's own/));
  test('not to a name of nginx’s own', () => checkRename(inside('server', 'set $a<|>b 1;'), 'uri', /nginx's own/));
  test('not to a name of a family', () => checkRename(inside('server', 'set $a<|>b 1;'), 'http_x', /nginx's own/));
  test('not to a name that is taken', () => checkRename(http('upstream a<|>b { server x; }\nupstream c { server y; }'), 'c', /already/));
  test('not to a capture', () => checkRename(inside('server', 'set $a<|>b 1;'), '1', /capture/));
  test('not to nothing', () => checkRename(inside('server', 'set $a<|>b 1;'), ' ', /empty/));
  test('not to a text with blanks', () => checkRename(http('upstream a<|>b { server x; }'), 'a b', /white space/));
  test('no variable with a hyphen', () => checkRename(inside('server', 'set $a<|>b 1;'), 'a-b', /letters/));
  test('not what nobody declares', () => checkRename(inside('server', 'limit_conn o<|>ne 1;'), 'x', /not declared/));
  test('not a word', () => checkRename(inside('server', 'root /s<|>rv;'), 'x', /no name/));
  test('what is offered to be edited', async () => {
    const w = await world(inside('server', 'set $a<|>b 1;'));
    const range = renameRange(w.configs, w.file, w.offset);
    assert.ok('text' in range);
    assert.equal(range.text, 'ab');
  });
});

/** The one caller of outline(). */
async function checkOutline(text: string, expected: string[]): Promise<void> {
  const w = await world(text);
  const lines = (list: readonly OutlineSymbol[], depth = 0): string[] =>
    list.flatMap((s) => [`${'  '.repeat(depth)}${s.name}${s.detail ? ` — ${s.detail}` : ''}`, ...lines(s.children, depth + 1)]);
  assert.deepEqual(lines(outline(w.file)), expected);
}

describe('symbols', () => {
  test('servers by name and listen, locations by pattern and handler', () =>
    checkOutline(
      http(
        'server { listen 80; listen 443 ssl; server_name a b;\nlocation ~ x { proxy_pass http://y; } }\nupstream u { server z; }\nmap $a $b { default 1; }\ninclude *.conf;',
      ),
      [
        'events',
        'http',
        '  server a b — 80, 443 ssl',
        '    location ~ x — proxy_pass http://y',
        '  upstream u',
        '  map $b — from $a',
        '  include *.conf',
      ],
    ));
  test('a server without a name', () => checkOutline(http('server { listen 80; }'), ['events', 'http', '  server — 80']));
  test('in the workspace, by letters in their order', async () => {
    const w = await world(`${SITE}server { server_name shop.example; location /basket { } }`);
    const names = (query: string): string[] => workspaceSymbols(w.snapshot.configs, query).map((s) => `${s.name} in ${s.container || '-'}`);
    assert.deepEqual(names('shop'), ['server shop.example in -']);
    assert.deepEqual(names('bskt'), ['location /basket in server shop.example']);
    assert.deepEqual(names('upstream'), ['upstream app in -']);
    assert.deepEqual(names('nothing'), []);
  });
});

describe('folding and selection', () => {
  test('blocks, comments and regions', async () => {
    const w = await world('# a\n# b\nhttp {\n  server {\n    listen 80;\n  }\n}\n#region x\nevents {\n}\n#endregion\n');
    assert.deepEqual(
      folds(w.file).map((f) => `${f.kind} ${f.from}-${f.to}`),
      ['comment 0-1', 'block 2-5', 'block 3-4', 'region 7-10'],
    );
  });
  test('outwards from the word', async () => {
    const w = await world('http { server { listen "8<|>0" ssl; } }');
    assert.deepEqual(
      selections(w.file, w.offset).map((s) => w.file.text.slice(s.start, s.end)),
      [
        '80',
        '"80"',
        '"80" ssl',
        'listen "80" ssl;',
        ' listen "80" ssl; ',
        'server { listen "80" ssl; }',
        ' server { listen "80" ssl; } ',
        'http { server { listen "80" ssl; } }',
      ],
    );
  });
});

describe('links', () => {
  const check = async (text: string, expected: string[]): Promise<void> => {
    const w = await world(text);
    assert.deepEqual(
      links(w.configs[0]!, w.file).map((l) => `${w.file.text.slice(l.span.start, l.span.end)} → ${pathOf(l.target)}`),
      expected,
    );
  };
  test('includes and certificates', () =>
    check('#- nginx.conf\nevents {}\nhttp { include "a.conf"; server { ssl_certificate certs/a.pem; } }\n#- a.conf\n\n', [
      'a.conf → /etc/nginx/a.conf',
      'certs/a.pem → /etc/nginx/certs/a.pem',
    ]));
  test('not masks, variables and keywords', () =>
    check(http('include *.conf;\nserver { ssl_certificate $x.pem; ssl_certificate_key "data:$y.z"; access_log off; }'), []));
  test('JavaScript', () => check(http('js_import main from js/a.js;'), ['js/a.js → /etc/nginx/js/a.js']));
});

const POOLS = (name: string, tail: string): string =>
  http(`upstream ${name} { server 127.0.0.1:8001; }\nupstream canary { server 127.0.0.1:8002; }\n${tail}`);
const passing = (to: string): string => `server { location / { proxy_pass ${to}; proxy_set_header Host $host; } }`;

describe('names that variables carry to a pass directive', () => {
  const renamed: readonly (readonly [string, (name: string) => string])[] = [
    ['map', (n) => `map $cookie_beta $pool { default ${n}; 1 canary; }\n${passing('http://$pool')}`],
    ['map in quotes, in front of a path', (n) => `map $cookie_beta $pool { default "${n}"; 1 canary; }\n${passing('"http://${pool}/x"')}`],
    ['whole addresses', (n) => `map $cookie_beta $to { default http://${n}; 1 http://canary/x; }\n${passing('$to')}`],
    ['split_clients', (n) => `split_clients $remote_addr $pool { 10% canary; * ${n}; }\n${passing('http://$pool$request_uri')}`],
    ['geo', (n) => `geo $pool { default ${n}; 127.0.0.0/8 canary; }\n${passing('http://$pool')}`],
    [
      'set, by way of another variable',
      (n) => `server { set $a ${n}; set $b $a; location / { proxy_pass http://$b; proxy_set_header Host $host; } }`,
    ],
    ['before a path in a variable', (n) => passing(`http://${n}$request_uri`)],
    ['before a query', (n) => passing(`http://${n}$is_args$args`)],
    ['behind a variable scheme', (n) => passing(`$scheme://${n}`)],
    ['of uWSGI', (n) => `map $host $pool { default ${n}; }\nserver { location / { uwsgi_pass $pool; } }`],
    ['in sub_filter', (n) => `server { location / { proxy_pass http://${n}; proxy_set_header Host $host; sub_filter http://${n}/ /; } }`],
    [
      'in proxy_redirect',
      (n) => `server { location / { proxy_pass http://${n}; proxy_set_header Host $host; proxy_redirect http://${n}/ /; } }`,
    ],
  ];
  for (const [what, tail] of renamed)
    test(`rename: ${what}`, () => checkRename(POOLS('sta<|>ble', tail('stable')), 'app_v1', only(POOLS('app_v1', tail('app_v1')))));

  test('a value leads to its definition', () =>
    checkDefinition(POOLS('stable', `map $cookie_beta $pool { default st<|>able; 1 canary; }\n${passing('http://$pool')}`), [
      'nginx.conf:3:10 stable',
    ]));
  test('a value that goes nowhere is no name', () =>
    checkDefinition(POOLS('stable', `map $cookie_beta $kind { default st<|>able; }\n${passing('http://stable/$kind')}`), []));
  test('a host with a port is no group', () =>
    checkReferences(POOLS('sta<|>ble', 'map $host $pool { default stable:80; }\n' + passing('http://$pool')), ['nginx.conf:3:10 stable']));

  const confirmed = async (text: string, expected: RegExp | null): Promise<void> => {
    const w = await world(text);
    const answer = rename(w.configs, w.file, w.offset, 'app_v1', (config, edits, called, declared) =>
      new Proofs(config, (file, t) => w.workspace.parse(file, t), RULES).against(edits, declared, called),
    );
    assert.ok('edits' in answer, 'refused' in answer ? answer.refused : '');
    if (expected) assert.match(answer.confirm ?? '', expected);
    else assert.equal(answer.confirm, null);
  };
  test('what the client chooses is asked about', () =>
    confirmed(POOLS('sta<|>ble', passing('http://$cookie_pool')), /One place may use this name by a variable/));
  test('how many places', () =>
    confirmed(
      POOLS('sta<|>ble', `${passing('http://$cookie_a')}\n${passing('http://$arg_b')}`),
      /^2 places may use this name by a variable/,
    ));
  test('pieces of a name too', () => confirmed(POOLS('sta<|>ble', passing('http://sta$cookie_x')), /One place may/));
  test('pieces of another name are not this one', () => confirmed(POOLS('sta<|>ble', passing('http://other$cookie_x')), null));
  test('the Host that nothing sets is the name', () =>
    confirmed(POOLS('sta<|>ble', 'server { location / { proxy_pass http://stable; } }'), /sent the name as the Host/));
});

describe('named locations belong to their server', () => {
  const two = (a: string): string =>
    http(
      `server { listen 81; location / { try_files $uri ${a}; } location ${a} { return 503; } }\nserver { listen 82; location / { try_files $uri @fb; } location @fb { return 503; } }`,
    );
  test('definition', () => checkDefinition(two('@fb').replace('$uri @fb', '$uri @f<|>b'), ['nginx.conf:3:65 @fb']));
  test('rename', () => checkRename(two('@fb').replace('$uri @fb', '$uri @f<|>b'), '@back', only(two('@back'))));
  test('an error page of http joins all', () =>
    checkReferences(http('error_page 404 @n<|>f;\nserver { listen 81; location @nf { } }\nserver { listen 82; location @nf { } }'), [
      'nginx.conf:3:16 @nf',
      'nginx.conf:4:30 @nf',
      'nginx.conf:5:30 @nf',
    ]));
});

describe('a rename that nginx would refuse', () => {
  test('zones of all kinds share one list', () =>
    checkRename(
      http(
        'limit_req_zone $uri zone=one:1m rate=1r/s;\nlimit_conn_zone $uri zone=t<|>wo:1m;\nserver { limit_conn two 1; limit_req zone=one; }',
      ),
      'one',
      /already declared for a different use/,
    ));
  for (const [what, other] of [
    ['a cache', 'proxy_cache_path /c keys_zone=one:1m;'],
    ['a cache of uWSGI', 'uwsgi_cache_path /c keys_zone=one:1m;'],
    ['the sessions of TLS', 'ssl_session_cache shared:one:1m;'],
    ['the state of a group', 'upstream app { zone one 64k; server a:1; }'],
    ['a zone of stream', '}\nstream {\nlimit_conn_zone $remote_addr zone=one:1m;'],
    ['the state of a group of stream', '}\nstream {\nupstream app { zone one 64k; server a:1; }'],
  ] as const)
    test(`to the name of ${what}`, () =>
      checkRename(
        http(`limit_conn_zone $uri zone=t<|>wo:1m;\nserver { limit_conn two 1; }\n${other}`),
        'one',
        /already declared for a different use/,
      ));
  test('a module that has the name of its file besides: the file keeps it', () =>
    checkRename(
      http('js_import util from js/util.js;\nserver { location / { js_content ut<|>il.hello; } }'),
      'tools',
      only(http('js_import tools from js/util.js;\nserver { location / { js_content tools.hello; } }')),
    ));
  test('a module that is called like its file', () =>
    checkRename(http('js_import js/util.js;\nserver { location / { js_content ut<|>il.hello; } }'), 'x', /called like its file/));
  test('the format that nginx brings', () =>
    checkRename(http("log_format lo<|>ng '$uri';\nserver { access_log /a long; }"), 'combined', /combined/));
  test('upstreams are compared without case', () => checkRename(POOLS('sta<|>ble', passing('http://stable')), 'CANARY', /already/));
});
