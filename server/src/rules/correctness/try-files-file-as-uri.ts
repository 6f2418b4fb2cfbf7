/** try_files takes paths below the root: a path of the disk is looked for below the root once more, and a URL of an application, too. */
import { fixOf, replace } from '../fix.ts';
import { defineRule } from '../rule.ts';

/** What a pass directive takes; no path of a site begins so. */
const URL_OF_A_PROGRAM = /^(?:(?:https?|uwsgi|grpcs?|fastcgi):\/\/|unix:)/;

export default defineRule({
  id: 'try-files-file-as-uri',
  group: 'correctness',
  severity: 'warning',
  since: '0.1',
  title: 'File system path or URL in try_files',
  why: `
The arguments of \`try_files\` are paths of the site. nginx puts the root before each, and goes on with the last as a path of the site; \`/var/www/html/index.html\` is looked for as \`/var/www/html/var/www/html/index.html\`.

The root is put there as it is: without a slash \`index.html\` becomes \`/var/www/htmlindex.html\`, and \`uri/\`, which has lost its dollar sign, \`/var/www/htmluri/\`.

Nothing is passed on by \`try_files\` either: \`try_files $uri http://127.0.0.1:8000;\` ends in 404, for no file is called so. An application gets what is not there through a named location: \`try_files $uri @app;\` and \`location @app { proxy_pass …; }\`.`,
  about: ['try_files', 'root'],
  looksAt: { directive: ['try_files'] },
  needs: 'file',
  fixable: 'sometimes',
  messages: {
    disk: 'nginx looks for {root}{path}: try_files prepends the root. Write {short}.',
    slash: 'nginx looks for {root}{path}, as try_files puts the root before it without a slash. Write {short}.',
    url: '{url} is looked for below the root like any file, and nothing is passed to it. Write @app, and give location @app the proxy_pass.',
  },
  check({ directive, scope, file, report }) {
    for (const word of directive.args) if (URL_OF_A_PROGRAM.test(word.value)) report('url', { at: word, data: { url: word.value } });
    // the last one is told for what comes of it (try-files-missing-fallback)
    for (const word of directive.args.slice(0, -1)) {
      if (word.templated || !/^\w/.test(word.value) || URL_OF_A_PROGRAM.test(word.value)) continue;
      const variable = /^(?:uri|request_uri|request_filename)(?=\/?$)/.test(word.value);
      // the one file that is tried may be one that there is not: `try_files blocked @app` goes straight on
      if (!variable && directive.args.length === 2) continue;
      const short = variable ? `$${word.value}` : `/${word.value}`;
      report('slash', {
        at: word,
        data: { root: (scope.value('root')?.value(0) ?? '…').replace(/\/+$/, ''), path: word.value, short },
        fix: fixOf(`Write ${short}`, 'suggestion', file, [replace(word, short)]),
      });
    }
    if (!directive.args.some((w) => /^(\/|\$\{?(document_root|request_filename))/.test(w.value))) return;
    const root = scope.value('root');
    if (root?.name !== 'root') return;
    const folder = root.value(0).replace(/\/+$/, '');
    for (const word of directive.args) {
      const known = folder.length > 1 && word.value.startsWith(folder) && /^[/$]/.test(word.value.slice(folder.length));
      const variable = /^\$\{?document_root\}?(?=[/$])/.exec(word.value)?.[0];
      const whole = /^\$\{?request_filename\}?(?=\/?$)/.exec(word.value)?.[0];
      if (!known && !variable && !whole) continue;
      const short = whole ? `$uri${word.value.slice(whole.length)}` : word.value.slice(variable?.length ?? folder.length);
      report('disk', {
        at: word,
        data: { root: folder, path: word.value, short },
        related: [{ at: root.at(), message: 'the root' }],
        fix: fixOf('Leave the root away', 'suggestion', file, [replace(word, short)]),
      });
    }
  },
  examples: [
    {
      inside: 'server',
      bad: `root /srv/site;
location / {
    try_files $uri /srv/site/index.html;
#                  ^^^^^^^^^^^^^^^^^^^^ disk
}`,
      good: `root /srv/site;
location / {
    try_files $uri /index.html;
}`,
    },
    {
      inside: 'server',
      bad: `root /srv/site;
location / {
    try_files $uri http://127.0.0.1:8000;
#                  ^^^^^^^^^^^^^^^^^^^^^ url
}`,
      good: `root /srv/site;
location / {
    try_files $uri @app;
}
location @app {
    proxy_pass http://127.0.0.1:8000;
}`,
    },
    { inside: 'server', good: 'root /srv/site;\nlocation / { try_files $uri /srv.html; }' },
    {
      inside: 'server',
      bad: `root /srv/site;
location / {
    try_files $uri uri/ /index.html;
#                  ^^^^ slash
}`,
      good: `root /srv/site;
location / {
    try_files $uri $uri/ /index.html;
}`,
    },
    {
      inside: 'server',
      bad: 'root /srv/site;\n    try_files $uri index.html =404;\n#                  ^^^^^^^^^^ slash',
      good: 'root /srv/site;\n    try_files $uri /index.html =404;',
    },
  ],
});
