/** The other half of a snippet: what it needs in http is added there, once, in the file in which someone types. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { applyEdits } from '../../server/src/base/edit.ts';
import { fromPath } from '../../server/src/base/file-id.ts';
import { completion } from '../../server/src/features/completion.ts';
import { SNIPPETS } from '../../server/src/snippets/index.ts';
import { standsIn } from '../../server/src/snippets/stand.ts';
import { configOf } from '../trace/config-of.ts';

/** The file after a snippet was chosen where `<|>` stands; null where it is not offered. */
async function chosen(files: string, file: string, title: string): Promise<string | null> {
  const config = await configOf(files.replace('<|>', ''));
  const source = config.files.get(fromPath(`/etc/nginx/${file}`))!;
  const marked = files.slice(files.indexOf(`#- ${file}\n`) + `#- ${file}\n`.length);
  const offset = marked.indexOf('<|>');
  const found = completion([config], source, offset)!;
  const item = found.items.find((i) => i.kind === 'snippet' && i.detail === title);
  return item ? applyEdits(source.text, [...(item.more ?? []), { span: found.span, newText: item.plain! }]) : null;
}

const LIMIT = 'Rate limit for this location';
const ZONE = 'limit_req_zone $binary_remote_addr zone=per_client:10m rate=10r/s;';

test('in a whole file the zone goes to the top of http', async () => {
  const text = await chosen(
    '#- nginx.conf\nhttp {\n    server {\n        location / {\n            <|>\n        }\n    }\n}\n',
    'nginx.conf',
    LIMIT,
  );
  assert.ok(text?.startsWith(`http {\n    ${ZONE}\n    server {`), text ?? 'not offered');
  assert.match(text ?? '', /limit_req zone=per_client burst=20 nodelay;/);
});

test('in a file of a site the zone stands above the server', async () => {
  const text = await chosen(
    '#- nginx.conf\nhttp { include site.conf; }\n#- site.conf\nserver {\n    location / {\n        <|>\n    }\n}\n',
    'site.conf',
    LIMIT,
  );
  assert.ok(text?.startsWith(`${ZONE}\n\nserver {`), text ?? 'not offered');
});

test('what is there, in whichever file, is not added again', async () => {
  const text = await chosen(
    `#- nginx.conf\nhttp { ${ZONE} include site.conf; }\n#- site.conf\nserver {\n    location / {\n        <|>\n    }\n}\n`,
    'site.conf',
    LIMIT,
  );
  assert.ok(text?.startsWith('server {'), text ?? 'not offered');
});

test('an upstream has the snippet of its own', async () => {
  const text = await chosen(
    '#- nginx.conf\nhttp {\n    upstream a {\n        server 127.0.0.1:8000;\n        <|>\n    }\n}\n',
    'nginx.conf',
    'Connections that are kept to this upstream',
  );
  assert.match(text ?? 'not offered', /keepalive 32;/);
});

const HEADERS = 'add_header X-Frame-Options DENY always;';
const server = (inside: string, before = ''): string => `#- nginx.conf\nhttp {\n${before}    server {\n${inside}        <|>\n    }\n}\n`;
const location = (inside: string, before = ''): string =>
  `#- nginx.conf\nhttp {\n${before}    server {\n        location / {\n${inside}            <|>\n        }\n    }\n}\n`;

test('the application is the upstream that the file has', async () => {
  const shop = '    upstream shop { server 10.0.0.1:8000; }\n    server { listen 81; location / { proxy_pass http://shop; } }\n';
  assert.match((await chosen(location('', shop), 'nginx.conf', 'Lines that proxy to an application')) ?? '', /proxy_pass http:\/\/shop;/);
});

test('connections to a group that keeps them are kept', async () => {
  const shop = '    upstream shop { server 10.0.0.1:8000; keepalive 8; }\n';
  const config = await configOf(location('', shop).replace('<|>', ''), { nginx: '1.22.1' });
  const found = config.main.directives
    .find((d) => d.name === 'http')!
    .body!.named('server')[0]!
    .body!.named('location')[0]!.body!;
  const lines = standsIn(config, found)(SNIPPETS.find((s) => s.id === 'proxy-lines')!)!.body;
  assert.match(lines, /proxy_pass http:\/\/\$\{1:shop\};\nproxy_http_version 1\.1;\nproxy_set_header Connection "";/);
});

test('a limit counts in the zone that the file has', async () => {
  const text = await chosen(location('', '    limit_req_zone $binary_remote_addr zone=visitors:1m rate=5r/s;\n'), 'nginx.conf', LIMIT);
  assert.match(text ?? '', /limit_req zone=visitors burst=20 nodelay;/);
  assert.doesNotMatch(text ?? '', /per_client/);
});

test('a path that a location has gets no second one', async () => {
  const text = await chosen(server('        location / { return 204; }\n'), 'nginx.conf', 'Location that proxies to an application');
  assert.match(text ?? '', /location \/proxy\/ \{/);
  assert.equal(
    await chosen(server('        location = /robots.txt { return 204; }\n'), 'nginx.conf', 'robots.txt that asks robots to stay away'),
    null,
  );
});

test('lines that the location has are not written twice', async () => {
  const text = await chosen(
    location('            proxy_pass http://10.0.0.1;\n            proxy_set_header Host $host;\n'),
    'nginx.conf',
    'Cache for this location',
  );
  assert.equal(text?.match(/proxy_pass /g)?.length, 1);
  assert.equal(text?.match(/proxy_set_header Host/g)?.length, 1);
  assert.match(text ?? '', /proxy_cache pages;/);
});

test('headers that a list of its own would switch off are repeated, or merged where nginx can', async () => {
  for (const [nginx, wanted] of [
    ['1.28.0', HEADERS],
    ['1.30.0', 'add_header_inherit merge;'],
  ] as const) {
    const config = await configOf(`http {\n    server {\n        ${HEADERS}\n    }\n}\n`, { nginx });
    const found = config.main.directives.find((d) => d.name === 'http')!.body!.named('server')[0]!.body!;
    const body = standsIn(config, found)(SNIPPETS.find((s) => s.id === 'request-id')!)!.body;
    assert.ok(body.includes(wanted), `${nginx}: ${body}`);
  }
});

test('names that http has already are made new ones', async () => {
  const text = await chosen(
    '#- nginx.conf\nhttp {\n    upstream application { server 10.0.0.1; }\n    <|>\n}\n',
    'nginx.conf',
    'Load balancing',
  );
  assert.match(text ?? '', /upstream application_2 \{\s+zone application_2 64k;/);
});

test('a server that answers everything itself is offered no location', async () => {
  assert.equal(
    await chosen(server('        return 301 https://a.example;\n'), 'nginx.conf', 'Location that proxies to an application'),
    null,
  );
});
