/** Client addresses that the client writes itself. */

import { sourcesOf } from '../../answers/where-a-value-comes-from.ts';
import { serversUnder } from '../../answers/which-socket.ts';
import { comesByAnother } from '../../answers/who-comes-to-a-container.ts';
import { hasUnknownInclude, isLocalOnly, isPrivateAddress, STRANGERS, STRANGERS6 } from '../../answers/who-may-enter.ts';
import { hasProxyInFront, listensForPlatform } from '../../answers/who-speaks-tls.ts';
import { table } from '../../base/table.ts';
import { PerPart } from '../../config/asked.ts';
import type { Config } from '../../config/config.ts';
import type { Directive } from '../../config/directive.ts';
import { namesOf } from '../../config/names.ts';
import { type Scope, walk } from '../../config/scope.ts';
import { serverOf } from '../../config/servers.ts';
import { variablesIn as usesIn } from '../../syntax/variable.ts';
import type { Word } from '../../syntax/word.ts';
import { readCondition } from '../../trace/handlers/rewrite.ts';
import { inNet, readNet, readPlainIp } from '../../trace/networks.ts';
import { variablesIn } from '../../trace/script.ts';
import { flowInto } from '../data-flow.ts';
import { fixOf, replace } from '../fix.ts';
import { defineRule, type Line } from '../rule.ts';

/** What clients and proxies write about the client's address. */
const CLAIMED =
  /^(http_(x_forwarded_for|forwarded|x_real_ip|x_client_ip|true_client_ip|client_ip|cf_connecting_ip|cf_connecting_ipv6|fastly_client_ip|x_cluster_client_ip|x_original_forwarded_for|x_appengine_user_ip)|proxy_add_x_forwarded_for)$/;

const claims = (config: Config, name: string): boolean => [...sourcesOf(config, name)].some((source) => CLAIMED.test(source));

const decides = (scope: Scope | null): boolean =>
  scope !== null && walk(scope).some((d) => /^(return|deny|allow|auth_basic|internal)$/.test(d.name));

/** The condition opens or closes a door: in its own block, or by a variable that it sets and that another condition asks. */
function isDoor(directive: Directive): boolean {
  const { body, scope } = directive;
  if (!body) return false;
  if (decides(body)) return true;
  const set = body.named('set').map((d) => d.value(0).slice(1).toLowerCase());
  if (!set.length) return false;
  return scope.named('if').some((other) => {
    const condition = other === directive ? null : readCondition(other);
    return condition !== null && condition.kind !== 'file' && set.includes(condition.name) && decides(other.body);
  });
}

/** The names under which applications look for the client's address. */
const TOLD: Readonly<Record<string, 'list' | 'address'>> = table({ 'x-forwarded-for': 'list', 'x-real-ip': 'address' });

const SETTERS = ['proxy_set_header', 'grpc_set_header', 'uwsgi_param', 'fastcgi_param', 'scgi_param'];

/** What a line tells the application of the client's address: of a protocol with parameters a header is one that begins with HTTP_. */
function told({ name: directive, values: [name = ''] }: Pick<Line, 'name' | 'values'>): 'list' | 'address' | undefined {
  const isParam = directive.endsWith('_param');
  if (isParam && !/^HTTP_/i.test(name)) return undefined;
  return TOLD[(isParam ? name.slice('HTTP_'.length) : name).toLowerCase().replaceAll('_', '-')];
}

/** What nginx says itself of who asks. */
const KNOWN = /^(?:remote_addr|binary_remote_addr|realip_remote_addr|proxy_add_x_forwarded_for|proxy_protocol_addr)$/;

/** A server on whose listeners TLS ends: browsers come to nginx itself. */
const endsTls = (scope: Scope): boolean => serverOf(scope)?.listens.some((l) => l.params.includes('ssl')) ?? false;

/** The whole value is a header of the client's, itself or by way of set and map. */
function isClaim(config: Config, text: string): boolean {
  const name = /^\$\{?(\w+)\}?$/.exec(text)?.[1]?.toLowerCase();
  if (!name) return false;
  const sources = [...sourcesOf(config, name)];
  return sources.length > 0 && sources.every((s) => /^http_x_(?:forwarded_for|real_ip)$/.test(s)) && !sources.some((s) => KNOWN.test(s));
}

/** The whole value comes of a table that takes it from such a header, where there is one. */
function isClaimByTable(directive: Directive, word: Word): boolean {
  const { uses } = usesIn(word);
  const [use] = uses;
  if (!use || uses.length > 1 || !/^\$\{?\w+\}?$/.test(word.value) || KNOWN.test(use.name)) return false;
  return /^\$http_x_(?:forwarded_for|real_ip)$/.test(flowInto(directive, use, '7')?.source ?? '');
}

const ALL = [STRANGERS, STRANGERS6].map((list) =>
  list.flatMap((a) => {
    const ip = readPlainIp(a);
    return ip ? [ip] : [];
  }),
);

/** Whether one of the ranges takes each client, wherever he is. */
function everybody(nets: readonly string[]): boolean {
  const read = nets.flatMap((n) => readNet(n) ?? []);
  return ALL.some((group) => group.every((ip) => read.some((net) => inNet(ip, net))));
}

/** More than any balancer or delivery network has in one piece: only what clouds rent out is as wide. */
const FEWEST_MILLIONS = 8;

/** How many million public addresses a range of IPv4 holds; 0 for private ones. */
function publicMillions(range: string): number {
  const m = /^(\d+)\.\d+\.\d+\.\d+\/(\d+)$/.exec(range);
  if (!m || isPrivateAddress(range)) return 0;
  return Math.floor(2 ** (32 - Number(m[2])) / 1e6);
}

/** Whether no client can send the header that would tell the address: nginx drops names with an underscore. */
function neverArrives(scope: Scope): boolean {
  const header = scope.effective('real_ip_header').directives[0]?.value(0) ?? '';
  return header.includes('_') && header !== 'proxy_protocol' && scope.value('underscores_in_headers')?.value(0).toLowerCase() !== 'on';
}

/** A part of all addresses that no single network is: `0.0.0.0/1`. */
const isWide = (range: string): boolean => Number(/\/(\d+)$/.exec(range)?.[1] ?? 99) <= 3;

/** The same of all the lines of a level together, which may be thousands. */
const trustsEverybody = new PerPart((scope: Scope): boolean => everybody(scope.named('set_real_ip_from').map((d) => d.value(0))));

export default defineRule({
  id: 'forwarded-for-trusted',
  group: 'security',
  severity: 'warning',
  since: '0.1',
  title: 'Client address taken from a header that anyone can set',
  why: `
X-Forwarded-For and its relatives are written by whoever sends the request. \`set_real_ip_from\` says who is trusted: with \`0.0.0.0/0\` everyone is, and \`allow\`, \`deny\`, limits and logs then use an invented address. The same holds for conditions on the header itself that grant or deny access, and for the header passed on as it came: the application believes its own proxy.

List the addresses of the proxies in front, take \`$remote_addr\` in conditions, and let the realip module put the true address there.`,
  about: ['set_real_ip_from', 'real_ip_header', 'geo', 'proxy_set_header', '$remote_addr'],
  looksAt: [
    { directive: ['set_real_ip_from', 'geo', 'if'] },
    { directive: SETTERS, where: (line) => told(line) !== undefined && !KNOWN.test((line.values[1] ?? '').replace(/^\$/, '')) },
  ],
  needs: 'file',
  inForce: true,
  fixable: 'sometimes',
  messages: {
    everybody: '{range} lets every client choose the address that nginx sees. List the proxies in front instead.',
    wide: '{range} is a public network of {count} million addresses, and whoever rents one of them chooses the address that nginx sees. List the proxies in front instead.',
    passed:
      '{name} is passed on as the client wrote it: ordinary requests have none, and anybody may claim any address. Send {instead}, or name the proxy in front with set_real_ip_from.',
    claimed: '{variable} is what the client claims. Use $remote_addr, and let set_real_ip_from and real_ip_header set it.',
  },
  check({ directive, scope, deployment, report }) {
    const { config } = scope;
    if (SETTERS.includes(directive.name)) {
      const name = directive.value(0);
      const kind = told(directive);
      const word = directive.args[1];
      const byTable = word && endsTls(scope) && isClaimByTable(directive, word);
      if (!kind || !word || !(byTable || isClaim(config, word.value))) return;
      if (hasProxyInFront(scope) || hasUnknownInclude(scope)) return;
      const instead = kind === 'list' ? '$proxy_add_x_forwarded_for' : '$remote_addr';
      report('passed', {
        at: word,
        data: { name, instead },
        severity: endsTls(scope) && !byTable ? 'warning' : 'info',
        missing: ['set_real_ip_from', 'real_ip_header'],
        fix: fixOf(`Send ${instead}`, 'suggestion', directive.file, [replace(word, instead)]),
      });
      return;
    }
    if (directive.name === 'set_real_ip_from') {
      const word = directive.args[0];
      if (!word || isLocalOnly(scope) || neverArrives(scope)) return;
      const { value } = word;
      // one line, or several that leave nobody out
      if (!everybody([value]) && !(isWide(value) && trustsEverybody.of(scope))) {
        const million = publicMillions(value);
        if (million >= FEWEST_MILLIONS) report('wide', { at: word, data: { range: value, count: million } });
        return;
      }
      // whoever is in front is the only way in, and appends the address that nginx takes: the last one
      const servers = serversUnder(directive);
      const isBehind = (servers.length > 0 && servers.every(listensForPlatform)) || comesByAnother(config, deployment);
      if (isBehind && scope.effective('real_ip_recursive').directives[0]?.value(0).toLowerCase() !== 'on') return;
      report('everybody', { at: word, data: { range: value } });
      return;
    }
    const word = directive.name === 'geo' ? (directive.args.length === 2 ? directive.args[0] : undefined) : directive.args[0];
    if (directive.name === 'geo') {
      const proxies = directive.body?.named('proxy') ?? [];
      const all = everybody(proxies.map((p) => p.value(0)));
      for (const proxy of proxies)
        if (proxy.args[0] && (everybody([proxy.value(0)]) || (all && isWide(proxy.value(0)))) && !isLocalOnly(scope))
          report('everybody', { at: proxy.at(proxy.args[0]), data: { range: proxy.value(0) } });
    }
    if (!word) return;
    if (directive.name === 'geo') {
      if (directive.body?.named('proxy').length || !variablesIn(word.value).some((name) => claims(config, name))) return;
      report('claimed', { at: word, data: { variable: word.value } });
      return;
    }
    const condition = readCondition(directive);
    if (!condition || condition.kind === 'file') return;
    if (!claims(config, condition.name)) return;
    // said at the table of addresses already
    if (
      namesOf(config)
        .definitions('variable', condition.name, 'http')
        .some((s) => s.directive.name === 'geo')
    )
      return;
    // whether a header is there at all says nothing about who sent it
    if ((condition.kind === 'equal' || condition.kind === 'not-equal') && condition.value.source === '' && CLAIMED.test(condition.name))
      return;
    if (condition.kind === 'variable' && CLAIMED.test(condition.name)) return;
    if (!isDoor(directive)) return;
    report('claimed', { at: word, data: { variable: word.value.replace(/^\(\s*/, '') } });
  },
  examples: [
    {
      inside: 'http',
      bad: `set_real_ip_from 0.0.0.0/0;
#                ^^^^^^^^^ everybody
real_ip_header X-Forwarded-For;`,
      good: `set_real_ip_from 10.0.0.5;
real_ip_header X-Forwarded-For;`,
    },
    {
      inside: 'http',
      bad: `set_real_ip_from 3.0.0.0/8;
#                ^^^^^^^^^ wide
real_ip_header X-Forwarded-For;`,
      good: `set_real_ip_from 10.0.0.0/8;
real_ip_header X-Forwarded-For;`,
    },
    {
      inside: 'http',
      bad: `geo $inside {
    default 0;
    proxy 0.0.0.0/0;
#         ^^^^^^^^^ everybody
    10.0.0.0/8 1;
}
server { listen 80; if ($inside = 0) { return 403; } }`,
      good: `geo $inside {
    default 0;
    proxy 10.0.0.5;
    10.0.0.0/8 1;
}
server { listen 80; if ($inside = 0) { return 403; } }`,
    },
    {
      inside: 'server',
      bad: `location /admin/ {
    if ($http_x_forwarded_for !~ ^10\\.) { return 403; }
#      ^^^^^^^^^^^^^^^^^^^^^^ claimed
}`,
      good: `location /admin/ {
    allow 10.0.0.0/8;
    deny all;
}`,
    },
    {
      inside: 'http',
      bad: `server {
    listen 443 ssl;
    ssl_certificate site.pem;
    ssl_certificate_key site.key;
    location / {
        proxy_pass http://127.0.0.1:8000;
        proxy_set_header X-Forwarded-For $http_x_forwarded_for;
#                                        ^^^^^^^^^^^^^^^^^^^^^ passed
    }
}`,
      good: `server {
    listen 443 ssl;
    ssl_certificate site.pem;
    ssl_certificate_key site.key;
    location / {
        proxy_pass http://127.0.0.1:8000;
        proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
    }
}`,
    },
    {
      inside: 'http',
      good: `set_real_ip_from 10.0.0.5;
server {
    listen 80;
    location / {
        proxy_pass http://127.0.0.1:8000;
        proxy_set_header X-Forwarded-For $http_x_forwarded_for;
    }
}`,
    },
    { inside: 'http', good: 'set_real_ip_from 0.0.0.0/0;\nreal_ip_header REMOTE_ADDR;\nserver { listen 80; }' },
    {
      inside: 'http',
      bad: `underscores_in_headers on;
set_real_ip_from 0.0.0.0/0;
#                ^^^^^^^^^ everybody
real_ip_header CLIENT_ADDR;
server { listen 80; }`,
      good: `underscores_in_headers on;
set_real_ip_from 10.0.0.5;
real_ip_header CLIENT_ADDR;
server { listen 80; }`,
    },
    { inside: 'http', good: 'geo $remote_addr $inside {\n    default 0;\n    10.0.0.0/8 1;\n}' },
  ],
});
