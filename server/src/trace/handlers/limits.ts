/** limit_req and limit_conn: which limits count for a request, with their keys. A single request is within them unless the caller says otherwise. */
import { fromBytes } from '../../base/bytes.ts';
import type { Directive } from '../../config/directive.ts';
import { atOf } from '../at.ts';
import { indexOf } from '../index.ts';
import { PerLevel } from '../level.ts';
import type { Handler } from '../phases.ts';
import type { Run, Verdict } from '../run.ts';

const param = (directive: Directive, name: string): string | undefined =>
  directive.values.find((v) => v.startsWith(`${name}=`))?.slice(name.length + 1);

/** The limits of a level whose zones there are. */
const requestLimits = new PerLevel((level) =>
  level.inForce('limit_req').flatMap((line) => {
    const zone = param(line, 'zone') ?? '';
    const definition = indexOf(level.scope.config).zones.get(zone);
    if (!definition) return [];
    const rate = param(definition, 'rate') ?? '';
    const burst = Number(param(line, 'burst') ?? 0);
    const delay = Number(param(line, 'delay') ?? 0);
    const nodelay = line.values.includes('nodelay');
    const key = definition.value(0);
    return [{ line, zone, key, rate, burst, delay, nodelay, said: `zone ${zone}: ${rate}, burst ${burst}${nodelay ? ', nodelay' : ''}` }];
  }),
);

export const limitReqHandler: Handler = {
  module: 'ngx_http_limit_req_module',
  reads: ['limit_req', 'limit_req_status', 'limit_req_dry_run', 'limit_req_zone'],
  run(run): Verdict {
    if (run.parent || run.limitReqStatus !== '') return 'declined';
    const limits = requestLimits.of(run.level);
    if (!limits.length) return 'declined';
    const status = Number(run.text('limit_req_status') ?? 503);
    const dryRun = run.flag('limit_req_dry_run', false);
    for (const { line, zone, key, rate, burst, delay, nodelay, said } of limits) {
      const value = run.value(key);
      if (value === '') {
        run.report.step({ phase: 'preaccess', handler: this.module, at: line, said: `zone ${zone}: the key is empty, no limit` });
        continue;
      }
      run.report.limits.push({
        at: atOf(line),
        kind: 'request-rate',
        zone,
        key,
        value: printable(run, key, value),
        rate,
        burst,
        ...(nodelay ? {} : { delay }),
        nodelay,
        status,
        ...(dryRun ? { dryRun } : {}),
      });
      const answer = run.report.assume({
        id: `limit_req:${zone}`,
        what: `requests in zone ${zone}`,
        otherwise: 'within',
        why: 'the limit depends on the requests before this one',
        choices: ['within', 'over'],
        at: line,
      });
      const over = answer === 'over' && !dryRun;
      run.limitReqStatus = over ? 'REJECTED' : answer === 'over' ? 'REJECTED_DRY_RUN' : 'PASSED';
      run.report.step({
        phase: 'preaccess',
        handler: this.module,
        at: line,
        said: over ? `${said}: ${status}` : said,
        assumption: `limit_req:${zone}`,
      });
      if (over) return status;
    }
    return 'declined';
  },
};

export const limitConnHandler: Handler = {
  module: 'ngx_http_limit_conn_module',
  reads: ['limit_conn', 'limit_conn_status', 'limit_conn_dry_run', 'limit_conn_zone'],
  run(run): Verdict {
    if (run.parent || run.limitConnStatus !== '') return 'declined';
    const lines = run.lines('limit_conn');
    if (!lines.length) return 'declined';
    const status = Number(run.text('limit_conn_status') ?? 503);
    const dryRun = run.flag('limit_conn_dry_run', false);
    for (const line of lines) {
      const zone = line.value(0);
      const definition = run.index.zones.get(zone);
      if (!definition) continue;
      const key = definition.value(0);
      const value = run.value(key);
      if (value === '') continue;
      const connections = Number(line.value(1));
      run.report.limits.push({
        at: atOf(line),
        kind: 'connections',
        zone,
        key,
        value: printable(run, key, value),
        connections,
        status,
        ...(dryRun ? { dryRun } : {}),
      });
      const answer = run.report.assume({
        id: `limit_conn:${zone}`,
        what: `connections in zone ${zone}`,
        otherwise: 'within',
        why: 'the limit depends on the connections at that time',
        choices: ['within', 'over'],
        at: line,
      });
      const over = answer === 'over' && !dryRun;
      run.limitConnStatus = over ? 'REJECTED' : answer === 'over' ? 'REJECTED_DRY_RUN' : 'PASSED';
      run.report.step({
        phase: 'preaccess',
        handler: this.module,
        at: line,
        said: `zone ${zone}: ${connections} connections${over ? `: ${status}` : ''}`,
        assumption: `limit_conn:${zone}`,
      });
      if (over) return status;
    }
    return 'declined';
  },
};

/** A binary address is shown as text. */
const printable = (run: Run, key: string, value: string): string =>
  key === '$binary_remote_addr' ? run.connection.clientAddress : fromBytes(value);

export interface RequestTime {
  /** milliseconds */
  readonly at: number;
  readonly key: string;
}

export interface RateLimit {
  /** thousandths of a request per second, as nginx keeps `rate=` */
  readonly rate: number;
  readonly burst: number;
  /** requests; nodelay is the same as delay = burst */
  readonly delay: number;
}

export type RateVerdict =
  | { readonly verdict: 'passed' }
  | { readonly verdict: 'delayed'; readonly ms: number }
  | { readonly verdict: 'rejected' };

/** `10r/s`, `30r/m` in thousandths of a request per second; null for what nginx refuses. */
export function readRate(text: string): number | null {
  const m = /^(\d+)(r\/s|r\/m)$/.exec(text);
  if (!m) return null;
  const rate = Number(m[1]);
  return rate < 1 ? null : Math.floor((rate * 1000) / (m[2] === 'r/m' ? 60 : 1));
}

/** What a limit does with a series of requests (ngx_http_limit_req_lookup): excess in thousandths, one state for each key. */
export function rateVerdicts(limit: RateLimit, requests: readonly RequestTime[]): RateVerdict[] {
  const states = new Map<string, { excess: number; last: number }>();
  return requests.map(({ at, key }) => {
    if (key === '') return { verdict: 'passed' };
    const state = states.get(key);
    if (!state) {
      states.set(key, { excess: 0, last: at });
      return { verdict: 'passed' };
    }
    let ms = at - state.last;
    if (ms < -60_000) ms = 1;
    else if (ms < 0) ms = 0;
    const excess = Math.max(0, state.excess - Math.trunc((limit.rate * ms) / 1000) + 1000);
    if (excess > limit.burst * 1000) return { verdict: 'rejected' };
    state.excess = excess;
    if (ms) state.last = at;
    const over = excess - limit.delay * 1000;
    return over <= 0 ? { verdict: 'passed' } : { verdict: 'delayed', ms: Math.trunc((over * 1000) / limit.rate) };
  });
}
