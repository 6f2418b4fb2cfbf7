/** A condition on `$http_host` that turns people away from a name: the Host as the client wrote it, which it can write in another way. Shown by such a request. */
import { afterSet } from '../../answers/where-a-value-comes-from.ts';
import { fromBytes } from '../../base/bytes.ts';
import type { Config } from '../../config/config.ts';
import type { Directive } from '../../config/directive.ts';
import { readCondition } from '../../trace/handlers/rewrite.ts';
import { definitionOf, indexOf } from '../../trace/index.ts';
import { isGivenOut } from '../../witness/access.ts';
import { isScripted } from '../../witness/follow.ts';
import { samplesOf } from '../../witness/regex-samples.ts';
import { outcomeText, proofOf } from '../../witness/requests.ts';
import { patternOf, rowsOf, type Wanted } from '../../witness/values.ts';
import { defineRule } from '../rule.ts';

/** Conditions of one level that are tried: each request runs all of them. */
const MOST_TRIED = 50;

/** Answers that keep someone out. */
const KEPT_OUT = new Set(['401', '403']);

/** A name in the letters that nginx compares. */
const HOST = /^[a-z\d](?:[a-z\d.-]{0,200}[a-z\d])?$/;

/** The same name for nginx, which lowers its letters, and leaves out a port and a dot at its end (ngx_http_validate_host). */
const spellings = (host: string, port: number): readonly string[] => [`${host}:${port}`, host.toUpperCase(), `${host}.`];

/** A Host of the kind: a name of the server that is, or one made of the pattern; null where none comes to mind. */
function sampleOf(config: Config, names: readonly string[], wanted: Wanted): string | null {
  if (wanted === 'something') return null;
  if ('is' in wanted) return wanted.is;
  const compiled = config.regexes.compile(wanted.matches, { caseless: wanted.caseless });
  const own = compiled.ok ? names.find((name) => typeof compiled.regex.match(name) === 'object') : undefined;
  const forms = (s: string): readonly string[] => [s, `${s}example.org`];
  const made = samplesOf(config.regexes, wanted.matches, { caseless: wanted.caseless, tries: 8, forms });
  return own ?? made.find((host) => HOST.test(host)) ?? null;
}

/** A Host for which the condition holds, as far as it compares `$http_host`, or what a map makes of it; null where it reads something else. */
function hostFor(
  config: Config,
  names: readonly string[],
  condition: Directive,
  read: NonNullable<ReturnType<typeof readCondition>>,
): string | null {
  if (read.kind === 'file' || read.kind === 'not-equal') return null;
  const own = read.name.toLowerCase();
  // `set $asked $http_host` hands it on
  const name = /^\$\{?http_host\}?$/i.test(afterSet(config, `$${own}`)) ? 'http_host' : own;
  const literal = read.kind === 'equal' && read.value.literal !== null ? fromBytes(read.value.literal) : null;
  if (name === 'http_host') {
    const pattern = read.kind === 'match' && !read.negative ? patternOf(condition) : null;
    if (literal !== null) return literal;
    return pattern && sampleOf(config, names, { matches: pattern.pattern, caseless: pattern.caseless });
  }
  const defined = definitionOf(indexOf(config), name);
  if (defined?.by !== 'map' || !/^\$\{?http_host\}?$/i.test(defined.directive.value(0))) return null;
  const holds = (value: string): boolean => (read.kind === 'variable' ? value !== '' && value !== '0' : value === literal);
  const row = rowsOf(defined.directive).find(({ key, value }) => key !== null && !value.includes('$') && holds(value));
  return row?.key ? sampleOf(config, names, row.key) : null;
}

export default defineRule({
  id: 'access-by-raw-host',
  group: 'security',
  severity: 'warning',
  since: '0.2',
  title: 'Access decided by the Host as the client wrote it',
  why: `
\`$http_host\` is the line of the client, letter by letter. nginx chooses the server by a name in small letters, without a port and without a dot at the end; so \`Host: ADMIN.example.org\`, \`admin.example.org:443\` and \`admin.example.org.\` come to the same server, and a condition that looks for \`admin.example.org\` in \`$http_host\` lets them by.

Compare \`$host\`, or give the name a server of its own with an access list in it.`,
  about: ['if', 'map', '$http_host', '$host'],
  looksAt: { outcome: ['if'] },
  needs: 'config',
  messages: {
    written:
      '"Host: {host}" gets past this condition and is served all the same: $http_host is the name as the client wrote it, with its capitals, port or dot. Compare $host.',
  },
  check({ spot, config, report }) {
    const door = spot.doors[0];
    if (spot.unsure || !door || spot.location?.kind === 'named') return;
    const names = spot.server.names.flatMap((n) => (n.kind === 'exact' ? [n.text] : []));
    for (const condition of spot.scope.named('if').slice(0, MOST_TRIED)) {
      const answer = condition.body?.first('return');
      const read = answer && KEPT_OUT.has(answer.value(0)) ? readCondition(condition) : null;
      if (!read || read.kind === 'file' || read.kind === 'not-equal') continue;
      const host = hostFor(config, names, condition, read);
      if (host === null || !HOST.test(host) || !/[a-z]/.test(host)) continue;
      const refused = spot.ask({ headers: [['Host', host]] });
      if (String(refused.outcome.status) !== answer!.value(0)) continue;
      for (const other of spellings(host, door.port)) {
        const trace = spot.ask({ headers: [['Host', other]] });
        if (!isGivenOut(trace) || isScripted(trace)) continue;
        report('written', { at: condition.nameAt, data: { host: other }, witness: proofOf(trace, outcomeText(trace)) });
        break;
      }
    }
  },
  examples: [
    {
      inside: 'http',
      bad: `server {
    listen 80;
    server_name www.example.org admin.example.org;
    location / {
        if ($http_host = admin.example.org) {
#       ^^ written
            return 403;
        }
        proxy_pass http://127.0.0.1:8000;
    }
}`,
      good: `server {
    listen 80;
    server_name www.example.org admin.example.org;
    location / {
        if ($host = admin.example.org) {
            return 403;
        }
        proxy_pass http://127.0.0.1:8000;
    }
}`,
      witness: {
        request: 'GET http://admin.example.org:80/users',
        outcome: 'GET /users at 127.0.0.1:8000',
        meant: '`403`',
      },
    },
    {
      inside: 'http',
      good: `server {
    listen 80;
    server_name www.example.org;
    if ($http_host !~ ^www\\.example\\.org$) {
        return 403;
    }
    location / {
        proxy_pass http://127.0.0.1:8000;
    }
}`,
    },
  ],
});
