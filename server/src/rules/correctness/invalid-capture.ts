/** `$1` to `$9` where no regular expression that applies has so many groups: the value is always empty. */

import { hasUnknownInclude } from '../../answers/who-may-enter.ts';
import type { Directive } from '../../config/directive.ts';
import { locationOf } from '../../config/locations.ts';
import { regexesOf } from '../../config/names.ts';
import type { Scope } from '../../config/scope.ts';
import { variablesIn } from '../../syntax/variable.ts';
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

/** The most groups of any expression that may have run before the directive; -1 when there is none at all. */
function mostGroups(directive: Directive): number {
  let most = -1;
  const count = (d: Directive): void => {
    for (const { pattern, caseless } of regexesOf(d)) {
      const compiled = d.scope.config.regexes.compile(pattern, { caseless });
      most = Math.max(most, compiled.ok ? compiled.regex.groups : 9);
    }
  };
  for (let scope: Scope | null = directive.scope; scope; scope = scope.parent) {
    if (scope.opener && PLACES.has(scope.context)) count(scope.opener);
    for (const name of ['if', 'rewrite', 'server_name'])
      for (const d of scope.named(name)) if (!(d.name === 'if' && d.values.includes('!~'))) count(d);
  }
  return most;
}

export default defineRule({
  id: 'invalid-capture',
  group: 'correctness',
  severity: 'warning',
  since: '0.1',
  equivalents: ['gixy:invalid_regex'],
  title: 'A group is used that no regular expression has',
  why: `
\`$1\` to \`$9\` are the groups of the regular expression that matched last: that of the rewrite itself, of the \`if\` or of the location around, of the server's name. With fewer groups the variable is empty, nginx says nothing, and the redirect or path lacks its end.

\`(?i)\` and \`(?:…)\` are no groups that capture.`,
  about: ['rewrite', 'if', 'location', 'map'],
  looksAt: [{ directive: '*' }],
  needs: 'file',
  messages: {
    fewer: '${number} is always empty: the pattern has {groups}. Put parentheses around what is meant.',
    none: '${number} is always empty: no regular expression is matched before it. Use a named variable, or a location with a pattern.',
  },
  check({ directive, scope, config, report }) {
    const { name } = directive;
    const entry = scope.context === 'map' || scope.context === 'stream-map';
    if (!entry && !PLACES.has(scope.context)) return;
    if (directive.body || directive.statement.rawBody || (!entry && directive.fact?.variables === false)) return;
    const own = regexesOf(directive);
    const inPattern = (word: object): boolean => own.some((r) => r.word === word);
    for (const word of directive.args) {
      if (!/\$\{?[1-9]/.test(word.value) || inPattern(word) || word.templated) continue;
      for (const use of variablesIn(word).uses) {
        if (!use.capture) continue;
        const number = Number(use.name);
        let groups: number;
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
          groups = mostGroups(directive);
          if (groups < 0 && !config.whole) return;
        }
        if (groups >= number) continue;
        report(groups < 0 ? 'none' : 'fewer', {
          at: use.span,
          data: { number, groups: groups === 0 ? 'no group' : groups === 1 ? 'one group' : `${groups} groups` },
          related: own.map((r) => ({ at: directive.at(r.word), message: 'the pattern' })),
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
  ],
});
