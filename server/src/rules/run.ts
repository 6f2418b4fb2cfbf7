/** The engine: walks a configuration once, asks every rule about what it looks at, and owns severities, suppression, collapsing and crashes. */

import picomatch from 'picomatch';
import { isOverridden } from '../answers/where-a-line-counts.ts';
import { type FileId, pathOf } from '../base/file-id.ts';
import type { Place, Span } from '../base/span.ts';
import { isBeyond, newestRelease } from '../catalog/changes.ts';
import { bodyOf } from '../catalog/context.ts';
import { type Question, type Recording, recorded, recordIn } from '../config/asked.ts';
import type { Config } from '../config/config.ts';
import type { Directive, IncludeSite } from '../config/directive.ts';
import { everywhere } from '../config/pieces.ts';
import { renderingsOf } from '../config/renderings.ts';
import type { Scope, ScopeContext } from '../config/scope.ts';
import { type Server, serverOf, serversOf } from '../config/servers.ts';
import { byGravity, type Level, type Settings, type Severity } from '../config/settings.ts';
import { isStock } from '../config/stock.ts';
import { type Deployment, NO_DEPLOYMENT } from '../deploy/deployment.ts';
import { areAlternatives, type Menu, menusOf } from '../syntax/menu.ts';
import type { SourceFile, Statement } from '../syntax/statement.ts';
import { writtenIn } from '../syntax/template/escapes.ts';
import { witnessesOf } from '../witness/requests.ts';
import { askShape, isAlone, namesSomethingOwn, type Spot, shapeOf, shapeOfServer, spotsOfServer } from '../witness/spots.ts';
import { type Fix, fixOf } from './fix.ts';
import { withoutForeignText } from './foreign.ts';
import { movedWith, Present } from './held.ts';
import { inAll } from './in-all.ts';
import {
  type BlockNotes,
  type Item,
  type KnownBlocks,
  NO_QUESTIONS,
  type Remembered,
  RuleNotes,
  type ToldItem,
  VerdictNotes,
} from './remembered.ts';
import { type Finding, fill, type Having, idsOf, type LooksAt, means, type Related, type Report, type Rule, type Where } from './rule.ts';
import { joined } from './shared.ts';
import { type Suppression, suppressionsOf } from './suppress.ts';
import { Told } from './told.ts';
import { restsOnUnseen, restsOnUnseenAnywhere } from './unseen.ts';
import { hasFaults } from './validity/_structure.ts';

export interface LintOptions {
  /** leave out what is too slow for a keystroke: the rules that are declared costly */
  readonly quick?: boolean;
  /**
   * What an edit did to the lines that it touched and to the openings of the blocks that they are in, at once: what rules said last of all else
   * is taken as it was, moved along, be it true still or not. A run without this is to follow.
   */
  readonly early?: boolean;
  /** each server is judged by itself, be it written as another one or not: to compare */
  readonly apart?: boolean;
  /**
   * With what is `remembered`, too, servers of one shape are judged as one, as they are without: what is remembered of all but the first of a
   * shape holds for this revision, and each is asked about by itself in the next run. For an opening, of which nothing is remembered yet.
   */
  readonly provisional?: boolean;
  /** told how far the run has come, for callers that show something before its end */
  readonly progress?: Progress;
  /** what earlier runs have found, quick and whole ones alike; used again where all that it depends on is as it was (config/asked.ts) */
  readonly remembered?: Remembered;
  /** what the workspace says of the applications; without it the rules that hold both sides together are silent */
  readonly deployment?: Deployment | null;
  /** a rule's own exception: its findings are lost, nobody else's */
  readonly onCrash?: (rule: Rule, error: unknown) => void;
  /** milliseconds spent, by rule; only filled when given, with `now` as the clock */
  readonly timings?: { readonly now: () => number; readonly byRule: Map<string, number> };
}

/** How far a run has come. */
export interface Progress {
  /** what was found in them, but for what others may still join, cover or need */
  findings: () => readonly Finding[];
}

/** Profiles say what is on beyond a rule's own default, and what is off. */
function profileLevel(rule: Rule, settings: Settings): Level {
  switch (settings.profile) {
    case 'validity':
      return rule.group === 'validity' || rule.refuses ? rule.severity : 'off';
    case 'strict':
      // items of a benchmark are for those whom it binds
      return rule.group === 'compliance' ? 'off' : rule.severity;
    case 'cis':
    case 'stig':
    case 'owasp':
      return rule.default || rule.controls?.[settings.profile] ? rule.severity : 'off';
    case 'wsgi':
      return rule.default || rule.group === 'wsgi' || rule.group === 'performance' ? rule.severity : 'off';
    default:
      return rule.default ? rule.severity : 'off';
  }
}

/** The level at which a rule reports: a person's word for its id, then for its group, then the profile. */
export const levelOf = (rule: Rule, settings: Settings): Level =>
  idsOf(rule).reduce<Level | undefined>((level, id) => level ?? settings.rules[id], undefined) ??
  settings.rules[rule.group] ??
  (rule.group === 'environment' && !settings.environment && !rule.refuses ? 'off' : profileLevel(rule, settings));

/** A rule with what it is given: one object for a whole run, filled in for each thing that the rule is asked about. */
interface RuleRun {
  readonly rule: Rule;
  /** what it asks and finds about the block at hand */
  readonly notes: RuleNotes;
  readonly input: { -readonly [K in keyof Parameters<Rule['check']>[0]]: Parameters<Rule['check']>[0][K] };
}

/** A rule about directives, and which of them it is about. */
interface Concern {
  readonly asked: RuleRun;
  readonly where: Where | null;
}

/** A rule about levels, and which of them it is about. */
interface LevelConcern {
  readonly asked: RuleRun;
  readonly having: Having | null;
}

/** A rule about outcomes: the directives at whose places it is asked, and those of which one is somewhere, else there is nothing to ask. */
interface OutcomeConcern {
  readonly asked: RuleRun;
  readonly names: readonly string[];
  readonly somewhere: readonly string[] | null;
  readonly like: RegExp | null;
  readonly when: ((spot: Spot) => boolean) | null;
}

class Dispatch {
  readonly byName = new Map<string, Concern[]>();
  readonly everyDirective: Concern[] = [];
  /** rules that judge all lines alike: about every one, and about those of a name */
  private readonly everyLine: RuleRun[] = [];
  private readonly lineByName = new Map<string, RuleRun[]>();
  readonly byContext = new Map<ScopeContext, LevelConcern[]>();
  readonly byFile: RuleRun[] = [];
  readonly byConfig: RuleRun[] = [];
  readonly byOutcome: OutcomeConcern[] = [];

  constructor(rules: readonly RuleRun[]) {
    for (const asked of rules) for (const at of asked.rule.looksAt) this.add(asked, at);
  }

  /** Whether any rule is about lines or levels. */
  get looksAtText(): boolean {
    const { byName, everyDirective, everyLine, lineByName, byContext } = this;
    return everyDirective.length + everyLine.length + byName.size + lineByName.size + byContext.size > 0;
  }

  private add(asked: RuleRun, at: LooksAt): void {
    const push = <K, V>(map: Map<K, V[]>, key: K, value: V): void => {
      const list = map.get(key);
      if (list) list.push(value);
      else map.set(key, [value]);
    };
    if ('directive' in at) {
      const concern = { asked, where: at.where ?? null };
      if (at.directive !== '*') {
        if (asked.rule.contextFree) for (const name of at.directive) push(this.lineByName, name, asked);
        else for (const name of at.directive) push(this.byName, name, concern);
      } else if (asked.rule.contextFree) this.everyLine.push(asked);
      else this.everyDirective.push(concern);
    } else if ('scope' in at) for (const context of at.scope) push(this.byContext, context, { asked, having: at.having ?? null });
    else if ('file' in at) this.byFile.push(asked);
    else if ('outcome' in at)
      this.byOutcome.push({ asked, names: at.outcome, somewhere: at.somewhere ?? null, like: at.like ?? null, when: at.when ?? null });
    else this.byConfig.push(asked);
  }

  /** The rules that judge all lines alike, and are about this one. */
  lines(directive: Directive): readonly RuleRun[] {
    const named = mayBeNamed(directive) ? this.lineByName.get(directive.name) : undefined;
    return named ? [...this.everyLine, ...named] : this.everyLine;
  }

  /** The rules about directives that may be asked about one, but for those that judge all lines alike. */
  concerns(directive: Directive): readonly Concern[] {
    const named = mayBeNamed(directive) ? this.byName.get(directive.name) : undefined;
    return named ? [...this.everyDirective, ...named] : this.everyDirective;
  }
}

/** Whether what is there are a block's own entries, whose first word is data. */
const isEntries = (context: ScopeContext): boolean => context !== 'unknown' && bodyOf(context) !== 'directives';

/** An entry of a map may be called like a directive, and is none. */
const mayBeNamed = ({ fact, scope }: Directive): boolean => fact !== null || !isEntries(scope.context);

/** Directives that are remembered on their own: those of the levels that outlive an edit, blocks with all that is in them. */
const isUnit = (directive: Directive): boolean =>
  directive.scope.outer && (directive.body ? !directive.body.outer : directive.name !== 'include');

/** All findings of a configuration, suppressed ones left out, in file order. Pure but for the clock of `timings`. */
export function lint(config: Config, rules: readonly Rule[], options: LintOptions = {}): Finding[] {
  const steps = lintSteps(config, rules, options);
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
  }
}

/** The same in steps of a block or a rule each, for callers that have others to serve in between. What is asked of must not change meanwhile. */
export function* lintSteps(config: Config, rules: readonly Rule[], options: LintOptions = {}): Generator<void, Finding[]> {
  const renderings = renderingsOf(config);
  if (!renderings) return withoutMenus(config, yield* stepsOfOne(config, rules, options));
  const found = new Map<Config, Finding[]>();
  for (const { config: one } of renderings) found.set(one, yield* stepsOfOne(one, rules, options));
  return withoutMenus(config, sorted(inAll(config, renderings, (one) => found.get(one)!)));
}

/**
 * What a quick run finds, out of what a whole one has found in the same configuration: all but what the rules declared costly say. Null where
 * comments silence nothing, as a quick run cannot tell that of all of them.
 */
export function quickOf(whole: readonly Finding[], rules: readonly Rule[]): readonly Finding[] | null {
  if (whole.some((f) => f.rule === 'unused-suppression')) return null;
  const costly = new Set(rules.filter((r) => r.costly).map((r) => r.id));
  return whole.filter((f) => !costly.has(f.rule));
}

/** Whether what was found in a configuration is remembered, so that an early run has less to do than one that follows. */
export const isRemembered = (config: Config): boolean => config.kept !== null && renderingsOf(config) === null;

/** Alternatives of which someone is to leave one do not conflict: what is said of two of them is left out. */
function withoutMenus(config: Config, findings: Finding[]): Finding[] {
  const menus = new Map<SourceFile, readonly Menu[]>();
  return findings.filter(({ at, related }) => {
    const file = config.files.get(at.file);
    const others = related.filter((r) => r.at.file === at.file);
    if (!file || !others.length) return true;
    let known = menus.get(file);
    if (!known) menus.set(file, (known = menusOf(file)));
    return !known.length || !others.some((r) => areAlternatives(known, at.span, r.at.span));
  });
}

/** Whether nothing is known of what stands behind the names of a configuration. */
const isBare = ({ applications, containers, unread, cluster }: Deployment): boolean =>
  [applications, containers, unread, cluster.services, cluster.ingresses].every((list) => !list.length);

/** The levels of the rules by the settings of a folder: they are the same at every keystroke, and for each of its configurations. */
const levelsBySettings = new WeakMap<Settings, WeakMap<readonly Rule[], ReadonlyMap<Rule, Level>>>();

function levelsOf(rules: readonly Rule[], settings: Settings): ReadonlyMap<Rule, Level> {
  let known = levelsBySettings.get(settings);
  if (!known) levelsBySettings.set(settings, (known = new WeakMap()));
  let levels = known.get(rules);
  if (!levels) known.set(rules, (levels = new Map(rules.map((rule) => [rule, levelOf(rule, settings)]))));
  return levels;
}

function* stepsOfOne(config: Config, rules: readonly Rule[], options: LintOptions): Generator<void, Finding[]> {
  const levels = levelsOf(rules, config.settings);
  const deployment = options.deployment ?? NO_DEPLOYMENT;
  const active = rules.filter((rule) => {
    if (
      rule.needs === 'deployment' &&
      !deployment.applications.length &&
      !deployment.containers.length &&
      !deployment.cluster.ingresses.length &&
      !deployment.images.length &&
      !deployment.singlePages.length &&
      !deployment.crossOrigin.length &&
      !deployment.started.length &&
      !deployment.unread.length
    )
      return false;
    return levels.get(rule) !== 'off' && (config.kind === 'root' || config.tree.standIn !== undefined || rule.needs === 'file');
  });
  const remembered = config.kept ? (options.remembered ?? null) : null;
  remembered?.begin(config, active, deployment);
  // to know a shape takes as long as a few rules: rules about outcomes ask for it anyway
  const shapes =
    !options.apart &&
    (remembered ? options.provisional === true : !options.quick) &&
    isBare(deployment) &&
    active.some((r) => r.looksAt.some((l) => 'outcome' in l));
  const collector = new Collector(config);
  const parts = [false, true].flatMap((costly) =>
    costly && options.quick
      ? []
      : new Part(
          config,
          active.filter((r) => r.costly === costly),
          levels,
          deployment,
          collector,
          remembered?.part(costly) ?? null,
          options,
          active.find((r) => r.id === 'not-checked') ?? null,
          shapes,
        ),
  );
  if (options.progress)
    options.progress.findings = () =>
      sorted(withoutForeignText(config, suppress(config, withoutCovered(collector.findings, rules), rules, [])).filter((f) => !f.shared));
  for (const part of parts) yield* part.run();
  const asked = options.quick ? active.filter((r) => !r.costly) : active;
  return sorted(withoutForeignText(config, suppress(config, withoutCovered(collector.findings, rules), rules, asked)));
}

/** What each rule covers, and the rules of which it covers anything. */
const coversOf = new WeakMap<readonly Rule[], { by: ReadonlyMap<string, readonly string[]>; rules: ReadonlySet<string> }>();

/** One defect is told once: findings that another one at the same words covers are left out. */
function withoutCovered(findings: readonly Finding[], rules: readonly Rule[]): readonly Finding[] {
  let covers = coversOf.get(rules);
  if (!covers) {
    const by = new Map(rules.flatMap((r) => (r.covers ? [[r.id, r.covers] as const] : [])));
    covers = { by, rules: new Set([...by.values()].flat().map((name) => name.replace(/\/.*$/, ''))) };
    coversOf.set(rules, covers);
  }
  const words = ({ at: { file, span } }: Finding): string => `${file} ${span.start} ${span.end}`;
  const covered = new Set<string>();
  for (const f of findings) {
    const others = covers.by.get(f.rule);
    if (others) for (const other of others) covered.add(`${words(f)} ${other}`);
  }
  if (!covered.size) return findings;
  const isCovered = (f: Finding): boolean => {
    const at = words(f);
    return covered.has(`${at} ${f.rule}`) || covered.has(`${at} ${f.rule}/${f.messageId}`);
  };
  return findings.filter((f) => !covers.rules.has(f.rule) || !isCovered(f));
}

/** What a line that was in order has made sure of, for rules that judge all lines alike. */
type InOrder = readonly { readonly rule: RuleRun; readonly questions: readonly Question[] }[];

/** What is known of all lines with the same words in one kind of block. */
interface Alike {
  /** null: not found to be in order, or not looked at yet */
  inOrder: InOrder | null;
  /** for which block it was noted last what was asked to find that */
  notedFor: BlockNotes | null;
  /** the rules that the words concern; null: not looked at yet */
  concerned: readonly RuleRun[] | null;
}

/** A line or the level in it, as the first server of a shape has them: what the next one is asked about there. */
interface LineOfShape {
  readonly words: string;
  /** rules that judge all lines alike had nothing to say */
  readonly inOrder: boolean;
  /** the rules about it that spoke, or of which another server of the shape says nothing */
  readonly ofLine: readonly RuleRun[];
  readonly ofLevel: readonly RuleRun[];
}

/** The rules of one kind, quick or costly ones, asked about a whole configuration. */
class Part {
  private readonly dispatch: Dispatch;
  private readonly byRule = new Map<Rule, RuleRun>();
  /** by the kind of block that the line is in, apart for those that open one, and by its words */
  private readonly alike = { open: new Map<ScopeContext, Map<string, Alike>>(), closed: new Map<ScopeContext, Map<string, Alike>>() };
  /** by the kind of a level and the names of its lines */
  private readonly levels = new Map<string, readonly RuleRun[]>();
  private readonly sound = new Map<SourceFile, boolean>();
  /** of the file at hand: most lines are in the file of the line before */
  private soundFile: SourceFile | null = null;
  private isSound = false;
  private readonly present: Present;
  /** what the place at hand has reported, where it is to be remembered */
  private readonly reports: Finding[] = [];
  private reported = 0;
  /** the rule at hand has said something, be it left out for its place or not */
  private spoke = false;
  private failed = false;
  /** what a rule about outcomes has found at the spot at hand; null while others are asked */
  private outcome: Finding[] | null = null;
  /** what the server at hand comes to, for the rules about outcomes; null where nothing of it is remembered */
  private verdict: VerdictNotes | null = null;
  /** what the block at hand has answered so far; null where nothing is remembered */
  private notes: BlockNotes | null = null;
  /** the lines of the first server of each shape, by its number; null where shapes are not asked for */
  private readonly firstOfShape: Map<number, readonly LineOfShape[]> | null;

  constructor(
    private readonly config: Config,
    rules: readonly Rule[],
    levels: ReadonlyMap<Rule, Level>,
    deployment: Deployment,
    private readonly collector: Collector,
    private readonly known: KnownBlocks | null,
    private readonly options: LintOptions,
    /** the rule under whose name it is said what was not looked at, whichever part asks it; null where a person turned it off */
    private readonly notChecked: Rule | null,
    /** servers of one shape are judged as one where rules allow it */
    shapes: boolean,
  ) {
    this.present = new Present(config.files, true);
    this.firstOfShape = shapes && rules.some((r) => r.ofShape) ? new Map() : null;
    this.dispatch = new Dispatch(
      rules.map((rule): RuleRun => {
        const level = levels.get(rule) as Severity;
        const input: RuleRun['input'] = {
          config,
          directive: null,
          scope: config.main,
          spot: null,
          file: config.files.get(config.root)!,
          deployment,
          report: (message, report) => {
            this.spoke = true;
            const via = input.directive?.via ?? [];
            const finding = collector.made(rule, level, message, report, input.file, via);
            if (!finding || (rule.inForce && input.directive?.statement.block === null && isOverridden(input.directive))) return;
            this.reported++;
            this.outcome?.push(finding);
            if (this.notes) this.reports.push(finding);
            else collector.take(finding);
          },
        };
        const asked = { rule, notes: new RuleNotes(rule), input };
        this.byRule.set(rule, asked);
        return asked;
      }),
    );
  }

  *run(): Generator<void> {
    const { config, dispatch } = this;
    const main = config.files.get(config.root)!;
    if (this.known || dispatch.looksAtText) yield* this.visitScope(config.main, main);
    for (const file of config.files.values()) for (const asked of dispatch.byFile) this.ask(asked, config.main, null, file);
    for (const asked of dispatch.byConfig) {
      this.askOnItsOwn(asked, this.known?.ofConfig ?? null, config.main, main);
      yield;
    }
    yield* this.outcomes(main);
  }

  /** The rules that judge what comes of requests, server by server. */
  private *outcomes(main: SourceFile): Generator<void> {
    const { config, dispatch } = this;
    if (!dispatch.byOutcome.length) return;
    const witnesses = witnessesOf(config);
    const concerns = dispatch.byOutcome;
    const written: boolean[] = [];
    const round: OutcomeRound = { main, concerns, byName: namesOf(concerns), written, shapes: new Map() };
    const servers = serversOf(config);
    const known = this.known?.outcomes ?? null;
    known?.begin(
      servers.flatMap(({ scope }) => scope.opener ?? []),
      concerns.flatMap((concern, i) => ((written[i] = this.isSomewhere(concern)) ? concern.asked.rule.id : [])).join(),
      (requests) => witnesses.isFew(requests),
    );
    for (const server of servers) {
      yield;
      const { opener } = server.scope;
      const before = opener && known?.recall(opener, config);
      const told = before?.held?.now(this.present);
      if (before && told) {
        witnesses.count(before.requests);
        for (const finding of told) this.collector.take(finding);
        continue;
      }
      const from = witnesses.asked;
      const notes = known && opener ? new VerdictNotes(config, opener) : null;
      this.verdict = notes;
      const judged = yield* this.judge(server, round);
      this.verdict = null;
      if (judged === 'cut') return;
      if (notes && judged === 'whole') known!.remember(opener!, notes, witnesses.asked - from, config);
    }
  }

  /** Asks the rules about the spots of a server; `failed`: one of them threw, `cut`: there is no budget for more. */
  private *judge(server: Server, round: OutcomeRound): Generator<void, 'whole' | 'failed' | 'cut'> {
    const { config, verdict } = this;
    const { main, concerns, shapes } = round;
    const witnesses = witnessesOf(config);
    let result: 'whole' | 'failed' = 'whole';
    const alone = this.options.apart || isAlone(config, server);
    for (const spot of this.noting(() => spotsOfServer(config, server))) {
      let alike: SpotsAlike | undefined;
      if (!alone) {
        const shape = shapeOf(spot);
        alike = shapes.get(shape);
        if (!alike) shapes.set(shape, (alike = { met: null, calm: new Map(), by: new Set() }));
        if (verdict) {
          if (alike.by.size && !verdict.alike.size) this.noting(() => askShape(config, server));
          for (const other of alike.by) if (other !== verdict) verdict.alike.add(other);
        }
      }
      const met = alike?.met ?? this.metBy(spot, round);
      if (alike) alike.met = met;
      if (!met.length || this.noting(() => spot.unsure)) continue;
      const calm = alike?.calm;
      const silent = calm?.size;
      const { opener } = spot.scope;
      for (const i of met) {
        const { asked, when } = concerns[i]!;
        const before = calm?.get(asked.rule);
        if (before) {
          for (const finding of before) this.takeOutcome({ ...finding, via: [opener?.via ?? []] });
          continue;
        }
        if (when && !this.holdsAt(asked.rule, when, spot)) {
          calm?.set(asked.rule, NOTHING);
          continue;
        }
        if (witnesses.cut) {
          this.tellBudget(spot, witnesses.asked);
          return 'cut';
        }
        asked.input.spot = spot;
        const found: Finding[] = [];
        this.outcome = found;
        this.noting(() => this.ask(asked, spot.scope, opener, opener?.file ?? main));
        this.outcome = null;
        verdict?.findings.push(...found);
        if (this.failed) result = 'failed';
        // what is left out for its place, a path that the settings ignore, may be told of another spot
        if (calm && !this.failed && (!this.spoke || saysOfAll(spot, found))) calm.set(asked.rule, found);
        yield;
      }
      if (calm && calm.size !== silent) {
        alike!.met = met.filter((i) => calm.get(concerns[i]!.asked.rule)?.length !== 0);
        if (verdict) {
          alike!.by.add(verdict);
          this.noting(() => askShape(config, server));
        }
      }
    }
    return result;
  }

  /** The rules that a spot concerns and that have something to ask in the configuration, by number and in their order. */
  private metBy(spot: Spot, { concerns, byName, written }: OutcomeRound): readonly number[] {
    const isMet = new Uint8Array(concerns.length);
    const meet = (name: string): void => {
      const list = byName.get(name);
      if (list) for (let k = 0; k < list.length; k++) isMet[list[k]!] = 1;
    };
    const { directives } = spot;
    for (let k = 0; k < directives.length; k++) {
      const { name } = directives[k]!;
      // lines of one kind come one after another
      if (k === 0 || name !== directives[k - 1]!.name) meet(name);
    }
    meet(spot.location ? 'location' : 'server');
    const met: number[] = [];
    for (let i = 0; i < isMet.length; i++) if (isMet[i] && (written[i] ??= this.isSomewhere(concerns[i]!))) met.push(i);
    return met;
  }

  /** Whether the configuration has one of the directives without which a rule has nothing to ask. */
  private isSomewhere({ somewhere, like }: OutcomeConcern): boolean {
    return !somewhere || somewhere.some((name) => isWritten(this.config, name, like));
  }

  /** Whether a rule has something to ask at a spot; its exception there costs its own findings, as any other. */
  private holdsAt(rule: Rule, when: (spot: Spot) => boolean, spot: Spot): boolean {
    const outer = this.verdict ? recordIn(this.verdict) : undefined;
    try {
      return when(spot);
    } catch (error) {
      this.options.onCrash?.(rule, error);
      return false;
    } finally {
      if (outer !== undefined) recordIn(outer);
    }
  }

  private takeOutcome(finding: Finding): void {
    this.verdict?.findings.push(finding);
    this.collector.take(finding);
  }

  /** Does the work, and notes what is asked for the verdict about the server at hand. */
  private noting<T>(work: () => T): T {
    return this.verdict ? recorded(this.verdict, work) : work();
  }

  /** A round that judges no more says so: silence would pass for a clean rest. */
  private tellBudget({ server }: Spot, count: number): void {
    const { opener } = server.scope;
    const rule = this.notChecked;
    if (!opener || !rule) return;
    this.collector.take({
      rule: rule.id,
      group: rule.group,
      severity: 'info',
      at: opener.nameAt,
      messageId: 'budget',
      message: fill(rule.messages.budget!, { count }),
      related: [],
      fixes: [],
      via: [[]],
    });
  }

  private *visitScope(scope: Scope, file: SourceFile): Generator<void> {
    // several levels of one kind are no one's to remember
    const alone = scope.outer && this.config.levels(scope.context).length === 1;
    for (const { asked } of this.dispatch.byContext.get(scope.context) ?? [])
      if (alone) this.askOnItsOwn(asked, this.known?.ofScope(scope.context) ?? null, scope, file);
      else this.ask(asked, scope, scope.opener, file);
    for (const directive of scope.directives) {
      if (isUnit(directive)) {
        this.unit(directive);
        yield;
        continue;
      }
      this.askAbout(directive);
      if (directive.body) yield* this.visitScope(directive.body, directive.file);
    }
  }

  /** A directive of an outer level, as it is remembered, or asked about again. */
  private unit(directive: Directive): void {
    const { known, config } = this;
    if (!known) {
      if (!this.asAnother(directive)) this.within(directive);
      return;
    }
    if (this.options.early) {
      if (this.takeAll(known.last(directive))) return;
      const told = known.before(directive);
      if (told) {
        this.edited(directive, told);
        return;
      }
    }
    const before = known.recall(directive, config);
    if (before) {
      const standing = before.stood === config.kept!.questions.revision;
      if (standing && this.takeAll(before.told)) return;
      let items: Item[] | null = null;
      for (let i = 0; i < before.items.length; i++) {
        const item = before.items[i]!;
        if ((standing || known.stands(item, config)) && this.takeAll([item])) items?.push(item);
        else {
          items ??= before.items.slice(0, i);
          items.push(...this.again(known.notes(config, directive, before), item.rule, directive));
        }
      }
      known.renew(before, items ?? before.items, config);
      return;
    }
    const notes = known.notes(config, directive, null);
    this.notes = notes;
    const asAnother = this.asAnother(directive);
    if (!asAnother) this.within(directive);
    this.notes = null;
    known.remember(directive, notes, config, asAnother === 'next');
  }

  /** A block that was edited, in an early run: its lines that were not are taken as they were. */
  private edited(directive: Directive, told: WeakMap<Statement, readonly ToldItem[]>): void {
    if (this.known!.isJudged(directive.statement)) {
      this.untouched(directive, told);
      return;
    }
    this.askAbout(directive);
    const { body } = directive;
    if (!body) return;
    this.askOfLevel(body, directive.file);
    for (const inner of body.directives) this.edited(inner, told);
  }

  private untouched(directive: Directive, told: WeakMap<Statement, readonly ToldItem[]>): void {
    const { statement, body, file } = directive;
    for (const { rule, ofScope, start, findings } of told.get(statement) ?? []) {
      const span = { start, end: start + statement.end - statement.start };
      const moved = findings && movedWith(findings, file.id, span, statement.start - start);
      if (moved) for (const finding of moved) this.collector.take(finding);
      else this.ask(this.byRule.get(rule)!, ofScope ? body! : directive.scope, directive, file);
    }
    for (const inner of body?.directives ?? []) this.untouched(inner, told);
  }

  /** Takes what rules have found, where each of its parts is still there; else nothing, and gives false. */
  private takeAll(items: readonly Item[] | null): boolean {
    if (!items) return false;
    const all: (readonly Finding[])[] = [];
    for (const { told } of items)
      for (const { held } of told) {
        const findings = held?.now(this.present);
        if (!findings) return false;
        all.push(findings);
      }
    for (const findings of all) for (const finding of findings) this.collector.take(finding);
    return true;
  }

  /** Asks a rule again about a directive with all that is in it; gives what is to be remembered of it. */
  private again(notes: BlockNotes, rule: Rule, directive: Directive): readonly Item[] {
    this.notes = notes;
    this.askWithin(this.byRule.get(rule)!, directive);
    this.notes = null;
    return notes.items();
  }

  /** One rule about a directive with all that is in it: what `within` is for all of them. */
  private askWithin(asked: RuleRun, directive: Directive): void {
    const { scope, file, body } = directive;
    if (this.looksAtLine(asked, directive)) this.ask(asked, scope, directive, file);
    if (!body) return;
    // most rules are about no level: the names of its lines are put together for those that are
    if (this.dispatch.byContext.get(body.context)?.some((c) => c.asked === asked) && this.concernedBy(body).includes(asked))
      this.ask(asked, body, body.opener, file);
    for (const inner of body.directives) this.askWithin(asked, inner);
  }

  /** A rule about the whole configuration, or about its one scope of a kind. */
  private askOnItsOwn(asked: RuleRun, items: Map<Rule, Item> | null, scope: Scope, file: SourceFile): void {
    const { known, config } = this;
    const item = items?.get(asked.rule);
    if (item && (this.options.early || known?.stands(item, config)) && this.takeAll([item])) return;
    if (!known || !items) {
      this.ask(asked, scope, scope.opener, file);
      return;
    }
    const notes = known.notes(config, null, null);
    this.notes = notes;
    this.ask(asked, scope, scope.opener, file);
    this.notes = null;
    const [answer] = notes.items();
    items.set(asked.rule, {
      rule: asked.rule,
      since: config.kept!.questions.revision,
      questions: [...(answer?.questions ?? []), ...notes.ofBlock],
      told: answer?.told ?? [],
    });
  }

  /**
   * The words that make two directives of one kind of block the same to rules that judge all alike; null where faults or placeholders around
   * them may count.
   */
  private wordsOf({ file, statement }: Directive): string | null {
    if (this.config.kind !== 'root') return null;
    if (file !== this.soundFile) {
      let known = this.sound.get(file);
      if (known === undefined)
        this.sound.set(file, (known = file.template === null && file.problems.length === 0 && !hasFaults(file, this.config.catalog)));
      this.soundFile = file;
      this.isSound = known;
    }
    if (!this.isSound) return null;
    const { name, args } = statement;
    const words = file.text.slice(name.start, args.length ? args[args.length - 1]!.end : name.end);
    return words.includes('\n') ? null : words;
  }

  /** What is known of all lines with these words where a directive stands. */
  private alikeTo({ scope: { context }, statement }: Directive, words: string): Alike {
    const byContext = statement.open ? this.alike.open : this.alike.closed;
    let lines = byContext.get(context);
    if (!lines) byContext.set(context, (lines = new Map()));
    let alike = lines.get(words);
    if (!alike) lines.set(words, (alike = { inOrder: null, notedFor: null, concerned: null }));
    return alike;
  }

  /**
   * Rules that judge all lines alike, of which a line that was in order once is in order. `isOfOrder`: another server of the shape has such a line,
   * which was in order.
   */
  private askOfLine(directive: Directive, words: string | null, alike: Alike | null, isOfOrder = false): void {
    const { known, notes } = this;
    if (alike?.inOrder) {
      this.noteOrder(alike, alike.inOrder);
      return;
    }
    const rules = this.dispatch.lines(directive);
    if (!rules.length) return;
    /** what the line is called from one run to the next */
    const line = known && words !== null ? `${directive.scope.context} ${directive.statement.open ? '{' : ';'} ${words}` : null;
    const before = known && alike ? known.lines.recall(line!, this.config) : null;
    if (before) {
      alike!.inOrder = before.map(({ rule, questions }) => ({ rule: this.byRule.get(rule)!, questions }));
      this.noteOrder(alike!, alike!.inOrder);
      return;
    }
    const asked: { rule: RuleRun; questions: readonly Question[] }[] = [];
    let silent = true;
    for (const rule of rules) {
      if (isOfOrder && rule.rule.ofShape) continue;
      const { reports, questions } = this.ask(rule, directive.scope, directive, directive.file, true);
      if (reports) silent = false;
      if (questions.length) asked.push({ rule, questions });
    }
    if (!alike || !silent || (known && !notes)) return;
    alike.inOrder = asked;
    known?.lines.keep(
      line!,
      asked.map(({ rule, questions }) => ({ rule: rule.rule, questions })),
      this.config,
    );
  }

  /** Whether the words of a directive can concern a rule; its exception there costs its own findings, as any other. */
  private isConcerned({ asked, where }: Concern, { name, values, fact, scope: { context } }: Directive): boolean {
    if (!where) return true;
    try {
      return where({ name, values, fact, context }, this.config);
    } catch (error) {
      this.options.onCrash?.(asked.rule, error);
      return false;
    }
  }

  /** Whether a rule is asked about a directive, be it by its name or as every one is. */
  private looksAtLine(asked: RuleRun, directive: Directive): boolean {
    const { everyDirective, byName } = this.dispatch;
    const isAmong = (list: readonly Concern[] | undefined): boolean =>
      list?.some((concern) => concern.asked === asked && this.isConcerned(concern, directive)) ?? false;
    return (
      this.dispatch.lines(directive).includes(asked) ||
      isAmong(everyDirective) ||
      (mayBeNamed(directive) && isAmong(byName.get(directive.name)))
    );
  }

  /** The rules about directives that the words of one can concern. */
  private concernedIn(directive: Directive, alike: Alike | null): readonly RuleRun[] {
    let concerned = alike?.concerned;
    if (!concerned) {
      concerned = this.dispatch.concerns(directive).flatMap((concern) => (this.isConcerned(concern, directive) ? [concern.asked] : []));
      if (alike) alike.concerned = concerned;
    }
    return concerned;
  }

  private askAbout(directive: Directive): void {
    const words = this.wordsOf(directive);
    const alike = words === null ? null : this.alikeTo(directive, words);
    this.askOfLine(directive, words, alike);
    const concerned = this.concernedIn(directive, alike);
    // here and below: of each line, mostly before V8 has compiled it for speed, and there an iterator is what costs most
    for (let i = 0; i < concerned.length; i++) this.ask(concerned[i]!, directive.scope, directive, directive.file);
  }

  /** A server that may be of the shape of another: what is known of that one is not asked again. Null where there is no such thing. */
  private asAnother(directive: Directive): 'first' | 'next' | null {
    const { config, firstOfShape } = this;
    if (!firstOfShape || directive.body?.context !== 'server' || this.wordsOf(directive) === null) return null;
    const server = serverOf(directive.body);
    const shape = server && shapeOfServer(config, server);
    if (shape === null) return null;
    const first = firstOfShape.get(shape);
    if (first) {
      this.asNext(directive, first, 0);
      return 'next';
    }
    const lines: LineOfShape[] = [];
    this.asFirst(directive, lines);
    firstOfShape.set(shape, lines);
    return 'first';
  }

  /** The first server of a shape: notes what the next one is to be asked about. */
  private asFirst(directive: Directive, lines: LineOfShape[]): void {
    this.known?.judge(directive.statement);
    const { scope, file, body } = directive;
    const words = this.wordsOf(directive);
    const alike = words === null ? null : this.alikeTo(directive, words);
    this.askOfLine(directive, words, alike);
    const left = (rules: readonly RuleRun[], at: Scope): readonly RuleRun[] =>
      rules.filter((asked) => {
        this.ask(asked, at, directive, file);
        return !asked.rule.ofShape || this.spoke || this.failed;
      });
    const ofLine = left(this.concernedIn(directive, alike), scope);
    const ofLevel = body ? left(this.concernedBy(body), body) : NO_RULES;
    lines.push({ words: words ?? '', inOrder: words !== null && alike!.inOrder !== null, ofLine, ofLevel });
    if (body) for (const inner of body.directives) this.asFirst(inner, lines);
  }

  /** A further server of a shape; gives the number of the line behind the directive. */
  private asNext(directive: Directive, lines: readonly LineOfShape[], at: number): number {
    this.known?.judge(directive.statement);
    const { scope, file, body } = directive;
    const line = lines[at]!;
    const words = this.wordsOf(directive);
    const isSame = words === line.words;
    if (isSame && line.inOrder) for (let i = 0; i < line.ofLine.length; i++) this.ask(line.ofLine[i]!, scope, directive, file);
    else {
      const alike = words === null ? null : this.alikeTo(directive, words);
      // what lines of these words ask is remembered with all of it
      this.askOfLine(directive, words, alike, line.inOrder && !this.known);
      const concerned = isSame ? line.ofLine : this.concernedIn(directive, alike);
      for (const asked of concerned) if (!asked.rule.ofShape || line.ofLine.includes(asked)) this.ask(asked, scope, directive, file);
    }
    let next = at + 1;
    if (!body) return next;
    for (let i = 0; i < line.ofLevel.length; i++) this.ask(line.ofLevel[i]!, body, directive, file);
    const { directives } = body;
    for (let i = 0; i < directives.length; i++) next = this.asNext(directives[i]!, lines, next);
    return next;
  }

  /** A directive with all that is in it. */
  private within(directive: Directive): void {
    this.known?.judge(directive.statement);
    this.askAbout(directive);
    const { body } = directive;
    if (!body) return;
    this.askOfLevel(body, directive.file);
    const { directives } = body;
    for (let i = 0; i < directives.length; i++) this.within(directives[i]!);
  }

  /** The rules about levels, of one that belongs to a block. */
  private askOfLevel(level: Scope, file: SourceFile): void {
    for (const asked of this.concernedBy(level)) this.ask(asked, level, level.opener, file);
  }

  /** The rules about levels that the names of its lines can concern, found once for all levels that are alike. */
  private concernedBy(level: Scope): readonly RuleRun[] {
    const { context } = level;
    const concerns = this.dispatch.byContext.get(context);
    if (!concerns) return NO_RULES;
    const lines = level.directives;
    let alike: string = context;
    for (let i = 0; i < lines.length; i++) alike += `\0${lines[i]!.name}`;
    let concerned = this.levels.get(alike);
    if (!concerned) {
      const names = new Map<string, number>();
      for (const { name } of lines) names.set(name, (names.get(name) ?? 0) + 1);
      concerned = concerns.flatMap(({ asked, having }) =>
        !having || this.holds(asked.rule, () => having(names, this.config)) ? [asked] : [],
      );
      this.levels.set(alike, concerned);
    }
    return concerned;
  }

  /** Notes that rules depend on questions which were asked of a line with the same words: once for a block, which may hold many of them. */
  private noteOrder(alike: Alike, order: InOrder): void {
    const { notes } = this;
    if (!notes || alike.notedFor === notes) return;
    alike.notedFor = notes;
    for (const { rule, questions } of order) {
      notes.begin(rule.notes);
      for (const question of questions) rule.notes.questions.add(question);
    }
  }

  /** `alone`: the answer says what this very place asks, too. */
  private ask(asked: RuleRun, scope: Scope, directive: Directive | null, file: SourceFile, alone = false): Answer {
    const { rule, input, notes: own } = asked;
    const { timings } = this.options;
    const from = timings ? timings.now() : 0;
    input.scope = scope;
    input.directive = directive;
    input.file = file;
    const { notes } = this;
    const before = this.reported;
    this.failed = false;
    this.spoke = false;
    let questions = NO_QUESTIONS;
    if (!notes) this.check(asked, this.known && !this.verdict ? null : undefined);
    else {
      notes.begin(own);
      if (alone) own.setApart();
      this.check(asked, own);
      if (alone) questions = own.apart();
    }
    if (timings) timings.byRule.set(rule.id, (timings.byRule.get(rule.id) ?? 0) + timings.now() - from);
    const { reports } = this;
    const count = reports.length;
    if (count) {
      notes?.add(own, directive, directive !== null && scope !== directive.scope, [...reports]);
      for (const finding of reports) this.collector.take(finding);
      reports.length = 0;
    }
    const told = this.failed || this.reported > before;
    return questions === NO_QUESTIONS ? (told ? TOLD : SILENT) : { reports: told, questions };
  }

  /** Whether a rule looks at something at all; its exception there costs its own findings, as any other. */
  private holds(rule: Rule, looks: () => boolean): boolean {
    try {
      return looks();
    } catch (error) {
      this.options.onCrash?.(rule, error);
      return false;
    }
  }

  /** Records in `into` what is asked; undefined: where it is recorded already. */
  private check({ rule, input }: RuleRun, into: Recording | null | undefined): void {
    const outer = into === undefined ? undefined : recordIn(into);
    try {
      rule.check(input);
    } catch (error) {
      this.failed = true;
      this.options.onCrash?.(rule, error);
    } finally {
      if (outer !== undefined) recordIn(outer);
    }
  }
}

/** What is the same for all servers of a round. */
interface OutcomeRound {
  readonly main: SourceFile;
  readonly concerns: readonly OutcomeConcern[];
  readonly byName: ReadonlyMap<string, readonly number[]>;
  /** which of them have something to ask in this configuration; not there: not looked at yet */
  readonly written: boolean[];
  readonly shapes: Map<string, SpotsAlike>;
}

/** What is known of spots of one shape. */
interface SpotsAlike {
  /** in which servers that was found */
  readonly by: Set<VerdictNotes>;
  /** the rules that may have something to say, by number; null: not looked at yet */
  met: readonly number[] | null;
  /** rules that had nothing to say, and what others say of all of them alike */
  readonly calm: Map<Rule, readonly Finding[]>;
}

let named: { readonly rules: readonly Rule[]; readonly byName: ReadonlyMap<string, readonly number[]> } | null = null;

/** The rules about outcomes that a directive of each name concerns, by number: one round has the rules of the round before. */
function namesOf(concerns: readonly OutcomeConcern[]): ReadonlyMap<string, readonly number[]> {
  if (named?.rules.length === concerns.length && named.rules.every((rule, i) => rule === concerns[i]!.asked.rule)) return named.byName;
  const byName = new Map<string, number[]>();
  for (const [i, { names }] of concerns.entries())
    for (const name of names) {
      const list = byName.get(name);
      if (list) list.push(i);
      else byName.set(name, [i]);
    }
  named = { rules: concerns.map(({ asked }) => asked.rule), byName };
  return byName;
}

/** Whether the configuration has a directive of that name, and with such a word: a line of headers-more may begin with an option or another header. */
const isWritten = (config: Config, name: string, like: RegExp | null): boolean =>
  everywhere(config, name).some((d) => !like || d.values.some((word) => like.test(word)));

const NOTHING: readonly Finding[] = [];
const NO_RULES: readonly RuleRun[] = [];

/**
 * Whether what is said of a spot holds for each spot of its shape in the very same words: it is about a block around the server, and names
 * nothing in which those differ.
 */
function saysOfAll({ server, config }: Spot, findings: readonly Finding[]): boolean {
  if (!findings.length) return false;
  return findings.every(({ at, message }) => {
    let around = server.scope.parent;
    while (around && !(around.opener && isAt(at, around.opener.nameAt))) around = around.parent;
    return around !== null && !namesSomethingOwn(config, server, message);
  });
}

const isAt = (a: Place, b: Place): boolean => a.file === b.file && a.span.start === b.span.start && a.span.end === b.span.end;

interface Answer {
  readonly reports: boolean;
  readonly questions: readonly Question[];
}

/** What most answers are, many thousands of times a run. */
const SILENT: Answer = { reports: false, questions: NO_QUESTIONS };
const TOLD: Answer = { reports: true, questions: NO_QUESTIONS };

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
      byGravity(a.severity, b.severity) ||
      (a.rule < b.rule ? -1 : a.rule > b.rule ? 1 : a.message < b.message ? -1 : 1),
  );

/** A span of its own: what a rule hands over may be a word or a brace, which the next edit moves. */
const spanOf = ({ start, end }: Span): Span => ({ start, end });
const own = ({ file, span }: Place): Place => ({ file, span: spanOf(span) });
/** A fix of its own, with its texts as each file must have them written. */
const ownFix = (fix: Fix, config: Config): Fix => ({
  ...fix,
  edits: fix.edits.map(({ file, edits }) => {
    const source = config.files.get(file);
    return {
      file,
      edits: edits.map(({ span, newText }) => ({ span: spanOf(span), newText: source ? writtenIn(source, span, newText) : newText })),
    };
  }),
});

/** Makes findings of reports and gathers them; the same finding reached through several includes becomes one with several `via`. */
class Collector {
  private readonly told = new Told<{ finding: Finding; via: (readonly IncludeSite[])[] | null }>();
  private readonly ignored: { matches: (path: string) => boolean; rules: readonly string[] }[];

  /** the target is newer than the facts: what it takes cannot be told for certain */
  private readonly beyond: boolean;

  constructor(private readonly config: Config) {
    this.beyond = isBeyond(config.settings.target.nginx);
    this.ignored = config.settings.ignore.map((i) => ({ matches: picomatch([...i.paths], { dot: true, contains: true }), rules: i.rules }));
  }

  get findings(): Finding[] {
    return this.told.entries.map(({ finding, via }) => (via ? { ...finding, via } : finding));
  }

  /** What marks of a template fill in nobody knows. */
  private leftToTemplate({ file, span }: Place): boolean {
    const source = this.config.files.get(file);
    if (!source?.marks || source.template === null) return false;
    const { marks } = source;
    let { start } = span;
    // marks follow each other: those that end before the span have nothing to do with it
    let first = 0;
    for (let high = marks.length; first < high; ) {
      const middle = (first + high) >> 1;
      if (marks[middle]!.end < start) first = middle + 1;
      else high = middle;
    }
    for (let i = first; i < marks.length && marks[i]!.start <= start; i++) {
      const mark = marks[i]!;
      if (mark.end > start || (mark.end === start && span.start === span.end)) start = mark.end;
    }
    if (start > span.start) return start >= span.end;
    return start === span.end && (marks[first]?.start ?? Number.POSITIVE_INFINITY) <= start;
  }

  take(finding: Finding): void {
    const known = this.told.of(finding);
    if (!known) {
      this.told.add({ finding, via: null });
      return;
    }
    // a file may be included in very many ways: the list of them is made once
    (known.via ??= [...known.finding.via]).push(...finding.via);
    // what matters little in one of its places may matter in another
    if (byGravity(finding.severity, known.finding.severity) < 0) known.finding = finding;
  }

  /** Whether what a finding says to be missing may stand where nobody sees it; one about the application rests on the places of nginx that it points to. */
  private rests(at: Place, missing: true | readonly string[], related: readonly Related[]): boolean {
    const { config } = this;
    if (config.files.has(at.file)) return restsOnUnseen(config, at, missing);
    if (missing !== true && missing.includes('server')) return restsOnUnseenAnywhere(config, missing);
    return related.some((r) => restsOnUnseen(config, r.at, missing));
  }

  /** The finding of a report; null where it is not to be reported. */
  made(rule: Rule, level: Severity, messageId: string, report: Report, file: SourceFile, via: readonly IncludeSite[]): Finding | null {
    const { config } = this;
    const at: Place = 'file' in report.at ? own(report.at) : { file: file.id, span: spanOf(report.at) };
    if (!report.ofTemplate && this.leftToTemplate(at)) return null;
    if (isStock(at.file)) return null;
    const related = (report.related ?? []).filter((r) => !isStock(r.at.file));
    // where the main file is a guess the package's own lines contradict nothing
    const { standIn } = this.config.tree;
    if (related.length < (report.related?.length ?? 0) && standIn && !standIn.certain) return null;
    const missing = report.missing ?? rule.missing;
    if (missing && this.rests(at, missing, related)) return null;
    const path = pathOf(at.file);
    if (this.ignored.some((i) => (i.rules.length === 0 || i.rules.some((name) => means(name, rule))) && i.matches(path.slice(1))))
      return null;
    const unsure = this.beyond && rule.group === 'validity' && rule.id !== 'syntax';
    const severity = report.severity !== undefined && level === rule.severity ? report.severity : level;
    // of a rule that tells more than refusals the profile of refusals takes these only
    if (rule.refuses && this.config.settings.profile === 'validity' && severity !== 'error') return null;
    const proposed = report.fix == null ? [] : ([report.fix].flat() as readonly Fix[]);
    const fixes = proposed.filter((f) => !f.edits.some((e) => isStock(e.file)));
    const { shared } = report;
    return {
      rule: rule.id,
      group: rule.group,
      severity: unsure && severity === 'error' ? 'warning' : severity,
      at,
      messageId,
      message:
        fill(rule.messages[messageId] ?? messageId, report.data) +
        (unsure ? ` (Judged by nginx ${newestRelease().text}, the newest that is known.)` : ''),
      related: related.map((r) => ({ at: own(r.at), message: r.message })),
      fixes: fixes.map((f) => ownFix(f, config)),
      via: [via],
      ...(report.tag ? { tag: report.tag } : {}),
      ...(report.witness ? { witness: report.witness } : {}),
      ...(shared ? { shared: { ...shared, at: own(shared.at), fixes: shared.fixes.map((f) => ownFix(f, config)) } } : {}),
      ...(rule.controls ? { controls: rule.controls } : {}),
    };
  }
}

/**
 * The findings without those that judge what a statement means that has no semicolon yet: half a word says nothing, and nginx does not start
 * before it is ended. Where the next line has become arguments of it, what that line says is not missing in their block either.
 */
function ofFinished(config: Config, findings: readonly Finding[], byId: ReadonlyMap<string, Rule>): readonly Finding[] {
  const open = new Map<FileId, Unended[]>();
  const note = (id: FileId, unended: Unended): void => {
    const known = open.get(id);
    if (known) known.push(unended);
    else open.set(id, [unended]);
  };
  for (const { id, problems } of config.files.values())
    for (const { fault, statement } of problems) if (fault === 'missing-semicolon' && statement) note(id, { statement, around: null });
  for (const { rule, messageId, at } of findings) {
    if (rule !== 'syntax' || messageId !== 'missing-semicolon') continue;
    const swallowing = statementAt(config.files.get(at.file)?.body ?? [], at.span.start, null);
    if (swallowing) note(at.file, swallowing);
  }
  if (!open.size) return findings;
  const isAbsent = (rule: string, { statement, around }: Unended, start: number): boolean => {
    const missing = byId.get(rule)?.missing;
    if (!missing || !around || start < around.start || around.end <= start) return false;
    return missing === true || statement.args.some((a) => missing.includes(a.value));
  };
  return findings.filter(
    ({ rule, group, at: { file, span } }) =>
      group === 'validity' ||
      !open.get(file)?.some((u) => (u.statement.start <= span.start && span.start < u.statement.end) || isAbsent(rule, u, span.start)),
  );
}

/** A statement that has no semicolon of its own, and the block around it where it has taken the line after it for arguments. */
interface Unended {
  readonly statement: Statement;
  readonly around: Statement | null;
}

/** The statement without a block that holds an offset (UTF-16), and the block around it. */
function statementAt(list: readonly Statement[], offset: number, around: Statement | null): Unended | null {
  const statement = list.find((s) => s.start <= offset && offset < s.end);
  if (!statement) return null;
  return statement.block ? statementAt(statement.block, offset, statement) : { statement, around };
}

/** Leaves out what comments silence and what is still being written, joins what has one cause, and reports comments that silence nothing. */
function suppress(config: Config, found: readonly Finding[], rules: readonly Rule[], active: readonly Rule[]): Finding[] {
  const byId = new Map(rules.map((r) => [r.id, r]));
  const findings = ofFinished(config, found, byId);
  const used = new Map<Suppression, Set<string>>();
  const commented = new Set([...config.files.values()].filter((file) => suppressionsOf(file).length));
  if (!commented.size) return joined(findings);
  const isSilent = (finding: Finding): boolean => {
    const file = config.files.get(finding.at.file);
    if (!file || !commented.has(file)) return false;
    const list = suppressionsOf(file);
    const line = file.lines.lineAt(finding.at.span.start);
    const rule = byId.get(finding.rule);
    const own = [...(rule ? idsOf(rule) : [finding.rule]), finding.group, 'all'];
    const others = (rule?.equivalents ?? []).map((e) => e.replace(/^[a-z-]+:/, ''));
    const names = [...own, ...others];
    const hit = list.find(
      (s) => s.from <= line && line <= s.to && s.rules.some((r) => own.includes(r) || (s.foreign && others.includes(r))),
    );
    if (!hit) return false;
    const ids = used.get(hit) ?? new Set();
    for (const id of hit.rules) if (names.includes(id)) ids.add(id);
    used.set(hit, ids);
    return true;
  };
  const told = findings.filter((f) => !isSilent(f));
  // what is joined may be told at another place, which has comments of its own
  const kept = joined(told).filter((f) => !isSilent(f));
  const unusedLevel = config.settings.rules['unused-suppression'] ?? 'hint';
  if (unusedLevel === 'off') return kept;
  const answerable = new Set(active.flatMap((r) => [...idsOf(r), r.group]));
  for (const file of commented) {
    for (const s of suppressionsOf(file)) {
      if (s.foreign) continue;
      s.rules.forEach((id, i) => {
        const known = id === 'all' || rules.some((r) => means(id, r));
        if (used.get(s)?.has(id) || (known && !answerable.has(id))) return;
        const span = s.ruleSpans[i]!;
        kept.push({
          rule: 'unused-suppression',
          group: 'correctness',
          severity: unusedLevel,
          at: { file: file.id, span },
          messageId: known ? 'idle' : 'unknown',
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
