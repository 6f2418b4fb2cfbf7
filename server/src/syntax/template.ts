/**
 * Files that a template engine turns into configurations. The marks of the engine are hidden from the grammar behind as many characters of
 * filler: what fills in a value becomes a part of a word, what steers (`if`, `for`, `end`) becomes white space. Nothing is evaluated.
 */
import type { Span } from '../base/span.ts';
import { isSpace, luaEnd } from './cut.ts';
import type { TemplateMark } from './statement.ts';

type Role = NonNullable<TemplateMark['role']>;
type Kind = 'value' | 'control' | 'note';
interface Sort {
  readonly kind: Kind;
  readonly role?: Role;
  /** what it begins is there or not, as a condition has it; a loop is not such */
  readonly condition?: boolean;
}

interface Family {
  /** one whole mark; global */
  readonly marks: RegExp;
  sort(mark: string): Sort;
}

const VALUE: Sort = { kind: 'value' };
const CONTROL: Sort = { kind: 'control' };
const NOTE: Sort = { kind: 'note' };
const withRole = (role: Role): Sort => ({ kind: 'control', role });
const CONDITION: Sort = { kind: 'control', role: 'open', condition: true };

/** Sorts by the first row whose expression fits what stands within the mark. */
const byFirst =
  (rows: readonly (readonly [RegExp, Sort])[], other: Sort, trim: RegExp) =>
  (mark: string): Sort => {
    const inner = mark.replace(trim, '');
    return rows.find(([test]) => test.test(inner))?.[1] ?? other;
  };

/** What the last characters of a whole mark are; those of envsubst may be a name alone. */
const CLOSED = /(^\{\{[\s\S]*\}\}|^\{%[\s\S]*%\}|^\{#[\s\S]*#\}|%>|^[$%]\{[\s\S]*\}|^\$\w+)$/;

/** A mark that is not closed on its line is taken to the line's end: it is being typed. */
const FAMILIES = {
  jinja: {
    marks: /\{#[\s\S]*?#\}|\{%(?:(?!\{%)[\s\S])*?%\}|\{\{(?:(?!\{\{|\{%)[\s\S])*?\}\}|\{[{%][^\n]*/g,
    sort: (mark) =>
      mark.startsWith('{{')
        ? VALUE
        : mark.startsWith('{#')
          ? NOTE
          : byFirst(
              [
                [/^if\b/, CONDITION],
                [/^(for|macro|block|filter|call|with|autoescape|raw)\b/, withRole('open')],
                [/^(else|elif)\b/, withRole('middle')],
                [/^end/, withRole('close')],
              ],
              CONTROL,
              /^\{%[-+~]?\s*/,
            )(mark),
  },
  erb: {
    marks: /<%[\s\S]*?%>|<%[^\n]*/g,
    sort: (mark) =>
      mark.startsWith('<%=')
        ? VALUE
        : mark.startsWith('<%#')
          ? NOTE
          : byFirst(
              [
                // EPP has Puppet's braces, ERB has Ruby's words
                [/^\}[\s\S]*\{(\s*\|[^|]*\|)?\s*-?%>$/, withRole('middle')],
                [/^(else|elsif|when|in|rescue|ensure)\b/, withRole('middle')],
                [/^(if|unless|case)\b/, CONDITION],
                [/(\bdo|\{)\s*(\|[^|]*\|)?\s*(\{\s*)?-?%>$/, withRole('open')],
                [/^(while|until|for|begin)\b/, withRole('open')],
                [/^(end\b|\})/, withRole('close')],
              ],
              CONTROL,
              /^<%-?\s*/,
            )(mark),
  },
  go: {
    marks: /\{\{-?\s*\/\*[\s\S]*?\*\/\s*-?\}\}|\{\{(?:(?!\{\{)[\s\S])*?\}\}|\{\{[^\n]*/g,
    sort: byFirst(
      [
        [/^(\/\*|!)/, NOTE],
        [/^(#?if|#unless|with)\b/, CONDITION],
        [/^(#|(range|define|block)\b)/, withRole('open')],
        [/^else\b/, withRole('middle')],
        [/^(\/|end\b)/, withRole('close')],
        [/^(\$\w+\s*(:=|=)|(break|continue)\b)/, CONTROL],
      ],
      VALUE,
      /^\{\{-?\s*/,
    ),
  },
  envsubst: { marks: /\$\{[A-Z_][A-Z0-9_]*\}|\$[A-Z][A-Z0-9_]*/g, sort: () => VALUE },
  terraform: {
    marks: /(?<!%)%\{[^}\n]*\}|(?<!\$)\$\{[^}\n]*\}/g,
    sort: (mark) =>
      mark.startsWith('$')
        ? VALUE
        : byFirst(
            [
              [/^if\b/, CONDITION],
              [/^for\b/, withRole('open')],
              [/^else\b/, withRole('middle')],
              [/^end/, withRole('close')],
            ],
            CONTROL,
            /^%\{~?\s*/,
          )(mark),
  },
} as const satisfies Record<string, Family>;

type FamilyName = keyof typeof FAMILIES;

const BY_NAME: readonly (readonly [RegExp, FamilyName, engine: string])[] = [
  [/\.(j2|jinja2?)$/i, 'jinja', 'jinja'],
  [/\.erb$/i, 'erb', 'erb'],
  [/\.epp$/i, 'erb', 'epp'],
  [/\.ctmpl$/i, 'go', 'consul-template'],
  [/\.(tmpl|gotmpl|tpl)$/i, 'go', 'go'],
  [/\.(hbs|mustache)$/i, 'go', 'handlebars'],
  [/\.tftpl$/i, 'terraform', 'terraform'],
  [/\.template$/i, 'envsubst', 'envsubst'],
];

/** What the marks themselves say of the engine. */
const BY_CONTENT: readonly (readonly [RegExp, FamilyName, engine: string])[] = [
  [/\{\{-?\s*cookiecutter\./, 'jinja', 'cookiecutter'],
  [/\{%[\s\S]*?%\}|\{#[\s\S]*?#\}/, 'jinja', 'jinja'],
  [/<%[\s\S]*?%>/, 'erb', 'erb'],
  [/\{\{-?\s*(\.Values\.|include\s+")/, 'go', 'helm'],
  [/\{\{-?\s*(getv|getvs|gets|ls|lsdir)\b/, 'go', 'confd'],
  [/\{\{-?\s*(range\s+)?(service|key|keyOrDefault|secret)\s+"/, 'go', 'consul-template'],
  [/\{\{-|-\}\}|\{\{\s*(\.|\$|\/\*|end\s*\}|range\b|if\b|with\b|define\b|template\b)/, 'go', 'go'],
  [/\{\{[\s\S]*?\}\}/, 'jinja', 'jinja'],
];

export interface Branch extends Span {
  readonly choice: number;
  readonly index: number;
  /** false for what stands in a loop */
  readonly condition: boolean;
}

export interface Masked {
  /** as long as the text, line for line the same where white space was filled in */
  readonly shown: string;
  /** null for a plain file */
  readonly engine: string | null;
  readonly marks: readonly TemplateMark[];
  /** marks that became a part of a word, in order */
  readonly words: readonly Span[];
  /** steering marks between the arguments of a statement, in order */
  readonly between: readonly Span[];
  /** what stands in conditions, and the alternatives of each choice, of which at most one is there at a time */
  readonly branches: readonly Branch[];
  /** a choice opens or closes blocks in a way that nobody can follow without evaluating it */
  readonly uneven: boolean;
}

const PLAIN = { engine: null, marks: [], words: [], between: [], branches: [], uneven: false } as const;

/** Families that a file's name suggests, and that the marks found may overrule. */
const OVERRULED: Partial<Record<FamilyName, readonly FamilyName[]>> = { envsubst: ['jinja', 'erb', 'go'], go: ['jinja', 'erb'] };

const mayHoldMarks = (text: string): boolean => text.includes('{{') || text.includes('{%') || text.includes('{#') || text.includes('<%');

/** The engine that a file is written for; null for a plain file. */
function engineOf(name: string, text: string): { family: FamilyName; engine: string } | null {
  const named = BY_NAME.find(([test]) => test.test(name));
  const found = mayHoldMarks(text) ? BY_CONTENT.filter(([test]) => test.test(text)) : [];
  if (!named) {
    // in a plain file quoted strings, comments and Lua bodies may hold anything
    const first = marksOutsideOfQuotes(text) ? found[0] : undefined;
    return first ? { family: first[1], engine: first[2] } : null;
  }
  const [, family, engine] = named;
  // braces alone do not tell Jinja from Go, so there the name decides
  const other = found.find((f) => OVERRULED[family]?.includes(f[1]) && (family === 'envsubst' || f !== BY_CONTENT.at(-1)));
  if (other) return { family: other[1], engine: other[2] };
  const finer = engine === family ? found.find((f) => f[1] === family) : undefined;
  return { family, engine: finer?.[2] ?? engine };
}

/** What the grammar is to see of a text. `name` is the file's, without folders. */
export function mask(name: string, text: string): Masked {
  const readable = text.includes('\0') ? text.replaceAll('\0', '\x01') : text;
  const found = engineOf(name, readable);
  return found ? new Masker(readable, FAMILIES[found.family]).run(found.engine) : { ...PLAIN, shown: readable };
}

/** nginx's view of a text, character by character, as far as it takes to know where a mark stands. */
class Reader {
  comment = false;
  quote = '';
  inWord = false;
  statementStart = true;
  depth = 0;
  private escaped = false;
  private dollar = false;
  private nameFrom = -1;
  private nameTo = -1;

  /** Reads one character and returns the offset to go on at: behind it, or behind the body of a Lua block. */
  step(text: string, at: number): number {
    const c = text[at]!;
    if (this.comment) this.comment = c !== '\n';
    else if (this.escaped) this.escaped = false;
    else if (this.quote) {
      if (c === '\\') this.escaped = true;
      else if (c === this.quote) this.quote = '';
    } else if (isSpace(c.charCodeAt(0))) this.endWord(at);
    else if (c === ';') {
      this.endWord(at);
      this.statementStart = true;
    } else if (c === '{' && !(this.inWord && this.dollar)) {
      this.endWord(at);
      this.statementStart = true;
      this.depth++;
      if (this.opensLua(text, at)) return luaEnd(text, at + 1);
    } else if (this.inWord) this.inside(c);
    else if (c === '}') {
      this.statementStart = true;
      this.depth--;
    } else if (c === '#') this.comment = true;
    else {
      this.beginWord(at);
      if (c === '"' || c === "'") {
        this.quote = c;
        this.inWord = false;
      } else this.inside(c);
    }
    return at + 1;
  }

  /** Whether a brace at `at` would open a Lua block. */
  opensLua(text: string, at: number): boolean {
    return /^[a-z_]*_by_lua_block$/.test(text.slice(this.nameFrom, this.nameTo < 0 ? at : this.nameTo));
  }

  private inside(c: string): void {
    if (c === '\\') this.escaped = true;
    this.dollar = c === '$' || (this.dollar && c === '{');
  }

  beginWord(at: number): void {
    if (this.statementStart) {
      this.nameFrom = at;
      this.nameTo = -1;
    }
    this.statementStart = false;
    this.inWord = true;
  }

  endWord(at: number): void {
    if (this.inWord && this.nameTo < 0) this.nameTo = at;
    this.inWord = false;
    this.dollar = false;
  }
}

/** True when a mark stands where no nginx configuration can have such characters. */
function marksOutsideOfQuotes(text: string): boolean {
  if (!mayHoldMarks(text)) return false;
  const reader = new Reader();
  for (let at = 0; at < text.length; ) {
    const c = text[at];
    const next = text[at + 1];
    if (!reader.comment && !reader.quote) {
      if (
        c === '{' &&
        (next === '{' || next === '%' || next === '#') &&
        text[at - 1] !== '$' &&
        text[at - 1] !== '\\' &&
        !reader.opensLua(text, at)
      ) {
        const end = text.indexOf(next === '{' ? '}}' : `${next}}`, at + 2);
        if (end > 0 && (next !== '#' || !text.slice(at, end).includes('\n') || reader.statementStart)) return true;
      }
      if (c === '<' && next === '%' && !reader.inWord && text.indexOf('%>', at + 2) > 0) return true;
    }
    at = reader.step(text, at);
  }
  return false;
}

interface Choice {
  readonly id: number;
  readonly condition: boolean;
  readonly depth: number;
  readonly branches: { start: number; end: number; net: number }[];
}

class Masker {
  private readonly reader = new Reader();
  private readonly pieces: string[] = [];
  private readonly words: Span[] = [];
  private readonly between: Span[] = [];
  private readonly branches: Branch[] = [];
  private readonly open: Choice[] = [];
  private readonly blanks: Span[] = [];
  private choices = 0;
  private uneven = false;

  constructor(
    private readonly text: string,
    private readonly family: Family,
  ) {}

  run(engine: string): Masked {
    const { text, family } = this;
    const marks: { start: number; end: number; sort: Sort }[] = [];
    for (const m of text.matchAll(family.marks)) marks.push({ start: m.index, end: m.index + m[0].length, sort: family.sort(m[0]) });
    const behind = (i: number): string => {
      // the first character behind a mark, and marks that follow it on the line
      let at = marks[i]!.end;
      for (let k = i + 1; ; ) {
        while (text[at] === ' ' || text[at] === '\t') at++;
        if (marks[k]?.start !== at) return text[at] ?? '\n';
        at = marks[k++]!.end;
      }
    };
    const adjacent = (i: number): string | undefined => {
      let k = i;
      for (; marks[k + 1]?.start === marks[k]!.end; k++) if (marks[k + 1]!.sort.kind === 'value') return 'x';
      return text[marks[k]!.end];
    };
    let at = 0;
    for (const [i, { start, end, sort }] of marks.entries()) {
      if (start < at) {
        // within a Lua body that has been skipped
        if (end > at) at = this.literal(at, end);
        this.words.push({ start, end });
        continue;
      }
      at = this.literal(at, start);
      if (at > start) {
        if (end > at) at = this.literal(at, end);
        this.words.push({ start, end });
        continue;
      }
      if (sort.role) this.steer(sort.role, sort.condition ?? false, start, end);
      if (
        this.isWord(
          sort.kind,
          start,
          () => adjacent(i),
          () => behind(i),
        )
      ) {
        this.pieces.push('x'.repeat(end - start));
        this.words.push({ start, end });
      } else this.pieces.push(blank(text.slice(start, end)));
      if (sort.kind === 'control' && !this.reader.statementStart && !this.reader.quote && !this.reader.comment)
        this.between.push({ start, end });
      at = end;
    }
    this.literal(at, text.length);
    if (this.open.some((c) => c.branches.some((b) => b.net !== 0))) this.uneven = true;
    return {
      shown: this.blanked(this.pieces.join('')),
      engine,
      marks: marks.map(({ start, end, sort }) => ({ start, end, role: sort.role ?? null, closed: CLOSED.test(text.slice(start, end)) })),
      words: this.words,
      between: this.between,
      branches: this.branches.sort((a, b) => a.start - b.start),
      uneven: this.uneven,
    };
  }

  private literal(from: number, to: number): number {
    let at = from;
    while (at < to) at = this.reader.step(this.text, at);
    this.pieces.push(this.text.slice(from, at));
    return at;
  }

  private isWord(kind: Kind, start: number, adjacent: () => string | undefined, behind: () => string): boolean {
    const { reader } = this;
    if (reader.comment || reader.quote) return true;
    if (kind !== 'value') {
      if (reader.statementStart) return false;
      const after = adjacent();
      if (after === undefined || /[\s;{}]/.test(after)) {
        reader.endWord(start);
        return false;
      }
    } else if (reader.statementStart && /[\r\n}#]/.test(behind())) return false;
    if (!reader.inWord) reader.beginWord(-1);
    return true;
  }

  /** Keeps account of choices: what stands in which alternative, and how each changes the depth of blocks. */
  private steer(role: Role, condition: boolean, start: number, end: number): void {
    const { reader, open } = this;
    if (role === 'open') {
      open.push({ id: this.choices++, condition, depth: reader.depth, branches: [{ start: end, end, net: 0 }] });
      return;
    }
    const choice = open.at(-1);
    if (!choice) return;
    const current = choice.branches.at(-1)!;
    current.end = start;
    current.net = reader.depth - choice.depth;
    if (role === 'middle') {
      choice.branches.push({ start: end, end, net: 0 });
      reader.depth = choice.depth;
      return;
    }
    open.pop();
    const [first, ...others] = choice.branches;
    reader.depth = choice.depth + first!.net;
    if (others.length || choice.condition)
      for (const [index, b] of choice.branches.entries())
        this.branches.push({ start: b.start, end: b.end, choice: choice.id, index, condition: choice.condition });
    if (choice.branches.every((b) => b.net === 0)) return;
    // each alternative opens the block that follows, or ends the one before: one of them is enough for the tree
    if (others.length && others.every((b) => b.net === first!.net)) this.blanks.push(...others);
    else this.uneven = true;
  }

  private blanked(shown: string): string {
    let out = shown;
    for (const { start, end } of this.blanks) out = out.slice(0, start) + blank(out.slice(start, end)) + out.slice(end);
    return out;
  }
}

const blank = (text: string): string => text.replace(/[^\r\n]/g, ' ');

/** Whether one of the spans, which are in order, shares a character with the given one. */
export function meets(spans: readonly Span[], start: number, end: number): boolean {
  let low = 0;
  let high = spans.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (spans[middle]!.end <= start) low = middle + 1;
    else high = middle;
  }
  const span = spans[low];
  return span !== undefined && span.start < end;
}
