/** The time of a request: a trace takes none, and has no clock of its own. */
import type { Run } from './run.ts';

/** The clock: given by the caller, else an assumption. Seconds since 1970. */
export function clock(run: Run): number {
  if (run.options.now !== undefined) return run.options.now;
  const text = run.report.assume({
    id: 'time',
    what: 'the time of the request',
    otherwise: '2026-01-01T00:00:00Z',
    why: 'a trace has no clock',
  });
  const ms = Date.parse(text);
  return Number.isNaN(ms) ? 0 : Math.floor(ms / 1000);
}
