// What a newcomer does with the packaged extension, by hand: open, see, mend, type, save. The pictures are those that the README shows.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, describe } from 'node:test';
import { fakeEngine } from '../harness/container.ts';
import { available } from '../harness/nginx.ts';
import { type Browser, openBrowser, root, type Server, sampleWorkspace, startServer, temporaryFolder } from './host.ts';
import { stepsOf, Workbench } from './workbench.ts';

describe('the packaged extension in the hands of a person', { timeout: 180_000 }, () => {
  let server: Server;
  let browser: Browser;
  let workbench: Workbench;
  const folder = sampleWorkspace();
  const shop = path.join(folder, 'nginx/conf.d/shop.conf');
  const container = fakeEngine(temporaryFolder('engine'), available()?.binary ?? 'nginx');

  before(async () => {
    const settings = { 'proxylens.nginx.engine': container.engine };
    [server, browser] = await Promise.all([startServer({ vsix: path.join(root, 'out/editor/proxylens.vsix'), settings }), openBrowser()]);
    workbench = await Workbench.open(browser.page, server, folder, 'nginx/conf.d/shop.conf');
  });
  after(async () => {
    await browser?.close();
    await server?.stop();
  });
  /** Runs one step and keeps a picture when it fails. */
  const step = stepsOf(() => workbench);

  step('flaws are underlined when the file is opened', async () => {
    await workbench.squiggles('error').first().waitFor();
    await workbench.squiggles('warning').first().waitFor();
    await workbench.screenshot('squiggles');
  });

  step('the status bar knows the main file', async () => {
    await browser.page.locator('.statusbar-item[id="status.languageStatus"]').hover();
    await browser.page.locator('.monaco-hover', { hasText: 'nginx/nginx.conf' }).waitFor();
    await browser.page.locator('.monaco-hover', { hasText: '1.30.7' }).waitFor();
    await workbench.screenshot('status');
    await browser.page.mouse.move(700, 400);
  });

  step('the light bulb ends the location with a slash', async () => {
    await workbench.clickOn('/static', 'location /static {');
    await workbench.openQuickFixes('End the location with a slash');
    await workbench.screenshot('light-bulb');
    await browser.page.keyboard.press('Enter');
    await workbench.line('location /static/ {').waitFor();
  });

  step('the light bulb passes the lost headers on', async () => {
    await workbench.clickOn('proxy_read_timout');
    await browser.page.keyboard.press('ArrowDown');
    await browser.page.keyboard.press('Home');
    await workbench.applyQuickFix('Pass X-Forwarded-For, X-Forwarded-Proto on');
    await workbench.line('proxy_set_header X-Forwarded-Proto $scheme').waitFor();
    await workbench.save(shop, /\/events\/ \{[^}]*X-Forwarded-For \$proxy_add_x_forwarded_for;[^}]*X-Forwarded-Proto \$scheme;/);
  });

  step('one fix in the file that two locations share serves both', async () => {
    await workbench.openFile('proxy.conf');
    await workbench.squiggles('warning').first().waitFor();
    await workbench.clickOn('proxy_set_header', 'X-Real-IP');
    await workbench.applyQuickFix('Pass X-Forwarded-For, X-Forwarded-Proto on in proxy.conf, used by 2 locations');
    await workbench.save(path.join(folder, 'nginx/snippets/proxy.conf'), /X-Forwarded-Proto \$scheme;/);
    await workbench.openFile('conf.d/shop.conf');
  });

  step('what is misspelt is changed by a person, and the marks go when the file is saved', async () => {
    await workbench.clickOn('proxy_read_timout');
    await workbench.applyQuickFix('Change to "proxy_read_timeout"');
    await workbench.line('proxy_read_timeout 1h;').waitFor();
    await workbench.clickOn('logins');
    await workbench.applyQuickFix('Change to "login"');
    await workbench.line('limit_req zone=login burst=10 nodelay;').waitFor();
    await workbench.clickOn('add_header', 'add_header Cache-Control');
    await workbench.applyQuickFix('Repeat Strict-Transport-Security, X-Content-Type-Options here');
    await workbench.save(shop, /location \/static\/ \{[^}]*add_header Strict-Transport-Security/);
    await workbench.gone(workbench.squiggles('error'));
    assert.match(fs.readFileSync(shop, 'utf8'), /alias \/srv\/shop\/static\/;/);
    await workbench.screenshot('mended');
  });

  step('weak TLS is marked in the file that is included, and mended', async () => {
    await workbench.openFile('tls.conf');
    await workbench.squiggles('warning').first().waitFor();
    await workbench.clickOn('TLSv1', 'ssl_protocols');
    await workbench.applyQuickFix('Offer TLSv1.2 and TLSv1.3');
    await workbench.save(path.join(folder, 'nginx/snippets/tls.conf'), /ssl_protocols TLSv1\.2 TLSv1\.3;/);
  });

  step('typing "django" offers a whole reverse proxy, and nothing in it is marked', async () => {
    const wiki = path.join(folder, 'nginx/conf.d/wiki.conf');
    fs.writeFileSync(wiki, '');
    await workbench.openFile('wiki.conf');
    await workbench.page.locator('.editor-instance .view-lines').first().click();
    await browser.page.keyboard.type('django', { delay: 30 });
    const offer = browser.page.locator('.suggest-widget .monaco-list-row', { hasText: 'Django reverse proxy (Gunicorn, unix socket)' });
    await offer.waitFor();
    await workbench.screenshot('completion');
    await offer.click();
    await workbench.line('upstream application').waitFor();
    await browser.page.keyboard.press('Escape');
    await browser.page.keyboard.press('Escape');
    await workbench.save(wiki, /upstream [\s\S]*unix:[\s\S]*X-Forwarded-Proto \$scheme/);
    await workbench.settled();
    for (const severity of ['error', 'warning'] as const) assert.equal(await workbench.squiggles(severity).count(), 0, severity);
    await workbench.screenshot('snippet');
  });

  step("a click on a rule's id opens its page", async () => {
    await workbench.openFile('nginx/nginx.conf');
    await workbench.squiggles('info').first().waitFor();
    await workbench.command('View: Toggle Problems');
    // the panel draws the rows that it has room for, so that the first of its rules will do
    const link = browser.page.locator('.markers-panel a', { hasText: /[a-z]+-[a-z]+/ }).first();
    const rule = /[a-z]+(?:-[a-z]+)+/.exec(await link.innerText())![0];
    await link.click({ modifiers: ['ControlOrMeta'] });
    await browser.page.locator('.tab', { hasText: rule }).waitFor();
    const page = browser.page.frameLocator('iframe.webview.ready').frameLocator('iframe#active-frame');
    await page.getByRole('heading', { name: 'Why' }).waitFor();
    assert.equal(await browser.page.locator('.markers-panel .monaco-list-row', { hasText: /\.md/ }).count(), 0);
    await workbench.screenshot('rule-page');
    await workbench.command('View: Close Editor');
    await workbench.command('View: Hide Panel');
  });

  const testDialog = async () => {
    await workbench.command('Proxylens: Test the configuration with nginx -t');
    const dialog = browser.page.locator('.monaco-dialog-box');
    await dialog.waitFor();
    return dialog;
  };
  const alone = (): void => {
    fs.mkdirSync(path.join(folder, 'alone'), { recursive: true });
    fs.writeFileSync(
      path.join(folder, 'alone/nginx-alone.conf'),
      `pid ${folder}/alone/nginx.pid;\nerror_log ${folder}/alone/error.log;\nevents {}\nhttp {\n    access_log off;\n    nonsense on;\n}\n`,
    );
  };

  step('nginx is asked only after its command line was agreed to, in the image of the compose file', async () => {
    alone();
    await workbench.openFile('nginx-alone.conf');
    await workbench.squiggles('error').first().waitFor();
    const dialog = await testDialog();
    const asked = (await dialog.textContent()) ?? '';
    assert.match(asked, /Test a copy of alone\/nginx-alone\.conf with nginx -t\?/);
    assert.match(asked, /run --rm --name proxylens-\w+ --pull never --network none .*,target=\/proxylens,readonly .* nginx:1\.30\.7 -t -c/);
    assert.match(asked, /On this machine: nginx -t -c/);
    await workbench.screenshot('nginx-t-dialog');
    assert.deepEqual(container.told(), [], 'nothing has run yet');
    await dialog.getByRole('button', { name: 'Run in nginx:1.30.7' }).click();
    await workbench.command('View: Toggle Problems');
    await browser.page.locator('.markers-panel .monaco-list-row', { hasText: 'unknown directive "nonsense"nginx -t' }).waitFor();
    await workbench.command('Notifications: Show Notifications');
    await browser.page.locator('.notifications-center', { hasText: 'unknown directive "nonsense" in alone/nginx-alone.conf:6' }).waitFor();
    await workbench.screenshot('nginx-t-verdict');
    const [args = [], ...others] = container.told();
    assert.deepEqual(others, []);
    assert.ok(asked.includes(args.slice(0, 5).join(' ')), 'what ran is what was shown');
  });

  step('the nginx of this machine can be asked as well', async () => {
    await workbench.command('Notifications: Clear All Notifications');
    const dialog = await testDialog();
    await dialog.getByRole('button', { name: 'Run on This Machine' }).click();
    await workbench.command('Notifications: Show Notifications');
    await browser.page.locator('.notifications-center', { hasText: 'unknown directive "nonsense" in' }).waitFor();
    assert.equal(container.told().length, 1, 'no container ran');
  });
});
