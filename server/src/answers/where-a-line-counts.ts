/**
 * Where a line counts: the blocks in and below its own that answer requests by themselves and see it in force. A line of http that every
 * server writes again counts nowhere, and one beside locations that all hand their requests on counts for none of nginx's own files.
 */
import { toBytes } from '../base/bytes.ts';
import type { Directive } from '../config/directive.ts';
import { locationOf, matchLocation } from '../config/locations.ts';
import type { Scope } from '../config/scope.ts';
import { contentIn } from '../trace/location-config.ts';
import { Visitor } from './visitor.ts';

const SERVERS = new Set(['server', 'stream-server', 'mail-server']);
const OPENERS = new Set([...SERVERS, 'location', 'if-in-location']);

/** Levels whose lines are for the servers below them. */
const LEVELS = new Set(['http', 'stream', 'mail']);

/** A path that no location is written for: where one takes it, the server's own level answers nothing. */
const NOWHERE = toBytes('/no-such-file');

const answersItself = (scope: Scope): boolean =>
  OPENERS.has(scope.context) && (scope.context !== 'server' || !matchLocation(scope, NOWHERE).location);

/** `location ^/static/`: a pattern that was written as a name, with which no path begins. */
const isNowhere = (scope: Scope): boolean => {
  const location = scope.context === 'location' ? locationOf(scope) : null;
  return location !== null && (location.kind === 'prefix' || location.kind === 'exact') && location.name.startsWith('^');
};

function* places(scope: Scope, line: Directive): Generator<Scope> {
  if (isNowhere(scope)) return;
  if (answersItself(scope)) yield scope;
  for (const inner of scope.scopes)
    if (OPENERS.has(inner.context) && inner.effective(line.name).directives.some((d) => d.statement === line.statement))
      yield* places(inner, line);
}

/** The blocks that answer requests and in which the line is in force, outer ones first. */
export const placesOf = (line: Directive): readonly Scope[] => [...places(line.scope, line)];

/** Whether no server is below the line's level, so that nobody sees what it is for: the file is included from elsewhere. */
export const isApart = ({ scope }: Directive): boolean => LEVELS.has(scope.context) && !scope.scopes.some((s) => SERVERS.has(s.context));

/** Whether every block below has a line of its own in the place of this one, so that it does nothing. */
export function isOverridden(line: Directive): boolean {
  if ((!LEVELS.has(line.scope.context) && line.scope.context !== 'server') || isApart(line)) return false;
  return places(line.scope, line).next().done === true;
}

/** Whether another pass of the block takes the place of this one: of several nginx keeps the last. */
export const isReplaced = (pass: Directive): boolean => ![null, pass.name].includes(contentIn(pass.scope));

/** A block that ends the level's part of the rewriting without an answer: the request goes on to its location. */
const letsOn = (body: Scope): boolean =>
  body.has('break') || body.named('rewrite').some((r) => r.value(2) === 'last' || r.value(2) === 'break');

/** The `return` that is the last word of a level, whoever asks; null where there is none, or a `break` stands before it. */
export interface LastWord {
  readonly line: Directive;
  /** something above it may answer in another way */
  readonly conditional: boolean;
  /** something above it may send the request on to its location */
  readonly early: boolean;
}

/** What a `return` beside other lines makes of a level; one within an `if` is no word of the level. */
export function lastWordOf(scope: Scope): LastWord | null {
  const line = scope.first('return');
  if (!line) return null;
  const all = scope.directives;
  const before = all.slice(0, all.indexOf(line));
  if (before.some((d) => d.name === 'break')) return null;
  const conditional = before.some((d) => d.name === 'rewrite' || d.name === 'if');
  return {
    line,
    conditional,
    early: conditional && before.some((d) => d.name === 'rewrite' || (d.name === 'if' && d.body && letsOn(d.body))),
  };
}

/** Whether no request gets to a location, since its server answers each before a location is looked for; named ones are jumped to. */
export function isNeverChosen(scope: Scope): boolean {
  const server = scope.enclosing('server');
  const word = server && lastWordOf(server);
  return !!word && !word.early && scope !== server && locationOf(scope)?.kind !== 'named';
}

/** The status with which the rewrite phase answers a visitor of a block before anything else there is asked; null where it lets him on. */
export function answeredFirst(scope: Scope): number | null {
  const end = new Visitor(scope).rewrites();
  return end.by ? end.status : null;
}

/** Whether the rewrite phase answers every request of a block: its other lines are asked by nobody. */
export const isAnsweredFirst = (scope: Scope): boolean => answeredFirst(scope) !== null;

/** Whether the rewrite phase answers all that comes to a server, in its own program or in those of all its locations. */
export const isAnsweredWhole = (server: Scope): boolean => {
  if (isAnsweredFirst(server)) return true;
  const locations = server.scopes.filter((s) => s.context === 'location');
  return locations.length > 0 && !answersItself(server) && locations.every(isAnsweredWhole);
};

/** Whether a block sends nginx's own files: nothing passes its requests on, and the rewrite phase does not answer all of them. */
export const sendsFiles = (scope: Scope): boolean => contentIn(scope) === null && !isAnsweredFirst(scope);
