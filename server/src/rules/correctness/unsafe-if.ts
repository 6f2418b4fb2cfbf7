/** An `if` in a location is a location of its own that takes the request over: directives other than rewrite's do not add up as written. */
import { excludeEachOther } from '../../answers/conditions.ts';
import type { Directive } from '../../config/directive.ts';
import { unseenOf } from '../../config/open.ts';
import type { Scope } from '../../config/scope.ts';
import { PASS_DIRECTIVES } from '../../config/upstreams.ts';
import type { Trace } from '../../trace/trace.ts';
import { isBackend } from '../../witness/access.ts';
import { proofOf } from '../../witness/requests.ts';
import { directiveAt, spotsOf } from '../../witness/spots.ts';
import { askForOthers } from '../../witness/values.ts';
import { defineRule } from '../rule.ts';

/** Directives that work as written in an `if`: rewrite's own, logging and rates, which nothing else of the location depends on. */
const FINE = new Set([
  'return',
  'rewrite',
  'set',
  'break',
  'rewrite_log',
  'access_log',
  'error_log',
  'log_not_found',
  'limit_rate',
  'limit_rate_after',
  'include',
  'uninitialized_variable_warn',
  'set_by_lua',
  'set_by_lua_block',
  'set_by_lua_file',
  'rewrite_by_lua_block',
  'error_page',
  'client_max_body_size',
  'echo',
  'modsecurity',
  'modsecurity_rules',
  'pagespeed',
  'set_secure_random_alphanum',
  'set_unescape_uri',
  'set_escape_uri',
]);

const CONTENT = new Set([...PASS_DIRECTIVES, 'root', 'alias', 'try_files', 'index', 'empty_gif', 'stub_status', 'content_by_lua_block']);

/** A condition that looks for the name of one site: the variable and the name. */
const FOR_SITE = /^\(\s*(\$(?:host|http_host))\s+~\*?\s+["']?\^?((?:[\w-]+\\?\.)+[\w-]+)\$?["']?\s*\)$/i;

/** Whether two conditions look for the names of two sites, neither within the other: no client asks for both at once. */
function lookForOtherSites(a: Directive, b: Directive): boolean {
  const [one, other] = [a, b].map((d) => FOR_SITE.exec(d.values.join(' ')));
  if (!one || !other || one[1]!.toLowerCase() !== other[1]!.toLowerCase()) return false;
  const [name, second] = [one[2]!, other[2]!].map((n) => n.replaceAll('\\', '').toLowerCase());
  return !name!.includes(second!) && !second!.includes(name!);
}

/** Where files are: no loss for a request that is passed on. */
const OF_FILES = new Set(['root', 'alias', 'index']);

/** Whether a location only passes requests on or has a folder: an if in it that passes to another program chooses between the two. */
const choosesPass = ({ directives }: Scope): boolean =>
  directives.every((d) => !CONTENT.has(d.name) || PASS_DIRECTIVES.includes(d.name) || OF_FILES.has(d.name));

/** Whether a rewrite above the condition ends all rewriting or leads elsewhere: where it matches, nobody asks for the condition. */
const isPassedOver = (scope: Scope, condition: Directive): boolean =>
  scope.directives
    .slice(0, scope.directives.indexOf(condition))
    .some((d) => d.name === 'rewrite' && !/^(?:redirect|permanent)$/.test(d.value(2)));

/** A request that meets the condition, by what comes of it; null where none could be made, or where more than the text decides. */
function metBy(scope: Scope, condition: Directive): Trace | null {
  const spot = spotsOf(scope.config).find((s) => s.scope === scope);
  if (!spot || spot.unsure) return null;
  for (const path of spot.somePaths(3))
    for (const probe of [{}, ...spot.variations]) {
      const trace = spot.ask({ path, ...probe });
      if (trace.steps.some((s) => s.said.startsWith('if ') && s.said.endsWith('yes') && directiveAt([condition], s.at))) return trace;
    }
  return null;
}

export default defineRule({
  id: 'unsafe-if',
  group: 'correctness',
  severity: 'warning',
  since: '0.1',
  equivalents: ['gixy:if_is_evil', 'nginx-lint:if-is-evil-in-location'],
  title: 'Unsafe directive inside if',
  why: `
When its condition holds, an \`if\` in a location becomes the location of the request, with inherited settings but without everything that is not inherited: \`try_files\` is gone, header lists are replaced, and of two ifs whose conditions hold only the last counts.

The rule traces a request that meets the condition: where that reaches the pass of the \`if\` and nothing else is lost, the finding is informational.

\`return\`, \`rewrite\`, \`set\` and \`break\` are safe, and so is anything in an if that ends in a \`return\`. For the rest use a \`map\` whose variable the location's directive takes, or a location that the request is sent to.`,
  about: ['if', 'map', 'try_files'],
  looksAt: { directive: ['if'] },
  needs: 'file',
  costly: true,
  messages: {
    content: '{name} in an if of a location replaces the location: {lost}. Choose with map, or send the request to another location.',
    list: '{name} in an if of a location {effect}. Let a map decide on its value instead.',
  },
  check({ scope, directive, report }) {
    const body = directive.body;
    if (!body || (scope.context !== 'location' && body.context !== 'if-in-location')) return;
    // in a fragment of a server's content the if may be in the server
    if (scope.context !== 'location') return;
    if (!scope.parent && scope.config.kind !== 'root' && scope.config.contexts.includes('server')) {
      if (!body.directives.some((d) => CONTENT.has(d.name))) return;
    }
    if (body.has('return') || body.named('rewrite').some((d) => /^(last|redirect|permanent)$/.test(d.value(2)))) return;
    const others = scope
      .named('if')
      .filter(
        (d) =>
          d !== directive &&
          d.body?.directives.some((x) => !FINE.has(x.name)) &&
          !d.body.has('return') &&
          !excludeEachOther(d, directive) &&
          !askForOthers(d, directive) &&
          !lookForOtherSites(d, directive),
      );
    for (const d of body.directives) {
      if (FINE.has(d.name) || (!d.fact && !CONTENT.has(d.name))) continue;
      if (CONTENT.has(d.name)) {
        const lost = scope.has('try_files')
          ? 'its try_files is not asked'
          : others.length
            ? 'of several ifs that hold only the last counts'
            : 'what the location says of content does not apply';
        const shown = scope.config.whole ? metBy(scope, directive) : null;
        // the pass is reached, and nothing else of the location depends on the condition; an include beside a pass is about that pass
        const hidden = !scope.directives.some((x) => PASS_DIRECTIVES.includes(x.name)) && unseenOf(scope, 'try_files').length > 0;
        const simple = PASS_DIRECTIVES.includes(d.name) && !others.length && !hidden && !isPassedOver(scope, directive);
        const works = (shown !== null && isBackend(shown) && !scope.has('try_files') && !others.length) || (simple && choosesPass(scope));
        // there is nothing else that answers, and each condition has a pass of its own
        const alone = PASS_DIRECTIVES.includes(d.name) && !others.length && !scope.directives.some((x) => CONTENT.has(x.name));
        // whoever writes the end of all rewriting behind a pass means that pass
        const meant = PASS_DIRECTIVES.includes(d.name) && body.has('break');
        report('content', {
          at: d.at(d.statement.name),
          data: { name: d.name, lost },
          ...(works || meant || alone ? { severity: 'info' as const } : {}),
          ...(shown ? { witness: proofOf(shown) } : {}),
        });
        return;
      }
      const effect = others.length
        ? 'is lost when another if of the location holds as well'
        : scope.has('try_files')
          ? 'takes the try_files of the location away'
          : scope.effective(d.name).directives.length && d.name.endsWith('_header')
            ? 'replaces the list of the location'
            : 'makes a location of its own, which inherits only a part of this one';
      report('list', {
        at: d.at(d.statement.name),
        data: { name: d.name, effect },
        severity: others.length || scope.has('try_files') ? 'warning' : 'info',
        related: others.slice(0, 1).map((o) => ({ at: o.nameAt, message: 'the other if' })),
      });
      return;
    }
  },
  examples: [
    {
      inside: 'server',
      bad: `location / {
    try_files $uri @app;
    if ($http_cookie ~ beta) {
        proxy_pass http://127.0.0.1:8001;
#       ^^^^^^^^^^ content
    }
}
location @app { proxy_pass http://127.0.0.1:8000; }`,
      good: `location / {
    error_page 418 = @beta;
    if ($http_cookie ~ beta) {
        return 418;
    }
    try_files $uri @app;
}
location @app { proxy_pass http://127.0.0.1:8000; }
location @beta { proxy_pass http://127.0.0.1:8001; }`,
    },
    {
      inside: 'server',
      bad: `location / {
    if ($arg_a) {
        add_header X-A 1;
#       ^^^^^^^^^^ list
    }
    if ($arg_b) {
        add_header X-B 1;
#       ^^^^^^^^^^ list
    }
}`,
      good: `location / {
    add_header X-A $arg_a;
    add_header X-B $arg_b;
}`,
    },
    {
      inside: 'server',
      good: 'location / {\n    if ($request_method = OPTIONS) {\n        add_header Allow GET;\n        return 204;\n    }\n}',
    },
    {
      inside: 'server',
      good: 'location / {\n    if ($http_user_agent ~ bot) { set $limit_rate 4k; }\n    if ($arg_x) { rewrite ^ /x last; }\n}',
    },
  ],
});
