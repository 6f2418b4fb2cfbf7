// The preview at the widths and in the themes that people have: nothing is broken, cut or unreadable. axe-core judges each, and pictures are
// taken for people to look at.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, describe } from 'node:test';
import type { Frame } from 'playwright-core';
import { type Browser, openBrowser, root, type Server, sampleWorkspace, startServer } from './host.ts';
import { stepsOf, Workbench } from './workbench.ts';

const THEMES = {
  light: 'Light Modern',
  dark: 'Dark Modern',
  'high-contrast': 'Default High Contrast',
  'high-contrast-light': 'Default High Contrast Light',
} as const;
const WIDTHS = [480, 690, 930, 1400];
/** Pixels of the workbench beside a maximized editor: the activity bar. */
const BESIDE = 48;
const AXE = fs.readFileSync(path.join(root, 'node_modules/axe-core/axe.min.js'), 'utf8');

interface Violation {
  readonly id: string;
  readonly help: string;
  readonly nodes: readonly { readonly html: string; readonly failureSummary?: string }[];
}

describe('the preview can be read', { timeout: 240_000 }, () => {
  let server: Server;
  let browser: Browser;
  let workbench: Workbench;
  const folder = sampleWorkspace();
  const settings = path.join(folder, '.vscode/settings.json');
  const choose = (theme: string): void => {
    fs.mkdirSync(path.dirname(settings), { recursive: true });
    fs.writeFileSync(settings, JSON.stringify({ 'workbench.colorTheme': theme, 'workbench.activityBar.location': 'default' }));
  };

  before(async () => {
    choose(THEMES.light);
    [server, browser] = await Promise.all([startServer({ vsix: path.join(root, 'out/editor/proxylens.vsix') }), openBrowser()]);
    browser.page.setDefaultTimeout(10_000);
    workbench = await Workbench.open(browser.page, server, folder, 'nginx/conf.d/shop.conf');
    await workbench.squiggles('error').first().waitFor();
    await workbench.command('View: Toggle Primary Side Bar Visibility');
    await workbench.clickOn('proxy_pass');
    await workbench.command('Proxylens: Preview the request path');
    await panel()
      .getByRole('button', { name: /^location / })
      .first()
      .waitFor();
    await browser.page.locator('.tab', { hasText: 'Request path' }).click();
    await workbench.command('View: Toggle Maximize Editor Group');
  });
  after(async () => {
    await browser?.close();
    await server?.stop();
  });
  const panel = () => browser.page.frameLocator('iframe.webview.ready').frameLocator('iframe#active-frame');
  const frame = async (): Promise<Frame> => {
    const element = await panel().locator('body').elementHandle();
    const own = await element?.ownerFrame();
    assert.ok(own);
    return own;
  };
  const wide = async (width: number): Promise<void> => {
    await browser.page.setViewportSize({ width: width + BESIDE, height: 1100 });
    await (await frame()).waitForFunction((w) => Math.abs(document.documentElement.clientWidth - w) < 24, width);
  };
  const themed = async (kind: keyof typeof THEMES): Promise<void> => {
    choose(THEMES[kind]);
    const wanted = {
      light: 'vscode-light',
      dark: 'vscode-dark',
      'high-contrast': 'vscode-high-contrast',
      'high-contrast-light': 'vscode-high-contrast-light',
    }[kind];
    await (await frame()).waitForFunction(
      ([id, name]) => document.body.classList.contains(id!) && document.body.dataset.vscodeThemeId === name,
      [wanted, THEMES[kind]],
    );
  };
  /** What axe-core finds. Names on the map are cut to fit, so what is seen there is not the whole name that is spoken. */
  const violations = async (cut = false): Promise<string[]> => {
    const own = await frame();
    await own.evaluate(AXE);
    const found = (await own.evaluate(
      `axe.run(document, { resultTypes: ['violations'], runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'best-practice'], rules: { 'label-content-name-mismatch': { enabled: ${!cut} } } }).then((r) => r.violations)`,
    )) as Violation[];
    return found.flatMap((v) => v.nodes.map((n) => `${v.id}: ${v.help}\n  ${n.html.slice(0, 200)}\n  ${n.failureSummary ?? ''}`));
  };
  /** What sticks out of the panel, and words that are broken into pieces: boxes that are too narrow for their longest word. */
  const brokenOf = async (): Promise<string[]> =>
    (await frame()).evaluate(() => {
      const out: string[] = [];
      const room = document.documentElement.clientWidth;
      for (const element of document.querySelectorAll<HTMLElement>('.title, .fact, .says, .name, h2, td, dd')) {
        const box = element.getBoundingClientRect();
        if (box.width && box.right > room + 1) out.push(`sticks out: ${element.textContent}`);
        if (box.width && element.textContent.length > 8 && box.width < 40) out.push(`a letter a line: ${element.textContent}`);
      }
      return out;
    });
  const step = stepsOf(() => workbench);

  for (const theme of Object.keys(THEMES) as (keyof typeof THEMES)[])
    step(`the path, ${theme}`, async () => {
      await themed(theme);
      const faults: string[] = [];
      for (const width of WIDTHS) {
        await wide(width);
        await workbench.screenshot(`path-${theme}-${width}`);
        faults.push(...[...(await brokenOf()), ...(await violations())].map((f) => `${width} px: ${f}`));
      }
      assert.deepEqual(faults, []);
    });
  step('what opens: a loser, the answers of a backend, a hop, and a port that nobody listens on', async () => {
    const url = panel().getByLabel('URL', { exact: true });
    const faults: string[] = [];
    const looked = async (what: string): Promise<void> => {
      for (const theme of ['light', 'high-contrast'] as const) {
        await themed(theme);
        for (const width of [480, 1400]) {
          await wide(width);
          await workbench.screenshot(`${what}-${theme}-${width}`);
          faults.push(...[...(await brokenOf()), ...(await violations())].map((f) => `${what}, ${theme}, ${width} px: ${f}`));
        }
      }
    };
    await url.fill('http://shop.example.com:8080/');
    await panel().getByText('Nothing listens on port 8080.').waitFor();
    await looked('way-out');
    await url.fill('http://shop.example.com/accounts/login/');
    await panel().locator('.hop > details > summary').first().waitFor();
    await panel().locator('.hop > details > summary').first().click();
    await panel()
      .getByRole('button', { name: /: shorter prefix/ })
      .first()
      .click();
    // its line is shown in the editor; the panel gets its width back
    await browser.page.locator('.tab', { hasText: 'Request path' }).click();
    await workbench.command('View: Toggle Maximize Editor Group');
    await panel().getByText('Set what django answers').first().click();
    await panel().locator('fieldset').first().waitFor();
    await looked('opened');
    await url.fill('https://shop.example.com/accounts/login/');
    await panel()
      .getByRole('button', { name: /^location \/accounts/ })
      .first()
      .waitFor();
    assert.deepEqual(faults, []);
  });
  step('a comparison, and the map', async () => {
    await themed('light');
    await panel().getByRole('button', { name: 'Compare' }).click();
    await panel().getByLabel('URL', { exact: true }).fill('/static/logo.png');
    await panel()
      .getByRole('row', { name: /static/ })
      .first()
      .waitFor({ state: 'attached' });
    const faults: string[] = [];
    // what only the second request has is beside its neighbours, not after the headers of the answer
    const names = await panel().locator('.compare tbody th').allTextContents();
    const stations = names
      .map((name) => name.trim())
      .filter((name) => ['≠ location', 'location', 'files', 'static file', 'answer'].some((n) => name.endsWith(n)));
    assert.deepEqual(
      stations.map((name) => name.replace(/^≠ /, '')),
      ['location', 'files', 'static file', 'answer'],
    );
    for (const width of WIDTHS) {
      await wide(width);
      await workbench.screenshot(`compare-light-${width}`);
      faults.push(...[...(await brokenOf()), ...(await violations())].map((f) => `comparison, ${width} px: ${f}`));
    }
    await panel().getByRole('button', { name: 'Map of the configuration' }).click();
    for (const theme of Object.keys(THEMES) as (keyof typeof THEMES)[]) {
      await themed(theme);
      for (const width of WIDTHS) {
        await wide(width);
        // the whole width is in sight
        await panel()
          .getByRole('button', { name: /^application / })
          .first()
          .waitFor();
        const right = await (await frame()).evaluate(() =>
          Math.max(...[...document.querySelectorAll('.node rect')].map((n) => n.getBoundingClientRect().right)),
        );
        // several names of a server are its first one, and how many more there are
        const names = await panel().locator('.node.server text').first().textContent();
        if (!/^\S+(?: \+1| www\.\S+)$/.test(names ?? '')) faults.push(`the server is called "${names}" at ${width} px`);
        if (right > width) faults.push(`the map ends at ${right} of ${width} px`);
        await workbench.screenshot(`map-${theme}-${width}`);
        faults.push(...(await violations(true)).map((f) => `map, ${theme}, ${width} px: ${f}`));
      }
    }
    assert.deepEqual(faults, []);
  });
});
