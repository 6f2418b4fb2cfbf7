/** A try_files of a server counts where no location matches (ngx_http_core_find_config_phase), and no location inherits it. */
import { CONTENT_HANDLERS } from '../../config/handlers.ts';
import { locationsOf } from '../../config/locations.ts';
import { unseenIn, unseenWithin } from '../../config/open.ts';
import { fixOf, insertFirst, remove, written } from '../fix.ts';
import { defineRule } from '../rule.ts';
import { soundFact } from '../validity/_sound.ts';

/** Whether a line in a location answers there, or says what to do with folders. */
const answers = (name: string): boolean =>
  CONTENT_HANDLERS.has(name) ||
  /_by_lua|^(?:try_files|return|rewrite|autoindex|random_index|dav_methods|internal|fancyindex|js_|mirror$)/.test(name);

export default defineRule({
  id: 'try-files-never-tried',
  group: 'correctness',
  severity: 'warning',
  since: '0.2',
  title: 'try_files of a server that no request gets to',
  why: `
Settings of a server count in its locations, but \`try_files\` is none of them: it is what the server does itself with a request that no location takes. \`location /\` takes every request that no other location does. Beside it the \`try_files\` of the server does nothing: a single page application answers 404 to each of its own addresses, because the line that should send them to \`/index.html\` stands outside of the location.

Move the line into the location.`,
  about: ['try_files', 'location'],
  looksAt: { directive: ['try_files'], where: ({ context }) => context === 'server' },
  needs: 'file',
  fixable: 'sometimes',
  messages: {
    lost: 'No request gets to this try_files: "location /" takes all that no other location takes, and inherits none. Move it into that location.',
  },
  check({ directive, scope, file, report }) {
    if (!soundFact(directive)) return;
    const all = locationsOf(scope).all.find((l) => l.kind === 'prefix' && l.name === '/');
    if (!all || all.directive.file !== file) return;
    // what answers there is meant to, and so is what is tried there
    if (all.scope.all.some((d) => answers(d.name)) || unseenIn(all.scope).length > 0 || unseenWithin(all.scope, null).length > 0) return;
    report('lost', {
      at: directive.statement.name,
      related: [{ at: all.directive.nameAt, message: 'takes every path' }],
      fix: fixOf('Move it into location /', 'suggestion', file, [
        remove(file, directive.statement),
        insertFirst(file, all.directive.statement, [written(directive)]),
      ]),
    });
  },
  examples: [
    {
      inside: 'server',
      bad: `root /srv/page;
    try_files $uri $uri/ /index.html;
#   ^^^^^^^^^ lost
location / {
    add_header X-Frame-Options DENY always;
}`,
      good: `root /srv/page;
location / {
    try_files $uri $uri/ /index.html;
    add_header X-Frame-Options DENY always;
}`,
    },
    // what is included there may say what is tried, or who answers
    { inside: 'server', good: 'root /srv/page;\n    try_files $uri /index.html;\nlocation / { include page/*.conf; expires 1h; }' },
    { inside: 'server', good: 'root /srv/page;\n    try_files $uri /index.html;\nlocation /api/ { proxy_pass http://127.0.0.1:8000; }' },
    {
      inside: 'server',
      good: 'root /srv/page;\n    try_files $uri @app;\nlocation / { proxy_pass http://127.0.0.1:8000; }\nlocation @app { proxy_pass http://127.0.0.1:8000; }',
    },
  ],
});
