/**
 * The context of a file that no main file includes: from a comment (`# proxylens: context http,server`), from its folder and name,
 * or from what its own directives allow. It is a guess that is never made silently: callers can show where it comes from.
 */

import { pathOf } from '../base/file-id.ts';
import type { Catalog } from '../catalog/catalog.ts';
import { bodyOf, CONTEXTS, type Context, childContext, isContext, openingsOf } from '../catalog/context.ts';
import type { SourceFile, Statement } from '../syntax/statement.ts';

export interface FragmentContext {
  /** the likeliest first; never empty */
  readonly contexts: readonly Context[];
  readonly from: 'comment' | 'path' | 'directives';
}

const MARK = /^#+\s*proxylens:\s*context\s+([\w,\s-]+)$/;

/** Which context wins when several allow all directives of a fragment. */
const PREFERENCE: readonly Context[] = [
  'main',
  'location',
  'server',
  'http',
  'upstream',
  'stream-server',
  'stream',
  'events',
  'mail-server',
  'mail',
];

const FOLDERS: readonly (readonly [RegExp, readonly Context[]])[] = [
  [/\/(sites-(available|enabled)|vhosts?(\.d)?|http\.d)\//, ['http']],
  [/\/modules-(enabled|available)\//, ['main']],
  [/\/stream(s)?(\.d|-conf\.d|-enabled)?\//, ['stream']],
  [/\/conf\.d\//, ['http']],
  [/\/default\.d\//, ['server']],
];

/** The contexts in which a statement may stand by its name alone. */
function placesFor({ name, args, block }: Statement, catalog: Catalog): Context[] {
  const allowed = new Set<Context>();
  const facts = catalog.directives(name.value);
  for (const fact of facts) {
    if (fact.source !== 'oss' && facts.some((f) => f.source === 'oss')) continue;
    if (fact.args.block === (block !== null)) for (const c of fact.contexts) allowed.add(c);
  }
  if (block) for (const { parent } of openingsOf(name.value)) allowed.add(parent);
  // ngx_http_core_location: named ones are on the server level only
  if (name.value === 'location' && args[0]?.value.startsWith('@')) return ['server'];
  return [...allowed];
}

/** How well a statement that may be in a context fits there, up to 1: a server of mail fits into http as far as its lines do. */
function fitOf({ name, block }: Statement, context: Context, catalog: Catalog): number {
  const inside = block?.length ? childContext(context, name.value) : null;
  if (!block || !inside || bodyOf(inside) !== 'directives') return 1;
  let judged = 0;
  let fit = 0;
  for (const s of block) {
    const places = placesFor(s, catalog);
    if (!places.length || s.name.value === 'include') continue;
    judged++;
    if (places.includes(inside)) fit += fitOf(s, inside, catalog);
  }
  return judged ? fit / judged : 1;
}

/** A server that listens says more of where a file goes than a line beside it. */
const isWholeServer = ({ name, block }: Statement): boolean =>
  name.value === 'server' && (block?.some((s) => s.name.value === 'listen') ?? false);

/** The contexts in which the statements on the file's top level may stand. */
export function fragmentContext(file: SourceFile, catalog: Catalog): FragmentContext {
  for (const comment of file.comments) {
    const named = MARK.exec(comment.text)?.[1]
      ?.split(/[\s,]+/)
      .filter(isContext);
    if (named?.length) return { contexts: named, from: 'comment' };
  }
  const fits = new Map<Context, number>();
  let known = 0;
  for (const statement of file.body) {
    const allowed = placesFor(statement, catalog);
    if (!allowed.length || statement.name.value === 'include') continue;
    known++;
    const weight = isWholeServer(statement) ? 2 : 1;
    for (const c of allowed) if (bodyOf(c) === 'directives') fits.set(c, (fits.get(c) ?? 0) + weight * fitOf(statement, c, catalog));
  }
  const path = pathOf(file.id);
  const byFolder = FOLDERS.find(([mask]) => mask.test(path))?.[1];
  if (known === 0) return byFolder ? { contexts: byFolder, from: 'path' } : { contexts: ['http'], from: 'path' };
  const best = Math.max(...fits.values());
  const order = (c: Context): number => {
    const i = PREFERENCE.indexOf(c);
    return i < 0 ? PREFERENCE.length + CONTEXTS.indexOf(c) : i;
  };
  const candidates = [...fits].filter(([, n]) => n === best).map(([c]) => c);
  if (byFolder && (fits.get(byFolder[0]!) ?? 0) >= best)
    return { contexts: [...byFolder, ...candidates.filter((c) => !byFolder.includes(c))], from: 'path' };
  // locations within a location are rare
  const located = file.body.some((s) => s.name.value === 'location');
  const rank = (c: Context): number => (located && c === 'location' ? PREFERENCE.length : order(c));
  return { contexts: candidates.sort((a, b) => rank(a) - rank(b)), from: 'directives' };
}
