/**
 * Projects that lie side by side in a folder which is none itself: no repository holds them, nothing marks the folder, and somebody named it or has
 * it open. Each is judged as if it alone had been named, so the answer about it does not depend on how much of the disk was.
 */
import { dirname, type FileId, hostFileOf, isBelow, relativePath, resolve } from '../base/file-id.ts';

/** Folders of one project: of nginx's own configuration, of what deploys it, and of configuration management, whose parts go to one host. */
const WITHIN =
  /^(\..*|nginx|openresty|angie|webserver|proxy|reverse-?proxy|conf|configs?|configuration|etc|usr|(conf|http|default|stream|vhost)s?\.d|sites?|(sites?|streams?|modules?|mods?|conf)-(available|enabled)|snippets|includes?|inc|partials?|common|shared|locations?|upstreams?|servers?|vhosts?|streams?|templates?|files|ssl|tls|certs?|deploy(ment)?|docker|containers?|ops|infra(structure)?|roles?|modules?|(site-)?cookbooks|salt|states|pillar|puppet|ansible|playbooks?|(group|host)_vars|charts?|helm|k8s|kube(rnetes)?|manifests?|base|overlays?|environments?|env|prod(uction)?|stag(e|ing)|dev(elopment)?|local|test(s|ing)?|examples?|samples?|docs?)$/i;
/** Levels of folders that are looked through for projects. */
const MAX_DEPTH = 8;

/**
 * The folders of the projects below one that is none itself; empty where all that it holds is one project. `configs` are its files of nginx,
 * `marked` the folders that are a project by what lies in them.
 */
export function unitsOf(folder: FileId, configs: readonly FileId[], marked: ReadonlySet<FileId>): FileId[] {
  const units = split(folder, configs, marked, 0);
  return units.length > 1 ? units : [];
}

function split(folder: FileId, configs: readonly FileId[], marked: ReadonlySet<FileId>, depth: number): FileId[] {
  if (depth > MAX_DEPTH || (depth > 0 && marked.has(folder))) return [folder];
  const groups = new Map<string, FileId[]>();
  for (const config of configs) {
    const file = hostFileOf(config);
    if (dirname(file) === folder || !isBelow(file, folder)) return [folder];
    const [child = ''] = relativePath(file, folder).split('/');
    const group = groups.get(child);
    if (group) group.push(config);
    else groups.set(child, [config]);
  }
  const isProject = (child: string): boolean => marked.has(resolve(folder, `./${child}`)) || !WITHIN.test(child);
  if (![...groups.keys()].every(isProject)) return [folder];
  const units = [...groups].flatMap(([child, own]) => split(resolve(folder, `./${child}`), own, marked, depth + 1));
  // one folder with all of it may lie beside the application that it is for
  return units.length > 1 ? units : [folder];
}
