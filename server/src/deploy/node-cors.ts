/**
 * Programs for Node that answer other origins themselves: Express with the package `cors` for all routes, or Nest with `enableCors`. Read from the text of the
 * start file; no JavaScript is parsed.
 */
import { type FileId, pathOf } from '../base/file-id.ts';
import type { Place } from '../base/span.ts';
import type { ComposeService } from './compose.ts';
import type { Deployment } from './deployment.ts';
import { nodeAddress, withoutComments } from './node-port.ts';
import { likely } from './setting.ts';
import { NO_ENVIRONMENT } from './shell.ts';

/** The names of start files. */
const START = /\/(?:(?:server|app|index|main|start)\.[cm]?[jt]s|bin\/www)$/;

const MAX_LENGTH = 64 * 1024;

/** The package under its own name, for all routes: without options, or with an object of them. */
const FOR_ALL = /(?:^|[\n;{}])[ \t]*(\w+)\.use\(\s*cors\(\s*(?=[){])/;

/** What makes a program of Express. */
const PROGRAM = /\b(\w+)(?:\s*:\s*[\w.]+)?\s*=\s*(?:express|require\(\s*["'`]express["'`]\s*\))\(\s*\)/g;
/** What is made a part of a program, below a path. */
const PART = /\.use\([^()\n]*\b(\w+)\s*\)/g;

/** Whether a name is that of the whole program: a router, and a program within another one, have some of its routes only. */
const isWhole = (text: string, name: string): boolean =>
  [...text.matchAll(PROGRAM)].some((m) => m[1] === name) && ![...text.matchAll(PART)].some((m) => m[1] === name);

const PACKAGE = /\brequire\(\s*["'`]cors["'`]\s*\)|\bfrom\s+["'`]cors["'`]/;
const NEST = /\b\w+\.enableCors\(/;

const indentOf = (line: string): number => line.length - line.trimStart().length;

/** Whether what is at a place of a text hangs on a condition: on its own line, the line before, or one that it is within by its indent. */
function isUnderCondition(text: string, at: number): boolean {
  const before = text.slice(0, at).split('\n');
  const own = before.pop()!;
  const lines = before.filter((line) => line.trim() !== '');
  if (/\bif\b|\?|&&|\|\|/.test(own) || /\bif\s*\([^\n]*\)\s*$|(?:&&|\|\||[?:])\s*$/.test(lines.at(-1) ?? '')) return true;
  // the lines that it is within, from the inside out
  let within = indentOf(own);
  for (const line of lines.reverse()) {
    const indent = indentOf(line);
    if (indent >= within) continue;
    if (/\b(?:if|else|case)\b/.test(line)) return true;
    within = indent;
  }
  return false;
}

/** Where a start file has CORS answered for all routes; null where it does not, or where its options may switch that off. */
function corsIn(file: FileId, whole: string): { readonly name: string; readonly place: Place } | null {
  if (whole.length > MAX_LENGTH) return null;
  const text = withoutComments(whole);
  const used = PACKAGE.test(text) ? FOR_ALL.exec(text) : null;
  const m = used ?? NEST.exec(text);
  if (!m || (used && !isWhole(text, used[1]!))) return null;
  const start = m.index + (used ? used[0].indexOf(used[1]!) : 0);
  if (isUnderCondition(text, start) || /\borigin\s*:\s*(?:false\b|process\.env|[\w.]+\s*\?)/.test(text)) return null;
  return { name: used ? 'the package cors' : 'enableCors', place: { file, span: { start, end: m.index + m[0].length } } };
}

/** A program for Node that answers other origins itself. */
export interface CrossOriginProgram {
  /** what does it */
  readonly name: string;
  readonly place: Place;
  /** the port that its start file names, which a variable may change; null where it names none, or the start file of another program does, too */
  readonly port: number | null;
}

/** The programs of a project that do so, by their start files. */
export function crossOriginPrograms(files: ReadonlyMap<FileId, string>): readonly CrossOriginProgram[] {
  const starts = [...files].filter(([file]) => START.test(pathOf(file)));
  const found = starts.flatMap(([file, text]) => (/cors/i.test(text) ? (corsIn(file, text) ?? []) : []));
  if (!found.length) return [];
  const ports = new Map<FileId, number>();
  for (const [file, text] of starts) {
    const address = nodeAddress([[file, text]], NO_ENVIRONMENT);
    const known = address && likely(address);
    if (known?.kind === 'tcp') ports.set(file, known.port);
  }
  const times = new Map<number, number>();
  for (const port of ports.values()) times.set(port, (times.get(port) ?? 0) + 1);
  return found.map((one) => {
    const port = ports.get(one.place.file);
    return { ...one, port: port !== undefined && times.get(port) === 1 ? port : null };
  });
}

/** Where the start file of an image is in the folder that it is built from; what is deeper may be of another program. */
const WITHIN = /^(?:src\/|bin\/)?[^/]+$/;

/** The one of a container, whose image takes it from the folder that only it is built in, or the only one that listens on a port of this machine. */
export function crossOriginAt(
  deployment: Deployment,
  where: { readonly service: ComposeService } | { readonly port: number },
): CrossOriginProgram | null {
  const found = deployment.crossOrigin.filter((p) => ('port' in where ? p.port === where.port : isBuiltInto(p, where.service)));
  if (found.length !== 1) return null;
  if ('port' in where) return found[0]!;
  const { context, dockerfile } = where.service;
  return deployment.containers.every((s) => s.context !== context || s.dockerfile === dockerfile) ? found[0]! : null;
}

const isBuiltInto = ({ place }: CrossOriginProgram, { context }: ComposeService): boolean =>
  context !== null && place.file.startsWith(`${context}/`) && WITHIN.test(place.file.slice(context.length + 1));
