/** What an area of nginx's modules is asked of: a configuration, and requests that are sent to it in order. */
import type { HeaderPair, RequestInput } from '../../../server/src/trace/trace.ts';

export interface Answered {
  readonly status?: number;
  readonly headers?: readonly HeaderPair[];
  readonly body?: string;
  /** no Content-Length: the end of the connection ends the body */
  readonly endless?: boolean;
}

export interface AreaAsk {
  /** `GET /a HTTP/1.0 | Name: value`; Host is a.test unless a line names another, `-Host` leaves it out */
  readonly send: string;
  readonly body?: string;
  /** which of the ports, default the first */
  readonly port?: number;
  /** TLS with that name */
  readonly sni?: string;
  /** what the first backend answers, and the second where it differs */
  readonly answer?: Answered;
  readonly answer2?: Answered;
  readonly input?: Partial<RequestInput>;
  readonly assume?: Readonly<Record<string, string>>;
  /** milliseconds to wait before it */
  readonly wait?: number;
}

export interface Area {
  readonly name: string;
  /**
   * The http block, or what is in its only server. %PORT% %PORT1% %PORT2% are the ports that nginx listens on; %E% %E2% HTTP backends, %U% %F% %S%
   * the first backend by uwsgi, FastCGI and SCGI; %DIR% the prefix.
   */
  readonly http: string;
  readonly files?: Readonly<Record<string, string>>;
  /** empty folders */
  readonly folders?: readonly string[];
  /** when files were changed, in seconds since 1970 */
  readonly modified?: Readonly<Record<string, number>>;
  /** X-C tells the state of a cache: it is given to the trace, with what was stored */
  readonly cache?: string;
  /** values of the answer that nobody can know, by the id that assumes them: what finds them in the real answer's head */
  readonly reads?: Readonly<Record<string, RegExp>>;
  readonly asks: readonly (string | AreaAsk)[];
}
