// The configuration as a picture: listeners, servers, locations, upstreams, applications in columns, joined by curves.
import { useMemo, useState } from 'preact/hooks';
import type { MapNode, MapResult, WireRange } from '../../../../server/src/lsp/protocol.ts';

const COLUMNS = ['listener', 'server', 'location', 'upstream', 'application'] as const;
const ROW = 30;
const WIDTH = 158;
const GAP = 40;

interface Placed extends MapNode {
  x: number;
  y: number;
}

/** Rows by the order of their neighbours on the left, so that curves cross little. */
function layout(map: MapResult, shown: ReadonlySet<string>): Placed[] {
  const placed = new Map<string, Placed>();
  const used = COLUMNS.filter((c) => map.nodes.some((n) => n.kind === c && shown.has(n.id)));
  for (const [column, kind] of used.entries()) {
    const nodes = map.nodes.filter((n) => n.kind === kind && shown.has(n.id));
    const weight = (n: MapNode): number => {
      const from = map.links.filter((l) => l.to === n.id).flatMap((l) => placed.get(l.from)?.y ?? []);
      return from.length ? from.reduce((a, b) => a + b, 0) / from.length : 0;
    };
    nodes
      .map((n, i) => ({ n, w: weight(n), i }))
      .sort((a, b) => a.w - b.w || a.i - b.i)
      .forEach(({ n }, row) => {
        placed.set(n.id, { ...n, x: column * (WIDTH + GAP) + 8, y: row * ROW + 34 });
      });
  }
  return [...placed.values()];
}

const clip = (s: string, n: number): string => (s.length > n ? `${s.slice(0, n - 1)}…` : s);

export function MapView({
  map,
  reveal,
  ask,
}: {
  map: MapResult;
  reveal(at: { uri: string; range: WireRange }): void;
  ask(url: string): void;
}) {
  const [query, setQuery] = useState('');
  const shown = useMemo(() => {
    const all = new Set(map.nodes.map((n) => n.id));
    const q = query.trim().toLowerCase();
    if (!q) return all;
    const hits = new Set(map.nodes.filter((n) => `${n.label} ${n.detail}`.toLowerCase().includes(q)).map((n) => n.id));
    // what leads to a hit and what it leads to belongs to the picture
    const spread = (from: 'from' | 'to', to: 'from' | 'to'): void => {
      const queue = [...hits];
      const seen = new Set(queue);
      for (let id = queue.pop(); id !== undefined; id = queue.pop())
        for (const l of map.links)
          if (l[from] === id && !seen.has(l[to])) {
            seen.add(l[to]);
            queue.push(l[to]);
          }
      for (const id of seen) reached.add(id);
    };
    const reached = new Set<string>();
    spread('from', 'to');
    spread('to', 'from');
    return reached;
  }, [map, query]);
  const nodes = useMemo(() => layout(map, shown), [map, shown]);
  const at = new Map(nodes.map((n) => [n.id, n]));
  const width = Math.max(...nodes.map((n) => n.x + WIDTH), 300) + 16;
  const height = Math.max(...nodes.map((n) => n.y), 40) + 40;
  const below = (id: string): number => map.links.filter((l) => l.from === id).length;
  const columns = [...new Set(nodes.map((n) => n.x))].sort((a, b) => a - b);
  return (
    <div class="map">
      <input
        class="search"
        type="search"
        aria-label="Search the map"
        placeholder="Search names, paths, addresses"
        value={query}
        onInput={(e) => setQuery(e.currentTarget.value)}
      />
      <div class="scroll">
        <svg width={width} height={height} role="group" aria-label="Map of the configuration">
          {columns.map((x) => {
            const kind = nodes.find((n) => n.x === x)!.kind;
            return (
              <text key={x} class="column" x={x} y={16}>
                {kind}s
              </text>
            );
          })}
          {map.links.map((l) => {
            const a = at.get(l.from);
            const b = at.get(l.to);
            if (!a || !b) return null;
            const [x1, y1, x2, y2] = [a.x + WIDTH, a.y + 10, b.x, b.y + 10];
            const bend = Math.max(24, (x2 - x1) / 2);
            return (
              <path
                key={`${l.from} ${l.to}`}
                class="link"
                style={{ strokeWidth: Math.min(5, 1 + below(l.to) / 8) }}
                d={`M${x1} ${y1} C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}`}
              />
            );
          })}
          {nodes.map((n) => {
            const choose = (): void => {
              if (n.at) reveal(n.at);
              if (n.url && n.kind === 'location') ask(n.url);
            };
            return (
              <g
                key={n.id}
                class={`node ${n.kind}`}
                transform={`translate(${n.x} ${n.y})`}
                tabIndex={0}
                role="button"
                aria-label={`${n.kind} ${n.label}${n.findings.count ? `, ${n.findings.count} findings` : ''}`}
                onClick={choose}
                onKeyDown={(e) => {
                  if (e.key === 'Enter' || e.key === ' ') choose();
                }}
              >
                <title>{`${n.label}${n.detail ? `\n${n.detail}` : ''}${n.url ? `\n${n.url}` : ''}`}</title>
                <rect width={WIDTH} height={22} rx={3} />
                <text x={8} y={15}>
                  {clip(n.label, n.findings.count ? 17 : 20)}
                </text>
                {n.findings.worst && <circle class={n.findings.worst} cx={WIDTH - 14} cy={11} r={6} />}
                {n.findings.worst && (
                  <text class="count" x={WIDTH - 14} y={14} text-anchor="middle">
                    {n.findings.count > 9 ? '9+' : n.findings.count}
                  </text>
                )}
              </g>
            );
          })}
        </svg>
      </div>
      {!map.nodes.length && <p>There is no main file here, so there is nothing to draw.</p>}
    </div>
  );
}
