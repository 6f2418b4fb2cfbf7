/** Helpers of the deploy tests: files by short names, and the words that a place covers. */
import fs from 'node:fs';
import { type FileId, fromPath } from '../../server/src/base/file-id.ts';
import type { Place } from '../../server/src/base/span.ts';
import { loadPython, type Python } from '../../server/src/deploy/python-tree.ts';

export const at = (name: string): FileId => fromPath(`/project/${name}`);

/** The text under a place. */
export const covered = (files: ReadonlyMap<FileId, string> | string, place: Place | null): string | null => {
  if (!place) return null;
  const text = typeof files === 'string' ? files : files.get(place.file);
  return text === undefined ? null : text.slice(place.span.start, place.span.end);
};

/** `#- path` sections of a text as files below /project; text before the first one is dropped. */
export function tree(text: string): Map<FileId, string> {
  const files = new Map<FileId, string>();
  const parts = text.split(/^#- (.+)\n/m);
  for (let i = 1; i < parts.length; i += 2) files.set(at(parts[i]!.trim()), parts[i + 1] ?? '');
  return files;
}

let python: Promise<Python> | undefined;

/** The Python grammar, loaded once per test process. */
export const loadedPython = (): Promise<Python> =>
  (python ??= loadPython({
    runtime: fs.readFileSync('node_modules/web-tree-sitter/web-tree-sitter.wasm'),
    grammar: fs.readFileSync('node_modules/tree-sitter-python/tree-sitter-python.wasm'),
  }));
