/**
 * Texts in modules of NixOS: strings between two single quotes with the path of attributes that they are given to. Nothing is evaluated; a text
 * that is put together by functions has the path of the attribute that all of it is for.
 */
import type { Span } from '../base/span.ts';

export interface NixString {
  /** what is between the quotes, without the rest of the line of the opening ones where that is blank */
  readonly span: Span;
  /** `services`, `nginx`, `virtualHosts`, `example.org`, `extraConfig`; what is written in quotes without them */
  readonly path: readonly string[];
  /** the name that a function gives the file: `pkgs.writeText "site.conf" ''…''`; null without one */
  readonly file: string | null;
}

/** Levels of sets and strings within strings that are followed. */
const MAX_DEPTH = 60;

const TOKEN =
  /#[^\n]*|\/\*[\s\S]*?\*\/|"(?:[^"\\]|\\[\s\S])*"|''|[{}();]|=(?!=)|[A-Za-z_][\w'-]*(?:\.(?:[A-Za-z_][\w'-]*|"(?:[^"\\\n]|\\.)*"|\$\{[^{}\n]*\}))*|\.?(?:"(?:[^"\\\n]|\\.)*"|\$\{[^{}\n]*\})(?:\.[A-Za-z_][\w'-]*)*/g;

const segments = (word: string): string[] =>
  (word.match(/"(?:[^"\\\n]|\\.)*"|\$\{[^{}\n]*\}|[A-Za-z_][\w'-]*/g) ?? []).map((s) => s.replace(/^"|"$/g, ''));

/** Where the string that opens before `from` ends: at its closing quotes; null where it does not. */
function endOf(text: string, from: number): number | null {
  let depth = 0;
  for (let at = from; at < text.length; at++) {
    const c = text[at]!;
    if (c === '$' && text[at + 1] === '{' && text[at - 1] !== '$') {
      if (++depth > MAX_DEPTH) return null;
      at++;
    } else if (depth > 0) {
      if (c === '{') depth++;
      else if (c === '}') depth--;
      else if (c === '"') at = text.indexOf('"', at + 1);
      else if (c === "'" && text[at + 1] === "'") {
        const inner = endOf(text, at + 2);
        if (inner === null) return null;
        at = inner + 1;
      }
      if (at < 0) return null;
    } else if (c === "'" && text[at + 1] === "'") {
      // `''$`, `'''` and `''\` are escapes
      if (!/[$'\\]/.test(text[at + 2] ?? '')) return at;
      at += 2;
    }
  }
  return null;
}

/** The strings of a module in order. */
export function nixStrings(text: string): NixString[] {
  const out: NixString[] = [];
  /** the attributes of the sets around, with what each set adds */
  const around: { readonly path: readonly string[]; readonly brace: string }[] = [];
  let path: readonly string[] = [];
  /** words since the last statement, which an equals sign makes an attribute */
  let word: string[] = [];
  let file: string | null = null;
  const token = new RegExp(TOKEN);
  for (let m = token.exec(text); m; m = token.exec(text)) {
    const [t] = m;
    if (t === "''") {
      const end = endOf(text, m.index + 2);
      if (end === null) return out;
      const blank = /^[ \t]*\r?\n/.exec(text.slice(m.index + 2, m.index + 200))?.[0].length ?? 0;
      out.push({ span: { start: m.index + 2 + blank, end }, path: [...around.flatMap((a) => a.path), ...path], file });
      token.lastIndex = end + 2;
      file = null;
    } else if (t === '=') {
      path = word;
      word = [];
      file = null;
    } else if (t === '{' || t === '(') {
      if (around.length > MAX_DEPTH) return out;
      around.push({ path, brace: t });
      path = [];
      word = [];
    } else if (t === '}' || t === ')') {
      path = around.pop()?.path ?? [];
      word = [];
    } else if (t === ';') {
      path = [];
      word = [];
      file = null;
    } else if (t.startsWith('"')) {
      file = /^"([^"\n$]+)"$/.exec(t)?.[1] ?? null;
      word = segments(t);
    } else if (t.startsWith('$')) word = segments(t);
    else if (t.startsWith('.')) word = [...word, ...segments(t)];
    else if (!/^[#/]/.test(t)) word = segments(t);
  }
  return out;
}
