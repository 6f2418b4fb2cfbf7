/**
 * A regular expression in words: its groups, and a text that it matches. The sample is made from the pattern's own parts and then put
 * to PCRE2: what does not match is not shown. Look-around, back references and recursion have no sample.
 */

import type { CompiledRegex } from '../base/regexes.ts';
import { table } from '../base/table.ts';

class Unknown extends Error {}

const CLASSES: Readonly<Record<string, string>> = table({
  d: '1',
  w: 'a',
  s: ' ',
  D: 'a',
  W: '-',
  S: 'a',
  h: ' ',
  R: '\n',
  N: 'a',
  X: 'a',
});
const ESCAPES: Readonly<Record<string, string>> = table({ n: '\n', t: '\t', r: '\r', f: '\f', e: '\x1b', a: '\x07', '0': '\0' });

/** Reads a pattern and writes the shortest text that its first alternatives make. Throws Unknown where it cannot tell. */
class Sampler {
  private at = 0;
  constructor(private readonly p: string) {}

  run(): string {
    const text = this.alternatives();
    if (this.at < this.p.length) throw new Unknown();
    return text;
  }

  private alternatives(): string {
    const first = this.sequence();
    while (this.p[this.at] === '|') {
      this.at++;
      this.sequence();
    }
    return first;
  }

  private sequence(): string {
    let out = '';
    while (this.at < this.p.length && this.p[this.at] !== '|' && this.p[this.at] !== ')') out += this.repeated(this.atom());
    return out;
  }

  private repeated(atom: string): string {
    const m = /^(?:([*+?])|\{(\d+)(,\d*)?\})[?+]?/.exec(this.p.slice(this.at));
    if (!m) return atom;
    this.at += m[0].length;
    // one of each makes a sample that shows what the part is for
    const times = m[2] === undefined ? 1 : Math.min(Math.max(Number(m[2]), m[3] === undefined ? 0 : 1), 20);
    return atom.repeat(times);
  }

  private atom(): string {
    const c = this.p[this.at++]!;
    if (c === '^' || c === '$') return '';
    if (c === '.') return 'x';
    if (c === '[') return this.charClass();
    if (c === '(') return this.group();
    if (c !== '\\') return c;
    const e = this.p[this.at++];
    if (e === undefined) throw new Unknown();
    if (/[bBAzZG]/.test(e)) return '';
    if (CLASSES[e] !== undefined) return CLASSES[e];
    if (ESCAPES[e] !== undefined) return ESCAPES[e];
    if (/[a-zA-Z0-9]/.test(e)) throw new Unknown();
    return e;
  }

  private group(): string {
    const rest = this.p.slice(this.at);
    const head = /^\?(?::|P?<[A-Za-z_]\w*>|'[A-Za-z_]\w*'|[imsx-]+:|>)/.exec(rest);
    if (head) this.at += head[0].length;
    else if (/^\?[imsx-]+\)/.test(rest)) {
      this.at += rest.indexOf(')') + 1;
      return '';
    } else if (/^\?[!=]|^\?<[!=]/.test(rest)) {
      // what must not or must follow: the check with PCRE2 decides whether the sample still fits
      this.at += /^\?<?[!=]/.exec(rest)![0].length;
      this.alternatives();
      if (this.p[this.at++] !== ')') throw new Unknown();
      return '';
    } else if (rest.startsWith('?') || rest.startsWith('*')) throw new Unknown();
    const inner = this.alternatives();
    if (this.p[this.at++] !== ')') throw new Unknown();
    return inner;
  }

  private charClass(): string {
    const end = /^\^?\]?(?:\\.|\[:\w+:\]|[^\]\\])*\]/.exec(this.p.slice(this.at));
    if (!end) throw new Unknown();
    const text = end[0].slice(0, -1);
    this.at += end[0].length;
    if (text.startsWith('^')) {
      let test: RegExp;
      try {
        test = new RegExp(`[${text}]`);
      } catch {
        throw new Unknown();
      }
      const found = [...'ax1-_ /'].find((c) => test.test(c));
      if (found === undefined) throw new Unknown();
      return found;
    }
    const posix = /^\[:(\w+):\]/.exec(text)?.[1];
    if (posix) return posix === 'digit' || posix === 'xdigit' ? '1' : posix === 'space' ? ' ' : 'a';
    const escaped = /^\\(.)/.exec(text)?.[1];
    if (escaped) return CLASSES[escaped] ?? ESCAPES[escaped] ?? escaped;
    return text.charAt(0);
  }
}

/** A text that the expression matches, or null. */
export function sampleOf(pattern: string, regex: CompiledRegex, prefix = ''): string | null {
  let text: string;
  try {
    text = new Sampler(pattern).run();
  } catch (error) {
    if (error instanceof Unknown) return null;
    throw error;
  }
  for (const candidate of [prefix && !text.startsWith(prefix) && !pattern.startsWith('^') ? `${prefix}file${text}` : text, text])
    if (typeof regex.match(candidate) === 'object') return candidate;
  return null;
}

/** The groups of a pattern with the text of each, in the order of their numbers. */
export function groupsOf(pattern: string): { readonly number: number; readonly name: string | null; readonly text: string }[] {
  const out: { number: number; name: string | null; text: string; start: number }[] = [];
  const open: (number | null)[] = [];
  for (let i = 0; i < pattern.length; i++) {
    const c = pattern[i];
    if (c === '\\') i++;
    else if (c === '[') {
      const end = /^\^?\]?(?:\\.|\[:\w+:\]|[^\]\\])*\]/.exec(pattern.slice(i + 1));
      if (end) i += end[0].length;
    } else if (c === '(') {
      const rest = pattern.slice(i + 1);
      const named = /^\?(?:P?<([A-Za-z_]\w*)>|'([A-Za-z_]\w*)')/.exec(rest);
      if (rest.startsWith('?') && !named) open.push(null);
      else if (rest.startsWith('*')) open.push(null);
      else {
        open.push(out.length);
        out.push({ number: out.length + 1, name: named?.[1] ?? named?.[2] ?? null, text: '', start: i });
      }
    } else if (c === ')') {
      const which = open.pop();
      if (which !== undefined && which !== null) out[which]!.text = pattern.slice(out[which]!.start, i + 1);
    }
  }
  return out.map(({ number, name, text }) => ({ number, name, text }));
}
