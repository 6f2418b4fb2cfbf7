/**
 * A whole deployment from a few answers: the nginx site, the application server's settings, its systemd unit or its containers, the framework's settings, and the
 * guide that puts them into service. Text in, text out; what is written where is the caller's.
 */
import { type Answers, complete, type DeploymentAnswers, type NewFile } from './deployment/answers.ts';
import { environmentFile, listensOn, serverSettings, titleOf, unitFiles } from './deployment/application.ts';
import { asTemplate, composeFiles } from './deployment/compose.ts';
import { frameworkFiles } from './deployment/framework.ts';
import { guide, nextSteps } from './deployment/guide.ts';
import { nginxFiles } from './deployment/nginx-site.ts';

export {
  COMPRESSIONS,
  type DeploymentAnswers,
  defaultModule,
  FRAMEWORK_WORDS,
  FRAMEWORKS,
  type NewFile,
  problemsWith,
  RUN_WORDS,
  RUNS,
  SERVER_WORDS,
  SERVERS,
  SYSTEM_WORDS,
  SYSTEMS,
  serversFor,
  TLS_KINDS,
  TLS_WORDS,
} from './deployment/answers.ts';

/** The nginx that the files are written for, so that they are judged by it wherever they are checked. */
const settingsFile = (a: Answers): NewFile => ({
  path: '.proxylens.yaml',
  about: 'The nginx that these files were written for, for checks',
  text: `# the nginx that runs the files in deploy/nginx
nginxVersion: "${a.nginx}"
`,
});

/** What the Compose file's own command loads into the nginx of the image: no line of the configuration says so. */
const loadedModules: NewFile = {
  path: '.proxylens.yaml',
  about: 'The module that compose.yaml has nginx load, for checks',
  text: `# compose.yaml starts nginx with this module
build: official
modules:
  - modules/ngx_http_acme_module.so
`,
};

/** The files of a new deployment, nginx's site first. Call `problemsWith` before: what it refuses is not checked again. */
export function newDeployment(given: DeploymentAnswers): NewFile[] {
  const a = complete(given);
  const files: NewFile[] =
    a.runs === 'compose'
      ? [
          ...nginxFiles(a).map((f) => (f.path.endsWith('.conf') ? asTemplate(f, a) : f)),
          ...serverSettings(a),
          ...frameworkFiles(a),
          environmentFile(a),
          ...(a.tls === 'acme' ? [loadedModules] : []),
          ...composeFiles(a),
        ]
      : [...nginxFiles(a), ...serverSettings(a), ...unitFiles(a), ...frameworkFiles(a), environmentFile(a), settingsFile(a)];
  return [...files, guide(a, files)];
}

/** What will be made, in one sentence; and what is to be done then. */
export function summaryOf(given: DeploymentAnswers): { readonly made: string; readonly next: readonly string[] } {
  const a = complete(given);
  return { made: `${titleOf(a)} on ${listensOn(a)}, behind nginx ${a.nginx} as ${a.domain}, TLS: ${a.tls}`, next: nextSteps(a) };
}
