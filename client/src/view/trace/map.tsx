// The configuration as a picture: listeners, servers, locations, upstreams, applications in columns, joined by curves. It fits its width; the
// wheel with Ctrl zooms, the background drags.
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { MapNode, MapResult } from '../../../../server/src/lsp/protocol.ts';
import { reveal } from './host.ts';
import { Icon } from './parts.tsx';

const COLUMNS = ['listener', 'server', 'location', 'upstream', 'application'] as const;
const ROW = 44;
const HEIGHT = 36;
const GAP = { least: 12, most: 40, widest: 96 };
/** Of a box. */
const WIDTH = { least: 56, widest: 340 };
/** Pixels of one character of the labels. */
const CHARACTER = 6.8;
const ZOOMS = { least: 0.5, most: 4 };

interface Placed extends MapNode {
  x: number;
  y: number;
  width: number;
}

/** Each column as wide as its longest name; where that is too much, the widest ones share what the narrow ones leave. */
export function columnWidths(wanted: readonly number[], room: number): number[] {
  const out = wanted.map(() => 0);
  let left = room;
  const byWidth = wanted.map((w, i) => ({ w, i })).sort((a, b) => a.w - b.w);
  for (const [k, { w, i }] of byWidth.entries()) {
    const share = Math.max(WIDTH.least, left / (byWidth.length - k));
    out[i] = Math.min(w, share);
    left -= out[i];
  }
  return out;
}

/** Rows by the order of their neighbours on the left, so that curves cross little. */
function layout(map: MapResult, shown: ReadonlySet<string>, across: number): Placed[] {
  const placed = new Map<string, Placed>();
  const used = COLUMNS.map((kind) => map.nodes.filter((n) => n.kind === kind && shown.has(n.id))).filter((nodes) => nodes.length);
  const gap = Math.max(GAP.least, Math.min(GAP.most, across / 24));
  const wanted = used.map((nodes) => {
    const longest = Math.max(
      ...nodes.map((n) => Math.max(n.label.length + (n.findings.worst ? 3 : 0), n.detail.length * 0.9, n.kind.length + 1)),
    );
    return Math.min(WIDTH.widest, Math.max(WIDTH.least, longest * CHARACTER + 16));
  });
  const widths = columnWidths(wanted, across - 16 - gap * (used.length - 1));
  // what is left over goes between the columns, where the curves are easier to follow
  const spare = across - 16 - widths.reduce((a, b) => a + b, 0);
  const between = used.length > 1 ? Math.min(GAP.widest, Math.max(gap, spare / (used.length - 1))) : 0;
  let x = 8;
  for (const [column, nodes] of used.entries()) {
    const width = widths[column] ?? WIDTH.least;
    const weight = (n: MapNode): number => {
      const from = map.links.filter((l) => l.to === n.id).flatMap((l) => placed.get(l.from)?.y ?? []);
      return from.length ? from.reduce((a, b) => a + b, 0) / from.length : 0;
    };
    nodes
      .map((n, i) => ({ n, w: weight(n), i }))
      .sort((a, b) => a.w - b.w || a.i - b.i)
      .forEach(({ n }, row) => {
        placed.set(n.id, { ...n, x, y: row * ROW + 30, width });
      });
    x += width + between;
  }
  return [...placed.values()];
}

/** Cut in the middle: names differ at their ends. */
export const clip = (s: string, n: number): string => {
  const most = Math.max(4, Math.floor(n));
  if (s.length <= most) return s;
  const tail = Math.floor((most - 1) / 2);
  return `${s.slice(0, most - 1 - tail)}…${s.slice(s.length - tail)}`;
};

/** Names of one server, cut: the first of them, and how many more there are. */
export function clipNames(s: string, n: number): string {
  const [first = '', ...more] = s.split(' ');
  if (s.length <= n || !more.length) return clip(s, n);
  const rest = ` +${more.length}`;
  return clip(first, n - rest.length) + rest;
}

/** Cut at the end: of what a server listens on, the first is what tells it apart. */
const cut = (s: string, n: number): string => (s.length > n ? `${s.slice(0, Math.max(3, Math.floor(n) - 1))}…` : s);

const counted = ({ findings: { count, worst } }: MapNode): string =>
  count ? `, ${count} finding${count === 1 ? '' : 's'}, the worst is ${worst === 'info' ? 'a note' : `of level ${worst}`}` : '';

/** The whole configuration as a picture that can be searched, zoomed and moved. */
export function MapView({ map, ask }: { map: MapResult; ask(url: string): void }) {
  const [query, setQuery] = useState('');
  const [across, setAcross] = useState(600);
  const [view, setView] = useState({ zoom: 1, x: 0, y: 0 });
  const frame = useRef<HTMLDivElement>(null);
  const drag = useRef<{ x: number; y: number } | null>(null);
  useEffect(() => {
    const element = frame.current;
    if (!element) return;
    const observer = new ResizeObserver(() => setAcross(element.clientWidth));
    observer.observe(element);
    setAcross(element.clientWidth);
    // a wheel that zooms must not scroll, which only a listener that is not passive can say
    const wheel = (e: WheelEvent): void => {
      if (!e.ctrlKey && !e.metaKey) return;
      e.preventDefault();
      zoomBy(e.deltaY < 0 ? 1.15 : 1 / 1.15);
    };
    element.addEventListener('wheel', wheel, { passive: false });
    return () => {
      observer.disconnect();
      element.removeEventListener('wheel', wheel);
    };
  }, []);
  const zoomBy = (factor: number): void => setView((v) => ({ ...v, zoom: Math.min(ZOOMS.most, Math.max(ZOOMS.least, v.zoom * factor)) }));
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
  const nodes = useMemo(() => layout(map, shown, across), [map, shown, across]);
  const at = new Map(nodes.map((n) => [n.id, n]));
  const whole = Math.max(...nodes.map((n) => n.x + n.width), 100) + 8;
  const height = Math.max(...nodes.map((n) => n.y), 40) + HEIGHT + 12;
  const below = (id: string): number => map.links.filter((l) => l.from === id).length;
  const columns = [...new Set(nodes.map((n) => n.x))].sort((a, b) => a - b);
  return (
    <div class="map">
      <div class="maptools">
        <input
          class="search"
          type="search"
          aria-label="Search the map"
          placeholder="Search names, paths, addresses"
          value={query}
          onInput={(e) => setQuery(e.currentTarget.value)}
        />
        <button type="button" title="Smaller" aria-label="Smaller" onClick={() => zoomBy(1 / 1.25)}>
          <Icon name="zoom-out" />
        </button>
        <button type="button" title="Larger" aria-label="Larger" onClick={() => zoomBy(1.25)}>
          <Icon name="zoom-in" />
        </button>
        <button type="button" title="Fit the width" aria-label="Fit the width" onClick={() => setView({ zoom: 1, x: 0, y: 0 })}>
          <Icon name="screen-full" />
        </button>
      </div>
      <div
        class="frame"
        ref={frame}
        // what is zoomed scrolls, by keys too
        // biome-ignore lint/a11y/noNoninteractiveTabindex: see above
        tabIndex={0}
        role="region"
        aria-label="Picture of the configuration"
        onPointerDown={(e) => {
          if (e.target instanceof Element && e.target.closest('.node')) return;
          drag.current = { x: e.clientX - view.x, y: e.clientY - view.y };
          e.currentTarget.setPointerCapture(e.pointerId);
        }}
        onPointerMove={(e) => {
          const from = drag.current;
          if (from) setView((v) => ({ ...v, x: e.clientX - from.x, y: e.clientY - from.y }));
        }}
        onPointerUp={() => {
          drag.current = null;
        }}
      >
        <svg
          width={Math.max(whole, across) * Math.max(1, view.zoom)}
          height={height * Math.max(1, view.zoom)}
          role="group"
          aria-label="Map of the configuration"
        >
          <g transform={`translate(${view.x} ${view.y}) scale(${view.zoom})`}>
            {columns.map((x) => {
              const { kind, width } = nodes.find((n) => n.x === x)!;
              return (
                <text key={x} class="column" x={x} y={16}>
                  {cut(`${kind}s`, width / CHARACTER)}
                </text>
              );
            })}
            {map.links.map((l) => {
              const a = at.get(l.from);
              const b = at.get(l.to);
              if (!a || !b) return null;
              const [x1, y1, x2, y2] = [a.x + a.width, a.y + HEIGHT / 2, b.x, b.y + HEIGHT / 2];
              const bend = Math.max(10, (x2 - x1) / 2);
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
              const { width } = n;
              const choose = (): void => {
                if (n.at) reveal(n.at);
                if (n.url && n.kind === 'location') ask(n.url);
              };
              const room = (width - 12 - (n.findings.worst ? 18 : 0)) / CHARACTER;
              return (
                <g
                  key={n.id}
                  class={`node ${n.kind}`}
                  transform={`translate(${n.x} ${n.y})`}
                  tabIndex={0}
                  role="button"
                  aria-label={`${n.kind} ${n.label}${n.detail ? `, ${n.detail}` : ''}${counted(n)}`}
                  onClick={choose}
                  onKeyDown={(e) => {
                    if (e.key !== 'Enter' && e.key !== ' ') return;
                    e.preventDefault();
                    choose();
                  }}
                >
                  <title>{`${n.label}${n.detail ? `\n${n.detail}` : ''}${n.url ? `\n${n.url}` : ''}`}</title>
                  <rect width={width} height={HEIGHT} rx={3} />
                  <text x={6} y={n.detail ? 15 : 22}>
                    {n.kind === 'server' ? clipNames(n.label, room) : clip(n.label, room)}
                  </text>
                  {n.detail && (
                    <text class="detail" x={6} y={29}>
                      {cut(n.detail, (width - 12) / (CHARACTER * 0.9))}
                    </text>
                  )}
                  {n.findings.worst && <circle class={n.findings.worst} cx={width - 11} cy={11} r={7.5} />}
                  {n.findings.worst && (
                    <text class="count" x={width - 11} y={14.5} text-anchor="middle">
                      {n.findings.count > 9 ? '9+' : n.findings.count}
                    </text>
                  )}
                </g>
              );
            })}
          </g>
        </svg>
      </div>
      {!map.nodes.length && <p>There is no main file here, so there is nothing to draw.</p>}
    </div>
  );
}
