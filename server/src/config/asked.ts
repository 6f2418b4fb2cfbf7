/**
 * The one law of what outlives an edit. A value that is kept with a block may depend on three things: the block itself; what the block
 * inherits, which kept.ts compares before it keeps the block; and the answers to questions about the rest of the configuration, which are
 * recorded here while the value is made. It is used again only where every one of them is answered as before.
 *
 * Nobody says what he depends on: all that leads from a block to other blocks (the levels of http, stream and mail, the indexes of names,
 * variables, servers and upstreams, and whatever is remembered for a whole configuration) asks through this file. An object that belongs to a
 * block is made again when the block changes, so an answer is the same where its objects are.
 *
 * A question lives as long as someone who asked it. What it closes over lives with it, and of a revision one directive keeps all that came
 * after: so `ask` closes over names and numbers, never over a directive, a scope or a configuration, and is in a function that has no
 * other closure over one (V8 keeps the variables of all closures of a function together). test/incremental/memory holds it to that.
 */
import type { Statement } from '../syntax/statement.ts';
import type { Config } from './config.ts';
import type { Directive } from './directive.ts';
import type { Scope } from './scope.ts';
import { Slot } from './slot.ts';

/** What may be distinguished by identity: one object or text, or a list of them. */
type Answer = unknown;

const same = (a: Answer, b: Answer): boolean =>
  Object.is(a, b) || (Array.isArray(a) && Array.isArray(b) && a.length === b.length && a.every((x, i) => Object.is(x, b[i])));

/** Something that was asked about a configuration, and when its answer last became another. */
export class Question {
  private last: Answer;
  private changed: number;
  private checked: number;

  constructor(
    private readonly ask: (config: Config) => Answer,
    config: Config,
    revision: number,
  ) {
    this.last = unrecorded(() => ask(config));
    this.changed = revision;
    this.checked = revision;
  }

  /** The answer at a revision. */
  answer(config: Config, revision: number): Answer {
    if (this.checked !== revision) {
      const now = unrecorded(() => this.ask(config));
      if (!same(now, this.last)) {
        this.last = now;
        this.changed = revision;
      }
      this.checked = revision;
    }
    return this.last;
  }

  /** The last revision at which someone asked. */
  get asked(): number {
    return this.checked;
  }

  /** Whether the answer is still what it was at an earlier revision. */
  stands(config: Config, revision: number, since: number): boolean {
    this.answer(config, revision);
    return this.changed <= since;
  }
}

/** Questions above this number are forgotten together; who recorded one keeps it. */
const MANY = 50_000;

/**
 * Revisions after which a question that nobody asks any more is forgotten, and with it the blocks of its last answer: those of a text that is
 * edited are other blocks at every keystroke.
 */
const STALE = 64;

/** The questions about one tree of files, over its revisions. */
export class Questions {
  private readonly byKey = new Map<string, Question>();
  private latest: Config | null = null;
  private now = 0;

  get revision(): number {
    return this.now;
  }

  begin(config: Config): void {
    this.latest = config;
    this.now++;
    if (this.byKey.size > MANY) this.byKey.clear();
    else if (this.now % STALE === 0)
      for (const [key, question] of this.byKey) if (this.now - question.asked > STALE) this.byKey.delete(key);
  }

  isLatest(config: Config): boolean {
    return this.latest === config;
  }

  of(config: Config, key: string, ask: (config: Config) => Answer): Question {
    let question = this.byKey.get(key);
    if (!question) this.byKey.set(key, (question = new Question(ask, config, this.now)));
    return question;
  }
}

/** What is recorded while a value is made. */
export interface Recording {
  readonly questions: Set<Question>;
  /** questions that are asked for each directive of a block, and so are the block's */
  readonly ofBlock: Set<Question>;
  /** the block for which the value is made */
  readonly block: Statement | null;
}

let recording: Recording | null = null;

/** In the place of a block where a value is about several that inherit from one level: what they inherit is kept with each of them. */
export const BLOCKS = {} as Statement;

/**
 * What is asked while values are made that many use in one revision, such as the trace of a request: whoever uses one depends on what was
 * asked for it, whoever it was first made for.
 */
export class Notes {
  private readonly into: Recording | null;
  private last: Recording | null = null;
  private size = 0;

  constructor(config: Config) {
    this.into = config.kept ? { questions: new Set(), ofBlock: new Set(), block: BLOCKS } : null;
  }

  /** Does the work, which makes such a value or takes it as it is. */
  of<T>(work: () => T): T {
    const { into } = this;
    if (!into) return work();
    const outer = recordIn(into);
    try {
      return work();
    } finally {
      recording = outer;
      if (outer && outer !== into) this.handOn(into, outer);
    }
  }

  /** For who takes such a value as it was made. */
  use(): void {
    if (recording && this.into && recording !== this.into) this.handOn(this.into, recording);
  }

  private handOn({ questions, ofBlock }: Recording, outer: Recording): void {
    const size = questions.size + ofBlock.size;
    if (outer === this.last && size === this.size) return;
    for (const question of questions) outer.questions.add(question);
    for (const question of ofBlock) outer.questions.add(question);
    this.last = outer;
    this.size = size;
  }
}

/** From here on what is asked is recorded in `into`, or nowhere; gives what was recorded in before, for who ends it. */
export function recordIn(into: Recording | null): Recording | null {
  const before = recording;
  recording = into;
  return before;
}

/** Does the work, and records in `into` what it asks; null: nobody wants to know. */
export function recorded<T>(into: Recording | null, work: () => T): T {
  const outer = recordIn(into);
  try {
    return work();
  } finally {
    recording = outer;
  }
}

/** Whether anyone wants to know what is asked: where nobody does, no question need be worded. */
export const isRecorded = (): boolean => recording !== null;

/** True while a value is made that is kept with no block: what a block inherits such a value has to ask for as well. */
export const ofNoBlock = (): boolean => recording !== null && recording.block === null;

/** Does the work for someone who says himself what he depends on. */
export const unrecorded = <T>(work: () => T): T => recorded(null, work);

/** The answer of `ask`, which whoever is recorded depends on. Equal keys mean equal questions. */
export function asked<T>(config: Config, key: string, ask: (config: Config) => T): T {
  const questions = config.kept?.questions;
  if (!recording || !questions?.isLatest(config)) return ask(config);
  const question = questions.of(config, key, ask);
  recording.questions.add(question);
  return question.answer(config, questions.revision) as T;
}

/** The same where the answer is at hand: notes that whoever is recorded depends on it. Of a configuration that nobody keeps there is nothing to note. */
export function noted(config: Config, key: string, ask: (config: Config) => Answer): void {
  if (recording && config.kept?.questions.isLatest(config)) asked(config, key, ask);
}

/** The same for what is asked about each directive of a block alike, with one answer for all blocks. */
export function askedForBlock<T>(config: Config, key: string, ask: (config: Config) => T): void {
  const questions = config.kept?.questions;
  if (recording && questions?.isLatest(config)) recording.ofBlock.add(questions.of(config, key, ask));
}

/** Whether the block for which a value is made has asked `askedOfBlock` already, or nobody wants to know: many lines of it do. */
export const isAskedOfBlock = (key: string): boolean => !recording || (keysOf.get(recording.ofBlock)?.has(key) ?? false);

/** The same where each block has an answer of its own: the block for which a value is made depends on the answer for it. */
export function askedOfBlock<T>(config: Config, key: string, ask: (config: Config, block: Statement | null) => T): void {
  const questions = config.kept?.questions;
  if (!recording || !questions?.isLatest(config)) return;
  const { block, ofBlock } = recording;
  // each directive of the block asks the same: the text of the key is made once
  let keys = keysOf.get(ofBlock);
  if (!keys) keysOf.set(ofBlock, (keys = new Set()));
  if (keys.has(key)) return;
  keys.add(key);
  ofBlock.add(questions.of(config, block ? `${key} ${numberOf(block)}` : key, (c) => ask(c, block)));
}

/** The keys under which a block has asked so far. */
const keysOf = new WeakMap<ReadonlySet<Question>, Set<string>>();

const numbers = new WeakMap<object, number>();
let last = 0;

/** A number that stands for an object, in keys. */
export function numberOf(object: object): number {
  let number = numbers.get(object);
  if (number === undefined) numbers.set(object, (number = ++last));
  return number;
}

interface Remembered<V> {
  readonly value: V;
  readonly asked: ReadonlySet<Question> | null;
}

/** How many kinds of values there are for each configuration: each has a place among those that it keeps. */
let places = 0;

/**
 * A value for each configuration, made when someone asks for it; `key` tells several of a kind apart. Whoever uses it depends on what was
 * asked while it was made. `block` is BLOCKS where those who use it are kept with a block of the level that the value inherits from.
 */
export class PerConfig<V, K = undefined> {
  private readonly place = places++;

  constructor(
    private readonly make: (config: Config, key: K) => V,
    private readonly block: Statement | null = null,
  ) {}

  of(config: Config, key: K = undefined as K): V {
    let byKey = config.perConfig[this.place] as Map<K, Remembered<V>> | undefined;
    if (!byKey) config.perConfig[this.place] = byKey = new Map<K, Remembered<V>>();
    let entry = byKey.get(key);
    if (!entry) {
      if (config.kept) {
        const into = { questions: new Set<Question>(), ofBlock: new Set<Question>(), block: this.block };
        const value = recorded(into, () => this.make(config, key));
        entry = { value, asked: new Set([...into.questions, ...into.ofBlock]) };
      } else entry = { value: this.make(config, key), asked: null };
      byKey.set(key, entry);
    }
    if (recording && entry.asked) for (const question of entry.asked) recording.questions.add(question);
    return entry.value;
  }
}

/** The outermost block with an identity of its own around a directive or scope (kept.ts): what it inherits is kept with it. */
function blockAround(part: Directive | Scope): Statement | null {
  let at: Directive | null = 'statement' in part ? part : part.opener;
  while (at && !(at.scope.outer && at.statement.block)) at = at.scope.opener;
  return at && !at.body?.outer ? at.statement : null;
}

interface Made<V> {
  readonly value: V;
  /** null where nothing outlives the configuration */
  readonly asked: readonly Question[] | null;
  readonly since: number;
  checked: number;
}

/**
 * A value for each directive or scope, made when someone asks for it and kept with it as long as what was asked while it was made is answered
 * as before. Whoever uses it depends on the same.
 */
export class PerPart<P extends Directive | Scope, V> {
  private readonly known = new Slot<P, Made<V>>();

  constructor(private readonly make: (part: P) => V) {}

  of(part: P): V {
    const { config } = 'statement' in part ? part.scope : part;
    const questions = config.kept?.questions;
    // a revision that is over: nobody can say later whether its answers stand
    if (questions && !questions.isLatest(config)) return this.make(part);
    let entry = this.known.get(part);
    if (entry && questions && entry.checked !== questions.revision) {
      const { since } = entry;
      if (entry.asked!.every((question) => question.stands(config, questions.revision, since))) entry.checked = questions.revision;
      else entry = undefined;
    }
    if (!entry) this.known.set(part, (entry = this.made(part, questions ?? null)));
    if (recording && entry.asked) for (const question of entry.asked) recording.questions.add(question);
    return entry.value;
  }

  private made(part: P, questions: Questions | null): Made<V> {
    if (!questions) return { value: this.make(part), asked: null, since: 0, checked: 0 };
    const into = { questions: new Set<Question>(), ofBlock: new Set<Question>(), block: blockAround(part) };
    const value = recorded(into, () => this.make(part));
    const { revision } = questions;
    return { value, asked: [...into.questions, ...into.ofBlock], since: revision, checked: revision };
  }
}

const askedMember = (config: Config, name: string, member: string, all: (config: Config) => ReadonlySet<string>): boolean =>
  asked(config, `${name} ${member}`, (c) => all(c).has(member));

/** Sets of which each member is a question of its own. */
export const askedSet = (
  config: Config,
  name: string,
  all: (config: Config) => ReadonlySet<string>,
): { readonly has: (member: string) => boolean } => ({ has: (member) => askedMember(config, name, member, all) });

const notedAll = (config: Config, name: string, all: (config: Config) => ReadonlyMap<string, unknown>): void =>
  noted(config, `${name}, all`, (c) => [...all(c)].flatMap(([key, value]) => [key, ...(Array.isArray(value) ? value : [value])]));

/** A map about a configuration of which each key is a question of its own. */
export class AskedMap<V> implements ReadonlyMap<string, V> {
  /** `all` gives the map itself for a configuration; it is not asked through this one */
  constructor(
    private readonly config: Config,
    private readonly name: string,
    private readonly all: (config: Config) => ReadonlyMap<string, V>,
  ) {}

  get(key: string): V | undefined {
    const { all } = this;
    return asked(this.config, `${this.name} ${key}`, (c) => all(c).get(key));
  }

  has(key: string): boolean {
    const { all } = this;
    return asked(this.config, `${this.name} ${key}?`, (c) => all(c).has(key));
  }

  private get whole(): ReadonlyMap<string, V> {
    const { all, config } = this;
    notedAll(config, this.name, all);
    return recorded(null, () => all(config));
  }

  get size(): number {
    return this.whole.size;
  }

  forEach(call: (value: V, key: string, map: ReadonlyMap<string, V>) => void): void {
    for (const [key, value] of this.whole) call(value, key, this);
  }

  entries(): MapIterator<[string, V]> {
    return this.whole.entries();
  }

  keys(): MapIterator<string> {
    return this.whole.keys();
  }

  values(): MapIterator<V> {
    return this.whole.values();
  }

  [Symbol.iterator](): MapIterator<[string, V]> {
    return this.entries();
  }
}
