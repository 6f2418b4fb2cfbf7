/**
 * Options of uWSGI as its ini, yaml and json readers and its command line give them (core/ini.c, core/yaml.c, plugins of 2.0): exact names only
 * (`http_socket` is no option and silently ignored, tried on 2.0.21), repeated keys add up, nothing after a value is a comment.
 */

import { basename, dirname, type FileId, pathOf } from '../base/file-id.ts';
import type { Place } from '../base/span.ts';
import { table } from '../base/table.ts';
import { type Address, tcpAddress } from './address.ts';
import { MappedText } from './mapped-text.ts';
import { byDefault, convert, placeOf, type Setting, unknownSetting, written } from './setting.ts';
import { type Environment, NO_ENVIRONMENT, type ShellWord, wordSetting } from './shell.ts';
import { counter } from './unread.ts';
import { yamlDocuments } from './yaml-text.ts';

export interface UwsgiOption {
  /** The canonical name: aliases and short options are resolved. */
  readonly name: string;
  /** As it is written. */
  readonly writtenName: string;
  readonly value: Setting<string>;
  readonly namePlace: Place;
}

export interface UwsgiOptions {
  readonly file: FileId;
  /** The head of the section, or the command. */
  readonly at: Place;
  readonly options: readonly UwsgiOption[];
}

/** Other names of one option. */
const ALIASES: Readonly<Record<string, string>> = table({
  s: 'socket',
  workers: 'processes',
  p: 'processes',
  t: 'harakiri',
  b: 'buffer-size',
  v: 'max-vars',
  l: 'listen',
  M: 'master',
  T: 'enable-threads',
  z: 'socket-timeout',
  C: 'chmod-socket',
  chmod: 'chmod-socket',
  'socket-protocol': 'protocol',
  w: 'module',
  wsgi: 'module',
  file: 'wsgi-file',
  H: 'virtualenv',
  home: 'virtualenv',
  venv: 'virtualenv',
  pyhome: 'virtualenv',
  h: 'http',
  y: 'yaml',
  yml: 'yaml',
  j: 'json',
  js: 'json',
  plugin: 'plugins',
  'python-path': 'pythonpath',
  pp: 'pythonpath',
  'fastcgi-nph-socket': 'fastcgi-socket',
  'scgi-nph-socket': 'scgi-socket',
  'ssl-socket': 'suwsgi-socket',
  'http-sock': 'http-socket',
});

/** Options that are on or off; a value turns them off when it is false, off, no or 0 (uwsgi_opt_true). */
const FLAGS = new Set([
  'master',
  'manage-script-name',
  'enable-threads',
  'need-app',
  'vacuum',
  'die-on-term',
  'lazy-apps',
  'lazy',
  'single-interpreter',
  'http-keepalive',
  'http-auto-chunked',
  'http-chunked-input',
  'strict',
  'auto-procname',
  'catch-exceptions',
  'abstract-socket',
  'memory-report',
  'thunder-lock',
  'harakiri-verbose',
  'disable-logging',
  'ignore-script-name',
  'add-header-off',
  'close-on-exec',
  'no-defer-accept',
  'no-orphans',
  'show-config',
]);

const canonical = (name: string): string => ALIASES[name] ?? name;

/** The truth of an option's value as uWSGI decides it. */
export const isUwsgiFlagOn = (value: string): boolean => !/^(false|off|no|0)$/i.test(value);

/** The known values of an option, by its canonical name. */
export const optionsNamed = (options: UwsgiOptions, ...names: string[]): UwsgiOption[] =>
  options.options.filter((o) => names.includes(o.name));

/** The option that wins: the last one. */
export const lastOption = (options: UwsgiOptions, name: string): UwsgiOption | undefined =>
  options.options.findLast((o) => o.name === name);

/** Reads a configuration file by its extension; null when it holds no uwsgi section. */
export function readUwsgi(file: FileId, text: string, environment: Environment = NO_ENVIRONMENT, section = 'uwsgi'): UwsgiOptions | null {
  const name = basename(file);
  if (/\.(ya?ml|json|js)$/i.test(name)) return readTree(file, text, environment, section);
  return readIni(file, text, environment, section);
}

interface Raw {
  readonly name: string;
  readonly namePlace: Place;
  readonly value: MappedText;
  /** Set when the line is under `if-env` and its like. */
  readonly conditional?: string;
}

function readIni(file: FileId, text: string, environment: Environment, wanted: string): UwsgiOptions | null {
  const raws: Raw[] = [];
  let at: Place | null = null;
  let section = '';
  let condition: string | null = null;
  for (let start = 0; start < text.length; ) {
    const newline = text.indexOf('\n', start);
    const end = newline < 0 ? text.length : newline;
    const line = text.slice(start, end);
    const lead = line.length - line.trimStart().length;
    const trimmed = line.trim();
    const head = /^\[([^\]]*)\]/.exec(trimmed);
    const equals = line.indexOf('=');
    if (trimmed === '' || trimmed.startsWith(';') || trimmed.startsWith('#')) {
      // nothing
    } else if (head) {
      section = head[1]!;
      if (section === wanted && !at) at = { file, span: { start: start + lead, end: start + lead + head[0].length } };
    } else if (section === wanted) {
      const keyEnd = equals < 0 ? lead + trimmed.length : equals;
      const key = line.slice(lead, keyEnd).trimEnd();
      const namePlace = { file, span: { start: start + lead, end: start + lead + key.length } };
      const value =
        equals < 0
          ? MappedText.verbatim(file, text, { start: start + lead + key.length, end: start + lead + key.length })
          : MappedText.verbatim(file, text, { start: start + equals + 1, end }).trim();
      if (/^if-|^ifenv$|^ifexists$/.test(key)) condition = `${key} ${value.text}`;
      else if (key === 'end-if' || key === 'endif') condition = null;
      else if (!/^(end-?for|for|for-glob|for-times)$/.test(key))
        raws.push({ name: key, namePlace, value, conditional: condition ?? undefined });
    }
    start = end + 1;
  }
  return at ? { file, at, options: expand(file, raws, environment) } : null;
}

function readTree(file: FileId, text: string, environment: Environment, wanted: string): UwsgiOptions | null {
  for (const document of yamlDocuments(file, text, true)) {
    if (document.kind !== 'map') continue;
    const entry = document.entries.find((e) => e.key === wanted);
    if (entry?.value.kind !== 'map') continue;
    const raws: Raw[] = [];
    for (const { key, keyPlace, value } of entry.value.entries) {
      for (const item of value.kind === 'list' ? value.items : [value]) {
        if (item.kind === 'scalar') raws.push({ name: key, namePlace: unquoted(text, keyPlace), value: item.text });
        else if (item.kind === 'none')
          raws.push({ name: key, namePlace: keyPlace, value: MappedText.verbatim(file, '', { start: 0, end: 0 }) });
      }
    }
    return { file, at: unquoted(text, entry.keyPlace), options: expand(file, raws, environment) };
  }
  return null;
}

const unquoted = (text: string, place: Place): Place =>
  /^["']/.test(text.slice(place.span.start, place.span.end))
    ? { file: place.file, span: { start: place.span.start + 1, end: place.span.end - 1 } }
    : place;

/** Options of a command line: `--name value`, `--name=value`, short options; `--ini FILE[:SECTION]` is an option like any other. */
export function uwsgiArguments(file: FileId, at: Place, words: readonly ShellWord[], environment: Environment): UwsgiOptions {
  const options: UwsgiOption[] = [];
  const put = (writtenName: string, namePlace: Place, value: Setting<string>): void => {
    options.push({ name: canonical(writtenName), writtenName, namePlace, value });
  };
  // variables are options too, before all others: UWSGI_HTTP_SOCKET for http-socket (uwsgi_setup)
  for (const [name, setting] of environment)
    if (/^UWSGI_[A-Z]/.test(name)) put(name.slice('UWSGI_'.length).toLowerCase().replaceAll('_', '-'), placeOf(setting) ?? at, setting);
  for (let i = 0; i < words.length; i++) {
    const word = words[i]!;
    const long = /^--?([a-z0-9][a-z0-9-]+)(?:=(.*))?$/s.exec(word.text);
    const short = /^-([a-zA-Z])(.*)$/s.exec(word.text);
    const next = words[i + 1];
    if (long && word.text.startsWith('--')) {
      const name = long[1]!;
      if (long[2] !== undefined)
        put(name, word.place, wordSetting({ ...word, text: long[2], fallback: word.fallback?.slice(name.length + 3) ?? null }));
      else if (FLAGS.has(canonical(name)) || !next || next.text.startsWith('--')) put(name, word.place, written('', word.place));
      else {
        put(name, word.place, wordSetting(next));
        i++;
      }
    } else if (short) {
      const name = canonical(short[1]!);
      if (FLAGS.has(name)) put(name, word.place, written('', word.place));
      else if (short[2]) put(name, word.place, wordSetting({ ...word, text: short[2], fallback: word.fallback?.slice(2) ?? null }));
      else if (next) {
        put(name, word.place, wordSetting(next));
        i++;
      }
    } else if (/\.(ini|ya?ml|json)$/.test(word.text)) {
      const kind = /\.ini$/.test(word.text) ? 'ini' : /\.json$/.test(word.text) ? 'json' : 'yaml';
      put(kind, word.place, wordSetting(word));
    } else if (/^(:\d+|[\w.-]+:\d+|\/.*\.sock(et)?)$/.test(word.text)) put('socket', word.place, wordSetting(word));
  }
  return { file, at, options: options.map((o) => ({ ...o, value: substituted(o.value, file, options, environment) })) };
}

const substituted = (value: Setting<string>, file: FileId, before: readonly UwsgiOption[], environment: Environment): Setting<string> => {
  if (value.from !== 'text' || !/[%$]/.test(value.value)) return value;
  return placeholders(value.value, value.place, file, before, environment);
};

const MAX_OPTIONS = 2000;

function expand(file: FileId, raws: readonly Raw[], environment: Environment): UwsgiOption[] {
  const options: UwsgiOption[] = [];
  const count = counter(MAX_OPTIONS, 'options');
  for (const raw of raws) {
    count();
    const value = placeholders(raw.value.text, raw.value.place(), file, options, environment);
    const setting: Setting<string> =
      raw.conditional && value.from === 'text'
        ? unknownSetting(`only under ${raw.conditional}`, value.place, { options: [value.value] })
        : value;
    options.push({ name: canonical(raw.name), writtenName: raw.name, namePlace: raw.namePlace, value: setting });
  }
  return options;
}

/** `%n` and its like (uwsgi_format_magic and the magic table of core/config.c), `%(option)`, `$(ENV)`, `@(file)`. */
function placeholders(text: string, place: Place, file: FileId, before: readonly UwsgiOption[], environment: Environment): Setting<string> {
  const missing: string[] = [];
  const name = basename(file);
  const folder = pathOf(dirname(file)).replace(/\/*$/, '/');
  const magic: Readonly<Record<string, string>> = {
    n: name.replace(/\.[^.]*$/, ''),
    s: name,
    e: name.includes('.') ? name.slice(name.lastIndexOf('.') + 1) : '',
    c: folder.split('/').at(-2) ?? '',
    '%': '%',
  };
  const local: Readonly<Record<string, string>> = { d: folder, p: pathOf(file) };
  let fallback = '';
  let value = '';
  let fallbackHolds = true;
  let last = 0;
  const both = (piece: string): void => {
    value += piece;
    fallback += piece;
  };
  for (const m of text.matchAll(/%\(([^)]*)\)|\$\(([^)]*)\)|@\(([^)]*)\)|%([a-zA-Z%])/g)) {
    both(text.slice(last, m.index));
    last = m.index + m[0].length;
    const [whole, option, env, , letter] = m;
    const found: Setting<string> | undefined =
      option !== undefined
        ? before.findLast((o) => o.writtenName === option)?.value
        : env !== undefined
          ? environment.get(env)
          : letter !== undefined && magic[letter] !== undefined
            ? written(magic[letter], place)
            : letter !== undefined && local[letter] !== undefined
              ? unknownSetting('depends on where the file is installed', place, { fallback: local[letter] })
              : letter !== undefined
                ? undefined
                : undefined;
    if (found && found.from !== 'unknown') both(found.value);
    else {
      missing.push(found?.from === 'unknown' ? found.why : whole);
      if (found?.from === 'unknown' && found.fallback !== undefined) fallback += found.fallback;
      else fallbackHolds = false;
    }
  }
  both(text.slice(last));
  if (!missing.length) return written(value, place);
  const why = missing.length === 1 && missing[0]!.includes(' ') ? missing[0]! : `depends on ${missing.join(', ')}`;
  return unknownSetting(why, place, { fallback: fallbackHolds ? fallback : undefined, env: /^\$\(([^)]*)\)$/.exec(text)?.[1] });
}

export type UwsgiProtocol = 'uwsgi' | 'http' | 'fastcgi' | 'scgi';

/** Which protocol a kind of socket speaks; `socket` follows the `protocol` option. `router` is a separate process in front of the workers. */
const SOCKETS: Readonly<Record<string, { protocol: UwsgiProtocol | 'default'; router?: boolean; tls?: boolean }>> = table({
  socket: { protocol: 'default' },
  'uwsgi-socket': { protocol: 'uwsgi' },
  'puwsgi-socket': { protocol: 'uwsgi' },
  'suwsgi-socket': { protocol: 'uwsgi', tls: true },
  'http-socket': { protocol: 'http' },
  'http11-socket': { protocol: 'http' },
  'https-socket': { protocol: 'http', tls: true },
  http: { protocol: 'http', router: true },
  https: { protocol: 'http', router: true, tls: true },
  'fastcgi-socket': { protocol: 'fastcgi' },
  'scgi-socket': { protocol: 'scgi' },
});

const PROTOCOLS: Readonly<Record<string, UwsgiProtocol>> = table({
  uwsgi: 'uwsgi',
  puwsgi: 'uwsgi',
  http: 'http',
  http11: 'http',
  fastcgi: 'fastcgi',
  'fastcgi-nph': 'fastcgi',
  scgi: 'scgi',
  'scgi-nph': 'scgi',
});

export interface UwsgiSocket {
  readonly option: UwsgiOption;
  readonly protocol: UwsgiProtocol;
  readonly address: Setting<Address>;
  readonly router: boolean;
  readonly tls: boolean;
}

/** An address as uWSGI reads it: with a colon TCP, with a slash or without a colon a unix socket, with `@` an abstract one (core/socket.c). */
export function uwsgiAddress(text: string): Address | undefined {
  const bare = text
    .replace(/^(unix|tcp):/, '')
    .split(',')[0]!
    .trim();
  if (bare.startsWith('/') || bare.startsWith('./') || bare.startsWith('@')) return { kind: 'unix', path: bare };
  if (/^fd:\/\/\d+$/.test(bare)) return { kind: 'fd', number: Number(bare.slice(5)) };
  const tcp = /^(\S*:\d+)(\s|$)/.exec(bare);
  if (tcp) return tcpAddress(tcp[1]!, { host: '' });
  if (/^\d+$/.test(bare)) return undefined;
  return bare === '' ? undefined : { kind: 'unix', path: bare };
}

/** All sockets that the options open, in order. */
export function uwsgiSockets(options: UwsgiOptions): UwsgiSocket[] {
  const protocolOption = lastOption(options, 'protocol');
  const plain = protocolOption?.value.from === 'text' ? (PROTOCOLS[protocolOption.value.value] ?? 'uwsgi') : 'uwsgi';
  return options.options.flatMap((option): UwsgiSocket[] => {
    const kind = SOCKETS[option.name];
    if (!kind) return [];
    const setting = option.value;
    const address: Setting<Address> =
      setting.from === 'unknown'
        ? unknownSetting(setting.why, setting.place, {
            env: setting.env,
            fallback: setting.fallback === undefined ? undefined : uwsgiAddress(setting.fallback),
          })
        : fromText(uwsgiAddress(setting.value), placeOf(setting) ?? option.namePlace);
    return [
      {
        option,
        protocol: kind.protocol === 'default' ? plain : kind.protocol,
        address,
        router: kind.router ?? false,
        tls: kind.tls ?? false,
      },
    ];
  });
}

const fromText = (address: Address | undefined, place: Place): Setting<Address> =>
  address ? written(address, place) : unknownSetting('not an address', place);

export interface UwsgiMount {
  /** Without a trailing slash; empty for the root. */
  readonly prefix: string;
  readonly target: string;
  readonly place: Place;
}

export interface UwsgiStaticMap {
  readonly prefix: string;
  readonly folder: string;
  readonly place: Place;
}

/** What matters to a proxy, with uWSGI's defaults. Sizes are bytes, times seconds; 0 is off. */
export interface UwsgiSettings {
  readonly options: UwsgiOptions;
  readonly sockets: readonly UwsgiSocket[];
  readonly bufferSize: Setting<number>;
  /** half of the params and headers that a request may have together (core/protocol.c: four vectors for each, two for a pair) */
  readonly maxVars: Setting<number>;
  readonly harakiri: Setting<number>;
  readonly socketTimeout: Setting<number>;
  readonly httpTimeout: Setting<number>;
  readonly limitPost: Setting<number>;
  readonly postBuffering: Setting<number>;
  readonly processes: Setting<number>;
  readonly threads: Setting<number>;
  readonly chmodSocket: Setting<string | null>;
  readonly manageScriptName: Setting<boolean>;
  readonly mounts: readonly UwsgiMount[];
  readonly staticMaps: readonly UwsgiStaticMap[];
  readonly target: Setting<string>;
  readonly chdir: Setting<string | null>;
}

/** uWSGI's settings of its options, whatever file or command line they come from. */
export function uwsgiSettings(options: UwsgiOptions): UwsgiSettings {
  const number = (name: string, standard: number): Setting<number> => {
    const option = lastOption(options, name);
    return option
      ? convert(option.value, (s) => (/^\d+/.test(s) ? Number.parseInt(s, 10) : undefined), 'not a number')
      : byDefault(standard);
  };
  const text = (name: string): Setting<string | null> => {
    const option = lastOption(options, name);
    return option ? convert(option.value, (s) => s) : byDefault(null);
  };
  const flag = lastOption(options, 'manage-script-name');
  const pairs = (name: string): { left: string; right: string; place: Place }[] =>
    optionsNamed(options, name).flatMap((o) => {
      const m = o.value.from === 'text' ? /^([^=]*)=(.*)$/s.exec(o.value.value) : null;
      return m ? [{ left: m[1]!, right: m[2]!, place: placeOf(o.value)! }] : [];
    });
  const mounts = pairs('mount').map((p) => ({ prefix: p.left.replace(/\/+$/, ''), target: p.right, place: p.place }));
  const module = lastOption(options, 'module') ?? lastOption(options, 'wsgi-file');
  const mount = mounts[0];
  return {
    options,
    sockets: uwsgiSockets(options),
    bufferSize: number('buffer-size', 4096),
    maxVars: number('max-vars', 64),
    harakiri: number('harakiri', 0),
    socketTimeout: number('socket-timeout', 4),
    httpTimeout: number('http-timeout', 60),
    limitPost: number('limit-post', 0),
    postBuffering: number('post-buffering', 0),
    processes: number('processes', 1),
    threads: number('threads', 1),
    chmodSocket: text('chmod-socket'),
    manageScriptName: flag ? convert(flag.value, isUwsgiFlagOn) : byDefault(false),
    mounts,
    staticMaps: [...pairs('static-map'), ...pairs('static-map2')].map((p) => ({ prefix: p.left, folder: p.right, place: p.place })),
    target: module ? module.value : mount ? written(mount.target, mount.place) : unknownSetting('no application is named'),
    chdir: text('chdir'),
  };
}
