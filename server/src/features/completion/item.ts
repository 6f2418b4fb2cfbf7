/** One proposal of a completion, as plain data. What it inserts is written with tab stops; a client that has none gets `plain`. */
import type { TextEdit } from '../../base/edit.ts';
import type { Span } from '../../base/span.ts';

export type ItemKind =
  | 'directive'
  | 'block'
  | 'variable'
  | 'value'
  | 'parameter'
  | 'unit'
  | 'name'
  | 'file'
  | 'folder'
  | 'snippet'
  | 'keyword'
  | 'status'
  | 'header';

/** What the documentation of a proposal is made from when someone looks at it. */
export type Subject =
  | { readonly directive: string; readonly context: string }
  | { readonly variable: string; readonly protocol: 'http' | 'stream' }
  | { readonly text: string };

export interface Item {
  readonly label: string;
  readonly kind: ItemKind;
  /** one short line: version, module, meaning */
  readonly detail?: string;
  /** with tab stops ($0, ${1:x}) when `snippet` is true; the label when left out */
  readonly insert?: string;
  readonly snippet?: boolean;
  /** for clients without tab stops */
  readonly plain?: string;
  /** what is compared with the typed text, when it is not the label */
  readonly filter?: string;
  readonly deprecated?: boolean;
  readonly preselect?: boolean;
  readonly subject?: Subject;
  /** what is inserted elsewhere in the same file, such as the zone of a limit */
  readonly more?: readonly TextEdit[];
  /** the next word is asked for at once */
  readonly again?: boolean;
}

export interface Completion {
  /** what is replaced; holds the cursor and is on one line */
  readonly span: Span;
  /** in the order in which they are shown */
  readonly items: readonly Item[];
}

/** A text that is in a snippet as it is (LSP 3.17, snippet syntax: `$`, `}` and `\` are escaped). */
export const literal = (text: string): string => text.replace(/[\\$}]/g, '\\$&');
