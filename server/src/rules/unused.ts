/** Names that are declared and that nothing uses. Silent where scripts, missing includes or variables may use a name that no text shows. */
import type { FileId } from '../base/file-id.ts';
import type { Span } from '../base/span.ts';
import { NAME_TITLES, type NameKind } from '../catalog/names.ts';
import { PerConfig } from '../config/asked.ts';
import type { Config } from '../config/config.ts';
import type { Directive } from '../config/directive.ts';
import { type NameSite, namesOf } from '../config/names.ts';
import { MemoPerBlock } from '../config/pieces.ts';
import { mayUse } from '../config/unseen-names.ts';
import { type Fix, fixOf, remove } from './fix.ts';
import type { Report } from './rule.ts';

/** Directives whose arguments are names that something else declares. */
const NAMING = /_pass$|^include$|zone|cache|_log$|^limit_(req|conn)$|^error_page$|^try_files$/;

/** Whether what a template fills in there may be any name. */
const scripted = new MemoPerBlock((directives): boolean =>
  directives.some((d) => d.statement.name.templated || (d.args.some((a) => a.templated) && NAMING.test(d.name))),
);

/** All words that carry values, for names that variables hand on. */
const spoken = new MemoPerBlock((directives): ReadonlySet<string> => {
  const words = new Set<string>();
  /** texts whose words are there already: most are in many lines */
  const seen = new Set<string>();
  for (const d of directives) {
    if (d.name === 'upstream') continue;
    for (const { value } of d.args) {
      if (seen.has(value)) continue;
      seen.add(value);
      for (const part of value.split(/[^\w.@-]+/)) if (part) words.add(part.toLowerCase());
    }
  }
  return words;
});

const mayBeHidden = new PerConfig((config): boolean => mayUse(config).length > 0 || [...scripted.of(config)].includes(true));

const spokenWords = new PerConfig((config): ReadonlySet<string> => {
  const words = new Set<string>();
  for (const piece of spoken.of(config)) for (const word of piece) words.add(word);
  return words;
});

/** Directives in whose arguments a name of a kind may be put together at run time. */
const TAKES: Partial<Record<NameKind, RegExp>> = {
  upstream: /_pass$/,
  'proxy-cache-zone': /^proxy_cache$/,
  'uwsgi-cache-zone': /^uwsgi_cache$/,
  'fastcgi-cache-zone': /^fastcgi_cache$/,
  'scgi-cache-zone': /^scgi_cache$/,
  'named-location': /^(error_page|try_files|post_action|echo_exec)$/,
};

/** Whether a name may come out of a value with variables: what is written around them fits its beginning and its end. */
function mayBecome(text: string, name: string): boolean {
  const pattern = text
    .toLowerCase()
    .split(/\$(?:\{\w+\}|\w+)/)
    .map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
    .join('.*');
  return new RegExp(`^${pattern}$`).test(name.toLowerCase());
}

/** The directives that may take a name which is put together at run time, and that take a variable. */
const taking = new MemoPerBlock((directives): readonly Directive[] =>
  directives.filter((d) => Object.values(TAKES).some((takes) => takes.test(d.name)) && d.values.some((v) => v.includes('$'))),
);

/** The values with variables that may name something of a kind, without scheme and path. */
const computed = new PerConfig((config, kind: NameKind): readonly string[] => {
  const takes = TAKES[kind];
  if (!takes) return [];
  return [...taking.of(config)]
    .flat()
    .filter((d) => takes.test(d.name))
    .flatMap((d) => (kind === 'named-location' ? d.values.slice(-1) : d.values.slice(0, 1)))
    .filter((v) => v.includes('$'))
    .map((v) =>
      kind === 'upstream'
        ? /^(?:\w+:\/\/)?([^/?]*)/
            .exec(v)![1]!
            .replace(/\$\{?(?:request_uri|uri|is_args|args)\}?.*$/, '')
            .replace(/:\d+$/, '')
        : v,
    )
    .filter((v) => v.includes('$') && (kind !== 'named-location' || v.startsWith('@') || v.startsWith('$')));
});

/** Definitions of a kind without any use. `bySpelling`: names that a word anywhere spells count as used. */
export function unusedNames(config: Config, kind: NameKind, bySpelling = false): NameSite[] {
  if (mayBeHidden.of(config)) return [];
  const index = namesOf(config);
  // named locations of one spelling in two servers are two names
  const groups = kind === 'named-location' ? [...index.defined(kind)].map((s) => index.same(s)) : index.ofKind(kind);
  const firsts = groups.filter((sites) => sites.every((s) => s.role === 'defines')).map((sites) => sites[0]!);
  return [...new Set(firsts)]
    .filter((s) => !bySpelling || !spokenWords.of(config).has(s.name.toLowerCase()))
    .filter((s) => !computed.of(config, kind).some((text) => mayBecome(text, s.name)))
    .filter((s) => !config.tree.beside?.has(s.name.toLowerCase()));
}

/** The first of a list that is ordered by `at` whose place is not before the offset; the list's length where there is none. */
function firstFrom<T>(list: readonly T[], offset: number, at: (item: T) => number): number {
  let low = 0;
  let high = list.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (at(list[middle]!) < offset) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The definitions in a file, in the order of the text. */
const definitions = new PerConfig((config, file: FileId): readonly NameSite[] =>
  namesOf(config)
    .inFile(file)
    .filter((s) => s.role === 'defines')
    .sort((a, b) => a.span.start - b.span.start),
);

/** Those of them that are between the ends of a span. */
function definedWithin(config: Config, file: FileId, { start, end }: Span): readonly NameSite[] {
  const sites = definitions.of(config, file);
  const from = firstFrom(sites, start, (s) => s.span.start);
  return sites.slice(
    from,
    firstFrom(sites, end, (s) => s.span.start),
  );
}

/**
 * Removes a statement that does nothing. Null where it is the first to define a name that is used elsewhere: a `set` that never runs still makes
 * the variable, and nginx refuses a text without it. Later definitions may all go, the first one stays. A block in which someone wrote a comment
 * goes only when a person says so.
 */
export function removeUseless(title: string, directive: Directive): Fix | null {
  const names = namesOf(directive.scope.config);
  const { file, statement } = directive;
  const inside = (s: NameSite): boolean => s.directive.file === file && s.span.start >= statement.start && s.span.end <= statement.end;
  const needed = definedWithin(directive.scope.config, file.id, statement)
    .filter(inside)
    .map((s) => names.sites(s.kind, s.name, s.protocol))
    .some((sites) => inside(sites.find((s) => s.role === 'defines')!) && sites.some((s) => s.role === 'references' && !inside(s)));
  const comment = file.comments[firstFrom(file.comments, statement.start + 1, (c) => c.start)];
  const explained = comment !== undefined && comment.end < statement.end;
  return needed ? null : fixOf(title, explained ? 'suggestion' : 'safe', file, [remove(file, statement)]);
}

/** Another file may use what this one declares: taking a declaration away is for a person to decide. */
export const suggested = (fix: Fix | null): Fix | null => fix && { ...fix, safety: 'suggestion' };

/** A report on the name, with the removal of its statement as the fix. */
export const unusedReport = (site: NameSite): Report => ({
  at: site.directive.at({ start: site.span.start, end: site.span.end }),
  data: { kind: NAME_TITLES[site.kind], name: site.name },
  tag: 'unnecessary',
  fix: suggested(removeUseless(`Remove the unused ${NAME_TITLES[site.kind]}`, site.directive)),
});
