/** Another proxy in front of this nginx, as far as the configuration shows it. */
import { PerConfig } from '../../config/asked.ts';
import type { Config } from '../../config/config.ts';
import type { Directive } from '../../config/directive.ts';
import { namesOf } from '../../config/names.ts';
import type { Scope } from '../../config/scope.ts';
import type { Related } from '../rule.ts';

/** Headers that only a proxy in front sets; a log line that names one proves nothing. */
const IN_FRONT = [
  'http_cf_connecting_ip',
  'http_true_client_ip',
  'http_x_forwarded_proto',
  'http_x_forwarded_host',
  'http_x_amzn_trace_id',
  'http_cloudfront_forwarded_proto',
];

/** A place of a server, or of none, that reads a header which only a proxy in front sets. */
const headerOfProxy = new PerConfig((config, server: Scope | null): Related | null => {
  for (const name of IN_FRONT)
    for (const site of namesOf(config).references('variable', name, 'http')) {
      const used: Directive = site.directive;
      if (used.name === 'log_format') continue;
      const holder = used.scope.enclosing('server');
      if (holder && holder !== server) continue;
      return { at: { file: used.file.id, span: site.span }, message: 'a header that a proxy in front sets' };
    }
  return null;
});

/** What shows that requests come from another proxy, whose address is taken for the client's: a line that says so; null where none does. */
export function proxyInFront(config: Config, scope: Scope): Related | null {
  const server = scope.enclosing('server', 'stream-server');
  for (const listen of server?.named('listen') ?? [])
    if (listen.values.includes('proxy_protocol'))
      return { at: listen.at(), message: 'connections come from a proxy that speaks the PROXY protocol' };
  if (server?.context === 'stream-server') return null;
  const read = headerOfProxy.of(config, server);
  if (read) return read;
  const header = scope.value('real_ip_header');
  return header ? { at: header.at(), message: 'the header is named, and no set_real_ip_from says from whom it counts' } : null;
}
