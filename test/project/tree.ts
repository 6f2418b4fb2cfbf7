/** A project in memory: what the rules say of one of its files, read as the command line and the editor read it. */
import { type FileId, fromPath, pathOf } from '../../server/src/base/file-id.ts';
import { MemoryFiles } from '../../server/src/base/memory-files.ts';
import { Config } from '../../server/src/config/config.ts';
import { loadTree, type Sources } from '../../server/src/config/load.ts';
import { DEFAULT_SETTINGS } from '../../server/src/config/settings.ts';
import { loadParts, type Parts } from '../../server/src/host/parts.ts';
import { type Destination, loadFragment } from '../../server/src/project/standin.ts';
import { lint } from '../../server/src/rules/run.ts';
import type { SourceFile } from '../../server/src/syntax/statement.ts';
import { fixture } from '../harness/fixture.ts';

let loading: Promise<Parts> | undefined;
export const parts = (): Promise<Parts> => (loading ??= loadParts());

async function sourcesOf(files: ReadonlyMap<FileId, string>): Promise<Sources> {
  const { parser } = await parts();
  const memory = new MemoryFiles(files);
  const known = new Map<FileId, SourceFile>();
  return {
    source: async (file) => {
      const text = memory.text(file);
      if (text === undefined) return null;
      let source = known.get(file);
      if (!source) known.set(file, (source = parser.open(file, text)));
      return source;
    },
    list: (folder) => memory.list(folder),
    stat: (file) => memory.stat(file),
  };
}

const filesOf = (text: string): ReadonlyMap<FileId, string> =>
  new Map(fixture(text).files.map((f) => [fromPath(`/repo/${f.path.replace(/^\/etc\/nginx\//, '')}`), f.text]));

/** The first file of a tree below /repo as a fragment; `destination` is where the project says that it goes. */
export async function fragmentOf(tree: string, destination: Omit<Destination, 'together'> | null = null): Promise<Config> {
  const files = filesOf(tree);
  const { stock, engine } = await parts();
  const sources = await sourcesOf(files);
  const [first] = files.keys();
  const source = (await sources.source(first!)) as SourceFile;
  const where = destination && { ...destination, together: [{ path: destination.path, file: first! }] };
  return loadFragment(source, where, sources, { pathMap: [], prefix: null, stock }, engine, DEFAULT_SETTINGS);
}

/** The first file of a tree below /repo as a main file. */
export async function mainOf(tree: string): Promise<Config> {
  const files = filesOf(tree);
  const { stock, engine } = await parts();
  const [first] = files.keys();
  const loaded = await loadTree(first!, await sourcesOf(files), { pathMap: [], prefix: null, stock });
  if ('problem' in loaded) throw new Error(loaded.problem);
  return new Config(loaded, engine, DEFAULT_SETTINGS);
}

/** `file:line rule (severity)` of each finding, in order. */
export async function saidOf(config: Config): Promise<string[]> {
  const { rules } = await parts();
  const crashes: unknown[] = [];
  const findings = lint(config, rules, { onCrash: (_, error) => crashes.push(error) });
  if (crashes.length) throw crashes[0];
  return findings.map((f) => {
    const line = config.files.get(f.at.file)!.lines.lineAt(f.at.span.start) + 1;
    return `${pathOf(f.at.file).replace('/repo/', '')}:${line} ${f.rule} (${f.severity})`;
  });
}
