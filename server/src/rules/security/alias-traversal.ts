/** `location /img { alias /data/img/; }`: `/img../secret` reads /data/img/../secret (ngx_http_map_uri_to_path concatenates). */

import { textsOf } from '../../answers/what-is-passed.ts';
import { sendsFiles } from '../../answers/where-a-line-counts.ts';
import { entryOf } from '../../answers/who-may-enter.ts';
import { toBytes } from '../../base/bytes.ts';
import type { Directive } from '../../config/directive.ts';
import { isOpen, locationsOf, matchLocation, readLocation } from '../../config/locations.ts';
import type { Scope } from '../../config/scope.ts';
import { definitionOf, indexOf } from '../../trace/index.ts';
import { contentIn } from '../../trace/location-config.ts';
import { climbing } from '../../witness/regex-samples.ts';
import { rowsOf } from '../../witness/values.ts';
import { byHand, type Fix, fixOf, replace } from '../fix.ts';
import { defineRule } from '../rule.ts';

/** A path that a row of a map turns into a name that climbs, where the alias of a plain location has the map's answer; null where there is none. */
function climbingMap(alias: Directive, prefix: string): { readonly path: string; readonly row: Directive } | null {
  const { config } = alias.scope;
  const name = /^\/[^$]*\/\$\{?(\w+)\}?$/.exec(alias.value(0))?.[1];
  const defined = name === undefined ? undefined : definitionOf(indexOf(config), name);
  if (defined?.by !== 'map' || !/^\$\{?(?:document_)?uri\}?$/.test(defined.directive.value(0))) return null;
  for (const row of rowsOf(defined.directive)) {
    if (!row.key || typeof row.key === 'string' || !('matches' in row.key)) continue;
    const { matches, caseless = false } = row.key;
    const compiled = config.regexes.compile(matches, { caseless });
    const group = /^\$\{?(\w+)\}?$/.exec(row.value)?.[1];
    if (!compiled.ok || group === undefined) continue;
    const number = /^\d$/.test(group)
      ? Number(group)
      : compiled.regex.names.find((n) => n.name.toLowerCase() === group.toLowerCase())?.group;
    if (number === undefined) continue;
    for (const path of climbing(config.regexes, matches, caseless, number)) {
      const match = compiled.regex.match(path);
      const text = typeof match === 'object' ? match.captures[number] : undefined;
      if (text?.startsWith('../') && path.startsWith(prefix) && !/(^|\/)\.\.(\/|$)/.test(path)) return { path, row: row.directive };
    }
  }
  return null;
}

/**
 * A path that a rewrite turns into one with dots that climb, and the file that is read then; null where there is none, where something else
 * than nginx's own files answers, or where strangers do not get in.
 */
function climbingRewrite(rewrite: Directive): { path: string; file: string } | null {
  const { scope } = rewrite;
  const server = scope.enclosing('server');
  const [, target = '', flag = ''] = rewrite.values;
  if (!server || scope.context.startsWith('if') || !/^(|last|break)$/.test(flag)) return null;
  const group = /^(\/[^$?]*\/|\/)\$([1-9])$/.exec(target);
  if (!group) return null;
  const compiled = scope.config.regexes.compile(rewrite.value(0), { caseless: false });
  if (!compiled.ok) return null;
  for (const path of climbing(scope.config.regexes, rewrite.value(0), false, Number(group[2]))) {
    const match = compiled.regex.match(path);
    const text = typeof match === 'object' ? match.captures[Number(group[2])] : undefined;
    if (!text?.startsWith('../') || /(^|\/)\.\.(\/|$)/.test(path)) continue;
    const begun = matchLocation(server, toBytes(path));
    // the rewrite of a location runs for what comes there
    if (scope.context === 'location' && begun.location?.scope !== scope) continue;
    const climbed = `${group[1]}${text}`;
    const end = flag === 'break' ? begun : matchLocation(server, toBytes(climbed));
    if (isOpen(end.how) || end.how === 'slash-redirect') continue;
    const at = end.location?.scope ?? server;
    const root = at.value('root');
    if (!root || root.name === 'alias' || root.value(0).includes('$') || !isSent(at, flag === 'break' && at === scope)) continue;
    return { path, file: `${root.value(0).replace(/\/$/, '')}${climbed}` };
  }
  return null;
}

/** Whether strangers are sent files of the block; `rewritten`: by a rewrite of its own with break, after which nothing of its program runs. */
const isSent = (at: Scope, rewritten: boolean): boolean =>
  entryOf(at) !== 'nobody' && entryOf(at) !== 'some' && !at.has('try_files') && (rewritten ? contentIn(at) === null : sendsFiles(at));

/** A slash at the end of the name: whoever asks for the name alone is in another location then, which is left to a person where pages are. */
function slashed(opener: Directive, name: string, end: number, scope: Scope): Fix {
  const fix = fixOf('End the location with a slash', 'suggestion', opener.file, [replace({ start: end, end }, '/')]);
  const pages = ['try_files', 'index', 'autoindex'].some((line) => scope.has(line));
  return pages ? byHand(fix, `people who ask for "${name}" without the slash would get something else`) : fix;
}

export default defineRule({
  id: 'alias-traversal',
  group: 'security',
  severity: 'error',
  since: '0.1',
  equivalents: ['gixy:alias_traversal'],
  title: 'Path traversal through alias',
  why: `
nginx appends what follows the location's name to the alias. With \`location /img\` and \`alias /data/img/\`, a request for \`/img../secret\`
leaves \`../secret\` after the name, so the file is \`/data/img/../secret\`: everything beside the aliased folder can be read.

A slash at the end of the location's name prevents this: \`/img../\` no longer begins with it.

The same happens with a regex location whose capture may begin with two dots directly after a slash of the alias, and with a \`rewrite\` that appends what it captured to a slash: nginx resolves the dots of a request once, before the rewrite produces new ones.`,
  about: ['alias', 'location', 'rewrite'],
  looksAt: { directive: ['alias', 'rewrite'] },
  needs: 'file',
  ofShape: true,
  fixable: 'sometimes',
  fixChanges: ['answer', 'response-headers', 'request-headers', 'request-line', 'limits', 'cache', 'timing'],
  messages: {
    rewritten:
      'The capture can be "../x", and nginx does not resolve dots again: {path} reads {file}. Make the capture begin with a character other than a dot.',
    climbs: '{prefix}../ reaches files outside {dir}. Add a trailing slash to the location.',
    siblings: '{prefix} is also the beginning of names beside {dir}: {prefix}-old reads {dir}-old. End both with a slash.',
    captured:
      'The capture can be "..", so a request reaches files outside {dir}. Make the capture begin with a character other than a dot.',
  },
  check({ directive, scope, config, report }) {
    const opener = scope.enclosing('location')?.opener;
    if (directive.name === 'rewrite') {
      const found = climbingRewrite(directive);
      if (found) report('rewritten', { at: directive.at(directive.args[0]!), data: found });
      return;
    }
    const location = opener ? readLocation(opener) : null;
    if (!opener || !location || entryOf(scope) === 'nobody') return;
    // the application alone leads there, and says where
    for (let at = scope.enclosing('location'); at; at = at.parent?.enclosing('location') ?? null) if (at.has('internal')) return;
    const written = directive.value(0);
    const ends = textsOf(scope, written) ?? [written];
    // of a value that a variable carries the one that ends in a slash is the danger
    const dir = ends.find((text) => text.endsWith('/')) ?? (ends.length === 1 ? ends[0]! : written);
    if (location.modifier === '' || location.modifier === '^~') {
      const mapped = climbingMap(directive, location.name);
      if (mapped)
        return report('captured', {
          at: opener.at(opener.args.at(-1)!),
          data: { dir: written },
          related: [{ at: mapped.row.nameAt, message: `takes ${mapped.path}` }],
        });
      if (location.name.endsWith('/') || !location.name.startsWith('/')) return;
      const word = opener.args.at(-1)!;
      if (!dir.endsWith('/')) {
        // a dot in the last name means one file
        if (!/^\/[^$]*$/.test(dir) || /\.[^/]*$/.test(dir)) return;
        report('siblings', {
          at: opener.at(word),
          severity: 'info',
          data: { prefix: location.name, dir },
          related: [{ at: directive.at(directive.args[0]!), message: 'the aliased directory' }],
        });
        return;
      }
      report('climbs', {
        at: opener.at(word),
        data: { prefix: location.name, dir },
        related: [{ at: directive.at(directive.args[0]!), message: 'the aliased directory' }],
        fix:
          // inner names hang from this one; a request for the bare name has another answer then
          word.quote === '' &&
          !locationsOf(opener.scope).all.some((l) => l.name === `${location.name}/`) &&
          !locationsOf(scope).all.some((l) => l.kind !== 'regex' && !l.name.startsWith(`${location.name}/`))
            ? slashed(opener, location.name, word.end, scope)
            : null,
      });
      return;
    }
    if (location.modifier !== '~' && location.modifier !== '~*') return;
    const compiled = config.regexes.compile(location.name, { caseless: location.modifier === '~*' });
    if (!compiled.ok) return;
    const groups = [...dir.matchAll(/\/\$(?:\{(\w+)\}|(\w+))(?=$|\/)/g)].flatMap((capture) => {
      const name = capture[1] ?? capture[2]!;
      return (/^\d$/.test(name) ? Number(name) : compiled.regex.names.find((n) => n.name === name)?.group) ?? [];
    });
    for (const group of groups)
      for (const witness of climbing(config.regexes, location.name, location.modifier === '~*', group)) {
        const match = compiled.regex.match(witness);
        const text = typeof match === 'object' ? match.captures[group] : undefined;
        // a path with "/../" is resolved before the search (ngx_http_parse_complex_uri), so only dots that do not stand alone arrive here
        if ((text === '..' || text?.startsWith('../')) && !/(^|\/)\.\.(\/|$)/.test(witness)) {
          report('captured', {
            at: opener.at(opener.args.at(-1)!),
            data: { dir },
            related: [{ at: directive.at(directive.args[0]!), message: 'the aliased directory' }],
          });
          return;
        }
      }
  },
  examples: [
    {
      inside: 'server',
      bad: `location /img { alias /data/img/; }
#        ^^^^ climbs`,
      good: `location /img/ { alias /data/img/; }`,
    },
    {
      inside: 'server',
      bad: `location ^~ /files { alias /srv/files/; }
#           ^^^^^^ climbs`,
      good: `location ^~ /files/ { alias /srv/files/; }`,
    },
    {
      inside: 'server',
      bad: `location ~ ^/site(.*) { alias /srv/$1; }
#          ^^^^^^^^^^ captured`,
      good: `location ~ ^/site/(.*) { alias /srv/$1; }`,
      fixed: false,
    },
    {
      inside: 'server',
      bad: `location ~ ^/img/?(.*)$ { alias /srv/img/$1; }
#          ^^^^^^^^^^^^ captured`,
      good: 'location ~ ^/img/(.*)$ { alias /srv/img/$1; }',
      fixed: false,
    },
    {
      inside: 'server',
      bad: `root /srv/site;
location /pictures {
    rewrite ^/pictures(.*)$ /img/$1 break;
#           ^^^^^^^^^^^^^^^ rewritten
}`,
      good: `root /srv/site;
location /pictures {
    rewrite ^/pictures/(.*)$ /img/$1 break;
}`,
    },
    // nothing lies behind a name that ends in dots
    { inside: 'server', good: 'location ~ ^/img(.*)$ { alias /srv/img$1; }' },
    { inside: 'server', good: 'location = /favicon.ico { alias /srv/favicon.ico; }' },
    {
      inside: 'server',
      bad: `location /img { alias /data/img; }
#        ^^^^ siblings`,
      good: 'location /img/ { alias /data/img/; }',
    },
    { inside: 'server', good: 'location /icon.png { alias /data/img/icon.png; }' },
  ],
});
