/** Lines of an access list that an earlier one takes everything from, and passwords that a list makes needless. Shown by a client's request. */
import { protocolOf } from '../../catalog/context.ts';
import type { Directive } from '../../config/directive.ts';
import { type Net, readNet } from '../../trace/networks.ts';
import { outcomeText, proofOf } from '../../witness/requests.ts';
import type { Spot } from '../../witness/spots.ts';
import { defineRule } from '../rule.ts';

const EVERYBODY = new Set(['all', '0.0.0.0/0', '::/0']);
const STRANGER = '203.0.113.9';

/** A client that the line is about; null where none can be named. */
function clientOf(line: Directive): string | null {
  if (line.value(0) === 'all' || line.value(0) === '0.0.0.0/0') return STRANGER;
  const six = /^([\da-f:]+)(?:::(\/\d+)|(\/\d+)?)$/i.exec(line.value(0));
  if (six && line.value(0).includes(':') && !/^::/.test(line.value(0))) return six[2] ? `${six[1]}::7` : six[3] ? null : line.value(0);
  const m = /^(\d+\.\d+\.\d+)\.(\d+)(?:\/(\d+))?$/.exec(line.value(0));
  return m && (m[3] !== undefined && m[2] === '0' ? `${m[1]}.7` : `${m[1]}.${m[2]}`);
}

interface Place {
  readonly line: Directive;
  readonly order: number;
}

/** Lines of a list by what they take, so that a long list is gone through once. */
class Taken {
  private everybody: Place | null = null;
  /** by family and length of the prefix, then by the bits that count: the first line of each */
  private readonly nets = new Map<string, Map<string, Place>>();
  private count = 0;

  private static keyOf({ bytes, prefix }: Net, length: number): string | null {
    if (length > prefix) return null;
    return bytes.map((b, i) => b & (0xff << Math.max(0, 8 - Math.max(0, length - i * 8)))).join('.');
  }

  /** The first of the lines so far that takes every IPv4 client of this one; the line itself counts from now on. */
  firstOver(line: Directive): Directive | null {
    const text = line.value(0);
    const net = readNet(text);
    let first = this.everybody;
    if (net)
      for (const [kind, byKey] of this.nets) {
        const [size, length] = kind.split('/').map(Number) as [number, number];
        const key = size === net.bytes.length ? Taken.keyOf(net, length) : null;
        const found = key === null ? undefined : byKey.get(key);
        if (found && (!first || found.order < first.order)) first = found;
      }
    this.add(line, net);
    return first?.line ?? null;
  }

  private add(line: Directive, net: Net | null): void {
    const order = this.count++;
    if (line.value(0) === 'all' || line.value(0) === '0.0.0.0/0') {
      this.everybody ??= { line, order };
    } else if (net) {
      const kind = `${net.bytes.length}/${net.prefix}`;
      let byKey = this.nets.get(kind);
      if (!byKey) this.nets.set(kind, (byKey = new Map()));
      const key = Taken.keyOf(net, net.prefix)!;
      if (!byKey.has(key)) byKey.set(key, { line, order });
    }
  }
}

const passwordOf = ({ scope }: Spot): Directive | null => {
  for (const name of ['auth_basic', 'auth_request', 'auth_jwt']) {
    const line = scope.value(name);
    if (line && line.value(0) !== 'off') return line;
  }
  return null;
};

export default defineRule({
  id: 'access-list-ineffective',
  group: 'security',
  severity: 'warning',
  since: '0.2',
  title: 'Access list line without effect',
  why: `
nginx goes through \`allow\` and \`deny\` in order and stops at the first that matches. \`allow all\` (or \`0.0.0.0/0\`) before \`deny all\` lets everyone in, \`deny all\` before the \`allow\` lines lets nobody in, and an exception after the network that contains it is never reached. Write the narrow lines first and \`deny all\` last.

With \`satisfy any\` one of list and password is enough. If the list admits everyone, no one is asked for the password.`,
  about: ['allow', 'deny', 'satisfy', 'auth_basic'],
  looksAt: [
    {
      outcome: ['allow', 'deny', 'satisfy', 'auth_basic', 'auth_request', 'auth_jwt', 'server'],
      when: ({ scope }) => scope.effective('allow').directives.length > (scope.value('satisfy')?.value(0) === 'any' ? 0 : 1),
    },
    // lists that no request over HTTP shows, or one of another method
    { directive: ['allow', 'deny'] },
  ],
  needs: 'config',
  messages: {
    needless:
      'Nobody is asked for a password: with "satisfy any" the line "{line}" already lets everyone in. Name the addresses that need no password.',
    open: '"{line}" is never reached: "{first}" comes before it and lets {who} in. Put the narrower line first.',
    closed: '"{line}" is never reached: "{first}" comes before it and keeps {who} out. Put the narrower line first.',
  },
  check({ spot, directive, scope, report }) {
    if (!spot) {
      const list = scope.effective('allow').directives;
      if (
        list[0] !== directive ||
        !(scope.context === 'limit_except' || (scope.context !== 'unknown' && protocolOf(scope.context) === 'stream'))
      )
        return;
      const taken = new Taken();
      for (const line of list) {
        const first = taken.firstOver(line);
        if (!first || first.name === line.name) continue;
        return report(first.name === 'allow' ? 'open' : 'closed', {
          at: line.at(),
          data: {
            line: `${line.name} ${line.value(0)}`,
            first: `${first.name} ${first.value(0)}`,
            who: EVERYBODY.has(first.value(0)) ? 'everybody' : line.value(0),
          },
          related: [{ at: first.at(), message: 'fits before' }],
        });
      }
      return;
    }
    const lines = spot.scope.effective('allow').directives;
    const password = passwordOf(spot);
    const satisfy = spot.scope.value('satisfy');
    if (password && satisfy?.value(0) === 'any') {
      const trace = spot.ask({});
      const step = trace.steps.find((s) => s.phase === 'access' && s.said === 'allowed, satisfy any needs no more');
      const line = lines.find((d) => d.name === 'allow' && EVERYBODY.has(d.value(0)));
      // a level that only opens what is inherited means just that
      if (!step || !line || (password.scope !== line.scope && satisfy.scope !== line.scope)) return;
      return report('needless', {
        at: password.at(),
        data: { line: `allow ${line.value(0)}` },
        related: [{ at: line.at(), message: 'lets everyone in' }],
        witness: proofOf(trace),
      });
    }
    const taken = new Taken();
    for (const line of lines) {
      const client = clientOf(line);
      const first = taken.firstOver(line);
      if (client === null || !first || first.name === line.name || first.scope !== line.scope) continue;
      const trace = spot.ask({ clientAddress: client });
      if (!trace.steps.some((s) => s.phase === 'access' && s.said.startsWith(`${first.name} ${first.value(0)} fits`))) continue;
      const who = client === STRANGER ? 'everybody' : client;
      return report(first.name === 'allow' ? 'open' : 'closed', {
        at: line.at(),
        data: {
          line: `${line.name} ${line.value(0)}`,
          first: `${first.name} ${first.value(0)}`,
          who: EVERYBODY.has(first.value(0)) ? 'everybody' : who,
        },
        related: [{ at: first.at(), message: 'fits before' }],
        witness: proofOf(trace, client === STRANGER ? outcomeText(trace) : `${outcomeText(trace)} for ${client}`),
      });
    }
  },
  examples: [
    {
      inside: 'server',
      bad: `location /admin/ {
    allow all;
    deny all;
#   ^^^^^^^^^ open
    proxy_pass http://127.0.0.1:8000;
}`,
      good: `location /admin/ {
    allow 10.0.0.0/8;
    deny all;
    proxy_pass http://127.0.0.1:8000;
}`,
      witness: { request: 'GET http://www.example.test/admin/users', outcome: 'GET /admin/users at 127.0.0.1:8000', meant: '`403`' },
    },
    {
      inside: 'server',
      bad: `location /admin/ {
    satisfy any;
    allow 0.0.0.0/0;
    deny all;
    auth_basic "staff";
#   ^^^^^^^^^^^^^^^^^^^ needless
    auth_basic_user_file staff;
    proxy_pass http://127.0.0.1:8000;
}`,
      good: `location /admin/ {
    satisfy any;
    allow 10.0.0.0/8;
    deny all;
    auth_basic "staff";
    auth_basic_user_file staff;
    proxy_pass http://127.0.0.1:8000;
}`,
    },
    {
      inside: 'tree',
      bad: `#- nginx.conf
events {}
http {
    server {
        location /admin/ {
            deny all;
            allow 10.0.0.0/8;
#           ^^^^^^^^^^^^^^^^^ closed
            proxy_pass http://127.0.0.1:8000;
        }
        location /api/ {
            allow 10.0.0.0/8;
            deny 10.1.2.3;
#           ^^^^^^^^^^^^^^ open
            deny all;
            proxy_pass http://127.0.0.1:8000;
        }
    }
}`,
      good: `#- nginx.conf
events {}
http {
    server {
        location /admin/ {
            allow 10.0.0.0/8;
            deny all;
            proxy_pass http://127.0.0.1:8000;
        }
        location /api/ {
            deny 10.1.2.3;
            allow 10.0.0.0/8;
            deny all;
            proxy_pass http://127.0.0.1:8000;
        }
    }
}`,
    },
    {
      inside: 'server',
      good: `satisfy any;
auth_basic "staff";
auth_basic_user_file staff;
location / { allow 10.0.0.0/8; root /srv/site; }
location /public/ { allow all; root /srv/site; }
location /api/ { deny 192.0.2.1; allow all; root /srv/site; }`,
    },
  ],
});
