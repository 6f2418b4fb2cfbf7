/**
 * The quotes of a configuration that its host writes out in more characters than it has: each is shown in as many, and what is left over must
 * not become a part of a word. Pure, and linear in the text.
 */
import { FILLER } from '../syntax/template.ts';

/** Follows nginx's words through a text that is shown part by part (ngx_conf_read_token). */
export class NginxQuotes {
  /** the quote that the word began with; empty outside of quotes */
  private open = '';
  /** the character before, as far as it decides what the next one is */
  private last = '';
  private isEscaped = false;
  private isComment = false;

  /** Whether what comes next is between quotes. */
  get isOpen(): boolean {
    return this.open !== '';
  }

  /** Whether a word may begin with what comes next. */
  get isApart(): boolean {
    return !this.isOpen && !this.isComment && !this.isEscaped && /^[\s;{}]?$/.test(this.last);
  }

  /** Notes what is shown next, and gives it back. */
  put(shown: string): string {
    for (const c of shown) this.follow(c);
    return shown;
  }

  /** A character that the host writes in two, such as `\"`: a filler outside of quotes would be a part of the word, and one after a backslash what it escapes. */
  pair(c: string): string {
    const isBeginning = /["']/.test(c) && this.isApart;
    return this.put(this.isEscaped ? c + FILLER : (isBeginning ? ' ' : FILLER) + c);
  }

  private follow(c: string): void {
    if (c === FILLER) return;
    if (this.isComment) {
      if (c !== '\n') return;
      this.isComment = false;
      this.last = c;
    } else if (this.isEscaped) {
      this.isEscaped = false;
      this.last = 'x';
    } else if (c === '\\') this.isEscaped = true;
    else if (this.isOpen) {
      if (c !== this.open) return;
      this.open = '';
      this.last = c;
    } else if (this.isApart && /["'#]/.test(c)) {
      if (c === '#') this.isComment = true;
      else this.open = c;
    } else {
      // of a word with a variable the braces are a part
      const isPart = c === '{' ? this.last === '$' : c === '}' && !this.isApart;
      this.last = isPart ? 'x' : c;
    }
  }
}
