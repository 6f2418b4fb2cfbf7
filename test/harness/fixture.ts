/**
 * Fixtures with marks. `#- path` starts a file (without one, the whole text is `/etc/nginx/nginx.conf`), `<|>` is the cursor, and a line
 * `# ^^^^ text` marks what is above its carets; marks without a text are allowed. Lines of marks stay in the text: they are comments.
 */
import assert from 'node:assert/strict';
import { type FileId, fromPath } from '../../server/src/base/file-id.ts';
import { Lines } from '../../server/src/base/lines.ts';
import { MemoryFiles } from '../../server/src/base/memory-files.ts';
import type { Place, Span } from '../../server/src/base/span.ts';

export interface Mark extends Place {
  readonly text: string;
}

export interface FixtureFile {
  /** as written behind `#-` */
  readonly path: string;
  readonly id: FileId;
  readonly text: string;
}

export interface Fixture {
  readonly files: readonly FixtureFile[];
  /** the first file */
  readonly main: FixtureFile;
  readonly cursor: { readonly file: FileId; readonly offset: number } | null;
  readonly marks: readonly Mark[];
  readonly disk: MemoryFiles;
  /** The file of that path, as written; fails when there is none. */
  file(path: string): FixtureFile;
  /** `nginx.conf:3:5`, for messages and expectations (one-based, characters). */
  show(place: Place): string;
}

const HEADER = /^#- +(\S+) *\r?\n?/;
const CURSOR = '<|>';
const FOLDER = '/etc/nginx/';

const absolute = (path: string): FileId => fromPath(path.startsWith('/') ? path : FOLDER + path);

function marksOf(id: FileId, text: string): Mark[] {
  const marks: Mark[] = [];
  const rows = text.split('\n');
  const lines = new Lines(text);
  let target = -1;
  for (const [i, row] of rows.entries()) {
    const carets = /^\s*#[ \t]*(\^+)([ \t][^\r]*)?\r?$/.exec(row);
    if (!carets) {
      target = i;
      continue;
    }
    assert.ok(target >= 0, `no line above the mark in ${id}:${i + 1}`);
    const from = lines.startOf(target) + row.indexOf('^');
    const span: Span = { start: from, end: from + carets[1]!.length };
    assert.ok(span.end <= lines.endOf(target), `the mark points behind the end of line ${target + 1}: ${row}`);
    marks.push({ file: id, span, text: (carets[2] ?? '').trim() });
  }
  return marks;
}

/** Reads a fixture; one leading line break is dropped. */
export function fixture(source: string): Fixture {
  const text = source.replace(/^\r?\n/, '');
  const parts = HEADER.test(text) ? text.split(/^(?=#- )/m) : [`#- nginx.conf\n${text}`];
  const files: FixtureFile[] = [];
  let cursor: Fixture['cursor'] = null;
  for (const part of parts) {
    const path = HEADER.exec(part)?.[1];
    assert.ok(path, `no path behind "#-": ${part.slice(0, 40)}`);
    const body = part.replace(HEADER, '');
    const at = body.indexOf(CURSOR);
    const id = absolute(path);
    if (at >= 0) {
      assert.ok(!cursor && body.indexOf(CURSOR, at + 1) < 0, 'more than one cursor');
      cursor = { file: id, offset: at };
    }
    files.push({ path, id, text: body.replace(CURSOR, '') });
  }
  return {
    files,
    main: files[0]!,
    cursor,
    marks: files.flatMap((f) => marksOf(f.id, f.text)),
    disk: new MemoryFiles(files.map((f) => [f.id, f.text] as const)),
    file(path) {
      const found = files.find((f) => f.path === path);
      assert.ok(found, `no file ${path} in the fixture`);
      return found;
    },
    show({ file, span }) {
      const found = files.find((f) => f.id === file);
      assert.ok(found, `no file ${file} in the fixture`);
      const { line, character } = new Lines(found.text).position(span.start);
      return `${found.path}:${line + 1}:${character + 1}`;
    },
  };
}
