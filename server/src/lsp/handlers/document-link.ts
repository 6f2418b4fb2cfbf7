import type { DocumentLink, DocumentLinkParams } from 'vscode-languageserver';
import { links } from '../../features/links.ts';
import { toRange } from '../convert/encoding.ts';
import { reads, subjectOf } from '../handler.ts';

export const documentLink = reads<DocumentLinkParams, DocumentLink[]>({
  method: 'textDocument/documentLink',
  capability: { documentLinkProvider: { resolveProvider: false } },
  run({ snapshot, encoding }, { textDocument }) {
    const t = subjectOf(snapshot, textDocument.uri);
    return t
      ? links(t.config, t.file).map((l) => ({ range: toRange(t.file, l.span, encoding), target: l.target as string, tooltip: l.tooltip }))
      : [];
  },
});
