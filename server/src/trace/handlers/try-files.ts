/** ngx_http_try_files_module. */
import { type ByteString, fromBytes } from '../../base/bytes.ts';
import { atOf } from '../at.ts';
import { mapUri, rootOf } from '../paths.ts';
import type { Handler } from '../phases.ts';
import { changes, PATH_MAX, type Run, type Verdict } from '../run.ts';
import { compileValue } from '../script.ts';
import type { FileKind, Rejected } from '../trace.ts';
import { splitArgs } from '../uri.ts';

/** A page that is written out, in the folder that was asked for: `$uri/index.html`. */
const PAGE_BELOW = /\/[\w-]+\.\w+$/;

/** Bytes that are shown of a path which is too long. */
const SHOWN = 80;

export const tryFilesHandler: Handler = {
  module: 'ngx_http_try_files_module',
  reads: ['try_files'],
  run(run): Verdict {
    // one level only: it is not inherited
    const directive = run.scope.named('try_files').at(-1);
    if (!directive) return 'declined';
    const { values } = directive;
    const { alias } = rootOf(run);
    const rejected: Rejected[] = [];
    const mapped = mapUri(run, alias > 0 ? run.uri.slice(0, alias) : '');
    if (!mapped) return 500;
    const { root } = mapped;
    for (const [i, written] of values.entries()) {
      const last = i === values.length - 1;
      if (last) {
        const code = /^=(\d+)$/.exec(written);
        // nginx takes `=0` for a name
        if (code && Number(code[1]) > 0) {
          run.report.step({ phase: 'precontent', handler: this.module, at: directive, said: `nothing found: ${code[1]!}`, rejected });
          return Number(code[1]);
        }
      }
      const wantsFolder = !last && written.endsWith('/');
      const value = compileValue(wantsFolder ? written.slice(0, -1) : written);
      let name = run.value(value);
      if (alias > 0 && value.literal === null && name.startsWith(run.uri.slice(0, alias))) name = name.slice(alias);
      if (last) {
        run.report.step({
          phase: 'precontent',
          handler: this.module,
          at: directive,
          said: `nothing found, on to ${fromBytes(name)}`,
          rejected,
        });
        if (name.startsWith('@')) return { named: name };
        const target = splitArgs(name);
        if (splitArgs(written).uri === target.uri || PAGE_BELOW.test(written)) run.meant.add(target.uri);
        return target;
      }
      // as of any file that is missing; of such a path the beginning tells enough
      if (root.length + name.length >= PATH_MAX) {
        rejected.push({ at: atOf(directive), why: `${fromBytes(root.slice(0, SHOWN))}… is longer than any path` });
        continue;
      }
      const path = root + name;
      const likely = likelyKind(run, values, i, { name, wantsFolder, literal: value.literal !== null });
      const found = run.stat(path, likely, 'the disk decides what try_files finds', directive);
      const isFolder = found === 'folder';
      if (found === null || found === 'forbidden' || isFolder !== wantsFolder) {
        const text = `${fromBytes(path)}${wantsFolder ? '/' : ''}`;
        const why = isFolder
          ? 'is a folder, and a file is asked for'
          : found === 'forbidden'
            ? 'cannot be read'
            : found
              ? 'is a file, and a folder is asked for'
              : 'is not there';
        rejected.push({ at: atOf(directive), why: `${text} ${why}` });
        continue;
      }
      const before = run.uri;
      if (alias === 0) run.setUri(name);
      else if (alias === -1) {
        if (!wantsFolder) {
          run.setUri(name);
          run.addUriToAlias = true;
        }
      } else run.setUri(run.uri.slice(0, alias) + name);
      run.report.step({
        phase: 'precontent',
        handler: this.module,
        at: directive,
        said: `${fromBytes(path)} is there`,
        changed: changes({ $uri: [before, run.uri] }),
        rejected,
      });
      return 'declined';
    }
    return 'declined';
  },
};

/**
 * What a person means to be there: a name without variables after the first is a fallback that exists, and so does what a literal fallback
 * led to, and one that is looked for alone; the root itself is a folder, unless an application comes after; other names are missing, unless nothing but a status would follow.
 */
function likelyKind(
  run: Run,
  values: readonly string[],
  index: number,
  { name, wantsFolder, literal }: { readonly name: ByteString; readonly wantsFolder: boolean; readonly literal: boolean },
): FileKind | null {
  const kind = wantsFolder ? 'folder' : 'file';
  const last = values.at(-1)!;
  if (literal) return index > 0 || (values.length === 2 && last.startsWith('=')) ? kind : null;
  const isRoot = name === '/' || name === '';
  // a path that ends in a slash is no file, and the same path is asked for as a folder next
  if (isRoot || name.endsWith('/'))
    return (isRoot && !last.startsWith('@')) || (last.startsWith('=') && run.uri.endsWith('/')) ? 'folder' : null;
  if (!wantsFolder && run.meant.has(run.uri)) return 'file';
  if (!last.startsWith('=') || values.slice(index + 1, -1).some((v) => !v.includes('$'))) return null;
  return wantsFolder ? null : 'file';
}
