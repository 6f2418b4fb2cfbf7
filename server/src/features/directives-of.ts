/** All directives that nginx makes of one file, each statement once: what walks over a whole file in the editor begins here. */
import type { FileId } from '../base/file-id.ts';
import type { Config } from '../config/config.ts';
import type { Directive } from '../config/directive.ts';
import type { Scope } from '../config/scope.ts';
import type { Statement } from '../syntax/statement.ts';

/** In the first scope that reads the file, in the order of the text. `keep` says which blocks are looked into. */
export function* directivesOf(config: Config, file: FileId, keep: (d: Directive) => boolean = () => true): Generator<Directive> {
  const seen = new Set<Statement>();
  function* walk(scope: Scope): Generator<Directive> {
    for (const d of scope.directives) {
      if (d.file.id !== file || seen.has(d.statement) || !keep(d)) continue;
      seen.add(d.statement);
      yield d;
      if (d.body) yield* walk(d.body);
    }
  }
  for (const scope of config.scopesOf(file)) yield* walk(scope);
}
