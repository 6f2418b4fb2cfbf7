/** Host names in the configuration are resolved when it is loaded and never again (ngx_parse_url, ngx_inet_resolve_host). */

import { textsOf } from '../../answers/what-is-passed.ts';
import { canResolveServers } from '../../answers/which-build.ts';
import { parseAddress } from '../../catalog/value-kind.ts';
import { asked, PerConfig } from '../../config/asked.ts';
import type { Config } from '../../config/config.ts';
import type { Directive } from '../../config/directive.ts';
import { unseenOf } from '../../config/open.ts';
import type { Scope } from '../../config/scope.ts';
import { PASS_DIRECTIVES, passTarget, readTarget, upstreamsOf } from '../../config/upstreams.ts';
import { fixOf } from '../fix.ts';
import { defineRule } from '../rule.ts';

/** Names that a private resolver keeps in place: cluster services, hosts files, home networks. */
const LOCAL =
  /(^|\.)(localhost|local|localdomain|internal|intranet|lan|home|corp|private|test|invalid|svc)\.?$|\.svc\.|\.cluster\.local\.?$|^host\.docker\.internal$/i;

/** A name of the public name service: it has a dot and is none of the local kinds. */
const isPublicName = (host: string): boolean =>
  /^[a-z0-9_-]+(\.[a-z0-9_-]+)+\.?$/i.test(host) && !LOCAL.test(host) && !/^[\d.]+$/.test(host);

/** A name has a dot, and what has nothing else than digits between dots is an address. */
const mayBePublic = (to: string): boolean => to.includes('.') && !/^(?:\w+:\/\/)?[\d.]+(?:[:/]|$)/.test(to);

/** Whether more than is seen may stand in the server or the location itself. */
function isOpenInside(scope: Scope): boolean {
  for (let at: Scope | null = scope; at && at.context !== 'http'; at = at.parent) if (unseenOf(at, 'resolver').length) return true;
  return false;
}

/** A group beside `http` is told as misplaced: where it belongs, its name needs no resolver. */
const isMisplacedGroup = (config: Config, name: string): boolean =>
  config.levels('main').some((main) => main.named('upstream').some((d) => d.value(0).toLowerCase() === name.toLowerCase()));

const protocolIn = ({ context }: Scope): 'http' | 'stream' => (context === 'stream-server' ? 'stream' : 'http');
const addressKey = (protocol: string, host: string, port: number): string => `${protocol} ${host.toLowerCase()}:${port}`;

/**
 * Passes without variables, by protocol, host and port: nginx looks their names up when it starts, and a name with a variable beside it that comes
 * to the same host and port takes those addresses, without a resolver (ngx_http_upstream_init_request, ngx_stream_proxy_handler).
 */
const lookedUp = new PerConfig((config): ReadonlySet<string> => {
  const out = new Set<string>();
  for (const d of config.main.all) {
    if (d.name === 'server' || !PASS_DIRECTIVES.includes(d.name)) continue;
    const target = passTarget(d);
    if (target?.kindOfHost === 'name' && !target.upstream && target.port !== null)
      out.add(addressKey(protocolIn(d.scope), target.host, target.port));
  }
  return out;
});

/** Whether a pass of the configuration without variables names the host and port that this one comes to. */
function isResolvedAtStart(
  config: Config,
  directive: Directive,
  value: string,
  { host, port }: { host: string; port: number | null },
): boolean {
  const protocol = protocolIn(directive.scope);
  // the scheme may be in the variable, too
  const ports =
    port !== null
      ? [port]
      : directive.name !== 'proxy_pass' || protocol === 'stream'
        ? []
        : /^https:/i.test(value)
          ? [443]
          : /^http:/i.test(value)
            ? [80]
            : [80, 443];
  return ports.some((p) => {
    const key = addressKey(protocol, host, p);
    return asked(config, `${key} looked up at start`, (c) => lookedUp.of(c).has(key));
  });
}

export default defineRule({
  id: 'dns-resolved-once',
  group: 'upstreams',
  severity: 'info',
  since: '0.1',
  equivalents: ['nginx-lint:proxy-pass-domain', 'nginx-lint:upstream-server-no-resolve', 'gixy:missing_resolver', 'gixy:stale_dns_cache'],
  title: 'Host name resolved only at start',
  why: `
nginx looks a name in \`proxy_pass\` or \`server\` up when it reads the configuration. If the address changes later, as those of balancers and
cloud services do within minutes, requests go to the old one until the next reload; if the name cannot be resolved at that moment, nginx
does not start.

From 1.27.3 on, \`server name:port resolve\` in an upstream with a \`zone\`, and a \`resolver\`, follow the name. Before, a variable in
\`proxy_pass\` makes nginx ask the \`resolver\` for each request whose answer has expired. A name that never moves may stay as it is.`,
  about: ['proxy_pass', 'server', 'resolver', 'upstream', 'zone'],
  looksAt: [
    {
      directive: ['proxy_pass', 'grpc_pass', 'uwsgi_pass', 'fastcgi_pass', 'scgi_pass'],
      where: ({ values: [to = ''] }) => to.includes('$') || mayBePublic(to),
    },
    {
      directive: ['server'],
      where: ({ context, values: [to = ''] }) => (context === 'upstream' || context === 'stream-upstream') && mayBePublic(to),
    },
  ],
  needs: 'file',
  fixable: 'sometimes',
  messages: {
    once: '"{host}" is resolved at start and never again. {advice}.',
    resolver: 'No resolver is set, so "{host}" cannot be resolved for a request: nginx answers 502. Set a resolver.',
    unseen:
      'No resolver is set in this file, so "{host}" cannot be resolved for a request and nginx answers 502, unless the main file has one. Set a resolver.',
  },
  check({ directive, scope, config, report }) {
    const canResolve = canResolveServers(config);
    if (directive.name === 'server') {
      if (directive.statement.block) return;
      const word = directive.args[0];
      const read = word && parseAddress(word.value);
      if (!word || !read?.ok || read.value.family !== 'name' || !isPublicName(read.value.host)) return;
      if (directive.values.includes('resolve') || directive.values.includes('down')) return;
      const edits = [{ span: { start: directive.args.at(-1)!.end, end: directive.args.at(-1)!.end }, newText: ' resolve' }];
      // resolve needs shared memory and a resolver, or nginx does not start
      const ready = canResolve && scope.has('zone') && scope.value('resolver') !== undefined;
      report('once', {
        at: word,
        data: {
          host: read.value.host,
          advice: canResolve ? 'Add resolve, with a zone and a resolver' : 'Use a variable in proxy_pass and a resolver to follow it',
        },
        fix: ready ? fixOf('Follow the name', 'suggestion', directive.file, edits) : null,
      });
      return;
    }
    const word = directive.args[0];
    if (!word || word.templated || scope.context === 'unknown') return;
    const fixed = /^(?:\w+:\/\/)?[^/$?]+(?=[/$?]|$)/.exec(word.value)?.[0];
    const protocol = protocolIn(scope);
    if (!word.value.includes('$')) {
      const target = fixed && readTarget(config, directive.name, fixed, directive, protocol);
      if (!target) return;
      if (target.kindOfHost !== 'name' || target.upstream || !isPublicName(target.host)) return;
      report('once', {
        at: word,
        data: {
          host: target.host,
          advice: canResolve
            ? 'To follow it, name an upstream whose server has resolve'
            : 'To follow it, put the name into a variable and set a resolver',
        },
      });
      return;
    }
    // with a variable anywhere in it, the address is looked up for each request (ngx_http_proxy_eval)
    // of a site file the main file may hold a resolver: then it is said with that
    const outside = !!config.tree.standIn && !isOpenInside(scope);
    if ((!config.whole && !outside) || scope.value('resolver')) return;
    // `api.example.com$request_uri`: the variable begins the path
    const hostPart = (/^(?:\w+:\/\/)?([^/?]*)/.exec(word.value)?.[1] ?? '').replace(
      /\$\{?(request_uri|uri|document_uri|is_args|args)\b\}?.*$/,
      '',
    );
    const hosts =
      /^\$\{?\w+\}?$/.test(word.value) || hostPart.includes('$')
        ? textsOf(scope, /^\$\{?\w+\}?$/.test(word.value) ? word.value : hostPart)
        : [hostPart];
    // `app-$1.internal:8080`: whatever the variable holds, with a port it is a name that has to be resolved
    const named = hosts === null && hostPart.includes('$') ? /^[\w${}-]+((?:\.[a-z][\w-]*)+):\d+$/i.exec(hostPart) : null;
    const groups = upstreamsOf(config, protocol);
    for (const value of hosts ?? (named ? [`any${named[1]}:80`] : [])) {
      const host = value.replace(/^\w+:\/\//, '').replace(/[/?].*$/, '');
      const read = parseAddress(host);
      if (host === '' || !read.ok || read.value.family !== 'name') continue;
      // with a port the group's name is a host like any other
      if (read.value.port === null && (groups.has(read.value.host.toLowerCase()) || isMisplacedGroup(config, read.value.host))) continue;
      if (isResolvedAtStart(config, directive, /^\w+:\/\//.test(value) ? value : word.value, read.value)) continue;
      if (outside) report('unseen', { at: word, severity: 'warning', data: { host: read.value.host }, missing: [] });
      else report('resolver', { at: word, severity: 'warning', data: { host: read.value.host }, missing: ['resolver'] });
      return;
    }
  },
  examples: [
    {
      inside: 'server',
      bad: `location / {
    proxy_pass https://api.example.com;
#              ^^^^^^^^^^^^^^^^^^^^^^^ once
}`,
      good: `location / {
    proxy_pass http://127.0.0.1:8000;
}`,
    },
    {
      inside: 'http',
      notOn122: 'resolve in upstream came with 1.27.3',
      bad: `upstream api {
    zone api 64k;
    resolver 127.0.0.53;
    server api.example.com:443;
#          ^^^^^^^^^^^^^^^^^^^ once
}`,
      good: `upstream api {
    zone api 64k;
    resolver 127.0.0.53;
    server api.example.com:443 resolve;
}`,
    },
    {
      inside: 'server',
      bad: `location / {
    set $api api.example.com;
    proxy_pass https://$api;
#              ^^^^^^^^^^^^ resolver
}`,
      good: `resolver 127.0.0.53;
location / {
    set $api api.example.com;
    proxy_pass https://$api;
}`,
    },
    {
      inside: 'http',
      good: `upstream app { server 127.0.0.1:8000; }
map $uri $pool { default app; }
server { location / { proxy_pass http://$pool; } }`,
    },
  ],
});
