/** The request to a backend and what came of it: ngx_http_upstream_t, as far as it outlives the handler that made it. */
import type { ByteString } from '../base/bytes.ts';
import type { Directive } from '../config/directive.ts';
import type { CacheFacts, UpstreamRequest } from './trace.ts';

/** `$proxy_host` and its kin while the request is written. */
export interface PassVariables {
  readonly host: ByteString;
  readonly port: ByteString;
  readonly bodyLength: ByteString | null;
  readonly chunked: ByteString | null;
}

/** A cache that stands before the backend for this request. */
export interface CachePlan {
  readonly zone: string;
  readonly directive: Directive;
  readonly bypassed: Directive | null;
}

export class Exchange {
  passVariables: PassVariables | null = null;
  /** `proxy`, `uwsgi`, …: whose buffers and timeouts apply */
  passFamily: string | null = null;
  /** the last request to a backend, also when its answer was not passed on */
  request: UpstreamRequest | null = null;
  status = 0;
  cachePlan: CachePlan | null = null;
  cacheKey: ByteString = '';
  cacheStatus: string | null = null;
  cache: CacheFacts | null = null;
  /** what X-Accel-Buffering said */
  buffering: boolean | null = null;
}
