/** The nginx versions that a project may run on: the one that someone named, or every release that is still installed somewhere. */
import { changes, newestRelease, OLDEST } from '../catalog/changes.ts';
import { compareVersions, type Version, version } from '../catalog/version.ts';
import type { Settings } from '../config/settings.ts';

let all: readonly Version[] | undefined;

/** The versions since the oldest at which nginx began or ceased to accept something, and the newest known, oldest first. */
function turningPoints(): readonly Version[] {
  if (all) return all;
  const points = new Map([OLDEST, newestRelease()].map((v) => [v.text, v]));
  for (const { version: text, kind } of changes()) {
    const at = version(text);
    if (kind !== 'default' && compareVersions(at, OLDEST) > 0 && compareVersions(at, newestRelease()) < 0) points.set(at.text, at);
  }
  all = [...points.values()].sort(compareVersions);
  return all;
}

const at = (settings: Settings, nginx: Version): Settings => ({ ...settings, target: { ...settings.target, nginx } });

/**
 * The settings for the first and the last of the versions that the project may run on: a text that both accept is accepted by all between.
 */
export function endsOf(settings: Settings): readonly Settings[] {
  return settings.versionFrom === 'default' ? [at(settings, OLDEST), at(settings, newestRelease())] : [settings];
}

/**
 * The settings for each version at which a text must be tried, so that what holds at all of them holds wherever the project may run: those
 * themselves where someone named the version. What nginx accepts begins with one release and may end with another, hence a text that the
 * oldest and the newest accept is accepted by all between; `accepted` says whether the present text is, and is asked as rarely as possible.
 */
export function versionsToTry(settings: Settings, accepted: (settings: Settings) => boolean): readonly Settings[] {
  if (settings.versionFrom !== 'default') return [settings];
  const points = turningPoints();
  const of = (nginx: Version): Settings => at(settings, nginx);
  const newest = of(points[points.length - 1]!);
  if (accepted(of(points[0]!))) return [of(points[0]!), newest];
  // the first that accepts it: what is accepted is one range of versions
  let [low, high] = [0, points.length - 1];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (accepted(of(points[middle]!))) high = middle;
    else low = middle;
  }
  return high === points.length - 1 ? [newest] : [of(points[high]!), newest];
}
