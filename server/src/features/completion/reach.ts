/** In which contexts a place of the text lies: those of the tree, continued over blocks that are not finished yet. */
import { basename } from '../../base/file-id.ts';
import { type Context, childContext, openingsOf, type Protocol, protocolOf } from '../../catalog/context.ts';
import type { Config } from '../../config/config.ts';
import type { Scope } from '../../config/scope.ts';
import type { SourceFile, Statement } from '../../syntax/statement.ts';
import type { Site } from './site.ts';

export interface Reach {
  readonly config: Config;
  /** null inside a block that the tree does not know yet */
  readonly scope: Scope | null;
  readonly context: Context;
}

/** The protocol of the block at hand; null on the main level. */
export const protocolAt = (reach: Reach): Protocol | null => protocolOf(reach.context);

/** What a file may be about when nothing in it tells. */
const ANYTHING: readonly Context[] = ['main', 'http', 'server', 'location', 'upstream'];

function contextOfStatement(statement: Statement): Context[] {
  const found = openingsOf(statement.name.value);
  if (!statement.parent) return found.map((o) => o.child);
  const outer = contextOfStatement(statement.parent);
  const fits = found.filter((o) => outer.includes(o.parent));
  return (fits.length ? fits : found).map((o) => o.child);
}

/** Every way in which nginx may read what is at the site, without repetition. */
export function reachesOf(configs: readonly Config[], file: SourceFile, site: Site): Reach[] {
  const out: Reach[] = [];
  const add = (config: Config, scope: Scope | null, context: string): void => {
    if (context === 'unknown') return;
    let at: Context = context as Context;
    let inner = scope;
    for (const [name = ''] of site.opened) {
      const child = childContext(at, name) ?? openingsOf(name)[0]?.child;
      if (!child) return;
      at = child;
      inner = null;
    }
    if (!out.some((r) => r.config === config && r.context === at && r.scope === inner)) out.push({ config, scope: inner, context: at });
  };
  for (const config of configs) {
    if (!site.enclosing) {
      for (const scope of config.scopesOf(file.id)) add(config, scope, scope.context);
      if (config.kind === 'fragment') {
        for (const context of config.contexts) add(config, null, context);
        // without a word in it, a file is what its name says, or anything
        if (/^nginx[^/]*\.conf$/.test(basename(file.id)) && file.body.every((s) => !s.closed)) {
          out.length = 0;
          add(config, null, 'main');
          continue;
        }
        const bare =
          file.body.every((s) => !s.closed || s.name.value === 'include') && !file.comments.some((c) => /proxylens:/.test(c.text));
        if (bare) for (const context of ANYTHING) add(config, null, context);
      }
      continue;
    }
    const bodies = config.usesOf(site.enclosing, file.id).flatMap((d) => d.body ?? []);
    for (const scope of bodies) add(config, scope, scope.context);
    if (!bodies.length) for (const context of contextOfStatement(site.enclosing)) add(config, null, context);
  }
  return out;
}
