/** A line end that the client sends as %0a and that nginx writes into a header. Bodies of `return` are nobody's header and stay out. */
import { reaches } from '../../answers/what-reaches-this-line.ts';
import { table } from '../../base/table.ts';
import type { Directive } from '../../config/directive.ts';
import { locationOf } from '../../config/locations.ts';
import type { Scope } from '../../config/scope.ts';
import { variablesIn } from '../../syntax/variable.ts';
import type { Word } from '../../syntax/word.ts';
import { readCondition } from '../../trace/handlers/rewrite.ts';
import { variablesIn as namesIn } from '../../trace/script.ts';
import { flowInto, mayCarryLineEnd } from '../data-flow.ts';
import { fixOf, replace } from '../fix.ts';
import { defineRule } from '../rule.ts';

const REDIRECTS = new Set(['301', '302', '303', '307', '308']);

/** The words of a directive that end up in a header or a request line, and what that is. */
const SINKS: Readonly<Record<string, (d: Directive) => { words: readonly (Word | undefined)[]; into: string }>> = table({
  return: (d) => ({
    words: d.args.length === 1 ? [d.args[0]] : REDIRECTS.has(d.value(0)) ? [d.args[1]] : [],
    into: 'the Location header',
  }),
  rewrite: (d) => ({
    words: /^(redirect|permanent)$/.test(d.value(2)) || /^(https?:\/\/|\$scheme)/i.test(d.value(1)) ? [d.args[1]] : [],
    into: 'the Location header',
  }),
  error_page: (d) => ({
    words: /^(https?:\/\/|\$scheme)/i.test(d.values.at(-1) ?? '') ? [d.args.at(-1)] : [],
    into: 'the Location header',
  }),
  add_header: (d) => ({ words: [d.args[1]], into: 'a response header' }),
  add_trailer: (d) => ({ words: [d.args[1]], into: 'a trailer' }),
  more_set_headers: (d) => ({ words: d.args, into: 'a response header' }),
  proxy_redirect: (d) => ({ words: [d.args[1]], into: 'the Location header' }),
  proxy_cookie_path: (d) => ({ words: [d.args[1]], into: 'the Set-Cookie header' }),
  proxy_cookie_domain: (d) => ({ words: [d.args[1]], into: 'the Set-Cookie header' }),
  auth_basic: (d) => ({ words: [d.args[0]], into: 'the WWW-Authenticate header' }),
  proxy_set_header: (d) => ({ words: [d.args[1]], into: 'the request to the upstream' }),
  proxy_pass: (d) => ({ words: [d.args[0]], into: 'the request to the upstream' }),
});

/** In a condition that is met where a value that the line writes is not empty: it is met by one with a line end. */
function asksForItself({ scope: { opener }, values }: Directive): boolean {
  const condition = opener?.name === 'if' ? readCondition(opener) : null;
  if (!condition || (condition.kind !== 'variable' && !(condition.kind === 'not-equal' && condition.value.literal === ''))) return false;
  return values.some((v) => namesIn(v).some((n) => n.toLowerCase() === condition.name.toLowerCase()));
}

/** Requests with a line end in their path are turned away before they get to the line. */
const isGuarded = (directive: Directive): boolean =>
  !asksForItself(directive) &&
  [
    ['\n', '%0a'],
    ['\n', '%0A'],
    ['\r\n', '%0d%0a'],
  ].every(([end, sent]) => {
    const path = `/x${end}y`;
    return !reaches(directive, { uri: path, document_uri: path, request_uri: `/x${sent}y` }, path);
  });

/** Line ends within a path, beside what a group may leave out. */
const BROKEN = ['\n', 'a\n', '\na', 'a\nb', 'a/\nb', 'a\n/b', '-\n!', 'a\r\nb'];

/** A new path of words and groups alone, no variable in it. */
const OF_GROUPS = /^(?:[^$]|\$\d)*$/;

/** Whether the location's own rewrite has taken the line end out of the path before the line reads it: a dot of `^/app(/.*)` ends at it. */
function isRewritten({ scope }: Directive): boolean {
  const location = locationOf(scope);
  const rewrite = scope.directives.find((d) => d.name === 'rewrite');
  if (location?.scope !== scope || location.kind !== 'prefix' || rewrite?.value(2) !== 'break') return false;
  if (!OF_GROUPS.test(rewrite.value(1)) || [...rewrite.args, ...location.directive.args].some((word) => word.templated)) return false;
  const pattern = scope.config.regexes.compile(rewrite.value(0));
  if (!pattern.ok) return false;
  const groups = [...rewrite.value(1).matchAll(/\$(\d)/g)].map((m) => Number(m[1]));
  return BROKEN.every((end) => {
    const found = pattern.regex.match(location.name + end);
    return typeof found === 'object' && !groups.some((group) => found.captures[group]?.includes('\n'));
  });
}

/** The query, as a line appends it to a path. */
const QUERY = /^(?:\$\{?is_args\}?|\?)\$\{?(?:args|query_string)\}?/;

/** What nginx reads before or while it rewrites. */
const EARLY = new Set(['return', 'rewrite']);

/** No request of a client comes here by its own path. */
function isInternal(scope: Scope): boolean {
  for (let at = locationOf(scope); at; at = at.parent) if (at.scope.has('internal')) return true;
  return false;
}

export default defineRule({
  id: 'response-splitting',
  group: 'security',
  severity: 'error',
  since: '0.1',
  equivalents: ['gixy:http_splitting'],
  title: 'Client input can split the response header',
  why: `
nginx decodes the path of a request before it fills \`$uri\`, \`$document_uri\` and the groups of regular expressions, so \`%0d%0a\` has become a real line end there. Written into a redirect, a header or the request to an upstream, it ends that line, and what follows is a header, or a whole second message, of the attacker's choice.

\`$request_uri\` is the path as it was sent, still encoded. A regular expression whose group cannot match a line end is safe as well: a dot never matches one, while a negated class such as \`[^/]\` does.`,
  about: ['return', 'rewrite', 'add_header', 'proxy_set_header', 'proxy_pass', '$uri', '$request_uri'],
  references: ['https://www.rfc-editor.org/rfc/rfc9112#section-11.1'],
  looksAt: { directive: Object.keys(SINKS), where: ({ values }) => values.some(mayCarryLineEnd) },
  needs: 'file',
  fixable: 'sometimes',
  messages: {
    decoded: '{variable} is decoded, so %0a in the path becomes a line end in {into}. Use $request_uri.',
    group: '{variable} can hold a line end, which goes into {into}. Let its pattern exclude line ends, as [^/\\s] does.',
    carried:
      '{variable} can carry a line end from {source} into {into}. Take the value from $request_uri, or exclude line ends in between.',
    escaped:
      '{variable} holds a group that can match a line end; only the escaping by "set" keeps it out of {into}. Let the pattern exclude line ends.',
  },
  check({ directive, scope, file, report }) {
    if (scope.context.startsWith('stream')) return;
    const sink = SINKS[directive.name]?.(directive);
    for (const word of sink?.words ?? []) {
      if (!word) continue;
      for (const use of variablesIn(word).uses) {
        // a rewrite's own groups are escaped again in a redirect (ngx_http_script_copy_capture_code with e->quote)
        if (directive.name === 'rewrite' && use.capture) continue;
        const flow = flowInto(directive, use, '\n');
        if (!flow || isGuarded(directive)) continue;
        const name = `$${use.name}`;
        const lower = use.name.toLowerCase();
        const direct = flow.chain.length === 0 && (lower === 'uri' || lower === 'document_uri');
        if (direct && !EARLY.has(directive.name) && isRewritten(directive)) continue;
        // $request_uri has the query, which a line often appends to $uri
        const end = use.span.end + (QUERY.exec(file.text.slice(use.span.end, word.end))?.[0].length ?? 0);
        const raw = use.braced ? '${request_uri}' : '$request_uri';
        // it has the query, which rewrite would append once more; between other words nothing takes its place
        const written = directive.name !== 'rewrite' ? raw : use.span.end >= word.end - word.quote.length ? `${raw}?` : null;
        report(direct ? 'decoded' : flow.escaped ? 'escaped' : use.capture ? 'group' : 'carried', {
          at: use.span,
          data: { variable: name, into: sink!.into, source: flow.source },
          // what leads to an internal location is the application's or this file's, and rarely as the client wrote it
          severity: flow.escaped ? 'info' : isInternal(scope) ? 'warning' : 'error',
          related: flow.chain,
          fix:
            direct && written !== null
              ? fixOf('Use $request_uri', 'suggestion', file, [replace({ start: use.span.start, end }, written)])
              : null,
        });
      }
    }
  },
  examples: [
    {
      inside: 'server',
      bad: `return 301 https://$host$uri;
#                       ^^^^ decoded`,
      good: 'return 301 https://$host$request_uri;',
    },
    {
      inside: 'server',
      bad: `location ~ ^/to/([^/]*)/page$ {
    set $where $1;
    add_header X-Where $where;
#                      ^^^^^^ escaped
}`,
      good: `location ~ ^/to/([^/\\s]*)/page$ {
    set $where $1;
    add_header X-Where $where;
}`,
    },
    {
      inside: 'server',
      bad: `location ~ ^/files/(a|b)/(\\W+)$ {
    proxy_pass http://127.0.0.1:8000/$2;
#                                    ^^ group
}`,
      good: `location ~ ^/files/(a|b)/(\\w+)$ {
    proxy_pass http://127.0.0.1:8000/$2;
}`,
    },
    {
      inside: 'http',
      bad: `map $uri $page {
    ~^/p/(?<rest>[^.]+) /page/$rest;
    default             /;
}
server {
    listen 8080;
    return 302 $page;
#              ^^^^^ carried
}`,
      good: `map $request_uri $page {
    ~^/p/(?<rest>[^.]+) /page/$rest;
    default             /;
}
server {
    listen 8080;
    return 302 $page;
}`,
    },
    { inside: 'server', good: 'if ($request_uri ~* "%0a|%0d") { return 400; }\nlocation / { return 301 https://$host$uri; }' },
    { inside: 'server', good: 'location ~ ^/old/(.*)$ { return 301 /new/$1; }' },
    { inside: 'server', good: 'location = /here { return 200 "you asked for $uri"; }' },
    { inside: 'server', good: 'rewrite ^/a/([^x]*)$ https://example.com/$1 permanent;' },
    { inside: 'location', good: 'try_files $uri $uri/ =404;' },
    {
      inside: 'http',
      bad: `map $uri $new {
    ~^/old/(?<rest>[^/]*)$ /new/$rest;
    default                "";
}
server {
    listen 80;
    if ($new) { return 301 $new; }
#                          ^^^^ carried
}`,
      good: `map $uri $new {
    ~^/old/(?<rest>[\\w-]*)$ /new/$rest;
    default                 "";
}
server {
    listen 80;
    if ($new) { return 301 $new; }
}`,
    },
    {
      inside: 'server',
      bad: `location /old/ {
    rewrite ^ https://www.example.org$uri permanent;
#                                    ^^^^ decoded
}`,
      good: `location /old/ {
    rewrite ^ https://www.example.org$request_uri? permanent;
}`,
    },
    {
      inside: 'server',
      bad: `if (!-e $request_filename) {
    rewrite /wp-admin$ https://www.example.org$uri/ permanent;
#                                             ^^^^ decoded
}`,
      good: `if (!-e $request_filename) {
    rewrite ^(.*/wp-admin)$ https://www.example.org$1/ permanent;
}`,
      fixed: false,
    },
    {
      inside: 'server',
      bad: `location /stats/ {
    rewrite ^/stats(/.*)$ $1 break;
    proxy_pass http://127.0.0.1:8000$uri$is_args$args;
#                                   ^^^^ decoded
}`,
      good: `location /stats/ {
    rewrite ^/stats(/.*) $1 break;
    proxy_pass http://127.0.0.1:8000$uri$is_args$args;
}`,
      fixed: false,
    },
  ],
});
