// Two services start nginx with one main file: the status bar says which one the answers are about, the menu offers the other, and each has its findings.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, describe } from 'node:test';
import { type Browser, openBrowser, root, type Server, sampleWorkspace, startServer } from './host.ts';
import { stepsOf, Workbench } from './workbench.ts';

const mounts = (name: string, image: string): string =>
  `  ${name}:\n    image: ${image}\n    volumes:\n      - ./nginx/nginx.conf:/etc/nginx/nginx.conf\n      - ./nginx/${name}:/etc/nginx/conf.d\n`;
const site = (line: string): string =>
  `server {\n    listen 80;\n    server_name shop.example.com;\n    ${line}\n    location / { proxy_pass http://127.0.0.1:8000; proxy_set_header Host $host; }\n}\n`;
const FILES: Readonly<Record<string, string>> = {
  'compose.yaml': `services:\n${mounts('shop', 'nginx:1.26.2')}${mounts('admin', 'nginx:1.29.4')}`,
  'nginx/nginx.conf': 'events {}\nhttp {\n    include /etc/nginx/conf.d/*.conf;\n}\n',
  'nginx/shop/site.conf': site('client_max_body_size 5m;'),
  'nginx/admin/site.conf': site('client_max_body_sise 5m;'),
};

describe('one main file, two services', { timeout: 240_000 }, () => {
  let server: Server;
  let browser: Browser;
  let workbench: Workbench;
  const folder = path.join(sampleWorkspace(), '..', 'services');

  before(async () => {
    for (const [name, text] of Object.entries(FILES)) {
      fs.mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
      fs.writeFileSync(path.join(folder, name), text);
    }
    [server, browser] = await Promise.all([startServer({ vsix: path.join(root, 'out/editor/proxylens.vsix') }), openBrowser()]);
    workbench = await Workbench.open(browser.page, server, folder, 'nginx/nginx.conf');
  });
  after(async () => {
    await browser?.close();
    await server?.stop();
  });
  const step = stepsOf(() => workbench);
  const bar = (words: RegExp) => browser.page.locator('.statusbar-item', { hasText: words });
  const row = (words: string) => browser.page.locator('.quick-input-list .monaco-list-row', { hasText: words });

  step('the status bar says whose nginx the file is read for', async () => {
    await bar(/nginx: 1 error · 1\.26\.2 · nginx\/nginx\.conf \(shop\)/).waitFor();
    await workbench.screenshot('services-first');
  });

  step('the menu offers both, and the other one is picked', async () => {
    await workbench.command('Proxylens: Choose the Main File');
    await row('nginx/nginx.conf (shop)').waitFor();
    await row('nginx/nginx.conf (admin)').click();
    await bar(/nginx: 1 error · 1\.29\.4 · nginx\/nginx\.conf \(admin\)/).waitFor();
    await workbench.screenshot('services-second');
  });

  step('its site has its findings, and that of the other service has none', async () => {
    await workbench.openFile('nginx/admin/site.conf');
    await workbench.squiggles('error').first().waitFor();
    await bar(/site\.conf in nginx\/nginx\.conf \(admin\)/).waitFor();
    await workbench.openFile('nginx/shop/site.conf');
    await bar(/site\.conf in nginx\/nginx\.conf \(shop\)/).waitFor();
    assert.equal(await workbench.squiggles('error').count(), 0);
    await workbench.screenshot('services-findings');
  });
});
