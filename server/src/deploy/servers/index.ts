/** All application servers. The order decides where two of them might claim one file. */
import type { Application } from '../application.ts';
import type { Environ, Refusal, Seen, UpstreamRequest } from '../seen.ts';
import { placeOf } from '../setting.ts';
import daphne from './daphne.ts';
import { refusal } from './environ.ts';
import { fastapiDev, fastapiRun } from './fastapi-run.ts';
import flaskRun from './flask-run.ts';
import gevent from './gevent.ts';
import granian from './granian.ts';
import gunicorn from './gunicorn.ts';
import http from './http.ts';
import hypercorn from './hypercorn.ts';
import modWsgiExpress from './mod-wsgi-express.ts';
import phpFpm from './php-fpm.ts';
import runserver from './runserver.ts';
import type { ServerDeclaration } from './server.ts';
import unit from './unit.ts';
import unknown from './unknown.ts';
import uvicorn from './uvicorn.ts';
import uwsgi from './uwsgi.ts';
import waitress from './waitress.ts';

/** For what is read of one server only: its settings are typed. */
export { daphne, gunicorn, phpFpm, unknown, uvicorn, uwsgi, waitress };

export const SERVERS = [
  gunicorn,
  uwsgi,
  uvicorn,
  daphne,
  hypercorn,
  granian,
  waitress,
  gevent,
  modWsgiExpress,
  unit,
  phpFpm,
  fastapiRun,
  fastapiDev,
  flaskRun,
  runserver,
  http,
] as readonly ServerDeclaration[];

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
