/** Scripts and style sheets that are not there and are answered with the start page, as a success. Shown by a request for one. */
import { endingsOf } from '../../answers/what-a-place-is-for.ts';
import type { Location } from '../../config/locations.ts';
import { outcomeText, proofOf } from '../../witness/requests.ts';
import { defineRule } from '../rule.ts';

/** Folders that hold what builders of pages leave, by their names. */
const FOLDER = /^\/(?:[\w-]+\/)*(?:static|assets|js|css|scripts?|styles?|chunks|_next\/static|_nuxt|_app\/immutable|static\/(?:js|css))\/$/;
const PAGE = /\.html?$/i;

/** A file name that a build gave to a script once. */
const GONE = 'app.3f9a1c.js';

/** Whether a location takes scripts and style sheets, and no pages. */
function isForScripts({ kind, name, scope }: Location): boolean {
  if (kind === 'prefix') return FOLDER.test(name);
  const endings = kind === 'regex' ? endingsOf(scope) : null;
  return endings?.includes('js') === true && !endings.some((e) => /^(?:x?html?|php|json|xml)$/i.test(e));
}

export default defineRule({
  id: 'asset-answered-with-page',
  group: 'correctness',
  severity: 'warning',
  since: '0.2',
  title: 'Missing script answered with the start page',
  why: `
\`try_files $uri /index.html\` is for the pages of an application in the browser, which have no files. In the location of its scripts and style sheets it answers a file that is gone, after a new build or for a wrong base path, with a page and the status 200: the browser says "Unexpected token '<'" or refuses the type \`text/html\`, caches keep the page under the name of the script, and no monitoring sees an error.

End \`try_files\` with \`=404\` there.`,
  about: ['try_files'],
  looksAt: {
    outcome: ['try_files'],
    when: ({ location, scope }) =>
      !!location && isForScripts(location) && PAGE.test(scope.value('try_files')?.values.at(-1)?.replace(/\?.*$/, '') ?? ''),
  },
  needs: 'config',
  messages: {
    page: 'A script that is not there, {path}, is answered with the page {page} and {status}: the browser says "Unexpected token <". End try_files with =404 here.',
  },
  check({ spot, report }) {
    const location = spot.location!;
    const line = spot.scope.value('try_files')!;
    // a page of the folder's own is that of another application
    if (location.kind === 'prefix' && line.values.at(-1)!.startsWith(location.name)) return;
    const path = location.kind === 'prefix' ? `${location.name}${GONE}` : `/${GONE}`;
    if (spot.unsure || !spot.takes(path)) return;
    const first = spot.ask({ path });
    const files = first.assumptions.flatMap((a) =>
      a.id.startsWith('file:') ? [[a.id, PAGE.test(a.id) ? 'file' : 'missing'] as const] : [],
    );
    const trace = files.length ? spot.ask({ path }, { assume: Object.fromEntries(files) }) : first;
    const { file, status } = trace.outcome;
    if (status !== 200 || file === null || !PAGE.test(file)) return;
    report('page', {
      at: line.at(line.args.at(-1)!),
      data: { path, page: line.values.at(-1)!, status },
      witness: proofOf(trace, outcomeText(trace)),
    });
  },
  examples: [
    {
      inside: 'server',
      bad: `root /srv/site;
location / {
    try_files $uri /index.html;
}
location /assets/ {
    expires 1y;
    try_files $uri /index.html;
#                  ^^^^^^^^^^^ page
}`,
      good: `root /srv/site;
location / {
    try_files $uri /index.html;
}
location /assets/ {
    expires 1y;
    try_files $uri =404;
}`,
      witness: {
        request: 'GET http://www.example.test/assets/app.3f9a1c.js',
        outcome: '200 /srv/site/index.html',
        meant: '`404`',
      },
    },
  ],
});
