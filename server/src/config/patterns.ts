/**
 * The regular expressions of a configuration: which argument is one, without its `~`, and how nginx compiles it. Validity, captures and
 * the request path ask here; nothing is matched.
 */

import type { Compiled } from '../base/regexes.ts';
import { table } from '../base/table.ts';
import type { DirectiveFact } from '../catalog/fact.ts';
import type { Word } from '../syntax/word.ts';
import type { Directive } from './directive.ts';
import { readLocation } from './locations.ts';

export interface Pattern {
  readonly word: Word;
  /** UTF-16 offset of the pattern in the word's value */
  readonly at: number;
  readonly text: string;
  readonly caseless: boolean;
  /** its named groups become variables (ngx_http_regex_compile), not only groups (ngx_regex_compile) */
  readonly named: boolean;
}

const tilde = (word: Word, options: { star?: boolean; caseless?: boolean; named?: boolean } = {}): Pattern[] => {
  const { value } = word;
  if (!value.startsWith('~')) return [];
  const star = (options.star ?? true) && value.startsWith('~*');
  const at = star ? 2 : 1;
  return [{ word, at, text: value.slice(at), caseless: star || (options.caseless ?? false), named: options.named ?? true }];
};

const whole = (word: Word | undefined, caseless: boolean, named: boolean): Pattern[] =>
  word ? [{ word, at: 0, text: word.value, caseless, named }] : [];

/** The operator of an `if` and what it compares with; the rule about conditions says what is wrong with other forms. */
function conditionPattern({ args }: Directive): Pattern[] {
  const operator = args.at(-2)?.value ?? (args.at(-1)?.value === ')' ? args.at(-3)?.value : undefined);
  const spaced = args.length > 3 && args.at(-1)?.value === ')';
  const word = spaced ? args.at(-2) : args.at(-1);
  const op = spaced ? args.at(-3)?.value : operator;
  if (!word || !op || !/^!?~\*?$/.test(op)) return [];
  const text = spaced ? word.value : word.value.replace(/\)$/, '');
  return [{ word, at: 0, text, caseless: op.endsWith('*'), named: true }];
}

const TABLE: Readonly<Record<string, (d: Directive) => Pattern[]>> = table({
  location: (d) => {
    const read = readLocation(d);
    const word = d.args.at(-1);
    if (!read || !word || (read.modifier !== '~' && read.modifier !== '~*')) return [];
    return [{ word, at: word.value.length - read.name.length, text: read.name, caseless: read.modifier === '~*', named: true }];
  },
  // an upper-case letter anywhere in the pattern makes it caseless (ngx_http_core_server_name)
  // to mail it is a name that greetings say
  server_name: (d) =>
    (d.scope.context.startsWith('mail') ? [] : d.args).flatMap((w) => tilde(w, { star: false, caseless: /[A-Z]/.test(w.value) })),
  if: conditionPattern,
  rewrite: (d) => whole(d.args[0], false, true),
  valid_referers: (d) => d.args.flatMap((w) => tilde(w, { star: false, caseless: true, named: false })),
  proxy_redirect: (d) => (d.args.length === 2 ? tilde(d.args[0]!) : []),
  proxy_cookie_domain: (d) => (d.args.length === 2 ? tilde(d.args[0]!, { star: false, caseless: true }) : []),
  proxy_cookie_path: (d) => (d.args.length === 2 ? tilde(d.args[0]!) : []),
  proxy_cookie_flags: (d) => (d.args.length >= 2 ? tilde(d.args[0]!, { star: false, caseless: true }) : []),
  gzip_disable: (d) => d.args.flatMap((w) => (w.value === 'msie6' ? [] : whole(w, true, false))),
  fastcgi_split_path_info: (d) => whole(d.args[0], false, false),
  // of a module of its own: a text, unless a flag says otherwise
  subs_filter: (d) => {
    const flags = d.values.slice(2).join('');
    return /[ir]/.test(flags) ? whole(d.args[0], flags.includes('i'), false) : [];
  },
});

/** Whether a directive of nginx may hold regular expressions at all. */
export const mayHoldPatterns = ({ name, source }: DirectiveFact): boolean =>
  (source === 'oss' || name === 'subs_filter') && Object.hasOwn(TABLE, name);

/** The regular expressions that a directive, or an entry of a map, holds. */
export function patternsOf(directive: Directive): Pattern[] {
  const { context } = directive.scope;
  if (context === 'map' || context === 'stream-map') return tilde(directive.statement.name);
  const { fact } = directive;
  return fact && mayHoldPatterns(fact) ? TABLE[fact.name]!(directive) : [];
}

/** Compiles as nginx does; answers are kept by the engine. */
export const compiled = (directive: Directive, pattern: Pattern): Compiled =>
  directive.scope.config.regexes.compile(pattern.text, { caseless: pattern.caseless });
