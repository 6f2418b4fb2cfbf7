// What the catalog knows of one directive and of one variable, as data. Facts say what nginx accepts, not whether it is wise:
// advice belongs to rules.
import type { Context } from './context.ts';
import type { Holds, Inheritance, ParameterTable } from './shape.ts';

/** Who makes it: open-source nginx, its commercial build, or the name of a third-party module's source ("lua-nginx-module"). */
export type Source = 'oss' | 'plus' | (string & {});

/**
 * How many arguments a directive takes, as in the command's NGX_CONF_* bits, and whether a block follows.
 * `max` null means no upper limit. `counts` lists the numbers when they are finite ([1, 3] is not [1, 2, 3]).
 */
export interface Arity {
  readonly min: number;
  readonly max: number | null;
  readonly counts: readonly number[] | null;
  /** NGX_CONF_FLAG: exactly one argument, meant to be on or off. */
  readonly flag: boolean;
  /** NGX_CONF_BLOCK: must be followed by `{`; without it the directive must end in `;`. */
  readonly block: boolean;
  /** NGX_CONF_ANY: the count is not checked at all. */
  readonly any: boolean;
  /** The count was read from documentation, not from code: a wrong count is a hint at most. */
  readonly estimated: boolean;
}

/**
 * How the arguments are read, named after nginx's setters: `msec` ngx_conf_set_msec_slot, `sec` ngx_conf_set_sec_slot, `size`
 * ngx_conf_set_size_slot, `offset` ngx_conf_set_off_slot, `complex` a string with variables, `custom` the directive's own code.
 */
export type Kind =
  | 'custom'
  | 'flag'
  | 'string'
  | 'string-array'
  | 'number'
  | 'size'
  | 'offset'
  | 'msec'
  | 'sec'
  | 'bufs'
  | 'enum'
  | 'bitmask'
  | 'keyval'
  | 'complex'
  | 'complex-size'
  | 'predicates'
  | 'mime-types'
  | 'path-levels'
  | 'access'
  | 'bind'
  | 'cache-path'
  | 'cache-valid'
  | 'charset'
  | 'param'
  | 'obsolete'
  | 'body-entry';

/** A word that an enum or bitmask accepts. */
export interface EnumValue {
  readonly name: string;
  /** NGINX Plus alone has it; `since` counts its base */
  readonly plusOnly?: true;
  readonly since?: string;
  readonly removed?: string;
}

/** What nginx does with a second line of the same directive in the same block. */
export interface Repeat {
  /** `error` refused; `error-same-key` refused when `key` is the same; `warn` accepted with a message; `ok` accepted. */
  readonly twice: 'ok' | 'warn' | 'error' | 'error-same-key';
  readonly effect?: 'accumulate' | 'last-wins' | 'ignored' | 'sequence' | 'accumulate, later value wins';
  readonly key?: string;
  /** nginx's words. */
  readonly message?: string;
}

/** Limits beyond the kind, checked by the setter's post handler. Values are in the kind's own unit (bytes, ms, plain number). */
export interface ValueCheck {
  readonly min?: number;
  readonly max?: number;
  readonly greaterThan?: number;
  readonly multipleOf?: number;
  readonly powerOfTwo?: boolean;
  readonly oneOf?: readonly string[];
  /** A word with a meaning of its own where the kind would take any string. */
  readonly special?: string;
  /** Depends on the system; the text says how. Nothing is refused. */
  readonly platform?: string;
  readonly warns?: string;
  readonly note?: string;
}

export interface Deprecation {
  readonly since: string;
  readonly replacedBy: string | null;
}

/** One directive of one module in the contexts that share its meaning; today's state, with the history beside it. */
export interface DirectiveFact {
  readonly name: string;
  /** The module that registers the command: "ngx_http_proxy_module". */
  readonly module: string;
  readonly source: Source;
  readonly contexts: readonly Context[];
  readonly args: Arity;
  readonly kind: Kind;
  /** What each argument is; null where the kind says it. */
  readonly holds: Holds | null;
  /** How inner levels treat it; null where `repeat` and the kind say it. */
  readonly inheritance: Inheritance | null;
  /** The parameters that it takes, and where they may stand. */
  readonly parameters: ParameterTable | null;
  /** Whether an argument may hold variables; null where nobody looked (third-party modules). */
  readonly variables: boolean | null;
  readonly values: readonly EnumValue[];
  /** Inclusive limits of a number, from the command's own ngx_conf_num_bounds. */
  readonly bounds: { readonly min: number; readonly max: number } | null;
  readonly check: ValueCheck | null;
  /** What a second line does; null where nobody looked (Plus and third-party modules). */
  readonly repeat: Repeat | null;
  /** First open-source nginx version with it (for Plus facts: the base version of the release); undefined: not known. */
  readonly since: string | undefined;
  /** What `since` and `removed` count when it is not nginx: "njs", "nginx-acme". */
  readonly unit: string | null;
  /** nginx version from which Plus had it, when earlier than open source. */
  readonly plusSince: string | undefined;
  /** Versions of older stable branches that got it too. */
  readonly backports: readonly string[];
  /** First version without it. */
  readonly removed: string | undefined;
  readonly replacedBy: string | null;
  readonly deprecated: Deprecation | null;
  /** Accepted with a warning and ignored. */
  readonly obsolete: (Deprecation & { readonly effect: string }) | null;
  readonly argsHistory: readonly (readonly [string, Arity])[];
  readonly kindHistory: readonly (readonly [string, Kind])[];
  readonly defaultHistory: readonly (readonly [string, string])[];
  readonly contextSince: { readonly [context in Context]?: string };
  readonly contextRemoved: { readonly [context in Context]?: string };
  /** As documented; undefined: none or not known. */
  readonly default: string | undefined;
  /** The forms of the directive as the manual writes them, each with its semicolon. */
  readonly syntax: readonly string[];
  readonly undocumented: boolean;
  /** Why it changes neither the way of a request nor what the client gets; null where it may. */
  readonly harmless: string | null;
  readonly note: string | undefined;
  /** Address of the manual's section, null for third-party and undocumented ones. */
  readonly docs: string | null;
  /** The #if that guards the command in nginx's source. */
  readonly build: string | null;
}

/** One variable, or one family of variables with a common prefix. */
export interface VariableFact {
  /** Without the `$`; for a family the prefix with its underscore: "arg_". */
  readonly name: string;
  readonly prefix: boolean;
  readonly protocol: 'http' | 'stream';
  readonly module: string;
  readonly source: Source;
  /** Whether `set`, `map`, `geo` and the like may define it again (NGX_HTTP_VAR_CHANGEABLE); null where nobody looked. */
  readonly changeable: boolean | null;
  /** Whether `set` changes what nginx does ($args, $limit_rate). */
  readonly settable: boolean;
  readonly cacheable: boolean;
  readonly since: string | undefined;
  readonly removed: string | undefined;
  readonly deprecated: boolean;
  /** Not built in: the configuration must define it ($memcached_key). */
  readonly userDefined: boolean;
  readonly note: string | undefined;
  readonly docs: string | null;
}

export type { Context };
