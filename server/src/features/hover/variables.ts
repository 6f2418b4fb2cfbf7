/** What a variable holds: nginx's own from the catalog, the configuration's by the directives that make it, a capture by its expression. */

import { mdCode, mdFence, mdText } from '../../base/escape.ts';
import type { Protocol } from '../../catalog/context.ts';
import type { Config } from '../../config/config.ts';
import type { Directive } from '../../config/directive.ts';
import { unseenInForce } from '../../config/effective.ts';
import { namesOf, regexesOf } from '../../config/names.ts';
import { indentAt } from '../../rules/fix.ts';
import type { SourceFile, Statement } from '../../syntax/statement.ts';
import { describeVariable } from '../describe.ts';
import { headOf, whereOf } from '../place-words.ts';
import { groupsOf } from '../regex-words.ts';
import { usedText } from './names.ts';

/** The directives whose expression `$1` to `$9` at a place come from, as far as the text tells: the nearest outwards. */
export function capturedBy(use: Directive): { directive: Directive; pattern: string }[] {
  const own = regexesOf(use);
  if (use.name === 'rewrite' && own.length) return own.map((r) => ({ directive: use, pattern: r.pattern }));
  // entries of a map have captures of their own
  if (own.length) return own.map((r) => ({ directive: use, pattern: r.pattern }));
  const out: { directive: Directive; pattern: string }[] = [];
  for (let at = use.scope; ; ) {
    for (const d of at.directives) {
      if (d.statement.start >= use.statement.start && d.file === use.file) continue;
      if (d.name === 'rewrite' || d.name === 'if') for (const r of regexesOf(d)) out.push({ directive: d, pattern: r.pattern });
    }
    if (at.opener) for (const r of regexesOf(at.opener)) return [...out, { directive: at.opener, pattern: r.pattern }];
    if (at.context === 'server')
      for (const d of at.named('server_name')) for (const r of regexesOf(d)) out.push({ directive: d, pattern: r.pattern });
    if (!at.parent) return out;
    at = at.parent;
  }
}

/** Markdown on `$1`. */
export function captureWords(use: Directive, name: string): string | null {
  const found = capturedBy(use);
  if (!found.length) {
    const unseen = unseenInForce(use.scope, 'rewrite')[0] ?? unseenInForce(use.scope, 'if')[0];
    return unseen
      ? `No regular expression with groups that is seen comes before ${mdCode(`$${name}`)}: ${mdText(unseen.why)}.`
      : `${mdCode(`$${name}`)} is empty here: no regular expression with groups comes before it.`;
  }
  const lines = found.slice(0, 4).map(({ directive, pattern }) => {
    const group = groupsOf(pattern)[Number(name) - 1];
    return group
      ? `- ${mdCode(group.text)} of ${mdCode(headOf(directive))} (${mdText(whereOf(directive))})`
      : `- ${mdCode(headOf(directive))} (${mdText(whereOf(directive))}) has no group ${name}`;
  });
  return `Group ${name} of the regular expression that matched last:\n\n${lines.join('\n')}`;
}

/** The text of a block without the indentation of its first line, which the slice does not have. */
function outdented(file: SourceFile, { start, end }: Statement): string {
  const indent = indentAt(file, start);
  return file.text
    .slice(start, end)
    .split('\n')
    .map((line) => (line.startsWith(indent) ? line.slice(indent.length) : line))
    .join('\n');
}

/** Markdown on a variable by its name, without the dollar sign. */
export function variableWords(config: Config, name: string, protocol: Protocol | null): string | null {
  const index = namesOf(config);
  const definitions = index.definitions('variable', name, protocol);
  const fact = protocol ? config.catalog.variable(name, protocol) : null;
  const out: string[] = [];
  if (definitions.length) {
    out.push(mdFence(`$${name}`, 'nginx'));
    const seen = new Set<string>();
    const lines: string[] = [];
    for (const { directive: d, capture } of definitions) {
      const key = `${d.file.id} ${d.statement.start}`;
      if (seen.has(key)) continue;
      seen.add(key);
      lines.push(`- ${capture ? 'captured by ' : ''}${mdCode(headOf(d))} (${mdText(whereOf(d))})`);
    }
    out.push(
      `${fact ? 'Given a value' : 'Made'} here:\n\n${lines.slice(0, 8).join('\n')}${lines.length > 8 ? `\n- and ${lines.length - 8} more` : ''}`,
    );
    const map = definitions.find((s) => s.directive.statement.block && s.directive.name !== 'server');
    if (map && !map.capture) {
      const { statement, file } = map.directive;
      if (statement.end - statement.start < 800) out.push(mdFence(outdented(file, statement), 'nginx'));
    }
    out.push(usedText(config, index.references('variable', name, protocol).length));
  }
  if (fact) out.push(describeVariable(fact, name, config.settings.target));
  return out.length ? out.join('\n\n') : null;
}
