/**
 * A configuration cut into pieces: each directive of the outermost levels with all that is in its block. A piece keeps its identity
 * while nothing in it changes (kept.ts), so what is gathered piece by piece is gathered again for the one that was edited only.
 */
import { asked, PerConfig, PerPart } from './asked.ts';
import type { Config } from './config.ts';
import type { Directive } from './directive.ts';
import { type Scope, walk } from './scope.ts';

/** Blocks that are cut up: their directives are pieces, and they themselves one without their inside. */
const OUTER: ReadonlySet<string> = new Set(['http', 'stream', 'mail']);

const isOuter = ({ body }: Directive): boolean => body !== null && OUTER.has(body.context);

const cut = new PerConfig((config): readonly Directive[] => [...piecesIn(config.main)]);

function* piecesIn(scope: Scope): Generator<Directive> {
  for (const directive of scope.directives) {
    yield directive;
    if (isOuter(directive)) yield* piecesIn(directive.body!);
  }
}

/** A piece with its inside, but for one whose inside comes in pieces of its own. */
function inside(piece: Directive): readonly Directive[] {
  if (!piece.body || isOuter(piece)) return [piece];
  const below = walk(piece.body);
  let all = insides.get(below);
  if (!all) insides.set(below, (all = [piece, ...below]));
  return all;
}

/** By what `walk` gives, which is one list as long as the block stays as it is: many gather from it. */
const insides = new WeakMap<readonly Directive[], readonly Directive[]>();

/** Something that is gathered from the directives of a piece, in nginx's order, and kept with the piece as `PerPart` keeps it. */
export class MemoPerBlock<T> {
  private readonly byPiece: PerPart<Directive, T>;
  private readonly atOnce: PerConfig<T>;

  constructor(gather: (directives: readonly Directive[]) => T) {
    this.byPiece = new PerPart((piece) => gather(inside(piece)));
    this.atOnce = new PerConfig((config) => gather(walk(config.main)));
  }

  /** What the pieces of a configuration hold, in nginx's order. */
  *of(config: Config): Generator<T> {
    // where nothing comes after it, one large piece is gathered faster than a thousand small ones
    if (!config.kept) yield this.atOnce.of(config);
    else for (const piece of cut.of(config)) yield this.byPiece.of(piece);
  }
}

const byName = new MemoPerBlock((directives) => {
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
