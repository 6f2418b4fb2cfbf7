/** Dash, an application for figures whose pages ask for their own parts by paths that it is told when it is made. Read from the text of its module. */
import { pathOf } from '../base/file-id.ts';
import type { Place } from '../base/span.ts';
import type { Application } from './application.ts';
import type { Deployment } from './deployment.ts';
import { certain } from './setting.ts';

/** Where it is made. */
const MAKES = /(?<=^\s*\w+\s*=\s*)(?:dash\.)?Dash\(/m;

/** Where an application makes Dash in its one module, without a word of the path that it is below; null where anything may say that. */
export function dashOf({ files }: Deployment, { target, environment }: Application): Place | null {
  const module = certain(target)?.replace(/:.*$/, '').replaceAll('.', '/');
  if (!module || [...environment.keys()].some((name) => name.startsWith('DASH_'))) return null;
  const [found, ...others] = [...files].filter(([file]) => pathOf(file).endsWith(`/${module}.py`));
  const m = found && !others.length ? MAKES.exec(found[1]) : null;
  if (!found || !m || [...files].some(([file, text]) => pathOf(file).endsWith('.py') && /pathname|DASH_/.test(text))) return null;
  return { file: found[0], span: { start: m.index, end: m.index + m[0].length } };
}
