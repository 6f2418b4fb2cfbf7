/** Uploaded files that another handler would run. */
import type { Directive } from '../../config/directive.ts';
import { placeOf } from '../../deploy/setting.ts';
import { fixOf, replace } from '../fix.ts';
import { defineRule } from '../rule.ts';
import { django, main, tree } from './_examples.ts';
import { distinct, djangoSides, orPlace } from './_links.ts';
import { locationFor, passIn, urlPath } from './_static.ts';

/** Names of uploads that servers run, and what would run them. */
const UPLOADS = ['upload.php', 'upload.cgi', 'upload.pl', 'upload.phtml'];

export default defineRule({
  id: 'media-executable',
  group: 'wsgi',
  severity: 'warning',
  since: '0.1',
  missing: ['location'],
  title: 'Uploaded files reach a handler that runs them',
  why: `
Below \`MEDIA_URL\` are files that visitors uploaded. A regular expression for scripts, such as \`location ~ \\.php$\`, wins over the prefix
location of the media folder: \`/media/x.php\` is then handed to FastCGI, and what a visitor uploaded is run.

\`^~\` at the prefix location keeps the regular expressions away.`,
  about: ['location', 'fastcgi_pass'],
  looksAt: { config: true },
  needs: 'deployment',
  fixable: 'sometimes',
  messages: {
    runs: 'An uploaded {url}{file} is passed to {pass} here. Put ^~ before {url} in its location.',
  },
  check({ config, deployment, report }) {
    const reported = new Set<Directive['statement']>();
    for (const side of distinct(djangoSides(config, deployment))) {
      const { settings } = side.django;
      const url = urlPath(settings.mediaUrl);
      if (!url) continue;
      for (const file of UPLOADS) {
        const location = locationFor(side, url, file);
        const pass = location ? passIn(location.scope) : undefined;
        if (
          !location ||
          !pass ||
          location.kind !== 'regex' ||
          !/^(fastcgi|scgi)_pass$/.test(pass.name) ||
          reported.has(location.directive.statement)
        )
          continue;
        reported.add(location.directive.statement);
        const prefix = locationFor(side, url, 'picture.jpg');
        const word = prefix?.directive.args.at(-1);
        const fixable = prefix?.kind === 'prefix' && prefix.modifier === '' && prefix.name === url && prefix.directive.args.length === 1;
        report('runs', {
          at: location.directive.at(location.directive.args.at(-1)),
          data: { url, file, pass: pass.name },
          related: [
            { at: orPlace(placeOf(settings.mediaUrl), side.application), message: 'MEDIA_URL' },
            ...(prefix ? [{ at: prefix.directive.nameAt, message: 'the location of the media files' }] : []),
          ],
          fix:
            fixable && word && prefix
              ? fixOf(`Write ^~ before ${url}`, 'suggestion', prefix.directive.file, [replace(word, `^~ ${word.raw}`)])
              : null,
        });
      }
    }
  },
  examples: [
    {
      bad: tree({
        'nginx.conf': main(`server {
    location / {
        proxy_pass http://unix:/run/shop.sock;
    }
    location /media/ {
        alias /srv/shop/media/;
    }
    location ~ \\.php$ {
#              ^^^^^^ runs
        fastcgi_pass unix:/run/php.sock;
    }
}`),
        ...django("MEDIA_URL = '/media/'\nMEDIA_ROOT = '/srv/shop/media'\n"),
      }),
      good: tree({
        'nginx.conf': main(`server {
    location / {
        proxy_pass http://unix:/run/shop.sock;
    }
    location ^~ /media/ {
        alias /srv/shop/media/;
    }
    location ~ \\.php$ {
        fastcgi_pass unix:/run/php.sock;
    }
}`),
        ...django("MEDIA_URL = '/media/'\nMEDIA_ROOT = '/srv/shop/media'\n"),
      }),
    },
  ],
});
