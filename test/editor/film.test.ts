// A film of the marks while a person types: frame by frame, none that stays may go away in between.
import assert from 'node:assert/strict';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { type Browser, openBrowser, root, type Server, sampleWorkspace, startServer } from './host.ts';
import { Workbench } from './workbench.ts';

/** What is typed: a directive letter by letter, and a comment to the end of the line. */
const LINE = 'expires 30d; # typed letter by letter, as people do: '.padEnd(200, 'each key asks again what is wrong elsewhere; ');

interface Film {
  readonly frames: number;
  /** what was seen at first, at last, and how often each mark of both was missing in between */
  readonly before: readonly string[];
  readonly after: readonly string[];
  readonly missing: Readonly<Record<string, number>>;
}

describe('marks while typing', { timeout: 240_000 }, () => {
  let server: Server;
  let browser: Browser;
  let workbench: Workbench;

  before(async () => {
    [server, browser] = await Promise.all([
      startServer({ vsix: path.join(root, 'out/editor/proxylens.vsix'), settings: { 'editor.quickSuggestions': { other: 'off' } } }),
      openBrowser(),
    ]);
    workbench = await Workbench.open(browser.page, server, sampleWorkspace(), 'nginx/conf.d/shop.conf');
  });
  after(async () => {
    await browser?.close();
    await server?.stop();
  });

  test('no mark that the whole lint keeps is missing in any frame', async () => {
    await workbench.squiggles('error').first().waitFor();
    await workbench.clickOn('/srv/shop/media/', 'alias /srv/shop/media/;');
    await browser.page.keyboard.press('End');
    await browser.page.keyboard.press('Enter');
    await workbench.settled();
    await browser.page.evaluate(() => {
      /** the marks by their place below the first of them (a lens that comes moves all); those of the line that is typed in are not looked at */
      const marks = (): string[] => {
        const seen = [...document.querySelectorAll<HTMLElement>('.editor-instance .view-overlays [class*="squiggly-"]')]
          .filter((mark) => !mark.parentElement!.querySelector('.current-line'))
          .map((mark) => ({ mark, top: Number.parseFloat(mark.parentElement!.style.top) }));
        const first = Math.min(...seen.map(({ top }) => top));
        return seen.map(({ mark, top }) => `${mark.className} ${top - first} ${mark.style.left}`);
      };
      const film = { frames: [] as string[][], going: true };
      const take = (): void => {
        film.frames.push(marks());
        if (film.going) requestAnimationFrame(take);
      };
      take();
      (window as unknown as { film: typeof film }).film = film;
    });
    await browser.page.keyboard.type(LINE, { delay: 60 });
    await workbench.settled();
    const film = await browser.page.evaluate((): Film => {
      const { film } = window as unknown as { film: { frames: string[][]; going: boolean } };
      film.going = false;
      const [before, after] = [film.frames[0]!, film.frames.at(-1)!];
      const missing: Record<string, number> = {};
      for (const mark of before.filter((m) => after.includes(m)))
        missing[mark] = film.frames.filter((frame) => !frame.includes(mark)).length;
      return { frames: film.frames.length, before, after, missing };
    });
    await workbench.line('each key asks again').waitFor();
    assert.ok(film.frames > LINE.length, `${film.frames} frames`);
    assert.ok(Object.keys(film.missing).length >= 4, `marks that stay: ${JSON.stringify(film)}`);
    assert.deepEqual(
      Object.entries(film.missing).filter(([, count]) => count > 0),
      [],
      `of ${film.frames} frames`,
    );
  });
});
