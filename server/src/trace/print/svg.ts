/** The line as a picture that stands alone: no script, no font of its own, readable on light and dark pages. */
import { xml } from '../../base/escape.ts';
import { lineOf, type StationKind } from '../stations.ts';
import type { Trace } from '../trace.ts';

const clip = (s: string, n: number): string => (s.length > n ? `${[...s].slice(0, n - 1).join('')}…` : s);

const STEP = 46;
const LOSER = 20;
const LEFT = 34;

const END: Partial<Record<StationKind, string>> = {
  refused: 'bad',
  closed: 'bad',
  redirect: 'turn',
  application: 'good',
  static: 'good',
  answer: 'good',
};

/** An SVG document of one trace. */
export function traceSvg(trace: Trace): string {
  const line = lineOf(trace);
  const body: string[] = [];
  let y = 70;
  if (line.warning) {
    body.push(`<text class="refused" x="26" y="${y - 8}">${xml(clip(line.warning.text, 100))}</text>`);
    for (const r of line.warning.refusedBy.slice(0, 3)) {
      y += LOSER;
      body.push(
        `<text class="quiet" x="26" y="${y - 8}">${xml(clip(`${r.path.split('/').at(-1)}:${r.range.start.line + 1} ${r.message}`, 110))}</text>`,
      );
    }
    y += STEP;
  }
  const rail: number[] = [];
  for (const s of line.down) {
    rail.push(y);
    const open = s.assumption !== null && !s.assumption.chosen;
    const kind = END[s.kind] ?? (open ? 'open' : 'stop');
    const shape = s.end
      ? `<rect class="${kind}" x="${LEFT - 7}" y="${y - 7}" width="14" height="14" rx="2"/>`
      : `<circle class="${kind}" cx="${LEFT}" cy="${y}" r="6"/>`;
    const place = s.at ? `${s.at.path.split('/').at(-1)}:${s.at.range.start.line + 1}` : '';
    body.push(
      `<g><title>${xml(`${s.title}, ${s.fact}${place ? `, ${place}` : ''}`)}</title>${shape}<text class="name" x="${LEFT + 18}" y="${y + 4}">${xml(s.title)}</text><text x="${LEFT + 130}" y="${y + 4}">${xml(clip(s.fact, 72))}</text><text class="place" x="846" y="${y + 4}" text-anchor="end">${xml(place)}</text></g>`,
    );
    const losers = s.losers.slice(0, 3);
    for (const loser of losers) {
      y += LOSER;
      body.push(
        `<path class="side" d="M${LEFT} ${y - 4} h14"/><circle class="loser" cx="${LEFT + 18}" cy="${y - 4}" r="3"/><text class="quiet" x="${LEFT + 28}" y="${y}">${xml(clip(loser.why, 90))}</text>`,
      );
    }
    if (s.losers.length > losers.length) {
      y += LOSER;
      body.push(`<text class="quiet" x="${LEFT + 28}" y="${y}">${s.losers.length - losers.length} more</text>`);
    }
    y += STEP;
  }
  const bottom = rail.at(-1)!;
  body.unshift(`<path class="rail" d="M${LEFT} ${rail[0]} V${bottom}"/>`);
  body.push(`<text class="name" x="${LEFT - 8}" y="${y}">answer ${xml(line.ending)}</text>`);
  for (const r of line.up)
    for (const words of [
      r.text,
      ...r.changes.map((c) =>
        c.from === null ? `+ ${c.what}: ${c.to}` : c.to === null ? `− ${c.what}: ${c.from}` : `${c.what}: ${c.from} → ${c.to}`,
      ),
    ]) {
      y += LOSER;
      body.push(`<text class="quiet" x="${LEFT - 8}" y="${y}">${xml(clip(words, 110))}</text>`);
    }
  const height = y + 30;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="860" height="${height}" viewBox="0 0 860 ${height}" role="img" aria-label="${xml(line.title)}">
<style>text{font:13px ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;fill:#24292f}.name{font-weight:600}.place,.quiet{fill:#6e7781}.quiet{font-size:12px}.rail{stroke:#8c959f;stroke-width:2;fill:none}.side{stroke:#8c959f;fill:none;stroke-dasharray:2 2}.loser{fill:none;stroke:#8c959f}.stop{fill:#0969da}.open{fill:#fff;stroke:#bf8700;stroke-width:2;stroke-dasharray:3 2}.good{fill:#1a7f37}.bad,.refused{fill:#cf222e}.refused{font-weight:600}.turn{fill:#8250df}.head{font-size:15px;font-weight:600}@media(prefers-color-scheme:dark){text{fill:#e6edf3}.place,.quiet{fill:#8d96a0}.stop{fill:#4493f8}.open{fill:#0d1117}.good{fill:#3fb950}.bad,.refused{fill:#f85149}.turn{fill:#ab7df8}}</style>
<text class="head" x="26" y="32">${xml(clip(line.title, 90))}</text>
${body.join('\n')}
</svg>
`;
}
