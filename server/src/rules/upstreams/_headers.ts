/** The request headers in force: a level's first own line hides all outer ones. */
import { basename } from '../../base/file-id.ts';
import type { Place } from '../../base/span.ts';
import { asked, numberOf } from '../../config/asked.ts';
import type { Directive } from '../../config/directive.ts';
import type { Scope } from '../../config/scope.ts';
import { addToList, type Fix, fixOf, insertAfter, isOfThePackage, outside } from '../fix.ts';
import type { Related } from '../rule.ts';

/** The value of a request header in force, as written; undefined when no line sets it. */
export function requestHeader(scope: Scope, name: string): Directive | undefined {
  return scope.effective('proxy_set_header').directives.findLast((d) => d.value(0).toLowerCase() === name.toLowerCase());
}

/** Where lines are missing from the headers that a proxy_pass sends, and how they are added there. */
export interface Lack {
  readonly at: Place;
  readonly related: readonly Related[];
  readonly fix: Fix;
}

/**
 * The cause of a header that is missing at a proxy_pass: the included file that brings its whole list, where everybody who uses that list lacks
 * the header as well, so that one line there mends all of them; the proxy_pass itself otherwise.
 * @param lines the `proxy_set_header` lines to add @param lacks whether they are missing at another proxy_pass too
 */
export function lackOf(directive: Directive, title: string, lines: readonly string[], lacks: (other: Directive) => boolean): Lack {
  const { scope } = directive;
  const list = scope.effective('proxy_set_header').directives;
  const last = list.at(-1);
  const shared =
    last && last.file.id !== directive.file.id && !isOfThePackage(last.file.id) && list.every((d) => d.file.id === last.file.id)
      ? usersOf(last)
      : [];
  if (last && shared.length && shared.every(lacks)) {
    const inOrder = shared.toSorted((a, b) =>
      a.file.id < b.file.id ? -1 : a.file.id > b.file.id ? 1 : a.statement.start - b.statement.start,
    );
    const places = new Map(inOrder.map((d) => [`${d.file.id} ${d.statement.start}`, d]));
    const count = `${places.size} ${places.size === 1 ? 'location' : 'locations'}`;
    return {
      at: last.at(),
      related: [...places.values()].map((d) => ({ at: d.at(), message: 'these headers are sent here' })),
      fix: fixOf(`${title} in ${basename(last.file.id)}, used by ${count}`, 'safe', last.file, [
        insertAfter(last.file, last.statement, lines),
      ]),
    };
  }
  const place = outside(directive);
  const own = scope.has('proxy_set_header');
  return {
    at: directive.nameAt,
    related: list[0]
      ? [{ at: list[0].nameAt, message: own ? 'the headers that are set here' : 'the headers in force come from here' }]
      : [],
    fix: fixOf(title, 'safe', place.file, [addToList(place, 'proxy_set_header', lines)]),
  };
}

/** Every proxy_pass that sends a header line, wherever its file is included. */
const usersOf = ({ scope: { config }, statement, file }: Directive): readonly Directive[] =>
  asked(config, `users of the header line ${numberOf(statement)}`, (at) =>
    at
      .usesOf(statement, file.id)
      .flatMap((use) =>
        use.scope.all.filter((d) => d.name === 'proxy_pass' && d.scope.effective('proxy_set_header').directives.includes(use)),
      ),
  );
