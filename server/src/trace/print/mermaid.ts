/** The line as a Mermaid flowchart, for pages that draw it. */
import { mermaid } from '../../base/escape.ts';
import { lineOf } from '../stations.ts';
import type { Trace } from '../trace.ts';

const label = (s: string): string => mermaid([...s].slice(0, 120).join(''));

/** A `flowchart TD` of one trace, ending in a line feed. */
export function traceMermaid(trace: Trace): string {
  const { down, ending, warning } = lineOf(trace);
  const out = ['flowchart TD'];
  if (warning)
    out.push(`  refused["<b>${label(warning.text)}</b><br/>${label(warning.refusedBy[0]!.message)}"]:::refused`, '  refused ~~~ s0');
  down.forEach((s, i) => {
    const text = `"<b>${label(s.title)}</b><br/>${label(s.fact)}"`;
    const shape = s.end ? `[${text}]` : s.assumption && !s.assumption.chosen ? `{{${text}}}` : `(${text})`;
    out.push(`  s${i}${shape}`);
    if (i > 0) out.push(`  s${i - 1} --> s${i}`);
    s.losers.slice(0, 3).forEach((loser, k) => {
      out.push(`  s${i} -.- l${i}_${k}["${label(loser.why)}"]:::loser`);
    });
  });
  out.push(`  s${down.length - 1} -->|"${label(ending)}"| s0`, '  classDef loser stroke-dasharray: 3 3,opacity: 0.7');
  if (warning) out.push('  classDef refused stroke:#cf222e,stroke-width:2px');
  return out.join('\n') + '\n';
}
