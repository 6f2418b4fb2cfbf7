/** The snippets of whole files in the form that VS Code reads. It offers them in empty files too, where no context can be told; completion leaves them out there. */
import type { Snippet } from '../snippets/snippet.ts';

export interface CodeSnippet {
  readonly prefix: readonly string[];
  readonly description: string;
  readonly body: readonly string[];
}

/** VS Code's file of snippets, by title; tabs become the indentation of the editor. */
export const snippetFile = (snippets: readonly Snippet[]): Readonly<Record<string, CodeSnippet>> =>
  Object.fromEntries(snippets.map((s) => [s.title, { prefix: s.prefixes, description: s.about, body: s.body.split('\n') }]));
