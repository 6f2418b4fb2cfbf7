/** The outline of a file and the symbols of the workspace: servers by name and listen, locations by pattern, everything that has a name. */

import type { Place, Span } from '../base/span.ts';
import { table } from '../base/table.ts';
import type { Config } from '../config/config.ts';
import { namesOf } from '../config/names.ts';
import type { SourceFile, Statement } from '../syntax/statement.ts';

export type SymbolKind =
  | 'module'
  | 'namespace'
  | 'class'
  | 'method'
  | 'interface'
  | 'variable'
  | 'constant'
  | 'event'
  | 'file'
  | 'function';

export interface OutlineSymbol {
  readonly name: string;
  readonly detail: string;
  readonly kind: SymbolKind;
  readonly span: Span;
  readonly nameSpan: Span;
  readonly children: readonly OutlineSymbol[];
}

const KINDS: Readonly<Record<string, SymbolKind>> = table({
  server: 'class',
  location: 'method',
  upstream: 'interface',
  map: 'variable',
  geo: 'variable',
  split_clients: 'variable',
  if: 'event',
  types: 'constant',
  include: 'file',
  log_format: 'constant',
  limit_req_zone: 'constant',
  limit_conn_zone: 'constant',
  proxy_cache_path: 'constant',
  set: 'variable',
});

/** Simple directives that an outline shows. */
const SHOWN = new Set(['include', 'log_format', 'limit_req_zone', 'limit_conn_zone', 'proxy_cache_path']);

const words = (s: Statement): string => s.args.map((a) => a.value).join(' ');

function titleOf(s: Statement): { name: string; detail: string } {
  switch (s.name.value) {
    case 'server': {
      const names =
        s.block
          ?.filter((d) => d.name.value === 'server_name')
          .map(words)
          .join(' ') ?? '';
      const listens =
        s.block
          ?.filter((d) => d.name.value === 'listen')
          .map(words)
          .join(', ') ?? '';
      return s.block ? { name: names ? `server ${names}` : 'server', detail: listens } : { name: `server ${words(s)}`, detail: '' };
    }
    case 'location': {
      const pass = s.block?.find(
        (d) => d.name.value.endsWith('_pass') || d.name.value === 'return' || d.name.value === 'alias' || d.name.value === 'root',
      );
      return { name: `location ${words(s)}`, detail: pass ? `${pass.name.value} ${words(pass)}` : '' };
    }
    case 'map':
    case 'split_clients':
    case 'geo':
      return { name: `${s.name.value} ${s.args.at(-1)?.value ?? ''}`, detail: s.args.length > 1 ? `from ${s.args[0]!.value}` : '' };
    case 'limit_req_zone':
    case 'limit_conn_zone':
    case 'proxy_cache_path': {
      const zone = s.args.map((a) => /^(?:keys_)?zone=([^:]+)/.exec(a.value)?.[1]).find(Boolean);
      return { name: `${s.name.value} ${zone ?? ''}`, detail: words(s) };
    }
    case 'log_format':
      return { name: `log_format ${s.args[0]?.value ?? ''}`, detail: '' };
    default:
      return { name: `${s.name.value}${s.args.length ? ` ${words(s)}` : ''}`, detail: '' };
  }
}

/** The outline of a file; entries of maps and types are left out. */
export function outline(file: SourceFile): OutlineSymbol[] {
  const visit = (statements: readonly Statement[]): OutlineSymbol[] =>
    statements.flatMap((s) => {
      if (!s.block && s.rawBody === null && !SHOWN.has(s.name.value)) return [];
      const { name, detail } = titleOf(s);
      const entries = ['map', 'geo', 'types', 'split_clients', 'charset_map'].includes(s.name.value);
      return [
        {
          name: name.slice(0, 200),
          detail: detail.slice(0, 200),
          kind: s.rawBody ? 'function' : (KINDS[s.name.value] ?? 'namespace'),
          span: { start: s.start, end: s.end },
          nameSpan: { start: s.name.start, end: s.args.at(-1)?.end ?? s.name.end },
          children: s.block && !entries ? visit(s.block) : [],
        },
      ];
    });
  return visit(file.body);
}

export interface WorkspaceSymbol {
  readonly name: string;
  readonly container: string;
  readonly kind: SymbolKind;
  readonly at: Place;
}

const NAMED = ['upstream', 'log-format', 'limit-req-zone', 'limit-conn-zone', 'proxy-cache-zone', 'named-location', 'variable'] as const;
const LIMIT = 500;

/** True when the letters of `query` occur in `text` in order, whatever the case. */
function fits(text: string, query: string): boolean {
  const haystack = text.toLowerCase();
  let at = 0;
  for (const c of query.toLowerCase()) {
    at = haystack.indexOf(c, at) + 1;
    if (at === 0) return false;
  }
  return true;
}

/** Servers, locations and declared names of all configurations whose title fits the query; at most 500. */
export function workspaceSymbols(configs: readonly Config[], query: string): WorkspaceSymbol[] {
  const out = new Map<string, WorkspaceSymbol>();
  const add = (symbol: WorkspaceSymbol): void => {
    if (out.size < LIMIT && fits(symbol.name, query)) out.set(`${symbol.at.file} ${symbol.at.span.start} ${symbol.name}`, symbol);
  };
  for (const config of configs) {
    for (const file of config.files.values()) {
      const visit = (statements: readonly Statement[], container: string): void => {
        for (const s of statements) {
          if (!s.block) continue;
          const { name } = titleOf(s);
          if (['server', 'location', 'upstream'].includes(s.name.value))
            add({
              name,
              container,
              kind: KINDS[s.name.value] ?? 'namespace',
              at: { file: file.id, span: { start: s.name.start, end: s.args.at(-1)?.end ?? s.name.end } },
            });
          visit(s.block, s.name.value === 'http' ? container : name);
        }
      };
      visit(file.body, '');
    }
    const index = namesOf(config);
    for (const kind of NAMED)
      for (const site of index.defined(kind))
        if (kind !== 'upstream' && kind !== 'named-location')
          add({
            name: kind === 'variable' ? `$${site.name}` : site.name,
            container: site.directive.name,
            kind: kind === 'variable' ? 'variable' : 'constant',
            at: { file: site.directive.file.id, span: site.span },
          });
  }
  return [...out.values()];
}
