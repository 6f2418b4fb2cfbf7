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

/**
 * The settings for each version at which a text must be tried, so that what holds at all of them holds wherever the project may run: those
 * themselves where someone named the version. What nginx accepts begins with one release and may end with another, hence a text that the
 * oldest and the newest accept is accepted by all between; `accepted` says whether the present text is, and is asked as rarely as possible.
 */
export function versionsToTry(settings: Settings, accepted: (settings: Settings) => boolean): readonly Settings[] {
  if (settings.versionFrom !== 'default') return [settings];
  const points = turningPoints();
  const at = (nginx: Version): Settings => ({ ...settings, target: { ...settings.target, nginx } });
  const newest = at(points[points.length - 1]!);
  if (accepted(at(points[0]!))) return [at(points[0]!), newest];
  // the first that accepts it: what is accepted is one range of versions
  let [low, high] = [0, points.length - 1];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (accepted(at(points[middle]!))) high = middle;
    else low = middle;
  }
  return high === points.length - 1 ? [newest] : [at(points[high]!), newest];
}
