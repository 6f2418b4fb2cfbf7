/** `$invalid_referer` (ngx_http_referer_module): the words of valid_referers as tables, looked up as nginx does. */
import { type ByteString, byteArray, lower, toBytes } from '../base/bytes.ts';
import type { CompiledRegex } from '../base/regexes.ts';
import type { Scope } from '../config/scope.ts';
import { Slot } from '../config/slot.ts';
import type { Run } from './run.ts';

/** A host, with the start of the path that goes with it; '' where any does. */
type Hosts = Map<ByteString, ByteString>;

interface Referers {
  readonly none: boolean;
  readonly blocked: boolean;
  readonly exact: Hosts;
  /** by what comes after `*.` */
  readonly head: Hosts;
  /** by what comes before `.*` */
  readonly tail: Hosts;
  /** against the referer without its scheme */
  readonly regexes: readonly (CompiledRegex | null)[];
  /** against the host: the regular expressions among the server's names */
  readonly names: readonly (CompiledRegex | null)[];
}

const tables = new Slot<Scope, Referers | null>();

/** What a level has in force; null where no level has the directive. */
function referersOf(run: Run, scope: Scope): Referers | null {
  let found = tables.get(scope);
  if (found === undefined) tables.set(scope, (found = read(run, scope)));
  return found;
}

/**
 * ngx_http_referer_merge_conf: hosts and words of a level replace those around it, but a level without regular expressions of its own keeps
 * those of the level around.
 */
function read(run: Run, scope: Scope): Referers | null {
  const outer = scope.parent ? referersOf(run, scope.parent) : null;
  const words = scope.named('valid_referers').flatMap((d) => d.values);
  if (!words.length) return outer;
  const exact: Hosts = new Map();
  const head: Hosts = new Map();
  const tail: Hosts = new Map();
  const put = (text: string, uri: string): void => {
    const name = lower(toBytes(text));
    const into = name.endsWith('.*') ? tail : name.startsWith('*.') || name.startsWith('.') ? head : exact;
    const key = into === tail ? name.slice(0, -2) : into === head ? name.slice(name.startsWith('*') ? 2 : 1) : name;
    if (!into.has(key)) into.set(key, toBytes(uri));
    if (name.startsWith('.') && !exact.has(key)) exact.set(key, toBytes(uri));
  };
  const regexes: (CompiledRegex | null)[] = [];
  for (const word of words) {
    if (word === 'none' || word === 'blocked' || word === 'server_names') continue;
    if (word.startsWith('~')) {
      const compiled = run.config.regexes.compile(word.slice(1), { caseless: true });
      regexes.push(compiled.ok ? compiled.regex : null);
      continue;
    }
    const slash = word.indexOf('/');
    put(slash < 0 ? word : word.slice(0, slash), slash < 0 ? '' : word.slice(slash));
  }
  const own = words.includes('server_names') ? run.server.names : [];
  for (const name of own) if (name.kind !== 'regex') put(name.text, '');
  const names = own.flatMap((n) => (n.kind === 'regex' ? [n.regex] : []));
  return {
    none: words.includes('none'),
    blocked: words.includes('blocked'),
    exact,
    head,
    tail,
    regexes: regexes.length ? regexes : (outer?.regexes ?? []),
    names: names.length ? names : (outer?.names ?? []),
  };
}

/** ngx_hash_find_combined: the name itself, then the longest end, then the longest start. */
function find({ exact, head, tail }: Referers, host: ByteString): ByteString | undefined {
  const found = exact.get(host);
  if (found !== undefined) return found;
  for (let dot = host.indexOf('.'); dot >= 0; dot = host.indexOf('.', dot + 1)) {
    const uri = dot > 0 ? head.get(host.slice(dot + 1)) : undefined;
    if (uri !== undefined) return uri;
  }
  for (let dot = host.lastIndexOf('.'); dot > 0; dot = host.lastIndexOf('.', dot - 1)) {
    const uri = tail.get(host.slice(0, dot));
    if (uri !== undefined) return uri;
  }
  return undefined;
}

/** A referer is too short to name a host (`http://i.ru`), or its host too long to be looked up. */
const SHORTEST = 11;
const LONGEST_HOST = 256;

/** ngx_http_referer_variable: '' when the referer is valid, '1' when it is not. */
export function invalidReferer(run: Run): ByteString {
  const referers = referersOf(run, run.scope);
  if (!referers) return '';
  const referer = run.header('referer');
  if (referer === null) return referers.none ? '' : '1';
  const scheme = referer.length < SHORTEST ? null : /^https?:\/\//i.exec(referer);
  if (!scheme) return referers.blocked ? '' : '1';
  const rest = referer.slice(scheme[0].length);
  const host = lower(/^[^/:]*/.exec(rest)![0]);
  if (host.length > LONGEST_HOST) return '1';
  const start = find(referers, host);
  if (start !== undefined) {
    const slash = rest.indexOf('/', host.length);
    return start === '' || (slash >= 0 && rest.startsWith(start, slash)) ? '' : '1';
  }
  const fits = (regex: CompiledRegex | null, text: ByteString): boolean => regex !== null && regex.match(byteArray(text)) !== 'no';
  return referers.names.some((r) => fits(r, host)) || referers.regexes.some((r) => fits(r, rest)) ? '' : '1';
}
