/** definition, references, documentHighlight: places of names as LSP wants them. */
import {
  type DocumentHighlight,
  DocumentHighlightKind,
  type Location,
  type ReferenceParams,
  type TextDocumentPositionParams,
} from 'vscode-languageserver';
import { definitions, highlights, references } from '../../features/navigation.ts';
import { toOffset, toRange } from '../convert/encoding.ts';
import { toLocations } from '../convert/to.ts';
import { reads, targetOf } from '../handler.ts';

export const definition = reads<TextDocumentPositionParams, Location[]>({
  method: 'textDocument/definition',
  capability: { definitionProvider: true },
  run({ snapshot, encoding }, { textDocument, position }) {
    const t = targetOf(snapshot, textDocument.uri);
    return t ? toLocations(definitions(t.configs, t.file, toOffset(t.file, position, encoding)), (id) => snapshot.file(id), encoding) : [];
  },
});

export const referencesHandler = reads<ReferenceParams, Location[]>({
  method: 'textDocument/references',
  capability: { referencesProvider: true },
  run({ snapshot, encoding }, { textDocument, position, context }) {
    const t = targetOf(snapshot, textDocument.uri);
    return t
      ? toLocations(
          references(t.configs, t.file, toOffset(t.file, position, encoding), context.includeDeclaration),
          (id) => snapshot.file(id),
          encoding,
        )
      : [];
  },
});

export const documentHighlight = reads<TextDocumentPositionParams, DocumentHighlight[]>({
  method: 'textDocument/documentHighlight',
  capability: { documentHighlightProvider: true },
  run({ snapshot, encoding }, { textDocument, position }) {
    const t = targetOf(snapshot, textDocument.uri);
    if (!t) return [];
    return highlights(t.configs, t.file, toOffset(t.file, position, encoding)).map((h) => ({
      range: toRange(t.file, h.span, encoding),
      kind: h.kind === 'write' ? DocumentHighlightKind.Write : DocumentHighlightKind.Read,
    }));
  },
});
