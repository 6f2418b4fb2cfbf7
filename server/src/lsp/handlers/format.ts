import {
  type DocumentFormattingParams,
  type DocumentOnTypeFormattingParams,
  type DocumentRangeFormattingParams,
  type FormattingOptions,
  MessageType,
  ShowMessageNotification,
  type TextEdit,
} from 'vscode-languageserver';
import type { TextEdit as TextEditOfCore } from '../../base/edit.ts';
import { type FileId, fileId, hostFileOf } from '../../base/file-id.ts';
import type { Span } from '../../base/span.ts';
import { format, formatOnType } from '../../features/format.ts';
import { formatEmbedded } from '../../features/format-embedded.ts';
import type { LayoutOptions } from '../../features/layout.ts';
import type { SourceFile } from '../../syntax/statement.ts';
import type { Snapshot } from '../../workspace/workspace.ts';
import { type Encoding, toOffset, toRange, toSpan } from '../convert/encoding.ts';
import { reads, subjectOf } from '../handler.ts';
import type { Session } from '../session.ts';

/** Refusals that the user has been told: on every save again would be noise. */
const told = new WeakMap<Session, Map<FileId, string>>();

const optionsOf = ({ tabSize, insertSpaces }: FormattingOptions, { settings }: Session): LayoutOptions => ({
  indent: insertSpaces ? ' '.repeat(tabSize) : '\t',
  tabSize,
  align: settings['format.align'] || 'keep',
});

const converted = (file: SourceFile, edits: readonly { span: Span; newText: string }[], encoding: Encoding): TextEdit[] =>
  edits.map(({ span, newText }) => ({ range: toRange(file, span, encoding), newText }));

function laidOut(file: SourceFile, options: LayoutOptions, range: Span | undefined, session: Session): TextEdit[] {
  const result = format(file, range ? { ...options, range } : options);
  const known = told.get(session) ?? new Map<FileId, string>();
  told.set(session, known);
  if ('edits' in result) {
    known.delete(file.id);
    return converted(file, result.edits, session.encoding);
  }
  if (known.get(file.id) !== result.refused) {
    known.set(file.id, result.refused);
    void session.connection.sendNotification(ShowMessageNotification.type, { type: MessageType.Info, message: result.refused });
  }
  return [];
}

/** The edits that lay out a configuration within another file, in the indentation that it has there. */
export function partEdits(snapshot: Snapshot, session: Session, id: FileId, options?: LayoutOptions): readonly TextEditOfCore[] {
  const host = hostFileOf(id);
  const source = snapshot.text(host);
  const part = snapshot.embedded(host).find((e) => e.id === id);
  if (!source || !part) return [];
  const layout = options ?? { indent: '    ', tabSize: 4, align: session.settings['format.align'] || 'keep' };
  const formatted = formatEmbedded(source.text, part, (own) => session.workspace.parsePart(part, own), layout);
  return 'edits' in formatted && snapshot.keeps(id, formatted.edits) ? formatted.edits : [];
}

export const formatting = reads<DocumentFormattingParams, TextEdit[]>({
  method: 'textDocument/formatting',
  capability: { documentFormattingProvider: true },
  run({ snapshot, session }, { textDocument, options }) {
    const t = subjectOf(snapshot, textDocument.uri);
    if (t) return laidOut(t.file, optionsOf(options, session), undefined, session);
    const host = snapshot.text(fileId(textDocument.uri));
    if (!host) return [];
    return snapshot
      .embedded(fileId(textDocument.uri))
      .flatMap(({ id }) => partEdits(snapshot, session, id, optionsOf(options, session)))
      .map(({ span, newText }) => ({ range: toRange(host, span, session.encoding), newText }));
  },
});

export const rangeFormatting = reads<DocumentRangeFormattingParams, TextEdit[]>({
  method: 'textDocument/rangeFormatting',
  capability: { documentRangeFormattingProvider: true },
  run({ snapshot, session, encoding }, { textDocument, range, options }) {
    const t = subjectOf(snapshot, textDocument.uri);
    return t ? laidOut(t.file, optionsOf(options, session), toSpan(t.file, range, encoding), session) : [];
  },
});

export const onTypeFormatting = reads<DocumentOnTypeFormattingParams, TextEdit[]>({
  method: 'textDocument/onTypeFormatting',
  capability: { documentOnTypeFormattingProvider: { firstTriggerCharacter: ';', moreTriggerCharacter: ['}', '\n'] } },
  run({ snapshot, session, encoding }, { textDocument, position, ch, options }) {
    const t = subjectOf(snapshot, textDocument.uri);
    if (!t) return [];
    return converted(t.file, formatOnType(t.file, toOffset(t.file, position, encoding), ch, optionsOf(options, session)), encoding);
  },
});
