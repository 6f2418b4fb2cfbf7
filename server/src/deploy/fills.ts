/**
 * What the project itself fills into the placeholders of its templates: the environment of nginx's container, files of variables, the values of a Helm chart, the
 * defaults of an Ansible role. An answer is an offer, never a fact: whoever writes the template out may say something else. Secrets are no answers.
 */
import { basename, dirname, type FileId, pathOf } from '../base/file-id.ts';
import type { Place } from '../base/span.ts';
import type { ComposeService } from './compose.ts';
import type { Deployment } from './deployment.ts';
import { isEnvFile, isEnvSample, isSecret, readEnvFile } from './env-file.ts';
import { runsNginxImage } from './inside.ts';
import { likely, placeOf, type Setting } from './setting.ts';
import { type YamlValue, yamlDocuments } from './yaml-text.ts';

/** A value that a file gives a name, and where. */
export interface Fill {
  readonly value: string;
  readonly place: Place;
}

/** Values of a chart, and of a role: their names are the paths of their keys. */
const CHART = /(^|\/)values([.-][\w.-]+)?\.ya?ml$/;
const ROLE = /(^|\/)(defaults|vars)\/main\.ya?ml$|(^|\/)group_vars\/[\w-]+\.ya?ml$/;

/** Whether a file is read for what it fills in. */
export const isFillFile = (path: string): boolean => CHART.test(path) || ROLE.test(path);

const MOST = 2000;

type Fills = Map<string, Fill[]>;

const tables = new WeakMap<Deployment, Fills>();

/** The values that files give a placeholder of a template, each once, the likeliest first; `nginxes` are the containers that nginx runs in. */
export function fillsOf(deployment: Deployment, nginxes: readonly ComposeService[], name: string): readonly Fill[] {
  const own = nginxes.flatMap((from) => environmentOf(deployment, from).get(name) ?? []);
  const seen = new Set<string>();
  return [...own, ...(tableOf(deployment).get(name) ?? [])].filter((f) => !seen.has(f.value) && seen.add(f.value)).slice(0, 8);
}

/** What the environment of nginx's own container writes into a text of envsubst; null where it leaves a placeholder of it open. */
export function writtenBy(deployment: Deployment, from: ComposeService, text: string): string | null {
  const own = environmentOf(deployment, from);
  let open = false;
  const out = text.replace(/\$(?:\{(\w+)\}|(\w+))/g, (_, braced: string | undefined, bare: string | undefined) => {
    const value = own.get(braced ?? bare ?? '')?.[0]?.value;
    if (value === undefined) open = true;
    return value ?? '';
  });
  return open ? null : out;
}

function tableOf(deployment: Deployment): Fills {
  const known = tables.get(deployment);
  if (known) return known;
  const all: Fills = new Map();
  const more = (fills: Fills): void => {
    for (const [name, values] of fills) all.set(name, [...(all.get(name) ?? []), ...values]);
  };
  for (const service of deployment.containers) if (runsNginxImage(deployment, service)) more(environmentOf(deployment, service));
  for (const [file, text] of deployment.files) {
    const path = pathOf(file);
    if (isEnvFile(path) && basename(file).startsWith('.env') && !isEnvSample(file)) more(settingsOf(readEnvFile(file, text)));
    else if (CHART.test(path)) more(valuesOf(file, text, '.Values.'));
    else if (ROLE.test(path)) more(valuesOf(file, text, ''));
  }
  tables.set(deployment, all);
  return all;
}

function settingsOf(settings: ReadonlyMap<string, Setting<string>>): Fills {
  const out: Fills = new Map();
  for (const [name, setting] of settings) {
    const [value, place] = [likely(setting), placeOf(setting)];
    if (value !== undefined && place && !isSecret(name, value)) out.set(name, [{ value, place }]);
  }
  return out;
}

/** What a container is given: by its own lines, by files of variables, by its image. */
function environmentOf(deployment: Deployment, service: ComposeService): Fills {
  const files = service.environmentFiles.flatMap(({ path }): [string, Setting<string>][] => {
    const file = [...deployment.files.keys()].find(
      (f) => pathOf(f) === pathOf(dirname(service.file)).replace(/\/*$/, '/') + path.replace(/^\.\//, ''),
    );
    return file ? [...readEnvFile(file, deployment.files.get(file)!)] : [];
  });
  return settingsOf(new Map([...(deployment.stages.get(service)?.environment ?? []), ...files, ...service.environment]));
}

/** The scalars of a file by the path of their keys. */
function valuesOf(file: FileId, text: string, prefix: string): Fills {
  const out: Fills = new Map();
  const visit = (value: YamlValue, path: string, depth: number): void => {
    if (out.size >= MOST || depth > 12) return;
    if (value.kind === 'map') for (const { key, value: inner } of value.entries) visit(inner, path ? `${path}.${key}` : key, depth + 1);
    else if (value.kind === 'scalar' && path && !value.text.text.includes('{{') && !isSecret(path, value.text.text))
      out.set(prefix + path, [{ value: value.text.text, place: value.place }]);
  };
  for (const document of yamlDocuments(file, text)) visit(document, '', 0);
  return out;
}
