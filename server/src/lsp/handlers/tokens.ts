/** Semantic tokens: whole, by range, and what changed since the last answer. */
import type {
  SemanticTokens,
  SemanticTokensDelta,
  SemanticTokensDeltaParams,
  SemanticTokensParams,
  SemanticTokensRangeParams,
} from 'vscode-languageserver';
import { TOKEN_MODIFIERS, TOKEN_TYPES, type Token, tokens } from '../../features/tokens.ts';
import type { SourceFile } from '../../syntax/statement.ts';
import { type Encoding, toPosition, toSpan } from '../convert/encoding.ts';
import { type ReadContext, reads, subjectOf } from '../handler.ts';
import type { Session } from '../session.ts';

/** The five numbers of each token (LSP: line and start relative to the one before). Those over several lines are told line by line. */
function encode(file: SourceFile, list: readonly Token[], encoding: Encoding): number[] {
  const data: number[] = [];
  let line = 0;
  let character = 0;
  for (const { span, type, modifiers } of list) {
    const kind = TOKEN_TYPES.indexOf(type);
    const bits = modifiers.reduce((n, m) => n | (1 << TOKEN_MODIFIERS.indexOf(m)), 0);
    for (let row = file.lines.lineAt(span.start); row <= file.lines.lineAt(span.end); row++) {
      const from = Math.max(span.start, file.lines.startOf(row));
      const to = Math.min(span.end, file.lines.endOf(row));
      if (to <= from) continue;
      const start = toPosition(file, from, encoding);
      const length = encoding === 'utf-16' ? to - from : toPosition(file, to, encoding).character - start.character;
      data.push(start.line - line, start.line === line ? start.character - character : start.character, length, kind, bits);
      line = start.line;
      character = start.character;
    }
  }
  return data;
}

interface Answered {
  readonly id: string;
  readonly data: readonly number[];
}

/** The last answer for each file of a connection. */
const answered = new WeakMap<Session, Map<string, Answered>>();
let count = 0;

function answer({ snapshot, encoding, session }: ReadContext, uri: string): Answered | null {
  const t = subjectOf(snapshot, uri);
  if (!t) return null;
  const made: Answered = { id: String(++count), data: encode(t.file, tokens(t.config, t.file), encoding) };
  let known = answered.get(session);
  if (!known) answered.set(session, (known = new Map()));
  known.set(uri, made);
  return made;
}

export const semanticTokens = reads<SemanticTokensParams, SemanticTokens>({
  method: 'textDocument/semanticTokens/full',
  capability: {
    semanticTokensProvider: {
      legend: { tokenTypes: [...TOKEN_TYPES], tokenModifiers: [...TOKEN_MODIFIERS] },
      full: { delta: true },
      range: true,
    },
  },
  run(context, { textDocument }) {
    const made = answer(context, textDocument.uri);
    return made ? { resultId: made.id, data: [...made.data] } : { data: [] };
  },
});

export const semanticTokensRange = reads<SemanticTokensRangeParams, SemanticTokens>({
  method: 'textDocument/semanticTokens/range',
  run({ snapshot, encoding }, { textDocument, range }) {
    const t = subjectOf(snapshot, textDocument.uri);
    return { data: t ? encode(t.file, tokens(t.config, t.file, toSpan(t.file, range, encoding)), encoding) : [] };
  },
});

export const semanticTokensDelta = reads<SemanticTokensDeltaParams, SemanticTokens | SemanticTokensDelta>({
  method: 'textDocument/semanticTokens/full/delta',
  run(context, { textDocument, previousResultId }) {
    const before = answered.get(context.session)?.get(textDocument.uri);
    const made = answer(context, textDocument.uri);
    if (!made) return { data: [] };
    if (before?.id !== previousResultId) return { resultId: made.id, data: [...made.data] };
    const [a, b] = [before.data, made.data];
    const shorter = Math.min(a.length, b.length);
    let head = 0;
    while (head < shorter && a[head] === b[head]) head++;
    let tail = 0;
    while (tail < shorter - head && a[a.length - 1 - tail] === b[b.length - 1 - tail]) tail++;
    if (head === a.length && head === b.length) return { resultId: made.id, edits: [] };
    return { resultId: made.id, edits: [{ start: head, deleteCount: a.length - head - tail, data: b.slice(head, b.length - tail) }] };
  },
});
