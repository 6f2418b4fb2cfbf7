/** The environ of servers that take everything from the connection: development servers, and those that leave forwarded headers to the application. */

import type { Application } from '../application.ts';
import { type Environ, peerOf, schemeOf, seen, type UpstreamRequest, unseen } from '../seen.ts';
import { certain } from '../setting.ts';
import { decodedPath, headersOfParams, keyed } from './environ.ts';

/** The environ of a server that takes everything from the connection, never from forwarded headers. */
export function unproxied(application: Application, request: UpstreamRequest, facts: Partial<Environ> = {}): Environ {
  const peer = peerOf(request);
  const { title } = application.server;
  const bound = application.listeners[0] ? certain(application.listeners[0].address) : undefined;
  return {
    server: title,
    interface: 'wsgi',
    refused: null,
    method: request.method ?? 'GET',
    scheme: seen(schemeOf(request), `${title} ignores forwarded headers`),
    remoteAddr: peer === undefined ? unseen('nginx’s address is decided by the network') : seen(peer, 'the peer is nginx'),
    serverName: unseen('the bound address'),
    serverPort: bound?.kind === 'tcp' ? seen(String(bound.port), 'the bound port') : unseen('the bound address'),
    scriptName: seen('', 'nothing sets it'),
    pathInfo: seen(decodedPath(request.uri), 'the path of the request'),
    headers: keyed(request.params ? headersOfParams(request.params) : request.headers.filter(([n]) => !n.includes('_')), ','),
    ...facts,
  };
}
