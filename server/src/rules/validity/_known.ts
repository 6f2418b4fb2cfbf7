/** Which facts the target has of a name, and why it has none: the questions that the rules about names and counts share. */
import { contextsOf, type Status, statusOf, type Target } from '../../catalog/catalog.ts';
import { bodyOf, type Context } from '../../catalog/context.ts';
import type { DirectiveFact } from '../../catalog/fact.ts';
import { anotherForm } from '../../catalog/modules.ts';
import type { Config } from '../../config/config.ts';
import type { Directive } from '../../config/directive.ts';
import { isNginxSaid } from '../../config/settings.ts';

interface Known {
  readonly facts: readonly DirectiveFact[];
  readonly places: readonly Context[];
}

/** By the target, since its settings decide; a session has one or two. */
const memo = new WeakMap<Target, Map<string, Known>>();

function known(config: Config, name: string): Known {
  const { target } = config.settings;
  let names = memo.get(target);
  if (!names) memo.set(target, (names = new Map()));
  let found = names.get(name);
  if (!found) {
    const facts = config.catalog
      .directives(name)
      .filter((f) => f.contexts.some((c) => bodyOf(c) === 'directives') || Object.keys(f.contextRemoved).length > 0);
    const places = facts.filter((f) => statusOf(f, target).known).flatMap((f) => contextsOf(f, target.nginx));
    names.set(name, (found = { facts, places: [...new Set(places)] }));
  }
  return found;
}

/** Facts of that name that are in blocks of directives; the words of map bodies and the like are no directives to nginx. */
export const factsOf = (config: Config, name: string): readonly DirectiveFact[] => known(config, name).facts;

/** Contexts of the target's version, over all facts of the name that it has. */
export const placesOf = (config: Config, name: string): readonly Context[] => known(config, name).places;

/** A directive that the settings declare: nobody knows more of it than they say. */
export const isOwn = (config: Config, name: string): boolean => config.settings.ownDirectives.some((d) => d.name === name);

/** Where a directive is one of nginx's, and not an entry of a map or text in a block of Lua. */
export const isJudged = (directive: Directive): boolean => {
  const { context } = directive.scope;
  return context !== 'unknown' && bodyOf(context) === 'directives' && !directive.statement.name.templated;
};

/** The module whose form of a directive a line has, where nobody says which nginx it is; null where nginx's own is meant. */
export const ofAnotherModule = ({ name, values, scope: { config } }: Directive): string | null =>
  isNginxSaid(config.settings) ? null : anotherForm(name, values);

/** The fact that decides about the directive; null when it is unknown, of another version or misplaced, which other rules say. */
export function factFor(directive: Directive): DirectiveFact | null {
  const { fact, scope } = directive;
  if (!fact || scope.context === 'unknown') return null;
  if (ofAnotherModule(directive)) return null;
  const { target } = scope.config.settings;
  return statusOf(fact, target).known && contextsOf(fact, target.nginx).includes(scope.context) ? fact : null;
}

/** Why the target lacks a name: the likeliest reason first. */
export function absence(config: Config, facts: readonly DirectiveFact[]): Extract<Status, { known: false }> | null {
  const order = ['module', 'removed', 'left-out', 'future', 'plus', 'angie'];
  const reasons = facts.map((f) => statusOf(f, config.settings.target)).filter((s) => !s.known);
  return reasons.sort((a, b) => order.indexOf(a.reason) - order.indexOf(b.reason))[0] ?? null;
}

/** True for a line on the top level of a file of which nobody says where it goes: its context is a guess from such lines. */
export function isGuessed({ statement, file, scope, body }: Directive): boolean {
  const { config } = scope;
  if (config.kind !== 'fragment' || statement.parent) return false;
  const { standIn, written } = config.tree;
  // written in several places, each of which may be the one that takes it
  if (written) return placesOf(config, statement.name.value).some((c) => config.contexts.includes(c));
  if (standIn ? standIn.certain || file.id !== standIn.file : scope !== config.main) return false;
  // beside a whole server there is nothing but what may stand there, whatever takes the file in
  const besideServer = !body && scope.directives.some((d) => d.name === 'server' && d.body?.has('listen') === true);
  return !besideServer || placesOf(config, statement.name.value).some((c) => BESIDE_SERVERS.includes(c));
}

/** Where blocks of servers are. */
const BESIDE_SERVERS: readonly Context[] = ['http', 'stream', 'mail'];
