/**
 * What a container has at a path, as far as the files say: what is mounted there, what its image brings along, or surely nothing. An image is known where it is one
 * of nginx's own, or is built on one by a Dockerfile of the project; any other may hold anything.
 */
import type { ComposeMount, ComposeService } from './compose.ts';
import type { Deployment } from './deployment.ts';
import { commandWords, type DockerStage, type ImageCommand } from './dockerfile.ts';
import { mountOf, projectOf } from './reach.ts';

/** Folders that nginx's own images bring along or make. */
const OF_NGINX =
  /^\/(usr\/share\/nginx(?!\/html\/[^/]+(?<!\.html)$|\/html\/[^/]+\/|\/(?!html(?:\/|$)))|etc|var\/(cache|log|lib|run)|run|tmp|dev|proc|sys|docker-entrypoint\.d)(\/|$)|^\/(usr\/local\/openresty|usr\/local\/nginx)(\/|$)/;

const NGINX_IMAGE =
  /^(docker\.io\/|public\.ecr\.aws\/(docker|nginx)\/|quay\.io\/nginx\/|library\/|nginxinc\/|ghcr\.io\/nginxinc\/)*(nginx|nginx-unprivileged)(:|@|\s|$)/;

/** Whether an image, by its name, is one of nginx's own: what it holds is known. */
export const isNginxImage = (name: string): boolean => NGINX_IMAGE.test(name);

/** Commands that put no files of a site anywhere: they make empty folders, rights, users and packages. */
const HARMLESS =
  /^\s*(mkdir|chown|chmod|rm|apk|apt-get|apt|touch|sed|ln|useradd|adduser|addgroup|groupadd|usermod|set|nginx|openssl|echo|cat|printf|true|:)\b/;

const clean = (path: string): string => path.replace(/\/{2,}/g, '/').replace(/(?<=.)\/+$/, '');

/** One path is the other, or is below it. */
const related = (a: string, b: string): boolean =>
  a === b || a.startsWith(b === '/' ? b : `${b}/`) || b.startsWith(a === '/' ? a : `${a}/`);

/** The name of the image that a service runs, or that a Dockerfile of the project builds it on, without the tag; undefined where nothing says it. */
export function imageOf(deployment: Deployment, service: ComposeService): string | undefined {
  const base = deployment.stages
    .get(service)
    ?.base.text.split(/\s/)
    .find((w) => !w.startsWith('--'));
  return (service.builds ? base : service.imageName)?.replace(/(?<=[^/]):[^/]*$|@.*$/, '');
}

/** Images of tools that answer the same whoever asks, under whatever name: browsers without a screen, converters, models, catchers of mail. By their documentation. */
const TOOL_IMAGE =
  /(?:^|\/)(?:browserless\/[\w-]+|selenium\/[\w-]+|(?:chromedp\/)?headless-shell|zenika\/alpine-chrome|gotenberg\/gotenberg|(?:darthsim|imgproxy)\/imgproxy|scrapinghub\/splash|apache\/tika|mailhog\/mailhog|axllent\/mailpit|ollama\/ollama|vllm\/vllm-openai)$/;

/** Whether a name is that of containers which all run such a tool. */
export function isTool(deployment: Deployment, host: string): boolean {
  const named = containersCalled(deployment, host);
  return named.length > 0 && named.every((s) => TOOL_IMAGE.test(imageOf(deployment, s) ?? ''));
}

/** The images that containers of a name run, without registry, owner and tag: `mher/flower:2.0` is `flower`. */
export const imagesCalled = (deployment: Deployment, host: string): readonly string[] =>
  containersCalled(deployment, host).flatMap((s) => imageOf(deployment, s)?.split('/').at(-1)?.toLowerCase() ?? []);

const containersCalled = (deployment: Deployment, host: string): ComposeService[] =>
  deployment.containers.filter((s) => s.hostNames.some((n) => n.toLowerCase() === host.toLowerCase()));

/** Whether a service runs one of nginx's own images, as it is or with what a Dockerfile of the project adds. */
export function runsNginxImage(deployment: Deployment, service: ComposeService): boolean {
  const image = service.builds ? deployment.stages.get(service)?.base.text : service.image?.text;
  return image !== undefined && isNginxImage(image);
}

/** Whether a name is that of containers which all run nginx's own images: another web server is there, with the files of pages, and no application. */
export function isWebServer(deployment: Deployment, host: string): boolean {
  const named = containersCalled(deployment, host);
  return named.length > 0 && named.every((s) => runsNginxImage(deployment, s));
}

/** Whether the container of nginx has something at the path; undefined where the files do not say. */
export function hasInside(deployment: Deployment, service: ComposeService, wanted: string): boolean | undefined {
  const path = clean(wanted);
  if (mountOf(service, path) || service.mounts.some((m) => related(clean(m.target), path))) return true;
  if (service.mountsOpen) return undefined;
  if (!runsNginxImage(deployment, service)) return undefined;
  const stage = deployment.stages.get(service);
  if (OF_NGINX.test(path)) return true;
  if (!stage || !service.builds) return false;
  if (stage.targets.some((t) => related(clean(t), path))) return true;
  const above = path
    .split('/')
    .slice(0, -1)
    .map((_, i, parts) => parts.slice(0, i + 1).join('/') || '/');
  const names = [...above.filter((a) => a !== '/'), path];
  const workdir = stage.workdir ? clean(stage.workdir.text) : '/';
  for (const run of stage.runs)
    for (const segment of run.text.split(/&&|\|\||;|\n/)) {
      if (HARMLESS.test(segment)) continue;
      if (names.some((n) => segment.includes(n)) || (workdir !== '/' && related(workdir, path))) return undefined;
    }
  return false;
}

/** Folders below which nginx's images surely hold nothing, and what the packages of nginx.org install in /etc/nginx (their file lists). */
const NOTHING =
  /^\/(srv|opt|app|home|root|www|data|certs?|ssl|mnt|media|var\/www|etc\/(letsencrypt|pki))(\/|$)|^\/etc\/nginx\/(?!(nginx\.conf|mime\.types|(fastcgi|uwsgi|scgi)_params|koi-utf|koi-win|win-utf)$|(conf\.d|modules|templates)(\/|$))|^\/etc\/ssl\/(?!(certs|private|misc)(\/|$)|cert\.pem$|openssl\.cnf|ct_log)|^\/etc\/ssl\/(private\/|certs\/[^/]*(\.key$|snakeoil|self-?signed))|^\/var\/(log|cache)\/(?!nginx$|apt(\/|$)|debconf(\/|$)|ldconfig(\/|$))/;

/** Whether an image's entrypoint and command start nginx itself, so that no command of its own has done anything before. */
export const startsNginx = (entrypoint: ImageCommand | null | undefined, command: ImageCommand | null | undefined): boolean =>
  /^(|\/docker-entrypoint\.sh|(\/usr\/sbin\/)?nginx.*)$/.test(commandWords(entrypoint).join(' ')) &&
  /^(|(\/usr\/sbin\/)?nginx(-debug)?( [^&|\n]*)?)$/.test(commandWords(command).join(' '));

/** The container starts nginx itself, so that no command of its own can have made the file before. */
const startsPlainly = (service: ComposeService, stage: DockerStage | undefined): boolean =>
  startsNginx(service.entrypoint ?? stage?.entrypoint, service.command ?? (service.entrypoint ? null : stage?.command));

/** Whether nothing but nginx runs in a container: one of nginx's images whose start is its own, and whose network no other service shares. */
export function runsNginxAlone(deployment: Deployment, service: ComposeService): boolean {
  const stage = deployment.stages.get(service);
  if (service.pod !== undefined || (service.builds && !stage)) return false;
  if (service.mountsOpen || !runsNginxImage(deployment, service) || !startsPlainly(service, stage)) return false;
  const project = projectOf(deployment, service);
  if (!project || project.open !== null) return false;
  const scripts = [...service.mounts.map((m) => m.target), ...(stage?.targets ?? [])].some((t) =>
    related(clean(t), '/docker-entrypoint.d'),
  );
  return !scripts && deployment.containers.every((s) => !s.networkMode || !/^(?:service|container):/.test(s.networkMode));
}

/**
 * Whether the container of nginx has a file, or a folder in which nginx is to make one, when it starts; undefined where the files do not say. `/etc` of the image
 * counts as known where nginx's packages decide it.
 */
export function fileInside(deployment: Deployment, service: ComposeService, wanted: string): boolean | undefined {
  const path = clean(wanted);
  const holds = (target: string): boolean => related(clean(target), path);
  if (service.mounts.some((m) => holds(m.target))) return true;
  if (service.mountsOpen || !runsNginxImage(deployment, service)) return undefined;
  const stage = deployment.stages.get(service);
  if (service.builds && !stage) return undefined;
  if (stage?.targets.some(holds)) return true;
  const scripts = [...service.mounts.map((m) => m.target), ...(stage?.targets ?? [])].some((t) =>
    related(clean(t), '/docker-entrypoint.d'),
  );
  if (scripts || !startsPlainly(service, stage) || !NOTHING.test(path)) return undefined;
  const slash = path.lastIndexOf('/');
  const names = [path.slice(0, slash), path.slice(slash + 1)].filter((n) => n !== '');
  const made = stage?.runs.some((run) =>
    run.text.split(/&&|\|\||;|\n/).some((part) => (part.trim() !== '' && !HARMLESS.test(part)) || names.some((n) => part.includes(n))),
  );
  return made ? undefined : false;
}

/**
 * The volume that a container of nginx has at the path where surely nothing is in it: a volume of Docker's own that no other service mounts, at a place where the
 * image holds nothing that Docker would copy into it. Null where anything may be there.
 */
export function emptyVolumeAt(deployment: Deployment, service: ComposeService, wanted: string): ComposeMount | null {
  const mount = mountOf(service, clean(wanted));
  const project = projectOf(deployment, service);
  if (!mount?.source || !/^\w[\w.-]*$/.test(mount.source) || !project || project.open !== null || service.pod !== undefined) return null;
  if (project.foreignVolumes.has(mount.source)) return null;
  const others = deployment.containers.filter((s) => s !== service);
  if (others.some((s) => s.mountsOpen || s.mounts.some((m) => m.source === mount.source))) return null;
  if (service.mountsOpen || service.mounts.some((m) => m !== mount && related(clean(m.target), clean(wanted)))) return null;
  const target = clean(mount.target);
  // a client of ACME is often started by hand
  if (/acme|certbot|challenge|letsencrypt/i.test(`${mount.source} ${target}`)) return null;
  const stage = deployment.stages.get(service);
  if (!runsNginxImage(deployment, service) || OF_NGINX.test(target) || (service.builds && !stage)) return null;
  return stage?.targets.some((t) => related(clean(t), target)) || !startsPlainly(service, stage) ? null : mount;
}
