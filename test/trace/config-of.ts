/** Configurations from texts, for tests of the matchers and of the request path. */
import path from 'node:path';
import { type FileId, fromPath } from '../../server/src/base/file-id.ts';
import { MemoryFiles } from '../../server/src/base/memory-files.ts';
import { parseVersion } from '../../server/src/catalog/version.ts';
import { Config } from '../../server/src/config/config.ts';
import { loadTree } from '../../server/src/config/load.ts';
import { DEFAULT_SETTINGS, type Settings } from '../../server/src/config/settings.ts';
import { loadParts, type Parts } from '../../server/src/host/parts.ts';
import type { SourceFile } from '../../server/src/syntax/statement.ts';
import { fixture } from '../harness/fixture.ts';

let loading: Promise<Parts> | undefined;
const parts = (): Promise<Parts> => (loading ??= loadParts());

export interface ConfigOptions {
  /** nginx version, default that of the settings */
  readonly nginx?: string;
  /** default: the folder of the main file */
  readonly prefix?: string;
  /** what the main file may include, by paths relative to its folder */
  readonly others?: Readonly<Record<string, string>>;
}

/** Loads a text (or `#- path` sections) as nginx.conf in /etc/nginx. */
export async function configOf(source: string, options: ConfigOptions = {}): Promise<Config> {
  const { files, main } = fixture(source);
  return configOfFiles(new Map(files.map((f) => [f.id, f.text] as const)), main.id, options);
}

/** The same for a file that is at a path of its own. */
export const configAt = (at: string, text: string, options: ConfigOptions = {}): Promise<Config> =>
  configOfFiles(
    new Map([
      ...Object.entries(options.others ?? {}).map(([name, t]) => [fromPath(path.join(path.dirname(at), name)), t] as const),
      [fromPath(at), text],
    ]),
    fromPath(at),
    options,
  );

async function configOfFiles(files: ReadonlyMap<FileId, string>, root: FileId, options: ConfigOptions): Promise<Config> {
  const { parser, engine } = await parts();
  const memory = new MemoryFiles(files);
  const sources = new Map<FileId, SourceFile>();
  const nginx = options.nginx === undefined ? DEFAULT_SETTINGS.target.nginx : parseVersion(options.nginx);
  if (!nginx) throw new Error(`no version: ${options.nginx}`);
  const settings: Settings = {
    ...DEFAULT_SETTINGS,
    prefix: options.prefix ?? null,
    target: { ...DEFAULT_SETTINGS.target, nginx },
    ...(options.nginx === undefined ? {} : { versionFrom: 'setting' }),
  };
  const tree = await loadTree(
    root,
    {
      list: (f) => memory.list(f),
      stat: (f) => memory.stat(f),
      source: async (f) => {
        const known = sources.get(f);
        if (known) return known;
        const text = memory.text(f);
        if (text === undefined) return null;
        const source = parser.open(f, text);
        // the statements stay: trees are kept by nobody, and thousands of them fill the memory of the parser
        source.dispose();
        sources.set(f, source);
        return source;
      },
    },
    { pathMap: [], prefix: settings.prefix },
  );
  if ('problem' in tree) throw new Error(tree.problem);
  return new Config(tree, engine, settings);
}
