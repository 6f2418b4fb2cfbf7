// The TLS facts of data/tls.json, parsed once when first asked for. Only ciphers.ts and groups.ts read it.
import text from './data/tls.json' with { type: 'text' };

export interface Strength {
  readonly bits: number;
  /** what @STRENGTH and the security level look at, when it is not `bits` */
  readonly strength?: number;
  readonly class: string;
  readonly since?: { readonly from: string; readonly strength?: number; readonly class?: string };
}

export interface Keyword {
  readonly word: string;
  readonly kx?: readonly string[];
  readonly au?: readonly string[] | { readonly not: readonly string[] };
  readonly enc?: readonly string[] | { readonly not: readonly string[] };
  readonly mac?: readonly string[];
  /** strength classes; FIPS is one of them */
  readonly cls?: readonly string[];
  readonly min?: string;
  /** false: asks for the suites that DEFAULT leaves out */
  readonly default?: false;
  readonly since?: string;
}

export interface GroupRow {
  readonly name: string;
  readonly id: string;
  readonly bits: number;
  readonly aliases?: readonly string[];
  readonly only?: '1.2' | '1.3';
  readonly since?: string;
  readonly 'notIn1.1.1'?: readonly string[];
}

export interface TlsData {
  readonly suites: readonly (readonly [string, string, string, string, string, string, string, string, string])[];
  readonly encryption: Readonly<Record<string, Strength>>;
  readonly keywords: readonly Keyword[];
  readonly tls13: readonly (readonly [string, string, string, string, string, boolean])[];
  readonly tls13Default: readonly string[];
  readonly securityLevelBits: readonly number[];
  readonly groups: readonly GroupRow[];
  readonly groupDefaults: Readonly<Record<string, readonly string[]>>;
}

let parsed: TlsData | null = null;

/** The parsed facts; the same object at every call. */
export const tlsData = (): TlsData => (parsed ??= JSON.parse(text as unknown as string) as TlsData);
