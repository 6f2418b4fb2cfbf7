/**
 * Units of systemd: services with their commands and environment, sockets with their addresses (systemd.syntax(7), systemd.service(5), systemd.socket(5)).
 * Specifiers that depend on the machine stay unknown.
 */

import { basename, type FileId } from '../base/file-id.ts';
import type { Place } from '../base/span.ts';
import { type Address, tcpAddress } from './address.ts';
import { type ServerCommand, serverCommands } from './command.ts';
import { MappedText } from './mapped-text.ts';
import { type Setting, unknownSetting, written } from './setting.ts';
import { type Environment, NO_ENVIRONMENT, shellCommands, withVariables } from './shell.ts';
import { counter } from './unread.ts';

/** A file with the text of a unit, or of a part of one. */
export interface UnitFile {
  readonly file: FileId;
  readonly text: string;
}

/** The unit that a file adds lines to: `gunicorn.service` for `gunicorn.service.d/override.conf`. Null for other files. */
export const dropInOf = (path: string): string | null => /(?:^|\/)([^/]+\.(?:service|socket))\.d\/[^/]+\.conf$/.exec(path)?.[1] ?? null;

/** Units, and the templates that Ansible's roles and other tools write them from. */
const UNIT_TEMPLATE = /\.(j2|jinja2?|tpl|tmpl|template)$/i;

/** The unit that a file is, or is the template of: `gunicorn.service.j2`. Null for other files. */
export function unitName(name: string): string | null {
  const own = name.replace(UNIT_TEMPLATE, '');
  return /\.(service|socket)$/.test(own) ? own : null;
}

/**
 * The text of a unit with what a template fills in as variables that nobody set: each mark keeps its length, so that places stay. Null for a template that takes
 * whole lines by conditions.
 */
export function unitText(name: string, text: string): string | null {
  if (!UNIT_TEMPLATE.test(name)) return text;
  if (/\{%-?\s*(if|for|include|import|block|macro|extends|else|elif|raw)\b/.test(text)) return null;
  return text
    .replace(/\{[%#][^\n]*?[%#]\}/g, (mark) => ' '.repeat(mark.length))
    .replace(/\{\{([^{}\n]*)\}\}/g, (mark, inner: string) => {
      const variable = /[A-Za-z_]\w*/.exec(inner)?.[0] ?? '_';
      return `\${${variable.slice(0, mark.length - 3).padEnd(mark.length - 3, '_')}}`;
    });
}

export interface UnitEntry {
  readonly section: string;
  readonly key: string;
  readonly keyPlace: Place;
  readonly value: MappedText;
}

export interface ServiceUnit {
  readonly file: FileId;
  /** `web.service` */
  readonly name: string;
  /** what ExecStart runs */
  readonly starts: readonly MappedText[];
  readonly commands: readonly ServerCommand[];
  readonly environment: ReadonlyMap<string, Setting<string>>;
  readonly environmentFiles: readonly MappedText[];
  readonly workingDirectory: MappedText | null;
  readonly runtimeDirectory: readonly MappedText[];
  readonly runtimeDirectoryMode: MappedText | null;
  readonly user: MappedText | null;
  readonly group: MappedText | null;
  readonly umask: MappedText | null;
  readonly privateTmp: MappedText | null;
  readonly protectHome: MappedText | null;
  /** paths that are opened again, or put there, in spite of what is closed */
  readonly opensPaths: boolean;
}

export interface SocketUnit {
  readonly file: FileId;
  /** The service that it starts: `Service=`, or its own name. */
  readonly service: string;
  readonly listens: readonly { readonly address: Setting<Address>; readonly place: Place }[];
  readonly mode: MappedText | null;
  readonly user: MappedText | null;
  readonly group: MappedText | null;
}

const MAX_ENTRIES = 2000;

/** The entries of a unit file in order; a backslash at a line's end continues it, comment lines between do not end it. */
export function unitEntries(file: FileId, text: string): UnitEntry[] {
  const entries: UnitEntry[] = [];
  const count = counter(MAX_ENTRIES, 'settings');
  let section = '';
  let open: { key: string; keyPlace: Place; parts: { text: string; offset: number }[] } | null = null;
  const close = (): void => {
    if (open) entries.push({ section, key: open.key, keyPlace: open.keyPlace, value: MappedText.joined(file, open.parts).trim() });
    open = null;
  };
  for (let start = 0; start <= text.length; ) {
    const newline = text.indexOf('\n', start);
    let end = newline < 0 ? text.length : newline;
    const next = end + 1;
    if (text[end - 1] === '\r' && end > start) end--;
    const line = text.slice(start, end);
    const comment = /^\s*[#;]/.test(line);
    const continued = line.endsWith('\\');
    const body = continued ? line.slice(0, -1) : line;
    if (open && !comment) {
      const current: { parts: { text: string; offset: number }[] } = open;
      current.parts.push({ text: body + (continued ? ' ' : ''), offset: start });
      if (!continued) close();
    } else if (!comment) {
      const head = /^\s*\[([^\]]*)\]/.exec(line);
      const entry = /^(\s*)([A-Za-z][A-Za-z0-9_-]*)(\s*=\s*)/.exec(line);
      if (head) section = head[1]!;
      else if (entry) {
        count();
        const keyStart = start + entry[1]!.length;
        const keyPlace = { file, span: { start: keyStart, end: keyStart + entry[2]!.length } };
        const from = entry[0].length;
        open = { key: entry[2]!, keyPlace, parts: [{ text: body.slice(from) + (continued ? ' ' : ''), offset: start + from }] };
        if (!continued) close();
      }
    }
    start = next;
  }
  close();
  return entries;
}

/** The values of a key of a section, in order; an empty one takes away those before it. */
export const values = (entries: readonly UnitEntry[], section: string, key: string): MappedText[] => {
  const out: MappedText[] = [];
  for (const entry of entries) {
    if (entry.section !== section || entry.key !== key) continue;
    if (entry.value.text === '') out.length = 0;
    else out.push(entry.value);
  }
  return out;
};

/** The value of a key that counts; null where there is none. */
export const lastOf = (entries: readonly UnitEntry[], section: string, key: string): MappedText | null =>
  values(entries, section, key).at(-1) ?? null;

/** The variables that the `Environment=` lines of a section set. */
export function environmentIn(entries: readonly UnitEntry[], section: string): Map<string, Setting<string>> {
  const environment = new Map<string, Setting<string>>();
  for (const value of values(entries, section, 'Environment'))
    for (const command of shellCommands(value, NO_ENVIRONMENT, 'systemd'))
      for (const word of command.words) {
        const equals = word.text.indexOf('=');
        if (equals > 0) environment.set(word.text.slice(0, equals), written(word.text.slice(equals + 1), word.place));
      }
  return environment;
}

/** The entries of a unit and then those of the files that add to it. */
const entriesOf = ({ file, text }: UnitFile, dropIns: readonly UnitFile[]): UnitEntry[] => [
  ...unitEntries(file, text),
  ...dropIns.flatMap((d) => unitEntries(d.file, d.text)),
];

/** A service of systemd; null for a file that is none. `dropIns` in the order of their names, `more` are variables of files that the unit names. */
export function readService(unit: UnitFile, dropIns: readonly UnitFile[] = [], more: Environment = NO_ENVIRONMENT): ServiceUnit | null {
  const { file } = unit;
  const entries = entriesOf(unit, dropIns);
  if (!entries.some((e) => e.section === 'Service')) return null;
  const environment = environmentIn(entries, 'Service');
  const starts = values(entries, 'Service', 'ExecStart').map((value) =>
    specifiers(value.slice(/^[-@:+!|]*/.exec(value.text)![0].length), file),
  );
  const commands = starts.flatMap((value) => serverCommands(value, withVariables(environment, more), 'systemd'));
  return {
    file,
    name: unitName(basename(file)) ?? basename(file),
    starts,
    commands,
    environment,
    environmentFiles: values(entries, 'Service', 'EnvironmentFile'),
    workingDirectory: lastOf(entries, 'Service', 'WorkingDirectory'),
    runtimeDirectory: values(entries, 'Service', 'RuntimeDirectory'),
    runtimeDirectoryMode: lastOf(entries, 'Service', 'RuntimeDirectoryMode'),
    user: lastOf(entries, 'Service', 'User'),
    group: lastOf(entries, 'Service', 'Group'),
    umask: lastOf(entries, 'Service', 'UMask'),
    privateTmp: lastOf(entries, 'Service', 'PrivateTmp'),
    protectHome: lastOf(entries, 'Service', 'ProtectHome'),
    opensPaths: ['BindPaths', 'ReadWritePaths', 'TemporaryFileSystem', 'RootDirectory', 'RootImage'].some(
      (key) => values(entries, 'Service', key).length > 0,
    ),
  };
}

/** `%n`, `%N`, `%p` and `%t` are put in (system units: /run); others stay as they are. */
function specifiers(value: MappedText, file: FileId): MappedText {
  const name = unitName(basename(file)) ?? basename(file);
  const prefix = name.replace(/\.[^.]*$/, '').replace(/@.*$/, '');
  const known: Readonly<Record<string, string>> = { n: name, N: name.replace(/\.[^.]*$/, ''), p: prefix, t: '/run', '%': '%' };
  const parts: { text: string; offset: number }[] = [];
  let last = 0;
  for (const m of value.text.matchAll(/%([a-zA-Z%])/g)) {
    const replacement = known[m[1]!];
    if (replacement === undefined) continue;
    for (const piece of pieces(value, last, m.index)) parts.push(piece);
    parts.push({ text: replacement, offset: value.place(m.index).span.start });
    last = m.index + m[0].length;
  }
  if (!parts.length) return value;
  for (const piece of pieces(value, last, value.text.length)) parts.push(piece);
  return MappedText.joined(value.place().file, parts);
}

/** A stretch of mapped text cut where its offsets jump (a continued line). */
function pieces(value: MappedText, start: number, end: number): { text: string; offset: number }[] {
  const out: { text: string; offset: number }[] = [];
  for (let i = start; i < end; i++) {
    const offset = value.place(i, i + 1).span.start;
    const last = out.at(-1);
    if (last && last.offset + last.text.length === offset) last.text += value.text[i]!;
    else out.push({ text: value.text[i]!, offset });
  }
  return out;
}

/** A socket unit of systemd; null for a file that is none. */
export function readSocket(unit: UnitFile, dropIns: readonly UnitFile[] = []): SocketUnit | null {
  const { file } = unit;
  const entries = entriesOf(unit, dropIns);
  if (!entries.some((e) => e.section === 'Socket')) return null;
  return {
    file,
    service: lastOf(entries, 'Socket', 'Service')?.text ?? (unitName(basename(file)) ?? basename(file)).replace(/\.socket$/, '.service'),
    listens: values(entries, 'Socket', 'ListenStream').map((raw) => {
      const value = specifiers(raw, file);
      const place = raw.place();
      return { place, address: listenStream(value.text, place) };
    }),
    mode: lastOf(entries, 'Socket', 'SocketMode'),
    user: lastOf(entries, 'Socket', 'SocketUser'),
    group: lastOf(entries, 'Socket', 'SocketGroup'),
  };
}

function listenStream(text: string, place: Place): Setting<Address> {
  if (text.includes('%')) return unknownSetting('depends on a specifier', place);
  if (/\$\{\w+\}/.test(text)) return unknownSetting('a template fills it in', place);
  if (text.startsWith('/') || text.startsWith('@')) return written<Address>({ kind: 'unix', path: text }, place);
  const address = tcpAddress(text, { host: '' });
  return address ? written(address, place) : unknownSetting('not an address', place);
}
