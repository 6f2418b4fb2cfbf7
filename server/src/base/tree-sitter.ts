/**
 * The tree-sitter runtime, started once per process for every grammar that needs it. Receives bytes and never looks for a file: where they
 * come from differs between Node, VS Code and a browser, and is the caller's business.
 */
import { Language, Parser } from 'web-tree-sitter';

let started: Promise<void> | undefined;

/**
 * Starts the runtime with the bytes of `web-tree-sitter.wasm`. Later calls wait for the first one and ignore their argument.
 * Rejects when the bytes are no such module; the next call then tries again.
 */
export function initTreeSitter(runtime: Uint8Array): Promise<void> {
  // Emscripten asks for the file's name even where it got the bytes; without an answer a CommonJS bundle looks at import.meta.url.
  const options = { wasmBinary: runtime, locateFile: (name: string) => name };
  started ??= Parser.init(options as unknown as Parameters<typeof Parser.init>[0]).catch((error: unknown) => {
    started = undefined;
    throw error;
  });
  return started;
}

/** A grammar from the bytes of its wasm. `initTreeSitter` must have been called; rejects when the bytes are no grammar. */
export const loadLanguage = (grammar: Uint8Array): Promise<Language> => Language.load(grammar);

/** A parser of a loaded grammar; `delete()` it when it is no longer used. */
export const newParser = (language: Language): Parser => new Parser().setLanguage(language);
