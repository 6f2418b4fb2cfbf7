/** Whether the connections of a pass directive to its group stay open after a response: `keepalive` in the group, and a request that does not end them. */
import type { Directive } from '../config/directive.ts';
import type { Upstream } from '../config/upstreams.ts';
import { Visitor } from './visitor.ts';
import { passedBy, requestHeader } from './what-is-passed.ts';
import { isNginx, isVersionSaid } from './which-build.ts';

/** What a `proxy_pass` or `fastcgi_pass` asks of the connections to a group that has `keepalive`. */
export interface Keeping {
  readonly group: Upstream;
  readonly keep: Directive;
  /** the line that sets the Connection header */
  readonly header: Directive | undefined;
  /** requests go out with HTTP/1.0 */
  readonly old: boolean;
  /** they say that the connection is to be closed */
  readonly closes: boolean;
  /** only a version older than the newest does so, and nobody says which one it is */
  readonly older: boolean;
}

/** What is asked of the connections; null where the group keeps none, and for a location that upgrades every request. */
export function keepingOf(pass: Directive): Keeping | null {
  const { scope } = pass;
  const group = passedBy(pass).targets.find((t) => t.upstream)?.upstream;
  const keep = group?.scope.first('keepalive');
  if (!group || !keep || keep.value(0) === '0') return null;
  if (pass.name === 'fastcgi_pass') {
    const closes = scope.value('fastcgi_keep_conn')?.value(0).toLowerCase() !== 'on';
    return { group, keep, header: undefined, old: false, closes, older: false };
  }
  if (pass.fact?.module !== 'ngx_http_proxy_module') return null;
  const version = scope.value('proxy_http_version');
  const header = requestHeader(scope, 'Connection');
  // a WebSocket location sends what the client sent, and its connections are not kept anyway
  if (header && /upgrade/i.test(header.value(1)) && !header.value(1).includes('$')) return null;
  // what a request without an upgrade gets from the map
  const said = header ? (new Visitor(scope).known(header.value(1)) ?? '') : '';
  const spoils = (modern: boolean): { old: boolean; closes: boolean } => ({
    old: (version?.value(0) ?? (modern ? '1.1' : '1.0')) === '1.0',
    closes: header ? said.toLowerCase() === 'close' : !modern,
  });
  const now = spoils(isNginx(scope.config, '1.29.7'));
  const older = !isVersionSaid(scope.config) && !now.old && !now.closes;
  const { old, closes } = older ? spoils(false) : now;
  return { group, keep, header, old, closes, older: older && (old || closes) };
}

/** The group to which a pass directive keeps connections whatever version runs, with its `keepalive`; null where it keeps none. */
export function keptBy(pass: Directive): { readonly group: Upstream; readonly keep: Directive } | null {
  const keeping = keepingOf(pass);
  return keeping && !keeping.old && !keeping.closes ? keeping : null;
}
