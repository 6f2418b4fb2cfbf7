/**
 * What the rules have found, block by block, for the next run. A block's findings depend on what config/asked.ts says: the block (its
 * `Directive` is another one where the block, or what it inherits, is), and the questions that each rule has asked about the rest. Where an
 * answer is another one, that rule is asked again about that block, and no other. Which of its lines asked what is not kept: to note it takes
 * a third as long as to ask all rules, and one rule is soon asked about one block.
 */

import { askedForBlock, numberOf, type Question, type Recording, recorded } from '../config/asked.ts';
import type { Config } from '../config/config.ts';
import type { Directive } from '../config/directive.ts';
import type { BlockCache } from '../config/kept.ts';
import type { ScopeContext } from '../config/scope.ts';
import type { Deployment } from '../deploy/deployment.ts';
import type { Statement } from '../syntax/statement.ts';
import type { Word } from '../syntax/word.ts';
import { Held } from './held.ts';
import type { Finding, Rule } from './rule.ts';

export const NO_QUESTIONS: readonly Question[] = [];

/** What a rule has told of one place: a directive, or the scope of its block. */
export interface ToldAt {
  readonly directive: Directive | null;
  readonly ofScope: boolean;
  /** where the directive's statement began then */
  readonly start: number;
  /** null where nothing tells whereto the findings move: then the rule is asked each time */
  readonly held: Held | null;
}

/** One rule asked about all that it looks at in a block, or about a scope of an outer level, or about the whole. */
export interface Item {
  readonly rule: Rule;
  readonly since: number;
  readonly questions: readonly Question[];
  readonly told: readonly ToldAt[];
}

/** What a rule has told of a statement, for a revision in which the block around it is another one. */
export interface ToldItem {
  readonly rule: Rule;
  readonly ofScope: boolean;
  /** where the statement began then */
  readonly start: number;
  /** null where nothing tells whereto the findings move */
  readonly findings: readonly Finding[] | null;
}

/** It is kept by the name of a block, which may be in the text for hours: so it holds on to nothing of the revision that it comes from. */
interface ToldBefore {
  by: WeakMap<Statement, readonly ToldItem[]>;
}

function toldBy(items: readonly Item[]): WeakMap<Statement, readonly ToldItem[]> {
  const by = new WeakMap<Statement, ToldItem[]>();
  for (const { rule, told: all } of items)
    for (const { directive, ofScope, start, held } of all) {
      const told = { rule, ofScope, start, findings: held?.findings ?? null };
      const list = by.get(directive!.statement);
      if (list) list.push(told);
      else by.set(directive!.statement, [told]);
    }
  return by;
}

interface Entry {
  readonly since: number;
  /** rules were not asked about it that have nothing to say of another block of its shape: what they would ask is not known, and an edit may change it */
  readonly provisional: boolean;
  /** a statement whose braces were repaired may change its length and stay the same */
  readonly length: number;
  /** the text beside it that fixes look at */
  readonly beside: string;
  readonly ofBlock: Set<Question>;
  /** in the order in which they were asked: the rules that found or asked something */
  items: readonly Item[];
  /** those that found something */
  told: readonly Item[];
  /** the same by statement; null for what is no block */
  readonly before: ToldBefore | null;
  /** what all of them have asked, each question once, and the last revision at which every one was answered as they took it */
  questions: ReadonlySet<Question>;
  stood: number;
}

const tells = ({ told }: Item): boolean => told.length > 0;

/** All that the rules have asked about a block. */
const questionsOf = (ofBlock: ReadonlySet<Question>, items: readonly Item[]): ReadonlySet<Question> => {
  const all = new Set(ofBlock);
  for (const { questions } of items) for (const question of questions) all.add(question);
  return all;
};

/** The texts that are templates. */
const templatesOf = (config: Config): string[] => [...config.files.values()].flatMap((f) => (f.template === null ? [] : f.text));

/** What a rule asks and finds while it is asked about a block. There is one for each rule of a run, which goes from block to block. */
export class RuleNotes implements Recording {
  questions = new Set<Question>();
  /** in the place of `questions` while a line is asked about whose own questions are wanted */
  private other = new Set<Question>();
  ofBlock: Set<Question> = NONE;
  block: Statement | null = null;
  told: ToldAt[] = [];
  of: BlockNotes | null = null;

  constructor(readonly rule: Rule) {}

  /** What was asked so far, which is forgotten here. */
  taken(): readonly Question[] {
    if (!this.questions.size) return NO_QUESTIONS;
    const list = [...this.questions];
    this.questions.clear();
    return list;
  }

  /** From here on what is asked is noted apart, until it is asked for: of a block with thousands of lines no list is made for each of them. */
  setApart(): void {
    [this.questions, this.other] = [this.other, this.questions];
  }

  /** What was asked since then, which is noted with the rest from now on. */
  apart(): readonly Question[] {
    this.setApart();
    const { other } = this;
    if (!other.size) return NO_QUESTIONS;
    const list = [...other];
    other.clear();
    for (const question of list) this.questions.add(question);
    return list;
  }
}

const NONE = new Set<Question>();
const UNTOLD: readonly ToldAt[] = [];

/** What is being found out about a block. */
export class BlockNotes {
  private readonly statement: Statement | null;
  private readonly begun: RuleNotes[] = [];

  constructor(
    private readonly config: Config,
    readonly block: Directive | null,
    readonly ofBlock: Set<Question>,
  ) {
    this.statement = block?.statement ?? null;
    // what a template leaves open depends on all of its text
    recorded({ questions: NONE, ofBlock, block: this.statement }, () => askedForBlock(config, 'templates', templatesOf));
  }

  /** The notes of a rule that is about to be asked about a place of the block. */
  begin(notes: RuleNotes): void {
    if (notes.of === this) return;
    notes.of = this;
    notes.ofBlock = this.ofBlock;
    notes.block = this.statement;
    this.begun.push(notes);
  }

  /** Notes what a rule has told of a place. */
  add({ told }: RuleNotes, directive: Directive | null, ofScope: boolean, findings: readonly Finding[]): void {
    const { block, config } = this;
    const held = Held.of(findings, config.files, block && { file: block.file.id, statement: block.statement });
    told.push({ directive, ofScope, start: directive?.statement.start ?? 0, held });
  }

  /** What is to be remembered: the rules that found or asked something. The notes are free for another block. */
  items(): Item[] {
    const since = this.config.kept!.questions.revision;
    const items: Item[] = [];
    for (const notes of this.begun) {
      const { rule, told } = notes;
      const questions = notes.taken();
      if (questions.length || told.length) items.push({ rule, since, questions, told: told.length ? told : UNTOLD });
      if (told.length) notes.told = [];
      notes.of = null;
    }
    return items;
  }
}

/**
 * The text beside a directive: of a block what comes before it on its line, for lines that fixes add are indented like it; of a line its
 * indentation and all that is between it and its neighbours, for it may be taken out with its line.
 */
function besideOf({ file, statement, body }: Directive): string {
  const { text } = file;
  const { start, end, parent } = statement;
  if (body) return start === 0 ? '' : text.slice(text.lastIndexOf('\n', start - 1) + 1, start);
  const siblings = parent ? (parent.block ?? []) : file.body;
  let low = 0;
  let high = siblings.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (siblings[middle]!.start < start) low = middle + 1;
    else high = middle;
  }
  const from = siblings[low - 1]?.end ?? parent?.open?.end ?? 0;
  const to = siblings[low + 1]?.start ?? parent?.close?.start ?? parent?.end ?? text.length;
  const indent = /^[ \t]*/.exec(text.slice(start === 0 ? 0 : text.lastIndexOf('\n', start - 1) + 1, start))![0];
  return `${indent}\0${text.slice(from, start)}\0${text.slice(end, to)}`;
}

/** What a line that was in order has asked, by rule. */
export type Order = readonly { readonly rule: Rule; readonly questions: readonly Question[] }[];

/** Revisions after which a line that nobody met again is forgotten, and lines above which all are. */
const UNMET = 64;
const MANY_LINES = 20_000;

/** Lines about which no rule had anything to say that judges all lines alike. */
export class LinesInOrder {
  private readonly byLine = new Map<string, { readonly order: Order; readonly since: number; met: number }>();
  private swept = 0;

  /** What a line has asked when it was found in order; null where it is not known to be so any more. */
  recall(line: string, config: Config): Order | null {
    const entry = this.byLine.get(line);
    if (!entry) return null;
    const { revision } = config.kept!.questions;
    if (entry.order.every(({ questions }) => questions.every((q) => q.stands(config, revision, entry.since)))) {
      entry.met = revision;
      return entry.order;
    }
    this.byLine.delete(line);
    return null;
  }

  keep(line: string, order: Order, config: Config): void {
    const { revision } = config.kept!.questions;
    if (this.byLine.size > MANY_LINES) this.byLine.clear();
    else if (revision - this.swept > UNMET) {
      this.swept = revision;
      for (const [key, { met }] of this.byLine) if (revision - met > UNMET) this.byLine.delete(key);
    }
    this.byLine.set(line, { order, since: revision, met: revision });
  }

  forget(): void {
    this.byLine.clear();
    this.swept = 0;
  }
}

/** What the rules about outcomes have found in one server. */
export interface Verdict {
  /** stands for its block (`numberOf`), and holds on to nothing */
  readonly server: number;
  readonly since: number;
  readonly length: number;
  readonly beside: string;
  readonly questions: readonly Question[];
  /** null where nothing tells whereto the findings move */
  readonly held: Held | null;
  /** those of servers of its shape, whose silence is its own */
  readonly alike: ReadonlySet<Verdict>;
  /** requests that were run for it */
  readonly requests: number;
  /** the last revision at which it was looked at, and what came of that */
  checked: number;
  stood: boolean;
}

/** What is being found out about the outcomes of one server. */
export class VerdictNotes implements Recording {
  readonly questions = new Set<Question>();
  readonly ofBlock = new Set<Question>();
  readonly block: Statement;
  readonly findings: Finding[] = [];
  readonly alike = new Set<VerdictNotes>();
  verdict: Verdict | null = null;

  constructor(config: Config, directive: Directive) {
    this.block = directive.statement;
    recorded(this, () => askedForBlock(config, 'templates', templatesOf));
  }
}

/** What the rules about outcomes have found, server by server. */
export class KnownOutcomes {
  private byServer = new WeakMap<Directive, Verdict>();
  private present: ReadonlySet<number> = new Set();
  private rules = '';

  /** A round begins, in which these rules have something to ask about these servers. */
  begin(servers: readonly Directive[], rules: string, isFew: (requests: number) => boolean): void {
    let requests = 0;
    for (const server of servers) requests += this.byServer.get(server)?.requests ?? 0;
    // near the budget it counts in which order they are asked
    if (rules !== this.rules || !isFew(requests)) this.forget();
    this.rules = rules;
    this.present = new Set(servers.map(numberOf));
  }

  /** What is known of a server; null where it must be judged. */
  recall(server: Directive, config: Config): Verdict | null {
    const verdict = this.byServer.get(server);
    if (!verdict || !this.stands(verdict, config)) return null;
    const { statement } = server;
    return verdict.length === statement.end - statement.start && verdict.beside === besideOf(server) ? verdict : null;
  }

  private stands(verdict: Verdict, config: Config): boolean {
    const { revision } = config.kept!.questions;
    if (verdict.checked === revision) return verdict.stood;
    verdict.checked = revision;
    verdict.stood =
      this.present.has(verdict.server) &&
      verdict.questions.every((question) => question.stands(config, revision, verdict.since)) &&
      [...verdict.alike].every((other) => this.stands(other, config));
    return verdict.stood;
  }

  remember(server: Directive, notes: VerdictNotes, requests: number, config: Config): void {
    const alike = new Set<Verdict>();
    for (const { verdict } of notes.alike) {
      // a rule threw there
      if (!verdict) return;
      alike.add(verdict);
    }
    const { statement, file } = server;
    const since = config.kept!.questions.revision;
    notes.verdict = {
      server: numberOf(server),
      since,
      length: statement.end - statement.start,
      beside: besideOf(server),
      questions: [...notes.questions, ...notes.ofBlock],
      held: Held.of(notes.findings, config.files, { file: file.id, statement }),
      alike,
      requests,
      checked: since,
      stood: true,
    };
    this.byServer.set(server, notes.verdict);
  }

  forget(): void {
    this.byServer = new WeakMap();
    this.rules = '';
  }
}

/** What the rules of one kind, quick or costly ones, have found. */
export class KnownBlocks {
  private byBlock = new WeakMap<Directive, Entry>();
  /** by the name of the block, which stays the same object where an edit changes what is in the block only */
  private byName = new WeakMap<Word, ToldBefore>();
  private judged = new WeakSet<Statement>();
  readonly ofConfig = new Map<Rule, Item>();
  private readonly scopes = new Map<ScopeContext, Map<Rule, Item>>();
  readonly lines = new LinesInOrder();
  readonly outcomes = new KnownOutcomes();

  /** What was found in the one scope of a kind on the outermost levels. */
  ofScope(context: ScopeContext): Map<Rule, Item> {
    let items = this.scopes.get(context);
    if (!items) this.scopes.set(context, (items = new Map()));
    return items;
  }

  /** What a directive has told last, be it true still or not; null when it was not asked about. */
  last(directive: Directive): readonly Item[] | null {
    return this.byBlock.get(directive)?.told ?? null;
  }

  /** What a block that was edited has told last, by statement; null when nobody asked about it. */
  before({ statement, via }: Directive): WeakMap<Statement, readonly ToldItem[]> | null {
    // of one that is reached in several ways nobody knows which of them it was
    return via.length ? null : (this.byName.get(statement.name)?.by ?? null);
  }

  /** Notes that a statement was asked about with the block that it is in. */
  judge(statement: Statement): void {
    this.judged.add(statement);
  }

  /** Whether a statement was asked about, and no edit has touched it since. */
  isJudged(statement: Statement): boolean {
    return this.judged.has(statement);
  }

  /** What is known of a block; null when all of it must be asked about. */
  recall(block: Directive, config: Config): Entry | null {
    const entry = this.byBlock.get(block);
    if (entry?.provisional && entry.since !== config.kept!.questions.revision) return null;
    if (!entry || entry.length !== block.statement.end - block.statement.start || entry.beside !== besideOf(block)) return null;
    return this.allStand(entry, config) || this.standing(entry.ofBlock, entry.since, config) ? entry : null;
  }

  /** Whether nothing that any rule has asked about the block is answered otherwise: then none need be looked at by itself. */
  private allStand(entry: Entry, config: Config): boolean {
    if (!this.standing(entry.questions, entry.stood, config)) return false;
    entry.stood = config.kept!.questions.revision;
    return true;
  }

  /** Takes what was asked again in place of what was known. */
  renew(entry: Entry, items: readonly Item[], config: Config): void {
    if (items !== entry.items) {
      entry.items = items;
      entry.told = items.filter(tells);
      if (entry.before) entry.before.by = toldBy(entry.told);
    }
    entry.questions = questionsOf(entry.ofBlock, items);
    entry.stood = config.kept!.questions.revision;
  }

  /** For a line of an outer level, as for the whole, whatever is inherited is asked for. */
  notes(config: Config, directive: Directive | null, entry: Entry | null): BlockNotes {
    return new BlockNotes(config, directive?.body ? directive : null, entry?.ofBlock ?? new Set());
  }

  remember(directive: Directive, notes: BlockNotes, config: Config, provisional: boolean): void {
    const { start, end } = directive.statement;
    const since = config.kept!.questions.revision;
    const { ofBlock } = notes;
    const items = notes.items();
    const questions = questionsOf(ofBlock, items);
    const told = items.filter(tells);
    const before = directive.body ? { by: toldBy(told) } : null;
    const entry: Entry = {
      since,
      provisional,
      length: end - start,
      beside: besideOf(directive),
      ofBlock,
      items,
      told,
      before,
      questions,
      stood: since,
    };
    this.byBlock.set(directive, entry);
    if (before) this.byName.set(directive.statement.name, before);
  }

  /** Whether all that a rule asked is answered as it was. */
  stands({ questions, since }: Item, config: Config): boolean {
    return this.standing(questions, since, config);
  }

  private standing(questions: Iterable<Question>, since: number, config: Config): boolean {
    const { revision } = config.kept!.questions;
    for (const question of questions) if (!question.stands(config, revision, since)) return false;
    return true;
  }

  forget(): void {
    this.byBlock = new WeakMap();
    this.byName = new WeakMap();
    this.judged = new WeakSet();
    this.ofConfig.clear();
    this.scopes.clear();
    this.lines.forget();
    this.outcomes.forget();
  }
}

/** The findings of one tree of files, from one revision to the next. Blocks that are gone are forgotten by themselves. */
export class Remembered {
  private readonly quick = new KnownBlocks();
  private readonly costly = new KnownBlocks();
  private rules: readonly Rule[] = [];
  private kept: BlockCache | null = null;
  private config: Config | null = null;
  private deployment: Deployment | null = null;

  /** Other rules, settings, application files, or a tree that was read again, make everything unknown. */
  begin(config: Config, rules: readonly Rule[], deployment: Deployment): void {
    const same =
      this.kept === config.kept &&
      this.config?.settings === config.settings &&
      this.deployment === deployment &&
      this.rules.length === rules.length &&
      this.rules.every((r, i) => r === rules[i]);
    if (!same) {
      this.quick.forget();
      this.costly.forget();
    }
    this.kept = config.kept;
    this.config = config;
    this.deployment = deployment;
    this.rules = rules;
  }

  part(costly: boolean): KnownBlocks {
    return costly ? this.costly : this.quick;
  }
}
