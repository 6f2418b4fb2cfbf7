/** Pages with server-side includes: what the trace makes of them, row by row; the same pages are asked of the real nginx in test/nginx/areas. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { traceRequest } from '../../server/src/trace/request.ts';
import { dateInFormat } from '../../server/src/trace/strftime.ts';
import { configOf } from './config-of.ts';
import { SSI_PAGES } from './ssi-pages.ts';

const CONFIG = `events {} http { server { listen 80; ssi on; root /srv; location / {} location /hall { default_type text/html; return 200 "($uri $args)"; } location /void { return 200 ""; } } }`;

test('pages with server-side includes', async () => {
  const config = await configOf(CONFIG);
  for (const [page, body] of SSI_PAGES) {
    const { outcome } = traceRequest(
      config,
      { target: '/page.html?guest=%3CAnn%3E', headers: [['Host', 'a.test']] },
      {
        files: {
          stat: (file) => (file === '/srv/page.html' ? 'file' : null),
          text: (file) => (file === '/srv/page.html' ? page : null),
          modified: () => 1_700_000_000,
          size: () => page.length,
        },
        now: 1_772_463_845,
      },
    );
    assert.equal(outcome.body, body, page);
  }
});

test('dates in a form of their own', () => {
  // Monday, 2 March 2026, 15:04:05 UTC
  for (const [form, text] of [
    ['%a %b %e %T %Y', 'Mon Mar  2 15:04:05 2026'],
    ['%I:%M %p, %l, %k', '03:04 PM,  3, 15'],
    ['%j %u %w %y %C %U %W', '061 1 1 26 20 09 09'],
    ['%s %z %Z %%', '1772463845 +0000 GMT %'],
    ['%D %F %R', '03/02/26 2026-03-02 15:04'],
    ['%q', '%q'],
  ] as const)
    assert.equal(dateInFormat(form, 1_772_463_845, 'GMT'), text);
});
