/** Files that a container is given at a path where its nginx does not read them as what they are: the same answer from the command line and in the editor. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { fromPath } from '../../server/src/base/file-id.ts';
import { checked, edited, inMemory } from './world.ts';

const SITE = 'server {\n    listen 80;\n    location / {\n        return 204;\n    }\n}\n';
const WHOLE = `events {\n}\nhttp {\n${SITE}}\n`;

const compose = (volumes: string, image = 'nginx:1.28'): string =>
  `services:\n  proxy:\n    image: ${image}\n    ports: ["80:80"]\n    volumes: [${volumes}]\n`;

/** What both say of a file, as the names of the messages. */
async function said(files: Readonly<Record<string, string>>, file: string): Promise<string[]> {
  const memory = inMemory({ '.git/HEAD': '', ...files });
  const of = (all: readonly { readonly rule: string; readonly messageId: string }[]): string[] =>
    all.filter((f) => f.rule === 'file-put-elsewhere').map((f) => f.messageId);
  const folder = await checked(memory, ['.']);
  const command = of(folder.findings.filter((f) => f.at.file === fromPath(`/checkout/project/${file}`)));
  assert.deepEqual(of((await checked(memory, [file])).findings), command, 'the file and the folder');
  assert.deepEqual(of((await edited(memory, [file])).findings(fromPath(`/checkout/project/${file}`))), command, 'the editor');
  return command;
}

describe('files that are put elsewhere', () => {
  test('a site in the place of the main file is read where sites are', async () => {
    const { asked } = await checked(
      inMemory({ '.git/HEAD': '', 'n.conf': SITE, 'compose.yaml': compose('"./n.conf:/etc/nginx/nginx.conf"') }),
      ['n.conf'],
    );
    assert.equal(asked[0]?.config.tree.standIn?.readAs, '/etc/nginx/conf.d/n.conf of nginx:1.28');
  });

  test('a site where no include of the image looks', async () => {
    assert.deepEqual(
      await said({ 'web/shop.conf': SITE, 'compose.yaml': compose('"./web/shop.conf:/etc/nginx/sites-enabled/shop"') }, 'web/shop.conf'),
      ['unread'],
    );
    assert.deepEqual(await said({ 'web/shop.conf': SITE, 'compose.yaml': compose('"./web:/etc/nginx/http.d"') }, 'web/shop.conf'), [
      'unread',
    ]);
    assert.deepEqual(await said({ 'web/shop.conf': SITE, 'compose.yaml': compose('"./web:/etc/nginx/conf.d"') }, 'web/shop.conf'), []);
  });

  test('a main file among the sites, and a site in the place of the main file', async () => {
    assert.deepEqual(await said({ 'n.conf': WHOLE, 'compose.yaml': compose('"./n.conf:/etc/nginx/conf.d/n.conf"') }, 'n.conf'), [
      'refused',
    ]);
    assert.deepEqual(await said({ 'n.conf': SITE, 'compose.yaml': compose('"./n.conf:/etc/nginx/nginx.conf"') }, 'n.conf'), ['bare']);
    assert.deepEqual(await said({ 'n.conf': WHOLE, 'compose.yaml': compose('"./n.conf:/etc/nginx/nginx.conf"') }, 'n.conf'), []);
  });

  test('nothing is said where a main file of the project, an include of another site or an image of somebody reads it', async () => {
    const files = { 'shop.conf': SITE, 'main.conf': WHOLE.replace('http {', 'http {\ninclude /etc/nginx/sites-enabled/*;') };
    const put = '"./shop.conf:/etc/nginx/sites-enabled/shop"';
    assert.deepEqual(await said({ ...files, 'compose.yaml': compose(`${put}, "./main.conf:/etc/nginx/nginx.conf"`) }, 'shop.conf'), []);
    const chain = { 'shop.conf': SITE, 'all.conf': 'include sites-enabled/*;\n' };
    assert.deepEqual(await said({ ...chain, 'compose.yaml': compose(`${put}, "./all.conf:/etc/nginx/conf.d/all.conf"`) }, 'shop.conf'), []);
    assert.deepEqual(await said({ 'shop.conf': SITE, 'compose.yaml': compose(put, 'registry.example/our/nginx:3') }, 'shop.conf'), []);
  });

  test('of two services that are given the same file, the one that does not read it is told', async () => {
    const both = `${compose('"./shop.conf:/etc/nginx/sites-enabled/shop"')}  second:\n    image: nginx:1.28\n    volumes: ["./shop.conf:/etc/nginx/conf.d/shop.conf"]\n`;
    assert.deepEqual(await said({ 'shop.conf': SITE, 'compose.yaml': both }, 'shop.conf'), ['unread']);
  });
});

test('a cache whose zone no file in sight has may have its key there as well', async () => {
  const site = (zone: string) =>
    `${zone}server {\n    listen 80;\n    location / {\n        uwsgi_cache pages;\n        uwsgi_cache_valid 200 1m;\n        uwsgi_pass 127.0.0.1:3031;\n    }\n}\n`;
  const missing = async (text: string): Promise<number> =>
    (await checked(inMemory({ '.git/HEAD': '', 'site.conf': text }), ['site.conf'])).findings.filter((f) => f.rule === 'cache-without-key')
      .length;
  assert.equal(await missing(site('')), 0);
  assert.equal(await missing(site('uwsgi_cache_path /c keys_zone=pages:1m;\n')), 1);
});
