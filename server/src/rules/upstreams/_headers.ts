/** The request headers in force: a level's first own line hides all outer ones. */
import { basename, type FileId } from '../../base/file-id.ts';
import type { Place } from '../../base/span.ts';
import { asked, PerConfig } from '../../config/asked.ts';
import type { Config } from '../../config/config.ts';
import type { Directive } from '../../config/directive.ts';
import type { Scope } from '../../config/scope.ts';
import { statementAt } from '../../syntax/place.ts';
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

/** Places that a finding points at: more are counted, but not shown. */
const MOST_PLACES = 20;

/** What all that use one list of headers have in common. */
interface Shared {
  /** what each of them lacks */
  readonly lacked: ReadonlySet<string>;
  readonly related: readonly Related[];
  readonly count: number;
}

/** What a rule finds missing at a proxy_pass, and so at every proxy_pass that sends the headers of one included file. */
export class Lacks {
  private readonly shared: PerConfig<Shared, string>;

  /** @param at what is missing at a proxy_pass */
  constructor(readonly at: (pass: Directive) => readonly string[]) {
    this.shared = new PerConfig((config, key) => this.ofUsers(usersOf(config, key)));
  }

  /** By the last line of their list. */
  ofAll({ scope, file, statement }: Directive): Shared {
    return this.shared.of(scope.config, `${statement.start} ${file.id}`);
  }

  private ofUsers(users: readonly Directive[]): Shared {
    const [first, ...rest] = users;
    const lacked = new Set(first ? this.at(first) : []);
    for (const user of rest) {
      if (!lacked.size) break;
      const own = this.at(user);
      for (const name of lacked) if (!own.includes(name)) lacked.delete(name);
    }
    const places = new Map(users.map((d) => [`${d.file.id} ${d.statement.start}`, d]));
    const shown = [...places.values()]
      .sort((a, b) => (a.file.id < b.file.id ? -1 : a.file.id > b.file.id ? 1 : a.statement.start - b.statement.start))
      .slice(0, MOST_PLACES);
    return { lacked, related: shown.map((d) => ({ at: d.at(), message: 'these headers are sent here' })), count: places.size };
  }
}

/**
 * The cause of a header that is missing at a proxy_pass: the included file that brings its whole list, where everybody who uses that list lacks
 * the header as well, so that one line there fixes all of them; the proxy_pass itself otherwise.
 * @param lines the `proxy_set_header` lines to add @param wanted what is missing, as `lacks` tells it
 */
export function lackOf(directive: Directive, title: string, lines: readonly string[], wanted: readonly string[], lacks: Lacks): Lack {
  const { scope } = directive;
  const list = scope.effective('proxy_set_header').directives;
  const last = list.at(-1);
  const shared =
    last && last.file.id !== directive.file.id && !isOfThePackage(last.file.id) && list.every((d) => d.file.id === last.file.id)
      ? lacks.ofAll(last)
      : null;
  if (last && shared?.count && wanted.every((name) => shared.lacked.has(name))) {
    const { count, related } = shared;
    return {
      at: last.at(),
      related,
      fix: fixOf(`${title} in ${basename(last.file.id)}, used by ${count} ${count === 1 ? 'location' : 'locations'}`, 'safe', last.file, [
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

/** Every proxy_pass that sends a header line, wherever its file is included; the line by its place. */
const usersOf = (config: Config, key: string): readonly Directive[] =>
  asked(config, `users of the header line ${key}`, (at) => {
    const [, start, id] = /^(\d+) (.*)$/s.exec(key)!;
    const file = at.files.get(id as FileId);
    const statement = file && statementAt(file.body, Number(start));
    if (!statement) return [];
    return at
      .usesOf(statement, file.id)
      .flatMap((use) =>
        use.scope.all.filter((d) => d.name === 'proxy_pass' && d.scope.effective('proxy_set_header').directives.includes(use)),
      );
  });
