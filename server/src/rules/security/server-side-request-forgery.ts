/** Pass directives whose scheme, host or port the client writes. The path after the host is the application's affair. */
import { waysInto } from '../../answers/what-a-place-is-for.ts';
import { reaches } from '../../answers/what-reaches-this-line.ts';
import { onTheWays } from '../../answers/where-a-value-comes-from.ts';
import { admitsStrangers } from '../../answers/who-may-enter.ts';
import type { Config } from '../../config/config.ts';
import type { Directive } from '../../config/directive.ts';
import { namesOf } from '../../config/names.ts';
import type { Scope } from '../../config/scope.ts';
import { hasVariables, PASS_DIRECTIVES, upstreamsOf } from '../../config/upstreams.ts';
import { type VariableUse, variablesIn } from '../../syntax/variable.ts';
import type { Word } from '../../syntax/word.ts';
import { variablesIn as namesIn } from '../../trace/script.ts';
import { samplesOf } from '../../witness/regex-samples.ts';
import { patternOf } from '../../witness/values.ts';
import { alwaysHolds, type Flow, flowInto, inSight, isListed, isPathOrNothing, writtenAs } from '../data-flow.ts';
import { defineRule, type Report } from '../rule.ts';
import { platformOf } from '../upstreams/_platforms.ts';

/** Targets that nobody means to allow; a check that turns all of them away is one. */
const EVIL = ['evil.example', 'evil.example.test', '169.254.169.254', '127.0.0.1:6379', '/run/other.sock', '6379', 'http://evil.example/'];

/** What a TLS client writes into its first message. */
const OF_CLIENTS = /^ssl_(preread_server_name|server_name|preread_alpn_protocols|alpn_protocol)$/;

/** The key of a row that hosts of one domain have only, or one host: what it hands on leads nowhere else. */
const isOneDomain = (key: string): boolean =>
  key !== 'default' && key !== 'include' && (key.startsWith('~') ? /(?:\^|\\\.)[\w-]+\\\.[\w-]+\$$/.test(key) : /\w\.\w/.test(key));

/** The variables that a variable of stream hands on. */
const handingOn = (d: Directive): readonly string[] =>
  d.name === 'map'
    ? (d.body?.directives ?? []).flatMap((e) => (isOneDomain(e.name) ? [] : namesIn(e.args.at(-1)?.value ?? '')))
    : d.name === 'set'
      ? namesIn(d.value(1))
      : [];

/** The client's own variable at the end of a value of stream, through maps that hand it on; null where there is none. */
function givenOn(config: Config, name: string): string | null {
  for (const [variable] of onTheWays(config, [name], 'stream', handingOn)) if (OF_CLIENTS.test(variable)) return `$${variable}`;
  return null;
}

/** In stream the name of the TLS handshake is the client's: without a table it opens a relay to everywhere. */
function checkStream(directive: Directive, report: (more: Report) => void): void {
  const word = directive.args[0]!;
  if (!admitsStrangers(directive.scope)) return;
  for (const use of variablesIn(word).uses) {
    const source = use.capture ? null : givenOn(directive.scope.config, use.name.toLowerCase());
    if (!source) continue;
    // a fixed domain behind it keeps the client in that domain
    const text = use.braced ? `\${${use.name}}` : `$${use.name}`;
    if (/^\.[\w-]+/.test(word.value.slice(word.value.indexOf(text) + text.length))) continue;
    report({ at: use.span, data: { part: 'the host', source: writtenAs(use, source) }, severity: 'warning' });
    return;
  }
}

/** Hosts of others that begin as a condition of the place wants: a pattern without an end allows them. */
function* beyond({ scope, scope: { config } }: Directive, name: string): Generator<string> {
  for (let at: Scope | null = scope; at && at.context !== 'http'; at = at.parent)
    for (const d of at.named('if')) {
      const pattern = variablesOf(d).includes(name) ? patternOf(d) : null;
      if (!pattern) continue;
      for (const sample of samplesOf(config.regexes, pattern.pattern, { caseless: pattern.caseless, tries: 4 }).slice(0, 2))
        yield `${sample}.${EVIL[0]}`;
    }
}

const variablesOf = (condition: Directive): readonly string[] => namesIn(condition.value(0)).map((n) => n.toLowerCase());

/** Whether a path comes to this line only where a file of that name is there: who asks can choose among the files, and nothing else. */
const namesFilesOnly = (scope: Scope): boolean => {
  const [first, last, ...others] = scope.first('try_files')?.values ?? [];
  return first === '$uri' && /^=4\d\d$/.test(last ?? '') && !others.length;
};

/**
 * Whether a target begins as the names of groups of servers do, and no line says who would look up another name: an address has no such name in
 * front of it, so only the groups are there to be chosen.
 */
function namesGroupsOnly(target: string, scope: Scope): boolean {
  const start = /^(?:\w+:\/\/)?([a-z][\w-]*[-_])(?=\$)/i.exec(target)?.[1];
  return start !== undefined && !scope.value('resolver') && [...upstreamsOf(scope.config).keys()].some((name) => name.startsWith(start));
}

/** The part of a target that the client chooses. */
interface Chosen {
  readonly part: string;
  readonly use: VariableUse;
  readonly flow: Flow;
}

/** The values with a scheme of their own that a target's first variable may hold: what `set` gives it, and the rows of its map. */
function carriers(directive: Directive, word: Word): { directive: Directive; word: Word }[] {
  const [first] = variablesIn(word).uses;
  if (!first || first.capture || !/^\$/.test(word.value)) return [];
  return namesOf(directive.scope.config)
    .definitions('variable', first.name, 'http')
    .filter((site) => !site.capture)
    .flatMap(({ directive: d }) => {
      if (d.name === 'set') return d.args[1] && inSight(d, directive) ? [{ directive: d, word: d.args[1] }] : [];
      return d.name === 'map'
        ? (d.body?.directives ?? []).flatMap((row) => (row.args[0] ? [{ directive: d, word: row.args[0] }] : []))
        : [];
    })
    .filter((source) => /^\w+:\/\/[^/?#]*\$/.test(source.word.value));
}

/** What of scheme, host and port of a target is the client's choice; null where nothing is, or where that cannot be told. */
function chosen(directive: Directive, word: Word): Chosen | null {
  const scheme = /^[^/?#]*:\/\//.exec(word.value)?.[0] ?? '';
  const authority = /^(?:unix:[^:]*|[^/?#]*)/.exec(word.value.slice(scheme.length))![0];
  const end = word.value.length - word.value.slice(scheme.length + authority.length).length;
  const { uses } = variablesIn(word);
  let at = 0;
  for (const use of uses) {
    const text = use.braced ? `\${${use.name}}` : `$${use.name}`;
    const from = word.value.indexOf(text, at);
    at = from + text.length;
    if (from >= end) return null;
    // nothing, or begun with a question mark, which ends the host
    if (/^(?:args|query_string)$/.test(use.name) && /\$(?:is_args|\{is_args\})$/.test(word.value.slice(0, from))) return null;
    const inScheme = from < scheme.length;
    // behind a name that is written out, a path or a query leaves it as it is
    if (from > scheme.length && isPathOrNothing(directive, use)) return null;
    const after = word.value.slice(at, end);
    const socket = /^unix:/.test(authority);
    // after the colon, be it the first digit or a later one
    const host = !inScheme && !socket && /^[^$]*:\d*$/.test(word.value.slice(scheme.length, from).replace(/^\[[^\]]*\]/, ''));
    let flow: Flow | null;
    if (socket) flow = flowInto(directive, use, '/');
    else if (host && (alwaysHolds(directive, use, '/') || isListed(directive, use))) return null;
    else if (host) flow = flowInto(directive, use, '5') && flowInto(directive, use, '2');
    else {
      // what surely holds a slash ends the host: everything behind it is path
      if (alwaysHolds(directive, use, '/')) return null;
      flow = flowInto(directive, use, '.');
      // with a fixed domain behind it, only a slash or question mark leaves that domain
      if (flow && !inScheme && /^\.[\w-]+/.test(after)) flow = flowInto(directive, use, '/') ?? flowInto(directive, use, '?');
    }
    if (flow) return { part: inScheme ? 'the scheme' : socket ? 'the socket' : host ? 'the port' : 'the host', use, flow };
  }
  return null;
}

/** Letters that no list of a few names is likely to hold all of. */
const ANY_NAME = ['q', 'x', 'z'];

/** A customer of a platform whom the path or an argument names: `https://$bucket.s3.amazonaws.com`. */
function checkAccount(directive: Directive, word: Word, report: (more: Report) => void): boolean {
  const m = /^https?:\/\/\$\{?(\w+)\}?((?:\.[\w-]+)+)(?::\d+)?(?:[/?$]|$)/.exec(word.value);
  const platform = m && platformOf(`name${m[2]}`);
  const use = m && variablesIn(word).uses[0];
  if (!platform || !use || !admitsStrangers(directive.scope)) return false;
  const flows = ANY_NAME.map((letter) => flowInto(directive, use, letter));
  const [flow] = flows;
  // by the name of the site its owner says whose it is
  if (!flow || flows.includes(null) || /^\$(?:http_)?host$/.test(flow.source)) return false;
  report({
    at: use.span,
    data: { platform, source: writtenAs(use, flow.source) },
    related: flow.chain,
    severity: 'warning',
  });
  return true;
}

export default defineRule({
  id: 'server-side-request-forgery',
  group: 'security',
  severity: 'error',
  since: '0.1',
  equivalents: ['gixy:ssrf'],
  title: 'Client chooses the proxied host',
  why: `
When a part of a request ends up in the scheme, host or port of a pass directive, everyone can make nginx fetch from machines that only nginx reaches: the database's console, the cloud provider's metadata, other tenants.

Keep the target constant, look it up with \`map\` from a list of allowed ones, or make the location \`internal\`, so that only a redirect of your own application (X-Accel-Redirect) leads there.`,
  about: ['proxy_pass', 'internal', 'map'],
  references: ['https://owasp.org/www-community/attacks/Server_Side_Request_Forgery'],
  looksAt: {
    directive: [...PASS_DIRECTIVES, 'tunnel_pass', 'proxy_bind', 'grpc_bind', 'fastcgi_bind', 'uwsgi_bind', 'scgi_bind'],
    where: ({ values: [to = ''] }) => to.includes('$'),
  },
  needs: 'file',
  messages: {
    bind: 'The client chooses with {source} which address nginx connects from, and backends believe such an address. Use $remote_addr, or an address of this machine.',
    account:
      'The client decides with {source} whose {platform} address is asked, and anyone can have one: pages of a stranger appear under the name of this site. List the allowed ones.',
    target:
      'The client decides {part} of this request with {source}. Use a fixed target or a map of allowed ones, or make the location internal.',
  },
  check({ directive, scope, report }) {
    const word = directive.args[0];
    if (!word || !hasVariables(word.value)) return;
    if (scope.context.startsWith('stream')) return checkStream(directive, (more) => report('target', more));
    if (directive.name.endsWith('_bind')) {
      const [use] = variablesIn(word).uses;
      const flow = use && flowInto(directive, use, '.');
      if (use && flow && /^\$(?:arg|http|cookie)_/.test(flow.source) && admitsStrangers(scope))
        report('bind', { at: use.span, data: { source: writtenAs(use, flow.source) }, related: flow.chain, severity: 'warning' });
      return;
    }
    if (namesGroupsOnly(word.value, scope)) return;
    const ways = waysInto(scope);
    if (ways === 'redirects') return;
    const along = ways !== null;
    if (checkAccount(directive, word, (more) => report('account', more))) return;
    for (const source of [{ directive, word }, ...carriers(directive, word)]) {
      const found = chosen(source.directive, source.word);
      if (!found) continue;
      const name = found.flow.source.slice(1).toLowerCase();
      if (along && !/^(?:http|arg|cookie)_(?!host$)/.test(name)) continue;
      if (/^(?:document_)?uri$/.test(name) && namesFilesOnly(scope)) return;
      if ([...EVIL, ...beyond(directive, name)].every((value) => !reaches(directive, { [name]: value }))) continue;
      const at = source.word === word ? found.use : variablesIn(word).uses[0]!;
      report('target', {
        at: at.span,
        data: { part: found.part, source: writtenAs(at, found.flow.source) },
        related: found.flow.chain,
        // whoever is let in by an address or a password is no stranger, and a proxy for them goes where they ask
        ...(along || admitsStrangers(scope) ? {} : { severity: /^(?:http_)?host$/.test(name) ? ('info' as const) : ('warning' as const) }),
      });
      return;
    }
  },
  examples: [
    {
      inside: 'server',
      bad: `location ~ ^/copy/(\\d+)/$ {
    proxy_pass http://127.0.0.1:$1/;
#                               ^^ target
}`,
      good: `location ~ ^/copy/(300[0-9])/$ {
    proxy_pass http://127.0.0.1:$1/;
}`,
    },
    {
      inside: 'server',
      bad: `location /fetch {
    resolver 127.0.0.1;
    proxy_pass http://$arg_host/;
#                     ^^^^^^^^^ target
}`,
      good: `location /fetch {
    internal;
    resolver 127.0.0.1;
    proxy_pass http://$arg_host/;
}`,
    },
    {
      inside: 'server',
      bad: `location ~ ^/via/(?<to>[^/]+)/ {
    resolver 127.0.0.1;
    proxy_pass https://$to$request_uri;
#                      ^^^ target
}`,
      good: `location ~ ^/via/(?<to>blue|green)/ {
    resolver 127.0.0.1;
    proxy_pass https://$to$request_uri;
}`,
    },
    {
      inside: 'http',
      bad: `map $http_x_backend $backend {
    default $http_x_backend;
    ""      127.0.0.1:8000;
}
server {
    listen 8080;
    location / {
        proxy_pass http://$backend;
#                         ^^^^^^^^ target
    }
}`,
      good: `map $http_x_backend $backend {
    default 127.0.0.1:8000;
    blue    127.0.0.1:8001;
}
server {
    listen 8080;
    location / {
        proxy_pass http://$backend;
    }
}`,
    },
    {
      inside: 'server',
      bad: `location /fetch {
    resolver 127.0.0.1;
    set $from http://$arg_host;
    proxy_pass $from;
#              ^^^^^ target
}`,
      good: `location /fetch {
    set $from http://127.0.0.1:8000/$arg_page;
    proxy_pass $from;
}`,
    },
    { inside: 'server', good: 'location / { proxy_pass http://127.0.0.1:8000$is_args$args; }' },
    {
      inside: 'http',
      good: `geo $area {
    default    "127.0.0.1:8000/out/";
    10.0.0.0/8 "127.0.0.1:8000/in/";
}
server {
    location / { proxy_pass http://$area$arg_page; }
}`,
    },
    { inside: 'server', good: 'location ~ ^/x/(.*)$ { proxy_pass http://127.0.0.1:8000/$1; }' },
    { inside: 'server', good: 'location / { set $app "http://127.0.0.1:8000$request_uri"; proxy_pass $app; }' },
    { inside: 'server', good: 'location ~ ^/u/(?<user>[\\w-]+)/ { resolver 127.0.0.1; proxy_pass http://$user.pods.example.com:8080; }' },
    {
      inside: 'server',
      bad: `location / {
    if ($http_x_backend !~ "^[a-z]+\\.internal\\.example\\.org") { return 403; }
    proxy_pass http://$http_x_backend;
#                     ^^^^^^^^^^^^^^^ target
}`,
      good: `location / {
    if ($http_x_backend !~ "^[a-z]+\\.internal\\.example\\.org$") { return 403; }
    proxy_pass http://$http_x_backend;
}`,
    },
    {
      inside: 'server',
      bad: `location ~ ^/of/(?<app>[a-z0-9-]+)/ {
    resolver 127.0.0.1;
    proxy_pass http://$app.herokuapp.com$request_uri;
#                     ^^^^ account
}`,
      good: `location ~ ^/of/(?<app>shop-blue|shop-green)/ {
    resolver 127.0.0.1;
    proxy_pass http://$app.herokuapp.com$request_uri;
}`,
    },
    {
      inside: 'server',
      bad: `location / {
    mirror /copy;
    proxy_pass http://127.0.0.1:8000;
}
location = /copy {
    internal;
    resolver 127.0.0.1;
    proxy_pass http://$http_x_mirror$request_uri;
#                     ^^^^^^^^^^^^^^ target
}`,
      good: `location / {
    mirror /copy;
    proxy_pass http://127.0.0.1:8000;
}
location = /copy {
    internal;
    proxy_pass http://127.0.0.1:8001$request_uri;
}`,
    },
    {
      inside: 'server',
      bad: `location / {
    proxy_bind $arg_from transparent;
#              ^^^^^^^^^ bind
    proxy_pass http://127.0.0.1:8000;
}`,
      good: `location / {
    proxy_bind $remote_addr transparent;
    proxy_pass http://127.0.0.1:8000;
}`,
    },
    {
      // the query of a page goes behind the port, and its question mark ends that
      inside: 'server',
      bad: `location /reports {
    set $rest "";
    if ($uri = /reports/all) { set $rest $query_string; }
    proxy_pass http://127.0.0.1:81$rest;
#                                 ^^^^^ target
}`,
      good: `location /reports {
    set $rest "";
    if ($uri = /reports/all) { set $rest ?$query_string; }
    proxy_pass http://127.0.0.1:81$rest;
}`,
    },
  ],
});
