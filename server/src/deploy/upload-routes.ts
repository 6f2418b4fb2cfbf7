/** The routes of a small application to which files are sent: those whose view reads a form's files, read from the text of its modules. */
import type { Application } from './application.ts';
import type { Deployment } from './deployment.ts';
import { modulesOf } from './modules.ts';
import { decoratedRoutes, type OwnRoute, ownRoutes } from './own-routes.ts';

/** What a view reads files of a form with. */
const READS_FILES = /\bUploadFile\b|\brequest\.files\b|\bFile\(/;

/** An application that takes files in more places than these is about files: each of them is asked for. */
const MOST_UPLOADS = 20;

/** Without those that begin with a value; none where the application may have routes that are not seen, one of which may be meant. */
export function uploadRoutes(deployment: Deployment, application: Application): readonly OwnRoute[] {
  if (!ownRoutes(deployment, application)) return [];
  const out: OwnRoute[] = [];
  for (const [file, text] of modulesOf(deployment, application))
    for (const { path, start, end } of decoratedRoutes(text)) {
      const [view = ''] = text.slice(end).split(/\n(?=@|class |def \w+\([^)]*\):\n\S)/, 1);
      if (/^\/[\w./-]+$/.test(path) && READS_FILES.test(view) && out.length < MOST_UPLOADS)
        out.push({ path, place: { file, span: { start, end } } });
    }
  return out;
}
