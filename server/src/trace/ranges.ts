/** Sorted ranges of numbers that do not overlap, such as the addresses of a `geo` that have one value; none is found by looking at all of them. */

export interface Range {
  readonly from: number;
  readonly to: number;
}

/** Where the last range that begins at a number or before it is; -1: none does. */
export function lastAt(ranges: readonly Range[], number: number): number {
  let low = 0;
  let high = ranges.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (ranges[middle]!.from <= number) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** Takes numbers out of the ranges that have them; where they were then. */
export function cut<R extends Range>(ranges: R[], from: number, to: number): number {
  let at = lastAt(ranges, from);
  if (at < 0 || ranges[at]!.to < from) at++;
  let end = at;
  while (end < ranges.length && ranges[end]!.from <= to) end++;
  const [first, last] = [ranges[at], ranges[end - 1]];
  const before = end > at && first!.from < from ? [{ ...first!, to: from - 1 }] : [];
  const behind = end > at && last!.to > to ? [{ ...last!, from: to + 1 }] : [];
  ranges.splice(at, end - at, ...before, ...behind);
  return at + before.length;
}

/** Adds a range, whose numbers no other has from now on. */
export function put<R extends Range>(ranges: R[], range: R): void {
  ranges.splice(cut(ranges, range.from, range.to), 0, range);
}
