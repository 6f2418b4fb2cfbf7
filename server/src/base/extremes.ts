/** The smallest and the largest number of a list, which may be longer than what a call takes as arguments. */

/** The smallest of the numbers that a list's items have; Infinity for an empty list. */
export function smallest<T>(items: readonly T[], of: (item: T) => number): number {
  let found = Number.POSITIVE_INFINITY;
  for (const item of items) found = Math.min(found, of(item));
  return found;
}

/** The largest of the numbers that a list's items have; -Infinity for an empty list. */
export const largest = <T>(items: readonly T[], of: (item: T) => number): number => -smallest(items, (item) => -of(item));
