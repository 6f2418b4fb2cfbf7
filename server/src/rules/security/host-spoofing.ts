/** The Host header of a request to an upstream, taken from what the client may write at will. */
import { waysInto } from '../../answers/what-a-place-is-for.ts';
import { isAnsweredFirst, isApart, placesOf } from '../../answers/where-a-line-counts.ts';
import { serversUnder } from '../../answers/which-socket.ts';
import { hasUnknownInclude } from '../../answers/who-may-enter.ts';
import { hasProxyInFront, isEdge } from '../../answers/who-speaks-tls.ts';
import { asked, numberOf } from '../../config/asked.ts';
import type { Config } from '../../config/config.ts';
import type { Directive } from '../../config/directive.ts';
import { locationOf } from '../../config/locations.ts';
import type { Scope } from '../../config/scope.ts';
import { type Server, serverOf } from '../../config/servers.ts';
import type { ComposeService } from '../../deploy/compose.ts';
import type { Deployment } from '../../deploy/deployment.ts';
import { variablesIn } from '../../syntax/variable.ts';
import { flowInto, writtenAs } from '../data-flow.ts';
import { byHand, fixOf, replace } from '../fix.ts';
import { defineRule } from '../rule.ts';
import { platformBehind } from '../upstreams/_platforms.ts';
import { nginxesOf } from '../wsgi/_links.ts';

/** By this one applications learn the host where a proxy is in front. */
const HANDED_ON = /^(?:http_)?(?:x[-_]forwarded[-_]host|forwarded)$/i;

/** By these applications learn the path that a proxy in front has taken off. */
const PREFIX = /^(?:http_)?x[-_](?:forwarded[-_]prefix|script[-_]name)$/i;

/** The same of a parameter of WSGI and CGI itself. */
const isPrefix = (directive: string, name: string): boolean =>
  PREFIX.test(name) || (directive.endsWith('_param') && /^SCRIPT_NAME$/i.test(name));

/** A prefix as a client may claim one. */
const CLAIMED_PREFIX = /^http_(?:x_)?(?:forwarded_prefix|script_name|prefix|base_?(?:path|url))$/i;

/** A redirect of the application to the host that such a line of the client names. */
const TO_CLAIMED =
  /^https?:\/\/\$\{?http_x_(?:forwarded_host|host|original_host)\b|^\$\{?\w+\}?:\/\/\$\{?http_x_(?:forwarded_host|host|original_host)\b/i;

/** What is taken from the path, or from the arguments behind it. */
const OF_THE_PATH = /^\$(?:uri|document_uri|args|query_string|arg_\w+)$/i;

/** What the arguments of a request say, which a copy of it has as well (`mirror`), and each redirect by the configuration. */
const OF_ARGUMENTS = /^\$(?:args|query_string|arg_\w+)$/i;

/** The path that a line of the configuration sends requests on to; null for other lines, and where they leave. */
function destination({ name, values }: Directive): string | null {
  if (name === 'rewrite') return /^(?:break|redirect|permanent)$/.test(values[2] ?? '') ? null : (values[1] ?? null);
  return name === 'try_files' || name === 'error_page' ? (values.at(-1) ?? null) : null;
}

/** Whether a line of the configuration leads to a place with what the client has sent: its path in the destination, or its arguments. */
function isLedTo(scope: Scope, source: string): boolean {
  const name =
    locationOf(scope)
      ?.name.replace(/^\^/, '')
      .replace(/\\(?=[./-])/g, '') ?? '';
  const own = name.replace(/[([{*+?|\\$].*$/, '');
  return !!scope.enclosing('server')?.all.some((d) => {
    const to = destination(d);
    const fixed = to?.replace(/\$.*/, '') ?? '';
    const isThere = fixed.length > 1 && own.length > 1 && (fixed.startsWith(own) || (own.startsWith(fixed) && fixed !== to));
    return isThere && (fixed !== to || OF_ARGUMENTS.test(source));
  });
}

/** The path of a redirect into an internal place is the application's, which has looked who may have the file, unless the configuration leads there. */
function isOfApplication(source: string, scope: Scope): boolean {
  const ways = OF_THE_PATH.test(source) ? waysInto(scope) : null;
  return ways === 'beside others' ? !OF_ARGUMENTS.test(source) : ways === 'redirects' && !isLedTo(scope, source);
}

const SETTERS = ['proxy_set_header', 'grpc_set_header', 'fastcgi_param', 'uwsgi_param', 'scgi_param'];

/** Whether a container is asked for under a port that is not the scheme's own. */
const isOnOtherPorts = (from: ComposeService): boolean =>
  from.ports.some((p) => p.protocol === 'tcp' && p.published !== null && p.published !== 80 && p.published !== 443);

/** The container of nginx has other ports outside than it listens on within. */
const publishesOtherPorts = (config: Config, deployment: Deployment): boolean =>
  asked(config, `other ports outside, by ${numberOf(deployment)}`, (c) => nginxesOf(c, deployment).some(isOnOtherPorts));

/** A port of the server that is not its scheme's own, so that clients name it in Host: null where there is none. */
const ownPort = ({ listens }: Server): number | null =>
  listens.flatMap((l) => l.addresses).find((a) => a.kind !== 'unix' && a.port !== 80 && a.port !== 443)?.port ?? null;

/** Every pass for which the line is in force leads to a platform that finds its customers by the Host header. */
function leadsToPlatform(directive: Directive): boolean {
  const passes = directive.scope.all.filter(
    (d) => d.name === 'proxy_pass' && d.scope.effective('proxy_set_header').directives.includes(directive),
  );
  return passes.length > 0 && passes.every((d) => platformBehind(d) !== null);
}

export default defineRule({
  id: 'host-spoofing',
  group: 'security',
  severity: 'warning',
  since: '0.1',
  equivalents: ['gixy:host_spoofing'],
  title: 'Unchecked Host header passed to the application',
  why: `
Applications build links, password mails and cache keys with the host that they are given. \`$host\` is the one by which nginx chose the server. \`$http_host\` is the header as it came: with a request line such as \`GET http://good.example/ HTTP/1.1\` the header may say something else, and nginx uses the request line. Arguments, cookies and headers such as X-Forwarded-Host are entirely the client's choice.

The same holds for the prefix that a proxy has taken off (\`X-Forwarded-Prefix\`, \`X-Script-Name\`, \`SCRIPT_NAME\`): applications begin each link with it, and \`//evil.test\` as a prefix leads all of them there.

Many guides, gunicorn's among them, pass \`$http_host\` because it keeps the port. Django and others check it against a list of allowed hosts, so the line is informational there; with \`$host\` the check is nginx's already. \`$host\` has no port: on a server that listens on another port than 80 and 443 write \`$host:$server_port\`. Where the container of nginx is published on another port than 80 and 443, nothing but \`$http_host\` has it, and the rule is silent. On which port clients ask need not be in any text, so \`check --fix=suggested\` leaves the line alone.`,
  about: ['proxy_set_header', '$host', '$http_host'],
  looksAt: {
    directive: [...SETTERS, 'proxy_redirect'],
    where: ({ name: directive, values: [name = '', value = ''] }) =>
      value.includes('$') &&
      (directive === 'proxy_redirect'
        ? TO_CLAIMED.test(value)
        : isPrefix(directive, name) ||
          (HANDED_ON.test(name)
            ? value.toLowerCase().includes('http_')
            : /^(?:host|http_host|:authority)$/i.test(name) && !/^\$(?:proxy_)?host$/.test(value))),
  },
  needs: 'file',
  fixable: 'sometimes',
  messages: {
    header:
      'The application gets the Host header as the client sent it, which need not be the host that nginx selected the server by. Use $host.',
    port: 'The application gets the Host header as the client sent it, which need not be the host that nginx selected the server by. Use $host, or $host:$server_port if clients name port {port}.',
    forwarded:
      'This server ends TLS itself, so {name} is what the client wrote: the application builds links and redirects to whatever host it names. Use $host.',
    redirects:
      'This server ends TLS itself, so ${source} is what the client wrote: redirects of the application lead to whatever host it names, and a cache keeps them for everyone. Use $host.',
    prefix:
      '{name} is passed on as the client wrote it: the application puts it in front of its links, redirects and cookie paths. Write the prefix of this place, or "".',
    free: 'The client chooses with {source} which host the application sees. Use {instead}.',
  },
  check({ directive, config, file, deployment, report }) {
    const word = directive.args[1];
    if (!word || (config.whole && !isApart(directive) && placesOf(directive).every(isAnsweredFirst))) return;
    if (directive.name === 'proxy_redirect') {
      const server = serverOf(directive.scope);
      const use = variablesIn(word).uses.find((u) => /^http_x_/i.test(u.name));
      if (!use || !server || !isEdge(server) || hasUnknownInclude(directive.scope)) return;
      report('redirects', {
        at: use.span,
        data: { source: use.name },
        fix: fixOf('Use $host', 'suggestion', file, [replace(use.span, use.braced ? '${host}' : '$host')]),
      });
      return;
    }
    if (isPrefix(directive.name, directive.value(0))) {
      const use = variablesIn(word).uses.find((u) => CLAIMED_PREFIX.test(flowInto(directive, u, '/')?.source.slice(1) ?? ''));
      if (!use || hasProxyInFront(directive.scope) || hasUnknownInclude(directive.scope)) return;
      const server = serverOf(directive.scope);
      report('prefix', {
        at: use.span,
        data: { name: directive.value(0) },
        severity: server && isEdge(server) ? 'warning' : 'info',
        missing: ['set_real_ip_from', 'real_ip_header'],
      });
      return;
    }
    if (HANDED_ON.test(directive.value(0))) {
      const server = serverOf(directive.scope);
      const use = variablesIn(word).uses.find((u) => /^http_x_(?:forwarded_host|host|original_host)$/i.test(u.name));
      // of a page that is kept for everyone another rule speaks
      if (
        !use ||
        !server ||
        !isEdge(server) ||
        ['proxy_cache', 'uwsgi_cache', 'fastcgi_cache', 'scgi_cache'].some((c) => directive.scope.value(c))
      )
        return;
      report('forwarded', {
        at: use.span,
        data: { name: directive.value(0) },
        fix: fixOf('Use $host', 'suggestion', file, [replace(use.span, use.braced ? '${host}' : '$host')]),
      });
      return;
    }
    const toPlatform = leadsToPlatform(directive);
    const instead = toPlatform ? '$proxy_host' : '$host';
    for (const use of variablesIn(word).uses) {
      if (use.name === 'host' || use.name === 'proxy_host') continue;
      const flow = flowInto(directive, use, 'x');
      if (!flow || flow.source === '$host') continue;
      if (isOfApplication(flow.source, directive.scope)) continue;
      const plain = flow.source.toLowerCase() === '$http_host';
      // a proxy in front hands on by this header what it was asked for
      if (/^\$http_x_forwarded_host$/i.test(flow.source) && hasProxyInFront(directive.scope)) continue;
      // a port that only the outside knows is in nothing else
      if (plain && publishesOtherPorts(directive.scope.config, deployment)) continue;
      // the platform wants the name that is passed to, and another rule says so
      if (plain && toPlatform) continue;
      const port = plain
        ? (serversUnder(directive)
            .map(ownPort)
            .find((p) => p !== null) ?? null)
        : null;
      const fix = fixOf(`Use ${instead}`, 'suggestion', file, [replace(use.span, use.braced ? instead.replace(/\w+/, '{$&}') : instead)]);
      report(port !== null ? 'port' : plain ? 'header' : 'free', {
        at: use.span,
        data: { source: writtenAs(use, flow.source), instead, port: port ?? 0 },
        severity: plain ? 'info' : 'warning',
        related: flow.chain,
        // with the application at hand another rule knows whether the port is published and has to be passed on
        fix:
          plain && (deployment.applications.length || port !== null)
            ? null
            : plain
              ? byHand(fix, 'the port that clients name in Host would be lost')
              : fix,
      });
    }
  },
  examples: [
    {
      inside: 'location',
      bad: `proxy_set_header Host $http_host;
#                     ^^^^^^^^^^ header`,
      good: 'proxy_set_header Host $host;',
    },
    {
      inside: 'location',
      bad: `proxy_set_header HOST $arg_site;
#                     ^^^^^^^^^ free`,
      good: 'proxy_set_header HOST $host;',
    },
    {
      inside: 'http',
      bad: `map $http_x_forwarded_host $seen {
    ""      $host;
    default $http_x_forwarded_host;
}
server {
    listen 8080;
    location / {
        proxy_pass http://127.0.0.1:8000;
        proxy_set_header Host $seen;
#                             ^^^^^ free
    }
}`,
      good: `map $http_x_forwarded_host $seen {
    ""      $host;
    default $http_x_forwarded_host;
}
server {
    listen 8080;
    location / {
        proxy_pass http://127.0.0.1:8000;
        proxy_set_header Host $host;
    }
}`,
    },
    {
      inside: 'location',
      bad: `proxy_pass http://shop.herokuapp.com;
proxy_set_header Host $arg_site;
#                     ^^^^^^^^^ free`,
      good: `proxy_pass http://shop.herokuapp.com;
proxy_set_header Host $proxy_host;`,
      notOn122: 'the name of the upstream is resolved when nginx starts',
    },
    {
      inside: 'http',
      bad: `server {
    listen 443 ssl;
    server_name shop.example.org;
    ssl_certificate site.pem;
    ssl_certificate_key site.key;
    location / {
        proxy_pass http://127.0.0.1:8000;
        proxy_set_header Host $host;
        proxy_set_header X-Forwarded-Host $http_x_forwarded_host;
#                                         ^^^^^^^^^^^^^^^^^^^^^^ forwarded
    }
}`,
      good: `server {
    listen 443 ssl;
    server_name shop.example.org;
    ssl_certificate site.pem;
    ssl_certificate_key site.key;
    location / {
        proxy_pass http://127.0.0.1:8000;
        proxy_set_header Host $host;
        proxy_set_header X-Forwarded-Host $host;
    }
}`,
    },
    {
      inside: 'http',
      bad: `server {
    listen 8080;
    location / {
        proxy_pass http://127.0.0.1:8000;
        proxy_set_header Host $http_host;
#                             ^^^^^^^^^^ port
    }
}`,
    },
    { inside: 'location', good: 'proxy_set_header Host $proxy_host;' },
    { inside: 'location', good: 'proxy_set_header X-Host $http_host;' },
    {
      inside: 'location',
      bad: `proxy_set_header X-Forwarded-Prefix $http_x_forwarded_prefix;
#                                   ^^^^^^^^^^^^^^^^^^^^^^^^ prefix
proxy_pass http://127.0.0.1:8000;`,
      good: `proxy_set_header X-Forwarded-Prefix /shop;
proxy_pass http://127.0.0.1:8000;`,
      fixed: false,
    },
    {
      inside: 'server',
      bad: `listen 443 ssl;
ssl_certificate a.pem;
ssl_certificate_key a.key;
location / {
    proxy_pass http://127.0.0.1:8000;
    proxy_redirect ~^http://[^/]+/(.*) https://$http_x_forwarded_host/$1;
#                                              ^^^^^^^^^^^^^^^^^^^^^^ redirects
}`,
      good: `listen 443 ssl;
ssl_certificate a.pem;
ssl_certificate_key a.key;
location / {
    proxy_pass http://127.0.0.1:8000;
    proxy_redirect ~^http://[^/]+/(.*) https://$host/$1;
}`,
    },
    {
      inside: 'server',
      bad: `location ~ ^/fetch/([^/]+)/(.*)$ {
    proxy_set_header Host $1;
#                         ^^ free
    proxy_pass http://127.0.0.1:9000/$2;
}`,
      good: `location ~ ^/fetch/([^/]+)/(.*)$ {
    proxy_set_header Host $host;
    proxy_pass http://127.0.0.1:9000/$2;
}`,
    },
    {
      inside: 'server',
      good: `location ~ ^/fetch/([^/]+)/(.*)$ {
    internal;
    proxy_set_header Host $1;
    proxy_pass http://127.0.0.1:9000/$2;
}`,
    },
  ],
});
