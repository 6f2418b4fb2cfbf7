// The preview of the request path by hand: open it, type a URL, read the path, flip an assumption, click to the line, look at the map.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, describe } from 'node:test';
import { type Browser, openBrowser, root, type Server, sampleWorkspace, startServer } from './host.ts';
import { stepsOf, Workbench } from './workbench.ts';

describe('the preview of the request path', { timeout: 240_000 }, () => {
  let server: Server;
  let browser: Browser;
  let workbench: Workbench;
  const folder = sampleWorkspace();
  // a site whose redirect leads to itself: a finding with the request that shows it
  fs.writeFileSync(
    path.join(folder, 'nginx/conf.d/moved.conf'),
    'server {\n    listen 80;\n    server_name moved.example.com;\n    return 301 http://moved.example.com$request_uri;\n}\n',
  );

  before(async () => {
    [server, browser] = await Promise.all([startServer({ vsix: path.join(root, 'out/editor/proxylens.vsix') }), openBrowser()]);
    workbench = await Workbench.open(browser.page, server, folder, 'nginx/conf.d/shop.conf');
  });
  after(async () => {
    await browser?.close();
    await server?.stop();
  });
  const panel = () => browser.page.frameLocator('iframe.webview.ready').frameLocator('iframe#active-frame');
  const step = stepsOf(() => workbench);

  step('it opens beside the editor and draws the path of the server at the cursor', async () => {
    await workbench.squiggles('error').first().waitFor();
    await workbench.clickOn('proxy_pass');
    await workbench.command('Proxylens: Preview the request path');
    await panel()
      .getByRole('button', { name: /^location / })
      .first()
      .waitFor();
    await workbench.screenshot('preview');
  });

  step('a typed URL is drawn at once', async () => {
    await panel().getByLabel('URL', { exact: true }).fill('https://shop.example.com/static/logo.png');
    await panel()
      .getByRole('button', { name: /^location \/static/ })
      .waitFor();
    await panel().getByLabel('URL', { exact: true }).fill('https://shop.example.com/cart?x=1');
    await panel()
      .getByRole('button', { name: /^application GET \/cart\?x=1/ })
      .waitFor();
    // the picture that the README begins with, where the panel has the room that people give it
    const size = browser.page.viewportSize();
    await browser.page.setViewportSize({ width: 1440, height: 1180 });
    await workbench.command('View: Toggle Primary Side Bar Visibility');
    await panel().locator('.sight').waitFor();
    await workbench.screenshot('request-path');
    await workbench.command('View: Toggle Primary Side Bar Visibility');
    if (size) await browser.page.setViewportSize(size);
  });

  step('a redirect is followed on a card below, and what leads back is drawn as a loop', async () => {
    await panel().getByLabel('URL', { exact: true }).fill('http://shop.example.com/cart?x=1');
    // nginx sends the browser to HTTPS; Django, which never learns of HTTPS, sends it there again
    await panel().locator('.hop h2', { hasText: 'GET https://shop.example.com/cart?x=1' }).waitFor();
    const loop = panel().getByRole('alert').filter({ hasText: 'A loop' });
    await loop.filter({ hasText: 'GET https://shop.example.com/cart?x=1' }).waitFor();
    await loop.scrollIntoViewIfNeeded();
    await workbench.screenshot('preview-loop');
    await panel().locator('.hop > details > summary').click();
    await panel().getByRole('button', { name: 'Make this the request' }).click();
    await panel()
      .getByRole('button', { name: /^application GET \/cart\?x=1/ })
      .waitFor();
    assert.equal(await panel().getByLabel('URL', { exact: true }).inputValue(), 'https://shop.example.com/cart?x=1');
  });

  step('an assumption is a switch: the application answers 500', async () => {
    const assumption = panel().locator('.station.end select, .station.end input').first();
    await assumption.selectOption('500');
    await panel().locator('.up h2', { hasText: '500' }).waitFor();
    await workbench.screenshot('preview-500');
  });

  step('a station leads to its line', async () => {
    const station = panel()
      .getByRole('button', { name: /^server / })
      .first();
    const label = (await station.textContent()) ?? '';
    await station.click();
    const line = /\.conf:(\d+)/.exec(label)?.[1];
    assert.ok(line, label);
    await browser.page.locator('.line-numbers.active-line-number', { hasText: new RegExp(`^${line}$`) }).waitFor();
    await workbench.screenshot('preview-station');
  });

  step('why another location was not taken is told in a sentence, and a request that takes it is one click away', async () => {
    await panel().getByLabel('URL', { exact: true }).fill('https://shop.example.com/cart');
    const loser = panel().getByRole('button', { name: /^\/accounts\/login\/: no prefix/ });
    await loser.click();
    await panel().getByText('The path does not begin with it, letter for letter.').waitFor();
    await workbench.screenshot('preview-why-not');
    await panel().getByRole('button', { name: 'Ask for a request that reaches it' }).click();
    await panel()
      .getByRole('button', { name: /^location \/accounts\/login\/: longest prefix/ })
      .waitFor();
    assert.equal(await panel().getByLabel('URL', { exact: true }).inputValue(), 'https://shop.example.com/accounts/login/');
  });

  step('what a backend answers is set at its station, headers included', async () => {
    await panel().getByText('Set what django answers').click();
    const own = panel().getByRole('group', { name: 'django' });
    await own.getByLabel('Status, timeout, refused or invalid').fill('503');
    await own.getByLabel('Status, timeout, refused or invalid').press('Enter');
    await own.getByLabel('Headers, one a line').fill('Retry-After: 120');
    await own.getByLabel('Headers, one a line').press('Tab');
    await panel().locator('.up h2', { hasText: '503' }).waitFor();
    await panel().locator('.headers-back tr', { hasText: 'Retry-After' }).filter({ hasText: 'the application' }).waitFor();
    await workbench.screenshot('preview-backend');
    await own.getByRole('button', { name: 'Back to the assumption' }).click();
    // what was chosen on the switch before holds again, until it is taken back too
    await panel().locator('.up h2', { hasText: '500' }).waitFor();
    assert.equal(await own.getByLabel('Headers, one a line').inputValue(), '');
    await panel().getByRole('button', { name: 'Back to the assumption: answer of the application' }).click();
    await panel().locator('.up h2', { hasText: '301' }).waitFor();
  });

  step('a client that follows no redirect is asked whether to', async () => {
    await panel().locator('.more > summary').click();
    await panel()
      .getByRole('combobox', { name: /^Client/ })
      .selectOption('curl');
    await panel().getByLabel('URL', { exact: true }).fill('http://shop.example.com/cart');
    await panel().getByRole('button', { name: 'Follow the redirect' }).click();
    await panel().locator('.lane .title', { hasText: 'application' }).waitFor();
    assert.equal(await panel().getByLabel('URL', { exact: true }).inputValue(), 'https://shop.example.com/cart');
    await panel()
      .getByRole('combobox', { name: /^Client/ })
      .selectOption('browser');
  });

  step('the map shows listeners, servers, locations and upstreams', async () => {
    await panel().getByRole('button', { name: 'Map of the configuration' }).click();
    await panel()
      .getByRole('button', { name: /^upstream / })
      .first()
      .waitFor();
    await panel()
      .getByRole('button', { name: /^listener / })
      .first()
      .waitFor();
    await workbench.command('View: Toggle Primary Side Bar Visibility');
    await workbench.command('View: Toggle Maximize Editor Group');
    await panel()
      .getByRole('button', { name: /^upstream / })
      .first()
      .waitFor();
    await workbench.screenshot('map');
    await workbench.command('View: Toggle Maximize Editor Group');
  });

  step('it is readable in a dark theme too', async () => {
    await panel().getByRole('button', { name: 'Back to the request path' }).click();
    await workbench.command('Preferences: Toggle between Light/Dark Themes');
    await panel()
      .getByRole('button', { name: /^server / })
      .first()
      .waitFor();
    await workbench.screenshot('preview-dark');
  });

  step('a finding leads to the request that shows it', async () => {
    await workbench.openFile('moved.conf');
    await workbench.clickOn('return 301');
    await workbench.applyQuickFix('Preview the request of this finding');
    await panel().getByRole('alert').filter({ hasText: 'A loop' }).waitFor();
    assert.match(await panel().getByLabel('URL', { exact: true }).inputValue(), /^http:\/\/moved\.example\.com\//);
    await workbench.screenshot('preview-of-a-finding');
  });

  step('where nobody listens there is a way out: another address, or the line that is missing', async () => {
    await panel().getByLabel('URL', { exact: true }).fill('https://shop.example.com:8443/cart');
    const ways = panel().getByRole('region', { name: 'What you can do' });
    await ways.getByText('Nothing listens on port 8443.').waitFor();
    await workbench.screenshot('preview-way-out');
    await ways.getByRole('button', { name: 'Add “listen 8443 ssl;” to shop.example.com' }).click();
    await workbench.line('listen 8443 ssl;').waitFor();
    await panel()
      .getByRole('button', { name: /^listen \*:8443 ssl/ })
      .waitFor();
    await panel().getByLabel('URL', { exact: true }).fill('https://shop.example.com:9443/cart');
    await ways.getByRole('button', { name: 'Ask https://shop.example.com/cart instead' }).click();
    await panel()
      .getByRole('button', { name: /^application GET \/cart/ })
      .waitFor();
  });
});
