/**
 * From `listen … http2` to `http2 on`: the parameter belongs to the socket and counts for every server on it, the directive belongs to the server
 * and counts on all of its sockets (ngx_http_core_listen, ngx_http_wait_request_handler). What keeps the one gives the other more.
 */
import type { FileEdit, TextEdit } from '../../base/edit.ts';
import type { FileId } from '../../base/file-id.ts';
import { PerConfig } from '../../config/asked.ts';
import type { Scope } from '../../config/scope.ts';
import { type Listener, listenersOf, type Server, serversOf } from '../../config/servers.ts';
import type { SourceFile } from '../../syntax/statement.ts';
import { insertAfter, removeArgument, replace } from '../fix.ts';

export interface Http2Move {
  readonly edits: readonly FileEdit[];
  /** servers that get the line */
  readonly servers: number;
  /** sockets on which HTTP/2 was not spoken and will be: without TLS by clients that begin with it */
  readonly gained: readonly string[];
}

/** The edits for a server and all that share its sockets; null where one of them has no place for the line. */
export const http2Move = (scope: Scope): Http2Move | null => moves.of(scope.config).get(scope) ?? null;

/** By the scope of each server: those of one socket have one move together. */
const moves = new PerConfig((config): ReadonlyMap<Scope, Http2Move | null> => {
  const found = new Map<Scope, Http2Move | null>();
  const listening = new Map<Server, Listener[]>();
  for (const listener of listenersOf(config))
    for (const server of listener.servers) {
      const known = listening.get(server);
      if (known) known.push(listener);
      else listening.set(server, [listener]);
    }
  for (const server of serversOf(config)) {
    if (found.has(server.scope)) continue;
    const together = new Set([server]);
    const sockets = new Set<Listener>();
    for (const one of together)
      for (const listener of listening.get(one) ?? []) {
        if (sockets.has(listener)) continue;
        sockets.add(listener);
        if (listener.http2) for (const other of listener.servers) together.add(other);
      }
    const move = moveOf(together, sockets);
    for (const one of together) found.set(one.scope, move);
  }
  return found;
});

function moveOf(moved: ReadonlySet<Server>, sockets: ReadonlySet<Listener>): Http2Move | null {
  const files = new Map<FileId, { file: SourceFile; edits: Map<string, TextEdit> }>();
  const put = (file: SourceFile, edit: TextEdit): void => {
    const own = files.get(file.id) ?? { file, edits: new Map<string, TextEdit>() };
    own.edits.set(`${edit.span.start} ${edit.span.end} ${edit.newText}`, edit);
    files.set(file.id, own);
  };
  let servers = 0;
  for (const server of moved) {
    const lines = server.scope.named('listen');
    const last = lines.at(-1);
    if (!last || lines.some((d) => d.args.some((a) => a.templated))) return null;
    for (const d of lines) for (const a of d.args.slice(1)) if (a.value === 'http2') put(d.file, removeArgument(d.file, d.statement, a));
    const [line] = server.scope.effective('http2').directives;
    if (line?.value(0).toLowerCase() === 'on') continue;
    // the parameter counted whatever the directive said
    if (line && line.scope === server.scope) {
      if (!line.args[0] || line.args[0].templated) return null;
      put(line.file, replace(line.args[0], 'on'));
      continue;
    }
    servers++;
    put(last.file, insertAfter(last.file, last.statement, ['http2 on;']));
  }
  const gained = [...sockets].filter((l) => !l.http2 && !l.udp).map((l) => l.text);
  return { edits: [...files].map(([file, { edits }]) => ({ file, edits: [...edits.values()] })), servers, gained };
}

/** What the change does, for a menu. */
export const http2Title = ({ servers, gained }: Http2Move): string =>
  `Turn HTTP/2 on by a directive ${servers > 1 ? `in all ${servers} servers of the socket` : 'of its own'}${gained.length ? ` (then also on ${gained.slice(0, 3).join(', ')})` : ''}`;
