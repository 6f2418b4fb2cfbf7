/**
 * Where each "since" of the catalog comes from. The data name one source for a project and the exceptions (catalog/data/since.json); here they are
 * found for a value, and held against CHANGES where its text can be had. Nothing here is part of the extension or the command line.
 */
import type { Catalog } from '../catalog/catalog.ts';
import SINCE from '../catalog/data/since.json' with { type: 'json' };
import type { Source } from '../catalog/fact.ts';

/** One "since" of the catalog: a release, and the word that came with it. */
export interface SinceValue {
  readonly module: string;
  readonly project: Source;
  /** for messages: "listen/quic in ngx_http_core_module" */
  readonly what: string;
  /** as CHANGES would write it; a family without its last underscore */
  readonly word: string;
  readonly release: string;
  /** the directive's own release, where the word is a part of it */
  readonly whole: string | undefined;
}

/** All of them; the versions of other projects (njs and the like) are counted in their own numbers. */
export function sinceValues(catalog: Catalog): SinceValue[] {
  const out: SinceValue[] = [];
  const add = (
    fact: { readonly module: string; readonly source: Source; readonly unit?: string | null },
    name: string,
    word: string,
    since: string | undefined,
    whole?: string,
  ): void => {
    if (since === undefined) return;
    const project = (fact.unit ?? fact.source) as Source;
    out.push({ module: fact.module, project, what: `${name} in ${fact.module}`, word, release: since, whole });
  };
  for (const name of catalog.names())
    for (const d of catalog.directives(name)) {
      add(d, name, name, d.since);
      for (const p of d.parameters?.list ?? []) add(d, `${name}/${p.name}`, p.name, p.since, d.since);
      for (const v of d.values) add(v.plusOnly ? { ...d, source: 'plus' } : d, `${name}/${v.name}`, v.name, v.since, d.since);
      for (const [context, since] of Object.entries(d.contextSince)) add(d, `${name} in ${context}`, name, since, d.since);
    }
  for (const protocol of ['http', 'stream'] as const)
    for (const v of catalog.variables(protocol)) add(v, `$${v.name}`, v.name.replace(/_$/, ''), v.since);
  return out;
}

/** What a value rests on. `entry`: the release's entry in CHANGES names the word, or brings it with the words quoted. */
export type SinceSource =
  | { readonly kind: 'entry'; readonly quoted: string | null }
  /** the tables of nginx's source, about which CHANGES is silent */
  | { readonly kind: 'tables' }
  /** a file of CHANGES of its own */
  | { readonly kind: 'branch'; readonly file: string }
  | { readonly kind: 'project'; readonly text: string };

const EXCEPTIONS = new Map(
  Object.entries(SINCE.exceptions as Record<string, Record<string, string[]>>).map(([release, by]) => [
    release,
    new Map(Object.entries(by).flatMap(([source, modules]) => modules.map((m) => [m, source] as const))),
  ]),
);
const PROJECTS = new Map(Object.entries(SINCE.projects));

/** The exception of the release for the value's module; null where the default holds. */
export const exceptionOf = (value: SinceValue): string | null => {
  const of = EXCEPTIONS.get(value.release);
  return of?.get(value.module) ?? of?.get('*') ?? null;
};

/** The releases and modules for which there is an exception. */
export const exceptions = (): readonly (readonly [release: string, module: string])[] =>
  [...EXCEPTIONS].flatMap(([release, of]) => [...of.keys()].map((m) => [release, m] as const));

/** null: nothing is noted of that project. `named`: whether the release's entry names the word, null where its text is not at hand. */
export function sourceOf(value: SinceValue, named: boolean | null): SinceSource | null {
  const project = PROJECTS.get(value.project);
  if (project === undefined) return null;
  if (value.project !== 'oss') return { kind: 'project', text: project };
  const exception = exceptionOf(value);
  if (named || exception === null) return { kind: 'entry', quoted: null };
  if (exception === 'source') return { kind: 'tables' };
  return /^CHANGES-/.test(exception) ? { kind: 'branch', file: exception } : { kind: 'entry', quoted: exception };
}

/** The entries of each release of a file CHANGES, each in one line. */
export function readAllChanges(text: string): ReadonlyMap<string, readonly string[]> {
  return new Map(
    text.split(/^(?=Changes with nginx )/m).flatMap((part) => {
      const release = /^Changes with nginx (\S+)/.exec(part)?.[1];
      const entries = part
        .split(/^ {4}\*\) /m)
        .slice(1)
        .map((entry) => entry.replace(/\s+/g, ' ').trim());
      return release ? [[release, entries] as const] : [];
    }),
  );
}

/** Whether entries name a word: as a whole, `$` and quotes aside. */
export function names(entries: readonly string[], word: string): boolean {
  const whole = new RegExp(`(?<![A-Za-z_])${word.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}(?![A-Za-z_0-9])`);
  return entries.some((entry) => whole.test(entry));
}
