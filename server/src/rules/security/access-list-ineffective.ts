/** Lines of an access list that an earlier one takes everything from, and passwords that a list makes needless. Shown by a client's request. */
import { protocolOf } from '../../catalog/context.ts';
import type { Directive } from '../../config/directive.ts';
import type { Scope } from '../../config/scope.ts';
import { type Net, readNet } from '../../trace/networks.ts';
import { isRefused } from '../../witness/access.ts';
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

/** Addresses of one family as ranges that neither overlap nor touch, in order. */
class Ranges {
  private readonly from: bigint[] = [];
  private readonly to: bigint[] = [];

  /** The index of the first range that ends at the address or behind it. */
  private at(address: bigint): number {
    let low = 0;
    for (let high = this.to.length; low < high; ) {
      const middle = (low + high) >> 1;
      if (this.to[middle]! < address) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  add([from, to]: readonly [bigint, bigint]): void {
    const first = this.at(from - 1n);
    let end = first;
    while (end < this.from.length && this.from[end]! <= to + 1n) end++;
    const [start, stop] = end > first ? [this.from[first]!, this.to[end - 1]!] : [from, to];
    this.from.splice(first, end - first, start < from ? start : from);
    this.to.splice(first, end - first, stop > to ? stop : to);
  }

  covers([from, to]: readonly [bigint, bigint]): boolean {
    const i = this.at(from);
    return i < this.from.length && this.from[i]! <= from && this.to[i]! >= to;
  }
}

function rangeOf({ bytes, prefix }: Net): readonly [bigint, bigint] {
  let from = 0n;
  for (const b of bytes) from = (from << 8n) | BigInt(b);
  const size = 1n << BigInt(bytes.length * 8 - prefix);
  from -= from % size;
  return [from, from + size - 1n];
}

/** What is between networks that are given in order, up to the end of their family. */
function between(size: number, nets: readonly string[]): readonly (readonly [bigint, bigint])[] {
  const gaps: (readonly [bigint, bigint])[] = [];
  let next = 0n;
  for (const net of nets) {
    const [from, to] = rangeOf(readNet(net)!);
    if (from > next) gaps.push([next, from - 1n]);
    next = to + 1n;
  }
  const end = (1n << BigInt(size * 8)) - 1n;
  return next > end ? gaps : [...gaps, [next, end]];
}

/** Addresses that clients on the internet have: without inner, shared, link-local, loopback and test ones, and without all from 224 on. */
const PUBLIC4 = between(
  4,
  '0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.2.0/24 192.168.0.0/16 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 224.0.0.0/3'.split(
    ' ',
  ),
);
const PUBLIC6 = [rangeOf(readNet('2000::/3')!)];
const FROM_INTERNET = '51.77.3.9';
const FROM_INTERNET6 = '2600:1f18:77::9';

/** Lines of a list by what they take, so that a long list is gone through once. */
class Taken {
  private everybody: Place | null = null;
  /** by family and length of the prefix, then by the bits that count: the first line of each */
  private readonly nets = new Map<string, Map<string, Place>>();
  private count = 0;
  /** by the directive's name and the size of an address: what the lines take together, with the lines */
  private readonly sums = new Map<string, { readonly all: Ranges; readonly lines: Directive[] }>();

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

  /**
   * The lines so far of the other kind that leave this one nobody, none of them by itself: `0.0.0.0/1` and `128.0.0.0/1` are everybody. For
   * a line about everybody the clients on the internet count.
   */
  together(line: Directive, sixToo: boolean): readonly Directive[] | null {
    const other = line.name === 'allow' ? 'deny' : 'allow';
    const takes = (size: number, wanted: readonly (readonly [bigint, bigint])[]): readonly Directive[] | null => {
      const sum = this.sums.get(`${other} ${size}`);
      return sum && sum.lines.length > 1 && wanted.every((range) => sum.all.covers(range)) ? sum.lines : null;
    };
    if (EVERYBODY.has(line.value(0))) return takes(4, PUBLIC4) ?? (sixToo ? takes(16, PUBLIC6) : null);
    const net = readNet(line.value(0));
    return net && takes(net.bytes.length, [rangeOf(net)]);
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
      const name = `${line.name} ${net.bytes.length}`;
      let sum = this.sums.get(name);
      if (!sum) this.sums.set(name, (sum = { all: new Ranges(), lines: [] }));
      sum.all.add(rangeOf(net));
      sum.lines.push(line);
    }
  }
}

/** The line by which all of the internet is let in at last, of a list that lets nobody in by a single line. */
function openedBy(lines: readonly Directive[]): Directive | undefined {
  const all = new Ranges();
  return lines.find((line) => {
    const net = line.name === 'allow' ? readNet(line.value(0)) : null;
    if (net?.bytes.length !== 4) return false;
    all.add(rangeOf(net));
    return PUBLIC4.every((range) => all.covers(range));
  });
}

const isWithin = (scope: Scope, outer: Scope): boolean => {
  for (let at = scope.parent; at; at = at.parent) if (at === outer) return true;
  return false;
};

const MOST_LINES = 3;

function togetherWords(line: Directive, sum: readonly Directive[]): Readonly<Record<string, string>> {
  const shown = sum.slice(0, MOST_LINES).map((d) => `"${d.name} ${d.value(0)}"`);
  const who = !EVERYBODY.has(line.value(0)) ? line.value(0) : sum[0]!.value(0).includes(':') ? 'every IPv6 client' : 'everybody';
  return { line: `${line.name} ${line.value(0)}`, who, lines: `${shown.join(', ')}${sum.length > MOST_LINES ? ', …' : ''}` };
}

const passwordOf = ({ scope }: Spot): Directive | null => {
  for (const name of ['auth_basic', 'auth_request', 'auth_jwt']) {
    const line = scope.value(name);
    if (line && line.value(0) !== 'off') return line;
  }
  return null;
};

/** What is said of a line whose clients an earlier one has taken. */
const precededBy = (line: Directive, first: Directive, who: string) => ({
  at: line.at(),
  data: {
    line: `${line.name} ${line.value(0)}`,
    first: `${first.name} ${first.value(0)}`,
    who: EVERYBODY.has(first.value(0)) ? 'everybody' : who,
  },
  related: [{ at: first.at(), message: 'fits before' }],
});

/** What is said of one whose clients several earlier ones have taken together. */
const coveredBy = (line: Directive, sum: readonly Directive[]) => ({
  at: line.at(),
  data: togetherWords(line, sum),
  related: [{ at: sum[0]!.at(), message: 'the first of them' }],
});

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
      somewhere: ['allow', 'deny'],
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
    openTogether: '"{line}" keeps nobody out: the lines before it let {who} in together ({lines}). Name the addresses that may enter.',
    openSix:
      '"{line}" lets every IPv6 client in, and "deny all" keeps only the others out. Name the IPv6 networks that may enter, or remove the line.',
    closedTogether: '"{line}" is never reached: the lines before it keep {who} out together ({lines}). Put the narrower line first.',
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
        const sum = taken.together(line, true);
        const first = taken.firstOver(line);
        if (!first && sum) return report(line.name === 'deny' ? 'openTogether' : 'closedTogether', coveredBy(line, sum));
        if (!first || first.name === line.name) continue;
        return report(first.name === 'allow' ? 'open' : 'closed', precededBy(line, first, line.value(0)));
      }
      return;
    }
    const lines = spot.scope.effective('allow').directives;
    const password = passwordOf(spot);
    const satisfy = spot.scope.value('satisfy');
    if (password && satisfy?.value(0) === 'any') {
      const trace = spot.ask({});
      const step = trace.steps.find((s) => s.phase === 'access' && s.said === 'allowed, satisfy any needs no more');
      const line = lines.find((d) => d.name === 'allow' && EVERYBODY.has(d.value(0))) ?? openedBy(lines);
      // a level that opens what it inherits means just that
      if (!step || !line || isWithin(line.scope, password.scope)) return;
      return report('needless', {
        at: password.at(),
        data: { line: `allow ${line.value(0)}` },
        related: [{ at: line.at(), message: 'lets everyone in' }],
        witness: proofOf(trace),
      });
    }
    const taken = new Taken();
    const sixToo = spot.doors.some((d) => d.listener.kind === 'inet6');
    const six = sixToo ? lines.find((d) => d.name === 'allow' && d.value(0) === '::/0') : undefined;
    // a list that lets the others in as well means everybody
    if (six && lines.at(-1)?.name === 'deny' && lines.at(-1)?.value(0) === 'all') {
      const [four, other] = [spot.ask({}), spot.ask({ clientAddress: FROM_INTERNET6 })];
      if (isRefused(four) && other.steps.some((s) => s.phase === 'access' && s.said.startsWith('allow ::/0 fits')))
        return report('openSix', {
          at: six.at(),
          data: { line: 'allow ::/0' },
          witness: proofOf(other, `${outcomeText(other)} for ${FROM_INTERNET6}`),
        });
    }
    for (const line of lines) {
      const client = clientOf(line);
      const sum = taken.together(line, sixToo);
      const first = taken.firstOver(line);
      if (!first && sum?.every((d) => d.scope === line.scope)) {
        const who = [FROM_INTERNET, ...(client === null ? [] : [client]), ...(sixToo ? [FROM_INTERNET6] : [])];
        const trace = who
          .map((clientAddress) => spot.ask({ clientAddress }))
          .find((t) => t.steps.some((s) => s.phase === 'access' && sum.some((d) => s.said.startsWith(`${d.name} ${d.value(0)} fits`))));
        if (!trace) continue;
        return report(line.name === 'deny' ? 'openTogether' : 'closedTogether', {
          ...coveredBy(line, sum),
          witness: proofOf(trace, `${outcomeText(trace)} for ${trace.request.clientAddress}`),
        });
      }
      if (client === null || !first || first.name === line.name || first.scope !== line.scope) continue;
      const trace = spot.ask({ clientAddress: client });
      if (!trace.steps.some((s) => s.phase === 'access' && s.said.startsWith(`${first.name} ${first.value(0)} fits`))) continue;
      // a level that opens what it would inherit means just that, and ends as every list does
      const opens = first.name === 'allow' && spot.scope.effective('allow').shadowed.some((d) => d.name === 'deny');
      return report(first.name === 'allow' ? 'open' : 'closed', {
        ...precededBy(line, first, client === STRANGER ? 'everybody' : client),
        ...(opens ? { severity: 'info' as const } : {}),
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
      inside: 'server',
      bad: `listen [::]:80;
location /admin/ {
    allow 10.0.0.0/8;
    allow ::/0;
#   ^^^^^^^^^^^ openSix
    deny all;
    proxy_pass http://127.0.0.1:8000;
}`,
      good: `listen [::]:80;
location /admin/ {
    allow 10.0.0.0/8;
    allow 2001:db8:7::/48;
    deny all;
    proxy_pass http://127.0.0.1:8000;
}`,
      notOn122: 'its clients come over IPv6',
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
      bad: `location /admin/ {
    allow 0.0.0.0/1;
    allow 128.0.0.0/1;
    deny all;
#   ^^^^^^^^^ openTogether
    proxy_pass http://127.0.0.1:8000;
}`,
      good: `location /admin/ {
    allow 10.0.0.0/8;
    deny all;
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
            deny 10.0.0.0/9;
            deny 10.128.0.0/9;
            allow 10.0.0.0/8;
#           ^^^^^^^^^^^^^^^^^ closedTogether
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
            deny 10.1.0.0/16;
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
