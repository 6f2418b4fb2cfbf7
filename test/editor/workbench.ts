// A person's hands on the workbench: each function is something that a user does or sees. It waits for what it needs, never for a fixed time.
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import type { Locator, Page } from 'playwright-core';
import { type Server, screenshots, workbenchUrl } from './host.ts';

const PATIENCE = Number(process.env.PATIENCE ?? 30_000);

export class Workbench {
  constructor(readonly page: Page) {
    page.setDefaultTimeout(PATIENCE);
  }

  /** Opens a folder with one file of it in front. */
  static async open(page: Page, server: Server, folder: string, file: string, payload: [string, string][] = []): Promise<Workbench> {
    const workbench = new Workbench(page);
    await page.goto(workbenchUrl(server, folder, [['openFile', path.join(folder, file)], ...payload]));
    await page
      .locator('.monaco-editor .view-line')
      .first()
      .waitFor({ timeout: 2 * PATIENCE });
    return workbench;
  }

  line(text: string): Locator {
    return this.page.locator('.editor-instance .view-line', { hasText: text }).first();
  }

  /** The underlines of a severity in the open editor. */
  squiggles(severity: 'error' | 'warning' | 'info' | 'hint'): Locator {
    return this.page.locator(`.squiggly-${severity}`);
  }

  /** Waits until nothing of it is left. */
  async gone(what: Locator): Promise<void> {
    const deadline = Date.now() + PATIENCE;
    while ((await what.count()) > 0) {
      if (Date.now() > deadline) throw new Error(`${await what.count()} of ${what} are still there`);
      await this.page.waitForTimeout(50);
    }
  }

  /** Waits until the marks of the open file have stayed the same for a second. */
  async settled(): Promise<void> {
    const marks = this.page.locator('[class*="squiggly-"]');
    let before = -1;
    for (let same = 0; same < 5; await this.page.waitForTimeout(200)) {
      const now = await marks.count();
      same = now === before ? same + 1 : 0;
      before = now;
    }
  }

  /** Puts the cursor into a word of the first line that holds it. */
  async clickOn(word: string, line = word): Promise<void> {
    await this.line(line).getByText(word).first().click();
  }

  /** Opens a folder of a tree. A tree that is drawn anew in this moment can lose the click, so it is looked at and clicked again. */
  async expand(row: Locator): Promise<void> {
    const deadline = Date.now() + PATIENCE;
    await row.waitFor();
    for (;;) {
      if ((await row.getAttribute('aria-expanded')) === 'true') return;
      if (Date.now() > deadline) throw new Error(`${row} does not open`);
      await row.locator('.monaco-tl-twistie').click();
      await this.page.waitForTimeout(500);
    }
  }

  /** Opens the box at the top by a key. A page that is being loaded can swallow the key, so it is pressed again. */
  private async quickInput(key: string): Promise<Locator> {
    const input = this.page.locator('.quick-input-widget input').first();
    for (let attempt = 1; ; attempt++) {
      await this.page.keyboard.press(key);
      try {
        await input.waitFor({ timeout: 3000 });
        return input;
      } catch (error) {
        if (attempt === 8) throw error;
      }
    }
  }

  /** Runs a command by its title, as the palette does. */
  async command(title: string): Promise<void> {
    const row = this.page.locator('.quick-input-list .monaco-list-row', { hasText: title }).first();
    // what opens by itself meanwhile (a page, a panel) takes the focus, and the box is gone
    for (let attempt = 1; ; attempt++) {
      const input = await this.quickInput('F1');
      try {
        await input.fill(`>${title}`, { timeout: 5000 });
        await row.waitFor({ timeout: 5000 });
        break;
      } catch (error) {
        if (attempt === 6) throw error;
        await this.page.keyboard.press('Escape');
      }
    }
    await this.page.keyboard.press('Enter');
    await this.page
      .locator('.quick-input-widget')
      .waitFor({ state: 'hidden', timeout: 5000 })
      .catch(() => {});
  }

  /** Opens a file by its name, or by the end of its path. */
  async openFile(name: string): Promise<void> {
    const hit = this.page.locator('.quick-input-list .monaco-list-row', { hasText: path.basename(name) }).first();
    const tab = this.page.locator('.tab.active', { hasText: path.basename(name) });
    // the search may answer before it knows the folder, and does not ask again by itself; its list is still in motion when it is taken from
    for (let attempt = 1; ; attempt++) {
      try {
        const input = await this.quickInput('Control+p');
        await input.fill('', { timeout: 5000 });
        await input.fill(name, { timeout: 5000 });
        await hit.waitFor({ timeout: 5000 });
        await hit.click({ timeout: 5000 });
        await tab.waitFor({ timeout: 5000 });
        return;
      } catch (error) {
        if (attempt === 6) throw error;
        await this.page.keyboard.press('Escape');
      }
    }
  }

  /** Opens the menu of the light bulb at the cursor. It is asked for again while it lacks the title, for the first answer can be empty. */
  async openQuickFixes(title: string): Promise<Locator> {
    const fix = this.page.locator('.action-widget .action', { hasText: title }).first();
    for (let attempt = 1; ; attempt++) {
      await this.page.keyboard.press('Control+.');
      try {
        await fix.waitFor({ timeout: 2000 });
        return fix;
      } catch (error) {
        if (attempt === 8) throw error;
        await this.page.keyboard.press('Escape');
      }
    }
  }

  async applyQuickFix(title: string): Promise<void> {
    await (await this.openQuickFixes(title)).click();
  }

  /** Saves with the keyboard and waits until the file on disk holds the text. */
  async save(file: string, holds: RegExp): Promise<void> {
    await this.page.keyboard.press('Control+s');
    const deadline = Date.now() + PATIENCE;
    while (!holds.test(fs.existsSync(file) ? fs.readFileSync(file, 'utf8') : '')) {
      if (Date.now() > deadline) throw new Error(`${file} does not hold ${holds}:\n${fs.readFileSync(file, 'utf8')}`);
      await this.page.waitForTimeout(50);
    }
  }

  async screenshot(name: string): Promise<void> {
    fs.mkdirSync(screenshots, { recursive: true });
    await this.page.screenshot({ path: path.join(screenshots, `${name}.png`) });
  }
}

/** The tests of a session in which each goes on where the one before stopped; of one that fails a picture stays. */
export const stepsOf =
  (workbench: () => Workbench | undefined) =>
  (name: string, run: () => Promise<void>): void =>
    void test(name, async () => {
      try {
        await run();
      } catch (error) {
        await workbench()?.screenshot(`failed-${name.replaceAll(/\W+/g, '-')}`);
        throw error;
      }
    });
