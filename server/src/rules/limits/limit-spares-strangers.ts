/** A limit that counts the own network and lets everyone else do what he likes: the rows of its map are the wrong way round. */
import { onTheWays } from '../../answers/where-a-value-comes-from.ts';
import { isPrivateAddress } from '../../answers/who-may-enter.ts';
import { PerConfig } from '../../config/asked.ts';
import type { Config } from '../../config/config.ts';
import type { Directive } from '../../config/directive.ts';
import { everywhere } from '../../config/pieces.ts';
import { indexOf } from '../../trace/index.ts';
import { variablesIn } from '../../trace/script.ts';
import { outcomeText, proofOf } from '../../witness/requests.ts';
import { directiveAt } from '../../witness/spots.ts';
import { defineRule } from '../rule.ts';

/** Rows of geo blocks that are tried. */
const MOST_NETWORKS = 8;

/** Clients of the own network, as the rows of geo blocks name them, with the row. */
const members = new PerConfig((config) => {
  const found: { readonly net: string; readonly address: string }[] = [];
  for (const geo of everywhere(config, 'geo'))
    for (const row of geo.body?.directives ?? []) {
      const m = /^(\d+\.\d+\.\d+)\.(\d+)(\/\d+)?$/.exec(row.name);
      if (!m || !isPrivateAddress(row.name.replace(/\/.*/, '')) || found.length >= MOST_NETWORKS) continue;
      found.push({ net: row.name, address: m[3] && m[3] !== '/32' && m[2] === '0' ? `${m[1]}.7` : `${m[1]}.${m[2]}` });
    }
  return found;
});

/** Whether a row of a geo block decides on the key of a limit. */
function hangsOnGeo(config: Config, limit: Directive): boolean {
  const zone = limit.values.map((v) => /^zone=(.*)$/.exec(v)?.[1]).find((v) => v !== undefined) ?? limit.value(0);
  const key = indexOf(config).zones.get(zone)?.value(0) ?? '';
  const made = (d: Directive): string[] =>
    d.name === 'map' ? [d.value(0), ...(d.body?.directives ?? []).map((row) => row.value(0))].flatMap((text) => variablesIn(text)) : [];
  for (const [, definitions] of onTheWays(config, variablesIn(key), 'http', made))
    if (definitions.some((d) => d.name === 'geo' || d.name === 'set')) return true;
  return false;
}

export default defineRule({
  id: 'limit-spares-strangers',
  group: 'limits',
  severity: 'warning',
  since: '0.2',
  title: 'Limit that counts the own network alone',
  why: `
A request whose key is empty is not counted. The usual way to spare one's own network is a \`geo\` block that marks it and a \`map\` that gives it an empty key; with the rows of one of the two exchanged, the own network is limited and everybody else is not. No error says so, and from the office it looks as if it worked.

Give the key \`$binary_remote_addr\` to those whom \`geo\` does not name, and \`""\` to those whom it names.`,
  about: ['limit_req_zone', 'limit_conn_zone', 'geo', 'map'],
  references: ['https://nginx.org/en/docs/http/ngx_http_limit_req_module.html#limit_req_zone'],
  looksAt: {
    outcome: ['limit_req', 'limit_conn', 'location', 'server'],
    somewhere: ['geo'],
    when: ({ scope, config }) =>
      ['limit_req', 'limit_conn'].some((name) => scope.effective(name).directives.some((d) => hangsOnGeo(config, d))),
  },
  needs: 'config',
  messages: {
    reversed:
      'Only clients of {net} are counted: for everybody else {key} is empty, and nothing is limited. Give "" to the network that is to be spared, and $binary_remote_addr to the others.',
  },
  check({ spot, config, report }) {
    const own = members.of(config);
    if (!own.length || spot.unsure || spot.path === undefined) return;
    const stranger = spot.ask({});
    // a condition or a list that turns strangers away comes first
    if (stranger.outcome.status >= 400) return;
    const counted = (kind: 'request-rate' | 'connections'): boolean => stranger.limits.some((l) => l.kind === kind);
    const rates = counted('request-rate') ? [] : spot.scope.effective('limit_req').directives;
    const connections = counted('connections') ? [] : spot.scope.effective('limit_conn').directives;
    const lines = [...rates, ...connections];
    if (!lines.length) return;
    for (const { net, address } of own) {
      const trace = spot.ask({ clientAddress: address });
      for (const limit of trace.limits) {
        if (limit.kind !== 'request-rate' && limit.kind !== 'connections') continue;
        // strangers have a limit of their own
        if (counted(limit.kind)) continue;
        const line = directiveAt(lines, limit.at);
        if (!line || stranger.outcome.status >= 300 !== trace.outcome.status >= 300) continue;
        report('reversed', {
          at: line.at(),
          data: { net, key: limit.key ?? '' },
          witness: proofOf(stranger, `${outcomeText(stranger)}, not counted`),
        });
        return;
      }
    }
  },
  examples: [
    {
      inside: 'http',
      bad: `geo $counted {
    default 0;
    10.0.0.0/8 1;
}
map $counted $key {
    0 "";
    1 $binary_remote_addr;
}
limit_req_zone $key zone=pages:10m rate=5r/s;
server {
    location / {
        limit_req zone=pages burst=10 nodelay;
#       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ reversed
        proxy_pass http://127.0.0.1:8000;
    }
}`,
      good: `geo $counted {
    default 1;
    10.0.0.0/8 0;
}
map $counted $key {
    0 "";
    1 $binary_remote_addr;
}
limit_req_zone $key zone=pages:10m rate=5r/s;
server {
    location / {
        limit_req zone=pages burst=10 nodelay;
        proxy_pass http://127.0.0.1:8000;
    }
}`,
      witness: {
        request: 'GET http://www.example.test/users',
        outcome: 'GET /users at 127.0.0.1:8000, not counted',
        meant: 'the sixteenth request of a second gets `503`',
      },
    },
  ],
});
