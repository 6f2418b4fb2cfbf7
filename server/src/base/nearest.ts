/** What a misspelt word was meant to be: the nearest of those that are known. */

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

/** What stands for on and off elsewhere. */
const YES_NO = [
  ['on', ['true', 'yes', 'enable', 'enabled']],
  ['off', ['false', 'no', 'disable', 'disabled']],
] as const;

/** `1.2` where 1.0 and 1.1 are versions: the greatest of the same number before the dot that is not above it. */
function versionBelow(value: string, words: readonly string[]): string | null {
  const [major, minor] = value.split('.');
  const same = words.flatMap((w) => (/^\d+\.\d+$/.test(w) && w.startsWith(`${major}.`) ? [Number(w.slice(major!.length + 1))] : []));
  const below = same.filter((n) => n <= Number(minor));
  return below.length ? `${major}.${Math.max(...below)}` : null;
}

/** The one word of a list that a refused value was meant to be: what is spelled as `ture` is on. Null where two are as near, or digits decide. */
export function meantWord(value: string, words: readonly string[]): string | null {
  if (value.length > 40) return null;
  if (/^\d+\.\d{1,3}$/.test(value)) return versionBelow(value, words);
  const near = nearest(value, words);
  if (near !== null) {
    const own = distance(value.toLowerCase(), near.toLowerCase(), 3);
    const digits = (text: string): string => text.replace(/\D/g, '');
    const tied = words.some((w) => w !== near && distance(value.toLowerCase(), w.toLowerCase(), own) <= own);
    // another number is another thing, and no slip; one digit too many is one
    // `non` is as near to no as to on
    const opposite = YES_NO.some(
      ([word, others]) => word !== near && words.includes(near) && words.includes(word) && nearest(value, others) !== null,
    );
    return tied || opposite || (digits(near) !== digits(value) && near.length === value.length) ? null : near;
  }
  for (const [word, others] of YES_NO) if (words.includes(word) && nearest(value, others) !== null) return word;
  return null;
}
