/** Requests for static or media files that end at an application which does not serve them. */
import { pathOf } from '../../base/file-id.ts';
import type { DjangoSettings } from '../../deploy/django.ts';
import { settingsOf } from '../../deploy/servers/server.ts';
import uwsgi from '../../deploy/servers/uwsgi.ts';
import { certain, placeOf } from '../../deploy/setting.ts';
import { optionsNamed } from '../../deploy/uwsgi.ts';
import { fixOf, indentUnit, insertBefore } from '../fix.ts';
import { defineRule } from '../rule.ts';
import { django, FORWARDED, main, site, tree } from './_examples.ts';
import { type DjangoSide, distinct, djangoSides, isDevelopment, orPlace } from './_links.ts';
import { installed, locationFor, looksAtDisk, passIn, projectFolder, urlPath } from './_static.ts';

const KINDS = [
  { what: 'static', url: 'staticUrl', root: 'staticRoot', name: 'STATIC_URL', folder: 'STATIC_ROOT' },
  { what: 'media', url: 'mediaUrl', root: 'mediaRoot', name: 'MEDIA_URL', folder: 'MEDIA_ROOT' },
] as const;

/** WhiteNoise as a middleware serves the static files; called in wsgi.py it may have been given other folders. */
const byMiddleware = (settings: DjangoSettings): boolean => [...settings.uses].some((u) => /^(whitenoise|servestatic)\.middleware/.test(u));

/** Whether the application's side sends the files below a URL itself: a view of its own, or a folder that uWSGI knows. */
function isServed({ application, django }: DjangoSide, url: string): boolean {
  if (django.routes.files.some((r) => `/${r.path}`.startsWith(url))) return true;
  const settings = settingsOf(application, uwsgi);
  if (!settings) return false;
  return (
    settings.staticMaps.some((m) => url.startsWith(`/${m.prefix.replace(/^\/+|\/+$/g, '')}/`)) ||
    ['check-static', 'check-static-docroot', 'static-index'].some((name) => optionsNamed(settings.options, name).length > 0)
  );
}

export default defineRule({
  id: 'static-through-application',
  group: 'wsgi',
  severity: 'warning',
  since: '0.1',
  missing: ['location'],
  title: 'Static files requested from the application',
  why: `
Django serves static files only in its development server. Under gunicorn, uWSGI or an ASGI server \`STATIC_URL\` and \`MEDIA_URL\` are 404,
unless WhiteNoise, uWSGI's \`static-map\` or a view of its own answers, and then every image occupies a worker. WhiteNoise serves what is there when it
starts: it does not serve uploads.

Give the URL a location of its own with an \`alias\` to \`STATIC_ROOT\`, the folder that \`collectstatic\` fills.`,
  about: ['location', 'alias', 'try_files'],
  references: ['https://docs.djangoproject.com/en/stable/howto/static-files/deployment/'],
  looksAt: { config: true },
  needs: 'deployment',
  fixable: 'sometimes',
  messages: {
    passed:
      'Requests for {url} ({setting}) go to the application, which does not serve {what} files. Give {url} a location with an alias to {folder}.',
  },
  check({ config, deployment, report }) {
    const reported = new Set<string>();
    for (const side of distinct(djangoSides(config, deployment))) {
      const { application, django, from } = side;
      const { settings } = django;
      if (certain(settings.debug) === true || isDevelopment(application)) continue;
      const served = certain(django.servesStatic);
      if (served === undefined) continue;
      for (const kind of KINDS) {
        // WhiteNoise reads its files when it starts: uploads come later
        if (served === 'whitenoise' && (kind.what === 'static' || !byMiddleware(settings))) continue;
        const url = urlPath(settings[kind.url]);
        const root = settings[kind.root];
        // without a folder nothing is collected or uploaded: the files live elsewhere
        if (url === null || certain(root) == null || isServed(side, url)) continue;
        const location = locationFor(side, url);
        const scope = location?.scope ?? side.server?.scope;
        const pass = scope ? passIn(scope) : undefined;
        if (!scope || !pass || pass.statement !== side.pass.statement || looksAtDisk(scope)) continue;
        const key = `${pass.file.id}#${pass.statement.start}#${kind.what}`;
        if (reported.has(key)) continue;
        reported.add(key);
        const folder = certain(root)!;
        const { path } = installed(folder, application, projectFolder(pathOf(settings.file), settings.module));
        const opener = location?.directive;
        const lines = opener ? [`location ${url} {`, `${indentUnit(opener.file)}alias ${path}/;`, '}'] : [];
        report('passed', {
          at: pass.nameAt,
          data: { url, setting: kind.name, what: kind.what, folder: kind.folder },
          related: [
            { at: orPlace(placeOf(settings[kind.url]), application), message: kind.name },
            { at: orPlace(placeOf(root), application), message: kind.folder },
          ],
          // in a container of its own nginx sees other folders
          fix:
            opener && from === application.container
              ? fixOf(`Serve ${url} from ${path}`, 'suggestion', opener.file, [insertBefore(opener.file, opener.statement, lines)])
              : null,
        });
      }
    }
  },
  examples: [
    {
      bad: tree({
        'nginx.conf': site(`
        proxy_pass http://unix:/run/shop.sock;
#       ^^^^^^^^^^ passed
        ${FORWARDED}`),
        ...django("ALLOWED_HOSTS = ['*']\nSTATIC_URL = 'static/'\nSTATIC_ROOT = '/srv/shop/static'\n"),
      }),
      good: tree({
        'nginx.conf': main(`server {
    location /static/ {
        alias /srv/shop/static/;
    }
    location / {
        proxy_pass http://unix:/run/shop.sock;
        ${FORWARDED}
    }
}`),
        ...django("ALLOWED_HOSTS = ['*']\nSTATIC_URL = 'static/'\nSTATIC_ROOT = '/srv/shop/static'\n"),
      }),
    },
    {
      good: tree({
        'nginx.conf': main('server {\n    location / {\n        proxy_pass http://unix:/run/shop.sock;\n    }\n}'),
        ...django(
          "STATIC_URL = '/static/'\nSTATIC_ROOT = '/srv/static'\nMIDDLEWARE = ['django.middleware.security.SecurityMiddleware', 'whitenoise.middleware.WhiteNoiseMiddleware']\n",
        ),
      }),
    },
    {
      good: tree({
        'nginx.conf': main(
          'server {\n    root /srv/shop;\n    location / {\n        try_files $uri @app;\n    }\n    location @app {\n        proxy_pass http://unix:/run/shop.sock;\n    }\n}',
        ),
        ...django("STATIC_URL = '/static/'\nSTATIC_ROOT = '/srv/shop/static'\n"),
      }),
    },
  ],
});
