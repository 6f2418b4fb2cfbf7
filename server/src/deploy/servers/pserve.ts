/** Pyramid's `pserve`: it runs the server that `[server:main]` of an ini file names (PasteDeploy), with the keys of that section as its options. */
import type { FileId } from '../../base/file-id.ts';
import { unknownSetting } from '../setting.ts';
import type { ShellWord } from '../shell.ts';
import { whole } from '../unread.ts';
import gunicorn from './gunicorn.ts';
import { declareServer, plain, type ServerDeclaration } from './server.ts';
import { unproxied } from './unproxied.ts';
import waitress from './waitress.ts';

interface Line {
  readonly key: string;
  readonly value: string;
  /** where the value begins */
  readonly start: number;
}

/** The sections of a file of PasteDeploy: `key = value`, comments behind `#` and `;` at the beginning of a line. */
function sectionsOf(text: string): ReadonlyMap<string, readonly Line[]> {
  const sections = new Map<string, Line[]>();
  let own: Line[] = [];
  for (const m of whole(text, MAX_LENGTH).matchAll(/^(?:\[([^\]\n]+)\]|([A-Za-z][\w.]*)[ \t]*[=:][ \t]*([^\n]*))/gm)) {
    if (m[1] !== undefined) {
      own = sections.get(m[1].trim()) ?? [];
      sections.set(m[1].trim(), own);
    } else own.push({ key: m[2]!, value: m[3]!.trimEnd(), start: m.index + m[0].length - m[3]!.length });
  }
  return sections;
}

const MAX_LENGTH = 256 * 1024;

/** A part of a value as a word: `%(name)s` takes what [DEFAULT] or the command line says. */
function wordOf(file: FileId, text: string, start: number, known: ReadonlyMap<string, string>): ShellWord {
  const unknown: string[] = [];
  const filled = text.replace(/%\((\w+)\)s/g, (_, name: string) => {
    const value = known.get(name);
    if (value === undefined) unknown.push(name);
    return value ?? '';
  });
  return { text: filled, place: { file, span: { start, end: start + text.length } }, unknown, fallback: unknown.length ? null : filled };
}

const isYes = (text: string): boolean => /^(1|yes|true|on|y|t)$/i.test(text);

/** Keys of Waitress that switch something. */
const FLAGS = new Set(['clear_untrusted_proxy_headers', 'expose_tracebacks', 'log_socket_errors', 'asyncore_use_poll']);

/** The keys of a section as the options of a command line. */
function optionsOf(file: FileId, lines: readonly Line[], known: ReadonlyMap<string, string>): ShellWord[] {
  return lines.flatMap(({ key, value, start }): ShellWord[] => {
    if (key === 'use' || value === '') return [];
    const name = (text: string): ShellWord => ({
      ...wordOf(file, text, start, known),
      place: { file, span: { start, end: start + value.length } },
    });
    const option = key.replaceAll('_', '-');
    if (FLAGS.has(key)) return [name(isYes(value) ? `--${option}` : `--no-${option}`)];
    // several addresses are in one value
    const parts =
      key === 'listen' ? [...value.matchAll(/\S+/g)].map((m) => ({ text: m[0], at: start + m.index })) : [{ text: value, at: start }];
    return parts.flatMap(({ text, at }) => [name(`--${option}`), wordOf(file, text, at, known)]);
  });
}

/** Gunicorn takes host and port of such a section as the address to bind (gunicorn/app/pasterapp.py). */
function boundBy(lines: readonly Line[]): readonly Line[] {
  const [host, port] = ['host', 'port'].map((key) => lines.find((l) => l.key === key));
  if (!port || lines.some((l) => l.key === 'bind')) return lines;
  const rest = lines.filter((l) => l !== host && l !== port);
  return [...rest, { key: 'bind', value: `${host?.value ?? '127.0.0.1'}:${port.value}`, start: port.start }];
}

export default declareServer<null>({
  name: 'pserve',
  title: 'pserve',
  package: null,
  role: 'production',
  python: true,
  programs: [{ names: ['pserve'] }],
  activation: 'fd',
  socketMode: '755',
  timeoutName: 'timeout',
  start: () => plain(null, [], undefined, { target: unknownSetting('an ini file names it') }),
  runs({ command }, reading) {
    const words = command.args.filter((w) => !w.text.startsWith('-'));
    const [named, ...assigned] = words;
    const file = named ? reading.find(named.text.replace(/#.*$/, ''), command.place.file) : null;
    const text = file ? reading.text(file) : undefined;
    if (!file || text === undefined) return null;
    const sections = sectionsOf(text);
    const option = command.args.find((w) => w.text.startsWith('--server-name='));
    const lines = sections.get(`server:${option ? option.text.slice('--server-name='.length) : 'main'}`) ?? [];
    const known = new Map((sections.get('DEFAULT') ?? []).map((l) => [l.key, l.value]));
    for (const { text: assignment } of assigned) {
      const equals = assignment.indexOf('=');
      if (equals > 0) known.set(assignment.slice(0, equals), assignment.slice(equals + 1));
    }
    const use = lines.find((l) => l.key === 'use')?.value ?? '';
    reading.use(file);
    if (/^egg:waitress(#main)?$/.test(use)) return { server: waitress as ServerDeclaration, args: optionsOf(file, lines, known), file };
    if (/^egg:gunicorn(#main)?$/.test(use))
      return { server: gunicorn as ServerDeclaration, args: optionsOf(file, boundBy(lines), known), file };
    return null;
  },
  environ: (application, _, request) => unproxied(application, request),
});
