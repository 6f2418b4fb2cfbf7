/** Trees as plain data, for comparisons and for the corpus. */
import type { SourceFile, Statement, SyntaxProblem } from '../../server/src/syntax/statement.ts';
import type { Word } from '../../server/src/syntax/word.ts';

export interface PlainStatement {
  words: string[];
  at: number[];
  block: PlainStatement[] | null;
  rawBody: string | null;
}

const wordSpan = (w: Word): number[] => [w.start, w.end];

export function plain(text: string, s: Statement): PlainStatement {
  const words = [s.name, ...s.args];
  return {
    words: words.map((w) => `${w.quote}${w.value}${w.templated ? ' templated' : ''}|${w.raw}`),
    at: [
      s.start,
      s.end,
      s.open?.start ?? -1,
      s.open?.end ?? -1,
      s.close?.start ?? -1,
      s.close?.end ?? -1,
      +s.closed,
      ...words.flatMap(wordSpan),
    ],
    block: s.block ? s.block.map((inner) => plain(text, inner)) : null,
    rawBody: s.rawBody ? text.slice(s.rawBody.start, s.rawBody.end) : null,
  };
}

export const plainProblem = (p: SyntaxProblem): string =>
  `${p.fault}@${p.span.start}-${p.span.end}/${p.statement?.start ?? '-'}/${p.insertAt ?? '-'}`;

export const plainFile = (file: SourceFile) => ({
  body: file.body.map((s) => plain(file.text, s)),
  comments: file.comments.map((c) => [c.start, c.end, c.text]),
  problems: file.problems.map(plainProblem),
  template: file.template,
});

/** `a b {c "d e";}`: words as nginx sees them. */
export const outline = (body: readonly Statement[]): string =>
  body
    .map((s) => {
      const words = [s.name, ...s.args].map((w) => (w.quote || /[\s;{}]/.test(w.value) ? JSON.stringify(w.value) : w.value)).join(' ');
      if (s.rawBody) return `${words} {…}`;
      return words + (s.block ? ` {${outline(s.block)}${s.closed ? '}' : '?'}` : s.closed ? ';' : '?');
    })
    .join(' ');

export function* statementsOf(body: readonly Statement[]): Generator<Statement> {
  for (const s of body) {
    yield s;
    if (s.block) yield* statementsOf(s.block);
  }
}
