/** Sets of choices in which every pair of values meets: a few requests in place of the product of all (pairwise testing). */

/**
 * Rows with one choice out of each list (an index), so that any two values of two lists stand together in one of them; `most` rows at the most.
 * Greedy: each row takes what covers most of the pairs that are left. Without two lists there is one row for each value.
 */
export function pairwise(sizes: readonly number[], most: number): readonly (readonly number[])[] {
  const rows: number[][] = [];
  const open = new Set<string>();
  const key = (a: number, x: number, b: number, y: number): string => (a < b ? `${a}:${x} ${b}:${y}` : `${b}:${y} ${a}:${x}`);
  for (let a = 0; a < sizes.length; a++)
    for (let b = a + 1; b < sizes.length; b++)
      for (let x = 0; x < sizes[a]!; x++) for (let y = 0; y < sizes[b]!; y++) open.add(key(a, x, b, y));
  if (sizes.length === 1) for (let x = 0; x < sizes[0]!; x++) rows.push([x]);
  while (open.size && rows.length < most) {
    // a pair that nobody has had yet is in the row in any case
    const m = /^(\d+):(\d+) (\d+):(\d+)$/.exec(open.values().next().value!)!;
    const row: (number | undefined)[] = sizes.map(() => undefined);
    row[Number(m[1])] = Number(m[2]);
    row[Number(m[3])] = Number(m[4]);
    for (let a = 0; a < sizes.length; a++) {
      if (row[a] !== undefined) continue;
      let best = 0;
      let gain = -1;
      for (let x = 0; x < sizes[a]!; x++) {
        const count = row.reduce<number>((n, y, b) => n + (y !== undefined && b !== a && open.has(key(a, x, b, y)) ? 1 : 0), 0);
        if (count > gain) [best, gain] = [x, count];
      }
      row[a] = best;
    }
    const whole = row as number[];
    for (let a = 0; a < whole.length; a++) for (let b = a + 1; b < whole.length; b++) open.delete(key(a, whole[a]!, b, whole[b]!));
    rows.push(whole);
  }
  return rows.slice(0, most);
}
