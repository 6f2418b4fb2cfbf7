/**
 * The panel's own page under texts of people who want more than a configuration: real results of the server for a configuration that says each
 * hostile text wherever a name or a value may stand are drawn by the real script in a real browser. Nothing of them becomes an element, an
 * attribute that runs something, a link or a request.
 */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { chromium, type Page } from 'playwright-core';
import type { MapResult, TraceResult } from '../../server/src/lsp/protocol.ts';
import { ALPHABET, quoted } from '../abuse/hostile.ts';
import { TestClient } from '../harness/lsp.ts';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'proxylens-webview-'));
after(() => {
  TestClient.stopAll();
  fs.rmSync(folder, { recursive: true, force: true });
});

/** Texts that a file can hold: nginx ends its reading at NUL, and a lone surrogate is no UTF-8. Few pages, each with many of them. */
const TEXTS = [0, 1, 2, 3, 4, 5].map((part) =>
  ALPHABET.filter((t) => t !== '\x00' && t !== '\ud800')
    .filter((_, i) => i % 6 === part)
    .join(' '),
);

const configuration = (w: string, i: number): string => {
  const q = quoted(w);
  return `events {}
http {
    map $uri $m { default ${q}; ${quoted(`k${w}`)} ${q}; }
    upstream ${quoted(`u${i}${w}`)} { server ${quoted(`unix:${w}`)}; }
    server {
        listen 80;
        server_name ${quoted(`h${w}`)} a.example;
        access_log ${q} combined;
        add_header X-A ${q};
        location /back/ { proxy_pass http://${quoted(`u${i}${w}`)}; proxy_set_header X-B ${q}; proxy_set_header X-C $m; }
        location /text { return 200 ${q}; }
        location /to { return 302 ${quoted(`/${w}`)}; }
        location ${quoted(`/a${w}`)} { alias ${q}; error_page 404 ${quoted(`@n${w}`)}; bogus ${q}; }
        location ~ ${quoted(`^/b(${w.replace(/[^a-z]/g, '.')})`)} { try_files ${q} =404; }
        location ${quoted(`@n${w}`)} { proxy_pass ${quoted(`http://${w}`)}; }
    }
}
`;
};

/** What a page may hold beside text: the elements of our own drawing. */
const OURS =
  /^(html|head|meta|link|title|body|main|script|style|header|footer|nav|section|article|aside|div|span|p|ul|ol|li|dl|dt|dd|h[1-6]|table|thead|tbody|tr|td|th|caption|code|pre|kbd|b|i|em|strong|small|button|input|select|option|optgroup|label|form|fieldset|legend|textarea|details|summary|datalist|output|svg|g|path|rect|circle|ellipse|line|polyline|polygon|text|tspan|title|defs|marker|clippath|a|hr|br|mark|abbr|time|menu|search|wbr)$/;

/** Elements that are not ours, handlers in attributes, and links that lead out. */
const foreign = (page: Page): Promise<string[]> =>
  page.evaluate((ours) => {
    const found: string[] = [];
    for (const e of document.querySelectorAll('*')) {
      if (!new RegExp(ours).test(e.localName)) found.push(`<${e.localName}>`);
      if (e.localName === 'script' && !e.id) found.push('<script>');
      for (const a of e.attributes) {
        if (/^on/i.test(a.name)) found.push(`${e.localName} ${a.name}`);
        if (/^(href|src|action|formaction|xlink:href)$/i.test(a.name) && !/^(#|file:)/.test(a.value))
          found.push(`${e.localName} ${a.name}=${a.value}`);
        if (a.name === 'style' && /url\(/i.test(a.value)) found.push(`${e.localName} style=${a.value}`);
      }
    }
    return found;
  }, OURS.source);

test('the page of the panel shows hostile texts as texts', async () => {
  const view = path.resolve('dist/view');
  const html = path.join(folder, 'panel.html');
  fs.writeFileSync(
    html,
    `<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>Request path</title>
<link rel="stylesheet" href="${pathToFileURL(path.join(view, 'trace.css')).href}"></head><body><main id="root"></main>
<script id="api">window.said = []; window.ran = []; window.alert = (x) => window.ran.push(String(x));
window.acquireVsCodeApi = () => ({ postMessage: (m) => window.said.push(m) });</script>
<script id="view" src="${pathToFileURL(path.join(view, 'trace.js')).href}"></script></body></html>`,
  );
  const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox'] });
  try {
    const page = await browser.newPage();
    const requests: string[] = [];
    page.on('request', (r) => {
      if (!r.url().startsWith('file:')) requests.push(r.url());
    });
    const problems: string[] = [];
    page.on('pageerror', (e) => problems.push(e.message));
    await page.goto(pathToFileURL(html).href);
    const client = await TestClient.start({ folder: pathToFileURL(folder).href });
    let drawn = 0;
    for (const [i, text] of TEXTS.entries()) {
      const file = path.join(folder, `nginx-${i}.conf`);
      const uri = pathToFileURL(file).href;
      client.open(uri, configuration(text, i));
      const map = await client.request<MapResult>('proxylens/map', { uri });
      for (const url of [
        'http://a.example/back/x',
        'http://a.example/text',
        'http://a.example/to',
        `http://a.example/a${encodeURIComponent(text)}`,
      ]) {
        const asked = {
          method: 'GET',
          url,
          headers: [['x-h', text.replace(/[^ -~]/g, '?')]],
          clientAddress: '203.0.113.9',
          client: 'browser',
        };
        const result = await client.request<TraceResult>('proxylens/trace', { uri, request: asked, assume: {} });
        const given = { assume: {}, answers: {} };
        for (const message of [
          { type: 'state', asked, given, saved: [{ ...asked, name: text }], urls: [url, text], mode: 'path' },
          { type: 'traced', result, forAsked: asked, lane: 'main' },
          { type: 'map', map },
        ])
          await page.evaluate((m) => window.postMessage(m, '*'), message as never);
        await page.waitForFunction(() => document.querySelector('#root')!.textContent!.length > 200);
        // folds are opened: what they hold is drawn then
        await page.evaluate(() => {
          for (const d of document.querySelectorAll('details')) d.open = true;
        });
        assert.deepEqual(await foreign(page), [], JSON.stringify(text));
        drawn++;
      }
      await page.evaluate((m) => window.postMessage(m, '*'), {
        type: 'state',
        asked: { method: 'GET', url: text, headers: [], clientAddress: text, client: 'curl' },
        given: { assume: { [text]: text }, answers: {} },
        saved: [],
        urls: [],
        mode: 'map',
      } as never);
      assert.deepEqual(await foreign(page), [], `map ${JSON.stringify(text)}`);
    }
    assert.deepEqual(requests, [], 'the page asked for something');
    assert.deepEqual(problems, []);
    assert.deepEqual(await page.evaluate(() => (window as unknown as { ran: string[] }).ran), [], 'a script of a text ran');
    assert.equal(drawn, TEXTS.length * 4);
  } finally {
    await browser.close();
  }
});
