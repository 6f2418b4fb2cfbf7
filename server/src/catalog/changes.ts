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
  readonly development: string;
  readonly releases: Readonly<Record<string, string>>;
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

/** When a version was released, as YYYY-MM-DD; null when that is not known (stable branches, the future). */
export const releaseDate = (v: Version): string | null => load().releases[v.text] ?? null;

/** The newest release that the catalog knows: the target when nobody names one. */
export function newestRelease(): Version {
  const all = Object.keys(load().releases);
  return version(all.reduce((a, b) => (compareVersions(version(a), version(b)) < 0 ? b : a)));
}

/**
 * The version that a tag of an image or a setting means: "1.27.3", "1.27" (its newest known release; the first of a stable branch),
 * "1.27-alpine", "latest", "mainline", "stable", "stable-perl". null when it says nothing about a version.
 */
export function resolveVersion(tag: string): Version | null {
  const word = tag.trim().toLowerCase();
  const newest = newestRelease();
  if (/^(?:latest|mainline|alpine|perl|otel|slim|bookworm|trixie|bullseye)(?:-|$)/.test(word)) return newest;
  // the stable branch is the even one: that of the newest release, or the one before its mainline
  if (/^stable(?:-|$)/.test(word)) return newest.minor % 2 === 0 ? newest : parseVersion(`${newest.major}.${newest.minor - 1}.0`);
  const m = /^v?(\d+)(?:\.(\d+))?(?:\.(\d+))?(?![\w.])/.exec(word);
  if (!m) return null;
  if (m[3] !== undefined) return parseVersion(m[0]);
  const branch = Object.keys(load().releases)
    .map(version)
    .filter((v) => v.major === Number(m[1]) && (m[2] === undefined || v.minor === Number(m[2])))
    .sort(compareVersions);
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
