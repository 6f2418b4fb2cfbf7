/** Names that may be declared or used where nobody sees it: "unknown" and "unused" are only said where the answer is none. */
import type { NameKind } from '../catalog/names.ts';
import { asked, PerConfig } from './asked.ts';
import type { Config } from './config.ts';
import { type Unseen, unknownLibrary, unseenIn } from './open.ts';
import { MemoPerBlock } from './pieces.ts';
import type { Scope } from './scope.ts';

interface Levels {
  /** of main, http, stream and mail */
  readonly outer: readonly Unseen[];
  /** of all other levels */
  readonly servers: readonly Unseen[];
  readonly scripts: readonly Unseen[];
  /** whether any level at all is not wholly seen, be it for some directives only */
  readonly any: boolean;
}

const SCRIPT = /_by_lua|^js_|^perl|^ssi$|^passenger/;

/** Whether a block holds the servers of a protocol. */
const isProtocol = ({ context }: Scope): boolean => context === 'http' || context === 'stream' || context === 'mail';

const piecewise = new MemoPerBlock(
  (directives): Pick<Levels, 'servers' | 'scripts'> => ({
    servers: directives.flatMap((d) => (d.body && !isProtocol(d.body) ? unseenIn(d.body) : [])),
    scripts: directives.filter((d) => SCRIPT.test(d.name)).map((d) => ({ why: `"${d.name}" runs a script`, only: null })),
  }),
);

const levels = new PerConfig((config): Levels => {
  const blocks = config.main.level.flatMap((d) => (d.body && isProtocol(d.body) ? [d.body] : []));
  const outer = [config.main, ...blocks].flatMap((scope) => unseenIn(scope));
  const pieces = [...piecewise.of(config)];
  const servers = pieces.flatMap((piece) => piece.servers);
  const scripts = pieces.flatMap((piece) => piece.scripts);
  return { outer: whole(outer), servers: whole(servers), scripts, any: outer.length > 0 || servers.length > 0 };
});

const whole = (list: readonly Unseen[]): Unseen[] => list.filter((u) => u.only === null);
const whys = (...lists: readonly (readonly Unseen[])[]): string[] => [...new Set(lists.flat().map((u) => u.why))];

/**
 * Why a name of that kind may be declared where nobody sees it; empty where it is not. What servers and locations hold declares variables and
 * named locations only.
 */
export function mayDeclare(config: Config, kind: NameKind): readonly string[] {
  const where = kind === 'variable' || kind === 'named-location' ? kind : 'outer';
  return asked(config, `unseen declares ${where}`, (c) => {
    // a script declares no variable: what it sets has to be there when nginx reads the text, by `set`, js_var or the like
    const { outer, servers } = levels.of(c);
    const library = unknownLibrary(c);
    // a module makes variables whether or not a directive of it is used
    const modules = library === null ? [] : [{ why: `the variables of "${library}" are not known`, only: null }];
    return where === 'variable' ? whys(outer, servers, modules) : whys(where === 'outer' ? outer : servers);
  });
}

/** Whether some level is not wholly seen: where none is, what is missing is missing. */
export const anyUnseen = (config: Config): boolean => asked(config, 'any unseen', (c) => levels.of(c).any);

/** Why a name may be used where nobody sees it; empty where it is not. */
export function mayUse(config: Config): readonly string[] {
  return asked(config, 'unseen uses', (c) => {
    const { outer, servers, scripts } = levels.of(c);
    return whys(outer, servers, scripts);
  });
}

/** Whether a script is run that may read any variable by its name. */
export const mayScriptUse = (config: Config): boolean => asked(config, 'scripts use', (c) => levels.of(c).scripts.length > 0);
