/**
 * The phases as nginx has them: a table of rows, each with its handlers in the order in which they run and the way in which their answers
 * combine (ngx_http_core_generic_phase and its kin). What a handler does lies in handlers/.
 */

import { fromBytes } from '../base/bytes.ts';
import { accessHandler } from './handlers/access.ts';
import { authBasicHandler } from './handlers/auth-basic.ts';
import { authRequestHandler } from './handlers/auth-request.ts';
import { contentHandlers, ownContent } from './handlers/content.ts';
import { findConfig } from './handlers/find-config.ts';
import { limitConnHandler, limitReqHandler } from './handlers/limits.ts';
import { mirrorHandler } from './handlers/mirror.ts';
import { realipHandler } from './handlers/realip.ts';
import { rewriteHandler } from './handlers/rewrite.ts';
import { tryFilesHandler } from './handlers/try-files.ts';
import { mapUri } from './paths.ts';
import type { Run, Verdict } from './run.ts';
import type { PhaseId } from './trace.ts';

export type PhaseIndex = number;

export interface Handler {
  readonly module: string;
  /** the directives that it reads; what nobody reads is told as not simulated */
  readonly reads: readonly string[];
  run(run: Run): Verdict;
}

export interface Phase {
  readonly id: PhaseId;
  readonly handlers: readonly Handler[];
  /** moves the request on: raises its phase, sends it elsewhere or ends it */
  run(run: Run): void;
}

/** Declined: the next handler; ok: the next phase; done: it was moved; a status: the end. */
const generic = (id: PhaseId, ...handlers: Handler[]): Phase => ({
  id,
  handlers,
  run(run) {
    for (const handler of handlers) {
      const verdict = handler.run(run);
      if (verdict === 'declined') continue;
      if (verdict === 'ok') break;
      if (verdict !== 'done') run.finalize(verdict);
      return;
    }
    run.phase++;
  },
});

/** ngx_http_core_access_phase with `satisfy`. */
const access = (...handlers: Handler[]): Phase => ({
  id: 'access',
  handlers,
  run(run) {
    if (run.parent) {
      run.phase += 2;
      return;
    }
    const any = run.text('satisfy') === 'any';
    for (const handler of handlers) {
      const verdict = handler.run(run);
      if (verdict === 'declined') continue;
      if (verdict === 'done') return;
      if (verdict === 'ok') {
        if (!any) continue;
        run.accessCode = 0;
        for (const h of run.reply.wwwAuthenticate) h.live = false;
        run.step({
          phase: 'access',
          handler: handler.module,
          at: run.directive('satisfy') ?? null,
          said: 'allowed, satisfy any needs no more',
        });
        run.phase += 2;
        return;
      }
      if (any && (verdict === 403 || verdict === 401)) {
        if (run.accessCode !== 401) run.accessCode = verdict;
        continue;
      }
      run.finalize(verdict);
      return;
    }
    run.phase++;
  },
});

const postAccess: Phase = {
  id: 'post-access',
  handlers: [],
  run(run) {
    const code = run.accessCode;
    if (!code) {
      run.phase++;
      return;
    }
    run.accessCode = 0;
    run.step({
      phase: 'post-access',
      handler: 'ngx_http_core_module',
      at: run.directive('satisfy') ?? null,
      said: `no access handler allows: ${code}`,
    });
    run.finalize(code);
  },
};

/** ngx_http_core_post_rewrite_phase. */
const postRewrite: Phase = {
  id: 'post-rewrite',
  handlers: [],
  run(run) {
    if (!run.uriChanged) {
      run.phase++;
      return;
    }
    run.uriChanges--;
    if (run.uriChanges === 0) {
      run.step({
        phase: 'post-rewrite',
        handler: 'ngx_http_core_module',
        said: `rewrite or internal redirection cycle at ${fromBytes(run.uri)}: 500`,
      });
      run.finalize(500);
      return;
    }
    run.scope = run.server.scope;
    run.phase = phaseIndex('find-config');
  },
};

/** ngx_http_core_content_phase. */
const content: Phase = {
  id: 'content',
  handlers: contentHandlers,
  run(run) {
    if (run.contentHandler) {
      const verdict = ownContent(run, run.contentHandler);
      if (typeof verdict === 'number') run.finalize(verdict);
      else if (verdict === 'ok') run.finished = true;
      else if (verdict === 'declined') {
        run.contentHandler = null;
        return;
      }
      return;
    }
    for (const handler of contentHandlers) {
      const verdict = handler.run(run);
      if (verdict === 'declined') continue;
      if (typeof verdict === 'number') run.finalize(verdict);
      else if (verdict === 'ok') run.finished = true;
      return;
    }
    if (run.uri.endsWith('/')) {
      const path = mapUri(run)?.path;
      run.step({
        phase: 'content',
        handler: 'ngx_http_core_module',
        said: path === undefined ? 'directory index is forbidden: 403' : `directory index of ${fromBytes(path)} is forbidden: 403`,
      });
      run.finalize(403);
      return;
    }
    run.finalize(404);
  },
};

export const PHASES: readonly Phase[] = [
  generic('post-read', realipHandler),
  generic('server-rewrite', rewriteHandler('server-rewrite')),
  { id: 'find-config', handlers: [], run: findConfig },
  generic('rewrite', rewriteHandler('rewrite')),
  postRewrite,
  generic('preaccess', realipHandler, limitReqHandler, limitConnHandler),
  access(accessHandler, authBasicHandler, authRequestHandler),
  postAccess,
  generic('precontent', tryFilesHandler, mirrorHandler),
  content,
];

const positions = new Map(PHASES.map((p, i) => [p.id, i]));

export function phaseIndex(id: PhaseId): PhaseIndex {
  const at = positions.get(id);
  if (at === undefined) throw new Error(`${id} is no phase of the engine`);
  return at;
}
