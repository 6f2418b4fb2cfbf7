/** What is not seen is unknown: nothing is said to be missing, unused or unknown where it may stand out of sight, and what a level decides by itself is said. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { fromPath } from '../../server/src/base/file-id.ts';
import { Config } from '../../server/src/config/config.ts';
import { completion } from '../../server/src/features/completion.ts';
import { hover } from '../../server/src/features/hover.ts';
import { inlayHints } from '../../server/src/features/inlay.ts';
import { definitions } from '../../server/src/features/navigation.ts';
import { refactorings } from '../../server/src/features/refactor/index.ts';
import { renameRange } from '../../server/src/features/rename.ts';
import { fragmentOf, mainOf, parts, saidOf } from './tree.ts';
import { checked, inMemory } from './world.ts';

const has = (said: readonly string[], rule: string): boolean => said.some((s) => s.includes(` ${rule} `));
const inHttp = (text: string): string => `#- nginx.conf\nevents {}\nhttp {\n${text}\n}\n`;

describe('an include that is not at hand opens its level', () => {
  for (const [what, rule, text] of [
    ['certificate', 'incomplete-tls', 'server { listen 443 ssl; include /srv/tls.conf; }'],
    ['HSTS', 'hsts-missing', 'server { listen 443 ssl; ssl_certificate a; ssl_certificate_key b; include headers.inc; }'],
    ['Host', 'proxy-host-missing', 'server { location / { include common.inc; proxy_pass http://127.0.0.1:8000; } }'],
    ['zone', 'unknown-zone', 'include zones/*.conf; server { limit_req zone=a; }'],
    ['log format', 'invalid-log', 'include formats.conf; server { access_log /a wide; }'],
    ['variable', 'unknown-variable', 'server { include set.inc; return 200 $made; }'],
    ['use of an upstream', 'unused-upstream', 'upstream a { server 127.0.0.1:1; } include sites/*; server { return 204; }'],
    ['server_tokens', 'version-disclosed', 'include hardening.conf; server { listen 80; return 204; }'],
  ] as const)
    test(what, async () => {
      assert.equal(has(await saidOf(await mainOf(inHttp(text))), rule), false);
      const closed = text.replace(/include [^;]*;/, '');
      assert.equal(has(await saidOf(await mainOf(inHttp(closed))), rule), true, `${rule} is said where all is seen`);
    });

  test('a level of servers cannot bring a zone: what is used and declared nowhere is still unknown', async () => {
    const said = await saidOf(await mainOf(inHttp('server { include site.inc; location / { limit_req zone=a; } }')));
    assert.equal(has(said, 'unknown-zone'), true);
  });
  test('a list of its own decides about a level, whatever is around it', async () => {
    const text = 'include defaults.conf; server { location / { proxy_set_header X-A b; proxy_pass http://127.0.0.1:8000; } }';
    assert.equal(has(await saidOf(await mainOf(inHttp(text))), 'proxy-host-missing'), true);
  });
  test('nginx’s own files bring what they bring: they open nothing', async () => {
    const said = await saidOf(
      await mainOf(inHttp('include mime.types; limit_req_zone $binary_remote_addr zone=a:1m rate=1r/s; server { return 204; }')),
    );
    assert.equal(has(said, 'limit-without-zone-use') || has(said, 'unused-zone'), true, said.join('\n'));
  });
});

describe('a loaded module that nobody knows', () => {
  const loading = (text: string): string => inHttp(text).replace('events', 'load_module modules/ngx_http_frob_module.so;\nevents');
  for (const [what, rule, text] of [
    ['Host', 'proxy-host-missing', 'server { location / { frob on; proxy_pass http://127.0.0.1:8000; } }'],
    ['HSTS', 'hsts-missing', 'server { listen 443 ssl; ssl_certificate a; ssl_certificate_key b; frob headers; }'],
    ['zone', 'unknown-zone', 'frob_zone a; server { limit_req zone=a; }'],
    ['use of an upstream', 'unused-upstream', 'upstream a { server 127.0.0.1:1; } server { frob_pass a; }'],
    ['variable of the module', 'unknown-variable', 'server { return 200 $frob_id; }'],
  ] as const)
    test(`its directives open the level where they stand: ${what}`, async () => {
      assert.equal(has(await saidOf(await mainOf(loading(text))), rule), false);
      assert.equal(has(await saidOf(await mainOf(inHttp(text.replace(/frob\w* [^;]*;/, '')))), rule), true, `${rule} is said without it`);
    });
  test('where none of its directives stands, a level is what it shows', async () => {
    const said = await saidOf(
      await mainOf(loading('server { location /a { frob on; } location / { proxy_pass http://127.0.0.1:8000; } }')),
    );
    assert.equal(has(said, 'proxy-host-missing'), true);
  });
});

describe('a file of the project that is read by nobody', () => {
  test('may use what this configuration declares, when it is put beside it', async () => {
    const main = await mainOf(inHttp('upstream pool { server 127.0.0.1:1; } server { return 204; }'));
    assert.equal(has(await saidOf(main), 'unused-upstream'), true);
    const beside = new Config(
      { ...main.tree, beside: { has: (word) => word === 'pool', notSeen: null } },
      (await parts()).engine,
      main.settings,
    );
    assert.equal(has(await saidOf(beside), 'unused-upstream'), false);
  });
});

describe('a file that no main file includes', () => {
  const site = `server {
    listen 80;
    location / { proxy_pass http://backend; access_log /var/log/a.log wide; limit_req zone=per_ip; add_header X-A $made; }
}`;
  test('where nobody says where it goes, its names may be declared beside it', async () => {
    const said = await saidOf(await fragmentOf(`#- sites-available/site\n${site}`));
    assert.deepEqual(
      said.filter((s) => s.includes('(error)')),
      [],
    );
  });
  test('where all of its folder is seen, they are unknown, as for nginx', async () => {
    const said = await saidOf(
      await fragmentOf(`#- default.conf\n${site}`, {
        path: '/etc/nginx/conf.d/default.conf',
        distribution: 'official',
        of: 'nginx',
        whole: true,
      }),
    );
    assert.deepEqual(
      said
        .filter((s) => s.includes('(error)'))
        .map((s) => s.split(' ')[1])
        .sort(),
      ['invalid-log', 'unknown-variable', 'unknown-zone'],
    );
  });
  test('what the server block itself decides is said either way', async () => {
    const text =
      '#- site.conf\nserver {\n listen 80;\n location /.well-known/acme-challenge/ { root /srv/acme; }\n return 301 https://$host$request_uri;\n}';
    assert.equal(has(await saidOf(await fragmentOf(text)), 'dead-directive-after-return'), true);
  });
});

describe('sites as they lie in repositories: no error where nginx would have none', () => {
  const SITES: Readonly<Record<string, string>> = {
    'a site that lives on what its host has': `#- deploy/app.conf
upstream app_server { server unix:/run/gunicorn.sock fail_timeout=0; }
server {
    listen 80;
    server_name shop.example.org;
    access_log /var/log/nginx/shop.log extended;
    include snippets/hardening.conf;
    if ($is_bot) { return 403; }
    location / { try_files $uri @app; }
    location @app { include proxy_params; limit_req zone=per_client burst=5; proxy_cache pages; proxy_pass http://app_server; }
    location ~ .php$ { include snippets/fastcgi-php.conf; fastcgi_pass php; }
    error_page 502 @sorry;
}`,
    'certbot’s two servers': `#- sites-available/shop
server {
    listen 443 ssl;
    server_name shop.example.org;
    ssl_certificate /etc/letsencrypt/live/shop.example.org/fullchain.pem;
    ssl_certificate_key /etc/letsencrypt/live/shop.example.org/privkey.pem;
    include /etc/letsencrypt/options-ssl-nginx.conf;
    ssl_dhparam /etc/letsencrypt/ssl-dhparams.pem;
    location / { include headers.conf; proxy_pass http://backend/; }
}
server { if ($host = shop.example.org) { return 301 https://$host$request_uri; } listen 80; server_name shop.example.org; return 404; }`,
    'lines for http': `#- conf.d/tuning.conf
gzip on;
sendfile on;
keepalive_timeout 30;
map $http_upgrade $connection_upgrade { default upgrade; '' close; }
proxy_cache_path /var/cache/nginx keys_zone=pages:10m;`,
    'lines for a location': `#- snippets/proxy.conf
proxy_http_version 1.1;
proxy_set_header Upgrade $http_upgrade;
proxy_set_header Connection $connection_upgrade;`,
    'lines for a server': `#- snippets/tls.conf
ssl_protocols TLSv1.2 TLSv1.3;
ssl_session_cache shared:TLS:10m;
add_header X-Frame-Options DENY always;`,
    'a role’s template': `#- templates/site.conf.j2
upstream {{ app }} { server 127.0.0.1:{{ port }}; }
server {
    listen 80;
    {% if tls %}
    listen 443 ssl;
    ssl_certificate {{ cert }};
    ssl_certificate_key {{ key }};
    {% endif %}
    location / { proxy_pass http://{{ app }}; proxy_set_header X-Trace $trace; limit_req zone={{ zone }}; }
}`,
  };
  for (const [what, tree] of Object.entries(SITES))
    test(what, async () =>
      assert.deepEqual(
        (await saidOf(await fragmentOf(tree))).filter((s) => s.includes('(error)')),
        [],
      ),
    );
});

test('of too many neighbours not all are read: then no name is unused, and it is said', async () => {
  const pool = 'upstream pool {\n    server 127.0.0.1:8000;\n}\n';
  const main = `events {}\nhttp {\n    ${pool.replaceAll('\n', '\n    ')}\n    server {\n        listen 80;\n        return 204;\n    }\n}\n`;
  const spare = (i: number): string => `server {\n    listen ${8000 + i};\n    return 204;\n}\n`;
  const unused = async (others: Record<string, string>): Promise<{ found: boolean; said: string[] }> => {
    const { asked, findings } = await checked(inMemory({ 'nginx.conf': main, ...others }), ['nginx.conf']);
    return {
      found: findings.some((f) => f.rule === 'unused-upstream'),
      said: asked.flatMap((a) => a.config.tree.beside?.notSeen ?? []),
    };
  };
  const few = Object.fromEntries(Array.from({ length: 3 }, (_, i) => [`spare/site${i}.conf`, spare(i)]));
  assert.deepEqual(await unused(few), { found: true, said: [] });
  const many = Object.fromEntries(Array.from({ length: 320 }, (_, i) => [`spare/site${i}.conf`, spare(i)]));
  const of = await unused(many);
  assert.equal(of.found, false);
  assert.match(of.said.join(), /^of 320 files .* 300 were looked through/);
  const large = await unused({ 'spare/large.conf': spare(0) + `# ${'word '.repeat(1_000_000)}\n` });
  assert.equal(large.found, false);
  assert.match(large.said.join(), / 0 were looked through/);
});

describe('a hover says what it does not see', () => {
  /** What is shown at the mark `|`. */
  async function shownAt(marked: string): Promise<string> {
    const offset = marked.indexOf('|');
    const { asked } = await checked(inMemory({ 'nginx.conf': marked.replace('|', '') }), ['nginx.conf']);
    const { config } = asked[0]!;
    return hover([config], config.files.get(config.root)!, offset)?.markdown ?? '';
  }
  const whole = (line: string, more = ''): string =>
    `events {}\nhttp {\n${more}    server {\n        listen 80;\n        location / {\n            ${line}\n        }\n    }\n}\n`;
  const open = (line: string, more = ''): string => whole(line, `    include /etc/nginx/extra/*.conf;\n${more}`);
  const POOL = '    upstream po|ol {\n        server 127.0.0.1:8000;\n    }\n';
  for (const [title, text, said, closed, saidThen] of [
    [
      'a variable',
      open('add_header X-Zone $zo|ne;'),
      /^Nothing that is seen defines `\$zone`.*extra/,
      whole('add_header X-Zone $zo|ne;'),
      /^Nothing defines `\$zone` in this configuration/,
    ],
    [
      'an upstream',
      open('proxy_pass http://back|end;'),
      /^Goes to `backend:80`, unless an upstream of that name.*extra/,
      whole('proxy_pass http://back|end;'),
      /^Goes to `backend:80`\./,
    ],
    ['uses of a name', open('return 204;', POOL), /Used nowhere that is seen\./, whole('return 204;', POOL), /Used nowhere\./],
    [
      'the files of a mask',
      whole('include /etc/nginx/ot|her/*.conf;'),
      /^No file that is seen matches/,
      whole('include /etc/nginx/no|ne.conf;'),
      /^There is no such file here/,
    ],
    [
      'a group',
      whole('include /etc/nginx/other/*.conf;\n            add_header X-Group $|1;'),
      /that is seen comes before `\$1`/,
      whole('add_header X-Group $|1;'),
      /`\$1` is empty here/,
    ],
  ] as const)
    test(title, async () => {
      assert.match(await shownAt(text), said);
      assert.match(await shownAt(closed), saidThen);
    });
});

/** What the features say at the mark `|` of the first file; the others lie beside it in the project. */
async function asked(files: Readonly<Record<string, string>>): Promise<{
  readonly names: readonly string[];
  readonly hover: string;
  readonly goesTo: readonly string[];
  readonly rename: string;
  readonly inlay: string;
  readonly refactor: readonly string[];
  readonly written: readonly string[];
}> {
  const [path, marked] = Object.entries(files)[0]!;
  const offset = marked.indexOf('|');
  const { asked: all } = await checked(inMemory({ ...files, [path]: marked.replace('|', '') }), [path]);
  const configs = all.map((a) => a.config);
  const file = configs[0]!.files.get(fromPath(`/checkout/project/${path}`))!;
  const range = renameRange(configs, file, offset);
  const refactor = configs.flatMap((c) => refactorings(c, file, { start: offset, end: offset }));
  return {
    names: completion(configs, file, offset)?.items.flatMap((i) => (i.kind === 'name' ? [i.label] : [])) ?? [],
    hover: hover(configs, file, offset)?.markdown ?? '',
    goesTo: definitions(configs, file, offset).map((p) => p.file.replace(/^.*\/checkout\/project\//, '')),
    rename: 'refused' in range ? range.refused : range.text,
    inlay: inlayHints(configs[0]!, file, { start: 0, end: file.text.length }, () => true)
      .map((h) => h.label)
      .join(),
    refactor: refactor.map((r) => r.title),
    written: refactor.flatMap((r) => r.edits.flatMap((e) => e.edits.map((x) => x.newText))),
  };
}

describe('each feature asks what is not seen', () => {
  const main = (lines: string): string => `events {}\nhttp {\n${lines}\n}\n`;
  const pass = (to: string): string => `server {\n  listen 80;\n  location / {\n    proxy_pass http://${to};\n  }\n}\n`;
  const site = (line: string): string => `server {\n  listen 80;\n  server_name {{ host }};\n  location / {\n    ${line}\n  }\n}\n`;

  for (const [title, group, said] of [
    ['includes its servers', 'include /srv/hosts.inc;', /^\*\*upstream pool.*None of its servers is seen: the file/s],
    ['includes more of them', 'server 127.0.0.1:1; include /srv/hosts.inc;', /A server is chosen .*More may be in it: the file/s],
    ['has none', '', /It has no servers: nginx refuses it/],
    ['has one', 'server 127.0.0.1:1;', /One server takes all requests/],
  ] as const)
    test(`a group that ${title}`, async () => {
      for (const block of ['http', 'stream'])
        assert.match((await asked({ 'nginx.conf': `events {}\n${block} { upstream po|ol { ${group} } }\n` })).hover, said);
    });

  test('a mask that may have files where nobody looks shows no number of them', async () => {
    assert.equal((await asked({ 'nginx.conf': main('include /srv/sites/*.conf;|') })).inlay, 'no files seen');
    assert.equal((await asked({ 'nginx.conf': main('include sites/*.conf;|'), 'sites/a.conf': '' })).inlay, '1 file');
  });

  test('names that a template fills in are offered as they are written', async () => {
    const zone = 'limit_req_zone $binary_remote_addr zone={{ zone }}:10m rate=1r/s;\n';
    assert.deepEqual((await asked({ 'site.conf.j2': zone + site('limit_req zone=|;') })).names, ['{{ zone }}']);
    const group = 'upstream {{ app }} { server 127.0.0.1:8000; }\n';
    assert.ok((await asked({ 'site.conf.j2': group + site('proxy_pass http://|;') })).names.includes('{{ app }}'));
  });

  test('names of the project’s other files are offered, shown and led to where they may come to be beside', async () => {
    const zones = 'limit_req_zone $binary_remote_addr zone=per_ip:10m rate=1r/s;\nupstream pool { server 127.0.0.1:8000; }\n';
    const beside = { 'limits.conf': zones };
    assert.deepEqual((await asked({ 'site.conf.j2': site('limit_req zone=|;'), ...beside })).names, ['per_ip']);
    const used = await asked({ 'site.conf.j2': site('limit_req zone=per|_ip;'), ...beside });
    assert.match(used.hover, /^The limit_req zone `per_ip` is declared in limits\.conf, which may come to be beside/);
    assert.deepEqual(used.goesTo, ['limits.conf']);
    assert.match(used.rename, /is declared in limits\.conf, which is no part/);
    const group = await asked({ 'site.conf.j2': site('proxy_pass http://po|ol;'), ...beside });
    assert.match(group.hover, /unless an upstream of that name is declared in limits\.conf/);
    assert.deepEqual(group.goesTo, ['limits.conf']);
    // a main file that does not include it is read without it
    const closed = await asked({ 'nginx.conf': main(site('limit_req zone=per|_ip;').replace('{{ host }}', 'a.example')), ...beside });
    assert.deepEqual([closed.names, closed.goesTo], [[], []]);
    assert.match(closed.hover, /^Nothing declares the limit_req zone/);
  });

  for (const [title, line, said] of [
    ['a zone', 'limit_req zone=no|ne;', /^Nothing that is seen declares the limit_req zone `none`; it may be declared/],
    ['a log format', 'access_log /var/log/a wi|de;', /^Nothing that is seen declares the log format `wide`/],
    ['a named location', 'error_page 502 @so|rry;', /^Nothing that is seen declares the named location `@sorry`/],
    ['a cache', 'proxy_cache pa|ges;', /^Nothing that is seen declares the proxy cache zone `pages`/],
  ] as const)
    test(`${title} that a template may declare`, async () => {
      const answer = await asked({ 'site.conf.j2': `{% include "zones.j2" %}\n${site(`{{ more }}\n    ${line}`)}` });
      assert.match(answer.hover, said);
      assert.match(answer.rename, /may be declared where nobody sees it/);
    });

  test('a value that is written before nginx reads it is no variable', async () => {
    const text = ['server {', '  listen $', '{PORT};', '  location / {', '    proxy_pass http://$', '{BACK|END};', '  }', '}', ''].join(
      '\n',
    );
    const answer = await asked({ 'default.conf.template': text.replaceAll('$\n', '$') });
    assert.match(answer.hover, /BACKEND.* is filled in by envsubst before nginx reads the text/);
    assert.match(answer.rename, /is filled in by envsubst/);
  });

  test('an upstream that is extracted takes no name that is asked for', async () => {
    const open = 'include /srv/groups/*.conf;\n';
    assert.deepEqual((await asked({ 'nginx.conf': main(open + pass('a|pp')) })).refactor, [], 'the name may be that of a group');
    assert.match((await asked({ 'nginx.conf': main(pass('a|pp:8000')) })).refactor.join(), /Extract app:8000 into an upstream/);
    const { written } = await asked({ 'nginx.conf': main(open + pass('127.0.0.|1:8000') + pass('app')) });
    assert.ok(
      written.some((text) => text.startsWith('upstream app_2 {')),
      written.join(),
    );
  });
});
