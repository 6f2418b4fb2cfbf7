/** The parser of nginx's configuration language. Makes documents; the trees behind them stay inside. */
import type { Language, Parser } from 'web-tree-sitter';
import type { FileId } from '../base/file-id.ts';
import { initTreeSitter, loadLanguage, newParser } from '../base/tree-sitter.ts';
import { Document } from './document.ts';
import type { Window } from './template.ts';

/** The bytes of the two wasm files: tree-sitter's runtime, and this package's server/grammar/tree-sitter-nginx.wasm. */
export interface ParserBytes {
  readonly runtime: Uint8Array;
  readonly grammar: Uint8Array;
}

/** The parser of nginx's grammar (tree-sitter). */
export class NginxParser {
  private readonly parser: Parser;

  private constructor(language: Language) {
    this.parser = newParser(language);
  }

  /** Rejects when the bytes are not what they should be. One parser serves any number of documents. */
  static async load({ runtime, grammar }: ParserBytes): Promise<NginxParser> {
    await initTreeSitter(runtime);
    return new NginxParser(await loadLanguage(grammar));
  }

  /** A document that follows its text; never throws for a broken text. `dispose()` it when the file is closed. */
  open(id: FileId, text: string): Document {
    return new Document(this.parser, id, text);
  }

  /** A configuration that is a part of another text; offsets are those of that text. */
  embedded(id: FileId, text: string, window: Window): Document {
    return new Document(this.parser, id, text, window);
  }
}
