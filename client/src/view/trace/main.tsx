// The drawing of a request path. It draws what the server found and asks for more; it decides nothing about nginx.
import '@vscode/codicons/dist/codicon.css';
import './trace.css';
import { render } from 'preact';
import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import type { MapResult } from '../../../../server/src/lsp/protocol.ts';
import { Compare } from './compare.tsx';
import { tell } from './host.ts';
import { headerLines, Lane } from './lane.tsx';
import { MapView } from './map.tsx';
import { CLIENTS, type ClientName, type Given, type RequestForm, type Saved, type ToPanel } from './messages.ts';
import { Breaking, type Good, Icon, PlaceLink, placeText } from './parts.tsx';

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];
/** Redirects that are followed: browsers give up after about twenty, people before. */
const MOST_HOPS = 8;

const same = (a: RequestForm, b: RequestForm): boolean => JSON.stringify(a) === JSON.stringify(b);
const FIRST: RequestForm = { method: 'GET', url: '', headers: [], clientAddress: '203.0.113.9', client: 'browser' };
const NOTHING: Given = { assume: {}, answers: {} };

/** A request that a redirect led to, once its answer is there. */
interface Hop {
  readonly asked: RequestForm;
  readonly result: Good | null;
}

/** The way of a client that follows redirects: a browser, whatever it asks for. */
const follows = (asked: RequestForm): boolean => asked.client === 'browser' || asked.client === 'post';

/** 303, and 301 and 302 after a POST, are followed by a GET. */
const nextOf = (asked: RequestForm, result: Good): RequestForm | null => {
  const { next, status } = result.line;
  if (!next || !follows(asked)) return null;
  const method = status === 307 || status === 308 || asked.method === 'HEAD' ? asked.method : 'GET';
  return { ...asked, url: next, method, client: method === 'GET' ? 'browser' : asked.client };
};

function Refused({ good }: { good: Good }) {
  const { warning } = good.line;
  if (!warning) return null;
  return (
    <section class="banner bad" role="alert">
      <p>
        <Icon name="error" /> {warning.text}
      </p>
      <ul>
        {warning.refusedBy.map((r) => (
          <li key={`${r.uri} ${r.range.start.line} ${r.rule}`}>
            <PlaceLink at={r} text={placeText(r)} /> {r.message}
          </li>
        ))}
      </ul>
    </section>
  );
}

function Tool({ name, title, pressed, onClick }: { name: string; title: string; pressed?: boolean; onClick(): void }) {
  return (
    <button
      type="button"
      title={title}
      aria-label={title}
      {...(pressed === undefined ? {} : { 'aria-pressed': pressed })}
      onClick={onClick}
    >
      <Icon name={name} />
    </button>
  );
}

function App() {
  const [asked, setAsked] = useState<RequestForm>(FIRST);
  const [given, setGiven] = useState<Given>(NOTHING);
  const [saved, setSaved] = useState<Saved[]>([]);
  const [urls, setUrls] = useState<string[]>([]);
  const [mode, setMode] = useState<'path' | 'map'>('path');
  const [good, setGood] = useState<Good | null>(null);
  const [pinned, setPinned] = useState<Good | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const [map, setMap] = useState<MapResult | null>(null);
  const [hops, setHops] = useState<readonly Hop[]>([]);
  const [round, setRound] = useState<number | null>(null);
  const [typed, setTyped] = useState('');
  const asking = useRef(asked);
  const giving = useRef(given);
  const chain = useRef<readonly Hop[]>([]);
  const origin = useRef('');

  /** The next request of the chain, or where it comes round. */
  const go = useCallback((from: RequestForm, result: Good): void => {
    const next = nextOf(from, result);
    const before = [asking.current, ...chain.current.map((h) => h.asked)];
    const again = next ? before.findIndex((b) => b.url === next.url && b.method === next.method) : -1;
    if (!next || again >= 0 || chain.current.length >= MOST_HOPS) {
      setHops(chain.current);
      setRound(again >= 0 ? again : null);
      return;
    }
    // what is shown stays until its successor is there: what somebody opened is not closed by a redraw
    setHops((shown) => (shown.length > chain.current.length ? shown : chain.current));
    chain.current = [...chain.current, { asked: next, result: null }];
    tell({ type: 'follow', asked: next, given: giving.current });
  }, []);

  useEffect(() => {
    const receive = ({ data }: MessageEvent<ToPanel>): void => {
      switch (data.type) {
        case 'state':
          asking.current = data.asked;
          giving.current = data.given;
          origin.current = /^[a-z]+:\/\/[^/]*/i.exec(data.urls[0] ?? '')?.[0] ?? '';
          setAsked(data.asked);
          setTyped(data.asked.url);
          setGiven(data.given);
          setSaved(data.saved);
          setUrls(data.urls);
          setMode(data.mode);
          break;
        case 'traced':
          if (data.lane === 'next') {
            const last = chain.current.at(-1);
            if (!last || last.result || !same(last.asked, data.forAsked)) break;
            if (!data.result.ok) {
              setHops(chain.current.slice(0, -1));
              setRound(null);
              break;
            }
            chain.current = [...chain.current.slice(0, -1), { asked: last.asked, result: data.result }];
            go(last.asked, data.result);
            break;
          }
          // an answer to an older request line is not shown
          if (!same(data.forAsked, asking.current)) break;
          chain.current = [];
          if (data.result.ok) {
            setGood(data.result);
            setProblem(null);
            go(data.forAsked, data.result);
          } else {
            setProblem(data.result.message);
            setHops([]);
            setRound(null);
          }
          break;
        case 'map':
          setMap(data.map);
          break;
        case 'saved':
          setSaved(data.saved);
      }
    };
    window.addEventListener('message', receive);
    tell({ type: 'ready' });
    return () => window.removeEventListener('message', receive);
  }, [go]);

  const ask = useCallback((next: Partial<RequestForm>, nextGiven: Given = giving.current) => {
    const now = { ...asking.current, ...next };
    asking.current = now;
    giving.current = nextGiven;
    setAsked(now);
    setGiven(nextGiven);
    setMode('path');
    tell({ type: 'trace', asked: now, given: nextGiven });
  }, []);
  /** A path alone means the server that the file is about. */
  const type = (text: string): void => {
    setTyped(text);
    const url = text.trim();
    if (url) ask({ url: url.startsWith('/') ? origin.current + url : url });
    else setProblem('Type a URL, or a path of this server such as /admin/.');
  };
  const choose = (url: string): void => {
    setTyped(url);
    ask({ url, method: 'GET' });
  };
  const exported = (as: 'curl' | 'svg' | 'mermaid' | 'test') => () => tell({ type: 'export', as, asked, given });

  const modeButton = (
    <Tool
      name={mode === 'map' ? 'git-commit' : 'map'}
      title={mode === 'map' ? 'Back to the request path' : 'Map of the configuration'}
      onClick={() => {
        if (mode === 'map') ask({});
        else {
          setMode('map');
          tell({ type: 'map' });
        }
      }}
    />
  );
  if (mode === 'map')
    return (
      <div class="page">
        <div class="request">
          <h1>Map of the configuration</h1>
          <span class="tools">{modeButton}</span>
        </div>
        {map && <MapView map={map} ask={choose} />}
      </div>
    );
  const give = (g: Given): void => ask({}, g);
  const looped = round !== null && !problem;
  /** the request and those that its answers lead to, in order */
  const cards = good
    ? [
        <Lane
          key="0"
          result={good}
          title={good.line.title}
          given={given}
          loop={looped}
          onFollow={good.line.next && !follows(asked) ? () => choose(good.line.next ?? '') : null}
          onGiven={give}
          onAsk={choose}
        />,
        ...(problem ? [] : hops).map(
          (hop, i) =>
            hop.result && (
              <section class="hop" key={`${i} ${hop.asked.url}`}>
                <h2>
                  <Icon name="arrow-down" /> Then {hop.asked.method} <Breaking text={hop.asked.url} />
                </h2>
                <details open={i === hops.length - 1 && round === null}>
                  <summary>
                    {hop.result.line.ending}, {hop.result.line.down.length} stations
                  </summary>
                  <button type="button" class="button" onClick={() => choose(hop.asked.url)}>
                    Make this the request
                  </button>
                  <Lane
                    result={hop.result}
                    title={hop.result.line.title}
                    given={given}
                    loop={looped}
                    onFollow={null}
                    onGiven={give}
                    onAsk={choose}
                  />
                </details>
              </section>
            ),
        ),
      ]
    : [];
  return (
    <div class="page">
      <h1 class="spoken">Request path</h1>
      <form
        class="request"
        onSubmit={(e) => {
          e.preventDefault();
          type(typed);
        }}
      >
        <select class="method" aria-label="Method" value={asked.method} onChange={(e) => ask({ method: e.currentTarget.value })}>
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
          title={typed}
          value={typed}
          onInput={(e) => type(e.currentTarget.value)}
        />
        <datalist id="urls">
          {urls.map((u) => (
            <option key={u} value={u} />
          ))}
        </datalist>
        <span class="tools">
          <Tool
            name="star-empty"
            title="Save this request"
            onClick={() => tell({ type: 'save', request: { ...asked, ...given, name: `${asked.method} ${asked.url}` } })}
          />
          <Tool
            name="split-horizontal"
            title={pinned ? 'End the comparison' : 'Compare'}
            pressed={pinned !== null}
            onClick={() => setPinned(pinned ? null : good)}
          />
          <Tool name="terminal" title="Copy as curl" onClick={exported('curl')} />
          <Tool name="type-hierarchy" title="Copy as Mermaid" onClick={exported('mermaid')} />
          <Tool name="file-media" title="Open as SVG" onClick={exported('svg')} />
          <Tool name="beaker" title="Save as a request test" onClick={exported('test')} />
          {modeButton}
        </span>
        <details class="more" open={asked.headers.length > 0}>
          <summary>
            {CLIENTS[asked.client]} from {asked.clientAddress}
            {asked.headers.length ? `, ${asked.headers.length} own header${asked.headers.length === 1 ? '' : 's'}` : ''}
          </summary>
          <div class="fields">
            <label>
              Client
              <select
                value={asked.client}
                onChange={(e) => {
                  const client = e.currentTarget.value as ClientName;
                  ask({ client, method: client === 'post' ? 'POST' : client === 'websocket' ? 'GET' : asked.method });
                }}
              >
                {Object.entries(CLIENTS).map(([id, name]) => (
                  <option key={id} value={id}>
                    {name}
                  </option>
                ))}
              </select>
            </label>
            <label>
              Client address
              <input spellcheck={false} value={asked.clientAddress} onInput={(e) => ask({ clientAddress: e.currentTarget.value })} />
            </label>
            <label class="wide">
              Request headers, one a line
              <textarea
                rows={3}
                spellcheck={false}
                placeholder="User-Agent: curl/8"
                defaultValue={asked.headers.map(([n, v]) => `${n}: ${v}`).join('\n')}
                onInput={(e) => ask({ headers: headerLines(e.currentTarget.value) })}
              />
            </label>
          </div>
        </details>
      </form>
      {saved.length > 0 && (
        <ul class="saved" aria-label="Saved requests">
          {saved.map((s) => (
            <li key={s.name}>
              <button
                type="button"
                onClick={() => {
                  setTyped(s.url);
                  ask(
                    { method: s.method, url: s.url, headers: s.headers, clientAddress: s.clientAddress, client: s.client ?? 'browser' },
                    { assume: s.assume ?? {}, answers: s.answers ?? {} },
                  );
                }}
              >
                {s.name}
              </button>
              <button type="button" class="forget" aria-label={`Forget ${s.name}`} onClick={() => tell({ type: 'forget', name: s.name })}>
                <Icon name="close" />
              </button>
            </li>
          ))}
        </ul>
      )}
      {problem && (
        <p class="banner" role="alert">
          <Icon name="warning" /> {problem}
        </p>
      )}
      {good && !problem && <Refused good={good} />}
      {pinned && good && <Compare before={pinned} now={good} />}
      {pinned && (
        <p class="hint" role="status">
          The first path is kept. What you ask now stands beside it.
        </p>
      )}
      {good && (
        <div class={`lanes ${problem ? 'stale' : ''}`}>
          <div>{cards.slice(0, round ?? cards.length)}</div>
          {round !== null && (
            <div class="loop">
              {cards.slice(round)}
              <section class="banner bad round" role="alert">
                <p>
                  <Icon name="sync" /> A loop: the answer sends the browser back to{' '}
                  <Breaking text={round === 0 ? good.line.title : `${hops[round - 1]?.asked.method} ${hops[round - 1]?.asked.url}`} />.
                </p>
                <p class="says">The browser follows the redirects until it stops with “too many redirects”. The page is never shown.</p>
              </section>
            </div>
          )}
        </div>
      )}
      {good && <p class="version">nginx {good.trace.nginx}</p>}
    </div>
  );
}

render(<App />, document.getElementById('root')!);
