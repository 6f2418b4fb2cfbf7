/** ngx_http_dav_module: what becomes of PUT, DELETE, MKCOL, COPY and MOVE, by what is on the disk. Nothing is written. */
import { type ByteString, fromBytes, lower } from '../../base/bytes.ts';
import { escapeUri } from '../escape.ts';
import { sendHeader } from '../filters.ts';
import { mapUri, rootOf } from '../paths.ts';
import type { Handler } from '../phases.ts';
import { knownMethod, type Run, type Verdict } from '../run.ts';
import type { FileKind } from '../trace.ts';
import { parseUnsafe } from '../uri.ts';

const MODULE = 'ngx_http_dav_module';
const METHODS = new Set(['PUT', 'DELETE', 'MKCOL', 'COPY', 'MOVE']);
const WHY = 'the disk decides what is there';

export const davHandler: Handler = {
  module: MODULE,
  reads: ['dav_methods', 'create_full_put_path', 'min_delete_depth'],
  run(run): Verdict {
    const method = knownMethod(run.methodName);
    const methods = new Set(run.lines('dav_methods').flatMap((d) => d.values.map((v) => v.toUpperCase())));
    if (!METHODS.has(method) || !methods.has(method)) return 'declined';
    const hasBody = run.contentLength > 0 || run.chunked;
    if (method === 'PUT') return put(run);
    if (hasBody) return tell(run, `${method} takes no body`, 415);
    run.discardBody();
    return method === 'DELETE' ? remove(run) : method === 'MKCOL' ? makeFolder(run) : copyOrMove(run, method === 'COPY' ? 'COPY' : 'MOVE');
  },
};

function tell(run: Run, said: string, status: number): number {
  run.report.step({
    phase: 'content',
    handler: MODULE,
    at: run.directive('dav_methods') ?? null,
    said: `${said}: ${status}`,
  });
  return status;
}

const isFolder = (uri: ByteString): boolean => uri.endsWith('/');
const bare = (path: ByteString): ByteString => (path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path);

/** `through`: a part of the way is a file, where a folder should be (ENOTDIR). */
function look(run: Run, path: ByteString, likely: FileKind | null): FileKind | 'through' | null {
  const at = run.directive('dav_methods') ?? null;
  const kind = run.stat(bare(path), likely, WHY, at);
  if (kind === null) {
    for (let up = folderOf(bare(path)); up.length > 1; up = folderOf(up)) {
      const known = run.options.files?.stat(fromBytes(up));
      if (known === 'file' || known === 'executable') return 'through';
      if (known === 'folder') break;
    }
    return null;
  }
  return path.endsWith('/') && (kind === 'file' || kind === 'executable') ? 'through' : kind;
}

const folderOf = (path: ByteString): ByteString => path.slice(0, Math.max(1, path.lastIndexOf('/')));
const isFile = (kind: FileKind | 'through' | null): boolean => kind === 'file' || kind === 'executable';

/** ngx_http_dav_error. */
const missing = (kind: FileKind | 'through' | null, otherwise = 404): number => (kind === 'forbidden' ? 403 : otherwise);

/** ngx_http_dav_put_handler, _handler. */
function put(run: Run): Verdict {
  if (isFolder(run.uri)) return tell(run, 'PUT to a collection', 409);
  if (run.header('content-range') !== null) return tell(run, 'PUT of a part is not supported', 501);
  const refused = run.readBody(false);
  if (refused !== null) return refused;
  if (run.contentLength < 0) return tell(run, 'PUT without a body', 500);
  const mapped = mapUri(run);
  if (!mapped) return 500;
  const kind = look(run, mapped.path, null);
  if (kind === 'folder') return tell(run, `${fromBytes(mapped.path)} is a folder`, 409);
  if (kind === 'through') return tell(run, `a part of ${fromBytes(mapped.path)} is a file`, 500);
  const fresh = !isFile(kind);
  if (fresh && !run.flag('create_full_put_path', false)) {
    const folder = folderOf(mapped.path);
    if (look(run, folder, 'folder') !== 'folder')
      return tell(run, `the folder ${fromBytes(folder)} is not there, and create_full_put_path is off`, 500);
  }
  const status = fresh ? 201 : 204;
  tell(run, `${fromBytes(mapped.path)} is ${fresh ? 'made' : 'replaced'}`, status);
  const { reply } = run;
  reply.kind = 'content';
  reply.status = status;
  reply.headerOnly = true;
  if (fresh) {
    reply.setLocation(escapeUri(run.uri, 'uri'));
    reply.contentLength = 0;
  }
  return sendHeader(run);
}

type Depth = 'infinity' | 0 | 1 | 'invalid';

/** ngx_http_dav_depth. */
function depthOf(run: Run, otherwise: Depth): Depth {
  const text = run.header('depth');
  if (text === null) return otherwise;
  return text === '0' ? 0 : text === '1' ? 1 : text === 'infinity' ? 'infinity' : 'invalid';
}

/** ngx_http_dav_delete_handler. */
function remove(run: Run): Verdict {
  const least = Number(run.text('min_delete_depth') ?? 0);
  if (least > 0) {
    const slashes = [...run.uri.slice(0, -1)].filter((c) => c === '/').length;
    if (slashes < least) return tell(run, `the path is not as deep as min_delete_depth ${least}`, 409);
  }
  const mapped = mapUri(run);
  if (!mapped) return 500;
  const { path } = mapped;
  const kind = look(run, path, isFolder(run.uri) ? 'folder' : 'file');
  if (kind === null || kind === 'through') return tell(run, `${fromBytes(path)} is not there`, kind === null ? 404 : 409);
  if (kind === 'folder') {
    if (!isFolder(run.uri)) return tell(run, `${fromBytes(path)} is a folder, and the path has no slash at its end`, 409);
    if (depthOf(run, 'infinity') !== 'infinity') return tell(run, 'a folder goes with "Depth: infinity" only', 400);
  } else {
    const depth = depthOf(run, 0);
    if (depth !== 0 && depth !== 'infinity') return tell(run, 'Depth is 0 or infinity', 400);
  }
  return done(run, `${fromBytes(path)} is removed`, 204);
}

function done(run: Run, said: string, status: 201 | 204): number {
  run.reply.kind = 'content';
  return tell(run, said, status);
}

/** ngx_http_dav_mkcol_handler. */
function makeFolder(run: Run): Verdict {
  if (!isFolder(run.uri)) return tell(run, 'MKCOL makes folders, and the path has no slash at its end', 409);
  const mapped = mapUri(run);
  if (!mapped) return 500;
  const { path } = mapped;
  const kind = look(run, path, null);
  if (kind === 'folder' || isFile(kind) || (kind === 'through' && isFile(look(run, bare(path), null))))
    return tell(run, `${fromBytes(path)} is there already`, 405);
  if (kind === 'forbidden') return 403;
  if (kind === 'through' || look(run, folderOf(bare(path)), 'folder') !== 'folder')
    return tell(run, `the folder around ${fromBytes(path)} is not there`, 409);
  run.reply.setLocation(escapeUri(run.uri, 'uri'));
  return done(run, `${fromBytes(path)} is made`, 201);
}

/** The path of a Destination header; null for what nginx refuses. */
function destinationOf(run: Run): ByteString | null {
  const text = run.header('destination');
  if (text === null) return null;
  let path: ByteString;
  if (text.startsWith('/')) path = text;
  else {
    const scheme = run.connection.tls ? 'https://' : 'http://';
    const start = scheme + run.host;
    if (run.host === '' || !text.startsWith(start)) return null;
    const slash = text.indexOf('/', start.length);
    if (slash < 0) return null;
    path = text.slice(slash);
  }
  return parseUnsafe(path)?.uri ?? null;
}

/** ngx_http_dav_validate_paths: two paths that are the same, or folders of which one is in the other. */
function areNested(source: ByteString, target: ByteString): boolean {
  const [a, b] = [source, target].map((p) => bare(p.replace(/\/{2,}/g, '/'))) as [ByteString, ByteString];
  return a === b || (isFolder(target) && (b.startsWith(`${a}/`) || a.startsWith(`${b}/`)));
}

/** ngx_http_dav_copy_move_handler. */
function copyOrMove(run: Run, method: 'COPY' | 'MOVE'): Verdict {
  const uri = destinationOf(run);
  if (uri === null) {
    const text = run.header('destination');
    return tell(run, text === null ? `${method} without a Destination` : `the Destination ${fromBytes(text)} is not of this server`, 400);
  }
  if (isFolder(run.uri) !== isFolder(uri)) return tell(run, 'source and Destination are not both folders or both files', 409);
  const { alias } = rootOf(run);
  if (alias > 0 && run.validLocation && run.behaviour.copiesWithinAlias && !uri.startsWith(run.uri.slice(0, alias)))
    return tell(run, `${fromBytes(uri)} is not in the location, whose files are below an alias`, 400);
  const depth = depthOf(run, 'infinity');
  if (depth !== 'infinity' && !(method === 'COPY' && depth === 0)) return tell(run, `Depth does not fit ${method}`, 400);
  const over = run.header('overwrite');
  if (over !== null && !/^[tf]$/i.test(over)) return tell(run, 'Overwrite is T or F', 400);
  const source = mapUri(run);
  const target = mapUri(run, uri);
  if (!source || !target) return 500;
  if (run.behaviour.refusesNestedCopies && areNested(source.path, target.path))
    return tell(run, `${fromBytes(source.path)} and ${fromBytes(target.path)} are the same or one is in the other`, 403);
  const there = look(run, target.path, null);
  if (there === 'through') return tell(run, `a part of ${fromBytes(target.path)} is a file`, 404);
  if (there !== null) {
    if (there === 'folder' && !isFolder(uri)) return tell(run, `${fromBytes(target.path)} is a folder`, 409);
    if (over !== null && lower(over) === 'f') return tell(run, `${fromBytes(target.path)} is there, and Overwrite is F`, 412);
  }
  const kind = look(run, source.path, isFolder(run.uri) ? 'folder' : 'file');
  if (kind === null || kind === 'through' || kind === 'forbidden')
    return tell(run, `${fromBytes(source.path)} is not there`, missing(kind));
  if (kind === 'folder') {
    if (!isFolder(run.uri)) return tell(run, `${fromBytes(source.path)} is a folder, and the path has no slash at its end`, 400);
    if (look(run, folderOf(bare(target.path)), 'folder') !== 'folder')
      return tell(run, `the folder around ${fromBytes(target.path)} is not there`, 404);
    return done(run, `${fromBytes(source.path)} goes to ${fromBytes(target.path)}`, 201);
  }
  // it is emptied before it is read
  if (source.path === target.path && method === 'COPY' && run.options.files?.size?.(fromBytes(source.path)) !== 0)
    return tell(run, 'a file is not copied onto itself', 500);
  // a file that moves makes the folders on its way, a copy does not
  if (method === 'COPY' && look(run, folderOf(target.path), 'folder') !== 'folder')
    return tell(run, `the folder around ${fromBytes(target.path)} is not there`, 500);
  return done(run, `${fromBytes(source.path)} goes to ${fromBytes(target.path)}`, 204);
}
