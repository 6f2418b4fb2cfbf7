/** The form of a snippet: what it promises, where it may stand, and its text with tab stops. What is offered where is decided from `inside` alone. */
import type { Context } from '../catalog/context.ts';
import { atLeast, type Version, version } from '../catalog/version.ts';

/** The other half of a snippet: lines that belong into http, wherever the cursor is. */
export interface Outer {
  /** words that say that the configuration has it already */
  readonly marker: string;
  /** with dollar signs as in a body */
  readonly text: string;
}

export interface Snippet {
  /** unique, kebab-case */
  readonly id: string;
  /** what people type */
  readonly prefixes: readonly string[];
  /** sentence case, no full stop */
  readonly title: string;
  /** what it is for and what it promises, for the completion's documentation */
  readonly about: string;
  /** where it may stand; the first is where its tests put it first */
  readonly inside: readonly Context[];
  /** VS Code's snippet syntax: tabs indent, `${1:default}`, `${2|a,b|}`; a dollar sign of nginx is written `\$` */
  readonly body: string;
  /** zones, maps and caches that it uses: added to http where the configuration lacks them */
  readonly outer?: readonly Outer[];
  /** nginx version from which it works */
  readonly since?: string;
  /** the module that must be there beside those of nginx's own default build; the documentation names it */
  readonly module?: string;
  /** OpenSSL version from which it works */
  readonly openssl?: string;
  /** directives that the surroundings must have for it to work, as text: the tests put them there, the documentation names them */
  readonly needs?: { readonly main?: string; readonly http?: string; readonly server?: string };
}

/** Makes a body of lines; two leading spaces are one level, empty lines stay empty. */
export function lines(strings: TemplateStringsArray, ...values: readonly string[]): string {
  const text = String.raw({ raw: strings }, ...values);
  return text
    .replace(/^\n|\n\s*$/g, '')
    .split('\n')
    .map((line) => line.trimEnd().replace(/^( {2})+/, (blanks) => '\t'.repeat(blanks.length / 2)))
    .join('\n');
}

/** The body in the words of a version: before 1.25.1 HTTP/2 is a parameter of `listen`. Bodies are written in the words of the newest. */
export function bodyFor(snippet: Pick<Snippet, 'body' | 'since'>, nginx: Version): string {
  if (atLeast(nginx, '1.25.1') || (snippet.since && atLeast(version(snippet.since), '1.25.1'))) return snippet.body;
  return snippet.body.replace(/((?:^[ \t]*listen [^;\n]*;\n)+)^[ \t]*http2 on;\n/gm, (_, listens: string) =>
    listens.replaceAll(';', ' http2;'),
  );
}

/** The halves of a snippet that `texts`, all files of a configuration, do not hold yet: plain lines for http. */
export const missingOuter = (snippet: Pick<Snippet, 'outer'>, texts: readonly string[], unit = '    '): string[] =>
  (snippet.outer ?? [])
    .filter((o) => !texts.some((t) => t.includes(o.marker)))
    .flatMap((o) =>
      expand(o.text)
        .text.split('\n')
        .map((l) => l.replace(/^( {2})+/, (blanks) => unit.repeat(blanks.length / 2))),
    );

export interface Expansion {
  readonly text: string;
  /** for each choice that was made, the tab stop and the value */
  readonly choices: readonly { readonly stop: number; readonly value: string }[];
}

const CHOICE = /\$\{(\d+)\|([^}]*?)\|\}/g;

/** The snippet's text with its defaults, as an editor inserts it when nobody types; `choose` picks the n-th value of each choice. */
export function expand(body: string, choose: (stop: number, values: readonly string[]) => number = () => 0, unit = '    '): Expansion {
  const choices: { stop: number; value: string }[] = [];
  const defaults = new Map<string, string>();
  let text = body.replace(CHOICE, (_, stop: string, list: string) => {
    const values = list.split(',');
    const value = values[choose(Number(stop), values)] ?? values[0]!;
    choices.push({ stop: Number(stop), value });
    defaults.set(stop, value);
    return value;
  });
  text = text.replace(/\$\{(\d+):([^{}]*)\}/g, (_, stop: string, value: string) => {
    defaults.set(stop, value);
    return value;
  });
  text = text
    .replace(/(?<!\\)\$(\d+)|(?<!\\)\$\{(\d+)\}/g, (_, a: string | undefined, b: string | undefined) => defaults.get(a ?? b ?? '') ?? '')
    .replace(/\\([$}\\])/g, '$1')
    .replaceAll('\t', unit);
  return { text, choices };
}

/** How many values the choice with the most has; 1 when there is none. */
export const widestChoice = (body: string): number => Math.max(1, ...[...body.matchAll(CHOICE)].map((m) => m[2]!.split(',').length));
