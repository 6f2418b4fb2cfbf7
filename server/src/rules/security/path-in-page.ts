/** Pages into which nginx writes what a client sent: the decoded path, so that a link with a script in it runs it on this site, or an argument. */

import { sourcesOf } from '../../answers/where-a-value-comes-from.ts';
import type { Directive } from '../../config/directive.ts';
import { variablesIn as usesIn, type VariableUse } from '../../syntax/variable.ts';
import { variablesIn } from '../../trace/script.ts';
import type { Trace } from '../../trace/trace.ts';
import { isGivenOut } from '../../witness/access.ts';
import { splicedPaths } from '../../witness/captures.ts';
import { arriving } from '../../witness/errors.ts';
import { outcomeText, proofOf } from '../../witness/requests.ts';
import type { Spot } from '../../witness/spots.ts';
import type { Probe } from '../../witness/values.ts';
import { flowInto, writtenAs } from '../data-flow.ts';
import { type CheckInput, defineRule } from '../rule.ts';

const SCRIPT = '<svg onload=x>';
const ESCAPED = '%3Csvg%20onload=x%3E';

/** The same without a blank, for places where none may be. */
const TAG = '<svg/onload=x>';

/** What a client sends as it likes, apart from the path. Browsers write some characters of it as %3C and the like. */
const SENT = /^(?:arg_\w+|args|query_string|http_\w+)$/;

/** The path, and what nginx makes of it. */
const DECODED = /^(?:uri|document_uri|request_filename|fastcgi_\w+)$/;

/** Lines of a request that a proxy in front, nginx or the browser itself makes. */
const MADE = /^http_(?:host|x_forwarded_\w+|x_real_ip|x_request_id|x_scheme|x_amzn_\w+|cf_\w+|upgrade|connection|accept(?:_\w+)?|range)$/;

/** What comes before it makes an address or a script of a text: neither needs a character that browsers escape. */
const RUNS_AS_IT_IS =
  /(?:<(?:a|area|base|button|embed|form|i?frame|input|object|script)\b[^<>]*\b(?:href|src|action|formaction|data)\s*=\s*["']?|<script\b[^>]*>(?:(?!<\/script)[\s\S])*)$/i;

const runsAsItIs = (text: string, use: Pick<VariableUse, 'name'>): boolean => {
  const at = text.search(new RegExp(`\\$\\{?${use.name}\\b`, 'i'));
  return at >= 0 && RUNS_AS_IT_IS.test(text.slice(0, at));
};

/** A request that brings a text by a variable of what clients send. */
const bringing = (path: string, source: string): Probe =>
  source.startsWith('arg_')
    ? { path, query: `${source.slice(4)}=${TAG}` }
    : source.startsWith('http_')
      ? { path, headers: [[source.slice(5).replaceAll('_', '-'), TAG]] }
      : { path, query: TAG };

/** What clients sent, as a page has it: an argument or a line of the request. */
const sentIn = ({ config }: Spot, line: Directive): { name: string; source: string }[] =>
  variablesIn(line.value(1)).flatMap((name) =>
    [...sourcesOf(config, name)].filter((s) => SENT.test(s) && !MADE.test(s)).map((source) => ({ name, source })),
  );

/** What stands in a page of `return` as the client sent it. */
function tellSent(spot: Spot, lines: readonly Directive[], report: CheckInput<'sent' | 'link'>['report']): void {
  const path = spot.path;
  if (path === undefined) return;
  for (const line of lines)
    for (const { name, source } of sentIn(spot, line)) {
      const trace = arriving(spot, bringing(path, source));
      if (!trace.outcome.body?.includes(TAG) || trace.outcome.kind !== 'return' || !isPage(trace)) continue;
      const runs = runsAsItIs(line.value(1), { name });
      report(runs ? 'link' : 'sent', {
        at: line.args[1]!,
        data: { variable: name === source ? `$${name}` : `$${name} (from $${source})` },
        severity: runs ? 'warning' : 'info',
        witness: proofOf(trace, `${TAG} in the page`),
      });
      return;
    }
}

/** What `sub_filter` puts into a page in the place of a mark. */
function tellReplaced(spot: Spot, directive: Directive, report: CheckInput<'replaced' | 'sent' | 'link'>['report']): void {
  const word = directive.args[1];
  const { path } = spot;
  if (path === undefined) return;
  for (const use of word ? usesIn(word).uses : []) {
    const source = flowInto(directive, use, '<')?.source.slice(1).toLowerCase();
    if (source === undefined || MADE.test(source)) continue;
    const sent = SENT.test(source);
    if (!sent && !DECODED.test(source)) continue;
    const runs = sent && runsAsItIs(word!.value, use);
    const [escaped] = sent ? [] : tries(spot);
    if (!sent && escaped === undefined) continue;
    const trace = spot.ask(sent ? bringing(path, source) : { path: escaped! });
    if (!isGivenOut(trace)) continue;
    report(!sent ? 'replaced' : runs ? 'link' : 'sent', {
      at: directive.at(use.span),
      data: { variable: writtenAs(use, `$${source}`) },
      severity: sent && !runs ? 'info' : 'warning',
      witness: proofOf(trace, `${sent ? TAG : SCRIPT} in the page`),
    });
    return;
  }
}

/** What is no path, or stays as the browser escaped it. */
const RAW =
  /^(?:arg_|http_|cookie_|request_uri$|args$|query_string$|host$|scheme$|request$|server_|remote_|status$|request_id$|time_|msec$)/;

/** A redirect: what is written behind it is no page. */
const SENT_ON = new Set(['301', '302', '303', '307', '308']);

const isPage = ({ outcome: { status, responseHeaders } }: Trace): boolean =>
  (status < 300 || status >= 400) && isHtml(responseHeaders.find(([n]) => n.toLowerCase() === 'content-type')?.[1] ?? '');

const isHtml = (type: string): boolean => /^(?:text\/html|application\/xhtml\+xml|image\/svg\+xml)\b/i.test(type);

/** Paths with a script in them: below the place, and in the groups of its expression. */
function* tries(spot: Spot): Generator<string> {
  for (const { path } of splicedPaths(spot, SCRIPT)) yield path;
  if (spot.location?.kind === 'exact') return;
  for (const path of spot.somePaths(2)) yield `${path.replace(/\/$/, '')}/${ESCAPED}`;
}

/** The lines of a place that send a text with variables. */
const pagesOf = ({ directives }: Spot): readonly Directive[] =>
  directives.filter((d) => d.name === 'return' && d.values.length > 1 && !SENT_ON.has(d.value(0)) && d.value(1).includes('$'));

/** The lines in force that put a text with variables into pages. */
const replacedIn = ({ scope }: Spot): readonly Directive[] =>
  scope.effective('sub_filter').directives.filter((d) => d.value(1).includes('$'));

/** The text may hold the path, decoded. */
const hasPath = (d: Directive): boolean => /\$\d/.test(d.value(1)) || variablesIn(d.value(1)).some((v) => !RAW.test(v));

export default defineRule({
  id: 'path-in-page',
  group: 'security',
  severity: 'warning',
  since: '0.2',
  title: 'Decoded path written into a page',
  why: `
\`$uri\` and the groups of a location hold the path after nginx has decoded it: \`/%3Cscript%3E\` has become \`<script>\` there, and \`return 404 "No $uri"\` with the type text/html sends it to the browser as a part of the page (cross-site scripting). nginx escapes nothing in the text of \`return\`.

\`sub_filter\` puts its second text into the page of an application or a file in the same way. Arguments (\`$arg_name\`) and lines of the request (\`$http_referer\`) are not decoded, and today's browsers write \`<\` in them as \`%3C\`: nothing else keeps a script out, and nothing at all in \`href="$arg_next"\`, where \`javascript:\` is enough, or within a script. A cache keeps for everyone what a program other than a browser sent.

Leave the path out, or write \`$request_uri\`, in which browsers keep such characters escaped; or send the text as \`text/plain\`.`,
  about: ['return', 'default_type', '$uri', '$request_uri'],
  references: ['https://cwe.mitre.org/data/definitions/79.html'],
  looksAt: {
    outcome: ['return', 'sub_filter'],
    when: (spot) => replacedIn(spot).length > 0 || pagesOf(spot).length > 0,
  },
  needs: 'config',
  messages: {
    replaced:
      '{variable} is the path as nginx has decoded it, and a script in it becomes a part of the page. Leave it out, or write $request_uri.',
    sent: '{variable} becomes a part of the page as the client sent it: only browsers that write < as %3C keep scripts out of it. Leave it out, or send text/plain.',
    link: '{variable} becomes a part of the page as the client sent it, where a script needs no character that browsers escape (javascript:…). Leave it out.',
    runs: 'A script in the path becomes a part of this page: {path} is answered with {text}. Leave the path out, or send text/plain.',
  },
  check({ spot, report }) {
    for (const d of replacedIn(spot)) tellReplaced(spot, d, report);
    const lines = pagesOf(spot);
    tellSent(spot, lines, report);
    for (const path of lines.some(hasPath) ? tries(spot) : []) {
      const trace = arriving(spot, { path });
      const { body, status, kind } = trace.outcome;
      const at = body?.indexOf(SCRIPT) ?? -1;
      if (kind !== 'return' || at < 0 || !isPage(trace)) continue;
      const line = lines.find((d) => d.value(0) === String(status)) ?? lines[0]!;
      report('runs', {
        at: line.args[1]!,
        data: { path, text: body!.slice(Math.max(0, at - 20), at + SCRIPT.length) },
        witness: proofOf(trace, outcomeText(trace)),
      });
      return;
    }
  },
  examples: [
    {
      inside: 'server',
      bad: `default_type text/html;
location / {
    return 200 "<h1>Nothing at $uri</h1>";
#              ^^^^^^^^^^^^^^^^^^^^^^^^^^ runs
}`,
      good: `default_type text/html;
location / {
    return 404 "<h1>Nothing here</h1>";
}`,
      witness: {
        request: 'GET http://www.example.test/users/%3Csvg%20onload=x%3E',
        outcome: '200',
        meant: 'a page without it',
      },
    },
    {
      inside: 'server',
      bad: `location ~ ^/hello/(?<name>.+)$ {
    default_type text/html;
    return 200 "Hello $name";
#              ^^^^^^^^^^^^^ runs
}`,
      good: `location ~ ^/hello/(?<name>[a-z]+)$ {
    default_type text/html;
    return 200 "Hello $name";
}`,
    },
    {
      inside: 'server',
      bad: `location / {
    proxy_pass http://127.0.0.1:8000;
    proxy_set_header Accept-Encoding "";
    sub_filter "<!-- here -->" "<p>You are at $uri</p>";
#                                             ^^^^ replaced
}`,
      good: `location / {
    proxy_pass http://127.0.0.1:8000;
    proxy_set_header Accept-Encoding "";
    sub_filter "<!-- here -->" "<p>You are at $request_uri</p>";
}`,
    },
    {
      inside: 'server',
      bad: `location = /hello {
    default_type text/html;
    return 200 "<h1>Hello $arg_name</h1>";
#              ^^^^^^^^^^^^^^^^^^^^^^^^^^ sent
}`,
      good: `location = /hello {
    default_type text/html;
    return 200 "<h1>Hello</h1>";
}`,
    },
    {
      inside: 'server',
      bad: `location = /login {
    proxy_pass http://127.0.0.1:8000;
    proxy_set_header Accept-Encoding "";
    sub_filter "</form>" '</form><a href="$arg_next">Back</a>';
#                                         ^^^^^^^^^ link
}`,
      good: `location = /login {
    proxy_pass http://127.0.0.1:8000;
    proxy_set_header Accept-Encoding "";
    sub_filter "</form>" '</form><a href="/">Back</a>';
}`,
    },
    { inside: 'server', good: 'location / { default_type text/plain; return 404 "Nothing at $uri"; }' },
    { inside: 'server', good: 'location / { default_type text/html; return 404 "Nothing at $request_uri"; }' },
  ],
});
