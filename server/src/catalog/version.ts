// Version numbers of nginx, OpenSSL and modules, compared as their makers order them. This file knows no release: changes.ts does.

/** A version as three numbers and, for OpenSSL before 3.0, its letters ("1.1.1w"). */
export interface Version {
  /** As it was written, without a leading "v". */
  readonly text: string;
  readonly major: number;
  readonly minor: number;
  readonly patch: number;
  /** OpenSSL's letters, '' elsewhere. */
  readonly letter: string;
  /** A distribution's own spelling, `1.22.1-9+deb12u1`; absent where the number stands alone. */
  readonly packaged?: string;
}

const FORM = /^v?(\d{1,6})\.(\d{1,6})(?:\.(\d{1,6})(?:\.\d{1,4})?)?([a-z]{0,2})(?:[-+~].*)?$/;

/**
 * Reads `1.27.3`, `v1.27.3`, `1.27` (patch 0), `1.1.1w`, `1.22.1-9+deb12u1` (what follows `-`, `+` or `~` is kept in `packaged` only), and
 * OpenResty's `1.31.9.1`, which is nginx 1.31.9 with a number of its own behind.
 * Gives null for anything else.
 */
export function parseVersion(text: string): Version | null {
  const m = FORM.exec(text.trim());
  if (!m) return null;
  return {
    text: text
      .trim()
      .replace(/^v/, '')
      .replace(/[-+~].*$/, '')
      .replace(/^(\d+\.\d+\.\d+)\.\d+$/, '$1'),
    major: Number(m[1]),
    minor: Number(m[2]),
    patch: Number(m[3] ?? 0),
    letter: m[4] ?? '',
    ...(/[-+~]/.test(text) ? { packaged: text.trim() } : {}),
  };
}

/** Negative when `a` is older than `b`, 0 when they are the same, positive when newer. */
export function compareVersions(a: Version, b: Version): number {
  return (
    a.major - b.major ||
    a.minor - b.minor ||
    a.patch - b.patch ||
    a.letter.length - b.letter.length ||
    (a.letter < b.letter ? -1 : a.letter > b.letter ? 1 : 0)
  );
}

const parsed = new Map<string, Version>();

/** A version that the catalog's own data spells; throws on a spelling that cannot be read, which a test excludes. */
export function version(text: string): Version {
  let v = parsed.get(text);
  if (!v) {
    const read = parseVersion(text);
    if (!read) throw new Error(`catalog: bad version "${text}"`);
    parsed.set(text, (v = read));
  }
  return v;
}

/** Whether `target` is `since` or newer; a missing `since` means "ever since". */
export const atLeast = (target: Version, since: string | undefined): boolean =>
  since === undefined || compareVersions(target, version(since)) >= 0;

/**
 * The value in force at `target` of a history of `[from, value]` pairs in ascending order, the last pair being today's value;
 * a target older than the first pair gets the first value.
 */
export function inForce<T>(history: readonly (readonly [string, T])[], target: Version): T | undefined {
  // most have none, and each line of a configuration asks
  if (!history.length) return undefined;
  let value = history[0]?.[1];
  for (const [from, v] of history) if (atLeast(target, from)) value = v;
  return value;
}
