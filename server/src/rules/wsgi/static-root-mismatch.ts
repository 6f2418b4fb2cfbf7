/** nginx sends static files from another folder than the one that collectstatic fills. */
import { isAnsweredFirst } from '../../answers/where-a-line-counts.ts';
import { pathOf } from '../../base/file-id.ts';
import type { ComposeMount, ComposeService } from '../../deploy/compose.ts';
import { mountOf, samePlaceOutside } from '../../deploy/reach.ts';
import { certain, placeOf } from '../../deploy/setting.ts';
import { fixOf, replace } from '../fix.ts';
import { defineRule } from '../rule.ts';
import { django, main, sharingStatic, tree } from './_examples.ts';
import { distinct, djangoSides, orPlace } from './_links.ts';
import { folderOf, installed, isVolume, locationFor, passIn, projectFolder, urlPath } from './_static.ts';

const COLLECTED = 'RUN python manage.py collectstatic --noinput\n';

const KINDS = [
  { url: 'staticUrl', root: 'staticRoot', folder: 'STATIC_ROOT' },
  { url: 'mediaUrl', root: 'mediaRoot', folder: 'MEDIA_ROOT' },
] as const;

/** The mount by which an application's container has the volume that nginx sends files from, where the folder that it fills is not in it. */
function besideOf(from: ComposeService | null, served: string, container: ComposeService | null, filled: string): ComposeMount | undefined {
  const volume = from && mountOf(from, served);
  if (!container || container === from || container.mountsOpen || !volume || !isVolume(volume) || mountOf(container, filled))
    return undefined;
  return container.mounts.find((m) => samePlaceOutside(from, volume.target, container, m.target) === true);
}

export default defineRule({
  id: 'static-root-mismatch',
  group: 'wsgi',
  severity: 'warning',
  since: '0.1',
  covers: ['root-repeats-prefix'],
  missing: ['root', 'alias'],
  title: 'Static folder differs from STATIC_ROOT',
  why: `
\`collectstatic\` copies every application's files into \`STATIC_ROOT\`. A location that points to the source folder of one application, or to
a folder of an older layout, misses the files of the admin and of packages, or sends old ones. \`root\` appends the whole path: below
\`location /static/\` a \`root /srv/shop/static\` looks in \`/srv/shop/static/static/\`.`,
  about: ['alias', 'root', 'location'],
  looksAt: { config: true },
  needs: 'deployment',
  fixable: 'sometimes',
  messages: {
    differs: '{url} is sent from {own}, {setting} is {wanted}. Use one folder on both sides.',
    volume:
      '{url} is sent from the volume that {service} mounts at {mounted}, and {setting} is {wanted}: what collectstatic or an upload writes there is not in it. Mount the volume at {wanted}.',
    twice: '{url} is sent from {own}: root appends the whole path. Use alias {wanted}/ instead.',
  },
  check({ config, deployment, report }) {
    const reported = new Set<string>();
    for (const side of distinct(djangoSides(config, deployment))) {
      const { application, from } = side;
      const { settings } = side.django;
      for (const kind of KINDS) {
        const url = urlPath(settings[kind.url]);
        const root = certain(settings[kind.root]);
        const location = url ? locationFor(side, url) : null;
        if (!url || !root || !location || passIn(location.scope) || isAnsweredFirst(location.scope)) continue;
        const served = folderOf(location, url);
        if (!served) continue;
        const wanted = installed(root, application, projectFolder(pathOf(settings.file), settings.module));
        const last = (p: string): string => p.split('/').at(-1)!;
        const inside = application.container === from;
        const differs = wanted.sure
          ? inside
            ? served.folder !== wanted.path
            : samePlaceOutside(from, served.folder, application.container, wanted.path) === false
          : inside && last(served.folder) !== last(wanted.path);
        const beside = wanted.sure ? besideOf(from, served.folder, application.container, wanted.path) : undefined;
        const key = `${served.directive.file.id}#${served.directive.statement.start}`;
        if (!(differs || beside) || reported.has(key)) continue;
        reported.add(key);
        const word = served.directive.args[0]!;
        const related = [{ at: orPlace(placeOf(settings[kind.root]), application), message: kind.folder }];
        if (beside) {
          report('volume', {
            at: served.directive.at(word),
            data: { url, service: application.container!.name, mounted: beside.target, setting: kind.folder, wanted: wanted.path },
            related: [...related, { at: beside.place, message: 'the volume is mounted here' }],
          });
          continue;
        }
        const twice = served.directive.name === 'root' && inside && wanted.sure && word.value.replace(/\/+$/, '') === wanted.path;
        const own = location.kind === 'prefix' && location.name === url && served.directive.scope === location.scope;
        report(twice ? 'twice' : 'differs', {
          at: served.directive.at(word),
          severity: wanted.sure ? undefined : 'info',
          data: { url, own: `${served.folder}/`, setting: kind.folder, wanted: wanted.path },
          related,
          fix:
            own && inside && wanted.sure
              ? fixOf(`Serve ${url} from ${wanted.path}`, 'suggestion', served.directive.file, [
                  replace(served.directive.statement.name, 'alias'),
                  replace(word, `${wanted.path}/`),
                ])
              : null,
        });
      }
    }
  },
  examples: [
    {
      bad: tree(sharingStatic(COLLECTED, '/app/static')).replace(
        'alias /srv/static/;',
        'alias /srv/static/;\n#             ^^^^^^^^^^^^ volume',
      ),
      good: tree(sharingStatic(COLLECTED)),
    },
    {
      bad: tree({
        'nginx.conf': main(`server {
    location /static/ {
        alias /srv/shop/static/;
#             ^^^^^^^^^^^^^^^^^ differs
    }
    location / {
        proxy_pass http://unix:/run/shop.sock;
    }
}`),
        ...django("STATIC_URL = '/static/'\nSTATIC_ROOT = '/srv/shop/staticfiles'\n"),
      }),
      good: tree({
        'nginx.conf': main(`server {
    location /static/ {
        alias /srv/shop/staticfiles/;
    }
    location / {
        proxy_pass http://unix:/run/shop.sock;
    }
}`),
        ...django("STATIC_URL = '/static/'\nSTATIC_ROOT = '/srv/shop/staticfiles'\n"),
      }),
    },
    {
      bad: tree({
        'nginx.conf': main(`server {
    location /static/ {
        root /srv/shop/static;
#            ^^^^^^^^^^^^^^^^ twice
    }
    location / {
        proxy_pass http://unix:/run/shop.sock;
    }
}`),
        ...django("STATIC_URL = '/static/'\nSTATIC_ROOT = '/srv/shop/static'\n"),
      }),
      good: tree({
        'nginx.conf': main(`server {
    location /static/ {
        alias /srv/shop/static/;
    }
    location / {
        proxy_pass http://unix:/run/shop.sock;
    }
}`),
        ...django("STATIC_URL = '/static/'\nSTATIC_ROOT = '/srv/shop/static'\n"),
      }),
    },
    {
      good: tree({
        'nginx.conf': main(
          'server {\n    location /static/ {\n        alias /srv/shop/static/;\n    }\n    location / {\n        proxy_pass http://unix:/run/shop.sock;\n    }\n}',
        ),
        ...django(
          "from pathlib import Path\nBASE_DIR = Path(__file__).resolve().parent.parent\nSTATIC_URL = 'static/'\nSTATIC_ROOT = BASE_DIR / 'static'\n",
        ),
      }),
    },
  ],
});
