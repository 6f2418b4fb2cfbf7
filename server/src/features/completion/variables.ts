/** Variables in reach: those of nginx's modules, their families, and what the configuration defines. */

import { mdText } from '../../base/escape.ts';
import type { FileId } from '../../base/file-id.ts';
import { touches } from '../../base/span.ts';
import { table } from '../../base/table.ts';
import { variableStatus } from '../../catalog/catalog.ts';
import type { Protocol } from '../../catalog/context.ts';
import { exampleOf } from '../../catalog/prose.ts';
import { type NameSite, namesOf, regexesOf } from '../../config/names.ts';
import type { Scope } from '../../config/scope.ts';
import type { Item } from './item.ts';
import { protocolAt, type Reach } from './reach.ts';

const FIRST: readonly string[] =
  'host remote_addr scheme request_uri uri args http_host proxy_add_x_forwarded_for http_upgrade server_name server_port request_method is_args status body_bytes_sent request time_local http_user_agent http_referer request_id binary_remote_addr remote_user document_root request_filename upstream_addr upstream_status upstream_response_time request_time upstream_cache_status ssl_protocol ssl_cipher'.split(
    ' ',
  );

/** Names that are worth a proposal of their own within a family. */
const MEMBERS: Readonly<Record<string, readonly string[]>> = table({
  http_: [
    'host',
    'user_agent',
    'referer',
    'cookie',
    'origin',
    'authorization',
    'accept',
    'accept_encoding',
    'upgrade',
    'connection',
    'x_forwarded_for',
    'x_forwarded_proto',
    'x_request_id',
    'range',
    'if_none_match',
  ],
  sent_http_: ['content_type', 'content_length', 'location', 'cache_control', 'last_modified', 'etag'],
  upstream_http_: ['content_type', 'location', 'etag', 'cache_control', 'set_cookie', 'x_accel_redirect'],
});

/** How the configuration makes the variable: `set in site.conf`. */
export const madeBy = (site: NameSite): string =>
  `${site.capture ? 'captured by' : site.directive.name === 'set' ? 'set' : 'from'} ${site.capture ? 'a regular expression' : site.directive.name === 'set' ? '' : site.directive.name}`.trim() +
  ` in ${decodeURIComponent(site.directive.file.id.split('/').at(-1) ?? '')}`;

/** The number of groups of the regular expressions whose captures `$1` to `$9` may name here, the nearest first. */
function capturesHere(scope: Scope | null, line: { name: string; words: readonly string[] }): number {
  let groups = 0;
  const config = scope?.config;
  if (!config) return 0;
  const count = (pattern: string): number => {
    const compiled = config.regexes.compile(pattern);
    return compiled.ok ? compiled.regex.groups : 0;
  };
  // the subject of a condition is a variable that must be declared, which $1 never is
  if (line.name === 'if' && line.words.length < 2) return 0;
  if (line.name === 'rewrite' && line.words[1]) return count(line.words[1]);
  for (let at: Scope | null = scope; at; at = at.parent) {
    if (at.opener) for (const { pattern } of regexesOf(at.opener)) groups = Math.max(groups, count(pattern));
    for (const name of ['if', 'server_name', 'rewrite'])
      for (const d of at.named(name)) for (const { pattern } of regexesOf(d)) groups = Math.max(groups, count(pattern));
    if (at.context === 'server') break;
  }
  return Math.min(groups, 9);
}

const shared = new WeakMap<object, Map<Protocol, readonly Item[]>>();

function builtIn({ config }: Reach, protocol: 'http' | 'stream'): readonly Item[] {
  const { target } = config.settings;
  let map = shared.get(target);
  if (!map) shared.set(target, (map = new Map()));
  const known = map.get(protocol);
  if (known) return known;
  const items: (Item & { rank: number })[] = [];
  for (const fact of config.catalog.variables(protocol)) {
    // $memcached_key is there when someone sets it, and then it is one of the own ones
    if (fact.userDefined || !variableStatus(fact, target).known) continue;
    const subject = { variable: fact.name, protocol } as const;
    const common = { kind: 'variable', subject, ...(fact.deprecated ? { deprecated: true } : {}) } as const;
    const strange = fact.source === 'oss' ? 0 : 1000;
    if (fact.prefix) {
      items.push({
        ...common,
        label: `$${fact.name}…`,
        filter: `$${fact.name}`,
        insert: `\\$${fact.name}\${1:name}`,
        snippet: true,
        plain: `$${fact.name}`,
        detail: 'a family: the rest is yours',
        rank: 400 + strange,
      });
      for (const member of MEMBERS[fact.name] ?? []) {
        const rank = FIRST.indexOf(fact.name + member);
        items.push({
          ...common,
          subject: { variable: fact.name + member, protocol },
          label: `$${fact.name}${member}`,
          rank: rank < 0 ? 300 : rank,
        });
      }
      continue;
    }
    const rank = FIRST.indexOf(fact.name);
    const example = exampleOf(fact);
    items.push({ ...common, label: `$${fact.name}`, ...(example ? { detail: example } : {}), rank: (rank < 0 ? 200 : rank) + strange });
  }
  const list = items.sort((a, b) => a.rank - b.rank || (a.label < b.label ? -1 : 1)).map(({ rank: _, ...item }) => item);
  map.set(protocol, list);
  return list;
}

/** Whether the line that defines the name is the one that is being typed: with words missing it may define another than is meant. */
const holdsHead = ({ directive: { statement } }: NameSite, offset: number): boolean =>
  touches({ start: statement.start, end: statement.open?.start ?? statement.end }, offset);

/** All variables that a text may name here; `braced` for those behind `${`. Own ones first. */
export function variableItems(
  reaches: readonly Reach[],
  line: { name: string; words: readonly string[] },
  options: {
    braced?: boolean;
    /** only those that a directive may define */
    changeable?: boolean;
    /** the definition that is being typed */
    except?: { readonly file: FileId; readonly offset: number };
  } = {},
): Item[] {
  const out = new Map<string, Item>();
  const add = (item: Item): void => {
    if (!out.has(item.label)) out.set(item.label, item);
  };
  for (const reach of reaches) {
    const protocol = protocolAt(reach);
    if (protocol !== 'http' && protocol !== 'stream') continue;
    const groups = capturesHere(reach.scope, line);
    for (let i = 1; i <= groups; i++) add({ label: `$${i}`, kind: 'variable', detail: `group ${i} of the regular expression` });
    for (const site of namesOf(reach.config).defined('variable', protocol))
      if (!(options.except?.file === site.directive.file.id && holdsHead(site, options.except.offset)))
        add({ label: `$${site.name}`, kind: 'variable', detail: madeBy(site), subject: { text: mdText(madeBy(site)) } });
    for (const name of reach.config.settings.ownVariables) add({ label: `$${name}`, kind: 'variable' });
    if (!options.changeable) for (const item of builtIn(reach, protocol)) add(item);
  }
  const items = [...out.values()];
  if (!options.braced) return items;
  return items
    .filter((i) => !i.snippet)
    .map((i) => ({ ...i, label: `\${${i.label.slice(1)}}`, filter: `\${${i.label.slice(1)}`, insert: `\${${i.label.slice(1)}}` }));
}
