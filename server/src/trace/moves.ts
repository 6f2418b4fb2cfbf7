/**
 * How a request goes from phase to phase, to another URI, to a named location, and to its end (ngx_http_core_run_phases,
 * ngx_http_internal_redirect, ngx_http_named_location, ngx_http_finalize_request, ngx_http_subrequest). Stands above the phases: a handler
 * says where to go, and only here it is gone.
 */
import { type ByteString, fromBytes, toBytes } from '../base/bytes.ts';
import { namedLocation } from '../config/locations.ts';
import { Failed } from './failed.ts';
import { enter } from './location-config.ts';
import { type Next, PHASES, phaseIndex } from './phases.ts';
import { changes, type Move, Run, type SubrequestKind } from './run.ts';
import { specialResponse } from './special.ts';
import { askUnseen, restsOn } from './unseen.ts';

/** Runs the phases from where the request is until it is answered. */
export function go(run: Run): void {
  for (let guard = 0; !run.finished; guard++) {
    if (guard > 10_000) throw new Error('a request that never ends');
    const row = PHASES[run.phase];
    if (!row) throw new Error(`no phase ${run.phase}`);
    try {
      follow(run, row.run(run));
    } catch (error) {
      if (!(error instanceof Failed)) throw error;
      finalize(run, error.status);
    }
  }
}

function follow(run: Run, next: Next): void {
  if (next === 'next') run.phase++;
  else if (next === 'skip') run.phase += 2;
  else if (next === 'answered') run.finished = true;
  else if (typeof next === 'number') finalize(run, next);
  else if (next !== 'again') move(run, next);
}

function move(run: Run, to: Move): void {
  if ('named' in to) goNamed(run, to.named);
  else internalRedirect(run, to.uri, to.args);
}

/** ngx_http_finalize_request with a status: the answer is made, or an error page is gone to. */
export function finalize(run: Run, status: number): void {
  // late and gone clients get no page either
  if (status === 444 || status === 408 || status === 499) close(run);
  else if (status >= 300 || status === 201 || status === 204) answerSpecially(run, status);
  else {
    run.finished = true;
    if (run.reply.sent) return;
    run.report.step({
      phase: 'content',
      handler: 'ngx_http_core_module',
      said: `${status} makes no answer: the client waits until it is closed`,
    });
    close(run);
  }
}

/** A page whose name cannot be made ends the connection (ngx_http_send_error_page). */
function answerSpecially(run: Run, status: number): void {
  try {
    follow(run, specialResponse(run, status));
  } catch (error) {
    if (!(error instanceof Failed)) throw error;
    close(run);
  }
}

function close(run: Run): void {
  run.reply.closed = true;
  run.reply.kind = 'closed';
  run.finished = true;
}

/** ngx_http_internal_redirect. The request goes on in the server rewrite phase. */
function internalRedirect(run: Run, uri: ByteString, args: ByteString): void {
  run.uriChanges--;
  if (run.uriChanges === 0) {
    run.cycled = true;
    run.report.step({
      phase: 'post-rewrite',
      handler: 'ngx_http_core_module',
      said: `rewrite or internal redirection cycle at ${fromBytes(uri)}: 500`,
    });
    finalize(run, 500);
    return;
  }
  const before = run.uri;
  const beforeArgs = run.args;
  run.setUri(uri);
  run.args = args;
  run.clearContexts();
  run.location = null;
  enter(run, run.server.scope);
  run.internal = true;
  run.validUnparsedUri = false;
  run.addUriToAlias = false;
  run.validLocation = true;
  run.phase = phaseIndex('server-rewrite');
  run.report.step({
    phase: 'post-rewrite',
    handler: 'ngx_http_core_module',
    said: `internal redirect to ${fromBytes(uri)}`,
    changed: changes({ $uri: [before, uri], $args: [beforeArgs, args] }),
  });
}

/** ngx_http_named_location. The request goes on in the location's rewrite phase. */
function goNamed(run: Run, name: ByteString): void {
  run.uriChanges--;
  if (run.uriChanges === 0 || run.uri === '') {
    run.cycled ||= run.uri !== '';
    run.report.step({
      phase: 'find-config',
      handler: 'ngx_http_core_module',
      said:
        run.uri === ''
          ? `no URI on the way to ${fromBytes(name)}: 500`
          : `rewrite or internal redirection cycle at ${fromBytes(name)}: 500`,
    });
    finalize(run, 500);
    return;
  }
  const location = namedLocation(run.server.scope, fromBytes(name));
  if (!location) {
    run.report.step({
      phase: 'find-config',
      handler: 'ngx_http_core_module',
      said: `there is no location ${fromBytes(name)}: 500`,
      // what is around the server brings it no location
      ...restsOn(askUnseen(run, run.server.scope, run.server.scope.parent)),
    });
    finalize(run, 500);
    return;
  }
  run.internal = true;
  run.contentHandler = null;
  run.uriChanged = false;
  run.location = location;
  run.clearContexts();
  enter(run, location.scope);
  run.phase = phaseIndex('rewrite');
  run.report.step({
    phase: 'find-config',
    handler: 'ngx_http_core_module',
    at: location.directive,
    said: `named location ${location.name}`,
    ...restsOn(askUnseen(run, location.scope, run.server.scope)),
  });
}

/**
 * ngx_http_subrequest: the client's headers, internal from the start. auth_request asks with GET and without a body, mirror sends a copy of
 * the request, post_action another one behind it (ngx_http_auth_request_handler, ngx_http_mirror_handler_internal, ngx_http_post_action).
 */
export function subrequest(main: Run, target: ByteString, kind: SubrequestKind, args: ByteString = ''): Run {
  const sub = new Run({ config: main.config, input: main.input, options: main.options, parent: main, kind, subrequests: subrequest });
  sub.version = main.version;
  sub.requestLine = main.requestLine;
  sub.protocolText = main.protocolText;
  sub.unparsedUri = main.unparsedUri;
  sub.host = main.host;
  sub.hostPort = main.hostPort;
  // the header lines are the client's, a Content-Length too, though no body follows
  sub.headers = main.headers;
  sub.contentLength = main.contentLength;
  const copies = kind === 'mirror' || kind === 'post_action';
  sub.chunked = copies && main.chunked;
  sub.bodyRead = true;
  sub.server = main.server;
  sub.scope = main.server.scope;
  sub.methodName = copies ? main.methodName : 'GET';
  sub.validUnparsedUri = false;
  sub.internal = true;
  // post_action is a redirect of the request itself, the others are requests of their own
  if (kind === 'post_action') sub.uriChanges = main.uriChanges - 1;
  sub.phase = 1;
  // a question mark in the directive is a part of the path
  if (target.startsWith('@')) {
    sub.setUri(main.uri);
    goNamed(sub, target);
  } else sub.setUri(target);
  sub.args = kind === 'mirror' ? main.args : args;
  if (kind === 'mirror') main.post(() => go(sub));
  else go(sub);
  return sub;
}

/** ngx_http_post_action: once the answer is out, a request of its own goes to another location. Its answer is nobody's. */
export function afterwards(run: Run): void {
  const directive = run.directive('post_action');
  const target = directive?.value(0);
  if (!directive || !target || target === 'off' || run.reply.kind === 'closed') return;
  let last = subrequest(run, toBytes(target), 'post_action');
  const { request } = last.exchange;
  let times = 1;
  // where it is in force at its own target, it goes on until the changes of the URI are used up
  for (let again = last.text('post_action'); again && again !== 'off' && last.uriChanges > 1; again = last.text('post_action')) {
    last = subrequest(last, toBytes(again), 'post_action');
    times++;
  }
  run.report.step({
    phase: 'log',
    handler: 'ngx_http_core_module',
    at: directive,
    exchange: run.hops.placeOf(request),
    said: `post_action ${target}${request ? `: ${request.uri} to ${request.upstream}` : ''}, its answer is ignored${times > 1 ? `; it holds there too, and runs ${times} times` : ''}`,
  });
}
