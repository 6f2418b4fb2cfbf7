/** Inlay hints: what the text leaves unsaid. Each kind can be turned off; none repeats what is written. */
import type { Span } from '../base/span.ts';
import { argumentOf } from '../catalog/arguments.ts';
import { findParameter } from '../catalog/parameters.ts';
import { parseOffset, parseSize, parseTime } from '../catalog/value-kind.ts';
import type { Config } from '../config/config.ts';
import type { Directive } from '../config/directive.ts';
import { readLocation } from '../config/locations.ts';
import { unseenOf } from '../config/open.ts';
import { listenAddresses } from '../config/servers.ts';
import type { SourceFile } from '../syntax/statement.ts';
import { directivesOf } from './directives-of.ts';
import { headOf, scopeTitle, whereOf } from './place-words.ts';
import { example, proxied } from './proxied.ts';
import { secondsText, sizeWords } from './units.ts';

/** The settings of section `proxylens.inlayHints`. */
export type InlayKind = 'inheritedHeaders' | 'proxiedPath' | 'includes' | 'defaultPort' | 'units';
export const INLAY_KINDS: readonly InlayKind[] = ['inheritedHeaders', 'proxiedPath', 'includes', 'defaultPort', 'units'];

export interface InlayHint {
  readonly offset: number;
  readonly label: string;
  readonly tooltip: string | null;
  readonly kind: InlayKind;
}

type Maker = (d: Directive) => readonly Omit<InlayHint, 'kind'>[];

const behind = (d: Directive, label: string, tooltip: string | null = null): readonly Omit<InlayHint, 'kind'>[] => [
  { offset: d.statement.end, label, tooltip },
];
const NOTHING: readonly Omit<InlayHint, 'kind'>[] = [];

/** Directives whose outer lines vanish where a level has its own. */
const HEADERS = new Set(['add_header', 'proxy_set_header', 'grpc_set_header', 'uwsgi_param', 'fastcgi_param', 'add_trailer']);

/** Behind the last own line of a level: the outer lines that it hides, as nobody sees them. */
function hiddenHeaders(d: Directive): readonly Omit<InlayHint, 'kind'>[] {
  if (!HEADERS.has(d.name) || d.scope.named(d.name).at(-1) !== d) return NOTHING;
  const { shadowed } = d.scope.effective(d.name);
  // the level may repeat them where nobody sees it
  if (!shadowed.length || unseenOf(d.scope, d.name).length) return NOTHING;
  const own = new Set(d.scope.named(d.name).map((o) => o.value(0).toLowerCase()));
  const level = shadowed[0]!.scope;
  const lost = shadowed.filter((s) => s.scope === level && !own.has(s.value(0).toLowerCase()));
  if (!lost.length) return NOTHING;
  const names = lost.map((l) => l.value(0));
  const shown = names.length > 3 ? `${names.slice(0, 3).join(', ')} and ${names.length - 3} more` : names.join(', ');
  return behind(d, `without ${shown} of ${scopeTitle(level)}`, lost.map((l) => `- \`${headOf(l)}\` (${whereOf(l)})`).join('\n'));
}

function sentPath(d: Directive): readonly Omit<InlayHint, 'kind'>[] {
  if (d.name !== 'proxy_pass') return NOTHING;
  const p = proxied(d);
  const exact = (d.scope.opener && readLocation(d.scope.opener))?.modifier === '=';
  const shown = p && example(p, exact ? 'exact' : 'prefix');
  if (!shown || (shown.from === shown.to && p.from === p.to)) return NOTHING;
  const dots = (text: string): string => text.replace(/path$/, '…');
  return behind(
    d,
    `${dots(shown.from)} → ${dots(shown.to)}`,
    'The part of the path that the location names is replaced by the path in proxy_pass.',
  );
}

function includedFiles(d: Directive): readonly Omit<InlayHint, 'kind'>[] {
  if (d.name !== 'include') return NOTHING;
  const include = d.scope.config.tree.includes.get(d.statement);
  if (!include?.mask) return NOTHING;
  const n = include.files.length;
  return behind(
    d,
    n === 0 ? (include.unseen === null ? 'no files' : 'no files seen') : n === 1 ? '1 file' : `${n.toLocaleString('en-US')} files`,
  );
}

function impliedPort(d: Directive): readonly Omit<InlayHint, 'kind'>[] {
  const [word] = d.args;
  if (!word || word.templated || word.value.includes('$')) return NOTHING;
  const end = word.end - (word.quote ? 1 : 0);
  if (d.name === 'listen' && d.scope.context === 'server') {
    const [first] = listenAddresses(word.value) ?? [];
    // an address without a port; a bare port has none to imply
    if (!first || first.kind === 'unix' || /^\d+(-\d+)?$/.test(word.value) || /:\d+(-\d+)?$/.test(word.value)) return NOTHING;
    return [{ offset: end, label: ':80', tooltip: 'The port where none is written.' }];
  }
  if (d.name === 'server' && d.scope.context === 'upstream') {
    if (/^unix:/.test(word.value) || /:\d+$/.test(word.value) || d.values.some((v) => v.startsWith('service='))) return NOTHING;
    return [{ offset: end, label: ':80', tooltip: 'The port where none is written.' }];
  }
  return NOTHING;
}

function unitsOf(d: Directive): readonly Omit<InlayHint, 'kind'>[] {
  const { fact } = d;
  if (!fact) return NOTHING;
  const out: Omit<InlayHint, 'kind'>[] = [];
  const table = fact.parameters;
  d.args.forEach((word, i) => {
    if (!/\d/.test(word.value) || word.value.includes('$') || word.templated) return;
    const parameter = table && i >= table.from ? findParameter(table.list, word.value) : null;
    const kind = parameter ? parameter.parameter.value : argumentOf(fact, i, d.args.length)?.kind;
    const text = parameter ? (parameter.value ?? '') : word.value;
    const label = unitLabel(kind, text);
    if (label) out.push({ offset: word.end, label, tooltip: null });
  });
  return out;
}

/** Seconds behind times in minutes and more; a unit behind bare numbers of bytes. What one reads at a glance gets nothing. */
function unitLabel(kind: string | undefined, text: string): string | null {
  if (kind === 'msec' || kind === 'sec') {
    if (!/[mhdwMy]/.test(text.replaceAll('ms', ''))) return null;
    const read = parseTime(text, kind);
    if (!read.ok) return null;
    const ms = kind === 'sec' ? read.value * 1000 : read.value;
    return ms >= 60_000 ? `= ${secondsText(ms)}` : null;
  }
  if ((kind === 'size' || kind === 'offset') && /^\d{4,}$/.test(text)) {
    const read = kind === 'size' ? parseSize(text) : parseOffset(text);
    const rounded = read.ok ? /\((.*)\)/.exec(sizeWords(read.value))?.[1] : undefined;
    return rounded ? `= ${rounded}` : null;
  }
  return null;
}

const MAKERS: Readonly<Record<InlayKind, Maker>> = {
  inheritedHeaders: hiddenHeaders,
  proxiedPath: sentPath,
  includes: includedFiles,
  defaultPort: impliedPort,
  units: unitsOf,
};

/** The hints of a range, in the order of the text. */
export function inlayHints(config: Config, file: SourceFile, range: Span, enabled: (kind: InlayKind) => boolean): InlayHint[] {
  const kinds = INLAY_KINDS.filter(enabled);
  const out: InlayHint[] = [];
  const meets = (d: Directive): boolean => d.statement.start <= range.end && d.statement.end >= range.start;
  if (kinds.length)
    for (const d of directivesOf(config, file.id, meets))
      for (const kind of kinds)
        for (const hint of MAKERS[kind](d)) if (hint.offset >= range.start && hint.offset <= range.end) out.push({ ...hint, kind });
  return out.sort((a, b) => a.offset - b.offset);
}
