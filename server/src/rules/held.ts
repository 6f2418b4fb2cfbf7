/** Findings that outlive edits: each of their parts is tied to a statement, and moves along with it. */
import type { FileId } from '../base/file-id.ts';
import type { Place, Span } from '../base/span.ts';
import { isAlive, statementAt } from '../syntax/place.ts';
import type { SourceFile, Statement } from '../syntax/statement.ts';
import type { Word } from '../syntax/word.ts';
import type { Fix } from './fix.ts';
import type { Finding } from './rule.ts';

/** Files by id, as a configuration has them. */
type Files = { readonly get: (id: FileId) => SourceFile | undefined };

/** A statement with what tells it apart, and where it began. */
interface Anchor {
  readonly file: FileId;
  readonly statement: Statement;
  /** stays the same object where an edit changes what is in the block only */
  readonly name: Word;
  readonly start: number;
  /** it is tied to what opens the block, and not to what is in it */
  readonly opens: boolean;
}

/** The block that all parts near it are tied to, unless another one is nearer. */
export interface Home {
  readonly file: FileId;
  readonly statement: Statement;
}

/**
 * Which statements are still there, for one revision: an edit puts others in the place of those that it touches. `closely`: a block whose
 * inside was edited is another one; else it is the same as long as its own words are.
 */
export class Present {
  private readonly known = new Map<Statement, number | null>();
  private readonly openings = new Map<Statement, number | null>();

  constructor(
    private readonly files: Files,
    private readonly closely: boolean,
  ) {}

  /** Where the statement of an anchor starts now; null when it is gone. */
  startOf({ file: id, statement, name, opens }: Anchor): number | null {
    const known = opens ? this.openings : this.known;
    let start = known.get(statement);
    if (start === undefined) {
      const file = this.files.get(id);
      if (!file) start = null;
      else if (this.closely && !opens) start = isAlive(file, statement) ? statement.start : null;
      else start = nameAt(file, name);
      known.set(statement, start);
    }
    return start;
  }
}

/** Where the statement with this very word as its name starts; null when there is none. */
function nameAt(file: SourceFile, name: Word): number | null {
  for (let list: readonly Statement[] | null = file.body; list; ) {
    let low = 0;
    let high = list.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (list[middle]!.start <= name.start) low = middle + 1;
      else high = middle;
    }
    const found: Statement | undefined = list[low - 1];
    if (!found) return null;
    if (found.name === name) return found.start;
    list = found.block;
  }
  return null;
}

/** Findings that are kept over edits, with what moves them. */
export class Held {
  /** Made by `Held.of` alone. */
  constructor(
    readonly findings: readonly Finding[],
    private readonly home: Home | null,
    private readonly start: number,
    /** by the parts of findings that are not in the home; null for one that stays where it is */
    private readonly elsewhere: ReadonlyMap<object, Anchor | null>,
  ) {}

  /**
   * Null when a part is in no statement: nothing tells where that moves. `othersStay`: what is in a file that is no nginx
   * configuration, such as one of the application's, is taken to stay where it is.
   */
  static of(findings: readonly Finding[], files: Files, home: Home | null, othersStay = false): Held | null {
    if (!findings.length) return NOTHING;
    const elsewhere = new Map<object, Anchor | null>();
    const tied = (part: object, id: FileId, span: Span): boolean => {
      if (home && id === home.file && span.start >= home.statement.start && span.end <= home.statement.end) return true;
      const file = files.get(id);
      if (!file && othersStay) {
        elsewhere.set(part, null);
        return true;
      }
      const statement = file && statementAt(file.body, span.start);
      if (statement) {
        const opens = statement.open != null && span.end <= statement.open.start;
        elsewhere.set(part, { file: id, statement, name: statement.name, start: statement.start, opens });
      }
      return !!statement;
    };
    const tiedFix = (fix: Fix): boolean => fix.edits.every((e) => e.edits.every((t) => tied(t, e.file, t.span)));
    const whole = findings.every(
      (f) =>
        tied(f, f.at.file, f.at.span) &&
        f.related.every((r) => tied(r, r.at.file, r.at.span)) &&
        f.fixes.every((x) => tiedFix(x)) &&
        (!f.shared || (tied(f.shared, f.shared.at.file, f.shared.at.span) && f.shared.fixes.every((x) => tiedFix(x)))),
    );
    return whole ? new Held(findings, home, home?.statement.start ?? 0, elsewhere) : null;
  }

  /** The findings at their present places; null when something that they are tied to is gone. */
  now(present: Present): readonly Finding[] | null {
    if (!this.findings.length) return this.findings;
    const delta = this.home ? this.home.statement.start - this.start : 0;
    if (delta === 0 && this.elsewhere.size === 0) return this.findings;
    let still = delta === 0;
    for (const anchor of this.elsewhere.values()) {
      if (!anchor) continue;
      const start = present.startOf(anchor);
      if (start === null) return null;
      if (start !== anchor.start) still = false;
    }
    if (still) return this.findings;
    const deltaOf = (part: object): number => {
      const anchor = this.elsewhere.get(part);
      return anchor ? present.startOf(anchor)! - anchor.start : anchor === null ? 0 : delta;
    };
    return this.findings.map((f) => moved(f, deltaOf));
  }
}

/** What most places have found. */
const NOTHING = new Held([], null, 0, new Map());

/** Findings that are about a span of a file and nothing else, moved along with it; null where a part of one is outside. */
export function movedWith(findings: readonly Finding[], file: FileId, span: Span, delta: number): readonly Finding[] | null {
  const within = (at: FileId, { start, end }: Span): boolean => at === file && span.start <= start && end <= span.end;
  const fits = (fix: Fix): boolean => fix.edits.every((e) => e.edits.every((t) => within(e.file, t.span)));
  const whole = findings.every(
    (f) => !f.shared && within(f.at.file, f.at.span) && f.related.every((r) => within(r.at.file, r.at.span)) && f.fixes.every(fits),
  );
  if (!whole) return null;
  return delta === 0 ? findings : findings.map((f) => moved(f, () => delta));
}

/** By how many UTF-16 units a part of a finding (itself, a related place, an edit) has moved. */
type DeltaOf = (part: object) => number;

const shifted = (span: Span, by: number): Span => (by === 0 ? span : { start: span.start + by, end: span.end + by });
const placed = (part: object, { file, span }: Place, deltaOf: DeltaOf): Place => ({ file, span: shifted(span, deltaOf(part)) });

/** Fixes with their edits where these are now; what has none is handed back as it is. */
const refitted = (fixes: readonly Fix[], deltaOf: DeltaOf): readonly Fix[] =>
  fixes.length
    ? fixes.map((fix) => ({
        ...fix,
        edits: fix.edits.map(({ file, edits }) => ({
          file,
          edits: edits.map((t) => ({ span: shifted(t.span, deltaOf(t)), newText: t.newText })),
        })),
      }))
    : fixes;

/** A finding of which each part has moved. */
function moved(finding: Finding, deltaOf: DeltaOf): Finding {
  const { at, related, fixes, shared } = finding;
  const now: Finding = {
    ...finding,
    at: placed(finding, at, deltaOf),
    related: related.length ? related.map((r) => ({ at: placed(r, r.at, deltaOf), message: r.message })) : related,
    fixes: refitted(fixes, deltaOf),
  };
  return shared ? { ...now, shared: { ...shared, at: placed(shared, shared.at, deltaOf), fixes: refitted(shared.fixes, deltaOf) } } : now;
}
