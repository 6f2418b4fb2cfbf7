import type { ComposeService } from './compose.ts';
import { commandWords } from './dockerfile.ts';
import { likely } from './setting.ts';

/** What a container of nginx's image may bring to nginx before it starts, of folders that are mounted elsewhere than in nginx's own: what a command names, and scripts. */
export interface Start {
  /** the command and what comes before it, in place of the image's own, as one line */
  readonly said: string;
  /** the folder of templates that the environment names */
  readonly templates: string;
  /** the paths at which the container has something of the project */
  readonly targets: readonly string[];
}

/** The variable by which nginx's images are told where templates are. */
const TEMPLATES_IN = 'NGINX_ENVSUBST_TEMPLATE_DIR';

/** What a service starts. */
export function startOf({ entrypoint, command, environment, mounts }: ComposeService): Start {
  const templates = environment.get(TEMPLATES_IN);
  return {
    said: [...commandWords(entrypoint), ...commandWords(command)].join(' '),
    templates: (templates && likely(templates)) ?? '',
    targets: mounts.map(({ target }) => target.replace(/(?<=.)\/+$/, '')),
  };
}

/** Where the images have scripts that are run before nginx is. */
const SCRIPTS_BEFORE = /^\/docker-entrypoint(?:-init)?\.d(?:\/|$)/;

/** What may bring anything of its folder. */
const SCRIPT = /\.(?:sh|bash|py)$|\/[\w-]*entrypoint$/;

const isIn = (path: string, folder: string): boolean => folder !== '/' && (path === folder || path.startsWith(`${folder}/`));

/** The paths that a line names; of what is in a folder, the folder. */
const pathsIn = (line: string): string[] => line.split(/[\s"'`;&|<>()=:]+/).map((word) => word.replace(/(?:\/(?:\.|\*[^/]*)?)+$/, ''));

/** Whether what is started may bring nginx the file at a path below one of the mounts, or the folder that it is in. */
export function mayBring({ said, templates, targets }: Start, path: string): boolean {
  if (targets.some((target) => SCRIPTS_BEFORE.test(target))) return true;
  const named = pathsIn(`${said} ${templates}`);
  return targets.some(
    (target) => isIn(path, target) && named.some((word) => isIn(word, target) && (isIn(path, word) || SCRIPT.test(word))),
  );
}
