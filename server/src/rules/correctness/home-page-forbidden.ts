/** `try_files $uri $uri/ @app` stops at the folder of the home page: 403 instead of the application. Shown by a request for `/`. */
import { proofOf } from '../../witness/requests.ts';
import { defineRule } from '../rule.ts';

/** The name of a program with a path behind it, /rest.php/. */
const PROGRAM = /\.(?:php\d?|phtml|cgi|fcgi|pl|py|rb|jsp|aspx?)\/$/i;
/** Folders into which packages of nginx and its image put a page of their own. */
const OF_PACKAGES = new Set(['html', '/usr/share/nginx/html', '/var/www/html', '/usr/local/nginx/html', '/usr/local/openresty/nginx/html']);

export default defineRule({
  id: 'home-page-forbidden',
  group: 'correctness',
  severity: 'info',
  since: '0.2',
  title: 'Home page answers 403 because of $uri/',
  why: `
\`$uri/\` in \`try_files\` asks whether there is such a folder, and for \`/\` there always is: the root itself. nginx then looks for an index file in it; where there is none the answer is 403, and the application behind the last word is never asked for its home page.

Leave \`$uri/\` out where the application makes the pages.`,
  about: ['try_files', 'index'],
  looksAt: {
    outcome: ['try_files'],
    when: (spot) =>
      (spot.location === null || spot.location.kind === 'prefix') &&
      spot.scope.named('try_files').some((d) => d.values.slice(0, -1).some((v) => /^\$\{?uri\}?\/$/.test(v))) &&
      !spot.scope.effective('index').directives.length &&
      !spot.scope.effective('autoindex').directives.some((d) => d.value(0) === 'on'),
  },
  needs: 'config',
  costly: true,
  messages: {
    forbidden:
      '{path} is answered with 403: $uri/ finds the folder, no index file is in it, and {fallback} is not used. Drop $uri/, or name the index file.',
  },
  check({ spot, report }) {
    const directive = spot.scope.named('try_files').at(-1)!;
    const word = directive.args.find((w) => /^\$\{?uri\}?\/$/.test(w.value))!;
    const name = spot.location?.name ?? '/';
    // what follows a program's name is its argument: no folder is called so
    if (!name.endsWith('/') || PROGRAM.test(name) || !spot.takes(name)) return;
    const path = name;
    // without a root it is the folder that nginx was compiled with, which may not be there; those of packages have an index file
    const root = spot.scope.effective('root').directives.at(-1)?.value(0).replace(/\/+$/, '');
    if (root === undefined || (path === '/' && OF_PACKAGES.has(root))) return;
    const folder = spot.ask({ path }).assumptions.find((a) => a.id.startsWith('file:'));
    if (!folder) return;
    // what is asked where no folder is: only an application makes the folder's page
    const without = spot.ask({ path }, { assume: { [folder.id]: 'missing' } });
    if (!without.outcome.upstreamRequest) return;
    const index = `${folder.id}/index.html`.replace('//', '/');
    const trace = spot.ask({ path }, { assume: { [folder.id]: 'folder', [index]: 'missing' } });
    if (trace.outcome.status !== 403 || trace.outcome.upstreamRequest) return;
    report('forbidden', {
      at: word,
      data: { path, fallback: directive.args.at(-1)!.value },
      witness: proofOf(trace, '403'),
    });
  },
  examples: [
    {
      inside: 'server',
      bad: `root /srv/www;
location / {
    try_files $uri $uri/ @app;
#                  ^^^^^ forbidden
}
location @app { proxy_pass http://127.0.0.1:8000; }`,
      good: `root /srv/www;
location / {
    try_files $uri @app;
}
location @app { proxy_pass http://127.0.0.1:8000; }`,
      witness: { request: 'GET http://www.example.test/', outcome: '403', meant: '`GET / at 127.0.0.1:8000`' },
    },
    { inside: 'server', good: 'root /srv/www;\nlocation / { try_files $uri $uri/ =404; }' },
    {
      inside: 'server',
      good: 'root /usr/share/nginx/html;\nlocation / { try_files $uri $uri/ @app; }\nlocation @app { proxy_pass http://127.0.0.1:8000; }',
    },
    { inside: 'server', good: 'location / { try_files $uri $uri/ @app; }\nlocation @app { proxy_pass http://127.0.0.1:8000; }' },
    {
      inside: 'server',
      good: 'root /srv/www;\nindex start.html;\nlocation / { try_files $uri $uri/ @app; }\nlocation @app { proxy_pass http://127.0.0.1:8000; }',
    },
  ],
});
