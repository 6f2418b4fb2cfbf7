/** All snippets. Completion offers those that may stand at the cursor; `snippets/` at the root holds the whole files for VS Code. */
import type { Context } from '../catalog/context.ts';
import { APPLICATIONS } from './applications.ts';
import { PROTECTION } from './protection.ts';
import { PYTHON } from './python.ts';
import type { Snippet } from './snippet.ts';
import { TLS } from './tls.ts';
import { TRAFFIC } from './traffic.ts';
import { WHOLE } from './whole.ts';

export const SNIPPETS: readonly Snippet[] = [...PYTHON, ...TLS, ...PROTECTION, ...TRAFFIC, ...APPLICATIONS, ...WHOLE];

/** The snippets that may stand in a context. */
export const snippetsIn = (context: Context): Snippet[] => SNIPPETS.filter((s) => s.inside.includes(context));
