import {
  type DocumentSymbol,
  type DocumentSymbolParams,
  SymbolKind,
  type WorkspaceSymbol,
  type WorkspaceSymbolParams,
} from 'vscode-languageserver';
import { type SymbolKind as Kind, type OutlineSymbol, outline, workspaceSymbols } from '../../features/symbols.ts';
import { toRange } from '../convert/encoding.ts';
import { reads, subjectOf } from '../handler.ts';

const KIND: Readonly<Record<Kind, SymbolKind>> = {
  module: SymbolKind.Module,
  namespace: SymbolKind.Namespace,
  class: SymbolKind.Class,
  method: SymbolKind.Method,
  interface: SymbolKind.Interface,
  variable: SymbolKind.Variable,
  constant: SymbolKind.Constant,
  event: SymbolKind.Event,
  file: SymbolKind.File,
  function: SymbolKind.Function,
};

export const documentSymbol = reads<DocumentSymbolParams, DocumentSymbol[]>({
  method: 'textDocument/documentSymbol',
  capability: { documentSymbolProvider: { label: 'nginx' } },
  run({ snapshot, encoding }, { textDocument }) {
    const t = subjectOf(snapshot, textDocument.uri);
    if (!t) return [];
    const convert = (s: OutlineSymbol): DocumentSymbol => ({
      name: s.name || '(unnamed)',
      detail: s.detail,
      kind: KIND[s.kind],
      range: toRange(t.file, s.span, encoding),
      selectionRange: toRange(t.file, s.nameSpan, encoding),
      children: s.children.map(convert),
    });
    return outline(t.file).map(convert);
  },
});

export const workspaceSymbol = reads<WorkspaceSymbolParams, WorkspaceSymbol[]>({
  method: 'workspace/symbol',
  capability: { workspaceSymbolProvider: true },
  run({ snapshot, encoding }, { query }) {
    return workspaceSymbols(snapshot.configs, query).flatMap((s) => {
      const file = snapshot.file(s.at.file);
      return file
        ? [
            {
              name: s.name,
              kind: KIND[s.kind],
              containerName: s.container,
              location: { uri: s.at.file as string, range: toRange(file, s.at.span, encoding) },
            },
          ]
        : [];
    });
  },
});
