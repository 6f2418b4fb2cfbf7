// What the arguments and parameters of a directive are, as data/*.json says it beside each directive, and as the rest of the program reads it.
// A row's `arguments`, `rest` and `last` are kinds or objects of RawArgument, `inherits` is an Inheritance, `parameters` a RawParameters.
import { table } from '../base/table.ts';
import PARAMETER_LISTS from './data/parameter-lists.json' with { type: 'text' };
import type { NameKind, NamePart, NameSpec } from './names.ts';

/** What an argument holds. */
export type ArgumentKind =
  | 'flag'
  | 'number'
  | 'size'
  | 'offset'
  | 'msec'
  | 'sec'
  | 'time'
  | 'rate'
  | 'percent'
  | 'status'
  /** one of `words` */
  | 'word'
  /** a file of the machine; `base` says what a relative one is relative to */
  | 'file'
  | 'folder'
  /** a file or folder, or the start of one */
  | 'path'
  /** a file name with masks */
  | 'glob'
  /** a file that nginx writes, or syslog:, stderr, memory: */
  | 'log'
  /** scheme://host[:port][/path] */
  | 'url'
  /** a path on this server, or @name where the directive takes one */
  | 'uri'
  /** host[:port] or unix:path */
  | 'address'
  | 'listen-address'
  /** an IP address or network, or a word */
  | 'network'
  | 'regex'
  | 'location'
  | 'condition'
  | 'server-name'
  | 'host'
  | 'header'
  | 'cookie'
  | 'mime'
  | 'charset'
  | 'method'
  | 'ciphers'
  | 'curves'
  | 'protocol'
  | 'openssl-command'
  | 'openssl-value'
  | 'variable'
  | 'name'
  | 'account'
  | 'environment'
  | 'mask'
  | 'function'
  | 'lua'
  | 'percent-or-number'
  | 'parameter'
  /** free text; with variables where the directive takes them */
  | 'text';

/** What a relative path is relative to: the folder of nginx.conf, the prefix, or the folder in which nginx was started. */
export type PathBase = 'configuration' | 'prefix' | 'started';

export interface ArgumentFact {
  readonly kind: ArgumentKind;
  /** Words with a meaning of their own besides (or, for `word`, instead of) what the kind says: off, auto, default. */
  readonly words?: readonly string[];
  readonly base?: PathBase;
  /** The name that the argument declares or uses. */
  readonly names?: NameSpec;
  readonly min?: number;
  readonly max?: number;
}

/** How an inner level relates to the outer ones. */
export type Inheritance =
  /** one value: the nearest level that has it */
  | 'single'
  /** all lines of the nearest level that has any; its own lines hide all outer ones */
  | 'list'
  /** not taken over by inner levels */
  | 'none'
  /** by rules of its own */
  | 'special';

/** What each argument of a directive is. */
export interface Holds {
  readonly args: readonly ArgumentFact[];
  /** What all further arguments are. */
  readonly rest?: ArgumentFact;
  /** What the last argument is, when it differs. */
  readonly last?: ArgumentFact;
  /** An only argument is what is otherwise the last. */
  readonly alone?: true;
}

/** How a parameter's value is read. `zone` is name:size, `zone-ref` a name that may have a size behind, `text` anything. */
export type ParameterValue =
  | 'flag'
  | 'number'
  | 'size'
  | 'offset'
  | 'msec'
  | 'sec'
  | 'rate'
  | 'zone'
  | 'zone-ref'
  | 'word'
  | 'keepalive'
  | 'levels'
  | 'address'
  | 'uri'
  | 'path'
  | 'variable'
  | 'regex'
  | 'text';

export interface ParameterFact {
  readonly name: string;
  /** `word` stands alone, `value` needs its value, `either` may have one (gzip, gzip=5). */
  readonly form: 'word' | 'value' | 'either';
  readonly separator: '=' | ':';
  readonly value?: ParameterValue;
  /** The words that the value may be. */
  readonly words?: readonly string[];
  readonly min?: number;
  readonly max?: number;
  readonly since?: string;
  readonly removed?: string;
  readonly deprecated?: string;
  readonly replacedBy?: string;
  readonly plusOnly?: boolean;
  readonly plusSince?: string;
  /** OpenResty's nginx alone has it. */
  readonly openresty?: true;
  /** Other parameters of the line that nginx refuses beside this one. */
  readonly excludes?: readonly string[];
  readonly required?: boolean;
  /** nginx refuses a second one. */
  readonly once?: boolean;
  readonly named?: NameSpec;
  /** Refused on Linux: the platform lacks it. */
  readonly notOnLinux?: boolean;
  readonly variables?: boolean;
  /** nginx takes any value when it reads the configuration. */
  readonly unchecked?: boolean;
  readonly hint: string;
}

/** The parameters of a directive and where they stand. */
export interface ParameterTable {
  /** Index of the first argument that may be a parameter. */
  readonly from: number;
  /** Index of the last one, when data follow behind the parameters. */
  readonly to?: number;
  /**
   * What nginx does with a word that is none of them: refuse it (`false`), take it for data or ignore it (`true`), or take it for an
   * address, so that only a word with `=` is sure to be wrong.
   */
  readonly open: boolean | 'addresses';
  readonly list: readonly ParameterFact[];
}

/** The methods that `limit_except` and its like can name (ngx_methods_names). */
export const METHODS: readonly string[] = [
  'GET',
  'HEAD',
  'POST',
  'PUT',
  'DELETE',
  'MKCOL',
  'COPY',
  'MOVE',
  'OPTIONS',
  'PROPFIND',
  'PROPPATCH',
  'LOCK',
  'UNLOCK',
  'PATCH',
];

/** Role, kind and part of a name, as the data write them: `defines limit-req-zone before-colon`. */
type RawNames = `${NameSpec['role']} ${NameKind} ${NamePart}`;
type RawArgument = ArgumentKind | (Omit<ArgumentFact, 'names'> & { readonly names?: RawNames });
/** A parameter with no `value` is a word; `either` may have its value or not. */
type RawParameter = Omit<ParameterFact, 'form' | 'separator' | 'named'> & {
  readonly either?: true;
  readonly separator?: ':';
  readonly named?: RawNames;
};
interface RawParameters {
  readonly from: number;
  readonly to?: number;
  readonly open?: ParameterTable['open'];
  /** `@name` stands for a list of data/parameter-lists.json. */
  readonly list: readonly (RawParameter | `@${string}`)[];
}
/** What a directive's row says of its arguments. */
export interface RawShape {
  readonly arguments?: readonly RawArgument[];
  readonly rest?: RawArgument;
  readonly last?: RawArgument;
  readonly alone?: true;
  readonly inherits?: Inheritance;
  readonly parameters?: RawParameters;
}

function namesFrom(text: RawNames): NameSpec {
  const [role, kind, part] = text.split(' ');
  return { role, kind, part } as NameSpec;
}

function argumentFrom(raw: RawArgument): ArgumentFact {
  if (typeof raw === 'string') return raw === 'method' ? { kind: raw, words: METHODS } : { kind: raw };
  return raw.names ? { ...raw, names: namesFrom(raw.names) } : (raw as ArgumentFact);
}

/** What a row says of the arguments; null when the directive's kind says it all. */
export function holdsFrom({ arguments: args, rest, last, alone }: RawShape): Holds | null {
  if (!args && !rest && !last) return null;
  return { args: args?.map(argumentFrom) ?? [], rest: rest && argumentFrom(rest), last: last && argumentFrom(last), alone };
}

let lists: Readonly<Record<string, readonly RawParameter[]>> | undefined;
const listNamed = (name: string): readonly RawParameter[] => {
  lists ??= table(JSON.parse(PARAMETER_LISTS as unknown as string) as Record<string, readonly RawParameter[]>);
  const found = lists[name];
  if (!found) throw new Error(`the catalog has no list of parameters "${name}"`);
  return found;
};

const parameterFrom = ({ either, separator, named, ...raw }: RawParameter): ParameterFact => ({
  ...raw,
  form: raw.value === undefined ? 'word' : either ? 'either' : 'value',
  separator: separator ?? '=',
  ...(named ? { named: namesFrom(named) } : {}),
});

/** The parameters that a row names; null when the directive has none. */
export function parametersFrom({ parameters }: RawShape): ParameterTable | null {
  if (!parameters) return null;
  const { from, to, open, list } = parameters;
  return {
    from,
    to,
    open: open ?? false,
    list: list.flatMap((p) => (typeof p === 'string' ? listNamed(p.slice(1)) : [p])).map(parameterFrom),
  };
}
