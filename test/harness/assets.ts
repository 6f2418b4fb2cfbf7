/** The bytes that the core asks for, read from where this repository keeps them. */
import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { NginxParser } from '../../server/src/syntax/parser.ts';

const require = createRequire(path.resolve('package.json'));
const bytes = (file: string): Uint8Array => new Uint8Array(fs.readFileSync(file));

export const runtimeBytes = (): Uint8Array => bytes(require.resolve('web-tree-sitter/web-tree-sitter.wasm'));
export const grammarBytes = (): Uint8Array => bytes('server/grammar/tree-sitter-nginx.wasm');

let loaded: Promise<NginxParser> | undefined;

/** The one parser of a test process. */
export function parser(): Promise<NginxParser> {
  loaded ??= NginxParser.load({ runtime: runtimeBytes(), grammar: grammarBytes() });
  return loaded;
}
