// The way from the drawing to the extension.
import type { WirePlace } from '../../../../server/src/lsp/protocol.ts';
import type { ToExtension } from './messages.ts';

declare function acquireVsCodeApi(): { postMessage(message: ToExtension): void };
const api = acquireVsCodeApi();

/** Sends a message to the extension. */
export const tell = (message: ToExtension): void => api.postMessage(message);

/** Shows a line in the editor; the focus stays here unless it is asked for. */
export const reveal = ({ uri, range }: WirePlace, focus = false): void => tell({ type: 'reveal', uri, range, focus });
