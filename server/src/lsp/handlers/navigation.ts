/** definition, references, documentHighlight: places of names as LSP wants them. */
import {
  type DocumentHighlight,
  DocumentHighlightKind,
  type Location,
  type ReferenceParams,
  type TextDocumentPositionParams,
} from 'vscode-languageserver';
import { definitions, highlights, references } from '../../features/navigation.ts';
import { toRange } from '../convert/encoding.ts';
import { toLocations } from '../convert/to.ts';
import { reads, targetAt } from '../handler.ts';

export const definition = reads<TextDocumentPositionParams, Location[]>({
  method: 'textDocument/definition',
  capability: { definitionProvider: true },
  run({ snapshot, encoding }, { textDocument, position }) {
    const t = targetAt(snapshot, textDocument.uri, position, encoding);
    return t ? toLocations(definitions(t.configs, t.file, t.offset), (id) => snapshot.text(id), encoding) : [];
  },
});

export const referencesHandler = reads<ReferenceParams, Location[]>({
  method: 'textDocument/references',
  capability: { referencesProvider: true },
  run({ snapshot, encoding }, { textDocument, position, context }) {
    const t = targetAt(snapshot, textDocument.uri, position, encoding);
    return t ? toLocations(references(t.configs, t.file, t.offset, context.includeDeclaration), (id) => snapshot.text(id), encoding) : [];
  },
});

export const documentHighlight = reads<TextDocumentPositionParams, DocumentHighlight[]>({
  method: 'textDocument/documentHighlight',
  capability: { documentHighlightProvider: true },
  run({ snapshot, encoding }, { textDocument, position }) {
    const t = targetAt(snapshot, textDocument.uri, position, encoding);
    if (!t) return [];
    return highlights(t.configs, t.file, t.offset).map((h) => ({
      range: toRange(t.file, h.span, encoding),
      kind: h.kind === 'write' ? DocumentHighlightKind.Write : DocumentHighlightKind.Read,
    }));
  },
});
