/** All snippets. Completion offers those that may be at the cursor; `snippets/` at the root holds the whole files for VS Code. */
import type { Context } from '../catalog/context.ts';
import { ACCESS } from './access.ts';
import { APPLICATIONS } from './applications.ts';
import { OBSERVE } from './observe.ts';
import { PROTECTION } from './protection.ts';
import { PYTHON } from './python.ts';
import { RELEASES } from './releases.ts';
import type { Snippet } from './snippet.ts';
import { STREAMS } from './streams.ts';
import { TLS } from './tls.ts';
import { TRAFFIC } from './traffic.ts';
import { WEB } from './web.ts';
import { WHOLE } from './whole.ts';

export const SNIPPETS: readonly Snippet[] = [
  ...PYTHON,
  ...TLS,
  ...PROTECTION,
  ...ACCESS,
  ...TRAFFIC,
  ...WEB,
  ...RELEASES,
  ...APPLICATIONS,
  ...OBSERVE,
  ...STREAMS,
  ...WHOLE,
];

/** The snippets that may be in a context. */
export const snippetsIn = (context: Context): Snippet[] => SNIPPETS.filter((s) => s.inside.includes(context));
