/**
 * A part of nginx as the trace stands in for it, with the directives that its code reads. What the parts of a protocol read together is what a
 * trace follows: a directive that none of them reads, and of which the catalog does not say that it changes nothing, is named as not simulated.
 * A test holds every declaration against what is read while requests are traced, in both directions.
 */
export interface Reader {
  readonly module: string;
  /** names of directives */
  readonly reads: readonly string[];
  /** those among them of which a part of the effect is not followed: they are named, unless the request at hand says otherwise (`Run.followed`) */
  readonly partly?: readonly string[];
}

/** The directives of a family, as `proxy_buffering` and `uwsgi_buffering` are: every name behind every prefix. */
export const family = (prefixes: readonly string[], names: readonly string[]): string[] =>
  prefixes.flatMap((p) => names.map((n) => `${p}_${n}`));
