/** The connection that a request comes on: ngx_connection_t. A request inside a request (ngx_http_subrequest) shares its main request's. */
import type { Listener } from '../config/servers.ts';
import type { Scheme } from './trace.ts';

/** What belongs to the connection and not to a single request. */
export class Connection {
  listener: Listener | null = null;
  scheme: Scheme = 'http';
  tls = false;
  clientAddress = '';
  clientPort = 0;
  localAddress = '';
  localPort = 0;
  sni: string | null = null;
  /** what ssl_preread has read: the client's handshake, or what came within TLS that ends here, which is none */
  preread: 'handshake' | 'inside' | null = null;
  /** the protocol within TLS that `ssl_alpn` of a stream and the client agreed on */
  alpn = '';
  /** what realip replaced */
  originalAddress: string | null = null;
  originalPort: number | null = null;
}
