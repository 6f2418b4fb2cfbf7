import { type Hover, type HoverParams, MarkupKind } from 'vscode-languageserver';
import { hover } from '../../features/hover.ts';
import { toRange } from '../convert/encoding.ts';
import { reads, targetAt } from '../handler.ts';

export const hoverHandler = reads<HoverParams, Hover | null>({
  method: 'textDocument/hover',
  capability: { hoverProvider: true },
  run({ snapshot, session, encoding }, { textDocument, position }) {
    const t = targetAt(snapshot, textDocument.uri, position, encoding);
    if (!t) return null;
    const found = hover(t.configs, t.file, t.offset, { rules: session.rules });
    return found && { contents: { kind: MarkupKind.Markdown, value: found.markdown }, range: toRange(t.file, found.span, encoding) };
  },
});
