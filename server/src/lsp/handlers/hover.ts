import { type Hover, type HoverParams, MarkupKind } from 'vscode-languageserver';
import { hover } from '../../features/hover.ts';
import { toOffset, toRange } from '../convert/encoding.ts';
import { reads, targetOf } from '../handler.ts';

export const hoverHandler = reads<HoverParams, Hover | null>({
  method: 'textDocument/hover',
  capability: { hoverProvider: true },
  run({ snapshot, session, encoding }, { textDocument, position }) {
    const t = targetOf(snapshot, textDocument.uri);
    if (!t) return null;
    const found = hover(t.configs, t.file, toOffset(t.file, position, encoding), { rules: session.rules });
    return found && { contents: { kind: MarkupKind.Markdown, value: found.markdown }, range: toRange(t.file, found.span, encoding) };
  },
});
