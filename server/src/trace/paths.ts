/** From the URI to a file name: root, alias and their odd corners (ngx_http_map_uri_to_path, ngx_http_core_root). */
import { type ByteString, toBytes } from '../base/bytes.ts';
import type { Directive } from '../config/directive.ts';
import { locationOf } from '../config/locations.ts';
import { Slot } from '../config/slot.ts';
import type { Run } from './run.ts';
import { compileValue, type Value } from './script.ts';

export interface Root {
  readonly directive: Directive | null;
  /** how much of the URI an alias replaces; 0 for root, -1 for an alias in a regex location, which is the whole name */
  readonly alias: number;
  /** null when the value has variables */
  readonly literal: ByteString | null;
  readonly value: Value;
  /** hangs from nginx's prefix */
  readonly relative: boolean;
}

const roots = new Slot<Directive, Root>();

/** The root or alias in force. */
export function rootOf(run: Run): Root {
  const directive = run.directive('root');
  if (!directive) return { directive: null, alias: 0, literal: 'html', value: compileValue('html'), relative: true };
  let root = roots.get(directive);
  if (!root) {
    const isAlias = directive.name === 'alias';
    const location = isAlias ? locationOf(directive.scope) : null;
    let text = directive.value(0);
    // one slash at the end of a root is taken off when the line is read
    if (!isAlias && text.endsWith('/')) text = text.slice(0, -1);
    const value = compileValue(text);
    // ngx_conf_full_name happens when the line is read, unless the value begins with a variable
    const relative = !text.startsWith('$') && !text.startsWith('/') && (text !== '' || isAlias);
    root = {
      directive,
      alias: !isAlias ? 0 : location?.kind === 'regex' || location?.kind === 'predicate' ? -1 : (location?.bytes.length ?? 0),
      literal: value.literal,
      value,
      relative,
    };
    roots.set(directive, root);
  }
  return root;
}

const rootText = (run: Run, root: Root): ByteString => {
  const text = root.literal ?? run.value(root.value);
  if (root.relative) return toBytes(prefixOf(run)) + text;
  return root.literal === null ? run.full(text) : text;
};

/** What a relative path hangs from. Where neither settings nor the name of the build say it, nginx knows it from `-p` or from how it was built. */
function prefixOf(run: Run): string {
  const { config } = run;
  if (config.prefixThere.known) return run.prefix;
  const { standIn } = config.tree;
  const chosen = run.report.assume({
    id: 'prefix',
    what: 'the folder that relative paths hang from',
    otherwise: run.prefix,
    why: standIn
      ? `--prefix names it, else the one that ${standIn.of} is built with, as nginx -V says`
      : "--prefix names it, else the main file's folder is taken: nginx takes that of -p or of its build, as nginx -V says",
    choices: [run.prefix],
    also: 'text',
    at: rootOf(run).directive,
  });
  return chosen.endsWith('/') ? chosen : `${chosen}/`;
}

/** `$document_root`. */
export const documentRoot = (run: Run): ByteString => rootText(run, rootOf(run));

export interface Mapped {
  readonly path: ByteString;
  /** what comes before the part that comes from the URI */
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
