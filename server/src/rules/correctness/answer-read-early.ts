/** What an application answers, or what a client sends as a body, read while neither is there: the rewrite phase runs first. Shown by a request. */

import { HEADER_LIST } from '../../answers/what-is-passed.ts';
import { readThroughMaps } from '../../answers/where-a-value-comes-from.ts';
import { PerPart } from '../../config/asked.ts';
import type { Directive } from '../../config/directive.ts';
import type { Scope } from '../../config/scope.ts';
import { PASS_DIRECTIVES } from '../../config/upstreams.ts';
import { definitionOf, indexOf } from '../../trace/index.ts';
import { variablesIn } from '../../trace/script.ts';
import { outcomeText, proofOf } from '../../witness/requests.ts';
import type { Spot } from '../../witness/spots.ts';
import { defineRule } from '../rule.ts';

const READING = ['if', 'return', 'rewrite', 'set'] as const;

/** Known when the answer is; nginx itself sets the three headers of the connection by what it knows before. Other names may be anybody's own. */
const OF_UPSTREAM =
  /^upstream_(?:addr|status|(?:connect|header|response|queue)_time|response_length|bytes_(?:received|sent)|cache_(?:status|last_modified|etag)|(?:http|cookie|trailer)_\w+)$/;
const OF_ANSWER = /^(?:status|sent_trailer_\w+|sent_http_(?!connection$|keep_alive$|transfer_encoding$)\w+)$/;
/** Known when a handler has asked for the body. */
const OF_BODY = /^request_body(?:_file)?$/;

/** Modules that read the body, or set headers of the answer, before or between the lines of the rewrite phase. */
const AHEAD = /_by_lua|^lua_need_request_body$|^js_|^perl|^set_form_input|^echo_|^more_set_|^srcache|^eval|^form_input/;
const isOfAnswer = (name: string): boolean => OF_UPSTREAM.test(name) || OF_ANSWER.test(name);

const hasAhead = new PerPart((server: Scope): boolean => server.all.some((d) => AHEAD.test(d.name)));

/** Lines of a server by which a request is sent on once there has been an answer, or a copy once its body is read. */
const leadsOn = new PerPart((server: Scope): readonly Directive[] =>
  server.all.filter((d) => /^(?:error_page|post_action|mirror)$/.test(d.name) && d.value(0) !== 'off'),
);

/** A named location that sends on again, to places that cannot be told here. */
const sendsOn = new PerPart((server: Scope): boolean =>
  server.all.some(
    (d) =>
      d.name === 'location' &&
      d.value(0).startsWith('@') &&
      d.body?.all.some((inner) => inner.name === 'rewrite' || inner.name === 'try_files'),
  ),
);

/** Whether a request may come here a second time, with an answer from elsewhere. */
function comesBack(spot: Spot): boolean {
  if (spot.location?.kind === 'named' || spot.scope.has('internal')) return true;
  const leads = [...spot.scope.effective('error_page').directives, ...leadsOn.of(spot.server.scope)];
  const targets = [...new Set(leads.map((d) => d.values.at(-1) ?? ''))];
  if (targets.some((to) => to.startsWith('@')) && sendsOn.of(spot.server.scope)) return true;
  const pages = targets.filter((to) => !/^@|^https?:/i.test(to));
  if (!spot.location) return pages.length > 0;
  return pages.some((to) => to.includes('$') || spot.takes(to.replace(/\?.*$/, '')));
}

/**
 * The variables that the place gives on, by other variables or at once: what the answer was is in them where an application elsewhere has named the
 * place and sent the request here (X-Accel-Redirect).
 */
function givenOn({ directives, scope }: Spot): ReadonlySet<string> {
  const lists = Object.values(HEADER_LIST).flatMap((list) => scope.effective(list).directives);
  const passes = directives.filter((d) => PASS_DIRECTIVES.includes(d.name));
  const given = new Set([...passes, ...lists].flatMap((d) => d.values.flatMap((v) => variablesIn(v))));
  // what is set later may be made of what was set before
  for (const d of directives.toReversed())
    if (d.name === 'set' && given.has(nameIn(d))) for (const name of variablesIn(d.value(1))) given.add(name);
  return given;
}

const nameIn = (line: Directive): string => line.value(0).slice(1).toLowerCase();

/** Whether an application is asked at the place itself; elsewhere only one that has sent the request here can be meant. */
const asksItself = ({ location, directives }: Spot): boolean =>
  location === null || directives.some((d) => PASS_DIRECTIVES.includes(d.name));

interface Early {
  readonly line: Directive;
  readonly name: string;
}

/** Lines of the rewrite phase at the spot with the first variable of each that has no value then. */
function earlyAt(spot: Spot): readonly Early[] {
  const early = spot.directives.flatMap((line) => {
    if (!(READING as readonly string[]).includes(line.name) || !line.values.some((v) => v.includes('$'))) return [];
    const texts = line.name === 'set' ? line.values.slice(1) : line.values;
    const name = texts
      .flatMap((v) => readThroughMaps(spot.config, v))
      .find((n) => (isOfAnswer(n) || OF_BODY.test(n)) && !definitionOf(indexOf(spot.config), n));
    return name === undefined ? [] : [{ line, name }];
  });
  if (early.every(({ name }) => OF_BODY.test(name))) return early;
  const asked = asksItself(spot);
  const given = givenOn(spot);
  return early.filter(({ line, name }) => OF_BODY.test(name) || (asked && !(line.name === 'set' && given.has(nameIn(line)))));
}

export default defineRule({
  id: 'answer-read-early',
  group: 'correctness',
  severity: 'warning',
  since: '0.2',
  title: 'Answer or body read before it is there',
  why: `
\`if\`, \`set\`, \`return\` and \`rewrite\` run when a request comes in, before anything is asked of the application and before the body is read. \`$upstream_status\`, \`$upstream_http_…\` and \`$sent_http_…\` are empty then, \`$status\` is \`000\`, and \`$request_body\` is empty for every request: a condition on them has one result, whatever the application answers and whatever the client sends. A \`map\` over such a variable is read with the empty value as well.

To act on a status, use \`error_page\` with \`proxy_intercept_errors on\`. A \`map\` over a header of the answer has its value in \`add_header\`, \`expires\`, \`proxy_no_cache\` and logs. What is in a body only the application can judge, or a module that reads it.

In a named or internal location, and where an \`error_page\` leads, there has been an answer, and the rule is silent.`,
  about: ['if', 'set', '$upstream_status', '$request_body', 'error_page'],
  looksAt: { outcome: READING, when: (spot) => earlyAt(spot).length > 0 && !comesBack(spot) },
  needs: 'config',
  messages: {
    condition: '${name} has no value yet: this condition is decided before {what}, and comes out the same for every request. {instead}.',
    value: '${name} has no value yet: {by} runs before {what}. {instead}.',
  },
  check({ spot, report }) {
    if (spot.unsure || hasAhead.of(spot.server.scope)) return;
    let witness: ReturnType<typeof proofOf> | undefined;
    for (const { line, name } of earlyAt(spot)) {
      const ofBody = OF_BODY.test(name);
      const trace = witness ? null : spot.ask(ofBody ? { method: 'POST' } : {});
      witness ??= proofOf(trace!, outcomeText(trace!));
      report(line.name === 'if' ? 'condition' : 'value', {
        at: line.at({ start: line.statement.start, end: line.args.at(-1)?.end ?? line.statement.end }),
        data: {
          name,
          by: line.name,
          what: ofBody ? 'the body is read' : 'the application is asked',
          instead: ofBody
            ? 'Let the application judge the body'
            : line.name === 'if'
              ? 'Use error_page with proxy_intercept_errors, or a map that add_header or a log reads'
              : 'Read it in add_header, in a log, or in a map that these read',
        },
        witness,
      });
    }
  },
  examples: [
    {
      inside: 'server',
      bad: `location / {
    proxy_pass http://127.0.0.1:8000;
    if ($upstream_status = 404) {
#   ^^^^^^^^^^^^^^^^^^^^^^^^^^^ condition
        return 410;
    }
}`,
      good: `location / {
    proxy_pass http://127.0.0.1:8000;
    proxy_intercept_errors on;
    error_page 404 =410 /gone.html;
}
location = /gone.html {
    root /srv/errors;
}`,
      witness: {
        request: 'GET http://www.example.test/users',
        outcome: 'GET /users at 127.0.0.1:8000',
        meant: '410 where the application answers 404',
      },
    },
    {
      inside: 'server',
      bad: `location /hook {
    if ($request_body ~* "drop table") {
#   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ condition
        return 403;
    }
    proxy_pass http://127.0.0.1:8000;
}`,
      good: `location /hook {
    if ($http_user_agent ~* "scanner") {
        return 403;
    }
    proxy_pass http://127.0.0.1:8000;
}`,
    },
    {
      inside: 'server',
      bad: `location / {
    set $shown $upstream_http_x_cache;
#   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ value
    add_header X-Cache-App $shown;
    proxy_pass http://127.0.0.1:8000;
}`,
      good: `location / {
    add_header X-Cache-App $upstream_http_x_cache;
    proxy_pass http://127.0.0.1:8000;
}`,
    },
    {
      inside: 'server',
      good: `location / {
    proxy_pass http://127.0.0.1:8000;
    proxy_intercept_errors on;
    error_page 502 504 /down.json;
}
location = /down.json {
    return 503 '{"was": "$upstream_status"}';
}`,
    },
    {
      inside: 'server',
      good: `location /reproxy/ {
    internal;
    set $target $upstream_http_x_target;
    return 204;
}`,
    },
  ],
});
