// The whole of one request: the line down to the application, what the application sees, and the answer on its way back.
import { useRef, useState } from 'preact/hooks';
import type { Station } from '../../../../server/src/trace/stations.ts';
import { reveal } from './host.ts';
import type { Given } from './messages.ts';
import { Breaking, Changes, Fix, type Good, Icon, PlaceLink } from './parts.tsx';
import { StationView, Switch } from './station.tsx';

/** What the application makes of the request: a verdict, its reason, and what mends it. */
function Sight({ application }: { application: NonNullable<Good['application']> }) {
  const fixes = new Set<string>();
  return (
    <section class="sight" aria-label={`What ${application.title} sees`}>
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

/** The answer as the browser gets it. */
function Answer({ result, loop }: { result: Good; loop: boolean }) {
  const { line, answer } = result;
  const good = line.status > 0 && line.status < 400 && !loop;
  const refused = result.trace.refusedBy.length > 0;
  return (
    <section class="up" aria-label="The answer">
      <h2 class={refused ? 'unsure' : good ? 'good' : 'bad'}>
        <Icon name={refused ? 'question' : loop ? 'sync' : good ? 'pass' : 'circle-slash'} /> <Breaking text={ending(line.ending)} />
      </h2>
      {refused && <p class="quiet">Only once nginx starts.</p>}
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
            {place ? (
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

/** Header lines of a text, one a line; what is no header line is not there yet. */
export const headerLines = (text: string): [string, string][] =>
  text.split('\n').flatMap((line): [string, string][] => {
    const at = line.indexOf(':');
    return at > 0 ? [[line.slice(0, at).trim(), line.slice(at + 1).trim()]] : [];
  });

/** What the backend sends with its answer, where it is asked. */
function BackendAnswer({ result, given, onGiven }: { result: Good; given: Given; onGiven(given: Given): void }) {
  const request = result.trace.outcome.upstreamRequest;
  if (!request) return null;
  const own = given.answers[request.upstream];
  const status = result.trace.assumptions.find((a) => a.id.startsWith('upstream-status'))?.assumed ?? own?.status ?? '200';
  return (
    <details class="backend">
      <summary>{own ? `Answer of ${request.upstream}: ${own.status}` : `Set the whole answer of ${request.upstream}`}</summary>
      <label>
        Status, timeout, refused or invalid
        <input
          value={own?.status ?? status}
          onChange={(e) => {
            const text = e.currentTarget.value.trim();
            const answers = { ...given.answers };
            if (text) answers[request.upstream] = { status: text, headers: own?.headers ?? [] };
            else delete answers[request.upstream];
            onGiven({ ...given, answers });
          }}
        />
      </label>
      <label>
        Headers, one a line
        <textarea
          rows={2}
          spellcheck={false}
          placeholder="Content-Type: application/json"
          defaultValue={own?.headers.map(([n, v]) => `${n}: ${v}`).join('\n') ?? ''}
          onChange={(e) =>
            onGiven({
              ...given,
              answers: {
                ...given.answers,
                [request.upstream]: { status: own?.status ?? status, headers: headerLines(e.currentTarget.value) },
              },
            })
          }
        />
      </label>
      {own && (
        <button
          type="button"
          class="button"
          onClick={() => {
            const answers = { ...given.answers };
            delete answers[request.upstream];
            onGiven({ ...given, answers });
          }}
        >
          Back to the assumption
        </button>
      )}
    </details>
  );
}

/** What was taken for granted and stands on no station, and what of the configuration was not read. */
function Assumed({ result, onAssume }: { result: Good; onAssume(id: string, value: string): void }) {
  const shown = new Set(result.line.down.flatMap((s) => (s.assumption ? [s.assumption.id] : [])));
  const rest = result.trace.assumptions.filter((a) => !shown.has(a.id));
  if (!rest.length && !result.unseen.length) return null;
  return (
    <section class="assumed" aria-label="Not decided by the files">
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
                <Switch assumption={a} onAssume={onAssume} />
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
  onGiven(given: Given): void;
}

export function Lane({ result, title, given, loop, onGiven }: LaneProps) {
  const { line } = result;
  const [selected, setSelected] = useState<string | null>(null);
  const heads = useRef(new Map<string, HTMLElement>());
  const onAssume = (id: string, value: string): void => onGiven({ ...given, assume: { ...given.assume, [id]: value } });
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
  return (
    <section class="lane" aria-label={title}>
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
                more={s.end && s.kind === 'application' ? <BackendAnswer result={result} given={given} onGiven={onGiven} /> : undefined}
              />
            ))}
          </ol>
          {result.application && <Sight application={result.application} />}
        </div>
        <Answer result={result} loop={loop} />
      </div>
      <Assumed result={result} onAssume={onAssume} />
    </section>
  );
}
