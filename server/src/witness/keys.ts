/** Requests by which a client gets past the conditions of a level: what he has to send so that an `if` which turns him away does not hold. */
import type { Config } from '../config/config.ts';
import type { Scope } from '../config/scope.ts';
import { readCondition } from '../trace/handlers/rewrite.ts';
import { definitionOf, indexOf } from '../trace/index.ts';
import { variablesIn } from '../trace/script.ts';
import { type Probe, patternOf, probeFor, rowsOf, type Wanted } from './values.ts';

/** Rows of a map that are tried. */
const MOST_ROWS = 6;

/** For each condition of the levels requests that do not meet it, each by itself. */
export function* keysOf(config: Config, scopes: readonly Scope[]): Generator<Probe> {
  const tried = (name: string, wanted: Wanted): Probe[] => [probeFor(config, name, wanted)].flatMap((p) => p ?? []);
  for (const at of scopes)
    for (const d of at.named('if')) {
      const condition = readCondition(d);
      if (!condition || condition.kind === 'file') continue;
      const { name } = condition;
      const defined = definitionOf(indexOf(config), name);
      if (defined?.by === 'map') {
        for (const row of rowsOf(defined.directive).slice(0, MOST_ROWS))
          if (row.key !== null) for (const source of variablesIn(defined.directive.value(0))) yield* tried(source, row.key);
      } else if (condition.kind === 'match' && condition.negative) {
        const read = patternOf(d);
        if (read) yield* tried(name, { matches: read.pattern, caseless: read.caseless });
      } else if (condition.kind === 'equal') {
        if (condition.value.literal === '') yield* tried(name, 'something');
      } else if (condition.kind === 'not-equal' && condition.value.literal) yield* tried(name, { is: condition.value.literal });
    }
}
