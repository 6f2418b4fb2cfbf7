/** The form of a handler: method, capability and work in one declaration, so that no method is advertised that nobody serves. */
import { ErrorCodes, LSPErrorCodes, type Position, ResponseError, type ServerCapabilities } from 'vscode-languageserver';
import { Cancelled, type CancelToken } from '../base/cancel.ts';
import type { FileId } from '../base/file-id.ts';
import { fileId } from '../base/file-id.ts';
import type { Config } from '../config/config.ts';
import type { SourceFile } from '../syntax/statement.ts';
import type { Snapshot, Workspace } from '../workspace/workspace.ts';
import { type Encoding, toOffset } from './convert/encoding.ts';
import type { Session } from './session.ts';

/** What a reading handler is given: a view that is used up before it returns. */
export interface ReadContext {
  readonly snapshot: Snapshot;
  readonly encoding: Encoding;
  readonly session: Session;
  readonly cancel: CancelToken;
}

/** The file of a request with the first configuration that reads it. */
export interface Target {
  readonly file: SourceFile;
  readonly config: Config;
  readonly configs: readonly Config[];
}

/** The file of a URI with the configurations that read it; null where none does. */
export function subjectOf(snapshot: Snapshot, uri: string): Target | null {
  const id: FileId = fileId(uri);
  const file = snapshot.file(id);
  const configs = snapshot.configsOf(id);
  return file && configs[0] ? { file, config: configs[0], configs } : null;
}

/** The same at a place: in a file of another language it is the configuration that holds the place, if any. */
export function targetAt(
  snapshot: Snapshot,
  uri: string,
  position: Position,
  encoding: Encoding,
): (Target & { readonly offset: number }) | null {
  const id: FileId = fileId(uri);
  let t = subjectOf(snapshot, uri);
  if (!t) {
    const host = snapshot.text(id);
    const parts = snapshot.embedded(id);
    if (!host || !parts.length) return null;
    const offset = toOffset(host, position, encoding);
    const part = parts.find((e) => e.span.start <= offset && offset <= e.span.end);
    t = part ? subjectOf(snapshot, part.id) : null;
  }
  return t && { ...t, offset: toOffset(t.file, position, encoding) };
}

interface Common {
  readonly method: string;
  readonly capability?: Partial<ServerCapabilities>;
  /** answered from what is known already, before everything is loaded */
  readonly early?: boolean;
  /** a request without parameters */
  readonly takesNothing?: boolean;
}

export interface ReadHandler<P, R> extends Common {
  readonly access: 'read';
  run(context: ReadContext, params: P): R;
}

/** It lists folders of the disk while it is asked, so it takes the snapshots itself and sees to it that its text is still the one asked about. */
export interface DiskHandler<P, R> extends Common {
  readonly access: 'disk';
  run(
    context: { readonly workspace: Workspace; readonly session: Session; readonly encoding: Encoding; readonly cancel: CancelToken },
    params: P,
  ): R | Promise<R>;
}

/** It waits for all rules, which judge in slices that let other requests through; the snapshot is that of their text. */
export interface RoundHandler<P, R> extends Common {
  readonly access: 'round';
  /** whether it is about files, too, that nobody has opened */
  everything?(workspace: Workspace, params: P): boolean;
  run(context: ReadContext, params: P): R;
}

/** A handler of any method: its parameters come from the wire, and only its own method knows their shape. */
export type Handler = ReadHandler<never, unknown> | DiskHandler<never, unknown> | RoundHandler<never, unknown>;

/** Declares a handler that answers from a snapshot, and only while it is current. */
export const reads = <P, R>(handler: Omit<ReadHandler<P, R>, 'access'>): Handler => ({ ...handler, access: 'read' });
/** Declares a handler that answers from what all rules have found in the current text. */
export const readsFindings = <P, R>(handler: Omit<RoundHandler<P, R>, 'access'>): Handler => ({ ...handler, access: 'round' });
/** Declares a handler that waits for the disk. */
export const readsDisk = <P, R>(handler: Omit<DiskHandler<P, R>, 'access'>): Handler => ({ ...handler, access: 'disk' });

/** What a server offers, by all that handle its requests: where two speak of one thing (`workspace`), both are heard. */
export function capabilitiesOf(base: ServerCapabilities, handlers: readonly Handler[]): ServerCapabilities {
  const all: Record<string, unknown> = { ...base };
  for (const { capability = {} } of handlers)
    for (const [key, value] of Object.entries(capability))
      all[key] = isObject(all[key]) && isObject(value) ? { ...all[key], ...value } : value;
  return all;
}
const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null && !Array.isArray(value);

const numbers = (value: unknown, ...keys: readonly string[]): boolean =>
  isObject(value) && keys.every((key) => typeof (value as Record<string, unknown>)[key] === 'number');
const isPosition = (value: unknown): boolean => numbers(value, 'line', 'character');

/** What LSP wants of the parameters of its own methods about a document. */
const NEEDED: readonly (readonly [method: RegExp, key: string, fits: (value: unknown) => boolean])[] = [
  [/^textDocument\//, 'textDocument', (v) => isObject(v) && 'uri' in v && typeof v.uri === 'string'],
  [
    /\/(?:hover|completion|definition|references|rename|prepareRename|documentHighlight|signatureHelp|prepareCallHierarchy|onTypeFormatting)$/,
    'position',
    isPosition,
  ],
  [
    /\/(?:codeAction|rangeFormatting|inlayHint|semanticTokens\/range)$/,
    'range',
    (v) => isObject(v) && 'start' in v && 'end' in v && isPosition(v.start) && isPosition(v.end),
  ],
];

/** Throws where the parameters of a request are none of its method. */
function fitting({ method, takesNothing }: Handler, params: unknown): void {
  if (takesNothing) return;
  const given = isObject(params) ? (params as Record<string, unknown>) : null;
  const lacks = given ? NEEDED.find(([of, key, fits]) => of.test(method) && !fits(given[key]))?.[1] : 'parameters';
  if (lacks) throw new ResponseError(ErrorCodes.InvalidParams, `${method} needs ${lacks}`);
}

const macrotask = (): Promise<void> => new Promise((done) => setTimeout(done, 0));

/**
 * The one wrapper around every handler: yields so that newer messages and cancellations are seen, waits for files that are still read,
 * takes the snapshot, runs, and gives the answer only if nothing changed meanwhile.
 */
export const run = (handler: Handler, session: Session, params: unknown, cancel: CancelToken): Promise<unknown> => {
  const answer = (): Promise<unknown> => answerOf(handler, session, params, cancel);
  // what waits for the rules must not keep them waiting
  return handler.access === 'round' ? answer() : session.publisher.first(answer);
};

async function answerOf(handler: Handler, session: Session, params: unknown, cancel: CancelToken): Promise<unknown> {
  const { workspace, encoding } = session;
  try {
    fitting(handler, params);
    await macrotask();
    if (cancel.cancelled) throw new Cancelled();
    if (handler.access === 'disk') return await handler.run({ workspace, session, encoding, cancel }, params as never);
    if (!handler.early) await workspace.settle(cancel);
    const { revision } = workspace;
    const { publisher } = session;
    const asked = async (): Promise<boolean> =>
      handler.access !== 'round' ||
      (handler.everything?.(workspace, params as never) ? publisher.everything(revision, cancel) : publisher.whole(revision, cancel));
    if (!(await asked())) {
      if (cancel.cancelled) throw new Cancelled();
      throw new ResponseError(LSPErrorCodes.ContentModified, 'the text changed');
    }
    const answer = handler.run({ snapshot: workspace.snapshot(), encoding, session, cancel }, params as never);
    if (workspace.revision !== revision) throw new ResponseError(LSPErrorCodes.ContentModified, 'the text changed');
    return answer;
  } catch (error) {
    if (error instanceof Cancelled) throw new ResponseError(LSPErrorCodes.RequestCancelled, 'cancelled');
    if (error instanceof ResponseError) throw error;
    session.log(`${handler.method}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
    throw new ResponseError(
      LSPErrorCodes.RequestFailed,
      `${handler.method} failed: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}
