/** All application servers. Made by `npm run generate` from the default exports of the files beside it; do not edit. */
import aiohttp from './aiohttp.ts';
import daphne from './daphne.ts';
import fastapiDev from './fastapi-dev.ts';
import fastapiRun from './fastapi-run.ts';
import flaskRun from './flask-run.ts';
import gevent from './gevent.ts';
import granian from './granian.ts';
import gunicorn from './gunicorn.ts';
import http from './http.ts';
import hypercorn from './hypercorn.ts';
import modWsgiExpress from './mod-wsgi-express.ts';
import phpFpm from './php-fpm.ts';
import pserve from './pserve.ts';
import runserver from './runserver.ts';
import type { ServerDeclaration } from './server.ts';
import unit from './unit.ts';
import uvicorn from './uvicorn.ts';
import uwsgi from './uwsgi.ts';
import waitress from './waitress.ts';

export const SERVERS = [
  aiohttp,
  daphne,
  fastapiDev,
  fastapiRun,
  flaskRun,
  gevent,
  granian,
  gunicorn,
  http,
  hypercorn,
  modWsgiExpress,
  phpFpm,
  pserve,
  runserver,
  unit,
  uvicorn,
  uwsgi,
  waitress,
] as readonly ServerDeclaration[];
