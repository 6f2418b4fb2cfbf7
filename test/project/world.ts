/** The ways to ask about one project, over files in memory: the command line's loader for a folder and a file, the editor's workspace. */
import { type FileId, fromPath, relativePath } from '../../server/src/base/file-id.ts';
import { MemoryFiles } from '../../server/src/base/memory-files.ts';
import { type Asked, Loader } from '../../server/src/cli/common.ts';
import { wanted } from '../../server/src/deploy/wanted.ts';
import { loadParts } from '../../server/src/host/parts.ts';
import type { Finding } from '../../server/src/rules/rule.ts';
import { ruleNames } from '../../server/src/rules/rule.ts';
import { lint } from '../../server/src/rules/run.ts';
import { type Snapshot, Workspace } from '../../server/src/workspace/workspace.ts';

/** Where the projects lie: a folder of nobody's system. */
export const HOME = fromPath('/checkout/project');

export const inMemory = (files: Readonly<Record<string, string>>): MemoryFiles =>
  new MemoryFiles(Object.entries(files).map(([path, text]) => [fromPath(`/checkout/project/${path}`), text]));

/** One finding as people compare it. */
export const shown = (f: Finding): string => `${relativePath(f.at.file, HOME)}:${f.at.span.start} ${f.severity} ${f.rule}`;

let loading: ReturnType<typeof loadParts> | undefined;
export const parts = (): ReturnType<typeof loadParts> => (loading ??= loadParts());

export async function loaderOf(files: MemoryFiles): Promise<Loader> {
  return Loader.create({}, files);
}

/** What `check` finds when these paths are named. */
export async function checked(
  files: MemoryFiles,
  paths: readonly string[],
): Promise<{ asked: readonly Asked[]; findings: Finding[]; files: Set<FileId> }> {
  const loader = await loaderOf(files);
  const asked = await loader.configs(paths.map((p) => `/checkout/project/${p}`.replace(/\/\.$/, '')));
  const findings = new Map<string, Finding>();
  const read = new Set<FileId>();
  for (const { config, project, way, shown: isShown } of asked) {
    const deployment = await loader.deployment({ config, project, way });
    for (const file of config.files.keys()) if (!isShown || isShown(file)) read.add(file);
    for (const f of lint(config, loader.parts.rules, { deployment }))
      if (!isShown || isShown(f.at.file)) findings.set(shown(f) + f.message, f);
  }
  return { asked, findings: [...findings.values()], files: read };
}

/** The editor's view, with these files open. */
export async function edited(
  files: MemoryFiles,
  open: readonly string[],
): Promise<{ snapshot: Snapshot; findings(file: FileId): Finding[] }> {
  const { parser, engine, rules, python } = await parts();
  const workspace = new Workspace(parser, engine, files, { isApplicationFile: wanted, ruleNames: ruleNames(rules), python });
  workspace.apply({ kind: 'folders', folders: [HOME] });
  for (const path of open) {
    const id = fromPath(`/checkout/project/${path}`);
    workspace.apply({ kind: 'open', file: id, text: files.text(id)!, version: 1 });
  }
  await workspace.settle();
  const snapshot = workspace.snapshot();
  return {
    snapshot,
    findings: (file) => {
      const all = new Map<string, Finding>();
      for (const config of snapshot.configsOf(file))
        for (const f of lint(config, rules, { deployment: snapshot.deploymentOf(config) }))
          if (f.at.file === file) all.set(shown(f) + f.message, f);
      return [...all.values()];
    },
  };
}
