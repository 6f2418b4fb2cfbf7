/** What can be said of edits by where they stand and what they take away, before anything is run: template marks, branches, declarations. */
import type { TextEdit } from '../base/edit.ts';
import { basename, hostFileOf, isWithin } from '../base/file-id.ts';
import type { Span } from '../base/span.ts';
import type { Catalog } from '../catalog/catalog.ts';
import { OLDEST } from '../catalog/changes.ts';
import { NAME_TITLES } from '../catalog/names.ts';
import { atLeast, parseVersion } from '../catalog/version.ts';
import type { Config } from '../config/config.ts';
import { namesOf } from '../config/names.ts';
import type { Deployment } from '../deploy/deployment.ts';
import { nginxEnvironment, reads } from '../deploy/envsubst.ts';
import type { SourceFile, Statement } from '../syntax/statement.ts';
import { mask } from '../syntax/template.ts';

/** A condition that compares versions: the branch is meant for an nginx that is not the one at hand. */
const ABOUT_VERSIONS = /version|semver|(?:\b|_)ver\b/i;

interface Open {
  readonly mark: Span;
  /** which alternative of it */
  readonly part: number;
  /** the text of the mark that began it and of the one that began the alternative */
  readonly words: string;
}

/** The conditions and loops of a template around an offset, outermost first. */
function openAt(file: SourceFile, offset: number): Open[] {
  const open: Open[] = [];
  for (const mark of file.marks ?? []) {
    if (mark.start >= offset) break;
    const words = file.text.slice(mark.start, mark.end);
    const last = open.at(-1);
    if (mark.role === 'open') open.push({ mark, part: 0, words });
    else if (mark.role === 'middle' && last) open[open.length - 1] = { ...last, part: last.part + 1, words: `${last.words} ${words}` };
    else if (mark.role === 'close') open.pop();
  }
  return open;
}

const keyOf = (open: readonly Open[]): string => open.map((o) => `${o.mark.start}.${o.part}`).join(' ');

/** What reads a dollar sign before nginx does, in words; null where nothing does. */
function readerOfDollar(file: SourceFile, edits: readonly TextEdit[], deployment: Deployment): string | null {
  if (isWithin(file.id)) {
    const host = basename(hostFileOf(file.id));
    if (/^(?:docker-)?compose.*\.ya?ml$/.test(host)) return 'Compose';
    let open: RegExpMatchArray | null = null;
    const before = file.text.slice(0, file.body[0]?.start ?? 0);
    for (const m of before.matchAll(/<<[-~]?[ \t]*(\\|["']?)([A-Za-z_]\w*)/g))
      if (!new RegExp(`^[ \\t]*${m[2]}[ \\t]*$`, 'm').test(before.slice(m.index + m[0].length))) open = m;
    return open && open[1] === '' && !host.endsWith('.tf') ? 'the shell' : null;
  }
  const call = nginxEnvironment(deployment).calls.find((c) => reads(c, basename(file.id), file.id));
  if (call) {
    const { only } = call;
    if (only === null) return 'envsubst, which is called without a list of names,';
    const put = edits.flatMap((e) => [...e.newText.matchAll(/\$\{?(\w+)/g)].map((m) => m[1]!));
    return put.some((name) => new RegExp(`\\$\\{?${name}\\b`).test(only)) ? 'envsubst' : null;
  }
  if (file.template !== 'envsubst') return null;
  // the image's own script leaves the variables of nginx alone, and its authors write them as they are
  const plain = (file.marks ?? []).reduceRight((text, m) => text.slice(0, m.start) + text.slice(m.end), file.text);
  return /\$\w/.test(plain) ? null : 'envsubst, which may replace every name,';
}

/** Why an edit of a template cannot be made blindly, in words that follow "because"; null when nothing speaks against it. */
export function crossesTemplate(file: SourceFile, edits: readonly TextEdit[], at: Span | null, deployment: Deployment): string | null {
  const reader = edits.some((e) => e.newText.includes('$')) ? readerOfDollar(file, edits, deployment) : null;
  if (reader !== null) return `${reader} reads the dollar signs of what is put there`;
  if (file.template === null) return null;
  const touched = (file.marks ?? []).find((m) =>
    edits.some(({ span }) =>
      span.start === span.end ? m.start < span.start && span.end < m.end : m.start < span.end && span.start < m.end,
    ),
  );
  const copied = edits.some((edit) => {
    const here = keyOf(openAt(file, edit.span.start));
    return marksIn(file, edit.newText).some(
      (text) => !(file.marks ?? []).some((m) => file.text.slice(m.start, m.end) === text && keyOf(openAt(file, m.start)) === here),
    );
  });
  if (copied) return 'it would copy what the template engine fills in to a place where it may mean something else';
  if (touched) return `it would change "${firstLine(file.text.slice(touched.start, touched.end))}", which the template engine reads`;
  const places = [...(at ? [at.start] : []), ...edits.flatMap((e) => [e.span.start, e.span.end])].map((offset) => openAt(file, offset));
  if (new Set(places.map(keyOf)).size > 1) return 'it would move lines into or out of a branch or loop of the template';
  const versioned = places.flat().find((o) => ABOUT_VERSIONS.test(o.words));
  if (versioned) return `the lines stand in a branch that depends on a version, "${firstLine(versioned.words)}"`;
  return null;
}

/** The marks of the file's engine in a text that is put into it. */
const marksIn = (file: SourceFile, text: string): string[] => mask(basename(file.id), text).marks.map((m) => text.slice(m.start, m.end));

const firstLine = (text: string): string => {
  const line = text.split('\n')[0]!.trim();
  return line.length > 60 ? `${line.slice(0, 57)}…` : line;
};

/** True when an edit changes nothing but upper and lower case: names of templates and of case-sensitive systems may be meant. */
export const changesCase = (file: SourceFile, edits: readonly TextEdit[]): boolean =>
  edits.some(({ span, newText }) => {
    const old = file.text.slice(span.start, span.end);
    return old !== newText && old.toLowerCase() === newText.toLowerCase();
  });

function* every(statements: readonly Statement[]): Generator<Statement> {
  for (const statement of statements) {
    yield statement;
    if (statement.block) yield* every(statement.block);
  }
}

/** How often each of some words occurs. */
function countOf(words: Iterable<string>): Map<string, number> {
  const counts = new Map<string, number>();
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  return counts;
}

/** The first word that occurs more often before than after. */
const lost = (before: Iterable<string>, after: Iterable<string>): string | null => {
  const left = countOf(after);
  for (const [word, count] of countOf(before)) if ((left.get(word) ?? 0) < count) return word;
  return null;
};

/** Blocks whose entries other files may rely on without naming them. */
const BLOCKS = ['server', 'location', 'upstream', 'include', 'load_module'];

/** What the edited file no longer has that an unseen part of the project might use, in words that follow "because"; null for nothing. */
export function takesAway(config: Config, after: Config, files: readonly { before: SourceFile; after: SourceFile }[]): string | null {
  const [namesBefore, namesAfter] = [namesOf(config), namesOf(after)];
  for (const { before } of files)
    for (const site of namesBefore.inFile(before.id))
      if (site.role === 'defines' && !namesAfter.definitions(site.kind, site.name, site.protocol).length)
        return `it takes the ${NAME_TITLES[site.kind]} "${site.name}" away, which a file that is not seen here may use`;
  for (const file of files) {
    const headOf = (s: Statement): string => [s.name, ...s.args].map((w) => w.value).join(' ');
    const heads = (body: readonly Statement[]) => [...every(body)].filter((s) => BLOCKS.includes(s.name.value)).map((s) => s.name.value);
    const gone = lost(heads(file.before.body), heads(file.after.body));
    if (gone) return `it removes a line or block "${gone}"`;
    const read = stillRead(config, file.before, file.after);
    if (read !== null) return read;
    // the words of a text that is broken are not its author's
    if (file.before.problems.length) continue;
    const unknown = (body: readonly Statement[]) => [...every(body)].filter((s) => isUnknown(config.catalog, s)).map(headOf);
    const renamed = lost(unknown(file.before.body), unknown(file.after.body));
    if (renamed !== null) return `nginx may know "${firstLine(renamed)}" from a module or a version that is not known here`;
  }
  return null;
}

/** A line that goes because the newest nginx ignores it, where one that the project may run on does not. */
function stillRead(config: Config, before: SourceFile, after: SourceFile): string | null {
  const { settings, catalog } = config;
  if (settings.versionFrom !== 'default') return null;
  const names = (body: readonly Statement[]) => [...every(body)].map((s) => s.name.value);
  const left = countOf(names(after.body));
  for (const [name, count] of countOf(names(before.body))) {
    if ((left.get(name) ?? 0) >= count) continue;
    const since = catalog.directives(name).find((f) => f.obsolete)?.obsolete?.since;
    if (since && parseVersion(since) && !atLeast(OLDEST, since)) return `nginx before ${since} still goes by "${name}"`;
  }
  return null;
}

/** A statement whose name the catalog has nowhere; entries of a map and its like have any names. */
function isUnknown(catalog: Catalog, statement: Statement): boolean {
  for (let at = statement.parent; at; at = at.parent)
    if (ENTRIES.has(at.name.value) || !catalog.directives(at.name.value).length) return false;
  return catalog.directives(statement.name.value).length === 0;
}

const ENTRIES = new Set(['map', 'geo', 'split_clients', 'types', 'charset_map']);
