/** Whether another machine or program ends TLS in front of a server: what the text shows of it. */
import { type FileId, isWithin } from '../base/file-id.ts';
import type { Span } from '../base/span.ts';
import { asked, PerConfig, PerPart } from '../config/asked.ts';
import type { Config } from '../config/config.ts';
import type { Directive } from '../config/directive.ts';
import { namesOf } from '../config/names.ts';
import type { Scope } from '../config/scope.ts';
import { type Server, serverOf, serversOf } from '../config/servers.ts';
import { sourcesOf } from './where-a-value-comes-from.ts';
import { isLocalOnly } from './who-may-enter.ts';

const OF_TERMINATORS =
  /^http_(x_forwarded_(proto|protocol|scheme|ssl|port)|front_end_https|cf_visitor|cf_\w+|cloudfront_\w+|x_arr_ssl|x_url_scheme|ssl_offload)$/;

/**
 * Something shows that the clients' TLS ends before nginx: realip, the PROXY protocol, a look at what a terminator says, or an application
 * that is told https by a server without TLS.
 */
export function endsBefore(scope: Scope): boolean {
  const server = serverOf(scope);
  if (!server) return false;
  if (server.listens.some((l) => l.params.includes('proxy_protocol'))) return true;
  if (scope.effective('set_real_ip_from').directives.length || server.scope.effective('set_real_ip_from').directives.length) return true;
  return showsTerminator.of(server.scope);
}

/** The server ends the clients' TLS itself, and nothing shows that another machine does in front of it: what clients send arrives here as they wrote it. */
export const isEdge = ({ scope, listens }: Server): boolean =>
  listens.some((l) => l.params.includes('ssl') || l.params.includes('quic')) && !endsBefore(scope);

/** Whether a line of a server shows it: asked once for all that is in it. */
const showsTerminator = new PerPart((server: Scope): boolean =>
  server.all.some(
    (d) =>
      (/_set_header$/.test(d.name) && /^x-forwarded-proto$/i.test(d.value(0)) && d.value(1) === 'https') ||
      d.values.some(
        (value) =>
          value.includes('$') &&
          [...value.matchAll(/\$\{?(\w+)/g)].some((m) =>
            [...sourcesOf(server.config, m[1]!.toLowerCase())].some((v) => OF_TERMINATORS.test(v)),
          ),
      ),
  ),
);

/** What proxies in front of this nginx leave behind: a line that reads it, and a port of theirs. */
export function hasProxyInFront(scope: Scope): boolean {
  const { config } = scope;
  if (config.main.all.some((d) => d.name === 'set_real_ip_from' || d.name === 'real_ip_header')) return true;
  const own = serverOf(scope);
  const servers = own ? [own] : serversOf(config);
  return servers.some((s) => s.listens.some((l) => l.params.includes('proxy_protocol')) || isLocalOnly(s.scope));
}

/**
 * Whether a server listens on the port that a platform tells its container by PORT (Heroku, Cloud Run, Render): the platform's router ends TLS in front of it, and
 * writes X-Forwarded-For and X-Forwarded-Proto itself.
 */
export const listensForPlatform = (server: Server): boolean =>
  server.listens.length > 0 &&
  server.listens.every(({ directive }) => {
    const word = directive?.args[0];
    return word?.templated === true && /(^|[^A-Z_a-z])PORT([^A-Z_a-z]|$)/.test(directive!.file.text.slice(word.start, word.end));
  });

/** A platform's own nginx takes the file into its server (`nginx.conf.erb` of Scalingo's buildpacks): its router is in front. */
export const isOfBuildpack = (scope: Scope, file: FileId): boolean =>
  /\/(?:nginx|servers)\.conf\.erb$/.test(file) && scope.enclosing('server')?.opener?.file.id !== file;

/** Whether a file is a value of a ConfigMap: its container is reached through a Service or an Ingress, whose files may be written by a template. */
export const isOfConfigMap = (file: FileId): boolean => isWithin(file) && /\/\d+\.data\/[^/]+$/.test(file);

/**
 * Whether a server listens for this machine alone: another program of it passes the requests on, and what that wrote into X-Forwarded-For and X-Forwarded-Proto goes
 * through as any other header.
 */
export const listensForNeighbours = (server: Server): boolean =>
  server.listens.length > 0 &&
  server.listens.every(
    (l) =>
      l.directive && l.addresses.every((a) => a.kind === 'unix' || (!a.wildcard && /^(?:127\.|\[?::1\]?$|localhost$)/.test(a.address))),
  );

/** Whether the client's address is taken from what a proxy in front writes into X-Forwarded-For, or Cloudflare's, which writes that as well. */
export const readsForwardedFor = (scope: Scope): boolean =>
  scope.effective('set_real_ip_from').directives.length > 0 &&
  /^(?:x-forwarded-for|cf-connecting-ip)$/i.test(scope.value('real_ip_header')?.value(0) ?? '');

/** Whether the log names the client by the header of a proxy in front and not by the address that connects, so that one is there. */
export const logsClientOfProxy = (config: Config): boolean => clientLogged.of(config);

const clientLogged = new PerConfig((config) =>
  asked(config, 'a log of the clients of a proxy', (c) => {
    const formats = c.levels('http').flatMap((l) => l.named('log_format'));
    return formats.some((d) => {
      const text = d.values.slice(1).join(' ');
      return /\$\{?http_x_forwarded_for\b/.test(text) && !/\$\{?(?:remote_addr|realip_remote_addr|proxy_add_x_forwarded_for)\b/.test(text);
    });
  }),
);

/** The first use in a server, or in none, as `toldScheme` says. */
const schemeTold = new PerConfig((config, server: Scope | null): { readonly directive: Directive; readonly span: Span } | null => {
  for (const name of ['http_x_forwarded_proto', 'http_cloudfront_forwarded_proto', 'http_x_forwarded_ssl'])
    for (const { directive, span } of namesOf(config).references('variable', name, 'http')) {
      const holder = directive.scope.enclosing('server');
      if (directive.name === 'log_format' || (holder && holder !== server)) continue;
      return { directive, span };
    }
  return null;
});

/** A use of the scheme that a proxy in front told, which shows that one does: not in a log line, and not in another server. Null without any. */
export const toldScheme = (scope: Scope): { readonly directive: Directive; readonly span: Span } | null =>
  schemeTold.of(scope.config, scope.enclosing('server'));

const NAME_OF_SCHEME =
  /^(?:HTTP_)?(?:x[-_])?(?:forwarded[-_])?(?:proto|protocol|scheme|ssl|https|url[-_]scheme)$|^(?:request|uwsgi)_scheme$|^wsgi\.url_scheme$|^front-end-https$/i;

/** Whether a header or param of this name tells an application its client's scheme: X-Forwarded-Proto, and the other names that servers and frameworks read. */
export const isNameOfScheme = (name: string): boolean => NAME_OF_SCHEME.test(name);
