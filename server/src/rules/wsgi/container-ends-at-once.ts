/** A container whose command starts nginx in the background and ends. */
import { basename, dirname, type FileId, resolve } from '../../base/file-id.ts';
import type { Config } from '../../config/config.ts';
import { unseenOf } from '../../config/open.ts';
import type { ComposeService } from '../../deploy/compose.ts';
import type { Deployment } from '../../deploy/deployment.ts';
import { commandWords, type DockerStage, type ImageCommand } from '../../deploy/dockerfile.ts';
import { isPlainImage, type NginxStart, nginxStart, type StartCommand, scriptStart } from '../../deploy/nginx-start.ts';
import { mountOf } from '../../deploy/reach.ts';
import { defineRule } from '../rule.ts';
import { main, tree } from './_examples.ts';
import { type Runs, runsOf } from './_runs.ts';

/** Whether nginx stays in the foreground, or may: by its command, by its main file, or by one that the image brings or the build writes. */
const stays = (config: Config, { given }: NginxStart, { image }: Runs, recipe: string): boolean =>
  /daemon\s+off/.test(recipe) ||
  (config.tree.standIn !== undefined && !isPlainImage(image)) ||
  (given ?? []).some((directives) => /(?:^|;)\s*daemon\s/.test(directives)) ||
  config.main.named('daemon').some((d) => d.value(0) !== 'on') ||
  unseenOf(config.main, 'daemon').length > 0;

/** The entrypoint and the command with which a container starts, the cluster's in place of the image's. */
function startOf({ service, stage }: Runs): readonly [entrypoint: StartCommand, command: StartCommand] {
  const own = (command: ImageCommand | null): StartCommand => ({ command, by: 'service' });
  const image = (command: ImageCommand | null | undefined): StartCommand => ({ command: command ?? null, by: 'image' });
  return [
    service?.entrypoint ? own(service.entrypoint) : image(stage?.entrypoint),
    service?.command ? own(service.command) : image(service?.entrypoint ? null : stage?.command),
  ];
}

/** The file of the project that a container has at a path: a mount of its own, or what its image copies. */
function fileAt(path: string, service: ComposeService | null, stage: DockerStage | null, context: FileId | null): FileId | null {
  const mount = service && mountOf(service, path);
  if (service && mount?.source?.startsWith('.'))
    return resolve(dirname(service.file), mount.source + path.slice(mount.target.replace(/\/+$/, '').length));
  for (const { from, sources, target, intoFolder } of context ? (stage?.copies ?? []) : [])
    for (const source of from === null ? sources : []) {
      const file = resolve(context!, source);
      if ((intoFolder || sources.length > 1 ? `${target.replace(/\/$/, '')}/${basename(file)}` : target) === path) return file;
    }
  return null;
}

const contextOf = ({ service, place }: Runs): FileId | null => (service ? service.context : dirname(place.file));

/** Whether the command names another main file than this configuration's. */
function isAnother(config: Config, path: string, runs: Runs): boolean {
  const file = fileAt(path, runs.service, runs.stage, contextOf(runs));
  return file ? !config.files.has(file) : path.split('/').at(-1) !== basename(config.root);
}

/** The Dockerfile that makes the image, which may write lines into its main file. */
const recipeOf = ({ service, place }: Runs, { files }: Deployment): string =>
  service ? (service.recipe ?? (service.dockerfile && files.get(service.dockerfile)) ?? '') : (files.get(place.file) ?? '');

/** The script that is all of a command, as `/start.sh` or `sh /start.sh`. */
function scriptOf(commands: readonly StartCommand[]): string | null {
  const words = commands
    .flatMap(({ command }) => commandWords(command))
    .filter((w) => !/^(?:(?:\/usr)?\/bin\/)?(?:ba|da|a)?sh$|^\/docker-entrypoint\.sh$/.test(w));
  return words.length === 1 && /^\/[\w./-]+$/.test(words[0]!) ? words[0]! : null;
}

function nginxIn(runs: Runs, deployment: Deployment): NginxStart | null {
  const { service, stage, image } = runs;
  const [entrypoint, command] = startOf(runs);
  if (service?.builds && !stage) return null;
  const found = nginxStart(entrypoint, command, image);
  const path = found ? null : scriptOf([entrypoint, command]);
  const file = path === null ? null : fileAt(path, service, stage, contextOf(runs));
  const text = file && deployment.files.get(file);
  return found ?? (file && text ? scriptStart(file, text) : null);
}

const SITE = main(`server {
    listen 80;
    root /usr/share/nginx/html;
}`);
const COMPOSE = (command: string): string =>
  `services:\n  nginx:\n    image: nginx:1.30\n    ports: ["80:80"]\n    command: ${command}\n    volumes: ["./nginx.conf:/etc/nginx/nginx.conf:ro"]\n`;
const IMAGE = (command: string): string =>
  `FROM debian:13\nRUN apt-get update && apt-get install -y nginx\nCOPY nginx.conf /etc/nginx/nginx.conf\nCMD ${command}\n`;

export default defineRule({
  id: 'container-ends-at-once',
  group: 'wsgi',
  severity: 'warning',
  since: '0.2',
  missing: ['daemon'],
  title: 'The container ends as soon as nginx has started',
  why: `
A container lives as long as its first process. nginx goes into the background by itself: the process that was started ends, with it the container, and what starts it again does so for ever.

The images of nginx start it with \`-g "daemon off;"\`. A \`command\` or \`CMD\` of one's own takes the place of that one, and has to say so, too; so does an init script, as in \`service nginx start\`.

The rule says so where every word of the command, or of the script that it starts, is read, and nginx comes last.`,
  about: ['daemon'],
  references: ['https://nginx.org/en/docs/ngx_core_module.html#daemon', 'https://hub.docker.com/_/nginx'],
  looksAt: { config: true },
  needs: 'deployment',
  fixable: 'never',
  messages: {
    ends: '"{command}" goes into the background, and the container ends with the command that started it. Start it with -g "daemon off;".',
    script: '"{command}" comes back as soon as nginx runs in the background, and the container ends. End with nginx -g "daemon off;".',
  },
  check({ config, deployment, report }) {
    for (const runs of runsOf(config, deployment)) {
      const start = nginxIn(runs, deployment);
      if (start?.mainFile && isAnother(config, start.mainFile, runs)) continue;
      if (start && !stays(config, start, runs, recipeOf(runs, deployment)))
        report(start.given ? 'ends' : 'script', { at: start.place, data: { command: start.command } });
    }
  },
  examples: [
    {
      bad: tree({
        'nginx.conf': SITE,
        'compose.yaml': COMPOSE('["nginx", "-c", "/etc/nginx/nginx.conf"]\n#              ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ ends'),
      }),
      good: tree({ 'nginx.conf': SITE, 'compose.yaml': COMPOSE('["nginx", "-g", "daemon off;"]') }),
    },
    {
      bad: tree({ 'nginx.conf': SITE, Dockerfile: IMAGE('service nginx start\n#   ^^^^^^^^^^^^^^^^^^^ script') }),
      good: tree({ 'nginx.conf': SITE, Dockerfile: IMAGE('["nginx", "-g", "daemon off;"]') }),
    },
  ],
});
