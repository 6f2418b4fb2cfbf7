/** try_files takes paths below the root; a path of the disk is looked for below the root once more. */
import { fixOf, replace } from '../fix.ts';
import { defineRule } from '../rule.ts';

export default defineRule({
  id: 'try-files-file-as-uri',
  group: 'correctness',
  severity: 'warning',
  since: '0.1',
  title: 'File system path in try_files',
  why: `
The arguments of \`try_files\` are paths of the site. nginx puts the root before each, and goes on with the last as a path of the site; \`/var/www/html/index.html\` is looked for as \`/var/www/html/var/www/html/index.html\`.`,
  about: ['try_files', 'root'],
  looksAt: { directive: ['try_files'] },
  needs: 'file',
  fixable: 'always',
  messages: { disk: 'nginx looks for {root}{path}: try_files prepends the root. Write {short}.' },
  check({ directive, scope, file, report }) {
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
    { inside: 'server', good: 'root /srv/site;\nlocation / { try_files $uri /srv.html; }' },
  ],
});
