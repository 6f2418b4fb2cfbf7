/** Definition, references and highlights of names, across files and configurations; includes both ways. */
import type { FileId } from '../base/file-id.ts';
import { type Place, type Span, samePlace } from '../base/span.ts';
import type { Config } from '../config/config.ts';
import { type NameSite, namesOf } from '../config/names.ts';
import { nameBeside } from '../config/names-beside.ts';
import type { SourceFile } from '../syntax/statement.ts';
import { jumpTargets } from './call-hierarchy.ts';
import { cursorAt, namesAt } from './cursor.ts';
import { callsOf, exportOf, functionAt, importedAt } from './scripts.ts';

const placeOf = (site: NameSite): Place => ({ file: site.directive.file.id, span: site.span });

const unique = (places: readonly Place[]): Place[] => places.filter((p, i) => places.findIndex((o) => samePlace(o, p)) === i);

/** The files that an include under the cursor names, in nginx's order; null when the cursor is on no include. */
function included(configs: readonly Config[], file: SourceFile, offset: number): Place[] | null {
  const { statement } = cursorAt(file, offset);
  if (statement?.name.value !== 'include') return null;
  const files = configs.flatMap((c) => c.tree.includes.get(statement)?.files ?? []);
  return [...new Set<FileId>(files)].map((f) => ({ file: f, span: { start: 0, end: 0 } }));
}

/** Where the name under the cursor is declared; for an include, the files; for a path that a request is sent on to, the location that takes it. */
export function definitions(configs: readonly Config[], file: SourceFile, offset: number): Place[] {
  const files = included(configs, file, offset);
  if (files) return files;
  const called = functionAt(configs, file, offset);
  if (called) return exportOf(called);
  const script = importedAt(configs, file, offset);
  if (script) return [{ file: script.id, span: { start: 0, end: 0 } }];
  const names = namesAt(configs, file, offset);
  if (!names.length) return unique(jumpTargets(configs, file, offset));
  return unique(
    names.flatMap(({ config, site }) => {
      const own = namesOf(config)
        .same(site)
        .filter((s) => s.role === 'defines')
        .map(placeOf);
      // the file that declares it may come to be beside this one
      const beside = own.length ? null : nameBeside(config, site);
      return beside ? [{ file: beside.file, span: beside.span }] : own;
    }),
  );
}

/** All places of the name under the cursor; at the top of a file outside of any name, the includes that bring the file. */
export function references(configs: readonly Config[], file: SourceFile, offset: number, withDeclaration: boolean): Place[] {
  const called = functionAt(configs, file, offset);
  if (called) return unique([...(withDeclaration ? exportOf(called) : []), ...callsOf(called)]);
  const names = namesAt(configs, file, offset);
  if (names.length)
    return unique(
      names.flatMap(({ config, site }) =>
        namesOf(config)
          .same(site)
          .filter((s) => withDeclaration || s.role !== 'defines')
          .map(placeOf),
      ),
    );
  const { statement } = cursorAt(file, offset);
  return statement ? [] : includingSites(configs, file);
}

/** The include directives that name the file. */
export const includingSites = (configs: readonly Config[], file: SourceFile): Place[] =>
  unique(
    configs.flatMap((c) =>
      c.includedFrom(file.id).map((s) => {
        const word = s.statement.args[0] ?? s.statement.name;
        return { file: s.file.id, span: { start: word.start, end: word.end } };
      }),
    ),
  );

export interface Highlight {
  readonly span: Span;
  readonly kind: 'read' | 'write';
}

/** The places of the name under the cursor in this file. */
export function highlights(configs: readonly Config[], file: SourceFile, offset: number): Highlight[] {
  const found = new Map<string, Highlight>();
  const called = functionAt(configs, file, offset);
  if (called) return called.uses.filter((u) => u.file.id === file.id).map(({ span }) => ({ span, kind: 'read' }));
  for (const { config, site } of namesAt(configs, file, offset))
    for (const s of namesOf(config).same(site))
      if (s.directive.file.id === file.id)
        found.set(`${s.span.start} ${s.span.end}`, { span: s.span, kind: s.role === 'defines' ? 'write' : 'read' });
  return [...found.values()].sort((a, b) => a.span.start - b.span.start);
}
