/** `location /img/ { alias /data/img; }`: `/img/a.png` is looked for as `/data/imga.png`. */
import { textsOf } from '../../answers/what-is-passed.ts';
import { readLocation } from '../../config/locations.ts';
import { fixOf, replace } from '../fix.ts';
import { defineRule } from '../rule.ts';

/** Variables whose text never ends in a slash. */
const SLASHLESS = /^(host|http_host|server_name|hostname|remote_addr|scheme|ssl_server_name|remote_user)$/;

export default defineRule({
  id: 'alias-slash-mismatch',
  group: 'security',
  severity: 'warning',
  since: '0.1',
  equivalents: ['nginx-lint:alias-location-slash-mismatch'],
  title: 'Trailing slashes of location and alias do not match',
  why: `
nginx cuts the location's name off the path and appends the rest to the alias as it is. When the name ends in a slash and the alias does not, nothing separates the two: \`/img/a.png\` is looked for as \`/data/imga.png\`. Files of the folder are not found, and files beside it whose names begin alike are.`,
  about: ['alias', 'location'],
  looksAt: { directive: ['alias'] },
  needs: 'file',
  ofShape: true,
  fixable: 'sometimes',
  fixChanges: ['answer', 'response-headers'],
  messages: {
    mismatch: 'A request for {prefix}x is served from {dir}x. Add a trailing slash to the alias, as the location has one.',
  },
  check({ directive, scope, file, report }) {
    const opener = scope.enclosing('location')?.opener;
    const location = opener ? readLocation(opener) : null;
    const word = directive.args[0];
    if (!opener || !word || !location || (location.modifier !== '' && location.modifier !== '^~')) return;
    const dir = word.value;
    if (!location.name.endsWith('/') || dir.endsWith('/') || dir === '') return;
    const end = word.quote === '' ? word.end : word.end - 1;
    // what a template engine fills in may end in a slash
    if (word.templated && file.marks?.some((m) => m.end === end)) return;
    // nginx appends the rest behind a variable as well; only one that can end in a slash itself separates the two
    const last = /\$\{?(\w+)\}?$/.exec(dir)?.[1];
    if (last && !SLASHLESS.test(last) && !textsOf(scope, dir)?.every((t) => !t.endsWith('/'))) return;
    report('mismatch', {
      at: word,
      data: { prefix: location.name, dir },
      related: [{ at: opener.at(opener.args.at(-1)!), message: 'the location that is cut off' }],
      fix: fixOf('End the alias with a slash', 'safe', file, [replace({ start: end, end }, '/')]),
    });
  },
  examples: [
    {
      inside: 'server',
      bad: `location /img/ { alias /data/img; }
#                      ^^^^^^^^^ mismatch`,
      good: 'location /img/ { alias /data/img/; }',
    },
    {
      inside: 'server',
      bad: `location ^~ /media/ { alias "/srv/media"; }
#                           ^^^^^^^^^^^^ mismatch`,
      good: 'location ^~ /media/ { alias "/srv/media/"; }',
    },
    { inside: 'server', good: 'location ~ ^/u/(.+)/$ { alias /home/$1; }' },
    { inside: 'server', good: 'location = /x/ { alias /srv/x.html; }' },
  ],
});
