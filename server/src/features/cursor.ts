/** What a cursor is on: the statement, its directives in every context, the word, and the name. All features begin here. */
import { touches } from '../base/span.ts';
import type { Config } from '../config/config.ts';
import type { Directive } from '../config/directive.ts';
import { type NameSite, namesOf } from '../config/names.ts';
import { statementAt } from '../syntax/place.ts';
import type { SourceFile, Statement, TemplateMark } from '../syntax/statement.ts';
import type { Word } from '../syntax/word.ts';

export interface Cursor {
  /** the innermost statement that holds the offset; null between the statements of the top level */
  readonly statement: Statement | null;
  /** the word that the offset touches */
  readonly word: Word | null;
  /** 0 is the name, 1 the first argument; null when no word is touched */
  readonly index: number | null;
}

/** The statement and the word at an offset (UTF-16 units). */
export function cursorAt(file: SourceFile, offset: number): Cursor {
  const statement = statementAt(file.body, offset);
  if (!statement) return { statement, word: null, index: null };
  const words = [statement.name, ...statement.args];
  const index = words.findIndex((w) => touches(w, offset));
  return { statement, word: words[index] ?? null, index: index < 0 ? null : index };
}

/** The directives that nginx makes of the statement in these configurations. */
export const directivesAt = (configs: readonly Config[], file: SourceFile, statement: Statement): Directive[] =>
  configs.flatMap((c) => c.usesOf(statement, file.id));

/** The names under the cursor with the configuration that knows them. */
export function namesAt(configs: readonly Config[], file: SourceFile, offset: number): { config: Config; site: NameSite }[] {
  const out: { config: Config; site: NameSite }[] = [];
  for (const config of configs) {
    const [site] = namesOf(config).at(file.id, offset);
    if (site) out.push({ config, site });
  }
  return out;
}

/** The mark under the cursor that a template engine writes a value for; null where the text is nginx's own. */
export const filledIn = (file: SourceFile, offset: number): TemplateMark | null =>
  file.marks?.find((m) => m.role === null && m.closed && touches(m, offset)) ?? null;

/** What becomes of a mark, as a sentence without its stop. */
export const filledWords = (file: SourceFile, { start, end }: TemplateMark): string =>
  `${file.text.slice(start, end)} is filled in${file.template ? ` by ${file.template}` : ''} before nginx reads the text`;
