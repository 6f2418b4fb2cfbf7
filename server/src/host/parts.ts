/** The wasm parts and the catalog on node: finds the files that ship beside the bundle, or are in the source tree when tests run from it. */

import fs from 'node:fs';
import path from 'node:path';
import { Pcre2Regexes } from '../base/pcre2.ts';
import { table } from '../base/table.ts';
import { loadCatalog } from '../catalog/catalog.ts';
import type { Engine } from '../config/config.ts';
import { loadPython, type Python } from '../deploy/python-tree.ts';
import { Stock } from '../project/stock.ts';
import { RULES } from '../rules/all.ts';
import type { Rule } from '../rules/rule.ts';
import { NginxParser, type ParserBytes } from '../syntax/parser.ts';

/** Where each part lies: in the shipped package, and in a source tree. */
const PLACES: Record<string, string[]> = table({
  'web-tree-sitter.wasm': ['wasm', '../wasm', 'node_modules/web-tree-sitter'],
  'tree-sitter-nginx.wasm': ['wasm', '../wasm', 'server/grammar'],
  'pcre2.wasm': ['wasm', '../wasm', 'server/pcre2'],
  'tree-sitter-python.wasm': ['wasm', '../wasm', 'node_modules/tree-sitter-python'],
});

/** The folder of the running bundle; the working folder when there is none. */
const here = typeof __dirname === 'string' ? __dirname : process.cwd();

/** The bytes of one wasm file. Throws when the package is incomplete, and says which file is missing. */
export function wasmBytes(name: keyof typeof PLACES & string): Uint8Array {
  for (const folder of PLACES[name] ?? []) {
    const file = path.resolve(folder.startsWith('node_modules') || folder.startsWith('server') ? process.cwd() : here, folder, name);
    if (fs.existsSync(file)) return fs.readFileSync(file);
  }
  throw new Error(`${name} is missing: the package is incomplete, install it again (or run the build in a source tree)`);
}

export interface Parts {
  readonly parser: NginxParser;
  readonly engine: Engine;
  /** nginx's own files */
  readonly stock: Stock;
  readonly rules: readonly Rule[];
  /** the Python grammar, which only the rules about applications need: loaded when it is asked for */
  readonly python: () => Promise<Python>;
}

const parserBytes = (): ParserBytes => ({ runtime: wasmBytes('web-tree-sitter.wasm'), grammar: wasmBytes('tree-sitter-nginx.wasm') });

const partsOf = (parser: NginxParser, regexes: Pcre2Regexes): Parts => ({
  parser,
  engine: { catalog: loadCatalog(), regexes },
  stock: new Stock(parser),
  rules: RULES,
  python,
});

/** Everything that a process needs once. */
export async function loadParts(): Promise<Parts> {
  return partsOf(await NginxParser.load(parserBytes()), await Pcre2Regexes.load(wasmBytes('pcre2.wasm')));
}

/** The same for who reads and edits nothing: what a text does not need is never started. A wasm takes as long as a tenth of node's own start. */
export const partsAsNeeded = (): Parts =>
  partsOf(
    NginxParser.waiting(parserBytes),
    Pcre2Regexes.waiting(() => wasmBytes('pcre2.wasm')),
  );

let loading: Promise<Python> | undefined;
const python = (): Promise<Python> =>
  (loading ??= loadPython({ runtime: wasmBytes('web-tree-sitter.wasm'), grammar: wasmBytes('tree-sitter-python.wasm') }));
