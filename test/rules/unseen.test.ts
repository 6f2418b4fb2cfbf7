/**
 * What a rule wants to be added may already stand where nobody sees it. Of every example: where an include that is not at hand is in the place of the
 * lines that `good` has more than `bad`, or that the fix adds, the rule is silent; where every level is open, no rule says that something is absent. So none
 * goes past `config/open.ts`.
 */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { applyEdits, type TextEdit } from '../../server/src/base/edit.ts';
import type { FileId } from '../../server/src/base/file-id.ts';
import { nearest } from '../../server/src/base/nearest.ts';
import { loadCatalog } from '../../server/src/catalog/catalog.ts';
import { RULES } from '../../server/src/rules/all.ts';
import type { Rule } from '../../server/src/rules/rule.ts';
import { type ExampleTree, exampleSettings, exampleTree, lintTree } from '../harness/rules.ts';

const catalog = loadCatalog();

const UNSEEN = 'include unseen-lines.conf;';
/** Whole statements, on lines of their own. */
const STATEMENTS = /^\s*(?:[\w$]+\s[^{};]*;\s*)+$/;

/** What stands in the place of whole statements; null where nothing can. */
type Fill = (statements: string) => string | null;

const unseen: Fill = () => UNSEEN;

/** The names of directives, each with its last two different neighbours exchanged, as far as that is taken for a slip. */
const misspelt: Fill = (statements) => {
  const names = catalog.names();
  let slips = true;
  const text = statements.replace(/(^|;)(\s*)(\w+)(?=\s)/g, (all, before: string, space: string, name: string) => {
    const swap = [...name].map((_, i) => i).findLast((i) => i > 0 && name[i] !== name[i - 1] && /[a-z]{2}/.test(name.slice(i - 1, i + 1)));
    const slip = swap === undefined ? name : name.slice(0, swap - 1) + name[swap] + name[swap - 1] + name.slice(swap + 1);
    // an entry of a map is called like a directive, and is none
    if (name === 'default' || nearest(slip, names) !== name) slips = false;
    return all === '' ? all : `${before}${space}${slip}`;
  });
  return slips ? text : null;
};

/** The text with a filling in the place of each run of lines that `more` has beyond it; null where the two differ in another way. */
function withoutAdded(less: string, more: string, fill: Fill): string | null {
  const have = less.split('\n').map((l) => l.trim());
  const out: string[] = [];
  let at = 0;
  let added: string[] = [];
  let found = false;
  const flush = (): boolean => {
    if (!added.length) return true;
    const whole = STATEMENTS.test(added.join('\n'));
    const filling = whole ? fill(added.join('\n')) : null;
    if (filling !== null) out.push(filling);
    added = [];
    found = true;
    return filling !== null;
  };
  for (const line of more.split('\n')) {
    if (at < have.length && line.trim() === have[at]) {
      if (!flush()) return null;
      out.push(line);
      at++;
    } else added.push(line);
  }
  return flush() && found && at === have.length ? out.join('\n') : null;
}

const same = (a: ExampleTree, b: ExampleTree): boolean => a.root === b.root && [...a.files.keys()].join() === [...b.files.keys()].join();

/** Trees of an example in which what it lacks may be there, unseen. */
async function* opened(
  rule: Rule,
  fill: Fill,
): AsyncGenerator<{ what: string; tree: Pick<ExampleTree, 'root' | 'files'>; settings: ReturnType<typeof exampleSettings> }> {
  for (const [i, example] of rule.examples.entries()) {
    if (example.bad === undefined) continue;
    const settings = exampleSettings(example);
    const bad = exampleTree(example, example.bad);
    for (const text of [example.good, example.fixed]) {
      const good = typeof text === 'string' ? exampleTree(example, text) : null;
      if (!good || !same(bad, good)) continue;
      const files = new Map<FileId, string>();
      let differs = false;
      let usable = true;
      for (const [file, less] of bad.files) {
        const more = good.files.get(file)!;
        const put = less === more ? less : withoutAdded(less, more, fill);
        if (put === null || (put !== less && !file.endsWith('.conf'))) usable = false;
        else if (put !== less) differs = true;
        files.set(file, put ?? less);
      }
      if (usable && differs) yield { what: `example ${i + 1}`, tree: { root: bad.root, files }, settings };
    }
    const { findings } = await lintTree(bad, [rule], settings);
    for (const finding of findings)
      for (const { title, edits } of finding.fixes) {
        const all = edits.flatMap((e) => e.edits);
        if (!all.length || !all.every((e) => e.span.start === e.span.end && STATEMENTS.test(e.newText))) continue;
        const files = new Map(bad.files);
        const fillings = all.map((e) => fill(e.newText.trim()));
        if (fillings.includes(null)) continue;
        const put = (e: TextEdit): TextEdit => ({ ...e, newText: e.newText.replace(/\S[\s\S]*\S/, () => fillings[all.indexOf(e)]!) });
        for (const { file, edits: list } of edits) files.set(file, applyEdits(files.get(file) ?? '', list.map(put)));
        if ([...files.keys()].every((f) => files.get(f) === bad.files.get(f) || f.endsWith('.conf')))
          yield { what: `fix of example ${i + 1} (${title})`, tree: { root: bad.root, files }, settings };
      }
  }
}

/**
 * What these say holds of the lines that are there, and a line that is meant for another would only change what to do: the finding is right as long as the
 * word is wrong.
 */
const STAYS: ReadonlySet<string> = new Set(['address-of-proxy', 'cache-key-leaks', 'variable-before-set']);

for (const [what, fill, least] of [
  ['what an unseen file may hold is not said to be missing', unseen, 150],
  ['what a misspelt line was meant to say is not said to be missing', misspelt, 120],
] as const)
  describe(what, () => {
    let tried = 0;
    for (const rule of RULES)
      test(rule.id, async () => {
        const said: string[] = [];
        for await (const { what, tree, settings } of opened(rule, fill)) {
          tried++;
          const { findings } = await lintTree(tree, [rule], settings);
          if (findings.length) said.push(`${what}: ${findings.map((f) => f.message).join(' | ')}\n${[...tree.files.values()].join('\n')}`);
        }
        if (fill === unseen || !STAYS.has(rule.id)) assert.deepEqual(said, []);
      });
    test('enough of them can be tried', () => assert.ok(tried > least, String(tried)));
  });

/** The text with an include that is not at hand at the beginning of every block of directives, and of the file. */
function openedEverywhere(text: string): string {
  const ENTRIES = /(^|\s)(map|geo|types|split_clients|charset_map|match|otel_exporter|\w*lua\w*|set_by\w+)\b[^{};]*$/;
  return `${UNSEEN}\n${text.replace(/\{(?=[\s])/g, (brace, offset: number) => (ENTRIES.test(text.slice(0, offset)) ? brace : `${brace} ${UNSEEN}`))}`;
}

/** Words that may claim an absence. */
const ABSENT =
  /\b(missing|unused|never|unknown|not declared|(is|are) not set|lacks?|does not receive|no [^.]*(set|defined|declared|given|sent|named))\b/i;

/**
 * Rules that say such a word of what is written, of the machine, of the application's files or of what nginx makes of it: no line that is added elsewhere
 * makes it untrue. A rule belongs here when someone has thought about it.
 */
const OF_WHAT_IS_WRITTEN: ReadonlySet<string> = new Set([
  'comparison-constant',
  'cookie-without-flags',
  'dead-directive-after-return',
  'dns-resolved-once',
  'duplicate-location',
  'hsts-weak',
  'invalid-log',
  'invalid-regex',
  'invalid-value',
  'map-row-unreachable',
  'query-never-matches',
  'rewrite-never-runs',
  'syntax',
  'try-files-missing-fallback',
  'try-files-query-not-last',
  'unknown-directive',
  'unknown-variable',
  'version-beyond-data',
]);

describe('where every level is open, nothing is said to be absent', () => {
  const spoke = new Set<string>();
  for (const rule of RULES)
    test(rule.id, async () => {
      const said: string[] = [];
      for (const example of rule.examples) {
        if (example.bad === undefined) continue;
        const { root, files } = exampleTree(example, example.bad);
        const open = new Map([...files].map(([file, text]) => [file, file.endsWith('.conf') ? openedEverywhere(text) : text]));
        const { findings } = await lintTree({ root, files: open }, [rule], exampleSettings(example));
        said.push(...findings.map((f) => f.message).filter((m) => ABSENT.test(m)));
      }
      if (said.length) spoke.add(rule.id);
      if (!OF_WHAT_IS_WRITTEN.has(rule.id)) assert.deepEqual(said, []);
    });
  test('nobody is excused for nothing', () =>
    assert.deepEqual(
      [...OF_WHAT_IS_WRITTEN].filter((id) => !spoke.has(id)),
      [],
    ));
});
