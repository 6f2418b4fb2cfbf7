/**
 * What is made ready for the requests of one level, as nginx merges the settings of a location once: lines in force, and what is read out of
 * them. Made when the first request needs it, and kept beside the index of the configuration.
 */
import { Notes, ofNoBlock } from '../config/asked.ts';
import type { Directive } from '../config/directive.ts';
import type { Scope } from '../config/scope.ts';
import type { Index } from './index.ts';

/** One level as requests meet it. */
export class Level {
  private readonly lines = new Map<string, readonly Directive[]>();
  private readonly last = new Map<string, Directive | null>();
  /** by whoever made them */
  readonly ready = new Map<object, unknown>();

  constructor(readonly scope: Scope) {}

  /** The lines of that name in force. */
  inForce(name: string): readonly Directive[] {
    // what is kept with no block asks for all that it inherits (asked.ts), each time
    if (ofNoBlock()) return this.scope.effective(name).directives;
    let found = this.lines.get(name);
    if (!found) this.lines.set(name, (found = this.scope.effective(name).directives));
    return found;
  }

  /** The last of them. */
  value(name: string): Directive | undefined {
    if (ofNoBlock()) return this.scope.effective(name).directives.at(-1);
    let found = this.last.get(name);
    if (found === undefined) this.last.set(name, (found = this.inForce(name).at(-1) ?? null));
    return found ?? undefined;
  }
}

const levels = new WeakMap<Index, Map<Scope, Level>>();

/** The level of a scope. */
export function levelOf(index: Index, scope: Scope): Level {
  let known = levels.get(index);
  if (!known) levels.set(index, (known = new Map()));
  let level = known.get(scope);
  if (!level) known.set(scope, (level = new Level(scope)));
  return level;
}

/** What was made of a level, and what was asked about the rest for that: a zone, an upstream group. */
class Ready<V> {
  private readonly notes: Notes;
  private made: { readonly value: V } | null = null;

  constructor(private readonly level: Level) {
    this.notes = new Notes(level.scope.config);
  }

  value(make: (level: Level) => V): V {
    if (this.made) this.notes.use();
    else this.made = this.notes.of(() => ({ value: make(this.level) }));
    return this.made.value;
  }
}

/** Something that the lines of a level decide by themselves, whatever the request. */
export class PerLevel<V> {
  constructor(private readonly make: (level: Level) => V) {}

  of(level: Level): V {
    if (ofNoBlock()) return this.make(level);
    let ready = level.ready.get(this) as Ready<V> | undefined;
    if (!ready) level.ready.set(this, (ready = new Ready(level)));
    return ready.value(this.make);
  }
}
