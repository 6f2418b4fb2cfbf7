/**
 * What backends answer. An answer belongs to the request that it answers: what the caller gives by name holds for that name, what is given
 * without one for the backend that is asked first, and every later request asks again. One object for a request and those inside of it.
 */
import { type ByteString, fromBytes, lower, toBytes } from '../base/bytes.ts';
import type { BackendAnswer } from './exchange.ts';
import { likelyPart } from './handlers/slice.ts';
import { comingBack, roundsOf } from './itself.ts';
import type { Peer, Turn } from './peers.ts';
import type { Run } from './run.ts';
import type { Exchanged, LikelyAnswer, RequestInput, UpstreamAnswer, UpstreamRequest } from './trace.ts';

/** `closed`: the connection ends without an answer; `loop`: no connection is left for a request that nginx passes to itself. */
export type Failure = 'timeout' | 'refused' | 'invalid' | 'closed' | 'loop';

type Given = { readonly answer: BackendAnswer | Failure; readonly open: boolean };

/** For what a backend is asked. */
export type Purpose = 'answer' | 'auth_request' | 'ignored' | 'connection' | 'cache-update';

export interface Hop {
  /** id of the assumption on which the answer rests; null where the caller gave it */
  readonly assumption: string | null;
  /** what that server answers */
  answer(peer: Peer): Given;
}

/** Requests that are followed where they come in again: each of them may lead to several. */
const MAX_FOLLOWED = 50;

const FAILED: ReadonlySet<string> = new Set(['timeout', 'refused', 'invalid']);
/** What becomes of a connection that is passed on as it is. */
const CONNECTIONS = ['connected', 'refused', 'timeout'];
const CHOICES = ['200', '302', '404', '500', 'timeout', 'refused', 'invalid'];

/** Header lines as nginx reads them: spaces around a value are none of it. */
export const bytesOf = (headers: UpstreamAnswer['headers']): BackendAnswer['headers'] =>
  (headers ?? []).map(([n, v]) => [toBytes(n), toBytes(v.replace(/^ +| +$/g, ''))] as const);

const redirects = (answer: UpstreamAnswer): boolean => answer.headers?.some(([n]) => n.toLowerCase() === 'x-accel-redirect') ?? false;

const GATEWAYS = new Set<string | null>(['fastcgi', 'uwsgi', 'scgi']);

/** The status of an answer of which only the lines are given: behind a gateway a Status line says it, and a Location alone is a 302. */
function unsaid(run: Run, headers: UpstreamAnswer['headers']): number {
  if (!GATEWAYS.has(run.exchange.passFamily)) return 200;
  const line = (name: string): string | undefined => headers?.find(([n]) => n.toLowerCase() === name)?.[1];
  const said = /^[1-9]\d\d/.exec(line('status') ?? '')?.[0];
  return said !== undefined ? Number(said) : line('location') !== undefined ? 302 : 200;
}

/** All requests to backends that a request leads to, and the turns of their groups. */
export class Hops {
  /** every request to a backend, in order */
  readonly told: Exchanged[] = [];
  private asked = 0;
  /** requests that came in again */
  private followed = 0;
  /** whose turn it is in the groups that were asked */
  readonly turns = new Map<string, Turn>();
  /** how many of the answers that the caller gave were used, by name */
  private readonly used = new Map<string, number>();

  /** A request to a backend begins. */
  begin(run: Run, request: UpstreamRequest, purpose: Purpose): Hop {
    const name = request.upstream;
    const place = run.location?.name ?? '';
    const mine = purpose === 'answer' || purpose === 'connection' || purpose === 'cache-update';
    const first = mine && this.asked === 0;
    if (mine) this.asked++;
    const named = this.named(run, place.startsWith('@') ? [place, name] : [name]);
    if (named) return this.fixed(run, named);
    const { upstream } = run.options;
    if (first && upstream && (upstream.failure || upstream.status !== undefined)) return this.fixed(run, upstream);
    const headers = first ? upstream?.headers : undefined;
    if (purpose === 'ignored')
      return { assumption: null, answer: (peer) => this.own(run, peer) ?? { answer: { status: 200, headers: [] }, open: false } };
    const id = purpose === 'auth_request' ? 'auth_request' : first ? 'upstream-status' : `upstream-status:${name}`;
    let kept: Given | null = null;
    const general = (peer: Peer): Given => {
      if (peer.backup)
        return this.assumed(run, `upstream-status:${peer.address}`, request, undefined, `answer of ${peer.address}`, purpose);
      kept ??= this.assumed(
        run,
        id,
        request,
        headers,
        purpose === 'auth_request'
          ? `answer to the subrequest ${fromBytes(run.uri)}`
          : first
            ? purpose === 'connection'
              ? `connection to ${name}`
              : 'answer of the application'
            : `answer of ${name}`,
        purpose,
      );
      return kept;
    };
    const again = (peer: Peer): Given | null => {
      if (headers || (purpose !== 'answer' && purpose !== 'auth_request')) return null;
      const input = comingBack(run, request, peer);
      if (!input) return null;
      const { asked } = this;
      // the first that is no port of this nginx is the application
      if (first) this.asked = 0;
      const found = this.again(run, input);
      if (!found) this.asked = Math.max(asked, this.asked);
      return found;
    };
    return { assumption: id, answer: (peer) => this.own(run, peer) ?? again(peer) ?? general(peer) };
  }

  /** What this nginx itself answers; null where that is not certain. */
  private again(run: Run, input: RequestInput): Given | null {
    const rounds = this.followed < MAX_FOLLOWED ? roundsOf(run, input) : 'far';
    if (rounds === 'loop') return { answer: 'loop', open: false };
    this.followed++;
    const found = rounds === 'far' ? null : run.comingBack?.(run, input);
    if (!found) {
      if (rounds === 'far')
        run.report.step({
          phase: 'upstream',
          handler: 'ngx_http_proxy_module',
          said: 'nginx passes it to itself once more: it is followed no further',
        });
      return null;
    }
    const { outcome, steps } = found.trace;
    const who = outcome.server ? ` by server ${outcome.server.name || outcome.server.listen}` : '';
    const where = outcome.location ? `, location ${outcome.location.pattern}` : '';
    run.report.step({
      phase: 'upstream',
      handler: 'ngx_http_proxy_module',
      at: outcome.location?.at ?? outcome.server?.at ?? null,
      said: `that is a port of this nginx: answered${who}${where}: ${outcome.kind === 'closed' ? 'closed' : outcome.status}`,
      within: steps,
    });
    if (outcome.kind === 'closed') return { answer: 'closed', open: false };
    const { open, length } = found;
    const headers = bytesOf(outcome.responseHeaders);
    return { answer: { status: outcome.status, headers, ...(length === null ? {} : { length }) }, open };
  }

  /** Where a request to a backend is among all of them; nothing where there is none. */
  placeOf(request: UpstreamRequest | null): number | undefined {
    const place = request ? this.told.findLastIndex((e) => e.request === request) : -1;
    return place < 0 ? undefined : place;
  }

  /** What the caller says about one of these names, in order. */
  private named(run: Run, names: readonly string[]): UpstreamAnswer | null {
    const { upstreams, assume } = run.options;
    if (!upstreams && !assume) return null;
    for (const name of names) {
      const key = upstreams && [name, name.toLowerCase()].find((n) => Object.hasOwn(upstreams, n));
      const given = key === undefined ? undefined : upstreams![key];
      if (given) {
        const used = this.used.get(name) ?? 0;
        const answer = Array.isArray(given) ? (given as readonly UpstreamAnswer[])[used] : (given as UpstreamAnswer);
        // one that sends the request elsewhere is meant once: the next request to that name is another question
        if (answer && (Array.isArray(given) || used === 0 || !redirects(answer))) {
          this.used.set(name, used + 1);
          return answer;
        }
      }
      const text = assume?.[`upstream-status:${name}`];
      if (text !== undefined) {
        run.report.assume({
          id: `upstream-status:${name}`,
          what: `answer of ${name}`,
          otherwise: '200',
          why: 'the backend decides',
          choices: run.index.protocol === 'stream' ? CONNECTIONS : CHOICES,
          also: 'status',
        });
        if (FAILED.has(text)) return { failure: text as NonNullable<UpstreamAnswer['failure']> };
        return { status: Number(text) || 200 };
      }
    }
    return null;
  }

  /** What the caller says about this very server. */
  private own(run: Run, peer: Peer): Given | null {
    if (!peer.server) return null;
    const names = peer.server.text === peer.address ? [peer.address] : [peer.address, peer.server.text];
    const given = this.named(run, names);
    return given ? this.given(run, given) : null;
  }

  private fixed(run: Run, given: UpstreamAnswer): Hop {
    return { assumption: null, answer: (peer) => this.own(run, peer) ?? this.given(run, given) };
  }

  private given(run: Run, given: UpstreamAnswer): Given {
    if (given.failure) return { answer: given.failure, open: false };
    const status = given.status ?? unsaid(run, given.headers);
    const headers = bytesOf(given.headers);
    return {
      answer: {
        status,
        headers:
          given.headers || run.index.protocol === 'stream' || run.kind === 'cache-update' ? headers : this.usual(run, status, headers),
      },
      open: given.headers === undefined,
    };
  }

  private assumed(
    run: Run,
    id: string,
    request: UpstreamRequest,
    headers: UpstreamAnswer['headers'],
    what: string,
    purpose: Purpose = 'answer',
  ): Given {
    const likely = purpose === 'answer' ? (run.options.likely?.(request) ?? upgraded(request) ?? part(run, request)) : null;
    const text = run.report.assume({
      id,
      what,
      otherwise: purpose === 'connection' ? 'connected' : String(likely?.status ?? unsaid(run, headers)),
      why:
        likely?.why ??
        (purpose === 'auth_request'
          ? 'another server answers it'
          : purpose === 'connection'
            ? 'the server behind it decides'
            : 'the application decides'),
      choices:
        purpose === 'auth_request'
          ? ['200', '401', '403', '500']
          : purpose === 'connection'
            ? CONNECTIONS
            : likely
              ? [...new Set([String(likely.status), ...CHOICES])]
              : CHOICES,
      ...(purpose === 'connection' ? {} : { also: 'status' as const }),
      at: run.location?.directive ?? null,
    });
    if (FAILED.has(text)) return { answer: text as Failure, open: false };
    const status = Number(text) || 200;
    const known = bytesOf(headers ?? (likely && likely.status === status ? likely.headers : undefined));
    return { answer: { status, headers: purpose === 'answer' ? this.usual(run, status, known) : known }, open: true };
  }

  /** The lines of a page that nobody described: its type. */
  private usual(run: Run, status: number, headers: BackendAnswer['headers']): BackendAnswer['headers'] {
    const family = run.exchange.passFamily;
    if (status < 200 || status === 204 || status === 304 || family === 'memcached') return headers;
    if (headers.some(([n]) => lower(n) === 'content-type')) return headers;
    const type = run.report.assume({
      id: 'content-type',
      what: "type of the application's answer",
      otherwise: family === 'grpc' ? 'application/grpc' : looksLikeApi(run.uri) ? 'application/json' : 'text/html; charset=utf-8',
      why: 'the application decides',
      choices: ['text/html; charset=utf-8', 'application/json', 'text/plain', 'text/css', 'image/png'],
      also: 'text',
    });
    return type === '' ? headers : [...headers, ['Content-Type', toBytes(type)]];
  }
}

const looksLikeApi = (uri: ByteString): boolean => /(?:^|\/)(?:api|rest|graphql|v\d+)(?:\/|$)|\.json$/i.test(uri);

/** Whoever is asked for a part of a whole answers with it. */
function part(run: Run, { headers, params }: UpstreamRequest): LikelyAnswer | null {
  const lines = likelyPart(run);
  const asked = (params ?? headers).some(([n]) => /^(?:http_)?range$/i.test(n));
  return lines && asked ? { status: 206, headers: lines, why: 'it is asked for a part' } : null;
}

/** A WebSocket handshake that reaches the application whole is taken up. */
function upgraded({ headers, httpVersion }: UpstreamRequest): LikelyAnswer | null {
  if (httpVersion !== '1.1') return null;
  const has = (name: string, word: RegExp): boolean => headers.some(([n, v]) => n.toLowerCase() === name && word.test(v));
  if (!has('upgrade', /^websocket$/i) || !has('connection', /(?:^|[\s,])upgrade(?:$|[\s,])/i)) return null;
  return {
    status: 101,
    headers: [
      ['Upgrade', 'websocket'],
      ['Connection', 'Upgrade'],
    ],
    why: 'the handshake of a WebSocket reaches it whole',
  };
}
