import {
  type CodeAction,
  CodeActionKind,
  type CodeActionParams,
  CodeActionTriggerKind,
  type Range,
  type WorkspaceEdit,
} from 'vscode-languageserver';
import type { FileEdit } from '../../base/edit.ts';
import { fileId } from '../../base/file-id.ts';
import type { Span } from '../../base/span.ts';
import { actionsAt, isWide, safeFixes, type Wide, wideEdits } from '../../features/actions.ts';
import { type Refactoring, refactorings } from '../../features/refactor/index.ts';
import { combined } from '../../fixes/apply.ts';
import type { Finding } from '../../rules/rule.ts';
import type { Snapshot } from '../../workspace/workspace.ts';
import { toConfirm } from '../convert/confirm.ts';
import { type Encoding, toRange, toSpan } from '../convert/encoding.ts';
import { type FindFile, toDiagnostic, toWorkspaceEdit } from '../convert/to.ts';
import { type ReadContext, reads, subjectOf, type Target } from '../handler.ts';
import { Commands } from '../protocol.ts';
import { againstRefactoring, provedFindings } from '../proved.ts';
import type { Session } from '../session.ts';
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

/** What an action was offered for: it is put to the engine when someone picks it. */
type Picked = {
  readonly uri: string;
  /** the editor's version then: an edit for another text would be wrong */
  readonly version: number | null;
} & (
  | { readonly what: 'wide'; readonly wide: Wide }
  | { readonly what: 'fix'; readonly rule: string; readonly span: Span; readonly title: string }
  | { readonly what: 'refactoring'; readonly span: Span; readonly title: string }
);

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
    const target = subjectOf(snapshot, textDocument.uri);
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
    .flatMap((e) => subjectOf(snapshot, e.id) ?? []);
}

/** Findings without the fixes that would change more of the file around a configuration than the configuration. */
const kept = (snapshot: Snapshot, findings: readonly Finding[]): readonly Finding[] =>
  findings.map((f) => {
    const fixes = f.fixes.filter((fix) => fix.edits.every((e) => snapshot.keeps(e.file, e.edits)));
    return fixes.length === f.fixes.length ? f : { ...f, fixes };
  });

/**
 * Characters of the configurations up to which a fix is proved while the cursor moves: a proof reads them again and traces about a hundred requests,
 * which takes some 50 ms for a site or two, and ten times that for twenty. In larger ones a fix is offered as what its rule proposes, and proved when someone picks it: what is not proved then asks before it is made, and says why.
 */
const AT_ONCE = 4_000;

const isSmall = ({ configs }: Target): boolean => {
  let size = 0;
  for (const config of configs) for (const source of config.files.values()) size += source.text.length;
  return size <= AT_ONCE;
};

/** For a client that wants the edits at once: none of them is called safe. */
const unproved = (findings: readonly Finding[]): readonly Finding[] =>
  findings.map((f) => ({ ...f, fixes: f.fixes.map((fix) => ({ ...fix, safety: 'suggestion' as const })) }));

const asProposed = (findings: readonly Finding[]): readonly Finding[] => findings;

function actionsIn(target: Target, { snapshot, session, encoding, edit, range, context, uri }: Asked): CodeAction[] {
  const { file } = target;
  const findings = kept(snapshot, session.publisher.fresh(snapshot, file.id));
  const prove = (list: readonly Finding[]): readonly Finding[] => provedFindings(session, snapshot, target.configs, list);
  const wants = (kind: string): boolean => !context.only?.length || context.only.some((k) => kind === k || kind.startsWith(k + '.'));
  const out: CodeAction[] = [];
  const { resolvesActions } = session.client;
  const version = snapshot.version(file.id);
  const at = toSpan(file, range, encoding);
  const small = isSmall(target);
  if (wants(FIX_ALL)) {
    const edits = context.only?.length ? combined(safeFixes(prove(findings))) : [];
    if (edits.length) out.push({ title: 'Apply all safe fixes', kind: FIX_ALL, edit: edit(edits) });
  }
  if (wants(CodeActionKind.QuickFix))
    for (const action of actionsAt(file, findings, at, small ? prove : resolvesActions ? asProposed : unproved)) {
      if (!isWide(action.edits) && !action.edits.every((e) => snapshot.keeps(e.file, e.edits))) continue;
      const later: Picked | null = !resolvesActions
        ? null
        : isWide(action.edits)
          ? { what: 'wide', uri: file.id, version, wide: action.edits }
          : action.safe && !small
            ? { what: 'fix', uri: file.id, version, rule: action.findings[0]!.rule, span: action.findings[0]!.at.span, title: action.title }
            : null;
      out.push({
        title: action.title,
        kind: action.kind,
        ...(later ? { data: later } : { edit: edit(isWide(action.edits) ? wideEdits(action.edits, findings, prove) : action.edits) }),
        diagnostics: action.findings
          .filter((f) => f.at.file === file.id)
          .map((f) => toDiagnostic(f, file, (id) => snapshot.text(id), encoding, session.publisher.docs)),
        ...(action.preferred ? { isPreferred: true } : {}),
      });
    }
  if (wants(CodeActionKind.QuickFix) && session.client.previews) {
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
    // a menu that someone opened shows what the engine let pass; the mark beside the line, which follows the cursor, may promise too much
    const shown = context.triggerKind !== CodeActionTriggerKind.Automatic;
    for (const offered of refactorings(target.config, file, at)) {
      const { title, kind, edits, creates } = offered;
      if (!fits(kind) || (creates?.length && (!session.client.createFiles || file.id !== fileId(uri)))) continue;
      if (!edits.every((e) => snapshot.keeps(e.file, e.edits))) continue;
      if (!resolvesActions || (small && shown)) if (againstIt(session, target, offered) !== null) continue;
      const later: Picked = { what: 'refactoring', uri: file.id, version, span: at, title };
      out.push({ title, kind, ...(resolvesActions ? { data: later } : { edit: withNewFiles(edit(edits), creates ?? []) }) });
    }
    // the other language has a formatter of its own, which must not be asked to choose: this one is for the part alone
    const edits = file.id === fileId(uri) || !fits(CodeActionKind.RefactorRewrite) ? [] : partEdits(snapshot, session, file.id);
    if (edits.length)
      out.push({ title: 'Lay this configuration out', kind: CodeActionKind.RefactorRewrite, edit: edit([{ file: file.id, edits }]) });
  }
  return out;
}

/** What the engine has against a refactoring, in any of the configurations that read the file. */
const againstIt = (session: Session, { configs }: Target, { edits, creates = [], changes = [] }: Refactoring): string | null =>
  configs.reduce<string | null>((known, config) => known ?? againstRefactoring(session, config, edits, new Set(changes), creates), null);

/** Puts what someone picked to the engine, and gives its edit. What is not proved asks before it is made. */
export const codeActionResolve = reads<CodeAction, CodeAction>({
  method: 'codeAction/resolve',
  run({ snapshot, session, encoding }, action) {
    const picked = action.data as Picked | undefined;
    const target = picked && subjectOf(snapshot, picked.uri);
    if (!picked || !target || snapshot.version(target.file.id) !== picked.version) return action;
    const edit = (edits: readonly FileEdit[]): WorkspaceEdit =>
      toWorkspaceEdit(
        edits,
        (id) => snapshot.text(id),
        encoding,
        (id) => snapshot.version(id),
        session.client.versionedEdits,
      );
    const unless = (because: string | null, made: WorkspaceEdit): CodeAction => ({
      ...action,
      edit: because === null ? made : toConfirm(made, `This may not be what you want: ${because}`, session),
    });
    if (picked.what === 'refactoring') {
      const found = refactorings(target.config, target.file, picked.span).find((r) => r.title === picked.title);
      if (!found) return action;
      const { edits, creates = [] } = found;
      return unless(againstIt(session, target, found), withNewFiles(edit(edits), creates));
    }
    const findings = kept(snapshot, session.publisher.fresh(snapshot, target.file.id));
    if (picked.what === 'wide')
      return { ...action, edit: edit(wideEdits(picked.wide, findings, (list) => provedFindings(session, snapshot, target.configs, list))) };
    const { rule, span, title } = picked;
    const finding = findings.find(
      (f) => f.rule === rule && f.at.file === target.file.id && f.at.span.start === span.start && f.at.span.end === span.end,
    );
    const proposed = finding?.fixes.find((f) => f.title === title);
    if (!finding || !proposed) return action;
    const [proved] = provedFindings(session, snapshot, target.configs, [{ ...finding, fixes: [proposed] }]);
    return unless(proved!.fixes[0]!.because ?? null, edit(proposed.edits));
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
