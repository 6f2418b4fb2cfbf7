/** A condition on `$request_uri` or `$request` that turns people away: the path as the client wrote it, which the client can write in another way. Shown by such a request. */
import { sourcesOf } from '../../answers/where-a-value-comes-from.ts';
import { fromBytes } from '../../base/bytes.ts';
import type { Config } from '../../config/config.ts';
import type { Directive } from '../../config/directive.ts';
import { readCondition } from '../../trace/handlers/rewrite.ts';
import { isBackend, isGivenOut } from '../../witness/access.ts';
import { outcomeText, proofOf } from '../../witness/requests.ts';
import { type Probe, patternOf, probeFor, type Wanted } from '../../witness/values.ts';
import { defineRule } from '../rule.ts';

/** Answers that keep someone out; 404 and 444 are what scanners get. */
const KEPT_OUT = new Set(['401', '403']);

/** The path as the client wrote it, and the whole first line of the request, in which it stands. */
const RAW: ReadonlySet<string> = new Set(['request_uri', 'request']);

/** What scanners look for: an application of another kind has none of it, in whatever spelling. */
const SCANNED = /\.(?:php\d?|aspx?|jsp|cgi|env|git|svn|sql|bak|ini|sh)\b|\/\.|wp-|phpmyadmin|cgi-bin|xmlrpc/i;

/** A request for which the condition holds, made by its path alone; null where there is none or its words are not about a path. */
function pathFor(config: Config, condition: Directive): string | null {
  const read = readCondition(condition);
  if (!read || read.kind === 'file' || read.kind === 'not-equal') return null;
  const wanted = wantedBy(condition, read);
  const probe = wanted && probeFor(config, read.name, wanted);
  const path = probe && isPathOnly(probe) ? probe.path! : '';
  return /[a-z]/i.test(path) && !OF_PROTOCOL.test(path) ? path : null;
}

function wantedBy(condition: Directive, read: NonNullable<ReturnType<typeof readCondition>>): Wanted | null {
  if (read.kind === 'variable') return 'something';
  if (read.kind === 'match') {
    const pattern = read.negative ? null : patternOf(condition);
    return pattern && { matches: pattern.pattern, caseless: pattern.caseless };
  }
  return read.kind === 'equal' && read.value.literal !== null ? { is: fromBytes(read.value.literal) } : null;
}

/** The version of the protocol stands in the first line, too: who looks for it asks for no path. */
const OF_PROTOCOL = /HTTP\//i;

const isPathOnly = ({ path, query, headers, method }: Probe): boolean => path !== undefined && query == null && !headers && !method;

/** The same path with one of its letters escaped: nginx and applications read it as before. At most four, letters behind slashes first. */
function spellings(path: string): string[] {
  const letters = [...path.matchAll(/(?<!%[\da-f]?)[a-z]/gi)].map((m) => m.index);
  const first = letters.filter((i) => path[i - 1] === '/');
  return [...new Set([...first, ...letters])]
    .slice(0, 4)
    .map((i) => `${path.slice(0, i)}%${path.charCodeAt(i).toString(16).toUpperCase()}${path.slice(i + 1)}`);
}

export default defineRule({
  id: 'access-by-raw-path',
  group: 'security',
  severity: 'warning',
  since: '0.2',
  title: 'Access decided by the path as the client wrote it',
  why: `
\`$request_uri\` is the path before nginx decodes it. \`/admin\` may as well be written \`/%61dmin\` or \`//admin\`; a condition that looks for \`/admin\` in \`$request_uri\` lets these by, while the application and the file system take them for the same place. \`$request\` is the first line of the request, with that same path in it.

Restrict a \`location\`, which is compared with the decoded path: \`location /admin { deny all; }\`. Where a condition or a \`map\` has to decide, compare \`$uri\`.`,
  about: ['if', 'map', '$request_uri', '$request', '$uri'],
  looksAt: { outcome: ['if'] },
  needs: 'config',
  messages: {
    escaped:
      '{path} gets past this condition: {variable} has the path as the client wrote it, and {plain} can be written in other ways. Restrict a location, or compare $uri.',
  },
  check({ spot, config, report }) {
    if (spot.unsure || spot.location?.kind === 'named') return;
    for (const condition of spot.scope.named('if')) {
      const answer = condition.body?.first('return');
      if (!answer || !KEPT_OUT.has(answer.value(0))) continue;
      const name = readCondition(condition);
      const variables = name && name.kind !== 'file' ? [...sourcesOf(config, name.name)] : [];
      if (!variables.length || !variables.every((s) => RAW.has(s))) continue;
      const plain = pathFor(config, condition);
      if (plain === null || !spot.takes(plain)) continue;
      const refused = spot.ask({ path: plain });
      if (String(refused.outcome.status) !== answer.value(0)) continue;
      for (const path of spellings(plain)) {
        const trace = spot.ask({ path });
        if (!isGivenOut(trace) || (isBackend(trace) && trace.outcome.kind !== 'fastcgi' && SCANNED.test(plain))) continue;
        report('escaped', {
          at: condition.nameAt,
          data: { path, plain, variable: `$${variables[0]}` },
          witness: proofOf(trace, outcomeText(trace)),
        });
        break;
      }
    }
  },
  examples: [
    {
      inside: 'server',
      bad: `location / {
    if ($request_uri ~ ^/admin) {
#   ^^ escaped
        return 403;
    }
    proxy_pass http://127.0.0.1:8000;
}`,
      good: `location /admin {
    deny all;
}
location / {
    proxy_pass http://127.0.0.1:8000;
}`,
      witness: {
        request: 'GET http://www.example.test/%61dmin',
        outcome: 'GET /%61dmin at 127.0.0.1:8000',
        meant: '`403`',
      },
    },
    {
      inside: 'http',
      bad: `map $request_uri $internal_page {
    default 0;
    ~*/internal/ 1;
}
server {
    listen 80;
    root /srv/site;
    if ($internal_page) {
#   ^^ escaped
        return 403;
    }
}`,
      good: `map $uri $internal_page {
    default 0;
    ~*/internal/ 1;
}
server {
    listen 80;
    root /srv/site;
    if ($internal_page) {
        return 403;
    }
}`,
    },
    {
      inside: 'server',
      good: `location / {
    if ($request_uri ~* "wp-login\\.php") {
        return 403;
    }
    proxy_pass http://127.0.0.1:8000;
}`,
    },
    {
      inside: 'server',
      bad: `location / {
    if ($request ~* " /internal/") {
#   ^^ escaped
        return 403;
    }
    proxy_pass http://127.0.0.1:8000;
}`,
      good: `location /internal/ {
    deny all;
}
location / {
    if ($request ~* "^TRACE ") {
        return 403;
    }
    proxy_pass http://127.0.0.1:8000;
}`,
    },
  ],
});
