/**
 * Where envsubst writes the values of environment variables into nginx's files: calls of its own in scripts, Dockerfiles and compose files,
 * and the environments of containers that run nginx, whose image does it with every template before nginx starts. Nothing is run.
 */
import { basename, dirname, type FileId, isBelow, pathOf, resolve } from '../base/file-id.ts';
import type { Place } from '../base/span.ts';
import { type ComposeService, isCompose } from './compose.ts';
import type { Deployment } from './deployment.ts';
import { readDockerfile } from './dockerfile.ts';
import { readEnvFile } from './env-file.ts';
import { mountedKey } from './kubernetes.ts';
import { certain, placeOf } from './setting.ts';

/** A file that its reader gave up is not read again. */
const isUnread = (deployment: Deployment, file: FileId): boolean => deployment.unread.some((u) => u.file === file);

export interface EnvsubstCall {
  /** the word itself */
  readonly at: Place;
  /** last part of the path that it reads */
  readonly input: string;
  /** the folder that an image is built from, where the call is in a script of it: it reads what is copied from there */
  readonly from: FileId | null;
  /** the names that it is told to replace; null without that argument: then it replaces every name, those that are not set by nothing */
  readonly only: string | null;
  /** the names of that list where it is there literally; null where it does not, or there is none */
  readonly names: ReadonlySet<string> | null;
  /** how a literal dollar sign is written there; null where the surrounding shell would read a list in single quotes */
  readonly dollar: '$' | '$$' | null;
}

/** One call with its redirections, over continued lines and YAML's folded ones. */
const CALL = /(?:\bcat\s+(\S+)\s*\|\s*)?\benvsubst\b((?:[^;&|\n\\]|\\.|\\?\r?\n[ \t]*(?=[<>])|\\\r?\n)*)/g;
const ARGUMENT = /'[^']*'|\\?"(?:[^"\\]|\\[^"])*\\?"|[^\s"']+/g;

const isScript = (name: string): boolean => name.endsWith('.sh');
const isImage = (name: string): boolean => /^(Dockerfile|Containerfile)|\.[Dd]ockerfile$/.test(name);

const bare = (word: string): string => word.replace(/^\\?["']|\\?["']$/g, '').replace(/["'\]]+,?$/, '');

/** The names of a list as it is written; null where a shell or Compose fills in parts of it. */
function namesIn(list: string, dollar: '$' | '$$'): ReadonlySet<string> | null {
  const text = dollar === '$$' ? list.replaceAll('$$', '\uE000') : list.replaceAll('$', '\uE000');
  // single quotes keep a dollar sign from the shell, and so does a backslash
  const kept = list.startsWith("'") || [...text.matchAll(/\uE000/g)].every((m) => text[m.index - 1] === '\\');
  if (!kept || text.includes('$') || /[`(]/.test(text)) return null;
  return new Set([...text.matchAll(/\uE000\{?([A-Za-z_]\w*)/g)].map((m) => m[1]!));
}

/** The pattern of a shell's loop that the variable runs through: `for f in *.template; do envsubst < "$f"`; other words as they are. */
function looped(word: string, before: string): string {
  const name = /^\$\{?(\w+)\}?$/.exec(word)?.[1];
  if (!name) return word;
  return [...before.matchAll(/\bfor\s+(\w+)\s+in\s+([^\s;]+)/g)].findLast((m) => m[1] === name)?.[2] ?? word;
}

/** Whether a call reads a file of that name; a loop's pattern stands for all that it fits. */
export const reads = (call: EnvsubstCall, name: string, file?: FileId): boolean =>
  (call.input === name || (call.input.startsWith('*') && call.input.length > 2 && name.endsWith(call.input.slice(1)))) &&
  (call.from === null || file === undefined || isBelow(file, call.from));

function callsIn(file: FileId, text: string): EnvsubstCall[] {
  const ofCompose = isCompose(pathOf(file), text);
  const out: EnvsubstCall[] = [];
  for (const m of text.matchAll(CALL)) {
    const start = m.index + m[0].indexOf('envsubst', m[1] === undefined ? 0 : m[1].length);
    const lineStart = text.lastIndexOf('\n', start - 1) + 1;
    const before = text.slice(lineStart, start);
    if (/^\s*#|\s#/.test(before)) continue;
    const tail = m[2]!;
    const input = m[1] ?? /<\s*(\S+)/.exec(tail)?.[1];
    if (input === undefined) continue;
    const words = tail.replace(/\d?[<>]+\s*\S+/g, ' ').match(ARGUMENT) ?? [];
    const list = words.find((w) => bare(w).includes('$'));
    const only = list === undefined ? null : bare(list);
    const quoted = (before.replaceAll('\\"', '').split('"').length - 1) % 2 === 1;
    const literal = ofCompose || !quoted || /^\s*(CMD|ENTRYPOINT|RUN)\s*\[/i.test(before);
    const dollar = literal ? (ofCompose ? '$$' : '$') : null;
    out.push({
      at: { file, span: { start, end: start + 'envsubst'.length } },
      input: looped(bare(input), text.slice(0, start)).replace(/^.*\//, ''),
      from: null,
      only,
      names: list === undefined || dollar === null ? null : namesIn(list, dollar),
      dollar,
    });
  }
  return out;
}

export interface NginxEnvironment {
  readonly calls: readonly EnvsubstCall[];
  /** variables that files give to a container of nginx, with the place that does */
  readonly variables: ReadonlyMap<string, Place | null>;
}

const cache = new WeakMap<Deployment, NginxEnvironment>();

const OF_NGINX = /(^|\/)nginx(-unprivileged)?(:|@|$)/;

/** What the files of a deployment say of envsubst. Of Dockerfiles the last stage counts, when it is built on nginx's image. */
export function nginxEnvironment(deployment: Deployment): NginxEnvironment {
  const known = cache.get(deployment);
  if (known) return known;
  const calls: EnvsubstCall[] = [];
  const variables = new Map<string, Place | null>();
  const images = new Set<FileId>();
  const contexts = new Set([...deployment.files.keys()].filter((f) => isImage(basename(f))).map((f) => dirname(f)));
  for (const [file, text] of deployment.files) {
    const name = basename(file);
    if (!isScript(name) && !isCompose(pathOf(file), text) && !isImage(name)) continue;
    if (text.includes('envsubst')) {
      const from = isScript(name) && contexts.has(dirname(file)) ? dirname(file) : null;
      calls.push(...callsIn(file, text).map((call) => ({ ...call, from })));
    }
    if (!isImage(name) || isUnread(deployment, file)) continue;
    const stage = readDockerfile(file, text).at(-1);
    if (!stage || !OF_NGINX.test(stage.from.text.split(/\s/).find((w) => !w.startsWith('--')) ?? '')) continue;
    images.add(file);
    for (const [key, setting] of stage.environment) variables.set(key, placeOf(setting) ?? null);
  }
  for (const service of deployment.containers)
    if (service.image ? OF_NGINX.test(service.image.text) : service.dockerfile !== null && images.has(service.dockerfile))
      for (const [key, setting] of service.environment) variables.set(key, placeOf(setting) ?? service.place);
  const made = { calls, variables };
  cache.set(deployment, made);
  return made;
}

/** Where nginx's image looks for templates, unless NGINX_ENVSUBST_TEMPLATE_DIR names another folder. */
const TEMPLATES = '/etc/nginx/templates';

/** Set in every container: by Docker, by the shell that substitutes, or by nginx's official image. */
export const ALWAYS_SET: ReadonlySet<string> = new Set([
  'PATH',
  'HOME',
  'HOSTNAME',
  'PWD',
  'NGINX_VERSION',
  'NJS_VERSION',
  'NJS_RELEASE',
  'ACME_VERSION',
  'PKG_RELEASE',
  'DYNPKG_RELEASE',
  'NGINX_LOCAL_RESOLVERS',
]);

/** A container whose image writes a template out, with all names that are set there. */
export interface Substitution {
  readonly service: ComposeService;
  readonly names: ReadonlySet<string>;
  /** the value of NGINX_ENVSUBST_FILTER, and the names that are set and do not fit it */
  readonly filter: string | null;
  readonly filtered: ReadonlySet<string>;
}

/**
 * The services that write a template out by the scripts of nginx's image, so that only what their files set is replaced. Empty where that is
 * not known: no service takes the file, a file of variables is not in the project, or another program is started.
 */
export function substitutionsOf(deployment: Deployment, template: FileId): readonly Substitution[] {
  const out: Substitution[] = [];
  for (const service of deployment.containers) {
    const stage = deployment.stages.get(service);
    const image = service.builds ? stage?.from.text.split(/\s/).find((w) => !w.startsWith('--')) : service.image?.text;
    if (!image || !OF_NGINX.test(image) || service.command || service.entrypoint || stage?.command || stage?.entrypoint) continue;
    const mounted = service.mounts.some(
      ({ source, target }) =>
        source !== null &&
        (target === TEMPLATES || target.startsWith(`${TEMPLATES}/`)) &&
        isBelow(template, resolve(dirname(service.file), source)),
    );
    const recipe = service.recipe ?? (service.dockerfile === null ? undefined : deployment.files.get(service.dockerfile));
    const copied = recipe !== undefined && copies(recipe, template);
    if (!mounted && !copied && !ofMap(deployment, service, template)) continue;
    const names = new Set([...ALWAYS_SET, ...service.environment.keys(), ...(stage?.environment.keys() ?? [])]);
    let whole = true;
    for (const { path } of service.environmentFiles) {
      const file = resolve(dirname(service.file), path);
      const text = deployment.files.get(file);
      if (text === undefined) whole = false;
      else for (const name of isUnread(deployment, file) ? [] : readEnvFile(file, text, undefined).keys()) names.add(name);
    }
    const filter = service.environment.get(FILTER) ?? stage?.environment.get(FILTER);
    // a regular expression of awk, to which a name must fit
    const value = filter ? (certain(filter) ?? null) : null;
    const fits = value === null ? null : expressionOf(value);
    if (filter) whole &&= fits !== null;
    const filtered = new Set([...names].filter((name) => fits && !fits.test(name)));
    for (const name of filtered) names.delete(name);
    if (whole) out.push({ service, names, filter: value, filtered });
  }
  return out;
}

/** Whether a template is a key of a ConfigMap that the container has among its templates. */
function ofMap(deployment: Deployment, service: ComposeService, template: FileId): boolean {
  const at = mountedKey(service, template, (file) => deployment.files.get(file));
  return at?.startsWith(`${TEMPLATES}/`) === true && at.endsWith('.template');
}

const FILTER = 'NGINX_ENVSUBST_FILTER';

/** A filter as names are held against it; null for one that only awk can read. Names are short, and so are filters that people write. */
function expressionOf(text: string): RegExp | null {
  if (text.length > 200 || !/^[\w^$|().*+?[\]-]*$/.test(text) || /[*+?)]\s*[*+?]|\([^)]*[*+][^)]*\)[*+]/.test(text)) return null;
  try {
    return new RegExp(text);
  } catch {
    return null;
  }
}

/** Whether a Dockerfile copies the file, or a folder of the name that it is in, to where templates are looked for. */
function copies(dockerfile: string, template: FileId): boolean {
  const own = [basename(template), basename(dirname(template))];
  return [...dockerfile.matchAll(/^\s*(?:COPY|ADD)\s+(.+?)\s+\/etc\/nginx\/templates\/?(?:\s|$)/gim)].some(([, sources]) =>
    sources!.split(/\s+/).some((s) => own.includes(s.replace(/\/(\.|\*[^/]*)?$/, '').replace(/^.*\//, ''))),
  );
}
