/** What a new deployment is made from: the answers, what each may be, and what stands for those that nobody gives. */
import { table } from '../../base/table.ts';
import { advisories, debianFixes, fixedIn } from '../../catalog/advisories.ts';
import { atLeast, compareVersions, parseVersion, version } from '../../catalog/version.ts';

/** Each choice with the words by which people know it. */
export const FRAMEWORK_WORDS = table({
  django: 'Django',
  flask: 'Flask',
  fastapi: 'FastAPI or Starlette',
  wsgi: 'Another WSGI application',
} as const);
export const SERVER_WORDS = table({
  gunicorn: 'Gunicorn',
  uwsgi: 'uWSGI',
  uvicorn: 'uvicorn',
  daphne: 'Daphne',
  hypercorn: 'Hypercorn',
  granian: 'Granian',
} as const);
export const TLS_WORDS = table({
  certbot: "HTTPS with a Let's Encrypt certificate (certbot)",
  acme: "HTTPS with a Let's Encrypt certificate that nginx itself fetches (ACME module)",
  own: 'HTTPS with my own certificate',
  none: 'No: plain HTTP, or another proxy terminates TLS',
} as const);
export const SYSTEM_WORDS = table({
  debian: 'Debian or Ubuntu, with its own nginx',
  rhel: 'RHEL, Rocky, Alma or Fedora, with its own nginx',
  'nginx.org': 'Any, with the packages of nginx.org',
} as const);
export const RUN_WORDS = table({ systemd: 'On a server, under systemd', compose: 'In containers, by Docker Compose' } as const);
const COMPRESSION_WORDS = table({ gzip: 'gzip', brotli: 'Brotli', zstd: 'Zstandard' } as const);

const namesOf = <T extends object>(words: T): readonly (keyof T & string)[] => Object.keys(words) as (keyof T & string)[];
export const FRAMEWORKS = namesOf(FRAMEWORK_WORDS);
export const SERVERS = namesOf(SERVER_WORDS);
export const TLS_KINDS = namesOf(TLS_WORDS);
export const SYSTEMS = namesOf(SYSTEM_WORDS);
export const RUNS = namesOf(RUN_WORDS);
export const COMPRESSIONS = namesOf(COMPRESSION_WORDS);

export type Framework = keyof typeof FRAMEWORK_WORDS;
export type ServerKind = keyof typeof SERVER_WORDS;
export type TlsKind = keyof typeof TLS_WORDS;
export type System = keyof typeof SYSTEM_WORDS;
export type Runs = keyof typeof RUN_WORDS;
export type Compression = keyof typeof COMPRESSION_WORDS;

/** What must be answered. */
export interface GivenAnswers {
  /** letters, digits, hyphens: names the upstream, the unit and the socket */
  readonly name: string;
  readonly framework: Framework;
  readonly server: ServerKind;
  readonly domain: string;
  readonly tls: TlsKind;
  /** the module that holds the application: `shop.wsgi:application`, `app:app` */
  readonly module: string;
  /** the project's folder on the server */
  readonly folder: string;
  /** empty: none */
  readonly staticRoot: string;
  readonly mediaRoot: string;
  /** nginx's size, `10m` */
  readonly upload: string;
  /** a limit for what is sent to the login pages */
  readonly limitLogin: boolean;
}

/** What has a value of its own where nobody answers. */
export interface FurtherAnswers {
  readonly runs: Runs;
  readonly system: System;
  /** the port on 127.0.0.1 on which the application listens; 0: a unix socket */
  readonly port: number;
  /** the nginx that will run it, `1.22.1`; the default is that of the system */
  readonly nginx: string;
  readonly compression: Compression;
  /** exact paths to which passwords are sent */
  readonly loginPaths: readonly string[];
  /** Django's development settings, which the production module builds on */
  readonly settings: string;
  /** for the certificate authority; empty: the domain's own admin */
  readonly email: string;
  /** address or network of the proxy that terminates TLS before this nginx, with `tls: none`; empty: there is none */
  readonly proxy: string;
}

export type DeploymentAnswers = GivenAnswers & Partial<FurtherAnswers>;
export type Answers = GivenAnswers & FurtherAnswers;

/** A file of the deployment. */
export interface NewFile {
  /** relative to the project */
  readonly path: string;
  readonly text: string;
  /** what it is, for the list that people review */
  readonly about: string;
}

/** Which servers are offered for the framework; others may run it as well. */
export function serversFor(framework: Framework): readonly ServerKind[] {
  if (framework === 'fastapi') return ['uvicorn', 'hypercorn', 'granian'];
  if (framework === 'django') return ['gunicorn', 'uwsgi', 'uvicorn', 'daphne', 'hypercorn'];
  return ['gunicorn', 'uwsgi'];
}

/** True for servers that speak ASGI. */
export const isAsgi = (server: ServerKind): boolean => server !== 'gunicorn' && server !== 'uwsgi';

const DEBIAN = version('1.22.1');
const STABLE = version('1.30.0');

/** The nginx of a system's current packages, with all the fixes that are known: Debian's by its package, nginx.org's by the release. */
function nginxOf(system: System): string {
  const revision = (text: string): number => Number(/u(\d+)$/.exec(text)?.[1] ?? 0);
  if (system === 'debian')
    return advisories()
      .flatMap((a) => debianFixes(a, DEBIAN).flatMap((f) => f.package ?? []))
      .reduce((newest, one) => (revision(one) > revision(newest) ? one : newest), DEBIAN.text);
  if (system === 'rhel') return '1.26.3';
  return advisories()
    .map((a) => version(fixedIn(a, STABLE) ?? STABLE.text))
    .filter((v) => v.major === STABLE.major && v.minor === STABLE.minor)
    .reduce((newest, one) => (compareVersions(one, newest) > 0 ? one : newest), STABLE).text;
}

const LOGIN: Readonly<Record<Framework, readonly string[]>> = {
  django: ['/admin/login/'],
  flask: ['/login'],
  fastapi: ['/token', '/login'],
  wsgi: ['/login'],
};

/** The answers with a value for everything. */
export function complete(given: DeploymentAnswers): Answers {
  const system = given.system ?? 'debian';
  const runs = given.runs ?? 'systemd';
  return {
    runs,
    system,
    port: given.server === 'granian' ? 8000 : 0,
    nginx: nginxOf(runs === 'compose' ? 'nginx.org' : system),
    compression: 'gzip',
    loginPaths: LOGIN[given.framework],
    settings: `${given.module.split(/[.:]/)[0]}.settings`,
    email: '',
    proxy: '',
    ...given,
  };
}

/** What a framework's project calls its application, as a guess to begin with. */
export const defaultModule = (framework: Framework, server: ServerKind, name: string): string =>
  framework === 'django'
    ? `${name.replaceAll('-', '_')}.${isAsgi(server) ? 'asgi' : 'wsgi'}:application`
    : framework === 'wsgi'
      ? 'wsgi:application'
      : 'app:app';

export interface Problem {
  readonly answer: keyof Answers;
  readonly message: string;
}

/** Words for what cannot be used, by answer; empty when all is well. */
export function problemsWith(given: DeploymentAnswers): Problem[] {
  const a = complete(given);
  const out: Problem[] = [];
  const wrong = (answer: keyof Answers, message: string): void => void out.push({ answer, message });
  if (!/^[a-z][a-z0-9-]{0,30}$/.test(a.name)) wrong('name', `The name "${a.name}" must be lower-case letters, digits and hyphens.`);
  if (!/^([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)*[a-z0-9]([a-z0-9-]*[a-z0-9])?$/i.test(a.domain))
    wrong('domain', `"${a.domain}" is no host name such as example.com.`);
  if (!serversFor(a.framework).includes(a.server))
    wrong('server', `${a.server} is not offered for ${a.framework}. Choose one of ${serversFor(a.framework).join(', ')}.`);
  if (!/^[A-Za-z_][\w.]*:[A-Za-z_]\w*$/.test(a.module))
    wrong('module', `"${a.module}" is no module and name such as shop.wsgi:application.`);
  if (!/^[A-Za-z_]\w*(\.[A-Za-z_]\w*)*$/.test(a.settings)) wrong('settings', `"${a.settings}" is no module such as shop.settings.`);
  for (const key of ['folder', 'staticRoot', 'mediaRoot'] as const)
    if ((key === 'folder' || a[key] !== '') && !/^\/[\w./-]*$/.test(a[key])) wrong(key, `"${a[key]}" is no absolute path without blanks.`);
  if (!/^\d+[kKmMgG]?$/.test(a.upload)) wrong('upload', `"${a.upload}" is no size such as 10m.`);
  if (!Number.isInteger(a.port) || a.port < 0 || a.port > 65_535) wrong('port', `${a.port} is no port between 1 and 65535.`);
  if (a.server === 'granian' && a.runs === 'systemd' && a.port === 0) wrong('port', 'Granian is offered on a port only.');
  if (!parseVersion(a.nginx)) wrong('nginx', `"${a.nginx}" is no version such as 1.28.0.`);
  else if (a.tls === 'acme' && !isAtLeast(a.nginx, '1.25.1'))
    wrong('tls', `nginx's own ACME module needs nginx 1.25.1 or newer, not ${a.nginx}. Choose certbot.`);
  if (a.email !== '' && !/^[^\s@;{}"'$\\]+@[^\s@;{}"'$\\]+$/.test(a.email))
    wrong('email', `"${a.email}" is no address such as you@example.com.`);
  if (a.proxy !== '' && a.tls !== 'none') wrong('proxy', 'A proxy that terminates TLS is named with tls none only.');
  else if (a.proxy !== '' && !isNetwork(a.proxy)) wrong('proxy', `"${a.proxy}" is no address or network such as 10.0.0.5 or 10.0.0.0/24.`);
  for (const path of a.loginPaths) if (!/^\/[\w./-]*$/.test(path)) wrong('loginPaths', `"${path}" is no path such as /accounts/login/.`);
  return out;
}

/** An IPv4 or IPv6 address, with or without the length of a network. */
function isNetwork(text: string): boolean {
  const m = /^([\da-f.:]+)(?:\/(\d{1,3}))?$/i.exec(text);
  if (!m) return false;
  const v6 = m[1]!.includes(':');
  return Number(m[2] ?? 0) <= (v6 ? 128 : 32) && (v6 || /^(25[0-5]|2[0-4]\d|1?\d?\d)(\.(25[0-5]|2[0-4]\d|1?\d?\d)){3}$/.test(m[1]!));
}

/** Whether visitors come over HTTPS, wherever it ends. */
export const isHttps = (a: Answers): boolean => a.tls !== 'none' || a.proxy !== '';

/** True when a version is the wanted one or later. */
export const isAtLeast = (have: string, wanted: string): boolean => atLeast(version(have), wanted);

/** The group under which nginx runs. */
export const webGroup = (a: Answers): string => (a.system === 'debian' ? 'www-data' : 'nginx');

/** Whether systemd holds the socket, so that a restart loses no connection. Daphne opens its own. */
export const heldBySystemd = (a: Answers): boolean => a.port === 0 && a.server !== 'daphne';

/** Where the application's unix socket is. */
export const socketOf = (a: Answers): string => (heldBySystemd(a) ? `/run/${a.name}.sock` : `/run/${a.name}/${a.name}.sock`);

/** Where the application keeps what it writes itself: a database in a file, for one. */
export const stateOf = (a: Answers): string => `/var/lib/${a.runs === 'compose' ? 'app' : a.name}`;

/** The name as a part of Python and nginx names. */
export const word = (a: Answers): string => a.name.replaceAll('-', '_');

/** The variables of environment file and settings. */
export const secretName = (a: Answers): string =>
  a.framework === 'django' ? 'DJANGO_SECRET_KEY' : a.framework === 'flask' ? 'FLASK_SECRET_KEY' : 'SECRET_KEY';

/** The module that the application server is told: the framework's own, or the one that is wrapped for nginx. */
export const servedModule = (a: Answers): string =>
  a.framework === 'flask' || a.server === 'hypercorn' || a.server === 'granian' ? `${word(a)}_production:app` : a.module;

/** Django's production settings, as a module beside the development ones. */
export const productionSettings = (a: Answers): string => `${a.settings}_production`;
