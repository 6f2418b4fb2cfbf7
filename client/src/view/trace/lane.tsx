// The whole of one request: the line down to the application, what the application sees, and the answer on its way back.
import { useRef, useState } from 'preact/hooks';
import type { Station } from '../../../../server/src/trace/stations.ts';
import type { Exchanged } from '../../../../server/src/trace/trace.ts';
import { canBeOpened, reveal, tell } from './host.ts';
import type { Given } from './messages.ts';
import { Breaking, Changes, Fix, type Good, Icon, PlaceLink } from './parts.tsx';
import { StationView, Switch } from './station.tsx';

/** What the application makes of the request: a verdict, its reason, and what fixes it. */
function ApplicationView({ application, title }: { application: NonNullable<Good['application']>; title: string }) {
  const fixes = new Set<string>();
  return (
    <section class="sight" aria-label={`What ${application.title} sees of ${title}`}>
      <h2>
        <Icon name="eye" /> {application.title} sees
      </h2>
      <ul>
        {application.lines.map((l) => {
          const verdict = l.good === false ? 'Wrong' : l.good ? 'Right' : 'Note';
          const key = l.finding ? `${l.finding.uri} ${l.finding.range.start.line} ${l.finding.fix}` : '';
          const fix = l.finding && !fixes.has(key) ? l.finding : null;
          fixes.add(key);
          return (
            <li key={l.name} class={l.good === false ? 'bad' : l.good ? 'good' : ''}>
              <Icon name={l.good === false ? 'error' : l.good ? 'pass' : 'circle-small'} />
              <div>
                <p class="what">
                  <span class="spoken">{verdict}: </span>
                  <span class="name">{NAMES[l.name] ?? l.name}</span> <span class="value">{VALUES[l.name]?.[l.value] ?? l.value}</span>
                </p>
                <p class="says">{l.says}</p>
                {fix && <Fix finding={fix} />}
              </div>
            </li>
          );
        })}
      </ul>
    </section>
  );
}

/** What people of the application call it. */
const NAMES: Readonly<Record<string, string>> = {
  scheme: 'Scheme',
  host: 'Host',
  client: 'Client',
  path: 'Path',
  SCRIPT_NAME: 'Mounted at',
  secure: 'Secure request',
  'allowed host': 'Allowed host',
  CSRF: 'CSRF origin check',
  'static files': 'Static files',
  refused: 'Refused',
  port: 'Port',
  environment: 'Environment',
};
const VALUES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  secure: { true: 'yes', false: 'no' },
  'allowed host': { true: 'yes', false: 'no' },
  SCRIPT_NAME: { nothing: 'the root' },
};

/** Nobody listens: where somebody does, and how this server would. */
function WayOut({ way, onAsk }: { way: NonNullable<Good['wayOut']>; onAsk(url: string): void }) {
  const { port, urls, server, line } = way;
  return (
    <section class="banner way" aria-label="What you can do">
      <p>
        <Icon name="debug-disconnect" /> Nothing listens on port {port}.
      </p>
      <p class="says">The client is told that the connection is refused; nginx never sees the request.</p>
      <ul>
        {urls.map((url) => (
          <li key={url}>
            <button type="button" class="button" onClick={() => onAsk(url)}>
              Ask <Breaking text={url} /> instead
            </button>
          </li>
        ))}
        {line && server && (
          <li>
            <button
              type="button"
              class="button"
              onClick={() => tell({ type: 'insert', uri: line.uri, range: line.range, text: line.text })}
            >
              <Icon name="lightbulb" /> Add “{line.text.trim()}” to {server.title}
            </button>
          </li>
        )}
        {server && !line && (
          <li>
            <PlaceLink at={server} text={`Go to ${server.title}`} />, which would have to listen on {port}
            {urls.every((u) => !u.startsWith('https:')) ? ' and needs a certificate first' : ''}.
          </li>
        )}
      </ul>
    </section>
  );
}

/** The answer as the browser gets it. */
function Answer({ result, loop, onFollow }: { result: Good; loop: boolean; onFollow: (() => void) | null }) {
  const { line, answer } = result;
  const good = line.status > 0 && line.status < 400 && !loop;
  // what nobody listens for is refused whether nginx starts or not
  const refused = result.trace.refusedBy.length > 0 && !result.wayOut;
  return (
    <section class="up" aria-label={`The answer to ${line.title}`}>
      <h2 class={refused ? 'unsure' : good ? 'good' : 'bad'}>
        <Icon name={refused ? 'question' : loop ? 'sync' : good ? 'pass' : 'circle-slash'} />{' '}
        <Breaking text={result.wayOut ? 'Connection refused' : ending(line.ending)} />
      </h2>
      {refused && <p class="quiet">Only once nginx starts.</p>}
      {onFollow && (
        <button type="button" class="button" onClick={onFollow}>
          <Icon name="arrow-right" /> Follow the redirect
        </button>
      )}
      {answer.length > 0 && (
        <table class="headers-back">
          <caption>Headers of the answer</caption>
          <thead class="spoken">
            <tr>
              <th scope="col">Header</th>
              <th scope="col">Set by</th>
            </tr>
          </thead>
          <tbody>
            {answer.map((h, i) => (
              <tr key={`${h.name} ${h.value} ${i}`}>
                <td>
                  <span class="header-name">{h.name}</span> <Breaking text={h.value} />
                </td>
                <td>{h.at ? <PlaceLink at={h.at} text={h.by} /> : h.by}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {line.up.map((r) => {
        const place = r.at;
        // headers that the list above has with their place are not told twice
        const changes = r.changes.filter(
          (c) => !answer.some((h) => h.at && h.name.toLowerCase() === c.what.toLowerCase() && h.value === c.to),
        );
        if (r.changes.length && !changes.length) return null;
        return (
          <div class="return" key={r.text}>
            {place && canBeOpened(place) ? (
              <button type="button" class="plain" onClick={() => reveal(place)}>
                {r.text}
              </button>
            ) : (
              <p>{r.text}</p>
            )}
            <Changes changes={changes} />
          </div>
        );
      })}
      <Facts result={result} />
    </section>
  );
}

const ending = (text: string): string => (text === '0' ? 'No answer' : text);

function Facts({ result }: { result: Good }) {
  const { trace } = result;
  const rows: [string, string][] = [];
  if (typeof trace.compression.why === 'string') rows.push(['gzip', `${trace.compression.gzip ? 'yes' : 'no'}: ${trace.compression.why}`]);
  if (trace.cache) rows.push(['cache', trace.cache.why]);
  for (const l of trace.limits)
    rows.push([
      l.kind,
      [l.zone, l.rate, l.burst ? `burst ${l.burst}` : '', l.status ? `then ${l.status}` : ''].filter(Boolean).join(' · '),
    ]);
  if (trace.outcome.upstreamRequest) {
    if (trace.timeouts.read) rows.push(['read timeout', String(trace.timeouts.read)]);
    if (trace.buffering.buffers) rows.push(['buffers', String(trace.buffering.buffers).replace(' ', ' × ')]);
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

/** Header lines of a text, one a line; what is no header line is not there yet. */
export const headerLines = (text: string): [string, string][] =>
  text.split('\n').flatMap((line): [string, string][] => {
    const at = line.indexOf(':');
    return at > 0 ? [[line.slice(0, at).trim(), line.slice(at + 1).trim()]] : [];
  });

/** What failed instead of a status, in the words that a backend's answer takes. */
const FAILURES: Readonly<Record<string, string>> = {
  refused: 'refuses the connection',
  timeout: 'does not answer in time',
  invalid: 'answers with no HTTP',
};
const said = (status: string): string => FAILURES[status] ?? `answers ${status}`;

/** What the backend of a station answers, each server of a group by itself: set where it happens, headers included. */
function BackendAnswers({ exchange, given, onGiven }: { exchange: Exchanged; given: Given; onGiven(given: Given): void }) {
  const { request, attempts } = exchange;
  // one that is asked by its own name is given once
  const servers = request.group.length > 1 ? request.group.filter((g) => !g.down).map((g) => g.address) : [];
  const asked = attempts.map((a) => `${a.server} ${said(a.said)}`).join(', then ');
  const set = [request.upstream, ...servers].filter((name) => given.answers[name]);
  return (
    <details class="backend">
      <summary>
        {set.length ? set.map((n) => `${n} ${said(given.answers[n]?.status ?? '')}`).join(', ') : `Set what ${request.upstream} answers`}
      </summary>
      {asked && <p class="quiet">{asked}.</p>}
      <BackendAnswer name={request.upstream} status={attempts.at(-1)?.said ?? '200'} given={given} onGiven={onGiven} />
      {servers.map((name) => (
        <BackendAnswer
          key={name}
          name={name}
          status={attempts.find((a) => a.server === name)?.said ?? ''}
          given={given}
          onGiven={onGiven}
        />
      ))}
    </details>
  );
}

const ANSWERS = ['200', '302', '404', '500', '502', '503', '101', ...Object.keys(FAILURES)];

/** The answer of one backend. `status` is what was taken for it; empty where it was not asked. */
function BackendAnswer({ name, status, given, onGiven }: { name: string; status: string; given: Given; onGiven(given: Given): void }) {
  const own = given.answers[name];
  const give = (answer: Given['answers'][string] | null): void => {
    const answers = { ...given.answers };
    if (answer) answers[name] = answer;
    else delete answers[name];
    onGiven({ ...given, answers });
  };
  const list = `answers of ${name}`;
  return (
    <fieldset>
      <legend>{name}</legend>
      <label>
        Status, timeout, refused or invalid
        <input
          list={list}
          placeholder={status ? '' : 'not asked'}
          value={own?.status ?? status}
          onChange={(e) => {
            const text = e.currentTarget.value.trim();
            give(text ? { status: text, headers: own?.headers ?? [] } : null);
          }}
        />
        <datalist id={list}>
          {ANSWERS.map((a) => (
            <option key={a} value={a} />
          ))}
        </datalist>
      </label>
      <label>
        Headers, one a line
        <textarea
          // what is taken back is not left standing
          key={own ? 'own' : 'assumed'}
          rows={2}
          spellcheck={false}
          placeholder="Content-Type: application/json"
          defaultValue={own?.headers.map(([n, v]) => `${n}: ${v}`).join('\n') ?? ''}
          onChange={(e) => give({ status: own?.status ?? (status || '200'), headers: headerLines(e.currentTarget.value) })}
        />
      </label>
      {own && (
        <button type="button" class="button" onClick={() => give(null)}>
          Back to the assumption
        </button>
      )}
    </fieldset>
  );
}

/** Which request to a backend each station is: those for the answer, and the questions that auth_request asks, in their order. */
function exchangesOf({ line, trace }: Good): Map<string, Exchanged> {
  const out = new Map<string, Exchanged>();
  const waiting = {
    answer: trace.exchanges.filter((e) => e.for === 'answer'),
    auth: trace.exchanges.filter((e) => e.for === 'auth_request'),
  };
  for (const s of line.down) {
    const from = s.kind === 'upstream' ? waiting.answer : s.title === 'auth_request' ? waiting.auth : [];
    const exchange = from.shift();
    if (exchange) out.set(s.id, exchange);
  }
  // what the last one answers is set on the application itself
  const end = line.down.at(-1);
  const last = line.down.findLast((s) => s.kind === 'upstream' && out.has(s.id));
  if (end?.kind === 'application' && last) {
    out.set(end.id, out.get(last.id)!);
    out.delete(last.id);
  }
  return out;
}

/** What was taken for granted and stands on no station, and what of the configuration was not read. */
function Assumed({ result, onAssume }: { result: Good; onAssume(id: string, value: string | null): void }) {
  const shown = new Set(result.line.down.flatMap((s) => (s.assumption ? [s.assumption.id] : [])));
  const rest = result.trace.assumptions.filter((a) => !shown.has(a.id));
  if (!rest.length && !result.unseen.length) return null;
  return (
    <section class="assumed" aria-label={`Not decided by the files, for ${result.line.title}`}>
      {result.unseen.length > 0 && (
        <>
          <h2>
            <Icon name="eye-closed" /> Not seen on this path
          </h2>
          <ul>
            {result.unseen.map((why) => (
              <li key={why}>
                <Breaking text={why.charAt(0).toUpperCase() + why.slice(1)} />. It may change what follows.
              </li>
            ))}
          </ul>
        </>
      )}
      {rest.length > 0 && (
        <>
          <h2>
            <Icon name="question" /> Also assumed
          </h2>
          <ul>
            {rest.map((a) => (
              <li key={a.id}>
                <span>
                  {a.what}, for {a.why}
                </span>
                <Switch assumption={a} named={false} onAssume={onAssume} />
              </li>
            ))}
          </ul>
        </>
      )}
    </section>
  );
}

export interface LaneProps {
  result: Good;
  title: string;
  given: Given;
  loop: boolean;
  /** asks where a redirect leads; null where that is followed by itself or leads nowhere */
  onFollow: (() => void) | null;
  onGiven(given: Given): void;
  onAsk(url: string): void;
}

/** The path of one request, from the client to the answer. */
export function Lane({ result, title, given, loop, onFollow, onGiven, onAsk }: LaneProps) {
  const { line } = result;
  const [selected, setSelected] = useState<string | null>(null);
  const heads = useRef(new Map<string, HTMLElement>());
  const onAssume = (id: string, value: string | null): void => {
    const { [id]: _before, ...others } = given.assume;
    onGiven({ ...given, assume: value === null ? others : { ...others, [id]: value } });
  };
  const select = (s: Station, focus: boolean): void => {
    setSelected(selected === s.id && !focus ? null : s.id);
    if (s.at) reveal(s.at, focus);
  };
  const move = (event: KeyboardEvent): void => {
    if (!(event.target instanceof HTMLElement) || !event.target.classList.contains('head')) return;
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    if (!step) return;
    event.preventDefault();
    const at = line.down.findIndex((s) => s.id === selected);
    const next = line.down[Math.max(0, Math.min(line.down.length - 1, at + step))];
    if (!next) return;
    setSelected(next.id);
    heads.current.get(next.id)?.focus();
    if (next.at) reveal(next.at);
  };
  const first = line.down.some((s) => s.id === selected) ? selected : line.down[0]?.id;
  const backends = exchangesOf(result);
  const more = (id: string) => {
    const exchange = backends.get(id);
    return exchange ? <BackendAnswers exchange={exchange} given={given} onGiven={onGiven} /> : undefined;
  };
  return (
    <section class="lane" aria-label={title}>
      {result.wayOut && <WayOut way={result.wayOut} onAsk={onAsk} />}
      <div class="columns">
        <div class="down">
          <ol aria-label="The request, from client to application" onKeyDown={move}>
            {line.down.map((s) => (
              <StationView
                key={s.id}
                station={s}
                findings={result.findings[s.id] ?? []}
                selected={selected === s.id}
                first={s.id === first}
                onSelect={(focus) => select(s, focus)}
                onAssume={onAssume}
                refTo={(e) => {
                  if (e) heads.current.set(s.id, e);
                  else heads.current.delete(s.id);
                }}
                more={more(s.id)}
              />
            ))}
          </ol>
        </div>
        <Answer result={result} loop={loop} onFollow={onFollow} />
        {result.application && <ApplicationView application={result.application} title={line.title} />}
      </div>
      <Assumed result={result} onAssume={onAssume} />
    </section>
  );
}
