/** The engine: walks a configuration once, asks every rule about what it looks at, and owns severities, suppression, collapsing and crashes. */

import picomatch from 'picomatch';
import type { FileId } from '../base/file-id.ts';
import { pathOf } from '../base/file-id.ts';
import type { Place, Span } from '../base/span.ts';
import type { Config } from '../config/config.ts';
import type { Directive, IncludeSite } from '../config/directive.ts';
import type { Scope, ScopeContext } from '../config/scope.ts';
import type { Level, Settings, Severity } from '../config/settings.ts';
import type { SourceFile } from '../syntax/statement.ts';
import { fixOf } from './fix.ts';
import { type Finding, fill, type LooksAt, type Report, type Rule } from './rule.ts';
import { type Suppression, suppressionsOf } from './suppress.ts';

export interface LintOptions {
  /** findings for these files only; null for all of the configuration */
  readonly files?: ReadonlySet<FileId> | null;
  /** leave out what is too slow for a keystroke */
  readonly quick?: boolean;
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

class Dispatch {
  readonly byName = new Map<string, Rule[]>();
  readonly everyDirective: Rule[] = [];
  readonly byContext = new Map<ScopeContext, Rule[]>();
  readonly byFile: Rule[] = [];
  readonly byConfig: Rule[] = [];

  constructor(rules: readonly Rule[]) {
    for (const rule of rules) for (const at of rule.looksAt) this.add(rule, at);
  }

  private add(rule: Rule, at: LooksAt): void {
    const push = <K>(map: Map<K, Rule[]>, key: K): void => {
      const list = map.get(key);
      if (list) list.push(rule);
      else map.set(key, [rule]);
    };
    if ('directive' in at) {
      if (at.directive === '*') this.everyDirective.push(rule);
      else for (const name of at.directive) push(this.byName, name);
    } else if ('scope' in at) for (const context of at.scope) push(this.byContext, context);
    else if ('file' in at) this.byFile.push(rule);
    else this.byConfig.push(rule);
  }
}

/** All findings of a configuration, suppressed ones left out, in file order. Pure but for the clock of `timings`. */
export function lint(config: Config, rules: readonly Rule[], options: LintOptions = {}): Finding[] {
  const levels = new Map<Rule, Level>();
  const active = rules.filter((rule) => {
    const level = levelOf(rule, config.settings);
    levels.set(rule, level);
    return level !== 'off' && !(options.quick && rule.costly) && (config.kind === 'root' || rule.needs === 'file');
  });
  const dispatch = new Dispatch(active);
  const collector = new Collector(config);
  const { timings } = options;

  const ask = (rule: Rule, scope: Scope, directive: Directive | null, file: SourceFile): void => {
    const from = timings ? timings.now() : 0;
    try {
      rule.check({
        config,
        directive: directive as Directive,
        scope,
        file,
        report: (message, report) =>
          collector.add(rule, levels.get(rule) as Severity, rule.messages[message] ?? message, report, file, directive?.via ?? []),
      });
    } catch (error) {
      options.onCrash?.(rule, error);
    }
    if (timings) timings.byRule.set(rule.id, (timings.byRule.get(rule.id) ?? 0) + timings.now() - from);
  };

  const wanted = (file: FileId): boolean => !options.files || options.files.has(file);
  const visitScope = (scope: Scope, file: SourceFile): void => {
    for (const rule of dispatch.byContext.get(scope.context) ?? []) ask(rule, scope, scope.opener, file);
  };
  const visit = (directive: Directive): void => {
    for (const rule of dispatch.everyDirective) ask(rule, directive.scope, directive, directive.file);
    for (const rule of dispatch.byName.get(directive.name) ?? []) ask(rule, directive.scope, directive, directive.file);
    const { body } = directive;
    if (!body) return;
    visitScope(body, directive.file);
    for (const inner of body.directives) if (wanted(inner.file.id)) visit(inner);
  };

  const roots = options.files
    ? [...options.files].flatMap((file) => config.scopesOf(file).map((scope) => ({ scope, file })))
    : [{ scope: config.main, file: null }];
  for (const { scope, file } of roots) {
    if (scope === config.main) visitScope(scope, config.files.get(config.root)!);
    for (const directive of scope.directives) if (!file || directive.file.id === file) visit(directive);
  }
  for (const file of config.files.values()) if (wanted(file.id)) for (const rule of dispatch.byFile) ask(rule, config.main, null, file);
  for (const rule of dispatch.byConfig) ask(rule, config.main, null, config.files.get(config.root)!);

  const findings = collector.findings.filter((f) => wanted(f.at.file));
  return inOrder(suppress(config, findings, rules, active, wanted));
}

const inOrder = (findings: Finding[]): Finding[] =>
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

  constructor(config: Config) {
    this.ignored = config.settings.ignore.map((i) => ({ matches: picomatch([...i.paths], { dot: true, contains: true }), rules: i.rules }));
  }

  get findings(): Finding[] {
    return [...this.byKey.values()].map(({ finding }) => finding);
  }

  add(rule: Rule, level: Severity, message: string, report: Report, file: SourceFile, via: readonly IncludeSite[]): void {
    const at: Place =
      'file' in report.at ? report.at : { file: file.id, span: { start: (report.at as Span).start, end: (report.at as Span).end } };
    const text = fill(message, report.data);
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
    const fixes = report.fix == null ? [] : Array.isArray(report.fix) ? report.fix : [report.fix];
    const finding: Finding = {
      rule: rule.id,
      group: rule.group,
      severity: own,
      at,
      message: text,
      related: report.related ?? [],
      fixes,
      via: vias,
      ...(report.tag ? { tag: report.tag } : {}),
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
