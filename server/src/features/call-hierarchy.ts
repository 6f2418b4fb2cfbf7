/**
 * Calls between places of a configuration: a file includes files; a server or location sends requests on to locations by error_page,
 * try_files, rewrite and the like. Targets with variables are decided by the request and are left out.
 */

import { toBytes } from '../base/bytes.ts';
import type { FileId } from '../base/file-id.ts';
import { basename } from '../base/file-id.ts';
import type { Place, Span } from '../base/span.ts';
import { table } from '../base/table.ts';
import type { Config } from '../config/config.ts';
import type { Directive } from '../config/directive.ts';
import { type Location, matchLocation, namedLocation } from '../config/locations.ts';
import type { Scope } from '../config/scope.ts';
import { serversOf } from '../config/servers.ts';
import { statementAt } from '../syntax/place.ts';
import type { SourceFile, Statement } from '../syntax/statement.ts';
import type { Word } from '../syntax/word.ts';
import { cursorAt, directivesAt } from './cursor.ts';
import { directivesOf } from './directives-of.ts';
import { headOf, scopeTitle } from './place-words.ts';

export interface CallItem {
  readonly kind: 'file' | 'location' | 'server';
  readonly name: string;
  readonly detail: string;
  readonly file: FileId;
  readonly span: Span;
  readonly nameSpan: Span;
}

export interface Call {
  readonly item: CallItem;
  /** in the caller's file */
  readonly from: readonly Span[];
}

const fileItem = (id: FileId, source: SourceFile | undefined): CallItem => ({
  kind: 'file',
  name: basename(id),
  detail: '',
  file: id,
  span: { start: 0, end: source?.text.length ?? 0 },
  nameSpan: { start: 0, end: 0 },
});

function blockItem(d: Directive): CallItem {
  const { statement } = d;
  const server = d.name === 'location' ? serverBlockOf(d.scope) : null;
  return {
    kind: d.name === 'server' ? 'server' : 'location',
    name: d.name === 'server' && d.body ? scopeTitle(d.body) : headOf(d),
    detail: server ? scopeTitle(server) : '',
    file: d.file.id,
    span: { start: statement.start, end: statement.end },
    nameSpan: { start: statement.name.start, end: statement.args.at(-1)?.end ?? statement.name.end },
  };
}

/** The server level that a scope belongs to. */
const serverBlockOf = (scope: Scope): Scope | null => scope.enclosing('server');

interface Jump {
  readonly word: Word;
  readonly directive: Directive;
  readonly to: Location;
}

/** Which argument of a directive sends the request on; null when it does not. */
const JUMPS: Readonly<Record<string, (d: Directive) => Word | undefined>> = table({
  error_page: (d) => d.args.at(-1),
  try_files: (d) => (d.args.length > 1 ? d.args.at(-1) : undefined),
  rewrite: (d) => (/^(redirect|permanent|break)$/.test(d.value(2)) ? undefined : d.args[1]),
  auth_request: (d) => d.args[0],
  mirror: (d) => d.args[0],
  post_action: (d) => d.args[0],
  add_before_body: (d) => d.args[0],
  add_after_body: (d) => d.args[0],
});

/** The location that takes a path; null where that depends on more than the path. */
function takenBy(server: Scope, path: string): Location | null {
  const { location, how } = matchLocation(server, toBytes(path));
  return how === 'undecided' ? null : location;
}

/** The requests that the directives of one level send on, not those of inner blocks but for `if`. */
function* jumpsOf(scope: Scope): Generator<Jump> {
  const server = serverBlockOf(scope);
  if (!server) return;
  for (const directive of scope.directives) {
    if (directive.name === 'if' && directive.body) yield* jumpsOf(directive.body);
    const word = JUMPS[directive.name]?.(directive);
    if (!word || word.value.includes('$')) continue;
    const target = word.value;
    const to = target.startsWith('@')
      ? namedLocation(server, target)
      : target.startsWith('/')
        ? takenBy(server, target.replace(/\?.*$/, ''))
        : null;
    if (to) yield { word, directive, to };
  }
}

/** The names of the locations to which the path under the cursor sends a request. */
export function jumpTargets(configs: readonly Config[], file: SourceFile, offset: number): Place[] {
  const { statement, word } = cursorAt(file, offset);
  if (!statement || !word || !JUMPS[statement.name.value]) return [];
  return directivesAt(configs, file, statement).flatMap((use) =>
    [...jumpsOf(use.scope)].flatMap(({ word: target, to: { directive } }) => {
      const name = directive.args.at(-1);
      return target === word && name ? [{ file: directive.file.id, span: { start: name.start, end: name.end } }] : [];
    }),
  );
}

/** The item at the cursor: a named or ordinary location, a server, an include's files, or the file itself at its top. */
export function callItems(configs: readonly Config[], file: SourceFile, offset: number): CallItem[] {
  const { statement, word } = cursorAt(file, offset);
  if (!statement) return [fileItem(file.id, file)];
  const [use] = directivesAt(configs, file, statement);
  if (!use) return [];
  if (use.name === 'include') {
    const ids = new Set(configs.flatMap((c) => c.tree.includes.get(statement)?.files ?? []));
    return [...ids].map((id) => fileItem(id, use.scope.config.files.get(id)));
  }
  const jump = word && JUMPS[use.name] ? [...jumpsOf(use.scope)].find((j) => j.word === word) : undefined;
  if (jump) return [blockItem(jump.to.directive)];
  for (let s: Statement | null = statement; s; s = s.parent) {
    const [at] = directivesAt(configs, file, s);
    if (at && ((at.name === 'location' && at.body) || (at.name === 'server' && at.scope.context === 'http'))) return [blockItem(at)];
  }
  return [fileItem(file.id, file)];
}

/** The directives behind an item of the present text. */
function directivesFor(configs: readonly Config[], item: CallItem): Directive[] {
  const out: Directive[] = [];
  for (const config of configs) {
    const source = config.files.get(item.file);
    const statement = source && statementAt(source.body, item.nameSpan.start);
    if (source && statement) out.push(...config.usesOf(statement, item.file));
  }
  return out;
}

function grouped(calls: readonly { key: string; item: CallItem; span: Span }[]): Call[] {
  const out = new Map<string, { item: CallItem; from: Span[] }>();
  for (const { key, item, span } of calls) {
    const known = out.get(key) ?? { item, from: [] };
    if (!known.from.some((f) => f.start === span.start)) known.from.push(span);
    out.set(key, known);
  }
  return [...out.values()];
}

const keyOf = (i: CallItem): string => `${i.file} ${i.span.start} ${i.kind}`;
const spanOf = (w: Span): Span => ({ start: w.start, end: w.end });

/** What an item calls. */
export function outgoing(configs: readonly Config[], item: CallItem): Call[] {
  if (item.kind === 'file') {
    const calls = configs.flatMap((config) =>
      [...directivesOf(config, item.file)].flatMap((d) =>
        d.name === 'include'
          ? (config.tree.includes.get(d.statement)?.files ?? []).map((id) => ({
              key: id as string,
              item: fileItem(id, config.files.get(id)),
              span: spanOf(d.args[0] ?? d.statement.name),
            }))
          : [],
      ),
    );
    return grouped(calls);
  }
  return grouped(
    directivesFor(configs, item).flatMap((d) =>
      d.body
        ? [...jumpsOf(d.body)]
            .filter((j) => j.directive.file.id === item.file)
            .map((j) => ({ key: keyOf(blockItem(j.to.directive)), item: blockItem(j.to.directive), span: spanOf(j.word) }))
        : [],
    ),
  );
}

/** What calls an item. */
export function incoming(configs: readonly Config[], item: CallItem): Call[] {
  if (item.kind === 'file')
    return grouped(
      configs.flatMap((config) =>
        config.includedFrom(item.file).map((site) => ({
          key: site.file.id as string,
          item: fileItem(site.file.id, site.file),
          span: spanOf(site.statement.args[0] ?? site.statement.name),
        })),
      ),
    );
  const calls: { key: string; item: CallItem; span: Span }[] = [];
  for (const wanted of directivesFor(configs, item)) {
    const { config } = wanted.scope;
    const server = serverBlockOf(wanted.scope);
    for (const { scope } of serversOf(config)) {
      if (scope !== server) continue;
      const visit = (level: Scope): void => {
        for (const j of jumpsOf(level)) {
          if (j.to.directive.statement !== wanted.statement || !level.opener) continue;
          const by = blockItem(level.opener);
          // a line that an include brought is told with the file it is in
          const caller = j.directive.file.id === by.file ? by : fileItem(j.directive.file.id, j.directive.file);
          calls.push({ key: keyOf(caller), item: caller, span: spanOf(j.word) });
        }
        for (const d of level.named('location')) if (d.body) visit(d.body);
      };
      visit(scope);
    }
  }
  return grouped(calls);
}
