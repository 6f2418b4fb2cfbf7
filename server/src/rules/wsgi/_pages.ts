/** Where the built pages of a router in the browser are, as nginx has them. */
import { dirname, isBelow, resolve } from '../../base/file-id.ts';
import type { Place } from '../../base/span.ts';
import type { Config } from '../../config/config.ts';
import type { Deployment } from '../../deploy/deployment.ts';
import { isBuilt, type SinglePage } from '../../deploy/single-page.ts';
import { nginxesOf } from './_links.ts';

export interface FoundPage extends SinglePage {
  /** the line that puts the built files there; null where their folder has the name */
  readonly copied: Place | null;
}

/** The page that nginx has in a folder: a Dockerfile copies it there, a volume mounts what is built, or the only one of the project is built to a folder of this name. */
export function pageIn(folder: string, config: Config, deployment: Deployment): FoundPage | null {
  const { pages, singlePages } = deployment;
  const made = pages.find(
    (p) => p.root === folder && p.sources.some((s) => [...config.files.keys()].some((f) => f === s || isBelow(f, s))),
  );
  if (made) return made;
  const nginxes = nginxesOf(config, deployment);
  if (!nginxes.length) {
    const [page, ...others] = singlePages;
    const own = page && !others.length && !pages.length && isBuilt(folder) && [...config.files.keys()].some((f) => isBelow(f, page.folder));
    return own ? { ...page, copied: null } : null;
  }
  for (const { file, mounts } of nginxes)
    for (const { source, target, place } of mounts) {
      if (!source?.startsWith('.') || target.replace(/\/+$/, '') !== folder || !isBuilt(source)) continue;
      const at = resolve(dirname(file), source);
      const page = singlePages.find((p) => isBelow(at, p.folder) && !singlePages.some((o) => o !== p && isBelow(o.folder, p.folder)));
      if (page) return { ...page, copied: place };
    }
  return null;
}
