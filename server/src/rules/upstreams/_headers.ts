/** The request headers in force: a level's first own line hides all outer ones. */
import type { Place } from '../../base/span.ts';
import { PerPart } from '../../config/asked.ts';
import type { Directive } from '../../config/directive.ts';
import type { Scope } from '../../config/scope.ts';
import { addToList, type Fix, fixOf, outside } from '../fix.ts';
import type { Related } from '../rule.ts';
import { type Shared, sharedList } from '../shared.ts';

/** Where lines are missing from the headers that a proxy_pass sends, and how they are added there. */
export interface Lack {
  readonly at: Place;
  readonly related: readonly Related[];
  readonly fix: Fix;
  readonly shared: Shared | null;
}

/**
 * Headers that are missing at a proxy_pass: there, or in the list of another file that brings the ones in force.
 * @param lines the `proxy_set_header` lines to add
 */
export function lackOf(directive: Directive, title: string, lines: readonly string[]): Lack {
  const { scope } = directive;
  const [first] = scope.effective('proxy_set_header').directives;
  const place = outside(directive);
  const own = scope.has('proxy_set_header');
  return {
    at: directive.nameAt,
    related: [
      ...(first ? [{ at: first.nameAt, message: own ? 'the headers that are set here' : 'the headers in force come from here' }] : []),
      ...sentBack(scope).map((line) => ({ at: line.at(), message: 'add_header sends this to the client, not to the application' })),
    ],
    fix: fixOf(title, 'safe', place.file, [addToList(place, 'proxy_set_header', lines)]),
    shared: sharedList(scope, directive.file.id, 'proxy_set_header', [{ title, safety: 'safe', lines }]) ?? sharedLack(directive),
  };
}

/** The lines in force that send a client what an application was to be told. */
const sentBack = (scope: Scope): readonly Directive[] =>
  scope.effective('add_header').directives.filter((d) => /^(?:host|x-real-ip|x-forwarded-[a-z]+)$/i.test(d.value(0)));

/** The passes of a server to which no line gives headers. */
const bare = new PerPart((server: Scope): number => {
  const passes = server.all.filter((d) => d.name === 'proxy_pass' && !d.scope.effective('proxy_set_header').directives.length);
  return new Set(passes.map((d) => `${d.file.id} ${d.statement.start}`)).size;
});

/** A server without any headers for what it passes on lacks them at all its passes: that is one cause. */
function sharedLack(directive: Directive): Shared | null {
  const { scope } = directive;
  const server = scope.enclosing('server');
  if (!server?.opener || scope.effective('proxy_set_header').directives.length || bare.of(server) < 2) return null;
  return { at: server.opener.nameAt, users: 0, said: '', fixes: [], cause: 'bare' };
}

/** Whether an outer level sets all of these headers and a line in force drops them: header-inheritance-lost tells the cause. */
export const areLost = (scope: Scope, names: readonly string[]): boolean => {
  const { shadowed } = scope.effective('proxy_set_header');
  const [nearest] = shadowed;
  const set = new Set(shadowed.filter((d) => d.scope === nearest?.scope).map((d) => d.value(0).toLowerCase()));
  return names.every((name) => set.has(name.toLowerCase()));
};
