/**
 * Breaks configurations as people do: seeded, one fault a time. It reads the text with a few lines of its own, not with the parser that
 * the test is about, and it knows nothing of what nginx makes of the result.
 */

/** Mulberry32: a small generator that gives the same numbers everywhere. */
export class Random {
  constructor(private state: number) {}

  next(): number {
    this.state = (this.state + 0x6d2b79f5) | 0;
    let t = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  }

  below(n: number): number {
    return Math.floor(this.next() * n);
  }

  pick<T>(from: readonly T[]): T | undefined {
    return from[this.below(from.length)];
  }
}

interface Piece {
  readonly kind: 'word' | ';' | '{' | '}' | 'raw';
  readonly start: number;
  readonly end: number;
}

interface Line {
  readonly name: Piece;
  readonly args: readonly Piece[];
  readonly start: number;
  /** behind the semicolon or the closing brace */
  readonly end: number;
  readonly opener: Piece | null;
  readonly depth: number;
  /** names of the enclosing blocks, outermost first */
  readonly path: readonly string[];
}

/** Words, semicolons and braces of a text; Lua bodies are one piece. */
export function pieces(text: string): Piece[] {
  const out: Piece[] = [];
  let i = 0;
  while (i < text.length) {
    const c = text[i]!;
    if (/\s/.test(c)) i++;
    else if (c === '#') while (i < text.length && text[i] !== '\n') i++;
    else if (c === ';' || c === '{' || c === '}') {
      const last = out.at(-1);
      if (c === '{' && last?.kind === 'word' && /_by_lua_block$/.test(lineWords(text, out))) {
        const end = closingBrace(text, i);
        out.push({ kind: 'raw', start: i, end });
        i = end;
      } else out.push({ kind: c, start: i, end: ++i });
    } else {
      const start = i;
      if (c === '"' || c === "'") {
        i++;
        while (i < text.length && text[i] !== c) i += text[i] === '\\' ? 2 : 1;
        i++;
      } else while (i < text.length && !/[\s;]/.test(text[i]!) && !(text[i] === '{' && text[i - 1] !== '$')) i += text[i] === '\\' ? 2 : 1;
      out.push({ kind: 'word', start, end: Math.min(i, text.length) });
    }
  }
  return out;
}

const lineWords = (text: string, out: readonly Piece[]): string => {
  let from = out.length;
  while (from > 0 && out[from - 1]!.kind === 'word') from--;
  return text.slice(out[from]!.start, out[from]!.end);
};

/** Good enough for the Lua of the corpus: its braces in strings and comments are paired. */
function closingBrace(text: string, open: number): number {
  let depth = 0;
  for (let i = open; i < text.length; i++) {
    const rest = text.slice(i);
    const skip = /^(?:--[^\n]*|\[\[[\s\S]*?\]\]|"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')/.exec(rest);
    if (skip) i += skip[0].length - 1;
    else if (text[i] === '{') depth++;
    else if (text[i] === '}' && --depth === 0) return i + 1;
  }
  return text.length;
}

export function linesOf(text: string, all: readonly Piece[]): Line[] {
  const out: Line[] = [];
  const open: { at: number; path: string[] }[] = [];
  let words: Piece[] = [];
  const add = (end: Piece, opener: Piece | null): void => {
    const [name, ...args] = words;
    words = [];
    if (!name) return;
    const path = open.map((o) => o.path.at(-1)!);
    out.push({ name, args, start: name.start, end: end.end, opener, depth: open.length, path });
    if (opener && opener.kind === '{') open.push({ at: out.length - 1, path: [...path, text.slice(name.start, name.end)] });
  };
  for (const p of all) {
    if (p.kind === 'word') words.push(p);
    else if (p.kind === ';') add(p, null);
    else if (p.kind === '{' || p.kind === 'raw') add(p, p);
    else {
      words = [];
      const closed = open.pop();
      if (closed) out[closed.at] = { ...out[closed.at]!, end: p.end };
    }
  }
  return out;
}

interface Input {
  readonly text: string;
  readonly pieces: readonly Piece[];
  readonly lines: readonly Line[];
  readonly random: Random;
  /** whole directives of other samples, one a line */
  readonly others: readonly string[];
}

type Mutator = (input: Input) => string | null;

const replaced = (text: string, at: { start: number; end: number }, by: string): string =>
  text.slice(0, at.start) + by + text.slice(at.end);
const without = (text: string, at: { start: number; end: number }): string => replaced(text, at, '');
const wordAt = (text: string, at: Piece): string => text.slice(at.start, at.end);

/** A letter swapped, dropped, doubled, changed, or put into another case. */
function misspelt(word: string, random: Random): string {
  const i = random.below(word.length);
  switch (random.below(5)) {
    case 0:
      return word.slice(0, i) + word.slice(i + 1);
    case 1:
      return word.slice(0, i) + word[i] + word.slice(i);
    case 2:
      return word.slice(0, i) + (word[i + 1] ?? '') + (word[i] ?? '') + word.slice(i + 2);
    case 3:
      return word.slice(0, i) + 'abcdefghijklmnopqrstuvwxyz_-0123456789'[random.below(38)] + word.slice(i + 1);
    default:
      return word.slice(0, i) + (word[i] === word[i]!.toLowerCase() ? word[i]!.toUpperCase() : word[i]!.toLowerCase()) + word.slice(i + 1);
  }
}

const JUNK = ['on', 'off', '1', '0', 'x', '""', '$uri', '/x', '10m', '127.0.0.1', 'max=5', 'always', 'zone=a:1m', '~', '=', '$nope'];
const BAD_VALUES = [
  'yes',
  'no',
  'ON',
  'true',
  '-1',
  '0',
  '1',
  '99999999999999999999',
  '1.5',
  '10x',
  '10q',
  '10g',
  '10G',
  '10M',
  '1k',
  '4K',
  '7m',
  '10ms',
  '5s',
  '1d',
  '1y',
  '1m1h',
  '"1h 30m"',
  '""',
  'off',
  'on',
  'none',
  'any',
  'all',
  'default',
  'auto',
  'abc',
  '$nope',
  '$uri',
  '$',
  '${uri',
  '127.0.0.1',
  '127.0.0.1:80',
  '127.0.0.1:99999',
  '300.1.1.1',
  '10.0.0.0/33',
  '10.1.1.1/8',
  '[::1]:80',
  '2001:db8::/32',
  'unix:',
  'unix:/tmp/x.sock',
  'http://127.0.0.1',
  'http://127.0.0.1/x',
  'https://',
  '127.0.0.1/x',
  '200',
  '404',
  '600',
  '=404',
  '=200',
  '@name',
  '/',
  '~x',
  'a=b',
  'text/html',
  'zone=a',
  'zone=a:1k',
  'weight=0',
  'backup',
];
const BAD_REGEXES = [
  '(',
  ')',
  '[',
  '[z-a]',
  '*',
  '+x',
  '(?<n>x',
  '(?P<1>x)',
  '(?<',
  '\\',
  'x**',
  'x{2,1}',
  '(?',
  '(?z)',
  '[[:nope:]]',
  '\\p{Nope}',
  '(?<a>x)(?<a>y)',
  '(?<=x*)',
  '\\g9',
  '(?<uri>x)',
  '\\1',
];
const BLOCKS = [
  'http',
  'server',
  'location',
  'upstream',
  'stream',
  'mail',
  'events',
  'if',
  'map',
  'geo',
  'types',
  'limit_except',
  'split_clients',
];

const HUGE = [
  '127',
  '128',
  '255',
  '256',
  '32767',
  '32768',
  '65535',
  '65536',
  '2147483647',
  '2147483648',
  '4294967295',
  '4294967296',
  '9007199254740993',
  '9223372036854775807',
  '9223372036854775808',
  '18446744073709551616',
  '00000000000000000000007',
];
const UNITS = ['', 'k', 'K', 'm', 'M', 'g', 'G', 't', 'b', 'kb', 'ms', 's', 'h', 'd', 'w', 'y', 'r/s', 'r/m', '%', ' s', 'ss'];
const ODD = [
  'é',
  '\u00a0',
  '\u200b',
  '\u2013',
  '\u201c',
  '日本',
  '🙂',
  '\x01',
  '\x0b',
  '\x0c',
  '\x1b',
  '\x7f',
  '\ufeff',
  '\r',
  '\u2028',
  '\\',
  '`',
  '|',
];
const LINE_ENDS: readonly ((text: string) => string)[] = [
  (t) => t.replaceAll('\n', '\r\n'),
  (t) => t.replaceAll('\n', '\r'),
  (t) => `\ufeff${t}`,
  (t) => t.replaceAll('\n', ' '),
  (t) => t.trimEnd(),
  (t) => `${t}\n#`,
  (t) => `${t}\\`,
  (t) => `${t}\x1a`,
  (t) => t.replaceAll(' ', '\t'),
  (t) => t.replaceAll(';', ' ;'),
  (t) => t.replaceAll(';', ';#'),
];
const QUOTED: readonly ((word: string) => string)[] = [
  (w) => `"${w}"`,
  (w) => `'${w}'`,
  (w) => `"'${w}'"`,
  (w) => `'"${w}"'`,
  (w) => `"\\"${w}\\""`,
  (w) => `\\"${w}\\"`,
  (w) => `"${w}\\"`,
  (w) => `"${w}\\\\"`,
  (w) => `'${w}\\''`,
  (w) => `${w}\\`,
  (w) => `${w}\\;`,
  (w) => `${w}\\{`,
  (w) => `${w}\\ x`,
  (w) => `"${w}\\n"`,
  (w) => `"${w}\\x"`,
  (w) => `"${w}" "${w}"`,
  (w) => `"${w}"${w}`,
  (w) => `(${w})`,
  (w) => `{${w}}`,
  (w) => `\${${w}}`,
  (w) => `${w}#x`,
  (w) => `#${w}`,
  (w) => `${w}""`,
  (w) => `"${w}`,
];
const CONDITIONS = [
  '($host)',
  '( $host )',
  '($host = a)',
  '($host != a)',
  '($host == a)',
  '($host ~ a)',
  '($host !~* a)',
  '($host ~ ^(a|b)$)',
  '($host ~ "a{2}")',
  '($host ~ a{2})',
  '($host ~ ()',
  '($host ~ (a))',
  '(-f $uri)',
  '(!-f $uri)',
  '(! -f $uri)',
  '(-x)',
  '(-q $uri)',
  '(-f $uri $host)',
  '($host = "")',
  "($host = ')')",
  '($host =)',
  '($host = a) ',
  '($host = a b)',
  '($host=a)',
  '($nope)',
  '($nope = a)',
  '($host = $nope)',
  '(host)',
  '(!$host)',
  '()',
  '(',
  '( )',
  '$host',
  '($host) ($uri)',
  '($host && $uri)',
  '(($host = a))',
  '("$host" = a)',
  '($host = a ) ',
  '($1)',
  '(${host})',
  '($host ~ (?<x>a))',
  '(-d "$uri/x")',
  '(-e)',
  '($)',
];
/** Lines for the bodies that have a grammar of their own. */
const ENTRIES: Readonly<Record<string, readonly string[]>> = {
  map: [
    'default 1;',
    'default a b;',
    'default;',
    '"" 1;',
    'a 1;',
    'A 2;',
    '\\default 1;',
    'hostnames;',
    'hostnames on;',
    'volatile;',
    '*.a.example 1;',
    '.a.example 1;',
    'a.* 1;',
    '*.* 1;',
    'a*b 1;',
    '~^a 1;',
    '~*B 1;',
    '~( 1;',
    '~ 1;',
    '\\~a 1;',
    '~(?<n>a) $n;',
    'a $nope;',
    'a ${host;',
    'a $;',
    'a "$host$uri";',
    'include nothere.conf;',
    'include none/*.conf;',
    'include;',
    'b { }',
    '1',
  ],
  geo: [
    'default 1;',
    'default;',
    'ranges;',
    'proxy 10.0.0.1;',
    'proxy x;',
    'proxy_recursive;',
    'proxy_recursive on;',
    'delete 10.0.0.0/8;',
    'delete 10.9.9.9;',
    '10.0.0.0/8 1;',
    '10.0.0.1/8 1;',
    '10.0.0.0/33 1;',
    '10.0.0.1-10.0.0.5 1;',
    '10.0.0.5-10.0.0.1 1;',
    '::1 1;',
    '2001:db8::/32 1;',
    '::/0 1;',
    '2001:db8::/129 1;',
    '10.0 1;',
    'a 1;',
    'a b c;',
    '10.0.0.1 $host;',
    '10.0.0.1;',
    'include nothere.conf;',
    '255.255.255.255 "";',
  ],
  split_clients: [
    '1% a;',
    '0.01% a;',
    '0.001% a;',
    '100% a;',
    '0% a;',
    '* a;',
    '* b;',
    '50 a;',
    '50% a b;',
    '50%;',
    '-5% a;',
    '5.5.5% a;',
    '.5% a;',
    '5.% a;',
    '% a;',
    '40% $host;',
  ],
  types: [
    'text/a a;',
    'text/a a b c;',
    'text/a;',
    'text/a html;',
    'a b;',
    'include nothere.conf;',
    'include mime.types;',
    'text/b a a;',
    '"" x;',
    'default_type x;',
    'x { }',
  ],
  upstream: [
    'server 127.0.0.1:1;',
    'server 127.0.0.1;',
    'server localhost:80 weight=5 max_fails=0 fail_timeout=1s;',
    'server 127.0.0.1:1 weight=x;',
    'server 127.0.0.1:1 weight=0;',
    'server 127.0.0.1:1 max_fails=-1;',
    'server 127.0.0.1:1 fail_timeout=1m30s;',
    'server 127.0.0.1:1 fail_timeout=1x;',
    'server 127.0.0.1:1 max_conns=5 down;',
    'server 127.0.0.1:1 backup;',
    'server 127.0.0.1:1 backup down resolve;',
    'server 127.0.0.1:1 slow_start=1s;',
    'server 127.0.0.1:1 drain;',
    'server 127.0.0.1:1 route=a;',
    'server unix:/tmp/x;',
    'server unix:;',
    'server http://127.0.0.1;',
    'server 127.0.0.1:0;',
    'server 127.0.0.1:65536;',
    'server [::1]:80;',
    'server ::1;',
    'server :80;',
    'server "";',
    'server 127.0.0.1/x;',
    'keepalive 8;',
    'keepalive 0;',
    'keepalive 8 x;',
    'keepalive_timeout 5s;',
    'keepalive_requests 5;',
    'keepalive_time 1h;',
    'least_conn;',
    'ip_hash;',
    'random;',
    'random two;',
    'random two least_conn;',
    'random two least_time=header;',
    'hash $remote_addr;',
    'hash $nope consistent;',
    'hash a consistentt;',
    'zone u1 64k;',
    'zone u1 8k;',
    'zone u1;',
    'zone u1 x;',
    'resolver 127.0.0.1;',
    'ntlm;',
    'sticky cookie x;',
  ],
};
/** What may be asked of a directive's last argument, good and bad. */
const PARAMETERS: Readonly<Record<string, readonly string[]>> = {
  listen: [
    'default_server',
    'default',
    'ssl',
    'http2',
    'quic',
    'proxy_protocol',
    'reuseport',
    'deferred',
    'bind',
    'backlog=511',
    'backlog=-1',
    'backlog=0',
    'rcvbuf=8k',
    'sndbuf=1g',
    'ipv6only=on',
    'ipv6only=off',
    'ipv6only=x',
    'so_keepalive=on',
    'so_keepalive=30m::10',
    'so_keepalive=::',
    'so_keepalive=30x',
    'fastopen=3',
    'fastopen=x',
    'setfib=1',
    'accept_filter=dataready',
    'udp',
    'spdy',
    'off',
  ],
  access_log: ['combined', 'nope', 'buffer=32k', 'buffer=x', 'flush=1m', 'gzip', 'gzip=1', 'gzip=10', 'if=$host', 'if=$nope', 'if=', 'off'],
  error_log: ['debug', 'warn', 'nope', 'emerg'],
  limit_req: ['burst=5', 'burst=0', 'burst=x', 'nodelay', 'delay=3', 'delay=x', 'zone=nope', 'x'],
  proxy_cache_path: [
    'levels=1:2',
    'levels=3',
    'levels=1:1:1:1',
    'inactive=1h',
    'inactive=x',
    'max_size=1g',
    'max_size=1t',
    'min_free=1g',
    'loader_files=5',
    'loader_sleep=1s',
    'manager_files=x',
    'use_temp_path=off',
    'use_temp_path=x',
    'keys_zone=zz:1m',
    'keys_zone=zz',
    'purger=on',
    'x=1',
  ],
  resolver: ['valid=30s', 'valid=x', 'ipv6=off', 'ipv6=x', 'ipv4=off', 'status_zone=a', '127.0.0.2:5353', '127.0.0.2:x', '[::1]', '::1'],
  add_header: ['always', 'x'],
  proxy_bind: ['transparent', 'x'],
  ssl_session_cache: ['builtin:1000', 'shared:a:1m', 'shared:a', 'shared:a:1k', 'none', 'off', 'x'],
  open_file_cache: ['max=10', 'max=0', 'max=x', 'inactive=1s', 'inactive=x', 'off'],
  keepalive_timeout: ['5s', '5x', '0'],
  thread_pool: ['threads=4', 'threads=0', 'max_queue=5', 'max_queue=x', 'x'],
  proxy_cookie_flags: ['secure', 'samesite=lax', 'samesite=x', 'nohttponly', 'x', '$host'],
  proxy_next_upstream: ['off', 'error', 'http_502', 'http_501', 'non_idempotent', 'updating', 'x'],
  proxy_cache_use_stale: ['updating', 'off', 'http_404', 'x'],
  ssl_protocols: ['TLSv1.3', 'TLSv1', 'SSLv2', 'TLSv1.4', 'tlsv1.2'],
  valid_referers: ['none', 'blocked', 'server_names', '*.a.b', 'a.*', '~x', '~(', '~', 'a*b', '"'],
  server_name: [
    'a.b',
    '*.a.b',
    'a.*',
    '.a.b',
    '_',
    '""',
    '*',
    'a.*.b',
    '~x',
    '~(',
    '~',
    '$hostname',
    '*a.b',
    'a..b',
    'a/b',
    'localhost:80',
  ],
};

const isRegex = (text: string, line: Line, i: number): boolean => {
  const name = wordAt(text, line.name);
  const words = line.args.map((a) => wordAt(text, a));
  if (name === 'rewrite') return i === 0;
  if (name === 'location') return i === 1 && /^~/.test(words[0]!);
  if (name === 'if') return i > 0 && /^!?~/.test(words[i - 1]!);
  return /^["']?~/.test(words[i]!);
};

/** One fault each. A mutator that finds nothing to break gives null. */
export const MUTATORS: Readonly<Record<string, Mutator>> = {
  'dropped token': ({ text, pieces: p, random }) => {
    const piece = random.pick(p);
    return piece ? without(text, piece) : null;
  },
  'doubled token': ({ text, pieces: p, random }) => {
    const piece = random.pick(p);
    return piece ? text.slice(0, piece.end) + ' ' + text.slice(piece.start, piece.end) + text.slice(piece.end) : null;
  },
  'misspelt name': ({ text, lines, random }) => {
    const line = random.pick(lines);
    return line ? replaced(text, line.name, misspelt(wordAt(text, line.name), random)) : null;
  },
  'misspelt value': ({ text, lines, random }) => {
    const arg = random.pick(random.pick(lines)?.args ?? []);
    return arg ? replaced(text, arg, misspelt(wordAt(text, arg), random)) : null;
  },
  'moved directive': ({ text, lines, random }) => {
    const line = random.pick(lines);
    const block = random.pick(lines.filter((l) => l.opener?.kind === '{' && !(line && l.start >= line.start && l.end <= line.end)));
    if (!line || !block?.opener) return null;
    const moved = text.slice(line.start, line.end);
    const at = block.opener.end;
    return at <= line.start
      ? `${text.slice(0, at)}\n${moved}\n${text.slice(at, line.start)}${text.slice(line.end)}`
      : `${text.slice(0, line.start)}${text.slice(line.end, at)}\n${moved}\n${text.slice(at)}`;
  },
  'moved out': ({ text, lines, random }) => {
    const line = random.pick(lines.filter((l) => l.depth > 0));
    if (!line) return null;
    const outer = lines.filter((l) => l.opener?.kind === '{' && l.start < line.start && l.end > line.end).at(-1);
    if (!outer) return null;
    const moved = text.slice(line.start, line.end);
    return `${text.slice(0, outer.start)}${moved}\n${text.slice(outer.start, line.start)}${text.slice(line.end)}`;
  },
  'duplicated directive': ({ text, lines, random }) => {
    const line = random.pick(lines);
    return line ? `${text.slice(0, line.end)}\n${text.slice(line.start, line.end)}${text.slice(line.end)}` : null;
  },
  'deleted directive': ({ text, lines, random }) => {
    const line = random.pick(lines);
    return line ? without(text, line) : null;
  },
  'surplus argument': ({ text, lines, random }) => {
    const line = random.pick(lines);
    const after = line && random.pick([line.name, ...line.args]);
    return after ? `${text.slice(0, after.end)} ${random.pick(JUNK)}${text.slice(after.end)}` : null;
  },
  'missing argument': ({ text, lines, random }) => {
    const arg = random.pick(random.pick(lines.filter((l) => l.args.length))?.args ?? []);
    return arg ? without(text, arg) : null;
  },
  'bad value': ({ text, lines, random }) => {
    const arg = random.pick(random.pick(lines.filter((l) => l.args.length))?.args ?? []);
    return arg ? replaced(text, arg, random.pick(BAD_VALUES)!) : null;
  },
  'bad value of a parameter': ({ text, lines, random }) => {
    const found = lines.flatMap((l) => l.args).filter((a) => /^[a-z_]+=./.test(wordAt(text, a)));
    const arg = random.pick(found);
    if (!arg) return null;
    const word = wordAt(text, arg);
    const equals = word.indexOf('=') + 1;
    const value = random.below(3) ? random.pick(BAD_VALUES)! : misspelt(word.slice(equals), random);
    return random.below(5)
      ? replaced(text, arg, word.slice(0, equals) + value)
      : replaced(text, arg, misspelt(word.slice(0, equals), random) + word.slice(equals));
  },
  'number changed': ({ text, lines, random }) => {
    const found = lines.flatMap((l) => l.args).filter((a) => /\d/.test(wordAt(text, a)));
    const arg = random.pick(found);
    if (!arg) return null;
    const word = wordAt(text, arg);
    const numbers = [...word.matchAll(/\d+/g)];
    const m = random.pick(numbers)!;
    const by = [String(Number(m[0]) + 1), '0', '-' + m[0], m[0] + '0', m[0] + '.5', '65536', '1', ''][random.below(8)]!;
    return replaced(text, arg, word.slice(0, m.index) + by + word.slice(m.index + m[0].length));
  },
  'bad regex': ({ text, lines, random }) => {
    const found = lines.flatMap((l) => l.args.map((a, i) => ({ a, l, i }))).filter(({ l, i }) => isRegex(text, l, i));
    const it = random.pick(found);
    if (!it) return null;
    const word = wordAt(text, it.a);
    const quote = /^["']/.test(word) ? word[0]! : '';
    const bare = quote ? word.slice(1, -1) : word;
    const bad = random.pick(BAD_REGEXES)!;
    const at = /^!?~?\*?/.exec(bare)![0].length + random.below(bare.length + 1 - /^!?~?\*?/.exec(bare)![0].length);
    const made = bare.slice(0, at) + bad + bare.slice(at);
    return replaced(text, it.a, quote + made + quote);
  },
  'broken quote': ({ text, lines, random }) => {
    const args = lines.flatMap((l) => l.args);
    const quoted = args.filter((a) => /^["']/.test(wordAt(text, a)));
    const arg = random.pick(quoted.length && random.below(3) ? quoted : args);
    if (!arg) return null;
    const word = wordAt(text, arg);
    switch (random.below(5)) {
      case 0:
        return replaced(text, arg, word.slice(0, -1));
      case 1:
        return replaced(text, arg, word.slice(1));
      case 2:
        return replaced(text, arg, `"${word}`);
      case 3:
        return replaced(text, arg, word.slice(0, 1 + random.below(word.length)) + `"` + word.slice(1 + random.below(word.length)));
      default:
        return replaced(text, arg, `${word}x`);
    }
  },
  'missing semicolon': ({ text, pieces: p, random }) => {
    const piece = random.pick(p.filter((x) => x.kind === ';'));
    return piece ? without(text, piece) : null;
  },
  'surplus semicolon': ({ text, pieces: p, random }) => {
    const piece = random.pick(p);
    return piece ? `${text.slice(0, piece.end)};${text.slice(piece.end)}` : null;
  },
  'missing brace': ({ text, pieces: p, random }) => {
    const piece = random.pick(p.filter((x) => x.kind === '{' || x.kind === '}'));
    return piece ? without(text, piece) : null;
  },
  'surplus brace': ({ text, pieces: p, random }) => {
    const piece = random.pick(p);
    return piece ? `${text.slice(0, piece.end)} ${random.below(2) ? '{' : '}'} ${text.slice(piece.end)}` : null;
  },
  'other block': ({ text, lines, random }) => {
    const line = random.pick(lines.filter((l) => l.opener));
    return line ? replaced(text, line.name, random.pick(BLOCKS)!) : null;
  },
  'other name': ({ text, lines, random }) => {
    const a = random.pick(lines);
    const b = random.pick(lines);
    return a && b && a !== b ? replaced(text, a.name, wordAt(text, b.name)) : null;
  },
  'swapped arguments': ({ text, lines, random }) => {
    const line = random.pick(lines.filter((l) => l.args.length > 1));
    if (!line) return null;
    const i = random.below(line.args.length - 1);
    const a = line.args[i]!;
    const b = line.args[i + 1]!;
    return text.slice(0, a.start) + wordAt(text, b) + text.slice(a.end, b.start) + wordAt(text, a) + text.slice(b.end);
  },
  'argument of another directive': ({ text, lines, random }) => {
    const a = random.pick(random.pick(lines.filter((l) => l.args.length))?.args ?? []);
    const b = random.pick(random.pick(lines.filter((l) => l.args.length))?.args ?? []);
    return a && b ? replaced(text, a, wordAt(text, b)) : null;
  },
  'renamed reference': ({ text, lines, random }) => {
    const refs = lines.flatMap((l) =>
      l.args.filter(
        (a) =>
          /zone=|^["']?\$|_pass$|^https?:\/\//.test(wordAt(text, a)) ||
          /^(upstream|limit_conn|.*_cache|.*_pass|access_log|log_format|map|set|zone)$/.test(wordAt(text, l.name)),
      ),
    );
    const arg = random.pick(refs);
    if (!arg) return null;
    const names = [...wordAt(text, arg).matchAll(/[a-z_][a-z0-9_]+/gi)];
    const m = random.pick(names);
    if (!m) return null;
    const at = { start: arg.start + m.index, end: arg.start + m.index + m[0].length };
    return replaced(text, at, random.below(2) ? m[0] + '2' : misspelt(m[0], random));
  },
  'variable broken': ({ text, lines, random }) => {
    const found = lines.flatMap((l) => l.args).filter((a) => wordAt(text, a).includes('$'));
    const arg = random.pick(found);
    if (!arg) return null;
    const word = wordAt(text, arg);
    const at = [...word.matchAll(/\$\{?/g)].map((m) => m.index);
    const i = random.pick(at)!;
    const by = ['$$', '$ ', '${', '', '$-', '$no_', '\\$', '$1', '$9x'][random.below(9)]!;
    return replaced(text, arg, word.slice(0, i) + by + word.slice(i + 1));
  },
  'tokens exchanged': ({ text, pieces: p, random }) => {
    const i = random.below(p.length - 1);
    const j = random.below(2) ? i + 1 : random.below(p.length);
    const [a, b] = [p[Math.min(i, j)], p[Math.max(i, j)]];
    if (!a || !b || a === b) return null;
    return text.slice(0, a.start) + wordAt(text, b) + text.slice(a.end, b.start) + wordAt(text, a) + text.slice(b.end);
  },
  'directive of another sample': ({ text, lines, random, others }) => {
    const line = random.pick(lines);
    const other = random.pick(others);
    return line && other ? replaced(text, { start: line.start, end: random.below(3) ? line.start : line.end }, `${other} `) : null;
  },
  'value of the same shape': ({ text, lines, random, others }) => {
    const arg = random.pick(random.pick(lines.filter((l) => l.args.length))?.args ?? []);
    if (!arg) return null;
    const shape = (w: string): string =>
      w
        .replace(/[a-zA-Z]+/g, 'a')
        .replace(/\d+/g, '1')
        .slice(0, 2);
    const all = others.flatMap((o) => o.replace(/;$/, '').split(/\s+/).slice(1));
    const same = all.filter((w) => w && shape(w) === shape(wordAt(text, arg)));
    const value = random.pick(same);
    return value === undefined ? null : replaced(text, arg, value);
  },
  'number beyond its type': ({ text, lines, random }) => {
    const arg = random.pick(lines.flatMap((l) => l.args).filter((a) => /\d/.test(wordAt(text, a))));
    if (!arg) return null;
    const word = wordAt(text, arg);
    const m = random.pick([...word.matchAll(/\d+/g)])!;
    return replaced(text, arg, word.slice(0, m.index) + random.pick(HUGE)! + word.slice(m.index + m[0].length));
  },
  'other unit': ({ text, lines, random }) => {
    const arg = random.pick(lines.flatMap((l) => l.args).filter((a) => /\d/.test(wordAt(text, a))));
    if (!arg) return null;
    const word = wordAt(text, arg);
    const m = random.pick([...word.matchAll(/(\d+)([a-zA-Z%]*(?:\/[sm])?)/g)])!;
    const unit = random.pick(UNITS)!;
    return replaced(text, arg, word.slice(0, m.index) + m[1]! + unit + word.slice(m.index + m[0].length));
  },
  'odd character': ({ text, pieces: p, random }) => {
    const piece = random.pick(p);
    if (!piece) return null;
    const at = [piece.start, piece.end, piece.start + random.below(piece.end - piece.start)][random.below(3)]!;
    return text.slice(0, at) + random.pick(ODD)! + text.slice(at);
  },
  'line ends': ({ text, random }) => random.pick(LINE_ENDS)!(text),
  'long argument': ({ text, lines, random }) => {
    const arg = random.pick(lines.flatMap((l) => l.args));
    if (!arg) return null;
    const word = wordAt(text, arg);
    const fill = 'x'.repeat(4080 - word.length + random.below(30));
    return replaced(text, arg, word.slice(0, -1) + fill + word.slice(-1));
  },
  'quotes and escapes': ({ text, lines, random }) => {
    const arg = random.pick(random.pick(lines.filter((l) => l.args.length))?.args ?? []);
    return arg ? replaced(text, arg, random.pick(QUOTED)!(wordAt(text, arg))) : null;
  },
  'other condition': ({ text, lines, random }) => {
    const line = random.pick(lines.filter((l) => l.path.some((n) => n === 'server')));
    if (!line) return null;
    const condition = random.pick(CONDITIONS)!;
    if (wordAt(text, line.name) === 'if' && line.args.length)
      return replaced(text, { start: line.args[0]!.start, end: line.args.at(-1)!.end }, condition);
    return replaced(text, { start: line.start, end: line.start }, `if ${condition} { set $made 1; } `);
  },
  'entry of a body': ({ text, lines, random }) => {
    const names = Object.keys(ENTRIES);
    const blocks = lines.filter((l) => l.opener && names.includes(wordAt(text, l.name)));
    const block = random.pick(blocks);
    if (!block) return null;
    const entry = ` ${random.pick(ENTRIES[wordAt(text, block.name)]!)!} `;
    const at = random.below(3) ? block.opener!.end : block.end - 1;
    return text.slice(0, at) + entry + text.slice(at);
  },
  'parameter added': ({ text, lines, random }) => {
    const line = random.pick(lines.filter((l) => l.args.length && Object.hasOwn(PARAMETERS, wordAt(text, l.name))));
    if (!line) return null;
    const at = line.args[random.below(3) ? line.args.length - 1 : random.below(line.args.length)]!.end;
    return `${text.slice(0, at)} ${random.pick(PARAMETERS[wordAt(text, line.name)]!)!}${text.slice(at)}`;
  },
};

/** The simple directives of a text, for other texts. */
export function directivesOf(text: string): string[] {
  return linesOf(text, pieces(text))
    .filter((l) => !l.opener && l.end - l.start < 200)
    .map((l) => text.slice(l.start, l.end).replace(/\s+/g, ' '));
}

export const KINDS: readonly string[] = Object.keys(MUTATORS);

/** One broken form of the text, or null when this kind finds nothing to break there or changes nothing. */
export function mutate(text: string, kind: string, random: Random, others: readonly string[] = []): string | null {
  const all = pieces(text);
  const made = MUTATORS[kind]?.({ text, pieces: all, lines: linesOf(text, all), random, others }) ?? null;
  return made === text ? null : made;
}
