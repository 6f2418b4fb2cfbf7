/** nginx sends static files from STATIC_ROOT, and nothing of the project fills that folder. */
import { pathOf } from '../../base/file-id.ts';
import type { Application } from '../../deploy/application.ts';
import type { Deployment } from '../../deploy/deployment.ts';
import { commandWords } from '../../deploy/dockerfile.ts';
import { mountOf, samePlaceOutside } from '../../deploy/reach.ts';
import { certain, placeOf } from '../../deploy/setting.ts';
import { defineRule } from '../rule.ts';
import { sharingStatic, tree } from './_examples.ts';
import { distinct, djangoSides, orPlace } from './_links.ts';
import { folderOf, installed, isVolume, locationFor, passIn, projectFolder, urlPath } from './_static.ts';

/** Whether everything that runs before and beside the application is read: each script that it starts is in the workspace. */
function allRead(deployment: Deployment, application: Application): boolean {
  const { container } = application;
  if (!container) return false;
  const stage = deployment.stages.get(container);
  if (container.builds && !stage) return false;
  const words = [container.entrypoint ?? stage?.entrypoint, container.command ?? stage?.command].flatMap(commandWords);
  const names = [...deployment.files.keys()].map((f) => pathOf(f));
  return words
    .filter(
      (w) =>
        /^\/\w|\.sh$/.test(w) &&
        !/^\/(usr\/|opt\/|bin\/)?(local\/)?(bin|venv|\.venv)?\/?(ba|da)?sh$/.test(w) &&
        !/\/(bin|venv)\/[\w.-]+$/.test(w),
    )
    .every((w) => names.some((n) => n.endsWith(`/${w.replace(/^.*\//, '')}`)));
}

const marked = (files: Readonly<Record<string, string>>): Readonly<Record<string, string>> => ({
  ...files,
  'nginx/nginx.conf': files['nginx/nginx.conf']!.replace('alias /srv/static/;', 'alias /srv/static/;\n#             ^^^^^^^^^^^^ empty'),
});

export default defineRule({
  id: 'static-never-collected',
  group: 'wsgi',
  severity: 'hint',
  since: '0.2',
  title: 'Nothing in the project runs collectstatic',
  why: `
\`STATIC_ROOT\` is empty until \`manage.py collectstatic\` has copied the static files of all applications into it. nginx serves that folder, a
named Docker volume, and no Dockerfile, script or compose file of the project runs the command: every style
sheet is 404, the admin's included, until it is run by hand, and again after each new volume.

Run it when the image is built, or in the script that starts the application. A volume is filled from the image only while it is empty: with a
volume that lives on, the script is the right place.`,
  about: ['alias', 'root'],
  references: ['https://docs.djangoproject.com/en/stable/howto/static-files/deployment/'],
  looksAt: { config: true },
  needs: 'deployment',
  fixable: 'never',
  messages: {
    empty:
      '{url} is sent from the volume of {setting}, and nothing in the project runs collectstatic: the folder stays empty. Run it where {name} starts.',
  },
  check({ config, deployment, report }) {
    if ([...deployment.files.values()].some((text) => /collectstatic/.test(text))) return;
    const seen = new Set<string>();
    for (const side of distinct(djangoSides(config, deployment))) {
      const { application, from } = side;
      const { settings } = side.django;
      const url = urlPath(settings.staticUrl);
      const root = certain(settings.staticRoot);
      const location = url ? locationFor(side, url) : null;
      if (!url || !root || !location || !from || from === application.container || passIn(location.scope)) continue;
      const served = folderOf(location, url);
      const folder = installed(root, application, projectFolder(pathOf(settings.file), settings.module));
      if (!served || !folder.sure || !application.container || !isVolume(mountOf(application.container, folder.path))) continue;
      if (samePlaceOutside(from, served.folder, application.container, folder.path) !== true || !allRead(deployment, application)) continue;
      const key = `${served.directive.file.id}#${served.directive.statement.start}`;
      if (seen.has(key)) continue;
      seen.add(key);
      report('empty', {
        at: served.directive.at(served.directive.args[0]!),
        data: { url, setting: 'STATIC_ROOT', name: application.name },
        related: [{ at: orPlace(placeOf(settings.staticRoot), application), message: 'STATIC_ROOT' }],
      });
    }
  },
  examples: [
    {
      bad: tree(marked(sharingStatic(''))),
      good: tree(sharingStatic('RUN python manage.py collectstatic --noinput\n')),
      notOn122: 'the name of the upstream is resolved when nginx starts',
    },
  ],
});
