/** The parser of nginx's configuration language. Makes documents; the trees behind them stay inside. */
import type { Parser, Tree } from 'web-tree-sitter';
import type { FileId } from '../base/file-id.ts';
import { initTreeSitter, loadLanguage, newParser } from '../base/tree-sitter.ts';
import { Document } from './document.ts';
import type { Window } from './template.ts';

/** The bytes of the two wasm files: tree-sitter's runtime, and this package's server/grammar/tree-sitter-nginx.wasm. */
export interface ParserBytes {
  readonly runtime: Uint8Array;
  readonly grammar: Uint8Array;
}

/** A text needs a tree, and tree-sitter was not started. */
class NotStarted extends Error {}

/** The parser of nginx's grammar (tree-sitter). */
export class NginxParser {
  private parser: Parser | null = null;
  private starting: Promise<void> | null = null;

  private constructor(private readonly bytes: () => ParserBytes) {}

  /** Rejects when the bytes are not what they should be. One parser serves any number of documents. */
  static async load(bytes: ParserBytes): Promise<NginxParser> {
    const made = new NginxParser(() => bytes);
    await made.start();
    return made;
  }

  /**
   * One whose tree-sitter is started when a text needs it, for who reads texts and edits none: most are read without a tree. Until `start` has
   * been called, texts are for `read`; all else throws where it needs a tree.
   */
  static waiting(bytes: () => ParserBytes): NginxParser {
    return new NginxParser(bytes);
  }

  /** Starts tree-sitter, once. Rejects when the bytes are not what they should be. */
  start(): Promise<void> {
    this.starting ??= (async () => {
      const { runtime, grammar } = this.bytes();
      await initTreeSitter(runtime);
      this.parser = newParser(await loadLanguage(grammar));
    })();
    return this.starting;
  }

  /** The tree of a text, `old` being the edited one of an earlier text. */
  tree(text: string, old: Tree | null = null): Tree {
    if (!this.parser) throw new NotStarted('tree-sitter was not started');
    const tree = this.parser.parse(text, old);
    if (!tree) throw new Error('tree-sitter gave no tree');
    return tree;
  }

  /** A document that follows its text; never throws for a broken text. `dispose()` it when the file is closed. */
  open(id: FileId, text: string): Document {
    return new Document(this, id, text);
  }

  /** A configuration that is a part of another text; offsets are those of that text. */
  embedded(id: FileId, text: string, window: Window): Document {
    return new Document(this, id, text, window);
  }

  /** One of these, by whether there is a window; starts tree-sitter where the text, or what is written of a template, may need it. */
  async read(id: FileId, text: string, window: Window | null): Promise<Document> {
    try {
      const document = new Document(this, id, text, window);
      if (document.template !== null) await this.start();
      return document;
    } catch (error) {
      if (!(error instanceof NotStarted)) throw error;
    }
    await this.start();
    return new Document(this, id, text, window);
  }
}
