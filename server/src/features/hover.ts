/**
 * What is under the cursor, in Markdown: the directive with the value in force, a variable, a name, a regular expression, a value in
 * plain units. It tells what nginx does with the text; what would be better is said by the rules.
 */

import { mdCode as code, mdText } from '../base/escape.ts';
import { relativePath } from '../base/file-id.ts';
import { encloses, type Span, touches } from '../base/span.ts';
import { table } from '../base/table.ts';
import { argumentOf } from '../catalog/arguments.ts';
import { contextsOf } from '../catalog/catalog.ts';
import { bodyOf, contextTitle, protocolOf } from '../catalog/context.ts';
import type { Config } from '../config/config.ts';
import type { Directive } from '../config/directive.ts';
import { readLocation } from '../config/locations.ts';
import { regexesOf } from '../config/names.ts';
import { nameBeside } from '../config/names-beside.ts';
import { passTarget, targetServers } from '../config/upstreams.ts';
import { type Rule, ruleOf } from '../rules/rule.ts';
import { suppressionsOf } from '../rules/suppress.ts';
import type { SourceFile } from '../syntax/statement.ts';
import { variablesIn } from '../syntax/variable.ts';
import type { Word } from '../syntax/word.ts';
import { cursorAt, directivesAt, filledIn, filledWords, namesAt } from './cursor.ts';
import { describeDirective } from './describe.ts';
import { inForce, inherited } from './hover/in-force.ts';
import { elsewhere, nameWords, upstreamWords } from './hover/names.ts';
import { argumentWords } from './hover/values.ts';
import { captureWords, variableWords } from './hover/variables.ts';
import { example, proxied } from './proxied.ts';
import { groupsOf, sampleOf } from './regex-words.ts';

export interface Hover {
  readonly span: Span;
  readonly markdown: string;
}

export interface HoverOptions {
  readonly rules?: readonly Pick<Rule, 'id' | 'formerly' | 'title' | 'why'>[];
}

const spanOf = (w: Span): Span => ({ start: w.start, end: w.end });

/** Null where nothing is known of what is there. */
export function hover(configs: readonly Config[], file: SourceFile, offset: number, options: HoverOptions = {}): Hover | null {
  const silenced = suppressionHover(file, offset, options.rules ?? []);
  if (silenced) return silenced;
  const { statement, word, index } = cursorAt(file, offset);
  if (!statement || !word || index === null) return null;
  const uses = directivesAt(configs, file, statement);
  const [use] = uses;
  if (!use) return null;
  if (index === 0 && !/^\$|^~/.test(word.value) && use.fact) return directiveHover(uses, word, use);
  const misplaced = index === 0 && !use.fact ? misplacedHover(use, word) : null;
  if (misplaced) return misplaced;
  const mark = word.templated ? filledIn(file, offset) : null;
  if (mark) return { span: { start: mark.start, end: mark.end }, markdown: `${mdText(filledWords(file, mark))}.` };
  const variable = variableHover(configs, uses, word, offset);
  if (variable) return variable;
  for (const { config, site } of namesAt(configs, file, offset)) {
    const text = site.kind === 'variable' ? variableWords(config, site.name, site.protocol) : nameWords(config, site);
    if (text) return { span: site.span, markdown: text };
  }
  const regex = regexHover(use, word);
  if (regex) return regex;
  const { fact } = use;
  if (!fact || index === 0) return null;
  const specific = ARGUMENTS[use.name]?.(uses, index - 1) ?? argumentWords(fact, use, index - 1);
  if (specific) return { span: spanOf(word), markdown: specific };
  return { ...directiveHover(uses, word, use), span: spanOf(word) };
}

function directiveHover(uses: readonly Directive[], word: Word, use: Directive): Hover {
  const { target } = use.scope.config.settings;
  const context = use.scope.context === 'unknown' ? undefined : use.scope.context;
  const parts = [describeDirective(use.fact!, target, context)];
  const force = inForce(uses);
  if (force) parts.unshift(force);
  if (use.name === 'location' && use.body) {
    const more = inherited(use.body);
    const how = locationWords(use);
    if (more) parts.unshift(more);
    if (how) parts.unshift(how);
  }
  return { span: spanOf(word), markdown: parts.join('\n\n---\n\n') };
}

/** A directive where it may not stand: what it is, and where it may. Entries of a map have any names. */
function misplacedHover(use: Directive, word: Word): Hover | null {
  const { context, config } = use.scope;
  if (context === 'unknown' || bodyOf(context) !== 'directives') return null;
  const { target } = config.settings;
  const facts = config.catalog.directives(word.value);
  const [fact] = facts;
  if (!fact) return null;
  const places = [...new Set(facts.flatMap((f) => contextsOf(f, target.nginx)))].map(contextTitle);
  const text = `nginx takes no ${code(fact.name)} in ${contextTitle(context)}. It may stand in ${places.join(', ')}.`;
  return { span: spanOf(word), markdown: `${text}\n\n---\n\n${describeDirective(fact, target)}` };
}

/** How a location is matched. */
function locationWords(d: Directive): string | null {
  const read = readLocation(d);
  if (!read) return null;
  const name = code(read.name);
  switch (read.modifier) {
    case '=':
      return `Takes the path ${name} and no other; no further location is looked at.`;
    case '^~':
      return `Takes paths that begin with ${name}; when this is the longest prefix, regular expressions are not tried.`;
    case '$':
      return `Takes requests for which ${name} is neither empty nor \`0\` when the location is looked for, unless an exact name, \`^~\` or a regular expression takes them. The variables are asked in their order in the file, before plain prefixes win.`;
    case '@':
      return `Is reached by its name alone: from \`error_page\`, \`try_files\` or a handler.`;
    case '~':
    case '~*':
      return `Takes paths that match ${name}${read.modifier === '~*' ? ', whatever the case' : ''}. Expressions are tried in their order in the file, after the prefixes; the first that matches wins.`;
    default:
      return `Takes paths that begin with ${name}, unless a longer prefix or a regular expression takes them.`;
  }
}

function variableHover(configs: readonly Config[], uses: readonly Directive[], word: Word, offset: number): Hover | null {
  const [use] = uses;
  if (!use || !word.value.includes('$') || regexesOf(use).some((r) => r.word === word)) return null;
  const index = use.args.indexOf(word);
  if (use.fact && index >= 0 && argumentOf(use.fact, index, use.args.length)?.kind === 'regex') return null;
  const found = variablesIn(word).uses.find((v) => touches(v.span, offset));
  if (!found) return null;
  if (found.capture) {
    const text = captureWords(use, found.name);
    return text === null ? null : { span: found.span, markdown: text };
  }
  const protocol = use.scope.context === 'unknown' ? null : protocolOf(use.scope.context);
  for (const config of configs) {
    const text = variableWords(config, found.name, protocol);
    if (text) return { span: found.span, markdown: text };
  }
  const site = { kind: 'variable', name: found.name, protocol } as const;
  const name = code(`$${found.name}`);
  const { config } = use.scope;
  const other = elsewhere(config, site);
  const seen = other === null ? 'Nothing' : 'Nothing that is seen';
  const text = nameBeside(config, site)
    ? `${name} ${other}.`
    : `${seen} defines ${name}${other === null ? ' in this configuration' : `; it ${other}`}.`;
  return { span: found.span, markdown: text };
}

function regexHover(use: Directive, word: Word): Hover | null {
  const found = regexesOf(use).find((r) => r.word === word);
  if (!found) return null;
  const { pattern, caseless } = found;
  const compiled = use.scope.config.regexes.compile(pattern, { caseless });
  const span = spanOf(word);
  if (!compiled.ok)
    return { span, markdown: `PCRE2 refuses the expression at character ${compiled.offset + 1}: ${compiled.message}.\n\n${code(pattern)}` };
  const out = [`Regular expression${caseless ? ', whatever the case' : ''}: ${code(pattern)}`];
  const path = use.name === 'location' || use.name === 'rewrite';
  const sample = sampleOf(pattern, compiled.regex, path ? '/' : '');
  if (sample !== null && sample !== '') {
    const match = compiled.regex.match(sample);
    const groups = groupsOf(pattern);
    out.push(`It matches, for example, ${code(sample)}.`);
    if (groups.length)
      out.push(
        groups
          .slice(0, 9)
          .map(
            (g) =>
              `- ${g.name ? `${code(`$${g.name}`)}, ` : ''}\`$${g.number}\`: ${code(g.text)}${typeof match === 'object' && match.captures[g.number] !== undefined ? `, there ${code(match.captures[g.number]!)}` : ''}`,
          )
          .join('\n'),
      );
  } else {
    const groups = groupsOf(pattern);
    if (groups.length)
      out.push(
        groups
          .slice(0, 9)
          .map((g) => `- ${g.name ? `${code(`$${g.name}`)}, ` : ''}\`$${g.number}\`: ${code(g.text)}`)
          .join('\n'),
      );
  }
  if (path && !pattern.startsWith('^') && !pattern.startsWith('(?')) out.push('Without `^` it matches anywhere in the path.');
  return { span, markdown: out.join('\n\n') };
}

/** Arguments with more to tell than their kind: the files of an include, where a request goes. */
const ARGUMENTS: Readonly<Record<string, (uses: readonly Directive[], index: number) => string | null>> = table({
  include: (uses) => {
    const out: string[] = [];
    for (const use of uses) {
      const { config } = use.scope;
      const include = config.tree.includes.get(use.statement);
      if (!include) continue;
      const names = include.files.map((f) => `- ${code(relativePath(f, config.confDir))}`);
      const text = names.length
        ? `Reads ${names.length} file${names.length === 1 ? '' : 's'}${names.length > 1 ? ', in this order' : ''}:\n\n${names.slice(0, 20).join('\n')}${names.length > 20 ? `\n- and ${names.length - 20} more` : ''}`
        : !include.mask
          ? 'There is no such file here.'
          : include.unseen !== null
            ? 'No file that is seen matches; what is there on the server is not known.'
            : 'No file matches: nothing is read, and nginx does not complain.';
      if (!out.includes(text)) out.push(text);
    }
    return out.length ? out.join('\n\n') : null;
  },
  ...Object.fromEntries(
    ['proxy_pass', 'uwsgi_pass', 'fastcgi_pass', 'grpc_pass', 'scgi_pass', 'memcached_pass'].map((name) => [
      name,
      ([use]: readonly Directive[], index: number) => (use && index === 0 ? passWords(use) : null),
    ]),
  ),
});

function passWords(use: Directive): string | null {
  const target = passTarget(use);
  if (!target) return null;
  const out: string[] = [];
  const p = proxied(use);
  const servers = targetServers(target);
  if (target.upstream) out.push(upstreamWords(target.upstream));
  else {
    const { config, context } = use.scope;
    const name = { kind: 'upstream', name: target.host, protocol: context === 'unknown' ? null : protocolOf(context) } as const;
    const other = target.portText === '' && (/^[\w-]+$/.test(target.host) || nameBeside(config, name)) && elsewhere(config, name);
    const unless = other ? `, unless an upstream of that name ${other.replace(/^may be/, 'is')}` : '';
    out.push(`Goes to ${servers.map(code).join(', ')}${target.tls ? ' over TLS' : ''}${unless}.`);
  }
  if (use.name === 'proxy_pass' && target.kind === 'proxy') {
    const shown = p && example(p, (use.scope.opener && readLocation(use.scope.opener))?.modifier === '=' ? 'exact' : 'prefix');
    if (shown) out.push(`The location’s prefix is replaced: ${code(shown.from)} is asked for as ${code(shown.to)}.`);
    else if (p?.how === 'kept') out.push('The URI is sent on as it came.');
  }
  return out.join('\n\n');
}

function suppressionHover(file: SourceFile, offset: number, rules: NonNullable<HoverOptions['rules']>): Hover | null {
  for (const s of suppressionsOf(file)) {
    if (!encloses(s.comment, { start: offset, end: offset })) continue;
    const i = s.ruleSpans.findIndex((span) => touches(span, offset));
    const id = s.rules[i];
    const span = s.ruleSpans[i];
    if (!id || !span) return null;
    const rule = ruleOf(rules, id);
    const where = s.kind === 'file' ? 'in this file' : s.kind === 'block' ? 'in this block' : 'on this line and in the statement below';
    const reason = s.reason ? `Reason: ${mdText(s.reason)}` : 'No reason is given.';
    return {
      span,
      markdown: rule
        ? `**${rule.id}** is suppressed ${where}. ${reason}\n\n${rule.title}.\n\n${rule.why.trim()}`
        : `${code(id)} is suppressed ${where}. ${reason}`,
    };
  }
  return null;
}
