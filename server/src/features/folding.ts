/** Folding ranges and selection ranges, from the statements alone. */
import type { Span } from '../base/span.ts';
import { statementAt } from '../syntax/place.ts';
import type { SourceFile, Statement } from '../syntax/statement.ts';

export interface Fold {
  /** zero-based lines, both inclusive */
  readonly from: number;
  readonly to: number;
  readonly kind: 'region' | 'comment' | 'imports' | 'block';
}

/** Blocks, runs of comment lines, and `#region` marks. A block's closing brace stays visible. */
export function folds(file: SourceFile): Fold[] {
  const { lines } = file;
  const out: Fold[] = [];
  const visit = (statements: readonly Statement[]): void => {
    for (const s of statements) {
      if (s.open && s.close) {
        const from = lines.lineAt(s.open.start);
        const to = lines.lineAt(s.close.start) - 1;
        if (to > from) out.push({ from, to, kind: 'block' });
      } else if (!s.open && s.close && lines.lineAt(s.close.start) > lines.lineAt(s.start) + 1)
        out.push({ from: lines.lineAt(s.start), to: lines.lineAt(s.close.start), kind: 'block' });
      if (s.block) visit(s.block);
    }
  };
  visit(file.body);
  const regions: number[] = [];
  let run: { from: number; to: number } | null = null;
  const close = (): void => {
    if (run && run.to > run.from) out.push({ ...run, kind: 'comment' });
    run = null;
  };
  for (const c of file.comments) {
    const line = lines.lineAt(c.start);
    const alone = /^[ \t]*$/.test(file.text.slice(lines.startOf(line), c.start));
    if (/^#\s*region\b/.test(c.text)) regions.push(line);
    else if (/^#\s*endregion\b/.test(c.text)) {
      const from = regions.pop();
      if (from !== undefined && line > from) out.push({ from, to: line, kind: 'region' });
    }
    if (!alone) close();
    else if (run && run.to === line - 1) run.to = line;
    else {
      close();
      run = { from: line, to: line };
    }
  }
  close();
  return out.sort((a, b) => a.from - b.from || b.to - a.to);
}

/** The spans that hold the offset, the narrowest first: word, arguments, statement, the inside of its block, and so outwards. */
export function selections(file: SourceFile, offset: number): Span[] {
  const out: Span[] = [];
  const add = (start: number, end: number): void => {
    const last = out.at(-1);
    if (start <= offset && offset <= end && (!last || (start <= last.start && end >= last.end && (start < last.start || end > last.end))))
      out.push({ start, end });
  };
  for (let s = statementAt(file.body, offset); s; s = s.parent) {
    for (const w of [s.name, ...s.args]) {
      if (w.quote) add(w.start + 1, w.end - 1);
      add(w.start, w.end);
    }
    if (s.args.length) add(s.args[0]!.start, s.args.at(-1)!.end);
    if (s.open && s.close) {
      const first = s.block?.[0];
      const last = s.block?.at(-1);
      if (first && last) add(first.start, last.end);
      add(s.open.end, s.close.start);
    }
    add(s.start, s.end);
  }
  add(0, file.text.length);
  return out;
}
