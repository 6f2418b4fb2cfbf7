import {
  type CallHierarchyIncomingCall,
  type CallHierarchyIncomingCallsParams,
  type CallHierarchyItem,
  type CallHierarchyOutgoingCall,
  type CallHierarchyOutgoingCallsParams,
  type CallHierarchyPrepareParams,
  SymbolKind,
} from 'vscode-languageserver';
import { fileId } from '../../base/file-id.ts';
import { type CallItem, callItems, incoming, outgoing } from '../../features/call-hierarchy.ts';
import type { Snapshot } from '../../workspace/workspace.ts';
import { type Encoding, toOffset, toRange, toSpan } from '../convert/encoding.ts';
import { reads, subjectOf } from '../handler.ts';

const KIND = { file: SymbolKind.File, location: SymbolKind.Method, server: SymbolKind.Class } as const;
const START = { start: { line: 0, character: 0 }, end: { line: 0, character: 0 } };

function toItem(item: CallItem, snapshot: Snapshot, encoding: Encoding): CallHierarchyItem {
  const file = snapshot.file(item.file);
  return {
    name: item.name,
    kind: KIND[item.kind],
    ...(item.detail ? { detail: item.detail } : {}),
    uri: item.file,
    range: file ? toRange(file, item.span, encoding) : START,
    selectionRange: file ? toRange(file, item.nameSpan, encoding) : START,
    data: item.kind,
  };
}

function fromItem(item: CallHierarchyItem, snapshot: Snapshot, encoding: Encoding): CallItem | null {
  const file = snapshot.file(fileId(item.uri));
  if (!file) return null;
  return {
    kind: item.data as CallItem['kind'],
    name: item.name,
    detail: item.detail ?? '',
    file: file.id,
    span: toSpan(file, item.range, encoding),
    nameSpan: toSpan(file, item.selectionRange, encoding),
  };
}

export const prepareCallHierarchy = reads<CallHierarchyPrepareParams, CallHierarchyItem[] | null>({
  method: 'textDocument/prepareCallHierarchy',
  capability: { callHierarchyProvider: true },
  run({ snapshot, encoding }, { textDocument, position }) {
    const t = subjectOf(snapshot, textDocument.uri);
    if (!t) return null;
    return callItems(t.configs, t.file, toOffset(t.file, position, encoding)).map((i) => toItem(i, snapshot, encoding));
  },
});

export const incomingCalls = reads<CallHierarchyIncomingCallsParams, CallHierarchyIncomingCall[]>({
  method: 'callHierarchy/incomingCalls',
  run({ snapshot, encoding }, { item }) {
    const wanted = fromItem(item, snapshot, encoding);
    if (!wanted) return [];
    return incoming(snapshot.configsOf(wanted.file), wanted).flatMap((call) => {
      const file = snapshot.file(call.item.file);
      return file ? [{ from: toItem(call.item, snapshot, encoding), fromRanges: call.from.map((s) => toRange(file, s, encoding)) }] : [];
    });
  },
});

export const outgoingCalls = reads<CallHierarchyOutgoingCallsParams, CallHierarchyOutgoingCall[]>({
  method: 'callHierarchy/outgoingCalls',
  run({ snapshot, encoding }, { item }) {
    const wanted = fromItem(item, snapshot, encoding);
    const file = wanted && snapshot.file(wanted.file);
    if (!wanted || !file) return [];
    return outgoing(snapshot.configsOf(wanted.file), wanted).map((call) => ({
      to: toItem(call.item, snapshot, encoding),
      fromRanges: call.from.map((s) => toRange(file, s, encoding)),
    }));
  },
});
