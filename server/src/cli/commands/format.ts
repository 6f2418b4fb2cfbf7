/** `proxylens format`: lays files out. Prints, writes in place, or says which files would change; a file with syntax errors is left as it is. */
import path from 'node:path';
import type { Command } from 'commander';
import { applyEdits, type TextEdit } from '../../base/edit.ts';
import { visible } from '../../base/escape.ts';
import { type FileId, hostFileOf, isBelow, pathOf } from '../../base/file-id.ts';
import { Lines } from '../../base/lines.ts';
import { type Formatted, format } from '../../features/format.ts';
import { formatEmbedded } from '../../features/format-embedded.ts';
import type { LayoutOptions } from '../../features/layout.ts';
import { fileOfPath, machinePath } from '../../host/paths.ts';
import { type Writing, writeFiles } from '../../host/write-files.ts';
import { type Embedded, mayBeAnything, mayHost } from '../../project/embedded.ts';
import type { SourceFile } from '../../syntax/statement.ts';
import { isForeign, Loader, readStdin, shownPath, stdinFile } from '../common.ts';
import { EXIT, Failure } from '../failure.ts';
import { say, sayExactly, tell } from '../output.ts';
import { settingOption } from '../setting-options.ts';
import { nearPath } from './trace.ts';

interface FormatCommandOptions {
  write?: boolean;
  check?: boolean;
  indent: string;
  align?: boolean;
  byContent?: boolean;
  stdinPath?: string;
  template?: string[];
}

type Refused = Extract<Formatted, { readonly refused: string }>;
/** `left` are configurations within the file that stay as they are. */
type LaidOut = Exclude<Formatted, Refused> & { readonly left?: readonly Refused[] };

/** Adds `proxylens format` to the program. */
export function addFormat(program: Command): void {
  program
    .command('format')
    .argument('[path...]', 'files, folders, or - for standard input')
    .description('format files: indentation, spaces, empty lines; nothing else changes')
    .option('--write', 'write the files instead of printing them')
    .option('--check', 'only list the files that would change; exit 1 when one would')
    .option('--indent <width>', 'spaces of one level, or "tab"', '4')
    .option('--align', 'line up the values of neighbouring directives')
    .option('--by-content', 'of the files named take those that hold nginx configuration, as a search of their folder does')
    .addOption(settingOption('templates'))
    .option('--stdin-path <name>', 'the name of the file that comes from standard input')
    .action(async (paths: string[], options: FormatCommandOptions) => {
      process.exitCode = await run(paths, options);
    });
}

/** Runs the command; returns the exit code. Throws failures with the contract's codes. */
async function run(paths: readonly string[], options: FormatCommandOptions): Promise<number> {
  if (options.write && options.check) throw new Failure(EXIT.usage, '--write and --check exclude each other');
  const width = Number(options.indent);
  if (options.indent !== 'tab' && !(Number.isInteger(width) && width >= 1 && width <= 16))
    throw new Failure(EXIT.usage, `--indent is a number from 1 to 16, or tab, not "${options.indent}"`);
  const layout = { indent: options.indent === 'tab' ? '\t' : ' '.repeat(width), ...(options.align ? { align: true } : {}) };
  const stdin = paths.includes('-');
  if (stdin && paths.length > 1) throw new Failure(EXIT.usage, 'standard input (-) cannot be mixed with paths');
  if (stdin && options.write) throw new Failure(EXIT.usage, 'standard input cannot be written in place');
  const common = options.template ? { template: options.template } : {};
  const handed = stdinFile(options.stdinPath);
  const loader = stdin ? await Loader.ofText(common, handed, await readStdin()) : await Loader.create(common);
  loader.byContent = options.byContent === true;
  const jobs = stdin ? [await jobOfText(loader, handed)] : await jobsOf(loader, paths.length ? paths : ['.']);
  let changes = 0;
  const writings: Writing[] = [];
  let refused = 0;
  for (const { id, text, layOut } of jobs) {
    const name = stdin ? visible(options.stdinPath ?? 'standard input') : nearPath(shownPath(id));
    const formatted = layOut(layout);
    if ('refused' in formatted) {
      refused++;
      tell(`proxylens: ${name}:${new Lines(text).lineAt(formatted.at.start) + 1}: ${visible(formatted.refused)}`);
      continue;
    }
    for (const { refused: why, at } of formatted.left ?? [])
      tell(`proxylens: ${name}:${new Lines(text).lineAt(at.start) + 1}: ${visible(why)}`);
    const after = applyEdits(text, formatted.edits);
    if (!options.write && !options.check) sayExactly(after);
    if (after === text) continue;
    changes++;
    if (options.check) say(`${name}\n`);
    if (options.write) writings.push({ path: machinePath(id)!, text: after, from: text });
  }
  // each file by itself: what lays one out asks nothing of the others
  const named = (paths.length ? paths : ['.']).map((p) => path.resolve(p));
  const done = await writeFiles(
    writings.map((w) => [w]),
    named,
  );
  for (const { path: file, why } of done.refused) tell(`proxylens: ${nearPath(file)}: not written: ${visible(why)}`);
  if (options.check || options.write)
    tell(
      `${options.write ? done.written.length : changes} of ${jobs.length} ${jobs.length === 1 ? 'file' : 'files'} ${options.write ? 'formatted' : 'would change'}`,
    );
  return done.refused.length ? EXIT.unreadable : refused ? EXIT.usage : options.check && changes ? EXIT.findings : EXIT.clean;
}

/** A file on the disk with what lays it out: all of it, or the configurations in it. */
interface Job {
  readonly id: FileId;
  readonly text: string;
  layOut(options: LayoutOptions): LaidOut | Refused;
}

const jobOf = (source: SourceFile): Job => ({ id: source.id, text: source.text, layOut: (options) => format(source, options) });

/** What lays out the text that somebody hands over: as its name says that of nginx alone, or one that holds such. */
async function jobOfText(loader: Loader, id: FileId): Promise<Job> {
  const hosted = mayHost(pathOf(id)) ? await hostJob(loader, id) : null;
  if (hosted) return hosted;
  const source = await loader.source(id);
  if (source === null || typeof source === 'string') throw new Failure(EXIT.unreadable, `standard input: ${source ?? 'nothing is there'}`);
  return jobOf(await chosen(loader, source));
}

/** A text as the settings and the command line say that it is written. */
async function chosen<T extends SourceFile>(loader: Loader, source: T): Promise<T> {
  (await loader.engineFor(source.id))(source);
  return source;
}

/** A host of configurations; null for a file that holds none. What cannot be laid out without a change to the host stays as it is. */
async function hostJob(loader: Loader, id: FileId): Promise<Job | null> {
  const host = await loader.files.host(id);
  if (!host) return null;
  const { text, embedded } = host;
  const choose = await loader.engineFor(id);
  const open = (part: Embedded, own: string): SourceFile => {
    const document = loader.parts.parser.embedded(part.id, own, { visible: own, engine: part.window.engine });
    choose(document);
    return document;
  };
  return {
    id,
    text,
    layOut: (options) => {
      const edits: TextEdit[] = [];
      const left: Refused[] = [];
      for (const e of embedded) {
        const formatted = formatEmbedded(text, e, (own) => open(e, own), options);
        if ('refused' in formatted) left.push(formatted);
        else if (loader.files.keeps(e.id, formatted.edits)) edits.push(...formatted.edits);
        else left.push({ refused: 'The configuration is not formatted: the file around it would say something else.', at: e.span });
      }
      return { edits, left };
    },
  };
}

/** Named files, and of folders whatever is nginx's below them. Throws an unreadable failure for a path that cannot be read. */
async function jobsOf(loader: Loader, paths: readonly string[]): Promise<Job[]> {
  const out = new Map<FileId, Job>();
  let foreign = false;
  for (const given of paths) {
    const id = fileOfPath(given);
    const stat = await loader.files.stat(id);
    if (!stat) throw new Failure(EXIT.unreadable, `${given}: no such file or folder`);
    if (stat.kind === 'folder') {
      for (const { config } of await loader.configs([given]))
        for (const [file, source] of config.files) {
          if (!isBelow(file, id) || out.has(hostFileOf(file))) continue;
          const job = hostFileOf(file) === file ? jobOf(source) : await hostJob(loader, hostFileOf(file));
          if (job) out.set(job.id, job);
        }
      continue;
    }
    if (loader.byContent && !(await loader.finds(id))) {
      foreign = true;
      continue;
    }
    const hosted = mayHost(pathOf(id)) || mayBeAnything(pathOf(id)) ? await hostJob(loader, id) : null;
    const source = hosted ? null : await loader.source(id);
    if (!hosted && (source === null || typeof source === 'string'))
      throw new Failure(EXIT.unreadable, `${given}: ${source ?? 'no such file'}`);
    if (!hosted && isForeign((source as SourceFile).text, pathOf(id), loader.parts.engine.catalog)) {
      tell(`proxylens: ${nearPath(shownPath(id))}: this is no nginx configuration, it is left alone`);
      foreign = true;
      continue;
    }
    out.set(id, hosted ?? jobOf(await chosen(loader, source as SourceFile)));
  }
  if (!out.size && !foreign) throw new Failure(EXIT.unreadable, `no nginx configuration found in ${paths.join(', ')}. Name a file.`);
  return [...out.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
}
