/** The options of the command line that are settings: declared in config/declared.ts, added to commands and read here. */
import path from 'node:path';
import { type Command, Option } from 'commander';
import { isRelease } from '../catalog/flavours.ts';
import { declared, PROJECT_KEYS, type ProjectKey, type RawSettings, type Shape } from '../config/declared.ts';
import { EXIT, Failure } from './failure.ts';

/** Options whose value a command reads by itself: `--root` names files of this machine, not of the project. */
const APART: ReadonlySet<ProjectKey> = new Set(['root']);

/** The failure for a word that an option does not know. */
export const notOneOf = (option: string, value: string, words: readonly string[]): Failure =>
  new Failure(EXIT.usage, `--${option} is one of ${words.join(', ')}, not "${value}"`);

const collect = (value: string, before: string[] = []): string[] => [...before, value];

/** Adds the settings that every command has, or those of `check` alone. */
export function settingOptions(command: Command, of: 'every' | 'check'): Command {
  for (const key of PROJECT_KEYS) if (declared(key).option?.of === of) command.addOption(settingOption(key));
  return command;
}

/** The option of one setting. Throws for a setting that has none, which is a defect here. */
export function settingOption(key: ProjectKey): Option {
  const { shape, is, option } = declared(key);
  if (!option) throw new Error(`the setting ${key} is no option`);
  const words = shape.is === 'one' ? `: ${Object.keys(shape.of).join(', ')}` : '';
  const made = new Option(option.flags, `${option.is ?? is}${words}`.replace(/`/g, ''));
  return shape.is === 'map' ? made.argParser(collect) : made;
}

/** The settings that the options give. Throws a usage failure for a value that cannot be read. */
export function settingsOf(options: Readonly<Record<string, unknown>>): RawSettings {
  const raw: Record<string, unknown> = {};
  for (const key of PROJECT_KEYS) {
    const { shape, option } = declared(key);
    if (!option || APART.has(key)) continue;
    const { attributeName, name } = naming(option.flags);
    const value = options[attributeName];
    if (value === undefined) continue;
    if (shape.is === 'version' && !isRelease(String(value)))
      throw new Failure(EXIT.usage, `--${name} ${value}: write a version such as ${key === 'opensslVersion' ? '3.0.17' : '1.27.3'}`);
    if (shape.is === 'one' && !(String(value) in shape.of)) throw notOneOf(name, String(value), Object.keys(shape.of));
    raw[key] = shape.is === 'map' ? mapped(name, value as string[], shape.value) : key === 'prefix' ? path.resolve(String(value)) : value;
  }
  return raw as RawSettings;
}

function naming(flags: string): { attributeName: string; name: string } {
  const option = new Option(flags);
  return { attributeName: option.attributeName(), name: option.name() };
}

function mapped(name: string, given: readonly string[], value: Shape): Record<string, string> {
  const out: Record<string, string> = {};
  for (const pair of given) {
    const at = pair.lastIndexOf('=');
    if (value.is === 'one') {
      const word = pair.slice(at + 1);
      if (at < 1) throw new Failure(EXIT.usage, `--${name} ${pair}: write MASK=ENGINE, such as deploy/*.conf.in=placeholders`);
      if (!Object.hasOwn(value.of, word)) throw notOneOf(name, word, Object.keys(value.of));
      out[pair.slice(0, at)] = word;
      continue;
    }
    const first = pair.indexOf('=');
    if (first < 1) throw new Failure(EXIT.usage, `--${name} ${pair}: write FROM=TO, such as /etc/nginx=./deploy/nginx`);
    out[pair.slice(0, first)] = path.resolve(pair.slice(first + 1));
  }
  return out;
}
