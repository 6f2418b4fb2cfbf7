/** The engine: walks a configuration once, asks every rule about what it looks at, and owns severities, suppression, collapsing and crashes. */

import picomatch from 'picomatch';
import type { FileId } from '../base/file-id.ts';
import { pathOf } from '../base/file-id.ts';
import type { Place, Span } from '../base/span.ts';
import { isBeyond, newestRelease } from '../catalog/changes.ts';
import { bodyOf } from '../catalog/context.ts';
import type { Config } from '../config/config.ts';
import type { Directive, IncludeSite } from '../config/directive.ts';
import { renderingsOf } from '../config/renderings.ts';
import type { Scope, ScopeContext } from '../config/scope.ts';
import type { Level, Settings, Severity } from '../config/settings.ts';
import { isStock } from '../config/stock.ts';
import { type Deployment, NO_DEPLOYMENT } from '../deploy/deployment.ts';
import { isAlive, statementAt } from '../syntax/place.ts';
import type { SourceFile, Statement } from '../syntax/statement.ts';
import { witnessesOf } from '../witness/requests.ts';
import { type Spot, shapeOf, spotsOf } from '../witness/spots.ts';
import { type Fix, fixOf } from './fix.ts';
import { inAll } from './in-all.ts';
import { type Finding, fill, type LooksAt, type Report, type Rule } from './rule.ts';
import { type Suppression, suppressionsOf } from './suppress.ts';
import { UnseenLines } from './unseen-lines.ts';

export interface LintOptions {
  /** findings for these files only; null for all of the configuration */
  readonly files?: ReadonlySet<FileId> | null;
  /** leave out what is too slow for a keystroke: costly rules, and rules that look at the whole configuration */
  readonly quick?: boolean;
  /**
   * Findings of earlier runs, by block: a block that no edit touched, in surroundings that are the same, is not asked again. What its
   * findings owe to other blocks may be older then; a run without a memo makes that good.
   */
  readonly memo?: Memo;
  /** what the workspace says of the applications; without it the rules that hold both sides together are silent */
  readonly deployment?: Deployment | null;
  /** a rule's own exception: its findings are lost, nobody else's */
  readonly onCrash?: (rule: Rule, error: unknown) => void;
  /** milliseconds spent, by rule; only filled when given, with `now` as the clock */
  readonly timings?: { readonly now: () => number; readonly byRule: Map<string, number> };
}

const SEVERITIES: readonly Severity[] = ['hint', 'info', 'warning', 'error'];

/** Profiles say what is on beyond a rule's own default, and what is off. */
function profileLevel(rule: Rule, settings: Settings): Level {
  switch (settings.profile) {
    case 'validity':
      return rule.group === 'validity' ? rule.severity : 'off';
    case 'strict':
      return rule.severity;
    case 'wsgi':
      return rule.default || rule.group === 'wsgi' || rule.group === 'performance' ? rule.severity : 'off';
    default:
      return rule.default ? rule.severity : 'off';
  }
}

/** The level at which a rule reports: a person's word for its id, then for its group, then the profile. */
export const levelOf = (rule: Rule, settings: Settings): Level =>
  settings.rules[rule.id] ??
  settings.rules[rule.group] ??
  (rule.group === 'environment' && !settings.environment ? 'off' : profileLevel(rule, settings));

/** A rule with what it is given: one object for a whole run, filled in for each thing that the rule is asked about. */
interface Asked {
  readonly rule: Rule;
  readonly input: { -readonly [K in keyof Parameters<Rule['check']>[0]]: Parameters<Rule['check']>[0][K] };
}

class Dispatch {
  readonly byName = new Map<string, Asked[]>();
  readonly everyDirective: Asked[] = [];
  readonly everyLine: Asked[] = [];
  readonly byContext = new Map<ScopeContext, Asked[]>();
  readonly byFile: Asked[] = [];
  readonly byConfig: Asked[] = [];
  readonly byOutcome: { readonly asked: Asked; readonly names: ReadonlySet<string>; readonly when: ((spot: Spot) => boolean) | null }[] =
    [];

  constructor(rules: readonly Asked[]) {
    for (const asked of rules) for (const at of asked.rule.looksAt) this.add(asked, at);
  }

  private add(asked: Asked, at: LooksAt): void {
    const push = <K>(map: Map<K, Asked[]>, key: K): void => {
      const list = map.get(key);
      if (list) list.push(asked);
      else map.set(key, [asked]);
    };
    if ('directive' in at) {
      if (at.directive === '*') (asked.rule.alike ? this.everyLine : this.everyDirective).push(asked);
      else for (const name of at.directive) push(this.byName, name);
    } else if ('scope' in at) for (const context of at.scope) push(this.byContext, context);
    else if ('file' in at) this.byFile.push(asked);
    else if ('outcome' in at) this.byOutcome.push({ asked, names: new Set(at.outcome), when: at.when ?? null });
    else this.byConfig.push(asked);
  }
}

/** A statement that a part of a finding moves along with, and where that began. */
interface Anchor {
  readonly file: FileId;
  readonly statement: Statement;
  readonly start: number;
}

interface Remembered {
  readonly surroundings: object;
  readonly start: number;
  readonly end: number;
  readonly via: number;
  readonly findings: readonly Finding[];
  /** by the parts of findings that lie outside of the block */
  readonly elsewhere: ReadonlyMap<object, Anchor>;
}

/** What a server keeps between two runs. Blocks that are gone are forgotten by themselves. */
export class Memo {
  private readonly byBlock = new WeakMap<Statement, Remembered>();
  private readonly tokens = new Map<string, { token: object; statements: readonly Statement[] }>();
  private seen = new WeakMap<Scope, object>();
  private alive = new Map<Statement, boolean>();
  private rules: readonly Rule[] = [];
  private settings: Settings | null = null;
  private deployment: Deployment | null = null;

  /** Another set of rules, settings or application files makes everything unknown. */
  begin(rules: readonly Rule[], settings: Settings, deployment: Deployment): boolean {
    const same =
      this.deployment === deployment &&
      this.settings === settings &&
      this.rules.length === rules.length &&
      this.rules.every((r, i) => r === rules[i]);
    this.rules = rules;
    this.settings = settings;
    this.deployment = deployment;
    this.seen = new WeakMap();
    this.alive = new Map();
    return same;
  }

  /** The same object as long as the simple directives of the scope and of those around it are the same statements. */
  surroundings(scope: Scope): object {
    const known = this.seen.get(scope);
    if (known) return known;
    const statements: Statement[] = [];
    for (let at: Scope | null = scope; at; at = at.parent)
      for (const d of at.directives) if (!d.statement.block || d.name === 'map' || d.name === 'geo') statements.push(d.statement);
    const key = `${scope.config.root} ${scope.context} ${scope.opener?.file.id ?? ''} ${scope.opener?.via.length ?? 0}`;
    const last = this.tokens.get(key);
    const same = last !== undefined && last.statements.length === statements.length && last.statements.every((s, i) => s === statements[i]);
    const token = same ? last.token : {};
    if (!same) this.tokens.set(key, { token, statements });
    this.seen.set(scope, token);
    return token;
  }

  /** The findings of a block at its present place; null when it must be asked. */
  recall(directive: Directive, surroundings: object): readonly Finding[] | null {
    const { statement, file, scope } = directive;
    const known = this.byBlock.get(statement);
    if (
      !known ||
      known.surroundings !== surroundings ||
      known.via !== directive.via.length ||
      known.end - known.start !== statement.end - statement.start
    )
      return null;
    const delta = statement.start - known.start;
    let still = delta === 0;
    for (const { file: id, statement: anchor, start } of known.elsewhere.values()) {
      if (!this.isAlive(scope.config, id, anchor)) return null;
      if (anchor.start !== start) still = false;
    }
    if (still) return known.findings;
    const deltaOf = (part: object, id: FileId): number => {
      const anchor = known.elsewhere.get(part);
      return anchor ? anchor.statement.start - anchor.start : id === file.id ? delta : 0;
    };
    return known.findings.map((f) => moved(f, deltaOf));
  }

  /** Remembers, unless a finding has a part elsewhere that stands in no statement: nothing tells where that moves. */
  remember({ statement, file, via, scope }: Directive, surroundings: object, findings: readonly Finding[]): void {
    const elsewhere = new Map<object, Anchor>();
    /** A part in the block, or tied to a statement; `part` is the object that stands for it. */
    const held = (part: object, id: FileId, span: Span): boolean => {
      if (id === file.id && span.start >= statement.start && span.end <= statement.end) return true;
      const other = scope.config.files.get(id);
      const anchor = other && statementAt(other.body, span.start);
      if (anchor) elsewhere.set(part, { file: id, statement: anchor, start: anchor.start });
      return !!anchor;
    };
    const whole = findings.every(
      (f) =>
        held(f, f.at.file, f.at.span) &&
        f.related.every((r) => held(r, r.at.file, r.at.span)) &&
        f.fixes.every((x) => x.edits.every((e) => e.edits.every((t) => held(t, e.file, t.span)))),
    );
    if (!whole) this.byBlock.delete(statement);
    else this.byBlock.set(statement, { surroundings, start: statement.start, end: statement.end, via: via.length, findings, elsewhere });
  }

  private isAlive(config: Config, id: FileId, statement: Statement): boolean {
    let known = this.alive.get(statement);
    if (known === undefined) {
      const file = config.files.get(id);
      this.alive.set(statement, (known = file !== undefined && isAlive(file, statement)));
    }
    return known;
  }
}

/** A finding whose place, and whatever of it lies in the same file, has moved by so many UTF-16 units. */
export const movedBy = (finding: Finding, delta: number): Finding =>
  delta === 0 ? finding : moved(finding, (_, file) => (file === finding.at.file ? delta : 0));

/** `deltaOf` says how far a part has moved: the finding itself, a related place, or an edit, and the file that it lies in. */
function moved(finding: Finding, deltaOf: (part: object, file: FileId) => number): Finding {
  const shift = (s: Span, by: number): Span => (by === 0 ? s : { start: s.start + by, end: s.end + by });
  const place = (part: object, at: Place): Place => ({ file: at.file, span: shift(at.span, deltaOf(part, at.file)) });
  return {
    ...finding,
    at: place(finding, finding.at),
    related: finding.related.map((r) => ({ ...r, at: place(r, r.at) })),
    fixes: finding.fixes.map((x) => ({
      ...x,
      edits: x.edits.map((e) => ({
        file: e.file,
        edits: e.edits.map((t) => ({ span: shift(t.span, deltaOf(t, e.file)), newText: t.newText })),
      })),
    })),
  };
}

/** Whether what stands there are a block's own entries, whose first word is data. */
const isEntries = (context: ScopeContext): boolean => context !== 'unknown' && bodyOf(context) !== 'directives';

/** Blocks that are remembered on their own: those right below http, stream and mail, and those on the top level of an included file. */
const isUnit = (directive: Directive): boolean =>
  directive.statement.block !== null &&
  (['http', 'stream', 'mail'].includes(directive.scope.context) ||
    (directive.statement.parent === null && directive.scope.context !== 'main'));

/** All findings of a configuration, suppressed ones left out, in file order. Pure but for the clock of `timings`. */
export function lint(config: Config, rules: readonly Rule[], options: LintOptions = {}): Finding[] {
  const renderings = renderingsOf(config);
  if (!renderings) return lintOne(config, rules, options);
  const { memo: _, ...others } = options;
  return sorted(inAll(config, renderings, (one) => lintOne(one, rules, others)));
}

function lintOne(config: Config, rules: readonly Rule[], options: LintOptions): Finding[] {
  const levels = new Map<Rule, Level>();
  const deployment = options.deployment ?? NO_DEPLOYMENT;
  const active = rules.filter((rule) => {
    const level = levelOf(rule, config.settings);
    levels.set(rule, level);
    if (rule.needs === 'deployment' && !deployment.applications.length && !deployment.containers.length) return false;
    return (
      level !== 'off' &&
      !(options.quick && rule.costly) &&
      (config.kind === 'root' || config.tree.standIn !== undefined || rule.needs === 'file')
    );
  });
  let collector = new Collector(config);
  /** reports so far */
  let said = 0;
  /** lines about which the rules that judge all alike had nothing to say */
  const inOrder = new Set<string>();
  const sound = new Map<SourceFile, boolean>();
  /** What makes two directives the same to such rules; null where faults or placeholders around them may count. */
  const lineOf = ({ scope, file, statement }: Directive): string | null => {
    if (config.kind !== 'root') return null;
    let known = sound.get(file);
    if (known === undefined) sound.set(file, (known = file.template === null && file.problems.length === 0));
    if (!known) return null;
    const { name, args, open } = statement;
    const words = file.text.slice(name.start, args.length ? args[args.length - 1]!.end : name.end);
    return words.includes('\n') ? null : `${scope.context} ${open ? '{' : ';'} ${words}`;
  };
  const dispatch = new Dispatch(
    active.map((rule): Asked => {
      const level = levels.get(rule) as Severity;
      const input: Asked['input'] = {
        config,
        directive: null as unknown as Directive,
        scope: config.main,
        spot: null as unknown as Spot,
        file: config.files.get(config.root)!,
        deployment,
        report: (message, report) => {
          said++;
          collector.add(
            rule,
            level,
            rule.messages[message] ?? message,
            report,
            input.file,
            (input.directive as Directive | null)?.via ?? [],
          );
        },
      };
      return { rule, input };
    }),
  );
  const { memo } = options;
  const recall = memo?.begin(active, config.settings, deployment) ?? false;
  const { timings } = options;

  const ask = ({ rule, input }: Asked, scope: Scope, directive: Directive | null, file: SourceFile): void => {
    const from = timings ? timings.now() : 0;
    input.scope = scope;
    input.directive = directive as Directive;
    input.file = file;
    try {
      rule.check(input);
    } catch (error) {
      said++;
      options.onCrash?.(rule, error);
    }
    if (timings) timings.byRule.set(rule.id, (timings.byRule.get(rule.id) ?? 0) + timings.now() - from);
  };

  const wanted = (file: FileId): boolean => !options.files || options.files.has(file);
  const visitScope = (scope: Scope, file: SourceFile): void => {
    for (const rule of dispatch.byContext.get(scope.context) ?? []) ask(rule, scope, scope.opener, file);
  };
  const visit = (directive: Directive): void => {
    if (!memo || !isUnit(directive)) {
      visitWhole(directive);
      return;
    }
    const surroundings = memo.surroundings(directive.scope);
    const known = recall ? memo.recall(directive, surroundings) : null;
    if (known) {
      for (const finding of known) collector.take(finding);
      return;
    }
    const outer = collector;
    collector = new Collector(config);
    visitWhole(directive);
    const { findings } = collector;
    collector = outer;
    for (const finding of findings) collector.take(finding);
    memo.remember(directive, surroundings, findings);
  };
  const visitWhole = (directive: Directive): void => {
    const line = lineOf(directive);
    if (line === null || !inOrder.has(line)) {
      const before = said;
      for (const rule of dispatch.everyLine) ask(rule, directive.scope, directive, directive.file);
      if (line !== null && said === before) inOrder.add(line);
    }
    for (const rule of dispatch.everyDirective) ask(rule, directive.scope, directive, directive.file);
    // an entry of a map may be called like a directive
    if (directive.fact || !isEntries(directive.scope.context))
      for (const rule of dispatch.byName.get(directive.name) ?? []) ask(rule, directive.scope, directive, directive.file);
    const { body } = directive;
    if (!body) return;
    visitScope(body, directive.file);
    for (const inner of body.directives) if (wanted(inner.file.id)) visit(inner);
  };

  const judgeOutcomes = (): void => {
    if (!dispatch.byOutcome.length) return;
    const witnesses = witnessesOf(config);
    /** spots of one shape about which a rule had nothing to say */
    const quiet = new Map<string, Set<Rule>>();
    for (const spot of spotsOf(config)) {
      const { directives } = spot;
      let mine: boolean | undefined;
      let calm: Set<Rule> | undefined;
      for (const { asked, names, when } of dispatch.byOutcome) {
        if (!names.has(spot.location ? 'location' : 'server') && !directives.some((d) => names.has(d.name))) continue;
        mine ??= !options.files || directives.some((d) => wanted(d.file.id));
        if (!mine || spot.unsure) break;
        if (when && !when(spot)) continue;
        if (witnesses.cut) return;
        if (!calm) {
          const shape = shapeOf(spot);
          calm = quiet.get(shape);
          if (!calm) quiet.set(shape, (calm = new Set()));
        }
        if (calm.has(asked.rule)) continue;
        const before = said;
        asked.input.spot = spot;
        const opener = spot.scope.opener;
        ask(asked, spot.scope, opener, opener?.file ?? config.files.get(config.root)!);
        if (said === before) calm.add(asked.rule);
      }
    }
  };

  const roots = options.files
    ? [...options.files].flatMap((file) => config.scopesOf(file).map((scope) => ({ scope, file })))
    : [{ scope: config.main, file: null }];
  for (const { scope, file } of roots) {
    if (scope === config.main) visitScope(scope, config.files.get(config.root)!);
    for (const directive of scope.directives) if (!file || directive.file.id === file) visit(directive);
  }
  for (const file of config.files.values()) if (wanted(file.id)) for (const rule of dispatch.byFile) ask(rule, config.main, null, file);
  if (!options.quick) {
    for (const rule of dispatch.byConfig) ask(rule, config.main, null, config.files.get(config.root)!);
    judgeOutcomes();
  }

  const findings = collector.findings.filter((f) => wanted(f.at.file));
  return sorted(suppress(config, findings, rules, active, wanted));
}

/**
 * The same findings as seen from the application's files: each place there that belongs to a finding gets one of its own, which points
 * back. For editors that show both sides; a list for people names each finding once.
 */
export const mirrored = (config: Config, findings: readonly Finding[]): Finding[] =>
  findings
    .filter((f) => config.files.has(f.at.file))
    .flatMap((f) => {
      const across = f.related.filter((r) => !config.files.has(r.at.file));
      return across.map((r) => ({ ...f, at: r.at, related: [{ at: f.at, message: 'nginx’s side' }, ...f.related.filter((o) => o !== r)] }));
    });

const sorted = (findings: Finding[]): Finding[] =>
  findings.sort(
    (a, b) =>
      (a.at.file < b.at.file ? -1 : a.at.file > b.at.file ? 1 : 0) ||
      a.at.span.start - b.at.span.start ||
      SEVERITIES.indexOf(b.severity) - SEVERITIES.indexOf(a.severity) ||
      (a.rule < b.rule ? -1 : 1),
  );

/** Gathers reports; the same finding reached through several includes becomes one with several `via`. */
class Collector {
  private readonly byKey = new Map<string, { finding: Finding; via: (readonly IncludeSite[])[] }>();
  private readonly ignored: { matches: (path: string) => boolean; rules: readonly string[] }[];

  private readonly unseen: UnseenLines;
  /** the target is newer than the facts: what it takes cannot be told for certain */
  private readonly beyond: boolean;

  constructor(private readonly config: Config) {
    this.unseen = new UnseenLines(config);
    this.beyond = isBeyond(config.settings.target.nginx);
    this.ignored = config.settings.ignore.map((i) => ({ matches: picomatch([...i.paths], { dot: true, contains: true }), rules: i.rules }));
  }

  get findings(): Finding[] {
    return [...this.byKey.values()].map(({ finding }) => finding);
  }

  /** What a mark of a template fills in nobody knows. */
  private leftToTemplate({ file, span }: Place): boolean {
    const source = this.config.files.get(file);
    return !!source && source.template !== null && (source.marks?.some((m) => m.start <= span.start && span.end <= m.end) ?? false);
  }

  /** A finding as another collector made it. */
  take(finding: Finding): void {
    const key = `${finding.rule}\n${finding.at.file}\n${finding.at.span.start}\n${finding.at.span.end}\n${finding.message}`;
    const known = this.byKey.get(key);
    if (known) known.via.push(...finding.via);
    else {
      const via = [...finding.via];
      this.byKey.set(key, { finding: { ...finding, via }, via });
    }
  }

  add(rule: Rule, level: Severity, message: string, report: Report, file: SourceFile, via: readonly IncludeSite[]): void {
    const at: Place =
      'file' in report.at ? report.at : { file: file.id, span: { start: (report.at as Span).start, end: (report.at as Span).end } };
    if (isStock(at.file)) return;
    const related = (report.related ?? []).filter((r) => !isStock(r.at.file));
    // where a file goes is a guess: then the package's own lines contradict nothing
    if (related.length < (report.related?.length ?? 0) && !this.config.tree.standIn?.certain) return;
    if (!report.ofTemplate && this.leftToTemplate(at)) return;
    if (rule.missing && this.unseen.around(at)) return;
    const unsure = this.beyond && rule.group === 'validity' && rule.id !== 'syntax';
    const text = fill(message, report.data) + (unsure ? ` (Judged by nginx ${newestRelease().text}, the newest that is known.)` : '');
    const key = `${rule.id}\n${at.file}\n${at.span.start}\n${at.span.end}\n${text}`;
    const known = this.byKey.get(key);
    if (known) {
      known.via.push(via);
      return;
    }
    const path = pathOf(at.file);
    if (
      this.ignored.some(
        (i) => (i.rules.length === 0 || i.rules.includes(rule.id) || i.rules.includes(rule.group)) && i.matches(path.slice(1)),
      )
    )
      return;
    const own = report.severity !== undefined && level === rule.severity ? report.severity : level;
    const vias = [via];
    const proposed: readonly Fix[] = report.fix == null ? [] : 'edits' in report.fix ? [report.fix] : report.fix;
    const fixes = proposed.filter((f) => !f.edits.some((e) => isStock(e.file)));
    const finding: Finding = {
      rule: rule.id,
      group: rule.group,
      severity: unsure && own === 'error' ? 'warning' : own,
      at,
      message: text,
      related,
      fixes,
      via: vias,
      ...(report.tag ? { tag: report.tag } : {}),
      ...(report.witness ? { witness: report.witness } : {}),
    };
    this.byKey.set(key, { finding, via: vias });
  }
}

/** Leaves out what comments silence, and reports comments that silence nothing. */
function suppress(
  config: Config,
  findings: Finding[],
  rules: readonly Rule[],
  active: readonly Rule[],
  wanted: (file: FileId) => boolean,
): Finding[] {
  const used = new Map<Suppression, Set<string>>();
  const kept: Finding[] = [];
  const byId = new Map(rules.map((r) => [r.id, r]));
  for (const finding of findings) {
    const file = config.files.get(finding.at.file);
    const list = file ? suppressionsOf(file) : [];
    if (!file || !list.length) {
      kept.push(finding);
      continue;
    }
    const line = file.lines.lineAt(finding.at.span.start);
    const names = [
      finding.rule,
      finding.group,
      'all',
      ...(byId.get(finding.rule)?.equivalents ?? []).map((e) => e.replace(/^[a-z-]+:/, '')),
    ];
    const hit = list.find(
      (s) =>
        s.from <= line &&
        line <= s.to &&
        s.rules.some((r) => names.includes(r) && (s.foreign || !names.slice(3).includes(r) || r === finding.rule)),
    );
    if (!hit) {
      kept.push(finding);
      continue;
    }
    const ids = used.get(hit) ?? new Set();
    for (const id of hit.rules) if (names.includes(id)) ids.add(id);
    used.set(hit, ids);
  }
  const unusedLevel = config.settings.rules['unused-suppression'] ?? 'hint';
  if (unusedLevel === 'off') return kept;
  const answerable = new Set(active.flatMap((r) => [r.id, r.group]));
  for (const file of config.files.values()) {
    if (!wanted(file.id)) continue;
    for (const s of suppressionsOf(file)) {
      if (s.foreign) continue;
      s.rules.forEach((id, i) => {
        const known = id === 'all' || byId.has(id) || rules.some((r) => r.group === id);
        if (used.get(s)?.has(id) || (known && !answerable.has(id))) return;
        const span = s.ruleSpans[i]!;
        kept.push({
          rule: 'unused-suppression',
          group: 'correctness',
          severity: unusedLevel,
          at: { file: file.id, span },
          message: known
            ? `"${id}" reports nothing here. Remove it from the comment.`
            : `There is no rule "${id}". Remove it, or correct its name.`,
          related: [],
          fixes: [fixOf('Remove the comment', 'safe', file, [removal(file, s, i)])],
          via: [[]],
          tag: 'unnecessary',
        });
      });
    }
  }
  return kept;
}

/** The edit that takes one id out of a suppression comment, or the whole comment when it was the only one. */
function removal(file: SourceFile, s: Suppression, index: number): { span: Span; newText: string } {
  if (s.rules.length > 1) {
    const span = s.ruleSpans[index]!;
    const next = s.ruleSpans[index + 1];
    return { span: next ? { start: span.start, end: next.start } : { start: s.ruleSpans[index - 1]!.end, end: span.end }, newText: '' };
  }
  const line = file.lines.lineAt(s.comment.start);
  const start = file.lines.startOf(line);
  const before = file.text.slice(start, s.comment.start);
  if (/^[ \t]*$/.test(before)) return { span: { start, end: file.lines.startOf(line + 1) }, newText: '' };
  return { span: { start: start + before.trimEnd().length, end: s.comment.end }, newText: '' };
}
