/** Rename of everything that has a name, across files: the new name is checked for its form and for clashes before anything moves. */
import type { FileEdit, TextEdit } from '../base/edit.ts';
import type { FileId } from '../base/file-id.ts';
import type { Span } from '../base/span.ts';
import { NAME_TITLES, type NameKind } from '../catalog/names.ts';
import type { Config } from '../config/config.ts';
import { type NameIndex, type NameSite, namesOf } from '../config/names.ts';
import { nameBeside } from '../config/names-beside.ts';
import { mayDeclare, mayUse } from '../config/unseen-names.ts';
import type { Called } from '../fixes/traces.ts';
import type { FixChange } from '../rules/rule.ts';
import type { SourceFile } from '../syntax/statement.ts';
import { filledIn, filledWords, namesAt } from './cursor.ts';
import { functionAt, renameFunction } from './scripts.ts';

/** `confirm`: what a person should know before the edit is made, in a sentence without its stop; null: nothing. */
export type RenameAnswer = { readonly edits: readonly FileEdit[]; readonly confirm: string | null } | { readonly refused: string };

/** The engine's word on an edit of a configuration: what speaks against it, beyond the declared changes. */
export type Prove = (config: Config, edits: readonly FileEdit[], called: Called, declared: ReadonlySet<FixChange>) => string | null;

/** The span and present text of what can be renamed at the offset; a refusal in words where something stands that cannot be. */
export function renameRange(
  configs: readonly Config[],
  file: SourceFile,
  offset: number,
): { span: Span; text: string } | { refused: string } {
  const called = functionAt(configs, file, offset);
  if (called) {
    const answer = renameFunction(called, `${called.use.name}_`);
    return 'refused' in answer ? answer : { span: called.use.span, text: called.use.name };
  }
  const [hit] = namesAt(configs, file, offset);
  if (!hit) return { refused: 'There is no name here that can be renamed.' };
  const mark = filledIn(file, offset);
  if (mark) return { refused: `${filledWords(file, mark)}.` };
  const { config, site } = hit;
  const index = namesOf(config);
  const defined = index.same(site).filter((s) => s.role === 'defines');
  if (site.kind === 'variable' && !defined.length && config.catalog.variable(site.name, site.protocol ?? 'http'))
    return { refused: `$${site.name} is nginx's own variable.` };
  if (site.kind === 'upstream' && !defined.length && /^(\[.*\]|[\d.]+)$/.test(site.name))
    return { refused: `${site.name} is an address, and no name.` };
  const unseen = defined.length ? undefined : mayDeclare(config, site.kind)[0];
  const beside = defined.length ? null : nameBeside(config, site);
  if (beside)
    return {
      refused: `The ${NAME_TITLES[site.kind]} "${site.name}" is declared in ${decodeURIComponent(beside.file.split('/').at(-1) ?? '')}, which is no part of this configuration.`,
    };
  if (unseen !== undefined)
    return { refused: `The ${NAME_TITLES[site.kind]} "${site.name}" may be declared where nobody sees it: ${unseen}.` };
  if (!defined.length) return { refused: `The ${NAME_TITLES[site.kind]} "${site.name}" is not declared in this configuration.` };
  if (site.kind === 'js-module' && defined.some((d) => d.directive.args.length === 1))
    return { refused: `The module is called like its file. Give it a name first: js_import ${site.name} from …;` };
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

/**
 * All edits of a rename, or the reason why not. A leading `$` of a variable's new name is dropped; a missing `@` of a location's is added. The
 * edited text is put to the engine before it is given: nginx has to accept it, and no request may be treated in another way.
 */
export function rename(configs: readonly Config[], file: SourceFile, offset: number, newName: string, prove: Prove): RenameAnswer {
  const range = renameRange(configs, file, offset);
  if ('refused' in range) return range;
  const asked = functionAt(configs, file, offset);
  if (asked) {
    const answer = renameFunction(asked, newName.trim());
    return 'refused' in answer ? answer : { edits: answer.edits, confirm: null };
  }
  const edits = new Map<FileId, Map<number, TextEdit>>();
  const hits = namesAt(configs, file, offset);
  const confirm = new Set<string>();
  let called: Called | undefined;
  for (const { config, site } of hits) {
    const index = namesOf(config);
    let name = newName.trim();
    if (site.kind === 'variable') name = name.replace(/^\$\{?|\}$/g, '');
    const sites = index.same(site);
    const marked = site.kind === 'named-location' && sites.every((s) => s.name.startsWith('@'));
    if (marked && !name.startsWith('@')) name = `@${name}`;
    const problem = problemWith(site.kind, name);
    if (problem) return { refused: problem };
    if (name === site.name) continue;
    const folded = site.kind === 'variable' || site.kind === 'upstream';
    const same = folded && name.toLowerCase() === site.name.toLowerCase();
    const taken = same ? undefined : definitionBeside(index, site, name);
    const title = NAME_TITLES[site.kind];
    if (taken)
      return {
        refused: `There is ${/^[aeio]|^up/i.test(title) ? 'an' : 'a'} ${title} "${name}" already, in ${taken.directive.file.id.split('/').at(-1)}.`,
      };
    if (site.kind === 'variable' && site.protocol && config.catalog.variable(name, site.protocol))
      return { refused: `$${name} is a variable of nginx's own.` };
    if (site.kind === 'variable' && /^\d/.test(name)) return { refused: 'A variable that begins with a digit would be read as a capture.' };
    for (const s of sites) {
      const own = edits.get(s.directive.file.id) ?? new Map<number, TextEdit>();
      own.set(s.span.start, { span: s.span, newText: name });
      edits.set(s.directive.file.id, own);
    }
    called = { from: site.name, to: name };
    // a file or a script that is not seen may use it by its name; that anything may be beside a file is no news
    const hidden = mayUse(config).filter((why) => why !== config.tree.standIn?.beside);
    if (hidden.length) confirm.add(`It may be used where nobody sees it: ${hidden[0]}`);
    if (site.kind === 'upstream') {
      const open = [...index.openUses(site.name, site.protocol), ...(same ? [] : index.openUses(name, site.protocol))];
      const places = new Set(open.map((u) => `${u.directive.file.id} ${u.span.start}`));
      if (places.size)
        confirm.add(
          places.size === 1 ? 'One place may use this name by a variable' : `${places.size} places may use this name by a variable`,
        );
    }
  }
  const list: FileEdit[] = [...edits].map(([id, own]) => ({
    file: id,
    edits: [...own.values()].sort((a, b) => a.span.start - b.span.start),
  }));
  if (!list.length || !called) return { edits: list, confirm: null };
  for (const config of new Set(hits.map((h) => h.config))) {
    const because = prove(config, list, called, REQUEST_HEADERS);
    if (because !== null) return { refused: `Not renamed: ${because}.`.replace(/\.\.$/, '.') };
    const headers = prove(config, list, called, NOTHING);
    if (headers !== null) confirm.add(`The application is sent the name as the Host: ${headers}`);
  }
  return { edits: list, confirm: confirm.size ? [...confirm].join('. ') : null };
}

/** What nginx sends to an application when nothing sets the Host is the name of the group, which a rename changes. */
const REQUEST_HEADERS: ReadonlySet<FixChange> = new Set<FixChange>(['request-headers']);
const NOTHING: ReadonlySet<FixChange> = new Set();

/** A definition of the new name in the name space of the old one. */
function definitionBeside(index: NameIndex, site: NameSite, name: string): NameSite | undefined {
  const taken = index.definitions(site.kind, name, site.protocol);
  if (site.kind !== 'named-location') return taken[0];
  const servers = new Set(index.same(site).map((s) => s.directive.scope.enclosing('server')));
  return taken.find((t) => servers.has(t.directive.scope.enclosing('server')));
}
