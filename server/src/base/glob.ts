/** Masks of `include`, as glob(3) reads them: `*`, `?` and `[…]` within one path segment, no braces, no globstar, no leading dot. */
import picomatch from 'picomatch';
import { type FileId, resolve } from './file-id.ts';
import type { FileSystem } from './file-system.ts';

/** The test of ngx_conf_include: a name with one of these is a mask, and a mask that matches nothing is no error. */
export const isMask = (path: string): boolean => /[*?[]/.test(path);

const segmentTest = (segment: string): ((name: string) => boolean) =>
  picomatch(segment, { nobrace: true, noext: true, noglobstar: true, nonegate: true, dot: segment.startsWith('.'), strictBrackets: false });

/** True when an absolute path is one that the mask matches, segment by segment. */
export function matchesMask(path: string, mask: string): boolean {
  const names = path.split('/');
  const segments = mask.split('/');
  return names.length === segments.length && segments.every((s, i) => (isMask(s) ? segmentTest(s)(names[i]!) : s === names[i]));
}

/** What one mask may ask of the disk: folders listed, and names that match. */
const MAX_FOLDERS = 2000;
const MAX_NAMES = 20_000;

/**
 * All files that match the mask `path` (absolute), in byte order as glob(3) returns them. `root` only lends its scheme and authority.
 * A mask over half a machine is given up: `null`.
 */
export async function expandMask(
  files: Pick<FileSystem, 'list' | 'stat'>,
  root: FileId,
  path: string,
  /** told of files and folders that match and have names which are no text, or hold a backslash: no URI leads to them */
  unnamed?: (name: string) => void,
): Promise<FileId[] | null> {
  let listed = 0;
  const segments = path.split('/').filter((s) => s !== '');
  let folders: string[] = [''];
  for (const [i, segment] of segments.entries()) {
    const last = i === segments.length - 1;
    const next: string[] = [];
    for (const folder of folders) {
      if (!isMask(segment)) {
        next.push(`${folder}/${segment}`);
        continue;
      }
      const matches = segmentTest(segment);
      if (++listed > MAX_FOLDERS || next.length > MAX_NAMES) return null;
      for (const entry of await files.list(resolve(root, folder || '/'))) {
        if (!matches(entry.name) || (!last && entry.kind === 'file')) continue;
        if (/[\ufffd\\]/.test(entry.name)) {
          if (entry.kind !== 'other') unnamed?.(entry.name);
          continue;
        }
        next.push(`${folder}/${entry.name}`);
      }
    }
    folders = next;
  }
  if (folders.length > MAX_NAMES) return null;
  const found: FileId[] = [];
  for (const path of folders.sort((a, b) => (a < b ? -1 : 1))) {
    const id = resolve(root, path);
    if (await files.stat(id)) found.push(id);
  }
  return found;
}
