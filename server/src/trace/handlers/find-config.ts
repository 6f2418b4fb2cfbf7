/** The choice of the location and what follows from it at once (ngx_http_core_find_config_phase). */
import { fromBytes, lower, toBytes } from '../../base/bytes.ts';
import { type Location, type LocationMatch, locationLosers, matchLocation, type PredicateVerdict } from '../../config/locations.ts';
import { atOf } from '../at.ts';
import { escapeUri } from '../escape.ts';
import { enter } from '../location-config.ts';
import type { Reader } from '../reader.ts';
import type { Run } from '../run.ts';
import type { PhaseId } from '../trace.ts';
import { askUnseen, restsOn } from '../unseen.ts';

const REASON: Readonly<Record<LocationMatch['how'], string>> = {
  exact: 'exact match',
  prefix: 'longest prefix',
  regex: 'first regular expression that matches',
  predicate: 'first variable that is true',
  'slash-redirect': 'the same name with a slash',
  none: 'no location',
  unknown: 'a regular expression gave up',
  undecided: 'the value of the variable is not known',
  error: 'the variable cannot be evaluated',
};

/** A location's modifier and name as the configuration writes them. */
export const patternOf = (location: { readonly modifier: string; readonly name: string }): string =>
  ['', '@', '$'].includes(location.modifier) ? location.name : `${location.modifier} ${location.name}`;

export const finding: Reader = { module: 'ngx_http_core_module', reads: ['location', 'internal', 'client_max_body_size'] };

/** Finds the location; a status where the request ends at once. */
export function findConfig(run: Run): 'next' | number {
  run.contentHandler = null;
  run.uriChanged = false;
  const verdicts = new Map<Location, PredicateVerdict>();
  // ngx_http_core_find_location asks for the flushed value: after `set` and `rewrite` of the server, before those of the location
  const holds = (predicate: Location): PredicateVerdict => {
    const value = run.variable(lower(predicate.bytes.slice(1)));
    const verdict = value === null || value === '' || value === '0' ? 'false' : 'true';
    verdicts.set(predicate, verdict);
    return verdict;
  };
  const match = matchLocation(run.server.scope, run.uri, holds);
  // every regex that matched on the way has set its named groups, the last one $1 and so on
  for (const tried of match.tried)
    if (tried !== match.tried.at(-1) && tried.regex?.names.length) run.match(tried.regex, run.uri, tried.directive);
  if (match.captures && match.regex) run.keepCaptures(match.regex, match.captures);
  const { location } = match;
  run.location = location;
  run.scope = location?.scope ?? run.server.scope;
  // a value that nginx does not ask for here is not asked for to tell of it either
  const told = (predicate: Location): PredicateVerdict => verdicts.get(predicate) ?? 'unknown';
  const losers = run.brief ? [] : locationLosers(run.server.scope, run.uri, match, { holds: told });
  run.report.step({
    phase: 'find-config',
    handler: 'ngx_http_core_module',
    at: location?.directive ?? null,
    said: location
      ? `location ${patternOf(location)}: ${location.noRegex && match.how === 'prefix' ? 'longest prefix, ^~ stops regular expressions' : REASON[match.how]}`
      : 'no location matches, the server level answers',
    rejected: losers.map((l) => ({ at: atOf(l.location.directive), why: `${patternOf(l.location)}: ${l.why}` })),
    ...(location ? restsOn(askUnseen(run, location.scope, run.server.scope)) : {}),
  });
  if (match.how === 'unknown' || match.how === 'error') return 500;
  const internal = run.directive('internal');
  if (!run.internal && internal) {
    run.report.step({
      phase: 'find-config',
      handler: 'ngx_http_core_module',
      at: internal,
      said: 'internal, and the request came from outside: 404',
    });
    return 404;
  }
  enter(run, run.scope);
  if (tooLarge(run)) return 413;
  if (match.how === 'slash-redirect' && location) {
    const target = escapeUri(toBytes(location.name), 'uri') + (run.args === '' ? '' : `?${run.args}`);
    run.reply.setLocation(target, location.directive);
    run.report.step({
      phase: 'find-config',
      handler: 'ngx_http_core_module',
      at: location.directive,
      said: `redirect to ${fromBytes(target)}`,
    });
    return 301;
  }
  return 'next';
}

/** client_max_body_size against Content-Length. */
export function tooLarge(run: Run, phase: PhaseId = 'find-config'): boolean {
  const limit = run.maxBodySize();
  const length = run.contentLength;
  if (length === -1 || limit === 0 || length <= limit || run.discarded) return false;
  const directive = run.directive('client_max_body_size');
  run.discardBody();
  run.report.step({
    phase,
    handler: 'ngx_http_core_module',
    at: directive ?? null,
    said: `a body of ${length} bytes is larger than client_max_body_size ${directive?.value(0) ?? '1m'}: 413`,
  });
  return true;
}
