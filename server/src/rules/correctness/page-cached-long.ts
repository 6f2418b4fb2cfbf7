/** The page of a single-page application kept by browsers for weeks: after the next build it names scripts that are gone. Shown by the page's answer. */
import { toBytes } from '../../base/bytes.ts';
import type { Directive } from '../../config/directive.ts';
import { matchLocation } from '../../config/locations.ts';
import type { Trace } from '../../trace/trace.ts';
import { withPageThere } from '../../witness/errors.ts';
import { proofOf } from '../../witness/requests.ts';
import type { Spot } from '../../witness/spots.ts';
import { defineRule } from '../rule.ts';

/** Seconds for which a page may well be kept: who visits once a day gets the new one then. */
const BEARABLE = 24 * 60 * 60;

const PAGE = /^\/[\w./-]*\.html?$/;

const isOne = (d: Directive): boolean => d.name === 'add_header' && d.value(0).toLowerCase() === 'cache-control';

/** What an answer says of its age; null where it may not be kept without asking. */
function ageOf(trace: Trace): { readonly said: string; readonly seconds: number } | null {
  const said = trace.outcome.responseHeaders.filter(([n]) => n.toLowerCase() === 'cache-control').map(([, v]) => v);
  const words = said.flatMap((v) => v.toLowerCase().split(/\s*,\s*/));
  if (!words.length || words.some((w) => /^no-(?:cache|store)|^max-age=0$/.test(w))) return null;
  const ages = words.flatMap((w) => /^max-age=(\d+)$/.exec(w)?.[1] ?? []).map(Number);
  return ages.length ? { said: said.find((v) => /max-age/i.test(v))!, seconds: Math.min(...ages) } : null;
}

/** The fallback of try_files that is one page for all paths. */
const pageOf = ({ scope }: Spot): string | null => {
  const last = scope.first('try_files')?.args.at(-1);
  return last && !last.templated && PAGE.test(last.value) ? last.value : null;
};

export default defineRule({
  id: 'page-cached-long',
  group: 'correctness',
  severity: 'warning',
  since: '0.2',
  title: 'Page of an application cached for long',
  why: `
The scripts and styles of a built application have a hash in their names: they may be kept for a year, for a new build has new names. The page that names them has not. A browser that keeps \`index.html\` for a year goes on asking for scripts which the next deployment has removed, and shows a blank page until its cache is emptied; \`immutable\` stops it from asking even when the page is reloaded.

Let the page be asked for each time (\`add_header Cache-Control "no-cache";\`), and give the long time to the folder of the hashed files alone.`,
  about: ['expires', 'add_header', 'try_files'],
  references: ['https://www.rfc-editor.org/rfc/rfc9111#section-5.2.2.1', 'https://www.rfc-editor.org/rfc/rfc8246'],
  looksAt: {
    outcome: ['try_files'],
    somewhere: ['expires', 'add_header'],
    when: (spot) => pageOf(spot) !== null,
  },
  needs: 'config',
  messages: {
    kept: 'Browsers keep the index file {file} for {days} days ({said}): after the next build it asks for scripts that are gone. Send "no-cache" with it, and the long time with the hashed files alone.',
  },
  check({ spot, report }) {
    const page = pageOf(spot)!;
    const path = spot.paths.find((p) => p.length > 1 && !p.endsWith('/') && !/\.\w+$/.test(p));
    if (path === undefined) return;
    const place = matchLocation(spot.server.scope, toBytes(page)).location?.scope ?? spot.server.scope;
    const said = place.effective('add_header').directives.filter((d) => isOne(d) && /max-age|immutable/i.test(d.value(1)));
    const line = said.find((d) => /max-age/i.test(d.value(1))) ?? place.value('expires') ?? said[0];
    if (!line) return;
    const trace = withPageThere(spot, path, page);
    const { outcome } = trace;
    if (outcome.kind !== 'static' || outcome.status !== 200 || !outcome.file?.endsWith(page)) return;
    const age = ageOf(trace);
    if (!age || age.seconds <= BEARABLE) return;
    report('kept', {
      at: line.at(),
      data: { file: outcome.file, days: Math.floor(age.seconds / BEARABLE), said: age.said },
      witness: proofOf(trace, `Cache-Control: ${age.said}`),
    });
  },
  examples: [
    {
      inside: 'server',
      bad: `root /srv/shop;
location / {
    try_files $uri $uri/ /index.html;
    expires 1y;
#   ^^^^^^^^^^^ kept
}`,
      good: `root /srv/shop;
location / {
    try_files $uri $uri/ /index.html;
    add_header Cache-Control "no-cache";
}
location /assets/ {
    try_files $uri =404;
    expires 1y;
}`,
      witness: {
        request: 'GET http://www.example.test/users',
        outcome: 'Cache-Control: max-age=31536000',
        meant: 'the page is asked for each time',
      },
    },
    {
      inside: 'server',
      bad: `root /srv/shop;
location / {
    try_files $uri /index.html;
    add_header Cache-Control "public, max-age=31536000, immutable";
#   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ kept
}`,
    },
    {
      inside: 'server',
      good: `root /srv/shop;
expires 30d;
location / {
    try_files $uri /index.html;
}
location = /index.html {
    expires -1;
}`,
    },
  ],
});
