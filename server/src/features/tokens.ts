/**
 * Semantic tokens: what a grammar of words cannot know. Variables and captures, expressions, numbers with units, names that the
 * configuration declares, directives on their way out. Words that mean nothing special have no token.
 */

import type { Span } from '../base/span.ts';
import { table } from '../base/table.ts';
import { argumentOf } from '../catalog/arguments.ts';
import { ageOf } from '../catalog/changes.ts';
import type { DirectiveFact } from '../catalog/fact.ts';
import type { NameKind } from '../catalog/names.ts';
import { findParameter } from '../catalog/parameters.ts';
import type { Config } from '../config/config.ts';
import type { Directive } from '../config/directive.ts';
import { namesOf, regexesOf } from '../config/names.ts';
import type { SourceFile } from '../syntax/statement.ts';
import { valueSpan, variablesIn } from '../syntax/variable.ts';
import { directivesOf } from './directives-of.ts';

export const TOKEN_TYPES = ['variable', 'parameter', 'regexp', 'number', 'class', 'function', 'property', 'type'] as const;
export const TOKEN_MODIFIERS = ['declaration', 'deprecated', 'defaultLibrary'] as const;
export type TokenType = (typeof TOKEN_TYPES)[number];
export type TokenModifier = (typeof TOKEN_MODIFIERS)[number];

export interface Token {
  readonly span: Span;
  readonly type: TokenType;
  readonly modifiers: readonly TokenModifier[];
}

/** An upstream is a thing with servers in it, a named location is called, a zone and a format are kinds of things. */
const NAME_TYPES: { readonly [kind in NameKind]?: TokenType } = table({ upstream: 'class', 'named-location': 'function' });

const QUANTITIES = new Set(['msec', 'sec', 'time', 'size', 'offset', 'rate', 'number', 'status', 'percent', 'percent-or-number']);
const NO_VARIABLES = new Set(['regex', 'location', 'server-name', 'lua']);
const NUMBER = /^=?[-+]?\d+(\.\d+)?(ms|[smhdwMykKmMgG%]|r\/[sm])?([\d ]+(ms|[smhdwMy]))*$/;
const NONE: readonly TokenModifier[] = [];
/** What has a meaning of its own in an expression; the first group is the name of a group. */
const SYNTAX = /\\.|\(\?P?[<'](\w+)[>']|\(\?(?:[:=!>|]|<[=!]|[a-z-]+[:)])?|\[\^?\]?(?:\\.|[^\]])*\]|[()|^$*+?]|\{\d+(?:,\d*)?\}/g;

const ages = new WeakMap<DirectiveFact, boolean>();

/** All tokens of a file, or of a range of it, in the order of the text; they do not overlap. */
export function tokens(config: Config, file: SourceFile, range: Span = { start: 0, end: file.text.length }): Token[] {
  const out: Token[] = [];
  const { target } = config.settings;
  const add = (span: Span, type: TokenType, modifiers: readonly TokenModifier[] = NONE): void => {
    if (span.end > span.start) out.push({ span: { start: span.start, end: span.end }, type, modifiers });
  };
  /** What stands for itself in an expression, and the names of its groups; the rest keeps the colours of the grammar. */
  const expression = ({ start, end }: Span): void => {
    let from = start;
    for (const m of file.text.slice(start, end).matchAll(SYNTAX)) {
      const at = start + m.index;
      add({ start: from, end: at }, 'regexp');
      from = at + m[0].length;
      if (m[1]) add({ start: from - 1 - m[1].length, end: from - 1 }, 'parameter');
    }
    add({ start: from, end }, 'regexp');
  };
  const old = (fact: DirectiveFact): boolean => {
    let known = ages.get(fact);
    if (known === undefined) ages.set(fact, (known = ageOf(fact, target) !== null));
    return known;
  };
  const names = namesOf(config).inFile(file.id);
  const named = new Map<number, (typeof names)[number]>();
  for (const site of names) if (!named.has(site.span.start)) named.set(site.span.start, site);
  const meets = (d: Directive): boolean => d.statement.start <= range.end && d.statement.end >= range.start;
  for (const d of directivesOf(config, file.id, meets)) {
    const { fact, statement } = d;
    if (fact && old(fact)) add(statement.name, 'property', ['deprecated']);
    const regexes = regexesOf(d);
    const pattern = ({ word, offset, pattern: { length } }: (typeof regexes)[number]): Span =>
      word.quote ? valueSpan(word, offset, offset + length) : { start: word.start + offset, end: word.start + offset + length };
    if (regexes[0]?.word === statement.name) expression(pattern(regexes[0]));
    const table = fact?.parameters;
    statement.args.forEach((word, i) => {
      if (word.templated) return;
      const regex = regexes.find((r) => r.word === word);
      if (regex) {
        expression(pattern(regex));
        return;
      }
      const parameter = table && fact && i >= table.from && i <= (table.to ?? i) ? findParameter(table.list, word.value) : null;
      const kind = parameter ? parameter.parameter.value : fact ? argumentOf(fact, i, statement.args.length)?.kind : undefined;
      if (word.value.includes('$')) {
        if (kind && NO_VARIABLES.has(kind)) return;
        for (const use of variablesIn(word).uses) {
          const site = named.get(use.nameSpan.start);
          if (use.capture) add(use.span, 'parameter');
          else if (site?.role === 'defines') add(use.span, 'variable', ['declaration']);
          else add(use.span, 'variable', isOwn(config, d, use.name) ? ['defaultLibrary'] : NONE);
        }
        return;
      }
      const from = word.start + (word.quote ? 1 : 0);
      const inside = names.length ? nameWithin(named, from, word.end) : undefined;
      if (inside && inside.kind !== 'variable') {
        const type = NAME_TYPES[inside.kind] ?? 'type';
        const declared = inside.role === 'defines';
        if (declared || namesOf(config).definitions(inside.kind, inside.name, inside.protocol).length)
          add(inside.span, type, declared ? ['declaration'] : NONE);
        return;
      }
      if (parameter?.parameter.deprecated && parameter.value === null) add(word, 'property', ['deprecated']);
      else if (parameter && kind && QUANTITIES.has(kind) && parameter.value !== null && NUMBER.test(parameter.value))
        add(valueSpan(word, parameter.at, word.value.length), 'number');
      else if (!parameter && kind && QUANTITIES.has(kind) && NUMBER.test(word.value)) add(word, 'number');
      else if (fact?.kind === 'bufs' && NUMBER.test(word.value)) add(word, 'number');
    });
  }
  return out.sort((a, b) => a.span.start - b.span.start).filter((t, i, all) => i === 0 || t.span.start >= all[i - 1]!.span.end);
}

function nameWithin<T extends { span: Span }>(named: ReadonlyMap<number, T>, from: number, to: number): T | undefined {
  for (let at = from; at < to; at++) {
    const site = named.get(at);
    if (site && site.span.end <= to) return site;
  }
  return undefined;
}

function isOwn(config: Config, d: Directive, name: string): boolean {
  const protocol = /^stream/.test(d.scope.context) ? 'stream' : 'http';
  return config.catalog.variable(name, protocol) !== null;
}
