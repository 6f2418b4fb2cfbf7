/** Locations that are plainly meant for X-Accel-Redirect and that everyone can ask for. */

import { isAnsweredFirst } from '../../answers/where-a-line-counts.ts';
import { admitsStrangers } from '../../answers/who-may-enter.ts';
import { readLocation } from '../../config/locations.ts';
import { fixOf, insertFirst } from '../fix.ts';
import { defineRule } from '../rule.ts';

const WORDS = /internal|x-?accel|accel-redirect|protected|sendfile|private/i;
const NAMES = new RegExp(`(^|[/_-])(${WORDS.source})([/_-]|$)`, 'i');

export default defineRule({
  id: 'internal-missing',
  group: 'security',
  severity: 'warning',
  since: '0.1',
  missing: ['internal'],
  title: 'X-Accel-Redirect location without internal',
  why: `
With X-Accel-Redirect the application decides who may have a file, and nginx sends it from a location such as \`/protected/\`. Without \`internal\` everybody who knows the path gets the file without asking the application.

The rule relies on the name of the location and by the alias or root in force in it; without such a name it cannot know what is meant.`,
  about: ['internal', 'alias'],
  references: ['https://nginx.org/en/docs/http/ngx_http_core_module.html#internal'],
  looksAt: { directive: ['location'], where: ({ values }) => WORDS.test(values.at(-1) ?? '') },
  needs: 'file',
  fixable: 'always',
  fixChanges: ['answer', 'response-headers', 'request-headers', 'request-line', 'limits', 'cache', 'timing'],
  messages: { open: 'Everybody can fetch files below {name}. Add "internal;" if only the application may redirect there.' },
  check({ directive, report }) {
    const read = readLocation(directive);
    const body = directive.body;
    if (!read || !body || !['', '^~', '~', '~*'].includes(read.modifier)) return;
    // of a pattern its beginning is a name
    const name = read.modifier.startsWith('~') ? (/^\^((?:\/[\w-]+)+\/)/.exec(read.name)?.[1] ?? '') : read.name;
    if (!NAMES.test(name) || !body.value('root')) return;
    if (!admitsStrangers(body)) return;
    if (isAnsweredFirst(body) || body.directives.some((d) => /_pass$|secure_link|autoindex|^try_files$/.test(d.name))) return;
    report('open', {
      at: directive.at(directive.args.at(-1)!),
      data: { name },
      fix: fixOf('Make it internal', 'suggestion', directive.file, [insertFirst(directive.file, directive.statement, ['internal;'])]),
    });
  },
  examples: [
    {
      inside: 'server',
      bad: `location /protected/ {
#        ^^^^^^^^^^^ open
    alias /srv/files/;
}`,
      good: `location /protected/ {
    internal;
    alias /srv/files/;
}`,
    },
    {
      inside: 'server',
      good: 'location /private/ {\n    alias /srv/files/;\n    auth_basic "x";\n    auth_basic_user_file /etc/nginx/htpasswd;\n}',
    },
  ],
});
