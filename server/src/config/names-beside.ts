/**
 * Names that a text declares for all of http or stream, by its lines alone: those of files that may come to be beside the one at hand, and those
 * that a template fills in. Nobody knows that they are there, so that nothing is called known by them: they are offered, and shown where they stand.
 */
import type { FileId } from '../base/file-id.ts';
import type { Span } from '../base/span.ts';
import { namesIn } from '../catalog/arguments.ts';
import type { Catalog } from '../catalog/catalog.ts';
import { type Context, childContext, type Protocol, protocolOf } from '../catalog/context.ts';
import type { NameKind } from '../catalog/names.ts';
import type { SourceFile, Statement } from '../syntax/statement.ts';
import { valueSpan } from '../syntax/variable.ts';
import type { Config } from './config.ts';
import { mayDeclare } from './unseen-names.ts';

export interface NameBeside {
  readonly kind: NameKind;
  /** as it is written, marks of a template and all; a variable without its dollar sign */
  readonly name: string;
  readonly protocol: Protocol | null;
  readonly file: FileId;
  readonly span: Span;
  /** a template fills in a part of it */
  readonly templated: boolean;
  /** the beginning of the directive that declares it */
  readonly text: string;
}

/** Characters of a directive that are shown. */
const SHOWN = 600;
/** Names of one text that are kept. */
const MAX_NAMES = 500;

/** By the statements: an edit makes others of them. */
const known = new WeakMap<readonly Statement[], { readonly context: Context; readonly names: readonly NameBeside[] }>();

/** The names that a file declares on the levels of http and stream when it is read in that context. */
export function namesDeclaredIn(file: SourceFile, context: Context, catalog: Catalog): readonly NameBeside[] {
  const before = known.get(file.body);
  if (before?.context === context) return before.names;
  const names = read(file, context, catalog);
  known.set(file.body, { context, names });
  return names;
}

function read(file: SourceFile, context: Context, catalog: Catalog): readonly NameBeside[] {
  const out: NameBeside[] = [];
  const visit = (statements: readonly Statement[], at: Context): void => {
    for (const s of statements) {
      if (out.length >= MAX_NAMES) return;
      const inner = s.block && childContext(at, s.name.value);
      if (inner === 'http' || inner === 'stream') visit(s.block!, inner);
      const fact = catalog.directives(s.name.value).find((f) => f.contexts.includes(at));
      if (!fact) continue;
      for (const use of namesIn(
        fact,
        s.args.map((a) => a.value),
      )) {
        const word = s.args[use.argument];
        if (use.role !== 'defines' || !word) continue;
        const span = valueSpan(word, use.at, use.at + use.name.length);
        out.push({
          kind: use.kind,
          name: file.text.slice(span.start, span.end),
          protocol: protocolOf(at),
          file: file.id,
          span,
          templated: word.templated,
          text: file.text.slice(s.start, Math.min(s.end, s.start + SHOWN)),
        });
      }
    }
  };
  visit(file.body, context);
  return out;
}

/** Names of a kind that other files of the project declare, where what is beside the configuration's file is not wholly seen. */
export function namesBeside(config: Config, kind: NameKind, protocol: Protocol | null): readonly NameBeside[] {
  const all = config.tree.standIn?.names ?? [];
  const mine = all.filter((n) => n.kind === kind && n.protocol === protocol && !n.templated && !config.files.has(n.file));
  return mine.length && mayDeclare(config, kind).length ? mine : [];
}

/** The name among them that is spelled so; those of upstreams and variables in any case, as nginx compares them. */
export function nameBeside(
  config: Config,
  { kind, name, protocol }: { readonly kind: NameKind; readonly name: string; readonly protocol: Protocol | null },
): NameBeside | null {
  const folded = kind === 'upstream' || kind === 'variable';
  const same = (other: string): boolean => other === name || (folded && other.toLowerCase() === name.toLowerCase());
  return namesBeside(config, kind, protocol).find((n) => same(n.name)) ?? null;
}

/** Names of a kind that the configuration's own templates declare and fill in, as they are written. */
export function templatedNames(config: Config, kind: NameKind, protocol: Protocol | null): readonly NameBeside[] {
  const out: NameBeside[] = [];
  for (const file of config.files.values()) {
    if (file.template === null) continue;
    const context = config.scopesOf(file.id)[0]?.context;
    if (context === undefined || context === 'unknown') continue;
    for (const n of namesDeclaredIn(file, context, config.catalog))
      if (n.templated && n.kind === kind && n.protocol === protocol) out.push(n);
  }
  return out;
}
