// One station of the line: what it is, the one fact that matters, where that stands; its losers, its switch, and what else is to be said.
import { useState } from 'preact/hooks';
import type { StationFinding } from '../../../../server/src/lsp/protocol.ts';
import type { Station, StationKind } from '../../../../server/src/trace/stations.ts';
import type { Assumption, Rejected } from '../../../../server/src/trace/trace.ts';
import { reveal, tell } from './host.ts';
import { Breaking, Changes, counted, Findings, Icon, placeText, SEVERITIES, SEVERITY_ICON } from './parts.tsx';
import { whyNot } from './why-not.ts';

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
const SHOWN_LOSERS = 3;
/** Stations at which another request takes another way. */
const REACHABLE: ReadonlySet<StationKind> = new Set(['server', 'location']);

/** A value that the text does not decide, as a switch: one of the choices, or what else is taken. */
export function Switch({
  assumption: a,
  named = true,
  onAssume,
}: {
  assumption: Assumption;
  /** whether it says what it is about */
  named?: boolean;
  onAssume(id: string, value: string | null): void;
}) {
  const [typing, setTyping] = useState(false);
  const choices = [...new Set([a.assumed, ...a.choices])];
  const free = typing || (!a.choices.length && true);
  return (
    <span class="switch">
      {named && <span class="quiet">{a.what.charAt(0).toUpperCase() + a.what.slice(1)}</span>}
      <span class="word">{a.chosen ? 'chosen' : 'assumed'}</span>
      {free ? (
        <input
          aria-label={`${a.what}: ${a.why}`}
          value={a.assumed}
          onChange={(e) => {
            onAssume(a.id, e.currentTarget.value);
            setTyping(false);
          }}
        />
      ) : (
        <select
          aria-label={`${a.what}: ${a.why}`}
          value={a.assumed}
          onChange={(e) => {
            if (e.currentTarget.value === '\0') setTyping(true);
            else onAssume(a.id, e.currentTarget.value);
          }}
        >
          {choices.map((c) => (
            <option key={c} value={c}>
              {c || 'empty'}
            </option>
          ))}
          {a.also && <option value={'\0'}>{a.also === 'status' ? 'another status…' : 'something else…'}</option>}
        </select>
      )}
      {a.chosen && (
        <button
          type="button"
          title="Back to the assumption"
          aria-label={`Back to the assumption: ${a.what}`}
          onClick={() => onAssume(a.id, null)}
        >
          <Icon name="discard" />
        </button>
      )}
    </span>
  );
}

/** One that was not taken: its reason in short, and once it is chosen its line, the whole reason, and a request that takes it. */
function LoserView({ loser, station }: { loser: Rejected; station: Station }) {
  const [open, setOpen] = useState(false);
  const says = whyNot(loser.why, station.fact);
  return (
    <li>
      <button
        type="button"
        aria-expanded={open}
        onClick={() => {
          setOpen(!open);
          reveal(loser.at);
        }}
      >
        {loser.why} <span class="place">{placeText(loser.at)}</span>
      </button>
      {open && (
        <div class="whynot">
          {says && <p>{says}</p>}
          {REACHABLE.has(station.kind) && !/^@/.test(loser.why) && (
            <button type="button" class="button" onClick={() => tell({ type: 'reach', uri: loser.at.uri, range: loser.at.range })}>
              Ask for a request that reaches it
            </button>
          )}
        </div>
      )}
    </li>
  );
}

export interface StationProps {
  station: Station;
  findings: readonly StationFinding[];
  selected: boolean;
  /** reached by Tab; the others by the arrow keys */
  first: boolean;
  onSelect(focus: boolean): void;
  onAssume(id: string, value: string | null): void;
  refTo?: (element: HTMLElement | null) => void;
  /** what stands below the switch: the headers of a backend's answer */
  more?: preact.ComponentChildren;
}

/** One station of the path, with its facts, findings and assumption. */
export function StationView({ station: s, findings, selected, first, onSelect, onAssume, refTo, more }: StationProps) {
  const open = s.assumption !== null && !s.assumption.chosen;
  const worst = SEVERITIES.find((v) => findings.some((f) => f.severity === v));
  const [all, setAll] = useState(false);
  return (
    <li class={`station ${s.kind} ${s.end ? 'end' : ''} ${open ? 'open' : ''} ${selected ? 'selected' : ''}`}>
      <button
        type="button"
        class="head"
        ref={refTo}
        aria-expanded={selected}
        onClick={() => onSelect(false)}
        onDblClick={() => onSelect(true)}
        tabIndex={first ? 0 : -1}
      >
        <span class="stop">
          <Icon name={ICON[s.kind]} />
        </span>
        <span class="title">{s.title}</span>{' '}
        <span class="fact">
          <Breaking text={s.fact} />
        </span>{' '}
        {s.at && <span class="place">{placeText(s.at)}</span>}
        {worst && (
          <span class={`badge ${worst}`} title={findings.map((f) => f.message).join('\n')}>
            <Icon name={SEVERITY_ICON[worst]} /> <span aria-hidden="true">{findings.length}</span>
            <span class="spoken"> {counted(findings)}</span>
          </span>
        )}
        {open && <span class="spoken"> assumed</span>}
      </button>
      {(s.assumption || more) && (
        <div class="below">
          {s.assumption && <Switch assumption={s.assumption} onAssume={onAssume} />}
          {more}
        </div>
      )}
      {s.losers.length > 0 && (
        <ul class="losers" aria-label={`Not taken at ${s.title}`}>
          {(all ? s.losers : s.losers.slice(0, SHOWN_LOSERS)).map((l) => (
            <LoserView key={`${l.why} ${l.at.range.start.line}`} loser={l} station={s} />
          ))}
          {s.losers.length > SHOWN_LOSERS && (
            <li>
              <button type="button" onClick={() => setAll(!all)}>
                {all ? 'Fewer' : `${s.losers.length - SHOWN_LOSERS} more`}
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
