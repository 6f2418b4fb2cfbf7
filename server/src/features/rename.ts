/** Rename of everything that has a name, across files: the new name is checked for its form and for clashes before anything moves. */
import type { FileEdit, TextEdit } from '../base/edit.ts';
import type { FileId } from '../base/file-id.ts';
import type { Span } from '../base/span.ts';
import { NAME_TITLES, type NameKind } from '../catalog/names.ts';
import type { Config } from '../config/config.ts';
import { namesOf } from '../config/names.ts';
import type { SourceFile } from '../syntax/statement.ts';
import { namesAt } from './cursor.ts';

export type RenameAnswer = { readonly edits: readonly FileEdit[] } | { readonly refused: string };

/** The span and present text of what can be renamed at the offset; a refusal in words where something stands that cannot be. */
export function renameRange(
  configs: readonly Config[],
  file: SourceFile,
  offset: number,
): { span: Span; text: string } | { refused: string } {
  const [hit] = namesAt(configs, file, offset);
  if (!hit) return { refused: 'There is no name here that can be renamed.' };
  const { config, site } = hit;
  const index = namesOf(config);
  const defined = index.definitions(site.kind, site.name, site.protocol);
  if (site.kind === 'variable' && !defined.length) return { refused: `$${site.name} is nginx's own variable.` };
  if (!defined.length) return { refused: `The ${NAME_TITLES[site.kind]} "${site.name}" is not declared in this configuration.` };
  return { span: site.span, text: file.text.slice(site.span.start, site.span.end) };
}

/** What a name of that kind may consist of. */
function problemWith(kind: NameKind, name: string): string | null {
  if (name === '') return 'The new name is empty.';
  if (kind === 'variable') return /^[A-Za-z0-9_]+$/.test(name) ? null : 'A variable consists of letters, digits and underscores.';
  if (kind === 'named-location')
    return /^@[^\s;{}"'$]+$/.test(name) ? null : 'A named location begins with @, and has no white space or quotes.';
  if (kind === 'upstream')
    return /^[^\s;{}"'$/:]+$/.test(name) ? null : 'The name of an upstream has no white space, quotes, slashes or colons.';
  return /^[^\s;{}"'$:=]+$/.test(name) ? null : `The name of a ${NAME_TITLES[kind]} has no white space, quotes, colons or equal signs.`;
}

/** All edits of a rename, or the reason why not. A leading `$` of a variable's new name is dropped; a missing `@` of a location's is added. */
export function rename(configs: readonly Config[], file: SourceFile, offset: number, newName: string): RenameAnswer {
  const range = renameRange(configs, file, offset);
  if ('refused' in range) return range;
  const edits = new Map<FileId, Map<number, TextEdit>>();
  for (const { config, site } of namesAt(configs, file, offset)) {
    const index = namesOf(config);
    let name = newName.trim();
    if (site.kind === 'variable') name = name.replace(/^\$\{?|\}$/g, '');
    const sites = index.sites(site.kind, site.name, site.protocol);
    const marked = site.kind === 'named-location' && sites.every((s) => s.name.startsWith('@'));
    if (marked && !name.startsWith('@')) name = `@${name}`;
    const problem = problemWith(site.kind, name);
    if (problem) return { refused: problem };
    if (name === site.name) continue;
    const same = site.kind === 'variable' && name.toLowerCase() === site.name.toLowerCase();
    const taken = same ? undefined : index.definitions(site.kind, name, site.protocol)[0];
    if (taken)
      return { refused: `There is a ${NAME_TITLES[site.kind]} "${name}" already, in ${taken.directive.file.id.split('/').at(-1)}.` };
    if (site.kind === 'variable' && site.protocol && config.catalog.variable(name, site.protocol))
      return { refused: `$${name} is a variable of nginx's own.` };
    if (site.kind === 'variable' && /^\d/.test(name)) return { refused: 'A variable that begins with a digit would be read as a capture.' };
    for (const s of sites) {
      const own = edits.get(s.directive.file.id) ?? new Map<number, TextEdit>();
      own.set(s.span.start, { span: s.span, newText: name });
      edits.set(s.directive.file.id, own);
    }
  }
  return { edits: [...edits].map(([id, list]) => ({ file: id, edits: [...list.values()].sort((a, b) => a.span.start - b.span.start) })) };
}
