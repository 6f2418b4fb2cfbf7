/**
 * Programs of others that can be put below a path, known by the image of their container, with the path that their settings name. Sources: the guide of each on
 * reverse proxies. Some answer below the path only once they know it (a proxy must keep it), some use it for their links alone (a proxy must cut it off).
 */
import { dirname } from '../base/file-id.ts';
import type { Place } from '../base/span.ts';
import type { ComposeService } from './compose.ts';
import type { Deployment } from './deployment.ts';
import { commandWords } from './dockerfile.ts';
import { imageOf } from './inside.ts';
import { certain, placeOf, type Setting } from './setting.ts';

interface Program {
  readonly title: string;
  readonly image: RegExp;
  /** the command by which other images run it */
  readonly runs?: RegExp;
  /** a first part of a path that is called after it, and that none of its own paths has */
  readonly called: RegExp;
  /** what its guide calls the setting */
  readonly setting: string;
  /** variables that hold the path, or an address that ends in it */
  readonly variables?: readonly string[];
  /** options of its command that hold it */
  readonly options?: readonly string[];
  /** a variable that holds such options */
  readonly optionsIn?: string;
  /** whether it answers below the path only: always, never, or as a variable says */
  readonly answersBelow: boolean | { readonly variable: string };
  /** the first release whose ways these are, as its first number */
  readonly since?: number;
  /** where in the container a file may say the same */
  readonly file?: RegExp;
  /** variables with other settings of the same kind: where one is there, nothing is said */
  readonly unless?: readonly string[];
  /** where it sends a browser that comes to it without a login: a path from the root, where it knows no other */
  readonly sendsTo?: string;
  /** told nothing, it asks for its scripts at the root of the site, and sends nobody anywhere */
  readonly asksAtRoot?: true;
  /** a request header that tells it the path */
  readonly header?: string;
  /** a port with its health and figures, whose paths are set by themselves */
  readonly ownPort?: number;
}

/** An image of Docker's library, under its bare name or a registry's; `owner` is another one that has it. The images of others are set up in other ways. */
const ofMaker = (name: string, owner = ''): RegExp => new RegExp(`^(?:[\\w.-]+\\.[a-z]+(?::\\d+)?\\/)?(?:library\\/|${owner})?${name}$`);

const PROGRAMS: readonly Program[] = [
  {
    title: 'Grafana',
    image: /(?:^|\/)grafana\/grafana(?:-oss|-enterprise)?$/,
    called: /^grafana$/,
    setting: 'GF_SERVER_ROOT_URL',
    variables: ['GF_SERVER_ROOT_URL'],
    answersBelow: { variable: 'GF_SERVER_SERVE_FROM_SUB_PATH' },
    // earlier releases took the path off where it came, and did without where not
    since: 10,
    file: /^\/(?:etc|usr\/share)\/grafana(?:\/(?:grafana\.ini|conf\b.*))?$/,
    unless: ['GF_PATHS_CONFIG'],
    sendsTo: '/login',
  },
  {
    title: 'Kibana',
    image: ofMaker('kibana(?:-oss)?', 'kibana/'),
    called: /^kibana$/,
    setting: 'SERVER_BASEPATH',
    variables: ['SERVER_BASEPATH'],
    answersBelow: { variable: 'SERVER_REWRITEBASEPATH' },
    unless: ['server.basePath', 'server.rewriteBasePath'],
    since: 7,
    file: /^\/usr\/share\/kibana(?:\/config(?:\/kibana\.yml)?)?$/,
    sendsTo: '/app/home',
  },
  {
    title: 'Prometheus',
    image: /(?:^|\/)prom\/prometheus$/,
    called: /^prometheus$/,
    setting: '--web.external-url',
    // the path of the routes is that of the address, if nothing says otherwise
    options: ['--web.route-prefix', '--web.external-url'],
    answersBelow: true,
    // 1.x wrote its options with one dash
    since: 2,
  },
  {
    title: 'Alertmanager',
    image: /(?:^|\/)prom\/alertmanager$/,
    called: /^alert-?manager$/,
    setting: '--web.external-url',
    options: ['--web.route-prefix', '--web.external-url'],
    answersBelow: true,
  },
  {
    title: 'Jenkins',
    image: /(?:^|\/)jenkins\/jenkins$/,
    called: /^jenkins$/,
    setting: '--prefix',
    options: ['--prefix'],
    optionsIn: 'JENKINS_OPTS',
    answersBelow: true,
  },
  {
    title: 'Keycloak',
    image: /(?:^|\/)keycloak\/keycloak$/,
    // what was its path up to release 16
    called: /^(?:auth|keycloak)$/,
    setting: 'KC_HTTP_RELATIVE_PATH',
    variables: ['KC_HTTP_RELATIVE_PATH'],
    options: ['--http-relative-path'],
    answersBelow: true,
    ownPort: 9000,
    since: 17,
    file: /^\/opt\/keycloak(?:\/conf(?:\/keycloak\.conf)?)?$/,
  },
  {
    title: 'Gitea',
    image: /(?:^|\/)(?:gitea\/gitea|docker\.gitea\.com\/gitea)$/,
    called: /^(?:git|gitea)$/,
    setting: 'ROOT_URL',
    variables: ['GITEA__server__ROOT_URL', 'ROOT_URL'],
    answersBelow: false,
    unless: ['GITEA__server__USE_SUB_URL_PATH'],
  },
  {
    title: 'Forgejo',
    image: /(?:^|\/)forgejo\/forgejo$/,
    called: /^(?:git|forgejo)$/,
    setting: 'ROOT_URL',
    variables: ['FORGEJO__server__ROOT_URL', 'ROOT_URL'],
    answersBelow: false,
    unless: ['FORGEJO__server__USE_SUB_URL_PATH'],
  },
  {
    title: 'Jupyter',
    image: /(?:^|\/)jupyter\/[\w-]+-notebook$/,
    called: /^jupyter(?:lab)?$/,
    setting: 'base_url',
    options: ['--ServerApp.base_url', '--NotebookApp.base_url', '--LabApp.base_url', '--base-url'],
    optionsIn: 'NOTEBOOK_ARGS',
    unless: ['JUPYTERHUB_SERVICE_PREFIX', 'NB_PREFIX'],
    answersBelow: true,
    file: /^\/(?:etc\/jupyter|home\/jovyan\/\.jupyter)\b/,
  },
  {
    title: 'SonarQube',
    image: ofMaker('sonarqube'),
    called: /^sonar(?:qube)?$/,
    setting: 'SONAR_WEB_CONTEXT',
    variables: ['SONAR_WEB_CONTEXT', 'sonar.web.context'],
    options: ['-Dsonar.web.context'],
    answersBelow: true,
    file: /^\/opt\/sonarqube(?:\/conf(?:\/sonar\.properties)?)?$/,
  },
  {
    title: 'Vaultwarden',
    image: /(?:^|\/)vaultwarden\/server$/,
    called: /^(?:vault|vaultwarden|bitwarden)$/,
    setting: 'DOMAIN',
    variables: ['DOMAIN'],
    answersBelow: true,
    // what was set on its page for administrators
    file: /^\/data(?:\/config\.json)?$/,
  },
  {
    title: 'Portainer',
    image: /(?:^|\/)portainer\/portainer(?:-[ce]e)?$/,
    called: /^portainer$/,
    setting: '--base-url',
    options: ['--base-url'],
    // it answers at its root whatever it was told (its issue 6640)
    answersBelow: false,
  },
  {
    title: 'phpMyAdmin',
    image: ofMaker('phpmyadmin', 'phpmyadmin/'),
    called: /^(?:phpmyadmin|pma)$/i,
    setting: 'PMA_ABSOLUTE_URI',
    variables: ['PMA_ABSOLUTE_URI'],
    answersBelow: false,
    file: /^\/(?:var\/www\/html|etc\/(?:apache2|nginx))\b/,
  },
  {
    title: 'pgAdmin',
    image: /(?:^|\/)dpage\/pgadmin4$/,
    called: /^pg-?admin4?$/,
    setting: 'SCRIPT_NAME',
    variables: ['SCRIPT_NAME'],
    answersBelow: true,
    sendsTo: '/login',
    header: 'X-Script-Name',
  },
  {
    title: 'Flower',
    image: /(?:^|\/)mher\/flower$/,
    runs: /\bcelery\b.*\sflower\b/,
    called: /^(?:celery-?)?flower$/,
    setting: '--url-prefix',
    options: ['--url_prefix', '--url-prefix'],
    variables: ['FLOWER_URL_PREFIX'],
    answersBelow: true,
    // earlier releases used it for their links alone
    since: 1,
    file: /^\/data$|\/flowerconfig\.py$/,
    asksAtRoot: true,
  },
];

/** A program of others, with the path that it was told. */
export interface BasePath extends Pick<Program, 'title' | 'called' | 'setting' | 'sendsTo' | 'asksAtRoot' | 'header' | 'ownPort'> {
  /** without a slash at its end; empty where nothing was told */
  readonly path: string;
  /** it answers below the path only */
  readonly below: boolean;
  /** what makes it answer below the path, where it does not by being told the path */
  readonly switch: string | null;
  readonly place: Place | null;
}

/** The path of a setting that holds one, or an address that ends in one; null where it has variables of another program. */
function pathIn(value: string): string | null {
  const m = /^(?:[\w%()]+:\/\/[^/]*)?(\/[^?#]*)?$/.exec(value.trim());
  const path = m && (m[1] ?? '').replace(/\/+$/, '');
  return path === null || /[$%{]/.test(path) ? null : path;
}

/** The value of an option among words, written with `=` or as the next word; undefined where it is not there. */
function optionIn(words: readonly string[], name: string): string | undefined {
  const at = words.findIndex((w) => w === name || w.startsWith(`${name}=`));
  return at < 0 ? undefined : words[at]!.startsWith(`${name}=`) ? words[at]!.slice(name.length + 1) : words[at + 1];
}

/** Words of a command that bring settings along: another file of them, Grafana's own form, a script. */
const ELSEWHERE = /^-{1,2}(?:config|config-file|c|conf)(?:=|$)|^cfg:|\.sh$/;

const unquoted = (word: string): string => word.replace(/^(["'])(.*)\1$/, '$2');

/**
 * The program that a container runs, where it is one of those and all that may tell it a path is in sight; null for every other, and where Compose files for
 * other occasions (`compose.prod.yaml`) tell the service of that name something else.
 */
export function basePathOf(deployment: Deployment, service: ComposeService): BasePath | null {
  const own = ofService(deployment, service);
  if (!own) return null;
  const image = imageOf(deployment, service);
  const agree = deployment.containers.every((other) => {
    if (other === service || other.name !== service.name || dirname(other.file) !== dirname(service.file)) return true;
    if (imageOf(deployment, other) !== image) return true;
    const its = ofService(deployment, other);
    return its !== null && its.path === own.path && its.below === own.below;
  });
  return agree ? own : null;
}

function ofService(deployment: Deployment, service: ComposeService): BasePath | null {
  const image = imageOf(deployment, service);
  const written = [...commandWords(service.entrypoint), ...commandWords(service.command)].flatMap((w) => w.split(/\s+/));
  const program =
    PROGRAMS.find((p) => p.runs?.test(written.join(' '))) ??
    (image === undefined || service.builds ? undefined : PROGRAMS.find((p) => p.image.test(image)));
  if (!program || service.mountsOpen || service.mounts.some((m) => program.file?.test(m.target.replace(/(?<=.)\/+$/, '')))) return null;
  const isOfMaker = image !== undefined && program.image.test(image);
  const major = isOfMaker ? /:v?(\d+)(?![^/]*\/)/.exec(service.imageName ?? '')?.[1] : undefined;
  if (/:[^/]*legacy/.test(service.imageName ?? '')) return null;
  if (program.since !== undefined && major !== undefined && Number(major) < program.since) return null;
  const { environment } = service;
  // a file with variables may set whatever is not set here
  const open = service.environmentFiles.length > 0;
  // some take a setting from a file that such a variable names
  const isSet = (name: string): boolean => open || environment.has(name);
  if (program.variables?.some((name) => ['_FILE', '__FILE'].some((end) => environment.has(name + end)))) return null;
  if (program.unless?.some(isSet)) return null;
  const read = (name: string): Setting<string> | null | undefined => environment.get(name) ?? (open ? null : undefined);

  const more = program.optionsIn === undefined ? undefined : read(program.optionsIn);
  const moreText = more && certain(more);
  if (more === null || (more && moreText === undefined)) return null;
  const words = [...written, ...(moreText?.split(/\s+/) ?? [])].map(unquoted);
  if (words.some((w) => w.includes('$') || ELSEWHERE.test(w))) return null;

  let told: { readonly value: string; readonly place: Place | null } | null = null;
  for (const name of program.options ?? []) {
    const value = optionIn(words, name);
    if (value !== undefined) told ??= { value, place: more ? placeOf(more) : service.place };
  }
  for (const name of program.variables ?? []) {
    const setting = read(name);
    const value = setting && certain(setting);
    if (setting === null || (setting && value === undefined)) return null;
    if (setting && typeof value === 'string') told ??= { value, place: placeOf(setting) };
  }
  // what starts it otherwise than its image does may tell it the path
  if (!told && commandWords(service.entrypoint).length) return null;
  // Flower is told it without the slash
  const path = pathIn(program.runs ? (told?.value ?? '').replace(/^(?=[^/])/, '/') : (told?.value ?? ''));
  if (path === null) return null;
  const { title, called, setting: name, sendsTo, asksAtRoot, header, ownPort, answersBelow } = program;
  let below = answersBelow === true;
  if (typeof answersBelow === 'object') {
    const setting = read(answersBelow.variable);
    const value = setting && certain(setting);
    if (setting === null || (setting && value === undefined)) return null;
    below = /^(?:true|1|yes|on)$/i.test(value ?? '');
  }
  return {
    title,
    called,
    setting: name,
    sendsTo,
    asksAtRoot,
    header,
    ownPort,
    path,
    below: below && path !== '',
    switch: typeof answersBelow === 'object' ? answersBelow.variable : null,
    place: told?.place ?? null,
  };
}
