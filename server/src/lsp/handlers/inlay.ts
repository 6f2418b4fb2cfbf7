import { type InlayHint, type InlayHintParams, MarkupKind } from 'vscode-languageserver';
import { type InlayKind, inlayHints } from '../../features/inlay.ts';
import { toPosition, toSpan } from '../convert/encoding.ts';
import { reads, subjectOf } from '../handler.ts';

export const inlayHandler = reads<InlayHintParams, InlayHint[]>({
  method: 'textDocument/inlayHint',
  capability: { inlayHintProvider: { resolveProvider: false } },
  run({ snapshot, session, encoding }, { textDocument, range }) {
    const t = subjectOf(snapshot, textDocument.uri);
    if (!t) return [];
    const enabled = (kind: InlayKind): boolean => session.settings[`inlayHints.${kind}`];
    return inlayHints(t.config, t.file, toSpan(t.file, range, encoding), enabled).map((h) => ({
      position: toPosition(t.file, h.offset, encoding),
      label: h.label,
      paddingLeft: true,
      ...(h.tooltip ? { tooltip: { kind: MarkupKind.Markdown, value: h.tooltip } } : {}),
    }));
  },
});
