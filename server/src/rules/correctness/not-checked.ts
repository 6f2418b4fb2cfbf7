/** What is there and was not checked: files that cannot be read as text, masks over too many files, blocks inside too many others. Silence about it would pass for "no findings". */
import type { Statement } from '../../syntax/statement.ts';
import { defineRule, type Report } from '../rule.ts';

/** Blocks inside so many others are not read (syntax/lower.ts). */
const MAX_DEPTH = 300;

const depths = new WeakMap<Statement, number>();

/** How many levels of blocks a statement is; asked again only of blocks that an edit has touched. */
function depthOf(statement: Statement): number {
  const { block } = statement;
  if (!block) return 0;
  let depth = depths.get(statement);
  if (depth === undefined) {
    depth = 1;
    for (const inner of block) depth = Math.max(depth, depthOf(inner) + 1);
    depths.set(statement, depth);
  }
  return depth;
}

/** The first block at that depth that holds something. */
function deepest(statements: readonly Statement[], text: string): Statement | null {
  if (!statements.some((s) => depthOf(s) >= MAX_DEPTH)) return null;
  let level: readonly Statement[] = statements;
  for (let depth = 0; depth < MAX_DEPTH && level.length; depth++) level = level.flatMap((s) => s.block ?? []);
  return level.find((s) => s.block?.length === 0 && s.open && text.slice(s.open.end, s.close?.start ?? s.end).trim() !== '') ?? null;
}

export default defineRule({
  id: 'not-checked',
  group: 'correctness',
  severity: 'error',
  since: '0.2',
  title: 'Part of the configuration is not checked',
  why: `
A check that says nothing is taken for a clean configuration. So what it did not look at is a finding: blocks inside 300 others, a mask that
matches tens of thousands of files, a file whose name is not UTF-8, that is very large, or that would exceed the size limit. nginx may read it
all the same.

A file that is there and is no text (it is binary, a folder, or may not be read) is a warning: what nginx makes of it is missing
from every other finding.`,
  about: ['include'],
  looksAt: [{ directive: ['include'] }, { file: true }],
  needs: 'config',
  messages: {
    budget:
      'From here on nothing is judged by what comes of requests: {count} were run, and that is the limit. Check this server in a project of its own.',
    unreadable: 'This file is not checked: {why}.',
    'too-many': 'These files are not checked: {why}. Include fewer.',
    project: 'Not all of this project is checked: {why}. Name the folders that matter, or exclude others in the settings.',
    deep: 'The inside of this block is not checked: it is nested more than 300 levels deep.',
  },
  check({ directive, config, file, report }) {
    if (!directive) {
      const found = deepest(file.body, file.text);
      if (found) report('deep', { at: found.name });
      return;
    }
    const include = config.tree.includes.get(directive.statement);
    const at = directive.args[0] ?? directive.statement.name;
    const data: Report['data'] = { why: include?.detail ?? '' };
    if (include?.problem === 'unreadable') report('unreadable', { at, data, severity: 'warning' });
    else if (include?.problem === 'unnamed' || include?.problem === 'too-large') report('unreadable', { at, data });
    else if (include?.problem === 'too-many') report('too-many', { at, data });
  },
  examples: [
    {
      inside: 'http',
      bad: 'include conf.d/;\n#       ^^^^^^^ unreadable',
      good: 'include conf.d/*.conf;',
      files: { 'conf.d/a.conf': 'gzip on;\n' },
    },
  ],
});
