// What changed in which version of nginx: releases, deprecations, removals, defaults. It turns versions that people write (a tag of an
// image, a branch) into versions, and tells messages what a directive was replaced by. Security advisories are in advisories.ts.
import type { Target } from './catalog.ts';
import text from './data/changes.json' with { type: 'text' };
import type { DirectiveFact } from './fact.ts';
import { atLeast, compareVersions, parseVersion, type Version, version } from './version.ts';

export interface Change {
  readonly version: string;
  /** `limit` and `validation` are stricter checks; `module` brought one; the rest as the words say. */
  readonly kind: 'default' | 'behaviour' | 'syntax' | 'deprecated' | 'removed' | 'validation' | 'module' | 'limit';
  /** Directives, `$variables`, "directive parameter", or a topic. A trailing `*` stands for any ending. */
  readonly subjects: readonly string[];
  readonly summary: string;
  readonly replacedBy?: string;
  readonly replacedByMap?: Readonly<Record<string, string>>;
  readonly default?: Readonly<Record<string, string>>;
  readonly plus?: boolean;
}

interface Data {
  /** the day up to which the facts were gathered */
  readonly asOf: string;
  /** what could not be read of the newest releases */
  readonly gaps: string;
  /** mainline releases; null: the day is not known */
  readonly releases: Readonly<Record<string, string | null>>;
  readonly stable: Readonly<Record<string, string>>;
  readonly changes: readonly Change[];
}

let data: Data | null = null;
const load = (): Data => (data ??= JSON.parse(text as unknown as string) as Data);

/** Every change since 1.0, oldest first. */
export const changes = (): readonly Change[] => load().changes;

/** The changes that name a directive (or `$variable`), oldest first. */
export const changesOf = (name: string): readonly Change[] =>
  changes().filter((c) =>
    c.subjects.some((s) => s === name || s.startsWith(`${name} `) || (s.endsWith('*') && name.startsWith(s.slice(0, -1)))),
  );

/** The changes that come into force between two versions: after `from`, up to `to`. */
export const changesBetween = (from: Version, to: Version): readonly Change[] =>
  changes().filter((c) => compareVersions(version(c.version), from) > 0 && atLeast(to, c.version));

/** When a version was released, as YYYY-MM-DD; null when that is not known. */
export const releaseDate = (v: Version): string | null => load().releases[v.text] ?? load().stable[v.text] ?? null;

let sorted: readonly Version[] | null = null;

/** Every release that is known, of mainline and of the stable branches, oldest first. */
const allReleases = (): readonly Version[] =>
  (sorted ??= [...Object.keys(load().releases), ...Object.keys(load().stable)].map(version).sort(compareVersions));

/** The newest release that the catalog knows: the target when nobody names one. */
export const newestRelease = (): Version => allReleases().at(-1)!;

/** The oldest nginx that distributions with support still ship: where nobody names a version, it is one from here to the newest. */
export const OLDEST = version('1.18.0');

/**
 * The first release after a version at which something holds that does not hold at that version; null: it does not hold at the newest one either,
 * or the version is the newest.
 */
export function laterRelease(than: Version, holds: (release: Version) => boolean): Version | null {
  const later = allReleases().filter((r) => compareVersions(r, than) > 0);
  const newest = later.at(-1);
  return newest && holds(newest) ? (later.find(holds) ?? null) : null;
}

/** The day up to which the catalog's facts about nginx were gathered, and what is missing in them. */
export const knowledge = (): { readonly asOf: string; readonly gaps: string } => load();

/** Whether a version is newer than all that the catalog knows of its branch: what changed since is unknown. */
export function isBeyond(v: Version): boolean {
  const branch = allReleases().filter((r) => r.major === v.major && r.minor === v.minor);
  return compareVersions(v, branch.at(-1) ?? newestRelease()) > 0;
}

/** Age of the facts in days after which they are called old. */
const OLD_AFTER = 120;

/** How many days ago the facts were gathered when that is more than 120, else null; `now` in milliseconds since 1970. */
export function staleDays(now: number): number | null {
  const days = Math.floor((now - Date.parse(load().asOf)) / 86_400_000);
  return days > OLD_AFTER ? days : null;
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** "nginx up to 1.31.9 (18 Nov 2026)": how far the facts go, for --version, traces and reports. */
export function knownUpTo(): string {
  const v = newestRelease();
  const [year, month, day] = (releaseDate(v) ?? load().asOf).split('-').map(Number);
  return `nginx up to ${v.text} (${day} ${MONTHS[month! - 1]} ${year})`;
}

/** The same for whoever reads a verdict at a certain time (milliseconds since 1970): facts that are old by then are called so. */
export function knownAt(now: number): string {
  const old = staleDays(now);
  return old === null ? knownUpTo() : `${knownUpTo()}; these facts are ${old} days old, update Proxylens`;
}

/**
 * The version that a tag of an image or a setting means: "1.27.3", "1.27" (its newest known release), "1.27-alpine", "latest",
 * "mainline", "stable", "stable-perl". null when it says nothing about a version.
 */
export function resolveVersion(tag: string): Version | null {
  const word = tag.trim().toLowerCase();
  if (/^(?:latest|mainline|alpine|perl|otel|slim|bookworm|trixie|bullseye)(?:-|$)/.test(word)) return newestRelease();
  if (/^stable(?:-|$)/.test(word)) return allReleases().findLast((v) => v.minor % 2 === 0) ?? null;
  const m = /^v?(\d+)(?:\.(\d+))?(?:\.(\d+))?(?![\w.])/.exec(word);
  if (!m) return null;
  if (m[3] !== undefined) return parseVersion(m[0]);
  const branch = allReleases().filter((v) => v.major === Number(m[1]) && (m[2] === undefined || v.minor === Number(m[2])));
  return branch.at(-1) ?? (m[2] === undefined ? null : parseVersion(m[0]));
}

export interface Age {
  /** `obsolete`: accepted with a warning and ignored. */
  readonly state: 'deprecated' | 'obsolete' | 'removed';
  readonly since: string;
  readonly replacedBy: string | null;
}

/** Whether a directive of the target's version is on its way out or gone; null when it is in good standing or not known yet. */
export function ageOf(fact: DirectiveFact, target: Target): Age | null {
  if (fact.unit !== null) return null;
  const { removed, obsolete, deprecated } = fact;
  if (removed !== undefined && atLeast(target.nginx, removed)) return { state: 'removed', since: removed, replacedBy: fact.replacedBy };
  // a version of something else ("njs 0.4.0") says nothing about nginx's: the newest of that is meant
  const reached = (since: string): boolean => parseVersion(since) === null || atLeast(target.nginx, since);
  if (obsolete && reached(obsolete.since)) return { state: 'obsolete', since: obsolete.since, replacedBy: obsolete.replacedBy };
  if (deprecated && reached(deprecated.since)) return { state: 'deprecated', since: deprecated.since, replacedBy: deprecated.replacedBy };
  return null;
}
