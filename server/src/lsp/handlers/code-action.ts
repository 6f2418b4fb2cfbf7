import { type CodeAction, CodeActionKind, type CodeActionParams, type Range, type WorkspaceEdit } from 'vscode-languageserver';
import type { FileEdit } from '../../base/edit.ts';
import { fileId } from '../../base/file-id.ts';
import { actionsAt, safeFixes } from '../../features/actions.ts';
import { type Refactoring, refactorings } from '../../features/refactor/index.ts';
import { combined } from '../../fixes/apply.ts';
import type { Finding } from '../../rules/rule.ts';
import type { Snapshot } from '../../workspace/workspace.ts';
import { type Encoding, toRange, toSpan } from '../convert/encoding.ts';
import { type FindFile, toDiagnostic, toWorkspaceEdit } from '../convert/to.ts';
import { type ReadContext, reads, type Target, targetOf } from '../handler.ts';
import { Commands } from '../protocol.ts';
import { provedFindings } from '../proved.ts';
import { partEdits } from './format.ts';

const FIX_ALL = 'source.fixAll.proxylens';

/** The request of a witness, `GET https://example.com/a, Name: value`, as the preview takes it; null for what is no request over HTTP. */
function requestOf(text: string): { method: string; url: string; headers: [string, string][] } | null {
  const [line = '', ...lines] = text.split(/, (?=[\w-]+: )/);
  const m = /^(\S+) (https?:\/\/\S+)$/.exec(line);
  return m
    ? { method: m[1]!, url: m[2]!, headers: lines.map((l): [string, string] => [l.slice(0, l.indexOf(':')), l.slice(l.indexOf(':') + 2)]) }
    : null;
}

/** What "all safe fixes" was offered for; they are proved when somebody picks it. */
interface AllSafe {
  readonly uri: string;
  /** the editor's version then: an edit for another text would be wrong */
  readonly version: number | null;
}

export const codeAction = reads<CodeActionParams, CodeAction[]>({
  method: 'textDocument/codeAction',
  capability: {
    codeActionProvider: { codeActionKinds: [CodeActionKind.QuickFix, CodeActionKind.Refactor, FIX_ALL], resolveProvider: true },
  },
  run({ snapshot, session, encoding }, { textDocument, range, context }) {
    const edit = (edits: Parameters<typeof toWorkspaceEdit>[0]) =>
      toWorkspaceEdit(
        edits,
        (id) => snapshot.text(id),
        encoding,
        (id) => snapshot.version(id),
        session.client.versionedEdits,
      );
    const target = targetOf(snapshot, textDocument.uri);
    const asked = { snapshot, session, encoding, edit, range, context, uri: textDocument.uri };
    if (target) return actionsIn(target, asked);
    const out = partsOf(snapshot, textDocument.uri, range, encoding).flatMap((part) => actionsIn(part, asked));
    return [...out, ...applicationActions(asked)];
  },
});

interface Asked extends Pick<ReadContext, 'snapshot' | 'session' | 'encoding'>, Pick<CodeActionParams, 'range' | 'context'> {
  readonly uri: string;
  readonly edit: (edits: readonly FileEdit[]) => WorkspaceEdit;
}

/** The configurations within a file of another language that a range touches. */
function partsOf(snapshot: Snapshot, uri: string, range: Range, encoding: Encoding): Target[] {
  const host = snapshot.text(fileId(uri));
  if (!host) return [];
  const span = toSpan(host, range, encoding);
  return snapshot
    .embedded(fileId(uri))
    .filter((e) => e.span.start <= span.end && span.start <= e.span.end)
    .flatMap((e) => targetOf(snapshot, e.id) ?? []);
}

/** Findings without the fixes that would change more of the file around a configuration than the configuration. */
const kept = (snapshot: Snapshot, findings: readonly Finding[]): readonly Finding[] =>
  findings.map((f) => {
    const fixes = f.fixes.filter((fix) => fix.edits.every((e) => snapshot.keeps(e.file, e.edits)));
    return fixes.length === f.fixes.length ? f : { ...f, fixes };
  });

/**
 * Characters of the configurations up to which a fix is proved while the cursor moves: a proof reads and traces all of them anew. In larger ones a
 * fix is offered as what its rule proposes, and none is preferred; whoever asks for all safe fixes gets those that are proved.
 */
const AT_ONCE = 30_000;

const isSmall = ({ configs }: Target): boolean => {
  let size = 0;
  for (const config of configs) for (const source of config.files.values()) size += source.text.length;
  return size <= AT_ONCE;
};

const unproved = (findings: readonly Finding[]): readonly Finding[] =>
  findings.map((f) => ({ ...f, fixes: f.fixes.map((fix) => ({ ...fix, safety: 'suggestion' as const })) }));

function actionsIn(target: Target, { snapshot, session, encoding, edit, range, context, uri }: Asked): CodeAction[] {
  const { file } = target;
  const findings = kept(snapshot, session.publisher.fresh(snapshot, file.id));
  const prove = (list: readonly Finding[]): readonly Finding[] => provedFindings(session, target.configs, list);
  const wants = (kind: string): boolean => !context.only?.length || context.only.some((k) => kind === k || kind.startsWith(k + '.'));
  const out: CodeAction[] = [];
  if (wants(FIX_ALL)) {
    const edits = context.only?.length ? combined(safeFixes(prove(findings))) : [];
    if (edits.length) out.push({ title: 'Apply all safe fixes', kind: FIX_ALL, edit: edit(edits) });
  }
  if (wants(CodeActionKind.QuickFix))
    for (const action of actionsAt(file, findings, toSpan(file, range, encoding), isSmall(target) ? prove : unproved)) {
      if (action.edits && !action.edits.every((e) => snapshot.keeps(e.file, e.edits))) continue;
      out.push({
        title: action.title,
        kind: action.kind,
        ...(action.edits
          ? { edit: edit(action.edits) }
          : session.client.resolvesActions
            ? { data: { uri: file.id, version: snapshot.version(file.id) } satisfies AllSafe }
            : { edit: edit(combined(safeFixes(prove(findings)))) }),
        diagnostics: action.findings
          .filter((f) => f.at.file === file.id)
          .map((f) => toDiagnostic(f, file, (id) => snapshot.text(id), encoding, session.publisher.docs)),
        ...(action.preferred ? { isPreferred: true } : {}),
      });
    }
  if (wants(CodeActionKind.QuickFix) && session.client.previews) {
    const at = toSpan(file, range, encoding);
    for (const f of findings) {
      const request = f.witness ? requestOf(f.witness.request) : null;
      if (!request || f.at.span.start > at.end || f.at.span.end < at.start) continue;
      const title = 'Preview the request of this finding';
      out.push({
        title,
        kind: CodeActionKind.QuickFix,
        command: { title, command: Commands.previewRequestPath, arguments: [file.id, toRange(file, f.at.span, encoding).start, request] },
        diagnostics: [toDiagnostic(f, file, (id) => snapshot.text(id), encoding, session.publisher.docs)],
      });
    }
  }
  // VS Code asks for everything at each move of the cursor: refactorings are cheap, and it shows them where they are asked for
  if (wants(CodeActionKind.Refactor) || context.only?.some((k) => k.startsWith('refactor'))) {
    const fits = (kind: string): boolean => !context.only?.length || context.only.some((k) => kind === k || kind.startsWith(`${k}.`));
    for (const { title, kind, edits, creates } of refactorings(target.config, file, toSpan(file, range, encoding))) {
      if (!fits(kind) || (creates?.length && (!session.client.createFiles || file.id !== fileId(uri)))) continue;
      if (!edits.every((e) => snapshot.keeps(e.file, e.edits))) continue;
      out.push({ title, kind, edit: withNewFiles(edit(edits), creates ?? []) });
    }
    // the other language has a formatter of its own, which must not be asked to choose: this one is for the part alone
    const edits = file.id === fileId(uri) || !fits(CodeActionKind.RefactorRewrite) ? [] : partEdits(snapshot, session, file.id);
    if (edits.length)
      out.push({ title: 'Lay this configuration out', kind: CodeActionKind.RefactorRewrite, edit: edit([{ file: file.id, edits }]) });
  }
  return out;
}

/** Completes "all safe fixes": proves them all, and gives the edit of those that hold. */
export const codeActionResolve = reads<CodeAction, CodeAction>({
  method: 'codeAction/resolve',
  run({ snapshot, session, encoding }, action) {
    const asked = action.data as AllSafe | undefined;
    const target = asked && targetOf(snapshot, asked.uri);
    if (!asked || !target || snapshot.version(target.file.id) !== asked.version) return action;
    const findings = provedFindings(session, target.configs, kept(snapshot, session.publisher.fresh(snapshot, target.file.id)));
    const edit = toWorkspaceEdit(
      combined(safeFixes(findings)),
      (id) => snapshot.text(id),
      encoding,
      (id) => snapshot.version(id),
      session.client.versionedEdits,
    );
    return { ...action, edit };
  },
});

/** An edit that makes files before it changes others. */
function withNewFiles(edit: WorkspaceEdit, creates: NonNullable<Refactoring['creates']>): WorkspaceEdit {
  if (!creates.length) return edit;
  const start = { line: 0, character: 0 };
  const made = creates.flatMap(
    ({ file, text }): NonNullable<WorkspaceEdit['documentChanges']> => [
      { kind: 'create', uri: file, options: { ignoreIfExists: true } },
      { textDocument: { uri: file, version: null }, edits: [{ range: { start, end: start }, newText: text }] },
    ],
  );
  return { documentChanges: [...made, ...(edit.documentChanges ?? [])] };
}

/** Fixes in a file of the application's side: those of the findings that are shown there. */
function applicationActions({ uri, range, snapshot, session, encoding, edit }: Asked): CodeAction[] {
  const id = fileId(uri);
  const source = snapshot.text(id);
  if (!source) return [];
  const span = toSpan(source, range, encoding);
  const find: FindFile = (file) => snapshot.text(file);
  return session
    .findings(id)
    .filter((f) => f.at.span.start <= span.end && span.start <= f.at.span.end)
    .flatMap((f) =>
      f.fixes.map((fix) => ({
        title: fix.title,
        kind: CodeActionKind.QuickFix,
        edit: edit(fix.edits),
        diagnostics: [toDiagnostic(f, source, find, encoding, session.publisher.docs)],
      })),
    );
}
