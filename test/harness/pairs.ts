/** Two snippets in one configuration: the one at its place, the other inserted beside it or inside of its server as completion inserts it. */
import type { Context } from '../../server/src/catalog/context.ts';
import { atLeast, type Version, version } from '../../server/src/catalog/version.ts';
import type { Scope } from '../../server/src/config/scope.ts';
import { NEWEST_NGINX } from '../../server/src/config/settings.ts';
import { SNIPPETS } from '../../server/src/snippets/index.ts';
import { expand, type Snippet } from '../../server/src/snippets/snippet.ts';
import { standsIn } from '../../server/src/snippets/stand.ts';
import { configOf } from '../trace/config-of.ts';
import { placed } from './snippets.ts';

export interface Pair {
  readonly first: Snippet;
  readonly second: Snippet;
  /** where the first stands */
  readonly inside: Context;
  /** the second is in the first one's last server instead of beside it */
  readonly within: boolean;
}

const needsTls = (s: Snippet): boolean => s.needs?.server !== undefined;
const servers = (s: Snippet): boolean => s.inside.includes('http') && /^server \{$/m.test(s.body);

/** Every pair, in an order that is always the same. */
export function allPairs(): Pair[] {
  const out: Pair[] = [];
  for (const first of SNIPPETS)
    for (const second of SNIPPETS) {
      for (const inside of ['http', 'server', 'location', 'upstream', 'stream'] as const)
        if (
          first !== second &&
          !second.needs?.main &&
          first.inside.includes(inside) &&
          second.inside.includes(inside) &&
          needsTls(first) === needsTls(second)
        )
          out.push({ first, second, inside, within: false });
      if (servers(first) && second.inside.includes('server') && (!needsTls(second) || /listen 443 ssl/.test(first.body)))
        out.push({ first, second, inside: 'http', within: true });
    }
  return out;
}

export const nameOf = ({ first, second, inside, within }: Pair): string =>
  `${second.id} ${within ? `in the server of ${first.id}` : `beside ${first.id} in ${inside}`}`;

export interface Joined {
  /** the first alone */
  readonly alone: string;
  /** null where the second is not offered there */
  readonly text: string | null;
  /** the second is inserted as it is written */
  readonly untouched: boolean;
}

const indented = (text: string, by: string): string => text.replace(/^(?=.)/gm, by);

const DROP = expand(SNIPPETS.find((s) => s.id === 'default-drop')!.body).text;

/** A machine with several sites has a server for foreign names; one of the two may be it. */
const withDefault = (text: string, pair: readonly Snippet[]): string =>
  /default_server/.test(text) || pair.some((s) => /default_server/.test(s.body))
    ? text
    : text.replace(/^http \{$/m, `http {\n${indented(DROP, '    ')}`);

/** The pair as one configuration. */
export async function joined({ first, second, inside, within }: Pair, nginx: Version = version(NEWEST_NGINX)): Promise<Joined> {
  const alone = withDefault(placed(first, nginx).find((p) => p.inside === inside && p.choice === 0)!.text, [first, second]);
  if (!atLeast(nginx, second.since)) return { alone, text: null, untouched: false };
  const config = await configOf(alone, { nginx: nginx.text });
  const outermost = config.main.directives.find((d) => d.name === (inside === 'stream' ? 'stream' : 'http'))!.body!;
  const below = (scope: Scope, name: string): Scope => scope.named(name).at(-1)!.body!;
  const scope =
    inside === 'stream' || (inside === 'http' && !within)
      ? outermost
      : inside === 'upstream'
        ? below(outermost, 'upstream')
        : inside === 'location'
          ? below(below(outermost, 'server'), 'location')
          : below(outermost, 'server');
  const standing = standsIn(config, scope, nginx)(second);
  if (!standing) return { alone, text: null, untouched: false };
  const own = expand(standing.body).text.replace(/\n+$/, '');
  const end = scope.opener!.statement.end - 1;
  const http = outermost.opener!.statement.open!.end;
  const outer = standing.outer.map((l) => `${l}\n`).join('');
  const text = `${alone.slice(0, http)}\n${indented(outer, '    ')}${alone.slice(http, end)}\n${own}\n${alone.slice(end)}`;
  return { alone, text, untouched: own === expand(second.body).text.replace(/\n+$/, '') };
}

/** A part of the list, other for each seed and the same for one. */
export function drawn<T>(list: readonly T[], count: number, seed: number): T[] {
  let state = seed >>> 0 || 1;
  const next = (): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
  const left = [...list];
  const out: T[] = [];
  while (out.length < count && left.length) out.push(...left.splice(Math.floor(next() * left.length), 1));
  return out;
}
