/**
 * Projects side by side in a folder that is none: of each the same is said, whether its own folder is named, the one around it, or an editor has
 * that one open. What one of them holds and starts is nothing to the others.
 */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { fromPath, pathOf } from '../../server/src/base/file-id.ts';
import { unitsOf } from '../../server/src/project/units.ts';
import { checked, edited, inMemory, shown } from './world.ts';

const SITE =
  'server {\n    listen 80;\n    server_name shop.example;\n    location / {\n        proxy_pass http://127.0.0.1:8000;\n    }\n}\n';
const HEADERS =
  'proxy_set_header Host $host;\nproxy_set_header X-Forwarded-For $remote_addr;\nproxy_set_header X-Forwarded-Proto $scheme;\n';
const compose = (image: string): string =>
  `services:\n  web:\n    image: ${image}\n    volumes: ["./site.conf:/etc/nginx/conf.d/default.conf:ro"]\n    ports: ["80:80"]\n`;
const TLS = `${SITE}server {\n    listen 443 ssl http2;\n    server_name shop.example;\n    ssl_certificate a.pem;\n    ssl_certificate_key a.key;\n    root /srv;\n}\n`;

describe('where the projects of a folder are', () => {
  for (const [what, files, marked, expected] of [
    ['one beside the other', ['shop/site.conf', 'blog/nginx.conf', 'blog/conf.d/a.conf'], [], ['/w/shop', '/w/blog']],
    ['below folders of owners', ['a/shop/site.conf', 'a/news/site.conf', 'b/blog/site.conf'], [], ['/w/a/shop', '/w/a/news', '/w/b']],
    ['folders of one nginx', ['conf.d/a.conf', 'sites-enabled/b', 'snippets/c.conf'], [], []],
    ['one beside its application', ['shop/site.conf'], [], []],
    ['roles of one host', ['roles/web/a.conf', 'roles/cache/b.conf'], [], []],
    ['a file of the folder itself', ['site.conf', 'shop/site.conf', 'blog/site.conf'], [], []],
    ['a folder of one nginx with a mark of its own', ['proxy/a.conf', 'shop/b.conf'], ['/w/proxy'], ['/w/proxy', '/w/shop']],
    ['what is within a marked one', ['shop/web/a.conf', 'shop/api/b.conf', 'blog/c.conf'], ['/w/shop'], ['/w/shop', '/w/blog']],
  ] as const)
    test(what, () => {
      const found = unitsOf(
        fromPath('/w'),
        files.map((f) => fromPath(`/w/${f}`)),
        new Set(marked.map(fromPath)),
      );
      assert.deepEqual(found.map(pathOf), expected);
    });
});

for (const [what, files, folders, silent] of [
  [
    'headers for all sites of a neighbour',
    { 'shop/headers.conf': HEADERS, 'shop/site.conf': SITE, 'blog/site.conf': SITE },
    ['shop', 'blog'],
    'blog/site.conf:79 warning proxy-host-missing',
  ],
  [
    'the image of a neighbour',
    { 'shop/site.conf': TLS, 'shop/compose.yaml': compose('nginx:1.29'), 'blog/site.conf': TLS },
    ['shop', 'blog'],
    null,
  ],
  [
    'a zone of a neighbour',
    {
      'shop/conf.d/zone.conf': 'limit_req_zone $binary_remote_addr zone=all:10m rate=1r/s;\n',
      'shop/conf.d/site.conf': SITE,
      'blog/conf.d/site.conf': SITE.replace('proxy_pass', 'limit_req zone=all; proxy_pass'),
    },
    ['shop', 'blog'],
    null,
  ],
  [
    'services of one repository',
    {
      '.git/HEAD': '',
      'services/shop/site.conf': SITE,
      'services/shop/compose.yaml': compose('nginx:1.18'),
      'services/blog/site.conf': SITE,
      'services/blog/compose.yaml': compose('nginx:1.29'),
    },
    ['services/shop', 'services/blog'],
    null,
  ],
] as const)
  test(`the same is said of each folder, whoever asks: ${what}`, async () => {
    const memory = inMemory(files);
    const open = Object.keys(files).filter((f) => f.endsWith('.conf'));
    const all = (await checked(memory, ['.'])).findings.map(shown);
    const editor = await edited(memory, open);
    for (const folder of folders) {
      const own = (await checked(memory, [folder])).findings.map(shown).sort();
      const within = (f: string): boolean => f.startsWith(`${folder}/`);
      assert.deepEqual(all.filter(within).sort(), own, `check . and check ${folder}`);
      const edits = open.filter(within).flatMap((f) => editor.findings(fromPath(`/checkout/project/${f}`)).map(shown));
      assert.deepEqual(
        [...new Set(edits)].filter(within).sort(),
        own.filter((f) => /\.conf:/.test(f)),
        `the editor and check ${folder}`,
      );
    }
    if (silent) assert.ok(all.includes(silent), all.join('\n'));
  });
