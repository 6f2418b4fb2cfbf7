/**
 * Which server of a group is asked, and which after it fails: round robin by weight, ip_hash and hash (also consistent) as nginx computes them, backup servers
 * when no other is left (ngx_http_upstream_round_robin.c and its like). What earlier requests left behind is not known: where it decides who is
 * first, that is an assumption.
 */
import { byteArray, toBytes } from '../base/bytes.ts';
import { type PassTarget, serverAddress, targetServers, type Upstream, type UpstreamServer } from '../config/upstreams.ts';
import { crc32 } from './crc32.ts';
import { readPlainIp } from './networks.ts';
import type { Run } from './run.ts';
import { nameOf, type Wish, wishOf } from './sticky.ts';

export interface Peer {
  /** with its port */
  readonly address: string;
  /** null: the address is in the pass directive itself */
  readonly server: UpstreamServer | null;
  readonly backup: boolean;
}

interface Member extends Peer {
  readonly weight: number;
  /** not asked, unless a client that is bound to it asks for it (`drain`) */
  readonly down: boolean;
  readonly drains: boolean;
  current: number;
  effective: number;
  /** by the request at hand */
  tried: boolean;
  /** failures so far: the next request finds them */
  fails: number;
  /** as many connections as max_conns allows */
  full: boolean;
}

/** The servers of a group with what the requests of this trace left behind. */
export interface Turn {
  readonly primary: readonly Member[];
  readonly spare: readonly Member[];
}

const members = (servers: readonly UpstreamServer[], backup: boolean): Member[] =>
  servers
    .filter((s) => s.backup === backup)
    .map((server) => ({
      address: serverAddress(server),
      server,
      backup,
      weight: server.weight,
      down: server.down || server.params.includes('drain'),
      drains: !server.down && server.params.includes('drain'),
      current: 0,
      effective: server.weight,
      tried: false,
      fails: 0,
      full: false,
    }));

/** The servers of an upstream group in the order in which nginx tries them. */
export class Peers {
  /** how many may still be asked after the one that is asked now (ngx_peer_connection_t.tries) */
  tries: number;
  private readonly primary: readonly Member[];
  private readonly spare: readonly Member[];
  private readonly single: boolean;
  private usesSpare = false;
  private asked: Member | null = null;
  private readonly first: Member | null;
  private readonly wish: Wish | null;
  private readonly hashed: (() => Member | null) | null;

  constructor(run: Run, target: PassTarget, most: number) {
    const group = target.upstream;
    let again = false;
    if (group) {
      let turn = run.hops.turns.get(group.name);
      again = turn !== undefined;
      if (!turn) run.hops.turns.set(group.name, (turn = { primary: members(group.servers, false), spare: members(group.servers, true) }));
      if (again) for (const m of [...turn.primary, ...turn.spare]) m.tried = false;
      this.primary = turn.primary;
      this.spare = turn.spare;
    } else {
      const address = targetServers(target)[0] ?? target.host;
      this.primary = [
        {
          address,
          server: null,
          backup: false,
          weight: 1,
          down: false,
          drains: false,
          current: 0,
          effective: 1,
          tried: false,
          fails: 0,
          full: false,
        },
      ];
      this.spare = [];
    }
    this.single = this.primary.length + this.spare.length === 1;
    let up = 0;
    for (const list of [this.primary, this.spare])
      for (const m of list) {
        m.full = isFull(run, m);
        if (!m.down) up++;
      }
    this.tries = most > 0 ? Math.min(up, most) : up;
    this.wish = group ? wishOf(run, group) : null;
    this.hashed = group ? hashOf(run, group, this.primary) : null;
    const decided = this.hashed !== null || again || this.wished(this.primary) !== null;
    this.first = group && (!decided || this.wish?.session) ? this.firstOf(run, group) : null;
  }

  /** Who is first where earlier requests, the load or chance decide. */
  private firstOf(run: Run, group: Upstream): Member | null {
    const open = this.primary.filter((m) => !m.down && !m.full);
    if (open.length < 2) return null;
    const likely = open.reduce((best, m) => (m.weight > best.weight ? m : best));
    const chosen = run.report.assume({
      id: `upstream-server:${group.name}`,
      what: `the server of ${group.name} that is asked first`,
      otherwise: likely.address,
      why: this.wish?.session
        ? 'the session that sticky learned decides'
        : group.method === 'round-robin'
          ? 'the requests before this one decide whose turn it is'
          : `${[group.method, ...(group.balancer?.values ?? [])].join(' ')} decides`,
      choices: open.map((m) => m.address),
      at: group.balancer ?? group.directive,
    });
    return open.find((m) => m.address === chosen) ?? likely;
  }

  /** The server that the client is bound to, where it can be asked (ngx_http_upstream_get_rr_peer_by_sid). */
  private wished(list: readonly Member[]): Member | null {
    const name = this.wish?.name ?? null;
    if (name === null) return null;
    const member = list.find((m) => nameOf(m) === name);
    return member && !member.tried && (!member.down || member.drains) && !rests(member) ? member : null;
  }

  /** The next server to ask; null: no live one is left. */
  next(): Peer | null {
    const list = this.usesSpare ? this.spare : this.primary;
    let found = this.single ? null : this.wished(list);
    if (found) take(list, found);
    else if (!this.usesSpare) {
      if (this.first && !this.first.tried) {
        found = this.first;
        take(this.primary, found);
      } else found = this.hashed?.() ?? null;
    }
    found ??= roundRobin(list, this.single);
    if (!found) {
      if (this.usesSpare || !this.spare.length) return null;
      this.usesSpare = true;
      return this.next();
    }
    found.tried = true;
    this.asked = found;
    return found;
  }

  /** The server that was asked last is given back (ngx_http_upstream_free_round_robin_peer). */
  free(failed: boolean): void {
    const peer = this.asked;
    if (peer && failed) peer.fails++;
    if (peer && failed && peer.server && peer.server.maxFails > 0)
      peer.effective = Math.max(0, peer.effective - Math.trunc(peer.weight / peer.server.maxFails));
    if (this.single) this.tries = 0;
    else if (this.tries) this.tries--;
  }
}

/** Too many failures or connections keep a server from being asked for a while, and a trace takes no time. */
const rests = (m: Member): boolean => m.full || (m.server !== null && m.server.maxFails > 0 && m.fails >= m.server.maxFails);

/** Whether the connections of other requests fill what `max_conns` allows. */
const isFull = (run: Run, { server, address, down }: Member): boolean =>
  server !== null &&
  server.maxConns > 0 &&
  !down &&
  run.report.assume({
    id: `max_conns:${address}`,
    what: `connections to ${address}`,
    otherwise: 'below max_conns',
    why: `other requests decide whether all ${server.maxConns} are taken`,
    choices: ['below max_conns', 'at max_conns'],
    at: server.directive,
  }) === 'at max_conns';

/** The one whose turn it was taken to be is asked: the others come nearer. */
function take(list: readonly Member[], chosen: Member): void {
  for (const m of list) {
    if (m.down) continue;
    m.current += m.effective;
    chosen.current -= m.effective;
  }
}

/** ngx_http_upstream_get_peer. */
function roundRobin(list: readonly Member[], single: boolean): Member | null {
  let best: Member | null = null;
  let total = 0;
  for (const m of list) {
    if (m.tried || m.down || m.full || (!single && rests(m))) continue;
    m.current += m.effective;
    total += m.effective;
    if (m.effective < m.weight) m.effective++;
    if (!best || m.current > best.current) best = m;
  }
  if (best) best.current -= total;
  return best;
}

interface Point {
  readonly hash: number;
  readonly server: string;
}

const rings = new WeakMap<Upstream, readonly Point[]>();

/** Points on the ring of `hash … consistent`: 160 for each unit of weight, CRC-32 of host, zero, port and the point before (ngx_http_upstream_init_chash). */
function ringOf(group: Upstream, list: readonly Member[]): readonly Point[] {
  let ring = rings.get(group);
  if (ring) return ring;
  const points: Point[] = [];
  for (const { server, weight } of list) {
    if (!server) continue;
    const text = toBytes(server.text);
    const unix = /^unix:/i.test(text);
    const m = unix ? null : /^(.*):(\d*)$/s.exec(text);
    const base = unix ? `${text.slice(5)}\0` : m ? `${m[1]}\0${m[2]}` : `${text}\0`;
    for (let i = 0, before = 0; i < weight * 160; i++) {
      const bytes = String.fromCharCode(before & 255, (before >>> 8) & 255, (before >>> 16) & 255, before >>> 24);
      before = crc32(byteArray(base + bytes)) >>> 0;
      points.push({ hash: before, server: server.text });
    }
  }
  points.sort((a, b) => a.hash - b.hash);
  ring = points.filter((p, i) => p.hash !== points[i - 1]?.hash);
  rings.set(group, ring);
  return ring;
}

/** How ip_hash and hash pick; null for other methods. */
function hashOf(run: Run, group: Upstream, list: readonly Member[]): (() => Member | null) | null {
  const { balancer } = group;
  if (!balancer || list.length < 2) return null;
  const weights = list.reduce((n, m) => n + m.weight, 0);
  const at = (hash: number): Member => {
    let w = hash % weights;
    for (const m of list) {
      if (w < m.weight) return m;
      w -= m.weight;
    }
    return list[0]!;
  };
  let tries = 0;
  const pick = (step: () => number) => (): Member | null => {
    while (tries <= 20) {
      const m = at(step());
      if (!m.tried && !m.down && !rests(m)) return m;
      tries++;
    }
    return null;
  };
  if (balancer.name === 'ip_hash') {
    const ip = readPlainIp(run.connection.clientAddress);
    const bytes = ip ? (ip.length === 4 ? ip.slice(0, 3) : ip) : [0, 0, 0];
    let hash = 89;
    return pick(() => {
      for (const b of bytes) hash = (hash * 113 + b) % 6271;
      return hash;
    });
  }
  if (balancer.name === 'hash' && balancer.value(1) === 'consistent') {
    const key = run.value(balancer.value(0));
    if (key === '') return null;
    const ring = ringOf(group, list);
    const hash = crc32(byteArray(key));
    let at = ring.findIndex((p) => p.hash >= hash);
    if (at < 0) at = ring.length;
    return () => {
      while (tries <= 20) {
        const { server } = ring[at % ring.length]!;
        const m = list.find((x) => x.server?.text === server && !x.tried && !x.down && !rests(x));
        if (m) return m;
        at++;
        tries++;
      }
      return null;
    };
  }
  if (balancer.name === 'hash') {
    const key = run.value(balancer.value(0));
    if (key === '') return null;
    let hash = 0;
    let rehash = 0;
    return pick(() => {
      const text = (rehash > 0 ? String(rehash) : '') + key;
      rehash++;
      hash += (crc32(byteArray(text)) >>> 16) & 0x7fff;
      return hash;
    });
  }
  return null;
}
