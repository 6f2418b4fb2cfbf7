/**
 * What somebody works out of a directive or a scope and keeps with it. It goes when that goes, as with a WeakMap keyed by it; but a WeakMap's
 * table grows with all that was thrown away since the last collection, never shrinks, and is looked through at each collection.
 */

interface Entry {
  readonly slot: object;
  value: unknown;
  readonly next: Entry | null;
}

/** Something with which values can be kept; only this file looks at `slots`. */
export interface Slotted {
  slots: Entry | null;
}

/** A place for one kind of value with each thing that can have it. */
export class Slot<T extends Slotted, V> {
  /** The value that is kept with `of`; undefined where none is. */
  get(of: T): V | undefined {
    for (let entry = of.slots; entry; entry = entry.next) if (entry.slot === this) return entry.value as V;
    return undefined;
  }

  /** Keeps a value with `of`, in the place of the one before. */
  set(of: T, value: V): void {
    for (let entry = of.slots; entry; entry = entry.next)
      if (entry.slot === this) {
        entry.value = value;
        return;
      }
    of.slots = { slot: this, value, next: of.slots };
  }
}
