/** All tables. */
import type { Chapter } from '../rows.ts';
import { ERRORS, HEADERS } from './answer.ts';
import { CACHE } from './cache.ts';
import { FILES } from './files.ts';
import { LOCATIONS } from './locations.ts';
import { PHASES } from './phases.ts';
import { PREDICATES } from './predicates.ts';
import { ANSWERS, PARAMS_OF, PROXY_HEADERS, PROXY_URI } from './proxy.ts';
import { REQUEST, URI } from './request.ts';
import { BLOCKS, INHERITANCE, REWRITE } from './rewrite.ts';
import { SERVERS } from './servers.ts';
import { OTHERS, TABLES } from './variables.ts';

export const CHAPTERS: readonly Chapter[] = [
  SERVERS,
  REQUEST,
  URI,
  LOCATIONS,
  PREDICATES,
  PHASES,
  REWRITE,
  BLOCKS,
  INHERITANCE,
  FILES,
  PROXY_URI,
  PROXY_HEADERS,
  PARAMS_OF,
  ANSWERS,
  ERRORS,
  HEADERS,
  CACHE,
  TABLES,
  OTHERS,
];
