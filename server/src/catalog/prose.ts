// What a directive or variable does, in two to four sentences of our own, for hovers and completion. The texts lie apart from the facts,
// and each module's are parsed when first asked for, so that loading the catalog does not pay for them.
import { type Context, protocolOf } from './context.ts';
import { PROSE_FILES } from './data/prose/index.ts';
import type { DirectiveFact, VariableFact } from './fact.ts';

type Text = string | { readonly text: string; readonly example?: string };

const parsed = new Map<string, Readonly<Record<string, Text>>>();

function texts(file: string): Readonly<Record<string, Text>> {
  let found = parsed.get(file);
  if (!found) {
    const text = Object.hasOwn(PROSE_FILES, file) ? PROSE_FILES[file] : undefined;
    parsed.set(file, (found = text === undefined ? {} : (JSON.parse(text) as Record<string, string>)));
  }
  return found;
}

function find(fact: DirectiveFact | VariableFact, context?: Context): Text | null {
  const directive = 'contexts' in fact;
  const name = directive ? fact.name : `$${fact.name}`;
  const at = directive ? (context ?? fact.contexts[0]) : undefined;
  const protocol = at ? protocolOf(at) : null;
  const keys = [...(at ? [`${name}@${at}`] : []), ...(protocol ? [`${name}@${protocol}`] : []), name];
  for (const file of [fact.module, fact.source]) {
    const all = texts(file);
    for (const key of keys) if (Object.hasOwn(all, key)) return all[key] ?? null;
  }
  return null;
}

/**
 * The text of a directive, in `context` when one is given and a text is made for it (`js_access@stream-server`, `js_access@stream`);
 * of a variable or of its family. null when nobody wrote one.
 */
export function prose(fact: DirectiveFact | VariableFact, context?: Context): string | null {
  const found = find(fact, context);
  return found === null || typeof found === 'string' ? found : found.text;
}

/** A value that the variable may have, for its hover; null when nobody gave one. */
export function exampleOf(fact: VariableFact): string | null {
  const found = find(fact);
  return found === null || typeof found === 'string' ? null : (found.example ?? null);
}
