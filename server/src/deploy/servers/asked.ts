/** What is asked of an application's server, whichever it is. */
import type { Application } from '../application.ts';
import type { Environ, Refusal, Seen, UpstreamRequest } from '../seen.ts';
import { placeOf } from '../setting.ts';
import { refusal } from './environ.ts';

/** The environ that the application's server makes of a request. */
export function environOf(application: Application, request: UpstreamRequest): Environ {
  const environ = application.server.environ(application, application.settings, request);
  const mismatch = protocolMismatch(application, request);
  return mismatch ? { ...environ, refused: mismatch } : environ;
}

/** nginx speaks another protocol than the socket it reaches. */
function protocolMismatch(application: Application, request: UpstreamRequest): Refusal | null {
  const spoken = request.protocol.replace(/^suwsgi$/, 'uwsgi').replace(/^https$/, 'http');
  const protocols = new Set(application.listeners.map((l) => l.protocol));
  if (!application.listeners.length || protocols.has(spoken as never) || !['http', 'uwsgi', 'fastcgi', 'scgi'].includes(spoken))
    return null;
  const listener = application.listeners[0]!;
  return refusal(
    502,
    `${application.server.title} expects the ${listener.protocol} protocol here, nginx speaks ${spoken}`,
    placeOf(listener.address),
  );
}

/** Whether the application's server believes the forwarded headers of a connection from `peer`; null for servers that have no such list. */
export const trusts = (application: Application, peer: string | undefined): Seen<boolean> | null =>
  application.server.trusts?.(application, application.settings, peer) ?? null;
