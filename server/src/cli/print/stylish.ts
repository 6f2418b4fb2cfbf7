/** For people at a terminal: findings below their file, what is said in the same words once with all of its places, the related places indented. */
import path from 'node:path';
import pc from 'picocolors';
import { visible } from '../../base/escape.ts';
import type { FileId } from '../../base/file-id.ts';
import { knownAt } from '../../catalog/changes.ts';
import type { Severity } from '../../config/settings.ts';
import { AS_IF_ENABLED } from '../../project/standin.ts';
import { messageOf } from '../../rules/merged.ts';
import type { Result } from '../commands/check.ts';
import { shownPaths } from '../common.ts';

const plural = (n: number, word: string): string => `${n} ${word}${n === 1 ? '' : 's'}`;

/** What is said in the same words of one place of a file or of several (one-based "line:column"), with the lines below it; of their requests and of what is beside them in the file the first. */
interface Row {
  readonly said: string;
  readonly below: readonly string[];
  readonly places: Set<string>;
}

/** Places that are listed in one line. */
const PLACES_IN_LINE = 12;

/** The lines that list the further places of a row. */
function alsoAt(places: readonly string[]): string[] {
  const lines: string[] = [];
  for (let i = 0; i < places.length; i += PLACES_IN_LINE)
    lines.push((i ? '        ' : 'also at ') + places.slice(i, i + PLACES_IN_LINE).join(', '));
  return lines.map((line, i) => (i < lines.length - 1 ? `${line},` : line));
}

/** The findings for people, by file, with the summary and what was assumed. */
export function stylish({ files, text, project, durationMs, color, fixed, baseline }: Result): string {
  const c = pc.createColors(color);
  const paint: Record<Severity, (s: string) => string> = { error: c.red, warning: c.yellow, info: c.blue, hint: c.gray };
  const shownPath = shownPaths(files);
  const names = new Map<string, string>();
  const name = (p: string): string => {
    let known = names.get(p);
    if (known === undefined) {
      const relative = path.relative(process.cwd(), p);
      names.set(p, (known = visible(relative && !relative.startsWith('..') ? relative : p)));
    }
    return known;
  };
  const out: string[] = [];
  const count: Record<Severity, number> = { error: 0, warning: 0, info: 0, hint: 0 };
  let fixable = 0;
  for (const file of files) {
    if (!file.findings.length) continue;
    out.push(c.underline(name(file.path)));
    const position = (offset: number): string => {
      const at = text(file.id)!.lines.position(offset);
      return `${at.line + 1}:${at.character + 1}`;
    };
    const rows = new Map<string, Row>();
    for (const f of file.findings) {
      count[f.severity]++;
      if (f.fixes.some((x) => x.safety === 'safe')) fixable++;
      const places = f.related.map((r) => {
        const source = text(r.at.file);
        const line = source ? source.lines.lineAt(r.at.span.start) + 1 : 1;
        return `${name(shownPath(r.at.file))}:${line} ${visible(r.message)}`;
      });
      const left = fixed ? f.fixes.find((fix) => fix.because) : undefined;
      const said = `${paint[f.severity](f.severity.padEnd(7))}  ${visible(messageOf(f))}  ${c.dim(f.rule)}`;
      const because = left ? [visible(`not applied: ${left.title}, because ${left.because}`)] : [];
      // two places of one line look alike here
      const below = [...new Set(places), ...because];
      const place = position(f.at.span.start);
      // what is beside each of them in its own file says nothing more than the first one does
      const beside = f.related.map((r) => (r.at.file === f.at.file ? r.message : `${r.at.file}:${r.at.span.start} ${r.message}`));
      const key = [said, ...new Set(beside), ...because].join('\n');
      const known = rows.get(key);
      if (known) known.places.add(place);
      else {
        const witness = f.witness ? [visible(`${f.witness.request} → ${f.witness.outcome}`)] : [];
        rows.set(key, { said, below: [...witness, ...below], places: new Set([place]) });
      }
    }
    let wide = 0;
    for (const [first = ''] of [...rows.values()].map((r) => r.places)) wide = Math.max(wide, first.length);
    for (const { said, below, places } of rows.values()) {
      const [first = '', ...others] = places;
      out.push(`  ${c.dim(first.padStart(wide))}  ${said}`);
      for (const line of [...below, ...alsoAt(others)]) out.push(`  ${' '.repeat(wide)}           ${c.dim(line)}`);
    }
    out.push('');
  }
  const total = count.error + count.warning + count.info + count.hint;
  const parts = (Object.entries(count) as [Severity, number][])
    .filter(([, n]) => n > 0)
    .map(([s, n]) => paint[s](s === 'info' ? `${n} info` : plural(n, s)));
  out.push(`${total === 0 ? c.green('No findings') : parts.join(', ')} in ${plural(files.length, 'file')} (${Math.round(durationMs)} ms)`);
  if (baseline?.held) out.push(c.dim(`${plural(baseline.held, 'finding')} not shown: in the baseline ${baseline.file}`));
  const did = whatWasDone(project, (id) => name(shownPath(id)), text, total === 0);
  out.push(...did.map((line) => c.dim(line)));
  if (fixable) out.push(c.dim(`${plural(fixable, 'finding')} can be fixed with --fix, where the proof of the fix succeeds`));
  return out.join('\n') + '\n';
}

/** Lines of each kind that people want to read. */
const MAX_LINES = 12;
const FROM = { default: 'the newest known, as nothing names one', setting: 'as set', found: 'as the project says' } as const;

/** A relative has numbers of its own: which nginx it is read as is said by nginx's. */
const programOf = (r: Result['project']['readAs'][number]): string => (r.product === null ? 'nginx' : `${r.product}, read as nginx`);

/** For which nginx, and what was not seen; where there is nothing else to say, also what was read as what. */
function whatWasDone(project: Result['project'], name: (file: FileId) => string, text: Result['text'], whole: boolean): string[] {
  const out: string[] = [];
  const some = (lines: string[]): void => {
    out.push(...lines.slice(0, MAX_LINES));
    if (lines.length > MAX_LINES) out.push(`  and ${lines.length - MAX_LINES} more`);
  };
  const place = (id: FileId, offset: number): string => {
    const source = text(id);
    return `${name(id)}${source ? `:${source.lines.lineAt(offset) + 1}` : ''}`;
  };
  const nginx = new Map(project.readAs.map((r) => [`${programOf(r)} ${r.nginx} (${FROM[r.versionFrom]})`, r]));
  if (nginx.size) out.push(`for ${[...nginx.keys()].join(', ')}; knows ${knownAt(Date.now())}`);
  for (const flavour of new Set(project.readAs.map((r) => r.flavour)))
    if (flavour) out.push(`read as ${visible(flavour)}; the setting "flavour" or an image names another`);
  const read = (r: Result['project']['readAs'][number]): string => {
    const as = r.as === null ? '' : ` as ${visible(r.as)}`;
    const inside = r.inside === null ? '' : ` within ${visible(r.inside)}`;
    const service = r.service === null ? '' : ` for ${visible(r.service)}`;
    const template = r.template === null ? '' : `, a template (${r.template})${as || inside || service ? ',' : ''}`;
    const why = r.disabled
      ? ` (${AS_IF_ENABLED})`
      : r.assumed
        ? ' (assumed)'
        : r.because
          ? ` (${place(r.because.id, r.because.span.start)})`
          : '';
    return `read ${name(r.id)}${template}${as}${inside}${service}${why}`;
  };
  const assumed = project.readAs.filter((r) => r.assumed);
  if (whole) some(project.readAs.map((r) => `  ${read(r)}`));
  else
    for (const disabled of [false, true]) {
      const [first, ...others] = assumed.filter((r) => r.disabled === disabled);
      if (first) out.push(read(first) + (others.length ? `, and ${plural(others.length, 'other file')} in the same way` : ''));
    }
  if (assumed.length) out.push('what was assumed is set by --root, --map or the settings');
  if (project.unseen.length) {
    const n = project.unseen.length;
    out.push(`${plural(n, 'include')} ${n === 1 ? 'was' : 'were'} not seen: what ${n === 1 ? 'it holds' : 'they hold'} is unknown`);
    if (whole) some(project.unseen.map((u) => `  ${place(u.id, u.span.start)} ${visible(`${u.include}: ${u.why}`)}`));
  }
  out.push(...project.notSeen.map((why) => `not seen: ${visible(why)}`));
  return out;
}
