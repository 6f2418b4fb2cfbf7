/**
 * What the rules have found, block by block, for the next run. A block's findings depend on what config/asked.ts says: the block (its
 * `Directive` is another one where the block, or what it inherits, is), and the questions that each rule has asked about the rest. Where an
 * answer is another one, that rule is asked again about that place, and no other.
 */

import { askedOfBlock, type Question, type Recording, recorded } from '../config/asked.ts';
import type { Config } from '../config/config.ts';
import type { Directive } from '../config/directive.ts';
import type { BlockCache } from '../config/kept.ts';
import type { Deployment } from '../deploy/deployment.ts';
import { Held } from './held.ts';
import type { Finding, Rule } from './rule.ts';

export const NO_QUESTIONS: readonly Question[] = [];

/** One rule asked about one place: a directive, or the scope of its block. */
export interface Item {
  readonly rule: Rule;
  readonly directive: Directive | null;
  readonly ofScope: boolean;
  readonly since: number;
  readonly questions: readonly Question[];
  /** null where nothing tells whereto the findings move: then the place is asked about each time */
  readonly held: Held | null;
}

interface Entry {
  readonly since: number;
  /** a statement whose braces were repaired may change its length and stay the same */
  readonly length: number;
  /** what comes before the block on its line: lines that fixes add are indented like it */
  readonly before: string;
  readonly ofBlock: Set<Question>;
  /** in the order in which they were asked: the places that found or asked something */
  items: readonly Item[];
  /** those that found something, or are asked each time */
  told: readonly Item[];
  /** what all of them have asked, each question once, and the last revision at which every one was answered as they took it */
  questions: ReadonlySet<Question>;
  stood: number;
}

const tells = ({ held }: Item): boolean => held === null || held.findings.length > 0;

/** All that the places of a block have asked. */
const questionsOf = (ofBlock: ReadonlySet<Question>, items: readonly Item[]): ReadonlySet<Question> => {
  const all = new Set(ofBlock);
  for (const { questions } of items) for (const question of questions) all.add(question);
  return all;
};

/** The texts that are templates. */
const templatesOf = (config: Config): string[] => [...config.files.values()].flatMap((f) => (f.template === null ? [] : f.text));

/** What is being found out about a block. */
export class BlockNotes {
  readonly items: Item[] = [];
  readonly recording: Recording;

  constructor(
    private readonly config: Config,
    readonly block: Directive | null,
    ofBlock: Set<Question>,
  ) {
    this.recording = { questions: new Set(), ofBlock, block: block?.statement ?? null };
    // what a template leaves open depends on all of its text
    recorded(this.recording, () => askedOfBlock(config, 'templates', templatesOf));
  }

  /** What was asked since it was last called. */
  taken(): readonly Question[] {
    const { questions } = this.recording;
    if (!questions.size) return NO_QUESTIONS;
    const list = [...questions];
    questions.clear();
    return list;
  }

  add(rule: Rule, directive: Directive | null, ofScope: boolean, questions: readonly Question[], findings: readonly Finding[]): void {
    const { block, config } = this;
    const held = Held.of(findings, config.files, block && { file: block.file.id, statement: block.statement });
    this.items.push({ rule, directive, ofScope, since: config.kept!.questions.revision, questions, held });
  }
}

/** The text of a block's line before it. */
function beforeOf({ file: { text }, statement: { start } }: Directive): string {
  return start === 0 ? '' : text.slice(text.lastIndexOf('\n', start - 1) + 1, start);
}

/** What the rules of one kind, quick or costly ones, have found. */
export class KnownBlocks {
  private byBlock = new WeakMap<Directive, Entry>();
  readonly ofConfig = new Map<Rule, Item>();

  /** What is known of a block; null when all of it must be asked about. */
  recall(block: Directive, config: Config): Entry | null {
    const entry = this.byBlock.get(block);
    if (!entry || entry.length !== block.statement.end - block.statement.start || entry.before !== beforeOf(block)) return null;
    return this.allStand(entry, config) || this.standing(entry.ofBlock, entry.since, config) ? entry : null;
  }

  /** Whether nothing that any place of the block has asked is answered otherwise: then no place need be looked at by itself. */
  private allStand(entry: Entry, config: Config): boolean {
    if (!this.standing(entry.questions, entry.stood, config)) return false;
    entry.stood = config.kept!.questions.revision;
    return true;
  }

  /** Takes what was asked again in place of what was known. */
  renew(entry: Entry, items: readonly Item[], config: Config): void {
    entry.items = items;
    entry.told = items.filter(tells);
    entry.questions = questionsOf(entry.ofBlock, items);
    entry.stood = config.kept!.questions.revision;
  }

  notes(config: Config, block: Directive | null, entry: Entry | null): BlockNotes {
    return new BlockNotes(config, block, entry?.ofBlock ?? new Set());
  }

  remember({ block, recording, items }: BlockNotes, config: Config): void {
    const { start, end } = block!.statement;
    const since = config.kept!.questions.revision;
    const { ofBlock } = recording;
    const questions = questionsOf(ofBlock, items);
    this.byBlock.set(block!, {
      since,
      length: end - start,
      before: beforeOf(block!),
      ofBlock,
      items,
      told: items.filter(tells),
      questions,
      stood: since,
    });
  }

  /** Whether all that was asked about a place is answered as it was. */
  stands({ held, questions, since }: Item, config: Config): boolean {
    return held !== null && this.standing(questions, since, config);
  }

  private standing(questions: Iterable<Question>, since: number, config: Config): boolean {
    const { revision } = config.kept!.questions;
    for (const question of questions) if (!question.stands(config, revision, since)) return false;
    return true;
  }

  forget(): void {
    this.byBlock = new WeakMap();
    this.ofConfig.clear();
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
