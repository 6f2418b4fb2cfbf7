/**
 * Where envsubst writes the values of environment variables into nginx's files: calls of its own in scripts, Dockerfiles and compose files,
 * and the environments of containers that run nginx, whose image does it with every template before nginx starts. Nothing is run.
 */
import { basename, type FileId } from '../base/file-id.ts';
import type { Place } from '../base/span.ts';
import type { Deployment } from './deployment.ts';
import { readDockerfile } from './dockerfile.ts';
import { placeOf } from './setting.ts';

export interface EnvsubstCall {
  /** the word itself */
  readonly at: Place;
  /** last part of the path that it reads */
  readonly input: string;
  /** the names that it is told to replace; null without that argument: then it replaces every name, those that are not set by nothing */
  readonly only: string | null;
  /** how a literal dollar sign is written there; null where the surrounding shell would read a list in single quotes */
  readonly dollar: '$' | '$$' | null;
}

/** One call with its redirections, over continued lines and YAML's folded ones. */
const CALL = /(?:\bcat\s+(\S+)\s*\|\s*)?\benvsubst\b((?:[^;&|\n\\]|\\.|\\?\r?\n[ \t]*(?=[<>])|\\\r?\n)*)/g;
const ARGUMENT = /'[^']*'|\\?"(?:[^"\\]|\\[^"])*\\?"|[^\s"']+/g;

const isScript = (name: string): boolean => name.endsWith('.sh');
const isCompose = (name: string): boolean => /^(docker-)?compose/.test(name);
const isImage = (name: string): boolean => /^(Dockerfile|Containerfile)|\.[Dd]ockerfile$/.test(name);

const bare = (word: string): string => word.replace(/^\\?["']|\\?["']$/g, '').replace(/["'\]]+,?$/, '');

function callsIn(file: FileId, text: string): EnvsubstCall[] {
  const name = basename(file);
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
    const only = words.map(bare).filter((w) => w.includes('$'))[0] ?? null;
    const quoted = (before.replaceAll('\\"', '').split('"').length - 1) % 2 === 1;
    const literal = isCompose(name) || !quoted || /^\s*(CMD|ENTRYPOINT|RUN)\s*\[/i.test(before);
    out.push({
      at: { file, span: { start, end: start + 'envsubst'.length } },
      input: bare(input).replace(/^.*\//, ''),
      only,
      dollar: literal ? (isCompose(name) ? '$$' : '$') : null,
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
  for (const [file, text] of deployment.files) {
    const name = basename(file);
    if (!isScript(name) && !isCompose(name) && !isImage(name)) continue;
    if (text.includes('envsubst')) calls.push(...callsIn(file, text));
    if (!isImage(name)) continue;
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
