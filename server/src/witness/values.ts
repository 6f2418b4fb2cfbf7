/**
 * Values that a configuration looks at: what a request must hold for a condition to be met, or for a row of a map to be chosen. What cannot
 * be brought about by a request (the time, the disk, a module's own variable) gives nothing.
 */
import { toBytes } from '../base/bytes.ts';
import type { Regexes } from '../base/regexes.ts';
import { table } from '../base/table.ts';
import { Notes, PerConfig } from '../config/asked.ts';
import type { Config } from '../config/config.ts';
import type { Directive } from '../config/directive.ts';
import { definitionOf, indexOf } from '../trace/index.ts';
import type { HeaderPair } from '../trace/trace.ts';
import { groupTexts, samplesOf } from './regex-samples.ts';

/** A request in parts; what is left out is as usual. */
export interface Probe {
  /** the path as it is in the request line, escaped */
  readonly path?: string;
  /** without the question mark; null: none */
  readonly query?: string | null;
  readonly method?: string;
  readonly headers?: readonly HeaderPair[];
  readonly clientAddress?: string;
  readonly httpVersion?: string;
  readonly bodyLength?: number;
  /** true: the request has no Host line, as in HTTP/1.0 */
  readonly withoutHost?: boolean;
}

/** What a text must be like. */
export type Wanted =
  | { readonly is: string }
  | { readonly matches: string; readonly caseless: boolean }
  /** any text that is not empty and not `0` */
  | 'something';

const text = (regexes: Regexes, wanted: Wanted, forms?: (s: string) => readonly string[]): string | null => {
  if (wanted === 'something') return 'x1';
  if ('is' in wanted) return wanted.is;
  return samplesOf(regexes, wanted.matches, { caseless: wanted.caseless, tries: 8, ...(forms ? { forms } : {}) })[0] ?? null;
};

const PRINTABLE = /^[\x20-\x7e]*$/;
const TARGET = /^[\x21-\x7e]*$/;

/** A header's name as it is usually written, of the variable's part behind `http_`. */
export const headerName = (variable: string): string => variable.replace(/(?:^|_)[a-z]/g, (s) => s.replace('_', '-').toUpperCase());

const known = new PerConfig(() => new Map<string, { readonly probe: Probe | null; readonly notes: Notes }>());

/** A request whose variable is as wanted; null when the client does not decide it, or no such text was found. */
export function probeFor(config: Config, variable: string, wanted: Wanted, depth = 0): Probe | null {
  const found = known.of(config);
  const key = `${variable} ${JSON.stringify(wanted)}`;
  const made = found.get(key);
  if (made) {
    made.notes.use();
    return made.probe;
  }
  const notes = new Notes(config);
  const probe = notes.of(() => find(config, variable.toLowerCase(), wanted, depth));
  found.set(key, { probe, notes });
  return probe;
}

function find(config: Config, name: string, wanted: Wanted, depth: number): Probe | null {
  if (depth > 3) return null;
  const { regexes } = config;
  const defined = definitionOf(indexOf(config), name);
  if (defined?.by === 'map') return ofMap(config, defined.directive, wanted, depth);
  if (defined?.by === 'geo') return ofGeo(defined.directive, wanted);
  if (defined) return null;
  if (name === 'uri' || name === 'document_uri') {
    const path = text(regexes, wanted, (s) => [s, `/${s}`, `/x${s}`, `/x/${s}`]);
    return path?.startsWith('/') ? { path: asPath(path) } : null;
  }
  if (name === 'request_uri') {
    const target = text(regexes, wanted, (s) => [s, `/${s}`, `/x${s}`, `/x/${s}`]);
    if (!target?.startsWith('/') || !TARGET.test(target)) return null;
    const mark = target.indexOf('?');
    return mark < 0 ? { path: target, query: null } : { path: target.slice(0, mark), query: target.slice(mark + 1) };
  }
  if (name === 'request') {
    const line = wanted === 'something' || 'is' in wanted ? null : requestLine(regexes, wanted);
    if (!line) return null;
    const { method, path, query } = line;
    return { path, query, ...(method === 'GET' ? {} : { method }) };
  }
  const value = text(regexes, wanted);
  if (value === null || !PRINTABLE.test(value)) return null;
  if (name === 'request_method') return /^[A-Z]+$/.test(value) ? { method: value } : null;
  if (name === 'args' || name === 'query_string') return TARGET.test(value) && !value.includes('#') ? { query: value } : null;
  if (name === 'is_args') return value === '?' ? { query: 'b=1' } : null;
  if (name === 'remote_addr') return /^[\d.]+$|^[\da-f:]+$/i.test(value) ? { clientAddress: value } : null;
  if (name === 'server_protocol') return /^HTTP\/1\.[01]$/.test(value) ? { httpVersion: value.slice(5) } : null;
  if (value === '') return {};
  if (name.startsWith('arg_')) return TARGET.test(value) && !/[&#]/.test(value) ? { query: `${name.slice(4)}=${value}` } : null;
  if (name.startsWith('cookie_')) return value.includes(';') ? null : { headers: [['Cookie', `${name.slice(7)}=${value}`]] };
  if (name === 'content_type') return { headers: [['Content-Type', value]] };
  if (name.startsWith('http_') && name !== 'http_host') return { headers: [[headerName(name.slice(5)), value]] };
  return null;
}

/** The first line of a request that an expression fits, in its parts. */
function requestLine(
  regexes: Regexes,
  { matches, caseless }: Extract<Wanted, { matches: string }>,
): { readonly method: string; readonly path: string; readonly query: string | null } | null {
  const forms = (s: string): readonly string[] =>
    [`GET${s}`, `GET ${s}`, `GET /${s}`, `GET /x${s}`, s].flatMap((line) => [line, `${line} HTTP/1.1`]);
  for (const line of samplesOf(regexes, matches, { caseless, tries: 8, forms })) {
    const m = /^([A-Z]+) (\/[\x21-\x7e]*) HTTP\/1\.1$/.exec(line);
    if (!m) continue;
    const [path, query] = m[2]!.split(/\?(.*)/);
    return { method: m[1]!, path: path!, query: query ?? null };
  }
  return null;
}

function ofMap(config: Config, map: Directive, wanted: Wanted, depth: number): Probe | null {
  const source = /^\$\{?(\w+)\}?$/.exec(map.value(0))?.[1];
  if (!source) return null;
  const fits = (value: string): boolean => {
    if (wanted === 'something') return value !== '' && value !== '0';
    if ('is' in wanted) return value === wanted.is;
    const compiled = config.regexes.compile(wanted.matches, { caseless: wanted.caseless });
    return compiled.ok && typeof compiled.regex.match(value) === 'object';
  };
  for (const row of rowsOf(map)) {
    if (row.value.includes('$') ? wanted !== 'something' : !fits(row.value)) continue;
    // what is not sent has a row of its own there
    const isNothingElse =
      row.key === null && !rowsOf(map).some(({ key }) => key !== null && key !== 'something' && 'is' in key && key.is === '');
    if (isNothingElse) return {};
    const probe = probeFor(config, source, row.key ?? 'something', depth + 1);
    if (probe) return probe;
  }
  return null;
}

function ofGeo(geo: Directive, wanted: Wanted): Probe | null {
  if (geo.values.length !== 1) return null;
  for (const row of geo.body?.directives ?? []) {
    const address = /^(\d+\.\d+\.\d+\.\d+)(?:\/\d+)?$/.exec(row.name)?.[1];
    const value = row.value(0);
    const fits = wanted === 'something' ? value !== '' && value !== '0' : 'is' in wanted && value === wanted.is;
    if (fits && row.name === 'default') return {};
    if (fits && address) return { clientAddress: address };
  }
  return null;
}

/** Lines of a map that are no rows, by the number of words behind them (ngx_http_map). */
const PARAMETERS: Readonly<Record<string, number>> = table({ hostnames: 0, volatile: 0, include: 1 });

/** The rows of a map with what their source must be; null for the default. */
export function rowsOf(map: Directive): { readonly key: Wanted | null; readonly value: string; readonly directive: Directive }[] {
  return (map.body?.directives ?? []).flatMap((directive) => {
    if (directive.args.length !== 1 || PARAMETERS[directive.name] === 1) return [];
    const name = directive.name;
    const key: Wanted | null =
      name === 'default'
        ? null
        : name.startsWith('~')
          ? { matches: name.replace(/^~\*?/, ''), caseless: name.startsWith('~*') }
          : { is: name.replace(/^\\/, '') };
    return [{ key, value: directive.value(0), directive }];
  });
}

/** The pattern of a condition (`if ($x ~ …)`), with or without the bracket that ends it; null where it has none. */
export function patternOf(condition: Directive): { readonly pattern: string; readonly caseless: boolean } | null {
  const { values } = condition;
  const at = values.findIndex((v) => /^!?~\*?$/.test(v));
  const word = values[at + 1];
  if (at < 0 || word === undefined) return null;
  // behind a quoted pattern the bracket is a word of its own
  return { pattern: at + 2 === values.length ? word.replace(/\)$/, '') : word, caseless: values[at]!.endsWith('*') };
}

/** The most texts of an expression that are compared one by one. */
const FEW = 64;

/** An expression of a whole text, whose alternatives are all in brackets. */
const WHOLE = /^\^((?:[^|()\\]|\\.|\((?:[^()\\]|\\.)*\))*)(?<!\\)\$$/;

/** The texts that meet a condition (`$x = …`, `$x ~ ^(a|b)$`), letters in the case of its own; null where they are not few. */
function textsFor(condition: Directive): readonly string[] | null {
  const { values, scope } = condition;
  if (values[1] === '=') return values.length > 2 && !values[2]!.includes('$') ? [values[2]!.replace(/\)$/, '')] : null;
  const found = values[1]?.startsWith('!') ? null : patternOf(condition);
  const body = found && WHOLE.exec(found.pattern)?.[1];
  return body ? groupTexts(scope.config.regexes, `(${body})`, found.caseless, 1, FEW) : null;
}

/** Variables that are as the client sent them from the first line to the last. */
const UNCHANGED = /^\(\$\{?(?:(?:http|cookie)_\w+|request_method|host|scheme|remote_addr|request_uri)\}?$/i;

/** Whether two conditions ask for texts of one variable of the request, and for none in common. */
export function askForOthers(a: Directive, b: Directive): boolean {
  if (a.value(0).toLowerCase() !== b.value(0).toLowerCase() || !UNCHANGED.test(a.value(0))) return false;
  const [one, other] = [textsFor(a), textsFor(b)];
  if (!one || !other) return false;
  const right = new Set(other.map((t) => t.toLowerCase()));
  return !one.some((t) => right.has(t.toLowerCase()));
}

const HEX = '0123456789ABCDEF';

/** A decoded path as a request line has it: what would end or change it there is escaped. */
export function asPath(decoded: string): string {
  let out = '';
  for (const c of toBytes(decoded)) {
    const byte = c.charCodeAt(0);
    out += byte <= 0x20 || byte >= 0x7f || c === '%' || c === '?' || c === '#' ? `%${HEX[byte >> 4]}${HEX[byte & 15]}` : c;
  }
  return out;
}

/** Two requests in one: the second's parts win, header lines and queries are joined. */
export function joined(a: Probe, b: Probe): Probe {
  const headers = [...(a.headers ?? []), ...(b.headers ?? [])];
  const query = a.query && b.query ? `${a.query}&${b.query}` : b.query === undefined ? a.query : b.query;
  return { ...a, ...b, ...(headers.length ? { headers } : {}), ...(query === undefined ? {} : { query }) };
}
