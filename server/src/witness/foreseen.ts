/**
 * What the rewrite phase does with a request, as far as the text tells before it is asked: the trace's own program of a level, with the values
 * that are known. Whatever hangs on others may be or not.
 */
import { type ByteString, toBytes } from '../base/bytes.ts';
import type { Config } from '../config/config.ts';
import type { Scope } from '../config/scope.ts';
import type { Server } from '../config/servers.ts';
import { type Code, type Condition, programOf } from '../trace/handlers/rewrite.ts';
import { definitionOf, indexOf } from '../trace/index.ts';
import type { Value } from '../trace/script.ts';

/** What is known of a request; null: nothing. */
export interface Foreseen {
  readonly uri: ByteString | null;
  /** as it is in the request line */
  readonly target: ByteString | null;
  /** how it comes to its server */
  readonly way: Way | null;
}

export interface Way {
  readonly scheme: 'http' | 'https';
  /** of the Host line */
  readonly authority: string;
  readonly server: Server;
}

/** A variable of nginx's own; null where the text does not tell its value. */
function ownValue(name: string, { uri, target, way }: Foreseen): ByteString | null {
  switch (name) {
    case 'uri':
    case 'document_uri':
      return uri;
    case 'request_uri':
      return target;
    case 'scheme':
      return way && toBytes(way.scheme);
    case 'http_host':
      return way && toBytes(way.authority);
    case 'host':
      return way && toBytes(way.authority.replace(/:\d+$/, '').toLowerCase());
    case 'server_name': {
      const first = way?.server.names[0];
      return first && first.kind === 'exact' && !first.hostname ? toBytes(first.text) : null;
    }
    default:
      return null;
  }
}

/** The same; null as well where the configuration has another of that name. */
function variable(config: Config, name: string, known: Foreseen): ByteString | null {
  const value = ownValue(name, known);
  return value === null || definitionOf(indexOf(config), name) ? null : value;
}

/** A value with variables; null where one of them is not known. */
function textOf(config: Config, { parts }: Value, known: Foreseen): ByteString | null {
  let text = '';
  for (const part of parts) {
    const piece = part.kind === 'text' ? part.text : part.kind === 'variable' ? variable(config, part.name, known) : null;
    if (piece === null) return null;
    text += piece;
  }
  return text;
}

/** Whether a condition holds; null where that is not known. */
function holds(config: Config, condition: Condition | null, known: Foreseen): boolean | null {
  if (!condition || condition.kind === 'file') return null;
  const value = variable(config, condition.name, known);
  if (value === null) return null;
  switch (condition.kind) {
    case 'variable':
      return value !== '' && value !== '0';
    case 'match': {
      const matched = condition.regex?.match(value) ?? 'unknown';
      return matched === 'unknown' ? null : (matched !== 'no') !== condition.negative;
    }
    default: {
      const other = textOf(config, condition.value, known);
      return other === null ? null : (value === other) === (condition.kind === 'equal');
    }
  }
}

type Return = Extract<Code, { kind: 'return' }>;

const isSending = ({ status }: Return): boolean => status >= 300 && status < 310;

/** Whether a rewrite may take a path. */
const mayFit = ({ regex }: Extract<Code, { kind: 'rewrite' }>, uri: ByteString | null): boolean =>
  !regex || uri === null || regex.match(uri) !== 'no';

/** How many lines of the rewrite phase a level has, those of its conditions apart. */
export const linesOf = (scope: Scope): number => programOf(scope).length;

/** Whether a request may be moved by a rewrite or redirect of a level. */
export const mayBeMoved = (scope: Scope, known: Foreseen): boolean => mayMoveIn(scope.config, programOf(scope), known);

const mayMoveIn = (config: Config, program: readonly Code[], known: Foreseen): boolean =>
  program.some((code) => {
    if (code.kind === 'rewrite') return mayFit(code, known.uri);
    if (code.kind === 'return') return isSending(code);
    return (
      code.kind === 'if' && code.body.length > 0 && holds(config, code.condition, known) !== false && mayMoveIn(config, code.body, known)
    );
  });

/**
 * Where the rewrite phase of a server and of a location of it sends a client, each way that it may; null where that is not known, or where the
 * request may go on.
 */
export function sentTo(levels: readonly Scope[], known: Foreseen): readonly ByteString[] | null {
  const found: Return[] = [];
  for (const level of levels) {
    const { config } = level;
    const ends = endsIn(config, programOf(level), known, found);
    if (ends === null) return null;
    if (!ends) continue;
    const to = found.map(({ text }) => text && textOf(config, text, known));
    return to.includes(null) ? null : (to as ByteString[]);
  }
  return null;
}

/** Whether a program ends each request with a return, with those that redirect in `found`; null where a rewrite may lead elsewhere. */
function endsIn(config: Config, program: readonly Code[], known: Foreseen, found: Return[]): boolean | null {
  for (const code of program) {
    if (code.kind === 'break' || (code.kind === 'rewrite' && mayFit(code, known.uri))) return null;
    if (code.kind === 'return') {
      if (isSending(code)) found.push(code);
      return true;
    }
    if (code.kind !== 'if') continue;
    const met = holds(config, code.condition, known);
    const ends = met === false ? false : endsIn(config, code.body, known, found);
    if (ends === null) return null;
    if (ends && met) return true;
  }
  return false;
}
