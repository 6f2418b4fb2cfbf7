// "New deployment…" by hand, in the sample project: answer the questions, see the files appear, the site opened with its request path, nothing marked.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, describe } from 'node:test';
import { type Browser, openBrowser, root, type Server, sampleWorkspace, startServer } from './host.ts';
import { stepsOf, Workbench } from './workbench.ts';

describe('the wizard for a new deployment', { timeout: 240_000 }, () => {
  let server: Server;
  let browser: Browser;
  let workbench: Workbench;
  const folder = sampleWorkspace();

  before(async () => {
    [server, browser] = await Promise.all([startServer({ vsix: path.join(root, 'out/editor/proxylens.vsix') }), openBrowser()]);
    workbench = await Workbench.open(browser.page, server, folder, 'nginx/conf.d/shop.conf');
  });
  after(async () => {
    await browser?.close();
    await server?.stop();
  });
  const step = stepsOf(() => workbench);

  const widget = () => browser.page.locator('.quick-input-widget:visible');
  /** Waits for a list with a question and picks the row that holds a text; null takes the first. */
  const pick = async (question: string, row: string | null, picture?: string): Promise<void> => {
    await widget().locator(`input[placeholder="${question}"]`).waitFor();
    const rows = widget().locator('.monaco-list-row');
    const wanted = row === null ? rows.first() : rows.filter({ hasText: row }).first();
    await wanted.waitFor();
    if (picture) await workbench.screenshot(picture);
    // the hint of the row below the mouse would lie over the rows beneath it
    await browser.page.mouse.move(5, 700);
    await wanted.click();
  };
  /** Waits for the box that asks for a text, and gives what it was filled with before. */
  const answer = async (question: string, text: string | null, picture?: string): Promise<string> => {
    await widget().locator('.quick-input-message', { hasText: question }).waitFor();
    const input = widget().locator('input').first();
    const proposed = await input.inputValue();
    if (text !== null) await input.fill(text);
    if (picture) await workbench.screenshot(picture);
    await input.press('Enter');
    return proposed;
  };
  /** Not by workbench.command: the box at the top stays, for the first question comes into it. */
  const begin = async (): Promise<void> => {
    for (let attempt = 1; !(await widget().locator('input').first().isVisible()); attempt++) {
      assert.ok(attempt < 9, 'the palette does not open');
      await browser.page.keyboard.press('F1');
      await widget()
        .locator('input')
        .first()
        .waitFor({ timeout: 3000 })
        .catch(() => {});
    }
    await widget().locator('input').first().fill('>Proxylens: New deployment');
    await widget().locator('.monaco-list-row', { hasText: 'Proxylens: New deployment' }).first().click();
  };
  const file = (name: string): string => fs.readFileSync(path.join(folder, name), 'utf8');

  step('what the workspace says is offered first', async () => {
    await workbench.squiggles('error').first().waitFor();
    await begin();
    await pick('Which framework?', null, 'wizard-framework');
    await pick('Which application server?', 'Gunicorn', 'wizard-server');
    await pick('Where does it run?', 'systemd', 'wizard-runs');
    await pick('Which system is the server?', 'Debian');
  });

  step('an answer that cannot be used is refused at once', async () => {
    await widget().locator('.quick-input-message', { hasText: 'Name of the project' }).waitFor();
    const input = widget().locator('input').first();
    await input.fill('My Wiki');
    await widget().locator('.quick-input-message', { hasText: 'Lower-case letters' }).waitFor();
    await workbench.screenshot('wizard-refused');
    await input.fill('wiki');
    await widget().locator('.quick-input-message', { hasText: 'Name of the project' }).waitFor();
    await input.press('Enter');
  });

  step('each step is counted, and there is a way back to what was answered', async () => {
    await widget().locator('.quick-input-message', { hasText: 'Host name of the site' }).waitFor();
    assert.match((await widget().locator('.quick-input-title').textContent()) ?? '', /\(6\/13\)/);
    await widget().getByRole('button', { name: 'Back' }).click();
    assert.equal(await answer('Name of the project', null), 'wiki');
  });

  step('the other questions are prefilled', async () => {
    assert.match(await answer('Host name of the site', 'wiki.example.com', 'wizard-domain'), /^[\w.-]+$/);
    await pick('HTTPS?', "Let's Encrypt");
    assert.match(await answer('Module and name of the application', null), /^\w+\.wsgi:application$/);
    await pick('How does nginx reach the application?', 'unix socket');
    assert.match(await answer('Folder of the static files', '/srv/wiki/static'), /^\//);
    await answer('Folder of uploaded files', '/srv/wiki/media');
    assert.equal(await answer('The largest upload', null), '10m');
    await pick('Limit login attempts?', 'Yes');
  });

  step('what would be written is listed, with what exists already, and shown before anything is written', async () => {
    const before = file('gunicorn.conf.py');
    const dialog = browser.page.locator('.monaco-dialog-box');
    await dialog.waitFor();
    assert.match((await dialog.textContent()) ?? '', /files for Django under Gunicorn.*gunicorn\.conf\.py \(exists already/s);
    await workbench.screenshot('wizard-there');
    assert.ok(!fs.existsSync(path.join(folder, 'deploy')));
    await dialog.getByRole('button', { name: 'Review the Change' }).click();
    const review = browser.page.locator('.bulk-edit-panel');
    await review.locator('.monaco-list-row', { hasText: 'wiki.conf' }).first().waitFor();
    await workbench.screenshot('wizard-review');
    await review.getByRole('button', { name: 'Apply' }).click();
    await browser.page.locator('.tab', { hasText: 'wiki.conf' }).first().waitFor();
    assert.equal(file('gunicorn.conf.py'), before, 'what was not ticked stays');
  });

  step('the files of both sides appear, and the site opens beside its request path with nothing marked', async () => {
    const panel = browser.page.frameLocator('iframe.webview.ready').frameLocator('iframe#active-frame');
    await panel
      .getByRole('button', { name: /^server wiki\.example\.com/ })
      .first()
      .waitFor();
    await workbench.settled();
    await workbench.screenshot('wizard');
    assert.equal(await workbench.squiggles('error').count(), 0);
    assert.equal(await workbench.squiggles('warning').count(), 0);
    const names = fs.readdirSync(folder, { recursive: true }).map(String);
    const named = (end: string): string => names.find((n) => n.endsWith(end)) ?? assert.fail(`${end} is not among ${names.join(', ')}`);
    const site = file(named('wiki.conf'));
    assert.match(site, /server_name wiki\.example\.com;/);
    assert.match(site, /alias \/srv\/wiki\/static\/;/);
    assert.match(site, /limit_req zone=/);
    assert.match(file(named('.service')), /gunicorn/);
  });

  step('the request path of the new site leads to the application', async () => {
    const panel = browser.page.frameLocator('iframe.webview.ready').frameLocator('iframe#active-frame');
    assert.equal(await panel.getByLabel('URL', { exact: true }).inputValue(), 'https://wiki.example.com/', 'a page over HTTPS comes first');
    await panel.getByLabel('URL', { exact: true }).fill('https://wiki.example.com/pages?x=1');
    await panel.getByRole('button', { name: /^application GET \/pages\?x=1/ }).waitFor();
    await panel.getByLabel('URL', { exact: true }).fill('https://wiki.example.com/static/site.css');
    await panel
      .getByRole('button', { name: /\/srv\/wiki\/static\/site\.css/ })
      .first()
      .waitFor();
    await workbench.screenshot('wizard-path');
  });

  step('in a project that runs in containers, every proposal is what the project says, down to a Compose file', async () => {
    const containers = sampleWorkspace();
    workbench = await Workbench.open(browser.page, server, containers, 'nginx/conf.d/shop.conf');
    await workbench.squiggles('error').first().waitFor();
    await begin();
    const proposed: string[] = [];
    const summary = browser.page.locator('.monaco-dialog-box');
    // Enter on everything: what stands first or in the box is taken
    for (let question = 0; question < 14 && !(await summary.isVisible()); question++) {
      const title = widget().locator('.quick-input-title');
      await title.waitFor();
      const before = (await title.textContent()) ?? '';
      const list = await widget()
        .locator('.monaco-list-row.focused')
        .first()
        .textContent({ timeout: 1000 })
        .catch(() => null);
      proposed.push(list ?? (await widget().locator('input').first().inputValue()));
      if (question === 2) await workbench.screenshot('wizard-compose');
      await browser.page.keyboard.press('Enter');
      for (let wait = 0; wait < 100 && !(await summary.isVisible()); wait++) {
        const now = await title.textContent({ timeout: 500 }).catch(() => '');
        if (now !== before && now !== '') break;
        await browser.page.waitForTimeout(50);
      }
    }
    const said = proposed.join(' | ');
    assert.match(said, /Django.*found in this project \| Gunicorn.*found in this project \| .*Compose.*found in this project/);
    assert.match(said, /shop\.example\.com/);
    assert.match(said, /shop\.wsgi:application/);
    assert.match(said, /\/srv\/shop\/static/);
    await workbench.screenshot('wizard-compose-summary');
    assert.match((await summary.textContent()) ?? '', /files for Django under Gunicorn.*compose/s);
    await summary.getByRole('button', { name: /Write the Files|Review the Change/ }).click();
    const review = browser.page.locator('.bulk-edit-panel');
    await review.getByRole('button', { name: 'Apply' }).click();
    const panel = browser.page.frameLocator('iframe.webview.ready').frameLocator('iframe#active-frame');
    await panel.getByRole('button', { name: /^application / }).waitFor();
    assert.equal(await panel.getByLabel('URL', { exact: true }).inputValue(), 'https://shop.example.com/', 'a page over HTTPS comes first');
    await workbench.command('Notifications: Show Notifications');
    const next = browser.page.locator('.notifications-center .notification-list-item', { hasText: 'The files are written. Next:' });
    await next.waitFor();
    await workbench.screenshot('wizard-compose-done');
    await next.getByRole('button', { name: 'Open the Guide' }).click();
    await browser.page.locator('.tab', { hasText: 'DEPLOY.md' }).first().waitFor();
    const names = fs.readdirSync(containers, { recursive: true }).map(String);
    assert.ok(
      names.some((n) => /compose.*\.ya?ml$/.test(n) && n !== 'docker-compose.yml'),
      names.join(', '),
    );
  });
});
