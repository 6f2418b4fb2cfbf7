/** Files that nginx is told to send from a folder that its container does not have. */

import { placesOf, sendsFiles } from '../../answers/where-a-line-counts.ts';
import { dirname, pathOf, resolve } from '../../base/file-id.ts';
import type { Config } from '../../config/config.ts';
import type { Directive } from '../../config/directive.ts';
import { serversOf } from '../../config/servers.ts';
import { hasVariables } from '../../config/upstreams.ts';
import type { ComposeMount, ComposeService } from '../../deploy/compose.ts';
import type { Deployment } from '../../deploy/deployment.ts';
import djangoFramework from '../../deploy/frameworks/django.ts';
import { frameworkSettings } from '../../deploy/frameworks/framework.ts';
import { emptyVolumeAt, hasInside } from '../../deploy/inside.ts';
import { mountOf } from '../../deploy/reach.ts';
import { certain, placeOf } from '../../deploy/setting.ts';
import { fixOf, replace } from '../fix.ts';
import { defineRule, type Related } from '../rule.ts';
import { main, tree } from './_examples.ts';
import { nginxesOf } from './_links.ts';
import { installed, projectFolder } from './_static.ts';

function folders(config: Config): Directive[] {
  const seen = new Set<string>();
  return (
    serversOf(config)
      .flatMap((s) => s.scope.all.filter((d) => (d.name === 'alias' || d.name === 'root') && d.fact && d.args[0]))
      // a root above locations that all pass their requests on is read by nobody
      .filter((d) => d.name === 'alias' || placesOf(d).some((at) => sendsFiles(at) || at.has('try_files')))
      .filter((d) => {
        const key = `${d.file.id}#${d.statement.start}`;
        return !seen.has(key) && seen.add(key);
      })
  );
}

const clean = (path: string): string => path.replace(/\/{2,}/g, '/').replace(/(?<=.)\/+$/, '');

/** Kubernetes has containers where Compose has services. */
const titleOf = ({ pod, name }: ComposeService): string => `${pod === undefined ? 'service' : 'container'} ${name}`;

/** The source of a mount by the name that all services share: a volume, or a folder of the machine. */
const sourceOf = (service: ComposeService, { source }: ComposeMount): string | null =>
  source === null ? null : /^[./~]/.test(source) ? pathOf(resolve(dirname(service.file), source)) : `volume ${source}`;

/** Where the folder is in another service, and under which path nginx has the same one; `here` is null where nginx does not have it. */
function elsewhere(
  deployment: Deployment,
  from: ComposeService,
  path: string,
): {
  readonly service: ComposeService;
  readonly mount: ComposeMount;
  readonly here: string | null;
  readonly own: ComposeMount | null;
} | null {
  for (const service of deployment.containers) {
    if (service === from) continue;
    const mount = mountOf(service, path);
    const source = mount && sourceOf(service, mount);
    if (!mount || source === null) continue;
    const own = from.mounts.find((m) => sourceOf(from, m) === source) ?? null;
    return { service, mount, own, here: own ? clean(own.target + path.slice(clean(mount.target).length)) : null };
  }
  return null;
}

/** Whether an application of the project collects files in a folder. */
const makesFiles = ({ applications }: Deployment): boolean =>
  applications.some((a) => {
    const settings = frameworkSettings(a.framework, djangoFramework)?.settings;
    return a.container !== null && settings !== undefined && (certain(settings.staticRoot) ?? certain(settings.mediaRoot)) != null;
  });

const COMPOSE = (web: string, nginx: string): string =>
  `services:\n  web:\n    build: ./app\n    command: gunicorn shop.wsgi -b 0.0.0.0:8000\n    volumes: ["${web}"]\n  nginx:\n    image: nginx:1.28\n    volumes: ["./nginx:/etc/nginx", "${nginx}"]\nvolumes:\n  static:\n`;

const SITE = (folder: string, mark = ''): string =>
  main(`server {
    location /static/ {
        alias ${folder};${mark}
    }
}`);

export default defineRule({
  id: 'static-not-mounted',
  group: 'wsgi',
  severity: 'warning',
  since: '0.2',
  title: 'Static folder not mounted in the nginx container',
  why: `
A container sees its image and what is mounted into it. A path of \`root\` or \`alias\` that is right in the application's container, or on the
machine, names nothing in nginx's: every file is 404. The application and nginx must mount the same volume, and nginx must use the path under
which it is mounted in its own container. A volume that nginx alone mounts stays empty.

The rule knows what is in nginx's own images, and what a Dockerfile of the project adds to one by COPY. Other images may hold anything, and
are not reported.`,
  about: ['alias', 'root'],
  references: ['https://docs.docker.com/reference/compose-file/services/#volumes'],
  looksAt: { config: true },
  needs: 'deployment',
  fixable: 'sometimes',
  messages: {
    otherPlace:
      'The container of nginx has no {path}: the {owner} has it there, and nginx has the same volume at {here}. Use the path of its own container.',
    notShared:
      'The container of nginx has no {path}: it is in the {owner}, and no volume of nginx holds it. Mount the same volume into nginx.',
    empty:
      'Nothing fills the volume {volume}: nginx alone mounts it, so every file below {path} is 404. Mount it where the files are made too, such as in the service of the application.',
    nowhere: 'The container of nginx has no {path}: no volume is mounted there. Mount the folder, or name the one that is.',
  },
  check({ config, deployment, report }) {
    const writes = config.levels('http').some((l) => l.all.some((d) => d.name === 'dav_methods' || d.name.endsWith('_store')));
    for (const from of nginxesOf(config, deployment))
      for (const directive of folders(config)) {
        const word = directive.args[0]!;
        const path = clean(word.value);
        if (!path.startsWith('/') || path === '/' || word.templated || hasVariables(word.value)) continue;
        const at = directive.at(word);
        if (hasInside(deployment, from, path) !== false) {
          const mount = writes ? null : emptyVolumeAt(deployment, from, path);
          if (mount)
            report('empty', {
              at,
              // where no application is known to make files, someone may have put them there by hand
              severity: makesFiles(deployment) ? undefined : 'info',
              data: { volume: mount.source!, path },
              related: [{ at: mount.place, message: 'mounted here, and nowhere else' }],
            });
          continue;
        }
        const other = elsewhere(deployment, from, path);
        if (other?.own && other.here) {
          const { service, mount, own, here } = other;
          const slash = word.value.endsWith('/') ? '/' : '';
          report('otherPlace', {
            at,
            data: { path, owner: titleOf(service), here },
            related: [
              { at: own.place, message: 'mounted here in the container of nginx' },
              { at: mount.place, message: `mounted here in the ${titleOf(service)}` },
            ],
            fix: fixOf(`Use ${here}${slash}`, 'suggestion', directive.file, [replace(word, here + slash)]),
          });
        } else if (other)
          report('notShared', {
            at,
            data: { path, owner: titleOf(other.service) },
            related: [{ at: other.mount.place, message: `mounted here in the ${titleOf(other.service)}` }],
          });
        else {
          const root = rootOf(deployment, path);
          report('nowhere', {
            at,
            severity: root ? undefined : 'info',
            data: { path },
            related: [{ at: from.place, message: `the ${titleOf(from)}` }, ...(root ? [root] : [])],
          });
        }
      }
  },
  examples: [
    {
      bad: tree({
        'nginx/nginx.conf': SITE('/www/static/', '\n#             ^^^^^^^^^^^^ empty'),
        'compose.yaml': COMPOSE('uploads:/app/uploads', 'static:/www/static:ro'),
      }),
      good: tree({
        'nginx/nginx.conf': SITE('/www/static/'),
        'compose.yaml': COMPOSE('static:/app/static', 'static:/www/static:ro'),
      }),
    },
    {
      bad: tree({
        'nginx/nginx.conf': SITE('/app/staticfiles/', '\n#             ^^^^^^^^^^^^^^^^^ otherPlace'),
        'compose.yaml': COMPOSE('static:/app/staticfiles', 'static:/www/static:ro'),
      }),
      good: tree({
        'nginx/nginx.conf': SITE('/www/static/'),
        'compose.yaml': COMPOSE('static:/app/staticfiles', 'static:/www/static:ro'),
      }),
    },
    {
      bad: tree({
        'nginx/nginx.conf': SITE('/app/staticfiles/', '\n#             ^^^^^^^^^^^^^^^^^ notShared'),
        'compose.yaml': COMPOSE('static:/app/staticfiles', './pages:/www'),
      }),
      good: tree({
        'nginx/nginx.conf': SITE('/app/staticfiles/css/'),
        'compose.yaml': COMPOSE('static:/app/staticfiles', 'static:/app/staticfiles'),
      }),
    },
    {
      bad: tree({
        'nginx/nginx.conf': SITE('/srv/pages/', '\n#             ^^^^^^^^^^^ nowhere'),
        'compose.yaml': COMPOSE('static:/app/staticfiles', './pages:/www'),
      }),
      good: tree({
        'nginx/nginx.conf': SITE('/usr/share/nginx/html/'),
        'compose.yaml': COMPOSE('static:/app/staticfiles', './pages:/www'),
      }),
    },
    {
      bad: tree({
        'nginx/nginx.conf': main(
          'server {\n    root /usr/share/nginx/admin;\n#        ^^^^^^^^^^^^^^^^^^^^^^ nowhere\n    location / { try_files $uri /index.html; }\n}',
        ),
        'compose.yaml': 'services:\n  nginx:\n    image: nginx:1.28\n    volumes: ["./nginx/nginx.conf:/etc/nginx/nginx.conf:ro"]\n',
      }),
      good: tree({
        'nginx/nginx.conf': main('server {\n    root /usr/share/nginx/html;\n    location / { try_files $uri /index.html; }\n}'),
        'compose.yaml': 'services:\n  nginx:\n    image: nginx:1.28\n    volumes: ["./nginx/nginx.conf:/etc/nginx/nginx.conf:ro"]\n',
      }),
    },
    {
      good: tree({
        'nginx/nginx.conf': main('server {\n    root /usr/share/nginx/admin;\n    location / { try_files $uri /index.html; }\n}'),
        'compose.yaml':
          'services:\n  nginx:\n    image: nginx:1.28\n    volumes: ["./nginx/nginx.conf:/etc/nginx/nginx.conf:ro", "./dist:/usr/share/nginx/admin:ro"]\n',
      }),
    },
  ],
});

/** The setting of a Django project in another container that names the same folder. */
function rootOf(deployment: Deployment, path: string): Related | null {
  for (const application of deployment.applications) {
    const { container } = application;
    const settings = frameworkSettings(application.framework, djangoFramework)?.settings;
    if (!settings || !container) continue;
    for (const [name, setting] of [
      ['STATIC_ROOT', settings.staticRoot],
      ['MEDIA_ROOT', settings.mediaRoot],
    ] as const) {
      const value = certain(setting);
      const place = placeOf(setting);
      if (!value || !place) continue;
      if (installed(value, application, projectFolder(pathOf(settings.file), settings.module)).path === path)
        return { at: place, message: `${name} in ${container.name}` };
    }
  }
  return null;
}
