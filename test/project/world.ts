/** The ways to ask about one project, over files in memory: the command line's loader for a folder and a file, the editor's workspace. */
import assert from 'node:assert/strict';
import type { Diagnostic, WorkspaceDiagnosticReport } from 'vscode-languageserver';
import { NEVER } from '../../server/src/base/cancel.ts';
import { type FileId, fileId, fromPath, hostFileOf, relativePath } from '../../server/src/base/file-id.ts';
import { Lines } from '../../server/src/base/lines.ts';
import { MemoryFiles } from '../../server/src/base/memory-files.ts';
import { type Asked, Loader } from '../../server/src/cli/common.ts';
import { wanted } from '../../server/src/deploy/wanted.ts';
import { loadParts } from '../../server/src/host/parts.ts';
import { workspaceDiagnostic } from '../../server/src/lsp/handlers/diagnostic.ts';
import type { Session } from '../../server/src/lsp/session.ts';
import { messageOf } from '../../server/src/rules/merged.ts';
import type { Finding } from '../../server/src/rules/rule.ts';
import { ruleNames } from '../../server/src/rules/rule.ts';
import { lint } from '../../server/src/rules/run.ts';
import { type Snapshot, Workspace } from '../../server/src/workspace/workspace.ts';
import { publisherOf } from '../harness/publisher.ts';

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

const SEVERITIES = ['', 'error', 'warning', 'info', 'hint'];

/** A finding as an editor lists it: its place in the file that a person would open, how grave it is, and which rule it is of. */
const line = (name: string, at: { line: number; character: number }, severity: string, rule: string, message: string): string =>
  `${name}:${at.line + 1}:${at.character + 1} ${severity} ${rule}: ${message}`;

/** The findings of `check` as an editor would list them. */
export function asListed(files: MemoryFiles, findings: readonly Finding[]): string[] {
  const lines = new Map<FileId, Lines>();
  const all = findings.map((f) => {
    const file = hostFileOf(f.at.file);
    if (!lines.has(file)) lines.set(file, new Lines(files.text(file) ?? ''));
    const { line: at, character } = lines.get(file)!.position(f.at.span.start);
    return line(relativePath(file, HOME), { line: at, character }, f.severity, f.rule, messageOf(f));
  });
  return [...new Set(all)].sort();
}

/** What a language server has told its editor once it rests, of all files, with these open; and what it answers an editor that asks. */
export async function served(files: MemoryFiles, open: readonly string[]): Promise<{ pushed: string[]; pulled: string[] }> {
  const { parser, engine, rules, python } = await parts();
  const workspace = new Workspace(parser, engine, files, { isApplicationFile: wanted, ruleNames: ruleNames(rules), python });
  const sets = new Map<string, readonly Diagnostic[]>();
  const failures: string[] = [];
  const publisher = publisherOf({
    workspace,
    rules,
    connection: {
      sendDiagnostics: async ({ uri, diagnostics }) => {
        sets.set(uri, diagnostics);
      },
    },
    log: (words) => failures.push(words),
  });
  workspace.apply({ kind: 'folders', folders: [HOME] });
  for (const path of open) {
    const id = fromPath(`/checkout/project/${path}`);
    workspace.apply({ kind: 'open', file: id, text: files.text(id)!, version: 1 });
  }
  publisher.changed();
  await publisher.settled();
  assert.deepEqual(failures, []);
  const listed = (all: Iterable<readonly [string, readonly Diagnostic[]]>): string[] =>
    [...all]
      .flatMap(([uri, list]) =>
        list.map((d) =>
          line(relativePath(fileId(uri), HOME), d.range.start, SEVERITIES[d.severity ?? 0]!, String(d.code), d.message as string),
        ),
      )
      .sort();
  const session = { publisher } as Session;
  const context = { snapshot: workspace.snapshot(), encoding: 'utf-16', session, cancel: NEVER } as const;
  assert.ok(workspaceDiagnostic.access === 'round');
  const { items } = workspaceDiagnostic.run(context, { previousResultIds: [] } as never) as WorkspaceDiagnosticReport;
  return {
    pushed: listed(sets),
    pulled: listed(items.map((i) => [i.uri, i.kind === 'full' ? i.items : []] as const)),
  };
}
