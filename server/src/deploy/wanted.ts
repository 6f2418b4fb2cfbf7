/**
 * Which files of a workspace say something about the application's side. Dependencies, virtual environments and tests are left as it is. Files of environment
 * variables are read for the names and values that concern a proxy: secrets in them are written over before anything looks (env-file.ts).
 */
import { isQuadlet, mayBeCompose } from './compose.ts';
import { isDockerfile } from './dockerfile.ts';
import { isEnvFile } from './env-file.ts';
import { isFillFile } from './fills.ts';
import { isNodeStart } from './node-port.ts';
import { SERVERS } from './servers/all.ts';
import { isPackageFile } from './single-page.ts';
import { dropInOf } from './systemd.ts';
import { isVersionFile } from './versions.ts';

const SKIPPED =
  /(^|\/)(node_modules|\.?venv|env|virtualenv|site-packages|\.git|\.hg|\.tox|\.nox|__pycache__|migrations|dist|build|htmlcov|\.[^/]+)\//;
const TESTS = /(^|\/)(tests?|testing)\/|(^|\/)(test_[^/]*|[^/]*_test|conftest)\.py$/;
const PYTHON_FOLDERS = /(^|\/)(settings|config|configs|conf|core|app|apps|project|src|backend|server|api|web)\/[^/]+\.py$/;
const PYTHON_NAMES =
  /^(manage|wsgi|asgi|settings\w*|\w*settings|base|common|production|prod|staging|local|dev|development|defaults|urls|routing|views|routes|downloads?|app|main|application|__init__|config|conf|run|server|factory|gunicorn[\w.-]*|uwsgi\w*|hypercorn\w*|uvicorn\w*)\.py$/;
const OTHERS = [
  /\.(service|socket)(\.(j2|jinja2?|tpl|tmpl|template))?$/,
  /^Procfile(\.\w+)?$/,
  // what Compose files extend or include under names of their own
  /^(common|base|shared|services)([._-][\w.-]+)?\.ya?ml$|^docker-(common|base|shared|services)[\w.-]*\.ya?ml$/,
  /^[\w.-]*(deploy|pod|nginx|proxy|statefulset|daemonset|service|ingress|configmap|kustomization|manifest|k8s|kubernetes)[\w.-]*\.ya?ml$/i,
  /\.ini$/,
  /uwsgi[\w.-]*\.(ya?ml|json)$/,
  /^gunicorn[\w.-]*\.conf$/,
  /^supervisord?[\w.-]*\.conf$/,
  /^((docker-)?entry(point)?|start|run|serve|server|gunicorn|uwsgi|uvicorn|boot|launch|web|prod)[\w.-]*\.sh$/,
  // what writes a configuration of nginx out before it starts
  /^(\d+-)?[\w.-]*(nginx|envsubst|template|configure|init|setup|render|substitute)[\w.-]*\.sh$/,
  // scripts without an ending: `/start`, `entrypoint`, `gunicorn_start`
  /^((docker-)?entrypoint|start([-_]\w+)?|run([-_](server|web|app|gunicorn))?|serve|gunicorn[_-]?(start|run)?|boot|launch)$/,
];

/** True when the file at this path, relative to the workspace with forward slashes, is worth reading. */
export function wanted(path: string): boolean {
  // cookiecutter's layout keeps its files of variables in folders that begin with a dot
  if (SKIPPED.test(path.replace(/(^|\/)\.envs\/([\w.-]+\/)*/, '$1')) || TESTS.test(path) || path.split('/').length > 9) return false;
  const name = path.slice(path.lastIndexOf('/') + 1);
  if (isEnvFile(path) || isFillFile(path) || SERVERS.some((s) => s.files?.test(path))) return true;
  if (isNodeStart(path) || isPackageFile(path)) return true;
  if (name.endsWith('.py')) return PYTHON_NAMES.test(name) || PYTHON_FOLDERS.test(path) || !path.includes('/');
  return (
    isVersionFile(name) ||
    dropInOf(path) !== null ||
    mayBeCompose(path) ||
    isQuadlet(name) ||
    isDockerfile(name) ||
    /(^|\/)requirements\/[^/]+\.txt$/.test(path) ||
    /\/supervisor(d|\.d|\/conf\.d)?\/[^/]+\.(conf|ini)$/.test(path) ||
    /(^|\/)(k8s|kubernetes|kube|manifests?|kustomize)\/([\w.-]+\/)*[\w.-]+\.ya?ml$/.test(path) ||
    OTHERS.some((o) => o.test(name))
  );
}

/** The same as globs, a little wider, for editors that are told which documents to send: each is checked by `wanted` again. */
export const WANTED_GLOBS: readonly string[] = [
  '**/{manage,wsgi,asgi,*settings*,base,common,production,prod,staging,local,dev,development,urls,routing,views,routes,download,downloads,app,main,application,__init__,config,conf,gunicorn*}.py',
  '**/{settings,config}/*.py',
  '**/*.{service,socket,container,ini}',
  '**/*.{service,socket}.d/*.conf',
  '**/*.{service,socket}.{j2,jinja,jinja2,tpl,tmpl,template}',
  '**/Procfile*',
  '**/{server,app,index,main,start}.{js,mjs,cjs,ts}',
  '**/bin/www',
  '**/package.json',
  '**/{vite,next}.config.{js,mjs,cjs,ts,mts,cts}',
  '**/{compose,docker-compose,docker-stack,docker-swarm}*.{yml,yaml}',
  '**/{stack,swarm,*.compose,*.stack,*-compose,*-stack}.{yml,yaml}',
  '**/{compose,docker-compose}/*.{yml,yaml}',
  '**/{common,base,shared,services,docker-common,docker-base,docker-shared,docker-services}*.{yml,yaml}',
  '**/{Dockerfile,Containerfile}*',
  '**/*uwsgi*.{yml,yaml,json}',
  '**/values*.{yml,yaml}',
  '**/{defaults,vars}/main.{yml,yaml}',
];

/** At most this many files are read, in order of their paths' depth. */
export const MAX_FILES = 800;
