/** Pieces of a body that requests inside the request bring. */
import { type ByteString, fromBytes, toBytes } from '../base/bytes.ts';
import type { Directive } from '../config/directive.ts';
import type { Run } from './run.ts';

/** nginx ends at 50 requests inside of one another; a page that includes itself is known for one sooner. */
const DEEPEST = 40;

/** The text of the answer, one character a byte; null where it is not known. */
export function textOf(run: Run): ByteString | null {
  const { reply } = run;
  if (reply.body !== null) return reply.body;
  if (reply.file === null || reply.rewrites.size) return null;
  const text = run.options.files?.text?.(reply.file);
  return text === undefined || text === null ? null : toBytes(text);
}

export interface Piece {
  /** null where it is not known */
  readonly text: ByteString | null;
  /** the request that brings it; null where nginx would be deeper than anybody means */
  readonly run: Run | null;
}

/** A request inside this one for a piece of the body. */
export function piece(run: Run, uri: ByteString, args: ByteString, at: Directive | null, handler: string): Piece {
  if (run.depthOfRequests > DEEPEST) return { text: null, run: null };
  const sub = run.subrequest(uri, 'body', args);
  const { request } = sub.exchange;
  run.report.step({
    phase: 'filter',
    handler,
    at,
    said: `a piece of the body: ${fromBytes(uri)}${request ? `, ${request.uri} to ${request.upstream}` : ''}`,
  });
  return { text: textOf(sub), run: sub };
}
