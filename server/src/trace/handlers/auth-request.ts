/** ngx_http_auth_request_module: what the subrequest answers is followed where the text decides it, else assumed. */
import { lower, toBytes } from '../../base/bytes.ts';
import type { Handler } from '../phases.ts';
import type { Verdict } from '../run.ts';
import { assign } from './rewrite.ts';

export const authRequestHandler: Handler = {
  module: 'ngx_http_auth_request_module',
  reads: ['auth_request', 'auth_request_set'],
  run(run): Verdict {
    const directive = run.directive('auth_request');
    const uri = directive?.value(0) ?? 'off';
    if (!directive || uri === 'off') return 'declined';
    const sub = run.subrequest(toBytes(uri), 'auth_request');
    const asked = sub.exchange.request;
    const { status, closed } = sub.reply;
    const allowed = status >= 200 && status < 300;
    const end = status === 401 || status === 403 ? status : 500;
    const target = asked ? ` asked of ${asked.upstream}${asked.uri}` : '';
    run.report.step({
      phase: 'access',
      handler: this.module,
      at: directive,
      said: `subrequest ${uri}${target} ${closed ? 'ends the connection' : `answers ${status}${allowed ? ', allowed' : `: ${end}`}`}`,
      exchange: run.hops.placeOf(asked),
      ...(run.report.assumptions.some((a) => a.id === 'auth_request') ? { assumption: 'auth_request' } : {}),
    });
    // the connection is that of both
    if (closed) return 444;
    for (const line of run.lines('auth_request_set')) {
      const value = sub.value(line.value(1));
      assign(run, line.value(0).slice(1).toLowerCase(), value);
    }
    if (allowed) return 'ok';
    if (end === 401 && asked) {
      // each line is one of the answer's, before 1.23.0 the first alone
      const lines = sub.exchange.answer?.headers.flatMap(([n, v]) => (lower(n) === 'www-authenticate' ? [v] : [])) ?? [];
      const told = run.behaviour.joinsHeaders && lines.length ? lines : [sub.variable('upstream_http_www_authenticate')];
      for (const value of told) if (value !== null) run.reply.wwwAuthenticate.push(run.reply.add('WWW-Authenticate', value));
    } else if (end === 401)
      for (const h of sub.reply.headers)
        if (h.live && h.name.toLowerCase() === 'www-authenticate')
          run.reply.wwwAuthenticate.push(run.reply.add('WWW-Authenticate', h.value, h.from));
    return end;
  },
};
