/**
 * The phases as nginx has them: a table of rows, each with its handlers in the order in which they run and the way in which their answers
 * combine (ngx_http_core_generic_phase and its like). What a handler does is in handlers/.
 */

import { fromBytes } from '../base/bytes.ts';
import { accessHandler } from './handlers/access.ts';
import { authBasicHandler } from './handlers/auth-basic.ts';
import { authRequestHandler } from './handlers/auth-request.ts';
import { contentHandlers, OWN, ownContent } from './handlers/content.ts';
import { earlyBodyHandler } from './handlers/early-body.ts';
import { findConfig, finding } from './handlers/find-config.ts';
import { limitConnHandler, limitReqHandler } from './handlers/limits.ts';
import { mirrorHandler } from './handlers/mirror.ts';
import { moreInputHandler } from './handlers/more-headers.ts';
import { realipHandler } from './handlers/realip.ts';
import { rewriteHandler } from './handlers/rewrite.ts';
import { tryFilesHandler } from './handlers/try-files.ts';
import { PLACES } from './location-config.ts';
import { mapUri } from './paths.ts';
import type { Reader } from './reader.ts';
import type { Move, Run, Verdict } from './run.ts';
import type { PhaseId } from './trace.ts';

export type PhaseIndex = number;

export interface Handler extends Reader {
  run(run: Run): Verdict;
}

/**
 * Where the request goes on: in the next phase or the one behind it, in the phase where it now is (`again`), at another URI; or it ends with
 * a status, or is answered.
 */
export type Next = 'next' | 'skip' | 'again' | 'answered' | number | Move;

export interface Phase {
  readonly id: PhaseId;
  readonly handlers: readonly Handler[];
  run(run: Run): Next;
}

/** Declined: the next handler; ok: the next phase; all else ends or moves the request. */
const generic = (id: PhaseId, ...handlers: Handler[]): Phase => ({
  id,
  handlers,
  run(run) {
    for (const handler of handlers) {
      const verdict = handler.run(run);
      if (verdict === 'declined') continue;
      return verdict === 'ok' ? 'next' : verdict;
    }
    return 'next';
  },
});

/** ngx_http_core_access_phase with `satisfy`. */
const access = (...handlers: Handler[]): Phase => ({
  id: 'access',
  handlers,
  run(run) {
    if (run.parent) return 'skip';
    const any = run.text('satisfy') === 'any';
    for (const handler of handlers) {
      const verdict = handler.run(run);
      if (verdict === 'declined') continue;
      if (verdict === 'ok') {
        if (!any) continue;
        run.accessCode = 0;
        for (const h of run.reply.wwwAuthenticate) h.live = false;
        run.report.step({
          phase: 'access',
          handler: handler.module,
          at: run.directive('satisfy') ?? null,
          said: 'allowed, satisfy any needs no more',
        });
        return 'skip';
      }
      if (any && (verdict === 403 || verdict === 401)) {
        if (run.accessCode !== 401) run.accessCode = verdict;
        continue;
      }
      return verdict;
    }
    return 'next';
  },
});

/** What the access phase itself reads. */
const satisfying: Reader = { module: 'ngx_http_core_module', reads: ['satisfy'] };

const postAccess: Phase = {
  id: 'post-access',
  handlers: [],
  run(run) {
    const code = run.accessCode;
    if (!code) return 'next';
    run.accessCode = 0;
    run.report.step({
      phase: 'post-access',
      handler: 'ngx_http_core_module',
      at: run.directive('satisfy') ?? null,
      said: `no access handler allows: ${code}`,
    });
    return code;
  },
};

/** ngx_http_core_post_rewrite_phase. */
const postRewrite: Phase = {
  id: 'post-rewrite',
  handlers: [],
  run(run) {
    if (!run.uriChanged) return 'next';
    run.uriChanges--;
    if (run.uriChanges === 0) {
      run.cycled = true;
      run.report.step({
        phase: 'post-rewrite',
        handler: 'ngx_http_core_module',
        said: `rewrite or internal redirection cycle at ${fromBytes(run.uri)}: 500`,
      });
      return 500;
    }
    run.scope = run.server.scope;
    run.phase = phaseIndex('find-config');
    return 'again';
  },
};

/** ngx_http_core_content_phase. */
const content: Phase = {
  id: 'content',
  handlers: contentHandlers,
  run(run) {
    if (run.contentHandler) {
      const verdict = ownContent(run, run.contentHandler);
      if (verdict === 'declined') run.contentHandler = null;
      return verdict === 'declined' || verdict === 'ok' ? 'again' : verdict;
    }
    for (const handler of contentHandlers) {
      const verdict = handler.run(run);
      if (verdict !== 'declined' && verdict !== 'ok') return verdict;
    }
    if (run.uri.endsWith('/')) {
      const path = mapUri(run)?.path;
      run.report.step({
        phase: 'content',
        handler: 'ngx_http_core_module',
        said: path === undefined ? 'directory index is forbidden: 403' : `directory index of ${fromBytes(path)} is forbidden: 403`,
      });
      return 403;
    }
    return 404;
  },
};

export const PHASES: readonly Phase[] = [
  generic('post-read', earlyBodyHandler, realipHandler),
  generic('server-rewrite', rewriteHandler('server-rewrite')),
  { id: 'find-config', handlers: [], run: findConfig },
  generic('rewrite', rewriteHandler('rewrite'), moreInputHandler),
  postRewrite,
  generic('preaccess', realipHandler, limitReqHandler, limitConnHandler),
  access(accessHandler, authBasicHandler, authRequestHandler),
  postAccess,
  generic('precontent', tryFilesHandler, mirrorHandler),
  content,
];

/** Whoever reads a directive on the way of a request through the phases. */
export const PHASE_READERS: readonly Reader[] = [...PHASES.flatMap((p) => p.handlers), ...Object.values(OWN), satisfying, finding, PLACES];

const positions = new Map(PHASES.map((p, i) => [p.id, i]));

/** The position of a phase in nginx's order. */
export function phaseIndex(id: PhaseId): PhaseIndex {
  const at = positions.get(id);
  if (at === undefined) throw new Error(`${id} is no phase of the engine`);
  return at;
}
