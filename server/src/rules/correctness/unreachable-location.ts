/** Locations that no path reaches because others take all of theirs: shown by running such paths through nginx's own order of matching. */
import { restrictionsOf, speaksOfAccess } from '../../answers/who-may-enter.ts';
import { toBytes } from '../../base/bytes.ts';
import { isOpen, type Location, locationOf, locationsOf, matchLocation } from '../../config/locations.ts';
import type { Scope } from '../../config/scope.ts';
import { PASS_DIRECTIVES } from '../../config/upstreams.ts';
import { answersAtOnce } from '../../witness/access.ts';
import { isPath, matchingRoot, pathsFor } from '../../witness/paths.ts';
import { fixOf, replace } from '../fix.ts';
import { defineRule } from '../rule.ts';
import { mayLoseTheSlash } from './_slash.ts';

/** The location has access rules of its own, and the one that takes its paths passes them on to a program without any. */
const keepsFrom = ({ scope }: Location, { scope: other }: Location): boolean =>
  restrictionsOf(scope).some((d) => d.scope === scope) &&
  !answersAtOnce(scope) &&
  !answersAtOnce(other) &&
  !speaksOfAccess(other) &&
  PASS_DIRECTIVES.some((p) => other.has(p));

/** The lines of a location, each as it counts, in no order. */
const linesOf = ({ scope }: Location): string =>
  scope.directives
    .map((d) => `${d.name} ${d.values.join(' ')}${d.body ? ' {' : ''}`)
    .sort()
    .join('\n');

/** Whoever takes the paths does with them what is written here: nothing is lost. What a pattern caught is another text in each. */
const doesTheSame = (location: Location, winner: Location): boolean => {
  const lines = linesOf(location);
  return lines === linesOf(winner) && !/\{|\$\d/.test(lines);
};

/** Whoever takes the paths turns them away as well: nothing is lost. */
const turnsAway = ({ scope }: Location): boolean => scope.named('deny').some((d) => d.value(0) === 'all') && !scope.has('allow');

const LETTERS = [...'abcdefghijklmnopqrstuvwxyz0123456789-_.~ABZ/'];

/**
 * A path of the location that the others do not take: the samples with one character changed, or a part replaced by what the patterns of the
 * others name. Looked for only before something is said.
 */
function escapes(location: Location, winners: readonly Location[], paths: readonly string[], root: Scope): boolean {
  const { regex } = location;
  if (!regex) return false;
  const words = [...new Set(winners.flatMap((w) => [...w.name.matchAll(/[\w-]{2,}/g)].map((m) => m[0])))].slice(0, 6);
  const reaches = (path: string): boolean =>
    typeof regex.match(path) === 'object' &&
    !winners.some((w) => typeof w.regex?.match(path) === 'object') &&
    matchLocation(root, toBytes(path)).path.includes(location);
  for (const path of paths.slice(0, 8)) {
    if (path.length > 40) continue;
    const segments = path.split('/');
    for (const word of words)
      for (let i = 1; i < segments.length; i++)
        if ([word, `.${word}`].some((part) => reaches([...segments.slice(0, i), part, ...segments.slice(i + 1)].join('/')))) return true;
    for (let i = 1; i < path.length; i++)
      for (const c of LETTERS) if (c !== path[i] && reaches(path.slice(0, i) + c + path.slice(i + 1))) return true;
  }
  return false;
}

/** Paths of all kinds, for a location that asks no path. */
const ANYWHERE = ['/', '/a', '/a/', '/a/b', '/index.html', '/x.php', '/a/b.css', '/api/v1/users/7', '/.well-known/x', '/A.JS', '/a-b_c~d'];

/** Whether a pattern takes whatever path there is: all others lose theirs to it for one cause, which is told at the first of them. */
const isToldBefore = (location: Location, winner: Location, root: Scope): boolean =>
  location.kind === 'prefix' &&
  ANYWHERE.every((path) => typeof winner.regex?.match(path) === 'object') &&
  locationsOf(root).all.find((l) => l.kind === 'prefix' && !l.noRegex && !l.parent) !== location;

/** Who takes what a location that asks a variable would take while the variable is true: the same question above, or all paths there are. */
function beforePredicate(location: Location, root: Scope): { readonly winner: Location; readonly path: string | null } | null {
  const { parent, name } = location;
  const again = locationsOf(parent?.scope ?? root).predicates.find((p) => p.name.toLowerCase() === name.toLowerCase());
  if (again && again !== location) return { winner: again, path: null };
  if (parent?.kind === 'predicate') return null;
  let taken: { winner: Location; path: string } | null = null;
  for (const path of parent ? pathsFor(parent, 12) : ANYWHERE) {
    const match = matchLocation(root, toBytes(path), (p) => (p === location ? 'true' : 'false'));
    if (parent && !match.path.includes(parent)) continue;
    if (!match.location || isOpen(match.how) || match.how === 'slash-redirect' || match.path.includes(location)) return null;
    taken ??= { winner: match.location, path };
  }
  return taken;
}

/**
 * The text that a pattern wants at the beginning of a path, where that can be read off it; null where it begins with anything, or several ways are
 * open to it.
 */
function beginningOf({ name, regex }: Location): string | null {
  if (!regex || !name.startsWith('^/') || name.includes('|')) return null;
  const literal = /^(?:[\w/~ -]|\\[.\-/_])*/.exec(name.slice(1))![0];
  // the last letter may be optional or come again
  const next = name[1 + literal.length];
  const certain = next !== undefined && '?*+{'.includes(next) ? literal.replace(/\\?.$/, '') : literal;
  return certain.replaceAll('\\', '');
}

/** Whether no path of the location around can begin as the pattern wants. */
function beginsElsewhere(location: Location): boolean {
  const { parent } = location;
  const start = beginningOf(location)?.toLowerCase();
  if (start === undefined || start.length < 2 || !parent || (parent.kind !== 'prefix' && parent.kind !== 'exact')) return false;
  const outer = parent.name.toLowerCase();
  return !start.startsWith(outer) && !outer.startsWith(start);
}

export default defineRule({
  id: 'unreachable-location',
  group: 'correctness',
  severity: 'warning',
  since: '0.1',
  equivalents: ['nginx-lint:unreachable-location'],
  title: 'Location that receives no requests',
  why: `
nginx looks for an exact name first, then for the longest prefix; unless that has \`^~\`, the regular expressions follow in the order of the file and the first that matches wins over any prefix. A general pattern above a special one, or a \`^~\` prefix over both, leaves nothing for the other.

Inside a regular expression nginx looks for further regular expressions only. An exact name or a prefix there is accepted when it begins with the text of the pattern, and never chosen, whatever it allows or forbids.

A name without a slash at its beginning, \`location = 50x.html\` or \`location static/\`, is reached by nobody: the path of every request begins with one.

The rule generates many different paths that match the location and sends each through the same search. It reports only when other locations take every one of them, and names a path and the location that takes it.`,
  about: ['location'],
  references: ['https://nginx.org/en/docs/http/ngx_http_core_module.html#location'],
  looksAt: { directive: ['location'] },
  needs: 'file',
  ofShape: true,
  fixable: 'sometimes',
  messages: {
    buried:
      'No request arrives here: inside a regular expression nginx looks for patterns only. Put this one beside "location {outer}", with = or ^~.',
    elsewhere:
      'No request arrives here: the pattern is compared with the whole path, which begins with {outer} in this location, and not with {start}. Write the whole path, or put this one beside the other.',
    slashless: 'No request arrives here: every path begins with a slash, and {name} does not. Write "/{name}".',
    again: 'No request arrives here: "location {winner}" above asks the same variable. Put both into one.',
    outranked:
      'No request arrives here: {path} and all other paths go to "location {winner}", which is chosen before a variable is asked. Put this one inside it.',
    taken:
      'No path arrives here: {path} and all others like it go to "location {winner}". Put this one first, or make it an exact or ^~ location.',
    prefixed:
      'No path arrives here: {path} and all others like it go to "location {winner}", whose ^~ forbids patterns. Put this one inside it.',
  },
  check({ directive, scope, report }) {
    const location = directive.body && locationOf(directive.body);
    if (!location || location.kind === 'named') return;
    if (location.buried) {
      const outer = location.parent!;
      // one that nginx refuses there is another rule's; what lies in a buried one is said of that one
      if (outer.buried || (outer.kind === 'regex' && !location.bytes.startsWith(outer.bytes))) return;
      const word = directive.args.at(-1)!;
      if (word.templated || outer.directive.args.some((a) => a.templated)) return;
      report('buried', {
        at: directive.at(word),
        data: { outer: outer.directive.values.join(' ') },
        related: [{ at: outer.directive.at(outer.directive.args.at(-1)!), message: 'takes the requests' }],
        tag: 'unnecessary',
      });
      return;
    }
    if ((location.kind === 'exact' || location.kind === 'prefix') && /^[\w.-]/.test(location.name)) {
      const word = directive.args.at(-1)!;
      // a name inside another location has to begin as that one does
      if (word.templated || location.parent || directive.body!.has('internal') || mayLoseTheSlash(matchingRoot(scope))) return;
      const { all } = locationsOf(scope);
      const taken = all.some((l) => l.name === `/${location.name}` && (l.kind === 'exact') === (location.kind === 'exact'));
      report('slashless', {
        at: directive.at(word),
        data: { name: location.name },
        fix:
          taken || word.value !== location.name
            ? null
            : fixOf(`Write "/${location.name}"`, 'suggestion', directive.file, [replace(word, `/${word.raw}`)]),
      });
      return;
    }
    if (location.kind === 'exact') return;
    if (location.kind === 'regex' && !location.regex) return;
    if (location.kind === 'regex' && beginsElsewhere(location)) {
      const word = directive.args.at(-1)!;
      const outer = location.parent!;
      if (word.templated || outer.directive.args.some((a) => a.templated)) return;
      report('elsewhere', {
        at: directive.at(word),
        data: { start: beginningOf(location)!, outer: outer.name },
        related: [{ at: outer.directive.at(outer.directive.args.at(-1)!), message: 'the location around' }],
        tag: 'unnecessary',
      });
      return;
    }
    const root = matchingRoot(scope);
    if (root.context !== 'server' && scope.config.whole) return;
    if (location.kind === 'predicate') {
      const before = beforePredicate(location, root);
      if (before)
        report(before.path === null ? 'again' : 'outranked', {
          at: directive.at(directive.args[0]!),
          data: { path: before.path ?? '', winner: before.winner.directive.values.join(' ') },
          related: [{ at: before.winner.directive.at(before.winner.directive.args.at(-1)!), message: 'takes the requests' }],
          tag: 'unnecessary',
        });
      return;
    }
    // nearly every location is reached by the first path that comes to mind
    const reaches = (path: string): boolean => matchLocation(root, toBytes(path)).path.includes(location);
    if (location.kind === 'prefix' ? isPath(location.name) && reaches(location.name) : pathsFor(location, 1).some(reaches)) return;
    if (pathsFor(location, 3).some(reaches)) return;
    const paths = [...pathsFor(location)];
    // a pattern that is a beginning takes whatever follows
    if (location.kind === 'regex' && !location.name.endsWith('$'))
      for (const path of paths.slice(0, 3))
        for (const more of ['x', 'index.html', 'a/b', 'a.php', 'v1/users/7', 'A', '-', '~x', '.well-known/x', 'a.css'])
          if (!paths.includes(path + more) && typeof location.regex?.match(path + more) === 'object') paths.push(path + more);
    if (paths.length < (/^\^[\w/.\\-]*\$$/.test(location.name) ? 1 : 4)) return;
    const winners = new Map<Location, string>();
    let tried = 0;
    for (const path of paths) {
      const match = matchLocation(root, toBytes(path));
      // what does not get into the location around says nothing about this one
      if (location.parent && !match.path.includes(location.parent)) continue;
      tried++;
      if (!match.location || isOpen(match.how) || match.how === 'slash-redirect' || match.path.includes(location)) return;
      if (!winners.has(match.location)) winners.set(match.location, path);
    }
    // several takers together are believed only after many paths
    // what a template writes into its pattern decides
    if ([...winners.keys()].some((w) => w.directive.args.some((a) => a.templated))) return;
    if (!winners.size || (location.parent && tried < 4) || (winners.size > 1 && (winners.size > 3 || tried < 12))) return;
    if (escapes(location, [...winners.keys()], paths, root)) return;
    const [winner, path] = [...winners][0]!;
    // two of the same name are another rule's
    if (winner.directive.values.join(' ') === directive.values.join(' ') && winner.kind !== 'regex') return;
    // access rules that another pattern gets past are the business of access-list-outranked
    if (location.kind === 'regex' && winner.kind === 'regex' && keepsFrom(location, winner)) return;
    const word = directive.args.at(-1)!;
    report(location.kind === 'regex' && winner.noRegex ? 'prefixed' : 'taken', {
      at: directive.at(word),
      data: { path, winner: winner.directive.values.join(' ') },
      ...(((turnsAway(location) && [...winners.keys()].every(turnsAway)) ||
        doesTheSame(location, winner) ||
        isToldBefore(location, winner, root)) && {
        severity: 'info' as const,
      }),
      // one pattern above several places is one cause
      ...(winners.size === 1 && { shared: { at: winner.directive.nameAt, users: 0, said: '', fixes: [], cause: 'taken' } }),
      related: [...winners.keys()].map((w) => ({ at: w.directive.at(w.directive.args.at(-1)!), message: 'takes the requests' })),
      tag: 'unnecessary',
    });
  },
  examples: [
    {
      inside: 'server',
      settings: { nginx: '1.31.9' },
      notOn122: 'locations by a variable came with 1.31.5',
      bad: `location $arg_beta { return 200; }
location / { return 204; }
location $arg_beta { return 201; }
#        ^^^^^^^^^ again`,
      good: `location $arg_beta { return 200; }
location / { return 204; }`,
    },
    {
      inside: 'server',
      settings: { nginx: '1.31.9' },
      notOn122: 'locations by a variable came with 1.31.5',
      bad: `location $arg_beta { return 200; }
#        ^^^^^^^^^ outranked
location ^~ / { return 204; }`,
      good: `location $arg_beta { return 200; }
location / { return 204; }`,
    },
    {
      inside: 'server',
      bad: `location ~ \\.php$ { return 204; }
location ~ ^/admin/.*\\.php$ { return 403; }
#          ^^^^^^^^^^^^^^^^ taken`,
      good: `location ~ ^/admin/.*\\.php$ { return 403; }
location ~ \\.php$ { return 204; }`,
    },
    {
      inside: 'server',
      bad: `location ^~ /static/ { return 204; }
location ~ ^/static/.*\\.js$ { return 403; }
#          ^^^^^^^^^^^^^^^^ prefixed`,
      good: `location ^~ /static/ {
    location ~ \\.js$ { return 403; }
    return 204;
}`,
    },
    {
      inside: 'server',
      bad: `location /app/ { return 204; }
#        ^^^^^ taken
location ~ ^/a { return 403; }`,
      good: `location ^~ /app/ { return 204; }
location ~ ^/a { return 403; }`,
    },
    {
      inside: 'server',
      bad: `location ~ /shop {
    location /shop/keys { deny all; }
#            ^^^^^^^^^^ buried
    location = /shop { return 204; }
#              ^^^^^ buried
    return 200;
}`,
      good: `location ^~ /shop/keys { deny all; }
location = /shop { return 204; }
location ~ /shop {
    location ~ /shop/\\d { return 201; }
    return 200;
}`,
    },
    {
      inside: 'server',
      bad: `location / { return 204; }
location = status { return 200 up; }
#          ^^^^^^ slashless`,
      good: `location / { return 204; }
location = /status { return 200 up; }`,
    },
    {
      inside: 'server',
      good: `root /srv/www;
location / { try_files $uri start.html; }
location = start.html { return 200 start; }`,
    },
    {
      inside: 'server',
      good: 'location / { return 204; }\nlocation ~* \\.(png|jpg)$ { return 204; }\nlocation /x/ { return 204; }',
    },
    {
      inside: 'server',
      good: `location / {
    location ~ ^/uploads/ {
        location ~* \\.(svg)$ { return 403; }
        return 204;
    }
    return 204;
}`,
    },
    { inside: 'server', good: 'location ~ \\.png$ { return 204; }\nlocation ~* \\.png$ { return 204; }' },
    {
      inside: 'server',
      bad: `location /company {
    location ~ ^/reports/ { proxy_pass http://127.0.0.1:8000; }
#              ^^^^^^^^^^ elsewhere
    return 404;
}`,
      good: `location /company {
    location ~ ^/company/reports/ { proxy_pass http://127.0.0.1:8000; }
    return 404;
}`,
    },
  ],
});
