/** A word of a configuration: what stands in the text, and what nginx makes of it. */

export interface Word {
  /** UTF-16 offsets, quotes included */
  readonly start: number;
  readonly end: number;
  /** the text as written, quotes included */
  readonly raw: string;
  /** what nginx sees: quotes stripped, escapes resolved (ngx_conf_read_token) */
  readonly value: string;
  readonly quote: '' | '"' | "'";
  /** true when a template engine fills in a part of it, so that its value is not known */
  readonly templated: boolean;
}
