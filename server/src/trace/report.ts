/** What is told of a request: its stations, the limits that it met, and what was assumed where the text does not decide. */
import type { Directive } from '../config/directive.ts';
import { isInvented } from '../config/stock.ts';
import { atOf } from './at.ts';
import type { Assumption, At, Change, Limit, PhaseId, Rejected, Step } from './trace.ts';

export interface StepInput {
  readonly phase: PhaseId;
  readonly handler: string;
  readonly at?: Directive | At | null;
  readonly said: string;
  readonly changed?: readonly Change[];
  readonly rejected?: readonly Rejected[];
  readonly assumption?: string;
  readonly exchange?: number | undefined;
  readonly within?: readonly Step[];
}

export interface AssumptionInput {
  readonly id: string;
  readonly what: string;
  readonly otherwise: string;
  readonly why: string;
  readonly choices?: readonly string[];
  readonly also?: Assumption['also'];
  readonly at?: Directive | null;
}

/** What a person set for a question, whose name may be any word of the text. */
const own = (answers: Readonly<Record<string, string>> | null, id: string): string | undefined =>
  answers && Object.hasOwn(answers, id) ? answers[id] : undefined;

/** A place that people can look at: blocks that were put around a file are not in any. */
function placeOf(at: Directive | At | null): At | null {
  const place = at === null || 'path' in at ? at : atOf(at);
  return place && isInvented(place.uri) ? null : place;
}

function stepOf({ phase, handler, at = null, said, changed = NONE, rejected = NONE, assumption, exchange, within }: StepInput): Step {
  return {
    phase,
    handler,
    at: placeOf(at),
    said,
    changed,
    rejected,
    ...(assumption === undefined ? {} : { assumption }),
    ...(exchange === undefined ? {} : { exchange }),
    ...(within === undefined ? {} : { within }),
  };
}

const NONE: readonly never[] = [];

/** What is said about a request: steps, limits, assumptions, notes. */
export class Report {
  private readonly told: StepInput[] = [];
  readonly limits: Limit[] = [];
  readonly assumptions: Assumption[];
  /** the same by their ids: a table may rest on thousands */
  private readonly known: Map<string, Assumption>;
  /** built-in files that levels on the way include, as written */
  readonly builtIn: Set<string>;
  private readonly instead: Readonly<Record<string, string>> | null;

  /**
   * `parent`: a request inside a request has stations of its own, and shares what is assumed. `instead`: better defaults for single questions,
   * where those that were likely led nowhere.
   */
  constructor(
    private readonly given: Readonly<Record<string, string>>,
    parent: Report | null = null,
    instead: Readonly<Record<string, string>> | null = null,
  ) {
    this.instead = instead ?? parent?.instead ?? null;
    this.assumptions = parent?.assumptions ?? [];
    this.known = parent?.known ?? new Map();
    this.builtIn = parent?.builtIn ?? new Set();
  }

  step(input: StepInput): void {
    this.told.push(input);
  }

  /** A station whose words are known when more has happened. */
  later(input: Omit<StepInput, 'said'>): (said: string, exchange?: number) => void {
    const place = this.told.length;
    this.step({ ...input, said: '' });
    return (said, exchange) => {
      this.told[place] = { ...this.told[place]!, said, ...(exchange === undefined ? {} : { exchange }) };
    };
  }

  /** Whether a module has said that already. */
  has(handler: string, said: string): boolean {
    return this.told.some((s) => s.handler === handler && s.said === said);
  }

  /** The stations as a trace has them, made for whoever looks at them. */
  get steps(): Step[] {
    return this.told.map(stepOf);
  }

  /** The value that the caller set for what the text cannot decide, else the default; noted once for each id. */
  assume(input: AssumptionInput): string {
    // one question has one answer, whoever asks
    const known = this.known.get(input.id);
    if (known) return known.assumed;
    const given = own(this.given, input.id);
    const assumed = given ?? own(this.instead, input.id) ?? input.otherwise;
    const assumption: Assumption = {
      id: input.id,
      what: input.what,
      assumed,
      why: input.why,
      choices: input.choices ?? [],
      ...(input.also ? { also: input.also } : {}),
      chosen: given !== undefined,
      at: input.at ? atOf(input.at) : null,
    };
    this.known.set(assumption.id, assumption);
    this.assumptions.push(assumption);
    return assumed;
  }
}
