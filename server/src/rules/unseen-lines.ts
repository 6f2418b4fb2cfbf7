/** Where a template may write lines that nobody sees: whole lines by a placeholder, directives and headers whose name is one, includes of one. */
import type { FileId } from '../base/file-id.ts';
import type { Place } from '../base/span.ts';
import type { Config } from '../config/config.ts';
import { statementAt } from '../syntax/place.ts';
import type { SourceFile, Statement } from '../syntax/statement.ts';

/** Directives of which each line names what it sets: a name that is filled in may be any. */
const NAMED_BY_ARGUMENT =
  /^(proxy_set_header|grpc_set_header|add_header|add_trailer|(fastcgi|uwsgi|scgi)_param|proxy_hide_header|proxy_pass_header)$/;

/** The blocks of a file into which lines may be written; null stands for its top level. */
function blocksOf(file: SourceFile): ReadonlySet<Statement | null> {
  const out = new Set<Statement | null>();
  for (const hole of file.holes ?? []) out.add(blockAt(file, hole.start));
  const visit = (statements: readonly Statement[], parent: Statement | null): void => {
    for (const s of statements) {
      const first = s.args[0];
      if (s.name.templated || (first?.templated && (s.name.value === 'include' || NAMED_BY_ARGUMENT.test(s.name.value)))) out.add(parent);
      if (s.block) visit(s.block, s);
    }
  };
  visit(file.body, null);
  return out;
}

/** The statement in whose block an offset lies, which is no part of a statement there. */
function blockAt(file: SourceFile, offset: number): Statement | null {
  let at: Statement | null = statementAt(file.body, offset);
  while (at && !(at.open && at.open.end <= offset && offset <= (at.close?.start ?? at.end))) at = at.parent;
  return at;
}

export class UnseenLines {
  private readonly byFile = new Map<FileId, ReadonlySet<Statement | null>>();
  private readonly asked = new Set<FileId>();

  constructor(private readonly config: Config) {}

  /** Whether lines that nobody sees may stand in the block at a place, the one that begins there, or one around it. */
  around(place: Place): boolean {
    const file = this.config.files.get(place.file);
    return file !== undefined && this.inFile(file, statementAt(file.body, place.span.start));
  }

  private inFile(file: SourceFile, innermost: Statement | null): boolean {
    if (file.template !== null) {
      let blocks = this.byFile.get(file.id);
      if (!blocks) this.byFile.set(file.id, (blocks = blocksOf(file)));
      if (blocks.size) {
        if (blocks.has(null)) return true;
        for (let at = innermost; at; at = at.parent) if (blocks.has(at)) return true;
      }
    }
    if (this.asked.has(file.id)) return false;
    this.asked.add(file.id);
    const found = this.config.includedFrom(file.id).some((site) => this.inFile(site.file, site.statement));
    this.asked.delete(file.id);
    return found;
  }
}
