/** Every method that the server answers. A handler that is not here does not exist, and its capability is not advertised. */
import type { Handler } from '../handler.ts';
import { codeAction } from './code-action.ts';
import { diagnostic } from './diagnostic.ts';
import { explain } from './explain.ts';
import { fixAll } from './fix-all.ts';
import { roots } from './roots.ts';

export const HANDLERS: readonly Handler[] = [codeAction, diagnostic, explain, fixAll, roots];
