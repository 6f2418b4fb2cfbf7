/** Lines and characters of a text: the one place where offsets become positions. Line ends are LF, CRLF and CR, as in LSP. */
export interface Position {
  /** zero-based */
  readonly line: number;
  /** zero-based, UTF-16 units */
  readonly character: number;
}

/** Where the lines of a text start. Offsets and columns are in UTF-16 units, lines are counted from 0. */
export class Lines {
  private readonly starts: Uint32Array;

  /** `loneCr` false: a CR without LF ends no line, as nginx counts. */
  constructor(
    private readonly text: string,
    loneCr = true,
  ) {
    const starts = [0];
    if (!loneCr || !text.includes('\r')) {
      for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
      this.starts = new Uint32Array(starts);
      return;
    }
    for (let i = 0; i < text.length; i++) {
      const c = text.charCodeAt(i);
      if (c === 10) starts.push(i + 1);
      else if (c === 13 && text.charCodeAt(i + 1) !== 10) starts.push(i + 1);
    }
    this.starts = new Uint32Array(starts);
  }

  get count(): number {
    return this.starts.length;
  }

  /** Zero-based line of a UTF-16 offset; offsets beyond the end belong to the last line. */
  lineAt(offset: number): number {
    let low = 0;
    let high = this.starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.starts[middle]! <= offset) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  position(offset: number): Position {
    const line = this.lineAt(offset);
    return { line, character: Math.min(offset, this.text.length) - this.starts[line]! };
  }

  /** Offset of the first character of a line; the length of the text for lines that do not exist. */
  startOf(line: number): number {
    return this.starts[line] ?? this.text.length;
  }

  /** Offset after the last character of a line, its line end not counted. */
  endOf(line: number): number {
    let end = line + 1 < this.starts.length ? this.starts[line + 1]! : this.text.length;
    if (line + 1 < this.starts.length) {
      if (this.text.charCodeAt(end - 1) === 10) end--;
      if (end > this.starts[line]! && this.text.charCodeAt(end - 1) === 13) end--;
    }
    return end;
  }

  /** Offset of a position; a character beyond the line's end is its end (as LSP asks for). */
  offset({ line, character }: Position): number {
    if (line >= this.starts.length) return this.text.length;
    return Math.min(this.startOf(line) + character, this.endOf(line));
  }
}
