/** ngx_http_auth_request_module: what the subrequest answers is followed where the text decides it, else assumed. */
import { fromBytes, toBytes } from '../../base/bytes.ts';
import type { Handler } from '../phases.ts';
import type { Verdict } from '../run.ts';
import { authHeader } from '../variables.ts';

export const authRequestHandler: Handler = {
  module: 'ngx_http_auth_request_module',
  reads: ['auth_request', 'auth_request_set'],
  run(run): Verdict {
    const directive = run.directive('auth_request');
    const uri = directive?.value(0) ?? 'off';
    if (!directive || uri === 'off') return 'declined';
    const chosen = run.options.assume?.auth_request ?? '200';
    const sub = run.subrequest(toBytes(uri), { status: Number(chosen) || 500 });
    const asked = sub.exchange.request !== null || sub.reply.kind === 'unknown';
    if (asked)
      run.report.assume({
        id: 'auth_request',
        what: `answer to the subrequest ${uri}`,
        otherwise: '200',
        why: 'another server answers it',
        choices: ['200', '401', '403', '500'],
        also: 'status',
        at: directive,
      });
    const { status } = sub.reply;
    const allowed = status >= 200 && status < 300;
    const end = status === 401 || status === 403 ? status : 500;
    const target = sub.exchange.request ? ` asked of ${sub.exchange.request.upstream}${fromBytes(toBytes(sub.exchange.request.uri))}` : '';
    run.report.step({
      phase: 'access',
      handler: this.module,
      at: directive,
      said: `subrequest ${uri}${target} answers ${status}${allowed ? ', allowed' : `: ${end}`}`,
      ...(asked ? { assumption: 'auth_request' } : {}),
    });
    for (const line of run.lines('auth_request_set')) {
      const value = sub.value(line.value(1));
      run.assign(line.value(0).slice(1).toLowerCase(), value);
    }
    if (allowed) return 'ok';
    if (end === 401 && sub.exchange.request) {
      const value = authHeader(run, 'www_authenticate');
      if (value !== null) run.reply.wwwAuthenticate.push(run.reply.add('WWW-Authenticate', value));
    } else if (end === 401)
      for (const h of sub.reply.headers)
        if (h.live && h.name.toLowerCase() === 'www-authenticate')
          run.reply.wwwAuthenticate.push(run.reply.add('WWW-Authenticate', h.value, h.from));
    return end;
  },
};
