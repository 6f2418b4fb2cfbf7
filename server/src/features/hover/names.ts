/** What a name stands for: an upstream with its servers, a zone with its room, a log format with its text. */

import { mdCode, mdFence, mdText } from '../../base/escape.ts';
import { table } from '../../base/table.ts';
import { NAME_TITLES } from '../../catalog/names.ts';
import { parseOffset, parseRate, parseSize } from '../../catalog/value-kind.ts';
import type { Config } from '../../config/config.ts';
import type { Directive } from '../../config/directive.ts';
import { type NameSite, namesOf } from '../../config/names.ts';
import { nameBeside } from '../../config/names-beside.ts';
import { unseenOf } from '../../config/open.ts';
import { mayDeclare, mayUse } from '../../config/unseen-names.ts';
import { type Upstream, upstreamsOf } from '../../config/upstreams.ts';
import { about, cacheKeys, keyLength, limitConnKeys, limitReqKeys } from '../capacity.ts';
import { headOf, whereOf } from '../place-words.ts';
import { rateWords, sizeWords } from '../units.ts';

const METHODS: Readonly<Record<string, string>> = table({
  'round-robin': 'in turn, by weight (round-robin)',
  least_conn: 'the one with the fewest open connections (least_conn)',
  ip_hash: 'by the client’s network (ip_hash)',
  hash: 'by a hash of a key',
  random: 'at random',
  least_time: 'the one that answers fastest (least_time)',
});

/** Servers and strategy of an upstream. */
export function upstreamWords(upstream: Upstream): string {
  const { servers, method, balancer, scope, directive } = upstream;
  const out: string[] = [`**upstream ${mdText(upstream.name)}** (${mdText(whereOf(directive))})`];
  const normal = servers.filter((s) => !s.backup);
  const [unseen] = unseenOf(scope, 'server');
  if (!servers.length) out.push(unseen ? `None of its servers is seen: ${mdText(unseen.why)}.` : 'It has no servers: nginx refuses it.');
  else {
    const how =
      balancer && method === 'hash'
        ? `by a hash of ${mdCode(balancer.value(0))}${balancer.values.includes('consistent') ? ', consistent (ketama)' : ''}`
        : (METHODS[method] ?? mdText(method));
    out.push(servers.length > 1 || unseen ? `A server is chosen ${how}.` : 'One server takes all requests.');
    out.push(
      servers
        .slice(0, 20)
        .map((s) => {
          const notes: string[] = [];
          if (s.weight !== 1) notes.push(`weight ${s.weight}`);
          if (s.backup) notes.push('backup');
          if (s.down) notes.push('down');
          if (s.maxConns) notes.push(`at most ${s.maxConns} connections`);
          if (s.maxFails === 0) notes.push('never taken out');
          else if (s.maxFails !== 1 || s.failTimeout !== 10)
            notes.push(`out for ${s.failTimeout} s after ${s.maxFails} failure${s.maxFails === 1 ? '' : 's'}`);
          const address = s.kind !== 'unix' && s.port !== null && !/:\d+$/.test(s.text) ? `${s.text}:${s.port}` : s.text;
          return `- ${mdCode(address)}${notes.length ? `: ${notes.join(', ')}` : ''}`;
        })
        .join('\n') + (servers.length > 20 ? `\n- and ${servers.length - 20} more` : ''),
    );
    if (unseen) out.push(`More may be in it: ${mdText(unseen.why)}.`);
    else if (normal.length === 1 && servers.length === 1 && servers[0]!.maxFails !== 1)
      out.push('With a single server, max_fails and fail_timeout have no effect.');
  }
  const keepalive = scope.value('keepalive');
  if (keepalive) out.push(`Each worker keeps up to ${mdText(keepalive.value(0))} idle connections.`);
  return out.join('\n\n');
}

const zoneSize = (d: Directive, name: string): number | null => {
  for (const value of d.values) {
    const m = /^(?:(?:keys_)?zone=|shared:)?([^:=]+):(\S+)$/.exec(value);
    if (!m || m[1] !== name) continue;
    const size = parseSize(m[2]!);
    if (size.ok) return size.value;
    const offset = parseOffset(m[2]!);
    return offset.ok ? offset.value : null;
  }
  return null;
};

const KEY_UNKNOWN = 'each for keys of up to 48 bytes';

/** Room and rules of a zone, by the directive that declares it. */
function zoneWords(d: Directive, name: string): string[] {
  const out: string[] = [];
  const size = zoneSize(d, name);
  if (size === null) return out;
  const key = d.value(0);
  if (d.name === 'limit_req_zone' || d.name === 'limit_conn_zone') {
    const length = keyLength(key);
    const fits = (d.name === 'limit_req_zone' ? limitReqKeys : limitConnKeys)(size, length ?? (d.name === 'limit_req_zone' ? 48 : 28));
    const whose = key === '$binary_remote_addr' ? 'addresses of clients' : 'keys';
    out.push(
      `Room for about ${about(fits)} ${whose} (${sizeWords(size)}${length === null ? `, ${KEY_UNKNOWN.replace('48', d.name === 'limit_req_zone' ? '48' : '28')}` : ''}).`,
    );
    const rate = d.values.find((v) => v.startsWith('rate='));
    const read = rate ? parseRate(rate.slice(5)) : null;
    if (read?.ok) out.push(`Per key ${rateWords(read.value)}.`);
  } else if (d.name.endsWith('_cache_path')) {
    out.push(`Room for about ${about(cacheKeys(size))} keys (${sizeWords(size)}).`);
    const max = d.values.find((v) => v.startsWith('max_size='));
    const inactive = d.values.find((v) => v.startsWith('inactive='))?.slice(9) ?? '10m';
    out.push(
      `On disk in ${mdCode(d.value(0))}, ${max ? `at most ${mdText(max.slice(9))}` : 'without a limit'}; what nobody asked for in ${mdText(inactive)} goes.`,
    );
  } else if (d.name === 'ssl_session_cache') {
    out.push(`About ${about(Math.floor((size / 1048576) * 4000))} sessions (${sizeWords(size)}).`);
  } else out.push(`${sizeWords(size)}.`);
  return out;
}

/** Names that nginx has without a line. */
const PREDEFINED: ReadonlySet<string> = new Set(['log-format combined', 'thread-pool default']);

/** Where else a name may be declared that no line at hand declares, in words that follow "it"; null where nothing is out of sight. */
export function elsewhere(config: Config, site: Pick<NameSite, 'kind' | 'name' | 'protocol'>): string | null {
  const beside = nameBeside(config, site);
  if (beside)
    return `is declared in ${mdText(decodeURIComponent(beside.file.split('/').at(-1) ?? ''))}, which may come to be beside this file`;
  const [why] = mayDeclare(config, site.kind);
  return why === undefined ? null : `may be declared where nobody sees it: ${mdText(why)}`;
}

/** What to say of a name that nothing at hand declares. */
function undeclaredWords(config: Config, site: NameSite): string | null {
  if (site.role !== 'references' || PREDEFINED.has(`${site.kind} ${site.name}`)) return null;
  const title = `${NAME_TITLES[site.kind]} ${mdCode(site.name)}`;
  const other = elsewhere(config, site);
  if (other === null) return `Nothing declares the ${title} in this configuration.`;
  return nameBeside(config, site) ? `The ${title} ${other}.` : `Nothing that is seen declares the ${title}; it ${other}.`;
}

/** What to say of a name under the cursor; null where the directive says more. */
export function nameWords(config: Config, site: NameSite): string | null {
  const index = namesOf(config);
  const all = index.same(site);
  const definitions = all.filter((s) => s.role === 'defines');
  const uses = all.filter((s) => s.role === 'references').length;
  if (site.kind === 'upstream') {
    const upstream = upstreamsOf(config, site.protocol === 'stream' ? 'stream' : 'http').get(site.name.toLowerCase());
    const open = index.openUses(site.name, site.protocol).length;
    return upstream ? `${upstreamWords(upstream)}\n\n${usedText(config, uses, open)}` : null;
  }
  const [first] = definitions;
  if (!first) return undeclaredWords(config, site);
  const d = first.directive;
  const out: string[] = [`**${NAME_TITLES[site.kind]} ${mdText(site.name)}** (${mdText(whereOf(d))})`];
  if (site.kind === 'named-location') {
    const inside = d.body?.directives.filter((x) => !x.fact?.args.block).slice(0, 6) ?? [];
    if (inside.length) out.push(mdFence(inside.map((x) => `${headOf(x)};`).join('\n'), 'nginx'));
  } else
    out.push(
      mdFence(d.file.text.slice(d.statement.start, Math.min(d.statement.end, d.statement.start + 800)), 'nginx'),
      ...zoneWords(d, site.name),
    );
  out.push(usedText(config, uses));
  return out.join('\n\n');
}

/** @param open places that may use the name by a variable */
export const usedText = (config: Config, n: number, open = 0): string => {
  const known =
    n === 0 ? (mayUse(config).length ? 'Used nowhere that is seen' : 'Used nowhere') : n === 1 ? 'Used once' : `Used ${n} times`;
  if (open === 0) return `${known}.`;
  return `${n === 0 ? `${known} by name` : known}; ${open === 1 ? 'one place' : `${open} places`} may use it by a variable.`;
};
