/** Locations that are plainly meant for X-Accel-Redirect and that everyone can ask for. */

import { HEADER_LIST } from '../../answers/what-is-passed.ts';
import { isAnsweredFirst } from '../../answers/where-a-line-counts.ts';
import { admitsStrangers } from '../../answers/who-may-enter.ts';
import { toBytes } from '../../base/bytes.ts';
import type { Directive } from '../../config/directive.ts';
import { matchLocation, readLocation } from '../../config/locations.ts';
import type { Scope } from '../../config/scope.ts';
import { type Fix, fixOf, insertFirst } from '../fix.ts';
import { defineRule } from '../rule.ts';

const WORDS = /internal|x-?accel|accel-redirect|protected|sendfile|private/i;
/** What such a place holds: `/internal-links/` is a page about links. */
const OF_FILES =
  /files?|media|downloads?|uploads?|static|docs?|documents?|assets?|images?|img|data|storage|area|contents?|redirects?|send|attachments?|exports?|reports?|invoices?|pdfs?|videos?|root|dir|folder|mounts?|backups?|dumps?|archives?|objects?|blobs?|bucket|photos?|music|audio|books?|shares?|shared|secure|store|serve/;
const NAMES = new RegExp(`(^|[/_-])(?:x-?accel(?:[/_-]|$)|(?:${WORDS.source})(?:/|$|[_-](?:${OF_FILES.source})(?:[/_-]|$)))`, 'i');

const LISTS = Object.values(HEADER_LIST);

const makeInternal = (location: Directive): Fix =>
  fixOf('Make it internal', 'suggestion', location.file, [insertFirst(location.file, location.statement, ['internal;'])]);

/** The location that X-Accel-Mapping names is the one by which the application sends files: `/srv/files/=/sent/`. */
function checkMapping(directive: Directive, scope: Scope, report: (found: Directive, name: string) => void): void {
  const server = scope.enclosing('server');
  if (!server || directive.args[1]?.templated) return;
  for (const pair of directive.value(1).split(/\s*,\s*/)) {
    const name = /=(\/[^$]*)$/.exec(pair)?.[1];
    const found = name === undefined ? null : matchLocation(server, toBytes(`${name}x`)).location;
    if (!found || found.name !== name || !found.scope.value('root') || !admitsStrangers(found.scope) || found.scope.has('internal'))
      continue;
    if (found.scope.directives.some((d) => /_pass$/.test(d.name)) || NAMES.test(name!)) continue;
    report(found.directive, name!);
    return;
  }
}

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
  looksAt: [
    { directive: ['location'], where: ({ values }) => WORDS.test(values.at(-1) ?? '') },
    {
      directive: LISTS,
      where: ({ values: [name = '', value = ''] }) => /^(?:x-accel-mapping|http_x_accel_mapping)$/i.test(name) && value.includes('=/'),
    },
  ],
  needs: 'file',
  fixable: 'always',
  fixChanges: ['answer', 'response-headers', 'request-headers', 'request-line', 'limits', 'cache', 'timing'],
  messages: {
    mapped:
      'The application sends files by {name} (X-Accel-Mapping), and everybody can fetch them there without asking it. Add "internal;" to that location.',
    open: 'Everybody can fetch files below {name}. Add "internal;" if only the application may redirect there.',
  },
  check({ directive, scope, report }) {
    if (LISTS.includes(directive.name))
      return checkMapping(directive, scope, (found, name) =>
        report('mapped', { at: found.at(found.args.at(-1)!), data: { name }, fix: makeInternal(found) }),
      );
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
      fix: makeInternal(directive),
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
      bad: `location / {
    proxy_set_header X-Accel-Mapping /srv/files/=/sent/;
    proxy_pass http://127.0.0.1:8000;
}
location /sent/ {
#        ^^^^^^ mapped
    alias /srv/files/;
}`,
      good: `location / {
    proxy_set_header X-Accel-Mapping /srv/files/=/sent/;
    proxy_pass http://127.0.0.1:8000;
}
location /sent/ {
    internal;
    alias /srv/files/;
}`,
    },
    {
      inside: 'server',
      good: 'location /private/ {\n    alias /srv/files/;\n    auth_basic "x";\n    auth_basic_user_file /etc/nginx/htpasswd;\n}',
    },
    { inside: 'server', good: 'location /docs/internal-links/ {\n    root /srv/site;\n}' },
    { inside: 'server', good: 'location /x-accel-mount/ {\n    internal;\n    alias /srv/files/;\n}' },
  ],
});
