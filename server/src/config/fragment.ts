/**
 * The context of a file that no main file includes: from a comment (`# proxylens: context http,server`), from its folder and name,
 * or from what its own directives allow. It is a guess that is never made silently: callers can show where it comes from.
 */

import { pathOf } from '../base/file-id.ts';
import type { Catalog } from '../catalog/catalog.ts';
import { bodyOf, CONTEXTS, type Context, isContext, openingsOf } from '../catalog/context.ts';
import type { SourceFile } from '../syntax/statement.ts';

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
  for (const { name, block } of file.body) {
    const allowed = new Set<Context>();
    for (const fact of catalog.directives(name.value)) {
      if (fact.source !== 'oss' && catalog.directives(name.value).some((f) => f.source === 'oss')) continue;
      if (fact.args.block === (block !== null)) for (const c of fact.contexts) allowed.add(c);
    }
    if (block) for (const { parent } of openingsOf(name.value)) allowed.add(parent);
    if (!allowed.size || name.value === 'include') continue;
    known++;
    for (const c of allowed) if (bodyOf(c) === 'directives') fits.set(c, (fits.get(c) ?? 0) + 1);
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
  return { contexts: candidates.sort((a, b) => order(a) - order(b)), from: 'directives' };
}
