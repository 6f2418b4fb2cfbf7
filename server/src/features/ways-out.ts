/** What a person can do about a request that nothing listens for: ask where something does, or let the server of that name listen there. */

import { lower, toBytes } from '../base/bytes.ts';

import type { FileId } from '../base/file-id.ts';
import type { Place } from '../base/span.ts';
import type { Config } from '../config/config.ts';
import { listenersOf, nameMatches, type Server, serversOf } from '../config/servers.ts';
import { indentAt } from '../rules/fix.ts';
import { hostIn } from '../trace/from-url.ts';
import type { Trace } from '../trace/trace.ts';

export interface WayOut {
  /** the port that nobody listens on */
  readonly port: number;
  /** the same request where something listens, the server of that name first. At most three */
  readonly urls: readonly string[];
  /** the server that has the name; null where none has it */
  readonly server: { readonly title: string; readonly at: Place } | null;
  /** a line that lets that server listen on the port; null where it needs a certificate first */
  readonly line: { readonly text: string; readonly file: FileId; readonly offset: number } | null;
}

const DEFAULT_PORT = { http: 80, https: 443 } as const;
const MOST = 3;

/** Null for a request that someone listens for, and for what is no request of HTTP. */
export function wayOut(config: Config, { request, outcome, steps }: Trace): WayOut | null {
  const { scheme, localPort, target } = request;
  if (outcome.status !== 0 || outcome.server || steps.length !== 1 || steps[0]?.phase !== 'listen') return null;
  if (scheme !== 'http' && scheme !== 'https') return null;
  const authority = hostIn(request.headers) ?? 'localhost';
  const name = authority.replace(/:\d*$/, '');
  const host = lower(toBytes(name));
  const has = (server: Server): boolean => server.names.some((n) => n.text !== '' && n.text !== '_' && nameMatches(n, host));
  const urls = new Map<string, number>();
  for (const listener of listenersOf(config)) {
    if (listener.kind === 'unix' || listener.udp) continue;
    const of = listener.ssl ? 'https' : 'http';
    const url = `${of}://${name}${listener.port === DEFAULT_PORT[of] ? '' : `:${listener.port}`}${target.startsWith('/') ? target : '/'}`;
    const rank = (listener.servers.some(has) ? 2 : 0) + (of === 'https' ? 1 : 0);
    urls.set(url, Math.max(rank, urls.get(url) ?? 0));
  }
  const secured = (server: Server): boolean => server.scope.effective('ssl_certificate').directives.length > 0;
  const servers = serversOf(config).filter((s) => s.scope.opener && has(s));
  const server = (scheme === 'https' ? servers.find(secured) : servers.at(-1)) ?? servers[0] ?? null;
  const last = server?.listens.findLast((l) => l.directive)?.directive;
  const able = scheme === 'http' || (server !== null && secured(server));
  return {
    port: localPort,
    urls: [...urls]
      .sort((a, b) => b[1] - a[1])
      .map(([url]) => url)
      .slice(0, MOST),
    server: server && { title: server.names.find((n) => n.text)?.text ?? 'this server', at: server.scope.opener!.nameAt },
    line:
      last && able && config.files.get(last.file.id)?.template === null
        ? {
            text: `\n${indentAt(last.file, last.statement.start)}listen ${localPort}${scheme === 'https' ? ' ssl' : ''};`,
            file: last.file.id,
            offset: last.statement.end,
          }
        : null,
  };
}
