/** The form of a rule: one file holds its check, its words, its fix, its documentation and its tests. The engine (run.ts) owns everything else. */

import { nearest } from '../base/nearest.ts';
import type { Place, Span } from '../base/span.ts';
import type { DirectiveFact } from '../catalog/fact.ts';
import type { Flavour } from '../catalog/flavours.ts';
import type { Config } from '../config/config.ts';
import type { Directive, IncludeSite } from '../config/directive.ts';
import type { Scope, ScopeContext } from '../config/scope.ts';
import type { Benchmark, Severity } from '../config/settings.ts';
import type { RuleNames } from '../config/settings-file.ts';
import type { Deployment } from '../deploy/deployment.ts';
import type { SourceFile } from '../syntax/statement.ts';
import type { Proof } from '../witness/requests.ts';
import type { Spot } from '../witness/spots.ts';
import type { Fix } from './fix.ts';
import type { Shared } from './shared.ts';

/** `validity` with severity error means: `nginx -t` of the target version refuses the text, whatever the machine. */
export type Group =
  | 'validity'
  | 'environment'
  | 'security'
  | 'tls'
  | 'correctness'
  | 'limits'
  | 'upstreams'
  | 'wsgi'
  | 'performance'
  | 'deprecation'
  | 'compliance';

export const RULE_GROUPS: readonly string[] = [
  'validity',
  'environment',
  'security',
  'tls',
  'correctness',
  'limits',
  'upstreams',
  'wsgi',
  'performance',
  'deprecation',
  'compliance',
] satisfies Group[];

/** The items of benchmarks that a rule answers to, by the profile that asks for them. */
export type Controls = Readonly<Partial<Record<Benchmark, readonly string[]>>>;

/** Another place that belongs to the finding, with the words that say how. */
export interface Related {
  readonly at: Place;
  readonly message: string;
}

export interface Finding {
  readonly rule: string;
  readonly group: Group;
  readonly severity: Severity;
  readonly at: Place;
  /** the key of the message in its rule's table */
  readonly messageId: string;
  readonly message: string;
  readonly related: readonly Related[];
  readonly fixes: readonly Fix[];
  /** the includes through which the place was reached; several when an included file has the same finding in several places */
  readonly via: readonly (readonly IncludeSite[])[];
  /** the mark of outdated or useless text, which editors strike through or fade */
  readonly tag?: 'deprecated' | 'unnecessary';
  /** the request that shows it, with what nginx does */
  readonly witness?: Proof;
  /** the items of benchmarks that the rule answers to */
  readonly controls?: Controls;
  /** what it has in common with other places, until they are joined (shared.ts) */
  readonly shared?: Shared;
  /** where several services start nginx with the same text and not all of them have it: those that do */
  readonly services?: readonly string[];
}

/** What a rule hands over; the message comes from its table. */
export interface Report {
  /** the narrowest span that is wrong; a bare span belongs to the file of the directive at hand */
  readonly at: Place | Span;
  /** values for the placeholders of the message */
  readonly data?: Readonly<Record<string, string | number>>;
  readonly related?: readonly Related[];
  readonly fix?: Fix | readonly Fix[] | null;
  /** where the fact at hand is graver or milder than the rule's own severity */
  readonly severity?: Severity;
  readonly tag?: Finding['tag'];
  /** the list that other places use, too, and that is the cause */
  readonly shared?: Shared | null;
  /** the request that shows it; rules that look at an `outcome` give one with every report */
  readonly witness?: Proof;
  /** the directives whose absence this one of the rule's messages is about, where they are others than the rule's own */
  readonly missing?: true | readonly string[];
  /** about the template itself: reported even where a mark of it fills in what nobody knows */
  readonly ofTemplate?: boolean;
}

/** What a line says by itself, wherever in its kind of block it stands. */
export interface Line {
  readonly name: string;
  readonly values: readonly string[];
  readonly fact: DirectiveFact | null;
  readonly context: ScopeContext;
}

/** Whether the words of a line can concern a rule at all. Asked once for all lines that are alike, of which a large configuration has many. */
export type Where = (line: Line, config: Pick<Config, 'catalog' | 'settings'>) => boolean;

/**
 * Whether a level can concern a rule by the names of its lines, each with their number (those of includes among them). Asked once for all levels
 * that are alike.
 */
export type Having = (names: ReadonlyMap<string, number>, config: Pick<Config, 'catalog' | 'settings'>) => boolean;

/** The key by which the engine finds the rule: it is asked about nothing else. */
export type LooksAt =
  | { readonly directive: readonly string[]; readonly where?: Where }
  /** every directive, known or not: for the rules that check names and counts */
  | { readonly directive: '*'; readonly where?: Where }
  | { readonly scope: readonly ScopeContext[]; readonly having?: Having }
  | { readonly file: true }
  | { readonly config: true }
  /**
   * Places that requests get to, judged by what becomes of the requests (witness/spots.ts). The rule is asked about each spot at which one
   * of the directives stands, `location` and `server` meaning every one of them, and for which `when`, a cheap look at the text, holds;
   * once for all spots that are alike as long as it finds nothing. Such rules run in whole rounds only, and never where `Spot.unsure`.
   * `somewhere`: directives of which one has to be in the configuration, wherever, with a word such as `like` says; without any the
   * rule is asked about no spot.
   */
  | {
      readonly outcome: readonly string[];
      readonly somewhere?: readonly string[];
      readonly like?: RegExp;
      readonly when?: (spot: Spot) => boolean;
    };

/** What a fix may change of a request's way, where that is its purpose; whatever it does not declare stays as it was (fixes/traces.ts). */
export type FixChange =
  /** status, body, file, Location */
  | 'answer'
  /** the block that takes the request; who declares another answer declares this too */
  | 'server'
  | 'response-headers'
  /** headers or parameters that the application gets */
  | 'request-headers'
  /** method, URI, protocol, version and servers of the request to the application */
  | 'request-line'
  | 'limits'
  | 'cache'
  | 'tls'
  /** buffers, timeouts, kept connections, compression */
  | 'timing';

/** A rule that looks at directives. */
export type AtDirective = { readonly directive: readonly string[] | '*'; readonly where?: Where };

/** What a rule is given, by what it looks at: `At` is the type of its `looksAt`. */
export interface CheckInput<Message extends string, At extends LooksAt = AtDirective> {
  readonly config: Config;
  /** the directive, or the opener of the block where the rule looks at one: null for the text of a whole file */
  readonly directive: At extends AtDirective
    ? Directive
    : At extends { readonly scope: unknown } | { readonly outcome: unknown }
      ? Directive | null
      : null;
  /** the scope of the directive; the scope itself, or that of the spot, where the rule looks at one; else the main one */
  readonly scope: Scope;
  /** the place that requests get to, for rules about their outcome */
  readonly spot: At extends { readonly outcome: unknown } ? Spot : null;
  /** the file of the directive or of the block; for a rule about files the one at hand, for one about the configuration its main one */
  readonly file: SourceFile;
  /** the application's side; rules with `needs: 'deployment'` are not asked when it has neither an application nor a container nor an image whose health is checked, others may be given an empty one */
  readonly deployment: Deployment;
  report(message: Message, report: Report): void;
}

/**
 * A tested example and the documentation of a rule in one.
 * `inside` says what the text is in; texts with `#- path` lines are whole trees (first file: the main one).
 * In `bad`, a comment line `# ^^^^ messageId` marks the span of a finding on the line above it.
 */
export interface Example {
  readonly inside?: ScopeContext | 'tree';
  readonly bad?: string;
  readonly good?: string;
  /** what the bad text becomes when the first fix of each finding is applied; omitted: `good` */
  readonly fixed?: string | false;
  readonly settings?: ExampleSettings;
  /** what the page says of the bad text's request: request and outcome as the finding has them, and what was meant */
  readonly witness?: { readonly request: string; readonly outcome: string; readonly meant: string };
  /** further files (application side) by path */
  readonly files?: Readonly<Record<string, string>>;
  /** why the real nginx cannot be asked about the good text (a newer version, a module that Debian lacks) */
  readonly notOn122?: string;
}

export interface ExampleSettings {
  readonly nginx?: string;
  readonly openssl?: string;
  readonly flavour?: Flavour;
  readonly environment?: boolean;
  readonly mozillaProfile?: 'modern' | 'intermediate' | 'old';
  readonly modules?: readonly string[];
}

export interface RuleSpec<Messages extends Record<string, string>, At extends LooksAt> {
  readonly id: string;
  /** ids that it had before: settings, comments and baselines that name them keep their meaning */
  readonly formerly?: readonly string[];
  readonly group: Group;
  readonly severity: Severity;
  /** an error of the rule is what `nginx -t` refuses, though the rule is of another group: part of the profile `validity` */
  readonly refuses?: boolean;
  /** false: off unless a profile or a person asks for it */
  readonly default?: boolean;
  readonly since: string;
  /** `gixy:…` and `nginx-lint:…` ids of other tools' checks that this rule answers to */
  readonly equivalents?: readonly string[];
  /** items of the benchmarks (config/declared.ts) that it answers to; a profile of that name turns the rule on */
  readonly controls?: Controls;
  readonly title: string;
  /** the page's text: why it matters, in paragraphs separated by blank lines */
  readonly why: string;
  /** directives and variables that the page links to in nginx's documentation */
  readonly about?: readonly string[];
  /** further reading, as URLs of standards or of nginx's documentation */
  readonly references?: readonly string[];
  readonly looksAt: At | readonly At[];
  /** what it reads, hence when it runs again: `file` rules also run on fragments; `disk` rules need facts of the machine */
  readonly needs: 'file' | 'config' | 'disk' | 'deployment';
  /**
   * The answer follows from the words of the directive, the kind of its block and what the whole configuration declares: a line that was
   * found in order is so wherever it stands, and is asked about once.
   */
  readonly contextFree?: boolean;
  /**
   * Does not look at other sites, and takes no word by its digits: neither a port nor an address. Of two servers of one shape (`shapeOfServer` in
   * witness/spots.ts) it has something to say of the same lines, so that what it has nothing to say of once it is not asked about again.
   * test/rules/shapes holds it to that.
   */
  readonly ofShape?: true;
  /**
   * Says that something is not there, or relies on it: the directives whose absence it is about, or true where it is more than directives. It is
   * silent where such a line may stand and nobody sees it: in an include that is not at hand, a template, surroundings that nobody knows.
   */
  readonly missing?: true | readonly string[];
  /** Is about what a line does where it is in force: silent where every block below has a line of its own in its place. */
  readonly inForce?: true;
  /** too slow for every keystroke: runs when the typing rests, on opening and on the command line; rules about outcomes are */
  readonly costly?: boolean;
  /**
   * Rules (`id`, or `id/message`) that see the same defect from further away: they are silent at the words where this one speaks. A costly rule
   * covers costly ones only, so that a quick answer is a part of the whole one.
   */
  readonly covers?: readonly string[];
  readonly fixable?: 'always' | 'sometimes' | 'never';
  /** what its safe fixes change on purpose; nothing when it is left out */
  readonly fixChanges?: readonly FixChange[];
  readonly messages: Messages;
  check(input: CheckInput<Extract<keyof Messages, string>, At>): void;
  readonly examples: readonly Example[];
}

export type Rule = Omit<RuleSpec<Record<string, string>, LooksAt>, 'looksAt' | 'check'> & {
  readonly looksAt: readonly LooksAt[];
  readonly default: boolean;
  readonly costly: boolean;
  readonly fixable: 'always' | 'sometimes' | 'never';
  check(input: CheckInput<string, LooksAt>): void;
};

/** Makes a rule of its declaration. Throws when the declaration contradicts itself, so that the mistake shows at the first start. */
export function defineRule<const Messages extends Record<string, string>, const At extends LooksAt>(spec: RuleSpec<Messages, At>): Rule {
  for (const id of [spec.id, ...(spec.formerly ?? [])])
    if (!/^[a-z][a-z0-9-]*$/.test(id)) throw new Error(`rule id ${id}: lower-case words with hyphens`);
  const looksAt = Array.isArray(spec.looksAt) ? spec.looksAt : [spec.looksAt as LooksAt];
  return {
    ...spec,
    looksAt,
    // requests are traced for it
    costly: spec.costly ?? looksAt.some((l) => 'outcome' in l),
    default: spec.default ?? true,
    fixable: spec.fixable ?? 'never',
    check: spec.check as Rule['check'],
  };
}

/** A message with its placeholders filled in; a placeholder without a value stays visible, which the example test catches. */
export const fill = (message: string, data: Readonly<Record<string, string | number>> = {}): string =>
  message.replace(/\{([a-zA-Z]+)\}/g, (whole, key: string) => (data[key] === undefined ? whole : String(data[key])));

/** The ids of a rule: the one that it has, then those that it had. */
export const idsOf = (rule: Pick<Rule, 'id' | 'formerly'>): readonly string[] => (rule.formerly ? [rule.id, ...rule.formerly] : [rule.id]);

/** The rule of an id, also of one that it had before; undefined where there is none. */
export const ruleOf = <R extends Pick<Rule, 'id' | 'formerly'>>(rules: readonly R[], id: string): R | undefined =>
  rules.find((r) => r.id === id) ?? rules.find((r) => r.formerly?.includes(id));

/** Whether a name in settings or a comment means the rule: one of its ids, or its group. */
export const means = (name: string, rule: Pick<Rule, 'id' | 'formerly' | 'group'>): boolean =>
  name === rule.group || idsOf(rule).includes(name);

/** The names by which settings speak of rules. */
export const ruleNames = (rules: readonly Rule[]): RuleNames => ({
  has: (name) => ruleOf(rules, name) !== undefined || RULE_GROUPS.includes(name) || name === 'unused-suppression',
  ofNginxLint: (name) => rules.filter((r) => r.equivalents?.includes(`nginx-lint:${name}`)).map((r) => r.id),
  near: (name) => nearest(name, [...rules.map((r) => r.id), ...RULE_GROUPS]),
});
