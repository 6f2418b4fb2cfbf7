/** Addresses of an application that error_page leads to its one script: the page is there, and its status stays 404. Shown by the answer. */
import { locationOf } from '../../config/locations.ts';
import { PASS_DIRECTIVES } from '../../config/upstreams.ts';
import { proofOf } from '../../witness/requests.ts';
import { directiveAt, type Spot } from '../../witness/spots.ts';
import { fixOf, replace } from '../fix.ts';
import { defineRule } from '../rule.ts';

/** The script that answers for all addresses of a site; one with a query of its own, as in `/index.php?error=404`, knows that it is an error. */
const FRONT = /^\/(?:[\w-]+\/)*index\.php$/;

/** A folder for errors: its script makes their pages, and none of the site's. */
const OF_ERRORS = /\/(?:errors?|err|error[-_]?(?:pages?|docs?)|fehler|[45](?:\d\d|xx)|not[-_]?found)\//i;

/** The lines in force at a place that send a missing file to such a script, and leave the status as it is. */
const linesOf = ({ scope }: Spot) =>
  scope
    .effective('error_page')
    .directives.filter(
      ({ values }) =>
        FRONT.test(values.at(-1) ?? '') &&
        !OF_ERRORS.test(values.at(-1)!) &&
        values.includes('404') &&
        !values.some((v) => v.startsWith('=')),
    );

const SITE = (line: string): string => `root /srv/shop/public;
index index.php;
    ${line}
location ~ \\.php$ {
    fastcgi_pass 127.0.0.1:9000;
    fastcgi_param SCRIPT_FILENAME $document_root$fastcgi_script_name;
}`;

export default defineRule({
  id: 'page-answered-as-error',
  group: 'correctness',
  severity: 'warning',
  since: '0.2',
  missing: ['try_files', 'rewrite'],
  title: 'Page that clients get with status 404',
  why: `
\`error_page 404 /index.php\` looks like a way to send every address of a WordPress or Laravel site to its script, and in the browser it does: the page appears. Its status stays 404, though. nginx keeps the code of the error that led there, whatever the script answers. Search engines drop such pages, \`fetch\` in a script takes them for failed, and monitoring reports the site as broken. A POST arrives as a GET without its body.

\`try_files $uri $uri/ /index.php$is_args$args;\` asks the script without an error in between. (\`error_page 404 = /index.php\` takes the script's status, and loses the method all the same.)`,
  about: ['error_page', 'try_files'],
  references: ['https://nginx.org/en/docs/http/ngx_http_core_module.html#error_page'],
  looksAt: { outcome: ['error_page', 'root', 'index'], somewhere: ['error_page'], when: (spot) => linesOf(spot).length > 0 },
  needs: 'config',
  costly: true,
  fixable: 'sometimes',
  messages: {
    status:
      '{path} and every other page that {script} makes is answered with status {code}: search engines drop it, scripts take it for failed. Use "try_files $uri $uri/ {script}$is_args$args;" in place of error_page.',
  },
  check({ spot, report }) {
    const lines = linesOf(spot);
    const { scope } = spot.server;
    // whoever sends pages to the script in another way means errors by this line
    if (
      scope.all.some(
        (d) => (d.name === 'try_files' || d.name === 'rewrite') && d.values.some((v) => v.includes('index.php') || v.startsWith('@')),
      )
    )
      return;
    if (spot.has(...PASS_DIRECTIVES) || (locationOf(spot.scope)?.name ?? '/') !== '/') return;
    const path = spot.pathWhere((p) => p.length > 1 && !p.endsWith('/') && !p.includes('.'));
    if (path === undefined) return;
    const files = spot.ask({ path }).assumptions.flatMap(({ id }) => (id.startsWith('file:') ? [[id, 'missing'] as const] : []));
    const trace = spot.ask({ path }, { assume: Object.fromEntries(files) });
    const step = trace.steps.find((s) => s.phase === 'error-page' && s.at && s.said.startsWith('404 goes to'));
    const line = step && directiveAt(lines, step.at);
    const { status, upstreamRequest } = trace.outcome;
    if (!line || status !== 404 || !upstreamRequest) return;
    const word = line.args.at(-1)!;
    const alone = line.scope === spot.scope && line.values.length === 2 && !line.args.some((a) => a.templated);
    report('status', {
      at: line.at(),
      data: { path, script: word.value, code: String(status) },
      witness: proofOf(trace, '404 with the page of the script'),
      fix: alone
        ? fixOf('Use try_files', 'suggestion', line.file, [
            replace({ start: line.statement.start, end: line.statement.end }, `try_files $uri $uri/ ${word.value}$is_args$args;`),
          ])
        : null,
    });
  },
  examples: [
    {
      inside: 'server',
      bad: SITE('error_page 404 /index.php;\n#   ^^^^^^^^^^^^^^^^^^^^^^^^^^ status'),
      good: SITE('try_files $uri $uri/ /index.php$is_args$args;'),
      witness: {
        request: 'GET http://www.example.test/users',
        outcome: '404 with the page of the script',
        meant: '`200` with the page',
      },
    },
    {
      inside: 'server',
      bad: `root /srv/blog;
location / {
    index index.php;
    error_page 403 404 /index.php;
#   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ status
}
location = /index.php {
    proxy_pass http://127.0.0.1:8000;
}`,
      good: `root /srv/blog;
location / {
    index index.php;
    try_files $uri $uri/ /index.php$is_args$args;
}
location = /index.php {
    proxy_pass http://127.0.0.1:8000;
}`,
      fixed: false,
    },
    // the page of errors of a site whose pages have another way
    {
      inside: 'server',
      good: SITE('error_page 404 /index.php;').replace(
        'location',
        'location / {\n    try_files $uri /index.php$is_args$args;\n}\nlocation',
      ),
    },
    { inside: 'server', good: SITE('error_page 404 /index.php?page=missing;') },
  ],
});
