/**
 * Python source as plain data: tree-sitter's Python grammar parses, this file lowers its tree to the few forms that configuration is written in.
 * Nothing of tree-sitter leaves it; what has no form here becomes `other`. Text is only read, never run.
 */

import type { Node, Parser } from 'web-tree-sitter';
import type { Span } from '../base/span.ts';
import { table } from '../base/table.ts';
import { initTreeSitter, loadLanguage, newParser } from '../base/tree-sitter.ts';

export type Expr = { readonly span: Span } & (
  | { readonly kind: 'string'; readonly value: string /** the characters between the quotes */; readonly inner: Span }
  | { readonly kind: 'fstring'; readonly parts: readonly (string | Expr)[] }
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'constant'; readonly value: boolean | null }
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'attribute'; readonly object: Expr; readonly name: string }
  | { readonly kind: 'subscript'; readonly object: Expr; readonly index: Expr }
  | { readonly kind: 'call'; readonly callee: Expr; readonly args: readonly Argument[] }
  | { readonly kind: 'list' | 'tuple' | 'set'; readonly items: readonly Item[] }
  | { readonly kind: 'dict'; readonly entries: readonly DictEntry[] }
  | { readonly kind: 'binary'; readonly op: string; readonly left: Expr; readonly right: Expr }
  | { readonly kind: 'logical'; readonly op: 'and' | 'or'; readonly left: Expr; readonly right: Expr }
  | { readonly kind: 'not'; readonly operand: Expr }
  | { readonly kind: 'negative'; readonly operand: Expr }
  | { readonly kind: 'compare'; readonly ops: readonly string[]; readonly operands: readonly Expr[] }
  | { readonly kind: 'conditional'; readonly test: Expr; readonly then: Expr; readonly otherwise: Expr }
  | {
      readonly kind: 'comprehension';
      readonly element: Expr;
      readonly target: Expr;
      readonly iterable: Expr;
      readonly conditions: readonly Expr[];
    }
  | { readonly kind: 'other'; readonly what: string }
);

export interface Argument {
  /** null for a positional one; `*` and `**` for unpacked ones */
  readonly name: string | null;
  readonly value: Expr;
  readonly span: Span;
}

export interface Item {
  readonly value: Expr;
  readonly unpacked: boolean;
}

/** `key` is null for `**other`. */
export interface DictEntry {
  readonly key: Expr | null;
  readonly value: Expr;
}

export type Stmt = { readonly span: Span } & (
  | { readonly kind: 'assign'; readonly targets: readonly Expr[]; readonly value: Expr }
  | { readonly kind: 'augment'; readonly op: string; readonly target: Expr; readonly value: Expr }
  | { readonly kind: 'expression'; readonly value: Expr }
  | { readonly kind: 'import'; readonly names: readonly { readonly module: string; readonly as: string | null }[] }
  | {
      readonly kind: 'from';
      readonly module: string;
      /** leading dots */
      readonly level: number;
      readonly names: readonly { readonly name: string; readonly as: string }[] | '*';
    }
  | {
      readonly kind: 'if';
      readonly branches: readonly { readonly test: Expr; readonly body: readonly Stmt[] }[];
      readonly otherwise: readonly Stmt[];
    }
  | {
      readonly kind: 'try';
      readonly body: readonly Stmt[];
      readonly handlers: readonly (readonly Stmt[])[];
      readonly after: readonly Stmt[];
    }
  /** with, for and while: the body may run */
  | { readonly kind: 'block'; readonly certain: boolean; readonly body: readonly Stmt[] }
  | { readonly kind: 'function'; readonly name: string; readonly body: readonly Stmt[]; readonly decorators: readonly Expr[] }
  | { readonly kind: 'class'; readonly name: string; readonly bases: readonly Expr[]; readonly body: readonly Stmt[] }
  | { readonly kind: 'return'; readonly value: Expr | null }
  | { readonly kind: 'raise' }
  | { readonly kind: 'other' }
);

export interface PythonModule {
  readonly body: readonly Stmt[];
  /** Offset after the last import of the head, where a new one may go. */
  readonly afterImports: number;
}

/** Characters of a module. */
export const MAX_LENGTH = 1024 * 1024;
const MAX_DEPTH = 120;
/** Parsed texts that are kept, the oldest going first. */
const MAX_KNOWN = 300;

/** Turns Python text into statements. One serves any number of texts. */
export interface Python {
  /** Never throws for broken text: what cannot be parsed is `other`. Texts beyond 1 M characters give an empty module. */
  parse(text: string): PythonModule;
  dispose(): void;
}

/** Loads the grammar from the bytes of web-tree-sitter.wasm and tree-sitter-python.wasm; rejects when they are not what they should be. */
export async function loadPython(bytes: { readonly runtime: Uint8Array; readonly grammar: Uint8Array }): Promise<Python> {
  await initTreeSitter(bytes.runtime);
  const parser: Parser = newParser(await loadLanguage(bytes.grammar));
  // an edit of one file reads the project again: the others come from here
  const known = new Map<string, PythonModule>();
  return {
    parse(text) {
      if (text.length > MAX_LENGTH) return { body: [], afterImports: 0 };
      const same = known.get(text);
      if (same) return same;
      const tree = parser.parse(text);
      if (!tree) return { body: [], afterImports: 0 };
      try {
        const body = statements(tree.rootNode, 0);
        const module = { body, afterImports: headEnd(body) };
        if (known.size >= MAX_KNOWN) known.delete(known.keys().next().value!);
        known.set(text, module);
        return module;
      } finally {
        tree.delete();
      }
    },
    dispose: () => parser.delete(),
  };
}

function headEnd(body: readonly Stmt[]): number {
  let end = 0;
  for (const s of body) {
    if (s.kind === 'import' || s.kind === 'from') end = s.span.end;
    else if (s.kind !== 'expression' && end) break;
  }
  return end;
}

const spanOf = (n: Node): Span => ({ start: n.startIndex, end: n.endIndex });
const field = (n: Node, name: string): Node | null => n.childForFieldName(name);
const named = (n: Node): Node[] => n.namedChildren.filter((c): c is Node => c !== null && c.type !== 'comment');

const statements = (block: Node | null, depth: number): Stmt[] =>
  block && depth < MAX_DEPTH ? named(block).flatMap((n) => statement(n, depth + 1)) : [];

type StatementForm = (n: Node, depth: number) => Stmt | Stmt[];

const dottedName = (n: Node): string => n.text.replace(/\s+/g, '');

const STATEMENTS: Readonly<Record<string, StatementForm>> = table({
  expression_statement: (n, depth) => named(n).map((c) => simple(c, depth)),
  import_statement: (n) => ({
    kind: 'import',
    span: spanOf(n),
    names: named(n).map((c) =>
      c.type === 'aliased_import'
        ? { module: dottedName(field(c, 'name')!), as: field(c, 'alias')?.text ?? null }
        : { module: dottedName(c), as: null },
    ),
  }),
  import_from_statement: (n) => {
    const from = field(n, 'module_name');
    const text = from ? dottedName(from) : '';
    const level = /^\.*/.exec(text)![0].length;
    const star = named(n).some((c) => c.type === 'wildcard_import');
    const names = n.childrenForFieldName('name').flatMap((c) => {
      if (!c) return [];
      return c.type === 'aliased_import'
        ? [{ name: dottedName(field(c, 'name')!), as: field(c, 'alias')!.text }]
        : [{ name: dottedName(c), as: dottedName(c) }];
    });
    return { kind: 'from', span: spanOf(n), module: text.slice(level), level, names: star ? '*' : names };
  },
  if_statement: (n, depth) => ({
    kind: 'if',
    span: spanOf(n),
    branches: [n, ...named(n).filter((c) => c.type === 'elif_clause')].map((c) => ({
      test: expression(field(c, 'condition'), depth),
      body: statements(field(c, 'consequence'), depth),
    })),
    otherwise: statements(bodyOf(named(n).find((c) => c.type === 'else_clause')), depth),
  }),
  try_statement: (n, depth) => {
    const clause = (type: string): Node[] => named(n).filter((c) => c.type === type);
    return {
      kind: 'try',
      span: spanOf(n),
      body: [...statements(field(n, 'body'), depth), ...clause('else_clause').flatMap((c) => statements(bodyOf(c), depth))],
      handlers: [...clause('except_clause'), ...clause('except_group_clause')].map((c) => statements(blockIn(c), depth)),
      after: clause('finally_clause').flatMap((c) => statements(blockIn(c), depth)),
    };
  },
  with_statement: (n, depth) => ({ kind: 'block', certain: true, span: spanOf(n), body: statements(field(n, 'body'), depth) }),
  for_statement: (n, depth) => ({ kind: 'block', certain: false, span: spanOf(n), body: statements(field(n, 'body'), depth) }),
  while_statement: (n, depth) => ({ kind: 'block', certain: false, span: spanOf(n), body: statements(field(n, 'body'), depth) }),
  function_definition: (n, depth) => ({
    kind: 'function',
    span: spanOf(n),
    name: field(n, 'name')?.text ?? '',
    body: statements(field(n, 'body'), depth),
    decorators: [],
  }),
  class_definition: (n, depth) => ({
    kind: 'class',
    span: spanOf(n),
    name: field(n, 'name')?.text ?? '',
    bases: argumentsOf(field(n, 'superclasses'), depth).map((a) => a.value),
    body: statements(field(n, 'body'), depth),
  }),
  decorated_definition: (n, depth) => {
    const inner = field(n, 'definition');
    const decorators = named(n)
      .filter((c) => c.type === 'decorator')
      .map((c) => expression(named(c)[0] ?? null, depth));
    return (inner ? statement(inner, depth) : []).map((s) => (s.kind === 'function' ? { ...s, decorators } : s));
  },
  pass_statement: () => [],
  raise_statement: (n) => ({ kind: 'raise', span: spanOf(n) }),
  return_statement: (n, depth) => ({ kind: 'return', span: spanOf(n), value: named(n)[0] ? expression(named(n)[0]!, depth) : null }),
});

const bodyOf = (clause: Node | undefined): Node | null => (clause ? (field(clause, 'body') ?? blockIn(clause)) : null);
const blockIn = (clause: Node): Node | null => named(clause).find((c) => c.type === 'block') ?? null;

function statement(n: Node, depth: number): Stmt[] {
  const form = depth < MAX_DEPTH ? STATEMENTS[n.type] : undefined;
  const made = form?.(n, depth) ?? { kind: 'other' as const, span: spanOf(n) };
  return Array.isArray(made) ? made : [made];
}

/** What may be in an expression statement: assignments and expressions. */
function simple(n: Node, depth: number): Stmt {
  if (n.type === 'assignment') {
    const targets: Expr[] = [];
    let value: Node | null = n;
    while (value?.type === 'assignment') {
      targets.push(expression(field(value, 'left'), depth));
      value = field(value, 'right');
    }
    if (!value) return { kind: 'other', span: spanOf(n) };
    return { kind: 'assign', span: spanOf(n), targets, value: expression(value, depth) };
  }
  if (n.type === 'augmented_assignment') {
    const op = (field(n, 'operator')?.text ?? '').replace('=', '');
    return {
      kind: 'augment',
      span: spanOf(n),
      op,
      target: expression(field(n, 'left'), depth),
      value: expression(field(n, 'right'), depth),
    };
  }
  return { kind: 'expression', span: spanOf(n), value: expression(n, depth) };
}

type ExpressionForm = (n: Node, depth: number) => Expr;

const itemsOf = (n: Node, depth: number): Item[] =>
  named(n).map((c) =>
    c.type === 'list_splat' || c.type === 'list_splat_pattern'
      ? { unpacked: true, value: expression(named(c)[0] ?? null, depth) }
      : { unpacked: false, value: expression(c, depth) },
  );

const sequence =
  (kind: 'list' | 'tuple' | 'set'): ExpressionForm =>
  (n, depth) => ({ kind, span: spanOf(n), items: itemsOf(n, depth) });

const comprehension: ExpressionForm = (n, depth) => {
  const clauses = named(n).filter((c) => c.type === 'for_in_clause');
  const body = field(n, 'body');
  const clause = clauses[0];
  if (!body || !clause || clauses.length !== 1) return { kind: 'other', span: spanOf(n), what: 'comprehension' };
  return {
    kind: 'comprehension',
    span: spanOf(n),
    element: expression(body, depth),
    target: expression(field(clause, 'left'), depth),
    iterable: expression(field(clause, 'right'), depth),
    conditions: named(n)
      .filter((c) => c.type === 'if_clause')
      .map((c) => expression(named(c)[0] ?? null, depth)),
  };
};

const EXPRESSIONS: Readonly<Record<string, ExpressionForm>> = table({
  string: stringOf,
  concatenated_string: (n, depth) => {
    const parts = named(n).map((c) => expression(c, depth));
    if (parts.every((p) => p.kind === 'string')) {
      const first = parts[0]!;
      const last = parts.at(-1)!;
      const inner = {
        start: first.kind === 'string' ? first.inner.start : first.span.start,
        end: last.kind === 'string' ? last.inner.end : last.span.end,
      };
      return { kind: 'string', span: spanOf(n), value: parts.map((p) => (p.kind === 'string' ? p.value : '')).join(''), inner };
    }
    return {
      kind: 'fstring',
      span: spanOf(n),
      parts: parts.flatMap((p) => (p.kind === 'string' ? [p.value] : p.kind === 'fstring' ? p.parts : [p])),
    };
  },
  integer: numberOf,
  float: numberOf,
  true: (n) => ({ kind: 'constant', span: spanOf(n), value: true }),
  false: (n) => ({ kind: 'constant', span: spanOf(n), value: false }),
  none: (n) => ({ kind: 'constant', span: spanOf(n), value: null }),
  identifier: (n) => ({ kind: 'name', span: spanOf(n), name: n.text }),
  attribute: (n, depth) => ({
    kind: 'attribute',
    span: spanOf(n),
    object: expression(field(n, 'object'), depth),
    name: field(n, 'attribute')?.text ?? '',
  }),
  subscript: (n, depth) => {
    const indexes = n.childrenForFieldName('subscript');
    if (indexes.length !== 1 || !indexes[0] || indexes[0].type === 'slice') return { kind: 'other', span: spanOf(n), what: 'slice' };
    return { kind: 'subscript', span: spanOf(n), object: expression(field(n, 'value'), depth), index: expression(indexes[0], depth) };
  },
  call: (n, depth) => {
    const args = field(n, 'arguments');
    return {
      kind: 'call',
      span: spanOf(n),
      callee: expression(field(n, 'function'), depth),
      args:
        args?.type === 'generator_expression'
          ? [{ name: null, value: comprehension(args, depth), span: spanOf(args) }]
          : argumentsOf(args, depth),
    };
  },
  list: sequence('list'),
  tuple: sequence('tuple'),
  expression_list: sequence('tuple'),
  pattern_list: sequence('tuple'),
  tuple_pattern: sequence('tuple'),
  list_pattern: sequence('list'),
  set: sequence('set'),
  dictionary: (n, depth) => ({
    kind: 'dict',
    span: spanOf(n),
    entries: named(n).map((c) =>
      c.type === 'pair'
        ? { key: expression(field(c, 'key'), depth), value: expression(field(c, 'value'), depth) }
        : { key: null, value: expression(named(c)[0] ?? null, depth) },
    ),
  }),
  parenthesized_expression: (n, depth) => ({ ...expression(named(n)[0] ?? null, depth), span: spanOf(n) }),
  binary_operator: (n, depth) => ({
    kind: 'binary',
    span: spanOf(n),
    op: field(n, 'operator')?.text ?? '',
    left: expression(field(n, 'left'), depth),
    right: expression(field(n, 'right'), depth),
  }),
  boolean_operator: (n, depth) => ({
    kind: 'logical',
    span: spanOf(n),
    op: field(n, 'operator')?.text === 'and' ? 'and' : 'or',
    left: expression(field(n, 'left'), depth),
    right: expression(field(n, 'right'), depth),
  }),
  not_operator: (n, depth) => ({ kind: 'not', span: spanOf(n), operand: expression(field(n, 'argument'), depth) }),
  unary_operator: (n, depth) =>
    field(n, 'operator')?.text === '-'
      ? { kind: 'negative', span: spanOf(n), operand: expression(field(n, 'argument'), depth) }
      : { kind: 'other', span: spanOf(n), what: 'operator' },
  comparison_operator: (n, depth) => ({
    kind: 'compare',
    span: spanOf(n),
    ops: n.childrenForFieldName('operators').map((c) => c?.text.replace(/\s+/g, ' ') ?? ''),
    operands: named(n).map((c) => expression(c, depth)),
  }),
  conditional_expression: (n, depth) => {
    const [then, test, otherwise] = named(n).map((c) => expression(c, depth));
    if (!then || !test || !otherwise) return { kind: 'other', span: spanOf(n), what: 'conditional' };
    return { kind: 'conditional', span: spanOf(n), then, test, otherwise };
  },
  list_comprehension: comprehension,
  set_comprehension: comprehension,
  generator_expression: comprehension,
});

function expression(n: Node | null, depth: number): Expr {
  if (!n) return { kind: 'other', span: { start: 0, end: 0 }, what: 'missing' };
  const form = depth < MAX_DEPTH ? EXPRESSIONS[n.type] : undefined;
  return form ? form(n, depth + 1) : { kind: 'other', span: spanOf(n), what: n.type };
}

const argumentsOf = (n: Node | null, depth: number): Argument[] =>
  !n
    ? []
    : named(n).map((c): Argument => {
        const span = spanOf(c);
        if (c.type === 'keyword_argument') return { name: field(c, 'name')?.text ?? '', value: expression(field(c, 'value'), depth), span };
        if (c.type === 'list_splat') return { name: '*', value: expression(named(c)[0] ?? null, depth), span };
        if (c.type === 'dictionary_splat') return { name: '**', value: expression(named(c)[0] ?? null, depth), span };
        return { name: null, value: expression(c, depth), span };
      });

function numberOf(n: Node): Expr {
  const value = Number(n.text.replaceAll('_', '').replace(/[lL]$/, ''));
  return Number.isFinite(value) ? { kind: 'number', span: spanOf(n), value } : { kind: 'other', span: spanOf(n), what: 'number' };
}

function stringOf(n: Node, depth: number): Expr {
  const start = n.children.find((c) => c?.type === 'string_start');
  const end = n.children.find((c) => c?.type === 'string_end');
  const prefix = /^[A-Za-z]*/.exec(start?.text ?? '')![0].toLowerCase();
  const raw = prefix.includes('r');
  if (prefix.includes('b')) return { kind: 'other', span: spanOf(n), what: 'bytes' };
  const inner = { start: start?.endIndex ?? n.startIndex, end: end?.startIndex ?? n.endIndex };
  const parts: (string | Expr)[] = [];
  let at = inner.start;
  const text = n.text;
  const piece = (from: number, to: number): string => {
    const s = text.slice(from - n.startIndex, to - n.startIndex);
    const braces = prefix.includes('f') ? s.replaceAll('{{', '{').replaceAll('}}', '}') : s;
    return raw ? braces : unescaped(braces);
  };
  for (const c of named(n)) {
    if (c.type !== 'interpolation') continue;
    parts.push(piece(at, c.startIndex));
    const value = field(c, 'expression');
    const plain = !named(c).some((x) => x.type === 'format_specifier' || x.type === 'type_conversion');
    parts.push(value && plain ? expression(value, depth) : { kind: 'other', span: spanOf(c), what: 'format' });
    at = c.endIndex;
  }
  const last = piece(at, inner.end);
  if (!parts.length) return { kind: 'string', span: spanOf(n), value: last, inner };
  return { kind: 'fstring', span: spanOf(n), parts: [...parts, last].filter((p) => p !== '') };
}

const SIMPLE_ESCAPES: Readonly<Record<string, string>> = table({
  n: '\n',
  t: '\t',
  r: '\r',
  '\\': '\\',
  "'": "'",
  '"': '"',
  a: '\x07',
  b: '\b',
  f: '\f',
  v: '\v',
  '\n': '',
});

/** Escapes of Python's string literals; unknown ones keep their backslash, as Python does. */
const unescaped = (s: string): string =>
  s.includes('\\')
    ? s.replace(/\\(x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|[0-7]{1,3}|[\s\S])/g, (whole, e: string) => {
        if (/^[xuU][0-9a-fA-F]+$/.test(e) && e.length > 1) {
          const code = Number.parseInt(e.slice(1), 16);
          return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
        }
        if (/^[0-7]+$/.test(e)) return String.fromCharCode(Number.parseInt(e, 8));
        return SIMPLE_ESCAPES[e] ?? whole;
      })
    : s;
