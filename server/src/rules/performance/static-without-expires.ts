/** Files with names as build tools make them, served without a word on how long a browser may keep them. */
import { isAnsweredFirst } from '../../answers/where-a-line-counts.ts';
import { entryOf } from '../../answers/who-may-enter.ts';
import { readLocation } from '../../config/locations.ts';
import { contentIn } from '../../trace/location-config.ts';
import { fixOf, insertLast } from '../fix.ts';
import { defineRule } from '../rule.ts';

const FOLDER = /^\/(?:[\w-]+\/)*(static|assets|media|dist|build|css|js|images?|img|fonts?)\/?$/i;
const WITNESSES = ['/a.css', '/a.js', '/a.png', '/a.woff2', '/static/a.css', '/assets/a.js'];

export default defineRule({
  id: 'static-without-expires',
  group: 'performance',
  severity: 'hint',
  default: false,
  since: '0.1',
  missing: ['expires', 'add_header'],
  title: 'Static files without a cache lifetime',
  why: `
Without \`expires\` or a \`Cache-Control\` header a browser guesses how long it may keep a file, and asks again for many of them at every visit.
Files whose name holds a hash of their content may be kept for a year; others for as long as an outdated copy does no harm.`,
  about: ['expires', 'add_header'],
  looksAt: { scope: ['location'] },
  needs: 'config',
  fixable: 'always',
  messages: { missing: 'Static files are served here without expires or Cache-Control. Set how long browsers may cache them.' },
  check({ scope, directive, config, report }) {
    const location = directive && readLocation(directive);
    if (!location || !scope.value('root') || isAnsweredFirst(scope)) return;
    // an application, or nobody, answers here; of X-Accel-Redirect the application says how long
    if (contentIn(scope) !== null || entryOf(scope) === 'nobody') return;
    if (scope.effective('more_set_headers').directives.some((d) => d.values.some((v) => /^(cache-control|expires):/i.test(v)))) return;
    const { modifier, name } = location;
    if (modifier === '~' || modifier === '~*') {
      const compiled = config.regexes.compile(name, { caseless: modifier === '~*' });
      const fits = (path: string): boolean => compiled.ok && typeof compiled.regex.match(path) === 'object';
      if (fits('/index.html') || fits('/a.php') || !WITNESSES.some(fits)) return;
    } else if (modifier === '=' || modifier === '@' || !FOLDER.test(name)) return;
    if (scope.value('expires')) return;
    if (scope.effective('add_header').directives.some((d) => /^(cache-control|expires)$/i.test(d.value(0)))) return;
    report('missing', {
      at: directive.statement.name,
      fix: fixOf('Let browsers keep them for a week', 'suggestion', directive.file, [
        insertLast(directive.file, directive.statement, ['expires 7d;']),
      ]),
    });
  },
  examples: [
    {
      inside: 'server',
      bad: `    location /static/ {
#   ^^^^^^^^ missing
        alias /srv/app/static/;
    }`,
      good: `    location /static/ {
        alias /srv/app/static/;
        expires 7d;
    }`,
    },
    {
      inside: 'server',
      bad: `root /srv/www;
    location ~* \\.(css|js|png)$ {
#   ^^^^^^^^ missing
        access_log off;
    }`,
      good: `root /srv/www;
    location ~* \\.(css|js|png)$ {
        access_log off;
        expires 7d;
    }`,
    },
    { inside: 'server', good: 'location /static/ { alias /srv/static/; add_header Cache-Control "public, max-age=3600"; }' },
  ],
});
