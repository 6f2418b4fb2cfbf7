// Being found: no nginx file is open, and the findings, the verdict in the status bar and the view of its own are there all the same; a file
// that only looks like nginx is offered to be read as nginx, and the answer is remembered.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, describe } from 'node:test';
import { type Browser, openBrowser, root, type Server, sampleWorkspace, startServer } from './host.ts';
import { stepsOf, Workbench } from './workbench.ts';

const LOOK_ALIKE = `upstream shop {
    server 127.0.0.1:5000;
}
server {
    listen 80;
    server_name items.example.com;
    location /img { alias /srv/img/; }
    location / { proxy_pass http://shop; }
}
`;

const TESTS = `config: nginx/nginx.conf
allowRefused: true
requests:
  - name: the logo is a file
    request: https://shop.example.com/static/logo.png
    expect: {kind: static}
  - name: the cart is sold out
    request: https://shop.example.com/cart
    expect: {status: 410}
`;

describe('being found', { timeout: 240_000 }, () => {
  let server: Server;
  let browser: Browser;
  let workbench: Workbench;
  const folder = sampleWorkspace();

  before(async () => {
    fs.writeFileSync(path.join(folder, 'myapp.conf'), LOOK_ALIKE);
    fs.writeFileSync(path.join(folder, 'shop.proxytest.yaml'), TESTS);
    [server, browser] = await Promise.all([startServer({ vsix: path.join(root, 'out/editor/proxylens.vsix') }), openBrowser()]);
    workbench = await Workbench.open(browser.page, server, folder, 'shop/settings.py');
  });
  after(async () => {
    await browser?.close();
    await server?.stop();
  });
  const step = stepsOf(() => workbench);
  const bar = () => browser.page.locator('.statusbar-item', { hasText: /^\s*nginx: \d+ errors/ });

  step('the verdict is in the status bar while a Python file is open', async () => {
    await bar().waitFor();
    assert.match((await bar().textContent()) ?? '', /nginx: \d+ errors · \d+\.\d+.* · nginx\/nginx\.conf/);
    await workbench.screenshot('found-status');
  });

  step('a click opens the menu, which explains what was assumed', async () => {
    await bar().click();
    await browser.page.locator('.quick-input-list .monaco-list-row', { hasText: 'Choose the main file' }).waitFor();
    await workbench.screenshot('found-menu');
    await browser.page.locator('.quick-input-list .monaco-list-row', { hasText: 'Explain what was assumed' }).click();
    await browser.page.locator('.quick-input-list .monaco-list-row', { hasText: 'nginx 1.' }).waitFor();
    await browser.page.keyboard.press('Escape');
  });

  step('the view shows the configuration as a tree and leads to the lines', async () => {
    await browser.page.locator('.activitybar a.action-label[aria-label^="nginx"]').click();
    const rows = browser.page.locator('.pane-body .monaco-list-row');
    await rows.filter({ hasText: 'Servers' }).first().waitFor();
    await rows.filter({ hasText: 'Upstreams' }).first().waitFor();
    await rows.filter({ hasText: 'shop.example.com' }).last().click();
    await browser.page.locator('.tab.active', { hasText: 'shop.conf' }).waitFor();
    await workbench.screenshot('found-view');
  });

  step('shared snippets stand in the tree with the places that read them', async () => {
    const rows = browser.page.locator('.pane-body .monaco-list-row');
    const snippets = rows.filter({ hasText: /^\s*Snippets/ });
    await workbench.expand(snippets);
    const proxy = rows.filter({ hasText: 'proxy.conf' }).filter({ hasText: 'read at 2 places' });
    await proxy.waitFor();
    await proxy.click();
    await browser.page.locator('.tab.active', { hasText: 'proxy.conf' }).waitFor();
    // the click went to the file; the places are below it
    await workbench.expand(proxy);
    await rows.filter({ hasText: 'shop.conf:' }).first().waitFor();
    await workbench.screenshot('found-snippets');
  });

  step('request tests stand beside the configuration, with their verdicts, and lead to their lines and to the preview', async () => {
    await browser.page.locator('.pane-header', { hasText: 'Request Tests' }).click();
    const rows = browser.page.locator('.pane-body .monaco-list-row');
    await rows.filter({ hasText: 'shop.proxytest.yaml' }).filter({ hasText: '1 of 2 pass' }).waitFor();
    const failed = rows.filter({ hasText: 'the cart is sold out' });
    await failed.filter({ hasText: 'status: expected 410' }).waitFor();
    await failed.click();
    await browser.page.locator('.tab.active', { hasText: 'shop.proxytest.yaml' }).waitFor();
    await browser.page.locator('.line-numbers.active-line-number', { hasText: /^7$/ }).waitFor();
    await workbench.screenshot('found-request-tests');
    const file = rows.filter({ hasText: 'shop.proxytest.yaml' });
    await file.hover();
    await file.getByRole('button', { name: 'Run the Request Tests' }).click();
    await workbench.command('Test: Show Output');
    const tests = browser.page.locator('.test-output-peek-tree .monaco-list-row, .test-result-container .monaco-list-row');
    await tests.filter({ hasText: 'the cart is sold out' }).first().waitFor();
    await workbench.screenshot('found-test-run');
    await workbench.command('View: Hide Panel');
    await rows.filter({ hasText: 'the logo is a file' }).hover();
    await rows.filter({ hasText: 'the logo is a file' }).getByRole('button', { name: 'Preview the Request Path' }).click();
    const panel = browser.page.frameLocator('iframe.webview.ready').frameLocator('iframe#active-frame');
    await panel.getByRole('button', { name: /^location \/static/ }).waitFor();
    assert.equal(await panel.getByLabel('URL', { exact: true }).inputValue(), 'https://shop.example.com/static/logo.png');
  });

  step('a file that looks like nginx is offered to be read as nginx, and stays so', async () => {
    await workbench.openFile('myapp.conf');
    await workbench.command('Notifications: Show Notifications');
    const offer = browser.page.locator('.notifications-center .notification-list-item', { hasText: 'looks like nginx configuration' });
    await offer.waitFor();
    await workbench.screenshot('found-offer');
    await offer.getByRole('button', { name: 'Read as nginx' }).click();
    // its findings are there before, as those of any file of the folder
    await workbench.squiggles('error').first().waitFor();
    const settings = path.join(folder, '.vscode/settings.json');
    const written = (): string => (fs.existsSync(settings) ? fs.readFileSync(settings, 'utf8') : '');
    const deadline = Date.now() + 10_000;
    while (!written().includes('myapp') && Date.now() < deadline) await browser.page.waitForTimeout(50);
    assert.match(written(), /"\*\*\/myapp\.conf": "nginx"/);
  });

  step('the walkthrough begins with what is never sent or executed', async () => {
    await workbench.command('Welcome: Open Walkthrough');
    await browser.page.locator('.quick-input-widget input').first().fill('Proxylens');
    await browser.page.locator('.quick-input-list .monaco-list-row', { hasText: 'Get Started with Proxylens' }).click();
    await browser.page.getByText('What Is Never Sent or Executed').first().waitFor();
    await browser.page.getByText('Open the Sample').first().waitFor();
    await workbench.screenshot('found-walkthrough');
  });

  step('the page of the extension says what it does, and nothing on it is broken', async () => {
    await workbench.command('Extensions: Show Installed Extensions');
    await browser.page.locator('.extensions-list .monaco-list-row', { hasText: 'Proxylens' }).first().click();
    const page = browser.page.frameLocator('iframe.webview.ready').last().frameLocator('iframe#active-frame');
    await page.getByText('See the path of a request before you deploy.').waitFor();
    const broken = await page.locator('img').evaluateAll((all) => all.filter((e) => !(e as HTMLImageElement).naturalWidth).length);
    assert.equal(broken, 0);
    await workbench.screenshot('found-extension-page');
  });

  step('the sample opens in a window of its own, with the walkthrough beside its flaws', async () => {
    const opened = browser.page.context().waitForEvent('page');
    await workbench.command('Proxylens: Open the Sample');
    const sample = new Workbench(await opened);
    await sample.page.locator('.tab', { hasText: 'shop.conf' }).waitFor();
    await sample.squiggles('error').first().waitFor();
    await sample.page.getByText('What Is Never Sent or Executed').first().waitFor();
    await sample.screenshot('found-sample');
    await sample.page.close();
  });
});
