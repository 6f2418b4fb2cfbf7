/** All web frameworks. Made by `npm run generate` from the default exports of the files beside it; do not edit. */
import aiohttp from './aiohttp.ts';
import django from './django.ts';
import fastapi from './fastapi.ts';
import flask from './flask.ts';
import type { FrameworkDeclaration } from './framework.ts';
import litestar from './litestar.ts';
import pyramid from './pyramid.ts';
import quart from './quart.ts';
import starlette from './starlette.ts';

export const FRAMEWORKS = [aiohttp, django, fastapi, flask, litestar, pyramid, quart, starlette] as readonly FrameworkDeclaration[];
