/** ngx_http_mirror_module: copies of the request whose answers nobody waits for. */
import { toBytes } from '../../base/bytes.ts';
import type { Handler } from '../phases.ts';
import type { Verdict } from '../run.ts';

export const mirrorHandler: Handler = {
  module: 'ngx_http_mirror_module',
  reads: ['mirror', 'mirror_request_body'],
  run(run): Verdict {
    if (run.parent) return 'declined';
    for (const line of run.lines('mirror')) {
      const to = line.value(0);
      if (to === 'off') break;
      const refused = run.flag('mirror_request_body', true) ? run.readBody(false) : null;
      if (refused !== null) return refused;
      const tell = run.report.later({ phase: 'precontent', handler: this.module, at: line });
      // it runs when the request itself has been passed on, and finds the variables as that left them
      const { exchange } = run.subrequest(toBytes(to), 'mirror');
      run.post(() => {
        const { request } = exchange;
        tell(
          `a copy goes to ${to}${request ? `, ${request.uri} to ${request.upstream}` : ''}, its answer is ignored`,
          run.hops.placeOf(request),
        );
      });
    }
    return 'declined';
  },
};
