/**
 * A configuration cut into pieces: each directive of the outermost levels with all that stands in its block. A piece keeps its identity
 * while nothing in it changes (kept.ts), so what is gathered piece by piece is gathered again for the one that was edited only.
 */
import { asked, PerConfig } from './asked.ts';
import type { Config } from './config.ts';
import type { Directive } from './directive.ts';
import { type Scope, walk } from './scope.ts';

/** Blocks that are cut up: their directives are pieces, and they themselves one without their inside. */
const OUTER: ReadonlySet<string> = new Set(['http', 'stream', 'mail']);

interface Piece {
  readonly directive: Directive;
  /** false for a block whose inside comes in pieces of its own */
  readonly whole: boolean;
}

const cut = new PerConfig((config): readonly Piece[] => [...piecesIn(config.main)]);

function* piecesIn(scope: Scope): Generator<Piece> {
  for (const directive of scope.directives) {
    const { body } = directive;
    const outer = body !== null && OUTER.has(body.context);
    yield { directive, whole: !outer };
    if (outer) yield* piecesIn(body);
  }
}

const inside = ({ directive, whole }: Piece): readonly Directive[] =>
  whole && directive.body ? [directive, ...walk(directive.body)] : [directive];

/** Something that is gathered from the directives of a piece, in nginx's order, and remembered with the piece. */
export class PerPiece<T> {
  private readonly known = new WeakMap<Directive | Config, T>();

  /** `gather` may ask what follows from the piece, what stands around it and the settings; not what other pieces hold. */
  constructor(private readonly gather: (directives: readonly Directive[]) => T) {}

  /** What the pieces of a configuration hold, in nginx's order. */
  *of(config: Config): Generator<T> {
    if (!config.kept) {
      // nothing comes after it: one large piece is gathered faster than a thousand small ones
      yield this.remembered(config, () => walk(config.main));
      return;
    }
    for (const piece of cut.of(config)) yield this.remembered(piece.directive, () => inside(piece));
  }

  private remembered(key: Directive | Config, directives: () => readonly Directive[]): T {
    let found = this.known.get(key);
    if (found === undefined) this.known.set(key, (found = this.gather(directives())));
    return found;
  }
}

const byName = new PerPiece((directives) => {
  const names = new Map<string, Directive[]>();
  for (const d of directives) {
    const list = names.get(d.name);
    if (list) list.push(d);
    else names.set(d.name, [d]);
  }
  return names;
});

const everywhereOf = new PerConfig((config, name: string): readonly Directive[] => {
  const list: Directive[] = [];
  for (const names of byName.of(config)) for (const d of names.get(name) ?? []) list.push(d);
  return list;
});

/** All directives of a name, wherever they stand, in nginx's order. */
export const everywhere = (config: Config, name: string): readonly Directive[] =>
  asked(config, `everywhere ${name}`, (c) => everywhereOf.of(c, name));

/** The directives of a name at and below a scope, in nginx's order. */
export const below = (scope: Scope, name: string): readonly Directive[] =>
  everywhere(scope.config, name).filter((d) => {
    for (let at: Scope | null = d.scope; at; at = at.parent) if (at === scope) return true;
    return false;
  });
