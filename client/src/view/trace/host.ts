// The way from the drawing to the extension.
import type { WirePlace } from '../../../../server/src/lsp/protocol.ts';
import type { ToExtension } from './messages.ts';

declare function acquireVsCodeApi(): { postMessage(message: ToExtension): void };
const api = acquireVsCodeApi();

/** Sends a message to the extension. */
export const tell = (message: ToExtension): void => api.postMessage(message);

/** False for a file that nginx brings along and the project has not: there is nothing to open. */
export const canBeOpened = ({ uri }: WirePlace): boolean => !uri.startsWith('stock:');

/** Shows a line in the editor, where it can be opened; the focus stays here unless it is asked for. */
export function reveal(place: WirePlace, focus = false): void {
  const { uri, range } = place;
  if (canBeOpened(place)) tell({ type: 'reveal', uri, range, focus });
}
