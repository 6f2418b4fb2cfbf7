/**
 * Who is asked before a place gives something out, judged by requests of a stranger: a client of the documentation's addresses without
 * credentials. Whether a subrequest would refuse is its authority's affair; that it is asked is what counts.
 */
import type { Scope } from '../config/scope.ts';
import type { Trace, TraceOptions } from '../trace/trace.ts';
import type { Spot } from './spots.ts';

/** Every request that comes to the level itself is answered by its `return`: nothing in front of it ends the rewrites or leads elsewhere. */
export const answersAtOnce = (scope: Scope): boolean =>
  scope.has('return') && !scope.has('break') && !scope.has('rewrite') && !scope.has('if');

/** Whether access handlers were asked in a trace, whatever they said. */
export const isAsked = (trace: Trace): boolean => trace.steps.some((s) => s.phase === 'access');

/** Whether someone was turned away in the access phase, though an error page may have answered in the end. */
export const isRefused = (trace: Trace): boolean =>
  trace.steps.some((s) => (s.phase === 'access' || s.phase === 'post-access') && /: (?:401|403)$/.test(s.said));

/** Something is given out: a file, or what a backend answers. */
export const isGivenOut = ({ outcome }: Trace): boolean =>
  outcome.status < 300 && outcome.kind !== 'return' && outcome.kind !== 'error' && outcome.kind !== 'closed' && outcome.kind !== 'unknown';

const BACKENDS = new Set(['proxy', 'uwsgi', 'fastcgi', 'scgi', 'grpc', 'memcached']);

/** A program behind nginx answers. */
export const isBackend = ({ outcome }: Trace): boolean => BACKENDS.has(outcome.kind);

/** The stranger is kept out here, or a subrequest is asked about him. */
export const keepsOut = (trace: Trace): boolean =>
  isRefused(trace) || trace.steps.some((s) => s.phase === 'access' && s.said.startsWith('subrequest '));

/** An address that an allow line of the scope lets in, for requests of someone who may enter. */
export function memberOf(scope: Scope): string | null {
  for (const d of scope.effective('allow').directives) {
    const address = /^(\d+\.\d+\.\d+)\.(\d+)(\/\d+)?$/.exec(d.value(0));
    if (d.name !== 'allow' || !address) continue;
    return address[3] && address[2] === '0' ? `${address[1]}.7` : `${address[1]}.${address[2]}`;
  }
  return null;
}

/** What comes of a path for someone who may enter: from an allowed address and with a password that is right. */
export function admitted(spot: Spot, path: string, options: Pick<TraceOptions, 'assume'> = {}): Trace {
  const clientAddress = memberOf(spot.scope);
  return spot.ask(
    {
      path,
      ...(clientAddress ? { clientAddress } : {}),
      ...(spot.scope.value('auth_basic') ? { headers: [['Authorization', 'Basic dTpw']] as const } : {}),
    },
    options,
  );
}
