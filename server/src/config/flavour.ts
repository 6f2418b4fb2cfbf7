/** Whose nginx a configuration is written for, where the settings do not say and the text does. */
import { loadCatalog, type Target } from '../catalog/catalog.ts';
import { askedOfBlock, PerConfig, recorded } from './asked.ts';
import type { Config } from './config.ts';
import { PerPiece } from './pieces.ts';

/** By names that the module may have; asked for these only, as a fact is made when it is first looked at. */
const isLua = (name: string): boolean => name.includes('lua') && loadCatalog().directives(name)[0]?.source === 'lua-nginx-module';

const holdsLua = new PerPiece((directives): boolean => directives.some((d) => isLua(d.name)));

const speaksLua = new PerConfig((config): boolean => {
  const loads = (): boolean => config.main.named('load_module').some((d) => /lua/.test(d.value(0)));
  return [...holdsLua.of(config)].includes(true) && !loads();
});

const isSpeaking = (config: Config): boolean => speaksLua.of(config);

const ofOpenResty = new WeakMap<Target, Target>();

/**
 * The target of the settings; OpenResty's where they name no flavour and the configuration is full of Lua without loading its module: that
 * is built in there and nowhere else.
 */
export function targetOf(config: Config): Target {
  const { target } = config.settings;
  if (target.flavour !== 'oss') return target;
  // asked about every line of a block alike, so the block asks once
  askedOfBlock(config, 'speaks Lua', isSpeaking);
  if (!recorded(null, () => isSpeaking(config))) return target;
  let known = ofOpenResty.get(target);
  if (!known) ofOpenResty.set(target, (known = { ...target, flavour: 'openresty' }));
  return known;
}
