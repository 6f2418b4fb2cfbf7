/** First words inside the bodies of map, geo, types and the like, where most words are data. */
import { table } from '../../base/table.ts';
import { bodyOf } from '../../catalog/context.ts';
import type { SourceFile } from '../../syntax/statement.ts';
import { directiveItems } from './directives.ts';
import type { Completion, Item } from './item.ts';
import type { Reach } from './reach.ts';
import type { Site } from './site.ts';
import { MIME, NETWORKS } from './values.ts';

const USUAL: Readonly<Record<string, readonly (readonly [string, string])[]>> = table({
  $http_upgrade: [['""', 'no upgrade asked for']],
  $scheme: [
    ['http', ''],
    ['https', ''],
  ],
  $request_method: [
    ['GET', ''],
    ['HEAD', ''],
    ['POST', ''],
    ['OPTIONS', ''],
  ],
  $ssl_protocol: [
    ['TLSv1.2', ''],
    ['TLSv1.3', ''],
    ['""', 'no TLS'],
  ],
});

/** Shares of a split_clients, which are at most 100% together (ngx_http_split_clients). */
const SHARES = [
  ['*', 'all others; comes last'],
  ['10%', 'one in ten'],
  ['50%', 'one in two'],
  ['0.5%', 'one in two hundred'],
] as const;

/** Null when the site is in no such body. */
export function entryItems(reaches: readonly Reach[], site: Site, _file: SourceFile): Completion | null {
  const entries = reaches.filter((r) => bodyOf(r.context) === 'entries');
  if (!entries.length) return null;
  const span = { start: site.typed.start, end: site.typed.end };
  const items: Item[] = [];
  const opener = site.opened.at(-1) ?? [site.enclosing?.name.value ?? '', ...(site.enclosing?.args.map((a) => a.value) ?? [])];
  const context = entries[0]!.context.replace(/^stream-/, '');
  items.push(...directiveItems(entries[0]!.config, [entries[0]!.context], new Set(), !site.restEmpty));
  if (context === 'map') {
    for (const [label, detail] of USUAL[opener[1] ?? ''] ?? []) items.push({ label, kind: 'value', detail });
    items.push(
      { label: '~', kind: 'value', detail: 'a regular expression' },
      { label: '~*', kind: 'value', detail: 'one that ignores case' },
    );
  }
  if (context === 'split_clients')
    for (const [label, detail] of SHARES)
      items.push({
        label,
        kind: 'value',
        detail,
        again: true,
        ...(site.restEmpty ? { insert: `${label} \${1};`, snippet: true, plain: `${label} ` } : {}),
      });
  if (context === 'types') for (const label of MIME) items.push({ label, kind: 'value', again: true });
  if (context === 'geo') for (const [label, detail] of NETWORKS) items.push({ label, kind: 'value', detail });
  return { span, items };
}
