// The drawing of a request path. It draws what the server found and asks for more; it decides nothing about nginx.
import '@vscode/codicons/dist/codicon.css';
import './trace.css';
import { render } from 'preact';
import { useCallback, useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { MapResult, StationFinding, TraceResult } from '../../../../server/src/lsp/protocol.ts';
import type { Station, StationKind } from '../../../../server/src/trace/stations.ts';
import { MapView } from './map.tsx';
import type { Asked, Saved, ToExtension, ToPanel } from './messages.ts';

declare function acquireVsCodeApi(): { postMessage(message: ToExtension): void };
const host = acquireVsCodeApi();
const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];

type Good = Extract<TraceResult, { ok: true }>;

const ICON: Readonly<Record<StationKind, string>> = {
  client: 'person',
  listen: 'plug',
  tls: 'lock',
  server: 'server',
  rewrite: 'replace',
  location: 'location',
  limit: 'dashboard',
  access: 'shield',
  auth: 'key',
  cache: 'database',
  files: 'files',
  content: 'note',
  upstream: 'server-process',
  application: 'circuit-board',
  redirect: 'arrow-right',
  refused: 'circle-slash',
  closed: 'debug-disconnect',
  static: 'file',
  answer: 'reply',
  'error-page': 'warning',
};

const SEVERITY_ICON = { error: 'error', warning: 'warning', info: 'info', hint: 'lightbulb' } as const;
const SHOWN_LOSERS = 3;

const placeText = (s: Pick<Station, 'at'>): string => (s.at ? `${s.at.path.split('/').at(-1)}:${s.at.range.start.line + 1}` : '');
const spoken = (s: Station): string =>
  [s.title, s.fact, s.at ? `${s.at.path.split('/').at(-1)} line ${s.at.range.start.line + 1}` : ''].filter(Boolean).join(', ');
const same = (a: Asked, b: Asked): boolean => JSON.stringify(a) === JSON.stringify(b);

function Icon({ name }: { name: string }) {
  return <i class={`codicon codicon-${name}`} aria-hidden="true" />;
}

function Findings({ findings }: { findings: readonly StationFinding[] }) {
  if (!findings.length) return null;
  return (
    <ul class="findings">
      {findings.map((f) => (
        <li key={`${f.rule}${f.range.start.line}`} class={f.severity}>
          <Icon name={SEVERITY_ICON[f.severity]} />
          <span>{f.message}</span>
          {f.fixable && (
            <button type="button" onClick={() => host.postMessage({ type: 'fix', uri: f.uri, range: f.range, rule: f.rule })}>
              Fix
            </button>
          )}
        </li>
      ))}
    </ul>
  );
}

function Changes({ changes }: { changes: Station['changes'] }) {
  if (!changes.length) return null;
  return (
    <ul class="changes">
      {changes.map((c) => (
        <li key={c.what + c.to} class={c.from === null ? 'added' : c.to === null ? 'gone' : 'changed'}>
          {c.from === null ? `+ ${c.what}: ${c.to}` : c.to === null ? `− ${c.what}: ${c.from}` : `${c.what}: ${c.from} → ${c.to}`}
        </li>
      ))}
    </ul>
  );
}

interface StationProps {
  station: Station;
  findings: readonly StationFinding[];
  selected: boolean;
  differs: boolean;
  /** reached by Tab; the others by the arrow keys */
  first: boolean;
  onSelect(focus: boolean): void;
  onAssume(id: string, value: string): void;
  refTo?: (element: HTMLElement | null) => void;
}

function StationView({ station: s, findings, selected, differs, first, onSelect, onAssume, refTo }: StationProps) {
  const open = s.assumption !== null && !s.assumption.chosen;
  const worst = (['error', 'warning', 'info', 'hint'] as const).find((v) => findings.some((f) => f.severity === v));
  const [all, setAll] = useState(false);
  return (
    <li class={`station ${s.kind} ${s.end ? 'end' : ''} ${open ? 'open' : ''} ${selected ? 'selected' : ''} ${differs ? 'differs' : ''}`}>
      <button
        type="button"
        class="head"
        ref={refTo}
        aria-label={spoken(s)}
        aria-expanded={selected}
        onClick={() => onSelect(false)}
        onDblClick={() => onSelect(true)}
        tabIndex={first ? 0 : -1}
      >
        <span class="stop">
          <Icon name={ICON[s.kind]} />
        </span>
        <span class="title">{s.title}</span>
        <span class="fact">{s.fact}</span>
        {worst && (
          <span class={`badge ${worst}`} title={findings.map((f) => f.message).join('\n')}>
            <Icon name={SEVERITY_ICON[worst]} />
            {findings.length}
          </span>
        )}
        <span class="place">{placeText(s)}</span>
      </button>
      {s.assumption && (
        <div class="assumption">
          <span>{open ? 'assumed' : 'chosen'}</span>
          {s.assumption.choices.length ? (
            <select
              aria-label={`${s.assumption.what}: ${s.assumption.why}`}
              value={s.assumption.assumed}
              onChange={(e) => onAssume(s.assumption!.id, e.currentTarget.value)}
            >
              {[...new Set([s.assumption.assumed, ...s.assumption.choices])].map((c) => (
                <option key={c} value={c}>
                  {c || 'empty'}
                </option>
              ))}
            </select>
          ) : (
            <input
              aria-label={`${s.assumption.what}: ${s.assumption.why}`}
              value={s.assumption.assumed}
              onChange={(e) => onAssume(s.assumption!.id, e.currentTarget.value)}
            />
          )}
        </div>
      )}
      {s.losers.length > 0 && (
        <ul class="losers">
          {(all ? s.losers : s.losers.slice(0, SHOWN_LOSERS)).map((l) => (
            <li key={l.why}>
              <button
                type="button"
                onClick={() => host.postMessage({ type: 'reveal', uri: l.at.uri, range: l.at.range, focus: false })}
                tabIndex={-1}
              >
                {l.why}
              </button>
            </li>
          ))}
          {s.losers.length > SHOWN_LOSERS && (
            <li>
              <button type="button" onClick={() => setAll(!all)}>
                {all ? 'fewer' : `${s.losers.length - SHOWN_LOSERS} more`}
              </button>
            </li>
          )}
        </ul>
      )}
      {selected && (
        <div class="details">
          <Changes changes={s.changes} />
          {s.assumption && <p>{s.assumption.why}.</p>}
          {s.details.length > 0 && (
            <ul>
              {s.details.map((d) => (
                <li key={d}>{d}</li>
              ))}
            </ul>
          )}
          <Findings findings={findings} />
        </div>
      )}
    </li>
  );
}

function Lane({
  result,
  other,
  title,
  selected,
  setSelected,
  onAssume,
  follow,
}: {
  result: Good;
  other: Good | null;
  title: string;
  selected: string | null;
  setSelected(id: string | null): void;
  onAssume(id: string, value: string): void;
  follow(url: string): void;
}) {
  const { line } = result;
  const heads = useRef(new Map<string, HTMLElement>());
  const theirs = useMemo(() => new Set(other?.line.down.map((s) => `${s.title} ${s.fact}`)), [other]);
  const select = (s: Station, focus: boolean): void => {
    setSelected(selected === s.id && !focus ? null : s.id);
    if (s.at) host.postMessage({ type: 'reveal', uri: s.at.uri, range: s.at.range, focus });
  };
  const move = (event: KeyboardEvent): void => {
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    if (!step) return;
    event.preventDefault();
    const at = line.down.findIndex((s) => s.id === selected);
    const next = line.down[Math.max(0, Math.min(line.down.length - 1, at + step))];
    if (!next) return;
    setSelected(next.id);
    heads.current.get(next.id)?.focus();
    if (next.at) host.postMessage({ type: 'reveal', uri: next.at.uri, range: next.at.range, focus: false });
  };
  const good = line.status > 0 && line.status < 400;
  return (
    <section class="lane" aria-label={title}>
      <div class="columns">
        <ol class="down" aria-label="The request, from client to application" onKeyDown={move}>
          {line.down.map((s) => (
            <StationView
              key={s.id}
              station={s}
              findings={result.findings[s.id] ?? []}
              selected={selected === s.id}
              first={selected === null ? s.id === line.down[0]?.id : selected === s.id}
              differs={other !== null && !theirs.has(`${s.title} ${s.fact}`)}
              onSelect={(focus) => select(s, focus)}
              onAssume={onAssume}
              refTo={(e) => {
                if (e) heads.current.set(s.id, e);
                else heads.current.delete(s.id);
              }}
            />
          ))}
          {result.application && (
            <li class="station sight">
              <div class="head">
                <span class="stop">
                  <Icon name="eye" />
                </span>
                <span class="title">{result.application.title} sees</span>
              </div>
              <ul class="sees">
                {result.application.lines.map((l) => (
                  <li key={l.name} title={l.why} class={l.good === false ? 'bad' : l.good ? 'good' : ''}>
                    <Icon name={l.good === false ? 'close' : l.good ? 'check' : 'dash'} />
                    <span class="name">{l.name}</span> <span>{l.value}</span>
                  </li>
                ))}
              </ul>
            </li>
          )}
        </ol>
        <section class="up" aria-label="The answer, on its way back">
          <h2 class={good ? 'good' : 'bad'}>
            <Icon name={good ? 'arrow-up' : 'circle-slash'} /> {line.ending}
          </h2>
          {line.next && (
            <button type="button" class="follow" onClick={() => follow(line.next!)}>
              Follow the redirect
            </button>
          )}
          {line.up.map((r) => (
            <div class="return" key={r.text}>
              <button
                type="button"
                class="plain"
                disabled={!r.at}
                onClick={() => r.at && host.postMessage({ type: 'reveal', uri: r.at.uri, range: r.at.range, focus: false })}
              >
                {r.text}
              </button>
              <Changes changes={r.changes} />
            </div>
          ))}
          <Facts result={result} />
        </section>
      </div>
    </section>
  );
}

function Facts({ result }: { result: Good }) {
  const { trace } = result;
  const rows: [string, string][] = [];
  if (typeof trace.compression.why === 'string') rows.push(['gzip', String(trace.compression.why)]);
  if (trace.cache) rows.push(['cache', trace.cache.why]);
  for (const l of trace.limits)
    rows.push([
      l.kind,
      [l.zone, l.rate, l.burst ? `burst ${l.burst}` : '', l.status ? `then ${l.status}` : ''].filter(Boolean).join(' · '),
    ]);
  if (trace.outcome.upstreamRequest) {
    if (trace.timeouts.read) rows.push(['read timeout', String(trace.timeouts.read)]);
    if (trace.buffering.buffers) rows.push(['buffers', String(trace.buffering.buffers)]);
  }
  if (trace.notSimulated.length) rows.push(['not simulated', [...new Set(trace.notSimulated.map((n) => n.directive))].join(', ')]);
  if (!rows.length) return null;
  return (
    <dl class="facts">
      {rows.map(([name, value]) => (
        <div key={name + value}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function App() {
  const [asked, setAsked] = useState<Asked>({ method: 'GET', url: '', headers: [], clientAddress: '203.0.113.9' });
  const [assume, setAssume] = useState<Record<string, string>>({});
  const [saved, setSaved] = useState<Saved[]>([]);
  const [urls, setUrls] = useState<string[]>([]);
  const [mode, setMode] = useState<'path' | 'map'>('path');
  const [good, setGood] = useState<Good | null>(null);
  const [pinned, setPinned] = useState<{ asked: Asked; result: Good } | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const [map, setMap] = useState<MapResult | null>(null);
  const [selected, setSelected] = useState<string | null>(null);
  const [trail, setTrail] = useState<string[]>([]);
  const asking = useRef(asked);
  asking.current = asked;

  useEffect(() => {
    const receive = ({ data }: MessageEvent<ToPanel>): void => {
      switch (data.type) {
        case 'state':
          setAsked(data.asked);
          setAssume(data.assume);
          setSaved(data.saved);
          setUrls(data.urls);
          setMode(data.mode);
          break;
        case 'traced':
          // an answer to an older request line is not shown
          if (data.lane === 'main' && !same(data.forAsked, asking.current)) break;
          if (data.result.ok) {
            setGood(data.result);
            setProblem(null);
          } else setProblem(data.result.message);
          break;
        case 'map':
          setMap(data.map);
          break;
        case 'saved':
          setSaved(data.saved);
      }
    };
    window.addEventListener('message', receive);
    host.postMessage({ type: 'ready' });
    return () => window.removeEventListener('message', receive);
  }, []);

  const ask = useCallback(
    (next: Partial<Asked>, nextAssume: Record<string, string> = assume) => {
      const now = { ...asking.current, ...next };
      asking.current = now;
      setAsked(now);
      setAssume(nextAssume);
      setMode('path');
      host.postMessage({ type: 'trace', asked: now, assume: nextAssume });
    },
    [assume],
  );
  const headerText = asked.headers.map(([n, v]) => `${n}: ${v}`).join('\n');
  const follow = (url: string): void => {
    if (trail.filter((u) => u === url).length > 0) setProblem(`The redirects go in a circle: ${[...trail, url].join(' → ')}`);
    else {
      setTrail([...trail, asked.url]);
      ask({ url, method: 'GET' });
    }
  };

  return (
    <>
      <form
        class="request"
        onSubmit={(e) => {
          e.preventDefault();
          setTrail([]);
          ask({});
        }}
      >
        <select aria-label="Method" value={asked.method} onChange={(e) => ask({ method: e.currentTarget.value })}>
          {METHODS.map((m) => (
            <option key={m}>{m}</option>
          ))}
        </select>
        <input
          class="url"
          aria-label="URL"
          placeholder="https://example.com/path"
          list="urls"
          spellcheck={false}
          value={asked.url}
          onInput={(e) => {
            setTrail([]);
            ask({ url: e.currentTarget.value });
          }}
        />
        <datalist id="urls">
          {urls.map((u) => (
            <option key={u} value={u} />
          ))}
        </datalist>
        <label class="from">
          from
          <input
            aria-label="Client address"
            spellcheck={false}
            value={asked.clientAddress}
            onInput={(e) => ask({ clientAddress: e.currentTarget.value })}
          />
        </label>
        <details class="headers" open={asked.headers.length > 0}>
          <summary>Headers{asked.headers.length ? ` (${asked.headers.length})` : ''}</summary>
          <textarea
            aria-label="Request headers, one a line"
            rows={3}
            spellcheck={false}
            placeholder="User-Agent: curl/8"
            defaultValue={headerText}
            onInput={(e) => {
              const headers = e.currentTarget.value.split('\n').flatMap((line): [string, string][] => {
                const at = line.indexOf(':');
                return at > 0 ? [[line.slice(0, at).trim(), line.slice(at + 1).trim()]] : [];
              });
              ask({ headers });
            }}
          />
        </details>
        <span class="tools">
          <button
            type="button"
            title="Save this request"
            aria-label="Save this request"
            onClick={() => host.postMessage({ type: 'save', request: { ...asked, assume, name: `${asked.method} ${asked.url}` } })}
          >
            <Icon name="star-empty" />
          </button>
          <button
            type="button"
            title={pinned ? 'End the comparison' : 'Compare: keep this path beside what follows'}
            aria-label={pinned ? 'End the comparison' : 'Compare'}
            aria-pressed={pinned !== null}
            onClick={() => setPinned(pinned ? null : good ? { asked, result: good } : null)}
          >
            <Icon name="split-horizontal" />
          </button>
          <button
            type="button"
            title="Copy as curl"
            aria-label="Copy as curl"
            onClick={() => host.postMessage({ type: 'export', as: 'curl', asked, assume })}
          >
            <Icon name="terminal" />
          </button>
          <button
            type="button"
            title="Copy as Mermaid"
            aria-label="Copy as Mermaid"
            onClick={() => host.postMessage({ type: 'export', as: 'mermaid', asked, assume })}
          >
            <Icon name="type-hierarchy" />
          </button>
          <button
            type="button"
            title="Open as SVG"
            aria-label="Open as SVG"
            onClick={() => host.postMessage({ type: 'export', as: 'svg', asked, assume })}
          >
            <Icon name="file-media" />
          </button>
          <button
            type="button"
            title="Save as a request test"
            aria-label="Save as a request test"
            onClick={() => host.postMessage({ type: 'export', as: 'test', asked, assume })}
          >
            <Icon name="beaker" />
          </button>
          <button
            type="button"
            title={mode === 'map' ? 'Back to the request path' : 'Map of the configuration'}
            aria-label={mode === 'map' ? 'Back to the request path' : 'Map of the configuration'}
            aria-pressed={mode === 'map'}
            onClick={() => {
              if (mode === 'map') ask({});
              else {
                setMode('map');
                host.postMessage({ type: 'map' });
              }
            }}
          >
            <Icon name="map" />
          </button>
        </span>
      </form>
      {saved.length > 0 && (
        <ul class="saved" aria-label="Saved requests">
          {saved.map((s) => (
            <li key={s.name}>
              <button
                type="button"
                onClick={() => ask({ method: s.method, url: s.url, headers: s.headers, clientAddress: s.clientAddress }, s.assume)}
              >
                {s.name}
              </button>
              <button
                type="button"
                class="forget"
                aria-label={`Forget ${s.name}`}
                onClick={() => host.postMessage({ type: 'forget', name: s.name })}
              >
                <Icon name="close" />
              </button>
            </li>
          ))}
        </ul>
      )}
      {problem && (
        <p class="problem" role="alert">
          <Icon name="warning" /> {problem}
        </p>
      )}
      {mode === 'path' && good?.line.warning && (
        <div class="refused" role="alert">
          <p>
            <Icon name="error" /> {good.line.warning.text}
          </p>
          <ul>
            {good.line.warning.refusedBy.map((r) => (
              <li key={`${r.uri} ${r.range.start.line} ${r.rule}`}>
                <button type="button" onClick={() => host.postMessage({ type: 'reveal', uri: r.uri, range: r.range, focus: true })}>
                  {`${r.path.split('/').at(-1)}:${r.range.start.line + 1} ${r.message}`}
                </button>
              </li>
            ))}
          </ul>
        </div>
      )}
      {mode === 'map'
        ? map && (
            <MapView
              map={map}
              reveal={(at) => host.postMessage({ type: 'reveal', ...at, focus: false })}
              ask={(url) => ask({ url, method: 'GET' })}
            />
          )
        : good && (
            <div class={`lanes ${problem ? 'stale' : ''} ${pinned ? 'two' : ''}`}>
              {pinned && (
                <Lane
                  result={pinned.result}
                  other={good}
                  title={`Before: ${pinned.result.line.title}`}
                  selected={null}
                  setSelected={() => {}}
                  onAssume={() => {}}
                  follow={follow}
                />
              )}
              <Lane
                result={good}
                other={pinned?.result ?? null}
                title={good.line.title}
                selected={selected}
                setSelected={setSelected}
                onAssume={(id, value) => ask({}, { ...assume, [id]: value })}
                follow={follow}
              />
            </div>
          )}
      {good && mode === 'path' && <p class="version">nginx {good.trace.nginx}</p>}
    </>
  );
}

render(<App />, document.getElementById('root')!);
