/**
 * Server-side includes, as ngx_http_ssi_filter_module.c reads and runs them: a page whose text is known, with the requests that it makes. What a
 * page sets is shared with its pieces; its words for an error, its encoding and its form of dates are its own.
 */
import { type ByteString, fromBytes, lower } from '../base/bytes.ts';
import { table } from '../base/table.ts';
import { parseSize } from '../catalog/value-kind.ts';
import { clock } from './clock.ts';
import { escapeUri } from './escape.ts';
import { piece } from './pieces.ts';
import type { Reader } from './reader.ts';
import type { Run } from './run.ts';
import { dateInFormat, SSI_DATE } from './strftime.ts';
import { parseUnsafe } from './uri.ts';

/** Read where the text of a page is known. */
export const SSI: Reader = {
  module: 'ngx_http_ssi_filter_module',
  reads: ['ssi', 'ssi_silent_errors', 'ssi_value_length'],
  partly: ['ssi_silent_errors', 'ssi_value_length'],
};

// ---- what stands between `<!--#` and `-->`

interface Command {
  readonly name: string;
  /** in the order of the text, values as written */
  readonly given: readonly (readonly [name: string, value: ByteString])[];
}

/** a name of a command, and of a parameter (NGX_HTTP_SSI_COMMAND_LEN, NGX_HTTP_SSI_PARAM_LEN) */
const LONGEST_NAME = 32;
const MOST_PARAMETERS = 16;
const OPENING = '<!--#';
const isSpace = (c: string): boolean => c === ' ' || c === '\r' || c === '\n' || c === '\t';

/** ngx_http_ssi_parse behind an opening: null for a command that it does not take, which goes on to the next `-->`; `end` is behind it. */
function readCommand(
  text: ByteString,
  from: number,
  longestValue: number,
): { readonly command: Command | null; readonly end: number } | null {
  let at = from;
  const failed = (): { command: null; end: number } | null => {
    const end = text.indexOf('-->', at);
    return end < 0 ? null : { command: null, end: end + 3 };
  };
  const skip = (): void => {
    while (at < text.length && isSpace(text[at]!)) at++;
  };
  /** the first character counts whatever it is */
  const word = (ends: string): string | null => {
    const start = at++;
    while (at < text.length && !isSpace(text[at]!) && !ends.includes(text[at]!)) {
      if (at - start === LONGEST_NAME) return null;
      at++;
    }
    return text.slice(start, at);
  };
  skip();
  const name = word('-');
  if (name === null) return failed();
  const given: [string, ByteString][] = [];
  for (;;) {
    skip();
    if (at >= text.length) return null;
    if (text[at] === '-') {
      if (text.startsWith('-->', at)) return { command: { name, given }, end: at + 3 };
      at += text[at + 1] === '-' ? 3 : 2;
      return failed();
    }
    const parameter = word('=-');
    if (parameter === null || text[at] === '-') return failed();
    skip();
    if (text[at] !== '=') return failed();
    at++;
    skip();
    const quote = text[at];
    if (quote !== '"' && quote !== "'") return failed();
    const start = ++at;
    while (at < text.length && text[at] !== quote) {
      if (at - start >= longestValue) return failed();
      if (text[at] === '\\') {
        at++;
        if (at - start >= longestValue) return failed();
      }
      at++;
    }
    if (at >= text.length) return null;
    given.push([parameter, text.slice(start, at)]);
    at++;
    if (at < text.length && !isSpace(text[at]!) && text[at] !== '-') return failed();
  }
}

/** The parameters of the commands; what has to be there is marked. */
const PARAMETERS: Readonly<Record<string, Readonly<Record<string, boolean>>>> = table({
  include: { virtual: false, file: false, wait: false, set: false, stub: false },
  echo: { var: true, default: false, encoding: false },
  config: { errmsg: false, timefmt: false },
  set: { var: true, value: true },
  if: { expr: true },
  elif: { expr: true },
  else: {},
  endif: {},
  block: { name: true },
  endblock: {},
});

/** By name; null: an unknown one, one that is given twice, or one that is missing. */
function parametersOf({ name, given }: Command): ReadonlyMap<string, ByteString> | null {
  const known = PARAMETERS[name]!;
  const out = new Map<string, ByteString>();
  if (given.length > MOST_PARAMETERS) return null;
  for (const [key, value] of given) {
    if (!Object.hasOwn(known, key) || out.has(key)) return null;
    out.set(key, value);
  }
  return Object.keys(known).every((key) => !known[key] || out.has(key)) ? out : null;
}

// ---- running a page

/** What a page and its pieces have in common. */
interface Shared {
  readonly variables: Map<string, ByteString>;
  captures: readonly (ByteString | undefined)[];
  readonly blocks: Map<string, ByteString>;
}

const shared = new WeakMap<Run, Shared>();

function sharedOf(run: Run): Shared {
  let root = run;
  while (root.parent) root = root.parent;
  let of = shared.get(root);
  if (!of) shared.set(root, (of = { variables: new Map(), captures: [], blocks: new Map() }));
  return of;
}

const ENTITIES: ReadonlyMap<string, string> = new Map([
  ['<', '&lt;'],
  ['>', '&gt;'],
  ['&', '&amp;'],
  ['"', '&quot;'],
]);

const ENCODINGS: Readonly<Record<string, (text: ByteString) => ByteString>> = table({
  none: (text: ByteString) => text,
  url: (text: ByteString) => escapeUri(text, 'html'),
  entity: (text: ByteString) => text.replace(/[<>&"]/g, (c) => ENTITIES.get(c)!),
});

/** The depth of a conditional: none, in `if` or `elif`, in `else` (NGX_HTTP_SSI_COND_IF, NGX_HTTP_SSI_COND_ELSE). */
type Conditional = 0 | 1 | 2;
/** the deepest that a command may stand in */
const CONDITIONAL: Readonly<Record<string, Conditional>> = table({ elif: 1, else: 1, endif: 2 });

const isDate = (name: string): boolean => name === 'date_gmt' || name === 'date_local';

class Page {
  private readonly shared: Shared;
  private error: ByteString = '[an error occurred while processing the directive]';
  private encoding = 'entity';
  private format: ByteString = SSI_DATE;
  private shown = true;
  private chosen = false;
  private conditional: Conditional = 0;
  private block: string | null = null;
  /** null: a piece is not known */
  private out: ByteString | null = '';

  private readonly commands: Readonly<Record<string, (given: ReadonlyMap<string, ByteString>) => boolean>> = {
    include: (given) => this.include(given),
    echo: (given) => this.echo(given),
    config: (given) => this.configure(given),
    set: (given) => this.set(given),
    if: (given) => this.conditional === 0 && this.choose(given),
    elif: (given) => this.choose(given),
    else: () => this.otherwise(),
    endif: () => this.endConditional(),
    block: (given) => this.beginBlock(given.get('name')!),
    endblock: () => this.endBlock(),
  };

  constructor(private readonly run: Run) {
    this.shared = sharedOf(run);
  }

  /** The text with its commands done; null where a piece of it is not known. */
  of(text: ByteString): ByteString | null {
    const longest = sizeOf(this.run);
    for (let at = 0; at < text.length; ) {
      const start = text.indexOf(OPENING, at);
      // of a beginning with no end nothing is written
      this.text(start < 0 ? text.slice(at).replace(/<(?:!(?:--?)?)?$/, '') : text.slice(at, start));
      if (start < 0) break;
      const read = readCommand(text, start + OPENING.length, longest);
      // nginx waits for the end of a command that has none
      if (!read) break;
      at = read.end;
      if (!read.command || !this.command(read.command)) this.put(this.run.flag('ssi_silent_errors', false) ? '' : this.error);
    }
    return this.out;
  }

  private put(text: ByteString | null): void {
    this.out = this.out === null || text === null ? null : this.out + text;
  }

  private text(text: ByteString): void {
    if (this.shown) this.put(text);
    else if (this.block !== null) this.keep(text);
  }

  private keep(text: ByteString): void {
    const { blocks } = this.shared;
    blocks.set(this.block!, (blocks.get(this.block!) ?? '') + text);
  }

  /** False: nginx writes its words for an error. */
  private command(command: Command): boolean {
    const { name } = command;
    if (!(name in PARAMETERS)) return !this.shown;
    if (!this.shown && name !== 'endblock') {
      if (this.block !== null) {
        this.keep(`<!--#${name}${command.given.map(([k, v]) => ` ${k}="${v}"`).join('')} -->`);
        return true;
      }
      if (!(name in CONDITIONAL)) return true;
    }
    const inside = CONDITIONAL[name];
    if (inside && (this.conditional === 0 || this.conditional > inside)) return false;
    const given = parametersOf(command);
    return given !== null && this.commands[name]!(given);
  }

  // ---- the commands

  private include(given: ReadonlyMap<string, ByteString>): boolean {
    const [virtual, file, set, stub, wait] = ['virtual', 'file', 'set', 'stub', 'wait'].map((n) => given.get(n));
    if ((virtual === undefined) === (file === undefined) || (set !== undefined && stub !== undefined)) return false;
    if (wait !== undefined && (virtual === undefined || (wait !== 'yes' && wait !== 'no'))) return false;
    const path = this.evaluated((virtual ?? file)!, true);
    const target = path === null ? null : parseUnsafe(path);
    if (!target) return false;
    const block = stub === undefined ? undefined : this.shared.blocks.get(stub);
    if (stub !== undefined && block === undefined) return false;
    const { run } = this;
    const got = piece(run, target.uri, target.args, run.directive('ssi') ?? null, 'ngx_http_ssi_filter_module');
    // what stands in for it goes through the filters of the request that brought nothing
    const text =
      got.text === '' && block !== undefined ? (got.run?.reply.rewrites.has('ssi') ? new Page(got.run).of(block) : block) : got.text;
    if (set === undefined || text === null) this.put(text);
    else this.shared.variables.set(lower(set), text);
    return true;
  }

  private echo(given: ReadonlyMap<string, ByteString>): boolean {
    const name = given.get('var')!;
    const value = this.variable(name) ?? given.get('default') ?? '(none)';
    // strftime() has no room that is enough for a date of no characters
    if (value === '' && this.format === '' && isDate(lower(name)) && !this.shared.variables.has(lower(name))) return false;
    if (value === '') return true;
    const encoding = given.get('encoding');
    if (encoding !== undefined && encoding in ENCODINGS) this.encoding = encoding;
    this.put(ENCODINGS[this.encoding]!(value));
    return true;
  }

  private configure(given: ReadonlyMap<string, ByteString>): boolean {
    this.format = given.get('timefmt') ?? this.format;
    this.error = given.get('errmsg') ?? this.error;
    return true;
  }

  private set(given: ReadonlyMap<string, ByteString>): boolean {
    const value = this.evaluated(given.get('value')!);
    if (value !== null) this.shared.variables.set(lower(given.get('var')!), value);
    return value !== null;
  }

  private choose(given: ReadonlyMap<string, ByteString>): boolean {
    if (this.chosen) {
      this.shown = false;
      return true;
    }
    const holds = this.holds(given.get('expr')!);
    if (holds === null) return false;
    this.shown = holds;
    this.chosen = holds;
    this.conditional = 1;
    return true;
  }

  private otherwise(): boolean {
    this.shown = !this.chosen;
    this.conditional = 2;
    return true;
  }

  private endConditional(): boolean {
    this.shown = true;
    this.chosen = false;
    this.conditional = 0;
    return true;
  }

  private beginBlock(name: string): boolean {
    this.shared.blocks.set(name, '');
    this.block = name;
    this.shown = false;
    return true;
  }

  private endBlock(): boolean {
    this.shown = true;
    this.block = null;
    return true;
  }

  // ---- values

  /** ngx_http_ssi_get_variable, then nginx's own; null when there is none. */
  private variable(name: ByteString): ByteString | null {
    const key = lower(name);
    const { captures, variables } = this.shared;
    if (/^\d$/.test(key) && Number(key) < captures.length) return captures[Number(key)] ?? '';
    const set = variables.get(key);
    if (set !== undefined) return set;
    if (isDate(key)) return dateInFormat(this.format, clock(this.run), key === 'date_gmt' ? 'GMT' : 'UTC');
    return this.run.variable(key);
  }

  /** ngx_http_ssi_evaluate_string; null for a dollar sign before no name. A path hangs from the folder of the page. */
  private evaluated(text: ByteString, path = false): ByteString | null {
    let bad = false;
    const out = text.replace(
      /\$(?:\{(\w*)(\}?)|(\w*))|((?:\\.|[^\\$])+|\\$)/gs,
      (_, braced?: string, closed?: string, bare?: string, plain?: string) => {
        if (plain !== undefined) return plain.replace(/\\([\\'"$])|\\$/g, '$1');
        const name = braced ?? bare ?? '';
        bad ||= name === '' || (braced !== undefined && closed === '');
        return bad ? '' : (this.variable(name) ?? '');
      },
    );
    if (bad) return null;
    const { uri } = this.run;
    return path && !out.startsWith('/') ? uri.slice(0, uri.lastIndexOf('/') + 1) + out : out;
  }

  /** ngx_http_ssi_if; null: an expression that nginx does not take. */
  private holds(expression: ByteString): boolean | null {
    const [, word = '', rest = ''] = /^([A-Za-z0-9${}_"']*) *(.*)$/s.exec(expression)!;
    const left = this.evaluated(lower(word));
    if (left === null) return null;
    if (rest === '') return left !== '';
    const m = /^(!?=) *(.*)$/s.exec(rest);
    if (!m) return null;
    const negative = m[1] === '!=';
    const right = m[2]!;
    if (right.length > 1 && right.startsWith('/')) {
      if (!right.endsWith('/')) return null;
      const pattern = this.evaluated(right.slice(1, -1));
      const found = pattern === null ? null : this.matches(pattern, left);
      return found === null ? null : found !== negative;
    }
    const wanted = this.evaluated(right.replace(/^\\\//, '/'));
    return wanted === null ? null : (left === wanted) !== negative;
  }

  /** ngx_http_ssi_regex_match; null: no regular expression. */
  private matches(pattern: ByteString, text: ByteString): boolean | null {
    const compiled = this.run.config.regexes.compile(fromBytes(pattern));
    if (!compiled.ok) return null;
    const match = compiled.regex.match(Uint8Array.from(text, (c) => c.charCodeAt(0)));
    if (typeof match === 'string') return false;
    this.shared.captures = match.captures;
    for (const { name, group } of compiled.regex.names) this.shared.variables.set(name.toLowerCase(), match.captures[group] ?? '');
    return true;
  }
}

/** ssi_value_length. */
function sizeOf(run: Run): number {
  const read = parseSize(run.text('ssi_value_length') ?? '');
  return read.ok ? read.value : 256;
}

/** A page with its commands done. Null: a piece of it is not known. */
export const included = (run: Run, text: ByteString): ByteString | null => new Page(run).of(text);
