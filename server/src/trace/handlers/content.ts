/** The handlers of the content phase, and those that a location names itself. */

import { fromBytes, toBytes } from '../../base/bytes.ts';
import { table } from '../../base/table.ts';
import type { Directive } from '../../config/directive.ts';
import { ECHOES } from '../../config/handlers.ts';
import type { Scope } from '../../config/scope.ts';
import { escapeUri } from '../escape.ts';
import { clientTakesGzip, OF_CLIENTS, sendHeader } from '../filters.ts';
import { httpTime } from '../http-time.ts';
import { setContentType } from '../mime.ts';
import { mapUri, rootOf } from '../paths.ts';
import type { Handler } from '../phases.ts';
import { knownMethod, type Run, type Verdict } from '../run.ts';
import { compileValue, evaluateKept } from '../script.ts';
import { davHandler } from './dav.ts';
import { grpcHandler, memcachedHandler } from './grpc-memcached.ts';
import { fastcgiHandler, scgiHandler, uwsgiHandler } from './params.ts';
import { OF_PROXY, proxyHandler } from './proxy.ts';
import { readsOf } from './upstream.ts';

const READING = new Set(['GET', 'HEAD', 'POST']);

const reads = (run: Run): boolean => READING.has(knownMethod(run.methodName));

/** ngx_http_index_handler. */
const indexHandler: Handler = {
  module: 'ngx_http_index_module',
  reads: ['index', 'autoindex'],
  run(run): Verdict {
    if (!run.uri.endsWith('/') || !reads(run)) return 'declined';
    const lines = run.lines('index');
    const names = lines.length ? lines.flatMap((d) => d.values) : ['index.html'];
    const directive = lines.at(-1) ?? null;
    const mapped = mapUri(run);
    let tested = false;
    for (const written of names) {
      const value = compileValue(written);
      const name = run.bounded(evaluateKept(value, run));
      if (name.startsWith('/')) {
        run.report.step({ phase: 'content', handler: this.module, at: directive, said: `index ${fromBytes(name)}, untested` });
        return { uri: name, args: run.args };
      }
      if (!mapped) return 500;
      const path = mapped.path + name;
      // whoever lists a folder and names no index file has none
      const listed = !lines.length && run.flag('autoindex', false);
      const found = run.stat(
        path,
        names[0] === written && !listed ? 'file' : null,
        'the disk decides which index file is there',
        directive,
      );
      if (found === 'forbidden') return 403;
      if (found === null) {
        if (!tested) {
          const folder = mapped.path.endsWith('/') && mapped.path.length > 1 ? mapped.path.slice(0, -1) : mapped.path;
          const kind = run.stat(folder, 'folder', 'the disk decides whether the folder is there', directive);
          if (kind === null) {
            run.report.step({ phase: 'content', handler: this.module, at: directive, said: `${fromBytes(mapped.path)} is not there: 404` });
            return 404;
          }
          // behind a slash the file name itself fails (ENOTDIR); an alias without one leads to the folder test
          if (kind === 'file' || kind === 'executable') return mapped.path.endsWith('/') ? 404 : 500;
          tested = true;
        }
        continue;
      }
      run.report.step({ phase: 'content', handler: this.module, at: directive, said: `index file ${fromBytes(path)}` });
      return { uri: run.uri + name, args: run.args };
    }
    return 'declined';
  },
};

/** ngx_http_random_index_handler. */
const randomIndexHandler: Handler = {
  module: 'ngx_http_random_index_module',
  reads: ['random_index'],
  run(run): Verdict {
    if (!run.uri.endsWith('/') || !reads(run) || !run.flag('random_index', false)) return 'declined';
    const mapped = mapUri(run);
    if (!mapped) return 500;
    const at = run.directive('random_index') ?? null;
    const kind = run.stat(mapped.path, 'folder', 'the disk decides whether the folder is there', at);
    if (kind === null || kind === 'forbidden') return kind === null ? 404 : 403;
    const names = run.options.files?.names?.(fromBytes(mapped.path))?.filter((n) => !n.startsWith('.'));
    if (names?.length === 0) return 'declined';
    const name =
      names?.length === 1
        ? toBytes(names[0]!)
        : toBytes(
            run.report.assume({
              id: 'random_index',
              what: 'the file that random_index picks',
              otherwise: names?.[0] ?? '',
              why: 'picked at random',
              choices: names ?? [],
              at,
            }),
          );
    if (name === '') return 'declined';
    run.report.step({ phase: 'content', handler: this.module, at, said: `picks ${fromBytes(name)}` });
    return { uri: run.uri + name, args: run.args };
  },
};

/** ngx_http_autoindex_handler. */
const autoindexHandler: Handler = {
  module: 'ngx_http_autoindex_module',
  reads: ['autoindex', 'autoindex_format'],
  run(run): Verdict {
    if (!run.uri.endsWith('/') || (run.methodName !== 'GET' && run.methodName !== 'HEAD') || !run.flag('autoindex', false))
      return 'declined';
    const mapped = mapUri(run);
    if (!mapped) return 500;
    const at = run.directive('autoindex') ?? null;
    const format = run.text('autoindex_format') ?? 'html';
    const callback = format === 'jsonp' ? run.variable('arg_callback') : null;
    if (callback && !/^[\w.]{1,128}$/.test(callback)) {
      run.report.step({ phase: 'content', handler: this.module, at, said: `"${fromBytes(callback)}" is no name of a callback` });
      return 400;
    }
    const kind = run.stat(mapped.path, 'folder', 'the disk decides whether the folder is there', at);
    if (kind !== 'folder') return kind === 'forbidden' ? 403 : 404;
    run.reply.kind = 'content';
    run.reply.status = 200;
    run.reply.setType(
      { html: 'text/html', xml: 'text/xml', json: 'application/json', jsonp: 'application/javascript' }[format] ?? 'text/html',
    );
    // only the XML listing says its charset by itself, and a JSONP one without a callback is plain JSON
    if (format === 'xml') run.reply.charset = 'utf-8';
    if (format === 'jsonp' && !callback) run.reply.setType('application/json');
    run.report.step({ phase: 'content', handler: this.module, at, said: `listing of ${fromBytes(mapped.path)}` });
    return sendHeader(run);
  },
};

/** ngx_http_gzip_static_handler. */
const gzipStaticHandler: Handler = {
  module: 'ngx_http_gzip_static_module',
  reads: ['gzip_static', 'etag', 'gzip_vary', ...OF_CLIENTS],
  run(run): Verdict {
    const mode = run.text('gzip_static') ?? 'off';
    if (mode === 'off' || (run.methodName !== 'GET' && run.methodName !== 'HEAD') || run.uri.endsWith('/')) return 'declined';
    const accepted = mode === 'always' || clientTakesGzip(run).ok;
    if (!accepted && !run.flag('gzip_vary', false)) return 'declined';
    const mapped = mapUri(run);
    if (!mapped) return 500;
    const at = run.directive('gzip_static') ?? null;
    const path = `${mapped.path}.gz`;
    const kind = run.stat(path, null, 'the disk decides whether a compressed file is there', at);
    if (kind === 'forbidden' || kind === null || kind === 'folder') return 'declined';
    if (mode === 'on') run.reply.gzipVary = true;
    if (!accepted) return 'declined';
    return sendFile(run, path, 'ngx_http_gzip_static_module', true);
  },
};

/** ngx_http_static_handler. */
const staticHandler: Handler = {
  module: 'ngx_http_static_module',
  reads: ['etag'],
  run(run): Verdict {
    if (!reads(run)) {
      run.report.step({ phase: 'content', handler: this.module, said: `${fromBytes(run.methodName)} is not allowed on files: 405` });
      return 405;
    }
    if (run.uri.endsWith('/')) return 'declined';
    const mapped = mapUri(run);
    const root = rootOf(run);
    if (!mapped) {
      run.report.step({
        phase: 'content',
        handler: this.module,
        at: root.directive,
        said: 'alias cannot be used where the URI was rewritten: 500',
      });
      return 500;
    }
    const { path } = mapped;
    // root and alias name folders, but an alias that is made of what a regular expression took is the whole name
    const whole = root.alias === -1 && root.literal === null;
    const likely = (path === mapped.root && !whole) || `${path}/` === mapped.root ? 'folder' : 'file';
    const kind = run.stat(path, likely, 'the disk decides whether the file is there', root.directive);
    if (kind === null || kind === 'forbidden') {
      run.report.step({
        phase: 'content',
        handler: this.module,
        at: root.directive,
        said: kind === null ? `${fromBytes(path)} is not there: 404` : `${fromBytes(path)} may not be read: 403`,
      });
      return kind === null ? 404 : 403;
    }
    if (kind === 'folder') {
      const target = `${escapeUri(run.uri, 'uri')}/${run.args === '' ? '' : `?${run.args}`}`;
      run.reply.setLocation(target);
      run.report.step({ phase: 'content', handler: this.module, at: root.directive, said: `a folder: redirect to ${fromBytes(target)}` });
      return 301;
    }
    if (run.methodName === 'POST') {
      run.report.step({ phase: 'content', handler: this.module, at: root.directive, said: 'POST is not allowed on files: 405' });
      return 405;
    }
    return sendFile(run, path, this.module, false);
  },
};

/** What comes before the rest of a film that does not begin at its start. */
const FLV_HEADER = 13;

/** `start`: the byte from which a film is sent, as the client names it. */
function sendFile(run: Run, path: string, module: string, gzipped: boolean, start: string | null = null): Verdict {
  const { reply } = run;
  run.discardBody();
  run.reply.kind = 'static';
  run.reply.file = fromBytes(path);
  reply.status = 200;
  let size = run.options.files?.size?.(run.reply.file);
  const from = start !== null && /^\d{1,15}$/.test(start) && !(size !== undefined && Number(start) >= size) ? Number(start) : 0;
  if (from > 0 && size !== undefined) size += FLV_HEADER - from;
  // an unknown size is taken for a usual one: longer than gzip_min_length
  reply.contentLength = size ?? 1_000_000;
  reply.lengthKnown = size !== undefined;
  const date = run.options.files?.modified?.(run.reply.file);
  reply.setLastModified(date === undefined ? '' : httpTime(date));
  if (run.flag('etag', true))
    reply.etag = reply.add('ETag', date === undefined || size === undefined ? '' : `"${date.toString(16)}-${size.toString(16)}"`, null);
  setContentType(run);
  if (gzipped) reply.contentEncoding = reply.add('Content-Encoding', 'gzip', run.directive('gzip_static') ?? null);
  reply.allowRanges = !gzipped || run.behaviour.rangesOfGzipStatic;
  run.report.step({
    phase: 'content',
    handler: module,
    at: rootOf(run).directive,
    said: `file ${run.reply.file}${from > 0 ? ` from byte ${from}` : ''}`,
  });
  return sendHeader(run);
}

export const contentHandlers: readonly Handler[] = [
  randomIndexHandler,
  indexHandler,
  autoindexHandler,
  davHandler,
  gzipStaticHandler,
  staticHandler,
];

type Own = (run: Run) => Verdict;

/** ngx_http_empty_gif_handler. */
function emptyGif(run: Run): Verdict {
  if (run.methodName !== 'GET' && run.methodName !== 'HEAD') return 405;
  run.discardBody();
  run.reply.kind = 'content';
  run.reply.status = 200;
  run.reply.contentLength = 43;
  run.reply.setType('image/gif');
  // the day of which ngx_http_empty_gif_module says that the picture was made
  run.reply.setLastModified(httpTime(23_349_600));
  run.report.step({ phase: 'content', handler: 'ngx_http_empty_gif_module', at: run.directive('empty_gif') ?? null, said: 'an empty GIF' });
  return sendHeader(run);
}

/** ngx_http_stub_status_handler. */
function stubStatus(run: Run): Verdict {
  if (run.methodName !== 'GET' && run.methodName !== 'HEAD') return 405;
  run.discardBody();
  run.reply.kind = 'content';
  run.reply.status = 200;
  run.reply.setType('text/plain');
  run.reply.contentLength = 100;
  run.reply.lengthKnown = false;
  run.report.step({
    phase: 'content',
    handler: 'ngx_http_stub_status_module',
    at: run.directive('stub_status') ?? null,
    said: 'status of nginx',
  });
  return sendHeader(run);
}

/** ngx_http_flv_handler, ngx_http_mp4_handler: a file, cut by arguments. */
const video =
  (name: 'flv' | 'mp4'): Own =>
  (run) => {
    if (run.methodName !== 'GET' && run.methodName !== 'HEAD') return 405;
    if (run.uri.endsWith('/')) return 'declined';
    const mapped = mapUri(run);
    if (!mapped) return 500;
    const at = run.directive(name) ?? null;
    const kind = run.stat(mapped.path, 'file', 'the disk decides whether the file is there', at);
    if (kind === null) return 404;
    if (kind === 'forbidden') return 403;
    if (kind === 'folder') return 'declined';
    return sendFile(run, mapped.path, `ngx_http_${name}_module`, false, name === 'flv' ? run.variable('arg_start') : null);
  };

/** Code in another language answers. */
const foreign =
  (language: string): Own =>
  (run) => {
    const at = run.directive(run.contentHandler ?? '') ?? null;
    const status = run.report.assume({
      id: 'content',
      what: `what ${language} answers`,
      otherwise: '200',
      why: `the answer is made by ${language} code`,
      choices: ['200', '301', '403', '404', '500'],
      also: 'status',
      at,
    });
    run.reply.kind = 'unknown';
    run.report.step({
      phase: 'content',
      handler: at?.fact?.module ?? language,
      at,
      said: `${language} answers, ${status} assumed`,
      assumption: 'content',
    });
    const code = Number(status) || 200;
    if (code >= 300) return code;
    run.reply.status = code;
    setContentType(run);
    return sendHeader(run);
  };

const otherEcho = foreign('the echo module');

/** ngx_http_echo_handler where nothing but texts is written: its status is no error, and no page takes its place. */
const echo: Own = (run) => {
  // what no line of a level says is that of the location around it
  const inForce = (names: readonly string[]): readonly Directive[] => {
    for (let at: Scope | null = run.scope; at; at = at.parent) {
      const found = at.directives.filter((d) => names.includes(d.name));
      if (found.length) return found;
    }
    return [];
  };
  const lines = inForce(ECHOES);
  if (!lines.length || !lines.every((d) => d.name === 'echo' || d.name === 'echo_duplicate')) return otherEcho(run);
  const { reply } = run;
  const line = inForce(['echo_status']).at(-1);
  const status = Number(line?.value(0) ?? 200);
  run.discardBody();
  reply.kind = 'content';
  reply.status = status;
  reply.contentLength = -1;
  setContentType(run);
  run.report.step({
    phase: 'content',
    handler: 'ngx_http_echo_module',
    at: line ?? lines[0]!,
    said: `the echo module writes its texts: ${status}`,
  });
  return sendHeader(run);
};

const tunnel = foreign('a tunnel');

/** ngx_http_tunnel_handler: nothing but CONNECT. */
const tunnelHandler: Own = (run) => {
  if (run.methodName === 'CONNECT') return tunnel(run);
  run.report.step({
    phase: 'content',
    handler: 'ngx_http_tunnel_module',
    at: run.directive('tunnel_pass') ?? null,
    said: `${fromBytes(run.methodName)} is no CONNECT: 405`,
  });
  return 405;
};

const own = (module: string, run: Own, ...reads: readonly string[]): Handler => ({ module: `ngx_http_${module}_module`, reads, run });

/** Handlers that a location names, by the directive that names them. */
export const OWN: Readonly<Record<string, Handler>> = table({
  proxy_pass: own('proxy', proxyHandler, ...readsOf('proxy'), ...OF_PROXY),
  uwsgi_pass: own('uwsgi', uwsgiHandler, ...readsOf('uwsgi'), 'uwsgi_param'),
  fastcgi_pass: own('fastcgi', fastcgiHandler, ...readsOf('fastcgi'), 'fastcgi_param', 'fastcgi_index', 'fastcgi_split_path_info'),
  scgi_pass: own('scgi', scgiHandler, ...readsOf('scgi'), 'scgi_param'),
  grpc_pass: own('grpc', grpcHandler, ...readsOf('grpc'), 'grpc_set_header'),
  memcached_pass: own('memcached', memcachedHandler, ...readsOf('memcached')),
  tunnel_pass: own('tunnel', tunnelHandler, 'tunnel_pass'),
  empty_gif: own('empty_gif', emptyGif, 'empty_gif'),
  stub_status: own('stub_status', stubStatus, 'stub_status'),
  flv: own('flv', video('flv'), 'flv', 'etag'),
  mp4: own('mp4', video('mp4'), 'mp4', 'etag'),
  perl: own('perl', foreign('Perl'), 'perl'),
  js_content: own('js', foreign('njs'), 'js_content'),
  content_by_lua: own('lua', foreign('Lua'), 'content_by_lua'),
  content_by_lua_block: own('lua', foreign('Lua'), 'content_by_lua_block'),
  content_by_lua_file: own('lua', foreign('Lua'), 'content_by_lua_file'),
  ...Object.fromEntries(ECHOES.map((name) => [name, own('echo', echo, name, 'echo_status')])),
});

/** The handler that the location named. */
export function ownContent(run: Run, name: string): Verdict {
  const handler = OWN[name];
  return handler ? handler.run(run) : foreign(name)(run);
}
