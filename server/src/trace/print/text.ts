/** The line as text for a terminal: stations down, losers as thin branches, the answer below. */
import { visible, visibleData } from '../../base/escape.ts';
import { isBeyond, knownUpTo } from '../../catalog/changes.ts';
import { parseVersion } from '../../catalog/version.ts';
import { lineOf, type StationKind } from '../stations.ts';
import type { Assumption, Trace } from '../trace.ts';

/** Wraps words in colour; plain text when nothing is given. */
export interface Paint {
  dim(s: string): string;
  strong(s: string): string;
  good(s: string): string;
  bad(s: string): string;
  warn(s: string): string;
  accent(s: string): string;
}

const same = (s: string): string => s;
export const PLAIN: Paint = { dim: same, strong: same, good: same, bad: same, warn: same, accent: same };

const MARK: Readonly<Record<StationKind, string>> = {
  client: '●',
  listen: '◆',
  tls: '◆',
  server: '◆',
  rewrite: '◆',
  location: '◆',
  limit: '◆',
  access: '◆',
  auth: '◆',
  cache: '◆',
  files: '◆',
  content: '◆',
  upstream: '◆',
  application: '■',
  redirect: '↪',
  refused: '✕',
  closed: '✕',
  static: '■',
  answer: '■',
  'error-page': '◆',
};

/** More errors than this are counted, not listed. */
const SHOWN_REFUSALS = 5;
/** More values than this are left out. */
const SHOWN_CHOICES = 6;
/** More losers than this are counted, not listed. */
const SHOWN_LOSERS = 3;

/** What is taken for granted at a station. */
const assumedIn = (a: Assumption): string =>
  /^(?:include:|lines:|main-file$)/.test(a.id) ? `${a.what}: ${a.assumed}` : a.assumed || 'empty';

/** The drawing of one trace, ending in a line feed. `place` says how a file is named. */
export function traceText(given: Trace, paint: Paint = PLAIN, placed: (path: string) => string = same): string {
  // nothing below this line has a character that a terminal would obey
  const trace = visibleData(given);
  const line = visibleData(lineOf(given));
  const place = (path: string): string => visible(placed(path));
  const target = parseVersion(trace.nginx);
  const beyond = target && isBeyond(target) ? paint.warn(`  newer than what is known: ${knownUpTo()}`) : '';
  const out = [`${paint.strong(line.title)}  ${paint.dim(`nginx ${trace.nginx}`)}${beyond}`, ''];
  for (const { as } of trace.readAs) out.splice(1, 0, paint.dim(`read as ${as}`));
  if (line.warning) {
    out.push(paint.bad(paint.strong(line.warning.text)));
    for (const r of line.warning.refusedBy.slice(0, SHOWN_REFUSALS))
      out.push(paint.bad(`  ${place(r.path)}:${r.range.start.line + 1}: ${r.message}`));
    if (line.warning.refusedBy.length > SHOWN_REFUSALS) out.push(paint.bad(`  and ${line.warning.refusedBy.length - SHOWN_REFUSALS} more`));
    out.push('');
  }
  const wide = Math.max(...line.down.map((s) => s.title.length));
  line.down.forEach((s, i) => {
    const open = s.assumption !== null && !s.assumption.chosen;
    const mark = open ? '◇' : MARK[s.kind];
    const painted = s.kind === 'refused' || s.kind === 'closed' ? paint.bad(mark) : s.end ? paint.good(mark) : paint.accent(mark);
    const at = s.at ? paint.dim(`  ${place(s.at.path)}:${s.at.range.start.line + 1}`) : '';
    out.push(
      `${painted} ${paint.strong(s.title.padEnd(wide))}  ${s.fact}${open ? paint.warn(`  [${assumedIn(s.assumption!)}, assumed]`) : ''}${at}`,
    );
    const rail = i < line.down.length - 1 ? '│' : ' ';
    for (const loser of s.losers.slice(0, SHOWN_LOSERS)) out.push(paint.dim(`├┄ ○ ${loser.why}`));
    if (s.losers.length > SHOWN_LOSERS) out.push(paint.dim(`├┄ ○ ${s.losers.length - SHOWN_LOSERS} more`));
    if (s.kind === 'application' || s.asks) for (const d of s.details) out.push(paint.dim(`    ${d}`));
    if (i < line.down.length - 1) out.push(paint.dim(rail));
  });
  out.push('', `${paint.strong('answer')}  ${line.status >= 400 ? paint.bad(line.ending) : paint.good(line.ending)}`);
  for (const r of line.up) {
    out.push(`  ${r.text}`);
    for (const c of r.changes)
      out.push(
        c.from === null
          ? paint.good(`    + ${c.what}: ${c.to}`)
          : c.to === null
            ? paint.bad(`    - ${c.what}: ${c.from}`)
            : `    ~ ${c.what}: ${c.from} → ${c.to}`,
      );
  }
  const open = trace.assumptions.filter((a) => !a.chosen);
  if (open.length) {
    out.push('', `${paint.strong('assumed')}  ${paint.dim('change it with --assume ID=VALUE')}`);
    for (const a of open) {
      const others = a.choices.filter((c) => c !== a.assumed).map((c) => c || '(empty)');
      const more = others.length ? ` (or ${others.slice(0, SHOWN_CHOICES).join(', ')}${others.length > SHOWN_CHOICES ? ', …' : ''})` : '';
      out.push(`  ${a.id} = ${a.assumed || '(empty)'}${more}  ${paint.dim(a.why)}`);
    }
  }
  if (trace.stock.length) out.push('', `${paint.strong("nginx's own files")}  ${trace.stock.join(', ')}`);
  if (trace.notSimulated.length)
    out.push('', `${paint.strong('not simulated')}  ${[...new Set(trace.notSimulated.map((n) => n.directive))].join(', ')}`);
  return out.join('\n') + '\n';
}
