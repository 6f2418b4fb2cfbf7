/** Requests that end in an error: a file that is not there, an application that has no such page. */
import type { Trace, TraceOptions } from '../trace/trace.ts';
import type { Door, Spot } from './spots.ts';
import type { Probe } from './values.ts';

const NOT_FOUND: Pick<TraceOptions, 'upstream'> = { upstream: { status: 404, headers: [] } };

/** What comes of a request when neither the disk nor an application has what is asked for; null where the spot answers it all the same. */
export function errorAnswer(spot: Spot, probe: Probe = {}, door?: Door): Trace | null {
  const first = spot.ask(probe, NOT_FOUND, door);
  if (first.outcome.status >= 400) return first.outcome.kind === 'closed' ? null : first;
  const missing = first.assumptions.flatMap((a) => (a.id.startsWith('file:') ? [[a.id, 'missing'] as const] : []));
  if (!missing.length) return null;
  const second = spot.ask(probe, { ...NOT_FOUND, assume: Object.fromEntries(missing) }, door);
  return second.outcome.status >= 400 && second.outcome.kind !== 'closed' ? second : null;
}
