/**
 * Programs for Node that answer other origins themselves: Express with the package `cors` for all routes, or Nest with `enableCors`. Read from the text of the
 * start file; no JavaScript is parsed.
 */
import { type FileId, pathOf } from '../base/file-id.ts';
import type { Place } from '../base/span.ts';
import type { ComposeService } from './compose.ts';
import { nodeAddress, withoutComments } from './node-port.ts';
import { likely } from './setting.ts';
import { NO_ENVIRONMENT } from './shell.ts';

/** The names of start files. */
const START = /\/(?:(?:server|app|index|main|start)\.[cm]?[jt]s|bin\/www)$/;

const MAX_LENGTH = 64 * 1024;

/** The package under its own name, for all routes: without options, or with an object of them. */
const FOR_ALL = /\b\w+\.use\(\s*cors\(\s*(?=[){])/;
const PACKAGE = /\brequire\(\s*["'`]cors["'`]\s*\)|\bfrom\s+["'`]cors["'`]/;
const NEST = /\b\w+\.enableCors\(/;

const indentOf = (line: string): number => line.length - line.trimStart().length;

/** Whether what is at a place of a text hangs on a condition: on its own line, or by the line that it is below. */
function isUnderCondition(text: string, at: number): boolean {
  const lines = text.slice(0, at).split('\n');
  const own = lines.pop()!;
  const outer = lines.findLast((line) => line.trim() !== '' && indentOf(line) < indentOf(own));
  return (
    /\bif\b|\?|&&/.test(own) ||
    /\b(?:if|else|case)\b/.test(outer ?? '') ||
    /\bif\s*\([^\n]*\)\s*$/.test(lines.findLast((l) => l.trim() !== '') ?? '')
  );
}

/** Where a start file has CORS answered for all routes; null where it does not, or where its options may switch that off. */
function corsIn(file: FileId, whole: string): { readonly name: string; readonly place: Place } | null {
  if (whole.length > MAX_LENGTH) return null;
  const text = withoutComments(whole);
  const used = PACKAGE.test(text) ? FOR_ALL.exec(text) : null;
  const m = used ?? NEST.exec(text);
  if (!m || isUnderCondition(text, m.index) || /\borigin\s*:\s*(?:false\b|process\.env|[\w.]+\s*\?)/.test(text)) return null;
  return { name: used ? 'the package cors' : 'enableCors', place: { file, span: { start: m.index, end: m.index + m[0].length } } };
}

/** A program for Node that answers other origins itself. */
export interface CrossOriginProgram {
  /** what does it */
  readonly name: string;
  readonly place: Place;
  /** the port that its start file names, which a variable may change; null where it names none */
  readonly port: number | null;
}

/** The programs of a project that do so, by their start files. */
export function crossOriginPrograms(files: ReadonlyMap<FileId, string>): readonly CrossOriginProgram[] {
  return [...files].flatMap(([file, text]) => {
    const found = START.test(pathOf(file)) && /cors/i.test(text) ? corsIn(file, text) : null;
    if (!found) return [];
    const address = nodeAddress([[file, text]], NO_ENVIRONMENT);
    const known = address && likely(address);
    return { ...found, port: known?.kind === 'tcp' ? known.port : null };
  });
}

/** The one of a container, whose image takes it from the folder that it is built in, or the only one that listens on a port of this machine. */
export function crossOriginAt(
  programs: readonly CrossOriginProgram[],
  where: { readonly service: ComposeService } | { readonly port: number },
): CrossOriginProgram | null {
  const found = programs.filter((p) =>
    'port' in where ? p.port === where.port : where.service.context !== null && p.place.file.startsWith(`${where.service.context}/`),
  );
  return found.length === 1 ? found[0]! : null;
}
