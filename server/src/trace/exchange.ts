/** The request to a backend and what came of it: ngx_http_upstream_t, as far as it outlives the handler that made it. */
import type { ByteString } from '../base/bytes.ts';
import type { Directive } from '../config/directive.ts';
import type { CacheFacts, UpstreamRequest } from './trace.ts';

/** `$proxy_host` and its like while the request is written. */
export interface PassVariables {
  readonly host: ByteString;
  readonly port: ByteString;
  readonly bodyLength: ByteString | null;
  readonly chunked: ByteString | null;
}

/** What a cache that comes before the backend holds for this request, and what nginx does with it (ngx_http_upstream_cache). */
export interface CacheUse {
  /** of the family */
  readonly prefix: string;
  readonly zone: string;
  readonly directive: Directive;
  readonly bypassed: Directive | null;
  readonly key: ByteString;
  /** id of the assumption about what it holds; null where nobody looks */
  readonly assumption: string | null;
  /** an answer lies there, fresh or not */
  readonly holds: boolean;
  /** it is sent at once */
  readonly serves: boolean;
  /** and a request of its own renews it meanwhile */
  readonly background: boolean;
  /** why the backend's answer is not stored whatever it says; '' where it may be */
  readonly unstored: string;
}

/** An answer of a backend as it came. */
export interface BackendAnswer {
  readonly status: number;
  readonly headers: readonly (readonly [name: ByteString, value: ByteString])[];
  /** it has a Content-Length of which only nginx knows the value: what is taken for it */
  readonly length?: number;
}

/** One server that was asked, as `$upstream_addr` and `$upstream_status` tell of it; without a server: another request to a backend begins. */
export interface Attempt {
  readonly server: string | null;
  readonly status: number;
}

/** The request to the backend and its answer, of one request or subrequest. */
export class Exchange {
  passVariables: PassVariables | null = null;
  /** `proxy`, `uwsgi`, …: whose buffers and timeouts apply */
  passFamily: string | null = null;
  /** the last request to a backend, also when its answer was not passed on */
  request: UpstreamRequest | null = null;
  readonly attempts: Attempt[] = [];
  /** what was answered last */
  answer: BackendAnswer | null = null;
  /** what else the header lines of the answer may be is not known: they are asked for one by one */
  open = false;
  cacheUse: CacheUse | null = null;
  cacheStatus: string | null = null;
  cache: CacheFacts | null = null;
  /** what X-Accel-Buffering said */
  buffering: boolean | null = null;

  /** Another request to a backend: what the last one left is distinguished by a colon. */
  begin(request: UpstreamRequest): void {
    if (this.attempts.length) this.attempts.push({ server: null, status: 0 });
    this.request = request;
    this.answer = null;
    this.open = false;
  }
}

/** A list of `$upstream_*`: a comma between the servers of one request, a colon between requests (ngx_http_upstream_addr_variable). */
export function listOf(attempts: readonly Attempt[], text: (attempt: Attempt) => string): string {
  let out = '';
  for (let i = 0; ; ) {
    out += text(attempts[i]!);
    const asked = attempts[i]!.server !== null;
    if (++i >= attempts.length) return out;
    if (asked) {
      if (attempts[i]!.server !== null) out += ', ';
      else {
        out += ' : ';
        if (++i >= attempts.length) return out;
      }
    }
  }
}
