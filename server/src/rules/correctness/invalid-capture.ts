/** `$1` to `$9` where no regular expression that applies has so many groups: the value is always empty. */

import { hasUnknownInclude } from '../../answers/who-may-enter.ts';
import { argumentOf } from '../../catalog/arguments.ts';
import type { Directive } from '../../config/directive.ts';
import { locationOf } from '../../config/locations.ts';
import { namesOf, regexesOf } from '../../config/names.ts';
import type { Scope } from '../../config/scope.ts';
import { variablesIn } from '../../syntax/variable.ts';
import { variablesIn as names } from '../../trace/script.ts';
import { defineRule } from '../rule.ts';

/** Directives whose own pattern brings the groups of their own replacement. */
const OWN = new Set([
  'rewrite',
  'proxy_redirect',
  'uwsgi_redirect',
  'proxy_cookie_domain',
  'proxy_cookie_path',
  'subs_filter',
  'fastcgi_split_path_info',
]);

const PLACES = new Set(['server', 'location', 'if-in-server', 'if-in-location', 'limit_except']);

const groupsOf = (d: Directive): number =>
  Math.max(
    -1,
    ...regexesOf(d).map(({ pattern, caseless }) => {
      const compiled = d.scope.config.regexes.compile(pattern, { caseless });
      return compiled.ok ? compiled.regex.groups : 9;
    }),
  );

/** Directives of the rewrite module: they see the groups as they are when their turn comes, everything else those at the end. */
const SCRIPT = new Set(['set', 'if', 'rewrite', 'return', 'break']);

/** The most groups of a pattern in a map that a line's variables lead through: it replaces the request's groups when it matches. */
const groupsOfMaps = (d: Directive): number =>
  Math.max(
    -1,
    ...names(d.values.join(' ')).flatMap((name) =>
      namesOf(d.scope.config)
        .definitions('variable', name, 'http')
        .flatMap((s) => (s.directive.name === 'map' ? (s.directive.body?.directives ?? []).map(groupsOf) : [])),
    ),
  );

interface Reach {
  /** groups that may be there; -1: no pattern has been tried at all */
  readonly groups: number;
  /** the pattern whose trial took the groups away that were there before */
  readonly by: Directive | null;
}

/**
 * The groups that may be there when a directive's turn comes, along the program of its level (ngx_http_script_regex_start_code): every
 * pattern that is tried replaces them, one that does not fit leaves none, and the block of an `if` is entered right behind its own.
 */
function groupsAt(directive: Directive): Reach {
  const inside: Directive[] = [];
  let level: Scope = directive.scope;
  for (
    ;
    level.opener && (level.context === 'if-in-location' || level.context === 'if-in-server' || level.context === 'limit_except');
    level = level.parent!
  )
    inside.unshift(level.opener);
  let groups = -1;
  for (let scope: Scope | null = level; scope; scope = scope.parent) {
    if (scope.opener && PLACES.has(scope.context)) groups = Math.max(groups, groupsOf(scope.opener));
    const before = scope === level ? ['server_name'] : ['if', 'rewrite', 'server_name'];
    for (const name of before)
      for (const d of scope.named(name)) if (!(d.name === 'if' && d.values.includes('!~'))) groups = Math.max(groups, groupsOf(d));
  }
  let by: Directive | null = null;
  let ends = -1;
  const run = (scope: Scope, way: readonly Directive[]): 'here' | 'on' => {
    for (const d of scope.directives) {
      if (d === directive && SCRIPT.has(d.name)) return 'here';
      groups = Math.max(groups, groupsOfMaps(d));
      if (d.name === 'rewrite') {
        const own = groupsOf(d);
        if (d.value(2) === 'break') ends = Math.max(ends, own);
        if (own < groups) by = d;
        groups = own;
      }
      if (d.name !== 'if' || !d.body) continue;
      const own = groupsOf(d);
      const enters = way[0] === d;
      if (own >= 0) {
        if (own < groups) by = d;
        groups = enters && d.values.some((v) => /^!~/.test(v)) ? 0 : own;
      }
      const before = { groups, by };
      if (enters) {
        const end = run(d.body, way.slice(1));
        if (end === 'here' || !SCRIPT.has(directive.name)) return 'here';
      } else {
        run(d.body, []);
        groups = Math.max(before.groups, groups);
        by = groups > before.groups ? null : before.by;
      }
    }
    return 'on';
  };
  run(level, inside);
  return { groups: Math.max(groups, ends), by };
}

/**
 * The `if` that puts groups of its own in the place of those of the location around, before the line's turn comes: whoever wrote the location's
 * pattern means the path.
 */
function replacedBy(directive: Directive, number: number): Directive | null {
  const { scope } = directive;
  const location = locationOf(scope);
  // inside of an if its own groups are meant
  if (location?.kind !== 'regex' || scope !== location.scope || groupsOf(location.directive) < number) return null;
  const all = scope.directives;
  const before = SCRIPT.has(directive.name) ? all.slice(0, all.indexOf(directive)) : all;
  const test = before.findLast((d) => (d.name === 'if' || d.name === 'rewrite') && groupsOf(d) >= 0);
  if (test?.name !== 'if' || groupsOf(test) < number) return null;
  const subject = test.values.slice(0, 2).join(' ');
  return /\$(uri|document_uri|request_uri|request_filename)\b/.test(subject) ? null : test;
}

export default defineRule({
  id: 'invalid-capture',
  group: 'correctness',
  severity: 'warning',
  since: '0.1',
  equivalents: ['gixy:invalid_regex'],
  title: 'Capture that no regular expression has',
  why: `
\`$1\` to \`$9\` are the groups of the regular expression that matched last: that of the rewrite itself, of the \`if\` or of the location around, of the server's name. With fewer groups the variable is empty, nginx says nothing, and the redirect or path lacks its end.

Every pattern that is tried afterwards replaces the groups, those of \`if\`, \`rewrite\` and \`map\` included, and one that does not fit leaves none at all. A named group (\`(?<name>…)\`) stays.

\`(?i)\` and \`(?:…)\` do not capture.`,
  about: ['rewrite', 'if', 'location', 'map'],
  looksAt: { directive: '*', where: ({ values }) => values.some((v) => /\$\{?[1-9]/.test(v)) },
  needs: 'file',
  covers: ['capture-overwritten'],
  messages: {
    fewer: '${number} is always empty: the pattern has {groups}. Put parentheses around what is meant.',
    wiped:
      '${number} is empty here: a pattern that is tried in between clears the captured groups, whether it matches or not. Use a named group.',
    replaced:
      '${number} is not a part of the path here: the pattern that {subject} is tested against in between replaces the captured groups. Use a named group.',
    none: '${number} is always empty: no regular expression is matched before it. Use a named variable, or a location with a pattern.',
  },
  check({ directive, scope, config, report }) {
    const { name } = directive;
    const entry = scope.context === 'map' || scope.context === 'stream-map';
    if (!entry && !PLACES.has(scope.context)) return;
    if (directive.body || directive.statement.rawBody || (!entry && directive.fact?.variables === false)) return;
    const own = regexesOf(directive);
    const inPattern = (word: object): boolean => own.some((r) => r.word === word);
    for (const [i, word] of directive.args.entries()) {
      if (!/\$\{?[1-9]/.test(word.value) || inPattern(word) || word.templated) continue;
      // the text of a program has dollars of its own
      if (directive.fact && argumentOf(directive.fact, i, directive.args.length)?.kind === 'lua') continue;
      for (const use of variablesIn(word).uses) {
        if (!use.capture) continue;
        const number = Number(use.name);
        let groups: number;
        let by: Directive | null = null;
        if (entry || OWN.has(name)) {
          if (!own.length) continue;
          groups = Math.max(
            ...own.map((r) => {
              const compiled = config.regexes.compile(r.pattern, { caseless: r.caseless });
              return compiled.ok ? compiled.regex.groups : 9;
            }),
          );
        } else {
          const location = locationOf(scope);
          // groups survive an internal redirect
          if (location && (location.kind === 'named' || location.scope.has('internal'))) return;
          if (hasUnknownInclude(scope)) return;
          const reach = groupsAt(directive);
          groups = reach.groups;
          by = reach.by;
          if (groups < 0 && !config.whole) return;
        }
        if (groups >= number) {
          const test = entry || OWN.has(name) ? null : replacedBy(directive, number);
          if (test)
            report('replaced', {
              at: use.span,
              data: { number, subject: test.value(0).replace(/^\(\s*/, '') || test.value(1) },
              related: [{ at: test.at(), message: 'this pattern is tried in between' }],
            });
          continue;
        }
        report(groups < 0 ? 'none' : by ? 'wiped' : 'fewer', {
          at: use.span,
          // beside the whole address of the request nothing is missing
          ...(groups < 0 && directive.values.some((v) => v.includes('$request_uri')) ? { severity: 'info' as const } : {}),
          data: { number, groups: groups === 0 ? 'no group' : groups === 1 ? 'one group' : `${groups} groups` },
          related: [
            ...own.map((r) => ({ at: directive.at(r.word), message: 'the pattern' })),
            ...(by ? [{ at: by.at(), message: 'this pattern is tried in between' }] : []),
          ],
        });
      }
    }
  },
  examples: [
    {
      inside: 'server',
      bad: `rewrite ^/old/.*$ /new/$1 permanent;
#                      ^^ fewer`,
      good: 'rewrite ^/old/(.*)$ /new/$1 permanent;',
    },
    {
      inside: 'server',
      bad: `if ($request_uri ~ ^/a/) {
    return 301 /b/$1;
#                 ^^ fewer
}`,
      good: `if ($request_uri ~ ^/a/(.*)) {
    return 301 /b/$1;
}`,
    },
    {
      inside: 'server',
      bad: `location /a/ {
    return 301 /b/$1;
#                 ^^ none
}`,
      good: `location ~ ^/a/(\\w+)$ {
    return 301 /b/$1;
}`,
    },
    { inside: 'http', good: 'map $uri $to {\n    ~^/(\\w+)/(\\w+)$ /$2/$1;\n    default "";\n}' },
    { inside: 'server', good: 'location / {\n    proxy_pass http://127.0.0.1:8000;\n    proxy_redirect ~^http://[^/]+(/.*)$ $1;\n}' },
    { inside: 'server', good: `location /count {\n    content_by_lua 'ngx.say((ngx.re.gsub(ngx.var.uri, "(/)", "[$1]")))';\n}` },
  ],
});
