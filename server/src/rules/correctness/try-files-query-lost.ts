/** The program to which try_files falls back without the query: all it gets is the path. Shown by a request with a query, and what arrives. */
import { endingsOf, isForBundles, isForFiles } from '../../answers/what-a-place-is-for.ts';
import { isBackend } from '../../witness/access.ts';
import { proofOf } from '../../witness/requests.ts';
import type { Spot } from '../../witness/spots.ts';
import { fixOf, replace } from '../fix.ts';
import { defineRule } from '../rule.ts';

/** Programs that answer for all paths of a site; others are pages for errors and makers of thumbnails, which need no query. */
const FRONT = /^\/(?:[\w.-]+\/)*(?:index|app|main|front|web)\.(?:php|py|pl|cgi|rb)$/;

const fallbackOf = ({ scope, directives }: Spot) => {
  // for files that are missing the program has the page for errors
  if (endingsOf(scope) || isForFiles(scope) || isForBundles(scope)) return null;
  const line = directives.find((d) => d.name === 'try_files');
  const word = line?.args.at(-1);
  return line && word && line.scope === scope && line.args.length > 1 && !word.templated && FRONT.test(word.value) ? { line, word } : null;
};

export default defineRule({
  id: 'try-files-query-lost',
  group: 'correctness',
  severity: 'info',
  since: '0.2',
  title: 'Query lost on the way to the fallback program',
  why: `
The last parameter of \`try_files\` is a new URI, with a query of its own. Written without one it has none: for \`/search?q=shoes\` the program \`/index.php\` gets an empty \`QUERY_STRING\`, and \`$_GET\` is empty in PHP. Laravel, Symfony, WordPress and Drupal read the query from there; the request line (\`REQUEST_URI\`) still has it, and few programs take it apart themselves.

Write \`/index.php?$query_string\`, or \`/index.php$is_args$args\`. The home page works without it, because \`index\` keeps the query, so the loss shows on inner pages only.`,
  about: ['try_files', '$query_string', '$args'],
  references: ['https://nginx.org/en/docs/http/ngx_http_core_module.html#try_files'],
  looksAt: { outcome: ['try_files'], when: (spot) => fallbackOf(spot) !== null },
  needs: 'config',
  fixable: 'always',
  messages: {
    lost: '{page} does not get the query: for {request} its QUERY_STRING is empty. Write {page}?$query_string.',
  },
  check({ spot, report }) {
    const { line, word } = fallbackOf(spot)!;
    const path = spot.pathWhere((p) => !p.endsWith('/') && !/\.\w+$/.test(p)) ?? spot.pathWhere((p) => !p.endsWith('/'));
    if (path === undefined || spot.unsure) return;
    const trace = spot.ask({ path, query: 'page=2' });
    const request = trace.outcome.upstreamRequest;
    if (!isBackend(trace) || !request) return;
    const sent = request.params?.find(([name]) => name === 'QUERY_STRING')?.[1];
    if (sent !== '' || trace.outcome.location === null) return;
    report('lost', {
      at: word,
      data: { page: word.value, request: `${path}?page=2` },
      fix: fixOf('Pass the query on', 'suggestion', line.file, [replace(word, `${word.value}?$query_string`)]),
      witness: proofOf(trace, `an empty QUERY_STRING at ${request.upstream}`),
    });
  },
  examples: [
    {
      inside: 'server',
      bad: `root /srv/shop;
location / {
    try_files $uri $uri/ /index.php;
#                        ^^^^^^^^^^ lost
}
location = /index.php {
    fastcgi_param QUERY_STRING $query_string;
    fastcgi_param SCRIPT_FILENAME $document_root/index.php;
    fastcgi_pass 127.0.0.1:9000;
}`,
      fixed: `root /srv/shop;
location / {
    try_files $uri $uri/ /index.php?$query_string;
}
location = /index.php {
    fastcgi_param QUERY_STRING $query_string;
    fastcgi_param SCRIPT_FILENAME $document_root/index.php;
    fastcgi_pass 127.0.0.1:9000;
}`,
      witness: {
        request: 'GET http://www.example.test/users?page=2',
        outcome: 'an empty QUERY_STRING at 127.0.0.1:9000',
        meant: '`QUERY_STRING page=2`',
      },
    },
    {
      inside: 'server',
      good: `root /srv/shop;
location / {
    try_files $uri /404.php;
}
location ~ \\.php$ {
    fastcgi_param QUERY_STRING $query_string;
    fastcgi_param SCRIPT_FILENAME $document_root$fastcgi_script_name;
    fastcgi_pass 127.0.0.1:9000;
}`,
    },
  ],
});
