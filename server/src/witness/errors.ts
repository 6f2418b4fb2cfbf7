/** Requests that end in an error: a file that is not there, an application that has no such page. */
import type { Trace, TraceOptions } from '../trace/trace.ts';
import type { Door, Spot } from './spots.ts';
import type { Probe } from './values.ts';

const NOT_FOUND: Pick<TraceOptions, 'upstream'> = { upstream: { status: 404, headers: [] } };

/** What comes of a request when neither the disk nor an application has what is asked for, be it that an error page leads elsewhere. */
export function withNothingThere(spot: Spot, probe: Probe = {}, door?: Door): Trace {
  const first = spot.ask(probe, NOT_FOUND, door);
  if (first.outcome.status >= 400) return first;
  const missing = first.assumptions.flatMap((a) => (a.id.startsWith('file:') ? [[a.id, 'missing'] as const] : []));
  return missing.length ? spot.ask(probe, { ...NOT_FOUND, assume: Object.fromEntries(missing) }, door) : first;
}

/** Answers of a backend, or of what it is asked about a visitor, that an error page may be written for. */
const FAILURES = [401, 403, 502].map((status) => ({
  upstream: { status, headers: [] },
  ...(status < 500 && { assume: { auth_request: String(status) } }),
}));

/** What comes of a request that gets to the spot; of a named location, by an answer whose error page leads there. */
export function arriving(spot: Spot, probe: Probe, options: Pick<TraceOptions, 'upstream'> = {}): Trace {
  const plain = spot.ask(probe, options);
  const { location } = spot;
  const arrives = ({ outcome }: Trace): boolean => outcome.location?.pattern === location?.name;
  if (location?.kind !== 'named' || arrives(plain)) return plain;
  const missing = withNothingThere(spot, probe);
  if (arrives(missing)) return missing;
  for (const failure of FAILURES) {
    const trace = spot.ask(probe, failure);
    if (arrives(trace)) return trace;
  }
  return plain;
}

/** What comes of a request when nothing is there; null where the spot answers it all the same. */
export function errorAnswer(spot: Spot, probe: Probe = {}, door?: Door): Trace | null {
  const trace = withNothingThere(spot, probe, door);
  return trace.outcome.status >= 400 && trace.outcome.kind !== 'closed' ? trace : null;
}

/** What comes of a path where nothing is there but the page that `try_files` falls back to. */
export function withPageThere(spot: Spot, path: string, page: string): Trace {
  const { assumptions } = withNothingThere(spot, { path });
  const files = assumptions.flatMap(({ id }) => (id.startsWith('file:') ? [[id, id.endsWith(page) ? 'file' : 'missing'] as const] : []));
  return spot.ask({ path }, { assume: Object.fromEntries(files) });
}
