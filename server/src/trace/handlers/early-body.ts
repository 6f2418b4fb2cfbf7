/** client_body_early_read (1.31.5): the body is read behind the headers and before any location is looked for, by what the server's level says. */
import type { Handler } from '../phases.ts';
import type { Run, Verdict } from '../run.ts';
import { holding } from './cache.ts';
import { tooLarge } from './find-config.ts';

export const earlyBodyHandler: Handler = {
  module: 'ngx_http_core_module',
  reads: ['client_body_early_read', 'client_max_body_size'],
  run(run: Run): Verdict {
    if (run.parent || run.internal || (run.contentLength <= 0 && !run.chunked)) return 'declined';
    const line = holding(run, 'client_body_early_read');
    if (!line) return 'declined';
    run.report.step({
      phase: 'post-read',
      handler: 'ngx_http_core_module',
      at: line,
      said: 'the body is read now: the limit of the server counts, and a location can only lower it',
    });
    // a location's own limit is asked again when it is found
    if (tooLarge(run, 'post-read')) return 413;
    return run.readBody(false) ?? 'declined';
  },
};
