/**
 * What may be at the cursor: directives of the context, arguments by their kind, variables and names in reach, files. It proposes what
 * the target's nginx takes; whether it is wise is the rules' matter. Documentation is made when a proposal is looked at (describe.ts).
 */
import type { TextEdit } from '../base/edit.ts';
import type { Span } from '../base/span.ts';
import { bodyOf, CONTEXTS, type Context, contextTitle } from '../catalog/context.ts';
import { atLeast } from '../catalog/version.ts';
import type { Config } from '../config/config.ts';
import type { Rule } from '../rules/rule.ts';
import { snippetsIn } from '../snippets/index.ts';
import { expand } from '../snippets/snippet.ts';
import { standsIn } from '../snippets/stand.ts';
import type { SourceFile } from '../syntax/statement.ts';
import { argumentItems } from './completion/arguments.ts';
import { directiveItems } from './completion/directives.ts';
import { entryItems } from './completion/entries.ts';
import type { Completion, Item } from './completion/item.ts';
import { type Folders, NO_FOLDERS } from './completion/paths.ts';
import { type Reach, reachesOf } from './completion/reach.ts';
import { siteAt } from './completion/site.ts';

export interface CompletionOptions {
  /** what is in folders; unknown ones are asked for and the completion is run again */
  readonly folders?: Folders;
  /** false for an editor that has the snippets of whole files from elsewhere */
  readonly wholeFiles?: boolean;
  /** for the comments that silence a rule */
  readonly rules?: readonly Pick<Rule, 'id' | 'title'>[];
}

/**
 * The proposals at an offset; null where nothing can be said (foreign code, an unknown block). Of proposals with one label the first
 * stays; those that do not hold the typed letters in their order are left out, as every editor would leave them out.
 */
export function completion(
  configs: readonly Config[],
  file: SourceFile,
  offset: number,
  options: CompletionOptions = {},
): Completion | null {
  const found = proposals(configs, file, offset, options);
  if (!found) return null;
  const typed = file.text.slice(found.span.start, offset).toLowerCase();
  const seen = new Set<string>();
  const items = found.items.filter((i) => {
    const key = `${i.kind === 'snippet'} ${i.label}`;
    if (seen.has(key) || (typed !== '' && !holds((i.filter ?? i.label).toLowerCase(), typed))) return false;
    seen.add(key);
    return true;
  });
  return { span: found.span, items };
}

function holds(text: string, letters: string): boolean {
  let at = 0;
  for (const c of letters) {
    at = text.indexOf(c, at) + 1;
    if (at === 0) return false;
  }
  return true;
}

function proposals(configs: readonly Config[], file: SourceFile, offset: number, options: CompletionOptions): Completion | null {
  const catalog = configs[0]?.catalog;
  const answer = siteAt(file, offset, (word) => (catalog?.directives(word).length ?? 0) > 0);
  if (!answer) return null;
  if (answer.kind === 'comment') return commentItems(file.text, answer.span, offset, options.rules ?? []);
  const { site } = answer;
  const reaches = reachesOf(configs, file, site);
  if (!reaches.length) return null;
  const folders = options.folders ?? NO_FOLDERS;
  const { typed, words } = site;
  const contexts = [...new Set(reaches.map((r) => r.context))];
  const span: Span = { start: typed.start, end: Math.max(typed.end, offset) };
  const present = (): Set<string> => {
    const names = new Set<string>();
    for (const r of reaches) for (const d of r.scope?.directives ?? []) if (d.statement.start !== site.start) names.add(d.name);
    return names;
  };
  const directives = (nameOnly: boolean): Item[] => {
    const plain = contexts.filter((c) => bodyOf(c) === 'directives');
    if (!plain.length) return [];
    const items = directiveItems(reaches[0]!.config, plain, present(), nameOnly);
    // behind the directives that nearly every block begins with
    if (!nameOnly) items.splice(12, 0, ...snippetItems(reaches, plain, options.wholeFiles ?? true, file, offset));
    return items;
  };
  if (!words.length) {
    if (typed.value.startsWith('$') || reaches.every((r) => bodyOf(r.context) === 'entries'))
      return entryItems(reaches, site, file) ?? { span, items: directives(!site.restEmpty) };
    if (typed.quote) return null;
    return { span, items: directives(!site.restEmpty) };
  }
  const found = argumentItems({ reaches, site, file, offset, folders });
  // a first word on a new line, where the line above lacks its semicolon, may well be a directive
  if (site.startsLine && !typed.quote && /^[a-z0-9_]*$/.test(typed.value)) {
    const more = directives(!site.restEmpty);
    if (!found || found.span.start !== span.start) return { span, items: more };
    return { span, items: [...found.items, ...more.filter((m) => !found.items.some((i) => i.label === m.label))] };
  }
  return found;
}

/** Snippets that may be here, and that the target's nginx takes. */
function snippetItems(
  [first]: readonly Reach[],
  contexts: readonly Context[],
  wholeFiles: boolean,
  file: SourceFile,
  offset: number,
): Item[] {
  const { nginx: target, openssl } = first!.config.settings.target;
  const stands = standsIn(first!.config, first!.scope);
  return contexts
    .flatMap((c) => (c === 'main' && !wholeFiles ? [] : snippetsIn(c)))
    .filter((s) => atLeast(target, s.since) && atLeast(openssl, s.openssl))
    .flatMap((s) => {
      const standing = stands(s);
      if (!standing) return [];
      const { body } = standing;
      const plain = expand(body).text;
      const more = outerEdit(standing.outer, file, offset);
      return {
        label: s.prefixes[0] ?? s.id,
        kind: 'snippet',
        detail: s.title,
        filter: s.prefixes.join(' '),
        insert: body,
        snippet: true,
        plain,
        ...(more ? { more: [more] } : {}),
        subject: { text: `${s.about}\n\n\`\`\`nginx\n${plain}\n\`\`\`` },
      };
    });
}

/**
 * Lines for http as an edit of the file at hand: behind the opening of its http block, or above the server or upstream that is on the file's own level.
 * Null where there are none, and where the file has no such place.
 */
function outerEdit(added: readonly string[], file: SourceFile, offset: number): TextEdit | null {
  if (!added.length) return null;
  const top = file.body.find((s) => s.block && s.start < offset && offset <= s.end);
  if (top?.name.value === 'http' && top.open) {
    const at = top.open.end;
    return { span: { start: at, end: at }, newText: `\n${added.map((l) => (l ? `    ${l}` : l)).join('\n')}` };
  }
  if (top?.name.value === 'server' || top?.name.value === 'upstream')
    return { span: { start: top.start, end: top.start }, newText: `${added.join('\n')}\n\n` };
  return null;
}

/** Comments that mean something to us: silenced rules, and the context of a fragment. */
function commentItems(text: string, comment: Span, offset: number, rules: NonNullable<CompletionOptions['rules']>): Completion | null {
  const before = text.slice(comment.start, offset);
  const ignore = /^#+\s*proxylens-ignore(?:-block|-file)?\s+([\w-]+,\s*)*([\w-]*)$/.exec(before);
  if (ignore)
    return {
      span: { start: offset - ignore[2]!.length, end: offset },
      items: rules.map(({ id, title }) => ({ label: id, kind: 'value', detail: title, plain: `${id}: ` })),
    };
  const context = /^#+\s*proxylens:\s*context\s+([\w-]+[\s,]+)*([\w-]*)$/.exec(before);
  if (context)
    return {
      span: { start: offset - context[2]!.length, end: offset },
      items: CONTEXTS.filter((c) => bodyOf(c) === 'directives').map((c) => ({ label: c, kind: 'value', detail: contextTitle(c) })),
    };
  const word = /^#+\s*(prox[\w-]*)$/.exec(before);
  if (!word) return null;
  return {
    span: { start: offset - word[1]!.length, end: offset },
    items: [
      { label: 'proxylens-ignore', kind: 'keyword', detail: 'suppresses a rule on this line or the next' },
      { label: 'proxylens: context', kind: 'keyword', detail: 'says what a fragment belongs to' },
    ],
  };
}

export type { Completion, Item } from './completion/item.ts';
