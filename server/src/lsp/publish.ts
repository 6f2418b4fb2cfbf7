/**
 * Diagnostics: which set each file shows, one debounce for all, never old findings with a new version. Files that left the
 * include graph are blanked. It decides when to lint; what a finding is belongs to the rules.
 */
import { type Connection, type Diagnostic, DiagnosticSeverity } from 'vscode-languageserver';
import type { FileId } from '../base/file-id.ts';
import { Lines } from '../base/lines.ts';
import type { Finding, Rule } from '../rules/rule.ts';
import { lint, Memo, mirrored, movedBy } from '../rules/run.ts';
import { isAlive, statementAt } from '../syntax/place.ts';
import type { Statement } from '../syntax/statement.ts';
import type { Snapshot, Workspace } from '../workspace/workspace.ts';
import { type Encoding, toRange } from './convert/encoding.ts';
import { toDiagnostic } from './convert/to.ts';

/** Milliseconds between the last keystroke and the lint. */
const TYPING = 60;
/** Milliseconds of rest after which the costly rules run too. */
const REST = 400;

export interface PublishOptions {
  readonly connection: Connection;
  readonly workspace: Workspace;
  readonly rules: readonly Rule[];
  readonly encoding: () => Encoding;
  readonly push: () => boolean;
  readonly lintRun: () => 'onType' | 'onSave';
  /** the address that rule ids are put behind; null where nobody serves the pages */
  readonly docs: string | null;
  readonly log: (line: string) => void;
  /** told after each published round */
  readonly published?: () => void;
}

type Kind = 'typing' | 'whole';

interface Carried {
  readonly finding: Finding;
  readonly statement: Statement;
  readonly start: number;
}

export class Publisher {
  private timer: ReturnType<typeof setTimeout> | null = null;
  private pending: Kind | null = null;
  private readonly shown = new Map<FileId, string>();
  private readonly byFile = new Map<FileId, readonly Finding[]>();
  private readonly memos = new Map<FileId, Memo>();
  private idle: (() => void)[] = [];
  private running = false;
  private typedIn = new Set<FileId>();
  /** what the last whole round found by looking at everything, tied to statements: a quick round shows it at its present place */
  private readonly carried = new Map<FileId, Carried[]>();

  private readonly looksAtAll: ReadonlySet<string>;

  constructor(private readonly options: PublishOptions) {
    this.looksAtAll = new Set(options.rules.filter((r) => r.costly || r.looksAt.some((l) => 'config' in l)).map((r) => r.id));
  }

  get docs(): string | null {
    return this.options.docs;
  }

  findings(file: FileId): readonly Finding[] {
    return this.byFile.get(file) ?? [];
  }

  /** The findings of a file for the text of this very snapshot: what was last published may be older. */
  fresh(snapshot: Snapshot, file: FileId): readonly Finding[] {
    return this.lintAll(snapshot, new Set([file]), false).get(file) ?? [];
  }

  /** After an edit: the files typed in are linted soon; the rest of the tree once the typing rests. */
  typed(file: FileId): void {
    if (!this.options.workspace.snapshot().file(file)) {
      // the application's side: its findings come from the whole of both
      this.schedule('whole', REST);
      return;
    }
    this.typedIn.add(file);
    this.schedule('typing', TYPING);
  }

  /** After a save, an open, or a change on disk. */
  changed(): void {
    this.schedule('whole', 0);
  }

  private schedule(kind: Kind, delay: number): void {
    if (this.pending !== 'whole') this.pending = kind;
    if (this.timer) clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      this.timer = null;
      void this.work();
    }, delay);
  }

  /** Resolves when nothing is scheduled or running. */
  async settled(): Promise<void> {
    while (this.timer || this.running || this.options.workspace.unsettled) {
      if (!this.timer && !this.running) this.changed();
      await new Promise<void>((done) => {
        this.idle.push(done);
      });
    }
  }

  private async work(): Promise<void> {
    if (this.running) return;
    this.running = true;
    try {
      await this.options.workspace.settle();
      const kind = this.pending;
      const typedIn = this.typedIn;
      this.pending = null;
      this.typedIn = new Set();
      if (kind) this.round(kind, typedIn);
      if (kind === 'typing' && this.options.lintRun() === 'onType' && !this.timer) this.schedule('whole', REST);
    } catch (error) {
      this.options.log(`linting: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
    } finally {
      this.running = false;
      if (this.pending && !this.timer) this.schedule(this.pending, 0);
      if (!this.timer) for (const done of this.idle.splice(0)) done();
    }
  }

  private round(kind: Kind, typedIn: ReadonlySet<FileId>): void {
    const snapshot = this.options.workspace.snapshot();
    const quick = kind === 'typing';
    const files = quick ? typedIn : null;
    const found = this.lintAll(snapshot, files, quick);
    const listed = new Set(found.keys());
    if (!files) for (const file of [...this.byFile.keys()]) if (!listed.has(file)) found.set(file, []);
    for (const [file, findings] of found) {
      const source = snapshot.file(file);
      if (quick && source)
        for (const { finding, statement, start } of this.carried.get(file) ?? [])
          if (isAlive(source, statement)) findings.push(movedBy(finding, statement.start - start));
      if (!quick)
        this.carried.set(
          file,
          findings.flatMap((finding) => {
            const statement = source && this.looksAtAll.has(finding.rule) ? statementAt(source.body, finding.at.span.start) : null;
            return statement ? [{ finding, statement, start: statement.start }] : [];
          }),
        );
      this.byFile.set(file, findings);
      this.publish(snapshot, file, findings);
    }
    if (!quick) this.publishSettings(snapshot);
    this.options.published?.();
  }

  private settingsShown: ReadonlySet<FileId> = new Set();

  /** What is wrong in settings files, as the disk has them; files that are well again, or gone, are blanked. */
  private publishSettings(snapshot: Snapshot): void {
    if (!this.options.push()) return;
    const bad = [...snapshot.settingsProblems].filter(([, { problems }]) => problems.length);
    const now = new Set(bad.map(([file]) => file));
    for (const uri of this.settingsShown) if (!now.has(uri)) void this.options.connection.sendDiagnostics({ uri, diagnostics: [] });
    for (const [uri, { text, problems }] of bad) {
      const source = { text, lines: new Lines(text) };
      const diagnostics = problems.map(
        ({ span, message }): Diagnostic => ({
          range: toRange(source, span, this.options.encoding()),
          severity: DiagnosticSeverity.Error,
          source: 'proxylens',
          code: 'settings',
          message,
        }),
      );
      void this.options.connection.sendDiagnostics({ uri, diagnostics });
    }
    this.settingsShown = now;
  }

  /** Findings by file; every file that was looked at has an entry. */
  lintAll(snapshot: Snapshot, files: ReadonlySet<FileId> | null, quick: boolean): Map<FileId, Finding[]> {
    const found = new Map<FileId, Finding[]>();
    const told = new Set<string>();
    const add = (findings: readonly Finding[]): void => {
      for (const finding of findings) {
        const key = `${finding.at.file} ${finding.rule} ${finding.at.span.start} ${finding.message}`;
        if (told.has(key)) continue;
        told.add(key);
        const list = found.get(finding.at.file);
        if (list) list.push(finding);
        else found.set(finding.at.file, [finding]);
      }
    };
    const onCrash = (rule: Rule, error: unknown): void =>
      this.options.log(`rule ${rule.id}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
    for (const file of files ?? []) found.set(file, []);
    for (const config of snapshot.configs) {
      const own = files ? new Set([...files].filter((f) => config.files.has(f))) : null;
      if (own && own.size === 0) continue;
      if (!own) for (const file of config.files.keys()) if (!found.has(file)) found.set(file, []);
      const { deployment } = snapshot;
      const findings = lint(config, this.options.rules, {
        files: own,
        quick,
        deployment,
        onCrash,
        ...(quick ? { memo: this.memoOf(config.root) } : {}),
      });
      add(findings);
      if (!own) add(mirrored(config, findings).filter((f) => snapshot.version(f.at.file) !== null));
    }
    for (const file of snapshot.open) {
      if (files && !files.has(file)) continue;
      const configs = snapshot.configsOf(file);
      if (configs.some((c) => snapshot.configs.includes(c))) continue;
      if (!found.has(file)) found.set(file, []);
      for (const config of configs) add(lint(config, this.options.rules, { quick, onCrash }));
    }
    return found;
  }

  private memoOf(root: FileId): Memo {
    let memo = this.memos.get(root);
    if (!memo) this.memos.set(root, (memo = new Memo()));
    return memo;
  }

  private publish(snapshot: Snapshot, file: FileId, findings: readonly Finding[]): void {
    if (!this.options.push()) return;
    const diagnostics = this.diagnostics(snapshot, findings);
    const version = snapshot.version(file) ?? undefined;
    const key = JSON.stringify([version, diagnostics]);
    if (this.shown.get(file) === key || (diagnostics.length === 0 && !this.shown.has(file) && version === undefined)) return;
    this.shown.set(file, key);
    if (diagnostics.length === 0 && version === undefined) this.shown.delete(file);
    void this.options.connection.sendDiagnostics({ uri: file, diagnostics, ...(version === undefined ? {} : { version }) });
  }

  diagnostics(snapshot: Snapshot, findings: readonly Finding[]): Diagnostic[] {
    const encoding = this.options.encoding();
    return findings.flatMap((f) => {
      const source = snapshot.text(f.at.file);
      return source ? [toDiagnostic(f, source, (id) => snapshot.text(id), encoding, this.options.docs)] : [];
    });
  }
}
