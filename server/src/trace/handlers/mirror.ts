/** ngx_http_mirror_module: copies of the request whose answers nobody waits for. */
import { toBytes } from '../../base/bytes.ts';
import type { Handler } from '../phases.ts';
import type { Verdict } from '../run.ts';

export const mirrorHandler: Handler = {
  module: 'ngx_http_mirror_module',
  reads: ['mirror'],
  run(run): Verdict {
    if (run.parent) return 'declined';
    for (const line of run.lines('mirror')) {
      if (line.value(0) === 'off') break;
      const sub = run.subrequest(toBytes(line.value(0)), 'mirror');
      const { request } = sub.exchange;
      run.report.step({
        phase: 'precontent',
        handler: this.module,
        at: line,
        said: `a copy goes to ${line.value(0)}${request ? `, ${request.uri} to ${request.upstream}` : ''}, its answer is ignored`,
      });
    }
    return 'declined';
  },
};
