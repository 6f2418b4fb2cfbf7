/**
 * Which server of a group is asked, and which after it fails: round robin by weight, ip_hash and hash (also consistent) as nginx computes them, backup servers
 * when no other is left (ngx_http_upstream_round_robin.c and its like). What requests before this one left behind is not known: wherever it decides
 * among several servers whose turn it is, that is an assumption. The default is what a worker that has just started would do.
 */
import { byteArray, toBytes } from '../base/bytes.ts';
import { unseenOf } from '../config/open.ts';
import { type PassTarget, serverAddress, targetServers, type Upstream, type UpstreamServer } from '../config/upstreams.ts';
import { crc32 } from './crc32.ts';
import { readPlainIp } from './networks.ts';
import type { Run } from './run.ts';
import { nameOf, type Wish, wishOf } from './sticky.ts';
import { askUnseen } from './unseen.ts';

export interface Peer {
  /** with its port */
  readonly address: string;
  /** null: the address is in the pass directive itself, or the line of the server is not seen */
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
  /** requests to the group so far */
  requests: number;
  /** questions about whose turn it is so far */
  questions: number;
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

/** A server about which no line says more than its address. */
const plain = (address: string): Member => ({
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
});

const turn = (primary: readonly Member[], spare: readonly Member[]): Turn => ({ primary, spare, requests: 0, questions: 0 });

/** The servers of a group; what its block includes or a template writes into it is asked for, for nginx refuses a group without any. */
function begin(run: Run, { name, scope, servers, directive }: Upstream): Turn {
  if (servers.length) {
    askUnseen(run, scope, scope.parent);
    return turn(members(servers, false), members(servers, true));
  }
  const [unseen] = unseenOf(scope, 'server');
  if (!unseen) return turn([], []);
  const some = 'one that is not seen';
  const chosen = run.report.assume({
    id: `upstream-servers:${name}`,
    what: `servers of ${name}`,
    otherwise: some,
    why: `${unseen.why}, and nginx refuses a group without servers`,
    choices: [some, 'none'],
    at: directive,
  });
  return turn(chosen === some ? [plain(`a server of ${name}`)] : [], []);
}

/** The turns of a group as the requests of this trace left them. */
function turnOf(run: Run, group: Upstream): Turn {
  const { turns } = run.hops;
  let known = turns.get(group.name);
  if (!known) turns.set(group.name, (known = begin(run, group)));
  return known;
}

/** A server that the pass directive itself names. */
const alone = (address: string): Turn => turn([plain(address)], []);

/** Methods that look at the servers, or at nothing; the others ask in turns where their key says nothing. */
const BY_LOAD: ReadonlySet<string> = new Set(['least_conn', 'least_time', 'random']);

/** The servers of an upstream group in the order in which nginx tries them. */
export class Peers {
  /** how many may still be asked after the one that is asked now (ngx_peer_connection_t.tries) */
  tries: number;
  private readonly primary: readonly Member[];
  private readonly spare: readonly Member[];
  private readonly single: boolean;
  private usesSpare = false;
  private asked: Member | null = null;
  private readonly group: Upstream | null;
  private readonly turn: Turn;
  private readonly wish: Wish | null;
  private readonly hashed: (() => Member | null) | null;

  constructor(
    private readonly run: Run,
    target: PassTarget,
    most: number,
  ) {
    const group = (this.group = target.upstream);
    this.turn = group ? turnOf(run, group) : alone(targetServers(target)[0] ?? target.host);
    this.turn.requests++;
    ({ primary: this.primary, spare: this.spare } = this.turn);
    this.single = this.primary.length + this.spare.length === 1;
    let up = 0;
    for (const list of [this.primary, this.spare])
      for (const m of list) {
        m.tried = false;
        m.full = isFull(run, m);
        if (!m.down) up++;
      }
    this.tries = most > 0 ? Math.min(up, most) : up;
    this.wish = group ? wishOf(run, group) : null;
    this.hashed = group ? hashOf(run, group, this.primary) : null;
  }

  /** The one whose turn it is: earlier requests, the load or chance decide where several may be asked. */
  private byTurn(list: readonly Member[]): Member | null {
    const open = list.filter((m) => mayBeAsked(m, this.single));
    const [only] = open;
    if (!only) return null;
    const { group, turn } = this;
    if (!group || open.length === 1) return take(open, only);
    const likely = heaviest(open);
    const again = turn.questions++;
    const chosen = this.run.report.assume({
      id: `upstream-server:${group.name}${again ? `#${turn.questions}` : ''}`,
      what: `the server of ${group.name} that is asked ${
        this.asked ? `after ${this.asked.address}` : turn.requests > 1 ? `by request ${turn.requests} to it` : 'first'
      }`,
      otherwise: likely.address,
      why:
        this.wish?.session && !this.asked
          ? 'the session that sticky learned decides'
          : BY_LOAD.has(group.method)
            ? `${[group.method, ...(group.balancer?.values ?? [])].join(' ')} decides`
            : 'the requests before this one decide whose turn it is',
      choices: open.map((m) => m.address),
      at: group.balancer ?? group.directive,
    });
    const member = open.find((m) => m.address === chosen) ?? likely;
    if (!again) wind(open, member);
    return take(open, member);
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
    const wished = this.single ? null : this.wished(list);
    const found = wished
      ? take(
          list.filter((m) => mayBeAsked(m, false) || m === wished),
          wished,
        )
      : ((this.usesSpare ? null : this.hashed?.()) ?? this.byTurn(list));
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

/** Whether the request at hand may still go to that server. */
const mayBeAsked = (m: Member, single: boolean): boolean => !m.tried && !m.down && !m.full && (single || !rests(m));

/** Whose turn it is among those that may be asked: the one that is heaviest once all came nearer, of equals the first. */
const heaviest = (open: readonly Member[]): Member =>
  open.reduce((best, m) => (m.current + m.effective > best.current + best.effective ? m : best));

/** That one is asked: the others come nearer (ngx_http_upstream_get_peer). */
function take(open: readonly Member[], chosen: Member): Member {
  for (const m of open) {
    m.current += m.effective;
    chosen.current -= m.effective;
    if (m.effective < m.weight) m.effective++;
  }
  return chosen;
}

/** How far the turns of a worker that has just started are followed: a round takes as many as the weights make together. */
const LONGEST_ROUND = 10_000;

/** Lets a worker that has just started answer requests until it is the turn of `chosen`, so that those after it come in the order of the round. */
function wind(open: readonly Member[], chosen: Member): void {
  const start = open.map((m) => m.current);
  for (let n = 0; n < LONGEST_ROUND; n++) {
    const likely = heaviest(open);
    if (likely === chosen) return;
    take(open, likely);
  }
  for (const [n, m] of open.entries()) m.current = start[n]!;
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
