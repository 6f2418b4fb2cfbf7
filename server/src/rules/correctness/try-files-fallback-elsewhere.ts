/** The fallback of try_files under an alias: a path of the site, which another location answers with another page. Shown by the file that is sent. */

import { isBackend } from '../../witness/access.ts';
import { outcomeText, proofOf } from '../../witness/requests.ts';
import type { Spot } from '../../witness/spots.ts';
import { fixOf, replace } from '../fix.ts';
import { defineRule } from '../rule.ts';

const PAGE = /^\/[\w-]+\.(?:html?|php)$/;

/** The word that names a page at the top of the site. */
const fallbackOf = ({ scope }: Spot) => {
  const word = scope.first('try_files')?.args.at(-1);
  return word && !word.templated && PAGE.test(word.value) ? word : null;
};

export default defineRule({
  id: 'try-files-fallback-elsewhere',
  group: 'correctness',
  severity: 'warning',
  since: '0.2',
  title: 'Fallback of try_files outside of the location',
  why: `
The last parameter of \`try_files\` is a path of the site, and not one below the \`alias\`: nginx chooses its location again. In \`location /app/ { alias /srv/app/; try_files $uri /index.html; }\` the fallback leaves the location, and every deep link of the application below \`/app/\` shows the page of the main site, or 404.

Write the prefix in front: \`try_files $uri $uri/ /app/index.html\`.`,
  about: ['try_files', 'alias'],
  looksAt: {
    outcome: ['try_files'],
    when: (spot) =>
      spot.location?.kind === 'prefix' && spot.location.name.length > 1 && spot.scope.has('alias') && fallbackOf(spot) !== null,
  },
  needs: 'config',
  fixable: 'always',
  messages: {
    elsewhere: '{from} falls back to {file}, not to a page below {alias}: {page} is a path of the whole site. Write {better}.',
    passed:
      '{from} falls back to the application ({file}), not to a page below {alias}: {page} is a path of the whole site. Write {better}.',
  },
  check({ spot, report }) {
    const word = fallbackOf(spot)!;
    const alias = spot.scope.first('alias')!.value(0);
    const { name } = spot.location!;
    const path = spot.pathWhere((p) => !p.endsWith('/'));
    if (path === undefined || alias.includes('$') || word.value.startsWith(name)) return;
    const first = spot.ask({ path });
    const missing = first.assumptions.flatMap((a) =>
      a.id.startsWith(`file:${alias.replace(/\/$/, '')}`) ? [[a.id, 'missing'] as const] : [],
    );
    const trace = spot.ask({ path }, { assume: Object.fromEntries(missing) });
    const { file, kind } = trace.outcome;
    if (isBackend(trace) && /\/index\.html?$/.test(word.value)) return tell('passed', outcomeText(trace));
    if (kind !== 'static' || !file?.endsWith(word.value) || file.startsWith(alias)) return;
    tell('elsewhere', file);

    function tell(message: 'elsewhere' | 'passed', to: string): void {
      const better = `${name.replace(/\/$/, '')}${word.value}`;
      report(message, {
        at: word,
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
      good: `root /srv/www;
location / {
    try_files $uri $uri/ /index.html;
}`,
    },
  ],
});
