/** What is put into a text that someone reads before nginx is written for him; placeholders that are put back are not. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileId } from '../../server/src/base/file-id.ts';
import type { Engine } from '../../server/src/syntax/template/engines.ts';
import { writtenIn } from '../../server/src/syntax/template/escapes.ts';
import type { Escapes } from '../../server/src/syntax/template.ts';
import { parts } from '../harness/rules.ts';

const ENGINES: Readonly<Record<Escapes, Engine>> = {
  shell: { family: 'shell', name: 'shell' },
  compose: { family: 'compose', name: 'compose' },
  'composed-shell': { family: 'shell', name: 'shell' },
  puppet: { family: 'shell', name: 'shell' },
  terraform: { family: 'terraform', name: 'terraform' },
  format: { family: 'format', name: 'python-format' },
};

/** What stands there after `put` has taken the place of `old`, which is in the text once. */
async function after(escapes: Escapes, text: string, old: string, put: string): Promise<string> {
  const { parser } = await parts();
  const source = parser.embedded(fileId('file:///site.conf'), text, { visible: text, engine: ENGINES[escapes], escapes });
  const start = text.indexOf(old);
  return writtenIn(source, { start, end: start + old.length }, put);
}

test('variables of nginx', async () => {
  assert.equal(await after('shell', 'listen 80;', 'listen 80;', 'set $a ${host};'), 'set \\$a \\${host};');
  assert.equal(await after('shell', 'listen 80;', 'listen 80;', 'set \\$a `b`;'), 'set \\$a \\`b\\`;');
  assert.equal(
    await after('compose', 'listen 80;', 'listen 80;', 'location ~ \\.php$ { set $a ${host}; }'),
    'location ~ \\.php$$ { set $$a $${host}; }',
  );
  assert.equal(await after('compose', 'listen 80;', 'listen 80;', 'set $$a b;'), 'set $$a b;');
  assert.equal(await after('composed-shell', 'listen 80;', 'listen 80;', 'set $a ${host};'), 'set \\$$a \\$${host};');
  assert.equal(await after('puppet', 'listen 80;', 'listen 80;', 'set $a b;'), 'set $a b;');
  assert.equal(await after('terraform', 'listen 80;', 'listen 80;', 'set $a ${host}b;'), 'set $a $${host}b;');
  assert.equal(await after('format', 'server {{ }}', 'server', 'location / { }'), 'location / {{ }}');
  assert.equal(await after('format', 'server {{ }}', 'server', 'location / {{ }}'), 'location / {{ }}');
});

test('placeholders that were there', async () => {
  assert.equal(await after('shell', 'server_name $DOMAIN;', '$DOMAIN', 'www.$DOMAIN $host'), 'www.$DOMAIN \\$host');
  assert.equal(await after('shell', 'server_name $domain;', '$domain', 'www.$domain'), 'www.$domain');
  assert.equal(
    await after('shell', 'server_name $host; listen 80;', 'listen 80;', 'return 301 https://$host/;'),
    'return 301 https://\\$host/;',
  );
  assert.equal(await after('compose', 'server_name ${DOMAIN};', '${DOMAIN}', 'www.${DOMAIN} $host'), 'www.${DOMAIN} $$host');
  assert.equal(await after('terraform', 'server_name ${domain};', '${domain}', 'www.${domain}'), 'www.${domain}');
  assert.equal(await after('format', 'server_name {domain};', '{domain}', 'www.{domain} {'), 'www.{domain} {{');
});

test('a plain file, and a template whose marks are of another form', async () => {
  const { parser } = await parts();
  for (const text of ['listen 80;', 'listen {{ port }};', 'listen ${PORT};']) {
    const source = parser.open(fileId('file:///site.conf'), text);
    assert.equal(writtenIn(source, { start: 0, end: 0 }, 'set $a ${host};'), 'set $a ${host};', text);
  }
  const source = parser.open(fileId('file:///site.tftpl'), 'server_name ${domain};\n');
  assert.equal(source.template, 'terraform');
  assert.equal(writtenIn(source, { start: 0, end: 0 }, 'set $a ${host};'), 'set $a $${host};');
});
