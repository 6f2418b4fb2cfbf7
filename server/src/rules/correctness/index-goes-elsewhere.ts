/** An exact location for a folder whose index file another location takes. Shown by a request and where it ends. */
import { isAnsweredFirst } from '../../answers/where-a-line-counts.ts';
import { isBackend } from '../../witness/access.ts';
import { outcomeText, proofOf } from '../../witness/requests.ts';
import { defineRule } from '../rule.ts';

export default defineRule({
  id: 'index-goes-elsewhere',
  group: 'correctness',
  severity: 'warning',
  since: '0.2',
  title: 'Index file of an exact location is looked up in another one',
  why: `
\`index\` sends the request on inside nginx, to \`/index.html\`, and the location is chosen again. \`location = /\` takes \`/\` and not \`/index.html\`: that belongs to \`location /\`, which may pass it to an application that has no such page, or look in another folder.

\`try_files /index.html =404;\` stays in the location.`,
  about: ['index', 'location', 'try_files'],
  looksAt: {
    outcome: ['location'],
    when: ({ location, scope }) =>
      location?.kind === 'exact' &&
      location.name.endsWith('/') &&
      (scope.has('root') || scope.has('alias') || scope.has('index') || scope.effective('root').directives.length > 0) &&
      !scope.has('try_files') &&
      !isAnsweredFirst(scope) &&
      !scope.has('rewrite'),
  },
  needs: 'config',
  messages: {
    elsewhere:
      'With the index file {found} there, "location {other}" is asked for {file} ({outcome}): only {place} itself is taken here. Write "try_files {file} =404;".',
  },
  check({ spot, report }) {
    const location = spot.location!;
    const trace = spot.ask({});
    const { outcome } = trace;
    const moved = trace.steps.findLast((s) => s.changed.some((c) => c.what === '$uri'))?.changed.find((c) => c.what === '$uri')?.to;
    if (!moved || !outcome.location || !moved.startsWith(location.name) || outcome.location.pattern === location.directive.values.join(' '))
      return;
    const found = trace.assumptions.find((a) => a.id.startsWith('file:') && a.id.endsWith(moved))?.what ?? moved;
    const root = spot.scope.value('root')?.value(0);
    if (
      !isBackend(trace) &&
      (outcome.kind !== 'static' || !root || root.includes('$') || outcome.file?.startsWith(`${root.replace(/\/$/, '')}/`))
    )
      return;
    // a program that is the index of the whole server belongs where programs are run
    const isNamed = ['index', 'root', 'alias'].some((name) => spot.scope.has(name));
    if (!isNamed && !/\.html?$/.test(moved)) return;
    const line = spot.scope.first('index') ?? spot.scope.first('root') ?? spot.scope.first('alias');
    const { directive } = location;
    report('elsewhere', {
      at: line?.at() ?? directive.at({ start: directive.statement.start, end: directive.args.at(-1)!.end }),
      data: { found, place: location.name, other: outcome.location.pattern, outcome: outcomeText(trace), file: moved },
      witness: proofOf(trace),
    });
  },
  examples: [
    {
      inside: 'server',
      bad: `location = / {
    root /srv/site;
    index index.html;
#   ^^^^^^^^^^^^^^^^^ elsewhere
}
location / { proxy_pass http://127.0.0.1:8000; }`,
      good: `location = / {
    root /srv/site;
    try_files /index.html =404;
}
location / { proxy_pass http://127.0.0.1:8000; }`,
      witness: {
        request: 'GET http://www.example.test/',
        outcome: 'GET /index.html at 127.0.0.1:8000',
        meant: '`/index.html` of the folder',
      },
    },
    {
      inside: 'server',
      bad: `root /srv/site;
    location = / {
#   ^^^^^^^^^^^^ elsewhere
    }
location / { proxy_pass http://127.0.0.1:8000; }`,
      good: `root /srv/site;
location = / {
    try_files /index.html =404;
}
location / { proxy_pass http://127.0.0.1:8000; }`,
    },
    { inside: 'server', good: 'root /srv/site;\nlocation = / { index index.html; }\nlocation / { expires 1d; }' },
  ],
});
