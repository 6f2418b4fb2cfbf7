/** What nginx of one version refuses and that of another takes: the facts of 1.25 to 1.31.9, each row with both sides. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fromPath } from '../../server/src/base/file-id.ts';
import { MemoryFiles } from '../../server/src/base/memory-files.ts';
import { Config } from '../../server/src/config/config.ts';
import { loadTree } from '../../server/src/config/load.ts';
import { DEFAULT_SETTINGS } from '../../server/src/config/settings.ts';
import { withSettings } from '../../server/src/config/settings-file.ts';
import { loadParts } from '../../server/src/host/parts.ts';
import { lint } from '../../server/src/rules/run.ts';

const ROOT = fromPath('/repo/nginx.conf');
const server = (body: string): string => `server { listen 80; ${body} }`;
const beta = 'map $http_x $beta { default 0; on 1; } ';
const to = 'proxy_pass http://127.0.0.1:8000;';

const GROUP = 'upstream u { zone u 64k; server 10.0.0.1; }';

/** text of http, or of a stream block; the version that takes it, null for none; the one that refuses it, with what the message must hold */
const ROWS: readonly (readonly [text: string, takes: string | null, refuses: string | null, says?: RegExp])[] = [
  [`${beta}server { location $beta { return 200; } location / { return 204; } }`, '1.31.5', null],
  // before, the name of a location that begins with a dollar sign is a prefix that no URI has
  ['server { location $beta { return 200; } location / { return 204; } }', '1.31.4', '1.31.5', /beta/],
  [`${beta}server { location /a { location $beta { return 200; } } }`, '1.31.5', '1.31.4', /outside/],
  [`${beta}server { location $beta { location /a { return 200; } location ~ b { return 200; } } }`, '1.31.9', null],
  [`${beta}server { location = /a { location $beta { return 200; } } }`, null, '1.31.9', /inside/],
  [`${beta}server { location $beta { ${to.replace(';', '/x;')} } }`, null, '1.31.9', /URI/],
  [`${beta}server { location $beta { return 200; } location $beta { return 201; } }`, '1.31.9', '1.31.4', /duplicate/i],
  ['json_set $name $request_body user.name; json_max_depth 64;', '1.31.5', '1.30.7', /json_/],
  ['json_set $name $request_body a; json_set $name $request_body b;', null, '1.31.9', /already defined/],
  ['json_set $name $request_body a..b;', null, '1.31.9', /path/],
  ['json_max_depth 300;', null, '1.31.9', /256/],
  ['client_body_early_read $http_a; client_body_early_read $http_b;', '1.31.5', '1.30.6', /client_body_early_read/],
  [server('location / { client_body_early_read on; return 204; }'), null, '1.31.9', /client_body_early_read/],
  [server('max_headers 200;'), '1.29.8', '1.28.0', /max_headers/],
  [server(`location / { early_hints $http_x; ${to} }`), '1.29.0', '1.28.3', /early_hints/],
  [server('add_header_inherit merge;'), '1.29.3', '1.29.2', /add_header_inherit/],
  [server(`location / { proxy_http_version 2; ${to} }`), '1.29.4', '1.29.3', /"2"/],
  [server(`location / { proxy_socket_sndbuf 64k; ${to} }`), '1.31.9', '1.30.6', /proxy_socket_sndbuf/],
  ['upstream u { server 127.0.0.1:1; sticky cookie a; } server { location / { proxy_pass http://u; } }', '1.29.6', '1.28.0', /sticky/],
  ['server { listen 80 multipath; }', '1.29.7', '1.28.0', /multipath/],
  [server('http2 on;'), '1.25.1', '1.24.0', /http2/],
  [server('return 200 $request_port;'), '1.31.9', '1.28.0', /request_port/],
  [server('ssl_certificate_cache max=100;'), '1.27.4', '1.26.2', /ssl_certificate_cache/],
  // what a later release allows is called that, whatever it is that is refused: a place, a count, a value, a line of a list
  [
    GROUP.replace('}', 'resolver 192.0.2.53; resolver_timeout 2s; }'),
    '1.27.3',
    '1.27.2',
    /in an upstream block it needs nginx 1\.27\.3 or later/,
  ],
  [GROUP.replace('}', 'keepalive 4 local; }'), '1.29.7', '1.29.6', /takes one argument before nginx 1\.29\.7, this is 1\.29\.6/],
  [GROUP.replace('}', 'keepalive 0; }'), '1.29.7', '1.28.0', /nginx 1\.29\.7 or later accepts it; this is 1\.28\.0/],
  [server(`location / { proxy_limit_rate $arg_rate; ${to} }`), '1.27.0', '1.26.3', /nginx 1\.27\.0 or later accepts it/],
  [server(`location / { proxy_bind [2001:db8::1]; ${to} }`), '1.27.3', '1.26.3', /nginx 1\.27\.3 or later accepts it/],
  [server(`location / { proxy_bind [2001:db8::1; ${to} }`), null, '1.31.9', /^(?!.*or later)/],
  [server('gzip perhaps;'), null, '1.20.2', /^(?!.*or later)/],
  ['geo $g { volatile; default 0; }', '1.29.3', '1.29.2', /1\.29\.3 or later/],
  ['geo $g { include offices/*.geo; }', '1.29.8', '1.29.7', /named "offices\/\*\.geo": masks .* 1\.29\.8/],
  ['map $uri $m { include parts/*.map; }', '1.18.0', null],
  ['stream { server { listen 9; server_name a; return x; } }', '1.25.5', '1.25.4', /1\.25\.5 or later/],
  ['stream { server { listen 9; return a; } server { listen 9; return b; } }', '1.25.5', '1.25.4', /1\.25\.5/],
  ['stream { server { listen 9; } }', '1.27.1', '1.27.0', /1\.27\.1/],
  [
    'stream { server { listen 9; return x; ssl_stapling on; } }',
    '1.27.2',
    '1.27.1',
    /in a server of the stream block it needs nginx 1\.27\.2/,
  ],
  ['stream { server { listen 9; proxy_pass 10.0.0.1:1; proxy_protocol v2; } }', '1.31.4', '1.31.3', /nginx 1\.31\.4 or later accepts it/],
  [
    server('ssl_certificate a.pem; ssl_certificate_key a.key; ssl_verify_client on; ssl_trusted_certificate ca.pem;'),
    '1.27.2',
    '1.27.1',
    /ssl_trusted_certificate alone is enough from nginx 1\.27\.2 on/,
  ],
];

async function errors(http: string, nginxVersion: string): Promise<string[]> {
  const { parser, engine, rules } = await loadParts();
  const files = new MemoryFiles([[ROOT, `events {}\n${http.startsWith('stream ') ? http : `http { ${http} }`}\n`]]);
  const sources = {
    source: async (file: typeof ROOT) => (files.text(file) === undefined ? null : parser.open(file, files.text(file)!)),
    list: files.list.bind(files),
    stat: files.stat.bind(files),
  };
  const settings = withSettings(DEFAULT_SETTINGS, { nginxVersion, profile: 'validity' });
  const tree = await loadTree(ROOT, sources, { pathMap: [], prefix: null });
  if ('problem' in tree) throw new Error(tree.problem);
  return lint(new Config(tree, engine, settings), rules)
    .filter((f) => f.severity === 'error')
    .map((f) => f.message);
}

for (const [text, takes, refuses, says = /./] of ROWS)
  test(`${text.slice(0, 90)}: ${takes ?? 'none'} takes it, ${refuses ?? 'none'} does not`, async () => {
    if (takes !== null) assert.deepEqual(await errors(text, takes), []);
    if (refuses === null) return;
    const said = await errors(text, refuses);
    assert.ok(said.length > 0);
    for (const message of said) assert.match(message, says);
  });

test('a version that is newer than the data warns, and says by what it judged', async () => {
  assert.deepEqual(await errors(server('proxy_pass http://127.0.0.1:1;'), '1.99.0'), []);
});
