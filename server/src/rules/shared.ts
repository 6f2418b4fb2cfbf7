/**
 * One cause, one finding: where the lines in force at several places come from one list in another file, what that list lacks is told once, at the list, with one fix for everyone who uses it. A rule reports each place and says what it shares; the engine joins
 * the reports, at the list where all who use it are among them, at the first of the places otherwise.
 */
import type { TextEdit } from '../base/edit.ts';
import { basename, type FileId } from '../base/file-id.ts';
import type { Place } from '../base/span.ts';
import { table } from '../base/table.ts';
import { asked, PerConfig } from '../config/asked.ts';
import type { Config } from '../config/config.ts';
import type { Directive } from '../config/directive.ts';
import type { Scope } from '../config/scope.ts';
import { statementAt } from '../syntax/place.ts';
import { type Fix, fixOf, insertAfter, insertBefore, isOfThePackage } from './fix.ts';
import type { Finding, Related } from './rule.ts';

/** The list that a place uses together with others. */
export interface Shared {
  /** its last line */
  readonly at: Place;
  /** how many places use it; 0 where there is no list, and what lacks one is joined at the first of its places */
  readonly users: number;
  /** what a place that uses it is told to be, as a related place */
  readonly said: string;
  /** what is done at the list, for all of them */
  readonly fixes: readonly Fix[];
  /** what the places have in common where each is told in words of its own */
  readonly cause?: string;
}

/** By the name of a list: what uses it, and how those are called and counted. */
const LISTS: Readonly<Record<string, { readonly user: string; readonly said: string; readonly one: string; readonly many: string }>> =
  table({
    proxy_set_header: { user: 'proxy_pass', said: 'these headers are sent here', one: 'location', many: 'locations' },
    grpc_set_header: { user: 'grpc_pass', said: 'these headers are sent here', one: 'location', many: 'locations' },
    uwsgi_param: { user: 'uwsgi_pass', said: 'these params are sent here', one: 'location', many: 'locations' },
    fastcgi_param: { user: 'fastcgi_pass', said: 'these params are sent here', one: 'location', many: 'locations' },
    scgi_param: { user: 'scgi_pass', said: 'these params are sent here', one: 'location', many: 'locations' },
    add_header: { user: 'server', said: 'these headers are sent here', one: 'server', many: 'servers' },
  });

/** What is added to a list that is shared: the title without the place, and the lines. */
export interface Added {
  readonly title: string;
  readonly safety: Fix['safety'];
  readonly lines: readonly string[];
  /** before the list, so that what it says still counts */
  readonly before?: boolean;
}

/**
 * The list of another file that is in force in a scope, where others may use it, too. Null where there is none, and where it is nginx's or a
 * package's own file, to which nobody adds.
 * @param home the file of the place that is reported @param list the directive of its lines @param added what is done there, the best first
 */
export function sharedList(scope: Scope, home: FileId, list: string, added: readonly Added[]): Shared | null {
  const kind = LISTS[list];
  const lines = scope.effective(list).directives;
  const last = lines.findLast((d) => d.file.id !== home);
  if (!kind || !last || isOfThePackage(last.file.id)) return null;
  const places = usersOf(scope.config, `${list} ${last.statement.start} ${last.file.id}`);
  const whom = `used by ${places.length} ${places.length === 1 ? kind.one : kind.many}`;
  return {
    at: last.at(),
    users: places.length,
    said: kind.said,
    fixes: added.map(({ title, safety, lines: put, before }) =>
      fixOf(`${title} in ${basename(last.file.id)}, ${whom}`, safety, last.file, [
        before
          ? insertBefore(last.file, lines.find((d) => d.file === last.file)!.statement, put)
          : insertAfter(last.file, last.statement, put),
      ]),
    ),
  };
}

/** Found once for a list, however many places lack a line of it. */
const users = new PerConfig((config, key: string): readonly string[] => {
  const [, list, start, id] = /^(\S+) (\d+) (.*)$/s.exec(key)!;
  const file = config.files.get(id as FileId);
  const statement = file && statementAt(file.body, Number(start));
  if (!statement) return [];
  const { user } = LISTS[list!]!;
  const found = config.usesOf(statement, file.id).flatMap((use): Directive[] => {
    const own = user === use.scope.context && use.scope.opener ? [use.scope.opener] : use.scope.all.filter((d) => d.name === user);
    return own.filter((d) => (d.body && user === d.name ? d.body : d.scope).effective(list!).directives.includes(use));
  });
  return [...new Set(found.map((d) => `${d.file.id} ${d.statement.start}`))];
});

/** Where a list is used, by the place of its last line: each place once, through however many includes it is reached. */
const usersOf = (config: Config, key: string): readonly string[] => asked(config, `users of the list ${key}`, (c) => users.of(c, key));

/** Places that a finding points at: more are counted, but not shown. */
const MOST_PLACES = 20;

const keyOf = ({ file, span }: Place): string => `${file} ${span.start}`;
const inOrder = (a: Finding, b: Finding): number =>
  a.at.file < b.at.file ? -1 : a.at.file > b.at.file ? 1 : a.at.span.start - b.at.span.start;

/** Joins findings with one cause. The others come as they are. */
export function joined(findings: readonly Finding[]): Finding[] {
  const groups = new Map<string, Finding[]>();
  const included = new Map<string, number>();
  const out: Finding[] = [];
  for (const finding of findings) {
    const { shared } = finding;
    if (!shared) {
      // a line has the same flaw wherever it is included, and for whichever request, though the words for it differ
      const key =
        finding.witness || finding.via[0]?.length
          ? `${finding.rule}\n${finding.messageId}\n${keyOf(finding.at)}\n${finding.at.span.end}`
          : null;
      const known = key === null ? undefined : included.get(key);
      if (known !== undefined && (finding.witness || !sameWay(out[known]!, finding)))
        out[known] = { ...out[known]!, via: [...out[known]!.via, ...finding.via] };
      else {
        if (key !== null && known === undefined) included.set(key, out.length);
        out.push(finding);
      }
      continue;
    }
    const [fix] = shared.fixes;
    const does =
      shared.cause !== undefined
        ? shared.cause
        : fix
          ? fix.edits.flatMap((e) => e.edits.map((t) => t.newText)).join('\n')
          : finding.message;
    // places without a list in common are joined where they weigh the same
    const weight = shared.users ? '' : finding.severity;
    const key = `${finding.rule}\n${finding.messageId}\n${keyOf(shared.at)}\n${does}\n${weight}`;
    const known = groups.get(key);
    if (known) known.push(finding);
    else groups.set(key, [finding]);
  }
  for (const group of groups.values()) out.push(oneOf(group.sort(inOrder)));
  return out;
}

/** Whether the second finding was reached through includes through which the first was, too: then there are two flaws. */
const sameWay = (first: Finding, second: Finding): boolean =>
  second.via.some((way) => first.via.some((w) => w.length === way.length && w.every((site, i) => site.statement === way[i]!.statement)));

function oneOf(group: readonly Finding[]): Finding {
  const { shared, ...first } = group[0]!;
  const { at, users, said, fixes } = shared!;
  const places = new Map(group.map((f) => [keyOf(f.at), f]));
  const all = places.size === users;
  if (!all && places.size === 1) return first;
  const rest = [...places.values()];
  const here = (f: Finding): Related => ({ at: f.at, message: said });
  const told = new Map<string, Related>();
  for (const related of group.flatMap((f) => f.related)) if (related.at.file !== at.file) told.set(keyOf(related.at), related);
  const joinedFinding: Finding = { ...first, via: group.flatMap((f) => f.via) };
  if (all) return { ...joinedFinding, at, related: [...rest.slice(0, MOST_PLACES).map(here), ...told.values()], fixes };
  const others = rest.slice(1, MOST_PLACES).map((f): Related => ({ at: f.at, message: 'the same here' }));
  return { ...joinedFinding, related: [...first.related, ...others], fixes: [...together(rest), ...rest.flatMap((f) => f.fixes[0] ?? [])] };
}

/** The first fixes of several findings as one; nothing where one of them has none. */
function together(findings: readonly Finding[]): Fix[] {
  const fixes = findings.flatMap((f) => f.fixes[0] ?? []);
  const [first] = fixes;
  if (!first || fixes.length !== findings.length) return [];
  const byFile = new Map<FileId, Map<number, readonly TextEdit[]>>();
  for (const { file, edits } of fixes.flatMap((fix) => fix.edits)) {
    let known = byFile.get(file);
    if (!known) byFile.set(file, (known = new Map()));
    for (const edit of edits) {
      const there = known.get(edit.span.start);
      if (!there) known.set(edit.span.start, [edit]);
      else if (!there.some((e) => e.span.end === edit.span.end && e.newText === edit.newText)) known.set(edit.span.start, [...there, edit]);
    }
  }
  return [
    {
      ...first,
      title: `${first.title}, at ${findings.length} places`,
      safety: fixes.every((fix) => fix.safety === 'safe') ? 'safe' : 'suggestion',
      edits: [...byFile].map(([file, edits]) => ({ file, edits: [...edits.values()].flat() })),
    },
  ];
}
