/** Which arguments of a statement name something that must be on the disk already. Of what nginx makes by itself, logs, pids and caches, it is the folder around it. */

import { argumentOf } from '../catalog/arguments.ts';
import { loadCatalog } from '../catalog/catalog.ts';
import type { PathBase } from '../catalog/shape.ts';
import type { Statement } from '../syntax/statement.ts';

export interface PathUse {
  readonly path: string;
  readonly base: PathBase;
  readonly wants: 'file' | 'folder' | 'either';
  /** which argument */
  readonly argument: number;
  /** what is in the argument where nginx makes that itself, and `path` is the folder in which it does */
  readonly madeIn?: string;
}

/** Files and folders that nginx makes when they are not there. */
const MADE = new Set(['pid', 'lock_file', 'google_perftools_profiles', 'state', 'include', 'ssl_session_ticket_key_file']);

const WANTS = { file: 'file', folder: 'folder', path: 'either' } as const;

/** Files that nginx opens for writing when it starts, and folders of which it makes the last level (ngx_create_paths), by directive. */
const WRITTEN = /^(access_log|error_log|pid|(proxy|fastcgi|uwsgi|scgi)_cache_path|(client_body|proxy|fastcgi|uwsgi|scgi)_temp_path)$/;

/** The folder in which nginx makes what a statement names; null for statements of other kinds. */
function madeBy(statement: Statement): PathUse[] | null {
  const word = statement.args[0];
  if (!WRITTEN.test(statement.name.value)) return null;
  const path = word?.value.replace(/\/+$/, '') ?? '';
  if (!word || word.templated || path === '' || path.includes('$') || /^(off|stderr|\/dev\/.*|\/proc\/.*|(syslog|memory):.*)$/.test(path))
    return [];
  const at = path.lastIndexOf('/');
  // the folder of nginx itself is there
  if (at < 1) return [];
  return [{ path: path.slice(0, at), base: 'prefix', wants: 'folder', argument: 0, madeIn: path }];
}

/** The lists in which the accounts of a machine stand, and the file that says whether they are the only ones. */
export const ACCOUNTS = { users: '/etc/passwd', groups: '/etc/group', sources: '/etc/nsswitch.conf' } as const;

/** The paths that a statement names and nginx opens: no variables, no templates, no `data:` or `engine:` values. */
export function pathsOf(statement: Statement): PathUse[] {
  const name = statement.name.value;
  const made = madeBy(statement);
  if (made) return made;
  if (
    MADE.has(name) ||
    (statement.block && name !== 'geoip2') ||
    name === 'index' ||
    name === 'try_files' ||
    /_(temp|cache)_path$|_temp_path$|_store$/.test(name)
  )
    return [];
  const facts = loadCatalog().directives(name);
  const fact = facts.find((f) => f.source === 'oss') ?? facts[0];
  if (!fact) return [];
  const out: PathUse[] = [];
  statement.args.forEach((word, argument) => {
    const what = argumentOf(fact, argument, statement.args.length);
    if (!what || (what.kind !== 'file' && what.kind !== 'folder' && what.kind !== 'path') || word.templated) return;
    const path = word.value;
    if (path === '' || path.includes('$') || what.words?.includes(path) || /^(data|engine|store|syslog|memory):/.test(path)) return;
    out.push({ path, base: what.base ?? 'prefix', wants: WANTS[what.kind], argument });
  });
  return out;
}
