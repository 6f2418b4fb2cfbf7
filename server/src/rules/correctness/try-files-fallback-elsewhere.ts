/** The fallback of try_files under an alias: a path of the site, which another location answers with another page. Shown by the file that is sent. */

import { isForAssets } from '../../answers/what-a-place-is-for.ts';
import { locationsOf } from '../../config/locations.ts';
import { isBackend } from '../../witness/access.ts';
import { withPageThere } from '../../witness/errors.ts';
import { outcomeText, proofOf } from '../../witness/requests.ts';
import type { Spot } from '../../witness/spots.ts';
import { fixOf, replace } from '../fix.ts';
import { defineRule } from '../rule.ts';

const PAGE = /^\/[\w-]+\.(?:html?|php)$/;

/** Pages for what is missing or down. */
const OF_ERRORS = /^\/(?:[1-5]\d\d|[45]0?x|errors?|fehler|not[-_]?found|missing|offline|down|maintenance)(?:[-_]\w+)?\./i;

/** The word that names a page at the top of the site. */
const fallbackOf = ({ scope }: Spot) => {
  const word = scope.first('try_files')?.args.at(-1);
  const page = word?.value.replace(/\?.*$/, '') ?? '';
  return word && !word.templated && PAGE.test(page) ? word : null;
};

/** The line that gives the location a folder of its own, beside that of the site. */
const folderOf = ({ scope, server }: Spot) =>
  scope.first('alias') ?? (locationsOf(server.scope).prefix.get('/')?.scope.value('root') ? scope.first('root') : undefined) ?? null;

/**
 * A block that says nothing but what "location /" says: whoever writes one for a folder means the program in that folder, and names the
 * one of the site.
 */
function isCopy({ scope, server }: Spot): boolean {
  const rest = locationsOf(server.scope).prefix.get('/')?.scope;
  const last = scope.first('try_files')?.values.at(-1);
  return (
    rest !== undefined &&
    scope !== rest &&
    /\/index\.(?:php|html?)(?:\?|$)/.test(last ?? '') &&
    rest.first('try_files')?.values.at(-1) === last &&
    scope.directives.every((d) => d.name === 'try_files' || d.name === 'index') &&
    scope.effective('root').directives[0] === rest.effective('root').directives[0]
  );
}

/** A location around the name falls back to the same page: what is wrong with that is told there. */
const isToldAround = ({ location, server }: Spot, page: string): boolean =>
  locationsOf(server.scope).all.some(
    (other) =>
      other.kind === 'prefix' &&
      other.name.length > 1 &&
      other.name.length < location!.name.length &&
      location!.name.startsWith(other.name) &&
      other.scope.has('alias') &&
      other.scope.first('try_files')?.values.at(-1) === page,
  );

/** Folders of files that are no pages, by their names: none below them is the page that is meant. */
const OF_FILES = /\/(?:data|files?|downloads?|archives?|storage|documents?|static|assets|media|uploads?|images?|img|videos?)(?:\/|$)/;

/** Whether a file that is missing is all that falls back, and no page of the folder's own program. */
const isForFilesOnly = ({ scope, location }: Spot): boolean => OF_FILES.test(location!.name) || isForAssets(scope);

export default defineRule({
  id: 'try-files-fallback-elsewhere',
  group: 'correctness',
  severity: 'warning',
  since: '0.2',
  title: 'Fallback of try_files outside of the location',
  why: `
The last parameter of \`try_files\` is a path of the site, and not one below the \`alias\`: nginx chooses its location again. In \`location /app/ { alias /srv/app/; try_files $uri /index.html; }\` the fallback leaves the location, and every deep link of the application below \`/app/\` shows the page of the main site, or 404.

Write the prefix in front: \`try_files $uri $uri/ /app/index.html\`. In a folder of files, such as \`/media/\`, no page may be meant: \`=404\` says that a file is missing, and the finding is an info.`,
  about: ['try_files', 'alias'],
  looksAt: {
    outcome: ['try_files'],
    when: (spot) =>
      spot.location?.kind === 'prefix' &&
      spot.location.name.length > 1 &&
      fallbackOf(spot) !== null &&
      (folderOf(spot) !== null || isCopy(spot)),
  },
  needs: 'config',
  fixable: 'sometimes',
  messages: {
    elsewhere: '{from} falls back to {file}, not to a page below {alias}: {page} is a path of the whole site. Write {better}.',
    folder:
      '{from} is answered by {page}, the program of the whole site, as in "location /": this block changes nothing. If one is in {folder}, write {better}.',
    passed:
      '{from} falls back to the application ({file}), not to a page below {alias}: {page} is a path of the whole site. Write {better}.',
  },
  check({ spot, report }) {
    const word = fallbackOf(spot)!;
    if (!folderOf(spot)) return tellCopy();
    const alias = folderOf(spot)!.value(0);
    const { name } = spot.location!;
    const path = spot.pathWhere((p) => !p.endsWith('/'));
    if (path === undefined || alias.includes('$') || word.value.startsWith(name) || isToldAround(spot, word.value)) return;
    const first = spot.ask({ path });
    const missing = first.assumptions.flatMap((a) =>
      a.id.startsWith(`file:${alias.replace(/\/$/, '')}`) ? [[a.id, 'missing'] as const] : [],
    );
    const trace = spot.ask({ path }, { assume: Object.fromEntries(missing) });
    const { file, kind } = trace.outcome;
    if (isBackend(trace) && /\/index\.html?$/.test(word.value)) return tell('passed', outcomeText(trace));
    if (kind !== 'static' || !file?.endsWith(word.value) || file.startsWith(alias)) return;
    tell('elsewhere', file);

    /** The program of the site answers for a folder. */
    function tellCopy(): void {
      const path = spot.paths.find((p) => !p.endsWith('/'));
      const own = spot.location!.name.replace(/\/$/, '');
      if (path === undefined || word.value.startsWith(`${own}/`)) return;
      const trace = withPageThere(spot, path, word.value.replace(/\?.*$/, ''));
      report('folder', {
        at: word,
        severity: 'info',
        data: { from: path, page: word.value.replace(/\?.*$/, ''), better: `${own}${word.value}`, folder: `${own}/` },
        witness: proofOf(trace),
      });
    }

    function tell(message: 'elsewhere' | 'passed', to: string): void {
      const better = `${name.replace(/\/$/, '')}${word.value}`;
      report(message, {
        at: word,
        // one page for all parts of a site that are missing is usual
        ...(isForFilesOnly(spot) || OF_ERRORS.test(word.value) ? { severity: 'info' as const } : {}),
        data: { from: path!, file: to, alias, page: word.value, better },
        fix: fixOf(`Fall back to ${better}`, 'suggestion', spot.scope.first('try_files')!.file, [replace(word, better)]),
        witness: proofOf(trace),
      });
    }
  },
  examples: [
    {
      inside: 'server',
      bad: `root /srv/www;
location /app/ {
    alias /srv/app/dist/;
    try_files $uri $uri/ /index.html;
#                        ^^^^^^^^^^^ elsewhere
}`,
      good: `root /srv/www;
location /app/ {
    alias /srv/app/dist/;
    try_files $uri $uri/ /app/index.html;
}`,
      witness: {
        request: 'GET http://www.example.test/app/users',
        outcome: '200 /srv/www/index.html',
        meant: '`200 /srv/app/dist/index.html`',
      },
    },
    {
      inside: 'server',
      bad: `location /app/ {
    alias /srv/app/dist/;
    try_files $uri /index.html;
#                  ^^^^^^^^^^^ passed
}
location / {
    proxy_pass http://127.0.0.1:8000;
}`,
      good: `location /app/ {
    alias /srv/app/dist/;
    try_files $uri /app/index.html;
}
location / {
    proxy_pass http://127.0.0.1:8000;
}`,
    },
    {
      inside: 'server',
      bad: `root /srv/www;
location / {
    try_files $uri $uri/ /index.html;
}
location /blog/ {
    try_files $uri $uri/ /index.html;
#                        ^^^^^^^^^^^ folder
}`,
      fixed: false,
      good: `root /srv/www;
location / {
    try_files $uri $uri/ /index.html;
}
location /blog/ {
    try_files $uri $uri/ /blog/index.html;
}`,
    },
    {
      inside: 'server',
      bad: `location /app {
    root /srv/dist;
    try_files $uri /index.html;
#                  ^^^^^^^^^^^ elsewhere
}
location / {
    root /srv/www;
    try_files $uri /index.html;
}`,
      good: `location /app {
    root /srv/dist;
    try_files $uri /app/index.html;
}
location / {
    root /srv/www;
    try_files $uri /index.html;
}`,
    },
    {
      inside: 'server',
      good: `root /srv/www;
location / {
    try_files $uri $uri/ /index.html;
}`,
    },
  ],
});
