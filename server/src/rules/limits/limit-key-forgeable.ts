/** A limit keyed on what the client itself writes: a new value for each request, and the limit never counts to two. */
import { admitsStrangers } from '../../answers/who-may-enter.ts';
import { table } from '../../base/table.ts';
import { PerConfig } from '../../config/asked.ts';
import type { Directive } from '../../config/directive.ts';
import { locationOf } from '../../config/locations.ts';
import { unseenIn } from '../../config/open.ts';
import { variablesIn } from '../../syntax/variable.ts';
import { definitionOf, indexOf } from '../../trace/index.ts';
import { probeFor, rowsOf, type Wanted } from '../../witness/values.ts';
import { flowInto } from '../data-flow.ts';
import { fixOf, replace } from '../fix.ts';
import { defineRule } from '../rule.ts';
import { limitZones } from './_zones.ts';

/** What a client makes up as it likes. The path is left out: limiting each page is a documented use. */
const MADE_UP = /^\$(http_|arg_|cookie_|args$|query_string$|proxy_add_x_forwarded_for$)/i;
/** Headers whose value the application checks: making them up gains a refusal. */
const CHECKED = /^\$(http_(authorization|x_api_key|api_key|x_auth_token|x_access_token)|http_host)$/i;

/** What is another one for each request, and for each connection: limits of connections by these may count the streams of HTTP/2. */
const OF_REQUEST = /^(?:request_id|msec|request_time|time_(?:iso8601|local))$/;
const OF_CONNECTION = /^(?:connection|remote_port|ssl_session_id|proxy_protocol_port)$/;

/** Places where people guess passwords: each guess is another value, so a limit by what is guessed never counts to two. */
const LOGIN = /log[-_]?in|sign[-_]?in|auth(?!or)|token|password|session/i;

const isForLogins = (zone: Directive): boolean =>
  limitZones(zone.scope.config)
    .filter((z) => z.directive === zone)
    .some((z) => z.uses.length > 0 && z.uses.every((use) => LOGIN.test(locationOf(use.scope)?.name ?? '')));

/** What gives the key its value. */
const WHAT: Readonly<Record<string, string>> = table({
  http: 'this header',
  arg: 'this argument',
  cookie: 'this cookie',
  remote: 'a user name',
});

/** A value long enough that nobody guesses it. */
const SECRET = /(?=[a-z+=.-]*\d)(?=[\d+=.-]*[a-z])[\w+=.-]{16,}/i;

/** What whoever deploys it puts in: nobody knows how long it is. */
const FILLED_IN = /^(?:\$\{\w+\}|__\w+__|@+\w+@+|%\w+%|<.*>)$/;

const isOfNothing = (wanted: Wanted | null): boolean => wanted !== null && wanted !== 'something' && 'is' in wanted && wanted.is === '';

/** A row of the key's map by which whoever sends a header line of his own has an empty key, where everyone else has one. */
function exemption(zone: Directive, key: string): { readonly row: Directive; readonly line: string } | null {
  const { config } = zone.scope;
  const name = /^\$\{?(\w+)\}?$/.exec(key)?.[1];
  const defined = name === undefined ? undefined : definitionOf(indexOf(config), name);
  if (defined?.by !== 'map') return null;
  const source = /^\$\{?((?:http|cookie|arg)_\w+)\}?$/.exec(defined.directive.value(0))?.[1];
  const rows = rowsOf(defined.directive);
  if (source === undefined) return null;
  const others = rows.find((r) => r.key === null);
  const lineFor = (wanted: Wanted): string | undefined => {
    const probe = probeFor(config, source, wanted);
    return probe?.headers?.[0]?.join(': ') ?? (probe?.query ? `?${probe.query}` : undefined);
  };
  // only who sends nothing is counted
  const counted = rows.find(({ key: wanted, value }) => isOfNothing(wanted) && value !== '');
  if ((others?.value ?? '') === '') {
    // what the application checks gains whoever makes it up a refusal; rows that nobody sees may count more
    if ((CHECKED.test(`$${source}`) && !isForLogins(zone)) || (defined.directive.body && unseenIn(defined.directive.body).length))
      return null;
    const line = counted && rows.every((r) => r === others || r === counted) ? lineFor('something') : undefined;
    return line === undefined ? null : { row: (others ?? counted!).directive, line };
  }
  for (const { key: wanted, value, directive } of rows) {
    if (value !== '' || wanted === null || wanted === 'something' || SECRET.test(directive.name) || FILLED_IN.test(directive.name))
      continue;
    if (isOfNothing(wanted)) continue;
    const line = lineFor(wanted);
    if (line !== undefined) return { row: directive, line };
  }
  return null;
}

/** Each place that uses the zone has another limit, too, which may count those without a key. */
const isBackedUp = (zone: Directive): boolean =>
  limitZones(zone.scope.config)
    .filter((z) => z.directive === zone)
    .some((z) => z.uses.length > 0 && z.uses.every((use) => use.scope.effective(use.name).directives.length > 1));

/** Each place that uses the zone also counts by address, whatever the client makes up. */
const isBackedByAddress = (zone: Directive): boolean => {
  const zones = limitZones(zone.scope.config);
  const own = zones.filter((z) => z.directive === zone);
  const byAddress = zones.filter((z) => z.directive.name === zone.name && /^\$\{?(?:binary_)?remote_addr\}?$/.test(z.directive.value(0)));
  return (
    own.some((z) => z.uses.length > 0) &&
    own.every((z) => z.uses.every((use) => byAddress.some((other) => other.uses.some((u) => u.scope === use.scope))))
  );
};

/** What a proxy in front replaces, whatever its client has sent; to X-Forwarded-For it only appends. */
const OF_PROXY =
  /^\$http_(?:x_real_ip|cf_connecting_ip(?:v6)?|true_client_ip|fastly_client_ip|fly_client_ip|x_client_ip|x_azure_clientip)$/i;

/** Nobody but the proxy in front gets to a place that is limited so: its addresses alone are let in, or the listener is this machine's own. */
const isBehindList = (zone: Directive): boolean => behindLists.of(zone.scope.config).has(zone);

const behindLists = new PerConfig(
  (config): ReadonlySet<Directive> =>
    new Set(
      limitZones(config)
        .filter((z) => z.uses.length > 0 && z.uses.every((use) => !admitsStrangers(use.scope)))
        .map((z) => z.directive),
    ),
);

export default defineRule({
  id: 'limit-key-forgeable',
  group: 'limits',
  severity: 'warning',
  since: '0.1',
  title: 'Limit key set by the client',
  why: `
nginx counts requests with the same key. When the key is a header, a cookie or an argument, a client sends another value with each request
and is never limited; \`X-Forwarded-For\` is such a header. It can also fill the zone with made-up keys until the real ones are forgotten.

A request whose key is empty is not counted at all, so a limit by a header, a cookie or a user name does not hold for whoever sends none.

Key on \`$binary_remote_addr\`. Behind a proxy, let \`set_real_ip_from\` and \`real_ip_header\` put the client's address there: they believe the
header of the named proxies only.`,
  about: ['limit_req_zone', 'limit_conn_zone', '$binary_remote_addr', 'set_real_ip_from'],
  looksAt: { directive: ['limit_req_zone', 'limit_conn_zone'] },
  needs: 'file',
  fixable: 'sometimes',
  messages: {
    unique:
      'The key holds ${source}, which is another one for each {what}: nginx counts each alone, and a client opens as many as it likes. Use $binary_remote_addr.',
    absent:
      'A request without {what} has an empty key, and nginx counts none of them: whoever leaves it out is not limited. Add a second limit by $binary_remote_addr, or give the empty value a key with map.',
    spared:
      'Who sends "{line}" is not counted, and anyone can send it: the row gives an empty key. Spare addresses with geo, or a value that nobody can guess.',
    forgeable: 'The key holds {source}, which the client sets: with a new value each time nothing is limited. Use $binary_remote_addr.',
  },
  check({ directive, report }) {
    const key = directive.args[0];
    if (!key?.value.includes('$')) return;
    const named = /^\$\{?((?:http|arg|cookie)_\w+|remote_user)\}?$/.exec(key.value)?.[1];
    const { uses } = variablesIn(key);
    const one = uses.find((u) => OF_REQUEST.test(u.name) || (directive.name === 'limit_req_zone' && OF_CONNECTION.test(u.name)));
    if (one)
      return report('unique', {
        at: key,
        data: { source: one.name, what: OF_REQUEST.test(one.name) ? 'request' : 'connection' },
        fix: uses.length === 1 ? fixOf('Limit each address', 'suggestion', directive.file, [replace(key, '$binary_remote_addr')]) : null,
      });
    for (const use of uses) {
      const flow = flowInto(directive, use, 'a');
      const varies = /^\$(?:request_uri|request)$/.test(flow?.source ?? '') && isForLogins(directive);
      if (!flow || !(varies || MADE_UP.test(flow.source)) || (CHECKED.test(flow.source) && !isForLogins(directive))) continue;
      if (isBackedByAddress(directive) || (OF_PROXY.test(flow.source) && isBehindList(directive))) return;
      report('forgeable', {
        at: key,
        // of a name that a template fills in, what is written before it is none
        data: { source: key.templated && flow.source === `$${use.name}` ? key.value : flow.source },
        related: flow.chain,
        fix: uses.length === 1 ? fixOf('Limit each address', 'suggestion', directive.file, [replace(key, '$binary_remote_addr')]) : null,
      });
      return;
    }
    const exempt = exemption(directive, key.value);
    if (exempt && !isBackedUp(directive))
      return report('spared', {
        at: key,
        data: { line: exempt.line },
        severity: 'info',
        related: [{ at: exempt.row.nameAt, message: 'spares whoever sends it' }],
      });
    if (named && !/^http_(?:host|authorization)$/.test(named) && !isBackedUp(directive))
      report('absent', { at: key, data: { what: WHAT[named.split('_')[0]!]! }, severity: 'info' });
  },
  examples: [
    {
      inside: 'http',
      bad: `limit_req_zone $http_x_api_key zone=keys:10m rate=10r/s;
#              ^^^^^^^^^^^^^^^ absent
server { limit_req zone=keys; }`,
      good: `limit_req_zone $http_x_api_key zone=keys:10m rate=10r/s;
limit_req_zone $binary_remote_addr zone=all:10m rate=50r/s;
server {
    limit_req zone=keys;
    limit_req zone=all;
}`,
      fixed: false,
    },
    {
      inside: 'http',
      bad: `limit_req_zone $http_x_forwarded_for zone=perip:10m rate=10r/s;
#              ^^^^^^^^^^^^^^^^^^^^^ forgeable
server { limit_req zone=perip; }`,
      good: `limit_req_zone $binary_remote_addr zone=perip:10m rate=10r/s;
server { limit_req zone=perip; }`,
    },
    {
      inside: 'http',
      bad: `map $http_x_real_ip $client {
    default $http_x_real_ip;
    ""      $remote_addr;
}
limit_conn_zone $client zone=perip:10m;
#               ^^^^^^^ forgeable
server { limit_conn perip 10; }`,
      good: `map $http_x_real_ip $client {
    default $http_x_real_ip;
    ""      $remote_addr;
}
limit_conn_zone $binary_remote_addr zone=perip:10m;
server { limit_conn perip 10; }`,
    },
    {
      inside: 'http',
      good: `map $http_user_agent $bot {
    default    "";
    ~*crawler  $binary_remote_addr;
}
limit_req_zone $bot zone=bots:10m rate=1r/s;
server { limit_req zone=bots; }`,
    },
    {
      inside: 'http',
      bad: `map $http_user_agent $counted {
    default     $binary_remote_addr;
    ~*goodbot   "";
}
limit_req_zone $counted zone=pages:10m rate=1r/s;
#              ^^^^^^^^ spared
server { limit_req zone=pages; }`,
      good: `geo $counted_address {
    default      1;
    192.0.2.0/24 0;
}
map $counted_address $counted {
    1 $binary_remote_addr;
    0 "";
}
limit_req_zone $counted zone=pages:10m rate=1r/s;
server { limit_req zone=pages; }`,
      fixed: false,
    },
    {
      inside: 'http',
      bad: `limit_req_zone $remote_addr:$remote_port zone=login:10m rate=5r/m;
#              ^^^^^^^^^^^^^^^^^^^^^^^^^ unique
server { limit_req zone=login; }`,
      good: `limit_req_zone $binary_remote_addr zone=login:10m rate=5r/m;
server { limit_req zone=login; }`,
      fixed: false,
    },
    { inside: 'http', good: 'limit_req_zone $http_authorization zone=tokens:10m rate=10r/s;\nserver { limit_req zone=tokens; }' },
  ],
});
