// Small pieces that all of the drawing is made of: icons, places, findings with their fix, changes of a value, text that may break.
import type { StationFinding, TraceResult, WirePlace } from '../../../../server/src/lsp/protocol.ts';
import type { Station } from '../../../../server/src/trace/stations.ts';
import { canBeOpened, reveal, tell } from './host.ts';

export type Good = Extract<TraceResult, { ok: true }>;

export const SEVERITY_ICON = { error: 'error', warning: 'warning', info: 'info', hint: 'lightbulb' } as const;
export const SEVERITIES = ['error', 'warning', 'info', 'hint'] as const;

/** An icon of VS Code; decorative, so hidden from screen readers. */
export function Icon({ name }: { name: string }) {
  return <i class={`codicon codicon-${name}`} aria-hidden="true" />;
}

/** `2 errors, 1 hint` */
export function counted(findings: readonly StationFinding[]): string {
  return SEVERITIES.flatMap((s) => {
    const n = findings.filter((f) => f.severity === s).length;
    const word = s === 'info' ? 'note' : s;
    return n ? [`${n} ${word}${n === 1 ? '' : 's'}`] : [];
  }).join(', ');
}

/** `file:line` of a place, with the line counted from 1; empty for none. */
export const placeText = (at: (WirePlace & { path?: string }) | null): string =>
  at ? `${decodeURIComponent((at.path ?? at.uri).split('/').at(-1) ?? '')}:${at.range.start.line + 1}` : '';

/** Text that breaks behind separators, never inside a word that fits. */
export function Breaking({ text }: { text: string }) {
  return (
    <>
      {text.split(/(?<=[/?&=,:_.-])(?=\w)/).map((part, i) => (
        // the parts of one text: their order never changes
        <span key={i}>
          {i > 0 && <wbr />}
          {part}
        </span>
      ))}
    </>
  );
}

/** The button that fixes a finding, named by what it does. */
export function Fix({ finding }: { finding: StationFinding }) {
  if (finding.fix === null) return null;
  return (
    <button type="button" class="button" onClick={() => tell({ type: 'fix', uri: finding.uri, range: finding.range, rule: finding.rule })}>
      <Icon name="lightbulb" /> {finding.fix}
    </button>
  );
}

/** The findings of a station, nothing where there are none. */
export function Findings({ findings }: { findings: readonly StationFinding[] }) {
  if (!findings.length) return null;
  return (
    <ul class="findings">
      {findings.map((f) => (
        <li key={`${f.rule}${f.range.start.line} ${f.message}`} class={f.severity}>
          <Icon name={SEVERITY_ICON[f.severity]} />
          <span>
            <span class="spoken">{f.severity}: </span>
            {f.message} <Fix finding={f} />
          </span>
        </li>
      ))}
    </ul>
  );
}

/** What a station changes about the request or the answer. */
export function Changes({ changes }: { changes: Station['changes'] }) {
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

/** A place as a link to its line. */
export function PlaceLink({ at, text = placeText(at) }: { at: WirePlace; text?: string }) {
  if (!canBeOpened(at)) return <span>{text}</span>;
  return (
    <button type="button" class="link" onClick={() => reveal(at)}>
      {text}
    </button>
  );
}
