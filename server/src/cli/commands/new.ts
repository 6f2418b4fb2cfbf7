/** `proxylens new`: a deployment from a few answers, as the wizard of the editor makes it. Prints, or writes what is not there yet. */
import path from 'node:path';
import readline from 'node:readline/promises';
import type { Command } from 'commander';
import { type FoundDeployment, foundDeployment } from '../../deploy/found.ts';
import { NodeFiles } from '../../host/node-files.ts';
import { fileOfPath } from '../../host/paths.ts';
import { makeFolders, type Writing, writeFiles } from '../../host/write-files.ts';
import {
  COMPRESSIONS,
  type DeploymentAnswers,
  defaultModule,
  FRAMEWORKS,
  type NewFile,
  newDeployment,
  problemsWith,
  RUNS,
  SERVERS,
  SYSTEMS,
  serversFor,
  summaryOf,
  TLS_KINDS,
} from '../../snippets/deployment.ts';
import { Loader } from '../common.ts';
import { EXIT, Failure } from '../failure.ts';
import { say, sayExactly, sayJson } from '../output.ts';

interface NewOptions {
  name?: string;
  framework?: string;
  server?: string;
  domain?: string;
  tls?: string;
  module?: string;
  settings?: string;
  folder?: string;
  static?: string;
  media?: string;
  upload: string;
  limitLogin: boolean;
  loginPath?: string[];
  port?: string;
  system?: string;
  nginxVersion?: string;
  compression?: string;
  email?: string;
  proxy?: string;
  compose?: boolean;
  write?: string | boolean;
  dryRun?: boolean;
  force?: boolean;
  format: string;
}

const collect = (value: string, before: string[] = []): string[] => [...before, value];

/** Adds `proxylens new` to the program. */
export function addNew(program: Command): void {
  program
    .command('new')
    .description('make the files of a new deployment: nginx site, application server, systemd units or containers, settings, a guide')
    .option('--name <name>', 'lower-case name of the project (default: this folder)')
    .option('--framework <name>', FRAMEWORKS.join(', '))
    .option('--server <name>', SERVERS.join(', '))
    .option('--domain <name>', 'the host name of the site')
    .option('--tls <kind>', `${TLS_KINDS.join(', ')}: certbot fetches the certificate, nginx itself (acme), you have it, or no HTTPS here`)
    .option('--proxy <address>', 'with --tls none: the address or network of the proxy that terminates TLS, which alone is believed')
    .option('--module <module:name>', 'where the application is, such as shop.wsgi:application')
    .option('--settings <module>', "Django's settings module, such as shop.settings")
    .option('--folder <path>', "the project's folder on the server")
    .option('--static <path>', 'the folder of static files on the server; - for none')
    .option('--media <path>', 'the folder of uploaded files on the server; - for none')
    .option('--upload <size>', 'the largest upload', '10m')
    .option('--login-path <path>', 'an exact path to which passwords are sent; several times for several', collect)
    .option('--no-limit-login', 'no rate limit for the login page')
    .option('--port <number>', 'the application listens on this port of 127.0.0.1 (default: a unix socket)')
    .option('--system <name>', `${SYSTEMS.join(', ')}: where the packages of nginx come from`)
    .option('--nginx-version <X.Y.Z>', "the nginx that will run it (default: the system's)")
    .option('--compression <name>', `${COMPRESSIONS.join(', ')}: beside gzip, where the module is installed`)
    .option('--email <address>', 'where the certificate authority writes to')
    .option('--compose', 'containers by Docker Compose (default: where the project runs in them today)')
    .option('--no-compose', 'systemd, whatever the project runs under today')
    .option('--write [folder]', 'write the files below a folder (default: this one) instead of printing them')
    .option('--dry-run', 'only say which files would be written, and which are there already')
    .option('--force', 'replace files that are there')
    .option('--format <name>', 'text or json', 'text')
    .action(async (options: NewOptions) => {
      process.exitCode = await make(options);
    });
}

function oneOf<T extends string>(option: string, value: string, allowed: readonly T[]): T {
  if (!(allowed as readonly string[]).includes(value))
    throw new Failure(EXIT.usage, `--${option} is one of ${allowed.join(', ')}, not "${value}"`);
  return value as T;
}

/** What the project in the folder says; nothing where it cannot be read. */
async function foundIn(folder: string): Promise<FoundDeployment | null> {
  try {
    return foundDeployment(await (await Loader.create({})).applicationsIn(fileOfPath(folder)));
  } catch {
    return null;
  }
}

/** Asks what is missing where a person can answer, and takes what the project says or the default elsewhere. */
async function answers(options: NewOptions, folderOfProject: string): Promise<DeploymentAnswers> {
  const found = await foundIn(folderOfProject);
  const interactive = process.stdin.isTTY === true && process.stdout.isTTY === true;
  const prompt = interactive ? readline.createInterface({ input: process.stdin, output: process.stderr }) : null;
  const ask = async (given: string | undefined, words: string, otherwise: string): Promise<string> =>
    given ?? ((await prompt?.question(`${words} [${otherwise}] `)) || otherwise);
  try {
    const folderName =
      path
        .basename(folderOfProject)
        .toLowerCase()
        .replaceAll(/[^a-z0-9]+/g, '-')
        .replace(/^[^a-z]+|-+$/g, '') || 'app';
    const name = await ask(options.name, 'Name of the project', folderName);
    const guess = FRAMEWORKS.find((f) => f === found?.framework) ?? 'django';
    const framework = oneOf('framework', await ask(options.framework, `Framework (${FRAMEWORKS.join(', ')})`, guess), FRAMEWORKS);
    const same = found?.framework === framework;
    const fitting = serversFor(framework);
    const running = fitting.find((s) => same && s === found?.server) ?? fitting[0]!;
    // the name of Gunicorn on a port before there was --port
    const asked = options.server === 'gunicorn-tcp' ? 'gunicorn' : options.server;
    const server = oneOf('server', await ask(asked, `Application server (${fitting.join(', ')})`, running), SERVERS);
    const chosen = options.compose === undefined ? undefined : options.compose ? 'compose' : 'systemd';
    // a port or a system is one of systemd's
    const today = options.port !== undefined || options.system !== undefined ? 'systemd' : (found?.runs ?? 'systemd');
    const runs = oneOf('compose', await ask(chosen, `It runs under (${RUNS.join(', ')})`, today), RUNS);
    const system =
      runs === 'compose' && options.system === undefined
        ? null
        : oneOf('system', await ask(options.system, `System of the server (${SYSTEMS.join(', ')})`, 'debian'), SYSTEMS);
    const domain = await ask(options.domain, 'Host name', found?.domain ?? 'example.com');
    // the name that certbot had here before nginx learned to fetch certificates itself
    const kind = options.tls === 'letsencrypt' ? 'certbot' : options.tls;
    const tls = oneOf('tls', await ask(kind, `TLS (${TLS_KINDS.join(', ')})`, 'certbot'), TLS_KINDS);
    const proxy =
      tls === 'none'
        ? await ask(options.proxy, 'Address or network of the proxy that terminates TLS (- for plain HTTP)', '-')
        : options.proxy;
    const home = runs === 'compose' ? '/srv/app' : `/srv/${name}`;
    const folder = await ask(options.folder, "The project's folder on the server", home);
    const module = await ask(
      options.module,
      'Module and name of the application',
      (same && moduleFor(found?.module ?? null, framework, server)) || defaultModule(framework, server, name),
    );
    const staticRoot = await ask(options.static, 'Folder of static files (- for none)', (same && found?.staticRoot) || `${folder}/static`);
    const mediaRoot = await ask(
      options.media,
      'Folder of uploaded files (- for none)',
      (same && found?.mediaRoot) || (framework === 'django' ? `${folder}/media` : '-'),
    );
    const none = (s: string): string => (s === '-' ? '' : s);
    const port = options.port ?? (options.server === 'gunicorn-tcp' ? '8000' : undefined);
    if (port !== undefined && !/^\d{1,5}$/.test(port)) throw new Failure(EXIT.usage, `--port ${port} is no port between 1 and 65535`);
    const settings = options.settings ?? (same ? found?.settings : null);
    const loginPaths = options.loginPath ?? (same ? found?.loginPaths : null);
    return {
      name,
      framework,
      server,
      domain,
      tls,
      module,
      folder,
      staticRoot: none(staticRoot),
      mediaRoot: none(mediaRoot),
      upload: options.upload,
      limitLogin: options.limitLogin,
      runs,
      ...(system ? { system } : {}),
      ...(options.compression !== undefined ? { compression: oneOf('compression', options.compression, COMPRESSIONS) } : {}),
      ...(port !== undefined ? { port: Number(port) } : {}),
      ...(options.nginxVersion !== undefined ? { nginx: options.nginxVersion } : {}),
      ...(options.email !== undefined ? { email: options.email } : {}),
      ...(proxy !== undefined ? { proxy: none(proxy) } : {}),
      ...(settings ? { settings } : {}),
      ...(loginPaths ? { loginPaths } : {}),
    };
  } finally {
    prompt?.close();
  }
}

/** The module that the project runs today, for the protocol of the chosen server: Django has one of each kind beside the other. */
function moduleFor(module: string | null, framework: string, server: string): string | null {
  if (!module) return null;
  const asgi = server !== 'gunicorn' && server !== 'uwsgi';
  return framework === 'django' ? module.replace(/\.(wsgi|asgi):/, asgi ? '.asgi:' : '.wsgi:') : module;
}

interface Planned {
  readonly file: NewFile;
  readonly path: string;
  /** what is there today; null: nothing */
  readonly there: string | null;
}

async function write(plan: readonly Planned[], folder: string, force: boolean): Promise<void> {
  const changed = plan.filter((p) => p.there !== p.file.text);
  const taken = changed.filter((p) => p.there !== null);
  if (taken.length && !force)
    throw new Failure(
      EXIT.usage,
      `${taken.map((p) => p.path).join(', ')} ${taken.length > 1 ? 'are' : 'is'} there already, with another text. Nothing was written; --force replaces ${taken.length > 1 ? 'them' : 'it'}.`,
    );
  const none = await makeFolders(
    changed.map((p) => path.dirname(p.path)),
    folder,
  );
  if (none !== null) throw new Failure(none.outside ? EXIT.usage : EXIT.unreadable, `${none.folder}: ${none.why}. Nothing was written.`);
  const writings: Writing[] = changed.map((p) => ({ path: p.path, text: p.file.text, from: p.there }));
  const { refused } = writings.length ? await writeFiles([writings], [folder]) : { refused: [] };
  if (refused.length) throw new Failure(EXIT.unreadable, refused.map((r) => `${r.path}: ${r.why}`).join('\n'));
}

/** Runs the command; returns the exit code. Throws failures with the contract's codes; nothing is written when one of the files exists with another text. */
export async function make(options: NewOptions): Promise<number> {
  if (options.format !== 'text' && options.format !== 'json')
    throw new Failure(EXIT.usage, `--format is text or json, not "${options.format}"`);
  const folder = path.resolve(typeof options.write === 'string' ? options.write : '.');
  const given = await answers(options, folder);
  const [problem] = problemsWith(given);
  if (problem) throw new Failure(EXIT.usage, problem.message);
  const files = newDeployment(given);
  if (!options.write && !options.dryRun) {
    if (options.format === 'json') await sayJson({ version: 1, files }, 2);
    else sayExactly(files.map((f) => `# ── ${f.path}: ${f.about}\n\n${f.text}`).join('\n'));
    return EXIT.clean;
  }
  const plan: Planned[] = [];
  const disk = new NodeFiles();
  for (const file of files) {
    const target = path.join(folder, file.path);
    const read = await disk.read(fileOfPath(target));
    if (read?.problem) throw new Failure(EXIT.unreadable, `${target}: ${read.problem}`);
    const there = read?.text ?? null;
    // settings of a project that has some are its own
    if (file.path === '.proxylens.yaml' && there !== null && !options.force) continue;
    plan.push({ file, path: target, there });
  }
  if (!options.dryRun) await write(plan, folder, options.force ?? false);
  const { made, next } = summaryOf(given);
  const state = ({ there, file }: Planned): string =>
    there === null ? 'new' : there === file.text ? 'unchanged' : options.force ? 'replaced' : 'there already, with another text';
  if (options.format === 'json') {
    const rows = plan.map((p) => ({ path: p.file.path, about: p.file.about, state: state(p) }));
    await sayJson({ version: 1, made, written: !options.dryRun, files: rows, next }, 2);
    return EXIT.clean;
  }
  const wide = Math.max(...plan.map((p) => p.file.path.length));
  say(`${made}\n${folder}:\n`);
  for (const p of plan) say(`  ${p.file.path.padEnd(wide)}  ${state(p) === 'new' ? '' : `(${state(p)}) `}${p.file.about}\n`);
  say(
    options.dryRun
      ? 'Nothing was written (--dry-run).\n'
      : `Next, with every command and its check in DEPLOY.md:\n${next.map((n) => `  ${n}\n`).join('')}`,
  );
  return EXIT.clean;
}
