/** What an application sees, value by value: known with its reason, or unknown with the reason why. And the request as it leaves nginx. */
import type { Place } from '../base/span.ts';
import { isLoopback } from './address.ts';

/** The request as the trace has it (`outcome.upstreamRequest`): the exact headers, and for uwsgi, fastcgi and scgi the exact params. */
export interface UpstreamRequest {
  readonly protocol: string;
  readonly upstream: string;
  readonly servers: readonly string[];
  readonly method: string | null;
  readonly uri: string;
  readonly httpVersion: string | null;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly params: readonly (readonly [name: string, value: string])[] | null;
}

/** Something that the application sees: a value with its reason, or the reason why nobody can tell. */
export type Seen<T> =
  | { readonly known: true; readonly value: T; readonly why: string; readonly places: readonly Place[] }
  | {
      readonly known: false;
      readonly why: string;
      readonly places: readonly Place[] /** what it is when nothing is set elsewhere */;
      readonly likely?: T;
    };

/** What the connection itself says of the scheme, which a server takes where no header says otherwise. */
export const schemeOf = ({ protocol }: UpstreamRequest): 'http' | 'https' => (protocol === 'https' ? 'https' : 'http');

/** A value that the files decide, with the reason and its places. */
export const seen = <T>(value: T, why: string, places: readonly (Place | null)[] = []): Seen<T> => ({
  known: true,
  value,
  why,
  places: places.filter((p) => p !== null),
});

/** A value that the files do not decide, with the reason and the likely value, if there is one. */
export const unseen = <T>(why: string, places: readonly (Place | null)[] = [], likely?: T): Seen<T> => ({
  known: false,
  why,
  places: places.filter((p) => p !== null),
  ...(likely === undefined ? {} : { likely }),
});

/** The value when it is certain. */
export const surely = <T>(s: Seen<T>): T | undefined => (s.known ? s.value : undefined);

export interface Refusal {
  readonly by: 'server' | 'framework';
  /** what nginx gets; 502 where the connection ends without an answer */
  readonly status: number;
  readonly why: string;
  readonly places: readonly Place[];
}

/** What a server hands to the application, in WSGI's words also for ASGI. */
export interface Environ {
  readonly server: string;
  readonly interface: 'wsgi' | 'asgi';
  readonly refused: Refusal | null;
  readonly method: string;
  readonly scheme: Seen<string>;
  readonly remoteAddr: Seen<string>;
  /** the scope names a client, and that client has no address */
  readonly namelessClient?: boolean;
  readonly serverName: Seen<string>;
  readonly serverPort: Seen<string>;
  readonly scriptName: Seen<string>;
  readonly pathInfo: Seen<string>;
  /** Headers as `HTTP_X_FORWARDED_PROTO`, repeated ones joined as the server joins them. */
  readonly headers: ReadonlyMap<string, string>;
}

/** SCRIPT_NAME without its last slash, and PATH_INFO. */
export function joinedPath(scriptName: Seen<string>, pathInfo: Seen<string>): Seen<string> {
  if (!scriptName.known) return unseen(scriptName.why, scriptName.places);
  if (!pathInfo.known) return unseen(pathInfo.why, pathInfo.places);
  return seen(
    `${scriptName.value.replace(/\/$/, '')}/${pathInfo.value.replace('/', '')}`,
    scriptName.value ? 'script name and path' : 'the path',
    scriptName.places,
  );
}

/** The address from which nginx connects, as the server sees it: '' for a unix socket, undefined when the network decides. */
export function peerOf(request: UpstreamRequest): string | undefined {
  const server = request.servers[0];
  if (server === undefined) return undefined;
  if (server.startsWith('unix:') || server.startsWith('/')) return '';
  const host = server.replace(/:\d+$/, '').replace(/^\[|\]$/g, '');
  if (host === '::1') return '::1';
  return isLoopback(host) ? '127.0.0.1' : undefined;
}
