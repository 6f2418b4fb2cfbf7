import {
  type FoldingRange,
  FoldingRangeKind,
  type FoldingRangeParams,
  type SelectionRange,
  type SelectionRangeParams,
} from 'vscode-languageserver';
import { folds, selections } from '../../features/folding.ts';
import { toOffset, toRange } from '../convert/encoding.ts';
import { reads, subjectOf } from '../handler.ts';

const KIND = {
  region: FoldingRangeKind.Region,
  comment: FoldingRangeKind.Comment,
  imports: FoldingRangeKind.Imports,
  block: undefined,
} as const;

export const foldingRange = reads<FoldingRangeParams, FoldingRange[]>({
  method: 'textDocument/foldingRange',
  capability: { foldingRangeProvider: true },
  run({ snapshot }, { textDocument }) {
    const t = subjectOf(snapshot, textDocument.uri);
    return t ? folds(t.file).map((f) => ({ startLine: f.from, endLine: f.to, ...(KIND[f.kind] ? { kind: KIND[f.kind]! } : {}) })) : [];
  },
});

export const selectionRange = reads<SelectionRangeParams, SelectionRange[]>({
  method: 'textDocument/selectionRange',
  capability: { selectionRangeProvider: true },
  run({ snapshot, encoding }, { textDocument, positions }) {
    const t = subjectOf(snapshot, textDocument.uri);
    if (!t) return [];
    return positions.map((p) => {
      const spans = selections(t.file, toOffset(t.file, p, encoding));
      return spans.reduceRight<SelectionRange | undefined>(
        (parent, span) => ({ range: toRange(t.file, span, encoding), ...(parent ? { parent } : {}) }),
        undefined,
      )!;
    });
  },
});
