/** A configuration as it would be after edits: the same tree with other texts, without asking the disk. */
import { applyEdits, type FileEdit } from '../base/edit.ts';
import { type FileId, relativePath } from '../base/file-id.ts';
import type { Config } from '../config/config.ts';
import type { Include } from '../config/tree.ts';
import { includesIn } from '../syntax/includes.ts';
import type { SourceFile, Statement } from '../syntax/statement.ts';

/** Parses a text as that file's. */
export type OpenText = (file: FileId, text: string) => SourceFile;

export interface Edited {
  readonly config: Config;
  /** the edited files, before and after */
  readonly files: readonly { readonly before: SourceFile; readonly after: SourceFile }[];
  /** paths of includes that the edits have added and that nothing in the tree answers */
  readonly unresolved: readonly string[];
}

/** A file that comes into being with an edit. */
export interface Created {
  readonly file: FileId;
  readonly text: string;
}

/** Applies the edits of files that the configuration reads; edits of other files (the application's side) are left out. */
export function edited(config: Config, edits: readonly FileEdit[], open: OpenText, creates: readonly Created[] = []): Edited {
  const files = new Map(config.tree.files);
  const includes = new Map(config.tree.includes);
  const byPath = new Map<string, Include>();
  for (const include of config.tree.includes.values()) if (include.problem === null) byPath.set(include.path, include);
  for (const { file, text } of creates) {
    files.set(file, open(file, text));
    const path = relativePath(file, config.confDir);
    byPath.set(path, { file: config.root, path, mask: false, files: [file], problem: null, detail: '', unseen: null });
  }
  const changed: { before: SourceFile; after: SourceFile }[] = [];
  const unresolved: string[] = [];
  for (const { file, edits: list } of edits) {
    const before = files.get(file);
    if (!before) continue;
    const after = open(file, applyEdits(before.text, [...list]));
    files.set(file, after);
    changed.push({ before, after });
    const known = new Map<string, Include>();
    for (const statement of includesIn(before.body)) {
      const include = includes.get(statement);
      if (include) known.set(include.path, include);
      includes.delete(statement);
    }
    for (const statement of includesIn(after.body)) {
      const path = statement.args[0]?.value ?? '';
      const include = known.get(path) ?? byPath.get(path);
      if (include) includes.set(statement as Statement, { ...include, file });
      else unresolved.push(path);
    }
  }
  return { config: config.with({ tree: { ...config.tree, files, includes } }), files: changed, unresolved };
}
