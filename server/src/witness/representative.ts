/** A bounded set of requests that meets every place of a configuration: what two configurations are compared by. */
import type { Config } from '../config/config.ts';
import type { RequestInput } from '../trace/trace.ts';
import { memberOf } from './access.ts';
import { pairwise } from './pairs.ts';
import { requestAt, type Spot, spotsOf } from './spots.ts';
import { joined, type Probe } from './values.ts';

/** What is asked of each place beside the plain request: a query, a body, a client that names the port, a WebSocket, an old client. */
const PROBES: readonly Probe[] = [
  {},
  { query: 'b=1', headers: [['User-Agent', 'proxylens']] },
  {
    method: 'POST',
    bodyLength: 2_000_000,
    headers: [
      ['Content-Length', '2000000'],
      ['Origin', 'https://other.example'],
    ],
  },
  {
    headers: [
      ['Upgrade', 'websocket'],
      ['Connection', 'Upgrade'],
    ],
  },
  {
    httpVersion: '1.0',
    headers: [
      ['X-Forwarded-For', '192.0.2.1'],
      ['X-Forwarded-Proto', 'https'],
    ],
  },
];

/** Directives that make another path, or a file, of the one that is asked. */
const MAPPING = ['alias', 'rewrite', 'try_files', 'proxy_pass', 'uwsgi_pass', 'fastcgi_pass', 'scgi_pass', 'root'];

/** What reads the host that a client names. */
const READS_HOST = /\$\{?(?:http_)?host\b/;

const RESTRICTING = ['allow', 'deny', 'auth_basic', 'auth_request', 'auth_jwt'];

/**
 * What fits a place by what is in force there: forms of the path where a path is mapped or asks who may enter, other hosts where the host is
 * read, and an allowed address where a list is. Where they arrive is part of the answer.
 */
function fitting(spot: Spot): Probe[] {
  const { path, location, scope } = spot;
  if (path === undefined) return [];
  const found: Probe[] = [];
  const restricted = RESTRICTING.some((name) => scope.effective(name).directives.length > 0);
  const name = location?.kind === 'prefix' ? location.name.replace(/\/$/, '') : '';
  if (spot.has(...MAPPING) || restricted) {
    const bare = path.replace(/\/$/, '');
    found.push({ path: `${name}/a%2Fb` }, { path: `/${path}` }, { path: `${name}../w` });
    found.push({ path: path.endsWith('/') ? bare || '/' : `${path}/` });
  }
  if (restricted) {
    const member = memberOf(scope);
    if (member) found.push({ clientAddress: member });
    if (/[a-z]/.test(path)) found.push({ path: path.replace(/%[\dA-F]{2}|[a-z]/g, (c) => (c.length > 1 ? c : c.toUpperCase())) });
  }
  if (
    spot.server.scope.level.some((d) => d.values.some((v) => READS_HOST.test(v))) ||
    spot.directives.some((d) => d.values.some((v) => READS_HOST.test(v)))
  )
    found.push({ headers: [['Host', 'of-nobody.test']] }, { httpVersion: '1.0', withoutHost: true });
  if (scope.effective('add_header').directives.some((d) => /^Access-Control-/i.test(d.value(0))))
    found.push({
      headers: [
        ['Origin', 'https://other.example'],
        ['Cookie', 'sessionid=1'],
      ],
    });
  return found;
}

const MOST_ROWS = 24;

/** What of a request a probe decides: two of one kind exclude each other. */
const kindOf = (probe: Probe): string =>
  probe.headers?.map(([n, v]) => (n === 'Cookie' ? `${n} ${v.replace(/=.*/, '')}` : n)).join() ??
  (probe.query != null ? `query ${probe.query.replace(/=.*/, '')}` : Object.keys(probe).join());

/**
 * Requests for the values that the configuration looks at or hands on, each with a telling value and without one, in combinations in which any
 * two of them meet: what only shows when a cookie comes with a certain method is among them.
 */
function combined(spot: Spot): Probe[] {
  const byKind = new Map<string, Probe[]>();
  for (const probe of [...spot.variations, ...spot.readings]) {
    const list = byKind.get(kindOf(probe));
    if (!list) byKind.set(kindOf(probe), [{}, probe]);
    else if (!list.some((p) => JSON.stringify(p) === JSON.stringify(probe))) list.push(probe);
  }
  const kinds = [...byKind.values()];
  return pairwise(
    kinds.map((k) => k.length),
    MOST_ROWS,
  ).map((row) => row.reduce<Probe>((all, x, i) => joined(all, kinds[i]![x]!), {}));
}

/** The probes of a place, the plain one first. Of most places nobody asks for more than a few: the rest is made when it is. */
function* probesAt(spot: Spot): Generator<Probe> {
  yield* PROBES;
  yield* fitting(spot);
  for (const variation of spot.variations) yield joined({ query: 'b=1' }, variation);
  yield* combined(spot);
}

function* requestsAt(spot: Spot): Generator<RequestInput> {
  const plain = PROBES.slice(0, 1);
  let first = true;
  for (const path of spot.eachPath())
    for (const door of spot.doors) {
      for (const probe of first ? probesAt(spot) : plain) yield requestAt(spot.config, door, { path, ...probe });
      // the host as a browser names it where the port is not the usual one, and where a proxy in front maps another
      if (first) yield requestAt(spot.config, door, { path, headers: [['Host', `${door.host}:8080`]] });
      first = false;
    }
}

/** Requests in the order of their worth: first one for each place, then a second, and so on, `most` at the most. A fragment has none. */
export function representative(config: Config, most: number): RequestInput[] {
  const out: RequestInput[] = [];
  let rest = spotsOf(config).map(requestsAt);
  while (rest.length) {
    const left: typeof rest = [];
    for (const requests of rest) {
      if (out.length >= most) return out;
      const { value, done } = requests.next();
      if (done) continue;
      out.push(value);
      left.push(requests);
    }
    rest = left;
  }
  return out;
}
