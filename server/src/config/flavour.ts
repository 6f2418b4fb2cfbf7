/** Whose nginx a configuration is written for, where the settings do not say and the text does. */
import { loadCatalog, type Target } from '../catalog/catalog.ts';
import { FLAVOURS } from '../catalog/flavours.ts';
import { asked, askedForBlock, PerConfig, recorded } from './asked.ts';
import type { Config } from './config.ts';
import { MemoPerBlock } from './pieces.ts';
import { loadedBy } from './settings.ts';

/** By names that the module may have; asked for these only, as a fact is made when it is first looked at. */
const isLua = (name: string): boolean => name.includes('lua') && loadCatalog().directives(name)[0]?.source === 'lua-nginx-module';

const firstLua = new MemoPerBlock((directives): string | null => directives.find((d) => isLua(d.name))?.name ?? null);

/** Whether the word is in a text at all: most have none, and need not be read line by line for it. */
const mentionsLua = (config: Config): boolean =>
  asked(config, 'mentions Lua', (c) => [...c.files.values()].some((f) => f.text.includes('lua')));

/** The first directive of Lua of a configuration that does not load its module; null where there is none. */
const spokenLua = new PerConfig((config): string | null => {
  if (!mentionsLua(config)) return null;
  const loads = (): boolean =>
    [...loadedBy(config.settings.given), ...config.main.named('load_module').map((d) => d.value(0))].some((file) => /lua/.test(file));
  const first = [...firstLua.of(config)].find((name) => name !== null) ?? null;
  return first === null || loads() ? null : first;
});

const isSpeaking = (config: Config): boolean => spokenLua.of(config) !== null;

const ofOpenResty = new WeakMap<Target, Target>();

/**
 * The target of the settings; OpenResty's where nobody names a flavour and the configuration is full of Lua without loading its module: that
 * is built in there and nowhere else.
 */
export function targetOf(config: Config): Target {
  const { target, flavourFrom } = config.settings;
  if (flavourFrom !== 'default') return target;
  // asked about every line of a block alike, so the block asks once
  askedForBlock(config, 'speaks Lua', isSpeaking);
  if (!recorded(null, () => isSpeaking(config))) return target;
  let known = ofOpenResty.get(target);
  if (!known) ofOpenResty.set(target, (known = { ...target, flavour: 'openresty' }));
  return known;
}

/** What a configuration is taken for where nobody says it, and why: "OpenResty, for it uses content_by_lua_block"; null where nothing is assumed. */
export function assumedFlavour(config: Config): string | null {
  const name = config.settings.flavourFrom === 'default' ? spokenLua.of(config) : null;
  return name === null ? null : `${FLAVOURS.openresty}, for it uses ${name}`;
}
