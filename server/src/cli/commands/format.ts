/** `proxylens format`: lays files out. Prints, writes in place, or says which files would change; a file with syntax errors is left alone. */
import type { Command } from 'commander';
import { applyEdits } from '../../base/edit.ts';
import { type FileId, isBelow } from '../../base/file-id.ts';
import { format } from '../../features/format.ts';
import { fileOfPath, machinePath, rewrite } from '../../host/node-files.ts';
import type { SourceFile } from '../../syntax/statement.ts';
import { Loader, readStdin, shownPath, stdinFile } from '../common.ts';
import { EXIT, Failure } from '../failure.ts';
import { nearPath } from './trace.ts';

interface FormatCommandOptions {
  write?: boolean;
  check?: boolean;
  indent: string;
  align?: boolean;
  stdinPath?: string;
}

export function addFormat(program: Command): void {
  program
    .command('format')
    .argument('[path...]', 'files, folders, or - for standard input')
    .description('lay out files: indentation, spaces, empty lines; nothing else changes')
    .option('--write', 'write the files instead of printing them')
    .option('--check', 'only tell which files would change; exit 1 when one would')
    .option('--indent <width>', 'spaces of one level, or "tab"', '4')
    .option('--align', 'line up the values of neighbouring directives')
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
  const loader = await Loader.create({});
  const sources = stdin
    ? [loader.parts.parser.open(stdinFile(options.stdinPath), await readStdin())]
    : await sourcesOf(loader, paths.length ? paths : ['.']);
  let changes = 0;
  let refused = 0;
  for (const source of sources) {
    const name = stdin ? (options.stdinPath ?? 'standard input') : nearPath(shownPath(source.id));
    const formatted = format(source, layout);
    if ('refused' in formatted) {
      refused++;
      process.stderr.write(`proxylens: ${name}:${source.lines.lineAt(formatted.at.start) + 1}: ${formatted.refused}\n`);
      continue;
    }
    const after = applyEdits(source.text, formatted.edits);
    if (!options.write && !options.check) process.stdout.write(after);
    if (after === source.text) continue;
    changes++;
    if (options.check) process.stdout.write(`${name}\n`);
    if (options.write) await written(source.id, after);
  }
  if (options.check || options.write)
    process.stderr.write(
      `${changes} of ${sources.length} ${sources.length === 1 ? 'file' : 'files'} ${options.write ? 'formatted' : 'would change'}\n`,
    );
  return refused ? EXIT.usage : options.check && changes ? EXIT.findings : EXIT.clean;
}

async function written(file: FileId, text: string): Promise<void> {
  try {
    await rewrite(machinePath(file)!, text);
  } catch (error) {
    throw new Failure(EXIT.unreadable, `${shownPath(file)}: cannot be written (${(error as NodeJS.ErrnoException).code ?? String(error)})`);
  }
}

/** Named files, and of folders whatever is nginx's below them. Throws an unreadable failure for a path that cannot be read. */
async function sourcesOf(loader: Loader, paths: readonly string[]): Promise<SourceFile[]> {
  const out = new Map<FileId, SourceFile>();
  for (const given of paths) {
    const id = fileOfPath(given);
    const stat = await loader.files.stat(id);
    if (!stat) throw new Failure(EXIT.unreadable, `${given}: no such file or folder`);
    if (stat.kind === 'folder') {
      for (const { config } of await loader.configs([given]))
        for (const [file, source] of config.files) if (isBelow(file, id)) out.set(file, source);
      continue;
    }
    const source = await loader.source(id);
    if (source === null || typeof source === 'string') throw new Failure(EXIT.unreadable, `${given}: ${source ?? 'no such file'}`);
    out.set(id, source);
  }
  if (!out.size) throw new Failure(EXIT.unreadable, `no nginx configuration found in ${paths.join(', ')}. Name a file.`);
  return [...out.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
}
