/**
 * Diagnostics: when to lint, which set each file shows, never old findings with a new version. What typing may change is asked about at once,
 * and shown together with what the costly rules found last; these run when the typing rests, in slices that let requests through, and
 * end where the next edit comes. Then come the files of the folders that nobody has opened and no main file reads, as long as there is nothing else
 * to do. Files that left the include graph are blanked. What a finding is belongs to the rules.
 */
import { type Connection, type Diagnostic, DiagnosticSeverity } from 'vscode-languageserver';
import type { CancelToken } from '../base/cancel.ts';
import { type FileId, hostFileOf } from '../base/file-id.ts';
import { Lines } from '../base/lines.ts';
import type { Config, ConfigId } from '../config/config.ts';
import type { EditorSettings } from '../config/declared.ts';
import { byGravity } from '../config/settings.ts';
import type { Deployment } from '../deploy/deployment.ts';
import { cutOff } from '../rules/cut-off.ts';
import { Held, Present } from '../rules/held.ts';
import { Merged } from '../rules/merged.ts';
import { Remembered } from '../rules/remembered.ts';
import type { Finding, Rule } from '../rules/rule.ts';
import { isRemembered, type LintOptions, lintSteps, mirrored, type Progress, quickOf } from '../rules/run.ts';
import { saysSame, Told } from '../rules/told.ts';
import type { SourceFile } from '../syntax/statement.ts';
import type { Snapshot, Unopened, Workspace } from '../workspace/workspace.ts';
import { type Encoding, toRange } from './convert/encoding.ts';
import { toDiagnostic } from './convert/to.ts';

/** Milliseconds that a quick round may take for the next keystroke to be followed by one at once. */
const CHEAP = 25;
/** Milliseconds between the last keystroke and the quick round, where rounds are not cheap and keys come faster than they end. */
const TYPING = 60;
/** Milliseconds that a round may take without the edited lines being shown before the rest of it. */
const AT_ONCE = 10;
/** Milliseconds after which what was found so far in a file that nothing is shown of yet is shown. */
const FIRST = 20;
/** Milliseconds of rest after which the costly rules run too. */
const REST = 400;
/** Milliseconds of work between two looks at what else there is to do. */
const SLICE = 8;
/** Findings that are shown of one file: more help nobody, and cost every editor. */
const MOST = 1000;

export interface PublishOptions {
  readonly connection: Pick<Connection, 'sendDiagnostics'>;
  readonly workspace: Workspace;
  readonly rules: readonly Rule[];
  readonly encoding: () => Encoding;
  readonly push: () => boolean;
  readonly lintRun: () => EditorSettings['lint.run'];
  /** of which files findings are shown */
  readonly lintFiles: () => EditorSettings['lint.files'];
  /** the address that rule ids are put behind; null where nobody serves the pages */
  readonly docs: string | null;
  readonly log: (line: string) => void;
  /** told after each published round */
  readonly published?: () => void;
}

/** Findings by file; every file that was looked at has an entry. */
type Found = Map<FileId, Finding[]>;

/** What the rounds have asked about one configuration: as it is with the applications around it, null what none has asked yet. */
interface Asked {
  readonly remembered: Remembered;
  readonly config: Config;
  readonly deployment: Deployment;
  quick: readonly Finding[] | null;
  whole: readonly Finding[] | null;
}

interface Shown {
  readonly version: number | undefined;
  readonly findings: readonly Finding[];
  /** the state of the texts that they are about */
  readonly revision: number;
  /** what was sent, for rounds that find the same again */
  readonly sent: readonly Diagnostic[];
}

/** What was found in a configuration of files that nobody has opened, and what it was asked about. */
interface Behind extends Pick<Unopened, 'state' | 'tree' | 'deployment' | 'cut'> {
  readonly findings: readonly Finding[];
}

/** Milliseconds that work waits at most, once, for what was sent to be on its way: a client that reads nothing holds up nothing but itself. */
const ON_ITS_WAY = 250;
/** Milliseconds that a slice waits at most for requests: some of them wait for the disk. */
const ANSWERING = 50;

/** Lets timers and messages through, and sleeps where there are none. */
const breath = (): Promise<void> => new Promise((done) => setTimeout(done, 0));

/** Turns of node's event loop from a pipe to the handler of a message: it is read, put together, and waits in a queue. */
const TURNS = 4;

/** Lets timers and messages through that are there, without going to sleep for others: a hundred naps are a twentieth of an opening. */
async function turns(): Promise<void> {
  // a browser has timers only
  if (typeof setImmediate !== 'function') return breath();
  for (let i = 0; i < TURNS; i++) await new Promise<void>((done) => setImmediate(done));
}

/** Calls back after so many milliseconds, or, for none of them, as soon as the messages that are there were let through. Gives what calls it off. */
function after(delay: number, back: () => void): () => void {
  let off = false;
  const timer = delay ? setTimeout(back, delay) : undefined;
  if (!delay)
    void turns().then(() => {
      if (!off) back();
    });
  return () => {
    off = true;
    clearTimeout(timer);
  };
}

/** Decides when which findings are computed, and sends what changed. */
export class Publisher {
  /** keeps the round that is scheduled from coming; null where none is */
  private callOff: (() => void) | null = null;
  private restTimer: ReturnType<typeof setTimeout> | null = null;
  private quickWanted = false;
  private wholeWanted = false;
  private running = false;
  /** milliseconds that the last quick round took, and what of them was before anything was shown */
  private lastTook = 0;
  private firstTook = 0;
  /** when the last edit came */
  private lastTyped = Number.NEGATIVE_INFINITY;
  private idle: (() => void)[] = [];
  /** who waits for the end of a round */
  private waiting: (() => void)[] = [];
  private readonly shown = new Map<FileId, Shown>();
  private readonly byFile = new Map<FileId, readonly Finding[]>();
  /** of files that nobody has opened and no main file reads, by their configurations; and by file */
  private readonly behind = new Map<ConfigId, Behind>();
  private behindByFile: ReadonlyMap<FileId, readonly Finding[]> = new Map();
  /** the revision for which `behind` is whole */
  private behindAt = -1;
  /** files that the last round was about */
  private inFront: ReadonlySet<FileId> = new Set();
  /** what was said of rules that failed: once each */
  private readonly crashes = new Set<string>();
  /** the revision that `byFile` is about, and that of the last whole round */
  private quickAt = -1;
  private wholeAt = -1;
  /** the revision of the last opening: what its rounds remember of servers that are written alike is for it alone */
  private openedAt = -1;
  private readonly asked = new Map<ConfigId, Asked>();
  /** findings that are not wholly written yet; null where all are */
  private sending: Promise<void> | null = null;
  /** what only the whole round finds, as it found it last; each finding by itself */
  private costly: readonly Held[] = [];

  constructor(private readonly options: PublishOptions) {}

  get docs(): string | null {
    return this.options.docs;
  }

  findings(file: FileId): readonly Finding[] {
    const front = this.byFile.get(file) ?? [];
    const behind = this.behindByFile.get(file) ?? [];
    if (!behind.length || !front.length) return front.length ? front : behind;
    const told = new Told<{ finding: Finding }>();
    for (const finding of front) told.add({ finding });
    return [...front, ...behind.filter((f) => !told.of(f))];
  }

  /** All files that something was found in, open or not. */
  get found(): ReadonlySet<FileId> {
    return new Set([...this.byFile.keys(), ...this.behindByFile.keys()].filter((file) => this.findings(file).length).map(hostFileOf));
  }

  /** The findings of a file for the text of this very snapshot: those that are shown, where they are of its revision. */
  fresh(snapshot: Snapshot, file: FileId): readonly Finding[] {
    if (this.quickAt !== snapshot.revision) this.quickRound(snapshot);
    return this.findings(file);
  }

  /**
   * Waits until all rules have judged the text of a revision, in the slices of the rounds that are shown. False where the text is another one
   * by then, or nobody wants to know any more. Throws where the round fails.
   */
  async whole(revision: number, cancel: CancelToken): Promise<boolean> {
    const { workspace } = this.options;
    for (let rounds = 0; this.wholeAt !== revision; rounds++) {
      if (workspace.revision !== revision || cancel.cancelled) return false;
      // one may have been under way, and about the text before
      if (rounds === 3) throw new Error('the rules could not be asked; the log says why');
      this.quickWanted = true;
      this.wholeWanted = true;
      const round = new Promise<void>((done) => {
        this.waiting.push(done);
      });
      if (!this.running) this.schedule(0);
      await round;
    }
    return workspace.revision === revision;
  }

  /** The same for all files of the open folders, those too that nobody has opened. */
  async everything(revision: number, cancel: CancelToken): Promise<boolean> {
    for (let rounds = 0; await this.whole(revision, cancel); rounds++) {
      if (this.behindAt === revision || this.options.lintFiles() === 'open') return true;
      if (rounds === 3) throw new Error('files that are not open could not be looked at; the log says why');
      this.behindWanted = true;
      const round = new Promise<void>((done) => {
        this.waitingBehind.push(done);
      });
      if (!this.running) this.schedule(0);
      await round;
      if (cancel.cancelled) return false;
    }
    return false;
  }

  /** someone asked for what is wrong in files that nobody has opened */
  private behindWanted = false;
  private waitingBehind: (() => void)[] = [];

  /** After an edit: what typing may change at once, the rest once it rests. */
  typed(file: FileId): void {
    const { workspace, lintRun } = this.options;
    const now = performance.now();
    const gap = now - this.lastTyped;
    this.lastTyped = now;
    if (workspace.snapshot().file(file)) {
      this.quickWanted = true;
      // a round that ends before the next key comes keeps nobody waiting
      const cheap = this.firstTook <= CHEAP || gap >= 1.5 * this.firstTook;
      this.schedule(cheap ? 0 : Math.min(TYPING, this.firstTook));
    } else if (lintRun() === 'onSave') return;
    if (lintRun() === 'onType') this.wholeAtRest();
  }

  /** After a save, an open, or a change on disk. */
  changed(): void {
    this.quickWanted = true;
    this.wholeWanted = true;
    this.schedule(0);
  }

  private wholeAtRest(): void {
    if (this.restTimer) clearTimeout(this.restTimer);
    this.restTimer = setTimeout(() => {
      this.restTimer = null;
      this.wholeWanted = true;
      this.schedule(0);
    }, REST);
  }

  private schedule(delay: number): void {
    this.callOff?.();
    this.callOff = after(delay, () => {
      this.callOff = null;
      void this.work();
    });
  }

  /** Resolves when nothing is scheduled or running. */
  async settled(): Promise<void> {
    while (this.callOff || this.restTimer || this.running || this.options.workspace.unsettled) {
      if (!this.callOff && !this.restTimer && !this.running) this.changed();
      await new Promise<void>((done) => {
        this.idle.push(done);
      });
    }
  }

  private async work(): Promise<void> {
    if (this.running) return;
    this.running = true;
    const { workspace } = this.options;
    try {
      await workspace.settle();
      if (this.quickWanted || this.wholeWanted) {
        this.quickWanted = false;
        const snapshot = workspace.snapshot();
        const quick = await this.quickInSteps(snapshot);
        if (!quick) {
          this.quickWanted = true;
          return;
        }
        this.options.published?.();
        if (this.wholeWanted) {
          this.wholeWanted = false;
          if (!(await this.wholeRound(snapshot, quick))) this.wholeAtRest();
        }
      }
      for (const done of this.waiting.splice(0)) done();
      if (this.wholeAt === workspace.revision && (this.options.push() || this.behindWanted)) await this.roundBehind();
    } catch (error) {
      this.options.log(`linting: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
    } finally {
      this.running = false;
      for (const done of [...this.waiting.splice(0), ...this.waitingBehind.splice(0)]) done();
      this.behindWanted = false;
      if ((this.quickWanted || this.wholeWanted) && !this.callOff) this.schedule(0);
      if (!this.callOff && !this.restTimer) for (const done of this.idle.splice(0)) done();
    }
  }

  /**
   * Lets timers and messages through, and what was sent: a pipe takes a large message in several pieces, and the rest of it waits as long as
   * anyone works.
   */
  private async onItsWay(): Promise<void> {
    const { sending } = this;
    if (sending) {
      let timer: ReturnType<typeof setTimeout> | undefined;
      const enough = new Promise<void>((done) => {
        timer = setTimeout(() => {
          if (this.sending === sending) this.sending = null;
          done();
        }, ON_ITS_WAY);
      });
      // who is gone is noticed elsewhere
      await Promise.race([sending.catch(() => {}), enough]);
      clearTimeout(timer);
    }
    await turns();
  }

  /** Requests that are being answered. */
  private requests = 0;

  /** Answers a request; the slices of a round wait meanwhile, for it comes to its turn between two of them only. */
  async first<T>(answer: () => Promise<T>): Promise<T> {
    this.requests++;
    try {
      return await answer();
    } finally {
      this.requests--;
    }
  }

  /** Lets through what else there is to do: what was sent, and requests that came, though none of those that wait for something holds a round up for long. */
  private async pause(): Promise<void> {
    await this.onItsWay();
    for (const until = performance.now() + ANSWERING; this.requests > 0 && performance.now() < until; ) await breath();
  }

  private send(uri: FileId, diagnostics: Diagnostic[], version?: number): void {
    const sent = this.options.connection.sendDiagnostics({ uri, diagnostics, ...(version === undefined ? {} : { version }) });
    const sending = sent.finally(() => {
      if (this.sending === sending) this.sending = null;
    });
    this.sending = sending;
  }

  /** What may be asked at every keystroke, and what the costly rules found last at its present place. */
  private quickRound(snapshot: Snapshot): readonly Finding[] {
    return this.showQuick(snapshot, ended(this.steps(snapshot, true)));
  }

  private showQuick(snapshot: Snapshot, found: Found): readonly Finding[] {
    this.quickAt = snapshot.revision;
    return this.showWithCostly(snapshot, found);
  }

  private showWithCostly(snapshot: Snapshot, found: Found): readonly Finding[] {
    const own = [...found.values()].flat();
    const present = new Present({ get: (id) => snapshot.file(id) ?? undefined }, false);
    for (const held of this.costly) for (const finding of held.now(present) ?? []) found.get(finding.at.file)?.push(finding);
    this.show(snapshot, found, (file) => snapshot.file(file) !== null || snapshot.text(file) === null);
    return own;
  }

  /**
   * The same, where it is not done at once in two: first what the edit did to its own lines, then, in slices, what it means for all else.
   * Null when another edit came in between.
   */
  private async quickInSteps(snapshot: Snapshot): Promise<readonly Finding[] | null> {
    const from = performance.now();
    const unshown = snapshot.open.filter((file) => !this.shown.has(hostFileOf(file)));
    if (unshown.length && this.options.push()) {
      const found = await this.opening(snapshot, new Set(unshown));
      if (!found) return null;
      const quick = this.showQuick(snapshot, found);
      this.lastTook = this.firstTook = performance.now() - from;
      return quick;
    }
    if (!this.options.push()) {
      const found = await this.inSlices(snapshot, this.steps(snapshot, true));
      return found && this.showQuick(snapshot, found);
    }
    if (this.lastTook <= AT_ONCE || !this.isRemembered(snapshot)) {
      const quick = this.quickRound(snapshot);
      this.lastTook = this.firstTook = performance.now() - from;
      return quick;
    }
    this.showWithCostly(snapshot, ended(this.steps(snapshot, true, { early: true })));
    this.firstTook = performance.now() - from;
    await this.pause();
    const again = performance.now();
    const found = await this.inSlices(snapshot, this.steps(snapshot, true));
    if (!found) return null;
    const quick = this.showQuick(snapshot, found);
    this.lastTook = this.firstTook + performance.now() - again;
    return quick;
  }

  /** A quick round that shows what it has found so far of files of which nothing is shown, and more each time that as much time has passed again. */
  private async opening(snapshot: Snapshot, files: ReadonlySet<FileId>): Promise<Found | null> {
    const progress: Progress = { findings: () => [] };
    const from = performance.now();
    let next = FIRST;
    this.openedAt = snapshot.revision;
    return this.inSlices(snapshot, this.steps(snapshot, true, { provisional: true, progress }), () => {
      if (performance.now() - from < next) return;
      const found: Found = new Map();
      for (const finding of progress.findings()) {
        const { file } = finding.at;
        if (!files.has(file)) continue;
        const list = found.get(file);
        if (list) list.push(finding);
        else found.set(file, [finding]);
      }
      // that there is nothing wrong is not said before all is looked at
      if (!found.size) return;
      this.show(snapshot, found, () => false);
      next = 2 * (performance.now() - from);
    });
  }

  /** Whether what was found last is at hand for all that is shown. */
  private isRemembered({ configs, open, configsOf }: Snapshot): boolean {
    return configs.every(isRemembered) && open.every((file) => configsOf(file).some((c) => configs.includes(c)));
  }

  /** What the steps come to, with pauses that let requests through; null when the texts are others meanwhile. */
  private async inSlices(snapshot: Snapshot, steps: Generator<void, Found>, between?: () => void): Promise<Found | null> {
    const { workspace } = this.options;
    const isOther = (): boolean => workspace.revision !== snapshot.revision;
    return isOther() ? null : this.stepsInSlices(steps, isOther, between);
  }

  private async stepsInSlices<T>(steps: Generator<void, T>, isOther: () => boolean, between?: () => void): Promise<T | null> {
    for (let until = performance.now() + SLICE; ; ) {
      const { done, value } = steps.next();
      if (done) return value;
      if (performance.now() < until) continue;
      between?.();
      await this.pause();
      if (isOther()) return null;
      until = performance.now() + SLICE;
    }
  }

  /** All rules, in slices; false when an edit came in between. */
  private async wholeRound(snapshot: Snapshot, quickFindings: readonly Finding[]): Promise<boolean> {
    const { revision } = snapshot;
    const found = await this.inSlices(snapshot, this.steps(snapshot, false, { provisional: this.openedAt === revision }));
    if (!found) return false;
    const quick = new Told<{ finding: Finding }>();
    for (const finding of quickFindings) quick.add({ finding });
    const files = { get: (id: FileId): SourceFile | undefined => snapshot.file(id) ?? undefined };
    this.costly = [...found.values()].flat().flatMap((f) => (quick.of(f) ? [] : (Held.of([f], files, null, true) ?? [])));
    this.quickAt = revision;
    this.wholeAt = revision;
    this.show(snapshot, found, () => true);
    this.publishSettings(snapshot);
    this.options.published?.();
    return true;
  }

  /** What is wrong in the files that nobody has opened and no main file reads; ends with the next change that comes. */
  private async roundBehind(): Promise<void> {
    const { workspace, rules } = this.options;
    const { revision } = workspace;
    if (this.behindAt === revision) return;
    const isOther = (): boolean => workspace.revision !== revision || this.quickWanted || this.wholeWanted;
    const cancel: CancelToken = {
      get cancelled() {
        return isOther();
      },
    };
    const all = this.options.lintFiles() === 'open' ? [] : null;
    if (!all && !(await workspace.surround(cancel, () => this.pause()))) return;
    const list = all ?? workspace.unopened();
    const ids = new Set(list.map((u) => u.id));
    const gone = [...this.behind.keys()].filter((id) => !ids.has(id));
    for (const id of gone) this.behind.delete(id);
    for (const { id, state, tree, deployment, cut, config } of list) {
      const before = this.behind.get(id);
      if (before?.state === state && before.deployment === deployment && before.cut.join('\n') === cut.join('\n')) continue;
      if (isOther()) return;
      const own = config();
      const steps = lintSteps(own, rules, { deployment, onCrash: (rule, error) => this.crashed(rule, error) });
      const findings = await this.stepsInSlices(steps, isOther);
      if (!findings) return;
      this.behind.set(id, { state, tree, deployment, cut, findings: [...findings, ...cutOff(own, rules, cut)] });
    }
    if (isOther()) return;
    this.behindAt = revision;
    // what has left the open files is theirs now, or nobody's
    for (const file of [...this.byFile.keys()]) if (!this.inFront.has(file)) this.byFile.delete(file);
    this.showBehind(workspace.snapshot(), list);
  }

  /** Takes up what was found in files that nobody has opened, but for those that someone has opened since. */
  private showBehind(snapshot: Snapshot, list: readonly Unopened[]): void {
    const merged = new Merged();
    for (const { id, tree } of list) {
      const known = this.behind.get(id);
      if (known) merged.add({ files: tree.files, tree }, known.findings);
    }
    const byFile = new Map<FileId, Finding[]>();
    for (const finding of merged.findings) {
      const before = byFile.get(finding.at.file);
      if (before) before.push(finding);
      else byFile.set(finding.at.file, [finding]);
    }
    const before = this.behindByFile;
    this.behindByFile = byFile;
    for (const file of new Set([...before.keys(), ...byFile.keys(), ...this.shown.keys()].map(hostFileOf)))
      this.publish(snapshot, file, this.shownIn(snapshot, file));
  }

  /** Shows what was found; files of which nothing was found any more, and which the round speaks for, are blanked. */
  private show(snapshot: Snapshot, found: Found, speaksFor: (file: FileId) => boolean): void {
    const { workspace } = this.options;
    if (this.behind.size) this.leaveOpened(snapshot);
    // a file that was closed shows what it showed until it is looked at among those that are not open
    const isLeft = (file: FileId): boolean => this.options.lintFiles() === 'project' && this.options.push() && workspace.isKnown(file);
    for (const file of [...this.byFile.keys()]) if (!found.has(file) && speaksFor(file) && !isLeft(file)) found.set(file, []);
    this.inFront = new Set(found.keys());
    for (const [file, findings] of found) this.byFile.set(file, findings);
    for (const file of new Set([...found.keys()].map(hostFileOf))) this.publish(snapshot, file, this.shownIn(snapshot, file));
  }

  /** What was found in a file while it was not open says nothing of its text once it is. */
  private leaveOpened(snapshot: Snapshot): void {
    const opened = [...this.behind].filter(([, { tree }]) => snapshot.open.some((file) => tree.files.has(file)));
    if (!opened.length) return;
    const left = new Set<FileId>();
    for (const [id, { tree }] of opened) {
      this.behind.delete(id);
      for (const file of tree.files.keys()) left.add(file);
    }
    const others = new Set([...this.behind.values()].flatMap((b) => [...b.tree.files.keys()]));
    this.behindByFile = new Map([...this.behindByFile].filter(([file]) => !left.has(file) || others.has(file)));
  }

  /** The findings that an editor shows in a file: its own, and those of the configurations within it. */
  shownIn(snapshot: Snapshot, file: FileId): readonly Finding[] {
    if (this.options.lintFiles() === 'open' && snapshot.version(file) === null) return [];
    const parts = snapshot.embedded(file);
    return parts.length ? [file, ...parts.map((e) => e.id)].flatMap((id) => this.findings(id)) : this.findings(file);
  }

  private settingsShown: ReadonlySet<FileId> = new Set();

  /** What is wrong in settings files, as the disk has them; files that are well again, or gone, are blanked. */
  private publishSettings(snapshot: Snapshot): void {
    if (!this.options.push()) return;
    const bad = [...snapshot.settingsProblems].filter(([, { problems }]) => problems.length);
    const now = new Set(bad.map(([file]) => file));
    for (const uri of this.settingsShown) if (!now.has(uri)) this.send(uri, []);
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
      this.send(uri, diagnostics);
    }
    this.settingsShown = now;
  }

  /** All findings, step by step; quick ones alone, or all. */
  *steps(
    snapshot: Snapshot,
    quick: boolean,
    options: Pick<LintOptions, 'early' | 'provisional' | 'progress'> = {},
  ): Generator<void, Found> {
    const found: Found = new Map();
    const merged = new Merged();
    const onCrash = (rule: Rule, error: unknown): void => this.crashed(rule, error);
    const { rules } = this.options;
    const { progress } = options;
    // someone waits for what is open
    const isAwaited = ({ files }: Config): boolean => snapshot.open.some((file) => files.has(file));
    for (const config of [...snapshot.configs.filter(isAwaited), ...snapshot.configs.filter((c) => !isAwaited(c))]) {
      for (const file of config.files.keys()) if (!found.has(file)) found.set(file, []);
      const deployment = snapshot.deploymentOf(config);
      const own: Progress | null = progress ? { findings: () => [] } : null;
      if (progress && own) progress.findings = () => [...merged.findings, ...own.findings()];
      const findings = yield* this.foundBy(config, deployment, { ...options, ...(own ? { progress: own } : {}), quick, onCrash });
      merged.add(config, findings);
      if (!quick) merged.add(config, cutOff(config, rules, snapshot.cutOf(config)));
      if (!quick)
        merged.add(
          config,
          mirrored(config, findings).filter((f) => snapshot.version(f.at.file) !== null),
        );
    }
    const ids = new Set(snapshot.configs.map((c) => c.id));
    for (const id of this.asked.keys()) if (!ids.has(id)) this.asked.delete(id);
    for (const file of snapshot.open) {
      const configs = snapshot.configsOf(file);
      if (configs.some((c) => snapshot.configs.includes(c))) continue;
      if (!found.has(file)) found.set(file, []);
      for (const config of configs) merged.add(config, yield* lintSteps(config, rules, { quick, onCrash }));
    }
    for (const finding of merged.findings) {
      const list = found.get(finding.at.file);
      if (list) list.push(finding);
      else found.set(finding.at.file, [finding]);
    }
    return found;
  }

  /** What is found in one configuration. One that no edit concerns is the same object in the next round, and is not asked about again. */
  private *foundBy(config: Config, deployment: Deployment, options: LintOptions): Generator<void, readonly Finding[]> {
    const kind = options.quick ? 'quick' : 'whole';
    let known = this.asked.get(config.id);
    if (known?.config !== config || known.deployment !== deployment) {
      known = { remembered: known?.remembered ?? new Remembered(), config, deployment, quick: null, whole: null };
      this.asked.set(config.id, known);
    }
    if (options.quick && known.whole) known.quick ??= quickOf(known.whole, this.options.rules);
    const before = known[kind];
    if (before) return before;
    const findings = yield* lintSteps(config, this.options.rules, { ...options, deployment, remembered: known.remembered });
    // an early answer is not the last word on a text
    if (!options.early) known[kind] = findings;
    return findings;
  }

  private crashed(rule: Rule, error: unknown): void {
    const words = error instanceof Error ? (error.stack ?? error.message) : String(error);
    const key = `${rule.id}\n${words}`;
    if (this.crashes.has(key)) return;
    this.crashes.add(key);
    this.options.log(
      `The rule ${rule.id} failed, and its findings are missing. Please report this with the configuration that shows it.\n${words}`,
    );
  }

  private publish(snapshot: Snapshot, file: FileId, findings: readonly Finding[]): void {
    if (!this.options.push()) return;
    const version = snapshot.version(file) ?? undefined;
    const before = this.shown.get(file);
    if (findings.length === 0 && !before && version === undefined) return;
    const { revision } = snapshot;
    // a new version is told in any case; else what looks the same is not sent again
    if (before?.version === version && before && isAsShown(before, findings, revision)) {
      this.shown.set(file, { ...before, findings });
      return;
    }
    const diagnostics = this.diagnostics(snapshot, findings);
    const same = before?.version === version && before !== undefined && isAsSent(before.sent, diagnostics);
    if (findings.length === 0 && version === undefined) this.shown.delete(file);
    else this.shown.set(file, { version, findings, revision, sent: diagnostics });
    if (!same) this.send(file, diagnostics, version);
  }

  /** Findings as they were sent at one revision: the rounds of an opening send most of them again. */
  private worded: { readonly revision: number; readonly by: WeakMap<Finding, Diagnostic> } = { revision: -1, by: new WeakMap() };

  /** What an editor is shown of the findings of one file: the gravest where there are too many. */
  diagnostics(snapshot: Snapshot, findings: readonly Finding[]): Diagnostic[] {
    const encoding = this.options.encoding();
    const texts = new Map<FileId, ReturnType<Snapshot['text']>>();
    const find = (id: FileId): ReturnType<Snapshot['text']> => {
      let text = texts.get(id);
      if (text === undefined) texts.set(id, (text = snapshot.text(id)));
      return text;
    };
    if (this.worded.revision !== snapshot.revision) this.worded = { revision: snapshot.revision, by: new WeakMap() };
    const { by } = this.worded;
    const toWire = (list: readonly Finding[]): Diagnostic[] => {
      const out: Diagnostic[] = [];
      for (const f of list) {
        const source = find(f.at.file);
        if (!source) continue;
        let diagnostic = by.get(f);
        if (!diagnostic) {
          diagnostic = toDiagnostic(f, source, find, encoding, this.options.docs);
          // a file that it points to may still come
          if (f.related.every((r) => find(r.at.file))) by.set(f, diagnostic);
        }
        out.push(diagnostic);
      }
      return out;
    };
    if (findings.length <= MOST) return toWire(findings);
    const gravest = new Set([...findings].sort((a, b) => byGravity(a.severity, b.severity)).slice(0, MOST));
    const start = { line: 0, character: 0 };
    return [
      {
        range: { start, end: start },
        severity: DiagnosticSeverity.Information,
        source: 'proxylens',
        code: 'more-findings',
        message: `This file has ${(findings.length - MOST).toLocaleString('en')} more findings than the ${MOST.toLocaleString('en')} that are shown. "proxylens check" lists all.`,
      },
      ...toWire(findings.filter((f) => gravest.has(f))),
    ];
  }
}

/** Whether the same was sent already. */
const isAsSent = (sent: readonly Diagnostic[], diagnostics: readonly Diagnostic[]): boolean =>
  sent.length === diagnostics.length && sent.every((d, i) => d === diagnostics[i] || JSON.stringify(d) === JSON.stringify(diagnostics[i]));

/** Whether an editor would be shown the same again. */
function isAsShown(shown: Shown, findings: readonly Finding[], revision: number): boolean {
  const sameTexts = shown.revision === revision;
  return (
    shown.findings.length === findings.length &&
    findings.every((f, i) => {
      const before = shown.findings[i]!;
      return (
        before === f ||
        (sameTexts &&
          saysSame(before, f) &&
          before.severity === f.severity &&
          before.tag === f.tag &&
          String(before.services) === String(f.services) &&
          sameRelated(before, f))
      );
    })
  );
}

const sameRelated = (a: Finding, b: Finding): boolean =>
  a.related === b.related ||
  (a.related.length === b.related.length &&
    a.related.every((r, i) => {
      const { at, message } = b.related[i]!;
      return r.message === message && r.at.file === at.file && r.at.span.start === at.span.start && r.at.span.end === at.span.end;
    }));

/** The result of steps that nobody interrupts. */
export function ended<T>(steps: Generator<void, T>): T {
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
  }
}
