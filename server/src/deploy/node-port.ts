/**
 * The port of a program for Node, as far as its start file says it in the usual words: `process.env.PORT || 3000`, a number, or a constant of one of these,
 * before `.listen(`. No JavaScript is parsed: what is written in another way is not known.
 */
import { basename, type FileId } from '../base/file-id.ts';
import type { Place } from '../base/span.ts';
import type { Address } from './address.ts';
import { type Setting, unknownSetting, written } from './setting.ts';
import type { Environment } from './shell.ts';

/** The names of files with which programs for Node start, at most three folders deep. */
export const isNodeStart = (path: string): boolean => /^([^/]+\/){0,3}((server|app|index|main|start)\.[cm]?[jt]s|bin\/www)$/.test(path);

const MAX_LENGTH = 64 * 1024;

/** Comments as blanks of the same length. */
export const withoutComments = (text: string): string =>
  text.replace(/\/\*[\s\S]*?\*\/|(^|[\s;{}(])\/\/[^\n]*/g, (m) => m.replace(/[^\n]/g, ' '));

interface Port {
  /** the variable that may set it */
  readonly variable: string | null;
  /** without the variable */
  readonly number: number | null;
  readonly at: number;
  readonly length: number;
}

const VARIABLE =
  /^[+\s]*(?:[A-Za-z_$][\w.$]*\(\s*)?process\.env(?:\.(\w+)|\[['"](\w+)['"]\])\s*\)?\s*(?:(?:\|\||\?\?)\s*(?:['"](\d{2,5})['"]|(\d{2,5})\b))?/;

/** What an expression at a place of a text says; null for what is not one of the usual words. */
function portAt(text: string, at: number, constants = true): Port | null {
  const rest = text.slice(at, at + 200);
  const number = /^\s*['"]?(\d{2,5})['"]?\s*[,;)\n}]/.exec(rest);
  if (number) return { variable: null, number: Number(number[1]), at: at + rest.indexOf(number[1]!), length: number[1]!.length };
  const variable = VARIABLE.exec(rest);
  if (variable) {
    const standard = variable[3] ?? variable[4];
    const blank = rest.length - rest.trimStart().length;
    return {
      variable: (variable[1] ?? variable[2])!,
      number: standard === undefined ? null : Number(standard),
      at: at + blank,
      length: variable[0].trim().length,
    };
  }
  const name = constants ? /^\s*([A-Za-z_$][\w$]*)\s*[,;)\n}]/.exec(rest)?.[1] : undefined;
  if (!name) return null;
  const made = [...text.matchAll(new RegExp(`(?:const|let|var)\\s+${name.replaceAll('$', '\\$')}(?:\\s*:\\s*[\\w |]+)?\\s*=`, 'g'))];
  return made.length === 1 ? portAt(text, made[0]!.index + made[0]![0].length, false) : null;
}

/** The call that listens, with its first argument or the members of its object. */
function listenIn(text: string): { readonly port: Port; readonly host: string } | null {
  const calls = [...text.matchAll(/\.listen\s*\(/g)];
  if (calls.length !== 1) return null;
  const start = calls[0]!.index + calls[0]![0].length;
  const rest = text.slice(start, start + 400);
  const object = /^\s*\{([^{}]*)\}/.exec(rest);
  if (object) {
    const member = /\bport\s*:/.exec(object[0]);
    const port = member
      ? portAt(text, start + member.index + member[0].length)
      : /[{,]\s*port\s*[,}]/.test(object[0])
        ? portNamed(text)
        : null;
    const host = /\bhost\s*:\s*['"]([^'"]*)['"]/.exec(object[0])?.[1];
    // Fastify listens on localhost where no host is given
    if (!port || (host === undefined && /\bhost\b/.test(object[0]))) return null;
    return { port, host: host ?? (/fastify/i.test(text) ? 'localhost' : '') };
  }
  const port = portAt(text, start);
  if (!port) return null;
  const second = rest.slice(rest.indexOf(',') + 1);
  const host = rest.includes(',') ? /^\s*['"]([^'"]*)['"]/.exec(second)?.[1] : '';
  // a function comes next where no host is given
  if (host === undefined && !/^\s*(?:async\b|function\b|\(|[\w$]+\s*=>|[\w$.]+\s*\))/.test(second)) return null;
  return { port, host: host ?? '' };
}

function portNamed(text: string): Port | null {
  const made = /(?:const|let|var)\s+port(?:\s*:\s*[\w |]+)?\s*=/.exec(text);
  return made ? portAt(text, made.index + made[0].length, false) : null;
}

/**
 * Where the program among these start files listens; null where none of them says so in a way that is known, or several do.
 * @param scripts start files of one program with their texts
 */
export function nodeAddress(scripts: readonly (readonly [FileId, string])[], environment: Environment): Setting<Address> | null {
  const listening = scripts
    .map(([file, text]) => [file, withoutComments(text.slice(0, MAX_LENGTH))] as const)
    .filter(([, t]) => /\.listen\s*\(/.test(t));
  const [only] = listening;
  const found = only && listening.length === 1 ? listenIn(only[1]) : null;
  if (!only || !found) return null;
  const [file, text] = only;
  const { port, host } = found;
  const place: Place = { file, span: { start: port.at, end: port.at + port.length } };
  const address = (number: number): Address => ({
    kind: 'tcp',
    host: host === 'localhost' ? '127.0.0.1' : host === '::' ? '' : host,
    port: number,
  });
  if (port.variable === null) return written(address(port.number!), place);
  const set = environment.get(port.variable);
  if (set?.from === 'text') return /^\d{2,5}$/.test(set.value) ? written(address(Number(set.value)), set.place) : null;
  const fallback = port.number === null ? undefined : address(port.number);
  if (set?.from === 'unknown' || !environment.closed || fallback === undefined || /dotenv|--env-file/.test(text))
    return unknownSetting(`${basename(file)} takes the port from ${port.variable}`, place, { env: port.variable, fallback });
  return written(fallback, place);
}
