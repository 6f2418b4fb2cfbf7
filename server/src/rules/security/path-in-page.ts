/** A page of nginx's own that writes the decoded path into its text: a link with a script in its path runs it on this site. */
import { variablesIn } from '../../trace/script.ts';
import { splicedPaths } from '../../witness/captures.ts';
import { outcomeText, proofOf } from '../../witness/requests.ts';
import type { Spot } from '../../witness/spots.ts';
import { defineRule } from '../rule.ts';

const SCRIPT = '<svg onload=x>';
const ESCAPED = '%3Csvg%20onload=x%3E';

/** What is no path, or stays as the browser escaped it. */
const RAW =
  /^(?:arg_|http_|cookie_|request_uri$|args$|query_string$|host$|scheme$|request$|server_|remote_|status$|request_id$|time_|msec$)/;

/** A redirect: what is written behind it is no page. */
const SENT_ON = new Set(['301', '302', '303', '307', '308']);

const isHtml = (type: string): boolean => /^(?:text\/html|application\/xhtml\+xml|image\/svg\+xml)\b/i.test(type);

/** Paths with a script in them: below the place, and in the groups of its expression. */
function* tries(spot: Spot): Generator<string> {
  for (const { path } of splicedPaths(spot, SCRIPT)) yield path;
  if (spot.location?.kind === 'exact') return;
  for (const path of spot.somePaths(2)) yield `${path.replace(/\/$/, '')}/${ESCAPED}`;
}

export default defineRule({
  id: 'path-in-page',
  group: 'security',
  severity: 'warning',
  since: '0.2',
  title: 'Decoded path written into a page',
  why: `
\`$uri\` and the groups of a location hold the path after nginx has decoded it: \`/%3Cscript%3E\` has become \`<script>\` there, and \`return 404 "No $uri"\` with the type text/html sends it to the browser as a part of the page (cross-site scripting). nginx escapes nothing in the text of \`return\`.

Leave the path out, or write \`$request_uri\`, in which browsers keep such characters escaped; or send the text as \`text/plain\`.`,
  about: ['return', 'default_type', '$uri', '$request_uri'],
  references: ['https://cwe.mitre.org/data/definitions/79.html'],
  looksAt: {
    outcome: ['return'],
    when: (spot) =>
      spot.directives.some(
        (d) =>
          d.name === 'return' &&
          d.values.length > 1 &&
          !SENT_ON.has(d.value(0)) &&
          (/\$\d/.test(d.value(1)) || variablesIn(d.value(1)).some((v) => !RAW.test(v))),
      ),
  },
  needs: 'config',
  messages: {
    runs: 'A script in the path becomes a part of this page: {path} is answered with {text}. Leave the path out, or send text/plain.',
  },
  check({ spot, report }) {
    const lines = spot.directives.filter((d) => d.name === 'return' && d.values.length > 1 && d.value(1).includes('$'));
    for (const path of tries(spot)) {
      const trace = spot.ask({ path });
      const { body, status, kind, responseHeaders } = trace.outcome;
      const at = body?.indexOf(SCRIPT) ?? -1;
      if (kind !== 'return' || at < 0 || (status >= 300 && status < 400)) continue;
      if (!isHtml(responseHeaders.find(([n]) => n.toLowerCase() === 'content-type')?.[1] ?? '')) continue;
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
    { inside: 'server', good: 'location / { default_type text/plain; return 404 "Nothing at $uri"; }' },
    { inside: 'server', good: 'location / { default_type text/html; return 404 "Nothing at $request_uri"; }' },
  ],
});
