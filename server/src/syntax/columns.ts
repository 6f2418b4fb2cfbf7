/** The columns of lines, as their author sees them: the one place that decides how wide a tab is. */

/** Where a line begins that something is on, and whether it is the first on it. */
export interface Column {
  /** width of the white space at the line's beginning */
  readonly column: number;
  /** nothing but white space comes before it on its line */
  readonly first: boolean;
}

/** Widths that editors give a tab; what terminals and nginx's own files use comes first. */
const TAB_WIDTHS: readonly number[] = [8, 4, 2];

const widthOf = (text: string, line: number, tab: number): { width: number; end: number } => {
  let width = 0;
  let end = line;
  for (; ; end++) {
    const c = text.charCodeAt(end);
    if (c === 0x20) width++;
    else if (c === 0x09) width += tab - (width % tab);
    else return { width, end };
  }
};

/** The columns of a text, with tabs as wide as the text itself shows. */
export class Columns {
  private readonly tab: number;

  constructor(private readonly text: string) {
    this.tab = tabWidth(text);
  }

  /** Of an offset's line. */
  of(at: number): Column {
    const line = this.text.lastIndexOf('\n', at - 1) + 1;
    const { width, end } = widthOf(this.text, line, this.tab);
    return { column: width, first: end >= at };
  }
}

/**
 * The width of a tab at which most lines after an opening brace stand deeper than the line that opens it, and most lines after a semicolon as
 * deep as the one before. Only where tabs and spaces are mixed does it matter at all.
 */
function tabWidth(text: string): number {
  const [usual] = TAB_WIDTHS as [number];
  if (!/^[ \t]*\t/m.test(text) || !/^[ \t]* /m.test(text)) return usual;
  const wrong = TAB_WIDTHS.map(() => 0);
  for (const opened of text.matchAll(/^[ \t]*[^\s#][^\n]*\{[ \t]*(?:#[^\n]*)?\r?\n(?:[ \t]*(?:#[^\n]*)?\r?\n)*(?=([ \t]*)[^\s}])/gm)) {
    const inner = opened.index + opened[0].length;
    TAB_WIDTHS.forEach((tab, i) => {
      if (widthOf(text, inner, tab).width <= widthOf(text, opened.index, tab).width) wrong[i]!++;
    });
  }
  for (const ended of text.matchAll(/^[ \t]*[^\s#}][^\n{}]*;[ \t]*(?:#[^\n]*)?\r?\n(?:[ \t]*(?:#[^\n]*)?\r?\n)*(?=[ \t]*[^\s}])/gm)) {
    const next = ended.index + ended[0].length;
    TAB_WIDTHS.forEach((tab, i) => {
      if (widthOf(text, next, tab).width !== widthOf(text, ended.index, tab).width) wrong[i]!++;
    });
  }
  return TAB_WIDTHS[wrong.indexOf(Math.min(...wrong))]!;
}
