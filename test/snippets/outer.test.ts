/** The other half of a snippet: what it needs in http is added there, once, in the file in which somebody types. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { applyEdits } from '../../server/src/base/edit.ts';
import { fromPath } from '../../server/src/base/file-id.ts';
import { completion } from '../../server/src/features/completion.ts';
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
