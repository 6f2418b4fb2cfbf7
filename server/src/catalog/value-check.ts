// Joins the facts of a directive to nginx's grammars: which of its arguments nginx would refuse or warn of, by the directive and its
// arguments alone. What depends on other directives, on files or on names is left to rules. Arguments are words after unquoting.

import { table } from '../base/table.ts';
import { argumentOf } from './arguments.ts';
import { argsOf, kindOf, type Target, valuesOf } from './catalog.ts';
import type { DirectiveFact, Kind } from './fact.ts';
import { badExportName, FOREIGN_VALUES } from './foreign-values.ts';
import { readJsonPath } from './json-path.ts';
import { nginxWords } from './nginx-words.ts';
import { findParameter, parameterLabel, parameterStatus, readParameterValue } from './parameters.ts';
import type { ParameterFact } from './shape.ts';
import {
  atoi,
  listed,
  networkText,
  type Problem,
  parseAccess,
  parseAddress,
  parseCidr,
  parseFlag,
  parseIpPort,
  parseNumber,
  parseOffset,
  parsePathLevel,
  parseSize,
  parseStatus,
  parseTime,
  parseWord,
  parseZone,
  problemText,
  type Read,
} from './value-kind.ts';
import { atLeast } from './version.ts';

/** One thing that nginx says of an argument. */
export interface ValueFinding {
  /** Index of the argument, 0 is the first after the name. */
  readonly argument: number;
  /** UTF-16 offsets within the argument's value. */
  readonly at: number;
  readonly length: number;
  readonly severity: 'error' | 'warning';
  /** What is wrong and what to do, quoting the value. */
  readonly message: string;
  /** nginx's own message, for those who search for it; empty where it is not known. */
  readonly nginx: string;
  /** nginx says it when the block of the protocol ends. */
  readonly late?: true;
  /** A value to put in the argument's place, where one is evident. */
  readonly replacement?: string;
}

type Report = (finding: Omit<ValueFinding, 'severity'> & { severity?: 'warning' }) => void;

interface Check {
  readonly fact: DirectiveFact;
  readonly args: readonly string[];
  readonly target: Target;
  readonly report: Report;
}

const whole = (argument: number, value: string): { argument: number; at: number; length: number } => ({
  argument,
  at: 0,
  length: value.length,
});

/** Reports a problem of one argument, in our words and nginx's. */
function refuse(c: Check, argument: number, problem: Problem, nginx: string, replacement?: string): void {
  const value = c.args[argument] ?? '';
  c.report({ argument, at: problem.at, length: problem.length, message: problemText(value, problem), nginx, replacement });
}

/** The value when it could be read; else the problem is reported. Words and replacement are made only then: most values are right. */
function expect<T>(
  c: Check,
  argument: number,
  read: Read<T>,
  nginx: string | ((c: Check) => string),
  meant?: Parameters<typeof evident>[1],
): T | null {
  if (read.ok) return read.value;
  const value = c.args[argument] ?? '';
  refuse(c, argument, read.problem, typeof nginx === 'string' ? nginx : nginx(c), meant ? evident(value, meant) : undefined);
  return null;
}

const invalidValue = (c: Check): string => `"${c.fact.name}" directive invalid value`;
const flagWords = (c: Check): string => `invalid value "${c.args[0] ?? ''}" in "${c.fact.name}" directive, it must be "on" or "off"`;
const invalidNumber = (c: Check): string => `"${c.fact.name}" directive invalid number`;
const invalidParameter = (value: string): string => `invalid parameter "${value}"`;
/** Whether variables decide the value, so that nginx looks at run time only. */
const dynamic = (c: Check, value: string): boolean => c.fact.variables !== false && value.includes('$');

/** `1g` where only k and m are known, `5min`, `10sec`: what was meant. */
function evident(value: string, kind: 'size' | 'msec' | 'sec' | 'flag'): string | undefined {
  if (kind === 'flag') {
    if (/^(?:yes|true|1|enabled?)$/i.test(value)) return 'on';
    return /^(?:no|false|0|disabled?)$/i.test(value) ? 'off' : undefined;
  }
  if (kind === 'size') {
    const m = /^(\d+)\s*(k|m|g)(?:i?b)?$/i.exec(value);
    if (!m) return undefined;
    const n = Number(m[1]);
    return m[2]!.toLowerCase() === 'g' ? `${n * 1024}m` : `${n}${m[2]!.toLowerCase()}`;
  }
  const m = /^(\d+)\s*(ms|msecs?|milliseconds?|s|secs?|seconds?|m|mins?|minutes?|h|hrs?|hours?|d|days?|w|weeks?)$/i.exec(value);
  if (!m) return undefined;
  const unit = m[2]!.toLowerCase();
  const short = unit.startsWith('ms') || unit.startsWith('mil') ? 'ms' : unit.charAt(0);
  return short === 'ms' && kind === 'sec' ? undefined : m[1] + short;
}

/** The exact value: beyond 2^53 a number has lost its low digits. */
const exact = (text: string, value: number): bigint => atoi(text) ?? BigInt(value);

const bytesOf = (text: string): number => {
  const read = parseSize(text);
  return read.ok ? read.value : Number.NaN;
};

const isPowerOfTwo = (n: bigint): boolean => n > 0n && (n & (n - 1n)) === 0n;

/** ngx_conf_num_bounds and the post handlers of sizes and numbers. */
function within(c: Check, argument: number, value: number): void {
  const { bounds, check } = c.fact;
  const text = c.args[argument] ?? '';
  const out = (message: string, nginx: string): void => c.report({ ...whole(argument, text), message, nginx });
  if (bounds && (value < bounds.min || value > bounds.max)) {
    out(`"${text}" is out of range. Use ${bounds.min} to ${bounds.max}.`, `value must be between ${bounds.min} and ${bounds.max}`);
    return;
  }
  if (!check) return;
  if (c.fact.name === 'http2_recv_buffer_size' && value > 16 && atLeast(c.target.nginx, '1.23.0')) return;
  if (check.oneOf && !check.oneOf.some((o) => bytesOf(o) === value)) {
    const most = check.oneOf.slice(0, -1).join(', ');
    out(
      `"${text}" is not accepted. Use ${most} or ${check.oneOf.at(-1)}.`,
      `"${c.fact.name}" directive must be ${most}, or ${check.oneOf.at(-1)}`,
    );
  } else if (check.min !== undefined && value < check.min) out(`"${text}" is too small. Use at least ${check.min}.`, invalidValue(c));
  else if (check.max !== undefined && value > check.max) out(`"${text}" is too big. Use at most ${check.max}.`, invalidValue(c));
  else if (check.greaterThan !== undefined && value <= check.greaterThan)
    out(`"${text}" is too small. Use more than ${check.greaterThan}.`, `value must be equal to or greater than ${check.greaterThan + 1}`);
  else if (check.multipleOf !== undefined && exact(text, value) % BigInt(check.multipleOf) !== 0n)
    out(
      `"${text}" is not a multiple of ${check.multipleOf} bytes. Use one.`,
      check.min === undefined ? invalidValue(c) : `the pool size must be a multiple of ${check.multipleOf}`,
    );
  else if (check.powerOfTwo && !isPowerOfTwo(exact(text, value)))
    out(`"${text}" is not a power of two. Use one.`, 'must be a power of two');
}

const wordsOf = new WeakMap<DirectiveFact, { readonly at: string; readonly words: readonly string[] }>();

/** The words of an enum or bitmask; kept for the target that was asked last. */
function words(c: Check): readonly string[] {
  let kept = wordsOf.get(c.fact);
  const at = `${c.target.nginx.text} ${c.target.flavour}`;
  if (kept?.at !== at) {
    kept = { at, words: valuesOf(c.fact, c.target).map((v) => v.name) };
    wordsOf.set(c.fact, kept);
  }
  return kept.words;
}

/** A word of an enum or bitmask that the target does not have, distinguished from one that nobody has. */
function word(c: Check, argument: number): string | null {
  const value = c.args[argument] ?? '';
  const read = parseWord(value, words(c));
  if (read.ok) return read.value;
  const later = c.fact.values.find((v) => v.name.toLowerCase() === value.toLowerCase());
  const nginx = `invalid value "${value}"`;
  if (later?.removed !== undefined && atLeast(c.target.nginx, later.removed))
    c.report({
      ...whole(argument, value),
      message: `"${value}" was removed in nginx ${later.removed}. Use ${read.problem.expected}.`,
      nginx,
    });
  else if (later?.plusOnly && c.target.flavour !== 'plus')
    c.report({ ...whole(argument, value), message: `"${value}" is a value of NGINX Plus. Use ${read.problem.expected}.`, nginx });
  else if (later?.since !== undefined)
    c.report({
      ...whole(argument, value),
      message: `"${value}" needs nginx ${later.since} or later; this is ${c.target.nginx.text}.`,
      nginx,
    });
  else refuse(c, argument, read.problem, nginx);
  return null;
}

const BY_KIND: { readonly [kind in Kind]?: (c: Check) => void } = table({
  flag: (c) => {
    const value = c.args[0] ?? '';
    expect(c, 0, parseFlag(value), flagWords, 'flag');
  },
  number: (c) => {
    const n = expect(c, 0, parseNumber(c.args[0] ?? ''), invalidNumber);
    if (n !== null) within(c, 0, n);
  },
  size: (c) => {
    const n = expect(c, 0, parseSize(c.args[0] ?? ''), invalidValue, 'size');
    if (n !== null) within(c, 0, n);
  },
  'complex-size': (c) => {
    const value = c.args[0] ?? '';
    if (!value.includes('$')) expect(c, 0, parseSize(value), invalidValue, 'size');
  },
  offset: (c) => {
    const n = expect(c, 0, parseOffset(c.args[0] ?? ''), invalidValue);
    if (n !== null) within(c, 0, n);
  },
  msec: (c) => void expect(c, 0, parseTime(c.args[0] ?? '', 'msec'), invalidValue, 'msec'),
  sec: (c) => void expect(c, 0, parseTime(c.args[0] ?? '', 'sec'), invalidValue, 'sec'),
  bufs: (c) => {
    const count = expect(c, 0, parseNumber(c.args[0] ?? ''), invalidValue);
    const size = expect(c, 1, parseSize(c.args[1] ?? ''), invalidValue, 'size');
    if (count === 0)
      c.report({ ...whole(0, '0'), message: 'There must be at least one buffer. Give a number above 0.', nginx: invalidValue(c) });
    if (size === 0)
      c.report({ ...whole(1, c.args[1] ?? ''), message: 'A buffer cannot be empty. Give a size above 0.', nginx: invalidValue(c) });
  },
  enum: (c) => {
    if (c.fact.values.length) word(c, 0);
  },
  bitmask: (c) => {
    if (!c.fact.values.length) return;
    const seen = new Set<string>();
    c.args.forEach((value, argument) => {
      const read = word(c, argument);
      if (read === null) return;
      // the bits of samesite=strict, lax and none overlap
      const bit = read.replace(/=.*/, '');
      if (seen.has(bit))
        c.report({
          ...whole(argument, value),
          severity: 'warning',
          message: `"${value}" is given twice. Remove one.`,
          nginx: `duplicate value "${value}"`,
        });
      seen.add(bit);
    });
  },
  access: (c) => c.args.forEach((value, argument) => void expect(c, argument, parseAccess(value), `invalid value "${value}"`)),
  'path-levels': (c) => {
    let sum = 0;
    for (let i = 1; i < c.args.length; i++) {
      const level = expect(c, i, parsePathLevel(c.args[i] ?? ''), invalidValue);
      if (level === null) return;
      sum += level;
    }
    // ngx_conf_set_path_slot: path->len > 10 + i
    if (sum > 10)
      c.report({
        ...whole(c.args.length - 1, c.args.at(-1) ?? ''),
        message: 'The levels are too long together. Use 1 or 2 for each.',
        nginx: invalidValue(c),
      });
  },
  'mime-types': (c) => {
    // text/html is in the list from the start where it is the default: ngx_http_merge_types
    const seen = new Set(c.fact.default === 'text/html' ? ['text/html'] : []);
    c.args.forEach((value, argument) => {
      const lower = value.toLowerCase();
      if (seen.has(lower)) {
        const built = lower === 'text/html' && c.fact.default === 'text/html';
        const message = built ? '"text/html" is in the list anyway. Remove it.' : `"${value}" is given twice. Remove one.`;
        c.report({ ...whole(argument, value), severity: 'warning', message, nginx: `duplicate MIME type "${lower}"` });
      }
      seen.add(lower);
    });
  },
  'cache-valid': (c) => {
    const last = c.args.length - 1;
    const value = c.args[last] ?? '';
    expect(c, last, parseTime(value, 'sec'), `invalid time value "${value}"`, 'sec');
    for (let i = 0; i < last; i++) {
      const status = c.args[i] ?? '';
      if (status !== 'any') expect(c, i, parseStatus(status, 100, 599), `invalid status "${status}"`);
    }
  },
  bind: (c) => {
    const [value = '', flag] = c.args;
    if (flag !== undefined && flag !== 'transparent')
      c.report({
        ...whole(1, flag),
        message: `"${flag}" is not a parameter here. The only one is "transparent".`,
        nginx: invalidParameter(flag),
      });
    if (value === 'off' && c.args.length === 1) return;
    if (!value.includes('$')) expect(c, 0, parseIpPort(value, atLeast(c.target.nginx, '1.27.3')), `invalid address "${value}"`);
  },
});

/** Number of arguments that must be right for a check to make sense, so that a wrong count is not reported twice. */
const countFits = (c: Check): boolean => {
  const { counts, min, any } = argsOf(c.fact, c.target.nginx);
  return any || (counts ? counts.includes(c.args.length) : c.args.length >= min);
};

/** Parameters: unknown ones, those of other versions, bad values, exclusive pairs, missing ones. */
function parameters(c: Check): void {
  const table = c.fact.parameters;
  // mail reads nothing behind `resolver off`
  if (!table || (c.fact.name === 'resolver' && c.fact.module === 'ngx_mail_core_module' && c.args[0] === 'off')) return;
  const seen: { parameter: ParameterFact; argument: number }[] = [];
  for (let argument = table.from; argument < c.args.length && argument <= (table.to ?? argument); argument++) {
    const value = c.args[argument] ?? '';
    const hit = findParameter(table.list, value);
    if (!hit) {
      if (table.open === true || (table.open === 'addresses' && !/^\w+=/.test(value))) continue;
      const known = table.list.filter((p) => parameterStatus(p, c.target).known && p.replacedBy === undefined);
      c.report({
        ...whole(argument, value),
        message: `"${value}" is not a parameter of ${c.fact.name}. Use ${listed(known.map(parameterLabel))}.`,
        nginx: invalidParameter(value),
      });
      continue;
    }
    const { parameter } = hit;
    const status = parameterStatus(parameter, c.target);
    const label = { argument, at: 0, length: parameter.name.length };
    if (!status.known) {
      const why =
        status.reason === 'plus'
          ? 'is part of NGINX Plus only'
          : status.reason === 'openresty'
            ? 'is part of OpenResty only; where that runs, set "flavour: openresty"'
            : status.reason === 'removed'
              ? `was removed in nginx ${status.removed}${status.replacedBy ? `; use ${status.replacedBy}` : ''}`
              : `needs nginx ${status.since} or later; this is ${c.target.nginx.text}`;
      c.report({ ...label, message: `The parameter "${parameter.name}" ${why}.`, nginx: invalidParameter(value) });
      continue;
    }
    if (parameter.notOnLinux) {
      c.report({
        ...label,
        message: `The parameter "${parameter.name}" does not exist on Linux. Remove it.`,
        nginx: invalidParameter(value),
      });
      continue;
    }
    if (hit.value !== null && !parameter.unchecked) {
      const read = readParameterValue(parameter, hit.value);
      if (!read.ok) {
        const { problem } = read;
        c.report({
          argument,
          at: hit.at + problem.at,
          length: problem.length,
          message: `${parameterLabel(parameter)} ${problemText(hit.value, problem)}`,
          nginx: invalidParameter(value),
        });
      }
    }
    const clash = seen.find((s) => parameter.excludes?.includes(s.parameter.name) || s.parameter.excludes?.includes(parameter.name));
    if (clash)
      c.report({
        ...label,
        message: `"${parameter.name}" cannot stand beside "${clash.parameter.name}". Remove one.`,
        nginx: `"${parameter.name}" parameter is incompatible with "${clash.parameter.name}"`,
      });
    seen.push({ parameter, argument });
  }
  if (seen.some((s) => s.parameter.name === 'off')) return;
  for (const parameter of table.list)
    if (parameter.required && !seen.some((s) => s.parameter === parameter))
      c.report({
        ...whole(-1, ''),
        message: `${c.fact.name} needs the parameter "${parameterLabel(parameter)}".`,
        nginx: `"${c.fact.name}" must have "${parameter.name}" parameter`,
      });
}

/** `$name` where a directive declares a variable. */
function declared(c: Check): void {
  c.args.forEach((value, argument) => {
    const what = argumentOf(c.fact, argument, c.args.length);
    if (what?.kind !== 'variable' || what.names?.role !== 'defines' || /^\$./s.test(value)) return;
    const plain = /^\w+$/.test(value);
    c.report({
      ...whole(argument, value),
      message: plain ? `A variable begins with "$": "$${value}".` : `"${value}" is not the name of a variable. Use "$" and a name.`,
      nginx: `invalid variable name "${value}"`,
      replacement: plain ? `$${value}` : undefined,
    });
  });
}

/** Arguments of directives with code of their own whose grammar the table of arguments tells. */
function custom(c: Check): void {
  c.args.forEach((value, argument) => {
    const what = argumentOf(c.fact, argument, c.args.length);
    if (!what || dynamic(c, value) || what.words?.includes(value)) return;
    const among = what.words?.length ? `${listed(what.words)}, or ` : '';
    const read = ((): Read<unknown> | null => {
      switch (what.kind) {
        case 'number': {
          const n = parseNumber(value);
          if (!n.ok) return n;
          if (what.min !== undefined && n.value < what.min) return wrong('too-small', value, `at least ${what.min}`);
          return what.max !== undefined && n.value > what.max ? wrong('too-big', value, `at most ${what.max}`) : n;
        }
        case 'size':
          return parseSize(value);
        case 'offset':
          return parseOffset(value);
        case 'msec':
        case 'sec':
          return parseTime(value, what.kind);
        case 'word':
          return what.words ? wrong('not-allowed', value, listed(what.words)) : null;
        default:
          return null;
      }
    })();
    if (read && !read.ok) {
      const nginx = what.kind === 'word' ? invalidParameter(value) : invalidValue(c);
      const problem = what.kind === 'word' || !among ? read.problem : { ...read.problem, expected: among + read.problem.expected };
      refuse(
        c,
        argument,
        problem,
        nginx,
        what.kind === 'size' || what.kind === 'msec' || what.kind === 'sec' ? evident(value, what.kind) : undefined,
      );
    }
  });
}

const wrong = (code: Problem['code'], value: string, expected: string): Read<never> => ({
  ok: false,
  problem: { code, at: 0, length: value.length, expected },
});

const LEVELS = ['debug', 'info', 'notice', 'warn', 'error', 'crit', 'alert', 'emerg'];
const DEBUG = ['debug_core', 'debug_alloc', 'debug_mutex', 'debug_event', 'debug_http', 'debug_mail', 'debug_stream'];

function say(c: Check, argument: number, message: string, nginx: string, replacement?: string): void {
  c.report({ ...whole(argument, c.args[argument] ?? ''), message, nginx, replacement });
}

/** ngx_ptocidr's verdict on an allow, deny and the like. */
function networkArgument(c: Check, argument: number, special: readonly string[]): void {
  const value = c.args[argument] ?? '';
  if (special.includes(value)) return;
  const read = parseCidr(value);
  if (!read.ok) refuse(c, argument, read.problem, invalidParameter(value));
  else if (read.value.lowBits)
    c.report({
      ...whole(argument, value),
      severity: 'warning',
      message: `"${value}" has bits set behind its prefix; nginx uses ${networkText(read.value)}.`,
      nginx: `low address bits of ${value} are meaningless`,
      replacement: networkText(read.value),
    });
}

/** Where nginx takes what is no network for the name of a host: only a prefix length shows that a network was meant. */
function networkOrName(c: Check, names: boolean): void {
  const value = c.args[0] ?? '';
  if (!names || value.includes('/') || parseCidr(value).ok) networkArgument(c, 0, ['unix:']);
}

/** Directives whose own code checks what no table tells; `stream:name`, `mail:name` and `context/name` where one name means several things. */
const SPECIAL: Readonly<Record<string, (c: Check) => void>> = table({
  allow: (c) => networkArgument(c, 0, ['all', 'unix:']),
  deny: (c) => networkArgument(c, 0, ['all', 'unix:']),
  // ngx_http_geoip_cidr_value asks for this address by its text, since ngx_inet_addr cannot say it
  geoip_proxy: (c) => networkArgument(c, 0, ['255.255.255.255']),
  set_real_ip_from: (c) => networkOrName(c, atLeast(c.target.nginx, '1.13.1')),
  debug_connection: (c) => networkOrName(c, true),
  worker_priority: (c) => {
    const value = c.args[0] ?? '';
    if (atoi(value.replace(/^[+-]/, '')) === null) say(c, 0, `"${value}" is not a whole number. Use -20 to 20.`, invalidNumber(c));
  },
  worker_cpu_affinity: (c) => {
    c.args.forEach((value, argument) => {
      if (value === 'auto' && argument === 0) return;
      const at = value.search(/[^01 ]/);
      if (at >= 0)
        c.report({
          argument,
          at,
          length: 1,
          message: `"${value.charAt(at)}" is not allowed in a CPU mask. Use 0 and 1.`,
          nginx: `invalid character "${value.charAt(at)}" in "worker_cpu_affinity"`,
        });
    });
    if (c.args[0] === 'auto' && c.args.length > 2)
      say(c, 2, 'Behind "auto" there may be one mask only.', 'invalid number of arguments in "worker_cpu_affinity" directive');
  },
  error_log: (c) => {
    let level: string | null = null;
    let debug = false;
    for (let i = 1; i < c.args.length; i++) {
      const value = c.args[i] ?? '';
      if (LEVELS.includes(value)) {
        if (level !== null || debug) say(c, i, `A second level "${value}". Keep one.`, `duplicate log level "${value}"`);
        level = value;
      } else if (DEBUG.includes(value)) {
        if (level !== null) say(c, i, `"${value}" cannot stand beside the level "${level}". Keep one.`, `invalid log level "${value}"`);
        debug = true;
      } else if (value !== 'json' || c.target.flavour !== 'plus')
        say(c, i, `"${value}" is not a level. Use ${listed(LEVELS)}.`, `invalid log level "${value}"`);
    }
    const file = c.args[0] ?? '';
    if (file.startsWith('memory:')) {
      const read = parseSize(file.slice(7));
      // ngx_log_memory: a page at least
      if (!read.ok || read.value < 4096)
        say(c, 0, `"${file.slice(7)}" is not a size. Use memory: and a size such as 32m.`, `invalid buffer size "${file.slice(7)}"`);
    }
  },
  return: (c) => {
    const value = c.args[0] ?? '';
    const nginx = `invalid return code "${value}"`;
    const code = atoi(value);
    if (code === null) {
      if (c.args.length === 1 && /^(?:https?:\/\/|\$scheme)/.test(value)) return;
      const asUrl = c.args.length === 1 && /[/$]/.test(value);
      say(
        c,
        0,
        asUrl ? `"${value}" needs a code in front: return 302 ${value};` : `"${value}" is not a status code. Use a number up to 999.`,
        nginx,
      );
    } else if (code > 999n) say(c, 0, `"${value}" is not a status code. Use a number up to 999.`, nginx);
  },
  geo: (c) => {
    const value = c.args[0] ?? '';
    if (c.args.length === 2 && !/^\$./s.test(value))
      say(
        c,
        0,
        `"${value}" is no variable. A geo reads its address from one.`,
        `invalid variable name "${value}"`,
        /^\w+$/.test(value) ? `$${value}` : undefined,
      );
  },
  json_set: (c) => {
    const [name = '', source = '', path = ''] = c.args;
    for (const [argument, value] of [name, source].entries())
      if (!/^\$./s.test(value))
        return say(
          c,
          argument,
          `"${value}" is no variable. Put a dollar sign in front.`,
          `invalid variable name "${value}"`,
          /^\w+$/.test(value) ? `$${value}` : undefined,
        );
    if (path === '') say(c, 2, 'The path is empty. Name a member, such as user.name.', 'empty json_set path');
    else if (readJsonPath(path) === null)
      say(c, 2, `"${path}" is no path. Write members with dots and elements in brackets: items[0].id.`, `invalid json_set path "${path}"`);
  },
  index: (c) =>
    c.args.forEach((value, argument) => {
      if (value === '') say(c, argument, 'The name of the index is empty. Give a file.', 'index "" in "index" directive is invalid');
      else if (value.startsWith('/') && argument < c.args.length - 1)
        c.report({
          ...whole(argument, value),
          severity: 'warning',
          message: `"${value}" is absolute, and what follows it is never tried. Move it to the end.`,
          nginx: 'only the last index in "index" directive should be absolute',
        });
    }),
  sub_filter: (c) => {
    if (c.args[0] === '') say(c, 0, 'The text to search for is empty. Give one.', 'empty search pattern');
  },
  'stream/ssl_alpn': (c) => alpn(c),
  'stream/proxy_bind': (c) => BY_KIND.bind?.(c),
  auth_http: (c) => {
    const value = c.args[0] ?? '';
    const at = value.startsWith('http://') ? 7 : 0;
    const read = parseAddress(value.slice(at), { uri: true });
    if (!read.ok) {
      const nginx = `${addressReason(value.slice(at), { uri: true })} in auth_http "${value.slice(at)}"`;
      const foreign = /^[a-z]+:\/\//i.exec(value.slice(at))?.[0];
      if (foreign) say(c, 0, `"${foreign}" is not a scheme here. Use "http://", or none.`, nginx);
      else refuse(c, 0, { ...read.problem, at: read.problem.at + at }, nginx);
    }
  },
  // ngx_event_use knows the methods that were compiled in
  use: (c) => {
    const methods = (argumentOf(c.fact, 0, 1)?.words ?? []).filter((w) =>
      w === 'rtsig'
        ? !atLeast(c.target.nginx, '1.9.1')
        : w === 'epoll' || c.target.modules.has(`ngx_${w === '/dev/poll' ? 'devpoll' : w}_module`),
    );
    const value = c.args[0] ?? '';
    if (!methods.includes(value)) say(c, 0, `"${value}" is not an event method. Use ${listed(methods)}.`, `invalid event type "${value}"`);
  },
  // a text, whatever it is
  'stream-server/return': () => {},
  error_page: (c) => {
    const n = c.args.length;
    const response = n >= 2 && (c.args[n - 2] ?? '').startsWith('=') ? n - 2 : -1;
    if (response >= 0) {
      const value = c.args[response] ?? '';
      if (response === 0) say(c, 0, 'The codes to handle are missing in front of the response code.', `invalid value "${value}"`);
      else if (value.length > 1 && atoi(value.slice(1)) === null)
        say(c, response, `"${value.slice(1)}" is not a status code. Use "=" and a number, or "=" alone.`, `invalid value "${value}"`);
    }
    for (let i = 0; i < (response >= 0 ? response : n - 1); i++) {
      const value = c.args[i] ?? '';
      const code = atoi(value);
      if (code === null) say(c, i, `"${value}" is not a status code. Use 300 to 599.`, `invalid value "${value}"`);
      else if (code === 499n) say(c, i, '499 means that the client has gone; there is nobody to show a page to.', 'invalid value "499"');
      else if (code < 300n || code > 599n)
        say(c, i, `"${value}" is out of range. Use 300 to 599.`, `value "${value}" must be between 300 and 599`);
    }
  },
  try_files: (c) => {
    const last = c.args.length - 1;
    const value = c.args[last] ?? '';
    if (!value.startsWith('=')) return;
    const code = atoi(value.slice(1));
    if (code === null || code > 999n)
      say(c, last, `"${value}" is not a status code. Use "=" and a number up to 999.`, `invalid code "${value}"`);
  },
  rewrite: (c) => {
    if (c.args[1] === '') say(c, 1, 'The replacement is empty. Give a URI.', 'empty replacement');
    const flag = c.args[2];
    if (flag !== undefined && !['last', 'break', 'redirect', 'permanent'].includes(flag))
      say(c, 2, `"${flag}" is not a flag of rewrite. Use "last", "break", "redirect" or "permanent".`, invalidParameter(flag));
  },
  expires: (c) => {
    const last = c.args.length - 1;
    if (last === 1 && c.args[0] !== 'modified') {
      say(c, 0, `"${c.args[0]}" is not accepted in front of a time. The only word is "modified".`, invalidValue(c));
      return;
    }
    const value = c.args[last] ?? '';
    if (value.includes('$') || (last === 0 && ['epoch', 'max', 'off'].includes(value))) return;
    const daily = value.startsWith('@');
    if (daily && last === 1) {
      say(
        c,
        last,
        'A time of day cannot stand behind "modified".',
        '"expires" directive daily time cannot be used with "modified" parameter',
      );
      return;
    }
    const shift = /^[@+-]/.test(value) ? 1 : 0;
    const read = parseTime(value.slice(shift), 'sec');
    if (!read.ok) {
      const { problem } = read;
      refuse(
        c,
        last,
        { ...problem, at: problem.at + shift, expected: 'a time such as 30d, "max", "off" or "epoch"' },
        invalidValue(c),
        evident(value, 'sec'),
      );
    } else if (daily && read.value > 86400)
      say(
        c,
        last,
        `"${value}" is later than 24 hours. Use @0h to @24h.`,
        '"expires" directive daily time value must be less than 24 hours',
      );
  },
  userid_mark: (c) => {
    const value = c.args[0] ?? '';
    if (value !== 'off' && !/^[0-9A-Za-z=]$/.test(value))
      say(
        c,
        0,
        `"${value}" is not accepted. Use "off", one letter, one digit or "=".`,
        '"userid_mark" directive value must be "off" or a single letter, digit or "="',
      );
  },
  modern_browser: (c) => {
    const [browser = '', number] = c.args;
    if (c.args.length === 1) {
      if (browser !== 'unlisted')
        say(
          c,
          0,
          `"${browser}" needs a version. The only word that stands alone is "unlisted".`,
          'invalid number of arguments in "modern_browser" directive',
        );
      return;
    }
    if (!['msie', 'gecko', 'opera', 'safari', 'konqueror'].includes(browser.toLowerCase()))
      say(
        c,
        0,
        `"${browser}" is not a browser that nginx knows. Use "msie", "gecko", "opera", "safari" or "konqueror".`,
        `unknown browser name "${browser}"`,
      );
    else if (number !== undefined && !/^[0-9.]*$/.test(number))
      say(c, 1, `"${number}" is not a version. Use digits and dots.`, `invalid browser version "${number}"`);
  },
  limit_except: (c) => {
    const methods = argumentOf(c.fact, 0, 1)?.words ?? [];
    c.args.forEach((value, argument) => {
      const read = parseWord(value, methods);
      if (!read.ok) refuse(c, argument, read.problem, `invalid method "${value}"`);
    });
  },
  proxy_redirect: (c) => single(c, ['off', 'default']),
  proxy_cookie_domain: (c) => single(c, ['off']),
  proxy_cookie_path: (c) => single(c, ['off']),
  proxy_cookie_flags: (c) => single(c, ['off']),
  'upstream/random': (c) => random(c),
  'stream-upstream/random': (c) => random(c),
  'upstream/zone': (c) => zoneSize(c),
  'stream-upstream/zone': (c) => zoneSize(c),
  disable_symlinks: (c) => {
    const modes = c.args.map((value, argument) => ({ value, argument })).filter(({ value }) => !value.startsWith('from='));
    const nginx = `duplicate parameters "${c.args.join(' ')}"`;
    for (const { value, argument } of modes.slice(1)) say(c, argument, `"${value}" is a second mode. Keep one.`, nginx);
    if (!modes.length)
      say(
        c,
        0,
        '"from=" needs "on" or "if_not_owner" beside it.',
        '"disable_symlinks" directive must have "off", "on" or "if_not_owner" parameter',
      );
    else if (modes[0]?.value === 'off' && c.args.length > modes.length)
      say(c, c.args.length - 1, '"from=" cannot stand beside "off".', nginx);
  },
  ssl_certificate_cache: (c) => maximum(c),
  proxy_ssl_certificate_cache: (c) => maximum(c),
  grpc_ssl_certificate_cache: (c) => maximum(c),
  uwsgi_ssl_certificate_cache: (c) => maximum(c),
  // 0 switches the cache off since there is one by default
  'upstream/keepalive': (c) => {
    const value = c.args[0] ?? '';
    const n = parseNumber(value);
    if (!n.ok) refuse(c, 0, n.problem, `invalid value "${value}" in "keepalive" directive`);
    else if (n.value === 0 && !atLeast(c.target.nginx, '1.29.7'))
      say(c, 0, '"0" is too small. Use at least 1, or remove the line.', 'invalid value "0" in "keepalive" directive');
  },
  proxy_store: (c) => store(c),
  fastcgi_store: (c) => store(c),
  uwsgi_store: (c) => store(c),
  scgi_store: (c) => store(c),
  'stream-server/pass': (c) => {
    const value = c.args[0] ?? '';
    if (value.includes('$')) return;
    const read = parseAddress(value);
    if (!read.ok) refuse(c, 0, read.problem, `${addressReason(value)} in "pass" directive`);
    else if (read.value.port === null && read.value.family !== 'unix')
      say(c, 0, `"${value}" has no port. Add one.`, '"pass" directive has no port');
  },
  limit_req: (c) => emptyName(c, 'zone='),
  limit_conn: (c) => {
    custom(c);
    zoneName(c, 0, 0);
  },
  charset: (c) => noVariable(c),
  source_charset: (c) => noVariable(c),
  // the folder of the configuration is opened, and cannot be read
  include: (c) => {
    if (c.args[0] === '') say(c, 0, 'The name is empty. Give the name of a file, or a mask.', 'pread() "" failed (21: Is a directory)');
  },
  // what is no number is zero to it
  image_filter_sharpen: (c) => {
    if (c.args[0] === '-') say(c, 0, '"-" is not accepted. Use digits only.', invalidValue(c));
  },
  aio: (c) => {
    const value = c.args[0] ?? '';
    const lacks = value === 'on' ? 'ngx_file_aio' : /^threads(?:=|$)/.test(value) ? 'ngx_thread_pool_module' : null;
    if (lacks !== null && !c.target.modules.has(lacks)) {
      const word = value === 'on' ? 'aio on' : 'aio threads';
      const option = value === 'on' ? '--with-file-aio' : '--with-threads';
      say(c, 0, `This nginx is built without ${option}, so "${word}" is not there.`, `"${word}" is unsupported on this platform`);
    } else emptyName(c, 'threads=');
  },
  proxy_cache: (c) => emptyCache(c),
  fastcgi_cache: (c) => emptyCache(c),
  uwsgi_cache: (c) => emptyCache(c),
  scgi_cache: (c) => emptyCache(c),
  ssl_password_file: (c) => emptyFile(c),
  proxy_ssl_password_file: (c) => emptyFile(c),
  grpc_ssl_password_file: (c) => emptyFile(c),
  uwsgi_ssl_password_file: (c) => emptyFile(c),
  open_file_cache: (c) => maximum(c),
  open_log_file_cache: (c) => maximum(c),
  listen: (c) => listen(c),
  'upstream/server': (c) => serverAddress(c),
  'stream-upstream/server': (c) => serverAddress(c),
  resolver: (c) => {
    const addresses = c.args.map((value, argument) => ({ value, argument })).filter(({ value }) => !/^\w+=/.test(value));
    if (c.fact.module === 'ngx_mail_core_module' && c.args[0] === 'off') return;
    for (const { value, argument } of addresses) {
      const read = parseAddress(value);
      expect(c, argument, read, () => `${addressReason(value)} in resolver "${value}"`);
      if (/^\$(?:[a-z]\w*|\{[a-z]\w*\})$/.test(value))
        say(
          c,
          argument,
          `No variable counts here: nginx takes "${value}" for the name of a host, which nobody has. Write the address of the name server.`,
          `host not found in resolver "${value}"`,
        );
      if (read.ok && read.value.family === 'name' && value.includes(','))
        say(
          c,
          argument,
          `"${value}" is taken as a host name, which no name server has: addresses are separated by spaces. Remove the comma.`,
          `host not found in resolver "${value}"`,
        );
    }
    // OpenResty takes the addresses from a file then
    const elsewhere = c.args.some((a) => a.startsWith('local=') && a !== 'local=off');
    if (addresses.length === 0 && c.args.length > 0 && !elsewhere)
      say(c, 0, 'No name server is given. Add its address.', 'no name servers defined');
    if (c.args.includes('ipv4=off') && c.args.includes('ipv6=off'))
      say(
        c,
        c.args.lastIndexOf('ipv6=off'),
        'With both "ipv4=off" and "ipv6=off" nothing can be resolved.',
        '"ipv4" and "ipv6" cannot both be "off"',
      );
  },
  sticky: (c) => sticky(c),
  image_filter: (c) => {
    const [mode = '', first, second] = c.args;
    const n = c.args.length;
    const modes: Record<string, number> = { off: 1, test: 1, size: 1, rotate: 2, resize: 3, crop: 3 };
    const takes = modes[mode];
    if (takes === undefined || takes !== n)
      say(
        c,
        0,
        takes === undefined ? `"${mode}" is not a mode of image_filter.` : `"${mode}" takes ${takes - 1} further arguments.`,
        invalidParameter(mode),
      );
    else if (mode === 'rotate' && first !== undefined && !first.includes('$') && !['90', '180', '270'].includes(first))
      say(c, 1, `"${first}" is not an angle here. Use "90", "180" or "270".`, invalidParameter(first));
    else if (takes === 3)
      [first, second].forEach((value, i) => {
        if (value !== undefined && value !== '-' && !value.includes('$') && (atoi(value) ?? 0n) === 0n)
          say(c, i + 1, `"${value}" is not a length. Use a number above 0, or "-".`, invalidParameter(value));
      });
  },
});

/** An empty name of a zone or thread pool: nginx looks it up, and finds nothing when it has read all. */
function emptyCache(c: Check): void {
  const nginx = `"${c.fact.name}" zone "" is unknown`;
  if (c.args[0] === '') c.report({ ...whole(0, ''), message: 'The name is empty. Give the name of a declared one.', nginx, late: true });
}

/** The folder of the configuration is opened, and cannot be read. */
function emptyFile(c: Check): void {
  if (c.args[0] === '') say(c, 0, 'The name is empty. Give the name of a file.', 'read() "" failed (21: Is a directory)');
}

/** A dollar sign alone, where a variable may be named. */
function noVariable(c: Check): void {
  if (c.args[0] === '$') say(c, 0, 'A name must follow "$".', 'invalid variable name "$"');
}

/** The name of a zone from `at` on in an argument: a text, in which nginx replaces no variables. */
function zoneName(c: Check, argument: number, at: number): void {
  const name = (c.args[argument] ?? '').slice(at);
  const nginx = `zero size shared memory zone "${name}"`;
  if (name === '') say(c, argument, 'The name is empty. Give the name of a declared one.', nginx);
  else if (name.includes('$')) say(c, argument, `"${name}" names no zone: variables are not replaced here.`, nginx);
}

function emptyName(c: Check, prefix: string): void {
  c.args.forEach((value, argument) => {
    if (prefix === 'zone=' && value.startsWith(prefix) && value.includes('$')) {
      zoneName(c, argument, prefix.length);
      return;
    }
    if (value === prefix && (prefix !== '' || argument === 0))
      say(
        c,
        argument,
        'The name is empty. Give the name of a declared one.',
        prefix === 'threads=' ? 'unknown thread pool ""' : 'zero size shared memory zone ""',
      );
  });
}

/** The path of a store; releases before 1.29 take an empty one. */
function store(c: Check): void {
  if (c.args[0] === '' && atLeast(c.target.nginx, '1.29.0')) say(c, 0, 'The path is empty. Give one, or "on".', 'empty path');
}

/** ngx_http_ssl_alpn: a protocol's name has one byte for its length. */
function alpn(c: Check): void {
  c.args.forEach((value, argument) => {
    if (new TextEncoder().encode(value).length > 255)
      say(c, argument, 'The name of a protocol has at most 255 bytes.', '"ssl_alpn" directive protocol too long');
  });
}

function single(c: Check, allowed: readonly string[]): void {
  const value = c.args[0] ?? '';
  if (c.args.length === 1 && !allowed.includes(value))
    say(c, 0, `"${value}" alone is not accepted. Use ${listed(allowed)}, or give two arguments.`, invalidParameter(value));
}

function random(c: Check): void {
  const [first, second] = c.args;
  if (first !== undefined && first !== 'two') say(c, 0, `"${first}" is not accepted. The first word is "two".`, invalidParameter(first));
  if (second === 'two') say(c, 1, 'The second word names the method, such as "least_conn".', invalidParameter(second));
}

function zoneSize(c: Check): void {
  if (c.args[0] === '') say(c, 0, 'The zone needs a name.', 'invalid zone name ""');
  const size = c.args[1];
  if (size === undefined) {
    if (c.args[0] !== '') zoneName(c, 0, 0);
    return;
  }
  const read = parseSize(size);
  if (!read.ok) refuse(c, 1, read.problem, `invalid zone size "${size}"`, evident(size, 'size'));
  // eight pages of 4k
  else if (read.value < 32768) say(c, 1, `"${size}" is too small. Use at least 32k.`, `zone "${c.args[0]}" is too small`);
}

function maximum(c: Check): void {
  // to the log module none and 0 are one (ngx_http_log_open_file_cache); to the other 0 is a value that it refuses
  const isGiven = (a: string): boolean => a.startsWith('max=') && !(c.fact.name === 'open_log_file_cache' && /^max=0+$/.test(a));
  if (!c.args.includes('off') && !c.args.some(isGiven))
    c.report({
      ...whole(-1, ''),
      message: `${c.fact.name} needs "max=", or "off".`,
      nginx: `"${c.fact.name}" must have the "max" parameter`,
    });
}

/** ngx_url_t.err, the beginning of nginx's messages about addresses. */
function addressReason(value: string, options: { listen?: boolean; uri?: boolean } = {}): string {
  const read = parseAddress(value, options);
  if (read.ok) return '';
  const words: { readonly [code in Problem['code']]?: string } = {
    'bad-port': 'invalid port',
    'port-range': 'invalid port range',
    'no-host': 'no host',
    'no-path': 'no path in the unix domain socket',
    'path-too-long': 'too long path in the unix domain socket',
  };
  return words[read.problem.code] ?? 'invalid host';
}

function listen(c: Check): void {
  const value = c.args[0] ?? '';
  const options = { listen: true, noRange: !atLeast(c.target.nginx, '1.15.10') };
  const read = parseAddress(value, options);
  expect(c, 0, read, () => `${addressReason(value, options)} in "${value}" of the "listen" directive`);
  if (read.ok && read.value.family === 'name' && value.includes('$'))
    say(
      c,
      0,
      `"${value}" is taken as a host name, which no name server has: listen knows no variables. Write the address and port.`,
      `host not found in "${value}" of the "listen" directive`,
    );
  else if (read.ok && read.value.family === 'name' && value.includes(','))
    say(
      c,
      0,
      `"${value}" is taken as a host name, which no name server has: listen takes one address or port. Write a listen line for each.`,
      `host not found in "${value}" of the "listen" directive`,
    );
}

/** service= and route= of a server in an upstream (ngx_http_upstream_server). */
function serverName(c: Check): void {
  const value = c.args[0] ?? '';
  const service = c.args.findIndex((a) => a.startsWith('service='));
  const route = c.args.findIndex((a) => a.startsWith('route='));
  if (route > 0) {
    const name = (c.args[route] ?? '').slice(6);
    if (name === '') say(c, route, 'The route is empty. Give one.', 'route is empty');
    else if (name.length > 32) say(c, route, 'A route has at most 32 characters.', 'route is longer than 32');
  }
  if (service < 0) return;
  if (c.args[service] === 'service=') say(c, service, 'The service is empty. Give its name.', 'service is empty');
  else if (!c.args.includes('resolve'))
    say(c, service, '"service=" needs "resolve" beside it.', `service upstream "${value}" requires "resolve" parameter`);
  const read = parseAddress(value);
  if (!read.ok) return;
  if (read.value.port !== null) say(c, 0, 'The port comes from the service. Remove it.', `service upstream "${value}" may not have port`);
  else if (read.value.family !== 'name')
    say(c, 0, 'A service is looked up for a domain name. Use one.', `service upstream "${value}" requires domain name`);
}

function serverAddress(c: Check): void {
  const value = c.args[0] ?? '';
  serverName(c);
  const read = parseAddress(value);
  if (read.ok) {
    if (read.value.family === 'name' && read.value.host.includes('$') && !c.args.includes('resolve')) {
      say(
        c,
        0,
        `"${value}" is taken as a host name, which no name server has: an upstream knows no variables. Write the address, or pass to the variable.`,
        `host not found in upstream "${value}"`,
      );
      return;
    }
    if (
      c.fact.module.startsWith('ngx_stream_') &&
      read.value.port === null &&
      read.value.family !== 'unix' &&
      !c.args.some((a) => a.startsWith('service='))
    )
      say(c, 0, `"${value}" has no port. Add one: ${value}:PORT.`, `no port in upstream "${value}"`);
    return;
  }
  const scheme = /^[a-z]+:\/\//i.exec(value)?.[0];
  const nginx = `${addressReason(value)} in upstream "${value}"`;
  if (scheme) say(c, 0, `A server has no scheme. Remove "${scheme}".`, nginx, value.slice(scheme.length).replace(/\/.*$/, ''));
  else refuse(c, 0, read.problem, nginx);
}

const STICKY: Readonly<Record<string, readonly string[]>> = table({
  cookie: ['expires', 'domain', 'path', 'httponly', 'secure', 'samesite'],
  learn: ['create', 'lookup', 'zone', 'timeout', 'header', 'sync'],
});

function sticky(c: Check): void {
  const [mode = '', ...rest] = c.args;
  if (mode === 'route') {
    rest.forEach((value, i) => {
      if (!value.startsWith('$')) say(c, i + 1, `"${value}" is not a variable. A route is read from variables.`, invalidParameter(value));
    });
    return;
  }
  const allowed = STICKY[mode];
  if (!allowed) {
    say(c, 0, `"${mode}" is not a kind of sticky. Use "cookie", "route" or "learn".`, `unknown parameter "${mode}"`);
    return;
  }
  const expires = c.args.findIndex((a) => a.startsWith('expires='));
  if (mode === 'cookie' && expires > 1) {
    const value = (c.args[expires] ?? '').slice(8);
    const read = parseTime(value, 'sec');
    if (value !== 'max' && !read.ok)
      refuse(c, expires, { ...read.problem, at: read.problem.at + 8 }, '"sticky" directive invalid "expires" parameter value');
  }
  const seen = new Set<string>();
  for (let i = mode === 'cookie' ? 2 : 1; i < c.args.length; i++) {
    const value = c.args[i] ?? '';
    const [key = ''] = value.split('=');
    if (!allowed.includes(key))
      say(c, i, `"${value}" is not a parameter of sticky ${mode}. Use ${listed(allowed)}.`, invalidParameter(value));
    else if (seen.has(key)) say(c, i, `"${key}" is given twice. Remove one.`, invalidParameter(value));
    else if (/^(?:domain|path)=$/.test(value)) say(c, i, `"${key}" is empty. Give a value.`, invalidParameter(value));
    else if (/^(?:create|lookup)=[^$]/.test(value))
      say(c, i, `"${value}" does not name a variable. Use "${key}=$variable".`, invalidParameter(value));
    seen.add(key);
  }
  if (mode === 'learn')
    for (const key of ['create', 'lookup', 'zone'])
      if (!seen.has(key))
        c.report({
          ...whole(-1, ''),
          message: `sticky learn needs the parameter "${key}=".`,
          nginx: `"sticky" directive requires "${key}" parameter`,
        });
}

/** Only nginx's own directives are judged beyond their kind: other modules may share the names. */
const own = (fact: DirectiveFact): boolean => fact.source === 'oss';

interface Plan {
  readonly byHand: ((c: Check) => void) | undefined;
  /** Whether an argument declares a variable. */
  readonly declares: boolean;
  readonly parameters: boolean;
}

const plans = new WeakMap<DirectiveFact, Plan>();

function planOf(fact: DirectiveFact): Plan {
  let plan = plans.get(fact);
  if (!plan) {
    const defines = (i: number, count: number): boolean => {
      const names = argumentOf(fact, i, count)?.names;
      return names?.kind === 'variable' && names.role === 'defines';
    };
    plan = {
      byHand: special(fact),
      declares: [1, 2, 3].some((count) => defines(0, count) || defines(1, count)),
      parameters: fact.parameters !== null,
    };
    plans.set(fact, plan);
  }
  return plan;
}

/** What the setters of other modules say, where their source was read: the packages of Debian. Keys are source and name. */
const FOREIGN: Readonly<Record<string, (c: Check) => void>> = table({
  'lua-nginx-module/lua_shared_dict': (c) => {
    if (c.args[0] === '') say(c, 0, 'The name is empty. Give one.', 'invalid lua shared dict name ""');
    sizeAt(c, 1, 8192, 'lua shared dict size');
  },
  'ngx_http_geoip2_module/geoip2_proxy': (c) => networkArgument(c, 0, []),
  'nginx-rtmp-module/allow': (c) => rtmpAccess(c),
  'nginx-rtmp-module/deny': (c) => rtmpAccess(c),
  'njs/js_import': (c) => ofFile(c, '.js', 'module', badExportName),
  'njs/js_preload_object': (c) =>
    ofFile(c, '.json', 'object', (name) => badExportName(name)?.replace('export name', 'global name') ?? null),
  'nginx-dav-ext-module/dav_ext_lock_zone': (c) => {
    c.args.forEach((value, argument) => {
      if (value.startsWith('zone=')) {
        const read = parseZone(value.slice(5), 32768, 'required');
        if (!read.ok) refuse(c, argument, { ...read.problem, at: read.problem.at + 5 }, `invalid zone size "${value}"`);
      } else if (value.startsWith('timeout=')) {
        const read = parseTime(value.slice(8), 'sec');
        if (!read.ok) refuse(c, argument, { ...read.problem, at: read.problem.at + 8 }, `invalid timeout value "${value}"`);
        else if (read.value === 0)
          say(c, argument, 'A lock cannot last no time. Use a second at least.', `invalid timeout value "${value}"`);
      } else say(c, argument, `"${value}" is not a parameter here. Use "zone=" and "timeout=".`, invalidParameter(value));
    });
    if (!c.args.some((a) => a.startsWith('zone=')))
      c.report({ ...whole(-1, ''), message: 'dav_ext_lock_zone needs "zone=".', nginx: '"dav_ext_lock_zone" must have "zone" parameter' });
  },
  'nginx-dav-ext-module/dav_ext_lock': (c) => {
    const value = c.args[0] ?? '';
    if (!value.startsWith('zone=')) say(c, 0, `"${value}" is not accepted. Use "zone=" and a name.`, invalidParameter(value));
    else emptyName(c, 'zone=');
  },
  'nginx-upload-progress-module/upload_progress': (c) => sizeAt(c, 1, 32768, 'size of track_uploads'),
  'nginx-upload-progress-module/track_uploads': (c) => {
    const read = parseTime(c.args[1] ?? '', 'sec');
    if (!read.ok) refuse(c, 1, read.problem, `track_uploads "${c.args[0]}" timeout value invalid`);
    zoneName(c, 0, 0);
  },
  'nginx-upload-progress-module/report_uploads': (c) => zoneName(c, 0, 0),
  'nginx-upstream-fair/fair': (c) =>
    c.args.forEach((value, argument) => {
      if (value !== 'no_rr' && !/^weight_mode=(?:idle|peak)$/.test(value))
        say(c, argument, `"${value}" is not a parameter of fair. Use "no_rr" or "weight_mode=".`, `Invalid \`fair' parameter \`${value}'`);
    }),
  'ngx_brotli/brotli_window': (c) => {
    const value = c.args[0] ?? '';
    const n = bytesOf(value);
    if (!(n >= 1024 && n <= 16777216 && Number.isInteger(Math.log2(n))))
      say(
        c,
        0,
        `"${value}" is not accepted. Use 1k, 2k, 4k and so on up to 16m.`,
        '"brotli_window" directive must be 1k, 2k, 4k, 8k, 16k, 32k, 64k, 128k, 256k, 512k, 1m, 2m, 4m, 8m or 16m',
      );
  },
  ...Object.fromEntries(['proxy', 'fastcgi', 'uwsgi', 'scgi'].map((f) => [`ngx_cache_purge/${f}_cache_purge`, purge])),
});

/** `name from file`, or a file alone whose own name, without its end, is the one that it has in programs. */
function ofFile(c: Check, end: string, what: string, bad: (name: string) => string | null): void {
  const named = (name: string): void => {
    const problem = bad(name);
    if (problem !== null)
      say(
        c,
        0,
        `"${name}" cannot be the name of ${what === 'object' ? 'an object' : 'a module'}. Use letters, digits and underscores.`,
        problem,
      );
  };
  if (c.args.length === 3 && c.args[1] !== 'from')
    say(c, 1, `"${c.args[1]}" stands where "from" is expected.`, invalidParameter(c.args[1] ?? ''), 'from');
  else if (c.args.length === 2) say(c, 1, 'The form is "name from file", or the file alone.', invalidParameter(c.args[1] ?? ''));
  else if (c.args.length === 3) named(c.args[0] ?? '');
  else {
    const file = (c.args[0] ?? '').replace(/^.*\//, '');
    if (file.endsWith(end)) named(file.slice(0, -end.length));
    else
      say(
        c,
        0,
        `"${c.args[0]}" does not end in "${end}", so it gives the ${what} no name. Write "name from ${c.args[0]}".`,
        `cannot extract export name from file path "${c.args[0]}", use extended "from" syntax`,
      );
  }
}

/** `[publish|play] address`: ngx_rtmp_access_rule. */
function rtmpAccess(c: Check): void {
  const value = c.args[0] ?? '';
  if (c.args.length === 2 && value !== 'publish' && value !== 'play')
    say(c, 0, `"${value}" is not accepted. Use "publish" or "play".`, `unexpected access specified: '${value}'`);
  else networkArgument(c, c.args.length - 1, ['all']);
}

function sizeAt(c: Check, argument: number, least: number, what: string): void {
  const value = c.args[argument] ?? '';
  const read = parseSize(value);
  if (!read.ok) refuse(c, argument, read.problem, `invalid ${what} "${value}"`);
  else if (read.value < least) say(c, argument, `"${value}" is too small. Use at least ${least / 1024}k.`, `invalid ${what} "${value}"`);
}

/** `off`, `method [purge_all] [from network…]`, or a zone and a key; what follows off is read by nobody. */
function purge(c: Check): void {
  if (c.args[0] === 'off') return;
  let at = 1;
  if (c.args[at] === 'purge_all') at++;
  if (at >= c.args.length || (c.args.length === 2 && at === 1 && c.args[1] !== 'from')) return;
  const word = c.args[at] ?? '';
  if (word !== 'from') {
    say(c, at, `"${word}" stands where "from" is expected.`, `invalid parameter "${word}", expected "from" keyword`);
    return;
  }
  for (let i = at + 1; i < c.args.length; i++) {
    const value = c.args[i] ?? '';
    if (value !== 'all') networkArgument(c, i, []);
  }
}

function special(fact: DirectiveFact): ((c: Check) => void) | undefined {
  const key = `${fact.contexts[0]}/${fact.name}`;
  return Object.hasOwn(SPECIAL, key) ? SPECIAL[key] : Object.hasOwn(SPECIAL, fact.name) ? SPECIAL[fact.name] : undefined;
}

/**
 * What nginx of the target would say of the arguments, by themselves, in the order of the arguments. Nothing when the count is wrong
 * (arity.ts says that). `argument` -1 stands for the directive as a whole. Values that hold placeholders of a template are for the
 * caller to leave out.
 */
export function checkValues(fact: DirectiveFact, args: readonly string[], target: Target): readonly ValueFinding[] {
  let answers = answered.get(target);
  if (!answers) answered.set(target, (answers = new WeakMap()));
  let known = answers.get(fact);
  if (!known) answers.set(fact, (known = new Map()));
  const key = `${args.length} ${args.join('\0')}`;
  let found = known.get(key);
  if (!found) {
    if (known.size >= MOST_ANSWERS) known.clear();
    known.set(key, (found = judge(fact, args, target)));
  }
  return found;
}

/** What was said of a directive's arguments: a configuration says the same things over and over. */
const answered = new WeakMap<Target, WeakMap<DirectiveFact, Map<string, readonly ValueFinding[]>>>();
const MOST_ANSWERS = 500;

/** Where nginx says something: what its words depend on. */
const placeOf = (fact: DirectiveFact, word: string): Parameters<typeof nginxWords>[0] => ({
  name: fact.name,
  module: fact.module,
  word,
  known: word !== '' && !!findParameter(fact.parameters?.list ?? [], word),
});

function judge(fact: DirectiveFact, args: readonly string[], target: Target): ValueFinding[] {
  const found: ValueFinding[] = [];
  const c: Check = {
    fact,
    args,
    target,
    report: (f) =>
      found.push({
        ...f,
        severity: f.severity ?? 'error',
        nginx: nginxWords(placeOf(fact, args[f.argument] ?? ''), f.nginx),
      }),
  };
  if (!countFits(c)) return found;
  const kind = fact.source === 'oss' ? kindOf(fact, target.nginx) : fact.kind;
  if (kind === 'obsolete') return found;
  BY_KIND[kind]?.(c);
  if (own(fact)) {
    const plan = planOf(fact);
    if (plan.declares) declared(c);
    plan.byHand?.(c);
    if (plan.parameters) parameters(c);
    if (kind === 'custom' && !plan.byHand) {
      // setters around ngx_conf_set_flag_slot
      if (fact.args.flag) BY_KIND.flag?.(c);
      else custom(c);
    }
  } else {
    if (planOf(fact).declares) declared(c);
    if (fact.source === 'njs') parameters(c);
    const key = `${fact.source}/${fact.name}`;
    if (Object.hasOwn(FOREIGN, key)) FOREIGN[key]?.(c);
    if (Object.hasOwn(FOREIGN_VALUES, key))
      FOREIGN_VALUES[key]?.(args, (argument, message, nginx) => c.report({ ...whole(argument, args[argument] ?? ''), message, nginx }));
  }
  if (found.length === 0) return found;
  // one argument, one message: the narrower check spoke first
  const first = new Map<string, ValueFinding>();
  for (const f of found)
    if (!first.has(`${f.argument} ${f.severity}`) || f.argument < 0)
      first.set(`${f.argument} ${f.argument < 0 ? f.message : f.severity}`, f);
  return [...first.values()].sort((a, b) => a.argument - b.argument);
}
