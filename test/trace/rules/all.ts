/** All tables. */
import type { Chapter } from '../rows.ts';
import { LOCATIONS } from './locations.ts';
import { PHASES } from './phases.ts';
import { REQUEST, URI } from './request.ts';
import { BLOCKS, INHERITANCE, REWRITE } from './rewrite.ts';
import { SERVERS } from './servers.ts';

export const CHAPTERS: readonly Chapter[] = [SERVERS, REQUEST, URI, LOCATIONS, PHASES, REWRITE, BLOCKS, INHERITANCE];
