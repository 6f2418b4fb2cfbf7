/** Directives that may be at a place, with a body to fill in. Which ones a target has is the catalog's answer, not a list of ours. */
import { table } from '../../base/table.ts';
import { argumentOf } from '../../catalog/arguments.ts';
import { contextsOf, statusOf, type Target, valuesOf } from '../../catalog/catalog.ts';
import { ageOf } from '../../catalog/changes.ts';
import { bodyOf, type Context } from '../../catalog/context.ts';
import type { DirectiveFact } from '../../catalog/fact.ts';
import type { Config } from '../../config/config.ts';
import { namesOf } from '../../config/names.ts';
import { rankOf } from './frequency.ts';
import { type Item, literal } from './item.ts';
import { presetsOf } from './presets.ts';

/** Bodies that a table of kinds would not give: what one writes nine times in ten. */
const BODIES: Readonly<Record<string, string>> = table({
  server: 'server {\n\tlisten ${1:80};\n\tserver_name ${2:example.com};\n\n\t$0\n}',
  'upstream/server': 'server ${1:127.0.0.1:8000};',
  'stream-upstream/server': 'server ${1:127.0.0.1:8000};',
  'stream/server': 'server {\n\tlisten ${1:9000};\n\tproxy_pass ${2:127.0.0.1:9001};\n\t$0\n}',
  'mail/server': 'server {\n\tlisten ${1:143};\n\tprotocol ${2|imap,pop3,smtp|};\n\t$0\n}',
  location: 'location ${1:/} {\n\t$0\n}',
  if: 'if (${1:\\$request_method} ${2|=,!=,~,~*,!~,!~*|} ${3:POST}) {\n\t$0\n}',
  upstream: 'upstream ${1:app} {\n\tserver ${2:127.0.0.1:8000};\n\t$0\n}',
  'stream/map': 'map ${1:\\$remote_addr} ${2:\\$variable} {\n\tdefault ${3:value};\n\t$0\n}',
  'stream/log_format': "log_format ${1:name} '${2:\\$remote_addr \\$protocol \\$status}';",
  'stream/access_log': 'access_log ${1:/var/log/nginx/stream.log} ${2};',
  'stream-server/access_log': 'access_log ${1:/var/log/nginx/stream.log} ${2};',
  map: 'map ${1:\\$http_upgrade} ${2:\\$variable} {\n\tdefault ${3:value};\n\t$0\n}',
  geo: 'geo ${1:\\$variable} {\n\tdefault ${2:0};\n\t$0\n}',
  split_clients: 'split_clients ${1:\\$remote_addr} ${2:\\$variant} {\n\t${3:50%} ${4:a};\n\t*   ${5:b};\n}',
  limit_except: 'limit_except ${1:GET} {\n\tdeny all;\n}',
  types: 'types {\n\t$0\n}',
  events: 'events {\n\tworker_connections ${1:1024};\n}',
  http: 'http {\n\t$0\n}',
  stream: 'stream {\n\t$0\n}',
  listen: 'listen ${1:80};',
  proxy_pass: 'proxy_pass http://${1:127.0.0.1:8000};',
  'stream-server/proxy_pass': 'proxy_pass ${1:127.0.0.1:9000};',
  proxy_set_header: 'proxy_set_header ${1:Host} ${2:\\$host};',
  add_header: 'add_header ${1:name} ${2:value} always;',
  return: 'return ${1:404};',
  'stream-server/return': 'return ${1:text};',
  rewrite: 'rewrite ${1:^/(.*)\\$} ${2:/\\$1} ${3|last,break,redirect,permanent|};',
  error_page: 'error_page ${1:500 502 503 504} ${2:/50x.html};',
  try_files: 'try_files \\$uri \\$uri/ ${1:=404};',
  set: 'set \\$${1:variable} ${2:value};',
  include: 'include ${1};',
  limit_req_zone: 'limit_req_zone ${1:\\$binary_remote_addr} zone=${2:name}:${3:10m} rate=${4:10r/s};',
  limit_conn_zone: 'limit_conn_zone ${1:\\$binary_remote_addr} zone=${2:name}:${3:10m};',
  limit_req: 'limit_req zone=${1} burst=${2:20};',
  limit_conn: 'limit_conn ${1} ${2:10};',
  proxy_cache_path: 'proxy_cache_path ${1:/var/cache/nginx} levels=1:2 keys_zone=${2:cache}:${3:10m} max_size=${4:1g} inactive=${5:60m};',
  fastcgi_cache_path:
    'fastcgi_cache_path ${1:/var/cache/nginx} levels=1:2 keys_zone=${2:cache}:${3:10m} max_size=${4:1g} inactive=${5:60m};',
  uwsgi_cache_path: 'uwsgi_cache_path ${1:/var/cache/nginx} levels=1:2 keys_zone=${2:cache}:${3:10m} max_size=${4:1g} inactive=${5:60m};',
  scgi_cache_path: 'scgi_cache_path ${1:/var/cache/nginx} levels=1:2 keys_zone=${2:cache}:${3:10m} max_size=${4:1g} inactive=${5:60m};',
  log_format: "log_format ${1:name} '${2:\\$remote_addr \\$request \\$status}';",
  access_log: 'access_log ${1:/var/log/nginx/access.log};',
  error_log: 'error_log ${1:/var/log/nginx/error.log}${2: warn};',
  ssl_protocols: 'ssl_protocols ${1:TLSv1.2 TLSv1.3};',
  ssl_session_cache: 'ssl_session_cache ${1:shared:SSL:10m};',
  gzip_types: 'gzip_types ${1:text/css application/javascript application/json};',
  expires: 'expires ${1:30d};',
  keepalive: 'keepalive ${1:32};',
  worker_processes: 'worker_processes ${1:auto};',
});

/** Reopens the list of proposals after the insertion where a name or path of the configuration belongs. */
const ASKS = /\$\{1\}|zone=\$\{1\}/;

/** The directive with its arguments as tab stops, its semicolon or its block. */
export function bodyOfDirective(fact: DirectiveFact, context: Context, target: Target): string {
  const { name, args } = fact;
  const own = BODIES[`${context}/${name}`] ?? BODIES[name];
  if (own && (fact.source === 'oss' || fact.source === 'plus')) return own;
  if (args.block) {
    const head = Array.from({ length: args.min }, (_, i) => ` \${${i + 1}}`).join('');
    return `${name}${head} {\n\t$0\n}`;
  }
  if (args.max === 0) return `${name};`;
  if (args.flag || fact.kind === 'flag') return `${name} \${1|on,off|};`;
  const first = argumentOf(fact, 0, 1);
  const words = fact.kind === 'enum' ? valuesOf(fact, target).map((v) => v.name) : first?.kind === 'word' ? (first.words ?? []) : [];
  if (args.max === 1 && words.length > 1 && words.length < 10 && words.every((w) => /^[\w.-]+$/.test(w)))
    return `${name} \${1|${words.join(',')}|};`;
  const wanted = Math.max(1, args.min);
  const presets = presetsOf(fact, target.nginx);
  if (presets.length && (args.max === 1 || fact.kind === 'bufs')) {
    const stops = presets.map((words, i) => (words.length > 1 ? `\${${i + 1}|${words.join(',')}|}` : `\${${i + 1}:${literal(words[0]!)}}`));
    return `${name} ${stops.join(' ')};`;
  }
  return `${name} ${Array.from({ length: Math.min(wanted, 4) }, (_, i) => `\${${i + 1}}`).join(' ')};`;
}

const moduleTitle = (fact: DirectiveFact): string =>
  fact.source === 'oss' || fact.source === 'plus' ? fact.module.replace(/^ngx_/, '').replace(/_module$/, '') : fact.source;

/** The module, and the version where the directive is younger than the oldest nginx still about (1.18). */
function detailOf(fact: DirectiveFact, target: Target): string {
  const parts = [moduleTitle(fact)];
  if (fact.source === 'plus') parts.push('NGINX Plus');
  const since = /^1\.(\d+)/.exec(fact.since ?? '');
  if (fact.unit === null && since && Number(since[1]) >= 18) parts.push(`since ${fact.since}`);
  const age = ageOf(fact, target);
  if (age) parts.push(`${age.state} since ${age.since}${age.replacedBy ? `: ${age.replacedBy}` : ''}`);
  return parts.join(' · ');
}

interface Ranked {
  readonly item: Item;
  readonly fact: DirectiveFact;
  readonly rank: number;
}

/** Event methods of Windows, BSD and Solaris, whose modules no Linux build has. */
const ELSEWHERE = /^(acceptex_read|post_acceptex|devpoll_|eventport_|kqueue_)/;

const made = new WeakMap<Target, Map<Context, readonly Ranked[]>>();

/** Everything that the target has in a context, most used first. Made once for each. */
function listOf({ catalog, settings: { target } }: Config, context: Context): readonly Ranked[] {
  let byContext = made.get(target);
  if (!byContext) made.set(target, (byContext = new Map()));
  const known = byContext.get(context);
  if (known) return known;
  const found = new Map<string, Ranked>();
  for (const fact of catalog.inContext(context)) {
    if (!statusOf(fact, target).known || !contextsOf(fact, target.nginx).includes(context) || found.has(fact.name)) continue;
    if (ELSEWHERE.test(fact.name)) continue;
    if (!/^[a-z_*]/i.test(fact.name) || fact.name === '*') continue;
    const age = ageOf(fact, target);
    const rank = rankOf(context, fact.name);
    const strange = fact.source === 'oss' ? 0 : fact.source === 'plus' || fact.source === 'njs' ? 1000 : 2000;
    const body = bodyOfDirective(fact, context, target);
    found.set(fact.name, {
      fact,
      rank: (rank === Infinity ? 500 : rank) + strange + (age ? 5000 : 0),
      item: {
        label: fact.name,
        kind: fact.args.block ? 'block' : 'directive',
        detail: detailOf(fact, target),
        insert: body,
        snippet: true,
        plain: fact.args.max === 0 ? `${fact.name};` : fact.name,
        subject: { directive: fact.name, context },
        ...(age ? { deprecated: true } : {}),
        ...(ASKS.test(body) || /\{\d\}/.test(body) ? { again: true } : {}),
      },
    });
  }
  const list = [...found.values()].sort((a, b) => a.rank - b.rank || (a.fact.name < b.fact.name ? -1 : 1));
  byContext.set(context, list);
  return list;
}

/**
 * The directives of several contexts as one list. `present` are the names that the block has already: what may stand once goes last.
 * With `nameOnly` the arguments are there already and only the name is inserted.
 */
export function directiveItems(config: Config, contexts: readonly Context[], present: ReadonlySet<string>, nameOnly: boolean): Item[] {
  const seen = new Set<string>();
  const ranked: { rank: number; item: Item }[] = [];
  contexts.forEach((context, i) => {
    if (bodyOf(context) === 'raw') return;
    for (const { item, fact, rank } of listOf(config, context)) {
      if (seen.has(fact.name)) continue;
      seen.add(fact.name);
      const spent = present.has(fact.name) && fact.repeat?.twice === 'error';
      ranked.push({ rank: rank + i * 0.5 + (spent ? 8000 : 0), item: nameOnly ? bare(item) : withFormat(config, context, item) });
    }
  });
  return ranked.sort((a, b) => a.rank - b.rank).map((r) => r.item);
}

/** In stream no format comes with nginx, and each log names one: the declared ones are the choice (ngx_stream_log_set_log). */
function withFormat(config: Config, context: Context, item: Item): Item {
  if (item.label !== 'access_log' || !context.startsWith('stream')) return item;
  const names = [...namesOf(config).defined('log-format', 'stream')].map((s) => s.name).filter((n) => /^[\w.-]+$/.test(n));
  if (!names.length) return item;
  const { again: _, ...rest } = item;
  return { ...rest, insert: `access_log \${1:/var/log/nginx/stream.log} ${names.length > 1 ? `\${2|${names.join(',')}|}` : names[0]};` };
}

const bare = ({ insert: _, snippet: __, plain: ___, again: ____, ...item }: Item): Item => item;
