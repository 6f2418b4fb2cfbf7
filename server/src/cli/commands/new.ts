/** `proxylens new`: a deployment from a few answers, as the wizard of the editor makes it. Prints, or writes what is not there yet. */
import fs from 'node:fs/promises';
import path from 'node:path';
import readline from 'node:readline/promises';
import type { Command } from 'commander';
import {
  type DeploymentAnswers,
  defaultModule,
  FRAMEWORKS,
  type Framework,
  newDeployment,
  problemsWith,
  type ServerKind,
  serversFor,
  TLS_KINDS,
  type TlsKind,
} from '../../snippets/deployment.ts';
import { EXIT, Failure } from '../failure.ts';
import { say, sayExactly, sayJson } from '../output.ts';

interface NewOptions {
  name?: string;
  framework?: string;
  server?: string;
  domain?: string;
  tls?: string;
  module?: string;
  folder?: string;
  static?: string;
  media?: string;
  upload: string;
  limitLogin: boolean;
  write?: string | boolean;
  force?: boolean;
  format: string;
}

export function addNew(program: Command): void {
  program
    .command('new')
    .description('make the files of a new deployment: nginx site, application server, systemd unit, framework settings')
    .option('--name <name>', 'lower-case name of the project (default: this folder)')
    .option('--framework <name>', FRAMEWORKS.join(', '))
    .option('--server <name>', 'gunicorn, gunicorn-tcp, uwsgi, uvicorn, daphne or hypercorn')
    .option('--domain <name>', 'the host name of the site')
    .option('--tls <kind>', TLS_KINDS.join(', '))
    .option('--module <module:name>', 'where the application is, such as shop.wsgi:application')
    .option('--folder <path>', "the project's folder on the server")
    .option('--static <path>', 'the folder of static files on the server; empty for none')
    .option('--media <path>', 'the folder of uploaded files on the server; empty for none')
    .option('--upload <size>', 'the largest upload', '10m')
    .option('--no-limit-login', 'no rate limit for the login page')
    .option('--write [folder]', 'write the files below a folder (default: this one) instead of printing them')
    .option('--force', 'replace files that are there')
    .option('--format <name>', 'text or json', 'text')
    .action(async (options: NewOptions) => {
      process.exitCode = await make(options);
    });
}

/** Asks what is missing where a person can answer, and takes the default elsewhere. */
async function answers(options: NewOptions): Promise<DeploymentAnswers> {
  const interactive = process.stdin.isTTY === true && process.stdout.isTTY === true;
  const prompt = interactive ? readline.createInterface({ input: process.stdin, output: process.stderr }) : null;
  const ask = async (given: string | undefined, words: string, otherwise: string): Promise<string> =>
    given ?? ((await prompt?.question(`${words} [${otherwise}] `)) || otherwise);
  try {
    const folderName =
      path
        .basename(process.cwd())
        .toLowerCase()
        .replaceAll(/[^a-z0-9]+/g, '-')
        .replace(/^[^a-z]+|-+$/g, '') || 'app';
    const name = await ask(options.name, 'Name of the project', folderName);
    const framework = (await ask(options.framework, `Framework (${FRAMEWORKS.join(', ')})`, 'django')) as Framework;
    if (!FRAMEWORKS.includes(framework))
      throw new Failure(EXIT.usage, `--framework is one of ${FRAMEWORKS.join(', ')}, not "${framework}"`);
    const fitting = serversFor(framework);
    const server = (await ask(options.server, `Application server (${fitting.join(', ')})`, fitting[0]!)) as ServerKind;
    const domain = await ask(options.domain, 'Host name', 'example.com');
    const tls = (await ask(options.tls, `TLS (${TLS_KINDS.join(', ')})`, 'letsencrypt')) as TlsKind;
    if (!TLS_KINDS.includes(tls)) throw new Failure(EXIT.usage, `--tls is one of ${TLS_KINDS.join(', ')}, not "${tls}"`);
    const folder = await ask(options.folder, "The project's folder on the server", `/srv/${name}`);
    const module = await ask(options.module, 'Module and name of the application', defaultModule(framework, server, name));
    const staticRoot = await ask(options.static, 'Folder of static files', `${folder}/static`);
    const mediaRoot = await ask(options.media, 'Folder of uploaded files (- for none)', framework === 'django' ? `${folder}/media` : '-');
    const none = (s: string): string => (s === '-' ? '' : s);
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
    };
  } finally {
    prompt?.close();
  }
}

/** Runs the command; returns the exit code. Throws failures with the contract's codes; nothing is written when one of the files exists. */
export async function make(options: NewOptions): Promise<number> {
  if (options.format !== 'text' && options.format !== 'json')
    throw new Failure(EXIT.usage, `--format is text or json, not "${options.format}"`);
  const given = await answers(options);
  const [problem] = problemsWith(given);
  if (problem) throw new Failure(EXIT.usage, problem.message);
  const files = newDeployment(given);
  if (options.write) {
    const folder = path.resolve(options.write === true ? '.' : options.write);
    if (!options.force)
      for (const file of files) {
        const there = await fs.stat(path.join(folder, file.path)).catch(() => null);
        if (there)
          throw new Failure(EXIT.usage, `${path.join(folder, file.path)} is there already. Nothing was written; --force replaces it.`);
      }
    for (const file of files) {
      const target = path.join(folder, file.path);
      await fs.mkdir(path.dirname(target), { recursive: true });
      await fs.writeFile(target, file.text);
      say(`${target}  ${file.about}\n`);
    }
    return EXIT.clean;
  }
  if (options.format === 'json') await sayJson({ version: 1, files }, 2);
  else sayExactly(files.map((f) => `# ── ${f.path}: ${f.about}\n\n${f.text}`).join('\n'));
  return EXIT.clean;
}
