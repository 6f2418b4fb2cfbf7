/** A folder of uploads whose scripts are run: shown with a path that the matcher sends to the interpreter. */
import { toBytes } from '../../base/bytes.ts';
import { locationOf, matchLocation } from '../../config/locations.ts';
import { matchingRoot } from '../../witness/paths.ts';
import { fixOf, replace } from '../fix.ts';
import { defineRule } from '../rule.ts';

export default defineRule({
  id: 'upload-executed',
  group: 'security',
  severity: 'warning',
  since: '0.1',
  missing: ['location'],
  title: 'Scripts among uploaded files are run',
  why: `
A pattern such as \`~ \\.php$\` wins over the plain location of the uploads, so an uploaded \`x.php\` is run instead of sent. Give the location of the uploads \`^~\`: patterns are not tried for it then.`,
  about: ['location', 'fastcgi_pass'],
  looksAt: { directive: ['location'] },
  needs: 'file',
  fixable: 'sometimes',
  messages: { run: '{path} is run by {pass}: the pattern wins over this location. Make it "location ^~ {name}".' },
  check({ directive, scope, file, report }) {
    const location = directive.body && locationOf(directive.body);
    if (location?.kind !== 'prefix' || location.noRegex || !/(^|\/)(uploads?|media|attachments|user-?files)\/?$/i.test(location.name))
      return;
    const path = `${location.name.replace(/\/?$/, '/')}x.php`;
    const { location: taken, how } = matchLocation(matchingRoot(scope), toBytes(path));
    const pass = taken && how === 'regex' ? taken.scope.first('fastcgi_pass') : undefined;
    if (!taken || !pass) return;
    const [first] = directive.args;
    report('run', {
      at: directive.at(directive.args.at(-1)!),
      data: { path, pass: pass.name, name: location.name },
      related: [{ at: taken.directive.at(taken.directive.args.at(-1)!), message: 'takes the scripts' }],
      fix:
        directive.args.length === 1 && first
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
  ],
});
