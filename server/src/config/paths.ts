/** Which arguments of a statement name something that must be on the disk already. What nginx makes by itself, logs and caches, is left out. */
import { argumentOf, type PathBase } from '../catalog/arguments.ts';
import { loadCatalog } from '../catalog/catalog.ts';
import type { Statement } from '../syntax/statement.ts';

export interface PathUse {
  readonly path: string;
  readonly base: PathBase;
  readonly wants: 'file' | 'folder' | 'either';
  /** which argument */
  readonly argument: number;
}

/** Files and folders that nginx makes when they are not there. */
const MADE = new Set(['pid', 'lock_file', 'google_perftools_profiles', 'state', 'include', 'ssl_session_ticket_key_file']);

const WANTS = { file: 'file', folder: 'folder', path: 'either' } as const;

/** The paths that a statement names and nginx opens: no variables, no templates, no `data:` or `engine:` values. */
export function pathsOf(statement: Statement): PathUse[] {
  const name = statement.name.value;
  if (MADE.has(name) || statement.block || name === 'index' || name === 'try_files' || /_(temp|cache)_path$|_temp_path$|_store$/.test(name))
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
