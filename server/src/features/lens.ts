/** Code lenses: the request path of a server or location, the uses of an upstream, the files that include this one. */
import type { Place, Span } from '../base/span.ts';
import type { Config } from '../config/config.ts';
import type { Directive } from '../config/directive.ts';
import { namesOf } from '../config/names.ts';
import { everywhere } from '../config/pieces.ts';
import { mayUse } from '../config/unseen-names.ts';
import { PASS_DIRECTIVES, passTarget } from '../config/upstreams.ts';
import type { SourceFile } from '../syntax/statement.ts';
import { directivesOf } from './directives-of.ts';
import { includingSites } from './navigation.ts';

/** The settings of section `proxylens.codeLens`. */
export type LensKind = 'preview' | 'references' | 'includedFrom';

export interface Lens {
  readonly kind: LensKind;
  readonly span: Span;
  readonly title: string;
  /** what the lens lists; empty for `preview` */
  readonly places: readonly Place[];
}

const BLOCKS = new Set(['http', 'server', 'location', 'upstream', 'stream', 'if', 'limit_except', 'include']);

/** Where the preview is offered: above servers, above locations too, nowhere. */
export type PreviewLens = 'server' | 'location' | 'off';

/** Where a group that a template names is passed to: a name that is not written is no name to look up. */
function passesTo(config: Config, group: Directive): Place[] {
  const passes = PASS_DIRECTIVES.flatMap((name) => [...everywhere(config, name)]);
  return passes.flatMap((d) => {
    const word = d.statement.args[0];
    return word && passTarget(d)?.upstream?.directive.statement === group.statement
      ? [{ file: d.file.id, span: { start: word.start, end: word.end } }]
      : [];
  });
}

/** The lenses of a file, as far as they are enabled. */
export function lenses(
  configs: readonly Config[],
  file: SourceFile,
  enabled: (kind: LensKind) => boolean,
  preview: PreviewLens = enabled('preview') ? 'server' : 'off',
): Lens[] {
  const out: Lens[] = [];
  const [config] = configs;
  if (!config) return out;
  if (enabled('includedFrom')) {
    const places = includingSites(configs, file);
    if (places.length) {
      const files = new Set(places.map((p) => p.file));
      const [only] = files;
      const name = only ? decodeURIComponent(only.split('/').at(-1) ?? '') : '';
      const title =
        files.size > 1
          ? `included from ${files.size} files`
          : places.length > 1
            ? `included from ${name}, ${places.length} times`
            : `included from ${name}`;
      out.push({ kind: 'includedFrom', span: { start: 0, end: 0 }, title, places });
    }
  }
  if (preview === 'off' && !enabled('references')) return out;
  for (const d of directivesOf(config, file.id, (x) => BLOCKS.has(x.name) || x.body === null)) {
    if (!d.body) continue;
    const span: Span = { start: d.statement.start, end: d.statement.name.end };
    const isServer = d.name === 'server' && d.scope.context === 'http';
    if (isServer || (d.name === 'location' && d.scope.context !== 'unknown')) {
      if (preview === 'location' || (isServer && preview === 'server')) out.push({ kind: 'preview', span, title: 'Preview', places: [] });
    } else if (d.name === 'upstream' && enabled('references')) {
      const protocol = d.scope.context === 'stream' ? 'stream' : 'http';
      const uses = configs.flatMap((c) => namesOf(c).references('upstream', d.value(0).toLowerCase(), protocol));
      const places = d.statement.args[0]?.templated
        ? configs.flatMap((c) => passesTo(c, d))
        : uses.map((u) => ({ file: u.directive.file.id, span: u.span }));
      const unique = places.filter((p, i) => places.findIndex((o) => o.file === p.file && o.span.start === p.span.start) === i);
      const hidden = unique.length === 0 && configs.some((c) => mayUse(c).length > 0);
      out.push({
        kind: 'references',
        span,
        title: unique.length === 1 ? '1 reference' : `${unique.length} references${hidden ? ' seen' : ''}`,
        places: unique,
      });
    }
  }
  return out;
}
