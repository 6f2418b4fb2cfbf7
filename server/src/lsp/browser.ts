/** The server as a worker in a browser: the client sends the wasm bytes and lends its files. */
import { BrowserMessageReader, BrowserMessageWriter, createConnection } from 'vscode-languageserver/browser';
import manifest from '../../../package.json';
import { Pcre2Regexes } from '../base/pcre2.ts';
import { loadCatalog } from '../catalog/catalog.ts';
import { loadPython } from '../deploy/python-tree.ts';
import { RULES } from '../rules/all.ts';
import { NginxParser } from '../syntax/parser.ts';
import { ClientFiles } from './client-files.ts';
import type { InitializationOptions } from './protocol.ts';
import { serve } from './server.ts';

// the global of a worker; its type would need the DOM's library
const scope = globalThis as unknown as ConstructorParameters<typeof BrowserMessageReader>[0];
const connection = createConnection(new BrowserMessageReader(scope), new BrowserMessageWriter(scope));

/** Bytes out of base64. */
const bytes = (base64: string): Uint8Array => Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));

serve(connection, {
  files: new ClientFiles(connection),
  now: () => performance.now(),
  version: manifest.version,
  parts: async ({ wasm }: InitializationOptions) => {
    if (!wasm) throw new Error('the client sent no wasm');
    const parser = await NginxParser.load({ runtime: bytes(wasm.runtime), grammar: bytes(wasm.grammar) });
    const regexes = await Pcre2Regexes.load(bytes(wasm.pcre2));
    const python = () => loadPython({ runtime: bytes(wasm.runtime), grammar: bytes(wasm.python) });
    return { parser, engine: { catalog: loadCatalog(), regexes }, rules: RULES, python };
  },
});
