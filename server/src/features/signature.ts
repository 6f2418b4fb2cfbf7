/** Signature help: the forms of the directive that is being typed, with the argument at the cursor. The forms are those of the catalog. */
import { argumentOf } from '../catalog/arguments.ts';
import type { DirectiveFact } from '../catalog/fact.ts';
import { findParameter } from '../catalog/parameters.ts';
import { prose } from '../catalog/prose.ts';
import type { Config } from '../config/config.ts';
import type { SourceFile } from '../syntax/statement.ts';
import { reachesOf } from './completion/reach.ts';
import { siteAt } from './completion/site.ts';

export interface SignatureParameter {
  /** UTF-16 offsets in the label, half open */
  readonly start: number;
  readonly end: number;
  readonly about: string | null;
}

export interface Signature {
  readonly label: string;
  readonly about: string | null;
  readonly parameters: readonly SignatureParameter[];
}

export interface SignatureHelp {
  readonly signatures: readonly Signature[];
  readonly active: number;
  /** index of the parameter; null when the form has none for the argument */
  readonly parameter: number | null;
}

interface Piece {
  readonly start: number;
  readonly end: number;
  readonly text: string;
  readonly variadic: boolean;
}

/** The parts of a form that stand for one argument each: `[a [b]]` has two, `on | off` is one, `...` belongs to what it follows. */
export function piecesOf(form: string): Piece[] {
  const out: { start: number; end: number; variadic: boolean }[] = [];
  const read = (from: number, to: number): void => {
    let i = from;
    let joins = false;
    while (i < to) {
      const c = form[i];
      if (c === ' ') {
        i++;
        continue;
      }
      let end = i;
      for (let depth = 0; end < to && !(form[end] === ' ' && depth === 0); end++) {
        if (form[end] === '[') depth++;
        else if (form[end] === ']') depth--;
      }
      const text = form.slice(i, end);
      const last = out.at(-1);
      if (text === '|') joins = true;
      else if (text === '...' && last) {
        last.variadic = true;
        last.end = end;
      } else if (joins && last) {
        last.end = end;
        joins = false;
      } else if (/^\[.*\]$/.test(text) && !text.includes(' | ') && /[ [].*/.test(text.slice(1, -1)) && / /.test(text)) read(i + 1, end - 1);
      else out.push({ start: i, end, variadic: false });
      i = end;
    }
  };
  const body = form.replace(/;$/, '').replace(/\s*\{.*$/, '');
  const head = /^\S+/.exec(body)?.[0].length ?? 0;
  read(head, body.length);
  return out.map((p) => ({ ...p, text: form.slice(p.start, p.end) }));
}

/** The piece that an argument is; `fixed` tells words such as `[modified]`, which may be left out and stand for nothing else. */
function pieceFor(pieces: readonly Piece[], index: number, value: string, fixed: (word: string) => boolean): number | null {
  const named = pieces.findIndex((p) => {
    const words = p.text.replace(/[[\]]/g, '').split(/\s*\|\s*/);
    return words.some((w) => {
      const key = /^([a-z_0-9]+)([=:])/.exec(w);
      return key ? value.startsWith(key[0]) : value.length > 1 && w === value;
    });
  });
  if (named >= 0) return named;
  if (!pieces.length) return null;
  // the beginning of a parameter's name is that parameter
  const begun =
    value.length > 1 ? pieces.findIndex((p) => p.text.replace(/^\[/, '').startsWith(value) && /^\[?[a-z_0-9]+=/.test(p.text)) : -1;
  if (begun >= 0) return begun;
  const own = pieces[index];
  const word = own && /^\[(\w+)\]$/.exec(own.text)?.[1];
  if (word && fixed(word) && value !== '' && !word.startsWith(value) && index + 1 < pieces.length) return index + 1;
  const variadic = pieces.findIndex((p) => p.variadic);
  if (variadic >= 0 && index >= variadic) {
    // what follows a list is told from it by its first character
    const later = pieces.findIndex(
      (p, i) => i > variadic && (p.text.startsWith('[=') ? value.startsWith('=') : /^uri/i.test(p.text) && /^[/@h]/.test(value)),
    );
    return later >= 0 ? later : variadic;
  }
  return index < pieces.length ? index : pieces.length - 1;
}

const aboutArgument = (fact: DirectiveFact, piece: Piece, index: number): string | null => {
  const name = /^\[?([a-z_0-9]+)[=:\]]/.exec(piece.text)?.[1] ?? piece.text;
  const hint = fact.parameters?.list.find((p) => p.name === name)?.hint;
  if (hint) return hint;
  const what = argumentOf(fact, index, Math.max(index + 1, fact.args.min));
  switch (what?.kind) {
    case 'msec':
      return 'A time: ms, s, m, h, d, w; without a unit seconds.';
    case 'sec':
      return 'A time: s, m, h, d, w, M, y; without a unit seconds.';
    case 'size':
      return 'A size: bytes, k or m.';
    case 'offset':
      return 'A size: bytes, k, m or g.';
    default:
      return null;
  }
};

/** Null outside of arguments, and for directives without them. */
export function signatureHelp(configs: readonly Config[], file: SourceFile, offset: number): SignatureHelp | null {
  const catalog = configs[0]?.catalog;
  const answer = siteAt(file, offset, (word) => (catalog?.directives(word).length ?? 0) > 0);
  if (answer?.kind !== 'site') return null;
  const { site } = answer;
  const [name] = site.words;
  if (name === undefined) return null;
  for (const reach of reachesOf(configs, file, site)) {
    const { catalog, settings } = reach.config;
    const fact = catalog.directive(name, reach.context, settings.target);
    if (!fact?.syntax.length || fact.args.max === 0) continue;
    const index = site.words.length - 1;
    const value = site.typed.value;
    const given = [...site.words.slice(1), value];
    const forms = fact.syntax.map((form) => ({ form, pieces: piecesOf(form) }));
    const table = fact.parameters;
    const score = ({ pieces }: (typeof forms)[number]): number => {
      let points = 0;
      given.forEach((word, i) => {
        if (word === '') return;
        const piece = pieces[i];
        if (piece?.text.split(/\s*\|\s*/).includes(word)) points += 3;
        else if (table && findParameter(table.list, word) && pieces.some((p) => p.text.includes(word.split('=')[0]!))) points += 2;
      });
      if (index < pieces.length || pieces.some((p) => p.variadic) || pieces.some((p) => p.text.includes('parameters'))) points += 1;
      return points;
    };
    const scores = forms.map(score);
    const active = scores.indexOf(Math.max(...scores));
    return {
      signatures: forms.map(({ form, pieces }) => ({
        label: form,
        about: prose(fact, reach.context),
        parameters: pieces.map((p, i) => ({ start: p.start, end: p.end, about: aboutArgument(fact, p, i) })),
      })),
      active,
      parameter: pieceFor(
        forms[active]!.pieces,
        index,
        value,
        (word) => table?.list.some((p) => p.name === word) || argumentOf(fact, index, index + 1)?.words?.includes(word) === true,
      ),
    };
  }
  return null;
}
