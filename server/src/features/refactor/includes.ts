/** Lines out into a file that is included, and an include's lines back in. nginx reads the same words in the same order. */

import type { FileEdit, TextEdit } from '../../base/edit.ts';
import { type FileId, relativePath, resolve } from '../../base/file-id.ts';
import { table } from '../../base/table.ts';
import type { Config } from '../../config/config.ts';
import { indentAt } from '../../rules/fix.ts';
import type { SourceFile, Statement } from '../../syntax/statement.ts';
import { endOfLine, indented, onOwnLines, type Refactor, wordsOf } from './refactoring.ts';

/** Directives that are in lists, and what a file of them is called. */
const LISTS: Readonly<Record<string, string>> = table({
  proxy_set_header: 'proxy-headers',
  grpc_set_header: 'grpc-headers',
  add_header: 'headers',
  uwsgi_param: 'uwsgi-params',
  fastcgi_param: 'fastcgi-params',
  scgi_param: 'scgi-params',
  allow: 'access',
  deny: 'access',
  set_real_ip_from: 'real-ip',
});

/** Whether two directives belong to one list. */
const kin = (a: string, b: string): boolean => LISTS[a] !== undefined && LISTS[a] === LISTS[b];

/** The simple statements around one that belong to its list. */
function runAround(level: readonly Statement[], statement: Statement): readonly Statement[] {
  const at = level.indexOf(statement);
  if (at < 0) return [];
  const fits = (s: Statement | undefined): boolean => !!s && !s.block && s.closed && kin(statement.name.value, s.name.value);
  let from = at;
  let to = at;
  while (fits(level[from - 1])) from--;
  while (fits(level[to + 1])) to++;
  return level.slice(from, to + 1);
}

/** A file name below `snippets/` that nobody has. */
function freeName(config: Config, name: string): { id: FileId; path: string } {
  for (let i = 1; ; i++) {
    const path = `snippets/${name}${i > 1 ? `-${i}` : ''}.conf`;
    const id = resolve(config.confDir, path);
    if (!config.files.has(id)) return { id, path };
  }
}

/** Every run of the configuration's files that says the same, the given one among them. */
function sameRuns(config: Config, run: readonly Statement[]): { file: SourceFile; run: readonly Statement[] }[] {
  const wanted = run.map(wordsOf);
  const out: { file: SourceFile; run: readonly Statement[] }[] = [];
  for (const file of config.files.values()) {
    const visit = (level: readonly Statement[]): void => {
      for (let i = 0; i < level.length; i++) {
        const part = level.slice(i, i + wanted.length);
        if (
          part.length === wanted.length &&
          part.every((s, j) => !s.block && s.closed && wordsOf(s) === wanted[j]) &&
          onOwnLines(file, part)
        ) {
          out.push({ file, run: part });
          i += wanted.length - 1;
        } else if (level[i]!.block) visit(level[i]!.block!);
      }
    };
    visit(file.body);
  }
  return out;
}

/** The chosen statements become a file that is included. */
export const extractInclude: Refactor = ({ config, file, range, statement, uses, selected }) => {
  if (config.kind !== 'root' || (!selected.length && !statement)) return [];
  const level = statement?.parent ? statement.parent.block! : file.body;
  const chosen = selected.length > 0 ? selected : statement && !statement.block ? runAround(level, statement) : [];
  const minimum = range.end > range.start ? 1 : 2;
  if (chosen.length < minimum || !onOwnLines(file, chosen) || (uses.length === 0 && !selected.length)) return [];
  const first = chosen[0]!;
  const last = chosen.at(-1)!;
  const simple = chosen.every((s) => !s.block && s.rawBody === null);
  const title = (chosen.every((s) => s === first || kin(s.name.value, first.name.value)) && LISTS[first.name.value]) || 'part';
  const { id, path } = freeName(config, title);
  const places = simple ? sameRuns(config, chosen) : [{ file, run: chosen }];
  if (!places.some((p) => p.file === file && p.run[0] === first)) return [];
  const eol = endOfLine(file);
  const text = indented(file, { start: first.start, end: last.end }, chosen, indentAt(file, first.start), '') + eol;
  const edits = new Map<SourceFile, TextEdit[]>();
  for (const place of places)
    edits.set(place.file, [
      ...(edits.get(place.file) ?? []),
      { span: { start: place.run[0]!.start, end: place.run.at(-1)!.end }, newText: `include ${path};` },
    ]);
  const what =
    chosen.length === 1
      ? 'this'
      : chosen.every((s) => s.name.value === first.name.value) && LISTS[first.name.value] && simple
        ? `${chosen.length} ${first.name.value} lines`
        : `${chosen.length} statements`;
  return [
    {
      title: `Extract ${what} into ${path}${places.length > 1 ? `, ${places.length} times` : ''}`,
      kind: 'refactor.extract',
      creates: [{ file: id, text }],
      edits: [...edits].map(([f, list]): FileEdit => ({ file: f.id, edits: list })),
    },
  ];
};

/** An include is replaced by what it includes. */
export const inlineInclude: Refactor = ({ config, file, statement }) => {
  if (statement?.name.value !== 'include' || !statement.closed || !onOwnLines(file, [statement])) return [];
  const include = config.tree.includes.get(statement);
  if (!include?.files.length || include.problem || include.files.length > 20) return [];
  const indent = indentAt(file, statement.start);
  const parts: string[] = [];
  for (const id of include.files) {
    const source = config.files.get(id);
    if (!source || source.problems.length || source.template) return [];
    const from = /^(?:[ \t]*\r?\n)*/.exec(source.text)![0].length;
    const end = source.text.trimEnd().length;
    if (end <= from) continue;
    parts.push(indented(source, { start: from, end }, source.body, '', indent));
  }
  const eol = endOfLine(file);
  const joined = parts.join(eol + indent);
  // a comment at the end takes what follows on the line with it: the include stood alone there, so nothing does
  const names = include.files.map((f) => relativePath(f, config.confDir));
  return [
    {
      title: names.length === 1 ? `Put the lines of ${names[0]} in its place` : `Put the lines of ${names.length} files in their place`,
      kind: 'refactor.inline',
      edits: [{ file: file.id, edits: [{ span: { start: statement.start, end: statement.end }, newText: joined }] }],
    },
  ];
};
