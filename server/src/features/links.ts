/** Links on includes and on paths that the catalog calls files: where they are on this machine is the configuration's path map. */

import type { FileId } from '../base/file-id.ts';
import { resolve } from '../base/file-id.ts';
import { isMask } from '../base/glob.ts';
import type { Span } from '../base/span.ts';
import { argumentOf } from '../catalog/arguments.ts';
import type { Config } from '../config/config.ts';
import { candidates } from '../config/load.ts';
import { isStock } from '../config/stock.ts';
import type { SourceFile, Statement } from '../syntax/statement.ts';

export interface Link {
  readonly span: Span;
  readonly target: FileId;
  readonly tooltip: string;
}

/** One link for each include that names one file, and for each other path argument; masks are left to "go to definition". */
export function links(config: Config, file: SourceFile): Link[] {
  const out: Link[] = [];
  const visit = (statements: readonly Statement[]): void => {
    for (const s of statements) {
      if (s.name.value === 'include') {
        const files = config.tree.includes.get(s)?.files ?? [];
        const word = s.args[0];
        if (word && files.length === 1 && !isStock(files[0]!))
          out.push({ span: inner(word), target: files[0]!, tooltip: 'Open the included file' });
      } else if (s.args.some((a) => a.value.includes('/') || a.value.includes('.'))) {
        const fact = config.usesOf(s, file.id)[0]?.fact;
        if (fact)
          s.args.forEach((word, i) => {
            const what = argumentOf(fact, i, s.args.length);
            if (
              what?.kind !== 'file' ||
              word.templated ||
              word.value.includes('$') ||
              isMask(word.value) ||
              what.words?.includes(word.value) ||
              /^(data|engine|store):/.test(word.value)
            )
              return;
            const base = what.base === 'prefix' ? config.prefix : config.confDir;
            const [target = resolve(base, word.value)] = candidates(word.value, base, config.root, config.settings);
            out.push({ span: inner(word), target, tooltip: 'Open the file' });
          });
      }
      if (s.block) visit(s.block);
    }
  };
  visit(file.body);
  return out;
}

const inner = (word: { start: number; end: number; quote: string }): Span =>
  word.quote ? { start: word.start + 1, end: word.end - 1 } : { start: word.start, end: word.end };
