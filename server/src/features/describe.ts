/** What a directive or a variable is, in Markdown: the same text in hovers and beside proposals. The words come from the catalog. */

import { mdCode as code, mdFence, mdText } from '../base/escape.ts';
import { table } from '../base/table.ts';
import { inheritanceOf } from '../catalog/arguments.ts';
import { type Catalog, contextsOf, defaultOf, type Status, statusOf, type Target, variableStatus } from '../catalog/catalog.ts';
import { ageOf } from '../catalog/changes.ts';
import { type Context, isContext } from '../catalog/context.ts';
import type { DirectiveFact, VariableFact } from '../catalog/fact.ts';
import { exampleOf, prose } from '../catalog/prose.ts';

/** Contexts as one says them: `server` for all three protocols, `if` for both places. */
function contextName(context: Context): string {
  const [, protocol, rest] = /^(stream|mail|rtmp)-(.+)$/.exec(context) ?? [];
  if (protocol) return `${rest} (${protocol})`;
  if (context === 'if-in-server') return 'if in server';
  if (context === 'if-in-location') return 'if in location';
  return context;
}

const missing = (status: Status): string | null => {
  if (status.known) return null;
  switch (status.reason) {
    case 'plus':
      return 'Part of NGINX Plus only.';
    case 'angie':
      return 'Part of Angie only.';
    case 'left-out':
      return `The relative that runs here does without it${status.replacedBy ? `; use ${code(status.replacedBy)}` : ''}.`;
    case 'removed':
      return `Removed in ${status.removed}${status.replacedBy ? `; use ${code(status.replacedBy)}` : ''}.`;
    case 'future':
      return `Comes with nginx ${status.since}: this configuration is for an older one.`;
    case 'module':
      return `Needs the module ${code(status.module ?? '')}, which this build lacks.`;
  }
};

const INHERITANCE: Readonly<Record<string, string>> = table({
  single: 'Inner levels inherit it unless they set it themselves.',
  list: 'Inner levels inherit all lines, unless they have one of their own: then none.',
  none: 'Inner levels do not inherit it.',
});

function inheritanceWords(fact: DirectiveFact): string | null {
  if (fact.contexts.length < 2 || fact.args.block) return null;
  if (fact.name === 'add_header' || fact.name === 'add_trailer')
    return (
      'Inner levels inherit all lines, unless they have one of their own: then none. (`' +
      fact.name +
      '_inherit merge`, since 1.29.3, adds them up.)'
    );
  if (fact.name === 'root' || fact.name === 'alias') return 'Inner levels inherit it unless they have `root` or `alias`.';
  if (fact.name === 'allow' || fact.name === 'deny')
    return 'Inner levels inherit all lines, unless they have `allow` or `deny` of their own: then none.';
  return INHERITANCE[inheritanceOf(fact)] ?? null;
}

/** Markdown on a directive: what it does, its form, where it may stand, default, versions, inheritance, the manual. */
export function describeDirective(fact: DirectiveFact, target: Target, context?: Context): string {
  const out: string[] = [];
  const { source, module } = fact;
  if (fact.syntax.length) out.push(mdFence(fact.syntax.join('\n'), 'nginx'));
  else out.push(`**${mdText(fact.name)}**`);
  const text = prose(fact, context);
  if (text) out.push(text);
  const warning = missing(statusOf(fact, target));
  if (warning) out.push(warning);
  const age = ageOf(fact, target);
  if (age && age.state !== 'removed')
    out.push(
      age.state === 'obsolete'
        ? `Without effect since ${age.since}${age.replacedBy ? `; use ${code(age.replacedBy)}` : ''}.`
        : `Deprecated since ${age.since}${age.replacedBy ? `; use ${code(age.replacedBy)}` : ''}.`,
    );
  const facts: string[] = [];
  const places = contextsOf(fact, target.nginx);
  if (places.length) facts.push(`Where: ${places.length > 14 ? 'any block' : places.map(contextName).join(', ')}`);
  const preset = defaultOf(fact, target.nginx);
  if (preset !== undefined) facts.push(`Default: ${preset === '' ? 'none' : [preset].flat().map(code).join(', ')}`);
  if (fact.since)
    facts.push(`Since: ${fact.unit ? `${fact.unit} ` : ''}${fact.since}${fact.plusSince ? ` (NGINX Plus: ${fact.plusSince})` : ''}`);
  const by = source === 'oss' ? module : source === 'plus' ? `${module} (NGINX Plus)` : source;
  facts.push(`Module: ${by}`);
  out.push(facts.join('  \n'));
  const inherits = inheritanceWords(fact);
  if (inherits) out.push(inherits);
  if (fact.docs) out.push(`[nginx’s manual](${fact.docs})`);
  return out.join('\n\n');
}

/** What a member of a family is, by what its name ends with: `$http_upgrade` is a header, Upgrade. */
const MEMBERS: Readonly<Record<string, readonly ['header' | 'name', string]>> = table({
  http_: ['header', 'The request header'],
  sent_http_: ['header', 'The response header, as the client gets it,'],
  sent_trailer_: ['header', 'The response trailer'],
  upstream_http_: ['header', 'The header of the backend’s response'],
  upstream_trailer_: ['header', 'The trailer of the backend’s response'],
  upstream_cookie_: ['name', 'The cookie that the backend sets'],
  cookie_: ['name', 'The request’s cookie'],
  arg_: ['name', 'The query argument'],
});

/** The sentence on one member of a family; null for a family as such, and for what is no family. */
function memberWords(fact: VariableFact, name: string): string | null {
  const member = fact.prefix ? MEMBERS[fact.name] : undefined;
  const rest = name.slice(fact.name.length);
  if (!member || rest === '') return null;
  const [kind, is] = member;
  const called = rest
    .replace(/(^|_)([a-z])/g, (_, line: string, letter: string) => (line && '-') + letter.toUpperCase())
    .replaceAll('_', '-');
  return `${is} ${code(kind === 'header' ? called : rest)}.`;
}

/** Markdown on a built-in variable; `name` is the whole name for a member of a family. */
export function describeVariable(fact: VariableFact, name: string, target: Target): string {
  const out: string[] = [mdFence(`$${name}`, 'nginx')];
  const member = memberWords(fact, name);
  if (member) out.push(member);
  const text = prose(fact);
  if (text) out.push(text);
  // the example of a family is that of another member
  const example = member ? undefined : exampleOf(fact);
  if (example) out.push(`For example ${code(example)}.`);
  const warning = missing(variableStatus(fact, target));
  if (warning) out.push(warning);
  const facts: string[] = [];
  if (fact.prefix) facts.push(`Family: ${code(`$${fact.name}…`)}`);
  if (fact.since) facts.push(`Since: ${fact.since}`);
  facts.push(`Module: ${fact.source === 'oss' || fact.source === 'plus' ? fact.module : fact.source}`);
  if (fact.settable) facts.push('`set` changes what nginx does.');
  if (!fact.cacheable) facts.push('Computed again at each use.');
  out.push(facts.join('  \n'));
  if (fact.docs) out.push(`[nginx’s manual](${fact.docs})`);
  return out.join('\n\n');
}

/** The documentation behind a proposal; null when there is none. */
export function describe(
  subject: { directive: string; context: string } | { variable: string; protocol: 'http' | 'stream' } | { text: string },
  catalog: Catalog,
  target: Target,
): string | null {
  if ('text' in subject) return subject.text;
  if ('directive' in subject) {
    const context = isContext(subject.context) ? subject.context : undefined;
    const fact = (context && catalog.directive(subject.directive, context, target)) ?? catalog.directives(subject.directive)[0];
    return fact ? describeDirective(fact, target, context) : null;
  }
  const fact = catalog.variable(subject.variable, subject.protocol);
  return fact ? describeVariable(fact, subject.variable, target) : null;
}
