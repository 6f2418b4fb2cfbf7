// What a newcomer does with the packaged extension, by hand: open, see, mend, type, save. The pictures are those that the README shows.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { type Browser, openBrowser, root, type Server, sampleWorkspace, startServer } from './host.ts';
import { Workbench } from './workbench.ts';

describe('the packaged extension in the hands of a person', { timeout: 120_000 }, () => {
  let server: Server;
  let browser: Browser;
  let workbench: Workbench;
  const folder = sampleWorkspace();
  const shop = path.join(folder, 'nginx/conf.d/shop.conf');

  before(async () => {
    [server, browser] = await Promise.all([startServer({ vsix: path.join(root, 'out/editor/proxylens.vsix') }), openBrowser()]);
    workbench = await Workbench.open(browser.page, server, folder, 'nginx/conf.d/shop.conf');
  });
  after(async () => {
    await browser?.close();
    await server?.stop();
  });
  /** Runs one step and keeps a picture when it fails. */
  const step = (name: string, run: () => Promise<void>): void =>
    void test(name, async () => {
      try {
        await run();
      } catch (error) {
        await workbench?.screenshot(`failed-${name.replaceAll(/\W+/g, '-')}`);
        throw error;
      }
    });

  step('flaws are underlined when the file is opened', async () => {
    await workbench.squiggles('error').first().waitFor();
    await workbench.squiggles('warning').first().waitFor();
    await workbench.screenshot('squiggles');
  });

  step('the light bulb mends the alias', async () => {
    await workbench.clickOn('/static', 'location /static {');
    await workbench.openQuickFixes('slash');
    await workbench.screenshot('light-bulb');
    await browser.page.keyboard.press('Enter');
    await workbench.line('location /static/ {').waitFor();
    await workbench.save(shop, /location \/static\/ \{/);
    assert.match(fs.readFileSync(shop, 'utf8'), /alias \/srv\/shop\/static\/;/);
  });
});
