/** Texts of people who want more than a configuration, and pieces for generators around them. */

/** What a terminal, a log of a build, a renderer of Markdown, HTML, XML, YAML, Mermaid or a shell may take for more than text. */
export const ALPHABET: readonly string[] = [
  '\x1b[31mred',
  '\x1b]0;title\x07',
  '\x9b2J',
  '\x00',
  '\x08\x08\x08',
  '\r::error::overwritten',
  '\n::warning file=README.md,line=1::injected',
  '\n  ::stop-commands::x',
  '##[set-env name=PATH]x',
  '##vso[task.setvariable variable=x]y',
  "##teamcity[buildStatus text='x']",
  '\u202egnp.exe',
  '\u2066hidden\u2069',
  '\u2028::notice::x',
  '\u200b',
  '\ud800',
  '`',
  '``` \n\n![x](https://evil.example/a.png)\n```',
  '`` ![x](https://evil.example/b.png)',
  '![x](https://evil.example/c.png)',
  '[x](command:workbench.action.terminal.new)',
  '<img src=https://evil.example/d.png>',
  '<script>alert(1)</script>',
  'https://evil.example/e',
  '**bold** __x__ ~~y~~',
  '| a | b |\n|---|---|',
  '"><svg onload=alert(1)>',
  ']]>',
  '&#x41;&lt;',
  '#quot;#35;',
  '"] --> evil["x',
  "'; touch /x; '",
  '$(touch /x)',
  '@/etc/hostname',
  '[1-9]{a,b}',
  '- : {{ x }}',
  '%0A::error::x',
];

/** Names that every object has, whatever was put into it. */
export const INHERITED: readonly string[] = [
  'constructor',
  'toString',
  '__proto__',
  'valueOf',
  'hasOwnProperty',
  '__defineGetter__',
  'isPrototypeOf',
  'prototype',
];

/** A word of a configuration that holds a text: quoted as nginx reads it. */
export const quoted = (text: string): string => `"${text.replace(/[\\"]/g, '\\$&')}"`;

/** Numbers from a seed (mulberry32), so that a failure can be had again. */
export function random(seed: number): { next(): number; below(n: number): number; pick<T>(from: readonly T[]): T } {
  let a = seed >>> 0;
  const next = (): number => {
    a = (a + 0x6d2b79f5) >>> 0;
    let t = a;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (n: number): number => Math.floor(next() * n);
  return { next, below, pick: (from) => from[below(from.length)]! };
}

/** Everything that no sink for people may let through, but for line feeds and tabs. */
export const UNSEEN = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200b\u200e\u200f\u2028-\u202e\u2066-\u2069]/;
/** Lines that the log of a build obeys. */
export const OBEYED = /^\s*::|##(\[|vso\[|teamcity\[)/m;
