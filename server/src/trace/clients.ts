/** Who asks: the header lines that usual clients send by themselves. Taken from Firefox 128 and curl 8.5. */
import type { HeaderPair } from './trace.ts';

export const CLIENTS = ['browser', 'curl', 'websocket', 'post', 'api'] as const;
export type ClientName = (typeof CLIENTS)[number];

/** The client of that name, a browser where none is given; null for a name that there is not. */
export const clientOf = (name: unknown): ClientName | null => (name === undefined ? 'browser' : (CLIENTS.find((c) => c === name) ?? null));

const FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0';
const SAFE = new Set(['GET', 'HEAD', 'OPTIONS']);

/** What a client sends beside Host for a URL of that origin. Its own method, where the client has one: a form is posted. */
export function clientLines(client: ClientName, method: string, scheme: string, authority: string): readonly HeaderPair[] {
  const tls = scheme === 'https';
  const coding: HeaderPair = ['Accept-Encoding', tls ? 'gzip, deflate, br, zstd' : 'gzip, deflate'];
  const origin: HeaderPair = ['Origin', `${scheme}://${authority}`];
  switch (client) {
    case 'curl':
      return [
        ['User-Agent', 'curl/8.5.0'],
        ['Accept', '*/*'],
      ];
    case 'api':
      return [
        ['User-Agent', 'python-requests/2.32.3'],
        ['Accept-Encoding', 'gzip, deflate'],
        ['Accept', 'application/json'],
        ['Connection', 'keep-alive'],
      ];
    case 'websocket':
      return [
        ['User-Agent', FIREFOX],
        ['Accept', '*/*'],
        coding,
        ['Sec-WebSocket-Version', '13'],
        origin,
        ['Sec-WebSocket-Key', 'dGhlIHNhbXBsZSBub25jZQ=='],
        ['Connection', 'keep-alive, Upgrade'],
        ['Upgrade', 'websocket'],
      ];
    default:
      return [
        ['User-Agent', FIREFOX],
        ['Accept', 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8'],
        coding,
        ...(SAFE.has(method)
          ? []
          : ([origin, ...(client === 'post' ? [['Content-Type', 'application/x-www-form-urlencoded'] as const] : [])] as const)),
        ['Connection', 'keep-alive'],
      ];
  }
}
