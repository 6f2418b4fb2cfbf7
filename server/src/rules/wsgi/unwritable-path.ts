/** A container of nginx in which the files and folders that nginx makes when it starts cannot be made: its root is read only, or its user is not root. */
import { normalPath } from '../../base/file-id.ts';
import type { Place } from '../../base/span.ts';
import type { Config } from '../../config/config.ts';
import { unseenOf } from '../../config/open.ts';
import { pathsOf } from '../../config/paths.ts';
import { protocolScopes } from '../../config/servers.ts';
import { commandWords } from '../../deploy/dockerfile.ts';
import { isNginxImage, startsNginx } from '../../deploy/inside.ts';
import { mountOf } from '../../deploy/reach.ts';
import { defineRule } from '../rule.ts';
import { EDGE, EDGE_MAP, main, tree } from './_examples.ts';
import { type Runs, runsOf } from './_runs.ts';

/** Where the packages of nginx.org, of which the images are made, have the process number and the bodies that do not fit into memory (`nginx -V`). */
const PID = '/run/nginx.pid';
const TEMPORARY = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => [
  `${name}_temp_path`,
  `/var/cache/nginx/${name.replace('_body', '')}_temp`,
]) as readonly (readonly [directive: string, path: string])[];

/** What the images have made links to the standard streams. */
const STREAMS = /^\/var\/log\/nginx\/(?:access|error)\.log$/;

const clean = (path: string): string =>
  normalPath(path.startsWith('/') ? path : `/etc/nginx/${path}`).replace(/^\/var\/run(?=\/|$)/, '/run');

/** A file or folder that nginx makes when it starts. */
interface Written {
  readonly name: string;
  readonly path: string;
}

/** What nginx makes by these lines, and by its own defaults where no line that is seen or not says otherwise. */
function writtenBy(config: Config): Written[] {
  const named = config.main.all.flatMap((directive): Written[] =>
    pathsOf(directive.statement).flatMap((use) => (use.madeIn === undefined ? [] : [{ name: directive.name, path: clean(use.madeIn) }])),
  );
  const pid = config.main.has('pid') || unseenOf(config.main, 'pid').length ? [] : [{ name: 'pid', path: PID }];
  const temporary = protocolScopes(config, 'http').flatMap((http) =>
    TEMPORARY.flatMap(([name, path]) => (http.has(name) || unseenOf(http, name).length ? [] : [{ name, path }])),
  );
  return [...pid, ...named, ...temporary].filter(({ path }) => !STREAMS.test(path));
}

/** Folders in which only root writes in the image of nginx; the other one gives its user those of the cache. */
const OF_ROOT = { official: /^\/(?:run|var\/cache\/nginx|var\/log\/nginx)\//, unprivileged: /^\/run\// } as const;

const isUnprivileged = (image: string): boolean => /nginx-unprivileged(?=[:@\s]|$)/.test(image);
const isRoot = (user: string): boolean => /^(?:root|0)(?=:|$)/.test(user);

/** Who nginx runs as, and where that is said; null for root, and where nobody knows. */
function userOf({ service, stage, image, place }: Runs): { readonly user: string; readonly at: Place } | null {
  const said = service?.user ?? stage?.user ?? null;
  if (said) return said.text === '' || said.text.includes('$') || isRoot(said.text) ? null : { user: said.text, at: said.place() };
  return isUnprivileged(image) ? { user: '101', at: service?.image?.place() ?? place } : null;
}

/** All of `/var`, as `chmod -R` and `chown -R` are given it. */
const WHOLE_VAR = /\s\/var\/?(?=[\s;&|]|$)/;

/** Whether a build makes, or gives away, anything around a path; of a script nobody knows. */
const isPrepared = ({ stage }: Runs, path: string): boolean => {
  const folder = path.slice(0, path.lastIndexOf('/')) || '/';
  const around = [
    path,
    folder,
    folder.replace(/^\/run(?=\/|$)/, '/var/run'),
    ...(folder.startsWith('/var/') ? [folder.split('/').slice(0, 3).join('/')] : []),
  ];
  return (
    stage?.runs.some(({ text }) => /\.sh\b|\$\{?\w|<</.test(text) || WHOLE_VAR.test(text) || around.some((p) => text.includes(p))) ===
      true || stage?.targets.some((t) => around.some((p) => p === t || p.startsWith(`${t}/`) || t.startsWith(`${p}/`))) === true
  );
};

/** Whether nothing of a container's own is mounted over a path. */
const isOfImage = ({ service }: Runs, path: string): boolean =>
  !service?.mountsOpen && [path, path.replace(/^\/run(?=\/)/, '/var/run')].every((p) => !service || !mountOf(service, p));

/** Whether a container starts nginx itself, with its own paths, and no script before it. */
function startsAsIs({ service, stage }: Runs): boolean {
  const entrypoint = service?.entrypoint ?? stage?.entrypoint;
  const command = service?.command ?? (service?.entrypoint ? null : stage?.command);
  const said = [...commandWords(entrypoint), ...commandWords(command)].join(' ');
  const scripts = [...(service?.mounts ?? []).map((m) => m.target), ...(stage?.targets ?? [])].some((t) =>
    t.startsWith('/docker-entrypoint.d'),
  );
  return !scripts && startsNginx(entrypoint, command) && !/\bpid\s|_temp_path\s/.test(said);
}

const SITE = main(`server {
    listen 8080;
    root /usr/share/nginx/html;
}`);
const COMPOSE = (more: string): string =>
  `services:\n  nginx:\n    image: nginx:1.30\n    ports: ["80:8080"]\n${more}    volumes: ["./nginx.conf:/etc/nginx/nginx.conf:ro"]\n`;
const IN_TMP = `pid /tmp/nginx.pid;\n${main(`client_body_temp_path /tmp/client;
proxy_temp_path /tmp/proxy;
fastcgi_temp_path /tmp/fastcgi;
uwsgi_temp_path /tmp/uwsgi;
scgi_temp_path /tmp/scgi;
server {
    listen 8080;
    root /usr/share/nginx/html;
}`)}`;
const RIGHTS = (rights: string): string =>
  EDGE.replace('          volumeMounts', `          securityContext:\n           ${rights}\n          volumeMounts`);

export default defineRule({
  id: 'unwritable-path',
  group: 'wsgi',
  severity: 'warning',
  since: '0.2',
  missing: ['pid', 'client_body_temp_path', 'proxy_temp_path', 'fastcgi_temp_path', 'uwsgi_temp_path', 'scgi_temp_path'],
  title: 'nginx cannot write where it must',
  why: `
When it starts, nginx writes the number of its process (\`pid\`, else \`/run/nginx.pid\`) and makes the folders for bodies that do not fit into memory (\`client_body_temp_path\` and its kin, in the image of nginx below \`/var/cache/nginx\`), of caches and its logs. Where it cannot it does not start.

That is so in a container whose root is read only (\`read_only: true\`, \`readOnlyRootFilesystem\`), and in one that runs as another user than root: in the image of nginx these folders belong to root. Mount a \`tmpfs\` or an \`emptyDir\` there, put the paths below \`/tmp\`, or take \`nginxinc/nginx-unprivileged\`, which has them there, with its own main file.

\`runAsNonRoot\` alone does not change the user of an image: Kubernetes does not start one that begins as root.`,
  about: ['pid', 'client_body_temp_path', 'proxy_temp_path', 'proxy_cache_path', 'access_log', 'error_log', 'user'],
  references: ['https://hub.docker.com/_/nginx', 'https://docs.docker.com/reference/compose-file/services/#read_only'],
  looksAt: { config: true },
  needs: 'deployment',
  fixable: 'never',
  messages: {
    readOnly:
      'The root of this container is read only, and nginx makes {path} ({name}) when it starts: it does not start. Mount a tmpfs on {folder}.',
    user: 'nginx runs as {user} here, who may not make {path} ({name}): it does not start. Mount a tmpfs on {folder}, or put it below /tmp.',
    root: 'The image {image} starts as root, which runAsNonRoot refuses: the container is not started. Set runAsUser, or take nginxinc/nginx-unprivileged.',
  },
  check({ config, deployment, report }) {
    let written: readonly Written[] | null = null;
    for (const runs of runsOf(config, deployment)) {
      const { service, stage, image } = runs;
      if (!isNginxImage(image) || (service?.builds && !stage)) continue;
      const user = userOf(runs);
      if (service?.notRoot && !service.user && !stage?.user && !isUnprivileged(image)) {
        report('root', { at: service.notRoot, data: { image } });
        continue;
      }
      if ((!user && !service?.readOnly) || !startsAsIs(runs)) continue;
      written ??= writtenBy(config);
      const open = written.filter(({ path }) => isOfImage(runs, path) && !isPrepared(runs, path));
      const told = (found: Written): Record<string, string> => ({
        ...found,
        folder: found.path.slice(0, found.path.lastIndexOf('/')) || '/',
      });
      const closed = OF_ROOT[isUnprivileged(image) ? 'unprivileged' : 'official'];
      const first = service?.readOnly ? open[0] : undefined;
      const foreign = open.find(({ path }) => closed.test(path));
      if (first) report('readOnly', { at: service!.readOnly!, data: told(first) });
      else if (user && foreign) report('user', { at: user.at, data: { ...told(foreign), user: user.user } });
    }
  },
  examples: [
    {
      bad: tree({ 'nginx.conf': SITE, 'compose.yaml': COMPOSE('    read_only: true\n#              ^^^^ readOnly\n') }),
      good: tree({ 'nginx.conf': SITE, 'compose.yaml': COMPOSE('    read_only: true\n    tmpfs: [/run, /var/cache/nginx]\n') }),
    },
    {
      bad: tree({ 'nginx.conf': SITE, 'compose.yaml': COMPOSE('    user: "101"\n#          ^^^ user\n') }),
      good: tree({ 'nginx.conf': IN_TMP, 'compose.yaml': COMPOSE('    user: "101"\n') }),
    },
    {
      bad: tree({
        'nginx.conf': SITE,
        'k8s/all.yaml': RIGHTS('runAsNonRoot: true\n#                        ^^^^ root'),
        'k8s/kustomization.yaml': EDGE_MAP,
      }),
      good: tree({
        'nginx.conf': IN_TMP,
        'k8s/all.yaml': RIGHTS('{ runAsNonRoot: true, runAsUser: 101 }'),
        'k8s/kustomization.yaml': EDGE_MAP,
      }),
    },
  ],
});
