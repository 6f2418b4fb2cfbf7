/**
 * Which file a path of a server is answered with, and whether a stranger gets it: the matcher finds the location, what is there says
 * whether nginx reads the disk at all. Files are not looked at; a name that nginx would look for is what is told.
 */
import { toBytes } from '../base/bytes.ts';
import type { Directive } from '../config/directive.ts';
import { isOpen, matchLocation } from '../config/locations.ts';
import type { Scope } from '../config/scope.ts';
import { contentIn } from '../trace/location-config.ts';
import { Visitor } from './visitor.ts';
import { entryOf } from './who-may-enter.ts';

export interface Served {
  /** where the file is looked for: the location, or the server's own level */
  readonly scope: Scope;
  /** the root or alias in force; null: the one that nginx was built with */
  readonly root: Directive | null;
}

/** `try_files` looks at the path of the request itself, so a file of that name is found. */
const triesPath = (d: Directive): boolean => d.values.slice(0, -1).some((v) => /^\$\{?(uri|document_uri|request_uri)\}?\/?$/.test(v));

/** The place from which nginx sends the file of a decoded path to a stranger; null when it does not, or when that cannot be told. */
export function servedTo(server: Scope, path: string): Served | null {
  const { location, how } = matchLocation(server, toBytes(path));
  if (isOpen(how) || how === 'slash-redirect') return null;
  const scope = location?.scope ?? server;
  if (contentIn(scope) !== null) return null;
  const tries = scope.value('try_files');
  if (tries && !triesPath(tries)) return null;
  if (entryOf(scope) !== 'everybody') return null;
  if (new Visitor(scope, { path }).rewrites().by) return null;
  return { scope, root: scope.value('root') ?? null };
}
