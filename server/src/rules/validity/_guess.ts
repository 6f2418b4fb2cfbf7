/** What a misspelt word was meant to be. */

/** Damerau-Levenshtein distance (neighbours may be swapped), given up beyond `limit`. */
export function distance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) > limit) return limit + 1;
  let before: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1;
      let best = Math.min(last[j]! + 1, row[j - 1]! + 1, last[j - 1]! + cost);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) best = Math.min(best, before[j - 2]! + 1);
      row.push(best);
    }
    if (Math.min(...row) > limit) return limit + 1;
    before = last;
    last = row;
  }
  return last[b.length]!;
}

/** Which letters and other signs occur, a bit each for groups of them, case aside. */
function lettersOf(word: string): number {
  let set = 0;
  for (let i = 0; i < word.length; i++) set |= 1 << (word.charCodeAt(i) & 31);
  return set;
}

function bits(set: number): number {
  let count = 0;
  for (let rest = set; rest; rest &= rest - 1) count++;
  return count;
}

/** The nearest of the words, when it is near: one error in four letters, case aside. Null when none is, or two are as near. */
export function nearest(word: string, words: Iterable<string>): string | null {
  const lower = word.toLowerCase();
  const letters = lettersOf(lower);
  // something of the word must be left
  const limit = Math.min(Math.max(1, Math.min(3, Math.floor(word.length / 4))), word.length - 1);
  let best: string | null = null;
  let least = limit + 1;
  let tied = false;
  for (const candidate of words) {
    const most = Math.min(limit, least);
    // each error takes one letter away, brings one, or both
    if (Math.abs(lower.length - candidate.length) > most || bits(letters ^ lettersOf(candidate)) > 2 * most) continue;
    const d = distance(lower, candidate.toLowerCase(), most);
    if (d > limit || d > least) continue;
    tied = d === least && candidate !== best;
    if (d < least) best = candidate;
    least = d;
  }
  if (tied && least > 1) return null;
  return best ?? swapped(lower, words);
}

/** A word with the same parts in another order: `client_body_max_size`. */
function swapped(word: string, words: Iterable<string>): string | null {
  const parts = (text: string): string => text.split('_').sort().join('_');
  if (!word.includes('_')) return null;
  const wanted = parts(word);
  for (const candidate of words) if (candidate.length === word.length && parts(candidate) === wanted) return candidate;
  return null;
}
