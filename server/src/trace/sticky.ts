/**
 * `sticky` of a group (ngx_http_upstream_sticky_module): the name by which a client asks for its server, and the cookie that tells it. Which
 * server a learned session belongs to is known to nginx alone.
 */
import { type ByteString, toBytes } from '../base/bytes.ts';
import { parseTime } from '../catalog/value-kind.ts';
import type { Directive } from '../config/directive.ts';
import type { Upstream } from '../config/upstreams.ts';
import { clock } from './clock.ts';
import { cookieTime } from './cookies.ts';
import { md5 } from './passwords.ts';
import type { Peer } from './peers.ts';
import type { ReplyHeader } from './reply.ts';
import type { Run } from './run.ts';

const lineOf = (group: Upstream): Directive | undefined => group.scope.first('sticky');

/** The name of a server: its `route`, else the MD5 of its address in hexadecimal digits. */
export function nameOf({ server, address }: Peer): ByteString {
  const route = server?.params.find((p) => p.startsWith('route='));
  if (route !== undefined) return toBytes(route.slice(6));
  return [...md5(toBytes(address))].map((c) => c.charCodeAt(0).toString(16).padStart(2, '0')).join('');
}

export interface Wish {
  /** the name of the server that the client asks for; null where it names none, or a session decides */
  readonly name: ByteString | null;
  /** the session that decides */
  readonly session: ByteString | null;
}

const NONE: Wish = { name: null, session: null };

/** ngx_http_upstream_sticky_init_peer, _get_id: the first variable that says something. */
export function wishOf(run: Run, group: Upstream): Wish {
  const line = lineOf(group);
  if (!line) return NONE;
  const [kind = '', ...rest] = line.values;
  const variables =
    kind === 'cookie'
      ? [`cookie_${rest[0] ?? ''}`]
      : kind === 'route'
        ? rest.map((v) => v.slice(1))
        : rest.flatMap((v) => (v.startsWith('lookup=$') ? [v.slice(8)] : []));
  for (const variable of variables) {
    const value = run.variable(variable.toLowerCase());
    if (value) return kind === 'learn' ? { name: null, session: value } : { name: value, session: null };
  }
  return NONE;
}

const SITES = new Set(['strict', 'lax', 'none']);

/** ngx_http_upstream_sticky_cookie_insert: the client is told which server was chosen, another choice takes its place. */
export function tellServer(run: Run, group: Upstream | null, peer: Peer, before: ReplyHeader | null): ReplyHeader | null {
  const line = group ? lineOf(group) : undefined;
  if (line?.value(0) !== 'cookie') return null;
  const parameter = (name: string): string | undefined => line.values.find((v) => v.startsWith(`${name}=`))?.slice(name.length + 1);
  let text = `${toBytes(line.value(1))}=${nameOf(peer)}`;
  const expires = parameter('expires');
  if (expires === 'max') text += '; expires=Thu, 31-Dec-37 23:55:55 GMT; max-age=315360000';
  else if (expires !== undefined) {
    const read = parseTime(expires, 'sec');
    if (read.ok) text += `; expires=${cookieTime(clock(run) + read.value)}; max-age=${read.value}`;
  }
  const domain = parameter('domain');
  const host = domain === undefined ? '' : run.value(domain);
  if (host !== '') text += `; domain=${host}`;
  if (line.values.includes('httponly')) text += '; httponly';
  if (line.values.includes('secure')) text += '; secure';
  const written = parameter('samesite');
  const site = written === undefined ? '' : run.value(written);
  if (site !== '') text += `; samesite=${written?.includes('$') && !SITES.has(site.toLowerCase()) ? 'strict' : site}`;
  const path = parameter('path');
  if (path !== undefined) text += `; path=${toBytes(path)}`;
  if (before) {
    before.value = text;
    return before;
  }
  return run.reply.add('Set-Cookie', text, line);
}
