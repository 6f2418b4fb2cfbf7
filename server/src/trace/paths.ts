/** From the URI to a file name: root, alias and their odd corners (ngx_http_map_uri_to_path, ngx_http_core_root). */
import { type ByteString, toBytes } from '../base/bytes.ts';
import type { Directive } from '../config/directive.ts';
import { locationOf } from '../config/locations.ts';
import type { Run } from './run.ts';
import { compileValue, type Value } from './script.ts';

export interface Root {
  readonly directive: Directive | null;
  /** how much of the URI an alias replaces; 0 for root, -1 for an alias in a regex location, which is the whole name */
  readonly alias: number;
  /** null when the value has variables */
  readonly literal: ByteString | null;
  readonly value: Value;
}

const roots = new WeakMap<Directive, Root>();

/** The root or alias in force. */
export function rootOf(run: Run): Root {
  const directive = run.directive('root');
  if (!directive) return { directive: null, alias: 0, literal: toBytes(`${run.prefix}html`), value: compileValue('html') };
  let root = roots.get(directive);
  if (!root) {
    const isAlias = directive.name === 'alias';
    const location = isAlias ? locationOf(directive.scope) : null;
    let text = directive.value(0);
    // one slash at the end of a root is taken off when the line is read
    if (!isAlias && text.endsWith('/')) text = text.slice(0, -1);
    const value = compileValue(text);
    // ngx_conf_full_name happens when the line is read, unless the value begins with a variable
    const full = text.startsWith('$') ? value : compileValue(text.startsWith('/') || (text === '' && !isAlias) ? text : run.prefix + text);
    root = {
      directive,
      alias: !isAlias ? 0 : location?.kind === 'regex' || location?.kind === 'predicate' ? -1 : (location?.bytes.length ?? 0),
      literal: value.literal === null ? null : (full.literal ?? ''),
      value: full,
    };
    roots.set(directive, root);
  }
  return root;
}

const rootText = (run: Run, root: Root): ByteString => {
  if (root.literal !== null) return root.literal;
  const text = run.value(root.value);
  return run.full(text);
};

/** `$document_root`. */
export const documentRoot = (run: Run): ByteString => rootText(run, rootOf(run));

export interface Mapped {
  readonly path: ByteString;
  /** what stands before the part that comes from the URI */
  readonly root: ByteString;
}

/** The file name of the current URI; null when nginx cannot say (alias after the URI was rewritten), which ends in 500. */
export function mapUri(run: Run, uri: ByteString = run.uri): Mapped | null {
  const root = rootOf(run);
  if (root.alias !== 0 && (!run.validLocation || (run.uriChanged && run.behaviour.losesAliasPath))) return null;
  const text = rootText(run, root);
  if (root.alias === -1) return run.addUriToAlias ? { path: text + uri, root: text } : { path: text, root: text };
  return { path: text + uri.slice(root.alias), root: text };
}
