/** A folder of uploads whose scripts are run: shown with a path that the matcher sends to the interpreter. */

import { admitsStrangers, listVerdict } from '../../answers/who-may-enter.ts';
import { toBytes } from '../../base/bytes.ts';
import { type Location, locationOf, matchLocation } from '../../config/locations.ts';
import type { Scope } from '../../config/scope.ts';
import { matchingRoot } from '../../witness/paths.ts';
import { fixOf, replace } from '../fix.ts';
import { defineRule } from '../rule.ts';

/** Names by which scripts of the usual interpreters are known. */
const SCRIPTS = ['x.php', 'x.phtml', 'x.php5', 'x.cgi', 'x.pl', 'x.py', 'x.jsp', 'x.asp'];
const UPLOADS = /(?:uploads?|media|attachments|user-?files)\/?$/i;
const RUNS = ['fastcgi_pass', 'uwsgi_pass', 'scgi_pass', 'proxy_pass'];

/** Whether the script that is run is the file which is asked for, whatever its name: no other location looks at the name first. */
const runsItsFiles = (scope: Scope): boolean =>
  scope.has('fastcgi_pass') &&
  !['if', 'rewrite', 'return', 'location', 'limit_except'].some((name) => scope.has(name)) &&
  scope
    .effective('fastcgi_param')
    .directives.some(
      (d) =>
        d.value(0) === 'SCRIPT_FILENAME' &&
        /^(?:\$\{?request_filename\}?|[^$]*(?:\$\{?document_root\}?)?\$\{?fastcgi_script_name\}?)$/.test(d.value(1)),
    );

/** A place by an expression that keeps the scripts of a folder of uploads away: that folder. */
const ofUploads = (location: Location): string | null =>
  location.kind === 'regex'
    ? (/^\^?(\/(?:[\w-]+\/)*(?:uploads?|media|attachments|user-?files))\//i.exec(location.name.replaceAll('\\', ''))?.[1] ?? null)
    : null;

/** Whether a place refuses whoever asks. */
const refuses = (scope: Scope): boolean =>
  listVerdict(scope.effective('deny').directives) === 'denied' || /^(?:40[34]|410|444)$/.test(scope.first('return')?.value(0) ?? '');

export default defineRule({
  id: 'upload-executed',
  group: 'security',
  severity: 'warning',
  since: '0.1',
  missing: ['location'],
  title: 'Uploaded scripts are executed',
  why: `
A pattern such as \`~ \\.php$\` wins over the plain location of the uploads, so an uploaded \`x.php\` is run instead of sent. Give the location of the uploads \`^~\`: patterns beside it are not tried then. A pattern within the location is tried all the same; take it out.`,
  about: ['location', 'fastcgi_pass'],
  looksAt: {
    directive: ['location'],
    where: ({ values }) =>
      UPLOADS.test(values.at(-1) ?? '') || /^\^?\\?\/.*(?:uploads?|media|attachments|user-?files)\\?\//i.test(values.at(-1) ?? ''),
  },
  needs: 'file',
  fixable: 'sometimes',
  messages: {
    gap: '{path} is run by {pass}: this pattern refuses {refused}, and the one that runs scripts has more names. Refuse all of them.',
    pages:
      'Files whose ending is not known are sent as pages from here, and scripts in what a visitor brings run on this site. Write "default_type application/octet-stream;".',
    run: '{path} is run by {pass}: the pattern wins over this location. Make it "location ^~ {name}".',
    own: 'Every script that a visitor brings is run by {pass}: all files of this place are handed to it. Send them from here, and pass the paths of your own scripts only.',
    inner: '{path} is run by {pass}, in the location within this one. Remove that one.',
  },
  check({ directive, scope, file, report }) {
    const location = directive.body && locationOf(directive.body);
    const uploads = location && ofUploads(location);
    if (location && uploads && refuses(location.scope)) {
      const root = matchingRoot(scope);
      const takenAt = (name: string): Location | null => matchLocation(root, toBytes(`${uploads}/${name}`)).location;
      const refused = SCRIPTS.find((name) => takenAt(name) === location);
      const open =
        refused &&
        SCRIPTS.find(
          (name) => takenAt(name) !== location && takenAt(name) !== takenAt('x.jpg') && takenAt(name)?.scope.has('fastcgi_pass'),
        );
      const by = open ? takenAt(open) : null;
      if (refused && open && by?.kind === 'regex' && admitsStrangers(by.scope))
        report('gap', {
          at: directive.at(directive.args.at(-1)!),
          data: { path: `${uploads}/${open}`, pass: 'fastcgi_pass', refused: `${uploads}/${refused}` },
          related: [{ at: by.directive.at(by.directive.args.at(-1)!), message: 'runs it' }],
        });
      return;
    }
    if (location?.kind !== 'prefix' || !/(^|\/)$/.test(location.name.replace(UPLOADS, ''))) return;
    if (runsItsFiles(location.scope) && admitsStrangers(location.scope)) {
      const own = location.scope.first('fastcgi_pass')!;
      report('own', {
        at: directive.at(directive.args.at(-1)!),
        data: { pass: own.name },
        related: [{ at: own.at(), message: 'runs them' }],
      });
      return;
    }
    const type = location.scope.first('default_type');
    if (
      type &&
      /^(?:text\/html|application\/xhtml\+xml|image\/svg\+xml)$/i.test(type.value(0)) &&
      !RUNS.some((pass) => location.scope.has(pass)) &&
      !location.scope.has('return') &&
      admitsStrangers(location.scope)
    )
      report('pages', { at: type.at() });
    const folder = location.name.replace(/\/?$/, '/');
    const root = matchingRoot(scope);
    const at = (name: string): ReturnType<typeof matchLocation> => matchLocation(root, toBytes(folder + name));
    const picture = at('x.jpg').location;
    // a place that takes pictures as well is none for scripts
    const script = SCRIPTS.find((name) => {
      const { location: taken, how } = at(name);
      return how === 'regex' && taken && taken !== picture && RUNS.some((pass) => taken.scope.has(pass));
    });
    if (script === undefined) return;
    const path = folder + script;
    const taken: Location = at(script).location!;
    const pass = RUNS.map((name) => taken.scope.first(name)).find((d) => d !== undefined)!;
    const isInner = directive.body!.all.includes(taken.directive);
    const [first] = directive.args;
    report(isInner ? 'inner' : 'run', {
      at: directive.at(directive.args.at(-1)!),
      data: { path, pass: pass.name, name: location.name },
      related: [{ at: taken.directive.at(taken.directive.args.at(-1)!), message: 'takes the scripts' }],
      fix:
        directive.args.length === 1 && first && !isInner
          ? fixOf('Keep patterns out', 'suggestion', file, [replace({ start: first.start, end: first.start }, '^~ ')])
          : null,
    });
  },
  examples: [
    {
      inside: 'server',
      bad: `location /uploads/ { root /srv; }
#        ^^^^^^^^^ run
location ~ \\.php$ { fastcgi_pass unix:/run/php.sock; }`,
      good: `location ^~ /uploads/ { root /srv; }
location ~ \\.php$ { fastcgi_pass unix:/run/php.sock; }`,
    },
    {
      inside: 'server',
      good: 'location ~ ^/uploads/.*\\.php$ { return 403; }\nlocation /uploads/ { root /srv; }\nlocation ~ \\.php$ { fastcgi_pass unix:/run/php.sock; }',
    },
    {
      inside: 'server',
      bad: `location /media/ {
#        ^^^^^^^ own
    alias /srv/media/;
    fastcgi_param SCRIPT_FILENAME $request_filename;
    fastcgi_pass unix:/run/php.sock;
}`,
      good: `location /media/ {
    alias /srv/media/;
}`,
      fixed: false,
    },
    {
      inside: 'server',
      bad: `location ~* ^/uploads/.*\\.php$ { deny all; }
#           ^^^^^^^^^^^^^^^^^^ gap
location ~* \\.(?:php|phtml)$ { fastcgi_pass unix:/run/php.sock; }`,
      good: `location ~* ^/uploads/.*\\.(?:php|phtml)$ { deny all; }
location ~* \\.(?:php|phtml)$ { fastcgi_pass unix:/run/php.sock; }`,
      fixed: false,
    },
    {
      inside: 'server',
      bad: `location /uploads/ {
    root /srv;
    default_type text/html;
#   ^^^^^^^^^^^^^^^^^^^^^^^ pages
}`,
      good: `location /uploads/ {
    root /srv;
    default_type application/octet-stream;
}`,
      fixed: false,
    },
  ],
});
