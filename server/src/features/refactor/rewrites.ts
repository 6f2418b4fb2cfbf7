/** Small changes of form: wrap in a location, sort what has no order, quote an expression, http2 as its own directive. */
import type { TextEdit } from '../../base/edit.ts';
import { atLeast } from '../../catalog/version.ts';
import type { Directive } from '../../config/directive.ts';
import { regexesOf } from '../../config/names.ts';
import type { Scope } from '../../config/scope.ts';
import { http2Move, http2Title } from '../../rules/deprecation/_http2.ts';
import { indentAt, indentUnit } from '../../rules/fix.ts';
import type { Statement } from '../../syntax/statement.ts';
import { unescaped } from '../../syntax/word.ts';
import { endOfLine, indented, onOwnLines, type Refactor } from './refactoring.ts';

/** What a server does before it looks for a location, and would do after it. */
const BEFORE_LOCATIONS: ReadonlySet<string> = new Set(['rewrite', 'if', 'set', 'break']);

/**
 * Whether a `location /` around the statements takes every request of their server, and leaves none of their lists behind. Within a location
 * nothing can be promised: handlers such as proxy_pass stay with the outer one.
 */
const keepsAll = (scope: Scope, selected: readonly Statement[]): boolean =>
  scope.context === 'server' &&
  [...selected.map((s) => s.name.value), 'location'].every((name) => scope.named(name).every((d) => selected.includes(d.statement))) &&
  scope.named('location').every((l) => !l.value(0).startsWith('@'));

/** The chosen statements move into a location. */
export const wrapInLocation: Refactor = ({ config, file, selected }) => {
  const [first] = selected;
  const last = selected.at(-1);
  if (!first || !last || !onOwnLines(file, selected)) return [];
  const uses = selected.flatMap((s) => config.usesOf(s, file.id));
  const fits = (u: Directive): boolean =>
    !BEFORE_LOCATIONS.has(u.name) &&
    u.name !== 'include' &&
    config.catalog.directive(u.name, 'location', config.settings.target)?.contexts.includes('location') === true;
  if (!uses.length || !uses.every((u) => keepsAll(u.scope, selected) && fits(u))) return [];
  const indent = indentAt(file, first.start);
  const eol = endOfLine(file);
  const inner = indent + indentUnit(file);
  const body = indented(file, { start: first.start, end: last.end }, selected, indent, inner);
  return [
    {
      title: `Wrap ${selected.length === 1 ? 'this' : `these ${selected.length} statements`} in a location`,
      kind: 'refactor.rewrite',
      edits: [
        {
          file: file.id,
          edits: [{ span: { start: first.start, end: last.end }, newText: `location / {${eol}${inner}${body}${eol}${indent}}` }],
        },
      ],
    },
  ];
};

/** Kinds of directives whose arguments are a set. */
const SETS = new Set(['mime-types', 'bitmask']);
/** Lines of these are a set with a key: their order decides nothing but the order in which they are sent. */
const KEYED = new Set([
  'proxy_set_header',
  'grpc_set_header',
  'uwsgi_param',
  'fastcgi_param',
  'scgi_param',
  'proxy_hide_header',
  'proxy_pass_header',
  'env',
]);

const byText = (a: string, b: string): number => (a.toLowerCase() < b.toLowerCase() ? -1 : a.toLowerCase() > b.toLowerCase() ? 1 : 0);

/** Sorts what has no order: arguments of a set, lines of a list. */
export const sort: Refactor = ({ config, file, statement, uses, selected }) => {
  const [use] = uses;
  if (use?.fact && SETS.has(use.fact.kind) && use.args.length > 1 && !selected.length) {
    // a value that is there twice says nothing the second time, or is a warning (duplicate MIME type)
    const once = new Map(use.args.map((a) => [a.value.toLowerCase(), a.raw] as const));
    const sorted = [...once.values()].sort(byText);
    if (use.args.every((a, i) => a.raw === sorted[i])) return [];
    const edits: TextEdit[] = use.args.map((a, i) =>
      i < sorted.length
        ? { span: { start: a.start, end: a.end }, newText: sorted[i]! }
        : { span: { start: use.args[i - 1]!.end, end: a.end }, newText: '' },
    );
    return [{ title: `Sort the values of ${use.name}`, kind: 'refactor.rewrite', edits: [{ file: file.id, edits }] }];
  }
  const block = statement?.block ? statement : statement?.parent;
  const entries = block && ['types', 'map', 'geo'].includes(block.name.value) && !selected.length ? block.block! : [];
  const lines = selected.length ? selected : entries;
  if (lines.length < 2) return [];
  if (selected.length) {
    const name = lines[0]!.name.value;
    if (!KEYED.has(name) || lines.some((s) => s.name.value !== name)) return [];
    // a header twice is sent twice, in this order
    if (new Set(lines.map((s) => s.args[0]?.value.toLowerCase())).size !== lines.length) return [];
    const inner = config.usesOf(lines[0]!, file.id)[0];
    if (!inner?.fact) return [];
  } else if (lines.some((s) => s.block || /^~/.test(s.name.value) || s.name.value === 'include')) return [];
  if (file.comments.some((c) => c.start > lines[0]!.start && c.start < lines.at(-1)!.end)) return [];
  const key = (s: (typeof lines)[number]): string =>
    selected.length
      ? (s.args[0]?.value ?? '')
      : /^(default|hostnames|volatile|ranges|proxy|proxy_recursive|delete)$/.test(s.name.value)
        ? ` ${s.name.value}`
        : s.name.value;
  const sorted = [...lines].sort((a, b) => byText(key(a), key(b)));
  if (sorted.every((s, i) => s === lines[i])) return [];
  const edits: TextEdit[] = lines.map((s, i) => ({
    span: { start: s.start, end: s.end },
    newText: file.text.slice(sorted[i]!.start, sorted[i]!.end),
  }));
  return [
    {
      title: selected.length ? `Sort the ${lines.length} lines` : `Sort the entries of the ${block!.name.value}`,
      kind: 'refactor.rewrite',
      edits: [{ file: file.id, edits }],
    },
  ];
};

/** Puts a pattern into quotes. */
export const quoteRegex: Refactor = ({ file, uses, range }) => {
  const [use] = uses;
  if (!use) return [];
  return regexesOf(use).flatMap(({ word, pattern, offset }) => {
    if (
      word.quote !== '' ||
      word.templated ||
      range.start < use.statement.start ||
      range.end > (use.statement.open?.start ?? use.statement.end)
    )
      return [];
    // `if` keeps its closing parenthesis outside of the quotes
    const tail = offset === 0 && pattern.length < word.value.length ? ')' : '';
    const raw = tail ? word.raw.slice(0, -1) : word.raw;
    const inner = raw.replace(/\\?"/g, '\\"');
    if (unescaped(inner) !== unescaped(raw) || raw === '') return [];
    return [
      {
        title: 'Put the regular expression in quotes',
        kind: 'refactor.rewrite' as const,
        edits: [{ file: file.id, edits: [{ span: { start: word.start, end: word.end }, newText: `"${inner}"${tail}` }] }],
      },
    ];
  });
};

/** The `http2` parameter of `listen` becomes the directive, on every server of the socket. */
export const http2Directive: Refactor = ({ config, uses }) => {
  const [use] = uses;
  if (use?.name !== 'listen' || use.scope.context !== 'server' || !atLeast(config.settings.target.nginx, '1.25.1')) return [];
  if (!use.scope.named('listen').some((l) => l.values.slice(1).includes('http2'))) return [];
  const move = http2Move(use.scope);
  if (!move) return [];
  // the sockets that gain it are in the title
  const changes = move.gained.length ? (['tls'] as const) : [];
  return [{ title: http2Title(move), kind: 'refactor.rewrite', edits: move.edits, changes }];
};
