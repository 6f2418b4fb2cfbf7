/** The value in force at a place with where it comes from, and what it hides. Asked of the merged configuration, once for each way in which nginx reads the file. */
import { mdCode, mdText } from '../../base/escape.ts';
import { inheritanceOf } from '../../catalog/arguments.ts';
import { defaultOf } from '../../catalog/catalog.ts';
import type { Directive } from '../../config/directive.ts';
import { unseenInForce } from '../../config/effective.ts';
import type { Scope } from '../../config/scope.ts';
import { headOf, scopeTitle, whereOf } from '../place-words.ts';

const MOST = 6;

const lineFor = (d: Directive): string => `${mdCode(headOf(d))} (${mdText(whereOf(d))})`;

function list(directives: readonly Directive[]): string {
  const shown = directives.slice(0, MOST).map((d) => `- ${lineFor(d)}`);
  if (directives.length > MOST) shown.push(`- and ${directives.length - MOST} more`);
  return shown.join('\n');
}

/** What the answer rests on: why another line may be in force, which nobody sees; nothing where the answer is known. */
function unless(scope: Scope, name: string): string {
  const [first] = unseenInForce(scope, name);
  return first ? `, unless a line that is not seen says otherwise: ${mdText(first.why)}` : '';
}

/** What to say for one reading of the statement. */
function ofUse(use: Directive): string | null {
  const { fact, scope, name } = use;
  if (!fact || fact.args.block || fact.contexts.length < 2) return null;
  const kind = inheritanceOf(fact);
  if (kind === 'none' || (kind === 'special' && name === 'include')) return null;
  // a name without its arguments is still being typed: what holds without it is meant
  const typing = use.args.length === 0 && fact.args.min > 0;
  const from: Scope | null = typing ? scope.parent : scope;
  if (!from) return null;
  const { directives, origin, shadowed } = from.effective(name);
  const preset = defaultOf(fact, scope.config.settings.target.nginx);
  if (!directives.length || origin === 'default')
    return preset === undefined
      ? null
      : `In force here: ${[preset]
          .flat()
          .map((value) => mdCode(`${name} ${value}`))
          .join(' and ')} (the default)${unless(from, name)}`;
  const several = kind === 'list' || (kind === 'special' && name !== 'root' && name !== 'alias');
  const out: string[] = [];
  if (several && directives.length > 1) out.push(`In force here, ${directives.length} lines${unless(from, name)}:\n\n${list(directives)}`);
  else {
    const last = directives.at(-1)!;
    if (last.statement !== use.statement || typing) out.push(`In force here: ${lineFor(last)}${unless(from, name)}`);
    else if (!shadowed.length) {
      const outer = scope.parent?.effective(name);
      if (!outer?.directives.length) return null;
    }
  }
  if (shadowed.length) {
    const nearest = several ? shadowed : shadowed.slice(0, 1);
    out.push(`${several ? 'It hides' : 'It replaces'}:\n\n${list(nearest)}`);
  }
  return out.length ? out.join('\n\n') : null;
}

/** Markdown on all readings; equal ones are told once, several are told with their scope. */
export function inForce(uses: readonly Directive[]): string | null {
  const texts = new Map<string, Directive[]>();
  for (const use of uses.slice(0, 50)) {
    const text = ofUse(use);
    if (text) texts.set(text, [...(texts.get(text) ?? []), use]);
  }
  if (!texts.size) return null;
  if (texts.size === 1) return [...texts.keys()][0]!;
  return [...texts]
    .slice(0, 4)
    .map(
      ([text, of]) =>
        `**In ${mdText(scopeTitle(of[0]!.scope))}** (${mdText(of[0]!.via.length ? `by ${whereOfInclude(of[0]!)}` : whereOf(of[0]!))}${of.length > 1 ? ` and ${of.length - 1} more` : ''})\n\n${text}`,
    )
    .join('\n\n');
}

function whereOfInclude(use: Directive): string {
  const site = use.via.at(-1)!;
  return `${decodeURIComponent(site.file.id.split('/').at(-1) ?? '')}:${site.file.lines.lineAt(site.statement.start) + 1}`;
}

/** Directives whose value in a location is what people look for first. */
const NOTABLE: readonly string[] = [
  'root',
  'index',
  'client_max_body_size',
  'proxy_set_header',
  'add_header',
  'proxy_read_timeout',
  'auth_basic',
  'auth_request',
  'allow',
  'limit_req',
  'limit_conn',
  'proxy_cache',
  'error_page',
  'access_log',
];

/** What a location inherits, of that which matters most; null when it inherits none of it. */
export function inherited(scope: Scope): string | null {
  const lines: string[] = [];
  for (const name of NOTABLE) {
    const { directives, origin } = scope.effective(name);
    if (origin === 'default' || origin === scope || !directives.length) continue;
    for (const d of directives.slice(0, 3)) lines.push(`- ${lineFor(d)}${unless(scope, name)}`);
    if (directives.length > 3) lines.push(`- and ${directives.length - 3} more of \`${name}\``);
  }
  return lines.length ? `Inherited:\n\n${lines.slice(0, 12).join('\n')}` : null;
}
